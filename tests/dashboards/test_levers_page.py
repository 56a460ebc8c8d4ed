"""What would help?: what the page asks, shows, and passes on; the same numbers as Python and the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

import conducive as cz
from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking import scripts
from conducive.dashboards.asking.asked import Pulling
from conducive.dashboards.pages import levers as levers_page
from conducive.dashboards.widgets.progress import Answer
from conducive.dashboards.work import Job
from conducive.experiments.compare import levers as study
from conducive.experiments.compare.levers import Levers
from conducive.scenarios.errors import InputError
from conducive.scenarios.levers import levers_for

SMALL = cz.load_scenario("classroom").change({"horizon": 48, "warm_up": 6, "finance.mainstreaming": 0.0})
FEW = {"finance.funding_term", "finance.mainstreaming", "knowledge_and_skills.coaching", "attitudes.silo"}
ASKED = Pulling(SMALL, budget=400_000, pairs=True, runs=16)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four levers are enough to test with."""
    monkeypatch.setattr(study, "levers_for", lambda s: [lever for lever in levers_for(s) if lever.address in FEW])


@cache
def steps() -> list[Levers]:
    return list(levers_page.rankings(ASKED, "somebody", Job()))


# ---- The ranking ---------------------------------------------------------------------------------------------------


def test_a_ranking_refines_and_ends_with_the_numbers_of_python() -> None:
    there = cz.levers(SMALL, budget=400_000, pairs=True, runs=16)

    grown = list(study.refining(SMALL, budget=400_000, pairs=True, runs=16, steps=(8,)))

    assert [each.runs for each in grown] == [8, 16, 16, 16]
    assert [each.pair is not None for each in grown] == [False, False, True, True]
    assert [each.bundle is not None for each in grown] == [False, False, False, True]
    assert grown[-1].text() == there.text() == steps()[-1].text()
    assert grown[-1].table.equals(there.table)


def test_what_python_and_the_command_of_the_page_say_gives_its_numbers(tmp_path: Any) -> None:
    code = scripts.levers_python(ASKED)
    held: dict[str, Any] = {}

    exec(code.replace("print", "str"), held)

    assert held["levers"].text() == steps()[-1].text()
    assert scripts.levers_command(ASKED) == (
        "conducive levers scenario.toml --pairs --budget 400000 --runs 16 --seed 0"
    )
    usual = Pulling(cz.load_scenario("two-year-funding"))
    assert scripts.levers_command(usual) == "conducive levers two-year-funding --runs 80 --seed 0"
    file = dict(levers_page.files(ASKED, "somebody"))["Scenario (TOML)"]()
    (tmp_path / "scenario.toml").write_bytes(file[2])
    assert cz.load_scenario(tmp_path / "scenario.toml").values == SMALL.values


def test_a_ranking_that_is_known_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    last = steps()[-1]
    monkeypatch.setattr(levers_page, "refining", None)

    assert list(levers_page.rankings(ASKED, "somebody else", Job())) == [last]


def test_the_table_shows_the_pair_and_the_bundle_first_then_every_lever_with_whose_it_is() -> None:
    last = steps()[-1]

    rows = levers_page.rows(last)

    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert [row["together"] for row in rows] == [True, True, False, False, False, False]
    assert [row["id"] for row in rows[2:]] == last.table["lever"].tolist()
    assert [row["cells"]["years"]["value"] for row in rows[2:]] == last.table["practitioner_years"].tolist()
    silo = next(row for row in rows if row["id"] == "attitudes.silo")
    assert silo["cells"]["whose"]["text"] == "team"
    assert silo["cells"]["each"] == {"text": "not known", "value": None}
    assert silo["filter"] == ["team"]


def test_the_words_say_what_helps_most_whose_it_is_and_what_the_budget_buys() -> None:
    last = steps()[-1]

    said = " ".join(levers_page.in_words(last, ASKED))

    best = last.pulls[0]
    assert f"({best.years.way}); whose it is: {best.levers[0].owner}." in said
    assert "The best two:" in said
    assert "For up to GBP 400,000:" in said
    assert "->" not in said


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Answer(None, working=True), "Working on a first ranking"), (Answer(None), "There is no ranking yet."),
        (0, "Ranked, from 16 runs of each. Looking for the best two and what the budget buys ..."),
        (1, "Stopped after 16 runs of each."), (2, "Firm: 16 runs of each with the same luck, over 4 plausible sets"),
    ],
)  # fmt: skip
def test_the_page_says_how_firm_a_ranking_is(state: Any, words: str) -> None:
    if isinstance(state, int):
        state = Answer(steps()[-1], working=state == 0, fresh=True, cancelled=state == 1)

    assert levers_page.state_in_words(state, ASKED).startswith(words)


# ---- What a browser sends ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "budget"),
    [("", None), ("  ", None), ("500000", 500_000), ("500,000", 500_000), ("£500k", 500_000), ("GBP 1.5m", 1_500_000),
     ("2 million", 2_000_000), ("0.5", 0.5)],
)  # fmt: skip
def test_a_budget_is_read_as_people_type_it(typed: str, budget: float | None) -> None:
    assert levers_page.budget_of(typed) == budget


@pytest.mark.parametrize(
    ("typed", "words"),
    [("0", "above 0"), ("1000000000", "under 1,000,000,000"), ("-5", "You typed '-5'"), ("a lot", "You typed 'a lot'"),
     ("nan", "You typed 'nan'"), ("1e9", "You typed '1e9'")],
)  # fmt: skip
def test_a_budget_that_is_none_is_refused_in_words(typed: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        levers_page.budget_of(typed)


def test_a_row_opens_as_a_comparison_and_ticked_rows_as_options_with_the_same_numbers() -> None:
    both = "finance.funding_term+attitudes.silo"

    opened = levers_page.opened(ASKED, both)
    compared = levers_page.compared(ASKED, ["finance.funding_term", both])

    assert opened.base == SMALL
    assert opened.alternative["finance.funding_term"] == SMALL["finance.funding_term"] + 12
    assert opened.alternative["attitudes.silo"] < SMALL["attitudes.silo"]
    assert compared.scenarios == (SMALL, SMALL.change({"finance.funding_term": 36}), opened.alternative)
    assert compared.names[:2] == ("As it is", "Funding term 24 → 36 months")
    there = cz.options(dict(zip(compared.names, compared.scenarios, strict=True)), 16).table.set_index("option")
    pull = next(p for p in steps()[-1].pulls if p.levers[0].address == "finance.funding_term")
    gained = there.loc[compared.names[1], "practitioner_years"] - there.loc["As it is", "practitioner_years"]
    assert gained == pytest.approx(pull.years.mean)


@pytest.mark.parametrize("sent", [None, 3, "", "nowhere", "costs.trainer", "attitudes.silo+attitudes.silo", ["x"]])
def test_a_row_that_is_none_opens_nothing(sent: object) -> None:
    with pytest.raises(InputError, match="no such lever"):
        levers_page.opened(ASKED, sent)


@pytest.mark.parametrize("sent", [None, [], ["attitudes.silo"] * 5])
def test_none_or_too_many_ticked_are_refused(sent: object) -> None:
    with pytest.raises(InputError, match="tick 1 to 4"):
        levers_page.compared(ASKED, sent)


# ---- Addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [ASKED, Pulling(cz.load_scenario("baseline").at("Leeds"), None, False, 80, 3)])
def test_an_address_leads_back_to_what_was_asked(asked: Pulling) -> None:
    read, news = addresses.read_levers(addresses.levers_address(asked))

    assert read == asked
    assert news == []
    form, again, _, trouble = levers_page.start_from(f"s={addresses.levers_address(asked)}")
    assert again == asked
    assert trouble == ""
    assert form.asked() == Pulling(asked.scenario, asked.budget, asked.pairs)


@pytest.mark.parametrize(
    ("held", "words"),
    [({"budget": 0}, "above 0"), ({"budget": True}, "Got True"), ({"budget": "x"}, "Got 'x'"), ({"n": 3}, "at least 4"),
     ({"n": 201}, "more than 200 runs"), ({"a": None}, "a scenario is missing")],
)  # fmt: skip
def test_an_address_that_asks_what_cannot_be_is_refused(held: dict[str, object], words: str) -> None:
    usual: dict[str, object] = {"n": 80, "s": 0, "budget": None, "pairs": True}

    text = addresses.packed({"a": SMALL}, **usual | held)

    with pytest.raises(InputError, match=words):
        addresses.read_levers(text)
    assert words in levers_page.start_from(f"s={text}")[3]
    assert levers_page.start_from(f"s={text}")[1] is None


def test_files_are_made_of_the_firm_ranking() -> None:
    made: dict[str, Callable[[], tuple[str, str, bytes]]] = dict(levers_page.files(ASKED, "somebody"))

    assert list(made) == [
        "Picture for a slide (PNG)", "Picture for a slide (SVG)", "Table (CSV)", "Table for Excel (CSV)",
        "Page to embed (HTML)", "Scenario (TOML)",
    ]  # fmt: skip
    name, kind, content = made["Table (CSV)"]()
    assert (name, kind) == ("levers.csv", "text/csv")
    assert content.decode() == steps()[-1].table.to_csv(index=False, lineterminator="\n")
