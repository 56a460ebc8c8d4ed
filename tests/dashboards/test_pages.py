"""What pages show and take, without a browser: sliders, choices, events, sweeps, conditions, colours."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from conducive import __version__
from conducive.dashboards import about, conditions_page, levers, what_if
from conducive.dashboards.about import citation, odd_page, summary
from conducive.dashboards.address import Asked, address, in_library, python
from conducive.dashboards.parts import GLOSSARY, Answer, bare_page, dressed, explained
from conducive.dashboards.theme import DARK, LIGHT, contrast, css, ink_on, ramp
from conducive.dashboards.what_if import Choice, chosen, default, event_of, fields, files, kinds, picked, start_from
from conducive.dashboards.work import Cache, CancelledError, Job
from conducive.experiments import odd
from conducive.experiments.brief import brief
from conducive.experiments.curves import RuleCurve, processes, rule_curves
from conducive.experiments.dependence import dependence
from conducive.experiments.glance import FIRM, marks
from conducive.experiments.patterns import CONTROLS, PATTERNS
from conducive.experiments.plausible import model_version, plausible_sets
from conducive.experiments.ranking import ranking_plan
from conducive.experiments.sensitivity import sensitivity_identity, sensitivity_plan
from conducive.experiments.validation import stored_results
from conducive.experiments.verdicts import ANSWERS
from conducive.experiments.words import listed, signed
from conducive.scenarios.coefficients import COEFFICIENTS
from conducive.scenarios.conditions import conditions, inputs
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import EVENTS
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.scenario import Scenario, declared
from conducive.scenarios.workforce import LATEST

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


def test_a_lever_says_where_both_scenarios_stand_and_what_its_ends_mean() -> None:
    first, rest = levers.groups(SMALL, SMALL.change({"finance.funding_term": 12}))
    shown = {one["address"]: one for group in (*first, *rest) for one in group["levers"]}
    term, declaration = shown["finance.funding_term"], declared()["finance.funding_term"]

    assert (term["base"], term["value"], term["changed"]) == (24, 12, True)
    assert [at for at, one in shown.items() if one["changed"]] == ["finance.funding_term"]
    (condition,) = [c for c in conditions() if declaration in c.inputs]
    for end in ("barrier", "facilitator"):
        value = levers.written(declaration, getattr(declaration, end))
        assert term[end].startswith(f"{value}. ")
        assert getattr(condition, end) in term[end]
    assert term["usual"] == levers.written(declaration, declaration.default)
    assert term["range"] == " to ".join(levers.written(declaration, v) for v in (declaration.low, declaration.high))
    for at, one in shown.items():
        assert 0 < one["step"] <= max(1, one["max"] - one["min"])
        assert not declared()[at].whole or one["step"] >= 1
        assert one["grade"] == declared()[at].grade


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


def test_an_input_in_whole_numbers_takes_the_nearest() -> None:
    assert levers.value_of("finance.funding_term", 24.4) == ("finance.funding_term", 24.0)


def test_a_share_is_read_as_a_percentage() -> None:
    assert levers.written(declared()["workforce_capacity.turnover"], 0.118) == "11.8% a year"
    assert levers.written(declared()["finance.mainstreaming"], 0.5) == "50%"
    assert levers.written(declared()["finance.funding_term"], 24) == "24 months"


# ---- What is asked -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", [None, load_scenario("six-year-funding")], ids=["itself", "another"])
@pytest.mark.parametrize("name", ["two-year-funding", "classroom", "three-short-waves", "critical-incident"])
def test_a_choice_comes_back_from_its_address_as_it_was(name: str, other: Scenario | None) -> None:
    choice = Choice(load_scenario(name), other, "Leeds", changes={"finance.funding_term": 60.0})
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


def test_a_scenario_too_large_for_the_pages_is_refused_on_either_side() -> None:
    size = {"organisation.posts": 5000.0, "horizon": 240.0}
    for choice in (Choice(SMALL.change(size), SMALL), Choice(SMALL, SMALL.change(size)), Choice(SMALL, changes=size)):
        with pytest.raises(InputError, match="more than these pages run"):
            choice.asked  # noqa: B018 it refuses


def test_what_is_put_on_the_timeline_comes_to_what_the_scenario_holds() -> None:
    origin = load_scenario("critical-incident")
    event = event_of({"kind": "funding_ends", "month": 7}, origin)

    asked = Choice(origin, events=(event,)).asked

    assert origin.events
    assert asked.base.events == origin.events
    assert asked.alternative.events == (*origin.events, event)


def test_an_authority_picked_anew_has_its_latest_figures() -> None:
    choice = replace(default(), place="Kent", year=LATEST - 1)

    assert picked(choice, {"name": "place", "value": "Leeds"}).year == LATEST


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


def test_a_changed_scenario_is_not_called_by_the_name_of_the_one_in_the_library() -> None:
    baseline = load_scenario("baseline")

    base, other = (
        next(one for one in fields(choice) if one["name"] == name)
        for name, choice in (("base", Choice(SMALL)), ("other", Choice(baseline, SMALL)))
    )

    assert SMALL.name == "classroom"
    assert (base["value"], other["value"]) == (what_if.OWN, what_if.OWN)
    assert fields(Choice(baseline, baseline))[2]["value"] == "baseline"


# ---- Events --------------------------------------------------------------------------------------------------------


def test_every_kind_of_event_can_be_put_on_the_timeline() -> None:
    found = kinds()

    assert {one["name"] for one in found} == {*EVENTS, "funding_ends", "coaching_starts"}
    for one in found:
        detail = one["options"][0]["value"] if one["options"] else 0.2
        event = event_of({"kind": one["name"], "month": 3, "detail": detail}, SMALL)
        assert event.month == 3
        assert what_if._event_label(event)


def test_what_happens_is_called_by_its_name_on_the_list() -> None:
    choice = Choice(SMALL, events=(event_of({"kind": "funding_ends", "month": 7}, SMALL),))
    (mark,) = marks(choice.asked.base, choice.asked.alternative, 24)

    assert what_if._event_label(choice.events[0]) == "funding ends"
    assert what_if._by_name(mark["label"]) == "funding ends"
    assert what_if._by_name("incident") == "incident"


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


def test_answers_grow_firm_and_are_then_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if, "ANSWERS", Cache(10))
    pairs = [found["pairs"] for found in what_if.answers(small(), "test", Job())]
    again = [found["pairs"] for found in what_if.answers(small(), "test", Job())]

    assert pairs in ([20, 60, 120, 200], [200])
    assert again == [FIRM]
    assert len(what_if.ANSWERS) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"working": True}, "Working on a first answer; what stands below is for what you asked before."),
        ({"cancelled": True}, "There is no answer yet; what stands below is for what you asked before."),
        ({"trouble": "It failed."}, "There is no answer yet; what stands below is for what you asked before."),
        ({"working": True, "fresh": True}, "First answer from 20 pairs of runs; running up to 200 for a firm one."),
        ({"cancelled": True, "fresh": True}, "Stopped after 20 pairs of runs."),
    ],
)
def test_how_firm_an_answer_is_is_said_of_what_was_asked(answer: dict[str, Any], said: str) -> None:
    assert what_if._state(Answer({}, **answer), {"pairs": 20, "sets": 5}) == said


def test_an_answer_that_was_stopped_early_is_not_taken_for_a_firm_one() -> None:
    asked = Choice(SMALL, changes={"finance.funding_term": 14.0}).asked
    begun = what_if.answers(asked, "test", Job())
    next(begun)
    begun.close()  # type: ignore[attr-defined]

    *_, last = what_if.answers(asked, "test", Job())

    assert last["pairs"] == FIRM


def test_a_cancelled_answer_stops() -> None:
    job = Job()
    job.stop()
    asked = Choice(SMALL, changes={"finance.funding_term": 13.0}).asked

    with pytest.raises(CancelledError):
        list(what_if.answers(asked, "test", job))


def test_every_file_can_be_made_and_opened() -> None:
    made = {label: make() for label, make in files(small(), "test")[1:]}

    assert b"<svg" in made["Picture (SVG)"][2]
    assert made["Picture (PNG)"][2].startswith(b"\x89PNG")
    table = pd.read_csv(io.BytesIO(made["Results by month (CSV)"][2]))
    assert table["month"].max() == 24
    runs = pd.read_parquet(io.BytesIO(made["Every run by month (Parquet)"][2]))
    assert len(runs) == 2 * FIRM * 24
    assert list(runs.columns[:3]) == ["scenario", "replicate", "month"]
    paid = runs[runs["month"] == 20].groupby("scenario")["external_money"].max()
    assert paid["A"] > 0
    assert paid["B"] == 0
    assert load_scenario_text(made["Scenario B (TOML)"][2])["finance.funding_term"] == 12


def test_a_briefing_says_what_its_answer_depends_on_and_how_to_make_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if, "DEPENDS", Cache(1))
    (label, make), *_ = files(small(), "test")
    job, again = Job(), Job()

    page = make(job)[2].decode()
    make(again)

    found = what_if.firm(small(), "test")
    expected = brief(found, dependence(found))
    assert label == what_if.BRIEFING
    assert section(page) == section(expected)
    assert "Each of 18 conditions was moved" in section(page)
    assert "conducive brief A.toml B.toml --replicates 200 --seed 0" in page
    assert 0 < job.done <= what_if.RUNS_OF_BRIEFING
    assert again.done <= 2 * FIRM < job.done


def section(page: str) -> str:
    """The part of a briefing on what its answer depends on."""
    return page.partition('id="depends"')[2].partition("</section>")[0]


def test_a_briefing_that_is_no_longer_wanted_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if, "DEPENDS", Cache(1))

    class Impatient(Job):
        def advance(self, count: int = 1) -> None:
            super().advance(count)
            if self.done > 2 * FIRM + 20:
                self.stop()

    job = Impatient()
    with pytest.raises(CancelledError):
        files(small(), "test")[0][1](job)

    assert job.done < what_if.RUNS_OF_BRIEFING / 2
    assert len(what_if.DEPENDS) == 0


def load_scenario_text(text: bytes) -> Any:
    from conducive.dashboards.address import from_file

    return from_file(text.decode())


def test_a_found_library_scenario_is_shown_by_its_name_in_code() -> None:
    for scenario in library():
        assert in_library(scenario) == scenario
        assert f'cz.load_scenario("{scenario.name}")' in python(Asked(scenario, scenario))
    assert chosen(Asked(library()[0], library()[1])).other == library()[1]


# ---- Conditions, About, looks --------------------------------------------------------------------------------------


def test_every_condition_is_on_its_page_with_its_inputs() -> None:
    shown = [c for cluster in conditions_page.clusters() for c in cluster["conditions"]]

    assert [c["name"] for c in shown] == [c.name for c in conditions()]
    for c, declared_one in zip(shown, conditions(), strict=True):
        assert [i["address"] for i in c["inputs"]] == [i.address for i in declared_one.inputs]


def test_a_condition_says_what_stands_behind_it() -> None:
    for cluster in conditions_page.clusters():
        for shown in cluster["conditions"]:
            c = next(c for c in conditions() if c.name == shown["name"])
            assert c.cluster == cluster["name"]
            assert (shown["title"], shown["meaning"], shown["paper"]) == (c.title, c.meaning, c.paper)
            assert (shown["facilitator"], shown["barrier"], shown["acts"]) == (c.facilitator, c.barrier, c.acts_through)
            for i, row in zip(c.inputs, shown["inputs"], strict=True):
                assert row["barrier"] == levers.written(i, i.barrier or 0)
                assert row["facilitator"] == levers.written(i, i.facilitator or 0)
                assert row["usual"] == levers.written(i, i.default)
                assert row["range"] == f"{levers.written(i, i.low)} to {levers.written(i, i.high)}"
                assert row["gradetext"] == levers.GRADES[i.grade]
                assert (row["meaning"], row["source"], row["grade"]) == (i.meaning, i.source, i.grade)
                assert all(text in shown["searched"] for text in (i.address, i.meaning, i.source))
            for text in (c.name, c.title, c.meaning, c.facilitator, c.barrier, c.acts_through):
                assert text in shown["searched"]


def test_curves_of_a_condition_are_those_of_its_inputs_with_their_ends_in_words() -> None:
    finance = next(c for c in conditions() if c.name == "finance")
    expected = [(i, curve) for i in finance.inputs for curve in rule_curves(i)]

    drawn = conditions_page.curves_of(finance)

    assert len(drawn) == len(expected) > 1
    for shown, (i, curve) in zip(drawn, expected, strict=True):
        assert (shown["input"], shown["rule"], shown["says"]) == (levers.label(i), curve.rule, curve.says)
        assert (shown["x"], shown["y"]) == (list(curve.x), list(curve.y))
        assert (shown["from"], shown["to"]) == tuple(levers.written(i, x) for x in (curve.x[0], curve.x[-1]))
        assert float(shown["top"]) == pytest.approx(max(curve.y), rel=0.06)
        lowest = min(curve.y)
        at_zero = 0 <= lowest <= max(curve.y) / 2
        assert float(shown["bottom"]) == (0 if at_zero else pytest.approx(lowest, rel=0.06))
        along = f"Along {shown['input'].lower()} from {shown['from']} to {shown['to']}"
        assert shown["spoken"] == f"{curve.says} {along} it goes from {curve.y[0]:.3g} to {curve.y[-1]:.3g}."


@pytest.mark.parametrize(("y", "foot"), [((1.0, 4.0), "0"), ((3.0, 4.0), "3"), ((-1.0, 4.0), "-1")])
def test_a_curve_stands_on_zero_unless_it_lies_high_above_or_goes_below(
    y: tuple[float, float], foot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditions_page, "rule_curves", lambda _: [RuleCurve("house.rule", "It.", (0.0, 1.0), y)])

    shown = conditions_page.curves_of.__wrapped__(conditions()[0])

    assert {float(one["bottom"]) for one in shown} == {float(foot)}


def test_inputs_without_a_curve_say_which_process_reads_them() -> None:
    finance = next(c for c in conditions() if c.name == "finance")

    said = conditions_page._others(finance)

    for i in finance.inputs:
        told = f"{levers.label(i)} is read by the month itself ({listed(processes(i)[:3])})"
        assert (told in said) == (not rule_curves(i))


def words(element: Any) -> str:
    """Return the text of an element and what is in it."""
    children = element.kwargs.get("children", [])
    return "".join(child if isinstance(child, str) else words(child) for child in children)


def test_a_condition_that_luck_could_explain_is_marked() -> None:
    one = conditions_page.ranks()[0][0]

    sure = words(conditions_page._row(one, "It", 50.0))
    unsure = words(conditions_page._row(replace(one, low=0.1, luck=0.2), "It", 50.0))

    assert "*" not in sure
    assert "It *" in unsure
    assert all(text in sure for text in (conditions_page.placed(one), conditions_page.strength(one)))
    assert sure.endswith(signed(one.change))


def test_a_bar_is_as_long_as_the_condition_is_strong() -> None:
    one = conditions_page.ranks()[0][0]

    (bar,) = conditions_page._row(replace(one, strength=20.0), "It", 50.0).kwargs["children"][3].kwargs["children"]

    assert bar.kwargs["attributes"]["style"] == "width:40%"


def test_every_condition_has_a_curve_or_says_who_reads_its_inputs() -> None:
    for condition in conditions():
        drawn = conditions_page.curves_of(condition)
        assert drawn or conditions_page._others(condition)
        for curve in drawn:
            assert len(curve["x"]) == len(curve["y"])
            assert curve["spoken"]


def test_every_condition_shows_its_stored_rank_with_what_it_leaves_open() -> None:
    ranked, trouble = conditions_page.ranks()
    shown = {c["name"]: c for cluster in conditions_page.clusters(ranked) for c in cluster["conditions"]}

    assert not trouble
    assert set(shown) == {one.name for one in ranked}
    for one in ranked:
        assert shown[one.name]["rank"].startswith(f"number {one.place}")
        assert shown[one.name]["rank"].endswith("of 18")
        assert f"by {one.strength:.1f} ({one.low:.1f} to {one.high:.1f}) points" in shown[one.name]["moves"]
        assert (f"({one.first} to {one.last})" in shown[one.name]["rank"]) == (one.first != one.last)


def test_a_ranking_that_does_not_fit_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        msg = "made for other rules"
        raise InputError(msg)

    monkeypatch.setattr(conditions_page, "stored_ranking", refuse)

    assert conditions_page.ranks() == ((), "made for other rules")
    assert not any(c["rank"] for cluster in conditions_page.clusters() for c in cluster["conditions"])


def test_the_command_shown_asks_for_the_ranking_shown() -> None:
    plan = ranking_plan()
    asked = conditions_page.command(plan).split()

    assert asked[:3] == ["conducive", "sensitivity", "classroom"]
    given = dict(zip(asked[3::2], asked[4::2], strict=True))
    again = sensitivity_plan(
        asked[2],
        method=given["--method"],
        trajectories=int(given["--trajectories"]),
        replicates=int(given["--replicates"]),
        seed=int(given["--seed"]),
    )
    assert sensitivity_identity(again) == sensitivity_identity(plan)


def test_about_says_what_was_validated_and_how_to_cite() -> None:
    answers = [found["answer"] for found in stored_results()["patterns"].values()]
    alike = [study["answer"] for study in stored_results()["studies"]].count("alike")
    assert f" {answers.count('shown')} of {len(answers)} are shown" in summary(stored_results())
    assert f"of {len(stored_results()['studies'])} figures" in summary(stored_results()).lower()
    assert f" {alike} come out alike" in summary(stored_results())
    assert f"against {len(PATTERNS)} claims" in summary(stored_results())
    assert f"and {len(CONTROLS)} controls" in summary(stored_results())
    assert __version__ in citation()
    assert model_version() in citation()
    assert "version" in citation()
    assert "hsc/3599333" in citation()


def test_about_says_what_each_claim_is_and_how_it_fares() -> None:
    results = stored_results()
    for pattern in (*PATTERNS, *CONTROLS):
        row = words(about._claim(pattern, "unclear", results))
        assert all(text in row for text in (pattern.name, pattern.title, pattern.claim, pattern.source, "unclear"))
        rate = results["plausible sets"].get(pattern.name)
        assert row.endswith(f"{rate['all']:.0%}" if rate else "unclear")


@pytest.mark.parametrize("answer", ANSWERS)
def test_about_says_what_a_verdict_means(answer: str) -> None:
    (verdict,) = about._claim(PATTERNS[0], answer, stored_results()).kwargs["children"][2].kwargs["children"]

    assert verdict.kwargs["attributes"]["title"] == about.ANSWERS[answer]
    assert len(set(about.ANSWERS.values())) == len(ANSWERS)


def test_about_counts_what_the_model_has() -> None:
    said = about.counts()

    assert said["conditions"] == len(conditions()) == 18
    assert said["inputs"] == len(inputs())
    assert said["assumed"] == len([c for c in COEFFICIENTS if c.grade == "assumed"])
    assert said["coefficients"] == len(COEFFICIENTS)
    assert said["sets"] == len(plausible_sets().sets)
    for text in (*about.IS, *about.IS_NOT):
        assert "{" not in text.format(**said)


def test_the_description_is_a_page_of_its_own_with_its_pictures() -> None:
    page = odd_page()

    pictures = [
        base64.b64decode(found).decode() for found in re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', page)
    ]
    assert pictures == [odd.picture(figure) for figure in odd.figures()]
    assert model_version() in page
    assert f"ODD+D, version {__version__}" in page
    assert "<table>" in page
    assert 'src="odd/' not in page


TEXT_ON_GROUND = [
    (ink, ground) for ink in ("ink", "quiet", "accent", "a", "b", "good", "trouble") for ground in ("paper", "card")
]


@pytest.mark.parametrize(("ink", "ground"), [*TEXT_ON_GROUND, ("on-accent", "accent"), ("paper", "a"), ("paper", "b")])
def test_text_can_be_read_on_its_ground(ink: str, ground: str) -> None:
    for colours in (LIGHT, DARK):
        assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_a_number_can_be_read_on_every_shade_of_a_map(colours: dict[str, str]) -> None:
    assert (ramp(0, colours), ramp(1, colours)) == (colours["low"], colours["high"])
    for share in range(101):
        ground = ramp(share / 100, colours)
        assert contrast(ink_on(ground), ground) >= 4.5


def test_every_colour_of_the_style_sheet_is_declared() -> None:
    assert set(re.findall(r"var\(--([\w-]+)", css())) <= LIGHT.keys()
    assert LIGHT.keys() == DARK.keys()


def test_terms_are_explained_once_where_they_stand_first() -> None:
    text = "Robustness: R is 1 in 3 plausible sets; 2 plausible sets agree, 95% interval 0 to 1 percentage points."

    parts = explained(text)

    assert "".join(part["text"] for part in parts) == text
    terms = [part["text"] for part in parts if part["title"]]
    assert terms == ["R", "plausible sets", "95% interval", "percentage points"]
    assert parts[1]["title"] == GLOSSARY["R"]


def test_a_term_that_was_explained_before_is_not_again() -> None:
    known: set[str] = set()

    explained("The horizon.", known)

    assert explained("At the horizon.", known) == [{"text": "At the horizon.", "title": ""}]
    assert known == {"horizon"}


def test_the_page_around_pages_speaks_plainly_while_it_opens_and_when_the_server_is_gone() -> None:
    import solara.server

    templates = Path(str(solara.server.__file__)).with_name("templates")
    theirs = "".join((templates / name).read_text("utf-8") for name in ("solara.html.j2", "loader-plain.html"))

    page = dressed(theirs)

    assert "{{ loading_text }}" not in page
    assert "<h1>Opening Conducive ...</h1>" in page
    assert "The connection to Conducive is lost" in page
    assert "disconnected.</v-progress-circular>" not in page


def test_pages_speak_english_and_may_be_zoomed() -> None:
    page = dressed(
        '<html><head><meta content="width=device-width, maximum-scale=1, user-scalable=no, minimal-ui"></head>'
    )

    assert 'lang="en-GB"' in page
    assert "user-scalable" not in page
    assert "<script>" not in bare_page("<script>", "")
