"""What stands under an answer on What if?: how high and how long, which states differ, how sure, what it depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import solara

from conducive.dashboards.widgets.glossary import prose
from conducive.dashboards.widgets.html import Cell, Loading, Press, Trouble, cell, figures, table, tag
from conducive.dashboards.widgets.progress import use_answers
from conducive.dashboards.work import Job
from conducive.experiments.compare.brief import depending
from conducive.experiments.compare.dependence import PAIRS, Dependence
from conducive.scenarios.conditions import conditions

RUNS = 4 * len(conditions()) * PAIRS
"""Runs that it takes, about, to see what an answer depends on."""
MEASURE_HEADS = ("", *figures("AB"), "B - A", "How sure")
DEPENDS_HEADS = ("Condition", "Moved in both to its", "B - A there", "Change (95% interval)")


@solara.component
def HowLong(found: dict[str, Any]) -> None:
    """How much use there was, how high it rose and how long it stayed."""
    with tag("div", css="panel prose-panel"):
        tag("h2", "How much, how high, how long?")
        table("How much, how high, how long", MEASURE_HEADS, map(_measure, found["measures"]))


def _measure(one: dict[str, Any]) -> list[Cell]:
    between = f"({one['between']})"
    gap = cell(between, bold=one["difference"]) if one["clear"] else f"{one['difference']} {between}"
    return [cell(one["label"], title=one["meaning"]), *figures((one["a"], one["b"])), gap, one["way"]]


@solara.component
def States(words: dict[str, Any], known: set[str]) -> None:
    """Which states that lead to use differ most."""
    if words["states"]:
        tag("p", *prose(words["states"], known), css="prose")


@solara.component
def HowSure(words: dict[str, Any], known: set[str]) -> None:
    """How sure it is: what the verdict means and where it comes from, with the statistics folded under it."""
    first, *rest = words["sureness"] or [""]
    with tag("div", css="panel prose-panel"):
        tag("h2", "How sure is this?")
        if first:
            tag("p", *prose(first, known), css="prose")
        with tag("details"):
            tag("summary", "Luck, ignorance, and how to read this")
            tag("ul", *(tag("li", *prose(text, known)) for text in rest), css="prose")
            for text in (words["sets"], words["caution"], words["pairing"]):
                if text:
                    tag("p", *prose(text, known), css="prose quiet")


@solara.component
def DependsOn(ask: Callable[[Job], Iterator[Dependence]], key: str) -> None:
    """What the answer depends on, once somebody wants to know: `ask` finds it out, for the question `key`."""
    wanted, set_wanted = solara.use_state("")
    with tag("div", css="panel prose-panel depends"):
        tag("h2", "What does it depend on?")
        if wanted == key:
            _Depends(ask, key)
            return
        tag(
            "p",
            "Would the answer be another one in another service? Each of the 18 conditions is moved to either end, in "
            f"A and B alike. That takes about {RUNS:,} more runs.",
            css="prose",
        )
        Press("Find out", lambda: set_wanted(key))


@solara.component
def _Depends(ask: Callable[[Job], Iterator[Dependence]], key: str) -> None:
    answer, stop, again = use_answers(ask, key)
    Trouble(answer.trouble)
    if answer.value is None or not answer.fresh:
        if answer.working:
            Loading("Moving one condition after another ...")
        Press(*(("Cancel", stop) if answer.working else ("Ask again", again)), css="small")
        return
    found = depending(answer.value)
    tag("p", *prose(found["text"]), css="prose")
    if found["rows"]:
        table("Conditions that clearly change the difference", DEPENDS_HEADS, found["rows"])
