"""Intervals: they hold what they promise to hold, stay within what is possible, and keep skew."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import conducive as cz
from conducive.experiments.lives.intervals import A_SHARE, AN_AMOUNT, ANYWHERE, interval, uncertainty
from conducive.experiments.lives.readings import mean_of
from conducive.scenarios.indicators import SHARES

type Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]

STUDIES = 1500
RIGHT: dict[str, tuple[Draw, Draw, tuple[float, float]]] = {
    "normal": (lambda rng, shape: rng.normal(0.1, 0.1, shape), lambda rng, x: rng.normal(x, 0.1), ANYWHERE),
    "little ignorance": (lambda rng, shape: rng.normal(0.1, 0.025, shape), lambda rng, x: rng.normal(x, 0.1), ANYWHERE),
    "no ignorance": (lambda _, shape: np.full(shape, 0.1), lambda rng, x: rng.normal(x, 0.1), ANYWHERE),
    "skewed": (lambda rng, shape: 0.05 * rng.lognormal(0, 1, shape), lambda rng, x: x * rng.gamma(2, 0.5, x.shape),
               (0.0, np.inf)),
    "bounded": (lambda rng, shape: rng.beta(0.5, 2, shape), lambda rng, x: rng.binomial(40, x) / 40, A_SHARE),
}  # fmt: skip


@pytest.mark.parametrize("world", RIGHT)
@pytest.mark.parametrize(("sets", "each", "least"), [(5, 4, 0.85), (15, 4, 0.9), (50, 4, 0.92), (50, 20, 0.93)])
def test_the_interval_holds_the_true_mean_of_a_new_set(world: str, sets: int, each: int, least: float) -> None:
    draw, luck, within = RIGHT[world]
    rng = np.random.default_rng(7)
    true, new = draw(rng, (sets, STUDIES)), draw(rng, (STUDIES,))

    found = uncertainty(luck(rng, np.repeat(true, each, axis=0)), np.repeat(np.arange(sets), each), within)

    assert np.mean((found.low - 1e-9 <= new) & (new <= found.high + 1e-9)) >= least
    assert (found.low >= within[0]).all()
    assert (found.high <= within[1]).all()
    assert ((found.low <= found.mean) & (found.mean <= found.high)).all()


def test_a_difference_that_no_set_has_below_nought_has_no_interval_below_nought() -> None:
    """Use is 0 in A in every pair, and B has some: luck is small where B has little."""
    rng = np.random.default_rng(3)
    true = np.clip(rng.gamma(1.0, 0.1, 50), 0.01, 1.0)
    gap = np.repeat(true, 4) * rng.uniform(0.8, 1.2, 200)

    found = uncertainty(gap, np.repeat(np.arange(50), 4), (-1.0, 1.0))

    symmetric = found.mean - 1.96 * found.ignorance
    assert symmetric < 0.0 < found.low
    assert found.high > found.mean + (found.mean - found.low)


def test_more_replicates_narrow_luck_and_leave_ignorance() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(0, 0.1, (50, 200))
    width = []
    for each in (4, 100):
        values = np.repeat(true, each, axis=0) + rng.normal(0, 0.2, (50 * each, 200))
        found = uncertainty(values, np.repeat(np.arange(50), each))
        width.append(float((found.high - found.low).mean()))

    apart = np.diff(np.quantile(true, [0.025, 0.975], axis=0, method="weibull"), axis=0).mean()
    assert width[0] > width[1] == pytest.approx(apart, rel=0.03)


@pytest.mark.parametrize("share", [0.0001, 0.001, 0.005, 0.01, 0.05, 0.3])
@pytest.mark.parametrize("binary", [True, False])
def test_the_interval_of_a_rare_share_knows_nought_and_skew(share: float, *, binary: bool) -> None:
    rng = np.random.default_rng(1)
    values = rng.binomial(1, share if binary else 2 * share, (100, 4000)).astype(float)
    values = values if binary else values * rng.random((100, 4000))

    low, mean, high = interval(values, A_SHARE)

    assert np.mean((low <= share) & (share <= high)) >= 0.89
    assert (low >= 0).all()
    assert (high <= 1).all()
    assert (high[mean == 0] > 0.03).all()


@pytest.mark.parametrize("rare", [0.001, 0.01, 0.02, 0.05, 0.3])
@pytest.mark.parametrize("tail", [3, 9])
@pytest.mark.parametrize("runs", [20, 100])
def test_the_interval_of_a_rare_share_that_differs_widely_where_it_is_any_holds_it(
    rare: float, tail: int, runs: int
) -> None:
    rng = np.random.default_rng(14)
    values = rng.binomial(1, rare, (runs, 8000)) * rng.beta(1, tail, (runs, 8000))
    share = rare / (1 + tail)

    low, _, high = interval(values, A_SHARE)

    assert np.mean((low <= share) & (share <= high)) >= 0.92
    assert (low >= 0).all()


def test_a_share_in_the_middle_has_nearly_the_interval_of_the_textbook() -> None:
    values = np.random.default_rng(2).beta(5, 5, 400)

    wilson, student = interval(values, A_SHARE), interval(values)

    assert [float(x) for x in wilson] == pytest.approx([float(x) for x in student], abs=5e-4)


def test_one_value_has_no_interval_and_empty_ones_are_left_out() -> None:
    low, mean, high = interval(np.array([[0.5, 0.2], [np.nan, 0.4]]), A_SHARE)

    assert np.isnan([low[0], high[0]]).all()
    assert mean.tolist() == pytest.approx([0.5, 0.3])
    assert 0 <= low[1] < 0.3 < high[1] <= 1


def test_of_two_runs_no_interval_holds_what_cannot_be() -> None:
    table = cz.run(cz.load_scenario("classroom").change({"horizon": 40, "warm_up": 6}), 2, 0, agents=False).summary()
    shares = table["indicator"].isin(SHARES)

    assert (table["low"].dropna() >= 0).all()
    assert (table.loc[shares, "high"].dropna() <= 1).all()
    assert {"sustained", "zone_open", "use", "spend"} <= {*table["indicator"]}


def test_a_mean_that_is_read_stays_within_what_it_can_be() -> None:
    values = np.array([0.0, 0.0, 0.9])

    assert mean_of(values).low < 0
    assert mean_of(values, within=AN_AMOUNT).low == 0
    assert 0 <= mean_of(values, within=A_SHARE).low < mean_of(values, within=A_SHARE).high <= 1
