"""Leaders come, go and change their minds; funders trust them, or not."""

from __future__ import annotations

import math

from conducive.agents import funder as fund
from conducive.agents import leader as lead
from conducive.agents import practitioner as prac
from conducive.agents.funder import COUNCIL
from conducive.agents.leader import DIRECTOR, MANAGER
from conducive.agents.rule import clip, either, gate, rule, stock, toward
from conducive.model.arrays import Floats, Record, Table
from conducive.model.processes.money import council_asks
from conducive.model.random import normal, stream, uniforms
from conducive.model.state import World, make_leader, usual_stay

LEADER_LEAVES, SUCCESSOR = stream("leader leaves"), stream("successor")


@rule
def leadership(world: World, inputs: Record, org: Record) -> None:
    """Leaders leave and are succeeded; commitment follows the case, results, families' voice and the line above."""
    leaders, funders, lead_before = world.leaders, world.funders, world.lead_before
    for k in range(len(leaders)):
        lead_before[k] = lead.lead(leaders[k].commitment, leaders[k].energy, leaders[k].acting)
    drive = lead_drive(inputs.outcome_motivation, inputs.age)
    for k in range(len(leaders)):
        leader = leaders[k]
        leader.tenure += 1.0
        leaves, agenda, _, _ = uniforms(world.seed, LEADER_LEAVES, int(inputs.month), k)
        if leader.acting > 0.0:
            leader.acting -= 1.0
            if leader.acting <= 0.0:
                succeed(world, inputs, org, k)
        elif inputs.leaders_on > 0.0 and moves_on(inputs, org, leader, leaves):
            hand_over(inputs, org, leader, agenda)
        if inputs.wave == 0.0 or leader.acting > 0.0:
            continue
        line = org.policy * funders[COUNCIL].confidence
        if leader.level != DIRECTOR:
            line = leader.trust_up * lead_before[leader.above]
        stay_with_it(inputs, org, leader, drive, line)
    if inputs.wave > 0.0:
        sponsors(inputs, org, leaders, funders, world.sponsor_trust)


@rule
def lead_drive(outcome_motivation: float, age: float) -> float:
    """Drive of leaders: the same motivation as that of practitioners, from the launch on."""
    return prac.drive(outcome_motivation, age - 1.0)


@rule
def moves_on(inputs: Record, org: Record, leader: Record, leaves: float) -> bool:
    """Whether a leader leaves this month: by chance, after a shock, or, for a director, as scheduled."""
    tenure = inputs.leader_tenure if leader.level != MANAGER else usual_stay(inputs.turnover)
    shock = max(org.judged_inadequate, org.policy_shifted if leader.level == DIRECTOR else 0.0)
    scheduled = leader.level == DIRECTOR and inputs.director_leaves > 0.0
    return scheduled or leaves < lead.leaving_chance(tenure, shock, inputs.exit_shock)


@rule
def hand_over(inputs: Record, org: Record, leader: Record, agenda: float) -> None:
    """A leader leaves: part of the ownership goes too, and somebody acts until a successor starts."""
    org.leader_changes += 1.0
    leader.acting = max(1.0, inputs.acting_months)
    leader.agenda = agenda * gate(inputs.theory_of_change, inputs.gate_strength)
    gone = lead.ownership_lost(inputs.succession_continuity, inputs.theory_of_change)
    leader.unowned = either(leader.unowned, gone)
    leader.commitment *= 1.0 - gone


@rule
def stay_with_it(inputs: Record, org: Record, leader: Record, drive: float, line: float) -> None:
    """A month in post: pressure draws leaders away; commitment, energy and trust in the line follow their causes."""
    away = lead.drawn_away(
        chasing=org.chasing,
        intervention=org.intervention,
        defensive=inputs.blame_culture * org.scar,
        vacancies=org.vacancies,
        tightness=clip(1.0 - org.budget),
        theory_of_change=inputs.theory_of_change,
    )
    leader.ownership_lost = lead.ownership_next(leader.ownership_lost, away, leader.commitment, inputs.climate_pace)
    leader.unowned = lead.unowned_next(leader.unowned, leader.commitment, inputs.trust_growth)
    if inputs.leaders_on == 0.0:
        return
    target = lead.commitment_target(
        theory_of_change=inputs.theory_of_change * (1.0 - leader.ownership_lost),
        drive=drive,
        evidence=org.reported,
        voice=inputs.voice_weight * org.family_voice,
        line=line,
        unowned=leader.unowned,
        commitment_evidence=inputs.commitment_evidence,
        commitment_line=inputs.commitment_line,
    )
    leader.commitment = toward(leader.commitment, target, inputs.climate_pace)
    leader.energy = toward(leader.energy, 1.0 - away, inputs.climate_pace)
    gain = lead.trust_gain(inputs.support_style, inputs.trust_growth)
    leader.trust_up = stock(leader.trust_up, gain, inputs.trust_wear)


@rule
def succeed(world: World, inputs: Record, org: Record, k: int) -> None:
    """A successor starts: part of the commitment is handed over; what the leaver had built in trust is gone."""
    staff, leaders, sponsor_trust = world.practitioners, world.leaders, world.sponsor_trust
    leader = leaders[k]
    u, v, w, _ = uniforms(world.seed, SUCCESSOR, int(inputs.month), k)
    leader.commitment = lead.successor_commitment(leader.commitment, leader.agenda, inputs.succession_continuity)
    if leader.level == DIRECTOR and inputs.wave > 0.0:  # whoever decides now asks for more, or for less, than before
        same = inputs.succession_continuity
        asks, more = council_asks(world.seed, inputs.month)
        org.council_bar = same * org.council_bar + math.sqrt(1.0 - same * same) * normal(asks, more)
    make_leader(leader, inputs, u, v, w)
    for f in range(2):
        sponsor_trust[k, f] = inputs.initial_trust
    for j in range(len(leaders)):
        if leaders[j].above == k and j != k:
            leaders[j].trust_up = inputs.initial_trust
    for i in range(len(staff)):
        if staff[i].manager == k:
            staff[i].trust_up = min(staff[i].trust_up, inputs.initial_trust)


@rule
def sponsors(inputs: Record, org: Record, leaders: Table, funders: Table, sponsor_trust: Floats) -> None:
    """Funders' trust in senior leaders follows results against promise and policy; confidence is its mean."""
    target = fund.confidence_target(
        reported=org.reported,
        promised=org.promised,
        voice=inputs.voice_weight * org.family_voice,
        policy_support=org.policy,
        gate_strength=inputs.gate_strength,
    )
    for f in range(2):
        total, seniors = 0.0, 0
        for k in range(len(leaders)):
            if leaders[k].level != MANAGER:
                sponsor_trust[k, f] = toward(sponsor_trust[k, f], target, inputs.climate_pace)
                total += sponsor_trust[k, f]
                seniors += 1
        funders[f].confidence = total / seniors
