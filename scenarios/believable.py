"""Whether a column can be what it is called: its figures held against a band, and against the table in use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import median

from conducive.scenarios.declaration import number
from conducive.scenarios.errors import InputError

FEWEST = 5
"""Places from which their median says something."""
_STEADY = 9
"""Places from which their median moves little: the smallest region has nine."""
_ROOM = 3.0
"""How many times as far the median of fewer places may lie: of five it has moved nearly sixfold in a year."""
_TIMES = 3.0
"""How far a figure may lie from the same in the table in use, up or down: England's rates have moved by a quarter in a
year, medians of a region have doubled, and units differ by 100."""
_UNITS = (100.0, 1000.0)
"""What figures in other units differ by: shares from percentages, pounds from thousands."""
_WHOSE = {
    "england": "England's figure", "region": "the median region's figure", "authority": "the median authority's figure",
}  # fmt: skip

type Figures = dict[tuple[str, int], dict[str, float]]
"""Figures of a column as they are written, by place; those of each level and year together, year 0 if not dated."""
type Bands = Mapping[str, tuple[float, float]]
"""Lowest and highest figure that can be believed at each level."""


def check_believable(path: Path, column: str, bands: Bands, figures: Figures, in_use: Figures) -> None:
    """Raise InputError where England's figure of a year, or its median region's or authority's, cannot be believed.

    It must lie within the band of its level, and near the figure of the same places in the table in use, in the same
    year or the nearest there is; not where that cannot be believed either, so that a good table can replace a bad one.
    Of few places noughts, the same in any units, are left out unless there is nothing else.
    """
    for (level, year), every in figures.items():
        fewest, few = (1, False) if level == "england" else (FEWEST, len(every) < _STEADY)
        found = {place: figure for place, figure in every.items() if figure or not few} or every
        ours = nearest(in_use, level, year)
        same = [place for place in found if place in ours and (ours[place] or not few)]
        if len(found) < fewest:
            continue
        room = _ROOM if few else 1.0
        low, high = bands[level][0] / room, bands[level][1] * room
        value, before = median(found.values()), median(ours[place] for place in same) if len(same) >= fewest else None
        if before is not None and low <= before <= high:
            value = median(found[place] for place in same)
            low, high = max(low, before / _TIMES / room), min(high, before * _TIMES * room)
        if not low <= value <= high:
            beside = "" if before is None else f", and {number(before)} in the table in use"
            raise InputError(
                f"{path}: {column} cannot be what it is called: {_WHOSE[level]}{f' of {year}' if year else ''} is "
                f"{number(value)}{beside}. Expected {number(low)} to {number(high)}{_in_other_units(value, low, high)}."
            )


def nearest(in_use: Figures, level: str, year: int) -> dict[str, float]:
    """Return the figures of a level in a year, or the year nearest to it; none where the level has none."""
    years = [its for its_level, its in in_use if its_level == level]
    return in_use[level, min(years, key=lambda its: abs(its - year))] if years else {}


def _in_other_units(value: float, low: float, high: float) -> str:
    for units in _UNITS:
        for how, other in (("multiplied", value * units), ("divided", value / units)):
            if low <= other <= high:
                return f"; {how} by {number(units)} it would be {number(other)}"
    return ""
