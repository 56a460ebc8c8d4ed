"""What moves one practitioner from stage to stage: `adoption` draws against it, `uptake` averages it over everybody."""

from __future__ import annotations

from typing import NamedTuple

from conducive.agents import leader as lead
from conducive.agents import practitioner as prac
from conducive.agents.rule import gate, rule
from conducive.model.arrays import Record
from conducive.model.processes.learning import course_yield


class Common(NamedTuple):
    """What is the same for everybody in a month."""

    cost: float
    """What failure is expected to cost a person (0-1)."""
    course: float
    """Share of the missing skill that one course gives."""
    harmony: float
    """What dissonance with staff values leaves of the appeal (0-1)."""
    stay: float
    """How far leaders are expected to stay (0-1)."""
    watched: float
    """Monthly pace at which watching, or doing, becomes skill."""


@rule
def common(inputs: Record, org: Record) -> Common:
    """Work out what is the same for everybody in a month."""
    return Common(
        prac.personal_cost(inputs.blame_culture, org.scar, inputs.media_hostility, inputs.cost_exposure),
        course_yield(inputs),
        value_harmony(inputs),
        stay_expected(inputs),
        prac.embedding_pace(inputs.practice_pace, inputs.radicalness, inputs.radical_drag),
    )


@rule
def value_harmony(inputs: Record) -> float:
    """What dissonance with staff values leaves of the appeal (0-1): little harm at first, then a barrier. Paper 4.1."""
    return gate(inputs.value_alignment, 1.0 - inputs.value_alignment)


@rule
def stay_expected(inputs: Record) -> float:
    """How far leaders are expected to stay (0-1)."""
    return lead.expected_stay(inputs.leader_tenure, inputs.months_to_known_exit, inputs.look_ahead)


@rule
def expected(inputs: Record, trust_up: float, money_ahead: float, stay: float) -> float:
    """How far a worker expects the innovation to last (0-1), given money in sight and leaders expected to stay."""
    if inputs.anticipation_on <= 0.0:
        return 1.0
    return lead.continuation(money_ahead, stay, trust_up, inputs.gate_strength)


@rule
def mandate_of(inputs: Record, pressure: float) -> float:
    """How far a worker is told to (0-1): the leader's pressure, in so far as staff have no say."""
    told: float = pressure * (1.0 - inputs.staff_participation)
    return told


@rule
def freedom_of(inputs: Record, worker: Record, manager: Record) -> float:
    """How free a worker is to attempt the unfamiliar under a manager (0-1)."""
    return prac.trial_freedom(
        openness=worker.openness,
        safety=worker.safety,
        slack=worker.slack,
        permission=manager.openness,
        gate_strength=inputs.gate_strength,
    )


@rule
def willing_rate_of(
    inputs: Record, worker: Record, harmony: float, expects: float, influence: float, mandate: float
) -> float:
    """Monthly rate at which a worker who knows of it makes up their mind to use it."""
    return prac.willing_rate(
        belief=worker.belief,
        continuation=expects,
        safety=worker.safety,
        influence=influence,
        harmony=harmony,
        openness=worker.openness,
        mandate=mandate,
        added_share=inputs.added_work / inputs.contract_hours,
        step_pace=inputs.step_pace,
        willing_threshold=inputs.willing_threshold,
        decision_steepness=inputs.decision_steepness,
        belief_peers=inputs.belief_peers,
        gate_strength=inputs.gate_strength,
    )


@rule
def trying_rate_of(
    inputs: Record,
    org: Record,
    freedom: float,
    skill: float,
    reinforcement: float,
    expects: float,
    influence: float,
    told: float,
) -> float:
    """Monthly rate at which somebody trained begins to use it."""
    return prac.trying_rate(
        freedom=freedom,
        skill=skill,
        fit=org.fit,
        obstacles=org.obstacles,
        reinforcement=reinforcement,
        continuation=expects,
        influence=influence,
        mandate=told,
        try_alone=inputs.try_alone,
        try_peers=inputs.try_peers,
        step_pace=inputs.step_pace,
        gate_strength=inputs.gate_strength,
    )


@rule
def return_rate_of(inputs: Record, worker: Record, lead_seen: float, expects: float, influence: float) -> float:
    """Monthly rate at which somebody who lapsed is willing again."""
    return prac.return_rate(
        belief=worker.belief,
        lead=lead_seen,
        continuation=expects,
        influence=influence,
        return_pace=inputs.return_pace,
    )
