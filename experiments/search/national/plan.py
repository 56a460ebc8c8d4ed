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
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.ensemble import check_counts, check_whole
from conducive.experiments.lives.intervals import A_DIFFERENCE, A_SHARE, LEVEL, Numbers
from conducive.experiments.lives.living import in_order
from conducive.experiments.lives.readings import Estimate, Reading, Sets, chance_of, drawn_anew, mean_of, read, sets_of
from conducive.experiments.search.factors import check_indicator
from conducive.experiments.search.national.text import FIGURES, say_national
from conducive.experiments.search.study import ALONE, Found, Held, Means, Study, front_door
from conducive.experiments.words import listed
from conducive.model.measures import NULLABLE
from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.indicators import indicator_of
from conducive.scenarios.population import in_conditions
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.workforce import (
    AuthorityYear,
    authorities,
    figures_key,
    latest,
    official_table,
    regions_named,
    starting_point,
)

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

RESAMPLES = 1000
KEPT = 10
"""Authorities that are lost at most where it is killed."""


@dataclass(frozen=True)
class NationalPlan(Study["National"]):
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


@dataclass(frozen=True, repr=False)
class National(Found):
    """A scenario in each authority, with the same luck everywhere.

    Attributes:
        scenario: what was asked, before it is moved to a place.
        against: a second scenario, or None.
        places: the authorities that were run, with their published figures.
        asked: how many there should have been; fewer were run where it was interrupted.
        values: readings (below) by place and replicate, shape (places, replicates, 2).
        other: the same under `against`, or None.
        left_out: authorities that cannot start a model, with the reason.
        sets: plausible set of each replicate; None under the default coefficients.
        vary: whether each run of a place is in other unpublished conditions.

    The readings are the indicator asked for, in its month, and use as it is meant on average over all months.

    """

    scenario: Scenario
    against: Scenario | None
    places: tuple[AuthorityYear, ...]
    asked: int
    values: Numbers
    other: Numbers | None
    left_out: Mapping[str, str]
    year: int
    region: str
    indicator: str
    month: int | None
    seed: int
    sets: Sets
    vary: bool = False

    def in_short(self) -> dict[str, str]:
        """Return what was run, and where."""
        return {
            "scenario": self.scenario.title or self.scenario.name,
            "authorities": f"{len(self.places)}",
            "year": f"{self.year}",
            "runs of each": f"{self.replicates:,}",
            "more": "print(national.text()), or national.table",
        }

    @property
    def interrupted(self) -> bool:
        """Whether fewer authorities were run than asked for."""
        return len(self.places) < self.asked

    @property
    def replicates(self) -> int:
        """Runs of each authority."""
        return int(self.values.shape[1])

    def estimate(self, values: Numbers) -> Estimate:
        """Mean of the indicator over replicates, with its interval."""
        if self.indicator in NULLABLE:
            return chance_of(values, self.sets)
        return mean_of(values, self.sets, indicator_of(self.indicator).within)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Ranked table, a row for each authority.

        Columns: rank, rank_low and rank_high (its 95% interval), authority, region, the figures it starts from, the
        indicator with its interval (low, high), runs in which it is known, and mean_use with its interval. With a
        second scenario: against and against_use (its means of both), gain with its interval (the paired difference in
        mean use), and gain_rank, the largest gain first.
        """
        import pandas as pd

        low, rank, high = self._ranks()
        rows = []
        for n, place in enumerate(self.places):
            mean, use = self.estimate(self.values[n, :, 0]), mean_of(self.values[n, :, 1], self.sets, A_SHARE)
            row: dict[str, object] = {
                "rank": rank[n],
                "rank_low": low[n],
                "rank_high": high[n],
                "authority": place.name,
                "region": place.region,
                "posts": int(starting_point(place.name, self.year)["organisation.posts"]),
                **{name: getattr(place, name) for name in FIGURES if name != "posts"},
                self.indicator: mean.mean,
                "low": mean.low,
                "high": mean.high,
                "known": int((~np.isnan(self.values[n, :, 0])).sum()),
                "mean_use": use.mean,
                "mean_use_low": use.low,
                "mean_use_high": use.high,
            }
            if self.other is not None:
                gain = mean_of(self.other[n, :, 1] - self.values[n, :, 1], self.sets, A_DIFFERENCE)
                row["against"] = self.estimate(self.other[n, :, 0]).mean
                row["against_use"] = float(self.other[n, :, 1].mean())
                row |= {"gain": gain.mean, "gain_low": gain.low, "gain_high": gain.high}
            rows.append(row)
        ranked = pd.DataFrame(rows).sort_values("rank", kind="stable", ignore_index=True)
        if self.other is not None:
            ranked["gain_rank"] = ranked["gain"].rank(ascending=False, method="first").astype(int)
        return ranked

    def _ranks(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return rank and its interval, from replicates drawn anew."""
        rank = self._order(np.ones(self.replicates, np.int64))
        weights = drawn_anew(self.replicates, self.sets, RESAMPLES)
        drawn = [rank] if weights is None else [self._order(each) for each in weights]
        low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0, method="nearest").astype(np.int64)
        return np.minimum(low, rank), rank, np.maximum(high, rank)

    def _order(self, weights: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return ranks from 1: the highest indicator first, among equals the most use; unknown ones last."""
        known = ~np.isnan(self.values)
        total = np.einsum("r,prk->pk", weights, np.where(known, self.values, 0.0))
        count = np.einsum("r,prk->pk", weights, known)
        means = np.where(count > 0, total / np.maximum(count, 1), -np.inf)
        ranks = np.empty(len(means), np.int64)
        ranks[np.lexsort((-means[:, 1], -means[:, 0]))] = np.arange(1, len(means) + 1)
        return ranks

    @cached_property
    def starts(self) -> pd.DataFrame:
        """How mean use goes with each figure a place starts from: Spearman's rank correlation with its 95% interval."""
        import pandas as pd

        use = self.table["mean_use"].to_numpy(float)
        draws = np.random.default_rng(0).integers(0, len(use), (RESAMPLES, len(use)))
        rows = []
        for name in FIGURES:
            figure = self.table[name].to_numpy(float)
            found = _rank_correlation(figure[draws], use[draws])
            ends = (1 - LEVEL) / 2, (1 + LEVEL) / 2
            low, high = np.nanquantile(found, ends).tolist() if np.isfinite(found).any() else (np.nan, np.nan)
            whole = float(_rank_correlation(figure[None], use[None])[0])
            rows.append({"figure": name, "correlation": whole, "low": low, "high": high})
        return pd.DataFrame(rows)

    @cached_property
    def every_run(self) -> pd.DataFrame:
        """Each run: authority, scenario (A, or B for the second), replicate; the indicator by its name; mean_use."""
        import pandas as pd

        values = self.values[:, None] if self.other is None else np.stack([self.values, self.other], axis=1)
        names = [place.name for place in self.places], list("AB")[: values.shape[1]], range(self.replicates)
        runs = pd.MultiIndex.from_product(names, names=["authority", "scenario", "replicate"])
        return pd.DataFrame(values.reshape(len(runs), 2), runs, [self.indicator, "mean_use"]).reset_index()

    def text(self) -> str:
        """Say who comes where, how surely, and what it is not, in plain English."""
        return say_national(self)

    def parts(self) -> dict[str, pd.DataFrame | Figure]:
        """Return authorities, and what their standing goes with; a chart, and a small one."""
        from conducive.experiments.search.national.figures import national_figure, national_small_figure

        tables = {"authorities": self.table, "starting_conditions": self.starts}
        return {**tables, "chart": national_figure(self), "chart-small": national_small_figure(self)}


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
    if all(each.horizon == month for each in (first, second) if each is not None):
        month = None
    region = _region(region)[0]
    places, left_out = places_in(year, region)
    sets = sets_of(replicates, plausible)
    return NationalPlan(
        first, second, tuple(places), left_out, year, region, indicator, month, replicates, seed, sets, vary
    )


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
    within = _region(region)[1]
    left_out = {row.name: row.problem() for row in every if row.region in within and row.problem()}
    places = [row for row in usable if row.region in within]
    if not places:
        msg = f"no authority in {region} has figures of {year} that a model can start from."
        raise InputError(msg)
    return places, left_out


def _region(asked: str) -> tuple[str, list[str]]:
    """Return the official name of a region, empty for England, and the regions it is. Raises InputError for others."""
    name, within = regions_named(str(asked).strip() or "England")
    if name:
        return "" if name == "England" else name, within
    regions = regions_named("England")[1]
    near = nearest_names(str(asked)[:80].title(), regions) or f" It must be one of {listed(regions, 'or')}."
    msg = f"{str(asked)[:80]!r} is not a region of the official table.{near}"
    raise InputError(msg)


def _rank_correlation(a: Numbers, b: Numbers) -> Numbers:
    """Return Spearman's correlation of each row of two tables; not a number where one does not vary."""
    from scipy.stats import rankdata

    one, other = (rankdata(each, axis=1) - (each.shape[1] + 1) / 2 for each in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((one * other).sum(axis=1) / np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1)))
