"""A sweep that somebody watches while it fills in: over one condition a line, over two a map of the conducive zone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from conducive.experiments.compare.chart import BLUE, DPI, GREY, Chart
from conducive.experiments.lives.ensemble import check_counts, check_whole
from conducive.experiments.lives.intervals import FEWEST_IN_A_SET, LEVEL, Numbers
from conducive.experiments.lives.living import in_order
from conducive.experiments.lives.readings import EDGE, SHOWN, Shown, read, sets_of
from conducive.experiments.lives.text import NOT_A_FORECAST, name_of
from conducive.experiments.search.zone.map import ZoneMap
from conducive.experiments.search.zone.plan import DEFAULT_MONTH, Axis, ZonePlan, axis, notes_of, zone_map
from conducive.experiments.words import several

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from conducive.scenarios.scenario import Scenario

MOST_POINTS, MOST_REPLICATES = 121, 200
DIGITS = 4


@dataclass(frozen=True, slots=True)
class _Nowhere(Axis):
    """The second axis of a line: a single place, at which nothing changes."""

    def change(self, value: float) -> dict[str, object]:
        """Return no change."""
        return {}


def sweep_plan(
    scenario: Scenario, x: str, y: str = "", replicates: int = 40, seed: int = 0, *, steps: int = 7
) -> ZonePlan:
    """Return what a sweep over one condition (no `y`) or two asks; `x` and `y` as for `zone_map`.

    Raises InputError for what cannot be used, and for more points or replicates than somebody can watch.
    """
    check_whole("replicates", replicates, FEWEST_IN_A_SET, MOST_REPLICATES)
    if y:
        plan = zone_map.plan(scenario, x, y, replicates, seed, steps=steps)
    else:
        check_counts(replicates, seed)
        check_whole("steps", steps, 2, MOST_POINTS)
        along = axis(x, scenario, steps)
        month = min(int(scenario["finance.funding_term"]) or DEFAULT_MONTH, scenario.horizon)
        nowhere = _Nowhere(along.name, along.title, along.unit, 0.0, 0.0, values=(0.0,), own=0.0)
        sets, notes = sets_of(replicates, plausible=True), notes_of(scenario, along)
        plan = ZonePlan(scenario, along, nowhere, month, replicates, seed, sets, notes)
    points = plan.shape[0] * plan.shape[1]
    check_whole("the number of points", points, 1, MOST_POINTS)
    return plan


def is_line(plan: ZonePlan) -> bool:
    """Whether a plan is a sweep over one condition."""
    return isinstance(plan.y, _Nowhere)


def filling(
    plan: ZonePlan,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
    earlier: ZoneMap | None = None,
) -> Iterator[ZoneMap]:
    """Live through the points of a plan, the coarsest first, and yield the map after each.

    The numbers are to the bit those of `zone_map`. Runs go to the executor a few at a time, so that others have their
    turn; `progress` is called with their number when they are done. Points of `earlier`, a map of the same plan that is
    not whole, are not run again. Closing the iterator cancels what has not begun.
    """
    values = plan.empty() if earlier is None else earlier.values.copy()
    order = [at for at in plan.order() if earlier is None or not earlier.done[at]]
    chunks = [range(r, min(r + FEWEST_IN_A_SET, plan.replicates)) for r in range(0, plan.replicates, FEWEST_IN_A_SET)]
    scenarios = (plan.at(plan.x.values[column], plan.y.values[row]) for row, column in order)
    tasks = ((scenario, chunk) for scenario in scenarios for chunk in chunks)
    with closing(in_order(partial(_read, plan), tasks, executor)) as found:
        for row, column in order:
            for chunk in chunks:
                values[row, column, chunk.start : chunk.stop] = next(found)
                if progress:
                    progress(len(chunk))
            yield ZoneMap(plan, values.copy())


def _read(plan: ZonePlan, task: tuple[Scenario, range]) -> Numbers:
    scenario, chunk = task
    sets = None if plan.sets is None else plan.sets[chunk.start : chunk.stop]
    return read(scenario, plan.readings, chunk, plan.seed, sets)


def picture_data(zone: ZoneMap) -> dict[str, Any]:
    """Return what a page shows of a sweep, in plain data that JSON can hold.

    points: for each point that is done, row, column, x and y in words, and for each of SHOWN the value, its interval
    and both in words;
    x, y: name, title and values of the axes, in words as well; own: row and column where the scenario stands;
    contour: lines along which R is 1 on average, as points (x, y);
    unclear: areas in which it is not clear on which side of them a point lies, each an outline and its holes;
    services: where services of the declared population stand, as points (x, y);
    done, of: how many points.
    """
    plan = zone.plan
    points = []
    for row, y in enumerate(plan.y.values):
        for column, x in enumerate(plan.x.values):
            if zone.done[row, column]:
                found = zone.summary(zone.values[row, column])
                where = {"row": row, "column": column, "x": plan.x.say(x), "y": "" if is_line(plan) else plan.y.say(y)}
                points.append(where | {one.column: _said(one, found) for one in SHOWN})
    return {
        "line": is_line(plan),
        "x": _axis(plan.x),
        "y": _axis(plan.y),
        "own": None if zone.own is None else list(zone.own),
        "contour": [] if is_line(plan) else [np.round(line, 6).tolist() for line in zone.contour()],
        "unclear": [] if is_line(plan) else _unclear(zone),
        "services": [] if is_line(plan) else np.round(plan.cloud(), 6).tolist(),
        "points": points,
        "done": int(zone.done.sum()),
        "of": int(zone.done.size),
        "words": _words(zone),
    }


def _unclear(zone: ZoneMap) -> list[list[Any]]:
    """Return where the 95% interval of the edge lies; nowhere while a map fills in."""
    if zone.band is None:
        return []
    from contourpy import FillType, contour_generator

    made = contour_generator(*zone.band, fill_type=FillType.OuterOffset).filled((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    return [
        [np.round(ring, 6).tolist() for ring in np.split(outline, ends[1:-1].astype(int))]
        for outline, ends in zip(*made, strict=True)
    ]


def _axis(a: Axis) -> dict[str, Any]:
    return {"name": a.name, "title": a.title, "label": a.label, "values": list(a.values)}


def _said(one: Shown, found: dict[str, float]) -> dict[str, Any]:
    value = found[one.column]
    low, high = (found[f"{one.column}_{end}"] for end in ("low", "high")) if one.interval else (value, value)
    known = not math.isnan(value)
    low = max(low, 0.0)  # neither a share nor R is ever less
    words = one.say(value) if known else "cannot be judged"
    between = f" ({one.say(low)} to {one.say(high)})" if known and one.interval else ""
    numbers = {
        key: None if math.isnan(number) else round(number, DIGITS)
        for key, number in (("value", value), ("low", low), ("high", high))
    }
    return {**numbers, "words": words, "between": between}


def _words(zone: ZoneMap) -> str:
    """Return what was run, in words."""
    plan = zone.plan
    sets = 1 if plan.sets is None else len(np.unique(plan.sets))
    over = f" over {several(sets, 'plausible set')} of coefficients" if sets > 1 else ""
    return (
        f"{name_of(plan.scenario)}{f' - {plan.scenario.place}' if plan.scenario.place else ''}: "
        f"{several(plan.replicates, 'run')} at each point{over}, the same luck everywhere, seed {plan.seed}. "
        f"R is read in month {plan.month}. {NOT_A_FORECAST}"
    )


def line_figure(zone: ZoneMap, one: Shown) -> Figure:
    """Return a figure of a sweep over one condition: a line with its 95% interval, of what is shown."""
    from matplotlib.ticker import PercentFormatter

    column = one.column
    table = zone.table.sort_values("x")
    figure = Chart((8.0, 4.6), DPI, layout="constrained")
    axes = figure.subplots()
    if one.interval:
        axes.fill_between(table["x"], table[f"{column}_low"], table[f"{column}_high"], color=BLUE, alpha=0.25, lw=0)
    axes.plot(table["x"], table[column], color=BLUE, marker="o", linewidth=1.8)
    if one.share:
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.set_ylim(0, max(0.1, axes.get_ylim()[1]))
    else:
        axes.axhline(EDGE, color=GREY, linewidth=0.8, linestyle=":")
        axes.set_ylim(bottom=0)
    axes.set_xlabel(zone.plan.x.label)
    axes.set_ylabel(one.label)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(name_of(zone.plan.scenario).replace("$", r"\$"), loc="left", fontsize=11)
    figure.supxlabel(_words(zone), fontsize=7.5, color=GREY, x=0.01, ha="left", wrap=True)
    return figure
