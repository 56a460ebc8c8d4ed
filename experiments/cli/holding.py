"""How the command line holds what takes its time: bars and workers while it goes on, its folder, what is shown of it.

Exit status: 0 done; 2 for input that cannot be used, with one clear message and nothing written; 130 interrupted,
with what was finished kept.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from conducive.scenarios.errors import InputError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from conducive.experiments.folders.identity import Identity
    from conducive.experiments.search.study import Held, Progress, Study
    from conducive.scenarios.scenario import Scenario

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
MINUTE = 60.0  # seconds
RESULTS = Path("results")
"""Where runs go when no folder is named."""


class Workers(NamedTuple):
    """What makes the runs: threads, processes of this machine, or a cluster, which has so many seconds to answer."""

    in_processes: bool
    cluster: str | None
    patience: float


def carry_out(plan: Study[Any], out: Path | None, place: str | None = None, workers: Workers | None = None) -> None:
    """Carry out a study in its folder, or go on with it there; where it was done before, show that and stop.

    Where its workers could be chosen, it is said beforehand how long it takes. Stops with the status of an interrupt
    where it was interrupted.
    """
    from conducive.experiments.search.study import Means

    identity, held = plan.identity(), plan.held()
    folder = folder_for(out, held.name, place, identity, held.scenarios)
    means = Means(earlier=plan.earlier_runs(folder), keep=_keeping(folder, identity, held.scenarios))
    bar, runs = long_progress if workers and not held.further[0] else progress, held.runs + held.further[0]
    for note in held.notes:
        say(note)
    with executor_of(workers) as (executor, cores):
        if workers:
            _foresee(held, 0 if means.earlier is None else len(means.earlier), cores)
        with bar(held.title, runs) if runs else nullcontext(means.progress) as advance:
            found = plan.carry_out(replace(means, executor=executor, progress=advance))
    if held.afterwards:
        say(held.afterwards)
    finished = 0 if found.interrupted else identity["replicates"]
    keep(found.text(), folder, identity, finished, found.write, held.scenarios)


def keep(
    said: str,
    folder: Path,
    identity: Identity,
    finished: int,
    write: Callable[[Path], None],
    scenarios: Mapping[str, Scenario],
) -> None:
    """Write a study into its folder and show it; stop with the status of an interrupt where some is not finished."""
    from conducive.experiments.folders.folder import save_study

    save_study(folder, identity, finished, write, scenarios, command_line())
    show(said, folder)
    stop_if(finished < identity["replicates"])


def _keeping(folder: Path, identity: Identity, scenarios: Mapping[str, Scenario]) -> Callable[[Any], None]:
    """Return what writes the runs of a study so far into its folder, to go on with whatever may stop it."""
    from conducive.experiments.folders.folder import RUNS, save_study

    def keep(so_far: Any) -> None:
        def write(to: Path) -> None:
            so_far.every_run.to_parquet(to / RUNS, index=False)

        save_study(folder, identity, 0, write, scenarios, command_line())

    return keep


def _foresee(held: Held, known: int, cores: int) -> None:
    """Say on standard error how many runs there will be, and about how long so many cores take for them."""
    from conducive.experiments.search.factors import duration, seconds_for

    explain_first_use()
    runs, (further, where) = held.runs - known, held.further
    more = (" at most" if further else "") + (f", {known:,} more are kept from before" if known else "")
    more += f" (and up to {further:,} {where})" if further else ""
    seconds = seconds_for(held.scenarios["scenario"], runs) / max(cores, 1)
    waiting = "" if cores else " The cluster has no workers yet: it begins when they come."
    say(f"{runs:,} runs{more}: about {duration(seconds)} on {max(cores, 1):,} cores.{waiting}")


@contextmanager
def executor_of(workers: Workers | None) -> Iterator[tuple[Executor | None, int]]:
    """Give the executor that was asked for (None: threads) and how many runs it does at a time (0: not known yet).

    Where its workers cannot go on, say so and stop with the status of a failure.
    """
    from conducive.experiments.lives import executors
    from conducive.experiments.lives.ensemble import WorkersError, cores

    if workers is None:
        yield None, 0
        return
    if workers.cluster and workers.in_processes:
        msg = "it runs on a cluster or in processes of this machine. Got both --cluster and --processes."
        raise InputError(msg)
    with ExitStack() as stack:
        executor, count = None, cores()
        if workers.cluster:
            executor, count = stack.enter_context(executors.dask(workers.cluster, workers.patience))
        elif workers.in_processes:
            executor = stack.enter_context(executors.processes())
        try:
            yield executor, count
        except WorkersError as error:
            say(f"conducive: {error} What was finished is kept: run the same again to go on.")
            raise typer.Exit(FAILED) from None


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Progress]:
    """Show a bar on standard error while a run goes on; nothing when that is no terminal."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    explain_first_use()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(escape(title), total=total)
        yield lambda count: bar.advance(task, count)


@contextmanager
def long_progress(title: str, total: int) -> Iterator[Progress]:
    """Show a bar as `progress` does; where that is no terminal, as in a batch job, say once a minute how far it is."""
    import time

    from conducive.experiments.search.factors import duration

    if sys.stderr.isatty():
        with progress(title, total) as advance:
            yield advance
        return
    done = before = calls = 0
    began = last = 0.0

    def advance_in_words(count: int) -> None:
        nonlocal done, before, calls, began, last
        now, done, calls = time.monotonic(), done + count, calls + 1
        if calls <= 2:  # noqa: PLR2004 - what was kept took no time, and the first result waited for workers to start
            began = last = now
            before = done
        elif now - last >= MINUTE and done < total:
            last = now
            left = (now - began) / (done - before) * (total - done)
            say(f"{done:,} of {total:,} runs, about {duration(left)} left")

    yield advance_in_words


def explain_first_use() -> None:
    """Say why it takes a while, where nothing is compiled yet."""
    from conducive.agents.rule import CACHE

    if not any(CACHE.rglob("*.nbi")):
        say("First use on this machine: compiling the rules, about half a minute, once only.")


def folder_for(
    out: Path | None,
    name: str,
    authority: str | None,
    identity: Identity,
    scenarios: Mapping[str, Scenario] | None = None,
) -> Path:
    """Return the folder of a study; where it holds the same one, finished, show that and stop.

    Where only titles and the like of its scenarios are others now, it is written anew with these.

    Raises InputError for a folder with a different one.
    """
    from conducive.experiments.folders.folder import check_out

    folder = out or usual_folder(name, authority, identity)
    if check_out(folder, identity, scenarios=scenarios):
        typer.echo((folder / "summary.txt").read_text(encoding="utf-8"))
        typer.echo(f"This run was done before: nothing was run again. Its files: {folder}")
        raise typer.Exit
    return folder


def usual_folder(name: str, authority: str | None, identity: Identity) -> Path:
    """Return a folder of its own for a run when none is named: the same run has the same, another one another."""
    from conducive.experiments.folders.identity import key

    words = "-".join(part for part in (name, authority) if part).casefold()
    plain = "-".join("".join(c if c.isalnum() else " " for c in words).split())
    return RESULTS / f"{plain[:80] or 'run'}-{key(identity)}"


def command_line() -> str:
    """Return the command as it was given."""
    return shlex.join(["conducive", *sys.argv[1:]])


def show(text: str, folder: Path) -> None:
    """Show what is said, and where the rest is."""
    typer.echo(text)
    typer.echo(f"Tables, chart and this summary: {folder}")


def stop_if(interrupted: bool) -> None:
    """Stop with the status of an interrupt, where there was one."""
    if interrupted:
        typer.echo("conducive: interrupted. What was finished is kept; run the same again for all of it.", err=True)
        raise typer.Exit(INTERRUPTED)


def say(text: str) -> None:
    """Say something on the way, on standard error."""
    typer.echo(text, err=True)
