"""Tipping points: at which value of an input or a condition an outcome crosses a target, alone or against a second one.

The search is sequential and aware of noise (`crossing`). Its interval is luck; how far the answer also hangs on the
coefficients is told by searching again under plausible sets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from conducive.experiments.folders.folder import RUNS, kept_runs
from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.ensemble import check_counts, check_whole, pool_of
from conducive.experiments.lives.intervals import Numbers
from conducive.experiments.lives.living import in_order
from conducive.experiments.lives.plausible import plausible_sets
from conducive.experiments.search.crossing import FIRST, Crossing, Search, nodes_between, search
from conducive.experiments.search.factors import SHARES, SUSTAINED, Factor, Question, factors, question
from conducive.experiments.search.ways import Way, most_tried, ways_across
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.short import InShort

if TYPE_CHECKING:
    import pandas as pd

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


type Earlier = Mapping[tuple[float | None, int], tuple[Numbers, Numbers]]
"""Runs that were made before, by level and set: values and outcomes, by the number of the run."""


@dataclass(frozen=True)
class TippingPlan:
    """What is asked, checked: make one with `tipping_plan`.

    Attributes:
        question: the scenario, the factor that is moved (and the one it is held against), and the outcome.
        target: value of the outcome's mean that is looked for.
        precision: half-width of the interval at which the search ends, in the factor's unit.
        runs: most runs of a search under the scenario's own coefficients.
        levels: values of the second factor; none without one.
        seed: the luck.
        sets: plausible sets under which the search is repeated; 1 means not.

    """

    question: Question
    target: float
    precision: float
    runs: int
    levels: tuple[float, ...]
    seed: int
    sets: int

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
        one = self.runs + (self.sets - 1) * self._runs_in_a_set
        return one * max(1, len(self.levels))

    @property
    def further_runs(self) -> int:
        """Runs at most that look for what else would have to change, where it crosses nowhere."""
        return most_tried(self.question)

    @property
    def _runs_in_a_set(self) -> int:
        return max(FEWEST_RUNS, self.runs // FEWER)

    def search(
        self,
        level: float | None,
        number: int,
        executor: Executor,
        progress: Callable[[int], object],
        earlier: Earlier | None = None,
    ) -> Search:
        """Look for the crossing at a level of the second factor, under a plausible set (1: the scenario's own)."""
        nodes = nodes_between(self.moved.low, self.moved.high, whole=self.moved.whole)
        begun = Search(nodes, self.target, self.question.binary)
        if kept := (earlier or {}).get((level, number)):
            values, outcome = kept
            begun = replace(begun, at=np.searchsorted(begun.nodes, values), outcome=outcome)
            progress(len(outcome))
        do = partial(_lived, self.question, self.seed, number if number > 1 else None)
        further = () if level is None else (level,)

        def observe(wanted: Sequence[tuple[int, Sequence[int]]]) -> list[Numbers]:
            parts = [(n, numbers[i : i + AT_ONCE]) for n, numbers in wanted for i in range(0, len(numbers), AT_ONCE)]
            tasks = (((float(begun.nodes[n]), *further), numbers) for n, numbers in parts)
            shown: dict[int, list[Numbers]] = {}
            for (n, numbers), values in zip(parts, in_order(do, tasks, executor), strict=True):
                shown.setdefault(n, []).append(values)
                progress(len(numbers))
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


def _lived(asked: Question, seed: int, number: int | None, task: tuple[tuple[float, ...], Sequence[int]]) -> Numbers:
    values, replicates = task
    return asked.outcome(values, replicates, seed, number=number)


@dataclass(frozen=True)
class Tipping:
    """Where the outcome crosses the target, at one level of a second factor or without one.

    Attributes:
        plan: what was asked.
        level: value of the second factor; None without one.
        search: the search under the scenario's own coefficients: its intervals are luck.
        others: the same under further plausible sets, each with less precision.

    """

    plan: TippingPlan
    level: float | None
    search: Search
    others: tuple[Search, ...] = ()

    @property
    def crossings(self) -> tuple[Crossing, ...]:
        """Where it crosses for certain, in order; for whole numbers rounded to the first that is past the crossing."""
        return tuple(self._rounded(c) for c in self.search.crossings)

    @property
    def possible(self) -> tuple[Crossing, ...]:
        """Where it may cross: at an end of the range, or where the curve only comes near the target."""
        return tuple(self._rounded(c) for c in self.search.possible)

    @property
    def interrupted(self) -> bool:
        """Whether a search was stopped before it was done, or some are missing."""
        return any(s.stopped for s in (self.search, *self.others)) or len(self.others) < self.plan.sets - 1

    @property
    def runs(self) -> int:
        """Runs that were made."""
        return sum(len(s.outcome) for s in (self.search, *self.others))

    @property
    def status(self) -> str:
        """`crosses`, `several` (crossings), `always above`, `always below`, `near an end`, or `unclear`."""
        if len(self.search.crossings) > 1:
            return "several"
        if self.search.crossings:
            return "crosses"
        if self.search.side:
            return "always above" if self.search.side > 0 else "always below"
        ended = [c for c in self.search.possible if c.open_low != c.open_high]
        return "near an end" if ended and len(ended) == len(self.search.possible) else "unclear"

    @property
    def rising(self) -> bool:
        """Whether the outcome grows with the factor, at its first crossing or from end to end."""
        if self.search.crossings:
            return self.search.crossings[0].rising
        mean = self.search.curve[0]
        return bool(mean[-1] >= mean[0])

    @cached_property
    def by_set(self) -> tuple[float, ...]:
        """The tipping value under each plausible set in which there is one for certain, rising.

        Only the first crossing of each counts. Empty also where there is one set alone.
        """
        found = []
        for each in (self.search, *self.others) if self.others else ():
            same = [c for c in each.crossings if c.rising == self.rising] or list(each.crossings)
            found += [self._rounded(c).value for c in same[:1]]
        return tuple(sorted(found))

    def sets_at(self, side: int) -> int:
        """Return in how many plausible sets the outcome is above (1) or below (-1) the target all over the range."""
        return sum(s.side == side for s in (self.search, *self.others))

    def _rounded(self, c: Crossing) -> Crossing:
        if not self.plan.moved.whole:
            return c
        value = math.ceil(c.value - 1e-9) if c.rising else math.floor(c.value + 1e-9)
        low, high = min(math.floor(c.low), value), max(math.ceil(c.high), value)
        return c._replace(value=float(value), low=float(low), high=float(high))

    def row(self) -> dict[str, object]:
        """Return a row of the table: see `Frontier.table`."""
        certain = self.crossings or tuple(c for c in self.possible if self.status == "near an end")
        value, low, high, *_ = certain[0] if certain else (math.nan,) * 3
        ends = {
            f"{name}{part}": x
            for name, end in (("at_low_end", 0), ("at_high_end", -1))
            for part, x in zip(("_low", "", "_high"), self.search.at_end(end), strict=True)
        }
        places = self.by_set
        spread = (places[0], places[len(places) // 2], places[-1]) if places else (math.nan,) * 3
        return {
            **({} if self.plan.against is None else {self.plan.against.name: self.level}),
            "status": self.status, "value": value, "low": low, "high": high, "rising": self.rising,
            "crossings": len(self.crossings), **ends, "runs": self.runs, "unjudged": self.search.unjudged,
            "sets": 1 + len(self.others), "sets_crossing": len(places) if self.others else len(self.crossings[:1]),
            "sets_below": self.sets_at(-1), "sets_above": self.sets_at(1),
            "sets_lowest": spread[0], "sets_middle": spread[1], "sets_highest": spread[2],
        }  # fmt: skip


@dataclass(frozen=True, repr=False)
class Frontier(InShort):
    """Tipping points: one, or one for each level of a second factor.

    Attributes:
        plan: what was asked.
        points: the tipping point at each level that is done, in order; one without a second factor.
        ways: what else would have to change, where it crosses nowhere; None where that was not looked for.

    """

    plan: TippingPlan
    points: tuple[Tipping, ...]
    ways: tuple[Way, ...] | None = None

    def in_short(self) -> dict[str, str]:
        """Return what was asked, and where it tips."""
        return {
            "scenario": self.plan.question.scenario.title or self.plan.question.scenario.name,
            "outcome": self.plan.question.what,
            "tipping points": f"{len(self.points)}",
            "more": "print(frontier.text())",
        }

    @property
    def interrupted(self) -> bool:
        """Whether levels are missing, a search was stopped, or it was not looked for what else would have to change."""
        missing = len(self.points) < max(1, len(self.plan.levels)) or any(p.interrupted for p in self.points)
        return missing or (self.side != 0 and self.ways is None)

    @property
    def side(self) -> int:
        """1 where the outcome is above the target at every level and value, -1 where it is below, 0 otherwise."""
        sides = {p.search.side for p in self.points}
        return sides.pop() if len(sides) == 1 else 0

    @property
    def runs(self) -> int:
        """Runs that were made."""
        return sum(p.runs for p in self.points)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each level.

        Columns: the second factor, by its name; status; value, low, high (the first crossing with its 95% interval,
        which is luck alone; not numbers where there is none); rising; crossings (how many); the outcome at both ends of
        the range with intervals; runs; unjudged (runs whose outcome is not known); sets (of coefficients), in how many
        of them it crosses within the range, and is below or above the target all over it; the lowest, the middle and
        the highest crossing of those in which it crosses.
        """
        import pandas as pd

        return pd.DataFrame([p.row() for p in self.points])

    @cached_property
    def curve(self) -> pd.DataFrame:
        """The outcome at each value of the factor, as the search has it: level, value, low, mean, high (95%), runs."""
        import pandas as pd

        frames = []
        for p in self.points:
            low, mean, high = p.search.expected
            runs = np.bincount(p.search.at, minlength=len(mean))
            columns = {"value": p.search.nodes, "low": low, "mean": mean, "high": high, "runs": runs}
            frames.append(pd.DataFrame({"level": math.nan if p.level is None else p.level, **columns}))
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def every_run(self) -> pd.DataFrame:
        """Each run: level, set (of coefficients, from 1), run (its number, which is its luck), value, outcome."""
        import pandas as pd

        frames = []
        for p in self.points:
            for number, s in enumerate((p.search, *p.others), 1):
                columns = {"run": np.arange(len(s.at)), "value": s.nodes[s.at], "outcome": s.outcome}
                level = math.nan if p.level is None else p.level
                frames.append(pd.DataFrame({"level": level, "set": number, **columns}))
        return pd.concat(frames, ignore_index=True)

    def text(self) -> str:
        """Say where it tips, how surely, and what that depends on, in plain English."""
        from conducive.experiments.search.tipping_text import say_frontier

        return say_frontier(self)


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
) -> Frontier:
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
    plan = tipping_plan(
        moved, scenario, target, against=against, levels=levels, indicator=indicator, month=month,
        precision=precision, runs=runs, plausible=plausible, seed=seed,
    )  # fmt: skip
    return find_tipping(plan, executor, progress)


def find_tipping(
    plan: TippingPlan,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
    earlier: Earlier | None = None,
    keep: Callable[[Frontier], object] | None = None,
) -> Frontier:
    """Search as planned; arguments and interrupts as for `tipping`.

    `earlier` are runs of the same plan, which are not made again; `keep` is called with what is found so far after each
    search.
    """
    found, progress = Frontier(plan, ()), progress or (lambda _: None)
    with pool_of(executor) as pool:
        try:
            for level, number in product(plan.levels or (None,), range(1, plan.sets + 1)):
                each = plan.search(level, number, pool, progress, earlier)
                if number == 1:
                    points = (*found.points, Tipping(plan, level, each))
                else:
                    *before, last = found.points
                    points = (*before, replace(last, others=(*last.others, each)))
                found = Frontier(plan, points)
                if isinstance(each.stopped, KeyboardInterrupt):
                    return found
                if keep:
                    keep(found)
                if each.stopped:
                    raise each.stopped
            if side := found.side:
                found = replace(found, ways=ways_across(plan.question, plan.target, -side, plan.seed, pool, progress))
        except KeyboardInterrupt:
            if not found.points:
                raise
    return found


def tipping_plan(
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
) -> TippingPlan:
    """Return what a search asks, checked; arguments as for `tipping`. Raises InputError for what cannot be used."""
    check_counts(1, seed)
    check_whole("runs", runs, FEWEST_RUNS, 1_000_000)
    varied = factors(f for f in (moved, against) if f is not None)
    asked = question(load_scenario(scenario), varied, indicator, month)
    _check_target(target, asked)
    width = varied[0].width
    if precision is None:
        precision = width * PRECISION
    if not (isinstance(precision, int | float) and not isinstance(precision, bool) and 0 < precision <= width / 2):
        msg = (
            f"precision must be above 0 and at most {width / 2:g}, half the range of {varied[0].name}, in its unit: "
            f"half the width of the interval. Got {precision!r}. Did you mean {width * PRECISION:g}?"
        )
        raise InputError(msg)
    steps = _levels(varied[1], levels) if against is not None else ()
    sets = min(SETS, len(plausible_sets().sets)) if plausible else 1
    return TippingPlan(asked, float(target), float(precision), runs, steps, seed, sets)


def _levels(against: Factor, levels: int | Sequence[float]) -> tuple[float, ...]:
    """Return so many levels of the second factor, evenly over its range, whole where only these make sense; or these.

    Raises InputError for levels outside the range.
    """
    if isinstance(levels, int):
        check_whole("levels", levels, FEWEST_LEVELS, MOST_LEVELS)
        even = np.linspace(against.low, against.high, levels)
        return tuple(np.unique(np.round(even) if against.whole else even.round(12)).tolist())
    for level in levels:
        if not against.low <= level <= against.high:
            msg = f"levels of {against.name} must be {against.low:g} to {against.high:g}. Got {level!r}."
            raise InputError(msg)
    return tuple(sorted({float(level) for level in levels}))


def _check_target(target: object, asked: Question) -> None:
    share = asked.reading.indicator in SHARES
    fits = isinstance(target, int | float) and not isinstance(target, bool) and math.isfinite(target)
    if fits and (not share or 0 < target < 1):  # type: ignore[operator]
        return
    allowed = "between 0 and 1, a share" if share else "a number"
    percent = share and isinstance(target, int | float) and 1 < target < PERCENT
    meant = f" Did you mean {target / PERCENT:g}?" if percent else ""  # type: ignore[operator]
    msg = f"target must be {allowed}: the {asked.what} that is looked for. Got {target!r}.{meant}"
    raise InputError(msg)


def tipping_identity(plan: TippingPlan) -> Identity:
    """Return what decides the numbers of a search."""
    asked = plan.question
    return study_identity(
        "tipping point",
        {"scenario": asked.scenario},
        plan.runs,
        plan.seed,
        plausible=plan.sets > 1,
        moved=[plan.moved.name, plan.moved.low, plan.moved.high],
        against="none" if plan.against is None else plan.against.name,
        levels=list(plan.levels),
        indicator=asked.reading.indicator,
        month=asked.reading.when,
        target=plan.target,
        precision=plan.precision,
        sets=plan.sets,
    )


def write_tipping(found: Frontier, folder: Path) -> None:
    """Write tables, chart and summary of tipping points into a folder."""
    from conducive.experiments.search.figures import save_figure, save_table
    from conducive.experiments.search.tipping_text import tipping_figure

    save_table(found.table, folder, "tipping")
    save_table(found.curve, folder, "curve")
    found.every_run.to_parquet(folder / RUNS, index=False)
    (folder / "summary.txt").write_text(found.text(), encoding="utf-8", newline="\n")
    save_figure(tipping_figure(found), folder, "chart")


def earlier_runs(plan: TippingPlan, folder: Path) -> Earlier | None:
    """Return the runs in a folder that an interrupted search of the same plan left; None where there are none."""
    kept = kept_runs(folder, ["level", "set", "run", "value", "outcome"])
    if kept is None:
        return None
    found, rows = {}, kept.sort_values("run", kind="stable")
    for level, number in product(plan.levels or (None,), range(1, plan.sets + 1)):
        here = rows[(rows["set"] == number) & (rows["level"].isna() if level is None else rows["level"] == level)]
        if len(here):
            found[level, number] = here["value"].to_numpy(float), here["outcome"].to_numpy(float)
    return found
