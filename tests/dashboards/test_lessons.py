"""The six lessons: each can be taught, runs as declared, and says no more than the model does."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from conducive.dashboards import lessons
from conducive.dashboards.lessons import LABELS, LESSONS, Lesson, checked_prediction, lesson, said, sheet, verdict
from conducive.dashboards.store import Classroom, Seat
from conducive.experiments.arms import race
from conducive.model.measures import INDICATORS
from conducive.scenarios.conditions import CONDITIONS
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library_names, load_scenario

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


def outcome(*, clear: bool, best: int = 1, arms: int = 3, sets: int = 25, ahead: int = 20) -> dict[str, object]:
    flat = [[0.2] * lessons.HORIZON, [0.3] * lessons.HORIZON, [0.4] * lessons.HORIZON]
    gaps = [[0.0] * 3 if n == best else [0.01 if clear else -0.05, 0.1, 0.2] for n in range(arms)]
    return {
        "replicates": 100, "sets": sets, "seed": 0, "series": [flat] * arms, "table": {}, "best": best, "gaps": gaps,
        "ahead": [0 if n == best else sets if n == 0 else ahead for n in range(arms)], "clear": clear,
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


def test_what_a_group_picks_is_put_right() -> None:
    picks = ["finance", "leadership", "coproduction"]
    middling = load_scenario("classroom").change({c.name: 0.5 for c in CONDITIONS})

    before, after, everything = PICKING.scenarios(picks)

    assert before.values == middling.change({"horizon": lessons.HORIZON}).values
    assert after.values == middling.change({"horizon": lessons.HORIZON} | dict.fromkeys(picks, 0.9)).values
    assert everything["finance.funding_term"] == after["finance.funding_term"] > before["finance.funding_term"]


def test_what_is_sketched_is_the_service_that_is_asked_about() -> None:
    assert {of.name: of.arms[of.sketched].label for of in LESSONS} == {
        "two-year-funding": "Two years of grant, then nothing",
        "blame-spiral": "An incident where people are blamed",
        "who-holds-the-memory": "People leave, little is written down",
        "coproduction": "A large promise without money",
        "one-long-or-three-short": "Three innovations, two years each",
        "conducive-zone": "Your three conditions put right",
    }


def test_an_incident_comes_out_in_month_18_in_both_services_of_the_blame_spiral() -> None:
    for scenario in lesson("blame-spiral").scenarios():
        assert [e.month for e in scenario.events if e.name == "incident"] == [18]


def test_services_that_differ_in_what_is_written_down_differ_in_nothing_else_but_who_leaves() -> None:
    little, much, stay = lesson("who-holds-the-memory").scenarios()
    name = "learning_and_evaluation.codification"

    assert [s[name] for s in (little, much, stay)] == [0.1, 0.9, 0.1]
    assert {a for a in little.complete() if little[a] != much[a]} == {name}
    assert stay["workforce_capacity.turnover"] < little["workforce_capacity.turnover"]


def test_one_long_project_and_three_short_ones_have_the_same_grant_for_six_years() -> None:
    long, short = lesson("one-long-or-three-short").scenarios()

    assert [wave.month for wave in short.waves] == [0, 24, 48]
    assert long["finance.funding_term"] == 72 == 3 * short["finance.funding_term"]
    assert long["finance.grant"] == short["finance.grant"]


def test_the_promise_of_coproduction_is_the_same_paid_for_or_not_and_smaller_in_an_average_service() -> None:
    unpaid, paid, smaller = PLAIN.scenarios()
    promise, budget = "coproduction.participation_depth", "coproduction.coproduction_budget"

    assert unpaid[promise] == paid[promise] > smaller[promise]
    assert unpaid[budget] == 0 < paid[budget]
    assert {s["finance.funding_term"] for s in (unpaid, paid, smaller)} == {24}


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
    assert unclear.startswith("No clear difference")
    assert "95% interval -5.0 points to 20.0 points; ahead in 20 of 25 plausible sets" in unclear
    assert f"'{PLAIN.arms[1].label}', 10.0 points ahead of '{PLAIN.arms[0].label}'" in unclear
    assert f"ahead of '{PLAIN.arms[2].label}'" in unclear
    assert f"ahead of '{PLAIN.arms[1].label}'" not in unclear
    assert "over months 1 to 120, in 100 runs" in unclear


def test_an_arm_ahead_in_every_set_is_ahead_though_its_lead_is_not_clear() -> None:
    everywhere = outcome(clear=False, ahead=25)
    drawn = {"points": [0.0] * 11, "choice": 1}

    assert verdict(PLAIN, everywhere).startswith("Highest in every plausible set of coefficients, though by how much")
    assert "so does the model" in said(PLAIN, drawn, everywhere)[-1]
    assert verdict(PLAIN, outcome(clear=False, sets=1, ahead=1)).startswith("No clear difference")


def test_a_sketch_is_placed_against_the_interval() -> None:
    drawn = {"points": [0.0, 0.0, 0.1, 0, 0, 0.3, 0, 0, 0, 0, 0.9], "choice": 1}

    first, two, five, ten, choice = said(PLAIN, drawn, outcome(clear=True))

    assert PLAIN.arms[PLAIN.sketched].label[1:] in first
    assert "you drew 10%; the model shows 30% on average, with a 95% interval of 20% to 40%" in two

    assert "below that interval" in two
    assert "inside that interval" in five
    assert "above that interval" in ten
    assert "so does the model" in choice


def test_a_sketch_is_held_against_the_end_of_each_year_of_the_arm_that_was_sketched() -> None:
    """A model whose mean is the month's number, a thousandth for each; the sketch is of the second arm."""
    rising = [n / 1000 for n in range(1, lessons.HORIZON + 1)]
    found = outcome(clear=True, arms=3)
    found["series"] = [[[0.0] * 120] * 3, [[0.0] * 120, rising, [1.0] * 120], [[0.0] * 120] * 3]
    drawn = {"points": [n / 10 for n in range(11)], "choice": 0, "picks": []}

    _, two, five, ten, choice = said(PICKING, drawn, found)

    assert "drew 20%; the model shows 2%" in two
    assert "drew 50%; the model shows 6%" in five
    assert "drew 100%; the model shows 12%" in ten
    assert choice == "You chose: everything middling, and the model says: your three conditions put right."


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


@each_lesson
def test_a_sheet_has_all_that_a_group_reads_and_chooses_from(of: Lesson) -> None:
    page = sheet(of).replace("&#39;", "'")

    picks = [of.picks.ask, *(f"{c.title}: {c.facilitator}" for c in of.pickable)] if of.picks else []
    for text in (*of.reading, *of.options, *picks, of.choose, of.sketch, "for a group", "not a forecast"):
        assert text in page


def test_what_a_class_found_can_be_printed() -> None:
    """Two groups, of which one has predicted and answered the second prompt; the model's curve beside theirs."""
    made = prediction(PLAIN) | {"points": [0.5] * lessons.POINTS}
    owls = Seat("K", "C", "Owls", PLAIN.name, False, False, True, made, {1: "Because."})
    bees = Seat("L", "C", "Bees", PLAIN.name, False, False, False, None, {})
    found = outcome(clear=True)

    page = sheet(PLAIN, room=Classroom("C", PLAIN.name, False, (owls, bees)), outcome=found).replace("&#39;", "'")

    assert verdict(PLAIN, found) in page
    assert re.findall(r'class="other" points="50,([\d.]+) ', page) == ["135.0"]
    assert re.findall(r'class="mean" points="[\d.]+,([\d.]+) ', page) == ["181.0"]
    assert f"Chose: {PLAIN.options[0]}." in page
    assert '<li value="2">Because.</li>' in page
    assert page.count("No prediction.") == 1
    assert "what a class found" in page
    assert PLAIN.reading[0] not in page


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
    others = {
        "model_version": lambda: "another model",
        "__version__": "another version",
        "REPLICATES": 7,
        "SEED": 7,
        "PLAUSIBLE": lessons.SHEET,
    }
    for name, other in others.items():
        with monkeypatch.context() as changed:
            changed.setattr(lessons, name, other)
            names.add(lessons.outcome_name(PLAIN))
    names.add(lessons.outcome_name(replace(PLAIN, window=(2, 120))))
    names.add(lessons.outcome_name(replace(PLAIN, arms=PLAIN.arms[:2])))

    assert len(names) == 3 + len(others) + 2


def test_an_unknown_lesson_is_refused() -> None:
    with pytest.raises(InputError, match="there is no lesson"):
        lesson("../../etc")
