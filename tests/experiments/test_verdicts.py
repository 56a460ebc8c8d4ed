"""Verdicts: intervals of any statistic, clear answers only where the interval is clear, people who change places."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from conducive.experiments.evidence.patterns import PATTERNS, Clause
from conducive.experiments.evidence.verdicts import READ, jackknife, judge, lived, readings, verdict_on, view
from conducive.scenarios.files import load_scenario
from conducive.scenarios.timeline import timeline

SMALL = load_scenario("classroom").change({"organisation.posts": 16, "organisation.families": 60, "horizon": 80})
USE = "use_at_fidelity"


def made_up(replicates: int = 100, mean: float = 0.3, spread: float = 0.1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {"a": mean + spread * rng.standard_normal((len(READ), replicates, 5))}


def mean_use(v: object) -> float:
    return float(v("a", USE)[:, 0].mean())  # type: ignore[operator]


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    arms = made_up()

    value, error = jackknife(mean_use, arms, blocks=100)

    column = arms["a"][READ.index(USE)][:, 0]
    assert value == pytest.approx(column.mean())
    assert error == pytest.approx(column.std(ddof=1) / np.sqrt(100))


def test_one_replicate_has_no_error() -> None:
    assert np.isnan(jackknife(mean_use, made_up(1))[1])


@pytest.mark.parametrize(
    ("above", "most", "answer"),
    [
        (0.2, 1.0, "shown"),
        (0.4, 1.0, "not shown"),
        (0.3, 1.0, "unclear"),
        (0.0, 0.2, "not shown"),
        (0.0, 0.3, "unclear"),
    ],
)
def test_an_answer_is_clear_only_where_the_interval_is(above: float, most: float, answer: str) -> None:
    found = judge(Clause("mean", mean_use, above, most), made_up())

    assert found.answer == answer
    assert found.low < found.value < found.high
    assert (found.power > 0.9) == (answer != "unclear")


@pytest.mark.parametrize(
    ("above", "most", "unit", "answer"),
    [
        (0.3, 1.0, "points", "at the bound"),
        (0.0, 0.3, "", "at the bound"),
        (0.3, 1.0, "% points", "at the bound"),
        (0.3, 1.0, "cases", "unclear"),
        (0.285, 1.0, "points", "shown"),
        (0.315, 1.0, "points", "not shown"),
    ],
)
def test_an_interval_close_around_a_bound_is_no_difference_from_it(
    above: float, most: float, unit: str, answer: str
) -> None:
    arms = made_up(spread=0.05)

    found = judge(Clause("mean", mean_use, above, most, unit), arms)

    assert found.high - found.low < 0.03
    assert found.answer == answer


def test_an_interval_that_reaches_further_than_no_difference_is_unclear() -> None:
    found = judge(Clause("mean", mean_use, 0.285, 1.0), made_up())

    assert found.low < 0.285 < found.high
    assert found.high > 0.305
    assert found.answer == "unclear"


def test_what_does_not_vary_is_clear() -> None:
    found = judge(Clause("mean", mean_use, 0.2), made_up(spread=0.0))

    assert (found.answer, found.power) == ("shown", 1.0)


def test_arms_meet_the_same_luck_with_any_executor() -> None:
    alone = lived({"a": SMALL, "b": SMALL}, 3, 0)
    with ThreadPoolExecutor(2) as threads:
        together = lived({"a": SMALL, "b": SMALL}, 3, 0, threads)

    assert np.array_equal(alone["a"], alone["b"])
    assert np.array_equal(alone["a"], together["b"])
    assert not np.array_equal(alone["a"][:, 0], alone["a"][:, 1])


def test_some_replicates_can_be_looked_at() -> None:
    arms = made_up(4)

    assert np.array_equal(view(arms, np.array([2, 0]))("a", USE), arms["a"][READ.index(USE)][[2, 0]])


def test_shuffling_changes_a_life_and_keeps_the_service() -> None:
    rows = timeline(SMALL)

    usual, shuffled = (readings(rows, 0, 0, shuffled=shuffled) for shuffled in (False, True))

    assert not np.array_equal(usual, shuffled)
    assert np.isfinite(shuffled).all()
    assert shuffled[READ.index("caseload"), 0] == pytest.approx(usual[READ.index("caseload"), 0], abs=2.0)


def test_a_verdict_is_as_good_as_its_worst_clause() -> None:
    trust = next(p for p in PATTERNS if p.name == "P10")

    found = verdict_on(trust, SMALL, 4)

    assert len(found.findings) == len(trust.clauses)
    worst_first = ["not shown", "unclear", "at the bound", "shown"]
    assert found.answer == min((f.answer for f in found.findings), key=worst_first.index)
    assert set(found.drawn["lines"]) == set(trust.arms(SMALL))
