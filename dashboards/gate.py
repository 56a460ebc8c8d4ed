"""Who is let in: requests of this machine's own pages, and of others on the network with the class code."""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections import OrderedDict
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from conducive.scenarios.errors import InputError

COOKIE = "conducive-class"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE = re.compile(r"[A-Za-z0-9-]{6,40}")
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
TRIES, PAUSE = 10, 60.0
"""Wrong codes from one address before it has to wait, and how long, in seconds."""
MOST_REMEMBERED = 1000
LARGEST_FORM = 1000


def new_code() -> str:
    """Return a class code that is easy to read out and cannot be guessed in the tries there are."""
    return "".join(secrets.choice(LETTERS) for _ in range(6))


def checked_code(code: str) -> str:
    """Return a class code, or raise InputError where it is too easy to guess or hard to type."""
    if not CODE.fullmatch(code):
        msg = f"--class-code must be 6 to 40 letters, digits or dashes. Got {len(code)} characters."
        raise InputError(msg)
    return code


def plain(code: str) -> str:
    """Return a code as it is compared: any case, without spaces."""
    return "".join(code.split()).upper()


class Gate:
    """Lets requests through to an application, or refuses them.

    Without a class code only this machine is served, under its own names, so that no page from elsewhere can reach it
    through a browser here. With one, whoever has not given it is asked for it.
    """

    def __init__(self, application: Any, code: str = "") -> None:
        """Stand before an application; with a class code, ask for it."""
        self._application, self._code = application, plain(code)
        self._key = secrets.token_hex(16)
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request or socket."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._same_place(headers):
            await _refuse(scope, send, 403, "Refused", "<p>This page can only be opened at its own address.</p>")
        elif not self._code or self._known(headers):
            await self._application(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._ask(scope, receive, send)

    def _same_place(self, headers: dict[str, str]) -> bool:
        """Whether a request is to a name of ours, and made by a page of ours."""
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        origin = headers.get("origin", "")
        return (bool(self._code) or name in OWN_NAMES) and (not origin or urlsplit(origin).netloc == host)

    def _known(self, headers: dict[str, str]) -> bool:
        """Whether a browser has given the code."""
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        return COOKIE in cookies and hmac.compare_digest(cookies[COOKIE].value.encode(), self._key.encode())

    async def _ask(self, scope: Any, receive: Any, send: Any) -> None:
        """Ask for the code, or let in whoever gives it."""
        who = (scope.get("client") or ("",))[0]
        given = await _given(scope, receive)
        if given is None:
            await _refuse(scope, send, 401, "Class code", _form(""))
        elif self._must_wait(who):
            await _refuse(scope, send, 429, "Class code", _form("Too many wrong codes. Please wait a minute."))
        elif not hmac.compare_digest(plain(given).encode(), self._code.encode()):
            self._count_wrong(who)
            await _refuse(scope, send, 403, "Class code", _form("That is not the class code. Please try again."))
        else:
            self._wrong.pop(who, None)
            cookie = f"{COOKIE}={self._key}; Path=/; HttpOnly; SameSite=Lax"
            headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 303, "headers": headers})
            await send({"type": "http.response.body", "body": b""})

    def _must_wait(self, who: str) -> bool:
        tries, since = self._wrong.get(who, (0, 0.0))
        if tries >= TRIES and time.monotonic() - since > PAUSE:
            del self._wrong[who]
            return False
        return tries >= TRIES

    def _count_wrong(self, who: str) -> None:
        self._wrong[who] = (self._wrong.pop(who, (0, 0.0))[0] + 1, time.monotonic())
        while len(self._wrong) > MOST_REMEMBERED:
            self._wrong.popitem(last=False)


async def _given(scope: Any, receive: Any) -> str | None:
    """Return the code in a request to `/enter`, or None where there is none."""
    if scope["path"] != "/enter":
        return None
    text = scope.get("query_string", b"")
    if scope["method"] == "POST":
        text = b""
        while len(text) <= LARGEST_FORM:
            message = await receive()
            text += message.get("body", b"")
            if not message.get("more_body"):
                break
    codes = parse_qs(text[:LARGEST_FORM].decode("latin-1")).get("code", [])
    return codes[0] if codes else None


def _form(trouble: str) -> str:
    said = f'<p role="alert"><b>{trouble}</b></p>' if trouble else ""
    return (
        "<p>This dashboard is shared by somebody on your network, who can tell you its class code.</p>"
        f'{said}<form method="post" action="/enter"><p><label>Class code <input name="code" autofocus required '
        'autocomplete="off" maxlength="40" size="12"></label> <button type="submit">Enter</button></p></form>'
    )


async def _refuse(scope: Any, send: Any, status: int, title: str, content: str) -> None:
    from conducive.dashboards.parts import bare_page

    if scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = bare_page(title, content).encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
