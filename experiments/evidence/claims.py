"""Whether the model shows what scenarios claim: each lived once under every plausible set, all with the same luck."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from conducive.experiments.lives.intervals import LEVEL, interval_of_share
from conducive.experiments.lives.living import in_order, life
from conducive.scenarios.claims import Claim, Months
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

type Numbers = npt.NDArray[np.float64]
type Reading = tuple[str, Months]
type Answer = Literal["held", "close to call", "not held"]

NOT_SHOWN: Mapping[tuple[str, str], str] = {
    (scenario, says): why
    for scenario, claims in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).items()
    for says, why in claims.items()
}
"""Claims that the model does not show, by scenario and what they say, each with the reason. The claim itself
stays."""


@dataclass(frozen=True, slots=True)
class Held:
    """What came of a claim over plausible sets.

    Attributes:
        scenario: name of the scenario that makes it.
        says: the claim.
        sets: number of plausible sets.
        shown: how many of them show it, each at its mean over replicates.
        needed: share of sets that must; None where the median must.
        value: median over sets of the measure; not a number where no set has one (a ratio of nothing to nothing).
        low: lower end of the range in which 95% of sets lie.
        high: upper end of it.
        reached: whether as many sets as needed show it, or the median does.
        answer: `held` and `not held` where that would be so for any share, or median, in the 95% interval that so few
            sets leave; else `close to call`.

    """

    scenario: str
    says: str
    sets: int
    shown: int
    needed: float | None
    value: float
    low: float
    high: float
    reached: bool
    answer: Answer


def hold(
    scenarios: Sequence[Scenario],
    sets: Sequence[Mapping[str, float]],
    replicates: int,
    seed: int = 0,
    executor: Executor | None = None,
) -> list[Held]:
    """Hold the claims of scenarios over sets of coefficients, and say what came of each, in order.

    Every scenario, and every one that it is held against (of these scenarios by name, else of the library), is lived
    once under each set, with the same luck; claims share what is read of it. A set shows a claim at the means over its
    replicates.
    """
    claims = [(scenario, claim) for scenario in scenarios for claim in scenario.claims]
    arms = {scenario.name: scenario for scenario in scenarios}
    arms |= {c.against: load_scenario(c.against) for _, c in claims if c.against and c.against not in arms}
    wanted = readings_of(claims)
    tasks = [(light(arms[name]), tuple(readings), given) for name, readings in wanted.items() for given in sets]
    found = list(in_order(partial(means, replicates=replicates, seed=seed), tasks, executor))
    of = {name: np.stack(found[n * len(sets) : (n + 1) * len(sets)]) for n, name in enumerate(wanted)}

    def values(scenario: Scenario, claim: Claim) -> Numbers:
        return measured(claim, *(of[name][:, wanted[name][reading]] for name, reading in sides(scenario, claim)))

    return [judge(scenario.name, claim, values(scenario, claim)) for scenario, claim in claims]


def sides(scenario: Scenario, claim: Claim) -> list[tuple[str, Reading]]:
    """Return what a claim reads: scenario by name, indicator and months; for a level once, else twice."""
    own = (scenario.name, (claim.indicator, claim.when))
    other = (claim.against or scenario.name, (claim.indicator, claim.against_when))
    return [own] if claim.measure == "level" else [own, other]


def readings_of(claims: Iterable[tuple[Scenario, Claim]]) -> dict[str, dict[Reading, int]]:
    """Return what claims read of each scenario by name: readings, and the place of each."""
    found: dict[str, dict[Reading, int]] = {}
    for scenario, claim in claims:
        for name, reading in sides(scenario, claim):
            of = found.setdefault(name, {})
            of.setdefault(reading, len(of))
    return found


FAMILIES = 300
"""Families followed one by one where claims are held over many sets: use hardly feels it, at half the time."""


def light(scenario: Scenario) -> Scenario:
    """Return a scenario with fewer families followed one by one, unless it says how many itself."""
    own = "organisation.families" in scenario.values
    return scenario if own else scenario.change({"organisation.families": FAMILIES})


def means(task: tuple[Scenario, Sequence[Reading], Mapping[str, float]], replicates: int, seed: int) -> Numbers:
    """Live through a scenario under a set of coefficients and return its readings, each the mean over replicates."""
    scenario, readings, given = task
    return np.asarray(read(scenario.under(given), readings, replicates, seed).mean(axis=0))


def read(scenario: Scenario, readings: Sequence[Reading], replicates: int, seed: int) -> Numbers:
    """Live through a scenario and return its readings, shape (replicates, readings)."""
    rows = timeline(scenario)
    found = np.empty((replicates, len(readings)))
    for replicate in range(replicates):
        world = life(rows, seed, replicate)
        for n, (indicator, (first, last)) in enumerate(readings):
            found[replicate, n] = world.monthly[indicator][first - 1 : last].mean()
    return found


@cache
def every() -> tuple[tuple[Scenario, Claim], ...]:
    """Every claim of the library, with the scenario that makes it."""
    return tuple((scenario, claim) for scenario in library() for claim in scenario.claims)


def read_under(base: Scenario, replicates: int, seed: int) -> list[tuple[float, float]]:
    """Read every claim of the library under one draw: its measure and the standard error, from paired replicates.

    The average authority of `base` takes the place of that of the library: its coefficients, its posts and families.
    """
    needed = readings_of(every())
    lives = {name: read(like(base, name, last_month(name)), tuple(r), replicates, seed) for name, r in needed.items()}
    found = []
    for scenario, claim in every():
        parts = [lives[name][:, needed[name][reading]] for name, reading in sides(scenario, claim)]
        value = float(measured(claim, *(np.array([part.mean()]) for part in parts))[0])
        left = [measured(claim, *(np.array([np.delete(part, r).mean()]) for part in parts)) for r in range(replicates)]
        error = float(np.sqrt((replicates - 1) * np.nanvar(left))) if replicates > 1 else math.nan
        found.append((min(value, LARGEST) if not math.isnan(value) else 0.0, error))
    return found


LARGEST = 100.0
"""What a ratio to nothing counts as."""
SIZE = ("organisation.posts", "organisation.families")


def like(base: Scenario, name: str, horizon: int) -> Scenario:
    """Return a scenario of the library under the coefficients of another, and at its size unless it has its own."""
    scenario = load_scenario(name)
    sized = {address: base[address] for address in SIZE if SIZE[0] not in scenario.values}
    return scenario.change({**sized, "horizon": horizon}).under(base.coefficients)


@cache
def last_month(name: str) -> int:
    """Last month that any claim reads of a scenario, and that it must be lived for."""
    months = [reading[1][1] for one, claim in every() for scenario, reading in sides(one, claim) if scenario == name]
    scenario = load_scenario(name)
    launched = [wave.month + 1 for wave in scenario.waves] + [event.month for event in scenario.events]
    return max([*months, *launched, 1])


def measured(claim: Claim, own: Numbers, other: Numbers | None = None) -> Numbers:
    """Return the measure of a claim by set: infinite for a ratio to nothing, not a number for nothing to nothing."""
    if other is None:
        return own
    with np.errstate(invalid="ignore", divide="ignore"):
        return own - other if claim.measure == "difference" else own / other


def judge(scenario: str, claim: Claim, values: Numbers) -> Held:
    """Return what came of a claim, given its measure under each set. A set without a value does not show it."""
    from scipy.stats import binom

    shown, known = sum(claim.shown_at(value) for value in values), np.sort(values[~np.isnan(values)])
    tail, needed = (1 - LEVEL) / 2, claim.share_of_sets
    low, value, high = (
        (float(q) for q in np.quantile(known, [tail, 0.5, 1 - tail], method="inverted_cdf"))
        if len(known)
        else [math.nan] * 3
    )
    if needed is not None:
        least, most = interval_of_share(shown, len(values))
        reached, surely, hardly = shown >= needed * len(values), least >= needed, most < needed
    elif not len(known):
        reached, surely, hardly = False, False, True
    else:
        # The median lies between order statistics with at least this chance, whatever the distribution.
        rank = max(int(binom.ppf(tail, len(known), 0.5)) - 1, 0)
        ends = known[rank], known[-1 - rank]
        reached, surely = claim.shown_at(value), claim.shown_at(ends[0]) and claim.shown_at(ends[1])
        hardly = ends[1] <= claim.above or ends[0] > claim.at_most
    answer: Answer = "held" if surely else "not held" if hardly else "close to call"
    return Held(scenario, claim.says, len(values), int(shown), needed, value, low, high, bool(reached), answer)


def told(held: Sequence[Held]) -> list[dict[str, Any]]:
    """Return what came of claims as data to keep; None for what is infinite or not a number."""
    return [
        {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in asdict(one).items()}
        for one in held
    ]
