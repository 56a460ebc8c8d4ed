"""Looking back on a game: as it would have gone without choices, the roads not taken, and what the paper says.

What is compared is the use that a game is about: people who use the innovation as it is meant, on average over the last
half-year. The same luck is met by all; so that a single life is not taken for more than it is, every road is lived
under other luck as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.experiments.game.deck import BY_DECISION, CARRY_ON, HAPPENINGS, MONTHS, offered
from conducive.experiments.game.rounds import AFTER, LAST, Game, option, scenario
from conducive.experiments.lives.intervals import uncertainty
from conducive.experiments.lives.living import in_order, lives
from conducive.experiments.words import pounds
from conducive.scenarios.errors import InputError

MAIN = "use_at_fidelity"
TRIED = 6
"""Lives by which roads are ranked, the game's own luck first."""
WEIGHED = 60
"""Further lives by which a game, and the roads that are told, are weighed: none of those that picked them."""
OUTCOMES: tuple[tuple[str, str], ...] = (
    ("use_at_fidelity", "People using it as it is meant"),
    ("use", "People using it"),
    ("wellbeing", "Families' wellbeing"),
    ("strain", "Strain"),
    ("turnover_12m", "Yearly turnover"),
    ("cumulative_cost", "Spent in all"),
)
"""What is set side by side at the end: the mean of the last half-year, or the sum for what was spent."""
FATES = (("kept", "it has been kept"), ("reduced", "it has shrunk"), ("ended", "it has ended"))


@dataclass(frozen=True, slots=True)
class Road:
    """A choice that was made, against another that was offered.

    Attributes:
        title: why it is told.
        round: when it was made.
        decision: what was asked.
        made: the option that was chosen.
        instead: the option it is held against.
        own: people more who use it as it is meant for the choice that was made, under the game's own luck.
        weighed: low, mean and high of the same under other luck (95% interval).

    """

    title: str
    round: int
    decision: str
    made: str
    instead: str
    own: float
    weighed: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a game ended.

    Attributes:
        using: people using it as it is meant by month, lived on for a year in which nobody chose.
        alone: the same where everybody always carried on.
        outcomes: for each of OUTCOMES, the game and the service left alone.
        fate: what has become of it two years after external money, for the game and left alone.
        weighed: people more who use it as it is meant than left alone, in the last half-year, under other luck: low,
            mean and high of the mean (95% interval).
        ahead: in how many of those lives it was more.
        roads: the roads that are told; None as long as they are being lived.

    """

    using: tuple[float, ...]
    alone: tuple[float, ...]
    outcomes: tuple[tuple[float, float], ...]
    fate: tuple[str, str]
    weighed: tuple[float, float, float]
    ahead: int
    roads: tuple[Road, ...] | None


class _Turn(NamedTuple):
    """A turn that could have been taken, and the game as it then is."""

    round: int
    decision: str
    made: str
    instead: str
    game: Game


def ending(game: Game, executor: Executor | None = None, later: Executor | None = None) -> Iterator[Ending]:
    """Look back on a game that is over: what it came to, and then once more with the roads not taken.

    Args:
        game: the game.
        executor: any `concurrent.futures` executor; threads where there is none.
        later: the same for the roads, which take ten times as long; `executor` where there is none.

    Raises InputError where the game is not over.
    """
    if not game.over:
        msg = f"this game is not over: round {game.round} is to be played."
        raise InputError(msg)
    whole, alone = (_lived_on(each) for each in (game, game.left_alone()))
    weigh = partial(_outcome, replicates=range(TRIED + WEIGHED))
    mine, theirs = in_order(weigh, [game, game.left_alone()], executor)
    apart = mine[TRIED:] - theirs[TRIED:]
    found = Ending(
        tuple(_people(whole).tolist()),
        tuple(_people(alone).tolist()),
        tuple((_read(whole, name), _read(alone, name)) for name, _ in OUTCOMES),
        (_fate(whole), _fate(alone)),
        _three(apart),
        int((apart > 0).sum()),
        None,
    )
    yield found
    yield replace(found, roads=tuple(_roads(game, mine, later or executor)))


def _roads(game: Game, mine: npt.NDArray[np.float64], executor: Executor | None) -> Iterator[Road]:
    """Yield the roads that are told: picked by the lives tried, and weighed by others."""
    turns = _turns(game)
    tried = in_order(partial(_outcome, replicates=range(TRIED)), [turn.game for turn in turns], executor)
    gains = [mine[:TRIED] - values for values in tried]
    ranked = _ranked(turns, [float(gain.mean()) for gain in gains])
    weigh = partial(_outcome, replicates=range(TRIED, TRIED + WEIGHED))
    told: dict[str, Road] = {}
    seen: set[int] = set()
    for _ in range(CANDIDATES):
        picked: dict[str, int] = {}
        for title, its in ranked.items():
            n = next((n for n in its if n not in seen), None)
            if title not in told and n is not None:
                picked[title] = n
                seen.add(n)
        others = in_order(weigh, [turns[n].game for n in picked.values()], executor)
        for (title, n), values in zip(picked.items(), others, strict=True):
            weighed = _three(mine[TRIED:] - values)
            if (weighed[1] > 0) == (title == TITLES[0]):  # what only seemed so is not told
                told[title] = Road(title, *turns[n][:4], float(gains[n][0]), weighed)
    yield from (told[title] for title in TITLES if title in told)


CANDIDATES = 3
"""Turns that are weighed for each title at most, until one of them is what it seemed."""
TITLES = ("The choice that did most", "The choice that cost most", "The road not taken")


def _ranked(turns: Sequence[_Turn], gains: Sequence[float]) -> dict[str, list[int]]:
    """Return for each title the numbers of the turns it may be of, by what they gained in the lives tried."""
    order = sorted(range(len(turns)), key=lambda n: gains[n])
    made = [n for n in order if turns[n].made != CARRY_ON and turns[n].instead == CARRY_ON]
    most = [n for n in reversed(made) if gains[n] > 0]
    return dict(zip(TITLES, (most, *([n for n in its if gains[n] < 0] for its in (made, order))), strict=True))


def _turns(game: Game) -> list[_Turn]:
    """Return every turn that could have been taken."""
    return [
        _Turn(n, decision.name, made, instead, game.without(n, decision.name, instead))
        for n, choices in enumerate(game.rounds, 1)
        for decision in offered(n)
        for made in [choices.get(decision.name, CARRY_ON)]
        for instead in decision.names
        if instead != made
    ]


def _three(values: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    low, mean, high, *_ = uncertainty(values)
    return float(low), float(mean), float(high)


def _lived_on(game: Game) -> npt.NDArray[Any]:
    return next(lives(scenario(game, LAST + AFTER), [0], game.seed))


def _outcome(game: Game, replicates: Sequence[int]) -> npt.NDArray[np.float64]:
    """Return people who use it as it is meant, on average over the last half-year, by replicate."""
    months = lives(scenario(game, LAST), replicates, game.seed)
    return np.array([_people(rows)[LAST - MONTHS : LAST].mean() for rows in months])


def _people(rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.asarray(rows[MAIN] * rows["filled_posts"], np.float64)


def _read(rows: npt.NDArray[Any], name: str) -> float:
    values = rows[name] * rows["filled_posts"] if name in {"use", MAIN} else rows[name]
    return float(values[LAST - 1] if name == "cumulative_cost" else values[LAST - MONTHS : LAST].mean())


def _fate(rows: npt.NDArray[Any]) -> str:
    """Return what has become of it two years after external money."""
    return next((words for name, words in FATES if rows[f"{name}_two_years"][-1] == 1.0), "nobody knows yet")


# ---- In words ------------------------------------------------------------------------------------------------------


def outcome_words(name: str, value: float) -> str:
    """Return an outcome as people write it."""
    if name == "cumulative_cost":
        return pounds(value)
    return f"{value:.1f}" if name in {"use", MAIN} else f"{value:.0%}"


def verdict(found: Ending) -> list[str]:
    """Return how it ended against the service left alone, in sentences: this luck, and other luck."""
    own, alone = found.outcomes[0]
    return [
        f"In the last half-year {own:.1f} people used it as it is meant; {alone:.1f} would have without your choices.",
        f"Two years after the external money {found.fate[0]}; without your choices {found.fate[1]}.",
        f"That is one luck. In {WEIGHED} others your choices make {_spread(found.weighed)}, and leave more of them in "
        f"{found.ahead} of {WEIGHED}.",
    ]


def _spread(weighed: tuple[float, float, float]) -> str:
    low, mean, high = weighed
    return f"{mean:+.1f} people on average (95% interval {low:+.1f} to {high:+.1f})"


def road_words(road: Road) -> list[str]:
    """Return a choice and what it did against what else could have been chosen, in sentences."""
    decision = BY_DECISION[road.decision]
    made, instead = (option(decision, name).words for name in (road.made, road.instead))
    return [
        f"Round {road.round}. {decision.ask}",
        f"You chose: {made}",
        f"Held against: {instead}",
        f"With the same luck it made {road.own:+.1f} people; in {WEIGHED} other lucks {_spread(road.weighed)}.",
    ]


def debrief(game: Game) -> list[tuple[str, str]]:
    """Return what the paper says on what was decided and on what happened: sentence, and its sections."""
    told = dict.fromkeys(decision.name for _, decision, _ in game.chosen())
    lines = [(BY_DECISION[name].paper, BY_DECISION[name].section) for name in told]
    return [*lines, *((h.paper, h.section) for h in HAPPENINGS)]
