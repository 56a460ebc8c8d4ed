"""Pages from templates: prose stands in Markdown beside the Python that gathers what is declared."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from conducive.experiments.pages.reading import code, docstring, ticked
from conducive.scenarios.declaration import number
from conducive.scenarios.field import Field

FOLDER = Path(__file__).parent
EVIDENCE = FOLDER.parent / "evidence"


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def fields_table(fields: Iterable[Field]) -> str:
    """Return the table of the fields of an array."""
    rows = ((f"`{one.name}`", "whole" if one.is_whole else "real", one.meaning) for one in fields)
    return table(("Field", "Number", "Meaning"), rows)


def span(low: float, high: float) -> str:
    """Return a range of numbers as people write it."""
    return f"{number(low)} to {number(high)}"


def texts(name: str) -> dict[str, Any]:
    """Return what a person wrote beside what it explains: a TOML file in the folder of the evidence."""
    return tomllib.loads((EVIDENCE / name).read_text("utf-8"))


def render(name: str, **declared: object) -> str:
    """Return the page that a template of this folder makes of what is declared. Raises where it asks for more."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    pages.globals.update(table=table, fields_table=fields_table, code=code, docstring=docstring, ticked=ticked)
    return pages.get_template(name).render(declared)
