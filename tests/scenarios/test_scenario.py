"""A scenario: what can be asked, in which words, and what is refused."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.events import EVENTS, Event
from conducive.scenarios.scenario import PER_POST, Scenario, Wave, declared
from conducive.scenarios.workforce import starting_point

BASE = Scenario("base")


def refusal(ask: Callable[[], object]) -> str:
    """Return the message something is refused with."""
    with pytest.raises(InputError) as caught:
        ask()
    return str(caught.value)


@pytest.mark.parametrize("letter", ["\0", "\x1b", "\x7f", "\x9b", "\ud800", "\uffff"])
def test_a_text_that_no_picture_can_show_is_refused(letter: str) -> None:
    said = refusal(lambda: replace(BASE, title=f"Ours{letter}"))

    assert said.startswith("title must have no control characters but tabs and line breaks. Got 'Ours\\")


def test_any_script_and_line_breaks_may_stand_in_a_text() -> None:
    text = "Café 🙂 日本 \u2028\r\n\tand on\u200d"

    assert replace(BASE, question=text).question == text


def test_an_untouched_scenario_has_every_default() -> None:
    assert BASE.complete() == {address: d.default for address, d in declared().items()}
    assert (BASE.horizon, BASE.warm_up) == (120, 36)


def test_a_change_leaves_the_original_as_it_was() -> None:
    changed = BASE.change({"finance.funding_term": 60})

    assert changed["finance.funding_term"] == 60
    assert BASE["finance.funding_term"] == 24


def test_a_whole_condition_at_a_position_moves_all_its_inputs() -> None:
    changed = BASE.change({"trust_emotions_relationships": 0})

    assert changed["trust_emotions_relationships.blame_culture"] == 0.9
    assert changed["trust_emotions_relationships.containment"] == 0.1
    assert changed["trust_emotions_relationships.initial_trust"] == 0.25


@pytest.mark.parametrize("reverse", [False, True])
def test_an_exact_input_beats_the_position_of_its_condition_in_either_order(reverse: bool) -> None:
    changes = {"leadership.leader_tenure": 30, "leadership": 1.0}
    changed = BASE.change(dict(reversed(changes.items())) if reverse else changes)

    assert changed["leadership.leader_tenure"] == 30
    assert changed["leadership.support_style"] == 0.9


def test_a_later_change_beats_an_earlier_one() -> None:
    changed = BASE.change({"leadership.leader_tenure": 30}).change({"leadership": 1.0})

    assert changed["leadership.leader_tenure"] == 72


def test_numbers_of_numpy_are_numbers() -> None:
    changed = BASE.change({"finance.funding_term": np.int64(60), "finance.grant": np.float32(0.5), "fit": np.int8(0)})

    assert changed["finance.funding_term"] == 60
    assert changed["finance.grant"] == 0.5
    assert changed["fit.initial_fit"] == 0.25


@pytest.mark.parametrize(("given", "value"), [(True, 1.0), (False, 0.0), (1, 1.0), (0, 0.0)])
def test_a_mechanism_is_on_or_off(given: object, value: float) -> None:
    assert BASE.change({"mechanisms.contagion": given})["mechanisms.contagion"] == value


@pytest.mark.parametrize("given", ["off", 0.5, 2, None, [1]])
def test_a_mechanism_is_nothing_else(given: object) -> None:
    message = refusal(lambda: BASE.change({"mechanisms.contagion": given}))

    assert message.startswith("mechanisms.contagion must be true or false. Got ")


def test_an_unknown_name_is_refused_with_the_nearest_ones() -> None:
    message = refusal(lambda: BASE.change({"finance.funding_trem": 24}))

    assert message.startswith("finance.funding_trem is not an input of the model. Did you mean finance.funding_term")


def test_a_short_name_is_refused_with_the_full_one() -> None:
    assert "Did you mean leadership.leader_tenure?" in refusal(lambda: BASE.change({"leader_tenur": 30}))


def test_two_years_is_refused_with_24() -> None:
    message = refusal(lambda: BASE.change({"finance.funding_term": "two years"}))

    assert message == "finance.funding_term must be a number, 0 to 240 months. Got 'two years'. Did you mean 24?"


@pytest.mark.parametrize(("given", "nearest"), [(10**400, "240"), (-(10**400), "0")])
def test_a_number_too_large_for_a_computer_is_refused_like_any_other(given: int, nearest: str) -> None:
    assert f"The nearest allowed is {nearest}." in refusal(lambda: BASE.change({"finance.funding_term": given}))


def test_minus_zero_is_zero() -> None:
    assert math.copysign(1, BASE.change({"finance.review_month": -0.0})["finance.review_month"]) == 1


def test_an_authority_brings_its_published_figures_and_money_for_its_size() -> None:
    leeds = BASE.at("leeds")
    start = starting_point("Leeds")

    assert leeds.place == "Leeds, 2025"
    assert {address: leeds[address] for address in start} == start
    for address in PER_POST:
        each = declared()[address].default / declared()["organisation.posts"].default
        assert leeds[address] == pytest.approx(each * start["organisation.posts"])


def test_money_that_is_set_is_that_amount_at_every_place_in_events_and_innovations_too() -> None:
    changes = dict.fromkeys(PER_POST, 144_000.0) | {"finance.funding_term": 36.0}
    scenario = BASE.change(changes).with_event(12, changes).with_wave(24, "second", changes).at("Leeds")

    for amounts in (scenario, scenario.events[0].changes, scenario.waves[1].changes):
        assert [amounts[address] for address in (*PER_POST, "finance.funding_term")] == [144_000] * 3 + [36]


def test_money_that_is_not_set_goes_with_the_posts_that_are_in_whatever_order() -> None:
    few = {"organisation.posts": 50.0}
    ways = [BASE.at("Birmingham").change(few), BASE.change(few).at("Birmingham"), BASE.at("Leeds").change(few)]

    for scenario in ways:
        for address in PER_POST:
            each = declared()[address].default / declared()["organisation.posts"].default
            assert scenario[address] == pytest.approx(50 * each)
    assert BASE.at("Leeds").change({**few, "finance.grant": 9e5})["finance.grant"] == 9e5
    assert BASE.change(few)["finance.grant"] == declared()["finance.grant"].default


def test_going_to_a_second_authority_is_the_same_as_going_there_first() -> None:
    twice, once = BASE.at("Leeds").at("Kent"), BASE.at("Kent")

    assert twice.place == once.place
    assert twice.complete() == pytest.approx(once.complete())


def test_an_unknown_authority_or_year_is_refused() -> None:
    assert "Did you mean Leeds?" in refusal(lambda: BASE.at("Leeeds"))
    assert refusal(lambda: BASE.at("Leeds", 1999)) == "year must be 2017 to 2025. Got 1999."


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_can_be_scheduled_without_details(name: str) -> None:
    event = BASE.with_event(12, name).events[0]

    assert (event.month, event.name, event.changes) == (12, name, {})
    assert event.detail == EVENTS[name].default


def test_an_event_takes_its_detail() -> None:
    scenario = BASE.with_event(12, "inspection", result="good").with_event(13, "leader_leaves", known=True)
    scenario = scenario.with_event(14, "budget_cut", size=0.3)

    assert [e.detail for e in scenario.events] == ["good", True, 0.3]


def test_an_event_can_change_inputs_and_whole_conditions() -> None:
    event = BASE.with_event(24, {"workforce_capacity.turnover": 0.3, "fit": 0}).events[0]

    assert event == Event(24, changes={"workforce_capacity.turnover": 0.3, "fit.initial_fit": 0.25})


@pytest.mark.parametrize(
    ("what", "details", "message"),
    [
        ("inspction", {}, "'inspction' is not an event. Did you mean inspection? Events are incident, inspection,"),
        ("incident", {"size": 1}, "event incident has no detail 'size'. It takes no details."),
        ("inspection", {"grade": "good"}, "event inspection has no detail 'grade'. It takes only 'result'."),
        ("inspection", {"result": "inadequat"}, "event inspection: result must be one of outstanding, good, requires "
         "improvement, inadequate. Got 'inadequat'. Did you mean inadequate?"),
        ("budget_cut", {"size": 15}, "event budget_cut: size must be a share, 0 to 1. Got 15."),
        ("budget_cut", {"size": math.nan}, "event budget_cut: size must be a share, 0 to 1. Got nan."),
        ("leader_leaves", {"known": "yes"}, "event leader_leaves: known must be true or false. Got 'yes'."),
        ({"finance.grnt": 3}, {}, "finance.grnt is not an input of the model. Did you mean finance.grant"),
        ({"horizon": 60}, {}, "horizon holds for the whole run and cannot change at a later month."),
        ({"finance.grant": 3}, {"size": 1}, "an event must be a name and its detail, or values that change. Got {'fin"),
        ({}, {}, "an event must be a name and its detail, or values that change. Got {}."),
        (5, {}, "an event must be a name and its detail, or values that change. Got 5."),
    ],
)  # fmt: skip
def test_a_wrong_event_is_refused_with_what_is_right(what: str, details: dict[str, object], message: str) -> None:
    assert refusal(lambda: BASE.with_event(12, what, **details)).startswith(message)


@pytest.mark.parametrize(
    ("month", "nearest"),
    [
        (0, " Did you mean 1?"),
        (121, " Did you mean 120?"),
        (6.5, " Did you mean 6?"),
        (math.nan, " Did you mean 1?"),
        (math.inf, " Did you mean 120?"),
        (10**400, " Did you mean 120?"),
        ("June", ""),
    ],
)
def test_an_event_outside_the_horizon_is_refused(month: int, nearest: str) -> None:
    message = refusal(lambda: BASE.with_event(month, "incident"))

    assert (
        message
        == f"the month of an event must be a whole number, 1 to 120 (the horizon). Got {glimpse(month)}.{nearest}"
    )


def test_a_horizon_shorter_than_an_event_is_refused() -> None:
    message = refusal(lambda: BASE.with_event(100, "incident").change({"horizon": 60}))

    assert message.startswith("the month of event incident must be a whole number, 1 to 60 (the horizon). Got 100.")


def test_innovations_follow_each_other() -> None:
    scenario = BASE.with_wave(24, "second", {"innovation.potential": 0.9}).with_wave(48, "third")

    assert scenario.waves == (Wave(0), Wave(24, "second", {"innovation.potential": 0.9}), Wave(48, "third"))


def test_innovations_out_of_order_or_at_the_same_time_are_refused() -> None:
    assert "Got months [0, 24, 12]. Did you mean [0, 12, 24]?" in refusal(lambda: BASE.with_wave(24).with_wave(12))
    assert "Got months [0, 0]. Did you mean [0]?" in refusal(lambda: BASE.with_wave(0))


def test_an_innovation_cannot_change_what_holds_for_the_whole_run() -> None:
    message = refusal(lambda: BASE.with_wave(24, "second", {"organisation.posts": 50}))

    assert message == "organisation.posts holds for the whole run and cannot change at a later month."


def test_a_scenario_is_frozen() -> None:
    scenario = BASE.change({"finance.funding_term": 60})

    with pytest.raises(FrozenInstanceError):
        scenario.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        scenario.values["finance.funding_term"] = 1.0  # type: ignore[index]


def test_a_scenario_is_one_thing_and_not_iterable() -> None:
    with pytest.raises(TypeError, match="not iterable"):
        iter(BASE)


def test_a_scenario_travels_to_other_processes() -> None:
    scenario = BASE.at("Leeds").with_event(12, {"finance.grant": 3}).with_wave(24, "second", {"fit": 0.3})

    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert copy.deepcopy(scenario) == scenario


@pytest.mark.parametrize(
    ("place", "placed"),
    [
        ("", None),
        ("Leeds, 2025", ("Leeds", 2025)),
        ("Bournemouth, Christchurch and Poole, 2021", ("Bournemouth, Christchurch and Poole", 2021)),
        ("a note", None),
        (", 2021", None),
        ("one, in words", None),
    ],
)
def test_the_figures_that_a_scenario_starts_from_have_a_name_and_a_year(
    place: str, placed: tuple[str, int] | None
) -> None:
    assert replace(BASE, place=place).placed == placed
    assert BASE.at("Leeds").placed == ("Leeds", 2025)
