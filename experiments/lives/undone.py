"""Changes that an event or a later launch undoes: found by comparing what two scenarios hold in each month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from conducive.experiments.words import happening, launch, listed
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import Scenario, checked
from conducive.scenarios.timeline import timeline

PUSH = "leadership.push"


@dataclass(frozen=True, slots=True)
class Undone:
    """A change that makes no difference, or none from some month on.

    Attributes:
        name: what was changed.
        until: last month in which the two scenarios differ; None where they never do.
        by: what sets it to a value of its own, in words.

    """

    name: str
    until: int | None
    by: tuple[str, ...]

    def text(self) -> str:
        """Say it in a sentence."""
        by = f": {listed(self.by)}" if self.by else ""
        if self.until is None:
            return f"{self.name} makes no difference{by}."
        when = f"up to month {self.until}" if self.until > 0 else "before launch"
        return f"{self.name} makes a difference {when} only{by}."


def undone(name: str, scenario: Scenario, low: Mapping[str, object], high: Mapping[str, object]) -> Undone | None:
    """Return what undoes a change from one value of something to another; None where it lasts, or is no change."""
    moved = [a for a, value in checked(high).items() if value != checked(low).get(a)]
    try:
        one, other = (scenario.change(changes) for changes in (low, high))
    except InputError:  # a point that cannot be run is recorded as one
        return None
    if not moved or (one.warm_up, one.horizon) != (other.warm_up, other.horizon):
        return None
    rows = [timeline(each) for each in (one, other)]
    months = np.asarray(rows[0]["month"], np.int64)[rows[0] != rows[1]]
    until = int(months.max()) if len(months) else None
    return None if until == scenario.horizon else Undone(name, until, _setting(scenario, moved))


def _setting(scenario: Scenario, moved: list[str]) -> tuple[str, ...]:
    """Return events and later launches that set inputs which are moved, in words."""
    waves = [(w.month, launch(n, w)) for n, w in enumerate(scenario.waves, 1) if w.changes.keys() & set(moved)]
    events = [
        (e.month, happening(e))
        for e in scenario.events
        if e.changes.keys() & set(moved) or (e.name == "push_withdrawn" and PUSH in moved)
    ]
    return tuple(words for _, words in sorted([*waves, *events]))


def notes_on(
    scenario: Scenario, ends: Mapping[str, tuple[Mapping[str, object], Mapping[str, object]]]
) -> tuple[str, ...]:
    """Return what is to be said of things that are varied between two ends, before anything is run.

    Raises InputError where one of them makes no difference at all.
    """
    found = [undone(name, scenario, low, high) for name, (low, high) in ends.items()]
    for each in found:
        if each and each.until is None:
            msg = f"{each.text()} There is nothing to compare. Take out the event, or vary something else."
            raise InputError(msg)
    return tuple(each.text() for each in found if each)
