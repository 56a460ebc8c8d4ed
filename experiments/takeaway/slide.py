"""Pictures for a slide, 16 to 9: what is said stands above, in letters that the back row can read.

Of a comparison, of a few options, and of a ranking of levers. Lines differ in dashes and carry their letter, so that
they can be told apart without colour.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import singledispatch
from operator import itemgetter
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from conducive import __version__
from conducive.experiments.compare.answer import measures, sentences
from conducive.experiments.compare.chart import BLUE, GREY, ORANGE, Chart, line, money_bars, plain, share_axis
from conducive.experiments.compare.comparison import Comparison
from conducive.experiments.compare.levers import Levers, Pull, step_in_words
from conducive.experiments.compare.names import names
from conducive.experiments.lives.ensemble import Ensemble
from conducive.experiments.lives.lasting import spent
from conducive.experiments.lives.moments import MAIN
from conducive.experiments.lives.text import name_of
from conducive.experiments.options.options import Options
from conducive.experiments.options.text import YEARS, chance, headline, sure_in_words
from conducive.experiments.words import MILLION, several

SIZE, DPI = (13.334, 7.5), 144
"""Inches, and dots in one: 1,920 by 1,080."""
STYLES = ((BLUE, "-"), (ORANGE, "--"), ("#007A5E", "-."), ("#8F3F97", ":"), ("#1A1A1A", (0, (6, 1, 1, 1, 1, 1))))
LARGE, USUAL, SMALL = 21.0, 14.0, 11.0  # points
MOST_LEVERS = 10
CLOSE = 0.055
"""Share of the axis within which two letters would touch."""
TITLE_LINES = 2.5
TITLED, UNTITLED = 0.765, 0.945
"""Share of the height for what is drawn."""
NARROW, WIDE = 24, 76  # characters
NOTE = "Compares scenarios, not a forecast."


@singledispatch
def slide(found: Any) -> Figure:
    """Return a picture for a slide: of a `Comparison`, of `Options`, or of `Levers`."""
    msg = f"there is no picture of a {type(found).__name__}."
    raise TypeError(msg)


def untitled(figure: Figure) -> Figure:
    """Return a picture for a slide without what is said above it, for a page that says that itself."""
    for text in figure.texts[:2]:
        text.remove()
    _room(figure, UNTITLED)
    return figure


# ---- A comparison --------------------------------------------------------------------------------------------------


@slide.register
def _comparison(found: Comparison) -> Figure:
    (said, verdict), *_ = sentences(found)
    figure, (over_time, beside) = _figure(f"{said}.", f"{verdict[:1].upper()}{verdict[1:]}.", (1.75, 1))
    both = (found.base, found.alternative)
    for letter, ensemble, style in zip("AB", both, STYLES, strict=False):
        _drawn(over_time, letter, ensemble, style, found.months)
    _time_axis(over_time, found.months)
    _letters(over_time)
    money_bars(over_time, [(found.base, BLUE), (found.alternative, ORANGE)], found.months)
    _key(over_time, [f"{letter}: {name}" for letter, name in zip("AB", names(found), strict=True)])
    a, b = (f"{spent(e, found.months).mean() / MILLION:,.2f}" for e in both)
    rows = [(m.label, *m.said[:2]) for m in measures(found)]
    _numbers(beside, [*rows, ("Spent on it, GBP million", a, b)])
    place = found.base.scenario.place if found.base.scenario.place == found.alternative.scenario.place else ""
    _foot(figure, f"{several(found.pairs, 'pair')} of runs with the same luck, seed {found.base.seed}", place)
    return figure


def _numbers(axes: Axes, rows: Sequence[tuple[str, str, str]]) -> None:
    """Write measures of A and of B as a table."""
    axes.set_axis_off()
    height = 1 / (len(rows) + 1)
    for n, row in enumerate([("", "A", "B"), *rows]):
        y = 1 - (n + 0.6) * height
        label = textwrap.fill(row[0], NARROW)
        axes.text(0, y, label, fontsize=USUAL, va="center", color=GREY, transform=axes.transAxes)
        for x, text, colour in ((0.79, row[1], BLUE), (1.02, row[2], ORANGE)):
            axes.text(x, y, text, fontsize=USUAL, va="center", ha="right", color=colour, weight="bold",
                      transform=axes.transAxes)  # fmt: skip
        axes.plot([0, 1.02], [1 - (n + 1.1) * height] * 2, color="#DDDDDD", linewidth=1, transform=axes.transAxes)


# ---- Options -------------------------------------------------------------------------------------------------------


@slide.register
def _options(found: Options) -> Figure:
    figure, (over_time, bars) = _figure(f"{headline(found).partition('. ')[0]}.", sure_in_words(found), (1.5, 1))
    for letter, ensemble, style in zip("ABCDE", found.ensembles, STYLES, strict=False):
        _drawn(over_time, letter, ensemble, style, found.months)
    _time_axis(over_time, found.months)
    _letters(over_time)
    _key(over_time, [f"{letter}: {name}" for letter, name in zip("ABCDE", found.names, strict=False)])
    rows = range(len(found.ranked))
    for row, each in enumerate(found.ranked):
        _dot(bars, row, each.years, STYLES["ABCDE".index(each.letter)][0], f"{each.years[1]:,.0f}")
    bars.set_yticks(rows, [f"{each.letter}\n{chance(each)}" for each in found.ranked], fontsize=USUAL)
    bars.set_ylim(len(rows) - 0.4, -0.6)
    bars.set_xlim(left=min(0.0, bars.get_xlim()[0]))
    bars.set_title("Practitioner-years of use as meant,\nand chance of being best", fontsize=USUAL, loc="left")
    _value_axis(bars)
    places = {e.scenario.place for e in found.ensembles}
    place = next(iter(places)) if len(places) == 1 else ""
    _foot(figure, f"{several(found.runs, 'run')} of each with the same luck, seed {found.seed}", place)
    return figure


# ---- Levers --------------------------------------------------------------------------------------------------------


@slide.register
def _levers(found: Levers) -> Figure:
    pulls = found.pulls[:MOST_LEVERS]
    best = pulls[0] if pulls else None
    said = "No lever is left to pull."
    if best is not None:
        said = f"What would help most? {_step(found, best)} ({best.levers[0].owner}): {best.years.way}."
    figure, (axes, _) = _figure(said, f"{YEARS[0].upper()}{YEARS[1:]} that each step adds, alone.", (1, 0.001))
    for row, pull in enumerate(pulls):
        low, mean, high, *_ = pull.years
        _dot(axes, row, (low, mean, high), BLUE if pull.years.tells else GREY, f"{mean:+,.0f}")
    labels = [plain(f"{_step(found, pull)} ({pull.levers[0].owner})") for pull in pulls]
    axes.set_yticks(range(len(pulls)), labels, fontsize=USUAL)
    axes.set_ylim(max(len(pulls), 1) - 0.4, -0.6)
    axes.axvline(0, color=GREY, linewidth=1)
    _value_axis(axes)
    what = f"{name_of(found.scenario)}. {several(found.runs, 'run')} of each with the same luck, seed {found.seed}"
    _foot(figure, what, found.scenario.place)
    return figure


def _step(found: Levers, pull: Pull) -> str:
    what = step_in_words(found.scenario, pull.levers).replace("->", "\N{RIGHTWARDS ARROW}")
    return f"{what[:1].upper()}{what[1:]}"


# ---- Pieces --------------------------------------------------------------------------------------------------------


def _figure(said: str, sure: str, widths: tuple[float, float]) -> tuple[Figure, tuple[Axes, Axes]]:
    """Return a figure with the answer above, how sure it is below that, and room for two pictures side by side."""
    figure = Chart(SIZE, DPI, layout="constrained")
    _room(figure, TITLED)
    left, right = figure.subplots(1, 2, width_ratios=widths)
    lines = textwrap.wrap(plain(said), WIDE)
    large = LARGE * min(1.0, TITLE_LINES / len(lines))
    lines = textwrap.wrap(plain(said), int(WIDE * LARGE / large))
    figure.text(0.012, 0.975, "\n".join(lines), fontsize=large, weight="bold", va="top", linespacing=1.2)
    below = 0.96 - len(lines) * large * 1.2 / 72 / SIZE[1]
    figure.text(0.012, below, plain(textwrap.fill(sure, 150)), fontsize=USUAL, color=GREY, va="top")
    if widths[1] < widths[0] / 100:
        right.set_axis_off()
    return figure, (left, right)


def _room(figure: Figure, height: float) -> None:
    figure.get_layout_engine().set(rect=(0.012, 0.045, 0.976, height), wspace=0.06)  # type: ignore[union-attr, call-arg]


def _drawn(axes: Axes, letter: str, ensemble: Ensemble, style: tuple[str, Any], months: int) -> None:
    """Draw use as it is meant with its interval."""
    values = ensemble.values(MAIN)[:, :months]
    line(axes, ensemble, values, style[0], style[1], letter)
    axes.lines[-1].set_linewidth(3)
    axes.collections[-1].set_alpha(0.16)


def _letters(axes: Axes) -> None:
    """Write the letter of each line at its end, none over another."""
    room = np.ptp(axes.get_ylim()) * CLOSE
    ends = sorted(((float(np.asarray(drawn.get_ydata())[-1]), drawn) for drawn in axes.lines), key=itemgetter(0))
    at = -np.inf
    for end, drawn in ends:
        at = max(end, at + room)
        axes.annotate(
            str(drawn.get_label()), (axes.get_xlim()[1], at), (7, 0), textcoords="offset points",
            color=drawn.get_color(), fontsize=USUAL, weight="bold", va="center", annotation_clip=False,
        )  # fmt: skip


def _time_axis(axes: Axes, months: int) -> None:
    share_axis(axes, months)
    axes.tick_params(labelsize=USUAL)
    axes.set_ylabel("")
    axes.set_xlabel("Months after launch", fontsize=USUAL)
    axes.set_title("Practitioners who use it as it is meant", fontsize=USUAL, loc="left")


def _key(axes: Axes, labels: Sequence[str]) -> None:
    """Write what the letters stand for under the lines."""
    handles = axes.get_legend_handles_labels()[0][: len(labels)]
    axes.legend(
        handles, [plain(textwrap.shorten(label, 70, placeholder=" ...")) for label in labels], fontsize=SMALL + 1,
        frameon=False, ncols=1, loc="upper left", bbox_to_anchor=(0, -0.14), handlelength=3, borderaxespad=0,
    )  # fmt: skip


def _dot(axes: Axes, row: int, bounds: tuple[float, float, float], colour: str, said: str) -> None:
    """Draw a mean with its interval in a row, and say it."""
    low, mean, high = bounds
    if not np.isnan(low):
        axes.plot([low, high], [row, row], color=colour, linewidth=5, alpha=0.35, solid_capstyle="round")
    axes.plot([mean], [row], "o", color=colour, markersize=11)
    axes.annotate(said, (mean, row), (0, 11), textcoords="offset points", fontsize=SMALL + 1, ha="center")


def _value_axis(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.tick_params(axis="x", labelsize=USUAL)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=True, axis="x", color="#DDDDDD", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _foot(figure: Figure, what: str, place: str) -> None:
    start = f"{place}. " if place else ""
    note = f"{start}{what}. Shaded: 95% interval of the mean. {NOTE} Conducive {__version__}."
    figure.text(0.012, 0.012, plain(note), fontsize=SMALL, color=GREY)
