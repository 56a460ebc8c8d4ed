"""Whether the 18 conditions explain too much, what turnover does to memory, and what an innovation does locally.

Made-up organisations differ in the positions of all 18 conditions; each lives several times with other luck. The
variance of lasting use then falls into luck (between lives of the same organisation), conditions each on its own, and
conditions together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from conducive.experiments.evidence.published import Table, lives
from conducive.experiments.lives.ensemble import one_life
from conducive.experiments.lives.intervals import interval
from conducive.model.processes.aftermath import TWO_YEARS
from conducive.scenarios.scenario import Scenario, Wave, declared

type Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """How organisations differ: positions drawn evenly between two ends, with a rank correlation of conditions."""

    low: float
    high: float
    correlation: float = 0.0


SPREADS = {
    "whole range": Spread(0.0, 1.0),
    "middle": Spread(0.3, 0.7),
    "fairly good": Spread(0.4, 0.8),
    "fairly good, linked": Spread(0.4, 0.8, 0.25),
    "fairly good, closely linked": Spread(0.4, 0.8, 0.5),
}
"""Anything the paper describes, then what may be like real authorities.

No source gives positions of real ones. Their published indicators correlate by 0.02 to 0.38 where they do not count the
same posts, 0.25 on average (DfE panel: turnover, vacancies, agency, caseload, absence); twice that is an upper bound.
"""
OUTCOMES = ("use", "sustained")
"""Share using at fidelity two years after external money ended, and whether that counts as sustained (0 or 1)."""
FEWEST = 48
"""Fewest organisations that 37 terms can be fitted to."""
BLOCKS = 32
SURE = 0.05


@dataclass(frozen=True, slots=True)
class Split:
    """Shares of the variance of an outcome (they sum to 1) with their standard errors, in `luck, alone, together`.

    `alone` is what conditions explain each on its own, `together` what only their combinations do.
    """

    spread: str
    outcome: str
    mean: float
    luck: float
    alone: float
    together: float
    errors: tuple[float, float, float]

    @property
    def explained(self) -> float:
        """Share that conditions explain in all."""
        return self.alone + self.together


@dataclass(frozen=True, slots=True)
class Predictors:
    """How many of the 18 conditions predict `sustained` in a study of some organisations; by chance 18 x 0.05 do."""

    spread: str
    sites: int
    found: float
    by_chance: float


@dataclass(frozen=True, slots=True)
class Memory:
    """What is codified, and what individuals know, in years four and five, under a turnover and a pace of learning."""

    pace: str
    turnover: float
    code: tuple[float, float, float]
    """Low, mean, high; likewise the next."""
    individuals: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class March:
    """What turnover does to the code and to individuals: paired differences, each low, mean, high."""

    pace: str
    what: str
    moderate: tuple[float, float, float]
    """Moderate turnover (15% to 35%) less the lowest (5%)."""
    high: tuple[float, float, float]
    """Highest turnover (50%) less the lowest."""


@dataclass(frozen=True, slots=True)
class LocalEffect:
    """Gain of families' wellbeing from an innovation over a twin without it, among organisations that differ."""

    innovation: str
    mean: float
    low: float
    high: float
    spread: float
    """Standard deviation between organisations, net of luck."""
    worse_off: float
    """Share of organisations in which families are worse off, luck included."""
    best: float
    """Mean of the third with the best alignment and leadership; then of the third with the worst."""
    worst: float


# ---- Organisations that differ -------------------------------------------------------------------------------------

type Positions = Mapping[str, Numbers]
"""Position of each condition in each organisation."""


def drawn(names: Sequence[str], organisations: int, seed: int, spread: Spread) -> Positions:
    """Draw positions of conditions evenly between the ends of a spread (Latin hypercube, Gaussian copula)."""
    from scipy.special import ndtr, ndtri
    from scipy.stats import qmc

    shared = spread.correlation
    unit = qmc.LatinHypercube(len(names) + 1, rng=np.random.default_rng(seed)).random(organisations)
    normal = ndtri(unit)
    unit = ndtr(np.sqrt(1.0 - shared) * normal[:, 1:] + np.sqrt(shared) * normal[:, :1])
    return dict(zip(names, (spread.low + (spread.high - spread.low) * unit).T, strict=True))


def each(base: Scenario, positions: Positions) -> dict[str, Scenario]:
    """Return the organisations at these positions, by number."""
    count = len(next(iter(positions.values())))
    return {str(n): base.change({name: float(at[n]) for name, at in positions.items()}) for n in range(count)}


def _by_organisation(
    scenarios: Mapping[str, Scenario],
    replicates: int,
    seed: int,
    read: Callable[[Table, int, int], Table],
    executor: Executor | None,
) -> Table:
    """Live through organisations, each with luck of its own: shape (organisations, replicates, what is read)."""
    samples = lives(scenarios, replicates, seed, read, executor, paired=False)
    return np.stack([[sample[name] for sample in samples] for name in scenarios])


def lasting(
    base: Scenario, positions: Positions, replicates: int, seed: int, executor: Executor | None = None
) -> dict[str, Numbers]:
    """Outcomes of organisations at these positions, by name: shape (organisations, replicates).

    Grants are not renewed, so that external money ends once, with the term that `finance` gives or at a review.
    """
    term = declared()["finance.funding_term"]
    longest = max(term.at_position(0.0), term.at_position(1.0), base[term.address])
    organisations = {
        name: one.change({"finance.renewal": 0.0, "horizon": longest + TWO_YEARS})
        for name, one in each(base, positions).items()
    }
    found = _by_organisation(organisations, replicates, seed, _two_years_on, executor)
    return {name: found[:, :, n] for n, name in enumerate(OUTCOMES)}


def _two_years_on(rows: Table, seed: int, replicate: int) -> Table:
    monthly = one_life(rows, seed, replicate).monthly
    paid = np.flatnonzero(monthly["external_money"] > 0.0)
    month = int(paid[-1] + 1 if len(paid) else 0) + int(TWO_YEARS)
    use = monthly["use_at_fidelity"]
    return np.array([use[month - 1], use[month - 3 : month].mean() >= rows["sustained_share"][0]], np.float64)


# ---- Variance ------------------------------------------------------------------------------------------------------


def components(positions: Numbers, outcome: Numbers) -> Numbers:
    """Variance between lives of an organisation, between organisations by conditions alone, and together.

    `positions` has shape (organisations, conditions), `outcome` (organisations, replicates). Alone: a line and a bend
    for each condition. Together: what this leaves of the variance between organisations, less the luck in their means.
    All are unbiased, so that one can come out below 0.
    """
    count, replicates = outcome.shape
    means, luck = outcome.mean(axis=1), float(outcome.var(axis=1, ddof=1).mean())
    centred = positions - positions.mean(axis=0)
    terms = np.column_stack([np.ones(count), centred, centred**2])
    left = means - terms @ np.linalg.lstsq(terms, means)[0]
    together = float((left**2).sum()) / (count - terms.shape[1]) - luck / replicates
    between = float(means.var(ddof=1)) - luck / replicates
    return np.array([luck, between - together, together])


def shares(positions: Numbers, outcome: Numbers) -> Numbers:
    """Components as shares of their sum; where nothing varies all are 0."""
    found = components(positions, outcome)
    total = found.sum()
    return found / total if total > 0.0 else np.zeros(3)


def split(spread: str, name: str, at: Positions, outcome: Numbers) -> Split:
    """Return shares of variance with standard errors, by leaving out blocks of organisations (jackknife).

    A bootstrap would fit the terms to the same organisation twice and find too little left over.
    """
    positions = np.column_stack(list(at.values()))
    everybody = np.arange(len(outcome))
    parts = np.array_split(everybody, min(BLOCKS, len(outcome)))
    again = [shares(positions[rest], outcome[rest]) for rest in (np.delete(everybody, part) for part in parts)]
    errors = np.sqrt((len(parts) - 1) * np.var(again, axis=0))
    luck, alone, together = shares(positions, outcome).tolist()
    return Split(spread, name, float(outcome.mean()), luck, alone, together, tuple(errors.tolist()))


SITES = 49


def predicted(spread: str, at: Positions, sustained: Numbers) -> Predictors:
    """Return how many conditions predict `sustained` in studies of 49 organisations, each seen once.

    As Peterson et al. 2014 had them: each condition by itself, p under 0.05; the mean over as many such studies as
    there are organisations and lives for.
    """
    from scipy.stats import t

    positions = np.column_stack(list(at.values()))
    sites = min(SITES, len(positions))
    edge = float(t.ppf(1 - SURE / 2, sites - 2))
    needed = edge / np.sqrt(sites - 2 + edge**2)
    found = []
    for first in range(0, len(positions) - sites + 1, sites):
        seen = slice(first, first + sites)
        for life in sustained.T:
            x, y = positions[seen] - positions[seen].mean(axis=0), life[seen] - life[seen].mean()
            size = np.sqrt((x**2).sum(axis=0) * (y**2).sum())
            found.append(float((np.abs(y @ x) > needed * size).sum()))
    return Predictors(spread, sites, float(np.mean(found)), SURE * positions.shape[1])


# ---- Turnover: code and individuals --------------------------------------------------------------------------------

LOWEST, MODERATE, HIGHEST = 0.05, (0.15, 0.25, 0.35), 0.5
PACES = {
    "fast": {
        "coefficients.memory_transfer": 0.9,
        "learning_and_evaluation.reflection_interval": 1.0,
        "knowledge_and_skills.induction": 0.5,
    },
    "slow": {
        "coefficients.memory_transfer": 0.1,
        "learning_and_evaluation.reflection_interval": 12.0,
        "knowledge_and_skills.induction": 0.0,
    },
}
"""How fast newcomers are taught what the organisation knows, and how often it writes down what they know."""
STOCKS = {"code": "codified_memory", "individuals": "living_memory"}


def _known(rows: Table, seed: int, replicate: int) -> Table:
    monthly = one_life(rows, seed, replicate).monthly[36:60]
    return np.array([monthly[name].mean() for name in STOCKS.values()])


def remembered(
    base: Scenario, replicates: int, seed: int, executor: Executor | None = None
) -> tuple[tuple[Memory, ...], tuple[March, ...]]:
    """Return what is codified and what individuals know under rising turnover, and what turnover does to each."""
    funded = base.change({"finance.funding_term": 72, "horizon": 60})
    arms = {
        (pace, rate): funded.change({**changes, "workforce_capacity.turnover": rate})
        for pace, changes in PACES.items()
        for rate in (LOWEST, *MODERATE, HIGHEST)
    }
    named = {f"{pace} {rate:g}": scenario for (pace, rate), scenario in arms.items()}
    samples = lives(named, replicates, seed, _known, executor)
    known = {arm: np.array([sample[f"{arm[0]} {arm[1]:g}"] for sample in samples]) for arm in arms}
    memories = tuple(
        Memory(pace, rate, _interval(values[:, 0]), _interval(values[:, 1])) for (pace, rate), values in known.items()
    )
    march = tuple(
        March(
            pace,
            what,
            _interval(np.mean([known[pace, rate][:, n] for rate in MODERATE], axis=0) - known[pace, LOWEST][:, n]),
            _interval(known[pace, HIGHEST][:, n] - known[pace, LOWEST][:, n]),
        )
        for pace in PACES
        for n, what in enumerate(STOCKS)
    )
    return memories, march


def _interval(values: Numbers) -> tuple[float, float, float]:
    low, mean, high = interval(values)
    return float(low), float(mean), float(high)


# ---- No effect on average, and local effects -----------------------------------------------------------------------

LOCAL = ("vision_and_values", "fit", "leadership")
"""Conditions that differ between organisations: alignment and leadership."""
INNOVATIONS: Mapping[str, Mapping[str, float]] = {
    "as declared": {},
    "half as effective": {"innovation.potential": 0.3},
    "without effect": {"innovation.potential": 0.0},
}
LAST = 60
"""Month in which the twin launches the same innovation: after all that is compared."""


def _wellbeing(rows: Table, seed: int, replicate: int) -> Table:
    return np.array([one_life(rows, seed, replicate).monthly["wellbeing"][24 : LAST - 1].mean()])


def local_effects(
    base: Scenario, organisations: int, replicates: int, seed: int, executor: Executor | None = None
) -> tuple[LocalEffect, ...]:
    """Return what innovations do for families in organisations that differ in alignment and leadership."""
    at = drawn(LOCAL, organisations, seed, Spread(0.0, 1.0))
    organisation = each(base.change({"finance.funding_term": LAST, "horizon": LAST}), at)

    def wellbeing(scenarios: Mapping[str, Scenario]) -> Numbers:
        found: Numbers = _by_organisation(scenarios, replicates, seed, _wellbeing, executor)[:, :, 0]
        return found

    without = wellbeing({name: replace(one, waves=(Wave(LAST - 1),)) for name, one in organisation.items()})
    support = np.mean(list(at.values()), axis=0)
    return tuple(
        effect(innovation, wellbeing({n: one.change(changes) for n, one in organisation.items()}) - without, support)
        for innovation, changes in INNOVATIONS.items()
    )


def effect(innovation: str, gains: Numbers, support: Numbers) -> LocalEffect:
    """Return an innovation's effect from gains (organisations, replicates) and the support each organisation gives."""
    means = gains.mean(axis=1)
    luck = float(gains.var(axis=1, ddof=1).mean()) / gains.shape[1]
    order, third = np.argsort(support), len(means) // 3
    low, mean, high = _interval(means)
    return LocalEffect(
        innovation,
        mean,
        low,
        high,
        float(np.sqrt(max(0.0, means.var(ddof=1) - luck))),
        float((means < 0.0).mean()),
        float(means[order[-third:]].mean()),
        float(means[order[:third]].mean()),
    )
