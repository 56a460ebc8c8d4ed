"""What scenarios claim, and how far the model shows it, in words: for cards, pages, the terminal and the report."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from conducive.experiments.lives.plausible import DATA
from conducive.scenarios.claims import Claim, Months
from conducive.scenarios.scenario import Scenario

type Row = Mapping[str, Any]
"""What came of a claim, as it is kept: the fields of `claims.Held`."""


@cache
def stored_claims() -> tuple[Row, ...]:
    """What came of each claim in the last whole validation; nothing where that held none."""
    return tuple(json.loads((DATA / "validation.json").read_text("utf-8")).get("claims", {}).get("held", ()))


def notes(scenario: Scenario, rows: Sequence[Row]) -> list[str]:
    """Return what a scenario must show, a sentence for each claim, and how far it does where that is known."""
    known = {(row["scenario"], row["says"]): row for row in rows}
    return [
        f"{claim.says} {outcome(known[scenario.name, claim.says])}"
        if (scenario.name, claim.says) in known
        else claim.says
        for claim in scenario.claims
    ]


def outcome(row: Row) -> str:
    """Return what came of a claim in one sentence."""
    asked = "the median set" if row["needed"] is None else f"at least {row['needed']:.0%}"
    answer = str(row["answer"]).capitalize()
    return f"{answer}: shown in {row['shown'] / row['sets']:.0%} of {row['sets']} plausible sets; asked of {asked}."


def reading(claim: Claim) -> str:
    """Return what a claim reads, and against what."""
    own = f"{claim.indicator.replace('_', ' ')}, {_when(claim.when)}"
    if claim.measure == "level":
        return own
    other = " in ".join(
        [
            *([_when(claim.against_when)] if claim.against_when != claim.when else []),
            *([claim.against] if claim.against else []),
        ]
    )
    return f"{own}, {'minus' if claim.measure == 'difference' else 'over'} {other}"


def bound(claim: Claim) -> str:
    """Return what a claim's measure must be."""
    parts = [f"over {claim.above:g}"] if math.isfinite(claim.above) else []
    parts += [f"at most {claim.at_most:g}"] if math.isfinite(claim.at_most) else []
    return " and ".join(parts)


def _when(months: Months) -> str:
    first, last = months
    return f"month {first}" if first == last else f"months {first} to {last}"


HEADS = ("Scenario", "Must be", "Over sets", "Median", "95% of sets", "Shown by", "Answer")


def cells(claim: Claim, row: Row) -> tuple[str, ...]:
    """Return a claim and what came of it as a row of a table under `HEADS`."""
    value, low, high = ("-" if row[key] is None else f"{row[key]:.3g}" for key in ("value", "low", "high"))
    needed = "median" if row["needed"] is None else f"{row['needed']:.0%}"
    shown = f"{row['shown'] / row['sets']:.0%}"
    return str(row["scenario"]), bound(claim), needed, value, f"{low} to {high}", shown, str(row["answer"])


def claims_of(scenarios: Sequence[Scenario], rows: Sequence[Row]) -> list[tuple[Claim, Row]]:
    """Return each claim that was held with what came of it; those that no scenario makes any more are left out."""
    made = {(scenario.name, claim.says): claim for scenario in scenarios for claim in scenario.claims}
    return [(made[key], row) for row in rows if (key := (row["scenario"], row["says"])) in made]
