"""What a sweep says of itself: how many runs there are, how to open them, and what moved the outcome most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from conducive.experiments.compare.ladder import MATTERS, judge
from conducive.experiments.lives.intervals import ANYWHERE, Numbers
from conducive.experiments.lives.text import name_of
from conducive.experiments.programmes.text import COST
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
    short,
    table,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from conducive.experiments.sweep.design import Levels, Plan
    from conducive.experiments.sweep.sweep import Sweep

SUSTAINED, USE = "sustained", "use_at_fidelity"
WORDS = {SUSTAINED: "Chance of sustained use", USE: "Use as it is meant, in the last month"}
OF_PROGRAMME: dict[str, tuple[str, Callable[[float], str]]] = {
    "faithful_years": ("Practitioner-years of use as it is meant, in all", short),
    COST: ("GBP of all money for each practitioner-year of use as it is meant", short),
}
MOST_NAMED = 3  # failures
DIGITS = 2


def say_sweep(sweep: Sweep) -> str:
    """Return what was run, what failed, how to open it, and the outcome at either end of each factor."""
    plan = sweep.plan
    return page(
        heading(f"Sweep of {plan.title if plan.programme else name_of(plan.scenario)}", "="),
        paragraph(plan.text() + "."),
        *map(paragraph, plan.notes),
        _failures(sweep) if sweep.failures else "",
        (_of_programme if plan.programme else _of_scenario)(sweep) if plan.levels else "",
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


def _of_scenario(sweep: Sweep) -> str:
    """Return the table of the outcome that varies: whether use is sustained, or use in the last month."""
    means, sets = _means(sweep, tuple(WORDS))
    known = means[SUSTAINED][np.isfinite(means[SUSTAINED])]
    outcome = SUSTAINED if len(known) and np.ptp(known) else USE
    note = ""
    if outcome == USE and not len(known):
        note = " Whether use is sustained is not known in any run: external money lasts too long for the horizon."
    elif outcome == USE:
        note = f" Use is sustained in {'every run' if known[0] else 'no run'} where that is known."
    rows = _ends(sweep.plan, means[outcome], sets, percent, points, (-1.0, 1.0), MATTERS)
    return section(WORDS[outcome], table(_head("points"), rows), paragraph(_note(sets) + note))


def _of_programme(sweep: Sweep) -> str:
    """Return the tables of practitioner-years of use as meant, and of what each costs."""
    means, sets = _means(sweep, tuple(OF_PROGRAMME))
    tables = [
        section(words, table(_head("difference"), _ends(sweep.plan, means[name], sets, say, say)))
        for name, (words, say) in OF_PROGRAMME.items()
    ]
    return "\n\n".join([*tables, paragraph(_note(sets))])


def _head(gap: str) -> tuple[str, ...]:
    return ("factor", "low", "", "high", "", gap, "95% interval")


def _note(sets: npt.NDArray[np.int64] | None) -> str:
    return (
        "Low and high are the ends of a list or grid, or the lowest and the highest third of a range. Everything else "
        "varies as in the design; the interval is that of luck"
        + ("." if sets is None else " and of the plausible sets of coefficients.")
    )


def _ends(
    plan: Plan,
    means: Numbers,
    sets: npt.NDArray[np.int64] | None,
    say: Callable[[float], str],
    say_gap: Callable[[float], str],
    within: tuple[float, float] = ANYWHERE,
    matters: float = 0.0,
) -> list[tuple[str, ...]]:
    """Return a row for each factor: the outcome where it is lowest and highest. The one that moves it most is first."""
    found = []
    for n, each in enumerate(plan.levels):
        low, high = means[:, n, 0], means[:, n, 1]
        gap = judge(high - low, sets, within, matters)
        size = abs(gap.mean)
        between = "-" if np.isnan(gap.low) or not size else f"{say_gap(gap.low)} to {say_gap(gap.high)}"
        row = (each.name, _end(each, 0), say(_mean(low)), _end(each, 1), say(_mean(high)))
        found.append((-size if np.isfinite(size) else 0.0, (*row, say_gap(gap.mean), between)))
    return [row for _, row in sorted(found, key=lambda item: item[0])]


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


def _means(sweep: Sweep, names: Sequence[str]) -> tuple[dict[str, Numbers], npt.NDArray[np.int64] | None]:
    """Return the mean outcome by replicate, factor and end (low, high), and the plausible set of each replicate.

    Parts are read one by one, so that memory stays flat.
    """
    plan = sweep.plan
    shape = (plan.replicates, len(plan.levels), 2)
    sums, counts = ({name: np.zeros(shape) for name in names} for _ in range(2))
    sets = np.zeros(plan.replicates, np.int64) if plan.plausible else None
    columns = [*(each.name for each in plan.levels), REPLICATE, *([SET] if plan.plausible else []), *names]
    for part in sweep.folder.tables(columns):
        replicate = part[REPLICATE].to_numpy()
        if sets is not None:
            sets[replicate] = part[SET].to_numpy()
        for n, each in enumerate(plan.levels):
            low, high = _bounds(each)
            values = part[each.name].to_numpy()
            for side, inside in enumerate((values <= low, values >= high)):
                for name in names:
                    outcome = part[name].to_numpy()
                    kept = inside & np.isfinite(outcome)
                    np.add.at(sums[name], (replicate[kept], n, side), outcome[kept])
                    np.add.at(counts[name], (replicate[kept], n, side), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {name: sums[name] / counts[name] for name in names}, sets
