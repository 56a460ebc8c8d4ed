"""My authority: what the page shows is what Python gives, in a browser too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import conducive as cz
from conducive.dashboards.asking.address import in_search, read
from conducive.dashboards.pages.authority import (
    BEHIND,
    LONGEST,
    asked_for,
    judged,
    link,
    lived_again,
    looked_up,
    marks,
    trend,
)
from conducive.experiments.evidence.replay import stored_study
from conducive.scenarios.authority import FIGURES

PICTURES = Path(__file__).resolve().parents[2] / "artefacts" / "pages"


def test_a_link_asks_what_the_question_asks_to_the_bit() -> None:
    for question in cz.authority("Rutland").questions:
        asked, news = read(in_search(urlsplit(link(question)).query) or "")

        assert not news
        there = cz.compare(asked.base, asked.alternative, replicates=2)
        assert there.text() == cz.compare(question.base, question.alternative, replicates=2).text()


def test_a_chart_has_the_published_figures_and_the_band_of_the_replay() -> None:
    found, lived = cz.authority("Bradford"), stored_study().of("Bradford")

    for series in found.series:
        shown, plain = trend(series, found.years, lived), trend(series, found.years, None)
        units = FIGURES[series.figure][2]
        assert shown["own"] == [round(value * units, 2) for value in series.own]
        assert shown["low"] == [None, *lived.fans[series.figure].low.tolist()]
        assert shown["high"] == [None, *lived.fans[series.figure].high.tolist()]
        assert set(plain["low"]) == {None}


def test_judgements_stand_on_the_time_line_between_censuses() -> None:
    found = cz.authority("Bradford")

    one, other = marks(found.inspections, found.years)

    assert 2017.9 < one["x"] < 2018.0
    assert 2022.0 < other["x"] < 2022.3
    assert other["label"] == "Inadequate, November 2022 (Bradford)"
    assert judged(found).endswith("inadequate in September 2018 and inadequate in November 2022.")
    none = replace(found, inspections=(), no_judgement="No judgement of it since 2018 is published.")
    assert judged(none) == none.no_judgement


def test_what_an_address_asks_for_is_looked_up_or_refused_in_words() -> None:
    assert asked_for("at=Leeds") == "Leeds"
    assert asked_for(None) == asked_for("") == asked_for("s=1") == ""
    assert len(asked_for(f"at={'x' * 5000}")) == LONGEST
    assert looked_up("") == (None, "")
    assert looked_up("Herts")[0] == cz.authority("Hertfordshire")
    assert "Did you mean Middlesbrough?" in looked_up("Middlesborough")[1]
    assert lived_again("Leeds", 0) == (None, "")
    assert "cannot be used for 2017" in lived_again("Cumberland", 1)[1]
    assert lived_again("Bradford", len(BEHIND) - 1)[0] == stored_study().of("Bradford", judgements=True)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_find_an_authority_read_it_and_try_a_question(visit: Callable[..., Any], width: int, scheme: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = visit("authority", width, 844, color_scheme=scheme)
    page.get_by_text("Choose an authority to see it here.").wait_for()

    box = page.get_by_label("Authority: a name")
    box.fill("Middlesborough")
    box.press("Tab")
    expect(page.get_by_role("alert")).to_contain_text("Did you mean Middlesbrough?")
    box.fill("rutland")
    box.press("Tab")
    page.get_by_role("heading", name="Rutland (East Midlands)").wait_for()
    assert parse_qs(urlsplit(page.url).query)["at"] == ["Rutland"]
    page.goto(f"{page.url.partition('?')[0]}?at=Bradford")
    page.get_by_role("heading", name="Bradford (Yorkshire and The Humber)").wait_for()
    page.get_by_label("Behind the lines").select_option(index=2)
    expect(page.locator("main")).to_contain_text("put in: September 2018 and November 2022")
    expect(page.locator(".trends path.band")).to_have_count(4)
    page.screenshot(path=PICTURES / f"authority-{width}-{scheme}.png", full_page=True)

    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert not [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]]
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.goto(f"{page.url.partition('?')[0]}?at=Rutland")
    question = cz.authority("Rutland").questions[1]
    page.locator(".question", has_text=question.title).get_by_role("link").click()
    page.locator(".verdict .status").wait_for()
    asked, _ = read(in_search(urlsplit(page.url).query) or "")
    assert (asked.base, asked.alternative) == (question.base, question.alternative)
