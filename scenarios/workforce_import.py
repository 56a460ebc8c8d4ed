"""Official workforce tables taken in: checked, and written compactly, all at once or not at all."""

from __future__ import annotations

import csv
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from statistics import median

from conducive.scenarios.believable import FEWEST, Figures, check_believable, nearest
from conducive.scenarios.declaration import number
from conducive.scenarios.errors import InputError
from conducive.scenarios.workforce import (
    CODES,
    COLUMNS,
    EXPECTED,
    FIGURES,
    SMALLEST_STAFF,
    AuthorityYear,
    codes_of,
    forget_tables,
    lines_of,
    official_table,
    plain_name,
    row_of,
)

_BELIEVABLE = {
    "in_post": (SMALLEST_STAFF, 100_000.0), "turnover": (4.0, 50.0), "vacancy_rate": (2.0, 60.0),
    "agency_rate": (1.0, 50.0), "caseload": (6.0, 40.0), "case_holders": (2.0, 60_000.0), "agency_cover": (15.0, 100.0),
}  # fmt: skip
"""Between what a column can lie, as it is written: what it was since 2017 in England and any region, and room beside.

Numbers of people are those of anywhere from a few small authorities to England.
"""
_SURE = 1.0
"""Standard errors by which two columns must lie the other way round: of the shipped table's regions, each held against
the year before, none does, and of their columns exchanged two by two 98% do."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What `import_workforce` found: rows read, rows a model can start from, why not for each other row, and doubts."""

    rows_read: int
    usable: int
    left_out: dict[str, str]
    warnings: tuple[str, ...] = ()


def import_workforce(csv_path: Path, to: Path) -> ImportReport:
    """Check the official indicators file and write its compact table to `to`, all at once or not at all.

    Cells are numbers or marks: `c z x : u k` and empty mean not published, `low` means rounds to 0. All rows are kept,
    so that a lookup can say what is missing; those a model cannot start from are listed in the report. The older table
    of headline measures, whose columns have other names, is read too.

    Raises InputError, with nothing written, when the file cannot be read, is not the official table, repeats a row,
    has one code for two authorities or no usable authority, when its figures cannot be what they are called
    (percentages that became shares, columns exchanged), or when `to` cannot be written.
    """
    lines = lines_of(Path(csv_path))
    rows = [row_of(cells, where) for where, cells in lines.items()]
    (name, level, year), count = Counter((plain_name(row.name), row.level, row.year) for row in rows).most_common(1)[0]
    if count > 1:
        same = (row.name for row in rows if (plain_name(row.name), row.level, row.year) == (name, level, year))
        names = dict.fromkeys(same)
        raise InputError(f"{csv_path} has {count} rows for {' and '.join(names)} ({level}) in {year}. Expected one.")
    _check_codes(rows, Path(csv_path))
    for field, band in _BELIEVABLE.items():
        ours = _figures(official_table(), field)
        bands = dict.fromkeys(("england", "region", "authority"), band)
        check_believable(Path(csv_path), FIGURES[field][0], bands, _figures(rows, field), ours)
    _check_columns(rows, Path(csv_path))
    if not any(row.level == "authority" and not row.problem() for row in rows):
        raise InputError(f"{csv_path} has no local authority with usable figures. {EXPECTED}")
    warnings = tuple(_doubts(rows))
    _write(list(lines.values()), Path(csv_path), Path(to))
    forget_tables()
    left_out = {f"{row.name} {row.year}": row.problem() for row in rows if row.problem()}
    return ImportReport(len(rows), len(rows) - len(left_out), left_out, warnings)


def _check_codes(rows: list[AuthorityYear], path: Path) -> None:
    """Raise InputError where one code stands for two authorities of one year; a name may change from year to year."""
    years: dict[str, set[int]] = {}
    names: dict[str, set[str]] = {}
    for row in rows:
        years.setdefault(row.name, set()).add(row.year)
        for code in codes_of(row):
            names.setdefault(code, set()).add(row.name)
    for code, its in names.items():
        for one, other in combinations(sorted(its), 2):
            if years[one] & years[other]:
                raise InputError(f"{path} has the code {code} for {one} and for {other}. Expected one authority.")


def _doubts(rows: list[AuthorityYear]) -> Iterator[str]:
    """Yield a warning for each two columns of a year that lie the other way round than in the table in use.

    Rates and caseloads lie so near one another in size that an exchange is not seen from their level; but where one
    column is above the other, and by how much, differs between authorities and stays.
    """
    theirs, ours = ({field: _figures(its, field) for field in FIGURES} for its in (rows, official_table()))
    for year in sorted({row.year for row in rows if row.level == "authority"}):
        for one, other in combinations(FIGURES, 2):
            columns = [theirs[field].get(("authority", year), {}) for field in (one, other)]
            columns += [nearest(ours[field], "authority", year) for field in (one, other)]
            both = [[its[name] for its in columns] for name in columns[0] if all(name in its for its in columns)]
            if len(both) >= FEWEST and _other_way_round(both):
                a, b, ours_a, ours_b = (number(median(its)) for its in zip(*both, strict=True))
                yield (
                    f"in {year}, {FIGURES[one][0]} and {FIGURES[other][0]} lie the other way round than in the table "
                    f"in use: the median authority has {a} and {b}, and {ours_a} and {ours_b} there. Were these "
                    "columns exchanged?"
                )


def _other_way_round(pairs: list[list[float]]) -> bool:
    """Whether differences of two columns, and of the same in the table in use, go against one another."""
    products = [(one - other) * (ours - ours_other) for one, other, ours, ours_other in pairs]
    return sum(products) < -_SURE * math.sqrt(sum(product**2 for product in products))


def _figures(rows: Iterable[AuthorityYear], field: str) -> Figures:
    """Return what is known of a column, as it is written."""
    found: Figures = {}
    for row in rows:
        if (value := getattr(row, field)) is not None:
            found.setdefault((row.level, row.year), {})[row.name] = value * FIGURES[field][1]
    return found


def _check_columns(rows: list[AuthorityYear], path: Path) -> None:
    """Raise InputError where a column holds what the table in use has in another: two of them were exchanged."""
    ours = {(row.name, row.level, row.year): row for row in official_table()}
    both = [(row, ours[row.name, row.level, row.year]) for row in rows if (row.name, row.level, row.year) in ours]

    def alike(year: int, field: str, other: str) -> tuple[int, int]:
        """How many cells of a year, as they are written, are those of a column in the table in use, and of how many."""
        units, theirs = FIGURES[field][1], FIGURES[other][1]
        pairs = [(getattr(row, field), getattr(our, other)) for row, our in both if row.year == year]
        same = [abs(a * units - b * theirs) < 1e-6 for a, b in pairs if a is not None and b is not None]  # noqa: PLR2004
        return sum(same), len(same)

    for year, field, other in product(sorted({row.year for row, _ in both}), FIGURES, FIGURES):
        (crossed, known), (own, beside) = alike(year, field, other), alike(year, field, field)
        if other != field and known >= FEWEST and crossed > known / 2 and own <= beside / 2:
            here, there = (_median(its, field, year) for its in zip(*both, strict=True))
            raise InputError(
                f"{path}: {FIGURES[field][0]} holds the figures that the table in use has as {FIGURES[other][0]}: "
                f"{crossed} of {known} rows of {year} agree with that column, and {own} of {beside} with their own; "
                f"the median is {here}, and {there} in the table in use. "
                "Were these columns exchanged?"
            )


def _median(rows: Iterable[AuthorityYear], field: str, year: int) -> str:
    known = [figure for row in rows if row.year == year and (figure := getattr(row, field)) is not None]
    return number(median(known) * FIGURES[field][1]) if known else "not published"


def _write(lines: list[dict[str, str]], source: Path, to: Path) -> None:
    aside = Path(f"{to}.{os.getpid()}.part")
    try:
        if to.exists() and to.samefile(source):
            raise InputError(f"{to} is the official file itself. Name another file to write the compact table to.")
        with aside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*COLUMNS, *CODES], lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)
        aside.replace(to)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise InputError(f"{to} cannot be written: {error.strerror}.") from error
