"""What pages show and take, without a browser: sliders, choices, events, sweeps, conditions, colours."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from conducive.dashboards import conditions_page, levers, sweep_page, what_if
from conducive.dashboards.about import citation, odd_page, summary
from conducive.dashboards.address import Asked, address, in_library, python
from conducive.dashboards.parts import bare_page, dressed
from conducive.dashboards.theme import DARK, LIGHT, contrast, css
from conducive.dashboards.what_if import Choice, chosen, default, event_of, fields, files, kinds, picked, start_from
from conducive.dashboards.work import CancelledError, Job
from conducive.experiments.filling import filling
from conducive.experiments.glance import FIRM
from conducive.experiments.validation import stored_results
from conducive.scenarios.conditions import conditions, inputs
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import EVENTS
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.scenario import declared

SMALL = load_scenario("classroom").change({"horizon": 24, "warm_up": 0, "organisation.posts": 12})


# ---- Sliders -------------------------------------------------------------------------------------------------------


def test_every_input_has_one_lever_with_what_stands_behind_it() -> None:
    first, rest = levers.groups(SMALL, SMALL)

    found = [one for group in (*first, *rest) for one in group["levers"]]

    assert sorted(one["address"] for one in found) == sorted(i.address for i in inputs())
    assert [one["address"] for one in first[0]["levers"]] == list(levers.FIRST)
    for one in found:
        assert one["meaning"]
        assert one["source"]
        assert one["gradetext"]
        assert one["hardmin"] <= one["min"] <= one["value"] <= one["max"] <= one["hardmax"]


@pytest.mark.parametrize("declaration", inputs(), ids=lambda i: i.address)
def test_what_a_slider_sends_back_is_the_value_it_showed(declaration: Any) -> None:
    for value in (declaration.minimum, declaration.default, declaration.maximum):
        assert levers.value_of(declaration.address, levers.read(declaration, value)) == (
            declaration.address,
            pytest.approx(value, abs=1e-9, rel=1e-4),
        )


@pytest.mark.parametrize(
    ("sent", "shown", "said"),
    [
        ("finance.funding_term", 1e9, "must be"),
        ("finance.funding_term", float("nan"), "must be"),
        ("finance.funding_term", "<b>", "must be a number"),
        ("finance.funding_term", True, "must be"),
        ("finance.magic", 1, "not an input"),
        ("coefficients.strain_load", 1, "not an input"),
        (None, 1, "not an input"),
        (["finance.funding_term"], 1, "not an input"),
    ],
)
def test_what_no_slider_could_have_sent_is_refused(sent: object, shown: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        levers.value_of(sent, shown)


def test_a_share_is_read_as_a_percentage() -> None:
    assert levers.written(declared()["workforce_capacity.turnover"], 0.118) == "11.8% a year"
    assert levers.written(declared()["finance.mainstreaming"], 0.5) == "50%"
    assert levers.written(declared()["finance.funding_term"], 24) == "24 months"


# ---- What is asked -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["two-year-funding", "classroom", "three-short-waves"])
def test_a_choice_comes_back_from_its_address_as_it_was(name: str) -> None:
    choice = Choice(load_scenario(name), None, "Leeds", changes={"finance.funding_term": 60.0})
    choice = replace(choice, events=(event_of({"kind": "incident", "month": 24}, choice.origin),))

    found, news, trouble = start_from(f"s={address(choice.asked)}")

    assert (found, news, trouble) == (choice, [], "")


def test_an_own_scenario_comes_back_from_its_address() -> None:
    choice = Choice(SMALL, changes={"finance.funding_term": 12.0})

    found, _, trouble = start_from(f"s={address(choice.asked)}")

    assert not trouble
    assert found.asked.base.complete() == choice.asked.base.complete()
    assert found.asked.alternative.complete() == choice.asked.alternative.complete()
    assert found.base.name == SMALL.name


@pytest.mark.parametrize("search", ["s=1abc", "s=", "s=<script>", "s=" + "1" * 20_000, "x=1&" * 50])
def test_a_bad_address_shows_the_usual_comparison_and_says_why(search: str) -> None:
    choice, news, trouble = start_from(search)

    assert choice == default()
    assert news == []
    assert trouble.startswith("This address cannot be read") or search in {"s=", "x=1&" * 50}


def test_moving_to_an_authority_keeps_what_was_changed() -> None:
    choice = picked(default(), {"name": "place", "value": "Leeds"})

    asked = choice.asked

    assert asked.base.place.startswith("Leeds")
    assert asked.alternative["finance.funding_term"] == 72
    assert asked.alternative["organisation.posts"] == asked.base["organisation.posts"]


def test_another_scenario_to_compare_with_starts_without_changes() -> None:
    choice = picked(default(), {"name": "other", "value": "six-year-funding"})

    assert choice.asked.alternative == load_scenario("six-year-funding")
    assert picked(choice, {"name": "other", "value": "itself"}).asked.alternative == choice.base


@pytest.mark.parametrize("sent", [None, 3, {"name": "base", "value": "../../etc"}, {"name": "place", "value": {}}, {}])
def test_what_is_on_no_list_changes_nothing(sent: object) -> None:
    assert picked(default(), sent) == default()


def test_lists_say_what_is_chosen() -> None:
    for choice in (default(), Choice(SMALL, load_scenario("baseline"), "Kent")):
        for one in fields(choice):
            assert one["value"] in {option["value"] for group in one["groups"] for option in group["options"]}


# ---- Events --------------------------------------------------------------------------------------------------------


def test_every_kind_of_event_can_be_put_on_the_timeline() -> None:
    found = kinds()

    assert {one["name"] for one in found} == {*EVENTS, "funding_ends", "coaching_starts"}
    for one in found:
        detail = one["options"][0]["value"] if one["options"] else 0.2
        event = event_of({"kind": one["name"], "month": 3, "detail": detail}, SMALL)
        assert event.month == 3
        assert what_if._event_label(event)


def test_funding_that_ends_early_stops_the_grant() -> None:
    event = event_of({"kind": "funding_ends", "month": 7}, SMALL)
    choice = Choice(SMALL, events=(event,))
    *_, found = what_if.answers(choice.asked, "test", Job())

    assert found["money"] == [[[0, 24]], [[0, 6]]]
    assert found["marks"][0]["arm"] == "B"


@pytest.mark.parametrize(
    "sent",
    [None, {}, {"kind": "magic", "month": 3}, {"kind": "incident", "month": 25}, {"kind": "incident", "month": "3"},
     {"kind": "inspection", "month": 3, "detail": "<b>"}, {"kind": ["incident"], "month": 3},
     {"kind": "budget_cut", "month": 3, "detail": 7}],
)  # fmt: skip
def test_what_cannot_happen_is_refused(sent: object) -> None:
    with pytest.raises(InputError):
        event_of(sent, SMALL)


# ---- Answers and files ---------------------------------------------------------------------------------------------


def small() -> Asked:
    return Choice(SMALL, changes={"finance.funding_term": 12.0}).asked


def test_answers_grow_firm_and_are_then_at_hand() -> None:
    pairs = [found["pairs"] for found in what_if.answers(small(), "test", Job())]
    again = [found["pairs"] for found in what_if.answers(small(), "test", Job())]

    assert pairs in ([20, 60, 120, 200], [200])
    assert again == [FIRM]


def test_a_cancelled_answer_stops() -> None:
    job = Job()
    job.stop()
    asked = Choice(SMALL, changes={"finance.funding_term": 13.0}).asked

    with pytest.raises(CancelledError):
        list(what_if.answers(asked, "test", job))


def test_every_file_can_be_made_and_opened() -> None:
    made = {label: make() for label, make in files(small(), "test")}

    assert b"<html" in made["Briefing (HTML)"][2]
    assert b"<svg" in made["Picture (SVG)"][2]
    assert made["Picture (PNG)"][2].startswith(b"\x89PNG")
    table = pd.read_csv(io.BytesIO(made["Results by month (CSV)"][2]))
    assert table["month"].max() == 24
    runs = pd.read_parquet(io.BytesIO(made["Every run by month (Parquet)"][2]))
    assert len(runs) == 2 * FIRM * 24
    assert list(runs.columns[:3]) == ["scenario", "replicate", "month"]
    assert load_scenario_text(made["Scenario B (TOML)"][2])["finance.funding_term"] == 12


def load_scenario_text(text: bytes) -> Any:
    from conducive.dashboards.address import from_file

    return from_file(text.decode())


def test_a_found_library_scenario_is_shown_by_its_name_in_code() -> None:
    for scenario in library():
        assert in_library(scenario) == scenario
        assert f'cz.load_scenario("{scenario.name}")' in python(Asked(scenario, scenario))
    assert chosen(Asked(library()[0], library()[1])).other == library()[1]


# ---- Sweep ---------------------------------------------------------------------------------------------------------


def axes(x: object, y: object = None, steps: object = 3, replicates: object = 4) -> dict[str, object]:
    return {"x": x, "y": y or {"name": ""}, "steps": steps, "replicates": replicates}


TERM = {"name": "finance.funding_term", "low": 12, "high": 24}


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {},
        axes({"name": ""}),
        axes({"name": "magic", "low": 0, "high": 1}),
        axes(TERM, TERM),
        axes(TERM, steps=50_000),
        axes(TERM, steps="3"),
        axes(TERM, replicates=10**9),
        axes({**TERM, "low": "x"}),
        axes({**TERM, "low": 30}),
        axes({**TERM, "high": float("inf")}),
        axes({**TERM, "high": 1e9}),
    ],
)
def test_what_cannot_be_swept_is_refused(sent: object) -> None:
    with pytest.raises(InputError):
        sweep_page.asked_plan(SMALL, sent)


def test_everything_on_the_list_can_be_swept() -> None:
    for group in sweep_page.options():
        for one in group["options"]:
            axis = {"name": one["name"], "low": one["low"], "high": one["high"]}
            assert sweep_page.asked_plan(load_scenario("baseline"), axes(axis, steps=2)).shape[0] == 1


def test_a_point_of_a_sweep_opens_as_a_comparison_with_it() -> None:
    plan = sweep_page.asked_plan(SMALL, axes(TERM))

    asked = sweep_page.point(plan, [0, 2])

    assert asked.base == SMALL
    assert asked.alternative["finance.funding_term"] == 24
    for wrong in ([0, 9], [1, 0], "0", [0], [True, 0], None, [-1, 0]):
        with pytest.raises(InputError):
            sweep_page.point(plan, wrong)


def test_files_of_a_sweep_can_be_opened() -> None:
    both = axes(TERM, {"name": "culture", "low": 0, "high": 1}, steps=2)
    for sent, columns in ((axes(TERM), 1), (both, 2)):
        *_, zone = filling(sweep_page.asked_plan(SMALL, sent))
        made = [make() for _, make in sweep_page.files(zone, sweep_page.SHOWN[0])]
        table = pd.read_csv(io.BytesIO(made[0][2]))
        assert list(table.columns[:columns]) == ["finance.funding_term", "culture"][:columns]
        assert pd.read_parquet(io.BytesIO(made[1][2])).shape == table.shape
        assert b"<svg" in made[2][2]
        assert made[3][2].startswith(b"\x89PNG")


# ---- Conditions, About, looks --------------------------------------------------------------------------------------


def test_every_condition_is_on_its_page_with_its_inputs() -> None:
    shown = [c for cluster in conditions_page.clusters() for c in cluster["conditions"]]

    assert [c["name"] for c in shown] == [c.name for c in conditions()]
    for c, declared_one in zip(shown, conditions(), strict=True):
        assert [i["address"] for i in c["inputs"]] == [i.address for i in declared_one.inputs]


def test_every_condition_has_a_curve_or_says_who_reads_its_inputs() -> None:
    for condition in conditions():
        drawn = conditions_page.curves_of(condition)
        assert drawn or conditions_page._others(condition)
        for curve in drawn:
            assert len(curve["x"]) == len(curve["y"])
            assert curve["spoken"]


def test_a_ranking_is_ordered_by_strength_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions_page, "TRAJECTORIES", 4)
    monkeypatch.setattr(conditions_page, "REPLICATES", 2)
    monkeypatch.setattr(conditions_page, "RANKINGS", conditions_page.Cache(1))
    plan = conditions_page.ranking_plan()
    told: list[int] = []

    (ranked,) = conditions_page.rankings(plan, "test", Job(), told.append)

    assert {one.name for one in ranked} == {c.name for c in conditions()}
    assert [one.strength for one in ranked] == sorted((one.strength for one in ranked), reverse=True)
    assert told
    assert next(conditions_page.rankings(plan, "other", Job(), told.append)) is ranked
    assert conditions_page.clusters(ranked)[0]["conditions"][0]["rank"].endswith("of 18")


def test_about_says_what_was_validated_and_how_to_cite() -> None:
    assert f"of {len(stored_results()['patterns'])} are shown" in summary(stored_results())
    assert "version" in citation()
    assert "hsc/3599333" in citation()


def test_the_description_is_a_page_of_its_own_with_its_pictures() -> None:
    page = odd_page()

    assert "data:image/svg+xml" in page
    assert 'src="odd/' not in page


TEXT_ON_GROUND = [
    (ink, ground) for ink in ("ink", "quiet", "accent", "a", "b", "good", "trouble") for ground in ("paper", "card")
]


@pytest.mark.parametrize(("ink", "ground"), [*TEXT_ON_GROUND, ("on-accent", "accent"), ("paper", "a"), ("paper", "b")])
def test_text_can_be_read_on_its_ground(ink: str, ground: str) -> None:
    for colours in (LIGHT, DARK):
        assert contrast(colours[ink], colours[ground]) >= 4.5


def test_every_colour_of_the_style_sheet_is_declared() -> None:
    import re

    assert set(re.findall(r"var\(--([\w-]+)", css())) <= LIGHT.keys()
    assert LIGHT.keys() == DARK.keys()


def test_pages_speak_english_and_may_be_zoomed() -> None:
    page = dressed(
        '<html><head><meta content="width=device-width, maximum-scale=1, user-scalable=no, minimal-ui"></head>'
    )

    assert 'lang="en-GB"' in page
    assert "user-scalable" not in page
    assert "<script>" not in bare_page("<script>", "")
