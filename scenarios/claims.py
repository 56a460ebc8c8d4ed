"""Claims: what a scenario must show if the model is right about it, as data. Who holds them is no matter of theirs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from conducive.scenarios.declaration import nearest_names, number
from conducive.scenarios.errors import InputError, check_texts, glimpse
from conducive.scenarios.indicators import INDICATORS

type Months = tuple[int, int]
Measure = Literal["level", "difference", "ratio"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
NAMES = tuple(i.name for i in INDICATORS)
KEYS: Mapping[str, str] = {
    "says": "The claim in one plain sentence.",
    "source": "Where it comes from.",
    "indicator": "What is read, a column of the monthly table.",
    "when": "Month after launch, or the first and last month of a mean.",
    "measure": "level: the indicator itself; difference from or ratio to what it is held against.",
    "against": "Library scenario that it is held against; left out: none, or with against_when the scenario itself.",
    "against_when": "When the other side is read, if not at the same time.",
    "above": "The measure lies above this.",
    "at_most": "The measure is this at most.",
    "share_of_sets": "Share of plausible sets that must show it; left out: the median set must.",
}
"""Keys of a `[[claim]]` table with their meaning."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a scenario must show: an indicator at a time, alone or against another, within bounds, over plausible sets.

    Attributes:
        says: the claim in one plain sentence.
        source: where it comes from.
        indicator: what is read.
        when: first and last month of the mean that is read; the same month twice for that month alone.
        measure: the level itself, or the difference from or the ratio to what it is held against.
        against: name of a library scenario; empty for none, or for the scenario itself at another time.
        against_when: first and last month in which the other side is read.
        above: the measure lies above this, in the unit of the indicator (a ratio has none).
        at_most: and is this at most.
        share_of_sets: share of plausible sets that must show it; None where the median over the sets must.

    """

    says: str
    source: str
    indicator: str
    when: Months
    measure: Measure
    against: str
    against_when: Months
    above: float
    at_most: float
    share_of_sets: float | None

    def __post_init__(self) -> None:
        """Check that its texts can be shown."""
        check_texts(self)

    def shown_at(self, value: float) -> bool:
        """Whether a value of the measure lies within the bounds; one that is not a number does not."""
        return self.above < value <= self.at_most


def claim_from(table: Mapping[str, Any]) -> Claim:
    """Make the claim of one `[[claim]]` table.

    Raises InputError for unknown keys, indicators and measures, with the nearest right name, and for what is missing
    or does not go together. Whether the months lie within a scenario, and whether there is the one that it is held
    against, is for the file that holds the claim to know.
    """
    for key in table:
        if key not in KEYS:
            hint = nearest_names(key[:80], list(KEYS))
            msg = f"{key[:80]} is not a key of a claim.{hint} Keys are {', '.join(KEYS)}."
            raise InputError(msg)
    measure = cast("Measure", _one_of("measure", _given(table, "measure"), MEASURES))
    when = _months("when", _given(table, "when"))
    against, against_when = table.get("against", ""), _months("against_when", table.get("against_when", [*when]))
    if not isinstance(against, str):
        msg = f"against must be the name of a library scenario. Got {glimpse(against)}."
        raise InputError(msg)
    if measure == "level" and ("against" in table or "against_when" in table):
        msg = "a level is held against nothing. Leave out against and against_when, or ask for a difference or ratio."
        raise InputError(msg)
    if measure != "level" and not against and against_when == when:
        msg = f"a {measure} must name what it is held against: against, a library scenario, or against_when, its own "
        msg += "other months. Got neither."
        raise InputError(msg)
    return Claim(
        _text(table, "says"),
        _text(table, "source"),
        _one_of("indicator", _given(table, "indicator"), NAMES),
        when,
        measure,
        against,
        against_when,
        *_bounds(table),
        _share(table.get("share_of_sets")),
    )


def _given(table: Mapping[str, Any], key: str) -> object:
    if key not in table:
        msg = f"{key} must be given. {KEYS[key]}"
        raise InputError(msg)
    return table[key]


def _text(table: Mapping[str, Any], key: str) -> str:
    given = _given(table, key)
    if not isinstance(given, str) or not given.strip():
        msg = f"{key} must be text. Got {glimpse(given)}."
        raise InputError(msg)
    return given


def _one_of(key: str, given: object, known: tuple[str, ...]) -> str:
    if not isinstance(given, str) or given not in known:
        hint = nearest_names(str(given)[:80], list(known))
        some = f" It is one of {', '.join(known)}." if len(known) <= len(MEASURES) else ""
        msg = f"{key} {glimpse(given)} is not known.{hint}{some or ' `docs/reference.md` lists them all.'}"
        raise InputError(msg)
    return given


def _months(key: str, given: object) -> Months:
    """Return a month, or a first and last one, as first and last."""
    both = given if isinstance(given, list) else [given, given]
    whole = [month for month in both if isinstance(month, int) and not isinstance(month, bool) and month > 0]
    if len(both) != 2 or len(whole) != 2:  # noqa: PLR2004 first and last
        msg = f"{key} must be a month after launch, from 1, or the first and last of a mean. Got {glimpse(given)}."
        raise InputError(msg)
    first, last = whole
    if first > last:
        msg = f"{key} must be a first and a last month. Got {first} and {last}. Did you mean [{last}, {first}]?"
        raise InputError(msg)
    return first, last


def _bounds(table: Mapping[str, Any]) -> tuple[float, float]:
    for key in ("above", "at_most"):
        given = table.get(key, 0)
        if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
            msg = f"{key} must be a number. Got {glimpse(given)}."
            raise InputError(msg)
    if "above" not in table and "at_most" not in table:
        msg = "a claim must have a bound: above, at_most or both. Got neither."
        raise InputError(msg)
    above, at_most = float(table.get("above", -math.inf)), float(table.get("at_most", math.inf))
    if above >= at_most:
        msg = f"above must be less than at_most. Got {number(above)} and {number(at_most)}."
        raise InputError(msg)
    return above, at_most


def _share(given: object) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given <= 1:
        meant = f" Did you mean {number(given / 100)}?" if isinstance(given, int) and 1 < given <= 100 else ""  # noqa: PLR2004
        what = "share_of_sets must be a share over 0, 1 at most, or be left out for the median."
        msg = f"{what} Got {glimpse(given)}.{meant}"
        raise InputError(msg)
    return float(given)
