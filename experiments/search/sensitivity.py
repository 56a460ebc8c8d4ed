"""Which conditions matter, and how far they work together: Morris screening, then Sobol indices, net of luck.

Designs, screening and the estimators of indices are SALib's. An index is asked of the outcome's mean over luck, of
which the replicates show only a noisy estimate, so luck is taken out of every part of it. All points of a trajectory or
of a block (a base point of the Sobol design with its exchanges) meet the same luck, and other blocks other luck. What
an index is made of - variances and products of outcomes within a block - then holds, besides what is asked for, the
same thing of luck and of luck with conditions together, divided by the number of replicates R: a condition acts more
strongly in some lives than in others. Let M be such a part as the replicate means give it, and D its mean over
replicates taken singly; M expects what is asked for plus noise / R, D the same plus noise. So M - (D - M) / (R - 1) is
free of noise, with no assumption on how luck acts. For the total variance this subtracts the variance of a replicate
mean, as estimated from the replicates. Blocks drawn anew (bootstrap) draw their luck anew as well, so intervals hold
it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.experiments.folders.folder import RUNS, kept_runs
from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.ensemble import WorkersError, check_counts, check_whole
from conducive.experiments.lives.intervals import LEVEL, Numbers
from conducive.experiments.lives.living import in_order
from conducive.experiments.search.factors import Factor, Question, factors, question
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.short import InShort

if TYPE_CHECKING:
    import pandas as pd

    from conducive.scenarios.scenario import Scenario

type Method = Literal["morris", "sobol", "both"]
METHODS: tuple[Method, ...] = ("both", "morris", "sobol")
POINTS, TRAJECTORIES, REPLICATES = 512, 40, 4
FEWEST_POINTS, MOST_POINTS = 16, 2**16
FEWEST_TRAJECTORIES = 4
MOST_FACTORS = 200
STEPS = 4
"""Levels of each factor in Morris's design."""
RESAMPLES = 1000
KEPT = 1024
"""Points that are lost at most where an analysis is killed."""
NOTHING = 1e-12


class Index(NamedTuple):
    """An estimate with its 95% interval, each an array over what it is about."""

    low: Numbers
    value: Numbers
    high: Numbers


# ---- What is asked -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SensitivityPlan:
    """What is asked, checked: make one with `sensitivity_plan`.

    Attributes:
        question: the scenario, the factors and the outcome.
        method: `morris`, `sobol`, or `both`.
        points: base sample of the Sobol design.
        trajectories: trajectories of Morris's design.
        keep: how many factors that Morris's design finds most influential go on to Sobol; None for all.
        replicates: runs at each point.
        seed: of the designs and of the luck.

    """

    question: Question
    method: Method
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


def sensitivity_plan(
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
) -> SensitivityPlan:
    """Return what an analysis asks, checked; arguments as for `sensitivity`. Raises InputError for what cannot be."""
    check_counts(replicates, seed)
    check_whole("replicates", replicates, 2, 1_000_000)
    check_whole("trajectories", trajectories, FEWEST_TRAJECTORIES, 1_000_000)
    check_whole("points", points, FEWEST_POINTS, MOST_POINTS)
    if points & (points - 1):
        below = 2 ** (points.bit_length() - 1)
        msg = f"points must be a power of two (Sobol sequence). Got {points}. Did you mean {below} or {2 * below}?"
        raise InputError(msg)
    if method not in METHODS:
        msg = f"method must be morris, sobol or both. Got {method!r}."
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


def sensitivity_identity(plan: SensitivityPlan) -> Identity:
    """Return what decides the numbers of an analysis."""
    asked = plan.question
    return study_identity(
        "sensitivity analysis",
        {"scenario": asked.scenario},
        plan.replicates,
        plan.seed,
        factors={f.name: [f.low, f.high] for f in asked.factors},
        indicator=asked.reading.indicator,
        month=asked.reading.when,
        method=plan.method,
        points=plan.points if plan.decomposing else 0,
        trajectories=plan.trajectories if plan.screening else 0,
        keep=plan.keep or "all",
    )


# ---- Doing it ------------------------------------------------------------------------------------------------------


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
) -> Sensitivity:
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
    plan = sensitivity_plan(
        scenario, over, indicator=indicator, month=month, method=method, points=points, trajectories=trajectories,
        keep=keep, replicates=replicates, seed=seed,
    )  # fmt: skip
    return analyse(plan, executor, progress)


def analyse(
    plan: SensitivityPlan,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
    earlier: Numbers | None = None,
    keep: Callable[[Sensitivity], object] | None = None,
) -> Sensitivity:
    """Make the runs of a plan and analyse them; arguments and interrupts as for `sensitivity`.

    `earlier` are outcomes of the first points of the same plan (points, replicates), which are not run again; `keep` is
    called with what there is each time KEPT more points are done.
    """
    found, progress = Sensitivity(plan, np.empty((0, plan.replicates))), progress or (lambda _: None)
    for stage in ("morris", "sobol"):
        design = found.design(stage)
        if design is None:
            continue
        known = 0 if earlier is None else max(0, min(len(design.positions), len(earlier) - len(found.outcome)))
        outcome = np.full((len(design.positions), plan.replicates), np.nan)
        done = known
        if known and earlier is not None:
            outcome[:known] = earlier[len(found.outcome) : len(found.outcome) + known]
            progress(known * plan.replicates)
        try:
            for values in _lived(plan, design, known, executor):
                outcome[done] = values
                done += 1
                progress(plan.replicates)
                if keep and (len(found.outcome) + done) % KEPT == 0:
                    keep(replace(found, outcome=np.concatenate([found.outcome, outcome[:done]]), interrupted=True))
        except (KeyboardInterrupt, WorkersError) as stop:
            found = replace(found, outcome=np.concatenate([found.outcome, outcome[:done]]), interrupted=True)
            if isinstance(stop, WorkersError) and keep and len(found.outcome):
                keep(found)
            if isinstance(stop, WorkersError) or not len(found.outcome):
                raise
            return found
        found = replace(found, outcome=np.concatenate([found.outcome, outcome]))
    return found


class Design(NamedTuple):
    """Points of a design: shares of each factor's range (points, factors), and how many belong together in a block."""

    factors: tuple[Factor, ...]
    positions: Numbers
    block: int


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


def _morris_design(varied: tuple[Factor, ...], trajectories: int, seed: int) -> Design:
    from SALib.sample.morris import sample

    return Design(varied, sample(_problem(varied), trajectories, STEPS, seed=seed), len(varied) + 1)


def _sobol_design(varied: tuple[Factor, ...], points: int, seed: int) -> Design:
    from SALib.sample.sobol import sample

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of SciPy's, for how SALib hands on the seed
        made = sample(_problem(varied), points, calc_second_order=True, seed=seed)
    return Design(varied, made, 2 * len(varied) + 2)


def _problem(varied: Sequence[Factor]) -> dict[str, object]:
    """Return the problem as SALib wants it, over shares of the ranges."""
    return {"num_vars": len(varied), "names": [f.name for f in varied], "bounds": [[0.0, 1.0]] * len(varied)}


# ---- What comes out ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Sensitivity(InShort):
    """Runs of a plan, and what they say.

    Attributes:
        plan: what was asked.
        outcome: outcome of each run (points, replicates): Morris's design, then Sobol's, in order.
        interrupted: whether points are missing.

    """

    plan: SensitivityPlan
    outcome: Numbers
    interrupted: bool = False

    def design(self, stage: str) -> Design | None:
        """Return the design of a stage (`morris`, `sobol`), or None where it was not asked for or is not known yet."""
        plan = self.plan
        if stage == "morris":
            return _morris_design(plan.question.factors, plan.trajectories, plan.seed) if plan.screening else None
        if not plan.decomposing or len(self.outcome) < plan.screening:
            return None
        return _sobol_design(self.kept, plan.points, plan.seed)

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
        return screened(design.factors, whole, blocks, self.plan.seed, int(left_out.sum()))

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
        return decomposed(design.factors, whole, blocks, self.plan.seed, int(left_out.sum()))

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
        for stage in ("morris", "sobol"):
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
        from conducive.experiments.search.sensitivity_text import say_sensitivity

        return say_sensitivity(self)


def _blocks(outcome: Numbers, size: int) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """Return whole blocks in which every run can be judged (blocks, points, replicates), and which were left out."""
    count = len(outcome) // size
    blocks = outcome[: count * size].reshape(count, size, outcome.shape[1])
    left_out = np.isnan(blocks).any(axis=(1, 2))
    return blocks[~left_out], left_out


# ---- Morris --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Screening:
    """What Morris's design says of each factor.

    Attributes:
        factors: in order.
        strength: mu star, the mean size of the change that a factor makes from one end of its range to the other.
        direction: mu, the mean change, signed.
        uneven: sigma, how far the change differs between places (other factors, bends), net of luck.
        luck: mu star that luck alone would show for a factor without effect.
        trajectories: how many were used.
        left_out: trajectories left out because a run of theirs could not be judged.

    """

    factors: tuple[Factor, ...]
    strength: Index
    direction: Numbers
    uneven: Numbers
    luck: Numbers
    trajectories: int
    left_out: int

    @property
    def table(self) -> pd.DataFrame:
        """A row for each factor: columns as in `Sensitivity.table`."""
        import pandas as pd

        low, value, high = self.strength
        columns = {"mu_star": value, "mu_star_low": low, "mu_star_high": high, "mu": self.direction}
        names = [f.name for f in self.factors]
        return pd.DataFrame({"factor": names, **columns, "sigma": self.uneven, "luck": self.luck})


def screened(
    varied: tuple[Factor, ...], positions: Numbers, outcome: Numbers, seed: int = 0, left_out: int = 0
) -> Screening:
    """Analyse Morris's design: positions (trajectories, points, factors); outcome, the same with replicates last."""
    from SALib.analyze.morris import analyze

    trajectories, points, replicates = outcome.shape
    flat = positions.reshape(trajectories * points, -1)
    means = outcome.mean(axis=2)
    found = analyze(
        _problem(varied), flat, means.ravel(), RESAMPLES, LEVEL, num_levels=STEPS, seed=np.random.default_rng(seed)
    )
    strength, half = np.array(found["mu_star"]), np.array(found["mu_star_conf"])
    # How much the effect of the one factor that each step moves differs between lives with other luck.
    steps = np.diff(positions, axis=1)
    moved = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, moved[:, :, None], axis=2)
    noise = (np.diff(outcome, axis=1) / size).var(axis=2, ddof=1) / replicates
    each = np.empty((trajectories, len(varied)))
    np.put_along_axis(each, moved, noise, axis=1)
    uneven = np.sqrt(np.maximum(np.array(found["sigma"]) ** 2 - each.mean(axis=0), 0.0))
    luck = np.sqrt(2 / np.pi) * np.sqrt(each).mean(axis=0)
    bounds = Index(np.maximum(strength - half, 0.0), strength, strength + half)
    return Screening(varied, bounds, np.array(found["mu"]), uneven, luck, trajectories, left_out)


# ---- Sobol ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decomposition:
    """What Sobol's design says: shares of the variance that the factors make, luck taken out.

    All are not a number where the factors make no variance that can be told from luck (`tells` is False).

    Attributes:
        factors: in order.
        first: what a factor explains by itself.
        total: what it explains in all, combinations included.
        together: total less first, for each factor.
        pairs: what two factors explain only in combination (factors, factors), above the diagonal.
        all_together: 1 less the sum of first: what only combinations explain (no axis).
        effect: change of the outcome from the low end to the high end, a linear fit over the design.
        mean: mean outcome.
        spread: standard deviation that the factors make, net of luck.
        luck: share of luck in the variance of single runs at points drawn evenly over the ranges.
        luck_in_means: share of luck in the variance of replicate means: what was taken out.
        points: base points used.
        left_out: base points left out because a run of theirs could not be judged.

    """

    factors: tuple[Factor, ...]
    first: Index
    total: Index
    together: Index
    pairs: Index
    all_together: Index
    effect: Numbers
    mean: float
    spread: float
    luck: float
    luck_in_means: float
    points: int
    left_out: int

    @property
    def tells(self) -> bool:
        """Whether the factors make variance that can be told from luck."""
        return bool(np.isfinite(self.all_together.value))

    @property
    def table(self) -> pd.DataFrame:
        """A row for each factor: columns as in `Sensitivity.table`."""
        import pandas as pd

        columns: dict[str, object] = {"factor": [f.name for f in self.factors]}
        for name, index in (("first", self.first), ("total", self.total), ("together", self.together)):
            columns |= {name: index.value, f"{name}_low": index.low, f"{name}_high": index.high}
        return pd.DataFrame({**columns, "effect": self.effect})

    @property
    def pair_table(self) -> pd.DataFrame:
        """A row for each pair of factors, the strongest first: factor, other, together with low and high."""
        import pandas as pd

        rows, columns = np.triu_indices(len(self.factors), 1)
        names = np.array([f.name for f in self.factors])
        low, value, high = (part[rows, columns] for part in self.pairs)
        frame = pd.DataFrame(
            {"factor": names[rows], "other": names[columns], "together": value, "low": low, "high": high}
        )
        return frame.sort_values("together", ascending=False, kind="stable", ignore_index=True)

    @cached_property
    def ranked(self) -> list[int]:
        """Numbers of the factors, the highest total first."""
        order = np.argsort(-np.nan_to_num(self.total.value, nan=-np.inf), kind="stable")
        return [int(n) for n in order]


class _Parts(NamedTuple):
    """What indices are made of, before they are divided by the variance; the first axis is for samples."""

    variance: Numbers
    first: Numbers
    total: Numbers
    pairs: Numbers


def decomposed(
    varied: tuple[Factor, ...], positions: Numbers, outcome: Numbers, seed: int = 0, left_out: int = 0
) -> Decomposition:
    """Analyse Sobol's design: positions (base points, points, factors), outcome (base points, points, replicates).

    Points of a base point are in SALib's order, and all its points meet the same luck in a replicate. Intervals are
    estimate -+ 1.96 standard deviations over base points drawn anew.
    """
    from scipy.special import ndtri

    count, _, replicates = outcome.shape
    centred = outcome - outcome.mean()
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), RESAMPLES) / count
    parts, again = _net_of_luck(centred, np.full((1, count), 1 / count)), _net_of_luck(centred, drawn)
    ends = outcome[:, [0, -1]]
    luck, variance = float(ends.var(axis=2, ddof=1).mean()), float(parts.variance[0])
    reach = float(ndtri(0.5 + LEVEL / 2))
    tells = variance > max(NOTHING, reach * float(again.variance.std(ddof=1)))
    estimate, again = _shares(parts), _shares(again)

    def index(value: Numbers, samples: Numbers) -> Index:
        half = reach * samples.std(axis=0, ddof=1)
        middle = value[0] if tells else np.full(value.shape[1:], np.nan)
        return Index(middle - half, middle, middle + half)

    both = positions[:, [0, -1]].reshape(2 * count, -1)
    fit = np.column_stack([np.ones(2 * count), both])
    effect = np.linalg.lstsq(fit, ends.mean(axis=2).ravel())[0][1:]
    return Decomposition(
        varied,
        index(estimate.first, again.first),
        index(estimate.total, again.total),
        index(estimate.total - estimate.first, again.total - again.first),
        index(estimate.pairs, again.pairs),
        index(1 - estimate.first.sum(axis=1), 1 - again.first.sum(axis=1)),
        effect,
        float(ends.mean()),
        float(np.sqrt(max(variance, 0.0))),
        _share(luck, max(variance, 0.0)),
        _share(luck / replicates, max(variance, 0.0)),
        count,
        left_out,
    )


def _share(part: float, rest: float) -> float:
    return part / (part + rest) if part + rest > NOTHING else 0.0


def _net_of_luck(outcome: Numbers, weights: Numbers) -> _Parts:
    """Return the parts of indices of the outcome's mean over luck; `weights` of base points (samples, base points)."""
    replicates = outcome.shape[2]
    means = _parts(outcome.mean(axis=2), weights)
    single = [_parts(outcome[:, :, r], weights) for r in range(replicates)]
    taken = (np.mean([each[n] for each in single], axis=0) for n in range(len(means)))
    return _Parts(*(mean - (alone - mean) / (replicates - 1) for mean, alone in zip(means, taken, strict=True)))


def _parts(outcome: Numbers, weights: Numbers) -> _Parts:
    """Return the parts of indices from outcomes (base points, points), by the estimators that SALib uses.

    These are Saltelli et al. 2010 for first and total order, and Saltelli 2002 for pairs. SALib itself gives only what
    is divided by the variance, from which luck cannot be taken out. Each is the mean of two estimates, of which the
    second has the two halves of the design change places.
    """
    size = (outcome.shape[1] - 2) // 2
    a, b, ab, ba = outcome[:, :1], outcome[:, -1:], outcome[:, 1 : size + 1], outcome[:, size + 1 : -1]
    first = weights @ (b * (ab - a) + a * (ba - b)) / 2
    total = weights @ ((a - ab) ** 2 + (b - ba) ** 2) / 4
    products = (ba[:, :, None] * ab[:, None, :] + ab[:, :, None] * ba[:, None, :]) / 2 - (a * b)[:, :, None]
    pairs = np.tensordot(weights, products, 1) - first[:, :, None] - first[:, None, :]
    pairs[:, *np.tril_indices(size)] = np.nan
    variance = (weights @ (a**2 + b**2) / 2 - (weights @ (a + b) / 2) ** 2)[:, 0]
    return _Parts(variance, first, total, pairs)


def _shares(parts: _Parts) -> _Parts:
    """Return parts divided by the variance."""
    variance = parts.variance
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = (part / variance.reshape(-1, *[1] * (part.ndim - 1)) for part in parts[1:])
        return _Parts(variance, *rest)


# ---- Folder --------------------------------------------------------------------------------------------------------


def write_sensitivity(found: Sensitivity, folder: Path) -> None:
    """Write tables, charts and summary of an analysis into a folder."""
    from conducive.experiments.search.figures import save_figure, save_table
    from conducive.experiments.search.sensitivity_text import interaction_figure, ranking_figure

    found.every_run.to_parquet(folder / RUNS, index=False)
    (folder / "summary.txt").write_text(found.text(), encoding="utf-8", newline="\n")
    if found.decomposition is not None or found.screening is not None:
        save_table(found.table, folder, "factors")
        save_figure(ranking_figure(found), folder, "ranking")
    if found.decomposition is not None and found.decomposition.tells:
        save_table(found.decomposition.pair_table, folder, "pairs")
        save_figure(interaction_figure(found.decomposition, found), folder, "interactions")


def earlier_runs(plan: SensitivityPlan, folder: Path) -> Numbers | None:
    """Return the outcomes in a folder that an interrupted analysis of the same plan left; None where there are none."""
    kept = kept_runs(folder, [plan.question.reading.indicator])
    if kept is None:
        return None
    whole = len(kept) // plan.replicates
    return np.asarray(kept.to_numpy(float)[: whole * plan.replicates].reshape(whole, plan.replicates))
