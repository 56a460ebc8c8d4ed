"""The six lessons: each can be taught, runs as declared, and says no more than the model does."""

from __future__ import annotations

import json
import re

import pytest

from conducive.dashboards import lessons
from conducive.dashboards.lessons import LABELS, LESSONS, Lesson, checked_prediction, lesson, said, sheet, verdict
from conducive.dashboards.store import Classroom, Seat
from conducive.experiments.arms import race
from conducive.model.measures import INDICATORS
from conducive.scenarios.conditions import CONDITIONS
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library_names

TOPICS = {
    "two-year-funding",
    "blame-spiral",
    "who-holds-the-memory",
    "coproduction",
    "one-long-or-three-short",
    "conducive-zone",
}
PLAIN, PICKING = lesson("coproduction"), lesson("conducive-zone")
each_lesson = pytest.mark.parametrize("of", LESSONS, ids=lambda of: of.name)


def picks_of(of: Lesson) -> list[str]:
    return [c.name for c in of.pickable][: of.picks.count] if of.picks else []


def prediction(of: Lesson) -> dict[str, object]:
    return {"points": [0.1] * lessons.POINTS, "choice": 0, "picks": picks_of(of), "because": ""}


def outcome(*, clear: bool, best: int = 1, arms: int = 3) -> dict[str, object]:
    flat = [[0.2] * lessons.HORIZON, [0.3] * lessons.HORIZON, [0.4] * lessons.HORIZON]
    gaps = [[0.0] * 3 if n == best else [0.01 if clear else -0.05, 0.1, 0.2] for n in range(arms)]
    return {
        "replicates": 100, "sets": 25, "seed": 0, "series": [flat] * arms, "table": {}, "best": best, "gaps": gaps,
        "clear": clear,
    }  # fmt: skip


def test_there_are_six_lessons_on_what_the_paper_is_about() -> None:
    assert {of.name for of in LESSONS} == TOPICS


@each_lesson
def test_a_lesson_is_complete(of: Lesson) -> None:
    assert len(of.reading) >= 3
    assert len(of.prompts) >= 3
    assert len(of.notes) >= 4
    assert len(of.arms) >= 2
    assert all(arm.scenario in library_names() for arm in of.arms)
    assert {i.name for i in INDICATORS} >= set(of.indicators)
    assert set(LABELS) >= set(of.indicators)
    assert {c.name for c in CONDITIONS} >= set(of.picks.conditions if of.picks else ())
    assert "section" in of.source
    assert of.question.endswith("?")


@each_lesson
def test_the_arms_of_a_lesson_run_and_can_be_compared_kept_and_told(of: Lesson) -> None:
    found = race(of.scenarios(picks_of(of)), of.indicators, of.window, 4, 0)

    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert len(found["series"]) == len(of.arms)
    assert verdict(of, found)
    assert said(of, checked_prediction(of, prediction(of)), found)


@each_lesson
def test_arms_of_a_lesson_differ(of: Lesson) -> None:
    scenarios = of.scenarios(picks_of(of))

    assert len({lessons.to_toml(s) for s in scenarios}) == len(scenarios)


@each_lesson
def test_texts_of_a_lesson_claim_no_number_that_a_calibration_could_move(of: Lesson) -> None:
    for text in (*of.notes, *of.prompts):
        assert not re.search(r"\d+(\.\d+)? ?(%|percent|points|times as)", text), text


def test_what_a_group_picks_moves_those_conditions_only() -> None:
    before, after, _ = PICKING.scenarios(["finance", "leadership", "coproduction"])
    moved = {address for address in before.complete() if before[address] != after[address]}

    assert {address.split(".")[0] for address in moved} == {"finance", "leadership", "coproduction"}


@pytest.mark.parametrize("of", [PLAIN, PICKING], ids=["plain", "picking"])
def test_a_prediction_that_can_be_is_kept_as_it_is(of: Lesson) -> None:
    assert checked_prediction(of, prediction(of)) == prediction(of)


@pytest.mark.parametrize(
    ("of", "change", "message"),
    [
        (PLAIN, {"points": [0.1] * 10}, "11 points"),
        (PLAIN, {"points": [0.1] * 10 + [1.01]}, "Did you mean 100"),
        (PLAIN, {"points": [-1e300] + [0.1] * 10}, "Did you mean 0"),
        (PLAIN, {"points": [float("nan")] + [0.1] * 10}, "must be a number"),
        (PLAIN, {"points": ["0.1"] * 11}, "must be a number"),
        (PLAIN, {"points": [True] * 11}, "must be a number"),
        (PLAIN, {"points": "01234567890"}, "11 points"),
        (PLAIN, {"points": None}, "11 points"),
        (PLAIN, {"choice": None}, "choose one of"),
        (PLAIN, {"choice": 4}, "choose one of"),
        (PLAIN, {"choice": -1}, "choose one of"),
        (PLAIN, {"choice": True}, "choose one of"),
        (PLAIN, {"because": "x" * 1501}, "at most 1,500"),
        (PLAIN, {"because": ["x"]}, "must be text"),
        (PICKING, {"picks": []}, "pick 3"),
        (PICKING, {"picks": ["finance"] * 3}, "pick 3"),
        (PICKING, {"picks": ["finance", "leadership", "motivations"]}, "pick 3"),
        (PICKING, {"picks": [["finance"], "leadership", "coproduction"]}, "pick 3"),
        (PICKING, {"picks": "abc"}, "pick 3"),
    ],
)
def test_a_prediction_that_cannot_be_is_refused(of: Lesson, change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        checked_prediction(of, prediction(of) | change)


def test_something_else_is_no_prediction() -> None:
    for given in (None, [], "points", 3):
        with pytest.raises(InputError, match="a prediction"):
            checked_prediction(PLAIN, given)


def test_control_characters_do_not_get_into_a_text() -> None:
    assert lessons.checked_text("it", "a\x00b\u202ec\ud800\nd") == "a b c \nd"


def test_a_verdict_is_clear_only_where_the_intervals_are() -> None:
    clear, unclear = (verdict(PLAIN, outcome(clear=clear)) for clear in (True, False))

    assert clear.startswith("Clearly highest")
    assert unclear.startswith("No clear difference")
    assert "95% interval -5.0 points to 20.0 points" in unclear


def test_a_sketch_is_placed_against_the_interval() -> None:
    drawn = {"points": [0.0, 0.0, 0.1, 0, 0, 0.3, 0, 0, 0, 0, 0.9], "choice": 1}

    _, two, five, ten, choice = said(PLAIN, drawn, outcome(clear=True))

    assert "below that interval" in two
    assert "inside that interval" in five
    assert "above that interval" in ten
    assert "so does the model" in choice


def test_whoever_says_there_is_no_clear_difference_agrees_with_a_model_that_finds_none() -> None:
    drawn = {"points": [0.0] * 11, "choice": len(PLAIN.arms)}

    assert "so does the model" in said(PLAIN, drawn, outcome(clear=False))[-1]
    assert "the model says" in said(PLAIN, drawn, outcome(clear=True))[-1]


@each_lesson
def test_a_sheet_needs_nothing_but_itself(of: Lesson) -> None:
    for page in (sheet(of), sheet(of, notes=True)):
        assert not re.search(r"(src|href)=|@import|url\(|<script", page)
        assert of.question in page.replace("&#39;", "'")
        assert all(p in page.replace("&#39;", "'") for p in of.prompts)


def test_only_the_teachers_sheet_has_the_notes() -> None:
    note = PLAIN.notes[-1][:20]

    assert note not in sheet(PLAIN)
    assert note in sheet(PLAIN, notes=True)


def test_markup_that_groups_write_is_printed_and_not_run() -> None:
    evil = "<img src=x onerror=alert(1)>"
    seat = Seat("K", "C", evil, PLAIN.name, False, False, True, prediction(PLAIN) | {"because": evil}, {0: evil})

    page = sheet(PLAIN, room=Classroom("C", PLAIN.name, False, (seat,)), outcome=outcome(clear=True))

    assert "<img" not in page
    assert page.count("&lt;img") == 3


def test_kept_results_are_not_those_of_another_question(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {
        lessons.outcome_name(PLAIN),
        lessons.outcome_name(PICKING, ["finance", "leadership", "coproduction"]),
        lessons.outcome_name(PICKING, ["finance", "leadership", "collaboration"]),
    }
    monkeypatch.setattr(lessons, "model_version", lambda: "another model")
    names.add(lessons.outcome_name(PLAIN))

    assert len(names) == 4


def test_an_unknown_lesson_is_refused() -> None:
    with pytest.raises(InputError, match="there is no lesson"):
        lesson("../../etc")
