"""The curve of the rule that reads an input: what the rule returns along the input, all else as usual."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from conducive.experiments import odd
from conducive.scenarios.declaration import Input

POINTS = 41
DIGITS = 6


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
        for names in odd.rules(module).values()
        for name in names
    )


def _curves(declaration: Input) -> Iterator[RuleCurve]:
    for house, name, function, names in _rules():
        if declaration.column not in names:
            continue
        low, _, high = odd.spread(name, declaration.column)
        rest = {n: odd.spread(name, n)[1] for n in names if n != declaration.column}
        x = [low + (high - low) * k / (POINTS - 1) for k in range(POINTS)]
        y = [float(odd.plain(function)(**rest, **{declaration.column: at})) for at in x]
        says = odd.docstring(function).partition("\n\n")[0].replace("`", "")
        if max(y) > min(y):
            rounded = (tuple(round(v, DIGITS) for v in values) for values in (x, y))
            yield RuleCurve(f"{house}.{name}", " ".join(says.split()), *rounded)


def processes(declaration: Input) -> list[str]:
    """Return which processes of the month read an input themselves, in words."""
    return [name.strip("`").rpartition(".")[2].replace("_", " ") for name in _readers().get(declaration.column, ())]


@cache
def _readers() -> dict[str, list[str]]:
    return odd.readers()
