"""Strain and safety of those in post; leaving, vacancies, agency cover, recruitment."""

from __future__ import annotations

import math

from conducive.agents import practitioner as prac
from conducive.agents.practitioner import AGENCY, CLOSED, ESTABLISHED, IMPROVEMENT, NONE, PERMANENT, VACANT
from conducive.agents.rule import either, gate, rule, toward
from conducive.model import climate
from conducive.model.arrays import Floats, Ints, Record
from conducive.model.processes.ledger import uses
from conducive.model.processes.posts import join, leave
from conducive.model.random import draw, stream
from conducive.model.state import World, monthly_turnover

LEAVES = stream("practitioner leaves")


@rule
def workforce(world: World, inputs: Record, org: Record) -> None:
    """Strain and safety; leaving, vacancies, agency cover, recruitment."""
    staff, leaders, luck = world.practitioners, world.leaders, world.luck
    colleagues_lost, gone = world.colleagues_lost, world.gone
    bureaucracy = min(0.95, inputs.bureaucracy + inputs.improvement_posts * org.intervention)
    cost = prac.personal_cost(inputs.blame_culture, org.scar, inputs.media_hostility, inputs.cost_exposure)
    focus = prac.attention(inputs.concurrent_initiatives, inputs.attention_cost)
    extra_hours = hours_for_the_new(inputs, focus)
    covered_this_year = climate.swung_share(inputs.agency_cover, org.covering, inputs.cover_swing)
    cover = either(covered_this_year, org.intervention * inputs.improvement_posts)
    hard = climate.swing(org.hiring, inputs.recruit_weather)
    recruited = prac.recruitment_chance(inputs.time_to_fill * hard, org.intervention, inputs.recruit_stigma)
    arrives = prac.agency_arrival_chance(cover, inputs.agency_stay)
    rate = monthly_turnover(inputs.turnover)
    weather = math.log(climate.swing(org.weather, inputs.leave_weather))
    in_post = 0
    gone[:] = 0.0
    draw(world.seed, LEAVES, int(inputs.month), luck)
    for i in range(len(staff)):
        in_post += staff[i].stage != NONE
    for i in range(len(staff)):
        worker = staff[i]
        is_open = post_is_open(inputs, org, worker)
        leaves, fills, covered = luck[i, 0], luck[i, 1], luck[i, 2]
        if worker.stage != NONE:
            feel(inputs, org, worker, leaders[worker.manager], bureaucracy, cost, focus, extra_hours)
            worker.tenure += 1.0
            lost = colleagues_lost[worker.team]
            goes = not is_open or quits(inputs, worker, rate, lost, weather, leaves)
            if goes and in_post > 1:
                in_post -= 1
                leave(world, inputs, org, i)
                if is_open and covered < cover:
                    join(world, inputs, org, i, AGENCY)
            elif worker.post == AGENCY and worker.kind == ESTABLISHED and fills < recruited:
                leave(world, inputs, org, i)
                join(world, inputs, org, i, PERMANENT)
        elif not is_open:
            worker.post = CLOSED
        else:
            worker.post = VACANT
            if worker.kind == ESTABLISHED and fills < recruited:
                join(world, inputs, org, i, PERMANENT)
            elif worker.kind != ESTABLISHED or leaves < arrives:
                join(world, inputs, org, i, AGENCY)
    remember_leavers(colleagues_lost, gone, world.teams)
    world.leavers[int(inputs.month) % 12] = org.leavers


@rule
def hours_for_the_new(inputs: Record, focus: float) -> float:
    """Hours that other initiatives, and implementation on top of the day job, ask of everybody."""
    others = inputs.added_work * (1.0 / focus - 1.0)
    share = inputs.implementation_staff / 100.0 * inputs.on_day_job
    day_job = share * inputs.contract_hours if inputs.wave > 0.0 else 0.0
    return float(others + day_job)


@rule
def post_is_open(inputs: Record, org: Record, worker: Record) -> bool:
    """Whether a post is open: those of the establishment are, others as an improvement regime or agencies open them."""
    if worker.kind == ESTABLISHED:
        return True
    extra = inputs.improvement_posts * org.intervention if worker.kind == IMPROVEMENT else inputs.agency_extra
    is_open: bool = worker.rank < extra
    return is_open


@rule
def quits(inputs: Record, worker: Record, rate: float, colleagues_lost: float, weather: float, leaves: float) -> bool:
    """Whether somebody leaves the job: permanent staff for their reasons, agency staff when their stay is over."""
    if inputs.turnover_on <= 0.0:
        return False
    if worker.post != PERMANENT:
        over: bool = leaves < 1.0 / inputs.agency_stay
        return over
    usual = prac.leaving_chance(
        monthly_turnover=rate,
        tenure_factor=prac.tenure_factor(worker.tenure, rate, inputs.leave_early, inputs.early_months),
        strain=worker.strain,
        used_to=worker.used_to,
        colleagues_lost=colleagues_lost,
        weather=weather,
        leave_strain=inputs.leave_strain,
        leave_colleagues=inputs.leave_colleagues,
    )
    return leaves < either(usual, inputs.turnover_spike)


@rule
def feel(
    inputs: Record,
    org: Record,
    worker: Record,
    manager: Record,
    bureaucracy: float,
    cost: float,
    focus: float,
    extra_hours: float,
) -> None:
    """A month's load, and the strain, safety and slack it leaves."""
    added = extra_hours
    if uses(worker.stage):
        added += inputs.added_work * (1.0 - worker.habit) * (1.0 - inputs.backfill * org.paid)
    worker.load = prac.load(
        caseload=worker.caseload,
        hours_per_case=inputs.hours_per_case,
        contract_hours=inputs.contract_hours,
        bureaucracy=bureaucracy,
        added_hours=added,
    )
    if inputs.strain_on > 0.0:
        supported = gate(manager.support * (1.0 - inputs.blame_culture * org.scar), inputs.safety_context)
        target = prac.strain_target(
            load=worker.load,
            personal_cost=cost,
            containment=inputs.containment * supported,
            strain_load=inputs.strain_load,
            strain_anxiety=inputs.strain_anxiety,
        )
        worker.strain = toward(worker.strain, target, inputs.climate_pace)
        worker.used_to = toward(worker.used_to, worker.strain, 1.0 / inputs.strain_used_to)
    safety = prac.safety_target(cost, worker.trust_up, worker.strain, inputs.safety_context)
    worker.safety = toward(worker.safety, safety, inputs.climate_pace)
    if inputs.strain_on > 0.0:
        worker.slack = prac.slack(
            load=worker.load,
            strain=worker.strain,
            attention=focus,
            strain_load=inputs.strain_load,
            gate_strength=inputs.gate_strength,
        )
    else:
        worker.slack = focus


@rule
def remember_leavers(colleagues_lost: Floats, gone: Floats, teams: Ints) -> None:
    """A team remembers for about a quarter which share of it left."""
    quarter = 1.0 / 3.0
    for team in range(len(colleagues_lost)):
        size = teams[team + 1] - teams[team]
        colleagues_lost[team] = toward(colleagues_lost[team], gone[team] / size, quarter)
