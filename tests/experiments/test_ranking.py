"""Which conditions matter most: the stored ranking fits rules and coefficients, and is what a screening says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conducive.experiments.evidence import ranking as module
from conducive.experiments.evidence.ranking import AGAIN, STORED, made_with, main, ranking, ranking_plan, stored_ranking
from conducive.experiments.search.factors import factors
from conducive.experiments.search.sensitivity.indices import Index, Screening
from conducive.experiments.search.sensitivity.plan import Sensitivity
from conducive.scenarios.conditions import conditions
from conducive.scenarios.errors import InputError

NAMES = [c.name for c in conditions()]


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    """A quick screening."""
    return ranking_plan(4, 2).carry_out()


def test_the_stored_ranking_is_that_of_these_rules_and_coefficients() -> None:
    """Older than they are: `uv run python -m conducive.experiments.evidence.ranking experiments/data`."""
    stored = json.loads(STORED.read_text("utf-8"))

    assert {name: stored[name] for name in ("model version", "asked")} == made_with(ranking_plan())
    assert stored["runs"] == ranking_plan().runs
    assert sorted(one.name for one in stored_ranking()) == sorted(NAMES)


def test_a_ranking_is_what_the_screening_says_in_percentage_points(found: Sensitivity) -> None:
    table = found.table.set_index("factor")

    ranked = ranking(found)

    assert [one.name for one in ranked] == table.index.tolist()
    assert [one.place for one in ranked] == list(range(1, len(NAMES) + 1))
    columns = {"strength": "mu_star", "low": "mu_star_low", "high": "mu_star_high", "change": "mu", "luck": "luck"}
    for one in ranked:
        for name, column in columns.items():
            assert getattr(one, name) == pytest.approx(100 * table.loc[one.name, column], abs=1e-3)


def test_ranks_are_open_only_among_conditions_whose_intervals_meet(found: Sensitivity) -> None:
    """Three of which the second's interval meets both others', and the first's not the third's."""
    three = factors(())[:3]
    values = np.array([[0.01, 0.20, 0.40], [0.02, 0.30, 0.50], [0.03, 0.45, 0.60]])
    told = Screening(three, Index(*values), values[1], values[1], values[0], 4, 0)

    ranked = ranking(with_screening(found, told))

    assert [one.name for one in ranked] == [three[2].name, three[1].name, three[0].name]
    assert [(one.first, one.last) for one in ranked] == [(1, 2), (1, 2), (3, 3)]
    assert [one.low for one in ranked] == [40, 20, 1]


def with_screening(found: Sensitivity, screening: Screening) -> Sensitivity:
    """Return an analysis with another screening."""
    other = replace(found)
    other.__dict__["screening"] = screening
    return other


def test_the_command_stores_a_ranking_that_can_be_read_and_is_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ranking_plan", lambda: ranking_plan(4, 2))
    path = tmp_path / module.FILE

    main([str(tmp_path)])
    first = path.read_bytes()
    main([str(tmp_path)])

    assert path.read_bytes() == first
    assert stored_ranking(path) == ranking(ranking_plan(4, 2).carry_out())


@pytest.mark.parametrize("changed", [{"model version": "0"}, {"asked": "0"}])
def test_a_ranking_of_another_model_is_refused_with_what_makes_it_anew(changed: dict[str, str], tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps(json.loads(STORED.read_text("utf-8")) | changed))

    with pytest.raises(InputError, match="other rules or coefficients") as refused:
        stored_ranking(other)

    assert AGAIN in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"ranked": [{"name": "fit"}]}', "nonsense"])
def test_a_file_that_is_no_ranking_is_refused(text: str, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(text)

    with pytest.raises(InputError, match=r"other\.json cannot be read"):
        stored_ranking(other)
    with pytest.raises(InputError, match=r"none\.json cannot be read"):
        stored_ranking(tmp_path / "none.json")


def test_another_default_of_a_coefficient_asks_for_another_ranking() -> None:
    """Defaults of free coefficients are no part of the model's version, and yet decide a ranking."""
    plan = ranking_plan(4, 2)
    moved = plan.question.scenario.change(
        {"coefficients.strain_load": 0.9 * plan.question.scenario["coefficients.strain_load"]}
    )

    other = replace(plan, question=replace(plan.question, scenario=moved))

    assert made_with(other)["model version"] == made_with(plan)["model version"]
    assert made_with(other)["asked"] != made_with(plan)["asked"]
