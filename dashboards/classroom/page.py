"""Classroom: read, predict, run, compare, explain - alone, or as groups of a class that a teacher sees together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl

import solara
import solara.lab

from conducive.dashboards.classroom.forms import CodeForm, KeyForm, form
from conducive.dashboards.classroom.group import Group
from conducive.dashboards.classroom.lessons import LESSONS, place
from conducive.dashboards.classroom.pieces import sheets_to_print
from conducive.dashboards.classroom.teacher import Teacher
from conducive.dashboards.store.classes import Classroom, Held, Seat, Store, store
from conducive.dashboards.store.codes import keys_in
from conducive.dashboards.store.file import data_folder
from conducive.dashboards.widgets.html import Press, Trouble, heading, tag
from conducive.scenarios.errors import InputError

CSS = Path(__file__).with_name("page.css")


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
        Teacher(kept, mine.key, found[0], go)
    else:
        Group(kept, found[0], found[1])


@solara.component
def _NoKey(view: str, code: str) -> None:
    """What is to be done where this browser holds no key of a class."""
    if view == "teach":
        heading("This browser does not hold the teacher's key of this class")
        tag("p", "Enter the key to come back. If it is refused, the class has ended.")
        KeyForm("Teacher's key", secret=True)
    else:
        heading("This browser is in no group of this class")
        tag("p", "Join with the class code, or come back with the key of your group.")
        tag("p", "If both are refused, the class has ended. If you have just joined, let your browser take cookies.")
        CodeForm(code)
        KeyForm("Key of your group")
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
            CodeForm("")
        with tag("section", css="panel"):
            tag("h2", "Come back")
            KeyForm("Key of your group")
            KeyForm("Teacher's key", secret=True)
    _Shelf()


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
                    with form("/classroom/open", lesson=of.name):
                        tag("button", "Open a class", type="submit", css="button main")
                    with form("/classroom/open", lesson=of.name, alone="1"):
                        tag("button", "Do it by yourself", type="submit", css="button")
                    sheets_to_print(of)
