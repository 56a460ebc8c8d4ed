"""What is read off many runs: a few numbers of each, so that maps and rankings of thousands of runs stay small."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from conducive.experiments.lives.ensemble import set_numbers
from conducive.experiments.lives.intervals import A_SHARE, ANYWHERE, Numbers, interval_of_share, uncertainty
from conducive.experiments.lives.living import in_order, lives
from conducive.experiments.lives.plausible import plausible_sets
from conducive.experiments.words import percent, plain

if TYPE_CHECKING:
    import numpy.typing as npt

    from conducive.scenarios.scenario import Scenario

type Sets = npt.NDArray[np.int64] | None
"""Number of the plausible set of each replicate, from 1; None where the default coefficients stand."""


EDGE = 1.0
"""Uptake number at the edge of the conducive zone: one user brings in one more."""
R_TOP = 2.0
"""Uptake number at which a map is darkest."""


class Reading(NamedTuple):
    """An indicator and when it is read: in a month (from 1), in the last one, or as mean or sum over all months."""

    indicator: str
    when: int | Literal["last", "mean", "sum"] = "last"


class Estimate(NamedTuple):
    """A mean over replicates with its 95% interval."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class Shown:
    """What a sweep can show: column of the table, what to call it, its meaning, and how a number of it is said."""

    column: str
    label: str
    meaning: str
    say: Callable[[float], str]
    interval: bool = True
    share: bool = True

    @property
    def top(self) -> float:
        """Value at which a map of it is darkest."""
        return 1.0 if self.share else R_TOP


SHOWN = (
    Shown(
        "average",
        "Use as it is meant",
        "Share of practitioners who use the innovation as it is meant, in an average month from launch to the end.",
        percent,
    ),
    Shown(
        "sustained",
        "Chance that use lasts",
        "Share of runs in which use as it is meant still holds two years after external money ended.",
        percent,
    ),
    Shown(
        "uptake",
        "Uptake number R",
        "How many colleagues one person using it brings into use before lapsing or leaving. From 1 on use can spread.",
        plain,
        share=False,
    ),
    Shown("open", "Runs with R of at least 1", "Share of runs in which the conducive zone is open.", percent),
    Shown(
        "use",
        "Use as it is meant at the end",
        "Share of practitioners who use the innovation as it is meant, in the last month.",
        percent,
        interval=False,
    ),
)  # fmt: skip


def sets_of(replicates: int, plausible: bool) -> Sets:
    """Return the plausible set of each replicate, a few replicates in each; None if not plausible.

    Raises InputError where there are no sets that fit the model.
    """
    return np.array(set_numbers(replicates, len(plausible_sets().sets)), np.int64) if plausible else None


def read(
    scenario: Scenario, readings: Sequence[Reading], replicates: Sequence[int], seed: int, sets: Sets = None
) -> Numbers:
    """Live through a scenario and return its readings: shape (replicates, readings).

    With `sets`, replicate n lives under the set `sets[n]`.
    """
    found = np.empty((len(replicates), len(readings)))
    for n, monthly in enumerate(lives(scenario, replicates, seed, None if sets is None else sets.tolist())):
        for column, (indicator, when) in enumerate(readings):
            values = monthly[indicator]
            match when:
                case "last":
                    found[n, column] = values[-1]
                case "mean":
                    found[n, column] = values.mean()
                case "sum":
                    found[n, column] = values.sum()
                case month:
                    found[n, column] = values[month - 1]
    return found


def read_each(
    scenarios: Iterable[Scenario],
    readings: Sequence[Reading],
    replicates: int,
    seed: int,
    sets: Sets = None,
    executor: Executor | None = None,
) -> Iterator[Numbers]:
    """Return the readings of each scenario, in order, each with the same luck and under the same sets.

    Closing the iterator cancels what has not begun.
    """
    do = partial(read, readings=tuple(readings), replicates=range(replicates), seed=seed, sets=sets)
    return in_order(do, scenarios, executor)


def mean_of(values: Numbers, sets: Sets = None, within: tuple[float, float] = ANYWHERE) -> Estimate:
    """Return the mean of a value by replicate with its 95% interval, as `intervals.uncertainty` has it."""
    low, mean, high, *_ = uncertainty(values, sets, within)
    return Estimate(float(low), float(mean), float(high))


def chance_of(values: Numbers, sets: Sets = None) -> Estimate:
    """Return the share of replicates that are 1, with its 95% interval; not a number where none can be judged.

    The interval is Wilson's, or with several sets the wider of that and the interval over sets: none of a hundred is
    not certainly never.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return Estimate(float("nan"), float("nan"), float("nan"))
    low, high = interval_of_share(int(known.sum()), len(known))
    if sets is not None and sets[0] != sets[-1]:
        spread = mean_of(values, sets, A_SHARE)
        low, high = np.nanmin([low, spread.low]), np.nanmax([high, spread.high])
    return Estimate(float(low), float(known.mean()), float(high))


def drawn_anew(replicates: int, sets: Sets, times: int) -> npt.NDArray[np.int64] | None:
    """Return how often each replicate is drawn when they are drawn anew: shape (times, replicates), a fixed seed.

    With several plausible sets, sets are drawn anew first, and then replicates within each. None where there is a
    single replicate.
    """
    if replicates == 1:
        return None
    groups = [np.arange(replicates)] if sets is None else [np.flatnonzero(sets == n) for n in np.unique(sets)]
    random = np.random.default_rng(0)
    picked = random.multinomial(len(groups), np.full(len(groups), 1 / len(groups)), times)
    found = np.empty((times, replicates), np.int64)
    for n, members in enumerate(groups):
        even = np.full(len(members), 1 / len(members))
        found[:, members] = random.multinomial(picked[:, n] * len(members), even)
    return found
