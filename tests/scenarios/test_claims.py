"""Claims in scenario files: what the library claims, what a claim may say, and what is refused."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from conducive.scenarios.claims import NAMES
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library, library_names, load_scenario, to_toml
from conducive.scenarios.scenario import Scenario

CLAIM = """
[[claim]]
says = "It lasts."
source = "Section 5."
indicator = "use"
when = 48
measure = "ratio"
against = "six-year-funding"
above = 0.5
"""


def from_text(text: str) -> Scenario:
    return load_scenario(tomllib.loads(text))


@pytest.mark.parametrize("scenario", library(), ids=lambda s: s.name)
def test_a_claim_of_the_library_is_one_sentence_about_things_that_exist(scenario: Scenario) -> None:
    for claim in scenario.claims:
        assert claim.says.endswith(".")
        assert ". " not in claim.says
        assert claim.indicator in NAMES
        assert claim.against in {"", *library_names()} - {scenario.name}
        assert claim.when[1] <= scenario.horizon
    assert len({claim.says for claim in scenario.claims}) == len(scenario.claims)
    # What an optional technique shows is target T3.
    assert bool(scenario.claims) == (scenario.name not in {"baseline", "optional-technique"})


def test_a_claim_is_read_as_it_is_written() -> None:
    (claim,) = from_text(CLAIM + "at_most = 2\nagainst_when = [1, 12]\nshare_of_sets = 0.9").claims

    assert (claim.when, claim.against, claim.against_when) == ((48, 48), "six-year-funding", (1, 12))
    assert (claim.above, claim.at_most, claim.share_of_sets) == (0.5, 2.0, 0.9)
    assert [claim.shown_at(value) for value in (0.5, 0.51, 2.0, 2.1, float("nan"))] == [False, True, True, False, False]


def test_claims_are_notes_that_stay_with_their_file() -> None:
    scenario = load_scenario("two-year-funding")

    assert scenario == replace(scenario, claims=())
    assert "claim" not in to_toml(scenario.change({"horizon": 12}))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"use"', '"usee"', "claim 1: indicator 'usee' is not known. Did you mean use?"),
        ("six-year", "six-years", "claim 1: against 'six-years-funding' is not a scenario of the library. Did you"),
        ("48", "121", "claim 1: when must lie within 1 to 120 (the horizon). Got 121. Did you mean 120?"),
        ("48", "48\nagainst_when = 500", "claim 1: against_when must lie within 1 to 120 (the horizon). Got 500."),
        ("48", "0", "claim 1: when must be a month after launch, from 1"),
        ("48", "[60, 48]", "claim 1: when must be a first and a last month. Got 60 and 48. Did you mean [48, 60]?"),
        ('"ratio"', '"ration"', "claim 1: measure 'ration' is not known. Did you mean ratio?"),
        ('against = "six-year-funding"', "", "claim 1: a ratio must name what it is held against"),
        ('"ratio"', '"level"', "claim 1: a level is held against nothing."),
        ("above = 0.5", "", "claim 1: a claim must have a bound: above, at_most or both. Got neither."),
        ("above = 0.5", "above = 2\nat_most = 1", "claim 1: above must be less than at_most. Got 2 and 1."),
        ("above", "abvoe", "claim 1: abvoe is not a key of a claim. Did you mean above?"),
        ("above = 0.5", "above = 1\nshare_of_sets = 90", "claim 1: share_of_sets must be a share over 0"),
        ('says = "It lasts."', "", "claim 1: says must be given."),
        ("[[claim]]", "[claim]", "claim must be a list of tables"),
    ],
)
def test_a_wrong_claim_is_refused_with_what_is_wrong(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        from_text(CLAIM.replace(old, new, 1))

    assert str(caught.value).startswith(message)
