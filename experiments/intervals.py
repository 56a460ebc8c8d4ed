"""The 95% interval of a mean over replicates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LEVEL = 0.95
"""Level of every interval."""
RESAMPLES = 2000


def interval(
    values: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Low, mean and high of the 95% interval of the mean over the first axis (Student's t); leaves out empty values."""
    from scipy.special import stdtrit

    known = ~np.isnan(values)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / count
        squares = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0)
        half = np.where(
            count > 1,
            stdtrit(np.maximum(count - 1, 1), 0.5 + LEVEL / 2) * np.sqrt(squares / (count - 1) / count),
            np.nan,
        )
    return mean - half, mean, mean + half


def interval_of_share(count: int, of: int) -> tuple[float, float]:
    """Low and high of the 95% interval of a share of runs (Wilson 1927): none of a hundred is not certainly never."""
    from scipy.special import ndtri

    z2 = float(ndtri(0.5 + LEVEL / 2)) ** 2
    middle, half = count + z2 / 2, (z2 * (count * (of - count) / of + z2 / 4)) ** 0.5
    return (middle - half) / (of + z2), (middle + half) / (of + z2)


def interval_of_ratio(over: npt.NDArray[np.float64], under: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Low and high of the 95% interval of mean(over) / mean(under), by resampling replicates with a fixed seed."""
    draws = np.random.default_rng(0).integers(0, len(over), (RESAMPLES, len(over)))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = over[draws].mean(axis=1) / under[draws].mean(axis=1)
    low, high = np.nanquantile(ratios, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
