"""Kinds of innovation: presets of inputs, so that the published world's two kinds, and a third, are one word each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError, glimpse

KIND = "innovation.kind"
"""Address under which a kind is asked for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of innovation: what it is, where it was seen, and the inputs that differ from the defaults.

    An exact input in the same place beats the kind, as it beats the position of a whole condition.
    """

    name: str
    meaning: str
    source: str
    changes: Mapping[str, float]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind(
                "whole-system model",
                "A practice model for the whole service, with training for every post and management behind it.",
                "DfE Innovation Programme: Signs of Safety, Family Safeguarding, Focus on Practice",
                MappingProxyType({}),
            ),
            Kind(
                "optional technique",
                "A technique taught to ordinary caseworkers, who may use it or not, on top of the day job.",
                "Leathers 2013; Whitaker et al. 2012; Graded Care Profile 2 (NSPCC 2018)",
                MappingProxyType(
                    {
                        "leadership.push": 0.05,
                        "case_for_change.theory_of_change": 0.3,
                        "fit.initial_fit": 0.25,
                        "innovation.context_distance": 0.6,
                        "knowledge_and_skills.training_days": 2.0,
                        "knowledge_and_skills.coaching": 0.0,
                        "knowledge_and_skills.feedback": 0.0,
                        "knowledge_and_skills.refresher_interval": 60.0,
                        "implementation_process.implementation_staff": 0.2,
                        "implementation_process.on_day_job": 0.9,
                    }
                ),
            ),
            Kind(
                "licensed programme",
                "A licensed, manualised programme: staff are coached session by session and certified.",
                "Family Nurse Partnership (BMC Nursing 2016); Dopp et al. 2023",
                MappingProxyType(
                    {
                        "innovation_design.manualised": 0.9,
                        "innovation_design.clarity": 0.85,
                        "innovation.adaptation": 0.1,
                        "knowledge_and_skills.training_days": 8.0,
                        "knowledge_and_skills.interactive_training": 0.8,
                        "knowledge_and_skills.coaching": 4.0,
                        "knowledge_and_skills.feedback": 0.9,
                        "implementation_process.data_capability": 0.8,
                        "implementation_process.on_day_job": 0.1,
                    }
                ),
            ),
        )
    }
)
"""Every kind by name; the first is what the defaults describe."""


def of_kind(name: object) -> dict[str, float]:
    """Values by address that make an innovation of a kind. Raises InputError for a kind there is not."""
    if not isinstance(name, str) or name not in KINDS:
        hint = nearest_names(name[:80], list(KINDS)) if isinstance(name, str) else ""
        msg = f"{KIND} must be one of {', '.join(KINDS)}. Got {glimpse(name)}.{hint}"
        raise InputError(msg)
    return dict(KINDS[name].changes)
