"""The reference page, written from the declarations.

`python -m conducive.experiments.pages.reference > docs/reference.md` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby

from conducive.agents.practitioner import Cause
from conducive.experiments.pages.template import render, span, table
from conducive.model.measures import INDICATORS
from conducive.scenarios.coefficients import MECHANISMS, coefficients
from conducive.scenarios.conditions import CLUSTERS, OTHER_INPUTS, conditions
from conducive.scenarios.declaration import Input, number
from conducive.scenarios.events import EVENTS, EventKind
from conducive.scenarios.kinds import KINDS, Kind
from conducive.scenarios.population import PARAMETERS, Parameter

PAGE = "reference.md"


def inputs_table(inputs: Iterable[Input], *, ends: bool) -> str:
    """Return the table of some inputs, with or without their barrier and facilitator ends."""
    heads = (
        "Input",
        "Meaning",
        "Unit",
        "Default",
        "Bounds",
        *(("Barrier", "Facilitator") if ends else ()),
        "Plausible",
        "Evidence",
    )
    return table(
        heads,
        (
            (
                f"`{i.address}`",
                i.meaning,
                i.unit,
                number(i.default),
                span(i.minimum, i.maximum),
                *((number(end) if end is not None else "" for end in (i.barrier, i.facilitator)) if ends else ()),
                span(i.low, i.high),
                f"{i.grade}: {i.source}",
            )
            for i in inputs
        ),
    )


def event_row(kind: EventKind) -> tuple[str, ...]:
    """Return the row of one kind of event: name, meaning, detail, what is allowed, default."""
    if kind.allowed is bool:
        return f"`{kind.name}`", kind.meaning, kind.detail, "true or false", str(kind.default).lower()
    if not isinstance(kind.allowed, tuple):
        return f"`{kind.name}`", kind.meaning, "", "", ""
    allowed = (
        ", ".join(str(a) for a in kind.allowed) if isinstance(kind.allowed[0], str) else span(*map(float, kind.allowed))
    )
    return f"`{kind.name}`", kind.meaning, kind.detail, allowed, str(kind.default)


def kind_row(kind: Kind) -> tuple[str, ...]:
    """Return the row of a kind of innovation."""
    sets = ", ".join(f"`{address}` {number(value)}" for address, value in kind.changes.items())
    return f"`{kind.name}`", kind.meaning, sets or "nothing: it is what the defaults describe", kind.source


def parameter_row(one: Parameter) -> tuple[str, ...]:
    """Return the row of a number of the population."""
    return f"`{one.name}`", one.meaning, number(one.value), span(one.low, one.high), f"{one.grade}: {one.source}"


def reference() -> str:
    """Return the whole reference page as Markdown."""
    return render(
        f"{PAGE}.jinja",
        clusters=[
            (cluster.replace("_", " ").capitalize(), [c for c in conditions() if c.cluster == cluster])
            for cluster in CLUSTERS
        ],
        inputs_table=inputs_table,
        groups=[
            ((group or "run").capitalize(), list(members))
            for group, members in groupby(OTHER_INPUTS, key=lambda i: i.group)
        ],
        kinds=map(kind_row, KINDS.values()),
        population=map(parameter_row, PARAMETERS.values()),
        coefficients=coefficients(),
        mechanisms=[(f"`{i.address}`", i.meaning) for i in MECHANISMS],
        events=map(event_row, EVENTS.values()),
        indicators=[(f"`{i.name}`", i.unit, i.meaning) for i in INDICATORS],
        causes=[cause.words for cause in Cause],
    )


if __name__ == "__main__":
    sys.stdout.write(reference())
