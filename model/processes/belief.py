"""What a worker sees among colleagues, and comes to believe."""

from __future__ import annotations

from conducive.agents import practitioner as prac
from conducive.agents.practitioner import LAPSED, NONE, ROUTINE, TRYING
from conducive.agents.rule import clip, either, rule, stock, toward
from conducive.model.arrays import Floats, Ints, Record


@rule
def look_around(
    inputs: Record,
    worker: Record,
    i: int,
    before: Ints,
    belief: Floats,
    tie_start: Ints,
    tie_to: Ints,
    tie_trust: Floats,
    tie_width: Floats,
) -> None:
    """What a worker sees among trusted colleagues: users, routine users, and those who gave it up unconvinced."""
    using = mentors = doubt = 0.0
    ties = 0
    for e in range(tie_start[i], tie_start[i + 1]):
        stage = before[tie_to[e]]
        if tie_width[e] < inputs.silo or stage == NONE:
            continue
        ties += 1
        if stage == ROUTINE:
            mentors += tie_trust[e]
        elif stage == TRYING:
            using += tie_trust[e]
        elif stage == LAPSED:
            doubt += tie_trust[e] * (1.0 - belief[tie_to[e]])
    most = max(1, ties)
    worker.exposure, worker.mentors, worker.doubt = (using + mentors) / most, mentors / most, doubt / most
    worker.influence = 0.0
    if inputs.contagion_on > 0.0:
        seen = max(0.0, worker.exposure - worker.doubt)
        worker.influence = prac.influence(
            exposure=seen,
            threshold=inputs.contagion_threshold * (1.0 - worker.openness),
            steepness=inputs.contagion_steepness,
        )


@rule
def make_up_mind(inputs: Record, org: Record, worker: Record, lead_seen: float, drive: float, focus: float) -> None:
    """Belief follows reasons; fatigue gathers from change that is too much or imposed."""
    target = prac.belief_target(
        values=inputs.value_alignment * drive,
        message=prac.message(worker.trust_up, lead_seen, inputs.shared_vision, inputs.gate_strength),
        visible_benefit=org.visible_benefit,
        influence=worker.influence,
        heard=either(inputs.staff_participation, org.family_voice),
        fatigue=worker.fatigue,
        belief_values=inputs.belief_values,
        belief_message=inputs.belief_message,
        belief_benefit=inputs.belief_benefit,
        belief_peers=inputs.belief_peers,
        voice_weight=inputs.voice_weight,
    )
    worker.belief = toward(worker.belief, target, inputs.climate_pace)
    unasked = either(1.0 - inputs.staff_participation, 1.0 - inputs.outcome_motivation)
    imposed = inputs.push * lead_seen * unasked
    day_job = clip(inputs.implementation_staff * inputs.on_day_job / 100.0)
    gain = prac.fatigue_gain(focus, imposed, day_job, inputs.fatigue_growth)
    worker.fatigue = stock(worker.fatigue, gain, inputs.fatigue_recovery)
