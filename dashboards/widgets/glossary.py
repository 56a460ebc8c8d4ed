"""Terms that not everybody knows, explained where they stand."""

from __future__ import annotations

import re
from typing import Any

from conducive.dashboards.widgets.html import tag


def interval(drawn: str = "other luck and other plausible coefficients") -> str:
    """Return what a 95% interval is, in words, where `drawn` is what might have been otherwise."""
    return f"With {drawn}, an interval made like this would hold the mean of the model about 19 times in 20."


GLOSSARY = {
    "95% interval": interval(),
    "plausible set": "Values for those numbers of the model that nobody has measured, which together fit the evidence "
    "there is.",
    "coefficient": "A number inside a rule of the model, such as how fast strain follows workload.",
    "percentage point": "The difference between two percentages: from 10% to 15% is 5 percentage points.",
    "pairs of runs": "In a pair one organisation is run under A and one under B, and both meet the same luck.",
    "same luck": "The same chance events, such as who leaves and when: only what is compared makes a difference.",
    "variance": "A measure of how widely results are spread, on which parts of a spread can be added up.",
    "horizon": "The last month that is run.",
    "sustained": "Still used as it is meant two years after external money ended.",
    "seed": "The number from which all luck is drawn: the same seed gives the same results.",
    "R": "The uptake number: how many colleagues one person using it brings into use before lapsing or leaving.",
}
"""Terms that not everybody knows, and what they mean."""
_TERMS = re.compile(rf"\b({'|'.join(GLOSSARY)})(s?)\b")


def explained(text: str, known: set[str] | None = None) -> list[dict[str, str]]:
    """Return a text in parts: each term of the glossary, where it stands first, with what it means under `title`.

    Terms in `known` were explained before; those that are now join them.
    """
    known = set() if known is None else known
    found, at = [], 0
    for match in _TERMS.finditer(text):
        if match[1] not in known:
            known.add(match[1])
            found += [{"text": text[at : match.start()], "title": ""}, {"text": match[0], "title": GLOSSARY[match[1]]}]
            at = match.end()
    return [part for part in (*found, {"text": text[at:], "title": ""}) if part["text"]]


def prose(text: str, known: set[str] | None = None) -> list[Any]:
    """Return a text for the page in which terms of the glossary are explained; `known` as for `explained`."""
    return [term(p["text"], p["title"]) if p["title"] else p["text"] for p in explained(text, known)]


def term(text: str, explained: str) -> Any:
    """Put a term on the page that says what it means when hovered over or reached by keyboard."""
    return tag("abbr", text, title=explained, tabindex="0")
