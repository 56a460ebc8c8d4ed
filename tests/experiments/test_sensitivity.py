"""Sensitivity: indices of functions that are known, luck taken out, and what the command does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import sobol
from typer.testing import CliRunner

from conducive.experiments.cli.app import app
from conducive.experiments.lives.ensemble import WorkersError
from conducive.experiments.search.factors import Factor, factors
from conducive.experiments.search.sensitivity import plan as study
from conducive.experiments.search.sensitivity.figures import interaction_figure, ranking_figure
from conducive.experiments.search.sensitivity.indices import (
    Decomposition,
    decomposed,
    morris_design,
    screened,
    sobol_design,
)
from conducive.experiments.search.sensitivity.plan import Sensitivity, sensitivity
from conducive.experiments.search.study import Means
from conducive.scenarios.conditions import conditions
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario

SMALL = load_scenario("classroom").change({"horizon": 12, "warm_up": 6, "organisation.posts": 12})
"""A service small and short enough to be lived through hundreds of times in a test."""
OVER = ("attitudes", "finance", "workforce_capacity.turnover")
ASKED = {"over": OVER, "indicator": "use", "points": 16, "trajectories": 6, "replicates": 2}

A, B = 7.0, 0.1
"""Of Ishigami and Homma's function (1990): sin x + A sin(y)^2 + B z^4 sin x over -pi to pi."""
ALONE = (0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 0.0)
WITH = B**2 * np.pi**8 * (1 / 18 - 1 / 50)
"""What x and z do only together."""
VARIANCE = sum(ALONE) + WITH
FIRST = np.array(ALONE) / VARIANCE
TOTAL = np.array([ALONE[0] + WITH, ALONE[1], WITH]) / VARIANCE
THREE = tuple(Factor(name, name.upper(), "", 0.0, 1.0) for name in "xyz")


def ishigami(shares: np.ndarray) -> np.ndarray:
    x, y, z = np.moveaxis((shares - 0.5) * 2 * np.pi, -1, 0)
    return np.asarray(np.sin(x) + A * np.sin(y) ** 2 + B * z**4 * np.sin(x))


def positions(points: int = 512, seed: int = 1) -> np.ndarray:
    design = sobol_design(THREE, points, seed)
    return design.positions.reshape(points, design.block, 3)


def lucky(at: np.ndarray, replicates: int, seed: int, *, main: float, stronger: float, white: float) -> np.ndarray:
    """Ishigami's function in lives: luck moves a life as a whole, makes x act more strongly, and is of the moment."""
    rng = np.random.default_rng(seed)
    blocks, points, _ = at.shape
    moves = main * rng.normal(size=(blocks, 1, replicates))
    acts = stronger * rng.normal(size=(blocks, 1, replicates)) * np.sin((at[:, :, :1] - 0.5) * 2 * np.pi)
    return np.asarray(ishigami(at)[:, :, None] + moves + acts + white * rng.normal(size=(blocks, points, replicates)))


def test_without_luck_indices_are_those_that_salib_gives() -> None:
    at = positions(64)
    outcome = np.repeat(ishigami(at)[:, :, None], 2, axis=2)

    found = decomposed(THREE, at, outcome)
    problem = {"num_vars": 3, "names": list("xyz"), "bounds": [[0, 1]] * 3}
    there = sobol.analyze(problem, ishigami(at).ravel(), seed=1)
    changed = at[:, ::-1]  # halves change places: B, BA, AB, A
    back = sobol.analyze(problem, ishigami(np.concatenate([changed[:, :1], changed[:, 3:0:-1], changed[:, 6:3:-1],
                                                            changed[:, -1:]], axis=1)).ravel(), seed=1)  # fmt: skip

    for index, name in ((found.first, "S1"), (found.total, "ST"), (found.pairs, "S2")):
        np.testing.assert_allclose(index.value, (there[name] + back[name]) / 2, atol=1e-9)
    assert found.luck == 0


def test_indices_of_a_known_function_are_found_within_their_intervals() -> None:
    at = positions()
    found = decomposed(THREE, at, lucky(at, 4, 0, main=0, stronger=0, white=0.1))

    for index, true in ((found.first, FIRST), (found.total, TOTAL), (found.together, TOTAL - FIRST)):
        assert (index.low <= true + 0.01).all()
        assert (true - 0.01 <= index.high).all()
        np.testing.assert_allclose(index.value, true, atol=0.06)
    assert found.pairs.value[0, 2] == pytest.approx(WITH / VARIANCE, abs=0.08)
    assert abs(found.pairs.value[0, 1]) < 0.06
    assert float(found.all_together.low) < WITH / VARIANCE < float(found.all_together.high)


def many(replicates: int, net: bool, **luck: float) -> dict[str, np.ndarray]:
    """Return indices averaged over many studies, luck taken out or left in."""
    found = []
    for seed in range(24):
        at = positions(128, seed)
        outcome = lucky(at, replicates, seed, **luck)
        if not net:
            outcome = np.repeat(outcome.mean(axis=2, keepdims=True), 2, axis=2)
        found.append(decomposed(THREE, at, outcome))
    return {
        "first": np.mean([d.first.value for d in found], axis=0),
        "total": np.mean([d.total.value for d in found], axis=0),
        "together": np.mean([d.all_together.value for d in found]),
    }


def test_luck_of_the_moment_does_not_look_like_conditions_working_together() -> None:
    luck = {"main": 0.0, "stronger": 0.0, "white": 4.0}
    raw, net = many(2, False, **luck), many(2, True, **luck)

    # Half of 4^2 in a mean of two lives, next to a variance of 14: more than a third of what is analysed.
    assert raw["together"] > WITH / VARIANCE + 0.2
    assert net["together"] == pytest.approx(WITH / VARIANCE, abs=0.06)
    assert raw["total"][1] > TOTAL[1] + 0.1
    np.testing.assert_allclose(net["total"], TOTAL, atol=0.06)
    np.testing.assert_allclose(net["first"], FIRST, atol=0.06)


def test_luck_by_which_a_condition_acts_more_strongly_is_not_an_effect_of_it() -> None:
    luck = {"main": 0.0, "stronger": 4.0, "white": 0.0}
    raw, net = many(2, False, **luck), many(2, True, **luck)

    assert raw["first"][0] > FIRST[0] + 0.08
    np.testing.assert_allclose(net["first"], FIRST, atol=0.07)
    np.testing.assert_allclose(net["total"], TOTAL, atol=0.07)


def test_luck_of_a_life_as_a_whole_is_taken_out_of_the_variance() -> None:
    luck = {"main": 3.0, "stronger": 0.0, "white": 0.0}
    net = many(2, True, **luck)

    np.testing.assert_allclose(net["total"], TOTAL, atol=0.07)


def test_the_share_of_luck_is_reported_for_single_runs_and_for_means() -> None:
    at = positions()
    found = decomposed(THREE, at, lucky(at, 4, 0, main=1, stronger=0, white=np.sqrt(8.0)))

    assert found.luck == pytest.approx(9 / (9 + VARIANCE), abs=0.04)
    assert found.luck_in_means == pytest.approx(9 / 4 / (9 / 4 + VARIANCE), abs=0.03)
    assert found.spread == pytest.approx(np.sqrt(VARIANCE), rel=0.1)


def test_intervals_hold_the_truth_in_about_19_of_20_studies_of_luck_and_all() -> None:
    # Of 7 intervals in each of 24 studies, 5% miss: more than 24 of 168 (14%) would be beyond chance.
    missed = 0
    for seed in range(24):
        at = positions(128, seed)
        found = decomposed(THREE, at, lucky(at, 3, seed, main=1, stronger=1, white=2), seed)
        for index, true in ((found.first, FIRST), (found.total, TOTAL)):
            missed += int(((index.low > true) | (index.high < true)).sum())
        missed += not found.all_together.low <= WITH / VARIANCE <= found.all_together.high

    assert missed <= 24


def test_nothing_is_claimed_where_all_is_luck_or_nothing_varies() -> None:
    at = positions(64)
    noise = np.random.default_rng(0).normal(size=(64, 8, 4))

    for outcome in (noise, np.zeros((64, 8, 4))):
        found = decomposed(THREE, at, outcome)
        assert not found.tells
        assert np.isnan(found.total.value).all()


def test_effects_have_the_sign_of_what_a_factor_does() -> None:
    at = positions(64)
    outcome = np.repeat((2 * at[:, :, 0] - at[:, :, 1])[:, :, None], 2, axis=2)

    np.testing.assert_allclose(decomposed(THREE, at, outcome).effect, [2, -1, 0], atol=1e-6)


def test_screening_finds_sizes_and_signs_and_says_what_luck_alone_would_show() -> None:
    design = morris_design(THREE, 60, 1)
    at = design.positions.reshape(60, 4, 3)
    line = 2 * at[:, :, 0] - at[:, :, 1]
    rng = np.random.default_rng(0)
    outcome = line[:, :, None] + 0.5 * rng.normal(size=(60, 4, 4)) + 5 * rng.normal(size=(60, 1, 4))

    found = screened(THREE, at, outcome)

    np.testing.assert_allclose(found.direction, [2, -1, 0], atol=0.25)
    np.testing.assert_allclose(found.strength.value[:2], [2, 1], atol=0.2)
    # A factor without effect shows the size of luck alone; luck of a life as a whole is the same along a trajectory.
    assert found.strength.value[2] == pytest.approx(found.luck[2], rel=0.3)
    assert (found.uneven < 0.35).all()


# ---- On the model --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    return sensitivity(SMALL, **ASKED)  # type: ignore[arg-type]


def test_all_points_of_a_block_meet_the_same_luck_and_other_blocks_other_luck(found: Sensitivity) -> None:
    runs = found.every_run
    design = runs[runs["design"] == "sobol"]
    block = design["point"] // 8

    assert (design.groupby(block)["replicate"].unique().map(list) == [[2 * n, 2 * n + 1] for n in range(16)]).all()
    row = design.iloc[50]
    changes = {name: row[name] for name in OVER}
    again = study._at_point(
        found.plan.question, found.plan.question.factors, 0, ([changes[n] for n in OVER], [int(row["replicate"])])
    )
    assert again[0] == row["use"]


def test_tables_have_a_row_for_each_factor_and_each_pair(found: Sensitivity) -> None:
    assert set(found.table["factor"]) == set(OVER)
    assert {"first", "total", "together_low", "mu_star", "luck"} <= set(found.table.columns)
    assert found.decomposition is not None
    assert len(found.decomposition.pair_table) == 3
    assert found.outcome.shape == (6 * 4 + 16 * 8, 2)


def test_inputs_stay_in_their_plausible_range_and_whole_numbers_whole() -> None:
    plan = sensitivity.plan(SMALL, ["finance.funding_term", "attitudes"], points=16)
    term = plan.question.factors[0]

    values = [term.value(share) for share in np.linspace(0, 1, 1001)]
    assert (min(values), max(values)) == (12, 72)
    assert all(float(v).is_integer() for v in values)
    counts = pd.Series(values).value_counts()
    assert counts.max() - counts.min() <= 2


def test_any_executor_gives_the_same_bits(found: Sensitivity, processes: Executor) -> None:
    by_process = found.plan.carry_out(Means(processes))
    with ThreadPoolExecutor(3) as threads:
        by_thread = found.plan.carry_out(Means(threads))

    for other in (by_process, by_thread):
        np.testing.assert_array_equal(other.outcome, found.outcome)
    assert by_thread.text() == found.text()


def test_keeping_a_few_leaves_the_others_as_they_are() -> None:
    found = sensitivity(SMALL, keep=2, **ASKED)  # type: ignore[arg-type]

    assert found.screening is not None
    best = {found.plan.question.factors[n].name for n in np.argsort(-found.screening.strength.value)[:2]}
    assert {f.name for f in found.kept} == best
    assert found.decomposition is not None
    assert found.decomposition.factors == found.kept
    assert len(found.outcome) == 6 * 4 + 16 * 6
    assert f"Taken on to Sobol: {found.kept[0].name} and {found.kept[1].name}" in " ".join(found.text().split())


def test_runs_that_cannot_be_judged_leave_out_their_block_and_it_is_said(found: Sensitivity) -> None:
    outcome = found.outcome.copy()
    outcome[0, 0] = outcome[6 * 4 + 3, 1] = np.nan
    less = Sensitivity(found.plan, outcome)

    assert less.screening is not None
    assert (less.screening.trajectories, less.screening.left_out) == (5, 1)
    blocks, left_out = study._blocks(outcome[24:], 8)
    assert (len(blocks), int(left_out.sum())) == (15, 1)
    text = " ".join(less.text().split())
    assert "1 trajectory of 6 left out" in text
    assert "Not analysed (Sobol): too few of their runs can be judged" in text


def known(outcome_of: Decomposition) -> Sensitivity:
    """Return an analysis whose Sobol part is a known one."""
    plan = sensitivity.plan(SMALL, OVER, method="sobol", points=16, replicates=2, indicator="use")
    made = Sensitivity(plan, np.zeros((plan.decomposing, 2)))
    made.__dict__["decomposition"] = outcome_of
    return made


def test_it_says_whether_conditions_work_together() -> None:
    at = positions()
    together = known(decomposed(THREE, at, lucky(at, 4, 0, main=0, stronger=0, white=0.1)))
    line = at @ np.array([3.0, 2.0, 1.0])
    alone = known(decomposed(THREE, at, np.repeat(line[:, :, None], 2, axis=2)))
    luck = known(decomposed(THREE, at[:64], np.random.default_rng(0).normal(size=(64, 8, 4))))

    said = " ".join(together.text().split())
    assert "Yes. " in said
    assert "- x with z: " in said
    assert "that is not shown" in " ".join(alone.text().split())
    assert "cannot be told from luck" in " ".join(luck.text().split())
    assert "Yes. " not in luck.text()


def test_charts_rank_by_total_and_map_pairs() -> None:
    at = positions()
    d = decomposed(THREE, at, lucky(at, 4, 0, main=0, stronger=0, white=0.1))
    made = known(d)

    ranked = ranking_figure(made).axes[0]
    assert [label.get_text()[0] for label in ranked.get_yticklabels()] == ["X", "Y", "Z"]
    cells = interaction_figure(d, made).axes[0]
    assert {t.get_text() for t in cells.texts} >= {f"{100 * d.pairs.value[0, 2]:.0f}"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"over": ["finance", "atitudes"]}, "Did you mean attitudes"),
        ({"over": ["finance", "finance.funding_term"]}, "would move finance.funding_term twice"),
        ({"over": ["finance", "finance"]}, "twice"),
        ({"over": ["finance"]}, "must be a whole number, 2"),
        ({"over": ["finance", "organisation.posts=50:40"]}, "Did you mean 40:50"),
        ({"over": ["finance", "horizon"]}, "cannot be varied"),
        ({"points": 500}, "Did you mean 256 or 512?"),
        ({"points": 8}, "points must be a whole number, 16"),
        ({"method": "sobal"}, "method must be morris, sobol or both"),
        ({"replicates": 1}, "replicates must be a whole number, 2"),
        ({"keep": 19}, "keep must be a whole number, 2 to 18"),
        ({"keep": 5, "method": "sobol"}, "needs both"),
        ({"trajectories": 1}, "trajectories must be"),
        ({"indicator": "use_at_fidelty"}, "Did you mean use_at_fidelity"),
        ({"month": 500}, "month must be a whole number, 1 to 12"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_is_allowed(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as refused:
        sensitivity(SMALL, **arguments)  # type: ignore[arg-type]

    assert message in str(refused.value)


def test_all_18_conditions_are_varied_unless_some_are_named() -> None:
    plan = sensitivity.plan(SMALL)

    assert [f.name for f in plan.question.factors] == [c.name for c in conditions()]
    assert plan.decomposing == 19_456
    assert factors(["coefficients.memory_transfer"])[0].low > 0


def test_sustained_use_is_known_at_every_point() -> None:
    plan = sensitivity.plan("classroom", ["finance", "attitudes"], indicator="sustained", points=16, replicates=2)

    for end in (0.0, 1.0):
        assert not np.isnan(plan.question.outcome([end, 1.0], range(2), 0)).any()


# ---- The command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text('name = "small"\nhorizon = 12\nwarm_up = 6\n[organisation]\nposts = 12\nfamilies = 100\n')
    return path


def command(file: Path, out: Path, *more: str) -> list[str]:
    over = [part for name in OVER for part in ("--over", name)]
    sizes = ["--points", "16", "--trajectories", "6", "--replicates", "2", "--indicator", "use", "--out", str(out)]
    return ["sensitivity", str(file), *over, *sizes, *more]


def test_the_command_writes_tables_charts_and_summary_and_does_not_run_twice(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    first = CliRunner().invoke(app, command(file, out))
    again = CliRunner().invoke(app, command(file, out))
    other = CliRunner().invoke(app, command(file, out, "--seed", "1"))

    assert first.exit_code == 0, first.output
    written = {p.name for p in out.iterdir()}
    assert {"factors.csv", "factors.parquet", "ranking.png", "ranking.svg", "runs.parquet", "summary.txt"} <= written
    assert "304 runs: about" in first.stderr
    assert "done before" in again.output
    assert other.exit_code == 2
    assert "holds a different run" in other.stderr
    identity = json.loads((out / "provenance.json").read_text())["identity"]
    assert identity["factors"]["attitudes"] == [0.0, 1.0]


def test_the_command_refuses_bad_input_with_status_2_and_writes_nothing(file: Path, tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, command(file, tmp_path / "out", "--over", "atitudes"))

    assert refused.exit_code == 2
    assert "Did you mean attitudes" in refused.stderr
    assert not (tmp_path / "out").exists()


def stopping(monkeypatch: pytest.MonkeyPatch, after: int, stop: BaseException) -> list[int]:
    """Stop after so many points; return their number, to which a test adds 0 for those of another go to be counted."""
    lived, counts = study._lived, [0]

    def counted(*arguments: object) -> Iterator[np.ndarray]:
        for values in lived(*arguments):  # type: ignore[arg-type]
            if counts == [after]:
                raise stop
            counts[-1] += 1
            yield values

    monkeypatch.setattr(study, "_lived", counted)
    return counts


@pytest.mark.parametrize("stop", [10, 100])
def test_an_interrupted_analysis_is_kept_and_goes_on_where_it_stopped(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"

    CliRunner().invoke(app, command(file, whole))
    counts = stopping(monkeypatch, stop, KeyboardInterrupt())
    interrupted = CliRunner().invoke(app, command(file, out))
    kept = len(pd.read_parquet(out / "runs.parquet"))
    counts.append(0)
    again = CliRunner().invoke(app, command(file, out))

    assert interrupted.exit_code == 130
    assert "Interrupted" in interrupted.output
    assert kept == 2 * stop
    assert counts == [stop, 152 - stop]
    assert f"{kept} more are kept from before" in again.stderr
    assert again.exit_code == 0, again.output
    assert (out / "runs.parquet").read_bytes() == (whole / "runs.parquet").read_bytes()
    assert (out / "summary.txt").read_text() == (whole / "summary.txt").read_text()


@pytest.mark.parametrize(("stop", "kept"), [(BaseException("gone"), 90), (WorkersError("gone"), 100)])
def test_an_analysis_that_is_killed_or_whose_workers_are_lost_goes_on_from_what_was_kept(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: BaseException, kept: int
) -> None:
    """Killed, it loses at most the points since it last kept them; where workers are lost, none."""
    whole, out = tmp_path / "whole", tmp_path / "out"

    CliRunner().invoke(app, command(file, whole))
    monkeypatch.setattr(study, "KEPT", 30)
    counts = stopping(monkeypatch, 100, stop)
    if isinstance(stop, WorkersError):
        stopped = CliRunner().invoke(app, command(file, out))
        assert stopped.exit_code == 1
        assert "conducive: gone What was finished is kept" in stopped.stderr
    else:
        with pytest.raises(BaseException, match="gone"):
            CliRunner().invoke(app, command(file, out))
    there = len(pd.read_parquet(out / "runs.parquet"))
    counts.append(0)
    again = CliRunner().invoke(app, command(file, out))

    assert there == 2 * kept
    assert counts == [100, 152 - kept]
    assert again.exit_code == 0, again.output
    assert f"{2 * kept} more are kept from before" in again.stderr
    assert (out / "runs.parquet").read_bytes() == (whole / "runs.parquet").read_bytes()


def test_an_interrupt_before_anything_is_finished_writes_nothing(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> Iterator[np.ndarray]:
        raise KeyboardInterrupt

    monkeypatch.setattr(study, "_lived", stopped)

    assert CliRunner().invoke(app, command(file, tmp_path / "out")).exit_code == 130
    assert not (tmp_path / "out").exists()


def test_a_corrupted_file_of_earlier_runs_is_not_read(found: Sensitivity, tmp_path: Path) -> None:
    found.write(tmp_path)
    earlier = found.plan.earlier_runs(tmp_path)
    assert earlier is not None
    np.testing.assert_array_equal(earlier.to_numpy().ravel(), found.outcome.ravel())

    (tmp_path / "runs.parquet").write_bytes(b"PAR1 not a table")

    assert found.plan.earlier_runs(tmp_path) is None
