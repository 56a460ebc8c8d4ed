"""A scenario: what is asked of the model. Pure, checked, frozen data that knows nobody."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from conducive.scenarios.coefficients import COEFFICIENTS, MECHANISMS
from conducive.scenarios.conditions import CONDITIONS, inputs
from conducive.scenarios.declaration import Condition, Input, nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import Event

PER_POST = ("finance.grant", "innovation.start_up_cost", "innovation.running_cost")
"""Amounts of money that `at` scales with the establishment, so that authorities of all sizes get the same for each post."""


@cache
def declared() -> Mapping[str, Input]:
    """Every declared input by address: conditions, other inputs, coefficients, switches of mechanisms."""
    return MappingProxyType({i.address: i for i in (*inputs(), *COEFFICIENTS, *MECHANISMS)})


@cache
def _conditions() -> Mapping[str, Condition]:
    return MappingProxyType({c.name: c for c in CONDITIONS})


def checked(changes: Mapping[str, object]) -> dict[str, float]:
    """Return changes as values by address, with positions of whole conditions spread over their inputs.

    An exact input beats the position of its condition. Raises InputError for unknown names, wrong types, values out of range.
    """
    values: dict[str, float] = {}
    for name, value in changes.items():
        if name in _conditions():
            values |= _conditions()[name].at_position(value)  # type: ignore[arg-type]
    for name, value in changes.items():
        if name in _conditions():
            continue
        if name not in declared():
            hint = nearest_names(str(name), [*declared(), *_conditions()])
            msg = f"{name} is not an input of the model.{hint} `conducive conditions` lists them all."
            raise InputError(msg)
        is_switch = name.startswith("mechanisms.") and isinstance(value, bool)
        values[name] = float(value) if is_switch else declared()[name].check(value)  # type: ignore[arg-type]
    return values


@dataclass(frozen=True, slots=True)
class Wave:
    """An innovation launched at `month` (0 is the first launch), with what differs from the scenario's own values from then on."""

    month: int
    name: str = ""
    changes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is asked: values that differ from the defaults, dated events, waves of innovations, and where it starts.

    Make one with `load_scenario`; derive others with `change`, `at`, `with_event` and `with_wave`. Every value has been checked.
    """

    name: str
    title: str = ""
    question: str = ""
    source: str = ""
    values: Mapping[str, float] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    waves: tuple[Wave, ...] = (Wave(0),)
    place: str = ""

    def __post_init__(self) -> None:
        """Check what no single field can: months within the horizon, waves in order."""
        for event in self.events:
            _check_month(event.month, f"the month of event {event.name or 'change'}", 1, self.horizon)
        months = [w.month for w in self.waves]
        for month in months:
            _check_month(month, "the month of an innovation", 0, self.horizon - 1)
        if not months or months != sorted(set(months)):
            msg = f"innovations must be launched in order, one at a time. Got months {months}. Did you mean {sorted(set(months)) or [0]}?"
            raise InputError(msg)

    def __getitem__(self, address: str) -> float:
        """Value of an input by address, from the start."""
        return self.values[address] if address in self.values else declared()[address].default

    def __iter__(self) -> Any:
        """Refuse: Mesa's batch_run iterates over anything iterable, and a scenario is one thing."""
        msg = f"{type(self).__name__!r} object is not iterable"
        raise TypeError(msg)

    @property
    def horizon(self) -> int:
        """Months simulated after launch."""
        return int(self["horizon"])

    @property
    def warm_up(self) -> int:
        """Months before launch."""
        return int(self["warm_up"])

    def complete(self) -> dict[str, float]:
        """Every input with its value."""
        return {address: self[address] for address in declared()}

    def change(self, changes: Mapping[str, object]) -> Scenario:
        """Return a scenario with other values: inputs in their unit, or whole conditions at a position from 0 to 1.

        Raises InputError for unknown names, wrong types and values out of range.
        """
        return replace(self, values=MappingProxyType({**self.values, **checked(changes)}))

    def at(self, name: str, year: int | None = None) -> Scenario:
        """Start from an authority's, a region's or England's published workforce figures.

        Money grows with the establishment, so that each post has as much as in the scenario. Raises InputError for unknown names,
        with the nearest ones, and where figures are missing, saying which.
        """
        from conducive.scenarios.workforce import LATEST, starting_point

        year = LATEST if year is None else year
        start = starting_point(name, year)
        per_post = start["organisation.posts"] / self["organisation.posts"]
        money = {address: self[address] * per_post for address in PER_POST}
        waves = tuple(
            replace(w, changes={a: v * per_post if a in PER_POST else v for a, v in w.changes.items()}) for w in self.waves
        )
        return replace(self.change({**start, **money}), place=f"{name}, {year}", waves=waves)

    def with_event(self, month: int, what: str | Mapping[str, object], **details: object) -> Scenario:
        """Return a scenario with one more dated event: a named one, or values that change from that month on.

        Raises InputError for unknown events, details or inputs, and for a month outside 1 to the horizon.
        """
        _check_month(month, "the month of an event", 1, self.horizon)
        event = Event.named(month, what, details) if isinstance(what, str) else Event(month, changes=_event_changes(what))
        return replace(self, events=(*self.events, event))

    def with_wave(self, month: int, name: str = "", changes: Mapping[str, object] | None = None) -> Scenario:
        """Return a scenario with one more innovation, launched after `month` months, and what differs from then on."""
        return replace(self, waves=(*self.waves, Wave(month, name, _event_changes(changes or {}))))


def _event_changes(changes: Mapping[str, object]) -> Mapping[str, float]:
    """Check the changes of an event or a wave: what only makes sense from the start cannot change later."""
    values = checked(changes)
    for address in values:
        if address in FIXED:
            msg = f"{address} holds for the whole run and cannot change at a later month."
            raise InputError(msg)
    return MappingProxyType(values)


FIXED = frozenset({"horizon", "warm_up", "organisation.posts", "organisation.families", "organisation.inspection_grade"})
"""Inputs that hold for the whole run."""


def _check_month(month: object, what: str, first: int, last: int) -> None:
    if isinstance(month, bool) or not isinstance(month, int) or not first <= month <= last:
        nearest = f" Did you mean {min(max(math.floor(month), first), last)}?" if isinstance(month, int | float) else ""
        msg = f"{what} must be a whole number, {first} to {last} (the horizon). Got {month!r}.{nearest}"
        raise InputError(msg)
