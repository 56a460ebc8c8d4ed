"""Three to five options at once, with the same luck: how much each brings, its rank, and its chance of being best.

Options are ranked by practitioner-years of use as it is meant. The chance of being best is the share of plausible sets
of coefficients in which an option has the most on average (of runs, where there is one set). With a few runs in each
set luck adds to it: it is rather too even than too sure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.compare.ladder import RUNGS, Judged, Rung, judge
from conducive.experiments.compare.names import names_of
from conducive.experiments.lives import lasting
from conducive.experiments.lives.ensemble import Ensemble, check_counts, run_each
from conducive.experiments.lives.intervals import AN_AMOUNT, ROUNDING
from conducive.experiments.lives.moments import MAIN
from conducive.experiments.lives.text import name_of
from conducive.scenarios.errors import InputError, check_shown, glimpse
from conducive.scenarios.files import load_scenario
from conducive.scenarios.short import InShort

if TYPE_CHECKING:
    import pandas as pd

    from conducive.scenarios.scenario import Scenario

type Numbers = npt.NDArray[np.float64]
type Asked = str | Path | Mapping[str, object] | Scenario

FEWEST, MOST = 2, 5
"""Options that can be compared at once."""
REPLICATES = 200
LONGEST_NAME = 80
MIDDLE = (0.025, 0.975)
"""Between which ranks an option stays in 19 of 20 plausible sets."""


@dataclass(frozen=True, slots=True)
class Option:
    """How an option fares.

    Attributes:
        name: what it is called.
        letter: A for the first that was asked about, and so on.
        rank: 1 for the one with most practitioner-years of use as it is meant.
        ranks: between which ranks it stays in 19 of 20 plausible sets.
        best: chance of being best: share of plausible sets in which it has the most; those that share it share it.
        years: practitioner-years of use as it is meant over all months: low, mean and high of the 95% interval.
        behind: how far the best is ahead, in practitioner-years, judged; None for the best.
        use: mean share of practitioners who use it as it is meant, in an average month.
        peak: mean over runs of the highest such share.
        lasting: mean number of months with at least half of that highest share.
        kept: share of runs in which use is kept two years after external money; not a number where not judged.
        spent: mean GBP spent on the innovation over all months.

    """

    name: str
    letter: str
    rank: int
    ranks: tuple[int, int]
    best: float
    years: tuple[float, float, float]
    behind: Judged | None
    use: float
    peak: float
    lasting: float
    kept: float
    spent: float

    @property
    def each(self) -> float:
        """GBP for each practitioner-year; not a number where there are none."""
        return self.spent / self.years[1] if self.years[1] > 0 else float("nan")


@dataclass(frozen=True, repr=False)
class Options(InShort):
    """Options with the same luck, replicate by replicate, under the same plausible sets.

    Attributes:
        names: what they are called, in the order in which they were asked about.
        ensembles: the replicates of each.

    """

    names: tuple[str, ...]
    ensembles: tuple[Ensemble, ...]

    def in_short(self) -> dict[str, str]:
        """Return which there are, and the answer."""
        from conducive.experiments.options.text import headline

        return {
            **{each.letter: each.name for each in sorted(self.ranked, key=lambda one: one.letter)},
            "runs of each": f"{self.runs:,}",
            "answer": headline(self),
            "more": "print(options.text()), or options.table",
        }

    @property
    def runs(self) -> int:
        """Replicates finished in all."""
        return min(len(e.lives) for e in self.ensembles)

    @property
    def months(self) -> int:
        """Months that all have."""
        return min(e.scenario.horizon for e in self.ensembles)

    @property
    def seed(self) -> int:
        """The luck."""
        return self.ensembles[0].seed

    @property
    def sets(self) -> npt.NDArray[np.int64] | None:
        """Number of the plausible set of each replicate, from 1; None if not plausible."""
        return None if self.ensembles[0].sets is None else self.ensembles[0].sets[: self.runs]

    @cached_property
    def ranked(self) -> tuple[Option, ...]:
        """The options, the best first; of equals the one that was asked about first."""
        years = np.stack([lasting.years_of_use(e, self.months)[: self.runs] for e in self.ensembles])
        order = np.argsort(-years.mean(axis=1), kind="stable")
        ranks, best = _in_sets(years, self.sets)
        found = []
        for place, n in enumerate(order, 1):
            e = self.ensembles[n]
            usual = e.uncertainty(years[n], AN_AMOUNT)
            read = {what.__name__: what(e, self.months) for what in (lasting.peak, lasting.months_near_peak)}
            kept = lasting.kept(e, "two")
            found.append(
                Option(
                    name=self.names[n],
                    letter="ABCDE"[n],
                    rank=place,
                    ranks=ranks[n],
                    best=best[n],
                    years=(float(usual.low), float(usual.mean), float(usual.high)),
                    behind=None if place == 1 else judge(years[order[0]] - years[n], self.sets),
                    use=float(e.values(MAIN)[:, : self.months].mean()),
                    peak=float(read["peak"].mean()),
                    lasting=float(read["months_near_peak"].mean()),
                    kept=float(np.nanmean(kept)) if not np.isnan(kept).all() else float("nan"),
                    spent=float(lasting.spent(e, self.months).mean()),
                )
            )
        return tuple(found)

    @property
    def sure(self) -> Rung:
        """How surely the best is ahead of every other: the lowest rung of all."""
        return max((each.behind.rung for each in self.ranked if each.behind), key=RUNGS.index)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each option, the best first.

        Columns: rank, option, letter, rank_low and rank_high (between which it stays in 19 of 20 plausible sets), best
        (chance of being best), practitioner_years with its 95% interval (low, high), behind (how far the best is ahead)
        with its interval and rung, use (an average month), peak, months_near_peak, kept (two years after external
        money), spent and gbp_each.
        """
        import pandas as pd

        none = float("nan")
        return pd.DataFrame(
            {
                "rank": each.rank,
                "option": each.name,
                "letter": each.letter,
                "rank_low": each.ranks[0],
                "rank_high": each.ranks[1],
                "best": each.best,
                "practitioner_years": each.years[1],
                "low": each.years[0],
                "high": each.years[2],
                "behind": each.behind.mean if each.behind else 0.0,
                "behind_low": each.behind.low if each.behind else none,
                "behind_high": each.behind.high if each.behind else none,
                "rung": each.behind.rung if each.behind else "",
                "use": each.use,
                "peak": each.peak,
                "months_near_peak": each.lasting,
                "kept": each.kept,
                "spent": each.spent,
                "gbp_each": each.each,
            }
            for each in self.ranked
        )

    def text(self) -> str:
        """Say which is best, how surely, and at what cost."""
        from conducive.experiments.options.text import say_options

        return say_options(self)


def _in_sets(years: Numbers, sets: npt.NDArray[np.int64] | None) -> tuple[list[tuple[int, int]], list[float]]:
    """Return between which ranks each option stays over plausible sets (runs, with one set), and how often it leads."""
    groups = np.arange(years.shape[1]) if sets is None or sets[0] == sets[-1] else sets
    means = np.stack([years[:, groups == number].mean(axis=1) for number in np.unique(groups)], axis=1)
    ahead = means[:, None] > means[None] + ROUNDING * np.abs(means).max()
    ranks = 1 + ahead.sum(axis=0)
    first = ranks == 1
    low, high = (np.quantile(ranks, share, axis=1, method="inverted_cdf") for share in MIDDLE)
    best = (first / first.sum(axis=0)).mean(axis=1)
    return [(int(a), int(b)) for a, b in zip(low, high, strict=True)], [float(share) for share in best]


def options(
    scenarios: Sequence[Asked] | Mapping[str, Asked],
    replicates: int = REPLICATES,
    seed: int = 0,
    *,
    authority: str | None = None,
    plausible: bool = True,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> Options:
    """Run two to five options with the same luck, under the same plausible sets, and rank them.

    Args:
        scenarios: library names, paths to TOML files, mappings, or `Scenario` objects; or a mapping of what to call
            each. Without, each is called by its title, or by what was changed where that is the title of the first.
        replicates: runs of each.
        seed: the luck, the same for all.
        authority: start all from its published figures.
        plausible: spread the runs over plausible sets of coefficients, at least 4 with each.
        executor: any `concurrent.futures` executor; a thread for each core by default.
        progress: called with 1 each time a run is done.

    Raises InputError for what cannot be used: one option or six, two with the same name, and as `run` does.

    """
    if isinstance(scenarios, str) or not isinstance(scenarios, Sequence | Mapping):
        msg = f"options takes a list of scenarios, or a dict of what to call each. Got {glimpse(scenarios)}."
        raise InputError(msg)
    given = list(scenarios.values()) if isinstance(scenarios, Mapping) else list(scenarios)
    check_number(len(given))
    loaded = [load_scenario(each) for each in given]
    loaded = loaded if authority is None else [each.at(authority) for each in loaded]
    names = checked_names([str(name) for name in scenarios] if isinstance(scenarios, Mapping) else names_for(loaded))
    check_counts(replicates, seed)
    ensembles = run_each(
        loaded, replicates, seed, plausible=plausible, executor=executor, progress=progress, agents=False
    )
    return Options(names, tuple(ensembles))


def growing(
    names: Sequence[str],
    scenarios: Sequence[Scenario],
    seed: int = 0,
    *,
    steps: Sequence[int],
    executor: Callable[[int], Executor | None] = lambda _: None,
    progress: Callable[[int], object] | None = None,
    earlier: Sequence[Ensemble] = (),
) -> Iterator[Options]:
    """Compare options with more and more runs, and yield what there is after each step; other arguments as `options`.

    That of n runs is to the bit what `options` gives for n. `executor` gives the executor for a step, from 0. Lives in
    `earlier`, an ensemble for each option and the same seed, are not lived again.
    """
    check_number(len(scenarios))
    called = checked_names(names)
    for step, runs in enumerate(steps):
        found = run_each(
            scenarios, runs, seed, plausible=True, executor=executor(step), progress=progress, agents=False,
            earlier=earlier,
        )  # fmt: skip
        yield Options(called, tuple(found))
        earlier = [max(pair, key=lambda e: len(e.lives)) for pair in zip(found, earlier or found, strict=True)]


def names_for(scenarios: Sequence[Scenario]) -> list[str]:
    """Return what to call options: their titles, or what was changed where that is the title of the first."""
    first, *others = scenarios
    return [name_of(first), *(names_of(first, each)[1] if alike(first, each) else name_of(each) for each in others)]


def alike(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios have the same title, so that what was changed has to tell them apart."""
    return name_of(one) == name_of(other)


def check_number(count: int) -> None:
    """Raise InputError unless so many options can be compared."""
    if FEWEST <= count <= MOST:
        return
    more = "Add another." if count < FEWEST else f"Leave out {count - MOST}."
    msg = f"options must be {FEWEST} to {MOST} scenarios, to be compared at once. Got {count}. {more}"
    raise InputError(msg)


def checked_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names as they are shown. Raises InputError where one is empty or too long, or two are the same."""
    shown = [" ".join(name.split()) for name in names]
    for n, name in enumerate(shown):
        check_shown(f"the name of option {'ABCDE'[n]}", name)
        if not name or len(name) > LONGEST_NAME:
            what = f"{len(name)} characters" if name else "none"
            msg = f"option {'ABCDE'[n]} must have a name of 1 to {LONGEST_NAME} characters. Got {what}."
            raise InputError(msg)
        same = shown.index(name)
        if same < n:
            msg = (
                f"options {'ABCDE'[same]} and {'ABCDE'[n]} are both called {name!r}. Give one another name "
                "(in a file: its title), or leave it out."
            )
            raise InputError(msg)
    return tuple(shown)
