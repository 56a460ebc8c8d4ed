"""The lessons: which there are, what a group may predict, and what the model says, in words and numbers.

A lesson's own texts and arms are in `curriculum`. What comes out of it stands there as claims that a test holds; every
number on a page is the model's, with its interval, on the day.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

from cachetools import LRUCache

from conducive import __version__
from conducive.dashboards.classroom.files import CURRICULUM, YEARS, Lesson, read_lesson
from conducive.dashboards.store import games
from conducive.dashboards.store.classes import Held, Room
from conducive.experiments.compare.ladder import TELLING
from conducive.experiments.compare.race import IN_PERCENT, fare
from conducive.experiments.lives.ensemble import Ensemble, run_each
from conducive.experiments.lives.plausible import PLAUSIBLE
from conducive.experiments.version import model_version
from conducive.experiments.words import listed
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import to_toml
from conducive.scenarios.indicators import indicator_of

POINTS = YEARS + 1
"""A sketch has a point for launch and one for the end of each year."""
REPLICATES = 100
SEED = 0
LONGEST_TEXT = 1500
"""Characters of a reason or an explanation."""
ORDER = (
    "two-year-funding",
    "blame-spiral",
    "who-holds-the-memory",
    "coproduction",
    "one-long-or-three-short",
    "conducive-zone",
)
"""Lessons as they stand on the shelf."""
LESSONS: tuple[Lesson, ...] = tuple(read_lesson(CURRICULUM / f"{name}.toml") for name in ORDER)


def lesson(name: object) -> Lesson:
    """Return a lesson by name. Raises InputError saying which there are."""
    found = {each.name: each for each in LESSONS}
    if not isinstance(name, str) or name not in found:
        msg = f"there is no lesson {str(name)[:80]!r}. Lessons are {', '.join(found)}."
        raise InputError(msg)
    return found[name]


def place(room: Room | Held) -> tuple[str, str, str]:
    """Return what a class is about, as a title and a question, and the address at which its groups work."""
    if room.lesson == games.LESSON:
        return games.place(room.code)
    of = lesson(room.lesson)
    return of.title, of.question, f"/classroom?class={room.code}"


# ---- What a group predicts -----------------------------------------------------------------------------------------


def checked_prediction(of: Lesson, given: object) -> dict[str, Any]:
    """Return a prediction as plain data: points (0-1), choice, picks, because.

    Raises InputError for whatever is missing or cannot be.
    """
    if not isinstance(given, Mapping):
        msg = "a prediction must have points, a choice and, in some lessons, picks."
        raise InputError(msg)
    return {
        "points": _checked_points(given.get("points")),
        "choice": _checked_choice(of, given.get("choice")),
        "picks": checked_picks(of, given.get("picks", ())),
        "because": checked_text("your reason", given.get("because", "")),
    }


def _checked_points(points: object) -> list[float]:
    if not isinstance(points, Sequence) or isinstance(points, str) or len(points) != POINTS:
        msg = f"the sketch must have {POINTS} points, one for launch and one for each of {YEARS} years."
        raise InputError(msg)
    for year, value in enumerate(points):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            msg = f"year {year} of the sketch must be a number, 0 to 100 percent. Got {str(value)[:40]!r}."
            raise InputError(msg)
        if not 0 <= value <= 1:
            nearest = 0 if value < 0 else 100
            msg = f"year {year} of the sketch must be 0 to 100 percent. Got {100 * value:.3g}. Did you mean {nearest}?"
            raise InputError(msg)
    return [round(float(value), 3) for value in points]


def _checked_choice(of: Lesson, choice: object) -> int:
    if isinstance(choice, bool) or not isinstance(choice, int) or not 0 <= choice < len(of.options):
        msg = f"choose one of: {'; '.join(of.options)}."
        raise InputError(msg)
    return choice


def checked_picks(of: Lesson, picks: object) -> list[str]:
    """Return what a group picked, in the order of the conditions. Raises InputError for what cannot be."""
    if of.picks is None:
        return []
    names = [c.name for c in of.pickable]
    chosen = list(picks) if isinstance(picks, Sequence) and not isinstance(picks, str) else []
    known = all(name in names for name in chosen)
    if not known or len(chosen) != of.picks.count or len(set(chosen)) != len(chosen):
        msg = f"pick {of.picks.count} different conditions of the list. Got {len(chosen)}."
        raise InputError(msg)
    return sorted(chosen, key=names.index)


def checked_text(what: str, text: object) -> str:
    """Return a text without control characters. Raises InputError where it is too long or no text."""
    if not isinstance(text, str):
        msg = f"{what} must be text. Got {str(text)[:40]!r}."
        raise InputError(msg)
    clean = "".join(c if c.isprintable() or c == "\n" else " " for c in text).strip()
    if len(clean) > LONGEST_TEXT:
        msg = f"{what} must be at most {LONGEST_TEXT:,} characters. Got {len(clean):,}."
        raise InputError(msg)
    return clean


# ---- What the model says beside it ---------------------------------------------------------------------------------


def verdict(of: Lesson, outcome: Mapping[str, Any]) -> str:
    """Return which arm the model finds ahead, by how much and how surely, in a sentence or two."""
    best, (first, last) = outcome["best"], of.window
    ahead = listed(
        [
            f"{gap(of.measure, mean)} ahead of '{of.arms[n].label}' (95% interval {gap(of.measure, low)} to "
            f"{gap(of.measure, high)}; ahead in {outcome['ahead'][n]} of {outcome['sets']} plausible sets)"
            for n, (low, mean, high) in enumerate(outcome["gaps"])
            if n != best and n in of.rivals
        ]
    )
    sure = outcome["sure"]
    if sure in TELLING:
        found = f"{sure[0].upper()}{sure[1:]} highest"
    else:
        found = f"{sure[0].upper()}{sure[1:]}. Highest in these runs, but not surely"
    return (
        f"{found}: '{of.arms[best].label}', {ahead}. Compared is: {lower(label(of.measure))}, on average over months "
        f"{first} to {last}, in {outcome['replicates']} runs of each."
    )


_LIVED: LRUCache[tuple[str, str], Ensemble] = LRUCache(8)
"""Services of lessons that were run last, by the model and all that they start from."""
_LOCK = threading.Lock()


def results(of: Lesson, picks: Sequence[str] = (), executor: Executor | None = None) -> dict[str, Any]:
    """Run a lesson's services under the picks of a group, and return how they fare, as `race` does.

    Services that no pick changes are run for the first group alone.
    """
    arms = of.scenarios(picks)
    names = [(model_version(), to_toml(arm)) for arm in arms]
    with _LOCK:
        earlier = [
            _LIVED.get(name) or Ensemble(arm, SEED, REPLICATES, ()) for name, arm in zip(names, arms, strict=True)
        ]
    ensembles = run_each(arms, REPLICATES, SEED, plausible=True, executor=executor, agents=False, earlier=earlier)
    with _LOCK:
        _LIVED.update(zip(names, ensembles, strict=True))
    return fare(ensembles, of.indicators, of.window, over_time=of.over_time, rivals=of.rivals)


def counted(of: Lesson, outcome: Mapping[str, Any]) -> Any:
    """Return the share of people that a lesson counts as dots: for each arm low, mean and high by month."""
    return outcome["series"] if of.counts is None else outcome["over_time"][of.counts]


def outcome_name(of: Lesson, picks: Sequence[str] = ()) -> str:
    """Return a name for the results of a lesson that changes with whatever could change them."""
    told = (
        __version__,
        model_version(),
        PLAUSIBLE.read_bytes(),
        [to_toml(s) for s in of.scenarios(picks)],
        (of.indicators, of.over_time, of.window, of.rivals, REPLICATES, SEED),
    )
    return f"{of.name}-{hashlib.sha256(repr(told).encode()).hexdigest()[:24]}"


def label(indicator: str) -> str:
    """Return what to call an indicator on a page."""
    return LABELS[indicator]


def say(indicator: str, value: float) -> str:
    """Return a value of an indicator as people write it."""
    if indicator_of(indicator).unit == "GBP":
        return f"£{value:,.0f}"
    if in_percent(indicator):
        return f"{round(100 * value, 1) + 0.0:.1f}%"
    return f"{round(value, 2) + 0.0:.2f}"


def gap(indicator: str, value: float) -> str:
    """Return a difference between two values of an indicator: in percentage points where they are percentages."""
    return f"{round(100 * value, 1) + 0.0:.1f} points" if in_percent(indicator) else f"{round(value, 2) + 0.0:.2f}"


def in_percent(indicator: str) -> bool:
    """Whether people write an indicator as a percentage."""
    return indicator in IN_PERCENT or indicator_of(indicator).unit == "ratio"


def lower(text: str) -> str:
    """Return a text that begins with a small letter."""
    return text[:1].lower() + text[1:]


LABELS = {
    "use_at_fidelity": "Use as it is meant",
    "use": "Any use",
    "trials": "Practitioners who tried something unfamiliar that month",
    "safety": "Psychological safety",
    "strain": "Emotional strain",
    "fatigue": "Change fatigue",
    "belief": "Conviction that it helps families",
    "scar": "Scar of past incidents",
    "turnover_12m": "Yearly turnover",
    "newcomer_start": "Skill that a newcomer starts with",
    "codified_memory": "Memory written down",
    "living_memory": "Memory in people",
    "voice": "Families' part in the design",
    "burden": "What taking part costs families",
    "fit": "Fit with this place",
    "wellbeing": "Families' wellbeing",
    "external_money": "Grant, a month",
    "spend": "Spent, a month",
    "skill": "Skill in it",
    "leader_commitment": "Leaders' commitment",
    "zone_open": "Runs in which the conducive zone is open",
    "uptake_number": "Colleagues one user brings in",
    "cumulative_cost": "Spent in all since launch",
    "continuation": "How far people expect it to last",
}
