"""Two scenarios side by side, replicate by replicate in the same world: paired differences and their causes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.experiments.compare.ladder import MATTERS, Judged, judge
from conducive.experiments.lives.ensemble import Ensemble, check_counts, run_each
from conducive.experiments.lives.intervals import (
    A_DIFFERENCE,
    ANYWHERE,
    FEWEST_IN_A_SET,
    Uncertainty,
    enough_values,
    half_width_of,
    interval,
    interval_of_ratio,
    uncertainty,
)
from conducive.experiments.lives.moments import MAIN
from conducive.experiments.lives.plausible import plausible_sets
from conducive.model.measures import INDICATORS
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.short import InShort

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from conducive.scenarios.scenario import Scenario

MOST_PAIRS = 4000
"""Pairs that are run at most to reach a precision, unless more are asked for to begin with."""
PERCENT = 100
MONTHS_A_YEAR = 12
STEP = 1.25  # least growth from one number of pairs to the next
MOST_FORESEEN = 1_000_000


class Cost(NamedTuple):
    """What each additional practitioner-year of use as it is meant costs, in GBP, with its 95% interval.

    Low, mean and high of the differences in practitioner-years and in spending, over all months. The cost of each is
    not a number where it cannot be told: where the difference in practitioner-years may be zero.
    """

    years: tuple[float, float, float]
    spent: tuple[float, float, float]
    each: float
    low: float
    high: float


@dataclass(frozen=True, repr=False)
class Comparison(InShort):
    """A base and an alternative, paired by common random numbers; differences are alternative minus base.

    Attributes:
        base: replicates of the base.
        alternative: the same replicates of the alternative.
        precision: half-width of the interval that was asked for, if any.
        begun_with: pairs that were run first, where a precision was asked for.

    """

    base: Ensemble
    alternative: Ensemble
    precision: float | None = None
    begun_with: int | None = None

    def in_short(self) -> dict[str, str]:
        """Return what is compared, how many pairs, and the answer."""
        from conducive.experiments.compare.answer import headline

        names = (e.scenario.title or e.scenario.name for e in (self.base, self.alternative))
        return {
            **dict(zip("AB", names, strict=True)),
            "pairs of runs": f"{self.pairs:,}",
            "answer": headline(self),
            "more": "print(comparison.text())",
        }

    @property
    def pairs(self) -> int:
        """Replicates finished in both."""
        return min(len(self.base.lives), len(self.alternative.lives))

    @property
    def months(self) -> int:
        """Months that both have."""
        return min(self.base.scenario.horizon, self.alternative.scenario.horizon)

    def difference(self, indicator: str) -> npt.NDArray[np.float64]:
        """Alternative minus base, shape (pairs, months)."""
        a, b = (e.values(indicator)[: self.pairs, : self.months] for e in (self.base, self.alternative))
        return b - a

    @property
    def sets(self) -> npt.NDArray[np.int64] | None:
        """Number of the plausible set of each pair, from 1 (the default coefficients); None if not plausible."""
        return None if self.base.sets is None else self.base.sets[: self.pairs]

    def uncertainty(self, values: npt.NDArray[np.float64], within: tuple[float, float] = ANYWHERE) -> Uncertainty:
        """Mean of values by pair, with its 95% interval, luck and ignorance: `intervals.uncertainty`."""
        return uncertainty(values, self.sets, within)

    def judge(
        self,
        values: npt.NDArray[np.float64],
        within: tuple[float, float] = A_DIFFERENCE,
        matters: float = MATTERS,
    ) -> Judged:
        """How sure a difference by pair is: `ladder.judge`, by default for a difference of shares."""
        return judge(values, self.sets, within, matters)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """By month and indicator: means of both, the mean difference with its 95% interval (low, high), and its parts.

        These are luck (standard deviation between pairs of a plausible set), ignorance (between sets) and agree (share
        of sets whose mean difference has the sign of the overall one); `intervals.uncertainty` defines them. The last
        two are not numbers where there are fewer than two sets. Then higher, the share of pairs in which the
        alternative has more (ties count half), and pairing, what the same luck saves: `variance_reduction`.
        """
        import pandas as pd

        frames = []
        for i in INDICATORS:
            if i.name in {"wave"}:
                continue
            gap = self.difference(i.name)
            found = self.uncertainty(gap, i.apart)
            levels = [interval(e.values(i.name)[: self.pairs, : self.months])[1] for e in (self.base, self.alternative)]
            frames.append(
                pd.DataFrame(
                    {
                        "month": np.arange(1, self.months + 1),
                        "indicator": i.name,
                        "base": levels[0],
                        "alternative": levels[1],
                        "mean": found.mean,
                        "low": found.low,
                        "high": found.high,
                        "luck": found.luck,
                        "ignorance": found.ignorance,
                        "agree": found.agree,
                        "higher": _higher(gap),
                        "pairing": self._pairing(i.name, slice(0, self.months)),
                    }
                )
            )
        return pd.concat(frames, ignore_index=True)

    def chance_better(self, indicator: str = MAIN, month: int | None = None) -> float:
        """Share of pairs where the alternative has more in a month (default: on average over all); ties count half."""
        return float(_higher(self._difference_at(indicator, month)))

    def robustness(self, indicator: str = MAIN, month: int | None = None) -> float:
        """Share of plausible sets in which the mean difference has the overall sign, in a month or on average over all.

        A set without a difference counts half. Not a number with fewer than two sets: then it is not known.
        """
        return float(self.uncertainty(self._difference_at(indicator, month)).agree)

    def variance_reduction(self, indicator: str = MAIN, month: int | None = None) -> float:
        """Variance unpaired over paired: how many times as many unpaired replicates an interval as narrow takes.

        Variances are those of luck: within plausible sets, where there are several.

        Not a number where there is one pair or nothing varies; infinite where only the difference does not vary.
        """
        at = (self.months if month is None else month) - 1
        return float(self._pairing(indicator, slice(at, at + 1))[0])

    def half_width(self, indicator: str = MAIN, month: int | None = None) -> float:
        """Half the width of the 95% interval of the mean difference in a month (default: on average over all)."""
        found = self.uncertainty(self._difference_at(indicator, month))
        return float(found.high - found.low) / 2

    def pairs_needed(self, half_width: float, indicator: str = MAIN, month: int | None = None) -> float:
        """About how many pairs, more than there are, would narrow the interval of a difference to a half-width.

        Reckoned from luck and ignorance as these pairs show them. Infinite where no number of pairs would, because
        ignorance of the coefficients keeps the interval wider; not a number for a single pair.
        """
        number, half = self._foreseen(indicator, month)
        if np.isnan(half).any():
            return float("nan")
        enough = number[half <= half_width]
        return float(enough[0]) if len(enough) else float("inf")

    def narrowest(self, indicator: str = MAIN, month: int | None = None) -> float:
        """About the half-width of an interval that a very large number of pairs would leave."""
        return float(self._foreseen(indicator, month)[1][-1])

    def _foreseen(self, indicator: str, month: int | None) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Return numbers of pairs, more than there are, that fill plausible sets evenly; and a half-width for each."""
        gap = self._difference_at(indicator, month)
        known = ~np.isnan(gap)
        available = max(1, _available(self.sets is not None))
        number = np.geomspace(STEP * self.pairs, STEP * max(self.pairs, MOST_FORESEEN), 400)
        whole = np.where(number < FEWEST_IN_A_SET * available, FEWEST_IN_A_SET, available)
        pairs = np.unique((np.ceil(number / whole) * whole).astype(np.int64))
        sets = np.clip(pairs // FEWEST_IN_A_SET, 1, available)
        found = self.uncertainty(gap)
        return pairs, half_width_of(found.luck, np.nan_to_num(found.ignorance), pairs * known.mean(), sets)

    @property
    def enough_to_reckon(self) -> bool:
        """Whether there are pairs enough to reckon with luck and ignorance as these show them."""
        return self.pairs >= enough_values(_available(self.sets is not None))

    def more_pairs(self) -> int | None:
        """Return with how many pairs to go on for the precision asked for; None where these are enough or the most.

        Also None where ignorance alone keeps the interval wider.
        """
        if self.precision is None or self.half_width() <= self.precision:
            return None
        most = max(MOST_PAIRS, self.begun_with or 0)
        needed = self.pairs_needed(self.precision)
        return min(int(needed), most) if self.pairs < most and np.isfinite(needed) else None

    @cached_property
    def cost_per_year(self) -> Cost:
        """Cost of each additional practitioner-year of use as it is meant, where it can be told; see `Cost`."""
        years, spent = self.practitioner_years(), self.difference("spend").sum(axis=1)
        people, money = (self.uncertainty(values) for values in (years, spent))
        each = low = high = float("nan")
        if people.low > 0 or people.high < 0:
            each = float(money.mean / people.mean)
            low, high = interval_of_ratio(spent, years, self.sets)
        bounds = [(float(x.low), float(x.mean), float(x.high)) for x in (people, money)]
        return Cost(bounds[0], bounds[1], each, low, high)

    def practitioner_years(self) -> npt.NDArray[np.float64]:
        """Return the difference in practitioner-years of use as it is meant, over all months, by pair."""
        a, b = (
            (e.values(MAIN) * e.values("filled_posts"))[: self.pairs, : self.months].sum(axis=1) / MONTHS_A_YEAR
            for e in (self.base, self.alternative)
        )
        return np.asarray(b - a)

    @cached_property
    def causes(self) -> pd.DataFrame:
        """Lapses and losses by cause: how many in both, and how many per 100 user-years.

        `base`, `alternative` and their difference (`mean`, with its 95% interval) are means a replicate. Rates divide
        by the years that people used it in, so that more use, with more to lose, is no fault: `base_rate`,
        `alternative_rate`, the difference (`rate`, with `rate_low` and `rate_high`, by linearisation) and its `rung`.
        """
        import pandas as pd

        base, alternative = (e.causes(self.months).iloc[: self.pairs] for e in (self.base, self.alternative))
        found = self.uncertainty(alternative.to_numpy(float) - base.to_numpy(float))
        table = pd.DataFrame({"base": base.mean(), "alternative": alternative.mean()})
        table = table.assign(mean=found.mean, low=found.low, high=found.high)
        both = ((self.base, base), (self.alternative, alternative))
        rates = [self._rates(ensemble, losses.to_numpy(float)) for ensemble, losses in both]
        judged = [self.judge(gap, ANYWHERE, 0.0) for gap in (rates[1] - rates[0]).T]
        table = table.assign(
            base_rate=rates[0].mean(axis=0),
            alternative_rate=rates[1].mean(axis=0),
            rate=[j.mean for j in judged],
            rate_low=[j.low for j in judged],
            rate_high=[j.high for j in judged],
            rung=[j.rung for j in judged],
        )
        return table.rename_axis("cause").reset_index()

    def _rates(self, ensemble: Ensemble, losses: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return losses per 100 user-years by replicate and cause: linearised, so that their mean is that of all.

        Not numbers where nobody ever uses it.
        """
        users = (ensemble.values("use") * ensemble.values("filled_posts"))[: self.pairs, : self.months]
        years = users.sum(axis=1) / MONTHS_A_YEAR / PERCENT
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = losses.mean(axis=0) / years.mean()
            return np.asarray(ratio + (losses - ratio * years[:, None]) / years.mean())

    def _difference_at(self, indicator: str, month: int | None) -> npt.NDArray[np.float64]:
        gap = self.difference(indicator)
        return gap.mean(axis=1) if month is None else gap[:, month - 1]

    def _pairing(self, indicator: str, months: slice) -> npt.NDArray[np.float64]:
        """Return the variance reduction in each of some months, numbered from 0."""
        if self.pairs == 1:
            return np.full(self.months, np.nan)[months]
        a, b = (e.values(indicator)[: self.pairs, months] for e in (self.base, self.alternative))
        unpaired, paired = (sum(self.uncertainty(v).luck ** 2 for v in values) for values in ((a, b), (b - a,)))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.divide(unpaired, paired)

    def text(self, *, full: bool = True) -> str:
        """Say what differs, how surely and why in plain English; in full, or what fits a screen or two."""
        from conducive.experiments.compare.text import say_comparison

        return say_comparison(self, full=full)


def compare(
    base: str | Path | Mapping[str, object] | Scenario,
    alternative: str | Path | Mapping[str, object] | Scenario,
    replicates: int = 200,
    seed: int = 0,
    *,
    precision: float | None = None,
    plausible: bool = True,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
    going_on: Callable[[Comparison, int], object] | None = None,
) -> Comparison:
    """Run two scenarios with the same luck, under the same plausible sets, and return the paired comparison.

    Arguments are those of `run`; `replicates` is the number of pairs, and `progress` is called for each replicate of
    each scenario. An interrupt keeps the pairs that are finished. Raises InputError for anything that cannot be used.

    With a `precision`, such as 0.02 for two percentage points, there are more pairs as long as they are needed: until
    half the 95% interval of the difference in use as it is meant, in an average month, is no wider. It begins with
    pairs enough to tell luck from ignorance (`intervals.enough_values`), and stops at MOST_PAIRS, and where no number
    of pairs is enough because ignorance alone keeps the interval wider. `going_on` is called with the comparison so far
    and the next number of pairs. The pairs are to the bit those of asking for as many at once.
    """
    check_counts(replicates, seed)
    check_precision(precision)

    def paired(pairs: int, earlier: Sequence[Ensemble] = ()) -> Comparison:
        both = (base, alternative)
        a, b = run_each(
            both, pairs, seed, plausible=plausible, executor=executor, progress=progress, agents=False, earlier=earlier
        )
        return Comparison(a, b, precision, None if precision is None else replicates)

    found = paired(replicates if precision is None else max(replicates, enough_values(_available(plausible))))
    while not found.base.interrupted and (more := found.more_pairs()):
        if going_on:
            going_on(found, more)
        both = (found.base, found.alternative)
        further = paired(more, both)
        if further.pairs < found.pairs:  # an interrupt may leave less than there was
            return replace(found, base=replace(both[0], asked=more), alternative=replace(both[1], asked=more))
        found = further
    return found


def _available(plausible: bool) -> int:
    return len(plausible_sets().sets) if plausible else 0


def check_precision(precision: object) -> None:
    """Raise InputError unless a precision is a share between 0 and 1, or None."""
    number = precision if isinstance(precision, int | float) and not isinstance(precision, bool) else 0
    if precision is None or 0 < number < 1:
        return
    meant = number / PERCENT if 1 <= number < PERCENT else 0.02
    msg = (
        "precision must be between 0 and 1: half the width of the interval as a share (0.02 is two percentage points). "
        f"Got {glimpse(precision)}. Did you mean {meant:g}?"
    )
    raise InputError(msg)


def _higher(gap: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the share of pairs, where both are known, in which a difference is above 0; ties count half."""
    known = ~np.isnan(gap)
    with np.errstate(invalid="ignore"):
        return np.asarray(((gap > 0) + 0.5 * (gap == 0)).sum(axis=0) / known.sum(axis=0))
