"""What to call the two sides of a comparison: by their titles, or where these are the same by what was changed."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING

from conducive.experiments.lives.text import name_of
from conducive.experiments.words import happening, in_unit, listed, several
from conducive.scenarios.conditions import conditions
from conducive.scenarios.scenario import declared

if TYPE_CHECKING:
    from conducive.experiments.compare.comparison import Comparison
    from conducive.scenarios.declaration import Condition, Input
    from conducive.scenarios.scenario import Scenario

MOST = 3
"""Changes that a name tells; the rest are counted."""


def names(comparison: Comparison) -> tuple[str, str]:
    """Return what to call A and B: never the same, unless they are."""
    return names_of(comparison.base.scenario, comparison.alternative.scenario)


def names_of(base: Scenario, alternative: Scenario) -> tuple[str, str]:
    """Return what to call two scenarios that are compared."""
    a, b = name_of(base), name_of(alternative)
    if base.place != alternative.place:
        a, b = (f"{name} - {s.place or 'an average authority'}" for name, s in ((a, base), (b, alternative)))
    if a != b:
        return a, b
    said = _changes(base, alternative)
    told = [*said[:MOST], *([several(len(said) - MOST, "more change")] if len(said) > MOST else [])]
    name = listed(told)
    return a, f"{name[:1].upper()}{name[1:]}" if name else b


def _changes(base: Scenario, alternative: Scenario) -> list[str]:
    """Return what the alternative has otherwise, in words: inputs in their order, then what happens."""
    moved = [i for i in declared().values() if base[i.address] != alternative[i.address]]
    whole = {c.name: p for c in conditions() if (p := _position(c, moved, alternative)) is not None}
    inputs = [f"{name.replace('_', ' ')} at {100 * p:.0f}%" for name, p in whole.items()]
    inputs += [
        f"{i.name.replace('_', ' ')} {in_unit(alternative[i.address], i.unit)}" for i in moved if i.group not in whole
    ]
    events = [e for e in alternative.events if e not in base.events]
    gone = [e for e in base.events if e not in alternative.events]
    happens = [_dated(happening(event)) for event in events]
    return [*inputs, *happens, *(f"without {_dated(happening(event))}" for event in gone)]


def _position(condition: Condition, moved: list[Input], alternative: Scenario) -> float | None:
    """Return where a whole condition was moved to, from barrier (0) to facilitator (1); None where parts of it were."""
    first, *others = condition.inputs
    if not others or not any(i in moved for i in others) or first.barrier is None or first.facilitator is None:
        return None
    position = (alternative[first.address] - first.barrier) / (first.facilitator - first.barrier)
    if not 0.0 <= position <= 1.0:
        return None
    there = condition.at_position(round(position, 6))
    return position if all(isclose(alternative[a], v, rel_tol=1e-4, abs_tol=1e-6) for a, v in there.items()) else None


def _dated(words: str) -> str:
    """Return `month 20: incident` as `incident in month 20`."""
    month, _, what = words.partition(": ")
    return f"{what} in {month}"
