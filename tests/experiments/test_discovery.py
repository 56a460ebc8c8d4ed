"""Scenario discovery: what a case is, boxes that hold on what did not find them, and sentences that say them."""

from __future__ import annotations

import builtins
import json
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import conducive as cz
from conducive.experiments.cli import app as cli
from conducive.experiments.sweep.discovery.boxes import Discovery, Limit, roundest
from conducive.experiments.sweep.discovery.cases import FEWEST_TO_SPLIT, factors_of
from conducive.experiments.sweep.discovery.figures import discovery_figure
from conducive.experiments.sweep.discovery.plan import discover
from conducive.experiments.sweep.discovery.text import sentence
from conducive.scenarios.files import to_toml

TURNOVER, TERM, IDLE = "workforce_capacity.turnover", "finance.funding_term", "attitudes"


def sweep(points: int = 300, replicates: int = 4, chance_in: float = 0.9, chance_out: float = 0.05) -> pd.DataFrame:
    """A made-up sweep: sustained is likely under low turnover and long funding; attitudes do nothing."""
    random = np.random.default_rng(5)
    turnover, term = random.uniform(0.08, 0.25, points), random.integers(12, 73, points)
    likely = np.where((turnover < 0.14) & (term > 40), chance_in, chance_out)
    each = pd.DataFrame(
        {"point": np.arange(points), TURNOVER: turnover, TERM: term, IDLE: random.random(points), "likely": likely}
    )
    frame = each.loc[each.index.repeat(replicates)].reset_index(drop=True)
    frame["replicate"] = np.tile(np.arange(replicates), points)
    frame["sustained"] = (random.random(len(frame)) < frame.pop("likely")).astype(float)
    frame["use_at_fidelity"] = 0.6 * frame["sustained"] + 0.1 * random.random(len(frame))
    return frame


@cache
def found() -> Discovery:
    return discover(sweep())


# ---- Boxes ---------------------------------------------------------------------------------------------------------


def test_the_box_is_where_the_outcome_was_made_likely() -> None:
    box = found().boxes[0]
    low = {limit.factor: limit.low for limit in box.limits if np.isfinite(limit.low)}
    high = {limit.factor: limit.high for limit in box.limits if np.isfinite(limit.high)}

    assert high.keys() == {TURNOVER}
    assert low.keys() == {TERM}
    assert high[TURNOVER] == pytest.approx(0.14, abs=0.012)
    assert low[TERM] == pytest.approx(40, abs=4)


def test_density_and_coverage_are_those_of_the_points_held_out() -> None:
    box = found().boxes[0]
    held = found().cases[found().cases["held_out"]]
    inside = held[box.holds(held)]

    assert 0 < len(held) < len(found().cases)
    assert box.density.mean == pytest.approx(inside["chance"].mean())
    assert box.coverage.mean == pytest.approx(inside["chance"].sum() / held["chance"].sum())
    assert box.points == len(inside)
    for estimate in (box.density, box.coverage):
        assert 0 <= estimate.low < estimate.mean < estimate.high <= 1


def test_replicates_of_a_point_are_held_out_together() -> None:
    assert found().cases["point"].is_unique
    assert (found().cases["runs"] == 4).all()


def test_a_factor_that_does_nothing_is_in_no_box_however_the_noise_falls() -> None:
    assert all(limit.factor != IDLE for box in found().boxes for limit in box.limits)

    noise = discover(sweep(chance_in=0.3, chance_out=0.3))

    assert noise.boxes == ()
    assert "No box was found" in noise.text()


def test_a_density_that_is_not_reached_is_told() -> None:
    short, reached = (discover(sweep(), density=density, boxes=1) for density in (0.99, 0.6))

    assert short.boxes[0].found[0] < 0.99
    assert "Asked for was a density of 99.0%, of which box 1 falls short" in " ".join(short.text().split())
    assert reached.boxes[0].found[0] > 0.6
    assert "Asked for" not in reached.text()


def test_density_that_is_asked_for_buys_it_with_coverage() -> None:
    blurred = sweep(chance_in=0.7, chance_out=0.2)

    dense = discover(blurred, density=0.65, boxes=1).boxes[0]
    wide = discover(blurred, density=0.45, boxes=1).boxes[0]

    assert dense.found[0] > wide.found[0]
    assert dense.found[1] < wide.found[1]


def test_the_same_sweep_gives_the_same_boxes_whatever_the_order_of_its_rows() -> None:
    again = discover(sweep().sample(frac=1, random_state=3))

    assert again.boxes == found().boxes
    assert again.text() == found().text()


def test_few_points_are_not_split_and_it_says_that_figures_flatter() -> None:
    few = discover(sweep(FEWEST_TO_SPLIT - 1, 6))

    assert not few.cases["held_out"].any()
    assert "flatter them" in few.text()


def test_authorities_are_a_factor() -> None:
    frame = sweep()
    frame.insert(1, "authority", np.where(frame["point"] % 3, "Leeds", "Kent"))
    frame.loc[frame["authority"] == "Kent", "sustained"] = 0.0

    box = discover(frame).boxes[0]

    assert Limit("authority", among=("Leeds",)).text() in {limit.text() for limit in box.limits}
    assert box.holds(frame).sum() == (box.holds(frame) & (frame["authority"] == "Leeds")).sum() > 0


def test_a_table_of_boxes_says_each_limit_in_words_and_a_switch_as_one() -> None:
    frame = sweep()
    frame.insert(1, "mechanisms.turnover", (frame["point"] % 3 == 0).astype(float))
    frame.loc[frame["mechanisms.turnover"] == 0, "sustained"] = 0.0

    table = discover(frame).table

    switch = table[table["factor"] == "mechanisms.turnover"].iloc[0]
    assert switch["says"] == "the mechanism turnover is switched on"
    assert not table.isin(["on or off"]).to_numpy().any()
    assert table["says"].str.contains(" is ").all()


# ---- Outcomes ------------------------------------------------------------------------------------------------------


def test_an_outcome_may_be_an_indicator_over_or_under_a_value() -> None:
    over, under = discover(sweep(), "use_at_fidelity", over=0.3), discover(sweep(), "use_at_fidelity", under=0.3)

    assert over.boxes[0].limits[0].factor in {TURNOVER, TERM}
    np.testing.assert_allclose(over.cases["chance"], 1 - under.cases["chance"])
    assert over.outcome == "use at fidelity over 30%"
    assert [each.found for each in over.boxes] == [each.found for each in found().boxes]


def test_runs_in_which_it_is_not_known_are_left_out_and_counted() -> None:
    frame = sweep()
    frame.loc[frame[TERM] > 60, "sustained"] = np.nan

    left = discover(frame)

    assert left.unknown == int((frame[TERM] > 60).sum())
    assert left.cases[TERM].max() <= 60
    assert f"{left.unknown} runs are left out" in " ".join(left.text().split())


@pytest.mark.parametrize(
    ("spoil", "options", "words"),
    [
        ({}, {"indicator": "sustaned"}, ("'sustaned' is not an indicator", "sustained")),
        ({}, {"indicator": "use_at_fidelity"}, ("not a yes or no", "--over")),
        ({}, {"over": 0.1, "under": 0.2}, ("both --over and --under",)),
        ({}, {"density": 1.5}, ("--density must be a number from 0 to 1",)),
        ({}, {"boxes": 0}, ("boxes must be a whole number, 1 to 10",)),
        ({"sustained": 0.0}, {}, ("came about in no run",)),
        ({"sustained": 1.0}, {}, ("came about in every run",)),
        ({"sustained": np.nan}, {}, ("not known in any run", "longer horizon", "use_at_fidelity over 0.1")),
        ({TURNOVER: 0.1, TERM: 24, IDLE: 0.5}, {}, ("no factor", "do not vary")),
    ],
)  # fmt: skip
def test_what_no_box_can_be_drawn_for_is_refused_clearly(
    spoil: dict[str, float], options: dict[str, Any], words: tuple[str, ...]
) -> None:
    with pytest.raises(cz.InputError) as refused:
        discover(sweep(60).assign(**spoil), **options)

    for word in words:
        assert word in str(refused.value)


def test_too_few_points_and_other_tables_are_refused() -> None:
    with pytest.raises(cz.InputError, match="7 design points are too few"):
        discover(sweep(7))
    with pytest.raises(cz.InputError, match="not the table of a sweep"):
        factors_of(pd.DataFrame({"month": [1]}))


def test_without_the_workbench_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("ema_workbench"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(cz.InputError, match=r"conducive\[discover\]"):
        discover(sweep(60))


# ---- Words, figures, files -----------------------------------------------------------------------------------------


def test_a_box_is_said_as_a_sentence_in_the_units_of_its_factors() -> None:
    box = found().boxes[0]

    said = sentence(found(), box)

    assert said.startswith(f"sustained in {box.density.mean:.0%} of cases when ")
    assert "turnover is under 1" in said
    assert "% a year" in said
    assert "funding term is over " in said
    assert "months" in said
    assert said.endswith(f"(covers {box.coverage.mean:.0%} of all successes)")


def test_two_limits_of_a_factor_are_said_as_one() -> None:
    frame = sweep()
    middle = frame[IDLE].between(0.4, 0.6)
    frame["sustained"] = np.where(middle, 1.0, 0.0)

    one = discover(frame, boxes=1)

    assert "is between 0." in sentence(one, one.boxes[0])


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0.137, 0.142, 0.14), (39, 41, 40), (0, 1, 0.5), (24, 36, 30), (-0.2, 0.3, 0)]
)
def test_a_limit_is_the_roundest_number_between_what_is_in_and_what_is_out(
    low: float, high: float, expected: float
) -> None:
    assert roundest(low, high) == expected


def test_boxes_and_peeling_are_written_as_data_and_as_a_figure(tmp_path: Path) -> None:
    found().write(tmp_path)

    boxes = pd.read_csv(tmp_path / "boxes.csv")
    trajectory = pd.read_parquet(tmp_path / "trajectory.parquet")
    assert set(boxes["factor"]) == {TURNOVER, TERM}
    assert trajectory.groupby("box")["chosen"].sum().eq(1).all()
    assert (tmp_path / "chart.svg").stat().st_size > 0
    assert "Box 1: held out" in {text.get_text() for text in discovery_figure(found()).axes[0].get_legend().get_texts()}


def test_a_folder_without_a_sweep_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(cli.app, ["discover", "nowhere"], prog_name="conducive")

    assert result.exit_code == 2
    assert result.stderr.startswith("conducive: nowhere holds no sweep.")
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def discovered(*options: str) -> Result:
    return CliRunner().invoke(cli.app, ["discover", "swept", *options, "--out", "boxes"], prog_name="conducive")


def test_the_command_finds_boxes_once_and_knows_a_sweep_that_has_grown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "conducive.experiments.sweep.sweep", SimpleNamespace(read=lambda _: sweep()))
    Path("swept").mkdir()
    Path("swept/_manifest.json").write_text('{"kind": "sweep"}', encoding="utf-8")
    Path("swept/_failed.jsonl").write_text('{"point": 300}\n', encoding="utf-8")

    first, again = discovered(), discovered()
    Path("swept/part-00001.parquet").write_bytes(b"more")
    grown = discovered()

    assert first.exit_code == 0, first.output
    assert "Sustained in " in first.stdout
    assert "1 design point failed and is missing" in " ".join(first.stdout.split())
    assert "nothing was run again" in again.stdout
    assert grown.exit_code == 2
    assert "boxes holds a different run" in grown.stderr
    assert json.loads(Path("boxes/provenance.json").read_text("utf-8"))["kind"] == "discovery"


def test_the_command_finds_boxes_in_a_sweep_that_was_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("conducive.experiments.sweep.sweep")
    monkeypatch.chdir(tmp_path)
    Path("short.toml").write_text(to_toml(cz.load_scenario("classroom").change({"horizon": 12, "warm_up": 0})), "utf-8")
    Path("sweep.toml").write_text(
        'scenario = "short.toml"\ndesign = "latin-hypercube"\npoints = 60\nreplicates = 1\nseed = 0\n[factors]\n'
        '"finance.funding_term" = { low = 1, high = 24 }\n"workforce_capacity.turnover" = { low = 0.05, high = 0.4 }\n',
        encoding="utf-8",
    )
    swept = CliRunner().invoke(cli.app, ["sweep", "sweep.toml", "--out", "swept"], prog_name="conducive")
    assert swept.exit_code == 0, swept.output

    found = discovered("--indicator", "external_money", "--over", "1")

    assert found.exit_code == 0, found.output
    assert "funding term is over 1" in " ".join(found.stdout.split())
