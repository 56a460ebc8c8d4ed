"""Choice among innovations: what an authority takes up, what it lets go, and whether it owns up to a failure."""

from __future__ import annotations

from typing import Any

from conducive.agents.funder import council_reluctance
from conducive.agents.rule import chance, compiled, either, logistic, rule
from conducive.model.random import stream, uniforms
from conducive.model.sector.state import NOTHING, Between

TAKES_UP, GIVES_UP, TELLS = stream("authority takes up"), stream("authority gives up"), stream("failure is told")
YEAR = 12.0


@rule
def thought_of(belief: float, view: float, say: float) -> float:
    """How well an authority thinks an innovation works (0-1): what is said there, and what its director thinks."""
    return belief + say * (view - belief)


@rule
def under_pressure(tightness: float, marketisation: float) -> float:
    """Pull towards what is ready to use (0-1): money is tight, or evidence is wanted sooner than it comes."""
    return either(tightness, marketisation)


@rule
def appeal(success: float, need: float, openness: float, reluctance: float, packaged: float, failed: float) -> float:
    """Appeal of an innovation, 0 to 2, 1 where nothing speaks for or against it; each term is in log-odds."""
    return 2.0 * logistic(success + need + openness - reluctance + packaged - failed)


@rule
def take_up_rate(openings: float, contact: float, exposure: float, offers: float, appeal: float) -> float:
    """Monthly rate of taking up one of so many innovations: found by leaders, or seen to run elsewhere. Bass 1969."""
    return appeal * (openings / offers + contact * exposure) / YEAR


@rule
def drop_rate(restless: float, best: float, present: float) -> float:
    """Monthly rate at which a director drops what runs for something better: `restless` a year if twice as good."""
    return restless / YEAR * max(0.0, best / max(present, 1e-6) - 1.0)


@rule
def told_chance(tolerance: float, published: float) -> float:
    """Chance that a failure is told (0-1): where the authority can bear it, or a funder publishes the evaluation.

    Paper 4.1: innovations that had failed tended to disappear almost without trace.
    """
    return either(tolerance, published)


@rule
def appeal_here(sector: Between, inputs: Any, a: int, j: int, paid: float) -> float:
    """Appeal of an innovation to an authority; `paid` is the share of its cost that somebody else would bear."""
    settings, here, offer = sector.settings[0], sector.authorities[a], sector.offers[j]
    thought = thought_of(
        sector.belief[a, j], sector.stance[a, j], settings.directors_say if settings.directors_on > 0.0 else 0.0
    )
    usual = 0.0
    for other in range(len(sector.offers)):
        usual += sector.offers[other].claim / len(sector.offers)
    cost = council_reluctance(offer.cost, 1.0 - here.tightness, inputs.council_price) * (1.0 - paid)
    pressure = under_pressure(here.tightness, here.marketisation)
    return appeal(
        settings.choice_success_weight * (thought - usual),
        settings.choice_need_weight * here.need,
        settings.choice_leader_weight * (here.openness - 0.5),
        settings.choice_cost_weight * (cost - 0.5),
        settings.choice_packaged_weight * pressure * (offer.manualised - 0.5),
        settings.choice_failed_weight * sector.owned_up[a, j],
    )


@compiled
def choose(sector: Between, worlds: Any, t: int) -> None:
    """Authorities that run nothing may take something up; others may find that it has ended, or drop it for another."""
    if worlds[0].timeline[t].month < 1.0:
        return
    running = sector.authorities["innovation"].copy()
    for a in range(len(worlds)):
        here, inputs = sector.authorities[a], worlds[a].timeline[t]
        if here.innovation == NOTHING:
            take_up(sector, worlds[a].seed, inputs, a, running)
        elif inputs.month > here.grant_ends and inputs.age >= sector.settings[0].choice_settle:
            if here.use < inputs.ended_below:
                give_up(sector, worlds[a].seed, inputs, a, 1.0)
            else:
                reconsider(sector, worlds[a].seed, inputs, a)


@rule
def take_up(sector: Between, seed: Any, inputs: Any, a: int, running: Any) -> None:
    """An authority that runs nothing takes up one of those on offer, or none."""
    settings, offers = sector.settings[0], sector.offers
    u, v, _, _ = uniforms(seed, TAKES_UP, int(inputs.month), 0)
    total = 0.0
    for j in range(len(offers)):
        total += rate_here(sector, inputs, a, j, running)
    if u >= chance(total):
        return
    mark, chosen = v * total, 0
    for j in range(len(offers)):
        chosen = j
        mark -= rate_here(sector, inputs, a, j, running)
        if mark < 0.0:
            break
    sector.authorities[a].grant = 0.0
    begin(sector, a, chosen, settings.choice_bad_below)


@rule
def rate_here(sector: Between, inputs: Any, a: int, j: int, running: Any) -> float:
    """Monthly rate at which an authority takes up an innovation."""
    settings = sector.settings[0]
    exposure = 0.0
    for k in range(len(running)):
        if running[k] == j:
            exposure += sector.heard[a, k]
    return take_up_rate(
        settings.choice_openings,
        settings.choice_contact,
        exposure,
        len(sector.offers),
        appeal_here(sector, inputs, a, j, 0.0),
    )


@rule
def begin(sector: Between, a: int, j: int, bad_below: float) -> None:
    """An innovation is launched next month; if it is a bad one, had it failed anywhere before?"""
    here, offer = sector.authorities[a], sector.offers[j]
    here.next_innovation = j
    here.taken_up += 1.0
    if offer.potential < bad_below:
        here.bad_taken_up += 1.0
        here.tried_again += offer.failed


@rule
def give_up(sector: Between, seed: Any, inputs: Any, a: int, failed: float) -> None:
    """What runs here has ended; the failure is told, or buried."""
    settings, here = sector.settings[0], sector.authorities[a]
    j = here.innovation
    u, _, _, _ = uniforms(seed, TELLS, int(inputs.month), 0)
    published = settings.publish_failures if here.grant > 0.0 else 0.0
    here.innovation = NOTHING
    here.ended += 1.0
    sector.offers[j].failed = max(sector.offers[j].failed, failed)
    if u < told_chance(here.tolerance, published):
        sector.told[a, j] = here.evidence
        sector.owned_up[a, j] = failed
        sector.belief[a, j] = min(sector.belief[a, j], here.evidence)
    else:
        here.buried += 1.0
        sector.audible[a, j] = 0.0


@rule
def reconsider(sector: Between, seed: Any, inputs: Any, a: int) -> None:
    """A director may drop what runs for what they think works better."""
    settings, here = sector.settings[0], sector.authorities[a]
    present, best = sector.stance[a, here.innovation], here.innovation
    for j in range(len(sector.offers)):
        if sector.stance[a, j] > sector.stance[a, best]:
            best = j
    u, _, _, _ = uniforms(seed, GIVES_UP, int(inputs.month), 0)
    if u < chance(drop_rate(settings.choice_restless, sector.stance[a, best], present)):
        give_up(sector, seed, inputs, a, 0.0)
        here.grant = 0.0
        begin(sector, a, best, settings.choice_bad_below)
