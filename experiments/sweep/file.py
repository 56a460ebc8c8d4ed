"""A sweep file, read and checked: whatever is wrong with it is said before anything is run."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from conducive.experiments.lives.ensemble import check_counts, check_whole
from conducive.experiments.search.factors import Factor, factor, factor_of
from conducive.experiments.sweep.design import DESIGNS, DRAWN, GRID, LIST, SOBOL, Levels, Plan, changes
from conducive.experiments.words import factor_words
from conducive.scenarios.conditions import CLUSTERS, conditions
from conducive.scenarios.declaration import SWITCH, Input, meant_number, nearest_names, number
from conducive.scenarios.errors import InputError, glimpse, quoted
from conducive.scenarios.files import load_scenario, read_toml
from conducive.scenarios.programme import Programme, load_programme, programme_inputs
from conducive.scenarios.scenario import Scenario, checked, declared
from conducive.scenarios.workforce import authorities, find, latest, older_figures

MOST_POINTS = 2**20
"""Points of a design that is drawn, at most: it is held in memory."""
REPLICATES = 20
KEYS = (
    "scenario", "programme", "set", "design", "points", "factors", "authorities", "year", "replicates", "seed",
    "plausible",
)  # fmt: skip
RANGE = frozenset({"low", "high", "steps"})


def sweep_plan(asked: str | Path | Mapping[str, Any]) -> Plan:
    """Return the plan of a sweep file, or of a dict shaped like one.

    A scenario that is a path is looked for beside the file. Raises InputError for what cannot be used.
    """
    if isinstance(asked, Mapping):
        return _plan(dict(asked), Path())
    if not isinstance(asked, str | os.PathLike):
        msg = f"a sweep must be a path to a TOML file, or a dict shaped like one. Got {glimpse(asked)}."
        raise InputError(msg)
    path = Path(asked)
    try:
        return _plan(read_toml(path), path.parent)
    except InputError as error:
        msg = f"{path}: {error}"
        raise InputError(msg) from None


def _plan(document: dict[str, Any], beside: Path) -> Plan:
    for key in document:
        if key not in KEYS:
            near = nearest_names(str(key)[:80], list(KEYS)) or f" It takes {', '.join(KEYS)}."
            msg = f"{str(key)[:80]!r} is not a key of a sweep.{near}"
            raise InputError(msg)
    lived = _lived(document, beside)
    replicates, seed = document.get("replicates", REPLICATES), document.get("seed", 0)
    check_counts(replicates, seed)
    plausible = document.get("plausible", False)
    if not isinstance(plausible, bool):
        msg = f"plausible must be true or false. Got {glimpse(plausible)}."
        raise InputError(msg)
    fixed = _named(document.get("set", {}), "set", "inputs or conditions with the value they are held at")
    lived, places, year = _where(document, lived.change(changes(list(fixed), list(fixed.values()))))
    given = document.get("factors", {})
    if given == "conditions":
        given = [c.name for c in conditions()]
    if isinstance(given, Sequence) and not isinstance(given, str):
        given = {name: {} for name in given}
    given = _named(given, "factors", "names with a list of values or a range { low, high }")
    design = document.get("design", GRID)
    own = programme_inputs() if isinstance(lived, Programme) else {}
    levels = tuple(_levels(str(name), values, design, own) for name, values in given.items()) if _known(design) else ()
    _check_apart(levels, fixed)
    if not levels and not places:
        msg = "a sweep needs something that varies: [factors] with at least one, or authorities."
        raise InputError(msg)
    scenario, programme = (lived.told, lived) if isinstance(lived, Programme) else (lived, None)
    count = _count(design, levels, document.get("points"))
    plan = Plan(scenario, design, levels, count, places, year, int(replicates), int(seed), plausible, programme)
    _ = plan.notes  # it may refuse
    return plan


def _lived(document: Mapping[str, Any], beside: Path) -> Scenario | Programme:
    """Return the scenario or the programme that is swept. Raises InputError for neither, both, or one that is not."""
    asked = [kind for kind in ("scenario", "programme") if kind in document]
    if len(asked) != 1:
        msg = (
            'a sweep needs a scenario, for instance scenario = "classroom", or a programme. `conducive scenarios` and '
            f"`conducive programmes` list them. Got {'both' if asked else 'neither'}."
        )
        raise InputError(msg)
    given = document[asked[0]]
    if isinstance(given, str) and given.casefold().endswith(".toml"):
        given = beside / given
    return load_scenario(given) if "scenario" in asked else load_programme(given, placed="authorities" not in document)


def _where(
    document: Mapping[str, Any], lived: Scenario | Programme
) -> tuple[Scenario | Programme, tuple[str, ...], int]:
    """Return what is lived, where each point of a scenario is run, and the census year of the figures of these places.

    The authorities of a programme live together: others than its own are put in their place.
    """
    year = document.get("year", latest())
    if isinstance(lived, Scenario):
        places = _places(document.get("authorities", []), year, asked="year" in document)
        if "year" in document and not places:
            msg = f"year selects figures of authorities. Got year = {glimpse(year)} without any."
            raise InputError(msg)
        return lived, places, year
    if "year" in document:
        msg = f"the year of a programme stands in its own file. Got year = {glimpse(year)} in a sweep of one."
        raise InputError(msg)
    return lived.at(document["authorities"]) if "authorities" in document else lived, (), year


def _named(given: object, key: str, what: str) -> dict[str, Any]:
    """Return a table by dotted name, whether its names stand in quotes or as tables of tables."""
    if not isinstance(given, Mapping):
        msg = f"{key} must be a table of {what}. Got {glimpse(given)}."
        raise InputError(msg)
    flat: dict[str, Any] = {}
    for name, value in given.items():
        if isinstance(value, Mapping) and value and not value.keys() & RANGE:
            flat |= {f"{name}.{part}": each for part, each in value.items()}
        else:
            flat[str(name)] = value
    return flat


def _places(given: object, year: object, *, asked: bool) -> tuple[str, ...]:
    """Return the names of authorities that a year has figures of, whether it was asked for or is the newest."""
    usable = authorities(year)  # type: ignore[arg-type]
    if given == "all":
        return tuple(sorted(row.name for row in usable))
    if not isinstance(given, Sequence) or isinstance(given, str) or not all(isinstance(name, str) for name in given):
        hint = quoted(given if isinstance(given, list) else [given])
        msg = f'authorities must be a list of names, or "all". Got {glimpse(given)}.{hint}'
        raise InputError(msg)
    found = [find(name, year if asked else None) for name in given]  # type: ignore[arg-type]
    for row in found:
        if row.year != year:
            msg = "All authorities of a sweep start from one year: "
            msg += f"write year = {row.year}, or leave {row.name} out."
            raise InputError(f"{older_figures(row, year)} {msg}")  # type: ignore[arg-type]
    names = [row.name for row in found]
    for name in names:
        if names.count(name) > 1:
            msg = f"authorities has {name} twice. Leave one."
            raise InputError(msg)
    return tuple(names)


def _known(design: object) -> bool:
    """Whether a design is one there is. Raises InputError where it is none."""
    if design not in DESIGNS:
        near = nearest_names(str(design)[:80], list(DESIGNS)) or f" It must be one of {', '.join(DESIGNS)}."
        msg = f"{glimpse(design)} is not a design.{near}"
        raise InputError(msg)
    return True


def _levels(name: str, given: object, design: str, own: Mapping[str, Input]) -> Levels:
    """Return the values of a factor. Raises InputError for unknown names and for values that cannot be used.

    `own` are the numbers of a programme, where one is swept.
    """
    if name not in declared() and name not in CLUSTERS and name not in own:
        _check_known(name, own)
    if isinstance(given, Mapping):
        return _range(name, given, design)
    if not isinstance(given, Sequence) or isinstance(given, str):
        msg = (
            f"{name} must be a list of values or a range {{ low, high }}. Got {glimpse(given)}. To hold it at one "
            "value, put it under [set]."
        )
        raise InputError(msg)
    if not given:
        msg = f"{name} has an empty list of values. It needs at least one."
        raise InputError(msg)
    values = tuple(_value(name, value) for value in given)
    if design != LIST and len(set(values)) < len(values):
        twice = next(value for value in values if values.count(value) > 1)
        msg = f"{name} has {number(twice)} twice. Leave one."
        raise InputError(msg)
    return Levels(name, values)


def _check_known(name: str, own: Mapping[str, Input]) -> None:
    """Raise InputError for a factor that is not a condition either, with the nearest there is."""
    near = nearest_names(name[:80], list(own))
    if near and name not in {c.name for c in conditions()}:
        msg = f"{name[:80]!r} cannot be varied.{near} `conducive conditions` and docs/programme.md list what can."
        raise InputError(msg)
    if name in programme_inputs():
        msg = f'{name} is a number of a programme, and this is a sweep of a scenario. Give programme = "..." instead.'
        raise InputError(msg)
    factor(name)


def _value(name: str, value: object) -> float:
    """Return a value that was checked as the scenario or the programme does; any error names the factor."""
    given: Any = value.item() if isinstance(value, np.generic) else value
    if own := programme_inputs().get(name):
        if own.unit != SWITCH:
            return own.check(given)
        if given not in {True, False}:
            msg = f"{name} must be true or false. Got {glimpse(given)}."
            raise InputError(msg)
        return float(given)
    try:
        found = checked(changes([name], [given]))
    except InputError:
        if name not in CLUSTERS:
            raise
        msg = (
            f"{name} must be a position from 0 (barrier) to 1 (facilitator). Got {glimpse(given)}.{meant_number(given)}"
        )
        raise InputError(msg) from None
    return found[name] if name in declared() else float(given)


def _range(name: str, given: Mapping[str, Any], design: str) -> Levels:
    for key in given:
        if key not in RANGE:
            msg = f"the range of {name} takes low, high and steps. Got {str(key)[:80]!r}."
            raise InputError(msg)
    if design == LIST:
        msg = f"in a list design {name} must be a list of values, one for each point. Got a range."
        raise InputError(msg)
    if factor_words(name)[1] == SWITCH:
        msg = f"{name} is on or off: give [true, false]. Got a range."
        raise InputError(msg)
    over = _over(name, given)
    if design in DRAWN:
        if "steps" in given:
            msg = f"steps is for a grid; {design} fills the range of {name} by itself. Leave steps out."
            raise InputError(msg)
        return Levels(name, over=over)
    if "steps" not in given:
        msg = f"in a grid the range of {name} needs steps: {{ low, high, steps }}, or a list of values."
        raise InputError(msg)
    most = int(over.width) + 1 if over.whole else MOST_POINTS
    check_whole(f"steps of {name}", given["steps"], 2, most)
    return Levels(name, _stepped(over, given["steps"]), stepped=True)


def _stepped(over: Factor, steps: int) -> tuple[float, ...]:
    """Return values from low to high in equal steps: as decimals have them, so that a third of 0.9 is 0.3."""
    low, high = (Fraction(repr(end)) for end in (over.low, over.high))
    values = [float(low + (high - low) * k / (steps - 1)) for k in range(steps)]
    return tuple(float(round(value)) for value in values) if over.whole else tuple(values)


def _over(name: str, given: Mapping[str, Any]) -> Factor:
    """Return a factor over the range that is given; what is left out is its plausible range, or 0 to 1."""
    low, high = given.get("low"), given.get("high")
    for end in (low, high):
        if end is not None and (isinstance(end, bool) or not isinstance(end, int | float) or not math.isfinite(end)):
            msg = f"low and high of {name} must be numbers. Got {glimpse(end)}.{meant_number(end)}"
            raise InputError(msg)
    own = programme_inputs().get(name)
    known = declared().get(name) or own
    least, most = (known.low, known.high) if known else (0.0, 1.0)
    bounds = (least if low is None else low, most if high is None else high)
    if own:
        return factor_of(own, bounds)
    if name not in CLUSTERS:
        return factor(name, bounds, time=True)
    for end in bounds:
        _value(name, end)
    # A cluster has the range of each of its conditions.
    first = next(c for c in conditions() if c.cluster == name)
    found = factor(first.name, bounds)
    return Factor(name, name, found.unit, found.low, found.high)


def _check_apart(levels: Sequence[Levels], fixed: Mapping[str, object]) -> None:
    """Raise InputError where an input is moved by two factors, or is a factor and held as well."""
    moved: dict[str, str] = {}
    for each in levels:
        own = each.name in programme_inputs()
        for address in [each.name] if own else checked(changes([each.name], [each.low])):
            if address in moved:
                msg = f"{moved[address]} and {each.name} would both move {address}. Leave one of them."
                raise InputError(msg)
            moved[address] = each.name
    for name in fixed:
        if any(name == each.name for each in levels):
            msg = f"{name} is a factor and under [set] as well. Leave one."
            raise InputError(msg)


def _count(design: str, levels: Sequence[Levels], points: Any) -> int:
    """Return how many points a design has. Raises InputError where that cannot be."""
    if design in DRAWN:
        if not levels:
            msg = f"a {design} design needs [factors]."
            raise InputError(msg)
        if points is None:
            msg = f"a {design} design needs points = N."
            raise InputError(msg)
        check_whole("points", points, 1, MOST_POINTS)
        count = int(points)
        if design == SOBOL and count & (count - 1):
            near = 2 ** round(math.log2(count))
            msg = f"points must be a power of two for a Sobol design, which is balanced only then. Got {count}."
            raise InputError(f"{msg} Did you mean {near}?")
        return count
    if points is not None:
        msg = f"points is for {' and '.join(DRAWN)}; a {design} has as many as its values make. Leave points out."
        raise InputError(msg)
    lengths = [len(each.values) for each in levels]
    if design == LIST and levels:
        if len(set(lengths)) > 1:
            counts = ", ".join(f"{each.name} {len(each.values)}" for each in levels)
            msg = f"in a list design every factor has one value for each point. Got {counts}."
            raise InputError(msg)
        return lengths[0]
    return math.prod(lengths)
