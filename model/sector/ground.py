"""How a sector starts: each authority as it is alone, and nothing yet between them; and how it lives by the month."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.model.sector import choice, directors, funders, people, weather, word
from conducive.model.sector.measures import SECTOR_MONTH
from conducive.model.sector.month import add, count, lay_out, list_of, live_apart, observe
from conducive.model.sector.state import (
    AUTHORITY,
    BEFORE,
    DIRECTOR_AWAY,
    MOVER,
    NATIONAL,
    NOTHING,
    OFFER,
    SETTINGS,
    Between,
)
from conducive.model.state import World, new_world, run_seed
from conducive.scenarios.events import GRADES
from conducive.scenarios.geography import likeness, steps
from conducive.scenarios.innovations import Innovation
from conducive.scenarios.links import CRITERIA, LINKS, link_inputs
from conducive.scenarios.population import in_conditions
from conducive.scenarios.programme import FUNDING, Place, Programme
from conducive.scenarios.scenario import PER_POST, Scenario, declared
from conducive.scenarios.short import InShort
from conducive.scenarios.timeline import TIMELINE, timeline

type Rows = npt.NDArray[Any]

MONTHS_A_YEAR = 12.0
NUMBERS = 2**32


def own_seed(seed: int, name: str) -> int:
    """Return the seed of an authority in a sector of a seed: it depends on its name, and on nothing around it."""
    key = np.random.SeedSequence((seed, zlib.crc32(name.encode()))).generate_state(1, np.uint64)[0]
    return int(key) % 2**63


def alone(programme: Programme, place: Place, seed: int, replicate: int = 0) -> Scenario:
    """Return the scenario of an authority alone: at its published figures, in unpublished conditions drawn for it.

    Conditions are drawn anew for each replicate; they are the same under every programme.
    """
    base = (
        replace(programme.scenario, place=place.name)
        if place.invented
        else programme.scenario.at(place.name, programme.year)
    )
    if not programme.vary:
        return base
    number = replicate * NUMBERS + zlib.crc32(place.name.encode())
    return in_conditions(base, number, seed, "" if place.invented else place.name)


def timelines(programme: Programme, seed: int, replicate: int = 0) -> list[Rows]:
    """Lay out what each authority is given, in the order of the programme's places."""
    return [timeline(alone(programme, place, seed, replicate)) for place in programme.places]


@dataclass(repr=False)
class Together(InShort):
    """A sector as it lives: what is between authorities, the world of each, and the tables that are written.

    Attributes:
        programme: what was asked.
        between: everything that changes between authorities.
        worlds: the world of each authority, in the order of the programme's places.
        table: a row for each month since launch, dtype SECTOR_MONTH.
        running: share of authorities by month and innovation.
        users: share of practitioners by month and innovation.
        lived: months lived so far, warm-up included.

    """

    programme: Programme
    between: Between
    worlds: list[World]
    table: Any
    running: npt.NDArray[np.float64]
    users: npt.NDArray[np.float64]
    typed: Any
    before: Any
    plain: Any
    shares: list[tuple[Any, Any]]
    columns: npt.NDArray[np.int64]
    money: npt.NDArray[np.bool_]
    scale: npt.NDArray[np.float64]
    lived: int = 0

    def in_short(self) -> dict[str, str]:
        """Return what programme is lived through, in how many authorities, and how far."""
        return {
            "programme": self.programme.title or self.programme.name,
            "authorities": f"{len(self.worlds):,}",
            "months lived, warm-up included": f"{self.lived:,}",
        }

    def live(self, months: int, executor: Executor | None = None) -> None:
        """Live through months; an executor of threads shares the authorities."""
        for _ in range(min(months, len(self.worlds[0].timeline) - self.lived)):
            self._month(self.lived, executor)
            self.lived += 1

    def _month(self, t: int, executor: Executor | None) -> None:
        between, worlds, on = self.between, self.typed, self.programme.on
        lay_out(between, worlds, self.plain, self.columns, self.money, self.scale, t)
        if on("weather"):
            weather.before_the_month(between, worlds, t)
        if executor is None:
            for share, before in self.shares:
                live_apart(share, before, t)
        else:
            for done in [executor.submit(live_apart, share, before, t) for share, before in self.shares]:
                done.result()
        observe(between, worlds, t)
        if on("weather"):
            weather.after_the_month(between, worlds, t)
        if on("people"):
            people.move_people(between, worlds, self.before, t)
        if on("directors"):
            directors.move_directors(between, worlds, t)
        if on("word"):
            word.pass_word(between, worlds, t)
        if on("choice"):
            choice.choose(between, worlds, t)
        if on("funders"):
            funders.fund(between, worlds, t)
        count(between, worlds, t, self.table, self.running, self.users)


def offers_of(programme: Programme) -> tuple[Innovation, ...]:
    """Return what there is to run: the innovations to choose from, or where nobody chooses the scenario's own."""
    if programme.on("choice"):
        return programme.innovations
    return tuple(
        Innovation(wave.name or f"innovation {n}", 0.5, "", wave.changes)
        for n, wave in enumerate(programme.scenario.waves, 1)
    )


def new_sector(
    programme: Programme, seed: int, replicate: int = 0, rows: Sequence[Rows] | None = None, threads: int = 1
) -> Together:
    """Make a sector before its first month; `rows` are its timelines where they are known already."""
    given = [each.copy() for each in (rows or timelines(programme, seed, replicate))]
    worlds = [
        new_world(each, own_seed(seed, place.name), replicate)
        for place, each in zip(programme.places, given, strict=True)
    ]
    before = [np.zeros((len(world.practitioners), BEFORE)) for world in worlds]
    offers = offers_of(programme)
    columns, changes = _changes(offers)
    shares = [range(n, len(worlds), threads) for n in range(min(threads, len(worlds)))]
    posts = np.array([float(each["posts"][0]) for each in given])
    horizon = programme.horizon
    return Together(
        programme=programme,
        between=_between(programme, offers, changes, posts, seed, replicate),
        worlds=worlds,
        table=np.zeros(horizon, SECTOR_MONTH).view(np.recarray),
        running=np.zeros((horizon, len(offers))),
        users=np.zeros((horizon, len(offers))),
        typed=_typed(worlds),
        before=_typed(before),
        plain=_typed([each.view(np.float64).reshape(len(each), -1) for each in given]),
        shares=[(_typed([worlds[a] for a in share]), _typed([before[a] for a in share])) for share in shares],
        columns=columns,
        money=np.array([names_money(int(c)) for c in columns]),
        scale=posts / programme.scenario["organisation.posts"],
    )


def _typed(things: Sequence[Any]) -> Any:
    """Return a list that compiled code reads."""
    made = list_of(things[0])
    for thing in things[1:]:
        add(made, thing)
    return made


def names_money(column: int) -> bool:
    """Whether a column of a timeline is an amount of money that grows with the establishment."""
    return (TIMELINE.names or ())[column] in {declared()[address].column for address in PER_POST}


def _changes(offers: Sequence[Innovation]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Columns of a timeline that some innovation changes, and what each puts there (NaN: nothing)."""
    names = list(TIMELINE.names or ())
    addresses = sorted({address for offer in offers for address in offer.changes})
    columns = np.array([names.index(declared()[address].column) for address in addresses], np.int64)
    values = [[offer.changes.get(address, math.nan) for address in addresses] for offer in offers]
    return columns, np.array(values).reshape(len(offers), len(addresses))


def _settings(programme: Programme, posts: npt.NDArray[np.float64]) -> Any:
    """The numbers of a programme as one row."""
    row = np.zeros(1, SETTINGS).view(np.recarray)
    for address in link_inputs():
        row[address.replace(".", "_")] = programme[address]
    for link in LINKS:
        row[f"{link.name}_on"] = programme.on(link.name)
    for i in FUNDING:
        row[i.name] = programme[i.address]
    for name in CRITERIA:
        row[name] = programme.criteria.get(name, 0.0)
    row["mean_grant"], row["authorities"] = programme.grant, len(posts)
    row["support_months"] = MONTHS_A_YEAR * programme["funding.support_years"]
    return row


def _offers(programme: Programme, offers: Sequence[Innovation]) -> Any:
    """What is known of each innovation before anybody has tried it."""
    table = np.zeros(len(offers), OFFER).view(np.recarray)
    for row, offer in zip(table, offers, strict=True):

        def value(address: str, offer: Innovation = offer) -> float:
            return offer.changes.get(address, programme.scenario[address])

        row.claim = offer.claim
        row.potential, row.effect_lag = value("innovation.potential"), value("innovation.effect_lag")
        row.manualised = value("innovation_design.manualised")
        posts = programme.scenario["organisation.posts"]
        row.cost = value("innovation.running_cost") / posts + value("costs.per_user")
    return table


def _between(
    programme: Programme,
    offers: Sequence[Innovation],
    changes: npt.NDArray[np.float64],
    posts: npt.NDArray[np.float64],
    seed: int,
    replicate: int,
) -> Between:
    """Everything between authorities, before the first month."""
    places, a, j = programme.places, len(programme.places), len(offers)
    regions = sorted({place.region for place in places})
    table = np.zeros(a, AUTHORITY).view(np.recarray)
    table.region = [regions.index(place.region) for place in places]
    table.grade_allowed[:, 1:] = [not programme.grades or grade in programme.grades for grade in GRADES]
    table.may_bid = [not programme.regions or place.region in programme.regions for place in places]
    table.innovation = table.next_innovation = NOTHING
    table.own = not programme.on("choice")
    apart = steps([place.region for place in places])
    claims = np.array([offer.claim for offer in offers])
    pool = int(posts.sum()) + 1
    return Between(
        seed=run_seed(seed, replicate),
        settings=_settings(programme, posts),
        authorities=table,
        national=np.zeros(1, NATIONAL).view(np.recarray),
        offers=_offers(programme, offers),
        changes=changes,
        belief=np.tile(claims, (a, 1)),
        stance=np.tile(claims, (a, 1)),
        told=np.zeros((a, j)),
        audible=np.zeros((a, j)),
        owned_up=np.zeros((a, j)),
        shown=np.full((a, j), np.nan),
        steps=apart,
        heard=_heard(programme, apart),
        movers=np.zeros(pool, MOVER).view(np.recarray),
        away=np.zeros(a + 1, DIRECTOR_AWAY).view(np.recarray),
        away_views=np.zeros((a + 1, j)),
        acting_before=np.zeros(a),
        director_before=np.zeros((a, 2)),
        openings=np.zeros((a, 2), np.int32),
        rounds=np.array([(r.month, r.grants) for r in programme.rounds], np.int32).reshape(-1, 2),
        received=np.zeros(len(regions)),
        region_posts=np.bincount(table.region, posts, len(regions)),
        regions=np.zeros((len(regions), 2)),
    )


def _heard(programme: Programme, apart: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Weight of what each place hears from each other: the nearer and the more alike the more; rows add up to 1."""
    alike = likeness([place.code for place in programme.places])
    weight = np.exp(programme["word.likeness"] * alike - programme["word.gravity"] * apart)
    np.fill_diagonal(weight, 0.0)
    return weight / weight.sum(axis=1, keepdims=True)
