"""A chart of tipping points: the curve with its crossing, or the tipping point by level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from conducive import __version__
from conducive.experiments.compare.chart import BLUE, DPI, GREY, ORANGE, SIZE, Chart, legend_under
from conducive.experiments.lives.text import name_of
from conducive.experiments.search.figures import as_percent, plain
from conducive.experiments.words import several
from conducive.scenarios.indicators import SHARES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from conducive.experiments.search.tipping.frontier import Frontier, Tipping

BINS = 12
"""Groups of runs that the chart shows as dots."""
FEWEST_IN_A_DOT = 4


def tipping_figure(found: Frontier) -> Figure:
    """Return a chart: the curve with its interval and the crossing; or the tipping point with its interval by level."""
    plan = found.plan
    figure = Chart(SIZE, DPI, layout="constrained")
    axes = figure.subplots()
    if plan.against is None:
        _curve(axes, found.points[0])
    else:
        _levels(axes, found)
    place = f" - {plan.question.scenario.place}" if plan.question.scenario.place else ""
    title = f"{name_of(plan.question.scenario)}{place}\nWhere the {plan.question.what} crosses "
    figure.suptitle(plain(title + plan.question.say(plan.target)), fontsize=10.5, x=0.01, ha="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.grid(visible=True, color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    legend_under(axes, axes)
    runs = f"{several(found.runs, 'run')}, seed {plan.seed}"
    note = f"{runs}. Conducive {__version__}. Compares scenarios, not a forecast."
    figure.supxlabel(note, fontsize=7.5, color=GREY, x=0.01, ha="left")
    return figure


def _curve(axes: Axes, point: Tipping) -> None:
    plan, found = point.plan, point.search
    low, mean, high = found.expected
    axes.fill_between(found.nodes, low, high, color=BLUE, alpha=0.25, linewidth=0, label="Its 95% interval (luck)")
    axes.plot(found.nodes, mean, color=BLUE, linewidth=1.8, label=_capital(plan.question.what))
    at, shown = _dots(point)
    axes.plot(at, shown, "o", color=BLUE, mfc="white", markersize=4, label="Means of runs nearby")
    axes.axhline(plan.target, color=GREY, linestyle="--", linewidth=1, label=f"Target {plan.question.say(plan.target)}")
    for n, c in enumerate(point.crossings):
        axes.axvspan(c.low, c.high, color=ORANGE, alpha=0.2, linewidth=0)
        label = "" if n else "Tipping point, 95% interval (luck)"
        axes.axvline(c.value, color=ORANGE, linewidth=1.8, linestyle="-.", label=label)
        axes.annotate(
            plan.moved.say(c.value), (c.value, plan.target), (5, -12), textcoords="offset points", fontsize=8.5,
            fontweight="bold",
        )  # fmt: skip
    places = list(point.by_set)
    if places:
        bottom = axes.get_xaxis_transform()
        of = len(point.others) + 1
        label = f"Under {of} plausible sets" + ("" if len(places) == of else f" ({len(places)} cross in range)")
        axes.plot(places, [0.02] * len(places), "|", color="black", markersize=13, transform=bottom, label=label)
    axes.set_xlim(plan.moved.low, plan.moved.high)
    axes.set_xlabel(plain(plan.moved.label), fontsize=9)
    axes.set_ylabel(plain(_capital(plan.question.what)), fontsize=9)
    if plan.question.reading.indicator in SHARES:
        axes.yaxis.set_major_formatter(as_percent)
        axes.set_ylim(*((-0.02, 1.02) if plan.question.binary else (0, min(1.0, max(0.1, axes.get_ylim()[1])))))
    if plan.moved.unit.startswith("share"):
        axes.xaxis.set_major_formatter(as_percent)


def _dots(point: Tipping) -> tuple[list[float], list[float]]:
    """Return means of runs in groups along the range, where there are enough in a group."""
    found = point.search
    known = ~np.isnan(found.outcome)
    values, outcome = found.nodes[found.at[known]], found.outcome[known]
    edges = np.linspace(found.nodes[0], found.nodes[-1], BINS + 1)
    group = np.clip(np.digitize(values, edges) - 1, 0, BINS - 1)
    filled = [g for g in range(BINS) if (group == g).sum() >= FEWEST_IN_A_DOT]
    return [float(values[group == g].mean()) for g in filled], [float(outcome[group == g].mean()) for g in filled]


def _levels(axes: Axes, found: Frontier) -> None:
    plan, moved, against = found.plan, found.plan.moved, found.plan.against
    assert against is not None
    spans = [(p.level or 0.0, p.by_set[0], p.by_set[-1]) for p in found.points if p.by_set]
    if spans:
        axes.vlines(
            [s[0] for s in spans], [s[1] for s in spans], [s[2] for s in spans], color=ORANGE, linewidth=7, alpha=0.35,
            label=f"Under {plan.sets} plausible sets, those that cross in range",
        )  # fmt: skip
    known = [p for p in found.points if p.crossings]
    if known:
        x = [p.level or 0.0 for p in known]
        first = [p.crossings[0] for p in known]
        below, above = ([getattr(c, end) for c in first] for end in ("low", "high"))
        y = [c.value for c in first]
        half = [np.subtract(y, below), np.subtract(above, y)]
        axes.errorbar(
            x, y, half, fmt="o-", color=BLUE, ecolor=BLUE, capsize=3, linewidth=1.4, markersize=5,
            label="Tipping point, 95% interval (luck)",
        )  # fmt: skip
        for level, c in zip(x, first, strict=True):
            axes.annotate(moved.say(c.value), (level, c.value), (7, 4), textcoords="offset points", fontsize=8)
    marks: Sequence[tuple[str, str, str]] = (
        ("always below", "^", "Not reached in the range"),
        ("always above", "v", "Above it all over the range"),
        ("near an end", "D", "About the end of the range, or beyond"),
        ("unclear", "X", "Not clear"),
    )
    for status, mark, label in marks:
        x = [p.level or 0.0 for p in found.points if p.status == status]
        tops = [_mark_at(p) for p in found.points if p.status == status]
        if x:
            axes.plot(x, tops, mark, color=GREY, markersize=8, linestyle="none", label=label, clip_on=False)
    margin = 0.04 * moved.width
    axes.set_ylim(moved.low - margin, moved.high + margin)
    axes.set_xlabel(plain(against.label), fontsize=9)
    axes.set_ylabel(plain(moved.label), fontsize=9)
    for factor, axis in ((against, axes.xaxis), (moved, axes.yaxis)):
        if factor.unit.startswith("share"):
            axis.set_major_formatter(as_percent)


def _mark_at(point: Tipping) -> float:
    """Return the end of the range towards which the crossing lies, the middle where it is not clear."""
    moved = point.plan.moved
    if point.status == "unclear":
        return (moved.low + moved.high) / 2
    if point.status == "near an end":
        return moved.high if point.possible[0].open_high else moved.low
    return moved.high if (point.search.side < 0) == point.rising else moved.low


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
