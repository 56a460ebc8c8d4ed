"""Charts of a run and of a comparison: use over time with its interval, external money, events, and why use was lost.

Figures are Matplotlib's own objects, without its global state, so threads and pages can draw at the same time.
Colours are Okabe and Ito's, which colour-blind people tell apart; lines differ in style as well.
"""

from __future__ import annotations

import textwrap
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.transforms import offset_copy

from conducive import __version__
from conducive.experiments.compare.names import names
from conducive.experiments.lives.intervals import along
from conducive.experiments.words import several

if TYPE_CHECKING:
    from conducive.experiments.compare.comparison import Comparison
    from conducive.experiments.lives.ensemble import Ensemble
    from conducive.scenarios.scenario import Scenario

SIZE = (8.0, 5.0)  # inches
DPI = 150
BLUE, ORANGE, GREY, MONEY = "#0072B2", "#D55E00", "#595959", "#F0E442"
BASE, ALTERNATIVE = (BLUE, "-"), (ORANGE, "--")
HATCHES = ("", "///")
SMALLEST_TOP = 0.1
"""Highest share that the axis shows at least, so that noise around zero does not look like a story."""
FEWEST_ROWS = 6
"""Rows for which a bar chart makes room at least, so that a single bar is no wall."""
MOST_EVENTS = 8
CLOSE = 0.05
"""Share of the axis within which the numbers of two events would touch."""
LEFTWARD = frozenset({"R", "AL"})
"""Scripts that run from right to left: Matplotlib would set their letters the wrong way round."""


def run_chart(ensemble: Ensemble) -> Figure:
    """Return a figure of a run: use as it is meant by month, and a bar for each cause of lapse or loss."""
    figure, (over_time, bars) = _figure(_title(ensemble.scenario), (1.75, 1))
    _money(over_time, [(ensemble, MONEY)])
    _spread(over_time, ensemble.values("use_at_fidelity"), BLUE)
    line(over_time, ensemble, ensemble.values("use_at_fidelity"), *BASE, "Use as it is meant")
    _any_use(over_time, ensemble)
    share_axis(over_time, ensemble.scenario.horizon)
    _events(over_time, [ensemble.scenario])
    legend_under(over_time, over_time)
    _causes(bars, ensemble)
    _footnote(figure, ensemble, f"{several(len(ensemble.lives), 'run')}, seed {ensemble.seed}")
    return figure


def comparison_chart(comparison: Comparison) -> Figure:
    """Return a figure of a comparison: use as it is meant in both, the paired difference, and causes side by side."""
    base, alternative = comparison.base, comparison.alternative
    figure = Chart(SIZE, DPI, layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1.75, 1), height_ratios=(1.5, 1))
    levels, gap, bars = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0]), figure.add_subplot(grid[:, 1])
    figure.suptitle(
        _wrapped(*(f"{letter}: {name}" for letter, name in zip("AB", _titles(comparison), strict=True))),
        fontsize=10,
        x=0.01,
        ha="left",
    )
    for letter, ensemble, style in (("A", base, BASE), ("B", alternative, ALTERNATIVE)):
        line(levels, ensemble, ensemble.values("use_at_fidelity")[:, : comparison.months], *style, letter)
    share_axis(levels, comparison.months)
    levels.set_xlabel("")
    levels.tick_params(labelbottom=False)
    money_bars(levels, [(base, BLUE), (alternative, ORANGE)], comparison.months)
    _events(levels, [base.scenario, alternative.scenario])
    _difference(gap, comparison)
    legend_under(levels, gap)
    _causes_side_by_side(bars, comparison)
    _footnote(figure, comparison, f"{several(comparison.pairs, 'pair')} of runs with the same luck, seed {base.seed}")
    return figure


def _figure(title: str, widths: tuple[float, float]) -> tuple[Figure, tuple[Axes, Axes]]:
    figure = Chart(SIZE, DPI, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=widths)
    figure.suptitle(_wrapped(title), fontsize=11, x=0.01, ha="left")
    return figure, (left, right)


def _titles(comparison: Comparison) -> list[str]:
    """Return what to call A and B, with their place where it is the same and so in no name."""
    base, alternative = comparison.base.scenario, comparison.alternative.scenario
    place = f" - {base.place}" if base.place and base.place == alternative.place else ""
    return [f"{name}{place}" for name in names(comparison)]


def _title(scenario: Scenario) -> str:
    return (scenario.title or scenario.name) + (f" - {scenario.place}" if scenario.place else "")


def _wrapped(*lines: str) -> str:
    """Return lines of a title, each within the width of the figure."""
    return plain("\n".join(textwrap.shorten(line, 90, placeholder=" ...") for line in lines))


def plain(text: str) -> str:
    """Return a text in which a dollar sign is no mathematics."""
    return text.replace("$", r"\$")


def _months(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    return np.arange(1, values.shape[1] + 1)


def line(
    axes: Axes,
    of: Ensemble | Comparison,
    values: npt.NDArray[np.float64],
    colour: str,
    style: str,
    label: str,
    *,
    within: tuple[float, float] = (0, 1),
) -> None:
    """Draw the mean over replicates with its 95% interval."""
    low, mean, high, *_ = along(of, values, within)
    axes.fill_between(_months(values), low, high, color=colour, alpha=0.35, linewidth=0)
    axes.plot(_months(values), mean, color=colour, linestyle=style, linewidth=1.8, label=label)


def _spread(axes: Axes, values: npt.NDArray[np.float64], colour: str) -> None:
    """Shade where eight of ten single replicates lie."""
    if len(values) > 1:
        p10, p90 = np.quantile(values, [0.1, 0.9], axis=0)
        axes.fill_between(_months(values), p10, p90, color=colour, alpha=0.13, linewidth=0, label="8 of 10 single runs")


def _any_use(axes: Axes, ensemble: Ensemble) -> None:
    mean = ensemble.values("use").mean(axis=0)
    axes.plot(np.arange(1, len(mean) + 1), mean, color=GREY, linestyle=":", linewidth=1.4, label="Any use")


def _money(axes: Axes, ensembles: list[tuple[Ensemble, str]]) -> None:
    """Shade the months in which there is external money, on average over replicates."""
    for ensemble, colour in ensembles:
        for n, (first, last) in enumerate(_funded(ensemble)):
            axes.axvspan(first, last, color=colour, alpha=0.28, linewidth=0, label="" if n else "External money")


def money_bars(axes: Axes, ensembles: list[tuple[Ensemble, str]], months: int) -> None:
    """Draw a bar under the axis of levels for the months in which each scenario has external money."""
    bottom, top = axes.get_ylim()
    height = (top - bottom) * 0.045
    for row, (ensemble, colour) in enumerate(ensembles, 1):
        spans = [(first, min(last, months) - first) for first, last in _funded(ensemble) if first < months]
        label = f"External money in {'AB'[row - 1]}"
        axes.broken_barh(
            spans, (bottom - row * height * 1.3, height), facecolor=colour, alpha=0.55, label=label if spans else "",
            hatch=HATCHES[row - 1], edgecolor="white", linewidth=0,
        )  # fmt: skip
    axes.set_ylim(bottom - (len(ensembles) + 0.4) * height * 1.3, top)


def _funded(ensemble: Ensemble) -> list[tuple[int, int]]:
    """Return spans of months with external money: from the end of the month before the first to the end of the last."""
    paid = ensemble.values("external_money").mean(axis=0) > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], paid, [False]]).astype(int)))
    return [(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def share_axis(axes: Axes, months: int) -> None:
    """Set axes for shares of practitioners by month, with room enough that noise around zero is no story."""
    top = max(axes.get_ylim()[1], SMALLEST_TOP)
    axes.set_ylim(0, min(1.0, top * 1.15))
    axes.set_xlim(0, months)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 4, 6, 10], nbins=7))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlabel("Months after launch")
    axes.set_ylabel("Practitioners")
    axes.grid(visible=True, axis="y", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    _bare(axes)


def _bare(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)


def _events(axes: Axes, scenarios: list[Scenario]) -> None:
    """Mark dated events and later launches by numbered lines; a key above the axes says what they are."""
    marks: dict[int, list[str]] = {}
    for month, label in sorted(mark for scenario in scenarios for mark in _marks(scenario)):
        if month < axes.get_xlim()[1] and label not in marks.setdefault(month, []):
            marks[month].append(label)
    shown = list(marks.items())[:MOST_EVENTS]
    before, row = -np.inf, 0
    for number, (month, _) in enumerate(shown, 1):
        row = (row + 1) % 3 if month - before < CLOSE * axes.get_xlim()[1] else 0
        before = month
        axes.axvline(month, color=GREY, linestyle=(0, (1, 1.5)), linewidth=1)
        axes.annotate(
            str(number), (month, 1), xycoords=("data", "axes fraction"), xytext=(0, 2 + 8 * row),
            textcoords="offset points", fontsize=7, color=GREY, ha="center",
        )  # fmt: skip
    if shown:
        key = ", ".join(f"{n} {' and '.join(labels)} (month {month})" for n, (month, labels) in enumerate(shown, 1))
        rest = f", and {len(marks) - len(shown)} more" if len(marks) > len(shown) else ""
        axes.set_title(plain(textwrap.fill(key + rest, 76)), fontsize=7, color=GREY, loc="left", pad=28)


def _marks(scenario: Scenario) -> list[tuple[int, str]]:
    launches = [(w.month, w.name or f"innovation {n}") for n, w in enumerate(scenario.waves, 1) if w.month]
    events = [(e.month, e.name.replace("_", " ") or "inputs change") for e in scenario.events if e.month >= 1]
    return [*launches, *events]


def legend_under(lines: Axes, under: Axes) -> None:
    """Put the legend of some axes under these or others, where it covers nothing."""
    handles, labels = lines.get_legend_handles_labels()
    below = offset_copy(under.transAxes, fig=under.get_figure(root=True), y=-33, units="points")
    under.legend(
        handles, labels, fontsize=7.5, frameon=False, ncols=2, loc="upper left",
        bbox_to_anchor=(0, 0), bbox_transform=below, borderaxespad=0, borderpad=0, handlelength=2.5,
    )  # fmt: skip


def _causes(axes: Axes, ensemble: Ensemble) -> None:
    """Draw a bar for each cause of lapse or loss: mean number in a replicate."""
    means = ensemble.causes().mean()
    means = means[means > 0].sort_values()
    axes.set_title("Why use was lost", fontsize=9, loc="left")
    axes.set_xlabel("Times in an average run")
    if means.empty:
        _nothing(axes)
        return
    axes.barh([_short(str(cause)) for cause in means.index], means.to_numpy(), color=BLUE, height=0.65)
    _bar_axis(axes)


def _causes_side_by_side(axes: Axes, comparison: Comparison) -> None:
    table = comparison.causes
    table = table[(table["base"] > 0) | (table["alternative"] > 0)].iloc[::-1]
    axes.set_title("Why use was lost", fontsize=9, loc="left")
    axes.set_xlabel("Times in an average run")
    if table.empty:
        _nothing(axes)
        return
    rows = np.arange(len(table))
    axes.barh(rows + 0.2, table["base"].to_numpy(), height=0.38, color=BLUE, label="A")
    axes.barh(
        rows - 0.2,
        table["alternative"].to_numpy(),
        height=0.38,
        color=ORANGE,
        hatch=HATCHES[1],
        edgecolor="white",
        linewidth=0,
        label="B",
    )
    axes.set_yticks(rows, [_short(str(cause)) for cause in table["cause"]])
    _bar_axis(axes)


def _short(cause: str) -> str:
    """Return a cause on lines short enough for the side of a bar chart."""
    return textwrap.fill(cause, 16)


def _bar_axis(axes: Axes) -> None:
    bottom, top = axes.get_ylim()
    axes.set_ylim(min(bottom, top - FEWEST_ROWS), top)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.grid(visible=True, axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    _bare(axes)


def _nothing(axes: Axes) -> None:
    axes.text(0.5, 0.5, "None was lost", transform=axes.transAxes, ha="center", fontsize=8, color=GREY)
    axes.set_xticks([])
    axes.set_yticks([])
    _bare(axes)


def _difference(axes: Axes, comparison: Comparison) -> None:
    """Draw the mean paired difference with its interval around a line at no difference."""
    gap = 100 * comparison.difference("use_at_fidelity")
    axes.axhline(0, color=GREY, linewidth=0.8)
    line(axes, comparison, gap, "black", "-", "B - A", within=(-100, 100))
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -1), max(high, 1))
    axes.set_xlim(0, comparison.months)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 4, 6, 10], nbins=7))
    axes.set_xlabel("Months after launch")
    axes.set_ylabel("B - A, points")
    axes.grid(visible=True, axis="y", color="#DDDDDD", linewidth=0.6)
    _bare(axes)


def _footnote(figure: Figure, of: Ensemble | Comparison, what: str) -> None:
    sets = 1 if of.sets is None else len(np.unique(of.sets))
    over = f" over {sets} plausible sets" if sets > 1 else " of the mean"
    band = "" if what.startswith("1 ") else f"Dark band: 95% interval{over}. "
    note = f"{band}{what}. Conducive {__version__}. Compares scenarios, not a forecast."
    figure.supxlabel(note, fontsize=7.5, color=GREY, x=0.01, ha="left")


# ---- Letters ---------------------------------------------------------------------------------------------------------


class Chart(Figure):
    """A figure whose titles and names may be in any script: what the font cannot draw is spelt, not boxed."""

    def savefig(self, *where: Any, **how: Any) -> None:
        """Save it as `Figure.savefig` does, with every text in letters that can be drawn."""
        for text in self.findobj(Text):
            text.set_text(drawable(text.get_text()))
        super().savefig(*where, **how)


def drawable(text: str) -> str:
    """Return a text with each letter that cannot be drawn spelt in Latin ones, by anyascii."""
    from anyascii import anyascii

    spelt = [c if _drawn(c) else anyascii(c).replace("$", r"\$") for c in text]
    return "".join(spelt)


def _drawn(letter: str) -> bool:
    return letter.isascii() or (ord(letter) in _letters() and unicodedata.bidirectional(letter) not in LEFTWARD)


@cache
def _letters() -> frozenset[int]:
    return frozenset(font_manager.get_font(font_manager.findfont("DejaVu Sans")).get_charmap())
