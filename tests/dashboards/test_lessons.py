"""The six lessons: each can be taught, runs as declared, and says no more than the model does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conducive.dashboards.classroom import lessons
from conducive.dashboards.classroom.feedback import said
from conducive.dashboards.classroom.files import HORIZON, Lesson
from conducive.dashboards.classroom.lessons import LABELS, LESSONS, checked_prediction, lesson, verdict
from conducive.experiments.compare.race import race
from conducive.model.measures import INDICATORS
from conducive.scenarios.conditions import CONDITIONS
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library_names, load_scenario


class Counting(ThreadPoolExecutor):
    """Counts what it is given to do."""

    count = 0

    def submit(self, do: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.count += 1
        return super().submit(do, *args, **kwargs)


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


def outcome(
    *, clear: bool, best: int = 1, arms: int = 4, sets: int = 25, ahead: int = 20, sure: str = ""
) -> dict[str, object]:
    flat = [[0.2] * HORIZON, [0.3] * HORIZON, [0.4] * HORIZON]
    gaps = [[0.0] * 3 if n == best else [0.01 if clear else -0.05, 0.1, 0.2] for n in range(arms)]
    return {
        "replicates": 100, "sets": sets, "seed": 0, "series": [flat] * arms, "table": {}, "over_time": {},
        "best": best, "gaps": gaps,
        "ahead": [0 if n == best else sets if n == 0 else ahead for n in range(arms)],
        "sure": sure or ("clearly" if clear else "cannot tell"),
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
    assert set(LABELS) >= {*of.indicators, *of.over_time}
    assert of.measure not in of.over_time
    assert len(of.claim) >= 3
    assert {c.name for c in CONDITIONS} >= set(of.picks.conditions if of.picks else ())
    assert "section" in of.source
    assert of.question.endswith("?")


@each_lesson
def test_the_arms_of_a_lesson_run_and_can_be_compared_kept_and_told(of: Lesson) -> None:
    scenarios = of.scenarios(picks_of(of))
    found = race(scenarios, of.indicators, of.window, 4, 0, over_time=of.over_time, rivals=of.rivals)

    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert len(found["series"]) == len(of.arms)
    assert set(found["over_time"]) == set(of.over_time)
    assert found["best"] in of.rivals
    assert verdict(of, found)
    assert said(of, checked_prediction(of, prediction(of)), found)


def test_services_that_no_pick_changes_are_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PICKING.picks is not None
    names = [c.name for c in PICKING.pickable]
    mine, theirs = names[: PICKING.picks.count], names[-PICKING.picks.count :]
    monkeypatch.setattr(lessons, "REPLICATES", 4)
    lessons._LIVED.clear()
    alone = lessons.results(PICKING, theirs, executor=(first := Counting(1)))
    lessons._LIVED.clear()

    lessons.results(PICKING, mine, executor=Counting(1))
    after = lessons.results(PICKING, theirs, executor=(second := Counting(1)))

    assert after == alone
    assert (first.count, second.count) == (4 * len(PICKING.arms), 4)


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


def test_what_a_group_picks_is_put_right() -> None:
    picks = ["finance", "leadership", "coproduction"]
    middling = load_scenario("classroom").change({c.name: 0.5 for c in CONDITIONS})

    before, after, everything = PICKING.scenarios(picks)

    assert before.values == middling.change({"horizon": HORIZON}).values
    assert after.values == middling.change({"horizon": HORIZON} | dict.fromkeys(picks, 0.9)).values
    assert everything["finance.funding_term"] == after["finance.funding_term"] > before["finance.funding_term"]


def test_what_is_sketched_is_the_service_that_is_asked_about() -> None:
    assert {of.name: of.arms[of.sketched].label for of in LESSONS} == {
        "two-year-funding": "Two years of grant, then nothing",
        "blame-spiral": "People are blamed, and there is an incident",
        "who-holds-the-memory": "People leave, little is written down",
        "coproduction": "A large promise without money",
        "one-long-or-three-short": "Three innovations, two years each",
        "conducive-zone": "Your three conditions put right",
    }


def test_the_blame_spiral_has_an_incident_in_month_18_in_one_service_of_each_culture() -> None:
    services = lesson("blame-spiral").scenarios()
    blame, hit, learning, hit_learning = services

    assert [[e.month for e in s.events if e.name == "incident"] for s in services] == [[], [18], [], [18]]
    assert blame.complete() == hit.complete() != learning.complete() == hit_learning.complete()


def test_the_services_of_the_memory_differ_in_who_leaves_and_in_what_is_written_alone() -> None:
    services = lesson("who-holds-the-memory").scenarios()
    written, leaving = "learning_and_evaluation.codification", "workforce_capacity.turnover"
    first = services[0]

    assert [s[written] for s in services] == [0.1, 0.9, 0.1, 0.9]
    assert services[0][leaving] == services[1][leaving] > services[2][leaving] == services[3][leaving]
    assert {a for s in services for a in s.complete() if s[a] != first[a]} == {written, leaving}
    assert {e.name for s in services for e in s.events} == {"council_decides"}


def test_one_long_project_and_three_short_ones_have_the_same_grant_for_six_years() -> None:
    long, short = lesson("one-long-or-three-short").scenarios()

    assert [wave.month for wave in short.waves] == [0, 24, 48]
    assert long["finance.funding_term"] == 72 == 3 * short["finance.funding_term"]
    assert long["finance.grant"] == short["finance.grant"]


@pytest.mark.parametrize(
    ("indicator", "value", "written", "apart"),
    [
        ("spend", 25_705.4, "£25,705", None),
        ("use_at_fidelity", 0.1234, "12.3%", "12.3 points"),
        ("use_at_fidelity", -0.0001, "0.0%", "0.0 points"),
        ("turnover_12m", 0.25, "25.0%", "25.0 points"),
        ("uptake_number", 1.234, "1.23", "1.23"),
        ("trials", 0.5, "50.0%", "50.0 points"),
    ],
)
def test_values_are_written_as_people_write_them(indicator: str, value: float, written: str, apart: str | None) -> None:
    assert lessons.say(indicator, value) == written
    assert apart is None or lessons.gap(indicator, value) == apart


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
        (PLAIN, {"choice": 3}, "choose one of"),
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


def test_coproduction_is_promised_alike_and_its_money_alone_makes_the_two_that_pay_differ() -> None:
    promised, nothing, until, on = PLAIN.scenarios()
    promise, budget = "coproduction.participation_depth", "coproduction.coproduction_budget"

    assert promised[promise] == until[promise] == on[promise] > nothing[promise] == 0
    assert promised[budget] == 0 < until[budget] == on[budget]
    assert until.complete() == on.complete()
    assert [(e.month, dict(e.changes)) for e in until.events if e not in on.events] == [(25, {budget: 0.0})]


def test_a_sketch_is_kept_to_a_tenth_of_a_percentage_point() -> None:
    made = prediction(PLAIN) | {"points": [0.2345] + [0.666] * 10}

    assert checked_prediction(PLAIN, made)["points"] == pytest.approx([0.2345] + [0.666] * 10, abs=0.0006)


def test_picks_are_kept_in_one_order_whichever_came_first() -> None:
    made = prediction(PICKING) | {"picks": ["leadership", "finance", "coproduction"]}

    assert checked_prediction(PICKING, made)["picks"] == ["coproduction", "finance", "leadership"]


def test_control_characters_do_not_get_into_a_text() -> None:
    assert lessons.checked_text("it", "a\x00b\u202ec\ud800\nd") == "a b c \nd"


def test_a_verdict_is_clear_only_where_the_intervals_are() -> None:
    clear, unclear = (verdict(PLAIN, outcome(clear=clear)) for clear in (True, False))

    assert clear.startswith("Clearly highest")
    assert unclear.startswith("Cannot tell. Highest in these runs, but not surely")
    assert "95% interval -5.0 points to 20.0 points; ahead in 25 of 25 plausible sets" in unclear
    assert f"'{PLAIN.arms[1].label}', 10.0 points ahead of '{PLAIN.arms[0].label}'" in unclear
    for other in PLAIN.arms[1:]:
        assert f"ahead of '{other.label}'" not in unclear
    assert "over months 1 to 120, in 100 runs" in unclear


@pytest.mark.parametrize(
    ("sure", "agrees"),
    [("very likely", True), ("probably", True), ("cannot tell", False), ("no difference that matters", False)],
)
def test_a_lesson_speaks_in_the_words_of_the_ladder(sure: str, agrees: bool) -> None:
    found = outcome(clear=False, sure=sure)
    drawn = {"points": [0.0] * 11, "choice": 1}

    assert verdict(PLAIN, found).startswith(f"{sure.capitalize()} highest" if agrees else f"{sure.capitalize()}. ")
    assert ("so does the model" in said(PLAIN, drawn, found)[-1]) == agrees


def test_whoever_says_there_is_no_clear_difference_agrees_with_a_model_that_finds_none() -> None:
    drawn = {"points": [0.0] * 11, "choice": len(PLAIN.rivals)}

    assert "so does the model" in said(PLAIN, drawn, outcome(clear=False))[-1]
    assert "the model says" in said(PLAIN, drawn, outcome(clear=True))[-1]


def test_kept_results_are_not_those_of_another_question(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {
        lessons.outcome_name(PLAIN),
        lessons.outcome_name(PICKING, ["finance", "leadership", "coproduction"]),
        lessons.outcome_name(PICKING, ["finance", "leadership", "collaboration"]),
    }
    others = {
        "model_version": lambda: "another model",
        "__version__": "another version",
        "REPLICATES": 7,
        "SEED": 7,
        "PLAUSIBLE": Path(__file__),
    }
    for name, other in others.items():
        with monkeypatch.context() as changed:
            changed.setattr(lessons, name, other)
            names.add(lessons.outcome_name(PLAIN))
    names.add(lessons.outcome_name(replace(PLAIN, window=(2, 120))))
    names.add(lessons.outcome_name(replace(PLAIN, arm=PLAIN.arm[:2])))
    names.add(lessons.outcome_name(replace(PLAIN, chart=PLAIN.chart[:2])))
    names.add(lessons.outcome_name(replace(PLAIN, arm=tuple(replace(a, rival=True) for a in PLAIN.arm))))

    assert len(names) == 3 + len(others) + 4


def test_an_unknown_lesson_is_refused() -> None:
    with pytest.raises(InputError, match="there is no lesson"):
        lesson("../../etc")
