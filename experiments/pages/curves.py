"""The curve of the rule that reads an input: what the rule returns along the input, all else as usual."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from conducive.experiments.pages import odd, reading
from conducive.scenarios.declaration import Input

POINTS = 41
DIGITS = 6
GIVEN = ("inputs", "first", "rows")
"""What processes, and what sets up a run, call what is given."""


@dataclass(frozen=True, slots=True)
class RuleCurve:
    """A rule along one input.

    Attributes:
        rule: name of the rule.
        says: what the rule is, from its docstring.
        x: values of the input, in its unit.
        y: what the rule returns.

    """

    rule: str
    says: str
    x: tuple[float, ...]
    y: tuple[float, ...]


def rule_curves(declaration: Input) -> list[RuleCurve]:
    """Return a curve for each rule that reads an input and, all else as usual, answers to it."""
    return list(_curves(declaration))


@cache
def _rules() -> tuple[tuple[str, str, Any, tuple[str, ...]], ...]:
    """Every rule: file, name, function, names of its arguments."""
    return tuple(
        (house, name, getattr(module, name), tuple(odd.arguments(getattr(module, name))))
        for house, module in odd.RULES.items()
        for names in reading.rules(module).values()
        for name in names
    )


def _curves(declaration: Input) -> Iterator[RuleCurve]:
    for house, name, function, names in _rules():
        if declaration.column not in names:
            continue
        low, _, high = odd.spread(name, declaration.column)
        rest = {n: odd.spread(name, n)[1] for n in names if n != declaration.column}
        x = [low + (high - low) * k / (POINTS - 1) for k in range(POINTS)]
        y = [float(reading.plain(function)(**rest, **{declaration.column: at})) for at in x]
        says = reading.docstring(function).partition("\n\n")[0].replace("`", "")
        if max(y) > min(y):
            rounded = (tuple(round(v, DIGITS) for v in values) for values in (x, y))
            yield RuleCurve(f"{house}.{name}", " ".join(says.split()), *rounded)


def read_by(declaration: Input) -> list[str]:
    """Return what reads an input: rules, as `practitioner.pull`, and processes that read it without one."""
    found = _reading().get(declaration.column, [])
    return found or [name.strip("`") for name in _readers().get(declaration.column, ())]


@cache
def _reading() -> dict[str, list[str]]:
    """What reads each column of the timeline, from the code: the innermost rule that is given it, or the process."""
    found: dict[str, list[str]] = {}
    for house in (*odd.PROCESSES, *odd.SET_UP):
        module = odd.MODULES[house]
        for process in reading.functions(module):
            tree = ast.parse(textwrap.dedent(reading.source(getattr(module, process))))
            for column, rule in _read(tree, module, f"{house}.{process}"):
                found.setdefault(column, []).append(rule)
    return {column: list(dict.fromkeys(names)) for column, names in found.items()}


def _read(node: ast.AST, module: ModuleType, reader: str) -> Iterator[tuple[str, str]]:
    """Yield columns read as `inputs.column` under a node, each with the rule that is given it or with `reader`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in GIVEN:
        yield node.attr, reader
    if isinstance(node, ast.Call):
        reader = _rule_called(node.func, module) or reader
    for child in ast.iter_child_nodes(node):
        yield from _read(child, module, reader)


def _rule_called(function: ast.expr, module: ModuleType) -> str:
    """Return the name of the rule that is called; nothing where it is none."""
    if not (isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)):
        return ""
    home = getattr(module, function.value.id, None)
    return next((f"{house}.{function.attr}" for house, rules in odd.RULES.items() if rules is home), "")


@cache
def _readers() -> dict[str, list[str]]:
    return odd.readers()
