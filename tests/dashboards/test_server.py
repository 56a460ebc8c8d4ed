"""The server as people start it: who can reach it, what it serves, what it says, and what it leaves on disk."""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlsplit

import pytest
import websockets

from conducive.dashboards.server import warm
from conducive.dashboards.server.machine import own_addresses
from conducive.dashboards.server.serve import LARGEST_MESSAGE, PAGES, _code, _listening
from conducive.dashboards.store.tries import TRIES
from conducive.experiments.lives import ensemble
from conducive.scenarios.errors import InputError

SOCKET = "/jupyter/api/kernels/some/channels?session_id=some"
CODE = "CLASS7"
AWAY = next((address for address in own_addresses() if address[:1].isdigit()), "")
"""An address of this machine at which others on its network reach it."""

type Serve = Callable[..., AbstractContextManager[tuple[str, Popen[bytes]]]]
type Answer = tuple[int, dict[str, str], str]


def ask(address: str, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """Make one request, of exactly this path; return status, headers and body."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
    try:
        connection.request(method, path, body, {key.replace("_", "-"): value for key, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def opened(address: str, cookie: str = "", origin: str | None = None, message: str = "") -> str:
    """Open a socket as a page does, and say what becomes of it."""

    async def attempt() -> str:
        where = urlsplit(address).netloc
        try:
            async with websockets.connect(
                f"ws://{where}{SOCKET}",
                origin=origin or address,  # type: ignore[arg-type]
                additional_headers={"Cookie": cookie},
                proxy=None,
            ) as page:
                if message:
                    await page.send(message)
                    async for _ in page:
                        pass
                return "open"
        except websockets.InvalidStatus as error:
            return f"refused: {error.response.status_code}"
        except websockets.ConnectionClosed as error:
            return f"closed: {error.rcvd and error.rcvd.code}"

    with ThreadPoolExecutor(1) as pool:  # browser tests leave a loop running in the main thread
        return pool.submit(asyncio.run, attempt()).result()


# ---- Here ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_a_page_may_fetch_from_its_own_server_alone(server: str, page: str) -> None:
    status, headers, body = ask(server, f"/{page}")

    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert 'lang="en-GB"' in body


def test_a_page_knows_of_which_start_of_the_server_it_is(server: str) -> None:
    _, headers, started = ask(server, "/alive")

    assert f"'{started}'" in ask(server, "/classroom")[2]
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/nothing", "/classroom/x", "/about/../about", "/a/b/c", "/static/", "/_solara/x"])
def test_there_is_no_page_at_any_other_address(server: str, path: str) -> None:
    status, _, body = ask(server, path)

    assert status == 404
    assert "There is no page at this address." in body


@pytest.mark.parametrize("folder", ["static", "static/public", "static/assets", "jupyter/nbextensions", "_solara/cdn"])
@pytest.mark.parametrize("up", ["../", "..%2f", "%2e%2e/", "..%5c", "%252e%252e/"])
def test_no_address_reaches_a_file_that_is_not_served(server: str, folder: str, up: str) -> None:
    for target in ("etc/passwd", "proc/self/environ"):
        status, _, body = ask(server, f"/{folder}/{up * 12}{target}")

        assert status == 404
        assert "root:" not in body


def test_a_browser_here_cannot_be_used_from_elsewhere(server: str) -> None:
    for headers in ({"host": "evil.example"}, {"host": f"evil.example:{urlsplit(server).port}"}, {"origin": "null"}):
        assert ask(server, "/", **headers)[0] == 403

    assert opened(server) == "open"
    assert opened(server, origin="http://evil.example") == "refused: 403"


def test_a_message_that_is_too_large_ends_its_own_page_and_no_other(server: str) -> None:
    assert opened(server, message="x" * (LARGEST_MESSAGE + 1)) == "closed: 1009"

    assert ask(server, "/")[0] == 200


def test_only_this_machine_reaches_it_unless_it_is_opened(server: str) -> None:
    if not AWAY:
        pytest.skip("this machine has no address on a network")
    port = urlsplit(server).port

    with pytest.raises(OSError, match="refused"):
        socket.create_connection((AWAY, port), timeout=10)


def test_nothing_is_written_outside_the_data_folder(server: str, class_folder: Path) -> None:
    for page in PAGES:
        assert ask(server, f"/{page}")[0] == 200
    assert opened(server) == "open"

    assert not [*class_folder.with_name(f"{class_folder.name}-home").rglob("*")]
    assert {path.name.partition("-")[0] for path in class_folder.iterdir()} <= {"server", "classroom.sqlite3"}


# ---- On a network --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def away(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address at which others reach a server that is open to them, and what it said to whoever started it."""
    if not AWAY:
        pytest.skip("this machine has no address on a network")
    folder = tmp_path_factory.mktemp("open")
    with (
        (folder / "said").open("wb") as says,
        serve(folder / "data", "--open-to-network", "--class-code", "class-7", says=says) as (address, _),
    ):
        yield f"http://{AWAY}:{urlsplit(address).port}", folder / "said"


def test_whoever_opens_it_is_told_who_can_reach_it_and_with_which_code(away: tuple[str, Path]) -> None:
    address, said = away

    text = said.read_text("utf-8")

    assert f"{address}/j/{CODE}" in text
    assert "anyone who can reach this machine" in text
    assert CODE in text


def test_others_see_nothing_but_the_question_for_the_code(away: tuple[str, Path]) -> None:
    address, _ = away

    for path in (*(f"/{page}" for page in PAGES), "/static/main-vuetify.js", "/readyz", "/resourcez", "/nothing"):
        status, _, body = ask(address, path)
        assert status == 401
        assert "Class code" in body

    assert opened(address) == "refused: 403"
    assert opened(address, cookie="conducive-keys=guess") == "refused: 403"
    assert ask(address, "/_solara/api/close/x?session_id=x", method="POST")[0] == 401


def test_the_code_lets_others_in_and_guesses_are_counted(away: tuple[str, Path]) -> None:
    address, _ = away

    status, headers, _ = ask(address, "/enter", method="POST", body=b"code=class-7")
    assert status == 303
    cookie = headers["set-cookie"].partition(";")[0]
    assert ask(address, "/classroom", cookie=cookie)[0] == 200
    assert opened(address, cookie=cookie) == "open"
    assert opened(address, cookie=cookie, origin="http://evil.example") == "refused: 403"

    for n in range(TRIES):
        assert "No class has this code" in ask(address, f"/enter?code=guess{n}")[2]
    for path in (f"/enter?code={CODE}", f"/j/{CODE}"):
        status, _, body = ask(address, path)
        assert (status, "too many wrong codes" in body) == (403, True)
    assert ask(address, "/", cookie=cookie)[0] == 200


# ---- What it says and refuses ----------------------------------------------------------------------------------------


def test_compiling_is_announced_where_it_keeps_people_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    told, ready = threading.Event(), threading.Event()
    monkeypatch.setattr(warm, "SILENCE", 0.0)
    monkeypatch.setattr(warm, "READY", ready)
    monkeypatch.setattr(ensemble, "run", lambda *_, **__: told.wait(60))

    def say(text: str) -> None:
        said.append(text)
        told.set()

    warm.warm_up(say, lambda: said.append(f"ready: {ready.is_set()}"))

    assert said == [warm.COMPILING, "ready: True"]


def test_nothing_is_announced_where_the_rules_are_compiled_already(monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[threading.Timer] = []
    monkeypatch.setattr(warm, "SILENCE", 3600.0)
    monkeypatch.setattr(warm, "READY", threading.Event())
    monkeypatch.setattr(
        ensemble, "run", lambda *_, **__: timers.extend(t for t in threading.enumerate() if hasattr(t, "interval"))
    )

    warm.warm_up(lambda _: None, lambda: None)

    (timer,) = timers
    assert timer.finished.is_set()


def test_a_class_code_is_for_a_network_only() -> None:
    with pytest.raises(InputError, match="--open-to-network"):
        _code(open_to_network=False, class_code=CODE)

    assert not _code(open_to_network=False, class_code=None)
    assert len(_code(open_to_network=True, class_code=None)) >= 6


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(InputError, match="0 to 65535"):
        _listening("127.0.0.1", port)


def test_a_port_that_is_taken_is_refused_with_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(InputError, match=f"port {port} cannot be used.*--port {port + 1}"):
            _listening("127.0.0.1", port)


@pytest.mark.parametrize("code", ["", "abc", "x" * 41, "with space", "<b>bold</b>", "------", "a-b-c-d-e", "Äpfel-12"])
def test_a_class_code_that_cannot_be_used_is_refused(code: str) -> None:
    with pytest.raises(InputError, match="6 to 40"):
        _code(open_to_network=True, class_code=code)


def test_a_class_code_may_be_typed_in_any_way() -> None:
    assert _code(open_to_network=True, class_code="owls-2026") == "OWLS2026"
    assert len({_code(open_to_network=True, class_code=None) for _ in range(20)}) == 20
