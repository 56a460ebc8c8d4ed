"""What the organisation writes down, how the innovation comes to fit, and what is seen of its benefit."""

from __future__ import annotations

from conducive.agents import practitioner as prac
from conducive.agents.practitioner import LAPSED, NONE
from conducive.agents.rule import either, inlined, rule, saturating
from conducive.model import climate
from conducive.model.arrays import Record, Table
from conducive.model.processes.ledger import uses
from conducive.model.state import World


@inlined
def memory_and_adaptation(world: World, inputs: Record, org: Record) -> None:
    """Codified memory, fit and obstacles; benefit shows after its lag."""
    if inputs.wave == 0.0:
        return
    remember(world.practitioners, inputs, org)
    adapt(inputs, org)
    show_benefit(world.monthly, inputs, org)


@rule
def remember(staff: Table, inputs: Record, org: Record) -> None:
    """Time to reflect, what those in post know, and what is written down of it."""
    users = filled = skill = slack = 0.0
    for i in range(len(staff)):
        worker = staff[i]
        if worker.stage != NONE:
            filled += 1.0
            users += uses(worker.stage)
            slack += worker.slack
            skill += either(worker.skill, worker.habit) if worker.stage != LAPSED else worker.skill
    org.slack = slack / filled
    org.living_memory = skill / filled
    org.reflection = climate.reflection(inputs.reflection_interval, org.slack)
    if inputs.memory_on > 0.0:
        org.codified_memory = climate.codified_next(
            codified_memory=org.codified_memory,
            use=users / filled,
            reflection=org.reflection,
            codification=inputs.codification,
            memory_growth=inputs.memory_growth,
            memory_retention=inputs.memory_retention,
        )
        org.newcomer_start = prac.newcomer_start(org.codified_memory, org.living_memory, inputs.memory_transfer)


@rule
def adapt(inputs: Record, org: Record) -> None:
    """The innovation is tailored to the place, and obstacles form and are cleared."""
    tailored = climate.tailoring(inputs.adaptation, inputs.permissiveness, inputs.manualised, inputs.gate_strength)
    effort = climate.adaptation_effort(
        reflection=org.reflection,
        failure_reported=inputs.failure_tolerance * org.safety,
        data_capability=inputs.data_capability,
        participation=inputs.staff_participation,
        family_voice=org.family_voice,
        voice_weight=inputs.voice_weight,
        gate_strength=inputs.gate_strength,
    )
    org.fit = climate.fit_next(
        fit=org.fit,
        ceiling=climate.fit_ceiling(inputs.context_distance, tailored),
        effort=effort,
        fit_pace=inputs.fit_pace,
        drift_pace=inputs.drift_pace,
    )
    org.obstacles = climate.obstacles_next(
        obstacles=org.obstacles,
        fit=org.fit,
        implementers=org.implementers,
        partners=inputs.partner_collaboration,
        pace=prac.embedding_pace(inputs.fit_pace, inputs.radicalness, inputs.radical_drag),
    )


@rule
def show_benefit(months: Table, inputs: Record, org: Record) -> None:
    """Benefit for families shows after its lag: to staff as they see it, to leaders and funders as evidence."""
    shown = 0.0
    if inputs.age > inputs.effect_lag + 1.0:
        shown = months[int(inputs.month) - 2 - int(inputs.effect_lag)].benefit
    org.visible_benefit = saturating(shown, inputs.benefit_seen)
    whole = climate.integrity(inputs.adaptation, inputs.dilution)
    org.evidence = climate.evidence(shown, inputs.data_capability, whole, inputs.benefit_seen)
