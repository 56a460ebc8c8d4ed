"""The uptake number R: colleagues one user brings into use before lapsing or leaving, nobody else using it yet.

Each monthly rate is averaged over all filled posts as if in that stage, at an exposure to trusted users scaled by x
(0: nobody uses it; 1: the present use u). They form the generator Q(x) of a post's stage, in which leaving returns
the post to a newcomer's start. With pi Q = 0 and W = pi_use / (1 - pi_use), r(x) = (W(x) - W(0)) / (x u); the uptake
number is r(1), and the zone is open when r(x) (1 - x u) >= 1 for some x. In the susceptible-infected-susceptible
limit this is contact rate over lapse rate.
"""

from __future__ import annotations

from typing import NamedTuple

from conducive.agents import practitioner as prac
from conducive.agents.practitioner import ROUTINE, TRYING
from conducive.agents.rule import rule
from conducive.model.arrays import Floats, Ints, Record, Table
from conducive.model.processes.averages import (
    FOOTHOLD,
    STEPS,
    TO_AWARE,
    TO_LAPSED,
    TO_RETURN,
    TO_TRAINED,
    TO_TRYING,
    TO_UNPAID,
    TO_WILLING,
    added_up,
)
from conducive.model.processes.ledger import uses
from conducive.model.state import World, monthly_turnover

LEAST = 1e-9


class Staying(NamedTuple):
    """How users keep it up, and how fast posts change hands: monthly rates, and what habit lets through of lapse."""

    settle: float
    new_shield: float
    old_shield: float
    leaving: float


@rule
def uptake(
    world: World, inputs: Record, org: Record, granted: bool, money_ahead_without: float
) -> tuple[float, float, float]:
    """Return the uptake number, 1 where the zone is open, and the uptake number without the grant.

    `granted` says whether external money is running; `money_ahead_without` is what people would see ahead without it.
    """
    present = users_seen(world.before) / org.filled
    used, waiting = max(present, FOOTHOLD), max(org.waiting, 1.0)
    rates = added_up(world, inputs, org, present, granted, money_ahead_without)
    kept = staying(inputs, world.practitioners)
    mean, seat = rates[0] / org.filled, prac.seat_chance(org.seats * org.paid_start_up, waiting)
    number = is_open = 0.0
    for step in range(1, STEPS + 1):
        number = brought_in(mean, seat, kept, used, step)
        if number * (1.0 - step / STEPS * used) >= 1.0:
            is_open = 1.0
    if not granted:
        return number, is_open, number
    mean, seat = rates[1] / org.filled, prac.seat_chance(org.seats * org.council_share, waiting)
    return number, is_open, brought_in(mean, seat, kept, used, STEPS)


@rule
def users_seen(before: Ints) -> float:
    """Users at the start of the month: those whom colleagues saw this month."""
    users = 0.0
    for stage in before:
        if uses(stage):
            users += 1.0
    return users


# ---- Odds of use ---------------------------------------------------------------------------------------------------


@rule
def staying(inputs: Record, staff: Table) -> Staying:
    """How users keep it up, by their habit, and how fast posts change hands without a full induction."""
    new_habit, old_habit = habits(inputs, staff)
    leaving = monthly_turnover(inputs.turnover) * (1.0 - inputs.induction) if inputs.turnover_on > 0.0 else 0.0
    return Staying(
        prac.routine_rate(new_habit),
        prac.lapse_shield(new_habit, inputs.habit_shield),
        prac.lapse_shield(old_habit, inputs.habit_shield),
        leaving,
    )


@rule
def habits(inputs: Record, staff: Table) -> tuple[float, float]:
    """Mean habit of those trying and of those in routine; where there are none, what it would be."""
    new = old = news = olds = 0.0
    for i in range(len(staff)):
        worker = staff[i]
        if worker.stage == TRYING:
            new += worker.habit
            news += 1.0
        elif worker.stage == ROUTINE:
            old += worker.habit
            olds += 1.0
    first = prac.embedding_pace(inputs.practice_pace, inputs.radicalness, inputs.radical_drag) * inputs.faithful_at
    return (new / news if news > 0.0 else first), (old / olds if olds > 0.0 else inputs.faithful_at)


@rule
def brought_in(mean: Floats, seat: float, kept: Staying, used: float, step: int) -> float:
    """Colleagues brought in by one user, r(x) at x = step / STEPS, from mean rates and the chance of a seat."""
    x = step / STEPS
    return (odds_at(mean, seat, kept, step) - odds_at(mean, seat, kept, 0)) / (x * used)


@rule
def odds_at(mean: Floats, seat: float, kept: Staying, step: int) -> float:
    """Odds that somebody uses it at a level of use around them."""
    lapse, unpaid = mean[TO_LAPSED, step], mean[TO_UNPAID, step]
    return odds_of_use(
        aware=mean[TO_AWARE, step],
        willing=mean[TO_WILLING, step],
        trained=mean[TO_TRAINED, step] + seat,
        begin=mean[TO_TRYING, step],
        settle=kept.settle,
        lapse_new=lapse * kept.new_shield + unpaid,
        lapse_old=lapse * kept.old_shield + unpaid,
        back=mean[TO_RETURN, step],
        leave=kept.leaving,
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

    UNAWARE -aware-> AWARE -willing-> WILLING -trained-> TRAINED -begin-> TRYING -settle-> ROUTINE; TRYING and ROUTINE
    lapse; LAPSED -back-> WILLING; from every stage leaving leads to UNAWARE.
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
