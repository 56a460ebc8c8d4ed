"""Plausible runs: replicates nested in sets of coefficients, and intervals that tell luck from ignorance."""

from __future__ import annotations

import json
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner, Result

from conducive.experiments.cli import app as cli
from conducive.experiments.compare import saving
from conducive.experiments.compare.chart import comparison_chart, run_chart
from conducive.experiments.compare.comparison import Comparison, compare
from conducive.experiments.folders import folder
from conducive.experiments.folders import identity as identities
from conducive.experiments.lives import ensemble
from conducive.experiments.lives.ensemble import Ensemble, Life, run, set_numbers
from conducive.experiments.lives.intervals import interval, interval_of_ratio, uncertainty
from conducive.experiments.lives.plausible import PlausibleSets, read_sets
from conducive.scenarios.coefficients import free_coefficients
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario, to_toml

SMALL = load_scenario("classroom").change({"horizon": 36, "warm_up": 12})
LONGER = SMALL.change({"finance.funding_term": 36})
ALONE, HOURS = "coefficients.try_alone", "coefficients.hours_per_case"
SETS = tuple({ALONE: alone, HOURS: hours} for alone, hours in ((1.5, 1.15), (0.2, 1.4), (3.0, 0.9)))
QUICK = ("--set", "horizon=36", "--set", "warm_up=12", "--replicates", "12")


BY_HAND, GAPS = [1, 1, 2, 2, 3, 3], [0.01, 0.03, 0.05, 0.07, 0.06, 0.08]
"""A case worked out by hand below: mean 5 points, interval 5 - 12.42 to 5 + 12.42."""


def use_sets(monkeypatch: pytest.MonkeyPatch, *sets: dict[str, float]) -> None:
    """Let made-up sets stand for those that come with the program."""
    for module in (ensemble, identities, folder):
        monkeypatch.setattr(module, "plausible_sets", lambda: PlausibleSets(sets, {}))


@pytest.fixture(autouse=True)
def three_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use_sets(monkeypatch, *SETS)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def contrast() -> Comparison:
    with pytest.MonkeyPatch.context() as patch:
        use_sets(patch, *SETS)
        return compare(SMALL, LONGER, 12, 0)


def made_up(contrast: Comparison, sets: list[int], gaps: list[float]) -> Comparison:
    """Return a comparison of pairs in given sets that differ in use as meant by given gaps in every month."""

    def arm(of: Ensemble, shares: list[float]) -> Ensemble:
        lives = []
        for life, number, share in zip(of.lives, sets, shares, strict=False):
            monthly = life.monthly.copy()
            monthly["use_at_fidelity"] = share
            lives.append(replace(life, monthly=monthly, set=number))
        return replace(of, lives=tuple(lives), asked=len(lives))

    return Comparison(arm(contrast.base, [0.5] * len(sets)), arm(contrast.alternative, [0.5 + gap for gap in gaps]))


def flat(text: str) -> str:
    return " ".join(text.split())


def conducive(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), prog_name="conducive")


# ---- Layout --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("replicates", "available", "sizes"),
    [
        (200, 50, [4] * 50),
        (100, 50, [4] * 25),
        (200, 3, [67, 67, 66]),
        (11, 50, [6, 5]),
        (8, 50, [4, 4]),
        (7, 50, [7]),
        (1, 50, [1]),
    ],
)
def test_replicates_are_spread_evenly_over_sets_with_four_or_more_in_each(
    replicates: int, available: int, sizes: list[int]
) -> None:
    numbers = set_numbers(replicates, available)

    assert numbers == sorted(numbers)
    assert np.bincount(numbers)[1:].tolist() == sizes


def test_each_replicate_lives_under_its_own_set_with_its_own_luck() -> None:
    found = run(SMALL, 12, 0, plausible=True)

    assert found.sets is not None
    assert found.sets.tolist() == [1] * 4 + [2] * 4 + [3] * 4
    assert [life.replicate for life in found.lives] == list(range(12))
    for number, each in enumerate(SETS):
        alone = run(SMALL.under(each), 12, 0).values("use_at_fidelity")
        np.testing.assert_array_equal(found.values("use_at_fidelity")[4 * number :][:4], alone[4 * number :][:4])
    assert len(np.unique(found.values("strain")[:, -1])) == 12


def test_the_monthly_table_of_a_plausible_run_ends_with_the_set() -> None:
    found, plain = run(SMALL, 12, 0, plausible=True), run(SMALL, 12, 0)

    assert list(found.monthly) == [*plain.monthly, "set"]
    assert found.monthly.groupby("replicate")["set"].first().tolist() == [1] * 4 + [2] * 4 + [3] * 4
    assert plain.sets is None


def test_both_arms_of_a_comparison_have_the_same_luck_and_the_same_sets(contrast: Comparison) -> None:
    same = compare(SMALL, SMALL, 12, 0)

    assert not same.difference("strain").any()
    assert contrast.difference("use_at_fidelity").any()
    assert_frame_equal(contrast.base.monthly, run(SMALL, 12, 0, plausible=True).monthly, check_exact=True)
    assert_frame_equal(contrast.alternative.monthly, run(LONGER, 12, 0, plausible=True).monthly, check_exact=True)


def test_what_a_scenario_sets_itself_stays_under_every_set() -> None:
    fixed = SMALL.change(SETS[0])

    assert_frame_equal(
        run(fixed, 12, 0, plausible=True).monthly.drop(columns="set"), run(fixed, 12, 0).monthly, check_exact=True
    )


def test_a_scenario_under_coefficients_of_its_own_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"classroom has coefficients of its own.*plausible=False"):
        run(SMALL.under(SETS[1]), 8, 0, plausible=True)


def test_threads_and_processes_give_the_same_bits(contrast: Comparison, processes: Executor) -> None:
    with ThreadPoolExecutor(1) as one:
        alone = compare(SMALL, LONGER, 12, 0, executor=one)
    apart = compare(SMALL, LONGER, 12, 0, executor=processes)

    for other in (alone, apart):
        assert_frame_equal(other.differences, contrast.differences, check_exact=True)


def test_an_interrupt_keeps_finished_replicates_with_their_sets() -> None:
    done = []

    def stop(_: int) -> None:
        done.append(1)
        if len(done) == 6:
            raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as one:
        part = run(SMALL, 40, 0, plausible=True, executor=one, progress=stop)

    assert part.interrupted
    assert part.sets is not None
    assert part.sets.tolist() == set_numbers(40, 3)[: len(part.lives)]
    part.summary()
    part.text()


# ---- Intervals -----------------------------------------------------------------------------------------------------


def test_luck_and_ignorance_are_those_of_an_analysis_of_variance_by_hand() -> None:
    # Set means 2, 6 and 7 around 5: mean square 28 / 2 between, 6 / 3 within.
    found = uncertainty(np.array([1.0, 3, 5, 7, 6, 8]), np.array([1, 1, 2, 2, 3, 3]))

    assert found.mean == 5
    assert found.luck**2 == pytest.approx(2)
    assert found.ignorance**2 == pytest.approx((14 - 2) / 2)
    assert found.luck_share == pytest.approx((2 / 6) / (6 + 7 / 3))
    assert found.agree == 1


def test_sets_of_different_sizes_are_weighed_as_the_textbook_does() -> None:
    # Means 2 and 6 of 2 and 3 around 4.4: 19.2 between, 10 / 3 within, 5 - 13 / 5 = 2.4 in an average set.
    found = uncertainty(np.array([1.0, 3, 4, 6, 8]), np.array([1, 1, 2, 2, 2]))

    assert found.luck**2 == pytest.approx(10 / 3)
    assert found.ignorance**2 == pytest.approx((19.2 - 10 / 3) / 2.4)


def test_sets_that_differ_by_no_more_than_luck_show_no_ignorance() -> None:
    found = uncertainty(np.array([1.0, 9, 2, 8, 0, 10]), np.array([1, 1, 2, 2, 3, 3]))

    assert found.ignorance == 0
    assert found.luck_share == 1


def test_known_luck_and_ignorance_are_found_and_the_interval_holds_a_new_set_19_times_in_20() -> None:
    rng = np.random.default_rng(0)
    sets, each, studies = 50, 4, 4000
    true = rng.normal(3, 1.5, (sets + 1, studies))
    values = np.repeat(true[:-1], each, axis=0) + rng.normal(0, 2, (sets * each, studies))

    found = uncertainty(values, np.repeat(np.arange(1, sets + 1), each))

    assert np.mean(found.luck**2) == pytest.approx(4, rel=0.02)
    assert np.mean(found.ignorance**2) == pytest.approx(2.25, rel=0.03)
    assert np.mean((found.low <= true[-1]) & (true[-1] <= found.high)) == pytest.approx(0.95, abs=0.015)


def test_empty_values_are_left_out_and_with_them_sets_that_have_no_other() -> None:
    values = np.array([[1.0, np.nan], [3, np.nan], [5, 5], [7, np.nan], [6, 6], [8, 8]])

    found = uncertainty(values, np.array([1, 1, 2, 2, 3, 3]))

    whole = uncertainty(np.array([5.0, 6, 8]), np.array([2, 3, 3]))
    assert found.ignorance[0] ** 2 == pytest.approx(6)
    for of_both, of_one in zip(found, whole, strict=True):
        assert of_both[1] == pytest.approx(of_one)


@pytest.mark.parametrize("sets", [None, np.ones(5, np.int64)])
def test_without_several_sets_the_interval_is_as_ever_and_ignorance_is_not_known(sets: np.ndarray | None) -> None:
    values = np.random.default_rng(0).normal(0, 1, (5, 7))

    found = uncertainty(values, sets)

    for bound, expected in zip(found, interval(values), strict=False):
        np.testing.assert_array_equal(bound, expected)
    np.testing.assert_allclose(found.luck, values.std(axis=0, ddof=1))
    assert np.isnan([found.ignorance, found.agree, found.luck_share]).all()


def test_the_interval_of_a_ratio_is_exact_where_the_answer_is_known() -> None:
    sets = np.repeat(np.arange(20), 4)
    under = np.random.default_rng(1).normal(10, 1, 80)
    over = np.random.default_rng(2).normal(30, 3, 80) + np.repeat(np.random.default_rng(3).normal(0, 5, 20), 4)

    constant, varying = interval_of_ratio(over, np.full(80, 10.0), sets), interval_of_ratio(over, under, sets)

    bounds = uncertainty(over, sets)
    assert constant == pytest.approx((bounds.low / 10, bounds.high / 10), rel=0.005)
    for end in varying:
        at = uncertainty(over - end * under, sets)
        assert min(abs(at.low), abs(at.high)) < 0.2
    assert varying[0] < over.mean() / under.mean() < varying[1]


# ---- Tables and texts ----------------------------------------------------------------------------------------------


def test_differences_come_with_luck_and_ignorance(contrast: Comparison) -> None:
    table = contrast.differences

    row = table[(table["indicator"] == "use_at_fidelity") & (table["month"] == 36)].iloc[0]
    gap = contrast.difference("use_at_fidelity")[:, -1].reshape(3, 4)
    assert list(table)[7:] == ["luck", "ignorance", "agree", "higher", "pairing"]
    assert row["luck"] ** 2 == pytest.approx(gap.var(axis=1, ddof=1).mean())
    assert row["mean"] == pytest.approx(gap.mean())
    between = gap.mean(axis=1).var(ddof=1)
    ignorance2 = max(0.0, between - gap.var(axis=1, ddof=1).mean() / 4)
    assert row["ignorance"] ** 2 == pytest.approx(ignorance2)
    expected = contrast.uncertainty(gap.ravel(), (-1.0, 1.0))
    assert (row["low"], row["high"]) == pytest.approx((float(expected.low), float(expected.high)))


def test_without_plausible_sets_differences_are_as_ever() -> None:
    plain = compare(SMALL, LONGER, 5, 0, plausible=False)

    table = plain.differences[plain.differences["indicator"] == "strain"]
    low, mean, high = interval(plain.difference("strain"), (-1.0, 1.0))
    np.testing.assert_array_equal(table[["low", "mean", "high"]].to_numpy(), np.stack([low, mean, high], axis=1))
    assert table["luck"].tolist() == pytest.approx(plain.difference("strain").std(axis=0, ddof=1).tolist())
    assert plain.differences[["ignorance", "agree"]].isna().all().all()
    assert np.isnan(plain.robustness())
    assert "plausible set" not in plain.text()
    assert_frame_equal(plain.base.monthly, run(SMALL, 5, 0).monthly, check_exact=True)


def test_the_summary_of_a_plausible_run_has_luck_and_ignorance(contrast: Comparison) -> None:
    found, plain = contrast.base.summary(), run(SMALL, 4, 0).summary()

    row = found[(found["indicator"] == "strain") & (found["month"] == 36)].iloc[0]
    levels = contrast.base.values("strain")[:, -1].reshape(3, 4)
    assert list(found) == [*plain, "luck", "ignorance"]
    assert row["luck"] ** 2 == pytest.approx(levels.var(axis=1, ddof=1).mean())
    assert row["high"] == pytest.approx(float(contrast.base.uncertainty(levels.ravel(), (0.0, 1.0)).high))


def test_robustness_is_the_share_of_sets_that_agree_with_the_mean(contrast: Comparison) -> None:
    found = made_up(contrast, [1, 1, 2, 2, 3, 3, 4, 4], [0.2, 0.4, 0.3, -0.1, -0.1, -0.1, 0.1, -0.1])

    assert found.robustness() == pytest.approx((1 + 1 + 0 + 0.5) / 4)
    assert found.robustness(month=5) == found.robustness("use_at_fidelity", 36)
    assert "in 2 of 4 plausible sets of coefficients B has more, in 1 fewer, in 1 as many" in flat(found.text())


def test_robustness_of_fewer_counts_sets_with_fewer(contrast: Comparison) -> None:
    found = made_up(contrast, [1, 1, 2, 2, 3, 3], [-0.2, -0.4, -0.3, -0.1, 0.1, 0.1])

    assert found.robustness() == pytest.approx(2 / 3)
    assert "in 2 of 3 plausible sets of coefficients B has fewer, in 1 more" in flat(found.text())


def test_a_comparison_says_how_many_sets_and_what_is_luck(contrast: Comparison) -> None:
    text = made_up(contrast, BY_HAND, GAPS).text()

    line = next(line for line in text.split("Luck or ignorance?")[1].splitlines() if line.startswith("Horizon"))
    assert text.isascii()
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "6 pairs of runs" in flat(text)
    assert "3 plausible sets, 2 pairs with each" in flat(text)
    assert line.split()[-3:] == ["1.4", "2.4", "4%"]  # the case by hand above, in percentage points
    assert "cannot tell (+5.0 percentage points, 95% interval" in flat(text)
    assert "doubt about the rules" in flat(text)


def test_a_plausible_run_says_how_many_sets_and_what_is_luck(contrast: Comparison) -> None:
    found = made_up(contrast, BY_HAND, GAPS).alternative
    text = found.text()

    share = float(found.uncertainty(found.values("use_at_fidelity")[:, -1]).luck_share)
    assert text.isascii()
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "3 plausible sets, 2 runs with each" in flat(text)
    assert f"Luck makes up {share:.0%} of the uncertainty" in flat(text)


def test_one_set_is_told_as_not_knowing_the_ignorance() -> None:
    text = compare(SMALL, LONGER, 7, 0).text()

    assert "how far results depend on them is not known" in flat(text)
    assert "From 8 pairs on" in flat(text)
    assert "Luck or ignorance?" not in text
    assert "of 1 plausible" not in text


def test_coefficients_that_a_scenario_fixes_are_told() -> None:
    whole = load_scenario(SMALL.complete())

    assert f"But {len(free_coefficients()) + 2} of them" not in flat(run(SMALL, 8, 0, plausible=True).text())
    assert "are set by a scenario itself and do not vary" in flat(run(whole, 8, 0, plausible=True).text())
    assert "But 1 of them is set by a scenario itself" in flat(compare(SMALL, SMALL.change({ALONE: 1}), 8, 0).text())


def test_sustained_is_told_with_the_wider_of_two_intervals(contrast: Comparison) -> None:
    lives = []
    for n, life in enumerate(contrast.base.lives):
        monthly = life.monthly.copy()
        monthly["sustained"] = float(n < 4)
        lives.append(Life(life.replicate, monthly, life.ledger, set=life.set))

    text = flat(replace(contrast.base, lives=tuple(lives)).text())
    assert "4 of 12 runs (33.3%, 95% interval 0.0% to 100.0%)" in text


def test_charts_say_over_how_many_sets_their_band_is(contrast: Comparison) -> None:
    for figure in (run_chart(contrast.base), comparison_chart(contrast)):
        figure.draw_without_rendering()
        box = figure.texts[-1].get_window_extent()
        assert "95% interval over 3 plausible sets" in figure.get_supxlabel()
        assert box.x1 <= figure.bbox.x1


def test_the_band_of_a_chart_counts_ignorance_in_full(contrast: Comparison) -> None:
    gap = comparison_chart(made_up(contrast, BY_HAND, GAPS)).axes[1]

    band = gap.collections[0].get_paths()[0].get_extents()
    found = made_up(contrast, BY_HAND, GAPS)
    expected = found.uncertainty(found.difference("use_at_fidelity")[:, -1], (-1.0, 1.0))
    assert (band.y0, band.y1) == pytest.approx((100 * float(expected.low), 100 * float(expected.high)), abs=1e-3)


# ---- Folders and the command line ----------------------------------------------------------------------------------


def test_a_plausible_run_is_another_run_and_so_is_one_with_other_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, plausible = (identities.run_identity(SMALL, 8, 0, plausible=p) for p in (False, True))
    use_sets(monkeypatch, SETS[0], SETS[2], SETS[1])
    other = identities.run_identity(SMALL, 8, 0, plausible=True)

    assert len({identities.key(each) for each in (plain, plausible, other)}) == 3
    saving.save(run(SMALL, 8, 0), Path("here"))
    with pytest.raises(InputError, match=f"plausible_sets none, not {other['plausible_sets']}"):
        folder.check_out(Path("here"), other)


def test_a_coefficient_held_at_its_default_makes_another_plausible_run() -> None:
    held = SMALL.change({ALONE: SMALL[ALONE]})

    assert identities.run_identity(held, 8, 0) == identities.run_identity(SMALL, 8, 0)
    assert identities.run_identity(held, 8, 0, plausible=True) != identities.run_identity(SMALL, 8, 0, plausible=True)


def test_provenance_knows_the_sets(contrast: Comparison) -> None:
    saving.save_comparison(contrast, Path("both"))

    for place in ("both", "both/base"):
        said = json.loads(Path(place, "provenance.json").read_text("utf-8"))
        assert said["plausible_sets"] == said["identity"]["plausible_sets"] == identities.sets_key()
    assert folder.check_out(Path("both"), identities.comparison_identity(SMALL, LONGER, 12, 0))
    assert not folder.check_out(Path("new"), identities.comparison_identity(SMALL, LONGER, 12, 0, plausible=False))


@pytest.mark.parametrize("place", ["", "Rutland"])
def test_the_scenario_in_the_folder_of_a_plausible_run_runs_again_to_the_same_bits(place: str) -> None:
    scenario = SMALL.at(place, 2024).with_wave(12).with_event(5, "incident") if place else SMALL
    scenario = scenario.change({"organisation.posts": 30, "coefficients.step_pace": 0.5})
    first = run(scenario, 12, 0, plausible=True)
    saving.save(first, Path("run"))

    again = run("run/scenario.toml", 12, 0, plausible=True)

    assert_frame_equal(again.monthly, first.monthly, check_exact=True)
    assert again.scenario.place == scenario.place
    assert folder.check_out(Path("run"), identities.run_identity(again.scenario, 12, 0, plausible=True))


def test_the_file_of_a_run_that_is_not_plausible_has_every_input() -> None:
    saving.save(run(SMALL, 2, 0), Path("run"))

    assert Path("run/scenario.toml").read_text("utf-8") == to_toml(SMALL)


def test_a_plausible_run_from_the_command_line_and_from_python_are_the_same_to_the_bit() -> None:
    result = conducive("run", "classroom", *QUICK, "--plausible", "--out", "here")

    assert result.exit_code == 0, result.output
    expected = run(SMALL, 12, 0, plausible=True)
    assert_frame_equal(pd.read_parquet("here/monthly.parquet"), expected.monthly, check_exact=True)
    assert expected.text() in result.stdout
    assert "different run" in conducive("run", "classroom", *QUICK, "--out", "here").stderr


def test_compare_uses_plausible_sets_unless_told_otherwise() -> None:
    for options, plausible in (((), True), (("--default-set",), False)):
        result = conducive("compare", "classroom", "classroom", *QUICK, *options, "--out", f"{plausible}")

        assert result.exit_code == 0, result.output
        expected = compare(SMALL, SMALL, 12, 0, plausible=plausible).differences
        assert_frame_equal(pd.read_parquet(f"{plausible}/differences.parquet"), expected, check_exact=True)


def test_sets_that_do_not_fit_are_refused_in_one_line_and_only_where_they_are_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("sets.csv").write_text("# model version: another\na,b\n1,2\n", "utf-8")
    for module in (ensemble, identities, folder):
        monkeypatch.setattr(module, "plausible_sets", lambda: read_sets(Path("sets.csv")))

    result = conducive("compare", "classroom", "baseline", *QUICK)

    assert result.exit_code == 2
    assert result.stderr.startswith("conducive: sets.csv has 'a', which is not a coefficient")
    assert result.stderr.count("\n") == 1
    assert [path.name for path in Path().iterdir()] == ["sets.csv"]
    with pytest.raises(InputError, match=r"sets\.csv"):
        compare(SMALL, LONGER, 2, 0)
    assert conducive("run", "classroom", *QUICK).exit_code == 0
