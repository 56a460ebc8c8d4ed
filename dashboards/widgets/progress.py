"""What changes while one watches: work that fills in bit by bit, and what others do meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import solara
import solara.lab

from conducive.dashboards.widgets.html import Press, sentence, tag
from conducive.dashboards.work import CancelledError, Job
from conducive.experiments.words import several
from conducive.scenarios.errors import InputError

OFTEN = 0.3
"""Seconds between two looks at how far work is: not more often than anybody can watch."""


def progress_of(
    working: bool, done: int, of: int, one: str, stop: Callable[[], None], again: Callable[[], None]
) -> None:
    """Say how far something is that fills in bit by bit, with a way to cancel it and to go on."""
    with tag("div", css="status", role="status"):
        if working:
            tag("progress", value=str(done), max=str(of), aria_label=f"{done} of {of} {one}s")
            tag("span", f"{done} of {several(of, one)}", aria_hidden="true")
            Press("Cancel", stop, css="small")
        elif done < of:
            tag("span", f"Stopped after {done} of {several(of, one)}; what is finished is kept.")
            Press("Go on", again, css="small")
        else:
            tag("span", f"Done: {several(of, one)}.")


@dataclass(frozen=True, slots=True)
class Answer[Value]:
    """What there is of an answer: the latest value, if any, and whether more is on its way.

    Attributes:
        value: the latest; of the question before this one until there is one of this.
        working: whether more is on its way.
        trouble: what went wrong, in words for the visitor.
        fresh: whether the value is of this question.
        cancelled: whether the visitor stopped it.
        question: key of the question it answers.

    """

    value: Value | None = None
    working: bool = False
    trouble: str = ""
    fresh: bool = False
    cancelled: bool = False
    question: Hashable = None


def use_answers[Value](
    ask: Callable[[Job], Iterator[Value]], key: Hashable
) -> tuple[Answer[Value], Callable[[], None], Callable[[], None]]:
    """Ask a question beside the page, anew whenever its key changes; show each value as it comes.

    Returns the answer so far, what stops it, and what asks again.
    """
    nothing: Answer[Value] = Answer()
    answer, set_answer = solara.use_state(nothing)
    again, set_again = solara.use_state(0)
    latest: Any = solara.use_ref(None)
    job: Any = solara.use_ref(None)

    question = (key, again)

    def tell(mine: Job, new: Answer[Value]) -> None:
        if job.current is mine:
            latest.current = new.value
            set_answer(replace(new, question=question))

    def begin() -> Callable[[], None]:
        mine = Job()
        job.current = mine

        def work() -> None:
            value, fresh = latest.current, False
            try:
                for found in ask(mine):
                    value, fresh = found, True
                    tell(mine, Answer(value, working=True, fresh=True))
                tell(mine, Answer(value, fresh=fresh))
            except CancelledError:
                tell(mine, Answer(value, fresh=fresh, cancelled=True))
            except InputError as error:
                tell(mine, Answer(value, trouble=sentence(str(error)), fresh=fresh))
            except Exception:
                tell(mine, Answer(value, trouble="Something went wrong here. Please try again.", fresh=fresh))
                raise

        threading.Thread(target=work, daemon=True).start()
        return mine.stop

    solara.use_effect(begin, [key, again])

    def stop() -> None:
        if job.current is not None:
            job.current.stop()

    if answer.question != question:
        answer = Answer(answer.value, working=True)
    return answer, stop, lambda: set_again(again + 1)


def when_changed[Seen](
    look: Callable[[], Seen], start: Seen, key: Hashable, every: float = 1.0
) -> tuple[Seen | None, Callable[[Seen], None]]:
    """Return what a look at the store shows, looked at anew every so many seconds, and a way to set it at once.

    What was set at once is newer than a look that began before. None stands for what is no longer there.
    """
    first: Seen | None = start
    seen, set_seen = solara.use_state(first, key=repr(key))
    sets = solara.use_ref(0)

    def at_once(new: Seen) -> None:
        sets.current += 1
        set_seen(new)

    def look_again() -> None:
        before = sets.current
        try:
            found: Seen | None = look()
        except InputError:
            found = None
        set_seen(lambda was: found if sets.current == before else was)

    async def keep_looking() -> None:
        while True:
            await asyncio.sleep(every)
            try:
                look_again()
            except sqlite3.Error:
                continue  # the file is busy, or out of reach for a moment

    solara.lab.use_task(keep_looking, dependencies=[key])
    return seen, at_once
