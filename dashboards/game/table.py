"""A game as its players see it: rounds, what changed and why, news, choices, and who plays with whom."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import solara

from conducive.dashboards.game.end import Ended
from conducive.dashboards.store.codes import shown
from conducive.dashboards.store.games import TITLE, Games, Table, waiting_for
from conducive.dashboards.widgets.fields import field, numbers
from conducive.dashboards.widgets.html import Note, Press, Trouble, heading, tag, template
from conducive.experiments.game.deck import MONTHS, ROLES, ROUNDS, Role, offered, warnings
from conducive.experiments.game.news import Report, report_of
from conducive.experiments.game.rounds import Game, option, standing
from conducive.experiments.words import listed
from conducive.scenarios.errors import InputError

ONE_AT_A_TIME = threading.Lock()
"""So that a round is lived once, and not once for each of those who look at it."""


def told(game: Game) -> Report:
    """Return how a service stands; whoever asks meanwhile waits for the same."""
    with ONE_AT_A_TIME:
        return report_of(game)


@template(str(Path(__file__).with_name("role.vue")))
def _RoleCard(
    role: dict[str, str],
    signs: list[dict[str, Any]],
    lines: list[str],
    decisions: list[dict[str, Any]],
    chosen: dict[str, str],
    round: int,
    said: str,
    trouble: str,
    event_keep: Callable[[Any], None],
) -> None:
    """What a role sees, and what it is asked."""


# ---- Players -------------------------------------------------------------------------------------------------------


@solara.component
def Player(kept: Games, table: Table, visitor: str, again: Callable[[], None], go: Callable[..., None]) -> None:
    """The game of one player: what changed, news and choices of their roles, and who else plays."""
    me = table.me
    assert me is not None
    alone = table.alone
    team = me.team
    if not table.host or alone:
        heading(TITLE)
    else:
        tag("h2", "Your own part")
    with tag("div", css="where"):
        tag("span", "You are ", tag("b", me.name))
        if len(table.games) > 1:
            tag("span", "in ", tag("b", f"team {team}"))
        if not alone:
            tag("span", "Code ", tag("b", shown(table.code), css="code"))
        tag("details", tag("summary", "Key to come back"), tag("span", shown(me.key), css="code"))
    Rounds(table.round)
    begins = table.round == 1
    if begins and not alone:  # roles are taken before anything is chosen
        _Team(kept, table, visitor, again).key("first")
    game = table.games[team - 1]
    report = solara.use_memo(lambda: told(game), [game])
    if game.rounds:
        _Changed(report)
    if table.over:
        Ended(kept, table, team)
    else:
        for words in warnings(table.round):
            Note(words)
        for role in ROLES:
            holder = table.holder(team, role.name)
            if table.vote or holder is None or holder.key == me.key:
                _Seat(kept, table, team, role, report, visitor, again).key(f"{role.name} {table.round}")
        waits = waiting_for(table, team) or "Your team has chosen everything; the round closes once all teams have."
        tag("p", waits, css="quiet", role="status")
    if not begins and not alone:
        _Team(kept, table, visitor, again).key("last")
    _Leave(kept, table, visitor, go)


def Rounds(now: int) -> None:
    """Show where a game stands."""
    css = ["done" if n < now else "now" if n == now else "" for n in range(1, ROUNDS + 1)]
    said = f"Round {now} of {ROUNDS}: {months(now)}" if now <= ROUNDS else "The game is over"
    tag("p", tag("b", said), role="status")
    items = (tag("li", f"{n}", css=each, title=months(n)) for n, each in enumerate(css, 1))
    tag("ol", *items, css="rounds", aria_label="Rounds")


def months(round_: int) -> str:
    """Return the months of a round in words."""
    return f"months {MONTHS * (round_ - 1) + 1} to {MONTHS * round_}"


def _Changed(report: Report) -> None:
    """What changed in the last round, and why."""
    using, people = report.using[-1], report.people
    with tag("section", css="panel"):
        tag("h2", f"What changed by month {report.month}")
        People(using, people, "large")
        tag("ul", *(tag("li", line) for line in report.changed), css="lines")
        tag("h3", "Why")
        tag("ul", *(tag("li", line) for line in report.why), css="lines")


def People(count: int, of: int, css: str = "") -> None:
    """Draw people as dots: those counted stand out."""
    tag("span", tag("i", "●" * count), "●" * (of - count), css=f"people {css}", role="img",
        aria_label=f"{count} of {of} people use it")  # fmt: skip


@solara.component
def _Seat(
    kept: Games, table: Table, team: int, role: Role, report: Report, visitor: str, again: Callable[[], None]
) -> None:
    """A role of one's own, or one that nobody of the team holds."""
    (said, trouble), tell = solara.use_state(("", ""))
    stands = standing(table.games[team - 1], table.round)
    asked = offered(table.round, role.name)
    news = report.news[role.name]

    def keep(sent: Any) -> None:
        try:
            round_, choices = checked_choices(sent)
            tell((kept.choose(table.code, round_, choices, visitor), ""))
        except InputError as error:
            tell(("", str(error)[:1].upper() + str(error)[1:]))
        again()

    def options(name: str) -> list[dict[str, str]]:
        decision = next(d for d in asked if d.name == name)
        before = f"What stands: {stands[name].words}" if name in stands else ""
        found = [option(decision, each) for each in decision.names]
        return [{"name": o.name, "words": o.words, "price": o.price or before} for o in found]

    _RoleCard(
        role={"name": role.name, "title": role.title, "who": role.who},
        signs=[
            dict(zip(("label", "now", "before", "count", "of"), (*sign[:3], *(sign.people or (0, 0))), strict=True))
            for sign in news.signs
        ],
        lines=list(news.lines),
        decisions=[{"name": d.name, "ask": d.ask, "options": options(d.name)} for d in asked],
        chosen={d.name: table.chosen[team - 1].get(d.name, "") for d in asked},
        round=table.round,
        said=said,
        trouble=trouble,
        event_keep=keep,
    )


def checked_choices(sent: object) -> tuple[int, dict[str, str]]:
    """Return the round and the choices that a browser sent. Raises InputError for anything else."""
    round_ = sent.get("round") if isinstance(sent, Mapping) else None
    choices = sent.get("choices") if isinstance(sent, Mapping) else None
    whole = isinstance(round_, int) and not isinstance(round_, bool) and isinstance(choices, Mapping)
    if not whole or not choices or not all(isinstance(each, str) for pair in choices.items() for each in pair):
        msg = "that is no choice: open this page anew, and choose again."
        raise InputError(msg)
    assert isinstance(round_, int)
    return round_, dict(choices)


@solara.component
def _Team(kept: Games, table: Table, visitor: str, again: Callable[[], None]) -> None:
    """Who plays with whom, and which roles are free."""
    trouble, set_trouble = solara.use_state("")
    me = table.me
    assert me is not None

    def do(act: Callable[[], None]) -> None:
        set_trouble("")
        try:
            act()
        except InputError as error:
            set_trouble(str(error))
        again()

    with tag("section", css="panel"):
        tag("h2", "Who plays")
        others = [player.name for player in table.team(me.team) if player.key != me.key]
        tag("p", f"With you: {listed(others)}." if others else "Nobody else is here yet.", css="typed")
        if not table.vote:
            tag("p", "A role that nobody holds is for all of the team.", css="quiet")
            for role in ROLES:
                with tag("div", css="seat"):
                    tag("b", role.title)
                    _Holder(
                        table,
                        role,
                        partial(do, partial(kept.take, table.code, role.name, visitor)),
                        partial(do, partial(kept.give_back, table.code, role.name, visitor)),
                    )
        if len(table.games) > 1 and table.round == 1:
            names = [f"Team {n}" for n in range(1, len(table.games) + 1)]
            field("select", "Your team", me.team - 1,
                  lambda n: do(lambda: kept.move(table.code, numbers(n)[0] + 1, visitor)), options=names)  # fmt: skip
        Trouble(trouble)


def _Holder(table: Table, role: Role, take: Callable[[], None], give_back: Callable[[], None]) -> None:
    """Who holds a role, and what one can do about it."""
    me = table.me
    assert me is not None
    holder = table.holder(me.team, role.name)
    if holder is None:
        Press("Take", take, css="small", aria_label=f"Take {role.title}")
    elif holder.key == me.key:
        tag("span", "you")
        Press("Give back", give_back, css="small", aria_label=f"Give back {role.title}")
    else:
        tag("span", holder.name, css="typed")


@solara.component
def _Leave(kept: Games, table: Table, visitor: str, go: Callable[..., None]) -> None:
    sure, set_sure = solara.use_state(False)

    def leave() -> None:
        kept.leave(table.code, visitor)
        go()

    with tag("div", css="buttons"):
        Press("All games", go)
        if sure:
            Press("Yes, leave this game for good", leave)
            Press("No", lambda: set_sure(False))
        else:
            Press("Leave", lambda: set_sure(True))
