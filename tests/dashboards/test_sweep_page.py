"""The Sweep page without a browser: what it takes, runs, keeps, shares and gives away."""

from __future__ import annotations

import io
import shlex
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conducive.dashboards.asking import sliders, sweeping
from conducive.dashboards.asking.address import read_sweep, sweep_address
from conducive.dashboards.asking.asked import Swept
from conducive.dashboards.asking.choice import default
from conducive.dashboards.asking.scripts import sweep_command, sweep_python
from conducive.dashboards.asking.sweeping import asked_sweep, axes_of, plan_of
from conducive.dashboards.pages import sweep as sweep_page
from conducive.dashboards.pages import sweep_drawn
from conducive.dashboards.pages.sweep import asked_files, chosen_from, map_key, pictures, start_from
from conducive.dashboards.pages.sweep_drawn import point
from conducive.dashboards.widgets.progress import OFTEN
from conducive.dashboards.widgets.theme import DARK, LIGHT
from conducive.dashboards.work import CancelledError, Job
from conducive.experiments.lives.readings import SHOWN
from conducive.experiments.search.zone.filling import filling
from conducive.experiments.search.zone.plan import ZonePlan
from conducive.experiments.sweep.file import sweep_plan as plan_from_file
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario

SMALL = load_scenario("classroom").change({"horizon": 24, "warm_up": 0, "organisation.posts": 12})
TERM = {"name": "finance.funding_term", "low": 12, "high": 24}
CULTURE = {"name": "culture", "low": 0, "high": 100}


def axes(x: object, y: object = None, steps: object = 3, replicates: object = 4) -> dict[str, object]:
    return {"x": x, "y": y or {"name": ""}, "steps": steps, "replicates": replicates}


LINE = asked_sweep(SMALL, axes(TERM))
MAP = asked_sweep(SMALL, axes(TERM, CULTURE))


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sweeps that are kept for this test alone."""
    cache: Any = sweep_page.Cache(sweep_page.ROOM_FOR_MAPS, lambda zone: zone.values.nbytes)
    monkeypatch.setattr(sweep_page, "MAPS", cache)
    return cache


# ---- What is asked -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {},
        axes({"name": ""}),
        axes({"name": "magic", "low": 0, "high": 1}),
        axes(TERM, TERM),
        axes(TERM, steps=50_000),
        axes(TERM, steps="3"),
        axes(TERM, replicates=10**9),
        axes({**TERM, "low": "x"}),
        axes({**TERM, "low": True}),
        axes({**TERM, "low": 30}),
        axes({**TERM, "high": float("inf")}),
        axes({**TERM, "high": 1e9}),
        axes({**TERM, "name": "finance.funding_term=0:1"}),
    ],
)
def test_what_cannot_be_swept_is_refused(sent: object) -> None:
    with pytest.raises(InputError):
        plan_of(asked_sweep(SMALL, sent))


def test_a_scenario_too_large_for_the_pages_is_not_swept() -> None:
    large = SMALL.change({"organisation.posts": 5000, "horizon": 240})

    with pytest.raises(InputError, match="more than these pages run"):
        plan_of(replace(LINE, scenario=large))


def test_everything_on_the_list_can_be_swept() -> None:
    labels = [one["label"] for one in sweeping.options()]
    assert len(set(labels)) == len(labels)
    for one in sweeping.options():
        axis = {"name": one["name"], "low": one["low"], "high": one["high"]}
        assert plan_of(asked_sweep(load_scenario("baseline"), axes(axis, steps=2))).shape[0] == 1


@pytest.mark.parametrize("text", sweeping.QUESTIONS)
def test_every_question_that_people_bring_can_be_swept_and_comes_back_to_the_form(text: str) -> None:
    form = sweeping.question(text)
    assert form is not None

    swept = asked_sweep(load_scenario("two-year-funding"), form)

    assert plan_of(swept).scenario.name == "two-year-funding"
    assert axes_of(swept) == form
    assert sweeping.question("Why?") is sweeping.question(None) is sweeping.question([]) is None


def test_what_varies_is_said_in_the_units_of_its_lever() -> None:
    share = {"name": "finance.mainstreaming", "low": 25, "high": 75}

    plan = plan_of(asked_sweep(SMALL, axes(share, CULTURE)))

    assert asked_sweep(SMALL, axes(share)).x == "finance.mainstreaming=0.25:0.75"
    assert sweeping.said(plan.x, 0.25) == sliders.written(sliders.declared()["finance.mainstreaming"], 0.25) == "25%"
    assert (sweeping.said(plan.y, 0.5), sweeping.named(plan.x)) == ("50%", "Mainstreaming (%)")
    assert axes_of(asked_sweep(SMALL, axes(share, CULTURE)))["x"] == share


@pytest.mark.parametrize(
    ("x", "y", "where", "text"),
    [(TERM | {"high": 300}, None, "x", "Funding term: 0 to 240 months. You typed 300."),
     (TERM, CULTURE | {"high": 150}, "y", "culture: 0 to 100%. You typed 150."),
     (TERM | {"low": ""}, None, "x", "a range needs two numbers, from and to."),
     ({"name": ""}, None, "x", "please choose what varies.")],
)  # fmt: skip
def test_what_is_wrong_with_an_axis_is_said_beside_it_in_its_own_words(x: Any, y: Any, where: str, text: str) -> None:
    with pytest.raises(sweeping.AxisError) as refused:
        asked_sweep(SMALL, axes(x, y))

    assert (refused.value.axis, str(refused.value)) == (where, text)


def test_whole_numbers_in_steps_of_unequal_length_are_said_of_a_line_and_of_a_map() -> None:
    posts = {"name": "organisation.posts", "low": 60, "high": 67}

    for swept in (axes(posts, steps=4), axes(posts, CULTURE, steps=4)):
        assert "Equal ones: steps = 2 (every 7) or 8 (every 1)." in plan_of(asked_sweep(SMALL, swept)).notes[0]
    assert not plan_of(LINE).notes


def test_the_form_shows_what_was_asked() -> None:
    for swept in (LINE, MAP):
        assert asked_sweep(SMALL, axes_of(swept)) == replace(
            swept, x=f"{TERM['name']}=12:24", y=swept.y and "culture=0:1"
        )
    assert axes_of(None) == sweeping.START
    assert plan_of(asked_sweep(load_scenario("classroom"), axes_of(None))).shape == (7, 7)


# ---- Addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("swept", [LINE, MAP, replace(MAP, scenario=load_scenario("baseline").at("Leeds"), seed=7)])
def test_a_sweep_comes_back_from_its_address(swept: Swept) -> None:
    choice, found, news, trouble = start_from(f"s={sweep_address(swept)}")

    assert (found, news, trouble) == (swept, [], "")
    assert choice.asked.base.complete() == swept.scenario.complete()
    assert choice.place == swept.scenario.place.partition(",")[0]


def test_an_address_may_hold_a_scenario_alone() -> None:
    choice, found, news, trouble = start_from(f"s={sweep_address(Swept(SMALL))}")

    assert (found, news, trouble) == (None, [], "")
    assert choice.asked.base.complete() == SMALL.complete()


def test_no_address_shows_the_usual_scenario_and_runs_nothing() -> None:
    choice, found, news, trouble = start_from("")

    assert (choice.base, found, news, trouble) == (load_scenario(sweep_page.DEFAULT), None, [], "")


TEXT = st.text(max_size=30) | st.sampled_from(
    ["finance.funding_term=12:24", "culture=0:1", "culture=nan:1", "culture=1e999:2", "culture=::", "=0:1", "culture"]
)
ANY = st.none() | st.booleans() | st.integers() | st.floats() | TEXT


@settings(max_examples=150, deadline=None)
@given(TEXT, TEXT, ANY, ANY, ANY)
def test_a_made_up_sweep_is_shown_or_refused_in_words(x: str, y: str, steps: Any, runs: Any, seed: Any) -> None:
    _, found, _, trouble = start_from(f"s={sweep_address(Swept(SMALL, x, y, steps, runs, seed))}")

    if trouble:
        assert found is None
    elif found is not None:
        assert isinstance(plan_of(found), ZonePlan)


@pytest.mark.parametrize("search", ["s=1abc", "s=<script>", "s=1" + "a" * 20_000])
def test_a_bad_address_says_why(search: str) -> None:
    choice, found, _, trouble = start_from(search)

    assert trouble.startswith("This address cannot be read")
    assert (choice.base.name, found) == (sweep_page.DEFAULT, None)


# ---- Runs ----------------------------------------------------------------------------------------------------------


class Impatient(Job):
    """A job that is stopped after so many runs."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def advance(self, count: int = 1) -> None:
        super().advance(count)
        if self.done >= self.most:
            self.stop()


def test_a_sweep_that_was_stopped_goes_on_where_it_was(kept: Any) -> None:
    plan, key = plan_of(MAP), map_key(MAP)
    first, second = Impatient(4 * MAP.replicates), Job()
    with pytest.raises(CancelledError):
        list(pictures(plan, key, "test", first))
    done = int(kept.get(key).done.sum())

    shown = list(pictures(plan_of(MAP), key, "test", second))

    *_, whole = filling(plan)
    assert 0 < done < 9
    assert second.done == (9 - done) * MAP.replicates
    assert shown[0].data["done"] == done
    assert shown[-1].data["done"] == 9
    assert np.array_equal(shown[-1].zone.values, whole.values, equal_nan=True)


def test_a_sweep_that_was_run_is_at_hand(kept: Any) -> None:
    job = Job()
    list(pictures(plan_of(LINE), map_key(LINE), "one", Job()))

    (shown,) = pictures(plan_of(LINE), map_key(LINE), "another", job)

    assert shown.data["done"] == 3
    assert job.done == 0


def test_pictures_come_no_faster_than_anybody_can_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(np.arange(100) * OFTEN * 0.4)
    monkeypatch.setattr(sweep_page.time, "monotonic", lambda: float(next(clock)))

    shown = list(pictures(plan_of(MAP), map_key(MAP), "test", Job()))

    assert 2 <= len(shown) < 9
    assert shown[-1].data["done"] == 9


@pytest.mark.parametrize(
    "other",
    [replace(MAP, y=""), replace(MAP, x="culture=0:1", y=MAP.x), replace(MAP, steps=4), replace(MAP, replicates=5),
     replace(MAP, seed=1), replace(MAP, scenario=SMALL.change({"finance.renewal": 0.3}))],
)  # fmt: skip
def test_different_sweeps_are_kept_apart(other: Swept) -> None:
    assert map_key(other) != map_key(MAP)


# ---- What is shown and taken away ----------------------------------------------------------------------------------


def test_a_point_of_a_sweep_opens_as_a_comparison_with_it() -> None:
    plan = plan_of(replace(MAP, seed=5))

    asked = point(replace(MAP, seed=5), plan, [1, 2])

    assert (asked.base, asked.seed) == (SMALL, 5)
    assert asked.alternative == plan.at(24, plan.y.values[1])
    for wrong in ([0, 9], [3, 0], "0", [0], [True, 0], None, [-1, 0], [0, -1], [0.0, 0]):
        with pytest.raises(InputError):
            point(MAP, plan, wrong)


def test_a_cell_says_its_number_in_words_and_is_shaded_by_it() -> None:
    *_, last = pictures(plan_of(MAP), map_key(MAP), "test", Job())
    at = last.data["points"][0]
    r, share = (next(s for s in SHOWN if s.column == column) for column in ("uptake", "open"))
    for value, one, short, shade in ((1.0, r, "1.0", 0.5), (9.0, r, "9.0", 1.0), (0.25, share, "25%", 0.25)):
        said = {"value": value, "words": "so", "between": " (a to b)"}
        cell = sweep_drawn.cell(at | {one.column: said}, one, plan_of(MAP))

        assert (cell["short"], cell["share"]) == (short, shade)
        assert cell["words"].endswith(f"{one.label} so (a to b)")
        assert "Funding term 12 months, Culture" in cell["words"]
        assert len(cell["inks"]) == len((LIGHT, DARK))
    unknown = at | {"uptake": {"value": None, "words": "cannot be judged", "between": ""}}
    assert sweep_drawn.cell(unknown, r, plan_of(MAP))["short"] == "-"


@pytest.mark.parametrize("swept", [LINE, MAP], ids=["line", "map"])
def test_files_of_a_sweep_can_be_opened(swept: Swept) -> None:
    *_, zone = filling(plan_of(swept))
    made = {label: make() for label, make in [*sweep_page.files(zone, SHOWN[0]), *asked_files(swept)]}

    table = pd.read_csv(io.BytesIO(made["Data (CSV)"][2]))
    columns = ["finance.funding_term", "culture"][: 2 if swept.y else 1]
    assert [*table.columns[: len(columns) + 1]] == [*columns, "runs"]
    assert "y" not in table
    assert table[columns[0]].max() == 24
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(made["Data (Parquet)"][2])), table, check_exact=True)
    assert b"<svg" in made["Picture (SVG)"][2]
    assert made["Picture (PNG)"][2].startswith(b"\x89PNG")
    assert ("Sweep (TOML)" in made) == (not swept.y)


@pytest.mark.parametrize("swept", [LINE, MAP, replace(LINE, scenario=load_scenario("classroom"))])
def test_the_python_on_show_gives_the_same_numbers(swept: Swept, capsys: pytest.CaptureFixture[str]) -> None:
    *_, zone = filling(plan_of(swept))
    space: dict[str, Any] = {}

    exec(compile(sweep_python(swept), "shown", "exec"), space)

    pd.testing.assert_frame_equal(space["zone"].table, zone.table, check_exact=True)
    assert str(zone.table) in capsys.readouterr().out


def test_the_command_on_show_asks_for_the_same_map() -> None:
    words = shlex.split(sweep_command(replace(MAP, seed=3)))

    assert words[:3] == ["conducive", "zone", "scenario.toml"]
    assert dict(zip(words[3::2], words[4::2], strict=True)) == {
        "--x": MAP.x, "--y": MAP.y, "--steps": "3", "--replicates": "4", "--seed": "3",
    }  # fmt: skip
    assert shlex.split(sweep_command(replace(MAP, scenario=load_scenario("baseline"))))[2] == "baseline"


def test_the_file_of_a_line_asks_for_its_runs(tmp_path: Any) -> None:
    swept = replace(LINE, seed=3)
    for _, make in asked_files(swept):
        name, _, content = make()
        (tmp_path / name).write_bytes(content)

    plan = plan_from_file(tmp_path / "sweep.toml")

    assert sweep_command(swept) == "conducive sweep sweep.toml"
    assert plan.scenario.complete() == SMALL.complete()
    assert (plan.replicates, plan.seed, plan.plausible) == (4, 3, True)
    (level,) = plan.levels
    assert (level.name, [*level.values]) == ("finance.funding_term", [*plan_of(swept).x.values])


def test_an_address_of_another_sort_is_no_sweep() -> None:
    from conducive.dashboards.asking.address import address
    from conducive.dashboards.asking.asked import Asked

    with pytest.raises(InputError, match="does not say what varies"):
        read_sweep(address(Asked(SMALL, SMALL)))


def test_the_scenario_the_place_and_its_year_are_chosen_and_nothing_of_b() -> None:
    here, there = (chosen_from(choice) for choice in (default(), replace(default(), place="Leeds")))

    assert [one["name"] for one in here] == ["base", "place"]
    assert [one["name"] for one in there] == ["base", "place", "year"]
    assert here[0]["label"] == "Scenario"
