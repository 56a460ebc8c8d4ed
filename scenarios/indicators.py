"""What can be read off a run: the indicators, each a column of the monthly table. Pure declarations, as inputs are."""

from __future__ import annotations

import math
from dataclasses import dataclass

_YES_OR_NO = ("zone_open", "stopped_by_funder")  # counts of one thing: there or not


@dataclass(frozen=True, slots=True)
class Indicator:
    """A column of the monthly table."""

    name: str
    unit: str
    meaning: str

    @property
    def share(self) -> bool:
        """Whether it lies between 0 and 1."""
        return self.unit in {"share", "0 or 1"} or self.name in _YES_OR_NO

    @property
    def within(self) -> tuple[float, float]:
        """Least and most that it can be: nothing that is counted or spent is below 0."""
        return (0.0, 1.0) if self.share else (0.0, math.inf)

    @property
    def apart(self) -> tuple[float, float]:
        """Least and most by which it can differ between two."""
        return (-1.0, 1.0) if self.share else (-math.inf, math.inf)


def _shares(**meanings: str) -> list[Indicator]:
    return [Indicator(name, "share", meaning) for name, meaning in meanings.items()]


def _counts(**meanings: str) -> list[Indicator]:
    return [Indicator(name, "count", meaning) for name, meaning in meanings.items()]


def _pounds(**meanings: str) -> list[Indicator]:
    return [Indicator(name, "GBP", meaning) for name, meaning in meanings.items()]


INDICATORS: tuple[Indicator, ...] = (
    *_counts(wave="Number of the latest innovation, from 1."),
    *_shares(
        unaware="Practitioners who have not heard of it.",
        aware="Practitioners who know of it.",
        willing="Practitioners who want to do it.",
        trained="Practitioners trained who have not begun.",
        trying="Practitioners trying it.",
        routine="Practitioners for whom it is routine.",
        lapsed="Practitioners who used it and have stopped.",
        use="Practitioners using it: trying and routine.",
        use_at_fidelity="Practitioners using it as it is meant.",
    ),
    *_counts(
        new_users="Practitioners who began using it this month, new starters inducted into it included.",
        lapses="Users who stopped and stayed in post.",
        losses="Users who left their post, or whose innovation was superseded.",
    ),
    Indicator("trials", "per practitioner", "Attempts at unfamiliar practice of any kind this month."),
    *_shares(
        codified_memory="What the organisation has written down and kept.",
        living_memory="Skill and habit of those in post.",
        newcomer_start="Skill that somebody new would start with.",
        peer_trust="Mean trust between colleagues.",
        vertical_trust="Mean trust of practitioners in their manager.",
        family_trust="Mean trust of families in their worker.",
        funder_confidence="Confidence of the external funder.",
        safety="Mean psychological safety.",
        strain="Mean emotional strain.",
        fatigue="Mean change fatigue and cynicism.",
        belief="Mean conviction that the innovation helps families.",
        skill="Mean skill in the innovation.",
        reinforcement="Mean reinforcement of practice.",
        continuation="How far people expect the innovation to last.",
        scar="Scar of past incidents in the culture.",
        vacancy_rate="Posts without a permanent holder.",
        agency_rate="Agency workers over agency and permanent workers.",
    ),
    Indicator("turnover_12m", "ratio", "Permanent leavers of the last 12 months over permanent staff in post."),
    *_counts(
        filled_posts="Posts with somebody in them.",
        leavers="Permanent staff who left this month.",
        starters="Permanent staff who started this month.",
    ),
    Indicator("caseload", "cases", "Cases per filled post."),
    Indicator("cases", "cases", "Open cases."),
    *_shares(
        fit="Fit of the innovation with this place.",
        fidelity="Mean fidelity of those using it.",
        benefit="What practice now does for a family on average, before it shows.",
        evidence="Evidence as reported to leaders and funders.",
        paid="Share of running cost and support that is paid for.",
    ),
    Indicator("budget", "ratio", "Council budget relative to launch."),
    *_pounds(
        external_money="Grant received this month.",
        council_money="Council money for the innovation this month.",
        spend="Spent on the innovation this month.",
        cumulative_cost="Spent on it since the first launch.",
        training_spend="Spent on training this month.",
        diverted="Grant drawn off to other calls this month.",
        returned="Grant unspent at its end and returned this month.",
        balance="Grant received and not yet spent.",
    ),
    *_shares(
        wellbeing="Mean wellbeing of families.",
        voice="Mean part families take in coproduction.",
        burden="Mean cost to families of taking part.",
        leader_commitment="Mean commitment of leaders.",
    ),
    *_counts(
        leader_changes="Leaders who left this month.",
        incidents="Serious public incidents this month.",
        inspections="Inspections this month.",
    ),
    Indicator("inspection_grade", "grade", "Latest grade: 1 outstanding to 4 inadequate."),
    Indicator(
        "uptake_number",
        "colleagues",
        "Colleagues one user brings into use before lapsing or leaving, nobody else using it.",
    ),
    Indicator("uptake_number_without_grant", "colleagues", "The same without external money, held or expected."),
    *_counts(
        zone_open="1 when use can grow from some level on: the conducive zone.",
        stopped_by_funder="1 once the funder has stopped this innovation early.",
    ),
    Indicator(
        "sustained",
        "0 or 1",
        "Two years after external money: not ended, and use at fidelity at least half of its level in the last three "
        "months of that money; empty before that is known.",
    ),
    *(
        Indicator(f"{what}_{when}_years", "0 or 1", f"{when.title()} years after external money: {meaning}")
        for when in ("two", "five")
        for what, meaning in (
            ("ended", "use is below a tenth of filled posts; empty before that is known."),
            ("reduced", "neither ended nor kept."),
            ("kept", "not ended, and use at least nine tenths of its level in the last three months of that money."),
        )
    ),
)

SHARES = frozenset(i.name for i in INDICATORS if i.share)
"""Indicators that lie between 0 and 1."""
AFTERMATH = tuple(f"{what}_{when}_years" for when in ("two", "five") for what in ("ended", "reduced", "kept"))
"""What has become of the innovation two and five years after external money: exactly one of three is 1 each time."""


def indicator_of(name: str) -> Indicator:
    """Return the declaration of an indicator."""
    return next(i for i in INDICATORS if i.name == name)
