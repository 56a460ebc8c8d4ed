"""A page that can stand inside another: self-contained, without script, as wide as there is room, light or dark."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from pathlib import Path
from typing import Any

from conducive import __version__
from conducive.experiments.compare.answer import headline as answer
from conducive.experiments.compare.answer import measures
from conducive.experiments.compare.brief import alternative_text, svg_element
from conducive.experiments.compare.comparison import Comparison
from conducive.experiments.compare.levers import Levers, cost_in_short, step_in_words
from conducive.experiments.compare.names import names
from conducive.experiments.lives.text import NOT_A_FORECAST, between_in_words, name_of
from conducive.experiments.options.options import Options
from conducive.experiments.options.text import YEARS, behind, chance, headline, ranks
from conducive.experiments.takeaway.slide import MOST_LEVERS, slide, untitled
from conducive.experiments.words import pounds, several, short, signed

TEMPLATE = Path(__file__).parents[1] / "data" / "embed.html"


def embedded(found: Any) -> str:
    """Return a comparison, options or levers as a page: what is said, its picture, and a table with one head."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    title, said, alt, head, rows = _parts(found)
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return page.from_string(TEMPLATE.read_text("utf-8")).render(
        version=__version__, title=title, said=said, alt=alt, head=head, rows=rows,
        picture=Markup(svg_element(untitled(slide(found)))), caution=NOT_A_FORECAST,
    )  # fmt: skip


type _Parts = tuple[str, str, str, Sequence[str], Sequence[Sequence[str]]]


@singledispatch
def _parts(found: Any) -> _Parts:
    """Return title, answer, what the picture shows, and head and rows of the table."""
    msg = f"there is no page of a {type(found).__name__}."
    raise TypeError(msg)


@_parts.register
def _comparison(found: Comparison) -> _Parts:
    a, b = names(found)
    rows = [(m.label, *m.said, m.judged.way) for m in measures(found)]
    alt = alternative_text(found).partition(" Bars below")[0]
    head = ("", "A", "B", "B - A", "95% interval", "How sure")
    return f"A: {a}. B: {b}.", answer(found), alt, head, rows


@_parts.register
def _options(found: Options) -> _Parts:
    rows = [
        (
            f"{each.letter}: {each.name}", ranks(each), chance(each), f"{each.years[1]:,.0f}",
            between_in_words(each.years[0], each.years[2], lambda v: f"{v:,.0f}"), behind(each), pounds(each.spent),
            short(each.each),
        )
        for each in found.ranked
    ]  # fmt: skip
    head = ("Option", "Rank", "Chance of being best", "Years", "95% interval", "Than the best", "Spent", "GBP each")
    alt = "Share of practitioners who use it as it is meant by month, a line for each option; and practitioner-years."
    title = f"{several(len(found.names), 'option')}, ranked by {YEARS}"
    return title, headline(found), alt, head, rows


@_parts.register
def _levers(found: Levers) -> _Parts:
    rows = [
        (
            step_in_words(found.scenario, pull.levers), pull.levers[0].owner, signed(pull.years.mean),
            between_in_words(pull.years.low, pull.years.high, signed), pull.years.rung, cost_in_short(pull),
        )
        for pull in found.pulls
    ]  # fmt: skip
    head = ("Step", "Whose", "Years added", "95% interval", "How sure", "GBP each")
    place = f" - {found.scenario.place}" if found.scenario.place else ""
    said = (
        f"Every lever that somebody can pull, moved by a realistic step and ranked by the {YEARS} that it adds to "
        f"{found.usual:,.0f}."
    )
    alt = f"The {min(MOST_LEVERS, len(rows))} levers that add most, each with its 95% interval, as in the table."
    return f"What would help most? {name_of(found.scenario)}{place}", said, alt, head, rows
