"""Names of two sides: by title, by place, or by what was changed, and never the same unless they are."""

from __future__ import annotations

import pytest

from conducive.experiments.compare.chart import comparison_chart
from conducive.experiments.compare.comparison import compare
from conducive.experiments.compare.glance import glance
from conducive.experiments.compare.names import names, names_of
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import Scenario

TWO = load_scenario("two-year-funding")
TITLE = TWO.title


@pytest.mark.parametrize(
    ("alternative", "name"),
    [
        (load_scenario("six-year-funding"), "Six years of funding, then nothing"),
        (TWO, TITLE),
        (TWO.change({"finance.funding_term": 13, "finance.mainstreaming": 0.8}),
         "Funding term 13 months and mainstreaming 80%"),
        (TWO.change({"leadership": 0.9}), "Leadership at 90%"),
        (TWO.change({"leadership": 0.9, "finance.funding_term": 36}), "Leadership at 90% and funding term 36 months"),
        (TWO.change({"mechanisms.turnover": False}), "Turnover off"),
        (TWO.with_event(20, "incident"), "Incident in month 20"),
        (TWO.change({"finance.grant": 2e6}).with_event(9, {"finance.mainstreaming": 0.5}),
         "Grant 2,000,000 GBP a year and finance.mainstreaming = 0.5 from then on in month 9"),
    ],
)  # fmt: skip
def test_a_side_is_called_by_its_title_or_by_what_was_changed(alternative: Scenario, name: str) -> None:
    assert names_of(TWO, alternative) == (TITLE, name)


def test_what_no_longer_happens_is_named_and_many_changes_are_counted() -> None:
    many = TWO.change({"finance.funding_term": 13, "finance.mainstreaming": 0.8, "finance.grant": 1.0, "horizon": 60})

    assert names_of(TWO.with_event(20, "incident"), TWO)[1] == "Without incident in month 20"
    assert names_of(TWO, many)[1].endswith(" and 1 more change")


def test_places_that_differ_are_in_the_names() -> None:
    a, b = names_of(TWO.at("Leeds", 2025), TWO.at("Kent", 2025))

    assert (a, b) == (f"{TITLE} - Leeds, 2025", f"{TITLE} - Kent, 2025")
    assert names_of(TWO, TWO.at("Kent", 2025))[0] == f"{TITLE} - an average authority"


def test_text_picture_and_page_call_them_the_same() -> None:
    small = load_scenario("classroom").change({"horizon": 24, "warm_up": 0})
    found = compare(small, small.change({"finance.funding_term": 13}), 4)

    a, b = names(found)

    assert b == "Funding term 13 months"
    assert glance(found)["names"] == [a, b]
    assert f"- B: {b}\n" in found.text()
    assert f"B: {b}" in str(comparison_chart(found).get_suptitle())
