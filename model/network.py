"""The trust network of staff: teams and ties across them, directed, in compressed sparse rows with a reverse index."""

from __future__ import annotations

from typing import Any

import numpy as np

from conducive.agents.leader import MANAGER
from conducive.agents.rule import compiled, rule
from conducive.model.arrays import Floats, Ints
from conducive.model.random import stream, uniforms

TEAM_SIZE = 7
TIES = stream("ties across teams")
WIDTH = stream("width of a tie across teams")


def team_bounds(established: int, others: int) -> Ints:
    """First row of each team, and the end: teams of 6 to 8 where the number of posts allows.

    Posts outside the establishment come last, in teams of their own, so that they never renumber anybody.
    """
    bounds = [0]
    for posts in (established, others):
        first, teams = bounds[-1], max(1, round(posts / TEAM_SIZE)) if posts else 0
        bounds += [first + posts * t // teams for t in range(1, teams + 1)]
    return np.array(bounds, np.int32)


@compiled
def build_ties(
    seed: np.uint64, teams: Ints, established: int, cross_team_ties: float
) -> tuple[Ints, Ints, Floats, Ints]:
    """Draw the ties: everybody in a team knows each other; half the ties across are proposed by each side.

    Returns `start` (posts + 1), and for each directed tie `to`, `width` (a tie across teams is lost once silos exceed
    it; 2 inside a team) and `reverse`, the place of the tie in the other direction.
    """
    posts = teams[-1]
    team_of = np.zeros(posts, np.int32)
    for t in range(len(teams) - 1):
        team_of[teams[t] : teams[t + 1]] = t
    everybody = cross_team_ties >= posts - 1
    across, degree = draw_across(seed, team_of, established, cross_team_ties, everybody)
    start, to, width = lay_out(seed, teams, team_of, across, degree)
    return start, to, width, find_reverse(teams, team_of, start, to, everybody)


@rule
def draw_across(
    seed: np.uint64, team_of: Ints, established: int, cross_team_ties: float, everybody: bool
) -> tuple[Ints, Ints]:
    """Who each post knows across teams (a row each), and how many: those it proposed to, and who proposed to it."""
    posts = len(team_of)
    proposals = 0 if everybody else int(cross_team_ties / 2.0) + 1
    most = posts if everybody else min(posts, 4 * proposals + 4)
    across = np.zeros((posts, most), np.int32)
    degree = np.zeros(posts, np.int32)
    for i in range(posts):
        if everybody:
            for j in range(posts):
                if team_of[j] != team_of[i]:
                    across[i, degree[i]] = j
                    degree[i] += 1
            continue
        for n in range(proposals):
            u, v, _, _ = uniforms(seed, TIES, 0, i, n)
            if n >= cross_team_ties / 2.0 - v:
                continue
            j = int(u * established)
            known = team_of[j] == team_of[i] or degree[i] >= most or degree[j] >= most
            for k in range(degree[i]):
                known = known or across[i, k] == j
            if not known:
                across[i, degree[i]] = j
                across[j, degree[j]] = i
                degree[i] += 1
                degree[j] += 1
    return across, degree


@rule
def lay_out(seed: np.uint64, teams: Ints, team_of: Ints, across: Ints, degree: Ints) -> tuple[Ints, Ints, Floats]:
    """Lay the ties of each post one after another, its team first: where they start, lead, and how wide they are."""
    posts = len(team_of)
    start = np.zeros(posts + 1, np.int32)
    for i in range(posts):
        size = teams[team_of[i] + 1] - teams[team_of[i]]
        start[i + 1] = start[i] + size - 1 + degree[i]
    to = np.zeros(start[-1], np.int32)
    width = np.zeros(start[-1])
    for i in range(posts):
        e = start[i]
        for j in range(teams[team_of[i]], teams[team_of[i] + 1]):
            if j != i:
                to[e] = j
                width[e] = 2.0
                e += 1
        for k in range(degree[i]):
            j = across[i, k]
            to[e] = j
            width[e], _, _, _ = uniforms(seed, WIDTH, min(i, j), max(i, j))
            e += 1
    return start, to, width


@rule
def find_reverse(teams: Ints, team_of: Ints, start: Ints, to: Ints, everybody: bool) -> Ints:
    """Find the place of each tie in the other direction."""
    reverse = np.zeros(len(to), np.int32)
    for i in range(len(team_of)):
        for e in range(start[i], start[i + 1]):
            j = to[e]
            first, last = teams[team_of[j]], teams[team_of[j] + 1]
            if first <= i < last:
                reverse[e] = start[j] + i - first - (1 if i > j else 0)
            elif everybody:
                reverse[e] = start[j] + last - first - 1 + (i if i < first else i - (last - first))
            else:
                for back in range(start[j] + last - first - 1, start[j + 1]):
                    if to[back] == i:
                        reverse[e] = back
    return reverse


def trust_graph(model: Any) -> Any:
    """Return the whole trust network of an organisation as a NetworkX DiGraph; see `Organisation.trust_network`."""
    import networkx as nx

    world, now = model.world, model.month_row
    graph: nx.DiGraph[Any] = nx.DiGraph(name=model.scenario.name, month=int(now["month"]))
    staff, leaders, families = world.practitioners, world.leaders, world.families
    _add_agents(graph, world)
    for i in range(len(staff)):
        if staff["stage"][i] < 0:
            continue
        for e in range(world.tie_start[i], world.tie_start[i + 1]):
            j = world.tie_to[e]
            if staff["stage"][j] >= 0 and world.tie_width[e] >= now["silo"]:
                kind = "team" if staff["team"][i] == staff["team"][j] else "across teams"
                graph.add_edge(f"practitioner {i}", f"practitioner {j}", trust=float(world.tie_trust[e]), kind=kind)
        graph.add_edge(
            f"practitioner {i}",
            f"leader {staff['manager'][i]}",
            trust=float(staff["trust_up"][i]),
            kind="line management",
        )
    for i, one in enumerate(leaders):
        if one["above"] != i:
            graph.add_edge(
                f"leader {i}", f"leader {one['above']}", trust=float(one["trust_up"]), kind="line management"
            )
        for f in range(len(world.funders)):
            if one["level"] != MANAGER:
                graph.add_edge(
                    f"funder {f}", f"leader {i}", trust=float(world.sponsor_trust[i, f]), kind="leader-funder"
                )
    for i, one in enumerate(families):
        graph.add_edge(f"family {i}", f"practitioner {one['worker']}", trust=float(one["trust"]), kind="worker-family")
    return graph


def _add_agents(graph: Any, world: Any) -> None:
    """Add a node for each agent: a practitioner where somebody is in post."""
    for i, one in enumerate(world.practitioners):
        if one["stage"] >= 0:
            graph.add_node(f"practitioner {i}", kind="practitioner", team=int(one["team"]), stage=int(one["stage"]))
    for i, one in enumerate(world.leaders):
        graph.add_node(f"leader {i}", kind="leader", level=int(one["level"]))
    for i in range(len(world.families)):
        graph.add_node(f"family {i}", kind="family")
    for i in range(len(world.funders)):
        graph.add_node(f"funder {i}", kind="funder")
