"""The trust network: teams, ties across them, both directions of a tie, silos, and what looking at it gives."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from conducive.agents.practitioner import TRYING
from conducive.model.month import live
from conducive.model.network import build_ties, team_bounds
from conducive.model.organisation import Organisation
from conducive.model.state import new_world, run_seed
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

Ties = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
SMALL = Scenario("small").change({"organisation.posts": 30, "organisation.families": 60, "warm_up": 6, "horizon": 24})


def ties(posts: int, others: int = 0, across: float = 5.0, seed: int = 0) -> Ties:
    """Teams, and the ties of an organisation: bounds, start, to, width, reverse."""
    teams = team_bounds(posts, others)
    return (teams, *build_ties(run_seed(seed, 0), teams, posts, across))


def team_of(teams: np.ndarray) -> np.ndarray:
    return np.repeat(np.arange(len(teams) - 1), np.diff(teams))


def origin(start: np.ndarray) -> np.ndarray:
    return np.repeat(np.arange(len(start) - 1), np.diff(start))


@pytest.mark.parametrize("posts", [18, 30, 40, 47, 144, 333, 1000, 5000])
def test_teams_have_six_to_eight_members(posts: int) -> None:
    sizes = np.diff(team_bounds(posts, 0))

    assert sizes.sum() == posts
    assert sizes.min() >= 6
    assert sizes.max() <= 8


@pytest.mark.parametrize("posts", [1, 2, 5, 9, 11, 17])
def test_a_few_posts_still_make_teams(posts: int) -> None:
    sizes = np.diff(team_bounds(posts, 0))

    assert sizes.sum() == posts
    assert sizes.min() >= 1


def test_posts_outside_the_establishment_move_no_boundary() -> None:
    np.testing.assert_array_equal(team_bounds(50, 12)[: len(team_bounds(50, 0))], team_bounds(50, 0))


@pytest.mark.parametrize(
    ("posts", "others", "across"),
    [(30, 0, 5.0), (30, 9, 5.0), (144, 5, 0.0), (60, 0, 40.0), (20, 3, 9999.0), (1, 0, 5.0)],
)
def test_every_tie_has_its_reverse(posts: int, others: int, across: float) -> None:
    teams, start, to, width, reverse = ties(posts, others, across)
    source = origin(start)

    np.testing.assert_array_equal(to[reverse], source)
    np.testing.assert_array_equal(source[reverse], to)
    np.testing.assert_array_equal(reverse[reverse], np.arange(len(to)))
    np.testing.assert_array_equal(width[reverse], width)
    assert (to != source).all(), "nobody is tied to themselves"
    assert len(set(zip(source.tolist(), to.tolist(), strict=True))) == len(to), "no tie is listed twice"
    assert start[-1] == len(to)
    assert teams[-1] == posts + others


def test_everybody_in_a_team_knows_each_other_for_good() -> None:
    teams, start, to, width, _ = ties(60)
    source, team = origin(start), team_of(teams)
    inside = team[source] == team[to]

    for first, last in pairwise(teams):
        size = last - first
        assert ((source[inside] >= first) & (source[inside] < last)).sum() == size * (size - 1)
    assert (width[inside] > 1).all(), "no silo removes a tie inside a team"
    assert (width[~inside] <= 1).all()


@pytest.mark.parametrize("across", [0.0, 1.0, 5.0, 8.0])
def test_ties_across_teams_are_as_many_as_asked_for(across: float) -> None:
    teams, start, to, _, _ = ties(700, across=across)
    source, team = origin(start), team_of(teams)
    mean = (team[source] != team[to]).sum() / 700

    # Half are proposed by each side; some 2% fall on somebody known already. 700 posts: a standard error below 0.09.
    assert mean == pytest.approx(across, abs=0.03 * across + 0.3 * (across > 0))


def test_a_huge_number_of_ties_makes_the_network_complete() -> None:
    _, start, to, _, _ = ties(40, 6, 9999.0)

    np.testing.assert_array_equal(np.diff(start), np.full(46, 45))
    for i in range(46):
        assert sorted(to[start[i] : start[i + 1]]) == [j for j in range(46) if j != i]


def test_more_ties_never_take_one_away() -> None:
    few, many = (
        {*zip(origin(t[1]).tolist(), t[2].tolist(), strict=True)} for t in (ties(60, across=3.0), ties(60, across=3.6))
    )

    assert few < many


@pytest.mark.parametrize("silo", [0.0, 0.4, 0.9, 1.0])
def test_silos_remove_their_share_of_ties_across_teams_and_no_others(silo: float) -> None:
    teams, start, to, width, _ = ties(300)
    inside = team_of(teams)[origin(start)] == team_of(teams)[to]
    kept = width >= silo

    assert kept[inside].all()
    # 750 pairs: a standard error of 0.018.
    assert kept[~inside].mean() == pytest.approx(1 - silo, abs=0.075)


def test_silos_hide_users_in_other_teams() -> None:
    seen = {}
    for silo in (0.0, 1.0):
        rows = timeline(
            SMALL.change(
                {"attitudes.silo": silo, "workforce_capacity.turnover": 0, "coefficients.cross_team_ties": 9999}
            )
        )
        world = new_world(rows, 1)
        live(world, 0, 7)
        world.practitioners["stage"][world.practitioners["team"] == 0] = TRYING
        live(world, 7, 8)
        seen[silo] = world.practitioners["exposure"][
            (world.practitioners["team"] == 2) & (world.practitioners["stage"] >= 0)
        ]

    assert (seen[0.0] > 0).all()
    assert (seen[1.0] == 0).all()


def test_silo_shows_in_the_graph_as_missing_edges_across_teams_only() -> None:
    open_, closed = (Organisation(SMALL.change({"attitudes.silo": silo}), rng=1).trust_network() for silo in (0.0, 1.0))

    def edges(graph: nx.DiGraph, kind: str) -> set[tuple[str, str]]:
        return {(a, b) for a, b, k in graph.edges(data="kind") if k == kind}

    assert edges(open_, "team") == edges(closed, "team")
    assert edges(open_, "across teams")
    assert not edges(closed, "across teams")


def test_the_graph_has_kinds_and_trust() -> None:
    model = Organisation(SMALL, rng=1)
    model.run_for(12)
    graph = model.trust_network()
    kinds = nx.get_node_attributes(graph, "kind")
    staff = model.world.practitioners

    assert set(kinds.values()) == {"practitioner", "leader", "family", "funder"}
    assert len(kinds) == len(graph), "every node has a kind"
    assert sum(k == "practitioner" for k in kinds.values()) == (staff["stage"] >= 0).sum()
    assert sum(k == "family" for k in kinds.values()) == 60
    assert {k for _, _, k in graph.edges(data="kind")} == {
        "team",
        "across teams",
        "line management",
        "worker-family",
        "leader-funder",
    }
    assert all(0 <= trust <= 1 for _, _, trust in graph.edges(data="trust"))
    for f in range(60):
        (worker,) = graph.successors(f"family {f}")
        assert worker == f"practitioner {model.world.families['worker'][f]}"
        assert graph.edges[f"family {f}", worker]["trust"] == pytest.approx(model.world.families["trust"][f])
    for a, b, kind in graph.edges(data="kind"):
        if kind in {"team", "across teams"}:
            assert graph.has_edge(b, a)


def test_the_graph_can_be_written_and_read_as_graphml(tmp_path: Path) -> None:
    graph = Organisation(SMALL, rng=1).trust_network()
    nx.write_graphml(graph, tmp_path / "trust.graphml")
    again = nx.read_graphml(tmp_path / "trust.graphml")

    assert set(again) == set(graph)
    assert again.number_of_edges() == graph.number_of_edges()
    assert {k for _, k in again.nodes(data="kind")} == {"practitioner", "leader", "family", "funder"}


def test_the_ties_of_a_newcomer_start_at_first_impressions_in_both_directions() -> None:
    slow = {
        "coefficients.trust_growth": 0.08,
        "workforce_capacity.turnover": 0.6,
        "workforce_capacity.time_to_fill": 0.5,
    }
    rows = timeline(SMALL.change({**slow, "trust_emotions_relationships.initial_trust": 0.3}))
    world = new_world(rows, 2)
    live(world, 0, 20)
    newcomers = np.flatnonzero((world.practitioners["tenure"] == 0) & (world.practitioners["stage"] >= 0))
    stayers = set(np.flatnonzero(world.practitioners["tenure"] > 15).tolist())
    grown = [
        world.tie_trust[e]
        for i in stayers
        for e in range(world.tie_start[i], world.tie_start[i + 1])
        if int(world.tie_to[e]) in stayers
    ]

    assert len(newcomers) > 0
    assert min(grown) > 0.45, "the test means trust between those who stay to have grown"
    for i in newcomers:
        for e in range(world.tie_start[i], world.tie_start[i + 1]):
            # A month of growth at most.
            assert world.tie_trust[e] <= 0.3 + 0.08
            assert world.tie_trust[world.tie_reverse[e]] <= 0.3 + 0.08
