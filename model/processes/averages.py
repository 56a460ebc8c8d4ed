"""What would move everybody in post, whatever stage they are in, at several levels of use around them."""

from __future__ import annotations

import numpy as np

from conducive.agents import practitioner as prac
from conducive.agents.practitioner import NONE
from conducive.agents.rule import rule
from conducive.model.arrays import Floats, Ints, Record, Table
from conducive.model.processes.lapse import lapse_rates, ownership_lost_above
from conducive.model.processes.learning import reinforcement_of, supervision_of
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
from conducive.model.state import World

FOOTHOLD = 0.1
"""Where fewer use it than this share, R is taken at a seeded foothold of this size."""
STEPS = 4
"""Levels of use, as fractions of the present use, at which r(x) is taken."""
TO_AWARE, TO_WILLING, TO_TRAINED, TO_TRYING, TO_LAPSED, TO_RETURN, TO_UNPAID = 0, 1, 2, 3, 4, 5, 6
"""Rates that are averaged: a step on, lapse for every cause but want of money, coming back, lapse for want of money."""
RATES = 7


@rule
def added_up(
    world: World, inputs: Record, org: Record, present: float, granted: bool, money_ahead_without: float
) -> Floats:
    """Rates of everybody in post, added up: with the grant and without it, by kind of rate, by level of use."""
    staff, leaders, lead_before = world.practitioners, world.leaders, world.lead_before
    tie_start, tie_to, trust, width = world.tie_start, world.tie_to, world.tie_trust, world.tie_width
    shared = common(inputs, org)
    rates = np.zeros((2, RATES, STEPS + 1))
    pulled = np.array([(step / STEPS) ** inputs.contagion_steepness for step in range(STEPS + 1)])
    for i in range(len(staff)):
        worker = staff[i]
        if worker.stage == NONE:
            continue
        exposure, mentors = worker.exposure, worker.mentors
        if present < FOOTHOLD:
            exposure = mentors = FOOTHOLD * tie_trust(inputs.silo, staff, i, tie_start, tie_to, trust, width)
        add_rates(
            rates,
            pulled,
            inputs,
            org,
            shared,
            worker,
            manager=leaders[worker.manager],
            lead_seen=lead_before[worker.manager],
            ownership_lost=ownership_lost_above(leaders, worker.manager),
            exposure=exposure,
            mentors=mentors,
            granted=granted,
            money_ahead_without=money_ahead_without,
        )
    return rates


@rule
def add_rates(
    rates: Floats,
    pulled: Floats,
    inputs: Record,
    org: Record,
    shared: Common,
    worker: Record,
    manager: Record,
    lead_seen: float,
    ownership_lost: float,
    exposure: float,
    mentors: float,
    granted: bool,
    money_ahead_without: float,
) -> None:
    """Add what would move one worker in each stage, at each level of use; without the grant only r(1) is asked for."""
    memory = org.codified_memory
    freedom = freedom_of(inputs, worker, manager)
    pressure = inputs.push * lead_seen
    mandate = mandate_of(inputs, pressure)
    supervision = supervision_of(inputs, worker, manager, lead_seen)
    skill = max(worker.skill, shared.course)
    pull = odds_of_persuasion(inputs, worker, exposure)
    for step in range(STEPS + 1):
        x = step / STEPS
        influence = prac.influence_of(pulled[step] * pull) if step else 0.0
        for without in range(2 if granted else 1):
            if without == 1 and 0 < step < STEPS:
                continue
            ahead = money_ahead_without if without else org.money_ahead
            paid = org.council_share if without else org.paid
            expects = expected(inputs, worker.trust_up, ahead, shared.stay)
            held = reinforcement_of(inputs, org, paid, supervision, influence)
            lapses = lapse_rates(inputs, org, worker, ownership_lost, shared.cost, held, 0.0, 1.0)
            willing = willing_rate_of(inputs, worker, shared.harmony, expects, influence, mandate)
            told = mandate * worker.slack
            trying = trying_rate_of(inputs, org, freedom, skill, held, expects, influence, told)
            rates[without, TO_AWARE, step] += prac.aware_rate(pressure, x * exposure)
            rates[without, TO_WILLING, step] += willing
            rates[without, TO_TRAINED, step] += prac.shadow_rate(x * mentors, memory, worker.slack, shared.watched)
            rates[without, TO_TRYING, step] += trying
            rates[without, TO_LAPSED, step] += lapses[0] + lapses[1] + lapses[2] + lapses[3] + lapses[4] + lapses[6]
            rates[without, TO_UNPAID, step] += prac.lapse_money(paid, inputs.lapse_unpaid)
            rates[without, TO_RETURN, step] += return_rate_of(inputs, worker, lead_seen, expects, influence)


@rule
def odds_of_persuasion(inputs: Record, worker: Record, exposure: float) -> float:
    """Odds that colleagues persuade a worker at an exposure to trusted users, sceptics taken off."""
    if inputs.contagion_on <= 0.0:
        return 0.0
    return prac.pull(
        exposure=max(0.0, exposure - worker.doubt),
        threshold=inputs.contagion_threshold * (1.0 - worker.openness),
        steepness=inputs.contagion_steepness,
    )


@rule
def tie_trust(silo: float, staff: Table, i: int, tie_start: Ints, tie_to: Ints, trust: Floats, width: Floats) -> float:
    """Mean trust of a worker over living ties."""
    total, ties = 0.0, 0
    for e in range(tie_start[i], tie_start[i + 1]):
        if width[e] >= silo and staff[tie_to[e]].stage != NONE:
            total += trust[e]
            ties += 1
    return total / max(1, ties)
