"""Official tables beside the workforce: inspections, statistical neighbours, children, children in need, spending.

Each is taken in from a file as published, checked, and kept compactly with official column names, cells and marks; see
`data/ATTRIBUTION.md` for publishers and licence. What is read: the tables that somebody imported, else the shipped.
"""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from conducive.scenarios.believable import Bands, Figures, check_believable
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import GRADES
from conducive.scenarios.official_csv import SPREADSHEETS, Cells, headings_of, read_cells
from conducive.scenarios.workforce import forget_tables, only_shipped

SHIPPED = Path(__file__).with_name("data")
ENGLAND = "E92000001"
JUDGEMENTS = {**{grade.capitalize(): n for n, grade in enumerate(GRADES, 1)}, "Requires improvement to be good": 3}
"""Ofsted's words for overall effectiveness, and the grade of each: 1 outstanding to 4 inadequate."""
NEIGHBOURS = tuple(f"sn_{n}" for n in range(1, 11))
CLOSENESS = ("Extremely close", "Very close", "Close", "Somewhat close", "Not close")
COUNCILS = ("London", "MD", "UA", "SC", "Eng")
"""Classes of authorities with children's services, and England; others are districts and sums."""
FEWEST = 100
"""Authorities that a table has at least: England has some 150, and a part of one is no table."""
_CODE, _YEAR = r"[EWNS]\d{8}", r"20\d\d"
_FIGURE = r"-?\d{1,12}(\.\d{0,12})?|[czx:uk]|low|\[[a-z]\]|"
_CLOSE = "|".join(CLOSENESS)
_DATED = {
    "time_period": _YEAR, "geographic_level": "National|Regional|Local authority", "new_la_code": f"{_CODE}|",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the columns that it needs, what a cell of each must be, what a row is known by, and which are kept."""

    name: str
    what: str
    columns: dict[str, str]
    key: tuple[str, ...]
    kept: Callable[[Cells], bool] = lambda _: True
    believable: Mapping[str, Bands] = MappingProxyType({})
    """Of a column of figures, between what England's can lie, and the median authority's: from about a third of what
    was published since 2017 to three times it."""

    @property
    def expected(self) -> str:
        """What is expected of its file."""
        return f"Expected {self.what}, as a CSV file in UTF-8."


def _own_or_national(cells: Cells) -> bool:
    return cells["geographic_level"] != "Regional"


TABLES = (
    Table(
        "inspections",
        "Ofsted's history of inspections of local authority children's services",
        {
            "area_code": _CODE,
            "la_name": ".+",
            "inspection_date": r"\d{4}-\d\d-\d\d",
            "publication_date": r"\d{4}-\d\d-\d\d",
            "inspection_type": ".+",
            "overall_effectiveness": "|".join(JUDGEMENTS),
        },
        ("area_code", "inspection_date"),
    ),
    Table(
        "neighbours",
        "the table of ten statistical neighbours of each authority",
        {"old_la_code": r"\d{3}", **dict.fromkeys(NEIGHBOURS, r"\d{3}"), **{f"{n}p": _CLOSE for n in NEIGHBOURS}},
        ("old_la_code",),
    ),
    Table(
        "children_in_need",
        "the table of children in need at 31 March",
        {**_DATED, "at31_episodes": _FIGURE},
        ("time_period", "new_la_code"),
        _own_or_national,
        {"at31_episodes": {"england": (130e3, 1.2e6), "authority": (700.0, 7e3)}},
    ),
    Table(
        "children",
        "mid-year estimates of children aged 0 to 17",
        {**_DATED, "population_estimate": _FIGURE},
        ("time_period", "new_la_code"),
        _own_or_national,
        {"population_estimate": {"england": (4e6, 36e6), "authority": (20e3, 180e3)}},
    ),
    Table(
        "spending",
        "spending on children's social care by authority",
        {"area_code": r"\w+", "class": r"\w+", "children_social_care_net_current_expenditure": _FIGURE},
        ("area_code",),
        lambda cells: cells["class"] in COUNCILS and bool(re.fullmatch(_CODE, cells["area_code"])),
        {"children_social_care_net_current_expenditure": {"england": (5e6, 45e6), "authority": (25e3, 250e3)}},
    ),
)
"""Every table that is taken in."""


def import_official(folder: Path, to: Path) -> dict[str, int]:
    """Check the official tables in a folder and write them compactly to another, all at once or not at all.

    Files are known by their columns, whatever they are called. Returns how many rows are kept of each table. Raises
    InputError, with nothing written, where a table is missing, is there twice, is a spreadsheet, lacks a column, has a
    cell that is neither a figure nor a mark of suppression, repeats a row, holds too few authorities, or has figures
    that cannot be what they are called.
    """
    found = {table.name: _checked(table, path) for table, path in _files(Path(folder))}
    try:
        Path(to).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=to) as aside:
            for name, rows in found.items():
                _write(Path(aside) / f"{name}.csv", rows)
            for name in found:
                shutil.move(Path(aside) / f"{name}.csv", Path(to) / f"{name}.csv")
    except OSError as error:
        msg = f"{to} cannot be written: {error.strerror}."
        raise InputError(msg) from error
    forget_tables()
    rows_of_table.cache_clear()
    return {name: len(rows) for name, rows in found.items()}


def _files(folder: Path) -> list[tuple[Table, Path]]:
    """Return the file of each table in a folder, by its columns. Raises InputError for none and for two."""
    if not folder.is_dir():
        msg = f"{folder} is not a folder. Name the one that holds the official tables."
        raise InputError(msg)
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    sheets = [path.name for path in files if _begins(path).startswith(SPREADSHEETS)]
    headings = {path: headings_of(path) for path in files if path.suffix.lower() == ".csv" and path.name not in sheets}
    found = []
    for table in TABLES:
        having = [path for path, its in headings.items() if table.columns.keys() <= its]
        if len(having) > 1:
            msg = f"{folder} holds {table.what} twice: {having[0].name} and {having[1].name}. Take one out."
            raise InputError(msg)
        if not having:
            raise InputError(_missing(table, folder, headings, sheets))
        found.append((table, having[0]))
    return found


def _missing(table: Table, folder: Path, headings: dict[Path, set[str]], sheets: list[str]) -> str:
    """Return why a table was not found: the nearest file and what it lacks, or spreadsheets that are no CSV files."""
    said = f"{folder} does not hold {table.what}: no CSV file there has the columns {', '.join(table.columns)}."
    nearest = max(headings, key=lambda path: len(table.columns.keys() & headings[path]), default=None)
    if nearest and 2 * len(table.columns.keys() & headings[nearest]) >= len(table.columns):
        return f"{said} {nearest.name} lacks {', '.join(sorted(table.columns.keys() - headings[nearest]))}."
    return f"{said} {sheets[0]} is a spreadsheet: save its table as CSV." if sheets else said


def _begins(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _checked(table: Table, path: Path) -> list[Cells]:
    """Return the rows of a table that are kept. Raises InputError for what cannot stand in it."""
    rows = []
    for where, cells in read_cells(path, list(table.columns), (), table.expected).items():
        plain = {column: " ".join(cell.split()) for column, cell in cells.items()}
        for column, pattern in table.columns.items():
            if not re.fullmatch(pattern, plain[column]):
                msg = f"{where}: {column} cannot be {plain[column][:40]!r}. {_allowed(pattern)}"
                raise InputError(msg)
        if table.kept(plain):
            rows.append(plain)
    (key, count), *_ = Counter(tuple(row[column] for column in table.key) for row in rows).most_common(1) or [((), 0)]
    if count > 1:
        msg = f"{path} has {count} rows for {' and '.join(key)}. Expected one."
        raise InputError(msg)
    code = next(column for column in ("area_code", "new_la_code", "old_la_code") if column in table.columns)
    if (held := len({row[code] for row in rows})) < FEWEST:
        msg = f"{path} holds {held} authorities, at least {FEWEST} are expected of the whole of England."
        raise InputError(msg)
    for column, bands in table.believable.items():
        check_believable(path, column, bands, _figures(rows, column), _figures(_in_use(table.name), column))
    return rows


def _in_use(name: str) -> tuple[Cells, ...]:
    """Return the rows of a table in use, none of one that was spoilt: it can be replaced."""
    try:
        return rows_of_table(name, folder_in_use())
    except InputError:
        return ()


def _figures(rows: Iterable[Cells], column: str) -> Figures:
    """Return what is known of a column, England's apart."""
    found: Figures = {}
    for row in rows:
        national = row.get("geographic_level") == "National" or row.get("class") == "Eng"
        code = ENGLAND if national else row.get("new_la_code") or row["area_code"]
        if (value := figure(row[column])) is not None:
            level = "england" if national else "authority"
            found.setdefault((level, int(row.get("time_period", 0))), {})[code] = value
    return found


def _allowed(pattern: str) -> str:
    kinds = {
        **dict.fromkeys((_CODE, f"{_CODE}|"), "Expected an official code such as E08000035."),
        _YEAR: "Expected a year such as 2025.",
        _FIGURE: "Expected a number, or a mark of suppression (c z x : u k low, [x]).",
        r"\d{4}-\d\d-\d\d": "Expected a date such as 2025-03-31.",
        r"\d{3}": "Expected a three-digit code.",
        _CLOSE: f"Expected {', '.join(CLOSENESS)}.",
        "|".join(JUDGEMENTS): f"Expected {', '.join(JUDGEMENTS)}.",
    }
    return kinds.get(pattern, "Expected something there.")


def _write(path: Path, rows: list[Cells]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def imported_folder() -> Path:
    """Return where imported tables are kept: in the data folder of whoever runs the program."""
    import platformdirs

    return platformdirs.user_data_path("conducive", appauthor=False) / "official"


def folder_in_use() -> Path:
    """Return where tables are read from: the imported ones where they are whole, else the shipped."""
    whole = not only_shipped() and all((imported_folder() / f"{table.name}.csv").is_file() for table in TABLES)
    return imported_folder() if whole else SHIPPED


@cache
def rows_of_table(name: str, folder: Path) -> tuple[Cells, ...]:
    """Return the rows of a table in a folder. Raises InputError for one that was spoilt."""
    table = next(table for table in TABLES if table.name == name)
    return tuple(read_cells(folder / f"{name}.csv", list(table.columns), (), table.expected).values())


def figure(cell: str) -> float | None:
    """Return a cell as a number, None for a mark that nothing was published."""
    return float(cell) if re.fullmatch(r"-?\d+(\.\d*)?", cell) else 0.0 if cell == "low" else None


# ---- What they say -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Inspection:
    """An inspection: when it began, when its report came out, and its judgement, 1 outstanding to 4 inadequate."""

    began: date
    published: date
    grade: int
    council: str
    """Whom it judged, as Ofsted calls them."""

    @property
    def judgement(self) -> str:
        """The judgement in a word or two."""
        return GRADES[self.grade - 1]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A statistical neighbour: its three-digit code, and how close it is, in the publisher's words."""

    code: str
    closeness: str


def inspections(codes: set[str]) -> tuple[Inspection, ...]:
    """Return every inspection of the authorities with some codes since 2018, the first one first."""
    return tuple(
        sorted(
            Inspection(
                date.fromisoformat(row["inspection_date"]),
                date.fromisoformat(row["publication_date"]),
                JUDGEMENTS[row["overall_effectiveness"]],
                row["la_name"],
            )
            for row in rows_of_table("inspections", folder_in_use())
            if row["area_code"] in codes
        )
    )


def neighbours(codes: set[str]) -> tuple[Neighbour, ...]:
    """Return the statistical neighbours of authorities with some codes, the nearest first; of several, in turn."""
    rows = [row for row in rows_of_table("neighbours", folder_in_use()) if row["old_la_code"] in codes]
    in_turn = [Neighbour(row[n], row[f"{n}p"]) for n in NEIGHBOURS for row in rows]
    return tuple({one.code: one for one in reversed(in_turn) if one.code not in codes}.values())[::-1]


def yearly(name: str, column: str, codes: set[str]) -> dict[int, float]:
    """Return the sum of a column over the authorities with some codes, by year, left out where one is withheld.

    England is the code `E92000001`.
    """
    found: dict[int, list[float | None]] = {}
    for row in rows_of_table(name, folder_in_use()):
        code = ENGLAND if row["geographic_level"] == "National" else row["new_la_code"]
        if code in codes:
            found.setdefault(int(row["time_period"]), []).append(figure(row[column]))
    return {year: sum(known) for year, cells in found.items() if len(known := list(_known(cells))) == len(cells)}


def spending(codes: set[str]) -> float | None:
    """Return net current spending on children's social care of the authorities with some codes, GBP; None: withheld."""
    rows = [row for row in rows_of_table("spending", folder_in_use()) if row["area_code"] in codes]
    cells = [figure(row["children_social_care_net_current_expenditure"]) for row in rows]
    return 1000.0 * sum(_known(cells)) if cells and None not in cells else None


def _known(cells: list[float | None]) -> Iterator[float]:
    return (cell for cell in cells if cell is not None)
