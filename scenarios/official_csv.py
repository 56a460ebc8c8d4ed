"""Official tables as they are downloaded: whatever wrote the file, the same cells; and what cannot be one is named."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from string import whitespace
from types import MappingProxyType

from conducive.scenarios.declaration import number
from conducive.scenarios.errors import InputError

LARGEST_FILE = 64 * 1024 * 1024
DELIMITERS = ",;\t"
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
"""Byte-order marks, and the encoding that each stands for."""

SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of spreadsheet programs (ODS, XLSX; XLS) begin."""

type Cells = dict[str, str]


def read_cells(
    path: Path,
    needed: Sequence[str],
    optional: Iterable[str],
    expected: str,
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Cells]:
    """Return the cells of some columns by place (file and line); optional columns are empty where the file has none.

    Commas, semicolons (then with commas in decimals) or tabs between cells, a first line `sep=`, rows without a cell
    that is filled, above the heading or below: all are read. Headings may end in a percent sign, and be those of
    another edition: `renamed` gives ours for theirs. Raises InputError, with what was `expected`, for what is no such
    table, for a heading that is missing or stands twice, and for rows of another length.
    """
    text, first, delimiter = _lines(path, expected)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found: dict[str, Cells] = {}
    try:
        headings = [cell.strip().strip("\ufeff") for cell in next(reader, [])]
        places = _places(path, headings, needed, optional, expected, renamed)
        for record in reader:
            if not any(cell.strip() for cell in record):
                continue
            where = f"{path}, line {reader.line_num + first}"
            if len(record) != len(headings):
                msg = f"{where}, has too many or too few cells. Expected {len(headings)}."
                raise InputError(msg)
            cells = {column: record[n] if n is not None else "" for column, n in places.items()}
            found[where] = cells if delimiter == "," else {c: _decimal(cell) for c, cell in cells.items()}
    except csv.Error as error:
        msg = f"{path} is not a CSV file: {error}. {expected}"
        raise InputError(msg) from error
    if not found:
        msg = f"{path} has a heading but no rows. {expected}"
        raise InputError(msg)
    return found


def _lines(path: Path, expected: str) -> tuple[str, int, str]:
    """Return the text from its heading on, how many lines came before it, and what stands between cells."""
    text, above = _below_empty(_text(path, expected))
    heading, _, rest = text.partition("\n")
    if heading.strip().strip('"').casefold().startswith("sep="):
        text, more = _below_empty(rest)
        return text, above + 1 + more, heading.strip().strip('"')[4:5] or "\t"
    return text, above, max(DELIMITERS, key=heading.count)


def _below_empty(text: str) -> tuple[str, int]:
    """Return a text without the rows above its first filled cell, and how many they are."""
    start = text.rfind("\n", 0, len(text) - len(text.lstrip(f'{whitespace}{DELIMITERS}"'))) + 1
    return text[start:], text.count("\n", 0, start)


def _places(
    path: Path,
    headings: list[str],
    needed: Sequence[str],
    optional: Iterable[str],
    expected: str,
    renamed: Mapping[str, str],
) -> dict[str, int | None]:
    """Return where each column stands, however its heading is written. Raises InputError for none or two."""
    bare = [_bare(heading) for heading in headings]
    plain = [renamed.get(heading, heading) for heading in bare]
    for n, heading in enumerate(plain):
        if heading and heading in plain[:n]:
            first = plain.index(heading)
            same = "" if headings[first] == headings[n] else f" and {headings[n]!r}"
            msg = (
                f"{path} has the heading {headings[first]!r}{same} twice, in columns {first + 1} and {n + 1}. Which of "
                "them counts cannot be told: take one out."
            )
            raise InputError(msg)
    for column in needed:
        if column not in plain:
            msg = f"{path} has no column {column!r}. It needs {', '.join(needed)}. {expected}"
            raise InputError(msg)
    return {column: plain.index(column) if column in plain else None for column in (*needed, *optional)}


def _bare(heading: str) -> str:
    return re.sub(r"[\s_]*%$", "", heading.strip().strip("\ufeff").casefold())


def headings_of(path: Path) -> set[str]:
    """Return the headings of a file, in lower case; none of one that is no table."""
    try:
        text, _, delimiter = _lines(path, "")
        return {_bare(heading) for heading in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])}
    except (InputError, csv.Error):
        return set()


def _decimal(cell: str) -> str:
    """A cell of a file that keeps commas for decimals, with a point."""
    whole, comma, rest = cell.partition(",")
    return f"{whole}.{rest}" if comma and whole.strip().isdigit() and rest.strip().isdigit() else cell


def decoded(content: bytes) -> str:
    """Return the text of a file: as its byte-order mark says, or else in UTF-8. Raises UnicodeDecodeError."""
    return content.decode(next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8"))


def _text(path: Path, expected: str) -> str:
    try:
        if not path.is_file():
            msg = f"{path} {'is a folder' if path.is_dir() else 'is not a file'}. {expected}"
            raise InputError(msg)
        if not 0 < path.stat().st_size <= LARGEST_FILE:
            msg = f"{path} is {number(path.stat().st_size)} bytes long. {expected}"
            raise InputError(msg)
        content = path.read_bytes()
        if content.startswith(SPREADSHEETS):
            msg = f"{path} is a spreadsheet (ODS, XLSX or XLS), not a CSV file. Save its table as CSV. {expected}"
            raise InputError(msg)
        text = decoded(content)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}. {expected}"
        raise InputError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"{path} is not UTF-8 text. {expected}"
        raise InputError(msg) from error
    if "\0" in text:
        msg = f"{path} is not text. {expected}"
        raise InputError(msg)
    return text
