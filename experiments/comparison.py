"""Two scenarios side by side, replicate by replicate in the same world: paired differences and their causes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.ensemble import Ensemble, run_each
from conducive.experiments.intervals import Uncertainty, interval, uncertainty
from conducive.model.measures import INDICATORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from conducive.scenarios.scenario import Scenario


@dataclass(frozen=True)
class Comparison:
    """A base and an alternative, paired by common random numbers; differences are alternative minus base."""

    base: Ensemble
    alternative: Ensemble

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

    def uncertainty(self, values: npt.NDArray[np.float64]) -> Uncertainty:
        """Mean of values by pair, with its 95% interval, luck and ignorance: `intervals.uncertainty`."""
        return uncertainty(values, self.sets)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """By month and indicator: means of both, the mean difference with its 95% interval (low, high), and its parts.

        These are luck (standard deviation between pairs of a plausible set), ignorance (between sets) and agree (share
        of sets whose mean difference has the sign of the overall one); `intervals.uncertainty` defines them. The last
        two are not numbers where there are fewer than two sets.
        """
        import pandas as pd

        frames = []
        for i in INDICATORS:
            if i.name in {"wave"}:
                continue
            found = self.uncertainty(self.difference(i.name))
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
                    }
                )
            )
        return pd.concat(frames, ignore_index=True)

    def chance_better(self, indicator: str = "use_at_fidelity", month: int | None = None) -> float:
        """Share of pairs where the alternative has more in a month (default: the last); ties count half."""
        gap = self._difference_at(indicator, month)
        return float(np.mean((gap > 0) + 0.5 * (gap == 0)))

    def robustness(self, indicator: str = "use_at_fidelity", month: int | None = None) -> float:
        """Share of plausible sets in which the mean difference in a month (default: the last) has the overall sign.

        A set without a difference counts half. Not a number with fewer than two sets: then it is not known.
        """
        return float(self.uncertainty(self._difference_at(indicator, month)).agree)

    def variance_reduction(self, indicator: str = "use_at_fidelity", month: int | None = None) -> float:
        """Variance unpaired over paired: how many times as many unpaired replicates an interval as narrow takes.

        Variances are those of luck: within plausible sets, where there are several.

        Not a number where there is one pair or nothing varies; infinite where only the difference does not vary.
        """
        if self.pairs == 1:
            return float("nan")
        at = (self.months if month is None else month) - 1
        unpaired = sum(self._luck2(e.values(indicator)[: self.pairs, at]) for e in (self.base, self.alternative))
        with np.errstate(invalid="ignore", divide="ignore"):
            return float(np.divide(unpaired, self._luck2(self._difference_at(indicator, month))))

    @cached_property
    def causes(self) -> pd.DataFrame:
        """Lapses and losses by cause: mean number a replicate in both, and difference with its 95% interval."""
        import pandas as pd

        base, alternative = (e.causes(self.months).iloc[: self.pairs] for e in (self.base, self.alternative))
        found = self.uncertainty(alternative.to_numpy(float) - base.to_numpy(float))
        table = pd.DataFrame({"base": base.mean(), "alternative": alternative.mean()})
        return table.assign(mean=found.mean, low=found.low, high=found.high).rename_axis("cause").reset_index()

    def _difference_at(self, indicator: str, month: int | None) -> npt.NDArray[np.float64]:
        return self.difference(indicator)[:, (self.months if month is None else month) - 1]

    def _luck2(self, values: npt.NDArray[np.float64]) -> float:
        """Return the variance between pairs of the same plausible set."""
        return float(self.uncertainty(values).luck ** 2)

    def text(self) -> str:
        """Say what differs and why in plain English, with numbers and intervals."""
        from conducive.experiments.text import say_comparison

        return say_comparison(self)


def compare(
    base: str | Path | Mapping[str, object] | Scenario,
    alternative: str | Path | Mapping[str, object] | Scenario,
    replicates: int = 200,
    seed: int = 0,
    *,
    plausible: bool = True,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> Comparison:
    """Run two scenarios with the same luck, under the same plausible sets, and return the paired comparison.

    Arguments are those of `run`; `replicates` is the number of pairs, and `progress` is called for each replicate of
    each scenario. An interrupt keeps the pairs that are finished. Raises InputError for anything that cannot be used.
    """
    both = (base, alternative)
    return Comparison(
        *run_each(both, replicates, seed, plausible=plausible, executor=executor, progress=progress, agents=False)
    )
