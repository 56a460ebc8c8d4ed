"""Calibration: what is ruled out, what is kept, and an interrupted one that loses and repeats no draw."""

from __future__ import annotations

import json
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conducive.experiments import calibration
from conducive.experiments.calibration import (
    FIRST,
    Plan,
    Record,
    calibrate,
    constrained,
    implausibility,
    prior,
    ranges,
    refocus,
    settled,
    try_all,
)
from conducive.experiments.plausible import DERIVED, read_sets
from conducive.scenarios.coefficients import free_coefficients
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library, load_scenario

PLAN = Plan(draws=12, refocused=4, full=6, seed=0)


class Here(Executor):
    """Runs at once, in this process; interrupted after a number of tasks."""

    def __init__(self, most: int = 10_000) -> None:
        self.left, self.ran = most, 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        self.ran += 1
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence that rules out a high first coefficient, without living through anything."""

    def tried(stage: object, draw: list[float], values: object = None) -> dict[str, Any]:
        named = dict(zip((i.address for i in free_coefficients()), draw, strict=True)) | dict.fromkeys(DERIVED, 0.4)
        low, high = ranges()[0]
        return {"values": named, "implausibility": {"first is low": 8.0 * (draw[0] - low) / (high - low)}}

    monkeypatch.setattr(calibration, "tried", tried)


def test_draws_fill_their_ranges_evenly_and_again() -> None:
    draws = prior(256, 0)
    low, high = ranges().T

    assert ((draws >= low) & (draws <= high)).all()
    assert np.allclose(((draws - low) / (high - low)).mean(axis=0), 0.5, atol=0.02)
    assert np.array_equal(draws, prior(256, 0))
    assert not np.array_equal(draws, prior(256, 1))


def test_refocused_draws_stay_near_survivors_and_in_range() -> None:
    low, high = ranges().T
    survivors = low + (high - low) * (0.1 + 0.1 * np.random.default_rng(0).random((20, len(low))))

    again = refocus(survivors, 200, 0)

    assert ((again >= low) & (again <= high)).all()
    assert np.abs(again.mean(axis=0) - survivors.mean(axis=0)).max() < 0.05 * np.abs(high - low).max() + 0.05


@pytest.mark.parametrize(
    ("margin", "error", "discrepancy", "expected"),
    [(0.1, 0.01, 0.01, 0.0), (0.0, 0.01, 0.01, 0.0), (-0.5, 0.3, 0.4, 1.0), (-0.4, float("nan"), 0.1, 4.0)],
)
def test_implausibility_is_what_is_missed_in_standard_errors(
    margin: float, error: float, discrepancy: float, expected: float
) -> None:
    assert implausibility(margin, error, discrepancy) == pytest.approx(expected)


def test_a_draw_knows_its_own_usual_strain() -> None:
    base = load_scenario("classroom")
    draws = prior(2, 0)

    calm, same = settled(base, draws[0]), settled(base, draws[0])

    assert calm == same
    assert set(calm) == {i.address for i in free_coefficients()} | set(DERIVED)
    assert 0.0 < calm["coefficients.usual_strain"] < 1.0


def test_one_draw_is_held_against_every_constraint() -> None:
    found = calibration.tried(FIRST, prior(2, 0)[0].tolist())

    assert {c.split(":")[0] for c in found["implausibility"]} == {"P01", "P04", "P05", "P09", "P19"}
    assert calibration.USED_AT_ALL in found["implausibility"]


@pytest.mark.usefixtures("made_up")
def test_what_the_evidence_excludes_is_left_out(tmp_path: Path) -> None:
    found = calibrate(tmp_path, PLAN, Here())

    sets = read_sets(tmp_path / "plausible.csv")
    low, high = ranges()[0]
    assert all(s[free_coefficients()[0].address] <= low + 3 / 8 * (high - low) + 1e-6 for s in sets.sets)
    assert found["stages"]["first"]["tried"] == PLAN.draws
    assert found["stages"]["first"]["left"] < PLAN.draws
    assert sets.made_with["made by"] == "conducive calibrate --draws 12 --refocused 4 --full 6 --seed 0"
    assert json.loads((tmp_path / "calibration.json").read_text())["stages"] == found["stages"]


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize("after", [0, 1, 7, 13, 18])
def test_an_interrupted_calibration_goes_on(tmp_path: Path, after: int) -> None:
    whole = Here()
    calibrate(tmp_path / "whole", PLAN, whole)
    first, second = Here(after), Here()

    with pytest.raises(KeyboardInterrupt):
        calibrate(tmp_path / "parts", PLAN, first)
    calibrate(tmp_path / "parts", PLAN, second)

    for name in ("plausible.csv", "calibration.json"):
        assert (tmp_path / "parts" / name).read_text() == (tmp_path / "whole" / name).read_text()
    with_lost = whole.ran - second.ran
    assert with_lost <= first.ran  # nothing kept is run again
    assert first.ran - with_lost <= 8  # and at most what was under way is lost


@pytest.mark.usefixtures("made_up")
def test_a_finished_calibration_tries_no_draw_again(tmp_path: Path) -> None:
    """What is done again is to look how each set that is left behaves, which puts the medoid first."""
    calibrate(tmp_path, PLAN, Here())
    again = Here()

    calibrate(tmp_path, PLAN, again)

    assert again.ran == len(read_sets(tmp_path / "plausible.csv").sets)


def test_the_first_set_is_the_one_that_behaves_most_like_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "_behaviour", lambda values: np.array([values["x"], 5.0, -values["x"]]))
    sets = [{"x": x} for x in (9.0, 0.0, 4.0, 5.0, 30.0)]

    ordered = calibration._medoid_first(sets, Here())

    assert ordered[0] == {"x": 5.0}
    assert sorted(s["x"] for s in ordered) == [0.0, 4.0, 5.0, 9.0, 30.0]


def test_how_a_set_behaves_is_seen_in_every_scenario_of_the_library() -> None:
    first = calibration._behaviour({"coefficients.lapse_unpaid": 0.1})
    other = calibration._behaviour({"coefficients.lapse_unpaid": 0.5})

    scenarios = [s.name for s in library()]
    apart = np.any(np.reshape(first != other, (len(scenarios), -1)), axis=1)
    assert apart[scenarios.index("two-year-funding")]
    assert apart.mean() > 0.9


@pytest.mark.usefixtures("made_up")
def test_another_plan_is_not_mixed_in(tmp_path: Path) -> None:
    calibrate(tmp_path, PLAN, Here())

    with pytest.raises(InputError, match=r"another study.*--out"):
        calibrate(tmp_path, Plan(draws=13, refocused=4, full=6), Here())


def test_a_file_that_is_no_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "draws.sqlite").write_text("not a database, " * 100)

    with pytest.raises(InputError, match="is not a record of a study"):
        calibrate(tmp_path, PLAN, Here())


def test_evidence_that_excludes_everything_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "tried", lambda *_: {"values": {}, "implausibility": {"impossible": 9.0}})

    with pytest.raises(InputError, match=r"rules out every draw; the closest misses by 9\.0"):
        calibrate(tmp_path, PLAN, Here())


def test_a_plan_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="draws must be a whole number, 2 to"):
        calibrate(tmp_path, Plan(draws=0), Here())


def test_a_kept_draw_survives_the_process(tmp_path: Path) -> None:
    record = Record(tmp_path / "draws.sqlite", {"a": 1})
    record.keep("first", 3, {"values": {"x": 0.1}, "implausibility": {}})
    del record  # as if killed: nothing is closed

    again = Record(tmp_path / "draws.sqlite", {"a": 1})

    assert again.done("first") == {3: {"values": {"x": 0.1}, "implausibility": {}}}


def test_only_what_is_not_kept_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "tried", lambda stage, draw, values: {"is": draw})
    record, executor = Record(tmp_path / "draws.sqlite", {}), Here()
    record.keep("first", 1, {"is": "kept"})

    found = try_all(record, FIRST, ((n, [n], None) for n in range(3)), executor, lambda *_: None)

    assert found == {0: {"is": [0]}, 1: {"is": "kept"}, 2: {"is": [2]}}
    assert executor.ran == 2


def test_a_coefficient_that_evidence_narrows_is_seen() -> None:
    rng, low, high = np.random.default_rng(0), *ranges().T
    unit = rng.random((300, len(low)))
    unit[:, 0] = 0.2 + 0.1 * unit[:, 0]
    sets = [dict(zip((i.address for i in free_coefficients()), low + (high - low) * u, strict=True)) for u in unit]

    found = constrained(sets)

    assert found[free_coefficients()[0].address]["narrowed"] > 0.85
    assert found[free_coefficients()[0].address]["p"] < 1e-6
    assert abs(found[free_coefficients()[1].address]["narrowed"]) < 0.15
