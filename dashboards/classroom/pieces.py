"""What groups and teachers both see: curves, averages, sheets to print, and what others do meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import solara
import solara.lab

from conducive.dashboards.classroom.files import HORIZON, YEARS, Lesson
from conducive.dashboards.classroom.lessons import label, lesson, meaning, say
from conducive.dashboards.classroom.sheets import sheet
from conducive.dashboards.classroom.views import Sketch, lines_of
from conducive.dashboards.store.classes import Seat
from conducive.dashboards.widgets.download import Download
from conducive.dashboards.widgets.glossary import prose, term
from conducive.dashboards.widgets.html import tag
from conducive.experiments.compare.race import TOTALS
from conducive.scenarios.errors import InputError

EVERY = 1.0
"""Seconds between looks at what others have done."""
HTML = "text/html"


@solara.component
def Chart(
    of: Lesson,
    points: Sequence[float] = (),
    *,
    draw: Callable[[list[float]], None] | None = None,
    own: str = "Your curve",
    outcome: Mapping[str, Any] | None = None,
    others: Sequence[Seat] = (),
    chosen: int = -1,
) -> None:
    """The curve that a lesson asks for: drawn, with the model's lines and those of others."""
    lines = lines_of(of, outcome["series"]) if outcome else []
    spoken = of.sketch + (f" Your curve: {in_words(points)}." if points else "")
    if outcome:
        spoken += " The model: " + "; ".join(f"{line['label']}, {in_words(line['mean'][11::12])}" for line in lines)
    Sketch(
        points=list(points),
        editable=draw is not None,
        own=own,
        lines=lines,
        others=[{"label": seat.name, "points": seat.prediction["points"]} for seat in others if seat.prediction],
        others_label="A group's curve",
        chosen=chosen,
        marks=[{"month": month, "label": text} for month, text in marks(of.name)],
        years=YEARS,
        spoken=spoken,
        event_draw=draw or (lambda _: None),
        top=of.top,
    )


def in_words(points: Sequence[float]) -> str:
    """Return shares as people read them."""
    return ", ".join(f"{value:.0%}" for value in points)


@cache
def marks(name: str) -> list[tuple[int, str]]:
    """What happens in the service whose curve is drawn: incidents, the end of the grant, later launches."""
    of = lesson(name)
    scenario = of.scenarios([c.name for c in of.pickable][: of.picks.count if of.picks else 0])[of.sketched]
    events = [(event.month, event.name.replace("_", " ")) for event in scenario.events]
    launches = [(wave.month, "next launch") for wave in scenario.waves[1:]]
    ends = scenario.waves[-1].month + int(scenario["finance.funding_term"])
    known = ends < HORIZON and not of.picks  # what a group picks may move it
    return sorted([*events, *launches, *([(ends, "grant ends")] if known else [])])


@solara.component
def Table(of: Lesson, outcome: Mapping[str, Any]) -> None:
    """The averages of each service, with their intervals."""
    first, last = of.window
    head = tag("tr", tag("th", f"Average of months {first} to {last}"), *(tag("th", arm.label) for arm in of.arms))
    rows = [
        tag(
            "tr",
            tag("th", term(label(name), meaning(name).meaning)),
            *(
                tag("td", tag("b", say(name, mean)), f" ({say(name, low)} to {say(name, high)})")
                for low, mean, high in outcome["table"][name]
            ),
        )
        for name in of.indicators
    ]
    with tag("div", css="scroll", tabindex="0", role="region", aria_label="Averages"):
        tag("table", tag("thead", head), tag("tbody", *rows))
    note = (
        "Beside each average, its 95% interval, over plausible sets of coefficients. This compares imagined services; "
        "it is no forecast for any real one."
    )
    note += " What was spent in all is read at the end." if TOTALS & set(of.indicators) else ""
    tag("p", *prose(note), css="quiet")


def when_changed[Seen](look: Callable[[], Seen], start: Seen, key: str) -> tuple[Seen | None, Callable[[Seen], None]]:
    """Return what a look at the store shows, looked at anew every few seconds, and a way to set it at once.

    None stands for a class that is no longer there, or no longer has this group.
    """
    now: Seen | None = start
    seen, set_seen = solara.use_state(now, key=key)

    async def keep_looking() -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                set_seen(look())
            except InputError:
                set_seen(None)
            except sqlite3.Error:
                continue  # the file is busy, or out of reach for a moment

    solara.lab.use_task(keep_looking, dependencies=[key])
    return seen, set_seen


def sheets_to_print(of: Lesson) -> None:
    """Sheets to print, made when they are asked for."""
    Download("Sheet to print", lambda: (f"{of.name}.html", HTML, sheet(of).encode()))
    Download("With teacher notes", lambda: (f"{of.name}-teacher.html", HTML, sheet(of, notes=True).encode()))
