"""Published studies: people followed one by one, sites read off, like compared with like."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from conducive.agents.practitioner import AWARE, LAPSED, NONE, ROUTINE, TRAINED, TRYING, WILLING
from conducive.experiments.evidence import published as studies
from conducive.experiments.evidence.published import (
    COUNCILS,
    STUDIES,
    History,
    answer,
    check,
    fate,
    hazard,
    histories,
    lives,
    resampled,
    scale,
    site,
    sized,
    spells,
    survival,
    table,
    times_in_use,
    transitions,
)
from conducive.model.month import live
from conducive.model.state import new_world
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.timeline import timeline

SMALL = load_scenario("classroom").change({"warm_up": 6, "organisation.posts": 12, "organisation.families": 40})


def history(*posts: list[tuple[int, float, float]]) -> History:
    """Make a history of posts, each given as (stage, tenure, fidelity) by month."""
    values = np.array(posts, float).transpose(2, 1, 0)
    return History(values[0].astype(np.int32), values[1], values[2])


def person(stages: list[int], tenure: float = 0.0, fidelity: float = 0.0) -> list[tuple[int, float, float]]:
    return [(stage, tenure + month, fidelity) for month, stage in enumerate(stages)]


EMPTY = (NONE, 0.0, 0.0)


def test_a_person_is_a_post_and_a_joining() -> None:
    there = history(
        [*person([AWARE, AWARE], 30.0), *person([AWARE]), *person([AWARE, AWARE])],
        [EMPTY, *person([WILLING, WILLING]), EMPTY, *person([AWARE])],
    )

    assert sorted(spells(there)) == [(0, 0, 2), (0, 2, 3), (0, 3, 5), (1, 1, 3), (1, 4, 5)]


def test_those_trained_are_found_a_year_later() -> None:
    start, year = [WILLING, TRAINED], 13
    there = history(
        person([*start, *[ROUTINE] * year], fidelity=0.8),
        person([*start, *[TRYING] * year], fidelity=0.2),
        person([*start, *[TRAINED] * year]),
        [*person([*start, TRYING, LAPSED], fidelity=0.8), *[EMPTY] * (year - 2)],
        [*person([*start, TRAINED]), *person([AWARE] * (year - 1))],
        person([AWARE] * (year + 2)),
        person([TRAINED] * (year + 2)),
        person([*[WILLING] * 5, *[TRAINED] * (year - 3)]),
    )

    counts = transitions(there, 0.5)

    assert dict(zip(studies.STATES, counts.tolist(), strict=True)) == {
        "employed, competent": 1,
        "left, not competent": 1,
        "left, competent": 1,
        "employed, not yet competent": 2,
    }


@pytest.mark.parametrize(("months", "state"), [(12, "left, not competent"), (13, "employed, not yet competent")])
def test_whoever_is_gone_by_the_month_asked_has_left(months: int, state: str) -> None:
    there = history([*person([WILLING, *[TRAINED] * months]), *[EMPTY] * 5])

    assert transitions(there, 0.5)[studies.STATES.index(state)] == 1


def test_a_place_inherited_from_a_leaver_is_not_training() -> None:
    there = history([*person([WILLING] * 2), *person([TRAINED] * 20)])

    assert transitions(there, 0.5).sum() == 0


def test_time_in_use_runs_from_first_to_last_use_and_is_open_at_the_end() -> None:
    there = history(
        person([AWARE, TRYING, LAPSED, ROUTINE, LAPSED, AWARE]),
        person([AWARE, AWARE, TRYING, TRYING, ROUTINE, ROUTINE]),
        [*person([TRYING, TRYING]), *person([AWARE] * 4)],
        person([AWARE] * 6),
    )

    assert sorted(map(tuple, times_in_use(there).tolist())) == [(2.0, 0.0), (3.0, 0.0), (4.0, 1.0)]


def test_times_not_ended_count_as_at_least_so_long() -> None:
    ended = np.array([[2.0, 0.0], [4.0, 0.0], [6.0, 0.0], [8.0, 0.0]])
    still = ended.copy()
    still[0, 1] = 1.0

    assert survival(ended) == (5.0, 4.0)
    assert survival(still) == (pytest.approx(4 + 2 * 2 / 3 + 2 * 1 / 3), 6.0)


def test_a_site_stops_when_few_are_left_and_restarts_when_they_are_back() -> None:
    before, low, again = [0.5] * 24, [0.0] * 12, [0.5] * 12
    never = fate(np.array(before + [0.5] * 24))
    ended = fate(np.array([*before, *[0.5] * 12, *low]))
    back = fate(np.array([*before, *low, *again]))
    faint = fate(np.array([*before, *low, *[0.15] * 12]))

    assert never == (True, 2.0, False, False)
    assert ended[0::2] == (True, True)
    assert ended[1] == pytest.approx(15 / 12)
    assert back[2:] == (True, True)
    assert faint[2:] == (True, False)
    assert fate(np.array([*[0.1] * 24, *again])) == (False, 0.0, False, False)


def test_hazard_is_stops_over_years_among_sites_that_ran() -> None:
    sites = np.zeros(3, studies.SITE)
    sites["opened"], sites["stopped"], sites["years"] = [True, True, False], [True, False, True], [1.0, 4.0, 9.0]

    assert hazard(sites) == pytest.approx(1 / 5)


def test_a_site_is_rated_over_everybody_in_post_and_its_leavers_are_counted() -> None:
    stays = person([ROUTINE] * 96, 1.0, 0.75)
    goes = [*person([AWARE] * 6, 1.0), *person([AWARE] * 90)]

    found = site(history(stays, goes), 0.5, 0.9)[0]

    assert found["turnover"] == pytest.approx(100.0 / 2)
    assert found["fidelity_12"] == pytest.approx(scale(np.array(0.375)))
    assert found["of_users_24"] == pytest.approx(4.0)
    assert found["opened"]
    assert not found["stopped"]


def test_the_scale_of_five_runs_from_1_to_5() -> None:
    assert scale(np.array([0.0, 0.5, 1.0])).tolist() == [1.0, 3.0, 5.0]


def test_a_history_is_the_life_that_is_lived_at_once() -> None:
    rows = timeline(SMALL.change({"horizon": 24}))
    world = new_world(rows, 3, 1)
    live(world, 0, len(rows))

    found = histories(rows, 3, 1)

    assert found.stage.shape == (24, len(world.practitioners))
    for name in ("stage", "tenure", "fidelity"):
        assert np.array_equal(getattr(found, name)[-1], world.practitioners[name])
    share = found.using.sum(axis=1) / (found.stage != NONE).sum(axis=1)
    assert np.allclose(share, world.monthly["use"])


def test_a_smaller_site_has_as_much_for_each_post() -> None:
    base = load_scenario("baseline")

    small = sized(base, 12)

    for address in ("finance.grant", "innovation.running_cost", "organisation.families"):
        assert small[address] / 12 == pytest.approx(base[address] / base["organisation.posts"], rel=0.01)


def test_arms_share_their_luck_only_when_paired() -> None:
    def luck(rows: object, seed: int, replicate: int) -> np.ndarray:
        return np.array([seed, replicate])

    arms = {"a": SMALL, "b": SMALL}

    paired, apart = (lives(arms, 2, 5, luck, paired=way) for way in (True, False))

    assert all(np.array_equal(one["a"], one["b"]) for one in paired)
    assert sorted(one[arm][1] for one in apart for arm in arms) == [0, 1, 2, 3]


def test_an_interval_narrows_with_replicates_and_covers_the_value() -> None:
    def mean(samples: object) -> float:
        return float(studies.all_of(samples).mean())

    def width(count: int) -> float:
        rng = np.random.default_rng(1)
        value, low, high = resampled(mean, [{"a": rng.normal(size=1)} for _ in range(count)])
        assert low < value < high
        return high - low

    assert width(400) < 0.5 * width(20)


@pytest.mark.parametrize(
    ("model", "reported", "expected"),
    [
        ((0.5, 0.4, 0.6), (0.52, 0.45, 0.58), "alike"),
        ((0.5, 0.4, 0.6), (0.7, 0.55, 0.8), "unclear"),
        ((0.5, 0.4, 0.6), (0.8, 0.7, 0.9), "model lower"),
        ((0.5, 0.4, 0.6), (0.1, 0.0, 0.2), "model higher"),
        ((0.5, 0.4, 0.6), (0.58, None, None), "alike"),
        ((0.5, 0.4, 0.6), (0.7, None, None), "model lower"),
        ((0.5, 0.4, 0.6), (None, 0.0, None), "alike"),
        ((-0.1, -0.2, 0.1), (None, 0.0, None), "unclear"),
        ((-0.2, -0.3, -0.1), (None, 0.0, None), "model lower"),
        ((0.5, 0.4, 0.6), (None, None, None), "not compared"),
        ((None, None, None), (0.5, 0.4, 0.6), "not compared"),
    ],
)
def test_model_and_report_are_compared_by_their_intervals(
    model: tuple[float | None, float | None, float | None],
    reported: tuple[float | None, float | None, float | None],
    expected: str,
) -> None:
    assert answer(model, reported) == expected


@pytest.fixture(scope="module")
def checks() -> list[studies.Check]:
    return check(SMALL, replicates=2, seed=1)


def test_every_published_study_is_checked(checks: list[studies.Check]) -> None:
    named = " ".join(dict.fromkeys(one.study for one in checks))

    for study in ("Garner", "Brookman-Frazee", "McHugo", "Woltmann", "Bond", "Williams & Glisson"):
        assert study in named
    assert len(checks) == sum(len(study.quantities) for study in STUDIES)
    assert {one.says for one in checks} == {study.like for study in STUDIES}


def test_checks_are_plain_data_and_the_same_again(checks: list[studies.Check]) -> None:
    plain = [asdict(one) for one in checks]

    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert check(SMALL, replicates=2, seed=1) == checks
    assert check(SMALL, replicates=2, seed=2) != checks


def test_shares_of_those_trained_add_up(checks: list[studies.Check]) -> None:
    shares = [one for one in checks if one.study.startswith("Garner")]

    assert sum(one.reported or 0.0 for one in shares) == pytest.approx(1.0)
    if shares[0].model is not None:
        assert sum(one.model or 0.0 for one in shares) == pytest.approx(1.0)


def test_the_table_says_what_differs_and_how_like_is_compared(checks: list[studies.Check]) -> None:
    text = table(checks)

    for study in STUDIES:
        assert study.like in text
        assert study.source in text
    for one in checks:
        assert f"| {one.study} | {one.what} |" in text
    for one in checks:
        if one.answer in {"model lower", "model higher"}:
            assert f"{one.what} ({one.answer})" in text
    assert "nan" not in text.casefold().split()


def test_sites_differ_in_what_the_studies_say_they_differ_in() -> None:
    project = next(study for study in STUDIES if study.name.startswith("Woltmann"))

    arms = project.arms(SMALL).values()

    turnover = {arm["workforce_capacity.turnover"] for arm in arms}
    assert min(turnover) == pytest.approx(0.1)
    assert max(turnover) == pytest.approx(0.6)
    assert {arm["finance.mainstreaming"] for arm in arms} == set(COUNCILS)


def test_counts_that_cannot_be_used_are_refused() -> None:
    with pytest.raises(InputError, match="replicates"):
        check(SMALL, replicates=0)
