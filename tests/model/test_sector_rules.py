"""What flows between authorities goes the way the paper says: one rule, or one small sector, at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from conducive.model.sector import choice, funders, word
from conducive.model.sector.ground import Together, new_sector
from conducive.scenarios.links import LINKS
from conducive.scenarios.programme import load_programme

SMALL = {"organisation.posts": 16, "organisation.families": 32, "warm_up": 6, "horizon": 48}
PACKAGE, LOCAL = "package", "grown here"
BOTH = [
    {"name": PACKAGE, "claim": 0.5, "manualised": 0.9},
    {"name": LOCAL, "claim": 0.5, "manualised": 0.1},
]


def lived(*on: str, seed: int = 0, inputs: dict[str, Any] | None = None, **tables: Any) -> Together:
    """Live in a small sector with only some links on."""
    links = {link.name: link.name in on for link in LINKS}
    asked = {"authorities": 24, "set": SMALL | (inputs or {}), "links": links, "innovation": BOTH, **tables}
    together = new_sector(load_programme(asked), seed)
    together.live(10_000)
    return together


def taken_up(together: Together) -> tuple[int, int]:
    """How often the package, and what is grown here, began to run, over months and authorities."""
    began = np.diff(together.running, axis=0, prepend=0.0).clip(0.0).sum(axis=0) * 24
    return round(float(began[0])), round(float(began[1]))


def test_tight_money_and_evidence_wanted_soon_are_pressure_and_pressure_favours_a_package() -> None:
    assert choice.under_pressure(0.8, 0.1) > choice.under_pressure(0.1, 0.1)
    assert choice.under_pressure(0.1, 0.8) > choice.under_pressure(0.1, 0.1)
    assert choice.appeal(0, 0, 0, 0, 0.5, 0) > choice.appeal(0, 0, 0, 0, 0, 0) > choice.appeal(0, 0, 0, 0, -0.5, 0)


def test_where_evidence_is_wanted_soon_packages_crowd_out_what_is_grown_locally() -> None:
    calm, pressed = (
        np.sum([taken_up(lived("choice", seed=seed, inputs={"political_agendas.marketisation": level},
                               choice={"openings": 0.6, "contact": 0.0, "packaged_weight": 8.0}))
                for seed in range(3)], axis=0)
        for level in (0.0, 1.0)
    )  # fmt: skip

    assert pressed[1] / pressed.sum() < calm[1] / calm.sum() - 0.1


@pytest.mark.parametrize("what", range(3))
def test_leaders_behind_it_time_and_nerve_each_make_a_bid_likelier(what: int) -> None:
    low, high = [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]
    low[what], high[what] = 0.2, 0.9

    assert funders.bid_chance(1.0, *high, 0.0, 0.8) > funders.bid_chance(1.0, *low, 0.0, 0.8)


def test_matching_that_a_council_cannot_pay_deters_a_bid_altogether() -> None:
    assert funders.bid_chance(1.0, 1.0, 1.0, 1.0, 1.0, 0.8) == 0.0


def test_an_open_leader_finds_an_innovation_more_appealing() -> None:
    assert choice.appeal(0, 0, 0.4, 0, 0, 0) > choice.appeal(0, 0, -0.4, 0, 0, 0)
    assert choice.take_up_rate(0.03, 0.0, 0.0, 5.0, 1.5) > choice.take_up_rate(0.03, 0.0, 0.0, 5.0, 0.5)


def test_results_are_promised_sooner_where_speed_counts_and_what_was_promised_is_waited_for_no_longer() -> None:
    assert funders.promised_speed(0.9, 0.5, 0.5) > funders.promised_speed(0.2, 0.5, 0.5)
    assert funders.promised_speed(0.9, 0.9, 0.5) > funders.promised_speed(0.9, 0.1, 0.5)
    assert funders.waits(24.0, 0.6, 1.0) < funders.waits(24.0, 0.6, 0.0) == 24.0


def test_a_funder_who_ranks_by_speed_gives_to_those_who_promise_results_soonest() -> None:
    speeds = []
    for criteria in ({"speed": 1.0}, {"equity": 1.0}):
        together = lived(
            "choice", "funders", criteria=criteria, funding={"budget": 1e6}, round=[{"month": 3, "grants": 6}],
            choice={"openings": 0.0, "contact": 0.0}, inputs={"political_agendas.marketisation": 0.8},
        )  # fmt: skip
        table = together.between.authorities
        speeds.append(table.speed[table.awarded > 0].mean())

    assert speeds[0] > speeds[1] + 0.05


def test_competition_closes_what_an_authority_tells_and_a_network_opens_it_again() -> None:
    assert word.candour(0.8, 0.5, 0.0) < word.candour(0.0, 0.5, 0.0) == 1.0
    assert word.candour(0.8, 0.5, 0.0) < word.candour(0.8, 0.5, 0.7)


def test_failures_are_told_where_they_can_be_borne_or_are_published() -> None:
    assert choice.told_chance(0.9, 0.0) > choice.told_chance(0.1, 0.0)
    assert choice.told_chance(0.0, 1.0) == 1.0


def test_what_was_not_written_down_does_not_pass_to_another_site() -> None:
    links = {link.name: link.name == "word" for link in LINKS}

    def handed_over(written: float) -> float:
        together = new_sector(load_programme({"authorities": 2, "set": SMALL, "links": links}), 0)
        together.between.authorities["innovation"] = 0
        together.between.authorities["codified"] = (0.0, written)
        together.between.national["network"] = 1.0
        word.pass_on(together.between, together.typed)
        return float(together.worlds[0].organisation["codified_memory"][0])

    assert handed_over(0.0) == 0.0 < handed_over(0.8)
