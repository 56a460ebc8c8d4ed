"""A population of organisations: authorities as the official tables have them, in conditions drawn around the average.

An organisation takes its workforce figures and its inspection grade from one authority, drawn evenly from those that a
model can start from. Nothing is published about its other conditions. They are drawn around the default of each input,
so that the average authority is the middle: an input at share p of its way from barrier to facilitator moves to
F(F^-1(p) + spread x z), with F the standard normal distribution function and z a standard normal of the condition it
belongs to. What the tables give, what the project brings with it (its grant and its design) and what the scenario sets
itself stay. `PARAMETERS` declares spread and correlation, each with its grade.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from statistics import NormalDist
from types import MappingProxyType

import numpy as np

from conducive.scenarios.conditions import CLUSTERS, conditions
from conducive.scenarios.declaration import Grade, Input
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.events import GRADES
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.workforce import authorities, find, latest, starting_point, table_in_use

JUDGEMENTS = Path(__file__).with_name("data") / "judgements.csv"
GRADE = "organisation.inspection_grade"
OWN_SIZE = ("organisation.posts", "organisation.families")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the population: what it means, its value, what else would be plausible, and where it comes from."""

    name: str
    meaning: str
    value: float
    low: float
    high: float
    source: str
    grade: Grade


PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        p.name: p
        for p in (
            Parameter("spread", "Spread of a condition, in standard normal units of its position: 0.45 is a standard "
                      "deviation of 0.18 of the way from barrier to facilitator.", 0.45, 0.25, 0.7,
                      "Our judgement; no survey of conditions found", "assumed"),
            Parameter("spread_of_mainstreaming", "The same of what the council could take on, which hardly anything "
                      "fixes: nearly even over its range.", 1.0, 0.5, 1.5,
                      "Pennsylvania (Tibbits 2010), A-CRA cohorts: 29 to 75% go on", "assumed"),
            Parameter("within_cluster", "Correlation between conditions of one cluster.", 0.5, 0.3, 0.7,
                      "Our judgement; paper 5: conditions are interdependent", "assumed"),
            Parameter("elsewhere", "Correlation between conditions of different clusters.", 0.15, 0.0, 0.25,
                      "Paper 5: conditions are interdependent", "assumed"),
            Parameter("culture_with_leadership", "Correlation of leadership with the conditions of culture.", 0.4, 0.2,
                      0.5, "Paper 4.3, 4.4; Guerrero, Fenwick & Kong: leaders make climate", "assumed"),
        )
    }
)  # fmt: skip
"""What is declared about the population."""

PROJECT = frozenset(
    {
        "finance.funding_term", "finance.grant", "finance.ring_fenced", "finance.embedding_share", "finance.renewal",
        "finance.review_month",
    }
)  # fmt: skip
"""Inputs of conditions that the project brings with it, with the whole of its design."""
MEASURED = frozenset(
    {
        "workforce_capacity.turnover", "workforce_capacity.time_to_fill", "workforce_capacity.agency_cover",
        "workforce_capacity.agency_extra", "workforce_capacity.caseload",
    }
)  # fmt: skip


def varied() -> tuple[Input, ...]:
    """Inputs that differ between organisations without being published."""
    return tuple(
        i
        for c in conditions()
        for i in c.inputs
        if c.name != "innovation_design" and i.address not in PROJECT | MEASURED
    )


def loadings() -> np.ndarray:
    """How each condition loads on shared factors, shape (conditions, 1 + clusters): what is common, and its cluster's.

    Leadership loads on the factor of culture too. What is left to a condition of its own is 1 less the sum of squares.
    """
    common = PARAMETERS["elsewhere"].value
    own = math.sqrt(PARAMETERS["within_cluster"].value - common)
    found = np.zeros((len(conditions()), 1 + len(CLUSTERS)))
    for n, condition in enumerate(conditions()):
        found[n, 0] = math.sqrt(common)
        found[n, 1 + CLUSTERS.index(condition.cluster)] = own
        if condition.name == "leadership":
            with_culture = PARAMETERS["culture_with_leadership"].value - common
            found[n, 1 + CLUSTERS.index("culture")] = with_culture / own
    return found


def drawn_conditions(number: int, seed: int = 0) -> dict[str, float]:
    """Return the unpublished conditions of the number-th organisation, as values by address."""
    rng = np.random.default_rng((seed, number, 1))
    shared = loadings()
    own = np.sqrt(1.0 - (shared**2).sum(axis=1))
    z = shared @ rng.standard_normal(shared.shape[1]) + own * rng.standard_normal(len(shared))
    of = dict(zip((c.name for c in conditions()), z.tolist(), strict=True))
    return {i.address: _moved(i, of[i.group]) for i in varied()}


def _moved(one: Input, z: float) -> float:
    """Value of an input whose condition lies `z` standard deviations from the average; the default where z is 0."""
    if one.barrier is None or one.facilitator is None or z == 0.0:
        return one.default
    way = one.facilitator - one.barrier
    position = (one.default - one.barrier) / way
    if not 0.0 < position < 1.0:
        return one.default
    name = "spread_of_mainstreaming" if one.address == "finance.mainstreaming" else "spread"
    normal = NormalDist()
    value = one.barrier + way * normal.cdf(normal.inv_cdf(position) + PARAMETERS[name].value * z)
    return float(round(value)) if one.whole else value


def judgements() -> Mapping[str, float]:
    """Latest inspection grade (1 outstanding to 4 inadequate) of each authority, by its name in the workforce table.

    Authorities that report their workforce together have the mean of their grades, rounded to the worse.
    """
    return _judgements(table_in_use())


@cache
def _judgements(_: Path) -> Mapping[str, float]:
    words = {**{g.capitalize(): n for n, g in enumerate(GRADES, 1)}, "Requires improvement to be good": 3}
    found: dict[str, list[int]] = {}
    with JUDGEMENTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                name = find(row["la_name"]).name
            except InputError:
                continue  # an authority that no model can start from
            found.setdefault(name, []).append(words[row["overall_effectiveness"]])
    return MappingProxyType({name: float(math.ceil(sum(grades) / len(grades))) for name, grades in found.items()})


def in_conditions(scenario: Scenario, number: int, seed: int = 0, place: str = "") -> Scenario:
    """Return a scenario in the number-th organisation's unpublished conditions, and under its place's judgement.

    What the scenario sets itself, and what its place has published, stay. The same number is the same organisation,
    whatever the scenario.
    """
    drawn = drawn_conditions(number, seed)
    if place:
        drawn[GRADE] = judgements().get(place, scenario[GRADE])
    return replace(scenario, start=MappingProxyType({**drawn, **scenario.start}))


def draw_organisation(scenario: Scenario, number: int, seed: int = 0, *, own_size: bool = False) -> Scenario:
    """Return a scenario in the number-th organisation of the population.

    With `own_size` it has the establishment, the families and the money of its authority; otherwise those of the
    scenario, and its authority's rates, caseload and judgement alone.
    """
    _check_number(number, seed)
    usable = authorities(latest())
    name = usable[int(np.random.default_rng((seed, number, 0)).integers(len(usable)))].name
    if own_size:
        moved = scenario.at(name, latest())
    else:
        rates = {a: v for a, v in starting_point(name, latest()).items() if a not in OWN_SIZE}
        moved = replace(scenario, start=MappingProxyType(rates), place=f"conditions like {name}, {latest()}")
        moved = moved.under(scenario.coefficients)
    return in_conditions(moved, number, seed, name)


def _check_number(number: int, seed: int) -> None:
    for what, value in (("the number of an organisation", number), ("seed", seed)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
            msg = f"{what} must be a whole number, 0 or more. Got {glimpse(value)}."
            raise InputError(msg)


def population(scenario: Scenario, count: int, seed: int = 0, *, own_size: bool = False) -> list[Scenario]:
    """Return a scenario in the first `count` organisations of the population. Raises InputError for a bad count."""
    _check_number(count, seed)
    return [draw_organisation(scenario, number, seed, own_size=own_size) for number in range(count)]
