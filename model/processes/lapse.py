"""Lapse: why users give it up."""

from __future__ import annotations

from conducive.agents import practitioner as prac
from conducive.agents.practitioner import OVERLOAD
from conducive.agents.rule import chance, either, rule
from conducive.model.arrays import Record, Table


@rule
def lapse(
    inputs: Record, org: Record, worker: Record, ownership_lost: float, cost: float, moves: float, which: float
) -> int:
    """Cause of lapse that strikes a user this month, or 0: causes compete in proportion to their rates."""
    rates = lapse_rates(
        inputs,
        org,
        worker,
        ownership_lost=ownership_lost,
        cost=cost,
        reinforcement=worker.reinforcement,
        unpaid=prac.lapse_money(org.paid, inputs.lapse_unpaid),
        shield=prac.lapse_shield(worker.habit, inputs.habit_shield),
    )
    total = rates[0] + rates[1] + rates[2] + rates[3] + rates[4] + rates[5] + rates[6]
    if moves >= chance(total):
        return 0
    mark = which * total
    cause = OVERLOAD
    for rate in rates[:-1]:
        if mark < rate:
            return cause
        mark -= rate
        cause += 1
    return cause


@rule
def lapse_rates(
    inputs: Record,
    org: Record,
    worker: Record,
    ownership_lost: float,
    cost: float,
    reinforcement: float,
    unpaid: float,
    shield: float,
) -> tuple[float, float, float, float, float, float, float]:
    """Monthly rates of the seven causes of lapse, in the order of `CAUSES` from overload on; habit does not pay bills.

    `shield` is what habit lets through of every cause but the lack of money.
    """
    return (
        shield * prac.lapse_overload(worker.strain, inputs.lapse_strain),
        shield * prac.lapse_unsupported(reinforcement, inputs.lapse_reinforcement),
        shield * prac.lapse_poor_fit(org.fit, org.obstacles, inputs.lapse_fit),
        shield * prac.lapse_incident(cost, org.scar, inputs.lapse_blame),
        shield * prac.lapse_leader(ownership_lost, inputs.lapse_leader_gone),
        unpaid,
        shield * prac.lapse_sceptics(worker.doubt, inputs.lapse_doubt),
    )


@rule
def ownership_lost_above(leaders: Table, manager: int) -> float:
    """Ownership lost (0-1) among those above a worker, on average: team manager, service head, director. Paper 4.3."""
    head = leaders[manager].above
    director = leaders[head].above
    return (missing(leaders[manager]) + missing(leaders[head]) + missing(leaders[director])) / 3.0


@rule
def missing(leader: Record) -> float:
    """Ownership missing with a leader (0-1): taken by pressure, or gone with the last holder."""
    return either(leader.ownership_lost, leader.unowned)
