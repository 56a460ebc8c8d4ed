"""What is asked as text, short enough for an address. And back, with nothing trusted.

An address holds everything that is asked, so that no server keeps it: what differs from the defaults, with the versions
of the program and of its rules. One that somebody made up is refused in words; nothing in it is ever run.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NoReturn, cast
from urllib.parse import parse_qs

from conducive import __version__
from conducive.dashboards.asking.asked import LETTERS, Asked, Choosing, Pulling, Swept
from conducive.dashboards.asking.documents import bounded, document
from conducive.experiments.compare.levers import check_asked
from conducive.experiments.lives.ensemble import check_counts
from conducive.experiments.options.options import check_number, checked_names
from conducive.experiments.version import model_version
from conducive.experiments.words import listed
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.tables import groups
from conducive.scenarios.workforce import figures_key

FORMAT = "1"
LONGEST = 6000
"""Characters of an address that are read."""
LARGEST = 40_000
"""Bytes that it may unfold to."""
DEEPEST = 8
MOST_REPLICATES = 1000
MOST_RUNS = 200
"""Runs of each lever that a page is asked for, at most."""
HELD_AS = tuple(f"o{letter}" for letter in LETTERS)
"""Under what an address holds each option."""
DIGITS = 3
REFUSED = "This address cannot be read: "


def address(asked: Asked) -> str:
    """Return what is asked as text for an address. Raises InputError where it is too long for one."""
    return packed({"a": asked.base, "b": asked.alternative}, n=asked.replicates, s=asked.seed)


def sweep_address(swept: Swept) -> str:
    """Return a sweep as text for an address. Raises InputError where it is too long for one."""
    axes = {"x": swept.x, "y": swept.y, "k": swept.steps}
    return packed({"a": swept.scenario}, **axes, n=swept.replicates, s=swept.seed)


def _figures(*scenarios: Scenario) -> dict[str, str]:
    """Return a mark of the published figures that scenarios start from, under `f`; nothing without any."""
    marks = [figures_key([at[0]], at[1]) for each in scenarios if (at := each.placed)]
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


# ---- Levers and options --------------------------------------------------------------------------------------------


def levers_address(asked: Pulling) -> str:
    """Return a ranking as text for an address. Raises InputError where it is too long for one."""
    more = {"budget": asked.budget, "pairs": asked.pairs}
    return packed({"a": asked.scenario}, n=asked.runs, s=asked.seed, **more)


def read_levers(text: str) -> tuple[Pulling, list[str]]:
    """Return the ranking that an address asks, and what has changed since it was made; as `read`."""
    held, (scenario,), news = held_in(text, "a")
    runs, seed, budget, pairs = (held.get(key) for key in ("n", "s", "budget", "pairs"))
    check_asked(runs, seed, budget)
    if cast("int", runs) > MOST_RUNS:
        refuse(f"it asks for more than {MOST_RUNS} runs of each lever.")
    return Pulling(scenario, cast("float | None", budget), pairs is True, cast("int", runs), cast("int", seed)), news


def options_address(asked: Choosing) -> str:
    """Return options as text for an address. Raises InputError where it is too long for one."""
    arms = dict(zip(HELD_AS, asked.scenarios, strict=False))
    return packed(arms, names=list(asked.names), n=asked.replicates, s=asked.seed)


def read_options(text: str) -> tuple[Choosing, list[str]]:
    """Return the options that an address asks, and what has changed since it was made; as `read`."""
    there = unpacked(text)
    keys = [key for key in HELD_AS if key in there]
    held, scenarios, news = held_in(text, *keys)
    names = held.get("names")
    if not isinstance(names, list) or len(names) != len(keys) or not all(isinstance(name, str) for name in names):
        refuse("it does not say what its options are called.")
    check_number(len(keys))
    return Choosing(checked_names(names), tuple(scenarios), held["n"], held["s"]), news
