"""Programmes: what is measured, what is judgement, what is held against the world, and which claims hold.

`python -m conducive.experiments.pages.programme docs` writes `docs/programme.md` from the declarations and the stored
measurement, which `conducive.experiments.evidence.programmes` makes.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conducive.experiments.evidence.programmes import AGAIN, WORLD, Measured, claims, stored_programmes
from conducive.experiments.pages.template import span, table
from conducive.scenarios.declaration import Input, number
from conducive.scenarios.innovations import INNOVATIONS
from conducive.scenarios.links import CRITERIA, LINKS, link_inputs
from conducive.scenarios.programme import FUNDING, load_programme, programme_names
from conducive.scenarios.scenario import declared

PAGE = "programme.md"
MISSED: Mapping[str, str] = {
    "largest_grant": "Grants grow with the posts of an authority here, so that the largest authorities get more than "
    "any did. A programme file that caps or equalises grants cannot be written.",
    "said_improved": "What is reported rests on evidence that comes late and on a bound that is ours; ask of it only "
    "that reports are rosier than fact.",
    "effect": "Here a practice model that is funded does families some good. Ten authorities saw none on average. The "
    "effect of each innovation on offer is our judgement, and 0.7 for this one is generous; wellbeing may also move "
    "where numbers of children in need do not.",
    "spread": "Authorities that run the same model differ in use less, or more, than is plausible.",
    "lost": "More is lost a year than was measured of programmes elsewhere. Beside withering, directors drop what runs "
    "for what is newly promised; how often is judgement (`choice.restless`).",
    "movers": "The share of leavers who move is put in; how many leave is the organisation's own.",
    "movers_direction": "The share of leavers who move is one number here. In the world moves went on while fewer "
    "left the profession; here all leave by the same rule, and where they go is drawn afterwards.",
}
"""Why something may be missed; said where it is."""


def graded(inputs: tuple[Input, ...]) -> str:
    """Return the table of the numbers of a link, or of funding."""
    rows = (
        (f"`{i.address}`", i.meaning, i.unit, number(i.default), span(i.low, i.high), i.grade, i.source) for i in inputs
    )
    return table(("Number", "Meaning", "Unit", "Default", "Plausible", "Grade", "Source"), rows)


def answer(one: Measured, found: Mapping[str, Any]) -> str:
    """Say whether a reading meets what was measured: its mean lies in the range, or not; surely, or not."""
    inside = one.low <= found["mean"] <= one.high
    apart = found["high"] < one.low or found["low"] > one.high
    return "met" if inside else "**missed**" if apart else "missed, within its interval"


def said(value: float) -> str:
    """A reading in three digits."""
    return number(float(f"{value:.3g}"))


def held(claim: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Say what became of a claim."""
    low, high = found["low"], found["high"]
    if "above" in claim:
        return "holds" if low > claim["above"] else "does not hold" if high <= claim["above"] else "not decided"
    return "holds" if high < claim["below"] else "does not hold" if low >= claim["below"] else "not decided"


def library_table() -> str:
    """Return the table of the programmes of the library."""
    rows = []
    for name in programme_names():
        one = load_programme(name)
        weights = ", ".join(f"{key} {number(value)}" for key, value in one.criteria.items()) or "-"
        grants = f"{one.grants} of {number(one['funding.length'])} months" if one.grants else "none"
        rows.append((f"`{name}`", one.question, grants, number(one["funding.budget"]), weights))
    return table(("Programme", "Question", "Grants", "GBP", "Weights of criteria"), rows)


def innovations_table() -> str:
    """Return the table of the innovations on offer."""
    addresses = sorted({a for offer in INNOVATIONS for a in offer.changes})
    heads = ("Trait", *(offer.name for offer in INNOVATIONS))
    rows = [("What it is", *(offer.meaning for offer in INNOVATIONS))]
    rows += [("What its makers claim", *(number(offer.claim) for offer in INNOVATIONS))]
    for address in addresses:
        usual = declared()[address].default
        rows.append((f"`{address}`", *(number(offer.changes.get(address, usual)) for offer in INNOVATIONS)))
    return table(heads, rows)


def world_part(found: Mapping[str, Any]) -> str:
    """Return what was measured of the world beside what the model gives."""
    by_name = {row["name"]: row for row in found["world"]}
    rows, missed = [], []
    for one in WORLD:
        row = by_name[one.name]
        verdict = answer(one, row)
        gives = f"{said(row['mean'])} ({said(row['low'])} to {said(row['high'])})"
        rows.append((one.title, one.unit, f"{number(one.low)} to {number(one.high)}", gives, verdict, one.kind))
        if "missed" in verdict:
            missed.append(f"- *{one.title}.* {MISSED[one.name]}")
    heads = ("Measured", "Unit", "Counts as met", "Model, mean (95%)", "Answer", "Kind")
    like = table(("Measured", "World", "What is like it here"), [(one.title, one.world, one.like) for one in WORLD])
    tests = [one for one in WORLD if one.kind == "out of sample"]
    met = sum(answer(one, by_name[one.name]) == "met" for one in tests)
    return f"""## Against the world

{found["replicates"]} replicates of England over {found["sets"]} plausible sets of coefficients of an organisation; the
numbers of the links are at their defaults, so that intervals are narrower than what is not known. Ranges were fixed
before the runs, and no coefficient and no number of a link was moved to meet them. **Out of sample, {met} of
{len(tests)} {"is" if met == 1 else "are"} met.** What was *put in* is no test: it says that the programme is of the
size it stands for. *Missed, within its interval*: the mean lies outside, part of the interval inside.

{table(heads, rows)}

How like is compared with like:

{like}

What is missed, and why:

{chr(10).join(missed) or "- nothing of the above."}"""


def claims_part(found: Mapping[str, Any]) -> str:
    """Return the claims of the library, and which hold."""
    rows = []
    for (one, claim), row in zip(claims(), found["claims"], strict=True):
        gap = f"{said(row['mean'])} ({said(row['low'])} to {said(row['high'])}); there {said(row['level'])}"
        what = f"`{claim['indicator']}`, month {claim['at']}"
        agree = f"{row['agree']} of {found['sets']}"
        rows.append((f"`{one.name}`", claim["says"], what, gap, agree, held(claim, row)))
    heads = ("Programme", "Claim", "Read from", "Difference (95%); level of the other", "Sets that agree", "Answer")
    return f"""## What is claimed of the library

Programmes are lived with the same luck. A claim *holds* where the whole 95% interval is on its side. With
{found["sets"]} sets the interval is wide, and *not decided* says no more than that;
`conducive programme NAME --against OTHER --plausible --replicates 200` decides more.

{table(heads, rows)}"""


def page() -> str:
    """Return the page."""
    found = stored_programmes()
    grades = Counter(i.grade for i in (*link_inputs().values(), *FUNDING))
    counted = ", ".join(f"{grades[grade]} {grade}" for grade in ("measured", "literature", "paper", "assumed"))
    parts = [
        f"""# Programmes: many authorities at once

`conducive programme FILE` lives through one programme in every authority of England, or in those you name;
`--against` lives through a second with the same luck. **It compares programmes. It forecasts none:** not what a
ministry's money would buy, nor what any authority would do. Differences between two programmes are what to read; levels
are what the tables below allow.

    uv run conducive programmes
    uv run conducive programme fewer-for-longer --against innovation-programme-2014 --plausible

Written by `python -m conducive.experiments.pages.programme docs` from the declarations and the stored measurement,
which `{AGAIN}` makes anew; a change by hand does not last. What
happens in a month is in [ODD+D](odd.md), *A second level*; which mechanisms of the paper it adds, in
[mechanisms](mechanisms.md). A walk through it is the tutorial [programme](tutorials/programme.ipynb).

## What is measured, and what is judgement

*Measured*: authorities start from their official workforce figures and inspection grade; their region and statistical
neighbours are official; money and number of grants are those of the Innovation Programme. *Judgement*: what innovations
there are, what they do and cost; the weights of funders; nearly every weight in a choice. Of {sum(grades.values())}
numbers of links and funding, by grade: {counted}. Conditions that nobody publishes are drawn for each authority and
replicate from a declared population. With every link off, each authority is to the bit the run that it is alone.""",
        *(
            f"### {link.title}\n\n{link.meaning} (Paper, section {link.paper}. Switch: `links.{link.name}`.)\n\n"
            f"{graded(link.inputs)}"
            for link in LINKS
        ),
        "### Funding\n\n" + graded(FUNDING),
        "### Criteria\n\n"
        "What a funder may rank bids by; weights add up to 1, and are part of each programme: judgement.\n\n"
        + table(("Criterion", "Meaning"), ((f"`{key}`", meaning) for key, meaning in CRITERIA.items())),
        "### Innovations on offer\n\nInvented; all effects and costs are our judgement. A programme file may name its "
        "own under `[[innovation]]`.\n\n" + innovations_table(),
        "## The library\n\n" + library_table(),
        world_part(found),
        claims_part(found),
        """## What it cannot say

- *What a programme would have achieved.* Innovations on offer are invented; a verdict on a real one is not in here.
- *Anything on voluntary bodies, consortia or regions as bidders*: only authorities bid here, each for itself.
- *What ministers learn*: a programme's design is fixed at the start.
- *How good the numbers of the links are*: plausible sets vary the coefficients of an organisation alone. Change a
  number of a link within its plausible range (`--set word.pace=0.1`) and see whether the answer stands.""",
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    (Path(sys.argv[1]) / PAGE).write_text(page(), encoding="utf-8", newline="\n")
