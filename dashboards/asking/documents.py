"""Scenarios as short documents and files, and back: what a visitor brings is checked before it is run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

from conducive.dashboards.asking.asked import Asked
from conducive.experiments.lives.ensemble import check_counts
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_pair, load_scenario
from conducive.scenarios.scenario import Scenario, Wave
from conducive.scenarios.tables import TEXTS, document_from

LARGEST_FILE = 100_000
"""Characters of a scenario file that a visitor may bring."""
MOST_EVENTS = 100
MOST_POST_MONTHS = 600 * 450
"""Posts times months, warm-up included, of the largest scenario that the pages run: it bounds what a visitor asks."""


def document(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as the document of a file, with what differs from the defaults alone.

    `load_scenario` makes of it a scenario that runs exactly the same, plausible sets included.
    """
    whole = document_from(scenario)
    found: dict[str, Any] = {key: whole[key] for key in TEXTS if key in whole and key != "place"}
    if scenario.placed:
        found["authority"], found["year"] = scenario.placed
    elif scenario.place:
        found["place"] = scenario.place
    if scenario.values:
        found["set"] = {address: _plain(address, value) for address, value in sorted(scenario.values.items())}
    if scenario.waves != (Wave(0),):
        found["innovation"] = whole["innovation"]
    if scenario.events:
        found["event"] = whole["event"]
    return found


def _plain(address: str, value: float) -> float | bool:
    if address.startswith("mechanisms."):
        return bool(value)
    return int(value) if float(value).is_integer() else value


def scenario_file(scenario: Scenario) -> str:
    """Return a scenario as the text of a short TOML file that runs exactly the same."""
    import tomli_w

    return tomli_w.dumps(document(scenario))


def pair_file(asked: Asked) -> str:
    """Return both scenarios and the seed as the text of one TOML file, which a page takes back as they are."""
    import tomli_w

    return tomli_w.dumps({"seed": asked.seed, "a": document(asked.base), "b": document(asked.alternative)})


def from_files(files: Sequence[tuple[str, str]]) -> Asked:
    """Return what files ask, each a name and a text: a pair, a scenario for both sides, or two in the order of names.

    Raises InputError for what cannot be used.
    """
    if len(files) == 1:
        found = _parsed(files[0][1])
        if "a" in found or "b" in found:
            base, alternative, seed = load_pair(found)
            check_counts(1, seed)
            return Asked(bounded(base), bounded(alternative), seed=seed)
    if not 1 <= len(files) <= 2:  # noqa: PLR2004 A and B
        msg = f"please bring one file or two, one for A and one for B. Got {len(files)}."
        raise InputError(msg)
    scenarios = [from_file(text, name) for name, text in sorted(files)]
    return Asked(scenarios[0], scenarios[-1])


def from_file(text: str, name: str = "scenario") -> Scenario:
    """Return the scenario of the text of a TOML file. Raises InputError for one that cannot be used."""
    plain = re.sub(r"[^\w -]", "", name.removesuffix(".toml"))[:60] or "scenario"
    return bounded(load_scenario({"name": plain, **_parsed(text)}))


def _parsed(text: str) -> dict[str, Any]:
    """Return what the text of a TOML file holds. Raises InputError for one that is none."""
    if len(text) > LARGEST_FILE:
        msg = f"this file is larger than {LARGEST_FILE:,} characters, so it is no scenario file."
        raise InputError(msg)
    if "\0" in text:
        msg = "this is not a text file."
        raise InputError(msg)
    try:
        return tomllib.loads(text.replace("\r\n", "\n").removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        msg = f"this file is not valid TOML: {error}."
        raise InputError(msg) from None
    except (ValueError, RecursionError):
        msg = "this file is not valid TOML: a number or a nested list in it is too long."
        raise InputError(msg) from None


def bounded(scenario: Scenario) -> Scenario:
    """Return a scenario that the pages can run. Raises InputError for one that would take too much of the machine."""
    size = scenario["organisation.posts"] * (scenario.horizon + scenario.warm_up)
    if size > MOST_POST_MONTHS:
        msg = (
            f"{scenario['organisation.posts']:,.0f} posts over {scenario.horizon + scenario.warm_up:,} months are more "
            f"than these pages run: posts times months may be {MOST_POST_MONTHS:,} at most. Got {size:,.0f}. "
            "On the command line there is no such limit."
        )
        raise InputError(msg)
    dated = len(scenario.events) + len(scenario.waves)
    if dated > MOST_EVENTS:
        msg = f"a scenario may have {MOST_EVENTS} events and innovations on these pages. Got {dated}."
        raise InputError(msg)
    return scenario


def in_library(scenario: Scenario) -> Scenario | None:
    """Return the library scenario, at the same place, from which changes and events lead to a scenario; else None.

    What it is called does not count.
    """
    try:
        found = load_scenario(scenario.name)
    except InputError:
        return None
    held = document(scenario)
    if "authority" in held:
        found = found.at(held["authority"], held["year"])
    return found if leads_to(found, scenario) and "place" not in held else None


def leads_to(origin: Scenario, scenario: Scenario) -> bool:
    """Whether changes, events and another title, and nothing else, lead from one scenario to another."""
    texts = [key for key in TEXTS if key != "title"]
    same = all(getattr(origin, key) == getattr(scenario, key) for key in (*texts, "waves"))
    more = origin.values.keys() <= scenario.values.keys() and origin.events == scenario.events[: len(origin.events)]
    return same and more
