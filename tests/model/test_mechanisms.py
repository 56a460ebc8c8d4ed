"""What the mended mechanisms do to a whole organisation: each a comparison with the same luck on both sides.

What is asked was set before the model was run. Where it is not shown, the test stays, is expected to fail, and says by
how much; it goes red once the model shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from conducive.agents.practitioner import TRAINED
from conducive.experiments.evidence.fit.targets import ENTERS, FOLLOWED, cohorts, followed
from conducive.model.month import live
from conducive.model.processes.lapse import lapse_rates
from conducive.model.state import World, new_world
from conducive.scenarios.conditions import conditions
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

SMALL = load_scenario("baseline").change({"organisation.families": 300, "horizon": 60})
FULLY = 80
"""Replicates where a difference of a few points is looked for: its standard error is 0.7 points or less."""


def everywhere(position: float) -> dict[str, float]:
    return {c.name: position for c in conditions()}


def lives(scenario: Scenario, replicates: int) -> list[Any]:
    """Lives through a scenario: the monthly table of each."""
    rows = timeline(scenario)

    def one(replicate: int) -> Any:
        world = new_world(rows, 5, replicate)
        live(world, 0, len(rows))
        return np.array(world.monthly)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(replicates)))


def mean(scenario: Scenario, indicator: str, replicates: int = 24) -> Any:
    """Mean over replicates of an indicator, by month."""
    return np.nanmean([life[indicator] for life in lives(scenario, replicates)], axis=0)


# ---- Leaders -------------------------------------------------------------------------------------------------------


@cache
def lost_with_leaders(case: float, pairs: int = FULLY) -> float:
    """Use lost by month 60 where leaders stay 18 months and not 60, at middling-good conditions and a given case."""
    good = SMALL.change(everywhere(0.6) | {"case_for_change": case})
    short, long = (mean(good.change({"leadership.leader_tenure": t}), "use", pairs)[59] for t in (18.0, 60.0))
    return float(long - short)


def test_a_change_of_leaders_costs_use() -> None:
    assert lost_with_leaders(0.6) > 0.015


@pytest.mark.xfail(strict=True, reason="2.1 points where 5 are asked for (400 pairs)")
def test_a_change_of_leaders_costs_five_points_of_use() -> None:
    assert lost_with_leaders(0.6) >= 0.05


def test_a_change_of_leaders_costs_more_where_the_case_is_weak() -> None:
    """2.9 points with a case of 0.1, 0.8 with 0.9 (300 pairs)."""
    assert lost_with_leaders(0.1, 300) > lost_with_leaders(0.9, 300) + 0.01


@cache
def trained(arm: str) -> tuple[float, float]:
    """Of those trained: who begins within six months, and who uses it as meant within twelve."""
    rows = timeline(cohorts(load_scenario("baseline"))[arm].change({"horizon": ENTERS + FOLLOWED}))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda r: followed(rows, 5, r), range(24)))
    everybody, begun, faithful = (sum(f[what] for f in found) for what in ("trained", "tried in 6", "faithful in 12"))
    return begun / everybody, faithful / everybody


def test_leaders_who_support_it_and_ask_for_it_add_use_as_meant() -> None:
    """The trial had 20 points (T15 of the measured levels)."""
    usual, better = trained("usual leaders"), trained("trained leaders")

    assert better[0] > usual[0] + 0.01
    assert better[1] > usual[1] + 0.02


def test_who_is_coached_begins_and_few_do_after_a_workshop_alone() -> None:
    strong, loose, alone = (trained(arm)[0] for arm in ("strong support", "baseline", "workshop only"))

    assert strong > loose > alone
    assert strong > 1.25 * alone


# ---- Coproduction --------------------------------------------------------------------------------------------------


@cache
def coproduced(depth: float, budget: float, acted_on: float) -> tuple[float, float]:
    """Wellbeing and use in month 60."""
    values = {"participation_depth": depth, "coproduction_budget": budget, "acted_on": acted_on}
    found = lives(SMALL.change({f"coproduction.{k}": v for k, v in values.items()}), FULLY)
    return float(np.mean([life["wellbeing"][59] for life in found])), float(
        np.mean([life["use"][59] for life in found])
    )


RESOURCED, TOKENISTIC, NONE = (0.9, 0.12, 0.9), (0.9, 0.0, 0.1), (0.0, 0.0, 0.9)


def test_coproduction_that_is_paid_for_and_acted_on_pays() -> None:
    """In wellbeing: 1.2 points over a gesture, 0.25 over none (600 pairs, standard errors 0.04 and 0.02)."""
    resourced, tokenistic, none = (coproduced(*how)[0] for how in (RESOURCED, TOKENISTIC, NONE))

    assert resourced > none > tokenistic
    assert resourced > tokenistic + 0.005


@pytest.mark.xfail(strict=True, reason="+0.1 points over a gesture, -0.2 over none (400 pairs, standard errors 0.3)")
def test_coproduction_that_is_paid_for_and_acted_on_raises_use() -> None:
    resourced, tokenistic, none = (coproduced(*how)[1] for how in (RESOURCED, TOKENISTIC, NONE))

    assert resourced > tokenistic
    assert resourced > none


def test_a_promise_to_families_that_lapses_with_the_grant_costs_trust() -> None:
    def fall(share: float) -> float:
        heard = SMALL.change(
            {
                "coproduction.participation_depth": 0.9,
                "coproduction.coproduction_budget": 0.12,
                "coefficients.breach": 0.55,
            }
        )
        trust = mean(heard.change({"horizon": 26}).with_event(1, "council_decides", share=share), "family_trust", 8)
        return float(trust[22] - trust[23])

    assert fall(0.0) > fall(0.9) + 0.01


# ---- The council ---------------------------------------------------------------------------------------------------


def test_like_organisations_part_ways_by_what_their_council_decides() -> None:
    paid = [life["council_money"][36] for life in lives(SMALL.change({"finance.mainstreaming": 0.9}), 24)]

    assert 2 < sum(p > 0 for p in paid) < 22


def test_a_dated_event_binds_the_council() -> None:
    bound = SMALL.change({"horizon": 40})

    assert (mean(bound.with_event(24, "council_decides", share=0.9), "council_money", 8)[25:] > 0).all()
    assert (mean(bound.with_event(24, "council_decides", share=0.0), "council_money", 8) == 0).all()


def test_the_month_of_review_acts_in_a_small_service() -> None:
    """In `classroom`: a funder that is not content stops it, and less is in use a year later than without a review."""
    base = load_scenario("classroom").change({"horizon": 36})
    late, none = (lives(base.change({"finance.review_month": m}), 100) for m in (18, 0))
    pairs = zip(late, none, strict=True)
    stopped = [(a["use"][35], b["use"][35]) for a, b in pairs if a["stopped_by_funder"][35]]

    assert 0 < len(stopped) < 50
    assert np.mean([a - b for a, b in stopped]) < -0.02


# ---- Told to -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("month", [24, 48])
def test_a_mandate_lifts_any_use_more_than_faithful_use_and_costs_goodwill(month: int) -> None:
    light, hard = (lives(SMALL.change({"leadership.push": push, "horizon": 48}), 24) for push in (0.1, 0.9))

    def gained(indicator: str) -> float:
        return float(
            np.mean([a[indicator][month - 1] - b[indicator][month - 1] for a, b in zip(hard, light, strict=True)])
        )

    assert gained("use") > gained("use_at_fidelity") + 0.01 > 0.01
    assert gained("fatigue") > 0
    assert gained("vertical_trust") < 0


# ---- Memory --------------------------------------------------------------------------------------------------------


def test_codified_memory_buffers_turnover() -> None:
    """Of 15 points that turnover of 28% for 8% costs by month 72 of a long grant it keeps 2.4 (standard error 0.4)."""

    def left(codification: float, turnover: float) -> float:
        values: Mapping[str, object] = {
            "finance.funding_term": 72, "horizon": 72, "learning_and_evaluation.codification": codification,
            "workforce_capacity.turnover": turnover,
        }  # fmt: skip
        return float(mean(SMALL.change(values), "use", FULLY)[71])

    lost_without = left(0.05, 0.08) - left(0.05, 0.28)
    lost_with = left(0.9, 0.08) - left(0.9, 0.28)

    assert lost_without > 0.05
    assert lost_with < lost_without - 0.01


def newcomers(scenario: Scenario, replicates: int = 12) -> tuple[int, int]:
    """Count those who started once money had ended, and those of them who were trained on arrival."""
    rows = timeline(scenario)
    started = trained = 0
    for replicate in range(replicates):
        world: World = new_world(rows, 5, replicate)
        ended = int(rows["warm_up"][0]) + int(scenario["finance.funding_term"]) + 1
        live(world, 0, ended)
        for month in range(ended, len(rows)):
            live(world, month, month + 1)
            new = (world.practitioners["tenure"] == 0.0) & (world.practitioners["post"] == 2)
            started += int(new.sum())
            trained += int((new & (world.practitioners["stage"] == TRAINED)).sum())
    return started, trained


def test_those_who_keep_it_train_their_own_without_a_grant() -> None:
    alone = SMALL.change({"finance.mainstreaming": 0.0, "knowledge_and_skills.induction": 0.0, "horizon": 48})
    written = alone.change(
        {"learning_and_evaluation.codification": 0.9, "learning_and_evaluation.reflection_interval": 1}
    )

    (started, taught), (_, hardly) = (
        newcomers(written),
        newcomers(alone.change({"learning_and_evaluation.codification": 0})),
    )

    assert started > 50
    assert 0 < taught < started / 2
    assert hardly < taught / 2


# ---- How long it takes ---------------------------------------------------------------------------------------------


@cache
def months_to_plateau(radicalness: float) -> int:
    """Months to 80% of the plateau of faithful use, under good conditions funded throughout."""
    good = SMALL.change(everywhere(0.8)).change({"finance.funding_term": 240, "horizon": 240})
    use = mean(good.change({"innovation_design.radicalness": radicalness}), "use_at_fidelity", 30)
    return int(np.argmax(use >= 0.8 * use[180:].mean())) + 1


def test_a_small_change_takes_less_than_four_years() -> None:
    assert months_to_plateau(0.05) < 48


def test_radical_change_takes_years_longer() -> None:
    assert months_to_plateau(0.95) > months_to_plateau(0.05) + 36


@pytest.mark.xfail(strict=True, reason="81 months where 96 are asked for (30 runs)")
def test_radical_change_takes_eight_years() -> None:
    assert months_to_plateau(0.95) >= 96


# ---- What it costs to introduce it, and to use it ------------------------------------------------------------------


def test_an_innovation_without_effect_costs_families_at_most_a_point() -> None:
    nothing = {
        "finance.grant": 0.0, "finance.mainstreaming": 0.0, "leadership.push": 0.0, "innovation.potential": 0.0,
        "coproduction.participation_depth": 0.0, "implementation_process.implementation_staff": 0.0,
    }  # fmt: skip
    long = SMALL.change({"horizon": 120})
    without = mean(long.change(nothing), "wellbeing", 60)
    idle = mean(long.change({"innovation.potential": 0.0}), "wellbeing", 60)

    assert float((without - idle).max()) < 0.01


def test_the_load_of_added_work_fades_as_use_becomes_habit() -> None:
    """Strain that added work causes, for each user: a third of it and more has passed once use is old."""
    good = SMALL.change(everywhere(0.8)).change({"finance.funding_term": 96, "horizon": 96, "costs.backfill": 0.0})
    heavy, light = (lives(good.change({"innovation_design.added_work": w}), FULLY) for w in (8.0, 0.0))

    def for_each_user(first: int, last: int) -> float:
        more = np.mean([a["strain"] - b["strain"] for a, b in zip(heavy, light, strict=True)], axis=0)[first - 1 : last]
        return float(more.mean() / np.mean([a["use"] for a in heavy], axis=0)[first - 1 : last].mean())

    assert for_each_user(10, 18) > 0.01
    assert for_each_user(80, 96) < for_each_user(10, 18) * 2 / 3


def test_habit_does_not_pay_bills() -> None:
    """Whom habit shields from every other cause stops for want of money as anybody does."""
    state = SimpleNamespace(
        strain=0.9, fit=0.1, obstacles=0.9, scar=0.9, doubt=0.9, lapse_strain=0.1, lapse_reinforcement=0.1,
        lapse_fit=0.1, lapse_blame=0.1, lapse_leader_gone=0.1, lapse_doubt=0.1,
    )  # fmt: skip
    rates = getattr(lapse_rates, "py_func", lapse_rates)

    free, held = (rates(state, state, state, 0.9, 0.9, 0.1, 0.03, shield) for shield in (1.0, 0.0))

    assert all(rate > 0 for rate in free)
    assert sum(held) == max(held) == 0.03  # the lack of money, and nothing else


# ---- Places --------------------------------------------------------------------------------------------------------


def test_places_differ_in_the_people_they_attract() -> None:
    def spread(share: float) -> float:
        found = lives(SMALL.change({"organisation.place_share": share, "horizon": 24}), 120)
        return float(np.std([life["use_at_fidelity"][23] for life in found]))

    assert spread(0.8) > 1.1 * spread(0.0)
