"""How sure a difference is: one ladder of verdicts, for every text, page, briefing and lesson."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

from conducive.experiments.lives.intervals import ANYWHERE, uncertainty

type Numbers = npt.NDArray[np.float64]
type Rung = Literal["clearly", "very likely", "probably", "cannot tell", "no difference that matters"]

RUNGS: tuple[Rung, ...] = get_args(Rung.__value__)
TELLING = RUNGS[:3]
"""Rungs on which it can be said which has more."""
MATTERS = 0.02
"""Share of practitioners, or of anything else, up to which a difference does not matter: two percentage points."""
CLEARLY, VERY_LIKELY, PROBABLY = 0.95, 0.9, 0.75
"""Least share of plausible sets that agree on the direction; over one set, least chance of the direction by luck."""
SETS_FOR_VERY_LIKELY, SETS_FOR_PROBABLY = 10, 4
"""Plausible sets that it takes at least to speak of so large a share of them."""
FEWEST_ALIKE = 6
"""Pairs from which it is no luck that all differ by the same: a sign test at 5%."""
SAME = 1e-9
"""Differences closer than that differ by rounding alone."""
MEANINGS: dict[Rung, str] = {
    "clearly": "the 95% interval leaves out 0, and at least 95% of plausible sets of coefficients agree which has more",
    "very likely": "at least 90% of plausible sets agree which has more",
    "probably": "at least 75% of plausible sets agree which has more",
    "cannot tell": "fewer than 75% of plausible sets agree",
    "no difference that matters": "the 95% interval of the difference lies within two percentage points of 0",
}
"""What each rung means, as pages explain it."""
MEANINGS_BY_LUCK: dict[Rung, str] = {
    "clearly": "the 95% interval, which holds luck alone, leaves out 0",
    "very likely": "as luck has it, the chance is at least 90% that it goes this way",
    "probably": "as luck has it, the chance is at least 75% that it goes this way",
    "cannot tell": "as luck has it, the chance is less than 75% that it goes this way",
    "no difference that matters": MEANINGS["no difference that matters"],
}
"""The same where there is one set of coefficients, so that only luck is known."""


class Judged(NamedTuple):
    """A difference with its 95% interval, the share of plausible sets that agree on its sign, and its rung."""

    low: float
    mean: float
    high: float
    agree: float
    rung: Rung

    @property
    def tells(self) -> bool:
        """Whether it can be said which has more, be it with less than certainty."""
        return self.rung in TELLING

    @property
    def way(self) -> str:
        """Which way it goes, as far as that can be said: `clearly more`, `probably less`, `cannot tell`."""
        return f"{self.rung} {'more' if self.mean > 0 else 'less'}" if self.tells else self.rung


def judge(
    gap: Numbers,
    sets: npt.NDArray[np.int64] | None = None,
    within: tuple[float, float] = ANYWHERE,
    matters: float = 0.0,
) -> Judged:
    """Judge a difference by pair of runs, over the plausible sets of each; empty values are left out.

    `within` is what is possible, `matters` the size up to which a difference does not matter.
    """
    gap = np.asarray(gap, np.float64)
    found = uncertainty(gap, sets, within)
    known = gap[~np.isnan(gap)]
    low, mean, high = float(found.low), float(found.mean), float(found.high)
    count = 1 if sets is None else len(np.unique(sets[~np.isnan(gap)]))
    agree = float(found.agree)
    return Judged(low, mean, high, agree, _rung(known, (low, high), agree if count > 1 else None, count, matters))


def _rung(gap: Numbers, ends: tuple[float, float], agree: float | None, sets: int, matters: float) -> Rung:
    low, high = ends
    if np.isnan(low) or (len(gap) < FEWEST_ALIKE and np.ptp(gap) < SAME):
        return "cannot tell"
    if -matters <= low and high <= matters:
        return "no difference that matters"
    share = _chance(gap) if agree is None else agree
    if (low > 0 or high < 0) and share >= CLEARLY:
        return "clearly"
    if share >= VERY_LIKELY and (agree is None or sets >= SETS_FOR_VERY_LIKELY):
        return "very likely"
    return "probably" if share >= PROBABLY and (agree is None or sets >= SETS_FOR_PROBABLY) else "cannot tell"


def _chance(gap: Numbers) -> float:
    """Return the chance, as luck has it, that the mean has the sign that it has in these pairs (Student's t)."""
    from scipy.special import stdtr

    error = gap.std(ddof=1) / np.sqrt(len(gap))
    return float(stdtr(len(gap) - 1, abs(gap.mean()) / error)) if error > 0 else 1.0
