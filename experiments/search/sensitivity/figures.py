"""Charts of a sensitivity analysis: what each factor explains, and which work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Rectangle

from conducive import __version__
from conducive.experiments.compare.chart import BLUE, DPI, GREY, ORANGE, Chart, legend_under
from conducive.experiments.lives.text import name_of
from conducive.experiments.search.figures import as_percent, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from conducive.experiments.search.sensitivity.indices import Decomposition
    from conducive.experiments.search.sensitivity.plan import Sensitivity

SLIGHT = 0.05
"""Share of the outcome's standard deviation below which an effect is given no sign."""
MOST_CELLS = 24
"""Factors of which an interaction map still writes numbers."""


def ranking_figure(found: Sensitivity) -> Figure:
    """Return a ranked chart: what each factor explains by itself and in all; or sizes of change where only screened."""
    d, s = found.decomposition, found.screening
    by_variance = d is not None and d.tells
    ranked = d.ranked if by_variance else np.argsort(-s.strength.value, kind="stable").tolist() if s else d.ranked  # type: ignore[union-attr]
    varied = d.factors if by_variance or s is None else s.factors  # type: ignore[union-attr]
    figure = Chart((8.0, 1.9 + 0.27 * len(ranked)), DPI, layout="constrained")
    axes = figure.subplots()
    rows = np.arange(len(ranked))[::-1]
    if d is not None and d.tells:
        total, first = (np.array(index)[:, ranked] for index in (d.total, d.first))
        axes.barh(rows, np.maximum(total[1], 0), color="#CFE3F1", edgecolor=BLUE, hatch="///", linewidth=0.8,
                  height=0.72, label="In all (total order)")  # fmt: skip
        axes.barh(rows, np.maximum(first[1], 0), color=BLUE, height=0.36, label="By itself (first order)")
        for part, shift, colour in ((total, 0.2, GREY), (first, -0.1, "black")):
            axes.hlines(rows + shift, part[0], part[2], color=colour, linewidth=1.1)
        axes.plot([], [], color=GREY, linewidth=1.1, label="95% intervals (upper: in all; lower: by itself)")
        axes.set_xlabel("Share of the variance that the factors make, luck taken out", fontsize=9)
        axes.xaxis.set_major_formatter(as_percent)
        marks = {n: _sign(d.effect[n], SLIGHT * d.spread) for n in ranked}
    elif s is not None:
        strength = np.array(s.strength)[:, ranked]
        axes.barh(rows, strength[1], color=BLUE, height=0.6, label="Mean size of the change (mu star)")
        axes.hlines(rows, strength[0], strength[2], color="black", linewidth=1.1, label="95% interval")
        axes.plot(s.luck[ranked], rows, "|", color=ORANGE, markersize=11, mew=2, label="What luck alone would show")
        axes.set_xlabel("Change of the outcome from the low to the high end", fontsize=9)
        marks = {n: _sign(s.direction[n], s.luck[n]) for n in ranked}
    else:
        axes.text(0.5, 0.5, "Nothing that can be told from luck", transform=axes.transAxes, ha="center", color=GREY)
        marks = dict.fromkeys(ranked, "")
    axes.set_yticks(rows, [f"{varied[n].title}  {marks[n]}".rstrip() for n in ranked], fontsize=8)
    axes.set_ylim(-0.7, len(ranked) - 0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(visible=True, axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    legend_under(axes, axes)
    _head(figure, found, "(+) and (\N{MINUS SIGN}): raises, lowers it on average. ")
    return figure


def _sign(change: float, least: float) -> str:
    """Return the sign of a change in brackets, where it is more than slight."""
    return "" if abs(change) <= least else "(+)" if change > 0 else "(\N{MINUS SIGN})"


def interaction_figure(d: Decomposition, found: Sensitivity) -> Figure:
    """Return an interaction map: what pairs explain only together; on the diagonal what each explains by itself.

    Dark is strong; a number is written where the interval lies above 0.
    """
    size = len(d.factors)
    order = d.ranked
    full = np.fmax(d.pairs.value, d.pairs.value.T)[np.ix_(order, order)]
    low = np.fmax(d.pairs.low, d.pairs.low.T)[np.ix_(order, order)]
    full[np.diag_indices(size)] = d.first.value[order]
    low[np.diag_indices(size)] = d.first.low[order]
    shown = np.ma.masked_where(np.triu(np.ones((size, size), bool), 1), full)
    side = 3.2 + 0.36 * size
    figure = Chart((side + 1.2, side), DPI, layout="constrained")
    axes = figure.subplots()
    top = max(float(np.nanmax(shown)), 0.01)
    shades = axes.imshow(np.ma.clip(shown, 0, top), cmap="Blues", vmin=0, vmax=top)
    names = [d.factors[n].title for n in order]
    axes.set_xticks(range(size), names, rotation=90, fontsize=7.5)
    axes.set_yticks(range(size), names, fontsize=7.5)
    for row in range(size):
        axes.add_patch(Rectangle((row - 0.5, row - 0.5), 1, 1, fill=False, edgecolor="black", linewidth=0.8))
        for column in range(row + 1):
            if low[row, column] > 0 and size <= MOST_CELLS:
                colour = "white" if full[row, column] > 0.6 * top else "black"
                number = f"{100 * full[row, column]:.0f}"
                axes.text(column, row, number, ha="center", va="center", fontsize=7, color=colour)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    bar = figure.colorbar(shades, ax=axes, shrink=0.5, pad=0.02)
    bar.ax.yaxis.set_major_formatter(as_percent)
    bar.ax.tick_params(labelsize=8)
    bar.set_label("Share of the variance", fontsize=8)
    low_all, value, high = (100 * float(x) for x in d.all_together)
    note = (
        "Framed: by itself. Below: only together. Numbers (%): interval above 0.\n"
        f"All combinations: {value:.0f}% ({low_all:.0f}% to {high:.0f}%). "
    )
    _head(figure, found, note)
    return figure


def _head(figure: Figure, found: Sensitivity, note: str) -> None:
    asked = found.plan.question
    place = f" - {asked.scenario.place}" if asked.scenario.place else ""
    title = f"{name_of(asked.scenario)}{place}\nWhat the {asked.what} depends on"
    figure.suptitle(plain(title), fontsize=10.5, x=0.01, ha="left")
    runs = f"{found.outcome.size:,} runs, seed {found.plan.seed}. Conducive {__version__}. Not a forecast."
    figure.supxlabel(f"{note}{runs}", fontsize=7.5, color=GREY, x=0.01, ha="left")
