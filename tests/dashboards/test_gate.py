"""Who is let in: this machine's own pages, and others who have given a class code."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from conducive.dashboards.server.gate import Gate, code_form
from conducive.dashboards.server.machine import checked_base, checked_hosts
from conducive.dashboards.store.codes import COOKIE, MOST_KEYS, cookie_of, keys_in
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


def test_others_are_asked_for_the_class_code_until_they_hold_a_key_that_is_admitted() -> None:
    gate = Gate(application, lambda keys: "RIGHT" in keys)
    there = {"host": "10.0.0.1:8765"}

    for held in ("", f"{COOKIE}=WRONG", "\x00=;;", f"{COOKIE}=\u00e9", "other=RIGHT"):
        cookie = {"cookie": held}
        assert ask(gate, **there, **cookie)["status"] == 401
        assert "Class code" in ask(gate, "/classroom", **there, **cookie)["body"]
        assert ask(gate, kind="websocket", **there, **cookie)["type"] == "websocket.close"
        assert ask(gate, "/j/CODE", kind="websocket", **there, **cookie)["type"] == "websocket.close"
    known = {"cookie": f"{COOKIE}=NEWER.RIGHT"}
    assert ask(gate, **there, **known)["body"] == "inside"
    assert ask(gate, kind="websocket", **there, **known)["type"] == "websocket.accept"


@pytest.mark.parametrize("path", ["/enter", "/enter?code=ABC234", "/j/ABC234", "/alive"])
def test_where_a_code_is_given_nobody_needs_one(path: str) -> None:
    gate = Gate(application, lambda _: False)

    assert ask(gate, path, host="10.0.0.1:8765")["body"] == "inside"
    assert ask(gate, path, host="10.0.0.1:8765", origin="http://evil.example")["status"] == 403


@pytest.mark.parametrize("path", ["/jobs", "/j", "/", "/static/j/x", "/board/ABC234", "/classroom/open"])
def test_everywhere_else_one_is_needed(path: str) -> None:
    assert ask(Gate(application, lambda _: False), path, host="10.0.0.1:8765")["status"] == 401


def test_the_cookie_is_for_the_server_alone_and_holds_so_many_keys() -> None:
    parts = cookie_of(["NEW", *(f"K{n}" for n in range(3 * MOST_KEYS)), "OLD"]).split("; ")

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(parts)
    keys = keys_in({COOKIE: parts[0].partition("=")[2]})
    assert len(keys) == MOST_KEYS
    assert keys[0] == "NEW"


@pytest.mark.parametrize(("value", "keys"), [("", []), ("A.B", ["A", "B"]), ("../x.<b>.\u00e9.A", ["A"])])
def test_only_keys_are_read_from_the_cookie(value: str, keys: list[str]) -> None:
    assert keys_in({COOKIE: value}) == keys


def test_what_was_wrong_with_a_code_is_never_shown_as_markup() -> None:
    assert "<script>" not in code_form("<script>alert(1)</script>")


def test_a_proxy_is_trusted_by_name_alone_and_pages_of_others_stay_out() -> None:
    strict, trusting = Gate(application), Gate(application, hosts=["hub.example.org"])
    from_hub = {"host": "127.0.0.1:8765", "origin": "https://hub.example.org"}

    assert ask(strict, **from_hub)["status"] == 403
    assert ask(strict, kind="websocket", **from_hub)["type"] == "websocket.close"
    assert ask(trusting, **from_hub)["body"] == "inside"
    assert ask(trusting, kind="websocket", **from_hub)["type"] == "websocket.accept"
    assert ask(trusting, host="Hub.Example.org", origin="https://hub.example.org")["body"] == "inside"
    assert ask(trusting, host="127.0.0.1:8765", origin="https://evil.example.org")["status"] == 403
    assert ask(trusting, host="evil.example.org")["status"] == 403
    assert ask(trusting, host="127.0.0.1:8765", origin="https://hub.example.org.evil.org")["status"] == 403


@pytest.mark.parametrize("asked", ["/conducive/watch", "/watch"], ids=["handed on", "taken off"])
def test_a_path_before_ours_is_handed_on_or_taken_off(asked: str) -> None:
    seen: list[dict[str, Any]] = []

    async def shows(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)
        await application(scope, receive, send)

    assert ask(Gate(shows, base="/conducive"), asked)["body"] == "inside"
    assert [(scope["path"], scope["root_path"]) for scope in seen] == [("/conducive/watch", "/conducive")]


def test_a_door_is_open_under_a_path_too_and_a_name_that_only_begins_alike_is_no_such_path() -> None:
    gate = Gate(application, lambda keys: False, base="/c")

    assert ask(gate, "/c/j/ABC")["body"] == "inside"
    assert ask(gate, "/c")["status"] == 401
    assert ask(gate, "/cj/ABC")["status"] == 401


@pytest.mark.parametrize(("given", "found"), [("", ""), ("/", ""), ("/a", "/a"), ("/a/b.c/", "/a/b.c")])
def test_a_path_for_a_proxy_is_taken_with_or_without_its_last_stroke(given: str, found: str) -> None:
    assert checked_base(given) == found


@pytest.mark.parametrize(
    ("check", "given", "words"),
    [
        (checked_base, "conducive", "Did you mean /conducive?"),
        (checked_base, "https://x.org/a/b", "Did you mean /a/b?"),
        (checked_base, "/a b", "Did you mean /a/b?"),
        (checked_base, "/../x", "Did you mean /x?"),
        (checked_base, "/a/./b", "Did you mean /a/b?"),
        (checked_hosts, ["https://hub.example.org/x"], "Did you mean hub.example.org?"),
        (checked_hosts, ["hub.example.org:443"], "Did you mean hub.example.org?"),
        (checked_hosts, ["*.example.org"], "Did you mean example.org?"),
        (checked_hosts, ["*"], "without scheme or port. Got '*'."),
    ],
)
def test_a_path_or_a_host_that_is_none_is_refused_with_the_nearest_right_one(
    check: Any, given: Any, words: str
) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        check(given)
