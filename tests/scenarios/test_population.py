"""The population of organisations: the average is its middle, spreads and correlations are as declared."""

from __future__ import annotations

from collections import Counter
from statistics import NormalDist

import numpy as np
import pytest

from conducive.scenarios import population as population_module
from conducive.scenarios.conditions import conditions
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.population import (
    GRADE,
    MEASURED,
    PARAMETERS,
    PROJECT,
    draw_organisation,
    drawn_conditions,
    judgements,
    loadings,
    population,
    varied,
)
from conducive.scenarios.scenario import checked, declared

DRAWS = 2_000


@pytest.fixture(scope="module")
def scores() -> dict[str, np.ndarray]:
    """Standard normal scores of many organisations by input, in units of its spread."""
    normal, found = NormalDist(), {}
    drawn = [drawn_conditions(n) for n in range(DRAWS)]
    for i in varied():
        if i.whole or i.barrier is None or i.facilitator is None or i.default in {i.barrier, i.facilitator}:
            continue
        way = i.facilitator - i.barrier
        middle = normal.inv_cdf((i.default - i.barrier) / way)
        spread = PARAMETERS["spread_of_mainstreaming" if i.address == "finance.mainstreaming" else "spread"].value
        positions = [(d[i.address] - i.barrier) / way for d in drawn]
        found[i.address] = np.array([(normal.inv_cdf(p) - middle) / spread for p in positions])
    return found


def test_where_no_condition_differs_every_input_is_the_default() -> None:
    for one in varied():
        assert population_module._moved(one, 0.0) == one.default
        assert population_module._moved(one, 1e-9) == pytest.approx(one.default, abs=1e-6)


def test_an_input_moves_towards_its_facilitator_with_its_condition() -> None:
    moved = 0
    for one in varied():
        low, high = (population_module._moved(one, z) for z in (-1.0, 1.0))
        if low != high:
            assert (high - low) * (one.facilitator - one.barrier) > 0
            moved += 1
    assert moved > 20


def test_spreads_are_as_declared(scores: dict[str, np.ndarray]) -> None:
    assert "finance.mainstreaming" in scores
    for values in scores.values():
        assert values.mean() == pytest.approx(0.0, abs=0.08)
        assert values.std() == pytest.approx(1.0, abs=0.06)


def test_correlations_are_as_declared(scores: dict[str, np.ndarray]) -> None:
    of = {declared()[address].group: values for address, values in scores.items()}
    cluster = {c.name: c.cluster for c in conditions()}
    kinds: dict[str, list[float]] = {"within_cluster": [], "elsewhere": [], "culture_with_leadership": []}
    names = list(of)
    for n, one in enumerate(names):
        for other in names[n + 1 :]:
            r = float(np.corrcoef(of[one], of[other])[0, 1])
            pair = {one, other}
            if "leadership" in pair and cluster[(pair - {"leadership"}).pop()] == "culture":
                kinds["culture_with_leadership"].append(r)
            else:
                kinds["within_cluster" if cluster[one] == cluster[other] else "elsewhere"].append(r)
    for name, found in kinds.items():
        assert np.mean(found) == pytest.approx(PARAMETERS[name].value, abs=0.04), name


def test_shared_factors_leave_something_to_each_condition() -> None:
    assert ((loadings() ** 2).sum(axis=1) < 1.0).all()


def test_the_same_number_is_the_same_organisation_across_scenarios_and_counts() -> None:
    baseline, other = load_scenario("baseline"), load_scenario("six-year-funding")

    few, many = population(baseline, 3), population(baseline, 6)
    elsewhere = population(other, 3)

    assert [dict(one.start) for one in few] == [dict(one.start) for one in many[:3]]
    assert [dict(one.start) for one in few] == [dict(one.start) for one in elsewhere]
    assert dict(few[0].start) != dict(few[1].start)
    assert dict(few[0].start) != dict(draw_organisation(baseline, 0, seed=1).start)


def test_what_the_scenario_sets_stays() -> None:
    scenario = load_scenario("baseline").change({"leadership.push": 0.77, "workforce_capacity.turnover": 0.4})

    for one in population(scenario, 5):
        assert one["leadership.push"] == 0.77
        assert one["workforce_capacity.turnover"] == 0.4


def test_the_project_and_what_is_published_are_not_drawn() -> None:
    drawn = set(drawn_conditions(0))

    assert not drawn & (PROJECT | MEASURED)
    assert drawn <= set(declared())


def test_every_drawn_organisation_is_one_the_model_accepts() -> None:
    for one in population(load_scenario("baseline"), 40):
        assert checked(dict(one.start)) == dict(one.start)


def test_size_is_the_scenarios_unless_its_own_is_asked_for() -> None:
    baseline = load_scenario("baseline")

    like = draw_organisation(baseline, 3)
    own = draw_organisation(baseline, 3, own_size=True)

    assert like["organisation.posts"] == baseline["organisation.posts"]
    assert own["organisation.posts"] != baseline["organisation.posts"]
    assert like.place.startswith("conditions like ")
    assert own.place in like.place


def test_judgements_are_mixed_as_in_england() -> None:
    grades = Counter(judgements().values())
    shares = [grades[float(n)] / grades.total() for n in (1, 2, 3, 4)]

    assert grades.total() > 100
    assert shares == pytest.approx([0.24, 0.44, 0.20, 0.12], abs=0.05)


def test_an_organisation_has_the_judgement_of_its_place() -> None:
    one = draw_organisation(load_scenario("baseline"), 0, own_size=True)

    assert one[GRADE] == judgements()[one.place.rsplit(", ", 1)[0]]


@pytest.mark.parametrize("wrong", [-1, 1.5, True, "3", None])
def test_a_bad_count_number_or_seed_is_refused_by_name(wrong: object) -> None:
    baseline = load_scenario("baseline")

    with pytest.raises(InputError, match=r"number of an organisation must be a whole number, 0 or more. Got"):
        population(baseline, wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="number of an organisation must be"):
        draw_organisation(baseline, wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="seed must be a whole number"):
        population(baseline, 2, wrong)  # type: ignore[arg-type]
