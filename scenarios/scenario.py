"""A scenario: what is asked of the model. Pure, checked, frozen data that knows nobody."""

from __future__ import annotations

import copyreg
import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from conducive.scenarios.claims import Claim
from conducive.scenarios.coefficients import COEFFICIENTS, MECHANISMS
from conducive.scenarios.conditions import CONDITIONS, inputs
from conducive.scenarios.declaration import Condition, Input, nearest_names
from conducive.scenarios.errors import InputError, check_texts, glimpse
from conducive.scenarios.events import Event
from conducive.scenarios.kinds import KIND, of_kind
from conducive.scenarios.short import InShort

POSTS = "organisation.posts"
PER_POST = ("finance.grant", "innovation.start_up_cost", "innovation.running_cost")
"""Amounts of money that grow with the establishment in `at`, unless set: authorities get the same for each post."""


CASELOAD, USUAL_STRAIN = "workforce_capacity.caseload", "coefficients.usual_strain"


def _read_only(values: dict[str, float]) -> MappingProxyType[str, float]:
    return MappingProxyType(values)


# Scenarios travel to other processes, and Python does not pickle read-only mappings by itself.
copyreg.pickle(MappingProxyType, lambda view: (_read_only, (dict(view),)))


@cache
def declared() -> Mapping[str, Input]:
    """Every declared input by address: conditions, other inputs, coefficients, switches of mechanisms."""
    return MappingProxyType({i.address: i for i in (*inputs(), *COEFFICIENTS, *MECHANISMS)})


@cache
def _conditions() -> Mapping[str, Condition]:
    return MappingProxyType({c.name: c for c in CONDITIONS})


def checked(changes: Mapping[str, object]) -> dict[str, float]:
    """Return changes as values by address, with a kind and positions of whole conditions spread over their inputs.

    An exact input beats the position of its condition, and that the kind of innovation. Raises InputError for unknown
    names and kinds, wrong types and values out of range.
    """
    plain = {name: _plain_number(value) for name, value in named_values(changes).items()}
    values = of_kind(plain.pop(KIND)) if KIND in plain else {}
    for name, value in plain.items():
        if name in _conditions():
            values |= _conditions()[name].at_position(value)  # type: ignore[arg-type]
    for name, value in plain.items():
        if name in _conditions():
            continue
        if name not in declared():
            hint = nearest_names(str(name)[:80], [*declared(), *_conditions(), KIND])
            msg = f"{str(name)[:80]} is not an input of the model.{hint} `conducive conditions` lists them all."
            raise InputError(msg)
        values[name] = _switch(name, value) if name.startswith("mechanisms.") else declared()[name].check(value)
    return {name: value + 0.0 for name, value in values.items()}  # -0.0 becomes 0.0: a file has one zero


def named_values(changes: object) -> Mapping[str, object]:
    """Return what is to change, as a mapping of names and their values. Raises InputError for anything else."""
    if not isinstance(changes, Mapping):
        msg = f"what changes must be a dict, of names and their values. Got {glimpse(changes)}."
        raise InputError(msg)
    return changes


def _plain_number(value: object) -> object:
    """Return a number of any library as a float, infinite where it is too large for one; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return value
    try:
        return float(value)
    except OverflowError:
        return -math.inf if isinstance(value, int) and value < 0 else math.inf


def _switch(name: str, value: object) -> float:
    """Return 1.0 for true and 0.0 for false, or raise InputError."""
    if not isinstance(value, bool | float) or value not in {0, 1}:
        meant = {"on": " Did you mean true?", "off": " Did you mean false?"}.get(str(value).strip().casefold(), "")
        msg = f"{name} must be true or false. Got {glimpse(value)}.{meant}"
        raise InputError(msg)
    return float(value)


@dataclass(frozen=True, slots=True)
class Wave:
    """An innovation launched after `month` months (0: the first), and what differs from the scenario from then on."""

    month: int
    name: str = ""
    changes: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that its name can be shown."""
        check_texts(self)


@dataclass(frozen=True, repr=False, slots=True)
class Scenario(InShort):
    """What is asked: values on top of a place's own (`start`), other `coefficients` and the defaults; events; waves.

    Make one with `load_scenario`; derive others with `change`, `at`, `under`, `with_event` and `with_wave`, which check
    values.
    """

    name: str
    title: str = ""
    question: str = ""
    source: str = ""
    values: Mapping[str, float] = field(default_factory=dict)
    start: Mapping[str, float] = field(default_factory=dict)
    coefficients: Mapping[str, float] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    waves: tuple[Wave, ...] = (Wave(0),)
    place: str = ""
    compare_with: str = ""
    """The library scenario that this one is best compared with."""
    claims: tuple[Claim, ...] = field(default=(), compare=False)
    """What the scenario of a file must show, as the file says: a note, without which it is the same scenario."""

    def __post_init__(self) -> None:
        """Check that its texts can be shown, and what no single field can: months in the horizon, waves in order."""
        check_texts(self)
        for event in self.events:
            _check_month(event.month, f"the month of event {event.name or 'change'}", self._first(event), self.horizon)
        months = [w.month for w in self.waves]
        for month in months:
            _check_month(month, "the month of an innovation", 0, self.horizon - 1)
        if not months or months != sorted(set(months)):
            meant = sorted(set(months)) or [0]
            msg = f"innovations must be launched in order, one at a time. Got months {months}. Did you mean {meant}?"
            raise InputError(msg)

    def _first(self, event: Event) -> int:
        """Return the first month an event may have: an inspection may lie in the warm-up, its last month being 0."""
        return 1 - self.warm_up if event.name == "inspection" else 1

    def __getitem__(self, address: str) -> float:
        """Value of an input by address, from the start."""
        for layer in (self.values, self.start, self.coefficients):
            if address in layer:
                return layer[address]
        return declared()[address].default

    def __iter__(self) -> Any:
        """Refuse: Mesa's batch_run iterates over anything iterable, and a scenario is one thing."""
        msg = f"{type(self).__name__!r} object is not iterable"
        raise TypeError(msg)

    def __bool__(self) -> bool:
        """Return False: Mesa's SolaraViz takes a `model.scenario` that is true for one of its own. Test for None."""
        return False

    def in_short(self) -> dict[str, str]:
        """Return what it is called, where it is, and how much it sets."""
        return {
            "name": self.title or self.name,
            **({"place": self.place} if self.place else {}),
            "inputs set": f"{len(self.values)}",
            "events": f"{len(self.events)}",
            "months": f"{self.horizon}",
        }

    @property
    def horizon(self) -> int:
        """Months simulated after launch."""
        return int(self["horizon"])

    @property
    def warm_up(self) -> int:
        """Months before launch."""
        return int(self["warm_up"])

    @property
    def placed(self) -> tuple[str, int] | None:
        """Name and year of the published figures it starts from; None without any, or where its place is a note.

        A note that ends as such a place does ("Nowhere, 2021") reads alike: whoever looks its figures up finds none.
        """
        name, _, year = self.place.rpartition(", ")
        return (name, int(year)) if name and year.isdecimal() else None

    def complete(self) -> dict[str, float]:
        """Every input with its value."""
        return {address: self[address] for address in declared()}

    def change(self, changes: Mapping[str, object]) -> Scenario:
        """Return a scenario with other values: inputs in their unit, or whole conditions at a position from 0 to 1.

        At a place, money that is not set goes with the posts that are. Raises InputError for unknown names, wrong types
        and values out of range.
        """
        new = checked(changes)
        changed = replace(self, values=MappingProxyType({**self.values, **new}))
        return changed._with_money_for_its_posts() if POSTS in self.start and POSTS in new else changed

    def at(self, name: str, year: int | None = None) -> Scenario:
        """Start from an authority's, a region's or England's published workforce figures.

        What the scenario itself sets stays: `high-turnover` at Leeds has high turnover, and is Leeds in everything
        else; a grant of 1,000,000 is that amount, whatever the place. Money that is not set grows with the posts, its
        own or those that are set, so that each has as much as in the average authority. Without a year the figures are
        the newest that can be used. Raises InputError for unknown names, with the nearest ones, and where figures are
        missing, saying which.
        """
        from conducive.scenarios.workforce import find, starting_point

        found = find(name, year)
        theirs = starting_point(found.name, found.year)
        moved = replace(self, start=MappingProxyType(theirs), place=f"{found.name}, {found.year}")
        return moved._used_to_its_caseload()._with_money_for_its_posts()

    def under(self, coefficients: Mapping[str, object]) -> Scenario:
        """Return the scenario under other coefficients: what it sets itself, and its place, stay.

        Raises InputError for unknown names and values out of range.
        """
        return replace(self, coefficients=MappingProxyType(checked(coefficients)))._used_to_its_caseload()

    def _with_money_for_its_posts(self) -> Scenario:
        """Return the scenario with as much money for each post as in the average authority, where that is not set."""
        size = self[POSTS] / declared()[POSTS].default
        money = {address: declared()[address].default * size for address in PER_POST if address not in self.values}
        return replace(self, start=MappingProxyType({**self.start, **money}))

    def _used_to_its_caseload(self) -> Scenario:
        """Return the scenario with the strain at which staff used to the place's caseload leave at its published rate.

        Across authorities turnover and caseload are unrelated (r = .02, DfE panel).
        """
        if CASELOAD not in self.start:
            return self

        def value(address: str) -> float:
            return self.coefficients.get(address, declared()[address].default)

        hours = value("coefficients.hours_per_case") / value("coefficients.contract_hours")
        more_load = hours / (1 - value("regulatory_conditions.bureaucracy")) * (self.start[CASELOAD] - value(CASELOAD))
        odds_of_calm = (1 / value(USUAL_STRAIN) - 1) * math.exp(-value("coefficients.strain_load") * more_load)
        return replace(self, start=MappingProxyType({**self.start, USUAL_STRAIN: 1 / (1 + odds_of_calm)}))

    def with_event(self, month: int, what: str | Mapping[str, object], **details: object) -> Scenario:
        """Return a scenario with one more dated event: a named one, or values that change from that month on.

        An inspection may lie in the warm-up, whose last month is 0. Raises InputError for unknown events, details or
        inputs, and for a month outside 1 to the horizon.
        """
        if not (isinstance(what, str) and what == "inspection"):
            _check_month(month, "the month of an event", 1, self.horizon)
        if isinstance(what, str):
            event = Event.named(month, what, details)
        elif isinstance(what, Mapping) and what and not details:
            event = Event(month, changes=dated_changes(what))
        else:
            got = f"{glimpse(what)} with {glimpse(details)}" if details else glimpse(what)
            msg = f"an event must be a name and its detail, or values that change. Got {got}."
            raise InputError(msg)
        return replace(self, events=(*self.events, event))

    def with_wave(self, month: int, name: str = "", changes: Mapping[str, object] | None = None) -> Scenario:
        """Return a scenario with one more innovation, launched after `month` months, and what differs from then on."""
        return replace(self, waves=(*self.waves, Wave(month, name, dated_changes({} if changes is None else changes))))


def dated_changes(changes: Mapping[str, object]) -> Mapping[str, float]:
    """Return the changes of an event or a wave as values by address.

    Raises InputError as `checked` does, and for what only makes sense from the start and cannot change later.
    """
    values = checked(changes)
    for address in values:
        if address in FIXED:
            msg = f"{address} holds for the whole run and cannot change at a later month."
            raise InputError(msg)
    return MappingProxyType(values)


FIXED = frozenset(
    {
        "horizon",
        "warm_up",
        "organisation.posts",
        "organisation.families",
        "organisation.inspection_grade",
        "coefficients.cross_team_ties",
    }
)
"""Inputs that hold for the whole run."""


def _check_month(month: object, what: str, first: int, last: int) -> None:
    if isinstance(month, bool) or not isinstance(month, int) or not first <= month <= last:
        nearest = f" Did you mean {math.floor(min(max(first, month), last))}?" if isinstance(month, int | float) else ""
        msg = f"{what} must be a whole number, {first} to {last} (the horizon). Got {glimpse(month)}.{nearest}"
        raise InputError(msg)
