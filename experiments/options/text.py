"""What a comparison of a few options says, in plain English."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conducive.experiments.compare.answer import later
from conducive.experiments.lives.intervals import several_sets
from conducive.experiments.lives.text import NOT_A_FORECAST, between_in_words, sets_in_words
from conducive.experiments.words import (
    bullet,
    heading,
    listed,
    page,
    paragraph,
    percent,
    pounds,
    section,
    several,
    short,
    signed,
    table,
    thousands,
)

if TYPE_CHECKING:
    from conducive.experiments.options.options import Option, Options

YEARS = "practitioner-years of use as it is meant"


def say_options(found: Options) -> str:
    """Return which option is best, how surely, and at what cost."""
    return page(_title(found), _answer(found), _table(found), _lasting(found), _reading(found))


def _title(found: Options) -> str:
    first = found.ensembles[0]
    scenarios = [e.scenario for e in found.ensembles]
    places = {s.place for s in scenarios}
    place = f" - {next(iter(places))}" if len(places) == 1 and scenarios[0].place else ""
    asked = f" of {first.asked:,} asked for" if found.runs < first.asked else ""
    said = (
        f"{several(found.runs, 'run')}{asked} of each over {several(found.months, 'month')} after launch, seed "
        f"{found.seed}, the same luck for all.{sets_in_words(first, 'run', *scenarios)}"
    )
    names = [bullet(f"{letter}: {name}") for letter, name in zip("ABCDE", found.names, strict=False)]
    head = heading(f"{several(len(found.names), 'option')} compared{place}", "=")
    return "\n".join([head, *names, "", paragraph(said)])


def headline(found: Options) -> str:
    """Return which option has most practitioner-years, how surely, and which costs least for each."""
    best, second, *_ = found.ranked
    said = [
        f"{best.name} ({best.letter}) has the most: {best.years[1]:,.0f} {YEARS} over the {later(found.months)}; "
        f"{second.name} ({second.letter}) has {second.years[1]:,.0f}.",
        sure_in_words(found),
    ]
    costed = [each for each in found.ranked if not np.isnan(each.each)]
    if costed:
        cheap = min(costed, key=lambda each: each.each)
        who = "It also costs" if cheap is best else f"{cheap.name} ({cheap.letter}) costs"
        said.append(f"{who} least for each of them: {pounds(cheap.each)}.")
    return " ".join(said)


def sure_in_words(found: Options) -> str:
    """Return how surely the best is ahead, and in how many plausible sets."""
    best = found.ranked[0]
    ahead = [each for each in found.ranked if each.behind and each.behind.tells]
    level = [each.name for each in found.ranked if each.behind and not each.behind.tells]
    if not ahead:
        said = "Whether it is ahead of the others cannot be told"
    elif level:
        said = f"Whether it is ahead of {listed(level)} cannot be told"
    else:
        said = f"It is {found.sure} ahead of every other"
    return f"{said}; its chance of being best is {chance(best)}."


def chance(option: Option) -> str:
    """Return a chance of being best as a percentage."""
    return f"{option.best:.0%}"


def ranks(option: Option) -> str:
    """Return a rank, and between which ranks it stays."""
    low, high = option.ranks
    return f"{option.rank}" if low == high == option.rank else f"{option.rank} ({low} to {high})"


def behind(option: Option) -> str:
    """Return how far an option lies behind the best, and how surely."""
    if option.behind is None:
        return "the best"
    if not option.behind.tells:
        return option.behind.rung
    return f"{option.behind.rung} {'fewer' if option.behind.mean > 0 else 'more'}"


def _answer(found: Options) -> str:
    return section("In short", paragraph(headline(found)))


def _table(found: Options) -> str:
    rows = [
        (
            each.letter,
            ranks(each),
            chance(each),
            f"{each.years[1]:,.0f}",
            between_in_words(each.years[0], each.years[2], lambda v: f"{v:,.0f}"),
            behind(each),
            thousands(each.spent),
            short(each.each) if not np.isnan(each.each) else "-",
        )
        for each in found.ranked
    ]
    over = "plausible sets" if several_sets(found.ensembles[0]) else "runs"
    said = (
        f"Ranked by years, which are {YEARS}. In brackets the ranks that an option holds in 19 of 20 {over}; best is "
        f"the share of {over} in which it has the most. Money is what is spent on the innovation by grant and council, "
        "in thousands, and for each of the years."
    )
    head = ("", "rank", "best", "years", "95% interval", "than the best", "GBP 1,000", "GBP each")
    return section("Ranked", table(head, rows), paragraph(said))


def _lasting(found: Options) -> str:
    rows = [
        (
            each.letter,
            percent(each.use),
            percent(each.peak),
            f"{each.lasting:,.0f}",
            "-" if np.isnan(each.kept) else f"{each.kept:.0%}",
            "-" if each.behind is None else signed(-each.behind.mean),
            "-" if each.behind is None else between_in_words(-each.behind.high, -each.behind.low, signed),
        )
        for each in found.ranked
    ]
    said = (
        "Use as it is meant in an average month; its peak, and the months with at least half of that; the share of "
        "runs in which use is kept two years after external money; years more or fewer than the best, with the 95% "
        "interval."
    )
    head = ("", "use", "peak", "months", "kept", "years", "95% interval")
    return section("How high, and how long", table(head, rows), paragraph(said))


def _reading(found: Options) -> str:
    few = " With a few runs in each set luck adds to the chance of being best: it is rather too even than too sure."
    return section("How to read this", paragraph(f"{NOT_A_FORECAST}{few}"))
