"""The month: ten groups of processes in schedule order, each seeing what earlier ones left.

Within a process the update is synchronous: other agents are read from a copy made at its start, so results do not
depend on the order
of agents. Draws settle competing exits; a post changes stage at most once a month. `live` is the one implementation
behind
`Organisation.step` and the ensemble runner; Numba compiles it once and keeps it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.agents import family as fam
from conducive.agents import funder as fund
from conducive.agents import leader as lead
from conducive.agents import practitioner as prac
from conducive.agents.family import coproduction_resourced
from conducive.agents.funder import COUNCIL, EXTERNAL
from conducive.agents.leader import DIRECTOR, MANAGER
from conducive.agents.practitioner import (
    AGENCY,
    AWARE,
    BEGAN,
    CLOSED,
    ESTABLISHED,
    IMPROVEMENT,
    INDUCTED,
    LAPSED,
    LEFT_JOB,
    NONE,
    OVERLOAD,
    PERMANENT,
    ROUTINE,
    SUPERSEDED,
    TRAINED,
    TRYING,
    UNAWARE,
    VACANT,
    WILLING,
)
from conducive.agents.rule import (
    chance,
    clip,
    compiled,
    either,
    fading,
    gate,
    logistic,
    rule,
    saturating,
    stock,
    toward,
)
from conducive.model import climate
from conducive.model.random import draw, normal, stream, uniforms
from conducive.model.state import World, make_leader, make_person, monthly_turnover, open_case, usual_stay, worker_for
from conducive.model.uptake import (
    course_yield,
    expected,
    lapse_rates,
    ownership_lost_above,
    uptake,
    uses,
    value_harmony,
)

TWO_YEARS, FIVE_YEARS = 24.0, 60.0
"""Months after external money at which it is said what has become of an innovation."""
YEAR = 12.0

type Record = Any
"""A row of a structured array: what is given for the month, the organisation, one agent."""
type Table = Any
"""A structured array, one row for each agent."""
type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int32]

WORLD, FUNDER, COUNCIL_ASKS = stream("world"), stream("funder decides"), stream("council asks")
LEADER_LEAVES, SUCCESSOR = stream("leader leaves"), stream("successor")
LEAVES, ARRIVES, PERSON = stream("practitioner leaves"), stream("post is filled"), stream("person")
CLOSES, FAMILY = stream("case closes"), stream("family")
TIME, EFFECT, NEW = 0, 1, 2
"""Columns of `World.help`: a worker's time for a family, the effect of use, and whether somebody new takes over."""
MOVES = stream("practitioner moves or tries")


@compiled
def live(world: World, first: int, last: int) -> None:
    """Live through rows `first` to `last` (excluded) of the timeline."""
    for t in range(first, last):
        month(world, world.timeline[t], world.organisation[0])


@rule
def month(world: World, p: Record, o: Record) -> None:
    """One month, in schedule order: `p` is what is given for this month, `o` the organisation."""
    launch(world, p, o)
    wider_world(world, p, o)
    money(world, p, o)
    leadership(world, p, o)
    workforce(world, p, o)
    families(world, p, o)
    learning(world, p, o)
    adoption(world, p, o)
    trust(world, p, o)
    memory_and_adaptation(world, p, o)
    measure(world, p, o)


# ---- 0. A wave is launched -----------------------------------------------------------------------------------------


@rule
def log(o: Record, ledger: Table, month: float, post: int, before: int, after: int, cause: int) -> None:
    """Enter a change in the number of users in the ledger."""
    row = ledger[int(o.ledger_rows)]
    row.month, row.post, row.from_stage, row.to_stage, row.cause = int(month), post, before, after, cause
    o.ledger_rows += 1.0
    if cause in (BEGAN, INDUCTED):
        o.new_users += 1.0
    elif cause in (LEFT_JOB, SUPERSEDED):
        o.losses += 1.0
    else:
        o.lapses += 1.0


@rule
def launch(world: World, p: Record, o: Record) -> None:
    """Start the month's counts; in the first month of a wave, start the innovation afresh."""
    staff, leaders, funders = world.practitioners, world.leaders, world.funders
    sponsor_trust, ledger = world.sponsor_trust, world.ledger
    o.new_users = o.lapses = o.losses = o.trials = o.leavers = o.starters = 0.0
    o.leader_changes = o.incidents = o.inspections = o.judged_inadequate = o.policy_shifted = 0.0
    o.external_money = o.council_money = o.spend = o.training_spend = o.coproduction_money = o.diverted = o.returned = (
        0.0
    )
    if p.age != 1.0:
        return
    for i in range(len(staff)):
        q = staff[i]
        q.left_stage = NONE
        if q.stage == NONE:
            continue
        if uses(q.stage):
            log(o, ledger, p.month, i, q.stage, UNAWARE, SUPERSEDED)
        q.stage = UNAWARE
        q.belief = clip(p.belief_values * p.value_alignment * (1.0 - q.fatigue))
        q.skill = q.habit = q.fidelity = q.reinforcement = q.influence = 0.0
    for k in range(len(leaders)):
        leader = leaders[k]
        leader.commitment = lead.commitment_target(
            p.theory_of_change, 1.0, 0.0, 0.0, 1.0, p.commitment_evidence, p.commitment_line
        )
        leader.ownership_lost = leader.unowned = 0.0
    external = funders[EXTERNAL]
    external.term = p.funding_term if p.grant > 0.0 else 0.0
    confidence = fund.confidence_at_launch(p.initial_trust, p.theory_of_change, p.gate_strength)
    external.confidence = funders[COUNCIL].confidence = confidence
    sponsor_trust[:] = confidence
    o.returned += o.start_up_balance + o.embedding_balance
    o.start_up_balance = o.embedding_balance = 0.0
    o.last_external_month = p.month - 1.0
    o.stopped_by_funder = 0.0
    o.policy = 1.0
    o.fit = p.initial_fit
    o.obstacles = climate.obstacles_at_launch(p.initial_fit, p.radicalness)
    o.evidence = o.reported = o.visible_benefit = o.family_voice = 0.0
    o.codified_memory *= 1.0 - p.radicalness
    o.paid = o.paid_start_up = 1.0
    o.implementers = o.seats = o.waiting = o.learners = o.users = 0.0
    o.council_pays = 0.0
    o.sustained = math.nan
    o.ended_two_years = o.reduced_two_years = o.kept_two_years = math.nan
    o.ended_five_years = o.reduced_five_years = o.kept_five_years = math.nan
    u, v, _, _ = uniforms(world.seed, COUNCIL_ASKS, int(p.month), 0)
    o.council_bar = normal(u, v)


# ---- 1. Wider world ------------------------------------------------------------------------------------------------


@rule
def wider_world(world: World, p: Record, o: Record) -> None:
    """Policy shifts, the council's budget, serious incidents, inspection."""
    seed = world.seed
    month = int(p.month)
    policy, support, incident, verdict = uniforms(seed, WORLD, month, 0)
    u, v, w, wait = uniforms(seed, WORLD, month, 1)
    persistence = math.exp(-1.0 / 12.0)
    news = math.sqrt(1.0 - persistence * persistence)
    o.weather = persistence * o.weather + news * normal(u, v)
    u, v, w2, z = uniforms(seed, WORLD, month, 2)
    o.demand = persistence * o.demand + news * normal(u, v)
    o.hiring = persistence * o.hiring + news * normal(w2, z)
    o.cases_each = p.cases_per_family * climate.swing(o.demand, p.demand_swing)
    if month >= 1:
        o.budget = climate.budget_next(o.budget, p.budget_trend, p.budget_cut)
        if policy < climate.policy_shift_chance(p.policy_stability):
            o.policy = support
            o.policy_shifted = 1.0
    o.scar = climate.scar_next(o.scar, p.blame_culture, p.climate_pace, p.scar_months_blame)
    due = climate.incident_chance(p.incident_rate, o.cases, o.strain, o.wellbeing, p.usual_strain, p.usual_wellbeing)
    if p.incidents_on > 0.0 and (incident < due or p.incident_happens):
        o.incidents = 1.0
        o.scar = climate.scar_after_incident(o.scar, p.blame_culture, p.media_hostility, p.gate_strength)
        o.inspection_due = min(o.inspection_due, 12.0 * w)
    o.inspection_due -= 1.0
    o.intervention = climate.intervention_next(o.intervention, o.inspection_grade, p.intervention_months)
    if o.inspection_due <= 0.0 or p.inspection_result:
        inspect(p, o, verdict, wait + wait)


@rule
def judged(p: Record, o: Record, cut: float, quality: float, usual: float, usual_vacancies: float) -> float:
    """Log-odds of a grade, by its `cut`, as inspectors find the service this month."""
    return climate.grade_log_odds(
        cut,
        o.inspection_grade,
        quality,
        usual,
        o.vacancies,
        usual_vacancies,
        p.inspection_persistence,
        p.inspection_quality,
        p.inspection_staffing,
    )


@rule
def inspect(p: Record, o: Record, u: float, wait: float) -> None:
    """Judge the service on its casework, its vacancies and its last grade; a scheduled result stands as given."""
    usual, quality = p.usual_wellbeing * (1.0 - p.usual_strain), o.wellbeing * (1.0 - o.strain)
    recruited = prac.recruitment_chance(p.time_to_fill, o.intervention, p.recruit_stigma)
    vacancies = prac.usual_vacancies(monthly_turnover(p.turnover), recruited)
    o.inspections = 1.0
    drawn = climate.grade_drawn(
        u,
        judged(p, o, p.inspection_outstanding, quality, usual, vacancies),
        judged(p, o, p.inspection_good, quality, usual, vacancies),
        judged(p, o, p.inspection_adequate, quality, usual, vacancies),
    )
    o.inspection_grade = p.inspection_result if p.inspection_result else drawn
    o.judged_inadequate = 1.0 if o.inspection_grade >= climate.INADEQUATE else 0.0
    o.intervention = max(o.intervention, o.judged_inadequate)
    o.inspection_due = p.inspection_interval * wait


# ---- 2. Money ------------------------------------------------------------------------------------------------------


@rule
def money(world: World, p: Record, o: Record) -> None:
    """Grants and the council pay for start-up and for embedding; near the end leaders chase revenue."""
    funders, seed = world.funders, world.seed
    external = funders[EXTERNAL]
    if p.wave == 0.0:
        return
    running = external.term > 0.0
    most = fund.council_share(p.mainstreaming, o.budget)
    grant = p.grant / 12.0 if running else 0.0
    o.external_money = grant
    o.diverted = grant * fund.diverted_share(p.ring_fenced, o.budget, p.diversion)
    grant -= o.diverted
    if grant > 0.0:
        o.last_external_month = p.month
    o.coproduction_money = p.coproduction_budget * grant
    o.start_up_balance += (grant - o.coproduction_money) * (1.0 - p.embedding_share)
    o.embedding_balance += (grant - o.coproduction_money) * p.embedding_share

    seat_cost = p.training_days * p.training_day
    taken = min(o.seats, o.waiting)
    start_up = taken * seat_cost + (p.start_up_cost / p.start_up_months if p.age <= p.start_up_months else 0.0)
    dedicated = p.implementation_staff * (1.0 - p.on_day_job) * p.posts / 100.0
    embedding = (
        p.running_cost / 12.0
        + o.users * (p.per_user / 12.0 + p.training_day / p.refresher_interval)
        + o.learners * p.coaching * p.coaching_hour
        + dedicated * p.implementation_salary / 12.0
    )
    voice = 0.0 if running else p.coproduction_budget * p.grant / 12.0
    council = 0.0 if running else o.council_share
    ownership, voiced = seniors_commitment(world.leaders), p.voice_weight * o.family_voice
    case = fund.council_case(o.reported, ownership, voiced, p.gate_strength)
    reluctance = fund.council_reluctance(embedding * 12.0 / p.posts, o.budget, p.council_price)
    if p.money_on == 0.0:
        council = 1.0
    o.council_money = council * (start_up + embedding + voice)
    o.coproduction_money += council * voice
    from_start_up = min((1.0 - council) * start_up, o.start_up_balance)
    from_embedding = min((1.0 - council) * embedding, o.embedding_balance)
    o.start_up_balance -= from_start_up
    o.embedding_balance -= from_embedding
    o.paid_start_up = council + from_start_up / start_up if start_up > 0.0 else 1.0
    o.paid = council + from_embedding / embedding if embedding > 0.0 else 1.0
    o.spend = from_start_up + from_embedding + grant * p.coproduction_budget + o.council_money
    o.training_spend = o.paid_start_up * taken * seat_cost
    o.cumulative_cost += o.spend

    patience = fund.patience(p.patience, p.theory_of_change, p.marketisation, p.gate_strength)
    external.patience = patience
    external.grant = p.grant if running else 0.0
    external.ring_fenced = p.ring_fenced
    funders[COUNCIL].grant = o.council_money * 12.0
    o.promised = fund.promised_evidence(p.age, patience, p.potential)
    o.reported = fund.reported_evidence(o.evidence, o.promised, p.failure_tolerance, p.rosy_reporting)
    if running:
        stops, renews, _, _ = uniforms(seed, FUNDER, int(p.month), 0)
        decide(p, o, external, stops, renews)
    since = p.month - o.last_external_month
    if external.term <= 0.0 and (running or since % YEAR == 0.0 or p.age == 1.0):
        acting = world.leaders[0].acting > 0.0  # whoever minds the shop drops things, and takes on nothing new
        if fund.council_takes_on(case, reluctance, o.council_bar, p.person_spread):
            o.council_pays = o.council_pays if acting and not running else 1.0
        else:
            o.council_pays = 0.0
    if p.council_bound >= 0.0:
        o.council_share = fund.council_share(p.council_bound, o.budget)
    elif external.term > 0.0:
        o.council_share = most * logistic(p.decision_steepness * (case - reluctance))
    else:
        o.council_share = most * o.council_pays
    if running and external.term <= 0.0:
        grant_ends(world, p, o)
    o.money_ahead = (
        lead.money_ahead(external.term, o.council_share, p.renewal, p.look_ahead) if p.anticipation_on > 0.0 else 1.0
    )
    secured = either(o.council_share, fading(external.term, p.look_ahead))
    o.chasing = 1.0 - secured if external.term > 0.0 else 0.0


@rule
def decide(p: Record, o: Record, external: Record, stops: float, renews: float) -> None:
    """A funder reviews, stops, renews or lets a grant end."""
    go_on = fund.chance_to_go_on(o.reported, o.promised, external.confidence, o.budget, p.decision_steepness)
    external.term -= 1.0
    if p.age == p.review_month and stops >= go_on:
        external.term = 0.0
        o.stopped_by_funder = 1.0
    elif external.term <= 0.0 and renews < p.renewal * go_on:
        external.term = p.funding_term


@rule
def seniors_commitment(leaders: Table) -> float:
    """Mean commitment of the director and the service heads."""
    total, seniors = 0.0, 0
    for k in range(len(leaders)):
        if leaders[k].level != MANAGER:
            total += leaders[k].commitment
            seniors += 1
    return total / seniors


@rule
def grant_ends(world: World, p: Record, o: Record) -> None:
    """What is unspent goes back; in so far as the council does not step in, it is a promise broken, to families too."""
    staff, rows = world.practitioners, world.families
    o.returned += o.start_up_balance + o.embedding_balance
    o.start_up_balance = o.embedding_balance = 0.0
    abandoned = p.breach * (1.0 - o.council_share) if p.money_on > 0.0 else 0.0
    for f in range(len(rows)):
        built = max(0.0, rows[f].trust - p.initial_trust)  # beyond first impressions; what was gained, and no more
        rows[f].trust -= built * abandoned * rows[f].voice
    for i in range(len(staff)):
        q = staff[i]
        if q.stage >= WILLING:
            q.trust_up = lead.trust_after_breach(q.trust_up, abandoned)
            q.fatigue = either(q.fatigue, abandoned)


# ---- 3. Leadership -------------------------------------------------------------------------------------------------


@rule
def leadership(world: World, p: Record, o: Record) -> None:
    """Leaders leave and are succeeded; commitment follows the case, results, families' voice and the line above."""
    leaders, funders, sponsor_trust = world.leaders, world.funders, world.sponsor_trust
    lead_before, seed = world.lead_before, world.seed
    month = int(p.month)
    for k in range(len(leaders)):
        lead_before[k] = lead.lead(leaders[k].commitment, leaders[k].energy)
    drive = lead_drive(p.outcome_motivation, p.age)
    tightness = clip(1.0 - o.budget)
    for k in range(len(leaders)):
        leader = leaders[k]
        leader.tenure += 1.0
        leaves, agenda, _, _ = uniforms(seed, LEADER_LEAVES, month, k)
        if leader.acting > 0.0:
            leader.acting -= 1.0
            if leader.acting <= 0.0:
                succeed(world, p, o, k)
        elif p.leaders_on > 0.0:
            tenure = p.leader_tenure if leader.level != MANAGER else usual_stay(p.turnover)
            shock = max(o.judged_inadequate, o.policy_shifted if leader.level == DIRECTOR else 0.0)
            scheduled = leader.level == DIRECTOR and p.director_leaves > 0.0
            if scheduled or leaves < lead.leaving_chance(tenure, shock, p.exit_shock):
                o.leader_changes += 1.0
                leader.acting = max(1.0, p.acting_months)
                leader.agenda = agenda * gate(p.theory_of_change, p.gate_strength)
                gone = lead.ownership_lost(p.succession_continuity, p.theory_of_change)
                leader.unowned = either(leader.unowned, gone)
                leader.commitment *= 1.0 - gone
        if p.wave == 0.0 or leader.acting > 0.0:
            continue
        away = lead.drawn_away(
            o.chasing, o.intervention, p.blame_culture * o.scar, o.vacancies, tightness, p.theory_of_change
        )
        leader.ownership_lost = lead.ownership_next(leader.ownership_lost, away, leader.commitment, p.climate_pace)
        leader.unowned = lead.unowned_next(leader.unowned, leader.commitment, p.trust_growth)
        if p.leaders_on == 0.0:
            continue
        line = o.policy * funders[COUNCIL].confidence
        if leader.level != DIRECTOR:
            line = leader.trust_up * lead_before[leader.above]
        target = lead.commitment_target(
            p.theory_of_change * (1.0 - either(leader.ownership_lost, leader.unowned)),
            drive,
            o.reported,
            p.voice_weight * o.family_voice,
            line,
            p.commitment_evidence,
            p.commitment_line,
        )
        leader.commitment = toward(leader.commitment, target, p.climate_pace)
        leader.energy = toward(leader.energy, 1.0 - away, p.climate_pace)
        leader.trust_up = stock(leader.trust_up, lead.trust_gain(p.support_style, p.trust_growth), p.trust_wear)
    if p.wave > 0.0:
        sponsors(p, o, leaders, funders, sponsor_trust)


@rule
def lead_drive(outcome_motivation: float, age: float) -> float:
    """Drive of leaders: the same motivation as that of practitioners, from the launch on."""
    return prac.drive(outcome_motivation, age - 1.0)


@rule
def succeed(world: World, p: Record, o: Record, k: int) -> None:
    """A successor starts: part of the commitment is handed over; what the leaver had built in trust is gone."""
    staff, leaders, sponsor_trust, seed = world.practitioners, world.leaders, world.sponsor_trust, world.seed
    leader = leaders[k]
    u, v, w, _ = uniforms(seed, SUCCESSOR, int(p.month), k)
    leader.commitment = lead.successor_commitment(leader.commitment, leader.agenda, p.succession_continuity)
    if leader.level == DIRECTOR and p.wave > 0.0:  # whoever decides now asks for more, or for less, than before
        u, v, _, _ = uniforms(seed, COUNCIL_ASKS, int(p.month), 0)
        same = p.succession_continuity
        o.council_bar = same * o.council_bar + math.sqrt(1.0 - same * same) * normal(u, v)
    make_leader(leader, p, u, v, w)
    for f in range(2):
        sponsor_trust[k, f] = p.initial_trust
    for j in range(len(leaders)):
        if leaders[j].above == k and j != k:
            leaders[j].trust_up = p.initial_trust
    for i in range(len(staff)):
        if staff[i].manager == k:
            staff[i].trust_up = min(staff[i].trust_up, p.initial_trust)


@rule
def sponsors(p: Record, o: Record, leaders: Table, funders: Table, sponsor_trust: Floats) -> None:
    """Funders' trust in senior leaders follows results against promise and policy; confidence is its mean."""
    target = fund.confidence_target(o.reported, o.promised, p.voice_weight * o.family_voice, o.policy, p.gate_strength)
    for f in range(2):
        total, seniors = 0.0, 0
        for k in range(len(leaders)):
            if leaders[k].level != MANAGER:
                sponsor_trust[k, f] = toward(sponsor_trust[k, f], target, p.climate_pace)
                total += sponsor_trust[k, f]
                seniors += 1
        funders[f].confidence = total / seniors


# ---- 4. Workforce --------------------------------------------------------------------------------------------------


@rule
def workforce(world: World, p: Record, o: Record) -> None:
    """Strain and safety; leaving, vacancies, agency cover, recruitment."""
    staff, leaders, teams = world.practitioners, world.leaders, world.teams
    colleagues_lost, gone = world.colleagues_lost, world.gone
    leavers, seed, luck = world.leavers, world.seed, world.luck
    month, rate = int(p.month), monthly_turnover(p.turnover)
    bureaucracy = min(0.95, p.bureaucracy + p.improvement_posts * o.intervention)
    cost = prac.personal_cost(p.blame_culture, o.scar, p.media_hostility, p.cost_exposure)
    cover = either(p.agency_cover, o.intervention * p.improvement_posts)
    weather = math.log(climate.swing(o.weather, p.leave_weather))
    hard = climate.swing(o.hiring, p.recruit_weather)
    recruited = prac.recruitment_chance(p.time_to_fill * hard, o.intervention, p.recruit_stigma)
    arrives = prac.agency_arrival_chance(cover, p.agency_stay)
    focus = prac.attention(p.concurrent_initiatives, p.attention_cost)
    others = p.added_work * (1.0 / focus - 1.0)  # what other initiatives ask of everybody
    day_job = p.implementation_staff / 100.0 * p.on_day_job * p.contract_hours if p.wave > 0.0 else 0.0
    in_post = 0
    gone[:] = 0.0
    draw(seed, LEAVES, month, luck)
    for i in range(len(staff)):
        in_post += staff[i].stage != NONE
    for i in range(len(staff)):
        q = staff[i]
        is_open = q.kind == ESTABLISHED or q.rank < (
            p.improvement_posts * o.intervention if q.kind == IMPROVEMENT else p.agency_extra
        )
        leaves, fills, covered = luck[i, 0], luck[i, 1], luck[i, 2]
        if q.stage != NONE:
            feel(p, o, q, leaders[q.manager], bureaucracy, cost, focus, others + day_job)
            q.tenure += 1.0
            goes = not is_open
            if p.turnover_on > 0.0 and q.post == PERMANENT:
                shape = prac.tenure_factor(q.tenure, rate, p.leave_early, p.early_months)
                lost = colleagues_lost[q.team]
                usual = prac.leaving_chance(
                    rate, shape, q.strain, lost, weather, p.leave_strain, p.usual_strain, p.leave_colleagues
                )
                goes = goes or leaves < either(usual, p.turnover_spike)
            elif p.turnover_on > 0.0:
                goes = goes or leaves < 1.0 / p.agency_stay
            if goes and in_post > 1:
                in_post -= 1
                leave(world, p, o, i)
                if is_open and covered < cover:
                    join(world, p, o, i, AGENCY)
            elif q.post == AGENCY and q.kind == ESTABLISHED and fills < recruited:
                leave(world, p, o, i)
                join(world, p, o, i, PERMANENT)
        elif not is_open:
            q.post = CLOSED
        else:
            q.post = VACANT
            if q.kind == ESTABLISHED and fills < recruited:
                join(world, p, o, i, PERMANENT)
            elif q.kind != ESTABLISHED or leaves < arrives:
                join(world, p, o, i, AGENCY)
    quarter = 1.0 / 3.0
    for team in range(len(colleagues_lost)):
        size = teams[team + 1] - teams[team]
        colleagues_lost[team] = toward(colleagues_lost[team], gone[team] / size, quarter)
    leavers[month % 12] = o.leavers


@rule
def feel(
    p: Record, o: Record, q: Record, manager: Record, bureaucracy: float, cost: float, focus: float, extra_hours: float
) -> None:
    """A month's load, and the strain, safety and slack it leaves."""
    added = extra_hours
    if uses(q.stage):
        added += p.added_work * (1.0 - q.habit) * (1.0 - p.backfill * o.paid)
    q.load = prac.load(q.caseload, p.hours_per_case, p.contract_hours, bureaucracy, added)
    if p.strain_on > 0.0:
        containment = p.containment * gate(manager.support * (1.0 - p.blame_culture * o.scar), p.safety_context)
        target = prac.strain_target(q.load, cost, containment, p.strain_load, p.strain_anxiety)
        q.strain = toward(q.strain, target, p.climate_pace)
    safety = prac.safety_target(cost, q.trust_up, q.strain, p.safety_context)
    q.safety = toward(q.safety, safety, p.climate_pace)
    q.slack = prac.slack(q.load, q.strain, focus, p.strain_load, p.gate_strength) if p.strain_on > 0.0 else focus


@rule
def leave(world: World, p: Record, o: Record, i: int) -> None:
    """Somebody leaves a post: a user is lost, ties go with the person."""
    staff, tie_start, tie_trust = world.practitioners, world.tie_start, world.tie_trust
    tie_reverse, gone = world.tie_reverse, world.gone
    ledger = world.ledger
    q = staff[i]
    if q.post == PERMANENT:
        o.leavers += 1.0
        gone[q.team] += 1.0
    if uses(q.stage):
        log(o, ledger, p.month, i, q.stage, NONE, LEFT_JOB)
    q.left_stage, q.left_skill, q.left_habit = q.stage, q.skill, q.habit
    q.stage, q.post = NONE, VACANT
    q.tenure = q.caseload = q.skill = q.habit = q.fidelity = 0.0
    for e in range(tie_start[i], tie_start[i + 1]):
        tie_trust[e] = p.initial_trust
        tie_trust[tie_reverse[e]] = p.initial_trust


@rule
def join(world: World, p: Record, o: Record, i: int, post: int) -> None:
    """Somebody starts in a post: with what the organisation can teach, or inducted into all the leaver did."""
    staff, ledger, seed = world.practitioners, world.ledger, world.seed
    q = staff[i]
    month = int(p.month)
    u, v, w, z = uniforms(seed, PERSON, month, i)
    inducted, taught, _, _ = uniforms(seed, ARRIVES, month, i)
    make_person(q, p, o.people_here, u, v, w, z)
    q.post = post
    if post == PERMANENT:
        o.starters += 1.0
    if p.wave == 0.0:
        return
    q.belief = clip(p.belief_values * p.value_alignment * lead_drive(p.outcome_motivation, p.age))
    if p.memory_on > 0.0:
        q.skill = prac.newcomer_start(o.codified_memory, o.living_memory, p.memory_transfer)
        manager = world.leaders[q.manager]
        carried = lead.lead(manager.commitment, manager.energy) if manager.acting <= 0.0 else 0.0
        mentors = team_mentors(staff, world.teams[q.team], world.teams[q.team + 1])
        if taught < prac.own_induction(o.codified_memory, mentors, carried, p.gate_strength):
            q.stage = TRAINED
    if inducted < p.induction and AWARE <= q.left_stage <= ROUTINE:
        q.stage, q.skill, q.habit = q.left_stage, max(q.skill, q.left_skill), q.left_habit
        if uses(q.stage):
            log(o, ledger, p.month, i, NONE, q.stage, INDUCTED)


@rule
def team_mentors(staff: Table, first: int, last: int) -> float:
    """Share of those in post in a team for whom it is routine."""
    mentors = filled = 0.0
    for i in range(first, last):
        if staff[i].stage != NONE:
            filled += 1.0
            mentors += staff[i].stage == ROUTINE
    return mentors / max(1.0, filled)


# ---- 5. Families ---------------------------------------------------------------------------------------------------


@rule
def families(world: World, p: Record, o: Record) -> None:
    """Wellbeing moves with need, time, relationship and faithful use; cases close and open; families are heard."""
    staff, rows, teams, held, offers = world.practitioners, world.families, world.teams, world.cases_held, world.help
    seed, luck, in_post = world.seed, world.case_luck, world.in_post
    month = int(p.month)
    works = p.potential * o.fit if p.wave > 0.0 else 0.0
    for i in range(len(staff)):
        offers[i, TIME] = 1.0 / max(1.0, staff[i].load)
        offers[i, EFFECT] = works * staff[i].fidelity
        in_post[i] = staff[i].stage != NONE
        offers[i, NEW] = staff[i].stage == NONE or staff[i].tenure == 0.0
    invited = 1.0 if o.external_money > 0.0 else o.council_share  # nobody is asked where nobody carries it on
    depth = p.participation_depth * invited if p.wave > 0.0 else 0.0
    annual = o.coproduction_money * 12.0
    resourced = coproduction_resourced(annual, depth, len(rows) * o.cases_each, p.coproduction_family)
    burden = fam.burden_target(depth, resourced * p.acted_on)
    gate_strength, trust_growth, trust_wear, usual_help = p.gate_strength, p.trust_growth, p.trust_wear, p.usual_help
    wellbeing = voice = trusted = burdened = 0.0
    usual_chance = 1.0 / p.case_duration
    initial_trust, usual_wellbeing, pace = p.initial_trust, p.usual_wellbeing, p.climate_pace
    acted_on = p.acted_on
    draw(seed, CLOSES, month, luck)
    for f in range(len(rows)):
        one = rows[f]
        if offers[one.worker, NEW] > 0.0:
            other, _, _, _ = uniforms(seed, FAMILY, month, f)
            held[one.worker] -= 1
            one.worker = worker_for(in_post, held, teams, one.team, other)
            held[one.worker] += 1
            one.worker_changes += 1
            one.trust = min(one.trust, initial_trust)
        elif luck[f >> 2, f & 3] < fam.closing_chance(one.wellbeing, usual_wellbeing, usual_chance):
            other, need, again, _ = uniforms(seed, FAMILY, month, f)
            held[one.worker] -= 1
            open_case(one, need, again, initial_trust)
            one.worker = worker_for(in_post, held, teams, one.team, other)
            held[one.worker] += 1
        one.months_open += 1.0
        available, effect = offers[one.worker, TIME], offers[one.worker, EFFECT]
        eased = one.trust * gate(1.0 - one.burden, gate_strength)
        one.wellbeing = toward(
            one.wellbeing, fam.wellbeing_target(one.need, available, eased, effect, usual_help), pace
        )
        one.trust = stock(one.trust, trust_growth * (available + acted_on * one.voice), trust_wear)
        heard = fam.voice_target(depth, resourced, one.burden, one.need, gate_strength)
        one.voice = toward(one.voice, heard, pace)
        one.burden = toward(one.burden, burden, pace)
        wellbeing += one.wellbeing
        voice += one.voice
        trusted += one.trust
        burdened += one.burden
    count = len(rows)
    o.wellbeing, o.family_trust, o.burden, o.voice = wellbeing / count, trusted / count, burdened / count, voice / count
    o.family_voice = p.acted_on * o.voice
    for i in range(len(staff)):
        staff[i].caseload = held[i] * o.cases_each


# ---- 6. Learning ---------------------------------------------------------------------------------------------------


@rule
def learning(world: World, p: Record, o: Record) -> None:
    """Training seats; reinforcement by coaching, supervision and peers; skill, habit and fidelity."""
    staff, leaders, lead_before = world.practitioners, world.leaders, world.lead_before
    if p.wave == 0.0:
        return
    # The same hours, by dedicated staff who are paid for, or by practitioners who find the time for them.
    own_time = p.on_day_job * o.slack
    o.implementers = (
        p.implementation_staff * ((1.0 - p.on_day_job) * o.paid + own_time) + p.in_kind * p.partner_collaboration
    )
    delay = p.start_up_months * p.participation_depth * (o.coproduction_money > 0.0)
    o.seats = 0.0
    if p.age > delay:
        hands = o.implementers * p.posts / 100.0
        o.seats = p.seats_per_implementer * hands
    course = course_yield(p)
    pace = prac.embedding_pace(p.practice_pace, p.radicalness, p.radical_drag)
    refreshed = o.paid * course / p.refresher_interval
    whole = climate.integrity(p.adaptation, p.dilution)
    for i in range(len(staff)):
        q = staff[i]
        if q.stage == NONE:
            continue
        manager = leaders[q.manager]
        carried = lead_before[q.manager] if manager.acting <= 0.0 else 0.0
        supervision = prac.supervision(p.containment, q.strain, manager.support, carried, p.gate_strength)
        q.reinforcement = prac.reinforcement(
            p.coaching,
            p.feedback,
            o.paid,
            supervision,
            q.influence,
            o.codified_memory,
            p.reinforce_coaching,
            p.reinforce_supervision,
            p.reinforce_peers,
        )
        using = 1.0 if uses(q.stage) else 0.0
        fresh = refreshed if q.stage in (TRAINED, TRYING, ROUTINE) else 0.0
        q.skill = prac.skill_next(q.skill, using, q.reinforcement, q.habit, fresh, pace, p.skill_retention)
        q.fidelity = using * prac.fidelity(
            q.skill,
            q.reinforcement,
            o.fit,
            o.obstacles,
            q.belief,
            p.clarity,
            q.aptitude,
            whole,
            p.fidelity_skill,
            p.fidelity_context,
            p.gate_strength,
        )
        q.habit = toward(q.habit, q.fidelity, pace)


# ---- 7. Adoption ---------------------------------------------------------------------------------------------------


@rule
def adoption(world: World, p: Record, o: Record) -> None:
    """Belief and fatigue; moves between stages, each a hazard of the worker's own state; lapses by cause."""
    staff, leaders, tie_start = world.practitioners, world.leaders, world.tie_start
    tie_to, tie_trust = world.tie_to, world.tie_trust
    tie_width, before, belief_before = world.tie_width, world.before, world.belief_before
    lead_before, ledger = world.lead_before, world.ledger
    seed, luck = world.seed, world.luck
    for i in range(len(staff)):
        before[i] = staff[i].stage
        belief_before[i] = staff[i].belief
    cost = prac.personal_cost(p.blame_culture, o.scar, p.media_hostility, p.cost_exposure)
    seat = prac.seat_chance(o.seats * o.paid_start_up, o.waiting)
    course = course_yield(p)
    drive = lead_drive(p.outcome_motivation, p.age)
    focus = prac.attention(p.concurrent_initiatives, p.attention_cost)
    harmony = value_harmony(p)
    unpaid = prac.lapse_money(o.paid, p.lapse_unpaid)
    memory = o.codified_memory
    watched = prac.embedding_pace(p.practice_pace, p.radicalness, p.radical_drag)
    draw(seed, MOVES, int(p.month), luck)
    stay = lead.expected_stay(p.leader_tenure, p.months_to_known_exit, p.look_ahead)
    for i in range(len(staff)):
        q, stage = staff[i], before[i]
        if stage == NONE:
            continue
        manager, lead_seen = leaders[q.manager], lead_before[q.manager]
        moves, cause, taught, tried = luck[i, 0], luck[i, 1], luck[i, 2], luck[i, 3]
        freedom = prac.trial_freedom(q.openness, q.safety, q.slack, manager.openness, p.gate_strength)
        o.trials += 1.0 if tried < chance(p.try_alone * freedom) else 0.0
        if p.wave == 0.0:
            continue
        look_around(p, q, i, before, belief_before, tie_start, tie_to, tie_trust, tie_width)
        make_up_mind(p, o, q, lead_seen, drive, focus)
        expects = expected(p, q.trust_up, o.money_ahead, stay)
        pressure = p.push * lead_seen
        mandate = pressure * (1.0 - p.staff_participation)
        told = mandate * q.slack
        if stage == UNAWARE:
            if moves < chance(prac.aware_rate(pressure, q.exposure)):
                q.stage = AWARE
        elif stage == AWARE:
            rate = prac.willing_rate(
                q.belief, expects, q.safety, q.influence, harmony, q.openness, mandate,
                p.added_work / p.contract_hours, p.step_pace, p.willing_threshold, p.decision_steepness,
                p.belief_peers, p.gate_strength,
            )  # fmt: skip
            if moves < chance(rate):
                q.stage = WILLING
        elif stage == WILLING:
            if taught < seat:
                q.stage, q.skill = TRAINED, either(q.skill, course)
            elif moves < chance(prac.shadow_rate(q.mentors, memory, q.slack, watched)):
                q.stage, q.skill = TRAINED, either(q.skill, prac.newcomer_start(memory, q.mentors, p.memory_transfer))
        elif stage == TRAINED:
            rate = prac.trying_rate(
                freedom, q.skill, o.fit, o.obstacles, expects, q.influence, told, p.try_alone, p.try_peers,
                p.step_pace, p.gate_strength,
            )  # fmt: skip
            if moves < chance(rate):
                q.stage = TRYING
                log(o, ledger, p.month, i, stage, TRYING, BEGAN)
        elif stage == LAPSED:
            if moves < chance(prac.return_rate(q.belief, lead_seen, expects, q.influence, p.return_pace)):
                q.stage = WILLING
        else:
            lost = ownership_lost_above(leaders, q.manager)
            struck = lapse(p, o, q, lost, cost, unpaid, moves, cause)
            if struck > 0:
                q.stage = LAPSED
                log(o, ledger, p.month, i, stage, LAPSED, struck)
            elif stage == TRYING and taught < chance(prac.routine_rate(q.habit)):
                q.stage = ROUTINE


@rule
def look_around(
    p: Record,
    q: Record,
    i: int,
    before: Ints,
    belief: Floats,
    tie_start: Ints,
    tie_to: Ints,
    tie_trust: Floats,
    tie_width: Floats,
) -> None:
    """What a worker sees among trusted colleagues: users, routine users, and those who gave it up unconvinced."""
    using = mentors = doubt = 0.0
    ties = 0
    for e in range(tie_start[i], tie_start[i + 1]):
        stage = before[tie_to[e]]
        if tie_width[e] < p.silo or stage == NONE:
            continue
        ties += 1
        if stage == ROUTINE:
            mentors += tie_trust[e]
        elif stage == TRYING:
            using += tie_trust[e]
        elif stage == LAPSED:
            doubt += tie_trust[e] * (1.0 - belief[tie_to[e]])
    most = max(1, ties)
    q.exposure, q.mentors, q.doubt = (using + mentors) / most, mentors / most, doubt / most
    q.influence = 0.0
    if p.contagion_on > 0.0:
        seen = max(0.0, q.exposure - q.doubt)
        q.influence = prac.influence(seen, p.contagion_threshold * (1.0 - q.openness), p.contagion_steepness)


@rule
def make_up_mind(p: Record, o: Record, q: Record, lead_seen: float, drive: float, focus: float) -> None:
    """Belief follows reasons; fatigue gathers from change that is too much or imposed."""
    target = prac.belief_target(
        p.value_alignment * drive,
        prac.message(q.trust_up, lead_seen, p.shared_vision, p.gate_strength),
        o.visible_benefit,
        q.influence,
        either(p.staff_participation, o.family_voice),
        q.fatigue,
        p.belief_values,
        p.belief_message,
        p.belief_benefit,
        p.belief_peers,
        p.voice_weight,
    )
    q.belief = toward(q.belief, target, p.climate_pace)
    imposed = p.push * lead_seen * either(1.0 - p.staff_participation, 1.0 - p.outcome_motivation)
    day_job = clip(p.implementation_staff * p.on_day_job / 100.0)
    q.fatigue = stock(q.fatigue, prac.fatigue_gain(focus, imposed, day_job, p.fatigue_growth), p.fatigue_recovery)


@rule
def lapse(p: Record, o: Record, q: Record, lost: float, cost: float, unpaid: float, moves: float, cause: float) -> int:
    """Cause of lapse that strikes a user this month, or 0: causes compete in proportion to their rates."""
    rates = lapse_rates(p, o, q, lost, cost, q.reinforcement, unpaid, prac.lapse_shield(q.habit, p.habit_shield))
    total = rates[0] + rates[1] + rates[2] + rates[3] + rates[4] + rates[5] + rates[6]
    if moves >= chance(total):
        return 0
    mark = cause * total
    struck = OVERLOAD
    for rate in rates[:-1]:
        if mark < rate:
            return struck
        mark -= rate
        struck += 1
    return struck


# ---- 8. Trust ------------------------------------------------------------------------------------------------------


@rule
def trust(world: World, p: Record, o: Record) -> None:
    """Trust grows slowly with supportive leaders and shared work, and falls fast with blame and broken promises."""
    staff, leaders, tie_start = world.practitioners, world.leaders, world.tie_start
    tie_to, tie_trust = world.tie_to, world.tie_trust
    tie_width = world.tie_width
    blamed = p.breach * p.blame_culture * o.incidents
    broken = either(blamed, p.breach * p.promise_broken)
    wear = either(p.trust_wear, blamed)
    total, ties = 0.0, 0
    for i in range(len(staff)):
        q = staff[i]
        if q.stage == NONE:
            continue
        manager = leaders[q.manager]
        gain = lead.trust_gain(manager.support, p.trust_growth) if manager.acting <= 0.0 else 0.0
        q.trust_up = lead.trust_after_breach(stock(q.trust_up, gain, p.trust_wear), broken)
        for e in range(tie_start[i], tie_start[i + 1]):
            other = staff[tie_to[e]]
            if other.stage != NONE:
                shared = either(1.0 - other.strain, q.fidelity * other.fidelity)
                tie_trust[e] = stock(tie_trust[e], p.trust_growth * shared, wear)
                if tie_width[e] >= p.silo:
                    total += tie_trust[e]
                    ties += 1
    o.peer_trust = total / max(1, ties)


# ---- 9. Memory and adaptation --------------------------------------------------------------------------------------


@rule
def memory_and_adaptation(world: World, p: Record, o: Record) -> None:
    """Codified memory, fit and obstacles; benefit shows after its lag."""
    staff, months = world.practitioners, world.monthly
    if p.wave == 0.0:
        return
    users = filled = skill = slack = 0.0
    for i in range(len(staff)):
        q = staff[i]
        if q.stage != NONE:
            filled += 1.0
            users += uses(q.stage)
            slack += q.slack
            skill += either(q.skill, q.habit) if q.stage != LAPSED else q.skill
    o.slack = slack / filled
    o.living_memory = skill / filled
    o.reflection = climate.reflection(p.reflection_interval, o.slack)
    if p.memory_on > 0.0:
        o.codified_memory = climate.codified_next(
            o.codified_memory, users / filled, o.reflection, p.codification, p.memory_growth, p.memory_retention
        )
        o.newcomer_start = prac.newcomer_start(o.codified_memory, o.living_memory, p.memory_transfer)
    tailored = climate.tailoring(p.adaptation, p.permissiveness, p.manualised, p.gate_strength)
    whole = climate.integrity(p.adaptation, p.dilution)
    effort = climate.adaptation_effort(
        o.reflection,
        p.failure_tolerance * o.safety,
        p.data_capability,
        p.staff_participation,
        o.family_voice,
        p.voice_weight,
        p.gate_strength,
    )
    o.fit = climate.fit_next(o.fit, climate.fit_ceiling(p.context_distance, tailored), effort, p.fit_pace, p.drift_pace)
    rebuilt = prac.embedding_pace(p.fit_pace, p.radicalness, p.radical_drag)
    o.obstacles = climate.obstacles_next(o.obstacles, o.fit, o.implementers, p.partner_collaboration, rebuilt)
    shown = 0.0
    if p.age > p.effect_lag + 1.0:
        shown = months[int(p.month) - 2 - int(p.effect_lag)].benefit
    o.visible_benefit = saturating(shown, p.benefit_seen)
    o.evidence = climate.evidence(shown, p.data_capability, whole, p.benefit_seen)


# ---- 10. Measure ---------------------------------------------------------------------------------------------------


@rule
def measure(world: World, p: Record, o: Record) -> None:
    """Count what next month's decisions need; after launch, write the month's indicators."""
    staff, leaders, cases = world.practitioners, world.leaders, world.families
    funders, leavers = world.funders, world.leavers
    months = world.monthly
    stages = np.zeros(7)
    filled = permanent = agency = established = faithful = 0.0
    strain = safety = fatigue = belief = skill = fidelity = benefit = up = support = hope = 0.0
    works = p.potential * o.fit if p.wave > 0.0 else 0.0
    stay = lead.expected_stay(p.leader_tenure, p.months_to_known_exit, p.look_ahead)
    for i in range(len(staff)):
        q = staff[i]
        established += q.post != CLOSED and q.kind != prac.EXTRA
        if q.stage == NONE:
            continue
        filled += 1.0
        permanent += q.post == PERMANENT
        agency += q.post == AGENCY
        stages[q.stage] += 1.0
        strain += q.strain
        safety += q.safety
        fatigue += q.fatigue
        belief += q.belief
        skill += q.skill
        up += q.trust_up
        support += q.reinforcement
        if p.wave > 0.0:
            hope += expected(p, q.trust_up, o.money_ahead, stay)
        if uses(q.stage):
            fidelity += q.fidelity
            benefit += works * q.fidelity
            faithful += q.fidelity >= p.faithful_at
    o.filled = filled
    o.vacancies = 1.0 - permanent / established
    o.strain = strain / filled
    o.safety = safety / filled
    o.cases = len(cases) * o.cases_each
    o.waiting = stages[WILLING]
    o.users = stages[TRYING] + stages[ROUTINE]
    o.learners = o.users + stages[TRAINED]
    if p.month < 1.0:
        return
    row = months[int(p.month) - 1]
    row.wave = p.wave
    row.unaware, row.aware, row.willing = stages[UNAWARE] / filled, stages[AWARE] / filled, stages[WILLING] / filled
    row.trained, row.trying, row.routine = stages[TRAINED] / filled, stages[TRYING] / filled, stages[ROUTINE] / filled
    row.lapsed = stages[LAPSED] / filled
    row.use = o.users / filled
    row.use_at_fidelity = faithful / filled
    row.new_users, row.lapses, row.losses = o.new_users, o.lapses, o.losses
    row.trials = o.trials / filled
    row.codified_memory, row.living_memory, row.newcomer_start = o.codified_memory, o.living_memory, o.newcomer_start
    row.vertical_trust, row.safety, row.strain = up / filled, safety / filled, o.strain
    row.fatigue, row.belief, row.skill = fatigue / filled, belief / filled, skill / filled
    row.reinforcement, row.continuation, row.scar = support / filled, hope / filled, o.scar
    row.turnover_12m = leavers.sum() / max(1.0, permanent)
    row.vacancy_rate = o.vacancies
    row.agency_rate = agency / filled
    row.filled_posts, row.leavers, row.starters = filled, o.leavers, o.starters
    row.cases, row.caseload = o.cases, o.cases / filled
    row.fit, row.benefit, row.evidence, row.paid, row.budget = o.fit, benefit / filled, o.reported, o.paid, o.budget
    row.fidelity = fidelity / max(1.0, o.users)
    row.external_money, row.council_money, row.spend = o.external_money, o.council_money, o.spend
    row.cumulative_cost, row.training_spend = o.cumulative_cost, o.training_spend
    row.diverted, row.returned, row.balance = o.diverted, o.returned, o.start_up_balance + o.embedding_balance
    row.leader_changes, row.incidents, row.inspections = o.leader_changes, o.incidents, o.inspections
    row.inspection_grade, row.stopped_by_funder = o.inspection_grade, o.stopped_by_funder
    row.funder_confidence = funders[EXTERNAL].confidence
    commitment = 0.0
    for k in range(len(leaders)):
        commitment += leaders[k].commitment
    row.leader_commitment = commitment / len(leaders)
    row.wellbeing, row.family_trust, row.voice, row.burden = o.wellbeing, o.family_trust, o.voice, o.burden
    row.peer_trust = o.peer_trust
    if p.wave > 0.0 and (p.age % 3.0 == 0.0 or p.age == 1.0):
        ahead = o.council_share if p.anticipation_on > 0.0 else 1.0
        granted = funders[EXTERNAL].term > 0.0 and p.money_on > 0.0
        o.uptake_number, o.zone_open, o.uptake_number_without_grant = uptake(world, p, o, granted, ahead)
    row.uptake_number, row.zone_open = o.uptake_number, o.zone_open
    row.uptake_number_without_grant = o.uptake_number_without_grant
    if p.wave > 0.0 and funders[EXTERNAL].term <= 0.0:
        after_the_money(p, o, months)
    row.sustained = o.sustained
    row.ended_two_years, row.ended_five_years = o.ended_two_years, o.ended_five_years
    row.reduced_two_years, row.reduced_five_years = o.reduced_two_years, o.reduced_five_years
    row.kept_two_years, row.kept_five_years = o.kept_two_years, o.kept_five_years


@rule
def quarter_to(months: Table, month: float, earliest: float) -> tuple[float, float]:
    """Mean use, and use at fidelity, over the three months up to `month`, none of them before `earliest`."""
    first = int(max(month - 2.0, earliest))
    use = faithful = 0.0
    for m in range(first, int(month) + 1):
        use += months[m - 1].use
        faithful += months[m - 1].use_at_fidelity
    count = max(1.0, month - first + 1.0)
    return use / count, faithful / count


@rule
def after_the_money(p: Record, o: Record, months: Table) -> None:
    """Two and five years after external money: has it ended, is it reduced, or kept? And is it sustained?"""
    since = p.month - o.last_external_month
    if since not in (TWO_YEARS, FIVE_YEARS):
        return
    launched = p.month - p.age + 1.0
    use_then, faithful_then = quarter_to(months, o.last_external_month, launched)
    use, faithful = quarter_to(months, p.month, launched)
    ended = 1.0 if use < p.ended_below else 0.0
    kept = 1.0 - ended if use >= p.kept_from * use_then else 0.0
    reduced = 1.0 - ended - kept
    if since == TWO_YEARS:
        o.ended_two_years, o.reduced_two_years, o.kept_two_years = ended, reduced, kept
        o.sustained = 1.0 - ended if faithful >= p.sustained_share * faithful_then else 0.0
    else:
        o.ended_five_years, o.reduced_five_years, o.kept_five_years = ended, reduced, kept
