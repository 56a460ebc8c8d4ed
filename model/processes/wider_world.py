"""Policy, the council's budget, job market and demand, serious incidents, inspection."""

from __future__ import annotations

import math

from conducive.agents import practitioner as prac
from conducive.agents.rule import rule
from conducive.model import climate
from conducive.model.arrays import Record
from conducive.model.random import normal, stream, uniforms
from conducive.model.state import World, monthly_turnover

WORLD = stream("world")


@rule
def wider_world(world: World, inputs: Record, org: Record) -> None:
    """Policy shifts, the council's budget, serious incidents, inspection."""
    month = int(inputs.month)
    policy, support, incident, verdict = uniforms(world.seed, WORLD, month, 0)
    u, v, brought_forward, wait = uniforms(world.seed, WORLD, month, 1)
    job_market = normal(u, v)
    u, v, w, z = uniforms(world.seed, WORLD, month, 2)
    cover, cover2, _, _ = uniforms(world.seed, WORLD, month, 3)
    change_weather(org, job_market, normal(u, v), normal(w, z), normal(cover, cover2))
    org.cases_each = inputs.cases_per_family * climate.swing(org.demand, inputs.demand_swing)
    if month >= 1:
        org.budget = climate.budget_next(org.budget, inputs.budget_trend, inputs.budget_cut)
        if policy < climate.policy_shift_chance(inputs.policy_stability):
            org.policy = support
            org.policy_shifted = 1.0
    org.scar = climate.scar_next(org.scar, inputs.blame_culture, inputs.climate_pace, inputs.scar_months_blame)
    if inputs.incidents_on > 0.0 and strikes(inputs, org, incident):
        org.incidents = 1.0
        org.scar = climate.scar_after_incident(
            org.scar, inputs.blame_culture, inputs.media_hostility, inputs.gate_strength
        )
        org.inspection_due = min(org.inspection_due, 12.0 * brought_forward)
    org.inspection_due -= 1.0
    org.intervention = climate.intervention_next(org.intervention, org.inspection_grade, inputs.intervention_months)
    if org.inspection_due <= 0.0 or inputs.inspection_result:
        inspect(inputs, org, verdict, wait + wait)


@rule
def change_weather(org: Record, job_market: float, demand: float, hiring: float, covering: float) -> None:
    """Job market, demand, hiring and cover of vacancies after a month's news of each; all fade within about a year."""
    persistence = math.exp(-1.0 / 12.0)
    news = math.sqrt(1.0 - persistence * persistence)
    org.weather = persistence * org.weather + news * job_market
    org.demand = persistence * org.demand + news * demand
    org.hiring = persistence * org.hiring + news * hiring
    org.covering = persistence * org.covering + news * covering


@rule
def strikes(inputs: Record, org: Record, incident: float) -> bool:
    """Whether a serious incident becomes public this month: a scheduled one does."""
    due = climate.incident_chance(
        incident_rate=inputs.incident_rate,
        cases=org.cases,
        strain=org.strain,
        wellbeing=org.wellbeing,
        usual_strain=inputs.usual_strain,
        usual_wellbeing=inputs.usual_wellbeing,
    )
    return incident < due or inputs.incident_happens > 0.0


@rule
def inspect(inputs: Record, org: Record, verdict: float, wait: float) -> None:
    """Judge the service on its casework, its agency staff and its last grade; a scheduled result stands as given."""
    usual, quality = inputs.usual_wellbeing * (1.0 - inputs.usual_strain), org.wellbeing * (1.0 - org.strain)
    recruited = prac.recruitment_chance(inputs.time_to_fill, org.intervention, inputs.recruit_stigma)
    vacancies = prac.usual_vacancies(monthly_turnover(inputs.turnover), recruited)
    agency = prac.usual_agency(vacancies, inputs.agency_cover, inputs.agency_extra)
    org.inspections = 1.0
    drawn = climate.grade_drawn(
        verdict,
        judged(inputs, org, inputs.inspection_outstanding, quality, usual, agency),
        judged(inputs, org, inputs.inspection_good, quality, usual, agency),
        judged(inputs, org, inputs.inspection_adequate, quality, usual, agency),
    )
    org.inspection_grade = inputs.inspection_result if inputs.inspection_result else drawn
    org.judged_inadequate = 1.0 if org.inspection_grade >= climate.INADEQUATE else 0.0
    org.intervention = max(org.intervention, org.judged_inadequate)
    org.inspection_due = inputs.inspection_interval * wait


@rule
def judged(inputs: Record, org: Record, cut: float, quality: float, usual: float, usual_agency: float) -> float:
    """Log-odds of a grade, by its `cut`, as inspectors find the service this month."""
    return climate.grade_log_odds(
        cut=cut,
        grade=org.inspection_grade,
        quality=quality,
        usual_quality=usual,
        agency=org.agency,
        usual_agency=usual_agency,
        persistence=inputs.inspection_persistence,
        weight=inputs.inspection_quality,
        staffing=inputs.inspection_staffing,
    )
