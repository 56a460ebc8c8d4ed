"""Who is let in: requests of this machine's own pages, and of others on the network who have given a class code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from conducive.dashboards.store.codes import OWN_NAMES, keys_in
from conducive.dashboards.widgets.page import bare_page

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
"""What a page may fetch: from this server alone."""
SAFE = {"content-security-policy": POLICY, "referrer-policy": "same-origin", "cache-control": "no-store"}
"""Headers of every page. (A form of a page without any referrer comes from nowhere: it would be refused.)"""
DOORS = ("/enter", "/j/", "/alive")
"""Addresses at which a code is given, or that tell nothing: open to everybody."""


class Gate:
    """Lets requests through to an application, or refuses them.

    Without `admits` only this machine is served, under its own names, so that no page from elsewhere can reach it
    through a browser here. With it, whoever holds no key that it admits is asked for a class code. A proxy before it
    is trusted by name (`hosts`), and may show the pages under a path (`base`), which it hands on or takes off.
    """

    def __init__(
        self,
        application: Any,
        admits: Callable[[Sequence[str]], bool] | None = None,
        hosts: Sequence[str] = (),
        base: str = "",
    ) -> None:
        """Stand before an application."""
        self._application, self._admits = application, admits
        self._names, self._hosts, self._base = OWN_NAMES | {*hosts}, frozenset(hosts), base

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request or socket."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        scope, path = self._under_base(scope)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._same_place(headers):
            await _refuse(scope, send, 403, "Refused", "<p>This page can only be opened at its own address.</p>")
        elif self._is_open(scope, path) or (self._admits is not None and self._admits(_keys(headers))):
            await self._application(scope, receive, send)
        else:
            await _refuse(scope, send, 401, "Class code", code_form())

    def _under_base(self, scope: Any) -> tuple[Any, str]:
        """Return a request with the path that a browser sees, and what of it is ours."""
        path = scope["path"]
        if self._base and (path + "/").startswith(self._base + "/"):
            path = path[len(self._base) :] or "/"
        return {**scope, "path": self._base + path, "root_path": self._base}, path

    def _is_open(self, scope: Any, path: str) -> bool:
        """Whether nobody needs a code for what is asked."""
        return self._admits is None or (scope["type"] == "http" and path.startswith(DOORS))

    def _same_place(self, headers: dict[str, str]) -> bool:
        """Whether a request is to a name of ours, and made by a page of ours."""
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        origin = urlsplit(headers.get("origin", ""))
        ours = not headers.get("origin") or origin.netloc == host or origin.hostname in self._hosts
        return (self._admits is not None or name.lower() in self._names) and ours


def _keys(headers: dict[str, str]) -> list[str]:
    try:
        return keys_in({name: one.value for name, one in SimpleCookie(headers.get("cookie", "")).items()})
    except CookieError:
        return []


def code_form(trouble: str = "") -> str:
    """Return the form that asks for a class code, and what was wrong with the last one."""
    said = f'<p role="alert" class="trouble">{escape(trouble)}</p>' if trouble else ""
    return (
        "<p>This dashboard is shared by somebody on your network. The class code is on the board.</p>"
        f'{said}<form method="post" action="/enter"><label>Class code <input name="code" autofocus required '
        'autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="60"></label> '
        '<button type="submit" class="main">Enter</button></form>'
        '<p class="quiet">Your browser has to take cookies from this address: they say who is in.</p>'
    )


async def _refuse(scope: Any, send: Any, status: int, title: str, content: str) -> None:
    if scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = bare_page(title, content).encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
