"""The uptake number R: colleagues one user brings into use before lapsing or leaving, nobody else using it yet.

Each monthly rate is averaged over all filled posts as if in that stage, at an exposure to trusted users scaled by x
(0: nobody uses
it; 1: the present use u). They form the generator Q(x) of a post's stage, in which leaving returns the post to a
newcomer's start.
With pi Q = 0 and W = pi_use / (1 - pi_use), r(x) = (W(x) - W(0)) / (x u); the uptake number is r(1), and the zone is
open when
r(x) (1 - x u) >= 1 for some x. In the susceptible-infected-susceptible limit this is contact rate over lapse rate.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.agents import leader as lead
from conducive.agents import practitioner as prac
from conducive.agents.practitioner import NONE, ROUTINE, TRYING
from conducive.agents.rule import either, gate, rule
from conducive.model.state import World, monthly_turnover

FOOTHOLD = 0.1
"""Where fewer use it than this share, R is taken at a seeded foothold of this size."""
STEPS = 4
"""Levels of use, as fractions of the present use, at which r(x) is taken."""
LEAST = 1e-9


@rule
def uses(stage: int) -> bool:
    """Whether somebody in this stage uses the innovation."""
    return stage in (TRYING, ROUTINE)


@rule
def course_yield(p: Any) -> float:
    """Share of the missing skill that one course gives: it teaches what builds on usual practice, not what departs."""
    taught: float = prac.training_yield(
        p.training_days, p.interactive_training, p.feedback, p.clarity, p.manualised, p.didactic_share, p.gate_strength
    )
    built_on = 1.0 - float(p.radicalness)
    return taught * built_on


@rule
def value_harmony(p: Any) -> float:
    """What dissonance with staff values leaves of the appeal (0-1): little harm at first, then a barrier. Paper 4.1."""
    return gate(p.value_alignment, 1.0 - p.value_alignment)


@rule
def expected(p: Any, trust_up: float, money_ahead: float, stay: float) -> float:
    """How far a worker expects the innovation to last (0-1), given money in sight and leaders expected to stay."""
    return lead.continuation(money_ahead, stay, trust_up, p.gate_strength) if p.anticipation_on > 0.0 else 1.0


@rule
def ownership_lost_above(leaders: Any, manager: int) -> float:
    """Ownership lost (0-1) with any of those above a worker: team manager, service head, director. Paper 4.3."""
    head = leaders[manager].above
    seniors = either(missing(leaders[head]), missing(leaders[leaders[head].above]))
    return either(missing(leaders[manager]), seniors)


@rule
def missing(leader: Any) -> float:
    """Ownership missing with a leader (0-1): taken by pressure, or gone with the last holder."""
    return either(leader.ownership_lost, leader.unowned)


@rule
def lapse_rates(
    p: Any, o: Any, q: Any, ownership_lost: float, cost: float, reinforcement: float, unpaid: float, shield: float
) -> tuple[float, float, float, float, float, float, float]:
    """Monthly rates of the seven causes of lapse, in the order of `CAUSES` from overload on; habit does not pay bills.

    `shield` is what habit lets through of every cause but the lack of money.
    """
    return (
        shield * prac.lapse_overload(q.strain, p.lapse_strain),
        shield * prac.lapse_unsupported(reinforcement, p.lapse_reinforcement),
        shield * prac.lapse_poor_fit(o.fit, o.obstacles, p.lapse_fit),
        shield * prac.lapse_incident(cost, o.scar, p.lapse_blame),
        shield * prac.lapse_leader(ownership_lost, p.lapse_leader_gone),
        unpaid,
        shield * prac.lapse_sceptics(q.doubt, p.lapse_doubt),
    )


@rule
def odds_of_use(
    aware: float,
    willing: float,
    trained: float,
    begin: float,
    settle: float,
    lapse_new: float,
    lapse_old: float,
    back: float,
    leave: float,
) -> float:
    """W = pi_use / (1 - pi_use) in the steady state of one post, from monthly rates along its stages.

    UNAWARE -aware-> AWARE -willing-> WILLING -trained-> TRAINED -begin-> TRYING -settle-> ROUTINE; TRYING and
    ROUTINE lapse;
    LAPSED -back-> WILLING; from every stage leaving leads to UNAWARE.
    """
    leave = max(leave, LEAST)
    pi_unaware = leave / (aware + leave)
    pi_aware = aware * pi_unaware / (willing + leave)
    # Stages from WILLING on, per unit of WILLING; then WILLING from its own balance.
    per_trained = trained / (begin + leave)
    per_trying = begin * per_trained / (settle + lapse_new + leave)
    per_routine = settle * per_trying / (lapse_old + leave)
    per_lapsed = (lapse_new * per_trying + lapse_old * per_routine) / (back + leave)
    everybody = 1.0 + per_trained + per_trying + per_routine + per_lapsed
    pi_willing = willing * pi_aware / (leave * everybody)
    use = pi_willing * (per_trying + per_routine)
    rest = pi_unaware + pi_aware + pi_willing * (1.0 + per_trained + per_lapsed)
    return use / max(rest, LEAST)


@rule
def uptake(world: World, p: Any, o: Any, granted: bool, money_ahead_without: float) -> tuple[float, float, float]:
    """Return the uptake number, 1 where the zone is open, and the uptake number without the grant.

    `granted` says whether external money is running; `money_ahead_without` is what people would see ahead without it.
    """
    staff, leaders, lead_before = world.practitioners, world.leaders, world.lead_before
    tie_start, tie_to, trust, width = world.tie_start, world.tie_to, world.tie_trust, world.tie_width
    present = users_seen(world.before) / o.filled
    used = max(present, FOOTHOLD)
    seeded = present < FOOTHOLD
    cost = prac.personal_cost(p.blame_culture, o.scar, p.media_hostility, p.cost_exposure)
    course = course_yield(p)
    harmony = value_harmony(p)
    memory = o.codified_memory
    watched = prac.embedding_pace(p.practice_pace, p.radicalness, p.radical_drag)
    new_habit, old_habit = habits(p, staff)
    new_shield, old_shield = prac.lapse_shield(new_habit, p.habit_shield), prac.lapse_shield(old_habit, p.habit_shield)
    leaving = monthly_turnover(p.turnover) * (1.0 - p.induction) if p.turnover_on > 0.0 else 0.0
    # Rows: with the grant, without it. Columns: aware, willing, trained, begin, lapse, back, lapse for want of money.
    # Last axis: levels of use.
    rates = np.zeros((2, 7, STEPS + 1))
    worlds = 2 if granted else 1
    unpaid_now = prac.lapse_money(o.paid, p.lapse_unpaid)
    unpaid_without = prac.lapse_money(o.council_share, p.lapse_unpaid)
    scale = np.array(
        [(step / STEPS) ** p.contagion_steepness for step in range(STEPS + 1)]
    )  # of the pull at exposure x
    stay = lead.expected_stay(p.leader_tenure, p.months_to_known_exit, p.look_ahead)
    for i in range(len(staff)):
        q = staff[i]
        if q.stage == NONE:
            continue
        manager, lead_seen = leaders[q.manager], lead_before[q.manager]
        lost = ownership_lost_above(leaders, q.manager)
        freedom = prac.trial_freedom(q.openness, q.safety, q.slack, manager.openness, p.gate_strength)
        pressure = p.push * lead_seen
        mandate = pressure * (1.0 - p.staff_participation)
        carried = lead_seen if manager.acting <= 0.0 else 0.0
        supervision = prac.supervision(p.containment, q.strain, manager.support, carried, p.gate_strength)
        exposure = used * tie_trust(p.silo, staff, i, tie_start, tie_to, trust, width) if seeded else q.exposure
        mentors = exposure if seeded else q.mentors
        skill = max(q.skill, course)
        seen = max(0.0, exposure - q.doubt)
        pull = (
            prac.pull(seen, p.contagion_threshold * (1.0 - q.openness), p.contagion_steepness)
            if p.contagion_on > 0.0
            else 0.0
        )
        for step in range(STEPS + 1):
            x = step / STEPS
            influence = prac.influence_of(scale[step] * pull) if step else 0.0
            for without in range(worlds):
                if without == 1 and 0 < step < STEPS:
                    continue  # without the grant only r(1) is asked for
                ahead = money_ahead_without if without else o.money_ahead
                paid = o.council_share if without else o.paid
                unpaid = unpaid_without if without else unpaid_now
                expects = expected(p, q.trust_up, ahead, stay)
                held = prac.reinforcement(
                    p.coaching, p.feedback, paid, supervision, influence, memory,
                    p.reinforce_coaching, p.reinforce_supervision, p.reinforce_peers,
                )  # fmt: skip
                rates[without, 0, step] += prac.aware_rate(pressure, x * exposure)
                rates[without, 1, step] += prac.willing_rate(
                    q.belief, expects, q.safety, influence, harmony, q.openness, mandate,
                    p.added_work / p.contract_hours, p.step_pace, p.willing_threshold, p.decision_steepness,
                    p.belief_peers, p.gate_strength,
                )  # fmt: skip
                rates[without, 2, step] += prac.shadow_rate(x * mentors, memory, q.slack, watched)
                rates[without, 3, step] += prac.trying_rate(
                    freedom, skill, o.fit, o.obstacles, expects, influence, mandate * q.slack, p.try_alone, p.try_peers,
                    p.step_pace, p.gate_strength,
                )  # fmt: skip
                c = lapse_rates(p, o, q, lost, cost, held, 0.0, 1.0)
                rates[without, 4, step] += c[0] + c[1] + c[2] + c[3] + c[4] + c[6]
                rates[without, 6, step] += unpaid
                rates[without, 5, step] += prac.return_rate(q.belief, lead_seen, expects, influence, p.return_pace)
    numbers = np.zeros(2)
    is_open = 0.0
    for without in range(worlds):
        mean = rates[without] / o.filled
        seat = prac.seat_chance(o.seats * (o.council_share if without else o.paid_start_up), max(o.waiting, 1.0))
        nobody = 0.0
        for step in range(STEPS + 1):
            odds = odds_of_use(
                mean[0, step], mean[1, step], mean[2, step] + seat, mean[3, step], prac.routine_rate(new_habit),
                mean[4, step] * new_shield + mean[6, step], mean[4, step] * old_shield + mean[6, step], mean[5, step],
                leaving,
            )  # fmt: skip
            if step == 0:
                nobody = odds
                continue
            if without == 1 and step < STEPS:
                continue
            x = step / STEPS
            numbers[without] = (odds - nobody) / (x * used)
            if without == 0 and numbers[0] * (1.0 - x * used) >= 1.0:
                is_open = 1.0
    return numbers[0], is_open, numbers[1] if granted else numbers[0]


@rule
def users_seen(before: npt.NDArray[np.int32]) -> float:
    """Users at the start of the month: those whom colleagues saw this month."""
    users = 0.0
    for stage in before:
        if uses(stage):
            users += 1.0
    return users


@rule
def habits(p: Any, staff: Any) -> tuple[float, float]:
    """Mean habit of those trying and of those in routine; where there are none, what it would be."""
    new = old = news = olds = 0.0
    for i in range(len(staff)):
        q = staff[i]
        if q.stage == TRYING:
            new += q.habit
            news += 1.0
        elif q.stage == ROUTINE:
            old += q.habit
            olds += 1.0
    first = prac.embedding_pace(p.practice_pace, p.radicalness, p.radical_drag) * p.faithful_at
    return (new / news if news > 0.0 else first), (old / olds if olds > 0.0 else p.faithful_at)


@rule
def tie_trust(
    silo: float,
    staff: Any,
    i: int,
    tie_start: npt.NDArray[np.int32],
    tie_to: npt.NDArray[np.int32],
    trust: npt.NDArray[np.float64],
    width: npt.NDArray[np.float64],
) -> float:
    """Mean trust of a worker over living ties."""
    total, ties = 0.0, 0
    for e in range(tie_start[i], tie_start[i + 1]):
        if width[e] >= silo and staff[tie_to[e]].stage != NONE:
            total += trust[e]
            ties += 1
    return total / max(1, ties)
