"""Commands about the program and its data: official tables, validation, calibration, benchmark, version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conducive.experiments.cli import options as line
from conducive.experiments.cli.holding import RESULTS, explain_first_use, say


def import_workforce(
    csv: Annotated[Path, line.named("CSV", "The official indicators table, as downloaded.")],
    to: Annotated[Path | None, line.given("FILE", "Write the compact table to this file, and do not use it.")] = None,
    *,
    check: Annotated[bool, line.flag("--check", "Only check it; write nothing.")] = False,
) -> None:
    """Take in a newer official workforce table: runs start from it from then on."""
    import tempfile

    from conducive.experiments.words import bullet
    from conducive.scenarios import workforce
    from conducive.scenarios.workforce_import import import_workforce as take_in

    with tempfile.TemporaryDirectory() as aside:
        file = Path(aside) / "workforce.csv" if check else to or workforce.imported_table()
        if not to:
            file.parent.mkdir(parents=True, exist_ok=True)
        report = take_in(csv, file)
    rest = f"{report.usable:,}, not from {len(report.left_out):,}:" if report.left_out else "each of them."
    typer.echo(f"{report.rows_read:,} rows read: a run can start from {rest}")
    for row, why in report.left_out.items():
        typer.echo(bullet(f"{row}: {why}"))
    for doubt in report.warnings:
        typer.echo(bullet(f"Look again: {doubt}"))
    typer.echo("")
    if check:
        typer.echo("Nothing was written.")
    elif to:
        typer.echo(f"Compact table: {to}. To use it, name it in the environment: {workforce.CHOSEN}={to}")
    else:
        typer.echo(f"Runs start from it from now on: {file}. Take that file away to have the earlier figures back.")


def import_official(
    folder: Annotated[Path, line.named("DIR", "The folder with the official tables, as CSV files.")],
    to: Annotated[
        Path | None, line.given("DIR", "Write the compact tables to this folder, and do not use them.")
    ] = None,
    *,
    check: Annotated[bool, line.flag("--check", "Only check them; write nothing.")] = False,
) -> None:
    """Take in newer official tables of inspections, neighbours, children, children in need and spending."""
    import tempfile

    from conducive.scenarios import official_tables

    with tempfile.TemporaryDirectory() as aside:
        found = official_tables.import_official(
            folder, Path(aside) if check else to or official_tables.imported_folder()
        )
    for table, rows in found.items():
        typer.echo(f"{table.replace('_', ' ')}: {rows:,} rows")
    if check:
        typer.echo("Nothing was written.")
    elif to:
        typer.echo(f"Compact tables: {to}")
    else:
        kept = official_tables.imported_folder()
        typer.echo(f"They are used from now on: {kept}. Take that folder away to have the earlier ones back.")


def validate(
    out: Annotated[Path, line.given("DIR", "Folder for results and report.")] = RESULTS / "validation",
    *,
    smoke: Annotated[
        bool, line.flag("--smoke", "Only the patterns, at reduced power; exit status 1 when one no longer shows.")
    ] = False,
) -> None:
    """Hold the model against the paper's patterns, official figures and published studies.

    Takes about half an hour on two cores; run it again to go on where it stopped.
    """
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    from conducive.experiments.evidence import validation
    from conducive.experiments.lives.ensemble import cores

    explain_first_use()
    if smoke:
        with ThreadPoolExecutor(cores()) as threads:
            _, failed = validation.smoke(threads, typer.echo)
        gone = f"No longer shown: {', '.join(failed)}."
        typer.echo(gone if failed else "All that the stored validation shows still shows.")
        raise typer.Exit(1 if failed else 0)
    from conducive.experiments.pages.levels import stored_calibration
    from conducive.experiments.pages.report import write_report

    with ThreadPoolExecutor(cores()) as threads, ProcessPoolExecutor(cores()) as processes:
        results = validation.validate(out, validation.Power(), threads, processes, say)
    write_report(out, results, stored_calibration())
    typer.echo(f"Report: {out / 'validation.md'}")


def calibrate(
    out: Annotated[Path, line.given("DIR", "Folder for draws and sets.")] = RESULTS / "calibration",
    draws: Annotated[int | None, line.given_whole("N", "Draws of the first wave.")] = None,
    waves: Annotated[int | None, line.given_whole("N", "Further waves.")] = None,
    each: Annotated[int | None, line.given_whole("N", "Draws of each further wave.")] = None,
    full: Annotated[int | None, line.given_whole("N", "Last draws, with official figures.")] = None,
    truths: Annotated[int | None, line.given_whole("N", "Draws taken as the truth in turn.")] = None,
    seed: line.Seed = 0,
) -> None:
    """Find plausible sets of coefficients by history matching in waves, with emulators.

    As many draws as the sets that come with the program were made from, unless others are asked for. Needs the extra
    `calibrate`. Takes forty minutes to an hour on two cores; run it again to go on where it stopped.
    """
    from concurrent.futures import ProcessPoolExecutor

    from conducive.experiments.evidence.fit.calibration import Plan
    from conducive.experiments.evidence.fit.calibration import calibrate as match
    from conducive.experiments.lives.ensemble import cores

    asked = {"draws": draws, "waves": waves, "each": each, "full": full, "truths": truths, "seed": seed}
    done: dict[str, int] = {}

    def progress(stage: str, count: int) -> None:
        done[stage] = done.get(stage, 0) + count
        if count != 1 or done[stage] % 100 == 0:
            say(f"{stage}: {done[stage]:,} done")

    explain_first_use()
    with ProcessPoolExecutor(cores()) as processes:
        found = match(out, Plan(**{name: n for name, n in asked.items() if n is not None}), processes, progress)
    for stage, counts in found["stages"].items():
        typer.echo(f"{stage}: {counts['tried']:,} tried, {counts['left']:,} not ruled out")
    known = found["truths"]
    for contrast, held in zip(known["contrasts"], known["held"], strict=False):
        typer.echo(f"known truths: {contrast}: in {held} of {known['of']} the 90% interval holds it")
    typer.echo(f"Plausible sets: {out / 'plausible.csv'}")


def benchmark(
    *,
    long: Annotated[bool, line.flag("--long", "A sweep of 100,000 runs as well: some minutes more.")] = False,
) -> None:
    """Time the program on this machine: about seven minutes on two cores."""
    from conducive.experiments.cli.benchmark import benchmark as measure

    measure(long=long)


def version() -> None:
    """Print the version."""
    from conducive import __version__

    typer.echo(f"conducive {__version__}")
