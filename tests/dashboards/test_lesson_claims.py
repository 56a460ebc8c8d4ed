"""What lessons teach is held over some plausible sets; `conducive lessons --claims` holds it over all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from conducive.dashboards.classroom import claims as lesson_claims
from conducive.dashboards.classroom.claims import claims_table, held_by
from conducive.dashboards.classroom.files import Lesson
from conducive.dashboards.classroom.lessons import LESSONS, lesson
from conducive.experiments.evidence.claims import Held
from conducive.experiments.lives.plausible import plausible_sets

SETS, REPLICATES, LEAST = 8, 2, 0.75
"""Power of this test, and the share of sets that must show a claim: of eight, two may miss it by luck."""


def some() -> tuple[dict[str, float], ...]:
    sets = plausible_sets().sets
    return tuple(dict(one) for one in sets[:: len(sets) // SETS][:SETS])


@pytest.mark.slow("lives lessons under every plausible set")
@pytest.mark.parametrize("of", LESSONS, ids=lambda of: of.name)
def test_a_lesson_holds_what_it_teaches(of: Lesson) -> None:
    with ThreadPoolExecutor(2) as threads:
        found = held_by([of], some(), REPLICATES, threads)

    assert len(found) == len(of.claim)
    for _, held in found:
        assert held.shown >= LEAST * held.sets, f"{held.scenario}: {held.says} ({held.value:.3g})"


@pytest.mark.slow("lives lessons under every plausible set")
def test_a_lesson_that_teaches_the_contrary_is_found_out() -> None:
    of = lesson("one-long-or-three-short")
    first = of.claim[0]
    contrary = replace(of, claim=(replace(first, claim=replace(first.claim, above=-1.0, at_most=0.0)),))

    ((_, held),) = held_by([contrary], some()[:4], REPLICATES)

    assert held.shown == 0
    assert held.answer == "not held"


def test_every_claim_asks_most_plausible_sets_to_show_it() -> None:
    assert all(p.claim.share_of_sets == 0.9 for of in LESSONS for p in of.claim)


def test_the_table_of_claims_names_lesson_and_arm(monkeypatch: pytest.MonkeyPatch) -> None:
    of = lesson("one-long-or-three-short")
    point = of.claim[0]
    found = Held(point.arm, point.claim.says, 8, 7, 0.9, 0.1, 0.05, 0.2, False, "close to call")

    text = claims_table([(of, found)])

    assert "one-long-or-three-short" in text
    assert "close to call" in text
    assert lesson_claims.OF_A_CLAIM >= REPLICATES
