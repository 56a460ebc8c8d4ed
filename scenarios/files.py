"""Scenarios from the library, from files and from dicts; and back to a file that runs again."""

from __future__ import annotations

import difflib
import numbers
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conducive.scenarios.claims import Claim
from conducive.scenarios.conditions import conditions
from conducive.scenarios.declaration import nearest_names, number
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.official_csv import decoded
from conducive.scenarios.scenario import Scenario, declared
from conducive.scenarios.short import Several
from conducive.scenarios.tables import document_from, flat_names, scenario_from

LIBRARY = Path(__file__).with_name("library")
LARGEST_FILE = 1024 * 1024  # bytes
READING_ORDER = (
    "baseline",
    "optional-technique",
    "two-year-funding",
    "six-year-funding",
    "three-short-waves",
    "two-year-then-mainstreamed",
    "high-turnover",
    "stable-workforce",
    "leadership-churn",
    "training-only",
    "coached-training",
    "tokenistic-coproduction",
    "resourced-coproduction",
    "blame-culture",
    "critical-incident",
    "learning-culture",
    "good-culture-hard-times",
    "poor-culture-good-times",
    "classroom",
)
"""Library scenarios as a newcomer should meet them; others follow by name."""


def load_scenario(source: str | Path | Mapping[str, object] | Scenario) -> Scenario:
    """Return the scenario of a library name, a path to a TOML file, a dict, or a scenario itself.

    A dict is shaped like a file; dotted names and positions of whole conditions may also stand at its top level, as
    `Scenario.change` takes them. Text that ends in `.toml` or holds a path separator is a path.

    Raises InputError for unknown names, for files that cannot be read, and for the first thing in one that is wrong.
    """
    if isinstance(source, Scenario):
        return source
    if isinstance(source, Mapping):
        return _checked(_nested(source), "scenario")
    if isinstance(source, str) and not re.search(r"[/\\]|\.toml$", source, re.IGNORECASE):
        return _from_file(LIBRARY / f"{_library_name(source)}.toml")
    if isinstance(source, str | os.PathLike):
        return _from_file(Path(source))
    msg = f"a scenario must be a library name, a path to a TOML file, a dict or a Scenario. Got {glimpse(source)}."
    raise InputError(msg)


def load_pair(source: str | Path | Mapping[str, object]) -> tuple[Scenario, Scenario, int]:
    """Return the two scenarios and the seed of a pair: of a TOML file with [a], [b] and a seed, or of what it holds.

    Raises InputError for a file that is none, and as `load_scenario` for the scenarios in it.
    """
    if not isinstance(source, Mapping):
        try:
            return load_pair(read_toml(Path(source)))
        except InputError as error:
            msg = f"{source}: {error}"
            raise InputError(msg) from None
    if source.keys() - {"seed"} != {"a", "b"} or not all(isinstance(source[key], dict) for key in "ab"):
        got = ", ".join(sorted(source)) or "nothing"
        msg = f"a file of a pair holds [a], [b] and seed, and nothing else. Got {got}."
        raise InputError(msg)
    seed = source.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        msg = f"the seed of a pair must be a whole number from 0. Got {glimpse(seed)}."
        raise InputError(msg)
    base, alternative = (load_scenario({"name": "scenario", **source[key]}) for key in "ab")  # type: ignore[dict-item]
    return base, alternative, seed


def to_toml(scenario: Scenario) -> str:
    """Return a scenario in full as the text of a file: every input by table, events, innovations and notes.

    `load_scenario` makes of it a scenario that runs exactly the same.
    """
    import tomli_w

    return tomli_w.dumps(document_from(scenario))


def library_names() -> list[str]:
    """Names of the scenarios that come with the package, in reading order."""
    order = {name: n for n, name in enumerate(READING_ORDER)}
    return sorted((path.stem for path in LIBRARY.glob("*.toml")), key=lambda name: (order.get(name, len(order)), name))


def library() -> Several[Scenario]:
    """Return the scenarios that come with the package, in reading order."""
    return Several(load_scenario(name) for name in library_names())


def _library_name(given: str) -> str:
    plain, names = re.sub(r"[\s_]+", "-", given.strip().casefold()[:80]), library_names()
    if plain in names:
        return plain
    near = difflib.get_close_matches(plain, names, 3, 0.5) or [name for name in names if plain and plain in name][:3]
    listed = "`conducive scenarios` lists them; a path to a file ends in .toml."
    hint = f"Did you mean {' or '.join(near)}?" if near else listed
    msg = f"{given[:80]!r} is not a scenario of the library. {hint}"
    raise InputError(msg)


def _from_file(path: Path) -> Scenario:
    try:
        return _checked(read_toml(path), path.stem)
    except InputError as error:
        msg = f"{path}: {error}"
        raise InputError(msg) from None


def _checked(document: dict[str, Any], name: str) -> Scenario:
    from conducive.scenarios.schema import check_shape

    for table in (document, *_tables(document, "event"), *_tables(document, "innovation")):
        if isinstance(table.get("set"), dict):
            table["set"] = flat_names(table["set"])
    check_shape(document)
    scenario = scenario_from(document, name)
    for row, claim in enumerate(scenario.claims, 1):
        _check_claim(f"claim {row}: ", claim, scenario)
    return scenario


def _tables(document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = document.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _check_claim(which: str, claim: Claim, scenario: Scenario) -> None:
    """Raise InputError where there is no such scenario to hold a claim against, or months lie beyond the horizon."""
    horizon = other = scenario.horizon
    if claim.against:
        if claim.against not in library_names():
            hint = nearest_names(claim.against[:80], library_names())
            msg = f"{which}against {claim.against[:80]!r} is not a scenario of the library.{hint}"
            raise InputError(msg)
        other = int(read_toml(LIBRARY / f"{claim.against}.toml").get("horizon", declared()["horizon"].default))
    for key, (_, last), most in (("when", claim.when, horizon), ("against_when", claim.against_when, other)):
        if last > most:
            msg = f"{which}{key} must lie within 1 to {most} (the horizon). Got {last}. Did you mean {most}?"
            raise InputError(msg)


def read_toml(path: Path) -> dict[str, Any]:
    """Read and parse a file. Raises InputError, in words that follow its name, when that cannot be done."""
    text = _text(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = str(error).replace("at end of document", f"at line {text.count('\n') + 1}, the end")
        msg = f"not valid TOML, {where[:1].lower()}{where[1:]}."
        raise InputError(msg) from None
    except (ValueError, RecursionError):
        msg = "not valid TOML: a number or a nested list in it is too long."
        raise InputError(msg) from None


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            msg = "this is a folder, not a TOML file." if path.is_dir() else "there is no such file."
            raise InputError(msg)
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            msg = f"larger than {number(LARGEST_FILE)} bytes, so not a scenario file."
            raise InputError(msg)
        return decoded(content).replace("\r\n", "\n")
    except OSError as error:
        msg = f"cannot be read: {error.strerror}."
        raise InputError(msg) from None
    except UnicodeDecodeError:
        msg = "not a text file in UTF-8."
        raise InputError(msg) from None


def _nested(source: Mapping[str, object]) -> dict[str, Any]:
    """Return a dict shaped like a file: flat names, as `Scenario.change` takes them, under `set`."""
    document: dict[str, Any] = _plain_data(source)
    names = {c.name for c in conditions()}
    flat = {key for key, value in document.items() if "." in key or (key in names and not isinstance(value, dict))}
    if flat and isinstance(document.get("set", {}), dict):
        document["set"] = document.get("set", {}) | {key: document.pop(key) for key in flat}
    return document


def _plain_data(value: object) -> Any:
    """Return dicts, lists and numbers of any library as those of a TOML file."""
    if isinstance(value, Mapping):
        return {str(key): _plain_data(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_data(inner) for inner in value]
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else value
