"""What a sensitivity analysis says: sentences that carry no more than the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conducive.experiments.lives.text import NOT_A_FORECAST, name_of
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
from conducive.scenarios.indicators import SHARES

if TYPE_CHECKING:
    from conducive.experiments.search.factors import Question
    from conducive.experiments.search.sensitivity.indices import Decomposition, Screening
    from conducive.experiments.search.sensitivity.plan import Sensitivity

MOST_PAIRS = 6
"""Pairs that are named."""


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
