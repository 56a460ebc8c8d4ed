"""Sheets to print: for groups, for their teacher, and what a class found; and all of them as a pack for a folder.

Each is a page of its own that needs nothing else: no server, no network, no script. Those of groups and of teachers
are two sides of A4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conducive import __version__
from conducive.dashboards.classroom.feedback import PEOPLE
from conducive.dashboards.classroom.files import HORIZON, YEARS, Lesson
from conducive.dashboards.classroom.lessons import LESSONS, counted, label, say, verdict
from conducive.experiments.compare.race import IN_PERCENT, POUNDS
from conducive.experiments.version import model_version
from conducive.experiments.words import listed
from conducive.scenarios.errors import InputError
from conducive.scenarios.indicators import indicator_of

if TYPE_CHECKING:
    from conducive.dashboards.store.classes import Classroom

SHEET, CONTENTS = (Path(__file__).with_name(name) for name in ("sheet.html", "pack.html"))
PAPER = "Lefevre, Temperley, Goldsmith and colleagues (2025), https://doi.org/10.1155/hsc/3599333"
WIDE, HIGH, LEFT, RIGHT, ROOF, FOOT = 640.0, 300.0, 50.0, 630.0, 20.0, 250.0
"""Size of a chart, and where its axes end."""
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def sheet(
    of: Lesson, *, notes: bool = False, room: Classroom | None = None, outcome: Mapping[str, Any] | None = None
) -> str:
    """Return a sheet to print, as a page that needs nothing else.

    For groups, to read and to write on; with `notes`, for their teacher; with a `room`, what a class predicted and
    explained. An outcome is drawn where all groups of a lesson have the same, and on the teacher's sheet.
    """
    seats = room.seats if room else ()
    kind = "what a class found" if room else "for the teacher" if notes else "for a group"
    drawn = [seat.prediction["points"] for seat in seats if seat.prediction]
    return str(
        _template(SHEET).render(
            lesson=of,
            notes=notes,
            room=room,
            outcome=outcome,
            verdict=verdict(of, outcome) if outcome else "",
            sketch=_sketch(of, drawn, outcome),
            charts=_charts(of, outcome) if outcome else (),
            rows=_rows(of, outcome) if outcome else (),
            titles=lambda picks: listed([c.title for c in of.pickable if c.name in picks]),
            kind=kind,
            version=__version__,
            rules=model_version(),
            paper=PAPER,
        )
    )


def write_pack(folder: Path, outcomes: Mapping[str, Mapping[str, Any]]) -> list[Path]:
    """Write the sheets of every lesson and a page of contents into a folder; return what was written.

    `outcomes` is what `race` gave for each lesson by name. Raises InputError where the folder cannot be written.
    """
    files = {"index.html": str(_template(CONTENTS).render(lessons=LESSONS, version=__version__, paper=PAPER))}
    for of in LESSONS:
        files[f"{of.name}.html"] = sheet(of)
        files[f"{of.name}-teacher.html"] = sheet(of, notes=True, outcome=outcomes[of.name])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8", newline="\n")
    except OSError as error:
        msg = f"the lesson pack cannot be written to {folder}: {error.strerror}."
        raise InputError(msg) from None
    return [folder / name for name in files]


@cache
def _template(path: Path) -> Any:
    from jinja2 import Environment

    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return page.from_string(path.read_text("utf-8"))


# ---- Charts --------------------------------------------------------------------------------------------------------


def _sketch(of: Lesson, drawn: Sequence[Sequence[float]], outcome: Mapping[str, Any] | None) -> dict[str, Any]:
    """The chart that is drawn upon, with the curves of a class and the model's."""
    known = [outcome["series"][of.sketched]] if outcome and drawn else []
    seen = [*(v for one in drawn for v in one), *(v for _, _, above in known for v in above)]
    return _chart(of.sketch, of.measure, known, (0.0, max([0.1, *seen]) if drawn else of.top), drawn)


def _charts(of: Lesson, outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The charts of a lesson over time: the measure, and what its prompts ask about."""
    titles = {of.measure: label(of.measure), **{shown.indicator: shown.asks for shown in of.chart}}
    found = []
    for name, title in titles.items():
        arms = outcome["series"] if name == of.measure else outcome["over_time"][name]
        ends = [v for low, _, high in arms for v in (*low, *high)]
        least, most = min(ends), max(ends) or 1.0
        found.append(_chart(title, name, arms, (least if least > most / 2 else 0.0, most)))
    return found


def _chart(
    title: str,
    indicator: str,
    arms: Sequence[Any],
    ends: tuple[float, float],
    drawn: Sequence[Sequence[float]] = (),
) -> dict[str, Any]:
    """Return where the parts of a chart are: ticks, bands and lines of arms, and curves that were drawn by year."""
    step = _nice((ends[1] - ends[0]) / 4)
    low, high = (math.floor(ends[0] / step + 1e-9) * step, math.ceil(ends[1] / step - 1e-9) * step)

    def at(month: float, value: float) -> str:
        x = LEFT + (RIGHT - LEFT) * month / HORIZON
        return f"{x:.1f},{FOOT - (FOOT - ROOF) * (value - low) / (high - low):.1f}"

    def line(values: Sequence[float], every: int = 1, start: int = 1) -> list[str]:
        return [at(every * n, value) for n, value in enumerate(values, start)]

    ticks = [low + n * step for n in range(round((high - low) / step) + 1)]
    return {
        "title": title,
        "ticks": [(float(at(0, v).split(",")[1]), _tick(indicator, v)) for v in ticks],
        "years": [(LEFT + (RIGHT - LEFT) * year / YEARS, year) for year in range(YEARS + 1)],
        "arms": [
            {"mean": " ".join(line(mean)), "band": "M" + "L".join([*line(above), *reversed(line(below))]) + "Z"}
            for below, mean, above in arms
        ],
        "drawn": [" ".join(line(points, 12, 0)) for points in drawn],
    }


def _nice(step: float) -> float:
    size = 10.0 ** math.floor(math.log10(step))
    return next(m * size for m in STEPS if m * size >= step - 1e-12)


def _tick(indicator: str, value: float) -> str:
    if indicator in IN_PERCENT or indicator_of(indicator).unit == "ratio":
        return f"{100 * value:.3g}%"
    if indicator in POUNDS:
        return f"£{value / 1e6:.3g}m" if value >= 1e6 else f"£{value / 1e3:.3g}k"  # noqa: PLR2004
    return f"{value:.3g}"


def _rows(of: Lesson, outcome: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Averages of the arms as rows of a table; of people, those of forty at the months of the lesson as well."""
    first, last = of.window
    rows = [(f"{label(name)}", [say(name, mean) for _, mean, _ in outcome["table"][name]]) for name in of.indicators]
    heads = [(f"Averages of months {first} to {last}", [arm.label for arm in of.arms])]
    people = [
        (f"Of {PEOPLE} people in month {m}", [f"{round(PEOPLE * mean[m - 1])}" for _, mean, _ in counted(of, outcome)])
        for m in of.people
    ]
    return heads + rows + people
