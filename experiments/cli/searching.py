"""Commands that search, map and sweep: sensitivity, tipping, zone, national, sweep, discover."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from conducive.experiments.cli import options as line
from conducive.experiments.cli.holding import (
    FAILED,
    INTERRUPTED,
    Workers,
    carry_out,
    command_line,
    executor_of,
    explain_first_use,
    long_progress,
    say,
    usual_folder,
)


def sensitivity(
    scenario: line.OneScenario = "baseline",
    over: Annotated[
        list[str] | None,
        line.given(
            "NAME[=LOW:HIGH]",
            "A condition, or an input over its plausible range or this one. Repeat for more; all 18 conditions "
            "by default.",
        ),
    ] = None,
    indicator: line.Indicator = "use_at_fidelity",
    month: line.Month = None,
    method: Annotated[str, line.given("NAME", "morris (screening), sobol (shares), or both.")] = "both",
    points: Annotated[int, line.given_whole("N", "Base sample of Sobol's design, a power of two.")] = 512,
    trajectories: Annotated[int, line.given_whole("N", "Trajectories of Morris's design.")] = 40,
    keep: Annotated[
        int | None, line.given_whole("K", "Take only the K most influential of the screening on to Sobol.")
    ] = None,
    replicates: Annotated[int, line.given_whole("N", "Runs at each point of a design, 2 or more.")] = 4,
    authority: line.Authority = None,
    year: line.Year = None,
    settings: line.Settings = None,
    seed: line.Seed = 0,
    out: line.Out = None,
    *,
    in_processes: line.InProcesses = False,
    cluster: line.Cluster = None,
    cluster_timeout: line.ClusterTimeout = 10.0,
) -> None:
    """Which conditions matter, by themselves and together: Morris screening, then Sobol indices, net of luck."""
    asked = line.asked_for(scenario, authority, year, settings)
    from conducive.experiments.search.sensitivity.plan import sensitivity as study

    plan = study.plan(
        asked, over or (), indicator=indicator, month=month, method=method, points=points,
        trajectories=trajectories, keep=keep, replicates=replicates, seed=seed,
    )  # fmt: skip
    carry_out(plan, out, authority, Workers(in_processes, cluster, cluster_timeout))


def tipping(
    moved: Annotated[
        str, line.named("NAME[=LOW:HIGH]", "Moved: an input (over its plausible range or this one) or a condition.")
    ],
    scenario: line.OneScenario = "baseline",
    target: Annotated[float, line.given_number("X", "The value of the outcome that is looked for.")] = 0.5,
    indicator: line.Indicator = "sustained",
    month: line.Month = None,
    against: Annotated[
        str | None, line.given("NAME[=LOW:HIGH]", "A second input or condition: one tipping point a level.")
    ] = None,
    levels: Annotated[int, line.given_whole("N", "Levels of the second one.")] = 5,
    precision: Annotated[
        float | None,
        line.given_number("X", "Half-width of the interval to stop at, in its unit (a fortieth of the range)."),
    ] = None,
    runs: Annotated[int, line.given_whole("N", "Most runs of one search.")] = 2000,
    plausible: Annotated[
        bool,
        line.flag(
            "--plausible/--default-set", "Search again under plausible sets of coefficients, or with these alone."
        ),
    ] = True,
    authority: line.Authority = None,
    year: line.Year = None,
    settings: line.Settings = None,
    seed: line.Seed = 0,
    out: line.Out = None,
    *,
    in_processes: line.InProcesses = False,
    cluster: line.Cluster = None,
    cluster_timeout: line.ClusterTimeout = 10.0,
) -> None:
    """The value of an input or a condition at which an outcome crosses a target: the chance of sustained use, say."""
    asked = line.asked_for(scenario, authority, year, settings)
    from conducive.experiments.search.tipping.plan import tipping as study

    plan = study.plan(
        moved, asked, target, against=against, levels=levels, indicator=indicator, month=month, precision=precision,
        runs=runs, plausible=plausible, seed=seed,
    )  # fmt: skip
    carry_out(plan, out, authority, Workers(in_processes, cluster, cluster_timeout))


def sweep(
    file: Annotated[Path, line.named("SWEEP.toml", "What varies, and how: see docs/sweeps.md.")],
    out: line.Out = None,
    *,
    dry_run: Annotated[bool, line.flag("--dry-run", "Say how many runs, how long and how big. Write nothing.")] = False,
    in_processes: line.InProcesses = False,
    cluster: line.Cluster = None,
    cluster_timeout: line.ClusterTimeout = 10.0,
) -> None:
    """Run a scenario or a programme at every point of a design, into Parquet files. The same again goes on."""
    from conducive.experiments.sweep import sweep as sweeps
    from conducive.experiments.sweep.design import sweep_identity
    from conducive.experiments.sweep.file import sweep_plan
    from conducive.experiments.sweep.folder import SweepError

    plan = sweep_plan(file)
    folder = out or usual_folder(file.stem, None, sweep_identity(plan))
    kept: list[int] = []
    with executor_of(Workers(in_processes, cluster, cluster_timeout)) as (executor, workers):
        explain_first_use()
        foreseen = sweeps.foresee(plan, folder).text(workers)
        if dry_run:
            typer.echo(foreseen)
            return
        say(foreseen if workers else f"{foreseen} The cluster has no workers yet: it begins when they come.")
        with long_progress(plan.title, plan.runs) as advance:

            def progress(count: int) -> None:
                kept.append(count)
                advance(count)

            try:
                found = sweeps.sweep(plan, folder, executor=executor, progress=progress, command=command_line())
            except SweepError as error:
                say(f"conducive: {error}")
                raise typer.Exit(FAILED) from None
            except KeyboardInterrupt:
                if not kept:
                    raise
                done = plan.runs - sweeps.foresee(plan, folder, timed=False).runs
                say(f"conducive: interrupted. {done:,} of {plan.runs:,} runs are kept; the same again goes on.")
                raise typer.Exit(INTERRUPTED) from None
    for part in found.redone:
        say(f"Part {part} was damaged or missing and was done again.")
    typer.echo(found.text())
    if kept == [plan.runs]:
        typer.echo("This sweep was done before: nothing was run again.")
    typer.echo(f"Its files: {folder}")


def zone(
    scenario: line.ScenarioName,
    x: Annotated[str, line.given("NAME[=LOW:HIGH]", "Along: a cluster, a condition or an input.", "--x")] = "macro",
    y: Annotated[str, line.given("NAME[=LOW:HIGH]", "Up: the same.", "--y")] = "culture",
    steps: Annotated[int, line.given_whole("N", "Lines along each axis.")] = 9,
    month: Annotated[int | None, line.given_whole("N", "Month in which R is read (the last of the grant).")] = None,
    authority: line.Authority = None,
    year: line.Year = None,
    settings: line.Settings = None,
    replicates: Annotated[int, line.given_whole("N", "How many times to run each point.")] = 40,
    seed: line.Seed = 0,
    plausible: line.Plausible = True,
    out: line.Out = None,
) -> None:
    """Map the conducive zone over two conditions. Mark where it stands, and what would move it across."""
    asked = line.asked_for(scenario, authority, year, settings)
    from conducive.experiments.search.zone.plan import zone_map

    plan = zone_map.plan(asked, x, y, replicates, seed, steps=steps, month=month, plausible=plausible)
    carry_out(plan, out, authority)


def national(
    scenario: line.ScenarioName,
    against: Annotated[str | None, line.given("B", "A second scenario, to see which authorities gain most.")] = None,
    region: Annotated[str, line.given("NAME", "Only the authorities of a region.")] = "",
    year: line.Year = None,
    indicator: Annotated[str, line.given("NAME", "What they are ranked by.")] = "sustained",
    month: Annotated[int | None, line.given_whole("N", "Month in which it is read (the last).")] = None,
    settings: line.Settings = None,
    replicates: Annotated[int, line.given_whole("N", "How many times to run each authority.")] = 20,
    seed: line.Seed = 0,
    plausible: line.Plausible = False,
    vary: Annotated[
        bool, line.flag("--vary", "Draw what nobody publishes about an authority, anew for each run of it.")
    ] = False,
    out: line.Out = None,
) -> None:
    """Run a scenario in every authority. It compares starting conditions and ranks no one's performance."""
    first = line.asked_for(scenario, None, None, settings)
    second = None if against is None else line.asked_for(against, None, None, settings)
    from conducive.experiments.search.national.plan import national as study

    plan = study.plan(
        first, second, replicates, seed,
        year=year, region=region, indicator=indicator, month=month, plausible=plausible, vary=vary,
    )  # fmt: skip
    carry_out(plan, out, plan.region or None)


def discover(
    sweep: Annotated[Path, line.named("SWEEP_DIR", "The folder of a finished sweep.")],
    indicator: Annotated[str, line.given("NAME", "The outcome, in the last month.")] = "sustained",
    over: Annotated[float | None, line.given_number("VALUE", "It counts when it is over this.")] = None,
    under: Annotated[float | None, line.given_number("VALUE", "It counts when it is under this.")] = None,
    density: Annotated[
        float | None, line.given_number("SHARE", "How likely the outcome must be in a box, at least.")
    ] = None,
    boxes: Annotated[int, line.given_whole("N", "Boxes to look for, at most.")] = 3,
    out: line.Out = None,
) -> None:
    """Find where in a sweep an outcome is likely, and say it in sentences."""
    from conducive.experiments.sweep.discovery.plan import discover as study

    carry_out(study.plan(sweep, indicator, over=over, under=under, density=density, boxes=boxes), out)
