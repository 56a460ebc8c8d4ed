"""Many lives and tasks: the months of each replicate, and tasks done in order with any executor."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.ensemble import cores, pool_of, under_set
from conducive.model.measures import MONTHLY
from conducive.model.month import live
from conducive.model.state import new_world
from conducive.scenarios.timeline import timeline

if TYPE_CHECKING:
    from conducive.scenarios.scenario import Scenario

AHEAD = 16
"""Tasks handed to each core before results are asked for: enough to keep it busy, few enough that memory stays flat."""


def lives(
    scenario: Scenario, replicates: Sequence[int], seed: int, sets: Sequence[int] | None = None
) -> Iterator[npt.NDArray[Any]]:
    """Live through a scenario once for each replicate and give its months: shape (horizon,), dtype MONTHLY.

    With `sets`, each replicate lives under the plausible set of that number; equal numbers stand together.
    """
    numbers: Sequence[int | None] = sets or [None] * len(replicates)
    rows, under = None, None
    for replicate, number in zip(replicates, numbers, strict=True):
        if rows is None or number != under:
            rows, under = timeline(under_set(scenario, number)), number
        world = new_world(rows, seed, replicate)
        live(world, 0, len(rows))
        yield np.asarray(world.monthly)


def ends(
    scenario: Scenario, replicates: Sequence[int], seed: int, sets: Sequence[int] | None = None
) -> npt.NDArray[Any]:
    """Live through a scenario and return the indicators of the last month: shape (replicates,), dtype MONTHLY."""
    last = np.empty(len(replicates), MONTHLY)
    for n, months in enumerate(lives(scenario, replicates, seed, sets)):
        last[n] = months[-1]
    return last


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
