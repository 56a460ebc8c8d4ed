"""The answer of a comparison on a page: the verdict, its charts, why, how sure, and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from conducive.dashboards.comparing.causes import CAUSES
from conducive.dashboards.comparing.happenings import by_name
from conducive.dashboards.comparing.why import HowSure, States
from conducive.dashboards.widgets.chart import Chart
from conducive.dashboards.widgets.glossary import explained, prose, term
from conducive.dashboards.widgets.html import Empty, Loading, Press, Trouble, tag, template
from conducive.dashboards.widgets.progress import Answer
from conducive.dashboards.work import READY
from conducive.experiments.compare.glance import FIRM
from conducive.experiments.words import several


@template("verdict.vue")
def _Verdict(
    working: bool, fresh: bool, pairs: int, of: int, said: list[dict[str, str]], again: str,
    headline: list[dict[str, str]], numbers: list[dict[str, Any]], names: list[str],
    event_stop: Callable[[Any], None], event_go_on: Callable[[Any], None],
) -> None:  # fmt: skip
    """The answer in a sentence and four numbers, and how firm it is yet."""


@solara.component
def Results(answer: Answer[dict[str, Any]], stop: Callable[[], None], again: Callable[[], None]) -> None:
    """The answer so far and its chart, or why there is none yet."""
    Trouble(answer.trouble)
    found = answer.value
    if found is None:
        with tag("div", css="panel"):
            if answer.cancelled:
                Empty("Cancelled before there was an answer. Change something, or ask again.")
                Press("Ask again", again)
            elif not answer.trouble:
                Loading(
                    "Running the first pairs of organisations ..."
                    if READY.is_set()
                    else "Preparing the model for its first use. On a new machine this takes about half a minute, once."
                )
        return
    with tag("div", css="panel"):
        _Verdict(
            working=answer.working,
            fresh=answer.fresh,
            pairs=found["pairs"] if answer.fresh else 0,
            of=FIRM,
            said=explained(_state(answer, found)),
            again="Go on" if answer.cancelled or answer.trouble else "",
            headline=explained(found["words"]["headline"]),
            numbers=found["headlines"],
            names=found["names"],
            event_stop=lambda _: stop(),
            event_go_on=lambda _: again(),
        )
    _Charts(found)


def _state(answer: Answer[dict[str, Any]], found: dict[str, Any]) -> str:
    """Return how firm the answer is, in words."""
    if not answer.fresh:
        now = "Working on a first answer" if answer.working else "There is no answer yet"
        return f"{now}; what stands below is for what you asked before."
    pairs = several(found["pairs"], "pair") + " of runs"
    if answer.working:
        return f"First answer from {pairs}; running up to {FIRM} for a firm one."
    if answer.cancelled or found["pairs"] < FIRM:
        return f"Stopped after {pairs}."
    return f"Firm: {pairs} with the same luck, over {several(found['sets'], 'plausible set')} of coefficients."


def lines_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of a chart of use as it is meant, one for A and one for B."""
    apart = found["names"][0] != found["names"][1]
    return [
        {"key": letter.lower(), "label": f"{letter}: {name}" if apart else letter, "short": letter, **use}
        for letter, name, use in zip("AB", found["names"], found["use"], strict=True)
    ]


@solara.component
def _Charts(found: dict[str, Any]) -> None:
    x = list(range(1, found["months"] + 1))
    series = lines_of(found)
    bands = [
        {"key": "ab"[n], "row": n, "from": first, "to": last, "first": k == 0}
        for n, spans in enumerate(found["money"])
        for k, (first, last) in enumerate(spans)
    ]
    with tag("div", css="panel"):
        Chart(
            title="Practitioners using it as it is meant", x=x, series=series, bands=bands,
            marks=[{**mark, "label": by_name(mark["label"])} for mark in found["marks"]],
            unit="percent", xlabel="Months after launch", xname="Month", least_top=0.1,
        )  # fmt: skip
        tag("p", found["words"]["chart"], css="visually-hidden")
        with tag("details"):
            tag("summary", "The difference, B minus A")
            Chart(
                title="Difference in use as it is meant, percentage points", x=x,
                series=[{"key": "d", "label": "B minus A", **found["gap"]}], bands=[], marks=[], unit="points",
                xlabel="Months after launch", xname="Month", least_top=0.02, tall=240,
            )  # fmt: skip


CAUSE_HEADS = ("Stops per 100 user-years", "A and B", "A", "B", "B - A")


@solara.component
def Why(found: dict[str, Any]) -> None:
    """How use was lost, how sure the answer is, whether it lasts and what it costs."""
    words = found["words"]
    known: set[str] = set()
    with tag("div", css="panel prose-panel"):
        tag("h2", "Why: how use was lost")
        tag("p", *prose(words["causes"], known), css="prose")
        States(words, known)
        if found["causes"]:
            most = max(max(c["a"], c["b"]) for c in found["causes"]) or 1.0
            with tag("div", css="scroll", tabindex="0", role="region", aria_label="Causes of loss"):
                head = tag("tr", *(tag("th", text, scope="col") for text in CAUSE_HEADS))
                rows = [_cause(c, most) for c in found["causes"]]
                tag("table", tag("thead", head), tag("tbody", *rows), css="causes")
    with tag("div", css="panel prose-panel"):
        tag("h2", "Does it last, and what does it cost?")
        tag("ul", *(tag("li", *prose(text, known)) for text in words["sustained"]), css="prose")
        tag("p", *prose(words["cost"], known), css="prose")
    HowSure(words, known)


def _cause(cause: dict[str, Any], most: float) -> Any:
    bars = [
        tag("span", css=f"bar {key}", style=f"width:{max(1.0, 100 * cause[key] / most):.0f}%") for key in ("a", "b")
    ]
    return tag(
        "tr",
        tag("th", term(cause["cause"].capitalize(), CAUSES[cause["cause"]].meaning), scope="row"),
        tag("td", *bars, css="bars", aria_hidden="true"),
        tag("td", f"{cause['a']:,.1f}", css="number"),
        tag("td", f"{cause['b']:,.1f}", css="number"),
        tag("td", tag("b", cause["difference"]) if cause["clear"] else cause["difference"], f" ({cause['between']})"),
    )
