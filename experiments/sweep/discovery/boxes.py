"""Boxes in the space of a sweep's factors in which an outcome is likely, found by PRIM.

PRIM (Friedman and Fisher 1999; Bryant and Lempert 2010) is EMA Workbench's. Boxes are found on one half of the design
points and held against the other half: what is reported of a box was not used to find it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.lives.intervals import interval_of_share
from conducive.experiments.lives.readings import Estimate
from conducive.experiments.search.study import Found
from conducive.experiments.sweep.discovery.cases import AUTHORITY, DIGITS, FEWEST_POINTS, SURE
from conducive.experiments.sweep.discovery.text import say_discovery
from conducive.experiments.words import factor_words, in_unit, listed
from conducive.scenarios.declaration import SWITCH
from conducive.scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SMALLEST_BOX = 0.05
"""Share of the design points that a box holds at least; so much is also peeled off at a time."""
FEW_STEPS = 20
"""Steps of a factor's range that a limit is told to, at least."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a box asks of a factor: more than `low`, or less than `high`, or one of some authorities.

    Attributes:
        factor: its name, as in the sweep.
        low: under which there is nothing in the box; minus infinity where there is no such limit.
        high: over which there is nothing in the box; infinity where there is no such limit.
        among: the authorities in the box, for the factor `authority`; empty for others.
        chance: how likely the limit would help as much by luck, on the points that found it.
        held_out: the same on those held out; not a number where none were.

    """

    factor: str
    low: float = -math.inf
    high: float = math.inf
    among: tuple[str, ...] = ()
    chance: float = math.nan
    held_out: float = math.nan

    def holds(self, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Which rows a limit lets in."""
        values = frame[self.factor]
        if self.among:
            return np.asarray(values.isin(self.among))
        return np.asarray((values > self.low) & (values < self.high))

    def text(self) -> str:
        """Return the limit in words, in the unit of its factor."""
        if self.among:
            return f"the authority is {listed(self.among, 'or')}"
        name, unit = factor_words(self.factor)
        side, value = ("under", self.high) if math.isinf(self.low) else ("over", self.low)
        if unit == SWITCH:
            what = "link" if self.factor.startswith("links.") else "mechanism"
            return f"the {what} {name} is switched {'off' if side == 'under' else 'on'}"
        return f"{name} is {side} {in_unit(value, unit, DIGITS)}"


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the space of factors in which the outcome is likely.

    Attributes:
        limits: what it asks, the most telling first.
        density: chance of the outcome in it, with its interval.
        coverage: share of all outcomes that fall in it, with its interval.
        points: design points in it on which these figures rest.
        found: density and coverage on the points that found it.

    """

    limits: tuple[Limit, ...]
    density: Estimate
    coverage: Estimate
    points: int
    found: tuple[float, float]

    def holds(self, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Which rows lie in the box."""
        return np.asarray(np.logical_and.reduce([limit.holds(frame) for limit in self.limits]))


@dataclass(frozen=True, repr=False)
class Discovery(Found):
    """Boxes found on a sweep.

    Attributes:
        cases: a row for each design point (and authority): its factors, `chance` of the outcome over its replicates,
            `runs` in which that is known, and `held_out`.
        factors: what varies, by which boxes are drawn.
        outcome: the outcome in words.
        boxes: those found, each in what former ones left.
        trajectory: for each box, the steps by which it was peeled: box, step, coverage, density, points,
            limits, chosen.
        unknown: runs in which the outcome is not known.
        failed: design points of the sweep that failed.
        where: the folder of the sweep, or empty.
        density: how likely the outcome was to be in a box, at least; None where that was not asked.

    """

    cases: pd.DataFrame
    factors: tuple[str, ...]
    outcome: str
    boxes: tuple[Box, ...]
    trajectory: pd.DataFrame
    unknown: int
    failed: int
    where: str
    density: float | None = None

    def in_short(self) -> dict[str, str]:
        """Return what was looked for, and what was found."""
        boxes = [" and ".join(limit.text() for limit in box.limits) for box in self.boxes]
        return {
            "outcome": self.outcome,
            "cases": f"{len(self.cases):,}",
            **{f"box {n}": said for n, said in enumerate(boxes, 1)},
            "more": "print(discovery.text())",
        }

    @property
    def judged(self) -> pd.DataFrame:
        """Cases on which what is reported rests: those held out, or all where none were."""
        held = self.cases["held_out"]
        return self.cases[held] if held.any() else self.cases

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each limit of each box.

        Columns: box, factor, says (the limit in words), low, high (infinite: no limit), among, unit (none of a switch),
        chance, held_out, density and coverage of the box with their intervals, and points in it.
        """
        import pandas as pd

        rows = [
            {
                "box": n,
                "factor": limit.factor,
                "says": limit.text(),
                "low": limit.low,
                "high": limit.high,
                "among": ", ".join(limit.among),
                "unit": factor_words(limit.factor)[1].replace(SWITCH, ""),
                "chance": limit.chance,
                "held_out": limit.held_out,
                **{f"density{end}": value for end, value in zip(("_low", "", "_high"), box.density, strict=True)},
                **{f"coverage{end}": value for end, value in zip(("_low", "", "_high"), box.coverage, strict=True)},
                "points": box.points,
            }
            for n, box in enumerate(self.boxes, 1)
            for limit in box.limits
        ]
        return pd.DataFrame(rows, columns=list(rows[0]) if rows else ["box", "factor", "low", "high"])

    def text(self) -> str:
        """Say where the outcome is likely, in plain English."""
        return say_discovery(self)

    def parts(self) -> dict[str, pd.DataFrame | Figure]:
        """Return boxes, how they were peeled, the cases, and a chart."""
        from conducive.experiments.sweep.discovery.figures import discovery_figure

        tables = {"boxes": self.table, "trajectory": self.trajectory, "cases": self.cases}
        return {**tables, "chart": discovery_figure(self)}


def _prim() -> Any:
    """Return EMA Workbench's PRIM. Raises InputError where it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from ema_workbench.analysis import prim
    except ImportError:
        msg = (
            "conducive discover needs EMA Workbench, which is an extra. Install it: pip install 'conducive[discover]'."
        )
        raise InputError(msg) from None
    return prim


def boxes_of(
    cases: pd.DataFrame, factors: Sequence[str], density: float | None, most: int
) -> tuple[tuple[Box, ...], pd.DataFrame]:
    """Return boxes, each found in what former ones left, and how each was peeled."""
    import pandas as pd

    prim = _prim()
    train, judged = cases[~cases["held_out"]], cases[cases["held_out"]]
    judged = train if judged.empty else judged
    whole = float(judged["chance"].mean())
    all_train, all_judged = (float(part["chance"].sum()) for part in (train, judged))
    found: list[Box] = []
    steps = []
    while len(found) < most and len(train) >= FEWEST_POINTS and 0 < train["chance"].sum() < len(train):
        peeled, limits = _peel(prim, train, factors)
        chosen = _choose(peeled, train, density)
        box = _box(limits[chosen], train, judged, all_train, all_judged)
        share = float(train["chance"].sum()) / all_train
        steps.append(
            peeled.assign(box=len(found) + 1, coverage=peeled["coverage"] * share, chosen=peeled.index == chosen)
        )
        # A later box in which the outcome is no likelier than in the whole sweep would say nothing.
        if box is None or box.density.mean <= whole:
            steps = steps[: max(len(found), 1)]
            break
        found.append(box)
        train, judged = train[~box.holds(train)], judged[~box.holds(judged)]
    columns = ["box", "step", "coverage", "density", "points", "limits", "chosen"]
    return tuple(found), pd.concat(steps, ignore_index=True)[columns] if steps else pd.DataFrame(columns=columns)


def _peel(prim: Any, train: pd.DataFrame, factors: Sequence[str]) -> tuple[pd.DataFrame, list[tuple[Limit, ...]]]:
    """Return the steps of PRIM (coverage, density, points, limits) and the limits at each."""
    import pandas as pd

    names = {AUTHORITY: sorted(train[AUTHORITY].unique())} if AUTHORITY in factors else {}
    x = pd.DataFrame({name: _coded(train[name], names.get(name)) for name in factors})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        box = prim.Prim(
            x, train["chance"].to_numpy(float), peel_alpha=SMALLEST_BOX, paste_alpha=SMALLEST_BOX, mass_min=SMALLEST_BOX
        ).find_box()
    whole, table = box.box_lims[0], box.peeling_trajectory
    limits = [
        tuple(
            limit
            for name in factors
            if name in lims and not lims[name].equals(whole[name])
            for limit in _limits(name, lims[name], train, names.get(name))
        )
        for lims in box.box_lims
    ]
    steps = pd.DataFrame(
        {
            "step": np.arange(len(table)),
            "coverage": table["coverage"].to_numpy(float),
            "density": table["density"].to_numpy(float),
            "points": table["n"].to_numpy(int),
            "limits": [len(each) for each in limits],
        }
    )
    return steps, limits


def _coded(values: pd.Series[Any], names: Sequence[str] | None) -> Any:
    """Return a factor as PRIM takes it: numbers, or authorities by number, whose order is the same in every process."""
    import pandas as pd

    if names is None:
        return values.to_numpy(float)
    return pd.Categorical([names.index(name) for name in values])


def _limits(name: str, lims: pd.Series[Any], train: pd.DataFrame, names: Sequence[str] | None) -> Iterator[Limit]:
    """Yield the limits of PRIM's on a factor, at values that can be said in a few digits."""
    if names is not None:
        yield Limit(name, among=tuple(names[n] for n in sorted(lims.iloc[0])))
        return
    values = np.unique(train[name].to_numpy(float))
    first, last = np.searchsorted(values, lims.iloc[0], "left"), np.searchsorted(values, lims.iloc[1], "right")
    step = 10.0 ** math.floor(math.log10((values[-1] - values[0]) / FEW_STEPS))
    if 0 < first < len(values):
        yield Limit(name, low=_between(values[first - 1], values[first], step))
    if 0 < last < len(values):
        yield Limit(name, high=_between(values[last - 1], values[last], step))


def _between(low: float, high: float, step: float) -> float:
    """Return the roundest value between two, or the nearest whole step where they are close together."""
    return roundest(low, high) if high - low > step else round(round((low + high) / 2 / step) * step, 12)


def roundest(low: float, high: float) -> float:
    """Return the number with the fewest digits between two, neither of them themselves where that can be."""
    for digits in range(-12, 13):
        step = 10.0**-digits
        tried = round(math.ceil(low / step + 1e-9) * step, max(digits, 0))
        if low < tried < high:
            middle = round(round((low + high) / 2 / step) * step, max(digits, 0))
            return middle if low < middle < high else tried
    return (low + high) / 2


def _choose(peeled: pd.DataFrame, train: pd.DataFrame, density: float | None) -> int:
    """Return the step whose box is the best: the largest Youden index, or the most cover at the density asked for."""
    coverage, dense, points = (peeled[name].to_numpy(float) for name in ("coverage", "density", "points"))
    if density is not None and (dense >= density).any():
        return int(np.where(dense >= density, coverage, -1).argmax())
    if density is not None:
        return int(dense.argmax())
    return int((coverage - points * (1 - dense) / (len(train) - train["chance"].sum())).argmax())


def _box(
    limits: Sequence[Limit], train: pd.DataFrame, judged: pd.DataFrame, all_train: float, all_judged: float
) -> Box | None:
    """Return a box without the limits that may be luck, with what it amounts to; None where no limit is left."""
    held = judged is not train
    kept = list(limits)
    while kept:
        kept = [_tested(n, kept, train, judged if held else None) for n in range(len(kept))]
        worst = max(kept, key=_luck)
        if _luck(worst) <= SURE:
            break
        kept.remove(worst)
    if not kept:
        return None
    kept.sort(key=_luck)
    inside = [part[np.logical_and.reduce([limit.holds(part) for limit in kept])] for part in (judged, train)]
    (density, coverage), found = (
        (
            float(part["chance"].mean()) if len(part) else math.nan,
            float(part["chance"].sum()) / total if total else math.nan,
        )
        for part, total in zip(inside, (all_judged, all_train), strict=True)
    )
    points = len(inside[0])
    if not points or not all_judged:
        return None
    return Box(tuple(kept), _share(density, points), _share(coverage, all_judged), points, found)


def _luck(limit: Limit) -> float:
    return max(limit.chance, limit.held_out) if not math.isnan(limit.held_out) else limit.chance


def _tested(n: int, limits: Sequence[Limit], train: pd.DataFrame, held: pd.DataFrame | None) -> Limit:
    """Return a limit with how likely it would help as much by luck, the others holding."""
    others = [limit for m, limit in enumerate(limits) if m != n]
    chance, held_out = (math.nan if part is None else _by_luck(part, limits[n], others) for part in (train, held))
    return replace(limits[n], chance=chance, held_out=held_out)


def _by_luck(part: pd.DataFrame, limit: Limit, others: Sequence[Limit]) -> float:
    """Return how likely a limit would help as much if it made no difference, the others holding.

    The Mann-Whitney test of the points it lets in against those it keeps out, by their chances: points are what is
    independent, not the replicates of a point.
    """
    from scipy.stats import mannwhitneyu

    near = part[np.logical_and.reduce([np.ones(len(part), bool), *(other.holds(part) for other in others)])]
    inside = limit.holds(near)
    chances = near["chance"].to_numpy(float)
    if inside.all() or not inside.any() or not np.ptp(chances):
        return 1.0
    return float(mannwhitneyu(chances[inside], chances[~inside], alternative="greater").pvalue)


def _share(share: float, of: float) -> Estimate:
    """Return a share with Wilson's interval, each design point as one trial, however many replicates it had."""
    low, high = interval_of_share(share * of, of)  # type: ignore[arg-type]
    return Estimate(max(0.0, low), share, min(1.0, high))
