"""`conducive authority` and `conducive import-official`: the same as from Python, and refusals."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import conducive as cz
from conducive.experiments.cli import app as cli
from conducive.experiments.cli import authority_card
from conducive.experiments.evidence.replay import stored_study
from conducive.scenarios import official_tables, workforce
from conducive.scenarios.official_tables import SHIPPED, TABLES


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def conducive(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), prog_name="conducive")


def test_the_card_shows_figures_judgements_standings_and_questions() -> None:
    result = conducive("authority", "380")
    found = cz.authority("Bradford")

    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == authority_card.card(found).strip()
    for said in (
        "Bradford (Yorkshire and The Humber)", "Agency staff, % of staff",
        "inadequate, September 2018; inadequate, November 2022",
        "Blackburn with Darwen (very close)", "Three questions to try", "Open Government Licence v3.0",
    ):  # fmt: skip
        assert said in result.stdout
    agency = next(line for line in result.stdout.splitlines() if line.startswith("Agency staff, % of staff"))
    assert agency.split()[-1] == f"{100 * found.series[2].own[-1]:.1f}"


def test_the_card_says_that_the_table_in_use_lacks_codes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pd.read_csv(workforce.TABLE).drop(columns=["old_la_code", "new_la_code"])
    table.to_csv(tmp_path / "bare.csv", index=False)
    monkeypatch.setenv(workforce.CHOSEN, str(tmp_path / "bare.csv"))

    said = " ".join(conducive("authority", "Leeds").stdout.split())

    assert "Neighbours Its statistical neighbours are not known: the workforce table in use has no old_la_code" in said
    assert "Judged by Ofsted Its judgements are not known: the workforce table in use has no new_la_code" in said
    assert "published" not in said


def test_an_answer_is_the_one_that_python_gives() -> None:
    question = cz.authority("Rutland").questions[1]

    result = conducive("authority", "Rutland", "--ask", "2", "--replicates", "3", "--out", "here")

    assert result.exit_code == 0, result.output
    assert question.title in result.stdout
    from_python = cz.compare(question.base, question.alternative, replicates=3)
    assert from_python.text(full=False) in result.stdout


def test_a_replay_is_the_stored_one_or_run_again() -> None:
    stored = conducive("authority", "Leeds", "--replay", "--judgements")

    assert stored.exit_code == 0, stored.output
    assert stored.stdout.strip() == authority_card.replay_text(stored_study().of("Leeds", judgements=True)).strip()
    assert "It was never judged inadequate in these years." in " ".join(stored.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Middlesborough",), "Did you mean Middlesbrough?"),
        (("Cumbria",), "its area is now Cumberland or Westmorland and Furness"),
        (("Leeds", "--judgements"), "Add --replay"),
        (("Isles of Scilly", "--ask", "1"), "no question can be asked of Isles of Scilly"),
        (("Cumberland", "--replay"), "no figures were returned under that name that year"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_line_with_nothing_written(arguments: tuple[str, ...], said: str) -> None:
    result = conducive("authority", *arguments)

    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert said in result.stderr
    assert list(Path().iterdir()) == []


def test_one_that_no_run_can_start_from_is_shown_without_questions() -> None:
    result = conducive("authority", "Isles of Scilly")

    assert result.exit_code == 0
    assert "No run can start here" in result.stdout
    assert "questions to try" not in result.stdout


def test_official_tables_are_checked_written_aside_or_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder, mine = tmp_path / "downloads", tmp_path / "mine"
    folder.mkdir()
    for table in TABLES:
        shutil.copy(SHIPPED / f"{table.name}.csv", folder)
    monkeypatch.setattr(official_tables, "imported_folder", lambda: mine)

    checked = conducive("import-official", str(folder), "--check")
    assert "inspections: 271 rows" in checked.stdout
    assert "Nothing was written." in checked.stdout
    assert not mine.exists()

    assert "Compact tables: aside" in conducive("import-official", str(folder), "--to", "aside").stdout
    assert not mine.exists()

    assert "They are used from now on" in conducive("import-official", str(folder)).stdout
    assert official_tables.folder_in_use() == mine

    (folder / "spending.csv").unlink()
    refused = conducive("import-official", str(folder), "--to", "more")
    assert refused.exit_code == 2
    assert "does not hold spending" in refused.stderr
    assert not Path("more").exists()


def test_an_import_of_the_workforce_says_what_it_doubts(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = workforce.TABLE.read_text("utf-8").splitlines()
    heading = lines[0].split(",")
    turnover, caseload = heading.index("turnover_rate_fte"), heading.index("caseload_fte")
    for line in [one for one in lines if one.startswith("2025,Local") and '"' not in one]:
        cells = line.replace("2025", "2026", 1).split(",")
        cells[turnover], cells[caseload] = cells[caseload], cells[turnover]
        lines.append(",".join(cells))
    Path("official.csv").write_text("\n".join(lines), "utf-8")

    result = conducive("import-workforce", "official.csv", "--check")

    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "Look again: in 2026, turnover_rate_fte and caseload_fte lie the other way round" in said
