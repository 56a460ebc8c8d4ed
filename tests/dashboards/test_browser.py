"""What a visitor does with the pages, in a real browser: choose, change, compare, share, take away, bring, cancel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

from conducive.dashboards.address import Asked, address
from conducive.scenarios.files import load_scenario

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "artefacts" / "pages"
"""Where screenshots are kept, to be looked at."""
PAGES = ("", "sweep", "watch", "classroom", "conditions", "about")
SMALL = load_scenario("classroom").change({"horizon": 48, "warm_up": 0})
SLOW = "[data-test=start]"


def link(asked: Asked | None = None) -> str:
    """Return the address of a comparison that is quick to run."""
    return f"?s={address(asked or Asked(SMALL, SMALL.change({'finance.funding_term': 36})))}"


def firm(page: Any) -> None:
    page.locator(".verdict:not(.stale) .status", has_text="Firm: 200 pairs").wait_for()


def headlines(page: Any) -> list[str]:
    return [text.strip() for text in page.locator(".verdict .pair b").all_inner_texts()]


def asked_of(page: Any) -> str:
    """Wait until the address is in step with the page, and return it."""
    page.wait_for_function("document.querySelector('[data-test=link]').value === location.href")
    return str(page.url)


def set_lever(page: Any, name: str, value: str) -> None:
    box = page.locator(f"[data-address='{name}'] input[type=number]")
    box.fill(value)
    box.press("Tab")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody_at_any_width(visit: Callable[..., Any], name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, scheme in ((1280, "light"), (390, "dark")):
        page = visit(name or link(), width, 844, color_scheme=scheme)
        page.locator("main h1, main h2").first.wait_for()
        if not name:
            firm(page)
        page.wait_for_timeout(500)
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
    firm(page)
    before = headlines(page)

    set_lever(page, "finance.mainstreaming", "95")

    page.locator("[data-address='finance.mainstreaming'].changed").wait_for()
    firm(page)
    assert headlines(page) != before
    assert "finance.mainstreaming" in page.locator("[data-test=python]").inner_text()
    page.get_by_role("button", name="Put Mainstreaming back").click()
    page.locator("[data-address='finance.mainstreaming']:not(.changed)").wait_for()
    firm(page)
    assert headlines(page) == before


def test_a_slider_can_be_moved_by_keyboard_and_explains_itself(visit: Callable[..., Any]) -> None:
    page = visit(link())
    slider = page.locator("[data-address='knowledge_and_skills.coaching'] input[type=range]")
    slider.focus()
    slider.press("End")
    page.locator("[data-address='knowledge_and_skills.coaching'].changed").wait_for()

    page.get_by_role("button", name="About Coaching").press("Enter")

    card = page.locator("[data-address='knowledge_and_skills.coaching'] .card")
    card.wait_for()
    assert "evidence: assumed" in page.locator("[data-address='knowledge_and_skills.coaching'] .bottom").inner_text()
    for word in ("Coaching offered to each person trained.", "Plausible range", "Source", "assumed"):
        assert word in card.inner_text()


def test_a_value_that_cannot_be_is_refused_where_it_was_typed(visit: Callable[..., Any]) -> None:
    page = visit(link())

    set_lever(page, "finance.funding_term", "99999")

    assert "must be" in page.locator(".controls .trouble").first.inner_text()
    assert page.locator("[data-address='finance.funding_term'] input[type=number]").input_value()


def test_what_is_shared_is_the_same_elsewhere(visit: Callable[..., Any]) -> None:
    page = visit(link())
    page.get_by_label("What happens").select_option("incident")
    page.get_by_label("Month", exact=True).fill("20")
    page.get_by_role("button", name="Add to B").click()
    page.get_by_text("Month 20: incident", exact=True).first.wait_for()
    firm(page)
    shown, shared = headlines(page), asked_of(page)

    elsewhere = visit(shared.rpartition("/")[2])

    firm(elsewhere)
    assert headlines(elsewhere) == shown
    assert elsewhere.get_by_text("Month 20: incident", exact=True).count() >= 1
    elsewhere.get_by_role("button", name="Remove incident in month 20").click()
    elsewhere.get_by_text("Nothing is dated yet").wait_for()


def mainstreaming(page: Any, value: str) -> None:
    """Wait until the lever stands at a value."""
    page.wait_for_function(
        "value => { const box = document.querySelector('[data-address=\"finance.mainstreaming\"] input[type=number]');"
        " return box && box.value === value; }",
        arg=value,
    )


def test_what_was_asked_is_kept_for_a_visitor_who_comes_back(visit: Callable[..., Any]) -> None:
    page = visit(link())
    menu = page.get_by_role("navigation")
    before, start = page.locator("[data-address='finance.mainstreaming'] input[type=number]").input_value(), page.url
    set_lever(page, "finance.mainstreaming", "95")
    page.wait_for_function("start => location.href !== start", arg=start)
    asked = asked_of(page)

    menu.get_by_role("link", name="About").click()
    page.locator("h1", has_text="About").wait_for()
    assert menu.get_by_role("link", name="What if?").get_attribute("href") == f"/{asked.rpartition('/')[2]}"
    menu.get_by_role("link", name="What if?").click()
    mainstreaming(page, "95")
    assert page.url == asked
    page.go_back()
    page.locator("h1", has_text="About").wait_for()
    page.go_back()
    mainstreaming(page, "95")
    page.go_back()
    mainstreaming(page, before)
    page.go_forward()
    mainstreaming(page, "95")
    page.get_by_role("button", name="Start again").click()
    page.get_by_role("button", name="Start again").wait_for(state="detached")
    assert page.locator("[data-test=base]").input_value() == "two-year-funding"


def test_visitors_share_nothing(visit: Callable[..., Any]) -> None:
    page = visit(link())
    page.locator(".verdict").wait_for()

    other = visit("about")

    assert other.get_by_role("navigation").get_by_role("link", name="What if?").get_attribute("href") == "/"


def test_choose_an_authority_and_scenarios(visit: Callable[..., Any]) -> None:
    page = visit("")
    page.locator("[data-test=place]").select_option("Leeds")
    page.wait_for_function("document.querySelector('[data-test=python]').innerText.includes('Leeds')")

    page.locator("[data-test=base]").select_option("classroom")
    page.locator("[data-test=other]").select_option("six-year-funding")

    page.wait_for_function("document.querySelector('[data-test=python]').innerText.includes('six-year-funding')")
    code = page.locator("[data-test=python]").inner_text()
    assert 'cz.load_scenario("classroom").at("Leeds"' in code


def test_code_and_files_give_the_same_numbers(visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit(link())
    firm(page)
    answer = page.locator(".verdict .answer").inner_text()
    code = page.locator("[data-test=python]").inner_text()
    line = page.locator("[data-test=command]").inner_text().split()
    for letter in "AB":
        with page.expect_download() as started:
            page.get_by_role("button", name=f"Scenario {letter} (TOML)").click()
        started.value.save_as(tmp_path / started.value.suggested_filename)
    with page.expect_download() as started:
        page.get_by_role("button", name="Results by month (CSV)").click()
    started.value.save_as(tmp_path / "results.csv")

    levels = "\nfrom conducive.experiments.brief import headline\nprint(headline(comparison))"
    by_python = run([sys.executable, "-c", code + levels], tmp_path)
    by_command = run([sys.executable, "-m", *line, "--out", "here"], tmp_path)

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
    assert page.locator(".download progress").count() == 0
    with page.expect_download() as started:
        briefing.click()
    started.value.save_as(tmp_path / "briefing.html")
    opened = visit("about")
    opened.set_content((tmp_path / "briefing.html").read_text("utf-8"))
    assert "Each of 18 conditions was moved" in opened.locator("section", has_text="What it depends on").inner_text()


def test_a_term_says_what_it_means_by_keyboard(visit: Callable[..., Any]) -> None:
    page = visit(link())
    firm(page)
    term = page.locator(".verdict .status abbr").first

    term.focus()

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

    upload.set_input_files(bad)
    trouble.wait_for()
    assert "Did you mean finance.funding_term" in trouble.inner_text()
    upload.set_input_files(large)
    page.locator(".upload .trouble", has_text="200,000").wait_for()
    upload.set_input_files(good)
    page.locator("[data-test=base] option", has_text="Your own: Our plan").wait_for(state="attached")
    firm(page)
    assert page.locator(".happenings .last").inner_text() == "month 36"
    upload.set_input_files(marked)
    page.locator("[data-test=base] option", has_text="Your own: <img src=x").wait_for(state="attached")
    assert page.locator("img[src=x]").count() == 0


def test_a_hostile_address_is_refused_in_words(visit: Callable[..., Any]) -> None:
    page = visit("?s=1" + "<script>alert(1)</script>")

    trouble = page.locator("main .trouble").first
    trouble.wait_for()

    assert "This address cannot be read" in trouble.inner_text()
    assert page.locator("h1", has_text="What if?").count() == 1


def test_an_answer_can_be_cancelled_and_taken_up_again(visit: Callable[..., Any]) -> None:
    base = load_scenario("baseline")
    page = visit(link(Asked(base, base.change({"finance.renewal": 0.31}))))

    page.get_by_role("button", name="Cancel").click()

    page.get_by_text(re.compile("Stopped after|Cancelled before")).wait_for()
    page.get_by_role("button", name=re.compile("Go on|Ask again")).click()
    page.get_by_role("button", name="Cancel").wait_for()


def sweep_classroom(page: Any) -> None:
    page.locator("[data-test=base]").select_option("classroom")
    page.locator("[data-test=steps]").select_option("5")
    page.locator("[data-test=replicates]").select_option("8")
    page.locator(SLOW).click()
    page.get_by_text("Done: 25 points.").wait_for()


def test_a_sweep_fills_in_and_opens_under_what_if(visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit("sweep")
    sweep_classroom(page)
    page.screenshot(path=PICTURES / "sweep-map.png", full_page=True)
    assert page.locator("progress").count() == 0
    assert page.get_by_role("button", name="Cancel").count() == 0
    assert page.get_by_text("which side is not clear").count() == 1
    assert page.locator(".zonemap .dotted rect[clip-path]").count() == 1
    with page.expect_download() as started:
        page.get_by_role("button", name="Data (CSV)").click()
    started.value.save_as(tmp_path / "sweep.csv")
    assert len((tmp_path / "sweep.csv").read_text().splitlines()) == 26

    page.locator(".zonemap [role=gridcell] button").last.press("Enter")

    page.locator("h1", has_text="What if?").wait_for()
    assert "finance.funding_term" in page.locator("[data-test=python]").inner_text()
    page.go_back()
    page.locator("h1", has_text="Sweep").wait_for()
    page.get_by_text("Done: 25 points.").wait_for()
    assert page.locator("[data-test=base]").input_value() == "classroom"


def test_a_sweep_can_be_shared(visit: Callable[..., Any]) -> None:
    page = visit("sweep")
    sweep_classroom(page)
    words = page.locator(".zonemap [role=gridcell] button").evaluate_all("all => all.map((one) => one.title)")

    elsewhere = visit(asked_of(page).rpartition("/")[2])

    elsewhere.get_by_text("Done: 25 points.").wait_for()
    cells = elsewhere.locator(".zonemap [role=gridcell] button")
    assert cells.evaluate_all("all => all.map((one) => one.title)") == words
    assert elsewhere.locator("[data-test=base]").input_value() == "classroom"
    assert elsewhere.locator("[data-test=steps]").input_value() == "5"
    assert "conducive zone classroom" in elsewhere.locator("[data-test=command]").inner_text()


def test_a_scenario_of_what_if_can_be_swept(visit: Callable[..., Any]) -> None:
    page = visit(link())

    page.get_by_role("button", name="Vary a condition of B under Sweep").click()

    page.locator("h1", has_text="Sweep").wait_for()
    page.locator("[data-test=base] option", has_text="Your own:").wait_for(state="attached")
    page.get_by_text("Nothing is run yet").wait_for()
    page.locator("[data-test=y]").select_option("")
    page.locator("[data-test=steps]").select_option("5")
    page.locator("[data-test=replicates]").select_option("8")
    page.locator(SLOW).click()
    page.get_by_text("Done: 5 points.").wait_for()
    assert '"finance.funding_term": 36' in page.locator("[data-test=python]").inner_text()


def test_a_sweep_over_one_condition_can_be_cancelled(visit: Callable[..., Any]) -> None:
    page = visit("sweep")
    page.locator("[data-test=y]").select_option("")
    page.locator("[data-test=steps]").select_option("11")
    page.locator("[data-test=replicates]").select_option("80")
    page.locator(SLOW).click()

    page.get_by_role("button", name="Cancel").click()

    page.get_by_text("Stopped after").wait_for()
    page.get_by_role("button", name="Go on").click()
    page.locator("progress").wait_for()


def test_what_cannot_be_swept_is_refused(visit: Callable[..., Any]) -> None:
    page = visit("sweep")
    page.get_by_label("To", exact=True).first.fill("100000")
    page.locator(SLOW).click()

    trouble = page.locator("main .trouble")
    trouble.wait_for()
    assert "finance.funding_term" in trouble.inner_text()


def test_conditions_can_be_searched_and_opened(visit: Callable[..., Any]) -> None:
    page = visit("conditions")
    search = page.locator("[data-test=search]")
    search.wait_for()
    assert page.locator(".condition").count() == 18
    assert page.locator(".condition .tag", has_text=re.compile(r"number \d+ .*of 18")).count() == 18
    page.locator("summary", has_text="All 18 by strength").press("Enter")
    page.locator(".ranking tbody tr").last.wait_for()
    assert page.locator(".ranking tbody tr").count() == 18

    search.fill("caseload")

    page.locator("[data-name=workforce_capacity]").wait_for()
    assert page.locator(".condition").count() < 18
    page.locator("[data-name=workforce_capacity] summary").press("Enter")
    page.locator(".curves svg").first.wait_for()
    search.fill("zzz")
    page.get_by_text("No condition or input matches").wait_for()


def test_pages_are_a_click_and_a_key_apart(visit: Callable[..., Any]) -> None:
    page = visit("about")
    page.locator("h1", has_text="About").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to content"

    page.get_by_role("navigation").get_by_role("link", name="Conditions").press("Enter")

    page.locator("h1", has_text="Conditions").wait_for()
    assert page.title() == "Conditions - Conducive"
    page.get_by_role("button", name="Dark colours").click()
    assert page.evaluate("document.querySelector('.theme--dark') !== null")


def test_an_address_without_a_page_says_so(visit: Callable[..., Any]) -> None:
    page = visit("nothing-here")

    assert "There is no page at this address." in page.locator("main").inner_text()
