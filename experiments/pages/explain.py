"""What the code of the model says of itself: who calls what, who reads which input, what a rule is given."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType

import numpy as np

from conducive.agents import family, funder, leader, practitioner, rule
from conducive.agents.arguments import ARGUMENTS
from conducive.experiments.pages.reading import Function, functions, plain, source, ticked
from conducive.model import climate, month, network, random, state
from conducive.scenarios import timeline
from conducive.scenarios.declaration import Input
from conducive.scenarios.field import Field
from conducive.scenarios.scenario import declared

RULES: Mapping[str, ModuleType] = {
    "practitioner": practitioner,
    "leader": leader,
    "family": family,
    "funder": funder,
    "climate": climate,
}
"""Files whose functions are rules: numbers in, a number out."""
PROCESSES: Mapping[str, ModuleType] = {"month": month} | {
    name: import_module(f"conducive.model.processes.{name}")
    for name in (
        "launch", "wider_world", "money", "leaders", "workforce", "posts", "families", "learning", "adoption",
        "belief", "rates", "lapse", "trust", "memory", "measure", "averages", "uptake", "aftermath", "ledger",
    )
}  # fmt: skip
"""The month, and the files of its processes in the order in which they are read."""
SET_UP: Mapping[str, ModuleType] = {"timeline": timeline, "state": state, "network": network}
MODULES: Mapping[str, ModuleType] = {"rule": rule, **RULES, **PROCESSES, **SET_UP, "random": random}
ENTITIES: Mapping[str, tuple[str, tuple[Field, ...]]] = {
    "practitioner": ("Practitioner: a case-holding post and whoever is in it", practitioner.PRACTITIONER_FIELDS),
    "leader": ("Leader: a director, service heads, team managers", leader.LEADER_FIELDS),
    "family": ("Family: an open case", family.FAMILY_FIELDS),
    "funder": ("Funder: the external funder and the council", funder.FUNDER_FIELDS),
    "organisation": ("Organisation: the service, its innovation and the world around it", state.ORGANISATION_FIELDS),
}
"""Kinds of agent, each with a title and what is kept of it."""


GIVEN = "inputs"
"""What processes call the month as given."""


# ---- Processes -----------------------------------------------------------------------------------------------------


def schedule() -> list[str]:
    """Names of the processes of a month, in schedule order."""
    body = ast.parse(source(month.month)).body[0]
    return [node.func.id for node in ast.walk(body) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]


def calls(function: Function) -> Iterator[Function]:
    """Yield functions of the model that a function calls; forms and random numbers left out."""
    known = plain(function).__globals__
    for node in ast.walk(ast.parse(source(function))):
        if not isinstance(node, ast.Call):
            continue
        first, *rest = ast.unparse(node.func).split(".")
        thing = plain(getattr(known.get(first), rest[-1], print) if rest else known.get(first, print))
        if inspect.isfunction(thing) and house_of(thing) in {*RULES, *PROCESSES, *SET_UP}:
            yield thing


def house_of(function: Function) -> str:
    """Name of the module that a function stands in, without its folder."""
    return str(function.__module__).rsplit(".", 1)[-1]


def called(process: Function) -> str:
    """Say which parts a process of the month has, and by which rules and other functions it goes."""
    todo, inner, others = [process], [], []
    while todo:
        for function in calls(todo.pop(0)):
            name = f"{house_of(function)}.{function.__name__}"
            if house_of(function) not in PROCESSES:
                others.append(name)
            elif name not in inner:
                inner.append(name)
                todo.append(function)
    parts = f" Parts: {ticked(inner)}." if inner else ""
    return parts + (f" By: {ticked(dict.fromkeys(others))}." if others else "")


def stream_uses(modules: Mapping[str, ModuleType]) -> dict[str, list[str]]:
    """Functions of some modules that draw from each random stream, by the name of the stream."""
    named = {random.stream(name): name for name in random.STREAMS}
    found: dict[str, list[str]] = {}
    for house, module in modules.items():
        for name in functions(module):
            nodes = ast.walk(ast.parse(source(getattr(module, name))))
            used = (getattr(module, node.id, None) for node in nodes if isinstance(node, ast.Name))
            for number in dict.fromkeys(one for one in used if isinstance(one, np.uint64) and one in named):
                found.setdefault(named[number], []).append(f"{house}.{name}")
    return {name: found[name] for name in random.STREAMS if name in found}


@cache
def readers() -> dict[str, list[str]]:
    """Functions that read each column of the timeline, by column."""
    found: dict[str, list[str]] = {}
    for house in (*PROCESSES, *SET_UP):
        for name in functions(MODULES[house]):
            text = source(getattr(MODULES[house], name))
            columns = rf"\b{GIVEN}\.(\w+)|(?:first|rows|scenario)\[\"(?:\w+\.)?(\w+)\"\]"
            read = {a or b for a, b in re.findall(columns, text)}
            read |= set(re.findall(r"\bscenario\.(horizon|warm_up)\b", text))
            for column in read:
                found.setdefault(column, []).append(f"{house}.{name}")
    return found


def constants() -> dict[str, tuple[float, str]]:
    """Named numbers of the model: value and module."""
    found: dict[str, tuple[float, str]] = {}
    for house, module in MODULES.items():
        for name, value in vars(module).items():
            if name.isupper() and name[0] != "_" and type(value) in {int, float}:
                found.setdefault(name, (value, house))
    return found


# ---- Rules ---------------------------------------------------------------------------------------------------------


def arguments(function: Function) -> list[str]:
    """Names of the arguments of a rule."""
    return list(inspect.signature(plain(function)).parameters)


def known(name: str) -> Input | None:
    """Return the declared input that rules read under a name, if any."""
    return next((i for i in declared().values() if i.column == name), None)


def states(name: str) -> dict[str, Field]:
    """Return the states of a name, by the kind of agent that has it."""
    return {kind: one for kind, (_, fields) in ENTITIES.items() for one in fields if one.name == name}


def spread(rule_name: str, argument: str) -> tuple[float, float, float]:
    """Low, usual and high value of an argument of a rule: as declared, or else those of a share."""
    ones = (ARGUMENTS.get(f"{rule_name}.{argument}"), ARGUMENTS.get(argument), *states(argument).values())
    if said := next((one.span for one in ones if one and one.span), None):
        return said
    one = known(argument)
    if one is None:
        return (0.0, 0.5, 1.0)
    whole = (one.minimum, one.maximum) == (0, 1) and one.group != "coefficients"
    return (one.minimum if whole else one.low, one.default, one.maximum if whole else one.high)


def explained(rule_name: str, argument: str) -> str:
    """Say what an argument of a rule is; empty where nothing says so."""
    usual_value = f" ({spread(rule_name, argument)[1]:g})"
    special, general = ARGUMENTS.get(f"{rule_name}.{argument}"), ARGUMENTS.get(argument)
    if special and special.meaning:
        return special.meaning + usual_value
    if one := known(argument):
        return f"declared, `{one.address}`"
    if general and general.meaning:
        return general.meaning + usual_value
    kinds = states(argument)
    return f"state of {' or '.join(kinds)}{usual_value}" if kinds else ""
