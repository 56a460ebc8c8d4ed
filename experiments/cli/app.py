"""The command line: `conducive COMMAND`. Heavy imports wait inside the commands, so that help comes at once.

Exit status: 0 done; 2 for input that cannot be used, with one clear message and nothing written; 130 interrupted,
with what was finished kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from conducive.scenarios.errors import InputError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from conducive.experiments.compare.comparison import Comparison
    from conducive.experiments.folders.identity import Identity
    from conducive.experiments.lives.ensemble import Ensemble
    from conducive.scenarios.authority import Question
    from conducive.scenarios.scenario import Scenario

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
MINUTE = 60.0  # seconds
RESULTS = Path("results")
"""Where runs go when no folder is named."""


class _Commands(TyperGroup):
    """Commands that say what was wrong with their input in one line, and stop quietly when interrupted."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            typer.echo(f"conducive: {error}", err=True)
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            kept = "Nothing was written but what a study keeps on its way: the same again goes on from there."
            typer.echo(f"conducive: interrupted before there was a result. {kept}", err=True)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=_Commands,
    name="conducive",
    help="How an innovation is taken up, dropped and remembered in a children's services organisation. "
    "It compares scenarios; it does not forecast.",
    epilog="Begin with: conducive scenarios, then conducive run two-year-funding.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A name that `conducive scenarios` lists, or a path to a TOML file.")
]
Authority = Annotated[
    str | None, typer.Option(metavar="NAME", help="Start from an authority's published workforce figures.")
]
Year = Annotated[int | None, typer.Option(metavar="YYYY", help="Census year of these figures (the latest by default).")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Change an input in its unit, or a whole condition (0 to 1). Repeat for more.",
    ),
]
Replicates = Annotated[int, typer.Option(metavar="N", help="How many times to run it.")]
Seed = Annotated[int, typer.Option(metavar="N", help="Seed of the luck: the same seed gives the same result.")]
Plausible = Annotated[
    bool,
    typer.Option(
        "--plausible/--default-set",
        help="Spread the runs over plausible sets of coefficients (4 or more with each), or use the default set alone.",
    ),
]
Precision = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE",
        help="Go on with more pairs until the difference is known to within this (0.02: two percentage points).",
    ),
]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder for the results (by default one under results/).")
]
OneScenario = Annotated[
    str,
    typer.Argument(metavar="[SCENARIO]", help="A name that `conducive scenarios` lists, or a path to a TOML file."),
]
Indicator = Annotated[str, typer.Option(metavar="NAME", help="The outcome, read in the last month.")]
Month = Annotated[int | None, typer.Option(metavar="N", help="Another month to read it in.")]
InProcesses = Annotated[bool, typer.Option("--processes", help="Run in a process for each core instead of threads.")]
Cluster = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Run on a Dask cluster, for instance tcp://host:8786.")
]
ClusterTimeout = Annotated[
    float, typer.Option(metavar="SECONDS", help="How long its scheduler has to answer.", min=0.1)
]


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that lacks a character shows a question mark instead of failing.
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="conducive")
    except SystemExit:
        _flush()
        raise
    except OSError as error:
        _cannot_be_written(error)


def _flush() -> None:
    """Write what is still to be written. Stops with the status of a failure where that cannot be done."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _cannot_be_written(error)


def _cannot_be_written(error: OSError) -> NoReturn:
    """Say in a line that what was printed did not get where it was to go, and stop."""
    with suppress(OSError):
        sys.stderr.write(f"conducive: the output cannot be written: {error.strerror}.\n")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more when it ends
    raise SystemExit(FAILED)


def _version(wanted: bool) -> None:
    if wanted:
        version()
        raise typer.Exit


@app.callback()
def options(
    *,
    wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Use at most so many threads or processes (the processors at hand)."),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE.py", help="Put the functions of a file in place of rules of the same name."),
    ] = None,
) -> None:
    """Take options that stand before a command."""
    if rules is not None:
        from conducive.agents.own import use_rules

        own = use_rules(rules)
        _say(f"Rules of your own, from {rules}: {', '.join(name.rpartition('.')[2] for name in own.functions)}.")
    if workers is not None:
        from conducive.experiments.lives.ensemble import WORKERS

        os.environ[WORKERS] = str(workers)


# ---- Running -------------------------------------------------------------------------------------------------------


@app.command()
def run(
    scenario: ScenarioName,
    authority: Authority = None,
    year: Year = None,
    settings: Settings = None,
    replicates: Replicates = 100,
    seed: Seed = 0,
    plausible: Plausible = False,
    out: Out = None,
) -> None:
    """Run a scenario many times. Say what happens, and keep it."""
    asked = _asked(scenario, authority, year, settings)
    from conducive.experiments.compare.saving import save
    from conducive.experiments.folders.identity import run_identity
    from conducive.experiments.lives.ensemble import check_counts

    check_counts(replicates, seed)
    identity = run_identity(asked, replicates, seed, plausible=plausible)
    folder = _folder_for(out, asked.name, authority, identity, {"scenario": asked})
    from conducive.experiments.lives.ensemble import run as live_through

    with _progress(asked.title or asked.name, replicates) as advance:
        ensemble = live_through(asked, replicates, seed, plausible=plausible, progress=advance, agents=False)
    save(ensemble, folder, _command())
    _show(f"{ensemble.text()}\n{_sparkline(ensemble)}", folder)
    _stop_if(ensemble.interrupted)


@app.command()
def compare(
    base: Annotated[
        str,
        typer.Argument(metavar="A", help="The scenario to compare with: a name or a TOML file; or the file of a pair."),
    ],
    alternative: Annotated[
        str | None, typer.Argument(metavar="[B]", help="The alternative: a name or a TOML file; none for a pair.")
    ] = None,
    authority: Authority = None,
    year: Year = None,
    settings: Settings = None,
    replicates: Replicates = 200,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="Seed of the luck: same seed, same result. [default: 0, or the pair's]"),
    ] = None,
    precision: Precision = None,
    plausible: Plausible = True,
    out: Out = None,
    full: Annotated[bool, typer.Option("--full", help="Say everything, not only what fits a screen or two.")] = False,
) -> None:
    """Compare two scenarios, run with the same luck. --set and --authority hold for both."""
    from conducive.experiments.compare.comparison import check_precision
    from conducive.experiments.folders.identity import comparison_identity
    from conducive.experiments.lives.ensemble import check_counts
    from conducive.scenarios.files import load_pair

    if alternative is None and not base.casefold().endswith(".toml"):
        msg = f"compare takes two scenarios, A and B, or the file of a pair (.toml). Got {base[:80]!r} alone."
        raise InputError(msg)
    a, b, held = load_pair(base) if alternative is None else (base, alternative, 0)
    seed = held if seed is None else seed
    first, second = (_asked(each, authority, year, settings) for each in (a, b))
    check_counts(replicates, seed)
    check_precision(precision)
    identity = comparison_identity(first, second, replicates, seed, plausible=plausible, precision=precision)
    kept = {"base": first, "alternative": second}
    folder = _folder_for(out, f"{first.name}-or-{second.name}", authority, identity, kept)
    _keep_comparison(_compared(first, second, replicates, seed, precision, plausible), folder, full)


def _keep_comparison(comparison: Comparison, folder: Path, full: bool) -> None:
    """Write a comparison into its folder and show it; stop with the status of an interrupt where there was one."""
    from conducive.experiments.compare.saving import save_comparison

    save_comparison(comparison, folder, _command())
    _show(comparison.text(full=full), folder)
    _stop_if(comparison.base.interrupted)


def _compared(
    first: Scenario, second: Scenario, replicates: int, seed: int, precision: float | None, plausible: bool
) -> Comparison:
    """Return a comparison, with a bar while it goes on; with a precision nobody knows how long that is."""
    from conducive.experiments.compare.comparison import compare as live_through

    def going_on(so_far: Comparison, more: int) -> None:
        _say(f"{so_far.pairs:,} pairs: known to within {100 * so_far.half_width():.1f} points. On to {more:,} pairs.")

    total = None if precision else 2 * replicates
    with _progress(f"{first.name} or {second.name}", total) as advance:
        return live_through(
            first, second, replicates, seed,
            precision=precision, plausible=plausible, progress=advance, going_on=going_on,
        )  # fmt: skip


@app.command()
def brief(
    base: Annotated[
        str,
        typer.Argument(metavar="A", help="The scenario to compare with, or a folder that `conducive compare` wrote."),
    ],
    alternative: Annotated[
        str | None, typer.Argument(metavar="[B]", help="The alternative; none for a folder.")
    ] = None,
    authority: Authority = None,
    year: Year = None,
    settings: Settings = None,
    replicates: Replicates = 200,
    seed: Seed = 0,
    precision: Precision = None,
    plausible: Plausible = True,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Page to write, .html, or .pdf where there is a browser to print it."),
    ] = None,
) -> None:
    """Write a page for a decision-maker: a comparison, how sure it is, why, and what it depends on.

    The page needs no network. Besides the pairs it runs some more to see what the answer depends on.
    """
    from conducive.experiments.compare import brief as briefing
    from conducive.experiments.compare.answer import headline
    from conducive.experiments.compare.comparison import check_precision
    from conducive.experiments.compare.dependence import PAIRS, dependence
    from conducive.experiments.folders.identity import comparison_identity
    from conducive.experiments.lives.ensemble import check_counts
    from conducive.scenarios.files import library

    if alternative is None:
        if authority or year or settings:
            msg = "a saved comparison has its authority and settings already. Name two scenarios to choose others."
            raise InputError(msg)
        asked = briefing.asked_again(Path(base))
    else:
        both = [_asked(each, authority, year, settings) for each in (base, alternative)]
        check_counts(replicates, seed)
        check_precision(precision)
        asked = dict(zip(("base", "alternative"), both, strict=True))
        asked |= {"replicates": replicates, "seed": seed, "precision": precision, "plausible": plausible}
    identity = comparison_identity(**asked)
    first, second = asked.pop("base"), asked.pop("alternative")
    file = out or _usual_folder(f"{first.name}-or-{second.name}", authority, identity).with_suffix(".html")
    briefing.check_page(file)
    comparison = _compared(first, second, **asked)
    depends = None
    with _progress("what it depends on", None) as advance, suppress(KeyboardInterrupt):
        if not comparison.base.interrupted:
            depends = dependence(comparison, PAIRS, progress=advance)
    # Files and folders of this machine are nowhere else: then the page tells how to begin from the scenarios it holds.
    command = _command() if {base, alternative} <= {each.name for each in library()} else ""
    briefing.save_brief(briefing.brief(comparison, depends, command=command), file)
    typer.echo(headline(comparison))
    typer.echo(f"Briefing: {file}")
    _stop_if(depends is None)


@app.command()
def levers(
    scenario: OneScenario = "baseline",
    authority: Authority = None,
    year: Year = None,
    settings: Settings = None,
    budget: Annotated[
        float | None, typer.Option(metavar="GBP", help="Look for the best that so much more money buys.")
    ] = None,
    *,
    pairs: Annotated[bool, typer.Option("--pairs", help="Look for the best two together.")] = False,
    runs: Annotated[int, typer.Option(metavar="N", help="Runs of each lever.")] = 80,
    seed: Seed = 0,
    out: Out = None,
) -> None:
    """What would help most? Every lever that somebody can pull, ranked by what it adds and what that costs."""
    asked = _asked(scenario, authority, year, settings)
    from conducive.experiments.compare import levers as study
    from conducive.experiments.folders.identity import study_identity
    from conducive.scenarios.levers import levers_for

    study.check_asked(runs, seed, budget)
    identity = study_identity("levers", {"scenario": asked}, runs, seed, plausible=True, budget=budget, pairs=pairs)
    folder = _folder_for(out, f"levers-{asked.name}", authority, identity, {"scenario": asked})
    total = None if pairs or budget else runs * (1 + len(levers_for(asked)))
    with _progress(asked.title or asked.name, total) as advance:
        found = study.levers(asked, budget=budget, pairs=pairs, runs=runs, seed=seed, progress=advance)

    def write(to: Path) -> None:
        from conducive.experiments.search.figures import save_table

        save_table(found.table, to, "levers")
        (to / "summary.txt").write_text(found.text(), encoding="utf-8", newline="\n")

    from conducive.experiments.folders.folder import save_study

    save_study(folder, identity, runs, write, {"scenario": asked}, _command())
    _show(found.text(), folder)


Several = Annotated[
    list[str], typer.Argument(metavar="OPTION...", help="Scenarios: names or TOML files, up to five of them.")
]


@app.command("options")
def compare_options(
    scenarios: Several,
    authority: Authority = None,
    year: Year = None,
    settings: Settings = None,
    replicates: Replicates = 200,
    seed: Seed = 0,
    plausible: Plausible = True,
    out: Out = None,
) -> None:
    """Compare three to five options at once: ranks, and the chance of each to be best.

    --set and --authority hold for all.
    """
    from conducive.experiments.options import options as study

    study.check_number(len(scenarios))
    asked = [_asked(each, authority, year, settings) for each in scenarios]
    names = study.checked_names(study.names_for(asked))
    from conducive.experiments.folders.folder import save_study
    from conducive.experiments.folders.identity import study_identity
    from conducive.experiments.lives.ensemble import check_counts

    check_counts(replicates, seed)
    by_letter = dict(zip("ABCDE", asked, strict=False))
    identity = study_identity("options", by_letter, replicates, seed, plausible=plausible, names=list(names))
    folder = _folder_for(out, f"options-{'-'.join(each.name for each in asked)}"[:80], authority, identity, by_letter)
    with _progress(f"{len(asked)} options", len(asked) * replicates) as advance:
        found = study.options(
            dict(zip(names, asked, strict=True)), replicates, seed, plausible=plausible, progress=advance
        )
    from conducive.experiments.takeaway.export import save_options

    save_study(folder, identity, found.runs, lambda to: save_options(found, to), by_letter, _command())
    _show(found.text(), folder)
    _stop_if(found.runs < replicates)


@app.command()
def export(
    scenarios: Several,
    out: Annotated[
        Path,
        typer.Option(metavar="FILE", help="A picture for a slide (.png, .svg), a table (.csv), or a page (.html)."),
    ],
    authority: Authority = None,
    year: Year = None,
    settings: Settings = None,
    replicates: Replicates = 200,
    seed: Seed = 0,
    plausible: Plausible = True,
    *,
    excel: Annotated[bool, typer.Option("--excel", help="Begin a .csv so that Excel reads it as UTF-8.")] = False,
) -> None:
    """Take it away: two scenarios compared, or up to five options, as one file for a slide, a sheet or a web page."""
    from conducive.experiments.options import options as study
    from conducive.experiments.takeaway import export as take

    study.check_number(len(scenarios))
    take.check_file(out, excel)
    asked = [_asked(each, authority, year, settings) for each in scenarios]
    if len(asked) == study.FEWEST:
        from conducive.experiments.lives.ensemble import check_counts

        check_counts(replicates, seed)
        found: Any = _compared(asked[0], asked[1], replicates, seed, None, plausible)
    else:
        with _progress(f"{len(asked)} options", len(asked) * replicates) as advance:
            found = study.options(asked, replicates, seed, plausible=plausible, progress=advance)
    take.export(found, out, excel=excel)
    typer.echo(f"Written to {out}.")


@app.command()
def sensitivity(
    scenario: OneScenario = "baseline",
    over: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=LOW:HIGH]",
            help="A condition, or an input over its plausible range or this one. Repeat for more; all 18 conditions "
            "by default.",
        ),
    ] = None,
    indicator: Indicator = "use_at_fidelity",
    month: Month = None,
    method: Annotated[str, typer.Option(metavar="NAME", help="morris (screening), sobol (shares), or both.")] = "both",
    points: Annotated[int, typer.Option(metavar="N", help="Base sample of Sobol's design, a power of two.")] = 512,
    trajectories: Annotated[int, typer.Option(metavar="N", help="Trajectories of Morris's design.")] = 40,
    keep: Annotated[
        int | None, typer.Option(metavar="K", help="Take only the K most influential of the screening on to Sobol.")
    ] = None,
    replicates: Annotated[int, typer.Option(metavar="N", help="Runs at each point of a design, 2 or more.")] = 4,
    authority: Authority = None,
    year: Year = None,
    settings: Settings = None,
    seed: Seed = 0,
    out: Out = None,
    *,
    in_processes: InProcesses = False,
    cluster: Cluster = None,
    cluster_timeout: ClusterTimeout = 10.0,
) -> None:
    """Which conditions matter, by themselves and together: Morris screening, then Sobol indices, net of luck."""
    asked = _asked(scenario, authority, year, settings)
    from conducive.experiments.search import sensitivity as study

    plan = study.sensitivity_plan(
        asked, over or (), indicator=indicator, month=month, method=method, points=points,
        trajectories=trajectories, keep=keep, replicates=replicates, seed=seed,
    )  # fmt: skip
    identity = study.sensitivity_identity(plan)
    folder = _folder_for(out, f"sensitivity-{asked.name}", authority, identity, {"scenario": asked})
    earlier = study.earlier_runs(plan, folder)
    known = 0 if earlier is None else earlier.size
    more = f", {known:,} more are kept from before" if known else ""
    scenarios = {"scenario": plan.question.scenario}
    with _workers(in_processes, cluster, cluster_timeout) as (executor, workers):
        _foresee(plan.question.scenario, plan.runs - known, more, workers)
        with _long_progress(f"sensitivity of {asked.name}", plan.runs) as advance:
            found = study.analyse(plan, executor, advance, earlier, _keeping(folder, identity, scenarios))
    _say("Estimating indices and intervals.")
    _keep(found, folder, identity, plan.replicates, study.write_sensitivity, scenarios)


@app.command()
def tipping(
    moved: Annotated[
        str,
        typer.Argument(
            metavar="NAME[=LOW:HIGH]", help="Moved: an input (over its plausible range or this one) or a condition."
        ),
    ],
    scenario: OneScenario = "baseline",
    target: Annotated[float, typer.Option(metavar="X", help="The value of the outcome that is looked for.")] = 0.5,
    indicator: Indicator = "sustained",
    month: Month = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="NAME[=LOW:HIGH]", help="A second input or condition: one tipping point a level."),
    ] = None,
    levels: Annotated[int, typer.Option(metavar="N", help="Levels of the second one.")] = 5,
    precision: Annotated[
        float | None,
        typer.Option(metavar="X", help="Half-width of the interval to stop at, in its unit (a fortieth of the range)."),
    ] = None,
    runs: Annotated[int, typer.Option(metavar="N", help="Most runs of one search.")] = 2000,
    plausible: Annotated[
        bool,
        typer.Option(
            "--plausible/--default-set", help="Search again under plausible sets of coefficients, or with these alone."
        ),
    ] = True,
    authority: Authority = None,
    year: Year = None,
    settings: Settings = None,
    seed: Seed = 0,
    out: Out = None,
    *,
    in_processes: InProcesses = False,
    cluster: Cluster = None,
    cluster_timeout: ClusterTimeout = 10.0,
) -> None:
    """The value of an input or a condition at which an outcome crosses a target: the chance of sustained use, say."""
    asked = _asked(scenario, authority, year, settings)
    from conducive.experiments.search import tipping as study

    plan = study.tipping_plan(
        moved, asked, target, against=against, levels=levels, indicator=indicator, month=month, precision=precision,
        runs=runs, plausible=plausible, seed=seed,
    )  # fmt: skip
    identity = study.tipping_identity(plan)
    words = f"tipping-{plan.moved.name}" + (f"-by-{plan.against.name}" if plan.against else "") + f"-{asked.name}"
    folder = _folder_for(out, words, authority, identity, {"scenario": asked})
    earlier = study.earlier_runs(plan, folder) or {}
    known = sum(len(outcome) for _, outcome in earlier.values())
    more = " at most" + (f", {known:,} more are kept from before" if known else "")
    more += f" (and up to {plan.further_runs:,} where it crosses nowhere)"
    scenarios = {"scenario": plan.question.scenario}
    with _workers(in_processes, cluster, cluster_timeout) as (executor, workers):
        _foresee(plan.question.scenario, plan.most_runs - known, more, workers)
        with _progress(f"tipping point of {plan.moved.name} (at most)", plan.most_runs + plan.further_runs) as advance:
            found = study.find_tipping(plan, executor, advance, earlier, _keeping(folder, identity, scenarios))
    _keep(found, folder, identity, plan.runs, study.write_tipping, scenarios)


@contextmanager
def _workers(in_processes: bool, cluster: str | None, patience: float) -> Iterator[tuple[Executor | None, int]]:
    """Give the executor that was asked for (None: threads) and how many runs it does at a time (0: not known yet).

    Where its workers cannot go on, say so and stop with the status of a failure.
    """
    from contextlib import ExitStack

    from conducive.experiments.lives import executors
    from conducive.experiments.lives.ensemble import WorkersError, cores

    if cluster and in_processes:
        msg = "it runs on a cluster or in processes of this machine. Got both --cluster and --processes."
        raise InputError(msg)
    with ExitStack() as stack:
        executor, workers = None, cores()
        if cluster:
            executor, workers = stack.enter_context(executors.dask(cluster, patience))
        elif in_processes:
            executor = stack.enter_context(executors.processes())
        try:
            yield executor, workers
        except WorkersError as error:
            _say(f"conducive: {error} What was finished is kept: run the same again to go on.")
            raise typer.Exit(FAILED) from None


def _foresee(scenario: Scenario, runs: int, more: str, workers: int) -> None:
    """Say on standard error how many runs there will be, and about how long so many workers take for them."""
    from conducive.experiments.search.factors import duration, seconds_for

    _explain_first_use()
    seconds = seconds_for(scenario, runs) / max(workers, 1)
    waiting = "" if workers else " The cluster has no workers yet: it begins when they come."
    _say(f"{runs:,} runs{more}: about {duration(seconds)} on {max(workers, 1):,} cores.{waiting}")


def _keeping(folder: Path, identity: Identity, scenarios: dict[str, Scenario]) -> Callable[[Any], None]:
    """Return what writes the runs of a study so far into its folder, to go on with whatever may stop it."""
    from conducive.experiments.folders.folder import RUNS, save_study

    def keep(so_far: Any) -> None:
        def write(to: Path) -> None:
            so_far.every_run.to_parquet(to / RUNS, index=False)

        save_study(folder, identity, 0, write, scenarios, _command())

    return keep


def _asked(name: str | Scenario, authority: str | None, year: int | None, settings: list[str] | None) -> Scenario:
    """Return the scenario that was asked for: loaded, moved to an authority, then changed."""
    from conducive.experiments.lives.undone import undone
    from conducive.scenarios.files import load_scenario

    if year is not None and authority is None:
        msg = f"--year selects figures of an authority. Got --year {year} without --authority."
        raise InputError(msg)
    changes = _changes(settings or [])
    scenario = load_scenario(name)
    there = scenario if authority is None else scenario.at(authority, year)
    for note in _notes_on_place(scenario, there, year) if authority else ():
        _say(f"Note: {note}")
    asked = there.change(changes)
    for address, value in asked.values.items():
        if value != there[address] and (found := undone(address, there, {address: there[address]}, {address: value})):
            _say(f"Note: {found.text()}")
    return asked


def _notes_on_place(scenario: Scenario, there: Scenario, year: int | None) -> Iterator[str]:
    """Yield what is to be said of a scenario that was moved to an authority: older figures, fixed money."""
    from conducive.scenarios.scenario import PER_POST
    from conducive.scenarios.workforce import latest

    name, _, found = there.place.rpartition(", ")
    if year is None and int(found) < latest():
        yield f"{name} has no figures of {latest()} that a run can start from; its newest are of {found}."
    own = [f"{a} {scenario[a]:,.0f}" for a in PER_POST if a in scenario.values]
    if own and scenario["organisation.posts"] != there["organisation.posts"]:
        yield f"{' and '.join(own)} stay as they are set, for the {there['organisation.posts']:,.0f} posts of {name}."


def _changes(settings: list[str]) -> dict[str, object]:
    """Return changes from texts such as `finance.funding_term=60`, left as text where they are no numbers."""
    changes: dict[str, object] = {}
    for text in settings:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            msg = f"--set takes NAME=VALUE, for instance --set finance.funding_term=60. Got {text[:80]!r}."
            raise InputError(msg)
        if name in changes:
            msg = f"--set gives {name} twice. Leave one."
            raise InputError(msg)
        changes[name] = _value(value)
    return changes


def _value(text: str) -> object:
    if text.casefold() in {"true", "false"}:
        return text.casefold() == "true"
    try:
        return float(text)
    except ValueError:
        return text


def _usual_folder(name: str, authority: str | None, identity: Identity) -> Path:
    """Return a folder of its own for a run when none is named: the same run has the same, another one another."""
    from conducive.experiments.folders.identity import key

    words = "-".join(part for part in (name, authority) if part).casefold()
    plain = "-".join("".join(c if c.isalnum() else " " for c in words).split())
    return RESULTS / f"{plain[:80] or 'run'}-{key(identity)}"


def _command() -> str:
    import shlex

    return shlex.join(["conducive", *sys.argv[1:]])


@contextmanager
def _progress(title: str, total: int | None) -> Iterator[Callable[[int], object]]:
    """Show a bar on standard error while a run goes on; nothing when that is no terminal."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    _explain_first_use()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(escape(title), total=total)
        yield lambda count: bar.advance(task, count)


def _explain_first_use() -> None:
    from conducive.agents.rule import CACHE

    if not any(CACHE.rglob("*.nbi")):
        typer.echo("First use on this machine: compiling the rules, about half a minute, once only.", err=True)


def _show(text: str, folder: Path) -> None:
    typer.echo(text)
    typer.echo(f"Tables, chart and this summary: {folder}")


def _folder_for(
    out: Path | None,
    name: str,
    authority: str | None,
    identity: Identity,
    scenarios: dict[str, Scenario] | None = None,
) -> Path:
    """Return the folder of a study; where it holds the same one, finished, show that and stop.

    Where only titles and the like of its scenarios are others now, it is written anew with these.

    Raises InputError for a folder with a different one.
    """
    from conducive.experiments.folders.folder import check_out

    folder = out or _usual_folder(name, authority, identity)
    if check_out(folder, identity, scenarios=scenarios):
        typer.echo((folder / "summary.txt").read_text(encoding="utf-8"))
        typer.echo(f"This run was done before: nothing was run again. Its files: {folder}")
        raise typer.Exit
    return folder


def _keep(
    found: Any,
    folder: Path,
    identity: Identity,
    replicates: int,
    write: Callable[[Any, Path], None],
    scenarios: dict[str, Scenario],
) -> None:
    """Write a study into its folder and show it; stop with the status of an interrupt where it was interrupted."""
    from conducive.experiments.folders.folder import save_study

    finished = 0 if found.interrupted else replicates
    save_study(folder, identity, finished, lambda to: write(found, to), scenarios, _command())
    _show(found.text(), folder)
    _stop_if(found.interrupted)


def _stop_if(interrupted: bool) -> None:
    if interrupted:
        typer.echo("conducive: interrupted. What was finished is kept; run the same again for all of it.", err=True)
        raise typer.Exit(INTERRUPTED)


def _sparkline(ensemble: Ensemble) -> str:
    """Return mean use as meant over time as one row of bars, where the terminal has the characters for it."""
    import numpy as np

    bars = "▁▂▃▄▅▆▇█"
    try:
        bars.encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return ""
    mean = ensemble.values("use_at_fidelity").mean(axis=0)
    picked = mean[np.linspace(0, len(mean) - 1, min(len(mean), 32)).round().astype(int)]
    top = float(mean.max())
    row = "".join(bars[round(share / top * (len(bars) - 1)) if top else 0] for share in picked.tolist())
    return f"Use as meant, months 1-{len(mean)}: {row} (at most {top:.1%})\n"


# ---- Sweeps --------------------------------------------------------------------------------------------------------


@app.command()
def sweep(
    file: Annotated[Path, typer.Argument(metavar="SWEEP.toml", help="What varies, and how: see docs/sweeps.md.")],
    out: Out = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many runs, how long and how big. Write nothing.")
    ] = False,
    in_processes: InProcesses = False,
    cluster: Cluster = None,
    cluster_timeout: ClusterTimeout = 10.0,
) -> None:
    """Run a scenario or a programme at every point of a design, into Parquet files. The same again goes on."""
    from conducive.experiments.sweep import sweep as sweeps
    from conducive.experiments.sweep.design import sweep_identity
    from conducive.experiments.sweep.file import sweep_plan
    from conducive.experiments.sweep.folder import SweepError

    plan = sweep_plan(file)
    folder = out or _usual_folder(file.stem, None, sweep_identity(plan))
    kept: list[int] = []
    with _workers(in_processes, cluster, cluster_timeout) as (executor, workers):
        _explain_first_use()
        foreseen = sweeps.foresee(plan, folder).text(workers)
        if dry_run:
            typer.echo(foreseen)
            return
        _say(foreseen if workers else f"{foreseen} The cluster has no workers yet: it begins when they come.")
        with _long_progress(plan.title, plan.runs) as advance:

            def progress(count: int) -> None:
                kept.append(count)
                advance(count)

            try:
                found = sweeps.sweep(plan, folder, executor=executor, progress=progress, command=_command())
            except SweepError as error:
                _say(f"conducive: {error}")
                raise typer.Exit(FAILED) from None
            except KeyboardInterrupt:
                if not kept:
                    raise
                done = plan.runs - sweeps.foresee(plan, folder, timed=False).runs
                _say(f"conducive: interrupted. {done:,} of {plan.runs:,} runs are kept; the same again goes on.")
                raise typer.Exit(INTERRUPTED) from None
    for part in found.redone:
        _say(f"Part {part} was damaged or missing and was done again.")
    typer.echo(found.text())
    if kept == [plan.runs]:
        typer.echo("This sweep was done before: nothing was run again.")
    typer.echo(f"Its files: {folder}")


@contextmanager
def _long_progress(title: str, total: int) -> Iterator[Callable[[int], object]]:
    """Show a bar as `_progress` does; where that is no terminal, as in a batch job, say once a minute how far it is."""
    import time

    from conducive.experiments.search.factors import duration

    if sys.stderr.isatty():
        with _progress(title, total) as advance:
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
            _say(f"{done:,} of {total:,} runs, about {duration(left)} left")

    yield advance_in_words


# ---- Maps and boxes ------------------------------------------------------------------------------------------------


@app.command()
def zone(
    scenario: ScenarioName,
    x: Annotated[
        str, typer.Option("--x", metavar="NAME[=LOW:HIGH]", help="Along: a cluster, a condition or an input.")
    ] = "macro",
    y: Annotated[str, typer.Option("--y", metavar="NAME[=LOW:HIGH]", help="Up: the same.")] = "culture",
    steps: Annotated[int, typer.Option(metavar="N", help="Lines along each axis.")] = 9,
    month: Annotated[
        int | None, typer.Option(metavar="N", help="Month in which R is read (the last of the grant).")
    ] = None,
    authority: Authority = None,
    year: Year = None,
    settings: Settings = None,
    replicates: Annotated[int, typer.Option(metavar="N", help="How many times to run each point.")] = 40,
    seed: Seed = 0,
    plausible: Plausible = True,
    out: Out = None,
) -> None:
    """Map the conducive zone over two conditions. Mark where it stands, and what would move it across."""
    asked = _asked(scenario, authority, year, settings)
    from conducive.experiments.search.zone import draw_zone, write_zone, zone_identity, zone_plan

    plan = zone_plan(asked, x, y, replicates, seed, steps=steps, month=month, plausible=plausible)
    identity = zone_identity(plan)
    folder = _folder_for(out, f"zone-{asked.name}", authority, identity, {"scenario": asked})
    with _progress(f"{plan.x.title} by {plan.y.title}", plan.shape[0] * plan.shape[1] * replicates) as advance:
        found = draw_zone(plan, progress=advance)
    _keep(found, folder, identity, replicates, write_zone, {"scenario": asked})


@app.command()
def national(
    scenario: ScenarioName,
    against: Annotated[
        str | None, typer.Option(metavar="B", help="A second scenario, to see which authorities gain most.")
    ] = None,
    region: Annotated[str, typer.Option(metavar="NAME", help="Only the authorities of a region.")] = "",
    year: Year = None,
    indicator: Annotated[str, typer.Option(metavar="NAME", help="What they are ranked by.")] = "sustained",
    month: Annotated[int | None, typer.Option(metavar="N", help="Month in which it is read (the last).")] = None,
    settings: Settings = None,
    replicates: Annotated[int, typer.Option(metavar="N", help="How many times to run each authority.")] = 20,
    seed: Seed = 0,
    plausible: Plausible = False,
    vary: Annotated[
        bool, typer.Option("--vary", help="Draw what nobody publishes about an authority, anew for each run of it.")
    ] = False,
    out: Out = None,
) -> None:
    """Run a scenario in every authority. It compares starting conditions and ranks no one's performance."""
    first, second = (None if each is None else _asked(each, None, None, settings) for each in (scenario, against))
    assert first is not None
    from conducive.experiments.search.national import (
        check_asked,
        earlier_runs,
        national_identity,
        places_in,
        write_national,
    )
    from conducive.experiments.search.national import national as live_through
    from conducive.scenarios.workforce import latest

    options: dict[str, Any] = {
        "year": latest() if year is None else year, "region": region, "indicator": indicator, "month": month,
        "plausible": plausible, "vary": vary,
    }  # fmt: skip
    check_asked(first, second, replicates, seed, indicator=indicator, month=month)
    places, _ = places_in(options["year"], region)
    identity = national_identity(first, second, replicates, seed, **options)
    both = {"scenario": first} if second is None else {"scenario": first, "against": second}
    folder = _folder_for(out, f"national-{first.name}", region or None, identity, both)
    options |= {"earlier": earlier_runs(folder, indicator, replicates), "keep": _keeping(folder, identity, both)}
    with _progress(first.title or first.name, len(places) * replicates * len(both)) as advance:
        found = live_through(first, second, replicates, seed, progress=advance, **options)
    _keep(found, folder, identity, replicates, write_national, both)


@app.command()
def discover(
    sweep: Annotated[Path, typer.Argument(metavar="SWEEP_DIR", help="The folder of a finished sweep.")],
    indicator: Annotated[str, typer.Option(metavar="NAME", help="The outcome, in the last month.")] = "sustained",
    over: Annotated[float | None, typer.Option(metavar="VALUE", help="It counts when it is over this.")] = None,
    under: Annotated[float | None, typer.Option(metavar="VALUE", help="It counts when it is under this.")] = None,
    density: Annotated[
        float | None, typer.Option(metavar="SHARE", help="How likely the outcome must be in a box, at least.")
    ] = None,
    boxes: Annotated[int, typer.Option(metavar="N", help="Boxes to look for, at most.")] = 3,
    out: Out = None,
) -> None:
    """Find where in a sweep an outcome is likely, and say it in sentences."""
    options: dict[str, Any] = {"over": over, "under": under, "density": density, "boxes": boxes}
    from conducive.experiments.folders.folder import save_study
    from conducive.experiments.sweep.discovery import discover as find
    from conducive.experiments.sweep.discovery import discovery_identity, write_discovery

    identity = discovery_identity(sweep, indicator, **options)
    folder = _folder_for(out, f"discover-{sweep.name}", None, identity)
    found = find(sweep, indicator, **options)
    save_study(folder, identity, 1, lambda to: write_discovery(found, to), command=_command())
    _show(found.text(), folder)


def _write_new(file: Path, text: str) -> None:
    """Write a text in UTF-8 to a file that is not there. Raises InputError where that cannot be done."""
    try:
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError:
        msg = f"{file} is there already. Name another file with --out."
        raise InputError(msg) from None
    except OSError as error:
        msg = f"{file} cannot be written: {error.strerror}. Name another file with --out."
        raise InputError(msg) from None


# ---- Looking things up ---------------------------------------------------------------------------------------------


@app.command()
def scenarios(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One scenario in full: a name or a TOML file.")
    ] = None,
    *,
    toml: Annotated[bool, typer.Option("--toml", help="Print it as a complete file to edit.")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a scenario file.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a scenario to this file instead, to edit.")
    ] = None,
) -> None:
    """List the scenarios there are, or show one."""
    from conducive.experiments.cli import cards
    from conducive.scenarios.files import library, load_scenario, to_toml

    if out and (schema or name is None):
        msg = "--out needs the name of a scenario, for instance conducive scenarios baseline --out mine.toml."
        raise InputError(msg)
    if schema:
        typer.echo(cards.schema_text())
    elif out:
        _write_new(out, to_toml(load_scenario(str(name))))
        typer.echo(f"Written to {out}. Run it with: conducive run {out}")
    elif name is None:
        if toml:
            msg = "--toml needs the name of a scenario, for instance conducive scenarios baseline --toml."
            raise InputError(msg)
        typer.echo(cards.scenario_list(library()))
    else:
        scenario = load_scenario(name)
        if toml and not sys.stdout.isatty() and hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8")  # it becomes a file, to be read again
        typer.echo(to_toml(scenario).rstrip() if toml else cards.scenario_card(scenario))


@app.command()
def conditions(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="A condition, an input such as finance.funding_term, or a group such as costs."
        ),
    ] = None,
    *,
    coefficients: Annotated[bool, typer.Option("--coefficients", help="List the coefficients of the model.")] = False,
) -> None:
    """List the 18 conditions. With a name, show what stands behind it."""
    from conducive.experiments.cli import cards

    if coefficients:
        typer.echo(cards.coefficient_list())
    else:
        typer.echo(cards.condition_list() if name is None else cards.evidence_card(name))


@app.command()
def authorities(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="An authority, a region or England, in all years.")
    ] = None,
    year: Annotated[
        int | None, typer.Option(metavar="YYYY", help="Census year of the list (the latest by default).")
    ] = None,
) -> None:
    """List the authorities a run can start from. With a name, show its figures."""
    from conducive.experiments.cli import cards
    from conducive.scenarios import workforce

    if name is None:
        asked = workforce.latest() if year is None else year
        typer.echo(cards.authority_list(workforce.authorities(asked), asked))
        return
    known = _years_of(name)
    shown = known if year is None else [workforce.find(name, year)]
    typer.echo(cards.authority_card(shown))


def _years_of(name: str) -> list[Any]:
    """Return the published rows of an authority in all years. Raises InputError when no year of it can be used."""
    from conducive.scenarios.workforce import rows_of

    return rows_of(name)


@app.command("authority")
def my_authority(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An authority: its name, a short one, or a code.")],
    ask: Annotated[
        int | None, typer.Option(metavar="N", help="Answer its first, second or third question.", min=1, max=3)
    ] = None,
    *,
    replay: Annotated[bool, typer.Option("--replay", help="Live 2018 to 2025 again from its row of 2017.")] = False,
    judgements: Annotated[
        bool, typer.Option("--judgements", help="Put its judgements of inadequate into the replay.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Run the replay now, not what is stored of it.")] = False,
    replicates: Replicates = 200,
    seed: Seed = 0,
    out: Out = None,
    full: Annotated[bool, typer.Option("--full", help="Say everything of an answer.")] = False,
) -> None:
    """Show an authority beside England and its neighbours, where it starts, and what to ask of it."""
    from conducive.experiments.cli import authority_card
    from conducive.scenarios.authority import authority

    found = authority(name)
    if (judgements or again) and not replay:
        msg = "--judgements and --again are for the replay. Add --replay."
        raise InputError(msg)
    if replay:
        from conducive.experiments.evidence import replay as lived

        of = lived.replay if again else lived.stored_study().of
        typer.echo(authority_card.replay_text(of(found.name, judgements=judgements)))
    elif ask:
        _answer(found.question(ask), found.name, replicates, seed, out, full)
    else:
        typer.echo(authority_card.card(found))


def _answer(question: Question, place: str, replicates: int, seed: int, out: Path | None, full: bool) -> None:
    """Compare the two scenarios of a question, as `compare` does."""
    from conducive.experiments.folders.identity import comparison_identity
    from conducive.experiments.lives.ensemble import check_counts

    check_counts(replicates, seed)
    first, second = question.base, question.alternative
    identity = comparison_identity(first, second, replicates, seed, plausible=True, precision=None)
    folder = _folder_for(out, "question", place, identity, {"base": first, "alternative": second})
    typer.echo(f"{question.title}\n")
    _keep_comparison(_compared(first, second, replicates, seed, None, plausible=True), folder, full)


@app.command()
def events() -> None:
    """List what can happen in a scenario."""
    from conducive.experiments.cli import cards

    typer.echo(cards.event_list())


@app.command("import-workforce")
def import_workforce(
    csv: Annotated[Path, typer.Argument(metavar="CSV", help="The official indicators table, as downloaded.")],
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the compact table to this file, and do not use it.")
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only check it; write nothing.")] = False,
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


@app.command()
def play(
    file: Annotated[
        Path, typer.Argument(metavar="[FILE]", help="The game's own file: it begins one, or goes on with it.")
    ] = Path("keep-it-alive.toml"),
    seed: Annotated[int | None, typer.Option(metavar="N", help="Another luck than the usual, for a new game.")] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Play this role alone; the others carry on. Repeat for more."),
    ] = None,
) -> None:
    """Play Keep it alive: eight rounds of half a year in the roles of a service, here in the terminal."""
    from conducive.experiments.cli.play import play as play_game

    _explain_first_use()
    play_game(file, seed, role or [])


# ---- About the program ---------------------------------------------------------------------------------------------


@app.command("import-official")
def import_official(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder with the official tables, as CSV files.")],
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the compact tables to this folder, and do not use them.")
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only check them; write nothing.")] = False,
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


@app.command()
def validate(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for results and report.")] = RESULTS / "validation",
    *,
    smoke: Annotated[
        bool,
        typer.Option("--smoke", help="Only the patterns, at reduced power; exit status 1 when one no longer shows."),
    ] = False,
) -> None:
    """Hold the model against the paper's patterns, official figures and published studies.

    Takes about half an hour on two cores; run it again to go on where it stopped.
    """
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    from conducive.experiments.evidence import validation
    from conducive.experiments.lives.ensemble import cores

    _explain_first_use()
    if smoke:
        with ThreadPoolExecutor(cores()) as threads:
            _, failed = validation.smoke(threads, typer.echo)
        gone = f"No longer shown: {', '.join(failed)}."
        typer.echo(gone if failed else "All that the stored validation shows still shows.")
        raise typer.Exit(1 if failed else 0)
    from conducive.experiments.pages.levels import stored_calibration
    from conducive.experiments.pages.report import write_report

    with ThreadPoolExecutor(cores()) as threads, ProcessPoolExecutor(cores()) as processes:
        results = validation.validate(out, validation.Power(), threads, processes, _say)
    write_report(out, results, stored_calibration())
    typer.echo(f"Report: {out / 'validation.md'}")


@app.command()
def calibrate(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for draws and sets.")] = RESULTS / "calibration",
    draws: Annotated[int | None, typer.Option(metavar="N", help="Draws of the first wave.")] = None,
    waves: Annotated[int | None, typer.Option(metavar="N", help="Further waves.")] = None,
    each: Annotated[int | None, typer.Option(metavar="N", help="Draws of each further wave.")] = None,
    full: Annotated[int | None, typer.Option(metavar="N", help="Last draws, with official figures.")] = None,
    truths: Annotated[int | None, typer.Option(metavar="N", help="Draws taken as the truth in turn.")] = None,
    seed: Seed = 0,
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
            _say(f"{stage}: {done[stage]:,} done")

    _explain_first_use()
    with ProcessPoolExecutor(cores()) as processes:
        found = match(out, Plan(**{name: n for name, n in asked.items() if n is not None}), processes, progress)
    for stage, counts in found["stages"].items():
        typer.echo(f"{stage}: {counts['tried']:,} tried, {counts['left']:,} not ruled out")
    known = found["truths"]
    for contrast, held in zip(known["contrasts"], known["held"], strict=False):
        typer.echo(f"known truths: {contrast}: in {held} of {known['of']} the 90% interval holds it")
    typer.echo(f"Plausible sets: {out / 'plausible.csv'}")


def _say(text: str) -> None:
    typer.echo(text, err=True)


@app.command()
def benchmark(
    *,
    long: Annotated[bool, typer.Option("--long", help="A sweep of 100,000 runs as well: some minutes more.")] = False,
) -> None:
    """Time the program on this machine: about seven minutes on two cores."""
    from conducive.experiments.cli.benchmark import benchmark as measure

    measure(long=long)


@app.command()
def version() -> None:
    """Print the version."""
    from conducive import __version__

    typer.echo(f"conducive {__version__}")
