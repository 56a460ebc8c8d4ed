"""What a sweep asks: a scenario or a programme, what varies in it, and the points of its design.

A factor is an input, a whole condition or a whole cluster. Its values are a list, or a range that a design fills.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.intervals import Numbers
from conducive.experiments.lives.undone import notes_on
from conducive.experiments.programmes.runs import ENDS, document, figures_of
from conducive.experiments.search.factors import FEW, Factor, uneven
from conducive.model.measures import INDICATORS, MONTHLY
from conducive.scenarios.conditions import CLUSTERS, positions
from conducive.scenarios.declaration import exact
from conducive.scenarios.errors import InputError
from conducive.scenarios.links import LINKS
from conducive.scenarios.programme import Programme, programme_inputs
from conducive.scenarios.scenario import Scenario, declared
from conducive.scenarios.workforce import figures_key

GRID, LIST, LATIN, SOBOL = "grid", "list", "latin-hypercube", "sobol"
DESIGNS = (GRID, LIST, LATIN, SOBOL)
DRAWN = (LATIN, SOBOL)


@dataclass(frozen=True)
class Levels:
    """The values of one factor: `values` as listed or `stepped` through, or a range (`over`) that a design fills."""

    name: str
    values: tuple[float, ...] = ()
    over: Factor | None = None
    stepped: bool = False

    @property
    def note(self) -> str:
        """What is to be said of the values before they are run: that whole numbers make steps of unequal length."""
        if not (self.stepped and self.whole):
            return ""
        return uneven(self.name, self.values, len(self.values) - 1, round(self.high - self.low) + 1)

    @property
    def whole(self) -> bool:
        """Whether it takes whole numbers only; a switch is 0 or 1."""
        known = declared().get(self.name) or programme_inputs().get(self.name)
        return known is not None and known.whole

    @property
    def low(self) -> float:
        """Least value."""
        return min(self.values) if self.over is None else self.over.low

    @property
    def high(self) -> float:
        """Greatest value."""
        return max(self.values) if self.over is None else self.over.high

    def fill(self, shares: Numbers) -> Numbers:
        """Return values at shares (0-1) of the range; listed values are all as likely."""
        if self.over is None:
            return np.array(self.values)[(shares * len(self.values)).astype(np.int64)]
        return np.array([self.over.value(share) for share in shares.tolist()])

    def text(self) -> str:
        """Return the values as a refusal shows them, different for different values."""
        if self.over is not None:
            return f"{exact(self.low)} to {exact(self.high)}"
        if len(self.values) <= FEW:
            return ", ".join(exact(value) for value in self.values)
        return f"{len(self.values):,} values, {_digest(np.array(self.values))}"


@dataclass(frozen=True)
class Plan:
    """A sweep, checked: runs are numbered by point, then authority, then replicate.

    Attributes:
        scenario: what stays as it is.
        programme: the programme that is lived, by all its authorities together; None where the scenario is.
        design: grid, list, latin-hypercube or sobol.
        levels: the values of each factor.
        count: points of the design.
        authorities: where each point is run; empty where the scenario itself is.
        year: census year of their figures.
        replicates: runs of each point at each authority.
        seed: of luck, and of designs that are drawn.
        plausible: whether replicates are spread over plausible sets of coefficients.

    """

    scenario: Scenario
    design: str
    levels: tuple[Levels, ...]
    count: int
    authorities: tuple[str, ...]
    year: int
    replicates: int
    seed: int
    plausible: bool
    programme: Programme | None = None

    @property
    def title(self) -> str:
        """What is lived, in words."""
        lived = self.programme or self.scenario
        return lived.title or lived.name

    @property
    def indicators(self) -> tuple[str, ...]:
        """What is read of a run in its last month."""
        return ENDS.names or () if self.programme else tuple(i.name for i in INDICATORS)

    @property
    def row(self) -> np.dtype[np.void]:
        """Layout of the last month of a run."""
        return ENDS if self.programme else MONTHLY

    @property
    def places(self) -> int:
        """Places where each point is run."""
        return max(1, len(self.authorities))

    @property
    def runs(self) -> int:
        """Runs there are in all."""
        return self.count * self.places * self.replicates

    def points(self, first: int, last: int) -> Numbers:
        """Return the values of factors at points `first` up to `last`: shape (points, factors)."""
        if self.design != GRID:
            return self._table[first:last]
        shape = [len(each.values) for each in self.levels]
        picked = np.unravel_index(np.arange(first, last), shape) if shape else ()
        return _columns([np.array(e.values)[i] for e, i in zip(self.levels, picked, strict=True)], last - first)

    @cached_property
    def _table(self) -> Numbers:
        if self.design == LIST:
            return _columns([np.array(each.values) for each in self.levels], self.count)
        from scipy.stats import qmc

        kind = qmc.Sobol if self.design == SOBOL else qmc.LatinHypercube
        shares = kind(len(self.levels), rng=np.random.default_rng(self.seed)).random(self.count)
        return _columns([each.fill(shares[:, n]) for n, each in enumerate(self.levels)], self.count)

    @cached_property
    def notes(self) -> list[str]:
        """What is to be said before it is run. Raises InputError where a factor makes no difference at all."""
        ends = {e.name: (changes([e.name], [e.low]), changes([e.name], [e.high])) for e in self.levels}
        own = programme_inputs()
        if self.programme:
            _check_acts(self.programme, [name for name in ends if name in own])
        of_scenario = {name: each for name, each in ends.items() if name not in own}
        return [*(each.note for each in self.levels if each.note), *notes_on(self.scenario, of_scenario)]

    def text(self) -> str:
        """Return how many runs there are, and why, in words."""
        parts = [f"{self.count:,} design points", f"{self.replicates:,} replicates"]
        if self.programme:
            return f"{self.runs:,} runs ({' x '.join(parts)}) of {len(self.programme.places):,} authorities each"
        if self.authorities:
            parts.insert(1, f"{len(self.authorities):,} authorities")
        return f"{self.runs:,} runs ({' x '.join(parts)})"


def _check_acts(programme: Programme, names: Sequence[str]) -> None:
    """Raise InputError for a number of a programme that nothing reads, because its link is off or no grant is given."""
    for name in names:
        link = name.partition(".")[0]
        off = next((each.name for each in LINKS if each.name == link and not programme.on(link)), None)
        if off:
            msg = f"{name} makes no difference: links.{off} is off. Turn it on, or vary something else."
            raise InputError(msg)
        if (
            name in {"funding.length", "funding.grant", "funding.embedding_share", "funding.match"}
            and not programme.rounds
        ):
            msg = f"{name} makes no difference: the programme gives no grants. Vary something else."
            raise InputError(msg)


def changes(names: Sequence[str], values: Sequence[float]) -> dict[str, object]:
    """Return what `change` takes for values of factors; a cluster moves each of its conditions."""
    found: dict[str, object] = {}
    for name, value in zip(names, values, strict=True):
        if name in CLUSTERS:
            found |= positions(name, value)
        else:
            found[name] = bool(value) if name.startswith("links.") and value in {0, 1} else value
    return found


def sweep_identity(plan: Plan) -> Identity:
    """Return what decides the numbers of a sweep. Raises InputError where there are no plausible sets to be used."""
    own = {"programme": document(plan.programme)} | figures_of(plan.programme) if plan.programme else {}
    table = figures_key(plan.authorities, plan.year) if plan.authorities else "none"
    return study_identity(
        "sweep",
        {"scenario": plan.scenario},
        plan.replicates,
        plan.seed,
        plausible=plan.plausible,
        design=plan.design,
        points=plan.count,
        factors={each.name: each.text() for each in plan.levels},
        drawn=_digest(plan.points(0, plan.count)) if plan.design != GRID else "all",
        authorities=", ".join(plan.authorities) or "none",
        year=plan.year if plan.authorities else "none",
        **{"official_table": table, **own},
    )


def _columns(columns: Sequence[Numbers], rows: int) -> Numbers:
    return np.column_stack(columns) if columns else np.empty((rows, 0))


def _digest(values: Numbers) -> str:
    return hashlib.sha256(np.ascontiguousarray(values, np.float64).tobytes()).hexdigest()[:12]
