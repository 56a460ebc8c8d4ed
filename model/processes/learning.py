"""Learning: training seats, what holds practice in place, skill, habit and fidelity."""

from __future__ import annotations

from conducive.agents import leader as lead
from conducive.agents import practitioner as prac
from conducive.agents.practitioner import NONE, ROUTINE, TRAINED, TRYING
from conducive.agents.rule import rule, toward
from conducive.model import climate
from conducive.model.arrays import Record
from conducive.model.processes.ledger import uses
from conducive.model.state import World


@rule
def learning(world: World, inputs: Record, org: Record) -> None:
    """Training seats; reinforcement by coaching, supervision and peers; skill, habit and fidelity."""
    staff, leaders, lead_before = world.practitioners, world.leaders, world.lead_before
    if inputs.wave == 0.0:
        return
    put_to_work(inputs, org)
    pace = prac.embedding_pace(inputs.practice_pace, inputs.radicalness, inputs.radical_drag)
    refreshed = org.paid * course_yield(inputs) / inputs.refresher_interval
    whole = climate.integrity(inputs.adaptation, inputs.dilution)
    for i in range(len(staff)):
        worker = staff[i]
        if worker.stage == NONE:
            continue
        supervision = supervision_of(inputs, worker, leaders[worker.manager], lead_before[worker.manager])
        worker.reinforcement = reinforcement_of(inputs, org, org.paid, supervision, worker.influence)
        practise(inputs, org, worker, pace, refreshed, whole)


@rule
def put_to_work(inputs: Record, org: Record) -> None:
    """Implementation staff at work, and the training places they run; families who take part come first.

    The same hours, by dedicated staff who are paid for, or by practitioners who find the time for them.
    """
    own_time = inputs.on_day_job * org.slack
    paid_time = (1.0 - inputs.on_day_job) * org.paid
    partners = inputs.in_kind * inputs.partner_collaboration
    org.implementers = inputs.implementation_staff * (paid_time + own_time) + partners
    delay = inputs.start_up_months * inputs.participation_depth * (org.coproduction_money > 0.0)
    org.seats = 0.0
    if inputs.age > delay:
        hands = org.implementers * inputs.posts / 100.0
        org.seats = hands * prac.course_places(inputs.training_capacity, inputs.training_days)


@rule
def practise(inputs: Record, org: Record, worker: Record, pace: float, refreshed: float, whole: float) -> None:
    """A month's practice: skill, how far use is as meant, and how far it has become habit."""
    using = 1.0 if uses(worker.stage) else 0.0
    worker.skill = prac.skill_next(
        skill=worker.skill,
        using=using,
        reinforcement=worker.reinforcement,
        habit=worker.habit,
        refreshed=refreshed if worker.stage in (TRAINED, TRYING, ROUTINE) else 0.0,
        pace=pace,
        skill_retention=inputs.skill_retention,
    )
    worker.fidelity = using * prac.fidelity(
        skill=worker.skill,
        reinforcement=worker.reinforcement,
        fit=org.fit,
        obstacles=org.obstacles,
        belief=worker.belief,
        clarity=inputs.clarity,
        aptitude=worker.aptitude,
        integrity=whole,
        fidelity_skill=inputs.fidelity_skill,
        fidelity_context=inputs.fidelity_context,
        gate_strength=inputs.gate_strength,
    )
    worker.habit = toward(worker.habit, worker.fidelity, pace)


@rule
def supervision_of(inputs: Record, worker: Record, manager: Record, lead_seen: float) -> float:
    """Supervision a worker gets in which the innovation has a place (0-1); somebody acting does not raise it."""
    return prac.supervision(
        containment=inputs.containment,
        strain=worker.strain,
        support=manager.support,
        raised=lead.raised(lead_seen, inputs.push) if manager.acting <= 0.0 else 0.0,
        gate_strength=inputs.gate_strength,
    )


@rule
def reinforcement_of(inputs: Record, org: Record, paid: float, supervision: float, influence: float) -> float:
    """How far practice is held in place (0-1) where so much of it is `paid` for."""
    return prac.reinforcement(
        coaching=inputs.coaching,
        feedback=inputs.feedback,
        paid=paid,
        supervision=supervision,
        influence=influence,
        codified_memory=org.codified_memory,
        reinforce_coaching=inputs.reinforce_coaching,
        reinforce_supervision=inputs.reinforce_supervision,
        reinforce_peers=inputs.reinforce_peers,
    )


@rule
def course_yield(inputs: Record) -> float:
    """Share of the missing skill that one course gives: it teaches what builds on usual practice, not what departs."""
    taught: float = prac.training_yield(
        training_days=inputs.training_days,
        interactive_training=inputs.interactive_training,
        feedback=inputs.feedback,
        clarity=inputs.clarity,
        manualised=inputs.manualised,
        didactic_share=inputs.didactic_share,
        gate_strength=inputs.gate_strength,
    )
    built_on = 1.0 - float(inputs.radicalness)
    return taught * built_on
