"""Figures of boxes in a sweep, which can be read without colour."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from conducive.experiments.compare.chart import BLUE, DPI, GREY, ORANGE, Chart
from conducive.experiments.search.figures import as_percent, note
from conducive.experiments.words import factor_words, in_unit

if TYPE_CHECKING:
    from conducive.experiments.sweep.discovery.boxes import Box, Discovery

MARKS = "os^Dv<>pP*"
"""Marks of boxes, by number."""


def discovery_figure(found: Discovery) -> Figure:
    """Return a figure of boxes: how each was peeled, which step was chosen, and what it asks of each factor."""
    figure = Chart((10.0, 4.8), DPI, layout="constrained")
    peeling, limits = figure.subplots(1, 2)
    for number, steps in found.trajectory.groupby("box"):
        mark = MARKS[int(str(number)) - 1]
        label = f"Box {number}: steps of peeling"
        peeling.plot(
            steps["coverage"], steps["density"], marker=mark, color=GREY, mfc="none", ms=4, lw=0.7, label=label
        )
        if int(str(number)) <= len(found.boxes):
            box = found.boxes[int(str(number)) - 1]
            _judged(peeling, box, mark, f"Box {number}: held out" if found.cases["held_out"].any() else f"Box {number}")
    whole = float(found.judged["chance"].mean())
    peeling.axhline(whole, color=GREY, linestyle=":", linewidth=1)
    peeling.annotate("all cases", (1, whole), (0, 2), textcoords="offset points", fontsize=7, color=GREY, ha="right")
    peeling.set_xlim(0, 1.03)
    peeling.set_ylim(0, 1.05)
    peeling.set_xlabel("Coverage: share of all successes in the box", fontsize=8.5)
    peeling.set_ylabel("Density: chance of success in the box", fontsize=8.5)
    for axis in (peeling.xaxis, peeling.yaxis):
        axis.set_major_formatter(as_percent)
    peeling.tick_params(labelsize=8)
    peeling.spines[["top", "right"]].set_visible(False)
    peeling.set_title("Peeling: fewer cases, surer outcome", fontsize=9.5, loc="left")
    peeling.legend(fontsize=7, frameon=False, loc="best")
    _limits(limits, found)
    figure.suptitle(f"Outcome: {found.outcome}", fontsize=11, x=0.01, ha="left")
    note(figure, "Bars: 95% intervals, each design point as one trial. Compares scenarios, not a forecast.")
    return figure


def _judged(axes: Axes, box: Box, mark: str, label: str) -> None:
    """Draw density and coverage of a box with their intervals."""
    (low, density, high), (left, coverage, right) = box.density, box.coverage
    axes.errorbar(
        [coverage], [density], [[density - low], [high - density]], [[coverage - left], [right - coverage]],
        fmt=mark, color=ORANGE, markersize=8, capsize=3, label=label, zorder=4,
    )  # fmt: skip


def _limits(axes: Axes, found: Discovery) -> None:
    """Draw what each box asks of each factor, as a bar within the range that was swept."""
    rows = [
        (number, box, factor)
        for number, box in enumerate(found.boxes, 1)
        for factor in dict.fromkeys(limit.factor for limit in box.limits)
    ]
    axes.set_title("What a box asks, within the range swept", fontsize=9.5, loc="left")
    axes.set_xlim(0, 1)
    axes.set_ylim(max(len(rows), 4) - 0.4, -0.7)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    if not rows:
        axes.text(0.5, 0.5, "No box was found", transform=axes.transAxes, ha="center", fontsize=9, color=GREY)
    for row, (number, box, factor) in enumerate(rows):
        both = [limit for limit in box.limits if limit.factor == factor]
        said = " and ".join(limit.text() for limit in both)
        axes.text(0, row - 0.22, textwrap.shorten(f"Box {number}: {said}", 80), fontsize=7.5, va="bottom")
        axes.barh(row, 1, height=0.3, color="#EEEEEE", edgecolor=GREY, linewidth=0.5)
        if both[0].among:
            continue
        values = found.cases[factor].to_numpy(float)
        low, high = (
            float(np.clip((end - values.min()) / np.ptp(values), 0, 1))
            for end in (max(limit.low for limit in both), min(limit.high for limit in both))
        )
        unit = factor_words(factor)[1]
        for at, value, side in ((0, values.min(), "left"), (1, values.max(), "right")):
            axes.text(at, row + 0.18, in_unit(value, unit, 2), fontsize=7, va="top", ha=side, color=GREY)
        axes.barh(row, high - low, left=low, height=0.3, color=BLUE, hatch="//", edgecolor="white", linewidth=0)
