"""The game is worth playing: no option is always best or always worst, and what comes of it is believable."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pytest

from conducive.experiments.game.deck import DECISIONS, ROUNDS, Decision, offered
from conducive.experiments.game.rounds import LAST, Game, months_of
from conducive.experiments.lives.ensemble import cores

SERVICES, LUCKS = 24, 4
"""Services that chose at random, each with luck of its own, and lives of each."""


@cache
def services() -> tuple[Game, ...]:
    draw = random.Random(2025)
    rounds = range(1, ROUNDS + 1)
    return tuple(
        Game(seed, tuple({d.name: draw.choice(d.names) for d in offered(n)} for n in rounds))
        for seed in range(SERVICES)
    )


def outcome(game: Game) -> float:
    """People who use it as it is meant in the last half-year, on average."""
    rows = months_of(game, range(LUCKS), LAST)
    return float(np.mean([(each["use_at_fidelity"] * each["filled_posts"])[-6:].mean() for each in rows]))


def always(game: Game, decision: Decision, option: str) -> Game:
    """The same game in which a question was answered alike each time."""
    rounds = enumerate(game.rounds, 1)
    return Game(game.seed, tuple({**c, decision.name: option} if n in decision.rounds else c for n, c in rounds))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.name)
def test_no_option_is_always_best_and_none_always_worst(decision: Decision) -> None:
    games = [always(game, decision, option) for game in services() for option in decision.names]
    with ThreadPoolExecutor(cores()) as pool:
        found = np.array(list(pool.map(outcome, games))).reshape(SERVICES, len(decision.names))

    for n, option in enumerate(decision.names):
        assert (found[:, n] == found.max(axis=1)).sum() < SERVICES, f"{option} is always best"
        assert (found[:, n] == found.min(axis=1)).sum() < SERVICES, f"{option} is always worst"


def test_choices_decide_much_and_levels_are_those_of_a_service_of_forty() -> None:
    with ThreadPoolExecutor(cores()) as pool:
        chosen = np.array(list(pool.map(outcome, services())))
        alone = np.array(list(pool.map(outcome, [game.left_alone() for game in services()])))

    assert 2 < alone.mean() < 9
    assert chosen.std() > 1
    assert chosen.max() < 25
