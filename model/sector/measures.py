"""What is counted of a sector each month, across all authorities."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.agents.rule import rule
from conducive.model.sector.state import NOTHING, Between
from conducive.scenarios.indicators import Indicator

type Floats = npt.NDArray[np.float64]

SECTOR_INDICATORS: tuple[Indicator, ...] = (
    Indicator("running", "share", "Authorities that run an innovation."),
    Indicator("funded", "share", "Authorities with a grant."),
    Indicator("use", "share", "Practitioners who use what their authority runs."),
    Indicator("use_at_fidelity", "share", "Practitioners who use it as it is meant."),
    Indicator("taken_up", "count", "Innovations taken up so far."),
    Indicator("ended", "count", "Innovations ended or dropped so far."),
    Indicator("buried", "count", "Of those, ones nothing was told of."),
    Indicator("bad_taken_up", "count", "Bad innovations taken up so far."),
    Indicator("tried_again", "count", "Of those, ones that had failed somewhere before."),
    Indicator("perceived_success", "share", "How well what has been tried is thought to work."),
    Indicator("true_success", "share", "How well it works where it was tried, nothing glossed over."),
    Indicator("faithful_years", "practitioner-years", "Use as it is meant so far."),
    Indicator("families", "case-years", "Cases held by those who use it as it is meant, so far."),
    Indicator("equity", "share", "Evenness of use as it is meant between regions so far: 1 less the Gini index."),
    Indicator("awarded", "GBP", "Grants given so far."),
    Indicator("matched", "GBP", "Promised beside them by councils so far."),
    Indicator("supported", "GBP", "Spent on network and coaches so far."),
    Indicator("council_money", "GBP", "Spent by councils on innovations so far."),
    Indicator("movers", "count", "Permanent practitioners who left to move so far."),
    Indicator("moved", "count", "Practitioners who moved and started elsewhere so far, agency workers included."),
    Indicator("directors_moved", "count", "Directors who moved so far."),
    Indicator("bids", "count", "Bids made so far."),
    Indicator("grants", "count", "Grants given so far."),
    Indicator("hostility", "share", "Hostility that national cases have left."),
    Indicator("minister_changed", "count", "1 in the month of a new minister."),
)
"""Columns of the table of a sector, one row a month."""

SECTOR_MONTH = np.dtype([(i.name, np.float64) for i in SECTOR_INDICATORS], align=True)


@rule
def evenness(use: Floats, posts: Floats) -> float:
    """1 less the Gini index of use for each practitioner between regions, weighted by practitioners; 1 where none."""
    total = use.sum()
    if total <= 0.0:
        return 1.0
    gap = 0.0
    for a in range(len(use)):
        for b in range(len(use)):
            if posts[a] > 0.0 and posts[b] > 0.0:
                gap += posts[a] * posts[b] * abs(use[a] / posts[a] - use[b] / posts[b])
    return 1.0 - gap / (2.0 * posts.sum() * total)


@rule
def believed_and_true(sector: Between) -> tuple[float, float]:
    """How well what was tried is thought to work everywhere, and how well it works where it was tried (both 0-1)."""
    believed = true = weight = 0.0
    count = len(sector.authorities)
    for j in range(len(sector.offers)):
        seen = shown = thought = 0.0
        for a in range(count):
            thought += sector.belief[a, j] / count
            if not np.isnan(sector.shown[a, j]):
                seen += 1.0
                shown += sector.shown[a, j]
        weight += seen
        believed += seen * thought
        true += shown
    return (believed / weight, true / weight) if weight > 0.0 else (np.nan, np.nan)


@rule
def count_month(sector: Between, row: Any, running: Floats, users: Floats, spent: float, month: float) -> None:
    """Write the month's row of the sector, and the share of authorities and of practitioners by innovation."""
    national, count = sector.national[0], len(sector.authorities)
    filled = use = faithful = 0.0
    running[:] = 0.0
    users[:] = 0.0
    row.taken_up = row.ended = row.buried = row.bad_taken_up = row.tried_again = row.moved = row.directors_moved = 0.0
    row.running = row.funded = row.faithful_years = row.families = row.awarded = row.matched = row.council_money = 0.0
    row.bids = row.grants = row.movers = 0.0
    sector.regions[:] = 0.0
    for a in range(count):
        here = sector.authorities[a]
        filled += here.filled
        here.practitioner_years += here.filled / 12.0
        if here.innovation != NOTHING:
            row.running += 1.0 / count
            use += here.use * here.filled
            faithful += here.faithful * here.filled
            here.faithful_years += here.faithful * here.filled / 12.0
            here.families += here.faithful * here.cases / 12.0
            running[here.innovation] += 1.0 / count
            users[here.innovation] += here.use * here.filled
        row.taken_up += here.taken_up
        row.ended += here.ended
        row.buried += here.buried
        row.bad_taken_up += here.bad_taken_up
        row.tried_again += here.tried_again
        row.funded += (here.grant > 0.0 and here.grant_ends >= month) / count
        row.movers += here.movers
        row.bids += here.bids_so_far
        row.grants += here.grants_so_far
        row.moved += here.moved_in
        row.directors_moved += here.directors_in
        row.faithful_years += here.faithful_years
        row.families += here.families
        row.awarded += here.awarded
        row.matched += here.matched
        row.council_money += here.council_spend
        sector.regions[here.region, 0] += here.faithful_years
        sector.regions[here.region, 1] += here.practitioner_years
    row.use, row.use_at_fidelity = use / filled, faithful / filled
    users /= filled
    row.perceived_success, row.true_success = believed_and_true(sector)
    row.equity = evenness(sector.regions[:, 0], sector.regions[:, 1])
    row.supported = spent
    row.hostility, row.minister_changed = national.hostility, national.minister_changed
