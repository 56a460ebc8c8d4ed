"""Watch: the whole life travels to the browser once, plays there, and a click opens a diary."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from conducive.agents.practitioner import CLOSED, STAGES
from conducive.dashboards import address as addresses
from conducive.dashboards import watch
from conducive.dashboards.address import Asked
from conducive.dashboards.theme import DARK, LIGHT, contrast
from conducive.dashboards.watch import (
    ASPECTS,
    DEFAULT,
    HERE,
    LOOK,
    NO_POST,
    NOBODY,
    SIGNS,
    brought,
    chosen,
    pictured,
    python,
)
from conducive.experiments.life import Recording, record
from conducive.model.measures import INDICATORS
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario


@pytest.fixture(scope="module")
def life() -> Recording:
    return record(load_scenario("classroom").change({"horizon": 36}), 1)


def unpacked(packed: str, rows: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(base64.b64decode(packed), np.uint8).reshape(rows, -1)


def test_every_stage_has_a_colour_and_a_shape_of_its_own() -> None:
    assert set(LOOK) == set(STAGES)
    for n in range(3):
        assert len({look[n] for look in LOOK.values()}) == len(STAGES)


@pytest.mark.parametrize(("which", "ground"), [(0, LIGHT["paper"]), (1, DARK["paper"])])
def test_marks_stand_out_from_the_ground(which: int, ground: str) -> None:
    for name, look in LOOK.items():
        assert contrast(look[which], ground) >= 3, name


def test_the_picture_holds_the_stage_of_everybody_in_every_month(life: Recording) -> None:
    stage = unpacked(pictured(life)["packed"]["stage"], life.months + 1)

    someone = life.staff["stage"] >= 0
    assert (stage[someone] == life.staff["stage"][someone]).all()
    assert set(np.unique(stage[~someone])) <= {NOBODY, NO_POST}
    assert ((stage == NO_POST) == (~someone & (life.staff["post"] == CLOSED))).all()


def test_lines_are_as_wide_as_trust_and_absent_where_nobody_is(life: Recording) -> None:
    picture = pictured(life)
    widths = unpacked(picture["packed"]["ties"], life.months + 1)
    low, high = picture["trust"]

    assert ((widths == 0) == (life.trust == 0)).all()
    drawn = low + (high - low) * (widths[widths > 0].astype(float) - 1) / 254
    assert np.allclose(drawn, life.trust[widths > 0], atol=(high - low) / 254)


def test_a_picture_travels_as_plain_data_and_is_small() -> None:
    whole = record(load_scenario("baseline").change({"organisation.posts": 250}), 0)

    text = json.dumps(pictured(whole), allow_nan=False)

    assert whole.posts >= 250
    assert len(text) < 600_000


def test_seats_lie_within_the_picture(life: Recording) -> None:
    for seats, middles, aspect in zip(*(pictured(life)[k] for k in ("seats", "middles")), ASPECTS, strict=True):
        for flat in (seats, middles):
            places = np.reshape(flat, (-1, 2))
            assert (places >= 0).all()
            assert (places <= (aspect, 1)).all()


def test_months_with_money_are_marked(life: Recording) -> None:
    paid = np.zeros(life.months, bool)
    for first, last in pictured(life)["paid"]:
        paid[first:last] = True

    assert (paid == (life.monthly["external_money"] > 0)).all()
    assert watch._spans(np.array([True, False, True, True, False])) == [[0, 1], [2, 4]]


def test_the_picture_holds_teams_ties_and_what_happened(life: Recording) -> None:
    picture = pictured(life)

    assert picture["team"] == life.team.tolist()
    assert np.array_equal(np.reshape(picture["pairs"], (-1, 2)), life.ties)
    assert picture["happened"] == [entry._asdict() for entry in life.events()] != []
    for stage in picture["stages"]:
        assert stage["meaning"] == next(i.meaning for i in INDICATORS if i.name == stage["name"])


def test_marks_of_neighbours_do_not_cover_each_other(life: Recording) -> None:
    picture = pictured(life)

    for seats, radius in zip(picture["seats"], picture["radii"], strict=True):
        places = np.reshape(seats, (-1, 2))
        apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
        assert 0.1 < 2 * radius / apart[~np.eye(len(places), dtype=bool)].min() < 0.9


@pytest.mark.parametrize("name", SIGNS)
def test_a_vital_sign_is_its_indicator_in_number_line_and_words(life: Recording, name: str) -> None:
    """Unknown months stay unknown; the line runs through the box of 120 by 30, larger values higher up."""
    declared = next(i for i in INDICATORS if i.name == name)
    values = life.monthly[name].astype(float)
    values[3] = np.nan
    monthly = life.monthly.copy()
    monthly[name] = values

    sign = watch._sign(replace(life, monthly=monthly), name, SIGNS[name])

    known = [v for v in sign["values"] if v is not None]
    assert sign["values"][3] is None
    assert known == pytest.approx(values[~np.isnan(values)].tolist(), abs=1e-4)
    assert (sign["label"], sign["meaning"]) == (SIGNS[name], declared.meaning)
    assert sign["unit"] == ("share" if declared.unit == "ratio" else declared.unit)
    x, y = np.array([point.split(",") for point in sign["line"].split()], float).T
    assert x == pytest.approx(120 * np.arange(1, life.months + 1) / life.months, abs=0.06)
    assert ((y >= 1) & (y <= 29)).all()
    order = np.nan_to_num(values)
    assert np.corrcoef(order, y)[0, 1] < -0.99 or order.std() == 0


def test_an_authority_can_be_watched_and_an_unknown_one_is_refused() -> None:
    scenario = load_scenario(DEFAULT)

    assert chosen(scenario, HERE) is scenario
    assert chosen(scenario, "Leeds").place.startswith("Leeds")
    with pytest.raises(InputError):
        chosen(scenario, "Atlantis")
    with pytest.raises(InputError):
        chosen(scenario.change({"organisation.posts": 5000}), HERE)


def test_an_address_brings_the_same_life() -> None:
    scenario = load_scenario("classroom").at("Leeds").with_event(10, "incident")

    found = brought("s=" + addresses.address(Asked(scenario, scenario, seed=7)))

    assert found.seed == 7
    assert not found.trouble
    (same,) = found.scenarios
    assert record(same, 7).monthly.tobytes() == record(scenario, 7).monthly.tobytes()


def test_an_address_of_a_comparison_brings_both_its_scenarios() -> None:
    both = load_scenario("two-year-funding"), load_scenario("six-year-funding")

    assert [s.name for s in brought("s=" + addresses.address(Asked(*both))).scenarios] == [s.name for s in both]


def test_an_address_of_another_version_says_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load_scenario("classroom")
    monkeypatch.setattr(addresses, "read", lambda _: (Asked(scenario, scenario), ["It is gone.", "It is new."]))

    assert brought("s=1x").news == ("It is gone.", "It is new.")


def test_a_scenario_says_where_it_is_and_whether_the_address_brought_it() -> None:
    there = load_scenario("classroom").at("Leeds")

    assert watch._called(there, carried=False) == f"{there.title} - {there.place}"
    assert watch._called(there, carried=True) == f"From the address: {there.title} - {there.place}"
    assert watch._called(load_scenario("classroom"), carried=False) == there.title


@pytest.mark.parametrize("search", [None, "", "a=1", "group=ABC", "&".join(["a=1"] * 99)])
def test_an_address_that_asks_for_nothing_brings_nothing(search: str | None) -> None:
    assert brought(search) == watch.Brought()


@pytest.mark.parametrize("search", ["s=1nonsense", "s=" + "A" * 100_000, "s=%00"])
def test_an_address_that_cannot_be_read_is_refused_in_words(search: str) -> None:
    found = brought(search)

    assert found.trouble
    assert not found.scenarios


def test_the_code_shown_lives_the_life_shown() -> None:
    scenario = load_scenario("classroom").change({"horizon": 24, "finance.funding_term": 12})
    names: dict[str, Any] = {}

    exec(python(Asked(scenario, scenario, seed=5)), names)

    assert names["organisation"].world.monthly.tobytes() == record(scenario, 5).monthly.tobytes()


@pytest.mark.parametrize("sent", ["3", None, True, 2.5, [], {}])
def test_whatever_a_browser_sends_is_a_post_or_nothing(sent: object) -> None:
    assert watch._whole(sent) == -1
    assert watch._whole(7) == 7


# ---- In a browser --------------------------------------------------------------------------------------------------


def drawn(page: Any) -> Any:
    """Wait until the network is drawn, and return it."""
    network = page.locator("[data-test=network][data-frames]")
    network.wait_for()
    return network


def posts_of(network: Any) -> int:
    """How many posts the network has, as its description says."""
    return int(str(network.get_attribute("aria-label")).split()[2])


def test_watch_plays_steps_scrubs_and_opens_a_diary(visit: Callable[..., Any]) -> None:
    page = visit("watch")
    network, month, play = drawn(page), page.locator("[data-test=month]"), page.locator("[data-test=play]")
    expect(month).to_have_text("Launch")

    page.locator("[data-test=step]").click()
    expect(month).to_have_text("Month 1")
    page.locator("[data-test=scrub]").focus()
    for key, shown in (("ArrowRight", "Month 2"), ("End", "Month 120"), ("Home", "Launch")):
        page.keyboard.press(key)
        expect(month).to_have_text(shown)

    page.locator("[data-test=speed]").select_option("12")
    play.focus()
    page.keyboard.press("Enter")
    expect(month).not_to_have_text("Launch")
    page.keyboard.press("Enter")
    expect(play).to_have_text("Play")
    paused = month.inner_text()
    page.evaluate(  # as many frames as would be months, if it still played
        "() => new Promise((go) => { const on = (n) => requestAnimationFrame(() => (n ? on(n - 1) : go())); on(30); })"
    )
    expect(month).to_have_text(paused)

    seats = np.reshape(pictured(record(load_scenario(DEFAULT), 0))["seats"][0], (-1, 2))
    x, y = seats[7] * network.bounding_box()["height"]
    network.click(position={"x": x, "y": y})
    entries = page.locator("[data-test=entries] li")
    expect(entries.locator("span")).to_have_text([e.text for e in record(load_scenario(DEFAULT), 0).diary(7)])
    expect(page.locator("[data-test=who]")).to_have_value("7")

    page.get_by_text("Share this life").click()
    again = visit("watch?" + page.locator("[data-test=link]").input_value().split("?")[1])
    same = str(network.get_attribute("aria-label")).partition(".")[0]
    expect(drawn(again)).to_have_attribute("aria-label", re.compile(f"^{same}\\."))
    expect(again.locator("select").first).to_have_value("0")
    expect(again.locator("option").first).to_have_text(re.compile("^From the address: Two years"))

    page.locator("[data-test=who]").select_option("0")
    expect(page.locator("[data-test=current]")).to_contain_text("post 1,")
    entries.last.locator("button").click()
    expect(month).to_have_text(f"Month {record(load_scenario(DEFAULT), 0).diary(0)[-1].month}")


def test_watch_draws_and_plays_a_large_authority(visit: Callable[..., Any]) -> None:
    page = visit("watch")
    network = drawn(page)
    small = posts_of(network)
    page.get_by_role("combobox", name="Authority (type").fill("Kent")
    page.keyboard.press("Tab")
    expect(network).not_to_have_attribute("aria-label", re.compile(f"^Network of {small} posts"))
    assert posts_of(network) >= 250
    before = int(network.get_attribute("data-frames"))
    page.locator("[data-test=play]").click()
    page.wait_for_function(f"document.querySelector('[data-test=network]').dataset.frames > {before + 10}")


def test_watch_fits_a_telephone_in_the_dark(visit: Callable[..., Any]) -> None:
    page = visit("watch", 390, 800, color_scheme="dark", has_touch=True)
    network, term = drawn(page), page.locator(".legend abbr", has_text="Trying")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert network.bounding_box()["width"] <= 390
    expect(network).to_have_attribute("aria-label", re.compile("teams.*lapsed"))
    term.tap()
    expect(term).to_be_focused()
    assert "Practitioners trying it." in term.evaluate("one => getComputedStyle(one, '::after').content")
