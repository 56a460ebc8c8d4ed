"""Many lives and tasks: the months of each replicate, and tasks done in order with any executor, by one program."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from conducive import __version__
from conducive.experiments.lives.ensemble import WorkersError, cores, pool_of, under_set, working
from conducive.experiments.version import model_version
from conducive.model.measures import MONTHLY
from conducive.model.month import live
from conducive.model.state import World, new_world
from conducive.scenarios.programme import programme_inputs
from conducive.scenarios.scenario import declared
from conducive.scenarios.timeline import timeline

if TYPE_CHECKING:
    from conducive.scenarios.scenario import Scenario

AHEAD = 16
"""Tasks handed to each core before results are asked for: enough to keep it busy, few enough that memory stays flat."""
AHEAD_ELSEWHERE = 1024
"""Tasks handed to an executor of unknown size; they take up some 20 MB."""


@cache
def program() -> str:
    """Return a hash of what decides the numbers of a scenario here: version, rules, and what is declared of inputs."""
    known = {**declared(), **programme_inputs()}
    values = {address: (i.default, i.barrier, i.facilitator) for address, i in known.items()}
    content = [__version__, model_version(), values]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


def check_program(asking: str) -> None:
    """Raise WorkersError where this worker has another version of the program than the one that asks."""
    if program() != asking:
        here = f"{__version__}, rules {model_version()}"
        msg = f"a worker has another version of conducive ({here}). Install the same on all."
        raise WorkersError(msg)


def life(rows: npt.NDArray[Any], seed: int, replicate: int = 0, months: int | None = None) -> World:
    """Live through a timeline once, or through so many of its months, and return the world as it is then."""
    world = new_world(rows, seed, replicate)
    live(world, 0, len(rows) if months is None else months)
    return world


def month_by_month(world: World, first: int, last: int) -> Iterator[int]:
    """Live on from one month of the timeline up to another, and give each when it is over."""
    for month in range(first, last):
        live(world, month, month + 1)
        yield month


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
        yield np.asarray(life(rows, seed, replicate).monthly)


def ends(
    scenario: Scenario, replicates: Sequence[int], seed: int, sets: Sequence[int] | None = None
) -> npt.NDArray[Any]:
    """Live through a scenario and return the indicators of the last month: shape (replicates,), dtype MONTHLY."""
    last = np.empty(len(replicates), MONTHLY)
    for n, months in enumerate(lives(scenario, replicates, seed, sets)):
        last[n] = months[-1]
    return last


def in_order[Task, Result](
    do: Callable[[Task], Result], tasks: Iterable[Task], executor: Executor | None = None
) -> Generator[Result, None, None]:
    """Do tasks with any executor and give results in order; only so many are begun before they are read.

    Raises WorkersError where workers of an executor that was given could not go on.
    """
    most = AHEAD * cores() if executor is None else AHEAD_ELSEWHERE
    waiting: deque[Future[Result]] = deque()
    with pool_of(executor) as pool:
        try:
            for task in tasks:
                with working(executor):
                    waiting.append(pool.submit(do, task))
                if len(waiting) >= most:
                    yield _result(waiting.popleft(), executor)
            while waiting:
                yield _result(waiting.popleft(), executor)
        finally:
            for future in waiting:
                future.cancel()


def _result[Result](future: Future[Result], executor: Executor | None) -> Result:
    with working(executor):
        return future.result()
