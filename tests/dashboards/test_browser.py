"""What a visitor does with the pages, in a real browser: choose, change, compare, share, take away, bring, cancel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conducive.dashboards.asking.address import address, sweep_address
from conducive.dashboards.asking.asked import Asked, Swept
from conducive.scenarios.files import load_scenario
from conducive.scenarios.workforce import latest

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "artefacts" / "pages"
"""Where screenshots are kept, to be looked at."""
PAGES = {
    "": ".because .prose-panel >> nth=2",
    "story": ".diary-lines",
    "sweep": ".empty",
    "watch": "[data-test=network][data-frames]",
    "classroom": ".lesson >> nth=5",
    "game": ".panel >> nth=3",
    "conditions": ".condition >> nth=17",
    "about": "[aria-label=Citation]",
}
"""What each page shows last."""
SMALL = load_scenario("classroom").change({"horizon": 48, "warm_up": 0})
LARGE = load_scenario("two-year-funding").change({"organisation.posts": 1500})
"""Long enough under way to be cancelled, however slow the browser."""
SLOW = "[data-test=start]"
NUMBERS = ".verdict .pair b"
PYTHON, COMMAND = "[data-test=python]", "[data-test=command]"
CELLS = ".zonemap [role=gridcell] button:not(.unknown)"


def link(asked: Asked | None = None) -> str:
    """Return the address of a comparison that is quick to run."""
    return f"?s={address(asked or Asked(SMALL, SMALL.change({'finance.funding_term': 36})))}"


def firm(page: Any, unlike: list[str] | None = None) -> list[str]:
    """Wait for a firm answer, with other numbers than those that stood there before, and return its numbers."""
    if unlike is not None:
        expect(page.locator(NUMBERS)).not_to_have_text(unlike)
    page.locator(".verdict:not(.stale) .status", has_text="Firm: 200 pairs").wait_for()
    return [text.strip() for text in page.locator(NUMBERS).all_inner_texts()]


def asked_of(page: Any, before: str) -> str:
    """Wait until the address is another one and in step with the page, and return it."""
    page.wait_for_function(
        "before => location.href !== before && document.querySelector('[data-test=link]')?.value === location.href",
        arg=before,
    )
    return str(page.evaluate("location.href"))


def set_lever(page: Any, name: str, value: str) -> None:
    box = page.locator(f"[data-address='{name}'] input[type=number]")
    box.fill(value)
    box.press("Tab")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody_at_any_width(visit: Callable[..., Any], name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, scheme in ((1280, "light"), (390, "dark")):
        page = visit(name or link(), width, 844, color_scheme=scheme)
        if not name:
            firm(page)
        page.locator(PAGES[name]).wait_for()
        page.wait_for_function("document.getAnimations().every((one) => one.playState !== 'running')")
        page.screenshot(path=PICTURES / f"{name or 'what-if'}-{width}-{scheme}.png", full_page=True)

        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})

        wrong = [
            (one["id"], [(node["target"], node.get("failureSummary", "")[:300]) for node in one["nodes"][:5]])
            for one in found.response["violations"]
        ]
        assert not wrong, f"{name or 'What if?'} at {width}, {scheme}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.documentElement.lang") == "en-GB"


def test_change_a_lever_and_compare(visit: Callable[..., Any]) -> None:
    page = visit(link())
    before = firm(page)

    set_lever(page, "finance.mainstreaming", "95")

    page.locator("[data-address='finance.mainstreaming'].changed").wait_for()
    after = firm(page, unlike=before)
    expect(page.locator(PYTHON)).to_contain_text("finance.mainstreaming")
    page.get_by_role("button", name="Put Mainstreaming back").click()
    page.locator("[data-address='finance.mainstreaming']:not(.changed)").wait_for()
    assert firm(page, unlike=after) == before


def test_a_reader_on_a_telephone_can_jump_to_the_answer(visit: Callable[..., Any]) -> None:
    swept = Swept(SMALL, "finance.funding_term=12:36", steps=5, replicates=8)
    for path, ready in ((link(), "Firm: 200"), (f"sweep?s={sweep_address(swept)}", "Done: 5 points.")):
        page = visit(path, 390, 844)
        page.get_by_text(ready).wait_for()

        page.get_by_role("link", name="Jump to the answer").press("Enter")

        expect(page.get_by_text(ready)).to_be_in_viewport()
        page.keyboard.press("Tab")
        page.locator("#answer :focus").wait_for()
        page.set_viewport_size({"width": 1280, "height": 844})
        expect(page.get_by_text("Jump to the answer")).to_be_hidden()


def test_a_slider_can_be_moved_by_keyboard_and_explains_itself(visit: Callable[..., Any]) -> None:
    page = visit(link())
    slider = page.locator("[data-address='knowledge_and_skills.coaching'] input[type=range]")
    slider.focus()
    slider.press("End")
    page.locator("[data-address='knowledge_and_skills.coaching'].changed").wait_for()

    page.get_by_role("button", name="About Coaching").press("Enter")

    coaching = page.locator("[data-address='knowledge_and_skills.coaching']")
    expect(coaching.locator(".bottom")).to_contain_text("evidence: assumed")
    for word in ("Coaching that each person trained takes up.", "Plausible range", "Source", "assumed"):
        expect(coaching.locator(".card")).to_contain_text(word)


def test_a_value_that_cannot_be_is_refused_where_it_was_typed(visit: Callable[..., Any]) -> None:
    page = visit(link())

    set_lever(page, "finance.funding_term", "99999")

    term = page.locator("[data-address='finance.funding_term']")
    expect(term.locator(".trouble")).to_have_text("Funding term: 0 to 240 months. You typed 99,999.")
    expect(term.locator("input[type=number]")).to_have_value("36")
    expect(page.locator(".trouble")).to_have_count(1)
    expect(page.locator(PYTHON)).not_to_contain_text("99999")


@pytest.mark.parametrize(("width", "seen"), [(1280, ".verdict .answer"), (390, ".answer-bar")])
def test_the_answer_stays_in_view_while_levers_move(visit: Callable[..., Any], width: int, seen: str) -> None:
    page = visit(link(), width, 844)
    before = firm(page)
    page.get_by_text("All other inputs").click()
    page.locator("summary", has_text="Capability").click()
    lever = page.locator("[data-address='workforce_capacity.caseload'] input[type=range]")
    lever.scroll_into_view_if_needed()

    lever.press("End")

    firm(page, unlike=before)
    expect(lever).to_be_in_viewport()
    expect(page.locator(seen)).to_be_in_viewport(ratio=1)


def test_letters_are_as_large_as_the_browser_is_asked_for(chromium: Any, server: str) -> None:
    sizes = []
    for size in (16, 32):
        page = chromium.browser_type.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", f"--blink-settings=defaultFontSize={size}"]
        ).new_page()
        page.goto(f"{server}/conditions")
        page.locator(".condition").first.wait_for(timeout=120_000)
        short = page.locator(".condition .short").first
        sizes.append(short.evaluate("one => parseFloat(getComputedStyle(one).fontSize)"))
        page.context.browser.close()

    assert sizes[1] == 2 * sizes[0]


def test_names_and_places_of_their_own_and_a_pair_that_comes_back(visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit(link())
    page.get_by_text("Names, and another place for B").click()
    named, name, there = (
        page.locator(".verdict .named"),
        *(page.locator(f"[data-test={f}]") for f in ("name_b", "there")),
    )
    name.fill("The council plan")
    name.press("Tab")
    there.fill("lee")
    expect(named).to_contain_text("The council plan")
    expect(there).to_have_value("lee")  # what comes meanwhile undoes nothing that is being typed
    there.fill("leeds")
    there.press("Tab")
    expect(named).to_contain_text(f"The council plan - Leeds, {latest()}")
    firm(page)
    expect(page.locator(".chart .legend").first).to_contain_text("B: The council plan - Leeds")
    with page.expect_download() as started:
        page.get_by_role("button", name="Both scenarios (TOML)").click()
    started.value.save_as(tmp_path / "pair.toml")

    elsewhere = visit("")
    elsewhere.locator("input[type=file]").set_input_files(tmp_path / "pair.toml")

    expect(elsewhere.locator(".verdict .named")).to_have_text(named.inner_text())
    expect(elsewhere.locator("[data-test=there]")).to_have_value("Leeds")


def test_a_number_being_typed_stays_while_an_answer_to_another_comes(visit: Callable[..., Any]) -> None:
    page = visit(link())
    term, turnover = (page.get_by_role("spinbutton", name=name) for name in ("Funding term", "Turnover"))
    term.fill("48")
    term.press("Tab")
    turnover.fill("2")
    expect(page.locator(".verdict .named")).to_contain_text("48")
    expect(turnover).to_have_value("2")
    turnover.fill("25")
    turnover.press("Tab")
    expect(page.locator("[data-address='workforce_capacity.turnover'].changed")).to_be_visible()


def test_an_event_is_moved_by_keyboard_and_by_hand_and_edited(visit: Callable[..., Any]) -> None:
    page = visit(link(Asked(SMALL, SMALL.with_event(20, "incident"))))
    pin = page.get_by_role("slider", name="incident")
    pin.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    happens = page.locator(".happenings ol li > span:first-child")
    expect(happens).to_have_text(["Month 22: incident"])
    expect(page.get_by_role("button", name="Remove incident in month 22")).to_be_visible()
    expect(pin).to_be_focused()

    box = pin.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 60, box["y"] + 5)
    page.mouse.up()
    expect(happens).not_to_have_text(["Month 22: incident"])
    expect(page.get_by_role("button", name="Edit incident in month 22")).to_have_count(0)
    page.get_by_role("button", name="Edit incident").click()
    page.get_by_label("What happens").select_option("budget_cut")
    page.get_by_label("Month", exact=True).fill("60")
    page.get_by_role("button", name="Change in B").click()
    expect(page.locator(".happenings .trouble")).to_have_text("Month: 1 to 48. You typed 60.")
    page.get_by_label("Month", exact=True).fill("40")
    page.get_by_role("button", name="Change in B").click()

    expect(happens).to_have_text(["Month 40: budget cut (size: 0.15)"])
    expect(page.get_by_role("button", name="Add to B")).to_be_visible()


def test_what_is_shared_is_the_same_elsewhere(visit: Callable[..., Any]) -> None:
    page = visit(link())
    start, before = page.url, firm(page)
    page.get_by_label("What happens").select_option("incident")
    page.get_by_label("Month", exact=True).fill("20")
    page.get_by_role("button", name="Add to B").click()
    page.get_by_text("Month 20: incident", exact=True).first.wait_for()
    shown, shared = firm(page, unlike=before), asked_of(page, start)

    elsewhere = visit(shared.rpartition("/")[2])

    assert firm(elsewhere) == shown
    elsewhere.get_by_text("Month 20: incident", exact=True).first.wait_for()
    elsewhere.get_by_role("button", name="Remove incident in month 20").click()
    elsewhere.get_by_text("Nothing is dated yet").wait_for()


def test_what_was_asked_is_kept_for_a_visitor_who_comes_back(visit: Callable[..., Any]) -> None:
    page = visit(link())
    menu, start = page.get_by_role("navigation"), page.url
    mainstreaming = page.locator("[data-address='finance.mainstreaming'] input[type=number]")
    before = mainstreaming.input_value()
    set_lever(page, "finance.mainstreaming", "95")
    asked = asked_of(page, start)

    menu.get_by_role("link", name="About").click()
    page.locator("h1", has_text="About").wait_for()
    expect(menu.get_by_role("link", name="What if?")).to_have_attribute("href", f"/{asked.rpartition('/')[2]}")
    menu.get_by_role("link", name="What if?").click()
    expect(mainstreaming).to_have_value("95")
    expect(page).to_have_url(asked)
    page.go_back()
    page.locator("h1", has_text="About").wait_for()
    page.go_back()
    expect(mainstreaming).to_have_value("95")
    page.go_back()
    expect(mainstreaming).to_have_value(before)
    page.go_forward()
    expect(mainstreaming).to_have_value("95")
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("button", name="Start again").wait_for(state="detached")
    expect(page.locator("[data-test=base]")).to_have_value("two-year-funding")


def test_visitors_share_nothing(visit: Callable[..., Any]) -> None:
    one, other = (visit(path) for path in (link(), "about"))

    other.locator(PAGES["about"]).wait_for()
    for page, leads_to in ((one, f"/{link()}"), (other, "/")):
        menu = page.get_by_role("navigation")
        expect(menu.get_by_role("link", name="What if?")).to_have_attribute("href", leads_to)


def test_choose_an_authority_and_scenarios(visit: Callable[..., Any]) -> None:
    page = visit("")
    page.locator("[data-test=place]").fill("E08000035")
    page.locator("[data-test=place]").press("Enter")
    expect(page.locator("[data-test=place]")).to_have_value("Leeds")
    expect(page.locator(PYTHON)).to_contain_text("Leeds")

    page.locator("[data-test=base]").select_option("classroom")
    page.locator("[data-test=other]").select_option("six-year-funding")

    for of in ("classroom", "six-year-funding"):
        expect(page.locator(PYTHON)).to_contain_text(f'cz.load_scenario("{of}").at("Leeds"')


def test_code_and_files_give_the_same_numbers(visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit(link())
    firm(page)
    answer = page.locator(".verdict .answer").inner_text()
    code = page.locator(PYTHON).inner_text()
    line = page.locator(COMMAND).inner_text().split()
    for letter in "AB":
        with page.expect_download() as started:
            page.get_by_role("button", name=f"Scenario {letter} (TOML)").click()
        started.value.save_as(tmp_path / started.value.suggested_filename)
    with page.expect_download() as started:
        page.get_by_role("button", name="Results by month (CSV)").click()
    started.value.save_as(tmp_path / "results.csv")

    levels = "\nfrom conducive.experiments.compare.answer import headline\nprint(headline(comparison))"
    by_python = run([sys.executable, "-c", code + levels], tmp_path)
    by_command = run([sys.executable, "-m", *line, "--full", "--out", "here"], tmp_path)

    assert by_python.strip().endswith(answer)
    assert by_command.splitlines()[:30] == by_python.splitlines()[:30]
    theirs, shown = pd.read_parquet(tmp_path / "here" / "differences.parquet"), pd.read_csv(tmp_path / "results.csv")
    pd.testing.assert_frame_equal(shown, theirs, check_exact=True)


def test_a_briefing_shows_how_far_it_is_and_can_be_cancelled(visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit(link())
    firm(page)
    briefing = page.get_by_role("button", name="Briefing (HTML)", exact=True)
    briefing.click()
    page.get_by_text(re.compile("of about 1,552 runs")).wait_for()

    page.get_by_role("button", name="Cancel: Briefing").click()

    briefing.wait_for()
    expect(page.locator(".download progress")).to_have_count(0)
    with page.expect_download() as started:
        briefing.click()
    started.value.save_as(tmp_path / "briefing.html")
    opened = visit("nothing-here")
    opened.set_content((tmp_path / "briefing.html").read_text("utf-8"))
    depends = opened.locator("section", has_text="What it depends on")
    expect(depends).to_contain_text("Each of 18 conditions was moved")


def test_a_term_says_what_it_means_by_keyboard(visit: Callable[..., Any]) -> None:
    page = visit(link())
    firm(page)
    term = page.locator(".verdict .status abbr").first

    term.focus()

    expect(term).to_be_focused()
    shown = term.evaluate("one => { const s = getComputedStyle(one, '::after'); return [s.content, s.position]; }")
    assert "both meet the same luck" in shown[0]
    assert shown[1] == "fixed"


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_good_file_becomes_the_baseline_and_a_bad_one_is_refused(visit: Callable[..., Any], tmp_path: Path) -> None:
    good, bad, large, marked = (tmp_path / f"{name}.toml" for name in ("good", "bad", "large", "marked"))
    good.write_text("title = 'Our plan'\nhorizon = 36\nwarm_up = 0\n[organisation]\nposts = 20\nfamilies = 300\n")
    bad.write_text("[finance]\nfunding_terms = 24\n")
    large.write_text("#" * 200_000)
    marked.write_text("title = '<img src=x onerror=alert(1)>'\nhorizon = 36\nwarm_up = 0\n[organisation]\nposts = 20\n")
    page = visit(link())
    page.on("dialog", lambda dialog: pytest.fail(f"markup ran: {dialog.message}"))
    upload, trouble = page.locator("input[type=file]"), page.locator(".upload .trouble")
    before = firm(page)

    upload.set_input_files(bad)
    expect(trouble).to_contain_text("Did you mean finance.funding_term")
    upload.set_input_files(large)
    expect(trouble).to_contain_text("200,000")
    upload.set_input_files(good)
    page.locator("[data-test=base] option", has_text="Your own: Our plan").wait_for(state="attached")
    expect(page.locator(".happenings .last")).to_have_text("month 36")
    before = firm(page, unlike=before)
    upload.set_input_files(marked)
    page.locator("[data-test=base] option", has_text="Your own: <img src=x").wait_for(state="attached")
    expect(page.locator(PYTHON)).to_contain_text("<img src=x")
    firm(page, unlike=before)
    expect(page.locator("img[src=x]")).to_have_count(0)


def test_a_hostile_address_is_refused_in_words(visit: Callable[..., Any]) -> None:
    page = visit("?s=1" + "<script>alert(1)</script>")

    expect(page.locator("main .trouble").first).to_contain_text("This address cannot be read")
    expect(page.locator("h1")).to_have_text("What if?")


def test_an_answer_can_be_cancelled_and_taken_up_again(visit: Callable[..., Any]) -> None:
    page = visit(link(Asked(LARGE, LARGE.change({"finance.renewal": 0.31}))))
    page.locator(".verdict").wait_for()

    page.get_by_role("button", name="Cancel").click()

    page.get_by_text(re.compile("Stopped after [0-9]+ pairs")).wait_for()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Go on").wait_for()


def sweep_classroom(page: Any) -> None:
    page.locator("[data-test=base]").select_option("classroom")
    page.locator("[data-test=steps]").select_option("5")
    page.locator("[data-test=replicates]").select_option("8")
    page.locator(SLOW).click()
    page.get_by_text("Done: 25 points.").wait_for()
    expect(page.locator(CELLS)).to_have_count(25)


def test_a_sweep_fills_in_and_opens_under_what_if(visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit("sweep")
    sweep_classroom(page)
    page.screenshot(path=PICTURES / "sweep-map.png", full_page=True)
    expect(page.get_by_text("which side is not clear")).to_have_count(1)
    expect(page.locator(".zonemap .dotted rect[clip-path]")).to_have_count(1)
    expect(page.locator("progress")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    with page.expect_download() as started:
        page.get_by_role("button", name="Data (CSV)").click()
    started.value.save_as(tmp_path / "sweep.csv")
    assert len((tmp_path / "sweep.csv").read_text().splitlines()) == 26

    page.locator(CELLS).last.press("Enter")
    expect(page.locator(".there .legend")).to_contain_text("B: Funding term 72 months, Trust")
    page.get_by_role("button", name="Open this point under What if?").click()

    page.locator("h1", has_text="What if?").wait_for()
    expect(page.locator(PYTHON)).to_contain_text('"finance.funding_term": 72')
    page.go_back()
    page.locator("h1", has_text="Sweep").wait_for()
    page.get_by_text("Done: 25 points.").wait_for()
    expect(page.locator("[data-test=base]")).to_have_value("classroom")


def test_the_star_of_a_sweep_is_dragged_with_the_curve_beside_it(visit: Callable[..., Any]) -> None:
    asked = Swept(SMALL, "finance.funding_term=12:36", "culture=0:1", steps=5, replicates=8)
    page = visit(f"sweep?s={sweep_address(asked)}")
    page.get_by_text(re.compile("Done: [0-9]+ points")).wait_for()
    star, curve = page.locator(".zonemap .here"), page.locator(".there .legend")
    expect(curve).to_contain_text("A: as the scenario stands")
    page.set_viewport_size({"width": 1280, "height": 2400})  # what is dragged must be on the screen
    field, box = page.locator(".zonemap .field").bounding_box(), star.bounding_box()

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(field["x"] + field["width"] - 3, field["y"] + 3, steps=3)
    page.mouse.up()

    expect(curve).to_contain_text("B: Funding term 36 months, Culture 100%")
    page.locator("[data-test=y]").fill("")
    page.locator("[data-test=y]").press("Tab")
    page.locator("[data-test=start]").click()
    page.get_by_text(re.compile("Done: 5 points")).wait_for()
    plot = page.locator(".drawn .plot").first
    plot.focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(curve).to_contain_text("B: Funding term 36 months")
    expect(curve).not_to_contain_text("Culture")


def test_what_varies_is_found_by_typing_and_a_question_runs_at_once(visit: Callable[..., Any]) -> None:
    page = visit(f"sweep?s={sweep_address(Swept(SMALL))}")
    x, trouble = page.locator("[data-test=x]"), page.locator(".axes .trouble")
    page.get_by_text("Nothing is run yet").wait_for()

    x.fill("blame")
    x.press("Tab")
    expect(x).to_have_value("Blame culture, %")
    x.fill("magic")
    x.press("Tab")
    expect(trouble).to_have_text("Nothing that can vary is called 'magic'.")
    expect(x).to_have_value("Blame culture, %")
    page.locator("[data-test=x-to]").fill("150")
    page.locator("[data-test=start]").click()
    expect(trouble).to_have_text("Blame culture: 0 to 100%. You typed 150.")
    page.get_by_role("button", name="How much must the council pay?").click()

    page.get_by_text(re.compile("Done: [0-9]+ points")).wait_for()
    expect(x).to_have_value("Mainstreaming, %")
    expect(page.locator(".drawn .axis").filter(has_text="Mainstreaming (%)")).to_have_count(1)
    expect(page.get_by_role("button", name="Use as it is meant", exact=True)).to_have_attribute("aria-pressed", "true")


def test_a_sweep_can_be_shared(visit: Callable[..., Any]) -> None:
    page = visit("sweep")
    start = page.url
    sweep_classroom(page)
    words = page.locator(CELLS).evaluate_all("all => all.map((one) => one.title)")

    elsewhere = visit(asked_of(page, start).rpartition("/")[2])

    elsewhere.get_by_text("Done: 25 points.").wait_for()
    for cell, said in zip(range(25), words, strict=True):
        expect(elsewhere.locator(CELLS).nth(cell)).to_have_attribute("title", said)
    expect(elsewhere.locator("[data-test=base]")).to_have_value("classroom")
    expect(elsewhere.locator("[data-test=steps]")).to_have_value("5")
    expect(elsewhere.locator(COMMAND)).to_contain_text("conducive zone classroom")


def test_a_scenario_of_what_if_can_be_swept(visit: Callable[..., Any]) -> None:
    page = visit(link())

    page.get_by_role("button", name="Vary a condition of B under Sweep").click()

    page.locator("h1", has_text="Sweep").wait_for()
    page.locator("[data-test=base] option", has_text="Your own:").wait_for(state="attached")
    page.get_by_text("Nothing is run yet").wait_for()
    page.locator("[data-test=y]").fill("")
    page.locator("[data-test=y]").press("Tab")
    page.locator("[data-test=steps]").select_option("5")
    page.locator("[data-test=replicates]").select_option("8")
    page.locator(SLOW).click()
    page.get_by_text("Done: 5 points.").wait_for()
    expect(page.locator(PYTHON)).to_contain_text('"finance.funding_term": 36')


def test_a_sweep_over_one_condition_can_be_cancelled(visit: Callable[..., Any]) -> None:
    page = visit(f"sweep?s={sweep_address(Swept(LARGE))}")
    page.locator("[data-test=base] option", has_text="Your own:").wait_for(state="attached")
    page.locator("[data-test=y]").fill("")
    page.locator("[data-test=y]").press("Tab")
    page.locator("[data-test=steps]").select_option("11")
    page.locator("[data-test=replicates]").select_option("80")
    page.locator(SLOW).click()

    page.get_by_role("button", name="Cancel").click()

    page.get_by_text("Stopped after").wait_for()
    page.get_by_role("button", name="Go on").click()
    page.locator("progress").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("Stopped after").wait_for()


def test_what_cannot_be_swept_is_refused(visit: Callable[..., Any]) -> None:
    page = visit("sweep")
    page.get_by_label("To", exact=True).first.fill("100000")
    page.locator(SLOW).click()

    expect(page.locator("main .trouble")).to_have_text("Funding term: 0 to 240 months. You typed 100,000.")


def test_conditions_can_be_searched_and_opened(visit: Callable[..., Any]) -> None:
    page = visit("conditions")
    search = page.locator("[data-test=search]")
    expect(page.locator(".condition")).to_have_count(18)
    expect(page.locator(".condition .tag", has_text=re.compile(r"number \d+ .*of 18"))).to_have_count(18)
    page.locator("summary", has_text="All 18 by strength").press("Enter")
    expect(page.locator(".ranking tbody tr")).to_have_count(18)
    widths = page.locator(".ranking .bar").evaluate_all("all => all.map((one) => parseFloat(one.style.width))")
    assert 100 > widths[0] == max(widths) > 50

    search.fill("caseload")

    expect(page.locator(".condition")).not_to_have_count(18)
    page.locator("[data-name=workforce_capacity]").wait_for()
    page.locator("[data-name=workforce_capacity] summary").press("Enter")
    page.locator(".curves svg").first.wait_for()
    search.fill("zzz")
    page.get_by_text("No condition or input matches").wait_for()


def test_pages_are_a_click_and_a_key_apart(visit: Callable[..., Any]) -> None:
    page = visit("about")
    page.locator("h1", has_text="About").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()

    page.get_by_role("navigation").get_by_role("link", name="Conditions").press("Enter")

    page.locator("h1", has_text="Conditions").wait_for()
    expect(page).to_have_title("Conditions - Conducive")
    page.get_by_role("button", name="Dark colours").click()
    page.locator(".theme--dark").first.wait_for()


def test_an_address_without_a_page_says_so(visit: Callable[..., Any]) -> None:
    page = visit("nothing-here")

    expect(page.locator("main")).to_contain_text("There is no page at this address.")
