"""What an answer depends on: the difference between two scenarios, with each condition moved to either end in both."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from conducive.experiments.compare.comparison import Comparison
from conducive.experiments.lives.ensemble import check_whole, one_life, under_set
from conducive.experiments.lives.intervals import LEVEL, interval
from conducive.experiments.lives.living import in_order
from conducive.experiments.lives.moments import MAIN
from conducive.scenarios.conditions import conditions
from conducive.scenarios.declaration import Condition
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

PAIRS = 16
"""Pairs of runs with which each move is tried."""
DIGITS = 9  # of a change: beyond them is rounding of numbers, which must not pass for a change


class Moved(NamedTuple):
    """What becomes of the difference when a condition is moved to one end, in both scenarios.

    Attributes:
        condition: the condition.
        end: `barrier` or `facilitator`.
        difference: mean difference in use as meant in an average month, with the condition there.
        change: how far that is from the difference as things are: low, mean and high of the 95% interval.
        sure: whether that is no chance, after allowing for how many moves were tried.

    """

    condition: Condition
    end: str
    difference: float
    change: tuple[float, float, float]
    sure: bool


@dataclass(frozen=True, slots=True)
class Dependence:
    """What was tried to see what an answer depends on.

    Attributes:
        pairs: pairs of runs with which each move was tried.
        now: the mean difference in use as meant as things are, in an average month, in these pairs.
        moves: what becomes of it.

    """

    pairs: int
    now: float
    moves: tuple[Moved, ...]


def dependence(
    comparison: Comparison,
    pairs: int = PAIRS,
    *,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> Dependence:
    """Move each of the 18 conditions to either end, in both scenarios, and see what becomes of the difference.

    It is read in an average month, as the answer is. Inputs in which the scenarios differ stay as they are. Each of the
    `pairs` (at most those of the comparison) has the luck and the plausible set of one pair of the comparison, from as
    many sets as can be. `progress` is called with 1 for each replicate, of which there are 4 * 18 * `pairs` or a few
    less. Raises InputError for a number of pairs that cannot be used.
    """
    from scipy.stats import ttest_1samp

    check_whole("pairs", pairs, 1, 1_000_000)

    arms = (comparison.base, comparison.alternative)
    picked = np.unique(np.linspace(0, comparison.pairs - 1, min(pairs, comparison.pairs)).round().astype(int))
    months = comparison.months
    now = comparison.difference(MAIN)[picked].mean(axis=1)
    moves = list(_moves(arms[0].scenario, arms[1].scenario))
    lives = [(arms[0].lives[n].replicate, arms[0].lives[n].set) for n in picked]
    tasks = ((arm.scenario.change(changes), *life) for _, _, changes in moves for arm in arms for life in lives)
    use = []
    for value in in_order(partial(_use_in, arms[0].seed, months), tasks, executor):
        use.append(value)
        if progress:
            progress(1)
    differences = np.diff(np.reshape(use, (len(moves), 2, len(lives))), axis=1)[:, 0]
    found = []
    for (condition, end, _), difference in zip(moves, differences, strict=True):
        change = np.round(difference - now, DIGITS)
        low, mean, high = (float(x) for x in interval(change))
        chance = 1.0
        if change.any() and len(change) > 1:
            # Where all pairs change by the same, a sign test: of two pairs that happens by chance.
            chance = float(ttest_1samp(change, 0).pvalue) if np.ptp(change) else 2 * 0.5 ** len(change)
        sure = chance * len(moves) < 1 - LEVEL  # Bonferroni: of so many moves some would stand out by chance
        found.append(Moved(condition, end, float(difference.mean()), (low, mean, high), sure))
    return Dependence(len(picked), float(now.mean()), tuple(found))


def _moves(base: Scenario, alternative: Scenario) -> list[tuple[Condition, str, dict[str, float]]]:
    """Return each condition and end, and what it changes in both: nothing in which they differ, or that is there."""
    found = []
    for condition in conditions():
        for end, position in (("barrier", 0.0), ("facilitator", 1.0)):
            changes = {
                a: v for a, v in condition.at_position(position).items() if base[a] == alternative[a] and base[a] != v
            }
            if changes:
                found.append((condition, end, changes))
    return found


def _use_in(seed: int, months: int, task: tuple[Scenario, int, int | None]) -> float:
    scenario, replicate, number = task
    life = one_life(timeline(under_set(scenario, number)), seed, replicate)
    return float(life.monthly[MAIN][:months].mean())
