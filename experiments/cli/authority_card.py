"""My authority in words: figures beside England's and the neighbours', judgements, where it starts, what to ask."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from conducive.experiments.words import bullet, fact, page, paragraph, section, table
from conducive.scenarios.authority import FIGURES, Authority, Series, Standing, named, of_neighbours

if TYPE_CHECKING:
    from conducive.experiments.evidence.replay import Replay

SOURCES = (
    "Department for Education (workforce, children in need, statistical neighbours), Ofsted (judgements), Office for "
    "National Statistics (children), Ministry of Housing, Communities and Local Government (spending). Contains public "
    "sector information licensed under the Open Government Licence v3.0."
)


def card(found: Authority) -> str:
    """Return what official tables say of an authority, and what a model makes of it."""
    return page(
        section(f"{found.name} ({found.region})", _figures(found), "", *_judged(found)),
        _standings(found),
        section("Beside that", *(bullet(line) for line in _context(found))),
        _questions(found),
        section("To be read with care", *map(bullet, found.notes)) if found.notes else "",
        paragraph(SOURCES),
    )


def shown(figure: str, value: float | None) -> str:
    """Return a published figure as people read it: a percentage, or cases; a dash for none."""
    return "-" if value is None or math.isnan(value) else f"{value * FIGURES[figure][2]:.1f}"


def _figures(found: Authority) -> str:
    years = ("30 September", *(str(year) for year in found.years))
    return table(years, [row for series in found.series for row in _rows(series)])


def _rows(series: Series) -> Iterable[tuple[str, ...]]:
    label, unit, _ = FIGURES[series.figure]
    lines = ((f"{label}, {unit}", series.own), ("  England", series.england), ("  neighbours", series.neighbours))
    for name, values in lines:
        yield (name, *(shown(series.figure, value) for value in values))


def _judged(found: Authority) -> list[str]:
    near = [f"{one.name} ({one.closeness.lower()})" for one in found.neighbours]
    several = len({one.council for one in found.inspections}) > 1
    judged = [
        f"{one.judgement}, {one.began:%B %Y}{f' ({one.council})' if several else ''}" for one in found.inspections
    ]
    return [
        fact("Judged by Ofsted", "; ".join(judged) or found.no_judgement),
        fact("Neighbours", "; ".join(near) or found.no_neighbours),
    ]


def _standings(found: Authority) -> str:
    if not found.standings:
        return ""
    head = ("What a run starts from", "here", "England", "neighbours", "better than", "")
    rows = [
        (named(one.address).capitalize(), *(start_value(one, v) for v in (one.own, one.england, one.neighbours)),
         of_neighbours(one), one.side)
        for one in found.standings
    ]  # fmt: skip
    said = paragraph(
        "Ahead or behind: better or worse than three quarters of its statistical neighbours in the same year. One "
        "year's figures swing by themselves; nobody's performance is ranked."
    )
    return section(f"Starting from {found.start_year}", table(head, rows), "", said)


def start_value(one: Standing, value: float) -> str:
    """Return a value of an input as people read it: a share or a yearly rate as a percentage."""
    return f"{value:.3g}" if one.declaration.maximum > 1 else f"{100 * value:.1f}%"


def _context(found: Authority) -> Iterable[str]:
    for one in found.context:
        here, england, near = ("-" if v is None else f"{v:,.0f}" for v in (one.own, one.england, one.neighbours))
        yield f"{one.what}, {one.unit}, {one.year}: {here}; England {england}, neighbours {near}."


def _questions(found: Authority) -> str:
    if not found.questions:
        return ""
    said = [fact(f"{n}.", f"{one.title} {one.why}", 3) for n, one in enumerate(found.questions, 1)]
    more = paragraph(f"Answer one: conducive authority {found.name!r} --ask 1")
    return section("Three questions to try" if len(said) > 2 else "Questions to try", *said, "", more)  # noqa: PLR2004


def replay_text(found: Replay) -> str:
    """Return a replay as a table: the band of each figure by year beside what was published, and what lies outside."""
    from conducive.experiments.evidence.replay import REPLAYED, stored_study

    head = ("80% of lives", *map(str, REPLAYED))
    rows = []
    for figure, fan in found.fans.items():
        label, unit, _ = FIGURES[figure]
        rows += [
            (f"{label}, {unit}", *("-" if math.isnan(v) else f"{v:.1f}" for v in fan.official.tolist())),
            ("  from", *(f"{v:.1f}" for v in fan.low.tolist())),
            ("  to", *(f"{v:.1f}" for v in fan.high.tolist())),
        ]
    return page(
        section(f"{found.name}, lived again from 2017", table(head, rows), "", paragraph(found.text())),
        paragraph(stored_study().text()),
    )
