"""The state of a sector: a row for each authority, tables of what each thinks of each innovation, people between posts.

Authorities stand in the order of their names, whatever order they were asked for in.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.scenarios.links import CRITERIA, LINKS, link_inputs
from conducive.scenarios.programme import FUNDING

NOTHING = -1
"""Number of the innovation of an authority that runs none."""

AUTHORITY = np.dtype(
    [
        ("region", np.int32),
        ("grade_allowed", np.int32, (5,)),
        ("may_bid", np.int32),  # lies in a region that a funder gives to
        ("innovation", np.int32),  # that runs here, or -1
        ("next_innovation", np.int32),  # to be launched next month, or -1
        ("launched", np.float64),  # last month before it
        ("waves", np.float64),  # innovations launched so far
        ("own", np.float64),  # 1 where the scenario's own innovation runs, whatever the sector does
        # grant
        ("grant", np.float64),  # GBP a year, the council's match included; of the last grant
        ("length", np.float64),  # months
        ("speed", np.float64),  # promised with it (0-1)
        ("grant_ends", np.float64),  # last month of it
        ("awarded", np.float64),  # GBP of the programme so far
        ("matched", np.float64),  # GBP of the council beside it so far
        ("support", np.float64),  # GBP of coaches' time next month
        ("supported", np.float64),  # GBP of coaches' time so far
        ("bids", np.float64),  # of the last round, like the next
        ("won", np.float64),
        ("rivalry", np.float64),  # openness lost to competition (0-1)
        # what last month showed
        ("filled", np.float64),
        ("use", np.float64),  # share of filled posts
        ("faithful", np.float64),
        ("learners", np.float64),
        ("cases", np.float64),
        ("reported", np.float64),
        ("evidence", np.float64),
        ("codified", np.float64),
        ("need", np.float64),  # 0-1
        ("quality", np.float64),  # standard deviations above the sector
        ("lead", np.float64),  # of the director
        ("openness", np.float64),  # of the director
        ("nerve", np.float64),  # safety of staff (0-1)
        ("capacity", np.float64),  # slack (0-1)
        ("data", np.float64),
        ("tightness", np.float64),  # of money (0-1)
        ("marketisation", np.float64),
        ("tolerance", np.float64),  # of failure
        # counts so far
        ("bids_so_far", np.float64),
        ("grants_so_far", np.float64),
        ("movers", np.float64),  # permanent practitioners who left to move
        ("moved_out", np.float64),  # those and agency workers who rotate
        ("moved_in", np.float64),
        ("left_sector", np.float64),  # of those who had moved out from here
        ("knowledge_out", np.float64),  # skill and habit of movers
        ("knowledge_in", np.float64),
        ("directors_in", np.float64),
        ("taken_up", np.float64),
        ("ended", np.float64),
        ("buried", np.float64),
        ("tried_again", np.float64),  # bad innovations taken up after one had ended, anywhere, like the next
        ("bad_taken_up", np.float64),
        ("faithful_years", np.float64),  # practitioner-years of use at fidelity
        ("practitioner_years", np.float64),
        ("families", np.float64),  # case-years with a practitioner who uses it as it is meant
        ("council_spend", np.float64),  # GBP
    ],
    align=True,
)

MOVER = np.dtype(
    [
        ("origin", np.int32),
        ("post", np.int32),  # permanent or agency
        ("innovation", np.int32),  # that ran where they come from
        ("stage", np.int32),
        ("waited", np.float64),  # months
        ("openness", np.float64),
        ("aptitude", np.float64),
        ("belief", np.float64),
        ("fatigue", np.float64),
        ("skill", np.float64),
        ("habit", np.float64),
        ("u", np.float64),  # two draws that settle where they go
        ("v", np.float64),
    ],
    align=True,
)
"""A practitioner between two posts."""

DIRECTOR_AWAY = np.dtype(
    [("origin", np.int32), ("waited", np.float64), ("support", np.float64), ("openness", np.float64)], align=True
)
"""A director between two posts; what they think works is in `Between.away_views`."""

NATIONAL = np.dtype(
    [
        (name, np.float64)
        for name in (
            "minister",  # support of the minister's policy for innovation (0-1)
            "minister_changed",  # 1 in the month of a change
            "hostility",  # that national cases have left (0-1)
            "cases",  # national cases this month
            "movers",  # rows of the pool in use
            "directors",
            "network",  # how far learning is passed on (0-1)
        )
    ],
    align=True,
)

OFFER = np.dtype(
    [(name, np.float64) for name in ("claim", "potential", "effect_lag", "manualised", "cost", "failed")], align=True
)
"""An innovation on offer; `cost` is GBP a year for each post, `failed` 1 once it has ended somewhere."""

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
