"""Results of lessons, each worked out once: from a few runs first, then from all. Only those from all are kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from conducive.dashboards.classroom.files import Lesson
from conducive.dashboards.classroom.lessons import REPLICATES, outcome_name, results
from conducive.dashboards.store.classes import Store
from conducive.dashboards.work import POOL, Following, Job
from conducive.experiments.compare.glance import FIRST

STEPS = (FIRST, REPLICATES)
"""Runs of each service after which a group sees results."""
MOST_AT_ONCE = 2
"""Lessons run at once, taking turns with what other visitors ask."""
TURNS = tuple(threading.Semaphore(MOST_AT_ONCE) for _ in STEPS)
"""Each step has turns of its own: whoever waits for first results does not wait for what makes those of others firm."""
UNDER_WAY: Following[dict[str, Any]] = Following()


def outcomes(kept: Store, of: Lesson, picks: Sequence[str], job: Job) -> Iterator[dict[str, Any]]:
    """Yield the results of a lesson, the last from all runs; whoever asks meanwhile follows the same."""
    name = outcome_name(of, picks)
    return UNDER_WAY.follow(name, partial(_worked_out, kept, name, of, picks), job)


def _worked_out(kept: Store, name: str, of: Lesson, picks: Sequence[str], job: Job) -> Iterator[dict[str, Any]]:
    known: dict[str, Any] | None = kept.outcome(name)
    if known is not None:
        yield known
        return
    for runs, turn in zip(STEPS, TURNS, strict=True):
        with turn:
            job.advance(0)
            share = POOL.share(f"lesson {name}", urgent=runs < REPLICATES)
            found = results(of, picks, share, runs=runs, progress=job.advance)
        if runs == REPLICATES:
            kept.keep_outcome(name, found)
        yield found
