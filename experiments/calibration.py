"""Calibration by history matching: draw coefficients over their plausible ranges, rule out what the evidence excludes.

A constraint is a margin (how far a clause of a pattern, or an official figure, is inside its bounds) with the variance
of its replicates and a stated discrepancy: how far a model of this kind may be off. A draw is ruled out where the
implausibility, margin missed / sqrt(variance + discrepancy^2), of any constraint exceeds 3 (Craig et al. 1997; Vernon,
Goldstein & Bower 2010). It goes in stages, each a `Stage`: every draw in a class-sized organisation; new draws
where few were ruled out; survivors at full size, with the official panel; and those again with fresh luck. What is done
is kept draw by draw, so that an interrupted calibration goes on where it stopped.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.ensemble import check_whole
from conducive.experiments.official import official_panel, places, simulated_panel, statistics, statistics_errors
from conducive.experiments.patterns import ENOUGH, PATTERNS, at
from conducive.experiments.plausible import DERIVED, model_version
from conducive.experiments.verdicts import jackknife, lived
from conducive.model.month import live
from conducive.model.state import new_world
from conducive.scenarios.coefficients import free_coefficients
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

type Numbers = npt.NDArray[np.float64]
type Values = dict[str, float]

CUTOFF = 3.0
DISCREPANCY: Mapping[str, float] = {"points": 0.005, "": 0.02, "% points": 0.5, "cases": 0.3}
"""How far the model may be off a bound of a pattern, by unit."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One pass over draws: in which organisation, with how many replicates, seeded how, and whether with the panel."""

    name: str
    scenario: str
    replicates: int
    seed: int
    panel: bool = False


FIRST = Stage("first", "classroom", 4, 0)
REFOCUSED = Stage("refocused", "classroom", 4, 0)
FULL = Stage("full size", "baseline", 10, 1, panel=True)
FRESH = Stage("fresh luck", "baseline", 24, 2)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is done: draws of the first stage and of the refocused one, and how many survivors go to full size."""

    draws: int = 4096
    refocused: int = 512
    full: int = 600
    seed: int = 0


# ---- Draws ---------------------------------------------------------------------------------------------------------


def ranges() -> Numbers:
    """Plausible range of each free coefficient: shape (coefficients, 2)."""
    return np.array([(i.low, i.high) for i in free_coefficients()])


def prior(draws: int, seed: int) -> Numbers:
    """Draw free coefficients evenly over their plausible ranges (scrambled Sobol): shape (draws, coefficients)."""
    from scipy.stats import qmc

    sobol = qmc.Sobol(len(ranges()), rng=np.random.default_rng(seed))
    unit = sobol.random_base2(max(0, (draws - 1).bit_length()))[:draws]
    return np.asarray(qmc.scale(unit, *ranges().T))


def refocus(survivors: Numbers, draws: int, seed: int) -> Numbers:
    """Draw anew around what was not ruled out: a survivor moved by half the spread of all, inside the ranges."""
    rng = np.random.default_rng((seed, 1))
    low, high = ranges().T
    chosen = survivors[rng.integers(0, len(survivors), draws)]
    spread = 0.5 * survivors.std(axis=0) if len(survivors) > 1 else 0.1 * (high - low)
    moved = chosen + spread * rng.standard_normal(chosen.shape)
    # Reflected at the ends, so that none of it gathers there.
    moved = np.where(moved < low, 2.0 * low - moved, moved)
    return np.clip(np.where(moved > high, 2.0 * high - moved, moved), low, high)


def settled(base: Scenario, draw: Numbers, lives: int = 2) -> Values:
    """A draw by address, with the strain and wellbeing that it gives under default conditions and no innovation."""
    values: Values = {i.address: float(x) for i, x in zip(free_coefficients(), draw, strict=True)}
    months, last = 48, 12
    rows = timeline(base.under(values).change({"horizon": 1, "warm_up": months}))
    levels = []
    for replicate in range(lives):
        world = new_world(rows, 0, replicate)
        live(world, 0, months - last)
        for month in range(months - last, months):
            live(world, month, month + 1)
            levels.append((world.organisation[0].strain, world.organisation[0].wellbeing))
    return values | dict(zip(DERIVED, np.mean(levels, axis=0).tolist(), strict=True))


# ---- What a draw is held against -----------------------------------------------------------------------------------


USED_AT_ALL = "P01: paid for five years it is used, U at their end at least 0.05"
"""Where nobody ever uses it nothing can collapse, fall or be forgotten: patterns would hold of nothing."""


def implausibility(margin: float, error: float, discrepancy: float) -> float:
    """How many standard errors a constraint is missed by; 0 where it holds."""
    variance = discrepancy**2 + (0.0 if np.isnan(error) else error**2)
    return float(max(0.0, -margin) / np.sqrt(variance))


def held_against_patterns(base: Scenario, replicates: int, seed: int) -> Values:
    """Implausibility of each clause of the patterns that calibrate."""
    found = {}
    for pattern in (p for p in PATTERNS if p.calibrates):
        arms = lived(pattern.arms(pattern.short(base)), replicates, seed)
        for clause in pattern.clauses:
            value, error = jackknife(clause.statistic, arms, replicates)
            found[f"{pattern.name}: {clause.says}"] = implausibility(
                clause.margin(value), error, DISCREPANCY[clause.unit]
            )
        if pattern.name == "P01":
            value, error = jackknife(lambda v: at(v, "60 months", 60), arms, replicates)
            found[USED_AT_ALL] = implausibility(value - ENOUGH, error, DISCREPANCY["points"])
    return found


PANEL_FIGURES = (
    "turnover: swing from year to year",
    "turnover: variance over that of one hazard",
    "vacancy_rate: swing from year to year",
    "agency_rate: swing from year to year",
    "caseload: swing from year to year",
    "correlation: agency_rate and vacancy_rate",
    "correlation: turnover and vacancy_rate",
)
"""Official figures that coefficients can change; levels and spread between authorities are put in."""
PANEL_STEP = 4
"""Every fourth authority lives in the panel of a draw."""
PANEL_DISCREPANCY = 0.1
"""How far the model may be off an official figure, as a share of it."""


@cache
def official_figures() -> dict[str, tuple[float, float]]:
    """The figures of the official panel and their standard errors."""
    panel = official_panel()
    figures, errors = statistics(panel), statistics_errors(panel)
    return {name: (figures[name], errors[name]) for name in PANEL_FIGURES}


def held_against_panel(base: Scenario, seed: int) -> Values:
    """Implausibility of each official figure, from a panel of every fourth authority.

    Its error is that of the official panel, larger for the fewer authorities; both count.
    """
    some = [place.name for place in places()][::PANEL_STEP]
    simulated = statistics(simulated_panel(base, some, seed))
    found = {}
    for name, (figure, error) in official_figures().items():
        both = error * np.sqrt(1.0 + PANEL_STEP)
        found[name] = implausibility(-abs(simulated[name] - figure), both, PANEL_DISCREPANCY * abs(figure))
    return found


def tried(stage: Stage, draw: list[float], values: Values | None = None) -> dict[str, Any]:
    """Hold one draw against the evidence of a stage: its values by address, and its implausibilities."""
    base = load_scenario(stage.scenario)
    values = settled(base, np.array(draw)) if values is None else values
    under = base.under(values)
    found = held_against_patterns(under, stage.replicates, stage.seed)
    if stage.panel:
        found |= held_against_panel(load_scenario("baseline").under(values), stage.seed)
    return {"values": values, "implausibility": found}


def survives(result: Mapping[str, Any]) -> bool:
    """Whether no constraint rules a draw out."""
    return all(x <= CUTOFF for x in result["implausibility"].values())


# ---- The run, kept draw by draw ------------------------------------------------------------------------------------


class Record:
    """What has been tried, in one SQLite file: a row for each stage and draw, kept as soon as it is known."""

    def __init__(self, path: Path, identity: Mapping[str, Any]) -> None:
        """Open or begin the record. Raises InputError when it belongs to another study."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._file = sqlite3.connect(path)
            self._file.execute("pragma journal_mode = wal")  # a killed process loses nothing, and no draw waits for
            self._file.execute("pragma synchronous = normal")  # the disk
            self._file.execute(
                "create table if not exists tried (stage text, draw int, result text, primary key (stage, draw))"
            )
            self._file.execute("create table if not exists about (identity text)")
            there = self._file.execute("select identity from about").fetchone()
        except sqlite3.DatabaseError as error:
            msg = f"{path} is not a record of a study ({error}). Name another folder with --out."
            raise InputError(msg) from None
        wanted = json.dumps(identity, sort_keys=True)
        if there is None:
            with self._file:
                self._file.execute("insert into about values (?)", (wanted,))
        elif there[0] != wanted:
            msg = f"{path} holds another study: {there[0]}, not {wanted}. Name another folder with --out."
            raise InputError(msg)

    def done(self, stage: str) -> dict[int, dict[str, Any]]:
        """Results of a stage by draw."""
        rows = self._file.execute("select draw, result from tried where stage = ? order by draw", (stage,))
        return {draw: json.loads(result) for draw, result in rows}

    def keep(self, stage: str, draw: int, result: Mapping[str, Any]) -> None:
        """Keep the result of a draw, for good."""
        with self._file:
            self._file.execute("insert into tried values (?, ?, ?)", (stage, draw, json.dumps(result)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


type Task = tuple[int, list[float], Values | None]


def try_all(
    record: Record, stage: Stage, tasks: Iterable[Task], executor: Executor, progress: Callable[[str, int], object]
) -> dict[int, dict[str, Any]]:
    """Try the draws of a stage that are not in the record yet, and return the results of all."""
    asked = list(tasks)
    kept = record.done(stage.name)
    done = {number: kept[number] for number, _, _ in asked if number in kept}
    progress(stage.name, len(done))
    left = (task for task in asked if task[0] not in done)
    running: dict[Future[dict[str, Any]], int] = {}
    try:
        while True:
            for number, draw, values in islice(left, 8 - len(running)):
                running[executor.submit(tried, stage, draw, values)] = number
            if not running:
                return dict(sorted(done.items()))
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                number = running.pop(future)
                done[number] = future.result()
                record.keep(stage.name, number, done[number])
                progress(stage.name, 1)
    finally:
        for future in running:
            future.cancel()


def calibrate(
    out: Path, plan: Plan, executor: Executor, progress: Callable[[str, int], object] = lambda *_: None
) -> dict[str, Any]:
    """Calibrate, or go on where an interrupted calibration in the same folder stopped.

    Writes `draws.sqlite` (every draw with its implausibilities) while it runs, then `plausible.csv` and
    `calibration.json`. Returns what the latter holds. Raises InputError for a folder of another calibration, and when
    nothing is left that the evidence does not rule out.
    """
    for name, least in (("draws", 2), ("refocused", 0), ("full", 1), ("seed", 0)):
        check_whole(name, getattr(plan, name), least, 1_000_000)
    identity = {"model version": model_version(), **asdict(plan)}
    with closing(Record(out / "draws.sqlite", identity)) as record:
        first = prior(plan.draws, plan.seed)
        stages = {FIRST.name: try_all(record, FIRST, _tasks(first), executor, progress)}
        left = _alive(stages[FIRST.name], first)
        again = refocus(np.array([draw for _, draw, _ in left]), plan.refocused, plan.seed)
        offset = plan.draws
        stages[REFOCUSED.name] = try_all(record, REFOCUSED, _tasks(again, offset), executor, progress)
        left += _alive(stages[REFOCUSED.name], np.concatenate([first, again]))
        chosen = _some(left, plan.full, plan.seed)
        stages[FULL.name] = try_all(record, FULL, chosen, executor, progress)
        both = np.concatenate([first, again])
        left = _alive(stages[FULL.name], both)
        stages[FRESH.name] = try_all(record, FRESH, left, executor, progress)
        left = _alive(stages[FRESH.name], both)
    sets = [values for _, _, values in left if values is not None]
    ordered = _medoid_first(sets, executor)
    summary = {**identity, "stages": _counts(stages), "coefficients": constrained(ordered), **_ruling_out(stages)}
    (out / "calibration.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    write_sets(out / "plausible.csv", ordered, plan)
    return summary


def _tasks(draws: Numbers, offset: int = 0) -> Iterator[Task]:
    return ((offset + n, draw.tolist(), None) for n, draw in enumerate(draws))


def _alive(results: Mapping[int, Mapping[str, Any]], draws: Numbers) -> list[Task]:
    """Return the draws of a stage that are not ruled out. Raises InputError when none is left."""
    left: list[Task] = [(n, draws[n].tolist(), dict(r["values"])) for n, r in sorted(results.items()) if survives(r)]
    if not left and results:
        closest = min(max(r["implausibility"].values()) for r in results.values())
        msg = f"the evidence rules out every draw; the closest misses by {closest:.1f} (over {CUTOFF:g} is ruled out)."
        raise InputError(msg)
    return left


def _some(tasks: list[Task], most: int, seed: int) -> list[Task]:
    """Return at most so many of the tasks, at random; asked for more, the same and others."""
    order = np.random.default_rng((seed, 2)).permutation(len(tasks))[:most]
    return [tasks[n] for n in sorted(order)]


def _counts(stages: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> dict[str, dict[str, int]]:
    return {
        name: {"tried": len(results), "left": sum(map(survives, results.values()))} for name, results in stages.items()
    }


def _ruling_out(stages: Mapping[str, Mapping[int, Mapping[str, Any]]]) -> dict[str, Any]:
    """Share of draws that each constraint rules out: of all in the first stage, of survivors at full size."""
    shares: dict[str, dict[str, float]] = {}
    for stage in (FIRST.name, FULL.name):
        results = [r["implausibility"] for r in stages[stage].values()]
        shares[stage] = {c: float(np.mean([r[c] > CUTOFF for r in results])) for c in results[0]}
    return {"ruled out by": shares}


def constrained(sets: list[Values]) -> dict[str, dict[str, float]]:
    """How far the evidence narrows each coefficient: mean and spread of plausible sets on its range of 0 to 1.

    `narrowed` is 1 less the spread over that of an even draw; `p` is that of an even distribution (Kolmogorov-Smirnov).
    """
    from scipy.stats import kstest

    even = 1.0 / np.sqrt(12.0)
    found = {}
    for i in free_coefficients():
        x = (np.array([s[i.address] for s in sets]) - i.low) / (i.high - i.low)
        found[i.address] = {
            "mean": float(x.mean()),
            "spread": float(x.std()),
            "narrowed": float(1.0 - x.std() / even),
            "p": float(kstest(x, "uniform").pvalue),
        }
    return found


MEDOID_REPLICATES = 8
YEAR_ENDS = slice(11, None, 12)


def _medoid_first(sets: list[Values], executor: Executor) -> list[Values]:
    """Return the sets with the medoid first: the one that behaves most like all others.

    Distance is between what happens under them in every scenario of the library, year by year, each indicator in units
    of its spread. Distances between coefficients would be near equal, for most of the sixty hardly matter; and one
    scenario alone shows little of what makes use last, for under many sets nothing is left of it after a short grant.
    """
    from scipy.spatial.distance import cdist

    seen = np.array(list(executor.map(_behaviour, sets)))
    spread = seen.std(axis=0)
    unit = seen[:, spread > 0] / spread[spread > 0]
    medoid = int(cdist(unit, unit).sum(axis=1).argmin())
    order = [medoid, *(int(n) for n in np.random.default_rng(0).permutation(len(sets)) if n != medoid)]
    return [sets[n] for n in order]


def _behaviour(values: Values) -> Numbers:
    """Mean of every indicator at the end of every year, in every scenario of the library."""
    lives = lived({s.name: s.under(values) for s in library()}, MEDOID_REPLICATES, 0)
    return np.concatenate([life.mean(axis=1)[:, YEAR_ENDS].ravel() for life in lives.values()])


DIGITS = 6


def write_sets(path: Path, sets: list[Values], plan: Plan) -> None:
    """Write plausible sets with the command that makes them."""
    addresses = [*(i.address for i in free_coefficients()), *DERIVED]
    command = (
        f"conducive calibrate --draws {plan.draws} --refocused {plan.refocused} --full {plan.full} --seed {plan.seed}"
    )
    lines = [
        "# Plausible sets of coefficients: what the evidence does not rule out. The first is the medoid.",
        f"# made by: {command}",
        f"# model version: {model_version()}",
        ",".join(addresses),
        *(",".join(f"{s[a]:.{DIGITS}g}" for a in addresses) for s in sets),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
