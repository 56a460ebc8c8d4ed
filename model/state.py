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
from conducive.model.measures import AFTERMATH, INDICATORS, LEDGER, MONTHLY
from conducive.model.network import build_ties, team_bounds
from conducive.model.random import normal, stream, uniforms
from conducive.scenarios.field import Field, layout
from conducive.scenarios.short import as_line, as_table
from conducive.scenarios.timeline import TIMELINE

HEADS_PER = 4
"""Teams under one service head."""
CAREER = 480.0
"""Months in a long working life: nobody has been in post, or is expected to stay, for longer."""

ORGANISATION_FIELDS = (
    # wider world
    Field("budget", "Council budget relative to launch.", span=(0.5, 1, 1.2)),
    Field("policy", "Support of current policy for the innovation (0-1)."),
    Field("weather", "Pull of other jobs: a standard normal that fades within about a year.", span=(-2, 0, 2)),
    Field("hiring", "How hard posts are to fill: a standard normal that fades within about a year."),
    Field("demand", "Demand for casework: a standard normal that fades within about a year."),
    Field("covering", "How readily vacancies are covered: a standard normal that fades within about a year."),
    Field("people_here", "Lasting difference of the people this place attracts and keeps, standard normal."),
    Field("cases_each", "Cases that one family stands for."),
    Field("scar", "Scar of past incidents in the culture (0-1).", span=(0, 0, 1)),
    Field("intervention", "Improvement regime after an inadequate judgement (0-1); fades.", span=(0, 0, 1)),
    Field("inspection_grade", "Latest grade: 1 outstanding, 2 good, 3 requires improvement, 4 inadequate."),
    Field("inspection_due", "Months until the next inspection."),
    Field("judged_inadequate", "1 in the month of an inadequate judgement."),
    Field("policy_shifted", "1 in the month of a shift of policy."),
    Field("incidents", "Serious public incidents this month."),
    Field("inspections", "Inspections this month."),
    Field("leader_changes", "Leaders who left this month."),
    # money
    Field("start_up_balance", "Grant kept for start-up and not yet spent (GBP)."),
    Field("embedding_balance", "Grant kept for embedding and not yet spent (GBP)."),
    Field("paid_start_up", "Share of this month's start-up cost that is paid for."),
    Field("paid", "Share of this month's cost of running and support that is paid for."),
    Field("external_money", "Grant received this month (GBP)."),
    Field("council_money", "Council money for the innovation this month (GBP)."),
    Field("spend", "Spent on the innovation this month (GBP)."),
    Field("training_spend", "Spent on training this month (GBP)."),
    Field("coproduction_money", "Money for coproduction this month (GBP)."),
    Field("diverted", "Grant drawn off to other calls this month (GBP)."),
    Field("returned", "Grant unspent at its end and returned this month (GBP)."),
    Field("cumulative_cost", "Spent on innovations since the first launch (GBP)."),
    Field("council_share", "Share of running cost the council pays; while a grant runs, what may be hoped for."),
    Field("council_bar", "How much more than other councils this one asks for before it pays, standard normal."),
    Field("council_pays", "1 where the council has taken the innovation on."),
    Field("money_ahead", "How much money people see ahead (0-1)."),
    Field("chasing", "Energy that chasing money takes (0-1)."),
    Field("last_external_month", "Latest month in which external money was received."),
    Field("stopped_by_funder", "1 once the funder has stopped this wave at a review."),
    Field("promised", "Evidence the funder was promised by now (0-1)."),
    # the innovation
    Field("fit", "Fit of the innovation with this place (0-1)."),
    Field("obstacles", "Obstacles in the way of use (0-1)."),
    Field("evidence", "Evidence that it works (0-1)."),
    Field("reported", "Evidence as reported to leaders and funders (0-1)."),
    Field("codified_memory", "What the organisation has written down and kept (0-1).", span=(0, 0.2, 1)),
    Field("newcomer_start", "Skill somebody new would start with (0-1)."),
    Field("implementers", "Implementation staff at work (FTE per 100 posts).", span=(0, 1, 4)),
    Field("seats", "Training places this month.", span=(0, 8, 30)),
    Field("reflection", "Reflection that happens (0-1)."),
    # what last month's counting found, for this month's decisions
    Field("cases", "Open cases.", span=(500, 2190, 6000)),
    Field("strain", "Mean strain of practitioners."),
    Field("safety", "Mean psychological safety of practitioners."),
    Field("wellbeing", "Mean wellbeing of families."),
    Field("slack", "Mean slack of practitioners."),
    Field("living_memory", "Skill and habit of those in post: mean of their joint effect (0-1)."),
    Field("peer_trust", "Mean trust on living ties between colleagues."),
    Field("family_trust", "Mean trust of families in their worker."),
    Field("burden", "Mean cost to families of taking part."),
    Field("voice", "Mean part families take in coproduction."),
    Field("family_voice", "Voice of families that is acted on."),
    Field("waiting", "Willing practitioners, who wait for a course.", span=(1, 20, 60)),
    Field("learners", "Practitioners trained or using it."),
    Field("users", "Practitioners trying or in routine."),
    Field("filled", "Filled posts."),
    Field("vacancies", "Share of posts without a permanent holder.", span=(0, 0.17, 1)),
    Field("agency", "Share of those in post who are agency staff.", span=(0, 0.16, 1)),
    Field("visible_benefit", "Benefit for families that staff can see, after its lag (0-1)."),
    # counts of this month
    Field("new_users", "Practitioners who began this month, inducted newcomers included."),
    Field("lapses", "Users who stopped this month and stayed in post."),
    Field("losses", "Users lost this month by leaving or because a new wave superseded theirs."),
    Field("trials", "Attempts at unfamiliar practice of any kind this month."),
    Field("leavers", "Permanent staff who left this month."),
    Field("starters", "Permanent staff who started this month."),
    Field("ledger_rows", "Rows of the ledger written so far."),
    Field("uptake_number", "Uptake number of the latest quarter."),
    Field("uptake_number_without_grant", "The same without external money, held or expected."),
    Field("zone_open", "1 when use can grow from some level on."),
    Field("sustained", "Whether use lasted two years beyond external money; not a number before that is known."),
    *(Field(one.name, one.meaning) for one in INDICATORS if one.name in AFTERMATH),
)
ORGANISATION = layout(ORGANISATION_FIELDS)


class World(NamedTuple):
    """Everything that changes while an organisation lives, as arrays; rows of `timeline` hold what is given.

    Attributes:
        seed: 64-bit key of the run, from seed and replicate.
        timeline: what is given: a row for each month, with every input, coefficient and event.
        practitioners: a row for each post.
        leaders: a row for each leader: the director, the service heads, the team managers.
        families: a row for each family.
        funders: two rows: external, council.
        organisation: one row.
        teams: first row of each team among the posts, and the end.
        tie_start: first tie of each post, and the end: ties are directed, in compressed sparse rows.
        tie_to: the post a tie leads to.
        tie_trust: trust along a tie (0-1).
        tie_width: width of a tie (0-1; 2 within a team): silos above it remove the tie.
        tie_reverse: place of the tie in the other direction.
        sponsor_trust: trust of each funder (column) in each senior leader (row).
        colleagues_lost: share of each team that left in a month, smoothed over a quarter.
        gone: permanent leavers of each team this month.
        leavers: permanent leavers of each of the last twelve months.
        cases_held: families of each post.
        in_post: whether somebody is in the post, while cases are given out.
        before: stage of each post at the start of adoption: what colleagues see.
        belief_before: belief at the same moment.
        lead_before: what each leader visibly put behind it at the start of the month.
        help: what each worker offers families this month: time, effect, whether somebody new takes over.
        luck: room for the draws of each post.
        case_luck: room for the draws of families, four to a row.
        monthly: the indicators, a row for each month after launch.
        ledger: every change in the number of users: month, post, stage before and after, cause.

    """

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

    def in_short(self) -> dict[str, str]:
        """Return how many agents there are, and how many months are laid out."""
        agents = ("practitioners", "leaders", "families", "funders")
        return {
            "months, warm-up included": f"{len(self.timeline):,}",
            **{name: f"{len(getattr(self, name)):,}" for name in agents},
            "fields": ", ".join(self._fields),
        }

    def __repr__(self) -> str:
        """Return the facts in a line."""
        return as_line("World", self.in_short())

    def _repr_html_(self) -> str:
        """Return the facts as a table, for a notebook."""
        return as_table("World", self.in_short())


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
    worker.strain = worker.used_to = inputs.usual_strain
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
    u, v, _, _ = uniforms(seed, START_WORLD, 0, 2)
    org.covering = normal(u, v)
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
