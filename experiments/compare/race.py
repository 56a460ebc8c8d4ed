"""A few scenarios with the same luck: how each fares over time, and whether one of them clearly fares best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.compare.ladder import MATTERS, RUNGS, judge
from conducive.experiments.lives.ensemble import Ensemble, run_each
from conducive.experiments.lives.intervals import A_DIFFERENCE, ANYWHERE, Uncertainty, along
from conducive.model.measures import INDICATORS
from conducive.scenarios.errors import InputError
from conducive.scenarios.indicators import SHARES, indicator_of
from conducive.scenarios.scenario import Scenario

DIGITS = 4
IN_PERCENT = SHARES | {"trials"}
"""Indicators whose mean lies between 0 and 1: shares, and what is either so or not in a run or for a person."""
TOTALS = frozenset({"cumulative_cost"})
"""Indicators that add up as months go by: of a stretch, their value at its end is read, and no average."""
POUNDS = frozenset(i.name for i in INDICATORS if i.unit == "GBP")


def race(
    scenarios: Sequence[Scenario],
    indicators: Sequence[str],
    window: tuple[int, int],
    replicates: int,
    seed: int,
    *,
    over_time: Sequence[str] = (),
    rivals: Sequence[int] | None = None,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> dict[str, Any]:
    """Run scenarios with the same luck over plausible sets, and say in plain data how they fare.

    Args:
        scenarios: the arms, all of the same horizon.
        indicators: what is read; the first is what the arms are judged by, more of it being better.
        window: first and last month of the stretch over which indicators are averaged (totals are read at its end).
        replicates: runs of each arm.
        seed: as in `run`, like the last two.
        over_time: indicators that are given month by month beside the first.
        rivals: which arms, by place, are held against each other; all where None.
        executor: any `concurrent.futures` executor.
        progress: called with 1 each time a run is done.

    Returns what `fare` does.

    Raises InputError as `run` does, for windows outside the horizon, and for fewer than two rivals.
    """
    _check(scenarios, window, rivals)
    ensembles = run_each(
        scenarios, replicates, seed, plausible=True, executor=executor, progress=progress, agents=False
    )
    return fare(ensembles, indicators, window, over_time=over_time, rivals=rivals)


def _check(scenarios: Sequence[Scenario], window: tuple[int, int], rivals: Sequence[int] | None) -> None:
    """Raise InputError for windows outside the horizon, and for fewer than two rivals."""
    months = min(s.horizon for s in scenarios)
    first, last = window
    if not 1 <= first <= last <= months:
        msg = f"the window must lie within months 1 to {months}. Got {first} to {last}."
        raise InputError(msg)
    held = tuple(range(len(scenarios)) if rivals is None else rivals)
    if len(set(held)) < 2 or not set(held) <= set(range(len(scenarios))):  # noqa: PLR2004 one against another
        msg = f"rivals must be places of two arms or more, 0 to {len(scenarios) - 1}. Got {held}."
        raise InputError(msg)


def fare(
    ensembles: Sequence[Ensemble],
    indicators: Sequence[str],
    window: tuple[int, int],
    *,
    over_time: Sequence[str] = (),
    rivals: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Say in plain data how arms fare that were run with the same luck; arguments are those of `race`.

    Returns a mapping that JSON can hold, with

        replicates, sets, seed: how many runs of each arm, how many plausible sets, and the luck;
        series: for each arm, low, mean and high of the first indicator by month (95% interval);
        over_time: for each indicator asked for, the same as `series`;
        table: for each indicator and arm, low, mean and high of the average over the window;
        best: the rival with the highest average;
        gaps: for each arm, low, mean and high of how far the best one is ahead of it, paired run by run;
        ahead: for each arm, in how many of the plausible sets the best one is ahead of it on average;
        sure: how surely the best is ahead of every other rival, as a rung of `ladder.RUNGS`.

    """
    months = min(e.scenario.horizon for e in ensembles)
    first, last = window
    held = tuple(range(len(ensembles)) if rivals is None else rivals)
    judged = indicators[0]
    averages = [_average(e, judged, first, last) for e in ensembles]
    best = max(held, key=lambda n: averages[n].mean())
    apart = [averages[best] - each for each in averages]
    within, matters = (A_DIFFERENCE, MATTERS) if judged in IN_PERCENT else (ANYWHERE, 0.0)
    gaps = [ensembles[0].uncertainty(each, within) for each in apart]
    sets = ensembles[0].sets
    assert sets is not None
    numbers = np.unique(sets)
    rungs = [judge(each, sets, within, matters).rung for n, each in enumerate(apart) if n in held and n != best]

    def monthly(name: str) -> list[Any]:
        within = indicator_of(name).within
        return [_bounds(along(e, e.values(name)[:, :months], within), name) for e in ensembles]

    return {
        "replicates": len(ensembles[0].lives),
        "sets": len(numbers),
        "seed": ensembles[0].seed,
        "series": monthly(judged),
        "over_time": {name: monthly(name) for name in over_time},
        "table": {name: [_bounds(_averaged(e, name, first, last), name) for e in ensembles] for name in indicators},
        "best": best,
        "gaps": [_bounds(gap, judged) for gap in gaps],
        "ahead": [int(sum(each[sets == number].mean() > 0 for number in numbers)) for each in apart],
        "sure": max(rungs, key=RUNGS.index),
    }


def _average(ensemble: Ensemble, indicator: str, first: int, last: int) -> npt.NDArray[np.float64]:
    """Average of an indicator over a stretch of months, by replicate; of one that adds up, its value at the end."""
    start = last - 1 if indicator in TOTALS else first - 1
    average: npt.NDArray[np.float64] = ensemble.values(indicator)[:, start:last].mean(axis=1)
    return average


def _averaged(ensemble: Ensemble, indicator: str, first: int, last: int) -> Uncertainty:
    return ensemble.uncertainty(_average(ensemble, indicator, first, last), indicator_of(indicator).within)


def _bounds(found: Uncertainty, indicator: str) -> Any:
    """Low, mean and high as numbers or lists."""
    three = np.stack([found.low, found.mean, found.high])
    return (np.round(three, 0 if indicator in POUNDS else DIGITS) + 0.0).tolist()
