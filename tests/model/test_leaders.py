"""What goes when a leader goes, what an acting leader holds, and how ownership comes back."""

import numpy as np
import pytest

import conducive as cz
from conducive.agents.leader import LEADER
from conducive.model.processes.lapse import ownership_lost_above
from conducive.model.state import CAREER

LEAVES = 6


def leaving(rng: int = 3, **changes: object) -> cz.Organisation:
    """A small organisation in the month before its director leaves."""
    settings = {
        "warm_up": 12, "horizon": 40, "organisation.posts": 14, "organisation.families": 40,
        "leadership.leader_tenure": 480.0, "political_agendas.policy_stability": 50.0, "finance.funding_term": 120,
        "mechanisms.incidents": False, "coefficients.inspection_interval": 240.0,
        "coefficients.climate_pace": 0.2,
    }  # fmt: skip
    scenario = cz.load_scenario("baseline").change({**settings, **changes}).with_event(LEAVES, "leader_leaves")
    model = cz.Organisation(scenario, rng=rng)
    model.run_for(LEAVES - 1)
    assert model.world.leaders[0].acting == 0
    return model


def left(**changes: object) -> cz.Organisation:
    """The same in the month in which the director left."""
    model = leaving(**changes)
    model.step()
    assert model.world.leaders[0].acting > 0
    return model


GONE = (1 - 0.4) * (1 - 0.5 * 0.5)
"""Ownership that goes with a leader where 0.4 of it is handed over and the case for change is middling."""


def test_whoever_acts_holds_what_was_handed_over_and_no_more() -> None:
    model = left()
    director = model.world.leaders[0]
    held = (float(director.commitment), float(director.unowned))

    while director.acting > 1:
        model.step()

    assert (director.commitment, director.unowned) == held
    assert 0 < held[0] < 1
    assert held[1] == pytest.approx(GONE)


@pytest.mark.parametrize("name", ["leadership.succession_continuity", "case_for_change.theory_of_change"])
def test_what_is_handed_over_or_carried_by_the_case_is_not_lost(name: str) -> None:
    low, high = (left(**{name: value}).world.leaders[0] for value in (0.1, 0.9))

    assert high.unowned < low.unowned
    assert high.commitment > low.commitment


def test_as_much_commitment_is_handed_over_as_ownership_is_not_lost() -> None:
    model = leaving()
    before = float(model.world.leaders[0].commitment)

    model.step()

    assert model.world.leaders[0].commitment == pytest.approx(before * (1 - GONE))


def test_the_case_for_change_convinces_a_leader_as_far_as_it_is_owned() -> None:
    owned, lost = leaving(), leaving()
    lost.world.leaders.unowned[0] = 0.9

    for model in (owned, lost):
        model.world.timeline.director_leaves[:] = 0
        model.step()

    assert lost.world.leaders[0].commitment < owned.world.leaders[0].commitment


def test_a_successor_makes_it_their_own_as_slowly_as_trust_grows() -> None:
    """At the pace of the climate a third of the loss would be left after four months in post; far more is."""
    model = left()
    director = model.world.leaders[0]
    lost = float(director.unowned)

    model.run_for(8)

    assert director.acting == 0
    assert 0.8 * lost < director.unowned < lost


def test_a_new_director_is_not_of_a_kind_with_what_the_council_asks_for() -> None:
    """Their support and openness, and the bar that they set for going on, have luck of their own."""
    found = []
    for rng in range(40):
        model = leaving(rng)
        model.run_for(8)
        director = model.world.leaders[0]
        assert director.acting == 0
        found.append((model.world.organisation[0].council_bar, director.support, director.openness))
    bar, support, openness = np.transpose(found)

    assert abs(np.corrcoef(bar, support)[0, 1]) < 0.4
    assert abs(np.corrcoef(bar, openness)[0, 1]) < 0.4


@pytest.mark.parametrize("lost_with", [0, 2, 5], ids=["director", "service head", "team manager"])
def test_a_third_of_ownership_is_lost_with_any_leader_above_a_worker(lost_with: int) -> None:
    leaders = np.zeros(6, LEADER).view(np.recarray)
    leaders["above"] = [0, 0, 0, 1, 1, 2]
    leaders["unowned"][lost_with] = 0.4

    assert ownership_lost_above(leaders, 5) == pytest.approx(0.4 / 3)
    assert ownership_lost_above(leaders, 3) == pytest.approx(0.4 / 3 if lost_with == 0 else 0.0)


def test_all_of_it_is_lost_where_all_above_have_gone() -> None:
    leaders = np.zeros(6, LEADER).view(np.recarray)
    leaders["above"], leaders["unowned"] = [0, 0, 0, 1, 1, 2], 0.4

    assert ownership_lost_above(leaders, 5) == pytest.approx(0.4)


def test_nobody_has_been_in_post_for_longer_than_a_career() -> None:
    scenario = {"workforce_capacity.turnover": 0.01, "leadership.leader_tenure": 480.0, "warm_up": 0, "horizon": 1}
    model = cz.Organisation("baseline", rng=0, **scenario)

    assert model.world.practitioners.tenure.max() == CAREER
    assert 0 < model.world.leaders.tenure.max() <= CAREER
