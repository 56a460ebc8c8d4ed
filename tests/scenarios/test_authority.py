"""My authority: what official tables say of one, where a run of it starts, and its questions."""

from __future__ import annotations

import csv
from dataclasses import FrozenInstanceError, replace
from statistics import median

import pytest

from conducive.scenarios import authority as module
from conducive.scenarios import workforce
from conducive.scenarios.authority import FIGURES, GRADE, Authority, Standing, authority, grade_of
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import Event
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import declared
from conducive.scenarios.workforce import authorities, find, latest, starting_point

GRANT = load_scenario("two-year-funding")


@pytest.fixture(scope="module")
def bradford() -> Authority:
    return authority("Bradford")


def test_an_authority_is_frozen_and_says_in_short_what_it_is(bradford: Authority) -> None:
    with pytest.raises(FrozenInstanceError):
        bradford.name = "Leeds"  # type: ignore[misc]
    assert "behind: months to fill a post, agency staff above the establishment, judgement" in repr(bradford)


def test_nine_years_of_figures_stand_beside_england_and_the_median_neighbour(bradford: Authority) -> None:
    assert bradford.years == tuple(range(2017, 2026))
    assert [series.figure for series in bradford.series] == list(FIGURES)
    for series in bradford.series:
        near = [getattr(row, series.figure) for one in bradford.neighbours if (row := find(one.name, 2025))]
        assert series.own[-1] == getattr(find("Bradford", 2025), series.figure)
        assert series.england[-1] == getattr(find("England", 2025), series.figure)
        assert series.neighbours[-1] == pytest.approx(median(near))
        assert all(value is not None for value in (*series.own, *series.england, *series.neighbours))


def test_it_has_ten_neighbours_the_nearest_first_and_its_judgements_in_order(bradford: Authority) -> None:
    assert [one.name for one in bradford.neighbours][:3] == ["Blackburn with Darwen", "Birmingham", "Oldham"]
    assert len(bradford.neighbours) == 10
    assert [(f"{one.began:%Y-%m}", one.judgement) for one in bradford.inspections] == [
        ("2018-09", "inadequate"),
        ("2022-11", "inadequate"),
    ]


def test_ahead_and_behind_are_told_by_the_inputs_that_a_run_starts_from(bradford: Authority) -> None:
    standing = {one.address: one for one in bradford.standings}

    assert set(standing) == {a for a in starting_point("Bradford") if a.startswith("workforce_capacity.")} | {GRADE}
    for address, value in starting_point("Bradford", 2025).items():
        if address in standing:
            others = [starting_point(one.name, 2025)[address] for one in bradford.neighbours]
            assert standing[address].own == value
            assert standing[address].neighbours == pytest.approx(median(others), abs=1e-4)
            lower = (declared()[address].facilitator or 0) < (declared()[address].barrier or 0)
            better = sum(value < other if lower else value > other for other in others)
            assert standing[address].better_than == better + 0.5 * others.count(value)
    assert standing["workforce_capacity.caseload"].condition == "Workforce capacity"
    assert standing[GRADE].own == 4
    assert standing[GRADE].side == "behind"


@pytest.mark.parametrize(("better", "side"), [(7.5, "ahead"), (7, "level"), (3, "level"), (2.5, "behind")])
def test_ahead_is_better_than_three_quarters_and_behind_worse(better: float, side: str) -> None:
    assert Standing(GRADE, 2.0, 2.0, 2.0, better, 10).side == side


def test_a_neighbour_with_the_same_value_counts_half_in_either_direction() -> None:
    lower = module._standing(GRADE, 2.0, 2.0, [1.0, 2.0, 3.0, 4.0])
    higher = module._standing("workforce_capacity.agency_cover", 0.8, 0.7, [0.9, 0.8, 0.5, 0.4])

    assert (lower.better_than, lower.of, lower.neighbours) == (2.5, 4, 2.0)
    assert (higher.better_than, higher.of, higher.neighbours) == (2.5, 4, 0.65)


def test_children_in_need_and_spending_are_for_each_child(bradford: Authority) -> None:
    need, spent = bradford.context

    assert (need.year, spent.year) == (2025, 2025)
    assert need.england == pytest.approx(402_400 / 12_183_016 * 10_000)
    assert spent.england == pytest.approx(15_556_137_154.71 / 12_183_016)
    assert need.own
    assert spent.neighbours


# ---- Starting points -----------------------------------------------------------------------------------------------


def test_a_start_has_its_judgement_in_the_month_of_its_inspection_and_the_one_before_until_then() -> None:
    bradford = authority("Bradford").start(GRANT)
    bristol = authority("Bristol").start(GRANT)

    assert bradford.events == (Event(-34, "inspection", "inadequate"),)
    assert bradford[GRADE] == 4
    assert bristol.events[0].month < 1
    assert bristol[GRADE] == authority("Bristol").inspections[-2].grade
    assert bradford.change({"organisation.inspection_grade": 2}).values.keys() == {*GRANT.values, GRADE}


def test_an_inspection_of_before_the_warm_up_is_the_grade_that_it_begins_with() -> None:
    leeds = authority("Leeds").start(GRANT)
    longer = authority("Leeds").start(GRANT.change({"warm_up": 60}))

    assert leeds.events == ()
    assert leeds[GRADE] == 1
    assert longer.events == (Event(-43, "inspection", "outstanding"),)


def test_without_asking_for_it_a_place_starts_as_before_and_a_grade_that_is_set_stays() -> None:
    assert GRANT.at("Bradford")[GRADE] == declared()[GRADE].default
    assert GRANT.at("Bradford").events == ()
    assert authority("Bradford").start(GRANT.change({GRADE: 1})) == GRANT.change({GRADE: 1}).at("Bradford")


def test_the_figures_of_an_earlier_year_go_with_the_judgement_of_that_time() -> None:
    westminster = authority("Westminster")

    assert westminster.start_year == 2021
    assert westminster.start(GRANT).place == "Westminster, 2021"
    assert all(event.month == -24 for event in westminster.start(GRANT).events)


def test_councils_that_report_together_have_the_mean_of_their_grades_to_the_worse() -> None:
    both = authority("Richmond upon Thames")

    assert both.name == "Kingston upon Thames / Richmond upon Thames"
    assert {one.council for one in both.inspections} == {"Kingston upon Thames", "Richmond upon Thames"}
    assert grade_of(list(both.inspections)) == 2
    assert both.name not in [one.name for one in both.neighbours]
    assert any("report their workforce together" in note for note in both.notes)


# ---- Questions -----------------------------------------------------------------------------------------------------


def test_three_questions_start_here_and_each_changes_one_thing(bradford: Authority) -> None:
    money, behind, inspected = bradford.questions

    assert all(one.place == "Bradford, 2025" for q in bradford.questions for one in (q.base, q.alternative))
    assert (money.base.name, money.alternative.name) == ("two-year-funding", "two-year-then-mainstreamed")
    changed = {a for a in declared() if behind.base[a] != behind.alternative[a]}
    assert changed == {"workforce_capacity.time_to_fill"}
    assert "1 of 10" in behind.why
    assert inspected.alternative.events[-1] == Event(12, "inspection", "good")
    assert inspected.alternative.events[:-1] == inspected.base.events
    assert authority("Leeds").questions[2].alternative.events[-1].detail == "inadequate"
    assert "lead in turnover" in authority("Leeds").questions[1].title


def test_every_authority_can_be_shown_and_those_with_usable_figures_have_three_questions() -> None:
    for row in authorities(latest()):
        found = authority(row.name)
        assert len(found.questions) == 3, row.name
        assert len(found.neighbours) in {9, 10}, row.name  # two of ten may report together
        assert found.inspections, row.name


@pytest.mark.parametrize("count", [0, 4, True, "1"])
def test_a_question_that_is_not_there_is_refused(bradford: Authority, count: int) -> None:
    with pytest.raises(InputError, match="questions are numbered 1 to 3"):
        bradford.question(count)


# ---- Edges ---------------------------------------------------------------------------------------------------------


def test_one_that_no_run_can_start_from_is_shown_with_the_reason() -> None:
    scilly = authority("Isles of Scilly")

    assert scilly.start_year is None
    assert scilly.questions == scilly.standings == ()
    assert scilly.inspections[-1].judgement == "inadequate"
    assert any("No run can start here: 0 social workers in post are too few" in note for note in scilly.notes)
    assert any("None of its statistical neighbours is close" in note for note in scilly.notes)
    with pytest.raises(InputError, match="no question can be asked of Isles of Scilly"):
        scilly.question(1)
    with pytest.raises(InputError, match="are too few"):
        scilly.start(GRANT)


def test_a_small_and_a_new_authority_say_so() -> None:
    assert any("so small" in note for note in authority("City of London").notes)
    new = authority("Cumberland")
    assert "It has figures from 2023 on: its area was that of Cumbria." in new.notes
    assert new.series[0].own[:6] == (None,) * 6
    assert len(new.questions) == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Middlesborough", "Did you mean Middlesbrough?"),
        ("Cumbria", "its area is now Cumberland or Westmorland and Furness"),
        ("E99999999", "is not in the official table"),
        ("England", "England is not an authority"),
        ("South West", "South West is not an authority"),
    ],
)
def test_what_is_no_authority_is_refused_with_what_to_do(typed: str, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("?", r"\?")):
        authority(typed)


@pytest.mark.parametrize("typed", ["E08000032", "380", "  bradford city council "])
def test_a_code_or_another_spelling_finds_it(bradford: Authority, typed: str) -> None:
    assert authority(" ".join(typed.split())) == bradford


def test_without_neighbours_or_judgement_it_says_so_and_still_asks(
    tmp_path, monkeypatch: pytest.MonkeyPatch, bradford: Authority
) -> None:
    monkeypatch.setattr(module, "neighbours", lambda _: ())
    monkeypatch.setattr(module, "inspections", lambda _: ())
    alone = authority("Bradford")

    assert alone.standings == ()
    assert alone.start(GRANT) == GRANT.at("Bradford")
    assert len(alone.questions) == 2
    assert "No judgement of it since 2018 is published." in alone.questions[1].why
    assert any("No statistical neighbours" in note for note in alone.notes)
    assert any("No judgement of it since 2018" in note for note in alone.notes)
    assert replace(bradford, neighbours=()).series == bradford.series


@pytest.mark.parametrize(
    ("left_out", "places", "neighbours", "judgement"),
    [
        (["old_la_code", "new_la_code"], (), "the workforce table in use has no old_la_code", "no new_la_code for it"),
        (["old_la_code"], (), "Its statistical neighbours are not known", ""),
        (["new_la_code"], (), "", "Its judgements are not known"),
        ([], ("Bradford", "Kent"), "The workforce table in use has none of its statistical neighbours", ""),
        ([], ("Bradford", "Oldham"), "", ""),
    ],
)  # fmt: skip
def test_what_the_table_in_use_lacks_is_not_said_to_be_unpublished(
    tmp_path, monkeypatch: pytest.MonkeyPatch, left_out: list[str], places: tuple[str, ...], neighbours: str,
    judgement: str,
) -> None:  # fmt: skip
    with workforce.TABLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not places or row["la_name"] in places]
    with (tmp_path / "mine.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [name for name in rows[0] if name not in left_out], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    monkeypatch.setenv(workforce.CHOSEN, str(tmp_path / "mine.csv"))

    found = authority("Bradford")

    assert neighbours in found.no_neighbours
    assert judgement in found.no_judgement
    assert bool(found.neighbours) == (not neighbours)
    assert bool(found.inspections) == (not judgement)
    assert {found.no_neighbours, found.no_judgement} - {""} <= set(found.notes)
    assert not any("published" in note for note in found.notes)


def test_a_table_without_england_has_the_usual_start_in_its_place(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    with workforce.TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "mine.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for row in rows if row["geographic_level"] == "Local authority")
    monkeypatch.setenv(workforce.CHOSEN, str(tmp_path / "mine.csv"))

    found = authority("Bradford")

    assert set(found.series[0].england) == {None}
    assert all(one.england == declared()[one.address].default for one in found.standings)
