"""Scenario discovery on a finished sweep: in which part of the space of its factors is an outcome likely?

Boxes are found by PRIM (Friedman and Fisher 1999; Bryant and Lempert 2010) as EMA Workbench has it. They are found on
one half of the design points and held against the other half: what is reported of a box was not used to find it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.ensemble import check_whole
from conducive.experiments.lives.intervals import Numbers, interval_of_share
from conducive.experiments.lives.readings import Estimate
from conducive.experiments.sweep.folder import FAILED, MANIFEST
from conducive.experiments.words import (
    factor_words,
    heading,
    in_unit,
    listed,
    paragraph,
    percent,
    several,
    table,
)
from conducive.model.measures import INDICATORS
from conducive.scenarios.declaration import SWITCH, nearest_names, number
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.short import InShort

if TYPE_CHECKING:
    import pandas as pd

    from conducive.experiments.sweep.sweep import Sweep

POINT, AUTHORITY, REPLICATE = "point", "authority", "replicate"
FEWEST_POINTS = 8
"""Design points from which there is a box to look for."""
FEWEST_TO_SPLIT = 40
"""Design points from which half of them are held out."""
SMALLEST_BOX = 0.05
"""Share of the design points that a box holds at least; so much is also peeled off at a time."""
MOST_BOXES = 3
SURE = 0.05
"""Chance up to which a limit may be luck: those above it are dropped."""
SPLIT_SEED = 0
DIGITS = 6
FEW_STEPS = 20
"""Steps of a factor's range that a limit is told to, at least."""
MOST_ASKED = 10
"""Boxes that can be asked for."""


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
            return f"the mechanism {name} is switched {'off' if side == 'under' else 'on'}"
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
class Discovery(InShort):
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

        Columns: box, factor, low, high (infinite: no limit), among, unit, chance, held_out, density and coverage of the
        box with their intervals, and points in it.
        """
        import pandas as pd

        rows = [
            {
                "box": n,
                "factor": limit.factor,
                "low": limit.low,
                "high": limit.high,
                "among": ", ".join(limit.among),
                "unit": factor_words(limit.factor)[1],
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
        return "\n\n".join([_title(self), _asked(self), _found(self), _reading(self)]) + "\n"


def _of_a_sweep(asked: object) -> str | Path | pd.DataFrame:
    """Return the folder or the table that was given, or that of a sweep. Raises InputError for anything else."""
    import pandas as pd

    if isinstance(asked, str | Path | pd.DataFrame):
        return asked
    folder = getattr(getattr(asked, "folder", None), "path", None)
    if isinstance(folder, Path):
        return folder
    msg = f"discover takes the folder of a finished sweep, its table, or the sweep itself. Got {glimpse(asked)}."
    raise InputError(msg)


def discover(
    sweep: str | Path | pd.DataFrame | Sweep,
    indicator: str = "sustained",
    *,
    over: float | None = None,
    under: float | None = None,
    density: float | None = None,
    boxes: int = MOST_BOXES,
) -> Discovery:
    """Find in which part of the space of a sweep's factors an outcome is likely.

    Args:
        sweep: the folder of a finished sweep, its table, or the sweep itself.
        indicator: an indicator in the last month; `sustained` is an outcome as it is.
        over: the outcome is that the indicator is more than this.
        under: the outcome is that it is less than this.
        density: how likely the outcome must be in a box: the one that covers most is chosen. By default the one in
            which its share of all outcomes exceeds its share of all else by most (Youden's index).
        boxes: at most how many, each in what former ones leave.

    A case is a design point (at an authority, if several were asked for), and its outcome is a chance: the share of its
    replicates that have it. A density is the mean chance of the cases in a box, which is the share of its runs.
    Raises InputError for a table or an outcome that cannot be used, and where EMA Workbench is not installed.

    """
    frame, where, failed = _table(_of_a_sweep(sweep))
    factors = factors_of(frame)
    outcome, says = _outcome(frame, indicator, over, under)
    _check_number("--density", density, 0.0, 1.0)
    check_whole("boxes", boxes, 1, MOST_ASKED)
    cases = _cases(frame, factors, outcome)
    varying = tuple(name for name in factors if cases[name].nunique() > 1)
    _check_cases(cases, factors, varying, says, indicator)
    cases["held_out"] = _split(cases)
    found, trajectory = _boxes(cases, varying, density, boxes)
    return Discovery(cases, varying, says, found, trajectory, int(np.isnan(outcome).sum()), failed, where, density)


def discovery_identity(
    sweep: Path,
    indicator: str = "sustained",
    *,
    over: float | None = None,
    under: float | None = None,
    density: float | None = None,
    boxes: int = MOST_BOXES,
) -> Identity:
    """Return what decides the numbers: the sweep as its manifest has it, and what was asked of it."""
    import hashlib

    _check_folder(sweep)
    parts = [f"{part.name} {part.stat().st_size}" for part in sorted(sweep.glob("part-*.parquet"))]
    manifest = hashlib.sha256((sweep / MANIFEST).read_bytes() + "\n".join(parts).encode()).hexdigest()[:12]
    return study_identity(
        "discovery", {}, 1, SPLIT_SEED,
        sweep=manifest, indicator=indicator, over=over, under=under, density=density, boxes=boxes,
    )  # fmt: skip


def write_discovery(found: Discovery, folder: Path) -> None:
    """Write boxes, peeling, figure and summary into a folder."""
    from conducive.experiments.search.figures import save_figure, save_table
    from conducive.experiments.sweep.figures import discovery_figure

    save_table(found.table, folder, "boxes")
    save_table(found.trajectory, folder, "trajectory")
    save_table(found.cases, folder, "cases")
    (folder / "summary.txt").write_text(found.text(), encoding="utf-8", newline="\n")
    save_figure(discovery_figure(found), folder, "chart")


# ---- Cases ---------------------------------------------------------------------------------------------------------


def _table(sweep: str | Path | pd.DataFrame) -> tuple[pd.DataFrame, str, int]:
    """Return the table of a sweep, its folder, and how many of its design points failed."""
    if not isinstance(sweep, str | Path):
        return sweep, "", 0
    from conducive.experiments.sweep.sweep import read

    folder = Path(sweep)
    _check_folder(folder)
    failures = folder / FAILED
    failed = len(failures.read_text("utf-8").splitlines()) if failures.is_file() else 0
    return read(folder), str(folder), failed


def _check_folder(folder: Path) -> None:
    if not (folder / MANIFEST).is_file():
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


def _outcome(frame: pd.DataFrame, indicator: str, over: float | None, under: float | None) -> tuple[Numbers, str]:
    """Return 1 or 0 for each run, empty where it is not known, and the outcome in words."""
    known = [i.name for i in INDICATORS if i.name in frame.columns]
    if indicator not in known:
        msg = f"{indicator[:80]!r} is not an indicator of the sweep.{nearest_names(indicator[:80], known)}"
        raise InputError(msg)
    declaration = next(i for i in INDICATORS if i.name == indicator)
    values = frame[indicator].to_numpy(float)
    binary = set(np.unique(values[~np.isnan(values)])) <= {0.0, 1.0}
    if over is not None and under is not None:
        msg = "an outcome is over a value or under one. Got both --over and --under."
        raise InputError(msg)
    for name, bound in (("--over", over), ("--under", under)):
        _check_number(name, bound, -math.inf, math.inf)
    if over is None and under is None:
        if not binary:
            middle = float(f"{np.nanmedian(values):.2g}")
            msg = f"{indicator} is not a yes or no. Say from where on it counts: --over {number(middle)}, for instance."
            raise InputError(msg)
        return values, indicator.replace("_", " ")
    bound = over if over is not None else under
    assert bound is not None
    met = values > bound if over is not None else values < bound
    unit = "share" if declaration.unit == "share" else "" if declaration.unit == "0 or 1" else declaration.unit
    side = "over" if over is not None else "under"
    return np.where(np.isnan(values), np.nan, met), f"{indicator.replace('_', ' ')} {side} {in_unit(bound, unit)}"


def _check_number(name: str, value: object, low: float, high: float) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        allowed = "a number" if math.isinf(low) else f"a number from {number(low)} to {number(high)}"
        msg = f"{name} must be {allowed}. Got {value!r}."
        raise InputError(msg)


def _cases(frame: pd.DataFrame, factors: Sequence[str], outcome: Numbers) -> pd.DataFrame:
    """Return a row for each design point, at each authority: factors, chance of the outcome, runs where it is known."""
    by = [POINT, *([AUTHORITY] if AUTHORITY in factors else [])]
    kept = frame[[POINT, *factors]].assign(chance=outcome)
    grouped = kept.groupby(by, sort=True)
    cases = grouped[[name for name in factors if name not in by]].first()
    cases["chance"], cases["runs"] = grouped["chance"].mean(), grouped["chance"].count()
    return cases.reset_index()[[POINT, *factors, "chance", "runs"]].dropna(subset=["chance"]).reset_index(drop=True)


def _check_cases(
    cases: pd.DataFrame, factors: Sequence[str], varying: Sequence[str], outcome: str, indicator: str
) -> None:
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


def _split(cases: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which cases are held out: half of the design points, drawn with a fixed seed; none where they are few."""
    points = np.unique(cases[POINT])
    if len(points) < FEWEST_TO_SPLIT:
        return np.zeros(len(cases), bool)
    drawn = np.random.default_rng(SPLIT_SEED).permutation(points)[len(points) // 2 :]
    return np.asarray(cases[POINT].isin(drawn))


# ---- Boxes ---------------------------------------------------------------------------------------------------------


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


def _boxes(
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


# ---- In words ------------------------------------------------------------------------------------------------------


def sentence(found: Discovery, box: Box) -> str:
    """Return a box as one sentence, with density and coverage."""
    limits = listed(_said(box.limits))
    of = "successes" if found.outcome == "sustained" else "such cases"
    rest = " and no earlier box holds" if box is not found.boxes[0] else ""
    return (
        f"{found.outcome} in {box.density.mean:.0%} of cases when {limits}{rest} "
        f"(covers {box.coverage.mean:.0%} of all {of})"
    )


def _said(limits: Sequence[Limit]) -> list[str]:
    """Return limits in words, two of the same factor as one."""
    said = {}
    for limit in limits:
        both = [other for other in limits if other.factor == limit.factor]
        if len(both) == 1:
            said[limit.factor] = limit.text()
        else:
            name, unit = factor_words(limit.factor)
            low, high = max(each.low for each in both), min(each.high for each in both)
            said[limit.factor] = f"{name} is between {in_unit(low, unit, DIGITS)} and {in_unit(high, unit, DIGITS)}"
    return list(said.values())


def _title(found: Discovery) -> str:
    return heading(f"When is it {found.outcome}?" if found.outcome == "sustained" else f"When is {found.outcome}?", "=")


def _asked(found: Discovery) -> str:
    cases, judged = found.cases, found.judged
    factors = listed([factor_words(name)[0].replace(" (0 barrier, 1 facilitator)", "") for name in found.factors])
    of = " at their authorities" if AUTHORITY in found.factors else ""
    lines = [
        f"{several(len(cases), 'design point')}{of}, {several(int(cases['runs'].sum()), 'run')}, over {factors}. "
        f"{found.outcome.capitalize()} in {percent(float(np.average(cases['chance'], weights=cases['runs'])))} of the "
        "runs."
    ]
    if found.unknown:
        lines.append(f"{several(found.unknown, 'run')} are left out, because in them the outcome is not known.")
    if found.failed:
        lines.append(
            f"{several(found.failed, 'design point')} failed and {'is' if found.failed == 1 else 'are'} missing."
        )
    lines.append(
        f"Boxes were found on {len(cases) - len(judged)} points, and figures come from the {len(judged)} that were "
        "held out."
        if len(judged) < len(cases)
        else f"With fewer than {FEWEST_TO_SPLIT} points none were held out: figures come from the points that found "
        "the boxes, and flatter them."
    )
    return paragraph(" ".join(lines))


def _found(found: Discovery) -> str:
    if not found.boxes:
        said = (
            "No box was found whose limits are more than luck. More design points would tell, and more replicates "
            "where luck decides much."
        )
        return paragraph(said)
    lines = []
    for n, box in enumerate(found.boxes, 1):
        said = sentence(found, box)
        lines += [heading(f"Box {n}"), paragraph(f"{said[0].upper()}{said[1:]}.")]
        rows = [
            ("share of cases in it (density)", *_interval(box.density), percent(box.found[0])),
            ("share of all that it covers (coverage)", *_interval(box.coverage), percent(box.found[1])),
        ]
        held = bool(found.cases["held_out"].any())
        head = ("", "held out" if held else "found", "95% interval", "when found")
        lines.append(table(head[: 4 if held else 3], [row[: 4 if held else 3] for row in rows]))
        chances = [f"{limit.text()} ({_chance(limit.held_out if held else limit.chance)})" for limit in box.limits]
        lines.append(
            paragraph(
                f"{several(box.points, 'design point')} in it. Chance that a limit helps by luck: {listed(chances)}."
            )
        )
        lines.append("")
    short = [f"box {n}" for n, box in enumerate(found.boxes, 1) if box.found[0] < (found.density or 0)]
    if short:
        said = f"Asked for was a density of {percent(found.density or 0)}, of which {listed(short)} "
        lines += [paragraph(f"{said}{'falls' if len(short) == 1 else 'fall'} short where it was found."), ""]
    together = np.logical_or.reduce([box.holds(found.judged) for box in found.boxes])
    chance = found.judged["chance"].to_numpy(float)
    if len(found.boxes) > 1:
        outside = f"{percent(float(chance[~together].mean()))}" if (~together).any() else "none"
        lines.append(
            paragraph(
                f"All boxes together cover {percent(float(chance[together].sum() / chance.sum()))} of it all; "
                f"outside of them the chance is {outside}."
            )
        )
    else:
        outside = percent(float(chance[~together].mean())) if (~together).any() else "-"
        lines.append(paragraph(f"Outside of the box the chance is {outside}."))
    return "\n".join(lines).rstrip()


def _interval(estimate: Estimate) -> tuple[str, str]:
    return percent(estimate.mean), f"{percent(estimate.low).removesuffix('%')} to {percent(estimate.high)}"


def _chance(chance: float) -> str:
    return "under 0.1%" if chance < 0.001 else percent(chance)  # noqa: PLR2004


def _reading(found: Discovery) -> str:
    said = (
        "A case is a design point, and its outcome the share of its runs that have it. A box says where in the swept "
        "ranges the outcome is likely, not why, and nothing about values that were not swept. Limits that may be luck "
        f"(chance over {SURE:.0%}) were dropped. Intervals count each design point as one trial, which is on the safe "
        "side. It compares scenarios; it does not forecast."
    )
    return "\n".join([heading("How to read this"), paragraph(said)])
