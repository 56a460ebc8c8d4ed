"""Commands that run and compare scenarios: run, compare, brief, levers, options, export."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from conducive.experiments.cli import options as line
from conducive.experiments.cli.holding import command_line, folder_for, keep, progress, say, show, stop_if, usual_folder
from conducive.scenarios.errors import InputError

if TYPE_CHECKING:
    from conducive.experiments.compare.comparison import Comparison
    from conducive.experiments.lives.ensemble import Ensemble
    from conducive.experiments.options.options import Options
    from conducive.scenarios.scenario import Scenario


def run(
    scenario: line.ScenarioName,
    authority: line.Authority = None,
    year: line.Year = None,
    settings: line.Settings = None,
    replicates: line.Replicates = 100,
    seed: line.Seed = 0,
    plausible: line.Plausible = False,
    out: line.Out = None,
) -> None:
    """Run a scenario many times. Say what happens, and keep it."""
    asked = line.asked_for(scenario, authority, year, settings)
    from conducive.experiments.compare.saving import save
    from conducive.experiments.folders.identity import run_identity
    from conducive.experiments.lives.ensemble import check_counts

    check_counts(replicates, seed)
    identity = run_identity(asked, replicates, seed, plausible=plausible)
    folder = folder_for(out, asked.name, authority, identity, {"scenario": asked})
    from conducive.experiments.lives.ensemble import run as live_through

    with progress(asked.title or asked.name, replicates) as advance:
        ensemble = live_through(asked, replicates, seed, plausible=plausible, progress=advance, agents=False)
    save(ensemble, folder, command_line())
    show(f"{ensemble.text()}\n{_sparkline(ensemble)}", folder)
    stop_if(ensemble.interrupted)


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


def compare(
    base: Annotated[
        str, line.named("A", "The scenario to compare with: a name or a TOML file; or the file of a pair.")
    ],
    alternative: Annotated[
        str | None, line.named("[B]", "The alternative: a name or a TOML file; none for a pair.")
    ] = None,
    authority: line.Authority = None,
    year: line.Year = None,
    settings: line.Settings = None,
    replicates: line.Replicates = 200,
    seed: Annotated[
        int | None, line.given_whole("N", "Seed of the luck: same seed, same result. [default: 0, or the pair's]")
    ] = None,
    precision: line.Precision = None,
    plausible: line.Plausible = True,
    out: line.Out = None,
    full: Annotated[bool, line.flag("--full", "Say everything, not only what fits a screen or two.")] = False,
) -> None:
    """Compare two scenarios, run with the same luck. --set and --authority hold for both."""
    from conducive.scenarios.files import load_pair

    if alternative is None and not base.casefold().endswith(".toml"):
        msg = f"compare takes two scenarios, A and B, or the file of a pair (.toml). Got {base[:80]!r} alone."
        raise InputError(msg)
    a, b, held = load_pair(base) if alternative is None else (base, alternative, 0)
    first, second = (line.asked_for(each, authority, year, settings) for each in (a, b))
    seed = held if seed is None else seed
    hold_comparison((first, second), replicates, seed, precision, plausible, out, authority, full=full)


def hold_comparison(
    both: tuple[Scenario, Scenario], replicates: int, seed: int, precision: float | None, plausible: bool,
    out: Path | None, place: str | None, *, full: bool, title: str = "",
) -> None:  # fmt: skip
    """Compare two scenarios in a folder, and show it; a `title` is said first. Stops where that was done before."""
    from conducive.experiments.compare.comparison import check_precision
    from conducive.experiments.compare.saving import save_comparison
    from conducive.experiments.folders.identity import comparison_identity
    from conducive.experiments.lives.ensemble import check_counts

    check_counts(replicates, seed)
    check_precision(precision)
    identity = comparison_identity(*both, replicates, seed, plausible=plausible, precision=precision)
    name = "question" if title else "-or-".join(each.name for each in both)
    folder = folder_for(out, name, place, identity, dict(zip(("base", "alternative"), both, strict=True)))
    if title:
        typer.echo(f"{title}\n")
    comparison = _compared(*both, replicates, seed, precision, plausible)
    save_comparison(comparison, folder, command_line())
    show(comparison.text(full=full), folder)
    stop_if(comparison.base.interrupted)


def _compared(
    first: Scenario, second: Scenario, replicates: int, seed: int, precision: float | None, plausible: bool
) -> Comparison:
    """Return a comparison, with a bar while it goes on; with a precision nobody knows how long that is."""
    from conducive.experiments.compare.comparison import compare as live_through

    def going_on(so_far: Comparison, more: int) -> None:
        say(f"{so_far.pairs:,} pairs: known to within {100 * so_far.half_width():.1f} points. On to {more:,} pairs.")

    total = None if precision else 2 * replicates
    with progress(f"{first.name} or {second.name}", total) as advance:
        return live_through(
            first, second, replicates, seed,
            precision=precision, plausible=plausible, progress=advance, going_on=going_on,
        )  # fmt: skip


def brief(
    base: Annotated[str, line.named("A", "The scenario to compare with, or a folder that `conducive compare` wrote.")],
    alternative: Annotated[str | None, line.named("[B]", "The alternative; none for a folder.")] = None,
    authority: line.Authority = None,
    year: line.Year = None,
    settings: line.Settings = None,
    replicates: line.Replicates = 200,
    seed: line.Seed = 0,
    precision: line.Precision = None,
    plausible: line.Plausible = True,
    out: Annotated[
        Path | None, line.given("FILE", "Page to write, .html, or .pdf where there is a browser to print it.")
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
        both = [line.asked_for(each, authority, year, settings) for each in (base, alternative)]
        check_counts(replicates, seed)
        check_precision(precision)
        asked = dict(zip(("base", "alternative"), both, strict=True))
        asked |= {"replicates": replicates, "seed": seed, "precision": precision, "plausible": plausible}
    identity = comparison_identity(**asked)
    first, second = asked.pop("base"), asked.pop("alternative")
    file = out or usual_folder(f"{first.name}-or-{second.name}", authority, identity).with_suffix(".html")
    briefing.check_page(file)
    comparison = _compared(first, second, **asked)
    depends = None
    with progress("what it depends on", None) as advance, suppress(KeyboardInterrupt):
        if not comparison.base.interrupted:
            depends = dependence(comparison, PAIRS, progress=advance)
    # Files and folders of this machine are nowhere else: then the page tells how to begin from the scenarios it holds.
    command = command_line() if {base, alternative} <= {each.name for each in library()} else ""
    briefing.save_brief(briefing.brief(comparison, depends, command=command), file)
    typer.echo(headline(comparison))
    typer.echo(f"Briefing: {file}")
    stop_if(depends is None)


def levers(
    scenario: line.OneScenario = "baseline",
    authority: line.Authority = None,
    year: line.Year = None,
    settings: line.Settings = None,
    budget: Annotated[float | None, line.given_number("GBP", "Look for the best that so much more money buys.")] = None,
    *,
    pairs: Annotated[bool, line.flag("--pairs", "Look for the best two together.")] = False,
    runs: Annotated[int, line.given_whole("N", "Runs of each lever.")] = 80,
    seed: line.Seed = 0,
    out: line.Out = None,
) -> None:
    """What would help most? Every lever that somebody can pull, ranked by what it adds and what that costs."""
    asked = line.asked_for(scenario, authority, year, settings)
    from conducive.experiments.compare import levers as study
    from conducive.experiments.folders.folder import write_text
    from conducive.experiments.folders.identity import study_identity
    from conducive.experiments.search.figures import save_table
    from conducive.scenarios.levers import levers_for

    study.check_asked(runs, seed, budget)
    identity = study_identity("levers", {"scenario": asked}, runs, seed, plausible=True, budget=budget, pairs=pairs)
    folder = folder_for(out, f"levers-{asked.name}", authority, identity, {"scenario": asked})
    total = None if pairs or budget else runs * (1 + len(levers_for(asked)))
    with progress(asked.title or asked.name, total) as advance:
        found = study.levers(asked, budget=budget, pairs=pairs, runs=runs, seed=seed, progress=advance)

    def write(to: Path) -> None:
        save_table(found.table, to, "levers")
        write_text(to / "summary.txt", found.text())

    keep(found.text(), folder, identity, runs, write, {"scenario": asked})


def options(
    scenarios: line.Several,
    authority: line.Authority = None,
    year: line.Year = None,
    settings: line.Settings = None,
    replicates: line.Replicates = 200,
    seed: line.Seed = 0,
    plausible: line.Plausible = True,
    out: line.Out = None,
) -> None:
    """Compare three to five options at once: ranks, and the chance of each to be best.

    --set and --authority hold for all.
    """
    from conducive.experiments.options import options as study

    study.check_number(len(scenarios))
    asked = [line.asked_for(each, authority, year, settings) for each in scenarios]
    names = study.checked_names(study.names_for(asked))
    from conducive.experiments.folders.identity import study_identity
    from conducive.experiments.lives.ensemble import check_counts
    from conducive.experiments.takeaway.export import save_options

    check_counts(replicates, seed)
    by_letter = dict(zip("ABCDE", asked, strict=False))
    identity = study_identity("options", by_letter, replicates, seed, plausible=plausible)
    folder = folder_for(out, f"options-{'-'.join(each.name for each in asked)}"[:80], authority, identity, by_letter)
    found = _several(dict(zip(names, asked, strict=True)), replicates, seed, plausible)
    keep(found.text(), folder, identity, found.runs, lambda to: save_options(found, to), by_letter)


def _several(
    asked: Sequence[Scenario] | Mapping[str, Scenario], replicates: int, seed: int, plausible: bool
) -> Options:
    """Return options compared, with a bar while it goes on."""
    from conducive.experiments.options.options import options as live_through

    with progress(f"{len(asked)} options", len(asked) * replicates) as advance:
        return live_through(asked, replicates, seed, plausible=plausible, progress=advance)


def export(
    scenarios: line.Several,
    out: Annotated[Path, line.given("FILE", "A picture for a slide (.png, .svg), a table (.csv), or a page (.html).")],
    authority: line.Authority = None,
    year: line.Year = None,
    settings: line.Settings = None,
    replicates: line.Replicates = 200,
    seed: line.Seed = 0,
    plausible: line.Plausible = True,
    *,
    excel: Annotated[bool, line.flag("--excel", "Begin a .csv so that Excel reads it as UTF-8.")] = False,
) -> None:
    """Take it away: two scenarios compared, or up to five options, as one file for a slide, a sheet or a web page."""
    from conducive.experiments.options import options as study
    from conducive.experiments.takeaway import export as take

    study.check_number(len(scenarios))
    take.check_file(out, excel)
    asked = [line.asked_for(each, authority, year, settings) for each in scenarios]
    if len(asked) == study.FEWEST:
        from conducive.experiments.lives.ensemble import check_counts

        check_counts(replicates, seed)
        found: Any = _compared(asked[0], asked[1], replicates, seed, None, plausible)
    else:
        found = _several(asked, replicates, seed, plausible)
    take.export(found, out, excel=excel)
    typer.echo(f"Written to {out}.")
