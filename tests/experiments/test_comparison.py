"""Comparisons: how many pairs it takes, what ignorance leaves, what one more person costs, what the same luck saves."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner, Result

from conducive.agents.practitioner import CAUSES
from conducive.experiments.cli import app as cli
from conducive.experiments.compare import comparison
from conducive.experiments.compare.answer import enough_in_words
from conducive.experiments.compare.comparison import Comparison, check_precision, compare
from conducive.experiments.compare.ladder import Rung
from conducive.experiments.compare.text import Cause, causes_in_words, cost_in_words, pairing_in_words
from conducive.experiments.folders import identity as identities
from conducive.experiments.lives import ensemble
from conducive.experiments.lives.ensemble import Ensemble, Life, run_each
from conducive.experiments.lives.intervals import ENOUGH, enough_values, half_width_of, uncertainty
from conducive.experiments.lives.plausible import PlausibleSets
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario

SMALL = load_scenario("classroom").change({"horizon": 36, "warm_up": 6, "organisation.posts": 20})
LONGER = SMALL.change({"finance.funding_term": 36})
LATE = SMALL.change({"horizon": 60})
QUICK = ("--set", "horizon=36", "--set", "warm_up=6", "--set", "organisation.posts=20")


@pytest.fixture(scope="module")
def late() -> Comparison:
    """Return a comparison in which sustained use can be judged, of 12 pairs under the default set."""
    return compare(LATE, LATE.change({"finance.grant": 2e5}), 12, 0, plausible=False)


def with_values(of: Comparison, sets: list[int] | None = None, **values: list[float]) -> Comparison:
    """Return a comparison whose alternative has other values of some indicators, by pair; the base has 0 or 0.2."""

    def arm(each: Ensemble, share: float) -> Ensemble:
        lives = []
        for n, life in enumerate(each.lives[: len(next(iter(values.values())))]):
            monthly = life.monthly.copy()
            for name, by_pair in values.items():
                monthly[name] = by_pair[n] if share else {"use_at_fidelity": 0.2}.get(name, 0.0)
            lives.append(replace(life, monthly=monthly, set=sets[n] if sets else None))
        return replace(each, lives=tuple(lives), asked=len(lives))

    return Comparison(arm(of.base, 0), arm(of.alternative, 1))


def gaps(of: Comparison, by_pair: list[float], sets: list[int] | None = None) -> Comparison:
    return with_values(of, sets, use_at_fidelity=[0.2 + gap for gap in by_pair])


def flat(text: str) -> str:
    return " ".join(text.split())


def conducive(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), prog_name="conducive")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ---- How many pairs ------------------------------------------------------------------------------------------------


def test_a_half_width_is_reckoned_as_the_interval_would_have_it_on_average() -> None:
    rng = np.random.default_rng(0)
    for sets, each in ((1, 40), (50, 4), (12, 10)):
        studies = rng.normal(0, 1.5 if sets > 1 else 0, (sets, 3000)).repeat(each, axis=0)
        values = studies + rng.normal(0, 2, studies.shape)
        found = uncertainty(values, np.repeat(np.arange(sets), each))

        reckoned = half_width_of(np.array(2.0), np.array(1.5), np.array(float(sets * each)), np.array(sets))

        assert np.mean(found.high - found.low) / 2 == pytest.approx(float(reckoned), rel=0.03)


def test_without_plausible_sets_a_quarter_of_the_width_takes_sixteen_times_the_pairs(late: Comparison) -> None:
    found = gaps(late, [0.1, -0.1] * 6)

    needed = found.pairs_needed(found.half_width() / 4)

    # Student's t shrinks from 2.20 with 12 pairs to 1.97, so it takes a little less.
    assert needed == pytest.approx(16 * 12 * (1.974 / 2.201) ** 2, rel=0.03)


def test_ignorance_that_pairs_do_not_narrow_needs_infinitely_many(late: Comparison) -> None:
    sets = [1] * 4 + [2] * 4 + [3] * 4
    found = gaps(late, [0.0, 0.02] * 2 + [0.3, 0.32] * 2 + [0.6, 0.62] * 2, sets)

    assert found.pairs_needed(0.02) == np.inf
    assert found.narrowest() > 0.3
    # Many more sets help a little: Student's t with two degrees of freedom is large.
    assert np.isfinite(found.pairs_needed(1.2))
    assert found.pairs_needed(1.2) % 4 == 0


def test_one_pair_tells_nothing_about_how_many_are_needed(late: Comparison) -> None:
    assert np.isnan(gaps(late, [0.1]).pairs_needed(0.1))


def test_it_is_said_how_many_pairs_are_needed_or_that_none_would_do(late: Comparison) -> None:
    by_pair = [0.3, -0.26] * 6

    few = enough_in_words(gaps(late, by_pair))
    assert "More pairs are needed, and these are too few to say how many." in few

    many = replace(late, base=three_times(late.base), alternative=three_times(late.alternative))
    unclear = gaps(many, by_pair * 3)
    needed = unclear.pairs_needed(0.02)
    assert f"About {round(needed, -2):,.0f} pairs would be needed" in enough_in_words(unclear)
    assert "These pairs are enough to tell more from none." in enough_in_words(gaps(many, [0.1, 0.12] * 18))
    assert "These pairs are enough to tell fewer from none." in enough_in_words(gaps(many, [-0.1, -0.12] * 18))
    assert enough_in_words(gaps(many, [0.0] * 36)) == ""


@pytest.mark.parametrize("pairs", [2, 5])
def test_a_handful_of_pairs_that_are_all_alike_is_said_to_show_nothing(late: Comparison, pairs: int) -> None:
    few = gaps(late, [0.05] * pairs)

    said = flat(few.text())

    assert enough_in_words(few) == (
        "All these pairs show the same difference. So few may do so by chance: more are needed."
    )
    assert f"+5.0 percentage points, but {pairs} pairs cannot tell" in said
    assert "clearly more (" not in said
    assert "These pairs are enough to tell more from none." in enough_in_words(gaps(late, [0.05] * 6))


@pytest.mark.parametrize(("rung", "clear"), [("cannot tell", False), ("very likely", False), ("clearly", True)])
def test_only_causes_that_clearly_differ_are_named(late: Comparison, rung: Rung, clear: bool) -> None:
    causes = [Cause("left post", 4.0, 3.0, -1.0, -1.0, -1.0, rung)]

    said = causes_in_words(late, causes)

    assert ("For as much use, clearly less often in B: left post." in said) == clear
    assert ("no cause surely strikes more often" in said) != clear


def test_causes_are_rates_so_that_more_use_is_no_fault(late: Comparison) -> None:
    """Twice as many users, and twice as many stops: as many for each year of use."""
    both = [replace(each, lives=tuple(with_stops(life, n) for life in each.lives)) for n, each in
            ((1, late.base), (2, late.alternative))]  # fmt: skip

    row = Comparison(both[0], both[1]).causes.set_index("cause").loc["overload"]

    assert (row["base"], row["alternative"]) == (10, 20)
    assert row["base_rate"] == row["alternative_rate"] == pytest.approx(100 * 10 / (0.1 * 20 * 5))
    assert row["rate"] == pytest.approx(0, abs=1e-9)
    assert row["rung"] == "no difference that matters"


def with_stops(life: Life, times: int) -> Life:
    """Return a life of 20 posts in which a tenth, so many times, uses it, and ten, so many times, stop for overload."""
    monthly = life.monthly.copy()
    monthly["use"], monthly["filled_posts"] = 0.1 * times, 20
    ledger = np.zeros(10 * times, life.ledger.dtype)
    ledger["month"], ledger["cause"] = 1, CAUSES.index("overload")
    return replace(life, monthly=monthly, ledger=ledger)


def three_times(of: Ensemble) -> Ensemble:
    return replace(of, lives=of.lives * 3, asked=3 * of.asked)


def test_ignorance_is_told_as_what_more_pairs_do_not_narrow(late: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    three = PlausibleSets(({}, {}, {}), {})
    monkeypatch.setattr(comparison, "plausible_sets", lambda: three)
    many = replace(late, base=three_times(late.base), alternative=three_times(late.alternative))
    found = gaps(many, [0.0, 0.02] * 6 + [0.3, 0.32] * 6 + [0.6, 0.62] * 6, [1] * 12 + [2] * 12 + [3] * 12)

    said = enough_in_words(found)

    left = f"{100 * found.narrowest():.1f} percentage points"
    assert f"More pairs would hardly help: not knowing the coefficients alone keeps it at about {left}" in said
    assert "only evidence would narrow" in said


# ---- Precision -----------------------------------------------------------------------------------------------------


def test_pairs_are_added_until_the_precision_is_reached_and_no_longer() -> None:
    steps: list[tuple[int, int]] = []

    found = compare(
        SMALL, LONGER, 5, 0, precision=0.004, plausible=False, going_on=lambda c, more: steps.append((c.pairs, more))
    )

    assert steps
    assert steps[0][0] == ENOUGH
    assert found.pairs == steps[-1][1]
    assert found.half_width() <= 0.004
    at_once = compare(SMALL, LONGER, found.pairs, 0, plausible=False)
    assert_frame_equal(found.differences, at_once.differences, check_exact=True)
    assert "Asked for was 0.4 percentage points" in enough_in_words(found)
    assert f"{found.pairs} pairs are enough." in enough_in_words(found)


def test_pairs_under_plausible_sets_are_those_of_asking_for_as_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = tuple(ensemble.plausible_sets().sets[:16])
    for module in (comparison, ensemble):
        monkeypatch.setattr(module, "plausible_sets", lambda: PlausibleSets(sets, {}))
    first = compare(SMALL, LONGER, 24, 0)

    further = run_each((SMALL, LONGER), 48, 0, plausible=True, agents=False, earlier=(first.base, first.alternative))
    beyond = run_each((SMALL, LONGER), 80, 0, plausible=True, agents=False, earlier=further)

    for grown in (further, beyond):
        at_once = run_each((SMALL, LONGER), len(grown[0].lives), 0, plausible=True, agents=False)
        for one, other in zip(grown, at_once, strict=True):
            assert_frame_equal(one.monthly, other.monthly, check_exact=True)
            assert_frame_equal(one.ledger, other.ledger, check_exact=True)


def test_what_was_lived_is_not_lived_again() -> None:
    lived: list[int] = []

    class Counting(ThreadPoolExecutor):
        def submit(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
            lived.append(1)
            return super().submit(*args, **kwargs)  # type: ignore[arg-type]

    first = run_each((SMALL,), 6, 0)
    with Counting(1) as pool:
        run_each((SMALL,), 10, 0, executor=pool, earlier=first)

    assert len(lived) == 4


def test_a_precision_within_reach_of_the_first_pairs_asks_for_no_more() -> None:
    found = compare(SMALL, LONGER, 40, 0, precision=0.9, plausible=False)

    assert found.pairs == 40


def test_ignorance_ends_the_search_with_a_plain_statement() -> None:
    found = compare(SMALL, LONGER, 8, 0, precision=0.0001)
    available = len(ensemble.plausible_sets().sets)

    assert found.pairs == enough_values(available)
    assert not found.base.interrupted
    assert "More pairs would hardly help" in enough_in_words(found)


def test_the_number_of_pairs_is_bounded_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "MOST_PAIRS", 50)

    found = compare(SMALL, LONGER, 5, 0, precision=0.002, plausible=False)

    assert found.pairs == 50
    assert "more than are run for a precision: ask for them with --replicates." in enough_in_words(found)


def test_an_interrupt_of_a_later_round_keeps_at_least_the_earlier_one() -> None:
    done: list[int] = []

    def stop(_: int) -> None:
        done.append(1)
        if len(done) > 2 * ENOUGH + 3:
            raise KeyboardInterrupt

    found = compare(SMALL, LONGER, 5, 0, precision=0.005, plausible=False, progress=stop)

    assert found.base.interrupted
    assert found.alternative.interrupted
    assert found.pairs >= ENOUGH
    assert "but it was interrupted before" in enough_in_words(found)
    numbers = [[life.replicate for life in each.lives] for each in (found.base, found.alternative)]
    assert numbers[0] == numbers[1] == sorted(set(numbers[0]))
    assert numbers[0][:ENOUGH] == list(range(ENOUGH))


@pytest.mark.parametrize(
    ("precision", "meant"),
    [(2, "0.02"), (0, "0.02"), (-1, "0.02"), (50.0, "0.5"), (float("nan"), "0.02"), ("0.1", "0.02"), (True, "0.02")],
)
def test_a_precision_that_is_none_is_refused(precision: object, meant: str) -> None:
    with pytest.raises(InputError, match=rf"precision must be between 0 and 1.*Did you mean {meant}\?"):
        check_precision(precision)


def test_a_comparison_of_a_precision_is_its_own_and_knows_how_far_it_went(here: Path) -> None:
    asked = (
        "compare",
        "classroom",
        "six-year-funding",
        *QUICK,
        "--default-set",
        "--precision",
        "0.004",
        "--out",
        "both",
    )

    first = conducive(*asked, "--replicates", "5")
    again = conducive(*asked, "--replicates", "5")
    other = conducive(*asked, "--replicates", "6")

    assert first.exit_code == again.exit_code == 0, first.output
    said = json.loads(Path("both/provenance.json").read_text("utf-8"))
    assert said["identity"]["precision"] == 0.004
    assert said["identity"]["replicates"] == 5
    assert said["replicates_asked"] == said["replicates_finished"] >= ENOUGH
    assert not said["interrupted"]
    assert "On to" in first.stderr
    assert "done before" in again.stdout
    assert "different run (replicates 5, not 6)" in other.stderr
    assert "precision" not in identities.comparison_identity(SMALL, LONGER, 5, 0)


# ---- Cost of one more practitioner-year ----------------------------------------------------------------------------


def test_the_cost_of_one_more_practitioner_year_is_extra_spending_over_extra_years(late: Comparison) -> None:
    # 20 filled posts: 6 more people for 60 months of GBP 1,000, or 900 to 1,100
    found = with_values(late, use_at_fidelity=[0.5] * 12, filled_posts=[20.0] * 12, spend=[900.0, 1100.0] * 6)
    for life in found.base.lives:
        life.monthly["filled_posts"] = 20.0

    cost = found.cost_per_year

    assert cost.years == pytest.approx((30, 30, 30))
    assert cost.spent[1] == pytest.approx(60_000)
    assert cost.each == pytest.approx(2_000)
    assert 1_800 < cost.low < 2_000 < cost.high < 2_200
    assert "additional practitioner-year of use as it is meant costs GBP 2,000 (95% interval" in cost_in_words(found)


def test_no_cost_is_given_where_the_difference_in_use_may_be_zero(late: Comparison) -> None:
    found = gaps(late, [0.3, -0.2] * 6)

    assert np.isnan([found.cost_per_year.each, found.cost_per_year.low]).all()
    assert "it cannot be told, because no difference is clear and it may be zero" in cost_in_words(found)


# ---- Chance and pairing --------------------------------------------------------------------------------------------


def test_the_chance_that_b_beats_a_stands_in_the_table_by_month_and_indicator(late: Comparison) -> None:
    found = gaps(late, [0.1] * 6 + [-0.1] * 3 + [0.0] * 3)

    table = found.differences
    row = table[(table["indicator"] == "use_at_fidelity") & (table["month"] == 60)].iloc[0]

    assert row["higher"] == found.chance_better() == pytest.approx((6 + 1.5) / 12)
    assert found.differences.query("indicator == 'sustained' and month == 1")["higher"].isna().all()


def test_the_same_luck_does_the_work_of_four_times_as_many_runs_while_both_are_funded() -> None:
    two, six = (SMALL.change({"finance.funding_term": months}) for months in (24, 72))

    found = compare(two, six, 80, 0)

    in_month_24 = found.differences.query("indicator == 'use_at_fidelity' and month == 24").iloc[0]
    assert found.variance_reduction("use_at_fidelity", 24) >= 4
    assert in_month_24["pairing"] == pytest.approx(found.variance_reduction("use_at_fidelity", 24))
    assert found.variance_reduction("use", 12) >= 4
    assert found.variance_reduction("belief", 12) >= 4
    assert found.variance_reduction("turnover_12m", 36) >= 4
    assert "does the work of so many times as many runs" in compare_text(found)


def compare_text(found: Comparison) -> str:
    return flat(found.text())


def test_where_the_same_luck_does_not_help_that_is_said(late: Comparison) -> None:
    many = replace(late, base=three_times(late.base), alternative=three_times(late.alternative))

    said = pairing_in_words(gaps(many, [0.1, 0.2] * 18))

    assert "it does not help" in said
    assert "so many times" not in said
