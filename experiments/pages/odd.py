"""The ODD+D page: what is declared, rules, schedule and curves, in the words of `odd.md.jinja`.

`python -m conducive.experiments.pages.odd docs` writes `docs/odd.md` and the curves in `docs/odd` anew.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from conducive.experiments.evidence.patterns import PATTERNS
from conducive.experiments.pages.curves import curve, in_words
from conducive.experiments.pages.explain import (
    ENTITIES,
    MODULES,
    PROCESSES,
    arguments,
    called,
    constants,
    explained,
    readers,
    schedule,
    stream_uses,
)
from conducive.experiments.pages.odd_sector import second_level
from conducive.experiments.pages.panels import draw, figures
from conducive.experiments.pages.reading import (
    Function,
    attributes,
    code,
    definitions,
    docstring,
    formula,
    functions,
    source,
    ticked,
)
from conducive.experiments.pages.reference import event_row
from conducive.experiments.pages.template import render, span, table
from conducive.model import month, network, random, state
from conducive.model.measures import INDICATORS, LEDGER_FIELDS
from conducive.model.processes.aftermath import FIVE_YEARS, TWO_YEARS
from conducive.scenarios import timeline, workforce
from conducive.scenarios.coefficients import COEFFICIENTS, MECHANISMS
from conducive.scenarios.conditions import CONDITIONS, OTHER_INPUTS
from conducive.scenarios.declaration import Input, number
from conducive.scenarios.events import EVENTS
from conducive.scenarios.kinds import KINDS
from conducive.scenarios.scenario import FIXED, PER_POST, Scenario, declared

PAGE, FOLDER = "odd.md", "odd"
MECHANISMS_PAGE = Path(__file__).resolve().parents[2] / "docs" / "mechanisms.md"
LEFT_OUT = re.compile(r"^\| (\d+) \| (.+?) \| Left out: (.+?) \|", re.MULTILINE)


def odd() -> str:
    """Return the whole page as Markdown."""
    return render(
        f"{PAGE}.jinja",
        usual=lambda address: number(declared()[address].default),
        sources=sources,
        inputs_table=inputs_table,
        **overview(),
        **concepts(),
        **details(),
        second_level=second_level(),
    )


def overview() -> dict[str, object]:
    """Return what sections 1 to 3 are written from: patterns, state variables, schedule."""
    return {
        "conditions": len(CONDITIONS),
        "patterns": [(p.name, p.title, p.claim, p.source, "yes" if p.calibrates else "") for p in PATTERNS],
        "heads_per": state.HEADS_PER,
        "team_size": network.TEAM_SIZE,
        "entities": ENTITIES.values(),
        "codes": list(codes()),
        "month_fields": timeline.MONTH_FIELDS,
        "arrays": [(f"`{name}`", meaning) for name, meaning in attributes(state.World).items()],
        "month": month,
        "schedule": schedule(),
        "says": lambda name: docstring(getattr(month, name)) + called(getattr(month, name)),
    }


def codes() -> Iterator[tuple[str, str]]:
    """Yield each field that holds a code, and the words for its values."""
    for one in (*(one for _, fields in ENTITIES.values() for one in fields), *LEDGER_FIELDS):
        if one.words:
            yield f"`{one.name}`", ", ".join(f"{n} {word}" for n, word in enumerate(one.words) if word)


def concepts() -> dict[str, object]:
    """Return what section 4 is written from: random streams, and the months of a verdict."""
    return {
        "streams": [
            (f"`{name}`", random.STREAMS[name], str(int(random.stream(name))), ticked(names))
            for name, names in stream_uses(MODULES).items()
        ],
        "two_years": number(TWO_YEARS),
        "five_years": number(FIVE_YEARS),
    }


def details() -> dict[str, object]:
    """Return what sections 5 to 7 are written from: inputs, sources, rules."""
    years = [r.year for r in workforce.official_table()]
    return {
        "fixed": sorted(FIXED),
        "years": f"{min(years)} to {workforce.latest()}",
        "per_post": PER_POST,
        "used_to_its_caseload": code(dedent(inspect.getsource(Scenario._used_to_its_caseload))),
        "kinds": KINDS.values(),
        "events": [event_row(kind) for kind in EVENTS.values()],
        "condition_inputs": [i for c in CONDITIONS for i in c.inputs],
        "other_inputs": OTHER_INPUTS,
        "coefficients": COEFFICIENTS,
        "mechanisms": MECHANISMS,
        "left_out": left_out(),
        "figures": figures(),
        "folder": FOLDER,
        "rule_of": rule_of,
        "processes": list(PROCESSES.items())[1:],
        "random": random,
        "random_numbers": code(inspect.getsource(random).partition("_M0")[2], "_M0"),
        "constants": [(f"`{name}`", f"{value:g}", f"`{house}`") for name, (value, house) in constants().items()],
        "indicators": [(f"`{i.name}`", i.unit, i.meaning) for i in INDICATORS],
    }


def left_out() -> list[tuple[str, str, str]]:
    """Return the mechanisms that the page of mechanisms marks as left out, each with its number and the reason.

    That page comes with the source, not with the installed package.
    """
    return LEFT_OUT.findall(MECHANISMS_PAGE.read_text("utf-8")) if MECHANISMS_PAGE.is_file() else []


def sources(house: str, names: Iterable[str] = ()) -> str:
    """Return the sources of functions of a module, all or some, each under its name."""
    module = {**MODULES, "scenarios.workforce": workforce}[house]
    names = names or (definitions if house in PROCESSES else functions)(module)
    return "\n\n".join(f"**`{house}.{name}`**\n\n{code(source(getattr(module, name)))}" for name in names)


def inputs_table(inputs: Iterable[Input]) -> str:
    """Return the table of some inputs."""
    heads = ("Input", "Meaning", "Unit", "Default", "Bounds", "Plausible", "Barrier, facilitator", "Read by")
    rows = (
        (
            f"`{i.address}`",
            i.meaning,
            i.unit,
            number(i.default),
            span(i.minimum, i.maximum),
            span(i.low, i.high),
            "" if i.barrier is None or i.facilitator is None else f"{number(i.barrier)}, {number(i.facilitator)}",
            ticked(readers().get(i.column, ())),
        )
        for i in inputs
    )
    return table(heads, rows)


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What there is to know of a rule, beside its figure."""

    function: Function
    formula: str
    arguments: list[tuple[str, str]]
    curve: str


def rule_of(house: str, name: str) -> RuleWords:
    """Return all there is to know of a rule."""
    function = getattr(MODULES[house], name)
    meanings = [(argument, explained(name, argument)) for argument in arguments(function)]
    return RuleWords(function, formula(function), meanings, in_words(curve(house, name)))


def write(docs: Path) -> None:
    """Write the page and its figures into the folder of pages."""
    draw(docs / FOLDER)
    (docs / PAGE).write_text(odd(), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
