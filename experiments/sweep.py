"""A sweep: a scenario lived many times at each point of a design, by any executor, into a folder of Parquet parts."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from conducive.experiments.batches import AUTHORITY, POINT, Done, Runs, done
from conducive.experiments.design import Plan, sweep_identity
from conducive.experiments.factors import duration
from conducive.experiments.outcomes import WorkersError, in_order
from conducive.experiments.output import check_out, document_of, key, made_by
from conducive.experiments.parts import MANIFEST, SUMMARY, Folder, Line, SweepError, begun, locked, opened
from conducive.experiments.sweep_file import sweep_plan
from conducive.experiments.words import several
from conducive.model.measures import INDICATORS
from conducive.scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NUMBER = 8  # bytes
FOOTER = 40_000
"""Bytes that a part takes beyond its numbers, at most."""
TRIED = 12
"""Runs that are timed, at points spread over the design, to foresee how long all take."""
KILO, TEN = 1000, 10
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")
GO_ON = "What was finished is kept: run the same again to go on."


# ---- Before it begins ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a sweep will take: `runs` still to do, seconds of one core, bytes at most, and bytes free in the folder.

    `damaged` counts parts of an earlier attempt that are not what was written, and are done again.
    """

    plan: Plan
    runs: int
    seconds: float
    bytes: int
    free: int
    damaged: int = 0

    def text(self, workers: int) -> str:
        """Say it, for so many workers at a time."""
        kept = self.plan.runs - self.runs
        before = f", {kept:,} of them done before" if kept else ""
        each = "core" if workers <= 1 else "cores"
        took = f"about {duration(self.seconds / max(workers, 1))} on {max(workers, 1):,} {each}"
        if not self.runs:
            return f"{self.plan.text()}, all of them done before."
        size = f"at most {_size(self.bytes)} more on disk ({_size(self.free)} free)"
        again = f" {several(self.damaged, 'part')} damaged or missing: to be done again." if self.damaged else ""
        return f"{self.plan.text()}{before}: {took}, {size}.{again}"


def foresee(asked: Plan | str | Path | Mapping[str, Any], out: str | Path, *, timed: bool = True) -> Forecast:
    """Say what a sweep into a folder will take, from a few runs at points spread over its design; writes nothing.

    Raises InputError for what cannot be used, for a folder that holds something else, and where the disk cannot hold
    the result.
    """
    plan, out = asked if isinstance(asked, Plan) else sweep_plan(asked), Path(out)
    check_out(out, sweep_identity(plan), MANIFEST)
    runs = Runs(plan)
    there = Folder(out, {})
    whole = there.whole()
    damaged = {line["part"] for line in there.recorded} - whole.keys()
    left, parts = plan.runs - sum(line["runs"] for line in whole.values()), runs.parts - len(whole)
    columns = len(plan.levels) + len(INDICATORS) + 4
    size = left * columns * NUMBER + parts * FOOTER
    free = shutil.disk_usage(next(path for path in (out, *out.absolute().parents) if path.exists())).free
    if size > free:
        msg = (
            f"{plan.text()} may need {_size(size)}, and {out} has {_size(free)} free. Take fewer points or replicates, "
            "or name another folder with --out."
        )
        raise InputError(msg)
    return Forecast(plan, left, _seconds(runs) * left if timed and left else 0.0, size, free, len(damaged))


def _seconds(runs: Runs) -> float:
    """Return how long a run takes on one core, on average over points spread over the design."""
    spread = np.unique(np.linspace(0, runs.plan.runs - 1, TRIED).astype(np.int64)).tolist()
    tried = [runs.task(range(n, n + 1)) for n in spread]
    done(tried[0])  # compiled, if it was not
    began = time.perf_counter()
    failed = sum(len(done(task).failures) for task in tried)
    return (time.perf_counter() - began) / max(len(tried) - failed, 1)


def _size(count: float) -> str:
    """Return a number of bytes to two digits, as disks have it."""
    unit = 0
    while count >= KILO and unit < len(UNITS) - 1:
        count, unit = count / KILO, unit + 1
    return f"{count:.0f} {UNITS[unit]}" if count >= TEN or not unit else f"{count:.1f} {UNITS[unit]}"


# ---- The sweep itself ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sweep:
    """A sweep in its folder.

    Attributes:
        folder: where its files are.
        plan: what was asked.
        redone: numbers of parts that were found damaged and were done again.

    """

    folder: Folder
    plan: Plan
    redone: tuple[int, ...] = ()

    @property
    def failures(self) -> list[Line]:
        """Design points that could not be run: point, authority (if asked for), factors and error."""
        return self.folder.failures

    @cached_property
    def table(self) -> pd.DataFrame:
        """Every run: `read`."""
        return read(self.folder.path)

    def text(self) -> str:
        """Say what was run, how to open it, and at a glance what mattered."""
        from conducive.experiments.sweep_text import say_sweep

        return say_sweep(self)


def sweep(
    asked: Plan | str | Path | Mapping[str, Any],
    out: str | Path,
    *,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
    command: str = "",
) -> Sweep:
    """Live through every point of a design, and write each run's last month to a folder of Parquet parts.

    Args:
        asked: a sweep file, or a dict shaped like one.
        out: the folder; one with the same sweep, unfinished, is gone on with.
        executor: any `concurrent.futures` executor; a thread for each core by default.
        progress: called with the number of runs that are done, those kept from before first.
        command: what to note down as having made it.

    Raises InputError for what cannot be used: a sweep file, a folder that holds something else or that another sweep is
    writing to, a disk that cannot hold the result. Raises SweepError where it cannot go on: a full disk, workers lost.
    Whatever stops it, parts that are finished are kept, and the same call goes on from there.

    """
    plan, out = asked if isinstance(asked, Plan) else sweep_plan(asked), Path(out)
    foresee(plan, out, timed=False)
    identity, runs = sweep_identity(plan), Runs(plan)
    with locked(out):
        check_out(out, identity, MANIFEST)
        manifest = {
            **made_by(identity, command),
            "key": key(identity),
            "runs": plan.runs,
            "parts": runs.parts,
            "points": plan.count,
            "factors": [each.name for each in plan.levels],
            "scenario": document_of(plan.scenario, plan.plausible),
            "identity": identity,
        }
        folder = begun(out, manifest)
        recorded = {line["part"] for line in folder.recorded}
        whole, progress = folder.recover(), progress or (lambda _: None)
        progress(sum(len(runs.part(part)) for part in whole))
        left = [part for part in range(runs.parts) if part not in whole]
        with closing(in_order(done, runs.tasks(left), executor)) as results:
            for part in left:
                span = runs.part(part)
                folder.write(part, len(span), *_part(runs, span, results, progress))
        found = Sweep(folder, plan, tuple(sorted(recorded - whole.keys())))
        if left or not (out / SUMMARY).is_file():
            folder.finish(found.text())
    return found


def read(folder: str | Path, *, unfinished: bool = False) -> pd.DataFrame:
    """Return the table of a sweep: point, authority (if asked for), factors, replicate, set (if plausible), indicators.

    Indicators are those of the last month. Raises InputError for a folder without a sweep, for parts that are damaged,
    and, but for `unfinished`, for a sweep that is not finished.
    """
    import pyarrow as pa

    found = opened(Path(folder))
    parts = len(found.recorded)
    if parts < found.parts and not (unfinished and parts):
        msg = f"{folder} holds an unfinished sweep: {parts:,} of {found.parts:,} parts. Run it again to go on."
        raise InputError(msg)
    frame: pd.DataFrame = pa.concat_tables(found.tables()).to_pandas()
    return frame


def _part(
    runs: Runs, part: range, results: Iterator[Done], progress: Callable[[int], object]
) -> tuple[pa.Table, list[Line]]:
    """Return the table of a part and its failures, from the next results."""
    plan, at = runs.plan, part.start
    ends: list[Any] = []
    failures: dict[int, str] = {}
    while at < part.stop:
        each = _next(results)
        failures |= {at // plan.replicates + case: error for case, error in each.failures.items()}
        ends.append(each.runs)
        at += len(each.runs)
        progress(len(each.runs))
    return runs.table(part, np.concatenate(ends), failures), [_failure(plan, *item) for item in failures.items()]


def _next(results: Iterator[Done]) -> Done:
    """Return the next result. Raises SweepError where workers could not go on."""
    try:
        return next(results)
    except WorkersError as error:
        msg = f"{error} {GO_ON}"
        raise SweepError(msg) from None


def _failure(plan: Plan, case: int, error: str) -> Line:
    point, place = divmod(case, plan.places)
    where = {AUTHORITY: plan.authorities[place]} if plan.authorities else {}
    (values,) = plan.points(point, point + 1).tolist()
    factors = {each.name: int(v) if each.whole else v for each, v in zip(plan.levels, values, strict=True)}
    return {POINT: point, **where, "factors": factors, "error": error}
