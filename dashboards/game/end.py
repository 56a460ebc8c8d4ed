"""How a game ended: every service side by side, the same one left alone, the roads not taken, and the paper."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import solara

from conducive import __version__
from conducive.dashboards.store.games import Games, Table
from conducive.dashboards.widgets.download import Download
from conducive.dashboards.widgets.glossary import prose
from conducive.dashboards.widgets.html import Loading, Trouble, table, tag, template
from conducive.dashboards.widgets.progress import use_answers
from conducive.dashboards.work import POOL, Following, Job
from conducive.experiments.game import files
from conducive.experiments.game.deck import HAPPENINGS
from conducive.experiments.game.ending import (
    OUTCOMES,
    Ending,
    Road,
    debrief,
    ending,
    outcome_words,
    road_words,
    verdict,
)
from conducive.experiments.game.news import key, report_of
from conducive.experiments.game.rounds import Game, service
from conducive.experiments.version import model_version

ENDINGS: Following[Ending] = Following()
"""Endings under way: all of a team follow the same."""
DIGITS = 4


@template(str(Path(__file__).with_name("chart.vue")))
def _Chart(series: list[dict[str, Any]], marks: list[dict[str, Any]], spoken: str) -> None:
    """Lines of people by month."""


@solara.component
def Lives(games: Sequence[Game], names: Sequence[str], alone: Sequence[float] = ()) -> None:
    """People using it as it is meant in each service, by month, and in the one left alone where it is known."""
    lives = [list(map(float, (0, *report_of(game).faithful))) for game in games]
    series = [{"label": name, "values": values, "kind": ""} for name, values in zip(names, lives, strict=True)]
    if alone:
        left = [0.0, *alone][: max(len(values) for values in lives)]
        series.append({"label": "Without anybody's choices", "values": left, "kind": "alone"})
    months = max(len(each["values"]) - 1 for each in series)
    ends = int(service()["finance.funding_term"])
    known = sorted([*((h.month, h.label) for h in HAPPENINGS), (ends, "grant ends")])
    said = "; ".join(f"{each['label']}: {each['values'][-1]:.0f}" for each in series)
    tag("h3", "People using it as it is meant")
    _Chart(
        series=series,
        marks=[{"month": month, "label": label} for month, label in known if month <= months],
        spoken=f"People using it as it is meant, by month. At month {months}: {said}.",
    )


@solara.component
def Ended(kept: Games, table: Table, team: int) -> None:
    """How the game of a team ended."""
    game = table.games[team - 1]
    several_teams = len(table.games) > 1
    answer, _, again = use_answers(partial(_ended, kept, game), (game.seed, key(game)))
    with tag("section", css="panel"):
        tag("h2", f"How it ended for team {team}" if several_teams else "How it ended")
        found = answer.value
        names = [f"Team {n}" for n in range(1, len(table.games) + 1)] if several_teams else ["Yours"]
        Lives(table.games, names, found.alone if found else ())
        if answer.trouble:
            Trouble(answer.trouble)
            solara.Button("Try again", on_click=again, outlined=True)
        elif found is None:
            Loading("Living it again under other luck ...")
        else:
            for words in verdict(found):
                tag("p", *prose(words), css="verdict")
            _Outcomes(found)
            if found.roads is None:
                Loading("Living the roads not taken ...")
            _Roads(found)
        tag("h3", "What the paper says")
        tag("ul", *(tag("li", f"{words} (section {where})") for words, where in debrief(game)), css="lines")
        tag(
            "p",
            "In our own words, after Lefevre and colleagues (2025). An imagined service; it is no forecast for any "
            "real one.",
            css="quiet",
        )
        Download("The game as a file", lambda: ("keep-it-alive.toml", "application/toml", files.to_text(game).encode()))
        tag("p", "conducive play keep-it-alive.toml lives it again, to the bit.", css="quiet")


def _Outcomes(found: Ending) -> None:
    rows = [
        [words, *(outcome_words(name, value) for value in pair)]
        for (name, words), pair in zip(OUTCOMES, found.outcomes, strict=True)
    ]
    table("Outcomes", ("The last half-year", "Yours", "Without your choices"), rows)


def _Roads(found: Ending) -> None:
    for road in found.roads or ():
        tag("h3", road.title)
        tag("ul", *(tag("li", *prose(words)) for words in road_words(road)), css="lines")


# ---- Worked out once, and kept -------------------------------------------------------------------------------------


def _ended(kept: Games, game: Game, job: Job) -> Iterator[Ending]:
    """Give the ending of a game, from the file or by living it; those who ask meanwhile follow the same."""
    name = _name(game)
    found = kept.outcome(name)
    if found is not None:
        yield _from_plain(found)
        return
    yield from ENDINGS.follow(name, partial(_work, kept, game, name), job)


def _work(kept: Games, game: Game, name: str, job: Job) -> Iterator[Ending]:
    found = None
    for found in ending(game, POOL.share(name, urgent=True), POOL.share(name)):
        job.advance(0)
        yield found
    if found is not None:
        kept.keep_outcome(name, _to_plain(found))


def _name(game: Game) -> str:
    """Return a name for an ending that changes with whatever could change it."""
    told = (__version__, model_version(), game.seed, key(game))
    return f"game-{hashlib.sha256(repr(told).encode()).hexdigest()[:24]}"


def _to_plain(found: Ending) -> dict[str, Any]:
    return asdict(found)


def _from_plain(plain: dict[str, Any]) -> Ending:
    def of_pairs(pairs: Any) -> tuple[Any, ...]:
        return tuple(tuple(pair) for pair in pairs)

    return Ending(
        tuple(plain["using"]),
        tuple(plain["alone"]),
        of_pairs(plain["outcomes"]),
        (plain["fate"][0], plain["fate"][1]),
        (plain["weighed"][0], plain["weighed"][1], plain["weighed"][2]),
        plain["ahead"],
        tuple(Road(**{**road, "weighed": tuple(road["weighed"])}) for road in plain["roads"]),
    )
