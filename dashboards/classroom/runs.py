"""Results of lessons, each worked out once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from conducive.dashboards.classroom.files import Lesson
from conducive.dashboards.classroom.lessons import outcome_name, results
from conducive.dashboards.store.classes import Store
from conducive.dashboards.work import POOL

MOST_AT_ONCE = 2
"""Lessons run at once, taking turns with what other visitors ask."""


class Runs:
    """Results of lessons: each is worked out once, a few at a time, and kept in the store."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._pool = ThreadPoolExecutor(MOST_AT_ONCE)
        self._lock = threading.Lock()
        self._under_way: dict[str, Future[dict[str, Any]]] = {}

    def outcome(self, kept: Store, of: Lesson, picks: Sequence[str]) -> dict[str, Any]:
        """Return the results of a lesson, from the store or by a run; whoever asks meanwhile waits for the same."""
        return self.begin(kept, of, picks).result()

    def begin(self, kept: Store, of: Lesson, picks: Sequence[str]) -> Future[dict[str, Any]]:
        """Return results of a lesson that may be yet to come; begun early, they are there when a class opens them."""
        name = outcome_name(of, picks)
        with self._lock:
            future = self._under_way.get(name)
            if future is None:
                found: dict[str, Any] | None = kept.outcome(name)
                if found is None:
                    future = self._under_way[name] = self._pool.submit(self._run, kept, name, of, picks)
                else:
                    future = Future()
                    future.set_result(found)
        return future

    def _run(self, kept: Store, name: str, of: Lesson, picks: Sequence[str]) -> dict[str, Any]:
        try:
            result = results(of, picks, executor=POOL.share(f"lesson {name}", urgent=True))
            kept.keep_outcome(name, result)
            return result
        finally:
            with self._lock:
                self._under_way.pop(name, None)


RUNS = Runs()
