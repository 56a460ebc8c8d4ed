"""The conducive zone as a map: two conditions on the axes, where practice is sustained, and where the zone opens.

The edge of the zone is where the uptake number R, averaged over runs, is 1: where one person using the innovation
brings in one more before lapsing or leaving. Every point of a map meets the same luck.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.ensemble import check_counts, check_whole
from conducive.experiments.lives.intervals import LEVEL, Numbers
from conducive.experiments.lives.readings import (
    EDGE,
    Estimate,
    Reading,
    Sets,
    chance_of,
    drawn_anew,
    mean_of,
    read,
    read_each,
    sets_of,
)
from conducive.experiments.lives.undone import notes_on
from conducive.experiments.search.factors import TIME_FIXED, Factor, parsed
from conducive.experiments.words import in_unit, listed
from conducive.scenarios.conditions import CLUSTERS, conditions, inputs, positions
from conducive.scenarios.declaration import Input, nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.population import population
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.short import InShort
from conducive.scenarios.workforce import authorities, latest

if TYPE_CHECKING:
    import pandas as pd


STEPS, FEWEST_STEPS, MOST_STEPS = 9, 2, 41
DEFAULT_MONTH = 24
"""Month in which R is read where the scenario has no grant."""
RESAMPLES = 400
FINE = 61
"""Points along each axis between which the band around the contour is drawn."""
TRIES = 4
"""Simulated steps by which the end of a move is narrowed down."""
OUTWARD = 0.02
COLUMNS = ("uptake_number", "zone_open", "sustained", "use_at_fidelity", "spend", "use_on_average")
"""What is read of each run."""


@dataclass(frozen=True, slots=True)
class Axis(Factor):
    """A condition, a cluster or an input on an axis: a factor with lines across its range.

    Attributes:
        values: where the map has lines, rising.
        own: where the scenario itself stands; None where that lies off the map.
        spread: least and largest position of the inputs of the scenario itself, for conditions and clusters.

    """

    values: tuple[float, ...] = ()
    own: float | None = None
    spread: tuple[float, float] | None = None

    def change(self, value: float) -> dict[str, object]:
        """Return what sets a scenario to a value of the axis."""
        return positions(self.name, value) if self.name in CLUSTERS else {self.name: value}

    def say(self, value: float) -> str:
        """Return a value with its unit."""
        return in_unit(value, self.unit)


@dataclass(frozen=True)
class ZonePlan:
    """What a map asks: a scenario, two axes, the month in which R is read, and what every run meets.

    `notes` say of an axis that it makes a difference for some of the months only.
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
        stand = [[_stand(a.name, _inputs_of(a.name), each) for a in (self.x, self.y)] for each in services()]
        ends = np.array([[a.values[0], a.values[-1]] for a in (self.x, self.y)])
        found = np.array(stand)
        return found[((found >= ends[:, 0]) & (found <= ends[:, 1])).all(axis=1)]

    def empty(self) -> Numbers:
        """Return values of a map on which no point is done: (rows, columns, replicates, COLUMNS)."""
        return np.full((*self.shape, self.replicates, len(COLUMNS)), np.nan)


@dataclass(frozen=True, slots=True)
class Move:
    """A change that takes the scenario across the edge of the zone, simulated.

    Attributes:
        along: names of the axes moved along.
        to: where it leads, x and y.
        share: its length as a share of the axis; for two axes, as if both were a yard long, the way the crow flies.
        values: readings there by replicate, shape (replicates, COLUMNS).

    """

    along: tuple[str, ...]
    to: tuple[float, float]
    share: float
    values: Numbers


@dataclass(frozen=True, repr=False)
class ZoneMap(InShort):
    """A map of the conducive zone, whole or still filling in.

    Attributes:
        plan: what was asked.
        values: readings of each run at each point, shape (rows along y, columns along x, replicates, COLUMNS).
        itself: readings of the scenario as it stands, shape (replicates, COLUMNS); empty while not known.
        moves: what takes it across the edge, the shortest first.

    """

    plan: ZonePlan
    values: Numbers
    itself: Numbers = field(default_factory=lambda: np.empty((0, len(COLUMNS))))
    moves: tuple[Move, ...] = ()

    def in_short(self) -> dict[str, str]:
        """Return what is mapped, and how much of it is done."""
        return {
            "scenario": self.plan.scenario.title or self.plan.scenario.name,
            "along": self.plan.x.title,
            "up": self.plan.y.title,
            "points": f"{int(self.done.sum())} of {self.done.size}",
            "runs at each": f"{self.plan.replicates:,}",
            "more": "print(zone.text()), or zone.table",
        }

    @property
    def done(self) -> npt.NDArray[np.bool_]:
        """Which points are done."""
        return ~np.isnan(self.values[:, :, 0, 0])

    @property
    def interrupted(self) -> bool:
        """Whether points are missing."""
        return not self.done.all()

    @cached_property
    def uptake(self) -> Numbers:
        """Mean uptake number at each point (rows, columns)."""
        return np.asarray(self.values[..., 0].mean(axis=2))

    @property
    def own(self) -> tuple[int, int] | None:
        """Row and column where the scenario itself stands; None where it is off the map."""
        x, y = self.plan.x, self.plan.y
        return None if x.own is None or y.own is None else (y.values.index(y.own), x.values.index(x.own))

    @property
    def inside(self) -> bool | None:
        """Whether the scenario, where it stands on the map, is in the zone; None where that is not known."""
        if self.own is None or not self.done[self.own]:
            return None
        return bool(self.uptake[self.own] >= EDGE)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each point that is done.

        Columns: x, y, runs, uptake (mean R) with its interval, open (share of runs with R of at least 1), sustained
        (chance of sustained use, not a number where it cannot be judged) and average (use as it is meant in an average
        month) with theirs, judged (runs in which sustained use can be judged), zone_open (share of runs in which use
        can grow from some level on), use (as it is meant, at the horizon), spend_a_year (GBP).
        """
        import pandas as pd

        rows = []
        for row, y in enumerate(self.plan.y.values):
            for column, x in enumerate(self.plan.x.values):
                if self.done[row, column]:
                    rows.append({"x": x, "y": y, **self.summary(self.values[row, column])})
        return pd.DataFrame(rows)

    def summary(self, values: Numbers) -> dict[str, float]:
        """Return the columns of the table, from `runs` on, for readings of one point (replicates, COLUMNS)."""
        sets = self.plan.sets
        r, zone, sustained, use, spend, average = values.T
        found: dict[str, float] = {"runs": len(values)}
        for name, (low, mean, high) in (
            ("uptake", mean_of(r, sets)),
            ("open", chance_of((r >= EDGE).astype(float), sets)),
            ("sustained", chance_of(sustained, sets)),
            ("average", mean_of(average, sets)),
        ):
            found |= {name: mean, f"{name}_low": low, f"{name}_high": high}
        years = self.plan.scenario.horizon / 12
        return found | {
            "judged": int((~np.isnan(sustained)).sum()),
            "zone_open": float(zone.mean()),
            "use": float(use.mean()),
            "spend_a_year": float(spend.mean()) / years,
        }

    def grid(self, name: str) -> Numbers:
        """A column of the table as a map: rows along y, columns along x; not a number where a point is not done."""
        found = np.full(self.plan.shape, np.nan)
        found[self.done] = self.table[name].to_numpy(float)
        return found

    # ---- The edge of the zone ----

    def contour(self) -> list[Numbers]:
        """Lines along which mean R is 1, each an array of points (x, y)."""
        return _lines(self.plan.x.values, self.plan.y.values, self.uptake, EDGE)

    @cached_property
    def band(self) -> tuple[Numbers, Numbers, Numbers] | None:
        """Uncertainty of the edge: fine x, fine y, and how often R is at least 1 there when runs are drawn anew.

        Where that is between 2.5% and 97.5%, it is not clear on which side of the edge a point lies. Replicates are
        drawn anew together at all points, within plausible sets drawn anew where there are several. None where one
        alone was run.
        """
        drawn = self._drawn
        if drawn is None or self.interrupted:
            return None
        from scipy.interpolate import RegularGridInterpolator

        x, y = (np.linspace(axis.values[0], axis.values[-1], FINE) for axis in (self.plan.x, self.plan.y))
        surface = RegularGridInterpolator((self.plan.y.values, self.plan.x.values), np.moveaxis(drawn, 0, -1))
        share = [(surface((np.full(FINE, at), x)) >= EDGE).mean(axis=1) for at in y]
        return x, y, np.array(share)

    @cached_property
    def _drawn(self) -> Numbers | None:
        """Mean R at each point over replicates drawn anew: (RESAMPLES, rows, columns)."""
        drawn = drawn_anew(self.plan.replicates, self.plan.sets, RESAMPLES)
        if drawn is None:
            return None
        weights = drawn / drawn.sum(axis=1, keepdims=True)
        return np.asarray(np.einsum("br,yxr->byx", weights, self.values[..., 0]))

    @cached_property
    def edge(self) -> pd.DataFrame:
        """Where lines along x, and lines along y, first take R across 1.

        Columns: along (x or y), at (the value of the other axis), edge (where R is 1), its 95% interval (low, high; to
        the end of the axis where that is not clear) and rising (whether R rises there). A line that does not cross has
        no row.
        """
        import pandas as pd

        rows: list[dict[str, object]] = []
        drawn = self._drawn
        for along, moved, other in (("x", self.plan.x, self.plan.y), ("y", self.plan.y, self.plan.x)):
            where = np.array(moved.values)
            turned = along == "y"
            levels = self.uptake.T if turned else self.uptake
            again = None if drawn is None else np.swapaxes(drawn, 1, 2) if turned else drawn
            for n, at in enumerate(other.values):
                edge, rising = _crossing(where, levels[n])
                if math.isnan(edge):
                    continue
                low = high = math.nan
                if again is not None:
                    found = [_reach(where, line, rising) for line in again[:, n]]
                    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
                    low, high = min(edge, low), max(edge, high)
                rows.append({"along": along, "at": at, "edge": edge, "low": low, "high": high, "rising": rising})
        return pd.DataFrame(rows, columns=["along", "at", "edge", "low", "high", "rising"])

    def money(self, move: Move, than: Move | None = None) -> Estimate:
        """What more is spent on the innovation after a move than before it, or than after another, with interval.

        GBP a year on average over the horizon; the same luck in both.
        """
        assert self.own is not None
        before = self.values[self.own] if than is None else than.values
        more = (move.values - before)[:, COLUMNS.index("spend")]
        return mean_of(more / (self.plan.scenario.horizon / 12), self.plan.sets)

    def text(self) -> str:
        """Say where the zone is, where the scenario stands and what would move it, in plain English."""
        from conducive.experiments.search.zone_text import say_zone

        return say_zone(self)


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
) -> ZoneMap:
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
    plan = zone_plan(load_scenario(scenario), x, y, replicates, seed, steps=steps, month=month, plausible=plausible)
    return draw_zone(plan, executor=executor, progress=progress)


def draw_zone(
    plan: ZonePlan, *, executor: Executor | None = None, progress: Callable[[int], object] | None = None
) -> ZoneMap:
    """Live through a plan and return its map; arguments and interrupts as for `zone_map`."""
    values = plan.empty()
    with suppress(KeyboardInterrupt):
        for row, column, found in plan.points(executor):
            values[row, column] = found
            if progress:
                progress(plan.replicates)
    zone = ZoneMap(plan, values)
    if not zone.done.any():
        raise KeyboardInterrupt
    if zone.interrupted:
        return zone
    itself = next(plan.read_each(iter([plan.scenario]), executor))
    return replace(zone, itself=itself, moves=_moves(zone))


def zone_plan(
    scenario: Scenario,
    x: str,
    y: str,
    replicates: int,
    seed: int,
    *,
    steps: int = STEPS,
    month: int | None = None,
    plausible: bool = True,
) -> ZonePlan:
    """Return what a map asks, checked; arguments as for `zone_map`. Raises InputError for what cannot be used."""
    check_counts(replicates, seed)
    check_whole("steps", steps, FEWEST_STEPS, MOST_STEPS)
    if month is None:
        month = min(int(scenario["finance.funding_term"]) or DEFAULT_MONTH, scenario.horizon)
    check_whole("month", month, 1, scenario.horizon)
    along, up = axis(x, scenario, steps), axis(y, scenario, steps)
    if both := sorted(_inputs_of(along.name).keys() & _inputs_of(up.name).keys()):
        msg = f"the two axes must differ. Got {along.name} and {up.name}, which both move {listed(both[:3])}."
        raise InputError(msg)
    ends = {a.name: (a.change(a.values[0]), a.change(a.values[-1])) for a in (along, up)}
    notes = notes_on(scenario, ends)
    return ZonePlan(scenario, along, up, month, replicates, seed, sets_of(replicates, plausible), notes)


def axis(asked: str, scenario: Scenario, steps: int = STEPS) -> Axis:
    """Return a cluster, a condition or an input as an axis, with a line where the scenario itself stands.

    `asked` is `NAME` or `NAME=LOW:HIGH`. Raises InputError for an unknown name, with the nearest ones, and for ends
    that cannot be used.
    """
    name, _, span = (part.strip() for part in asked.partition("="))
    moved = _inputs_of(name)
    found = _factor(name, span)
    own, spread = _stand(name, moved, scenario), None
    if name not in moved:
        stand = [_position(i, scenario[address]) for address, i in moved.items()]
        spread = (min(stand), max(stand))
    elif not span:
        found = replace(found, low=min(found.low, own), high=max(found.high, own))
    values = np.linspace(found.low, found.high, steps)
    lines = sorted({float(v) for v in (np.round(values) if found.whole else np.round(values, 10))})
    if not found.low <= own <= found.high:
        return Axis(**asdict(found), values=tuple(lines), spread=spread)
    return Axis(**asdict(found), values=_with_line_at(lines, own), own=own, spread=spread)


def _stand(name: str, moved: Mapping[str, Input], scenario: Scenario) -> float:
    """Return where a scenario stands on an axis: the value of an input, or the mean position of those it moves."""
    if name in moved:
        return scenario[name]
    return round(float(np.mean([_position(i, scenario[address]) for address, i in moved.items()])), 4)


@cache
def services() -> tuple[Scenario, ...]:
    """Return the services that a map shows as a cloud: as many as there are authorities, of the declared population."""
    return tuple(population(Scenario("a service"), len(authorities(latest()))))


def axis_names() -> list[str]:
    """Everything that can be an axis: clusters, conditions, inputs."""
    return [*CLUSTERS, *(c.name for c in conditions()), *(i.address for i in inputs() if i.address not in TIME_FIXED)]


def zone_identity(plan: ZonePlan) -> Identity:
    """Return what decides the numbers of a map."""
    axes = {name: {"name": a.name, "values": list(a.values)} for name, a in (("x", plan.x), ("y", plan.y))}
    plausible = plan.sets is not None
    return study_identity(
        "zone map", {"scenario": plan.scenario}, plan.replicates, plan.seed,
        plausible=plausible, month=plan.month, **axes,
    )  # fmt: skip


def write_zone(zone: ZoneMap, folder: Path) -> None:
    """Write data, figure and summary of a map into a folder."""
    import pandas as pd

    from conducive.experiments.search.figures import save_figure, save_table, zone_figure

    save_table(zone.table, folder, "points")
    save_table(zone.edge, folder, "edge")
    lines = [pd.DataFrame({"line": n, "x": line[:, 0], "y": line[:, 1]}) for n, line in enumerate(zone.contour(), 1)]
    save_table(pd.concat(lines) if lines else pd.DataFrame(columns=["line", "x", "y"]), folder, "contour")
    if zone.moves:
        save_table(pd.DataFrame([_move_row(zone, move) for move in zone.moves]), folder, "moves")
    (folder / "summary.txt").write_text(zone.text(), encoding="utf-8", newline="\n")
    save_figure(zone_figure(zone), folder, "chart")


def _move_row(zone: ZoneMap, move: Move) -> dict[str, object]:
    low, mean, high = zone.money(move)
    uptake = mean_of(move.values[:, 0], zone.plan.sets)
    return {
        "along": " and ".join(move.along), "x": move.to[0], "y": move.to[1], "share_of_range": move.share,
        "uptake": uptake.mean, "uptake_low": uptake.low, "uptake_high": uptake.high,
        "spend_a_year": mean, "spend_low": low, "spend_high": high,
    }  # fmt: skip


# ---- Axes and lines ------------------------------------------------------------------------------------------------


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


def _lines(x: Sequence[float], y: Sequence[float], z: Numbers, level: float) -> list[Numbers]:
    from contourpy import contour_generator

    made = contour_generator(np.array(x), np.array(y), np.ma.masked_invalid(z)).lines(level)
    return [np.asarray(line) for line in made]


def _crossing(at: Numbers, values: Numbers) -> tuple[float, bool]:
    """Return where values first cross the edge along a line, and whether they rise there; not a number where never."""
    if np.isnan(values).any():
        return math.nan, False
    above = values >= EDGE
    changes = np.flatnonzero(above[1:] != above[:-1])
    if not len(changes):
        return math.nan, False
    n = int(changes[0])
    return _between(at[n], at[n + 1], values[n], values[n + 1]), bool(above[n + 1])


def _reach(at: Numbers, values: Numbers, rising: bool) -> float:
    """Return where a line drawn anew crosses, or the end of the axis at which it would have had to."""
    found, up = _crossing(at, values)
    if not math.isnan(found) and up == rising:
        return found
    return float(at[0] if (values[0] >= EDGE) == rising else at[-1])


def _between(a: float, b: float, at_a: float, at_b: float) -> float:
    return float(a + (EDGE - at_a) / (at_b - at_a) * (b - a))


# ---- What would move it across -------------------------------------------------------------------------------------


def _moves(zone: ZoneMap) -> tuple[Move, ...]:
    """Return the shortest move along each axis across the edge; where neither reaches it, the shortest along both."""
    if zone.own is None:
        return ()
    found = [move for n in (0, 1) if (move := _along(zone, n))]
    if not found and (move := _along_both(zone)):
        found = [move]
    return tuple(sorted(found, key=lambda move: move.share))


def _along(zone: ZoneMap, n: int) -> Move | None:
    """Return the shortest move along x (0) or y (1), its end narrowed down by simulation; None where none crosses."""
    assert zone.own is not None
    axes = (zone.plan.x, zone.plan.y)
    row, column = zone.own
    moved, start = axes[n], (column, row)[n]
    line = zone.uptake[row] if n == 0 else zone.uptake[:, column]
    across = (line >= EDGE) != (line[start] >= EDGE)
    ends = []
    for way in (1, -1):
        stop = start + way
        while 0 <= stop < len(line) and not across[stop]:
            stop += way
        if 0 <= stop < len(line):
            a, b = moved.values[stop - way], moved.values[stop]
            ends.append((abs(_between(a, b, line[stop - way], line[stop]) - moved.values[start]), stop - way, stop))
    if not ends:
        return None
    _, inner, outer = min(ends)
    a, b, at_a, at_b = moved.values[inner], moved.values[outer], line[inner], line[outer]
    values = zone.values[row, outer] if n == 0 else zone.values[outer, column]
    for _ in range(TRIES):
        candidate = _outward(moved, a, b, _between(a, b, at_a, at_b))
        if candidate in {a, b}:
            break
        tried = _read(zone.plan, *((candidate, axes[1].values[row]) if n == 0 else (axes[0].values[column], candidate)))
        mean = float(tried[:, 0].mean())
        if (mean >= EDGE) == (at_b >= EDGE):
            b, at_b, values = candidate, mean, tried
        else:
            a, at_a = candidate, mean
    to = (b, axes[1].values[row]) if n == 0 else (axes[0].values[column], b)
    return Move((moved.name,), to, abs(b - moved.values[start]) / moved.width, values)


def _outward(moved: Axis, a: float, b: float, target: float) -> float:
    """Return a value at or beyond a target on the way from a to b that can be said in a few digits, at most b."""
    step = 1.0 if moved.whole else 10.0 ** math.floor(math.log10(moved.width / 20))
    rounded = round((math.ceil if b > a else math.floor)(round(target / step, 9)) * step, 10)
    return min(rounded, b) if b > a else max(rounded, b)


def _along_both(zone: ZoneMap) -> Move | None:
    """Return the shortest move along both axes, as shares of their range; None where R is on one side all over."""
    from scipy.interpolate import RegularGridInterpolator

    plan, own = zone.plan, zone.own
    assert own is not None
    here = np.array([plan.x.values[own[1]], plan.y.values[own[0]]])
    width = np.array([plan.x.width, plan.y.width])
    inside = zone.uptake[own] >= EDGE
    x, y = (np.linspace(a.values[0], a.values[-1], FINE) for a in (plan.x, plan.y))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    surface = RegularGridInterpolator((plan.y.values, plan.x.values), zone.uptake)(points[:, ::-1])
    across = points[(surface >= EDGE) != inside]
    if not len(across):
        return None
    target = across[np.argmin((((across - here) / width) ** 2).sum(axis=1))]
    # Interpolation may stop short of the edge: go on the same way, as far as the map goes.
    for further in 1 + OUTWARD * np.arange(1 / OUTWARD):
        to = here + further * (target - here)
        x_to, y_to = (
            min(max(_outward(a, start, end, end), a.values[0]), a.values[-1])
            for a, start, end in zip((plan.x, plan.y), here, to.tolist(), strict=True)
        )
        values = _read(plan, x_to, y_to)
        if (values[:, 0].mean() >= EDGE) != inside:
            share = float(np.sqrt(((((x_to, y_to) - here) / width) ** 2).sum()))
            return Move((plan.x.name, plan.y.name), (x_to, y_to), share, values)
    return None


def _read(plan: ZonePlan, x: float, y: float) -> Numbers:
    return read(plan.at(x, y), plan.readings, range(plan.replicates), plan.seed, plan.sets)
