"""Tipping points as they were found: at one level, and one for each level of a second factor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conducive.experiments.search.study import Found
from conducive.experiments.search.tipping.crossing import Crossing, Search
from conducive.experiments.search.tipping.text import say_frontier
from conducive.experiments.search.tipping.ways import Way

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from conducive.experiments.search.tipping.plan import TippingPlan


@dataclass(frozen=True)
class Tipping:
    """Where the outcome crosses the target, at one level of a second factor or without one.

    Attributes:
        plan: what was asked.
        level: value of the second factor; None without one.
        search: the search under the scenario's own coefficients: its intervals are luck.
        others: the same under further plausible sets, each with less precision.

    """

    plan: TippingPlan
    level: float | None
    search: Search
    others: tuple[Search, ...] = ()

    @property
    def crossings(self) -> tuple[Crossing, ...]:
        """Where it crosses for certain, in order; for whole numbers rounded to the first that is past the crossing."""
        return tuple(self._rounded(c) for c in self.search.crossings)

    @property
    def possible(self) -> tuple[Crossing, ...]:
        """Where it may cross: at an end of the range, or where the curve only comes near the target."""
        return tuple(self._rounded(c) for c in self.search.possible)

    @property
    def interrupted(self) -> bool:
        """Whether a search was stopped before it was done, or some are missing."""
        return any(s.stopped for s in (self.search, *self.others)) or len(self.others) < self.plan.sets - 1

    @property
    def runs(self) -> int:
        """Runs that were made."""
        return sum(len(s.outcome) for s in (self.search, *self.others))

    @property
    def status(self) -> str:
        """`crosses`, `several` (crossings), `always above`, `always below`, `near an end`, or `unclear`."""
        if len(self.search.crossings) > 1:
            return "several"
        if self.search.crossings:
            return "crosses"
        if self.search.side:
            return "always above" if self.search.side > 0 else "always below"
        ended = [c for c in self.search.possible if c.open_low != c.open_high]
        return "near an end" if ended and len(ended) == len(self.search.possible) else "unclear"

    @property
    def rising(self) -> bool:
        """Whether the outcome grows with the factor, at its first crossing or from end to end."""
        if self.search.crossings:
            return self.search.crossings[0].rising
        mean = self.search.curve[0]
        return bool(mean[-1] >= mean[0])

    @cached_property
    def by_set(self) -> tuple[float, ...]:
        """The tipping value under each plausible set in which there is one for certain, rising.

        Only the first crossing of each counts. Empty also where there is one set alone.
        """
        found = []
        for each in (self.search, *self.others) if self.others else ():
            same = [c for c in each.crossings if c.rising == self.rising] or list(each.crossings)
            found += [self._rounded(c).value for c in same[:1]]
        return tuple(sorted(found))

    def sets_at(self, side: int) -> int:
        """Return in how many plausible sets the outcome is above (1) or below (-1) the target all over the range."""
        return sum(s.side == side for s in (self.search, *self.others))

    def _rounded(self, c: Crossing) -> Crossing:
        if not self.plan.moved.whole:
            return c
        value = math.ceil(c.value - 1e-9) if c.rising else math.floor(c.value + 1e-9)
        low, high = min(math.floor(c.low), value), max(math.ceil(c.high), value)
        return c._replace(value=float(value), low=float(low), high=float(high))

    def row(self) -> dict[str, object]:
        """Return a row of the table: see `Frontier.table`."""
        certain = self.crossings or tuple(c for c in self.possible if self.status == "near an end")
        value, low, high, *_ = certain[0] if certain else (math.nan,) * 3
        ends = {
            f"{name}{part}": x
            for name, end in (("at_low_end", 0), ("at_high_end", -1))
            for part, x in zip(("_low", "", "_high"), self.search.at_end(end), strict=True)
        }
        places = self.by_set
        spread = (places[0], places[len(places) // 2], places[-1]) if places else (math.nan,) * 3
        return {
            **({} if self.plan.against is None else {self.plan.against.name: self.level}),
            "status": self.status, "value": value, "low": low, "high": high, "rising": self.rising,
            "crossings": len(self.crossings), **ends, "runs": self.runs, "unjudged": self.search.unjudged,
            "sets": 1 + len(self.others), "sets_crossing": len(places) if self.others else len(self.crossings[:1]),
            "sets_below": self.sets_at(-1), "sets_above": self.sets_at(1),
            "sets_lowest": spread[0], "sets_middle": spread[1], "sets_highest": spread[2],
        }  # fmt: skip


@dataclass(frozen=True, repr=False)
class Frontier(Found):
    """Tipping points: one, or one for each level of a second factor.

    Attributes:
        plan: what was asked.
        points: the tipping point at each level that is done, in order; one without a second factor.
        ways: what else would have to change, where it crosses nowhere; None where that was not looked for.

    """

    plan: TippingPlan
    points: tuple[Tipping, ...]
    ways: tuple[Way, ...] | None = None

    def in_short(self) -> dict[str, str]:
        """Return what was asked, and where it tips."""
        return {
            "scenario": self.plan.question.scenario.title or self.plan.question.scenario.name,
            "outcome": self.plan.question.what,
            "tipping points": f"{len(self.points)}",
            "more": "print(frontier.text())",
        }

    @property
    def interrupted(self) -> bool:
        """Whether levels are missing, a search was stopped, or it was not looked for what else would have to change."""
        missing = len(self.points) < max(1, len(self.plan.levels)) or any(p.interrupted for p in self.points)
        return missing or (self.side != 0 and self.ways is None)

    @property
    def side(self) -> int:
        """1 where the outcome is above the target at every level and value, -1 where it is below, 0 otherwise."""
        sides = {p.search.side for p in self.points}
        return sides.pop() if len(sides) == 1 else 0

    @property
    def runs(self) -> int:
        """Runs that were made."""
        return sum(p.runs for p in self.points)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each level.

        Columns: the second factor, by its name; status; value, low, high (the first crossing with its 95% interval,
        which is luck alone; not numbers where there is none); rising; crossings (how many); the outcome at both ends of
        the range with intervals; runs; unjudged (runs whose outcome is not known); sets (of coefficients), in how many
        of them it crosses within the range, and is below or above the target all over it; the lowest, the middle and
        the highest crossing of those in which it crosses.
        """
        import pandas as pd

        return pd.DataFrame([p.row() for p in self.points])

    @cached_property
    def curve(self) -> pd.DataFrame:
        """The outcome at each value of the factor, as the search has it: level, value, low, mean, high (95%), runs."""
        import pandas as pd

        frames = []
        for p in self.points:
            low, mean, high = p.search.expected
            runs = np.bincount(p.search.at, minlength=len(mean))
            columns = {"value": p.search.nodes, "low": low, "mean": mean, "high": high, "runs": runs}
            frames.append(pd.DataFrame({"level": math.nan if p.level is None else p.level, **columns}))
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def every_run(self) -> pd.DataFrame:
        """Each run: level, set (of coefficients, from 1), run (its number, which is its luck), value, outcome."""
        import pandas as pd

        frames = []
        for p in self.points:
            for number, s in enumerate((p.search, *p.others), 1):
                columns = {"run": np.arange(len(s.at)), "value": s.nodes[s.at], "outcome": s.outcome}
                level = math.nan if p.level is None else p.level
                frames.append(pd.DataFrame({"level": level, "set": number, **columns}))
        return pd.concat(frames, ignore_index=True)

    def text(self) -> str:
        """Say where it tips, how surely, and what that depends on, in plain English."""
        return say_frontier(self)

    def parts(self) -> dict[str, pd.DataFrame | Figure]:
        """Return tipping points, and the outcome at each value, with a chart."""
        from conducive.experiments.search.tipping.figures import tipping_figure

        return {"tipping": self.table, "curve": self.curve, "chart": tipping_figure(self)}
