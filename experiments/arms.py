"""A few scenarios with the same luck: how each fares over time, and whether one of them clearly fares best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.ensemble import Ensemble, run_each
from conducive.experiments.intervals import Uncertainty
from conducive.model.measures import INDICATORS
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import Scenario

DIGITS = 4
SHARES = frozenset({"trials", "zone_open", "sustained"} | {i.name for i in INDICATORS if i.unit == "share"})
"""Indicators whose mean lies between 0 and 1: shares, and what is either so or not in a run or for a person."""


def race(
    scenarios: Sequence[Scenario],
    indicators: Sequence[str],
    window: tuple[int, int],
    replicates: int,
    seed: int,
    *,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> dict[str, Any]:
    """Run scenarios with the same luck over plausible sets, and say in plain data how they fare.

    Args:
        scenarios: the arms, all of the same horizon.
        indicators: what is read; the first is what the arms are judged by, more of it being better.
        window: first and last month of the stretch over which indicators are averaged.
        replicates: runs of each arm.
        seed: as in `run`, like the next two.
        executor: any `concurrent.futures` executor.
        progress: called with 1 each time a run is done.

    Returns a mapping that JSON can hold, with

        replicates, sets, seed: how many runs of each arm, how many plausible sets, and the luck;
        series: for each arm, low, mean and high of the first indicator by month (95% interval);
        table: for each indicator and arm, low, mean and high of the average over the window;
        best: the arm with the highest average;
        gaps: for each arm, low, mean and high of how far the best one is ahead of it, paired run by run;
        ahead: for each arm, in how many of the plausible sets the best one is ahead of it on average;
        clear: whether the best is ahead of every other by more than the intervals leave in doubt.

    Raises InputError as `run` does, and for windows outside the horizon.
    """
    months = min(s.horizon for s in scenarios)
    first, last = window
    if not 1 <= first <= last <= months:
        msg = f"the window must lie within months 1 to {months}. Got {first} to {last}."
        raise InputError(msg)
    ensembles = run_each(
        scenarios, replicates, seed, plausible=True, executor=executor, progress=progress, agents=False
    )
    judged = indicators[0]
    averages = [_average(e, judged, first, last) for e in ensembles]
    best = int(np.argmax([each.mean() for each in averages]))
    apart = [averages[best] - each for each in averages]
    gaps = [ensembles[0].uncertainty(each) for each in apart]
    sets = ensembles[0].sets
    assert sets is not None
    numbers = np.unique(sets)
    return {
        "replicates": len(ensembles[0].lives),
        "sets": len(numbers),
        "seed": seed,
        "series": [_bounds(e.uncertainty(e.values(judged)[:, :months]), judged) for e in ensembles],
        "table": {
            name: [_bounds(e.uncertainty(_average(e, name, first, last)), name) for e in ensembles]
            for name in indicators
        },
        "best": best,
        "gaps": [_bounds(gap, judged, lowest=-1.0) for gap in gaps],
        "ahead": [int(sum(each[sets == number].mean() > 0 for number in numbers)) for each in apart],
        "clear": all(float(gap.low) > 0 for n, gap in enumerate(gaps) if n != best),
    }


def _average(ensemble: Ensemble, indicator: str, first: int, last: int) -> npt.NDArray[np.float64]:
    """Average of an indicator over a stretch of months, by replicate."""
    average: npt.NDArray[np.float64] = ensemble.values(indicator)[:, first - 1 : last].mean(axis=1)
    return average


def _bounds(found: Uncertainty, indicator: str, lowest: float = 0.0) -> Any:
    """Low, mean and high as numbers or lists; those of a share stay between `lowest` and 1."""
    three = np.stack([found.low, found.mean, found.high])
    if indicator in SHARES:
        three = np.clip(three, lowest, 1.0)
    return (np.round(three, DIGITS) + 0.0).tolist()
