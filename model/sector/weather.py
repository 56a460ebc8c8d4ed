"""Shared weather: what is the same everywhere in the job market, in demand, in Westminster and in the papers."""

from __future__ import annotations

import math
from typing import Any

from conducive.agents.rule import compiled, either, rule, toward
from conducive.model.processes.wider_world import WORLD
from conducive.model.random import normal, stream, uniforms
from conducive.model.sector.state import Between

NATIONAL, MINISTER, CASE = stream("national weather"), stream("minister"), stream("national case")
PERSISTENCE = math.exp(-1.0 / 12.0)
"""Of the weather of one organisation, from month to month."""
NEWS = math.sqrt(1.0 - PERSISTENCE * PERSISTENCE)


@rule
def shared_news(own: float, national: float, share: float) -> float:
    """What the month brings a place, of which a share of the variance is the same everywhere; standard normal."""
    return math.sqrt(1.0 - share) * own + math.sqrt(share) * national


@rule
def made_ready(weather: float, own: float, national: float, share: float, persistence: float, news: float) -> float:
    """Weather before a month that adds the place's own news to it, so that it ends with the shared news instead."""
    return weather + news / persistence * (shared_news(own, national, share) - own)


@rule
def hostility_next(hostility: float, half_life: float) -> float:
    """Hostility left by national cases (0-1) after a month."""
    return hostility * math.pow(0.5, 1.0 / half_life)


@compiled
def before_the_month(sector: Between, worlds: Any, t: int) -> None:
    """Bring the nation's weather to every authority; hostility that a case has left is in every paper."""
    settings, national = sector.settings[0], sector.national[0]
    month = int(worlds[0].timeline[t].month)
    market, market2, hiring, hiring2 = uniforms(sector.seed, NATIONAL, month, 0)
    demand, demand2, _, _ = uniforms(sector.seed, NATIONAL, month, 1)
    jobs, posts, cases = normal(market, market2), normal(hiring, hiring2), normal(demand, demand2)
    for a in range(len(worlds)):
        org, inputs, seed = worlds[a].organisation[0], worlds[a].timeline[t], worlds[a].seed
        u, v, _, _ = uniforms(seed, WORLD, month, 1)
        org.weather = made_ready(org.weather, normal(u, v), jobs, settings.weather_job_market, PERSISTENCE, NEWS)
        u, v, w, z = uniforms(seed, WORLD, month, 2)
        org.demand = made_ready(org.demand, normal(u, v), cases, settings.weather_demand, PERSISTENCE, NEWS)
        org.hiring = made_ready(org.hiring, normal(w, z), posts, settings.weather_recruitment, PERSISTENCE, NEWS)
        inputs.media_hostility = either(inputs.media_hostility, national.hostility)


@compiled
def after_the_month(sector: Between, worlds: Any, t: int) -> None:
    """A new minister changes what policy supports; a public incident may become a national case."""
    settings, national = sector.settings[0], sector.national[0]
    month = int(worlds[0].timeline[t].month)
    if month < 1:
        return
    national.hostility = hostility_next(national.hostility, settings.weather_hostility_fades)
    changes, support, _, _ = uniforms(sector.seed, MINISTER, month, 0)
    national.minister_changed = 1.0 if changes < 1.0 - math.exp(-1.0 / (12.0 * settings.weather_ministers)) else 0.0
    if national.minister_changed > 0.0:
        national.minister = support
    national.cases = 0.0
    for a in range(len(worlds)):
        org = worlds[a].organisation[0]
        if national.minister_changed > 0.0:
            org.policy = toward(org.policy, national.minister, settings.weather_minister_weight)
        if org.incidents > 0.0:
            u, _, _, _ = uniforms(worlds[a].seed, CASE, month, 0)
            if u < settings.weather_national_case:
                national.cases += 1.0
    if national.cases > 0.0:
        national.hostility = either(national.hostility, settings.weather_hostility)
