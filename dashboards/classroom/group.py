"""A group in its lesson: it reads, predicts, runs, compares and explains."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import solara
import solara.lab

from conducive.dashboards.classroom.feedback import said
from conducive.dashboards.classroom.files import Lesson
from conducive.dashboards.classroom.forms import CodeForm, Leave, tried
from conducive.dashboards.classroom.lessons import (
    LONGEST_TEXT,
    POINTS,
    REPLICATES,
    checked_prediction,
    checked_text,
    lesson,
    verdict,
)
from conducive.dashboards.classroom.pieces import Chart, Table, marks
from conducive.dashboards.classroom.runs import RUNS
from conducive.dashboards.classroom.views import SecondTry, Shown, picked, picks_field
from conducive.dashboards.store.classes import ENDED, TAKEN_OUT, Seat, Store, TakenOutError
from conducive.dashboards.store.codes import shown
from conducive.dashboards.widgets.fields import field, numbers
from conducive.dashboards.widgets.glossary import term
from conducive.dashboards.widgets.html import Loading, Note, Press, Trouble, heading, sentence, tag
from conducive.dashboards.widgets.progress import when_changed
from conducive.scenarios.errors import InputError


@solara.component
def Group(kept: Store, found: Seat, device: int) -> None:
    """The lesson of a group, as far as it has come; or why it is there no longer."""
    of = lesson(found.lesson)
    seat, set_seat = when_changed(partial(kept.seat, found.key), found, found.key)
    if seat is None:
        _Gone(kept, found)
        return
    heading(of.title, of.question)
    with tag("div", css="where"):
        if not seat.solo:
            tag("span", "Group ", tag("b", seat.name))
            tag("span", "Class ", tag("b", shown(seat.code)))
        tag("span", term("Key to come back", "Write it down: with it you come back from any computer."), " ",
            tag("b", shown(seat.key), css="code"))  # fmt: skip
        Leave(seat.code)
    _LastChange(seat, device)
    steps = ("Read", "Predict", "Compare", "Explain")
    at = 1 if seat.prediction is None else 2 if not seat.revealed else 3
    tag("ol", *(tag("li", step, css="done" if n < at else "now" if n == at else "") for n, step in enumerate(steps)),
        css="steps", aria_label="Steps")  # fmt: skip
    with tag("section", css="panel"):
        tag("h2", "1. Read")
        for paragraph in of.reading:
            tag("p", paragraph, css="reading")
        tag("p", f"In our own words, after Lefevre and colleagues (2025). {of.source}.", css="quiet")
    _Predict(kept, of, seat, device, set_seat)
    _Compare(kept, of, seat, device, set_seat)
    if seat.revealed:
        _Explain(kept, of, seat, device, set_seat)


@solara.component
def _Gone(kept: Store, was: Seat) -> None:
    """What a group sees that has lost its class, or that its class has lost."""

    def look() -> str:
        try:
            kept.seat(was.key)
        except TakenOutError as error:
            return str(error)
        except InputError:
            pass
        return ENDED

    why = solara.use_memo(look, [])
    heading("Your group is out of the class" if why == TAKEN_OUT else "The class has ended")
    Trouble(why)
    if why == TAKEN_OUT:
        tag("p", "You may join again, with the code and a name.")
        CodeForm(was.code)
    tag("p", tag("a", "All lessons", href="/classroom"))


@solara.component
def _LastChange(seat: Seat, device: int) -> None:
    """Whose the last change was, where a group works on several devices."""
    if seat.last is not None and seat.devices > 1:
        tag("p", f"Last change: {seat.last.what}, on {_whose(seat, device)}. This is device {device} of your group.",
            css="quiet", role="status")  # fmt: skip


def _whose(seat: Seat, device: int) -> str:
    last = seat.last
    if last is None:
        return "another device"
    where = "this device" if last.device == device else f"device {last.device}"
    return f"{where} at {time.strftime('%H:%M', time.localtime(last.at))}"


NOTHING: Mapping[str, Any] = {"points": [], "choice": None, "picks": [], "because": ""}
"""A prediction that nobody has begun."""


def _same(of: Lesson, draft: Mapping[str, Any], other: Mapping[str, Any] | None) -> bool:
    """Whether a draft is, as it would be kept, what is kept already; a draft that cannot be kept is not."""
    if draft == (other or NOTHING):
        return True
    try:
        return other is not None and checked_prediction(of, draft) == checked_prediction(of, other)
    except InputError:
        return False


@solara.component
def _Predict(kept: Store, of: Lesson, seat: Seat, device: int, set_seat: Callable[[Seat], None]) -> None:
    draft, set_draft = solara.use_state(dict(seat.prediction or NOTHING))
    known, set_known = solara.use_state(seat.prediction)
    trouble, set_trouble = solara.use_state("")

    def change(part: str, value: Any) -> None:
        set_draft(lambda now: now | {part: value})

    def take() -> None:
        """Let the draft be what is kept."""
        set_known(seat.prediction)
        set_draft(dict(seat.prediction or NOTHING))

    def follow() -> None:
        """Show what another device has kept, where nothing is in work on this one that it would undo."""
        if seat.prediction != known and (_same(of, draft, known) or _same(of, draft, seat.prediction)):
            take()

    solara.use_effect(follow, [seat.prediction, draft, known])

    def keep() -> None:
        if not draft["points"]:
            msg = "draw your curve first, or type its numbers."
            raise InputError(msg)
        made = checked_prediction(of, draft)
        kept.predict(seat.key, made, device=device)
        set_seat(kept.seat(seat.key))
        RUNS.begin(kept, of, made["picks"])

    with tag("section", css="panel"):
        tag("h2", "2. Predict")
        if seat.revealed:
            _Predicted(of, seat)
            return
        _form(of, draft, change)
        with tag("div", css="buttons"):
            solara.Button("Keep our prediction", color="primary", on_click=lambda: tried(keep, set_trouble))
            if seat.prediction is not None and _same(of, draft, seat.prediction):
                Note("Kept. You may change it until you see the results.")
            elif seat.prediction != known:
                Note(f"On {_whose(seat, device)} another prediction was kept. Keep yours in its place, or take it.")
                Press("Take it", take)
            elif seat.prediction is not None:
                Note("Changed, not kept yet.")
        Trouble(trouble)


def _form(of: Lesson, draft: Mapping[str, Any], change: Callable[[str, Any], None]) -> None:
    """What a prediction is made of: picks, where a lesson has them, a choice, a curve, and why."""
    picks_field(of, draft["picks"], partial(change, "picks"))
    field("one", of.choose, draft["choice"], lambda n: change("choice", numbers(n)[0]), options=list(of.options))
    tag("p", of.sketch, css="ask")
    Chart(of, draft["points"] or [0.0] * POINTS, draw=lambda drawn: change("points", list(drawn)), own="")
    field(
        "area",
        "We think so because (if you like)",
        draft["because"],
        lambda text: change("because", str(text)),
        most=LONGEST_TEXT,
    )


@solara.component
def _Predicted(of: Lesson, seat: Seat) -> None:
    """What a group predicted, once it stands."""
    made = seat.prediction or {}
    if made.get("picks"):
        tag("p", "You put right: ", tag("b", picked(of, made["picks"])), ".")
    tag("p", "You chose: ", tag("b", of.option(made["choice"])), ".")
    if made.get("because"):
        tag("p", "Because: ", made["because"], css="typed")
    tag("p", "Your curve is drawn below, with the model's.", css="quiet")


@solara.component
def _Compare(kept: Store, of: Lesson, seat: Seat, device: int, set_seat: Callable[[Seat], None]) -> None:
    trouble, set_trouble = solara.use_state("")

    def reveal() -> None:
        set_seat(kept.reveal(seat.key, device=device))

    with tag("section", css="panel"):
        tag("h2", "3. Compare")
        if seat.prediction is None:
            tag("p", "First keep your prediction. Then the model runs, and you see both side by side.", css="quiet")
        elif not seat.revealed and seat.held:
            Note("Your prediction is safe. Your teacher will open the results; this page notices by itself.")
        elif not seat.revealed:
            tag("p", "Once you see the results your prediction stands.", css="quiet")
            solara.Button("Run the model", color="primary", on_click=lambda: tried(reveal, set_trouble))
        elif not of.offers(seat.prediction["picks"]):
            Trouble("this version of the lesson no longer offers what you picked. Your prediction is kept.")
        else:
            _Results(kept, of, seat, device, set_seat)
        Trouble(trouble)


@solara.component
def _Results(kept: Store, of: Lesson, seat: Seat, device: int, set_seat: Callable[[Seat], None]) -> None:
    """What the model gives for a prediction that stands: there from then on only, so that no run is asked for twice."""
    made = seat.prediction or {}
    task = solara.lab.use_task(lambda: RUNS.outcome(kept, of, made["picks"]), dependencies=[seat.key])
    if task.error:
        Trouble("the model could not be run. Your prediction is kept; try again in a moment.")
        solara.Button("Try again", outlined=True, on_click=task)
    elif not task.finished or task.value is None:
        Loading(f"Running {len(of.arms)} services {REPLICATES} times each: a few seconds ...")
    else:
        _Found(of, made, task.value)
        if of.picks:
            again = partial(RUNS.outcome, kept, of)
            SecondTry(of, seat, task.value, again, lambda new: set_seat(_tried_again(kept, seat.key, new, device)))


def _tried_again(kept: Store, key: str, picks: list[str], device: int) -> Seat:
    kept.try_again(key, picks, device=device)
    return kept.seat(key)


@solara.component
def _Found(of: Lesson, made: Mapping[str, Any], outcome: Mapping[str, Any]) -> None:
    Chart(of, made["points"], outcome=outcome)
    tag("p", verdict(of, outcome), css="verdict")
    first, *rest = said(of, made, outcome)
    tag("p", first)
    tag("ul", *(tag("li", sentence(text)) for text in rest))
    Table(of, outcome)
    Shown(of, made["picks"], outcome, marks(of.name))


@solara.component
def _Explain(kept: Store, of: Lesson, seat: Seat, device: int, set_seat: Callable[[Seat], None]) -> None:
    trouble, set_trouble = solara.use_state("")
    nothing: dict[int, str] = {}
    apart, set_apart = solara.use_state(nothing)  # by prompt, what was typed here while another device kept its own
    taken, set_taken = solara.use_state(0)

    def keep(prompt: int, text: object) -> None:
        def do() -> None:
            kept.explain(seat.key, prompt, checked_text("your answer", text), device=device)
            set_seat(kept.seat(seat.key))
            settle(prompt)

        if text != seat.explained.get(prompt, ""):
            tried(do, set_trouble)

    def set_aside(prompt: int, text: object) -> None:
        set_apart(lambda now: now | {prompt: str(text)})

    def settle(prompt: int) -> None:
        set_apart(lambda now: {n: text for n, text in now.items() if n != prompt})

    def take(prompt: int) -> None:
        """Let the field hold what the other device kept."""
        settle(prompt)
        set_taken(taken + 1)

    with tag("section", css="panel"):
        tag("h2", "4. Explain")
        for n, prompt in enumerate(of.prompts):
            with tag("div").key(f"{n} {taken}"):
                value = seat.explained.get(n, "")
                field(
                    "area", f"{n + 1}. {prompt}", value, partial(keep, n), most=LONGEST_TEXT, over=partial(set_aside, n)
                )
            if n in apart:
                Note(f"On {_whose(seat, device)} another answer was kept while you typed: \u201c{value}\u201d.")
                with tag("div", css="buttons"):
                    Press("Keep ours in its place", partial(keep, n, apart[n]))
                    Press("Take theirs", partial(take, n))
        answered = sum(bool(text) for text in seat.explained.values())
        if answered:
            Note(f"Kept: {answered} of {len(of.prompts)}.")
        tag("p", f"Answers are kept when you leave the field. At most {LONGEST_TEXT:,} characters each.", css="quiet")
        Trouble(trouble)
