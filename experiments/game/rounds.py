"""A game: what was chosen in each round so far, and the life that the model makes of it.

A round is lived from the start with all that was chosen: the same seed is the same luck, so what has been is as it was.
Choices stand until the same question is answered otherwise. An option's own values come first; what options add to
inputs comes on top of what all of them set, within the bounds of the input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from conducive.experiments.game.deck import (
    BY_DECISION,
    CARRY_ON,
    HAPPENINGS,
    MONTHS,
    ROUNDS,
    SEED,
    SERVICE,
    Decision,
    Option,
    offered,
)
from conducive.experiments.lives.ensemble import check_counts
from conducive.experiments.lives.living import lives
from conducive.experiments.lives.recording import Recording, record
from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import Scenario, declared

LAST = ROUNDS * MONTHS
"""Last month of a game."""
AFTER = 12
"""Months that the service lives on after the last round, nobody choosing: until it is known whether use has lasted."""

type Choices = Mapping[str, str]
"""Options of a round by decision; a decision that is left out carries on."""


@dataclass(frozen=True)
class Game:
    """A game as it stands: its seed, and what was chosen in each round that is over.

    Raises InputError for a seed that is none, more rounds than there are, and what was not offered in a round.
    """

    seed: int = SEED
    rounds: tuple[Choices, ...] = ()

    def __post_init__(self) -> None:
        """Check the seed and every choice, and leave out what carries on."""
        check_counts(1, self.seed)
        if len(self.rounds) > ROUNDS:
            msg = f"a game has {ROUNDS} rounds. Got {len(self.rounds)}."
            raise InputError(msg)
        clean = tuple(checked(n, choices) for n, choices in enumerate(self.rounds, 1))
        object.__setattr__(self, "rounds", clean)

    @property
    def months(self) -> int:
        """Months lived so far."""
        return len(self.rounds) * MONTHS

    @property
    def over(self) -> bool:
        """Whether all rounds have been played."""
        return len(self.rounds) == ROUNDS

    @property
    def round(self) -> int:
        """The round that is to be played: 1 to 8, and 9 once it is over."""
        return len(self.rounds) + 1

    def play(self, choices: Choices) -> Game:
        """Return the game with one more round. Raises InputError for what was not offered, and when it is over."""
        if self.over:
            msg = f"this game is over: all {ROUNDS} rounds have been played."
            raise InputError(msg)
        return replace(self, rounds=(*self.rounds, choices))

    def without(self, round_: int, decision: str, instead: str = CARRY_ON) -> Game:
        """Return the same game in which something else was chosen once."""
        rounds = list(self.rounds)
        rounds[round_ - 1] = {**rounds[round_ - 1], decision: instead}
        return replace(self, rounds=tuple(rounds))

    def left_alone(self) -> Game:
        """Return the same service in which everybody always carried on."""
        return replace(self, rounds=({},) * len(self.rounds))

    def chosen(self) -> Iterator[tuple[int, Decision, Option]]:
        """Yield what was chosen, in order: round, decision, option; carrying on left out."""
        for n, choices in enumerate(self.rounds, 1):
            for decision in offered(n):
                if decision.name in choices:
                    yield n, decision, option(decision, choices[decision.name])


def checked(round_: int, choices: object) -> Choices:
    """Return the choices of a round in the order of the deck, without those that carry on.

    Raises InputError for a decision or an option that this round does not offer.
    """
    if not isinstance(choices, Mapping):
        msg = f"round {round_}: choices must be decisions with an option each. Got {str(choices)[:40]!r}."
        raise InputError(msg)
    there = {d.name: d for d in offered(round_)}
    for name in choices:
        if name not in there:
            hint = nearest_names(str(name)[:40], list(there))
            later = BY_DECISION.get(name)
            when = f" It is asked in rounds {', '.join(map(str, later.rounds))}." if later else hint
            msg = f"round {round_} does not ask {str(name)[:40]!r}.{when} It asks {', '.join(there)}."
            raise InputError(msg)
        option(there[name], choices[name])
    return {name: str(choices[name]) for name in there if choices.get(name, CARRY_ON) != CARRY_ON}


def option(decision: Decision, name: object) -> Option:
    """Return an option of a decision by name; what carries on changes nothing. Raises InputError for others."""
    if name == CARRY_ON:
        return Option(CARRY_ON, "Carry on as things are.", "")
    for each in decision.options:
        if each.name == name:
            return each
    hint = nearest_names(str(name)[:40], list(decision.names))
    msg = f"{decision.name} offers {', '.join(decision.names)}. Got {str(name)[:40]!r}.{hint}"
    raise InputError(msg)


def standing(game: Game, before: int) -> dict[str, Option]:
    """Return the option that stands for each decision once the rounds before `before` have been played, newest last."""
    found: dict[str, Option] = {}
    for n, decision, chosen in game.chosen():
        if n < before:
            found.pop(decision.name, None)
            found[decision.name] = chosen
    return found


@cache
def service() -> Scenario:
    """Return the service that everybody begins with."""
    return load_scenario(SERVICE)


def scenario(game: Game, months: int | None = None) -> Scenario:
    """Return a game as a scenario that lives to a month: what comes to everybody, and what was chosen, by month."""
    last = max(1, game.months) if months is None else months
    found = replace(service().change({"horizon": last}), name="keep-it-alive", title="Keep it alive", claims=())
    for happening in HAPPENINGS:
        if happening.month <= last:
            found = found.with_event(happening.month, happening.event, **happening.details)
    now: dict[str, float] = {}
    for n in range(1, len(game.rounds) + 1):
        month = (n - 1) * MONTHS + 1
        if month > last:
            break
        then = values(standing(game, n + 1).values())
        changed = {a: then.get(a, found[a]) for a in {*now, *then} if then.get(a) != now.get(a)}
        if changed:
            found = found.with_event(month, {a: changed[a] for a in sorted(changed)})
        for _, _, chosen in (each for each in game.chosen() if each[0] == n):
            if chosen.event:
                found = found.with_event(month, chosen.event[0], **chosen.event[1])
        now = then
    return found


def values(options: Iterable[Option]) -> dict[str, float]:
    """Return the inputs that options change, with their values: what they set, then what they add, within bounds."""
    given = list(options)
    found: dict[str, float] = {}
    for each in given:
        found |= each.sets
    for each in given:
        for address, more in each.adds.items():
            about = declared()[address]
            value = found.get(address, service()[address]) + more
            found[address] = min(max(value, about.minimum), about.maximum)
    return found


def life(game: Game) -> Recording:
    """Return the life of a game so far, month by month; before the first round, its state at launch."""
    return record(scenario(game), game.seed)


def months_of(game: Game, replicates: Sequence[int], months: int | None = None) -> list[npt.NDArray[np.void]]:
    """Return the months of a game under other luck: replicate 0 is its own. Each has shape (months,)."""
    return list(lives(scenario(game, months), replicates, game.seed))
