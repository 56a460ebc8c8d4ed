"""Who is let in: this machine's own pages, and others with the class code."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from conducive.dashboards.gate import LARGEST_FORM, MOST_REMEMBERED, PAUSE, TRIES, Gate, checked_code, new_code
from conducive.scenarios.errors import InputError


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


def ask(
    gate: Gate, path: str = "/", *, kind: str = "http", body: bytes | None = None, who: str = "10.0.0.9", **headers: str
) -> dict[str, Any]:
    """Make one request of a gate and return status, headers and body, or what became of a socket."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body or b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    location, _, query = path.partition("?")
    named = {"host": "localhost:8765", **{key.replace("_", "-"): value for key, value in headers.items()}}
    scope = {
        "type": kind,
        "path": location,
        "query_string": query.encode(),
        "method": "GET" if body is None else "POST",
        "headers": [(key.encode(), value.encode()) for key, value in named.items()],
        "client": (who, 1),
    }
    # In a thread of its own: browser tests before this one leave a loop running in the main thread.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, gate(scope, receive, send)).result()
    first = sent[0]
    return {
        "type": first["type"],
        "status": first.get("status"),
        "headers": {key.decode(): value.decode() for key, value in first.get("headers", [])},
        "body": b"".join(one.get("body", b"") for one in sent).decode(),
    }


def test_this_machine_is_served_under_its_own_names() -> None:
    gate = Gate(application)

    for host in ("localhost:8765", "127.0.0.1:8765", "[::1]:8765"):
        assert ask(gate, host=host)["body"] == "inside"


@pytest.mark.parametrize(("headers"), [{"host": "evil.example"}, {"origin": "http://evil.example"}])
def test_a_page_from_elsewhere_cannot_reach_it_through_a_browser_here(headers: dict[str, str]) -> None:
    gate = Gate(application)

    assert ask(gate, **headers)["status"] == 403
    assert ask(gate, kind="websocket", **headers)["type"] == "websocket.close"


def test_its_own_pages_may_open_a_socket() -> None:
    found = ask(Gate(application), kind="websocket", origin="http://localhost:8765")

    assert found["type"] == "websocket.accept"


def test_others_are_asked_for_the_class_code_and_let_in_with_it() -> None:
    gate = Gate(application, "ABC234")
    there = {"host": "10.0.0.1:8765"}

    assert ask(gate, **there)["status"] == 401
    assert "Class code" in ask(gate, "/classroom", **there)["body"]
    assert ask(gate, kind="websocket", **there)["type"] == "websocket.close"
    assert ask(gate, "/enter?code=ABC234", kind="websocket", **there)["type"] == "websocket.close"
    assert ask(gate, "/enter", body=b"code=WRONG1", **there)["status"] == 403
    let_in = ask(gate, "/enter", body=b"code=+abc234", **there)
    assert let_in["status"] == 303
    cookie = let_in["headers"]["set-cookie"].partition(";")[0]
    assert ask(gate, cookie=cookie, **there)["body"] == "inside"
    assert ask(gate, kind="websocket", cookie=cookie, **there)["type"] == "websocket.accept"
    assert ask(gate, cookie=cookie + "x", **there)["status"] == 401


def test_whoever_guesses_has_to_wait_and_others_do_not() -> None:
    gate = Gate(application, "ABC234")

    for _ in range(TRIES):
        assert ask(gate, "/enter", body=b"code=nothis")["status"] == 403

    assert ask(gate, "/enter", body=b"code=ABC234")["status"] == 429
    assert ask(gate, "/enter", body=b"code=ABC234", who="10.0.0.8")["status"] == 303


def test_whoever_has_waited_may_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, now = Gate(application, "ABC234"), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    for _ in range(TRIES):
        ask(gate, "/enter", body=b"code=nothis")

    now += PAUSE
    assert ask(gate, "/enter", body=b"code=ABC234")["status"] == 429
    now += 1
    assert ask(gate, "/enter", body=b"code=nothis")["status"] == 403
    assert ask(gate, "/enter", body=b"code=ABC234")["status"] == 303


def test_guesses_made_while_waiting_do_not_make_the_wait_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, now = Gate(application, "ABC234"), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    for _ in range(TRIES):
        ask(gate, "/enter", body=b"code=nothis")

    now += PAUSE / 2
    assert ask(gate, "/enter", body=b"code=nothis")["status"] == 429
    now += PAUSE / 2 + 1
    assert ask(gate, "/enter", body=b"code=ABC234")["status"] == 303


def test_guesses_from_many_places_do_not_fill_the_memory() -> None:
    gate = Gate(application, "ABC234")

    for n in range(MOST_REMEMBERED + 5):
        gate._count_wrong(f"10.0.{n}")

    assert len(gate._wrong) == MOST_REMEMBERED
    assert "10.0.0" not in gate._wrong


def test_a_form_is_read_to_a_limit() -> None:
    gate = Gate(application, "ABC234")

    assert ask(gate, "/enter", body=b"x" * LARGEST_FORM + b"&code=ABC234")["status"] == 401
    assert ask(gate, "/enter?" + "x" * LARGEST_FORM + "&code=ABC234")["status"] == 401


def test_the_cookie_is_for_the_server_alone_and_is_not_the_code() -> None:
    cookie = ask(Gate(application, "ABC234"), "/enter", body=b"code=ABC234")["headers"]["set-cookie"]

    assert "ABC234" not in cookie
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_a_code_given_in_the_form_is_never_shown_as_markup() -> None:
    assert "<script>" not in ask(Gate(application, "ABC234"), "/enter?code=<script>")["body"]


@pytest.mark.parametrize("code", ["", "abc", "x" * 41, "with space", "<b>bold</b>"])
def test_a_class_code_that_cannot_be_used_is_refused(code: str) -> None:
    with pytest.raises(InputError, match="6 to 40"):
        checked_code(code)


def test_made_up_codes_can_be_used_and_differ() -> None:
    assert len({checked_code(new_code()) for _ in range(20)}) == 20
