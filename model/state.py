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
from conducive.model.arrays import Floats, Ints, Record, Table
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
    timeline: Table
    practitioners: Table
    leaders: Table
    families: Table
    funders: Table
    organisation: Table
    teams: Ints
    tie_start: Ints
    tie_to: Ints
    tie_trust: Floats
    tie_width: Floats
    tie_reverse: Ints
    sponsor_trust: Floats
    colleagues_lost: Floats
    gone: Floats
    leavers: Floats
    cases_held: Ints
    in_post: Ints
    before: Ints
    belief_before: Floats
    lead_before: Floats
    help: Floats
    luck: Floats
    case_luck: Floats
    monthly: Table
    ledger: Table


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
def make_person(worker: Record, inputs: Record, people_here: float, u: float, v: float, w: float, z: float) -> None:
    """Give a practitioner who joins their lasting traits and a newcomer's state; four uniforms.

    People differ, and part of it (`place_share` of the variance) is that places attract and keep different people.
    """
    of_the_place, own = math.sqrt(inputs.place_share) * people_here, math.sqrt(1.0 - inputs.place_share)
    worker.openness = clip(inputs.openness + inputs.person_spread * (of_the_place + own * normal(u, v)))
    worker.aptitude = math.exp(inputs.person_spread * (of_the_place + own * normal(w, z)))
    worker.tenure = 0.0
    worker.stage = UNAWARE
    worker.strain = inputs.usual_strain
    worker.safety = 1.0 - inputs.blame_culture
    worker.belief = 0.0
    worker.fatigue = 0.0
    worker.skill = 0.0
    worker.habit = 0.0
    worker.fidelity = 0.0
    worker.reinforcement = 0.0
    worker.trust_up = inputs.initial_trust
    worker.slack = 1.0 - inputs.usual_strain
    worker.load = 1.0
    worker.exposure = 0.0
    worker.mentors = 0.0
    worker.doubt = 0.0
    worker.influence = 0.0


@rule
def make_leader(leader: Record, inputs: Record, u: float, v: float, w: float) -> None:
    """Give a leader who starts their traits; three uniforms."""
    leader.support = clip(inputs.support_style + inputs.person_spread * normal(u, v))
    leader.openness = clip(inputs.openness + inputs.person_spread * normal(v, w))
    leader.tenure = 0.0
    leader.energy = 1.0
    leader.acting = 0.0
    leader.trust_up = inputs.initial_trust


@rule
def open_case(family: Record, u: float, v: float, initial_trust: float) -> None:
    """Open a new case in a slot; two uniforms."""
    family.need = either(u, v)
    family.wellbeing = 1.0 - family.need
    family.trust = initial_trust
    family.voice = 0.0
    family.burden = 0.0
    family.months_open = 0.0
    family.worker_changes = 0


@rule
def least_loaded(in_post: Ints, held: Ints, first: int, last: int) -> int:
    """Row of the practitioner with the fewest cases among rows `first` to `last`, or -1 where nobody is in post."""
    chosen, fewest = -1, 0
    for i in range(first, last):
        if in_post[i] and (chosen < 0 or held[i] < fewest):
            chosen, fewest = i, held[i]
    return chosen


@rule
def worker_for(in_post: Ints, held: Ints, teams: Ints, team: int, u: float) -> int:
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
    inputs, org = world.timeline[0], world.organisation[0]
    u, v, _, _ = uniforms(world.seed, START_WORLD, 0, 2)
    org.people_here = normal(u, v)
    fill_posts(world.practitioners, world.in_post, world.seed, inputs, org.people_here)
    world.tie_trust[:] = inputs.initial_trust
    for k in range(len(world.leaders)):
        u, v, w, z = uniforms(world.seed, START_LEADER, 0, k)
        make_leader(world.leaders[k], inputs, u, v, w)
        world.leaders[k].tenure = min(CAREER, -math.log(z) * inputs.leader_tenure)
    world.sponsor_trust[:] = inputs.initial_trust
    world.funders[EXTERNAL].source, world.funders[COUNCIL].source = EXTERNAL, COUNCIL
    give_out_cases(world, inputs)
    start_organisation(world.seed, inputs, org, len(world.families), len(world.practitioners))


@rule
def fill_posts(staff: Table, in_post: Ints, seed: np.uint64, inputs: Record, people_here: float) -> None:
    """Put somebody in each post that is not vacant or closed, with the tenure of a long run; in one post at least."""
    open_for = monthly_turnover(inputs.turnover) * inputs.time_to_fill
    vacancy = open_for / (1.0 + open_for)
    anyone = False
    for i in range(len(staff)):
        worker = staff[i]
        u, v, w, _ = uniforms(seed, START_POST, 0, i)
        if worker.kind == ESTABLISHED:
            worker.post = PERMANENT if u >= vacancy else (AGENCY if v < inputs.agency_cover else VACANT)
        else:
            worker.post = AGENCY if worker.kind == EXTRA and worker.rank < inputs.agency_extra else CLOSED
        worker.left_stage = NONE
        worker.stage = NONE
        if worker.post in (AGENCY, PERMANENT):
            anyone = True
            start_person(worker, inputs, people_here, seed, i)
            stay = inputs.agency_stay if worker.post == AGENCY else usual_stay(inputs.turnover)
            worker.tenure = min(CAREER, -math.log(w) * stay)
    if not anyone:
        staff[0].post = PERMANENT
        start_person(staff[0], inputs, people_here, seed, 0)
    for i in range(len(staff)):
        in_post[i] = staff[i].stage != NONE


@rule
def start_person(worker: Record, inputs: Record, people_here: float, seed: np.uint64, i: int) -> None:
    """Draw the person who is in a post at the start."""
    u, v, w, z = uniforms(seed, START_PERSON, 0, i)
    make_person(worker, inputs, people_here, u, v, w, z)


@rule
def give_out_cases(world: World, inputs: Record) -> None:
    """Open a case in every slot, some way on already, and give it to a worker."""
    staff, families, in_post, held = world.practitioners, world.families, world.in_post, world.cases_held
    for f in range(len(families)):
        u, v, w, z = uniforms(world.seed, START_FAMILY, 0, f)
        family = families[f]
        open_case(family, u, v, inputs.initial_trust)
        family.months_open = -math.log(z) * inputs.case_duration
        family.wellbeing = clip(family.wellbeing + w * family.need * inputs.usual_help)
        family.team = staff[f * int(inputs.posts) // len(families)].team
        family.worker = worker_for(in_post, held, world.teams, family.team, z)
        held[family.worker] += 1
    for i in range(len(staff)):
        staff[i].caseload = held[i] * inputs.cases_per_family


@rule
def start_organisation(seed: np.uint64, inputs: Record, org: Record, families: int, posts: int) -> None:
    """The service at its usual values, the wider world somewhere in its swings."""
    u, v, due, _ = uniforms(seed, START_WORLD, 0, 0)
    org.budget = 1.0
    org.policy = 1.0
    org.weather = normal(u, v)
    u, v, w, z = uniforms(seed, START_WORLD, 0, 1)
    org.demand = normal(u, v)
    org.hiring = normal(w, z)
    org.cases_each = inputs.cases_per_family
    org.inspection_grade = inputs.inspection_grade
    org.inspection_due = inputs.inspection_interval * due
    org.intervention = 1.0 if inputs.inspection_grade >= INADEQUATE else 0.0
    org.cases = families * inputs.cases_per_family
    org.strain = inputs.usual_strain
    org.safety = 1.0 - inputs.blame_culture
    org.wellbeing = inputs.usual_wellbeing
    org.slack = 1.0 - inputs.usual_strain
    org.filled = posts
    org.sustained = math.nan
    org.ended_two_years = org.reduced_two_years = org.kept_two_years = math.nan
    org.ended_five_years = org.reduced_five_years = org.kept_five_years = math.nan
    org.last_external_month = -1.0
