"""What a declared quantity is: one place for its meaning, unit, default, bounds, source and grade of evidence.

Everything that needs to know an input - validation, sliders, help, reference pages, sensitivity bounds - reads it here.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from conducive.scenarios.errors import InputError, glimpse

Grade = Literal["measured", "literature", "paper", "assumed"]
"""Where a default comes from: official figures, published studies, the paper itself, or our judgement."""
SWITCH = "on or off"
"""Unit of what is 1 or 0."""


@dataclass(frozen=True, slots=True)
class Input:
    """One declared number.

    Attributes:
        name: short name, unique in the whole model; a process reads it as `inputs.<name>`.
        meaning: one sentence in plain English.
        unit: the unit values are given in (`share` is 0-1).
        default: value for the average authority.
        minimum: smallest value accepted.
        maximum: largest value accepted.
        barrier: value at the paper's barrier end (position 0 of its condition); None where a quantity has no such end.
        facilitator: value at the facilitator end (position 1); None where it has no such end.
        low: lower end of the range we find plausible, used as sensitivity bound.
        high: upper end of that range.
        source: where default and range come from.
        grade: how good that evidence is.
        whole: True when only whole numbers make sense.
        group: the condition or group it belongs to; the address is `group.name`.

    """

    name: str
    meaning: str
    unit: str
    default: float
    minimum: float
    maximum: float
    barrier: float | None
    facilitator: float | None
    low: float
    high: float
    source: str
    grade: Grade
    whole: bool = False
    group: str = ""

    @property
    def column(self) -> str:
        """The name under which rules read it: the short name, or `<name>_on` for the switch of a mechanism."""
        return f"{self.name}_on" if self.group == "mechanisms" else self.name

    @property
    def address(self) -> str:
        """The dotted name used in files, in Python and on the command line."""
        return f"{self.group}.{self.name}" if self.group else self.name

    def at_position(self, position: float) -> float:
        """Value at a position between the barrier end (0) and the facilitator end (1)."""
        if self.barrier is None or self.facilitator is None:
            msg = f"{self.address} has no barrier and facilitator end, so it has no position."
            raise InputError(msg)
        value = self.facilitator * position + self.barrier * (1 - position)
        return float(round(value)) if self.whole else value

    def check(self, value: object) -> float:
        """Return `value` as a float, or raise InputError saying what is allowed and the nearest allowed value."""
        allowed = f"{number(self.minimum)} to {number(self.maximum)} {self.unit}"
        if isinstance(value, bool) or not isinstance(value, int | float):
            msg = f"{self.address} must be a number, {allowed}. Got {glimpse(value)}.{meant_number(value)}"
            raise InputError(msg)
        checked = float(value)
        if not self.minimum <= checked <= self.maximum:
            nearest = min(max(checked, self.minimum), self.maximum) if not math.isnan(checked) else self.default
            msg = f"{self.address} must be {allowed}. Got {number(checked)}. The nearest allowed is {number(nearest)}."
            raise InputError(msg)
        if self.whole and not checked.is_integer():
            meant = round(checked)
            msg = f"{self.address} must be a whole number, {allowed}. Got {number(checked)}. Did you mean {meant}?"
            raise InputError(msg)
        return checked


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the paper's 18 conditional parameters: a name, its cluster, and the inputs that make it up."""

    name: str
    cluster: str
    title: str
    meaning: str
    facilitator: str
    barrier: str
    acts_through: str
    paper: str
    inputs: tuple[Input, ...] = field(default=())

    @property
    def address(self) -> str:
        """The name under which a position (0-1) for the whole condition is given."""
        return self.name

    def at_position(self, position: float) -> dict[str, float]:
        """Every input of the condition at a position from 0 (barrier) to 1 (facilitator), by address.

        Raises InputError when the position is not a number from 0 to 1.
        """
        if isinstance(position, bool) or not isinstance(position, int | float) or not 0 <= position <= 1:
            hint = meant_number(position)
            msg = f"{self.name} must be a position from 0 (barrier) to 1 (facilitator). Got {glimpse(position)}.{hint}"
            raise InputError(msg)
        return {i.address: i.at_position(float(position)) for i in self.inputs}


def nearest_names(name: str, known: list[str], count: int = 3) -> str:
    """Return ` Did you mean a, b or c?`, or an empty string when nothing is near."""
    tails: dict[str, str] = {}
    for k in known:
        tails.setdefault(k.rsplit(".", 1)[-1], k)
    close = difflib.get_close_matches(name, known, count, 0.6)
    close += [tails[t] for t in difflib.get_close_matches(name.rsplit(".", 1)[-1], list(tails), count, 0.75)]
    unique = list(dict.fromkeys(close))[:count]
    return (
        f" Did you mean {' or '.join([', '.join(unique[:-1]), unique[-1]] if len(unique) > 1 else unique)}?"
        if unique
        else ""
    )


DIGITS = 6


def number(value: float) -> str:
    """A number as people write it: six digits or all before the point, no zeros at its end, never a power of ten."""
    if not math.isfinite(value):
        return str(value)
    whole = math.floor(math.log10(abs(value))) + 1 if value else 1
    return _grouped(f"{value:.{max(DIGITS, whole)}g}")


def exact(value: float) -> str:
    """A number that reads like `number`, with as many digits as it takes to tell it from any other."""
    said = number(value)
    return said if not math.isfinite(value) or float(said.replace(",", "")) == value else _grouped(repr(float(value)))


def _grouped(digits: str) -> str:
    """Digits, or digits and a power of ten, written out with thousands separated."""
    written = f"{Decimal(digits):,f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


_WORDS = {
    w: n
    for n, w in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
_UNITS = {"month": 1.0, "months": 1.0, "year": 12.0, "years": 12.0}


def meant_number(value: object) -> str:
    """For `two years`, `30%`, `0,5` or `1 000 000`, a hint with the number that was probably meant, as it is typed."""
    if not isinstance(value, str):
        return ""
    joined = re.sub(r"(?<=\d)\s(?=\d{3}(?!\d))", "", value.strip())
    written = re.sub(r"^-?[\d.,]+", lambda found: _pointed(found[0]), joined)
    words = re.sub(r"(?<=\w)-", " ", written.lower()).replace("%", " %").split()
    if not words:
        return ""
    try:
        amount = float(_WORDS.get(words[0], words[0]))
    except ValueError:
        return ""
    unit = words[1] if len(words) > 1 else ""
    meant = amount / 100 if unit == "%" else amount * _UNITS.get(unit, 1.0)
    comma = "." in written and joined.rfind(",") > joined.rfind(".")
    return f" {'Decimals take a point: did' if comma else 'Did'} you mean {number(meant).replace(',', '')}?"


def _pointed(digits: str) -> str:
    """Return digits with a point before decimals and nothing between thousands, whichever way round they had them."""
    if re.fullmatch(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", digits):
        return digits.replace(",", "")
    if re.fullmatch(r"-?(\d+|\d{1,3}(\.\d{3})+),\d+|-?\d{1,3}(\.\d{3}){2,}", digits):
        return digits.replace(".", "").replace(",", ".")
    return digits
