"""Calibration: coefficients that measured levels, patterns of the paper and official figures do not rule out.

It goes in waves (history matching: Craig et al. 1997; Vernon, Goldstein & Bower 2010). The first lives draws spread
evenly over the plausible ranges. Emulators of every constraint are fitted to what was lived, the next wave is drawn
from the posterior that they give, and so on, each nearer to what has been measured. Draws of the last are lived with
more replicates and with the official panel, and those again with fresh luck: a set is left where at most three
constraints are missed by more than 3 standard deviations, and none by more than 8, in either. What is done is kept
draw by draw, so that an interrupted calibration goes on where it stopped.

Whether such a calibration finds the truth at all is tested too: draws already lived are in turn taken as the truth,
the rest is calibrated to what they give, and it is counted how often the 90% interval of a headline contrast holds it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.evidence import official
from conducive.experiments.evidence.claims import light
from conducive.experiments.evidence.fit import constraints as held
from conducive.experiments.evidence.fit.constraints import Constraint, implausibilities, table
from conducive.experiments.evidence.fit.emulator import check_installed, fit, posterior, unit_of, values_of
from conducive.experiments.evidence.fit.targets import TARGETS
from conducive.experiments.lives.ensemble import check_whole
from conducive.experiments.lives.living import life, month_by_month
from conducive.experiments.version import DERIVED, model_version
from conducive.scenarios.coefficients import free_coefficients
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library_names, load_scenario
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

type Numbers = npt.NDArray[np.float64]
type Values = dict[str, float]
type Progress = Callable[[str, int], object]

CUTOFF, OFTEN, EVER = 3.0, 4, 8.0
"""A draw is ruled out where its fourth largest implausibility is over 3, or any over 8.

The largest alone would let figures that a model of this kind cannot meet rule out everything: three of some seventy
constraints are (T3a, T15 and a clause of P04). Not to go by the largest is the usual safeguard (Vernon, Goldstein &
Bower 2010). What is missed is reported all the same.
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """One pass over draws: with how many replicates, with which luck, and whether with the official panel.

    In the first wave all draws have the same luck, so that what differs between them is due to them. From then on each
    draw has luck of its own: a few replicates of one luck, lived by all, would be what is calibrated to.
    """

    name: str
    replicates: int
    seed: int
    own_luck: bool = True
    panel: bool = False

    def luck(self, number: int) -> int:
        """Seed of a draw."""
        return self.seed + (1_000 * (number + 1) if self.own_luck else 0)


PANEL = Stage("with the panel", 6, 1, panel=True)
FRESH = Stage("fresh luck", 6, 2)


def wave(number: int) -> Stage:
    """Return the stage of a wave; the first is number 1."""
    return Stage(f"wave {number}", 4, 0, own_luck=number > 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is done: draws of the first wave, further waves and their draws, draws lived with the panel, truths."""

    draws: int = 512
    waves: int = 1
    each: int = 320
    full: int = 280
    truths: int = 20
    seed: int = 0


# ---- Draws ---------------------------------------------------------------------------------------------------------


def ranges() -> Numbers:
    """Plausible range of each free coefficient: shape (coefficients, 2)."""
    return np.array([(i.low, i.high) for i in free_coefficients()])


def prior(draws: int, seed: int) -> Numbers:
    """Draw free coefficients evenly over their plausible ranges (scrambled Sobol): shape (draws, coefficients).

    A coefficient whose range spans a factor of three or more is drawn evenly on the log scale.
    """
    from scipy.stats import qmc

    sobol = qmc.Sobol(len(free_coefficients()), rng=np.random.default_rng(seed))
    unit = sobol.random_base2(max(0, (draws - 1).bit_length()))[:draws]
    return values_of(np.asarray(unit), free_coefficients())


def settled(base: Scenario, draw: Numbers, lives: int = 2) -> Values:
    """A draw by address, with the strain and wellbeing that it gives under default conditions and no innovation."""
    values: Values = {i.address: float(x) for i, x in zip(free_coefficients(), draw, strict=True)}
    months, last = 48, 12
    rows = timeline(base.under(values).change({"horizon": 1, "warm_up": months}))
    levels = []
    for replicate in range(lives):
        world = life(rows, 0, replicate, months - last)
        each = (world.organisation[0] for _ in month_by_month(world, months - last, months))
        levels += [(here.strain, here.wellbeing) for here in each]
    return values | dict(zip(DERIVED, np.mean(levels, axis=0).tolist(), strict=True))


def tried(stage: Stage, number: int, draw: list[float], values: Values | None = None) -> dict[str, Any]:
    """Live a draw through everything it is held against: its values by address, and what was read with its error."""
    base = light(load_scenario("baseline"))
    values = settled(base, np.array(draw)) if values is None else values
    luck = stage.luck(number)
    found = held.read(base.under(values), stage.replicates, luck)
    if stage.panel:
        found |= held.read_panel(values, luck)
    return {"values": values, "found": found}


def constraints_of(stage: Stage) -> tuple[Constraint, ...]:
    """What a draw is held against in a stage."""
    return (*held.constraints(), *held.panel_constraints()) if stage.panel else held.constraints()


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
type Results = dict[int, dict[str, Any]]


def try_all(record: Record, stage: Stage, tasks: Iterable[Task], executor: Executor, progress: Progress) -> Results:
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
                running[executor.submit(tried, stage, number, draw, values)] = number
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


def calibrate(out: Path, plan: Plan, executor: Executor, progress: Progress = lambda *_: None) -> dict[str, Any]:
    """Calibrate, or go on where an interrupted calibration in the same folder stopped.

    Writes `draws.sqlite` (every draw with what was read under it) while it runs, then `plausible.csv` and
    `calibration.json`. Returns what the latter holds. Raises InputError for a folder of another calibration, and when
    nothing is left that the evidence does not rule out.
    """
    for name, least in (("draws", 2), ("waves", 0), ("each", 1), ("full", 1), ("truths", 0), ("seed", 0)):
        check_whole(name, getattr(plan, name), least, 1_000_000)
    check_installed()
    identity = {"model version": model_version(), **asdict(plan)}
    with closing(Record(out / "draws.sqlite", identity)) as record:
        draws = prior(plan.draws, plan.seed)
        lived = [try_all(record, wave(1), _tasks(draws), executor, progress)]
        for number in range(2, plan.waves + 2):
            again = _next(record, draws, lived, plan.each, plan.seed + number)
            begun = len(draws)
            draws = np.concatenate([draws, again])
            lived.append(try_all(record, wave(number), _tasks(again, begun), executor, progress))
        last = _next(record, draws, lived, plan.full, plan.seed)
        full = try_all(record, PANEL, _tasks(last, len(draws)), executor, progress)
        chosen = [(n, last[n - len(draws)].tolist(), dict(full[n]["values"])) for n in survivors(full, PANEL)]
        fresh = try_all(record, FRESH, chosen, executor, progress)
        left = survivors(fresh, FRESH)
        if not left:
            worst = float(_missed(full, PANEL)[1].max(axis=1).min())
            msg = f"the evidence rules out every draw; the closest misses by {worst:.1f} standard deviations."
            raise InputError(msg)
        everything = _together(lived)
        truths = known_truths(draws, everything, plan.truths, plan.seed)
    sets = [dict(fresh[n]["values"]) for n in left]
    read = [fresh[n]["found"] for n in left]
    order, behaviour = default_first(sets, read, executor)
    stages = {wave(n + 1).name: _counts(results, wave(n + 1)) for n, results in enumerate(lived)}
    summary = {
        **identity,
        "stages": {**stages, PANEL.name: _counts(full, PANEL), FRESH.name: _counts(fresh, FRESH)},
        "targets": levels(lived[0], [read[n] for n in order], draws, everything),
        "missed": _misses({n: fresh[n] for n in left}, FRESH),
        "truths": truths,
        "default": behaviour,
        "coefficients": constrained([sets[n] for n in order]),
    }
    (out / "calibration.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    write_sets(out / "plausible.csv", [sets[n] for n in order], plan)
    return summary


def _tasks(draws: Numbers, offset: int = 0) -> Iterator[Task]:
    return ((offset + n, draw.tolist(), None) for n, draw in enumerate(draws))


def _missed(results: Mapping[int, Mapping[str, Any]], stage: Stage) -> tuple[list[int], Numbers]:
    """Numbers of draws, and by how much each misses each constraint."""
    what = constraints_of(stage)
    return list(results), implausibilities(*table([r["found"] for r in results.values()], what), what)


def survivors(results: Mapping[int, Mapping[str, Any]], stage: Stage) -> list[int]:
    """Draws of a stage that what they are held against does not rule out."""
    if not results:
        return []
    numbers, missed = _missed(results, stage)
    missed = np.sort(missed, axis=1)
    ruled_out = (missed[:, -1] > EVER) | (missed[:, -min(OFTEN, missed.shape[1])] > CUTOFF)
    return [n for n, out in zip(numbers, ruled_out, strict=True) if not out]


def _counts(results: Mapping[int, Mapping[str, Any]], stage: Stage) -> dict[str, int]:
    return {"tried": len(results), "left": len(survivors(results, stage))}


def _misses(results: Mapping[int, Mapping[str, Any]], stage: Stage) -> dict[str, float]:
    """Mean implausibility of each constraint."""
    _, missed = _missed(results, stage)
    return {c.name: float(m) for c, m in zip(constraints_of(stage), missed.mean(axis=0), strict=True)}


# ---- Waves ---------------------------------------------------------------------------------------------------------

NEAREST = 900
"""Draws that emulators are fitted to: those lived that lie nearest to what has been measured."""
WALKERS_PER_COEFFICIENT = 3


def _next(record: Record, draws: Numbers, lived: list[Results], count: int, seed: int) -> Numbers:
    """Return the draws of the next wave, from the posterior that emulators of what was lived so far give."""
    stage = f"drawn after wave {len(lived)}"
    if not record.done(stage):
        record.keep(stage, 0, {"draws": _drawn(draws, _together(lived), held.constraints(), count, seed).tolist()})
    return np.array(record.done(stage)[0]["draws"], float)


def _together(lived: Iterable[Results]) -> Results:
    """Return the results of several waves by draw."""
    return {n: result for results in lived for n, result in results.items()}


def _drawn(draws: Numbers, results: Results, what: tuple[Constraint, ...], count: int, seed: int) -> Numbers:
    """Draw coefficients from the posterior that emulators fitted to lived draws give."""
    inputs = free_coefficients()
    values, variances = table([results[n]["found"] for n in range(len(draws))], what)
    total = (np.minimum(implausibilities(values, variances, what), 2.0 * CUTOFF) ** 2).sum(axis=1)
    near = np.argsort(total)[:NEAREST]
    emulators = fit(unit_of(draws[near], inputs), values[near], variances[near])
    walkers = _walkers(unit_of(draws[near], inputs), seed)
    unit = posterior(emulators, what, variances[near].mean(axis=0), walkers, count, seed)
    return values_of(unit, inputs)


def _walkers(nearest: Numbers, seed: int) -> Numbers:
    """Return where walkers start: at the nearest draws, moved a little so that no two are at one place."""
    count = WALKERS_PER_COEFFICIENT * nearest.shape[1]
    rng = np.random.default_rng((seed, 3))
    chosen = nearest[np.arange(count) % min(len(nearest), count)]
    moved: Numbers = np.clip(chosen + 0.02 * rng.standard_normal(chosen.shape), 1e-6, 1.0 - 1e-6)
    return moved


# ---- Does it find the truth? ---------------------------------------------------------------------------------------

INTERVAL = (0.05, 0.95)


def known_truths(draws: Numbers, results: Results, count: int, seed: int) -> dict[str, Any]:
    """Take lived draws as the truth in turn; say how often the 90% interval of each headline contrast holds it.

    Targets are moved to what the truth gives, with the tolerances they have; patterns and claims tell nothing here.
    """
    aims = [held.of_target(target) for target in TARGETS]
    names = [*(c.name for c in aims), *held.CONTRASTS]
    both = np.array([[results[n]["found"][name] for name in names] for n in range(len(draws))], float)
    values, variances = both[:, :, 0], np.nan_to_num(both[:, :, 1]) ** 2
    used = values[:, [c.name for c in aims].index("T7")]
    alive = np.flatnonzero((used > 0.1) & (used < 0.9))  # noqa: PLR2004 use near neither end
    unit, told = unit_of(draws, free_coefficients()), []
    for truth in np.random.default_rng((seed, 4)).permutation(alive)[:count]:
        others = alive[alive != truth]
        near = others[np.argsort((((values[others] - values[truth]) / values.std(axis=0)) ** 2).sum(axis=1))[:NEAREST]]
        emulators = fit(unit[near], values[near], variances[near])
        what = [replace(c, low=v, high=v) for c, v in zip(aims, values[truth], strict=False)]
        found = posterior(
            emulators, what, variances[truth, : len(aims)], _walkers(unit[near], seed), 400, seed + int(truth), 600
        )
        predicted = emulators.predict(found)[:, len(aims) :]
        spread = np.sqrt(emulators.variance[len(aims) :] + variances[truth, len(aims) :])
        predicted += spread * np.random.default_rng((seed, 5, int(truth))).standard_normal(predicted.shape)
        low, high = np.quantile(predicted, INTERVAL, axis=0)
        actual = values[truth, len(aims) :]
        told.append({"truth": actual.tolist(), "low": low.tolist(), "high": high.tolist()})
    holds = [[low <= t <= high for t, low, high in zip(*one.values(), strict=True)] for one in told]
    return {
        "contrasts": list(held.CONTRASTS),
        "of": len(told),
        "held": np.sum(holds, axis=0).tolist() if holds else [],
        "each": told,
    }


# ---- What calibration found ----------------------------------------------------------------------------------------


def levels(first: Results, sets: list[Mapping[str, Any]], draws: Numbers, lived: Results) -> dict[str, Any]:
    """Return for each target what the first wave and plausible sets give, and which coefficients it pinned.

    Intervals are quantiles (5, 50, 95%). Pinned: the coefficients that go most with it over all draws that were lived
    (Spearman's rank correlation).
    """
    from scipy.stats import spearmanr

    found = {}
    unit = unit_of(draws, free_coefficients())
    for target in TARGETS:
        before = [result["found"][target.name][0] for result in first.values()]
        after = np.array([one[target.name][0] for one in sets])
        everywhere = [lived[n]["found"][target.name][0] for n in range(len(draws))]
        goes = np.nan_to_num([float(spearmanr(unit[:, n], everywhere).statistic) for n in range(unit.shape[1])])
        most = np.argsort(-np.abs(goes))[:3]
        found[target.name] = {
            "prior": np.quantile(before, [0.05, 0.5, 0.95]).tolist(),
            "plausible": np.quantile(after, [0.05, 0.5, 0.95]).tolist(),
            "within": float(np.mean([target.within(x) for x in after])),
            "pinned": {free_coefficients()[n].address: round(float(goes[n]), 3) for n in most},
        }
    return found


def constrained(sets: list[Values]) -> dict[str, dict[str, float]]:
    """How far the evidence narrows each coefficient: mean and spread of plausible sets on its range of 0 to 1.

    `narrowed` is 1 less the spread over that of an even draw; `p` is that of an even distribution (Kolmogorov-Smirnov).
    """
    from scipy.stats import kstest

    even = 1.0 / np.sqrt(12.0)
    found = {}
    unit = unit_of(np.array([[s[i.address] for i in free_coefficients()] for s in sets]), free_coefficients())
    for n, i in enumerate(free_coefficients()):
        x = unit[:, n]
        found[i.address] = {
            "mean": float(x.mean()),
            "spread": float(x.std()),
            "narrowed": float(1.0 - x.std() / even),
            "p": float(kstest(x, "uniform").pvalue),
        }
    return found


# ---- The default set -----------------------------------------------------------------------------------------------

LOOKED_AT = (24, 60, 96)
"""Months in which use in the library's scenarios is compared between the default and the other plausible sets."""
STANDS_FOR = ("T1", "T7", "T8", "T13", "T14a", "T14b", "T14c")
BEHAVIOUR_REPLICATES = 8
APART = 0.05
"""How far use in a scenario of the library may be from the median over plausible sets: five points."""
TO_CHOOSE_FROM, FIGURES_ASKED, PANELS = 24, 44, 3
"""The default is one of so many sets nearest to the medians; official figures it is to meet; panels to see it by."""


def default_first(
    sets: list[Values], read: list[Mapping[str, Any]], executor: Executor
) -> tuple[list[int], dict[str, Any]]:
    """Return the order of sets, the default first, and use in the library under it and in the median.

    Runs without plausible sets tell the same story as runs with them: sets are near whose use in the library's
    scenarios is nowhere more than five points from the median over plausible sets, or least so, and of those the ones
    whose measured levels and use lie nearest to the medians, each scaled by its spread. Of the nearest the default is
    the one that meets most official figures, up to those asked for; of several, the one with fewest values of use over
    five points away, then with most measured levels within tolerance, then the nearest.
    """
    names = library_names()
    seen = np.array(list(executor.map(library_use, sets)))  # (sets, scenarios, months)
    measured = np.array([[one[name][0] for name in STANDS_FOR] for one in read])
    every = np.concatenate([measured, seen.reshape(len(sets), -1)], axis=1)
    spread = np.maximum(every.std(axis=0), 1e-9)
    away = np.abs(every - np.median(every, axis=0)) / spread
    middle = np.median(seen, axis=0)
    beyond = np.maximum(np.abs(seen - middle) - APART, 0.0).sum(axis=(1, 2))
    near = np.lexsort(((away**2).sum(axis=1), beyond))[:TO_CHOOSE_FROM].tolist()
    met = np.minimum(list(executor.map(official_figures_met, [sets[n] for n in near])), FIGURES_ASKED)
    astray = [int((np.abs(seen[n] - middle) > APART).sum()) for n in near]
    within = [sum(target.within(read[n][target.name][0]) for target in TARGETS) for n in near]
    first = max(zip(met, np.negative(astray), within, np.negative(range(len(near))), near, strict=True))[-1]
    order = [first, *(int(n) for n in np.random.default_rng(0).permutation(len(sets)) if n != first)]
    told = {
        name: {str(m): [float(seen[first, n, k]), float(middle[n, k])] for k, m in enumerate(LOOKED_AT)}
        for n, name in enumerate(names)
    }
    return order, told


def library_use(values: Values) -> Numbers:
    """Mean use in every scenario of the library in the months looked at: shape (scenarios, months)."""
    found = []
    for name in library_names():
        rows = timeline(light(load_scenario(name)).change({"horizon": max(LOOKED_AT)}).under(values))
        lives = [life(rows, 3, replicate).monthly["use"] for replicate in range(BEHAVIOUR_REPLICATES)]
        found.append(np.mean(lives, axis=0)[[m - 1 for m in LOOKED_AT]])
    return np.array(found)


def official_figures_met(values: Values) -> int:
    """How many official figures the whole panel meets under a set."""
    panel = official.check(load_scenario("baseline").under(values), panels=PANELS)
    return sum(abs(figure.distance) < official.FAR for figure in panel)


DIGITS = 6


def write_sets(path: Path, sets: list[Values], plan: Plan) -> None:
    """Write plausible sets with the command that makes them."""
    addresses = [*(i.address for i in free_coefficients()), *DERIVED]
    options = " ".join(f"--{name} {value}" for name, value in asdict(plan).items())
    lines = [
        "# Plausible sets of coefficients: what the evidence does not rule out. The first is the default.",
        f"# made by: conducive calibrate {options}",
        f"# model version: {model_version()}",
        ",".join(addresses),
        *(",".join(f"{s[a]:.{DIGITS}g}" for a in addresses) for s in sets),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
