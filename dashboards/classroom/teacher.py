"""A class as its teacher sees it: how to join, the plan, predictions beside the model, explanations, and its end."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import solara
import solara.lab

from conducive.dashboards.classroom.files import YEARS, Lesson
from conducive.dashboards.classroom.forms import Leave, tried
from conducive.dashboards.classroom.lessons import label, lesson, verdict
from conducive.dashboards.classroom.pieces import HTML, Chart, Table, in_words, marks, sheets_to_print
from conducive.dashboards.classroom.runs import RUNS
from conducive.dashboards.classroom.sheets import sheet
from conducive.dashboards.classroom.views import Outcome, Ranking, Shown, picked, value
from conducive.dashboards.store.classes import ENDED, Classroom, Seat, Store
from conducive.dashboards.store.codes import shown
from conducive.dashboards.widgets.download import Download
from conducive.dashboards.widgets.fields import field, numbers
from conducive.dashboards.widgets.glossary import interval
from conducive.dashboards.widgets.html import Cell, Empty, Loading, Trouble, cell, heading, table, tag, template
from conducive.dashboards.widgets.progress import when_changed
from conducive.experiments.words import listed, several

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet would work out instead of showing it."""

type Outcomes = Mapping[tuple[str, ...], Outcome]


@solara.component
def Teacher(kept: Store, key: str, found: Classroom, go: Callable[..., None]) -> None:
    """The class, for whoever holds its teacher's key; or that it has ended."""
    of = lesson(found.lesson)
    room, set_room = when_changed(partial(kept.classroom, key), found, key)
    trouble, set_trouble = solara.use_state("")
    if room is None:
        heading("The class has ended")
        Trouble(ENDED)
        tag("p", tag("a", "All lessons", href="/classroom"))
        return

    def act(what: Callable[[], object]) -> None:
        def do() -> None:
            what()
            set_room(kept.classroom(key))

        tried(do, set_trouble)

    def end() -> None:
        kept.end_class(key)
        go()

    heading(of.title)
    _Board(room, key)
    with tag("section", css="panel"):
        tag("h2", "The lesson")
        predicted = sum(seat.prediction is not None for seat in room.seats)
        results = "Results are held back until you open them." if room.held else "Results are open."
        tag("p", f"{several(len(room.seats), 'group')} joined, {predicted} predicted. {results}", role="status")
        with tag("div", css="buttons"):
            solara.Button(
                "Open the results" if room.held else "Hold the results back",
                color="primary" if room.held else None,
                outlined=not room.held,
                on_click=lambda: act(lambda: kept.hold(key, held=not room.held)),
            )
            sheets_to_print(of)
        Trouble(trouble)
    _Desk(of, room)
    _Predictions(kept, of, room)
    _Groups(room, of, lambda seat: act(lambda: kept.remove(key, seat)))
    _Explanations(of, room)
    _End(end)


def _Board(room: Classroom, key: str) -> None:
    """How groups join, and the key of the teacher."""
    with tag("section", css="panel board"):
        with tag("div"):
            tag("p", "Class code", css="quiet")
            tag("p", shown(room.code), css="big code")
            tag("p", tag("a", "Show the board", href=f"/board/{room.code}", target="_blank", css="button main"))
            tag("p", "A page for the projector: how to join, by scanning or typing, and who is in.", css="quiet")
        with tag("div"):
            tag("p", "Your own key - keep it to yourself", css="quiet")
            tag("details", tag("summary", "Show the key"), tag("p", shown(key), css="code"))
            tag("p", "This browser holds it for a day; after that, and in any other, you type it.", css="quiet")
            Leave(room.code)


@solara.component
def _End(end: Callable[[], None]) -> None:
    """What ends the class, once it is confirmed."""
    sure, set_sure = solara.use_state(False)
    with tag("section", css="panel"):
        tag("h2", "End the class")
        if not sure:
            solara.Button("End this class", text=True, on_click=lambda: set_sure(True))
        else:
            tag(
                "p",
                "This deletes the class, its groups and all they have written. Download what you want to keep first.",
            )
            with tag("div", css="buttons"):
                solara.Button("Delete it all", color="error", on_click=end)
                solara.Button("Keep it", outlined=True, on_click=lambda: set_sure(False))


@solara.component
def _Predictions(kept: Store, of: Lesson, room: Classroom) -> None:
    """All predictions in one picture, with what the model says once results are open."""
    chosen, set_chosen = solara.use_state(-1)
    made = [seat for seat in room.seats if seat.prediction]
    asked = [tuple(seat.prediction["picks"]) for seat in made if seat.prediction] if of.picks else [()]
    asked += [tuple(seat.again) for seat in made if seat.again]
    wanted = tuple(dict.fromkeys(filter(of.offers, asked))) if not room.held else ()

    def work() -> Outcomes:
        return {picks: RUNS.outcome(kept, of, picks) for picks in wanted}

    task = solara.lab.use_task(work, dependencies=[room.code, wanted])
    outcomes = task.value if task.finished and task.value is not None else {}
    outcome = outcomes.get(()) if not of.picks else None
    with tag("section", css="panel"):
        tag("h2", "Predictions and results")
        if not made:
            Empty("Curves appear here as groups keep them.")
            return
        tag("p", of.sketch, css="ask")
        own = outcomes.get(asked[chosen]) if of.picks and 0 <= chosen < len(made) else None
        Chart(of, outcome=outcome or own, others=made, chosen=chosen)
        if wanted and task.pending:
            Loading("Running the model: a few seconds ...")
        if task.error:
            Trouble("the model could not be run. Open the results again in a moment.")
        if outcome:
            tag("p", verdict(of, outcome), css="verdict")
        _predictions_table(of, made, outcomes)
        names = ["Show all alike", *(seat.name for seat in made)]
        field(
            "select",
            "Bring out one group's curve",
            min(chosen + 1, len(made)),
            lambda n: set_chosen(numbers(n)[0] - 1),
            options=names,
        )
        if outcome:
            Table(of, outcome)
            Shown(of, (), outcome, marks(of.name))
        elif outcomes:
            Ranking(of, made, outcomes)
        Download(
            "What the class found, to print",
            lambda: (f"{of.name}-class-{room.code}.html", HTML, sheet(of, room=room, outcome=outcome).encode()),
        )


def _predictions_table(of: Lesson, seats: Sequence[Seat], outcomes: Outcomes) -> None:
    """What each group predicted; and, where it picked, what the model shows for its picks."""
    rows = [[seat.name, *_cells(of, seat.prediction, outcomes)] for seat in seats if seat.prediction]
    heads: list[Cell] = ["Group", "Chose", "Drew for years 2, 5 and 10"]
    if of.picks:
        heads += ["Put right", cell("The model", title=f"{label(of.measure)}: mean and 95% interval. {interval()}")]
    table("Predictions of all groups", [*heads, "Because"], rows)


def _cells(of: Lesson, made: Mapping[str, Any], outcomes: Outcomes) -> Iterator[Cell]:
    yield of.option(made["choice"])
    yield in_words([made["points"][year] for year in (2, 5, YEARS)])
    if of.picks:
        outcome = outcomes.get(tuple(made["picks"]))
        yield picked(of, made["picks"])
        yield value(of, outcome, of.measure) if outcome else "-"
    yield cell(made["because"] or "-", css="typed")


@solara.component
def _Groups(room: Classroom, of: Lesson, remove: Callable[[str], None]) -> None:
    with tag("section", css="panel"):
        tag("h2", "Groups")
        if not room.seats:
            Empty("Nobody has joined yet. Show the board.")
            return
        for seat in room.seats:
            with tag("div", css="seat"):
                tag("b", seat.name)
                done = "predicted" if seat.prediction else "reading"
                done = f"explained {len(seat.explained)} of {len(of.prompts)}" if seat.explained else done
                tag("span", "seen the results" if seat.revealed and not seat.explained else done)
                tag("details", tag("summary", "Key"), tag("span", shown(seat.key), css="code"))
                solara.Button("Take out", text=True, small=True, on_click=lambda key=seat.key: remove(key))


@solara.component
def _Explanations(of: Lesson, room: Classroom) -> None:
    if not any(seat.explained for seat in room.seats):
        return
    with tag("section", css="panel"):
        tag("h2", "Explanations")
        for n, prompt in enumerate(of.prompts):
            answers = [(seat.name, seat.explained[n]) for seat in room.seats if seat.explained.get(n)]
            tag("p", f"{n + 1}. {prompt}", css="ask")
            tag("ul", *(tag("li", tag("b", name), ": ", text, css="typed") for name, text in answers))


# ---- The desk ------------------------------------------------------------------------------------------------------


@template("timer.vue")
def _Timer(steps: list[dict[str, Any]], room: str) -> None:
    """A plan in minutes, and a clock that counts its steps down."""


@solara.component
def _Desk(of: Lesson, room: Classroom) -> None:
    """For the teacher alone: the plan with its timer, who is stuck, what comes out and why, and answers as a file."""
    with tag("section", css="panel"):
        tag("h2", "Your plan")
        _Timer(steps=[{"minutes": step.minutes, "does": step.does} for step in of.plan], room=room.code)
        stuck = behind(of, room.seats)
        if stuck:
            tag("p", "Not as far as most: ", *stuck, css="note", role="status")
        with tag("details"):
            tag("summary", "What comes out, and why (not for the projector)")
            tag("ul", *(tag("li", tag("b", point.claim.says), " ", point.why) for point in of.claim), css="card")
            tag("p", "Each was found over plausible sets of coefficients, and a test holds it.", css="quiet")
        tag("details", tag("summary", "Teacher notes"), tag("ul", *(tag("li", note) for note in of.notes)))
        with tag("div", css="buttons"):
            Download(
                "Answers by group (CSV)",
                lambda: (f"{of.name}-{room.code}.csv", "text/csv", answers(of, room.seats)),
            )


def behind(of: Lesson, seats: Sequence[Seat]) -> list[str]:
    """Return which groups are not as far as half of the class is, and where they are."""
    steps = [_step(of, seat) for seat in seats]
    usual = sorted(steps)[len(steps) // 2] if steps else 0
    doing = ("reading or predicting", "not looked at the results yet", "writing their first answer", "explaining")
    found = [
        f"{listed([s.name for s, at in zip(seats, steps, strict=True) if at == step])} ({doing[step]})"
        for step in sorted(set(steps))
        if step < usual
    ]
    return ["; ".join(found) + "."] if found else []


def _step(of: Lesson, seat: Seat) -> int:
    """How far a group is: 0 before its prediction, 1 with it, 2 with results, 3 with an answer, 4 with all."""
    if not seat.revealed:
        return int(seat.prediction is not None)
    return 2 + bool(seat.explained) + (len(seat.explained) >= len(of.prompts))


def answers(of: Lesson, seats: Sequence[Seat]) -> bytes:
    """Return all that groups predicted and explained as CSV, a row for each, for a spreadsheet."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(
        ["Group", "Chose", "Put right", "Second try", "Launch", *(f"Year {n}" for n in range(1, YEARS + 1)), "Because"]
        + [f"{n}. {prompt}" for n, prompt in enumerate(of.prompts, 1)]
    )
    for seat in seats:
        made = seat.prediction or {}
        chose = of.option(made["choice"]) if made else ""
        points = [f"{value:.3g}" for value in made.get("points", [])] or [""] * (YEARS + 1)
        texts = [made.get("because", ""), *(seat.explained.get(n, "") for n in range(len(of.prompts)))]
        picks = [picked(of, made.get("picks", ())), picked(of, seat.again)]
        rows.writerow([_cell(seat.name), chose, *picks, *points, *map(_cell, texts)])
    return text.getvalue().encode("utf-8-sig")


def _cell(text: str) -> str:
    """Return what people typed as text that no spreadsheet works out."""
    return f"'{text}" if text.startswith(FORMULA) else text
