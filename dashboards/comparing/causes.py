"""Why people stop: each cause in a few words and as a sentence, with a colour of its own; the same on all pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause of loss of use: in short, as a sentence, and its colours on light and on dark."""

    short: str
    meaning: str
    light: str
    dark: str


CAUSES = {
    "left the job": Cause("left", "A user left the organisation.", "#50575e", "#b3b9b5"),
    "overload": Cause(
        "too much work", "A user stopped because there was too much work or strain.", "#b84300", "#ff9a63"
    ),
    "no reinforcement": Cause(
        "nobody coached",
        "A user stopped because nothing kept the practice going: no coaching, feedback or reminder.",
        "#00609f",
        "#6db8ff",
    ),
    "poor fit": Cause(
        "did not fit", "A user stopped because it did not fit the place or the people.", "#8a5a00", "#e0b04a"
    ),
    "incident and blame": Cause(
        "fear of blame", "A user stopped after an incident, out of fear of blame.", "#c2185b", "#ff7fb0"
    ),
    "leader departed": Cause(
        "leader gone", "A user stopped after a leader who stood for it had left.", "#6a3d9a", "#c5a3ff"
    ),
    "money ended": Cause("money ended", "A user stopped once the external money had ended.", "#757500", "#d9d34a"),
    "sceptical peers": Cause(
        "doubting colleagues", "A user stopped because colleagues did not believe in it.", "#007a59", "#2fc79c"
    ),
    "superseded by the next wave": Cause(
        "something new came", "Another innovation took its place.", "#1b1f23", "#eceeec"
    ),
}
"""Causes by the name that the model has for them, in its order."""
