"""The board of whoever opened a game: the code, who is in, how the services stand, and what closes a round."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import solara

from conducive.dashboards.game.end import Ended, Lives
from conducive.dashboards.game.table import People, Rounds, told
from conducive.dashboards.store.codes import shown
from conducive.dashboards.store.games import TITLE, Games, Table, waiting_for
from conducive.dashboards.widgets.html import Empty, Note, Press, Trouble, heading, tag
from conducive.experiments.game.deck import BY_ROLE, warnings
from conducive.experiments.game.rounds import Game
from conducive.experiments.words import listed
from conducive.scenarios.errors import InputError


@solara.component
def Host(kept: Games, table: Table, visitor: str, again: Callable[[], None], go: Callable[..., None]) -> None:
    """The board; whoever plays alone needs none."""
    trouble, set_trouble = solara.use_state("")

    def do(act: Callable[[], None]) -> None:
        set_trouble("")
        try:
            act()
        except InputError as error:
            set_trouble(str(error))
        again()

    heading(TITLE)
    with tag("div", css="two"):
        with tag("section", css="panel"):
            tag("h2", "Join")
            tag("p", "Scan the board, or open the Game page on your device, and enter")
            tag("p", shown(table.code), css="code big")
            tag("p", tag("a", "Show the board", href=f"/board/{table.code}", target="_blank", css="button main"))
            Rounds(table.round)
            if not table.over:
                for words in warnings(table.round):
                    tag("p", words)
                close = partial(do, partial(kept.close_round, table.code, table.round, visitor))
                Press(f"Close round {table.round}", close, css="main")
                tag("p", "It closes by itself once all have chosen. What nobody has chosen carries on.", css="quiet")
            Trouble(trouble)
        _Players(table, lambda gone: do(lambda: kept.take_out(table.code, gone, visitor)))
    _Services(table)
    if table.over and table.me is None:
        for number in range(1, len(table.games) + 1):
            Ended(kept, table, number)
    _Ending(kept, table, visitor, do, go)


def _Players(table: Table, take_out: Callable[[str], None]) -> None:
    with tag("section", css="panel"):
        tag("h2", f"Who is in ({len(table.players)})")
        if not table.players:
            Empty("Nobody has joined yet.")
        for player in table.players:
            with tag("div", css="seat"):
                tag("b", player.name)
                where = "" if len(table.games) == 1 else f"team {player.team}"
                roles = listed([BY_ROLE[name].title.lower() for name in player.roles])
                tag("span", ", ".join(filter(None, [where, roles])))
                if player.key in table.voted:
                    tag("span", "has voted", css="tag")
                Press("Take out", partial(take_out, player.key), css="small", aria_label=f"Take out {player.name}")


@solara.component
def _Services(table: Table) -> None:
    with tag("section", css="panel"):
        tag("h2", "The services" if len(table.games) > 1 else "The service")
        for number, game in enumerate(table.games, 1):
            _Service(table, number, game)
        if table.games[0].rounds and not table.over:
            Lives(table.games, [f"Team {n}" for n in range(1, len(table.games) + 1)])


@solara.component
def _Service(table: Table, number: int, game: Game) -> None:
    """How a team's service stands, and whom it waits for."""
    report = solara.use_memo(lambda: told(game), [game])
    with tag("div", css="seat"):
        tag("b", f"Team {number}")
        if report.using:
            tag("span", f"{report.using[-1]} of {report.people} use it, {report.faithful[-1]} as it is meant")
            People(report.using[-1], report.people)
        if not table.over and (table.vote or table.team(number)):
            tag("span", waiting_for(table, number) or "Has chosen.", css="quiet typed")


@solara.component
def _Ending(
    kept: Games, table: Table, visitor: str, do: Callable[[Callable[[], None]], None], go: Callable[..., None]
) -> None:
    """What leads away from the board."""
    key, set_key = solara.use_state("")
    sure, set_sure = solara.use_state(False)

    def end() -> None:
        kept.end_game(table.code, visitor)
        go()

    with tag("div", css="buttons"):
        Press("All games", go)
        Press("Key for another browser", lambda: do(lambda: set_key(kept.new_key(table.code, visitor))))
        if sure:
            Press("Yes, end this game and delete it", end)
            Press("No", lambda: set_sure(False))
        else:
            Press("End this game", lambda: set_sure(True))
    if key:
        Note(f"Your key: {shown(key)}. With it, under Come back, another browser does what this one may.")
