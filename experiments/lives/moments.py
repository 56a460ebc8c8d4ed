"""When results are read off: the end of external money, a year and two years later, and the horizon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from conducive.experiments.lives.ensemble import Ensemble

MAIN = "use_at_fidelity"
"""The indicator that answers are about, in the last month where no other is named."""
LATER = (12, 24)
"""Months after the end of external money at which use is read off."""


@dataclass(frozen=True)
class Moment:
    """A moment in the life of an innovation: its month in each replicate (beyond the horizon: not reached)."""

    label: str
    months: npt.NDArray[np.int64]

    @property
    def when(self) -> str:
        """The month, or the months between which replicates differ."""
        first, last = self.months.min(), self.months.max()
        return f"month {first}" if first == last else f"months {first} to {last}"

    def reading(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return each replicate's value at its moment, from values by replicate and month; empty where not reached."""
        reached = self.months <= values.shape[1]
        read = values[np.arange(len(values)), np.clip(self.months, 1, values.shape[1]) - 1]
        return np.where(reached, read, np.nan)


def launched(ensemble: Ensemble) -> int:
    """Return the month in which the latest innovation was launched."""
    return ensemble.scenario.waves[-1].month


def money_ends(ensemble: Ensemble) -> npt.NDArray[np.int64]:
    """Return the last month of external money of the latest innovation by replicate; its launch where there is none."""
    months = np.arange(1, ensemble.scenario.horizon + 1)
    last = ((ensemble.values("external_money") > 0) * months).max(axis=1)
    return np.maximum(last, launched(ensemble))


def moments(ensemble: Ensemble) -> list[Moment]:
    """Return the moments that fall before the horizon in some replicate, then the horizon."""
    horizon = ensemble.scenario.horizon
    found = [m for m in (*_before(ensemble), *_money(ensemble)) if (m.months < horizon).any()]
    return [*found, Moment("Horizon", np.full(len(ensemble.lives), horizon))]


def _before(ensemble: Ensemble) -> Iterator[Moment]:
    """Yield the last month of each innovation but the latest."""
    for number, wave in enumerate(ensemble.scenario.waves[1:], 1):
        yield Moment(f"Innovation {number} ends", np.full(len(ensemble.lives), wave.month))


def _money(ensemble: Ensemble) -> Iterator[Moment]:
    ends = money_ends(ensemble)
    funded = bool((ends > launched(ensemble)).any())
    if funded:
        yield Moment("External money ends", ends)
    for later in LATER:
        yield Moment(f"{later} months {'later' if funded else 'after launch'}", ends + later)
