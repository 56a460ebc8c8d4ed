"""Sweeps of programmes: designs of one, lived by all its authorities, through the machinery that scenarios have."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import conducive as cz
from conducive.experiments.cli import app as cli
from conducive.experiments.programmes.runs import COST, ENDS
from conducive.experiments.sweep import runs as batches
from conducive.experiments.sweep.file import sweep_plan
from conducive.scenarios.programme import load_programme, programme_inputs

SMALL = {"organisation.posts": 12, "organisation.families": 24, "warm_up": 6, "horizon": 30}
MINE: dict[str, Any] = {
    "name": "mine", "authorities": 6, "set": SMALL, "funding": {"budget": 4e5, "length": 12},
    "round": [{"month": 2, "grants": 2}, {"month": 8, "grants": 2}], "criteria": {"need": 1.0},
}  # fmt: skip
ASKED: dict[str, Any] = {
    "programme": MINE,
    "replicates": 2,
    "factors": {"funding.length": [12, 24], "rounds.grants": [2, 4], "links.people": [True, False]},
}
FACTORS = ["funding.length", "rounds.grants", "links.people"]


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(batches, "SECTORS_IN_A_PART", 4)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> cz.Sweep:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "SECTORS_IN_A_PART", 4)
        return cz.sweep(ASKED, tmp_path_factory.mktemp("whole") / "sweep")


def hashes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("part-*.parquet"))}


def test_every_run_is_that_of_the_programme_changed_so_to_the_bit(whole: cz.Sweep) -> None:
    assert len(whole.table) == 8 * 2
    assert list(whole.table.columns) == ["point", *FACTORS, "replicate", *(ENDS.names or ())]
    for row in (3, 12):
        one = whole.table.iloc[row]
        changed = {"funding.length": one["funding.length"], "rounds.grants": int(one["rounds.grants"]),
                   "links.people": bool(one["links.people"])}  # fmt: skip
        lived = cz.programme(load_programme(MINE).change(changed), replicates=2)
        last = lived.monthly.query(f"replicate == {one['replicate']:.0f}").iloc[-1]
        for name in ENDS.names or ():
            expected = lived.values(COST)[int(one["replicate"]), -1] if name == COST else last[name]
            assert np.array_equal(one[name], expected, equal_nan=True), name


def test_each_factor_makes_a_difference_and_grants_are_those_asked_for(whole: cz.Sweep) -> None:
    assert (whole.table["grants"] <= whole.table["rounds.grants"]).all()
    assert set(whole.table["grants"]) & {3.0, 4.0}
    assert whole.table.groupby("links.people")["moved"].sum().gt(0).tolist() == [False, True]
    by_length = whole.table.groupby("funding.length")["faithful_years"].sum()
    assert by_length.nunique() == 2


def test_any_executor_writes_the_same_files(whole: cz.Sweep, tmp_path: Path, processes: Executor) -> None:
    cz.sweep(ASKED, tmp_path / "other", executor=processes)

    assert hashes(tmp_path / "other") == hashes(whole.path)


def test_one_that_was_stopped_goes_on_and_lives_nothing_twice(
    whole: cz.Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, lived = tmp_path / "stopped", []
    ends = batches.sectors.ends

    def stops(*asked: Any) -> Any:
        lived.append(asked[1])
        if len(lived) == 8:
            raise KeyboardInterrupt
        return ends(*asked)

    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setattr(batches.sectors, "ends", stops)
    with ThreadPoolExecutor(1) as pool, pytest.raises(KeyboardInterrupt):
        cz.sweep(ASKED, out, executor=pool)
    kept = len(hashes(out))
    assert 0 < kept < len(hashes(whole.path))
    counted: list[int] = []
    monkeypatch.setattr(batches.sectors, "ends", lambda *asked: counted.append(len(asked[1])) or ends(*asked))
    cz.sweep(ASKED, out)

    assert sum(counted) == 16 - 4 * kept
    assert hashes(out) == hashes(whole.path)


def test_more_replicates_are_added_to_a_finished_one(whole: cz.Sweep, tmp_path: Path) -> None:
    fewer = {**ASKED, "replicates": 1}
    cz.sweep(fewer, tmp_path / "grown")
    grown = cz.sweep(ASKED, tmp_path / "grown")

    pd.testing.assert_frame_equal(grown.table, whole.table, check_exact=True)


def test_plausible_sets_are_those_of_a_programme(tmp_path: Path) -> None:
    asked = {**ASKED, "replicates": 8, "plausible": True, "factors": {"funding.length": [12]}}
    found = cz.sweep(asked, tmp_path / "sets")
    same = cz.programme(MINE, replicates=8, plausible=True)

    assert np.array_equal(found.table["faithful_years"], same.values("faithful_years")[:, -1])
    assert found.table["set"].nunique() == 2


def test_a_point_whose_parts_do_not_go_together_is_recorded_and_the_rest_go_on(tmp_path: Path) -> None:
    found = cz.sweep({**ASKED, "factors": {"criteria.need": [0.5, 1.0]}}, tmp_path / "some")

    assert [each["factors"] for each in found.failures] == [{"criteria.need": 0.5}]
    assert "must add up to 1" in found.failures[0]["error"]
    assert len(found.table) == 2


def test_the_words_are_of_practitioner_years_and_what_each_costs(whole: cz.Sweep) -> None:
    text = whole.text()

    assert text.startswith("Sweep of mine\n")
    assert "16 runs (8 design points x 2 replicates) of 6 authorities each" in text
    assert "Practitioner-years of use as it is meant" in text
    assert "GBP of all money for each" in text
    assert "12 months" in text
    assert "off" in text
    assert "mine" in repr(whole)


def test_the_command_line_says_what_it_will_take_and_writes_the_same(whole: cz.Sweep, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\nauthorities = 6\n[set]\norganisation.posts = 12\norganisation.families = 24\nwarm_up = 6\n'
        "horizon = 30\n[funding]\nbudget = 400000\nlength = 12\n[criteria]\nneed = 1.0\n"
        "[[round]]\nmonth = 2\ngrants = 2\n[[round]]\nmonth = 8\ngrants = 2\n"
    )
    (tmp_path / "sweep.toml").write_text(
        'programme = "mine.toml"\nreplicates = 2\n[factors]\nfunding.length = [12, 24]\nrounds.grants = [2, 4]\n'
        "links.people = [true, false]\n"
    )
    dry = CliRunner().invoke(cli.app, ["sweep", "sweep.toml", "--dry-run"])
    wet = CliRunner().invoke(cli.app, ["sweep", "sweep.toml", "--out", "there"])

    assert "16 runs" in dry.stdout
    assert wet.exit_code == 0, wet.output
    assert hashes(tmp_path / "there") == hashes(whole.path)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"scenario": "classroom"}, "Got both"),
        ({"programme": "fewer-for-longr"}, "Did you mean fewer-for-longer"),
        ({"year": 2024}, "year of a programme stands in its own file"),
        ({"factors": {"funding.lenght": [12]}}, "Did you mean funding.length"),
        ({"factors": {"funding.length": [12, 999]}}, "The nearest allowed is 240"),
        ({"factors": {"links.people": {"low": 0, "high": 1, "steps": 2}}}, "give \\[true, false\\]"),
        ({"factors": {"links.people": [0.5]}}, "must be true or false"),
        ({"set": {"links.people": False}, "factors": {"people.moves": [0.2, 0.3]}}, "links.people is off"),
        ({"factors": {"rounds.grants": [0, 2]}}, "nearest allowed is 1"),
        ({"authorities": 1}, "2 to 2000"),
        ({"set": {"funding.length": 12}}, "is a factor and under \\[set\\]"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(cz.InputError, match=words):
        sweep_plan({**ASKED, **changed})


def test_authorities_of_a_sweep_take_the_place_of_those_of_the_programme_before_it_is_refused() -> None:
    elsewhere = {**MINE, "authorities": ["an authority of another table"]}

    plan = sweep_plan({**ASKED, "programme": elsewhere, "authorities": 5})
    few = sweep_plan(
        {
            **ASKED,
            "programme": "by-need",
            "authorities": 4,
            "set": {"rounds.grants": 3},
            "factors": {"funding.length": [12, 24]},
        }
    )

    assert len(plan.programme.places) == 5  # type: ignore[union-attr]
    assert few.programme.grants == 3  # type: ignore[union-attr]
    with pytest.raises(cz.InputError, match="is not in the official table"):
        sweep_plan({**ASKED, "programme": elsewhere})


def test_a_programme_without_grants_has_nothing_to_vary_in_them() -> None:
    none = {**MINE, "round": [], "criteria": {}}
    with pytest.raises(cz.InputError, match="gives no grants"):
        sweep_plan({**ASKED, "programme": none, "factors": {"funding.length": [12, 24]}})
    with pytest.raises(cz.InputError, match="needs a programme with rounds"):
        load_programme(none).change({"rounds.grants": 3})


def test_a_number_of_a_programme_is_no_factor_of_a_scenario() -> None:
    with pytest.raises(cz.InputError, match="a number of a programme, and this is a sweep of a scenario"):
        sweep_plan({"scenario": "classroom", "factors": {"funding.length": [12, 24]}})
    with pytest.raises(cz.InputError, match="Got neither"):
        sweep_plan({"factors": {"funding.length": [12, 24]}})


@pytest.mark.parametrize(("grants", "shared"), [(4, [2, 2]), (7, [4, 3]), (3, [2, 1]), (1, [1])])
def test_grants_are_shared_out_over_the_rounds_as_the_programme_has_them(grants: int, shared: list[int]) -> None:
    programme = load_programme({**MINE, "authorities": 12}).change({"rounds.grants": grants})

    assert sum(each.grants for each in programme.rounds) == grants
    assert [each.grants for each in programme.rounds] == shared


def test_every_number_of_a_programme_can_be_a_factor() -> None:
    programme = load_programme(MINE)
    for address, known in programme_inputs().items():
        value = (
            bool(known.default) if address.startswith("links.") else programme[address] if "funding" in address else 1
        )
        if address.startswith(("links.", "funding.", "rounds.", "criteria.need")):
            assert programme.change({address: value}).name == "mine"
        elif not address.startswith("criteria."):
            assert programme.change({address: known.low})[address] == known.low


def test_boxes_are_found_in_a_sweep_of_programmes(whole: cz.Sweep) -> None:
    middle = float(whole.table["faithful_years"].median())
    found = cz.discover(whole, indicator="faithful_years", over=middle)

    assert "faithful years over" in found.text()
    with pytest.raises(cz.InputError, match="It has use, use_at_fidelity, "):
        cz.discover(whole)
