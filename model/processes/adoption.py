"""Adoption: what colleagues do, what a worker makes of it, and the one step a month it leads to."""

from __future__ import annotations

from conducive.agents import practitioner as prac
from conducive.agents.practitioner import AWARE, BEGAN, LAPSED, NONE, ROUTINE, TRAINED, TRYING, UNAWARE, WILLING
from conducive.agents.rule import chance, either, inlined, rule
from conducive.model.arrays import Record
from conducive.model.processes.belief import look_around, make_up_mind
from conducive.model.processes.lapse import lapse, ownership_lost_above
from conducive.model.processes.leaders import lead_drive
from conducive.model.processes.ledger import log, uses
from conducive.model.processes.rates import (
    Common,
    common,
    expected,
    freedom_of,
    mandate_of,
    return_rate_of,
    trying_rate_of,
    willing_rate_of,
)
from conducive.model.random import draw, stream
from conducive.model.state import World

MOVES = stream("practitioner moves or tries")


@rule
def adoption(world: World, inputs: Record, org: Record) -> None:
    """Belief and fatigue; moves between stages, each a hazard of the worker's own state; lapses by cause."""
    staff, leaders, lead_before, luck = world.practitioners, world.leaders, world.lead_before, world.luck
    before, belief_before, ledger = world.before, world.belief_before, world.ledger
    tie_start, tie_to, tie_trust, tie_width = world.tie_start, world.tie_to, world.tie_trust, world.tie_width
    for i in range(len(staff)):
        before[i] = staff[i].stage
        belief_before[i] = staff[i].belief
    shared = common(inputs, org)
    seat = prac.seat_chance(org.seats * org.paid_start_up, org.waiting)
    drive = lead_drive(inputs.outcome_motivation, inputs.age)
    focus = prac.attention(inputs.concurrent_initiatives, inputs.attention_cost)
    draw(world.seed, MOVES, int(inputs.month), luck)
    for i in range(len(staff)):
        worker, stage = staff[i], before[i]
        if stage == NONE:
            continue
        manager, lead_seen = leaders[worker.manager], lead_before[worker.manager]
        moves, which, taught, tried = luck[i, 0], luck[i, 1], luck[i, 2], luck[i, 3]
        freedom = freedom_of(inputs, worker, manager)
        org.trials += 1.0 if tried < chance(inputs.try_alone * freedom) else 0.0
        if inputs.wave == 0.0:
            continue
        look_around(inputs, worker, i, before, belief_before, tie_start, tie_to, tie_trust, tie_width)
        make_up_mind(inputs, org, worker, lead_seen, drive, focus)
        if uses(stage):
            lost = ownership_lost_above(leaders, worker.manager)
            cause = lapse(inputs, org, worker, lost, shared.cost, moves, which)
            if cause > 0:
                worker.stage = LAPSED
                log(org, ledger, inputs.month, i, stage, LAPSED, cause)
            elif stage == TRYING and taught < chance(prac.routine_rate(worker.habit)):
                worker.stage = ROUTINE
        elif steps_on(inputs, org, shared, worker, lead_seen, freedom, seat, moves, taught) and stage == TRAINED:
            log(org, ledger, inputs.month, i, stage, TRYING, BEGAN)


@inlined
def steps_on(
    inputs: Record,
    org: Record,
    shared: Common,
    worker: Record,
    lead_seen: float,
    freedom: float,
    seat: float,
    moves: float,
    taught: float,
) -> bool:
    """Take somebody who does not use it one stage on, if `moves` or `taught` says so; return whether it did."""
    stage, memory = worker.stage, org.codified_memory
    expects = expected(inputs, worker.trust_up, org.money_ahead, shared.stay)
    pressure = inputs.push * lead_seen
    mandate = mandate_of(inputs, pressure)
    if stage == UNAWARE:
        rate, after = prac.aware_rate(pressure, worker.exposure), AWARE
    elif stage == AWARE:
        rate, after = willing_rate_of(inputs, worker, shared.harmony, expects, worker.influence, mandate), WILLING
    elif stage == WILLING:
        if taught < seat:
            worker.stage, worker.skill = TRAINED, either(worker.skill, shared.course)
            return True
        rate, after = prac.shadow_rate(worker.mentors, memory, worker.slack, shared.watched), TRAINED
    elif stage == TRAINED:
        told = mandate * worker.slack
        helped = worker.reinforcement
        rate = trying_rate_of(inputs, org, freedom, worker.skill, helped, expects, worker.influence, told)
        after = TRYING
    else:
        rate, after = return_rate_of(inputs, worker, lead_seen, expects, worker.influence), WILLING
    if moves < chance(rate):
        worker.stage = after
        if after == TRAINED:
            shown = prac.newcomer_start(memory, worker.mentors, inputs.memory_transfer)
            worker.skill = either(worker.skill, shown)
        return True
    return False
