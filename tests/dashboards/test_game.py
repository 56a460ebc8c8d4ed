"""The game in browsers: alone to its end, with others in roles, by vote, and after the server was killed."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conducive.dashboards.game.end import _from_plain, _to_plain
from conducive.dashboards.game.page import asked_for
from conducive.dashboards.store.games import Games, place
from conducive.experiments.game import ending as looking_back
from conducive.experiments.game import files
from conducive.experiments.game.deck import BY_ROLE, ROUNDS, SEED, offered
from conducive.experiments.game.ending import ending
from conducive.experiments.game.rounds import Game

PICTURES = Path(__file__).resolve().parents[2] / "artefacts" / "pages"
EVIL = "<img src=x onerror=alert(1)>"


# ---- Without a browser ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("search", "found"),
    [(None, ""), ("", ""), ("game=ABC234", "ABC234"), ("game=" + "A" * 99, "A" * 40), ("&".join(["a=1"] * 50), "")],
)  # fmt: skip
def test_an_address_names_a_game_or_none(search: str | None, found: str) -> None:
    assert asked_for(search) == found


def test_the_address_of_a_game_leads_to_it() -> None:
    assert asked_for(urlsplit(place("ABC234")[2]).query) == "ABC234"


def test_an_ending_comes_back_from_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_back, "TRIED", 2)
    monkeypatch.setattr(looking_back, "WEIGHED", 2)
    rounds = tuple({d.name: d.options[0].name for d in offered(n)} for n in range(1, ROUNDS + 1))
    (*_, found), kept = ending(Game(SEED, rounds)), Games(tmp_path)

    kept.keep_outcome("one", _to_plain(found))

    assert _from_plain(kept.outcome("one")) == found


# ---- In browsers ---------------------------------------------------------------------------------------------------


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def open_game(page: Any, kind: str) -> str:
    page.get_by_label("Who decides").select_option(label=kind)
    press(page, "Open a game")
    page.locator(".code.big").wait_for()
    return str(page.locator(".code.big").inner_text())


def join(page: Any, code: str, name: str) -> None:
    page.get_by_label("Code of the game").fill(code)
    page.get_by_label("What the others may call you").fill(name)
    page.get_by_label("What the others may call you").press("Tab")
    press(page, "Join")


KEPT = re.compile("Kept")
"""With its capital: a plain text would be found in `Not kept yet.` too."""


def at_round(page: Any, number: int) -> None:
    page.locator(".rounds .now", has_text=str(number)).last.wait_for()


def choose(page: Any, role: str, number: int, nth: int = 0) -> None:
    """Choose for a role, the same option of each question, and keep it."""
    card = page.locator(f"[data-role={role}]")
    for decision in offered(number, role):
        card.locator(f"[data-decision={decision.name}] input").nth(nth).check()
    card.get_by_role("button", name="choice").click()


def readable(page: Any, name: str, width: int, scheme: str) -> None:
    """Check that everybody can read a page, and take its picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    wrong = [(one["id"], [node["target"] for node in one["nodes"][:5]]) for one in found.response["violations"]]
    assert not wrong, f"{name} at {width}, {scheme}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_game_is_played_alone_to_its_end_and_replays_from_the_file_it_gives(
    visit: Callable[..., Any], tmp_path: Path, width: int, scheme: str
) -> None:
    page = visit("game", width, 844, color_scheme=scheme)
    press(page, "Begin")
    for number in range(1, ROUNDS + 1):
        at_round(page, number)
        if number == 3:
            page.get_by_text("A child known to the service").wait_for()
            readable(page, "game-round", width, scheme)
        for n, role in enumerate(BY_ROLE):
            choose(page, role, number, (number + n) % 3)
            if n < len(BY_ROLE) - 1:
                page.locator(f"[data-role={role}] [role=status]", has_text=KEPT).wait_for()

    page.get_by_text("The game is over").wait_for()
    page.get_by_text("That is one luck.").wait_for()
    page.get_by_text("The road not taken", exact=True).wait_for()
    readable(page, "game-end", width, scheme)
    with page.expect_download() as saved:
        press(page, "The game as a file")
    saved.value.save_as(tmp_path / "game.toml")
    game, note = files.load(tmp_path / "game.toml")
    assert (game.over, note) == (True, "")
    picked = {d.name: d.names[(1 + n) % 3] for n, role in enumerate(BY_ROLE) for d in offered(1, role)}
    assert game.rounds[0] == Game(SEED, (picked,)).rounds[0]


def test_a_team_plays_in_roles_on_devices_of_their_own(visit: Callable[..., Any]) -> None:
    host, ann, bob = visit("game"), visit("game", 390, 844), visit("game", 390, 844)
    code = open_game(host, "1 team with roles")
    join(ann, "ZZZ ZZZ", "Ann")
    ann.get_by_role("alert").get_by_text("No class has this code").wait_for()
    join(ann, code, "Ann")
    join(bob, code, "ann")
    bob.get_by_role("alert").get_by_text("has joined already").wait_for()
    join(bob, code, EVIL)
    host.get_by_text(EVIL).wait_for()

    press(ann, "Take Director")
    bob.locator(".seat", has_text="Director").get_by_text("Ann").wait_for()
    expect(bob.locator("[data-role=director]")).to_have_count(0)
    expect(bob.get_by_role("button", name="Take Director")).to_have_count(0)
    host.get_by_text("Still to choose: director (Ann)").wait_for()
    readable(host, "game-board", 1280, "light")

    choose(ann, "director", 1)
    for role in ("manager", "funder", "practitioners"):
        choose(bob, role, 1)
    ann.locator("[data-role=manager] .option.on").wait_for()
    expect(ann.locator("[data-role=manager] [role=status]")).to_have_text("Kept.")
    choose(ann, "families", 1)
    for page in (host, ann, bob):
        at_round(page, 2)
    ann.get_by_text("What changed by month 6").wait_for()
    bob.get_by_text("'A short course of hands-on practice, then a coach by their side every week.'").wait_for()

    press(ann, "Leave")
    press(ann, "Yes, leave this game for good")
    bob.locator("[data-role=director]").wait_for()
    choose(bob, "director", 2)
    press(host, "Close round 2")
    at_round(bob, 3)

    press(host, f"Take out {EVIL}")
    bob.get_by_text("This browser is not in this game, or no longer").wait_for()
    press(host, "End this game")
    press(host, "Yes, end this game and delete it")
    bob.get_by_role("alert").get_by_text("there is no game with this code", exact=False).wait_for()


def test_a_class_decides_by_vote_and_a_killed_server_goes_on_in_the_same_round(
    serve: Callable[..., Any], visit: Callable[..., Any], tmp_path: Path
) -> None:
    with serve(tmp_path) as (address, process):
        host, ann, bob = pages = [visit(f"{address}/game") for _ in range(3)]
        code = open_game(host, "One class, by vote")
        join(ann, code, "Ann")
        join(bob, code, "Bob")
        for page in (ann, bob):
            for role in BY_ROLE:
                choose(page, role, 1, 1)
        for page in pages:
            at_round(page, 2)
        choose(ann, "director", 2, 0)
        ann.locator("[data-role=director] [role=status]", has_text=KEPT).wait_for()

        process.kill()
        assert process.wait() == -signal.SIGKILL

    with serve(tmp_path, port=urlsplit(address).port):
        for page in pages:
            page.reload()
            at_round(page, 2)
        expect(ann.locator("[data-role=director] [role=status]")).to_have_text("Kept.")
        host.get_by_text("Still to vote: Ann and Bob.").wait_for()
        press(host, "Close round 2")
        at_round(ann, 3)
        ann.get_by_text("'Say that this is how we work here now").wait_for()
        press(host, "Key for another browser")
        key = host.get_by_text("Your key:").inner_text().split(": ")[1].split(".")[0]
        other = visit(f"{address}/game")
        other.get_by_label("Key").fill(key)
        other.get_by_label("Key").press("Tab")
        press(other, "Come back")
        press(other, "Close round 3")
        at_round(ann, 4)
