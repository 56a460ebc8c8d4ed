"""Uniform draws that are pure functions of (seed, stream, month, slot, draw): Philox 4x32-10, Salmon et al. 2011.

The same seed is the same world under two scenarios: worker 17 meets the same luck in both arms, and changing the
number of families, a stream or the horizon moves no other draw. A stream is named after the decision it settles; its
number comes from the name alone.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from conducive.agents.rule import rule

STREAMS: Mapping[str, str] = {
    "world": "policy shifts and what they support, incidents, inspections and their grade; job market, hiring, demand "
    "and cover of vacancies",
    "funder decides": "whether a funder stops at a review, and whether it renews",
    "council asks": "how much more than other councils this one asks for, at launch and under each new director",
    "leader leaves": "whether a leader leaves, and the agenda a successor will bring",
    "successor": "support and openness of a successor",
    "practitioner leaves": "whether a worker leaves, whether a post gets a permanent holder or an agency worker",
    "post is filled": "whether somebody who starts is fully inducted, and whether the team trains them itself",
    "person": "openness and aptitude of somebody who starts",
    "case closes": "whether a case closes",
    "family": "who takes a case, and the need of a new family",
    "practitioner moves or tries": "moves between stages and lapses, the cause of a lapse, a place on a course, trials",
    "start: post": "who is in post at the start, and for how long",
    "start: person": "openness and aptitude of staff at the start",
    "start: leader": "support, openness and time in post of leaders at the start",
    "start: family": "need, wellbeing, time open and worker of families at the start",
    "start: world": "pull of other jobs, hiring, demand, cover, next inspection and what people the place attracts",
    "ties across teams": "who knows whom across teams",
    "width of a tie across teams": "the level of silo-thinking at which a tie across teams is lost",
    # between authorities
    "national weather": "the part of job market, recruitment and demand that is the same everywhere",
    "minister": "whether a minister changes, and what the next supports",
    "national case": "whether a public incident becomes a national case",
    "leaver goes to another authority": "whether a leaver moves, and where to",
    "director takes another post": "whether a director who leaves takes another such post",
    "director is appointed": "who of those between posts is appointed",
    "authority takes up": "whether an authority takes something up, and which",
    "authority gives up": "whether a director drops what runs",
    "failure is told": "whether a failure is told or buried",
    "authority bids": "whether a bid is made, and how soon it promises results",
    "readers of bids": "how the readers of a bid differ",
}
"""What each stream settles."""

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
