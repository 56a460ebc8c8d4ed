"""What there is to ask about, in words: scenarios, conditions and their evidence, authorities, events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from conducive.experiments.evidence.claim_text import notes, stored_claims
from conducive.experiments.words import (
    bullet,
    dated,
    difference,
    fact,
    heading,
    listed,
    paragraph,
    several,
    table,
    with_unit,
)
from conducive.scenarios.coefficients import COEFFICIENTS
from conducive.scenarios.conditions import CLUSTERS, CONDITIONS
from conducive.scenarios.declaration import Condition, Input, nearest_names, number
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import EVENTS, EventKind
from conducive.scenarios.scenario import Scenario, declared

if TYPE_CHECKING:
    from conducive.scenarios.workforce import AuthorityYear

GRADES = {
    "measured": "official figures",
    "literature": "published studies",
    "paper": "the paper itself",
    "assumed": "our judgement; no measured figure found",
}
"""What each grade of evidence stands for."""


# ---- Scenarios -----------------------------------------------------------------------------------------------------


def scenario_list(scenarios: Sequence[Scenario]) -> str:
    """Return the scenarios that come with the package, one to a line."""
    rows = [(s.name, s.title) for s in scenarios]
    width = max(len(name) for name, _ in rows) + 2
    lines = [fact(name, title, width) for name, title in rows]
    more = (
        "One in full: conducive scenarios NAME. As a file to edit: conducive scenarios NAME --toml > my-scenario.toml"
    )
    return "\n".join([*lines, "", paragraph(more)])


def scenario_card(scenario: Scenario) -> str:
    """Return a scenario in full: question, source, what differs from the average authority, what happens when."""
    values = {a: v for a, v in scenario.values.items() if v != declared()[a].default}
    inputs = [difference(a, declared()[a].default, value) for a, value in values.items()]
    lines = [
        heading(scenario.title or scenario.name),
        paragraph(scenario.question),
        "",
        fact("Name", scenario.name),
        fact("Source in the paper", scenario.source or "-"),
        fact("Horizon", several(scenario.horizon, "month")),
        fact("Best compared with", scenario.compare_with or "-"),
        "",
        *(["What differs from an average authority:"] if inputs else ["Every input is that of an average authority."]),
        *(bullet(line) for line in inputs),
        *(["", "What happens and when:"] if dated(scenario) else []),
        *(bullet(line) for line in dated(scenario)),
        *(["", "What it must show:"] if scenario.claims else []),
        *(bullet(line) for line in notes(scenario, stored_claims())),
        "",
        f"Run it: conducive run {scenario.name}",
    ]
    return "\n".join(line for n, line in enumerate(lines) if line or n)


def schema_text() -> str:
    """Return the JSON Schema of a scenario file."""
    from conducive.scenarios.schema import scenario_schema

    return json.dumps(scenario_schema(), indent=2)


def event_list() -> str:
    """Return the kinds of dated events and how to write them."""
    lines = [fact(kind.name, f"{kind.meaning}{_detail(kind)}", 18) for kind in EVENTS.values()]
    example = [
        "  [[event]]",
        "  month = 12",
        '  name = "inspection"',
        '  result = "inadequate"',
        "",
        "  [[event]]",
        "  month = 24",
    ]
    return "\n".join(
        [*lines, "", "In a scenario file:", "", *example, '  set = { "workforce_capacity.turnover" = 0.3 }']
    )


def _detail(kind: EventKind) -> str:
    if not kind.detail:
        return ""
    if kind.allowed is bool:
        allowed = "true or false"
    elif isinstance(kind.default, str):
        allowed = listed([str(option) for option in kind.allowed or () if not isinstance(option, bool)], "or")
    else:
        allowed = "a share, 0 to 1"
    return f" {kind.detail}: {allowed} (default {str(kind.default).lower()})."


# ---- Conditions and their evidence ---------------------------------------------------------------------------------


def condition_list() -> str:
    """Return the 18 conditions in their clusters, each with its inputs."""
    parts = [_cluster_card(cluster) for cluster in CLUSTERS]
    parts.append(
        paragraph(f"Other groups: {', '.join(g for g in _groups() if g not in {c.name for c in CONDITIONS})}.")
    )
    hint = (
        "The evidence for one: conducive conditions finance, or finance.funding_term. A whole condition takes a "
        "position from 0 (barrier) to 1 (facilitator): --set finance=0.8; an input its own unit: "
        "--set finance.funding_term=60."
    )
    return "\n\n".join([*parts, paragraph(hint)])


def coefficient_list() -> str:
    """Return the coefficients of the model with value, plausible range and grade."""
    rows = [(i.name, number(i.default), f"{number(i.low)} to {number(i.high)}", i.unit, i.grade) for i in COEFFICIENTS]
    head = ("coefficient", "default", "plausible", "unit", "grade")
    hint = "One in full: conducive conditions coefficients.NAME. To question one: --set coefficients.NAME=VALUE."
    return "\n".join([table(head, rows), "", paragraph(hint)])


def evidence_card(name: str) -> str:
    """Return what stands behind a condition, a cluster of them, a group of inputs, an input or a coefficient.

    Raises InputError for a name that is none of these, with the nearest ones.
    """
    plain = name.strip().casefold().replace("-", "_")
    condition = next((c for c in CONDITIONS if c.name == plain), None)
    if condition:
        return _condition_card(condition)
    if plain in CLUSTERS:
        return _cluster_card(plain)
    if plain in _groups():
        return _group_card(plain)
    found = declared().get(plain) or next((i for i in declared().values() if i.name == plain), None)
    if found is None:
        hint = nearest_names(plain[:80], [*CLUSTERS, *_groups(), *declared()]) or " `conducive conditions` lists them."
        msg = f"{name[:80]!r} is not a condition, a cluster, a group or an input.{hint}"
        raise InputError(msg)
    return _input_card(found)


def _groups() -> list[str]:
    return list(dict.fromkeys(i.group for i in declared().values() if i.group))


def _cluster_card(cluster: str) -> str:
    inside = [c for c in CONDITIONS if c.cluster == cluster]
    lines = [fact(condition.name, ", ".join(i.name for i in condition.inputs), 31) for condition in inside]
    return "\n".join([heading(cluster.replace("_", " ").capitalize()), *lines])


def _condition_card(condition: Condition) -> str:
    from conducive.experiments.pages.curves import read_by

    lines = [
        heading(condition.title),
        paragraph(condition.meaning),
        "",
        fact("Name", condition.name),
        fact("Cluster", condition.cluster.replace("_", " ")),
        fact("Facilitator (1)", condition.facilitator),
        fact("Barrier (0)", condition.barrier),
        fact("Acts through", condition.acts_through),
        fact("Paper", f"section {condition.paper}"),
        "",
        _inputs(condition.inputs),
        "",
        "Read by",
        *(bullet(f"{i.name}: {', '.join(read_by(i))}") for i in condition.inputs),
        "",
        paragraph(f"One in full: conducive conditions {condition.inputs[0].address}"),
    ]
    return "\n".join(lines)


def _group_card(group: str) -> str:
    inside = [i for i in declared().values() if i.group == group]
    return coefficient_list() if group == "coefficients" else "\n".join([heading(group.capitalize()), _inputs(inside)])


def _inputs(inside: Sequence[Input]) -> str:
    """Return inputs with default, ends and grade, each with its meaning."""
    return "\n".join(
        line
        for i in inside
        for line in (
            f"{i.address} = {with_unit(i, i.default)}",
            paragraph(f"{i.meaning} {_ends(i)}Grade: {i.grade}.", "    "),
        )
    )


def _ends(declaration: Input) -> str:
    if declaration.barrier is None or declaration.facilitator is None:
        return ""
    return f"Barrier {number(declaration.barrier)}, facilitator {number(declaration.facilitator)}. "


def _read_by(declaration: Input) -> list[str]:
    """Return the rules that read an input, as a line of its card."""
    from conducive.experiments.pages.curves import read_by

    rules = read_by(declaration)
    return [fact("Read by", ", ".join(rules))] if rules else []


def _input_card(declaration: Input) -> str:
    condition = next((c for c in CONDITIONS if c.name == declaration.group), None)
    whole = ", whole numbers" if declaration.whole and declaration.group != "mechanisms" else ""
    ends = declaration.barrier is not None and declaration.facilitator is not None
    behind = [
        fact("Condition", f"{condition.title} ({condition.name})"),
        fact("It helps when", condition.facilitator),
        fact("It hinders when", condition.barrier),
        fact("Acts through", condition.acts_through),
        fact("Paper", f"section {condition.paper}"),
    ] if condition else []  # fmt: skip
    lines = [
        heading(declaration.address),
        paragraph(declaration.meaning),
        "",
        fact("Unit", declaration.unit),
        fact("Default", number(declaration.default)),
        fact("Allowed", f"{number(declaration.minimum)} to {number(declaration.maximum)}{whole}"),
        *([fact("Barrier end", number(declaration.barrier or 0))] if ends else []),
        *([fact("Facilitator end", number(declaration.facilitator or 0))] if ends else []),
        fact("Plausible", f"{number(declaration.low)} to {number(declaration.high)}"),
        fact("Source", declaration.source),
        fact("Grade", f"{declaration.grade}: {GRADES[declaration.grade]}"),
        *behind,
        *_read_by(declaration),
        "",
        f"To change it: --set {declaration.address}={declaration.default:.15g}",
    ]
    return "\n".join(lines)


# ---- Authorities ---------------------------------------------------------------------------------------------------

FIGURES = ("in post", "turnover", "vacant", "agency", "cases")


def authority_list(rows: Sequence[AuthorityYear], year: int) -> str:
    """Return the authorities a model can start from in a year, with key figures."""
    body = [line for row in sorted(rows, key=lambda row: row.name) for line in _lines(row)]
    hint = "One in all years: conducive authorities NAME; a region or England too. Start from one: --authority NAME."
    return "\n".join([table((f"{len(rows)} authorities, {year}", *FIGURES), body), "", paragraph(hint), SOURCE])


def _lines(row: AuthorityYear) -> list[tuple[str, ...]]:
    """Return the lines of an authority; those that report together have a line each, and figures in the first."""
    first, *others = row.name.split(" / ")
    return [(first + " /" * bool(others), *_figures(row)), *((f"  {other}", *[""] * len(FIGURES)) for other in others)]


def authority_card(rows: Sequence[AuthorityYear]) -> str:
    """Return the published figures of an authority year by year, and why a year cannot be used."""
    body = [(str(row.year), *_figures(row)) for row in rows]
    problems = [bullet(f"{row.year} cannot be used: {row.problem()}.") for row in rows if row.problem()]
    where = "" if rows[0].name == rows[0].region else f" ({rows[0].region})"
    return "\n".join(
        [heading(f"{rows[0].name}{where}"), table(("30 September", *FIGURES), body), *problems, "", SOURCE]
    )


SOURCE = paragraph(
    "Department for Education, Children's social work workforce. In post: full-time equivalents, without agency staff."
)


def _figures(row: AuthorityYear) -> tuple[str, ...]:
    return (
        _or_dash(row.in_post, "{:,.0f}"),
        *(_or_dash(rate, "{:.1%}") for rate in (row.turnover, row.vacancy_rate, row.agency_rate)),
        _or_dash(row.caseload, "{:.1f}"),
    )


def _or_dash(figure: float | None, form: str) -> str:
    return "-" if figure is None else form.format(figure)
