"""Practitioners who move: who leaves one authority for another, where they go, and what they bring.

Vacancies are filled as often as ever: the link decides who some of the new starters are. Nobody is lost on the way:
whoever leaves to move arrives, is between posts, or has left the sector.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.agents.practitioner import AGENCY, AWARE, LAPSED, NONE, PERMANENT, TRAINED, UNAWARE
from conducive.agents.rule import compiled, rule
from conducive.model.random import stream, uniforms
from conducive.model.sector.state import (
    APTITUDE,
    BELIEF,
    FATIGUE,
    HABIT,
    KIND,
    NOTHING,
    OPENNESS,
    SKILL,
    STAGE,
    TENURE,
    Between,
)
from conducive.model.state import World

MOVES = stream("leaver goes to another authority")
TAKEN = -1.0
"""Mark, in what is remembered of a post, that somebody who moved has started in it."""


@rule
def pull(steps: float, quality: float, gravity: float, attraction: float) -> float:
    """Relative chance of a move over so many steps, to a place so much better than others (standard deviations).

    Gravity model of migration; paper 4.3: people move around in hope of a better working environment.
    """
    return math.exp(attraction * quality - gravity * steps)


@rule
def stage_on_arrival(stage: int, brought: int) -> int:
    """Stage of a new starter who ran the same innovation elsewhere: what they know counts, what they did does not yet.

    Whoever was trained or used it arrives trained; whoever knew of it, or had stopped, arrives aware.
    """
    known = UNAWARE
    if brought == LAPSED or AWARE <= brought < TRAINED:
        known = AWARE
    elif brought >= TRAINED:
        known = TRAINED
    return max(stage, known)


@rule
def remember(world: World, before: npt.NDArray[np.float64]) -> None:
    """Note who sits in each post at the start of a month, and what they know."""
    staff = world.practitioners
    for i in range(len(staff)):
        worker = staff[i]
        before[i, KIND], before[i, STAGE], before[i, TENURE] = worker.post, worker.stage, worker.tenure
        before[i, OPENNESS], before[i, APTITUDE] = worker.openness, worker.aptitude
        before[i, BELIEF], before[i, FATIGUE] = worker.belief, worker.fatigue
        before[i, SKILL], before[i, HABIT] = worker.skill, worker.habit


@compiled
def move_people(sector: Between, worlds: Any, before: Any, t: int) -> None:
    """Practitioners who left this month to move, and those still between posts, start where somebody was wanted."""
    set_out(sector, worlds, before, t)
    count_openings(sector, worlds)
    national, pool = sector.national[0], sector.movers
    waiting = 0
    for n in range(int(national.movers)):
        one = pool[n]
        column = 0 if one.post == PERMANENT else 1
        place = destination(sector, one, column)
        if place >= 0:
            start(sector, worlds[place], before[place], place, one, column)
            continue
        one.waited += 1.0
        if one.waited > sector.settings[0].people_wait:
            sector.authorities[one.origin].left_sector += 1.0
        else:
            pool[waiting] = one
            waiting += 1
    national.movers = waiting


@rule
def set_out(sector: Between, worlds: Any, before: Any, t: int) -> None:
    """Put those who left this month, and will work elsewhere, among those between posts."""
    settings, national, pool = sector.settings[0], sector.national[0], sector.movers
    for a in range(len(worlds)):
        world, was, here = worlds[a], before[a], sector.authorities[a]
        inputs = world.timeline[t]
        fresh = inputs.age == 1.0 and inputs.wave > 0.0  # an innovation launched this month: nobody knows it yet
        staff = world.practitioners
        for i in range(len(staff)):
            stayed = staff[i].stage != NONE and staff[i].tenure > 0.0
            if stayed or was[i, STAGE] == NONE:
                continue
            post = int(was[i, KIND])
            u, v, w, _ = uniforms(world.seed, MOVES, int(inputs.month), i)
            if u >= (settings.people_moves if post == PERMANENT else settings.people_agency_rotates):
                continue
            here.moved_out += 1.0
            here.movers += post == PERMANENT
            if national.movers >= len(pool):
                here.left_sector += 1.0
                continue
            one = pool[int(national.movers)]
            national.movers += 1.0
            one.origin, one.post, one.waited, one.u, one.v = a, post, 0.0, v, w
            one.innovation = here.innovation
            one.openness, one.aptitude, one.fatigue = was[i, OPENNESS], was[i, APTITUDE], was[i, FATIGUE]
            one.stage = UNAWARE if fresh else int(was[i, STAGE])
            one.belief = was[i, BELIEF]
            one.skill = 0.0 if fresh else was[i, SKILL]
            one.habit = 0.0 if fresh else was[i, HABIT]
            here.knowledge_out += one.skill + one.habit


@rule
def count_openings(sector: Between, worlds: Any) -> None:
    """Count the posts of each authority in which somebody started this month: permanent, agency."""
    openings = sector.openings
    for a in range(len(worlds)):
        openings[a, 0] = openings[a, 1] = 0
        staff = worlds[a].practitioners
        for i in range(len(staff)):
            if staff[i].stage != NONE and staff[i].tenure == 0.0:
                openings[a, 0] += staff[i].post == PERMANENT
                openings[a, 1] += staff[i].post == AGENCY


@rule
def destination(sector: Between, one: Any, column: int) -> int:
    """Authority that somebody who moves goes to, or -1 where nobody is wanted: nearer and better ones more often."""
    settings, openings = sector.settings[0], sector.openings
    total = 0.0
    for a in range(len(openings)):
        if a != one.origin and openings[a, column] > 0:
            quality = sector.authorities[a].quality
            each = pull(sector.steps[one.origin, a], quality, settings.people_gravity, settings.people_attraction)
            total += openings[a, column] * each
    mark, last = one.u * total, -1
    for a in range(len(openings)):
        if a != one.origin and openings[a, column] > 0:
            quality = sector.authorities[a].quality
            each = pull(sector.steps[one.origin, a], quality, settings.people_gravity, settings.people_attraction)
            last = a
            mark -= openings[a, column] * each
            if mark < 0.0:
                break
    return last


@rule
def start(sector: Between, world: World, was: npt.NDArray[np.float64], place: int, one: Any, column: int) -> None:
    """Somebody who moved is one of the new starters of a place: with their traits and weariness, and what they know."""
    kind = PERMANENT if column == 0 else AGENCY
    nth = int(one.v * sector.openings[place, column])
    for i in range(len(world.practitioners)):
        worker = world.practitioners[i]
        wanted = worker.stage != NONE and worker.tenure == 0.0 and worker.post == kind and was[i, TENURE] != TAKEN
        if not wanted:
            continue
        if nth > 0:
            nth -= 1
            continue
        was[i, TENURE] = TAKEN
        worker.openness, worker.aptitude, worker.fatigue = one.openness, one.aptitude, one.fatigue
        here = sector.authorities[place]
        here.moved_in += 1.0
        if one.innovation == here.innovation and one.innovation != NOTHING:
            here.knowledge_in += one.skill + one.habit
            worker.belief = one.belief
            worker.skill, worker.habit = max(worker.skill, one.skill), max(worker.habit, one.habit)
            worker.stage = stage_on_arrival(worker.stage, one.stage)
        break
    sector.openings[place, column] -= 1
