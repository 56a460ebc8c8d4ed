"""Official workforce tables taken in: checked, and written compactly, all at once or not at all."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from statistics import StatisticsError, correlation, median

from conducive.scenarios.declaration import number
from conducive.scenarios.errors import InputError
from conducive.scenarios.workforce import (
    CODES,
    COLUMNS,
    EXPECTED,
    FIGURES,
    AuthorityYear,
    codes_of,
    forget_tables,
    lines_of,
    official_table,
    plain_name,
    row_of,
)

_BELIEVABLE = {
    "in_post": (50.0, 100_000.0), "turnover": (0.04, 0.5), "vacancy_rate": (0.03, 0.6), "agency_rate": (0.02, 0.5),
    "caseload": (6.0, 40.0), "case_holders": (25.0, 60_000.0), "agency_cover": (0.15, 1.0),
}  # fmt: skip
"""Between what England's figure, or the median authority's, can lie: what it was since 2017, and room beside."""
_FEWEST = 5  # authorities from which their median says something
_MANY = 20  # authorities from which a correlation says something
_TIMES = 3.0  # how far England's figure may lie from the same in the table in use


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
    _check_believable(rows, Path(csv_path))
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
    """Yield a warning for each two columns of a year that go with the past of one another better than with their own.

    Rates and caseloads lie so near one another in size that an exchange is not seen from their level.
    """
    ours: dict[int, dict[str, AuthorityYear]] = {}
    for row in official_table():
        if row.level == "authority":
            ours.setdefault(row.year, {})[row.name] = row
    for year in sorted({row.year for row in rows}):
        known = ours.get(year) or (ours[max(ours)] if ours else {})
        both = [(row, known[row.name]) for row in rows if row.year == year and row.name in known]
        fields = ("turnover", "vacancy_rate", "agency_rate", "caseload", "agency_cover")
        goes = {
            (one, other): _goes_with([(getattr(row, one), getattr(past, other)) for row, past in both])
            for one, other in product(fields, fields)
        }
        for one, other in combinations(fields, 2):
            own, crossed = goes[one, one] + goes[other, other], goes[one, other] + goes[other, one]
            if crossed > own:
                yield (
                    f"in {year}, {FIGURES[one][0]} and {FIGURES[other][0]} go with one another's figures of the table "
                    f"in use better than with their own (correlations together {crossed:.2f} and {own:.2f}). "
                    "Were these columns exchanged?"
                )


def _goes_with(pairs: list[tuple[float | None, float | None]]) -> float:
    """Return the correlation of pairs, 0 where there are too few or nothing varies."""
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    if len(known) < _MANY:
        return 0.0
    try:
        return correlation([a for a, _ in known], [b for _, b in known])
    except StatisticsError:
        return 0.0


def _check_believable(rows: list[AuthorityYear], path: Path) -> None:
    """Raise InputError where England's figure, or the median authority's, is none that there could be."""
    year = max(row.year for row in rows)
    ours = {row.year: row for row in official_table() if row.level == "england"}
    england = next((row for row in rows if row.level == "england" and row.year == year), None)
    for field, (low, high) in _BELIEVABLE.items():
        of_year = [getattr(row, field) for row in rows if row.level == "authority" and row.year == year]
        known = [figure for figure in of_year if figure is not None]
        own = getattr(england, field) if england else None
        value = own if own is not None else median(known) if len(known) >= _FEWEST else None
        if value is None:
            continue
        whose = f"England's figure of {year}" if own is not None else f"the median authority's figure of {year}"
        column, units, _ = FIGURES[field]
        said = f"{path}: {column} cannot be what it is called: {whose} is {number(value * units)}"
        before = getattr(ours.get(year) or ours[max(ours)], field) if ours and own is not None else None
        if not low <= value <= high and not (field in {"in_post", "case_holders"} and own is None):
            as_shares = " Are they shares where percentages are meant?" if units > 1 and value * units < 1 else ""
            raise InputError(f"{said}. Expected {number(low * units)} to {number(high * units)}.{as_shares}")
        if before and not 1 / _TIMES <= value / before <= _TIMES:
            raise InputError(f"{said}, and {number(before * units)} in the table in use.")


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
        if other != field and known >= _FEWEST and crossed > known / 2 and own <= beside / 2:
            raise InputError(
                f"{path}: {FIGURES[field][0]} holds the figures that the table in use has as {FIGURES[other][0]}: "
                f"{crossed} of {known} rows of {year} agree with that column, and {own} of {beside} with their own. "
                "Were these columns exchanged?"
            )


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
