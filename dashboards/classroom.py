"""Classroom: read, predict, run, compare, explain - alone, or as groups of a class that a teacher sees together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import solara
import solara.lab

from conducive.dashboards.fields import field, numbers
from conducive.dashboards.lessons import (
    HORIZON,
    LESSONS,
    LONGEST_TEXT,
    POINTS,
    REPLICATES,
    SEED,
    YEARS,
    Lesson,
    checked_prediction,
    checked_text,
    label,
    lesson,
    meaning,
    outcome_name,
    said,
    say,
    sheet,
    verdict,
)
from conducive.dashboards.parts import (
    GLOSSARY,
    Download,
    Empty,
    Loading,
    Note,
    Trouble,
    heading,
    interval,
    prose,
    sentence,
    tag,
    term,
)
from conducive.dashboards.store import (
    CLASS_CODE,
    GROUP_KEY,
    LONGEST_NAME,
    TEACHER_KEY,
    Classroom,
    Seat,
    Store,
    data_folder,
    shown,
    store,
    typed,
)
from conducive.dashboards.work import POOL
from conducive.experiments.arms import race
from conducive.experiments.words import listed, several
from conducive.scenarios.errors import InputError

EVERY = 2.0
"""Seconds between looks at what others have done."""
MOST_AT_ONCE = 2
"""Lessons run at once, taking turns with what other visitors ask."""
HTML = "text/html"
CSS = Path(__file__).with_name("classroom.css")


# ---- Pieces --------------------------------------------------------------------------------------------------------


@solara.component_vue(str(Path(__file__).with_name("sketch.vue")))
def Sketch(
    points: list[float],
    editable: bool,
    own: str,
    lines: list[dict[str, Any]],
    others: list[dict[str, Any]],
    others_label: str,
    chosen: int,
    marks: list[dict[str, Any]],
    years: int,
    spoken: str,
    event_draw: Callable[[list[float]], None],
    interval: str = GLOSSARY["95% interval"],
) -> None:
    """A chart by year that can be drawn upon, with the model's lines and others' sketches in it."""


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
    lines = [
        dict(zip(("low", "mean", "high"), series, strict=True)) | {"label": arm.label}
        for arm, series in (zip(of.arms, outcome["series"], strict=True) if outcome else ())
    ]
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
    tag("p", *prose(note), css="quiet")


def _when_changed[Seen](look: Callable[[], Seen], start: Seen, key: str) -> tuple[Seen, Callable[[Seen], None]]:
    """Return what a look at the store shows, looked at anew every few seconds, and a way to set it at once."""
    seen, set_seen = solara.use_state(start, key=key)

    async def keep_looking() -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                set_seen(look())
            except InputError:
                return

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
            result = race(
                of.scenarios(picks), of.indicators, of.window, REPLICATES, SEED,
                executor=POOL.share(f"lesson {name}", urgent=True),
            )  # fmt: skip
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
    with tag("div", css="lessons"):
        if kept is None:
            Trouble(trouble)
        elif "teacher" in asked:
            _Door(kept, visitor, "teacher", asked["teacher"], go).key(asked["teacher"])
        elif "group" in asked:
            _Door(kept, visitor, "group", asked["group"], go).key(asked["group"])
        else:
            _Lobby(kept, visitor, go)


def _asked(search: str | None) -> dict[str, str]:
    """Return what an address asks for; nothing where it cannot be read."""
    try:
        return {key: value[:80] for key, value in parse_qsl((search or "")[:1000], max_num_fields=10)}
    except ValueError:
        return {}


@solara.component
def _Door(kept: Store, visitor: str, who: str, key: str, go: Callable[..., None]) -> None:
    """A group or a teacher with a key; back to the lobby where it fits nothing."""

    def look() -> Seat | Classroom | str:
        try:
            return kept.classroom(key, visitor=visitor) if who == "teacher" else kept.seat(key, visitor=visitor)
        except InputError as error:
            return str(error)

    found = solara.use_memo(look, [key])
    if isinstance(found, str):
        heading("This key opens nothing")
        Trouble(found)
        solara.Button("Back to the classroom", on_click=go, outlined=True)
    elif isinstance(found, Classroom):
        _Teacher(kept, key, found, go)
    else:
        _Group(kept, found, go)


@solara.component
def _Lobby(kept: Store, visitor: str, go: Callable[..., None]) -> None:
    heading(
        "Classroom",
        "Six lessons of 40 to 50 minutes, from the age of about 16. Each has a short reading; you predict what will "
        "happen, let the model run, and explain where the two part company.",
    )
    with tag("div", css="two"):
        _Join(kept, visitor, go)
        _ComeBack(kept, visitor, go)
    _Shelf(kept, visitor, go)


def _texts(change: Callable[[str], None]) -> Callable[[Any], None]:
    """Return what takes whatever a browser sends as text."""
    return lambda sent: change(str(sent))


def _tried(act: Callable[[], None], set_trouble: Callable[[str], None]) -> None:
    """Do something, and say what is wrong where it cannot be done."""
    set_trouble("")
    try:
        act()
    except InputError as error:
        set_trouble(str(error))


@solara.component
def _Join(kept: Store, visitor: str, go: Callable[..., None]) -> None:
    code, set_code = solara.use_state("")
    name, set_name = solara.use_state("")
    trouble, set_trouble = solara.use_state("")

    def join() -> None:
        _tried(lambda: go(group=kept.join(code, name, visitor=visitor)), set_trouble)

    with tag("section", css="panel"):
        tag("h2", "Join a class")
        field("text", "Class code", code, _texts(set_code), most=CLASS_CODE + 4, entered=join)
        field("text", "Name of your group", name, _texts(set_name), most=LONGEST_NAME, entered=join)
        tag("p", "No names of persons, please: a name for the group is enough.", css="quiet")
        solara.Button("Join", color="primary", on_click=join)
        Trouble(trouble)


@solara.component
def _ComeBack(kept: Store, visitor: str, go: Callable[..., None]) -> None:
    key, set_key = solara.use_state("")
    trouble, set_trouble = solara.use_state("")

    def come_back() -> None:
        whole = typed(key, TEACHER_KEY)
        if len(whole) > GROUP_KEY:
            kept.classroom(whole, visitor=visitor)
            go(teacher=whole)
        else:
            go(group=kept.seat(whole, visitor=visitor).key)

    with tag("section", css="panel"):
        tag("h2", "Come back")
        tag("p", "With the key of your group, or with a teacher's key.", css="quiet")
        field("text", "Key", key, _texts(set_key), most=TEACHER_KEY + 6, entered=lambda: _tried(come_back, set_trouble))
        solara.Button("Come back", outlined=True, on_click=lambda: _tried(come_back, set_trouble))
        Trouble(trouble)


@solara.component
def _Shelf(kept: Store, visitor: str, go: Callable[..., None]) -> None:
    """The six lessons: open one for a class, or do it alone."""
    trouble, set_trouble = solara.use_state("")

    def open_class(of: Lesson) -> None:
        go(teacher=kept.open_class(of.name, visitor=visitor)[1])

    def alone(of: Lesson) -> None:
        code, _ = kept.open_class(of.name, visitor=visitor, solo=True)
        go(group=kept.join(code, "By myself", visitor=visitor))

    tag("h2", "Lessons")
    Trouble(trouble)
    with tag("div", css="two"):
        for of in LESSONS:
            with tag("section", css="panel lesson"):
                tag("h3", of.title)
                tag("p", of.question)
                tag("p", f"{of.source}. About {of.minutes} minutes.", css="quiet")
                with tag("div", css="buttons"):
                    solara.Button(
                        "Open a class",
                        color="primary",
                        on_click=partial(_tried, partial(open_class, of), set_trouble),
                    )
                    solara.Button(
                        "Do it by yourself", outlined=True, on_click=partial(_tried, partial(alone, of), set_trouble)
                    )
                    _sheets(of)


def _sheets(of: Lesson) -> None:
    """Sheets to print, made when they are asked for."""
    Download("Sheet to print", lambda: (f"{of.name}.html", HTML, sheet(of).encode()))
    Download("With teacher notes", lambda: (f"{of.name}-teacher.html", HTML, sheet(of, notes=True).encode()))


# ---- A group -------------------------------------------------------------------------------------------------------


@solara.component
def _Group(kept: Store, found: Seat, go: Callable[..., None]) -> None:
    of = lesson(found.lesson)
    seat, set_seat = _when_changed(lambda: kept.seat(found.key), found, found.key)

    heading(of.title, of.question)
    with tag("div", css="where"):
        if not seat.solo:
            tag("span", "Group ", tag("b", seat.name))
            tag("span", "Class ", tag("b", shown(seat.code)))
        tag("span", term("Key to come back", "Write it down: with it you come back from any computer."), " ",
            tag("b", shown(seat.key), css="code"))  # fmt: skip
        solara.Button("Leave", text=True, small=True, on_click=go)
    steps = ("Read", "Predict", "Compare", "Explain")
    at = 1 if seat.prediction is None else 2 if not seat.revealed else 3
    tag("ol", *(tag("li", step, css="done" if n < at else "now" if n == at else "") for n, step in enumerate(steps)),
        css="steps", aria_label="Steps")  # fmt: skip
    with tag("section", css="panel"):
        tag("h2", "1. Read")
        for paragraph in of.reading:
            tag("p", paragraph, css="reading")
        tag("p", f"In our own words, after Lefevre and colleagues (2025). {of.source}.", css="quiet")
    _Predict(kept, of, seat, set_seat)
    _Compare(kept, of, seat, set_seat)
    if seat.revealed:
        _Explain(kept, of, seat, set_seat)


@solara.component
def _Predict(kept: Store, of: Lesson, seat: Seat, set_seat: Callable[[Seat], None]) -> None:
    earlier = seat.prediction or {}
    choice, set_choice = solara.use_state(earlier.get("choice"))
    picks, set_picks = solara.use_state(list(earlier.get("picks", ())))
    points, set_points = solara.use_state(list(earlier.get("points", ())))
    because, set_because = solara.use_state(str(earlier.get("because", "")))
    trouble, set_trouble = solara.use_state("")
    draft = {"points": points, "choice": choice, "picks": picks, "because": because}

    def keep() -> None:
        if not points:
            msg = "draw your curve first, or type its numbers."
            raise InputError(msg)
        kept.predict(seat.key, checked_prediction(of, draft))
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
                lambda chosen: set_picks([names[n] for n in numbers(chosen) if n < len(names)]),
                options=[f"{c.title}: {c.facilitator}" for c in of.pickable],
                most=of.picks.count,
            )
        field("one", of.choose, choice, lambda n: set_choice(numbers(n)[0]), options=list(of.options))
        tag("p", of.sketch, css="ask")
        _Chart(of, points or [0.0] * POINTS, draw=lambda drawn: set_points(list(drawn)), own="")
        field("area", "We think so because (if you like)", because, _texts(set_because), most=LONGEST_TEXT)
        with tag("div", css="buttons"):
            solara.Button("Keep our prediction", color="primary", on_click=lambda: _tried(keep, set_trouble))
            if seat.prediction is not None:
                same = dict(seat.prediction) == draft
                Note("Kept. You may change it until you see the results." if same else "Changed, not kept yet.")
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
def _Compare(kept: Store, of: Lesson, seat: Seat, set_seat: Callable[[Seat], None]) -> None:
    trouble, set_trouble = solara.use_state("")
    made = seat.prediction or {}
    picks = made.get("picks", [])

    def work() -> dict[str, Any] | None:
        return RUNS.outcome(kept, of, picks) if seat.revealed else None

    task = solara.lab.use_task(work, dependencies=[seat.key, seat.revealed])

    def reveal() -> None:
        set_seat(kept.reveal(seat.key))

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
        Trouble(trouble)


@solara.component
def _Found(of: Lesson, made: Mapping[str, Any], outcome: Mapping[str, Any]) -> None:
    _Chart(of, made["points"], outcome=outcome)
    tag("p", verdict(of, outcome), css="verdict")
    first, *rest = said(of, made, outcome)
    tag("p", first)
    tag("ul", *(tag("li", sentence(text)) for text in rest))
    _Table(of, outcome)


@solara.component
def _Explain(kept: Store, of: Lesson, seat: Seat, set_seat: Callable[[Seat], None]) -> None:
    trouble, set_trouble = solara.use_state("")

    def keep(prompt: int, text: object) -> None:
        def do() -> None:
            kept.explain(seat.key, prompt, checked_text("your answer", text))
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
    room, set_room = _when_changed(lambda: kept.classroom(key), found, key)
    trouble, set_trouble = solara.use_state("")
    sure, set_sure = solara.use_state(False)

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
            tag("p", "Groups open this page's address, go to Classroom, and enter the code with a name.", css="quiet")
        with tag("div"):
            tag("p", "Your own key - keep it to yourself", css="quiet")
            tag("details", tag("summary", "Show the key"), tag("p", shown("".join(key.split()).upper()), css="code"))
            tag("p", "With it you come back after a break, on any computer that reaches this server.", css="quiet")
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
    _Predictions(kept, of, room)
    _Groups(room, of, lambda seat: act(lambda: kept.remove(key, seat)))
    _Explanations(of, room)
    tag("details", tag("summary", "Teacher notes"), tag("ul", *(tag("li", note) for note in of.notes)), css="panel")
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
        _Chart(of, outcome=outcome, others=made, chosen=chosen)
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
            Empty("Nobody has joined yet. Write the class code on the board.")
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
