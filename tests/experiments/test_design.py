"""Sweep files: every design, and what is wrong with one said before anything is run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conducive.experiments.sweep.design import Plan, sweep_identity
from conducive.experiments.sweep.file import sweep_plan
from conducive.experiments.sweep.sweep import foresee
from conducive.scenarios.conditions import CLUSTERS, conditions
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import declared
from conducive.scenarios.workforce import authorities

TERM, TURNOVER = "finance.funding_term", "workforce_capacity.turnover"


def plan(**document: Any) -> Plan:
    return sweep_plan({"scenario": "classroom", "factors": {TERM: [12, 24]}, **document})


def values(found: Plan) -> list[list[float]]:
    rows: list[list[float]] = found.points(0, found.count).tolist()
    return rows


# ---- Designs -------------------------------------------------------------------------------------------------------


def test_a_grid_crosses_every_value_with_every_other_and_the_last_factor_changes_fastest() -> None:
    found = plan(factors={TERM: [12, 24], "leadership": {"low": 0.0, "high": 1.0, "steps": 3}}, replicates=7)

    assert values(found) == [[12, 0], [12, 0.5], [12, 1], [24, 0], [24, 0.5], [24, 1]]
    assert found.points(2, 4).tolist() == [[12, 1], [24, 0]]
    assert found.runs == 6 * 7


def test_a_list_takes_values_together() -> None:
    found = plan(design="list", factors={TERM: [12, 24, 24], "leadership": [0.1, 0.2, 0.3]})

    assert values(found) == [[12, 0.1], [24, 0.2], [24, 0.3]]


def test_a_latin_hypercube_has_one_point_in_each_slice_of_each_factor() -> None:
    found = plan(design="latin-hypercube", points=50, factors={"leadership": {}, TURNOVER: {"low": 0.1, "high": 0.3}})

    shares = (np.array(values(found)) - [0, 0.1]) / [1, 0.2]

    for column in shares.T:
        assert sorted(np.floor(column * 50).astype(int)) == list(range(50))


def test_a_sobol_design_is_balanced_and_its_points_follow_the_seed() -> None:
    first, again, other = (
        plan(design="sobol", points=64, seed=s, factors={"leadership": {}, "fit": {}}) for s in (0, 0, 1)
    )
    cells = np.floor(np.array(values(first)) * 8).astype(int)

    assert len({tuple(cell) for cell in cells}) == 64
    assert values(first) == values(again)
    assert values(first) != values(other)


@pytest.mark.parametrize("design", ["latin-hypercube", "sobol"])
def test_whole_numbers_and_listed_values_are_all_as_likely_in_a_drawn_design(design: str) -> None:
    switch = next(name for name in declared() if name.startswith("mechanisms."))
    found = plan(design=design, points=256, factors={TERM: {"low": 12, "high": 15}, switch: [True, False]})

    terms, switches = np.array(values(found)).T

    assert dict(zip(*np.unique(terms, return_counts=True), strict=True)) == {12: 64, 13: 64, 14: 64, 15: 64}
    assert dict(zip(*np.unique(switches, return_counts=True), strict=True)) == {0: 128, 1: 128}


def test_without_a_range_inputs_take_their_plausible_one_and_conditions_the_whole_of_theirs() -> None:
    found = plan(design="sobol", points=8, factors=[TURNOVER, "leadership", "macro", "horizon"])
    ranges = {each.name: (each.low, each.high) for each in found.levels}

    for name in (TURNOVER, "horizon"):
        assert ranges[name] == (declared()[name].low, declared()[name].high)
    assert ranges["leadership"] == ranges["macro"] == (0, 1)


def test_all_conditions_can_be_asked_for_by_one_word() -> None:
    found = plan(design="sobol", points=8, factors="conditions")

    assert [each.name for each in found.levels] == [c.name for c in conditions()]


def test_a_step_between_whole_numbers_is_rounded() -> None:
    found = plan(factors={TERM: {"low": 12, "high": 17, "steps": 3}})

    assert values(found) == [[12], [14], [17]]


def test_a_million_points_are_counted_without_being_made() -> None:
    found = plan(factors={c.name: {"steps": 10} for c in conditions()[:18]}, replicates=1)

    assert found.runs == 10**18
    assert found.points(10**17, 10**17 + 1).tolist() == [[1 / 9, *[0] * 17]]


# ---- Files ---------------------------------------------------------------------------------------------------------


def test_a_file_and_a_dict_of_the_same_shape_are_the_same_sweep(tmp_path: Path) -> None:
    file = tmp_path / "asked.toml"
    file.write_text(
        'scenario = "classroom"\ndesign = "grid"\nreplicates = 3\nseed = 5\nauthorities = ["leeds", "Rutland"]\n'
        '[factors]\n"finance.funding_term" = [12, 24]\nleadership = { low = 0.0, high = 1.0, steps = 2 }\n'
        "workforce_capacity.turnover = [0.1, 0.2]\n[set]\nhorizon = 36\n",
        encoding="utf-8",
    )

    same = plan(
        replicates=3, seed=5, authorities=["Leeds", "Rutland"], set={"horizon": 36},
        factors={TERM: [12, 24], "leadership": [0.0, 1.0], TURNOVER: [0.1, 0.2]},
    )  # fmt: skip

    assert sweep_identity(sweep_plan(file)) == sweep_identity(same)
    assert same.scenario.horizon == 36
    assert same.runs == 2 * 2 * 2 * 2 * 3


def test_a_scenario_file_is_looked_for_beside_the_sweep_file(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('name = "own"\nhorizon = 48\n', encoding="utf-8")
    (tmp_path / "sweep.toml").write_text('scenario = "own.toml"\n[factors]\nleadership = [0.5]\n', encoding="utf-8")

    assert sweep_plan(tmp_path / "sweep.toml").scenario.horizon == 48


@pytest.mark.parametrize(("given", "meant"), [(383, "['383']"), ([383, "204"], "['383', '204']")])
def test_codes_without_quotes_are_answered_with_them(given: object, meant: str) -> None:
    with pytest.raises(InputError, match=re.escape(f"Did you mean {meant}?")):
        sweep_plan({"scenario": "classroom", "authorities": given, "factors": {"culture": [0.4]}})


def test_all_authorities_are_those_a_model_can_start_from() -> None:
    found = plan(authorities="all", year=2024, factors={}, replicates=1)

    assert found.authorities == tuple(sorted(row.name for row in authorities(2024)))
    assert found.runs == len(found.authorities)


def test_different_values_make_a_different_sweep() -> None:
    many = list(range(12, 30))
    found = [
        plan(factors={TERM: many}), plan(factors={TERM: [*many[:-1], 60]}), plan(seed=1), plan(replicates=1),
        plan(design="sobol", points=8, factors={"leadership": {}}),
        plan(design="sobol", points=8, factors={"leadership": {"high": 0.9}}), plan(plausible=True),
    ]  # fmt: skip

    assert len({str(sweep_identity(each)) for each in found}) == len(found)


def test_a_design_whose_points_are_drawn_otherwise_is_another_sweep() -> None:
    """As by another version of SciPy: part of the runs would be of the one design, and the rest of the other."""
    asked = {"design": "sobol", "points": 8, "factors": [TURNOVER, "leadership"]}
    one, other = plan(**asked), plan(**asked)

    other.__dict__["_table"] = one.points(0, 8)[::-1]

    assert sweep_identity(one) == sweep_identity(plan(**asked))
    assert sweep_identity(one) != sweep_identity(other)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"factors": {"finance.fundingterm": [12]}}, r"Did you mean finance\.funding_term"),
    ({"factors": {"finance": {"funding_trem": [12]}}}, r"Did you mean finance\.funding_term"),
    ({"factors": {TERM: []}}, "empty list"),
    ({"factors": {TERM: [12, 500]}}, r"finance\.funding_term must be .*Got 500"),
    ({"factors": {TERM: [12, 24.5]}}, "whole number"),
    ({"factors": {TERM: ["two years"]}}, "Did you mean 24"),
    ({"factors": {TERM: [12, 12]}}, "12 twice"),
    ({"factors": {TERM: 24}}, r"put it under \[set\]"),
    ({"factors": {TERM: {"low": 60, "high": 12, "steps": 3}}}, "empty.*Did you mean 12:60"),
    ({"factors": {TERM: {"low": 12, "high": 12, "steps": 2}}}, "empty"),
    ({"factors": {"horizon": {"low": 60, "high": 12, "steps": 3}}}, "empty"),
    ({"factors": {TERM: {"low": 12, "high": 60}}}, "needs steps"),
    ({"factors": {TERM: {"low": 12, "high": 14, "steps": 9}}}, "steps of finance.funding_term .* 2 to 3"),
    ({"factors": {TERM: {"low": 12, "hihg": 60}}}, "takes low, high and steps. Got 'hihg'"),
    ({"factors": {TERM: {"low": "a", "high": 60, "steps": 2}}}, "must be numbers"),
    ({"factors": {TERM: {"low": "12,5", "high": 60, "steps": 2}}}, "did you mean 12.5?"),
    ({"factors": {"macro": ["0,5", 1]}}, "did you mean 0.5?"),
    ({"factors": {"leadership": {"low": 0, "high": 2, "steps": 2}}}, "between 0"),
    ({"factors": {"leadership": [1.5]}}, "leadership must be a position"),
    ({"factors": {"macro": [1.5]}}, "macro must be a position"),
    ({"factors": {"macro": {"low": -1, "steps": 2}}}, "macro must be a position"),
    ({"factors": {"mechanisms.message": [1]}}, "cannot be varied"),
    ({"factors": {"finance": [0.5], TERM: [12]}}, f"finance and {TERM} would both move {TERM}"),
    ({"factors": {"macro": [0.5], "political_agendas": [0.5]}}, "would both move"),
    ({"set": {TERM: 12}}, "is a factor and under"),
    ({"set": {"nothing": 1}}, "not an input"),
    ({"set": [1]}, "set must be a table"),
    ({"factors": {}}, "needs something that varies"),
    ({"design": "grit"}, "Did you mean grid"),
    ({"design": 7}, "is not a design"),
    ({"points": 8}, "Leave points out"),
    ({"design": "sobol"}, "needs points"),
    ({"design": "sobol", "points": 100}, "power of two.*Did you mean 128"),
    ({"design": "sobol", "points": 0}, "points must be a whole number"),
    ({"design": "sobol", "points": 8, "factors": {}, "authorities": ["Leeds"]}, r"needs \[factors\]"),
    ({"design": "sobol", "points": 8, "factors": {TERM: {"low": 12, "high": 24, "steps": 2}}}, "Leave steps out"),
    ({"design": "list", "factors": {TERM: [12], "leadership": [0.1, 0.2]}}, "one value for each point"),
    ({"design": "list", "factors": {TERM: {"low": 12, "high": 24}}}, "Got a range"),
    ({"replicates": 0}, "replicates must be"),
    ({"seed": -1}, "seed must be"),
    ({"plausible": 5}, "true or false"),
    ({"authorities": ["Atlantis"]}, "Atlantis"),
    ({"authorities": ["Leeds", "leeds"]}, "Leeds twice"),
    ({"authorities": "Leeds"}, "list of names"),
    ({"authorities": "all", "year": 1900}, "1900"),
    ({"year": 2024}, "without any"),
    ({"factor": {}}, "Did you mean factors"),
    ({"scenario": "clasroom"}, "Did you mean classroom"),
    ({"factors": 3}, "factors must be a table"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "words"), WRONG, ids=[str(w)[:60] for w, _ in WRONG])
def test_what_cannot_be_used_is_refused_with_the_right_answer(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        plan(**wrong)


def test_a_switch_takes_no_range_and_a_sweep_needs_a_scenario() -> None:
    switch = next(name for name in declared() if name.startswith("mechanisms."))

    with pytest.raises(InputError, match="true, false"):
        plan(factors={switch: {"low": 0, "high": 1, "steps": 2}})
    with pytest.raises(InputError, match="needs a scenario"):
        sweep_plan({"factors": {TERM: [12]}})


def test_an_error_in_a_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "sweep.toml").write_text("scenario = ", encoding="utf-8")

    with pytest.raises(InputError, match=r"sweep\.toml: not valid TOML"):
        sweep_plan(tmp_path / "sweep.toml")
    with pytest.raises(InputError, match="there is no such file"):
        sweep_plan(tmp_path / "nothing.toml")


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_every_cluster_can_be_a_factor(cluster: str) -> None:
    assert values(plan(factors={cluster: [0.25]})) == [[0.25]]


def test_steps_are_the_decimals_that_were_asked_for() -> None:
    plan = sweep_plan({"scenario": "classroom", "factors": {"culture": {"low": 0, "high": 1, "steps": 11}}})

    assert plan.levels[0].values == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    assert not plan.notes


def test_whole_numbers_in_steps_of_unequal_length_are_said_before_the_run_with_equal_ones() -> None:
    asked = {"low": 60, "high": 67, "steps": 4}
    plan = sweep_plan({"scenario": "classroom", "factors": {"organisation.posts": asked}})
    even = sweep_plan({"scenario": "classroom", "factors": {"organisation.posts": {**asked, "steps": 8}}})

    assert plan.notes == [
        "organisation.posts has steps of unequal length: 60, 62, 65, 67. "
        "Equal ones: steps = 2 (every 7) or 8 (every 1)."
    ]
    assert plan.notes[0] in foresee(plan, "nowhere", timed=False).text(1)
    assert even.levels[0].values == tuple(range(60, 68))
    assert not even.notes


def test_sweeps_of_values_that_differ_in_the_last_digit_are_two() -> None:
    one, other = (
        sweep_plan({"scenario": "classroom", "factors": {"finance.grant": [0, grant]}})
        for grant in (1_234_568.5, 1_234_569.5)
    )

    assert sweep_identity(one) != sweep_identity(other)


def test_a_switch_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"'mechanisms.message' cannot be varied.*contagion, .*anticipation"):
        sweep_plan({"scenario": "classroom", "factors": {"mechanisms.message": [True, False]}})
