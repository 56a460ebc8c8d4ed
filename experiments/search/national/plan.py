"""Every English authority under one scenario, each from its own published figures: starting conditions compared.

It ranks what a scenario leads to from where each place starts, and no one's performance: all that differs between
places is a handful of published workforce figures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.ensemble import check_counts, check_whole
from conducive.experiments.lives.intervals import Numbers
from conducive.experiments.lives.living import in_order
from conducive.experiments.lives.readings import Reading, Sets, read, sets_of
from conducive.experiments.search.national.ranks import National
from conducive.experiments.search.study import ALONE, Held, Means, Study, front_door
from conducive.experiments.words import listed
from conducive.model.measures import INDICATORS
from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.population import in_conditions
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.workforce import AuthorityYear, authorities, figures_key, latest, official_table

KEPT = 10
"""Authorities that are lost at most where it is killed."""


@dataclass(frozen=True)
class NationalPlan(Study[National]):
    """What is asked of every authority, checked: make one with `national.plan`, where it is said what this means.

    `places` can start a model, and `left_out` cannot, with the reason; `sets` is the plausible set of each replicate.
    """

    scenario: Scenario
    against: Scenario | None
    places: tuple[AuthorityYear, ...]
    left_out: Mapping[str, str]
    year: int
    region: str
    indicator: str
    month: int | None
    replicates: int
    seed: int
    sets: Sets
    vary: bool

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenario, and the one it is held against."""
        return {"scenario": self.scenario, **({} if self.against is None else {"against": self.against})}

    def held(self) -> Held:
        """Return what it is called and how much it is; runs are made in order."""
        runs = len(self.places) * len(self.scenarios) * self.replicates
        title = self.scenario.title or self.scenario.name
        columns = (self.indicator, "mean_use")
        return Held(f"national-{self.scenario.name}", title, self.scenarios, runs, columns=columns)

    def identity(self) -> Identity:
        """Return what decides the numbers: those that places start from as well."""
        asked: dict[str, object] = {"year": self.year, "region": self.region, "indicator": self.indicator}
        asked |= {"month": self.month or "last", **({"vary": True} if self.vary else {})}
        asked["official_table"] = figures_key((place.name for place in self.places), self.year)
        plausible = self.sets is not None
        return study_identity("national", self.scenarios, self.replicates, self.seed, plausible=plausible, **asked)

    def carry_out(self, means: Means = ALONE) -> National:
        """Live through all authorities: see `Study`. What there is is kept each time KEPT more of them are done."""
        both = list(self.scenarios.values())
        readings = (Reading(self.indicator, self.month or "last"), Reading("use_at_fidelity", "mean"))
        known = np.empty(0) if means.earlier is None else means.earlier.to_numpy(float)
        found = list(known.reshape(-1, self.replicates, len(readings)))
        means.progress(self.replicates * len(found))
        moved = ((place.name, each.at(place.name, self.year)) for place in self.places for each in both)
        do = partial(
            _read_place,
            readings=readings, replicates=self.replicates, seed=self.seed, sets=self.sets, vary=self.vary,
        )  # fmt: skip
        with suppress(KeyboardInterrupt):
            for values in in_order(do, islice(moved, len(found), None), means.executor):
                found.append(values)
                means.progress(self.replicates)
                if len(found) % (KEPT * len(both)) == 0:
                    means.keep(self._so_far(found))
        if len(found) < len(both):
            raise KeyboardInterrupt
        return self._so_far(found)

    def _so_far(self, found: Sequence[Numbers]) -> National:
        """Return the authorities that are done under all scenarios."""
        both = len(self.scenarios)
        done = len(found) // both
        values = np.stack(found[: done * both]).reshape(done, both, *found[0].shape)
        return National(
            self.scenario, self.against, self.places[:done], len(self.places), values[:, 0],
            None if self.against is None else values[:, 1], self.left_out,
            self.year, self.region, self.indicator, self.month, self.seed, self.sets, self.vary,
        )  # fmt: skip


@front_door(National)
def national(
    scenario: str | Path | Mapping[str, object] | Scenario,
    against: str | Path | Mapping[str, object] | Scenario | None = None,
    replicates: int = 20,
    seed: int = 0,
    *,
    year: int | None = None,
    region: str = "",
    indicator: str = "sustained",
    month: int | None = None,
    plausible: bool = False,
    vary: bool = False,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> NationalPlan:
    """Live through a scenario in every authority whose published figures can start a model.

    Args:
        scenario: a library name, a path to a TOML file, a mapping, or a `Scenario`.
        against: a second scenario, run with the same luck, to see who would gain.
        replicates: how many runs of each authority.
        seed: replicate r of a seed meets the same luck in every authority and scenario.
        year: census year of the figures; the newest by default.
        region: only the authorities of a region.
        indicator: what is ranked by, the highest first; among equals, use as it is meant over all months decides.
        month: the month it is read in; the last by default.
        plausible: spread the replicates over plausible sets of coefficients, at least 4 with each.
        vary: draw what nobody publishes about a place, anew for each run of it (`scenarios.population`), and give it
            its own inspection grade; otherwise all have the same of it. What a scenario sets itself stays.
        executor: any `concurrent.futures` executor; a thread for each core by default.
        progress: called with the number of replicates each time an authority is done.

    A keyboard interrupt keeps the authorities that are finished, or is raised again when there are none.
    Raises InputError for anything that cannot be used.

    """
    first, second = load_scenario(scenario), None if against is None else load_scenario(against)
    year = latest() if year is None else year
    check_counts(replicates, seed)
    check_indicator(indicator)
    if month is not None:
        check_whole("month", month, 1, min(each.horizon for each in (first, second) if each is not None))
    places, left_out = places_in(year, region)
    sets = sets_of(replicates, plausible)
    return NationalPlan(
        first, second, tuple(places), left_out, year, region, indicator, month, replicates, seed, sets, vary
    )


def check_indicator(name: str) -> None:
    """Raise InputError, with the nearest names, for what is no indicator."""
    names = [i.name for i in INDICATORS]
    if name not in names:
        msg = f"{name[:80]!r} is not an indicator.{nearest_names(name[:80], names)} docs/reference.md lists them."
        raise InputError(msg)


def _read_place(
    place: tuple[str, Scenario], readings: Sequence[Reading], replicates: int, seed: int, sets: Sets, *, vary: bool
) -> Numbers:
    """Return the readings of a scenario at a place by replicate, each in conditions of its own where these vary."""
    name, scenario = place
    if not vary:
        return read(scenario, readings, range(replicates), seed, sets)
    first = _number_of(name)
    each = (in_conditions(scenario, first + r, seed, name) for r in range(replicates))
    return np.concatenate([read(one, readings, range(r, r + 1), seed, _one_of(sets, r)) for r, one in enumerate(each)])


def _number_of(place: str) -> int:
    """Return the number of a place's first organisation: the same whoever else is run, far from that of any other."""
    return int.from_bytes(hashlib.sha256(place.encode()).digest()[:5], "big")


def _one_of(sets: Sets, replicate: int) -> Sets:
    return None if sets is None else sets[replicate : replicate + 1]


def places_in(year: int | None = None, region: str = "") -> tuple[list[AuthorityYear], dict[str, str]]:
    """Return the authorities of a region (all by default) that can start a model, and why not for each other one.

    London is its inner and outer part together. Raises InputError for a year or a region that is not in the table.
    """
    year = latest() if year is None else year
    usable = sorted(authorities(year), key=lambda row: row.name)
    every = [row for row in official_table() if row.level == "authority" and row.year == year]
    within = _within(region, sorted({row.region for row in every}))
    left_out = {row.name: row.problem() for row in every if row.region in within and row.problem()}
    places = [row for row in usable if row.region in within]
    if not places:
        msg = f"no authority in {region} has figures of {year} that a model can start from."
        raise InputError(msg)
    return places, left_out


def _within(region: str, regions: list[str]) -> list[str]:
    """Return the regions that a name stands for. Raises InputError for an unknown one."""
    asked = " ".join(region.casefold().split())
    if asked in {"", "england"}:
        return regions
    found = [name for name in regions if asked in {name.casefold(), name.casefold().split(" ", 1)[-1]}]
    exact = [name for name in regions if asked == name.casefold()]
    if exact or (asked == "london" and found):
        return exact or found
    near = nearest_names(region[:80].title(), regions) or f" It must be one of {listed(regions, 'or')}."
    msg = f"{region[:80]!r} is not a region of the official table.{near}"
    raise InputError(msg)
