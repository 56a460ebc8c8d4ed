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
from conducive.experiments.intervals import interval
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

    @cached_property
    def differences(self) -> pd.DataFrame:
        """By month and indicator: means of both, and the mean difference with its 95% interval (low, high)."""
        import pandas as pd

        frames = []
        for i in INDICATORS:
            if i.name in {"wave"}:
                continue
            low, mean, high = interval(self.difference(i.name))
            levels = [interval(e.values(i.name)[: self.pairs, : self.months])[1] for e in (self.base, self.alternative)]
            frames.append(
                pd.DataFrame(
                    {
                        "month": np.arange(1, self.months + 1),
                        "indicator": i.name,
                        "base": levels[0],
                        "alternative": levels[1],
                        "mean": mean,
                        "low": low,
                        "high": high,
                    }
                )
            )
        return pd.concat(frames, ignore_index=True)

    def chance_better(self, indicator: str = "use_at_fidelity", month: int | None = None) -> float:
        """Share of pairs where the alternative has more in a month (default: the last); ties count half."""
        gap = self._difference_at(indicator, month)
        return float(np.mean((gap > 0) + 0.5 * (gap == 0)))

    def variance_reduction(self, indicator: str = "use_at_fidelity", month: int | None = None) -> float:
        """Variance unpaired over paired: how many times as many unpaired replicates an interval as narrow takes.

        Not a number where there is one pair or nothing varies; infinite where only the difference does not vary.
        """
        if self.pairs == 1:
            return float("nan")
        at = (self.months if month is None else month) - 1
        unpaired = sum(e.values(indicator)[: self.pairs, at].var(ddof=1) for e in (self.base, self.alternative))
        with np.errstate(invalid="ignore", divide="ignore"):
            return float(np.divide(unpaired, self._difference_at(indicator, month).var(ddof=1)))

    @cached_property
    def causes(self) -> pd.DataFrame:
        """Lapses and losses by cause: mean number a replicate in both, and difference with its 95% interval."""
        import pandas as pd

        base, alternative = (e.causes(self.months).iloc[: self.pairs] for e in (self.base, self.alternative))
        low, mean, high = interval(alternative.to_numpy(float) - base.to_numpy(float))
        table = pd.DataFrame({"base": base.mean(), "alternative": alternative.mean()})
        return table.assign(mean=mean, low=low, high=high).rename_axis("cause").reset_index()

    def _difference_at(self, indicator: str, month: int | None) -> npt.NDArray[np.float64]:
        return self.difference(indicator)[:, (self.months if month is None else month) - 1]

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
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> Comparison:
    """Run two scenarios with the same luck and return the paired comparison.

    Arguments are those of `run`; `replicates` is the number of pairs, and `progress` is called for each replicate of
    each scenario. An interrupt keeps the pairs that are finished. Raises InputError for anything that cannot be used.
    """
    return Comparison(
        *run_each((base, alternative), replicates, seed, executor=executor, progress=progress, agents=False)
    )
