"""Every declared input, coefficient, switch and event changes something that is measured,
or the agents at the end: none is for show.

Each is moved from its value to an end of its plausible range, in one context after another, until something differs.
The contexts are a small organisation in circumstances that call on every feature: reviews and renewals, a second wave,
incidents, a known departure.
"""

from __future__ import annotations

import numpy as np
import pytest

from conducive.experiments.lives.ensemble import Life, one_life
from conducive.scenarios.events import EVENTS, GRADES
from conducive.scenarios.scenario import FIXED, Scenario, declared
from conducive.scenarios.timeline import timeline

SMALL = {
    "organisation.posts": 32,
    "organisation.families": 90,
    "finance.grant": 130_000,
    "innovation.start_up_cost": 22_000,
    "innovation.running_cost": 27_000,
    "warm_up": 12,
    "horizon": 72,
}
PLAIN = Scenario("plain").change(SMALL)
WELL = PLAIN.change({"leadership": 0.8, "fit": 0.8, "attitudes": 0.8, "finance.funding_term": 60})
CONTEXTS = (
    PLAIN,
    WELL,
    PLAIN.change(
        {"finance.funding_term": 24, "finance.review_month": 12, "finance.renewal": 0.6, "learning_and_evaluation": 0.2}
    ),
    WELL.with_wave(36, "second"),
    WELL.with_event(10, "incident").with_event(14, "inspection", result="inadequate").with_event(20, "broken_promise"),
    WELL.change({"trust_emotions_relationships": 0.1, "public_perceptions": 0.1}).with_event(30, "incident"),
    WELL.with_event(30, "leader_leaves", known=True).change({"finance.mainstreaming": 0.6}),
    PLAIN.change(
        {
            "finance.funding_term": 60,
            "finance.review_month": 24,
            "innovation.effect_lag": 36,
            "case_for_change": 0.0,
            "political_agendas": 0.1,
        }
    ),
    WELL.change({"finance.funding_term": 24, "knowledge_and_skills": 0.7, "finance.mainstreaming": 0.8}),
    PLAIN.change({"organisation.inspection_grade": 4, "workforce_capacity": 0.1, "leadership": 0.1}),
    WELL.change({"finance.funding_term": 24, "horizon": 90}).with_event(20, "council_decides", share=0.9),
    WELL.change({"finance.funding_term": 24, "horizon": 90}).with_event(20, "council_decides", share=0.5),
)
"""Circumstances in which the inputs are tried, the most common first."""
SEEDS = tuple(range(1, 9))


def lived(scenario: Scenario, seed: int) -> Life:
    return one_life(timeline(scenario), seed, 0, agents=True)


def differ(one: Life, other: Life) -> bool:
    """Whether anything measured in a month, or any agent in the end, differs."""
    if one.monthly.shape != other.monthly.shape or not np.array_equal(bits(one.monthly), bits(other.monthly)):
        return True
    return any(
        one.agents[table].shape != other.agents[table].shape
        or not np.array_equal(bits(one.agents[table]), bits(other.agents[table]))
        for table in one.agents
    )


def bits(rows: np.ndarray) -> np.ndarray:
    """All fields of a structured array as floats, with empty values made equal."""
    return np.nan_to_num(np.stack([rows[name].astype(np.float64) for name in rows.dtype.names]), nan=-9.0)


@pytest.fixture(scope="module")
def untouched() -> dict[tuple[int, int], Life]:
    """What happens in each context, with each luck, when nothing is changed."""
    return {(c, seed): lived(context, seed) for c, context in enumerate(CONTEXTS) for seed in SEEDS}


def acts(address: str, untouched: dict[tuple[int, int], Life]) -> bool:
    one = declared()[address]
    for seed in SEEDS:
        for c, context in enumerate(CONTEXTS):
            for value in {one.low, one.high} - {context[address]}:
                if differ(untouched[c, seed], lived(context.change({address: value}), seed)):
                    return True
    return False


@pytest.mark.parametrize("address", declared())
def test_every_input_coefficient_and_switch_acts(address: str, untouched: dict[tuple[int, int], Life]) -> None:
    assert acts(address, untouched)


LATER = [a for a in declared() if a not in FIXED]


@pytest.mark.parametrize("address", LATER)
def test_every_input_that_may_change_later_acts_when_it_does(
    address: str, untouched: dict[tuple[int, int], Life]
) -> None:
    one = declared()[address]

    assert any(
        differ(untouched[c, seed], lived(context.with_event(month, {address: value}), seed))
        for seed in SEEDS
        for c, context in enumerate(CONTEXTS)
        for month in (2, 13)
        for value in {one.low, one.high} - {context[address]}
    )


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        *((name, {}) for name in EVENTS),
        *(("inspection", {"result": grade}) for grade in GRADES),
        ("leader_leaves", {"known": True}),
        ("budget_cut", {"size": 0.5}),
        ("turnover_spike", {"size": 0.5}),
    ],
    ids=str,
)
def test_every_event_acts(event: str, detail: dict[str, object], untouched: dict[tuple[int, int], Life]) -> None:
    assert any(differ(untouched[1, seed], lived(WELL.with_event(18, event, **detail), seed)) for seed in SEEDS)


def test_a_known_departure_acts_before_it_happens_and_an_unknown_one_does_not() -> None:
    nobody_leaves, known, unknown = (
        lived(scenario, 1).monthly
        for scenario in (
            WELL,
            WELL.with_event(40, "leader_leaves", known=True),
            WELL.with_event(40, "leader_leaves", known=False),
        )
    )

    assert (known["continuation"][:39] < nobody_leaves["continuation"][:39]).all()
    np.testing.assert_array_equal(bits(unknown[:39]), bits(nobody_leaves[:39]))


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_an_event_that_nobody_knows_of_changes_nothing_before_its_month(
    event: str, untouched: dict[tuple[int, int], Life]
) -> None:
    with_event = lived(WELL.with_event(40, event), 1)

    np.testing.assert_array_equal(bits(with_event.monthly[:39]), bits(untouched[1, 1].monthly[:39]))
