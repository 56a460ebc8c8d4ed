"""The conducive zone over two conditions: what a map asks, and living through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.ensemble import check_counts, check_whole
from conducive.experiments.lives.intervals import Numbers
from conducive.experiments.lives.readings import Reading, Sets, read_each, sets_of
from conducive.experiments.lives.undone import notes_on
from conducive.experiments.search.factors import TIME_FIXED, Factor, parsed, uneven
from conducive.experiments.search.study import ALONE, Held, Means, Study, front_door
from conducive.experiments.search.zone.map import COLUMNS, ZoneMap, moves
from conducive.experiments.words import in_unit, listed
from conducive.scenarios.conditions import CLUSTERS, conditions, inputs, positions
from conducive.scenarios.declaration import Input, nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.population import population
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.workforce import authorities, latest

STEPS, FEWEST_STEPS, MOST_STEPS = 9, 2, 41
DEFAULT_MONTH = 24
"""Month in which R is read where the scenario has no grant."""


@dataclass(frozen=True, slots=True)
class Axis(Factor):
    """A condition, a cluster or an input on an axis: a factor with lines across its range.

    Attributes:
        values: where the map has lines, rising.
        own: where the scenario itself stands; None where that lies off the map.
        spread: least and largest position of the inputs of the scenario itself, for conditions and clusters.
        note: what is to be said of its lines before the map is run.

    """

    values: tuple[float, ...] = ()
    own: float | None = None
    spread: tuple[float, float] | None = None
    note: str = ""

    def change(self, value: float) -> dict[str, object]:
        """Return what sets a scenario to a value of the axis."""
        return positions(self.name, value) if self.name in CLUSTERS else {self.name: value}

    def say(self, value: float) -> str:
        """Return a value with its unit."""
        return in_unit(value, self.unit)


@dataclass(frozen=True)
class ZonePlan(Study[ZoneMap]):
    """What a map asks, checked: make one with `zone_map.plan`, where it is said what most of this means.

    `notes` say of an axis that its steps are of unequal length, or that it makes a difference for some months only.
    """

    scenario: Scenario
    x: Axis
    y: Axis
    month: int
    replicates: int
    seed: int
    sets: Sets
    notes: tuple[str, ...] = ()

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What is read of each run, in the order of COLUMNS."""
        r, zone, sustained, use, spend, _ = COLUMNS
        return (Reading(r, self.month), Reading(zone, self.month), Reading(sustained), Reading(use),
                Reading(spend, "sum"), Reading(use, "mean"))  # fmt: skip

    @property
    def shape(self) -> tuple[int, int]:
        """Lines of the map: along y, along x."""
        return len(self.y.values), len(self.x.values)

    def at(self, x: float, y: float) -> Scenario:
        """Return the scenario at a point of the map."""
        return self.scenario.change({**self.x.change(x), **self.y.change(y)})

    def order(self) -> list[tuple[int, int]]:
        """Return points as (row, column), the coarsest map first: corners, then the middles between, and so on."""
        rows, columns = (_levels(n) for n in self.shape)
        every = [(row, column) for row in range(self.shape[0]) for column in range(self.shape[1])]
        return sorted(every, key=lambda at: (max(rows[at[0]], columns[at[1]]), at))

    def points(self, executor: Executor | None = None) -> Iterator[tuple[int, int, Numbers]]:
        """Live through the points in `order` and yield row, column and readings (replicates, COLUMNS) of each.

        A map that fills in is `ZoneMap(plan, values)`, with values of points that are not done not a number.
        Closing the iterator cancels what has not begun.
        """
        order = self.order()
        scenarios = (self.at(self.x.values[column], self.y.values[row]) for row, column in order)
        for (row, column), values in zip(order, self.read_each(scenarios, executor), strict=True):
            yield row, column, values

    def read_each(self, scenarios: Iterator[Scenario], executor: Executor | None = None) -> Iterator[Numbers]:
        """Return the readings of each scenario, with the luck and the sets of the map."""
        return read_each(scenarios, self.readings, self.replicates, self.seed, self.sets, executor)

    def cloud(self) -> Numbers:
        """Return where services stand on the map: x and y of each of `services` that lies within its axes.

        Their published figures and the conditions drawn for them, whatever the scenario sets: it moves the star.
        """
        places = [[_standing(a.name, _inputs_of(a.name), each) for a in (self.x, self.y)] for each in services()]
        ends = np.array([[a.values[0], a.values[-1]] for a in (self.x, self.y)])
        found = np.array(places)
        return found[((found >= ends[:, 0]) & (found <= ends[:, 1])).all(axis=1)]

    def empty(self) -> Numbers:
        """Return values of a map on which no point is done: (rows, columns, replicates, COLUMNS)."""
        return np.full((*self.shape, self.replicates, len(COLUMNS)), np.nan)

    def held(self) -> Held:
        """Return what it is called, and how many runs the points take; moves take a few more."""
        title, runs = f"{self.x.title} by {self.y.title}", self.shape[0] * self.shape[1] * self.replicates
        return Held(f"zone-{self.scenario.name}", title, {"scenario": self.scenario}, runs, notes=self.notes)

    def identity(self) -> Identity:
        """Return what decides the numbers of a map."""
        axes = {name: {"name": a.name, "values": list(a.values)} for name, a in (("x", self.x), ("y", self.y))}
        return study_identity(
            "zone map", {"scenario": self.scenario}, self.replicates, self.seed,
            plausible=self.sets is not None, month=self.month, **axes,
        )  # fmt: skip

    def carry_out(self, means: Means = ALONE) -> ZoneMap:
        """Live through the points, and find moves: see `Study`. Nothing is kept on the way, and none goes on."""
        values = self.empty()
        with suppress(KeyboardInterrupt):
            for row, column, found in self.points(means.executor):
                values[row, column] = found
                means.progress(self.replicates)
        zone = ZoneMap(self, values)
        if not zone.done.any():
            raise KeyboardInterrupt
        if zone.interrupted:
            return zone
        itself = next(self.read_each(iter([self.scenario]), means.executor))
        return replace(zone, itself=itself, moves=moves(zone))


@front_door(ZoneMap)
def zone_map(
    scenario: str | Path | Mapping[str, object] | Scenario,
    x: str = "macro",
    y: str = "culture",
    replicates: int = 40,
    seed: int = 0,
    *,
    steps: int = STEPS,
    month: int | None = None,
    plausible: bool = True,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> ZonePlan:
    """Map the conducive zone over two conditions, clusters or inputs.

    Args:
        scenario: a library name, a path to a TOML file, a mapping, or a `Scenario` (at an authority, say).
        x: what lies along: a cluster, a condition, or an input, as `NAME` or `NAME=LOW:HIGH`. By default the ends are 0
            to 1, or the plausible range of an input, widened to hold where the scenario itself stands.
        y: what lies up.
        replicates: runs at each point of the map.
        seed: replicate r of a seed meets the same luck at every point.
        steps: lines along each axis. One of them is moved to where the scenario itself stands.
        month: in which R is read; by default the last of the grant.
        plausible: spread the replicates over plausible sets of coefficients, at least 4 with each.
        executor: any `concurrent.futures` executor; a thread for each core by default.
        progress: called with the number of replicates each time a point is done.

    A keyboard interrupt keeps the points that are finished, or is raised again when there are none.
    Raises InputError for anything that cannot be used.

    """
    asked = load_scenario(scenario)
    check_counts(replicates, seed)
    check_whole("steps", steps, FEWEST_STEPS, MOST_STEPS)
    if month is None:
        month = min(int(asked["finance.funding_term"]) or DEFAULT_MONTH, asked.horizon)
    check_whole("month", month, 1, asked.horizon)
    along, up = axis(x, asked, steps), axis(y, asked, steps)
    if both := sorted(_inputs_of(along.name).keys() & _inputs_of(up.name).keys()):
        msg = f"the two axes must differ. Got {along.name} and {up.name}, which both move {listed(both[:3])}."
        raise InputError(msg)
    notes = notes_of(asked, along, up)
    return ZonePlan(asked, along, up, month, replicates, seed, sets_of(replicates, plausible), notes)


@cache
def services() -> tuple[Scenario, ...]:
    """Return the services that a map shows as a cloud: as many as there are authorities, of the declared population."""
    return tuple(population(Scenario("a service"), len(authorities(latest()))))


def _levels(count: int) -> list[int]:
    """Return how fine the coarsest map is that has a line: 0 for the ends, 1 for the middle, and so on."""
    levels = {0: 0, count - 1: 0}
    level, stretches = 0, [(0, count - 1)]
    while stretches:
        level += 1
        halves = []
        for first, last in stretches:
            middle = (first + last) // 2
            if first < middle < last:
                levels[middle] = level
                halves += [(first, middle), (middle, last)]
        stretches = halves
    return [levels[n] for n in range(count)]


# ---- Axes ----------------------------------------------------------------------------------------------------------


def axis(asked: str, scenario: Scenario, steps: int = STEPS) -> Axis:
    """Return a cluster, a condition or an input as an axis, with a line where the scenario itself stands.

    `asked` is `NAME` or `NAME=LOW:HIGH`. Raises InputError for an unknown name, with the nearest ones, and for ends
    that cannot be used.
    """
    name, _, span = (part.strip() for part in str(asked).partition("="))
    moved = _inputs_of(name)
    found = _factor(name, span)
    own, spread = _standing(name, moved, scenario), None
    if name not in moved:
        stand = [_position(i, scenario[address]) for address, i in moved.items()]
        spread = (min(stand), max(stand))
    elif not span:
        found = replace(found, low=min(found.low, own), high=max(found.high, own))
    values = np.linspace(found.low, found.high, steps)
    lines = sorted({float(v) for v in (np.round(values) if found.whole else np.round(values, 10))})
    on_map = found.low <= own <= found.high
    drawn = _with_line_at(lines, own) if on_map else tuple(lines)
    note = uneven(name, drawn, len(lines) - 1, MOST_STEPS) if found.whole else ""
    return Axis(**asdict(found), values=drawn, own=own if on_map else None, spread=spread, note=note)


def notes_of(scenario: Scenario, *axes: Axis) -> tuple[str, ...]:
    """Return what is to be said of axes before a map is run. Raises InputError for one that makes no difference."""
    ends = {a.name: (a.change(a.values[0]), a.change(a.values[-1])) for a in axes}
    return (*(a.note for a in axes if a.note), *notes_on(scenario, ends))


def _standing(name: str, moved: Mapping[str, Input], scenario: Scenario) -> float:
    """Return where a scenario stands on an axis: the value of an input, or the mean position of those it moves."""
    if name in moved:
        return scenario[name]
    return round(float(np.mean([_position(i, scenario[address]) for address, i in moved.items()])), 4)


def axis_names() -> list[str]:
    """Everything that can be an axis: clusters, conditions, inputs."""
    return [*CLUSTERS, *(c.name for c in conditions()), *(i.address for i in inputs() if i.address not in TIME_FIXED)]


def _inputs_of(name: str) -> dict[str, Input]:
    """Return the inputs that an axis moves, by address. Raises InputError for what cannot be an axis."""
    names = axis_names()
    if name not in names:
        near = nearest_names(name[:80], names) or " `conducive conditions` lists conditions and inputs."
        msg = f"{name[:80]!r} cannot be an axis: that is a cluster ({listed(CLUSTERS)}), a condition or an input.{near}"
        raise InputError(msg)
    chosen = [c for c in conditions() if name in {c.cluster, c.name}]
    if chosen:
        return {i.address: i for c in chosen for i in c.inputs}
    return {i.address: i for i in inputs() if i.address == name}


def _factor(name: str, span: str) -> Factor:
    """Return an axis and its range as a factor; a cluster as any of its conditions would be."""
    one = next((c.name for c in conditions() if c.cluster == name), name)
    try:
        found = parsed(f"{one}={span}" if span else one)
    except InputError as error:
        raise InputError(str(error).replace(one, name)) from None
    return replace(found, name=name, title=name.replace("_", " ").capitalize()) if name in CLUSTERS else found


def _position(declaration: Input, value: float) -> float:
    """Return where a value stands between barrier (0) and facilitator (1), within these ends."""
    barrier, facilitator = declaration.barrier, declaration.facilitator
    assert barrier is not None
    assert facilitator is not None
    return min(max((value - barrier) / (facilitator - barrier), 0.0), 1.0)


def _with_line_at(values: list[float], own: float) -> tuple[float, ...]:
    """Return lines of which one is where the scenario itself stands: the nearest but the ends is moved there."""
    if own in values:
        return tuple(values)
    inner = values[1:-1]
    nearest = min(inner, key=lambda value: abs(value - own), default=None)
    return tuple(sorted({*values, own} - ({nearest} if nearest is not None else set())))
