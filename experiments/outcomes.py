"""How many scenarios end: the last month of each replicate. Sweeps, sensitivity, tipping points and maps read these."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.ensemble import cores, pool_of
from conducive.model.measures import MONTHLY
from conducive.model.month import live
from conducive.model.state import new_world
from conducive.scenarios.timeline import timeline

if TYPE_CHECKING:
    from conducive.scenarios.scenario import Scenario

AHEAD = 16
"""Tasks handed to each core before results are asked for: enough to keep it busy, few enough that memory stays flat."""


def ends(scenario: Scenario, replicates: Sequence[int], seed: int) -> npt.NDArray[Any]:
    """Live through a scenario and return the indicators of the last month: shape (replicates,), dtype MONTHLY."""
    rows = timeline(scenario)
    last = np.empty(len(replicates), MONTHLY)
    for n, replicate in enumerate(replicates):
        world = new_world(rows, seed, replicate)
        live(world, 0, len(rows))
        last[n] = np.asarray(world.monthly)[-1]
    return last


def ends_of_each(
    scenarios: Iterable[Scenario], replicates: int, seed: int, executor: Executor | None = None
) -> Iterator[npt.NDArray[Any]]:
    """Return how each scenario ends, in order, each with the same luck: an array (replicates,) as `ends` gives it.

    Scenarios are read as they are needed, so that there may be any number of them. Closing the iterator cancels what
    has not begun.
    """
    return in_order(partial(ends, replicates=range(replicates), seed=seed), scenarios, executor)


def in_order[Task, Result](
    do: Callable[[Task], Result], tasks: Iterable[Task], executor: Executor | None = None, ahead: int | None = None
) -> Generator[Result, None, None]:
    """Do tasks with any executor and give results in order; at most `ahead` are begun before they are read."""
    most = AHEAD * cores() if ahead is None else ahead
    waiting: deque[Future[Result]] = deque()
    with pool_of(executor) as pool:
        try:
            for task in tasks:
                waiting.append(pool.submit(do, task))
                if len(waiting) >= most:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
