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
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.folders.folder import RUNS, kept_runs
from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.ensemble import check_counts, check_whole
from conducive.experiments.lives.intervals import LEVEL, Numbers
from conducive.experiments.lives.living import in_order
from conducive.experiments.lives.readings import Estimate, Reading, Sets, chance_of, drawn_anew, mean_of, read, sets_of
from conducive.experiments.lives.text import NOT_A_FORECAST, name_of
from conducive.experiments.words import (
    bullet,
    heading,
    listed,
    page,
    paragraph,
    percent,
    plain,
    points,
    section,
    several,
    table,
)
from conducive.model.measures import INDICATORS, NULLABLE
from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.population import in_conditions
from conducive.scenarios.scenario import PER_POST, Scenario
from conducive.scenarios.short import InShort
from conducive.scenarios.workforce import (
    AuthorityYear,
    authorities,
    figures_key,
    latest,
    official_table,
    starting_point,
)

if TYPE_CHECKING:
    import pandas as pd


RESAMPLES = 1000
KEPT = 10
"""Authorities that are lost at most where it is killed."""
ENDS = 10
"""Authorities at either end of the ranking that the summary names; tables have all."""
NAME = 22
"""Characters of a name that a line of the summary has room for; tables have all."""
FIGURES = {
    "posts": "establishment of case-holding posts",
    "turnover": "turnover",
    "vacancy_rate": "vacancy rate",
    "agency_rate": "agency rate",
    "caseload": "caseload",
}
"""What a place starts from, as columns of the table and in words."""
NOT_PERFORMANCE = (
    "This compares starting conditions, as published workforce figures have them. It ranks no one's performance: "
    "nothing about an authority's leaders, staff or practice is in it, and all authorities are given the same of "
    "everything that is not published."
)


NOT_PERFORMANCE_VARIED = (
    "This compares starting conditions, as published workforce figures and inspection grades have them. It ranks no "
    "one's performance: what is not published about an authority's leaders, staff or practice was drawn by lot."
)
VARIED = (
    "Each run of an authority is in other unpublished conditions, drawn around the average and the same under both "
    "scenarios; intervals hold that ignorance too."
)


@dataclass(frozen=True, repr=False)
class National(InShort):
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
        return (chance_of if self.indicator in NULLABLE else mean_of)(values, self.sets)

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
            mean, use = self.estimate(self.values[n, :, 0]), mean_of(self.values[n, :, 1], self.sets)
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
                "mean_use_low": max(use.low, 0.0),
                "mean_use_high": min(use.high, 1.0),
            }
            if self.other is not None:
                gain = mean_of(self.other[n, :, 1] - self.values[n, :, 1], self.sets)
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
        parts = (_title, _asked, _ranking, _sure, _gains, _starts, _reading)
        return page(*(part(self) for part in parts))


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
    earlier: Numbers | None = None,
    keep: Callable[[National], object] | None = None,
) -> National:
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
        earlier: what `earlier_runs` has found of the same, which is not run again.
        keep: called with what there is each time KEPT more authorities are done.

    A keyboard interrupt keeps the authorities that are finished, or is raised again when there are none.
    Raises InputError for anything that cannot be used.

    """
    first, second = load_scenario(scenario), None if against is None else load_scenario(against)
    year = latest() if year is None else year
    check_asked(first, second, replicates, seed, indicator=indicator, month=month)
    places, left_out = places_in(year, region)
    sets = sets_of(replicates, plausible)
    readings = (Reading(indicator, month or "last"), Reading("use_at_fidelity", "mean"))
    both = [each for each in (first, second) if each is not None]
    found = [] if earlier is None else list(earlier)
    if progress:
        progress(replicates * len(found))

    def so_far() -> National:
        done = len(found) // len(both)
        values = np.stack(found[: done * len(both)]).reshape(done, len(both), replicates, len(readings))
        other = None if second is None else values[:, 1]
        return National(
            first, second, tuple(places[:done]), len(places), values[:, 0], other, left_out,
            year, region, indicator, month, seed, sets, vary,
        )  # fmt: skip

    moved = ((place.name, each.at(place.name, year)) for place in places for each in both)
    do = partial(_read_place, readings=readings, replicates=replicates, seed=seed, sets=sets, vary=vary)
    with suppress(KeyboardInterrupt):
        for values in in_order(do, islice(moved, len(found), None), executor):
            found.append(values)
            if progress:
                progress(replicates)
            if keep and len(found) % (KEPT * len(both)) == 0:
                keep(so_far())
    if len(found) < len(both):
        raise KeyboardInterrupt
    return so_far()


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


def check_asked(
    scenario: Scenario, against: Scenario | None, replicates: object, seed: object, *, indicator: str, month: object
) -> None:
    """Raise InputError for counts, an indicator or a month that cannot be used."""
    check_counts(replicates, seed)
    check_indicator(indicator)
    if month is not None:
        check_whole("month", month, 1, min(each.horizon for each in (scenario, against) if each is not None))


def check_indicator(name: str) -> None:
    """Raise InputError, with the nearest names, for what is no indicator."""
    names = [i.name for i in INDICATORS]
    if name not in names:
        msg = f"{name[:80]!r} is not an indicator.{nearest_names(name[:80], names)} docs/reference.md lists them."
        raise InputError(msg)


def national_identity(
    scenario: Scenario,
    against: Scenario | None,
    replicates: int,
    seed: int,
    *,
    year: int,
    region: str,
    indicator: str,
    month: int | None,
    plausible: bool,
    vary: bool = False,
) -> Identity:
    """Return what decides the numbers. Raises InputError where there are no plausible sets that fit the model."""
    scenarios = {"scenario": scenario, **({} if against is None else {"against": against})}
    asked: dict[str, object] = {"year": year, "region": region, "indicator": indicator, "month": month or "last"}
    asked |= {"vary": True} if vary else {}
    asked["official_table"] = figures_key((place.name for place in places_in(year, region)[0]), year)
    return study_identity("national", scenarios, replicates, seed, plausible=plausible, **asked)


def write_national(found: National, folder: Path) -> None:
    """Write tables, charts and summary into a folder."""
    from conducive.experiments.search.figures import national_figure, national_small_figure, save_figure, save_table

    save_table(found.table, folder, "authorities")
    save_table(found.starts, folder, "starting_conditions")
    found.every_run.to_parquet(folder / RUNS, index=False)
    (folder / "summary.txt").write_text(found.text(), encoding="utf-8", newline="\n")
    save_figure(national_figure(found), folder, "chart")
    save_figure(national_small_figure(found), folder, "chart-small")


def earlier_runs(folder: Path, indicator: str, replicates: int) -> Numbers | None:
    """Return the readings that a run of the same which was stopped left in a folder; None where there are none."""
    kept = kept_runs(folder, [indicator, "mean_use"])
    return None if kept is None else kept.to_numpy(float).reshape(-1, replicates, 2)


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


def _rank_correlation(a: Numbers, b: Numbers) -> Numbers:
    """Return Spearman's correlation of each row of two tables; not a number where one does not vary."""
    from scipy.stats import rankdata

    one, other = (rankdata(each, axis=1) - (each.shape[1] + 1) / 2 for each in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((one * other).sum(axis=1) / np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1)))


# ---- In words ------------------------------------------------------------------------------------------------------


def say_value(found: National, value: float) -> str:
    """Return a value of the indicator as people write it."""
    unit = next(i.unit for i in INDICATORS if i.name == found.indicator)
    return percent(value) if unit in {"share", "0 or 1"} else plain(value)


def ranked_by(found: National) -> str:
    """Return in words what authorities are ranked by."""
    if found.indicator == "sustained":
        return "the chance of sustained use"
    when = f"month {found.month or found.scenario.horizon}"
    return f"{found.indicator.replace('_', ' ')} in {when}"


def _title(found: National) -> str:
    where = found.region or "England"
    against = f", or {name_of(found.against)}" if found.against is not None else ""
    return heading(f"{name_of(found.scenario)}{against}: every authority of {where}, {found.year}", "=")


def _money(scenario: Scenario) -> str:
    """Return how much money each authority gets, and that all meet the same luck."""
    fixed = [address for address in PER_POST if address in scenario.values]
    own = f" ({listed(fixed)}: the amount that is set, everywhere)" if fixed else ""
    return f"Money is the same for each post{own}, and luck the same everywhere."


def _asked(found: National) -> str:
    sets = 1 if found.sets is None else len(np.unique(found.sets))
    coefficients = f"over {sets} plausible sets of coefficients" if sets > 1 else "under the default coefficients"
    done = several(len(found.places), "authority", "authorities")
    held = sorted(starting_point(found.places[0].name, found.year).keys() & found.scenario.values.keys())
    lines = [
        paragraph(NOT_PERFORMANCE_VARIED if found.vary else NOT_PERFORMANCE),
        "",
        paragraph(
            (f"Interrupted: {done} of {found.asked}" if found.interrupted else done)
            + f", each from its own published figures of {found.year}, "
            f"{several(found.replicates, 'run')} of {several(found.scenario.horizon, 'month')} {coefficients}, "
            f"seed {found.seed}. {_money(found.scenario)}"
            + (f" {VARIED}" if found.vary else "")
            + (f" The scenario sets {listed(held)} itself: these are the same everywhere." if held else "")
        ),
    ]
    if found.left_out:
        lines += [f"Left out ({len(found.left_out)}):", *(bullet(f"{n}: {why}") for n, why in found.left_out.items())]
    return "\n".join(lines)


def _ranking(found: National) -> str:
    ranked = found.table

    def row(one: pd.Series[Any]) -> tuple[str, ...]:
        return (
            str(one["authority"])[:NAME],
            f"{one['rank']} ({one['rank_low']}-{one['rank_high']})",
            say_value(found, one[found.indicator]),
            _between(one["low"], one["high"], lambda value: say_value(found, value)),
            percent(one["mean_use"]),
            _between(one["mean_use_low"], one["mean_use_high"], percent),
        )

    head = ("", "rank (95%)", "value", "95% interval", "use", "95% interval")
    rows = _ends(ranked, row)
    said = (
        f"Ranked by {ranked_by(found)} (value), and where that is equal by mean use (use): the share of practitioners "
        "who use it as it is meant, on average over all months."
        + ("" if len(rows) == len(ranked) else " All are in authorities.csv.")
        + _tied(found)
    )
    return section(f"Ranked by {ranked_by(found)}", table(head, rows), paragraph(said))


def _ends(ranked: pd.DataFrame, row: Callable[[pd.Series[Any]], tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return a row for each authority, or for those at either end with a gap between."""
    if len(ranked) <= 2 * ENDS + 5:
        return [row(one) for _, one in ranked.iterrows()]
    first, last = ([row(one) for _, one in part.iterrows()] for part in (ranked[:ENDS], ranked[-ENDS:]))
    return [*first, ("...", *[""] * (len(first[0]) - 1)), *last]


def _tied(found: National) -> str:
    """Return a warning where the indicator does not tell authorities apart."""
    values = found.table[found.indicator].to_numpy(float)
    if np.isnan(values).all():
        return (
            " Sustained use cannot be judged in any of them, because external money ends less than 24 months before "
            "the horizon: all are ranked by mean use."
        )
    if np.nanmax(values) == np.nanmin(values) and len(values) > 1:
        return f" It is {say_value(found, float(values[0]))} in all of them, so all are ranked by mean use."
    return ""


def _sure(found: National) -> str:
    ranked = found.table
    if len(ranked) == 1 or found.replicates == 1:
        return ""
    low, high = ranked["rank_low"].to_numpy(), ranked["rank_high"].to_numpy()
    width = float(np.median(high - low + 1))
    pairs = len(ranked) * (len(ranked) - 1)
    overlap = 1 - sum(((low > last) | (high < first)).sum() for first, last in zip(low, high, strict=True)) / pairs
    said = (
        f"A rank is not a firm place: half of the authorities could come on any of {width:.0f} or more of the "
        f"{len(ranked)} ranks (95% interval, by drawing runs anew). In {percent(overlap)} of all pairs of authorities "
        "the intervals of their ranks overlap, so read the two ends, not the order between them."
    )
    return section("How firm are the ranks?", paragraph(said))


def _gains(found: National) -> str:
    if found.against is None:
        return ""
    ranked = found.table.sort_values("gain_rank", ignore_index=True)

    def row(one: pd.Series[Any]) -> tuple[str, ...]:
        return (
            str(one["authority"])[:NAME],
            percent(one["mean_use"]),
            percent(one["against_use"]),
            points(one["gain"]),
            _between(one["gain_low"], one["gain_high"], points),
        )

    more = int((ranked["gain_low"] > 0).sum())
    less = int((ranked["gain_high"] < 0).sum())
    said = (
        f"B is {name_of(found.against)}. Mean use is clearly higher under B in {more} of "
        f"{several(len(ranked), 'authority', 'authorities')} and clearly lower in {less}, runs paired by luck. With so "
        "many compared, one in twenty would seem clear by chance."
    )
    head = ("", "A", "B", "B - A, points", "95% interval")
    return section("Who gains most in mean use?", table(head, _ends(ranked, row)), paragraph(said))


def _starts(found: National) -> str:
    if len(found.places) < ENDS:
        return ""
    found_numbers = found.starts[["correlation", "low", "high"]].to_numpy(float).tolist()
    rows = [
        (what, f"{r:+.2f}", f"{low:+.2f} to {high:+.2f}")
        for what, (r, low, high) in zip(FIGURES.values(), found_numbers, strict=True)
        if not np.isnan(r)
    ]
    if not rows:
        return ""
    said = (
        "Rank correlation of mean use with the published figures that places start from (-1 to 1): what goes with a "
        "place's standing, one figure at a time."
    )
    return section("What a place's standing goes with", table(("", "r", "95% interval"), rows), paragraph(said))


def _reading(found: National) -> str:
    interval = (
        "Intervals hold luck and ignorance of the coefficients."
        if found.sets is not None and found.sets[0] != found.sets[-1]
        else "Intervals hold luck alone: more runs narrow them, and --plausible adds ignorance of the coefficients."
    )
    return section("How to read this", paragraph(f"{NOT_A_FORECAST} {interval}"))


def _between(low: float, high: float, say: Callable[[float], str]) -> str:
    return "-" if np.isnan(low) else f"{say(low).removesuffix('%')} to {say(high)}"
