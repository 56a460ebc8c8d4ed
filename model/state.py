"""The state of one organisation: an array for each type of agent, the organisation itself, and the trust network."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.agents.family import FAMILY
from conducive.agents.funder import COUNCIL, EXTERNAL, FUNDER
from conducive.agents.leader import DIRECTOR, HEAD, LEADER, MANAGER
from conducive.agents.practitioner import (
    AGENCY,
    CLOSED,
    ESTABLISHED,
    EXTRA,
    IMPROVEMENT,
    NONE,
    PERMANENT,
    PRACTITIONER,
    UNAWARE,
    VACANT,
)
from conducive.agents.rule import clip, compiled, either, rule
from conducive.model.climate import INADEQUATE
from conducive.model.measures import AFTERMATH, LEDGER, MONTHLY
from conducive.model.network import build_ties, team_bounds
from conducive.model.random import normal, stream, uniforms
from conducive.scenarios.timeline import TIMELINE

HEADS_PER = 4
"""Teams under one service head."""
CAREER = 480.0
"""Months in a long working life: nobody has been in post, or is expected to stay, for longer."""

ORGANISATION = np.dtype(
    [
        (name, np.float64)
        for name in (
            # wider world
            "budget",  # council budget relative to launch
            "policy",  # support of current policy for the innovation
            "weather",  # pull of other jobs, standard normal, like the next two
            "hiring",  # how hard posts are to fill
            "demand",  # for casework
            "people_here",  # lasting difference of the people who work here, standard normal
            "cases_each",  # cases that one family stands for
            "scar",
            "intervention",
            "inspection_grade",
            "inspection_due",  # months
            "judged_inadequate",  # 1 in the month of such a judgement
            "policy_shifted",  # 1 in the month of a shift
            "incidents",  # of this month, like inspections and leader_changes
            "inspections",
            "leader_changes",
            # money
            "start_up_balance",  # GBP
            "embedding_balance",
            "paid_start_up",  # share of need that is paid for
            "paid",
            "external_money",  # GBP this month, like the next six
            "council_money",
            "spend",
            "training_spend",
            "coproduction_money",
            "diverted",
            "returned",
            "cumulative_cost",
            "council_share",  # of running cost: paid by the council, or while a grant runs what may be hoped for
            "council_bar",  # how much more than others the council asks for, standard normal
            "council_pays",  # 1 where it has taken the innovation on
            "money_ahead",
            "chasing",  # energy that chasing money takes (0-1)
            "last_external_month",
            "stopped_by_funder",
            "promised",
            # the innovation
            "fit",
            "obstacles",
            "evidence",
            "reported",
            "codified_memory",
            "newcomer_start",
            "implementers",  # FTE per 100 posts at work
            "seats",
            "reflection",
            # what last month's counting found, for this month's decisions
            "cases",
            "strain",
            "safety",
            "wellbeing",
            "slack",
            "living_memory",
            "peer_trust",
            "family_trust",
            "burden",
            "voice",
            "family_voice",  # voice of families that is acted on
            "waiting",  # willing practitioners
            "learners",  # trained or using
            "users",
            "filled",
            "vacancies",  # share of posts without a permanent holder
            "visible_benefit",
            # counts of this month
            "new_users",
            "lapses",
            "losses",
            "trials",
            "leavers",
            "starters",
            "ledger_rows",
            "uptake_number",
            "uptake_number_without_grant",
            "zone_open",
            "sustained",
            *AFTERMATH,
        )
    ],
    align=True,
)


class World(NamedTuple):
    """Everything that changes while an organisation lives, as arrays; rows of `timeline` hold what is given."""

    seed: np.uint64
    timeline: Any
    practitioners: Any
    leaders: Any
    families: Any
    funders: Any
    organisation: Any
    teams: npt.NDArray[np.int32]
    tie_start: npt.NDArray[np.int32]
    tie_to: npt.NDArray[np.int32]
    tie_trust: npt.NDArray[np.float64]
    tie_width: npt.NDArray[np.float64]
    tie_reverse: npt.NDArray[np.int32]
    sponsor_trust: npt.NDArray[np.float64]
    colleagues_lost: npt.NDArray[np.float64]
    gone: npt.NDArray[np.float64]
    leavers: npt.NDArray[np.float64]
    cases_held: npt.NDArray[np.int32]
    in_post: npt.NDArray[np.int32]
    before: npt.NDArray[np.int32]
    belief_before: npt.NDArray[np.float64]
    lead_before: npt.NDArray[np.float64]
    help: npt.NDArray[np.float64]
    luck: npt.NDArray[np.float64]
    case_luck: npt.NDArray[np.float64]
    monthly: Any
    ledger: Any


def _rows(count: int, dtype: np.dtype[Any]) -> Any:
    return np.zeros(count, dtype).view(np.recarray)


def new_world(rows: npt.NDArray[Any], seed: int, replicate: int = 0) -> World:
    """Make the world of a timeline (dtype TIMELINE) and a seed, before its first month.

    Replicate `r` of a run with a seed is the world of that seed and `r`, whatever the scenario.
    """
    if rows.dtype != TIMELINE:
        msg = "rows must come from conducive.scenarios.timeline.timeline"
        raise TypeError(msg)
    key = run_seed(seed, replicate)
    first = rows[0]
    established = int(first["posts"])
    improvement = math.ceil(rows["improvement_posts"].max() * established)
    extra = math.ceil(rows["agency_extra"].max() * established)
    teams = team_bounds(established, improvement + extra)
    posts, managers = int(teams[-1]), len(teams) - 1
    heads = max(1, managers // HEADS_PER)
    start, to, width, reverse = build_ties(key, teams, established, float(first["cross_team_ties"]))
    horizon = int(first["horizon"])
    world = World(
        seed=key,
        timeline=rows.view(np.recarray),
        practitioners=_rows(posts, PRACTITIONER),
        leaders=_rows(1 + heads + managers, LEADER),
        families=_rows(int(first["families"]), FAMILY),
        funders=_rows(2, FUNDER),
        organisation=_rows(1, ORGANISATION),
        teams=teams,
        tie_start=start,
        tie_to=to,
        tie_trust=np.zeros(len(to)),
        tie_width=width,
        tie_reverse=reverse,
        sponsor_trust=np.zeros((1 + heads + managers, 2)),
        colleagues_lost=np.zeros(managers),
        gone=np.zeros(managers),
        leavers=np.zeros(12),
        cases_held=np.zeros(posts, np.int32),
        in_post=np.zeros(posts, np.int32),
        before=np.zeros(posts, np.int32),
        belief_before=np.zeros(posts),
        lead_before=np.zeros(1 + heads + managers),
        help=np.zeros((posts, 3)),
        luck=np.zeros((posts, 4)),
        case_luck=np.zeros(((int(first["families"]) + 3) // 4, 4)),
        monthly=_rows(horizon, MONTHLY),
        ledger=_rows(2 * posts * horizon, LEDGER),
    )
    people = world.practitioners
    for t in range(managers):
        people["team"][teams[t] : teams[t + 1]] = t
    people["manager"] = people["team"] + 1 + heads
    people["kind"][established : established + improvement] = IMPROVEMENT
    people["rank"][established : established + improvement] = (np.arange(improvement) + 0.5) / established
    people["kind"][established + improvement :] = EXTRA
    people["rank"][established + improvement :] = (np.arange(extra) + 0.5) / established
    leaders = world.leaders
    leaders["level"] = np.repeat([DIRECTOR, HEAD, MANAGER], [1, heads, managers])
    leaders["above"][1 + heads :] = 1 + np.arange(managers) * heads // managers
    settle_in(world)
    return world


def run_seed(seed: int, replicate: int) -> np.uint64:
    """The 64-bit key of a replicate of a run."""
    return np.uint64(np.random.SeedSequence((seed, replicate)).generate_state(1, np.uint64)[0])


START_POST, START_PERSON, START_LEADER = stream("start: post"), stream("start: person"), stream("start: leader")
START_FAMILY, START_WORLD = stream("start: family"), stream("start: world")


@rule
def monthly_turnover(turnover: float) -> float:
    """Leavers a month over staff in post, from leavers a year."""
    return turnover / 12.0


@rule
def usual_stay(turnover: float) -> float:
    """Mean months a permanent worker stays, from leavers a year; a career at most."""
    return 1.0 / max(monthly_turnover(turnover), 1.0 / CAREER)


@rule
def make_person(q: Any, p: Any, people_here: float, u: float, v: float, w: float, z: float) -> None:
    """Give a practitioner who joins their lasting traits and a newcomer's state; four uniforms.

    People differ, and part of it (`place_share` of the variance) is that places attract and keep different people.
    """
    of_the_place, own = math.sqrt(p.place_share) * people_here, math.sqrt(1.0 - p.place_share)
    q.openness = clip(p.openness + p.person_spread * (of_the_place + own * normal(u, v)))
    q.aptitude = math.exp(p.person_spread * (of_the_place + own * normal(w, z)))
    q.tenure = 0.0
    q.stage = UNAWARE
    q.strain = p.usual_strain
    q.safety = 1.0 - p.blame_culture
    q.belief = 0.0
    q.fatigue = 0.0
    q.skill = 0.0
    q.habit = 0.0
    q.fidelity = 0.0
    q.reinforcement = 0.0
    q.trust_up = p.initial_trust
    q.slack = 1.0 - p.usual_strain
    q.load = 1.0
    q.exposure = 0.0
    q.mentors = 0.0
    q.doubt = 0.0
    q.influence = 0.0


@rule
def make_leader(leader: Any, p: Any, u: float, v: float, w: float) -> None:
    """Give a leader who starts their traits; three uniforms."""
    leader.support = clip(p.support_style + p.person_spread * normal(u, v))
    leader.openness = clip(p.openness + p.person_spread * normal(v, w))
    leader.tenure = 0.0
    leader.energy = 1.0
    leader.acting = 0.0
    leader.trust_up = p.initial_trust


@rule
def open_case(family: Any, u: float, v: float, initial_trust: float) -> None:
    """Open a new case in a slot; two uniforms."""
    family.need = either(u, v)
    family.wellbeing = 1.0 - family.need
    family.trust = initial_trust
    family.voice = 0.0
    family.burden = 0.0
    family.months_open = 0.0
    family.worker_changes = 0


@rule
def least_loaded(in_post: npt.NDArray[np.int32], held: npt.NDArray[np.int32], first: int, last: int) -> int:
    """Row of the practitioner with the fewest cases among rows `first` to `last`, or -1 where nobody is in post."""
    chosen, fewest = -1, 0
    for i in range(first, last):
        if in_post[i] and (chosen < 0 or held[i] < fewest):
            chosen, fewest = i, held[i]
    return chosen


@rule
def worker_for(
    in_post: npt.NDArray[np.int32], held: npt.NDArray[np.int32], teams: npt.NDArray[np.int32], team: int, u: float
) -> int:
    """The worker who takes a case: the less loaded of the least loaded in its own team and in one drawn by `u`."""
    other = int(u * (len(teams) - 1))
    one = least_loaded(in_post, held, teams[team], teams[team + 1])
    two = least_loaded(in_post, held, teams[other], teams[other + 1])
    if one < 0 and two < 0:
        return least_loaded(in_post, held, 0, len(held))
    if one < 0 or (two >= 0 and held[two] < held[one]):
        return two
    return one


@compiled
def settle_in(world: World) -> None:
    """Fill posts, leaders' chairs and caseloads as the declared rates imply; the warm-up settles the rest."""
    p = world.timeline[0]
    o = world.organisation[0]
    u, v, _, _ = uniforms(world.seed, START_WORLD, 0, 2)
    o.people_here = normal(u, v)
    open_for = monthly_turnover(p.turnover) * p.time_to_fill
    vacancy = open_for / (1.0 + open_for)
    anyone = False
    for i in range(len(world.practitioners)):
        q = world.practitioners[i]
        u, v, w, _ = uniforms(world.seed, START_POST, 0, i)
        if q.kind == ESTABLISHED:
            q.post = PERMANENT if u >= vacancy else (AGENCY if v < p.agency_cover else VACANT)
        else:
            q.post = AGENCY if q.kind == EXTRA and q.rank < p.agency_extra else CLOSED
        q.left_stage = NONE
        q.stage = NONE
        if q.post in (AGENCY, PERMANENT):
            anyone = True
            a, b, c, d = uniforms(world.seed, START_PERSON, 0, i)
            make_person(q, p, o.people_here, a, b, c, d)
            stay = p.agency_stay if q.post == AGENCY else usual_stay(p.turnover)
            q.tenure = min(CAREER, -math.log(w) * stay)
    if not anyone:
        a, b, c, d = uniforms(world.seed, START_PERSON, 0, 0)
        world.practitioners[0].post = PERMANENT
        make_person(world.practitioners[0], p, o.people_here, a, b, c, d)
    for i in range(len(world.practitioners)):
        world.in_post[i] = world.practitioners[i].stage != NONE
    for e in range(len(world.tie_to)):
        world.tie_trust[e] = p.initial_trust
    for k in range(len(world.leaders)):
        u, v, w, z = uniforms(world.seed, START_LEADER, 0, k)
        make_leader(world.leaders[k], p, u, v, w)
        world.leaders[k].tenure = min(CAREER, -math.log(z) * p.leader_tenure)
    world.sponsor_trust[:] = p.initial_trust
    for f in range(len(world.families)):
        u, v, w, z = uniforms(world.seed, START_FAMILY, 0, f)
        family = world.families[f]
        open_case(family, u, v, p.initial_trust)
        family.months_open = -math.log(z) * p.case_duration
        family.wellbeing = clip(family.wellbeing + w * family.need * p.usual_help)
        family.team = world.practitioners[f * int(p.posts) // len(world.families)].team
        family.worker = worker_for(world.in_post, world.cases_held, world.teams, family.team, z)
        world.cases_held[family.worker] += 1
    for i in range(len(world.practitioners)):
        world.practitioners[i].caseload = world.cases_held[i] * p.cases_per_family
    u, v, w, z = uniforms(world.seed, START_WORLD, 0, 0)
    world.funders[EXTERNAL].source, world.funders[COUNCIL].source = EXTERNAL, COUNCIL
    o.budget = 1.0
    o.policy = 1.0
    o.weather = normal(u, v)
    u, v, w2, z2 = uniforms(world.seed, START_WORLD, 0, 1)
    o.demand = normal(u, v)
    o.hiring = normal(w2, z2)
    o.cases_each = p.cases_per_family
    o.inspection_grade = p.inspection_grade
    o.inspection_due = p.inspection_interval * w
    o.intervention = 1.0 if p.inspection_grade >= INADEQUATE else 0.0
    o.cases = len(world.families) * p.cases_per_family
    o.strain = p.usual_strain
    o.safety = 1.0 - p.blame_culture
    o.wellbeing = p.usual_wellbeing
    o.slack = 1.0 - p.usual_strain
    o.filled = len(world.practitioners)
    o.sustained = math.nan
    o.ended_two_years = o.reduced_two_years = o.kept_two_years = math.nan
    o.ended_five_years = o.reduced_five_years = o.kept_five_years = math.nan
    o.last_external_month = -1.0
