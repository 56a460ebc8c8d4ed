"""Figures of maps, discoveries and rankings, and how they and their tables are kept: PNG and SVG, Parquet and CSV.

Everything can be read without colour: contours and lines carry labels, areas differ in hatching and lightness.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from conducive import __version__
from conducive.experiments.compare.chart import BLUE, DPI, GREY, ORANGE, Chart
from conducive.experiments.lives.intervals import LEVEL
from conducive.experiments.lives.readings import SHOWN, Shown
from conducive.experiments.lives.text import name_of
from conducive.experiments.words import several
from conducive.model.measures import INDICATORS

if TYPE_CHECKING:
    import pandas as pd

    from conducive.experiments.search.national import National
    from conducive.experiments.search.zone import ZoneMap

ROW = 0.135
"""Height of an authority's row, in inches."""
NAMED = 5
"""Authorities named at either end of the small chart."""


def save_figure(figure: Figure, folder: Path, name: str) -> None:
    """Write a figure as PNG and as SVG, the same figure to the same bytes."""
    figure.savefig(folder / f"{name}.png")
    with rc_context({"svg.hashsalt": name}):
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def save_table(frame: pd.DataFrame, folder: Path, name: str) -> None:
    """Write a table as Parquet and as CSV."""
    frame.to_parquet(folder / f"{name}.parquet", index=False)
    frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def _plain(text: str) -> str:
    """Return a text in which a dollar sign is no mathematics."""
    return text.replace("$", r"\$")


def as_percent(share: float, _: object = None) -> str:
    """Return the label of a tick."""
    return f"{100 * share:.4g}%"


def note(figure: Figure, text: str) -> None:
    """Write under a figure what it shows, and with which version it was made."""
    figure.supxlabel(f"{text} Conducive {__version__}.", fontsize=7.5, color=GREY, x=0.01, ha="left")


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
        _as_share(axes, axes is not value or _is_share(found.indicator), floor=axes is not rest[-1] or len(rest) == 1)
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


def _is_share(indicator: str) -> bool:
    return next(i.unit for i in INDICATORS if i.name == indicator) in {"share", "0 or 1"}


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


BOTH = tuple(one for one in SHOWN if one.column in {"sustained", "open"})
"""What a map shows side by side where nothing is chosen."""
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Chances at which a map has labelled lines."""
SERVICES = "Services, as published and drawn"
"""What the cloud of a map is called: `scenarios/population.py` says how it is drawn."""


def zone_figure(zone: ZoneMap, one: Shown | None = None) -> Figure:
    """Return a map of the zone, the edge over it: of what is shown, or of both chances side by side.

    These are the chance of sustained use and the share of runs with R of at least 1. A map that is still filling in
    shows the points that are done.
    """
    plan = zone.plan
    shown = BOTH if one is None else (one,)
    figure = Chart((2.0 + 4.0 * len(shown), 5.4), DPI, layout="constrained")
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for axes, each in zip(panels, shown, strict=True):
        shades = _shades(axes, zone, each)
        axes.set_title(each.label, fontsize=9.5, loc="left")
        axes.set_xlabel(_plain(plan.x.label), fontsize=8.5)
        axes.tick_params(labelsize=8)
        axes.set_xlim(plan.x.values[0], plan.x.values[-1])
        axes.set_ylim(plan.y.values[0], plan.y.values[-1])
        _edge(axes, zone)
        _place(axes, zone)
    panels[0].set_ylabel(_plain(plan.y.label), fontsize=8.5)
    bar = figure.colorbar(shades, ax=panels, shrink=0.85, pad=0.02, extend="neither" if shown[0].share else "max")
    if shown[0].share:
        bar.ax.yaxis.set_major_formatter(as_percent)
    bar.ax.tick_params(labelsize=8)
    handles = [handle for handle in _zone_key(zone) if handle is not None]
    figure.legend(
        handles=handles, loc="outside lower left", ncols=3 if one else max(len(handles), 1), fontsize=8, frameon=False,
        title=textwrap.fill(_zone_note(zone), 95 * len(shown)), title_fontproperties={"size": 7.5}, alignment="left",
    )  # fmt: skip
    place = f" - {plan.scenario.place}" if plan.scenario.place else ""
    title = textwrap.fill(_plain(f"{name_of(plan.scenario)}{place}"), 70 * len(shown))
    figure.suptitle(title, fontsize=11, x=0.01, ha="left")
    return figure


def _shades(axes: Axes, zone: ZoneMap, one: Shown) -> Any:
    """Shade the map, dark where what is shown is high, with a labelled line at some levels of a share."""
    x, y, values = zone.plan.x.values, zone.plan.y.values, zone.grid(one.column)
    axes.set_facecolor("white")
    axes.patch.set_hatch("xx")
    axes.patch.set_edgecolor("#BBBBBB")
    shades = axes.pcolormesh(
        _borders(x), _borders(y), np.ma.masked_invalid(values), cmap="Blues", vmin=0, vmax=one.top, shading="flat"
    )
    known = values[~np.isnan(values)]
    shown = [level for level in LEVELS if one.share and len(known) and known.min() < level < known.max()]
    if shown:
        lines = axes.contour(x, y, np.ma.masked_invalid(values), levels=shown, colors=GREY, linewidths=0.8)
        axes.clabel(lines, fmt=as_percent, fontsize=7)
    return shades


def _borders(values: Sequence[float]) -> np.ndarray:
    """Return the borders of cells around lines, those at the ends on the lines themselves."""
    at = np.array(values)
    return np.concatenate([at[:1], (at[1:] + at[:-1]) / 2, at[-1:]])


def _edge(axes: Axes, zone: ZoneMap) -> None:
    """Draw where R is 1, and hatch where it is not clear on which side of it a point lies."""
    if zone.band is not None:
        x, y, share = zone.band
        unclear = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        if share.min() < unclear[1] and share.max() > unclear[0]:
            axes.contourf(x, y, share, levels=unclear, colors="none", hatches=["...."])
    for line in zone.contour():
        axes.plot(line[:, 0], line[:, 1], color="white", linewidth=4)
        axes.plot(line[:, 0], line[:, 1], color="black", linewidth=2)
    longest = max(zone.contour(), key=len, default=None)
    if longest is not None:
        ends = np.array([axes.get_xlim(), axes.get_ylim()])
        share = (longest - ends[:, 0]) / np.ptp(ends, axis=1)
        at = longest[np.minimum(share, 1 - share).min(axis=1).argmax()]
        axes.annotate("R = 1", at, (6, 6), textcoords="offset points", fontsize=8, fontweight="bold", bbox=_PAPER)


_PAPER = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}


def _place(axes: Axes, zone: ZoneMap) -> None:
    """Mark where the scenario stands, and what would move it across the edge."""
    cloud = zone.plan.cloud()
    axes.plot(cloud[:, 0], cloud[:, 1], "o", markersize=2.6, color=GREY, mec="white", mew=0.4, alpha=0.8, zorder=3)
    if zone.own is None:
        return
    row, column = zone.own
    here = (zone.plan.x.values[column], zone.plan.y.values[row])
    for move in zone.moves:
        for colour, width in (("white", 4.0), (ORANGE, 1.8)):
            arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkB": 0}
            axes.annotate("", move.to, here, arrowprops=arrow, zorder=4)
    axes.plot(*here, "*", markersize=15, color=ORANGE, mec="white", mew=1.2, clip_on=False, zorder=5)


def _zone_key(zone: ZoneMap) -> list[Any]:
    """Return what stands for what."""
    place = zone.plan.scenario.place.rpartition(", ")[0] or "the scenario"
    unknown = np.isnan(zone.grid("sustained")).any()
    banded = zone.band is not None and zone.contour()
    return [
        Line2D([], [], color="black", linewidth=2, label="Edge of the zone: mean R = 1") if zone.contour() else None,
        Patch(facecolor="white", edgecolor="black", hatch="....", label="Side not clear (95%)") if banded else None,
        Line2D([], [], color=ORANGE, marker="*", markersize=11, linestyle="none", label=f"Where {place} stands")
        if zone.own
        else None,
        Line2D([], [], color=ORANGE, linewidth=1.8, marker=">", label="Moves it across") if zone.moves else None,
        Line2D([], [], color=GREY, marker="o", markersize=3, linestyle="none", label=SERVICES)
        if len(zone.plan.cloud())
        else None,
        Patch(facecolor="white", edgecolor="#BBBBBB", hatch="xx", label="Not known") if unknown else None,
    ]


def _zone_note(zone: ZoneMap) -> str:
    plan = zone.plan
    sets = 1 if plan.sets is None else len(np.unique(plan.sets))
    over = f" over {sets} plausible sets" if sets > 1 else ""
    return (
        f"{several(plan.replicates, 'run')} at each point{over}, seed {plan.seed}; R in month {plan.month}. "
        f"Compares scenarios, not a forecast. Conducive {__version__}."
    )
