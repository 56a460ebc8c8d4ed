"""Families: their cases, their wellbeing, what they are asked and what it costs them."""

from __future__ import annotations

from conducive.agents import family as fam
from conducive.agents.practitioner import NONE
from conducive.agents.rule import gate, rule, stock, toward
from conducive.model.arrays import Floats, Ints, Record, Table
from conducive.model.random import draw, stream, uniforms
from conducive.model.state import World, open_case, worker_for

CLOSES, FAMILY = stream("case closes"), stream("family")
TIME, EFFECT, NEW = 0, 1, 2
"""Columns of `World.help`: a worker's time for a family, the effect of use, and whether somebody new takes over."""


@rule
def families(world: World, inputs: Record, org: Record) -> None:
    """Wellbeing moves with need, time, relationship and faithful use; cases close and open; families are heard."""
    rows, teams, held, offers = world.families, world.teams, world.cases_held, world.help
    staff, luck, in_post = world.practitioners, world.case_luck, world.in_post
    month = int(inputs.month)
    offer_help(staff, offers, in_post, inputs.potential * org.fit if inputs.wave > 0.0 else 0.0)
    depth, resourced = invite(inputs, org, len(rows))
    burden = fam.burden_target(depth, resourced * inputs.acted_on)
    usual_chance = 1.0 / inputs.case_duration
    # Read once: there are many families.
    gate_strength, trust_growth, trust_wear = inputs.gate_strength, inputs.trust_growth, inputs.trust_wear
    initial_trust, usual_wellbeing, usual_help = inputs.initial_trust, inputs.usual_wellbeing, inputs.usual_help
    pace, acted_on = inputs.climate_pace, inputs.acted_on
    wellbeing = voice = trusted = burdened = 0.0
    draw(world.seed, CLOSES, month, luck)
    for f in range(len(rows)):
        one = rows[f]
        if offers[one.worker, NEW] > 0.0:
            other, _, _, _ = uniforms(world.seed, FAMILY, month, f)
            held[one.worker] -= 1
            one.worker = worker_for(in_post, held, teams, one.team, other)
            held[one.worker] += 1
            one.worker_changes += 1
            one.trust = min(one.trust, initial_trust)
        elif luck[f >> 2, f & 3] < fam.closing_chance(one.wellbeing, usual_wellbeing, usual_chance):
            other, need, again, _ = uniforms(world.seed, FAMILY, month, f)
            held[one.worker] -= 1
            open_case(one, need, again, initial_trust)
            one.worker = worker_for(in_post, held, teams, one.team, other)
            held[one.worker] += 1
        one.months_open += 1.0
        time, effect = offers[one.worker, TIME], offers[one.worker, EFFECT]
        eased = one.trust * gate(1.0 - one.burden, gate_strength)
        target = fam.wellbeing_target(
            need=one.need, availability=time, trust=eased, effect=effect, usual_help=usual_help
        )
        one.wellbeing = toward(one.wellbeing, target, pace)
        one.trust = stock(one.trust, trust_growth * (time + acted_on * one.voice), trust_wear)
        heard = fam.voice_target(
            participation_depth=depth,
            resourced=resourced,
            burden=one.burden,
            need=one.need,
            gate_strength=gate_strength,
        )
        one.voice = toward(one.voice, heard, pace)
        one.burden = toward(one.burden, burden, pace)
        wellbeing += one.wellbeing
        voice += one.voice
        trusted += one.trust
        burdened += one.burden
    count = len(rows)
    org.wellbeing, org.family_trust = wellbeing / count, trusted / count
    org.burden, org.voice = burdened / count, voice / count
    org.family_voice = inputs.acted_on * org.voice
    for i in range(len(staff)):
        staff[i].caseload = held[i] * org.cases_each


@rule
def offer_help(staff: Table, offers: Floats, in_post: Ints, works: float) -> None:
    """What each worker can offer a family: time, the effect of use where it `works`, and whether they are new."""
    for i in range(len(staff)):
        worker = staff[i]
        offers[i, TIME] = 1.0 / max(1.0, worker.load)
        offers[i, EFFECT] = works * worker.fidelity
        in_post[i] = worker.stage != NONE
        offers[i, NEW] = worker.stage == NONE or worker.tenure == 0.0


@rule
def invite(inputs: Record, org: Record, families: int) -> tuple[float, float]:
    """How deeply families are asked to take part, and the share of it that is paid for (both 0-1)."""
    invited = 1.0 if org.external_money > 0.0 else org.council_share  # nobody is asked where nobody carries it on
    depth = inputs.participation_depth * invited if inputs.wave > 0.0 else 0.0
    annual = org.coproduction_money * 12.0
    return depth, fam.coproduction_resourced(annual, depth, families * org.cases_each, inputs.coproduction_family)
