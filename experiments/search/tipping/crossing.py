"""Where a noisy curve crosses a target: a sequential search that looks where it is least sure, and says how sure it is.

The curve over the range is a smooth function of which runs show one noisy value each: a chance of 0 or 1, or a number
with some spread. Its prior is a Gaussian process, a line and bends about it whose length the runs themselves decide;
its posterior is Gaussian (Laplace's approximation for chances; Rasmussen and Williams 2006, chapters 2 and 3). The
interval of a crossing is the stretch in which the curve cannot be told from the target (Fieller 1954).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.experiments.lives.ensemble import WorkersError
from conducive.experiments.lives.intervals import ANYWHERE, LEVEL, Numbers, interval, interval_of_share

type Whole = npt.NDArray[np.int64]

NODES = 101
"""Values of a continuous input at which runs are made."""
ENDS, SPREAD, BATCH = 24, 48, 64
"""Runs at each end of the range and spread between to begin with; runs in each batch that follows."""
FIRST = 2 * ENDS + SPREAD
EVERYWHERE = 8
"""Runs of a batch that are spread over the whole range, so that a second crossing does not go unnoticed."""
LEVEL_SD, SLOPE_SD, BEND_SD = 2.0, 6.0, 3.0
"""Prior standard deviations of the line and of bends about it: in logits, or in standard deviations of the outcome."""
LENGTHS = (0.03, 0.06, 0.12, 0.25, 0.5, 1.0)
"""Over what share of the range the curve may bend; averaged by how well each fits."""
STEPS, ENOUGH = 50, 1e-6  # of Newton's method
NEAR = 0.1  # share of the range over which the spread of a numeric outcome is taken to be the same
CERTAIN = 3.0
"""Standard errors from which a turn of the curve is reported."""
GOLDEN = 0.6180339887498949


class Crossing(NamedTuple):
    """A value at which the curve crosses the target, with its 95% interval.

    `open_low` and `open_high` say that the interval reaches the end of the range, and may go on beyond it.
    """

    value: float
    low: float
    high: float
    rising: bool
    open_low: bool
    open_high: bool

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


class Stretch(NamedTuple):
    """A stretch of nodes, first and last, in which the curve cannot be told from the target, and its sides.

    Sides are -1 (below), 1 (above), 0 (the end of the range).
    """

    first: int
    last: int
    left: int
    right: int


@dataclass(frozen=True)
class Search:
    """What is known of a curve after some runs.

    Attributes:
        nodes: values at which runs may be made, rising.
        target: the value of the curve that is looked for.
        binary: whether each run shows 0 or 1.
        within: the least and most that a run can show.
        at: node of each run.
        outcome: what each run shows; not a number where it cannot be judged.
        stopped: what stopped it before it was done.

    """

    nodes: Numbers
    target: float
    binary: bool
    within: tuple[float, float] = ANYWHERE
    at: Whole = field(default_factory=lambda: np.empty(0, np.int64))
    outcome: Numbers = field(default_factory=lambda: np.empty(0))
    stopped: BaseException | None = None

    @property
    def unjudged(self) -> int:
        """Runs whose outcome is not known."""
        return int(np.isnan(self.outcome).sum())

    @cached_property
    def curve(self) -> tuple[Numbers, Numbers, float]:
        """Posterior mean and standard deviation at each node, and the target: in logits for chances."""
        return _curve(self)

    @cached_property
    def expected(self) -> tuple[Numbers, Numbers, Numbers]:
        """Low, mean and high of the curve at each node (95%), in the unit of the outcome."""
        mean, spread, _ = self.curve
        reach = _reach()
        bounds = (mean - reach * spread, mean, mean + reach * spread)
        low, middle, high = (1 / (1 + np.exp(-x)) for x in bounds) if self.binary else bounds
        return np.maximum(low, self.within[0]), middle, np.minimum(high, self.within[1])

    @cached_property
    def gap(self) -> Numbers:
        """How many standard deviations the curve lies above the target at each node."""
        mean, spread, target = self.curve
        return (mean - target) / spread

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """Stretches in which the curve cannot be told from the target; of two nodes where it jumps from side to side.

        A stretch of two clear nodes on opposite sides is one in which the curve crosses between them.
        """
        side = np.where(self.gap > _reach(), 1, np.where(self.gap < -_reach(), -1, 0))
        edges = np.flatnonzero(np.diff(side)) + 1
        starts, stops = [0, *edges.tolist()], [*(edges - 1).tolist(), len(side) - 1]
        found = []
        for n, (first, last) in enumerate(zip(starts, stops, strict=True)):
            here = int(side[first])
            if here == 0:
                left = int(side[first - 1]) if first else 0
                right = int(side[last + 1]) if last + 1 < len(side) else 0
                found.append(Stretch(first, last, left, right))
            elif n and side[first - 1] == -here:
                found.append(Stretch(first - 1, first, -here, here))
        return tuple(found)

    @cached_property
    def crossings(self) -> tuple[Crossing, ...]:
        """Where the curve crosses for certain: clearly below the target on one side, clearly above it on the other."""
        return tuple(self._crossing(s) for s in self.stretches if s.left * s.right == -1)

    @cached_property
    def possible(self) -> tuple[Crossing, ...]:
        """Where the curve may cross the target or not: near an end of the range, or where it only comes near.

        `value` is where it most likely does so, or comes nearest.
        """
        return tuple(self._crossing(s) for s in self.stretches if s.left * s.right != -1)

    @property
    def side(self) -> int:
        """1 where the curve is above the target all over the range, -1 where it is below, 0 where neither is clear."""
        if self.stretches:
            return 0
        return 1 if self.gap[0] > 0 else -1

    def at_end(self, end: int) -> tuple[float, float, float]:
        """Low, mean and high (95%) of the outcome at the low end (0) or the high end (-1), from the runs made there."""
        here = self.outcome[self.at == range(len(self.nodes))[end]]
        known = here[~np.isnan(here)]
        if not len(known):
            return float("nan"), float("nan"), float("nan")
        if self.binary:
            low, high = interval_of_share(int(known.sum()), len(known))
            return low, float(known.mean()), high
        low, mean, high = (float(x) for x in interval(known, self.within))
        return low, mean, high

    @cached_property
    def turn(self) -> tuple[float, float] | None:
        """Between which values the curve clearly goes against its overall direction; None where it does not."""
        mean, spread, _ = self.curve
        way = 1.0 if mean[-1] >= mean[0] else -1.0
        drop = way * (mean[:, None] - mean[None, :]) / np.hypot(spread[:, None], spread[None, :])
        drop = np.triu(drop, 1)
        first, last = np.unravel_index(int(drop.argmax()), drop.shape)
        return (float(self.nodes[first]), float(self.nodes[last])) if drop[first, last] > CERTAIN else None

    def _crossing(self, stretch: Stretch) -> Crossing:
        """Return the crossing in a stretch, its ends interpolated between nodes."""
        first, last, left, right = stretch
        gap, reach = self.gap, _reach()
        jumps = abs(gap[first]) > reach
        low = self.nodes[0] if left == 0 else self._where(gap, left * reach, max(first - (not jumps), 0))
        high = self.nodes[-1] if right == 0 else self._where(gap, right * reach, min(last, len(gap) - 2) - jumps)
        inner = slice(max(first - (not jumps), 0), min(last + (not jumps), len(gap) - 1) + 1)
        signs = np.flatnonzero(np.diff(np.sign(gap[inner])))
        if len(signs):
            n = inner.start + int(signs[len(signs) // 2])
            value = self._where(gap, 0.0, n)
        else:
            value = float(self.nodes[inner.start + int(np.abs(gap[inner]).argmin())])
        rising = right > left if left or right else bool(gap[-1] >= gap[0])
        return Crossing(value, float(min(low, value)), float(max(high, value)), rising, left == 0, right == 0)

    def _where(self, gap: Numbers, level: float, n: int) -> float:
        """Return where the gap takes a level between nodes n and n + 1."""
        step = gap[n + 1] - gap[n]
        share = 0.5 if step == 0 else min(max((level - gap[n]) / step, 0.0), 1.0)
        return float(self.nodes[n] + share * (self.nodes[n + 1] - self.nodes[n]))


def nodes_between(low: float, high: float, *, whole: bool) -> Numbers:
    """Return values between two ends at which runs may be made: whole numbers where only these make sense."""
    if not whole:
        return np.linspace(low, high, NODES)
    return np.unique(np.round(np.linspace(low, high, min(NODES, int(high - low) + 1))))


def search(
    begun: Search,
    observe: Callable[[Sequence[tuple[int, Sequence[int]]]], Sequence[Numbers]],
    precision: float,
    most: int,
) -> Search:
    """Make runs where they tell most about the crossing, until it is known or there are as many runs as allowed.

    Args:
        begun: a search without runs, or one that was stopped and goes on as if it had not been.
        observe: given nodes, each with the numbers of its runs, returns the outcomes of these for each node. Numbers
            go on from one call to the next, so that every run has luck of its own: runs with the same luck at several
            values say less about where a curve crosses than as many with different luck.
        precision: half-width of the interval at which a crossing is known, in the unit of the nodes.
        most: runs at most.

    A keyboard interrupt, and workers that are lost, stop it with the runs that are finished.

    """
    found = replace(begun, stopped=None)
    while len(found.outcome) < most and not (len(found.outcome) and _known(found, precision)):
        wanted = _next_runs(found) if len(found.outcome) else _first_runs(found)
        wanted = np.sort(wanted[: most - len(found.outcome)])
        chosen, starts = np.unique(wanted, return_index=True)
        numbers = np.split(np.arange(len(found.outcome), len(found.outcome) + len(wanted)), starts[1:])
        try:
            shown = observe([(int(node), each.tolist()) for node, each in zip(chosen, numbers, strict=True)])
        except (KeyboardInterrupt, WorkersError) as stop:
            return replace(found, stopped=stop)
        at = np.concatenate([found.at, wanted])
        outcome = np.concatenate([found.outcome, *shown])
        found = replace(found, at=at, outcome=outcome)
    return found


def _known(found: Search, precision: float) -> bool:
    spacing = np.diff(found.nodes).max()
    return all(each.half_width <= max(precision, spacing / 2) for each in (*found.crossings, *found.possible))


def _first_runs(found: Search) -> Whole:
    """Return nodes of the first runs: both ends, and evenly between, mixed, so that any part of them is spread too."""
    last = len(found.nodes) - 1
    between = np.round((np.arange(SPREAD) + 0.5) / SPREAD * last).astype(np.int64)
    mixed = np.argsort((np.arange(SPREAD) * GOLDEN) % 1.0)
    return np.concatenate([np.tile([0, last], ENDS), between[mixed]])


def _next_runs(found: Search) -> Whole:
    """Return nodes of the next runs: most where the curve may cross the target, a few all over the range."""
    last, batch = len(found.nodes) - 1, 1 + (len(found.outcome) - FIRST) // BATCH
    away = np.minimum(found.gap**2, 200.0)
    chance = np.cumsum(np.exp(-(away - away.min()) / 2))
    points = (np.arange(BATCH - EVERYWHERE) + 0.5) / (BATCH - EVERYWHERE)
    near = np.searchsorted(chance / chance[-1], points)
    spread = (np.arange(EVERYWHERE) + (batch * GOLDEN) % 1.0) / EVERYWHERE
    return np.concatenate([np.minimum(near, last), np.round(spread * last).astype(np.int64)])


def _reach() -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + LEVEL / 2))


# ---- The curve -----------------------------------------------------------------------------------------------------


def _curve(found: Search) -> tuple[Numbers, Numbers, float]:
    known = ~np.isnan(found.outcome)
    at, outcome = found.at[known], found.outcome[known]
    nodes, size = found.nodes, len(found.nodes)
    where = (nodes - nodes[0]) / (nodes[-1] - nodes[0])
    count = np.bincount(at, minlength=size).astype(float)
    if found.binary:
        total = np.bincount(at, outcome, size)
        mean, spread = _averaged(where, lambda prior: _chances(prior, count, total))
        return mean, spread, float(np.log(found.target / (1 - found.target)))
    middle, scale = float(outcome.mean()) if len(outcome) else 0.0, float(outcome.std()) if len(outcome) else 0.0
    scale = scale or 1.0
    scaled = (outcome - middle) / scale
    seen = np.bincount(at, scaled, size) / np.maximum(count, 1)
    weight = count / max(float(scaled.var()), ENOUGH)
    for _ in range(3):
        mean, spread = _averaged(where, lambda prior: _numbers(prior, seen, weight))  # noqa: B023 - called at once
        weight = count / _local_variance(at, scaled - mean[at], size)
    return mean * scale + middle, spread * scale, found.target


def _local_variance(at: Whole, left: Numbers, size: int) -> Numbers:
    """Return the variance of single runs about the curve at each node, from runs at nodes near it."""
    where = np.arange(size)
    near = np.exp(-0.5 * ((where[:, None] - where[None, :]) / (NEAR * size)) ** 2)
    squares = near @ np.bincount(at, left**2, size)
    return np.asarray(np.maximum(squares / (near @ np.bincount(at, minlength=size)), ENOUGH))


type Fit = tuple[Numbers, Numbers, float]
"""Mean and variance at each node, and the logarithm of the evidence."""


def _averaged(where: Numbers, fit: Callable[[Numbers], Fit]) -> tuple[Numbers, Numbers]:
    """Return mean and standard deviation at places (0-1) over all ways to bend, each weighted by its evidence."""
    line = LEVEL_SD**2 + SLOPE_SD**2 * np.outer(where - 0.5, where - 0.5)
    apart = np.abs(where[:, None] - where[None, :])
    fits = [fit(line + BEND_SD**2 * _alike(apart / length)) for length in LENGTHS]
    evidence = np.array([each[2] for each in fits])
    weight = np.exp(evidence - evidence.max())
    weight /= weight.sum()
    means, variances = np.array([each[0] for each in fits]), np.array([each[1] for each in fits])
    mean = weight @ means
    return mean, np.sqrt(weight @ (variances + (means - mean) ** 2))


def _alike(apart: Numbers) -> Numbers:
    """Return how alike the bends of a curve are at so many lengths apart (Matern 5/2)."""
    far = np.sqrt(5) * apart
    return np.asarray((1 + far + far**2 / 3) * np.exp(-far))


def _numbers(prior: Numbers, seen: Numbers, weight: Numbers) -> Fit:
    """Return the curve of an outcome with Gaussian spread: `weight` is the number of runs over their variance."""
    root = np.sqrt(weight)
    lower = _lower(prior, root)
    from scipy.linalg import solve_triangular

    half = solve_triangular(lower, root * seen, lower=True)
    across = solve_triangular(lower, root[:, None] * prior, lower=True)
    mean = across.T @ half
    return mean, prior.diagonal() - (across**2).sum(axis=0), float(-0.5 * half @ half - np.log(lower.diagonal()).sum())


def _chances(prior: Numbers, count: Numbers, total: Numbers) -> Fit:
    """Return the curve of a chance, in logits: Newton's method for the mode, then Laplace's approximation."""
    from scipy.linalg import cho_solve, solve_triangular

    def objective(curve: Numbers, alpha: Numbers) -> float:
        return float(total @ curve - count @ np.logaddexp(0, curve) - 0.5 * alpha @ curve)

    curve = alpha = np.zeros(len(prior))
    best = objective(curve, alpha)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-curve))
        root = np.sqrt(count * chance * (1 - chance))
        pull = root**2 * curve + total - count * chance
        toward = pull - root * cho_solve((_lower(prior, root), True), root * (prior @ pull))
        gain, size = -np.inf, 1.0
        while gain < 0 and size > ENOUGH:
            tried = alpha + size * (toward - alpha)
            gain = objective(prior @ tried, tried) - best
            size /= 2
        if gain < ENOUGH:
            break
        alpha, best = tried, best + gain
        curve = prior @ alpha
    chance = 1 / (1 + np.exp(-curve))
    root = np.sqrt(count * chance * (1 - chance))
    lower = _lower(prior, root)
    across = solve_triangular(lower, root[:, None] * prior, lower=True)
    return curve, prior.diagonal() - (across**2).sum(axis=0), best - float(np.log(lower.diagonal()).sum())


def _lower(prior: Numbers, root: Numbers) -> Numbers:
    """Return the Cholesky factor of 1 + root * prior * root."""
    return np.asarray(np.linalg.cholesky(np.eye(len(prior)) + root[:, None] * prior * root[None, :]))
