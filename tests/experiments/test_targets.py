"""Targets: cohorts followed person by person, statistics, tolerances, and that all can be read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from conducive.agents.practitioner import NONE, ROUTINE, TRAINED, TRYING
from conducive.experiments.evidence.fit import targets
from conducive.experiments.evidence.fit.targets import COHORT, TARGETS, by_name, followed, measured, view
from conducive.model.month import live
from conducive.model.state import new_world
from conducive.scenarios.files import load_scenario
from conducive.scenarios.timeline import timeline

SMALL = {"organisation.posts": 160, "organisation.families": 200, "finance.grant": 700_000, "warm_up": 6, "horizon": 36}
SERVICE = {name: np.zeros((4, 48)) for name in targets.READ}


def test_a_cohort_is_counted_as_an_independent_count_of_each_person_has_it() -> None:
    rows = timeline(load_scenario("baseline").change(SMALL))
    found = followed(rows, 1, 0)

    world = new_world(rows, 1, 0)
    live(world, 0, 6)
    stages, fresh, fidelity = [world.practitioners["stage"].copy()], [], []
    for month in range(36):
        live(world, 6 + month, 7 + month)
        staff = world.practitioners
        stages.append(staff["stage"].copy())
        fresh.append((staff["tenure"] == 0.0) | (staff["stage"] == NONE))
        fidelity.append(staff["fidelity"].copy())
    expected = dict.fromkeys(("trained", "tried in 6", "using at 15", "faithful in 12"), 0)
    for post in range(len(stages[0])):
        entered, tried, there = None, False, False
        for month in range(1, 37):
            stage, using = stages[month][post], stages[month][post] in {TRYING, ROUTINE}
            if fresh[month - 1][post]:
                entered, tried, there = None, False, False
                continue
            if entered is None and month <= 12 and stage == TRAINED and stages[month - 1][post] != TRAINED:
                entered = month
                expected["trained"] += 1
            if entered is None:
                continue
            since = month - entered
            if using and not tried:
                tried = True
                expected["tried in 6"] += since <= 6
            expected["using at 15"] += using and since == 15
            if using and not there and fidelity[month - 1][post] >= rows["faithful_at"][0]:
                there = True
                expected["faithful in 12"] += since <= 12

    assert expected["trained"] > 20
    assert min(expected.values()) > 0
    assert {name: found[name] for name in expected} == expected


def test_a_cohort_gives_every_figure_and_parts_of_the_whole() -> None:
    found = followed(timeline(load_scenario("baseline").change(SMALL)), 2, 0)

    assert tuple(found) == COHORT
    for part in ("tried in 6", "using at 15", "faithful in 6", "faithful in 12", "got there"):
        assert 0 <= found[part] <= found["trained"]
    assert found["faithful in 6"] <= found["faithful in 12"] <= found["got there"]


def test_statistics_pool_replicates() -> None:
    service = {**SERVICE, "use": np.full((4, 48), 0.5), "filled_posts": np.full((4, 48), 100.0)}
    service["lapses"] = np.ones((4, 48))
    service["trained"] = np.full((4, 48), 0.2)
    service["routine"] = np.full((4, 48), 0.3)
    authorities = {**SERVICE, "ended_five_years": np.array([[0.0], [1.0], [1.0], [np.nan]]),
                   "use_at_fidelity": np.tile([[0.1], [0.3], [0.1], [0.3]], (1, 48))}  # fmt: skip
    cohort = {"trained": np.array([[10.0], [30.0]]), "tried in 6": np.array([[10.0], [10.0]]),
              "skill change": np.array([[-0.1], [-0.2]]), "skill spread": np.array([[0.2], [0.4]])}  # fmt: skip
    v = view({"service": service, "authorities": authorities, "baseline": cohort})

    assert targets.stopping(v) == pytest.approx(1 / 50)
    assert targets.reach(v) == pytest.approx(0.5)
    assert targets.ratio(v, "baseline", "tried in 6") == pytest.approx(0.5)
    assert targets.skill_lost(v, "baseline") == pytest.approx(-0.5)
    assert targets.after_five_years(v, "ended") == pytest.approx(2 / 3)
    assert targets.spread(v) == pytest.approx(0.1)


@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.name)
def test_a_target_lies_in_its_tolerance_and_says_where_it_is_from(target: targets.Target) -> None:
    assert target.low <= target.value <= target.high
    assert target.within(target.value)
    assert not target.within(target.high + 1e-6)
    assert target.title
    assert target.source


def test_half_the_tolerance_is_a_standard_deviation_on_either_side() -> None:
    one = by_name()["T1"]  # .60, .45 to .80

    assert one.discrepancy(0.9) == pytest.approx(0.10)
    assert one.discrepancy(0.1) == pytest.approx(0.075)
    assert one.implausibility(one.high, 0.0) == pytest.approx(2.0)
    assert one.implausibility(one.high, float("nan")) == pytest.approx(2.0)
    assert one.implausibility(one.high, 0.10) == pytest.approx(np.sqrt(2.0))


def test_a_judgement_counts_half() -> None:
    observed = by_name()["T1"]
    judged = replace(observed, basis="judgement")

    assert judged.implausibility(0.9, 0.0) == pytest.approx(observed.implausibility(0.9, 0.0) / 2)


@pytest.fixture(scope="module")
def found() -> targets.Experiments:
    """Everything lived once, by few families."""
    return targets.experiments(load_scenario("baseline").change({"organisation.families": 60}), 2, 0)


def test_all_targets_can_be_read_with_their_errors(found: targets.Experiments) -> None:
    told = measured(found)

    assert list(told) == [t.name for t in TARGETS]
    for name, (value, error) in told.items():
        assert np.isfinite(value), name
        assert error >= 0, name


def test_a_target_reads_its_own_experiment(found: targets.Experiments) -> None:
    assert {t.experiment for t in TARGETS} <= set(found)


def test_shares_of_organisations_are_all_of_them(found: targets.Experiments) -> None:
    told = measured(found)

    assert sum(told[name][0] for name in ("T14a", "T14b", "T14c")) == pytest.approx(1.0)


def test_authorities_that_are_alike_differ_less_than_the_population(found: targets.Experiments) -> None:
    base = load_scenario("baseline").change({"organisation.families": 60, "horizon": 24})
    rows = timeline(base)
    alike = np.array([targets.lived(rows, seed, 0)["use_at_fidelity"][23] for seed in range(24)])

    assert alike.std() < targets.spread(view(found))
