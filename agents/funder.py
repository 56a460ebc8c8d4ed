"""Funders: the innovation's external funder and the council's own budget."""

from __future__ import annotations

from conducive.agents.rule import clip, either, gate, logistic, rule, saturating
from conducive.scenarios.field import Field, layout

NOTHING = 1e-9
"""Least budget that a shortfall is held against."""
EXTERNAL, COUNCIL = 0, 1
FUNDERS = ("external", "council")

FUNDER_FIELDS = (
    Field("source", "External or council.", words=FUNDERS),
    Field("term", "Months of external money left."),
    Field("grant", "Money for the innovation (GBP a year)."),
    Field("confidence", "Confidence in the organisation's senior leaders (0-1): mean of trust in each."),
    Field("patience", "Months before it expects evidence."),
    Field("ring_fenced", "How far the grant is protected from other calls (0-1)."),
)
FUNDER = layout(FUNDER_FIELDS)


@rule
def patience(funder_patience: float, theory_of_change: float, marketisation: float, gate_strength: float) -> float:
    """Months a funder waits for results: a good theory of change buys time, marketisation takes it. Paper 4.1, 4.5."""
    return funder_patience * gate(theory_of_change, gate_strength) * gate(1.0 - marketisation, gate_strength)


@rule
def promised_evidence(months: float, patience: float, potential: float) -> float:
    """Evidence a funder was promised by now (0-1): it rises to what the innovation can do as patience runs out."""
    return potential * clip(months / patience)


@rule
def reported_evidence(evidence: float, promised: float, failure_tolerance: float, rosy_reporting: float) -> float:
    """Evidence as told (0-1): where failure is not an option, the gap to what was promised is glossed over.

    Paper 4.1, 4.4.
    """
    return clip(evidence + rosy_reporting * (1.0 - failure_tolerance) * max(0.0, promised - evidence))


@rule
def confidence_at_launch(initial_trust: float, theory_of_change: float, gate_strength: float) -> float:
    """Confidence a funder starts with (0-1): first trust, as far as the case for change is convincing. Paper 4.1."""
    return initial_trust * gate(theory_of_change, gate_strength)


@rule
def confidence_target(
    reported: float, promised: float, voice: float, policy_support: float, gate_strength: float
) -> float:
    """Confidence of a funder (0-1): results against the promise, families heard directly, the policy of the day.

    Paper 4.2, 4.3, 4.5.
    """
    kept = either(clip(1.0 - (promised - reported)), voice)
    return kept * gate(policy_support, gate_strength)


@rule
def chance_to_go_on(
    reported: float, promised: float, confidence: float, budget: float, decision_steepness: float
) -> float:
    """Chance that a funder lets it go on (0-1): evidence short of the promise weighs more when resources are tight.

    Paper 4.3.

    `budget` is the council's budget relative to launch; below 1 the same shortfall (or surplus) weighs more.
    """
    shortfall = promised - reported
    return logistic(decision_steepness * (confidence - shortfall / max(NOTHING, min(1.0, budget))))


@rule
def diverted_share(ring_fenced: float, budget: float, diversion: float) -> float:
    """Share of the grant drawn off to other calls when it is not ring-fenced, more as the council's budget shrinks.

    Paper 4.3.
    """
    return (1.0 - ring_fenced) * clip(diversion + max(0.0, 1.0 - budget))


@rule
def council_share(mainstreaming: float, budget: float) -> float:
    """Most of the running cost that the council can take on (0-1): what it could afford, as its budget now allows.

    Paper 4.3.
    """
    return mainstreaming * min(1.0, max(0.0, budget))


@rule
def council_case(reported: float, ownership: float, voice: float, gate_strength: float) -> float:
    """Case for taking it on (0-1): results reported and families heard, as far as leaders own it. Paper 4.2, 4.3.

    `ownership` is the commitment of senior leaders, without which little of the case comes through; `voice` is what
    families said and leaders weigh.
    """
    return either(reported, voice) * gate(ownership, 1.0 - gate_strength)


@rule
def council_reluctance(cost_per_post: float, budget: float, council_price: float) -> float:
    """Case a council asks for (0-1): a half where it costs `council_price` (GBP a post and year), more in tight times.

    Paper 4.3: evidence is weighed against cost, and more strictly when budgets shrink.
    """
    return saturating(cost_per_post, council_price * max(NOTHING, budget))


@rule
def council_takes_on(case: float, reluctance: float, bar: float, person_spread: float) -> bool:
    """Whether the council takes it on: the case for it beats what this council asks for.

    `bar` (standard normal) is how much more than others those who decide now ask for; councils differ as people do.
    """
    return case - reluctance > person_spread * bar
