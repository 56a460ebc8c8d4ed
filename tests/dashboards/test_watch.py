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

from conducive.agents import practitioner
from conducive.agents.practitioner import CLOSED, LAPSED, STAGES
from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking.asked import Asked
from conducive.dashboards.asking.choice import DEFAULT, Choice
from conducive.dashboards.comparing.causes import CAUSES
from conducive.dashboards.pages import watch
from conducive.dashboards.pages.watch import (
    ALONE,
    ASPECTS,
    LOOK,
    NO_POST,
    NOBODY,
    SIGNS,
    Looking,
    beside,
    look,
    pick,
    pictured,
    python,
    shown,
    someone,
)
from conducive.dashboards.widgets.theme import DARK, LIGHT, contrast
from conducive.experiments.lives.recording import Recording, record
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
    for name, colours in LOOK.items():
        assert contrast(colours[which], ground) >= 3, name


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
    for stage in watch.stages():
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

    sign = watch._sign([replace(life, monthly=monthly)], name, SIGNS[name])

    sign |= sign["lives"][0]
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


def test_signs_of_two_lives_stand_on_common_axes(life: Recording) -> None:
    short = record(load_scenario("classroom").change({"horizon": 18}), 2)

    sign = next(one for one in watch.signs([life, short]) if one["label"] == SIGNS["use_at_fidelity"])

    top = max(float(np.nanmax(one.monthly["use_at_fidelity"])) for one in (life, short))
    assert sign["top"] == f"{max(top, 0.2):.0%}"
    for one, recording in zip(sign["lives"], (life, short), strict=True):
        x, y = np.array([point.split(",") for point in one["line"].split()], float).T
        assert x[-1] == pytest.approx(120 * recording.months / 36)
        assert y == pytest.approx(29 - 28 * recording.monthly["use_at_fidelity"] / max(top, 0.2), abs=0.06)


# ---- Who stopped, and why ------------------------------------------------------------------------------------------


def test_everybody_who_stopped_is_counted_once_in_their_month_under_their_cause(life: Recording) -> None:
    counted = watch.stops(life)

    assert counted.shape == (len(CAUSES), life.months + 1)
    assert (counted[:, 1:].sum(axis=0) == life.monthly["lapses"] + life.monthly["losses"]).all()
    assert counted.sum() > 10
    for entry in life.ledger:
        name = practitioner.CAUSES[int(entry["cause"])]
        if name in CAUSES:
            assert counted[list(CAUSES).index(name), entry["month"]] > 0


def test_whoever_has_lapsed_bears_the_cause_of_the_last_time_and_nobody_else_any(life: Recording) -> None:
    why = unpacked(pictured(life)["packed"]["why"], life.months + 1)
    lapsed = life.staff["stage"] == LAPSED

    assert lapsed.any()
    assert ((why > 0) == lapsed).all()
    for month, post in np.argwhere(lapsed):
        theirs = life.ledger[(life.ledger["post"] == post) & (life.ledger["month"] <= month)]
        theirs = theirs[theirs["cause"] < practitioner.BEGAN]
        assert why[month, post] == theirs["cause"][-1]


def test_causes_are_those_of_the_model_in_its_order_and_stand_out_from_the_ground() -> None:
    assert tuple(CAUSES) == practitioner.CAUSES[practitioner.LEFT_JOB : practitioner.SUPERSEDED + 1]
    assert [one["label"] for one in watch.causes()] == [one.short for one in CAUSES.values()]
    for one in CAUSES.values():
        assert contrast(one.light, LIGHT["paper"]) >= 3
        assert contrast(one.dark, DARK["paper"]) >= 3
    for colours in ([one.light for one in CAUSES.values()], [one.dark for one in CAUSES.values()]):
        assert len(set(colours)) == len(CAUSES)


# ---- What is asked -------------------------------------------------------------------------------------------------


def test_an_address_brings_the_same_life_month_and_diary() -> None:
    scenario = load_scenario("classroom").at("Leeds").with_event(10, "incident")

    found = look("s=" + addresses.address(Asked(scenario, scenario, seed=7)) + "&m=12&w=1&p=40")

    asked = found.choice.asked
    assert (asked.seed, found.trouble, found.month, found.who) == (7, "", 12, (1, 40))
    assert asked.base == asked.alternative
    assert record(asked.base, 7).monthly.tobytes() == record(scenario, 7).monthly.tobytes()


def test_an_address_of_a_comparison_brings_both_lives_with_the_same_luck() -> None:
    both = load_scenario("two-year-funding"), load_scenario("classroom").change({"horizon": 24})

    asked = look("s=" + addresses.address(Asked(*both, seed=3))).choice.asked
    lives = [record(one, asked.seed) for one in (asked.base, asked.alternative)]
    told = shown(lives, asked)

    assert [one.complete() for one in (asked.base, asked.alternative)] == [one.complete() for one in both]
    assert told["names"] == [both[0].title, both[1].title]
    assert (told["months"], [life["months"] for life in told["lives"]]) == (120, [120, 24])
    assert json.dumps(told, allow_nan=False)


def test_an_address_of_another_version_says_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load_scenario("classroom")
    monkeypatch.setattr(addresses, "read", lambda _: (Asked(scenario, scenario), ["It is gone.", "It is new."]))

    assert look("s=1x").news == ("It is gone.", "It is new.")


@pytest.mark.parametrize("search", ["", "a=1", "group=ABC", "&".join(["a=1"] * 99), "m=x&p=-1", "m=99999999999"])
def test_an_address_that_asks_for_nothing_shows_what_is_usual(search: str) -> None:
    assert look(search) == Looking(Choice(load_scenario(DEFAULT)))


@pytest.mark.parametrize("search", ["s=1nonsense", "s=" + "A" * 100_000, "s=%00"])
def test_an_address_that_cannot_be_read_is_refused_in_words(search: str) -> None:
    found = look(search)

    assert found.trouble.startswith("This address cannot be read")
    assert found.choice == Choice(load_scenario(DEFAULT))


def test_a_life_can_stand_beside_another_or_alone() -> None:
    alone = Choice(load_scenario(DEFAULT), changes={"finance.funding_term": 72.0}, place="Leeds")
    lists = {one["name"]: one for one in beside(alone)}

    by_itself = pick(alone, {"name": "other", "value": ALONE})
    pair = pick(by_itself, {"name": "other", "value": "six-year-funding"})

    offered = [one["label"] for one in lists["other"]["groups"][0]["options"]]
    assert offered == ["Nothing", "A with what is changed: Funding term 72 months"]
    assert lists["other"]["value"] == "itself"
    assert by_itself.asked.base == by_itself.asked.alternative
    assert by_itself.asked.base.place.startswith("Leeds")
    assert next(one for one in beside(by_itself) if one["name"] == "other")["value"] == ALONE
    assert pair.asked.alternative.name == "six-year-funding"
    with pytest.raises(InputError, match="Atlantis"):
        pick(alone, {"name": "place", "value": "Atlantis"})


@pytest.mark.parametrize("scenarios", [1, 2])
def test_the_code_shown_lives_the_lives_shown(scenarios: int, capsys: pytest.CaptureFixture[str]) -> None:
    base = load_scenario("classroom").change({"horizon": 24, "finance.funding_term": 12})
    other = base.change({"finance.funding_term": 20}) if scenarios > 1 else base

    exec(python(Asked(base, other, seed=5)), names := {})

    assert names["organisation"].world.monthly.tobytes() == record(other, 5).monthly.tobytes()
    assert capsys.readouterr().out.count("[24 rows") == scenarios


@pytest.mark.parametrize("sent", ["3", None, True, 2.5, [], {}, 7, [0], [0, "1"], [True, 2], [0, 1, 2]])
def test_whatever_a_browser_sends_is_somebody_or_nobody(sent: object) -> None:
    assert someone(sent) == (-1, -1)
    assert someone([1, 7]) == (1, 7)


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
    for key, said in (("ArrowRight", "Month 2"), ("End", "Month 120"), ("Home", "Launch")):
        page.keyboard.press(key)
        expect(month).to_have_text(said)

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

    page.get_by_text("Share what you see").click()
    again = visit("watch?" + page.locator("[data-test=link]").input_value().split("?")[1])
    expect(drawn(again)).to_have_attribute("aria-label", str(network.get_attribute("aria-label")))
    expect(again.locator("[data-test=month]")).to_have_text(paused)
    expect(again.locator("[data-test=entries] li")).to_have_count(entries.count())

    page.locator("[data-test=who]").select_option("0")
    expect(page.locator("[data-test=current]")).to_contain_text("post 1,")
    entries.last.locator("button").click()
    expect(month).to_have_text(f"Month {record(load_scenario(DEFAULT), 0).diary(0)[-1].month}")


def test_watch_draws_and_plays_a_large_authority(visit: Callable[..., Any]) -> None:
    page = visit("watch")
    network = drawn(page)
    small = posts_of(network)
    page.locator("[data-test=place]").fill("Kent")
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


def test_watch_shows_two_lives_with_the_same_luck_and_counts_who_stopped(visit: Callable[..., Any]) -> None:
    asked = Asked(load_scenario(DEFAULT), load_scenario("six-year-funding"), seed=2)
    page = visit(f"?s={addresses.address(asked)}")
    page.get_by_role("button", name="Watch A beside B").click()
    page.locator("[data-test=network][data-frames]").nth(1).wait_for()
    scrub = page.locator("[data-test=scrub]")
    scrub.fill("30")
    scrub.dispatch_event("change")

    for n, scenario in enumerate((asked.base, asked.alternative)):
        stopped = watch.stops(record(scenario, 2))
        count = int(stopped[:, 30].sum())
        said = page.locator("[data-test=stopped]").nth(n)
        expect(said).to_contain_text(f"This month {count or 'nobody'} stopped")
        expect(said).to_contain_text(f"Since launch {int(stopped[:, :31].sum())}.")
        name = list(CAUSES)[int(stopped[:, 30].argmax())]
        if count:
            expect(said).to_contain_text(f"{int(stopped[:, 30].max())} {CAUSES[name].short}")
    page.locator("[data-test=who]").select_option("100007")
    expect(page.locator("[data-test=current]")).to_contain_text("B: Team")
    page.wait_for_url(re.compile("&m=30&w=1&p=7$"))

    page.reload()

    expect(page.locator("[data-test=month]")).to_have_text("Month 30")
    expect(page.locator("[data-test=current]")).to_contain_text("B: Team")
    expect(page.locator("[data-test=entries] li").first).to_be_visible()
