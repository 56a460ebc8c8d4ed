"""One organisation's life, recorded month by month: for watching it, and for the diary of whoever sits in a post.

What is recorded is replicate 0 of the seed, to the bit: the life that `run(scenario, seed=seed)` counts first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.agents import practitioner as prac
from conducive.agents.leader import DIRECTOR
from conducive.agents.practitioner import (
    AWARE,
    BEGAN,
    CAUSES,
    INDUCTED,
    LAPSED,
    LEFT_JOB,
    NONE,
    ROUTINE,
    SUPERSEDED,
    TRYING,
    UNAWARE,
)
from conducive.experiments.lives.ensemble import check_counts
from conducive.experiments.words import happening, launch, listed, several
from conducive.model.month import live
from conducive.model.state import new_world
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import GRADES
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

MOST_POSTS = 1000
"""Posts up to which a life can be watched: beyond, a picture shows nobody, and records grow large."""
MOST_MONTHS = 360
YEAR = 12  # months
STRONGEST = 3
"""Colleagues named as those somebody may have heard of it from."""

PERSON = np.dtype(
    [
        ("stage", np.int8),
        ("post", np.int8),
        ("left_stage", np.int8),
        *((name, np.float32) for name in ("tenure", "caseload", "strain", "belief", "skill", "fidelity", "mentors")),
    ]
)
"""What is kept of each post at the end of each month."""

BECAUSE = {
    "overload": "the workload left no room for it",
    "no reinforcement": "nobody coached, supervised or joined them in it",
    "poor fit": "it did not fit the work here",
    "incident and blame": "after a serious incident it felt too risky to be the one who did things differently",
    "leader departed": "the leader who stood behind it was gone or drawn away",
    "money ended": "its running cost and support were no longer paid for",
    "sceptical peers": "trusted colleagues had given it up",
}
"""A cause of lapse in a diary's words."""
HOLDERS = ("vacant", "agency worker", "permanent member of staff", "closed")


class Entry(NamedTuple):
    """A line of a diary: the month (0 is launch), the kind of thing that happened, and what happened."""

    month: int
    kind: str
    text: str


@dataclass(frozen=True)
class Recording:
    """One organisation's recorded life. Month 0 is the state at launch, month m the end of month m.

    Attributes:
        scenario: what was asked.
        seed: its luck.
        monthly: indicators, shape (months,), dtype MONTHLY.
        ledger: changes in the number of users, dtype LEDGER.
        staff: every post, shape (months + 1, posts), dtype PERSON.
        team: team of each post, shape (posts,).
        ties: pairs of posts who know each other, shape (ties, 2), lower post first.
        toward: trust of the lower in the higher post and back, shape (months + 1, ties, 2); 0 where silos cut the tie.
        rows: what was given in each month, shape (months + 1,), dtype TIMELINE.
        manager: row among the leaders of each post's team manager, shape (posts,); the director's is 0.
        acting: whether a leader's place is covered by somebody acting, shape (months + 1, leaders).
        places: places on a course that were to be had and paid for, shape (months + 1,).

    """

    scenario: Scenario
    seed: int
    monthly: npt.NDArray[Any]
    ledger: npt.NDArray[Any]
    staff: npt.NDArray[Any]
    team: npt.NDArray[np.int32]
    ties: npt.NDArray[np.int32]
    toward: npt.NDArray[np.float32]
    rows: npt.NDArray[Any]
    manager: npt.NDArray[np.int32]
    acting: npt.NDArray[np.bool_]
    places: npt.NDArray[np.float64]

    @property
    def months(self) -> int:
        """Months recorded after launch."""
        return len(self.monthly)

    @property
    def posts(self) -> int:
        """Posts, vacant and closed ones included."""
        return len(self.team)

    @cached_property
    def trust(self) -> npt.NDArray[np.float32]:
        """Mean trust of each tie in both directions, shape (months + 1, ties); 0 with nobody at one of its ends."""
        there = self.staff["stage"] != NONE
        both = there[:, self.ties[:, 0]] & there[:, self.ties[:, 1]]
        return np.where(both, self.toward.mean(axis=2), 0.0).astype(np.float32)

    def events(self) -> list[Entry]:
        """What happened to the whole organisation, by month: launches, dated events, incidents, inspections, money."""
        return sorted(self._events())

    def _events(self) -> Iterator[Entry]:
        for number, wave in enumerate(self.scenario.waves, 1):
            several_waves = len(self.scenario.waves) > 1
            text = launch(number, wave).split(": ", 1)[1] if several_waves else "launch of the innovation"
            yield Entry(wave.month, "launch", _sentence(text))
        for event in self.scenario.events:
            if event.name not in {"incident", "inspection"}:
                yield Entry(event.month, "event", _sentence(happening(event).split(": ", 1)[1]))
        paid = self.monthly["external_money"] > 0
        for month in _months(paid & ~np.append(paid[1:], True)):
            stopped = bool(self.monthly["stopped_by_funder"][month - 1])
            yield Entry(month, "money", "The funder stopped the grant." if stopped else "The grant ended.")
        for month in _months(self.monthly["incidents"] > 0):
            yield Entry(month, "incident", "A serious incident became public.")
        for month in _months(self.monthly["inspections"] > 0):
            grade = GRADES[int(self.monthly["inspection_grade"][month - 1]) - 1]
            yield Entry(month, "inspection", f"Inspection: {grade}.")
        for month in self._exits(DIRECTOR):
            yield Entry(month, "leaders", "The director left.")

    def diary(self, post: int) -> list[Entry]:
        """What happened to whoever sat in a post, in order. Raises InputError for a post that does not exist."""
        if isinstance(post, bool) or not isinstance(post, int | np.integer) or not 0 <= post < self.posts:
            nearest = min(max(post, 0), self.posts - 1) if isinstance(post, int) else 0
            msg = f"the post must be a whole number, 0 to {self.posts - 1}. Got {post!r}. Did you mean {nearest}?"
            raise InputError(msg)
        entries = list(self._at_launch(int(post)))
        manager_left = set(self._exits(int(self.manager[post])))
        for month in range(1, self.months + 1):
            entries += self._month(int(post), month)
            if month in manager_left and self.staff["stage"][month, post] != NONE:
                entries.append(Entry(month, "leaders", "Their team manager left."))
        return entries

    def _exits(self, leader: int) -> list[int]:
        """Months in which a leader left."""
        covered = self.acting[:, leader]
        return _months(covered[1:] & ~covered[:-1])

    def _at_launch(self, post: int) -> Iterator[Entry]:
        now = self.staff[0, post]
        if now["stage"] == NONE:
            yield Entry(0, "vacant", "Nobody was in this post when the innovation was launched.")
            return
        yield Entry(0, "joined", f"In post at launch: {_a(HOLDERS[now['post']])}, there for {_long(now['tenure'])}.")

    def _month(self, post: int, month: int) -> Iterator[Entry]:
        before, now = self.staff[month - 1, post], self.staff[month, post]
        logged = self.ledger[(self.ledger["post"] == post) & (self.ledger["month"] == month)]
        newcomer = now["stage"] != NONE and now["tenure"] == 0
        stage = int(before["stage"])
        if self.rows["age"][month] == 1 and month > 1 and stage != NONE:
            used = (logged["cause"] == SUPERSEDED).any()
            gave_up = ", and what they had been doing was set aside" if used else ""
            yield Entry(month, "launch", f"A new innovation was launched{gave_up}. Everybody starts afresh.")
            stage = UNAWARE
        if stage != NONE and (newcomer or now["stage"] == NONE):
            lost = " What they had learned went with them." if stage in {TRYING, ROUTINE} else ""
            yield Entry(month, "left", f"Left after {_long(before['tenure'] + 1)}.{lost}")
        if newcomer:
            yield Entry(month, "joined", f"Somebody new joined: {_a(HOLDERS[now['post']])}.")
            yield from self._first_month(post, month, logged)
        elif now["stage"] != NONE and now["stage"] != stage:
            yield from self._moved(post, month, stage, logged)

    def _first_month(self, post: int, month: int, logged: npt.NDArray[Any]) -> Iterator[Entry]:
        """What a newcomer already did by the end of the month in which they joined."""
        now = self.staff[month, post]
        if (logged["cause"] == INDUCTED).any():
            yield Entry(month, "trying", "Inducted into all their predecessor did, and used it from the start.")
        elif now["stage"] == AWARE:
            yield Entry(month, "aware", "Knew of it by the end of their first month.")
        elif now["stage"] not in {UNAWARE, NONE}:
            yield Entry(month, "trained", "Inducted into what their predecessor had learned of it.")
        for entry in logged:
            if entry["cause"] == BEGAN:
                yield Entry(month, "trying", "Tried it for the first time.")
            elif LEFT_JOB < entry["cause"] < SUPERSEDED:
                yield self._stopped(month, post, entry)

    def _moved(self, post: int, month: int, stage: int, logged: npt.NDArray[Any]) -> Iterator[Entry]:
        """A move from one stage to another by somebody who stayed."""
        now = self.staff[month, post]
        match int(now["stage"]):
            case prac.AWARE:
                yield Entry(month, "aware", f"Heard of it. {self._heard_from(post, month)}")
            case prac.WILLING:
                again = "Wanted to try it again" if stage == LAPSED else "Wanted to do it"
                yield Entry(month, "willing", f"{again} (conviction that it helps families: {now['belief']:.0%}).")
            case prac.TRAINED:
                yield Entry(month, "trained", self._taught(post, month))
            case prac.TRYING:
                since = month - min(now["tenure"], self.rows["age"][month] - 1)
                # In the month in which somebody joins, whoever they replace may have left as a user.
                theirs = (self.ledger["month"] >= since) & (self.ledger["cause"] != LEFT_JOB)
                first = not (theirs & (self.ledger["post"] == post) & (self.ledger["month"] < month)).any()
                yield Entry(month, "trying", f"Tried it {'for the first time' if first else 'again'}.")
            case prac.ROUTINE:
                yield Entry(month, "routine", f"It had become routine (as it is meant: {now['fidelity']:.0%}).")
            case prac.LAPSED:
                yield from (self._stopped(month, post, entry) for entry in logged[-1:])

    def _stopped(self, month: int, post: int, entry: Any) -> Entry:
        cause = CAUSES[int(entry["cause"])]
        now = self.staff[month, post]
        about = f" (strain {now['strain']:.0%}, {now['caseload']:.0f} cases)" if cause == "overload" else ""
        return Entry(month, "lapsed", f"Lapsed because {BECAUSE[cause]}{about}.")

    def _taught(self, post: int, month: int) -> str:
        """How somebody came to be trained, as far as the record tells."""
        now = self.staff[month, post]
        course = self.places[month] > 0
        shown = now["mentors"] > 0 or (month > 1 and self.monthly["codified_memory"][month - 2] > 0)
        if course and shown:
            return "Trained: on a course, or by learning from colleagues and notes (the record does not say which)."
        return "Trained on a course." if course else "Trained: no course was to be had, so from colleagues and notes."

    def _heard_from(self, post: int, month: int) -> str:
        """Who somebody may have heard of it from: the model knows how strongly it was heard, and not from whom."""
        using = self._using_colleagues(post, month)
        announced = self.rows["push"][month] > 0
        if not using:
            return "None of the colleagues they knew was using it, so the news came from management."
        names = listed([f"post {other + 1}{where} ({trust:.0%})" for other, where, trust in using[:STRONGEST]])
        many = several(len(using), "colleague") + " they knew " + ("was" if len(using) == 1 else "were")
        top = "The strongest ties, by trust, were with" if len(using) > STRONGEST else "Trust in them:"
        also = " Management was announcing it too." if announced else ""
        return f"{many} using it that month. {top} {names}.{also} From whom exactly, the model does not record."

    def _using_colleagues(self, post: int, month: int) -> list[tuple[int, str, float]]:
        """Colleagues seen using it this month, strongest tie first: post, where it is, trust in whoever sits there."""
        found = []
        arrived = self.staff[month, post]["tenure"] == 0
        for tie, side in np.argwhere(self.ties == post):
            other = int(self.ties[tie, 1 - side])
            now, earlier = self.staff[month, other], self.staff[month - 1, other]
            new = now["tenure"] == 0
            inducted = new and _any(self.ledger, other, month, INDUCTED)
            if now["stage"] == NONE or self.rows["age"][month] == 1:
                continue
            if (inducted or (not new and earlier["stage"] in {TRYING, ROUTINE})) and self.toward[month, tie, side] > 0:
                trust = self.rows["initial_trust"][month] if new or arrived else self.toward[month - 1, tie, side]
                where = "" if self.team[other] == self.team[post] else f" in team {self.team[other] + 1}"
                found.append((other, where, float(trust)))
        return sorted(found, key=lambda each: -each[2])


def record(scenario: Scenario, seed: int = 0) -> Recording:
    """Live through a scenario once and keep every month. Raises InputError where it is too large to be watched."""
    check_counts(1, seed)
    for name, value, most in (
        ("organisation.posts", int(scenario["organisation.posts"]), MOST_POSTS),
        ("horizon", scenario.horizon, MOST_MONTHS),
    ):
        if value > most:
            msg = f"{name} must be at most {most:,} for a life to be watched. Got {value:,}. Did you mean {most}?"
            raise InputError(msg)
    given = timeline(scenario)
    world = new_world(given, seed)
    start, to, reverse = world.tie_start, world.tie_to, world.tie_reverse
    from_ = np.repeat(np.arange(len(start) - 1), np.diff(start))
    once = np.flatnonzero(from_ < to)
    months, warm_up = scenario.horizon, scenario.warm_up
    staff = np.zeros((months + 1, len(world.practitioners)), PERSON)
    toward = np.zeros((months + 1, len(once), 2), np.float32)
    acting = np.zeros((months + 1, len(world.leaders)), np.bool_)
    places = np.zeros(months + 1)
    rows = given[max(warm_up - 1, 0) :] if warm_up else np.concatenate([given[:1], given])
    live(world, 0, warm_up)
    for month in range(months + 1):
        if month:
            live(world, warm_up + month - 1, warm_up + month)
        for name in PERSON.names or ():
            staff[name][month] = world.practitioners[name]
        tied = (world.tie_width >= rows["silo"][month]) * world.tie_trust
        toward[month, :, 0], toward[month, :, 1] = tied[once], tied[reverse[once]]
        acting[month] = world.leaders["acting"] > 0
        places[month] = world.organisation["seats"][0] * world.organisation["paid_start_up"][0]
    return Recording(
        scenario,
        seed,
        np.asarray(world.monthly),
        np.asarray(world.ledger)[: int(world.organisation["ledger_rows"][0])].copy(),
        staff,
        np.asarray(world.practitioners["team"]).copy(),
        np.column_stack([from_[once], to[once]]).astype(np.int32),
        toward,
        rows,
        np.asarray(world.practitioners["manager"]).copy(),
        acting,
        places,
    )


def seating(team: npt.NDArray[np.int32], aspect: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return where each post sits, and where each team's middle is, in a picture `aspect` wide and 1 high.

    Teams stand in rows, every other row shifted by half a place; the members of a team sit round a table.
    """
    teams = int(team.max()) + 1
    columns = max(1, min(teams, round(math.sqrt(teams * aspect))))
    rows = math.ceil(teams / columns)
    shift = 0.5 if rows > 1 and columns > 1 else 0.0
    place = np.arange(teams)
    row = place // columns
    cell = np.array([aspect / (columns + shift), 1.0 / rows])
    middle = np.column_stack([place % columns + 0.5 + shift * (row % 2), row + 0.5]) * cell
    radius = 0.36 * cell.min()
    sizes = np.bincount(team, minlength=teams)
    turn = 2 * np.pi * (np.arange(len(team)) - np.searchsorted(team, team)) / sizes[team] - np.pi / 2
    return middle[team] + radius * np.column_stack([np.cos(turn), np.sin(turn)]), middle


def _any(ledger: npt.NDArray[Any], post: int, month: int, cause: int) -> bool:
    return bool(((ledger["post"] == post) & (ledger["month"] == month) & (ledger["cause"] == cause)).any())


def _months(happened: npt.NDArray[np.bool_]) -> list[int]:
    """Months in which something happened, from what was so in months 1, 2 and on."""
    return [1 + int(month) for month in np.flatnonzero(happened)]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _long(months: float) -> str:
    """Return a length of time in words."""
    if months < 2 * YEAR:
        return several(max(1, round(float(months))), "month")
    return f"{float(months) / YEAR:.1f} years".replace(".0 years", " years")
