"""The 95% interval of a mean over replicates, and its parts: luck within a set of coefficients, ignorance between."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

type Numbers = npt.NDArray[np.float64]
type Counts = npt.NDArray[np.int64]

LEVEL = 0.95
"""Level of every interval."""
FEWEST_IN_A_SET = 4
"""Replicates that a plausible set has at least: fewer say too little about luck within it."""
ENOUGH, ENOUGH_SETS = 30, 50
"""Values, and sets, from which luck and ignorance are known well enough to reckon with."""
SETS_FOR_QUANTILES = 39
"""Sets from which the outermost hold the next in 95% of cases."""
ANYWHERE, AN_AMOUNT, A_SHARE, A_DIFFERENCE = (-np.inf, np.inf), (0.0, np.inf), (0.0, 1.0), (-1.0, 1.0)
"""What a quantity can be: anything, an amount, a share, or by what shares can differ; `Indicator.within` has it."""
RESAMPLES = 2000
NORMAL_KURTOSIS = 3.0
ROUNDING = 1e-12  # a mean nearer to 0 differs from it by rounding alone
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


class Sampled(Protocol):
    """What was lived many times: runs of a scenario, or pairs of runs."""

    @property
    def sets(self) -> npt.NDArray[np.int64] | None:
        """Number of the plausible set of each; None under one set of coefficients."""

    def uncertainty(self, values: Numbers, within: tuple[float, float] = ANYWHERE) -> Uncertainty:
        """Mean of values, one for each, with its 95% interval, luck and ignorance."""


def along(of: Sampled, values: Numbers, within: tuple[float, float] = ANYWHERE) -> Uncertainty:
    """Uncertainty of a line over time as it is drawn: without width where all runs are alike.

    Before the first course nobody uses it in any run; that none of a hundred did would, drawn, look like some use.
    """
    found = of.uncertainty(values, within)
    alike = (values == values[0]).all(axis=0)
    low, high = (np.where(alike, found.mean, end) for end in (found.low, found.high))
    return found._replace(low=low, high=high)


def several_sets(of: Sampled) -> bool:
    """Whether there are several plausible sets, so that luck and ignorance can be told apart."""
    return of.sets is not None and len(np.unique(of.sets)) > 1


def uncertainty(
    values: Numbers, sets: npt.NDArray[np.int64] | None = None, within: tuple[float, float] = ANYWHERE
) -> Uncertainty:
    """Mean, 95% interval, luck and ignorance over the first axis, in which replicates of a set stand together.

    Without `sets`, or with one, the interval is `interval`'s and ignorance is not known. With S sets it is that of the
    true mean under a set drawn anew, by quantiles of the means of sets, freed of luck: each is pulled towards the
    overall mean by sqrt(ignorance^2 / (ignorance^2 + its own replicate variance)), so that they lie as far apart as
    true means do and keep their skew and their limits (Louis 1984; Ghosh 1992: constrained empirical Bayes). Quantiles
    are those that hold the next of S alike draws in 95% of cases (Weibull's positions); where S is too small for any,
    the outermost are moved out by as much as it takes for normal means. The error of the overall mean by luck is added,
    in quadrature, to either side. Nothing beyond `within`, the least and most that are possible. More sets do not
    narrow ignorance, more replicates narrow luck.

    In simulations it holds the true mean under a new set in 19 of 20 studies from fifty sets of four on, and in 17 of
    20 or more with fewer, for normal, skewed and bounded means alike; of yes-or-no outcomes in few sets of four (such
    as whether an innovation was kept) in 13 to 18 of 20.

    Luck and ignorance are those of a one-way analysis of variance with random effects: luck^2 is the mean square
    within sets, and ignorance^2 is (mean square between sets - luck^2) / R, or 0 where that is negative. R is the
    number of replicates in a set; where sets differ in it, (N - sum of squared sizes / N) / (S - 1). For the interval
    half a standard error of that estimate is added to it. Where no set has two replicates luck is not known, and what
    lies between sets counts as ignorance. Leaves out empty values.
    """
    low, mean, high = interval(values, within)
    known = ~np.isnan(values)
    starts = np.flatnonzero(np.diff(sets, prepend=sets[0] - 1)) if sets is not None else np.zeros(1, np.int64)
    rows = np.repeat(np.arange(len(starts)), np.diff([*starts, len(values)]))
    size = np.add.reduceat(known, starts, axis=0, dtype=np.float64)
    total, count = size.sum(axis=0), (size > 0).sum(axis=0, dtype=np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.add.reduceat(np.where(known, values, 0.0), starts, axis=0) / size
        squares = np.add.reduceat(np.where(known, (values - own[rows]) ** 2, 0.0), starts, axis=0)
        luck2 = squares.sum(axis=0) / (total - count)
        between = np.nansum(size * (own - mean) ** 2, axis=0) / (count - 1)
        each = (total - (size**2).sum(axis=0) / total) / (count - 1)
        ignorance2 = np.maximum(between - np.nan_to_num(luck2), 0.0) / each
        means2 = np.nansum((own - np.nansum(own, axis=0) / count) ** 2, axis=0) / (count - 1)
        signs = _sign(own) * _sign(mean)
        agree = np.nansum(0.5 + 0.5 * np.where(size > 0, signs, np.nan), axis=0) / count
        luck_share = np.minimum(luck2 / total / (ignorance2 + means2 / count), 1.0)
        usual = np.nan_to_num(luck2) / each
        apart = np.minimum(ignorance2 + 0.5 * np.sqrt(2.0 / (count - 1)) * usual, means2)
        by_luck = np.where(size > 1, squares / (size - 1), luck2) / size
        ends = _ends(own, mean, apart, np.nan_to_num(by_luck), count)
        error = np.nan_to_num(_student(total - count + 1) * np.sqrt(luck2 / total))
    several = count > 1
    wide = (mean - np.hypot(mean - ends[0], error), mean + np.hypot(ends[1] - mean, error))
    low, high = (np.where(several, np.clip(w, *within), plain) for w, plain in zip(wide, (low, high), strict=True))
    return Uncertainty(
        low,
        mean,
        high,
        np.sqrt(luck2),
        np.where(several, np.sqrt(ignorance2), np.nan),
        np.where(several, agree, np.nan),
        np.where(several, luck_share, np.nan),
    )


def _sign(values: Numbers) -> Numbers:
    return np.asarray(np.where(np.abs(values) > ROUNDING, np.sign(values), 0.0))


def _ends(own: Numbers, mean: Numbers, apart: Numbers, by_luck: Numbers, count: Counts) -> tuple[Numbers, Numbers]:
    """Ends of the 95% interval of the true mean of a new set, from means of sets: their variance, and each one's luck.

    `own` and `by_luck` have sets on the first axis, `apart` is the variance of true means, `count` the sets known.
    """
    gap = own - mean
    pulled = gap * np.sqrt(apart / np.where(apart + by_luck > 0.0, apart + by_luck, 1.0))
    spread = np.sqrt(np.nansum((pulled - np.nansum(pulled, axis=0) / count) ** 2, axis=0) / (count - 1))
    pulled = pulled * np.where(spread > 0.0, np.minimum(np.sqrt(apart) / np.where(spread > 0, spread, 1.0), 1.0), 0.0)
    ordered = np.sort(pulled, axis=0)  # unknown ones come last
    position = np.maximum((1.0 - LEVEL) / 2.0 * (count + 1.0) - 1.0, 0.0)
    outermost = _outermost(count, np.ones(np.shape(count), np.float64))
    out = np.where(count < SETS_FOR_QUANTILES, np.maximum(_student(count) * np.sqrt(1 + 1 / count) / outermost, 1), 1.0)
    return mean + out * _ranked(ordered, position), mean + out * _ranked(ordered, count - 1.0 - position)


def _outermost(count: Counts, rank: Numbers) -> Numbers:
    """Return how far from the mean the draw of a rank lies, of so many normal ones, on average (Blom 1958)."""
    from scipy.special import ndtri

    return np.asarray(-ndtri((np.maximum(rank, 1.0) - 0.375) / (count + 0.25)))


def _ranked(ordered: Numbers, position: Numbers) -> Numbers:
    """Return what stands at a position, from 0 and between two of them, of values in order along the first axis."""
    position = np.asarray(np.nan_to_num(np.maximum(position, 0.0)))
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, len(ordered) - 1)
    one, other = (np.take_along_axis(ordered, n[None], axis=0)[0] for n in (below, above))
    part = position - below
    return np.asarray(np.where(part > 0.0, one + part * (other - one), one))


def enough_values(sets: int) -> int:
    """Return how many values it takes, over so many sets as there are (0: over none), to reckon with what they show."""
    return max(ENOUGH, FEWEST_IN_A_SET * min(ENOUGH_SETS, sets))


def half_width_of(luck: Numbers, ignorance: Numbers, count: Numbers, sets: npt.NDArray[np.int64]) -> Numbers:
    """Half-width that the interval of `uncertainty` has on average with so many values, evenly over so many sets.

    With one set luck alone makes it.
    """
    several = sets > 1
    doubt = 0.5 * np.sqrt(2.0 / np.maximum(sets - 1, 1)) * luck**2 * sets / count
    apart = np.where(several, ignorance**2 + doubt, 0.0)
    rank = np.asarray((1.0 - LEVEL) / 2.0 * (sets + 1.0), np.float64)
    by_quantiles = _outermost(np.maximum(sets, SETS_FOR_QUANTILES), rank)
    errors = np.where(sets < SETS_FOR_QUANTILES, _student(sets) * np.sqrt(1 + 1 / sets), by_quantiles)
    luck_errors = _student(np.where(several, count - sets + 1, count))
    return np.asarray(np.sqrt(errors**2 * apart + luck_errors**2 * luck**2 / count))


def _student(count: Counts | Numbers) -> Numbers:
    """Return how many standard errors the interval of a mean of so many reaches to either side (Student's t)."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.maximum(count - 1, 1), 0.5 + LEVEL / 2))


def interval(values: Numbers, within: tuple[float, float] = ANYWHERE) -> tuple[Numbers, Numbers, Numbers]:
    """Low, mean and high of the 95% interval of the mean over the first axis; leaves out empty values.

    By Student's t; that of shares (`within` 0 and 1) by Wilson's method (1927) for as many yes-or-no outcomes as tell
    as much, so that it never leaves 0 to 1, leans away from them, and has a width where all values are 0 or all are 1.
    These tell less where a few values make the spread: it is taken a standard error (by their kurtosis) wider than it
    shows. In simulations of studies of 100 runs it holds shares of 0.01% to 99.9%, of yes-or-no outcomes and skewed
    ones, in 18 to 20 of 20 studies.
    """
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / count
        squared = np.where(known, (values - mean) ** 2, 0.0)
        squares = squared.sum(axis=0)
        variance = squares / (count - 1)
        if within == A_SHARE:
            binary = squares / count / np.where((mean > 0) & (mean < 1), mean * (1 - mean), 1.0)
            kurtosis = count * (squared**2).sum(axis=0) / squares**2
            binary *= 1.0 + np.sqrt(np.maximum(np.nan_to_num(kurtosis) - NORMAL_KURTOSIS, 0.0) / count)
            alike = np.where((mean <= 0) | (mean >= 1), 1.0, np.clip(binary, 1e-12, 1.0))
            low, high = _wilson(mean, count / alike, _student(count))
            return np.where(count > 1, low, np.nan), mean, np.where(count > 1, high, np.nan)
        half = np.where(count > 1, _student(count) * np.sqrt(variance / count), np.nan)
    return np.maximum(mean - half, within[0]), mean, np.minimum(mean + half, within[1])


def _wilson(share: Numbers, of: Numbers, errors: Numbers) -> tuple[Numbers, Numbers]:
    """Ends of the interval of a share of so many yes-or-no outcomes, so many standard errors to either side."""
    z2 = errors**2
    middle = share * of + z2 / 2
    half = np.sqrt(np.maximum(z2 * (share * of * (1 - share) + z2 / 4), 0.0))
    low, high = (middle - half) / (of + z2), (middle + half) / (of + z2)
    return np.asarray(np.where(share <= 0, 0.0, low)), np.asarray(np.where(share >= 1, 1.0, high))


def interval_of_share(count: int, of: int) -> tuple[float, float]:
    """Low and high of the 95% interval of a share of runs (Wilson 1927): none of a hundred is not certainly never."""
    from scipy.special import ndtri

    low, high = _wilson(np.array(count / of), np.array(float(of)), np.asarray(ndtri(0.5 + LEVEL / 2)))
    return float(low), float(high)


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
