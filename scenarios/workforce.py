"""Real starting points: published workforce figures of English authorities, and model inputs that reproduce them.

Source: Department for Education, "Children's social work workforce", 30 September 2017 to 2025, Open Government Licence
v3.0; see `data/ATTRIBUTION.md`. The shipped table keeps official column names, cells and marks: one reader for both.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import math
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from numbers import Integral
from pathlib import Path
from statistics import fmean
from typing import Literal, cast

from conducive.scenarios.conditions import inputs
from conducive.scenarios.declaration import number
from conducive.scenarios.errors import InputError, glimpse, quoted
from conducive.scenarios.official_csv import read_cells
from conducive.scenarios.short import Several

TABLE = Path(__file__).with_name("data") / "workforce.csv"
"""The table that comes with the program."""
CHOSEN = "CONDUCIVE_WORKFORCE"
"""Environment variable that names another table to use."""
SMALLEST_STAFF = 5.0  # social workers in post, FTE: below, one leaver moves turnover by 20 points
SWING_STAFF = 30.0  # FTE: up to this size single people make the swing between years

Level = Literal["authority", "region", "england"]
_LEVELS: dict[str, Level] = {"Local authority": "authority", "Regional": "region", "National": "england"}
FIGURES = {  # field: (official column, official units in one of ours, largest believable cell)
    "in_post": ("inpost_fte", 1.0, 1e6),
    "turnover": ("turnover_rate_fte", 100.0, 1000.0),
    "vacancy_rate": ("vacancy_rate_fte", 100.0, 100.0),
    "agency_rate": ("agency_rate_fte", 100.0, 100.0),
    "caseload": ("caseload_fte", 1.0, 1000.0),
    "case_holders": ("case_holders_fte", 1.0, 1e6),
    "agency_cover": ("vacancy_agency_cover_rate_fte", 100.0, 100_000.0),
}
CODES = ("old_la_code", "new_la_code")
_RENAMED = {"social_worker_fte": "inpost_fte", "agency_worker_rate_fte": "agency_rate_fte"}
"""Columns of the older table, "headline measures" 2017 to 2022, and what they are called now."""
COLUMNS = ["time_period", "geographic_level", "region_name", "la_name", *(figure[0] for figure in FIGURES.values())]
_MARKS = {**dict.fromkeys(("", "c", "z", "x", ":", "u", "k")), "low": 0.0}  # `low`: rounds to 0
EXPECTED = "Expected the official indicators table, a CSV file in UTF-8 of at most 64 MiB."
SUCCESSORS = Path(__file__).with_name("data") / "successors.csv"
SHORT_NAMES = Path(__file__).with_name("data") / "short_names.csv"


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
        code: its code of the Office for National Statistics, such as E08000035; empty where there is none.
        old_code: its three-digit code.

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
    code: str = ""
    old_code: str = ""

    def problem(self) -> str:
        """Why these figures cannot start a model; empty when they can. Only `agency_cover` may be missing."""
        if self.in_post is not None and self.in_post < SMALLEST_STAFF:
            return f"{number(self.in_post)} social workers in post are too few, under {number(SMALLEST_STAFF)}"
        needed = [field for field in FIGURES if field != "agency_cover"]
        if missing := [field.replace("_", " ") for field in needed if getattr(self, field) is None]:
            return f"no figure was published for {', '.join(missing)}"
        if 1 in {self.vacancy_rate, self.agency_rate}:
            return "not one post has a permanent holder"
        if not (self.case_holders and self.caseload):
            return "nobody holds cases"
        return "posts are vacant, yet no leavers were returned" if self.vacancy_rate and not self.turnover else ""


def codes_of(row: AuthorityYear) -> list[str]:
    """Return the official codes of an authority, of each where several report together."""
    return [code for codes in (row.code, row.old_code) for code in codes.split(" / ") if code]


_SHIPPED: ContextVar[bool] = ContextVar("shipped", default=False)


@contextmanager
def shipped_table() -> Iterator[None]:
    """Read the table that comes with the program, whatever table is in use."""
    token = _SHIPPED.set(True)
    try:
        yield
    finally:
        _SHIPPED.reset(token)


def only_shipped() -> bool:
    """Whether only what comes with the program is to be read."""
    return _SHIPPED.get()


def table_in_use() -> Path:
    """Return the table that runs start from: one that the environment names, one that was imported, or the shipped."""
    if only_shipped():
        return TABLE
    chosen = os.environ.get(CHOSEN)
    if chosen:
        return Path(chosen)
    return imported_table() if imported_table().is_file() else TABLE


def imported_table() -> Path:
    """Return where an imported table is kept: in the data folder of whoever runs the program."""
    import platformdirs

    return platformdirs.user_data_path("conducive", appauthor=False) / "workforce.csv"


def official_table() -> tuple[AuthorityYear, ...]:
    """Every row of the table in use: authorities, regions and England, unusable rows included."""
    return _table(table_in_use())


@cache
def _table(path: Path) -> tuple[AuthorityYear, ...]:
    return tuple(row_of(cells, where) for where, cells in lines_of(path).items())


def forget_tables() -> None:
    """Read tables anew when they are next asked for."""
    _table.cache_clear()
    _index_of.cache_clear()


def latest() -> int:
    """Return the newest year of the table in use."""
    return max(row.year for row in official_table())


def figures_key(names: Iterable[str], year: int | None = None) -> str:
    """Return a hash of the figures that some authorities start from, in whatever order; as digits of a table in use."""
    found = sorted((name, *sorted(starting_point(name, year).items())) for name in names)
    return hashlib.sha256(repr(found).encode()).hexdigest()[:12]


def authorities(year: int | None = None) -> Several[AuthorityYear]:
    """Local authorities a model can start from, in a year or in all. Raises InputError for a year not in the table."""
    if year is not None:
        _check_year(year)
    usable = (r for r in official_table() if r.level == "authority" and year in {None, r.year} and not r.problem())
    return Several(usable)


def find(name: str, year: int | None = None) -> AuthorityYear:
    """Figures of an authority, a region or `England`, by name, short name, or official code.

    Case, spaces, punctuation and `council` do not matter. Without a year its figures are those of the newest year that
    can be used. Raises InputError for an unknown name (with the nearest ones), an unknown year, and figures a model
    cannot start from (with what is missing, and the region or other years to use instead).
    """
    if year is not None:
        _check_year(year)
    known = _named(name)
    newest = max(known, key=lambda row: row.year)
    now = successors().get(known[0].name) if newest.year < latest() else None
    usable = [row for row in known if not row.problem() and year in {None, row.year}]
    if usable and (year is not None or not now):
        return max(usable, key=lambda row: row.year)
    row = next((row for row in known if row.year == year), None)
    official, region = known[0].name, known[0].region
    if year is None:
        reason = f"its last figures are of {newest.year}" if now else newest.problem()
    else:
        reason = row.problem() if row else "no figures were returned under that name that year"
    reason += f" (its area is now {now})" if now and not row else ""
    years = ", ".join(str(row.year) for row in known if not row.problem())
    instead = f"{region}{f', or another year: {years}' if years else ''}"
    when = "" if year is None else f" for {year}"
    raise InputError(f"authority {official!r} cannot be used{when}: {reason}. Use its region, {instead}.")


def regions_named(name: str) -> tuple[str, list[str]]:
    """Official name of a region or England, in any spelling that `find` takes, and the regions of its authorities.

    Those of London are its inner and outer part. Both are empty for any other name.
    """
    regions = sorted({row.region for row in official_table() if row.level == "authority"})
    halves = [region for region in regions if region in {"Inner London", "Outer London"}]
    areas = {"England": regions, **{region: [region] for region in regions}, **({"London": halves} if halves else {})}
    for spelling in (plain_name, _short):
        plain = spelling(name[:80])
        if found := next((area for area in areas if plain_name(area) == plain), ""):
            return found, areas[found]
        if plain in _index():
            break
    return "", []


def older_figures(row: AuthorityYear, year: int | None = None) -> str:
    """Return the sentence that an authority has no figures of a year, or of the newest there is, and which it has."""
    return f"{row.name} has no figures of {year or latest()} that a run can start from; its newest are of {row.year}."


def rows_of(name: str) -> list[AuthorityYear]:
    """Rows of all years of an authority, a region or England, abolished ones included, in order of years.

    Raises InputError for an unknown name, and where no year of it can be used.
    """
    known = every_row_of(name)
    if all(row.problem() for row in known):
        find(name)
    return known


def every_row_of(name: str) -> list[AuthorityYear]:
    """Rows of all years as `rows_of`, usable or not. Raises InputError for an unknown name."""
    return sorted(_named(name), key=lambda row: row.year)


@cache
def successors() -> dict[str, str]:
    """What abolished authorities became, by name."""
    with SUCCESSORS.open(encoding="utf-8", newline="") as file:
        return {row["la_name"]: row["now"] for row in csv.DictReader(file)}


def starting_point(name: str, year: int | None = None) -> dict[str, float]:
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
    if not isinstance(year, Integral) or year not in years:
        span = f"{years[0]} to {years[-1]}" if len(years) > 1 else f"{years[0]}, the only one in the table"
        raise InputError(f"year must be {span}. Got {glimpse(year)}.")


def plain_name(name: str, leave_out: str = "") -> str:
    """Letters and digits of a name, in lower case, without the words of pattern `leave_out`; `&` reads as `and`."""
    return re.sub(r"[\W_]", "", re.sub(rf"\b({leave_out})\b", " ", name.casefold().replace("&", " and ")))


def _short(name: str) -> str:
    """`plain_name` without the words for kinds of councils."""
    return plain_name(name, "(london|royal|metropolitan) borough|borough|city|county|council|district|of|the")


def _index() -> dict[str, list[AuthorityYear]]:
    """Rows of all years by each spelling: authorities before regions, official names before short ones and codes."""
    return _index_of(table_in_use())


@cache
def _index_of(path: Path) -> dict[str, list[AuthorityYear]]:
    groups: dict[tuple[str, Level], list[AuthorityYear]] = {}
    for row in sorted(_table(path), key=lambda row: (list(_LEVELS.values()).index(row.level), row.year)):
        groups.setdefault((row.name, row.level), []).append(row)
    index: dict[str, list[AuthorityYear]] = {}
    for spelling in (plain_name, _short):
        for (name, level), rows in groups.items():
            for part in (name, *name.split(" / ")):
                index.setdefault(spelling(part) if level == "authority" else plain_name(part), rows)
    for (_, level), rows in groups.items():
        if level == "authority":
            for code in {code for row in rows for code in codes_of(row)}:
                index.setdefault(plain_name(code), rows)
    with SHORT_NAMES.open(encoding="utf-8", newline="") as file:
        for short in csv.DictReader(file):
            if found := index.get(plain_name(short["la_name"])):
                index.setdefault(plain_name(short["short"]), found)
    return index


def lines_of(path: Path) -> dict[str, dict[str, str]]:
    """Return the cells of a table in either official layout by place (file and line). Raises InputError for others."""
    return read_cells(path, COLUMNS, CODES, EXPECTED, _RENAMED)


def _named(name: str) -> list[AuthorityYear]:
    if not isinstance(name, str):
        raise InputError(f"an authority must be a name or a code, as text. Got {glimpse(name)}.{quoted(name)}")
    index, plain, short = _index(), plain_name(name[:80]), _short(name[:80])
    if found := index.get(plain) or index.get(short):
        return found
    for old, now in successors().items():
        if short in {plain_name(old), _short(old)}:
            raise InputError(
                f"authority {old!r} is no more, and the table in use has no figures of it: its area is now {now}. "
                "Use that."
            )
    near = [key for key in index if short and short in key] + difflib.get_close_matches(plain, index, 3, 0.75)
    names = list(dict.fromkeys(index[key][0].name for key in near))[:3]
    hint = f"Did you mean {' or '.join(names)}?" if names else "`conducive authorities` lists the names."
    raise InputError(f"authority {name[:80]!r} is not in the official table. {hint}")


def row_of(cells: dict[str, str], where: str) -> AuthorityYear:
    """Return a row of the official table. Raises InputError, with the place, for what cannot stand there."""
    kind, year = cells["geographic_level"], cells["time_period"]
    if kind not in _LEVELS:
        raise InputError(f"{where}: geographic_level must be {', '.join(_LEVELS)}. Got {kind[:40]!r}.")
    if not re.fullmatch("20[0-9][0-9]", year):
        raise InputError(f"{where}: time_period must be a year such as 2025. Got {year[:40]!r}.")
    level = _LEVELS[kind]
    region = "England" if level == "england" else " ".join(cells["region_name"].split())
    name = " ".join(cells["la_name"].split()) if level == "authority" else region
    if not (plain_name(name) and plain_name(region)):
        raise InputError(f"{where}: la_name and region_name must be names. Got {name[:40]!r} and {region[:40]!r}.")
    figures = {field: _figure(cells, field, where) for field in FIGURES}
    if figures["agency_cover"] is not None:
        # The older table counts agency staff above the establishment as cover, beyond 100%.
        figures["agency_cover"] = min(figures["agency_cover"], 1.0)
    codes = {"code": cells["new_la_code"].strip(), "old_code": cells["old_la_code"].strip()}
    codes = codes if level == "authority" else {}
    return AuthorityYear(name, region, level, int(year), **figures, **codes)  # type: ignore[arg-type]


def _figure(cells: dict[str, str], field: str, where: str) -> float | None:
    """Return a cell in our units, or None where nothing was published."""
    column, units, largest = FIGURES[field]
    cell = cells[column].strip()
    if cell in _MARKS:
        return _MARKS[cell]
    if not re.fullmatch(r"\d{1,9}(\.\d{0,20})?", cell, re.ASCII) or float(cell) > largest:
        allowed = f"0 to {number(largest)}, or a mark (c z x : u k low)"
        raise InputError(f"{where}: {column} must be {allowed}. Got {cell[:40]!r}.")
    return round(float(cell) / units, 6)
