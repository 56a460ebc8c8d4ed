"""Game: *Keep it alive*, alone on one device, in teams with roles, or as one class by vote."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import solara
import solara.lab

from conducive.dashboards.game.host import Host
from conducive.dashboards.game.table import Player
from conducive.dashboards.store.classes import LONGEST_NAME
from conducive.dashboards.store.codes import CLASS_CODE, TEACHER_KEY, keys_in, own_code, shown
from conducive.dashboards.store.file import data_folder
from conducive.dashboards.store.games import LEAD, MOST_TEAMS, TITLE, Games, Table, games, place
from conducive.dashboards.widgets.fields import field, numbers
from conducive.dashboards.widgets.html import Press, Trouble, heading, tag
from conducive.dashboards.widgets.progress import when_changed
from conducive.experiments.game.deck import SEED
from conducive.experiments.words import several
from conducive.scenarios.errors import InputError

EVERY = 1.5
"""Seconds between looks at what others have done."""
CSS = Path(__file__).with_name("page.css")


@solara.component
def Page() -> None:
    """The lobby, or the game that the address names, as this browser may see it."""
    router = solara.use_router()
    visitor = solara.get_session_id()
    keys = tuple(keys_in(solara.lab.cookies.value or {}))
    solara.Title("Game - Conducive")
    solara.Style(CSS)

    def go(code: str = "") -> None:
        router.push(place(code)[2] if code else router.path)

    def enter() -> tuple[Games | None, str]:
        try:
            return games(data_folder()), ""
        except InputError as error:
            return None, str(error)

    kept, trouble = solara.use_memo(enter, [])
    code = asked_for(router.search)
    with tag("div", css="game"):
        if kept is None:
            Trouble(trouble)
        elif code:
            _Door(kept, code, visitor, keys, go).key(code)
        else:
            _Lobby(kept, visitor, go)


def asked_for(search: str | None) -> str:
    """Return the code of the game that an address names; empty where it names none."""
    try:
        return dict(parse_qsl((search or "")[:1000], max_num_fields=10)).get("game", "")[:40]
    except ValueError:
        return ""


@solara.component
def _Door(kept: Games, code: str, visitor: str, keys: tuple[str, ...], go: Callable[..., None]) -> None:
    """A game, looked at anew every few moments; what is to be done where this browser is not in it."""

    def first() -> Table | str:
        with suppress(InputError):  # keys of something else
            kept.recognise(code, visitor, keys)
        return look()

    def look() -> Table | str:
        try:
            return kept.table(code, visitor)
        except InputError as error:
            return str(error)

    begun = solara.use_memo(first, [code])
    seen, set_seen = when_changed(look, begun, code, every=EVERY)

    def again() -> None:
        set_seen(look())

    if seen is None or isinstance(seen, str):
        heading("There is no such game")
        Trouble(seen or "")
        Press("All games", go)
    elif seen.me is None and not seen.host:
        heading(TITLE)
        tag("p", "This browser is not in this game, or no longer: join it, or come back with your key.")
        with tag("div", css="two"):
            _Join(kept, visitor, go, seen.code, again)
            _ComeBack(kept, visitor, go, again)
    else:
        if seen.host and not seen.alone:
            Host(kept, seen, visitor, again, go)
        if seen.me is not None:
            Player(kept, seen, visitor, again, go)


@solara.component
def _Lobby(kept: Games, visitor: str, go: Callable[..., None]) -> None:
    heading(TITLE, LEAD)
    mine = solara.use_memo(lambda: kept.games_of(visitor), [])
    if mine:
        with tag("section", css="panel"):
            tag("h2", "Go on")
            with tag("div", css="buttons"):
                for code in mine[:12]:
                    Press(f"Game {shown(code)}", lambda code=code: go(code))
    with tag("div", css="two"):
        _Alone(kept, visitor, go)
        _Join(kept, visitor, go, "")
        _Open(kept, visitor, go)
        _ComeBack(kept, visitor, go)


def texts(change: Callable[[str], None]) -> Callable[[Any], None]:
    """Return what takes whatever a browser sends as text."""
    return lambda sent: change(str(sent))


@solara.component
def _Alone(kept: Games, visitor: str, go: Callable[..., None]) -> None:
    trouble, set_trouble = solara.use_state("")

    def begin() -> None:
        try:
            code = kept.open_game(visitor, solo=True)
            go(kept.enter(code, "You", visitor))
        except InputError as error:
            set_trouble(str(error))

    with tag("section", css="panel"):
        tag("h2", "Play alone")
        tag("p", "All five roles on this device. About half an hour; you can stop and come back.")
        Press("Begin", begin, css="main")
        Trouble(trouble)


def _host() -> str:
    """Return the name by which whoever watches came to this machine."""
    (host,) = (solara.lab.headers.value or {}).get("host", [""])[:1]
    return urlsplit(f"//{host}").hostname or ""


@solara.component
def _Open(kept: Games, visitor: str, go: Callable[..., None]) -> None:
    """What opens a game for others."""
    kind, set_kind = solara.use_state(1)
    seed, set_seed = solara.use_state(f"{SEED}")
    trouble, set_trouble = solara.use_state("")
    kinds = ["One class, by vote", *(f"{several(n, 'team')} with roles" for n in range(1, MOST_TEAMS + 1))]

    def begin() -> None:
        try:
            luck = int(seed) if seed.strip().isascii() and seed.strip().isdigit() else -1
            code = own_code(_host())
            go(kept.open_game(visitor, teams=max(1, kind), vote=kind == 0, seed=luck, code=code))
        except InputError as error:
            set_trouble(str(error))

    with tag("section", css="panel"):
        tag("h2", "Open a game for others")
        tag("p", "They join with a code. Every team runs the same service and meets the same luck.")
        field("select", "Who decides", kind, lambda n: set_kind(min(numbers(n)[0], MOST_TEAMS)), options=kinds)
        field("text", "Luck (another whole number is another luck)", seed, texts(set_seed), most=12)
        Press("Open a game", begin)
        Trouble(trouble)


@solara.component
def _Join(
    kept: Games, visitor: str, go: Callable[..., None], code: str, joined: Callable[[], None] | None = None
) -> None:
    typed_code, set_code = solara.use_state(code)
    name, set_name = solara.use_state("")
    trouble, set_trouble = solara.use_state("")

    def join() -> None:
        try:
            go(kept.enter(typed_code, name, visitor))
        except InputError as error:
            set_trouble(str(error))
            return
        if joined:
            joined()

    with tag("section", css="panel"):
        tag("h2", "Join a game")
        field("text", "Code of the game", typed_code, texts(set_code), most=CLASS_CODE + 12, entered=join)
        field("text", "What the others may call you", name, texts(set_name), most=LONGEST_NAME, entered=join)
        tag("p", "No full names, please.", css="quiet")
        Press("Join", join)
        Trouble(trouble)


@solara.component
def _ComeBack(kept: Games, visitor: str, go: Callable[..., None], joined: Callable[[], None] | None = None) -> None:
    key, set_key = solara.use_state("")
    trouble, set_trouble = solara.use_state("")

    def come_back() -> None:
        try:
            go(kept.come_back(key, visitor))
        except InputError as error:
            set_trouble(str(error))
            return
        if joined:
            joined()

    with tag("section", css="panel"):
        tag("h2", "Come back")
        tag("p", "From another browser: with your key, or with that of whoever opened the game.", css="quiet")
        field("text", "Key", key, texts(set_key), most=TEACHER_KEY + 6, entered=come_back)
        Press("Come back", come_back)
        Trouble(trouble)
