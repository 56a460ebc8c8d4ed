"""Official tables beside the workforce: taken in all at once or not at all, and what they say."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from conducive.scenarios import official_tables
from conducive.scenarios.errors import InputError
from conducive.scenarios.official_tables import (
    ENGLAND,
    SHIPPED,
    TABLES,
    figure,
    import_official,
    inspections,
    neighbours,
    spending,
    yearly,
)

LEEDS, YORK = {"E08000035", "383"}, {"E06000014", "816"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with every table, under other names, and files that are none."""
    official = tmp_path / "downloads"
    official.mkdir()
    for n, table in enumerate(TABLES):
        shutil.copy(SHIPPED / f"{table.name}.csv", official / f"download {n}.CSV")
    (official / "notes.txt").write_text("read me", "utf-8")
    (official / "other.csv").write_text("a,b\n1,2\n", "utf-8")
    return official


def changed(folder: Path, number: int, old: str, new: str) -> None:
    path = folder / f"download {number}.CSV"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def refusal(folder: Path, to: Path) -> str:
    """Return why tables are refused, having checked that nothing was written."""
    with pytest.raises(InputError) as caught:
        import_official(folder, to)
    assert not to.exists()
    return str(caught.value)


def test_tables_are_known_by_their_columns_and_read_the_same_when_taken_in(folder: Path, tmp_path: Path) -> None:
    found = import_official(folder, tmp_path / "in" / "deep")

    assert found == {
        "inspections": 271, "neighbours": 153, "children_in_need": 1377, "children": 1224, "spending": 151,
    }  # fmt: skip
    for table in TABLES:
        taken = (tmp_path / "in" / "deep" / f"{table.name}.csv").read_bytes()
        assert taken == (SHIPPED / f"{table.name}.csv").read_bytes()
    assert len(list((tmp_path / "in" / "deep").iterdir())) == len(TABLES)


def test_a_heading_in_other_case_and_columns_that_are_not_needed_are_read(folder: Path, tmp_path: Path) -> None:
    path = folder / "download 0.CSV"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["extra", *(name.upper() for name in rows[0])])
        writer.writerows([["x", *row.values()] for row in rows])

    assert import_official(folder, tmp_path / "in")["inspections"] == len(rows)


@pytest.mark.parametrize(
    ("number", "old", "new", "said"),
    [
        (0, "overall_effectiveness", "overall", "download 0.CSV lacks overall_effectiveness"),
        (1, "sn_10,", "sn_ten,", "download 1.CSV lacks sn_10"),
        (2, "at31_episodes", "at_31", "does not hold the table of children in need at 31 March"),
        (0, "2019-02-18", "18/02/2019", "inspection_date cannot be '18/02/2019'. Expected a date such as 2025-03-31."),
        (0, "Good", "Fair", "overall_effectiveness cannot be 'Fair'. Expected Outstanding, Good"),
        (1, "\n301,308", "\n301,Newham", "sn_1 cannot be 'Newham'. Expected a three-digit code."),
        (2, "402400", "many", "at31_episodes cannot be 'many'. Expected a number, or a mark of suppression"),
        (3, "E06000047", "Durham", "new_la_code cannot be 'Durham'. Expected an official code"),
        (0, "E09000002,Barking and Dagenham,2023-07-10", "E09000002,Barking and Dagenham,2019-02-18",
         "has 2 rows for E09000002 and 2019-02-18. Expected one."),
    ],
)  # fmt: skip
def test_what_cannot_stand_in_a_table_is_named(
    folder: Path, tmp_path: Path, number: int, old: str, new: str, said: str
) -> None:
    changed(folder, number, old, new)

    assert said in refusal(folder, tmp_path / "in")


def scaled(folder: Path, number: int, times: float, rows: str = "") -> None:
    """Multiply the figures of a table, which its last column has, in the rows that hold some text."""
    path = folder / f"download {number}.CSV"
    heading, *lines = path.read_text("utf-8").splitlines()
    for n, line in enumerate(lines):
        front, _, cell = line.rpartition(",")
        if rows in line and (value := figure(cell)):
            lines[n] = f"{front},{value * times:.6f}"
    path.write_text("\n".join([heading, *lines]), "utf-8")


@pytest.mark.parametrize(
    ("number", "times", "rows", "said"),
    [
        (4, 1000, "", "the median authority's figure is 86,073,500, and 86,073.5 in the table in use. Expected "
         "28,691.2 to 250,000; divided by 1,000 it would be 86,073.5."),
        (4, 0.001, ",Eng,", "England's figure is 15,556.1, and 15,556,137 in the table in use."),
        (4, 1000, ",Eng,", "England's figure is 15,556,137,155, and 15,556,137 in the table in use."),
        (2, 30, "", "at31_episodes cannot be what it is called: England's figure of 2025 is 12,072,000, and 402,400 in "
         "the table in use. Expected 134,133 to 1,200,000."),
        (2, 0.01, "2019,Local", "the median authority's figure of 2019 is 22."),
        (3, 1000, "2018,National", "England's figure of 2018 is 11,"),
        (3, 0.001, "", "; multiplied by 1,000 it would be 12,183,016."),
    ],
)  # fmt: skip
def test_figures_that_cannot_be_are_refused_with_those_of_the_table_in_use(
    folder: Path, tmp_path: Path, number: int, times: float, rows: str, said: str
) -> None:
    scaled(folder, number, times, rows)

    message = refusal(folder, tmp_path / "in")

    assert said in message
    assert " in the table in use. Expected " in message


def test_figures_half_as_high_again_are_believed(folder: Path, tmp_path: Path) -> None:
    for number in (2, 3, 4):
        scaled(folder, number, 1.5)

    assert import_official(folder, tmp_path / "in")["spending"] == 151


@pytest.mark.parametrize("spoil", [lambda text: "spoilt", lambda text: text.replace(",", ",9")])
def test_a_table_in_use_that_is_spoilt_or_cannot_be_believed_is_replaced(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[str], str]
) -> None:
    mine = tmp_path / "mine"
    monkeypatch.setattr(official_tables, "imported_folder", lambda: mine)
    import_official(folder, mine)
    spent = mine / "spending.csv"
    heading, rest = spent.read_text("utf-8").split("\n", 1)
    spent.write_text(f"{heading}\n{spoil(rest)}", "utf-8")
    official_tables.rows_of_table.cache_clear()

    import_official(folder, mine)

    assert spending({ENGLAND}) == pytest.approx(15_556_137_154.71)


def test_rows_above_the_heading_without_a_filled_cell_are_not_there(folder: Path, tmp_path: Path) -> None:
    path = folder / "download 4.CSV"
    path.write_text("\n,,\n" + path.read_text("utf-8"), "utf-8")

    assert import_official(folder, tmp_path / "in")["spending"] == 151


def test_a_table_that_is_missing_twice_there_or_a_part_is_refused(folder: Path, tmp_path: Path) -> None:
    spent = folder / "download 4.CSV"
    kept = spent.read_text("utf-8")
    spent.write_text("".join(kept.splitlines(keepends=True)[:50]), "utf-8")
    assert "holds 49 authorities, at least 100 are expected" in refusal(folder, tmp_path / "in")

    spent.write_text(kept, "utf-8")
    shutil.copy(spent, folder / "again.csv")
    assert "twice: again.csv and download 4.CSV" in refusal(folder, tmp_path / "in")

    (folder / "again.csv").unlink()
    spent.unlink()
    assert "does not hold spending on children's social care by authority" in refusal(folder, tmp_path / "in")

    spent.with_suffix(".ods").write_bytes(b"PK\x03\x04mimetype")
    assert "download 4.ods is a spreadsheet: save its table as CSV." in refusal(folder, tmp_path / "in")


def test_no_folder_and_one_that_cannot_be_written_are_refused(folder: Path, tmp_path: Path) -> None:
    assert "is not a folder" in refusal(tmp_path / "absent", tmp_path / "in")
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        import_official(folder, tmp_path / "file" / "in")


def test_imported_tables_are_used_where_they_are_whole(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine"
    monkeypatch.setattr(official_tables, "imported_folder", lambda: mine)
    assert len(inspections(LEEDS)) == 2
    changed(folder, 0, "2022-02-21", "2022-03-21")
    import_official(folder, mine)
    assert inspections(LEEDS)[1].began == date(2022, 3, 21)

    (mine / "children.csv").unlink()

    assert inspections(LEEDS)[1].began == date(2022, 2, 21)


def test_a_mark_of_suppression_is_no_figure() -> None:
    assert [figure(cell) for cell in ("c", "z", "x", ":", "u", "k", "[x]", "")] == [None] * 8
    assert figure("low") == 0.0
    assert figure("-12.5") == -12.5


def test_what_the_shipped_tables_say_is_what_was_published() -> None:
    assert yearly("children", "population_estimate", {ENGLAND})[2024] == 12_183_016
    assert yearly("children_in_need", "at31_episodes", {ENGLAND})[2025] == 402_400
    assert spending({ENGLAND}) == pytest.approx(15_556_137_154.71)
    assert spending({"E09000003"}) == pytest.approx(100_651_950)
    assert [(one.judgement, one.began) for one in inspections(LEEDS)] == [
        ("outstanding", date(2018, 10, 29)),
        ("outstanding", date(2022, 2, 21)),
    ]
    assert [one.code for one in neighbours({"301"})][:3] == ["308", "821", "313"]


def test_of_several_councils_sums_are_taken_and_one_withheld_withholds_them() -> None:
    one, other, both = (yearly("children", "population_estimate", its) for its in (LEEDS, YORK, LEEDS | YORK))
    assert both[2024] == one[2024] + other[2024]

    scilly, withheld = {"E06000053"}, yearly("children_in_need", "at31_episodes", {"E06000053"})
    assert 2023 not in withheld
    assert 2023 not in yearly("children_in_need", "at31_episodes", scilly | LEEDS)
    assert neighbours({"E99999999"}) == ()
    assert spending(set()) is None
