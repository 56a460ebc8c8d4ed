"""One file to take away: a picture for a slide, a table for a sheet, or a page that can stand inside another."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from conducive.experiments.compare.brief import steady
from conducive.experiments.compare.comparison import Comparison
from conducive.experiments.compare.levers import Levers
from conducive.experiments.folders.folder import aside_of, path_of
from conducive.experiments.options.options import Options
from conducive.experiments.search.figures import save_table
from conducive.experiments.takeaway.embed import embedded
from conducive.experiments.takeaway.slide import slide
from conducive.experiments.words import listed
from conducive.scenarios.errors import InputError, glimpse

if TYPE_CHECKING:
    import pandas as pd

    type Found = Comparison | Options | Levers

KINDS = {".png": "image/png", ".svg": "image/svg+xml", ".csv": "text/csv", ".html": "text/html"}
"""Kinds of file by ending, with their MIME type."""


def export(found: Found, out: str | Path, *, excel: bool = False) -> None:
    """Write what was found to one file, by its ending: .png, .svg (16 to 9, for a slide), .csv, or .html (to embed).

    Args:
        found: what `compare`, `options` or `levers` returned.
        out: the file, which must not be there yet.
        excel: begin a .csv with the mark by which Excel knows UTF-8.

    It is written aside and renamed. Raises InputError for anything else, another ending, and where it cannot be
    written.

    """
    if not isinstance(found, Comparison | Options | Levers):
        msg = f"export takes what compare, options or levers returned. Got {glimpse(found)}."
        raise InputError(msg)
    out = path_of(out, "a file", "results.png")
    check_file(out, excel)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with aside_of(out) as aside:
            aside.write_bytes(content(found, out.suffix.lower(), excel=excel))
    except OSError as error:
        msg = f"{out} cannot be written: {error.strerror or error}. Name another file with --out."
        raise InputError(msg) from None


def check_file(out: Path, excel: bool) -> None:
    """Raise InputError unless a file can be written: one of the kinds there are, that is not there yet."""
    ending = out.suffix.lower()
    if ending not in KINDS:
        nearest = out.with_suffix(".png").name if out.name else "results.png"
        msg = f"--out must end in {listed([*KINDS], 'or')}. Got {out.name!r}. Did you mean {nearest!r}?"
        raise InputError(msg)
    if excel and ending != ".csv":
        msg = f"--excel is for a table: a file that ends in .csv. Got {out.name!r}."
        raise InputError(msg)
    if out.exists():
        msg = f"{out} is there already. Name another file with --out."
        raise InputError(msg)


def content(found: Found, ending: str, *, excel: bool = False) -> bytes:
    """Return the content of a file of a kind; the same numbers make the same bytes."""
    if ending == ".csv":
        return as_csv(found.differences if isinstance(found, Comparison) else found.table, excel=excel)
    if ending == ".html":
        return embedded(found).encode()
    drawn = io.BytesIO()
    slide(found).savefig(drawn, format=ending[1:], metadata={"Date": None} if ending == ".svg" else None)
    return steady(drawn.getvalue().decode()).encode() if ending == ".svg" else drawn.getvalue()


def as_csv(table: pd.DataFrame, *, excel: bool = False) -> bytes:
    """Return a table as CSV with one row of headings, in UTF-8; with the mark by which Excel knows that, on request."""
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig" if excel else "utf-8")


def save_options(found: Options, folder: Path) -> None:
    """Write options to a folder: their table, a picture, a page and a text."""
    save_table(found.table, folder, "options")
    for name in ("options.png", "options.svg", "options.html"):
        (folder / name).write_bytes(content(found, Path(name).suffix))
    (folder / "summary.txt").write_text(found.text(), encoding="utf-8", newline="\n")
