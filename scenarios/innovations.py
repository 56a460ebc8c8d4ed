"""Innovations that authorities choose from: a handful of invented ones, which differ in what the paper says matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from conducive.scenarios.errors import check_texts


@dataclass(frozen=True, slots=True)
class Innovation:
    """One innovation on offer: a name, what it claims (0-1, on the scale of evidence), and the inputs it changes."""

    name: str
    claim: float
    meaning: str = ""
    changes: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that its texts can be shown."""
        check_texts(self)


def _of(name: str, claim: float, meaning: str, **changes: float) -> Innovation:
    addresses = {
        "potential": "innovation.potential",
        "effect_lag": "innovation.effect_lag",
        "context_distance": "innovation.context_distance",
        "adaptation": "innovation.adaptation",
        "start_up_cost": "innovation.start_up_cost",
        "running_cost": "innovation.running_cost",
        "radicalness": "innovation_design.radicalness",
        "manualised": "innovation_design.manualised",
        "clarity": "innovation_design.clarity",
        "value_alignment": "vision_and_values.value_alignment",
        "staff_participation": "collaboration.staff_participation",
    }
    return Innovation(name, claim, meaning, MappingProxyType({addresses[key]: v for key, v in changes.items()}))


INNOVATIONS: tuple[Innovation, ...] = (
    _of("whole-system practice model", 0.6, "Rebuilds the service around a way of working: strong, slow and radical.",
        potential=0.7, effect_lag=18, radicalness=0.7, manualised=0.5, context_distance=0.35, running_cost=160_000.0),
    _of("licensed programme", 0.6, "A manual, a licence and trainers from abroad: clear, costly, far from home.",
        potential=0.55, effect_lag=9, radicalness=0.35, manualised=0.9, clarity=0.85, context_distance=0.6,
        adaptation=0.1, start_up_cost=200_000.0, running_cost=220_000.0),
    _of("rapid redesign", 0.7, "Everything restructured within months: promises most, does little for families.",
        potential=0.15, effect_lag=3, radicalness=0.6, manualised=0.6, value_alignment=0.45, start_up_cost=150_000.0),
    _of("assessment tool", 0.5, "A tool on every desk: easily taken up, cheap, and hardly felt by families.",
        potential=0.2, effect_lag=6, radicalness=0.1, manualised=0.95, clarity=0.8, start_up_cost=40_000.0,
        running_cost=40_000.0),
    _of("practice grown locally", 0.35, "What own staff and families worked out: fits, unpackaged, hard to hand on.",
        potential=0.6, effect_lag=12, radicalness=0.3, manualised=0.05, clarity=0.45, context_distance=0.1,
        adaptation=0.7, value_alignment=0.75, staff_participation=0.7, start_up_cost=60_000.0, running_cost=80_000.0),
)  # fmt: skip
"""What a programme offers that names none of its own. All effects and costs are our judgement: grade assumed."""
