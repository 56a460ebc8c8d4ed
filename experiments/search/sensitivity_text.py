"""What a sensitivity analysis says and how it looks: sentences that carry no more than the numbers, and two charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conducive.experiments.lives.text import NOT_A_FORECAST, name_of
from conducive.experiments.search.factors import SHARES
from conducive.experiments.words import (
    bullet,
    heading,
    listed,
    page,
    paragraph,
    plain,
    section,
    several,
    short,
    signed,
    table,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from conducive.experiments.search.factors import Question
    from conducive.experiments.search.sensitivity import Decomposition, Screening, Sensitivity

MOST_PAIRS = 6
"""Pairs that are named."""
SLIGHT = 0.05
"""Share of the outcome's standard deviation below which an effect is given no sign."""
MOST_CELLS = 24
"""Factors of which an interaction map still writes numbers."""


# ---- Sentences -----------------------------------------------------------------------------------------------------


def say_sensitivity(found: Sensitivity) -> str:
    """Return which factors matter and how far they work together, for a reader who was not there."""
    asked = found.plan.question
    return page(
        heading(f"What the {asked.what} depends on", "="),
        _asked(found),
        _decomposition(found.decomposition, asked) if found.decomposition else "",
        _together(found.decomposition, asked) if found.decomposition and found.decomposition.tells else "",
        _screening(found.screening, found) if found.screening else "",
        _reading(found),
    )


def _asked(found: Sensitivity) -> str:
    plan, asked = found.plan, found.plan.question
    scenario = asked.scenario
    place = f" ({scenario.place})" if scenario.place else ""
    conditions = sum(not f.unit for f in asked.factors)
    kinds = [
        several(conditions, "whole condition") if conditions else "",
        several(len(asked.factors) - conditions, "input") if conditions < len(asked.factors) else "",
    ]
    runs = f"{found.outcome.size:,} runs, {plan.replicates} at each point, seed {plan.seed}"
    if found.interrupted:
        runs = f"Interrupted: {runs}; {plan.runs:,} runs were asked for"
    lines = [
        paragraph(
            f"Scenario: {name_of(scenario)}{place}, default coefficients. {listed([k for k in kinds if k])} "
            f"{'are' if len(asked.factors) > 1 else 'is'} varied at once, evenly over "
            f"{'positions 0 (barrier) to 1 (facilitator)' if conditions else 'their ranges'}"
            f"{', inputs over their ranges' if 0 < conditions < len(asked.factors) else ''}. {runs}."
        ),
        *(paragraph(note) for note in asked.notes),
    ]
    parts = {
        "Sobol": plan.decomposing and found.decomposition is None,
        "Morris": plan.screening and not found.screening,
    }
    if missing := [name for name, lacks in parts.items() if lacks]:
        why = "too few of their points are done" if found.interrupted else "too few of their runs can be judged"
        lines.append(paragraph(f"Not analysed ({listed(missing)}): {why}. All runs are kept."))
    return "\n".join(lines)


def _decomposition(d: Decomposition, asked: Question) -> str:
    lines = [
        heading("What each explains"),
        paragraph(
            f"The {asked.what} is {asked.say(d.mean)} on average over these ranges. Luck makes up {d.luck:.0%} of the "
            f"variance of single runs, and {d.luck_in_means:.0%} of that of the means analysed; it is taken out of "
            f"everything below. What remains is a standard deviation of {_spread(d.spread, asked)}."
        ),
        *_left_out(d.left_out, d.points, "base point"),
    ]
    if not d.tells:
        said = (
            "That cannot be told from luck: nothing can be said about what matters. More --replicates, more --points "
            "or wider ranges would tell."
        )
        return "\n".join([*lines, paragraph(said)])
    first, total, together = d.first, d.total, d.together
    rows = [
        (
            d.factors[n].name,
            _percent(first.value[n]),
            _percent(total.value[n]),
            _percent(together.value[n]),
            f"{_percent(together.low[n])} to {_percent(together.high[n])}",
            _effect(d.effect[n], asked),
        )
        for n in d.ranked
    ]
    lines += [
        table(("share of the variance", "by itself", "in all", "together", "95% interval", "effect"), rows),
        paragraph(
            "By itself (first order): the share that goes when this alone is known. In all (total order): the share "
            "that stays when everything else is known. Together: in all less by itself, what it does only in "
            "combination. Effect: change from the low to the high end, on average (a linear fit). Shares are estimates "
            "and can fall below 0 by chance; factors.csv has every interval."
        ),
    ]
    return "\n".join(lines)


def _together(d: Decomposition, asked: Question) -> str:
    low, value, high = (float(x) for x in d.all_together)
    clear = [d.factors[n].name for n in d.ranked if d.together.low[n] > 0]
    whose = "conditions" if all(not f.unit for f in d.factors) else "factors"
    share = f"{_percent(value)} (95% interval {_percent(low)} to {_percent(high)})"
    if low > 0:
        said = (
            f"Yes. {share} of what these {whose} do to the {asked.what} none of them does by itself: it takes "
            "combinations (1 less the sum of first orders)."
        )
    else:
        said = (
            f"Over all that is not shown: 1 less the sum of first orders is {share}, which may be nothing and is "
            f"hardly more than {_percent(high)}. More --points would tell better."
        )
    if clear:
        said += (
            f" Total order lies clearly above first order for {len(clear)} of {len(d.factors)}: "
            f"{listed(clear[:MOST_PAIRS])}{f' and {len(clear) - MOST_PAIRS} more' if len(clear) > MOST_PAIRS else ''}."
            if len(clear) > 1
            else f" Total order lies clearly above first order for {clear[0]} alone."
        )
    pairs = d.pair_table
    sure = pairs[pairs["low"] > 0]
    by_chance = 0.025 * len(pairs)
    lines = [heading(f"Do {whose} work together?"), paragraph(said)]
    if len(sure):
        lines.append(
            paragraph(
                f"Pairs whose interval lies above 0: {len(sure)} of {len(pairs)}, where about {by_chance:.0f} would by "
                f"chance{', so take them as hints' if len(sure) < 3 * by_chance else ''}. The strongest:"
            )
        )
        lines += [
            bullet(f"{factor} with {other}: {_percent(value)} ({_percent(low)} to {_percent(high)})")
            for factor, other, value, low, high in sure.head(MOST_PAIRS).to_numpy().tolist()
        ]
    else:
        lines.append(paragraph(f"No single pair of the {len(pairs)} stands out: no interval lies above 0."))
    return "\n".join(lines)


def _screening(s: Screening, found: Sensitivity) -> str:
    asked = found.plan.question
    low, value, high = s.strength
    order = np.argsort(-value, kind="stable").tolist()
    rows = [
        (
            s.factors[n].name,
            _size(value[n], asked),
            f"{_size(low[n], asked)} to {_size(high[n], asked)}",
            _effect(s.direction[n], asked),
            _size(s.uneven[n], asked),
            _size(s.luck[n], asked),
        )
        for n in order
    ]
    unit = "percentage points" if asked.reading.indicator in SHARES else "units of the outcome"
    kept = {f.name for f in found.kept}
    dropped = [f.name for f in asked.factors if f.name not in kept]
    lines = [
        heading("Screening (Morris)"),
        *_left_out(s.left_out, s.trajectories, "trajectory", "trajectories"),
        table(("change across the range", "size", "95% interval", "signed", "uneven", "luck"), rows),
        paragraph(
            f"In {unit}, over {s.trajectories} trajectories. Size (mu star): mean size of the change from the low to "
            "the high end. Signed (mu): the same with its sign. Uneven (sigma): how far it differs from place to "
            "place, luck taken out: what others do to it, or bends. Luck: the size that a factor without any effect "
            "would show."
        ),
    ]
    if found.plan.keep:
        names = listed([f.name for f in found.kept])
        rest = f"Taken on to Sobol: {names}. As they are in the scenario there: {listed(dropped)}."
        lines.append(paragraph(rest if dropped else ""))
    return "\n".join(lines)


def _left_out(count: int, kept: int, one: str, many: str = "") -> list[str]:
    if not count:
        return []
    return [
        paragraph(
            f"{several(count, one, many)} of {count + kept:,} left out, because the outcome of a run there is not "
            "known by the horizon; what is said holds for the others only. A longer --set horizon=... would tell."
        )
    ]


def _reading(found: Sensitivity) -> str:
    said = (
        f"{NOT_A_FORECAST} Shares of variance hold for these ranges, evenly spread: with narrower ranges, or where "
        "conditions go hand in hand, they differ."
    )
    if not any(f.name.startswith("coefficients.") for f in found.plan.question.factors):
        said += " Coefficients stay at their defaults; they can be varied as well (--over coefficients.NAME)."
    return section("How to read this", paragraph(said))


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%".replace("-0%", "0%")


def _spread(spread: float, asked: Question) -> str:
    return f"{100 * spread:.1f} percentage points" if asked.reading.indicator in SHARES else short(spread)


def _effect(change: float, asked: Question) -> str:
    return signed(100 * change) if asked.reading.indicator in SHARES else f"{'+' if change > 0 else ''}{short(change)}"


def _size(change: float, asked: Question) -> str:
    return plain(100 * change) if asked.reading.indicator in SHARES else short(change)


# ---- Charts --------------------------------------------------------------------------------------------------------


def ranking_figure(found: Sensitivity) -> Figure:
    """Return a ranked chart: what each factor explains by itself and in all; or sizes of change where only screened."""
    from conducive.experiments.compare.chart import BLUE, DPI, GREY, ORANGE, Chart, legend_under

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
        axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.4g}%")
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
    from matplotlib.patches import Rectangle

    from conducive.experiments.compare.chart import DPI, Chart

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
    bar.ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.4g}%")
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
    from conducive import __version__
    from conducive.experiments.compare.chart import GREY

    asked = found.plan.question
    place = f" - {asked.scenario.place}" if asked.scenario.place else ""
    title = f"{name_of(asked.scenario)}{place}\nWhat the {asked.what} depends on".replace("$", r"\$")
    figure.suptitle(title, fontsize=10.5, x=0.01, ha="left")
    runs = f"{found.outcome.size:,} runs, seed {found.plan.seed}. Conducive {__version__}. Not a forecast."
    figure.supxlabel(f"{note}{runs}", fontsize=7.5, color=GREY, x=0.01, ha="left")
