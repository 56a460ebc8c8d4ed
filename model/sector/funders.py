"""Funders who choose: authorities bid in rounds, bids are ranked by the programme's criteria, and grants are given."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from conducive.agents.funder import EXTERNAL
from conducive.agents.rule import clip, compiled, either, gate, rule
from conducive.model.random import normal, stream, uniforms
from conducive.model.sector.choice import appeal_here, begin, give_up
from conducive.model.sector.state import NOTHING, Between

BIDS, READERS = stream("authority bids"), stream("readers of bids")
NEED, READINESS, SPEED, EVIDENCE, EQUITY = range(5)
FADES = 24.0
"""Months in which rivalry after a round fades."""


@rule
def bid_chance(
    eagerness: float, lead: float, capacity: float, nerve: float, unmatched: float, strength: float
) -> float:
    """Chance of a bid (0-1): as leaders stand behind it, people have time for it and dare it; matching deters.

    Paper 4.3: chasing money takes energy. `unmatched` is how far the council could not match the grant.
    """
    able = gate(lead, strength) * gate(capacity, strength) * gate(nerve, strength)
    return eagerness * able * (1.0 - clip(unmatched))


@rule
def promised_speed(marketisation: float, openness: float, u: float) -> float:
    """How fast results are promised (0-1): as far as speed counts, the more by bold leaders. Paper 4.5."""
    return marketisation * either(openness, u)


@rule
def waits(patience: float, haste: float, speed: float) -> float:
    """Months the funder waits for results once speed was promised: what won the bid is held against it. Paper 4.5."""
    return patience * (1.0 - haste * speed)


@rule
def rivalry_next(rivalry: float) -> float:
    """What competition for a round leaves of closed doors (0-1), a month on."""
    return rivalry * (1.0 - 1.0 / FADES)


@compiled
def fund(sector: Between, worlds: Any, t: int) -> None:
    """In the month of a round, authorities bid, bids are read and grants given; between rounds rivalry fades."""
    month = worlds[0].timeline[t].month
    for a in range(len(worlds)):
        sector.authorities[a].rivalry = rivalry_next(sector.authorities[a].rivalry)
    for n in range(len(sector.rounds)):
        if sector.rounds[n, 0] == month:
            hold_round(sector, worlds, t, int(sector.rounds[n, 1]))
    stand_by(sector, month + 1.0)


@rule
def hold_round(sector: Between, worlds: Any, t: int, grants: int) -> None:
    """One round, from bids to grants."""
    settings, count = sector.settings[0], len(worlds)
    most = int(settings.funders_bids_each)
    bids = np.zeros((count * most, 2), np.int32)
    marks = np.zeros((count * most, 5))
    made = 0
    for a in range(count):
        made = bid(sector, worlds[a], t, a, most, bids, marks, made)
    scores = rank(sector, worlds, t, bids, marks, made)
    given = award(sector, worlds, t, bids, marks, scores, made, grants)
    for a in range(count):
        here = sector.authorities[a]
        if here.bids > 0.0:
            here.rivalry = either(here.rivalry, 1.0 - given / made)


@rule
def bid(sector: Between, world: Any, t: int, a: int, most: int, bids: Any, marks: Any, made: int) -> int:
    """Bids of one authority, for the innovations that appeal most to it; returns how many there are now in all."""
    settings, here, inputs = sector.settings[0], sector.authorities[a], world.timeline[t]
    org, month = world.organisation[0], int(inputs.month)
    here.bids = here.won = 0.0
    allowed = here.may_bid > 0 and here.grade_allowed[int(org.inspection_grade)] > 0
    if not allowed or month < here.grant_ends - settings.funders_last_months or here.next_innovation != NOTHING:
        return made
    ready = (here.lead + here.capacity + here.data) / 3.0
    unmatched = settings.match * here.tightness
    able = bid_chance(settings.funders_eagerness, here.lead, here.capacity, here.nerve, unmatched, inputs.gate_strength)
    appeals = np.array([appeal_here(sector, inputs, a, j, 1.0) for j in range(len(sector.offers))])
    for n in range(min(most, len(sector.offers))):
        best = int(np.argmax(appeals))
        appeals[best] = -1.0
        u, v, _, _ = uniforms(world.seed, BIDS, month, n)
        if u >= able:
            continue
        bids[made, 0], bids[made, 1] = a, best
        marks[made, NEED], marks[made, READINESS] = here.need, ready
        marks[made, SPEED] = promised_speed(here.marketisation, here.openness, v)
        marks[made, EVIDENCE] = sector.belief[a, best]
        marks[made, EQUITY] = shortfall(sector, here.region)
        made += 1
        here.bids += 1.0
        here.bids_so_far += 1.0
    return made


@rule
def shortfall(sector: Between, region: int) -> float:
    """By how much a region has had less of the money so far than its share of posts."""
    total = sector.received.sum()
    fair = sector.region_posts[region] / sector.region_posts.sum()
    return fair - sector.received[region] / total if total > 0.0 else 0.0


@rule
def rank(sector: Between, worlds: Any, t: int, bids: Any, marks: Any, made: int) -> Any:
    """Score of each bid: its marks by the weights of the criteria, each in standard deviations, and who read it."""
    settings = sector.settings[0]
    scores = np.zeros(max(made, 1))
    for c in range(5):
        weight = (settings.need, settings.readiness, settings.speed, settings.evidence, settings.equity)[c]
        mean = marks[:made, c].sum() / max(made, 1)
        spread = math.sqrt(((marks[:made, c] - mean) ** 2).sum() / max(made, 1))
        if weight > 0.0 and spread > 0.0:
            for n in range(made):
                scores[n] += weight * (marks[n, c] - mean) / spread
    for n in range(made):
        world = worlds[bids[n, 0]]
        u, v, _, _ = uniforms(world.seed, READERS, int(world.timeline[t].month), bids[n, 1])
        scores[n] += settings.funders_noise * normal(u, v)
    return scores


@rule
def award(sector: Between, worlds: Any, t: int, bids: Any, marks: Any, scores: Any, made: int, grants: int) -> int:
    """Give grants to the best bids, one to an authority, in proportion to posts; returns how many were given."""
    settings, order = sector.settings[0], np.argsort(-scores[:made])
    posts, given = 0.0, 0
    winners = np.zeros(made, np.int32)
    for n in order:
        here = sector.authorities[bids[n, 0]]
        if given < grants and here.won == 0.0:
            here.won = 1.0
            posts += worlds[bids[n, 0]].timeline[t].posts
            winners[given] = n
            given += 1
    for k in range(given):
        n = winners[k]
        share = worlds[bids[n, 0]].timeline[t].posts / posts
        grant_to(
            sector, worlds[bids[n, 0]], t, bids[n, 0], bids[n, 1], marks[n, SPEED], settings.mean_grant * given * share
        )
    return given


@rule
def grant_to(sector: Between, world: Any, t: int, a: int, j: int, speed: float, money: float) -> None:
    """An authority gets a grant: to go on with what runs, or to launch what it bid for."""
    settings, here, inputs = sector.settings[0], sector.authorities[a], world.timeline[t]
    goes_on = here.innovation == j
    if here.innovation != NOTHING and not goes_on:
        give_up(sector, world.seed, inputs, a, 0.0)
    here.grants_so_far += 1.0
    here.awarded += money
    here.matched += settings.match * money
    sector.received[here.region] += money
    here.grant = money * (1.0 + settings.match) * 12.0 / settings.length
    here.length, here.speed, here.grant_ends = settings.length, speed, inputs.month + settings.length
    if goes_on:
        world.funders[EXTERNAL].term = settings.length
    else:
        begin(sector, a, j, settings.choice_bad_below)


@rule
def stand_by(sector: Between, month: float) -> None:
    """Coaches' time next month, where people learn and use an innovation: the same money for each of them."""
    settings, learners = sector.settings[0], 0.0
    for a in range(len(sector.authorities)):
        here = sector.authorities[a]
        learners += here.learners if here.innovation != NOTHING else 0.0
    for a in range(len(sector.authorities)):
        here = sector.authorities[a]
        here.support = 0.0
        if learners > 0.0 and here.innovation != NOTHING and 1.0 <= month <= settings.support_months:
            here.support = settings.coaches / 12.0 * here.learners / learners
