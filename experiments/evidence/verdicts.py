"""Whether a pattern shows: its arms lived with the same luck, each clause with an interval, a verdict and its power."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from conducive.agents.practitioner import ESTABLISHED, NONE
from conducive.experiments.evidence.patterns import NO_GAIN, Clause, Pattern, View
from conducive.experiments.lives.intervals import LEVEL
from conducive.experiments.lives.living import life
from conducive.model.month import live
from conducive.model.random import stream, uniforms
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

type Numbers = npt.NDArray[np.float64]
Answer = Literal["shown", "at the bound", "unclear", "not shown"]

ANSWERS: tuple[Answer, ...] = get_args(Answer)
"""Answers from the best to the worst."""
NEAR: Mapping[str, float] = {"points": NO_GAIN, "": NO_GAIN, "% points": 100.0 * NO_GAIN}
"""How close to a bound, by unit, is no difference from it: what counts as no gain."""

READ = (
    "use_at_fidelity", "use", "trials", "stopped_by_funder", "benefit", "spend", "training_spend", "vertical_trust",
    "uptake_number", "agency_rate", "vacancy_rate", "turnover_12m", "caseload",
)  # fmt: skip
"""Indicators that patterns read; the others are not kept."""
SEATS = stream("seats at launch")
OF_THE_SEAT = ("team", "manager", "kind", "rank", "caseload")


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a clause: its value, standard error and 95% interval, and the chance of a clear answer (power)."""

    says: str
    unit: str
    above: float
    most: float
    value: float
    error: float
    low: float
    high: float
    power: float
    answer: Answer


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a pattern: its clauses, and what there is to draw."""

    pattern: str
    replicates: int
    findings: tuple[Finding, ...]
    drawn: Mapping[str, Any]

    @property
    def answer(self) -> Answer:
        """The worst answer of a clause."""
        return max((f.answer for f in self.findings), key=ANSWERS.index)


def readings(rows: npt.NDArray[Any], seed: int, replicate: int, *, shuffled: bool = False) -> Numbers:
    """Live through a timeline once and return the indicators in `READ`: shape (indicators, months)."""
    launched = int(rows["warm_up"][0]) if shuffled else len(rows)
    world = life(rows, seed, replicate, launched)
    if shuffled:
        _change_places(world)
        live(world, launched, len(rows))
    return np.stack([np.asarray(world.monthly[name]) for name in READ])


def _change_places(world: Any) -> None:
    """Let the people in established posts change places at random: who they are moves, seats and caseloads stay."""
    people = np.asarray(world.practitioners)
    seats = np.flatnonzero((people["kind"] == ESTABLISHED) & (people["stage"] != NONE))
    order = np.argsort([uniforms(world.seed, SEATS, 0, int(seat))[0] for seat in seats])
    moved = people[seats[order]].copy()
    for field in OF_THE_SEAT:
        moved[field] = people[field][seats]
    people[seats] = moved


def lived(
    scenarios: Mapping[str, Scenario],
    replicates: int,
    seed: int,
    executor: Executor | None = None,
    shuffled: Iterable[str] = (),
) -> dict[str, Numbers]:
    """Live through scenarios with the same luck: an array (indicators, replicates, months) for each."""
    rows = {name: timeline(scenario) for name, scenario in scenarios.items()}
    tasks = [(name, replicate) for name in rows for replicate in range(replicates)]

    def one(task: tuple[str, int]) -> Numbers:
        return readings(rows[task[0]], seed, task[1], shuffled=task[0] in shuffled)

    done = list((executor.map if executor else map)(one, tasks))
    return {name: np.stack(done[n * replicates : (n + 1) * replicates], axis=1) for n, name in enumerate(rows)}


def view(arms: Mapping[str, Numbers], which: npt.NDArray[np.intp] | None = None) -> View:
    """Return what statistics read: an arm's indicator, in all replicates or some."""

    def values(arm: str, indicator: str) -> Numbers:
        found: Numbers = arms[arm][READ.index(indicator)]
        return found if which is None else found[which]

    return values


def jackknife(statistic: Callable[[View], float], arms: Mapping[str, Numbers], blocks: int = 50) -> tuple[float, float]:
    """Value and standard error of a statistic of paired replicates, by leaving out blocks of replicates in turn.

    Quenouille 1956, Tukey 1958: it holds for any smooth statistic of means, with no formula for each.
    """
    replicates = next(iter(arms.values())).shape[1]
    value = statistic(view(arms))
    parts = np.array_split(np.arange(replicates), min(blocks, replicates))
    if len(parts) == 1:
        return value, float("nan")
    left = np.array([statistic(view(arms, np.delete(np.arange(replicates), part))) for part in parts])
    return value, float(np.sqrt((len(parts) - 1) * left.var()))


def judge(clause: Clause, arms: Mapping[str, Numbers]) -> Finding:
    """Return what came of a clause.

    `shown` and `not shown` need the whole interval on that side of the bound, `at the bound` needs it so close around
    a bound that the difference is none. The power is the chance that as many replicates again would give the clear
    answer, were the value found the true one.
    """
    from scipy.special import ndtr, ndtri

    value, error = jackknife(clause.statistic, arms)
    reach = float(ndtri(0.5 + LEVEL / 2))
    low, high = value - reach * error, value + reach * error
    clear, near = clause.margin(value), NEAR.get(clause.unit, 0.0)
    answer: Answer = "unclear"
    if low > clause.above and high <= clause.most:
        answer = "shown"
    elif high <= clause.above or low > clause.most:
        answer = "not shown"
    elif any(b - near <= low and high <= b + near for b in (clause.above, clause.most)):
        answer = "at the bound"
    power = float(ndtr(abs(clear) / error - reach)) if error > 0 else 1.0
    return Finding(clause.says, clause.unit, clause.above, clause.most, value, error, low, high, power, answer)


def verdict_on(
    pattern: Pattern, base: Scenario, replicates: int, seed: int = 0, executor: Executor | None = None
) -> Verdict:
    """Live through the arms of a pattern and judge its clauses."""
    arms = lived(pattern.arms(base), replicates, seed, executor, pattern.shuffled)
    findings = tuple(judge(clause, arms) for clause in pattern.clauses)
    return Verdict(pattern.name, replicates, findings, drawn(pattern, arms))


STEP = 3
"""Months between the points of a chart."""


def drawn(pattern: Pattern, arms: Mapping[str, Numbers]) -> dict[str, Any]:
    """Return what the chart of a pattern needs: means and half-widths of 95% intervals, by month or along an axis."""
    chart, v = pattern.chart, view(arms)
    names = [name for name in arms if name in (chart.arms or tuple(arms)) or name.rpartition(" ")[0] == chart.axis]
    if chart.axis:
        along = [name for name in names if name.rpartition(" ")[0] == chart.axis]
        points = [_level(_read(v, name, chart.indicator)[:, chart.month - 1]) for name in along]
        return {"axis": chart.axis, "x": [float(name.rpartition(" ")[2]) for name in along], "points": points}
    last = next(iter(arms.values())).shape[2]
    months = list(range(STEP, last + 1, STEP))
    lines = {name: [_level(_read(v, name, chart.indicator)[:, m - 1]) for m in months] for name in names[:MOST_LINES]}
    return {"months": months, "lines": lines}


MOST_LINES = 8


def _read(v: View, arm: str, indicator: str) -> Numbers:
    """An indicator, or for `zone` whether one user brings in at least one more."""
    return (v(arm, "uptake_number") >= 1.0).astype(float) if indicator == "zone" else v(arm, indicator)


def _level(values: Numbers) -> tuple[float, float]:
    """Mean over replicates and the half-width of its 95% interval, rounded as far as a picture shows."""
    from scipy.special import ndtri

    half = float(ndtri(0.5 + LEVEL / 2)) * float(values.std(ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    return round(float(values.mean()), 4), round(half, 4)
