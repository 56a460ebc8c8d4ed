"""Practitioners: one row is one case-holding post, so turnover changes who sits in the network, not its shape."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Self

from conducive.agents.rule import clip, either, gate, logistic, rule, saturating, stock
from conducive.scenarios.field import Field, layout

VACANT, AGENCY, PERMANENT, CLOSED = 0, 1, 2, 3
POSTS = ("vacant", "agency", "permanent", "closed")
NONE, UNAWARE, AWARE, WILLING, TRAINED, TRYING, ROUTINE, LAPSED = -1, 0, 1, 2, 3, 4, 5, 6
STAGES = ("unaware", "aware", "willing", "trained", "trying", "routine", "lapsed")
ESTABLISHED, IMPROVEMENT, EXTRA = 0, 1, 2
KINDS = ("established", "improvement", "extra")

PRACTITIONER_FIELDS = (
    Field("team", "Team.", whole=True),
    Field("manager", "Row of the team's manager among the leaders.", whole=True),
    Field(
        "kind", "Established, improvement (open under intervention) or extra (agency above establishment).", words=KINDS
    ),
    Field("rank", "Order in which improvement and extra posts open, as a share of the establishment."),
    Field("post", "Vacant, agency, permanent or closed.", words=POSTS),
    Field("stage", "Stage of adoption; -1 when nobody is in post.", words=STAGES),
    Field("tenure", "Time in post (months).", span=(0, 24, 120)),
    Field("caseload", "Open cases held.", span=(8, 15.2, 25)),
    Field("openness", "Lasting openness of the person to new practice (0-1)."),
    Field("aptitude", "Lasting aptitude of the person: a factor, about 1.", span=(0.6, 1, 1.6)),
    Field("strain", "Emotional strain, up to exhaustion (0-1)."),
    Field("used_to", "Strain that the person is used to (0-1)."),
    Field("safety", "Psychological safety (0-1)."),
    Field("belief", "Conviction that the innovation helps families (0-1)."),
    Field("fatigue", "Change fatigue and cynicism (0-1); outlives a wave.", span=(0, 0.2, 1)),
    Field("skill", "Skill in the innovation (0-1)."),
    Field("habit", "How far use has become habit (0-1)."),
    Field("fidelity", "How far use is as meant (0-1); 0 for who does not use it."),
    Field("reinforcement", "How far practice is held in place by coaching, supervision, peers, manuals (0-1)."),
    Field("trust_up", "Vertical trust in the team manager (0-1)."),
    Field("load", "Hours the cases need over hours left for them (1: just enough).", span=(0.3, 1, 2)),
    Field("slack", "Time and head-space left for something new (0-1)."),
    Field("exposure", "Trust-weighted share of living ties to users.", span=(0, 0.2, 0.8)),
    Field("mentors", "Trust-weighted share of living ties to routine users.", span=(0, 0.1, 0.6)),
    Field(
        "doubt", "Trust-weighted share of living ties to the lapsed, weighted by their disbelief.", span=(0, 0.1, 0.6)
    ),
    Field(
        "influence", "How far colleagues persuade (0-1), after the threshold of complex contagion.", span=(0, 0.2, 1)
    ),
    Field("left_stage", "Stage of the last holder, for a full induction; -1 for none.", whole=True),
    Field("left_skill", "Skill of the last holder (0-1)."),
    Field("left_habit", "Habit of the last holder (0-1)."),
)
PRACTITIONER = layout(PRACTITIONER_FIELDS)


class Cause(IntEnum):
    """Why the number of users changed: in the ledger by its number, which is its place here, from 1.

    Attributes:
        words: the cause in words.
        rule: the rule that gives its monthly rate, for causes of lapse.

    """

    words: str
    rule: str

    def __new__(cls, words: str, rule: str = "") -> Self:
        """Number the cause by its place."""
        one = int.__new__(cls, len(cls.__members__) + 1)
        one._value_ = len(cls.__members__) + 1
        one.words, one.rule = words, rule
        return one

    LEFT_JOB = "left the job"
    OVERLOAD = "overload", "lapse_overload"
    UNSUPPORTED = "no reinforcement", "lapse_unsupported"
    POOR_FIT = "poor fit", "lapse_poor_fit"
    INCIDENT = "incident and blame", "lapse_incident"
    LEADER_GONE = "leader departed", "lapse_leader"
    MONEY_ENDED = "money ended", "lapse_money"
    SCEPTICS = "sceptical peers", "lapse_sceptics"
    SUPERSEDED = "superseded by the next wave"
    BEGAN = "began"
    INDUCTED = "inducted"


CAUSES = ("", *(cause.words for cause in Cause))
LEFT_JOB, OVERLOAD, SUPERSEDED = int(Cause.LEFT_JOB), int(Cause.OVERLOAD), int(Cause.SUPERSEDED)
BEGAN, INDUCTED = int(Cause.BEGAN), int(Cause.INDUCTED)

EXPONENT = 600.0
CERTAIN = math.exp(EXPONENT)
"""Odds so high that they are certainty, and still a number."""


# ---- Load, strain, safety ------------------------------------------------------------------------------------------


@rule
def load(
    caseload: float, hours_per_case: float, contract_hours: float, bureaucracy: float, added_hours: float
) -> float:
    """Hours the cases need over hours left for them (1 = just enough). Paper 4.3: too busy to innovate."""
    available = contract_hours * (1.0 - bureaucracy) - added_hours
    return caseload * hours_per_case / max(1.0, available)


@rule
def personal_cost(blame_culture: float, scar: float, media_hostility: float, cost_exposure: float) -> float:
    """What failure is expected to cost the person (0-1): Nothing where nobody is blamed. Paper 4.4."""
    return blame_culture * either(cost_exposure * media_hostility, scar)


@rule
def strain_target(
    load: float, personal_cost: float, containment: float, strain_load: float, strain_anxiety: float
) -> float:
    """Strain that a load leads to (0-1): overload and fear raise it, containing supervision lowers it.

    Paper 4.3, 4.4, 5.
    """
    return logistic(strain_load * (load - 1.0) + strain_anxiety * (personal_cost - containment))


@rule
def safety_target(personal_cost: float, trust_up: float, strain: float, safety_context: float) -> float:
    """Psychological safety (0-1): what failure would not cost, in so far as managers are trusted and strain is low.

    Paper 4.4, 5.
    """
    return (1.0 - personal_cost) * gate(trust_up, safety_context) * gate(1.0 - strain, safety_context)


@rule
def attention(concurrent_initiatives: float, attention_cost: float) -> float:
    """Share of attention one initiative gets among several: there is a limit to what can be taken in. Paper 4.3."""
    return 1.0 / (1.0 + attention_cost * (concurrent_initiatives - 1.0))


@rule
def slack(load: float, strain: float, attention: float, strain_load: float, gate_strength: float) -> float:
    """Time and head-space left for something new (0-1). Paper 4.3."""
    return logistic(strain_load * (1.0 - load)) * gate(1.0 - strain, gate_strength) * attention


# ---- Belief, fatigue, influence ------------------------------------------------------------------------------------


@rule
def drive(outcome_motivation: float, months_since_launch: float) -> float:
    """Motivation behind the innovation (0-1): what came from crisis or money halves every year. Paper 4.1."""
    return outcome_motivation + (1.0 - outcome_motivation) * math.pow(0.5, max(0.0, months_since_launch) / 12.0)


@rule
def message(trust_up: float, lead: float, shared_vision: float, gate_strength: float) -> float:
    """How far the leader's message reaches a worker (0-1): effort carried by trust and vision. Paper 4.1."""
    return trust_up * lead * gate(shared_vision, gate_strength)


@rule
def belief_target(
    values: float,
    message: float,
    visible_benefit: float,
    influence: float,
    heard: float,
    fatigue: float,
    belief_values: float,
    belief_message: float,
    belief_benefit: float,
    belief_peers: float,
    voice_weight: float,
) -> float:
    """Conviction that it helps families (0-1): values, leaders, results, peers, a say; not fatigue. Paper 4.1-4.4."""
    reasons = (
        belief_values * values
        + belief_message * message
        + belief_benefit * visible_benefit
        + belief_peers * influence
        + voice_weight * heard
    )
    return clip(reasons * (1.0 - fatigue))


@rule
def fatigue_gain(attention: float, imposed: float, day_job: float, fatigue_growth: float) -> float:
    """Monthly gain of change fatigue: other initiatives, change imposed, unpaid implementation work.

    Paper 4.3, 4.4; Bernerth 2011.
    """
    return fatigue_growth * ((1.0 - attention) + imposed + day_job)


@rule
def pull(exposure: float, threshold: float, steepness: float) -> float:
    """Odds that colleagues persuade: exposure over threshold, raised so that several users count for more."""
    if exposure <= 0.0:
        return 0.0
    if threshold <= 0.0:
        return CERTAIN
    return min(CERTAIN, math.exp(min(EXPONENT, steepness * math.log(exposure / threshold))))


@rule
def influence_of(pull: float) -> float:
    """Influence (0-1) from the odds that colleagues persuade."""
    return pull / (1.0 + pull)


@rule
def influence(exposure: float, threshold: float, steepness: float) -> float:
    """Complex contagion (0-1): several trusted users count for more than one. Granovetter 1978; Centola 2010.

    `exposure` is the trust-weighted share of ties that use it, `threshold` the exposure at which this person is half
    persuaded; a large `steepness` makes it Granovetter's threshold, a steepness of 1 far below the threshold makes it
    linear.
    """
    return influence_of(pull(exposure, threshold, steepness))


# ---- Moves between stages: monthly rates ---------------------------------------------------------------------------


@rule
def aware_rate(pressure: float, exposure: float) -> float:
    """UNAWARE -> AWARE: leaders announce it, colleagues use it."""
    return pressure + exposure


@rule
def willing_rate(
    belief: float,
    continuation: float,
    safety: float,
    influence: float,
    harmony: float,
    openness: float,
    mandate: float,
    added_share: float,
    step_pace: float,
    willing_threshold: float,
    decision_steepness: float,
    belief_peers: float,
    gate_strength: float,
) -> float:
    """AWARE -> WILLING: conviction worth acting on beats the person's threshold; a mandate also moves people.

    Paper 4.1, 4.4.

    `continuation` is how far people expect it to last, `harmony` the absence of value dissonance, `mandate` the
    top-down push, `added_share` the share of the week that using it would add.
    """
    time_left = max(0.0, 1.0 - added_share)
    appeal = (belief * gate(continuation, gate_strength) + belief_peers * influence) * harmony * time_left
    willingness = logistic(decision_steepness * (appeal - willing_threshold * (1.0 - openness)))
    return step_pace * either(willingness * gate(safety, gate_strength), mandate)


@rule
def shadow_rate(mentors: float, codified_memory: float, slack: float, pace: float) -> float:
    """WILLING -> TRAINED without a course: shadowing trusted routine users, or from what is written down. Paper 4.3.

    `pace` is that at which use becomes skill: watching takes as long as doing.
    """
    return pace * either(mentors, codified_memory) * slack


@rule
def trial_freedom(openness: float, safety: float, slack: float, permission: float, gate_strength: float) -> float:
    """How free a person is to attempt the unfamiliar (0-1): safe to, with time to; and openness, manager's openness.

    Without time, or where it is not safe, nobody does. Paper 4.3-4.5.
    """
    return safety * slack * gate(openness, gate_strength) * gate(permission, gate_strength)


@rule
def trying_rate(
    freedom: float,
    skill: float,
    fit: float,
    obstacles: float,
    reinforcement: float,
    continuation: float,
    influence: float,
    mandate: float,
    try_alone: float,
    try_peers: float,
    step_pace: float,
    gate_strength: float,
) -> float:
    """TRAINED -> TRYING: able to, nothing in the way, and either free to and worth starting, or told to.

    People start with the help of a coach or supervisor, because colleagues do, or because it is required; who only
    complies has no more conviction than before, so that fidelity lags behind use. Paper 4.2-4.4 (willing people still
    need supervision); Joyce & Showers 2002 (next to nobody transfers a course alone); Leathers 2016 (being required).
    """
    readiness = gate(skill, gate_strength) * gate(fit, gate_strength) * gate(1.0 - obstacles, gate_strength)
    own_will = freedom * gate(continuation, gate_strength) * (try_alone * reinforcement + try_peers * influence)
    return readiness * (own_will + step_pace * mandate)


@rule
def routine_rate(habit: float) -> float:
    """TRYING -> ROUTINE: as it becomes habit."""
    return habit


@rule
def return_rate(belief: float, lead: float, continuation: float, influence: float, return_pace: float) -> float:
    """LAPSED -> WILLING: leaders restart what stalled, or colleagues show it works.

    Paper 4.3 (leadership at every stage).
    """
    return return_pace * belief * either(lead * continuation, influence)


@rule
def lapse_shield(habit: float, habit_shield: float) -> float:
    """Share of every cause of lapse, but the lack of money, that still gets through once it is habit."""
    return 1.0 - habit_shield * habit


@rule
def lapse_overload(strain: float, lapse_strain: float) -> float:
    """Monthly rate of lapse because of overload. Paper 4.3 ("survival mode")."""
    return lapse_strain * strain * strain


@rule
def lapse_unsupported(reinforcement: float, lapse_reinforcement: float) -> float:
    """Monthly rate of lapse because nothing reinforces it: reverting is the default. Paper 4.3 ("drop-off")."""
    return lapse_reinforcement * (1.0 - reinforcement) * (1.0 - reinforcement)


@rule
def lapse_poor_fit(fit: float, obstacles: float, lapse_fit: float) -> float:
    """Monthly rate of lapse because it does not work here. Paper 4.2."""
    return lapse_fit * either(1.0 - fit, obstacles) * (1.0 - fit)


@rule
def lapse_incident(personal_cost: float, scar: float, lapse_blame: float) -> float:
    """Monthly rate of lapse into defensive practice after an incident. Paper 4.5."""
    return lapse_blame * personal_cost * scar


@rule
def lapse_leader(ownership_lost: float, lapse_leader_gone: float) -> float:
    """Monthly rate of lapse after those who owned the innovation have left: one goes unnoticed, all do not.

    Paper 4.3.
    """
    return lapse_leader_gone * ownership_lost * ownership_lost


@rule
def lapse_money(paid: float, lapse_unpaid: float) -> float:
    """Monthly rate of lapse when running cost is not paid: small gaps are absorbed, large ones are not. Paper 4.3."""
    gap = 1.0 - paid
    return lapse_unpaid * gap * gap * gap


@rule
def lapse_sceptics(doubt: float, lapse_doubt: float) -> float:
    """Monthly rate of lapse under trusted sceptics."""
    return lapse_doubt * doubt


# ---- Learning ------------------------------------------------------------------------------------------------------


@rule
def course_places(training_capacity: float, training_days: float) -> float:
    """Places on courses that a full-time implementation worker can run a month: the longer the course, the fewer.

    Paper 4.3 (time and staff that implementation takes); `training_capacity` is in days of training, a day of one
    person each. No course takes less than a day.
    """
    return training_capacity / max(1.0, training_days)


@rule
def training_yield(
    training_days: float,
    interactive_training: float,
    feedback: float,
    clarity: float,
    manualised: float,
    didactic_share: float,
    gate_strength: float,
) -> float:
    """Share of the missing skill that one course gives: days, practice, feedback, clarity, a manual. Paper 4.3."""
    method = didactic_share + (1.0 - didactic_share) * interactive_training * gate(feedback, didactic_share)
    days = saturating(training_days, 1.0 + (1.0 - manualised))
    return method * days * gate(clarity, gate_strength)


@rule
def reinforcement(
    coaching: float,
    feedback: float,
    paid: float,
    supervision: float,
    influence: float,
    codified_memory: float,
    reinforce_coaching: float,
    reinforce_supervision: float,
    reinforce_peers: float,
) -> float:
    """How far practice is held in place (0-1): paid coaching and feedback, attuned supervision, peers and manuals.

    Helps overlap: whoever is coached well needs less of the others. Paper 4.3.

    `coaching` is in hours a month; one hour gives half of what coaching can.
    """
    coached = paid * either(saturating(coaching, 1.0), feedback)
    shown = either(influence, codified_memory * codified_memory)
    by_people = either(reinforce_supervision * supervision, reinforce_peers * shown)
    return either(reinforce_coaching * coached, by_people)


@rule
def supervision(containment: float, strain: float, support: float, raised: float, gate_strength: float) -> float:
    """Supervision in which the innovation has a place (0-1): a supportive manager raises it, who contains.

    A manager who never raises it, or raises it without support, holds nothing in place. It takes head-space, too.
    Paper 4.3, 4.4; Klein & Sorra 1996 (a climate in which use is expected and supported); LOCI trial.
    """
    room = gate(containment, gate_strength) * gate(1.0 - strain, gate_strength)
    return support * raised * room


@rule
def skill_next(
    skill: float,
    using: float,
    reinforcement: float,
    habit: float,
    refreshed: float,
    pace: float,
    skill_retention: float,
) -> float:
    """Skill after a month (0-1): supported use and refreshers build it; it wears where nothing holds it.

    Little support builds next to nothing. What wears off is skill that is unused, or used without support before it is
    habit. Paper 4.3 ("drop-off"); Joyce & Showers 2002; Tatel & Ackerman.
    """
    built = using * reinforcement * reinforcement
    kept = using * either(reinforcement, habit)
    return stock(skill, pace * built + refreshed, (1.0 - skill_retention) * (1.0 - kept))


@rule
def fidelity(
    skill: float,
    reinforcement: float,
    fit: float,
    obstacles: float,
    belief: float,
    clarity: float,
    aptitude: float,
    integrity: float,
    fidelity_skill: float,
    fidelity_context: float,
    gate_strength: float,
) -> float:
    """Fidelity of use (0-1): skill and support first, then fit, belief and clarity, of what tailoring has left whole.

    What systems and structures stand in the way of cannot be done as it is meant. Paper 4.2, 4.3; low fidelity is
    "tick-box" use.
    """
    context = (
        gate(fit, fidelity_context) * gate(belief, fidelity_context) * gate(clarity, fidelity_context)
        * gate(1.0 - obstacles, gate_strength)
    )  # fmt: skip
    return clip(aptitude * integrity * gate(skill, fidelity_skill) * gate(reinforcement, fidelity_skill) * context)


@rule
def embedding_pace(pace: float, radicalness: float, radical_drag: float) -> float:
    """A monthly pace slowed by how radical the change is, hardly at first: full-system change may take 10-15 years.

    Paper 4.3.
    """
    return pace / (1.0 + radical_drag * radicalness * radicalness * radicalness)


# ---- Staying and leaving -------------------------------------------------------------------------------------------


@rule
def tenure_factor(tenure: float, monthly_turnover: float, leave_early: float, early_months: float) -> float:
    """How much likelier than average a person of this tenure is to leave; about 1 on average over the workforce.

    Source: share of leavers under two and under five years, DfE 2019 and 2022.
    """
    average = leave_early * monthly_turnover * early_months / (1.0 + monthly_turnover * early_months)
    return (1.0 + leave_early * math.exp(-tenure / early_months)) / (1.0 + average)


@rule
def leaving_chance(
    monthly_turnover: float,
    tenure_factor: float,
    strain: float,
    used_to: float,
    colleagues_lost: float,
    weather: float,
    leave_strain: float,
    leave_colleagues: float,
) -> float:
    """Monthly chance that a permanent worker leaves: the own rate, moved by strain, colleagues lost and the job market.

    Strain that somebody is used to drives nobody away; and each colleague lost adds as much as the one before. Paper
    4.3, 5; Glisson, Dukes & Green 2006; DfE panel (turnover swings more than independent leaving explains, and hardly
    goes with caseload).
    """
    pull = math.exp(leave_strain * (strain - used_to) + weather)
    pulled_along = max(0.0, 1.0 + leave_colleagues * (colleagues_lost - monthly_turnover))
    return clip(monthly_turnover * tenure_factor * pull * pulled_along)


@rule
def recruitment_chance(time_to_fill: float, intervention: float, recruit_stigma: float) -> float:
    """Monthly chance that a post gets a permanent holder; after a failed inspection recruitment dries up.

    DfE and Ofsted panel.
    """
    return min(1.0, 1.0 / (time_to_fill * (1.0 + recruit_stigma * intervention)))


@rule
def usual_vacancies(monthly_turnover: float, recruited: float) -> float:
    """Share of posts that stay empty in the long run: leaving against filling, both as monthly chances."""
    return monthly_turnover / (monthly_turnover + recruited)


@rule
def usual_agency(vacancies: float, agency_cover: float, agency_extra: float) -> float:
    """Share of those in post who are agency staff in the long run: cover of vacancies, and posts beyond establishment.

    `agency_extra` is in posts, as a share of the establishment.
    """
    agency = vacancies * agency_cover + agency_extra
    return agency / max(1e-9, 1.0 - vacancies + agency)


@rule
def agency_arrival_chance(agency_cover: float, agency_stay: float) -> float:
    """Monthly chance that an uncovered vacancy gets an agency worker.

    A leaver's post is covered at once in `agency_cover` of cases; this makes up for spells that end, so that the
    share stays.
    """
    return min(1.0, agency_cover / agency_stay)


@rule
def newcomer_start(codified_memory: float, living_memory: float, memory_transfer: float) -> float:
    """Skill a newcomer starts with (0-1): what is written down and what team-mates can show. Paper 4.2, 4.3."""
    return memory_transfer * either(codified_memory, living_memory)


@rule
def own_induction(codified_memory: float, mentors: float, lead: float, gate_strength: float) -> float:
    """Chance that those who keep it train a newcomer themselves, with no course to pay for (0-1).

    What is written down, as far as routine users in the team can show it and the supervisor carries it. Paper 4.2, 4.3.
    """
    return codified_memory * gate(mentors, gate_strength) * gate(lead, gate_strength)


@rule
def seat_chance(seats: float, waiting: float) -> float:
    """Chance that a person waiting gets a place on a course this month."""
    return min(1.0, seats / waiting) if waiting > 0.0 else 0.0
