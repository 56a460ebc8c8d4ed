"""My authority: one council beside England and its neighbours, where a run of it starts, and what to ask of it."""

from __future__ import annotations

import math
from datetime import date
from typing import Any
from urllib.parse import parse_qs, quote

import solara

from conducive.dashboards.asking.address import address
from conducive.dashboards.asking.asked import Asked
from conducive.dashboards.asking.places import place_names
from conducive.dashboards.widgets.fields import field, numbers
from conducive.dashboards.widgets.html import Cell, Empty, Note, Trouble, figures, heading, table, tag, template
from conducive.experiments.cli.authority_card import SOURCES, shown, start_value
from conducive.experiments.evidence.replay import REPLAYED, Replay, stored_study
from conducive.experiments.words import listed
from conducive.scenarios.authority import (
    FIGURES,
    Authority,
    Question,
    Series,
    Standing,
    authority,
    named,
    of_neighbours,
)
from conducive.scenarios.errors import InputError
from conducive.scenarios.official_tables import Inspection
from conducive.scenarios.workforce import authorities, latest

BEHIND = (
    "Nothing",
    "The model's band: its years lived again from 2017",
    "The same, with its judgements of inadequate put in",
)
"""What can lie behind the lines of the figures."""
SIDES = {"ahead": "Ahead", "behind": "Behind", "level": "About level"}
LONGEST = 200


@template("trends.vue")
def _Trends(place: str, years: list[int], figures: list[dict[str, Any]], marks: list[dict[str, Any]]) -> None:
    """Published figures over the years, each in a chart of its own, with judgements on the time line."""


@solara.component
def Page() -> None:
    """Find an authority, and read it."""
    solara.Title("My authority - Conducive")
    router = solara.use_router()
    heading(
        "My authority",
        "What is published of one council, beside England and its ten statistical neighbours; what a run of the model "
        "starts ahead and behind in there; and three questions to try.",
    )
    asked = asked_for(router.search)
    found, trouble = solara.use_memo(lambda: looked_up(asked), [asked])

    def go(typed: object) -> None:
        if isinstance(typed, str) and typed.strip():
            router.push(f"/authority?at={quote(' '.join(typed.split())[:LONGEST])}")

    with tag("section", css="panel", aria_label="Find an authority"), tag("div", css="fields"):
        names = solara.use_memo(lambda: [row.name for row in authorities(latest())], [])
        options = [name for name in place_names() if name in names]
        field("find", "Authority: a name, a short name or a code", found.name if found else asked, go, options=options)
    Trouble(trouble)
    if found:
        _Found(found).key(found.name)
    elif not trouble:
        Empty("Choose an authority to see it here.")


def asked_for(search: str | None) -> str:
    """Return the name of the authority that an address asks for; empty for none."""
    return parse_qs((search or "")[: 4 * LONGEST]).get("at", [""])[0][:LONGEST]


def looked_up(name: str) -> tuple[Authority | None, str]:
    """Return an authority, or what is wrong with its name."""
    if not name:
        return None, ""
    try:
        return authority(name), ""
    except InputError as error:
        return None, str(error)


@solara.component
def _Found(found: Authority) -> None:
    behind, set_behind = solara.use_state(0)
    lived, trouble = solara.use_memo(lambda: lived_again(found.name, behind), [found.name, behind])
    with tag("section", css="panel", aria_label="Published figures"):
        tag("h2", f"{found.name} ({found.region})")
        for note in found.notes:
            Note(note)
        field("select", "Behind the lines", behind, lambda n: set_behind(numbers(n)[0] % len(BEHIND)), options=BEHIND)
        Trouble(trouble)
        _Trends(
            place=found.name,
            years=list(found.years),
            figures=[trend(one, found.years, lived) for one in found.series],
            marks=marks(found.inspections, found.years),
        )
        if lived:
            _Lived(lived)
        tag("p", judged(found))
    _Standings(found)
    _Questions(found)
    _Beside(found)


def lived_again(name: str, behind: int) -> tuple[Replay | None, str]:
    """Return the replay that was chosen, none where none was, or why there is none of this place."""
    if not behind:
        return None, ""
    try:
        return stored_study().of(name, judgements=behind == BEHIND.index(BEHIND[-1])), ""
    except InputError as error:
        return None, str(error)


def trend(series: Series, years: tuple[int, ...], lived: Replay | None) -> dict[str, Any]:
    """Return what a chart of a published figure shows, in the units that people read."""
    label, unit, units = FIGURES[series.figure]

    def read(values: tuple[float | None, ...]) -> list[float | None]:
        return [None if v is None else round(v * units, 2) for v in values]

    fan = lived.fans[series.figure] if lived else None
    at = {year: n for n, year in enumerate(REPLAYED)} if fan else {}
    ends = {
        end: [float(values[at[year]]) if year in at else None for year in years]
        for end, values in (("low", fan.low if fan else ()), ("high", fan.high if fan else ()))
    }
    last = max((n for n, v in enumerate(series.own) if v is not None), default=None)
    said = "nothing is published" if last is None else (
        f"{years[last]}: {shown(series.figure, series.own[last])}; England "
        f"{shown(series.figure, series.england[last])}; neighbours {shown(series.figure, series.neighbours[last])}"
    )  # fmt: skip
    return {
        "title": label,
        "unit": unit,
        "own": read(series.own),
        "england": read(series.england),
        "near": read(series.neighbours),
        "spoken": f"{label}, {unit}. {said}. All years stand in the table below.",
        **ends,
    }


def marks(inspections: tuple[Inspection, ...], years: tuple[int, ...]) -> list[dict[str, Any]]:
    """Return judgements as they stand on the time line: between one census, 30 September, and the next."""
    return [
        {
            "x": round(one.began.year + (one.began - date(one.began.year, 9, 30)).days / 365.25, 3),
            "short": one.judgement.replace("requires improvement", "req. improvement").capitalize(),
            "label": f"{one.judgement.capitalize()}, {one.began:%B %Y} ({one.council})",
        }
        for one in inspections
        if years[0] <= one.began.year <= years[-1]
    ]


def judged(found: Authority) -> str:
    """Say what was judged, and when."""
    if not found.inspections:
        return found.no_judgement
    several = len({one.council for one in found.inspections}) > 1
    said = [
        f"{one.judgement} in {one.began:%B %Y}{f' ({one.council})' if several else ''}" for one in found.inspections
    ]
    return f"Judged by Ofsted: {listed(said)}."


@solara.component
def _Lived(lived: Replay) -> None:
    tag("p", lived.text())
    tag("p", stored_study().text(), css="quiet")


@solara.component
def _Standings(found: Authority) -> None:
    if not found.standings:
        return
    heads = ("", "", *figures(("Here", "England", "Neighbours", "Better than")))
    with tag("section", css="panel", aria_label="Where it starts"):
        tag("h2", "What it starts ahead and behind in")
        tag(
            "p",
            f"Inputs of {listed(sorted({s.condition for s in found.standings if s.condition}))}, and the judgement, as "
            f"a run from the figures of {found.start_year} has them. Ahead or behind: better or worse than three "
            "quarters of its neighbours. One year's figures swing by themselves, and nobody's performance is ranked.",
            css="prose",
        )
        table("Inputs of the model here", heads, map(_standing, found.standings))


def _standing(one: Standing) -> list[Cell]:
    values = [*(start_value(one, value) for value in (one.own, one.england, one.neighbours)), of_neighbours(one)]
    return [named(one.address).capitalize(), SIDES[one.side], *figures(values)]


@solara.component
def _Questions(found: Authority) -> None:
    questions = solara.use_memo(lambda: found.questions, [found.name])
    with tag("section", css="panel", aria_label="Questions to try"):
        tag("h2", "Questions to try")
        if not questions:
            tag("p", f"None can be run: {found.problem}.")
        with tag("div", css="questions"):
            for one in questions:
                with tag("div", css="question"):
                    tag("h3", one.title)
                    tag("p", one.why)
                    tag("p", tag("a", "Try it in What if?", href=link(one), css="button"))
        if questions:
            tag("pre", python(found), tabindex="0", aria_label="The same in Python")
            tag("pre", command(found), tabindex="0", aria_label="The same on the command line")


def link(question: Question) -> str:
    """Return the address at which What if? asks a question."""
    return f"/?s={address(Asked(question.base, question.alternative))}"


def python(found: Authority) -> str:
    """Return Python that answers the first question, with the same numbers."""
    return (
        f"import conducive as cz\n\nquestion = cz.authority({found.name!r}).questions[0]\n"
        "print(cz.compare(question.base, question.alternative).text())\n"
    )


def command(found: Authority) -> str:
    """Return the command that answers the first question, with the same numbers."""
    return f'conducive authority "{found.name}" --ask 1'


@solara.component
def _Beside(found: Authority) -> None:
    with tag("section", css="panel", aria_label="Beside that"):
        tag("h2", "Beside that")
        tag("p", "Published, and not an input of the model.")
        with tag("ul"):
            for one in found.context:
                here, england, near = (_plain(value) for value in (one.own, one.england, one.neighbours))
                tag("li", f"{one.what}, {one.unit}, {one.year}: {here}. England: {england}. Neighbours: {near}.")
        if found.neighbours:
            tag("h3", "Its statistical neighbours")
            with tag("ul", css="neighbours"):
                for other in found.neighbours:
                    where = tag("a", other.name, href=f"/authority?at={quote(other.name)}")
                    tag("li", where, f" ({other.closeness.lower()})")
        tag("p", SOURCES, css="quiet")


def _plain(value: float | None) -> str:
    return "not known" if value is None or math.isnan(value) else f"{value:,.0f}"
