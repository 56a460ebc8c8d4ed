"""Rules of one's own: functions in a file that take the place of rules of the same name before the month is compiled.

`conducive --rules mine.py`, `cz.use_rules("mine.py")` and the variable `CONDUCIVE_RULES` name the file. It holds
functions, each called like a rule of the model and taking the same arguments, with what they need: imports and
constants. Names of the module in which the rule stands can be used as they are there.
"""

from __future__ import annotations

import ast
import inspect
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, MappingProxyType
from typing import Any, cast

from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError

SETTING = "CONDUCIVE_RULES"
"""Environment variable that names the file; workers inherit it."""
HOUSE = Path(__file__).resolve().parents[1]
ROOMS = ("agents", "model", "model/processes")
"""Folders that rules stand in."""
MARKS = ("rule", "inlined")
"""Decorators of rules."""
FORMS = "conducive.agents.rule"
"""Module whose few forms all rules are made of: they stay as they are."""


@dataclass(frozen=True)
class OwnRules:
    """What a file of rules holds.

    Attributes:
        path: where it is.
        source: its text.
        functions: the code of each function, by the full name of the rule whose place it takes.
        others: its imports and constants, as parsed.

    """

    path: Path
    source: str
    functions: Mapping[str, CodeType]
    others: tuple[ast.stmt, ...]


def use_rules(path: str | Path) -> OwnRules:
    """Replace rules of the model by those in a file, from now on and in every process started from here.

    Call it before anything else of this package is used: rules are compiled into the month together. Raises InputError
    where they are loaded already, and for a file that cannot be used, naming what is wrong in it.
    """
    if FORMS in sys.modules:
        msg = "rules must be chosen before the model is first used. Call use_rules first, in a fresh Python."
        raise InputError(msg)
    found = read_rules(Path(path))
    os.environ[SETTING] = str(found.path)
    return found


@cache
def own_rules() -> OwnRules | None:
    """Return the rules in use that are not the model's; None where all are. Raises InputError as `read_rules` does."""
    chosen = os.environ.get(SETTING)
    return read_rules(Path(chosen)) if chosen else None


def read_rules(path: Path) -> OwnRules:
    """Return what a file of rules holds.

    Raises InputError for one that cannot be read, is not Python, has no function, or one that is no rule of the model
    (with the nearest that are) or takes other arguments.
    """
    try:
        source = path.read_text("utf-8")
        tree = ast.parse(source, str(path))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        msg = f"rules: {path} cannot be read: {why}."
        raise InputError(msg) from None
    except (SyntaxError, ValueError) as error:
        where = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
        msg = f"rules: {path} is not valid Python ({where})."
        raise InputError(msg) from None
    known, written = _known(), [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    if not written:
        msg = f"rules: {path} has no function, so it replaces no rule."
        raise InputError(msg)
    functions = {_rule_of(node, known, path): _code(node, path) for node in written}
    others = tuple(node for node in tree.body if node not in written)
    return OwnRules(path.resolve(), source, MappingProxyType(functions), others)


def _code(node: ast.FunctionDef, path: Path) -> CodeType:
    """Return the code of a function, without decorators and annotations, which mean nothing to the month."""
    node.decorator_list, node.returns = [], None
    for argument in node.args.args:
        argument.annotation = None
    whole = compile(ast.Module([node], []), str(path), "exec", dont_inherit=True)
    return next(constant for constant in whole.co_consts if isinstance(constant, CodeType))


def _rule_of(node: ast.FunctionDef, known: Mapping[str, list[tuple[str, list[str]]]], path: Path) -> str:
    """Return the full name of the rule that a function replaces. Raises InputError where there is no such rule."""
    there = known.get(node.name, [])
    if not there:
        near = nearest_names(node.name, list(known))
        msg = f"rules: {path}, line {node.lineno}: {node.name} is no rule of the model.{near}"
        raise InputError(msg)
    given = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
    more = node.args.vararg or node.args.kwonlyargs or node.args.kwarg
    meant = [module for module, arguments in there if arguments == given and not more]
    if FORMS in (module for module, _ in there):
        msg = f"rules: {path}, line {node.lineno}: {node.name} is a form that all rules are made of, and stays."
        raise InputError(msg)
    if len(meant) != 1:
        takes = " or ".join(f"({', '.join(arguments)})" for _, arguments in there)
        msg = f"rules: {path}, line {node.lineno}: {node.name} must take {takes}. Got ({', '.join(given)})."
        raise InputError(msg)
    return f"{meant[0]}.{node.name}"


def _known() -> dict[str, list[tuple[str, list[str]]]]:
    """Return module and arguments of each rule, by name, from the sources."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for file in (f for room in ROOMS for f in sorted((HOUSE / room).glob("*.py"))):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(ast.unparse(d) in MARKS for d in node.decorator_list):
                module = ".".join(("conducive", *file.relative_to(HOUSE).with_suffix("").parts))
                found.setdefault(node.name, []).append((module, [a.arg for a in node.args.args]))
    return found


def replaced[F: Callable[..., object]](function: F) -> F:
    """Return the function that stands in place of a rule: the user's own, among the names of its module, or itself."""
    own = own_rules()
    code = own.functions.get(f"{function.__module__}.{function.__qualname__}") if own else None
    if own is None or code is None:
        return function
    names = function.__globals__
    for name, value in _others(own, function.__module__).items():
        names.setdefault(name, value)
    mine = FunctionType(code, names, function.__name__)
    mine.__module__, mine.__doc__ = function.__module__, inspect.getdoc(function)
    return cast("F", mine)


def _others(own: OwnRules, module: str) -> dict[str, Any]:
    """Return the imports and constants of a file, but for what it imports from a rule's own module: that is there."""
    wanted = [node for node in own.others if not (isinstance(node, ast.ImportFrom) and node.module == module)]
    names: dict[str, Any] = {}
    exec(compile(ast.Module(wanted, []), str(own.path), "exec", dont_inherit=True), names)
    return {name: value for name, value in names.items() if name != "__builtins__"}
