"""What flows between authorities: six links, each a switch and the numbers that it acts by, with source and grade.

A programme file sets a number in the table of its link, and turns a link off under `[links]`. With every link off each
authority is the run that it is alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from conducive.scenarios.declaration import Grade, Input

OURS = "Our judgement; no figure found"
ATTRITION = "DfE children's social work workforce, attrition: movers to another authority over all leavers, 2022-2025"
SERIES = "DfE children's social work workforce 2017-2025: variance of England's series over it and that within places"


@dataclass(frozen=True, slots=True)
class Link:
    """One of the links: what flows, what it represents of the paper, and the numbers it acts by."""

    name: str
    title: str
    meaning: str
    paper: str
    inputs: tuple[Input, ...]


def _i(
    name: str,
    meaning: str,
    unit: str,
    default: float,
    bounds: tuple[float, float],
    plausible: tuple[float, float],
    source: str = OURS,
    grade: Grade = "assumed",
    *,
    whole: bool = False,
) -> Input:
    return Input(name, meaning, unit, default, *bounds, None, None, *plausible, source, grade, whole)


def _link(name: str, title: str, meaning: str, paper: str, *inputs: Input) -> Link:
    return Link(name, title, meaning, paper, tuple(replace(i, group=name) for i in inputs))


SHARE, WEIGHT = (0.0, 1.0), (0.0, 20.0)

LINKS: tuple[Link, ...] = (
    _link(
        "people", "People who move",
        "Practitioners who leave one authority start in another, with their traits and weariness; with skill, habit "
        "and conviction where the innovation is the same. Agency workers go from one authority to the next.", "4.3",
        _i("moves", "Permanent leavers who go to another authority.", "share", 0.27, SHARE, (0.23, 0.29), ATTRITION,
           "measured"),
        _i("agency_rotates", "Agency leavers who take their next assignment in another authority.", "share", 0.9,
           SHARE, (0.6, 1.0)),
        _i("gravity", "How much less often a move goes a step further: same region, bordering region, beyond.",
           "log-odds a step", 1.5, WEIGHT, (0.5, 3.0)),
        _i("attraction", "How much more often a move goes where strain, vacancies and grade are better.",
           "log-odds a standard deviation", 0.5, WEIGHT, (0.0, 1.0), "Direction: paper 4.3", "paper"),
        _i("wait", "Longest time between two posts; whoever finds none by then has left the sector.", "months", 3.0,
           (0.0, 24.0), (1.0, 6.0), whole=True),
    ),
    _link(
        "directors", "Directors who move",
        "Directors who leave take their next post elsewhere, with their style and with what they think works.", "4.3",
        _i("moves", "Directors who leave and take another such post.", "share", 0.31, SHARE, (0.2, 0.45),
           "ADCS: 33 months in post, a career of about four years: 1.45 posts each", "literature"),
        _i("gravity", "How much less often an appointment goes a step further.", "log-odds a step", 0.5, WEIGHT,
           (0.0, 1.5)),
        _i("wait", "Longest time between two posts.", "months", 12.0, (0.0, 60.0), (3.0, 24.0), whole=True),
        _i("say", "Weight of the director's own view in what an authority thinks works.", "share", 0.5, SHARE,
           (0.2, 0.8), "Direction: paper 4.3", "paper"),
        _i("view_pace", "Pace at which a director's view follows what the own authority reports.", "share a month",
           0.05, SHARE, (0.02, 0.1)),
    ),
    _link(
        "word", "Word and evidence",
        "Authorities hear from those near and those like them how an innovation is going: rosier than it is, and of a "
        "failure only where failure may be told. What was written down passes on where somebody pays for it.",
        "4.1, 4.4",
        _i("gravity", "How much less is heard from a step further.", "log-odds a step", 1.0, WEIGHT, (0.3, 2.0)),
        _i("likeness", "How much more is heard from one of the ten statistical neighbours.", "log-odds", 1.0, WEIGHT,
           (0.0, 2.0)),
        _i("pace", "Pace at which opinion follows what is heard.", "share a month", 0.05, SHARE, (0.02, 0.15)),
        _i("failure_memory", "Time in which a failure that was told is half forgotten.", "months", 36.0, (1.0, 240.0),
           (12.0, 108.0)),
        _i("competition", "Openness lost where all bidders but the winners lose.", "share", 0.5, SHARE, (0.1, 0.8),
           "Direction: paper 4.5, competition for restricted finance", "paper"),
        _i("pass_on", "Pace at which what peers have written down is taken over, with a network fully paid for.",
           "share a month", 0.04, SHARE, (0.01, 0.1),
           "Direction: Darr, Argote & Epple 1995: learning passes under one owner, not otherwise", "literature"),
        _i("network_price", "Cost of a learning network that works at two thirds of its best.",
           "GBP a year for each authority", 25_000.0, (1.0, 10_000_000.0), (10_000.0, 60_000.0)),
    ),
    _link(
        "weather", "Shared weather",
        "The job market, recruitment, demand and ministers are partly the same everywhere; a case in the national "
        "media raises hostility everywhere.", "4.5",
        _i("job_market", "Share of the swing of leaving that all authorities have in common.", "share of variance",
           0.1, SHARE, (0.03, 0.25), SERIES, "measured"),
        _i("recruitment", "The same of recruitment.", "share of variance", 0.06, SHARE, (0.02, 0.2), SERIES,
           "measured"),
        _i("demand", "The same of demand for casework.", "share of variance", 0.2, SHARE, (0.05, 0.35), SERIES,
           "measured"),
        _i("ministers", "Mean time in office of a minister.", "years", 1.0, (0.1, 50.0), (0.5, 2.0),
           "10 children's ministers in the decade to 2023 (CYP Now)", "literature"),
        _i("minister_weight", "How far a new minister changes what local policy supports.", "share", 0.5, SHARE,
           (0.2, 0.8)),
        _i("national_case", "Serious public incidents that become a national case.", "share", 0.0175, SHARE,
           (0.01, 0.025), "A national case in 0.2 to 0.5% of authorities a year, over 0.2 public incidents each"),
        _i("hostility", "How much of the way to full hostility a national case takes everybody.", "share", 0.5, SHARE,
           (0.2, 0.8)),
        _i("hostility_fades", "Time in which that hostility halves.", "months", 54.0, (1.0, 480.0), (24.0, 108.0),
           "Cafcass: care applications still at record levels after four and a half years; paper 4.5: nine years",
           "literature"),
    ),
    _link(
        "choice", "Choice among innovations",
        "An authority takes up one innovation by what it needs, what its leaders and its neighbours say works, and "
        "what it can afford; it may drop it and take up the next.", "4.1-4.5",
        _i("openings", "Rate at which leaders find openings of their own accord.", "a year", 0.03, (0.0, 12.0),
           (0.01, 0.1), "Bass p: Sultan, Farley & Lehmann 1990", "literature"),
        _i("contact", "Rate of taking up what everybody one hears from does.", "a year", 0.38, (0.0, 12.0),
           (0.3, 0.5), "Bass q: Sultan, Farley & Lehmann 1990", "literature"),
        _i("success_weight", "Pull of what is thought to work.", "log-odds", 4.0, WEIGHT, (1.0, 8.0)),
        _i("need_weight", "Pull of need: strain, empty posts, a poor grade.", "log-odds a standard deviation", 0.3,
           WEIGHT, (0.0, 1.0)),
        _i("leader_weight", "Pull of a director who is open to the new.", "log-odds", 1.0, WEIGHT, (0.0, 3.0),
           "Direction: paper 4.3", "paper"),
        _i("cost_weight", "How much cost, in tight times, holds back.", "log-odds", 1.0, WEIGHT, (0.0, 2.0)),
        _i("packaged_weight", "Pull of a package where money is tight or evidence slow.", "log-odds", 1.5, WEIGHT,
           (0.0, 3.0), "Direction: paper 4.3, manualised programmes", "paper"),
        _i("failed_weight", "How much a failure that the authority owns up to holds it back from the same again.",
           "log-odds", 3.0, WEIGHT, (1.0, 5.0)),
        _i("settle", "Time an innovation is given before it can count as ended.", "months", 24.0, (1.0, 240.0),
           (12.0, 36.0), "Fixsen 2005, Saldana 2012: at least two years to full operation", "literature", whole=True),
        _i("restless", "Rate at which a director drops what runs for something thought twice as good.", "a year", 0.3,
           (0.0, 12.0), (0.1, 0.6), "Direction: paper 4.1, 4.3", "paper"),
        _i("bad_below", "Effect of faithful use below which an innovation counts as a bad one.", "share", 0.3, SHARE,
           (0.2, 0.4)),
    ),
    _link(
        "funders", "Funders who choose",
        "Rounds of a programme: authorities bid as leaders, capacity and nerve allow; the funder ranks bids by its "
        "criteria. Speed promised to win is held against results later.", "4.3, 4.5",
        _i("bids_each", "Most bids that an authority makes in a round.", "bids", 3.0, (1.0, 10.0), (2.0, 5.0),
           "Set so that a first round draws near 300 bids, as in 2014 (CYP Now)", "literature", whole=True),
        _i("eagerness", "Chance of a bid where leadership, capacity and nerve are full.", "share", 1.0, SHARE,
           (0.8, 1.0)),
        _i("noise", "Spread of judgement between readers of the same bid.", "standard deviations", 0.5, (0.0, 5.0),
           (0.2, 1.0)),
        _i("last_months", "Months before the end of a grant from which its holder may bid again.", "months", 6.0,
           (0.0, 120.0), (0.0, 12.0), whole=True),
        _i("haste", "How much of the time for results the fastest promise gives away.", "share", 0.6, (0.0, 0.95),
           (0.3, 0.9), "Direction: paper 4.5, six months promised against twenty years needed", "paper"),
    ),
)  # fmt: skip
"""Every link, in the order in which they act after a month."""

CRITERIA: Mapping[str, str] = MappingProxyType(
    {
        "need": "Strain, empty posts and a poor inspection grade.",
        "readiness": "Leaders behind it, time to learn, data to steer by.",
        "speed": "How soon results are promised.",
        "evidence": "How well the innovation is thought to work.",
        "equity": "How little the region has had so far.",
    }
)
"""What a funder may rank bids by, 0 to 1 each before bids are compared."""


@cache
def link_inputs() -> Mapping[str, Input]:
    """Every number of the links by address, such as `people.moves`."""
    return MappingProxyType({i.address: i for link in LINKS for i in link.inputs})
