"""The page of measured levels: every target with its source, experiment and verdict, from a made-up calibration."""

from __future__ import annotations

import re
from typing import Any

import pytest

from conducive.experiments.evidence.fit.targets import TARGETS, Target
from conducive.experiments.pages import levels
from conducive.experiments.pages.levels import BEFORE, MEASURED, MISSED, MONTHS, library_now, page
from conducive.experiments.pages.report import calibration_part
from conducive.scenarios.coefficients import free_coefficients

PINNED = free_coefficients()[0].address
NOW = {name: (".40 / .20", ".30 / .15", ".20 / .10", ".10 / .05", f".{n}1") for n, name in enumerate(BEFORE)}


def made_up(missed: tuple[str, ...] = ("T3a", "T15")) -> dict[str, Any]:
    """Return a calibration in which every target is met at its value but those named, past their tolerance."""

    def found(target: Target) -> dict[str, Any]:
        middle = target.high + 0.3 if target.name in missed else target.value
        return {
            "prior": [0.011, 0.022, 0.033],
            "plausible": [middle - 0.01, middle, middle + 0.01],
            "within": 0.25 if target.name in missed else 0.75,
            "pinned": {PINNED: -0.5},
        }

    return {
        "model version": "0123456789ab",
        "seed": 7,
        "stages": {"wave 1": {"tried": 12, "left": 3}},
        "targets": {target.name: found(target) for target in TARGETS},
        "missed": {"T3a": 2.5, "T1": 0.1},
        "truths": {"contrasts": ["one less other", "more less less"], "of": 20, "held": [17, 19], "each": []},
        "default": {"baseline": {"24": [0.31, 0.40], "60": [0.30, 0.28]}},
        "coefficients": {PINNED: {"mean": 0.5, "spread": 0.1, "narrowed": 0.6, "p": 0.0}},
    }


def row(text: str, first: str) -> str:
    """Return the row of a table whose first cell begins with some words."""
    (found,) = re.findall(rf"^\| {re.escape(first)}.*$", text, re.MULTILINE)
    return str(found)


def test_every_target_says_what_was_measured_by_whom_and_in_which_experiment() -> None:
    told = page(made_up(), NOW)

    assert set(MEASURED) == {target.name for target in TARGETS}
    assert set(levels.EXPERIMENTS) >= {target.experiment for target in TARGETS}
    for target in TARGETS:
        assert f"| {target.name} | {MEASURED[target.name]} | {levels.EXPERIMENTS[target.experiment]} |" in told
        assert row(told, f"{target.name} {target.title}")


def test_a_verdict_goes_by_the_median_over_plausible_sets() -> None:
    told = page(made_up(), NOW)

    assert row(told, "T15 Points") == (
        "| T15 Points of fidelity that better leadership and climate add in 12 months | 0.20 | 0.08 to 0.30 "
        f"| 0.02 (0.01 to 0.03) | 0.60 (0.59 to 0.61) | 25% | `{PINNED.split('.')[1]}` -0.50 | **missed** |"
    )
    assert row(told, "T16 Standard").endswith("| 75% | `" + PINNED.split(".")[1] + "` -0.50 | within |")
    assert "14 of 16 targets are met in all their parts." in told


def test_a_target_with_one_part_missed_does_not_count_as_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MISSED, "T10a", "A reason that is made up.")
    assert "15 of 16 targets are met" in page(made_up(("T10a",)), NOW)
    assert "15 of 16 targets are met" in page(made_up(("T10a", "T10b")), NOW)
    assert "16 of 16 targets are met" in page(made_up(()), NOW)


def test_what_is_missed_is_told_with_its_reason_and_what_is_met_is_not() -> None:
    told = page(made_up(), NOW)

    section = told.split("## What is missed, and why")[1].split("##")[0]
    assert re.findall(r"\*\*(T\w+),", section) == ["T3a", "T15"]
    assert MISSED["T3a"] in section
    assert MISSED["T10b"] not in section


def test_a_target_that_is_missed_without_a_reason_is_no_page() -> None:
    with pytest.raises(KeyError, match="T1"):
        page(made_up(("T1",)), NOW)


def test_every_reason_is_of_a_target_and_says_something() -> None:
    assert set(MISSED) <= {target.name for target in TARGETS}
    assert all(len(reason) > 40 for reason in MISSED.values())


def test_judgements_say_that_they_count_half() -> None:
    told = page(made_up(), NOW)

    for target in TARGETS:
        judged = target.basis == "judgement"
        assert row(told, f"{target.name} |").endswith("| judgement (counts half) |") == judged, target.name
        assert ("(judgement)" in row(told, f"{target.name} {target.title}")) == judged, target.name


def test_small_targets_are_told_to_more_digits() -> None:
    assert "| 0.0200 | 0.0100 to 0.0400 |" in row(page(made_up(), NOW), "T13 Monthly")


def test_the_library_is_told_before_and_after_with_the_gap_of_the_default() -> None:
    told = page(made_up(), NOW)

    assert "| six-year-funding | 0.6.0 | .38 / .16 | .36 / .20 | .27 / .16 | .01 / .00 | 0 |" in told
    assert "| six-year-funding | now | .40 / .20 | .30 / .15 | .20 / .10 | .10 / .05 | .11 |" in told
    assert "| baseline | 24 | 0.31 | 0.40 | -9.0 |" in told
    assert "1 of 2 are more than 5 points apart; the widest is 9.0." in told


def test_the_truth_test_is_told() -> None:
    assert "one less other in 17; more less less in 19 of 20 cases" in page(made_up(), NOW)


def test_what_the_library_gives_now_has_a_cell_for_each_month_and_for_what_is_sustained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(levels, "BEFORE", {"two-year-funding": BEFORE["two-year-funding"]})

    found = library_now(runs=8)

    assert list(found) == ["two-year-funding"]
    *use, sustained = found["two-year-funding"]
    assert len(use) == len(MONTHS)
    for cell in use:
        any_form, as_meant = re.fullmatch(r"(\.\d\d) / (\.\d\d)", cell).groups()  # type: ignore[union-attr]
        assert float(any_form) >= float(as_meant)
    assert 0 <= float(sustained) <= 1


def test_the_validation_report_tells_levels_in_short_and_links_to_the_page() -> None:
    told = calibration_part(made_up())

    assert "[levels](levels.md)" in told
    assert row(told, "T15 Points").endswith("| 0.20 | 0.08 to 0.30 | 0.60 (0.59 to 0.61) | 25% | **missed** |")
    assert "in 17" in told
    assert "| T3a | 2.5 |" in told
