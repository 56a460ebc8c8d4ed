"""Rules of the organisation and of the wider world: incidents and their scar, inspection, memory, fit."""

from __future__ import annotations

import math

from conducive.agents.rule import chance, clip, either, gate, logistic, rule, saturating, stock

INADEQUATE = 4.0
"""Inspection grade from which an improvement regime is in force."""


# ---- Wider world ---------------------------------------------------------------------------------------------------


@rule
def swing(weather: float, spread: float) -> float:
    """Factor (1 on average) by which a year's job market, or demand for casework, moves a quantity. DfE panel.

    `weather` is standard normal and fades within about a year; `spread` is that of the factor, on the log scale.
    """
    return math.exp(spread * weather - spread * spread / 2.0)


@rule
def swung_share(share: float, weather: float, spread: float) -> float:
    """Share (0-1) in a year whose `weather`, standard normal, moves its odds; `spread` is theirs, on the log scale.

    Its mean over the years stays, to about a hundredth: odds are stretched for it (a logistic curve averaged over a
    normal). DfE panel: how much of their vacancies authorities cover changes from year to year.
    """
    stretch = math.sqrt(1.0 + math.pi / 8.0 * spread * spread)
    covered = math.pow(share, stretch) * math.exp(spread * weather)
    return covered / (covered + math.pow(1.0 - share, stretch))


@rule
def budget_next(budget: float, budget_trend: float, cut: float) -> float:
    """Council budget relative to launch after a month of a real trend (% a year) and a cut (share)."""
    return budget * math.pow(max(0.0, 1.0 + budget_trend / 100.0), 1.0 / 12.0) * (1.0 - cut)


@rule
def policy_shift_chance(policy_stability: float) -> float:
    """Monthly chance that policy shifts, from the expected years between shifts. Paper 4.5."""
    return chance(1.0 / (12.0 * policy_stability))


@rule
def incident_chance(
    incident_rate: float, cases: float, strain: float, wellbeing: float, usual_strain: float, usual_wellbeing: float
) -> float:
    """Monthly chance of a serious public incident: more under strain and poor casework than its yearly rate."""
    quality = (strain / usual_strain) * (usual_wellbeing / max(wellbeing, 1e-9))
    return chance(incident_rate / 10_000.0 / 12.0 * cases * quality)


@rule
def scar_after_incident(scar: float, blame_culture: float, media_hostility: float, gate_strength: float) -> float:
    """Scar (0-1) after an incident: deeper where people are blamed and the media hostile. Paper 4.4, 4.5."""
    return either(scar, gate(blame_culture, gate_strength) * gate(media_hostility, gate_strength))


@rule
def scar_next(scar: float, blame_culture: float, climate_pace: float, scar_months_blame: float) -> float:
    """Scar after a month: it fades with the climate, or over years where blame is high, whoever is in post.

    Paper 4.5.
    """
    return scar * math.exp(-climate_pace / (1.0 + climate_pace * scar_months_blame * blame_culture * blame_culture))


@rule
def grade_log_odds(
    cut: float,
    grade: float,
    quality: float,
    usual_quality: float,
    agency: float,
    usual_agency: float,
    persistence: float,
    weight: float,
    staffing: float,
) -> float:
    """Log-odds that an inspection finds at least a certain grade: the last grade, casework, and reliance on agencies.

    Ofsted; agency use rises in the year before an inadequate judgement, vacancies hardly do (DfE panel).
    """
    good = 2.0
    return cut - persistence * (grade - good) + weight * (quality - usual_quality) - staffing * (agency - usual_agency)


@rule
def grade_drawn(u: float, outstanding: float, good: float, adequate: float) -> float:
    """Grade 1 to 4 that a draw gives, from the log-odds of each grade or better."""
    if u < logistic(outstanding):
        return 1.0
    if u < logistic(good):
        return 2.0
    return 3.0 if u < logistic(adequate) else 4.0


@rule
def intervention_next(intervention: float, grade: float, intervention_months: float) -> float:
    """Improvement regime (0-1): in force while judged inadequate, then fading."""
    return 1.0 if grade >= INADEQUATE else intervention * math.exp(-1.0 / intervention_months)


# ---- Evidence, memory, fit -----------------------------------------------------------------------------------------


@rule
def tailoring(adaptation: float, permissiveness: float, manualised: float, gate_strength: float) -> float:
    """How much is tailored in the end (0-1): as allowed by the model, by regulation, and by a manual.

    Paper 4.2, 4.5.
    """
    return adaptation * gate(permissiveness, gate_strength) * gate(1.0 - manualised, 1.0 - gate_strength)


@rule
def fit_ceiling(context_distance: float, tailoring: float) -> float:
    """Best fit that can be reached (0-1): what distance from home leaves, less what tailoring bridges. Paper 4.2."""
    return 1.0 - context_distance * (1.0 - tailoring)


@rule
def integrity(adaptation: float, dilution: float) -> float:
    """Active ingredients left when so much may be changed (0-1): little is lost at first, then more.

    Paper 4.2 (flexible but faithful).
    """
    return 1.0 - dilution * adaptation * adaptation


@rule
def reflection(reflection_interval: float, slack: float) -> float:
    """Reflection that happens (0-1): rounds a month, as far as there is time for them. Paper 4.3, 4.4."""
    return min(1.0, 1.0 / reflection_interval) * slack


@rule
def adaptation_effort(
    reflection: float,
    failure_reported: float,
    data_capability: float,
    participation: float,
    family_voice: float,
    voice_weight: float,
    gate_strength: float,
) -> float:
    """Effort that goes into tailoring (0-1): reflection on failure and data, staff, families acted on. Paper 4.2, 4.4.

    `failure_reported` is the share of what goes wrong that may be reported and that people feel safe to report.
    """
    learnt = reflection * gate(failure_reported, gate_strength) * gate(data_capability, gate_strength)
    return either(either(learnt, voice_weight * participation), voice_weight * family_voice)


@rule
def fit_next(fit: float, ceiling: float, effort: float, fit_pace: float, drift_pace: float) -> float:
    """Fit after a month (0-1): effort closes the gap to its ceiling; without it practice drifts from need.

    What was thought to fit better than it can this far from home shows its misfit by itself. Paper 4.2, 4.4.
    """
    closed = effort if ceiling > fit else 1.0
    return clip(fit + fit_pace * closed * (ceiling - fit) - drift_pace * (1.0 - effort) * fit)


@rule
def obstacles_at_launch(initial_fit: float, radicalness: float) -> float:
    """Obstacles at launch (0-1): what does not fit here, and what a change of the whole system has to rebuild first.

    Paper 4.2, 4.3.
    """
    return either(1.0 - initial_fit, radicalness)


@rule
def obstacles_next(obstacles: float, fit: float, implementers: float, partners: float, pace: float) -> float:
    """Obstacles in the way (0-1): misfit makes them; implementation staff and partners clear them. Paper 4.2, 4.4.

    `implementers` is in FTE per 100 posts; `pace` is slower for a radical change.
    """
    return stock(obstacles, pace * (1.0 - fit), pace * (implementers + partners))


@rule
def codified_next(
    codified_memory: float,
    use: float,
    reflection: float,
    codification: float,
    memory_growth: float,
    memory_retention: float,
) -> float:
    """Codified memory after a month (0-1): reflection on use, in so far as it is written down; it depreciates.

    Argote 1990.
    """
    return clip(
        memory_retention * codified_memory + memory_growth * reflection * codification * use * (1.0 - codified_memory)
    )


@rule
def evidence(benefit: float, data_capability: float, integrity: float, benefit_seen: float) -> float:
    """Evidence (0-1): benefit shown so far, as far as data catch it and the model is still itself. Paper 4.2, 4.3.

    `benefit` is the effect of practice `effect_lag` months ago; what data do not catch has to be seen by eye.
    """
    return integrity * saturating(benefit, benefit_seen * (1.0 - data_capability))
