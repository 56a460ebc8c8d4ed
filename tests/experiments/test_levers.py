"""What would help most: levers with an owner and a step, ranked with the same luck, bundles within a budget."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import conducive as cz
from conducive.experiments.cli import app
from conducive.experiments.compare import levers as study
from conducive.experiments.compare.comparison import compare
from conducive.experiments.compare.levers import Levers, levers
from conducive.scenarios.conditions import inputs
from conducive.scenarios.errors import InputError
from conducive.scenarios.levers import LEVERS, OWNERS, Lever, levers_for

SMALL = cz.load_scenario("classroom").change({"horizon": 48, "warm_up": 6, "finance.mainstreaming": 0.0})
FEW = {"finance.funding_term", "finance.mainstreaming", "knowledge_and_skills.coaching", "attitudes.silo"}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four levers are enough to test with."""
    monkeypatch.setattr(study, "levers_for", lambda s: [lever for lever in levers_for(s) if lever.address in FEW])


@cache
def found() -> Levers:
    return levers(SMALL, runs=16, pairs=True, budget=400_000)


# ---- Declared ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.address)
def test_a_lever_is_an_input_of_a_condition_with_an_owner_a_step_and_a_source(lever: Lever) -> None:
    usual = cz.load_scenario("baseline")
    then = lever.moved(usual)

    assert lever.address in {i.address for i in inputs()}
    assert lever.owner in OWNERS
    assert lever.source
    assert lever.step > 0
    assert then is not None
    i = lever.declaration
    assert i.barrier is not None
    assert i.facilitator is not None
    assert (then > usual[lever.address]) == (i.facilitator > i.barrier)
    assert i.minimum <= then <= i.maximum
    assert abs(then - usual[lever.address]) <= lever.step + 1e-9
    assert usual.change({lever.address: then})[lever.address] == then


def test_no_lever_is_declared_twice_and_one_at_its_end_is_left_out() -> None:
    addresses = [lever.address for lever in LEVERS]
    at_end = cz.load_scenario("baseline").change({"attitudes.silo": 0.1})

    assert len(addresses) == len(set(addresses))
    assert "attitudes.silo" not in {lever.address for lever in levers_for(at_end)}


# ---- Ranked --------------------------------------------------------------------------------------------------------


def test_what_a_lever_adds_is_what_a_comparison_of_the_two_says() -> None:
    pull = next(p for p in found().pulls if p.levers[0].address == "finance.funding_term")

    there = compare(SMALL, SMALL.change({"finance.funding_term": 36}), 16, 0)

    cost = there.cost_per_year
    assert (pull.years.low, pull.years.mean, pull.years.high) == pytest.approx(cost.years)
    assert pull.spent.mean == pytest.approx(cost.spent[1])
    assert found().usual == pytest.approx(
        (there.base.values("use_at_fidelity") * there.base.values("filled_posts")).sum(axis=1).mean() / 12
    )


def test_levers_are_ranked_by_what_they_add_with_whose_they_are_and_what_each_year_costs() -> None:
    table = found().table

    assert set(table["lever"]) == FEW
    assert (np.diff(table["practitioner_years"]) <= 0).all()
    assert table["rank"].tolist() == [1, 2, 3, 4]
    silo = table.set_index("lever").loc["attitudes.silo"]
    assert silo["whose"] == "team"
    assert np.isnan([silo["spent"], silo["gbp_each"]]).all()
    told = table.dropna(subset=["gbp_each"])
    assert len(told)
    assert (told["gbp_each"] > 0).all()
    assert told["gbp_each"].to_numpy() == pytest.approx((told["spent"] / told["practitioner_years"]).to_numpy())


def test_the_best_pair_and_bundle_are_lived_again_with_other_luck_and_keep_to_the_budget() -> None:
    pair, bundle = found().pair, found().bundle

    assert pair
    assert len(pair.levers) == 2
    assert pair.years.mean > 0
    assert bundle
    assert bundle.costed
    assert bundle.spent.mean < 1.25 * 400_000  # fresh luck may cost a little more than the budget
    other = study._Tried(SMALL, study.sets_of(16, plausible=True), study.FRESH, None, None)
    assert other.pull([pair.levers], 16)[0] == pair


def test_the_text_says_whose_how_sure_and_that_it_is_no_forecast() -> None:
    said = " ".join(found().text().split())

    assert "4 levers, each moved by a step that a service could take, 16 runs of each over 4 plausible sets" in said
    assert "funding term 24 -> 36 months" in said
    assert "not known" in said
    assert "The best two:" in said
    assert "For up to GBP 400,000:" in said
    assert "lived again with other luck" in said
    assert "It is not a forecast" in said
    assert len(repr(found())) < 400


def test_a_budget_that_buys_nothing_says_so() -> None:
    poor = levers(SMALL, runs=8, budget=1.0)

    assert poor.bundle is None
    assert "no lever whose cost is known adds anything that can be told" in " ".join(poor.text().split())


def test_only_levers_that_lead_are_lived_as_often_as_asked_and_the_words_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(study, "SCREEN", 8)
    monkeypatch.setattr(study, "LEADING", 2)
    done: list[int] = []

    raced = levers(SMALL, runs=16, progress=done.append)

    runs = [pull.runs for pull in raced.pulls]
    assert runs[:2] == [16, 16]
    assert set(runs) == {8, 16}
    assert sum(done) == 16 + sum(runs)
    assert raced.table["runs"].tolist() == runs
    whole = {pull.levers: pull for pull in found().pulls}
    assert all(pull == whole[pull.levers] for pull in raced.pulls if pull.runs == 16)
    assert f"8 runs of each and 16 of {runs.count(16)} that led" in " ".join(raced.text().split())


def test_a_ranking_that_refines_ends_with_what_one_at_once_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study, "SCREEN", 8)
    monkeypatch.setattr(study, "LEADING", 1)

    *_, last = study.refining(SMALL, runs=16, steps=(4, 12))

    at_once = levers(SMALL, runs=16)
    assert [pull.levers for pull in last.pulls[:1]] == [pull.levers for pull in at_once.pulls[:1]]
    assert last.pulls == at_once.pulls


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"budget": 0}, "a budget must be an amount in GBP above 0"), ({"budget": 1e12}, "under 1,000,000,000"),
        ({"budget": float("nan")}, "Got nan"), ({"budget": True}, "Got True"), ({"runs": 3}, "runs must be at least 4"),
        ({"runs": 0}, "replicates must be"), ({"seed": -1}, "seed must be"), ({"authority": "Atlantis"}, "Atlantis"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        levers(SMALL, **options)  # type: ignore[arg-type]


def test_the_command_ranks_keeps_and_shows_it_again(tmp_path: Path) -> None:
    asked = ["levers", "classroom", "--set", "horizon=36", "--runs", "8", "--out", f"{tmp_path}/out"]

    first, again = (CliRunner().invoke(app.app, asked) for _ in range(2))

    assert first.exit_code == again.exit_code == 0, first.output
    assert "done before" in again.stdout
    assert (tmp_path / "out" / "levers.csv").read_text("utf-8").startswith("rank,lever")
    assert json.loads((tmp_path / "out" / "provenance.json").read_text("utf-8"))["kind"] == "levers"
    assert CliRunner().invoke(app.app, [*asked[:-1], f"{tmp_path}/new", "--budget", "0"]).exit_code != 0
    assert not (tmp_path / "new").exists()
