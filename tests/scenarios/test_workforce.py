"""Real starting points: the official file, the shipped table, names, and the model inputs made from them."""

from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random
from statistics import median

import pytest

from conducive.scenarios import official_csv, workforce, workforce_import
from conducive.scenarios.believable import check_believable
from conducive.scenarios.errors import InputError
from conducive.scenarios.workforce import authorities, find, official_table, starting_point
from conducive.scenarios.workforce_import import import_workforce

OFFICIAL = {
    "time_period": "2025",
    "time_identifier": "Reporting year",
    "geographic_level": "Local authority",
    "region_name": "South West",
    "la_name": "Bristol, City of",
    "inpost_fte": "240.5",
    "turnover_rate_fte": "12",
    "agency_rate_fte": "13.1",
    "vacancy_rate_fte": "14",
    "vacancy_agency_cover_rate_fte": "73.6",
    "case_holders_fte": "142",
    "caseload_fte": "15.2",
}


def write(path: Path, *changes: dict[str, str], without: str = "") -> Path:
    """Write an official-shaped file with one row for each set of changes."""
    columns = [column for column in OFFICIAL if column != without]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(OFFICIAL | change for change in changes)
    return path


def refusal(source: Path, to: Path) -> str:
    """Return the message an import is refused with, having checked that nothing was left behind."""
    before = {path: path.stat().st_mtime_ns for path in to.parent.iterdir()}

    with pytest.raises(InputError) as caught:
        import_workforce(source, to)

    assert {path: path.stat().st_mtime_ns for path in to.parent.iterdir()} == before
    return str(caught.value)


def implied(inputs: dict[str, float]) -> dict[str, float]:
    """Return the published figures that follow from model inputs."""
    capacity = {name.rpartition(".")[2]: value for name, value in inputs.items()}
    flow = capacity["turnover"] / 12 * capacity["time_to_fill"]
    vacancy = flow / (1 + flow)
    agency = vacancy * capacity["agency_cover"] + capacity["agency_extra"]
    return {
        "vacancy_rate": vacancy,
        "agency_rate": agency / (agency + 1 - vacancy),
        "case_holders": capacity["posts"] * (1 - vacancy + agency),
    }


def test_the_official_file_becomes_a_compact_table_that_reads_the_same(tmp_path, monkeypatch):
    england = {
        "geographic_level": "National",
        "region_name": "",
        "la_name": "",
        "inpost_fte": "36186.3",
        "case_holders_fte": "21105.4",
    }
    source = write(tmp_path / "official.csv", england, {}, {"la_name": "Poole", "agency_rate_fte": "u"})
    assert find("Leeds")
    report = import_workforce(source, tmp_path / "compact.csv")
    monkeypatch.setattr(workforce, "TABLE", tmp_path / "compact.csv")

    try:
        assert (report.rows_read, report.usable) == (3, 2)
        assert report.left_out == {"Poole 2025": "no figure was published for agency rate"}
        assert "time_identifier" not in workforce.TABLE.read_text()
        assert find("bristol") == workforce.AuthorityYear(
            "Bristol, City of", "South West", "authority", 2025, 240.5, 0.12, 0.14, 0.131, 15.2, 142, 0.736
        )
        assert find("England").in_post == 36186.3
        import_workforce(workforce.TABLE, tmp_path / "again.csv")
        assert (tmp_path / "again.csv").read_bytes() == workforce.TABLE.read_bytes()
    finally:
        workforce.forget_tables()


@pytest.mark.parametrize("mark", ["c", "z", "x", ":", "u", "k", ""])
def test_a_mark_means_that_nothing_was_published(tmp_path, mark):
    source = write(tmp_path / "official.csv", {}, {"la_name": "York", "caseload_fte": mark})

    report = import_workforce(source, tmp_path / "out.csv")

    assert report.left_out == {"York 2025": "no figure was published for caseload"}


def test_low_is_a_published_nought(tmp_path):
    source = write(tmp_path / "official.csv", {"agency_rate_fte": "low"})

    assert import_workforce(source, tmp_path / "out.csv").left_out == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"inpost_fte": "0", "turnover_rate_fte": "z"}, "0 social workers in post are too few"),
        ({"vacancy_rate_fte": "100"}, "not one post has a permanent holder"),
        ({"agency_rate_fte": "100"}, "not one post has a permanent holder"),
        ({"caseload_fte": "0"}, "nobody holds cases"),
        ({"turnover_rate_fte": "0"}, "no leavers were returned"),
    ],
)
def test_nonsensical_rows_are_left_out_with_the_reason(tmp_path, change, reason):
    source = write(tmp_path / "official.csv", {}, {"la_name": "York"} | change)

    report = import_workforce(source, tmp_path / "out.csv")

    assert reason in report.left_out["York 2025"]
    assert report.usable == 1


def test_no_leavers_are_believed_where_no_post_is_vacant(tmp_path):
    source = write(tmp_path / "official.csv", {"turnover_rate_fte": "0", "vacancy_rate_fte": "0"})

    assert import_workforce(source, tmp_path / "out.csv").usable == 1


@pytest.mark.parametrize("column", ["turnover_rate_fte", "la_name", "time_period"])
def test_a_missing_column_is_named(tmp_path, column):
    source = write(tmp_path / "official.csv", {}, without=column)

    assert f"official.csv has no column '{column}'" in refusal(source, tmp_path / "out.csv")


@pytest.mark.parametrize("cell", ["1e300", "9" * 400, "nan", "inf", "-1", "101", "about 12", "1,234", "0x1f"])
def test_a_cell_that_is_no_share_is_refused_with_its_place_and_range(tmp_path, cell):
    source = write(tmp_path / "official.csv", {}, {"la_name": "York", "vacancy_rate_fte": cell})

    message = refusal(source, tmp_path / "out.csv")

    assert "official.csv, line 3: vacancy_rate_fte must be 0 to 100, or a mark" in message
    assert f"Got '{cell[:40]}'." in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"geographic_level": "Ward"}, "geographic_level must be Local authority, Regional, National. Got 'Ward'"),
        ({"time_period": "202425"}, "time_period must be a year such as 2025. Got '202425'"),
        ({"la_name": " "}, "la_name and region_name must be names"),
        ({}, "has 2 rows for Bristol, City of (authority) in 2025"),
    ],
)
def test_a_row_that_cannot_be_placed_is_refused(tmp_path, change, message):
    assert message in refusal(write(tmp_path / "official.csv", {}, change), tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "0 bytes"),
        (b"\xef\xbb\xbf" + ",".join(OFFICIAL).encode(), "no rows"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "not UTF-8 text"),
        ("time_period,la_name".encode("utf-16"), "no column 'geographic_level'"),
        (b"a,b\0c\n1,2\n", "not text"),
        (b"\xc3\xa9" * 200_000, "not a CSV file"),
        (b"hello\n", "no column 'time_period'"),
        ((",".join(OFFICIAL) + "\n2025,Reporting year\n").encode(), "line 2, has too many or too few cells"),
    ],
)
def test_a_file_that_is_not_the_official_table_is_refused(tmp_path, content, message):
    source = tmp_path / "official.csv"
    source.write_bytes(content)

    refused = refusal(source, tmp_path / "out.csv")

    assert message in refused
    assert "official.csv" in refused


def test_a_folder_an_absent_file_and_a_huge_file_are_refused(tmp_path):
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(official_csv.LARGEST_FILE + 1)

    assert "is a folder" in refusal(tmp_path, tmp_path / "out.csv")
    assert "is not a file" in refusal(tmp_path / "absent.csv", tmp_path / "out.csv")
    assert "67,108,865 bytes" in refusal(huge, tmp_path / "out.csv")


def test_nothing_is_written_over_the_official_file_or_beside_a_place_that_cannot_be_written(tmp_path):
    source = write(tmp_path / "official.csv", {})
    (tmp_path / "folder").mkdir()

    assert "is the official file itself" in refusal(source, source)
    assert "cannot be written" in refusal(source, tmp_path / "folder")
    with pytest.raises(InputError, match="cannot be written"):
        import_workforce(source, tmp_path / "absent" / "out.csv")


def test_a_file_without_one_usable_authority_is_refused(tmp_path):
    source = write(tmp_path / "official.csv", {"inpost_fte": "x"})

    assert "no local authority with usable figures" in refusal(source, tmp_path / "out.csv")


def test_the_shipped_table_holds_the_national_figures_of_2025():
    england = find("England", 2025)

    assert (england.turnover, england.agency_rate, england.vacancy_rate, england.caseload) == (0.118, 0.13, 0.142, 15.2)
    assert (england.in_post, england.case_holders, england.agency_cover) == (36186.3, 21105.4, 0.736)


def test_the_shipped_table_holds_all_years_regions_and_authorities():
    table = official_table()

    assert {row.year for row in table} == set(range(2017, 2026))
    assert [sum(row.level == level for row in table) for level in ("england", "region", "authority")] == [9, 99, 1355]
    assert len(authorities()) == 1323
    assert len(authorities(2025)) == 148


def test_the_shipped_table_has_the_published_spread_between_authorities():
    def middle(field: str, year: int) -> float:
        rows = [row for row in official_table() if row.level == "authority" and (row.in_post or 0) > 30]
        return median(v for row in rows if row.year == year and (v := getattr(row, field)) is not None)

    assert middle("turnover", 2022) == pytest.approx(0.186, abs=0.001)
    assert middle("turnover", 2024) == pytest.approx(0.138)
    assert middle("agency_rate", 2022) == pytest.approx(0.165, abs=0.001)
    assert middle("vacancy_rate", 2022) == pytest.approx(0.188, abs=0.001)
    assert middle("caseload", 2017) == pytest.approx(17.6)


def test_figures_swing_from_year_to_year_as_much_as_was_measured():
    swing = workforce.year_to_year_swing()

    measured = {"turnover": 0.049, "vacancy_rate": 0.065, "agency_rate": 0.063, "caseload": 1.65}
    assert swing == pytest.approx(measured, rel=0.013)


def test_swing_leaves_out_what_all_share_and_what_an_authority_keeps():
    figures = [("2024", "A", 1.0), ("2024", "B", 3.0), ("2025", "A", 11.0), ("2025", "B", 13.0)]

    assert workforce._without_means(figures) == [0, 0, 0, 0]
    assert workforce._without_means([*figures[:3], ("2025", "B", 17.0)]) == [1, -1, -1, 1]


@pytest.mark.parametrize(
    ("typed", "official"),
    [
        ("leeds", "Leeds"),
        ("  LEEDS city council ", "Leeds"),
        ("Leeds City Council", "Leeds"),
        ("St Helens", "St. Helens"),
        ("stoke on trent", "Stoke-on-Trent"),
        ("Telford & Wrekin", "Telford and Wrekin"),
        ("Bristol", "Bristol, City of"),
        ("London Borough of Camden", "Camden"),
        ("Durham", "County Durham"),
        ("City of London", "City of London"),
        ("london", "London"),
        ("Inner London", "Inner London"),
        ("north east", "North East"),
        ("yorkshire and the humber", "Yorkshire and The Humber"),
        ("ENGLAND", "England"),
        ("Richmond upon Thames", "Kingston upon Thames / Richmond upon Thames"),
        ("West Northamptonshire", "North Northamptonshire / West Northamptonshire"),
    ],
)
def test_a_name_is_found_however_it_is_typed(typed, official):
    assert find(typed).name == official


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("Leds", "Leeds"), ("Sufolk", "Suffolk"), ("Newcastle", "Newcastle upon Tyne"), ("Bristl", "Bristol, City of")],
)
def test_a_misspelt_name_is_answered_with_the_nearest(typed, nearest):
    with pytest.raises(InputError) as caught:
        find(typed)

    assert str(caught.value) == f"authority {typed!r} is not in the official table. Did you mean {nearest}?"


@pytest.mark.parametrize("typed", ["", " ", "/", "Atlantis", "council", "x" * 100_000])
def test_a_name_near_nothing_is_answered_with_where_names_are_listed(typed):
    with pytest.raises(InputError, match="`conducive authorities` lists the names") as caught:
        find(typed)

    assert len(str(caught.value)) < 200


def test_every_official_name_finds_itself_and_no_other():
    for row in official_table():
        if not row.problem():
            assert find(row.name, row.year) is row


@pytest.mark.parametrize("year", [2016, 2026, 0])
def test_an_unknown_year_is_answered_with_the_known_ones(year):
    for lookup in (lambda: find("Leeds", year), lambda: authorities(year)):
        with pytest.raises(InputError, match=f"year must be 2017 to 2025. Got {year}."):
            lookup()


@pytest.mark.parametrize(
    ("name", "year", "message"),
    [
        ("Westminster", 2024, "published for agency rate. Use its region, Inner London, or another year: 2017"),
        ("Isles of Scilly", 2025, "0 social workers in post are too few, under 5. Use its region, South West."),
        ("Manchester", 2022, "posts are vacant, yet no leavers were returned. Use its region, North West"),
        ("Cumbria", 2025, "that year (its area is now Cumberland or Westmorland and Furness). Use its region"),
        ("Cumberland", 2022, "that year. Use its region, North West, or another year: 2023, 2024, 2025."),
    ],
)
def test_an_authority_without_usable_figures_is_answered_with_the_reason_and_a_way_out(name, year, message):
    with pytest.raises(InputError) as caught:
        starting_point(name, year)

    assert message in str(caught.value)


def test_england_starts_as_its_average_authority():
    assert starting_point("England") == {
        "organisation.posts": 144,
        "organisation.families": 2156,
        "workforce_capacity.turnover": 0.118,
        "workforce_capacity.time_to_fill": pytest.approx(16.83, abs=0.01),
        "workforce_capacity.agency_cover": 0.736,
        "workforce_capacity.agency_extra": pytest.approx(0.0237, abs=0.0001),
        "workforce_capacity.caseload": 15.2,
    }


def test_london_is_as_large_as_the_average_of_inner_and_outer_london():
    inside = [row.case_holders or 0 for row in authorities(2025) if row.region in {"Inner London", "Outer London"}]

    assert starting_point("London")["organisation.families"] == round(13.8 * sum(inside) / len(inside))


def test_starting_points_reproduce_the_published_figures_unless_an_input_is_at_its_bound():
    reproduced = 0
    for row in authorities():
        inputs = starting_point(row.name, row.year)
        if inputs["workforce_capacity.time_to_fill"] in {0.5, 60} or inputs["workforce_capacity.agency_extra"] == 0.5:
            continue
        figures = implied(inputs)
        reproduced += 1

        assert figures["vacancy_rate"] == pytest.approx(row.vacancy_rate, abs=1e-4)
        assert figures["agency_rate"] == pytest.approx(row.agency_rate, abs=2e-4)
        assert figures["case_holders"] == pytest.approx(row.case_holders, abs=1)
        assert inputs["workforce_capacity.turnover"] == row.turnover

    assert reproduced > 1250


def test_values_beyond_the_declared_bounds_start_at_the_bound():
    assert starting_point("Trafford", 2021)["workforce_capacity.time_to_fill"] == 60
    assert starting_point("Brighton and Hove", 2025)["workforce_capacity.time_to_fill"] == 0.5
    assert starting_point("Tameside", 2017)["workforce_capacity.agency_extra"] == 0.5


def test_published_cover_stands_unless_it_exceeds_all_agency_staff():
    assert workforce._cover(0.2, agency=0.15, published=0.5) == 0.5
    assert workforce._cover(0.2, agency=0.05, published=0.5) == pytest.approx(0.25)
    assert workforce._cover(0.2, agency=0.05, published=None) == pytest.approx(0.25)
    assert workforce._cover(0.2, agency=0.30, published=None) == 1
    assert workforce._cover(0.0, agency=0.10, published=None) == 1
    assert workforce._cover(0.0, agency=0.0, published=None) == 0


def test_looking_up_an_authority_loads_no_heavy_library():
    code = (
        "import sys; from conducive.scenarios.workforce import starting_point; starting_point('Leeds');"
        "print({'pandas', 'numpy', 'mesa', 'pydantic'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


# ---- Tables as they come, and tables that cannot be ----------------------------------------------------------------


ENGLAND = {"geographic_level": "National", "region_name": "", "la_name": "", "inpost_fte": "36186.3",
           "turnover_rate_fte": "11.8", "vacancy_rate_fte": "14.2", "agency_rate_fte": "13",
           "case_holders_fte": "21105.4", "vacancy_agency_cover_rate_fte": "73.6"}  # fmt: skip


@pytest.fixture
def taken_in(tmp_path, monkeypatch):
    """Take in a table with some rows, as the one to start from; return where it is."""

    def take(*rows):
        monkeypatch.setattr(workforce, "imported_table", lambda: tmp_path / "mine.csv")
        import_workforce(write(tmp_path / "official.csv", *rows), tmp_path / "mine.csv")

    yield take
    workforce.forget_tables()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace(",", ";").replace("36186.3", "36186,3"),
        lambda text: "sep=;\n" + text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text + "\n" + "," * (len(OFFICIAL) - 1) + "\n\n",
        lambda text: "\n" + "," * (len(OFFICIAL) - 1) + '\r\n"","" \n' + text,
        lambda text: "\nsep=;\n\n;;\n" + text.replace(",", ";"),
        lambda text: text.replace("turnover_rate_fte", " Turnover_Rate_FTE "),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_however_a_spreadsheet_wrote_it(tmp_path, spoil, encoding):
    row = {"la_name": "York", "region_name": "Yorkshire"}
    plain = write(tmp_path / "plain.csv", ENGLAND, row)
    other = tmp_path / "other.csv"
    other.write_text(spoil(plain.read_text(encoding="utf-8-sig")), encoding=encoding)

    import_workforce(plain, tmp_path / "a.csv")
    import_workforce(other, tmp_path / "b.csv")

    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()


def test_below_empty_rows_a_line_has_the_number_it_has_in_the_file(tmp_path):
    source = write(tmp_path / "official.csv", {}, {"caseload_fte": "many"})
    source.write_text("\n,,\n" + source.read_text("utf-8-sig"), "utf-8")

    assert "official.csv, line 5: caseload_fte must be" in refusal(source, tmp_path / "out.csv")


@pytest.mark.parametrize("second", ["turnover_rate_fte", "Turnover_rate_FTE ", "la_name"])
def test_a_heading_that_stands_twice_is_refused_with_both_places(tmp_path, second):
    source = write(tmp_path / "official.csv", {})
    heading, row = source.read_text(encoding="utf-8-sig").splitlines()
    source.write_text(f"{heading},{second}\n{row},1.0\n", encoding="utf-8")

    said = refusal(source, tmp_path / "out.csv")

    first = [*OFFICIAL].index(second.strip().casefold()) + 1
    assert f"in columns {first} and {len(OFFICIAL) + 1}" in said


def test_a_column_in_percent_beside_the_same_without_is_a_clash(tmp_path):
    source = write(tmp_path / "official.csv", {})
    heading, row = source.read_text(encoding="utf-8-sig").splitlines()
    source.write_text(f"{heading},turnover_rate_fte_%\n{row},1.0\n", encoding="utf-8")

    assert "'turnover_rate_fte' and 'turnover_rate_fte_%' twice" in refusal(source, tmp_path / "out.csv")


OLDER = {
    "inpost_fte": "social_worker_fte", "turnover_rate_fte": "turnover_rate_fte_%",
    "agency_rate_fte": "agency_worker_rate_fte_%", "vacancy_rate_fte": "vacancy_rate_fte_%",
    "vacancy_agency_cover_rate_fte": "vacancy_agency_cover_rate_fte_%",
}  # fmt: skip
"""Columns as the headline measures of 2017 to 2022 call them."""


def test_the_older_layout_of_headline_measures_is_read_as_the_newer(tmp_path):
    newer = write(tmp_path / "newer.csv", {"la_name": "York"}, {"time_period": "2022", "inpost_fte": "z"})
    text = newer.read_text(encoding="utf-8-sig")
    for name, older in OLDER.items():
        text = text.replace(f",{name},", f",{older},", 1)
    (tmp_path / "older.csv").write_text(text, encoding="utf-8")

    import_workforce(newer, tmp_path / "a.csv")
    import_workforce(tmp_path / "older.csv", tmp_path / "b.csv")

    assert all(older in text.splitlines()[0] for older in OLDER.values())
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "a.csv").read_bytes()


def test_cover_beyond_all_vacancies_as_the_older_table_has_it_is_all_of_them(tmp_path, monkeypatch):
    source = write(tmp_path / "official.csv", {"la_name": "Sutton", "vacancy_agency_cover_rate_fte": "166.7"})

    import_workforce(source, tmp_path / "mine.csv")

    monkeypatch.setenv(workforce.CHOSEN, str(tmp_path / "mine.csv"))
    assert find("Sutton").agency_cover == 1.0
    assert starting_point("Sutton")["workforce_capacity.agency_cover"] == pytest.approx(0.93, abs=0.01)
    assert "166.7" in (tmp_path / "mine.csv").read_text("utf-8")


def test_one_code_for_two_authorities_is_refused_and_a_new_name_is_not(tmp_path):
    leeds, york = ({"la_name": name, "time_period": "2024"} for name in ("Leeds", "York"))
    for column, code in (("new_la_code", "E08000035"), ("old_la_code", "383")):
        rows = [leeds | {column: code}, york, york | {"time_period": "2025", column: code}]
        source = tmp_path / "official.csv"
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*OFFICIAL, column])
            writer.writeheader()
            writer.writerows([OFFICIAL | {column: ""} | row for row in rows])

        assert f"has the code {code} for Leeds and for York" in refusal(source, tmp_path / "out.csv")
        source.write_text(source.read_text("utf-8").replace("2024", "2023", 1).replace("York", "Jorvik", 1), "utf-8")
        assert import_workforce(source, tmp_path / "out.csv").rows_read == 3
        (tmp_path / "out.csv").unlink()


RATES = ["turnover_rate_fte", "vacancy_rate_fte", "agency_rate_fte", "caseload_fte"]


@pytest.mark.parametrize(("one", "other"), list(combinations(RATES, 2)))
def test_a_report_doubts_columns_of_a_new_year_that_seem_exchanged(tmp_path, one, other):
    def swapped(row):
        return row | {one: row[other], other: row[one]}

    with workforce.TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["time_period"] == "2025"]
    newer = [row | {"time_period": "2026"} for row in rows]
    honest = import_workforce(write(tmp_path / "official.csv", *rows, *newer), tmp_path / "out.csv")
    (tmp_path / "out.csv").unlink()

    report = import_workforce(write(tmp_path / "official.csv", *rows, *map(swapped, newer)), tmp_path / "out.csv")

    assert honest.warnings == ()
    assert [doubt.split(" lie the ")[0] for doubt in report.warnings] == [f"in 2026, {one} and {other}"]


@pytest.fixture
def published():
    """Return the rows of the shipped table, as a spreadsheet has them."""
    with workforce.TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_new_year_with_posts_and_case_holders_exchanged_is_doubted_with_the_figures_of_both(published, tmp_path):
    noise, one, other = Random(1), "inpost_fte", "case_holders_fte"
    newer = [row | {"time_period": "2026"} for row in published if row["time_period"] == "2025"]
    for row in newer:
        row[one], row[other] = (
            f"{float(row[column]) * noise.uniform(0.9, 1.1):.1f}" if row[column][:1].isdigit() else row[column]
            for column in (other, one)
        )

    doubts = import_workforce(write(tmp_path / "official.csv", *published, *newer), tmp_path / "out.csv").warnings

    assert len(doubts) == 1
    assert doubts[0].startswith(f"in 2026, {one} and {other} lie the other way round than in the table in use")
    assert "and 201.2 and 119 there. Were these columns exchanged?" in doubts[0]


@pytest.fixture
def editions():
    """Return small editions: each region of each year, and what a table has that ends the year before."""
    rows = [row for row in official_table() if row.level == "authority"]
    regions = sorted({row.region for row in rows})
    return [
        ([row for row in rows if row.region == region and row.year == year], [row for row in rows if row.year < year])
        for year in range(2018, 2026)
        for region in regions
    ]


def test_no_edition_of_a_region_is_doubted_and_most_exchanges_in_one_are(editions, monkeypatch):
    fields = [field for field in workforce.FIGURES if workforce.FIGURES[field][1] == 100 or field == "caseload"]
    swapped, found = 0, 0
    for rows, past in editions:
        monkeypatch.setattr(workforce_import, "official_table", lambda past=past: past)
        assert list(workforce_import._doubts(rows)) == []
        if rows[0].year == 2025:
            for one, other in combinations(fields, 2):
                a, b = workforce.FIGURES[one][1], workforce.FIGURES[other][1]
                with_both = [row for row in rows if None not in {getattr(row, one), getattr(row, other)}]
                crossed = [
                    replace(row, **{one: getattr(row, other) * b / a, other: getattr(row, one) * a / b})
                    for row in with_both
                ]
                swapped += 1
                found += any(
                    f"{workforce.FIGURES[one][0]} and {workforce.FIGURES[other][0]} lie" in doubt
                    for doubt in workforce_import._doubts(crossed)
                )

    assert (len(editions), swapped) == (80, 100)
    assert found >= 95


def test_no_two_columns_of_a_published_year_seem_exchanged_against_the_year_before(monkeypatch):
    rows = workforce.official_table()
    for year in range(2018, 2026):
        monkeypatch.setattr(workforce_import, "official_table", lambda year=year: [r for r in rows if r.year < year])

        assert not list(workforce_import._doubts([row for row in rows if row.year == year]))


@pytest.mark.parametrize("begins", [b"PK\x03\x04mimetypeapplication/vnd.oasis", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_spreadsheet_where_a_csv_is_meant_is_called_one(tmp_path, begins):
    (tmp_path / "official.csv").write_bytes(begins)

    assert "is a spreadsheet (ODS, XLSX or XLS), not a CSV file" in refusal(tmp_path / "official.csv", tmp_path / "o")


@pytest.mark.parametrize("typed", ["Cumbria", "cumbria county council"])
def test_of_an_abolished_authority_a_newer_table_still_says_what_it_became(taken_in, typed):
    taken_in({"time_period": "2025", "la_name": "Cumberland"}, {"la_name": "Leeds"})

    with pytest.raises(InputError, match="its area is now Cumberland or Westmorland and Furness"):
        find(typed)


def test_an_authority_that_an_older_table_still_has_is_not_abolished_in_it(taken_in):
    taken_in({"time_period": "2022", "la_name": "Cumbria"}, {"time_period": "2022", "la_name": "Leeds"})

    assert find("Cumbria").year == 2022


def test_names_that_differ_by_case_or_blanks_alone_are_one(tmp_path):
    source = write(tmp_path / "official.csv", {"la_name": "York"}, {"la_name": " yORK  "})

    assert "2 rows for York and yORK (authority) in 2025" in refusal(source, tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"turnover_rate_fte": "0.118"},
            "England's figure of 2025 is 0.118, and 11.8 in the table in use. "
            "Expected 4 to 35.4; multiplied by 100 it would be 11.8.",
        ),
        (
            {"agency_rate_fte": "90"},
            "agency_rate_fte cannot be what it is called: England's figure of 2025 is 90, and 13 in the "
            "table in use. Expected 4.33333 to 39.",
        ),
        ({"caseload_fte": "1520"}, "must be 0 to 1,000"),
        ({"caseload_fte": "152"}, "caseload_fte cannot be what it is called"),
        ({"turnover_rate_fte": "45"}, "is 45, and 11.8 in the table in use"),
        ({"inpost_fte": "3618"}, "is 3,618, and 36,186.3 in the table in use"),
    ],
)
def test_figures_that_cannot_be_are_refused_with_both_numbers(tmp_path, change, said):
    source = write(tmp_path / "official.csv", ENGLAND | change, {})

    assert said in refusal(source, tmp_path / "out.csv")


@pytest.mark.parametrize("year", ["2017", "2024"])
@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("National", "England's figure of {} is 0.1"), ("Regional", "the median region's figure of {} is 0.1"),
        ("Local authority", "the median authority's figure of {} is 0.1"),
    ],
)  # fmt: skip
def test_shares_in_any_year_and_at_any_level_are_refused(published, tmp_path, year, level, said):
    for row in published:
        if row["time_period"] == year and row["geographic_level"] == level and row["turnover_rate_fte"][:1].isdigit():
            row["turnover_rate_fte"] = f"{float(row['turnover_rate_fte']) / 100:.5f}"

    message = refusal(write(tmp_path / "official.csv", *published), tmp_path / "out.csv")

    assert f"turnover_rate_fte cannot be what it is called: {said.format(year)}" in message
    assert ", and 1" in message
    assert " in the table in use. Expected 4" in message
    assert "; multiplied by 100 it would be 1" in message


@pytest.mark.parametrize("year", range(2017, 2026))
def test_what_was_published_is_believed_whatever_years_the_table_in_use_has(published, tmp_path, monkeypatch, year):
    ours = [row for row in official_table() if row.year == year]
    monkeypatch.setattr(workforce_import, "official_table", lambda: ours)

    assert import_workforce(write(tmp_path / "official.csv", *published), tmp_path / "out.csv").warnings == ()


def test_years_in_the_older_layout_are_believed(published, tmp_path):
    source = write(tmp_path / "official.csv", *(row for row in published if row["time_period"] <= "2022"))
    text = source.read_text(encoding="utf-8-sig")
    for name, older in OLDER.items():
        text = text.replace(f",{name},", f",{older},", 1)
    source.write_text(text, encoding="utf-8")

    assert import_workforce(source, tmp_path / "out.csv").warnings == ()


def test_five_authorities_of_a_region_are_believed_and_their_shares_are_not(editions):
    draw = Random(1)
    path, bands = Path("official.csv"), {"authority": workforce_import._BELIEVABLE["vacancy_rate"]}
    for rows, past in editions:
        five = draw.sample(rows, 5)
        for field, its in workforce_import._BELIEVABLE.items():
            ours, theirs = (workforce_import._figures(which, field) for which in (past, five))
            check_believable(path, field, {"authority": its}, theirs, ours)

    as_shares = {("authority", 2025): {row.name: row.vacancy_rate for row in five}}
    with pytest.raises(InputError, match="multiplied by 100 it would be"):
        check_believable(path, "vacancy_rate_fte", bands, as_shares, {})


def test_without_england_the_median_authority_is_held_against_what_could_be(tmp_path):
    rows = [{"la_name": f"Place {n}", "vacancy_rate_fte": "0.14"} for n in range(6)]

    said = refusal(write(tmp_path / "official.csv", *rows), tmp_path / "out.csv")

    assert "vacancy_rate_fte cannot be what it is called: the median authority's figure of 2025 is 0.14" in said


@pytest.mark.parametrize(("one", "other"), list(combinations(RATES, 2)))
def test_columns_of_a_year_that_were_exchanged_are_found_against_the_table_in_use(tmp_path, one, other):
    with workforce.TABLE.open(encoding="utf-8", newline="") as file:
        all_rows = list(csv.DictReader(file))
    few = {"Leeds", "Kent", "York", "Camden", "Rutland", "Hackney"}
    rows = [row for row in all_rows if row["la_name"] in few and row["time_period"] in {"2024", "2025"}]
    for row in rows:
        if row["time_period"] == "2024":
            row[one], row[other] = row[other], row[one]
    source = write(tmp_path / "official.csv", *rows)

    said = refusal(source, tmp_path / "out.csv")

    assert f"{one} holds the figures that the table in use has as {other}: 6 of 6 rows of 2024 agree with" in said
    assert " of 6 with their own; the median is " in said
    assert said.endswith(" in the table in use. Were these columns exchanged?")


def test_a_column_that_the_table_in_use_does_not_have_is_no_obstacle_to_finding_it(published, tmp_path, monkeypatch):
    rows = [row for row in published if row["time_period"] == "2025"]
    ours = [replace(row, turnover=None) for row in official_table() if row.year == 2025]
    monkeypatch.setattr(workforce_import, "official_table", lambda: ours)
    source = write(tmp_path / "official.csv", *(row | {"turnover_rate_fte": row["vacancy_rate_fte"]} for row in rows))

    said = refusal(source, tmp_path / "out.csv")

    assert "turnover_rate_fte holds the figures that the table in use has as vacancy_rate_fte" in said
    assert "and not published in the table in use" in said


def test_a_newer_table_is_used_and_its_newest_year_is_the_latest(taken_in):
    taken_in({"time_period": "2026", "la_name": "Leeds"}, {"la_name": "Leeds"}, {"la_name": "York"})

    assert workforce.latest() == 2026
    assert find("Leeds").year == 2026
    assert find("York").year == 2025
    assert [row.name for row in authorities(2026)] == ["Leeds"]
    with workforce.shipped_table():
        assert workforce.latest() == 2025


def test_of_one_edition_alone_the_only_year_is_named(taken_in):
    taken_in({"time_period": "2026", "la_name": "Leeds"})

    assert find("Leeds").year == 2026
    with pytest.raises(InputError, match=r"year must be 2026, the only one in the table\. Got 2025\."):
        find("Leeds", 2025)


def test_without_a_year_an_authority_has_its_newest_figures_that_can_be_used():
    assert find("Westminster").year == 2021
    with pytest.raises(InputError) as caught:
        find("Cumbria")
    assert "its last figures are of 2022 (its area is now Cumberland or Westmorland and Furness)" in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("E08000035", "Leeds"), ("e08000035", "Leeds"), ("383", "Leeds"), ("Hull", "Kingston upon Hull, City of"),
        ("Herts", "Hertfordshire"), ("BCP", "Bournemouth, Christchurch and Poole"),
    ],
)  # fmt: skip
def test_codes_and_names_in_daily_use_are_found(typed, name):
    assert find(typed).name == name


def test_every_code_finds_its_own_authority():
    for row in official_table():
        if row.level == "authority" and not row.problem():
            assert row.code.startswith("E")
            assert all(find(code, row.year).name == row.name for code in (row.code.split(" / ")[0], row.old_code[:3]))


@pytest.mark.parametrize("typed", ["Middlesborough", "Kingston"])
def test_a_near_miss_is_suggested_and_never_taken(typed):
    with pytest.raises(InputError, match="Did you mean"):
        find(typed)


def test_every_short_name_and_every_successor_is_in_the_table():
    with workforce.SHORT_NAMES.open(encoding="utf-8") as file:
        assert all(find(row["short"]).name == find(row["la_name"]).name for row in csv.DictReader(file))
    names = {part for row in official_table() for part in (row.name, *row.name.split(" / "))}
    for old, new in workforce.successors().items():
        assert old in names
        assert all(part in names for part in new.split(" or ")) or new in names


def test_the_figures_of_a_study_have_a_hash_that_order_does_not_move():
    one, other = workforce.figures_key(["Leeds", "Kent"], 2025), workforce.figures_key(["Kent", "Leeds"], 2025)

    assert one == other != workforce.figures_key(["Leeds", "Kent"], 2024)
