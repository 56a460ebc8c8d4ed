"""Options: what the page asks, shows and passes on; the same numbers as Python and the command line."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import conducive as cz
from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking import scripts
from conducive.dashboards.asking.asked import Choosing
from conducive.dashboards.asking.choice import Choice
from conducive.dashboards.pages import options as options_page
from conducive.dashboards.pages.options import _Picked, usual
from conducive.dashboards.work import Job
from conducive.scenarios.errors import InputError

SMALL = cz.load_scenario("classroom").change({"horizon": 48, "warm_up": 6})
THREE = {"As it is": SMALL, "A longer grant": SMALL.change({"finance.funding_term": 40}), "Usual": SMALL.at("Leeds")}
ASKED = Choosing(tuple(THREE), (*list(THREE.values())[:2], SMALL.change({"finance.mainstreaming": 1.0})))


@cache
def answered() -> list[dict[str, Any]]:
    return list(options_page.answers(ASKED, "somebody", Job()))


# ---- Numbers -------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_numbers_of_python() -> None:
    there = cz.options(dict(zip(ASKED.names, ASKED.scenarios, strict=True)), 200)

    last = answered()[-1]

    assert json.loads(json.dumps(last, allow_nan=False)) == last
    assert last["runs"] == 200
    assert [row["id"] for row in last["rows"]] == there.table["letter"].tolist()
    assert [row["cells"]["years"]["value"] for row in last["rows"]] == there.table["practitioner_years"].tolist()
    assert [row["cells"]["best"]["value"] for row in last["rows"]] == there.table["best"].tolist()
    assert [one["label"] for one in last["series"]] == ["A: As it is", "B: A longer grant", "C: Usual"]
    assert last["headline"] in " ".join(there.text().split())
    table = dict(options_page.files(ASKED, "somebody"))["Table (CSV)"]()[2]
    assert table.decode() == there.table.to_csv(index=False, lineterminator="\n")


def test_what_is_known_is_not_lived_again(monkeypatch: pytest.MonkeyPatch) -> None:
    last = answered()[-1]
    monkeypatch.setattr(options_page, "grown", None)

    assert list(options_page.answers(ASKED, "somebody else", Job())) == [last]


def test_python_and_command_of_the_page_lead_to_its_scenarios_and_names(tmp_path: Path) -> None:
    held: dict[str, Any] = {}
    exec(scripts.options_python(ASKED).partition("options =")[0], held)

    assert [*held["scenarios"]] == [*ASKED.names]
    assert [s.values for s in held["scenarios"].values()] == [s.values for s in ASKED.scenarios]
    assert scripts.options_command(ASKED) == "conducive options a.toml b.toml c.toml --replicates 200 --seed 0"
    for name, text in scripts.options_files(ASKED).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    loaded = [cz.load_scenario(tmp_path / f"{letter}.toml") for letter in "abc"]
    assert tuple(s.title for s in loaded) == ASKED.names
    assert [s.values for s in loaded] == [s.values for s in ASKED.scenarios]


def test_a_scenario_under_its_own_name_needs_no_file() -> None:
    asked = usual().asked()

    assert scripts.options_command(asked) == (
        "conducive options two-year-funding six-year-funding two-year-then-mainstreamed --replicates 200 --seed 0"
    )
    assert scripts.options_files(asked) == {}


# ---- Addresses -----------------------------------------------------------------------------------------------------


def test_an_address_leads_back_to_the_options_and_their_place() -> None:
    leeds = options_page.placed(usual(), {"name": "place", "value": "Leeds"})
    asked = leeds.asked()

    those, news, trouble = options_page.start_from(f"s={addresses.options_address(asked)}")

    assert (news, trouble) == ([], "")
    assert those.asked() == asked
    assert {choice.place for choice in those.choices} == {"Leeds"}
    back = options_page.placed(those, {"name": "place", "value": ""})
    assert back.asked() == usual().asked()


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"names": ["One"]}, "what its options are called"),
        ({"names": ["One", "One", "Two"]}, "options A and B are both called 'One'"),
        ({"names": None}, "what its options are called"), ({"names": [1, 2, 3]}, "what its options are called"),
        ({"ob": 5}, "a scenario is missing"), ({"n": 0}, "replicates must be"),
    ],
)  # fmt: skip
def test_an_address_that_asks_what_cannot_be_shows_the_usual(held: dict[str, object], words: str) -> None:
    arms = dict(zip(addresses.HELD_AS, ASKED.scenarios, strict=False))
    usually: dict[str, object] = {"names": list(ASKED.names), "n": 200, "s": 0}

    text = addresses.packed(arms, **usually | held)
    those, _, trouble = options_page.start_from(f"s={text}")

    assert those == usual()
    assert words in trouble


def test_an_address_with_one_option_is_refused() -> None:
    text = addresses.packed({"oa": SMALL}, names=["One"], n=200, s=0)

    assert "Got 1. Add another." in options_page.start_from(f"s={text}")[2]


# ---- What a browser sends ------------------------------------------------------------------------------------------


def test_options_are_renamed_left_out_and_added() -> None:
    renamed = options_page.renamed(usual(), {"n": 1, "name": "Six years"})
    fewer = options_page.without(renamed, 0)
    more = options_page.added(fewer, "learning-culture")

    assert renamed.asked().names[1] == "Six years"
    assert fewer.names[0] == "Six years"
    assert more.asked().names[-1] == cz.load_scenario("learning-culture").title
    assert more.asked().scenarios[-1] == cz.load_scenario("learning-culture")


def test_what_is_added_starts_where_the_others_do() -> None:
    leeds = options_page.placed(usual(), {"name": "place", "value": "Leeds"})

    assert options_page.added(leeds, "learning-culture").asked().scenarios[-1].place.startswith("Leeds")


def test_a_file_becomes_an_option_called_by_its_title() -> None:
    text = 'title = "Mine"\n[set]\nhorizon = 36\n'

    those = options_page.brought(usual(), {"text": text, "name": "mine.toml"})

    assert those.asked().names[-1] == "Mine"
    assert those.asked().scenarios[-1].horizon == 36


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: options_page.without(options_page.without(usual(), 0), 0).asked(), "Got 1. Add another."),
        (lambda: six().asked(), "Got 6. Leave out 1."),
        (lambda: options_page.added(usual(), "two-year-funding").asked(), "options A and D are both called"),
        (lambda: options_page.renamed(usual(), {"n": 0, "name": "  "}).asked(), "option A must have a name"),
        (lambda: options_page.renamed(usual(), {"n": 9, "name": "x"}), "no such option"),
        (lambda: options_page.renamed(usual(), None), "no such option"),
        (lambda: options_page.without(usual(), True), "no such option"),
        (lambda: options_page.added(usual(), "nowhere"), "no such scenario"),
        (lambda: options_page.brought(usual(), {"text": "nonsense"}), "not valid TOML"),
        (lambda: options_page.placed(usual(), {"name": "place", "value": "Atlantis"}), "Atlantis"),
        (lambda: options_page.opened(ASKED, "D"), "no such option"), (lambda: options_page.opened(ASKED, 0), "no such"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(make: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make()


def six() -> _Picked:
    return _Picked(tuple("ABCDEF"), tuple([Choice(SMALL)] * 6))


def test_a_row_opens_beside_the_first() -> None:
    opened = options_page.opened(ASKED, "B")

    assert (opened.base, opened.alternative) == ASKED.scenarios[:2]
