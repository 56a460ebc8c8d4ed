"""A month of a sector: what is given, the month of every authority, and what then flows between them.

A link that is off does nothing at all: with every link off each authority lives to the bit as it does alone. Every draw
is keyed by the seed of an authority, or of the sector, and authorities stand in the order of their names: the order in
which they were asked for, and the threads that share the work, decide nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba.typed import List

from conducive.agents.leader import lead
from conducive.agents.rule import clip, compiled, rule
from conducive.model.month import month
from conducive.model.sector.directors import DIRECTOR, notice
from conducive.model.sector.funders import waits
from conducive.model.sector.measures import count_month
from conducive.model.sector.people import remember
from conducive.model.sector.state import NOTHING, Between


@compiled
def list_of(first: Any) -> Any:
    """Return a list that compiled code reads, of one thing."""
    made = List()
    made.append(first)
    return made


@compiled
def add(things: Any, another: Any) -> None:
    """Add to such a list."""
    things.append(another)


@compiled
def live_apart(worlds: Any, before: Any, t: int) -> None:
    """Live through a month in some authorities, each as it does alone, after noting who was there.

    Every other month begins with the last: what the processor still holds of it need not be fetched again.
    """
    for n in range(len(worlds)):
        k = n if t % 2 == 0 else len(worlds) - 1 - n
        remember(worlds[k], before[k])
        month(worlds[k], worlds[k].timeline[t], worlds[k].organisation[0])


@compiled
def lay_out(sector: Between, worlds: Any, plain: Any, columns: Any, money: Any, scale: Any, t: int) -> None:
    """Write what a month is given in every authority: the innovation that runs there, its grant, coaches' time."""
    settings = sector.settings[0]
    for a in range(len(worlds)):
        notice(sector, worlds[a], a)
        here, row, inputs = sector.authorities[a], plain[a][t], worlds[a].timeline[t]
        if here.own > 0.0 or inputs.month < 1.0:
            continue
        if here.next_innovation != NOTHING:
            here.innovation, here.next_innovation = here.next_innovation, NOTHING
            here.launched = inputs.month - 1.0
            here.waves += 1.0
        inputs.wave = here.waves
        inputs.age = inputs.month - here.launched if here.waves > 0.0 else 0.0
        inputs.grant = here.grant
        if here.grant > 0.0:
            inputs.funding_term, inputs.embedding_share, inputs.renewal = here.length, settings.embedding_share, 0.0
            inputs.patience = waits(inputs.patience, settings.funders_haste, here.speed)
        if here.innovation == NOTHING:
            inputs.council_bound, inputs.push = 0.0, 0.0  # nobody carries on or pushes what has ended
            continue
        for c in range(len(columns)):
            value = sector.changes[here.innovation, c]
            if not math.isnan(value):
                row[columns[c]] = value * (scale[a] if money[c] else 1.0)
        if here.support > 0.0 and here.learners > 0.0:
            worlds[a].organisation[0].embedding_balance += here.support
            here.supported += here.support
            inputs.coaching += here.support / (here.learners * inputs.coaching_hour)


@compiled
def observe(sector: Between, worlds: Any, t: int) -> None:
    """Note what the month left in each authority, for decisions between months and for counting."""
    count = len(worlds)
    strain, empty, grade = np.zeros(count), np.zeros(count), np.zeros(count)
    for a in range(count):
        here, world, inputs = sector.authorities[a], worlds[a], worlds[a].timeline[t]
        org, one = world.organisation[0], world.leaders[DIRECTOR]
        if here.own > 0.0:
            here.innovation = int(inputs.wave) - 1 if inputs.wave > 0.0 else NOTHING
        strain[a], empty[a], grade[a] = org.strain, org.vacancies, org.inspection_grade
        here.filled, here.learners, here.cases = org.filled, org.learners, org.cases
        here.reported, here.evidence, here.codified = org.reported, org.evidence, org.codified_memory
        here.use = org.users / org.filled
        here.faithful = world.monthly[int(inputs.month) - 1].use_at_fidelity if inputs.month >= 1.0 else 0.0
        here.openness = one.openness
        here.lead = lead(one.commitment if here.innovation != NOTHING else one.openness, one.energy, one.acting)
        here.nerve, here.capacity, here.data = org.safety, org.slack, inputs.data_capability
        here.tightness = clip(1.0 - org.budget)
        here.marketisation, here.tolerance = inputs.marketisation, inputs.failure_tolerance
        here.council_spend += org.council_money
    trouble = (standard(strain) + standard(empty) + standard(grade)) / 3.0
    for a in range(count):
        sector.authorities[a].need = trouble[a]
        sector.authorities[a].quality = -trouble[a]


@rule
def standard(values: Any) -> Any:
    """Values in standard deviations from their mean; nothing where all are the same."""
    spread = math.sqrt(((values - values.mean()) ** 2).mean())
    return (values - values.mean()) / spread if spread > 0.0 else values * 0.0


@compiled
def count(sector: Between, worlds: Any, t: int, table: Any, running: Any, users: Any) -> None:
    """Write the sector's row of a month since launch."""
    now = int(worlds[0].timeline[t].month)
    if now < 1:
        return
    settings = sector.settings[0]
    months = min(float(now), settings.support_months)
    spent = settings.learning_network / 12.0 * months if settings.word_on > 0.0 else 0.0
    for a in range(len(worlds)):
        spent += sector.authorities[a].supported
    count_month(sector, table[now - 1], running[now - 1], users[now - 1], spent, float(now))
