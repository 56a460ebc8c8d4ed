"""What a visitor does with levers and options, in a real browser: rank, sort, tick, compare, name, take away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conducive.dashboards.asking.address import address, levers_address, options_address
from conducive.dashboards.asking.asked import Asked, Choosing, Pulling
from conducive.scenarios.files import load_scenario

PICTURES = Path(__file__).resolve().parents[2] / "artefacts" / "pages"
SMALL = load_scenario("classroom").change({"horizon": 36, "warm_up": 0})
LEVERS = f"what-helps?s={levers_address(Pulling(SMALL, runs=16, pairs=True))}"
OPTIONS = Choosing(
    ("As it is", "A longer grant", "The council carries it on"),
    (SMALL, SMALL.change({"finance.funding_term": 36}), SMALL.change({"finance.mainstreaming": 1.0})),
)
CHOSEN = f"options?s={options_address(OPTIONS)}"
FIRM = "#answer .status"


def firm(page: Any) -> None:
    page.locator(FIRM, has_text="Firm:").wait_for()


def steps(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("tr[data-row]:not(.together) th").all_inner_texts()]


@pytest.mark.parametrize(("path", "name"), [(LEVERS, "what-helps"), (CHOSEN, "options")])
def test_a_page_can_be_read_by_everybody_at_any_width(visit: Callable[..., Any], path: str, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, scheme in ((1280, "light"), (390, "dark")):
        page = visit(path, width, 844, color_scheme=scheme)
        firm(page)
        page.locator(".ranked tbody tr").first.wait_for()
        page.screenshot(path=PICTURES / f"{name}-{width}-{scheme}.png", full_page=True)

        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})

        wrong = [
            (one["id"], [(node["target"], node.get("failureSummary", "")[:300]) for node in one["nodes"][:5]])
            for one in found.response["violations"]
        ]
        assert not wrong, f"{name} at {width}, {scheme}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_is_ranked_until_asked_and_a_budget_that_is_none_is_refused(visit: Callable[..., Any]) -> None:
    page = visit("what-helps")
    page.locator(".empty", has_text="Nothing is run yet").wait_for()

    page.get_by_label("Budget").fill("a lot")
    page.get_by_role("button", name="Rank the levers").click()

    expect(page.locator(".trouble")).to_contain_text("A budget must be an amount in GBP, such as 500,000.")
    expect(page.locator(".empty")).to_be_visible()


def test_a_ranking_is_sorted_filtered_ticked_and_compared(visit: Callable[..., Any]) -> None:
    page = visit(LEVERS)
    firm(page)
    page.get_by_role("button", name=re.compile("Show .* more")).click()
    before = steps(page)
    assert len(before) > 30

    page.locator("[data-sort=step]").click()
    assert steps(page) == sorted(before, key=str.casefold)
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Step")
    page.get_by_role("group", name="Whose lever").get_by_role("button", name="team").click()
    owners = page.locator("tr[data-row]:not(.together) td.text").all_inner_texts()
    assert {"team"} == {text.strip() for text in owners[::2]}
    boxes = page.locator("tr[data-row]:not(.together) input[type=checkbox]")
    for n in range(4):
        boxes.nth(n).check()
    expect(boxes.nth(4)).to_be_disabled()
    boxes.nth(3).uncheck()
    page.get_by_role("button", name="Compare 3 ticked with things as they are").click()

    page.wait_for_url("**/options?s=*")
    expect(page.locator("[data-option]")).to_have_count(4)
    firm(page)
    expect(page.get_by_label("Name of A")).to_have_value("As it is")


def test_a_lever_opens_under_what_if(visit: Callable[..., Any]) -> None:
    page = visit(LEVERS)
    firm(page)

    page.locator("[data-row='finance.funding_term'] button").click()

    page.locator("[data-address='finance.funding_term'].changed").wait_for()


def test_options_are_named_added_and_refused_beside_the_list(visit: Callable[..., Any]) -> None:
    page = visit(CHOSEN)
    firm(page)

    page.get_by_label("Name of B").fill("As it is")
    page.get_by_label("Name of B").press("Tab")
    expect(page.locator(".trouble")).to_contain_text("Options A and B are both called 'As it is'")
    page.get_by_label("Name of B").fill("Three years")
    page.get_by_label("Name of B").press("Tab")
    page.get_by_label("Name of C").fill("Fou")
    expect(page.locator(".ranked")).to_contain_text("Three years")
    expect(page.get_by_label("Name of C")).to_have_value("Fou")  # what comes meanwhile undoes nothing being typed
    page.get_by_label("Name of C").fill("Four years")
    for name in ("classroom", "baseline"):
        page.locator("[data-test=add]").select_option(name)
        page.get_by_role("button", name="Add", exact=True).click()
        page.locator(f"[data-option={'D' if name == 'classroom' else 'E'}]").wait_for()
    page.locator("[data-test=add]").select_option("learning-culture")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".trouble")).to_contain_text("Got 6. Leave out 1.")
    firm(page)
    expect(page.locator(".ranked tbody tr")).to_have_count(5)
    link = page.locator("[data-test=link]").input_value()
    other = visit(link)
    firm(other)
    assert other.locator(".ranked tbody").inner_text() == page.locator(".ranked tbody").inner_text()


def test_what_is_taken_away_opens_on_its_own(visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit(CHOSEN)
    firm(page)

    kept = {}
    for label in ("Picture for a slide (PNG)", "Table for Excel (CSV)", "Page to embed (HTML)"):
        with page.expect_download() as saved:
            page.get_by_role("button", name=label).click()
        kept[label] = tmp_path / saved.value.suggested_filename
        saved.value.save_as(kept[label])

    assert kept["Picture for a slide (PNG)"].read_bytes().startswith(b"\x89PNG")
    assert kept["Table for Excel (CSV)"].read_bytes().startswith(b"\xef\xbb\xbfrank,option")
    (tmp_path / "around.html").write_text(
        f'<iframe title="inside" src="{kept["Page to embed (HTML)"].name}" width="380" height="700"></iframe>'
    )
    outside = page.context.browser.new_page()
    asked: list[str] = []
    outside.on("request", lambda request: asked.append(request.url))
    outside.goto((tmp_path / "around.html").as_uri())
    inside = outside.frame_locator("iframe")
    inside.locator("table").wait_for()
    assert "The council carries it on" in inside.locator("table").inner_text()
    assert all(url.startswith("file:") for url in asked)
    outside.close()


def test_what_if_says_how_long_and_on_request_what_it_depends_on(visit: Callable[..., Any]) -> None:
    page = visit(f"?s={address(Asked(SMALL, SMALL.change({'finance.funding_term': 36})))}")
    page.locator(".verdict .status", has_text="Firm: 200 pairs").wait_for()
    for words in ("Practitioner-years", "Peak", "Months above half of the peak"):
        expect(page.get_by_role("region", name="How much, how high")).to_contain_text(words)
    expect(page.locator(".because")).to_contain_text("states that lead to use")
    expect(page.get_by_text("Luck makes up")).to_be_hidden()

    page.get_by_role("button", name="Find out").click()

    expect(page.locator(".depends p").first).to_contain_text("Each of 18 conditions was moved to its barrier end")
