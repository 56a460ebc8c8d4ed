"""A few scenarios side by side: as they are compared elsewhere, and clear only where the intervals say so."""

from __future__ import annotations

import json

import numpy as np
import pytest

from conducive.experiments.compare.comparison import compare
from conducive.experiments.compare.race import race
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import Scenario

REPLICATES = 16


@pytest.fixture(scope="module")
def small() -> Scenario:
    return load_scenario("classroom").change({"horizon": 24})


def test_arms_differ_as_a_comparison_says_they_do(small: Scenario) -> None:
    calm, tense = small.change({"workforce_capacity": 0.9}), small.change({"workforce_capacity": 0.1})

    found = race([tense, calm], ["safety", "strain"], (24, 24), REPLICATES, 5)

    verdict = compare(tense, calm, REPLICATES, 5)
    expected = verdict.uncertainty(verdict.difference("safety")[:, -1])
    assert found["best"] == 1
    assert found["gaps"][0] == pytest.approx([float(x) for x in expected[:3]], abs=1e-4)
    assert found["gaps"][1] == [0, 0, 0]
    assert found["sure"] == verdict.judge(verdict.difference("safety")[:, -1]).rung
    assert verdict.sets is not None
    means = [verdict.difference("safety")[verdict.sets == n, -1].mean() for n in np.unique(verdict.sets)]
    assert found["ahead"] == [sum(mean > 0 for mean in means), 0]
    assert found["sets"] == len(means) > 1
    assert found["table"]["safety"][0][1] == pytest.approx(verdict.base.values("safety")[:, -1].mean(), abs=1e-4)


def test_no_arm_is_clearly_ahead_of_its_twin(small: Scenario) -> None:
    found = race([small, small], ["use"], (1, 24), REPLICATES, 0)

    assert found["sure"] == "no difference that matters"
    assert found["gaps"] == [[0, 0, 0], [0, 0, 0]]
    assert found["ahead"] == [0, 0]


def test_an_arm_ahead_in_every_run_is_clearly_ahead(small: Scenario) -> None:
    found = race([small.change({"finance.grant": 0.0}), small], ["external_money"], (1, 12), REPLICATES, 0)

    assert found["best"] == 1
    assert found["sure"] == "clearly"
    assert found["ahead"] == [found["sets"], 0]


def test_intervals_of_shares_stay_within_them_and_results_can_be_kept(small: Scenario) -> None:
    found = race([small, small], ["use_at_fidelity", "zone_open"], (1, 24), REPLICATES, 0)

    (low, mean, high), *_ = found["series"]
    assert len(low) == 24
    assert all(0 <= a <= b <= c <= 1 for a, b, c in zip(low, mean, high, strict=True))
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@pytest.mark.parametrize("window", [(0, 5), (5, 25), (6, 5)])
def test_a_window_lies_within_the_horizon(small: Scenario, window: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="within months 1 to 24"):
        race([small], ["use"], window, 4, 0)


def test_arms_that_are_no_rivals_are_shown_and_not_held_against_the_others(small: Scenario) -> None:
    calm, tense = small.change({"workforce_capacity": 0.9}), small.change({"workforce_capacity": 0.1})

    found = race([tense, calm, small], ["safety"], (24, 24), REPLICATES, 5, rivals=[0, 2])

    assert found["best"] == 2
    assert found["gaps"][2] == [0, 0, 0]
    assert found["gaps"][1][1] < 0 < found["gaps"][0][1]
    assert found["sure"] == race([tense, small], ["safety"], (24, 24), REPLICATES, 5)["sure"]
    assert len(found["series"]) == 3


@pytest.mark.parametrize("rivals", [[0], [0, 0], [0, 2], [-1, 0]])
def test_fewer_than_two_rivals_are_refused(small: Scenario, rivals: list[int]) -> None:
    with pytest.raises(InputError, match="two arms or more, 0 to 1"):
        race([small, small], ["use"], (1, 24), 4, 0, rivals=rivals)


def test_other_indicators_are_given_month_by_month_and_what_adds_up_is_read_at_the_end(small: Scenario) -> None:
    found = race([small, small], ["use", "cumulative_cost"], (1, 24), 4, 0, over_time=["cumulative_cost", "strain"])

    assert list(found["over_time"]) == ["cumulative_cost", "strain"]
    _, spent, _ = found["over_time"]["cumulative_cost"][0]
    assert len(spent) == 24
    assert found["table"]["cumulative_cost"][0][1] == spent[-1] > spent[0]
    assert found["table"]["use"][0][1] < found["series"][0][1][-1]
