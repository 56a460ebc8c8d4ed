"""Real starting points: published workforce figures of English authorities, and model inputs that reproduce them.

Source: Department for Education, "Children's social work workforce", 30 September 2017 to 2025, Open Government Licence
v3.0; see `data/ATTRIBUTION.md`. The shipped table keeps official column names, cells and marks: one reader for both.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import os
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Literal, cast

from conducive.scenarios.conditions import inputs
from conducive.scenarios.declaration import number
from conducive.scenarios.errors import InputError

TABLE = Path(__file__).with_name("data") / "workforce.csv"
LATEST = 2025
SMALLEST_STAFF = 5.0  # social workers in post, FTE: below, one leaver moves turnover by 20 points
SWING_STAFF = 30.0  # FTE: up to this size single people make the swing between years
LARGEST_FILE = 64 * 1024 * 1024

Level = Literal["authority", "region", "england"]
_LEVELS: dict[str, Level] = {"Local authority": "authority", "Regional": "region", "National": "england"}
_FIGURES = {  # field: (official column, official units in one of ours, largest believable cell)
    "in_post": ("inpost_fte", 1.0, 1e6),
    "turnover": ("turnover_rate_fte", 100.0, 1000.0),
    "vacancy_rate": ("vacancy_rate_fte", 100.0, 100.0),
    "agency_rate": ("agency_rate_fte", 100.0, 100.0),
    "caseload": ("caseload_fte", 1.0, 1000.0),
    "case_holders": ("case_holders_fte", 1.0, 1e6),
    "agency_cover": ("vacancy_agency_cover_rate_fte", 100.0, 100.0),
}
_COLUMNS = ["time_period", "geographic_level", "region_name", "la_name", *(figure[0] for figure in _FIGURES.values())]
_MARKS = {**dict.fromkeys(("", "c", "z", "x", ":", "u", "k")), "low": 0.0}  # `low`: rounds to 0
_EXPECTED = "Expected the official indicators table, a CSV file in UTF-8 of at most 64 MiB."
_SUCCESSORS = {
    "Bournemouth": "Bournemouth, Christchurch and Poole",
    "Poole": "Bournemouth, Christchurch and Poole",
    "Cumbria": "Cumberland or Westmorland and Furness",
    "Northamptonshire": "North Northamptonshire / West Northamptonshire",
}


@dataclass(frozen=True, slots=True)
class AuthorityYear:
    """Published figures of an authority, a region or England on 30 September of a year; None where not published.

    Attributes:
        name: official name, for instance `Bristol, City of`; authorities that report together share one row, `A / B`.
        region: the region it lies in (Inner or Outer London in London); their own name for regions and England.
        level: `authority`, `region` or `england`.
        year: census year.
        in_post: social workers in post, FTE, without agency staff.
        turnover: leavers in the year / in post at its end.
        vacancy_rate: share of posts without a permanent holder, agency-covered ones included.
        agency_rate: agency / (agency + in post).
        caseload: cases per case-holder.
        case_holders: workers who hold cases, agency staff included, FTE.
        agency_cover: share of vacancies covered by agency workers.

    """

    name: str
    region: str
    level: Level
    year: int
    in_post: float | None
    turnover: float | None
    vacancy_rate: float | None
    agency_rate: float | None
    caseload: float | None
    case_holders: float | None
    agency_cover: float | None

    def problem(self) -> str:
        """Why these figures cannot start a model; empty when they can. Only `agency_cover` may be missing."""
        if self.in_post is not None and self.in_post < SMALLEST_STAFF:
            return f"{number(self.in_post)} social workers in post are too few, under {number(SMALLEST_STAFF)}"
        needed = [field for field in _FIGURES if field != "agency_cover"]
        if missing := [field.replace("_", " ") for field in needed if getattr(self, field) is None]:
            return f"no figure was published for {', '.join(missing)}"
        if 1 in {self.vacancy_rate, self.agency_rate}:
            return "not one post has a permanent holder"
        if not (self.case_holders and self.caseload):
            return "nobody holds cases"
        return "posts are vacant, yet no leavers were returned" if self.vacancy_rate and not self.turnover else ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What `import_workforce` found: rows read, rows a model can start from, and why not for each other row."""

    rows_read: int
    usable: int
    left_out: dict[str, str]


def import_workforce(csv_path: Path, to: Path) -> ImportReport:
    """Check the official indicators file and write its compact table to `to`, all at once or not at all.

    Cells are numbers or marks: `c z x : u k` and empty mean not published, `low` means rounds to 0. All rows are kept,
    so that a lookup can say what is missing; those a model cannot start from are listed in the report.

    Raises InputError, with nothing written, when the file cannot be read, is not the official table, repeats a row or
    has no usable authority, or when `to` cannot be written.
    """
    lines = _lines(Path(csv_path))
    rows = [_row(cells, where) for where, cells in lines.items()]
    (name, level, year), count = Counter((row.name, row.level, row.year) for row in rows).most_common(1)[0]
    if count > 1:
        raise InputError(f"{csv_path} has {count} rows for {name} ({level}) in {year}. Expected one.")
    if not any(row.level == "authority" and not row.problem() for row in rows):
        raise InputError(f"{csv_path} has no local authority with usable figures. {_EXPECTED}")
    _write(list(lines.values()), Path(csv_path), Path(to))
    official_table.cache_clear()
    _index.cache_clear()
    left_out = {f"{row.name} {row.year}": row.problem() for row in rows if row.problem()}
    return ImportReport(len(rows), len(rows) - len(left_out), left_out)


@cache
def official_table() -> tuple[AuthorityYear, ...]:
    """Every row of the shipped table: authorities, regions and England, unusable rows included."""
    return tuple(_row(cells, where) for where, cells in _lines(TABLE).items())


def authorities(year: int | None = None) -> list[AuthorityYear]:
    """Local authorities a model can start from, in a year or in all. Raises InputError for a year not in the table."""
    if year is not None:
        _check_year(year)
    return [r for r in official_table() if r.level == "authority" and year in {None, r.year} and not r.problem()]


def find(name: str, year: int = LATEST) -> AuthorityYear:
    """Figures of an authority, a region or `England`. Case, spaces, punctuation and `council` do not matter.

    Raises InputError for an unknown name (with the nearest ones), an unknown year, and figures a model cannot start
    from (with what is missing, and the region or other years to use instead).
    """
    _check_year(year)
    known = _named(name)
    row = next((row for row in known if row.year == year), None)
    if row and not row.problem():
        return row
    official, region = known[0].name, known[0].region
    reason = row.problem() if row else "no figures were returned under that name that year"
    if not row and official in _SUCCESSORS:
        reason += f" (its area is now {_SUCCESSORS[official]})"
    years = ", ".join(str(row.year) for row in known if not row.problem())
    instead = f"{region}{f', or another year: {years}' if years else ''}"
    raise InputError(f"authority {official!r} cannot be used for {year}: {reason}. Use its region, {instead}.")


def starting_point(name: str, year: int = LATEST) -> dict[str, float]:
    """Model inputs, by address, that reproduce the published figures of an authority.

    Of E posts a share v is vacant, a share c of which agency workers cover; x (share of posts) are agency above the
    establishment: permanent = E(1 - v), agency = E(vc + x), case-holders = E(1 - v + vc + x), and v = lf / (1 + lf)
    with l leavers a month per permanent worker and f `time_to_fill`. A region or England stands for its average usable
    authority.

    Values outside the declared bounds of an input, where the model is not defined, are moved to the bound: mostly
    `time_to_fill`, in a year of few leavers and many vacancies (too long) or of no vacancy (0).

    Raises InputError as `find` does.
    """
    row = find(name, year)
    vacancy, agency_rate, turnover, caseload = (  # complete, because found
        cast("float", figure) for figure in (row.vacancy_rate, row.agency_rate, row.turnover, row.caseload)
    )
    case_holders = _case_holders(row)
    agency = agency_rate / (1 - agency_rate) * (1 - vacancy)
    cover = _cover(vacancy, agency, row.agency_cover)
    extra = max(0.0, agency - vacancy * cover)
    found = {
        "organisation.posts": round(case_holders / (1 - vacancy + vacancy * cover + extra)),
        "organisation.families": round(caseload * case_holders),
        "workforce_capacity.turnover": turnover,
        "workforce_capacity.time_to_fill": 12 / turnover * vacancy / (1 - vacancy) if vacancy else 0,
        "workforce_capacity.agency_cover": cover,
        "workforce_capacity.agency_extra": extra,
        "workforce_capacity.caseload": caseload,
    }
    bounds = {i.address: (i.minimum, i.maximum) for i in inputs() if i.address in found}
    return {a: round(float(min(max(value, bounds[a][0]), bounds[a][1])), 4) for a, value in found.items()}


def year_to_year_swing() -> dict[str, float]:
    """How far figures swing around an authority's own level: shares for rates, cases for caseload.

    Standard deviation of what is left without year means and authority means, among usable authorities with more than
    `SWING_STAFF` in post: about 0.049 (turnover), 0.065 (vacancy rate), 0.063 (agency rate) and 1.6 cases.
    """
    rows = [row for row in authorities() if (row.in_post or 0) > SWING_STAFF]
    swing = {}
    for field in ("turnover", "vacancy_rate", "agency_rate", "caseload"):
        left = _without_means([(str(row.year), row.name, getattr(row, field)) for row in rows])
        swing[field] = math.sqrt(fmean(value**2 for value in left))
    return swing


def _without_means(figures: list[tuple[str, str, float]]) -> list[float]:
    """Values of (year, authority, value) less the mean of their year, then less the mean of their authority."""
    left = [value for _, _, value in figures]
    for part in (0, 1):
        groups: dict[object, list[float]] = {}
        for figure, value in zip(figures, left, strict=True):
            groups.setdefault(figure[part], []).append(value)
        left = [value - fmean(groups[figure[part]]) for figure, value in zip(figures, left, strict=True)]
    return left


def _cover(vacancy: float, agency: float, published: float | None) -> float:
    """Share of vacancies covered: as published, or where that is missing or too much, as far as agency staff go.

    `vacancy` and `agency` are shares of posts.
    """
    if published is not None and vacancy * published <= agency:
        return published
    return min(1.0, agency / vacancy) if vacancy else float(agency > 0)


def _case_holders(row: AuthorityYear) -> float:
    """Case-holders (FTE) of an authority, or the mean over the usable authorities of a region or England.

    Not the published total over their number: totals include authorities whose own figures were withheld.
    """
    within = {row.name, f"Inner {row.name}", f"Outer {row.name}"}
    inside = [a for a in authorities(row.year) if row.level == "england" or a.region in within]
    return fmean(a.case_holders or 0 for a in ([row] if row.level == "authority" else inside))


def _check_year(year: int) -> None:
    years = sorted({row.year for row in official_table()})
    if year not in years:
        raise InputError(f"year must be {years[0]} to {years[-1]}. Got {year!r}.")


def _plain(name: str, leave_out: str = "") -> str:
    """Letters and digits of a name, in lower case, without the words of pattern `leave_out`; `&` reads as `and`."""
    return re.sub(r"[\W_]", "", re.sub(rf"\b({leave_out})\b", " ", name.casefold().replace("&", " and ")))


def _short(name: str) -> str:
    """`_plain` without the words for kinds of councils."""
    return _plain(name, "(london|royal|metropolitan) borough|borough|city|county|council|district|of|the")


@cache
def _index() -> dict[str, list[AuthorityYear]]:
    """Rows of all years by each spelling: authorities before regions, official names before short ones."""
    groups: dict[tuple[str, Level], list[AuthorityYear]] = {}
    for row in sorted(official_table(), key=lambda row: (list(_LEVELS.values()).index(row.level), row.year)):
        groups.setdefault((row.name, row.level), []).append(row)
    index: dict[str, list[AuthorityYear]] = {}
    for spelling in (_plain, _short):
        for (name, level), rows in groups.items():
            for part in (name, *name.split(" / ")):
                index.setdefault(spelling(part) if level == "authority" else _plain(part), rows)
    return index


def _named(name: str) -> list[AuthorityYear]:
    index, plain, short = _index(), _plain(name[:80]), _short(name[:80])
    if found := index.get(plain) or index.get(short):
        return found
    near = [key for key in index if short and short in key] + difflib.get_close_matches(plain, index, 3, 0.75)
    names = list(dict.fromkeys(index[key][0].name for key in near))[:3]
    hint = f"Did you mean {' or '.join(names)}?" if names else "`conducive authorities` lists the names."
    raise InputError(f"authority {name[:80]!r} is not in the official table. {hint}")


def _lines(path: Path) -> dict[str, dict[str, str]]:
    """Cells in official columns by place (file and line); InputError when the file is not such a table."""
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    lines = {}
    try:
        if missing := [column for column in _COLUMNS if column not in (reader.fieldnames or ())]:
            raise InputError(f"{path} has no column {missing[0]!r}. It needs {', '.join(_COLUMNS)}. {_EXPECTED}")
        for record in reader:
            where = f"{path}, line {reader.line_num}"
            if None in record or None in record.values():
                raise InputError(f"{where}, has too many or too few cells. Expected {len(reader.fieldnames or ())}.")
            lines[where] = {column: record[column] for column in _COLUMNS}
    except csv.Error as error:
        raise InputError(f"{path} is not a CSV file: {error}. {_EXPECTED}") from error
    if not lines:
        raise InputError(f"{path} has a heading but no rows. {_EXPECTED}")
    return lines


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise InputError(f"{path} {'is a folder' if path.is_dir() else 'is not a file'}. {_EXPECTED}")
        if not 0 < path.stat().st_size <= LARGEST_FILE:
            raise InputError(f"{path} is {number(path.stat().st_size)} bytes long. {_EXPECTED}")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. {_EXPECTED}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text. {_EXPECTED}") from error
    if "\0" in text:
        raise InputError(f"{path} is not text. {_EXPECTED}")
    return text


def _row(cells: dict[str, str], where: str) -> AuthorityYear:
    kind, year = cells["geographic_level"], cells["time_period"]
    if kind not in _LEVELS:
        raise InputError(f"{where}: geographic_level must be {', '.join(_LEVELS)}. Got {kind[:40]!r}.")
    if not re.fullmatch("20[0-9][0-9]", year):
        raise InputError(f"{where}: time_period must be a year such as {LATEST}. Got {year[:40]!r}.")
    level = _LEVELS[kind]
    region = "England" if level == "england" else cells["region_name"]
    name = cells["la_name"] if level == "authority" else region
    if not (_plain(name) and _plain(region)):
        raise InputError(f"{where}: la_name and region_name must be names. Got {name[:40]!r} and {region[:40]!r}.")
    figures = {field: _figure(cells, field, where) for field in _FIGURES}
    return AuthorityYear(name=name, region=region, level=level, year=int(year), **figures)


def _figure(cells: dict[str, str], field: str, where: str) -> float | None:
    """Return a cell in our units, or None where nothing was published."""
    column, units, largest = _FIGURES[field]
    cell = cells[column].strip()
    if cell in _MARKS:
        return _MARKS[cell]
    if not re.fullmatch(r"\d{1,9}(\.\d{0,20})?", cell, re.ASCII) or float(cell) > largest:
        allowed = f"0 to {number(largest)}, or a mark (c z x : u k low)"
        raise InputError(f"{where}: {column} must be {allowed}. Got {cell[:40]!r}.")
    return round(float(cell) / units, 6)


def _write(lines: list[dict[str, str]], source: Path, to: Path) -> None:
    aside = Path(f"{to}.{os.getpid()}.part")
    try:
        if to.exists() and to.samefile(source):
            raise InputError(f"{to} is the official file itself. Name another file to write the compact table to.")
        with aside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)
        aside.replace(to)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise InputError(f"{to} cannot be written: {error.strerror}.") from error
