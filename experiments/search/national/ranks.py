"""Authorities under a scenario, ranked, and how firm the ranks are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.lives.intervals import LEVEL, Numbers
from conducive.experiments.lives.readings import Estimate, Sets, chance_of, drawn_anew, mean_of
from conducive.experiments.search.national.text import FIGURES, say_national
from conducive.experiments.search.study import Found
from conducive.model.measures import NULLABLE
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.workforce import AuthorityYear, starting_point

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

RESAMPLES = 1000


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
        return say_national(self)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return authorities, and what their standing goes with."""
        return {"authorities": self.table, "starting_conditions": self.starts}

    def figures(self) -> dict[str, Figure]:
        """Return the chart, and a small one."""
        from conducive.experiments.search.national.figures import national_figure, national_small_figure

        return {"chart": national_figure(self), "chart-small": national_small_figure(self)}


def _rank_correlation(a: Numbers, b: Numbers) -> Numbers:
    """Return Spearman's correlation of each row of two tables; not a number where one does not vary."""
    from scipy.stats import rankdata

    one, other = (rankdata(each, axis=1) - (each.shape[1] + 1) / 2 for each in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((one * other).sum(axis=1) / np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1)))
