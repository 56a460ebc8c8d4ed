"""Cases of a sweep: its design points, with the chance of an outcome at each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.lives.intervals import Numbers
from conducive.experiments.programmes.runs import READINGS
from conducive.experiments.sweep.folder import FAILED, MANIFEST
from conducive.experiments.words import in_unit, listed, several
from conducive.model.measures import INDICATORS
from conducive.scenarios.declaration import nearest_names, number
from conducive.scenarios.errors import LONGEST, InputError, glimpse

if TYPE_CHECKING:
    import pandas as pd

POINT, AUTHORITY, REPLICATE = "point", "authority", "replicate"
FEWEST_POINTS = 8
"""Design points from which there is a box to look for."""
FEWEST_TO_SPLIT = 40
"""Design points from which half of them are held out."""
SURE = 0.05
"""Chance up to which a limit may be luck: those above it are dropped."""
SPLIT_SEED = 0
DIGITS = 6
"""Of a limit in words."""


def table_of(sweep: Path | pd.DataFrame) -> tuple[pd.DataFrame, str, int]:
    """Return the table of a sweep, its folder, and how many of its design points failed."""
    if not isinstance(sweep, Path):
        return sweep, "", 0
    from conducive.experiments.sweep.sweep import read

    failures = sweep / FAILED
    failed = len(failures.read_text("utf-8").splitlines()) if failures.is_file() else 0
    return read(sweep), str(sweep), failed


def check_folder(folder: Path) -> None:
    """Raise InputError for a folder without a sweep."""
    try:
        there = (folder / MANIFEST).is_file()
    except OSError:  # no name that the system takes
        there = False
    if not there:
        folder = Path(f"{folder}"[:LONGEST])
        msg = f"{folder} holds no sweep. Make one with conducive sweep FILE.toml --out {folder}."
        raise InputError(msg)


def factors_of(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return what a sweep varied: its columns before `replicate`, but for the number of the point.

    Raises InputError for what is not the table of a sweep.
    """
    columns = [str(name) for name in frame.columns]
    if POINT not in columns or REPLICATE not in columns:
        msg = f"this is not the table of a sweep: it has no column {POINT!r} or {REPLICATE!r}."
        raise InputError(msg)
    return tuple(name for name in columns[: columns.index(REPLICATE)] if name != POINT)


def _outcome_of(frame: pd.DataFrame, indicator: str, over: float | None, under: float | None) -> tuple[Numbers, str]:
    """Return 1 or 0 for each run, empty where it is not known, and the outcome in words."""
    units = {i.name: i.unit for i in (*INDICATORS, *READINGS.values())}
    known = [name for name in units if name in frame.columns]
    if indicator not in known:
        near = nearest_names(str(indicator)[:80], known) or f" It has {', '.join(known)}."
        msg = f"{str(indicator)[:80]!r} is not an indicator of the sweep.{near}"
        raise InputError(msg)
    unit = units[indicator]
    values = frame[indicator].to_numpy(float)
    binary = set(np.unique(values[~np.isnan(values)])) <= {0.0, 1.0}
    if over is not None and under is not None:
        msg = "an outcome is over a value or under one. Got both --over and --under."
        raise InputError(msg)
    for name, bound in (("--over", over), ("--under", under)):
        check_number(name, bound, -math.inf, math.inf)
    if over is None and under is None:
        if not binary:
            middle = float(f"{np.nanmedian(values):.2g}")
            msg = f"{indicator} is not a yes or no. Say from where on it counts: --over {number(middle)}, for instance."
            raise InputError(msg)
        return values, indicator.replace("_", " ")
    bound = over if over is not None else under
    assert bound is not None
    met = values > bound if over is not None else values < bound
    unit = "" if unit == "0 or 1" else unit
    side = "over" if over is not None else "under"
    return np.where(np.isnan(values), np.nan, met), f"{indicator.replace('_', ' ')} {side} {in_unit(bound, unit)}"


def check_number(name: str, value: object, low: float, high: float) -> None:
    """Raise InputError for what is given and is no number between two."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        allowed = "a number" if math.isinf(low) else f"a number from {number(low)} to {number(high)}"
        msg = f"{name} must be {allowed}. Got {glimpse(value)}."
        raise InputError(msg)


def cases_of(
    frame: pd.DataFrame, indicator: str, over: float | None, under: float | None
) -> tuple[pd.DataFrame, tuple[str, ...], str, int]:
    """Return a row for each case, the factors that vary, the outcome in words, and in how many runs it is not known.

    Raises InputError for an outcome that cannot be used, and where there is no box to look for.
    """
    factors = factors_of(frame)
    outcome, says = _outcome_of(frame, indicator, over, under)
    cases = _cases(frame, factors, outcome)
    varying = tuple(name for name in factors if cases[name].nunique() > 1)
    _check(cases, factors, varying, says, indicator)
    cases["held_out"] = _held_out(cases)
    return cases, varying, says, int(np.isnan(outcome).sum())


def _cases(frame: pd.DataFrame, factors: Sequence[str], outcome: Numbers) -> pd.DataFrame:
    """Return a row for each design point, at each authority: factors, chance of the outcome, runs where it is known."""
    by = [POINT, *([AUTHORITY] if AUTHORITY in factors else [])]
    kept = frame[[POINT, *factors]].assign(chance=outcome)
    grouped = kept.groupby(by, sort=True)
    cases = grouped[[name for name in factors if name not in by]].first()
    cases["chance"], cases["runs"] = grouped["chance"].mean(), grouped["chance"].count()
    return cases.reset_index()[[POINT, *factors, "chance", "runs"]].dropna(subset=["chance"]).reset_index(drop=True)


def _check(cases: pd.DataFrame, factors: Sequence[str], varying: Sequence[str], outcome: str, indicator: str) -> None:
    if cases.empty:
        why = (
            " External money ends less than 24 months before the horizon: sweep a longer horizon, or look for another "
            "outcome, such as indicator use_at_fidelity over 0.1."
        )
        msg = f"{outcome} is not known in any run.{why if indicator == 'sustained' else ''}"
        raise InputError(msg)
    if not varying:
        what = f": {listed(factors)} {'does' if len(factors) == 1 else 'do'} not vary" if factors else " in it"
        msg = f"there is no factor to draw a box by{what}. Sweep at least one factor over several values."
        raise InputError(msg)
    if len(cases) < FEWEST_POINTS:
        msg = f"{several(len(cases), 'design point')} are too few to find a box. At least {FEWEST_POINTS} are needed."
        raise InputError(msg)
    total = float(cases["chance"].sum())
    if total == 0:
        msg = f"{outcome} came about in no run. Sweep wider factors, or use another --indicator with --over or --under."
        raise InputError(msg)
    if total == len(cases):
        msg = (
            f"{outcome} came about in every run. Sweep wider factors, or use another --indicator and --over or --under."
        )
        raise InputError(msg)


def _held_out(cases: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which cases are held out: half of the design points, drawn with a fixed seed; none where they are few."""
    points = np.unique(cases[POINT])
    if len(points) < FEWEST_TO_SPLIT:
        return np.zeros(len(cases), bool)
    drawn = np.random.default_rng(SPLIT_SEED).permutation(points)[len(points) // 2 :]
    return np.asarray(cases[POINT].isin(drawn))
