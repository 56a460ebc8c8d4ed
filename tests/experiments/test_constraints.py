"""What a draw is held against: how far off a number is, what counts half, and tables of many draws."""

from __future__ import annotations

import numpy as np
import pytest

from conducive.experiments.evidence import claims
from conducive.experiments.evidence.fit.constraints import (
    CONTRASTS,
    PANEL_FIGURES,
    USED_AT_ALL,
    Constraint,
    constraints,
    implausibilities,
    of_target,
    panel_constraints,
    table,
)
from conducive.experiments.evidence.fit.targets import TARGETS, by_name
from conducive.experiments.evidence.patterns import PATTERNS
from conducive.scenarios.files import library_names


@pytest.mark.parametrize(
    ("value", "variance", "expected"),
    [(0.5, 0.0, 0.0), (0.2, 0.0, 0.0), (0.1, 0.0, 1.0), (0.9, 0.0, 1.0), (-0.3, 0.15, 1.25), (np.inf, 0.0, np.inf)],
)
def test_implausibility_is_what_is_missed_in_standard_deviations(
    value: float, variance: float, expected: float
) -> None:
    one = Constraint("a", 0.2, 0.8, 0.1, 0.1)

    assert one.implausibility(np.array([value]), np.array([variance]))[0] == pytest.approx(expected)


def test_each_side_has_its_own_discrepancy() -> None:
    one = Constraint("a", 0.5, 0.5, 0.1, 0.2)

    np.testing.assert_allclose(one.implausibility(np.array([0.3, 0.7]), np.zeros(2)), [2.0, 1.0])


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.name)
def test_a_target_and_its_constraint_say_the_same(target: object) -> None:
    one = of_target(target)  # type: ignore[arg-type]

    for found in (target.low, target.value, target.high, target.value + 0.3):  # type: ignore[attr-defined]
        expected = target.implausibility(found, 0.05)  # type: ignore[attr-defined]
        assert one.implausibility(np.array([found]), np.array([0.05**2]))[0] == pytest.approx(expected)


def test_every_target_calibrating_clause_and_claim_is_a_constraint_once() -> None:
    names = [c.name for c in constraints()]

    clauses = [f"{p.name}: {c.says}" for p in PATTERNS if p.calibrates for c in p.clauses]
    told = [f"{s.name}: {c.says}" for s, c in claims.every()]
    assert sorted(names) == sorted([*by_name(), *clauses, USED_AT_ALL, *told])
    assert len(names) == len(set(names))


def test_no_constraint_excludes_everything_or_nothing() -> None:
    for one in (*constraints(), *panel_constraints()):
        assert one.low <= one.high
        assert np.isfinite([one.low, one.high]).any()
        assert one.below > 0
        assert one.over > 0


def test_the_official_panel_gives_a_constraint_a_figure() -> None:
    assert [c.name for c in panel_constraints()] == list(PANEL_FIGURES)


def test_headline_contrasts_name_scenarios_of_the_library() -> None:
    for one, other, month in CONTRASTS.values():
        assert {one, other} <= set(library_names())
        assert month > 0


def test_a_table_has_a_row_for_each_draw_and_no_variance_where_no_error_is_known() -> None:
    what = (Constraint("a", 0.5, 0.5, 0.1, 0.1), Constraint("b", 1.0, np.inf, 0.5, 0.5))

    values, variances = table([{"b": (0.5, float("nan")), "a": (0.7, 0.1)}, {"a": (0.5, 0.0), "b": (2.0, 0.2)}], what)

    np.testing.assert_allclose(values, [[0.7, 0.5], [0.5, 2.0]])
    np.testing.assert_allclose(variances, [[0.01, 0.0], [0.0, 0.04]])
    np.testing.assert_allclose(implausibilities(values, variances, what), [[0.2 / np.sqrt(0.02), 1.0], [0.0, 0.0]])
