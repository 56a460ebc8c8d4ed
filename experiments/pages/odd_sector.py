"""The second level of the ODD+D page: a sector of authorities, written from its arrays, its month and its rules."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from conducive.experiments.pages.reading import code, comments, docstring, formula, functions, source, ticked
from conducive.experiments.pages.reference import table
from conducive.model import random
from conducive.model.sector import choice, directors, funders, ground, measures, month, people, state, weather, word
from conducive.scenarios import links

HOUSES: Mapping[str, ModuleType] = {
    "month": month,
    "weather": weather,
    "people": people,
    "directors": directors,
    "word": word,
    "choice": choice,
    "funders": funders,
    "measures": measures,
    "ground": ground,
}
"""Modules of a sector, in the order in which they are read."""
ENTITIES: Mapping[str, tuple[str, Any]] = {
    "authority": ("Authority: an organisation, and what is known of it between months", state.AUTHORITY),
    "mover": ("Practitioner between two posts", state.MOVER),
    "director": ("Director between two posts", state.DIRECTOR_AWAY),
    "national": ("Nation: ministers, the media, and what is paid for centrally", state.NATIONAL),
    "offer": ("Innovation on offer", state.OFFER),
}
MEANINGS: Mapping[str, str] = {
    "authority.region": "Region, by number.",
    "authority.grade_allowed": "1 for each inspection grade that a funder gives to.",
    "authority.bids": "Bids in the last round.",
    "authority.won": "1 if one of them was granted.",
    "authority.filled": "Practitioners in post.",
    "authority.use": "Practitioners who use what runs here (0-1).",
    "authority.faithful": "Practitioners who use it as it is meant (0-1).",
    "authority.learners": "Practitioners who learn or use it.",
    "authority.cases": "Open cases.",
    "authority.reported": "Success as it is told (0-1).",
    "authority.evidence": "Success as it is (0-1).",
    "authority.codified": "Memory in writing (0-1).",
    "authority.need": "Strain, vacancies and grade together, in standard deviations from the sector.",
    "authority.quality": "The same turned round: how much better than the sector it is to work here.",
    "authority.data": "Capability to gather and use data (0-1).",
    "authority.marketisation": "Weight of speed and competition in decisions on money (0-1).",
    "authority.grants_so_far": "Grants had so far.",
    "authority.bids_so_far": "Bids made so far.",
    "authority.moved_in": "Practitioners who moved here so far.",
    "authority.knowledge_in": "Skill and habit that movers brought to the same innovation so far.",
    "authority.directors_in": "Directors who moved here so far.",
    "authority.taken_up": "Innovations taken up so far.",
    "authority.ended": "Innovations ended or dropped so far.",
    "authority.buried": "Of those, ones nothing was told of.",
    "authority.tried_again": "Bad innovations taken up so far after one like it had ended anywhere.",
    "authority.bad_taken_up": "Bad innovations taken up so far.",
    "authority.practitioner_years": "Practitioner-years so far.",
    "mover.origin": "Authority they left.",
    "mover.innovation": "What ran there, or -1.",
    "mover.stage": "Stage of adoption there.",
    "mover.openness": "Lasting openness to new practice (0-1).",
    "mover.aptitude": "Lasting aptitude: a factor.",
    "mover.belief": "Conviction (0-1).",
    "mover.fatigue": "Change fatigue (0-1).",
    "mover.skill": "Skill (0-1).",
    "mover.habit": "Habit (0-1).",
    "mover.v": "The second of them.",
    "director.origin": "Authority they left.",
    "director.waited": "Time between posts (months).",
    "director.support": "Lasting style: how relational and supportive (0-1).",
    "director.openness": "Lasting openness to risk (0-1).",
    "national.movers": "Practitioners between posts.",
    "national.directors": "Directors between posts.",
    "offer.claim": "What its makers claim (0-1).",
    "offer.potential": "Effect of faithful use (0-1).",
    "offer.effect_lag": "Time until an effect shows (months).",
    "offer.manualised": "How far it is packaged (0-1).",
    "offer.cost": "Running cost (GBP a year for each post).",
    "offer.failed": "1 once it has ended anywhere.",
}
STREAMS: Mapping[str, str] = {
    "leaver goes to another authority": "whether a leaver moves, and where to",
    "director takes another post": "whether a director who leaves takes another such post",
    "director is appointed": "who of those between posts is appointed",
    "authority takes up": "whether an authority takes something up, and which",
    "authority gives up": "whether a director drops what runs",
    "failure is told": "whether a failure is told or buried",
    "authority bids": "whether a bid is made, and how soon it promises results",
    "readers of bids": "how the readers of a bid differ",
    "national weather": "the part of job market, recruitment and demand that is the same everywhere",
    "minister": "whether a minister changes, and what the next supports",
    "national case": "whether a public incident becomes a national case",
}
INTRODUCTION = """## A second level: a sector of authorities

**Purpose.** One programme, many authorities: does the same money leave more behind as few long grants or as many short
ones, by need or by readiness, with failures published or buried? Each authority is the organisation described above, to
the bit, wherever no link acts; this part describes what is between them. Which numbers are measured and which are
judgement, what is held against the world, and what is missed, is in [programmes](programme.md). Code names below stand
in `model/sector`.

**Scales.** The same months. Authorities stand in the order of their names; space is region: the same, a bordering one,
beyond. Those of England have their official figures and grade, and for all that is not published conditions drawn anew
for each replicate; invented ones are drawn altogether."""
CONCEPTS = """### Design concepts of a sector

- *Emergence*: what is taken up where, how long it runs, what is thought of it and how evenly regions benefit come out
  of authorities' choices. Put in are the programme's money and rounds, the share of leavers who move, and innovations.
- *Decisions*: an authority takes up one innovation, or none, at a rate that grows with its appeal: what is thought to
  work there, need, an open director, cost in tight times, packages under pressure. Its director may drop it for what
  they think works better. It bids as leaders, time and nerve allow. A funder ranks bids by weighted criteria. Nobody
  looks ahead or optimises; rules are in log-odds and rates.
- *Sensing*: authorities hear what others tell, weighted by region and statistical neighbourhood; what is told begins at
  what makers claim and is glossed over where failure is not an option. True success is never seen.
- *Learning*: opinion follows what is heard; a failure that was told is remembered for a while; what was written down
  passes on where a network is paid for; movers carry what they know to the same innovation elsewhere.
- *Interaction*: through movers, directors, word, the nation's weather and competition for money.
- *Heterogeneity*: figures, grade, conditions and neighbours of each authority; a handful of innovations.
- *Collectives*: regions, in who hears whom, where people move and how money is shared.
- *Stochasticity*: every draw is keyed by the seed of an authority (from its name), or of the sector, the stream, the
  month and a number. Order of authorities and threads decide nothing."""
SETUP = """### Initialisation and input of a sector

Every authority lives through its own warm-up without innovation. Nothing runs, nobody is between posts, and everybody
thinks of each innovation what its makers claim. A programme file gives authorities, money, rounds, criteria,
innovations and the numbers of the links; all are listed in [programmes](programme.md)."""


def meaning(name: str, field: str) -> str:
    """Meaning of a field: as written here, else the comment beside it in the code; empty for neither."""
    return MEANINGS.get(f"{name}.{field}") or comments(state).get(field, "")


def schedule() -> list[tuple[str, str]]:
    """Processes of a sector's month in schedule order, each with its module."""
    body = source(ground.Together._month)
    found = []
    for home, name in re.findall(r"(?:(\w+)\.)?(\w+)[(](?:between|share),", body):
        house = home or next(h for h, module in HOUSES.items() if name in functions(module))
        found.append((house, name))
    return found


def _entities() -> Iterator[str]:
    for name, (title, dtype) in ENTITIES.items():
        yield f"### {title}"
        rows = ((f"`{f}`", "whole" if dtype[f].base.kind == "i" else "real", meaning(name, f)) for f in dtype.names)
        yield table(("Field", "Number", "Meaning"), rows)


def _schedule() -> str:
    steps = [
        f"{n}. **`sector.{house}.{name}`** {docstring(getattr(HOUSES[house], name))}"
        for n, (house, name) in enumerate(schedule(), 1)
    ]
    return "### A month of a sector\n\n" + docstring(month) + "\n\n" + "\n".join(steps)


def stream_names() -> list[str]:
    """Names of the random streams that are drawn from between authorities."""
    return [name for m in HOUSES.values() for name in re.findall(r'stream\("([^"]+)"\)', inspect.getsource(m))]


def _streams() -> str:
    rows = ((f"`{name}`", STREAMS.get(name, ""), str(int(random.stream(name)))) for name in stream_names())
    return "### Random streams of a sector\n\n" + table(("Stream", "Settles", "Number"), rows)


def _submodels() -> Iterator[str]:
    titles = {link.name: link for link in links.LINKS}
    for house, module in HOUSES.items():
        link = titles.get(house)
        yield f"### Submodel `{house}`: {link.title.lower() if link else docstring(module).partition(chr(10))[0][:-1]}"
        if link:
            yield f"{link.meaning} Paper, section {link.paper}. Numbers: {ticked(i.address for i in link.inputs)}."
        for name in functions(module):
            function = getattr(module, name)
            yield f"**`sector.{house}.{name}`** {docstring(function)}\n\n{code(formula(function))}"


def second_level() -> str:
    """Return the part of the page on a sector."""
    seen = ((f"`{i.name}`", i.unit, i.meaning) for i in measures.SECTOR_INDICATORS)
    return "\n\n".join(
        [
            INTRODUCTION,
            *_entities(),
            _schedule(),
            CONCEPTS,
            _streams(),
            "### Observation of a sector\n\n" + table(("Indicator", "Unit", "Meaning"), seen),
            SETUP,
            *_submodels(),
        ]
    )
