"""Reading the code for a page: docstrings, sources, rules and the comments beside fields."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable
from textwrap import dedent
from types import ModuleType
from typing import Any

type Function = Callable[..., Any]


def plain(function: Function) -> Function:
    """Return the Python function behind a rule."""
    behind: Function = getattr(function, "py_func", function)
    return behind


def functions(module: ModuleType) -> list[str]:
    """Names of the functions a module defines, in the order of its source."""
    return [node.name for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.FunctionDef)]


def definitions(module: ModuleType) -> list[str]:
    """Names of the functions and named tuples a module defines, in the order of its source."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [node.name for node in ast.parse(inspect.getsource(module)).body if isinstance(node, kinds)]


def rules(module: ModuleType) -> dict[str, list[str]]:
    """Names of the rules a module defines, by the heading they stand under (empty for none), in order."""
    found: dict[str, list[str]] = {}
    heading = ""
    for title, name in re.findall(r"^# ---- (.+?) -+$|^@rule\ndef (\w+)", inspect.getsource(module), re.MULTILINE):
        if title:
            heading = title
        else:
            found.setdefault(heading, []).append(name)
    return found


def docstring(thing: object) -> str:
    """Return a docstring as Markdown, each paragraph on a line."""
    text = inspect.getdoc(plain(thing) if callable(thing) else thing) or ""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def ticked(names: Iterable[str]) -> str:
    """Return names in code type, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def source(function: Function) -> str:
    """Return the source of a function or a class, from `def` or `class` on."""
    text = dedent(inspect.getsource(plain(function)))
    return text[min(at for word in ("def ", "class ") if (at := text.find(word)) >= 0) :].rstrip()


def formula(function: Function) -> str:
    """Return the source of a rule without its docstring."""
    text = source(function)
    node = ast.parse(text).body[0]
    lines = text.splitlines()
    if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
        said = node.body[0]
        del lines[said.lineno - 1 : said.end_lineno]
    return "\n".join(lines)


def code(text: str, start: str = "") -> str:
    """Return a fenced block of Python."""
    return f"```python\n{start}{text.strip(chr(10))}\n```"


def comments(module: ModuleType) -> dict[str, str]:
    """Comments beside the fields of arrays in a module, by field."""
    found = re.findall(r'^\s+\(?"(\w+)",(?: np\.\w+\),)?\s+# (.+)$', inspect.getsource(module), re.MULTILINE)
    return {name: comment[0].upper() + comment[1:].removesuffix(".") + "." for name, comment in found}
