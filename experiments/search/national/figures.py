"""Authorities in order, drawn: every one as a row, and all of them small."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from conducive.experiments.compare.chart import BLUE, DPI, GREY, ORANGE, Chart
from conducive.experiments.lives.text import name_of
from conducive.experiments.search.figures import as_percent, note
from conducive.experiments.words import several
from conducive.scenarios.indicators import SHARES

if TYPE_CHECKING:
    import pandas as pd

    from conducive.experiments.search.national.plan import National

ROW = 0.135
"""Height of an authority's row, in inches."""
NAMED = 5
"""Authorities named at either end of the small chart."""


def national_figure(found: National) -> Figure:
    """Return a tall figure: a row for each authority in order of rank, a dot with its interval for each quantity."""
    ranked = found.table
    figure = Chart((9.0, 2.2 + ROW * len(ranked)), DPI, layout="constrained")
    value, *rest = figure.subplots(1, 2 if found.against is None else 3, sharey=True)
    rows = np.arange(len(ranked))
    names = ranked["authority"].astype(str)
    value.set_yticks(rows, [f"{name}  {rank}" for name, rank in zip(names, ranked["rank"], strict=True)], fontsize=6.5)
    value.set_ylim(len(ranked) - 0.5, -0.5)
    _dots(value, rows, ranked, (found.indicator, "low", "high"), BLUE, "o")
    value.set_title(_name_of_indicator(found), fontsize=8.5, loc="left")
    _dots(rest[0], rows, ranked, ("mean_use", "mean_use_low", "mean_use_high"), BLUE, "o")
    rest[0].set_title("Mean use as meant, all months", fontsize=8.5, loc="left")
    if found.against is not None:
        rest[0].plot(ranked["against_use"], rows, "D", color=ORANGE, markersize=2.6, mfc="none")
        rest[0].set_title("Mean use: A dots, B open diamonds", fontsize=8.5, loc="left")
        _dots(rest[1], rows, ranked, ("gain", "gain_low", "gain_high"), ORANGE, "D")
        rest[1].axvline(0, color=GREY, linewidth=0.8)
        rest[1].set_title("B - A in mean use", fontsize=8.5, loc="left")
    for axes in (value, *rest):
        _rows_axis(axes, len(ranked))
        _as_share(axes, axes is not value or found.indicator in SHARES, floor=axes is not rest[-1] or len(rest) == 1)
    figure.suptitle(_national_title(found), fontsize=10, x=0.01, ha="left")
    note(figure, _national_note(found))
    return figure


def national_small_figure(found: National) -> Figure:
    """Return a small figure: authorities in order of mean use, with intervals; only both ends are named."""
    ordered = found.table.sort_values("mean_use", ascending=False, kind="stable", ignore_index=True)
    figure = Chart((8.0, 4.6), DPI, layout="constrained")
    axes = figure.subplots()
    rows = np.arange(1, len(ordered) + 1)
    use = ordered["mean_use"]
    half = np.clip([use - ordered["mean_use_low"], ordered["mean_use_high"] - use], 0, 1)
    axes.errorbar(rows, use, half, fmt="o", color=BLUE, ecolor=GREY, markersize=2.5, elinewidth=0.7)
    first = ", ".join(ordered["authority"][:NAMED])
    last = ", ".join(ordered["authority"][-NAMED:])
    axes.set_xlabel(f"Authorities in order of mean use ({len(ordered)}). First: {first}.\nLast: {last}.", fontsize=7.5)
    axes.set_ylabel("Practitioners using it as meant,\nmean over all months", fontsize=8.5)
    axes.set_ylim(0, max(0.01, 1.08 * float(np.nanmax(ordered[["mean_use", "mean_use_high"]].to_numpy()))))
    axes.yaxis.set_major_formatter(as_percent)
    axes.tick_params(labelsize=8)
    axes.grid(visible=True, axis="y", color="#DDDDDD", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(_national_title(found), fontsize=10, x=0.01, ha="left")
    note(figure, _national_note(found))
    return figure


def _dots(
    axes: Axes, rows: np.ndarray, ranked: pd.DataFrame, columns: tuple[str, str, str], colour: str, mark: str
) -> None:
    mean, low, high = (ranked[name].to_numpy(float) for name in columns)
    axes.hlines(rows, low, high, color=GREY, linewidth=0.9)
    axes.plot(mean, rows, mark, color=colour, markersize=3.2, linestyle="none")


def _rows_axis(axes: Axes, count: int) -> None:
    for row in range(0, count, 2):
        axes.axhspan(row - 0.5, row + 0.5, color="#F3F3F3", linewidth=0, zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=7.5, labeltop=True, top=True)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.grid(visible=True, axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)


def _as_share(axes: Axes, share: bool, *, floor: bool) -> None:
    if floor:
        axes.set_xlim(left=min(0.0, axes.get_xlim()[0]) if not share else -0.01 * max(axes.get_xlim()[1], 0.01))
    if share:
        axes.xaxis.set_major_formatter(as_percent)


def _name_of_indicator(found: National) -> str:
    if found.indicator == "sustained":
        return "Chance of sustained use"
    return f"{found.indicator.replace('_', ' ').capitalize()}, month {found.month or found.scenario.horizon}"


def _national_title(found: National) -> str:
    against = "" if found.against is None else f"\nB: {name_of(found.against)}"
    return f"{'' if found.against is None else 'A: '}{name_of(found.scenario)}{against}"


def _national_note(found: National) -> str:
    return (
        f"Bars: 95% intervals. {several(found.replicates, 'run')} each, seed {found.seed}, from published figures of "
        f"{found.year}.\nCompares starting conditions; ranks no one's performance. Not a forecast."
    )
