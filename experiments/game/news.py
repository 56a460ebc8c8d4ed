"""What each role sees of a service after a round, and what changed and why: read off its life, and lives without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.agents.practitioner import BEGAN, CAUSES, INDUCTED, LEFT_JOB, NONE, PERMANENT, ROUTINE, TRYING
from conducive.experiments.game.deck import HAPPENINGS, MONTHS, ROLES
from conducive.experiments.game.rounds import Game, life, scenario, service
from conducive.experiments.lives.living import lives
from conducive.experiments.lives.recording import BECAUSE
from conducive.experiments.words import listed, pounds, several, signed

if TYPE_CHECKING:
    from conducive.experiments.lives.recording import Recording

ENTRIES = 6
"""Lines of a diary that are shown."""
TOLD = 3
"""Effects of a choice that are told, and causes of lapse."""


class Sign(NamedTuple):
    """Something a role sees: what it is, how it stands, how it stood a round ago (empty at launch).

    `people` is how many it is of how many, where it is a count of people.
    """

    label: str
    now: str
    before: str = ""
    people: tuple[int, int] | None = None


class News(NamedTuple):
    """What a role sees after a round: signs, and lines to read."""

    signs: tuple[Sign, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A service after a round.

    Attributes:
        month: months lived.
        news: what each role sees, by role.
        changed: what is different from a round ago, in sentences.
        why: where it came from, in sentences.
        people: people in post now.
        using: people using it at the end of each month.
        faithful: people using it as it is meant at the end of each month.

    """

    month: int
    news: dict[str, News]
    changed: tuple[str, ...]
    why: tuple[str, ...]
    people: int
    using: tuple[int, ...]
    faithful: tuple[int, ...]


EFFECTS: tuple[tuple[str, str, float], ...] = (
    ("use", "people using it", 0.025),
    ("use_at_fidelity", "people using it as it is meant", 0.025),
    ("belief", "conviction that it helps", 0.01),
    ("strain", "strain", 0.01),
    ("safety", "safety to try and to err", 0.01),
    ("fatigue", "change fatigue", 0.01),
    ("vertical_trust", "trust in managers", 0.01),
    ("skill", "skill", 0.01),
    ("fit", "fit with this place", 0.01),
    ("codified_memory", "what is written down", 0.01),
    ("continuation", "belief that it will last", 0.02),
    ("funder_confidence", "the funder's confidence", 0.01),
    ("evidence", "results as they are told", 0.01),
    ("paid", "share of its cost that is paid", 0.03),
    ("voice", "families' part in it", 0.01),
    ("burden", "what taking part costs families", 0.01),
    ("wellbeing", "families' wellbeing", 0.003),
)
"""What a choice can be seen to change: indicator, words, and the smallest difference that is told."""


@lru_cache(maxsize=256)
def report(seed: int, rounds: tuple[tuple[tuple[str, str], ...], ...]) -> Report:
    """Return how a service stands: `rounds` holds the choices of each, as `key` gives them."""
    game = Game(seed, tuple(dict(choices) for choices in rounds))
    lived = life(game)
    month = game.months
    told = {role.name: News(tuple(SEES[role.name](lived, month)), _lines(lived, month, role.name)) for role in ROLES}
    if not game.rounds:
        return Report(0, told, (), (), int((lived.staff["stage"][0] != NONE).sum()), (), ())
    rows = lived.monthly
    return Report(
        month,
        told,
        tuple(_changed(lived, month)),
        (*_why(lived, month), *_choices(game, rows)),
        int(rows["filled_posts"][-1]),
        tuple(int(n) for n in _people(rows, "use")),
        tuple(int(n) for n in _people(rows, "use_at_fidelity")),
    )


def key(game: Game) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return the choices of a game as something that can be a key."""
    return tuple(tuple(sorted(choices.items())) for choices in game.rounds)


def report_of(game: Game) -> Report:
    """Return how the service of a game stands."""
    return report(game.seed, key(game))


# ---- What each role sees -------------------------------------------------------------------------------------------


def _people(rows: npt.NDArray[Any], indicator: str) -> npt.NDArray[np.int64]:
    return np.asarray(np.rint(rows[indicator] * rows["filled_posts"]), np.int64)


def _share(lived: Recording, month: int, indicator: str, label: str) -> Sign:
    """A share as a percentage, now and a round ago."""
    rows = lived.monthly[indicator]
    before = f"{rows[month - MONTHS - 1]:.0%}" if month > MONTHS else ""
    return Sign(label, f"{rows[month - 1]:.0%}", before)


def _counted(lived: Recording, month: int, indicator: str, label: str) -> Sign:
    """A count of people in post, now and a round ago."""
    counts = _people(lived.monthly, indicator)
    count, everybody = int(counts[month - 1]), int(lived.monthly["filled_posts"][month - 1])
    before = f"{counts[month - MONTHS - 1]}" if month > MONTHS else ""
    return Sign(label, f"{count} of {everybody}", before, (count, everybody))


def _summed(lived: Recording, month: int, indicator: str) -> float:
    return float(lived.monthly[indicator][month - MONTHS : month].sum())


def _grant(lived: Recording, month: int) -> Sign:
    """What is known of the grant: months that are still to come, or that it is over."""
    term = int(service()["finance.funding_term"])
    paid = lived.monthly["external_money"][:month] > 0
    if month < term and (not month or paid[-1]):
        return Sign("Grant", several(term - month, "month") + " left")
    if paid[-1] and month > term:
        return Sign("Grant", "renewed for a year")
    return Sign("Grant", "over")


def _director(lived: Recording, month: int) -> Iterator[Sign]:
    yield _grant(lived, month)
    if not month:
        return
    yield _counted(lived, month, "use", "People using it")
    yield _share(lived, month, "vacancy_rate", "Posts without a permanent holder")
    yield _share(lived, month, "leader_commitment", "Leaders' commitment")
    yield _share(lived, month, "evidence", "Results as they are told")
    yield Sign("Council's budget", f"{lived.monthly['budget'][month - 1]:.0%} of what it was at launch")
    council = _summed(lived, month, "council_money")
    yield Sign("Council's money in it, this half-year", pounds(council))


def _manager(lived: Recording, month: int) -> Iterator[Sign]:
    team = lived.staff[:, lived.team == 0]
    now = team[month]
    there = now["stage"] != NONE
    using = int(np.isin(now["stage"], (TRYING, ROUTINE)).sum())
    yield Sign("In your team", f"{int(there.sum())} of {several(len(now), 'post')} filled")
    yield Sign("Using it", f"{using} of {int(there.sum())}", people=(using, int(there.sum())))
    for name, label, how in (("strain", "Strain", ".0%"), ("caseload", "Cases each", ".1f"), ("skill", "Skill", ".0%")):
        value = now[name][there].mean()
        earlier = team[month - MONTHS] if month else now
        before = earlier[name][earlier["stage"] != NONE].mean()
        yield Sign(label, format(value, how), format(before, how) if month else "")
    if month:
        yield _counted(lived, month, "willing", "Waiting for a course, in the service")


def _funder(lived: Recording, month: int) -> Iterator[Sign]:
    yield _grant(lived, month)
    if not month:
        return
    yield _share(lived, month, "evidence", "Results, as you are told")
    yield _share(lived, month, "funder_confidence", "Your confidence")
    yield Sign("Spent so far", pounds(float(lived.monthly["cumulative_cost"][month - 1])))
    yield Sign("Yours and not spent yet", pounds(float(lived.monthly["balance"][month - 1])))
    yield Sign("Drawn off to other things, this half-year", pounds(_summed(lived, month, "diverted")))


def _practitioners(lived: Recording, month: int) -> Iterator[Sign]:
    if not month:
        there = lived.staff[0]["stage"] != NONE
        yield Sign("Strain", f"{lived.staff[0]['strain'][there].mean():.0%}")
        yield Sign("Cases each", f"{lived.staff[0]['caseload'][there].mean():.1f}")
        return
    yield _counted(lived, month, "use", "Colleagues using it")
    yield _counted(lived, month, "lapsed", "Colleagues who gave it up")
    yield _share(lived, month, "strain", "Strain")
    yield _share(lived, month, "safety", "Safe to try, and to err")
    yield _share(lived, month, "belief", "Conviction that it helps")
    yield _share(lived, month, "fatigue", "Tired of change")


def _families(lived: Recording, month: int) -> Iterator[Sign]:
    if not month:
        return
    yield _share(lived, month, "wellbeing", "Families' wellbeing")
    yield _share(lived, month, "family_trust", "Trust in the worker")
    yield _share(lived, month, "voice", "Part in shaping it")
    yield _share(lived, month, "burden", "What taking part costs")
    left = int(_summed(lived, month, "leavers"))
    yield Sign("Workers who left, this half-year", f"{left}")


SEES = {
    "director": _director,
    "manager": _manager,
    "funder": _funder,
    "practitioners": _practitioners,
    "families": _families,
}
"""The signs of each role."""


def diarist(lived: Recording) -> int:
    """Return the post whose diary is read: of the first team, permanent, and longest in post at launch."""
    first = np.flatnonzero(lived.team == 0)
    now = lived.staff[0, first]
    return int(first[np.argmax(np.where(now["post"] == PERMANENT, now["tenure"], -1.0))])


def _lines(lived: Recording, month: int, role: str) -> tuple[str, ...]:
    """Return the lines that a role reads of the last round: a diary for practitioners, what is public for others."""
    if role == "practitioners":
        post = diarist(lived)
        told = [e for e in lived.diary(post) if e.month > month - MONTHS or not month]
        return tuple(f"Month {e.month}: {e.text}" for e in told[-ENTRIES:])
    if role == "families" and not month:
        return ("You have heard that something new is coming. Nobody has asked you yet.",)
    return ()


# ---- What changed, and why -----------------------------------------------------------------------------------------


def _changed(lived: Recording, month: int) -> Iterator[str]:
    rows = lived.monthly
    for indicator, label in (("use", "use it"), ("use_at_fidelity", "use it as it is meant")):
        counts = _people(rows, indicator)
        before = counts[month - MONTHS - 1] if month > MONTHS else 0
        yield f"{counts[month - 1]} of {int(rows['filled_posts'][month - 1])} people {label} now; it was {before}."
    known = {h.month: h for h in HAPPENINGS}
    for entry in lived.events():
        if entry.month > month - MONTHS and entry.month and entry.kind not in {"event", "launch"}:
            expected = " Everybody met that." if entry.month in known and entry.kind in {"incident", "leaders"} else ""
            yield f"Month {entry.month}: {entry.text}{expected}"


def _why(lived: Recording, month: int) -> Iterator[str]:
    """Yield who began, stopped and left, from the ledger."""
    logged = lived.ledger[lived.ledger["month"] > month - MONTHS]
    began = int(np.isin(logged["cause"], (BEGAN, INDUCTED)).sum())
    left = int((logged["cause"] == LEFT_JOB).sum())
    causes = Counter(CAUSES[c] for c in logged["cause"] if CAUSES[c] in BECAUSE)
    parts = [f"{several(began, 'person', 'people')} began", f"{sum(causes.values())} gave it up"]
    yield f"{listed([*parts, f'{left} left their job while using it'])}."
    if causes:
        told = [f"{BECAUSE[cause]} ({count})" for cause, count in causes.most_common(TOLD)]
        yield f"They gave it up because {'; '.join(told)}."


def _choices(game: Game, rows: npt.NDArray[Any]) -> Iterator[str]:
    """Yield what each choice of the last round has changed by its end: against the same life in which all carried on.

    A choice is taken away alone, with the same luck: what is left is its own doing, chance that it set off included.
    """
    this = len(game.rounds)
    for n, decision, chosen in game.chosen():
        if n == this:
            other = next(lives(scenario(game.without(n, decision.name)), [0], game.seed))
            yield f"{said(chosen.words)} {_effects(rows[-1], other[-1])}"


def _effects(made: Any, other: Any) -> str:
    """Return the differences that stand out most, each against the least that is told of its kind."""
    moved = [(abs(made[name] - other[name]) / least, name, words) for name, words, least in EFFECTS]
    told = sorted((each for each in moved if each[0] >= 1), reverse=True)[:TOLD]
    found = [_difference(made, other, name, words) for _, name, words in told]
    return f"So far: {listed(found)}." if found else "So far it has changed nothing that can be seen."


def _difference(made: Any, other: Any, name: str, words: str) -> str:
    if name in {"use", "use_at_fidelity"}:
        more = round(made[name] * made["filled_posts"]) - round(other[name] * other["filled_posts"])
        return f"{more:+d} {words}"
    return f"{words} {signed(100 * (made[name] - other[name]))} points"


def said(words: str) -> str:
    """Return what was chosen as it is told: between quotation marks."""
    return f"'{words}'"


def curve(counts: Sequence[int]) -> list[int]:
    """Return a count at launch and at the end of each round."""
    return [0, *counts[MONTHS - 1 :: MONTHS]]
