"""Classroom: read, predict, run, compare, explain - alone, or as groups of a class that a teacher sees together."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import solara
import solara.lab

from conducive.dashboards.classroom.feedback import said
from conducive.dashboards.classroom.files import HORIZON, YEARS, Lesson
from conducive.dashboards.classroom.lessons import (
    LESSONS,
    LONGEST_TEXT,
    POINTS,
    REPLICATES,
    checked_prediction,
    checked_text,
    label,
    lesson,
    meaning,
    outcome_name,
    place,
    results,
    say,
    verdict,
)
from conducive.dashboards.classroom.sheets import sheet
from conducive.dashboards.classroom.views import Desk, Ranking, SecondTry, Shown, Sketch, lines_of
from conducive.dashboards.store.classes import ENDED, TAKEN_OUT, Classroom, Held, Seat, Store, TakenOutError, store
from conducive.dashboards.store.codes import LONGEST_CODE, TEACHER_KEY, keys_in, shown
from conducive.dashboards.store.file import data_folder
from conducive.dashboards.widgets.download import Download
from conducive.dashboards.widgets.fields import field, numbers
from conducive.dashboards.widgets.glossary import interval, prose, term
from conducive.dashboards.widgets.html import Empty, Loading, Note, Press, Trouble, heading, sentence, tag
from conducive.dashboards.work import POOL
from conducive.experiments.compare.race import TOTALS
from conducive.experiments.words import listed, several
from conducive.scenarios.errors import InputError

EVERY = 1.0
"""Seconds between looks at what others have done."""
MOST_AT_ONCE = 2
"""Lessons run at once, taking turns with what other visitors ask."""
HTML = "text/html"
CSS = Path(__file__).with_name("page.css")


# ---- Pieces --------------------------------------------------------------------------------------------------------


@solara.component
def _Chart(
    of: Lesson,
    points: Sequence[float] = (),
    *,
    draw: Callable[[list[float]], None] | None = None,
    own: str = "Your curve",
    outcome: Mapping[str, Any] | None = None,
    others: Sequence[Seat] = (),
    chosen: int = -1,
) -> None:
    lines = lines_of(of, outcome["series"]) if outcome else []
    spoken = of.sketch + (f" Your curve: {_in_words(points)}." if points else "")
    if outcome:
        spoken += " The model: " + "; ".join(f"{line['label']}, {_in_words(line['mean'][11::12])}" for line in lines)
    Sketch(
        points=list(points),
        editable=draw is not None,
        own=own,
        lines=lines,
        others=[{"label": seat.name, "points": seat.prediction["points"]} for seat in others if seat.prediction],
        others_label="A group's curve",
        chosen=chosen,
        marks=[{"month": month, "label": text} for month, text in _marks(of.name)],
        years=YEARS,
        spoken=spoken,
        event_draw=draw or (lambda _: None),
        top=of.top,
    )


def _in_words(points: Sequence[float]) -> str:
    return ", ".join(f"{value:.0%}" for value in points)


@cache
def _marks(name: str) -> list[tuple[int, str]]:
    """What happens in the service whose curve is drawn: incidents, the end of the grant, later launches."""
    of = lesson(name)
    scenario = of.scenarios([c.name for c in of.pickable][: of.picks.count if of.picks else 0])[of.sketched]
    events = [(event.month, event.name.replace("_", " ")) for event in scenario.events]
    launches = [(wave.month, "next launch") for wave in scenario.waves[1:]]
    ends = scenario.waves[-1].month + int(scenario["finance.funding_term"])
    known = ends < HORIZON and not of.picks  # what a group picks may move it
    return sorted([*events, *launches, *([(ends, "grant ends")] if known else [])])


@solara.component
def _Table(of: Lesson, outcome: Mapping[str, Any]) -> None:
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


def _when_changed[Seen](look: Callable[[], Seen], start: Seen, key: str) -> tuple[Seen | None, Callable[[Seen], None]]:
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


# ---- Results -------------------------------------------------------------------------------------------------------


class Runs:
    """Results of lessons: each is worked out once, a few at a time, and kept in the store."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE)
        self._lock = threading.Lock()
        self._under_way: dict[str, Future[dict[str, Any]]] = {}

    def outcome(self, kept: Store, of: Lesson, picks: Sequence[str]) -> dict[str, Any]:
        """Return the results of a lesson, from the store or by a run; whoever asks meanwhile waits for the same."""
        name = outcome_name(of, picks)
        with self._lock:
            future = self._under_way.get(name)
            if future is None:
                found: dict[str, Any] | None = kept.outcome(name)
                if found is not None:
                    return found
                future = self._under_way[name] = self._pool.submit(self._run, kept, name, of, picks)
        return future.result()

    def _run(self, kept: Store, name: str, of: Lesson, picks: Sequence[str]) -> dict[str, Any]:
        try:
            result = results(of, picks, executor=POOL.share(f"lesson {name}", urgent=True))
            kept.keep_outcome(name, result)
            return result
        finally:
            with self._lock:
                self._under_way.pop(name, None)


RUNS = Runs()


# ---- The page ------------------------------------------------------------------------------------------------------


@solara.component
def Page() -> None:
    """The lobby, a group's lesson or a teacher's class, as the address says."""
    router = solara.use_router()
    visitor = solara.get_session_id()
    solara.Title("Classroom - Conducive")
    solara.Style(CSS)

    def go(**where: str) -> None:
        router.push(f"{router.path}?{'&'.join(f'{k}={v}' for k, v in where.items())}" if where else router.path)

    def enter() -> tuple[Store | None, str]:
        try:
            return store(data_folder()), ""
        except InputError as error:
            return None, str(error)

    kept, trouble = solara.use_memo(enter, [])
    asked = _asked(router.search)
    keys = keys_in(solara.lab.cookies.value or {})
    with tag("div", css="lessons"):
        if kept is None:
            Trouble(trouble)
            return
        known = {of.name for of in LESSONS}
        held = [one for one in kept.held(keys) if one.lesson in known]
        for view, ours in (("teach", lambda one: not one.group), ("class", lambda one: one.group)):
            if view in asked:
                mine = next((one for one in held if ours(one) and one.code == asked[view]), None)
                _Door(kept, visitor, view, asked[view], mine, go).key(f"{view} {mine}")
                return
        _Lobby(held, go)


def _asked(search: str | None) -> dict[str, str]:
    """Return what an address asks for; nothing where it cannot be read."""
    try:
        return {key: value[:80] for key, value in parse_qsl((search or "")[:1000], max_num_fields=10)}
    except ValueError:
        return {}


@solara.component
def _Door(kept: Store, visitor: str, view: str, code: str, mine: Held | None, go: Callable[..., None]) -> None:
    """A group or a teacher of a class, or what is to be done where this browser holds no key of it."""

    def look() -> tuple[Classroom | Seat, int] | None:
        try:
            if mine is None:
                return None
            if not mine.group:
                return kept.classroom(mine.key), 0
            return kept.seat(mine.key), kept.device(mine.key, visitor)
        except InputError:
            return None

    found = solara.use_memo(look, [mine])
    if found is None or mine is None:
        _NoKey(view, code)
    elif isinstance(found[0], Classroom):
        _Teacher(kept, mine.key, found[0], go)
    else:
        _Group(kept, found[0], found[1])


@solara.component
def _NoKey(view: str, code: str) -> None:
    """What is to be done where this browser holds no key of a class."""
    if view == "teach":
        heading("This browser does not hold the teacher's key of this class")
        tag("p", "Enter the key to come back. If it is refused, the class has ended.")
        _KeyForm("Teacher's key", secret=True)
    else:
        heading("This browser is in no group of this class")
        tag("p", "Join with the class code, or come back with the key of your group.")
        tag("p", "If both are refused, the class has ended. If you have just joined, let your browser take cookies.")
        _CodeForm(code)
        _KeyForm("Key of your group")
    tag("p", tag("a", "All lessons", href="/classroom"))


@solara.component
def _Lobby(held: Sequence[Held], go: Callable[..., None]) -> None:
    heading(
        "Classroom",
        "Six lessons of 40 to 50 minutes, from the age of about 16. Each has a short reading; you predict what will "
        "happen, let the model run, and explain where the two part company.",
    )
    if held:
        with tag("section", css="panel"):
            tag("h2", "Go on")
            tag("p", "This browser holds keys of these.", css="quiet")
            with tag("div", css="buttons"):
                for one in held:
                    who = f"as {one.group}" if one.group else "as its teacher"
                    title, _, to = place(one)
                    if one.group:
                        tag("a", f"{title}, {who}", href=to, css="button")
                    else:
                        Press(f"{title}, {who}", partial(go, teach=one.code))
    with tag("div", css="two"):
        with tag("section", css="panel"):
            tag("h2", "Join a class")
            _CodeForm("")
        with tag("section", css="panel"):
            tag("h2", "Come back")
            _KeyForm("Key of your group")
            _KeyForm("Teacher's key", secret=True)
    _Shelf()


def _CodeForm(code: str) -> None:
    """What a class code is typed into."""
    with _form("/enter"):
        _input("Class code", "code", most=LONGEST_CODE + 10, value=code)
        tag("button", "Join", type="submit", css="button main")


def _KeyForm(label: str, *, secret: bool = False) -> None:
    """What a key is typed into; one that others in the room should not read stays hidden."""
    with _form("/classroom/back"):
        _input(label, "key", most=TEACHER_KEY + 6, kind="password" if secret else "text")
        tag("button", "Come back", type="submit", css="button")


def _form(action: str, **hidden: str) -> Any:
    """Put a form on the page that leads to another; a request of this kind can leave a key in a cookie."""
    inputs = (tag("input", type="hidden", name_=name, value=value) for name, value in hidden.items())
    return tag("form", *inputs, action=action, method="post", css="fields")


def _input(label: str, name: str, *, most: int, value: str = "", kind: str = "text") -> None:
    entry = tag("input", type=kind, name_=name, value=value, maxlength=f"{most}", required="", autocomplete="off")
    tag("label", label, entry, css="field")


def _tried(act: Callable[[], None], set_trouble: Callable[[str], None]) -> None:
    """Do something, and say what is wrong where it cannot be done."""
    set_trouble("")
    try:
        act()
    except InputError as error:
        set_trouble(str(error))


@solara.component
def _Shelf() -> None:
    """The six lessons: open one for a class, or do it alone."""
    tag("h2", "Lessons")
    with tag("div", css="two"):
        for of in LESSONS:
            with tag("section", css="panel lesson"):
                tag("h3", of.title)
                tag("p", of.question)
                tag("p", f"{of.source}. About {of.minutes} minutes.", css="quiet")
                with tag("div", css="buttons"):
                    with _form("/classroom/open", lesson=of.name):
                        tag("button", "Open a class", type="submit", css="button main")
                    with _form("/classroom/open", lesson=of.name, alone="1"):
                        tag("button", "Do it by yourself", type="submit", css="button")
                    _sheets(of)


def _sheets(of: Lesson) -> None:
    """Sheets to print, made when they are asked for."""
    Download("Sheet to print", lambda: (f"{of.name}.html", HTML, sheet(of).encode()))
    Download("With teacher notes", lambda: (f"{of.name}-teacher.html", HTML, sheet(of, notes=True).encode()))


# ---- A group -------------------------------------------------------------------------------------------------------


@solara.component
def _Group(kept: Store, found: Seat, device: int) -> None:
    of = lesson(found.lesson)
    seat, set_seat = _when_changed(partial(kept.seat, found.key), found, found.key)
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
        _Leave(seat.code)
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
        _CodeForm(was.code)
    tag("p", tag("a", "All lessons", href="/classroom"))


def _Leave(code: str) -> None:
    """A button with which this browser forgets its keys of a class."""
    with _form("/classroom/leave", code=code):
        says = "This browser forgets the key; the class goes on."
        tag("button", "Leave", type="submit", css="button small", title=says)


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
    points, choice, picks, because = (draft[part] for part in NOTHING)

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
        if not points:
            msg = "draw your curve first, or type its numbers."
            raise InputError(msg)
        kept.predict(seat.key, checked_prediction(of, draft), device=device)
        set_seat(kept.seat(seat.key))

    with tag("section", css="panel"):
        tag("h2", "2. Predict")
        if seat.revealed:
            _Predicted(of, seat)
            return
        if of.picks:
            names = [c.name for c in of.pickable]
            field(
                "several",
                of.picks.ask,
                [names.index(name) for name in picks],
                lambda chosen: change("picks", [names[n] for n in numbers(chosen) if n < len(names)]),
                options=[f"{c.title}: {c.facilitator}" for c in of.pickable],
                most=of.picks.count,
            )
        field("one", of.choose, choice, lambda n: change("choice", numbers(n)[0]), options=list(of.options))
        tag("p", of.sketch, css="ask")
        _Chart(of, points or [0.0] * POINTS, draw=lambda drawn: change("points", list(drawn)), own="")
        field(
            "area",
            "We think so because (if you like)",
            because,
            lambda text: change("because", str(text)),
            most=LONGEST_TEXT,
        )
        with tag("div", css="buttons"):
            solara.Button("Keep our prediction", color="primary", on_click=lambda: _tried(keep, set_trouble))
            if seat.prediction is not None and _same(of, draft, seat.prediction):
                Note("Kept. You may change it until you see the results.")
            elif seat.prediction != known:
                Note(f"On {_whose(seat, device)} another prediction was kept. Keep yours in its place, or take it.")
                Press("Take it", take)
            elif seat.prediction is not None:
                Note("Changed, not kept yet.")
        Trouble(trouble)


@solara.component
def _Predicted(of: Lesson, seat: Seat) -> None:
    """What a group predicted, once it stands."""
    made = seat.prediction or {}
    if made.get("picks"):
        tag("p", "You put right: ", tag("b", _titles(of, made["picks"])), ".")
    tag("p", "You chose: ", tag("b", of.options[made["choice"]]), ".")
    if made.get("because"):
        tag("p", "Because: ", made["because"], css="typed")
    tag("p", "Your curve is drawn below, with the model's.", css="quiet")


def _titles(of: Lesson, picks: Sequence[str]) -> str:
    return listed([c.title.lower() for c in of.pickable if c.name in picks])


@solara.component
def _Compare(kept: Store, of: Lesson, seat: Seat, device: int, set_seat: Callable[[Seat], None]) -> None:
    trouble, set_trouble = solara.use_state("")
    made = seat.prediction or {}
    picks = made.get("picks", [])

    def work() -> dict[str, Any] | None:
        return RUNS.outcome(kept, of, picks) if seat.revealed else None

    task = solara.lab.use_task(work, dependencies=[seat.key, seat.revealed])

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
            solara.Button("Run the model", color="primary", on_click=lambda: _tried(reveal, set_trouble))
        elif task.error:
            Trouble("the model could not be run. Your prediction is kept; try again in a moment.")
            solara.Button("Try again", outlined=True, on_click=task)
        elif not task.finished or task.value is None:
            Loading(f"Running {len(of.arms)} services {REPLICATES} times each: a few seconds ...")
        else:
            _Found(of, made, task.value)
            if of.picks:
                again = partial(RUNS.outcome, kept, of)
                SecondTry(of, seat, task.value, again, lambda new: set_seat(_tried_again(kept, seat.key, new, device)))
        Trouble(trouble)


def _tried_again(kept: Store, key: str, picks: list[str], device: int) -> Seat:
    kept.try_again(key, picks, device=device)
    return kept.seat(key)


@solara.component
def _Found(of: Lesson, made: Mapping[str, Any], outcome: Mapping[str, Any]) -> None:
    _Chart(of, made["points"], outcome=outcome)
    tag("p", verdict(of, outcome), css="verdict")
    first, *rest = said(of, made, outcome)
    tag("p", first)
    tag("ul", *(tag("li", sentence(text)) for text in rest))
    _Table(of, outcome)
    Shown(of, made["picks"], outcome, _marks(of.name))


@solara.component
def _Explain(kept: Store, of: Lesson, seat: Seat, device: int, set_seat: Callable[[Seat], None]) -> None:
    trouble, set_trouble = solara.use_state("")

    def keep(prompt: int, text: object) -> None:
        def do() -> None:
            kept.explain(seat.key, prompt, checked_text("your answer", text), device=device)
            set_seat(kept.seat(seat.key))

        if text != seat.explained.get(prompt, ""):
            _tried(do, set_trouble)

    with tag("section", css="panel"):
        tag("h2", "4. Explain")
        for n, prompt in enumerate(of.prompts):
            field("area", f"{n + 1}. {prompt}", seat.explained.get(n, ""), partial(keep, n), most=LONGEST_TEXT)
        answered = sum(bool(text) for text in seat.explained.values())
        if answered:
            Note(f"Kept: {answered} of {len(of.prompts)}.")
        tag("p", f"Answers are kept when you leave the field. At most {LONGEST_TEXT:,} characters each.", css="quiet")
        Trouble(trouble)


# ---- A teacher -----------------------------------------------------------------------------------------------------


@solara.component
def _Teacher(kept: Store, key: str, found: Classroom, go: Callable[..., None]) -> None:
    of = lesson(found.lesson)
    room, set_room = _when_changed(partial(kept.classroom, key), found, key)
    trouble, set_trouble = solara.use_state("")
    sure, set_sure = solara.use_state(False)
    if room is None:
        heading("The class has ended")
        Trouble(ENDED)
        tag("p", tag("a", "All lessons", href="/classroom"))
        return

    def act(what: Callable[[], object]) -> None:
        def do() -> None:
            what()
            set_room(kept.classroom(key))

        _tried(do, set_trouble)

    def end() -> None:
        kept.end_class(key)
        go()

    heading(of.title)
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
            _Leave(room.code)
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
            _sheets(of)
        Trouble(trouble)
    Desk(of, room)
    _Predictions(kept, of, room)
    _Groups(room, of, lambda seat: act(lambda: kept.remove(key, seat)))
    _Explanations(of, room)
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
    wanted = tuple(dict.fromkeys(asked)) if not room.held else ()

    def work() -> dict[tuple[str, ...], dict[str, Any]]:
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
        _Chart(of, outcome=outcome or own, others=made, chosen=chosen)
        if wanted and task.pending:
            Loading("Running the model: a few seconds ...")
        if task.error:
            Trouble("the model could not be run. Open the results again in a moment.")
        if outcome:
            tag("p", verdict(of, outcome), css="verdict")
        rows = [
            tag(
                "tr",
                tag("th", seat.name),
                tag("td", of.options[seat.prediction["choice"]]),
                tag("td", _in_words([seat.prediction["points"][year] for year in (2, 5, YEARS)])),
                *([tag("td", _titles(of, seat.prediction["picks"]))] if of.picks else []),
                *([tag("td", _shown_by(of, outcomes.get(tuple(seat.prediction["picks"]))))] if of.picks else []),
                tag("td", seat.prediction["because"] or "-", css="typed"),
            )
            for seat in made
            if seat.prediction
        ]
        found = term("The model", f"{label(of.measure)}: mean and 95% interval. {interval()}") if of.picks else ""
        heads = [
            "Group",
            "Chose",
            "Drew for years 2, 5 and 10",
            *(["Put right", found] if of.picks else []),
            "Because",
        ]
        with tag("div", css="scroll", tabindex="0", role="region", aria_label="Predictions of all groups"):
            tag("table", tag("thead", tag("tr", *(tag("th", head) for head in heads))), tag("tbody", *rows))
        names = ["Show all alike", *(seat.name for seat in made)]
        field(
            "select",
            "Bring out one group's curve",
            min(chosen + 1, len(made)),
            lambda n: set_chosen(numbers(n)[0] - 1),
            options=names,
        )
        if outcome:
            _Table(of, outcome)
            Shown(of, (), outcome, _marks(of.name))
        elif outcomes:
            Ranking(of, made, outcomes)
        Download(
            "What the class found, to print",
            lambda: (f"{of.name}-class-{room.code}.html", HTML, sheet(of, room=room, outcome=outcome).encode()),
        )


def _shown_by(of: Lesson, outcome: Mapping[str, Any] | None) -> str:
    """What the model shows for a group's own picks, in a cell of a table."""
    if outcome is None:
        return "-"
    low, mean, high = outcome["table"][of.measure][of.sketched]
    return f"{say(of.measure, mean)} ({say(of.measure, low)} to {say(of.measure, high)})"


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
