"""Word and evidence: what authorities tell, what is heard of it, and what was written down and passes on."""

from __future__ import annotations

import math
from typing import Any

from conducive.agents.rule import clip, compiled, rule, stock, toward
from conducive.model.sector.state import NOTHING, Between

SEEN = 12.0
"""Months after the effect of an innovation begins to show until what is told rests on it alone."""


@rule
def told_success(claim: float, reported: float, age: float, effect_lag: float) -> float:
    """How well it is said to work (0-1): what its makers claim at first, later what the authority reports."""
    return claim + clip(age / (effect_lag + SEEN)) * (reported - claim)


@rule
def candour(rivalry: float, competition: float, network: float) -> float:
    """How openly an authority tells others (0-1): competition closes it, a network that is paid for opens it again.

    Paper 4.5: high-stakes competition for restricted finance harms an open culture.
    """
    return 1.0 - competition * rivalry * (1.0 - network)


@rule
def opinion_next(opinion: float, heard: float, loudness: float, pace: float) -> float:
    """What is thought of an innovation (0-1) follows what is heard of it, the faster the more is heard."""
    return toward(opinion, heard, pace * clip(loudness))


@rule
def fading_memory(audible: float, half_life: float) -> float:
    """How loudly a failure that was told is still heard (0-1), a month on."""
    return audible * math.pow(0.5, 1.0 / half_life)


@rule
def network_reach(money: float, authorities: float, price: float) -> float:
    """How far a learning network reaches (0-1), from GBP a year: two thirds at its price for each authority."""
    return 1.0 - math.exp(-money / (authorities * price))


@compiled
def pass_word(sector: Between, worlds: Any, t: int) -> None:
    """Authorities tell how it goes and hear from others; where it is paid for, what was written down passes on."""
    settings = sector.settings[0]
    month = worlds[0].timeline[t].month
    sector.national[0].network = 0.0
    if month >= 1.0 and month <= settings.support_months:
        sector.national[0].network = network_reach(
            settings.learning_network, settings.authorities, settings.word_network_price
        )
    tell(sector, worlds, t)
    hear(sector)
    if sector.national[0].network > 0.0:
        pass_on(sector, worlds)


@rule
def tell(sector: Between, worlds: Any, t: int) -> None:
    """What is to be heard from each authority of what runs there, and of what ended and was owned up to."""
    settings, network = sector.settings[0], sector.national[0].network
    for a in range(len(worlds)):
        here, age = sector.authorities[a], worlds[a].timeline[t].age
        for j in range(len(sector.offers)):
            if here.innovation == j and here.own == 0.0:
                claim, lag = sector.offers[j].claim, sector.offers[j].effect_lag
                sector.told[a, j] = told_success(claim, here.reported, age, lag)
                sector.audible[a, j] = candour(here.rivalry, settings.word_competition, network)
                if age > lag:
                    sector.shown[a, j] = here.evidence
            else:
                sector.audible[a, j] = fading_memory(sector.audible[a, j], settings.word_failure_memory)


@rule
def hear(sector: Between) -> None:
    """Opinion everywhere follows what is heard."""
    pace = sector.settings[0].word_pace
    count = len(sector.authorities)
    for a in range(count):
        for j in range(len(sector.offers)):
            loud = said = 0.0
            for k in range(count):
                weight = sector.heard[a, k] * sector.audible[k, j]
                loud += weight
                said += weight * sector.told[k, j]
            if loud > 0.0:
                sector.belief[a, j] = opinion_next(sector.belief[a, j], said / loud, loud, pace)


@rule
def pass_on(sector: Between, worlds: Any) -> None:
    """Each takes over part of what others that run the same have written down. Paper 4.4; Darr, Argote & Epple 1995."""
    settings, network = sector.settings[0], sector.national[0].network
    count = len(worlds)
    for a in range(count):
        here, written, weight = sector.authorities[a], 0.0, 0.0
        if here.innovation == NOTHING:
            continue
        for k in range(count):
            if k != a and sector.authorities[k].innovation == here.innovation:
                weight += sector.heard[a, k]
                written += sector.heard[a, k] * sector.authorities[k].codified
        if weight > 0.0:
            org = worlds[a].organisation[0]
            org.codified_memory = stock(org.codified_memory, settings.word_pass_on * network * written / weight, 0.0)
