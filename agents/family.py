"""Families: an open case with a worker. When a case closes, another opens in its slot."""

from __future__ import annotations

from conducive.agents.rule import either, gate, rule
from conducive.scenarios.field import Field, layout

FAMILY_FIELDS = (
    Field("worker", "Row of the practitioner who holds the case.", whole=True),
    Field("team", "Team in whose slot the case is.", whole=True),
    Field("need", "Need at opening (0-1); fixed while the case is open."),
    Field("wellbeing", "Wellbeing (0-1)."),
    Field("trust", "Trust in the present worker (0-1)."),
    Field("voice", "Part taken in coproduction (0-1)."),
    Field("burden", "What taking part costs the family (0-1)."),
    Field("months_open", "Months since the case opened."),
    Field("worker_changes", "Changes of worker since the case opened.", whole=True),
)
FAMILY = layout(FAMILY_FIELDS)


@rule
def closing_chance(wellbeing: float, usual_wellbeing: float, usual_chance: float) -> float:
    """Monthly chance that a case closes: the usual chance for a family doing as usual, more for one doing well."""
    return min(1.0, wellbeing * (usual_chance / usual_wellbeing))


@rule
def wellbeing_target(need: float, availability: float, trust: float, effect: float, usual_help: float) -> float:
    """Where a family's wellbeing is heading (0-1): need, met by a trusted worker with time, and by faithful use."""
    return 1.0 - need * (1.0 - either(usual_help * availability * trust, effect))


@rule
def voice_target(
    participation_depth: float, resourced: float, burden: float, need: float, gate_strength: float
) -> float:
    """Part a family takes in coproduction (0-1): invited and resourced, as far as strength allows. Paper 4.2, 7."""
    return participation_depth * resourced * gate(1.0 - burden, gate_strength) * gate(1.0 - need, gate_strength)


@rule
def burden_target(participation_depth: float, answered: float) -> float:
    """What taking part costs a family (0-1): ambition not paid for, or asked for and not acted on. Paper 4.2, 7.

    Families bear with a part that goes unanswered; little is left of patience where most of it does.
    """
    unanswered = 1.0 - answered
    return participation_depth * unanswered * unanswered


@rule
def coproduction_resourced(
    money: float, participation_depth: float, families: float, coproduction_cost: float
) -> float:
    """Share of the ambition of participation that the money covers (0-1); no ambition needs no money."""
    needed = participation_depth * families * coproduction_cost
    return min(1.0, money / needed) if needed > 0.0 else 0.0
