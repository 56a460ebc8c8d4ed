"""Measures that live: how much use there was, how high it rose and how long it stayed, by run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.lives.moments import MAIN

if TYPE_CHECKING:
    from conducive.experiments.lives.ensemble import Ensemble

type Numbers = npt.NDArray[np.float64]

MONTHS_A_YEAR = 12
HALF = 0.5


def years_of_use(ensemble: Ensemble, months: int) -> Numbers:
    """Practitioner-years of use as it is meant over some months, by run: shape (runs,)."""
    using = (ensemble.values(MAIN) * ensemble.values("filled_posts"))[:, :months]
    return np.asarray(using.sum(axis=1) / MONTHS_A_YEAR)


def spent(ensemble: Ensemble, months: int) -> Numbers:
    """GBP spent on the innovation over some months, by grant and council, by run: shape (runs,)."""
    return np.asarray(ensemble.values("spend")[:, :months].sum(axis=1))


def peak(ensemble: Ensemble, months: int) -> Numbers:
    """Highest share of practitioners who use it as it is meant in any month, by run: shape (runs,)."""
    return np.asarray(ensemble.values(MAIN)[:, :months].max(axis=1))


def months_near_peak(ensemble: Ensemble, months: int) -> Numbers:
    """Months in which at least half of the highest share of a run use it as it is meant; 0 where nobody ever does."""
    use = ensemble.values(MAIN)[:, :months]
    highest = use.max(axis=1, keepdims=True)
    return np.asarray(((use >= HALF * highest) & (highest > 0)).sum(axis=1), np.float64)


def kept(ensemble: Ensemble, when: str) -> Numbers:
    """Whether use was kept `two` or `five` years after external money, by run: 1 or 0, empty where not judged."""
    return np.asarray(ensemble.values(f"kept_{when}_years")[:, -1])
