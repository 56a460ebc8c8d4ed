"""The map of the zone as it is drawn."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from conducive import __version__
from conducive.experiments.compare.chart import DPI, GREY, ORANGE, Chart
from conducive.experiments.lives.intervals import LEVEL
from conducive.experiments.lives.readings import SHOWN, Shown
from conducive.experiments.lives.text import name_of
from conducive.experiments.search.figures import as_percent, plain
from conducive.experiments.words import several

if TYPE_CHECKING:
    from conducive.experiments.search.zone.map import ZoneMap

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
        axes.set_xlabel(plain(plan.x.label), fontsize=8.5)
        axes.tick_params(labelsize=8)
        axes.set_xlim(plan.x.values[0], plan.x.values[-1])
        axes.set_ylim(plan.y.values[0], plan.y.values[-1])
        _edge(axes, zone)
        _place(axes, zone)
    panels[0].set_ylabel(plain(plan.y.label), fontsize=8.5)
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
    title = textwrap.fill(plain(f"{name_of(plan.scenario)}{place}"), 70 * len(shown))
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
    place, _ = zone.plan.scenario.placed or ("the scenario", 0)
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
