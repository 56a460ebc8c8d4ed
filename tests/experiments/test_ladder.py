"""The ladder: each rung where it belongs, and no rung that the numbers do not carry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conducive.experiments.compare.ladder import MATTERS, MEANINGS, MEANINGS_BY_LUCK, RUNGS, TELLING, judge

SETS = np.repeat(np.arange(50), 4)


def by_set(means: list[float], luck: float = 0.001) -> np.ndarray:
    """Return four pairs for each mean, as far from it as `luck` to either side."""
    return np.repeat(means, 4) + luck * np.tile([1.0, -1.0, 1.0, -1.0], len(means))


def spread(low: float, high: float) -> list[float]:
    return np.linspace(low, high, 50).tolist()


@pytest.mark.parametrize(
    ("means", "rung"),
    [
        (spread(0.05, 0.3), "clearly"),
        (spread(-0.3, -0.05), "clearly"),
        ([-0.05] * 4 + spread(0.05, 0.3)[4:], "very likely"),
        ([-0.05] * 11 + spread(0.05, 0.3)[11:], "probably"),
        ([-0.2] * 20 + [0.3] * 30, "cannot tell"),
        (spread(-0.015, 0.015), "no difference that matters"),
        (spread(0.005, 0.015), "no difference that matters"),
        ([0.0] * 50, "no difference that matters"),
    ],
)
def test_each_rung_is_where_the_sets_put_it(means: list[float], rung: str) -> None:
    found = judge(by_set(means), SETS, (-1.0, 1.0), MATTERS)

    assert found.rung == rung
    assert found.tells == (rung in TELLING)
    assert found.way.startswith(rung)
    assert found.way.endswith(("more" if np.mean(means) > 0 else "less") if found.tells else rung)


def test_a_small_difference_matters_where_any_does() -> None:
    assert judge(by_set(spread(0.005, 0.015)), SETS).rung == "clearly"


@pytest.mark.parametrize(("sets", "rung"), [(3, "cannot tell"), (5, "probably"), (12, "very likely")])
def test_few_sets_carry_no_high_rung_by_agreement_alone(sets: int, rung: str) -> None:
    """All agree, but so unevenly that the interval holds 0."""
    means = [0.01] * (sets - 1) + [2.0]

    found = judge(by_set(means), np.repeat(np.arange(sets), 4))

    assert found.low < 0
    assert found.rung == rung


@pytest.mark.parametrize(
    ("gap", "rung"),
    [
        ([0.2], "cannot tell"),
        ([0.2] * 5, "cannot tell"),
        ([0.2] * 6, "clearly"),
        ([0.0, 0.0], "cannot tell"),
        ([0.1, 0.11, 0.09, 0.1, 0.12], "clearly"),
        ([0.3, 0.3, 0.3, -0.1, 0.25, -0.12], "very likely"),
        ([0.3, 0.3, -0.3, -0.1, 0.25, -0.12], "cannot tell"),
        ([0.3, 0.3, -0.25, -0.1, 0.25, 0.12], "probably"),
    ],
)
def test_over_one_set_the_chance_by_luck_takes_the_place_of_sets(gap: list[float], rung: str) -> None:
    assert judge(np.array(gap), matters=MATTERS).rung == rung


def test_empty_pairs_are_left_out_and_none_at_all_cannot_tell() -> None:
    gap = by_set(spread(0.05, 0.3))
    gap[:4] = np.nan

    assert judge(gap, SETS).rung == "clearly"
    assert judge(np.full(8, np.nan)).rung == "cannot tell"


@settings(max_examples=200, deadline=None)
@given(
    mean=st.floats(-0.4, 0.4), ignorance=st.floats(0, 0.3), luck=st.floats(0, 0.3), seed=st.integers(0, 999),
    sets=st.sampled_from([1, 2, 5, 12, 50]),
)  # fmt: skip
def test_a_rung_claims_no_more_than_interval_and_sets_carry(
    mean: float, ignorance: float, luck: float, seed: int, sets: int
) -> None:
    rng = np.random.default_rng(seed)
    gap = np.clip(mean + np.repeat(rng.normal(0, ignorance, sets), 4) + rng.normal(0, luck, 4 * sets), -1, 1)

    found = judge(gap, np.repeat(np.arange(sets), 4), (-1.0, 1.0), MATTERS)

    assert found.low <= found.mean <= found.high
    assert found.low >= -1
    assert found.high <= 1
    if found.rung == "clearly":
        assert found.low > 0 or found.high < 0
        assert sets == 1 or found.agree >= 0.95
    if found.rung in {"very likely", "probably"} and sets > 1:
        assert found.agree >= 0.75
    if sets > 1:
        assert (found.rung == "no difference that matters") == (found.low >= -MATTERS and found.high <= MATTERS)


def test_every_rung_has_a_meaning() -> None:
    assert set(MEANINGS) == set(MEANINGS_BY_LUCK) == set(RUNGS)
