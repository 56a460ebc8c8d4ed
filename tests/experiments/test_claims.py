"""Whether plausible sets show what scenarios claim: known answers, how close a call is, and the stored ones."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from conducive.experiments.cli.cards import scenario_card
from conducive.experiments.evidence import claims, validation
from conducive.experiments.evidence.claim_text import bound, claims_of, notes, reading
from conducive.experiments.evidence.claims import NOT_SHOWN, hold, judge, measured, told
from conducive.scenarios.claims import Claim
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.scenario import Scenario

INF = math.inf
COSTS = Claim("It costs.", "Made up.", "cumulative_cost", (24, 24), "level", "", (24, 24), 0.0, INF, 0.5)
SMALL = load_scenario("classroom").change({"organisation.posts": 10, "organisation.families": 40, "horizon": 24})
STORED = validation.stored_results().get("claims", {}).get("held", [])


def made(**changes: object) -> Claim:
    return replace(COSTS, **changes)  # type: ignore[arg-type]


def of(name: str, *made_claims: Claim) -> Scenario:
    return replace(SMALL, name=name, claims=made_claims)


def test_what_must_be_so_is_held_and_what_cannot_be_is_not() -> None:
    never, itself = made(at_most=0.0, above=-INF), made(measure="ratio", against_when=(12, 12), above=1.0)
    rising = made(measure="difference", against_when=(12, 12))

    found = hold([of("small", COSTS, never, itself, rising)], [{}] * 12, 1)

    assert [one.answer for one in found] == ["held", "not held", "held", "held"]
    assert [one.shown for one in found] == [12, 0, 12, 12]


def test_a_scenario_is_lived_once_for_all_its_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def means(task: tuple[Scenario, tuple[object, ...], object], **_: object) -> claims.Numbers:
        asked.append(task[0].name)
        return np.full(len(task[1]), float(len(asked)))

    monkeypatch.setattr(claims, "means", means)
    against = made(measure="difference", against="baseline")
    hold([of("small", COSTS, made(when=(1, 12)), against), of("other", against)], [{}, {}], 1)

    assert sorted(asked) == ["baseline", "baseline", "other", "other", "small", "small"]


def test_a_claim_is_held_against_a_scenario_of_the_same_name_before_one_of_the_library() -> None:
    against = made(measure="difference", against="baseline", above=-1e-9, at_most=1e-9)

    (found,) = hold([of("small", against), of("baseline")], [{}], 1)

    assert found.value == 0


def test_a_mean_is_over_its_months_and_a_difference_is_from_the_other() -> None:
    (level,) = claims.means((SMALL, [("cumulative_cost", (1, 24))], {}), 1, 0)
    each = claims.means((SMALL, [("cumulative_cost", (m, m)) for m in range(1, 25)], {}), 1, 0)

    assert level == pytest.approx(each.mean())
    assert measured(made(measure="difference"), np.array([3.0]), np.array([1.0])) == [2.0]
    assert measured(made(measure="ratio"), np.array([3.0, 1.0]), np.array([2.0, 0.0])).tolist() == [1.5, INF]


@pytest.mark.parametrize(
    ("shown", "of_sets", "needed", "answer", "reached"),
    [
        (200, 200, 0.9, "held", True),
        (182, 200, 0.9, "close to call", True),
        (178, 200, 0.9, "close to call", False),
        (160, 200, 0.9, "not held", False),
        (6, 6, 0.9, "close to call", True),
        (140, 200, None, "held", True),
        (103, 200, None, "close to call", True),
        (60, 200, None, "not held", False),
    ],
)
def test_a_call_is_close_where_so_few_sets_leave_it_open(
    shown: int, of_sets: int, needed: float | None, answer: str, reached: bool
) -> None:
    values = np.concatenate([np.linspace(1, 2, shown), np.linspace(-2, -1, of_sets - shown)])

    found = judge("small", made(share_of_sets=needed), values)

    assert (found.answer, found.reached, found.shown) == (answer, reached, shown)


def test_nothing_over_nothing_shows_nothing() -> None:
    for needed in (0.5, None):
        found = judge("small", made(share_of_sets=needed), np.full(20, np.nan))
        assert (found.answer, found.shown) == ("not held", 0)
        assert told([found])[0]["value"] is None


def test_words_say_what_is_read_and_what_it_must_be() -> None:
    claim = made(indicator="use", when=(48, 48), measure="ratio", against_when=(24, 24), above=-INF, at_most=0.5)

    assert (reading(claim), bound(claim)) == ("use, month 48, over month 24", "at most 0.5")
    claim = made(when=(1, 12), measure="difference", against="baseline", against_when=(1, 12), at_most=2.0)
    assert reading(claim) == "cumulative cost, months 1 to 12, minus baseline"
    assert bound(claim) == "over 0 and at most 2"


def test_a_card_says_what_its_scenario_must_show_and_how_far_it_does() -> None:
    scenario = load_scenario("high-turnover")
    row = told([judge("high-turnover", scenario.claims[0], np.full(200, -1.0))])

    assert scenario.claims[0].says in " ".join(scenario_card(scenario).split()).replace("- ", "")
    assert notes(scenario, []) == [scenario.claims[0].says]
    assert notes(scenario, row) == [
        f"{scenario.claims[0].says} Held: shown in 100% of 200 plausible sets; asked of at least 90%."
    ]


def test_a_claim_no_longer_held_is_named_and_its_table_printed() -> None:
    scenario = load_scenario("high-turnover")
    before, now = (judge("high-turnover", scenario.claims[0], np.full(200, value)) for value in (-1.0, 1.0))

    assert validation.no_longer_held([now], {"claims": {"held": told([before])}})[0].startswith("high-turnover (")
    assert validation.no_longer_held([before], {"claims": {"held": told([before])}}) == []
    assert validation.no_longer_held([now], {}) == []
    assert "not held" in validation.claims_table([now])


def test_a_reason_is_given_for_claims_that_exist() -> None:
    assert set(NOT_SHOWN) <= {(s.name, c.says) for s in library() for c in s.claims}


@pytest.mark.skipif(not STORED, reason="the stored validation holds no claims")
def test_every_claim_of_the_library_is_held_or_said_not_to_be_shown() -> None:
    assert len(claims_of(library(), STORED)) == len(STORED) == sum(len(s.claims) for s in library())
    failed = {(row["scenario"], row["says"]) for row in STORED if not row["reached"]}

    assert failed == set(NOT_SHOWN)
