"""The state of a sector: a row for each authority, tables of what each thinks of each innovation, people between posts.

Authorities stand in the order of their names, whatever order they were asked for in.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.scenarios.field import Field, layout
from conducive.scenarios.links import CRITERIA, LINKS, link_inputs
from conducive.scenarios.programme import FUNDING

NOTHING = -1
"""Number of the innovation of an authority that runs none."""

AUTHORITY_FIELDS = (
    Field("region", "Region, by number.", whole=True),
    Field("grade_allowed", "1 for each inspection grade that a funder gives to.", whole=True, size=5),
    Field("may_bid", "1 where it lies in a region that a funder gives to.", whole=True),
    Field("innovation", "Innovation that runs here, or -1.", whole=True),
    Field("next_innovation", "Innovation to be launched next month, or -1.", whole=True),
    Field("launched", "Last month before the launch of what runs."),
    Field("waves", "Innovations launched so far."),
    Field("own", "1 where the scenario's own innovation runs, whatever the sector does."),
    # grant
    Field("grant", "Latest grant: GBP a year, the council's match included."),
    Field("length", "Length of that grant (months)."),
    Field("speed", "How soon results were promised for it (0-1)."),
    Field("grant_ends", "Last month of that grant."),
    Field("awarded", "GBP of the programme so far."),
    Field("matched", "GBP of the council beside it so far."),
    Field("support", "GBP of coaches' time next month."),
    Field("supported", "GBP of coaches' time so far."),
    Field("bids", "Bids in the last round."),
    Field("won", "1 if one of them was granted."),
    Field("rivalry", "Openness lost to competition (0-1)."),
    # what last month showed
    Field("filled", "Practitioners in post."),
    Field("use", "Practitioners who use what runs here (0-1)."),
    Field("faithful", "Practitioners who use it as it is meant (0-1)."),
    Field("learners", "Practitioners who learn or use it."),
    Field("cases", "Open cases."),
    Field("reported", "Success as it is told (0-1)."),
    Field("evidence", "Success as it is (0-1)."),
    Field("codified", "Memory in writing (0-1)."),
    Field("need", "Strain, vacancies and grade together, in standard deviations from the sector."),
    Field("quality", "The same turned round: how much better than the sector it is to work here."),
    Field("lead", "What the director puts behind it (0-1)."),
    Field("openness", "Openness of the director to risk (0-1)."),
    Field("nerve", "Safety of staff (0-1)."),
    Field("capacity", "Slack (0-1)."),
    Field("data", "Capability to gather and use data (0-1)."),
    Field("tightness", "How tight money is (0-1)."),
    Field("marketisation", "Weight of speed and competition in decisions on money (0-1)."),
    Field("tolerance", "Tolerance of failure (0-1)."),
    # counts so far
    Field("bids_so_far", "Bids made so far."),
    Field("grants_so_far", "Grants had so far."),
    Field("movers", "Permanent practitioners who left to move, so far."),
    Field("moved_out", "Those and agency workers who rotate, so far."),
    Field("moved_in", "Practitioners who moved here so far."),
    Field("left_sector", "Of those who had moved out from here, ones who left the sector."),
    Field("knowledge_out", "Skill and habit that movers took with them so far."),
    Field("knowledge_in", "Skill and habit that movers brought to the same innovation so far."),
    Field("directors_in", "Directors who moved here so far."),
    Field("taken_up", "Innovations taken up so far."),
    Field("ended", "Innovations ended or dropped so far."),
    Field("buried", "Of those, ones nothing was told of."),
    Field("tried_again", "Bad innovations taken up so far after one like it had ended anywhere."),
    Field("bad_taken_up", "Bad innovations taken up so far."),
    Field("faithful_years", "Practitioner-years of use at fidelity so far."),
    Field("practitioner_years", "Practitioner-years so far."),
    Field("families", "Case-years so far with a practitioner who uses it as it is meant."),
    Field("council_spend", "Spent by the council so far (GBP)."),
)
AUTHORITY = layout(AUTHORITY_FIELDS)

MOVER_FIELDS = (
    Field("origin", "Authority they left.", whole=True),
    Field("post", "Permanent or agency.", whole=True),
    Field("innovation", "What ran there, or -1.", whole=True),
    Field("stage", "Stage of adoption there.", whole=True),
    Field("waited", "Time between posts (months)."),
    Field("openness", "Lasting openness to new practice (0-1)."),
    Field("aptitude", "Lasting aptitude: a factor."),
    Field("belief", "Conviction (0-1)."),
    Field("fatigue", "Change fatigue (0-1)."),
    Field("skill", "Skill (0-1)."),
    Field("habit", "Habit (0-1)."),
    Field("u", "The first of two draws that settle where they go."),
    Field("v", "The second of them."),
)
MOVER = layout(MOVER_FIELDS)
"""A practitioner between two posts."""

DIRECTOR_AWAY_FIELDS = (
    Field("origin", "Authority they left.", whole=True),
    Field("waited", "Time between posts (months)."),
    Field("support", "Lasting style: how relational and supportive (0-1)."),
    Field("openness", "Lasting openness to risk (0-1)."),
)
DIRECTOR_AWAY = layout(DIRECTOR_AWAY_FIELDS)
"""A director between two posts; what they think works is in `Between.away_views`."""

NATIONAL_FIELDS = (
    Field("minister", "Support of the minister's policy for innovation (0-1)."),
    Field("minister_changed", "1 in the month in which the minister changes."),
    Field("hostility", "Hostility of the media that national cases have left (0-1)."),
    Field("cases", "National cases this month."),
    Field("movers", "Practitioners between posts."),
    Field("directors", "Directors between posts."),
    Field("network", "How far learning is passed on (0-1)."),
)
NATIONAL = layout(NATIONAL_FIELDS)

OFFER_FIELDS = (
    Field("claim", "What its makers claim (0-1)."),
    Field("potential", "Effect of faithful use (0-1)."),
    Field("effect_lag", "Time until an effect shows (months)."),
    Field("manualised", "How far it is packaged (0-1)."),
    Field("cost", "Running cost (GBP a year for each post)."),
    Field("failed", "1 once it has ended anywhere."),
)
OFFER = layout(OFFER_FIELDS)
"""An innovation on offer."""

SETTINGS = np.dtype(
    [(address.replace(".", "_"), np.float64) for address in link_inputs()]
    + [(f"{link.name}_on", np.float64) for link in LINKS]
    + [(i.name, np.float64) for i in FUNDING]
    + [(name, np.float64) for name in CRITERIA]
    + [(name, np.float64) for name in ("mean_grant", "support_months", "authorities")],
    align=True,
)
"""The numbers of a programme, as rules read them: `settings.people_moves`, `settings.word_on`, `settings.length`."""

BEFORE = 9
KIND, STAGE, OPENNESS, APTITUDE, BELIEF, FATIGUE, SKILL, HABIT, TENURE = range(BEFORE)
"""Columns of what is remembered of each practitioner from the start of a month."""


class Between(NamedTuple):
    """Everything that changes between authorities, as arrays; A authorities, J innovations."""

    seed: np.uint64
    settings: Any
    authorities: Any
    national: Any
    offers: Any
    changes: npt.NDArray[np.float64]  # (J, columns of a timeline); NaN where an innovation changes nothing
    belief: npt.NDArray[np.float64]  # (A, J): how well people here think each works (0-1), like the next four
    stance: npt.NDArray[np.float64]  # of the director
    told: npt.NDArray[np.float64]  # what is to be heard from here
    audible: npt.NDArray[np.float64]  # how loudly (0-1)
    owned_up: npt.NDArray[np.float64]  # 1 where a failure here was told
    shown: npt.NDArray[np.float64]  # evidence, unglossed, when it was last looked at; NaN where never tried
    steps: npt.NDArray[np.float64]  # (A, A)
    heard: npt.NDArray[np.float64]  # (A, A): weight of what is heard from each other place; rows add up to 1
    movers: Any
    away: Any
    away_views: npt.NDArray[np.float64]
    acting_before: npt.NDArray[np.float64]
    director_before: npt.NDArray[np.float64]  # (A, 2): support and openness
    openings: npt.NDArray[np.int32]  # (A, 2): posts that permanent, and agency, movers may start in this month
    rounds: npt.NDArray[np.int32]  # (rounds, 2): month, grants
    received: npt.NDArray[np.float64]  # GBP by region
    region_posts: npt.NDArray[np.float64]
    regions: npt.NDArray[np.float64]  # faithful and all practitioner-years by region
