"""What is said about results: only what the numbers carry, at 80 columns, with the caution that belongs to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from conducive.experiments.compare.answer import headline
from conducive.experiments.compare.comparison import Comparison, compare
from conducive.experiments.compare.text import say_comparison
from conducive.experiments.lives.ensemble import Ensemble, Life, run
from conducive.experiments.lives.intervals import A_SHARE, interval, interval_of_ratio, interval_of_share
from conducive.experiments.lives.moments import moments, money_ends
from conducive.experiments.lives.text import say_run
from conducive.experiments.words import percent, points, pounds, signed, table, thousands
from conducive.scenarios.files import load_scenario

SMALL = load_scenario("classroom").change({"horizon": 60, "warm_up": 12})


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return run(SMALL, 12, 0)


def with_values(ensemble: Ensemble, **values: object) -> Ensemble:
    """Return an ensemble with other values of some indicators, the same in each replicate or given for each."""
    lives = []
    for n, life in enumerate(ensemble.lives):
        monthly = life.monthly.copy()
        for name, value in values.items():
            monthly[name] = value[n] if isinstance(value, list) else value
        lives.append(Life(life.replicate, monthly, life.ledger))
    return replace(ensemble, lives=tuple(lives))


def flat(text: str) -> str:
    return " ".join(text.split())


def check_page(text: str) -> None:
    assert text.isascii()
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "nan" not in text.casefold().split()
    assert "It is not a forecast" in flat(text)
    assert "assumptions" in text


def test_a_run_is_told_in_full(ensemble: Ensemble) -> None:
    text = say_run(ensemble)

    check_page(text)
    assert SMALL.title in text
    assert "12 runs of 60 months after launch, seed 0" in flat(text)
    for part in ("External money ends (month 24)", "12 months later (month 36)", "24 months later (month 48)"):
        assert part in text
    assert "Horizon (month 60)" in text
    for section in (
        "Is it sustained?",
        "Why use was lost",
        "People",
        "Money",
        "The conducive zone",
        "How to read this",
    ):
        assert section in text


def test_the_shares_told_are_those_of_the_table(ensemble: Ensemble) -> None:
    known = with_values(ensemble, use_at_fidelity=[0.1] * 6 + [0.3] * 6)

    line = next(line for line in say_run(known).splitlines() if line.startswith("Horizon (month 60)"))

    low, mean, high = (float(x) for x in interval(np.array([0.1] * 6 + [0.3] * 6), A_SHARE))
    assert mean == pytest.approx(0.2)
    assert line.split()[3:] == ["20.0%", percent(low), "to", percent(high), "10.0%", "to", "30.0%"]


def test_few_runs_show_all_and_not_eight_of_ten(ensemble: Ensemble) -> None:
    few = replace(ensemble, lives=ensemble.lives[:5], asked=5)

    assert "all runs" in say_run(few)
    assert "8 of 10 runs" not in say_run(few)


def test_one_run_has_no_interval() -> None:
    text = say_run(run(SMALL, 1, 0))

    check_page(text)
    assert "it has no interval" in flat(text)
    assert "the one run" in text


def test_a_sustained_innovation_is_counted_among_runs_that_can_be_judged(ensemble: Ensemble) -> None:
    text = flat(say_run(with_values(ensemble, sustained=[1.0] * 3 + [0.0] * 6 + [np.nan] * 3)))

    assert "sustained in 3 of 9 runs (33.3%" in text
    assert "3 runs could not be judged" in text


def test_what_cannot_be_judged_is_neither_success_nor_failure() -> None:
    text = flat(say_run(run(SMALL.change({"horizon": 30}), 2, 0)))

    assert "Not evaluable" in text
    assert "neither a success nor a failure" in text
    assert "It was sustained" not in text


def test_a_horizon_within_the_funding_is_told_without_later_moments() -> None:
    text = say_run(run(SMALL.change({"horizon": 12}), 2, 0))

    check_page(text)
    assert "External money ends" not in text
    assert "Horizon (month 12)" in text


def test_without_a_grant_months_count_from_launch() -> None:
    found = run(SMALL.change({"finance.grant": 0, "finance.funding_term": 0}), 2, 0)

    assert money_ends(found).tolist() == [0, 0]
    assert [m.label for m in moments(found)] == ["12 months after launch", "24 months after launch", "Horizon"]
    check_page(say_run(found))
    assert "External money received" not in say_run(found)


def test_several_waves_are_told_one_by_one() -> None:
    text = say_run(run(load_scenario("three-short-waves").change({"organisation.posts": 40, "horizon": 100}), 2, 0))

    check_page(text)
    assert "Innovation 1 ends (month 24)" in text
    assert "Innovation 2 ends (month 48)" in text
    assert "External money ends (month 72)" in text
    assert "for the latest innovation" in flat(text)


def test_money_that_ends_at_different_times_is_told_as_a_range(ensemble: Ensemble) -> None:
    months = np.arange(1, 61)
    different = with_values(ensemble, external_money=[(months <= end) * 1.0 for end in [20] * 6 + [44] * 6])

    text = flat(say_run(different))

    assert "External money ends (months 20 to 44)" in text
    assert "24 months later: 6 of 12 runs get there before the horizon." in text


def test_events_are_told_with_their_months() -> None:
    text = say_run(run(SMALL.with_event(6, "inspection", result="good").with_event(9, {"finance.grant": 0.0}), 2, 0))

    assert "month 6: inspection (result: good)" in text
    assert "month 9: finance.grant = 0 GBP a year from then on" in text


def test_an_interrupted_run_is_told_as_one(ensemble: Ensemble) -> None:
    text = flat(say_run(replace(ensemble, asked=100)))

    assert "Interrupted: 12 runs of the 100 asked for" in text


def test_nobody_ever_using_it_is_told_plainly(ensemble: Ensemble) -> None:
    nobody = with_values(ensemble, use=0.0, use_at_fidelity=0.0, new_users=0.0)
    nobody = replace(nobody, lives=tuple(replace(life, ledger=life.ledger[:0]) for life in nobody.lives))

    text = say_run(nobody)

    check_page(text)
    assert "Nobody ever does." in text


def test_causes_are_told_with_the_most_frequent_first(ensemble: Ensemble) -> None:
    text = say_run(ensemble).split("Why use was lost")[1].split("People")[0]

    causes = ensemble.causes().mean().sort_values(ascending=False)
    top = [str(cause) for cause in causes.index if causes[cause] > 0]
    assert [text.index(cause) for cause in top] == sorted(text.index(cause) for cause in top)
    assert f"{causes.iloc[0]:.1f}" in text


def contrast(ensemble: Ensemble, gaps: list[float], **values: object) -> str:
    """Return what is said of an alternative that differs in use as meant by given gaps."""
    base = with_values(ensemble, use_at_fidelity=0.2)
    alternative = with_values(ensemble, use_at_fidelity=[0.2 + gap for gap in gaps], **values)
    return say_comparison(Comparison(base, alternative))


def horizon_line(text: str) -> str:
    return next(part for part in flat(text).split(" - ") if part.startswith("At the horizon (month 60):"))


def test_a_comparison_is_told_in_full() -> None:
    text = say_comparison(compare(SMALL, SMALL.change({"finance.funding_term": 36}), 4, 0))

    check_page(text)
    assert "- finance.funding_term: 24 -> 36 months" in text
    assert "Money ends in A (month 24)" in text
    assert "Money ends in B (month 36)" in text
    assert "sustained in" in text
    assert "A: " in text


def test_a_clear_difference_is_told_with_its_interval(ensemble: Ensemble) -> None:
    line = horizon_line(contrast(ensemble, [0.09, 0.11] * 6))

    assert "20.0% in A, 30.0% in B: clearly more (+10.0 percentage points, 95% interval +" in line
    assert "Higher in 100% of the pairs" in line


def test_where_luck_alone_may_do_it_nobody_can_tell(ensemble: Ensemble) -> None:
    line = horizon_line(contrast(ensemble, [-0.1, 0.11] * 6))

    assert "cannot tell (+0.5 percentage points" in line
    assert "more (" not in line


def test_a_sure_but_tiny_difference_does_not_matter(ensemble: Ensemble) -> None:
    assert "no difference that matters (+0.5 percentage points" in horizon_line(contrast(ensemble, [0.004, 0.005] * 6))


def test_what_fits_a_screen_has_the_answer_and_at_most_sixty_lines() -> None:
    found = compare("two-year-funding", load_scenario("six-year-funding").with_event(6, "incident"), 20, 0)
    text = say_comparison(found, full=False)

    check = flat(text)
    assert len(text.splitlines()) <= 60
    assert max(len(line) for line in text.splitlines()) <= 80
    assert flat(headline(found)) in check
    assert "It is not a forecast" in check
    assert "stops per 100 user-years" in check
    assert "Luck or ignorance?" in found.text()
    assert "Luck or ignorance?" not in check


def test_the_same_scenario_twice_makes_no_difference(ensemble: Ensemble) -> None:
    text = say_comparison(Comparison(ensemble, ensemble))

    check_page(text)
    assert "No input differs." in text
    assert "no difference in any of 12 pairs" in flat(text)
    assert "no cause surely strikes more often" in flat(text)
    assert "clearly more" not in text


def test_one_pair_is_too_little_to_tell() -> None:
    text = say_comparison(compare(SMALL, SMALL.change({"finance": 1.0}), 1, 0))

    check_page(text)
    assert "1 pair cannot tell" in flat(text) or "no difference in any of 1 pair" in flat(text)
    assert "learly" not in text


def test_the_cost_of_one_more_user_is_given_where_both_differ_clearly(ensemble: Ensemble) -> None:
    base = with_values(ensemble, use_at_fidelity=0.2, filled_posts=40.0, spend=1000.0)
    alternative = with_values(ensemble, use_at_fidelity=[0.44, 0.46] * 6, filled_posts=40.0, spend=2000.0)

    text = flat(say_comparison(Comparison(base, alternative)))

    # 60 months of GBP 1,000 for 10 more of 40 people
    assert "Each additional practitioner-year of use as it is meant costs GBP 1,200 (95% interval GBP 1,1" in text
    assert "+50.0 practitioner-years over the 5 years" in text


def test_no_cost_of_one_more_user_is_given_where_use_does_not_differ_clearly(ensemble: Ensemble) -> None:
    text = flat(contrast(ensemble, [-0.1, 0.11] * 6, spend=9e5))

    assert "it cannot be told, because no difference is clear and it may be zero" in text
    assert "Each additional" not in text


def test_more_use_for_less_money_is_told_without_a_ratio(ensemble: Ensemble) -> None:
    text = flat(contrast(ensemble, [0.09, 0.11] * 6, spend=0.0))

    assert "B has clearly more use as it is meant" in text
    assert "It costs less." in text
    assert "Each additional" not in text


def test_a_comparison_that_cannot_be_judged_says_so_for_each() -> None:
    text = flat(say_comparison(compare(SMALL, SMALL.change({"finance.funding_term": 48}), 2, 0)))

    assert "A: sustained in" in text
    assert "B: not evaluable" in text


def test_different_horizons_are_compared_up_to_the_shorter() -> None:
    text = say_comparison(compare(SMALL.change({"horizon": 40}), SMALL, 2, 0))

    check_page(text)
    assert "over 40 months" in flat(text)
    assert "Horizon (month 40)" in text


def test_intervals_are_those_of_the_textbooks() -> None:
    # Student's t with 4 degrees of freedom: 2.776; Wilson for 0 of 10: 0 to 0.278
    low, mean, high = (float(x) for x in interval(np.array([1.0, 2.0, 3.0, 4.0, 5.0])))
    assert mean == 3
    assert (low, high) == pytest.approx((3 - 2.7764 * np.sqrt(0.5), 3 + 2.7764 * np.sqrt(0.5)), abs=1e-4)
    assert interval_of_share(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert interval_of_share(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_the_interval_of_a_ratio_holds_the_ratio_and_repeats() -> None:
    under = np.random.default_rng(1).normal(10, 2, 200)
    over = 3 * under + np.random.default_rng(2).normal(0, 1, 200)

    low, high = interval_of_ratio(over, under)

    assert low < 3 < high
    assert high - low < 0.1
    assert interval_of_ratio(over, under) == (low, high)


def test_numbers_are_written_as_people_write_them() -> None:
    assert [pounds(x) for x in (0, 869_123, 1_142_771, -2_500)] == [
        "GBP 0",
        "GBP 869,000",
        "GBP 1.14 million",
        "-GBP 2,500",
    ]
    assert [percent(0.1234), percent(float("nan"))] == ["12.3%", "-"]
    assert [points(0.031), points(-0.0001), signed(1234.5)] == ["+3.1", "+0.0", "+1,234.5"]
    assert [thousands(1_234_567), thousands(-400.0), thousands(float("nan"))] == ["1,235", "0", "-"]


def test_columns_of_a_table_line_up() -> None:
    lines = table(("", "mean"), [("a", "1"), ("longer", "10.0")]).splitlines()

    assert [len(line) for line in lines] == [12, 12, 12]
