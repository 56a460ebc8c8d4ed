"""Directors who move: post-holders change places, and take along their style and what they think works."""

from __future__ import annotations

from typing import Any

from conducive.agents import leader as lead
from conducive.agents.rule import compiled, rule, toward
from conducive.model.random import stream, uniforms
from conducive.model.sector.people import pull
from conducive.model.sector.state import NOTHING, Between

LEAVES, APPOINTED = stream("director takes another post"), stream("director is appointed")
DIRECTOR = 0
"""Row of the director among an authority's leaders."""


@rule
def handed_over(commitment: float, agenda: float, continuity: float) -> float:
    """Commitment handed over to a successor (0-1), from what they start with and the agenda they were given."""
    own = (1.0 - continuity) * agenda
    return 1.0 - (1.0 - commitment) / (1.0 - own) if own < 1.0 else 0.0


@rule
def notice(sector: Between, world: Any, a: int) -> None:
    """Note, before a month, whether the director's post is covered, and the style of whoever holds it."""
    one = world.leaders[DIRECTOR]
    sector.acting_before[a] = one.acting
    sector.director_before[a, 0], sector.director_before[a, 1] = one.support, one.openness


@compiled
def move_directors(sector: Between, worlds: Any, t: int) -> None:
    """Directors who left this month look for a post; posts that got a holder this month go to those who look."""
    settings, national = sector.settings[0], sector.national[0]
    for a in range(len(worlds)):
        if worlds[a].timeline[t].wave > 0.0:
            learn(sector, a)
    for a in range(len(worlds)):
        one, was = worlds[a].leaders[DIRECTOR], sector.acting_before[a]
        month = int(worlds[a].timeline[t].month)
        if was > 0.0 and one.acting <= 0.0:
            appoint(sector, worlds[a], worlds[a].timeline[t], a, month)
        elif was <= 0.0 and one.acting > 0.0:
            u, _, _, _ = uniforms(worlds[a].seed, LEAVES, month, DIRECTOR)
            if u < settings.directors_moves and national.directors < len(sector.away):
                look(sector, a, int(national.directors))
                national.directors += 1.0
    waiting = 0
    for n in range(int(national.directors)):
        sector.away[n].waited += 1.0
        if sector.away[n].waited <= settings.directors_wait:
            sector.away[waiting] = sector.away[n]
            sector.away_views[waiting, :] = sector.away_views[n, :]
            waiting += 1
    national.directors = waiting


@rule
def learn(sector: Between, a: int) -> None:
    """A director's view of what runs here follows what the authority reports."""
    here, settings = sector.authorities[a], sector.settings[0]
    if here.innovation != NOTHING and here.own == 0.0:
        j = here.innovation
        sector.stance[a, j] = toward(sector.stance[a, j], sector.told[a, j], settings.directors_view_pace)


@rule
def look(sector: Between, a: int, row: int) -> None:
    """A director who left goes among those between posts."""
    one = sector.away[row]
    one.origin, one.waited = a, 0.0
    one.support, one.openness = sector.director_before[a, 0], sector.director_before[a, 1]
    sector.away_views[row, :] = sector.stance[a, :]


@rule
def appoint(sector: Between, world: Any, inputs: Any, a: int, month: int) -> None:
    """A post goes to somebody between posts, the nearer the likelier; where nobody is, to somebody new to it."""
    settings, national, away = sector.settings[0], sector.national[0], sector.away
    here, one = sector.authorities[a], world.leaders[DIRECTOR]
    u, _, _, _ = uniforms(world.seed, APPOINTED, month, DIRECTOR)
    total, count = 0.0, int(national.directors)
    for n in range(count):
        if away[n].origin != a:
            total += pull(sector.steps[away[n].origin, a], 0.0, settings.directors_gravity, 0.0)
    if total == 0.0:
        sector.stance[a, :] = sector.belief[a, :]
        return
    mark, chosen = u * total, -1
    for n in range(count):
        if away[n].origin != a:
            chosen = n
            mark -= pull(sector.steps[away[n].origin, a], 0.0, settings.directors_gravity, 0.0)
            if mark < 0.0:
                break
    sector.stance[a, :] = sector.away_views[chosen, :]
    if here.innovation != NOTHING and here.own == 0.0 and inputs.wave > 0.0:
        same = handed_over(one.commitment, one.agenda, inputs.succession_continuity)
        one.agenda = sector.stance[a, here.innovation]
        one.commitment = lead.successor_commitment(same, one.agenda, inputs.succession_continuity)
    one.support, one.openness = away[chosen].support, away[chosen].openness
    here.directors_in += 1.0
    for n in range(chosen, count - 1):
        away[n] = away[n + 1]
        sector.away_views[n, :] = sector.away_views[n + 1, :]
    national.directors -= 1.0
