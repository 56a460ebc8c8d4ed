"""A game in a file: its seed, what was chosen in each round, and the mark of the life it led, to be led again."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from conducive import __version__
from conducive.experiments.folders.folder import aside_of
from conducive.experiments.game.deck import SEED
from conducive.experiments.game.rounds import Game, scenario
from conducive.experiments.lives.living import lives
from conducive.experiments.version import model_version
from conducive.scenarios.errors import InputError
from conducive.scenarios.official_csv import decoded

NAME = "keep-it-alive"
KEYS = ("game", "seed", "round", "version", "model", "life")
LARGEST = 64 * 1024
"""Bytes of a file of a game."""


def to_text(game: Game) -> str:
    """Return a game as TOML."""
    rounds = [dict(choices) for choices in game.rounds]
    about = {"game": NAME, "version": __version__, "model": model_version(), "seed": game.seed, "life": mark(game)}
    return tomli_w.dumps(about | {"round": rounds})


def mark(game: Game) -> str:
    """Return a mark of the life of a game so far, which changes with every bit of it; empty before the first round."""
    if not game.rounds:
        return ""
    rows = next(lives(scenario(game), [0], game.seed))
    return hashlib.sha256(rows.tobytes()).hexdigest()[:16]


def from_text(text: str, where: str = "this file") -> tuple[Game, str]:
    """Return the game of a TOML text, and a note where it was not led to the bit as it was kept (empty where it was).

    Raises InputError for whatever is no game, saying what is wrong with it.
    """
    try:
        data: Mapping[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{where} is no game: {error}."
        raise InputError(msg) from None
    if data.get("game") != NAME:
        msg = f'{where} is no game: it must say game = "{NAME}". Got {str(data.get("game"))[:40]!r}.'
        raise InputError(msg)
    for unknown in data.keys() - set(KEYS):
        msg = f"{where} says {unknown!r}, which is nothing that a game has. It has {', '.join(KEYS)}."
        raise InputError(msg)
    rounds = data.get("round", [])
    if not isinstance(rounds, list):
        msg = f"{where}: rounds must each stand under [[round]]."
        raise InputError(msg)
    seed = data.get("seed", SEED)
    game = Game(seed, tuple(rounds))
    return game, _note(game, data, where)


def _note(game: Game, data: Mapping[str, Any], where: str) -> str:
    kept = data.get("life")
    if not kept or kept == mark(game):
        return ""
    if data.get("model") != model_version():
        return f"{where} was played with version {data.get('version')} of the program: its life is another now."
    return f"{where} does not lead to the life that it names: something in it was changed, or it was played elsewhere."


def keep(game: Game, path: Path) -> None:
    """Write a game to its file, whole or not at all. Raises InputError where that cannot be done."""
    try:
        with aside_of(path) as aside:
            aside.write_text(to_text(game), "utf-8")
    except OSError as error:
        msg = f"the game cannot be kept in {path}: {error.strerror or error}."
        raise InputError(msg) from error


def load(path: Path) -> tuple[Game, str]:
    """Return the game of a file, as `from_text`. Raises InputError where it cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            msg = f"{path} is no game: it is larger than any ({LARGEST:,} bytes)."
            raise InputError(msg)
        return from_text(decoded(path.read_bytes()), str(path))
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read: {getattr(error, 'strerror', None) or error}."
        raise InputError(msg) from error
