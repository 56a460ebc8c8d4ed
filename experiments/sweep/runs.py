"""The runs of a sweep: what a worker does, and how runs are cut into tasks for workers and parts of a folder.

Runs are numbered by point, then authority, then replicate. Neither tasks nor parts depend on the executor, so that the
same sweep is the same files to the bit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.experiments.folders.identity import key
from conducive.experiments.lives.ensemble import set_numbers
from conducive.experiments.lives.living import check_program, ends, program
from conducive.experiments.lives.plausible import plausible_sets
from conducive.experiments.programmes import runs as sectors
from conducive.experiments.sweep.design import Plan, changes, sweep_identity
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import Scenario

if TYPE_CHECKING:
    import pyarrow as pa

    from conducive.scenarios.programme import Programme

POINT, AUTHORITY, REPLICATE, SET = "point", "authority", "replicate", "set"
IN_A_PART, IN_A_TASK = 1000, 50
"""Runs: so many are lost at most when a sweep is killed, and so many a worker does at a time."""
SECTORS_IN_A_PART, SECTORS_IN_A_TASK = 20, 1
"""The same of a programme, whose run is one of many authorities."""


# ---- What a worker does --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same in every task: factors, layout of a result, the sweep by its key, and the program that asks."""

    names: tuple[str, ...]
    row: np.dtype[np.void]
    seed: int
    sweep: str
    program: str


class Case(NamedTuple):
    """A design point in a scenario or programme, and which of its replicates are asked for, under which plausible sets.

    A scenario is at its authority already: a worker reads no official table, and needs none.
    """

    lived: Scenario | Programme
    values: tuple[float, ...]
    replicates: range
    sets: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Task:
    """Runs in a row."""

    setting: Setting
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """The last month of each run of a task, and what went wrong in cases, by their place in it."""

    runs: npt.NDArray[Any]
    failures: dict[int, str]


def done(task: Task) -> Done:
    """Live through the runs of a task. A case that fails takes no other with it.

    Raises WorkersError where this worker has another version of the program than the one that asks.
    """
    setting = task.setting
    check_program(setting.program)
    runs = np.full(sum(len(case.replicates) for case in task.cases), np.nan, setting.row)
    failures, n = {}, 0
    for number, case in enumerate(task.cases):
        try:
            if case.replicates:
                _live(setting, case, runs[n : n + len(case.replicates)])
        except InputError as error:
            failures[number] = str(error)
        except Exception as error:  # whatever it is, it is recorded, and the rest go on
            failures[number] = f"{type(error).__name__}: {error}"
        n += len(case.replicates)
    return Done(runs, failures)


def _live(setting: Setting, case: Case, into: npt.NDArray[Any]) -> None:
    lived = case.lived.change(changes(setting.names, case.values))
    if isinstance(lived, Scenario):
        into[:] = ends(lived, case.replicates, setting.seed, case.sets)
    else:
        into[:] = sectors.ends(lived, case.replicates, setting.seed, case.sets)


# ---- Which runs make a task, and a part ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Runs:
    """The runs of a plan, cut into parts and tasks: whole cases where they fit.

    Of each case the first `known` replicates were lived before, and no task asks for them.
    """

    plan: Plan
    known: int = 0

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return -(-self.plan.runs // self._part)

    def part(self, number: int) -> range:
        """Return the runs of a part."""
        stride = self._part
        return range(number * stride, min((number + 1) * stride, self.plan.runs))

    def spans(self, part: int) -> Iterator[range]:
        """Give the runs of a part task by task."""
        runs, stride = self.part(part), self._task
        return (range(first, min(first + stride, runs.stop)) for first in runs[::stride])

    def tasks(self, parts: Iterable[int]) -> Iterator[Task]:
        """Give the tasks of parts, in order."""
        return (self.task(span) for part in parts for span in self.spans(part))

    def new(self, runs: range) -> npt.NDArray[np.bool_]:
        """Whether each of some runs is yet to be lived."""
        return np.arange(runs.start, runs.stop) % self.plan.replicates >= self.known

    def task(self, runs: range) -> Task:
        """Return runs in a row as a task."""
        plan, found = self.plan, []
        first, last = (run // plan.replicates for run in (runs[0], runs[-1]))
        values = plan.points(first // plan.places, last // plan.places + 1).tolist()
        for case in range(first, last + 1):
            start = case * plan.replicates
            replicates = range(max(runs.start - start, self.known), min(runs.stop - start, plan.replicates))
            point, place = divmod(case, plan.places)
            sets = tuple(self.sets[r] for r in replicates) if self.sets else None
            found.append(Case(self._lived[place], tuple(values[point - first // plan.places]), replicates, sets))
        return Task(self._setting, tuple(found))

    def table(self, runs: range, ends: npt.NDArray[Any], failed: Collection[int]) -> pa.Table:
        """Return a part as a table: point, authority, factors, replicate, set, indicators in the last month.

        Runs of failed cases are left out.
        """
        import pyarrow as pa

        plan, number = self.plan, np.arange(runs.start, runs.stop)
        kept = ~np.isin(number // plan.replicates, list(failed))
        number, ends = number[kept], ends[kept]
        point, place = np.divmod(number // plan.replicates, plan.places)
        first = runs[0] // plan.replicates // plan.places
        values = plan.points(first, runs[-1] // plan.replicates // plan.places + 1)[point - first]
        columns: dict[str, Any] = {POINT: point}
        if plan.authorities:
            columns[AUTHORITY] = pa.array([plan.authorities[n] for n in place.tolist()], pa.string())
        for n, each in enumerate(plan.levels):
            columns[each.name] = values[:, n].astype(np.int64) if each.whole else values[:, n]
        columns[REPLICATE] = number % plan.replicates
        if self.sets:
            columns[SET] = np.array(self.sets)[columns[REPLICATE]]
        for name, column in self.columns.items():
            columns[column] = np.ascontiguousarray(ends[name])
        return pa.table(columns)

    def ends(self, part: int, table: pa.Table) -> npt.NDArray[Any]:
        """Return the last months of the runs of a part from its table, NaN where one failed: the other way round."""
        plan, runs = self.plan, self.part(part)
        place = np.zeros(len(table), np.int64)
        if plan.authorities:
            place += [plan.authorities.index(name) for name in table[AUTHORITY].to_pylist()]
        number = (table[POINT].to_numpy() * plan.places + place) * plan.replicates + table[REPLICATE].to_numpy()
        found = np.full(len(runs), np.nan, plan.row)
        for name, column in self.columns.items():
            found[name][number - runs.start] = table[column].to_numpy()
        return found

    @cached_property
    def columns(self) -> dict[str, str]:
        """Column of each indicator in a table: its name, unless a factor has that."""
        others = {POINT, AUTHORITY, REPLICATE, SET, *(each.name for each in self.plan.levels)}
        return {name: f"{name}_at_end" if name in others else name for name in self.plan.indicators}

    @cached_property
    def _setting(self) -> Setting:
        plan = self.plan
        names = tuple(each.name for each in plan.levels)
        return Setting(names, plan.row, plan.seed, key(sweep_identity(plan)), program())

    @cached_property
    def _lived(self) -> Sequence[Scenario | Programme]:
        """Return the scenario at each authority; the scenario itself, or the programme, where there are none."""
        plan = self.plan
        if plan.programme:
            return [plan.programme]
        return [plan.scenario.at(name, plan.year) for name in plan.authorities] or [plan.scenario]

    @cached_property
    def sets(self) -> list[int]:
        """Plausible set of each replicate; empty where the default stands."""
        return set_numbers(self.plan.replicates, len(plausible_sets().sets)) if self.plan.plausible else []

    @property
    def _part(self) -> int:
        return self._stride(SECTORS_IN_A_PART if self.plan.programme else IN_A_PART)

    @property
    def _task(self) -> int:
        return self._stride(SECTORS_IN_A_TASK if self.plan.programme else IN_A_TASK)

    def _stride(self, most: int) -> int:
        replicates = self.plan.replicates
        return most // replicates * replicates or most
