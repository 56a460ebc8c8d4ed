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
from conducive.experiments.pages.template import render, span, table, texts
from conducive.scenarios.declaration import Input, number
from conducive.scenarios.innovations import INNOVATIONS
from conducive.scenarios.links import CRITERIA, LINKS, link_inputs
from conducive.scenarios.programme import FUNDING, GRANTS, load_programme, programme_names
from conducive.scenarios.scenario import declared

PAGE = "programme.md"
MISSED: Mapping[str, str] = texts("programmes.toml")["missed"]
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


def world_part(found: Mapping[str, Any]) -> dict[str, object]:
    """Return what was measured of the world beside what the model gives, and why something is missed."""
    by_name = {row["name"]: row for row in found["world"]}
    answers = {one.name: answer(one, by_name[one.name]) for one in WORLD}
    tests = [one for one in WORLD if one.kind == "out of sample"]
    return {
        "world": [
            (one.title, one.unit, f"{number(one.low)} to {number(one.high)}", mean(row), answers[one.name], one.kind)
            for one in WORLD
            for row in [by_name[one.name]]
        ],
        "like": [(one.title, one.world, one.like) for one in WORLD],
        "missed": [(one.title, MISSED[one.name]) for one in WORLD if "missed" in answers[one.name]],
        "met": sum(answers[one.name] == "met" for one in tests),
        "tests": len(tests),
    }


def mean(found: Mapping[str, Any]) -> str:
    """A mean with its interval."""
    return f"{said(found['mean'])} ({said(found['low'])} to {said(found['high'])})"


def claim_rows(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return a row for each claim of the library, and whether it holds."""
    return [
        (
            f"`{one.name}`",
            claim["says"],
            f"`{claim['indicator']}`, month {claim['at']}",
            f"{mean(row)}; there {said(row['level'])}",
            f"{row['agree']} of {found['sets']}",
            held(claim, row),
        )
        for (one, claim), row in zip(claims(), found["claims"], strict=True)
    ]


def page() -> str:
    """Return the page."""
    found = stored_programmes()
    grades = Counter(i.grade for i in (*link_inputs().values(), *FUNDING))
    return render(
        f"{PAGE}.jinja",
        again=AGAIN,
        numbers=grades.total(),
        grades=", ".join(f"{grades[grade]} {grade}" for grade in ("measured", "literature", "paper", "assumed")),
        links=LINKS,
        graded=graded,
        funding=(*FUNDING, GRANTS),
        criteria=[(f"`{key}`", meaning) for key, meaning in CRITERIA.items()],
        innovations=innovations_table(),
        library=library_table(),
        replicates=found["replicates"],
        sets=found["sets"],
        **world_part(found),
        claims=claim_rows(found),
    )


if __name__ == "__main__":
    (Path(sys.argv[1]) / PAGE).write_text(page(), encoding="utf-8", newline="\n")
