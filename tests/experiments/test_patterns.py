"""Patterns and controls as declared: complete, in order, and each clause able to hold and to fail."""

from __future__ import annotations

import numpy as np
import pytest

from conducive.experiments.evidence.patterns import (
    CONTROLS,
    PATTERNS,
    Pattern,
    fall,
    interaction,
    kept,
    kept_longer,
    months_to,
)
from conducive.experiments.evidence.verdicts import READ, lived, view
from conducive.scenarios.files import load_scenario

BASE = load_scenario("classroom")
ALL = (*PATTERNS, *CONTROLS)


def use(**arms: list[float]) -> object:
    """A view of one replicate: use at fidelity by month."""

    def view(arm: str, indicator: str) -> np.ndarray:
        assert indicator == "use_at_fidelity"
        return np.array([arms[arm]])

    return view


def test_every_pattern_of_the_evidence_is_there_in_order() -> None:
    assert [p.name for p in PATTERNS] == [f"P{n:02}" for n in range(1, 20)]
    assert [p.name for p in CONTROLS] == [f"control {letter}" for letter in "abcd"]


def test_those_that_calibrate_are_the_declared_ones() -> None:
    assert {p.name for p in PATTERNS if p.calibrates} == {"P01", "P04", "P05", "P09", "P19"}
    assert not any(p.calibrates for p in CONTROLS)


@pytest.mark.parametrize("pattern", ALL, ids=lambda p: p.name)
def test_a_pattern_reads_only_arms_and_indicators_that_it_has(pattern: Pattern) -> None:
    arms = pattern.arms(BASE)
    asked: set[tuple[str, str]] = set()

    def view(arm: str, indicator: str) -> np.ndarray:
        asked.add((arm, indicator))
        return np.random.default_rng(len(asked)).random((6, 120))

    for clause in pattern.clauses:
        assert np.isfinite(clause.statistic(view))

    assert {arm for arm, _ in asked} <= set(arms)
    assert {indicator for _, indicator in asked} <= set(READ)
    assert set(pattern.shuffled) <= set(arms)
    assert set(pattern.chart.arms) <= set(arms)
    assert pattern.source
    assert pattern.claim.endswith(".")


@pytest.mark.parametrize("pattern", ALL, ids=lambda p: p.name)
def test_a_pattern_is_the_same_when_lived_no_longer_than_it_looks(pattern: Pattern) -> None:
    tiny = BASE.change({"organisation.posts": 16, "organisation.families": 40, "warm_up": 3})

    whole, short = (view(lived(pattern.arms(base), 2, 0)) for base in (tiny, pattern.short(tiny)))

    assert short(next(iter(pattern.arms(tiny))), "use").shape == (2, pattern.until)
    assert [c.statistic(short) for c in pattern.clauses] == [c.statistic(whole) for c in pattern.clauses]


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: p.name)
def test_every_arm_is_used_or_drawn(pattern: Pattern) -> None:
    arms, asked = pattern.arms(BASE), set()

    def view(arm: str, indicator: str) -> np.ndarray:
        asked.add(arm)
        return np.ones((2, 120))

    for clause in pattern.clauses:
        clause.statistic(view)

    assert set(arms) - asked <= set(pattern.chart.arms)


def test_an_effect_of_nothing_shows_no_pattern() -> None:
    """With every arm alike no claim of a difference may hold."""
    values = np.full((4, 120), 0.4)
    for pattern in PATTERNS:
        held = [c.above < c.statistic(lambda arm, indicator: values) <= c.most for c in pattern.clauses]
        assert not all(held), pattern.name


def test_what_is_left_after_money_is_a_ratio_of_means() -> None:
    v = use(a=[0.5] * 24 + [0.1] * 12)

    assert kept(v, "a", 24) == pytest.approx(0.2)


def test_next_to_no_use_is_compared_in_points() -> None:
    v = use(a=[0.5] * 24 + [0.1] * 12, b=[0.01] * 24 + [0.01] * 12)

    assert kept_longer(v, ("a", 24), ("b", 24)) == pytest.approx(0.09)


def test_a_fall_is_that_within_a_year_of_the_peak() -> None:
    v = use(a=[0.2, 0.6, *[0.6] * 5, *[0.45] * 7, *[0.0] * 20])

    assert fall(v, "a", 10) == pytest.approx(0.25)


def test_an_interaction_is_a_difference_of_differences() -> None:
    v = use(ll=[0.1], lh=[0.2], hl=[0.3], hh=[0.7])

    assert interaction(v, 1) == pytest.approx(0.3)


def test_who_never_gets_there_counts_the_horizon() -> None:
    assert months_to(use(a=[0.1] * 50), "a", 0.5) == 50
    assert months_to(use(a=[0.1, 0.5, 0.2]), "a", 0.5) == 2
