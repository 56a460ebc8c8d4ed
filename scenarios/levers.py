"""Levers: what somebody in or around a service can change, by a realistic step, whose it is, and what a step costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from conducive.scenarios.declaration import Input
from conducive.scenarios.scenario import Scenario, declared

type Owner = Literal["team", "director", "council", "funder", "government"]
type Costing = Literal["in the model", "not known"]

OWNERS: tuple[Owner, ...] = get_args(Owner.__value__)


@dataclass(frozen=True, slots=True)
class Lever:
    """An input that somebody can move, by a step towards its facilitator end.

    Attributes:
        address: the input.
        step: how far it is moved, in its unit: what a service could do within a year or two.
        owner: who can do it.
        costing: `in the model` where the model pays for it out of the innovation's money; else `not known`: what it
            costs a service lies outside the model, and no figure was found that holds for any service.
        source: what the step rests on; every step is our judgement of what is realistic.

    """

    address: str
    step: float
    owner: Owner
    costing: Costing
    source: str

    @property
    def declaration(self) -> Input:
        """The declaration of its input."""
        return declared()[self.address]

    def moved(self, scenario: Scenario) -> float | None:
        """Value after a step, within the declared ends; None where the scenario is there already."""
        i = self.declaration
        assert i.barrier is not None
        assert i.facilitator is not None
        up = i.facilitator > i.barrier
        now = scenario[self.address]
        most = max(i.facilitator, i.high) if up else min(i.facilitator, i.low)
        then = min(now + self.step, most) if up else max(now - self.step, most)
        then = float(round(then)) if i.whole else round(then, 9)
        return then if (then > now if up else then < now) else None


def _lever(address: str, step: float, owner: Owner, source: str, costing: Costing = "not known") -> Lever:
    return Lever(address, step, owner, costing, source)


PAID: Costing = "in the model"
LEVERS: tuple[Lever, ...] = (
    _lever("finance.funding_term", 12, "funder", "A year more; Innovation Programme: about two", PAID),
    _lever("finance.grant", 150_000, "funder", "A quarter more a year", PAID),
    _lever("finance.embedding_share", 0.15, "funder", "Paper 4.3: money for start-up, little for embedding", PAID),
    _lever("finance.renewal", 0.3, "funder", "Paper 4.3", PAID),
    _lever("finance.ring_fenced", 0.2, "council", "Paper 4.3", PAID),
    _lever("finance.mainstreaming", 0.25, "council", "Tibbits 2010: 29 to 75% are carried on", PAID),
    _lever("knowledge_and_skills.coaching", 1, "director", "Forrester 2018: fifteen sessions; take-up is low", PAID),
    _lever("knowledge_and_skills.feedback", 0.3, "team", "Practice observed now and then; our judgement"),
    _lever("knowledge_and_skills.training_days", 2, "director", "Paper 4.3", PAID),
    _lever("knowledge_and_skills.refresher_interval", 6, "director", "A refresher a year", PAID),
    _lever("knowledge_and_skills.induction", 0.2, "team", "Paper 4.3: shadowing, induction", PAID),
    _lever("implementation_process.implementation_staff", 1, "director", "One more for each hundred posts", PAID),
    _lever("implementation_process.on_day_job", 0.2, "team", "Paper 4.2: nobody to do it but on top of the day job"),
    _lever("implementation_process.data_capability", 0.2, "council", "Paper 4.2"),
    _lever("coproduction.coproduction_budget", 0.04, "director", "As much again", PAID),
    _lever("coproduction.acted_on", 0.3, "team", "Paper 4.2: asked, and not heard"),
    _lever("innovation_design.clarity", 0.2, "director", "Paper 4.2"),
    _lever("innovation_design.added_work", 1, "team", "An hour a week less, by dropping something else"),
    _lever("vision_and_values.shared_vision", 0.2, "director", "Paper 4.1"),
    _lever("case_for_change.theory_of_change", 0.2, "director", "Paper 4.1"),
    _lever("leadership.leader_tenure", 12, "council", "A year more in post"),
    _lever("leadership.succession_continuity", 0.3, "director", "Handing over before leaving: paper 4.4"),
    _lever("leadership.support_style", 0.2, "director", "Paper 4.4"),
    _lever("collaboration.staff_participation", 0.2, "director", "Paper 4.4"),
    _lever("attitudes.concurrent_initiatives", 1, "director", "One initiative less at a time"),
    _lever("attitudes.silo", 0.2, "team", "Paper 4.4"),
    _lever("trust_emotions_relationships.blame_culture", 0.15, "director", "Paper 4.4; culture moves slowly"),
    _lever("trust_emotions_relationships.containment", 0.2, "team", "Reflective supervision: paper 4.4"),
    _lever("learning_and_evaluation.reflection_interval", 2, "team", "Every two months instead of four"),
    _lever("learning_and_evaluation.codification", 0.3, "team", "Writing it down and keeping it"),
    _lever("learning_and_evaluation.failure_tolerance", 0.2, "director", "Paper 4.4"),
    _lever("workforce_capacity.turnover", 0.025, "council", "From the median authority to the best quarter: DfE 2025"),
    _lever("workforce_capacity.time_to_fill", 4, "council", "DfE panel"),
    _lever("workforce_capacity.caseload", 1, "council", "From the median authority to the best quarter: DfE 2025"),
    _lever("regulatory_conditions.bureaucracy", 0.04, "government", "Two hours a week less on recording"),
    _lever("regulatory_conditions.permissiveness", 0.2, "government", "Paper 4.5"),
    _lever("political_agendas.policy_stability", 1, "government", "A year more between shifts of policy"),
)  # fmt: skip
"""Levers that a ranking tries: every one an input, moved by what could be done."""


def levers_for(scenario: Scenario) -> list[Lever]:
    """Return the levers that a scenario has not at their end already."""
    return [lever for lever in LEVERS if lever.moved(scenario) is not None]
