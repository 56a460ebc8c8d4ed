"""What groups and teachers both see: curves, averages, sheets to print, and what others do meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import solara

from conducive.dashboards.classroom.files import HORIZON, YEARS, Lesson
from conducive.dashboards.classroom.lessons import label, lesson, say
from conducive.dashboards.classroom.sheets import sheet
from conducive.dashboards.classroom.views import Sketch, lines_of
from conducive.dashboards.store.classes import Seat
from conducive.dashboards.widgets.download import Download
from conducive.dashboards.widgets.glossary import prose
from conducive.dashboards.widgets.html import cell, table, tag
from conducive.experiments.compare.race import TOTALS
from conducive.scenarios.indicators import indicator_of

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
    rows = [
        [
            cell(label(name), title=indicator_of(name).meaning),
            *(
                cell(f"({say(name, low)} to {say(name, high)})", bold=say(name, mean))
                for low, mean, high in outcome["table"][name]
            ),
        ]
        for name in of.indicators
    ]
    table("Averages", [f"Average of months {first} to {last}", *(arm.label for arm in of.arms)], rows)
    note = (
        "Beside each average, its 95% interval, over plausible sets of coefficients. This compares imagined services; "
        "it is no forecast for any real one."
    )
    note += " What was spent in all is read at the end." if TOTALS & set(of.indicators) else ""
    tag("p", *prose(note), css="quiet")


def sheets_to_print(of: Lesson) -> None:
    """Sheets to print, made when they are asked for."""
    Download("Sheet to print", lambda: (f"{of.name}.html", HTML, sheet(of).encode()))
    Download("With teacher notes", lambda: (f"{of.name}-teacher.html", HTML, sheet(of, notes=True).encode()))
