"""Commands that look things up: scenarios, conditions, authorities, events; and the game."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from conducive.experiments.cli import options as line
from conducive.experiments.cli.holding import explain_first_use
from conducive.experiments.cli.running import hold_comparison
from conducive.scenarios.errors import InputError


def scenarios(
    name: Annotated[str | None, line.named("[NAME]", "One scenario in full: a name or a TOML file.")] = None,
    *,
    toml: Annotated[bool, line.flag("--toml", "Print it as a complete file to edit.")] = False,
    schema: Annotated[bool, line.flag("--schema", "Print the JSON Schema of a scenario file.")] = False,
    out: Annotated[Path | None, line.given("FILE", "Write a scenario to this file instead, to edit.")] = None,
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


def conditions(
    name: Annotated[
        str | None,
        line.named("[NAME]", "A condition, an input such as finance.funding_term, or a group such as costs."),
    ] = None,
    *,
    coefficients: Annotated[bool, line.flag("--coefficients", "List the coefficients of the model.")] = False,
) -> None:
    """List the 18 conditions. With a name, show what stands behind it."""
    from conducive.experiments.cli import cards

    if coefficients:
        typer.echo(cards.coefficient_list())
    else:
        typer.echo(cards.condition_list() if name is None else cards.evidence_card(name))


def authorities(
    name: Annotated[str | None, line.named("[NAME]", "An authority, a region or England, in all years.")] = None,
    year: Annotated[int | None, line.given_whole("YYYY", "Census year of the list (the latest by default).")] = None,
) -> None:
    """List the authorities a run can start from. With a name, show its figures."""
    from conducive.experiments.cli import cards
    from conducive.scenarios import workforce

    if name is None:
        asked = workforce.latest() if year is None else year
        typer.echo(cards.authority_list(workforce.authorities(asked), asked))
        return
    known = workforce.rows_of(name)
    typer.echo(cards.authority_card(known if year is None else [workforce.find(name, year)]))


def authority(
    name: Annotated[str, line.named("NAME", "An authority: its name, a short one, or a code.")],
    ask: Annotated[
        int | None, typer.Option(metavar="N", help="Answer its first, second or third question.", min=1, max=3)
    ] = None,
    *,
    replay: Annotated[bool, line.flag("--replay", "Live 2018 to 2025 again from its row of 2017.")] = False,
    judgements: Annotated[bool, line.flag("--judgements", "Put its judgements of inadequate into the replay.")] = False,
    again: Annotated[bool, line.flag("--again", "Run the replay now, not what is stored of it.")] = False,
    replicates: line.Replicates = 200,
    seed: line.Seed = 0,
    out: line.Out = None,
    full: Annotated[bool, line.flag("--full", "Say everything of an answer.")] = False,
) -> None:
    """Show an authority beside England and its neighbours, where it starts, and what to ask of it."""
    from conducive.experiments.cli import authority_card
    from conducive.scenarios.authority import authority as known

    found = known(name)
    if (judgements or again) and not replay:
        msg = "--judgements and --again are for the replay. Add --replay."
        raise InputError(msg)
    if replay:
        from conducive.experiments.evidence import replay as lived

        of = lived.replay if again else lived.stored_study().of
        typer.echo(authority_card.replay_text(of(found.name, judgements=judgements)))
    elif ask:
        question = found.question(ask)
        both = (question.base, question.alternative)
        hold_comparison(both, replicates, seed, None, True, out, found.name, full=full, title=question.title)
    else:
        typer.echo(authority_card.card(found))


def events() -> None:
    """List what can happen in a scenario."""
    from conducive.experiments.cli import cards

    typer.echo(cards.event_list())


def play(
    file: Annotated[Path, line.named("[FILE]", "The game's own file: it begins one, or goes on with it.")] = Path(
        "keep-it-alive.toml"
    ),
    seed: Annotated[int | None, line.given_whole("N", "Another luck than the usual, for a new game.")] = None,
    role: Annotated[
        list[str] | None, line.given("NAME", "Play this role alone; the others carry on. Repeat for more.")
    ] = None,
) -> None:
    """Play Keep it alive: eight rounds of half a year in the roles of a service, here in the terminal."""
    from conducive.experiments.cli.play import play as play_game

    explain_first_use()
    play_game(file, seed, role or [])
