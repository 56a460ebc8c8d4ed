"""Official figures: a simulated panel of authorities, with no innovation, beside the real one of 2017 to 2025.

Every usable authority lives nine years from what its row of 2017 says of its lasting level, after ten years of warm-up
in which inspection grades find their own distribution. Both panels go through the same statistics; a standardised
distance is the difference of two figures over the standard error of that difference.

Some of it is put in rather than predicted. Levels: the mean of the panel is put in, less what inadequate judgements
add. The spread between authorities: one published row is an authority's lasting level plus that year's swing, and a row
lived at for ever would overstate the spread; `lasting_figures` therefore draws each row towards the mean, as far as the
real panel regresses, and the history that the model gives each authority adds the rest. What moves together: in part it
comes with the rows. What is left is predicted: the swing from year to year, what turnover has beyond chance, length of
service, the mark of an inspection.

Simulated posts hold cases; published figures are of all social workers, about 1.6 times as many, managers included.
Figures for turnover are therefore net of the chance that goes with the number in post. Managers stay longer, so that
length of service is not quite comparable.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cache
from statistics import fmean
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from conducive.agents.practitioner import PERMANENT
from conducive.experiments.lives.living import in_order, life
from conducive.model.climate import INADEQUATE
from conducive.model.month import live
from conducive.scenarios.scenario import Scenario, Wave
from conducive.scenarios.timeline import timeline
from conducive.scenarios.workforce import (
    SWING_STAFF,
    AuthorityYear,
    authorities,
    find,
    official_table,
    shipped_table,
    starting_point,
)

type Numbers = npt.NDArray[np.float64]

FAR = 2.0
"""Standardised distance from which on a figure is off."""
YEARS = tuple(range(2017, 2026))
WARM_UP = 120
"""Months before the first year: some three inspections."""
POINTS, CASES = "points", "cases"
FIGURES = {"turnover": POINTS, "vacancy_rate": POINTS, "agency_rate": POINTS, "caseload": CASES}
"""The four figures and their units; rates are percentages in every panel."""
USUAL_STAFF = 190.0
"""Social workers in post in the median authority: the size at which turnover is held against chance."""
TOGETHER = (
    ("agency_rate", "vacancy_rate"),
    ("turnover", "vacancy_rate"),
    ("turnover", "agency_rate"),
    ("turnover", "caseload"),
)
SERVICE = {
    "staff under 5 years": (61.0, 2.0),
    "leavers under 2 years": (35.0, 2.0),
    "leavers under 5 years": (68.0, 2.0),
}
"""Length of service in 2019, DfE, in percent; the error is a stated discrepancy, for these are counts of everybody."""
EVENT_YEARS = ("-3 and before", "-1", "0", "+1", "+2", "+3", "+4 and after")
"""Years since a judgement of inadequate; the year -2 is the reference."""
_REFERENCE, _LAST = -2, 4
EVENT_STUDY = {
    "agency_rate": ((-3.4, 2.2), (4.9, 1.7), (13.1, 2.2), (12.5, 2.2), (11.7, 2.1), (10.2, 2.7), (9.3, 2.8)),
    "vacancy_rate": ((-4.8, 2.2), (0.8, 1.9), (9.2, 2.6), (9.8, 2.4), (8.9, 2.7), (7.7, 3.0), (6.8, 2.9)),
    "turnover": ((-1.7, 1.0), (0.6, 1.6), (1.7, 1.7), (1.1, 1.9), (-0.1, 1.5), (1.7, 2.1), (0.9, 1.7)),
    "caseload": ((-0.2, 0.6), (-0.7, 0.5), (0.1, 0.7), (-1.0, 0.5), (-2.2, 0.8), (-2.1, 0.7), (-1.4, 0.6)),
}
"""Change since two years before 32 judgements of inadequate, and its standard error (DfE and Ofsted, 2017 to 2025)."""
INADEQUATE_SHARE = 0.135
"""Authorities inadequate at a time: 18 to 23 of 152 from 2018 to 2025 (Ofsted)."""


@dataclass(frozen=True)
class Panel:
    """Yearly figures of authorities: arrays of shape (authorities, years), NaN where nothing was published.

    Attributes:
        names: the authorities.
        figures: `turnover`, `vacancy_rate` and `agency_rate` in percent, `caseload` in cases.
        in_post: permanent social workers; simulated, permanent case-holders.
        grade: last inspection, 1 (outstanding) to 4 (inadequate); NaN in the official panel.
        service: people by length of service in the last year, as `counted`; NaN in the official panel.

    """

    names: tuple[str, ...]
    figures: dict[str, Numbers]
    in_post: Numbers
    grade: Numbers
    service: Numbers

    def pick(self, rows: npt.NDArray[np.intp]) -> Panel:
        """Return the panel of some authorities, by row, repeated as often as they are named."""
        return replace(
            self,
            names=tuple(self.names[row] for row in rows),
            figures={name: values[rows] for name, values in self.figures.items()},
            in_post=self.in_post[rows],
            grade=self.grade[rows],
            service=self.service[rows],
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, official and simulated, each with its standard error."""

    group: str
    what: str
    unit: str
    official: float
    official_error: float
    simulated: float
    simulated_error: float

    @property
    def distance(self) -> float:
        """Simulated less official, over the standard error of the difference."""
        return (self.simulated - self.official) / math.hypot(self.official_error, self.simulated_error)


# ---- The two panels ------------------------------------------------------------------------------------------------


@cache
@shipped_table()
def official_panel() -> Panel:
    """Return the published figures of local authorities with more than `SWING_STAFF` in post."""
    rows = [r for r in official_table() if r.level == "authority" and (r.in_post or 0) > SWING_STAFF]
    names = tuple(sorted({r.name for r in rows}))
    at = {(r.name, r.year): r for r in rows}

    def values(name: str, unit: str = "") -> Numbers:
        found = [[getattr(at.get((place, year)), name, None) for year in YEARS] for place in names]
        return np.array(found, float) * (100.0 if unit == POINTS else 1.0)

    in_post = values("in_post")
    unknown = np.full_like(in_post, np.nan)
    return Panel(names, {n: values(n, unit) for n, unit in FIGURES.items()}, in_post, unknown, unknown)


@shipped_table()
def places() -> list[AuthorityYear]:
    """Authorities that a panel can start from: usable in the first year, with more than `SWING_STAFF` in post."""
    return [a for a in authorities(YEARS[0]) if (a.in_post or 0) > SWING_STAFF]


def simulated_panel(
    base: Scenario,
    some: Sequence[str] | None = None,
    seed: int = 0,
    replicate: int = 0,
    executor: Executor | None = None,
) -> Panel:
    """Live nine years in each authority, or in `some`, under the values and coefficients of a scenario.

    Innovations of the scenario are left out. An authority meets the same luck whichever others are asked for, and a
    panel is the same to the bit with any executor (default: threads).
    """
    numbered = [(n, a) for n, a in enumerate(places()) if some is None or a.name in some]
    quiet = without_innovation(base)
    asked = [at_lasting_level(quiet, a) for _, a in numbered]
    keys = [replicate * 1000 + n for n, _ in numbered]
    lives = all_nine_years(asked, seed, keys, executor)
    return Panel(
        tuple(a.name for _, a in numbered),
        {name: np.stack([life.figures[name] for life in lives]) for name in FIGURES},
        *(np.stack([getattr(life, name) for life in lives]) for name in ("in_post", "grade", "service")),
    )


def without_innovation(base: Scenario) -> Scenario:
    """Return a scenario of nine years after a long warm-up whose only innovation comes when they are over."""
    months = 12 * len(YEARS)
    quiet = replace(base, waves=(Wave(0),)).change({"horizon": months + 1, "warm_up": WARM_UP})
    return replace(quiet, waves=(Wave(months),))


@shipped_table()
def at_lasting_level(quiet: Scenario, place: AuthorityYear, lasting: Mapping[str, float] | None = None) -> Scenario:
    """Return the scenario at an authority, with its `lasting_figures`, or others, in place of those published."""
    moved = quiet.at(place.name, place.year)
    figures = lasting_figures(place) if lasting is None else lasting
    turnover, vacancy, agency_rate = (figures[n] / 100.0 for n in ("turnover", "vacancy_rate", "agency_rate"))
    agency = agency_rate / (1.0 - agency_rate) * (1.0 - vacancy)  # share of posts
    published = starting_point(place.name, place.year)["workforce_capacity.agency_cover"]
    cover = min(published, agency / vacancy)
    start = {
        "turnover": turnover,
        "time_to_fill": 12.0 / turnover * vacancy / (1.0 - vacancy),
        "agency_cover": cover,
        "agency_extra": agency - vacancy * cover,
        "caseload": figures["caseload"],
    }
    layer = {**moved.start, **{f"workforce_capacity.{name}": value for name, value in start.items()}}
    # `under` again: staff are used to the lasting caseload.
    return replace(moved, start=MappingProxyType(layer)).under(moved.coefficients)


def lasting_figures(place: AuthorityYear) -> dict[str, float]:
    """Best guess at an authority's lasting figures from one row: the row drawn towards the mean of the panel.

    A deviation from the mean of the year is multiplied by b / (b + w), with b the variance of lasting levels and w that
    of yearly swings in the real panel (`components`): regression to the mean. What inadequate judgements add to that
    mean is taken off, because the model adds it by itself.
    """
    panel = official_panel()
    column = YEARS.index(place.year)
    found = {}
    for name, unit in FIGURES.items():
        values, row = panel.figures[name], getattr(place, name) * (100.0 if unit == POINTS else 1.0)
        lasting, swing = components(values)
        apart = row - np.nanmean(values[:, column])
        marked = INADEQUATE_SHARE * fmean(change for change, _ in EVENT_STUDY[name][2:])  # from year 0 on
        usual = np.nanmean(np.nanmean(values, axis=0)) - marked
        found[name] = float(usual + apart * lasting / (lasting + swing))
    return found


def all_nine_years(
    asked: Iterable[Scenario], seed: int, replicates: Iterable[int], executor: Executor | None = None
) -> list[Panel]:
    """Live each of some authorities, laid out by `without_innovation`, up to the last census: a replicate each."""
    tasks = ((one, seed, replicate) for one, replicate in zip(asked, replicates, strict=True))
    return list(in_order(_nine_years, tasks, executor))


def _nine_years(asked: tuple[Scenario, int, int]) -> Panel:
    """Live one authority up to the last census, of a seed and a replicate; its figures have shape (years,)."""
    scenario, seed, replicate = asked
    last = WARM_UP + 12 * len(YEARS)
    world = life(timeline(scenario), seed, replicate, last - 12)
    left = []
    for month in range(last - 12, last):
        rows = np.flatnonzero(world.practitioners["post"] == PERMANENT)
        before = world.practitioners["tenure"][rows]
        live(world, month, month + 1)
        left.append(1.0 + before[world.practitioners["tenure"][rows] <= before])
    census = world.monthly[11 : 12 * len(YEARS) : 12]
    staff = world.practitioners["tenure"][world.practitioners["post"] == PERMANENT]
    return Panel(
        (scenario.place,),
        {
            "turnover": 100.0 * census["turnover_12m"],
            "vacancy_rate": 100.0 * census["vacancy_rate"],
            "agency_rate": 100.0 * census["agency_rate"],
            "caseload": census["caseload"].copy(),
        },
        census["filled_posts"] * (1.0 - census["agency_rate"]),
        census["inspection_grade"].copy(),
        counted(staff, np.concatenate(left)),
    )


def counted(staff: Numbers, leavers: Numbers) -> Numbers:
    """Count staff, those under 5 years, leavers, those under 2 and under 5 years, from months of service.

    The real workforce grew while these figures were collected, so that fewer had come long ago; a simulated one keeps
    its size. People are therefore weighted as in a stable population that grows at the real pace.
    """
    weights = [np.exp(-growth() / 12.0 * months) for months in (staff, leavers)]
    under = [
        (weight * (months < 12.0 * years)).sum()
        for months, weight, limits in zip((staff, leavers), weights, ((math.inf, 5), (math.inf, 2, 5)), strict=True)
        for years in limits
    ]
    return np.array(under)


@cache
@shipped_table()
def growth() -> float:
    """Growth of the permanent workforce of England from 2017 to 2019, a year (log)."""
    before, after = (find("England", year).in_post or math.nan for year in (2017, 2019))
    return math.log(after / before) / 2.0


# ---- Statistics of a panel -----------------------------------------------------------------------------------------


def components(values: Numbers) -> tuple[float, float]:
    """Variance of lasting levels between authorities, and of yearly swings around them; year means taken out.

    Missing values are allowed; authorities seen once tell nothing of swings and are left out.
    """
    apart = values - np.nanmean(values, axis=0)
    seen = np.sum(~np.isnan(values), axis=1)
    apart, seen = apart[seen > 1], seen[seen > 1]
    own = np.nanmean(apart, axis=1)
    swing = np.nansum((apart - own[:, None]) ** 2) / (seen.sum() - len(seen) - (values.shape[1] - 1))
    return max(0.0, float(own.var(ddof=1) - swing * np.mean(1.0 / seen))), float(swing)


def chance(panel: Panel) -> float:
    """Variance of turnover if everybody left by themselves, with the same probability in all authorities of a year."""
    rate = np.nanmean(panel.figures["turnover"], axis=0) / 100.0
    variance = 1e4 * rate * (1.0 - rate) / panel.in_post
    return float(np.nanmean(np.where(np.isnan(panel.figures["turnover"]), np.nan, variance)))


def statistics(panel: Panel) -> dict[str, float]:
    """Levels, spread between authorities, swing from year to year (turnover: net of chance), and what moves together.

    Chance is that of the panel's own numbers in post; the dispersion of turnover is given for `USUAL_STAFF` in both.
    """
    found, luck = {}, chance(panel)
    for name, values in panel.figures.items():
        lasting, swing = components(values)
        found[f"{name}: level"] = float(np.nanmean(np.nanmean(values, axis=0)))
        found[f"{name}: spread between authorities"] = math.sqrt(lasting)
        beyond = swing - luck if name == "turnover" else swing
        found[f"{name}: swing from year to year"] = math.sqrt(max(0.0, beyond))
    turnover = panel.figures["turnover"]
    rate = float(np.nanmean(turnover)) / 100.0
    beyond = float(np.nanvar(turnover - np.nanmean(turnover, axis=0))) - luck
    found["turnover: variance over that of one hazard"] = 1.0 + beyond * USUAL_STAFF / (1e4 * rate * (1.0 - rate))
    for one, other in TOGETHER:
        found[f"correlation: {one} and {other}"] = correlated(panel.figures[one], panel.figures[other])
    return found


def correlated(one: Numbers, other: Numbers) -> float:
    """Correlation over authorities and years, year means taken out."""
    both = ~np.isnan(one) & ~np.isnan(other)
    x, y = (np.where(both, values, np.nan) for values in (one, other))
    x, y = x - np.nanmean(x, axis=0), y - np.nanmean(y, axis=0)
    return float(np.corrcoef(x[both], y[both])[0, 1])


def statistics_errors(panel: Panel, draws: int = 400) -> dict[str, float]:
    """Standard errors of `statistics`: authorities drawn again with replacement."""
    rng, count = np.random.default_rng(0), len(panel.names)
    again = [statistics(panel.pick(rng.integers(count, size=count))) for _ in range(draws)]
    return {name: float(np.std([one[name] for one in again], ddof=1)) for name in again[0]}


def length_of_service(panel: Panel) -> dict[str, float]:
    """Percentages of permanent staff, and of the leavers of the last year, by length of service: as in `SERVICE`."""
    staff, new, leavers, early, soon = panel.service.sum(axis=0).tolist()
    shares = (new / staff, early / leavers, soon / leavers)
    return {f"length of service: {what}": 100.0 * share for what, share in zip(SERVICE, shares, strict=True)}


# ---- The mark of an inspection -------------------------------------------------------------------------------------


def event_study(panels: Iterable[Panel]) -> dict[str, tuple[tuple[float, float], ...]]:
    """Figures in the years around a first new judgement of inadequate: change since two years before, and its error.

    The regression of the official table: effects of authorities, of years, and of the years in `EVENT_YEARS`; errors
    allow for anything within an authority. Each panel adds its authorities; those inadequate from the start are left
    out. Panels must be without gaps. Raises ValueError where no authority is newly judged inadequate.
    """
    panels = list(panels)
    bad = np.concatenate([p.grade for p in panels]) >= INADEQUATE
    begins = ~bad[:, 0]
    bad = bad[begins]
    if not bad.any():
        msg = "no authority was newly judged inadequate. Ask for more panels."
        raise ValueError(msg)
    since = np.arange(bad.shape[1]) - np.argmax(bad, axis=1)[:, None]
    marks = np.stack([since < _REFERENCE, *(since == k for k in range(-1, _LAST)), since >= _LAST], axis=-1)
    marks &= bad.any(axis=1)[:, None, None]
    return {
        name: _two_ways(np.concatenate([p.figures[name] for p in panels])[begins], marks.astype(float))
        for name in EVENT_STUDY
    }


def _two_ways(values: Numbers, marks: Numbers) -> tuple[tuple[float, float], ...]:
    """Regress values (authorities, years) on marks (authorities, years, k): each coefficient and its error."""
    y, x = (
        v - v.mean(axis=0) - v.mean(axis=1, keepdims=True) + v.mean(axis=(0, 1), keepdims=True)
        for v in (values[..., None], marks)
    )
    inverse = np.linalg.pinv(np.einsum("ayj,ayk->jk", x, x))
    effects = inverse @ np.einsum("ayk,ay->k", x, y[..., 0])
    scores = np.einsum("ayk,ay->ak", x, y[..., 0] - x @ effects)  # one row for each authority
    variance = inverse @ scores.T @ scores @ inverse * len(x) / (len(x) - 1)
    return tuple(zip(effects.tolist(), np.sqrt(np.diag(variance)).tolist(), strict=True))


# ---- Held against each other ---------------------------------------------------------------------------------------


def check(base: Scenario, executor: Executor | None = None, panels: int = 6, seed: int = 0) -> list[Figure]:
    """Every official figure beside its like from simulated panels (two or more).

    Errors of official statistics come from drawing authorities again, those of simulated ones from panel to panel.
    """
    lived = [simulated_panel(base, None, seed, replicate, executor) for replicate in range(panels)]
    found = [statistics(panel) | length_of_service(panel) for panel in lived]
    simulated = {name: np.array([one[name] for one in found]) for name in found[0]}
    figures = [
        _figure(name, float(values.mean()), float(values.std(ddof=1)) / math.sqrt(panels))
        for name, values in simulated.items()
    ]
    for name, cells in event_study(lived).items():
        for year, printed, cell in zip(EVENT_YEARS, EVENT_STUDY[name], cells, strict=True):
            figures.append(Figure(f"{name} around an inadequate judgement", year, FIGURES[name], *printed, *cell))
    return figures


def _figure(name: str, simulated: float, error: float) -> Figure:
    group, what = name.split(": ")
    return Figure(group, what, unit(group, what), *_official()[name], simulated, error)


@cache
def _official() -> dict[str, tuple[float, float]]:
    """Every official figure with its error, but those of the event study."""
    panel = official_panel()
    errors = statistics_errors(panel)
    found = {name: (value, errors[name]) for name, value in statistics(panel).items()}
    return found | {f"length of service: {what}": printed for what, printed in SERVICE.items()}


def unit(group: str, what: str) -> str:
    """Unit of a statistic."""
    if group == "correlation":
        return "correlation"
    return "ratio" if what.startswith("variance") else FIGURES.get(group, POINTS)


def table(figures: Iterable[Figure]) -> str:
    """Figures as a Markdown table: official and simulated with standard errors, and the distance, bold from 2 on."""
    lines = ["| Figure | Unit | Official | Simulated | Distance |", "|---|---|---|---|---|"]
    for f in figures:
        places_after = 1 if f.unit == POINTS else 2
        name = f"{f.group}: {f.what}".replace("_", " ")
        official, simulated = (
            f"{value:.{places_after}f} ({error:.{places_after}f})"
            for value, error in ((f.official, f.official_error), (f.simulated, f.simulated_error))
        )
        distance = f"{f.distance:+.1f}" if abs(f.distance) < FAR else f"**{f.distance:+.1f}**"
        lines.append(f"| {name[0].upper()}{name[1:]} | {f.unit} | {official} | {simulated} | {distance} |")
    return "\n".join(lines)
