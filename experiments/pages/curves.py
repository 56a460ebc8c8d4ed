"""Curves of rules: what a rule returns along an argument, all else as usual; and which rule reads an input."""

from __future__ import annotations

import ast
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from conducive.experiments.pages import reading
from conducive.experiments.pages.explain import (
    GIVEN,
    MODULES,
    PROCESSES,
    RULES,
    SET_UP,
    arguments,
    readers,
    spread,
)
from conducive.scenarios.declaration import Input

CURVES: Mapping[str, Mapping[str, tuple[str, str]]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text("utf-8")
)
"""What a rule is drawn against, by file and name; its first two arguments where it is not named."""
PANEL_POINTS, POINTS = 26, 41
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Curve:
    """A rule along one argument, at values of another, all else as usual.

    Attributes:
        along: the argument along the axis.
        low: its lowest value.
        high: its highest.
        by: the argument that tells lines apart; empty for a single line.
        usual: the usual value of it.
        lines: what the rule returns, by value of the other argument, in order.

    """

    along: str
    low: float
    high: float
    by: str
    usual: float
    lines: dict[float, tuple[float, ...]]


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


def curve(house: str, name: str) -> Curve:
    """Draw a rule from the rule itself."""
    function = reading.plain(getattr(MODULES[house], name))
    names = arguments(function)
    along, by = CURVES.get(house, {}).get(name) or (names[0], names[1] if len(names) > 1 else "")
    low, _, high = spread(name, along)
    least, middle, most = spread(name, by) if by else (0.0, 0.0, 0.0)
    rest = {n: spread(name, n)[1] for n in names if n not in {along, by}}
    xs = _steps(low, high, PANEL_POINTS)
    lines = {
        level: tuple(float(function(**rest, **{along: x}, **({by: level} if by else {}))) for x in xs)
        for level in sorted({least, middle, most})
    }
    return Curve(along, low, high, by, middle, lines)


def _steps(low: float, high: float, count: int) -> list[float]:
    """Return values from low to high, evenly apart."""
    return [low + (high - low) * k / (count - 1) for k in range(count)]


def in_words(one: Curve) -> str:
    """Say what a curve shows."""
    line = one.lines[one.usual]
    ends = f"from {line[0]:.3g} to {line[-1]:.3g}"
    levels = ", ".join(f"{level:g}" for level in one.lines)
    others = f", with a line for `{one.by}` at each of {levels}; that at {one.usual:g}" if one.by else "; it"
    return f"Curve: along `{one.along}` from {one.low:g} to {one.high:g}{others} goes {ends}."


# ---- Inputs --------------------------------------------------------------------------------------------------------


def rule_curves(declaration: Input) -> list[RuleCurve]:
    """Return a curve for each rule that reads an input and, all else as usual, answers to it."""
    return list(_curves(declaration))


@cache
def _rules() -> tuple[tuple[str, str, reading.Function, tuple[str, ...]], ...]:
    """Every rule: file, name, function, names of its arguments."""
    return tuple(
        (house, name, getattr(module, name), tuple(arguments(getattr(module, name))))
        for house, module in RULES.items()
        for names in reading.rules(module).values()
        for name in names
    )


def _curves(declaration: Input) -> Iterator[RuleCurve]:
    for house, name, function, names in _rules():
        if declaration.column not in names:
            continue
        low, _, high = spread(name, declaration.column)
        rest = {n: spread(name, n)[1] for n in names if n != declaration.column}
        x = _steps(low, high, POINTS)
        y = [float(reading.plain(function)(**rest, **{declaration.column: at})) for at in x]
        says = reading.docstring(function).partition("\n\n")[0].replace("`", "")
        if max(y) > min(y):
            rounded = (tuple(round(v, DIGITS) for v in values) for values in (x, y))
            yield RuleCurve(f"{house}.{name}", " ".join(says.split()), *rounded)


def read_by(declaration: Input) -> list[str]:
    """Return what reads an input: rules, as `practitioner.pull`, and processes that read it without one."""
    return _reading().get(declaration.column) or readers().get(declaration.column, [])


@cache
def _reading() -> dict[str, list[str]]:
    """What reads each column of the timeline, from the code: the innermost rule that is given it, or the process."""
    found: dict[str, list[str]] = {}
    for house in (*PROCESSES, *SET_UP):
        module = MODULES[house]
        for process in reading.functions(module):
            tree = ast.parse(textwrap.dedent(reading.source(getattr(module, process))))
            for column, rule in _read(tree, module, f"{house}.{process}"):
                found.setdefault(column, []).append(rule)
    return {column: list(dict.fromkeys(names)) for column, names in found.items()}


def _read(node: ast.AST, module: ModuleType, reader: str) -> Iterator[tuple[str, str]]:
    """Yield columns read as `inputs.column` under a node, each with the rule that is given it or with `reader`."""
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {GIVEN, "first", "rows"}
    ):
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
    return next((f"{house}.{function.attr}" for house, rules in RULES.items() if rules is home), "")
