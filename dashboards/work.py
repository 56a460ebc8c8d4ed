"""What visitors share: a bounded pool of work, fair between them, and a bounded cache of results. Nothing else.

A visitor has a queue of small tasks. Threads take the next task from one queue after the other, so that somebody who
asks for much does not hold up somebody who asks for little. First answers go before what makes them firm.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import Any

from cachetools import LRUCache

from conducive.experiments.lives.ensemble import cores
from conducive.scenarios.errors import InputError

MOST_WAITING = 5000
"""Tasks that one visitor may have waiting."""
MOST_VISITORS = 500
"""Visitors that may have tasks waiting at once."""
PATIENT_TURN = 10
"""Every so many tasks one is taken that is not urgent, so that these are not put off for ever."""

YIELDING = 10
"""Niceness of the threads that work, so that pages answer while they do."""

PATIENCE = 0.25
"""Seconds after which somebody who waits looks whether they still want to."""

type _Task = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class CancelledError(Exception):
    """A visitor no longer wants what was asked for."""


class Job:
    """What is under way for a visitor: progress is told to it, and it stops where it is no longer wanted."""

    def __init__(self) -> None:
        """Begin with nothing done."""
        self._stopped = threading.Event()
        self.done = 0

    def stop(self) -> None:
        """Ask it to stop."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether it was asked to stop."""
        return self._stopped.is_set()

    def advance(self, count: int = 1) -> None:
        """Count what is done. Raises CancelledError once it is no longer wanted."""
        if self._stopped.is_set():
            raise CancelledError
        self.done += count


class Pool:
    """Threads that do small tasks of many visitors, taking turns between them."""

    def __init__(self, threads: int | None = None) -> None:
        """Begin with no thread; they start with the first task, or with `start`."""
        self._count = threads or cores()
        self._threads: list[threading.Thread] = []
        self._queues: dict[bool, OrderedDict[str, deque[_Task]]] = {True: OrderedDict(), False: OrderedDict()}
        self._ready = threading.Condition()
        self._turn = 0

    def start(self) -> None:
        """Start the threads. Those of a web server should start before the first visitor comes."""
        with self._ready:
            while len(self._threads) < self._count:
                thread = threading.Thread(target=self._work, name=f"work-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def share(self, visitor: str, *, urgent: bool = False) -> Executor:
        """Return the executor of a visitor, which takes turns with those of others."""
        return _Share(self, visitor, urgent)

    @property
    def waiting(self) -> int:
        """Tasks that wait."""
        with self._ready:
            return sum(len(tasks) for queues in self._queues.values() for tasks in queues.values())

    def put(self, visitor: str, urgent: bool, task: _Task) -> None:
        """Add a task to the queue of a visitor. Raises InputError where too many wait already."""
        self.start()
        with self._ready:
            queues = self._queues[urgent]
            if visitor not in queues and len(queues) >= MOST_VISITORS:
                msg = "the server is busy with other visitors. Please try again in a minute."
                raise InputError(msg)
            tasks = queues.setdefault(visitor, deque())
            if len(tasks) >= MOST_WAITING:
                msg = f"more than {MOST_WAITING:,} runs of yours are waiting. Please cancel some, or wait."
                raise InputError(msg)
            tasks.append(task)
            self._ready.notify()

    def _work(self) -> None:
        if sys.platform == "linux":  # where a thread has a priority of its own: pages come before runs
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), YIELDING)
        while True:
            future, do, args, kwargs = self._next()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(do(*args, **kwargs))
            except BaseException as error:  # whoever asked is told
                future.set_exception(error)
            del future, do, args, kwargs

    def _next(self) -> _Task:
        """Wait for a task: the oldest, of the visitor whose turn it is, that is still wanted."""
        with self._ready:
            while True:
                while not any(self._queues.values()):
                    self._ready.wait()
                self._turn = (self._turn + 1) % PATIENT_TURN
                urgent, patient = self._queues[True], self._queues[False]
                queues = patient if patient and (not urgent or not self._turn) else urgent
                visitor, tasks = next(iter(queues.items()))
                # What was cancelled costs its visitor no turn: a new question is not to wait behind an old one.
                while tasks and tasks[0][0].cancelled():
                    tasks.popleft()
                task = tasks.popleft() if tasks else None
                if tasks:
                    queues.move_to_end(visitor)
                else:
                    del queues[visitor]
                if task:
                    return task


class _Share(Executor):
    """What one visitor may ask of a pool."""

    def __init__(self, pool: Pool, visitor: str, urgent: bool) -> None:
        self._pool, self._visitor, self._urgent = pool, visitor, urgent

    def submit[T](self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = Future()
        self._pool.put(self._visitor, self._urgent, (future, fn, args, kwargs))
        return future


class Following[Value]:
    """What several visitors ask for at the same time is worked out once; all follow it as it comes."""

    def __init__(self) -> None:
        """Begin with nothing under way."""
        self._under_way: dict[Hashable, _Course[Value]] = {}
        self._lock = threading.Lock()

    def follow(self, key: Hashable, produce: Callable[[Job], Iterator[Value]], job: Job) -> Iterator[Value]:
        """Yield what is produced for a key, from the beginning; it stops once nobody follows it any more.

        Raises what producing raises, and CancelledError once the follower's own job is stopped.
        """
        with self._lock:
            course = self._under_way.get(key)
            if course is None:
                course = self._under_way[key] = _Course()
                threading.Thread(target=self._run, args=(key, course, produce), daemon=True).start()
            course.followers += 1
        try:
            yield from course.seen(job)
        finally:
            with self._lock:
                course.followers -= 1
                if not course.followers:
                    course.job.stop()
                    self._forget(key, course)

    def _run(self, key: Hashable, course: _Course[Value], produce: Callable[[Job], Iterator[Value]]) -> None:
        try:
            for value in produce(course.job):
                course.add(value)
        except BaseException as error:  # whoever follows is told
            course.error = error
        finally:
            with self._lock:
                self._forget(key, course)
            course.end()

    def _forget(self, key: Hashable, course: _Course[Value]) -> None:
        if self._under_way.get(key) is course:
            del self._under_way[key]


class _Course[Value]:
    """What is under way for a key: values so far, and whether more are coming."""

    def __init__(self) -> None:
        self.job, self.followers = Job(), 0
        self.error: BaseException | None = None
        self._values: list[Value] = []
        self._ended = False
        self._news = threading.Condition()

    def add(self, value: Value) -> None:
        with self._news:
            self._values.append(value)
            self._news.notify_all()

    def end(self) -> None:
        with self._news:
            self._ended = True
            self._news.notify_all()

    def seen(self, job: Job) -> Iterator[Value]:
        """Yield values as they come, the latest of those that wait."""
        told = 0
        while True:
            job.advance(0)
            with self._news:
                if not self._ended and len(self._values) == told:
                    self._news.wait(PATIENCE)
                news, ended = self._values[told:], self._ended
            told += len(news)
            if news:
                yield news[-1]
            elif ended:
                if self.error is not None:
                    raise self.error
                return


class Cache[Value]:
    """The results that were used last, as many as have room. Safe to use from several threads."""

    def __init__(self, room: float, weigh: Callable[[Value], float] = lambda _: 1.0) -> None:
        """Keep values as long as their weights together are no more than `room`; each counts 1 where not weighed."""
        self._kept: LRUCache[Hashable, Value] = LRUCache(room, weigh)
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """Return what is kept under a key, or None."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value, and let go of those that were not used for longest where there is no room."""
        with self._lock:
            self._kept.pop(key, None)
            with suppress(ValueError):  # it is larger than all the room there is
                self._kept[key] = value

    def __len__(self) -> int:
        """Return how many values are kept."""
        with self._lock:
            return len(self._kept)


POOL = Pool()
"""The one pool of the server."""
READY = threading.Event()
"""Set once the rules are compiled, so that pages can say why a first answer takes longer."""
