"""How people come into a class: by its code, which is all they need; and the board that shows it.

These pages are plain ones: they open at once on a telephone, and only a request of this kind can leave a key in a
cookie, which no script reads and no address shows.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from conducive.dashboards.classroom.lessons import lesson, place
from conducive.dashboards.server.gate import SAFE, code_form
from conducive.dashboards.server.machine import own_addresses
from conducive.dashboards.store.classes import LONGEST_NAME, Room, Store, store
from conducive.dashboards.store.codes import (
    GROUP_KEY,
    LONGEST_CODE,
    OWN_NAMES,
    PASS,
    TEACHER_KEY,
    cookie_of,
    keys_in,
    may_have_own_code,
    new_code,
    shown,
    typed,
)
from conducive.dashboards.store.file import data_folder
from conducive.dashboards.widgets.html import sentence
from conducive.dashboards.widgets.page import at_base, bare_page
from conducive.dashboards.widgets.theme import dark_where_preferred
from conducive.experiments.words import several
from conducive.scenarios.errors import InputError

CSS = Path(__file__).with_name("joining.css")
LARGEST_FORM = 16_000
"""Bytes of a form that are read."""
WEB = 80
AGAIN = (
    "<script>setInterval(async () => { try {"
    " const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');"
    " const now = page.getElementById('live'), shown = document.getElementById('live');"
    " if (!now) location.reload(); else if (now.innerHTML !== shown.innerHTML) shown.innerHTML = now.innerHTML;"
    " } catch (lost) { /* the server is away: what is shown stays, and is looked at again */ } }, 2000)</script>"
)
"""What looks every two seconds who is in."""

STARTED = f"{time.time_ns():x}"
"""What tells one start of the server from another."""
BACK = (
    "<script>setInterval(async () => {"
    " if (typeof app === 'undefined' || !app.wasConnected || app.connectionStatus === 'connected') return;"
    f" try {{ if (await (await fetch(solara.rootPath + '/alive')).text() !== '{STARTED}') location.reload(); }}"
    " catch (away) { /* it is looked for again */ } }, 2000)</script>"
)
"""What opens a page anew, at the same address, once the server is there again after a stop."""

type Act = Callable[[Store, Request, Mapping[str, str]], Response]


class Joining:
    """The addresses at which people come in.

    `code` is the server's own, empty where it serves this machine alone; `hosts` are names of proxies before it.
    """

    def __init__(self, port: int, code: str = "", hosts: Sequence[str] = ()) -> None:
        """Begin with nobody in."""
        self.hosts = frozenset(hosts)
        self.port, self.code = port, typed(code, LONGEST_CODE)
        self.key = new_code(PASS)
        """What a browser holds that has given the server's own code."""

    def admits(self, keys: Sequence[str]) -> bool:
        """Whether a browser that holds these keys has given a code, of a class or the server's own."""
        if any(hmac.compare_digest(key, self.key) for key in keys):
            return True
        with suppress(InputError):  # which says so where a code is given
            return store(data_folder()).admits(keys)
        return False

    def routes(self) -> list[Route]:
        """Return what answers at these addresses."""
        acts: list[tuple[str, str, Act]] = [
            ("/enter", "GET", self._enter),
            ("/enter", "POST", self._enter),
            ("/j/", "GET", self._enter),
            ("/j/{code}", "GET", self._arrive),
            ("/j/{code}", "POST", self._join),
            ("/board/{code}", "GET", self._board),
            ("/classroom/open", "POST", self._open),
            ("/classroom/back", "POST", _come_back),
            ("/classroom/leave", "POST", _leave),
        ]
        return [
            Route("/alive", lambda _: PlainTextResponse(STARTED, headers=SAFE)),
            *(Route(path, _answering(act), methods=[method]) for path, method, act in acts),
        ]

    # ---- With a code -----------------------------------------------------------------------------------------------

    def _entered(self, kept: Store, code: str, visitor: str) -> tuple[Room | None, list[str]]:
        """Return the class of a code, None where it is the server's own and no class has it yet, and keys for it."""
        kept.tries.check(visitor)
        if self.code and hmac.compare_digest(typed(code, LONGEST_CODE).encode(), self.code.encode()):
            with suppress(InputError):
                room = kept.room(code)
                return room, [room.entry, self.key]
            return None, [self.key]
        room = kept.room(code, visitor=visitor)
        return room, [room.entry]

    def _enter(self, kept: Store, request: Request, given: Mapping[str, str]) -> Response:
        """Take a code: whoever typed it goes on to the class, and the browser that the server opens to What if?."""
        if not given.get("code"):
            return _shown("Class code", code_form())
        _, keys = self._entered(kept, given["code"], _who(request))
        to = "/" if request.method == "GET" else f"/j/{typed(given['code'], LONGEST_CODE)}"
        return _sent(to, [*keys, *keys_in(request.cookies)])

    def _arrive(self, kept: Store, request: Request, given: Mapping[str, str]) -> Response:
        """Ask whoever gave a code for the name of their group; who has given it is in the lesson."""
        room, keys = self._entered(kept, request.path_params["code"], _who(request))
        keys += keys_in(request.cookies)
        if room is None:
            return _shown("The class has not begun", WAIT, keys)
        title, _, to = place(room)
        if any(held.group and held.code == room.code for held in kept.held(keys)):
            return _sent(to, keys)
        return _shown(title, _name_form(room), keys)

    def _join(self, kept: Store, request: Request, given: Mapping[str, str]) -> Response:
        """Let a group into the lesson under its name."""
        room, keys = self._entered(kept, request.path_params["code"], _who(request))
        if room is None:
            return _sent(f"/j/{request.path_params['code']}", [*keys, *keys_in(request.cookies)])
        title, _, to = place(room)
        try:
            key = kept.join(room.code, given.get("name", ""))
        except InputError as error:
            return _shown(title, _name_form(room, str(error), given.get("name", "")), status=403)
        return _sent(to, [key, *keys, *keys_in(request.cookies)])

    # ---- The board -------------------------------------------------------------------------------------------------

    def _board(self, kept: Store, request: Request, given: Mapping[str, str]) -> Response:
        """Show how to join, and who is in."""
        room = kept.room(request.path_params["code"], visitor=_who(request))
        hosts = self._hosts(request)
        host = given["at"] if given.get("at") in hosts else hosts[0]
        title, question, _ = place(room)
        content = f'<p class="quiet">{escape(question)}</p>'
        reached = bool(self.code or self.hosts)
        content += self._way_in(request, host, room) if reached else _closed(request, room)
        content += f'<section id="live" aria-live="polite">{_who_is_in(room)}</section>'
        if reached:
            others = " or ".join(f'<a href="?at={quote(one)}">{escape(one)}</a>' for one in hosts if one != host)
            instead = f"Try {others}, or open" if others else "Open"
            content += (
                f'<p class="quiet">Telephones do not find it? {instead} this page at the address that your '
                "network gives this machine.</p>"
            )
        return _shown(title, content + AGAIN, css="board")

    def _hosts(self, request: Request) -> list[str]:
        """Return names under which others may find this machine: the one that was used to come here first."""
        name = (request.url.hostname or "").lower()
        return list(dict.fromkeys([*([] if name in OWN_NAMES or not name else [name]), *own_addresses()]))

    def _way_in(self, request: Request, host: str, room: Room) -> str:
        own = f"http://{host}" + ("" if self.port == WEB else f":{self.port}")
        place = f"{request.url.scheme}://{request.url.netloc}" if host in self.hosts else own
        address = f"{place}{at_base('')}/j/{room.code}"
        code = segno.make(address, error="m", micro=False)
        picture = code.svg_inline(border=4, omitsize=True, dark="#000", light="#fff")
        return (
            f'<div class="ways"><div class="qr" role="img" aria-label="QR code of {escape(address)}">{picture}</div>'
            f"<div><h2>Join with a telephone</h2><p>Scan this, or open</p>"
            f'<p class="address" data-test="address">{escape(address.partition("://")[2])}</p>'
            f'<p>Class code</p><p class="code" data-test="code">{escape(shown(room.code))}</p></div></div>'
        )

    # ---- A teacher, or somebody alone --------------------------------------------------------------------------------

    def _open(self, kept: Store, request: Request, given: Mapping[str, str]) -> Response:
        """Open a class for a lesson; or a lesson for one alone.

        The server's own code is for whoever opens the first class at this machine: a telephone that came early has
        that code too, and is not the teacher's.
        """
        of, alone = lesson(given.get("lesson")), bool(given.get("alone"))
        theirs = may_have_own_code(request.url.hostname or "", self.hosts)
        code = self.code if theirs and not alone else ""
        code, teacher = kept.open_class(of.name, visitor=_who(request), solo=alone, code=code)
        keys = [kept.join(code, "By myself")] if alone else [teacher, kept.room(code).entry]
        return _sent(f"/classroom?{'class' if alone else 'teach'}={code}", [*keys, *keys_in(request.cookies)])


WAIT = (
    '<p id="live">You have the right code. This page goes on by itself as soon as your teacher opens the lesson, or '
    "the game, that has it.</p>"
    '<p><a href="/">Look around meanwhile</a>. Is there another code on the board? Then '
    '<a href="/enter">type that one</a>.</p>'
    f"{AGAIN}"
)


def key_form(trouble: str) -> str:
    """Return the form that asks for a key once more, and what was wrong with the last one."""
    return (
        f'<p role="alert" class="trouble">{escape(trouble)}</p><form method="post" action="/classroom/back">'
        '<label>Your key <input name="key" type="password" autofocus required autocomplete="off" maxlength="60">'
        "</label> "
        '<button type="submit" class="main">Come back</button></form>'
    )


def _come_back(kept: Store, request: Request, given: Mapping[str, str]) -> Response:
    """Let whoever types the key of a group or a teacher back to where they were."""
    key = typed(given.get("key", ""), TEACHER_KEY)
    if len(key) > GROUP_KEY:
        room = kept.room(kept.classroom(key, visitor=_who(request)).code)
        to = f"/classroom?teach={room.code}"
    else:
        room = kept.room(kept.seat(key, visitor=_who(request)).code)
        to = place(room)[2]
    return _sent(to, [key, room.entry, *keys_in(request.cookies)])


def _leave(kept: Store, request: Request, given: Mapping[str, str]) -> Response:
    """Forget the keys of a class in this browser, which may be somebody else's next; the class goes on."""
    keys = keys_in(request.cookies)
    gone = {held.key for held in kept.held(keys) if held.code == given.get("code")}
    return _sent("/classroom", [key for key in keys if key not in gone])


# ---- Requests and answers ------------------------------------------------------------------------------------------


def _answering(act: Act) -> Callable[[Request], Any]:
    """Return what answers a request, beside the other requests; whatever people get wrong is said on a page."""

    async def answer(request: Request) -> Response:
        return await run_in_threadpool(tried, request, await _given(request))

    def tried(request: Request, given: Mapping[str, str]) -> Response:
        try:
            return act(store(data_folder()), request, given)
        except InputError as error:
            form = key_form if act is _come_back else code_form
            return _shown("Your key" if act is _come_back else "Class code", form(sentence(str(error))), status=403)

    return answer


async def _given(request: Request) -> dict[str, str]:
    """Return what the form or the address of a request holds, as far as it is read."""
    text = request.scope.get("query_string", b"")
    if request.method == "POST":
        text = b""
        async for part in request.stream():
            text += part
            if len(text) > LARGEST_FORM:
                break
    try:
        return dict(parse_qsl(text[:LARGEST_FORM].decode("latin-1"), max_num_fields=10))
    except ValueError:
        return {}


def _who(request: Request) -> str:
    """Return who asks, as far as the server can tell."""
    return request.client.host if request.client else ""


def _shown(title: str, content: str, keys: Sequence[str] = (), *, status: int = 200, css: str = "joining") -> Response:
    page = bare_page(title, content).replace('<body class="bare">', f'<body class="bare {css}">', 1)
    page = page.replace("</head>", f"<style>{dark_where_preferred()}{CSS.read_text('utf-8')}</style></head>", 1)
    return HTMLResponse(page, status, SAFE | ({"set-cookie": cookie_of(keys)} if keys else {}))


def _sent(to: str, keys: Sequence[str]) -> Response:
    return RedirectResponse(at_base(to), 303, SAFE | {"set-cookie": cookie_of(keys)})


# ---- What they show ------------------------------------------------------------------------------------------------


def _name_form(room: Room, trouble: str = "", name: str = "") -> str:
    said = f'<p role="alert" class="trouble">{escape(sentence(trouble))}</p>' if trouble else ""
    return (
        f"<p>{escape(place(room)[1])}</p>{said}"
        f'<form method="post" action="/j/{room.code}" onsubmit="this.querySelector(\'button\').disabled = true">'
        f'<label>Name of your group <input name="name" value="{escape(name[:LONGEST_NAME])}" autofocus required '
        f'autocomplete="off" spellcheck="false" maxlength="{LONGEST_NAME}"></label> '
        '<button type="submit" class="main">Join</button></form>'
        '<p class="quiet">No names of persons, please: a name for the group is enough.</p>'
        "<details><summary>Your group is in already?</summary>"
        "<p>Come back with its key, which it was shown and your teacher can see.</p>"
        '<form method="post" action="/classroom/back"><label>Key of your group <input name="key" required '
        f'autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="{GROUP_KEY + 4}"></label> '
        '<button type="submit">Come back</button></form></details>'
        '<p class="quiet">Teachers come back under <a href="/classroom">Classroom</a>.</p>'
    )


def _who_is_in(room: Room) -> str:
    if not room.groups:
        return "<h2>Nobody has joined yet</h2>"
    names = "".join(f"<li>{escape(name)}</li>" for name in room.groups)
    return f"<h2>{several(len(room.groups), 'group')} joined</h2><ul>{names}</ul>"


def _closed(request: Request, room: Room) -> str:
    """Say that no telephone can come in, and how one could."""
    host = urlsplit(str(request.base_url)).netloc
    return (
        '<p class="trouble">This server is open to this machine alone: no telephone can reach it. Stop it, and start '
        "it with <code>conducive dashboard --open-to-network</code>; this class will still be there.</p>"
        f'<p>In another browser of this machine: <b data-test="address">{escape(host)}/j/{room.code}</b></p>'
        f'<p>Class code</p><p class="code" data-test="code">{escape(shown(room.code))}</p>'
    )
