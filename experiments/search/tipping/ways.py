"""What else would have to change, where an outcome does not reach a target at any value of what is moved."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

from conducive.experiments.lives.intervals import Numbers
from conducive.experiments.lives.living import in_order
from conducive.experiments.lives.readings import Estimate, chance_of, mean_of
from conducive.experiments.search.factors import Question, question
from conducive.scenarios.conditions import conditions
from conducive.scenarios.scenario import checked

TRIED, CONFIRMED = 16, 96
"""Runs at each end of the range: of every change that is tried, and of the best ones, with luck of their own."""
BEST = 3
"""Changes of each round that are looked at again: the one that goes furthest, and those that best make it cross."""
MOST_CHANGED = 2
"""Conditions or inputs that are changed together, at most."""


class Way(NamedTuple):
    """Values of other conditions or inputs with which the outcome reaches the target, and where in the range.

    `at_low_end` and `at_high_end` are the outcome at the ends of the range of what is moved, with 95% intervals;
    `reaches` says that one of them lies clearly beyond the target, `crosses` that the other clearly does not.
    """

    changes: Mapping[str, float]
    at_low_end: Estimate
    at_high_end: Estimate
    reaches: bool
    crosses: bool


def most_tried(asked: Question) -> int:
    """Return how many runs `ways_across` makes at most."""
    return 2 * MOST_CHANGED * (TRIED * len(other_ends(asked, 1)) + CONFIRMED * BEST)


def other_ends(asked: Question, way: int) -> dict[str, float]:
    """Return what may be changed beside the factors, each with its facilitator (way 1) or barrier value (-1).

    These are whole conditions, and the other inputs of a condition in which a factor is.
    """
    taken = {*(f.name for f in asked.factors), *asked.held}
    found: dict[str, float] = {}
    for condition in conditions():
        if condition.name in taken:
            continue
        if not taken.intersection(i.address for i in condition.inputs):
            found[condition.name] = 1.0 if way > 0 else 0.0
            continue
        for i in condition.inputs:
            end = i.facilitator if way > 0 else i.barrier
            if i.address not in taken and end is not None:
                found[i.address] = end
    return {n: v for n, v in found.items() if any(asked.scenario[a] != x for a, x in checked({n: v}).items())}


def ways_across(
    asked: Question,
    target: float,
    way: int,
    seed: int,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> tuple[Way, ...]:
    """Look for what brings the outcome above the target (way 1) or below it (-1) at an end of the first factor's range.

    One condition or input after the other is moved to its end; where none is enough, the best of them together with any
    second. Only what fresh runs confirm is returned, first what makes it cross. Factors after the first stay as in the
    scenario.
    """
    moved, ends, chosen = asked.factors[0], other_ends(asked, way), dict[str, float]()

    def looked_at(several: Sequence[Mapping[str, float]], runs: range) -> list[Way]:
        tasks = [(_changed(asked, changes), end, runs, seed) for changes in several for end in (moved.low, moved.high)]
        found = []
        for values in in_order(_outcome, tasks, executor):
            found.append(chance_of(values) if asked.binary else mean_of(values, within=asked.within))
            if progress:
                progress(len(runs))
        return [_way(*each, target, way) for each in zip(several, found[::2], found[1::2], strict=True)]

    for _ in range(MOST_CHANGED):
        tried = looked_at([{**chosen, n: v} for n, v in ends.items() if n not in chosen], range(TRIED))
        tried.sort(key=lambda each: _shown(each, target, way)[0], reverse=True)
        crossing = sorted(tried[1:], key=lambda each: _shown(each, target, way)[1], reverse=True)
        best = [each.changes for each in (*tried[:1], *crossing[: BEST - 1])]
        found = looked_at(best, range(TRIED, TRIED + CONFIRMED))
        if reaching := [each for each in found if each.reaches]:
            return tuple(sorted(reaching, key=lambda each: not each.crosses))
        if not tried:
            break
        chosen = dict(tried[0].changes)
    return ()


def _way(changes: Mapping[str, float], low: Estimate, high: Estimate, target: float, way: int) -> Way:
    reaches, stays = (any(_beyond(end, target, side) for end in (low, high)) for side in (way, -way))
    return Way(changes, low, high, reaches, reaches and stays)


def _changed(asked: Question, changes: Mapping[str, float]) -> Question:
    when = asked.reading.when if isinstance(asked.reading.when, int) else None
    return question(asked.scenario.change(changes), asked.factors[:1], asked.reading.indicator, when)


type _Task = tuple[Question, float, range, int]


def _outcome(task: _Task) -> Numbers:
    asked, value, replicates, seed = task
    return asked.outcome([value], replicates, seed)


def _beyond(estimate: Estimate, target: float, way: int) -> bool:
    """Whether an estimate lies beyond the target for certain, above it (way 1) or below it (-1)."""
    return estimate.low > target if way > 0 else estimate.high < target


def _shown(each: Way, target: float, way: int) -> tuple[float, float]:
    """Return how far beyond the target the outcome goes at an end, and how far on both sides of it at either end."""
    gaps = [way * (end.mean - target) for end in (each.at_low_end, each.at_high_end) if not math.isnan(end.mean)]
    furthest, least = max(gaps, default=-math.inf), min(gaps, default=-math.inf)
    return furthest, min(furthest, -least)
