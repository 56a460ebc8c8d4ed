"""`conducive programme`: one programme for many authorities, or two with the same luck."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from conducive.experiments.cli import holding
from conducive.experiments.cli import options as line

if TYPE_CHECKING:
    from conducive.scenarios.programme import Programme


def programme(
    name: Annotated[str, line.named("PROGRAMME", "One that `conducive programmes` lists, or a path to a file.")],
    against: Annotated[str | None, line.given("B", "A second programme, with the same luck.")] = None,
    authorities: Annotated[
        list[str] | None, line.given("NAME", "Authorities or regions, or how many to invent. Repeat for more.")
    ] = None,
    settings: line.Settings = None,
    replicates: Annotated[int, line.given_whole("N", "How many times to run it.")] = 20,
    seed: line.Seed = 0,
    plausible: line.Plausible = False,
    out: line.Out = None,
) -> None:
    """Live through a programme in many authorities at once. It compares programmes; it does not forecast."""
    from conducive.experiments.folders.folder import save_study
    from conducive.experiments.lives.ensemble import check_counts
    from conducive.experiments.programmes import runs

    changes = line.changes_from(settings) if settings else None
    both = runs.programmes_of(name, against, _places(authorities), changes)
    check_counts(replicates, seed)
    for note in dict.fromkeys(note for each in both for note in _notes_on_places(each)):
        holding.say(f"Note: {note}")
    identity = runs.programme_identity(both, replicates, seed, plausible=plausible)
    title = "-or-".join(each.name for each in both)
    scenarios = {side: each.told for side, each in zip("AB", both, strict=False)}
    folder = holding.folder_for(out, f"programme-{title}", None, identity, scenarios)

    def keep(so_far: Any) -> None:
        save_study(folder, identity, 0, lambda to: runs.write_tables(so_far, to), scenarios, holding.command_line())

    with holding.progress(title, replicates * len(both)) as advance:
        found = runs.programme(
            both[0], both[1] if len(both) > 1 else None, replicates, seed,
            plausible=plausible, progress=advance, earlier=runs.earlier_runs(folder, both), keep=keep,
        )  # fmt: skip
    finished = 0 if found.interrupted else replicates
    holding.keep(found.text(), folder, identity, finished, lambda to: runs.write_programme(found, to), scenarios)


def _notes_on_places(asked: Programme) -> Iterator[str]:
    """Yield which authorities of a programme start from figures that are not of the newest year, which nobody asked."""
    from conducive.scenarios.workforce import find, latest, older_figures

    for place in asked.places if asked.year is None else ():
        if not place.invented and (row := find(place.name)).year < latest():
            yield older_figures(row)


def programmes() -> None:
    """List the programmes that come with the program, with the question each asks."""
    from conducive.experiments.words import bullet
    from conducive.scenarios.programme import load_programme, programme_names

    for name in programme_names():
        typer.echo(bullet(f"{name}: {load_programme(name, placed=False).question}"))


def _places(authorities: list[str] | None) -> object:
    """Return what was asked for: names and codes, or how many to invent where it is one number alone."""
    if not authorities or len(authorities) > 1 or not authorities[0].isdecimal():
        return authorities or None
    from conducive.scenarios.workforce import codes_of, official_table

    asked = authorities[0]
    if name := next((row.name for row in official_table() if asked in codes_of(row)), ""):
        holding.say(
            f"Note: {asked} authorities are invented: one number alone is how many. {name}, whose code is {asked}, is "
            f"meant where others are named beside it: --authorities {asked} --authorities NAME."
        )
    return int(asked)
