"""What has become of an innovation two and five years after its money, and whether it is sustained."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from conducive.model.measures import AFTERMATH
from conducive.model.month import live
from conducive.model.state import new_world
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

SMALL = load_scenario("classroom").change({"organisation.families": 60, "warm_up": 12, "horizon": 100})
TWO, FIVE = AFTERMATH[:3], AFTERMATH[3:]


def lived(scenario: Scenario, replicate: int = 0) -> Any:
    rows = timeline(scenario)
    world = new_world(rows, 11, replicate)
    live(world, 0, len(rows))
    return world.monthly


@pytest.mark.parametrize("replicate", range(6))
def test_exactly_one_of_ended_reduced_and_kept_is_known_from_two_and_five_years_on(replicate: int) -> None:
    months = lived(SMALL, replicate)
    for names, known in ((TWO, 48), (FIVE, 84)):
        found = np.stack([months[name] for name in names])
        assert np.isnan(found[:, : known - 1]).all()
        assert (found[:, known - 1 :].sum(axis=0) == 1).all()
        assert (np.ptp(found[:, known - 1 :], axis=1) == 0).all()


@pytest.mark.parametrize("replicate", range(6))
def test_what_is_said_follows_from_use_in_the_quarters_compared(replicate: int) -> None:
    months = lived(SMALL, replicate)
    then, now = months["use"][21:24].mean(), months["use"][45:48].mean()
    faithful_then, faithful = months["use_at_fidelity"][21:24].mean(), months["use_at_fidelity"][45:48].mean()

    ended = now < 0.1
    assert months["ended_two_years"][-1] == ended
    assert months["kept_two_years"][-1] == (not ended and now >= 0.9 * then)
    assert months["sustained"][-1] == (not ended and faithful >= 0.5 * faithful_then)


def test_money_that_outlasts_the_horizon_leaves_it_unknown() -> None:
    months = lived(SMALL.change({"finance.funding_term": 90}))

    assert all(np.isnan(months[name]).all() for name in (*AFTERMATH, "sustained"))


def test_each_wave_is_judged_by_itself() -> None:
    months = lived(SMALL.with_wave(60, "second"))

    assert not np.isnan(months["sustained"][50])
    assert np.isnan(months["sustained"][60:]).all()


def test_without_a_grant_it_is_judged_from_launch_on() -> None:
    months = lived(SMALL.change({"finance.grant": 0.0}))

    assert np.isnan(months["ended_two_years"][22])
    assert months["ended_two_years"][23:].max() in {0.0, 1.0}
