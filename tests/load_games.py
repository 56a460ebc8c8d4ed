"""Games among the visitors of `tests/load.py`: some of six players each, in two teams, one game after another.

Every choice that a player was told is kept must be in the file of the round that then closed.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from collections import defaultdict
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

from load import Seen, Visitor

from conducive.dashboards.store.codes import typed
from conducive.dashboards.store.file import FILE
from conducive.experiments.game.deck import CARRY_ON, ROLES, ROUNDS, Role, offered

PLAYERS, TEAMS = 6, 2
THINKING = (4.0, 15.0)
"""Seconds that a player takes for the choices of a role: several times as fast as a class."""
WHOLE = 180.0
"""Seconds that must be left for another game to begin."""


class Playing:
    """Games at once, each opened by somebody and played by six; what each was told is kept."""

    def __init__(self, port: int, games: int, until: float, seen: Seen) -> None:
        self.port, self.games, self.until, self.seen = port, games, until, seen
        self.sent: dict[tuple[str, int, int], dict[str, str]] = defaultdict(dict)
        """Choices by game, team and round."""
        self.last: dict[tuple[str, int], float] = {}
        """When the last choice of a round was sent."""
        self.over = 0

    def everybody(self) -> Iterator[Coroutine[Any, Any, None]]:
        """Yield what each game does."""
        return (self._one_after_another(number) for number in range(self.games))

    async def _one_after_another(self, number: int) -> None:
        first = True
        while first or time.monotonic() < self.until - WHOLE:
            first = False
            await self._game(number)

    async def _game(self, number: int) -> None:
        host = Visitor(self.port, -10 - number)
        await host.visit("/game")
        await host.fill("Who decides", TEAMS)
        await host.press("Open a game")
        code = typed(await host.text("", "code big"), 6)
        players = []
        for n in range(PLAYERS):  # one after the other, so that they know their teams
            page = Visitor(self.port, 1000 + PLAYERS * number + n)
            await page.visit("/game")
            await page.fill("Code of the game", code)
            await page.fill("What the others may call you", f"Player {n}")
            await page.press("Join")
            await page.until(lambda page=page: page.find(role=None, decisions=None), "a seat")
            players.append(self._play(page, code, n % TEAMS + 1, ROLES[n // TEAMS :: PLAYERS // TEAMS]))
        await asyncio.gather(*players)
        await host.leave()
        self.over += 1

    async def _play(self, page: Visitor, code: str, team: int, roles: tuple[Role, ...]) -> None:
        draw = random.Random(page.number)
        for n in range(1, ROUNDS + 1):
            if n > 1:
                await page.until(lambda n=n: self._card(page, ROLES[0], n), f"round {n}")
                self.seen["round"].append((page.number, time.monotonic() - self.last[code, n - 1]))
            for role in roles:
                await asyncio.sleep(draw.uniform(*THINKING))
                await self._choose(page, role, n, (code, team), draw)
        began = time.monotonic()
        await page.text("In the last half-year", "verdict")
        self.seen["ending"].append((page.number, time.monotonic() - began))
        await page.leave()

    async def _choose(self, page: Visitor, role: Role, n: int, where: tuple[str, int], draw: random.Random) -> None:
        name, _ = await page.until(lambda: self._card(page, role, n), f"{role.name} in round {n}")
        choices = {d.name: draw.choice(d.names) for d in offered(n, role.name)}
        self.sent[(*where, n)] |= choices
        began = self.last[where[0], n] = time.monotonic()
        await page.event(name, "keep", {"round": n, "choices": choices})

        def kept() -> bool:
            found = self._card(page, role, n)
            return found is None or found[1]["said"].startswith("Kept")

        await page.until(kept, f"the choices of {role.name} in round {n} to be kept")
        self.seen["chosen"].append((page.number, time.monotonic() - began))

    def _card(self, page: Visitor, role: Role, n: int) -> tuple[str, dict[str, Any]] | None:
        """A role's card of a round, once it is there."""
        return page.find(role={"name": role.name, "title": role.title, "who": role.who}, round=n, decisions=None)

    def missing(self, folder: Path) -> list[str]:
        """Return what the rounds that closed do not hold as it was chosen."""
        with sqlite3.connect(folder / FILE) as db:
            rows = db.execute("SELECT code, team, round, choices FROM played").fetchall()
        closed = {(code, team, n): json.loads(choices) for code, team, n, choices in rows}
        wanted = {
            where: {name: option for name, option in sent.items() if option != CARRY_ON}
            for where, sent in self.sent.items()
        }
        return [f"round not as chosen: {where}" for where, sent in wanted.items() if closed.get(where) != sent]
