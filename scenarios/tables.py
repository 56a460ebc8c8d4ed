"""What the tables of a scenario file say: a scenario from its document, and back. `schema` checks shape and types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conducive.scenarios.claims import claim_from
from conducive.scenarios.declaration import Input
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.events import EVENTS, Event
from conducive.scenarios.scenario import Scenario, Wave, dated_changes, declared

TEXTS: Mapping[str, str] = {
    "name": "Name of the scenario.",
    "title": "What to call it on a page.",
    "question": "What it asks, in two sentences.",
    "source": "Where it comes from.",
    "compare_with": "The library scenario that it is best compared with.",
    "place": "Where its figures came from: a note, which changes nothing.",
}
"""Top-level keys that are kept as text, with their meaning."""


def groups() -> dict[str, list[Input]]:
    """Every declared input by the table of a scenario file that it stands in; `` for the top level."""
    tables: dict[str, list[Input]] = {}
    for declaration in declared().values():
        tables.setdefault(declaration.group, []).append(declaration)
    return tables


def flat_names(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by dotted name, whether their names stood in quotes or, without, made a table of tables."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        nested = isinstance(value, dict) and name in groups()
        flat |= {f"{name}.{inner}": each for inner, each in value.items()} if nested else {name: value}
    return flat


def scenario_from(document: Mapping[str, Any], name: str) -> Scenario:
    """Make the scenario of a document whose shape has been checked; `name` is for one that does not give its own.

    Published figures of `authority` come first, then positions of whole conditions, then exact inputs. Raises
    InputError for what is given twice, and for months outside the horizon.
    """
    if "authority" in document and "place" in document:
        msg = f"place is a note that authority writes anew. Got place = {document['place']!r} as well. Leave it out."
        raise InputError(msg)
    if "year" in document and "authority" not in document:
        msg = f"year selects figures of an authority. Got year = {document['year']} without one."
        raise InputError(msg)
    scenario = Scenario(**{"name": name, **{key: document[key] for key in TEXTS if key in document}})
    if "authority" in document:
        scenario = scenario.at(document["authority"], document.get("year"))
    tables = [
        {f"{group}.{key}": value for key, value in document[group].items()}
        for group in groups()
        if isinstance(document.get(group), Mapping)
    ]
    top = {i.name: document[i.name] for i in groups()[""] if i.name in document}
    scenario = scenario.change(together(top, *tables, document.get("conditions", {}), document.get("set", {})))
    waves = document.get("innovation")
    return replace(
        scenario,
        waves=_each("innovation", wave_from, waves) if isinstance(waves, Sequence) else scenario.waves,
        events=_each("event", event_from, document.get("event", ())),
        claims=_each("claim", claim_from, document.get("claim", ())),
    )


def document_from(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as the document of a file: every input, its events and innovations.

    Claims stay behind: they are those of the file that makes them, and a scenario that is changed need not show them.
    """
    document: dict[str, Any] = {key: getattr(scenario, key) for key in TEXTS if getattr(scenario, key)}
    tables = {
        group: {i.name: _plain(i.address, scenario[i.address]) for i in found} for group, found in groups().items()
    }
    document |= tables.pop("")
    if scenario.waves != (Wave(0),):  # [innovation] and [[innovation]] cannot stand in one file
        document["set"] = {f"innovation.{name}": value for name, value in tables.pop("innovation").items()}
        document["innovation"] = [_wave_table(wave) for wave in scenario.waves]
    if scenario.events:
        document["event"] = [_event_table(event) for event in scenario.events]
    return document | tables


def event_from(table: Mapping[str, Any]) -> Event:
    """Make the event of one `[[event]]` table. Raises InputError as `Scenario.with_event` does."""
    details = {key: value for key, value in table.items() if key not in {"month", "name", "set"}}
    if ("name" in table) == ("set" in table):
        got = "both" if "set" in table else "neither"
        msg = f"an event takes either a name, or set with values that change from then on. Got {got}."
        raise InputError(msg)
    if "name" in table:
        return Event.named(table["month"], table["name"], details)
    if details or not table["set"]:
        msg = f"an event with set takes a month and values that change from then on. Got {glimpse(dict(table))}."
        raise InputError(msg)
    return Event(table["month"], changes=dated_changes(table["set"]))


def wave_from(table: Mapping[str, Any]) -> Wave:
    """Make the innovation of one `[[innovation]]` table. Raises InputError as `Scenario.with_wave` does."""
    own = {f"innovation.{key}": value for key, value in table.items() if key not in {"month", "name", "set"}}
    return Wave(table["month"], table.get("name", ""), dated_changes(together(own, table.get("set", {}))))


def together(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes from several tables as one. Raises InputError for a name given twice."""
    found: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            if name in found:
                msg = f"{name} is given twice, as {glimpse(found[name])} and {glimpse(value)}. Leave one."
                raise InputError(msg)
            found[name] = value
    return found


def _each[T](key: str, make: Callable[[Mapping[str, Any]], T], tables: Sequence[Mapping[str, Any]]) -> tuple[T, ...]:
    """Make something of each table, and say in an error which one was wrong."""
    made = []
    for number, table in enumerate(tables, 1):
        try:
            made.append(make(table))
        except InputError as error:
            msg = f"{key} {number}: {error}"
            raise InputError(msg) from None
    return tuple(made)


def _plain(address: str, value: float) -> float | bool:
    """Return a value as people write it: a whole number, true or false, or a number."""
    if address.startswith("mechanisms."):
        return bool(value)
    return int(value) if declared()[address].whole else value


def _plain_values(changes: Mapping[str, float]) -> dict[str, float | bool]:
    return {address: _plain(address, value) for address, value in changes.items()}


def _wave_table(wave: Wave) -> dict[str, Any]:
    """Return the `[[innovation]]` table of a wave: its own inputs by short name, others under `set`."""
    table: dict[str, Any] = {"month": wave.month, **({"name": wave.name} if wave.name else {})}
    others: dict[str, float | bool] = {}
    for address, value in _plain_values(wave.changes).items():
        group, _, name = address.partition(".")
        (table if group == "innovation" else others)[name if group == "innovation" else address] = value
    return table | ({"set": others} if others else {})


def _event_table(event: Event) -> dict[str, Any]:
    """Return the `[[event]]` table of an event."""
    if not event.name:
        return {"month": event.month, "set": _plain_values(event.changes)}
    detail = EVENTS[event.name].detail
    return {"month": event.month, "name": event.name, **({detail: event.detail} if detail else {})}
