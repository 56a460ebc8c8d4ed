"""What a draw of coefficients is held against: measured levels, patterns that calibrate, claims, the official panel.

Each constraint reads one number off lives under the draw, with its standard error. A *target* is a value with a
tolerance; a *bound* is what a clause of a pattern, or a claim of the library, must be. How far a number is from what it
should be, in standard deviations of replicate noise and of a stated discrepancy together, is its implausibility. What
is a judgement, or a claim that nobody has measured, counts half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.evidence import claims
from conducive.experiments.evidence.fit import targets
from conducive.experiments.evidence.official import (
    official_panel,
    places,
    simulated_panel,
    statistics,
    statistics_errors,
)
from conducive.experiments.evidence.patterns import ENOUGH, PATTERNS, at
from conducive.experiments.evidence.verdicts import jackknife, lived
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import Scenario

type Numbers = npt.NDArray[np.float64]
type Found = dict[str, tuple[float, float]]
"""What was read under a draw, and its standard error, by constraint."""

DISCREPANCY: Mapping[str, float] = {"points": 0.02, "": 0.1, "% points": 0.5, "cases": 0.3}
"""How far the model may be off a bound of a pattern, by unit. Bounds are an analyst's choice and count half beside
figures that were measured, but for those of official statistics (% points and cases), which were."""
CLAIM_DISCREPANCY = 0.02
"""The same for a claim of the library: two points; a ratio may be off by a tenth."""
HALF = 2.0
"""What is a judgement counts half: its standard deviation is doubled."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """What one number must be: near a value, or above one bound and at most another."""

    name: str
    low: float
    high: float
    below: float
    """Standard deviation of what the model may be off by under `low`."""
    over: float
    """The same over `high`."""

    def implausibility(self, value: Numbers, variance: Numbers) -> Numbers:
        """How many standard deviations values are off, with their own variance (of replicates, or of an emulator)."""
        under, past = np.maximum(self.low - value, 0.0), np.maximum(value - self.high, 0.0)
        off = np.where(under > 0, self.below, self.over)
        result: Numbers = (under + past) / np.sqrt(off**2 + variance)
        return result


def of_target(target: targets.Target) -> Constraint:
    """Return a measured level as a constraint."""
    below, over = (target.discrepancy(target.value + side) for side in (-1.0, 1.0))
    return Constraint(target.name, target.value, target.value, below, over)


USED_AT_ALL = "P01: paid for five years it is used, U at their end at least 0.05"
"""Where nobody ever uses it nothing can collapse, fall or be forgotten: patterns would hold of nothing."""


@cache
def constraints() -> tuple[Constraint, ...]:
    """Every constraint but those of the official panel."""
    found = [of_target(target) for target in targets.TARGETS]
    for pattern in (p for p in PATTERNS if p.calibrates):
        for clause in pattern.clauses:
            off = DISCREPANCY[clause.unit] * (1.0 if clause.unit in {"% points", "cases"} else HALF)
            found.append(Constraint(f"{pattern.name}: {clause.says}", clause.above, clause.most, off, off))
    found.append(Constraint(USED_AT_ALL, ENOUGH, np.inf, DISCREPANCY["points"], DISCREPANCY["points"]))
    for scenario, claim in claims.every():
        off = HALF * (0.1 if claim.measure == "ratio" else CLAIM_DISCREPANCY)
        found.append(Constraint(f"{scenario.name}: {claim.says}", claim.above, claim.at_most, off, off))
    return tuple(found)


def read(base: Scenario, replicates: int, seed: int) -> Found:
    """Read every constraint under a scenario that stands for the average authority under a draw."""
    found = targets.measured(targets.experiments(base, replicates, seed))
    for pattern in (p for p in PATTERNS if p.calibrates):
        arms = lived(pattern.arms(pattern.short(base)), replicates, seed)
        for clause in pattern.clauses:
            found[f"{pattern.name}: {clause.says}"] = jackknife(clause.statistic, arms, replicates)
        if pattern.name == "P01":
            found[USED_AT_ALL] = jackknife(lambda v: at(v, "60 months", 60), arms, replicates)
    for (scenario, claim), told in zip(claims.every(), claims.read_under(base, replicates, seed), strict=True):
        found[f"{scenario.name}: {claim.says}"] = told
    return found | _contrasts(base, replicates, seed)


CONTRASTS: Mapping[str, tuple[str, str, int]] = {
    "use at 96, six-year funding less two-year": ("six-year-funding", "two-year-funding", 96),
    "use at 36, learning culture less blame": ("learning-culture", "blame-culture", 36),
    "use at 96, mainstreamed less not": ("two-year-then-mainstreamed", "two-year-funding", 96),
}
"""Headline contrasts of the library: what they are told by is no constraint, but what calibration must get right."""


def _contrasts(base: Scenario, replicates: int, seed: int) -> Found:
    """Read the headline contrasts, from paired replicates."""
    found = {}
    for says, (one, other, month) in CONTRASTS.items():
        reading = (("use", (month, month)),)
        sides = (claims.read(claims.like(base, name, month), reading, replicates, seed) for name in (one, other))
        gap = np.subtract(*sides)
        found[says] = (float(gap.mean()), float(gap.std() / np.sqrt(replicates)))
    return found


# ---- The official panel --------------------------------------------------------------------------------------------

PANEL_FIGURES = (
    "turnover: swing from year to year",
    "turnover: variance over that of one hazard",
    "vacancy_rate: swing from year to year",
    "agency_rate: swing from year to year",
    "caseload: swing from year to year",
    "correlation: agency_rate and vacancy_rate",
    "correlation: turnover and vacancy_rate",
    "turnover: level",
)
"""Official figures that coefficients can change; other levels and spread between authorities are put in."""
PANEL_STEP = 4
"""Every fourth authority lives in the panel of a draw."""
PANEL_DISCREPANCY = 0.1
"""How far the model may be off an official figure, as a share of it."""


@cache
def panel_constraints() -> tuple[Constraint, ...]:
    """The figures of the official panel; their error is larger for the fewer authorities, and both count."""
    panel = official_panel()
    figures, errors = statistics(panel), statistics_errors(panel)
    found = []
    for name in PANEL_FIGURES:
        off = float(np.hypot(PANEL_DISCREPANCY * abs(figures[name]), errors[name] * np.sqrt(1.0 + PANEL_STEP)))
        found.append(Constraint(name, figures[name], figures[name], off, off))
    return tuple(found)


def read_panel(values: Mapping[str, float], seed: int) -> Found:
    """Read the official figures from a panel of every fourth authority under a draw."""
    some = [place.name for place in places()][::PANEL_STEP]
    simulated = statistics(simulated_panel(load_scenario("baseline").under(values), some, seed))
    return {name: (float(simulated[name]), float("nan")) for name in PANEL_FIGURES}


# ---- Many draws ----------------------------------------------------------------------------------------------------


def table(found: list[Mapping[str, Any]], what: tuple[Constraint, ...]) -> tuple[Numbers, Numbers]:
    """Return values and variances as arrays (draws, constraints); what could not be read has a variance of nothing."""
    both = np.array([[one[c.name] for c in what] for one in found], float)
    return both[:, :, 0], np.nan_to_num(both[:, :, 1]) ** 2


def implausibilities(values: Numbers, variances: Numbers, what: tuple[Constraint, ...]) -> Numbers:
    """Implausibility of each value, shape (draws, constraints)."""
    return np.stack([c.implausibility(values[:, n], variances[:, n]) for n, c in enumerate(what)], axis=1)
