"""How often a visitor may do what should not be done often: enter wrong codes, open classes."""

from __future__ import annotations

import threading
import time
from typing import NoReturn

from conducive.scenarios.errors import InputError

TRIES, MINUTE = 60, 60.0
"""Wrong codes a visitor may enter in a minute: a class that mistypes behind one address, and far too few to guess."""
MOST_VISITORS = 10_000


class Tries:
    """What each visitor did within the last minute; one who enters many wrong codes has to wait."""

    def __init__(self) -> None:
        """Begin with nothing done."""
        self._tries: dict[tuple[str, str], list[float]] = {}
        self._lock = threading.Lock()

    def check(self, visitor: str) -> None:
        """Refuse a visitor who has entered too many wrong codes, whether or not this one is right."""
        with self._lock:
            if visitor and len(self._recent(("wrong", visitor))) >= TRIES:
                msg = "that was too many wrong codes. Wait a minute, and ask for the code again."
                raise InputError(msg)

    def wrong(self, visitor: str, msg: str) -> NoReturn:
        """Count a wrong code, and refuse it with a message."""
        self.note("wrong", visitor, TRIES + 1, msg)
        raise InputError(msg)

    def note(self, what: str, visitor: str, most: int, msg: str) -> None:
        """Count what a visitor does, and refuse what they do too often."""
        if not visitor:
            return
        with self._lock:
            recent = self._recent((what, visitor))
            if len(recent) >= most:
                raise InputError(msg)
            recent.append(time.monotonic())

    def _recent(self, who: tuple[str, str]) -> list[float]:
        """Return when a visitor did something within the last minute."""
        since = time.monotonic() - MINUTE
        if len(self._tries) > MOST_VISITORS:
            self._tries = {other: times for other, times in self._tries.items() if times and times[-1] > since}
        recent = self._tries.setdefault(who, [])
        recent[:] = [moment for moment in recent if moment > since]
        return recent
