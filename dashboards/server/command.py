"""`conducive dashboard` and `conducive lessons`: light, so that the command line's help comes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def dashboard(
    port: Annotated[int, typer.Option(metavar="N", help="Port to serve on.")] = 8765,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it in a browser once it is there, or do not.")
    ] = True,
    *,
    open_to_network: Annotated[
        bool,
        typer.Option("--open-to-network", help="Let others on your network in, who give a class code."),
    ] = False,
    class_code: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Code that lets others in, and of your first class (made up if not given)."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for what classes write (your own data folder).")
    ] = None,
    base_path: Annotated[
        str, typer.Option(metavar="PATH", help="Path under which a proxy shows the pages, such as /conducive.")
    ] = "",
    trust_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Name of a proxy or hub whose pages may use this server. Can be repeated."),
    ] = None,
) -> None:
    """Open the dashboard: its pages are What if?, Story, My authority, What would help?, Options, Sweep and others.

    It serves this machine alone, and needs no internet. Stop it with Ctrl-C.
    """
    from conducive.dashboards.server.serve import serve

    serve(
        port,
        browser=browser,
        open_to_network=open_to_network,
        class_code=class_code,
        data=data,
        base_path=base_path,
        trust_host=trust_host or (),
    )


def lessons(
    *,
    claims: Annotated[
        bool, typer.Option("--claims", help="Hold every claim of the lessons over all plausible sets: some minutes.")
    ] = False,
    pack: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the sheets to print, with curves, to a folder.")
    ] = None,
) -> None:
    """List the lessons of the Classroom, test what they claim, or write the pack to print.

    With --claims the exit status is 1 where a claim is not held.
    """
    from conducive.dashboards.classroom.lessons import LESSONS

    if claims:
        _hold_claims()
    if pack is not None:
        _write_pack(pack)
    if not claims and pack is None:
        for of in LESSONS:
            typer.echo(f"{of.name}: {of.title} ({of.minutes} minutes)\n  {of.question}")


def _hold_claims() -> None:
    from conducive.dashboards.classroom.claims import claims_table, held_by
    from conducive.dashboards.classroom.lessons import LESSONS
    from conducive.dashboards.work import POOL
    from conducive.experiments.lives.plausible import check_fitted, plausible_sets

    check_fitted(plausible_sets())
    found = held_by(LESSONS, plausible_sets().sets, executor=POOL.share("lessons"))
    typer.echo(claims_table(found))
    if any(not held.reached for _, held in found):
        raise typer.Exit(1)


def _write_pack(folder: Path) -> None:
    from conducive.dashboards.classroom.lessons import LESSONS, results
    from conducive.dashboards.classroom.sheets import write_pack
    from conducive.dashboards.work import POOL

    outcomes = {of.name: results(of, of.picks.example if of.picks else (), POOL.share("pack")) for of in LESSONS}
    for path in write_pack(folder, outcomes):
        typer.echo(str(path))
