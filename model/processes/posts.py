"""Posts: somebody leaves one, somebody starts in one."""

from __future__ import annotations

from conducive.agents import leader as lead
from conducive.agents import practitioner as prac
from conducive.agents.practitioner import AWARE, INDUCTED, LEFT_JOB, NONE, PERMANENT, ROUTINE, TRAINED, VACANT
from conducive.agents.rule import clip, rule
from conducive.model.arrays import Record, Table
from conducive.model.processes.leaders import lead_drive
from conducive.model.processes.ledger import log, uses
from conducive.model.random import stream, uniforms
from conducive.model.state import World, make_person

ARRIVES, PERSON = stream("post is filled"), stream("person")


@rule
def leave(world: World, inputs: Record, org: Record, i: int) -> None:
    """Somebody leaves a post: a user is lost, ties go with the person."""
    tie_start, tie_trust, tie_reverse = world.tie_start, world.tie_trust, world.tie_reverse
    worker = world.practitioners[i]
    if worker.post == PERMANENT:
        org.leavers += 1.0
        world.gone[worker.team] += 1.0
    if uses(worker.stage):
        log(org, world.ledger, inputs.month, i, worker.stage, NONE, LEFT_JOB)
    worker.left_stage, worker.left_skill, worker.left_habit = worker.stage, worker.skill, worker.habit
    worker.stage, worker.post = NONE, VACANT
    worker.tenure = worker.caseload = worker.skill = worker.habit = worker.fidelity = 0.0
    for e in range(tie_start[i], tie_start[i + 1]):
        tie_trust[e] = inputs.initial_trust
        tie_trust[tie_reverse[e]] = inputs.initial_trust


@rule
def join(world: World, inputs: Record, org: Record, i: int, post: int) -> None:
    """Somebody starts in a post: with what the organisation can teach, or inducted into all the leaver did."""
    staff, month = world.practitioners, int(inputs.month)
    worker = staff[i]
    u, v, w, z = uniforms(world.seed, PERSON, month, i)
    inducted, taught, _, _ = uniforms(world.seed, ARRIVES, month, i)
    make_person(worker, inputs, org.people_here, u, v, w, z)
    worker.post = post
    if post == PERMANENT:
        org.starters += 1.0
    if inputs.wave == 0.0:
        return
    drive = lead_drive(inputs.outcome_motivation, inputs.age)
    worker.belief = clip(inputs.belief_values * inputs.value_alignment * drive)
    if inputs.memory_on > 0.0:
        worker.skill = prac.newcomer_start(org.codified_memory, org.living_memory, inputs.memory_transfer)
        manager = world.leaders[worker.manager]
        carried = lead.lead(manager.commitment, manager.energy, manager.acting)
        mentors = team_mentors(staff, world.teams[worker.team], world.teams[worker.team + 1])
        if taught < prac.own_induction(org.codified_memory, mentors, carried, inputs.gate_strength):
            worker.stage = TRAINED
    if inducted < inputs.induction and AWARE <= worker.left_stage <= ROUTINE:
        worker.stage, worker.skill, worker.habit = (
            worker.left_stage,
            max(worker.skill, worker.left_skill),
            worker.left_habit,
        )
        if uses(worker.stage):
            log(org, world.ledger, inputs.month, i, NONE, worker.stage, INDUCTED)


@rule
def team_mentors(staff: Table, first: int, last: int) -> float:
    """Share of those in post in a team for whom it is routine."""
    mentors = filled = 0.0
    for i in range(first, last):
        if staff[i].stage != NONE:
            filled += 1.0
            mentors += staff[i].stage == ROUTINE
    return mentors / max(1.0, filled)
