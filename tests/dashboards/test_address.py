"""Addresses, files and code: what is asked comes back the same, and what somebody made up is refused in words."""

from __future__ import annotations

import base64
import json
import shlex
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conducive as cz
from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking import documents
from conducive.dashboards.asking.address import (
    address,
    levers_address,
    options_address,
    read,
    read_levers,
    read_options,
    read_sweep,
    sweep_address,
)
from conducive.dashboards.asking.asked import Asked, Choosing, Pulling, Swept
from conducive.dashboards.asking.documents import from_file, scenario_file
from conducive.dashboards.asking.scripts import command, levers_python, options_python, python, sweep_python
from conducive.experiments.sweep.file import sweep_plan
from conducive.experiments.sweep.runs import Runs
from conducive.experiments.version import model_version
from conducive.scenarios import workforce
from conducive.scenarios.conditions import inputs
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import EVENTS
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.scenario import Scenario, declared
from conducive.scenarios.timeline import timeline

PLAIN = [i for i in inputs() if i.address not in {"horizon", "warm_up", "organisation.posts", "organisation.families"}]


def packed(held: object, form: str = "1") -> str:
    text = held if isinstance(held, bytes) else json.dumps(held).encode()
    return form + base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip("=")


def unpacked(text: str) -> dict[str, Any]:
    found = zlib.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    held: dict[str, Any] = json.loads(found)
    return held


def read_or_refusal(text: str) -> Asked | str:
    try:
        return read(text)[0]
    except InputError as error:
        return str(error)


def same(a: Scenario, b: Scenario) -> bool:
    return (a.complete(), a.events, a.waves, a.place) == (b.complete(), b.events, b.waves, b.place)


def some() -> Asked:
    base = load_scenario("two-year-funding").at("Leeds")
    return Asked(base, base.change({"finance.funding_term": 60}).with_event(24, "incident"))


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    found = draw(st.sampled_from(library()))
    if draw(st.booleans()):
        found = found.at(draw(st.sampled_from(["Leeds", "Kent", "England", "Bristol"])))
    for i in draw(st.lists(st.sampled_from(PLAIN), max_size=6, unique=True)):
        value = draw(st.floats(i.minimum, i.maximum))
        found = found.change({i.address: round(value) if i.whole else value})
    for name in draw(st.lists(st.sampled_from(sorted(EVENTS)), max_size=3)):
        found = found.with_event(draw(st.integers(1, found.horizon)), name)
    return found


@settings(max_examples=40, deadline=None)
@given(scenarios(), scenarios(), st.integers(1, 1000), st.integers(0, 2**62))
def test_an_address_gives_back_what_was_asked(a: Scenario, b: Scenario, replicates: int, seed: int) -> None:
    asked, news = read(address(Asked(a, b, replicates, seed)))

    assert same(asked.base, a)
    assert same(asked.alternative, b)
    assert (asked.replicates, asked.seed) == (replicates, seed)
    assert news == []


@settings(max_examples=40, deadline=None)
@given(scenarios())
def test_a_scenario_file_gives_back_the_scenario_under_every_plausible_set(scenario: Scenario) -> None:
    again = from_file(scenario_file(scenario))

    assert same(again, scenario)
    assert not (again.values.keys() - scenario.values.keys())


def test_an_address_is_short() -> None:
    assert len(address(some())) < 1000


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400) | st.binary(max_size=300).map(lambda b: "1" + base64.urlsafe_b64encode(b).decode()))
def test_whatever_else_comes_as_an_address_is_refused_in_words(text: str) -> None:
    with pytest.raises(InputError, match="This address cannot be read"):
        read(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=15,
)
KEYS = st.sampled_from(["p", "m", "d", "a", "b", "n", "s"])


@settings(max_examples=150, deadline=None)
@given(KEYS, JSON)
def test_an_address_with_one_part_made_up_is_read_or_refused_in_words(key: str, value: object) -> None:
    found = read_or_refusal(packed(unpacked(address(some())) | {key: value}))

    assert isinstance(found, Asked) or found.startswith("This address cannot be read")


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["name", "title", "set", "event", "innovation", "authority", "year"]), JSON))
def test_a_made_up_scenario_in_an_address_is_checked(made_up: dict[str, object]) -> None:
    found = read_or_refusal(packed(unpacked(address(some())) | {"a": made_up}))

    if isinstance(found, Asked):
        assert found.base == load_scenario(made_up)
    else:
        assert found.startswith("This address cannot be read")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not one that this program made"),
        ("2abc", "not one that this program made"),
        ("1<script>", "not one that this program made"),
        ("1" + "a" * 7000, "longer than"),
        (packed(b"[" * 30_000), "makes no sense"),
        (packed(b"0" * 3_000_000), "too large"),
        (packed({"p": "1.0"}), "a scenario is missing"),
        (packed([1]), "makes no sense"),
        (packed(b'{"p": NaN}'), "makes no sense"),
        (packed({"p": "<b>"}), "names no version"),
    ],
)
def test_a_hostile_address_is_refused_before_it_does_harm(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(text)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"n": 10**9}, "replicates"),
        ({"n": 5000}, "more than 1,000 pairs"),
        ({"s": -1}, "seed"),
        ({"a": {"name": "x", "set": {"organisation.posts": 5000, "horizon": 600}}}, "more than these pages run"),
        ({"a": {"name": "x", "event": [{"month": 1, "name": "incident"}] * 200}}, "100 events"),
    ],
)
def test_absurd_sizes_are_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(packed(unpacked(address(some())) | changes))


def test_an_address_of_another_version_says_what_changed_and_leaves_out_what_is_gone() -> None:
    held = unpacked(address(some())) | {"p": "0.1.0", "m": "old", "d": "x"}
    held["b"]["set"] |= {"finance.gone": 1.0, "trust_emotions_relationships.blame_culture": 7}

    asked, news = read(packed(held))

    assert asked.alternative["finance.funding_term"] == 60
    assert "version 0.1.0" in news[0]
    assert "have changed since" in news[1]
    assert any("finance.gone" in one for one in news)
    assert any("blame_culture" in one for one in news)


def test_an_address_of_another_version_names_the_groups_whose_defaults_changed() -> None:
    held = unpacked(address(some())) | {"p": "0.1.0"}
    names = sorted({i.group for i in declared().values()} - {"coefficients", "mechanisms"})
    at = 3 * names.index("finance")
    held["d"] = held["d"][:at] + "???" + held["d"][at + 3 :]

    news = read(packed(held))[1]

    assert news[-1] == "Defaults of inputs have changed since in: finance."


def test_an_address_of_this_version_with_an_unknown_input_is_refused() -> None:
    held = unpacked(address(some()))
    held["a"]["set"]["finance.gone"] = 1.0

    with pytest.raises(InputError, match=r"finance\.gone"):
        read(packed(held))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml at all", "not valid TOML"),
        ("x = " + "[" * 5000, "not valid TOML"),
        ("a" * 200_000, "larger than"),
        ("\0", "not a text file"),
        ("[finance]\nfunding_term = 'two years'", "funding_term"),
        ("[finance]\nfunding_terms = 24", "Did you mean"),
    ],
)
def test_a_bad_file_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        from_file(text)


def test_a_file_may_be_as_large_as_the_limit_and_no_larger() -> None:
    text = "horizon = 60 #".ljust(documents.LARGEST_FILE, "-")

    assert from_file(text).horizon == 60
    with pytest.raises(InputError, match="larger than 100,000 characters"):
        from_file(f"{text}-")


def test_a_scenario_may_be_as_large_as_the_limit_and_no_larger() -> None:
    """Posts times months, warm-up included: 1,500 times 180."""
    most = load_scenario({"name": "large", "horizon": 150, "warm_up": 30, "organisation": {"posts": 1500}})

    assert documents.bounded(most) is most
    with pytest.raises(InputError, match=r"1,501 posts over 180 months.* may be 270,000 at most\. Got 270,180"):
        documents.bounded(most.change({"organisation.posts": 1501}))
    with pytest.raises(InputError, match="over 181 months"):
        documents.bounded(most.change({"warm_up": 31}))


def test_a_scenario_may_have_as_many_events_as_the_limit_and_no_more() -> None:
    """The launch counts as one."""
    most = load_scenario("baseline")
    for n in range(documents.MOST_EVENTS - 1):
        most = most.with_event(n + 1, "incident")

    assert documents.bounded(most) is most
    with pytest.raises(InputError, match=r"may have 100 events and innovations on these pages\. Got 101"):
        documents.bounded(most.with_event(100, "incident"))


def test_an_address_may_ask_for_as_many_pairs_as_the_limit_and_no_more() -> None:
    most = addresses.MOST_REPLICATES

    assert read(address(replace(some(), replicates=most)))[0].replicates == most
    with pytest.raises(InputError, match="more than 1,000 pairs"):
        read(address(replace(some(), replicates=most + 1)))


def test_the_name_of_a_file_is_never_more_than_a_name() -> None:
    assert from_file("horizon = 60", "../../etc/<b>passwd</b>.toml").name == "etcbpasswdb"


def test_a_comparison_too_long_for_an_address_is_refused() -> None:
    base = load_scenario("baseline")
    random_text = np.random.default_rng(0).bytes(8000).hex()
    long = load_scenario({"name": "long", "question": random_text})

    with pytest.raises(InputError, match="too long for an address"):
        address(Asked(base, long))


CODE = [
    some(),
    Asked(load_scenario("classroom"), load_scenario("classroom").change({"finance.funding_term": 36})),
    Asked(load_scenario("three-short-waves"), load_scenario("baseline").with_event(9, {"finance.grant": 0})),
    Asked(load_scenario({"name": "mine", "horizon": 60}), load_scenario("critical-incident").at("Kent"), 40, 7),
]


@pytest.mark.parametrize("asked", CODE, ids=lambda a: a.base.name)
def test_the_python_on_show_asks_the_same(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    class Found:
        def text(self) -> str:
            return ""

    def compare(*given: Any, **options: Any) -> Found:
        seen.extend([*given, options])
        return Found()

    monkeypatch.setattr(cz, "compare", compare, raising=False)
    exec(compile(python(asked), "shown", "exec"), {})

    assert same(seen[0], asked.base)
    assert same(seen[1], asked.alternative)
    assert seen[2] == {"replicates": asked.replicates, "seed": asked.seed}


@pytest.mark.parametrize(
    "title", ["Ours", "Café 🙂", "'one' and \"two\"", "C:\\new\\", "a\u2028b\n\tc\u202e", "replace(cz."]
)
def test_all_python_on_show_finds_a_library_scenario_of_another_title(title: str) -> None:
    ours = replace(load_scenario("classroom"), title=title)
    shown = [
        python(Asked(load_scenario("classroom"), ours)).partition("comparison =")[0],
        sweep_python(Swept(ours, x="finance.funding_term=12:60")).partition("plan =")[0],
        levers_python(Pulling(ours)).partition("levers =")[0],
        options_python(Choosing((title,), (ours,))).partition("options =")[0],
    ]
    held: dict[str, Any] = {}

    for code in shown:
        here: dict[str, Any] = {}
        exec(compile(code, "shown", "exec"), here)
        held |= here

    assert same(held["alternative"], ours)
    assert same(held["scenario"], ours)
    assert list(held["scenarios"]) == [title]
    assert same(held["scenarios"][title], ours)


def test_the_command_on_show_names_library_scenarios_and_else_files() -> None:
    short, long = load_scenario("two-year-funding"), load_scenario("six-year-funding")

    assert shlex.split(command(Asked(short, long)))[2:4] == ["two-year-funding", "six-year-funding"]
    assert shlex.split(command(Asked(short, long.at("Leeds"))))[2:4] == ["two-year-funding", "b.toml"]
    assert shlex.split(command(Asked(short.change({"finance.renewal": 1}), long)))[2:4] == [
        "a.toml",
        "six-year-funding",
    ]


def test_markup_in_a_name_stays_text_in_code() -> None:
    asked = Asked(load_scenario({"name": 'x"); import os #', "title": "</code><script>"}), load_scenario("baseline"))

    compile(python(asked), "shown", "exec")

    assert '"x\\"); import os #"' in python(asked)


def test_the_mark_of_an_address_names_this_version() -> None:
    held = unpacked(address(some()))

    assert (held["p"], held["m"]) == (cz.__version__, model_version())
    assert address(some())[0] == addresses.FORMAT


def test_an_amount_that_is_set_is_the_same_however_a_place_is_given(tmp_path: Path) -> None:
    grant = {"finance.grant": 1_000_000}
    text = "[finance]\ngrant = 1_000_000\n"
    (tmp_path / "mine.toml").write_text('title = "Mine"\nauthority = "Leeds"\n' + text, "utf-8")
    (tmp_path / "anywhere.toml").write_text('title = "Anywhere"\n' + text, "utf-8")
    sweep = {"scenario": str(tmp_path / "anywhere.toml"), "authorities": ["Leeds"], "replicates": 1, "seed": 0}
    plan = sweep_plan({**sweep, "factors": {"finance.funding_term": [24]}})
    anywhere = load_scenario(tmp_path / "anywhere.toml")

    ways = {
        "in the file": load_scenario(tmp_path / "mine.toml"),
        "before it is moved": anywhere.at("Leeds"),
        "after it is moved": load_scenario("baseline").at("Leeds").change(grant),
        "by its code": anywhere.at("E08000035"),
        "in an address": read(address(Asked(anywhere, anywhere.at("Leeds"))))[0].alternative,
        "in a file of the pages": from_file(scenario_file(anywhere.at("Leeds"))),
        "in a sweep": next(iter(Runs(plan).tasks([0]))).cases[0].lived,
    }
    assert {way: there.place for way, there in ways.items()} == dict.fromkeys(ways, "Leeds, 2025")
    assert {way: there["finance.grant"] for way, there in ways.items()} == dict.fromkeys(ways, 1_000_000)
    once = timeline(ways["in the file"])
    for way, there in ways.items():
        assert there["innovation.running_cost"] == pytest.approx(ways["in the file"]["innovation.running_cost"]), way
        assert timeline(there)["grant"].tolist() == once["grant"].tolist()


def test_an_address_says_that_figures_are_others_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = load_scenario("baseline")
    here = base.at("Leeds", 2025)
    made: dict[str, Callable[[str], tuple[object, list[str]]]] = {
        address(Asked(base, here)): read,
        sweep_address(Swept(here)): read_sweep,
        levers_address(Pulling(here)): read_levers,
        options_address(Choosing(("As it is", "There"), (base, here))): read_options,
    }
    assert [how(text)[1] for text, how in made.items()] == [[]] * len(made)

    lines = workforce.TABLE.read_text("utf-8").splitlines(keepends=True)
    other = [line.replace(",298.4,", ",398.4,") if ",Leeds," in line else line for line in lines]
    assert other != lines
    (tmp_path / "other.csv").write_text("".join(other), "utf-8")
    monkeypatch.setenv(workforce.CHOSEN, str(tmp_path / "other.csv"))

    said = ["Figures published for Leeds, 2025 are others in the table in use here."]
    assert [how(text)[1] for text, how in made.items()] == [said] * len(made)
