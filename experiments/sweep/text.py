"""What a sweep says of itself: how many runs there are, how to open them, and what moved the outcome most."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from conducive.experiments.compare.ladder import MATTERS, judge
from conducive.experiments.lives.intervals import Numbers
from conducive.experiments.lives.text import name_of
from conducive.experiments.sweep.folder import FAILED
from conducive.experiments.sweep.runs import REPLICATE, SET
from conducive.experiments.words import (
    bullet,
    factor_words,
    heading,
    in_unit,
    page,
    paragraph,
    percent,
    points,
    section,
    several,
    table,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from conducive.experiments.sweep.design import Levels
    from conducive.experiments.sweep.sweep import Sweep

SUSTAINED, USE = "sustained", "use_at_fidelity"
WORDS = {SUSTAINED: "Chance of sustained use", USE: "Use as it is meant, in the last month"}
MOST_NAMED = 3  # failures
DIGITS = 2


def say_sweep(sweep: Sweep) -> str:
    """Return what was run, what failed, how to open it, and the outcome at either end of each factor."""
    plan = sweep.plan
    return page(
        heading(f"Sweep of {name_of(plan.scenario)}", "="),
        paragraph(plan.text() + "."),
        _failures(sweep) if sweep.failures else "",
        _ends(sweep) if plan.levels else "",
        section("To open it", f"pd.read_parquet({sweep.path.as_posix()!r})"),
    )


def _failures(sweep: Sweep) -> str:
    failures = sweep.failures
    many = several(len(failures), "design point")
    said = [f"{many} could not be run; {FAILED} says which and why:"]
    reasons = Counter(each["error"] for each in failures)
    said += [bullet(f"{count:,} x {reason}") for reason, count in list(reasons.items())[:MOST_NAMED]]
    if len(reasons) > MOST_NAMED:
        said.append(bullet(f"{len(reasons) - MOST_NAMED:,} other reasons"))
    return "\n".join(said)


def _ends(sweep: Sweep) -> str:
    """Return a table of the outcome where each factor is lowest and highest, the one that moves it most first."""
    plan = sweep.plan
    means, sets = _means(sweep)
    known = means[SUSTAINED][np.isfinite(means[SUSTAINED])]
    outcome = SUSTAINED if len(known) and np.ptp(known) else USE
    found = []
    for n, each in enumerate(plan.levels):
        low, high = means[outcome][:, n, 0], means[outcome][:, n, 1]
        gap = judge(high - low, sets, (-1.0, 1.0), MATTERS)
        low_mean, high_mean = (_mean(side) for side in (low, high))
        size = abs(gap.mean)
        between = "-" if np.isnan(gap.low) or not size else f"{points(gap.low)} to {points(gap.high)}"
        row = (each.name, _end(each, 0), percent(low_mean), _end(each, 1), percent(high_mean))
        found.append((-size if np.isfinite(size) else 0.0, (*row, points(gap.mean), between)))
    rows = [row for _, row in sorted(found, key=lambda item: item[0])]
    head = ("factor", "low", "", "high", "", "points", "95% interval")
    note = (
        "Low and high are the ends of a list or grid, or the lowest and the highest third of a range. Everything else "
        "varies as in the design; the interval is that of luck"
        + ("." if sets is None else " and of the plausible sets of coefficients.")
    )
    if outcome == USE and not len(known):
        note += " Whether use is sustained is not known in any run: external money lasts too long for the horizon."
    elif outcome == USE:
        note += f" Use is sustained in {'every run' if known[0] else 'no run'} where that is known."
    return section(WORDS[outcome], table(head, rows), paragraph(note))


def _mean(values: Numbers) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def _end(levels: Levels, side: int) -> str:
    """Return the values that count as low or high."""
    low, high = _bounds(levels)
    _, unit = factor_words(levels.name)
    value = in_unit(high if side else low, unit, DIGITS)
    return value if levels.over is None else f"{'>' if side else '<'} {value}"


def _bounds(levels: Levels) -> tuple[float, float]:
    if levels.over is None:
        return levels.low, levels.high
    return levels.low + levels.over.width / 3, levels.high - levels.over.width / 3


def _means(sweep: Sweep) -> tuple[dict[str, Numbers], npt.NDArray[np.int64] | None]:
    """Return the mean outcome by replicate, factor and end (low, high), and the plausible set of each replicate.

    Parts are read one by one, so that memory stays flat.
    """
    plan = sweep.plan
    shape = (plan.replicates, len(plan.levels), 2)
    sums, counts = ({name: np.zeros(shape) for name in WORDS} for _ in range(2))
    sets = np.zeros(plan.replicates, np.int64) if plan.plausible else None
    columns = [*(each.name for each in plan.levels), REPLICATE, *([SET] if plan.plausible else []), *WORDS]
    for part in sweep.folder.tables(columns):
        replicate = part[REPLICATE].to_numpy()
        if sets is not None:
            sets[replicate] = part[SET].to_numpy()
        for n, each in enumerate(plan.levels):
            low, high = _bounds(each)
            values = part[each.name].to_numpy()
            for side, inside in enumerate((values <= low, values >= high)):
                for name in WORDS:
                    outcome = part[name].to_numpy()
                    kept = inside & np.isfinite(outcome)
                    np.add.at(sums[name], (replicate[kept], n, side), outcome[kept])
                    np.add.at(counts[name], (replicate[kept], n, side), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {name: sums[name] / counts[name] for name in WORDS}, sets
