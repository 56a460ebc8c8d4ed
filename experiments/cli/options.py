"""What commands take: their options, each declared once, and the scenario that is asked for by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from conducive.experiments.cli.holding import say
from conducive.scenarios.errors import InputError

if TYPE_CHECKING:
    from conducive.scenarios.scenario import Scenario


def named(metavar: str, says: str) -> Any:
    """Declare an argument."""
    return typer.Argument(metavar=metavar, help=says)


def given(metavar: str, says: str, *names: str) -> Any:
    """Declare an option that takes a value."""
    return typer.Option(*names, metavar=metavar, help=says)


def given_number(metavar: str, says: str) -> Any:
    """Declare an option that takes a number."""
    return typer.Option(metavar=metavar, help=says, parser=_number)


def given_whole(metavar: str, says: str, *names: str) -> Any:
    """Declare an option that takes a whole number."""
    return typer.Option(*names, metavar=metavar, help=says, parser=_whole)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _not(text, "a number") from None


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        between = re.fullmatch(r"(\d{1,9})\.\d*[1-9]\d*", text)
        nearest = f" Did you mean {between[1]} or {int(between[1]) + 1}?" if between else ""
        raise _not(text, "a whole number", nearest) from None


def _not(text: str, kind: str, nearest: str = "") -> typer.BadParameter:
    """Return what is said of a text that is not of a kind of number, with the `nearest` or what was probably meant."""
    from conducive.scenarios.declaration import meant_number

    meant = nearest or meant_number(text[:80])
    return typer.BadParameter(f"it must be {kind}. Got {text[:80]!r}.{meant}")


def flag(name: str, says: str) -> Any:
    """Declare an option that is there or not."""
    return typer.Option(name, help=says)


ScenarioName = Annotated[str, named("SCENARIO", "A name that `conducive scenarios` lists, or a path to a TOML file.")]
Authority = Annotated[str | None, given("NAME", "Start from an authority's published workforce figures.")]
Year = Annotated[int | None, given_whole("YYYY", "Census year of these figures (the latest by default).")]
Settings = Annotated[
    list[str] | None,
    given("NAME=VALUE", "Change an input in its unit, or a whole condition (0 to 1). Repeat for more.", "--set"),
]
Replicates = Annotated[int, given_whole("N", "How many times to run it.")]
Seed = Annotated[int, given_whole("N", "Seed of the luck: the same seed gives the same result.")]
Plausible = Annotated[
    bool,
    flag(
        "--plausible/--default-set",
        "Spread the runs over plausible sets of coefficients (4 or more with each), or use the default set alone.",
    ),
]
Precision = Annotated[
    float | None,
    given_number(
        "SHARE", "Go on with more pairs until the difference is known to within this (0.02: two percentage points)."
    ),
]
Out = Annotated[Path | None, given("DIR", "Folder for the results (by default one under results/).")]
OneScenario = Annotated[str, named("[SCENARIO]", "A name that `conducive scenarios` lists, or a path to a TOML file.")]
Several = Annotated[list[str], named("OPTION...", "Scenarios: names or TOML files, up to five of them.")]
Indicator = Annotated[str, given("NAME", "The outcome, read in the last month.")]
Month = Annotated[int | None, given_whole("N", "Another month to read it in.")]
InProcesses = Annotated[bool, flag("--processes", "Run in a process for each core instead of threads.")]
Cluster = Annotated[str | None, given("ADDRESS", "Run on a Dask cluster, for instance tcp://host:8786.")]
ClusterTimeout = Annotated[
    float, typer.Option(metavar="SECONDS", help="How long its scheduler has to answer.", min=0.1)
]


def asked_for(name: str | Scenario, authority: str | None, year: int | None, settings: list[str] | None) -> Scenario:
    """Return the scenario that was asked for: loaded, moved to an authority, then changed."""
    from conducive.experiments.lives.undone import undone
    from conducive.scenarios.files import load_scenario

    if year is not None and authority is None:
        msg = f"--year selects figures of an authority. Got --year {year} without --authority."
        raise InputError(msg)
    changes = changes_from(settings or [])
    scenario = load_scenario(name)
    there = scenario if authority is None else scenario.at(authority, year)
    for note in _notes_on_place(there, year):
        say(f"Note: {note}")
    asked = there.change(changes)
    for address, value in asked.values.items():
        if value != there[address] and (found := undone(address, there, {address: there[address]}, {address: value})):
            say(f"Note: {found.text()}")
    return asked


def _notes_on_place(there: Scenario, year: int | None) -> Iterator[str]:
    """Yield what is to be said of a scenario at a place: older figures that this command did not ask for; money set.

    A scenario's own file may itself name the year; that is said too. Its place may be any note.
    """
    from conducive.scenarios.scenario import PER_POST, declared
    from conducive.scenarios.workforce import find, latest, older_figures

    if not there.place:
        return
    name, of = there.placed or (there.place, 0)
    row = None
    with suppress(InputError):
        row = find(name)
    if row and year is None and of == row.year < latest():
        yield older_figures(row)
    own = [f"{a} {there[a]:,.0f}" for a in PER_POST if a in there.values]
    if own and declared()["organisation.posts"].default != there["organisation.posts"]:
        where = f"for the {there['organisation.posts']:,.0f} posts of {name}"
        yield f"{' and '.join(own)} stay as they are set, {where}."


def changes_from(settings: list[str]) -> dict[str, object]:
    """Return changes from texts such as `finance.funding_term=60`, left as text where they are no numbers."""
    changes: dict[str, object] = {}
    for text in settings:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            msg = f"--set takes NAME=VALUE, for instance --set finance.funding_term=60. Got {text[:80]!r}."
            raise InputError(msg)
        if name in changes:
            msg = f"--set gives {name} twice. Leave one."
            raise InputError(msg)
        changes[name] = _value(value)
    return changes


def _value(text: str) -> object:
    if text.casefold() in {"true", "false"}:
        return text.casefold() == "true"
    try:
        return float(text)
    except ValueError:
        return text
