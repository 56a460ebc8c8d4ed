"""A sweep: a scenario or programme lived many times at each point of a design, by any executor, into Parquet parts."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.folders.folder import check_out, made_by, other_words, path_of
from conducive.experiments.folders.identity import document_of, key
from conducive.experiments.lives.ensemble import WorkersError
from conducive.experiments.lives.living import in_order
from conducive.experiments.search.factors import duration
from conducive.experiments.sweep.design import Plan, sweep_identity
from conducive.experiments.sweep.file import sweep_plan
from conducive.experiments.sweep.folder import MANIFEST, SUMMARY, Folder, Line, SweepError, begun, locked, opened
from conducive.experiments.sweep.more import MORE, Earlier, earlier, take_over
from conducive.experiments.sweep.runs import AUTHORITY, POINT, Done, Runs, done
from conducive.experiments.words import several
from conducive.scenarios.errors import InputError
from conducive.scenarios.short import InShort

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NUMBER = 8  # bytes
FOOTER = 40_000
"""Bytes that a part takes beyond its numbers, at most."""
TRIED = 12
"""Runs that are timed, at points spread over the design, to foresee how long all take."""
SECTORS_TRIED = 3
"""The same of a programme."""
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
        return " ".join([f"{self.plan.text()}{before}: {took}, {size}.{again}", *self.plan.notes])


def foresee(asked: Plan | str | Path | Mapping[str, Any], out: str | Path, *, timed: bool = True) -> Forecast:
    """Say what a sweep into a folder will take, from a few runs at points spread over its design; writes nothing.

    Raises InputError for what cannot be used, for a folder that holds something else, and where the disk cannot hold
    the result.
    """
    plan, out = asked if isinstance(asked, Plan) else sweep_plan(asked), path_of(out, "a folder", "results")
    before = earlier(plan, out)
    into = out / MORE if before else out
    check_out(into, sweep_identity(plan), MANIFEST)
    runs = Runs(plan, before.plan.replicates if before else 0)
    there = Folder(into, {})
    whole = there.whole()
    damaged = {line["part"] for line in there.recorded} - whole.keys()
    done_before = sum(int(runs.new(runs.part(part)).sum()) for part in whole)
    left = plan.count * plan.places * (plan.replicates - runs.known) - done_before
    rows, parts = plan.runs - sum(line["runs"] for line in whole.values()), runs.parts - len(whole)
    columns = len(plan.levels) + len(plan.indicators) + 4
    size = rows * columns * NUMBER + parts * FOOTER
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
    spread = np.unique(
        np.linspace(0, runs.plan.runs - 1, SECTORS_TRIED if runs.plan.programme else TRIED).astype(np.int64)
    ).tolist()
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


@dataclass(frozen=True, repr=False)
class Sweep(InShort):
    """A sweep in its folder.

    Attributes:
        folder: where its files are.
        plan: what was asked.
        redone: numbers of parts that were found damaged and were done again.

    """

    folder: Folder
    plan: Plan
    redone: tuple[int, ...] = ()

    def in_short(self) -> dict[str, str]:
        """Return what was run, and where it is."""
        return {
            "programme" if self.plan.programme else "scenario": self.plan.title,
            "runs": self.plan.text(),
            "folder": str(self.path),
            "more": "print(sweep.text()), or sweep.table",
        }

    @property
    def path(self) -> Path:
        """Where its files are when it is finished."""
        return self.folder.path.parent if self.folder.path.name == MORE else self.folder.path

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
        from conducive.experiments.sweep.text import say_sweep

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
        out: the folder; one with the same sweep, unfinished, is gone on with, and to a finished one of fewer replicates
            the others are added.
        executor: any `concurrent.futures` executor; a thread for each core by default.
        progress: called with the number of runs that are done, those kept from before first.
        command: what to note down as having made it.

    Raises InputError for what cannot be used: a sweep file, a folder that holds something else or that another sweep is
    writing to, a disk that cannot hold the result. Raises SweepError where it cannot go on: a full disk, workers lost.
    Whatever stops it, parts that are finished are kept, and the same call goes on from there.

    """
    plan, out = asked if isinstance(asked, Plan) else sweep_plan(asked), path_of(out, "a folder", "results")
    foresee(plan, out, timed=False)
    with locked(out):
        if (out / MORE / SUMMARY).is_file():
            take_over(out)
        before = earlier(plan, out)
        found = _swept(plan, out / MORE if before else out, before, executor, progress or (lambda _: None), command)
        return replace(found, folder=take_over(out)) if before else found


def _swept(
    plan: Plan,
    out: Path,
    before: Earlier | None,
    executor: Executor | None,
    progress: Callable[[int], object],
    command: str,
) -> Sweep:
    """Live through the runs of a plan into a folder, but for those that were lived before."""
    identity, runs = sweep_identity(plan), Runs(plan, before.plan.replicates if before else 0)
    check_out(out, identity, MANIFEST)
    manifest = {
        **made_by(identity, command),
        "key": key(identity),
        "runs": plan.runs,
        "parts": runs.parts,
        "points": plan.count,
        "factors": [each.name for each in plan.levels],
        "scenario": document_of(plan.scenario, plan.plausible),
        **({"programme": {"name": plan.programme.name, "title": plan.programme.title}} if plan.programme else {}),
        "identity": identity,
    }
    folder = begun(out, manifest)
    retitled = other_words(folder.manifest, {"scenario": plan.scenario})
    folder = folder.told_anew(manifest) if retitled else folder
    recorded = {line["part"] for line in folder.recorded}
    whole = folder.recover()
    left = [part for part in range(runs.parts) if part not in whole]
    progress(plan.runs - sum(int(runs.new(runs.part(part)).sum()) for part in left))
    with closing(in_order(done, runs.tasks(left), executor)) as results:
        for part in left:
            folder.write(part, len(runs.part(part)), *_part(runs, part, before, results, progress))
    found = Sweep(folder, plan, tuple(sorted(recorded - whole.keys())))
    if left or retitled or not (out / SUMMARY).is_file():
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
    runs: Runs, part: int, before: Earlier | None, results: Iterator[Done], progress: Callable[[int], object]
) -> tuple[pa.Table, list[Line]]:
    """Return the table of a part and its failures, from the next results and what was lived before."""
    plan, span = runs.plan, runs.part(part)
    number, new = np.arange(span.start, span.stop), runs.new(span)
    ends = np.full(len(span), np.nan, plan.row)
    failures: dict[int, str] = {}
    if before:
        case, replicate = np.divmod(number[~new], plan.replicates)
        ends[~new] = before.ends(case * runs.known + replicate)
        failures = {case: before.failures[case] for case in np.unique(case).tolist() if case in before.failures}
    lived: list[npt.NDArray[Any]] = []
    for first in (task.start // plan.replicates for task in runs.spans(part)):
        each = _next(results)
        failures |= {first + case: error for case, error in each.failures.items()}
        lived.append(each.runs)
        progress(len(each.runs))
    ends[new] = np.concatenate(lived)
    return runs.table(span, ends, failures), [_failure(plan, *item) for item in sorted(failures.items())]


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
