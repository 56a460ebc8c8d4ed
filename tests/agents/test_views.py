"""Agents as Mesa sees them: thin views of rows, made when somebody looks, showing what is so now, in words."""

from __future__ import annotations

import contextlib

import mesa
import numpy as np
import pytest

from conducive.agents.family import FAMILY
from conducive.agents.funder import FUNDER, FUNDERS
from conducive.agents.leader import LEADER, LEVELS
from conducive.agents.practitioner import POSTS, PRACTITIONER, STAGES
from conducive.agents.views import Family, Funder, Leader, Practitioner
from conducive.model.organisation import Organisation

SMALL = {
    "organisation.posts": 28, "organisation.families": 60, "warm_up": 12, "horizon": 36,
    "workforce_capacity.turnover": 0.4,
    "leadership": 0.8,
}  # fmt: skip


@pytest.fixture
def model() -> Organisation:
    return Organisation("baseline", rng=0, **SMALL)


def test_nobody_is_made_until_somebody_looks(model: Organisation) -> None:
    made = []
    registered = model.register_agent
    model.register_agent = lambda agent: (made.append(agent), registered(agent))[1]  # type: ignore[method-assign]
    model.run_for(6)
    before = len(made)
    first = len(model.agents)
    again = len(model.agents)

    assert before == 0
    assert len(made) == first == again


def test_looking_by_type_is_looking(model: Organisation) -> None:
    assert set(model.agents_by_type) == {Practitioner, Leader, Family, Funder}
    assert set(model.agent_types) == {Practitioner, Leader, Family, Funder}
    assert len(model.agents_by_type[Practitioner]) == len(model.world.practitioners)
    assert len(model.agents_by_type[Leader]) == len(model.world.leaders)
    assert len(model.agents_by_type[Family]) == 60
    assert len(model.agents_by_type[Funder]) == 2
    assert len(model.agents) == sum(len(agents) for agents in model.agents_by_type.values())


def test_agents_are_mesa_agents_with_ids_of_their_own(model: Organisation) -> None:
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
    assert len({agent.unique_id for agent in model.agents}) == len(model.agents)
    assert all(agent.model is model for agent in model.agents)


def test_a_view_shows_what_is_so_now(model: Organisation) -> None:
    staff = list(model.agents_by_type[Practitioner])
    before = [one.tenure for one in staff]
    model.run_for(10)

    assert [one.tenure for one in staff] == model.world.practitioners["tenure"].tolist()
    assert [one.tenure for one in staff] != before
    model.world.practitioners["strain"][3] = 0.123
    assert staff[3].strain == 0.123


def test_a_view_holds_no_state_but_its_place(model: Organisation) -> None:
    one = next(iter(model.agents_by_type[Family]))
    before = set(vars(one))
    model.run_for(3)

    assert one.trust == model.world.families["trust"][0]
    assert set(vars(one)) == before
    assert not before & set(FAMILY.names or ())


@pytest.mark.parametrize(
    ("kind", "table", "dtype", "words"),
    [
        (Practitioner, "practitioners", PRACTITIONER, {"post": POSTS, "stage": STAGES}),
        (Leader, "leaders", LEADER, {"level": LEVELS}),
        (Family, "families", FAMILY, {}),
        (Funder, "funders", FUNDER, {"source": FUNDERS}),
    ],
    ids=["practitioner", "leader", "family", "funder"],
)
def test_every_field_of_the_row_can_be_read_and_codes_read_as_words(
    model: Organisation, kind: type, table: str, dtype: np.dtype, words: dict[str, tuple[str, ...]]
) -> None:
    model.run_for(20)
    for agent in model.agents_by_type[kind]:
        row = getattr(model.world, table)[agent.index]
        for name in dtype.names or ():
            value = getattr(agent, name)
            if name not in words:
                assert value == row[name]
                assert isinstance(value, int | float), "plain Python numbers, not NumPy's"
            elif row[name] >= 0:
                assert value == words[name][row[name]]
            else:
                assert value is None


def test_a_vacant_post_has_no_stage_and_nobody_in_it(model: Organisation) -> None:
    model.run_for(24)
    vacant = [one for one in model.agents_by_type[Practitioner] if one.post == "vacant"]
    filled = [one for one in model.agents_by_type[Practitioner] if one.post in {"agency", "permanent"}]

    assert vacant
    assert all(one.stage is None and not one.in_post for one in vacant)
    assert all(one.stage in STAGES and one.in_post for one in filled)


def test_the_uses_of_an_agent_set_work(model: Organisation) -> None:
    model.run_for(24)
    staff = model.agents_by_type[Practitioner]
    users = staff.select(lambda one: one.stage in {"trying", "routine"})
    in_post = staff.select(lambda one: one.in_post)
    row = model.world.monthly[23]

    assert len(users) == round(row.use * row.filled_posts)
    assert in_post.agg("strain", np.mean) == pytest.approx(row.strain)
    assert sum(staff.get("caseload")) == pytest.approx(row.cases)
    assert set(in_post.groupby("stage").groups) <= set(STAGES)


def test_a_view_says_who_it_is(model: Organisation) -> None:
    assert repr(list(model.agents_by_type[Leader])[2]) == "Leader(2)"


def test_a_view_never_says_one_thing_and_its_row_another(model: Organisation) -> None:
    one = next(iter(model.agents_by_type[Practitioner]))
    with contextlib.suppress(AttributeError):
        one.strain = 0.99

    # Setting a field is refused, or written through to the row.
    assert one.strain == model.world.practitioners["strain"][0]


def test_the_data_collector_collects_what_was_measured(model: Organisation) -> None:
    model.run_for(5)
    collected = model.datacollector.get_model_vars_dataframe()

    assert len(collected) == 5
    np.testing.assert_array_equal(collected["use"], model.monthly["use"])
