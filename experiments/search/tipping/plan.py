"""Tipping points: at which value of an input or a condition an outcome crosses a target, alone or against a second one.

The search is sequential and aware of noise (`crossing`). Its interval is luck; how far the answer also hangs on the
coefficients is told by searching again under plausible sets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.ensemble import check_counts, check_whole, pool_of
from conducive.experiments.lives.intervals import Numbers
from conducive.experiments.lives.living import in_order
from conducive.experiments.lives.plausible import plausible_sets
from conducive.experiments.search.factors import SUSTAINED, Factor, Question, factors, question, uneven
from conducive.experiments.search.study import ALONE, Held, Means, Study, front_door
from conducive.experiments.search.tipping.crossing import FIRST, Search, nodes_between, search
from conducive.experiments.search.tipping.frontier import Frontier, Tipping
from conducive.experiments.search.tipping.ways import most_tried, ways_across
from conducive.scenarios.declaration import number as written
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.files import load_scenario
from conducive.scenarios.indicators import SHARES

if TYPE_CHECKING:
    from conducive.scenarios.scenario import Scenario

MOST_RUNS, FEWEST_RUNS = 2000, FIRST
PRECISION = 1 / 40
"""Half-width at which a crossing is known where no precision is asked for: share of the range."""
SETS = 12
"""Plausible sets under which the search is repeated, the default one among them."""
COARSER, FEWER = 2.0, 4
"""Under each of them an interval twice as wide is good enough, and there are at most a quarter of the runs."""
LEVELS, FEWEST_LEVELS, MOST_LEVELS = 5, 2, 41
AT_ONCE = 8
"""Runs at the same value that are handed out together at most."""
PERCENT = 100


@dataclass(frozen=True)
class TippingPlan(Study[Frontier]):
    """What a search asks, checked: make one with `tipping.plan`, where it is said what most of this means.

    `levels` are values of the second factor, none without one; `sets` is 1 where there are no plausible sets. `notes`
    are what is to be said before it begins.
    """

    question: Question
    target: float
    precision: float
    runs: int
    levels: tuple[float, ...]
    seed: int
    sets: int
    notes: tuple[str, ...] = ()

    @property
    def moved(self) -> Factor:
        """What is moved."""
        return self.question.factors[0]

    @property
    def against(self) -> Factor | None:
        """What it is held against."""
        return self.question.factors[1] if self.levels else None

    @property
    def most_runs(self) -> int:
        """Runs at most, all searches together."""
        return (self.runs + (self.sets - 1) * self._runs_in_a_set) * max(1, len(self.levels))

    @property
    def _runs_in_a_set(self) -> int:
        return max(FEWEST_RUNS, self.runs // FEWER)

    def held(self) -> Held:
        """Return what it is called and how much it is at most."""
        scenario, by = self.question.scenario, f"-by-{self.against.name}" if self.against else ""
        return Held(
            f"tipping-{self.moved.name}{by}-{scenario.name}", f"tipping point of {self.moved.name} (at most)",
            {"scenario": scenario}, self.most_runs, (most_tried(self.question), "where it crosses nowhere"),
            ("level", "set", "run", "value", "outcome"), self.notes,
        )  # fmt: skip

    def identity(self) -> Identity:
        """Return what decides the numbers of a search."""
        asked = self.question
        return study_identity(
            "tipping point", {"scenario": asked.scenario}, self.runs, self.seed, plausible=self.sets > 1,
            moved=[self.moved.name, self.moved.low, self.moved.high],
            against="none" if self.against is None else self.against.name, levels=list(self.levels),
            indicator=asked.reading.indicator, month=asked.reading.when,
            target=self.target, precision=self.precision, sets=self.sets,
        )  # fmt: skip

    def search(self, level: float | None, number: int, means: Means) -> Search:
        """Look for the crossing at a level of the second factor, under a plausible set (1: the scenario's own)."""
        nodes = nodes_between(self.moved.low, self.moved.high, whole=self.moved.whole)
        begun = Search(nodes, self.target, self.question.binary, self.question.within)
        if (runs := means.earlier) is not None:
            of_level = runs["level"].isna() if level is None else runs["level"] == level
            made = runs[of_level & (runs["set"] == number)].sort_values("run", kind="stable")
            at, outcome = np.searchsorted(nodes, made["value"].to_numpy(float)), made["outcome"].to_numpy(float)
            begun = replace(begun, at=at, outcome=outcome)
            means.progress(len(made))
        do = partial(_lived, self.question, self.seed, number if number > 1 else None)
        further = () if level is None else (level,)

        def observe(wanted: Sequence[tuple[int, Sequence[int]]]) -> list[Numbers]:
            parts = [(n, numbers[i : i + AT_ONCE]) for n, numbers in wanted for i in range(0, len(numbers), AT_ONCE)]
            tasks = (((float(begun.nodes[n]), *further), numbers) for n, numbers in parts)
            shown: dict[int, list[Numbers]] = {}
            for (n, numbers), values in zip(parts, in_order(do, tasks, means.executor), strict=True):
                shown.setdefault(n, []).append(values)
                means.progress(len(numbers))
            return [np.concatenate(values) for values in shown.values()]

        enough = (self.precision, self.runs) if number == 1 else (self.precision * COARSER, self._runs_in_a_set)
        found = search(begun, observe, *enough)
        if found.stopped and not len(found.outcome):
            raise found.stopped
        if 2 * found.unjudged > len(found.outcome):
            msg = (
                f"{self.question.reading.indicator} is not known in {found.unjudged:,} of {len(found.outcome):,} runs, "
                "so that nothing can be said. Take a longer --set horizon=..., or --indicator use_at_fidelity."
            )
            raise InputError(msg)
        return found

    def carry_out(self, means: Means = ALONE) -> Frontier:
        """Search as planned: see `Study`. What there is is kept after each search."""
        found = Frontier(self, ())
        with pool_of(means.executor) as pool:
            means = replace(means, executor=pool)
            try:
                for level, number in product(self.levels or (None,), range(1, self.sets + 1)):
                    each = self.search(level, number, means)
                    if number == 1:
                        points = (*found.points, Tipping(self, level, each))
                    else:
                        *before, last = found.points
                        points = (*before, replace(last, others=(*last.others, each)))
                    found = Frontier(self, points)
                    if isinstance(each.stopped, KeyboardInterrupt):
                        return found
                    means.keep(found)
                    if each.stopped:
                        raise each.stopped
                if side := found.side:
                    ways = ways_across(self.question, self.target, -side, self.seed, pool, means.progress)
                    found = replace(found, ways=ways)
            except KeyboardInterrupt:
                if not found.points:
                    raise
        return found


def _lived(asked: Question, seed: int, number: int | None, task: tuple[tuple[float, ...], Sequence[int]]) -> Numbers:
    values, replicates = task
    return asked.outcome(values, replicates, seed, number=number)


@front_door(Frontier)
def tipping(
    moved: str | Factor,
    scenario: str | Path | Mapping[str, object] | Scenario = "baseline",
    target: float = 0.5,
    *,
    against: str | Factor | None = None,
    levels: int | Sequence[float] = LEVELS,
    indicator: str = SUSTAINED,
    month: int | None = None,
    precision: float | None = None,
    runs: int = MOST_RUNS,
    plausible: bool = True,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> TippingPlan:
    """Find the value of an input or a condition at which an outcome crosses a target, by a search aware of noise.

    Args:
        moved: an input or a condition, over its plausible range (a condition: 0 to 1), or `NAME=LOW:HIGH`.
        scenario: a library name, a path to a TOML file, a mapping, or a `Scenario`.
        target: value of the mean of the outcome over runs; for `sustained` a chance.
        against: a second input or condition: a tipping point for each level of it.
        levels: how many levels, evenly over its range, or these.
        indicator: the outcome, read in the last month.
        month: another month to read it in.
        precision: half-width of the 95% interval at which the search ends, in the unit of what is moved; by default a
            fortieth of its range.
        runs: most runs of a search.
        plausible: repeat it, less precisely, under 12 plausible sets of coefficients.
        seed: run k of a search meets the same luck at every level and under every set.
        executor: any `concurrent.futures` executor; a thread for each core by default.
        progress: called with the number of runs each time some are done.

    A keyboard interrupt keeps what is finished, or is raised again when that is nothing.
    Raises InputError for anything that cannot be used.

    """
    check_counts(1, seed)
    check_whole("runs", runs, FEWEST_RUNS, 1_000_000)
    varied = factors([moved] if against is None else [moved, against])
    asked = question(load_scenario(scenario), varied, indicator, month)
    _check_target(target, asked)
    width = varied[0].width
    if precision is None:
        precision = width * PRECISION
    if not (isinstance(precision, int | float) and not isinstance(precision, bool) and 0 < precision <= width / 2):
        msg = (
            f"precision must be above 0 and at most {written(width / 2)}, half the range of {varied[0].name}: half the "
            f"width of the interval. Got {glimpse(precision)}. Did you mean {written(width * PRECISION)}?"
        )
        raise InputError(msg)
    steps = _levels(varied[1], levels) if against is not None else ()
    sets = min(SETS, len(plausible_sets().sets)) if plausible else 1
    note = ""
    if against is not None and isinstance(levels, int) and varied[1].whole:
        note = uneven(varied[1].name, steps, len(steps) - 1, MOST_LEVELS, "levels")
    notes = (*asked.notes, *([note] if note else []))
    return TippingPlan(asked, float(target), float(precision), runs, steps, seed, sets, notes)


def _levels(against: Factor, levels: object) -> tuple[float, ...]:
    """Return so many levels of the second factor, evenly over its range, whole where only these make sense; or these.

    Raises InputError for levels outside the range.
    """
    if isinstance(levels, int | np.integer):
        check_whole("levels", levels, FEWEST_LEVELS, MOST_LEVELS)
        even = np.linspace(against.low, against.high, levels)
        return tuple(np.unique(np.round(even) if against.whole else even.round(12)).tolist())
    given = list(levels) if isinstance(levels, Iterable) and not isinstance(levels, str | Mapping) else []
    if not given or not all(isinstance(level, Real) and not isinstance(level, bool) for level in given):
        msg = (
            f"levels must be a whole number, {FEWEST_LEVELS} to {MOST_LEVELS}, or a list of values of {against.name}. "
            f"Got {glimpse(levels)}. Did you mean {LEVELS}?"
        )
        raise InputError(msg)
    for level in given:
        if not against.low <= level <= against.high:
            ends = f"{written(against.low)} to {written(against.high)}"
            msg = f"levels of {against.name} must be {ends}. Got {glimpse(level)}."
            raise InputError(msg)
    return tuple(sorted({float(level) for level in given}))


def _check_target(target: object, asked: Question) -> None:
    share = asked.reading.indicator in SHARES
    fits = isinstance(target, int | float) and not isinstance(target, bool) and math.isfinite(target)
    if fits and (not share or 0 < target < 1):  # type: ignore[operator]
        return
    allowed = "between 0 and 1, a share" if share else "a number"
    percent = share and isinstance(target, int | float) and 1 < target < PERCENT
    meant = f" Did you mean {written(target / PERCENT)}?" if percent else ""  # type: ignore[operator]
    msg = f"target must be {allowed}: the {asked.what} that is looked for. Got {glimpse(target)}.{meant}"
    raise InputError(msg)
