"""Plausible sets: the file that comes with the program fits it, and one that does not is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conducive.experiments.evidence.fit.constraints import PANEL_FIGURES
from conducive.experiments.lives.plausible import PLAUSIBLE, plausible_sets, read_sets
from conducive.experiments.version import DERIVED, model_version
from conducive.scenarios.coefficients import COEFFICIENTS, free_coefficients
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import declared

LEAST_SETS = 200


def test_at_least_two_hundred_sets_come_with_the_program() -> None:
    found = plausible_sets()

    assert len(found.sets) >= LEAST_SETS
    assert found.made_with["made by"].startswith("conducive calibrate --draws ")
    # A chain may stay at a place: the same draw twice is its weight. 192 of 215 differ in 0.7.0.
    assert len({tuple(s.items()) for s in found.sets}) > 0.85 * len(found.sets)


def test_the_defaults_are_those_of_the_first_set() -> None:
    first = plausible_sets().sets[0]

    assert {a: declared()[a].default for a in first} == pytest.approx(dict(first), rel=1e-3)


def test_free_and_derived_coefficients_are_declared() -> None:
    names = {c.address for c in COEFFICIENTS}

    assert {i.address for i in free_coefficients()} | set(DERIVED) <= names
    assert not {i.address for i in free_coefficients()} & set(DERIVED)
    assert len(PANEL_FIGURES) == len(set(PANEL_FIGURES))


def changed(path: Path, change: Callable[[list[str]], list[str]]) -> Path:
    """The shipped file with its lines changed."""
    path.write_text("\n".join(change(PLAUSIBLE.read_text("utf-8").splitlines())))
    return path


def column(lines: list[str], name: str) -> int:
    return next(line for line in lines if not line.startswith("#")).split(",").index(name)


def without(name: str) -> Callable[[list[str]], list[str]]:
    def change(lines: list[str]) -> list[str]:
        at = column(lines, name)
        return [x if x[0] == "#" else ",".join(c for n, c in enumerate(x.split(",")) if n != at) for x in lines]

    return change


def with_cell(name: str, value: str) -> Callable[[list[str]], list[str]]:
    def change(lines: list[str]) -> list[str]:
        at, row = column(lines, name), next(n for n, x in enumerate(lines) if x[0] != "#") + 1
        cells = lines[row].split(",")
        cells[at] = value
        return [*lines[:row], ",".join(cells), *lines[row + 1 :]]

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (without("coefficients.try_alone"), r"lacks coefficients\.try_alone"),
        (
            lambda lines: [x.replace("coefficients.try_alone", "coefficients.try_alnoe") for x in lines],
            r"'coefficients\.try_alnoe'.*Did you mean coefficients\.try_alone",
        ),
        (with_cell("coefficients.try_alone", "99"), r"set 1: coefficients\.try_alone must be 0\.6 to 6\. Got '99'"),
        (with_cell("coefficients.try_alone", "much"), r"set 1: coefficients\.try_alone must be .* Got 'much'"),
        (with_cell("coefficients.try_alone", "nan"), r"set 1: coefficients\.try_alone must be .* Got 'nan'"),
        (with_cell("coefficients.usual_strain", "0"), r"set 1: coefficients\.usual_strain must be"),
        (lambda lines: [x for x in lines if "version" not in x], "names no model version"),
        (lambda lines: [x for x in lines if x[0] == "#" or "coefficients" in x], "holds no set"),
        (lambda lines: [x + (",coefficients.breach" if "coefficients" in x and x[0] != "#" else "") for x in lines],
         "has coefficients.breach twice"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_is_refused_by_name(
    tmp_path: Path, change: Callable[[list[str]], list[str]], says: str
) -> None:
    path = changed(tmp_path / "sets.csv", change)

    with pytest.raises(InputError, match=says) as error:
        read_sets(path)

    assert str(path) in str(error.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as a file of plausible sets"):
        read_sets(tmp_path / "none.csv")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_that_a_spreadsheet_saved_in_another_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "sets.csv").write_text(PLAUSIBLE.read_text("utf-8"), encoding)

    assert read_sets(tmp_path / "sets.csv").sets == read_sets(PLAUSIBLE).sets


def test_a_file_of_other_rules_is_read_with_a_warning(tmp_path: Path) -> None:
    path = changed(tmp_path / "sets.csv", lambda lines: [x.replace(model_version(), "000000000000") for x in lines])

    assert "fitted to other rules: model version 000000000000" in read_sets(path).warning
    assert not read_sets(PLAUSIBLE).warning
