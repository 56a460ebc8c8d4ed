"""A comparison as text: short enough for an address, as files, and as Python. And back, with nothing trusted.

An address holds everything that is asked, so that no server keeps it: what differs from the defaults, with the versions
of the program and of its rules. One that somebody made up is refused in words; nothing in it is ever run.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import shlex
import tomllib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn, cast
from urllib.parse import parse_qs

from conducive import __version__
from conducive.experiments.lives.ensemble import check_counts
from conducive.experiments.version import model_version
from conducive.experiments.words import listed
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_pair, load_scenario
from conducive.scenarios.scenario import Scenario, Wave
from conducive.scenarios.tables import TEXTS, document_from, groups
from conducive.scenarios.workforce import figures_key

FORMAT = "1"
LONGEST = 6000
"""Characters of an address that are read."""
LARGEST = 40_000
"""Bytes that it may unfold to."""
LARGEST_FILE = 100_000
"""Characters of a scenario file that a visitor may bring."""
DEEPEST = 8
MOST_EVENTS = 100
MOST_REPLICATES = 1000
MOST_POST_MONTHS = 600 * 450
"""Posts times months, warm-up included, of the largest scenario that the pages run: it bounds what a visitor asks."""
DIGITS = 3
REFUSED = "This address cannot be read: "


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is asked: two scenarios, how many pairs, and the seed."""

    base: Scenario
    alternative: Scenario
    replicates: int = 200
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep is asked: a scenario, axes as `NAME=LOW:HIGH` (empty where none), points along each, and runs."""

    scenario: Scenario
    x: str = ""
    y: str = ""
    steps: int = 7
    replicates: int = 20
    seed: int = 0


# ---- Scenarios as short documents ----------------------------------------------------------------------------------


def document(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as the document of a file, with what differs from the defaults alone.

    `load_scenario` makes of it a scenario that runs exactly the same, plausible sets included.
    """
    whole = document_from(scenario)
    found: dict[str, Any] = {key: whole[key] for key in TEXTS if key in whole and key != "place"}
    if scenario.place:
        name, _, year = scenario.place.rpartition(", ")
        found |= {"authority": name, "year": int(year)} if year.isdigit() and name else {"place": scenario.place}
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


# ---- Addresses -----------------------------------------------------------------------------------------------------


def address(asked: Asked) -> str:
    """Return what is asked as text for an address. Raises InputError where it is too long for one."""
    return packed({"a": asked.base, "b": asked.alternative}, n=asked.replicates, s=asked.seed)


def sweep_address(swept: Swept) -> str:
    """Return a sweep as text for an address. Raises InputError where it is too long for one."""
    axes = {"x": swept.x, "y": swept.y, "k": swept.steps}
    return packed({"a": swept.scenario}, **axes, n=swept.replicates, s=swept.seed)


def _figures(*scenarios: Scenario) -> dict[str, str]:
    """Return a mark of the published figures that scenarios start from, under `f`; nothing without any."""
    at = (scenario.place.rpartition(", ") for scenario in scenarios)
    marks = [figures_key([name], int(year)) for name, _, year in at if name and year.isdigit()]
    return {"f": _digest("".join(marks))} if marks else {}


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.blake2b(text.encode(), digest_size=3).digest()).decode()[:DIGITS]


def packed(scenarios: Mapping[str, Scenario], **asked: Any) -> str:
    """Return scenarios and whatever else is asked as text for an address; with a mark of the figures they start from.

    Raises InputError where it is too long for one.
    """
    arms = {key: document(scenario) for key, scenario in scenarios.items()}
    made = {"p": __version__, "m": model_version(), "d": _defaults()}
    held = {**made, **arms, **_figures(*scenarios.values()), **asked}
    text = json.dumps(held, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    if len(text.encode()) > LARGEST or len(packed) + len(FORMAT) > LONGEST:
        msg = "what is asked here is too long for an address. Download the scenario files to pass it on."
        raise InputError(msg)
    return FORMAT + packed


def in_search(search: str | None) -> str:
    """Return what an address of a page holds under `s`; nothing where there is none."""
    try:
        return parse_qs((search or "")[: 2 * LONGEST], max_num_fields=5).get("s", [""])[0]
    except ValueError:
        return ""


def read(text: str) -> tuple[Asked, list[str]]:
    """Return what an address asks, and what has changed since it was made, in sentences.

    What another version declared and this one does not is left out, and said. Raises InputError for an address that
    is none, is too long, or asks what cannot be run.
    """
    held, (base, alternative), news = held_in(text, "a", "b")
    return Asked(base, alternative, held["n"], held["s"]), news


def read_sweep(text: str) -> tuple[Swept, list[str]]:
    """Return the sweep that an address asks, and what has changed since it was made; as `read`.

    What the axes hold is text of any kind: whoever runs the sweep checks it.
    """
    held, (scenario,), news = held_in(text, "a")
    x, y, steps = (held.get(key) for key in ("x", "y", "k"))
    if not isinstance(x, str) or not isinstance(y, str):
        refuse("it does not say what varies.")
    return Swept(scenario, x, y, cast("int", steps), held["n"], held["s"]), news


def held_in(text: str, *keys: str) -> tuple[Mapping[str, Any], list[Scenario], list[str]]:
    """Return what an address holds, the scenarios under some keys of it, and what has changed since it was made."""
    held = unpacked(text)
    made_with, rules = held.get("p"), held.get("m")
    if not isinstance(made_with, str) or not re.fullmatch(r"[0-9][0-9a-zA-Z.+]{0,30}", made_with):
        refuse("it names no version.")
    news: list[str] = []
    other = (made_with, rules) != (__version__, model_version())
    scenarios = [_scenario(held.get(key), news if other else None) for key in keys]
    replicates = held.get("n")
    try:
        check_counts(replicates, held.get("s"))
    except InputError as error:
        refuse(str(error))
    if cast("int", replicates) > MOST_REPLICATES:
        refuse(f"it asks for more than {MOST_REPLICATES:,} pairs of runs.")
    if "f" in held and held["f"] != _figures(*scenarios).get("f"):
        news.append(f"Figures published for {listed(_places(scenarios))} are others in the table in use here.")
    return held, scenarios, [*(_since(made_with, rules, held.get("d")) if other else ()), *dict.fromkeys(news)]


def _places(scenarios: Iterable[Scenario]) -> list[str]:
    return list(dict.fromkeys(scenario.place for scenario in scenarios if scenario.place))


def _since(made_with: str, rules: object, defaults: object) -> list[str]:
    """Return what is different here from where an address was made."""
    said = [f"This address was made with version {made_with}; this is version {__version__}."]
    if rules != model_version():
        said.append("The rules of the model or their coefficients have changed since, so the numbers differ.")
    changed = _changed(defaults)
    if changed is None:
        said.append("Which inputs have changed since cannot be told.")
    elif changed:
        said.append(f"Defaults of inputs have changed since in: {listed(changed)}.")
    return said


def unpacked(text: str) -> Mapping[str, Any]:
    """Return what is packed in an address, however it was made."""
    if len(text) > LONGEST:
        refuse(f"it is longer than {LONGEST:,} characters.")
    if not text.startswith(FORMAT) or not re.fullmatch(r"[A-Za-z0-9_-]+", text, re.ASCII):
        refuse("it is not one that this program made, or a part of it is missing.")
    packed = text[len(FORMAT) :]
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        unfolding = zlib.decompressobj()
        unfolded = unfolding.decompress(raw, LARGEST + 1)
    except (binascii.Error, ValueError, zlib.error):
        refuse("a part of it is missing or wrong.")
    if len(unfolded) > LARGEST:
        refuse("what it holds is too large.")
    if not unfolding.eof:
        refuse("a part of it is missing.")
    try:
        held = json.loads(unfolded, parse_constant=_no_number)
    except (ValueError, RecursionError):
        refuse("what it holds makes no sense.")
    if not isinstance(held, dict) or _depth(held) > DEEPEST:
        refuse("what it holds makes no sense.")
    return held


def _scenario(held: object, news: list[str] | None) -> Scenario:
    """Return a scenario of an address; with `news`, leave out what this version does not know, and say so there."""
    if not isinstance(held, dict):
        refuse("a scenario is missing.")
    try:
        return bounded(load_scenario(held if news is None else _known(held, news)))
    except InputError as error:
        refuse(str(error))


def _known(held: dict[str, Any], news: list[str]) -> dict[str, Any]:
    """Return the document of another version without the inputs and values that this one does not accept."""
    values = held.get("set", {})
    kept = {}
    for name, value in values.items() if isinstance(values, dict) else ():
        try:
            load_scenario({"name": "one", "set": {name: value}})
        except InputError as error:
            news.append(f"Left out: {error}")
        else:
            kept[name] = value
    return {key: value for key, value in held.items() if key != "set"} | ({"set": kept} if kept else {})


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(one) for one in inner), default=0)


def refuse(why: str) -> NoReturn:
    """Raise InputError for an address, saying why it cannot be read."""
    msg = f"{REFUSED}{why}"
    raise InputError(msg) from None


@cache
def _defaults() -> str:
    """Return a mark of a few letters for the defaults of each group of inputs, in the order of their names."""
    return "".join(_mark(group) for group in _groups())


def _groups() -> list[str]:
    return sorted(group for group in groups() if group not in {"coefficients", "mechanisms"})


def _mark(group: str) -> str:
    return _digest(repr([(i.name, i.unit, i.default, i.minimum, i.maximum) for i in groups()[group]]))


def _changed(marks: object) -> list[str] | None:
    """Return which groups have other defaults than where an address was made; None where that cannot be told."""
    names = _groups()
    if not isinstance(marks, str) or len(marks) != DIGITS * len(names):
        return None
    theirs = {name: marks[n * DIGITS : (n + 1) * DIGITS] for n, name in enumerate(names)}
    return [(name or "time").replace("_", " ") for name, mark in theirs.items() if mark != _mark(name)]


# ---- The same in Python and on the command line --------------------------------------------------------------------


def python(asked: Asked) -> str:
    """Return Python that makes the same comparison, with the same numbers."""
    base = made(asked.base)
    alternative = made(asked.alternative)
    if alternative.startswith(base):
        alternative = f"base{alternative.removeprefix(base)}"
    return (
        f"{_imports(base + alternative)}\n"
        f"base = {base}\n"
        f"alternative = {alternative}\n"
        f"comparison = cz.compare(base, alternative, replicates={asked.replicates}, seed={asked.seed})\n"
        "print(comparison.text())\n"
    )


def made(scenario: Scenario) -> str:
    """Return an expression for a scenario: by its name in the library where it comes from there, else in full."""
    held = document(scenario)
    from_library = in_library(scenario)
    if from_library is None:
        return f"cz.load_scenario({literal(held)})"
    text = f'cz.load_scenario("{scenario.name}")'
    if scenario.title != from_library.title:
        text = f"replace({text}, title={literal(scenario.title)})"
    if "authority" in held:
        text += f".at({literal(held['authority'])}, {held['year']})"
    changed = {a: v for a, v in held.get("set", {}).items() if from_library.values.get(a) != scenario.values[a]}
    if changed:
        text += f".change({literal(changed)})"
    for event in held.get("event", [])[len(from_library.events) :]:
        details = {key: value for key, value in event.items() if key not in {"month", "name", "set"}}
        what = literal(event.get("name", event.get("set")))
        more = "".join(f", {key}={literal(value)}" for key, value in details.items())
        text += f".with_event({event['month']}, {what}{more})"
    return text


def _imports(code: str) -> str:
    """Return the imports that code needs."""
    return f"{'from dataclasses import replace\n\n' if 'replace(cz.' in code else ''}import conducive as cz\n"


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


def literal(value: object, indent: str = "") -> str:
    """Return a value as Python; long ones over several lines."""
    plain = _quoted(value) if isinstance(value, str) else repr(value)
    if isinstance(value, dict):
        parts = [f"{_quoted(str(key))}: {literal(inner, indent + '    ')}" for key, inner in value.items()]
    elif isinstance(value, list):
        parts = [literal(inner, indent + "    ") for inner in value]
    else:
        return plain
    start, end = "{}" if isinstance(value, dict) else "[]"
    flat = f"{start}{', '.join(parts)}{end}"
    if len(flat) < 90 - len(indent) and "\n" not in flat:
        return flat
    inner = "".join(f"{indent}    {part},\n" for part in parts)
    return f"{start}\n{inner}{indent}{end}"


def _quoted(text: str) -> str:
    """Return a text as Python: as it is in any script, and what cannot be printed by its code."""
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else repr(text)


def command(asked: Asked) -> str:
    """Return the command that makes the same comparison: of library scenarios by name, else of the two files."""
    names = [named(asked.base, "a.toml"), named(asked.alternative, "b.toml")]
    return f"conducive compare {' '.join(names)} --replicates {asked.replicates} --seed {asked.seed}"


def named(scenario: Scenario, file: str) -> str:
    """Return what names a scenario on the command line: its name where it is as in the library, else a file."""
    found = in_library(scenario)
    return scenario.name if found == scenario and not scenario.place else file


def sweep_python(swept: Swept) -> str:
    """Return Python that makes the same sweep, with the same numbers."""
    options = f"replicates={swept.replicates}, seed={swept.seed}, steps={swept.steps}"
    axes = ", ".join(literal(axis) for axis in (swept.x, swept.y) if axis)
    asked = f"scenario, {axes},\n    {options},\n"
    more, asking = "", f"zone = cz.zone_map(\n    {asked})\n"
    if not swept.y:
        more = "from conducive.experiments.search.zone.filling import filling, sweep_plan\n"
        asking = f"plan = sweep_plan(\n    {asked})\n*_, zone = filling(plan)\n"
    scenario = made(swept.scenario)
    return f"{_imports(scenario)}{more}\nscenario = {scenario}\n{asking}print(zone.table)\n"


def sweep_command(swept: Swept) -> str:
    """Return the command that makes the same sweep: a map as it is, a line as runs, from the file of `sweep_file`."""
    if not swept.y:
        return "conducive sweep sweep.toml"
    axes = f"--x {shlex.quote(swept.x)} --y {shlex.quote(swept.y)} --steps {swept.steps}"
    name = named(swept.scenario, "scenario.toml")
    return f"conducive zone {name} {axes} --replicates {swept.replicates} --seed {swept.seed}"


def sweep_file(swept: Swept, axes: Mapping[str, Sequence[float]]) -> str:
    """Return a file that asks `conducive sweep` for the runs of a sweep; `axes` are the values of each, by name."""
    import tomli_w

    return tomli_w.dumps(
        {
            "scenario": named(swept.scenario, "scenario.toml"),
            "design": "grid",
            "plausible": True,
            "replicates": swept.replicates,
            "seed": swept.seed,
            "factors": {name: list(values) for name, values in axes.items()},
        }
    )
