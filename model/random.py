"""Uniform draws that are pure functions of (seed, stream, month, slot, draw): Philox 4x32-10, Salmon et al. 2011.

The same seed is the same world under two scenarios: worker 17 meets the same luck in both arms, and changing the
number of families,
a stream or the horizon moves no other draw. A stream is named after the decision it settles; its number comes from
the name alone.
"""

from __future__ import annotations

import math
import zlib

import numpy as np
import numpy.typing as npt

from conducive.agents.rule import rule

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_ROUNDS = 10
_UNIT = 2.0**-32


def stream(name: str) -> np.uint64:
    """Number of the stream with this name."""
    return np.uint64(zlib.crc32(name.encode()))


@rule
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Four 32-bit words from a counter of four and a key of two 32-bit words (all held in 64-bit integers)."""
    for _ in range(_ROUNDS):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@rule
def uniforms(
    seed: np.uint64, stream: np.uint64, month: int, slot: int, block: int = 0
) -> tuple[float, float, float, float]:
    """Draws `4 * block` to `4 * block + 3` of a slot in a month, each in (0, 1).

    `seed` is any 64-bit number, `month` may be negative (warm-up), `slot` is the row of the agent.
    """
    a, b, c, d = philox(
        np.uint64(slot), np.uint64(int(month) & 0xFFFFFFFF), stream, np.uint64(block), seed & _LOW, seed >> _HALF
    )
    # Through signed integers, which processors turn into floats in one step.
    return (
        (np.int64(a) + 0.5) * _UNIT,
        (np.int64(b) + 0.5) * _UNIT,
        (np.int64(c) + 0.5) * _UNIT,
        (np.int64(d) + 0.5) * _UNIT,
    )


@rule
def draw(seed: np.uint64, stream: np.uint64, month: int, out: npt.NDArray[np.float64]) -> None:
    """Fill `out`, shape (slots, 4), with draws 0 to 3 of every slot in a month."""
    for slot in range(len(out)):
        out[slot, 0], out[slot, 1], out[slot, 2], out[slot, 3] = uniforms(seed, stream, month, slot)


@rule
def normal(u: float, v: float) -> float:
    """A standard normal from two uniforms (Box and Muller 1958)."""
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)
