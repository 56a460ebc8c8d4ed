"""Coming into a class: one code, three actions on a telephone, and nobody sees what is another's."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import ifaddr
import pytest
import segno
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from starlette.applications import Starlette

from conducive.dashboards.classroom.lessons import lesson
from conducive.dashboards.server import joining
from conducive.dashboards.server.gate import Gate
from conducive.dashboards.server.joining import LARGEST_FORM, Joining
from conducive.dashboards.server.machine import own_addresses
from conducive.dashboards.store.classes import Store
from conducive.dashboards.store.codes import COOKIE, GROUP_KEY, OWN_CODE, PROXIES, TEACHER_KEY, keys_in, own_code
from conducive.dashboards.store.games import TITLE, games
from conducive.dashboards.store.tries import TRIES

OF = lesson("coproduction")
PICTURES = Path(__file__).resolve().parents[2] / "artefacts" / "pages"
EVIL = "<img src=x onerror=alert(1)>"
AWAY = next((address for address in own_addresses() if address[:1].isdigit()), "")
"""An address of this machine at which others on its network reach it."""


class Browser:
    """Somebody who asks a server for pages and keeps its cookies; without a screen, and without a network."""

    def __init__(self, server: Any, *, host: str = "192.168.7.5:8765", who: str = "10.0.0.9") -> None:
        self.server, self.host, self.who, self.cookie = server, host, who, ""

    def ask(self, path: str, **form: str) -> tuple[int, str, str]:
        """Open an address, or send it a form; return status, where it leads, and what it shows."""
        location, _, query = path.partition("?")
        sent: list[dict[str, Any]] = []
        body = urlencode(form).encode()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        headers = {"host": self.host, "cookie": self.cookie, "origin": f"http://{self.host}" if form else ""}
        scope = {
            "type": "http",
            "method": "POST" if form else "GET",
            "path": location,
            "query_string": query.encode(),
            "headers": [(key.encode(), value.encode()) for key, value in headers.items() if value],
            "client": (self.who, 1),
            "server": ("127.0.0.1", 8765),
            "scheme": "http",
        }
        with ThreadPoolExecutor(1) as pool:  # browser tests leave a loop running in the main thread
            pool.submit(asyncio.run, self.server(scope, receive, send)).result()
        answered = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
        if "set-cookie" in answered:
            assert {"HttpOnly", "SameSite=Lax"} <= set(answered["set-cookie"].split("; "))
            self.cookie = answered["set-cookie"].partition(";")[0]
        return sent[0]["status"], answered.get("location", ""), b"".join(m.get("body", b"") for m in sent).decode()

    @property
    def keys(self) -> list[str]:
        """Keys that it holds."""
        return keys_in({COOKIE: self.cookie.partition("=")[2]})

    def key(self, length: int) -> str:
        """Return the newest key of a kind."""
        return next(key for key in self.keys if len(key) == length)

    def open_class(self, name: str = "coproduction") -> str:
        """Open a class for a lesson; return its code."""
        status, to, _ = self.ask("/classroom/open", lesson=name)
        assert status == 303
        return to.partition("?teach=")[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONDUCIVE_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Any:
    """A server that is open to the network, with the code OWLS2026."""
    here = Joining(8765, "owls-2026")
    return Gate(Starlette(routes=here.routes()), here.admits)


@pytest.fixture
def teacher(server: Any) -> Browser:
    """A browser as the server opens it for whoever starts it."""
    browser = Browser(server, host="localhost:8765", who="127.0.0.1")
    assert browser.ask("/enter?code=OWLS2026")[:2] == (303, "/")
    return browser


# ---- With the code ---------------------------------------------------------------------------------------------------


def test_one_code_opens_the_server_and_the_class_and_leads_into_its_lesson(
    server: Any, teacher: Browser, folder: Path
) -> None:
    code, phone = teacher.open_class(), Browser(server)
    assert code == "OWLS2026"

    status, _, form = phone.ask(f"/j/{code}")
    assert status == 200
    assert lesson("coproduction").title in form
    status, to, _ = phone.ask(f"/j/{code}", name="Owls")

    assert (status, to) == (303, f"/classroom?class={code}")
    assert Store(folder).seat(phone.key(GROUP_KEY)).name == "Owls"
    assert phone.ask(f"/j/{code}")[:2] == (303, to)
    assert "Owls" in phone.ask(f"/board/{code}")[2]


def test_a_game_is_joined_from_its_board_too(server: Any, folder: Path) -> None:
    code = games(folder).open_game("host")
    phone = Browser(server)
    assert TITLE in phone.ask(f"/j/{code}")[2]

    assert f"/j/{code}" in phone.ask(f"/board/{code}")[2]
    assert phone.ask(f"/j/{code}", name="Foxes")[:2] == (303, f"/game?game={code}")
    assert phone.ask(f"/j/{code}")[:2] == (303, f"/game?game={code}")


@pytest.mark.parametrize("typed", ["owls-2026", " OWLS 2026 ", "Owls2026"])
def test_the_code_may_be_typed_in_any_way(server: Any, teacher: Browser, typed: str) -> None:
    teacher.open_class()

    assert Browser(server).ask("/enter", code=typed)[:2] == (303, "/j/OWLS2026")
    assert "Name of your group" in Browser(server).ask(f"/j/{typed}")[2]
    assert "Class code" in Browser(server).ask("/j/")[2]


def test_a_second_teacher_has_a_code_of_their_own_that_opens_the_server_too(server: Any, teacher: Browser) -> None:
    first, second = teacher.open_class(), teacher.open_class("blame-spiral")
    phone = Browser(server)

    assert second != first
    assert phone.ask("/enter", code=second)[:2] == (303, f"/j/{second}")
    assert lesson("blame-spiral").title in phone.ask(f"/j/{second}")[2]
    phone.ask(f"/j/{second}", name="Owls")
    assert "Owls" not in phone.ask(f"/board/{first}")[2]


def test_whoever_comes_before_the_class_waits_for_it(server: Any, teacher: Browser) -> None:
    phone = Browser(server)

    status, _, page = phone.ask("/j/OWLS2026")

    assert status == 200
    assert "has not begun" in page
    assert phone.ask("/j/OWLS2026", name="Owls")[:2] == (303, "/j/OWLS2026")
    taken = phone.open_class()  # whoever came early and opens a class of their own does not take the code away
    assert taken != "OWLS2026"
    teacher.open_class()
    assert "Name of your group" in phone.ask("/j/OWLS2026")[2]


def test_whoever_comes_before_a_game_with_the_servers_code_comes_into_it(
    server: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OWN_CODE, "OWLS2026")
    assert own_code("localhost") == "OWLS2026"
    assert own_code("192.168.7.5") == ""
    assert own_code("hub.example.org") == ""
    phone = Browser(server)
    assert "has not begun" in phone.ask("/j/OWLS2026")[2]

    monkeypatch.setenv(PROXIES, "other.example.org hub.example.org")
    assert own_code("Hub.example.org") == "OWLS2026"  # as for a class that is opened there
    assert own_code("192.168.7.5") == ""
    games(folder).open_game("host", code=own_code("localhost"))

    assert TITLE in phone.ask("/j/OWLS2026")[2]


def test_a_key_that_is_wrong_can_be_typed_once_more(server: Any) -> None:
    browser = Browser(server)
    browser.ask("/enter", code="OWLS2026")

    status, _, page = browser.ask("/classroom/back", key="WRONGKEYHERE")

    assert status == 403
    assert 'action="/classroom/back"' in page
    assert 'name="key"' in page


@pytest.mark.parametrize("wrong", ["WRONG1", "x", "%3Cb%3E", "..%2f..", "A" * 500, "'; DROP TABLE class; --"])
def test_a_code_that_is_wrong_is_refused_in_words(server: Any, wrong: str) -> None:
    phone = Browser(server)

    for path, form in ((f"/j/{wrong}", {}), ("/enter", {"code": wrong}), (f"/enter?code={wrong}", {})):
        status, _, page = phone.ask(path, **form)
        assert status == 403
        assert "No class has this code" in page
        assert "<b>" not in page
    assert not phone.keys
    assert phone.ask("/board/OWLS2026")[0] == 401


def test_a_code_is_worth_nothing_once_its_class_has_ended(server: Any, teacher: Browser, folder: Path) -> None:
    teacher.open_class()
    code, phone = teacher.open_class(), Browser(server)
    phone.ask(f"/j/{code}", name="Owls")

    Store(folder).end_class(teacher.key(TEACHER_KEY))

    assert phone.ask(f"/board/{code}")[0] == 401
    status, _, page = phone.ask(f"/j/{code}")
    assert (status, "No class has this code" in page) == (403, True)
    assert teacher.ask(f"/board/{code}")[0] == 403  # still let in by the server's own code


def test_whoever_guesses_has_to_wait_and_others_do_not(server: Any, teacher: Browser) -> None:
    code, guesser = teacher.open_class(), Browser(server, who="10.0.0.66")
    for n in range(TRIES):
        assert "No class has this code" in guesser.ask(f"/j/GUESS{n}")[2]

    for answer in (guesser.ask(f"/j/{code}"), guesser.ask("/enter", code=code), guesser.ask(f"/j/{code}", name="Owls")):
        assert answer[0] == 403
        assert "too many wrong codes" in answer[2]
    assert Browser(server).ask(f"/j/{code}")[0] == 200


# ---- Names ----------------------------------------------------------------------------------------------------------


def test_a_name_with_markup_is_shown_as_it_was_typed(server: Any, teacher: Browser) -> None:
    code, phone = teacher.open_class(), Browser(server)

    assert phone.ask(f"/j/{code}", name=EVIL)[0] == 303
    assert Browser(server).ask(f"/j/{code}", name="Äpfel & Bäume 🌳")[0] == 303

    board = teacher.ask(f"/board/{code}")[2]
    assert "<img" not in board
    assert "&lt;img src=x" in board
    assert "Äpfel &amp; Bäume 🌳" in board


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x" * 500, "at most 40 characters. Got 500"),
        ("🌳" * 500, "Got 500"),
        ("x" * LARGEST_FORM, "at most"),
        ("  ", "Give your group a name"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_the_form_stays(
    server: Any, teacher: Browser, name: str, said: str
) -> None:
    code, phone = teacher.open_class(), Browser(server)

    status, _, page = phone.ask(f"/j/{code}", name=name)

    assert status == 403
    assert said in page
    assert "Name of your group" in page
    assert "Nobody has joined" in teacher.ask(f"/board/{code}")[2]


def test_two_groups_with_one_name_are_told_apart_by_a_key(server: Any, teacher: Browser) -> None:
    code, owls, others = teacher.open_class(), Browser(server), Browser(server)
    owls.ask(f"/j/{code}", name="Owls")
    others.ask(f"/j/{code}")

    assert "has joined already" in others.ask(f"/j/{code}", name="OWLS")[2]
    assert others.ask("/classroom/back", key=owls.key(GROUP_KEY).lower())[:2] == (303, f"/classroom?class={code}")
    assert others.key(GROUP_KEY) == owls.key(GROUP_KEY)


# ---- Keys -----------------------------------------------------------------------------------------------------------


def test_a_teachers_key_is_in_a_cookie_and_in_nothing_that_is_shown(server: Any, teacher: Browser) -> None:
    to = teacher.ask("/classroom/open", lesson="coproduction")[1]
    key = teacher.key(TEACHER_KEY)

    assert key not in to
    for path in (to, "/board/OWLS2026", "/j/OWLS2026"):
        assert key not in teacher.ask(path)[2]


def test_a_second_browser_needs_the_teachers_key_typed(server: Any, teacher: Browser) -> None:
    code, second = teacher.open_class(), Browser(server)
    key = teacher.key(TEACHER_KEY)
    second.ask(f"/j/{code}")
    assert key not in second.keys

    status, _, page = second.ask("/classroom/back", key="A" * TEACHER_KEY)
    assert (status, "No class has this teacher&#x27;s key" in page) == (403, True)
    assert second.ask("/classroom/back", key=f"{key[:4]} {key[4:8].lower()}-{key[8:]}")[:2] == (
        303,
        f"/classroom?teach={code}",
    )
    assert second.key(TEACHER_KEY) == key


def test_a_browser_forgets_a_class_that_it_leaves_and_no_other(server: Any, teacher: Browser) -> None:
    first, second = teacher.open_class(), teacher.open_class()
    keys = teacher.keys

    assert teacher.ask("/classroom/leave", code=second)[:2] == (303, "/classroom")

    assert len(teacher.keys) == len(keys) - 1
    assert teacher.ask("/classroom/back", key=teacher.key(TEACHER_KEY))[1] == f"/classroom?teach={first}"


def test_nobody_opens_or_comes_back_from_elsewhere(server: Any, teacher: Browser, folder: Path) -> None:
    stranger = Browser(server)

    for path, form in (("/classroom/open", {"lesson": "coproduction"}), ("/classroom/back", {"key": "A" * 8})):
        assert stranger.ask(path, **form)[0] == 401
    status, _, page = teacher.ask("/classroom/open", lesson=EVIL)
    assert status == 403
    assert "<img" not in page


def test_a_lesson_alone_is_open_to_nobody_else(teacher: Browser, folder: Path) -> None:
    to = teacher.ask("/classroom/open", lesson="coproduction", alone="1")[1]

    assert Store(folder).seat(teacher.key(GROUP_KEY)).solo
    assert len(to.partition("?class=")[2]) > 8
    assert TEACHER_KEY not in map(len, teacher.keys)


# ---- The board ------------------------------------------------------------------------------------------------------


def test_the_board_shows_an_address_that_telephones_reach_and_the_same_as_a_picture(
    teacher: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "own_addresses", lambda: ["192.168.7.5", "10.8.0.2"])
    code = teacher.open_class()

    first, other, odd = (teacher.ask(f"/board/{code}{at}")[2] for at in ("", "?at=10.8.0.2", "?at=evil.example"))

    for page, host in ((first, "192.168.7.5"), (other, "10.8.0.2"), (odd, "192.168.7.5")):
        address = f"{host}:8765/j/{code}"
        assert f">{address}<" in page
        picture = segno.make(f"http://{address}", error="m", micro=False)
        assert picture.svg_inline(border=4, omitsize=True, dark="#000", light="#fff") in page
        assert "localhost" not in page
    assert 'href="?at=10.8.0.2"' in first
    assert "Try <a " in first
    monkeypatch.setattr(joining, "own_addresses", lambda: ["192.168.7.5"])
    assert "Telephones do not find it? Open this page" in teacher.ask(f"/board/{code}")[2]


def test_every_address_of_this_machine_is_one_to_choose_its_way_out_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def adapter(*addresses: str) -> ifaddr.Adapter:
        return ifaddr.Adapter("card", "card", [ifaddr.IP(one, 24, "card") for one in addresses])

    cards = [adapter("127.0.0.1"), adapter("10.8.0.2", "169.254.3.4"), adapter("192.168.137.1")]
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: cards)

    found = own_addresses()

    assert found[-2:] == ["10.8.0.2", "192.168.137.1"]
    assert len(found) <= 3


def test_the_address_of_a_projector_elsewhere_is_the_one_it_used(server: Any, teacher: Browser) -> None:
    code, projector = teacher.open_class(), Browser(server, host="school-server.local:8765")
    projector.ask("/enter", code=code)

    assert f">school-server.local:8765/j/{code}<" in projector.ask(f"/board/{code}")[2]


def test_a_board_of_a_server_for_this_machine_alone_says_so(folder: Path) -> None:
    here = Joining(8765)
    browser = Browser(Gate(Starlette(routes=here.routes())), host="localhost:8765", who="127.0.0.1")
    code = browser.open_class()

    page = browser.ask(f"/board/{code}")[2]

    assert "no telephone can reach it" in page
    assert "--open-to-network" in page
    assert "<svg" not in page
    assert "Class code" in browser.ask("/enter", code=" ")[2]
    assert browser.ask("/enter", code=code)[:2] == (303, f"/j/{code}")


def test_every_page_may_fetch_from_its_own_server_alone(server: Any, teacher: Browser) -> None:
    code = teacher.open_class()

    for path in (f"/board/{code}", f"/j/{code}", "/enter"):
        assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", teacher.ask(path)[2])


# ---- In browsers: a teacher, a board, and telephones -----------------------------------------------------------------


class Hand:
    """What somebody does on a telephone, counted."""

    def __init__(self, visit: Callable[..., Any], **options: Any) -> None:
        self.page: Any = None
        self._visit, self._options, self.done = visit, options, 0

    def scan(self, address: str) -> None:
        self.page = self._visit(address, 390, 844, is_mobile=True, has_touch=True, **self._options)
        self.done += 1

    def type(self, label: str, text: str) -> None:
        self.page.get_by_label(label).fill(text)
        self.done += 1

    def tap(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).tap()
        self.done += 1


def join(visit: Callable[..., Any], address: str, name: str, **options: Any) -> Hand:
    """Join a class with a telephone."""
    hand = Hand(visit, **options)
    hand.scan(address)
    PICTURES.mkdir(parents=True, exist_ok=True)
    readable(hand.page)
    hand.page.screenshot(path=PICTURES / f"join-{options.get('color_scheme', 'light')}.png")
    hand.type("Name of your group", name)
    hand.tap("Join")
    hand.page.get_by_role("heading", name="1. Read").wait_for()
    return hand


def readable(page: Any) -> None:
    """See that everybody can read a page, and that it is no wider than the screen."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert not [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def set_curve(page: Any, year: int, percent: int) -> None:
    page.get_by_text("Or type the numbers").click()
    page.locator(f"[data-test=year-{year}]").fill(f"{percent}")
    page.locator(f"[data-test=year-{year}]").press("Tab")


def open_class(visit: Callable[..., Any], address: str) -> tuple[Any, Any]:
    """Open a class as a teacher, and its board; return both pages. The teacher's key is in no address."""
    teacher = visit(f"{address}/enter?code=OWLS2026")
    teacher.goto(f"{address}/classroom")
    teacher.locator(".lesson", has_text=OF.title).get_by_role("button", name="Open a class").click()
    with teacher.context.expect_page() as opened:
        teacher.get_by_role("link", name="Show the board").click()
    board = opened.value
    board.locator(".qr svg").wait_for()
    (keys,) = (one for one in teacher.context.cookies() if one["name"] == COOKIE)
    assert (keys["httpOnly"], keys["sameSite"]) == (True, "Lax")
    key = next(key for key in keys["value"].split(".") if len(key) == TEACHER_KEY)
    assert not any(key in text for text in (teacher.url, board.url, board.content()))
    return teacher, board


def come_back(visit: Callable[..., Any], address: str, key: str) -> Any:
    """Come back to a group on another device."""
    pad = visit(address, 800, 900)
    pad.get_by_text("Your group is in already?").click()
    pad.get_by_label("Key of your group").fill(key)
    pad.get_by_role("button", name="Come back").click()
    return pad


def shows(page: Any, because: str, fifth: int) -> None:
    """See that a page shows a prediction."""
    expect(page.get_by_role("radio", name=OF.options[1])).to_be_checked()
    expect(page.get_by_label("We think so because")).to_have_value(because)
    expect(page.get_by_role("slider", name="After 5 years")).to_have_attribute("aria-valuenow", f"{fifth}")


def work_on_both(phone: Any, pad: Any) -> None:
    """Predict on one device, see it on the other; then on both at once."""
    pad.get_by_role("radio", name=OF.options[1]).check()
    set_curve(pad, 5, 40)
    pad.get_by_label("We think so because").fill("It was paid for. ")
    pad.get_by_role("button", name="Keep our prediction").click()
    for page, whose in ((pad, "on this device"), (phone, "on device 2")):
        page.get_by_text(f"Last change: the prediction, {whose} at").wait_for()
        page.get_by_text("Kept. You may change it").wait_for()
        expect(page.get_by_text("Changed, not kept yet.")).to_have_count(0)
        shows(page, "It was paid for.", 40)
    pad.get_by_label("We think so because").fill("We asked.")
    pad.get_by_role("radio", name=OF.options[0]).check()
    pad.get_by_text("Changed, not kept yet.").wait_for()
    set_curve(phone, 5, 60)
    phone.get_by_role("button", name="Keep our prediction").click()
    pad.get_by_text(re.compile("On device 1 at .* another prediction was kept")).wait_for()
    pad.get_by_role("button", name="Take it").click()
    shows(pad, "It was paid for.", 60)


@pytest.mark.skipif(not AWAY, reason="this machine has no address on a network")
def test_a_class_joins_works_on_two_devices_survives_a_restart_and_ends(
    serve: Callable[..., Any], visit: Callable[..., Any], tmp_path: Path
) -> None:
    with serve(tmp_path / "data", "--open-to-network", "--class-code", "OWLS-2026") as (address, process):
        teacher, board = open_class(visit, address)
        reach = board.locator("[data-test=address]").inner_text()
        assert reach == f"{AWAY}:{urlsplit(address).port}/j/OWLS2026"
        owls = join(visit, f"http://{reach}", "Owls", color_scheme="dark")
        rude = join(visit, f"http://{reach}", EVIL)
        assert (owls.done, rude.done) == (3, 3)
        assert urlsplit(owls.page.url).query == "class=OWLS2026"
        expect(board.locator("#live li")).to_have_text(["Owls", EVIL])
        for width, scheme in ((390, "dark"), (1280, "light")):
            board.set_viewport_size({"width": width, "height": 800})
            board.emulate_media(color_scheme=scheme)
            readable(board)
            board.screenshot(path=PICTURES / f"board-{width}-{scheme}.png")
        readable(teacher)
        teacher.screenshot(path=PICTURES / "teacher.png", full_page=True)
        phone = owls.page
        pad = come_back(visit, f"http://{reach}", phone.locator(".where .code").inner_text())
        work_on_both(phone, pad)
        phone.screenshot(path=PICTURES / "two-devices.png", full_page=True)
        process.kill()
        process.wait()

    # It starts again with another code; everybody is back by themselves, with their keys alone.
    with serve(tmp_path / "data", "--open-to-network", "--class-code", "OTHER-1", port=urlsplit(address).port):
        for page, whose in ((phone, "on this device"), (pad, "on device 1")):
            page.get_by_text(f"Last change: the prediction, {whose} at").wait_for()
            shows(page, "It was paid for.", 60)
        teacher.locator(".seat", has_text=EVIL).get_by_role("button", name="Take out").click()
        rude.page.get_by_role("heading", name="Your group is out of the class").wait_for()
        rude.page.screenshot(path=PICTURES / "taken-out.png")
        expect(board.locator("#live li")).to_have_text(["Owls"])
        teacher.get_by_role("button", name="End this class").click()
        teacher.get_by_role("button", name="Delete it all").click()
        for page in (phone, pad):
            page.get_by_role("heading", name="The class has ended").wait_for()
        board.get_by_label("Class code").wait_for()
        for page in (board, phone, rude.page):
            expect(page.locator("img[src=x]")).to_have_count(0)
