"""`conducive play`: the game in a terminal. It is kept in a file after every round, and goes on from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from conducive.experiments.game import files, text
from conducive.experiments.game.deck import BY_ROLE, CARRY_ON, ROLES, ROUNDS, Decision, offered
from conducive.experiments.game.ending import ending
from conducive.experiments.game.news import report_of
from conducive.experiments.game.rounds import Game, standing
from conducive.experiments.words import paragraph
from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError

STOP = frozenset({"q", "quit", "stop"})


def play(path: Path, seed: int | None, roles: Sequence[str]) -> None:
    """Play a game: begin one, go on with that of a file, or look back on one that is over.

    Raises InputError for a file that is no game, a seed that is another than the file's, a role that does not exist,
    and where answers end before the game does.
    """
    playing = checked_roles(roles)
    game, note = files.load(path) if path.exists() else (Game() if seed is None else Game(seed), "")
    if seed not in {None, game.seed}:
        msg = f"{path} is a game with seed {game.seed}. Got {seed}. Leave --seed out, or name another file."
        raise InputError(msg)
    if note:
        typer.echo(paragraph(note), err=True)
    begun = bool(game.rounds)
    if not begun:
        files.keep(game, path)
        typer.echo(text.opening(playing))
    typer.echo(paragraph(f"The game is kept in {path}. Answer q to stop; the same command goes on."))
    if begun:
        typer.echo("\n" + text.after_text(report_of(game)))
    while not game.over:
        try:
            game = game.play(_round(game, playing))
        except (KeyboardInterrupt, EOFError) as error:
            raise _stopped(game, path, error) from None
        files.keep(game, path)
        typer.echo("\n" + text.after_text(report_of(game)))
    typer.echo("Living it again otherwise ...", err=True)
    *_, found = ending(game)
    typer.echo(text.ending_text(game, report_of(game), found))


def checked_roles(roles: Sequence[str]) -> list[str]:
    """Return the roles that are played, in order; all where none is named. Raises InputError for others."""
    for name in roles:
        if name not in BY_ROLE:
            msg = f"there is no role {name[:40]!r}.{nearest_names(name[:40], list(BY_ROLE))} Roles are "
            raise InputError(msg + f"{', '.join(BY_ROLE)}.")
    return [role.name for role in ROLES if not roles or role.name in roles]


def _stopped(game: Game, path: Path, error: BaseException) -> BaseException:
    """Return what ends the command where the player stops, or where the answers do."""
    where = f"round {game.round} of {ROUNDS}"
    again = f"Rounds that were played are kept in {path}: `conducive play {path}` begins this one again."
    if isinstance(error, EOFError):
        return InputError(f"the answers ended in {where}. {again}")
    typer.echo(f"\nconducive: stopped in {where}. {again}", err=True)
    return typer.Exit(130)


def _round(game: Game, roles: Sequence[str]) -> dict[str, str]:
    """Show a round and ask for its choices."""
    news = report_of(game).news
    stands = standing(game, game.round)
    typer.echo("\n" + text.round_heading(game.round))
    found = {}
    for role in roles:
        typer.echo(text.role_text(role, news[role]))
        for decision in offered(game.round, role):
            typer.echo(text.decision_text(decision, stands.get(decision.name)))
            found[decision.name] = _answer(decision)
            typer.echo("")
    return found


def _answer(decision: Decision) -> str:
    """Ask until an option is chosen. Raises EOFError where answers end, KeyboardInterrupt where the player stops."""
    names = decision.names
    while True:
        given = input(f"Choose 1 to {len(names)} (Enter: {len(names)}): ").strip().lower()
        if given in STOP:
            raise KeyboardInterrupt
        if not given:
            return CARRY_ON
        if given in names:
            return given
        if given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= len(names):
            return names[int(given[:9]) - 1]
        typer.echo(f"Please answer with a number, 1 to {len(names)}. Got {given[:20]!r}.")
