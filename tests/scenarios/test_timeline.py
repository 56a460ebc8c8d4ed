"""A scenario laid out month by month."""

from __future__ import annotations

import numpy as np
import pytest

from conducive.scenarios.scenario import Scenario, declared
from conducive.scenarios.timeline import FAR, TIMELINE, timeline, usual_staff, usual_vacancy

BASE = Scenario("base").change({"horizon": 48, "warm_up": 12})


def test_there_is_one_row_for_each_month_of_warm_up_and_horizon() -> None:
    rows = timeline(BASE)

    assert rows.shape == (60,)
    assert rows.dtype == TIMELINE
    assert rows["month"].tolist() == list(range(-11, 49))


def test_no_warm_up_starts_at_the_first_month() -> None:
    assert timeline(BASE.change({"warm_up": 0}))["month"][0] == 1


def test_every_input_has_a_column_with_its_value() -> None:
    rows = timeline(BASE.change({"finance.funding_term": 60, "mechanisms.turnover": False}))

    assert set(rows["funding_term"]) == {60}
    assert set(rows["turnover_on"]) == {0}
    assert set(rows["turnover"]) == {0.118}
    assert {d.column for d in declared().values()} <= set(TIMELINE.names or ())


def test_a_quiet_scenario_schedules_nothing() -> None:
    rows = timeline(BASE)

    for column in ("incident_happens", "inspection_result", "budget_cut", "turnover_spike"):
        assert not rows[column].any()
    assert not rows["director_leaves"].any()
    assert not rows["promise_broken"].any()
    assert set(rows["months_to_known_exit"]) == {FAR}


def test_the_innovation_starts_in_month_1_and_ages() -> None:
    rows = timeline(BASE)

    assert rows["wave"].tolist() == [0] * 12 + [1] * 48
    assert rows["age"].tolist() == [0] * 12 + list(range(1, 49))


def test_each_innovation_starts_after_its_month_with_what_is_its_own() -> None:
    rows = timeline(BASE.with_wave(24, "second", {"innovation.potential": 0.9}))

    assert rows["wave"].tolist() == [0] * 12 + [1] * 24 + [2] * 24
    assert rows["age"].tolist() == [0] * 12 + [*range(1, 25), *range(1, 25)]
    assert rows["potential"].tolist() == [0.6] * 36 + [0.9] * 24


def test_what_an_innovation_changes_stays_for_those_that_follow() -> None:
    rows = timeline(BASE.with_wave(12, "second", {"innovation.potential": 0.9}).with_wave(24, "third"))

    assert set(rows["potential"][rows["month"] > 12]) == {0.9}


def test_values_change_from_the_month_of_the_event_on() -> None:
    rows = timeline(BASE.with_event(24, {"workforce_capacity.turnover": 0.3}))

    assert set(rows["turnover"][rows["month"] < 24]) == {0.118}
    assert set(rows["turnover"][rows["month"] >= 24]) == {0.3}


def test_the_later_of_two_changes_holds_in_whatever_order_they_were_scheduled() -> None:
    rows = timeline(BASE.with_event(30, {"fit.initial_fit": 0.9}).with_event(10, {"fit.initial_fit": 0.1}))

    assert rows["initial_fit"][-1] == 0.9
    assert rows["initial_fit"][rows["month"] == 29] == 0.1


@pytest.mark.parametrize(
    ("name", "details", "column", "value"),
    [
        ("incident", {}, "incident_happens", 1),
        ("inspection", {"result": "requires improvement"}, "inspection_result", 3),
        ("inspection", {}, "inspection_result", 4),
        ("budget_cut", {"size": 0.3}, "budget_cut", 0.3),
        ("turnover_spike", {"size": 0.2}, "turnover_spike", 0.2),
        ("leader_leaves", {}, "director_leaves", 1),
        ("broken_promise", {}, "promise_broken", 1),
    ],
)
def test_a_named_event_marks_its_month_and_no_other(
    name: str, details: dict[str, object], column: str, value: float
) -> None:
    rows = timeline(BASE.with_event(20, name, **details))

    assert rows[column][rows["month"] == 20] == pytest.approx(value)
    assert np.count_nonzero(rows[column]) == 1


def test_budget_cuts_in_one_month_compound() -> None:
    rows = timeline(BASE.with_event(20, "budget_cut", size=0.2).with_event(20, "budget_cut", size=0.5))

    assert rows["budget_cut"][rows["month"] == 20] == pytest.approx(0.6)  # 1 - 0.8 x 0.5


def test_cuts_in_two_months_are_kept_apart() -> None:
    rows = timeline(BASE.with_event(20, "budget_cut", size=0.2).with_event(30, "budget_cut", size=0.5))

    assert rows["budget_cut"][np.isin(rows["month"], (20, 30))] == pytest.approx([0.2, 0.5])


def test_push_stays_withdrawn() -> None:
    rows = timeline(BASE.with_event(20, "push_withdrawn"))

    assert set(rows["push"][rows["month"] < 20]) == {0.5}
    assert set(rows["push"][rows["month"] >= 20]) == {0}


def test_a_known_exit_is_counted_down_to_and_an_unknown_one_is_not() -> None:
    known = timeline(BASE.with_event(20, "leader_leaves", known=True))
    unknown = timeline(BASE.with_event(20, "leader_leaves"))

    until = known["months_to_known_exit"]
    assert until[known["month"] <= 20].tolist() == list(range(31, -1, -1))
    assert set(until[known["month"] > 20]) == {FAR}
    assert set(unknown["months_to_known_exit"]) == {FAR}
    assert (known["director_leaves"] == unknown["director_leaves"]).all()


def test_of_two_known_exits_people_look_to_the_next() -> None:
    scenario = BASE.with_event(40, "leader_leaves", known=True).with_event(20, "leader_leaves", known=True)
    rows = timeline(scenario)

    assert rows["months_to_known_exit"][np.isin(rows["month"], (1, 20, 21, 40))].tolist() == [19, 0, 19, 0]


def test_vacancy_is_turnover_times_the_time_a_post_stays_open() -> None:
    assert usual_vacancy(0.12, 10) == pytest.approx(0.1 / 1.1)  # 1 in 100 leaves each month; a post is open for 10
    assert usual_vacancy(0, 10) == 0


def test_cases_of_the_usual_staff_are_shared_among_the_families_followed() -> None:
    scenario = BASE.change({"organisation.families": 1078})
    rows = timeline(scenario)

    assert rows["cases_per_family"] * 1078 == pytest.approx(15.2 * usual_staff(scenario))
    assert usual_staff(BASE) == pytest.approx(142, abs=2)  # case-holders of the average authority
