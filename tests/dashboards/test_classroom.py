"""A lesson from prediction to debrief: two groups and their teacher, in browsers of their own."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from conducive.dashboards.classroom.files import HORIZON, Lesson
from conducive.dashboards.classroom.group import _same
from conducive.dashboards.classroom.lessons import LESSONS, lesson, outcome_name
from conducive.dashboards.classroom.page import _asked
from conducive.dashboards.classroom.pieces import marks
from conducive.dashboards.classroom.runs import Runs
from conducive.dashboards.store.classes import Store
from conducive.dashboards.store.codes import COOKIE, TEACHER_KEY
from conducive.dashboards.work import Pool

EVIL = "<img src=x onerror=alert(1)>"


# ---- Without a browser ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (None, {}),
        ("", {}),
        ("class=ABC234", {"class": "ABC234"}),
        ("teach=" + "A" * 500, {"teach": "A" * 80}),
        ("&".join(f"a{n}=1" for n in range(50)), {}),
        ("%00=%ff", {"\x00": "\ufffd"}),
    ],
)
def test_an_address_is_read_or_ignored(search: str | None, found: dict[str, str]) -> None:
    assert _asked(search) == found


@pytest.mark.parametrize("of", LESSONS, ids=lambda of: of.name)
def test_marks_on_a_chart_are_events_of_the_service_drawn(of: Lesson) -> None:
    found = marks(of.name)

    assert all(0 < month < HORIZON for month, _ in found)
    assert (18, "incident") in found or of.name != "blame-spiral"
    assert [m for m, text in found if text == "next launch"] == (
        [24, 48] if of.name == "one-long-or-three-short" else []
    )


def test_results_are_worked_out_once_however_many_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import ThreadPoolExecutor

    store, runs, raced = Store(tmp_path), Runs(), []

    def race(*asked: Any, **_: Any) -> dict[str, Any]:
        raced.append(asked)
        return {"best": 0}

    monkeypatch.setattr("conducive.dashboards.classroom.runs.results", race)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: runs.outcome(store, lesson("coproduction"), []), range(30)))

    assert found == [{"best": 0}] * 30
    assert len(raced) == 1
    assert Runs().outcome(Store(tmp_path), lesson("coproduction"), []) == {"best": 0}


def test_a_run_that_fails_fails_for_whoever_asked_and_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, runs = Store(tmp_path), Runs()
    answers = iter([RuntimeError("no luck"), {"best": 1}])

    def race(*_: Any, **__: Any) -> Any:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("conducive.dashboards.classroom.runs.results", race)

    with pytest.raises(RuntimeError, match="no luck"):
        runs.outcome(store, lesson("coproduction"), [])
    assert runs.outcome(store, lesson("coproduction"), []) == {"best": 1}


def test_results_that_were_begun_are_there_for_whoever_asks_and_begin_but_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, runs, go, raced = Store(tmp_path), Runs(), threading.Event(), []

    def race(_: Any, picks: Any, **__: Any) -> dict[str, Any]:
        raced.append(picks)
        assert go.wait(10)
        return {"best": 0}

    monkeypatch.setattr("conducive.dashboards.classroom.runs.results", race)
    begun = [runs.begin(store, lesson("coproduction"), []) for _ in range(2)]
    assert not begun[0].done()
    go.set()

    assert runs.outcome(store, lesson("coproduction"), []) == {"best": 0}
    assert runs.begin(store, lesson("coproduction"), []).result(0) == {"best": 0}
    assert raced == [[]]


def test_a_run_that_fails_before_anybody_asks_may_be_tried_by_whoever_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, runs = Store(tmp_path), Runs()
    monkeypatch.setattr("conducive.dashboards.classroom.runs.results", {}.__getitem__)
    assert runs.begin(store, lesson("coproduction"), []).exception(10)

    monkeypatch.setattr("conducive.dashboards.classroom.runs.results", lambda *_, **__: {"best": 1})
    assert runs.outcome(store, lesson("coproduction"), []) == {"best": 1}


def test_results_that_a_class_waits_for_go_before_what_makes_others_firm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, go, done = Pool(1), threading.Event(), []
    monkeypatch.setattr("conducive.dashboards.classroom.runs.POOL", pool)
    pool.share("somebody").submit(go.wait)
    firm = pool.share("visitor").submit(done.append, "firm")

    def race(*_: Any, executor: Any, **__: Any) -> dict[str, Any]:
        future = executor.submit(done.append, "lesson")
        go.set()
        future.result(10)
        return {"best": 0}

    monkeypatch.setattr("conducive.dashboards.classroom.runs.results", race)
    Runs().outcome(Store(tmp_path), lesson("coproduction"), [])
    firm.result(10)

    assert done == ["lesson", "firm"]


PICKS = lesson("conducive-zone")
MADE = {
    "points": [0.5] * 11,
    "choice": 0,
    "picks": [condition.name for condition in PICKS.pickable[:3]],
    "because": "it does",
}


@pytest.mark.parametrize(
    ("drawn", "same"),
    [
        ({}, True),
        ({"picks": MADE["picks"][::-1]}, True),
        ({"because": " it does \n"}, True),
        ({"points": [0.5001] * 11}, True),
        ({"because": "it does not"}, False),
        ({"choice": 1}, False),
        ({"picks": MADE["picks"][:2]}, False),
        ({"points": []}, False),
    ],
)
def test_a_draft_is_the_same_as_what_is_kept_where_keeping_it_would_change_nothing(
    drawn: dict[str, Any], same: bool
) -> None:
    assert _same(PICKS, MADE | drawn, MADE) is same
    assert not _same(PICKS, MADE | drawn, None)


# ---- In browsers ---------------------------------------------------------------------------------------------------


def open_class(page: Any, title: str) -> str:
    """Open a class for a lesson; return the code on the board."""
    page.locator(".lesson", has_text=title).get_by_role("button", name="Open a class").click()
    expect(page).to_have_url(re.compile("teach=."))
    code = page.locator(".big.code")
    expect(code).not_to_be_empty()
    return str(code.inner_text())


def join(page: Any, code: str, name: str) -> None:
    page.get_by_label("Class code").fill(code)
    page.get_by_role("button", name="Join").click()
    page.get_by_label("Name of your group").fill(name)
    page.get_by_role("button", name="Join").click()


def teachers_key(page: Any) -> str:
    """Return the key of the teacher in a browser."""
    (cookie,) = (one for one in page.context.cookies() if one["name"] == COOKIE)
    return next(key for key in cookie["value"].split(".") if len(key) == TEACHER_KEY)


def draw(page: Any, *heights: float) -> None:
    """Draw a curve by hand, from left to right through these heights (0-1)."""
    chart = page.locator("[data-test=sketch]")
    chart.hover()  # once it is in sight and no longer moves
    box = chart.bounding_box()
    for n, height in enumerate(heights):
        share = n / (len(heights) - 1)
        x = box["x"] + 46 + share * (box["width"] - 60)
        page.mouse.move(x, box["y"] + 14 + (1 - height) * (box["height"] - 58), steps=8)
        if not n:
            page.mouse.down()
    page.mouse.up()


def keep(page: Any) -> None:
    page.get_by_role("button", name="Keep our prediction").click()
    page.get_by_text("Kept. You may change it").wait_for()


def test_a_class_goes_from_prediction_to_debrief(visit: Callable[..., Any], class_folder: Path) -> None:
    of = lesson("coproduction")
    teacher, owls, bees = (visit("classroom") for _ in range(3))
    code = open_class(teacher, of.title)
    join(owls, code, "Owls")
    join(bees, code.lower(), EVIL)

    owls.get_by_role("radio", name=of.options[1]).check()
    draw(owls, 0.1, 0.6, 0.3)
    keep(owls)
    owls.get_by_text("Your teacher will open the results").wait_for()

    # The second group uses the keyboard only.
    bees.get_by_role("radio", name=of.options[0]).focus()
    bees.keyboard.press("Space")
    bees.get_by_role("slider", name="At launch").focus()
    for key in ("PageUp", "PageUp", "ArrowUp"):
        bees.keyboard.press(key)
    bees.get_by_label("We think so because").fill(EVIL)
    keep(bees)

    teacher.get_by_text("2 groups joined, 2 predicted").wait_for()
    expect(teacher.locator(".sketch polyline.other")).to_have_count(2)
    store = Store(class_folder)
    assert any(store.outcome(outcome_name(of)) or teacher.wait_for_timeout(200) for _ in range(300)), "not begun"
    expect(teacher.locator(".verdict")).to_have_count(0)
    teacher.get_by_role("button", name="Open the results").click()

    for group in (owls, bees):
        group.get_by_role("button", name="Run the model").click()
        expect(group.locator(".verdict")).to_contain_text("95% interval")
        expect(group.get_by_role("button", name="Keep our prediction")).to_have_count(0)
    owls.get_by_label(of.prompts[0]).fill(f"Because. {EVIL}")
    owls.get_by_label(of.prompts[1]).focus()
    owls.get_by_text("Kept: 1 of").wait_for()

    teacher.get_by_text("Because. <img").wait_for()
    teacher.locator(".verdict").wait_for()
    expect(teacher.locator("tr", has_text="Owls")).to_contain_text(of.options[1])
    expect(teacher.locator("tr", has_text="Owls")).not_to_contain_text("21%")
    for page in (teacher, owls, bees):
        expect(page.locator("img[src=x]")).to_have_count(0)

    with teacher.expect_download() as sheet:
        teacher.get_by_role("button", name="What the class found").click()
    printed = Path(sheet.value.path()).read_text("utf-8")
    assert "Because." in printed
    assert "<img" not in printed

    seats = {seat.name: seat for seat in Store(class_folder).classroom(teachers_key(teacher)).seats}
    assert seats[EVIL].prediction is not None
    assert seats[EVIL].prediction["points"][0] == pytest.approx(0.21)
    assert seats["Owls"].prediction is not None
    assert max(seats["Owls"].prediction["points"]) == pytest.approx(0.6, abs=0.05)

    owls.reload()
    owls.locator(".verdict").wait_for()
    expect(owls.get_by_label(of.prompts[0])).to_have_value(f"Because. {EVIL}")


def test_a_lesson_can_be_done_alone_with_picks_on_a_telephone(visit: Callable[..., Any]) -> None:
    of = lesson("conducive-zone")
    page = visit("classroom", 390, 800, color_scheme="dark")
    page.locator(".lesson", has_text=of.title).get_by_role("button", name="Do it by yourself").click()
    page.get_by_role("heading", name="1. Read").wait_for()
    page.get_by_role("button", name="Keep our prediction").click()
    page.get_by_text("Draw your curve first").wait_for()

    for condition in of.pickable[:3]:
        page.get_by_role("checkbox", name=condition.title).check()
    expect(page.get_by_role("checkbox", name=of.pickable[3].title)).to_be_disabled()
    page.get_by_role("radio", name=of.options[-1]).check()
    page.get_by_text("Or type the numbers").click()
    page.locator("[data-test=year-3]").fill("150")
    page.locator("[data-test=year-3]").press("Tab")
    page.locator("[data-test=year-4]").fill("4")
    expect(page.locator("[data-test=year-3]")).to_have_value("100")
    expect(page.locator("[data-test=sketch]")).to_have_attribute("aria-label", re.compile("100%"))
    wide = page.locator("[data-test=sketch]").get_attribute("width")
    page.set_viewport_size({"width": 380, "height": 800})  # so that the curve is drawn anew for sure
    expect(page.locator("[data-test=sketch]")).not_to_have_attribute("width", wide)
    expect(page.locator("[data-test=year-4]")).to_have_value("4")  # the curve that comes back undoes nothing
    page.set_viewport_size({"width": 390, "height": 800})
    page.locator("[data-test=year-4]").fill("45")
    keep(page)
    page.get_by_role("button", name="Run the model").click()
    averages = page.get_by_role("region", name="Averages")
    averages.wait_for()

    expect(averages.locator("thead th[scope=col]")).to_have_count(1 + len(of.arms))
    expect(averages.locator("tbody th[scope=row] > abbr[title]")).to_have_count(len(of.indicators))
    expect(averages.locator("tbody td > b")).to_have_count(len(of.indicators) * len(of.arms))
    expect(averages.locator("tbody td").first).to_have_text(re.compile(r"^[\d.]+% \([\d.]+% to [\d.]+%\)$"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    widths = page.locator(".classroom .panel").evaluate_all("all => all.map((one) => one.scrollWidth)")
    assert 0 < max(widths) <= 390


def test_a_server_killed_in_mid_lesson_brings_every_page_back_by_itself_as_it_was(
    serve: Callable[..., Any], visit: Callable[..., Any], tmp_path: Path
) -> None:
    of = lesson("coproduction")
    with serve(tmp_path) as (address, process):
        teacher, owls, bees = [visit(f"{address}/classroom") for _ in range(3)]
        code = open_class(teacher, of.title)
        join(owls, code, "Owls")
        join(bees, code, "Bees")
        for page, choice, height in ((owls, 1, 0.7), (bees, 2, 0.2)):
            page.get_by_role("radio", name=of.options[choice]).check()
            draw(page, height, height)
            page.get_by_label("We think so because").fill(f"It is {height}.")
            keep(page)
        teacher.get_by_text("2 groups joined, 2 predicted").wait_for()
        teacher.get_by_role("button", name="Open the results").click()
        owls.get_by_role("button", name="Run the model").click()
        found = owls.locator(".verdict").inner_text()
        owls.get_by_label(of.prompts[0]).fill("For want of money.")
        owls.get_by_label(of.prompts[1]).focus()
        owls.get_by_text("Kept: 1 of").wait_for()
        before = Store(tmp_path).classroom(teachers_key(teacher))
        bees.get_by_role("button", name="Run the model").wait_for()

        process.kill()
        assert process.wait() == -signal.SIGKILL

    with serve(tmp_path, port=urlsplit(address).port):
        assert Store(tmp_path).classroom(teachers_key(teacher)) == before
        expect(owls.locator(".verdict")).to_have_text(found)
        expect(owls.get_by_label(of.prompts[0])).to_have_value("For want of money.")
        expect(owls.get_by_role("button", name="Keep our prediction")).to_have_count(0)

        expect(bees.get_by_label("We think so because")).to_have_value("It is 0.2.")
        expect(bees.get_by_role("slider", name="After 5 years")).to_have_attribute("aria-valuenow", "20")
        bees.get_by_role("radio", name=of.options[0]).check()
        bees.get_by_text("Changed, not kept yet.").wait_for()
        keep(bees)
        bees.get_by_role("button", name="Run the model").click()
        expect(bees.locator(".verdict")).to_have_text(found)

        teacher.get_by_text("2 groups joined, 2 predicted. Results are open.").wait_for()
        expect(teacher.locator(".verdict")).to_have_text(found)
        for group, choice, height in (("Owls", 1, 0.7), ("Bees", 0, 0.2)):
            row = teacher.locator("tr", has=teacher.get_by_role("rowheader", name=group))
            expect(row).to_contain_text(of.options[choice])
            expect(row).to_contain_text(f"{height:.0%}")
        teacher.get_by_text("For want of money.").wait_for()
