"""The conducive zone as a map: where practice is sustained, where the zone opens, and its edge.

The edge of the zone is where the uptake number R, averaged over runs, is 1: where one person using the innovation
brings in one more before lapsing or leaving. Every point of a map meets the same luck.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.lives.intervals import A_SHARE, AN_AMOUNT, LEVEL, Numbers
from conducive.experiments.lives.readings import EDGE, Estimate, chance_of, drawn_anew, mean_of, read
from conducive.experiments.search.study import Found
from conducive.experiments.search.zone.text import say_zone

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from conducive.experiments.search.zone.plan import Axis, ZonePlan

RESAMPLES = 400
FINE = 61
"""Points along each axis between which the band around the contour is drawn."""
TRIES = 4
"""Simulated steps by which the end of a move is narrowed down."""
OUTWARD = 0.02
"""Steps by which a move along both axes goes on, as shares of its length."""
COLUMNS = ("uptake_number", "zone_open", "sustained", "use_at_fidelity", "spend", "use_on_average")
"""What is read of each run."""


@dataclass(frozen=True, slots=True)
class Move:
    """A change that takes the scenario across the edge of the zone, simulated.

    Attributes:
        along: names of the axes moved along.
        to: where it leads, x and y.
        share: its length as a share of the axis; for two axes, as if both were a yard long, the way the crow flies.
        values: readings there by replicate, shape (replicates, COLUMNS).

    """

    along: tuple[str, ...]
    to: tuple[float, float]
    share: float
    values: Numbers


@dataclass(frozen=True, repr=False)
class ZoneMap(Found):
    """A map of the conducive zone, whole or still filling in.

    Attributes:
        plan: what was asked.
        values: readings of each run at each point, shape (rows along y, columns along x, replicates, COLUMNS).
        itself: readings of the scenario as it stands, shape (replicates, COLUMNS); empty while not known.
        moves: what takes it across the edge, the shortest first.

    """

    plan: ZonePlan
    values: Numbers
    itself: Numbers = field(default_factory=lambda: np.empty((0, len(COLUMNS))))
    moves: tuple[Move, ...] = ()

    def in_short(self) -> dict[str, str]:
        """Return what is mapped, and how much of it is done."""
        return {
            "scenario": self.plan.scenario.title or self.plan.scenario.name,
            "along": self.plan.x.title,
            "up": self.plan.y.title,
            "points": f"{int(self.done.sum())} of {self.done.size}",
            "runs at each": f"{self.plan.replicates:,}",
            "more": "print(zone.text()), or zone.table",
        }

    @property
    def done(self) -> npt.NDArray[np.bool_]:
        """Which points are done."""
        return ~np.isnan(self.values[:, :, 0, 0])

    @property
    def interrupted(self) -> bool:
        """Whether points are missing."""
        return not self.done.all()

    @cached_property
    def uptake(self) -> Numbers:
        """Mean uptake number at each point (rows, columns)."""
        return np.asarray(self.values[..., 0].mean(axis=2))

    @property
    def own(self) -> tuple[int, int] | None:
        """Row and column where the scenario itself stands; None where it is off the map."""
        x, y = self.plan.x, self.plan.y
        return None if x.own is None or y.own is None else (y.values.index(y.own), x.values.index(x.own))

    @property
    def inside(self) -> bool | None:
        """Whether the scenario, where it stands on the map, is in the zone; None where that is not known."""
        if self.own is None or not self.done[self.own]:
            return None
        return bool(self.uptake[self.own] >= EDGE)

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each point that is done.

        Columns: x, y, runs, uptake (mean R) with its interval, open (share of runs with R of at least 1), sustained
        (chance of sustained use, not a number where it cannot be judged) and average (use as it is meant in an average
        month) with theirs, judged (runs in which sustained use can be judged), zone_open (share of runs in which use
        can grow from some level on), use (as it is meant, at the horizon), spend_a_year (GBP).
        """
        import pandas as pd

        rows = []
        for row, y in enumerate(self.plan.y.values):
            for column, x in enumerate(self.plan.x.values):
                if self.done[row, column]:
                    rows.append({"x": x, "y": y, **self.summary(self.values[row, column])})
        return pd.DataFrame(rows)

    def summary(self, values: Numbers) -> dict[str, float]:
        """Return the columns of the table, from `runs` on, for readings of one point (replicates, COLUMNS)."""
        sets = self.plan.sets
        r, zone, sustained, use, spend, average = values.T
        found: dict[str, float] = {"runs": len(values)}
        for name, (low, mean, high) in (
            ("uptake", mean_of(r, sets, AN_AMOUNT)),
            ("open", chance_of((r >= EDGE).astype(float), sets)),
            ("sustained", chance_of(sustained, sets)),
            ("average", mean_of(average, sets, A_SHARE)),
        ):
            found |= {name: mean, f"{name}_low": low, f"{name}_high": high}
        years = self.plan.scenario.horizon / 12
        return found | {
            "judged": int((~np.isnan(sustained)).sum()),
            "zone_open": float(zone.mean()),
            "use": float(use.mean()),
            "spend_a_year": float(spend.mean()) / years,
        }

    def grid(self, name: str) -> Numbers:
        """A column of the table as a map: rows along y, columns along x; not a number where a point is not done."""
        found = np.full(self.plan.shape, np.nan)
        found[self.done] = self.table[name].to_numpy(float)
        return found

    # ---- The edge of the zone ----

    def contour(self) -> list[Numbers]:
        """Lines along which mean R is 1, each an array of points (x, y)."""
        return _lines(self.plan.x.values, self.plan.y.values, self.uptake, EDGE)

    @cached_property
    def band(self) -> tuple[Numbers, Numbers, Numbers] | None:
        """Uncertainty of the edge: fine x, fine y, and how often R is at least 1 there when runs are drawn anew.

        Where that is between 2.5% and 97.5%, it is not clear on which side of the edge a point lies. Replicates are
        drawn anew together at all points, within plausible sets drawn anew where there are several. None where one
        alone was run.
        """
        drawn = self._drawn
        if drawn is None or self.interrupted:
            return None
        from scipy.interpolate import RegularGridInterpolator

        x, y = (np.linspace(axis.values[0], axis.values[-1], FINE) for axis in (self.plan.x, self.plan.y))
        surface = RegularGridInterpolator((self.plan.y.values, self.plan.x.values), np.moveaxis(drawn, 0, -1))
        share = [(surface((np.full(FINE, at), x)) >= EDGE).mean(axis=1) for at in y]
        return x, y, np.array(share)

    @cached_property
    def _drawn(self) -> Numbers | None:
        """Mean R at each point over replicates drawn anew: (RESAMPLES, rows, columns)."""
        drawn = drawn_anew(self.plan.replicates, self.plan.sets, RESAMPLES)
        if drawn is None:
            return None
        weights = drawn / drawn.sum(axis=1, keepdims=True)
        return np.asarray(np.einsum("br,yxr->byx", weights, self.values[..., 0]))

    @cached_property
    def edge(self) -> pd.DataFrame:
        """Where lines along x, and lines along y, first take R across 1.

        Columns: along (x or y), at (the value of the other axis), edge (where R is 1), its 95% interval (low, high; to
        the end of the axis where that is not clear) and rising (whether R rises there). A line that does not cross has
        no row.
        """
        import pandas as pd

        rows: list[dict[str, object]] = []
        drawn = self._drawn
        for along, moved, other in (("x", self.plan.x, self.plan.y), ("y", self.plan.y, self.plan.x)):
            where = np.array(moved.values)
            turned = along == "y"
            levels = self.uptake.T if turned else self.uptake
            again = None if drawn is None else np.swapaxes(drawn, 1, 2) if turned else drawn
            for n, at in enumerate(other.values):
                edge, rising = _crossing(where, levels[n])
                if math.isnan(edge):
                    continue
                low = high = math.nan
                if again is not None:
                    found = [_reach(where, line, rising) for line in again[:, n]]
                    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
                    low, high = min(edge, low), max(edge, high)
                rows.append({"along": along, "at": at, "edge": edge, "low": low, "high": high, "rising": rising})
        return pd.DataFrame(rows, columns=["along", "at", "edge", "low", "high", "rising"])

    def money(self, move: Move, than: Move | None = None) -> Estimate:
        """What more is spent on the innovation after a move than before it, or than after another, with interval.

        GBP a year on average over the horizon; the same luck in both.
        """
        assert self.own is not None
        before = self.values[self.own] if than is None else than.values
        more = (move.values - before)[:, COLUMNS.index("spend")]
        return mean_of(more / (self.plan.scenario.horizon / 12), self.plan.sets)

    def text(self) -> str:
        """Say where the zone is, where the scenario stands and what would move it, in plain English."""
        return say_zone(self)

    def parts(self) -> dict[str, pd.DataFrame | Figure]:
        """Return points, the edge by line, its contour, moves where there are any, and the map as it is drawn."""
        import pandas as pd

        from conducive.experiments.search.zone.figures import zone_figure

        lines = [
            pd.DataFrame({"line": n, "x": line[:, 0], "y": line[:, 1]}) for n, line in enumerate(self.contour(), 1)
        ]
        contour = pd.concat(lines) if lines else pd.DataFrame(columns=["line", "x", "y"])
        moves = {"moves": pd.DataFrame([self._row(move) for move in self.moves])} if self.moves else {}
        return {"points": self.table, "edge": self.edge, "contour": contour, **moves, "chart": zone_figure(self)}

    def _row(self, move: Move) -> dict[str, object]:
        low, mean, high = self.money(move)
        uptake = mean_of(move.values[:, 0], self.plan.sets, AN_AMOUNT)
        return {
            "along": " and ".join(move.along), "x": move.to[0], "y": move.to[1], "share_of_range": move.share,
            "uptake": uptake.mean, "uptake_low": uptake.low, "uptake_high": uptake.high,
            "spend_a_year": mean, "spend_low": low, "spend_high": high,
        }  # fmt: skip


def _lines(x: Sequence[float], y: Sequence[float], z: Numbers, level: float) -> list[Numbers]:
    from contourpy import contour_generator

    made = contour_generator(np.array(x), np.array(y), np.ma.masked_invalid(z)).lines(level)
    return [np.asarray(line) for line in made]


def _crossing(at: Numbers, values: Numbers) -> tuple[float, bool]:
    """Return where values first cross the edge along a line, and whether they rise there; not a number where never."""
    if np.isnan(values).any():
        return math.nan, False
    above = values >= EDGE
    changes = np.flatnonzero(above[1:] != above[:-1])
    if not len(changes):
        return math.nan, False
    n = int(changes[0])
    return _between(at[n], at[n + 1], values[n], values[n + 1]), bool(above[n + 1])


def _reach(at: Numbers, values: Numbers, rising: bool) -> float:
    """Return where a line drawn anew crosses, or the end of the axis at which it would have had to."""
    found, up = _crossing(at, values)
    if not math.isnan(found) and up == rising:
        return found
    return float(at[0] if (values[0] >= EDGE) == rising else at[-1])


def _between(a: float, b: float, at_a: float, at_b: float) -> float:
    return float(a + (EDGE - at_a) / (at_b - at_a) * (b - a))


# ---- What would move it across -------------------------------------------------------------------------------------


def moves(zone: ZoneMap) -> tuple[Move, ...]:
    """Return the shortest move along each axis across the edge; where neither reaches it, the shortest along both."""
    if zone.own is None:
        return ()
    found = [move for n in (0, 1) if (move := _along(zone, n))]
    if not found and (move := _along_both(zone)):
        found = [move]
    return tuple(sorted(found, key=lambda move: move.share))


def _along(zone: ZoneMap, n: int) -> Move | None:
    """Return the shortest move along x (0) or y (1), its end narrowed down by simulation; None where none crosses."""
    assert zone.own is not None
    axes = (zone.plan.x, zone.plan.y)
    row, column = zone.own
    moved, start = axes[n], (column, row)[n]
    line = zone.uptake[row] if n == 0 else zone.uptake[:, column]
    across = (line >= EDGE) != (line[start] >= EDGE)
    ends = []
    for way in (1, -1):
        stop = start + way
        while 0 <= stop < len(line) and not across[stop]:
            stop += way
        if 0 <= stop < len(line):
            a, b = moved.values[stop - way], moved.values[stop]
            ends.append((abs(_between(a, b, line[stop - way], line[stop]) - moved.values[start]), stop - way, stop))
    if not ends:
        return None
    _, inner, outer = min(ends)
    a, b, at_a, at_b = moved.values[inner], moved.values[outer], line[inner], line[outer]
    values = zone.values[row, outer] if n == 0 else zone.values[outer, column]
    for _ in range(TRIES):
        candidate = _outward(moved, a, b, _between(a, b, at_a, at_b))
        if candidate in {a, b}:
            break
        tried = _read(zone.plan, *((candidate, axes[1].values[row]) if n == 0 else (axes[0].values[column], candidate)))
        mean = float(tried[:, 0].mean())
        if (mean >= EDGE) == (at_b >= EDGE):
            b, at_b, values = candidate, mean, tried
        else:
            a, at_a = candidate, mean
    to = (b, axes[1].values[row]) if n == 0 else (axes[0].values[column], b)
    return Move((moved.name,), to, abs(b - moved.values[start]) / moved.width, values)


def _outward(moved: Axis, a: float, b: float, target: float) -> float:
    """Return a value at or beyond a target on the way from a to b that can be said in a few digits, at most b."""
    step = 1.0 if moved.whole else 10.0 ** math.floor(math.log10(moved.width / 20))
    rounded = round((math.ceil if b > a else math.floor)(round(target / step, 9)) * step, 10)
    return min(rounded, b) if b > a else max(rounded, b)


def _along_both(zone: ZoneMap) -> Move | None:
    """Return the shortest move along both axes, as shares of their range; None where R is on one side all over."""
    from scipy.interpolate import RegularGridInterpolator

    plan, own = zone.plan, zone.own
    assert own is not None
    here = np.array([plan.x.values[own[1]], plan.y.values[own[0]]])
    width = np.array([plan.x.width, plan.y.width])
    inside = zone.uptake[own] >= EDGE
    x, y = (np.linspace(a.values[0], a.values[-1], FINE) for a in (plan.x, plan.y))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    surface = RegularGridInterpolator((plan.y.values, plan.x.values), zone.uptake)(points[:, ::-1])
    across = points[(surface >= EDGE) != inside]
    if not len(across):
        return None
    target = across[np.argmin((((across - here) / width) ** 2).sum(axis=1))]
    # Interpolation may stop short of the edge: go on the same way, as far as the map goes.
    for further in 1 + OUTWARD * np.arange(1 / OUTWARD):
        to = here + further * (target - here)
        x_to, y_to = (
            min(max(_outward(a, start, end, end), a.values[0]), a.values[-1])
            for a, start, end in zip((plan.x, plan.y), here, to.tolist(), strict=True)
        )
        values = _read(plan, x_to, y_to)
        if (values[:, 0].mean() >= EDGE) != inside:
            share = float(np.sqrt(((((x_to, y_to) - here) / width) ** 2).sum()))
            return Move((plan.x.name, plan.y.name), (x_to, y_to), share, values)
    return None


def _read(plan: ZonePlan, x: float, y: float) -> Numbers:
    return read(plan.at(x, y), plan.readings, range(plan.replicates), plan.seed, plan.sets)
