"""What a group hears of its curve beside the model's: on its shape first, then on where it ends, then on its choice.

Whether a curve lies within an interval is said once, for its end: a group that saw the cliff has understood something,
wherever its numbers lay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.dashboards.classroom.files import HORIZON, YEARS, Lesson
from conducive.dashboards.classroom.lessons import lower
from conducive.experiments.compare.ladder import TELLING
from conducive.experiments.words import several

type Numbers = npt.NDArray[np.float64]

PEOPLE = 40
"""People whom a share is told as: the posts of the small service of the library."""
LEVEL = 0.05
"""Share of the axis up to which a curve is level."""
HALF = 0.5
MUCH = 1.25
"""Ratio from which one peak is higher than another."""
CLOSE = 3
"""Months up to which two things happen at about the same time."""


@dataclass(frozen=True)
class Shape:
    """A curve by month: its peak, and when it has risen to half of it and fallen back to half (None where it does not).

    Months count from 1; `high` and `low` are its ends.
    """

    high: float
    low: float
    peak: int
    risen: int
    fallen: int | None

    def level(self, top: float) -> bool:
        """Whether it hardly moves on an axis that ends at `top`."""
        return self.high - self.low < LEVEL * top


def shape(values: Sequence[float] | Numbers) -> Shape:
    """Return the shape of a curve, given by month from the first."""
    given = np.asarray(values, np.float64)
    peak = int(np.argmax(given))
    half = HALF * given[peak]
    after = np.flatnonzero(given[peak:] < half)
    risen = int(np.flatnonzero(given >= half)[0])
    return Shape(
        float(given[peak]), float(given.min()), peak + 1, risen + 1, peak + int(after[0]) + 1 if len(after) else None
    )


def by_month(points: Sequence[float]) -> Numbers:
    """Return a sketch, which has a point for launch and for each year, as a value for each month."""
    found: Numbers = np.interp(np.arange(1, HORIZON + 1), 12 * np.arange(YEARS + 1), points)
    return found


def said(of: Lesson, prediction: Mapping[str, Any], outcome: Mapping[str, Any]) -> list[str]:
    """Return how a prediction compares with what the model shows: which service, then a sentence for each finding."""
    low, mean, high = (series[-1] for series in outcome["series"][of.sketched])
    drawn, model = shape(by_month(prediction["points"])), shape(outcome["series"][of.sketched][1])
    end = prediction["points"][-1]
    where = "within" if low <= end <= high else "below" if end < low else "above"
    return [
        f"Your curve for '{of.arms[of.sketched].label}':",
        *_on_shape(of, drawn, model),
        f"After {YEARS} years you drew {told(of, end)} and the model shows {told(of, mean)} on average. Yours is "
        f"{where} its 95% interval, {low:.0%} to {high:.0%}.",
        _on_choice(of, prediction["choice"], outcome),
    ]


def told(of: Lesson, value: float) -> str:
    """Return a share, and as people of forty where it is one of people."""
    return f"{value:.0%}" + (f" ({round(PEOPLE * value)} of {PEOPLE} people)" if of.counts is None else "")


def _on_shape(of: Lesson, drawn: Shape, model: Shape) -> Iterator[str]:
    if model.level(of.top) or drawn.level(of.top):
        yield _on_level(of, drawn, model)
        return
    yield _on_height(of, drawn, model)
    if model.risen > CLOSE:
        yield f"It had risen to half of that after {_long(model.risen)}, {_apart(model.risen, drawn.risen)}."
    yield _on_fall(drawn, model)


def _on_level(of: Lesson, drawn: Shape, model: Shape) -> str:
    between = f"between {model.low:.0%} and {model.high:.0%}"
    if model.level(of.top) and drawn.level(of.top):
        return f"You saw that it hardly moves: in the model it stays {between}."
    if model.level(of.top):
        return f"In the model it hardly moves ({between}); you drew it between {drawn.low:.0%} and {drawn.high:.0%}."
    return f"You drew it level; in the model it moves {between}."


def _on_height(of: Lesson, drawn: Shape, model: Shape) -> str:
    ratio = drawn.high / model.high if model.high > 0 else float("inf")
    peaks = f"the model's highest point is {told(of, model.high)}, and yours {told(of, drawn.high)}"
    if 1 / MUCH <= ratio <= MUCH:
        return f"You had its height about right: {peaks}."
    return f"It is {'lower' if ratio > 1 else 'higher'} than you thought: {peaks}."


def _on_fall(drawn: Shape, model: Shape) -> str:
    if model.fallen and drawn.fallen:
        when = _apart(model.fallen, drawn.fallen)
        return f"You saw the fall. In the model half of the peak is gone after {_long(model.fallen)}, {when}."
    if model.fallen:
        return f"The fall is what you did not draw: half of the peak is gone after {_long(model.fallen)}."
    if drawn.fallen:
        kept = "in the model more than half of the peak is kept to the end"
        return f"You drew a fall, to half of the peak after {_long(drawn.fallen)}; {kept}."
    return "You saw that it lasts: more than half of the peak is kept to the end, in your curve and in the model."


def _apart(model: int, drawn: int) -> str:
    """Return how much sooner or later something happens in the model than was drawn."""
    months = abs(model - drawn)
    if months <= CLOSE:
        return "about when you drew it"
    return f"{_long(months)} {'earlier' if model < drawn else 'later'} than you drew it"


def _long(months: int) -> str:
    years, rest = divmod(months, 12)
    parts = [several(years, "year")] * bool(years) + [several(rest, "month")] * bool(rest)
    return " and ".join(parts)


def _on_choice(of: Lesson, chosen: int, outcome: Mapping[str, Any]) -> str:
    shown = of.rivals.index(outcome["best"]) if outcome["sure"] in TELLING else len(of.rivals)
    agreed = "and so does the model" if chosen == shown else f"and the model says: {lower(of.options[shown])}"
    return f"You chose: {lower(of.option(chosen))}, {agreed}."
