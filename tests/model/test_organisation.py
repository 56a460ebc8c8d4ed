"""The organisation is a good Mesa citizen."""

import mesa
import numpy as np
import pytest

import conducive as cz

SMALL = {"warm_up": 3, "horizon": 6, "organisation.posts": 14, "organisation.families": 40}


def small(**changes: object) -> cz.Organisation:
    return cz.Organisation("two-year-funding", rng=0, **{**SMALL, **changes})


def test_time_starts_at_launch_and_running_stops_at_the_horizon() -> None:
    model = small()

    assert model.time == 0
    model.run_for(6)
    assert model.time == 6
    assert not model.running
    model.step()
    assert len(model.monthly) == 6


def test_a_seed_gives_the_first_replicate_of_a_run_to_the_bit() -> None:
    model = small()
    model.run_for(6)

    alone = cz.run(cz.load_scenario("two-year-funding").change(SMALL), replicates=1, seed=0).monthly.drop(
        columns="replicate"
    )

    assert np.array_equal(model.monthly.to_numpy(float), alone.to_numpy(float), equal_nan=True)


def test_the_data_collector_holds_every_indicator_of_every_month() -> None:
    model = small()
    model.run_for(6)

    collected = model.datacollector.get_model_vars_dataframe()

    assert len(collected) == 6
    assert np.allclose(collected["strain"], model.monthly["strain"])


def test_agents_can_be_counted_and_aggregated_by_type() -> None:
    model = small()

    families = model.agents_by_type[cz.Family]

    assert len(families) == 40
    assert 0 < families.agg("wellbeing", np.mean) < 1
    assert len(model.agents_by_type[cz.Funder]) == 2
    assert model.agents_by_type[cz.Practitioner].agg("strain", max) <= 1


def test_batch_run_of_mesa_works_with_dotted_changes() -> None:
    results = mesa.batch_run(
        cz.Organisation,
        {"scenario": "two-year-funding", "finance.funding_term": [24, 60], **{k: [v] for k, v in SMALL.items()}},
        rng=[1, 2],
        max_steps=10,
        display_progress=False,
    )

    assert len(results) == 4
    assert {r["finance.funding_term"] for r in results} == {24, 60}
    assert all(0 <= r["use"] <= 1 for r in results)


def test_without_a_seed_one_is_drawn_and_recorded() -> None:
    model = cz.Organisation("classroom", rng=None, warm_up=0, horizon=3)
    again = cz.Organisation("classroom", rng=model.seed, warm_up=0, horizon=3)

    model.run_for(3)
    again.run_for(3)

    assert model.monthly.equals(again.monthly)


@pytest.mark.parametrize("rng", [-1, 1.5, "zero", True])
def test_a_seed_that_is_no_whole_number_is_refused(rng: object) -> None:
    with pytest.raises(cz.InputError, match="rng must be a whole number"):
        cz.Organisation("classroom", rng=rng)


def test_the_scenario_stays_ours() -> None:
    model = small(**{"finance.funding_term": 60})

    assert isinstance(model.scenario, cz.Scenario)
    assert model.scenario["finance.funding_term"] == 60
