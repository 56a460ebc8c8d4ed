"""What a rule is, and the few forms that rules are made of.

A rule is a pure function of numbers that returns a number. It never sees the model and draws nothing; it can be
checked by hand, plotted, and called from a notebook. Numba compiles it; `NUMBA_DISABLE_JIT=1` runs the same source as
plain Python.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numba
import numpy
from numba.core.registry import CPUDispatcher
from numba.core.types.misc import unliteral

from conducive.agents.cache import folder_for, kept_in
from conducive.agents.own import own_rules, replaced

_HOUSE = Path(__file__).resolve().parents[1]
_SOURCES = [
    *sorted(f for room in ("agents", "model") for f in (_HOUSE / room).rglob("*.py")),
    _HOUSE / "scenarios" / "timeline.py",
]
_LIBRARIES = f"{numba.__version__} {numpy.__version__}".encode()
_OWN = (own.source if (own := own_rules()) else "").encode()
_KEY = hashlib.sha256(b"".join([*(f.read_bytes() for f in _SOURCES), _LIBRARIES, _OWN])).hexdigest()[:16]
CACHE = folder_for(_KEY)
"""Where compiled code is kept, a folder for each version of the rules: Numba misses a change in a called function."""
_KEPT = kept_in(CACHE)

_OPTIONS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


class _Rule(CPUDispatcher):
    """A function that compiled code calls compiled and Python calls as plain Python: no wrapper to build."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        return self.py_func(*args, **kwargs)

    def get_call_template(self, args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        """Compile once for any whole number: Numba would do it anew for each constant that a rule is called with."""
        plain = {name: unliteral(kind) for name, kind in kws.items()}
        return super().get_call_template(tuple(unliteral(kind) for kind in args), plain)


def rule[F: Callable[..., object]](function: F) -> F:
    """Make a rule of a function: compiled inside the month, plain Python when called from a notebook or a test.

    A rule of the user's own (`agents.own`) takes its place.
    """
    return _made(function, inline="never")


def inlined[F: Callable[..., object]](function: F) -> F:
    """Make a rule of a function that does little but call others: it is compiled as a part of what calls it.

    Whatever is compiled apart is put together and optimised once more at every level of calls: a level costs seconds.
    """
    return _made(function, inline="always")


def _made[F: Callable[..., object]](function: F, inline: str) -> F:
    made = numba.njit(no_cpython_wrapper=True, inline=inline, **_OPTIONS)(replaced(function))
    if isinstance(made, CPUDispatcher):
        made.__class__ = _Rule
    return cast("F", made)


def compiled[F: Callable[..., object]](function: F) -> F:
    """Make an entry point of a function: Python calls the compiled code, which is kept in a cache between sessions."""
    made = numba.njit(**_OPTIONS)(function)
    if isinstance(made, CPUDispatcher):
        made._cache = _KEPT(function)
    return cast("F", made)


@rule
def clip(x: float) -> float:
    """`x` held between 0 and 1."""
    return min(1.0, max(0.0, x))


@rule
def toward(x: float, target: float, pace: float) -> float:
    """`x` after a month of moving towards `target` at a monthly pace (0-1)."""
    return x + pace * (target - x)


@rule
def stock(x: float, gain: float, loss: float) -> float:
    """A stock in [0, 1] after a month: `gain` works on the room left, `loss` on what is there (both shares a month)."""
    return clip(x + gain * (1.0 - x) - loss * x)


@rule
def logistic(x: float) -> float:
    """Share (0-1) on the log-odds scale: 0 gives a half."""
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    odds = math.exp(x)
    return odds / (1.0 + odds)


@rule
def gate(x: float, strength: float) -> float:
    """How far a condition `x` (0-1) lets a step through: 1 when present, `1 - strength` when absent."""
    return 1.0 - strength * (1.0 - x)


@rule
def either(x: float, y: float) -> float:
    """The joint effect of two helps that overlap (both 0-1): 1 - (1 - x)(1 - y)."""
    return 1.0 - (1.0 - x) * (1.0 - y)


@rule
def chance(rate: float) -> float:
    """Probability that an event with a monthly rate happens within the month."""
    return 1.0 - math.exp(-rate)


@rule
def saturating(x: float, half: float) -> float:
    """Diminishing return of an amount `x` (>= 0): a half at `half`, 1 in the limit."""
    return x / (x + half) if x > 0.0 else 0.0


@rule
def fading(months: float, horizon: float) -> float:
    """Weight of what lies `months` ahead for people who look about `horizon` months ahead: 0 now, 1 far off."""
    return 1.0 - math.exp(-max(0.0, months) / horizon)
