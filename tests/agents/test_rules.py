"""Rules at points worked out by hand, the directions their docstrings claim, and the ranges they promise."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conducive.agents import family, funder, leader, practitioner, rule
from conducive.agents.practitioner import influence
from conducive.model import climate
from conducive.scenarios.scenario import declared

Rule = Callable[..., float]
HOUSES: tuple[ModuleType, ...] = (practitioner, leader, family, funder, climate)
FORMS = ("clip", "toward", "stock", "logistic", "gate", "either", "chance", "saturating", "fading")


def rules_of(module: ModuleType) -> dict[str, Rule]:
    """The rules a module defines, by name."""
    return {
        name: thing
        for name, thing in vars(module).items()
        if callable(thing)
        and not inspect.isclass(thing)
        and getattr(thing, "__module__", "") == module.__name__
        and name[0] != "_"
    }


RULES = {
    f"{module.__name__.rsplit('.', 1)[-1]}.{name}": one for module in HOUSES for name, one in rules_of(module).items()
}


def arguments(one: Rule) -> tuple[str, ...]:
    return tuple(inspect.signature(getattr(one, "py_func", one)).parameters)


# ---- Forms that rules are made of ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "given_", "expected"),
    [
        ("clip", (-0.2,), 0), ("clip", (0.3,), 0.3), ("clip", (7,), 1),
        ("toward", (0.2, 0.8, 0), 0.2), ("toward", (0.2, 0.8, 0.5), 0.5), ("toward", (0.2, 0.8, 1), 0.8),
        ("stock", (0.5, 0.2, 0), 0.6), ("stock", (0.5, 0, 0.2), 0.4), ("stock", (0.5, 9, 0), 1), ("stock", (0.5, 0,
         9), 0),
        ("logistic", (0,), 0.5), ("logistic", (math.log(3),), 0.75), ("logistic", (-math.log(3),), 0.25),
        ("gate", (1, 0.7), 1), ("gate", (0, 0.7), 0.3), ("gate", (0.5, 0), 1), ("gate", (0.5, 1), 0.5),
        ("either", (0, 0), 0), ("either", (0.5, 0.5), 0.75), ("either", (1, 0.2), 1),
        ("chance", (0,), 0), ("chance", (math.log(2),), 0.5), ("chance", (1e9,), 1),
        ("saturating", (0, 3), 0), ("saturating", (3, 3), 0.5), ("saturating", (9, 3), 0.75),
        ("fading", (0, 12), 0), ("fading", (12, 12), 1 - math.exp(-1)), ("fading", (-5, 12), 0), ("fading", (1e9,
         12), 1),
    ],
)  # fmt: skip
def test_the_forms_at_known_points(form: str, given_: tuple[float, ...], expected: float) -> None:
    assert getattr(rule, form)(*given_) == pytest.approx(expected)


@pytest.mark.parametrize("x", [-1e5, -800, 800, 1e5])
def test_the_log_odds_scale_has_no_end(x: float) -> None:
    assert rule.logistic(x) == pytest.approx(float(x > 0))


# ---- Points worked out by hand: what the meaning of a rule fixes whatever its form -----------------------------------

KNOWN: tuple[tuple[str, Mapping[str, float], float], ...] = (
    # 15 cases of an hour in 20 hours left of 40: three quarters of the time there is.
    ("practitioner.load", {"caseload": 15, "hours_per_case": 1, "contract_hours": 40, "bureaucracy": 0.5,
     "added_hours": 0}, 0.75),
    ("practitioner.load", {"caseload": 15, "hours_per_case": 1, "contract_hours": 40, "bureaucracy": 0.5,
     "added_hours": 5}, 1.0),
    ("practitioner.personal_cost", {"blame_culture": 0, "scar": 1, "media_hostility": 1, "cost_exposure": 1}, 0),
    ("practitioner.personal_cost", {"blame_culture": 1, "scar": 1, "media_hostility": 0, "cost_exposure": 0.5}, 1),
    ("practitioner.strain_target",
     {"load": 1, "personal_cost": 0.4, "containment": 0.4, "strain_load": 4, "strain_anxiety": 2}, 0.5),
    ("practitioner.safety_target", {"personal_cost": 0, "trust_up": 1, "strain": 0, "safety_context": 0.3}, 1),
    ("practitioner.safety_target", {"personal_cost": 1, "trust_up": 1, "strain": 0, "safety_context": 0.3}, 0),
    ("practitioner.attention", {"concurrent_initiatives": 1, "attention_cost": 0.3}, 1),
    ("practitioner.attention", {"concurrent_initiatives": 3, "attention_cost": 0.5}, 0.5),
    ("practitioner.drive", {"outcome_motivation": 1, "months_since_launch": 60}, 1),
    ("practitioner.drive", {"outcome_motivation": 0, "months_since_launch": 0}, 1),
    ("practitioner.drive", {"outcome_motivation": 0, "months_since_launch": 12}, 0.5),
    ("practitioner.drive", {"outcome_motivation": 0.6, "months_since_launch": 24}, 0.7),
    ("practitioner.message", {"trust_up": 0, "lead": 1, "shared_vision": 1, "gate_strength": 0.5}, 0),
    ("practitioner.message", {"trust_up": 0.5, "lead": 0.5, "shared_vision": 1, "gate_strength": 0.5}, 0.25),
    ("practitioner.influence", {"exposure": 0, "threshold": 0.3, "steepness": 3}, 0),
    ("practitioner.influence", {"exposure": 0.3, "threshold": 0.3, "steepness": 3}, 0.5),
    ("practitioner.influence", {"exposure": 0.6, "threshold": 0.3, "steepness": 2}, 0.8),
    ("practitioner.influence", {"exposure": 0.01, "threshold": 0, "steepness": 2}, 1),
    ("practitioner.aware_rate", {"pressure": 0, "exposure": 0}, 0),
    ("practitioner.shadow_rate", {"mentors": 0, "codified_memory": 0, "slack": 1, "pace": 0.5}, 0),
    ("practitioner.shadow_rate", {"mentors": 1, "codified_memory": 0, "slack": 1, "pace": 0.5}, 0.5),
    ("practitioner.shadow_rate", {"mentors": 0, "codified_memory": 1, "slack": 0, "pace": 0.5}, 0),
    ("practitioner.trial_freedom", {"openness": 1, "safety": 1, "slack": 1, "permission": 1, "gate_strength": 0.7}, 1),
    ("practitioner.routine_rate", {"habit": 0}, 0),
    ("practitioner.lapse_shield", {"habit": 0, "habit_shield": 0.8}, 1),
    ("practitioner.lapse_shield", {"habit": 1, "habit_shield": 0.8}, 0.2),
    ("practitioner.lapse_overload", {"strain": 0, "lapse_strain": 0.1}, 0),
    ("practitioner.lapse_overload", {"strain": 1, "lapse_strain": 0.1}, 0.1),
    ("practitioner.lapse_unsupported", {"reinforcement": 1, "lapse_reinforcement": 0.1}, 0),
    ("practitioner.lapse_unsupported", {"reinforcement": 0, "lapse_reinforcement": 0.1}, 0.1),
    ("practitioner.lapse_poor_fit", {"fit": 1, "obstacles": 0, "lapse_fit": 0.1}, 0),
    ("practitioner.lapse_poor_fit", {"fit": 0, "obstacles": 1, "lapse_fit": 0.1}, 0.1),
    ("practitioner.lapse_incident", {"personal_cost": 1, "scar": 0, "lapse_blame": 0.1}, 0),
    ("practitioner.lapse_incident", {"personal_cost": 1, "scar": 1, "lapse_blame": 0.1}, 0.1),
    ("practitioner.lapse_leader", {"ownership_lost": 1, "lapse_leader_gone": 0.1}, 0.1),
    ("practitioner.lapse_leader", {"ownership_lost": 0.5, "lapse_leader_gone": 0.1}, 0.025),
    ("practitioner.lapse_money", {"paid": 1, "lapse_unpaid": 0.1}, 0),
    ("practitioner.lapse_money", {"paid": 0, "lapse_unpaid": 0.1}, 0.1),
    ("practitioner.lapse_money", {"paid": 0.5, "lapse_unpaid": 0.1}, 0.0125),
    ("practitioner.lapse_sceptics", {"doubt": 0.5, "lapse_doubt": 0.1}, 0.05),
    ("practitioner.skill_next",
     {"skill": 0.5, "using": 0, "reinforcement": 0.9, "habit": 1, "refreshed": 0, "pace": 0.1, "skill_retention": 0.9},
     0.45),
    ("practitioner.skill_next",
     {"skill": 0.5, "using": 1, "reinforcement": 1, "habit": 0, "refreshed": 0, "pace": 0.1, "skill_retention": 0.9},
     0.55),
    ("practitioner.skill_next",
     {"skill": 0.5, "using": 1, "reinforcement": 0, "habit": 0.5, "refreshed": 0, "pace": 0.1, "skill_retention": 0.9},
     0.475),
    # What tailoring has taken from the core is missing from fidelity, however good the rest.
    ("practitioner.fidelity",
     {"skill": 1, "reinforcement": 1, "fit": 1, "obstacles": 0, "belief": 1, "clarity": 1, "aptitude": 1,
      "integrity": 0.7, "fidelity_skill": 0.9, "fidelity_context": 0.3, "gate_strength": 0.5}, 0.7),
    # What systems stand in the way of cannot be done as it is meant.
    ("practitioner.fidelity",
     {"skill": 1, "reinforcement": 1, "fit": 1, "obstacles": 1, "belief": 1, "clarity": 1, "aptitude": 1,
      "integrity": 1, "fidelity_skill": 0.9, "fidelity_context": 0.3, "gate_strength": 0.5}, 0.5),
    # Whoever is told to tries it at the pace of making up one's mind, free to or not.
    ("practitioner.trying_rate",
     {"freedom": 0, "skill": 1, "fit": 1, "obstacles": 0, "reinforcement": 0, "continuation": 0, "influence": 0,
      "mandate": 0.5, "try_alone": 1, "try_peers": 3, "step_pace": 0.4, "gate_strength": 0.5}, 0.2),
    ("practitioner.trying_rate",
     {"freedom": 1, "skill": 1, "fit": 1, "obstacles": 0, "reinforcement": 1, "continuation": 1, "influence": 0.5,
      "mandate": 0, "try_alone": 1, "try_peers": 3, "step_pace": 0.4, "gate_strength": 0.5}, 2.5),
    # Nobody starts alone with no help at all; colleagues still bring people in.
    ("practitioner.trying_rate",
     {"freedom": 1, "skill": 1, "fit": 1, "obstacles": 0, "reinforcement": 0, "continuation": 1, "influence": 0,
      "mandate": 0, "try_alone": 1, "try_peers": 3, "step_pace": 0.4, "gate_strength": 0.5}, 0),
    ("practitioner.trying_rate",
     {"freedom": 1, "skill": 1, "fit": 1, "obstacles": 0, "reinforcement": 0, "continuation": 1, "influence": 0.5,
      "mandate": 0, "try_alone": 1, "try_peers": 3, "step_pace": 0.4, "gate_strength": 0.5}, 1.5),
    ("practitioner.supervision",
     {"containment": 0.8, "strain": 0.5, "support": 0.5, "raised": 0.4, "gate_strength": 0.5}, 0.135),
    ("practitioner.supervision",
     {"containment": 1, "strain": 0, "support": 1, "raised": 0, "gate_strength": 0.5}, 0),
    ("leader.raised", {"lead": 0.2, "push": 0.5}, 0.6),
    # Those who keep it train their own: nothing without what is written down, all of it with mentors and a supervisor.
    ("practitioner.own_induction", {"codified_memory": 0, "mentors": 1, "lead": 1, "gate_strength": 0.5}, 0),
    ("practitioner.own_induction", {"codified_memory": 0.6, "mentors": 1, "lead": 1, "gate_strength": 0.5}, 0.6),
    ("practitioner.own_induction", {"codified_memory": 0.6, "mentors": 0, "lead": 0, "gate_strength": 0.5}, 0.15),
    # A task that would fill the week and more appeals to nobody: only a mandate moves people.
    ("practitioner.willing_rate",
     {"belief": 1, "continuation": 1, "safety": 1, "influence": 1, "harmony": 1, "openness": 1, "mandate": 0,
      "added_share": 1.5, "step_pace": 0.4, "willing_threshold": 0.7, "decision_steepness": 9, "belief_peers": 0.2,
      "gate_strength": 0.5}, 0.2),
    ("practitioner.embedding_pace", {"pace": 0.2, "radicalness": 0, "radical_drag": 3}, 0.2),
    ("practitioner.embedding_pace", {"pace": 0.2, "radicalness": 1, "radical_drag": 3}, 0.05),
    # Ownership goes at the pace of the climate, and comes back as far as the leader is committed.
    ("leader.ownership_next", {"lost": 0.2, "drawn_away": 0.6, "commitment": 0, "pace": 0.5}, 0.4),
    ("leader.ownership_next", {"lost": 0.6, "drawn_away": 0.2, "commitment": 0.5, "pace": 0.5}, 0.5),
    ("leader.ownership_next", {"lost": 0.6, "drawn_away": 0.2, "commitment": 0, "pace": 0.5}, 0.6),
    # Only a strong case carries itself when a leader goes; a successor makes it their own as slowly as trust grows.
    ("leader.ownership_lost", {"succession_continuity": 0.5, "theory_of_change": 0.5}, 0.375),
    ("leader.ownership_lost", {"succession_continuity": 1, "theory_of_change": 0}, 0),
    ("leader.unowned_next", {"unowned": 0.5, "commitment": 0, "trust_growth": 0.1}, 0.5),
    ("leader.unowned_next", {"unowned": 0.5, "commitment": 0.5, "trust_growth": 0.1}, 0.475),
    # The council: no case without ownership; a half asked for at the price; those who ask for less take it on.
    ("funder.council_case", {"reported": 1, "ownership": 0, "voice": 1, "gate_strength": 0}, 0),
    ("funder.council_case", {"reported": 0.5, "ownership": 0.8, "voice": 0.5, "gate_strength": 0}, 0.6),
    ("funder.council_case", {"reported": 0.5, "ownership": 0.8, "voice": 0.5, "gate_strength": 0.5}, 0.675),
    ("funder.council_reluctance", {"cost_per_post": 3000, "budget": 1, "council_price": 3000}, 0.5),
    ("funder.council_reluctance", {"cost_per_post": 3000, "budget": 0.5, "council_price": 3000}, 2 / 3),
    ("funder.council_takes_on", {"case": 0.5, "reluctance": 0.4, "bar": 0, "person_spread": 0.3}, 1),
    ("funder.council_takes_on", {"case": 0.5, "reluctance": 0.4, "bar": 1, "person_spread": 0.3}, 0),
    ("climate.obstacles_at_launch", {"initial_fit": 0.5, "radicalness": 0}, 0.5),
    ("climate.obstacles_at_launch", {"initial_fit": 0.5, "radicalness": 0.8}, 0.9),
    # What data do not catch has to be seen by eye: half of it at the effect of which half is recognised.
    ("climate.evidence", {"benefit": 0.1, "data_capability": 0, "integrity": 1, "benefit_seen": 0.1}, 0.5),
    ("climate.evidence", {"benefit": 0.1, "data_capability": 0.5, "integrity": 0.9, "benefit_seen": 0.2}, 0.45),
    ("climate.evidence", {"benefit": 0.001, "data_capability": 1, "integrity": 1, "benefit_seen": 0.1}, 1),
    ("climate.evidence", {"benefit": 0, "data_capability": 1, "integrity": 1, "benefit_seen": 0.1}, 0),
    ("practitioner.tenure_factor", {"tenure": 40, "monthly_turnover": 0.01, "leave_early": 0, "early_months": 24}, 1),
    ("practitioner.leaving_chance",
     {"monthly_turnover": 0.02, "tenure_factor": 1, "strain": 0.4, "colleagues_lost": 0.02, "weather": 0,
     "leave_strain": 2, "used_to": 0.4, "leave_colleagues": 5}, 0.02),
    # Each colleague lost adds as much as the one before; nobody stays for those who stay.
    ("practitioner.leaving_chance",
     {"monthly_turnover": 0.02, "tenure_factor": 1, "strain": 0.4, "colleagues_lost": 0.22, "weather": 0,
     "leave_strain": 2, "used_to": 0.4, "leave_colleagues": 5}, 0.04),
    ("practitioner.leaving_chance",
     {"monthly_turnover": 0.2, "tenure_factor": 1, "strain": 0.4, "colleagues_lost": 0, "weather": 0,
     "leave_strain": 2, "used_to": 0.4, "leave_colleagues": 5}, 0),
    ("practitioner.leaving_chance",
     {"monthly_turnover": 0, "tenure_factor": 2, "strain": 1, "colleagues_lost": 1, "weather": 1, "leave_strain": 2,
      "used_to": 0.4, "leave_colleagues": 5}, 0),
    ("practitioner.recruitment_chance", {"time_to_fill": 10, "intervention": 0, "recruit_stigma": 1.5}, 0.1),
    ("practitioner.usual_vacancies", {"monthly_turnover": 0.02, "recruited": 0.08}, 0.2),
    ("practitioner.usual_vacancies", {"monthly_turnover": 0, "recruited": 0.1}, 0),
    ("practitioner.usual_agency", {"vacancies": 0.2, "agency_cover": 0.5, "agency_extra": 0}, 1 / 9),
    ("practitioner.usual_agency", {"vacancies": 0.2, "agency_cover": 1, "agency_extra": 0.25}, 0.36),
    ("practitioner.usual_agency", {"vacancies": 1, "agency_cover": 0, "agency_extra": 0}, 0),
    ("practitioner.course_places", {"training_capacity": 16, "training_days": 4}, 4),
    ("practitioner.course_places", {"training_capacity": 16, "training_days": 0}, 16),
    ("practitioner.recruitment_chance", {"time_to_fill": 10, "intervention": 1, "recruit_stigma": 1}, 0.05),
    ("practitioner.recruitment_chance", {"time_to_fill": 0.5, "intervention": 0, "recruit_stigma": 1}, 1),
    ("practitioner.newcomer_start", {"codified_memory": 0, "living_memory": 0, "memory_transfer": 0.5}, 0),
    ("practitioner.newcomer_start", {"codified_memory": 1, "living_memory": 0, "memory_transfer": 0.5}, 0.5),
    ("practitioner.seat_chance", {"seats": 3, "waiting": 12}, 0.25),
    ("practitioner.seat_chance", {"seats": 3, "waiting": 0}, 0),
    ("practitioner.seat_chance", {"seats": 30, "waiting": 12}, 1),
    ("leader.lead", {"commitment": 0.5, "energy": 0.5, "acting": 0}, 0.25),
    ("leader.lead", {"commitment": 0.5, "energy": 0.5, "acting": 3}, 0),
    (
        "leader.drawn_away",
        {"chasing": 0.5, "intervention": 0, "defensive": 0, "vacancies": 0.2, "tightness": 0, "theory_of_change": 0.5},
        0.3,
    ),
    (
        "leader.drawn_away",
        {"chasing": 1, "intervention": 1, "defensive": 1, "vacancies": 1, "tightness": 1, "theory_of_change": 1},
        0,
    ),
    ("leader.leaving_chance", {"leader_tenure": 50, "shock": 0, "exit_shock": 0.2}, 0.02),
    ("leader.leaving_chance", {"leader_tenure": 50, "shock": 1, "exit_shock": 0.2}, 0.22),
    ("leader.expected_stay", {"leader_tenure": 40, "months_to_known_exit": 0, "horizon": 12}, 0),
    ("leader.expected_stay", {"leader_tenure": 12, "months_to_known_exit": 1e9, "horizon": 12}, 1 - math.exp(-1)),
    ("leader.continuation", {"money_ahead": 1, "leader_ahead": 1, "trust_up": 1, "gate_strength": 0.7}, 1),
    ("leader.continuation", {"money_ahead": 0, "leader_ahead": 1, "trust_up": 1, "gate_strength": 0.7}, 0),
    ("leader.money_ahead", {"months_left": 0, "council_share": 0, "renewal": 0.9, "horizon": 12}, 0),
    ("leader.money_ahead", {"months_left": 0, "council_share": 1, "renewal": 0, "horizon": 12}, 1),
    ("leader.trust_after_breach", {"trust": 0.8, "breach": 0.5}, 0.4),
    ("family.closing_chance", {"wellbeing": 0.6, "usual_wellbeing": 0.6, "usual_chance": 0.07}, 0.07),
    ("family.wellbeing_target", {"need": 0, "availability": 0, "trust": 0, "effect": 0, "usual_help": 0.5}, 1),
    ("family.wellbeing_target", {"need": 0.8, "availability": 0, "trust": 1, "effect": 0, "usual_help": 0.5}, 0.2),
    ("family.wellbeing_target", {"need": 0.8, "availability": 1, "trust": 1, "effect": 0, "usual_help": 0.5}, 0.6),
    ("family.wellbeing_target", {"need": 0.8, "availability": 0, "trust": 0, "effect": 1, "usual_help": 0.5}, 1),
    ("family.voice_target", {"participation_depth": 0.8, "resourced": 1, "burden": 0, "need": 0,
     "gate_strength": 0.7}, 0.8),
    ("family.voice_target", {"participation_depth": 0.8, "resourced": 0, "burden": 0, "need": 0,
     "gate_strength": 0.7}, 0),
    ("family.burden_target", {"participation_depth": 0.8, "answered": 1}, 0),
    ("family.burden_target", {"participation_depth": 0.8, "answered": 0.25}, 0.45),
    ("family.coproduction_resourced", {"money": 500, "participation_depth": 0.5, "families": 100,
     "coproduction_cost": 20}, 0.5),
    ("family.coproduction_resourced", {"money": 0, "participation_depth": 0, "families": 100,
     "coproduction_cost": 20}, 0),
    ("funder.patience", {"funder_patience": 24, "theory_of_change": 1, "marketisation": 0, "gate_strength": 0.7}, 24),
    ("funder.reported_evidence", {"evidence": 0.3, "promised": 0.8, "failure_tolerance": 1, "rosy_reporting": 0.6},
     0.3),
    ("funder.reported_evidence", {"evidence": 0.3, "promised": 0.8, "failure_tolerance": 0, "rosy_reporting": 0.6},
     0.6),
    ("funder.reported_evidence", {"evidence": 0.9, "promised": 0.8, "failure_tolerance": 0, "rosy_reporting": 0.6},
     0.9),
    ("funder.chance_to_go_on", {"reported": 0.3, "promised": 0.8, "confidence": 0.5, "budget": 1,
     "decision_steepness": 9}, 0.5),
    ("funder.chance_to_go_on", {"reported": 0.4, "promised": 0.8, "confidence": 0.8, "budget": 0.5,
     "decision_steepness": 9}, 0.5),
    ("funder.chance_to_go_on", {"reported": 0.8, "promised": 0.8, "confidence": 0, "budget": 0,
     "decision_steepness": 9}, 0.5),
    ("funder.council_share", {"mainstreaming": 0.5, "budget": 2}, 0.5),
    ("funder.council_share", {"mainstreaming": 0.5, "budget": 0.5}, 0.25),
    ("climate.budget_next", {"budget": 1, "budget_trend": 0, "cut": 0.15}, 0.85),
    ("climate.budget_next", {"budget": 1, "budget_trend": -10, "cut": 0}, 0.9 ** (1 / 12)),
    ("climate.policy_shift_chance", {"policy_stability": 1 / 12 / math.log(2)}, 0.5),
    ("climate.incident_chance",
     {"incident_rate": 0, "cases": 2000, "strain": 1, "wellbeing": 0.1, "usual_strain": 0.4, "usual_wellbeing": 0.5},
     0),
    ("climate.incident_chance",
     {"incident_rate": 12, "cases": 10_000 * math.log(2), "strain": 0.4, "wellbeing": 0.5, "usual_strain": 0.4,
     "usual_wellbeing": 0.5},
     0.5),
    ("climate.grade_drawn", {"u": 0.4, "outstanding": 0, "good": 1, "adequate": 2}, 1),
    ("climate.grade_drawn", {"u": 0.6, "outstanding": 0, "good": 1, "adequate": 2}, 2),
    ("climate.grade_drawn", {"u": 0.99, "outstanding": 0, "good": 1, "adequate": 2}, 4),
    ("climate.grade_log_odds", {"cut": 1.3, "grade": 2, "quality": 0.4, "usual_quality": 0.4, "persistence": 1,
     "weight": 3, "agency": 0.2, "usual_agency": 0.2, "staffing": 8}, 1.3),
    ("climate.grade_log_odds", {"cut": 1.3, "grade": 4, "quality": 0.4, "usual_quality": 0.4, "persistence": 1,
     "weight": 3, "agency": 0.2, "usual_agency": 0.2, "staffing": 8}, -0.7),
    ("climate.grade_log_odds", {"cut": 1.3, "grade": 2, "quality": 0.4, "usual_quality": 0.4, "persistence": 1,
     "weight": 3, "agency": 0.3, "usual_agency": 0.2, "staffing": 8}, 0.5),
    ("climate.intervention_next", {"intervention": 0, "grade": 4, "intervention_months": 30}, 1),
    ("climate.intervention_next", {"intervention": 1, "grade": 2, "intervention_months": 30}, math.exp(-1 / 30)),
    ("climate.scar_next", {"scar": 0.5, "blame_culture": 0, "climate_pace": 0.1, "scar_months_blame": 100},
     0.5 * math.exp(-0.1)),
    ("climate.fit_ceiling", {"context_distance": 0.4, "tailoring": 0}, 0.6),
    ("climate.fit_ceiling", {"context_distance": 0.4, "tailoring": 1}, 1),
    ("climate.fit_next", {"fit": 0.5, "ceiling": 0.9, "effort": 0.5, "fit_pace": 0.1, "drift_pace": 0}, 0.52),
    ("climate.fit_next", {"fit": 0.5, "ceiling": 0.1, "effort": 0, "fit_pace": 0.1, "drift_pace": 0}, 0.46),
    ("climate.swing", {"weather": 0.1, "spread": 0.2}, 1),
    ("climate.swing", {"weather": 3, "spread": 0}, 1),
    ("climate.swung_share", {"share": 0.7, "weather": 2, "spread": 0}, 0.7),
    ("climate.swung_share", {"share": 0.5, "weather": math.log(3), "spread": 1}, 0.75),
    ("climate.swung_share", {"share": 0, "weather": 2, "spread": 1.6}, 0),
    ("climate.swung_share", {"share": 1, "weather": -2, "spread": 1.6}, 1),
    ("climate.reflection", {"reflection_interval": 4, "slack": 1}, 0.25),
    ("climate.reflection", {"reflection_interval": 0.25, "slack": 0.5}, 0.5),
    ("climate.codified_next",
     {"codified_memory": 0.5, "use": 0, "reflection": 1, "codification": 1, "memory_growth": 0.2,
     "memory_retention": 0.98}, 0.49),
    ("climate.codified_next",
     {"codified_memory": 0, "use": 0.5, "reflection": 1, "codification": 0.5, "memory_growth": 0.2,
     "memory_retention": 0.98}, 0.05),
)  # fmt: skip


@pytest.mark.parametrize(("name", "given_", "expected"), KNOWN, ids=[f"{k[0]}-{n}" for n, k in enumerate(KNOWN)])
def test_a_rule_gives_what_its_meaning_says(name: str, given_: Mapping[str, float], expected: float) -> None:
    assert RULES[name](**given_) == pytest.approx(expected)


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.8])
def test_influence_is_granovetters_threshold_in_the_steep_limit(threshold: float) -> None:
    for exposure in np.linspace(0.01, 1, 100):
        if abs(exposure - threshold) > 1e-9:
            assert influence(exposure, threshold, 400.0) == pytest.approx(float(exposure > threshold), abs=0.03)


def test_influence_stays_a_number_however_steep() -> None:
    assert influence(1.0, 0.001, 500.0) == 1
    assert influence(0.001, 1.0, 500.0) == 0


def test_influence_is_linear_far_below_the_threshold() -> None:
    assert influence(0.5, 1000.0, 1.0) == pytest.approx(0.0005, rel=0.001)
    assert influence(0.8, 1000.0, 1.0) / influence(0.2, 1000.0, 1.0) == pytest.approx(4, rel=0.001)


def test_two_trusted_users_count_for_more_than_twice_one_in_complex_contagion() -> None:
    assert influence(0.2, 0.4, 3.0) > 2 * influence(0.1, 0.4, 3.0)


def test_the_tenure_factor_averages_to_one_over_the_stationary_workforce() -> None:
    rate, early, months = 0.012, 0.8, 24.0
    staff, weight, total = 1.0, 0.0, 0.0
    for tenure in range(3000):
        factor = practitioner.tenure_factor(float(tenure), rate, early, months)
        total += staff * factor
        weight += staff
        staff *= 1 - rate * factor

    assert total / weight == pytest.approx(1, abs=0.05)


# ---- Directions ----------------------------------------------------------------------------------------------------

UP, DOWN = 1, -1
DIRECTIONS: Mapping[str, Mapping[str, int]] = {
    "practitioner.load": {"caseload": UP, "hours_per_case": UP, "bureaucracy": UP, "added_hours": UP,
    "contract_hours": DOWN},
    "practitioner.personal_cost": {"blame_culture": UP, "scar": UP, "media_hostility": UP},
    "practitioner.strain_target": {"load": UP, "personal_cost": UP, "containment": DOWN},
    "practitioner.safety_target": {"personal_cost": DOWN, "trust_up": UP, "strain": DOWN},
    "practitioner.attention": {"concurrent_initiatives": DOWN},
    "practitioner.slack": {"load": DOWN, "strain": DOWN, "attention": UP},
    "practitioner.drive": {"outcome_motivation": UP, "months_since_launch": DOWN},
    "practitioner.message": {"trust_up": UP, "lead": UP, "shared_vision": UP},
    "practitioner.belief_target": {"values": UP, "message": UP, "visible_benefit": UP, "influence": UP, "heard": UP,
    "fatigue": DOWN},
    "practitioner.fatigue_gain": {"attention": DOWN, "imposed": UP, "day_job": UP},
    "practitioner.influence": {"exposure": UP, "threshold": DOWN},
    "practitioner.aware_rate": {"pressure": UP, "exposure": UP},
    "practitioner.willing_rate": {
        "belief": UP, "continuation": UP, "safety": UP, "influence": UP, "harmony": UP, "openness": UP,
        "mandate": UP, "step_pace": UP,
    },
    "practitioner.shadow_rate": {"mentors": UP, "codified_memory": UP, "slack": UP},
    "practitioner.trial_freedom": {"openness": UP, "safety": UP, "slack": UP, "permission": UP},
    "practitioner.trying_rate": {"freedom": UP, "skill": UP, "fit": UP, "obstacles": DOWN, "reinforcement": UP,
    "continuation": UP, "influence": UP, "mandate": UP},
    "practitioner.routine_rate": {"habit": UP},
    "practitioner.return_rate": {"belief": UP, "lead": UP, "continuation": UP, "influence": UP},
    "practitioner.lapse_shield": {"habit": DOWN},
    "practitioner.lapse_overload": {"strain": UP},
    "practitioner.lapse_unsupported": {"reinforcement": DOWN},
    "practitioner.lapse_poor_fit": {"fit": DOWN, "obstacles": UP},
    "practitioner.lapse_incident": {"personal_cost": UP, "scar": UP},
    "practitioner.lapse_leader": {"ownership_lost": UP},
    "practitioner.lapse_money": {"paid": DOWN},
    "practitioner.lapse_sceptics": {"doubt": UP},
    "practitioner.training_yield": {"training_days": UP, "interactive_training": UP, "feedback": UP, "clarity": UP,
    "manualised": UP},
    "practitioner.reinforcement": {"coaching": UP, "feedback": UP, "paid": UP, "supervision": UP, "influence": UP,
    "codified_memory": UP},
    "practitioner.skill_next": {"skill": UP, "using": UP, "reinforcement": UP, "habit": UP, "refreshed": UP},
    "practitioner.supervision": {"containment": UP, "strain": DOWN, "support": UP, "raised": UP},
    "practitioner.own_induction": {"codified_memory": UP, "mentors": UP, "lead": UP},
    "practitioner.fidelity": {"skill": UP, "reinforcement": UP, "fit": UP, "obstacles": DOWN, "belief": UP,
    "clarity": UP, "integrity": UP},
    "practitioner.embedding_pace": {"radicalness": DOWN},
    "practitioner.tenure_factor": {"tenure": DOWN},
    "practitioner.leaving_chance": {"strain": UP, "used_to": DOWN, "colleagues_lost": UP, "weather": UP},
    "practitioner.recruitment_chance": {"time_to_fill": DOWN, "intervention": DOWN},
    "practitioner.usual_vacancies": {"monthly_turnover": UP, "recruited": DOWN},
    "practitioner.agency_arrival_chance": {"agency_cover": UP, "agency_stay": DOWN},
    "practitioner.usual_agency": {"vacancies": UP, "agency_cover": UP, "agency_extra": UP},
    "practitioner.course_places": {"training_capacity": UP, "training_days": DOWN},
    "practitioner.newcomer_start": {"codified_memory": UP, "living_memory": UP},
    "practitioner.seat_chance": {"seats": UP, "waiting": DOWN},
    "leader.lead": {"commitment": UP, "energy": UP, "acting": DOWN},
    "leader.raised": {"lead": UP, "push": UP},
    "leader.commitment_target": {
        "theory_of_change": UP, "drive": UP, "evidence": UP, "voice": UP, "line": UP, "unowned": DOWN,
    },
    "leader.drawn_away": {
        "chasing": UP,
        "intervention": UP,
        "defensive": UP,
        "vacancies": UP,
        "tightness": UP,
        "theory_of_change": DOWN,
    },
    "leader.ownership_next": {"lost": UP, "drawn_away": UP, "commitment": DOWN},
    "leader.ownership_lost": {"succession_continuity": DOWN, "theory_of_change": DOWN},
    "leader.unowned_next": {"unowned": UP, "commitment": DOWN},
    "leader.leaving_chance": {"leader_tenure": DOWN, "shock": UP},
    "leader.expected_stay": {"leader_tenure": UP, "months_to_known_exit": UP},
    "leader.continuation": {"money_ahead": UP, "leader_ahead": UP, "trust_up": UP},
    "leader.money_ahead": {"months_left": UP, "council_share": UP, "renewal": UP},
    "leader.trust_gain": {"support_style": UP},
    "leader.trust_after_breach": {"breach": DOWN, "trust": UP},
    "family.closing_chance": {"wellbeing": UP},
    "family.wellbeing_target": {"need": DOWN, "availability": UP, "trust": UP, "effect": UP},
    "family.voice_target": {"participation_depth": UP, "resourced": UP, "burden": DOWN, "need": DOWN},
    "family.burden_target": {"participation_depth": UP, "answered": DOWN},
    "family.coproduction_resourced": {"money": UP, "families": DOWN, "coproduction_cost": DOWN},
    "funder.patience": {"funder_patience": UP, "theory_of_change": UP, "marketisation": DOWN},
    "funder.promised_evidence": {"months": UP, "patience": DOWN},
    "funder.reported_evidence": {"evidence": UP, "failure_tolerance": DOWN},
    "funder.confidence_target": {"reported": UP, "promised": DOWN, "policy_support": UP},
    "funder.chance_to_go_on": {"reported": UP, "promised": DOWN, "confidence": UP, "budget": UP},
    "funder.diverted_share": {"ring_fenced": DOWN, "budget": DOWN},
    "funder.council_share": {"mainstreaming": UP, "budget": UP},
    "funder.council_case": {"reported": UP, "ownership": UP, "voice": UP},
    "funder.council_reluctance": {"cost_per_post": UP, "budget": DOWN},
    "climate.obstacles_at_launch": {"initial_fit": DOWN, "radicalness": UP},
    "climate.budget_next": {"budget": UP, "budget_trend": UP, "cut": DOWN},
    "climate.policy_shift_chance": {"policy_stability": DOWN},
    "climate.incident_chance": {"incident_rate": UP, "cases": UP, "strain": UP, "wellbeing": DOWN},
    "climate.scar_after_incident": {"scar": UP, "blame_culture": UP, "media_hostility": UP},
    "climate.scar_next": {"scar": UP, "blame_culture": UP},
    "climate.grade_log_odds": {"grade": DOWN, "quality": UP, "agency": DOWN},
    "climate.tailoring": {"adaptation": UP, "permissiveness": UP, "manualised": DOWN},
    "climate.fit_ceiling": {"context_distance": DOWN, "tailoring": UP},
    "climate.reflection": {"reflection_interval": DOWN, "slack": UP},
    "climate.adaptation_effort": {"reflection": UP, "failure_reported": UP, "participation": UP, "family_voice": UP},
    "climate.swing": {"weather": UP},
    "climate.swung_share": {"share": UP, "weather": UP},
    "climate.fit_next": {"fit": UP, "ceiling": UP, "effort": UP},
    "climate.obstacles_next": {"obstacles": UP, "fit": DOWN, "implementers": DOWN, "partners": DOWN},
    "climate.codified_next": {"codified_memory": UP, "use": UP, "reflection": UP, "codification": UP},
    "climate.evidence": {"benefit": UP, "data_capability": UP, "integrity": UP},
}  # fmt: skip

AMOUNTS: Mapping[str, tuple[float, float]] = {
    "load": (0, 3), "added_hours": (0, 10), "months_since_launch": (0, 240), "tenure": (0, 480),
    "monthly_turnover": (0, 0.05),
    "tenure_factor": (0.5, 3), "weather": (-1, 1), "aptitude": (0.3, 3), "seats": (0, 40), "waiting": (0, 60),
    "total_rate": (0, 3), "cost_per_post": (0, 10_000), "bar": (-2, 2),
    "months_to_known_exit": (0, 200), "horizon": (1, 120), "months_left": (0, 240),
    "money": (0, 1e5),
    "families": (1, 5000), "coproduction_cost": (0, 100), "budget": (0.01, 2), "months": (0, 240), "patience": (1,
    240), "cases": (0, 5000),
    "refreshed": (0, 0.2), "usual_wellbeing": (0.1, 1), "wellbeing": (0.05, 1), "usual_strain": (0.1, 0.8),
    "grade": (1, 4), "implementers": (0, 3), "wait": (0, 2),
    "pull": (0, 100), "threshold": (0.01, 1), "steepness": (0.1, 500), "cut": (-3, 3), "persistence": (0, 9),
    "weight": (0, 30), "staffing": (0, 30),
    "funder_patience": (1, 240), "half": (0.1, 10), "outstanding": (-9, 9), "good": (-9, 9), "adequate": (-9, 9),
}  # fmt: skip
"""Arguments that are not shares and not declared under their own name."""
RENAMED = {
    "climate.obstacles_next": {"pace": (0.0, 0.2)},
    "leader.lead": {"acting": (-1.0, 2.0)},
    "practitioner.usual_vacancies": {"recruited": (0.01, 1.0)},
    "climate.budget_next": {"cut": (0.0, 1.0)},
    # Where evidence falls short of the promise: there a tight budget counts against it.
    "funder.chance_to_go_on": {"reported": (0.0, 0.5), "promised": (0.5, 1.0)},
}
SHORT_NAMES = {i.name: i for i in declared().values()}


def bounds(name: str, argument: str, *, hard: bool) -> tuple[float, float]:
    """Range of an argument: declared bounds (hard, or plausible), the amounts above, or a share."""
    if argument in RENAMED.get(name, {}):
        return RENAMED[name][argument]
    if argument in SHORT_NAMES and argument not in AMOUNTS:
        one = SHORT_NAMES[argument]
        return (one.minimum, one.maximum) if hard else (one.low, one.high)
    return AMOUNTS.get(argument, (0.0, 1.0))


def drawn(dice: np.random.Generator, name: str) -> dict[str, float]:
    return {a: float(dice.uniform(*bounds(name, a, hard=False))) for a in arguments(RULES[name])}


@pytest.mark.parametrize(
    ("name", "argument", "sign"), [(n, a, s) for n, d in DIRECTIONS.items() for a, s in d.items()], ids=str
)
def test_a_rule_moves_the_way_its_docstring_says(name: str, argument: str, sign: int) -> None:
    dice, moved = np.random.default_rng(1), False
    for _ in range(60):
        point = drawn(dice, name)
        low, high = sorted(dice.uniform(*bounds(name, argument, hard=False), 2))
        change = RULES[name](**{**point, argument: high}) - RULES[name](**{**point, argument: low})
        assert sign * change >= -1e-12, f"at {point}"
        moved = moved or sign * change > 1e-9

    assert moved, "it never moved at all"


def test_every_rule_has_a_direction_or_a_known_point() -> None:
    checked = {*DIRECTIONS, *(name for name, _, _ in KNOWN)}
    # Rules that came later may wait for their turn, but not many.
    assert len(set(RULES) - checked) <= 6, sorted(set(RULES) - checked)


# ---- Ranges --------------------------------------------------------------------------------------------------------


def promises_a_share(name: str) -> bool:
    first = (RULES[name].__doc__ or "").split("\n")[0].lower()
    return "(0-1)" in first or "chance" in first.split(" that ")[0] or first.startswith("share")


def inputs_of(name: str) -> st.SearchStrategy[dict[str, float]]:
    return st.fixed_dictionaries(
        {a: st.floats(*map(float, bounds(name, a, hard=True)), allow_subnormal=False) for a in arguments(RULES[name])}
    )


@pytest.mark.parametrize("name", sorted(RULES))
@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_a_rule_is_a_number_and_a_share_where_it_says_so(name: str, data: st.DataObject) -> None:
    given_ = data.draw(inputs_of(name))

    value = RULES[name](**given_)

    assert isinstance(value, int | float | np.floating)
    assert not math.isnan(value)
    if promises_a_share(name):
        assert -1e-12 <= value <= 1 + 1e-12


@given(x=st.floats(-1e6, 1e6))
@example(x=-1000.0)
@example(x=1000.0)
@settings(deadline=None, derandomize=True, database=None)
def test_the_logistic_is_a_share_everywhere(x: float) -> None:
    assert 0 <= rule.logistic(x) <= 1


# ---- The house rules of rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_says_what_it_is(name: str) -> None:
    assert RULES[name].__doc__
    assert "return" in getattr(RULES[name], "py_func", RULES[name]).__annotations__


def names_used_in(folder: Path) -> set[str]:
    """Every name that any module of a folder reads, as itself or as an attribute."""
    used: set[str] = set()
    for file in (*folder.glob("*.py"), *(folder / "processes").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                used.add(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                used.add(node.id)
    return used


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_is_used(name: str) -> None:
    rooms = {Path(str(module.__file__)).parent for module in HOUSES}

    assert name.rsplit(".", 1)[-1] in set().union(*map(names_used_in, rooms))


def test_a_rule_can_be_called_with_numpy_numbers_and_gives_the_same() -> None:
    point: dict[str, Any] = {"exposure": np.float64(0.2), "threshold": np.float64(0.4), "steepness": np.float64(3)}

    assert influence(**point) == influence(0.2, 0.4, 3.0)
