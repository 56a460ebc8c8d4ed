"""A ranking of levers, and a few options, as text for an address, as Python and as a command; as `address` does."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from conducive.dashboards.asking import address as addresses
from conducive.experiments.compare.levers import RUNS, check_asked
from conducive.experiments.lives.text import name_of
from conducive.experiments.options.options import REPLICATES, check_number, checked_names
from conducive.scenarios.scenario import Scenario

MOST_RUNS = 200
"""Runs of each lever that a page is asked for, at most."""
LETTERS = "abcde"
HELD_AS = tuple(f"o{letter}" for letter in LETTERS)
"""Under what an address holds each option."""


@dataclass(frozen=True, slots=True)
class Pulling:
    """What is asked about levers: where they are pulled, what may be spent more (GBP), and whether pairs are sought."""

    scenario: Scenario
    budget: float | None = None
    pairs: bool = False
    runs: int = RUNS
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Choosing:
    """What is asked of a few options: what they are called, what they are, and the luck."""

    names: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    replicates: int = REPLICATES
    seed: int = 0


# ---- Levers --------------------------------------------------------------------------------------------------------


def levers_address(asked: Pulling) -> str:
    """Return a ranking as text for an address. Raises InputError where it is too long for one."""
    more = {"budget": asked.budget, "pairs": asked.pairs}
    return addresses.packed({"a": asked.scenario}, n=asked.runs, s=asked.seed, **more)


def read_levers(text: str) -> tuple[Pulling, list[str]]:
    """Return the ranking that an address asks, and what has changed since it was made; as `address.read`."""
    held, (scenario,), news = addresses.held_in(text, "a")
    runs, seed, budget, pairs = (held.get(key) for key in ("n", "s", "budget", "pairs"))
    check_asked(runs, seed, budget)
    if cast("int", runs) > MOST_RUNS:
        addresses.refuse(f"it asks for more than {MOST_RUNS} runs of each lever.")
    return Pulling(scenario, cast("float | None", budget), pairs is True, cast("int", runs), cast("int", seed)), news


def levers_python(asked: Pulling) -> str:
    """Return Python that makes the same ranking, with the same numbers."""
    return (
        f"import conducive as cz\n\nscenario = {addresses.made(asked.scenario)}\n"
        f"levers = cz.levers(scenario, {', '.join(f'{name}={value!r}' for name, value in _more(asked).items())})\n"
        "print(levers.text())\n"
    )


def levers_command(asked: Pulling) -> str:
    """Return the command that makes the same ranking."""
    said = []
    for name, value in _more(asked).items():
        said += [f"--{name}"] if value is True else [f"--{name}", f"{value}"]
    return shlex.join(["conducive", "levers", addresses.named(asked.scenario, "scenario.toml"), *said])


def _more(asked: Pulling) -> dict[str, Any]:
    """Return what is asked besides the scenario, as arguments."""
    budget = {} if asked.budget is None else {"budget": asked.budget}
    return {**({"pairs": True} if asked.pairs else {}), **budget, "runs": asked.runs, "seed": asked.seed}


# ---- Options -------------------------------------------------------------------------------------------------------


def options_address(asked: Choosing) -> str:
    """Return options as text for an address. Raises InputError where it is too long for one."""
    arms = dict(zip(HELD_AS, asked.scenarios, strict=False))
    return addresses.packed(arms, names=list(asked.names), n=asked.replicates, s=asked.seed)


def read_options(text: str) -> tuple[Choosing, list[str]]:
    """Return the options that an address asks, and what has changed since it was made; as `address.read`."""
    there = addresses.unpacked(text)
    keys = [key for key in HELD_AS if key in there]
    held, scenarios, news = addresses.held_in(text, *keys)
    names = held.get("names")
    if not isinstance(names, list) or len(names) != len(keys) or not all(isinstance(name, str) for name in names):
        addresses.refuse("it does not say what its options are called.")
    check_number(len(keys))
    return Choosing(checked_names(names), tuple(scenarios), held["n"], held["s"]), news


def options_python(asked: Choosing) -> str:
    """Return Python that makes the same comparison of options, with the same numbers."""
    each = ((addresses.literal(name), addresses.made(s)) for name, s in zip(asked.names, asked.scenarios, strict=True))
    lines = "".join(f"    {name}: {_indented(code)},\n" for name, code in each)
    return (
        f"import conducive as cz\n\nscenarios = {{\n{lines}}}\n"
        f"options = cz.options(scenarios, replicates={asked.replicates}, seed={asked.seed})\nprint(options.text())\n"
    )


def _indented(code: str) -> str:
    return code.replace("\n", "\n    ")


def options_command(asked: Choosing) -> str:
    """Return the command that makes the same comparison: of library scenarios by name, else of the files below."""
    more = ["--replicates", str(asked.replicates), "--seed", str(asked.seed)]
    return shlex.join(["conducive", "options", *_told(asked), *more])


def options_files(asked: Choosing) -> Mapping[str, str]:
    """Return files of the options that the command needs, by name: each has what it is called as its title."""
    return {
        file: addresses.scenario_file(replace(scenario, title=name))
        for file, name, scenario in zip(_told(asked), asked.names, asked.scenarios, strict=True)
        if file.endswith(".toml")
    }


def _told(asked: Choosing) -> list[str]:
    """Return what names each option on the command line: itself where it is called as in the library, else a file."""
    return [
        addresses.named(scenario, f"{letter}.toml") if name_of(scenario) == name else f"{letter}.toml"
        for letter, name, scenario in zip(LETTERS, asked.names, asked.scenarios, strict=False)
    ]
