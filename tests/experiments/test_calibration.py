"""Calibration: what is ruled out, what is kept, and an interrupted one that loses and repeats no draw."""

from __future__ import annotations

import json
from concurrent.futures import Executor, Future
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conducive.experiments.evidence.fit import calibration
from conducive.experiments.evidence.fit import constraints as held
from conducive.experiments.evidence.fit.calibration import (
    FRESH,
    PANEL,
    Plan,
    Record,
    calibrate,
    constrained,
    constraints_of,
    known_truths,
    prior,
    ranges,
    settled,
    survivors,
    try_all,
    wave,
)
from conducive.experiments.evidence.fit.constraints import Constraint
from conducive.experiments.evidence.fit.emulator import posterior, unit_of, values_of
from conducive.experiments.evidence.fit.targets import TARGETS, by_name
from conducive.experiments.lives.plausible import read_sets
from conducive.experiments.version import DERIVED
from conducive.scenarios.coefficients import free_coefficients
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library_names, load_scenario

PLAN = Plan(draws=12, waves=1, each=4, full=8, truths=0, seed=0)
ADDRESSES = [i.address for i in free_coefficients()]
CORNER = (0.2, 0.8)
"""Where the first two coefficients lie in the truth of the toy problem."""


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


def satisfied(one: Constraint) -> float:
    """A value with which a constraint is met."""
    if np.isfinite([one.low, one.high]).all():
        return (one.low + one.high) / 2.0
    return one.low + 0.1 if np.isfinite(one.low) else one.high - 0.1


def toy(stage: object, number: int, draw: list[float], values: object = None) -> dict[str, Any]:
    """Everything is met but T7 and T8, which are so only where the first two coefficients lie in the corner."""
    unit = unit_of(np.array([draw]), calibration.free_coefficients())[0]
    what = (*held.constraints(), *held.panel_constraints())
    found = {c.name: (satisfied(c) * (1.0 + 1e-4 * unit[n % len(unit)]), 1e-4) for n, c in enumerate(what)}
    found |= {name: (float(unit[n]), 0.01) for n, name in enumerate(held.CONTRASTS)}
    off = unit[:2] - CORNER
    found |= {"T7": (0.45 + 0.4 * float(off[0]), 0.001), "T8": (0.16 + 0.3 * float(off[1]), 0.001)}
    return {"values": dict(zip(ADDRESSES, draw, strict=False)) | dict.fromkeys(DERIVED, 0.4), "found": found}


def use_of(values: dict[str, float]) -> np.ndarray:
    """Made-up use in the library."""
    return np.full((len(library_names()), 3), values[ADDRESSES[0]])


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A toy problem in six coefficients, without living; chains are short, and no constraint may be missed."""

    def short(*args: Any) -> Any:
        return posterior(*args[:6], 150)

    monkeypatch.setattr(calibration, "free_coefficients", lambda: free_coefficients()[:6])
    monkeypatch.setattr(calibration, "tried", toy)
    monkeypatch.setattr(calibration, "library_use", use_of)
    monkeypatch.setattr(calibration, "official_figures_met", lambda _: 44)
    monkeypatch.setattr(calibration, "posterior", short)
    monkeypatch.setattr(calibration, "OFTEN", 1)


def test_draws_fill_their_ranges_evenly_and_again() -> None:
    draws = prior(256, 0)
    low, high = ranges().T

    assert ((draws >= low) & (draws <= high)).all()
    assert np.allclose(unit_of(draws, free_coefficients()).mean(axis=0), 0.5, atol=0.02)
    assert np.array_equal(draws, prior(256, 0))
    assert not np.array_equal(draws, prior(256, 1))


def test_a_coefficient_whose_range_spans_a_factor_of_three_is_drawn_on_the_log_scale() -> None:
    draws = prior(256, 0)
    wide = [n for n, i in enumerate(free_coefficients()) if i.low > 0 and i.high / i.low >= 3]
    narrow = [n for n, i in enumerate(free_coefficients()) if i.low > 0 and i.high / i.low < 3]
    low, high = ranges().T

    assert wide
    assert narrow
    assert np.allclose(np.median(draws, axis=0)[wide], np.sqrt(low * high)[wide], rtol=0.05)
    assert np.allclose(np.median(draws, axis=0)[narrow], ((low + high) / 2)[narrow], rtol=0.05)


def test_a_draw_knows_its_own_usual_strain() -> None:
    base = load_scenario("classroom")
    draws = prior(2, 0)

    calm, same = settled(base, draws[0]), settled(base, draws[0])

    assert calm == same
    assert set(calm) == set(ADDRESSES) | set(DERIVED)
    assert 0.0 < calm["coefficients.usual_strain"] < 1.0


@pytest.mark.usefixtures("made_up")
def test_what_the_evidence_excludes_is_left_out_and_sets_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "free_coefficients", free_coefficients)
    plan = Plan(draws=40, waves=1, each=8, full=16, truths=0, seed=0)

    found = calibrate(tmp_path, plan, Here())

    sets = read_sets(tmp_path / "plausible.csv")
    unit = unit_of(np.array([[s[a] for a in ADDRESSES] for s in sets.sets]), free_coefficients())
    assert np.abs(unit[:, 0] - CORNER[0]).max() <= 3 * 0.075 / 0.4 + 0.01  # T7: .33 to .60, half of it a deviation
    stages = found["stages"]
    assert list(stages) == ["wave 1", "wave 2", PANEL.name, FRESH.name]
    assert [s["tried"] for s in stages.values()][:3] == [40, 8, 16]
    assert stages[FRESH.name]["left"] == len(sets.sets)
    options = "--draws 40 --waves 1 --each 8 --full 16 --truths 0 --seed 0"
    assert sets.made_with["made by"] == f"conducive calibrate {options}"
    assert not sets.warning


@pytest.mark.usefixtures("made_up")
def test_waves_find_a_corner(tmp_path: Path) -> None:
    found = calibrate(tmp_path, Plan(draws=64, waves=2, each=24, full=40, truths=0), Here())

    share = {name: counts["left"] / counts["tried"] for name, counts in found["stages"].items()}
    middle = [found["coefficients"][a]["mean"] for a in ADDRESSES[:2]]
    assert share[PANEL.name] > 1.5 * share["wave 1"]
    assert middle == pytest.approx(CORNER, abs=0.1)
    assert found["coefficients"][ADDRESSES[0]]["narrowed"] > 0.4
    assert abs(found["targets"]["T7"]["plausible"][1] - 0.45) < 0.06
    assert found["targets"]["T7"]["within"] > 0.8
    assert next(iter(found["targets"]["T7"]["pinned"])) == ADDRESSES[0]


@pytest.mark.usefixtures("made_up")
def test_what_was_found_is_written_in_full(tmp_path: Path) -> None:
    found = calibrate(tmp_path, PLAN, Here())

    written = json.loads((tmp_path / "calibration.json").read_text())
    assert written == json.loads(json.dumps(found))
    assert {"stages", "targets", "missed", "truths", "default", "coefficients", "model version"} <= set(written)
    assert set(written["targets"]) == {t.name for t in TARGETS}
    assert set(written["missed"]) == {c.name for c in constraints_of(FRESH)}
    assert set(written["default"]) == set(library_names())
    assert set(written["coefficients"]) == set(ADDRESSES[:6])


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize("after", [0, 1, 7, 13, 18])
def test_an_interrupted_calibration_goes_on_to_the_same_bits(tmp_path: Path, after: int) -> None:
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
    """What is done again is to look at the library under each set that is left, which puts the default first."""
    found = calibrate(tmp_path, PLAN, Here())
    again = Here()

    calibrate(tmp_path, PLAN, again)

    left = found["stages"][FRESH.name]["left"]
    assert again.ran == left + min(left, calibration.TO_CHOOSE_FROM) > 0


def test_the_default_is_the_set_nearest_to_the_medians(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "library_use", lambda s: np.full((len(library_names()), 3), s["x"]))
    sets = [{"x": x} for x in (0.9, 0.0, 0.4, 0.5, 1.0)]
    read = [dict.fromkeys(by_name(), (s["x"], 0.0)) for s in sets]
    monkeypatch.setattr(calibration, "official_figures_met", lambda _: 44)

    order, told = calibration.default_first(sets, read, Here())

    assert order[0] == 3
    assert sorted(order) == [0, 1, 2, 3, 4]
    assert told["two-year-funding"] == {"24": [0.5, 0.5], "60": [0.5, 0.5], "96": [0.5, 0.5]}


@pytest.mark.parametrize(
    ("met", "chosen"),
    [({0.5: 43, 0.51: 44, 0.49: 46, 0.9: 48}, 0.51), ({0.5: 44, 0.51: 46, 0.49: 46}, 0.5), ({0.5: 40, 0.51: 41}, 0.51)],
)
def test_of_the_nearest_the_default_meets_most_official_figures_up_to_those_asked_for(
    monkeypatch: pytest.MonkeyPatch, met: dict[float, int], chosen: float
) -> None:
    """Beyond what is asked for nearness counts again; and a set that is not among the nearest is not looked at."""
    monkeypatch.setattr(calibration, "library_use", lambda s: np.full((len(library_names()), 3), s["x"]))
    monkeypatch.setattr(calibration, "official_figures_met", lambda s: met.get(s["x"], 0))
    monkeypatch.setattr(calibration, "TO_CHOOSE_FROM", 3)
    sets = [{"x": x} for x in (0.0, 0.1, 0.49, 0.5, 0.508, 0.51, 0.9, 1.0)]
    read = [dict.fromkeys(by_name(), (s["x"], 0.0)) for s in sets]

    order, _ = calibration.default_first(sets, read, Here())

    assert sets[order[0]] == {"x": chosen}


def test_the_default_is_nowhere_more_than_five_points_away_where_a_set_is_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is at every median but in one scenario, where it is seven points off."""

    def library_use(s: dict[str, float]) -> np.ndarray[Any, Any]:
        return np.vstack([[s["x"] + s["y"]] * 3, np.full((len(library_names()) - 1, 3), s["x"])])

    monkeypatch.setattr(calibration, "library_use", library_use)
    sets = [{"x": x, "y": y} for x, y in ((0.5, 0.1), (0.53, 0.0), (0.0, 0.0), (1.0, 0.0), (0.47, 0.0))]
    read = [dict.fromkeys(by_name(), (s["x"], 0.0)) for s in sets]
    monkeypatch.setattr(calibration, "official_figures_met", lambda _: 44)

    order, _ = calibration.default_first(sets, read, Here())

    assert order[0] == 1


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize("other", [{"draws": 13}, {"waves": 2}, {"truths": 1}, {"seed": 1}])
def test_another_plan_is_not_mixed_in(tmp_path: Path, other: dict[str, int]) -> None:
    Record(tmp_path / "draws.sqlite", {"model version": calibration.model_version(), **asdict(PLAN)}).close()

    with pytest.raises(InputError, match=r"another study.*--out"):
        calibrate(tmp_path, replace(PLAN, **other), Here())


def test_a_file_that_is_no_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "draws.sqlite").write_text("not a database, " * 100)

    with pytest.raises(InputError, match="is not a record of a study"):
        calibrate(tmp_path, PLAN, Here())


@pytest.mark.usefixtures("made_up")
def test_evidence_that_excludes_everything_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def impossible(stage: object, number: int, draw: list[float], values: object = None) -> dict[str, Any]:
        result = toy(stage, number, draw, values)
        result["found"]["T7"] = (5.0, 0.001)
        return result

    monkeypatch.setattr(calibration, "tried", impossible)

    with pytest.raises(InputError, match=r"rules out every draw; the closest misses by \d+\.\d standard deviations"):
        calibrate(tmp_path, PLAN, Here())


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"draws": 0}, "draws must be a whole number, 2 to"),
        ({"waves": -1}, "waves must be a whole number, 0 to"),
        ({"each": 0}, "each must be a whole number, 1 to"),
        ({"full": 1.5}, "full must be a whole number, 1 to"),
        ({"truths": -1}, "truths must be a whole number, 0 to"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(tmp_path: Path, wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        calibrate(tmp_path, replace(PLAN, **wrong), Here())


def test_a_kept_draw_survives_the_process(tmp_path: Path) -> None:
    record = Record(tmp_path / "draws.sqlite", {"a": 1})
    record.keep("wave 1", 3, {"values": {"x": 0.1}, "found": {}})
    del record  # as if killed: nothing is closed

    again = Record(tmp_path / "draws.sqlite", {"a": 1})

    assert again.done("wave 1") == {3: {"values": {"x": 0.1}, "found": {}}}


def test_only_what_is_not_kept_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "tried", lambda stage, number, draw, values: {"is": draw})
    record, executor = Record(tmp_path / "draws.sqlite", {}), Here()
    record.keep("wave 1", 1, {"is": "kept"})

    found = try_all(record, wave(1), ((n, [n], None) for n in range(3)), executor, lambda *_: None)

    assert found == {0: {"is": [0]}, 1: {"is": "kept"}, 2: {"is": [2]}}
    assert executor.ran == 2


def test_a_draw_survives_that_misses_few_constraints_and_none_by_far() -> None:
    aims = {c.name: c for c in held.constraints() if c.name in {"T1", "T2", "T7", "T8"}}
    fine = toy(FRESH, 0, prior(2, 0)[0].tolist())["found"]

    def off(by: float, *names: str) -> dict[str, Any]:
        missed = {n: (aims[n].high + (by if n in names else 0.0) * aims[n].over, 0.0) for n in aims}
        return {"found": fine | missed}

    tried = [off(0.0), off(3.1, "T1", "T2", "T7"), off(3.1, *aims), off(2.9, *aims), off(8.5, "T7")]

    assert survivors(dict(enumerate(tried)), FRESH) == [0, 1, 3]


def test_draws_of_the_first_wave_share_their_luck_and_later_ones_do_not() -> None:
    assert wave(1).luck(3) == wave(1).luck(4)
    assert len({stage.luck(n) for stage in (wave(2), PANEL, FRESH) for n in range(50)}) == 150


def test_known_truths_are_found_on_a_linear_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    few = free_coefficients()[:4]
    monkeypatch.setattr(calibration, "free_coefficients", lambda: few)
    monkeypatch.setattr(calibration, "posterior", lambda *args: posterior(*args[:6], 200))
    rng = np.random.default_rng(1)
    unit = rng.random((300, 4))
    names = [*(t.name for t in TARGETS), *held.CONTRASTS]
    slopes = 0.3 * rng.standard_normal((4, len(names)))
    outputs = 0.5 + (unit - 0.5) @ slopes + 0.02 * rng.standard_normal((300, len(names)))
    results = {
        n: {"found": {name: (float(x), 0.02) for name, x in zip(names, row, strict=True)}}
        for n, row in enumerate(outputs)
    }

    told = known_truths(values_of(unit, few), results, 20, 0)

    assert told["of"] == 20
    assert told["contrasts"] == list(held.CONTRASTS)
    assert all(15 <= count <= 20 for count in told["held"])
    widths = np.subtract([one["high"] for one in told["each"]], [one["low"] for one in told["each"]])
    before = np.subtract(*np.quantile(outputs[:, -len(held.CONTRASTS) :], [0.95, 0.05], axis=0))
    assert (widths.mean(axis=0) < 0.8 * before).all()  # the evidence says something


def test_a_coefficient_that_evidence_narrows_is_seen() -> None:
    rng = np.random.default_rng(0)
    unit = rng.random((300, len(ADDRESSES)))
    unit[:, 0] = 0.2 + 0.1 * unit[:, 0]
    sets = [dict(zip(ADDRESSES, draw, strict=True)) for draw in values_of(unit, free_coefficients())]

    found = constrained(sets)

    assert found[free_coefficients()[0].address]["narrowed"] > 0.85
    assert found[free_coefficients()[0].address]["p"] < 1e-6
    assert abs(found[free_coefficients()[1].address]["narrowed"]) < 0.15
