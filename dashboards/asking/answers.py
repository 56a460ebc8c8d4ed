"""What comes of a comparison, firmer and firmer, from the runs that visitors share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from conducive.dashboards.asking.asked import Asked
from conducive.dashboards.asking.choice import default
from conducive.dashboards.asking.documents import document
from conducive.dashboards.work import POOL, Cache, Following, Job
from conducive.experiments.compare.comparison import Comparison
from conducive.experiments.compare.dependence import PAIRS, Dependence, dependence
from conducive.experiments.compare.glance import FIRM, STEPS, glance, growing
from conducive.experiments.lives.ensemble import Ensemble
from conducive.scenarios.conditions import conditions
from conducive.scenarios.scenario import Scenario

ROOM_FOR_LIVES = 150e6  # bytes
ROOM_FOR_ANSWERS = 300
RUNS_OF_BRIEFING = 2 * FIRM + 4 * len(conditions()) * PAIRS
"""Runs that a briefing takes, about: the comparison's, and those that show what it depends on."""


def _bytes(ensemble: Ensemble) -> float:
    return float(sum(life.monthly.nbytes + life.ledger.nbytes for life in ensemble.lives))


LIVES: Cache[Ensemble] = Cache(ROOM_FOR_LIVES, _bytes)
ANSWERS: Cache[dict[str, Any]] = Cache(ROOM_FOR_ANSWERS)
DEPENDS: Cache[Dependence] = Cache(ROOM_FOR_ANSWERS)
UNDER_WAY: Following[dict[str, Any]] = Following()


def key_of(scenario: Scenario, seed: int) -> str:
    """Return what tells one scenario and seed from another."""
    return f"{seed} {json.dumps(document(scenario), sort_keys=True)}"


def asked_key(asked: Asked) -> str:
    """Return what tells one comparison from another."""
    return "\n".join(key_of(scenario, asked.seed) for scenario in (asked.base, asked.alternative))


def answers(asked: Asked, visitor: str, job: Job) -> Iterator[dict[str, Any]]:
    """Yield what there is to say of a comparison, firmer and firmer; from the cache where it is known."""
    key = asked_key(asked)
    known = ANSWERS.get(key)
    if known:
        yield known
        return
    yield from UNDER_WAY.follow(key, lambda shared: _answers(asked, visitor, shared), job)


def _answers(asked: Asked, visitor: str, job: Job) -> Iterator[dict[str, Any]]:
    for comparison in _comparisons(asked, visitor, job):
        found = glance(comparison)
        if comparison.pairs == FIRM:
            ANSWERS.put(asked_key(asked), found)
        yield found


def _comparisons(asked: Asked, visitor: str, job: Job, steps: Sequence[int] = STEPS) -> Iterator[Comparison]:
    """Yield growing comparisons."""
    both = (asked.base, asked.alternative)
    return lived_on(
        partial(growing, *both), lambda found: (found.base, found.alternative), both, asked.seed, visitor, job, steps
    )


def lived_on[Found](
    grow: Callable[..., Iterator[Found]],
    ensembles: Callable[[Found], Sequence[Ensemble]],
    scenarios: Sequence[Scenario],
    seed: int,
    visitor: str,
    job: Job,
    steps: Sequence[int],
) -> Iterator[Found]:
    """Yield what grows step by step; lives that somebody has waited for already are not lived again."""
    hurry = steps[0] < FIRM
    keys = [key_of(scenario, seed) for scenario in scenarios]
    kept = [LIVES.get(key) or Ensemble(s, seed, 0, ()) for key, s in zip(keys, scenarios, strict=True)]
    steps = [n for n in steps if n == steps[-1] or any(len(e.lives) < n for e in kept)]
    for found in grow(
        seed, steps=steps, executor=lambda step: POOL.share(visitor, urgent=hurry and step == 0),
        progress=job.advance, earlier=kept,
    ):  # fmt: skip
        for key, before, now in zip(keys, kept, ensembles(found), strict=True):
            if len(now.lives) > len(before.lives):
                LIVES.put(key, now)
        yield found


def first_answers(asked: Asked, visitor: str, job: Job) -> Iterator[dict[str, Any]]:
    """Yield what a few pairs say of a comparison, for somebody who only looks; from the cache where it is known."""
    known = ANSWERS.get(asked_key(asked))
    if known:
        yield known
        return
    for comparison in _comparisons(asked, visitor, job, STEPS[:2]):
        yield glance(comparison)


def firm(asked: Asked, visitor: str, job: Job | None = None) -> Comparison:
    """Return the firm comparison, for a file to take away."""
    *_, last = _comparisons(asked, visitor, job or Job(), (FIRM,))
    return last


def depends_on(asked: Asked, comparison: Comparison, visitor: str, job: Job) -> Dependence:
    """Return what a firm answer depends on; from the cache where it is known."""
    key = asked_key(asked)
    found = DEPENDS.get(key)
    if found is None:
        found = dependence(comparison, executor=POOL.share(f"{visitor} briefing"), progress=job.advance)
        DEPENDS.put(key, found)
    return found


def dependences(asked: Asked, visitor: str, job: Job) -> Iterator[Dependence]:
    """Yield what an answer depends on, made from the firm one."""
    yield depends_on(asked, firm(asked, visitor, job), visitor, job)


def prepare() -> None:
    """Have the answer ready that a first visitor sees."""
    for _ in answers(default().asked, "", Job()):
        pass
