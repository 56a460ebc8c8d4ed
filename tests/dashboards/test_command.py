"""`conducive lessons`: which there are, what they claim, and a pack to print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conducive.__main__ import cli
from conducive.dashboards.classroom import claims as lesson_claims
from conducive.dashboards.classroom import lessons
from conducive.dashboards.classroom.files import Lesson
from conducive.dashboards.classroom.lessons import LESSONS
from conducive.experiments.evidence.claims import Held


def told(*options: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["lessons", *options])
    return done.exit_code, done.output


def test_lessons_are_listed_with_their_questions() -> None:
    status, text = told()

    assert status == 0
    assert all(f"{of.name}: {of.title}" in text and of.question in text for of in LESSONS)


@pytest.mark.parametrize(("reached", "status"), [(True, 0), (False, 1)])
def test_a_claim_that_is_not_held_is_a_failure(monkeypatch: pytest.MonkeyPatch, reached: bool, status: int) -> None:
    def held(asked: tuple[Lesson, ...], *_: Any, **__: Any) -> list[tuple[Lesson, Held]]:
        point = asked[0].claim[0]
        row = Held(point.arm, point.claim.says, 10, 10 * reached, 0.9, 0.1, 0.0, 0.2, reached, "close to call")
        return [(asked[0], row)]

    monkeypatch.setattr(lesson_claims, "held_by", held)

    found, text = told("--claims")

    assert found == status
    assert LESSONS[0].name in text


def test_a_pack_is_written_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lessons, "REPLICATES", 4)

    status, text = told("--pack", str(tmp_path / "pack"))

    assert status == 0
    assert sorted(text.split()) == sorted(str(path) for path in (tmp_path / "pack").iterdir())


def test_a_pack_that_cannot_be_written_is_refused_in_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lessons, "results", lambda *_: {})
    (tmp_path / "file").write_text("x")
    monkeypatch.setattr("conducive.dashboards.classroom.sheets.sheet", lambda *_, **__: "")

    status, text = told("--pack", str(tmp_path / "file"))

    assert status == 2
    assert "cannot be written" in text
