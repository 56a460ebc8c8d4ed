"""Results of a lesson as they grow: first ones for everybody before all runs of anybody, and only the last are kept."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import solara

from conducive.dashboards.classroom import group, runs, teacher, views
from conducive.dashboards.classroom.files import HORIZON, Lesson
from conducive.dashboards.classroom.lessons import lesson, outcome_name
from conducive.dashboards.classroom.runs import STEPS, outcomes
from conducive.dashboards.store.classes import Classroom, Seat, Store
from conducive.dashboards.work import CancelledError, Following, Job, Pool

PLAIN, PICKS = lesson("coproduction"), lesson("conducive-zone")
FEW, ALL = ({"replicates": count} for count in STEPS)
PATIENCE = 60.0
"""Seconds to wait for what other threads do: the machine may be busy."""
MINE, OTHERS, THIRDS = (tuple(c.name for c in PICKS.pickable[n : n + 3]) for n in range(3))


class Stepping:
    """Stands in for the runs of lessons: says how many runs were asked for, and waits at the last of the steps."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.go_on = threading.Event()
        self.trouble: list[Exception] = []

    def __call__(self, *_: Any, runs: int, progress: Callable[[int], object], **__: Any) -> dict[str, Any]:
        self.asked.append(runs)
        if self.trouble:
            raise self.trouble.pop()
        while runs == STEPS[-1] and not self.go_on.wait(0.01):
            progress(0)
        return {"replicates": runs}


@pytest.fixture
def stepping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stepping]:
    """Runs that go on when a test says so, and at its end, so that they keep no turn."""
    made = Stepping()
    monkeypatch.setattr(runs, "results", made)
    monkeypatch.setattr(runs, "UNDER_WAY", Following())
    yield made
    made.go_on.set()


def kept_of(store: Store, of: Lesson = PLAIN) -> Any:
    return store.outcome(outcome_name(of))


def test_results_are_worked_out_once_however_many_ask(tmp_path: Path, stepping: Stepping) -> None:
    store = Store(tmp_path)
    stepping.go_on.set()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: list(outcomes(store, PLAIN, [], Job()))[-1], range(30)))

    assert found == [ALL] * 30
    assert stepping.asked == list(STEPS)
    assert list(outcomes(Store(tmp_path), PLAIN, [], Job())) == [ALL]
    assert stepping.asked == list(STEPS)


def test_first_results_come_before_all_runs_are_done_and_are_never_kept(tmp_path: Path, stepping: Stepping) -> None:
    store = Store(tmp_path)
    found = outcomes(store, PLAIN, [], Job())

    assert next(found) == FEW
    assert kept_of(store) is None
    stepping.go_on.set()

    assert list(found) == [ALL]
    assert kept_of(store) == ALL


def test_whoever_leaves_first_results_stops_the_runs_and_finds_them_done_anew(
    tmp_path: Path, stepping: Stepping
) -> None:
    store, leaving = Store(tmp_path), Job()
    found = outcomes(store, PLAIN, [], leaving)
    assert next(found) == FEW

    leaving.stop()
    with pytest.raises(CancelledError):
        list(found)
    assert kept_of(store) is None
    stepping.go_on.set()

    assert list(outcomes(store, PLAIN, [], Job()))[-1] == ALL
    assert kept_of(store) == ALL


def test_somebody_who_still_waits_gets_what_another_has_left(tmp_path: Path, stepping: Stepping) -> None:
    store = Store(tmp_path)
    leaving = Job()
    group, teacher = outcomes(store, PLAIN, [], leaving), outcomes(store, PLAIN, [], Job())
    assert (next(group), next(teacher)) == (FEW, FEW)

    leaving.stop()
    with pytest.raises(CancelledError):
        list(group)
    stepping.go_on.set()

    assert list(teacher) == [ALL]
    assert stepping.asked == list(STEPS)


def test_a_run_that_fails_fails_for_whoever_asked_and_may_be_tried_again(tmp_path: Path, stepping: Stepping) -> None:
    store = Store(tmp_path)
    stepping.go_on.set()
    stepping.trouble.append(RuntimeError("no luck"))

    with pytest.raises(RuntimeError, match="no luck"):
        list(outcomes(store, PLAIN, [], Job()))
    assert list(outcomes(store, PLAIN, [], Job()))[-1] == ALL


def test_first_results_of_a_whole_class_wait_for_all_runs_of_no_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, everybody = [], threading.Event()

    def slow(_: Lesson, picks: Any, *__: Any, runs: int, **___: Any) -> dict[str, Any]:
        if runs == STEPS[0]:
            first.append(picks)
            if len(first) == len(names):
                everybody.set()
        elif not everybody.wait(PATIENCE):
            pytest.fail("some wait for first results while others have all runs done")
        return {"replicates": runs}

    monkeypatch.setattr(runs, "results", slow)
    names = [condition.name for condition in PICKS.pickable][:8]
    store = Store(tmp_path)
    with ThreadPoolExecutor(len(names)) as groups:
        found = list(groups.map(lambda name: list(outcomes(store, PICKS, [name], Job()))[-1], names))

    assert found == [ALL] * len(names)


def test_first_results_go_before_what_makes_others_firm_and_all_runs_take_turns_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stepping: Stepping
) -> None:
    class Noting(Pool):
        def share(self, visitor: str, *, urgent: bool = False) -> Any:
            shares.append(urgent)
            return super().share(visitor, urgent=urgent)

    shares: list[bool] = []
    monkeypatch.setattr(runs, "POOL", Noting(1))
    stepping.go_on.set()

    list(outcomes(Store(tmp_path), PLAIN, [], Job()))

    assert shares == [True, False]


# ---- Pages while results grow --------------------------------------------------------------------------------------


class Growing:
    """Results that come when a test says so, told apart by how many runs they are from and by their picks."""

    def __init__(self) -> None:
        self.jobs: list[tuple[tuple[str, ...], Job]] = []
        self.go_on: dict[tuple[str, ...], threading.Event] = defaultdict(threading.Event)

    def __call__(self, _: Store, of: Lesson, picks: Sequence[str], job: Job) -> Iterator[dict[str, Any]]:
        self.jobs.append((tuple(picks), job))
        mean = 0.1 * (1 + [MINE, OTHERS, THIRDS].index(tuple(picks)))
        yield self._result(of, mean, STEPS[0])
        while not self.go_on[tuple(picks)].wait(0.01):
            job.advance(0)
        yield self._result(of, mean + 0.01, STEPS[-1])

    def _result(self, of: Lesson, mean: float, count: int) -> dict[str, Any]:
        arms = range(len(of.arms))
        flat = [[[mean] * HORIZON] * 3 for _ in arms]
        return {
            "replicates": count, "sets": 5, "seed": 0, "series": flat,
            "over_time": dict.fromkeys(of.over_time, flat),
            "table": {name: [[mean] * 3 for _ in arms] for name in of.indicators},
            "best": of.rivals[0], "gaps": [[0.0] * 3 for _ in arms], "ahead": [0 for _ in arms], "sure": "cannot tell",
        }  # fmt: skip


@contextmanager
def shown_page(element: Any) -> Iterator[Callable[[], str]]:
    """Give what says a page's texts, while it is shown."""
    box, context = solara.render(element, handle_error=False)

    def texts(widget: Any) -> Iterator[str]:
        for child in getattr(widget, "children", None) or []:
            yield from [child] if isinstance(child, str) else texts(child)

    yield lambda: " ".join(texts(box))
    context.close()


def until(page: Callable[[], str], *texts: str) -> None:
    """Wait until a page shows texts."""
    end = time.monotonic() + PATIENCE
    while not all(text in page() for text in texts):
        assert time.monotonic() < end, page()
        time.sleep(0.01)


def a_seat(again: Sequence[str] = ()) -> Seat:
    made = {"points": [0.5] * 11, "choice": 0, "picks": list(MINE), "because": ""}
    return Seat(
        "S", "C", "Owls", PICKS.name, held=False, solo=False, revealed=True, prediction=made, again=tuple(again)
    )  # fmt: skip


def test_a_group_sees_first_results_called_so_until_all_runs_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = Growing()
    monkeypatch.setattr(group, "outcomes", growing)

    with shown_page(group._Results(Store(tmp_path), PICKS, a_seat(), 1, lambda _: None)) as page:
        begun = "First results, from 20 of 100 runs of each service. The others are running"
        until(page, begun, "in 20 runs of each.", "10.0%")
        growing.go_on[MINE].set()
        until(page, "Results from all 100 runs of each service.", "in 100 runs of each.", "11.0%")

        assert "First results" not in page()


def test_a_group_that_leaves_stops_its_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    growing = Growing()
    monkeypatch.setattr(group, "outcomes", growing)

    with shown_page(group._Results(Store(tmp_path), PICKS, a_seat(), 1, lambda _: None)) as page:
        until(page, "First results")
        assert not growing.jobs[0][1].stopped

    assert growing.jobs[0][1].stopped


def test_a_second_try_with_other_picks_while_one_grows_stops_it_and_shows_none_of_its_numbers() -> None:
    growing, again = Growing(), [OTHERS]
    first = growing._result(PICKS, 0.1, STEPS[-1])

    @solara.component
    def page() -> None:
        picks, self_set = solara.use_state(again[0])
        again.append(self_set)
        views.SecondTry(PICKS, a_seat(picks), first, partial(growing, None, PICKS), lambda _: None)

    with shown_page(page()) as says:
        until(says, "Second (20 of 100 runs)", "20.0%")
        again[-1](THIRDS)
        assert "20.0%" not in says()
        until(says, "30.0%")
        growing.go_on[OTHERS].set()
        growing.go_on[THIRDS].set()
        until(says, "31.0%")

        assert "21.0%" not in says()
        assert "of 100 runs" not in says()
    assert [(picks, job.stopped) for picks, job in growing.jobs] == [(OTHERS, True), (THIRDS, True)]


def test_a_teacher_sees_results_from_all_runs_only_as_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = Growing()
    monkeypatch.setattr(teacher, "outcomes", growing)
    seats = (a_seat(), a_seat(OTHERS))
    room = Classroom("C", PICKS.name, False, seats)

    with shown_page(teacher._Predictions(Store(tmp_path), PICKS, room)) as page:
        until(page, "Running the model: 0 of 2 results are there")
        growing.go_on[MINE].set()
        until(page, "1 of 2 results are there", "11.0%")
        growing.go_on[OTHERS].set()
        until(page, "21.0%")

        assert "Running the model" not in page()
        assert "10.0%" not in page()
        assert "20.0%" not in page()
