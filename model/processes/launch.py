"""A wave is launched: counts start at nothing each month, the innovation in the first month of a wave."""

from __future__ import annotations

import math

from conducive.agents import funder as fund
from conducive.agents import leader as lead
from conducive.agents.funder import COUNCIL, EXTERNAL
from conducive.agents.practitioner import NONE, SUPERSEDED, UNAWARE
from conducive.agents.rule import clip, inlined, rule
from conducive.model import climate
from conducive.model.arrays import Floats, Record, Table
from conducive.model.processes.ledger import log, uses
from conducive.model.processes.money import council_asks
from conducive.model.random import normal
from conducive.model.state import World


@inlined
def launch(world: World, inputs: Record, org: Record) -> None:
    """Start the month's counts; in the first month of a wave, start the innovation afresh."""
    start_counts(org)
    if inputs.age != 1.0:
        return
    supersede(world.practitioners, world.ledger, inputs, org)
    win_over(world.leaders, world.funders, world.sponsor_trust, inputs)
    start_afresh(inputs, org)
    u, v = council_asks(world.seed, inputs.month)
    org.council_bar = normal(u, v)


@rule
def start_counts(org: Record) -> None:
    """Nothing has happened yet this month, and nothing been spent."""
    org.new_users = org.lapses = org.losses = org.trials = org.leavers = org.starters = 0.0
    org.leader_changes = org.incidents = org.inspections = org.judged_inadequate = org.policy_shifted = 0.0
    org.external_money = org.council_money = org.spend = org.training_spend = org.coproduction_money = 0.0
    org.diverted = org.returned = 0.0


@rule
def supersede(staff: Table, ledger: Table, inputs: Record, org: Record) -> None:
    """Nobody knows the new innovation yet, and whoever used the last one stops; what remains is weariness."""
    for i in range(len(staff)):
        worker = staff[i]
        worker.left_stage = NONE
        if worker.stage == NONE:
            continue
        if uses(worker.stage):
            log(org, ledger, inputs.month, i, worker.stage, UNAWARE, SUPERSEDED)
        worker.stage = UNAWARE
        worker.belief = clip(inputs.belief_values * inputs.value_alignment * (1.0 - worker.fatigue))
        worker.skill = worker.habit = worker.fidelity = worker.reinforcement = worker.influence = 0.0


@rule
def win_over(leaders: Table, funders: Table, sponsor_trust: Floats, inputs: Record) -> None:
    """Leaders are committed, and funders confident, as far as the case for change convinces them."""
    for k in range(len(leaders)):
        leader = leaders[k]
        leader.commitment = lead.commitment_target(
            theory_of_change=inputs.theory_of_change,
            drive=1.0,
            evidence=0.0,
            voice=0.0,
            line=1.0,
            unowned=0.0,
            commitment_evidence=inputs.commitment_evidence,
            commitment_line=inputs.commitment_line,
        )
        leader.ownership_lost = leader.unowned = 0.0
    external = funders[EXTERNAL]
    external.term = inputs.funding_term if inputs.grant > 0.0 else 0.0
    confidence = fund.confidence_at_launch(inputs.initial_trust, inputs.theory_of_change, inputs.gate_strength)
    external.confidence = funders[COUNCIL].confidence = confidence
    sponsor_trust[:] = confidence


@rule
def start_afresh(inputs: Record, org: Record) -> None:
    """The innovation as it starts here: what is left of the last one's money goes back, and little of its memory."""
    org.returned += org.start_up_balance + org.embedding_balance
    org.start_up_balance = org.embedding_balance = 0.0
    org.last_external_month = inputs.month - 1.0
    org.stopped_by_funder = 0.0
    org.policy = 1.0
    org.fit = inputs.initial_fit
    org.obstacles = climate.obstacles_at_launch(inputs.initial_fit, inputs.radicalness)
    org.evidence = org.reported = org.visible_benefit = org.family_voice = 0.0
    org.codified_memory *= 1.0 - inputs.radicalness
    org.paid = org.paid_start_up = 1.0
    org.implementers = org.seats = org.waiting = org.learners = org.users = 0.0
    org.council_pays = 0.0
    org.sustained = math.nan
    org.ended_two_years = org.reduced_two_years = org.kept_two_years = math.nan
    org.ended_five_years = org.reduced_five_years = org.kept_five_years = math.nan
