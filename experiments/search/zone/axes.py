"""What lies along and up a map: conditions, clusters and inputs, with lines across their ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from conducive.experiments.search.factors import TIME_FIXED, Factor, parsed
from conducive.experiments.words import in_unit, listed
from conducive.scenarios.conditions import CLUSTERS, conditions, inputs, positions
from conducive.scenarios.declaration import Input, nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import Scenario

STEPS, FEWEST_STEPS, MOST_STEPS = 9, 2, 41


@dataclass(frozen=True, slots=True)
class Axis(Factor):
    """A condition, a cluster or an input on an axis: a factor with lines across its range.

    Attributes:
        values: where the map has lines, rising.
        own: where the scenario itself stands; None where that lies off the map.
        spread: least and largest position of the inputs of the scenario itself, for conditions and clusters.

    """

    values: tuple[float, ...] = ()
    own: float | None = None
    spread: tuple[float, float] | None = None

    def change(self, value: float) -> dict[str, object]:
        """Return what sets a scenario to a value of the axis."""
        return positions(self.name, value) if self.name in CLUSTERS else {self.name: value}

    def say(self, value: float) -> str:
        """Return a value with its unit."""
        return in_unit(value, self.unit)


def axis(asked: str, scenario: Scenario, steps: int = STEPS) -> Axis:
    """Return a cluster, a condition or an input as an axis, with a line where the scenario itself stands.

    `asked` is `NAME` or `NAME=LOW:HIGH`. Raises InputError for an unknown name, with the nearest ones, and for ends
    that cannot be used.
    """
    name, _, span = (part.strip() for part in asked.partition("="))
    moved = inputs_of(name)
    found = _factor(name, span)
    own, spread = standing(name, moved, scenario), None
    if name not in moved:
        stand = [_position(i, scenario[address]) for address, i in moved.items()]
        spread = (min(stand), max(stand))
    elif not span:
        found = replace(found, low=min(found.low, own), high=max(found.high, own))
    values = np.linspace(found.low, found.high, steps)
    lines = sorted({float(v) for v in (np.round(values) if found.whole else np.round(values, 10))})
    if not found.low <= own <= found.high:
        return Axis(**asdict(found), values=tuple(lines), spread=spread)
    return Axis(**asdict(found), values=_with_line_at(lines, own), own=own, spread=spread)


def standing(name: str, moved: Mapping[str, Input], scenario: Scenario) -> float:
    """Return where a scenario stands on an axis: the value of an input, or the mean position of those it moves."""
    if name in moved:
        return scenario[name]
    return round(float(np.mean([_position(i, scenario[address]) for address, i in moved.items()])), 4)


def axis_names() -> list[str]:
    """Everything that can be an axis: clusters, conditions, inputs."""
    return [*CLUSTERS, *(c.name for c in conditions()), *(i.address for i in inputs() if i.address not in TIME_FIXED)]


def inputs_of(name: str) -> dict[str, Input]:
    """Return the inputs that an axis moves, by address. Raises InputError for what cannot be an axis."""
    names = axis_names()
    if name not in names:
        near = nearest_names(name[:80], names) or " `conducive conditions` lists conditions and inputs."
        msg = f"{name[:80]!r} cannot be an axis: that is a cluster ({listed(CLUSTERS)}), a condition or an input.{near}"
        raise InputError(msg)
    chosen = [c for c in conditions() if name in {c.cluster, c.name}]
    if chosen:
        return {i.address: i for c in chosen for i in c.inputs}
    return {i.address: i for i in inputs() if i.address == name}


def _factor(name: str, span: str) -> Factor:
    """Return an axis and its range as a factor; a cluster as any of its conditions would be."""
    one = next((c.name for c in conditions() if c.cluster == name), name)
    try:
        found = parsed(f"{one}={span}" if span else one)
    except InputError as error:
        raise InputError(str(error).replace(one, name)) from None
    return replace(found, name=name, title=name.replace("_", " ").capitalize()) if name in CLUSTERS else found


def _position(declaration: Input, value: float) -> float:
    """Return where a value stands between barrier (0) and facilitator (1), within these ends."""
    barrier, facilitator = declaration.barrier, declaration.facilitator
    assert barrier is not None
    assert facilitator is not None
    return min(max((value - barrier) / (facilitator - barrier), 0.0), 1.0)


def _with_line_at(values: list[float], own: float) -> tuple[float, ...]:
    """Return lines of which one is where the scenario itself stands: the nearest but the ends is moved there."""
    if own in values:
        return tuple(values)
    inner = values[1:-1]
    nearest = min(inner, key=lambda value: abs(value - own), default=None)
    return tuple(sorted({*values, own} - ({nearest} if nearest is not None else set())))
