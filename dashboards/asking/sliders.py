"""What sliders need to know of an input, from its declaration alone; and values as people read them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from conducive.scenarios.conditions import CLUSTERS, OTHER_INPUTS, conditions
from conducive.scenarios.declaration import Condition, Input, number
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import Scenario, declared

FIRST = (
    "finance.funding_term",
    "finance.mainstreaming",
    "workforce_capacity.turnover",
    "leadership.leader_tenure",
    "trust_emotions_relationships.blame_culture",
    "coproduction.coproduction_budget",
    "knowledge_and_skills.coaching",
)
"""The levers that people ask about first."""
GRADES = {
    "measured": "official figures",
    "literature": "published studies",
    "paper": "a direction from the paper; its size is judged",
    "assumed": "our judgement; no figure was found",
}
"""What stands behind a value, by grade of evidence."""
OTHERS = {
    "innovation": "The innovation",
    "costs": "What things cost",
    "funder": "The funder",
    "organisation": "The organisation",
    "": "Time",
}
"""Inputs that belong to no condition, by group, and what to call the group."""
STEPS = 100
"""Steps of a slider, about."""


def scale(declaration: Input) -> tuple[float, str]:
    """Return by how much a value is multiplied to be read, and the unit then: shares are read as percentages."""
    if declaration.unit == "share":
        return 100.0, "%"
    if declaration.unit.startswith("share of"):
        return 100.0, f"%{declaration.unit.removeprefix('share')}"
    if declaration.unit == "per year" and declaration.maximum <= 1:
        return 100.0, "% a year"
    return 1.0, declaration.unit


def read(declaration: Input, value: float) -> float:
    """Return a value as people read it: five digits are enough."""
    shown = value * scale(declaration)[0]
    if not shown:
        return 0.0
    digits = 4 - math.floor(math.log10(abs(shown)))
    return float(round(shown, min(max(digits, 0), 6)))


def written(declaration: Input, value: float) -> str:
    """Return a value as people read it, with its unit."""
    unit = scale(declaration)[1]
    return f"{number(read(declaration, value))}{'' if unit.startswith('%') else ' '}{unit}"


def value_of(address: object, shown: object) -> tuple[str, float]:
    """Return the address and value of what a slider sends. Raises InputError for what none could have sent."""
    if not isinstance(address, str) or address not in declared() or address.partition(".")[0] in {
        "coefficients", "mechanisms",
    }:  # fmt: skip
        msg = "that is not an input that can be changed here."
        raise InputError(msg)
    declaration = declared()[address]
    if isinstance(shown, bool) or not isinstance(shown, int | float) or not math.isfinite(shown):
        raise InputError(_refused(declaration, str(shown)[:40]))
    value = round(shown / scale(declaration)[0], 9)
    if declaration.whole:
        value = float(round(value))
    if not declaration.minimum <= value <= declaration.maximum:
        raise InputError(_refused(declaration, number(shown)))
    return address, declaration.check(value)


def _refused(declaration: Input, typed: str) -> str:
    """Return what to say of a value that cannot be, in the words of its field."""
    return f"{label(declaration)}: {span(declaration)}. You typed {typed}."


def span(declaration: Input) -> str:
    """Return what values an input can have, as people read them."""
    low, high = (number(read(declaration, end)) for end in (declaration.minimum, declaration.maximum))
    unit = scale(declaration)[1]
    return f"{low} to {high}{'' if unit.startswith('%') else ' '}{unit}"


def label(declaration: Input) -> str:
    """Return what to call an input."""
    return declaration.name.replace("_", " ").capitalize()


def _span(declaration: Input, values: tuple[float, ...]) -> tuple[float, float]:
    """Least and largest value of a slider: both ends, the plausible range, and where the two scenarios stand."""
    four = (declaration.barrier, declaration.facilitator, declaration.low, declaration.high)
    ends = [end for end in four if end is not None]
    if (declaration.minimum, declaration.maximum) == (0.0, 1.0):
        return 0.0, 1.0
    return min(*ends, *values), max(*ends, *values)


def lever(declaration: Input, base: float, value: float, condition: Condition | None) -> dict[str, Any]:
    """Return what a slider shows."""
    low, high = (read(declaration, v) for v in _span(declaration, (base, value)))
    step = 10.0 ** math.floor(math.log10((high - low) / STEPS * 2)) if high > low else 1.0
    if declaration.whole:
        step = max(1.0, step)
    ends = _ends(declaration, condition) if condition else {"barrier": "", "facilitator": ""}
    return {
        "address": declaration.address,
        "label": label(declaration),
        "meaning": declaration.meaning,
        "unit": scale(declaration)[1],
        "min": low,
        "max": high,
        "hardmin": read(declaration, declaration.minimum),
        "hardmax": read(declaration, declaration.maximum),
        "step": step,
        "fine": 1 if declaration.whole else "any",
        "base": read(declaration, base),
        "value": read(declaration, value),
        "changed": base != value,
        "grade": declaration.grade,
        "gradetext": GRADES[declaration.grade],
        "source": declaration.source,
        "range": f"{written(declaration, declaration.low)} to {written(declaration, declaration.high)}",
        "usual": written(declaration, declaration.default),
        **ends,
    }


def _ends(declaration: Input, condition: Condition) -> dict[str, str]:
    """Return what both ends of an input mean, in value and in words of its condition."""
    assert declaration.barrier is not None
    assert declaration.facilitator is not None
    return {
        "barrier": f"{written(declaration, declaration.barrier)}. {condition.title}: {condition.barrier}.",
        "facilitator": f"{written(declaration, declaration.facilitator)}. {condition.title}: {condition.facilitator}.",
    }


def groups(base: Scenario, alternative: Scenario) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the levers that are asked about first, and all others by cluster."""
    by_name = {c.name: c for c in conditions()}

    def one(declaration: Input) -> dict[str, Any]:
        at = declaration.address
        return lever(declaration, base[at], alternative[at], by_name.get(declaration.group))

    first = [{"key": "first", "title": "", "levers": [one(declared()[a]) for a in FIRST]}]
    rest = []
    for cluster in CLUSTERS:
        inside = [i for c in conditions() if c.cluster == cluster for i in c.inputs if i.address not in FIRST]
        rest.append({"key": cluster, "title": cluster_title(cluster), "levers": [*map(one, inside)]})
    for name, title in OTHERS.items():
        inside = [i for i in OTHER_INPUTS if i.group == name]
        rest.append({"key": name or "time", "title": title, "levers": [*map(one, inside)]})
    return first, [group for group in rest if group["levers"]]


def cluster_title(cluster: str) -> str:
    """Return what to call a cluster of conditions."""
    return {"macro": "The wider world"}.get(cluster, cluster.replace("_", " ").capitalize())


def changes_between(base: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Return values of another scenario that differ from those of a base."""
    return {address: value for address, value in other.items() if base.get(address) != value}
