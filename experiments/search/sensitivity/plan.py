"""Which conditions matter, and how far they work together: what is asked, making the runs, and all they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.ensemble import WorkersError, check_counts, check_whole
from conducive.experiments.lives.intervals import Numbers
from conducive.experiments.lives.living import in_order
from conducive.experiments.search.factors import Factor, Question, factors, question
from conducive.experiments.search.sensitivity import indices
from conducive.experiments.search.sensitivity.indices import Decomposition, Design, Screening
from conducive.experiments.search.sensitivity.text import say_sensitivity
from conducive.experiments.search.study import ALONE, Found, Held, Means, Study, front_door
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.files import load_scenario

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from conducive.scenarios.scenario import Scenario

METHODS = ("both", "morris", "sobol")
STAGES = ("morris", "sobol")
POINTS, TRAJECTORIES, REPLICATES = 512, 40, 4
FEWEST_POINTS, MOST_POINTS = 16, 2**16
FEWEST_TRAJECTORIES = 4
MOST_FACTORS = 200
KEPT = 1024
"""Points that are lost at most where an analysis is killed."""


@dataclass(frozen=True)
class SensitivityPlan(Study["Sensitivity"]):
    """What an analysis asks, checked: make one with `sensitivity.plan`, where it is said what each of this means."""

    question: Question
    method: str
    points: int
    trajectories: int
    keep: int | None
    replicates: int
    seed: int

    @property
    def screening(self) -> int:
        """Points of Morris's design."""
        return 0 if self.method == "sobol" else self.trajectories * (len(self.question.factors) + 1)

    @property
    def decomposing(self) -> int:
        """Points of the Sobol design."""
        count = self.keep or len(self.question.factors)
        return 0 if self.method == "morris" else self.points * (2 * count + 2)

    @property
    def runs(self) -> int:
        """Runs in all."""
        return (self.screening + self.decomposing) * self.replicates

    def held(self) -> Held:
        """Return what it is called and how much it is; runs are made in order."""
        scenario, outcome = self.question.scenario, self.question.reading.indicator
        return Held(
            f"sensitivity-{scenario.name}", f"sensitivity of {scenario.name}", {"scenario": scenario}, self.runs,
            columns=(outcome,), notes=self.question.notes, afterwards="Estimating indices and intervals.",
        )  # fmt: skip

    def identity(self) -> Identity:
        """Return what decides the numbers of an analysis."""
        asked = self.question
        return study_identity(
            "sensitivity analysis", {"scenario": asked.scenario}, self.replicates, self.seed,
            factors={f.name: [f.low, f.high] for f in asked.factors},
            indicator=asked.reading.indicator, month=asked.reading.when, method=self.method,
            points=self.points if self.decomposing else 0,
            trajectories=self.trajectories if self.screening else 0, keep=self.keep or "all",
        )  # fmt: skip

    def carry_out(self, means: Means = ALONE) -> Sensitivity:
        """Make the runs and analyse them: see `Study`. What there is is kept each time KEPT more points are done."""
        found, before = Sensitivity(self, np.empty((0, self.replicates))), self._outcomes(means.earlier)
        for stage in STAGES:
            design = found.design(stage)
            if design is None:
                continue
            lived = list(before[len(found.outcome) :][: len(design.positions)])
            if lived:
                means.progress(len(lived) * self.replicates)
            try:
                for values in _lived(self, design, len(lived), means.executor):
                    lived.append(values)
                    means.progress(self.replicates)
                    if (len(found.outcome) + len(lived)) % KEPT == 0:
                        means.keep(found.with_more(lived, interrupted=True))
            except (KeyboardInterrupt, WorkersError) as stop:
                found, lost = found.with_more(lived, interrupted=True), isinstance(stop, WorkersError)
                if lost and len(found.outcome):
                    means.keep(found)
                if lost or not len(found.outcome):
                    raise
                return found
            found = found.with_more(lived)
        return found

    def _outcomes(self, earlier: pd.DataFrame | None) -> Numbers:
        """Return the outcomes of whole points among earlier runs (points, replicates)."""
        runs = np.empty(0) if earlier is None else earlier.to_numpy(float).ravel()
        return runs[: len(runs) // self.replicates * self.replicates].reshape(-1, self.replicates)


@dataclass(frozen=True, repr=False)
class Sensitivity(Found):
    """Runs of a plan, and what they say.

    Attributes:
        plan: what was asked.
        outcome: outcome of each run (points, replicates): Morris's design, then Sobol's, in order.
        interrupted: whether points are missing.

    """

    plan: SensitivityPlan
    outcome: Numbers
    interrupted: bool = False

    def with_more(self, outcomes: Sequence[Numbers], *, interrupted: bool = False) -> Sensitivity:
        """Return the analysis with the outcomes of further points, each by replicate."""
        more = np.reshape(outcomes, (-1, self.plan.replicates))
        return replace(self, outcome=np.concatenate([self.outcome, more]), interrupted=interrupted)

    def design(self, stage: str) -> Design | None:
        """Return the design of a stage (`morris`, `sobol`), or None where it was not asked for or is not known yet."""
        plan = self.plan
        if stage == "morris":
            return (
                indices.morris_design(plan.question.factors, plan.trajectories, plan.seed) if plan.screening else None
            )
        if not plan.decomposing or len(self.outcome) < plan.screening:
            return None
        return indices.sobol_design(self.kept, plan.points, plan.seed)

    @cached_property
    def kept(self) -> tuple[Factor, ...]:
        """The factors that go on to Sobol, in their own order."""
        varied = self.plan.question.factors
        if self.plan.keep is None or self.screening is None:
            return varied
        best = np.argsort(-self.screening.strength.value, kind="stable")[: self.plan.keep]
        return tuple(varied[n] for n in sorted(best.tolist()))

    @cached_property
    def screening(self) -> Screening | None:
        """What Morris's design says; None where it was not asked for or too few trajectories are done."""
        design = self.design("morris")
        if design is None:
            return None
        blocks, left_out = _blocks(self.outcome[: self.plan.screening], design.block)
        if len(blocks) < FEWEST_TRAJECTORIES:
            return None
        whole = design.positions.reshape(-1, design.block, len(design.factors))[: len(left_out)][~left_out]
        return indices.screened(design.factors, whole, blocks, self.plan.seed, int(left_out.sum()))

    @cached_property
    def decomposition(self) -> Decomposition | None:
        """What Sobol's design says; None where it was not asked for or too few blocks are done."""
        design = self.design("sobol")
        if design is None:
            return None
        blocks, left_out = _blocks(self.outcome[self.plan.screening :], design.block)
        if len(blocks) < FEWEST_POINTS:
            return None
        whole = design.positions.reshape(-1, design.block, len(design.factors))[: len(left_out)][~left_out]
        return indices.decomposed(design.factors, whole, blocks, self.plan.seed, int(left_out.sum()))

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each factor, the most influential first: all that both designs say of it.

        Columns of Sobol's design: first, total and together (total less first), each with low and high (95%), as shares
        of the variance that the factors make, luck taken out; effect, the change of the outcome from the low to the
        high end (a linear fit). Columns of Morris's design: mu_star with low and high, mu, sigma (net of luck), and
        luck, the mu_star that luck alone would show.
        """
        import pandas as pd

        frame = pd.DataFrame({"factor": [f.name for f in self.plan.question.factors]})
        for part in (self.decomposition, self.screening):
            if part is not None:
                frame = frame.merge(part.table, on="factor", how="left", sort=False)
        order = "total" if "total" in frame else "mu_star" if "mu_star" in frame else "factor"
        return frame.sort_values(order, ascending=order == "factor", kind="stable", ignore_index=True)

    @cached_property
    def every_run(self) -> pd.DataFrame:
        """Each run: design, point, the factors by name, replicate (its luck), and the outcome by its name.

        A factor that was not kept for the Sobol design is empty there.
        """
        import pandas as pd

        frames, start = [], 0
        for stage in STAGES:
            design = self.design(stage)
            if design is None:
                continue
            outcome = self.outcome[start : start + len(design.positions)]
            start += len(outcome)
            count, times = len(outcome), self.plan.replicates
            values = {
                f.name: np.repeat([f.value(share) for share in design.positions[:count, n].tolist()], times)
                for n, f in enumerate(design.factors)
            }
            point = np.repeat(np.arange(count), times)
            replicate = point // design.block * times + np.tile(np.arange(times), count)
            columns = {"design": stage, "point": point, **values, "replicate": replicate}
            frames.append(pd.DataFrame({**columns, self.plan.question.reading.indicator: outcome.ravel()}))
        return pd.concat(frames, ignore_index=True)

    def in_short(self) -> dict[str, str]:
        """Return what was varied, and how often it was run."""
        return {
            "scenario": self.plan.question.scenario.title or self.plan.question.scenario.name,
            "varied": f"{len(self.plan.question.factors)}",
            "outcome": self.plan.question.what,
            "runs": f"{self.plan.runs:,}",
            "more": "print(sensitivity.text())",
        }

    def text(self) -> str:
        """Say which conditions matter and how far they work together, in plain English."""
        return say_sensitivity(self)

    def parts(self) -> dict[str, pd.DataFrame | Figure]:
        """Return what is said of factors and of pairs of them, each with a chart."""
        from conducive.experiments.search.sensitivity.figures import interaction_figure, ranking_figure

        d, found = self.decomposition, dict[str, "pd.DataFrame | Figure"]()
        if d is not None or self.screening is not None:
            found |= {"factors": self.table, "ranking": ranking_figure(self)}
        if d is not None and d.tells:
            found |= {"pairs": d.pair_table, "interactions": interaction_figure(d, self)}
        return found


@front_door(Sensitivity)
def sensitivity(
    scenario: str | Path | Mapping[str, object] | Scenario = "baseline",
    over: Iterable[str | Factor] = (),
    *,
    indicator: str = "use_at_fidelity",
    month: int | None = None,
    method: str = "both",
    points: int = POINTS,
    trajectories: int = TRAJECTORIES,
    keep: int | None = None,
    replicates: int = REPLICATES,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> SensitivityPlan:
    """Say which conditions an outcome depends on, and how far they work together.

    Args:
        scenario: a library name, a path to a TOML file, a mapping, or a `Scenario`.
        over: conditions (positions 0 to 1) and inputs (over their plausible range), or `NAME=LOW:HIGH`; by default all
            18 conditions.
        indicator: the outcome, read in the last month.
        month: another month to read it in.
        method: `morris` (screening), `sobol` (shares of variance), or `both`.
        points: base sample of the Sobol design, a power of two; with k factors there are (2k + 2) as many points.
        trajectories: trajectories of Morris's design; with k factors there are (k + 1) as many points.
        keep: take only so many, the most influential of the screening, on to Sobol; the others stay as they are in the
            scenario.
        replicates: runs at each point, 2 or more, so that luck can be told from conditions.
        seed: of the designs and of the luck.
        executor: any `concurrent.futures` executor; a thread for each core by default.
        progress: called with the number of runs each time some are done.

    A keyboard interrupt keeps what is finished, or is raised again when that is nothing.
    Raises InputError for anything that cannot be used.

    """
    check_counts(replicates, seed)
    check_whole("replicates", replicates, 2, 1_000_000)
    check_whole("trajectories", trajectories, FEWEST_TRAJECTORIES, 1_000_000)
    check_whole("points", points, FEWEST_POINTS, MOST_POINTS)
    if points & (points - 1):
        below = 2 ** (points.bit_length() - 1)
        msg = f"points must be a power of two (Sobol sequence). Got {points}. Did you mean {below} or {2 * below}?"
        raise InputError(msg)
    if not isinstance(method, str) or method not in METHODS:
        msg = f"method must be morris, sobol or both. Got {glimpse(method)}."
        raise InputError(msg)
    varied = factors(over)
    check_whole("the number of conditions and inputs that are varied", len(varied), 2, MOST_FACTORS)
    if keep is not None:
        check_whole("keep", keep, 2, len(varied))
        if method != "both":
            msg = f"keep takes the most influential of Morris's screening on to Sobol, so it needs both. Got {method}."
            raise InputError(msg)
    asked = question(load_scenario(scenario), varied, indicator, month)
    return SensitivityPlan(asked, method, points, trajectories, keep, replicates, seed)


type _Point = tuple[Sequence[float], Sequence[int]]


def _lived(plan: SensitivityPlan, design: Design, known: int, executor: Executor | None) -> Iterator[Numbers]:
    """Yield the outcomes (replicates) at each point of a design after those known."""

    def points() -> Iterator[_Point]:
        for n in range(known, len(design.positions)):
            values = [f.value(share) for f, share in zip(design.factors, design.positions[n].tolist(), strict=True)]
            first = n // design.block * plan.replicates
            yield values, range(first, first + plan.replicates)

    return in_order(partial(_at_point, plan.question, design.factors, plan.seed), points(), executor)


def _at_point(asked: Question, among: Sequence[Factor], seed: int, point: _Point) -> Numbers:
    values, replicates = point
    return asked.outcome(values, replicates, seed, among=among)


def _blocks(outcome: Numbers, size: int) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Return whole blocks in which every run can be judged (blocks, points, replicates), and which were left out."""
    count = len(outcome) // size
    blocks = outcome[: count * size].reshape(count, size, outcome.shape[1])
    left_out = np.isnan(blocks).any(axis=(1, 2))
    return blocks[~left_out], left_out
