"""Scenario files: the library, what a file may say, what is refused, and the way back to a file."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conducive.scenarios.conditions import conditions
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import EVENTS, GRADES
from conducive.scenarios.files import LIBRARY, library, library_names, load_scenario, to_toml
from conducive.scenarios.scenario import FIXED, PER_POST, Scenario, Wave, declared
from conducive.scenarios.schema import scenario_schema
from conducive.scenarios.timeline import timeline

NAMES = library_names()
SCHEMA = scenario_schema()
VALID = jsonschema.Draft202012Validator(SCHEMA)


def from_text(text: str) -> Scenario:
    """Return the scenario of the text of a file."""
    return load_scenario(tomllib.loads(text))


def same_run(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios are the same month by month, bit for bit."""
    return timeline(one).tobytes() == timeline(other).tobytes()


def differences(one: Scenario, other: Scenario) -> set[str]:
    """Addresses of inputs that differ between two scenarios."""
    return {address for address in declared() if one[address] != other[address]}


# ---- The library


@pytest.mark.parametrize("name", NAMES)
def test_every_library_scenario_loads_and_says_what_it_asks(name: str) -> None:
    scenario = load_scenario(name)

    assert scenario.name == name
    assert scenario.title
    assert len(re.findall(r"[.?]( |$)", scenario.question)) == 2
    assert scenario.question.endswith("?")
    assert re.search(r"[Ss]ection \d|Abstract", scenario.source)


@pytest.mark.parametrize("name", NAMES)
def test_every_library_file_is_compared_with_another_and_not_with_itself(name: str) -> None:
    scenario = load_scenario(name)

    assert scenario.compare_with in {*NAMES, ""} - {name}
    assert bool(scenario.compare_with) == (name != "baseline")


@pytest.mark.parametrize("name", NAMES)
def test_every_library_file_fits_the_json_schema(name: str) -> None:
    VALID.validate(tomllib.loads((LIBRARY / f"{name}.toml").read_text("utf-8")))


def test_the_library_is_read_from_baseline_to_classroom() -> None:
    assert [s.name for s in library()] == NAMES
    assert (NAMES[0], NAMES[-1]) == ("baseline", "classroom")


def test_baseline_is_every_default() -> None:
    baseline = load_scenario("baseline")

    assert not baseline.values
    assert (baseline.events, baseline.waves) == ((), (Wave(0),))


@pytest.mark.parametrize("spelling", ["two-year-funding", "two_year_funding", " Two Year Funding ", "TWO-YEAR-FUNDING"])
def test_library_names_may_be_spelled_in_any_way(spelling: str) -> None:
    assert load_scenario(spelling).name == "two-year-funding"


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("six-year-funding", {"finance.funding_term"}),
        ("two-year-then-mainstreamed", {"finance.mainstreaming"}),
        ("high-turnover", {"workforce_capacity.turnover"}),
        ("leadership-churn", {"leadership.leader_tenure"}),
        ("training-only", {f"knowledge_and_skills.{i}" for i in ("coaching", "feedback", "refresher_interval")}),
        ("tokenistic-coproduction", {"coproduction.coproduction_budget", "coproduction.acted_on"}),
        ("critical-incident", set()),
        ("classroom", {"organisation.posts", "organisation.families", *PER_POST}),
    ],
)
def test_a_library_scenario_differs_from_its_comparator_only_in_what_it_asks(name: str, inputs: set[str]) -> None:
    scenario = load_scenario(name)

    assert differences(scenario, load_scenario(scenario.compare_with)) == inputs


def test_three_short_waves_have_the_money_of_six_years() -> None:
    waves, single = load_scenario("three-short-waves"), load_scenario("six-year-funding")

    def grants(scenario: Scenario) -> float:
        rows = timeline(scenario)
        rows = rows[(rows["age"] > 0) & (rows["age"] <= rows["funding_term"])]
        return float(rows["grant"].sum() / 12)

    assert [w.month for w in waves.waves] == [0, 24, 48]
    assert grants(waves) == pytest.approx(grants(single)) == pytest.approx(6 * single["finance.grant"])
    for address in PER_POST:  # start-up of the second and third comes out of the same grants
        assert waves[address] == single[address]


def test_a_critical_incident_is_blame_culture_and_one_incident() -> None:
    incident, blame = load_scenario("critical-incident"), load_scenario("blame-culture")

    assert same_run(incident, blame.with_event(18, "incident"))


def test_hard_times_and_good_times_move_the_same_conditions_the_other_way() -> None:
    hard, good = load_scenario("good-culture-hard-times"), load_scenario("poor-culture-good-times")
    culture = {i.address for c in conditions() if c.cluster == "culture" for i in c.inputs}

    assert hard.values.keys() == good.values.keys()
    for condition in conditions():
        for i in condition.inputs:
            if i.address in hard.values and i.name != "review_month":
                hard_wins = abs(hard[i.address] - i.at_position(1)) < abs(good[i.address] - i.at_position(1))
                assert hard_wins == (i.address in culture), i.address


def test_the_classroom_has_the_money_of_its_size() -> None:
    classroom, baseline = load_scenario("classroom"), load_scenario("baseline")

    for address in PER_POST:
        assert classroom[address] / 40 == pytest.approx(baseline[address] / 144, rel=1e-4)


# ---- What a file may say


def test_a_scenario_is_returned_as_it_is() -> None:
    scenario = Scenario("mine")

    assert load_scenario(scenario) is scenario


def test_a_file_is_named_after_itself_unless_it_has_a_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("horizon = 60\n", "utf-8")

    assert (load_scenario(path).name, load_scenario(str(path)).horizon) == ("mine", 60)


def test_a_file_saved_on_windows_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes('\ufefftitle = "Ours"\r\n[finance]\r\nfunding_term = 36\r\n'.encode())

    scenario = load_scenario(path)

    assert (scenario.title, scenario["finance.funding_term"]) == ("Ours", 36)


def test_every_part_of_a_file_is_read() -> None:
    scenario = from_text("""
        name = "all"
        compare_with = "baseline"
        horizon = 60
        warm_up = 6
        [conditions]
        leadership = 0
        [leadership]
        leader_tenure = 40
        [coefficients]
        breach = 0.5
        [mechanisms]
        contagion = false
        [innovation]
        potential = 0.9
        [funder]
        patience = 30
        [costs]
        per_user = 1000
        [organisation]
        posts = 100
        [set]
        "finance.grant" = 500_000
        [[event]]
        month = 12
        name = "inspection"
        result = "good"
        [[event]]
        month = 24
        set = { "workforce_capacity.turnover" = 0.3, "mechanisms.money" = false }
    """)

    assert (scenario.name, scenario.compare_with, scenario.horizon, scenario.warm_up) == ("all", "baseline", 60, 6)
    assert scenario["leadership.leader_tenure"] == 40
    assert scenario["leadership.push"] == 0.1
    assert scenario["coefficients.breach"] == 0.5
    assert scenario["mechanisms.contagion"] == 0
    assert scenario["innovation.potential"] == 0.9
    assert scenario["funder.patience"] == 30
    assert scenario["costs.per_user"] == 1000
    assert scenario["organisation.posts"] == 100
    assert scenario["finance.grant"] == 500_000
    assert [(e.month, e.name, e.detail) for e in scenario.events] == [(12, "inspection", "good"), (24, "", 0)]
    assert scenario.events[1].changes == {"workforce_capacity.turnover": 0.3, "mechanisms.money": 0}
    assert scenario.waves == (Wave(0),)


def test_a_dict_may_be_flat_as_in_a_change() -> None:
    changes = {"finance.funding_term": 60, "trust_emotions_relationships": 0.2, "mechanisms.money": 0, "horizon": 90}

    flat = load_scenario({"name": "mine", **changes})

    assert flat.complete() == Scenario("mine").change(changes).complete()


def test_several_innovations_have_their_own_values_from_their_launch_on() -> None:
    scenario = from_text("""
        [[innovation]]
        month = 0
        potential = 0.2
        [[innovation]]
        month = 24
        name = "Second"
        potential = 0.9
        set = { "finance.grant" = 1000.0, fit = 1.0 }
    """)

    assert scenario["innovation.potential"] == 0.6  # in warm-up, before any innovation
    assert scenario.waves == (
        Wave(0, "", {"innovation.potential": 0.2}),
        Wave(24, "Second", {"innovation.potential": 0.9, "finance.grant": 1000, "fit.initial_fit": 0.85}),
    )


def test_published_figures_come_first_and_values_of_the_file_on_top() -> None:
    scenario = from_text("""
        authority = "Leeds"
        year = 2024
        [finance]
        grant = 100_000
        [workforce_capacity]
        caseload = 20
    """)
    leeds = Scenario("leeds").at("Leeds", 2024)

    assert scenario.place == "Leeds, 2024"
    assert differences(scenario, leeds) == {"finance.grant", "workforce_capacity.caseload"}


# ---- What is refused

FILES = {
    "finanse = 1": "finanse is not a key of a scenario file. Did you mean finance",
    "funding_term = 24": "funding_term is not a key of a scenario file. Did you mean finance.funding_term",
    "[finance]\nfunding_trem = 24": "finance.funding_trem is not an input of the model. Did you mean finance.",
    "[finance]\nfunding_term = 'two years'": "finance.funding_term must be a number, 0 to 240 months. Got 'two years'. "
    "Did you mean 24?",
    "[finance]\nfunding_term = 500": "finance.funding_term must be 0 to 240 months. Got 500. The nearest allowed",
    "[finance]\nfunding_term = nan": "finance.funding_term must be 0 to 240 months. Got nan. The nearest allowed",
    "[finance]\nfunding_term = 24.5": "finance.funding_term must be a whole number, 0 to 240 months. Got 24.5.",
    "[finance]\nfunding_term = [24]": "finance.funding_term must be a number, 0 to 240 months. Got '[24]'.",
    "[finance]\nfunding_term = 2025-01-01": "finance.funding_term must be a number, 0 to 240 months. Got datetime.date",
    f"[finance]\nfunding_term = {'9' * 400}": "finance.funding_term must be 0 to 240 months. Got inf.",
    f"[finance]\nfunding_term = {'9' * 5000}": "not valid TOML: a number or a nested list in it is too long.",
    f"a = {'[' * 9999}": "not valid TOML: a number or a nested list in it is too long.",
    "finance = 0.2": "finance must be a table. Got 0.2. For a whole condition write finance under [conditions].",
    "horizon = 'ten years'": "horizon must be a number, 1 to 600 months. Got 'ten years'. Did you mean 120?",
    "name = 5": "name must be text. Got 5.",
    'title = "a\\u0000b \\u001b"': "title must have no control characters but tabs and line breaks. Got "
    "'a\\x00b \\x1b'. Leave them out.",
    'question = "a\\u0085"': "question must have no control characters",
    '[[innovation]]\nmonth = 0\nname = "\\u007f"': "innovation 1: name must have no control characters",
    '[[claim]]\nsays = "\\b"\nsource = "x"\nindicator = "use"\nwhen = 48\nmeasure = "level"\nabove = 0': "claim 1: "
    "says must have no control characters",
    "authority = 383": "authority must be text. Got 383. Did you mean '383'?",
    "[conditions]\nleadershp = 0.2": "leadershp is not an input of the model. Did you mean leadership",
    "[conditions]\nleadership = 2": "leadership must be a position from 0 (barrier) to 1 (facilitator). Got 2.0.",
    "[conditions]\n'finance.grant' = 0.5": "conditions.finance.grant is not a key of a scenario file. Did you",
    "[mechanisms]\nmoney = 'off'": "mechanisms.money must be true or false. Got 'off'. Did you mean false?",
    "[finance]\ngrant = 1\n[set]\n'finance.grant' = 2": "finance.grant is given twice, as 1 and 2. Leave one.",
    "[[event]]\nmonth = 3": "event 1: an event takes either a name, or set with values "
    "that change from then on. Got neither.",
    "[[event]]\nmonth = 3\nname = 'incident'\nset = {fit = 1}": "event 1: an event takes either a name, or set with "
    "values that change from then on. Got both.",
    "[[event]]\nname = 'incident'": "event 1: month must be given.",
    "[[event]]\nmonth = 3.5\nname = 'incident'": "event 1: month must be a whole number. Got 3.5.",
    "[[event]]\nmonth = 300\nname = 'incident'": "the month of event incident must be a whole number, 1 to 120",
    "[[event]]\nmonth = 3\nname = 'inspction'": "event 1: 'inspction' is not an event. Did you mean inspection?",
    "[[event]]\nmonth = 3\nname = ['incident']": "event 1: \"['incident']\" is not an event. Did you mean",
    "[[event]]\nmonth = 3\nname = 'incident'\nresult = 'good'": "event 1: event incident has no detail 'result'.",
    "[[event]]\nmonth = 3\nname = 'inspection'\nresult = 'inadequat'": "event 1: event inspection: result must be",
    "[[event]]\nmonth = 3\nset = {}": "event 1: an event with set takes a month and values that change from then on.",
    "[[event]]\nmonth = 3\nset = {fit = 1}\nsize = 1": "event 1: an event with set takes a month and values",
    "[[event]]\nmonth = 3\nset = {horizon = 5}": "event 1: horizon holds for the whole run and cannot change",
    "[[event]]\nmonth = 3\nset = 5": "event 1: set must be a table. Got 5.",
    "[event]\nmonth = 3": "event must be a list of tables, each under its name in double brackets. Got {'month': 3}.",
    "innovation = 3": "innovation must be a table, or a list of tables. Got 3.",
    "[innovation]\npotential = 3": "innovation.potential must be 0 to 1 share. Got 3. The nearest allowed is 1.",
    "[[innovation]]\nmonth = 0\npotentail = 1": "innovation 1: innovation.potentail is not an input of the model.",
    "[[innovation]]\nmonth = 9\n[[innovation]]\nmonth = 3": "innovations must be launched in order, one at a time.",
    "authority = 'Leeeds'": "authority 'Leeeds' is not in the official table. Did you mean Leeds?",
    "year = 2025": "year selects figures of an authority. Got year = 2025 without one.",
    "place = 'here'\nauthority = 'Leeds'": "place is a note that authority writes anew. Got place = 'here' as well.",
    "title = 'x'\n[finance\n": "not valid TOML, expected ']' at the end of a table declaration (at line 2,",
    "title = 'x'\nquestion = 'y": 'not valid TOML, expected "\'" (at line 2, the end).',
    "title = 'x'\ntitle = 'y'": "not valid TOML, cannot overwrite a value (at line 2,",
    "\x00\x01\x02": "not valid TOML, invalid statement (at line 1,",
    f"title = '{'x' * 2**20}'": "larger than 1,048,576 bytes, so not a scenario file.",
}


@pytest.mark.parametrize(("text", "message"), FILES.items(), ids=[m[:50] for m in FILES.values()])
def test_a_wrong_file_is_refused_with_its_name_and_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(InputError) as caught:
        load_scenario(path)

    assert str(caught.value).startswith(f"{path}: {message}")
    assert len(str(caught.value)) < len(str(path)) + 400


def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "binary.toml").write_bytes(b"\xff\x00title")
    expected = {
        "missing.toml": "there is no such file.",
        "folder.toml": "this is a folder, not a TOML file.",
        "binary.toml": "not a text file in UTF-8.",
        f"{'x' * 300}.toml": "cannot be read: File name too long.",
    }

    for name, message in expected.items():
        with pytest.raises(InputError) as caught:
            load_scenario(tmp_path / name)
        assert str(caught.value) == f"{tmp_path / name}: {message}"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("two-year-fundng", "'two-year-fundng' is not a scenario of the library. Did you mean two-year-funding"),
        ("churn", "'churn' is not a scenario of the library. Did you mean leadership-churn?"),
        ("zzz", "'zzz' is not a scenario of the library. `conducive scenarios` lists them; a path to a file ends in"),
        ("", "'' is not a scenario of the library. `conducive scenarios` lists them"),
        (None, "a scenario must be a library name, a path to a TOML file, a dict or a Scenario. Got None."),
        (["baseline"], "a scenario must be a library name, a path to a TOML file, a dict or a Scenario. Got"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(name: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(name)

    assert str(caught.value).startswith(message)


KEYS = ["name", "authority", "horizon", "conditions", "finance", "innovation", "mechanisms", "set", "event", "claim"]
KEYS += ["year"]
INNER = [
    "month",
    "name",
    "set",
    "result",
    "size",
    "grant",
    "potential",
    "money",
    "fit",
    "finance.grant",
    "horizon",
    "x",
]
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.just(10**400), st.sampled_from(["", "Leeds", "incident"])
)
JUNK = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(INNER), inner, max_size=4)
)


@given(st.dictionaries(st.sampled_from([*KEYS, *INNER]), JUNK, max_size=4))
@settings(max_examples=300, deadline=None)
def test_whatever_a_file_says_it_is_a_scenario_or_refused(document: dict[str, Any]) -> None:
    try:
        scenario = load_scenario(document)
    except InputError as error:
        assert len(str(error)) < 1000  # noqa: PT017
    else:
        assert same_run(load_scenario(tomllib.loads(to_toml(scenario))), scenario)


# ---- The JSON Schema


def test_the_schema_is_a_valid_json_schema_with_every_input() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for d in declared().values():
        key = SCHEMA["$defs"][d.group]["properties"][d.name] if d.group else SCHEMA["properties"][d.name]
        assert (key["default"], key["description"], key["unit"]) == (d.default, d.meaning, d.unit)
        if d.group != "mechanisms":
            assert (key["minimum"], key["maximum"], "multipleOf" in key) == (d.minimum, d.maximum, d.whole)
    assert SCHEMA["$defs"]["event"]["properties"]["name"]["enum"] == list(EVENTS)
    assert SCHEMA["$defs"]["event"]["properties"]["result"]["enum"] == list(GRADES)
    assert SCHEMA["$defs"]["conditions"]["properties"].keys() == {c.name for c in conditions()}


@pytest.mark.parametrize(
    "document",
    [
        {"finanse": {}},
        {"finance": {"funding_term": 500}},
        {"finance": {"funding_term": 24.5}},
        {"conditions": {"fit": 2}},
        {"event": [{"month": 3}]},
        {"claim": [{"says": "x.", "source": "x", "indicator": "use", "when": 3, "measure": "level"}]},
        {"event": [{"month": 0, "name": "incident"}]},
        {"event": [{"month": 3, "name": "inspction"}]},
        {"innovation": [{"potential": 0.5}]},
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(document: dict[str, Any]) -> None:
    assert not VALID.is_valid(document)
    with pytest.raises(InputError):
        load_scenario(document)


# ---- And back to a file


@pytest.mark.parametrize("name", NAMES)
def test_a_library_scenario_comes_back_from_its_file_the_same(name: str, tmp_path: Path) -> None:
    scenario, path = load_scenario(name), tmp_path / "again.toml"
    path.write_text(to_toml(scenario), "utf-8")

    again = load_scenario(path)

    assert same_run(again, scenario)
    assert (again.name, again.question, again.waves) == (scenario.name, scenario.question, scenario.waves)


def test_a_scenario_with_everything_comes_back_the_same() -> None:
    scenario = load_scenario("three-short-waves").at("Leeds").with_event(12, "inspection", result="good")
    scenario = scenario.with_event(24, {"finance.grant": 1 / 3, "mechanisms.money": False, "leadership": 0.123})
    scenario = scenario.with_event(30, "leader_leaves", known=True)
    scenario = scenario.with_wave(60, "Fourth", {"innovation.effect_lag": 3})

    again = from_text(to_toml(scenario))

    assert same_run(again, scenario)
    assert again.place == "Leeds, 2025"
    assert to_toml(again) == to_toml(scenario)


def test_a_written_file_is_complete() -> None:
    document = tomllib.loads(to_toml(Scenario("mine")))

    written = {f"{group}.{key}" for group, table in document.items() if isinstance(table, dict) for key in table}
    assert declared().keys() == written | {"horizon", "warm_up"}
    VALID.validate(document)


ALLOWED: dict[str, st.SearchStrategy[float]] = {
    **{a: st.integers(int(d.minimum), int(d.maximum)) for a, d in declared().items() if d.whole and a not in FIXED},
    **{a: st.floats(d.minimum, d.maximum) for a, d in declared().items() if not d.whole and a not in FIXED},
    **{c.name: st.floats(0, 1) for c in conditions()},
}
"""Exact inputs and positions of conditions, each with its whole allowed range."""

VALUES = st.lists(st.sampled_from(list(ALLOWED)), max_size=6, unique=True).flatmap(
    lambda chosen: st.fixed_dictionaries({name: ALLOWED[name] for name in chosen})
)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Return any valid scenario."""
    shown = st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufffe\uffff")
    text = st.text(shown | st.sampled_from("\t\n\r"), max_size=20)
    scenario = Scenario(draw(text), title=draw(text), question=draw(text)).change(draw(VALUES))
    scenario = scenario.change({"horizon": draw(st.integers(30, 60)), "warm_up": draw(st.integers(0, 20))})
    months = st.integers(1, 29)
    for month in draw(st.lists(months, max_size=2)):
        scenario = scenario.with_event(month, draw(VALUES.filter(bool)))
    for month, name in draw(st.lists(st.tuples(months, st.sampled_from(list(EVENTS))), max_size=3)):
        scenario = scenario.with_event(month, name)
    for month in draw(st.lists(months, max_size=2, unique=True).map(sorted)):
        scenario = scenario.with_wave(month, draw(text), draw(VALUES))
    return scenario


@given(scenarios())
@settings(max_examples=60, deadline=None)
def test_any_scenario_comes_back_from_its_file_bit_for_bit(scenario: Scenario) -> None:
    again = from_text(to_toml(scenario))

    assert same_run(again, scenario)
    assert (again.title, again.question) == (scenario.title, scenario.question)
    assert [w.name for w in again.waves] == [w.name for w in scenario.waves]


def test_looking_at_the_library_needs_no_heavy_import() -> None:
    code = "import sys, conducive.scenarios.files as f; f.library_names(); print('pydantic' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "False"
