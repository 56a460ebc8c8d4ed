"""The reference page, written from the declarations.

`python -m conducive.experiments.pages.reference > docs/reference.md` writes it anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby

from conducive.agents.practitioner import CAUSES
from conducive.experiments.pages.template import span, table
from conducive.model.measures import INDICATORS
from conducive.scenarios.coefficients import MECHANISMS, coefficients
from conducive.scenarios.conditions import CLUSTERS, OTHER_INPUTS, conditions
from conducive.scenarios.declaration import Condition, Input, number
from conducive.scenarios.events import EVENTS, EventKind
from conducive.scenarios.kinds import KINDS, Kind
from conducive.scenarios.population import PARAMETERS, Parameter

INTRODUCTION = """# Reference

Every number a scenario may set and every number a run gives. Written from the declarations in `scenarios/` and
`scenarios/indicators.py` by `python -m conducive.experiments.pages.reference`; a change by hand does not last.

An input is addressed `group.name`. *Bounds* are hard: what lies outside is refused. *Barrier* and *facilitator* are its
values at positions 0 and 1 of its condition. *Plausible* is the range that calibration and sensitivity analyses use.

Grades of evidence: `measured` (official figures), `literature` (published studies), `paper` (Lefevre et al. 2025 give
the direction or the number), `assumed` (our judgement)."""


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


def condition_part(condition: Condition) -> str:
    """Return what there is to know of one condition."""
    return f"""### {condition.title}

`{condition.name}` (paper, section {condition.paper}). {condition.meaning}

- Facilitator: {condition.facilitator}.
- Barrier: {condition.barrier}.
- Acts through: {condition.acts_through}.

{inputs_table(condition.inputs, ends=True)}"""


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
    parts = [INTRODUCTION]
    for cluster in CLUSTERS:
        parts.append("## " + cluster.replace("_", " ").capitalize())
        parts += [condition_part(c) for c in conditions() if c.cluster == cluster]
    parts.append("## Other inputs")
    for group, members in groupby(OTHER_INPUTS, key=lambda i: i.group):
        parts += [f"### {(group or 'run').capitalize()}", inputs_table(members, ends=False)]
    indicators = ((f"`{i.name}`", i.unit, i.meaning) for i in INDICATORS)
    parts += [
        "## Kinds of innovation",
        "`innovation.kind` sets several inputs at once; the position of a condition, or an exact input, beats it.",
        table(("Kind", "Meaning", "Sets", "Seen in"), map(kind_row, KINDS.values())),
        "## The population of organisations",
        "How organisations differ in what nobody publishes, for `conducive.scenarios.population`: each input of a "
        "condition moves around its default, which is the average. Workforce figures and inspection grades are those "
        "of real authorities.",
        table(("Number", "Meaning", "Value", "Plausible", "Evidence"), map(parameter_row, PARAMETERS.values())),
        "## Coefficients",
        "Paces and weights of the rules, which few scenarios change. Calibration may move those graded `assumed` or "
        "`literature`.",
        inputs_table(coefficients(), ends=False),
        "## Mechanisms",
        "Switches that take one mechanism out, for negative controls and limits. All are on by default.",
        table(("Switch", "Meaning"), ((f"`{i.address}`", i.meaning) for i in MECHANISMS)),
        "## Events",
        "What can happen in a month. An event may also change any input from then on.",
        table(("Event", "Meaning", "Detail", "Allowed", "Default"), map(event_row, EVENTS.values())),
        "## Indicators",
        "Columns of the monthly table, at the end of each month; practitioners means filled practitioner posts.",
        table(("Indicator", "Unit", "Meaning"), indicators),
        "## Causes",
        "Why the number of users changed, in the ledger: " + ", ".join(CAUSES[1:]) + ".",
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
