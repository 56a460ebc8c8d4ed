"""The ODD+D page, written from declarations, rules and schedule; only the rationale is written by hand.

`python -m conducive.experiments.pages.odd docs` writes `docs/odd.md` and the curves in `docs/odd` anew.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any
from xml.sax.saxutils import escape

from conducive.agents import family, funder, leader, practitioner, rule
from conducive.experiments.evidence.patterns import PATTERNS
from conducive.experiments.pages.odd_sector import second_level
from conducive.experiments.pages.reading import (
    Function,
    code,
    comments,
    definitions,
    docstring,
    formula,
    functions,
    plain,
    rules,
    source,
    ticked,
)
from conducive.experiments.pages.reference import event_row, span, table
from conducive.model import climate, month, network, random, state
from conducive.model.measures import INDICATORS
from conducive.model.processes.aftermath import FIVE_YEARS, TWO_YEARS
from conducive.scenarios import timeline, workforce
from conducive.scenarios.coefficients import COEFFICIENTS, MECHANISMS
from conducive.scenarios.conditions import CONDITIONS, OTHER_INPUTS
from conducive.scenarios.declaration import Input, number
from conducive.scenarios.events import EVENTS
from conducive.scenarios.kinds import KINDS
from conducive.scenarios.scenario import FIXED, PER_POST, Scenario, declared

PAGE, FOLDER = "odd.md", "odd"
MECHANISMS_PAGE = Path(__file__).resolve().parents[2] / "docs" / "mechanisms.md"
LEFT_OUT = re.compile(r"^\| (\d+) \| (.+?) \| Left out: (.+?) \|", re.MULTILINE)

RULES: Mapping[str, ModuleType] = {
    "practitioner": practitioner,
    "leader": leader,
    "family": family,
    "funder": funder,
    "climate": climate,
}
"""Files whose functions are rules: numbers in, a number out."""
PROCESSES: Mapping[str, ModuleType] = {"month": month} | {
    name: import_module(f"conducive.model.processes.{name}")
    for name in (
        "launch", "wider_world", "money", "leaders", "workforce", "posts", "families", "learning", "adoption",
        "belief", "rates", "lapse", "trust", "memory", "measure", "averages", "uptake", "aftermath", "ledger",
    )
}  # fmt: skip
"""The month, and the files of its processes in the order in which they are read."""
SET_UP: Mapping[str, ModuleType] = {"timeline": timeline, "state": state, "network": network}
MODULES: Mapping[str, ModuleType] = {"rule": rule, **RULES, **PROCESSES, **SET_UP, "random": random}
ENTITIES: Mapping[str, tuple[str, ModuleType, Any]] = {
    "practitioner": ("Practitioner: a case-holding post and whoever is in it", practitioner, practitioner.PRACTITIONER),
    "leader": ("Leader: a director, service heads, team managers", leader, leader.LEADER),
    "family": ("Family: an open case", family, family.FAMILY),
    "funder": ("Funder: the external funder and the council", funder, funder.FUNDER),
    "organisation": ("Organisation: the service, its innovation and the world around it", state, state.ORGANISATION),
}
CODES: Mapping[str, tuple[str, ...]] = {
    "post": practitioner.POSTS,
    "stage": practitioner.STAGES,
    "kind": ("established", "improvement", "extra"),
    "level": leader.LEVELS,
    "source": funder.FUNDERS,
    "cause": practitioner.CAUSES,
}
"""Words for the values 0, 1, 2, ... of fields that hold a code."""


# ---- What only a person can write ----------------------------------------------------------------------------------

MEANINGS: Mapping[str, str] = {
    "practitioner.team": "Team.",
    "practitioner.manager": "Row of the team's manager among the leaders.",
    "practitioner.post": "Vacant, agency, permanent or closed.",
    "practitioner.stage": "Stage of adoption; -1 when nobody is in post.",
    "practitioner.tenure": "Time in post (months).",
    "practitioner.caseload": "Open cases held.",
    "practitioner.trust_up": "Vertical trust in the team manager (0-1).",
    "practitioner.openness": "Lasting openness of the person to new practice (0-1).",
    "practitioner.aptitude": "Lasting aptitude of the person: a factor, about 1.",
    "practitioner.strain": "Emotional strain, up to exhaustion (0-1).",
    "practitioner.safety": "Psychological safety (0-1).",
    "practitioner.belief": "Conviction that the innovation helps families (0-1).",
    "practitioner.fatigue": "Change fatigue and cynicism (0-1); outlives a wave.",
    "practitioner.skill": "Skill in the innovation (0-1).",
    "practitioner.habit": "How far use has become habit (0-1).",
    "practitioner.fidelity": "How far use is as meant (0-1); 0 for who does not use it.",
    "practitioner.reinforcement": "How far practice is held in place by coaching, supervision, peers, manuals (0-1).",
    "practitioner.load": "Hours the cases need over hours left for them (1: just enough).",
    "practitioner.slack": "Time and head-space left for something new (0-1).",
    "practitioner.exposure": "Trust-weighted share of living ties to users.",
    "practitioner.mentors": "Trust-weighted share of living ties to routine users.",
    "practitioner.doubt": "Trust-weighted share of living ties to the lapsed, weighted by their disbelief.",
    "practitioner.influence": "How far colleagues persuade (0-1), after the threshold of complex contagion.",
    "practitioner.left_stage": "Stage of the last holder, for a full induction; -1 for none.",
    "practitioner.left_skill": "Skill of the last holder (0-1).",
    "practitioner.left_habit": "Habit of the last holder (0-1).",
    "leader.level": "Director, service head or team manager.",
    "leader.tenure": "Time in post (months).",
    "leader.agenda": "Commitment to the innovation that a successor will bring (0-1).",
    "leader.trust_up": "Trust in the leader above (0-1).",
    "leader.commitment": "How far the leader owns the innovation (0-1).",
    "leader.support": "Lasting style: how relational and supportive (0-1).",
    "leader.openness": "Lasting openness to risk (0-1): permission to try.",
    "leader.energy": "Energy left for the innovation (0-1).",
    "leader.ownership_lost": "Ownership of the innovation that pressure has taken (0-1).",
    "leader.unowned": "Ownership that went with the last holder and is not the present one's own yet (0-1).",
    "family.team": "Team in whose slot the case is.",
    "family.need": "Need at opening (0-1); fixed while the case is open.",
    "family.wellbeing": "Wellbeing (0-1).",
    "family.trust": "Trust in the present worker (0-1).",
    "family.voice": "Part taken in coproduction (0-1).",
    "family.burden": "What taking part costs the family (0-1).",
    "family.months_open": "Months since the case opened.",
    "family.worker_changes": "Changes of worker since the case opened.",
    "funder.term": "Months of external money left.",
    "funder.grant": "Money for the innovation (GBP a year).",
    "funder.confidence": "Confidence in the organisation's senior leaders (0-1): mean of trust in each.",
    "funder.ring_fenced": "How far the grant is protected from other calls (0-1).",
    "organisation.policy": "Support of current policy for the innovation (0-1).",
    "organisation.weather": "Pull of other jobs: a standard normal that fades within about a year.",
    "organisation.hiring": "How hard posts are to fill: a standard normal that fades within about a year.",
    "organisation.demand": "Demand for casework: a standard normal that fades within about a year.",
    "organisation.scar": "Scar of past incidents in the culture (0-1).",
    "organisation.intervention": "Improvement regime after an inadequate judgement (0-1); fades.",
    "organisation.inspection_grade": "Latest grade: 1 outstanding, 2 good, 3 requires improvement, 4 inadequate.",
    "organisation.inspection_due": "Months until the next inspection.",
    "organisation.judged_inadequate": "1 in the month of an inadequate judgement.",
    "organisation.policy_shifted": "1 in the month of a shift of policy.",
    "organisation.incidents": "Serious public incidents this month.",
    "organisation.inspections": "Inspections this month.",
    "organisation.leader_changes": "Leaders who left this month.",
    "organisation.start_up_balance": "Grant kept for start-up and not yet spent (GBP).",
    "organisation.embedding_balance": "Grant kept for embedding and not yet spent (GBP).",
    "organisation.paid_start_up": "Share of this month's start-up cost that is paid for.",
    "organisation.paid": "Share of this month's cost of running and support that is paid for.",
    "organisation.external_money": "Grant received this month (GBP).",
    "organisation.council_money": "Council money for the innovation this month (GBP).",
    "organisation.spend": "Spent on the innovation this month (GBP).",
    "organisation.training_spend": "Spent on training this month (GBP).",
    "organisation.coproduction_money": "Money for coproduction this month (GBP).",
    "organisation.diverted": "Grant drawn off to other calls this month (GBP).",
    "organisation.returned": "Grant unspent at its end and returned this month (GBP).",
    "organisation.cumulative_cost": "Spent on innovations since the first launch (GBP).",
    "organisation.council_share": "Share of running cost the council pays; while a grant runs, what may be hoped for.",
    "organisation.council_bar": "How much more than other councils this one asks for before it pays, standard normal.",
    "organisation.council_pays": "1 where the council has taken the innovation on.",
    "organisation.people_here": "Lasting difference of the people this place attracts and keeps, standard normal.",
    "organisation.money_ahead": "How much money people see ahead (0-1).",
    "organisation.last_external_month": "Latest month in which external money was received.",
    "organisation.stopped_by_funder": "1 once the funder has stopped this wave at a review.",
    "organisation.promised": "Evidence the funder was promised by now (0-1).",
    "organisation.fit": "Fit of the innovation with this place (0-1).",
    "organisation.obstacles": "Obstacles in the way of use (0-1).",
    "organisation.evidence": "Evidence that it works (0-1).",
    "organisation.reported": "Evidence as reported to leaders and funders (0-1).",
    "organisation.codified_memory": "What the organisation has written down and kept (0-1).",
    "organisation.newcomer_start": "Skill somebody new would start with (0-1).",
    "organisation.implementers": "Implementation staff at work (FTE per 100 posts).",
    "organisation.seats": "Training places this month.",
    "organisation.reflection": "Reflection that happens (0-1).",
    "organisation.cases": "Open cases.",
    "organisation.strain": "Mean strain of practitioners.",
    "organisation.safety": "Mean psychological safety of practitioners.",
    "organisation.wellbeing": "Mean wellbeing of families.",
    "organisation.slack": "Mean slack of practitioners.",
    "organisation.living_memory": "Skill and habit of those in post: mean of their joint effect (0-1).",
    "organisation.peer_trust": "Mean trust on living ties between colleagues.",
    "organisation.family_trust": "Mean trust of families in their worker.",
    "organisation.burden": "Mean cost to families of taking part.",
    "organisation.voice": "Mean part families take in coproduction.",
    "organisation.waiting": "Willing practitioners, who wait for a course.",
    "organisation.learners": "Practitioners trained or using it.",
    "organisation.users": "Practitioners trying or in routine.",
    "organisation.filled": "Filled posts.",
    "organisation.visible_benefit": "Benefit for families that staff can see, after its lag (0-1).",
    "organisation.new_users": "Practitioners who began this month, inducted newcomers included.",
    "organisation.lapses": "Users who stopped this month and stayed in post.",
    "organisation.losses": "Users lost this month by leaving or because a new wave superseded theirs.",
    "organisation.trials": "Attempts at unfamiliar practice of any kind this month.",
    "organisation.leavers": "Permanent staff who left this month.",
    "organisation.starters": "Permanent staff who started this month.",
    "organisation.ledger_rows": "Rows of the ledger written so far.",
    "organisation.uptake_number": "Uptake number of the latest quarter.",
    "organisation.uptake_number_without_grant": "The same without external money, held or expected.",
    "organisation.zone_open": "1 when use can grow from some level on.",
    "organisation.sustained": "Whether use lasted two years beyond external money; not a number before that is known.",
    "organisation.ended_two_years": "1 where it has ended two years after external money; not a number before.",
    "organisation.reduced_two_years": "1 where it is reduced then.",
    "organisation.kept_two_years": "1 where it is kept then.",
    "organisation.ended_five_years": "1 where it has ended five years after external money; not a number before.",
    "organisation.reduced_five_years": "1 where it is reduced then.",
    "organisation.kept_five_years": "1 where it is kept then.",
    "timeline.month": "Month: 1 is the first after launch, 0 and below are warm-up.",
    "timeline.director_leaves": "1 in the month in which the director is scheduled to leave.",
    "timeline.months_to_known_exit": "Months until an exit of the director that people know of; very many for none.",
    "timeline.promise_broken": "1 in the month in which leaders break a promise to staff.",
}
"""Meaning of a field by table and name, where the comment beside it in the code is missing or cannot stand alone."""

ARRAYS: Mapping[str, str] = {
    "seed": "64-bit key of the run, from seed and replicate.",
    "timeline": "What is given: a row for each month, with every input, coefficient and event.",
    "practitioners": "A row for each post.",
    "leaders": "A row for each leader: the director, the service heads, the team managers.",
    "families": "A row for each family.",
    "funders": "Two rows: external, council.",
    "organisation": "One row.",
    "teams": "First row of each team among the posts, and the end.",
    "tie_start": "First tie of each post, and the end: ties are directed, in compressed sparse rows.",
    "tie_to": "The post a tie leads to.",
    "tie_trust": "Trust along a tie (0-1).",
    "tie_width": "Width of a tie (0-1; 2 within a team): silos above it remove the tie.",
    "tie_reverse": "Place of the tie in the other direction.",
    "sponsor_trust": "Trust of each funder (column) in each senior leader (row).",
    "colleagues_lost": "Share of each team that left in a month, smoothed over a quarter.",
    "gone": "Permanent leavers of each team this month.",
    "leavers": "Permanent leavers of each of the last twelve months.",
    "cases_held": "Families of each post.",
    "in_post": "Whether somebody is in the post, while cases are given out.",
    "before": "Stage of each post at the start of adoption: what colleagues see.",
    "belief_before": "Belief at the same moment.",
    "lead_before": "What each leader visibly put behind it at the start of the month.",
    "help": "What each worker offers families this month: time, effect, whether somebody new takes over.",
    "luck": "Room for the draws of each post.",
    "case_luck": "Room for the draws of families, four to a row.",
    "monthly": "The indicators, a row for each month after launch.",
    "ledger": "Every change in the number of users: month, post, stage before and after, cause.",
}
"""The arrays that make up the state of a run."""

ARGUMENTS: Mapping[str, str] = {
    "added_hours": "hours a week that use, other initiatives and implementation work add",
    "added_share": "share of the week that using it would add",
    "adequate": "log-odds of anything but inadequate",
    "answered": "share of participation that is paid for and acted on",
    "attention": "share of attention one initiative gets",
    "availability": "time the worker has for the family, relative to what it needs",
    "benefit": "what practice did for a family on average, `effect_lag` months ago",
    "colleagues_lost": "share of the team that left in a month, smoothed over a quarter",
    "ceiling": "best fit that can be reached here",
    "continuation": "how far people expect it to last",
    "coproduction_cost": "cost of full coproduction for a family, GBP a year (`coproduction_family`)",
    "coproduction_resourced.families": "families on the books: open cases",
    "cut": "share of the council's budget cut this month",
    "day_job": "full-time implementation work done on the day job, per post",
    "defensive": "blame times scar",
    "drawn_away": "how far pressure draws the leader away",
    "drive": "motivation behind the innovation",
    "effect": "what use of the innovation does for this family",
    "effort": "effort that goes into tailoring",
    "expected_stay.horizon": "months people look ahead (`look_ahead`)",
    "failure_reported": "share of what goes wrong that may be reported and is safe to report",
    "fading.horizon": "months people look ahead",
    "freedom": "how free a person is to attempt the unfamiliar",
    "funder_patience": "months before the funder expects results (`patience`)",
    "gain": "share of the room left that is gained",
    "good": "log-odds of good or better",
    "grade": "grade at the last inspection, 1 to 4",
    "grade_log_odds.cut": "log-odds after a good grade, for middling casework and usual staffing",
    "half": "amount at which the return is a half",
    "handed_over": "what is left of the predecessor's commitment",
    "harmony": "what dissonance with staff values leaves of the appeal",
    "heard": "how far staff and families have a say",
    "imposed": "how far change is imposed from above",
    "integrity": "active ingredients left after tailoring",
    "lead": "what the leader visibly puts behind it",
    "leader_ahead": "weight given to leaders still being there",
    "line": "trust in the leader above times what that leader puts behind it",
    "loss": "share of the stock that is lost",
    "lost": "ownership lost so far",
    "mandate": "push from above that staff have no part in",
    "message": "how far the leader's message reaches",
    "money": "money for coproduction, GBP a year",
    "money_ahead.horizon": "months people look ahead (`look_ahead`)",
    "monthly_turnover": "leavers a month over staff in post",
    "months": "months",
    "months_left": "months of external money left",
    "months_since_launch": "months since the launch of this wave",
    "months_to_known_exit": "months until an exit people know of",
    "outstanding": "log-odds of outstanding",
    "pace": "monthly pace",
    "participation": "how far staff take part in shaping it",
    "partners": "how far partner organisations work with the service",
    "permission": "openness of the manager",
    "persistence": "fall of the log-odds for each worse grade at the last inspection",
    "personal_cost": "what failure is expected to cost the person",
    "policy_support": "support of current policy",
    "pressure": "push times what the leader visibly puts behind it",
    "pull": "odds that colleagues persuade",
    "quality": "quality of casework: wellbeing of families times calm of staff",
    "rate": "monthly rate",
    "refreshed": "share of missing skill that refreshers give this month",
    "resourced": "share of the ambition of participation that is paid for",
    "ownership": "mean commitment of the director and the service heads",
    "cost_per_post": "running cost a post and year (GBP)",
    "case": "case for taking it on",
    "reluctance": "case that the council asks for",
    "bar": "how much more than others those who decide now ask for, standard normal",
    "shock": "1 in a month of a shock, else 0",
    "spread": "spread on the log scale",
    "steepness": "how much several users count for more than one",
    "strength": "how far one missing condition holds a step back",
    "supervision": "attuned, containing supervision",
    "tailoring": "how much is tailored in the end",
    "target": "where it is heading",
    "tenure_factor": "how much likelier than average a person of this tenure is to leave",
    "threshold": "exposure at which this person is half persuaded",
    "tightness": "how far the council's budget has fallen below launch",
    "u": "a uniform draw",
    "use": "share of practitioners who use it",
    "using": "1 for who uses it, else 0",
    "usual_chance": "monthly chance that a case closes for a family doing as usual",
    "usual_quality": "quality of casework under usual wellbeing and strain",
    "usual_vacancies": "share of posts that stay empty in the long run",
    "vacancies": "share of posts without a permanent holder",
    "recruited": "monthly chance that a post gets a permanent holder",
    "staffing": "fall of the log-odds from no post to every post empty",
    "values": "value alignment times drive",
    "leaving_chance.weather": "this year's pull of other jobs, as a log factor",
    "weight": "rise of the log-odds from the worst to the best casework",
    "x": "a number",
    "y": "a number",
}
"""Meaning of an argument, by name or by `rule.name`, where it is neither a declared input nor a state of that name."""

SPANS: Mapping[str, tuple[float, float, float]] = {
    "added_hours": (0, 2, 8),
    "added_share": (0, 0.05, 0.2),
    "adequate": (-2, 2.2, 4),
    "aptitude": (0.6, 1, 1.6),
    "benefit": (0, 0.1, 0.4),
    "budget": (0.5, 1, 1.2),
    "caseload": (8, 15.2, 25),
    "cases": (500, 2190, 6000),
    "chance.rate": (0, 1, 3),
    "codified_memory": (0, 0.2, 1),
    "colleagues_lost": (0, 0.012, 0.2),
    "concurrent_initiatives": (1, 2, 6),
    "coproduction_cost": (10, 30, 80),
    "coproduction_resourced.families": (300, 2190, 6000),
    "cut": (0, 0, 0.3),
    "day_job": (0, 0, 0.05),
    "defensive": (0, 0, 1),
    "doubt": (0, 0.1, 0.6),
    "effect": (0, 0.1, 0.4),
    "expected_stay.horizon": (6, 12, 24),
    "exposure": (0, 0.2, 0.8),
    "fading.horizon": (6, 12, 24),
    "fatigue": (0, 0.2, 1),
    "funder_patience": (12, 36, 60),
    "gain": (0, 0.1, 0.3),
    "good": (-2, 1.3, 4),
    "grade": (1, 2, 4),
    "grade_log_odds.cut": (-2, 1.3, 4),
    "half": (0.5, 1, 4),
    "harmony": (0.3, 0.85, 1),
    "implementers": (0, 1, 4),
    "influence": (0, 0.2, 1),
    "intervention": (0, 0, 1),
    "leaving_chance.weather": (-0.5, 0, 0.5),
    "load": (0.3, 1, 2),
    "loss": (0, 0.1, 0.3),
    "logistic.x": (-6, 0, 6),
    "clip.x": (-1, 0, 2),
    "mandate": (0, 0.1, 0.5),
    "mentors": (0, 0.1, 0.6),
    "money": (0, 20_000, 60_000),
    "money_ahead.horizon": (6, 12, 24),
    "monthly_turnover": (0.005, 0.012, 0.03),
    "months": (0, 24, 72),
    "months_left": (0, 12, 72),
    "months_since_launch": (0, 12, 60),
    "months_to_known_exit": (0, 12, 60),
    "outstanding": (-4, -0.7, 2),
    "pace": (0.05, 0.2, 0.5),
    "persistence": (0, 1, 2),
    "personal_cost": (0, 0.2, 1),
    "promised_evidence.patience": (12, 36, 60),
    "pull": (0, 1, 5),
    "quality": (0, 0.2, 0.6),
    "refreshed": (0, 0.02, 0.1),
    "saturating.x": (0, 1, 6),
    "incident_chance.wellbeing": (0.2, 0.35, 0.6),
    "scar": (0, 0, 1),
    "scar_next.scar": (0, 0.5, 1),
    "seats": (0, 8, 30),
    "shock": (0, 0, 1),
    "spread": (0.1, 0.25, 0.5),
    "steepness": (1, 3, 5),
    "tenure": (0, 24, 120),
    "tenure_factor": (0.7, 1, 1.8),
    "threshold": (0.2, 0.4, 0.6),
    "tightness": (0, 0, 0.5),
    "cost_per_post": (0, 2500, 40_000),
    "bar": (-1, 0, 1),
    "usual_chance": (0.05, 0.07, 0.1),
    "usual_quality": (0.1, 0.2, 0.3),
    "vacancies": (0, 0.17, 1),
    "waiting": (1, 20, 60),
    "weather": (-2, 0, 2),
    "weight": (1, 3, 6),
}
"""Low, usual and high value of an argument, where it is not a share; a declared input is at its default."""

CURVES: Mapping[str, tuple[str, str]] = {
    "rule.toward": ("x", "pace"),
    "rule.stock": ("x", "gain"),
    "rule.gate": ("x", "strength"),
    "rule.either": ("x", "y"),
    "rule.saturating": ("x", "half"),
    "rule.fading": ("months", "horizon"),
    "practitioner.load": ("caseload", "added_hours"),
    "practitioner.personal_cost": ("scar", "blame_culture"),
    "practitioner.strain_target": ("load", "containment"),
    "practitioner.safety_target": ("personal_cost", "strain"),
    "practitioner.attention": ("concurrent_initiatives", "attention_cost"),
    "practitioner.slack": ("load", "strain"),
    "practitioner.drive": ("months_since_launch", "outcome_motivation"),
    "practitioner.message": ("lead", "trust_up"),
    "practitioner.belief_target": ("visible_benefit", "message"),
    "practitioner.fatigue_gain": ("imposed", "attention"),
    "practitioner.pull": ("exposure", "threshold"),
    "practitioner.influence": ("exposure", "steepness"),
    "practitioner.aware_rate": ("exposure", "pressure"),
    "practitioner.willing_rate": ("belief", "continuation"),
    "practitioner.shadow_rate": ("mentors", "slack"),
    "practitioner.trial_freedom": ("safety", "slack"),
    "practitioner.trying_rate": ("skill", "influence"),
    "practitioner.return_rate": ("belief", "influence"),
    "practitioner.lapse_shield": ("habit", "habit_shield"),
    "practitioner.lapse_overload": ("strain", "lapse_strain"),
    "practitioner.lapse_unsupported": ("reinforcement", "lapse_reinforcement"),
    "practitioner.lapse_poor_fit": ("fit", "obstacles"),
    "practitioner.lapse_incident": ("scar", "personal_cost"),
    "practitioner.lapse_leader": ("ownership_lost", "lapse_leader_gone"),
    "practitioner.lapse_money": ("paid", "lapse_unpaid"),
    "practitioner.lapse_sceptics": ("doubt", "lapse_doubt"),
    "practitioner.training_yield": ("training_days", "interactive_training"),
    "practitioner.reinforcement": ("coaching", "supervision"),
    "practitioner.supervision": ("strain", "lead"),
    "practitioner.own_induction": ("codified_memory", "mentors"),
    "practitioner.skill_next": ("skill", "using"),
    "practitioner.fidelity": ("skill", "reinforcement"),
    "practitioner.embedding_pace": ("radicalness", "radical_drag"),
    "practitioner.tenure_factor": ("tenure", "leave_early"),
    "practitioner.leaving_chance": ("strain", "colleagues_lost"),
    "practitioner.recruitment_chance": ("time_to_fill", "intervention"),
    "practitioner.agency_arrival_chance": ("agency_cover", "agency_stay"),
    "practitioner.newcomer_start": ("codified_memory", "living_memory"),
    "practitioner.seat_chance": ("seats", "waiting"),
    "leader.lead": ("commitment", "energy"),
    "leader.commitment_target": ("evidence", "line"),
    "leader.drawn_away": ("chasing", "theory_of_change"),
    "leader.ownership_lost": ("succession_continuity", "theory_of_change"),
    "leader.ownership_next": ("lost", "commitment"),
    "leader.unowned_next": ("unowned", "commitment"),
    "leader.leaving_chance": ("leader_tenure", "shock"),
    "leader.successor_commitment": ("handed_over", "agenda"),
    "leader.expected_stay": ("months_to_known_exit", "horizon"),
    "leader.continuation": ("money_ahead", "trust_up"),
    "leader.money_ahead": ("months_left", "council_share"),
    "leader.trust_gain": ("support_style", "trust_growth"),
    "leader.trust_after_breach": ("trust", "breach"),
    "family.closing_chance": ("wellbeing", "usual_chance"),
    "family.wellbeing_target": ("effect", "need"),
    "family.voice_target": ("resourced", "burden"),
    "family.burden_target": ("participation_depth", "answered"),
    "family.coproduction_resourced": ("money", "participation_depth"),
    "funder.patience": ("theory_of_change", "marketisation"),
    "funder.promised_evidence": ("months", "patience"),
    "funder.reported_evidence": ("evidence", "failure_tolerance"),
    "funder.confidence_at_launch": ("theory_of_change", "initial_trust"),
    "funder.confidence_target": ("reported", "promised"),
    "funder.chance_to_go_on": ("reported", "budget"),
    "funder.diverted_share": ("budget", "ring_fenced"),
    "funder.council_share": ("budget", "mainstreaming"),
    "funder.council_case": ("reported", "ownership"),
    "funder.council_reluctance": ("cost_per_post", "budget"),
    "funder.council_takes_on": ("case", "bar"),
    "climate.swing": ("weather", "spread"),
    "climate.budget_next": ("cut", "budget_trend"),
    "climate.incident_chance": ("strain", "wellbeing"),
    "climate.scar_after_incident": ("blame_culture", "media_hostility"),
    "climate.scar_next": ("blame_culture", "climate_pace"),
    "climate.grade_log_odds": ("quality", "grade"),
    "climate.grade_drawn": ("u", "good"),
    "climate.intervention_next": ("intervention", "grade"),
    "climate.tailoring": ("adaptation", "manualised"),
    "climate.fit_ceiling": ("tailoring", "context_distance"),
    "climate.integrity": ("adaptation", "dilution"),
    "climate.reflection": ("reflection_interval", "slack"),
    "climate.adaptation_effort": ("reflection", "participation"),
    "climate.fit_next": ("fit", "effort"),
    "climate.obstacles_at_launch": ("radicalness", "initial_fit"),
    "climate.obstacles_next": ("obstacles", "implementers"),
    "climate.codified_next": ("codified_memory", "reflection"),
    "climate.evidence": ("benefit", "data_capability"),
}
"""What a rule is drawn against: an argument along the axis, and one that tells lines apart; otherwise its first two."""

STREAMS: Mapping[str, str] = {
    "world": "policy shifts and what they support, incidents, inspections and their grade, job market, hiring, demand",
    "funder decides": "whether a funder stops at a review, and whether it renews",
    "leader leaves": "whether a leader leaves, and the agenda a successor will bring",
    "successor": "support and openness of a successor",
    "practitioner leaves": "whether a worker leaves, whether a post gets a permanent holder or an agency worker",
    "post is filled": "whether somebody who starts is fully inducted, and whether the team trains them itself",
    "council asks": "how much more than other councils this one asks for, at launch and under each new director",
    "person": "openness and aptitude of somebody who starts",
    "case closes": "whether a case closes",
    "family": "who takes a case, and the need of a new family",
    "practitioner moves or tries": "moves between stages and lapses, the cause of a lapse, a place on a course, trials",
    "start: post": "who is in post at the start, and for how long",
    "start: person": "openness and aptitude of staff at the start",
    "start: leader": "support, openness and time in post of leaders at the start",
    "start: family": "need, wellbeing, time open and worker of families at the start",
    "start: world": "pull of other jobs, hiring, demand, next inspection and what people the place attracts",
    "ties across teams": "who knows whom across teams",
    "width of a tie across teams": "the level of silo-thinking at which a tie across teams is lost",
}
"""What each random stream settles."""


def usual(address: str) -> str:
    """Return the default of an input as people write it."""
    return number(declared()[address].default)


def introduction() -> str:
    """Return what the page is."""
    return """# ODD+D: Overview, Design concepts, Details and Decisions

A full description of the model after the ODD protocol (Grimm et al. 2020, *Journal of Artificial Societies and Social
Simulation* 23(2) 7) with its extension to human decisions, ODD+D (Müller et al. 2013, *Environmental Modelling &
Software* 48, 37-48). Tables, rules, schedule and curves are written from the code by `python -m
conducive.experiments.pages.odd docs`; a change by hand does not last. Formulas are the code itself, in Python:
`x ** y` and `math.pow(x, y)` are powers. Names in code type are those of the code. Where inputs come from is in the
[reference](reference.md); which claim of the source paper each rule represents, in [mechanisms](mechanisms.md).

*The paper* is Lefevre, Temperley, Goldsmith et al. (2025), Creating a Conducive Zone for Innovation in Children's
Social Care, *Health & Social Care in the Community*, <https://doi.org/10.1155/hsc/3599333>; numbers after it are its
sections."""


def purpose() -> str:
    """Return section 1."""
    rows = ((p.name, p.title, p.claim, p.source, "yes" if p.calibrates else "") for p in PATTERNS)
    return f"""## 1 Purpose and patterns

**Purpose.** A children's services organisation launches an innovation in practice. Who takes it up, who drops it,
what does the organisation remember, and is it still in use years after the launch money has gone? Which conditions
open a *conducive zone*, in which use grows by itself? The model puts the paper's {len(CONDITIONS)} conditional
parameters to work together, so that their consequences can be explored and argued about. It *compares* scenarios
lived through with the same luck; it does not forecast any authority.

**For whom.** Policy analysts, teachers and researchers.

**Patterns.** The model is judged by the following claims, each a comparison of scenarios with bounds fixed before the
model was run (`experiments/evidence/patterns.py`). Those marked *calibrates* may inform coefficients; all others are
out of sample. Whether they hold is a result, not part of this description.

{table(("Pattern", "Title", "Claim", "Source", "Calibrates"), rows)}"""


def scales() -> str:
    """Return the words of section 2."""
    return f"""## 2 Entities, state variables and scales

**Scales.** A step is a month. A warm-up of {usual("warm_up")} months without innovation is followed by launch (month
0) and {usual("horizon")} months; both are inputs. There is no geographical space: who works with whom is a network
(section 4). The default is an average English authority: {usual("organisation.posts")} case-holding posts and
{usual("organisation.families")} families. Money is in GBP. All states are between 0 and 1 unless another unit is given.

**Entities.** A practitioner is a *post*: turnover changes who sits in the network, not its shape. Leaders form a line
of management: one director, a service head for every {state.HEADS_PER} teams (at least one), a manager for each team of
about {network.TEAM_SIZE} posts. A family is an open case with a worker; when it closes, another opens in its slot.
Families stand for equal shares of all cases. There are two funders. The innovation has no row of its own: its traits
are inputs, its course (fit, obstacles, evidence) belongs to the organisation. A scenario may launch several
innovations, one after another (*waves*); states of the innovation describe the latest."""


def entities() -> str:
    """Return section 2."""
    parts = [scales()]
    for name, (title, module, dtype) in ENTITIES.items():
        parts += [f"### {title}", fields_table(name, module, dtype)]
    codes = (
        (f"`{name}`", ", ".join(f"{n} {word}" for n, word in enumerate(words) if word)) for name, words in CODES.items()
    )
    parts += [
        "### Codes",
        "Fields that hold a code, by value; a `stage` of -1 means that nobody is in post. A user is in stage trying or "
        "routine.",
        table(("Field", "Values"), codes),
        "### The month as given",
        "Every input, coefficient and switch (section 6) has a column in the timeline, in which it may change from "
        "month to month; processes read it as `inputs.<name>`. Further columns:",
        fields_table("timeline", timeline, timeline.TIMELINE, leave_out={i.column for i in declared().values()}),
        "### Arrays that hold the state",
        table(("Array", "Meaning"), ((f"`{name}`", meaning) for name, meaning in ARRAYS.items())),
    ]
    return "\n\n".join(parts)


def scheduling() -> str:
    """Return section 3."""
    verbs = [f"{n}. **`{name}`** {docstring(getattr(month, name))}{called(name)}" for n, name in enumerate(schedule())]
    return f"""## 3 Process overview and scheduling

{docstring(month)}

Each month, warm-up included, these processes run in this order (`month.month`); the first starts the month's counts
and, when a wave begins, the innovation:

{chr(10).join(verbs)}

**Synchrony.** Processes follow each other and each sees what earlier ones left. Within a process agents are updated
row by row, but what one agent reads of another is a copy made before: stages and beliefs of colleagues (`before`,
`belief_before`), what leaders put behind it (`lead_before`), and means counted last month (strain, safety, wellbeing,
vacancies). Two exceptions are ordered on purpose: cases go one by one to the least loaded
worker, in the order of families, and the last person in post never leaves. In `trust`, strain and fidelity of
colleagues do not change, so the order of rows is without effect.

**Moves.** A post changes stage at most once a month. Monthly rates become probabilities by `rule.chance`; competing
causes of lapse share one draw for *whether* and one for *which*, in proportion to their rates. In warm-up
(`inputs.wave` is 0) processes of the innovation do nothing.

The source of every process is in section 7."""


def concepts() -> str:
    """Return section 4."""
    uses = stream_uses()
    streams = (
        (f"`{name}`", STREAMS.get(name, ""), str(int(random.stream(name))), ticked(names))
        for name, names in uses.items()
    )
    return f"""## 4 Design concepts

### Theoretical and empirical background

The paper, a study of innovation in English children's social care, names {len(CONDITIONS)} conditions that help or
hinder and says that they work together and that none suffices. It gives directions, not sizes. To make it dynamic the
model uses: thresholds and complex contagion in networks (Granovetter 1978; Centola 2010); psychological safety and
organisational climate and its effect on turnover (Glisson, Dukes & Green 2006); organisational memory that
depreciates (Argote 1990); skill decay without use; training that transfers only with practice, feedback and coaching
(Joyce & Showers 2002, order only); the asymmetry of trust (Slovic 1993); and use that must come to sustain itself
before managers stop pushing (Repenning 2002). Workforce levels and swings, inspection and leaders' time in post come
from official statistics. Levels of use, fidelity, lapse and sustainment are calibrated to figures of published studies,
set out in `docs/levels.md`. Most single paces and weights are judgement, declared as such with a plausible range.

### Basic principles

Many conditions, few shared states. Conditions do not act on results: they shift targets and paces of a handful of
states (strain, safety, belief, fatigue, skill, habit, trust, fit, memory, money, commitment), and these drive every
decision. Interaction between conditions comes from sharing a state and from gates that need several things at once,
not from product terms added by hand. Use (nominal) and fidelity (as meant) are kept apart: a mandate moves the first,
skill and support the second.

### Individual decision-making

- *Practitioners* decide to take an interest, to commit, to try, to keep on or stop, to come back, and to leave the
  job. None optimises. A decision is a monthly chance that rises with reasons: attraction against a personal threshold
  on the log-odds scale (`practitioner.willing_rate`), gated by safety and by how long it is expected to last;
  attempts gated by freedom, skill, fit and obstacles (`practitioner.trying_rate`); lapse by competing causes, from
  which habit shields.
- *Leaders* do not choose actions: commitment and energy drift towards what the case, reported results, families'
  voice and the line above support (`leader.commitment_target`), and away under pressure (`leader.drawn_away`).
- *Funders* review, stop, renew or let end, by evidence reported against what was promised by now, by confidence, and
  by how tight money is (`funder.chance_to_go_on`). The council decides, as external money ends and every year from then
  on, whether to take the innovation on: results and families' voice, as far as senior leaders own it
  (`funder.council_case`), against cost and budget (`funder.council_reluctance`) and what those who decide now ask for
  (`funder.council_takes_on`); it pays up to what it could afford (`funder.council_share`).
- *Families* take part in coproduction as far as they are invited, resourced and have strength
  (`family.voice_target`); they do not choose workers.

Social norms act as trusted colleagues who use it or gave it up. Culture (blame, containment, tolerance of failure) is
a set of inputs. Decisions use the present state only; the past acts through stocks: fatigue, trust, skill, habit,
scar, memory. Space plays no part beyond the network. Decisions are made by individuals, in a hierarchy that sends
commitment downwards and reports upwards.

### Emergence

The course of use, fidelity, lapses by cause, sustainment, memory and the uptake number, swings of turnover around its
own rate, and the way conditions depend on each other. Imposed: the order of stages, the form and coefficients of the
rules, the shape of the organisation, dated events, and the trends of budget and policy.

### Adaptation

Practitioners respond as above. The organisation adapts the innovation: reflection, participation of staff and
families' voice that is acted on raise fit (`climate.fit_next`) up to a ceiling set by distance from home and room to
tailor; too much tailoring costs active ingredients (`climate.integrity`), and with them fidelity.

### Objectives

None is written down as a utility. What people care for enters as reasons: benefit for families, values, colleagues,
safety, time; and, in the council, results and ownership against cost.

### Learning

Individuals gain skill by courses, shadowing and supported use, lose it unused, and form habits. The organisation
learns by codified memory, which newcomers draw on together with what colleagues can show; where both are there and a
supervisor carries it, a team trains its own newcomers (`practitioner.own_induction`). Nobody learns better decision
rules.

### Prediction

People invest in what they expect to last: months of grant left, hope of renewal, the council's share, the likely stay
or known exit of leaders, and trust (`leader.continuation`, `leader.money_ahead`, `leader.expected_stay`). They look
about
{usual("coefficients.look_ahead")} months ahead; expectations are rules of thumb, not model-consistent forecasts.

### Sensing

Practitioners know their own states and trust, the stage of colleagues they have living ties to, the doubt of those
who lapsed, and what their manager visibly puts behind it, as of the start of the month. All know money in sight,
obstacles and fit. Benefit for families is seen only after `innovation.effect_lag` months; leaders and funders see
evidence as *reported*, which is glossed over where failure is not an option (`funder.reported_evidence`). Nobody sees
trust or belief of others directly, with that one exception.

### Interaction

Direct: contagion, mentoring and doubt along ties; line management; worker and family; funder and senior leaders.
Indirect: colleagues who leave make others leave and pass their cases on; people wait for the same places on courses;
money and implementation staff are shared; strain of the service brings incidents, inspection, and with it trouble for
all.

### Heterogeneity

Practitioners differ for good in openness and aptitude, leaders in support and openness, families in need; the spread
is `coefficients.person_spread`, of which a part (`organisation.place_share`) lies between organisations. All else
differs by experience and by place in the network. Rules and coefficients are the same for all. Permanent and agency
staff differ in how they leave.

### Network (spatial structure)

Everybody in a team knows each other. Ties across teams are drawn at random, about
{usual("coefficients.cross_team_ties")} for each post; each has a width, and silo-thinking above it removes the tie.
Ties are directed in trust: when somebody leaves, trust along their ties, both ways, falls back to
`trust_emotions_relationships.initial_trust`, at which the newcomer starts. Line management, worker to family, and
funder to senior leader complete the trust network.

### Stochasticity

Chance settles who moves, leaves, arrives, lapses and why; wider events; traits; ties. Every draw is a pure function
of seed, stream, month, slot (row of the agent) and number of the draw, by Philox 4x32-10 (Salmon et al. 2011). The
number of a stream is the CRC-32 of its name. So the same seed is the same luck under two scenarios, and a change in
one place moves no draw elsewhere.

{table(("Stream", "Settles", "Number", "Used by"), streams)}

### Uncertainty

Agents do not reason about probabilities; they discount what is far off or unsure. Uncertainty of results is shown as
spread between runs and over plausible coefficient sets, and paired differences come with intervals.

### Collectives

Teams (fixed; they share a manager, ties, cases and the shock of leavers), the line of management, and the service as
a whole. Users form no collective of their own.

### Observation

Each month ends with the indicators of section 7, counted without error. A ledger holds every change in the number of
users with its cause. The *uptake number* is how many colleagues one user brings into use before lapsing or leaving;
the *zone is open* when use could grow from some level on (`uptake.uptake`). *Sustained* means that use at fidelity,
averaged over three months, {number(TWO_YEARS)} months after external money is still at least
`organisation.sustained_share` of its level in the last three months of that money, and that it has not *ended*: use
below `organisation.ended_below` of filled posts. It is *kept* where use is at least `organisation.kept_from` of its
level then, and *reduced* in between; both are said after {number(FIVE_YEARS)} months too."""


def beginning() -> str:
    """Return section 5."""
    fixed = ticked(sorted(FIXED))
    return f"""## 5 Initialisation

A run is made by `state.new_world` from a timeline, a seed and a replicate, then filled by `state.settle_in`; both are
given below with the drawing of teams and ties.

- *Posts* of the establishment come in teams (`network.team_bounds`). After them come posts that open only under an
  improvement regime (`improvement`) and agency posts above establishment (`extra`), in teams of their own, so that
  they never renumber anybody.
- *Staff*: a post is vacant with the long-run probability that turnover and time to fill imply; an agency worker
  covers it with probability `agency_cover`. Tenure is drawn from an exponential distribution with the mean implied by
  turnover, or by the usual stay of agency staff.
- *Leaders* start with drawn traits and an exponential time in post, *families* with need `either(u, v)` of two
  uniform draws, spread over teams in proportion to posts and given to the less loaded of two least loaded workers.
- *Trust* starts at `initial_trust` everywhere; strain, wellbeing and slack at their usual values; budget and policy
  at 1.
- The *warm-up* then settles workforce, caseloads, trust and strain before launch. Launch itself (`launch.launch`) sets
  belief, commitment, confidence, fit and obstacles from inputs.

The start is the same for all scenarios of a seed except for what the inputs change. These inputs hold for the whole
run: {fixed}.

{sources("state", functions(state))}

{sources("network", ["team_bounds", "build_ties"])}"""


def given() -> str:
    """Return section 6."""
    first, last = min(r.year for r in workforce.official_table()), workforce.latest()
    events = table(("Event", "Meaning", "Detail", "Allowed", "Default"), map(event_row, EVENTS.values()))
    kinds = " ".join(f"*{kind.name.capitalize()}*: {kind.meaning}" for kind in KINDS.values())
    return f"""## 6 Input data

**Official figures.** A run may start from the published figures of an English authority, a region or England:
Department for Education, *Children's social work workforce*, {first} to {last}, Open Government Licence v3.0.
`scenarios.workforce.starting_point` turns them into inputs; no other outside data drive a run. Amounts of money
({ticked(PER_POST)}) grow with the establishment,
unless they are set. The strain at which staff leave at their own rate is set so that people used to the place's
caseload leave at its published rate (the last function here).

{sources("scenarios.workforce", ["starting_point", "_cover", "_case_holders"], workforce)}

{code(dedent(inspect.getsource(Scenario._used_to_its_caseload)))}

**Scenario.** All else is given by the scenario: values, dated events, waves. They are laid out in time by
`timeline.timeline`.

**Kind of innovation.** `innovation.kind` sets several inputs at once, and the position of a condition or an exact input
beats it; rules know nothing of kinds. {kinds}

**Many organisations.** `population.population` draws organisations that differ as services do: workforce and inspection
grade of real authorities, other conditions around their defaults with a declared spread and correlation (conditions of
one cluster hang together, culture with leadership). They live one by one and do not meet. Levels that are told of
organisations, not of people, are read from such a population.

{sources("timeline", functions(timeline))}

**Events.** An event may also change any input that is not fixed, from its month on.

{events}

**Inputs of the conditions.** A whole condition can be set to a position between its barrier end (0) and its
facilitator end (1), which moves all its inputs in a straight line between the two values. *Read by* names the
functions in which an input acts.

{inputs_table(i for c in CONDITIONS for i in c.inputs)}

**Other inputs.**

{inputs_table(OTHER_INPUTS)}

**Coefficients.**

{inputs_table(COEFFICIENTS)}

**Switches of mechanisms.** 1 is on. In the timeline they are called `<name>_on`.

{inputs_table(MECHANISMS)}"""


def submodels() -> str:
    """Return section 7."""
    parts = [
        """## 7 Submodels

### Why these forms

- *Relaxation* (`rule.toward`): states of people and climate follow their causes at a monthly pace. One pace serves
  most of them, because nothing is known that would tell them apart.
- *Stocks* (`rule.stock`): trust, skill, fatigue, obstacles gain on the room left and lose on what is there, so that
  they stay within 0 and 1 and have a steady state that both sides move.
- *Log-odds* (`rule.logistic`): where reasons add up to a decision or a load to strain.
- *Gates* (`rule.gate`): where a step needs several things, each missing one holds it back by the same strength. No
  single condition is sufficient, nor strictly necessary.
- *Overlap* (`rule.either`): where two helps, or two harms, do partly the same.
- *Rates and chances* (`rule.chance`): rates add up over causes, probabilities do not.

### What was left out

From the mechanisms read in the paper:""",
        left_out(),
        """### How to read a rule

A rule never sees the model and draws nothing. After its formula comes what its arguments mean: *declared* ones are
inputs or coefficients of section 6, by name; *states* are those of section 2. Each rule is drawn against one
argument, with a line for low (dotted), usual (solid) and high (dashed) values of a second one where there is one; all
others are at their default, or at the usual value given in brackets. The upright axis starts at 0 unless all values
lie far above or some below it; its ends are written beside it.""",
    ]
    for figure in figures():
        parts.append(f"### {figure.title}")
        parts.append(f"![{figure.alt}]({FOLDER}/{figure.file})")
        parts += [rule_part(figure.house, name) for name in figure.rules]
    parts += [
        "### Processes: the month",
        "`inputs` is what is given for the month, `org` the organisation, `worker` a practitioner; `world` holds the "
        "arrays of section 2, and `fam`, `fund`, `lead`, `prac` are the rules of families, funders, leaders and "
        "practitioners. Processes stand in `model/processes`, a file for each group.",
        sources("month", functions(month)),
    ]
    for house, module in list(PROCESSES.items())[1:]:
        parts += [f"### Processes: `{house}`", docstring(module), sources(house, definitions(module))]
    parts += ["### Random numbers", docstring(random), code(inspect.getsource(random).partition("_M0")[2], "_M0")]
    parts += [
        "### Constants",
        table(("Constant", "Value", "Module"), ((f"`{n}`", f"{v:g}", m) for n, (v, m) in constants().items())),
        "### Indicators",
        "Columns of the monthly table, at the end of each month; practitioners means filled practitioner posts.",
        table(("Indicator", "Unit", "Meaning"), ((f"`{i.name}`", i.unit, i.meaning) for i in INDICATORS)),
    ]
    return "\n\n".join(parts)


def left_out() -> str:
    """Return the list of mechanisms that the page of mechanisms marks as left out, with the reason.

    That page comes with the source, not with the installed package.
    """
    if not MECHANISMS_PAGE.is_file():
        return "- The list is in `docs/mechanisms.md` of the source."
    rows = LEFT_OUT.findall(MECHANISMS_PAGE.read_text("utf-8"))
    return "\n".join(f"- {what} (mechanism {n}): {why}." for n, what, why in rows)


def odd() -> str:
    """Return the whole page as Markdown."""
    first = (introduction(), purpose(), entities(), scheduling(), concepts(), beginning(), given(), submodels())
    return "\n\n".join((*first, second_level())) + "\n"


# ---- Reading the code ----------------------------------------------------------------------------------------------


def schedule() -> list[str]:
    """Names of the processes of a month, in schedule order."""
    body = ast.parse(source(month.month)).body[0]
    return [node.func.id for node in ast.walk(body) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]


def home_of(function: Function) -> str:
    """Return the name, as on the page, of the file that a function stands in."""
    return str(plain(function).__module__).rsplit(".", 1)[-1]


def calls(house: str, name: str) -> list[str]:
    """Functions that a function of a process calls, as `house.name`, forms and random numbers left out."""
    module, found = MODULES[house], []
    for node in ast.walk(ast.parse(source(getattr(module, name)))):
        if not isinstance(node, ast.Call):
            continue
        parts = ast.unparse(node.func).split(".")
        thing = getattr(getattr(module, parts[0], None) if len(parts) > 1 else module, parts[-1], print)
        if inspect.isfunction(plain(thing)) and home_of(thing) in {*RULES, *PROCESSES, *SET_UP}:
            found.append(f"{home_of(thing)}.{plain(thing).__name__}")
    return list(dict.fromkeys(found))


def called(process: str) -> str:
    """Say which parts a process of the month has, and by which rules and other functions it goes."""
    first = f"{home_of(getattr(month, process))}.{process}"
    todo, inner, others = [first], [], []
    while todo:
        for name in calls(*todo.pop(0).split(".")):
            if name.partition(".")[0] not in PROCESSES:
                others.append(name)
            elif name not in inner:
                inner.append(name)
                todo.append(name)
    parts = f" Parts: {ticked(inner)}." if inner else ""
    return parts + (f" By: {ticked(dict.fromkeys(others))}." if others else "")


def sources(house: str, names: Iterable[str], module: ModuleType | None = None) -> str:
    """Return the sources of functions of a module, each under its name."""
    module = module or MODULES[house]
    return "\n\n".join(f"**`{house}.{name}`**\n\n{code(source(getattr(module, name)))}" for name in names)


def meaning(name: str, module: ModuleType, field: str) -> str:
    """Meaning of a field of an array: as written here, else the comment beside it in the code; empty for neither."""
    return MEANINGS.get(f"{name}.{field}") or comments(module).get(field, "")


def fields_table(name: str, module: ModuleType, dtype: Any, leave_out: Iterable[str] = ()) -> str:
    """Return the table of the fields of an array."""
    rows = (
        (f"`{f}`", "whole" if dtype[f].kind == "i" else "real", meaning(name, module, f))
        for f in dtype.names
        if f not in leave_out
    )
    return table(("Field", "Number", "Meaning"), rows)


def stream_uses() -> dict[str, list[str]]:
    """Functions that draw from each random stream, by the name of the stream."""
    found: dict[str, list[str]] = {}
    for module in MODULES.values():
        text = inspect.getsource(module)
        for left, right in re.findall(r"^([A-Z_, ]+) = (stream\(.+)$", text, re.MULTILINE):
            names = re.findall(r'stream\("([^"]+)"\)', right)
            for constant, name in zip(left.split(", "), names, strict=True):
                found[name] = [
                    f"{house}.{f}"
                    for house, other in MODULES.items()
                    if getattr(other, constant, None) == random.stream(name)
                    for f in functions(other)
                    if re.search(rf"\(\w[\w.]*, {constant}\b", source(getattr(other, f)))
                ]
    return found


def readers() -> dict[str, list[str]]:
    """Functions that read each column of the timeline, by column."""
    found: dict[str, list[str]] = {}
    for house in (*PROCESSES, *SET_UP):
        for name in functions(MODULES[house]):
            text = source(getattr(MODULES[house], name))
            columns = r"\binputs\.(\w+)|(?:first|rows|scenario)\[\"(?:\w+\.)?(\w+)\"\]"
            read = {a or b for a, b in re.findall(columns, text)}
            read |= set(re.findall(r"\bscenario\.(horizon|warm_up)\b", text))
            for column in read:
                found.setdefault(column, []).append(f"`{house}.{name}`")
    return found


def constants() -> dict[str, tuple[float, str]]:
    """Named numbers of the model: value and module."""
    found: dict[str, tuple[float, str]] = {}
    for house, module in MODULES.items():
        for name, value in vars(module).items():
            if name.isupper() and name[0] != "_" and type(value) in {int, float}:
                found.setdefault(name, (value, f"`{house}`"))
    return found


def inputs_table(inputs: Iterable[Input]) -> str:
    """Return the table of some inputs."""
    read = readers()
    heads = ("Input", "Meaning", "Unit", "Default", "Bounds", "Plausible", "Barrier, facilitator", "Read by")
    rows = (
        (
            f"`{i.address}`",
            i.meaning,
            i.unit,
            number(i.default),
            span(i.minimum, i.maximum),
            span(i.low, i.high),
            "" if i.barrier is None or i.facilitator is None else f"{number(i.barrier)}, {number(i.facilitator)}",
            ", ".join(read.get(i.column, ())),
        )
        for i in inputs
    )
    return table(heads, rows)


# ---- Rules and their curves ----------------------------------------------------------------------------------------

HEADINGS: Mapping[str, str] = {
    "rule": "Forms that rules are made of",
    "practitioner": "Rules of practitioners",
    "leader": "Rules of leaders",
    "family": "Rules of families",
    "funder": "Rules of funders",
    "climate": "Rules of the organisation and the wider world",
}
COLUMNS, WIDTH, HEIGHT = 3, 250, 170
LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 46, 30, 180, 80
POINTS = 26
STROKES = (("#0072B2", "2 3"), ("#000000", ""), ("#D55E00", "7 3"))
"""Colour and dashes of low, usual and high; Okabe and Ito's, told apart by dashes as well."""
LINE = 15
STRAIGHT = 1e-9
"""Bend of a line, as a share of its height, below which it is straight."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with a panel for each rule under one heading of a file."""

    house: str
    heading: str
    rules: tuple[str, ...]

    @property
    def title(self) -> str:
        """Title of the part of the page."""
        return HEADINGS[self.house] + (f": {self.heading.lower().replace(':', ',')}" if self.heading else "")

    @property
    def file(self) -> str:
        """Name of the picture."""
        words = re.findall(r"[a-z]+", self.heading.lower())
        return "-".join([self.house, *words]) + ".svg"

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        return f"{self.title}. A curve for each of {', '.join(self.rules)}; each is put in words below its formula."


@dataclass(frozen=True, slots=True)
class Curve:
    """A rule along one argument, at values of another, all else as usual."""

    along: str
    low: float
    high: float
    by: str
    usual: float
    lines: dict[float, tuple[float, ...]]
    """By value of the other argument, in order."""


def figures() -> list[Picture]:
    """Every figure, in the order of the page."""
    return [
        Picture(house, heading, tuple(names)) for house in HEADINGS for heading, names in rules(MODULES[house]).items()
    ]


def arguments(function: Function) -> list[str]:
    """Names of the arguments of a rule."""
    return list(inspect.signature(plain(function)).parameters)


def known(name: str) -> Input | None:
    """Return the declared input that rules read under a name, if any."""
    return next((i for i in declared().values() if i.column == name), None)


def spread(rule_name: str, argument: str) -> tuple[float, float, float]:
    """Low, usual and high value of an argument of a rule."""
    one = known(argument)
    found = SPANS.get(f"{rule_name}.{argument}") or SPANS.get(argument)
    if found is None and one is not None:
        whole = (one.minimum, one.maximum) == (0, 1) and one.group != "coefficients"
        found = (one.minimum if whole else one.low, one.default, one.maximum if whole else one.high)
    return found or (0.0, 0.5, 1.0)


def curve(house: str, name: str) -> Curve:
    """Draw a rule from the rule itself."""
    function = plain(getattr(MODULES[house], name))
    names = arguments(function)
    along, by = CURVES.get(f"{house}.{name}", (names[0], names[1] if len(names) > 1 else ""))
    low, _, high = spread(name, along)
    least, middle, most = spread(name, by) if by else (0.0, 0.0, 0.0)
    rest = {n: spread(name, n)[1] for n in names if n not in {along, by}}
    xs = [low + (high - low) * k / (POINTS - 1) for k in range(POINTS)]
    lines = {
        level: tuple(float(function(**rest, **{along: x}, **({by: level} if by else {}))) for x in xs)
        for level in sorted({least, middle, most})
    }
    return Curve(along, low, high, by, middle, lines)


def in_words(one: Curve) -> str:
    """Say what a curve shows."""
    line = one.lines[one.usual]
    ends = f"from {line[0]:.3g} to {line[-1]:.3g}"
    levels = ", ".join(f"{level:g}" for level in one.lines)
    others = f", with a line for `{one.by}` at each of {levels}; that at {one.usual:g}" if one.by else "; it"
    return f"Curve: along `{one.along}` from {one.low:g} to {one.high:g}{others} goes {ends}."


def explained(rule_name: str, argument: str) -> str:
    """Say what an argument of a rule is; empty where nothing says so."""
    usual_value = f" ({spread(rule_name, argument)[1]:g})"
    special = ARGUMENTS.get(f"{rule_name}.{argument}")
    if special:
        return special + usual_value
    if one := known(argument):
        return f"declared, `{one.address}`"
    if argument in ARGUMENTS:
        return ARGUMENTS[argument] + usual_value
    where = [name for name, (_, _, dtype) in ENTITIES.items() if argument in dtype.names]
    return f"state of {' or '.join(where)}{usual_value}" if where else ""


def rule_part(house: str, name: str) -> str:
    """Return all there is to know of a rule."""
    function = getattr(MODULES[house], name)
    said = "; ".join(f"`{a}`: {explained(name, a)}" for a in arguments(function))
    return f"""#### `{house}.{name}`

{docstring(function)}

{code(formula(function))}

{said}.

{in_words(curve(house, name))}"""


def picture(figure: Picture) -> str:
    """Return a figure as SVG."""
    across = min(COLUMNS, len(figure.rules))
    down = -(-len(figure.rules) // COLUMNS)
    width, height = across * WIDTH, down * HEIGHT
    panels = "\n".join(
        f'<g transform="translate({k % COLUMNS * WIDTH} {k // COLUMNS * HEIGHT})">\n{panel(figure.house, name)}\n</g>'
        for k, name in enumerate(figure.rules)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"
  role="img" font-family="sans-serif" font-size="11" fill="none">
<title>{escape(figure.title)}</title>
<desc>{escape(figure.alt)}</desc>
<rect width="{width}" height="{height}" fill="#fff"/>
{panels}
</svg>
"""


def panel(house: str, name: str) -> str:
    """Return the panel of a rule as SVG: frame, lines, ends of both axes, and what tells lines apart."""
    one = curve(house, name)
    values = [y for line in one.lines.values() for y in line]
    least, top = min(values), max(values)
    bottom = 0.0 if 0.0 <= least <= top / 2.0 else least
    top = top if top > bottom else bottom + 1.0
    right, foot = LEFT + PLOT_WIDTH, TOP + PLOT_HEIGHT
    low, middle, high = STROKES
    strokes = {level: low if level < one.usual else high if level > one.usual else middle for level in one.lines}
    drawn = [polyline(line, bottom, top, *strokes[level]) for level, line in one.lines.items()]
    keys = [f'<tspan fill="{colour}">{level:g}</tspan>' for level, (colour, _) in strokes.items()]
    legend = f"{escape(one.by)} {', '.join(keys)}" if one.by else ""
    return "\n".join(
        [
            f'<rect x="{LEFT}" y="{TOP}" width="{PLOT_WIDTH}" height="{PLOT_HEIGHT}" stroke="#999"/>',
            *drawn,
            '<g fill="#000">',
            f'<text x="{LEFT}" y="{TOP - LINE // 2}" font-weight="bold">{name}</text>',
            f'<text x="{LEFT - 4}" y="{TOP + 9}" text-anchor="end">{top:.2g}</text>',
            f'<text x="{LEFT - 4}" y="{foot}" text-anchor="end">{bottom:.2g}</text>',
            f'<text x="{LEFT}" y="{foot + LINE}">{one.low:g}</text>',
            f'<text x="{LEFT + PLOT_WIDTH // 2}" y="{foot + LINE}" text-anchor="middle">{one.along}</text>',
            f'<text x="{right}" y="{foot + LINE}" text-anchor="end">{one.high:g}</text>',
            f'<text x="{LEFT}" y="{foot + 2 * LINE}">{legend}</text>',
            "</g>",
        ]
    )


def polyline(line: tuple[float, ...], bottom: float, top: float, colour: str, dashes: str) -> str:
    """Return a line as SVG."""
    steps = range(1, POINTS - 1)
    bends = [k for k in steps if abs(line[k - 1] + line[k + 1] - 2.0 * line[k]) > STRAIGHT * (top - bottom)]
    points = " ".join(
        f"{LEFT + PLOT_WIDTH * k / (POINTS - 1):.0f},{TOP + PLOT_HEIGHT * (top - line[k]) / (top - bottom):.1f}"
        for k in (0, *bends, POINTS - 1)
    )
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline points="{points}" stroke="{colour}" stroke-width="1.5"{dashed}/>'


def draw(folder: Path) -> None:
    """Write every figure into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    for figure in figures():
        (folder / figure.file).write_text(picture(figure), "utf-8")


def write(docs: Path) -> None:
    """Write the page and its figures into the folder of pages."""
    draw(docs / FOLDER)
    (docs / PAGE).write_text(odd(), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
