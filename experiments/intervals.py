"""The 95% interval of a mean over replicates, and its parts: luck within a set of coefficients, ignorance between."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

type Numbers = npt.NDArray[np.float64]

LEVEL = 0.95
"""Level of every interval."""
FEWEST_IN_A_SET = 4
"""Replicates that a plausible set has at least: fewer say too little about luck within it."""
ENOUGH, ENOUGH_SETS = 30, 50
"""Values, and sets, from which luck and ignorance are known well enough to reckon with."""
RESAMPLES = 2000
SLOPES = 4001  # ratios tried for the interval of one, spaced by angle


class Uncertainty(NamedTuple):
    """A mean with its 95% interval and what it is made of, each of the shape of one replicate."""

    low: Numbers
    mean: Numbers
    high: Numbers
    luck: Numbers
    """Standard deviation between replicates of the same set of coefficients."""
    ignorance: Numbers
    """Standard deviation of the true mean between sets; not a number with fewer than two sets."""
    agree: Numbers
    """Share of sets whose mean has the sign of the overall mean (0 counts half); not a number with fewer than two."""
    luck_share: Numbers
    """Luck's share of the squared width of the interval: the part that more replicates narrow."""


def uncertainty(values: Numbers, sets: npt.NDArray[np.int64] | None = None) -> Uncertainty:
    """Mean, 95% interval, luck and ignorance over the first axis, in which replicates of a set stand together.

    Without `sets`, or with one, the interval is `interval`'s and ignorance is not known. With S sets it is that of the
    true mean under a set drawn anew: the overall mean -+ t(S - 1) * sqrt(ignorance^2 + (variance of set means) / S), by
    Student's t. Ignorance counts in full, because more sets do not narrow it, and luck as an error of the mean.
    It holds that mean in about 19 of 20 studies where ignorance exceeds luck / sqrt(R), and in about 17 of 20 at worst,
    where it is smaller and hard to tell from luck.

    Luck and ignorance are those of a one-way analysis of variance with random effects: luck^2 is the mean square
    within sets, and ignorance^2 is (mean square between sets - luck^2) / R, or 0 where that is negative. R is the
    number of replicates in a set; where sets differ in it, (N - sum of squared sizes / N) / (S - 1). Where no set has
    two replicates luck is not known, and what lies between sets counts as ignorance. Leaves out empty values.
    """
    low, mean, high = interval(values)
    known = ~np.isnan(values)
    starts = np.flatnonzero(np.diff(sets, prepend=sets[0] - 1)) if sets is not None else np.zeros(1, np.int64)
    rows = np.repeat(np.arange(len(starts)), np.diff([*starts, len(values)]))
    size = np.add.reduceat(known, starts, axis=0, dtype=np.float64)
    total, count = size.sum(axis=0), (size > 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.add.reduceat(np.where(known, values, 0.0), starts, axis=0) / size
        luck2 = np.where(known, (values - own[rows]) ** 2, 0.0).sum(axis=0) / (total - count)
        between = np.nansum(size * (own - mean) ** 2, axis=0) / (count - 1)
        each = (total - (size**2).sum(axis=0) / total) / (count - 1)
        ignorance2 = np.maximum(between - np.nan_to_num(luck2), 0.0) / each
        means2 = np.nansum((own - np.nansum(own, axis=0) / count) ** 2, axis=0) / (count - 1)
        agree = np.nansum(0.5 + 0.5 * np.sign(own) * np.sign(mean), axis=0) / count
        width2 = ignorance2 + means2 / count
        half = _student(count) * np.sqrt(width2)
        luck_share = np.minimum(luck2 / total / width2, 1.0)
    several = count > 1
    return Uncertainty(
        np.where(several, mean - half, low),
        mean,
        np.where(several, mean + half, high),
        np.sqrt(luck2),
        np.where(several, np.sqrt(ignorance2), np.nan),
        np.where(several, agree, np.nan),
        np.where(several, luck_share, np.nan),
    )


def enough_values(sets: int) -> int:
    """Return how many values it takes, over so many sets as there are (0: over none), to reckon with what they show."""
    return max(ENOUGH, FEWEST_IN_A_SET * min(ENOUGH_SETS, sets))


def half_width_of(luck: Numbers, ignorance: Numbers, count: Numbers, sets: npt.NDArray[np.int64]) -> Numbers:
    """Half-width that the interval of `uncertainty` has on average with so many values, evenly over so many sets.

    With one set luck alone makes it.
    """
    several = sets > 1
    width2 = luck**2 / count + np.where(several, ignorance**2 * (1 + 1 / sets), 0.0)
    return np.asarray(_student(np.where(several, sets, count)) * np.sqrt(width2))


def _student(count: npt.NDArray[np.int64]) -> Numbers:
    """Return how many standard errors the interval of a mean of so many reaches to either side (Student's t)."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.maximum(count - 1, 1), 0.5 + LEVEL / 2))


def interval(values: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Low, mean and high of the 95% interval of the mean over the first axis (Student's t); leaves out empty values."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / count
        squares = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0)
        half = np.where(count > 1, _student(count) * np.sqrt(squares / (count - 1) / count), np.nan)
    return mean - half, mean, mean + half


def interval_of_share(count: int, of: int) -> tuple[float, float]:
    """Low and high of the 95% interval of a share of runs (Wilson 1927): none of a hundred is not certainly never."""
    from scipy.special import ndtri

    z2 = float(ndtri(0.5 + LEVEL / 2)) ** 2
    middle, half = count + z2 / 2, (z2 * (count * (of - count) / of + z2 / 4)) ** 0.5
    return (middle - half) / (of + z2), (middle + half) / (of + z2)


def interval_of_ratio(over: Numbers, under: Numbers, sets: npt.NDArray[np.int64] | None = None) -> tuple[float, float]:
    """Low and high of the 95% interval of mean(over) / mean(under), where the interval of mean(under) leaves out 0.

    Over several sets, the ratios r for which the interval of the mean of over - r * under holds 0 (Fieller 1954);
    otherwise by resampling replicates with a fixed seed.
    """
    if sets is not None and sets[0] != sets[-1]:
        slopes = np.tan(np.linspace(-np.pi / 2, np.pi / 2, SLOPES)[1:-1]) * abs(over.mean() / under.mean())
        gap = uncertainty(over[:, None] - slopes * under[:, None], sets)
        possible = slopes[(gap.low <= 0) & (gap.high >= 0)]
        return float(possible.min()), float(possible.max())
    draws = np.random.default_rng(0).integers(0, len(over), (RESAMPLES, len(over)))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = over[draws].mean(axis=1) / under[draws].mean(axis=1)
    low, high = np.nanquantile(ratios, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
