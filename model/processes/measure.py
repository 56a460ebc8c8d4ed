"""What is counted at the end of a month: for next month's decisions, and, after launch, as its indicators."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from conducive.agents.funder import EXTERNAL
from conducive.agents.practitioner import (
    AGENCY,
    AWARE,
    CLOSED,
    EXTRA,
    LAPSED,
    NONE,
    PERMANENT,
    ROUTINE,
    STAGES,
    TRAINED,
    TRYING,
    UNAWARE,
    WILLING,
)
from conducive.agents.rule import rule
from conducive.model.arrays import Floats, Record, Table
from conducive.model.processes.aftermath import after_the_money
from conducive.model.processes.ledger import uses
from conducive.model.processes.rates import expected, stay_expected
from conducive.model.processes.uptake import uptake
from conducive.model.state import World

QUARTER = 3.0


class Count(NamedTuple):
    """Sums over those in post: how many there are, of which kind and in which stage, and how they are."""

    stages: Floats
    filled: float
    permanent: float
    agency: float
    established: float
    faithful: float
    strain: float
    safety: float
    fatigue: float
    belief: float
    skill: float
    fidelity: float
    benefit: float
    trust_up: float
    reinforcement: float
    hope: float


@rule
def measure(world: World, inputs: Record, org: Record) -> None:
    """Count what next month's decisions need; after launch, write the month's indicators."""
    count = counted(world.practitioners, inputs, org)
    tell(count, org, len(world.families))
    if inputs.month < 1.0:
        return
    row = world.monthly[int(inputs.month) - 1]
    row.wave = inputs.wave
    write_use(row, count, org)
    write_people(row, count, org, world.leavers.sum() / max(1.0, count.permanent))
    write_service(row, count, org, world.leaders)
    write_money(row, org, world.funders[EXTERNAL].confidence)
    running = world.funders[EXTERNAL].term > 0.0
    if inputs.wave > 0.0 and (inputs.age % QUARTER == 0.0 or inputs.age == 1.0):
        ahead = org.council_share if inputs.anticipation_on > 0.0 else 1.0
        granted = running and inputs.money_on > 0.0
        org.uptake_number, org.zone_open, org.uptake_number_without_grant = uptake(world, inputs, org, granted, ahead)
    if inputs.wave > 0.0 and not running:
        after_the_money(inputs, org, world.monthly)
    write_prospects(row, org)


@rule
def counted(staff: Table, inputs: Record, org: Record) -> Count:
    """Count those in post, and add up how they are."""
    stages = np.zeros(len(STAGES))
    filled = permanent = agency = established = faithful = 0.0
    strain = safety = fatigue = belief = skill = fidelity = benefit = trust_up = reinforcement = hope = 0.0
    works = inputs.potential * org.fit if inputs.wave > 0.0 else 0.0
    stay = stay_expected(inputs)
    for i in range(len(staff)):
        worker = staff[i]
        established += worker.post != CLOSED and worker.kind != EXTRA
        if worker.stage == NONE:
            continue
        filled += 1.0
        permanent += worker.post == PERMANENT
        agency += worker.post == AGENCY
        stages[worker.stage] += 1.0
        strain += worker.strain
        safety += worker.safety
        fatigue += worker.fatigue
        belief += worker.belief
        skill += worker.skill
        trust_up += worker.trust_up
        reinforcement += worker.reinforcement
        if inputs.wave > 0.0:
            hope += expected(inputs, worker.trust_up, org.money_ahead, stay)
        if uses(worker.stage):
            fidelity += worker.fidelity
            benefit += works * worker.fidelity
            faithful += worker.fidelity >= inputs.faithful_at
    return Count(
        stages, filled, permanent, agency, established, faithful, strain, safety, fatigue, belief, skill, fidelity,
        benefit, trust_up, reinforcement, hope,
    )  # fmt: skip


@rule
def tell(count: Count, org: Record, families: int) -> None:
    """What next month's decisions go by."""
    org.filled = count.filled
    org.vacancies = 1.0 - count.permanent / count.established
    org.agency = count.agency / count.filled
    org.strain = count.strain / count.filled
    org.safety = count.safety / count.filled
    org.cases = families * org.cases_each
    org.waiting = count.stages[WILLING]
    org.users = count.stages[TRYING] + count.stages[ROUTINE]
    org.learners = org.users + count.stages[TRAINED]


@rule
def write_use(row: Record, count: Count, org: Record) -> None:
    """Who is at which stage, who uses it and how well, and what moved."""
    stages, filled = count.stages, count.filled
    row.unaware, row.aware, row.willing = stages[UNAWARE] / filled, stages[AWARE] / filled, stages[WILLING] / filled
    row.trained, row.trying, row.routine = stages[TRAINED] / filled, stages[TRYING] / filled, stages[ROUTINE] / filled
    row.lapsed = stages[LAPSED] / filled
    row.use = org.users / filled
    row.use_at_fidelity = count.faithful / filled
    row.fidelity = count.fidelity / max(1.0, org.users)
    row.new_users, row.lapses, row.losses = org.new_users, org.lapses, org.losses
    row.trials = org.trials / filled
    row.fit, row.benefit, row.evidence = org.fit, count.benefit / filled, org.reported
    row.codified_memory, row.living_memory = org.codified_memory, org.living_memory
    row.newcomer_start = org.newcomer_start


@rule
def write_people(row: Record, count: Count, org: Record, turnover: float) -> None:
    """How those in post are, how many there are, and who came and went."""
    filled = count.filled
    row.vertical_trust, row.safety, row.strain = count.trust_up / filled, count.safety / filled, org.strain
    row.fatigue, row.belief, row.skill = count.fatigue / filled, count.belief / filled, count.skill / filled
    row.reinforcement, row.continuation = count.reinforcement / filled, count.hope / filled
    row.peer_trust = org.peer_trust
    row.turnover_12m = turnover
    row.vacancy_rate = org.vacancies
    row.agency_rate = count.agency / filled
    row.filled_posts, row.leavers, row.starters = filled, org.leavers, org.starters


@rule
def write_service(row: Record, count: Count, org: Record, leaders: Table) -> None:
    """Cases and families, leaders, incidents and inspections."""
    row.cases, row.caseload = org.cases, org.cases / count.filled
    row.wellbeing, row.family_trust, row.voice, row.burden = org.wellbeing, org.family_trust, org.voice, org.burden
    row.leader_changes, row.incidents, row.inspections = org.leader_changes, org.incidents, org.inspections
    row.inspection_grade, row.scar = org.inspection_grade, org.scar
    commitment = 0.0
    for k in range(len(leaders)):
        commitment += leaders[k].commitment
    row.leader_commitment = commitment / len(leaders)


@rule
def write_money(row: Record, org: Record, confidence: float) -> None:
    """What came in, what was spent, what is left, and how the funder sees it."""
    row.paid, row.budget = org.paid, org.budget
    row.external_money, row.council_money, row.spend = org.external_money, org.council_money, org.spend
    row.cumulative_cost, row.training_spend = org.cumulative_cost, org.training_spend
    row.diverted, row.returned, row.balance = org.diverted, org.returned, org.start_up_balance + org.embedding_balance
    row.stopped_by_funder, row.funder_confidence = org.stopped_by_funder, confidence


@rule
def write_prospects(row: Record, org: Record) -> None:
    """Whether use can grow, and whether it lasted."""
    row.uptake_number, row.zone_open = org.uptake_number, org.zone_open
    row.uptake_number_without_grant = org.uptake_number_without_grant
    row.sustained = org.sustained
    row.ended_two_years, row.ended_five_years = org.ended_two_years, org.ended_five_years
    row.reduced_two_years, row.reduced_five_years = org.reduced_two_years, org.reduced_five_years
    row.kept_two_years, row.kept_five_years = org.kept_two_years, org.kept_five_years
