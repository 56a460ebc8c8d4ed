"""What came of a programme, in plain English."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from conducive.experiments.lives.text import NOT_A_FORECAST
from conducive.experiments.words import (
    bullet,
    heading,
    listed,
    page,
    paragraph,
    percent,
    points,
    pounds,
    section,
    several,
    short,
    table,
)
from conducive.scenarios.links import LINKS

if TYPE_CHECKING:
    from conducive.experiments.lives.intervals import Uncertainty
    from conducive.experiments.programmes.runs import ProgrammeRuns
    from conducive.scenarios.programme import Programme

COST = "cost"
"""Reading beside the indicators: GBP of all money for each practitioner-year of use as it is meant."""
READ = (
    ("running", "authorities that run something", percent),
    ("use", "practitioners who use it", percent),
    ("use_at_fidelity", "... as it is meant", percent),
    ("faithful_years", "practitioner-years as meant", short),
    ("families", "case-years with them", short),
    (COST, "GBP for each practitioner-year", pounds),
    ("equity", "evenness between regions", percent),
    ("ended", "innovations ended or dropped", short),
    ("buried", "... of which nothing was told", short),
    ("bad_taken_up", "bad ones taken up", short),
    ("tried_again", "... after they had failed", short),
    ("perceived_success", "how well it is thought to work", percent),
    ("true_success", "how well it works", percent),
)
"""What is read in the last month, in words, and how it is said."""


def say_programme(found: ProgrammeRuns) -> str:
    """Say what came of a programme, or of two."""
    return page(_title(found), _numbers(found), _claims(found), _how(found))


def named(found: ProgrammeRuns) -> list[str]:
    """Return what each programme is called, after its letter where there are two."""
    names = [each.title or each.name for each in found.programmes]
    return names if len(names) == 1 else [f"{side}: {name}" for side, name in zip("AB", names, strict=True)]


def _title(found: ProgrammeRuns) -> str:
    names = [each.title or each.name for each in found.programmes]
    first = found.programmes[0]
    return "\n".join((heading(" or ".join(names), "="), *([paragraph(first.question)] if first.question else [])))


def _numbers(found: ProgrammeRuns) -> str:
    """Say what each programme led to by the last month, and how they differ."""
    names = [bullet(name) for name in named(found)] if len(found.programmes) > 1 else []
    return section(f"After {found.programmes[0].horizon} months", *names, table(*last_month(found)))


def last_month(found: ProgrammeRuns) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of a table of what each programme led to by the last month, and how they differ."""
    two = len(found.programmes) > 1
    head = ["", *(["A", "B", "B less A, points for % (95%)"] if two else ["mean", "95% interval"])]
    rows = []
    for name, words, say in READ:
        ends = [found.found(name, n) for n in range(len(found.programmes))]
        means = [_said(each.mean[-1], say) for each in ends]
        last = found.difference(name) if two else ends[0]
        gap = points if two and say is percent else say
        rows.append([words, *means, _between(last, gap, mean=two)])
    return head, rows


def _said(value: float, say: Any) -> str:
    return str(say(float(value))) if math.isfinite(value) else "-"


def _between(found: Uncertainty, say: Any, *, mean: bool) -> str:
    low, middle, high = (_said(each[-1], say) for each in (found.low, found.mean, found.high))
    return f"{middle} ({low} to {high})" if mean else f"{low} to {high}"


def _claims(found: ProgrammeRuns) -> str:
    """Hold the claims of B against A, and those of A against B."""
    lines = [bullet(claim) for claim in claims_held(found)]
    return section("What is claimed", *lines) if lines else ""


def claims_held(found: ProgrammeRuns) -> Iterator[str]:
    """Give each claim of one programme against the other, whether it holds in these runs, and its source."""
    if len(found.programmes) == 1:
        return
    first, second = found.programmes
    for one, other, sign in ((second, first, 1.0), (first, second, -1.0)):
        for claim in one.claims:
            if claim.get("against") != other.name:
                continue
            month = min(int(claim.get("at", one.horizon)), one.horizon) - 1
            gap = found.difference(claim["indicator"])
            low, high = sorted((sign * gap.low[month], sign * gap.high[month]))
            yes = low > claim["above"] if "above" in claim else high < claim["below"]
            no = high <= claim["above"] if "above" in claim else low >= claim["below"]
            verdict = "holds" if yes else "does not hold" if no else "is not decided by these runs"
            yield f"{claim['says']} This {verdict}. ({claim['source']})"


def _how(found: ProgrammeRuns) -> str:
    return section("How to read this", paragraph(how_to_read(found)))


def money_in_words(programme: Programme) -> str:
    """Say what a programme pays for: its grants by round, and network and coaches."""
    if not programme.grants and not programme.support:
        return "It spends nothing."
    said = f"It spends {pounds(programme['funding.budget'])}"
    if programme.grants:
        dates = listed([f"{each.grants} in month {each.month}" for each in programme.rounds])
        length = f"{programme['funding.length']:g} months"
        said += f": grants of {length} and {pounds(programme.grant)} on average, {dates}"
    parts = {"coaches": programme["funding.coaches"], "a learning network": programme["funding.learning_network"]}
    paid = [f"{pounds(amount)} a year for {what}" for what, amount in parts.items() if amount]
    return said + (f"; {listed(paid)}" if paid else "") + "."


def how_to_read(found: ProgrammeRuns) -> str:
    """Say how often what was run, and what the numbers are not."""
    links = [link.title.lower() for link in LINKS if found.programmes[0].on(link.name)]
    sets = "one set of coefficients" if found.sets is None else f"{len(set(found.sets.tolist()))} plausible sets"
    flows = f"Between authorities: {'; '.join(links)}." if links else "Nothing flows between authorities."
    runs = several(len(found.runs), "replicate")
    return (
        f"{runs} of {len(found.programmes[0].places)} authorities, with {sets}. {flows} The numbers of these flows "
        f"are graded one by one; most are judgement, and so are the innovations on offer. {NOT_A_FORECAST}"
    )
