"""What a comparison says, in plain English: which side has more, how surely, why and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from conducive.experiments.compare.answer import both, enough_in_words, headline, in_short, later, measures
from conducive.experiments.compare.ladder import Rung
from conducive.experiments.compare.names import names
from conducive.experiments.lives.intervals import ANYWHERE, ENOUGH, Uncertainty, several_sets
from conducive.experiments.lives.moments import LATER, money_ends
from conducive.experiments.words import (
    bullet,
    dated,
    differences,
    heading,
    listed,
    page,
    paragraph,
    percent,
    points,
    pounds,
    section,
    several,
    signed,
    signed_thousands,
    table,
    thousands,
)

if TYPE_CHECKING:
    from conducive.experiments.compare.comparison import Comparison

from conducive.experiments.lives.text import (
    NOT_A_FORECAST,
    PEOPLE,
    aftermath_in_words,
    between_in_words,
    caution,
    first_of,
    happenings_in_words,
    judged_sustained,
    mean_and_interval,
    place_in_words,
    sets_in_words,
    share_of_runs,
)


def say_comparison(comparison: Comparison, *, full: bool = True) -> str:
    """Return what differs between two scenarios, how surely and why; in full, or what fits a screen or two."""
    parts: tuple[Callable[[Comparison], str], ...] = (
        _contest, _verdict, _sureness, _more_pairs, _levels, _living, _both_sustained, _causes, _people_and_money,
        _pairing,
    )  # fmt: skip
    if not full:
        parts = (_contest, _verdict_alone, _levels, _both_sustained, partial(_causes, most=FEW_CAUSES), _cost)
    return page(*(part(comparison) for part in parts))


def _contest(comparison: Comparison) -> str:
    base, alternative = comparison.base, comparison.alternative
    inputs = differences(base.scenario, alternative.scenario)
    happenings = [f"{letter}: {line}" for letter, e in (("A", base), ("B", alternative)) for line in dated(e.scenario)]
    place = place_in_words(base.scenario) if base.scenario.place == alternative.scenario.place else ""
    lines = [
        heading("A and B compared", "="),
        *(bullet(f"{letter}: {name}{place}") for letter, name in zip("AB", names(comparison), strict=True)),
        "",
        paragraph(
            f"{several(comparison.pairs, 'pair')} of runs{_of_pairs_asked(comparison)} over "
            f"{several(comparison.months, 'month')} after launch, seed {base.seed}. "
            "Both runs of a pair meet the same luck. Differences are B minus A."
            f"{sets_in_words(comparison, 'pair', base.scenario, alternative.scenario)}"
        ),
        "Inputs that differ (A -> B):" if inputs else "No input differs.",
        *first_of(inputs, "the two files scenario.toml have every input."),
        *happenings_in_words(happenings),
    ]
    return "\n".join(lines)


def _of_pairs_asked(comparison: Comparison) -> str:
    asked = comparison.base.asked
    return f" (interrupted; {asked:,} were asked for)" if comparison.pairs < asked else ""


def _verdict(comparison: Comparison) -> str:
    bullets = in_short(comparison)
    return section("In short: use as it is meant, B against A", paragraph(headline(comparison)), *map(bullet, bullets))


def _verdict_alone(comparison: Comparison) -> str:
    return section("In short: use as it is meant, B against A", paragraph(headline(comparison)))


def _cost(comparison: Comparison) -> str:
    return section("What it costs", paragraph(f"{cost_in_words(comparison)} {NOT_A_FORECAST}"))


def _sureness(comparison: Comparison) -> str:
    """Return luck and ignorance in the difference in use at each date, where they can be told apart."""
    if not several_sets(comparison):
        return ""
    gap = comparison.difference("use_at_fidelity")
    found = comparison.uncertainty(gap)
    rows = [
        (label, *(points(float(x[month - 1])).lstrip("+") for x in (found.luck, found.ignorance)), _share(found, month))
        for label, month in dates(comparison)
    ]
    said = (
        "Luck is how far pairs with the same coefficients differ from each other, ignorance how far the mean differs "
        "between plausible sets (standard deviations, in percentage points). More runs narrow luck's share of an "
        "interval (as variance); only evidence about the coefficients narrows the rest."
    )
    head = ("", "luck", "ignorance", "luck's share")
    return section("Luck or ignorance?", table(head, rows), paragraph(said))


def _more_pairs(comparison: Comparison) -> str:
    """Return whether there are pairs enough, and about how many more are needed; nothing where there is no telling."""
    said = enough_in_words(comparison)
    return section("Are there runs enough?", paragraph(said)) if said else ""


def _share(found: Uncertainty, month: int) -> str:
    share = float(found.luck_share[month - 1])
    return "-" if np.isnan(share) else f"{share:.0%}"


def _levels(comparison: Comparison) -> str:
    a, b = both(comparison, "use_at_fidelity")
    rows = []
    for label, month in dates(comparison):
        gap = b[:, month - 1] - a[:, month - 1]
        mean, between = mean_and_interval(comparison, gap, points, (-1, 1))
        levels = (percent(float(each[:, month - 1].mean())) for each in (a, b))
        rows.append((label, *levels, mean, between))
    head = ("", "A", "B", "B - A, points", "95% interval")
    return section("Practitioners using it as it is meant", table(head, rows))


def _living(comparison: Comparison) -> str:
    rows = [(m.label, *m.said) for m in measures(comparison)]
    head = ("mean over runs", "A", "B", "B - A", "95% interval")
    said = "Shares differ in percentage points. A peak, and half of it, are those of each run."
    return section("How much, how high, how long?", table(head, rows), paragraph(said))


def dates(comparison: Comparison) -> list[tuple[str, int]]:
    """Return labelled months to read both off: money ends in each, a year and two years after both, the horizon."""
    ends = {letter: money_ends(e) for letter, e in (("A", comparison.base), ("B", comparison.alternative))}
    usual = {letter: int(np.median(months)) for letter, months in ends.items()}
    about = {letter: "about " if months.min() < months.max() else "" for letter, months in ends.items()}
    found = [
        (f"Money ends in {letter}", usual[letter], about[letter]) for letter in sorted(usual, key=lambda x: usual[x])
    ]
    if usual["A"] == usual["B"]:
        found = [("Money ends", usual["A"], max(about.values()))]
    found += [(f"{later} months after both", max(usual.values()) + later, max(about.values())) for later in LATER]
    rows = [(f"{label} ({sure}month {month})", month) for label, month, sure in found if 0 < month < comparison.months]
    return [*rows, (f"Horizon (month {comparison.months})", comparison.months)]


def _both_sustained(comparison: Comparison) -> str:
    said = sustained_in_words(comparison)
    return section("Is it sustained two years after its external money ended?", *map(bullet, said))


def sustained_in_words(comparison: Comparison) -> list[str]:
    """Return in how many runs use was sustained, ended, reduced and kept, for each, and how far that differs."""
    said = []
    for letter, each in (("A", comparison.base), ("B", comparison.alternative)):
        if np.isnan(judged_sustained(each)).all():
            said.append(
                f"{letter}: not evaluable, because external money lasts until less than 24 months before the horizon."
            )
        else:
            said.append(f"{letter}: sustained in {share_of_runs(each)}. {aftermath_in_words(each)}")
    gap = comparison.difference("sustained")[:, -1]
    known = int((~np.isnan(gap)).sum())
    if np.nansum(np.abs(gap)) and known > 1:
        judged = comparison.judge(gap)
        between = between_in_words(judged.low, judged.high, points)
        said.append(
            f"B is {judged.way.replace('more', 'more often').replace('less', 'less often')} sustained: "
            if judged.tells
            else f"{judged.rung[0].upper()}{judged.rung[1:]} whether B is sustained more often: "
        )
        said[-1] += f"{points(judged.mean)} percentage points ({between}) in the {known:,} pairs where both are judged."
    return said


def _causes(comparison: Comparison, most: int | None = None) -> str:
    causes = compared_causes(comparison)
    if not causes:
        return section("Why use was lost", paragraph(NOBODY_BEGAN))
    rows = [
        (c.name, f"{c.base:,.1f}", f"{c.alternative:,.1f}", signed(c.mean), between_in_words(c.low, c.high, signed))
        for c in causes[:most]
    ]
    head = ("stops per 100 user-years", "A", "B", "B - A", "95% interval")
    return section("Why use was lost", table(head, rows), paragraph(causes_in_words(comparison, causes)))


class Cause(NamedTuple):
    """How often a cause strikes per 100 user-years in A and in B, and the difference with its interval and rung."""

    name: str
    base: float
    alternative: float
    mean: float
    low: float
    high: float
    rung: Rung


def compared_causes(comparison: Comparison) -> list[Cause]:
    """Return the causes that struck at all, those whose rates differ most first."""
    table = comparison.causes
    struck = table[(table["base"] > 0) | (table["alternative"] > 0)]
    names = ["cause", "base_rate", "alternative_rate", "rate", "rate_low", "rate_high", "rung"]
    found = [Cause(*row) for row in struck[names].itertuples(index=False, name=None)]
    return sorted(found, key=lambda c: -abs(np.nan_to_num(c.mean)))


def causes_in_words(comparison: Comparison, causes: list[Cause]) -> str:
    """Return which causes differ clearly, and how many began."""
    if not causes:
        return NOBODY_BEGAN
    sure = [cause for cause in causes if cause.rung == "clearly"]
    fewer, more = ([c.name for c in sure if (c.mean > 0) == up] for up in (False, True))
    said = [
        f"For as much use, clearly {word} in B: {listed(names)}."
        for word, names in (("less often", fewer), ("more often", more))
        if names
    ]
    said = said or ["For as much use, no cause surely strikes more often in one than in the other."]
    a, b = (float(values.sum(axis=1).mean()) for values in both(comparison, "new_users"))
    said.append(f"People begin to use it {a:,.1f} times a run in A and {b:,.1f} times in B.")
    if sure:
        said.append(f"With {len(causes)} causes compared, one may stand out by chance.")
    return " ".join(said)


def _people_and_money(comparison: Comparison) -> str:
    rows = []
    for name, label in PEOPLE.items():
        levels = [float(values[:, -1].mean()) for values in both(comparison, name)]
        gap = mean_and_interval(comparison, comparison.difference(name)[:, -1], points, (-1, 1))
        rows.append((label, *map(percent, levels), *gap))
    spent = [values.sum(axis=1) for values in both(comparison, "spend")]
    levels = [float(each.mean()) for each in spent]
    spent_more = mean_and_interval(comparison, spent[1] - spent[0], signed_thousands)
    rows.append(("Spent on it (GBP thousand)", *map(thousands, levels), *spent_more))
    head = (f"month {comparison.months}", "A", "B", "B - A", "95% interval")
    return section("People and money", table(head, rows), paragraph(cost_in_words(comparison)))


def cost_in_words(comparison: Comparison) -> str:
    """Return what one more practitioner-year of use as it is meant costs, or why that cannot be told."""
    cost = comparison.cost_per_year
    judged = comparison.judge(comparison.practitioner_years(), ANYWHERE, 0.0)
    low, mean, high = cost.years
    years = f"{signed(mean)} practitioner-years over the {later(comparison.months)}"
    rule = "additional practitioner-year of use as it is meant"
    if np.isnan(low):
        return f"Cost of each {rule}: it cannot be told from one pair ({years})."
    if judged.rung != "clearly":
        none = "there is none" if low == high == 0 else "it may be zero"
        return (
            f"Cost of each {rule}: it cannot be told, because no difference is clear and {none} ({years}, 95% interval "
            f"{between_in_words(low, high, signed)})."
        )
    dearer_low, dearer, dearer_high = cost.spent
    if not (dearer_low > 0 or dearer_high < 0) or (dearer > 0) != (mean > 0):
        cheaper = (
            "costs less" if dearer_high < 0 else "costs more" if dearer_low > 0 else "does not clearly differ in cost"
        )
        return f"B has clearly {'more' if mean > 0 else 'less'} use as it is meant: {years}. It {cheaper}."
    ratio = between_in_words(cost.low, cost.high, pounds)
    each, costs = (rule, "costs") if mean > 0 else (rule.replace("additional ", "") + " forgone", "saves")
    by = "" if several_sets(comparison) else ", by resampling pairs"
    return f"Each {each} {costs} {pounds(cost.each)} (95% interval {ratio}{by}; {years})."


def _pairing(comparison: Comparison) -> str:
    said = f"{NOT_A_FORECAST} {caution(comparison, comparison.pairs)} {pairing_in_words(comparison)}"
    return section("How to read this", paragraph(said))


def pairing_in_words(comparison: Comparison) -> str:
    """Return how many times as many unpaired runs the same luck saved, at each date; nothing where there are few."""
    if comparison.pairs < ENOUGH:
        return ""
    gains = [(month, comparison.variance_reduction(month=month)) for _, month in dates(comparison)]
    helped = [f"{gain:.1f} in month {month}" for month, gain in gains if PAIRING <= gain < np.inf]
    rest = [str(month) for month, gain in gains if gain < PAIRING]
    said = []
    if helped:
        said.append(f"For use as meant the same luck does the work of so many times as many runs: {listed(helped)}.")
    if rest:
        said.append(
            f"In {'month' if len(rest) == 1 else 'months'} {listed(rest)} it does not help: by then what happens in "
            "one run of a pair hardly follows what happens in the other, or does not vary at all."
        )
    return " ".join(said)


FEW_CAUSES = 3  # those that differ most, where there is little room
PAIRING = 1.05  # times as many unpaired runs: below, pairing is said not to help
NOBODY_BEGAN = "Nobody began to use it, so nobody stopped."
