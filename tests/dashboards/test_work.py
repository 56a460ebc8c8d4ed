"""What visitors share: turns are fair, urgent work goes first, and what is kept is bounded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from conducive.dashboards.work import (
    MOST_VISITORS,
    MOST_WAITING,
    PATIENT_TURN,
    Cache,
    CancelledError,
    Following,
    Job,
    Pool,
)
from conducive.experiments.lives.ensemble import run
from conducive.scenarios.errors import InputError


class Held:
    """A pool of one thread that waits until it is let go, and what it did in order."""

    def __init__(self) -> None:
        self.pool, self.go, self.done = Pool(1), threading.Event(), []
        self.futures: list[Future[None]] = []
        self.share("holder").append(self.pool.share("holder", urgent=True).submit(self.go.wait))  # type: ignore[arg-type]
        while self.pool.waiting:
            pass

    def share(self, visitor: str, count: int = 0, *, urgent: bool = False) -> list[Future[None]]:
        for n in range(count):
            self.futures.append(self.pool.share(visitor, urgent=urgent).submit(self.done.append, f"{visitor}{n}"))
        return self.futures

    def finish(self) -> list[str]:
        self.go.set()
        for future in self.futures:
            if not future.cancelled():
                future.result(10)
        return self.done


def test_visitors_take_turns_however_much_one_asks() -> None:
    held = Held()
    held.share("much", 6)
    held.share("little", 2)

    assert held.finish() == ["much0", "little0", "much1", "little1", "much2", "much3", "much4", "much5"]


def test_urgent_work_goes_first_but_does_not_starve_the_rest() -> None:
    held = Held()
    held.share("patient", 3)
    held.share("urgent", 2 * PATIENT_TURN, urgent=True)

    done = held.finish()

    patient = [turn for turn, what in enumerate(done) if what.startswith("patient")]
    assert 0 < patient[0] < PATIENT_TURN
    assert patient[1] - patient[0] == PATIENT_TURN


def test_what_is_cancelled_is_never_begun() -> None:
    held = Held()
    futures = held.share("one", 3)[-3:]

    assert futures[1].cancel()
    assert held.finish() == ["one0", "one2"]


def test_a_new_question_does_not_wait_behind_one_that_was_cancelled() -> None:
    held = Held()
    for future in held.share("one", 5)[-5:]:
        future.cancel()
    for future in held.share("gone", 3)[-3:]:
        future.cancel()
    held.share("other", 3)
    held.share("one", 2)

    assert held.finish() == ["one0", "other0", "one1", "other1", "other2"]
    assert not held.pool.waiting


def test_an_error_reaches_whoever_asked_and_the_pool_goes_on() -> None:
    pool = Pool(1)

    with pytest.raises(ZeroDivisionError):
        pool.share("one").submit(lambda: 1 // 0).result(10)

    assert pool.share("one").submit(lambda: 2).result(10) == 2


def test_one_visitor_cannot_fill_the_pool() -> None:
    held = Held()
    held.share("greedy", MOST_WAITING)

    with pytest.raises(InputError, match="waiting"):
        held.share("greedy", 1)

    held.share("other", 1)
    held.go.set()


def test_no_number_of_visitors_can_fill_the_pool() -> None:
    held = Held()
    for n in range(MOST_VISITORS):
        held.share(f"v{n} ", 1)

    with pytest.raises(InputError, match="busy"):
        held.share("one more", 1)

    held.go.set()


def test_a_run_through_the_pool_is_to_the_bit_a_run_without() -> None:
    with_pool = run("classroom", 4, 0, executor=Pool(2).share("one"), agents=False)

    assert with_pool.monthly.equals(run("classroom", 4, 0, agents=False).monthly)


def test_a_cache_keeps_what_was_used_last_within_its_room() -> None:
    cache: Cache[str] = Cache(5, len)
    cache.put("a", "aa")
    cache.put("b", "bb")
    cache.get("a")
    cache.put("c", "cc")

    assert (cache.get("a"), cache.get("b"), cache.get("c")) == ("aa", None, "cc")

    cache.put("d", "too large")
    assert cache.get("d") is None
    assert len(cache) == 2


def test_a_cache_weighs_a_value_that_replaces_another() -> None:
    cache: Cache[str] = Cache(4, len)
    cache.put("a", "aaaa")
    cache.put("a", "a")
    cache.put("b", "bbb")

    assert cache.get("a") == "a"


def test_what_several_ask_for_is_worked_out_once_and_all_see_it() -> None:
    following: Following[int] = Following()
    go, made = threading.Event(), []

    def produce(job: Job) -> Iterator[int]:
        made.append(job)
        yield 1
        go.wait(10)
        yield 2

    first = following.follow("key", produce, Job())
    assert next(first) == 1
    second = following.follow("key", produce, Job())
    assert next(second) == 1
    go.set()

    assert list(first) == [2]
    assert list(second) == [2]
    assert len(made) == 1


def test_work_goes_on_while_somebody_follows_it_and_stops_with_the_last() -> None:
    following: Following[int] = Following()
    seen: list[Job] = []

    def produce(job: Job) -> Iterator[int]:
        seen.append(job)
        n = 0
        while True:
            job.advance()
            yield (n := n + 1)

    jobs = [Job(), Job()]
    one, other = (following.follow("key", produce, job) for job in jobs)
    next(one)
    next(other)
    jobs[0].stop()
    with pytest.raises(CancelledError):
        list(one)
    assert not seen[0].stopped

    jobs[1].stop()
    with pytest.raises(CancelledError):
        list(other)
    assert seen[0].stopped


def test_an_error_in_shared_work_reaches_everybody_and_the_next_may_try_again() -> None:
    following: Following[int] = Following()

    def produce(_: Job) -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            list(following.follow("key", produce, Job()))
