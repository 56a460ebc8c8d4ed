"""Where authorities lie to each other: regions and their borders, and the official statistical neighbours."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

NEIGHBOURS = Path(__file__).with_name("data") / "neighbours.csv"
NEAREST = 10
BORDERS = {
    frozenset(pair)
    for pair in (
        ("North East", "North West"),
        ("North East", "Yorkshire and The Humber"),
        ("North West", "Yorkshire and The Humber"),
        ("North West", "East Midlands"),
        ("North West", "West Midlands"),
        ("Yorkshire and The Humber", "East Midlands"),
        ("East Midlands", "West Midlands"),
        ("East Midlands", "East of England"),
        ("East Midlands", "South East"),
        ("West Midlands", "South East"),
        ("West Midlands", "South West"),
        ("East of England", "South East"),
        ("South East", "South West"),
        ("Inner London", "Outer London"),
        ("Outer London", "East of England"),
        ("Outer London", "South East"),
    )
}
"""Regions of England that share a border; London as the workforce census divides it."""


def steps(regions: Sequence[str]) -> npt.NDArray[np.float64]:
    """Steps between places by their regions: 0 in the same, 1 across a border, 2 beyond; shape (places, places)."""
    apart = {
        (a, b): 0.0 if a == b else 1.0 if frozenset((a, b)) in BORDERS else 2.0
        for a in set(regions)
        for b in set(regions)
    }
    return np.array([[apart[a, b] for b in regions] for a in regions])


def likeness(codes: Sequence[str]) -> npt.NDArray[np.float64]:
    """1 where the second place is one of the first's ten statistical neighbours, else 0; by three-digit codes.

    Places that report together have both codes, `314 / 318`.
    """
    each = [code.split(" / ") for code in codes]
    near = [frozenset[str]().union(*(_neighbours().get(code, frozenset()) for code in own)) for own in each]
    alike = np.array([[float(not theirs.isdisjoint(b)) for b in each] for theirs in near])
    np.fill_diagonal(alike, 0.0)
    return alike


@cache
def _neighbours() -> dict[str, frozenset[str]]:
    with NEIGHBOURS.open(encoding="utf-8", newline="") as file:
        return {row[0]: frozenset(row[1 : 1 + NEAREST]) for row in list(csv.reader(file))[1:]}
