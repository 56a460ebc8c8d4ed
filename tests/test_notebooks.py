"""The tutorials: each runs from its first cell to its last, and is stored without outputs, which could be stale."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

TUTORIALS = sorted((Path(__file__).resolve().parents[1] / "docs" / "tutorials").glob("*.ipynb"))


def cells(notebook: Path, kind: str) -> list[dict[str, Any]]:
    return [cell for cell in json.loads(notebook.read_text("utf-8"))["cells"] if cell["cell_type"] == kind]


def run(cell: str, names: dict[str, Any]) -> str:
    """Run a cell as a notebook does, and return how the value of its last line is shown."""
    code = ast.parse(cell)
    last = code.body.pop() if isinstance(code.body[-1], ast.Expr) else None
    exec(compile(code, "cell", "exec"), names)
    if not isinstance(last, ast.Expr):
        return ""
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    return str(value._repr_html_() if hasattr(value, "_repr_html_") else repr(value))


def test_there_is_a_tutorial_for_each_who_comes_to_learn() -> None:
    assert [path.stem for path in TUTORIALS] == ["analyst", "extending", "programme", "researcher"]


@pytest.mark.slow("runs a tutorial")
@pytest.mark.parametrize("notebook", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs_from_its_first_cell_to_its_last(
    notebook: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}

    shown = [run("".join(cell["source"]), names) for cell in cells(notebook, "code")]

    assert any(shown)
    printed = capsys.readouterr().out
    assert "Traceback" not in printed
    if notebook.stem == "analyst":
        assert Path("briefing.html").read_text("utf-8").count("<h2") == 7
    if notebook.stem == "extending":
        assert names["mine"]["rules"] != names["theirs"]["rules"]
        assert names["gap"].any()
        assert "plausible" in printed.splitlines()[-1]
        assert not names["workshop"].exists()


@pytest.mark.parametrize("notebook", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_is_stored_without_outputs_and_without_magic(notebook: Path) -> None:
    for cell in cells(notebook, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
        assert not re.search(r"^\s*[%!]", "".join(cell["source"]), re.MULTILINE)


@pytest.mark.parametrize("notebook", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_tells_no_result_that_a_change_of_the_model_would_belie(notebook: Path) -> None:
    for cell in cells(notebook, "markdown"):
        said = re.sub(r"95% interval|`[^`]*`|\*\"[^*]*\"\*", "", "".join(cell["source"]))
        assert not re.search(r"\d (percentage )?points|\d%|\bGBP\b|\d+\.\d|\bchance (is|of) \d", said)
