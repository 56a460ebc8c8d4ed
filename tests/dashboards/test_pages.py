"""What pages show and take, without a browser: sliders, choices, events, sweeps, conditions, colours."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from conducive import __version__
from conducive.dashboards.asking import answers, sliders
from conducive.dashboards.asking.address import address
from conducive.dashboards.asking.asked import Asked
from conducive.dashboards.asking.choice import AVERAGE, OWN, SAME, Choice, chosen, default, picked, start_from
from conducive.dashboards.asking.documents import in_library
from conducive.dashboards.asking.places import place_names, place_typed
from conducive.dashboards.asking.scripts import command, python
from conducive.dashboards.comparing import happenings, results, take_away
from conducive.dashboards.comparing.choosing import fields, of_both
from conducive.dashboards.comparing.happenings import added, edited, event_of, kinds, removed, restored
from conducive.dashboards.comparing.take_away import brought, files
from conducive.dashboards.pages import about
from conducive.dashboards.pages import conditions as conditions_page
from conducive.dashboards.pages.about import citation, odd_page, summary
from conducive.dashboards.widgets.glossary import GLOSSARY, explained
from conducive.dashboards.widgets.page import bare_page, dressed
from conducive.dashboards.widgets.progress import Answer
from conducive.dashboards.widgets.theme import DARK, LIGHT, contrast, css, ink_on, ramp
from conducive.dashboards.work import Cache, CancelledError, Job
from conducive.experiments.compare.brief import brief
from conducive.experiments.compare.dependence import dependence
from conducive.experiments.compare.glance import FIRM, marks
from conducive.experiments.evidence.patterns import CONTROLS, PATTERNS
from conducive.experiments.evidence.ranking import ranking_plan
from conducive.experiments.evidence.validation import stored_results
from conducive.experiments.evidence.verdicts import ANSWERS
from conducive.experiments.lives.plausible import plausible_sets
from conducive.experiments.pages import panels
from conducive.experiments.pages.curves import RuleCurve, read_by, rule_curves
from conducive.experiments.search.sensitivity.plan import sensitivity
from conducive.experiments.version import model_version
from conducive.experiments.words import listed, signed
from conducive.scenarios.coefficients import COEFFICIENTS
from conducive.scenarios.conditions import conditions, inputs
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import EVENTS
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.kinds import KINDS
from conducive.scenarios.scenario import Scenario, declared
from conducive.scenarios.workforce import authorities, latest

SMALL = load_scenario("classroom").change({"horizon": 24, "warm_up": 0, "organisation.posts": 12})


# ---- Sliders -------------------------------------------------------------------------------------------------------


def test_every_input_has_one_lever_with_what_stands_behind_it() -> None:
    first, rest = sliders.groups(SMALL, SMALL)

    found = [one for group in (*first, *rest) for one in group["levers"]]

    assert sorted(one["address"] for one in found) == sorted(i.address for i in inputs())
    assert [one["address"] for one in first[0]["levers"]] == list(sliders.FIRST)
    for one in found:
        assert one["meaning"]
        assert one["source"]
        assert one["gradetext"]
        assert one["hardmin"] <= one["min"] <= one["value"] <= one["max"] <= one["hardmax"]


def test_a_lever_says_where_both_scenarios_stand_and_what_its_ends_mean() -> None:
    first, rest = sliders.groups(SMALL, SMALL.change({"finance.funding_term": 12}))
    shown = {one["address"]: one for group in (*first, *rest) for one in group["levers"]}
    term, declaration = shown["finance.funding_term"], declared()["finance.funding_term"]

    assert (term["base"], term["value"], term["changed"]) == (24, 12, True)
    assert [at for at, one in shown.items() if one["changed"]] == ["finance.funding_term"]
    (condition,) = [c for c in conditions() if declaration in c.inputs]
    for end in ("barrier", "facilitator"):
        value = sliders.written(declaration, getattr(declaration, end))
        assert term[end].startswith(f"{value}. ")
        assert getattr(condition, end) in term[end]
    assert term["usual"] == sliders.written(declaration, declaration.default)
    assert term["range"] == " to ".join(sliders.written(declaration, v) for v in (declaration.low, declaration.high))
    for at, one in shown.items():
        assert 0 < one["step"] <= max(1, one["max"] - one["min"])
        assert not declared()[at].whole or one["step"] >= 1
        assert one["grade"] == declared()[at].grade


@pytest.mark.parametrize("declaration", inputs(), ids=lambda i: i.address)
def test_what_a_slider_sends_back_is_the_value_it_showed(declaration: Any) -> None:
    for value in (declaration.minimum, declaration.default, declaration.maximum):
        assert sliders.value_of(declaration.address, sliders.read(declaration, value)) == (
            declaration.address,
            pytest.approx(value, abs=1e-9, rel=1e-4),
        )


@pytest.mark.parametrize(
    ("sent", "shown", "said"),
    [
        ("finance.funding_term", 1e9, "^Funding term: 0 to 240 months. You typed 1,000,000,000.$"),
        ("finance.funding_term", float("nan"), "^Funding term: 0 to 240 months. You typed nan.$"),
        ("finance.funding_term", "<b>", "You typed <b>.$"),
        ("finance.funding_term", True, "^Funding term: 0 to 240 months"),
        ("finance.mainstreaming", 150, "^Mainstreaming: 0 to 100%. You typed 150.$"),
        ("workforce_capacity.turnover", -1, "^Turnover: .*% a year. You typed -1.$"),
        ("finance.magic", 1, "not an input"),
        ("coefficients.strain_load", 1, "not an input"),
        (None, 1, "not an input"),
        (["finance.funding_term"], 1, "not an input"),
    ],
)
def test_what_no_slider_could_have_sent_is_refused(sent: object, shown: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        sliders.value_of(sent, shown)


def test_an_input_in_whole_numbers_takes_the_nearest() -> None:
    assert sliders.value_of("finance.funding_term", 24.4) == ("finance.funding_term", 24.0)


def test_a_share_is_read_as_a_percentage() -> None:
    assert sliders.written(declared()["workforce_capacity.turnover"], 0.118) == "11.8% a year"
    assert sliders.written(declared()["finance.mainstreaming"], 0.5) == "50%"
    assert sliders.written(declared()["finance.funding_term"], 24) == "24 months"


# ---- What is asked -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", [None, load_scenario("six-year-funding")], ids=["itself", "another"])
@pytest.mark.parametrize("name", ["two-year-funding", "classroom", "three-short-waves", "critical-incident"])
def test_a_choice_comes_back_from_its_address_as_it_was(name: str, other: Scenario | None) -> None:
    choice = Choice(load_scenario(name), other, "Leeds", changes={"finance.funding_term": 60.0})
    choice = replace(choice, events=(event_of({"kind": "incident", "month": 24}, choice.origin),))

    found, news, trouble = start_from(f"s={address(choice.asked)}")

    assert (found, news, trouble) == (choice, [], "")


def test_an_own_scenario_comes_back_from_its_address() -> None:
    choice = Choice(SMALL, changes={"finance.funding_term": 12.0})

    found, _, trouble = start_from(f"s={address(choice.asked)}")

    assert not trouble
    assert found.asked.base.complete() == choice.asked.base.complete()
    assert found.asked.alternative.complete() == choice.asked.alternative.complete()
    assert found.base.name == SMALL.name


@pytest.mark.parametrize("search", ["s=1abc", "s=", "s=<script>", "s=" + "1" * 20_000, "x=1&" * 50])
def test_a_bad_address_shows_the_usual_comparison_and_says_why(search: str) -> None:
    choice, news, trouble = start_from(search)

    assert choice == default()
    assert news == []
    assert trouble.startswith("This address cannot be read") or search in {"s=", "x=1&" * 50}


def test_moving_to_an_authority_keeps_what_was_changed() -> None:
    choice = picked(default(), {"name": "place", "value": "Leeds"})

    asked = choice.asked

    assert asked.base.place.startswith("Leeds")
    assert asked.alternative["finance.funding_term"] == 72
    assert asked.alternative["organisation.posts"] == asked.base["organisation.posts"]


def test_a_scenario_too_large_for_the_pages_is_refused_on_either_side() -> None:
    size = {"organisation.posts": 5000.0, "horizon": 240.0}
    for choice in (Choice(SMALL.change(size), SMALL), Choice(SMALL, SMALL.change(size)), Choice(SMALL, changes=size)):
        with pytest.raises(InputError, match="more than these pages run"):
            choice.asked  # noqa: B018 it refuses


def test_what_is_put_on_the_timeline_comes_to_what_the_scenario_holds() -> None:
    origin = load_scenario("critical-incident")
    event = event_of({"kind": "funding_ends", "month": 7}, origin)

    asked = Choice(origin, events=(event,)).asked

    assert origin.events
    assert asked.base.events == origin.events
    assert asked.alternative.events == (*origin.events, event)


def test_an_authority_picked_anew_has_its_latest_figures() -> None:
    choice = replace(default(), place="Kent", year=latest() - 1)

    assert picked(choice, {"name": "place", "value": "Leeds"}).year == latest()


def test_another_scenario_to_compare_with_starts_without_changes() -> None:
    choice = picked(default(), {"name": "other", "value": "six-year-funding"})

    assert choice.asked.alternative == load_scenario("six-year-funding")
    assert picked(choice, {"name": "other", "value": "itself"}).asked.alternative == choice.base


@pytest.mark.parametrize("name", list(KINDS))
def test_a_kind_of_innovation_is_one_choice_and_whatever_else_was_changed_stays(name: str) -> None:
    before = picked(default(), {"name": "kind", "value": "licensed programme"})

    choice = picked(before, {"name": "kind", "value": name})

    alternative = choice.asked.alternative
    assert alternative["finance.funding_term"] == 72
    assert all(alternative[address] == value for address, value in KINDS[name].changes.items())
    assert field_of(choice, "kind")["value"] == name
    told = load_scenario("two-year-funding").change({"innovation.kind": name, "finance.funding_term": 72})
    assert {a: alternative[a] for a in declared()} == {a: told[a] for a in declared()}
    one = next(iter(KINDS["optional technique"].changes))
    assert field_of(replace(choice, changes=choice.changes | {one: 0.123}), "kind")["value"] == OWN


@pytest.mark.parametrize("sent", [None, 3, {"name": "base", "value": "../../etc"}, {"name": "place", "value": {}}, {}])
def test_what_is_on_no_list_changes_nothing(sent: object) -> None:
    assert picked(default(), sent) == default()


def test_lists_say_what_is_chosen() -> None:
    for choice in (default(), Choice(SMALL, load_scenario("baseline"), "Kent")):
        for one in fields(choice):
            options = {option["value"] for group in one["groups"] for option in group["options"]}
            assert one["value"] in options | set(one.get("find", ()))


def field_of(choice: Choice, name: str) -> dict[str, Any]:
    """Return the field of a name."""
    return next(one for one in fields(choice) if one["name"] == name)


@pytest.mark.parametrize(
    ("typed", "name"), [("E08000035", "Leeds"), ("hull", "Kingston upon Hull, City of"), (" KENT ", "Kent")]
)
def test_a_place_is_found_as_people_type_it(typed: str, name: str) -> None:
    choice = picked(default(), {"name": "place", "value": typed})

    assert (choice.place, choice.year) == (name, latest())
    assert field_of(choice, "year")["value"] == str(latest())
    assert picked(choice, {"name": "year", "value": "2019"}).asked.base.place == f"{name}, 2019"
    assert picked(choice, {"name": "place", "value": AVERAGE}).place == ""


@pytest.mark.parametrize("typed", ["Middlesborough", "Kingston", "Cumbria", "Atlantis"])
def test_a_place_that_is_none_is_refused_and_never_another(typed: str) -> None:
    with pytest.raises(InputError, match=r"Did you mean|its area is now|lists the names"):
        picked(default(), {"name": "place", "value": typed})


def test_each_place_is_offered_once_in_order_and_can_be_started_from() -> None:
    names = place_names()

    towns = names[: names.index("East Midlands")]
    assert len(names) == len(set(names))
    assert towns == sorted(towns)
    assert len(towns) == len(authorities(latest()))
    assert names[-1] == "England"
    assert all(place_typed(name).year == latest() for name in names)
    assert not {"Cumbria", "Poole", "Northamptonshire"} & set(names)


def test_a_library_scenario_says_what_it_must_show_and_a_changed_one_does_not() -> None:
    whole, churn = load_scenario("baseline"), load_scenario("leadership-churn")

    said = field_of(Choice(whole, churn), "other")["claims"]

    assert [one.startswith(churn.claims[0].says) for one in said] == [True]
    assert field_of(Choice(churn.change({"finance.grant": 1.0})), "base")["claims"] == []


def test_a_changed_scenario_is_not_called_by_the_name_of_the_one_in_the_library() -> None:
    baseline = load_scenario("baseline")

    base, other = (
        next(one for one in fields(choice) if one["name"] == name)
        for name, choice in (("base", Choice(SMALL)), ("other", Choice(baseline, SMALL)))
    )

    assert SMALL.name == "classroom"
    assert (base["value"], other["value"]) == (OWN, OWN)
    assert field_of(Choice(baseline, baseline), "other")["value"] == "baseline"


# ---- Names and places of their own ----------------------------------------------------------------------------------


def test_a_and_b_are_called_as_the_visitor_says_wherever_they_are_named() -> None:
    called = picked(default(), {"name": "name_b", "value": "  The long  grant "})
    called = picked(called, {"name": "name_a", "value": "Now"})

    asked = called.asked
    space: dict[str, Any] = {}
    exec(python(asked).partition("comparison =")[0], space)

    assert (asked.base.title, asked.alternative.title) == ("Now", "The long grant")
    assert (space["base"], space["alternative"]) == (asked.base, asked.alternative)
    assert command(asked) == "conducive compare a.toml b.toml --replicates 200 --seed 0"
    assert start_from(f"s={address(asked)}") == (called, [], "")
    assert [one["value"] for one in of_both(called) if one["name"].startswith("name")] == ["Now", "The long grant"]


def test_a_name_that_is_taken_back_is_the_usual_one_again() -> None:
    named = picked(default(), {"name": "name_b", "value": "The long grant"})

    usual = next(one["value"] for one in of_both(default()) if one["name"] == "name_b")

    assert usual == "Funding term 72 months"
    for value in ("", " ", usual):
        assert picked(named, {"name": "name_b", "value": value}) == default()


def test_two_names_that_are_the_same_or_too_long_are_refused() -> None:
    with pytest.raises(InputError, match=r"A and B need different names\. Got 'Two years of funding, then nothing'"):
        picked(default(), {"name": "name_b", "value": default().base.title}).asked  # noqa: B018 it refuses
    with pytest.raises(InputError, match=r"80 characters at most\. You typed 100"):
        picked(default(), {"name": "name_a", "value": "x" * 100})


def test_b_can_be_at_another_place_than_a() -> None:
    here = picked(default(), {"name": "place", "value": "Kent"})
    choice = picked(here, {"name": "there", "value": "leeds"})
    choice = picked(choice, {"name": "there_year", "value": "2019"})

    asked = choice.asked

    assert (asked.base.place, asked.alternative.place) == (f"Kent, {latest()}", "Leeds, 2019")
    assert asked.alternative["finance.funding_term"] == 72
    assert start_from(f"s={address(asked)}") == (choice, [], "")
    assert field_of_both(choice, "there")["value"] == "Leeds"
    assert picked(choice, {"name": "there", "value": SAME}) == here
    average = picked(choice, {"name": "there", "value": AVERAGE})
    assert (average.asked.base.place, average.asked.alternative.place) == (f"Kent, {latest()}", "")
    assert start_from(f"s={address(average.asked)}")[0] == average
    assert picked(here, {"name": "there", "value": "Kent"}).elsewhere is None
    with pytest.raises(InputError, match="Did you mean Middlesbrough"):
        picked(choice, {"name": "there", "value": "Middlesborough"})


def field_of_both(choice: Choice, name: str) -> dict[str, Any]:
    """Return the field of a name among those of A and B by themselves."""
    return next(one for one in of_both(choice) if one["name"] == name)


# ---- Files that are brought ----------------------------------------------------------------------------------------


def test_a_pair_comes_back_as_it_was() -> None:
    choice = picked(replace(default(), seed=7), {"name": "there", "value": "Leeds"})
    choice = added(picked(choice, {"name": "name_a", "value": "Now"}), {"kind": "incident", "month": 20})
    (make,) = [make for label, make in files(choice.asked, "test") if label == "Both scenarios (TOML)"]
    name, _, content = make()

    assert brought([{"name": name, "text": content.decode()}], default()) == choice


def test_two_scenario_files_come_back_as_a_and_b_and_one_as_a() -> None:
    asked = default().asked
    made = {label: make() for label, make in files(asked, "test") if label.startswith("Scenario")}
    sent = [{"name": name, "text": content.decode()} for name, _, content in reversed(made.values())]

    assert brought(sent, default()) == default()
    alone = brought(sent[:1], default()).asked
    assert alone.base.complete() == alone.alternative.complete() == asked.alternative.complete()


@pytest.mark.parametrize(
    ("texts", "said"),
    [([], "one file or two"), (["", "", ""], "Got 3"), (["[a]"], r"holds \[a\], \[b\] and seed"),
     (["a = 1\nb = 2"], "holds"), (["[a]\n[b]\n[c]"], "holds"), (["seed = -1\n[a]\n[b]"], "seed"),
     (["seed = 'x'\n[a]\n[b]"], "seed"), (["[a.finance]\nfunding_terms = 2\n[b]"], "Did you mean"),
     (["x = ["], "not valid TOML")],
)  # fmt: skip
def test_files_that_ask_for_nothing_are_refused(texts: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        brought([{"name": "one.toml", "text": text} for text in texts], default()).asked  # noqa: B018 it refuses


@pytest.mark.parametrize("sent", [None, "x", [1, 2], {"text": ""}])
def test_what_is_no_file_is_refused(sent: object) -> None:
    with pytest.raises(InputError, match="one file or two"):
        brought(sent, default())


# ---- Events --------------------------------------------------------------------------------------------------------


def test_every_kind_of_event_can_be_put_on_the_timeline() -> None:
    found = kinds()

    assert {one["name"] for one in found} == {*EVENTS, "funding_ends", "coaching_starts"}
    for one in found:
        detail = one["options"][0]["value"] if one["options"] else 0.2
        event = event_of({"kind": one["name"], "month": 3, "detail": detail}, SMALL)
        assert event.month == 3
        assert happenings.event_label(event)


def test_what_happens_is_called_by_its_name_on_the_list() -> None:
    choice = Choice(SMALL, events=(event_of({"kind": "funding_ends", "month": 7}, SMALL),))
    (mark,) = marks(choice.asked.base, choice.asked.alternative, 24)

    assert happenings.event_label(choice.events[0]) == "funding ends"
    assert happenings.by_name(mark["label"]) == "funding ends"
    assert happenings.by_name("incident") == "incident"


def test_funding_that_ends_early_stops_the_grant() -> None:
    event = event_of({"kind": "funding_ends", "month": 7}, SMALL)
    choice = Choice(SMALL, events=(event,))
    *_, found = answers.answers(choice.asked, "test", Job())

    assert found["money"] == [[[0, 24]], [[0, 6]]]
    assert found["marks"][0]["arm"] == "B"


@pytest.mark.parametrize(
    "sent",
    [None, {}, {"kind": "magic", "month": 3}, {"kind": "incident", "month": 25}, {"kind": "incident", "month": "3"},
     {"kind": "inspection", "month": 3, "detail": "<b>"}, {"kind": ["incident"], "month": 3},
     {"kind": "budget_cut", "month": 3, "detail": 7}],
)  # fmt: skip
def test_what_cannot_happen_is_refused(sent: object) -> None:
    with pytest.raises(InputError):
        event_of(sent, SMALL)


def test_an_event_moves_and_changes_and_is_never_there_twice() -> None:
    choice = added(added(Choice(SMALL), {"kind": "incident", "month": 20}), {"kind": "broken_promise", "month": 3})

    moved = edited(choice, {"id": "e1", "month": 5})
    other = edited(moved, {"id": "e1", "month": 9, "kind": "budget_cut", "detail": 0.3})

    assert [(e.month, e.name) for e in choice.events] == [(3, "broken_promise"), (20, "incident")]
    assert [(e.month, e.name) for e in moved.asked.alternative.events] == [(3, "broken_promise"), (5, "incident")]
    assert [(e.month, e.name, e.detail) for e in other.events][1:] == [(9, "budget_cut", 0.3)]
    with pytest.raises(InputError, match="incident in month 20 is there already"):
        added(choice, {"kind": "incident", "month": 20})
    twice = added(choice, {"kind": "incident", "month": 4})
    with pytest.raises(InputError, match="in month 4 is there already"):
        edited(twice, {"id": "e2", "month": 4})
    assert edited(choice, {"id": "e1", "month": 20}) == choice


def test_an_event_of_the_scenario_moves_in_b_alone_and_can_be_put_back() -> None:
    origin = Choice(load_scenario("critical-incident"))
    (event, *_) = origin.base.events

    moved = edited(origin, {"id": "o0", "month": event.month + 5})
    gone = removed(origin, "o0")

    assert moved.asked.base.events == origin.base.events
    assert [e.month for e in moved.asked.alternative.events if e.name == event.name] == [event.month + 5]
    assert [one["label"] for one in happenings.shown(moved, moved.asked)["gone"]] == [happenings.event_label(event)]
    assert (event.month, "A") in {(one["month"], one["arm"]) for one in happenings.shown(gone, gone.asked)["fixed"]}
    for choice in (moved, gone):
        assert start_from(f"s={address(choice.asked)}") == (choice, [], "")
    assert restored(gone, "o0") == origin
    for name in ("o9", "e0", "x", None, 3):
        assert removed(origin, name) == origin


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"kind": "incident", "month": 200}, "^Month: 1 to 24. You typed 200.$"),
     ({"kind": "incident", "month": ""}, "^Month: 1 to 24. You typed nothing.$"),
     ({"kind": "budget_cut", "month": 3, "detail": 1.5}, "^Size: 0 to 100%. You typed 150.$"),
     ({"kind": "budget_cut", "month": 3}, "^Size: 0 to 100%. You typed nothing.$")],
)  # fmt: skip
def test_an_event_is_refused_in_the_words_of_its_field(sent: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        event_of(sent, SMALL)


# ---- Answers and files ---------------------------------------------------------------------------------------------


def small() -> Asked:
    return Choice(SMALL, changes={"finance.funding_term": 12.0}).asked


def test_answers_grow_firm_and_are_then_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "ANSWERS", Cache(10))
    pairs = [found["pairs"] for found in answers.answers(small(), "test", Job())]
    again = [found["pairs"] for found in answers.answers(small(), "test", Job())]

    assert pairs in ([20, 60, 120, 200], [200])
    assert again == [FIRM]
    assert len(answers.ANSWERS) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"working": True}, "Working on a first answer; what stands below is for what you asked before."),
        ({"cancelled": True}, "There is no answer yet; what stands below is for what you asked before."),
        ({"trouble": "It failed."}, "There is no answer yet; what stands below is for what you asked before."),
        ({"working": True, "fresh": True}, "First answer from 20 pairs of runs; running up to 200 for a firm one."),
        ({"cancelled": True, "fresh": True}, "Stopped after 20 pairs of runs."),
    ],
)
def test_how_firm_an_answer_is_is_said_of_what_was_asked(answer: dict[str, Any], said: str) -> None:
    assert results._state(Answer({}, **answer), {"pairs": 20, "sets": 5}) == said


def test_an_answer_that_was_stopped_early_is_not_taken_for_a_firm_one() -> None:
    asked = Choice(SMALL, changes={"finance.funding_term": 14.0}).asked
    begun = answers.answers(asked, "test", Job())
    next(begun)
    begun.close()  # type: ignore[attr-defined]

    *_, last = answers.answers(asked, "test", Job())

    assert last["pairs"] == FIRM


def test_a_cancelled_answer_stops() -> None:
    job = Job()
    job.stop()
    asked = Choice(SMALL, changes={"finance.funding_term": 13.0}).asked

    with pytest.raises(CancelledError):
        list(answers.answers(asked, "test", job))


def test_every_file_can_be_made_and_opened() -> None:
    made = {label: make() for label, make in files(small(), "test")[1:]}

    assert b"<svg" in made["Picture (SVG)"][2]
    assert made["Picture (PNG)"][2].startswith(b"\x89PNG")
    table = pd.read_csv(io.BytesIO(made["Results by month (CSV)"][2]))
    assert table["month"].max() == 24
    runs = pd.read_parquet(io.BytesIO(made["Every run by month (Parquet)"][2]))
    assert len(runs) == 2 * FIRM * 24
    assert list(runs.columns[:3]) == ["scenario", "replicate", "month"]
    paid = runs[runs["month"] == 20].groupby("scenario")["external_money"].max()
    assert paid["A"] > 0
    assert paid["B"] == 0
    assert load_scenario_text(made["Scenario B (TOML)"][2])["finance.funding_term"] == 12


def test_a_briefing_says_what_its_answer_depends_on_and_how_to_make_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "DEPENDS", Cache(1))
    (label, make), *_ = files(small(), "test")
    job, again = Job(), Job()

    page = make(job)[2].decode()
    make(again)

    found = answers.firm(small(), "test")
    expected = brief(found, dependence(found))
    assert label == take_away.BRIEFING
    assert section(page) == section(expected)
    assert "Each of 18 conditions was moved" in section(page)
    assert "conducive brief A.toml B.toml --replicates 200 --seed 0" in page
    assert 0 < job.done <= answers.RUNS_OF_BRIEFING
    assert again.done <= 2 * FIRM < job.done


def section(page: str) -> str:
    """The part of a briefing on what its answer depends on."""
    return page.partition('id="depends"')[2].partition("</section>")[0]


def test_a_briefing_that_is_no_longer_wanted_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "DEPENDS", Cache(1))

    class Impatient(Job):
        def advance(self, count: int = 1) -> None:
            super().advance(count)
            if self.done > 2 * FIRM + 20:
                self.stop()

    job = Impatient()
    with pytest.raises(CancelledError):
        files(small(), "test")[0][1](job)

    assert job.done < answers.RUNS_OF_BRIEFING / 2
    assert len(answers.DEPENDS) == 0


def load_scenario_text(text: bytes) -> Any:
    from conducive.dashboards.asking.documents import from_file

    return from_file(text.decode())


def test_a_found_library_scenario_is_shown_by_its_name_in_code() -> None:
    for scenario in library():
        assert in_library(scenario) == scenario
        assert f'cz.load_scenario("{scenario.name}")' in python(Asked(scenario, scenario))
    assert chosen(Asked(library()[0], library()[1])).other == library()[1]


# ---- Conditions, About, looks --------------------------------------------------------------------------------------


def test_every_condition_is_on_its_page_with_its_inputs() -> None:
    shown = [c for cluster in conditions_page.clusters() for c in cluster["conditions"]]

    assert [c["name"] for c in shown] == [c.name for c in conditions()]
    for c, declared_one in zip(shown, conditions(), strict=True):
        assert [i["address"] for i in c["inputs"]] == [i.address for i in declared_one.inputs]


def test_a_condition_says_what_stands_behind_it() -> None:
    for cluster in conditions_page.clusters():
        for shown in cluster["conditions"]:
            c = next(c for c in conditions() if c.name == shown["name"])
            assert c.cluster == cluster["name"]
            assert (shown["title"], shown["meaning"], shown["paper"]) == (c.title, c.meaning, c.paper)
            assert (shown["facilitator"], shown["barrier"], shown["acts"]) == (c.facilitator, c.barrier, c.acts_through)
            for i, row in zip(c.inputs, shown["inputs"], strict=True):
                assert row["barrier"] == sliders.written(i, i.barrier or 0)
                assert row["facilitator"] == sliders.written(i, i.facilitator or 0)
                assert row["usual"] == sliders.written(i, i.default)
                assert row["range"] == f"{sliders.written(i, i.low)} to {sliders.written(i, i.high)}"
                assert row["gradetext"] == sliders.GRADES[i.grade]
                assert (row["meaning"], row["source"], row["grade"]) == (i.meaning, i.source, i.grade)
                assert all(text in shown["searched"] for text in (i.address, i.meaning, i.source))
            for text in (c.name, c.title, c.meaning, c.facilitator, c.barrier, c.acts_through):
                assert text in shown["searched"]


def test_curves_of_a_condition_are_those_of_its_inputs_with_their_ends_in_words() -> None:
    finance = next(c for c in conditions() if c.name == "finance")
    expected = [(i, curve) for i in finance.inputs for curve in rule_curves(i)]

    drawn = conditions_page.curves_of(finance)

    assert len(drawn) == len(expected) > 1
    for shown, (i, curve) in zip(drawn, expected, strict=True):
        assert (shown["input"], shown["rule"], shown["says"]) == (sliders.label(i), curve.rule, curve.says)
        assert (shown["x"], shown["y"]) == (list(curve.x), list(curve.y))
        assert (shown["from"], shown["to"]) == tuple(sliders.written(i, x) for x in (curve.x[0], curve.x[-1]))
        assert float(shown["top"]) == pytest.approx(max(curve.y), rel=0.06)
        lowest = min(curve.y)
        at_zero = 0 <= lowest <= max(curve.y) / 2
        assert float(shown["bottom"]) == (0 if at_zero else pytest.approx(lowest, rel=0.06))
        along = f"Along {shown['input'].lower()} from {shown['from']} to {shown['to']}"
        assert shown["spoken"] == f"{curve.says} {along} it goes from {curve.y[0]:.3g} to {curve.y[-1]:.3g}."


@pytest.mark.parametrize(("y", "foot"), [((1.0, 4.0), "0"), ((3.0, 4.0), "3"), ((-1.0, 4.0), "-1")])
def test_a_curve_stands_on_zero_unless_it_lies_high_above_or_goes_below(
    y: tuple[float, float], foot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditions_page, "rule_curves", lambda _: [RuleCurve("house.rule", "It.", (0.0, 1.0), y)])

    shown = conditions_page.curves_of.__wrapped__(conditions()[0])

    assert {float(one["bottom"]) for one in shown} == {float(foot)}


def test_a_condition_says_which_rules_and_processes_read_it() -> None:
    for c in conditions():
        told = conditions_page._others(c)
        for i in c.inputs:
            assert f"{sliders.label(i)} is read by {listed(read_by(i))}" in told


def words(element: Any) -> str:
    """Return the text of an element and what is in it."""
    children = element.kwargs.get("children", [])
    return "".join(child if isinstance(child, str) else words(child) for child in children)


def test_a_condition_that_luck_could_explain_is_marked() -> None:
    one = conditions_page.ranks()[0][0]

    sure = words(conditions_page._row(one, "It", 50.0))
    unsure = words(conditions_page._row(replace(one, low=0.1, luck=0.2), "It", 50.0))

    assert "*" not in sure
    assert "It *" in unsure
    assert all(text in sure for text in (conditions_page.placed(one), conditions_page.strength(one)))
    assert sure.endswith(signed(one.change))


def test_a_bar_is_as_long_as_the_condition_is_strong() -> None:
    one = conditions_page.ranks()[0][0]

    (bar,) = conditions_page._row(replace(one, strength=20.0), "It", 50.0).kwargs["children"][3].kwargs["children"]

    assert bar.kwargs["attributes"]["style"] == "width:40%"


def test_every_condition_has_a_curve_or_says_who_reads_its_inputs() -> None:
    for condition in conditions():
        drawn = conditions_page.curves_of(condition)
        assert drawn or conditions_page._others(condition)
        for curve in drawn:
            assert len(curve["x"]) == len(curve["y"])
            assert curve["spoken"]


def test_every_condition_shows_its_stored_rank_with_what_it_leaves_open() -> None:
    ranked, trouble = conditions_page.ranks()
    shown = {c["name"]: c for cluster in conditions_page.clusters(ranked) for c in cluster["conditions"]}

    assert not trouble
    assert set(shown) == {one.name for one in ranked}
    for one in ranked:
        assert shown[one.name]["rank"].startswith(f"number {one.place}")
        assert shown[one.name]["rank"].endswith("of 18")
        assert f"by {one.strength:.1f} ({one.low:.1f} to {one.high:.1f}) points" in shown[one.name]["moves"]
        assert (f"({one.first} to {one.last})" in shown[one.name]["rank"]) == (one.first != one.last)


def test_a_ranking_that_does_not_fit_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        msg = "made for other rules"
        raise InputError(msg)

    monkeypatch.setattr(conditions_page, "stored_ranking", refuse)

    assert conditions_page.ranks() == ((), "made for other rules")
    assert not any(c["rank"] for cluster in conditions_page.clusters() for c in cluster["conditions"])


def test_the_command_shown_asks_for_the_ranking_shown() -> None:
    plan = ranking_plan()
    asked = conditions_page.command(plan).split()

    assert asked[:3] == ["conducive", "sensitivity", "classroom"]
    given = dict(zip(asked[3::2], asked[4::2], strict=True))
    again = sensitivity.plan(
        asked[2],
        method=given["--method"],
        trajectories=int(given["--trajectories"]),
        replicates=int(given["--replicates"]),
        seed=int(given["--seed"]),
    )
    assert again.identity() == plan.identity()


def test_about_says_what_was_validated_and_how_to_cite() -> None:
    answers = [found["answer"] for found in stored_results()["patterns"].values()]
    alike = [study["answer"] for study in stored_results()["studies"]].count("alike")
    assert f" {answers.count('shown')} of {len(answers)} are shown" in summary(stored_results())
    assert f"of {len(stored_results()['studies'])} figures" in summary(stored_results()).lower()
    assert f" {alike} come out alike" in summary(stored_results())
    assert f"against {len(PATTERNS)} claims" in summary(stored_results())
    assert f"and {len(CONTROLS)} controls" in summary(stored_results())
    assert __version__ in citation()
    assert model_version() in citation()
    assert "version" in citation()
    assert "hsc/3599333" in citation()


def test_about_says_what_each_claim_is_and_how_it_fares() -> None:
    results = stored_results()
    for pattern in (*PATTERNS, *CONTROLS):
        row = words(about._claim(pattern, "unclear", results))
        assert all(text in row for text in (pattern.name, pattern.title, pattern.claim, pattern.source, "unclear"))
        rate = results["plausible sets"].get(pattern.name)
        assert row.endswith(f"{rate['all']:.0%}" if rate else "unclear")


@pytest.mark.parametrize("answer", ANSWERS)
def test_about_says_what_a_verdict_means(answer: str) -> None:
    (verdict,) = about._claim(PATTERNS[0], answer, stored_results()).kwargs["children"][2].kwargs["children"]

    assert verdict.kwargs["attributes"]["title"] == about.ANSWERS[answer]
    assert len(set(about.ANSWERS.values())) == len(ANSWERS)


def test_about_counts_what_the_model_has() -> None:
    said = about.counts()

    assert said["conditions"] == len(conditions()) == 18
    assert said["inputs"] == len(inputs())
    assert said["assumed"] == len([c for c in COEFFICIENTS if c.grade == "assumed"])
    assert said["coefficients"] == len(COEFFICIENTS)
    assert said["sets"] == len(plausible_sets().sets)
    for text in (*about.IS, *about.IS_NOT):
        assert "{" not in text.format(**said)


def test_the_description_is_a_page_of_its_own_with_its_pictures() -> None:
    page = odd_page()

    pictures = [
        base64.b64decode(found).decode() for found in re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', page)
    ]
    assert pictures == [panels.picture(figure) for figure in panels.figures()]
    assert model_version() in page
    assert f"ODD+D, version {__version__}" in page
    assert "<table>" in page
    assert 'src="odd/' not in page


TEXT_ON_GROUND = [
    (ink, ground) for ink in ("ink", "quiet", "accent", "a", "b", "good", "trouble") for ground in ("paper", "card")
]


@pytest.mark.parametrize(("ink", "ground"), [*TEXT_ON_GROUND, ("on-accent", "accent"), ("paper", "a"), ("paper", "b")])
def test_text_can_be_read_on_its_ground(ink: str, ground: str) -> None:
    for colours in (LIGHT, DARK):
        assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_a_number_can_be_read_on_every_shade_of_a_map(colours: dict[str, str]) -> None:
    assert (ramp(0, colours), ramp(1, colours)) == (colours["low"], colours["high"])
    for share in range(101):
        ground = ramp(share / 100, colours)
        assert contrast(ink_on(ground), ground) >= 4.5


def test_every_colour_of_the_style_sheet_is_declared() -> None:
    assert set(re.findall(r"var\(--([\w-]+)", css())) <= LIGHT.keys()
    assert LIGHT.keys() == DARK.keys()


def test_terms_are_explained_once_where_they_stand_first() -> None:
    text = "Robustness: R is 1 in 3 plausible sets; 2 plausible sets agree, 95% interval 0 to 1 percentage points."

    parts = explained(text)

    assert "".join(part["text"] for part in parts) == text
    terms = [part["text"] for part in parts if part["title"]]
    assert terms == ["R", "plausible sets", "95% interval", "percentage points"]
    assert parts[1]["title"] == GLOSSARY["R"]


def test_a_term_that_was_explained_before_is_not_again() -> None:
    known: set[str] = set()

    explained("The horizon.", known)

    assert explained("At the horizon.", known) == [{"text": "At the horizon.", "title": ""}]
    assert known == {"horizon"}


def test_the_page_around_pages_speaks_plainly_while_it_opens_and_when_the_server_is_gone() -> None:
    import solara.server

    templates = Path(str(solara.server.__file__)).with_name("templates")
    theirs = "".join((templates / name).read_text("utf-8") for name in ("solara.html.j2", "loader-plain.html"))

    page = dressed(theirs)

    assert "{{ loading_text }}" not in page
    assert "<h1>Opening Conducive ...</h1>" in page
    assert "The connection to Conducive is lost" in page
    assert "disconnected.</v-progress-circular>" not in page


def test_pages_speak_english_and_may_be_zoomed() -> None:
    page = dressed(
        '<html><head><meta content="width=device-width, maximum-scale=1, user-scalable=no, minimal-ui"></head>'
    )

    assert 'lang="en-GB"' in page
    assert "user-scalable" not in page
    assert "<script>" not in bare_page("<script>", "")
