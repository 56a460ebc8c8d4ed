"""Designs and indices of a sensitivity analysis: Morris screening and Sobol indices, net of luck.

Designs, screening and the estimators of indices are SALib's. An index is asked of the outcome's mean over luck, of
which the replicates show only a noisy estimate, so luck is taken out of every part of it. All points of a trajectory or
of a block (a base point of the Sobol design with its exchanges) meet the same luck, and other blocks other luck. What
an index is made of - variances and products of outcomes within a block - then holds, besides what is asked for, the
same thing of luck and of luck with conditions together, divided by the number of replicates R: a condition acts more
strongly in some lives than in others. Let M be such a part as the replicate means give it, and D its mean over
replicates taken singly; M expects what is asked for plus noise / R, D the same plus noise. So M - (D - M) / (R - 1) is
free of noise, with no assumption on how luck acts. For the total variance this subtracts the variance of a replicate
mean, as estimated from the replicates. Blocks drawn anew (bootstrap) draw their luck anew as well, so intervals hold
it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from conducive.experiments.lives.intervals import LEVEL, Numbers
from conducive.experiments.search.factors import Factor

if TYPE_CHECKING:
    import pandas as pd

STEPS = 4
"""Levels of each factor in Morris's design."""
RESAMPLES = 1000
NOTHING = 1e-12


class Index(NamedTuple):
    """An estimate with its 95% interval, each an array over what it is about."""

    low: Numbers
    value: Numbers
    high: Numbers


class Design(NamedTuple):
    """Points of a design: shares of each factor's range (points, factors), and how many belong together in a block."""

    factors: tuple[Factor, ...]
    positions: Numbers
    block: int


def morris_design(varied: tuple[Factor, ...], trajectories: int, seed: int) -> Design:
    """Return Morris's design: a block is a trajectory."""
    from SALib.sample.morris import sample

    return Design(varied, sample(_problem(varied), trajectories, STEPS, seed=seed), len(varied) + 1)


def sobol_design(varied: tuple[Factor, ...], points: int, seed: int) -> Design:
    """Return Sobol's design: a block is a base point with its exchanges."""
    from SALib.sample.sobol import sample

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of SciPy's, for how SALib hands on the seed
        made = sample(_problem(varied), points, calc_second_order=True, seed=seed)
    return Design(varied, made, 2 * len(varied) + 2)


def _problem(varied: Sequence[Factor]) -> dict[str, object]:
    """Return the problem as SALib wants it, over shares of the ranges."""
    return {"num_vars": len(varied), "names": [f.name for f in varied], "bounds": [[0.0, 1.0]] * len(varied)}


# ---- Morris --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Screening:
    """What Morris's design says of each factor.

    Attributes:
        factors: in order.
        strength: mu star, the mean size of the change that a factor makes from one end of its range to the other.
        direction: mu, the mean change, signed.
        uneven: sigma, how far the change differs between places (other factors, bends), net of luck.
        luck: mu star that luck alone would show for a factor without effect.
        trajectories: how many were used.
        left_out: trajectories left out because a run of theirs could not be judged.

    """

    factors: tuple[Factor, ...]
    strength: Index
    direction: Numbers
    uneven: Numbers
    luck: Numbers
    trajectories: int
    left_out: int

    @property
    def table(self) -> pd.DataFrame:
        """A row for each factor: columns as in `Sensitivity.table`."""
        import pandas as pd

        low, value, high = self.strength
        columns = {"mu_star": value, "mu_star_low": low, "mu_star_high": high, "mu": self.direction}
        names = [f.name for f in self.factors]
        return pd.DataFrame({"factor": names, **columns, "sigma": self.uneven, "luck": self.luck})


def screened(
    varied: tuple[Factor, ...], positions: Numbers, outcome: Numbers, seed: int = 0, left_out: int = 0
) -> Screening:
    """Analyse Morris's design: positions (trajectories, points, factors); outcome, the same with replicates last."""
    from SALib.analyze.morris import analyze

    trajectories, points, replicates = outcome.shape
    flat = positions.reshape(trajectories * points, -1)
    means = outcome.mean(axis=2)
    found = analyze(
        _problem(varied), flat, means.ravel(), RESAMPLES, LEVEL, num_levels=STEPS, seed=np.random.default_rng(seed)
    )
    strength, half = np.array(found["mu_star"]), np.array(found["mu_star_conf"])
    # How much the effect of the one factor that each step moves differs between lives with other luck.
    steps = np.diff(positions, axis=1)
    moved = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, moved[:, :, None], axis=2)
    noise = (np.diff(outcome, axis=1) / size).var(axis=2, ddof=1) / replicates
    each = np.empty((trajectories, len(varied)))
    np.put_along_axis(each, moved, noise, axis=1)
    uneven = np.sqrt(np.maximum(np.array(found["sigma"]) ** 2 - each.mean(axis=0), 0.0))
    luck = np.sqrt(2 / np.pi) * np.sqrt(each).mean(axis=0)
    bounds = Index(np.maximum(strength - half, 0.0), strength, strength + half)
    return Screening(varied, bounds, np.array(found["mu"]), uneven, luck, trajectories, left_out)


# ---- Sobol ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decomposition:
    """What Sobol's design says: shares of the variance that the factors make, luck taken out.

    All are not a number where the factors make no variance that can be told from luck (`tells` is False).

    Attributes:
        factors: in order.
        first: what a factor explains by itself.
        total: what it explains in all, combinations included.
        together: total less first, for each factor.
        pairs: what two factors explain only in combination (factors, factors), above the diagonal.
        all_together: 1 less the sum of first: what only combinations explain (no axis).
        effect: change of the outcome from the low end to the high end, a linear fit over the design.
        mean: mean outcome.
        spread: standard deviation that the factors make, net of luck.
        luck: share of luck in the variance of single runs at points drawn evenly over the ranges.
        luck_in_means: share of luck in the variance of replicate means: what was taken out.
        points: base points used.
        left_out: base points left out because a run of theirs could not be judged.

    """

    factors: tuple[Factor, ...]
    first: Index
    total: Index
    together: Index
    pairs: Index
    all_together: Index
    effect: Numbers
    mean: float
    spread: float
    luck: float
    luck_in_means: float
    points: int
    left_out: int

    @property
    def tells(self) -> bool:
        """Whether the factors make variance that can be told from luck."""
        return bool(np.isfinite(self.all_together.value))

    @property
    def table(self) -> pd.DataFrame:
        """A row for each factor: columns as in `Sensitivity.table`."""
        import pandas as pd

        columns: dict[str, object] = {"factor": [f.name for f in self.factors]}
        for name, index in (("first", self.first), ("total", self.total), ("together", self.together)):
            columns |= {name: index.value, f"{name}_low": index.low, f"{name}_high": index.high}
        return pd.DataFrame({**columns, "effect": self.effect})

    @property
    def pair_table(self) -> pd.DataFrame:
        """A row for each pair of factors, the strongest first: factor, other, together with low and high."""
        import pandas as pd

        rows, columns = np.triu_indices(len(self.factors), 1)
        names = np.array([f.name for f in self.factors])
        low, value, high = (part[rows, columns] for part in self.pairs)
        frame = pd.DataFrame(
            {"factor": names[rows], "other": names[columns], "together": value, "low": low, "high": high}
        )
        return frame.sort_values("together", ascending=False, kind="stable", ignore_index=True)

    @cached_property
    def ranked(self) -> list[int]:
        """Numbers of the factors, the highest total first."""
        order = np.argsort(-np.nan_to_num(self.total.value, nan=-np.inf), kind="stable")
        return [int(n) for n in order]


class _Parts(NamedTuple):
    """What indices are made of, before they are divided by the variance; the first axis is for samples."""

    variance: Numbers
    first: Numbers
    total: Numbers
    pairs: Numbers


def decomposed(
    varied: tuple[Factor, ...], positions: Numbers, outcome: Numbers, seed: int = 0, left_out: int = 0
) -> Decomposition:
    """Analyse Sobol's design: positions (base points, points, factors), outcome (base points, points, replicates).

    Points of a base point are in SALib's order, and all its points meet the same luck in a replicate. Intervals are
    estimate -+ 1.96 standard deviations over base points drawn anew.
    """
    from scipy.special import ndtri

    count, _, replicates = outcome.shape
    centred = outcome - outcome.mean()
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), RESAMPLES) / count
    parts, again = _net_of_luck(centred, np.full((1, count), 1 / count)), _net_of_luck(centred, drawn)
    ends = outcome[:, [0, -1]]
    luck, variance = float(ends.var(axis=2, ddof=1).mean()), float(parts.variance[0])
    reach = float(ndtri(0.5 + LEVEL / 2))
    tells = variance > max(NOTHING, reach * float(again.variance.std(ddof=1)))
    estimate, again = _shares(parts), _shares(again)

    def index(value: Numbers, samples: Numbers) -> Index:
        half = reach * samples.std(axis=0, ddof=1)
        middle = value[0] if tells else np.full(value.shape[1:], np.nan)
        return Index(middle - half, middle, middle + half)

    both = positions[:, [0, -1]].reshape(2 * count, -1)
    fit = np.column_stack([np.ones(2 * count), both])
    effect = np.linalg.lstsq(fit, ends.mean(axis=2).ravel())[0][1:]
    return Decomposition(
        varied,
        index(estimate.first, again.first),
        index(estimate.total, again.total),
        index(estimate.total - estimate.first, again.total - again.first),
        index(estimate.pairs, again.pairs),
        index(1 - estimate.first.sum(axis=1), 1 - again.first.sum(axis=1)),
        effect,
        float(ends.mean()),
        float(np.sqrt(max(variance, 0.0))),
        _share(luck, max(variance, 0.0)),
        _share(luck / replicates, max(variance, 0.0)),
        count,
        left_out,
    )


def _share(part: float, rest: float) -> float:
    return part / (part + rest) if part + rest > NOTHING else 0.0


def _net_of_luck(outcome: Numbers, weights: Numbers) -> _Parts:
    """Return the parts of indices of the outcome's mean over luck; `weights` of base points (samples, base points)."""
    replicates = outcome.shape[2]
    means = _parts(outcome.mean(axis=2), weights)
    single = [_parts(outcome[:, :, r], weights) for r in range(replicates)]
    taken = (np.mean([each[n] for each in single], axis=0) for n in range(len(means)))
    return _Parts(*(mean - (alone - mean) / (replicates - 1) for mean, alone in zip(means, taken, strict=True)))


def _parts(outcome: Numbers, weights: Numbers) -> _Parts:
    """Return the parts of indices from outcomes (base points, points), by the estimators that SALib uses.

    These are Saltelli et al. 2010 for first and total order, and Saltelli 2002 for pairs. SALib itself gives only what
    is divided by the variance, from which luck cannot be taken out. Each is the mean of two estimates, of which the
    second has the two halves of the design change places.
    """
    size = (outcome.shape[1] - 2) // 2
    a, b, ab, ba = outcome[:, :1], outcome[:, -1:], outcome[:, 1 : size + 1], outcome[:, size + 1 : -1]
    first = weights @ (b * (ab - a) + a * (ba - b)) / 2
    total = weights @ ((a - ab) ** 2 + (b - ba) ** 2) / 4
    products = (ba[:, :, None] * ab[:, None, :] + ab[:, :, None] * ba[:, None, :]) / 2 - (a * b)[:, :, None]
    pairs = np.tensordot(weights, products, 1) - first[:, :, None] - first[:, None, :]
    pairs[:, *np.tril_indices(size)] = np.nan
    variance = (weights @ (a**2 + b**2) / 2 - (weights @ (a + b) / 2) ** 2)[:, 0]
    return _Parts(variance, first, total, pairs)


def _shares(parts: _Parts) -> _Parts:
    """Return parts divided by the variance."""
    variance = parts.variance
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = (part / variance.reshape(-1, *[1] * (part.ndim - 1)) for part in parts[1:])
        return _Parts(variance, *rest)
