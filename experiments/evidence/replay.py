"""Replay: each authority's eight years from 2018 to 2025, lived again from its row of 2017, beside what was published.

One published row is an authority's lasting level plus that year's swing (`official`). What is known of the level is
therefore a normal distribution around `lasting_figures`, with variance bw / (b + w), b being that of lasting levels and
w that of swings in the real panel. Each life draws a level from it, one of the plausible sets of coefficients, and its
own luck; the band is the middle 80% of lives. Nothing in it is fitted to the years replayed but what the model rests
on: the variances, and the mean of the panel over all years. National ups and downs are not put in.

`python -m conducive.experiments.evidence.replay FOLDER` replays every authority and stores how each fared.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.evidence.official import (
    FIGURES,
    YEARS,
    all_nine_years,
    at_lasting_level,
    components,
    correlated,
    lasting_figures,
    official_panel,
    places,
    without_innovation,
)
from conducive.experiments.evidence.validation import stored_if, write
from conducive.experiments.folders.identity import sets_key
from conducive.experiments.lives.plausible import DATA, plausible_sets
from conducive.experiments.lives.readings import sets_of
from conducive.experiments.version import model_version
from conducive.experiments.words import listed
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.events import GRADES
from conducive.scenarios.official_tables import inspections
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.short import InShort
from conducive.scenarios.workforce import (
    SWING_STAFF,
    AuthorityYear,
    codes_of,
    every_row_of,
    figures_key,
    find,
    shipped_table,
)

type Numbers = npt.NDArray[np.float64]

REPLAYED = YEARS[1:]
BAND = (0.1, 0.9)
RUNS = 60
FIRST_MONTH = 12 * YEARS[0] - 4
"""Month 0 of a replay, in months of our era: the census of the first year is in month 12."""
BELIEVABLE = (0.01, 0.99)
"""Quantiles of the panel between which levels are drawn: no authority stays far from what was ever published."""
LEAST = 0.5
"""The least turnover, vacancy and agency rate that is drawn, in percent: of nothing, no time to fill follows."""
DIGITS = 2
"""Decimals of a fan."""
INSIDE, ABOVE, BELOW, UNKNOWN = "=+-."
"""Where a published figure lies: within the band, above it, below it, or nowhere."""
AIM = (0.7, 0.9)
"""Share inside an 80% band over all authorities that a model with the right spread would have, or nearly."""
WORDS = {"turnover": "turnover", "vacancy_rate": "vacancies", "agency_rate": "agency staff", "caseload": "caseload"}
FILE = "replay.json"
STORED = DATA / FILE
AGAIN = "uv run python -m conducive.experiments.evidence.replay experiments/data"


@dataclass(frozen=True, slots=True)
class Fan:
    """A figure by year, 2018 to 2025: the band's ends and the median of lives, and what was published (NaN: nothing).

    Rates are percentages, caseload is in cases.
    """

    low: Numbers
    middle: Numbers
    high: Numbers
    official: Numbers

    @property
    def marks(self) -> str:
        """A mark for each year: `=` within the band, `+` above, `-` below, `.` not published."""
        return "".join(
            UNKNOWN if math.isnan(o) else ABOVE if o > high else BELOW if o < low else INSIDE
            for low, high, o in zip(self.low, self.high, self.official, strict=True)
        )


@dataclass(frozen=True, repr=False, slots=True)
class Replay(InShort):
    """An authority lived again from 2017, beside its official figures; `judged` if inadequate judgements are put in."""

    name: str
    fans: Mapping[str, Fan]
    judged: tuple[int, ...] | None
    runs: int
    seed: int

    def in_short(self) -> dict[str, str]:
        """Return whose it is, and how much of what was published lies within the band."""
        inside, known = share_inside(self.marks.values())
        return {"name": self.name, "runs": str(self.runs), "within the 80% band": f"{inside} of {known} figures"}

    @property
    def marks(self) -> dict[str, str]:
        """Marks of each figure, as `Fan.marks`."""
        return {name: fan.marks for name, fan in self.fans.items()}

    def text(self) -> str:
        """Say how much lies within the band here, what does not, and which judgements were put in."""
        dates = listed([f"{date_of(month):%B %Y}" for month in self.judged or ()])
        put_in = f" Its judgements of inadequate are put in: {dates}." if dates else ""
        never = " It was never judged inadequate in these years." if self.judged == () else ""
        return f"{_inside(self.marks.values())} {misfit(self.marks)}{put_in}{never}"


@dataclass(frozen=True, slots=True)
class Study:
    """Every authority replayed, by name; those judged inadequate in these years again, with judgements put in."""

    plain: Mapping[str, Replay]
    judged: Mapping[str, Replay]

    def of(self, name: str, *, judgements: bool = False) -> Replay:
        """Return the replay of an authority, as `replay` does, and raise InputError as it does.

        With `judgements`, one that was never judged inadequate in these years has the same as without.
        """
        with shipped_table():
            official = _place(name)[1].name
        found = self.judged.get(official) if judgements else None
        return found or replace(self.plain[official], judged=() if judgements else None)

    @property
    def share(self) -> float:
        """Share of published figures within the band, over all authorities."""
        return _share(self.marks())

    def marks(self, figure: str = "", among: Iterable[str] | None = None) -> list[str]:
        """Return the marks of a figure, or of all, in every authority, or among some."""
        names = self.plain if among is None else among
        return [m for name in names for f, m in self.plain[name].marks.items() if figure in {"", f}]

    def text(self) -> str:
        """Say how much lies within the band over all authorities, what fits worst, and what judgements change."""
        figures = [f"{WORDS[name]} {_percent(self.marks(name))}" for name in FIGURES]
        without = self.marks(among=self.judged)
        put_in = [mark for one in self.judged.values() for mark in one.marks.values()]
        return (
            f"The band holds the middle 80% of {RUNS} lives of the model, each with a lasting level that the row of "
            f"{YEARS[0]} allows, plausible coefficients and its own luck. Over all {len(self.plain)} authorities that "
            f"can be replayed, {100 * self.share:.0f}% of published figures lie within the 80% band "
            f"({', '.join(figures)}). {self.misfit()} In the {len(self.judged)} judged inadequate in those years it is "
            f"{_percent(without)}, and {_percent(put_in)} with these judgements put in."
        )

    def misfit(self) -> str:
        """Name the figure that fits worst, on which side, and its worst year."""
        worst = min(FIGURES, key=lambda name: _share(self.marks(name)))
        marks = self.marks(worst)
        above, below = (_share(marks, side) for side in (ABOVE, BELOW))
        year = min(range(len(REPLAYED)), key=lambda n: _share([mark[n] for mark in marks]))
        return (
            f"{WORDS[worst].capitalize()} fit worst: {100 * above:.0f}% lie above the band and {100 * below:.0f}% "
            f"below it, most of them in {REPLAYED[year]}. National ups and downs, and what was decided in these years, "
            "are not in the band."
        )


def share_inside(marks: Iterable[str]) -> tuple[int, int]:
    """Return how many published figures lie within the band, and how many there are."""
    joined = "".join(marks)
    return joined.count(INSIDE), len(joined) - joined.count(UNKNOWN)


def _share(marks: Iterable[str], side: str = INSIDE) -> float:
    joined = "".join(marks)
    return joined.count(side) / max(1, len(joined) - joined.count(UNKNOWN))


def _percent(marks: Iterable[str]) -> str:
    return f"{100 * _share(marks):.0f}%"


def _inside(marks: Iterable[str]) -> str:
    inside, known = share_inside(marks := list(marks))
    years = f"{REPLAYED[0]} to {REPLAYED[-1]}"
    return f"{inside} of {known} figures published for {years} ({_percent(marks)}) lie within the 80% band."


def misfit(marks: Mapping[str, str]) -> str:
    """Name the figures of an authority that lie outside the band, with their years, the worst first."""
    said = []
    for name in sorted(marks, key=lambda name: _share([marks[name]])):
        for side, word in ((ABOVE, "above"), (BELOW, "below")):
            years = [str(year) for year, mark in zip(REPLAYED, marks[name], strict=True) if mark == side]
            if years:
                said.append(f"{WORDS[name]} {word} it in {listed(years)}")
    return f"Outside lie {'; '.join(said)}." if said else "Nothing lies outside."


# ---- Living ----------------------------------------------------------------------------------------------------------


def replay(
    name: str,
    *,
    judgements: bool = False,
    runs: int = RUNS,
    seed: int = 0,
    executor: Executor | None = None,
) -> Replay:
    """Live an authority's years from 2017 again, and return the fan beside what was published.

    Args:
        name: an authority, as `find` takes it.
        judgements: put its actual judgements of inadequate in, as dated events.
        runs: lives, 20 or more.
        seed: life r of a seed meets the same luck in every authority, and with and without judgements.
        executor: any `concurrent.futures` executor; a thread for each core by default. Results are the same to the bit
            with any.

    Raises InputError for an unknown authority, and for one whose figures of 2017 cannot be started from.

    """
    if isinstance(runs, bool) or not isinstance(runs, int) or not 20 <= runs <= 1000:  # noqa: PLR2004
        msg = f"runs must be a whole number, 20 to 1,000. Got {glimpse(runs)}."
        raise InputError(msg)
    with shipped_table():
        number, place = _place(name)
        months = inadequate_months(place.name) if judgements else None
    sets = sets_of(runs, plausible=True)
    assert sets is not None
    asked = [_asked(number, place, run, seed, int(sets[run]), months or ()) for run in range(runs)]
    lived = all_nine_years(asked, seed, [run * 1000 + number for run in range(runs)], executor)
    panel = official_panel()
    row = panel.names.index(place.name)
    fans = {}
    for figure in FIGURES:
        bands = np.quantile([one.figures[figure][1:] for one in lived], (BAND[0], 0.5, BAND[1]), axis=0)
        low, middle, high = bands.round(DIGITS)
        fans[figure] = Fan(low, middle, high, panel.figures[figure][row][1:].round(DIGITS))
    return Replay(place.name, fans, months, runs, seed)


def _place(name: str) -> tuple[int, AuthorityYear]:
    """Return an authority of the panel with its number. Raises InputError for one that cannot be replayed."""
    rows = every_row_of(name)
    for number, place in enumerate(places()):
        if place.name == rows[0].name:
            return number, place
    find(name, YEARS[0])  # says why that year cannot be used
    msg = (
        f"{rows[0].name} cannot be replayed: with up to {SWING_STAFF:.0f} social workers in post, single people make "
        "its figures."
        if rows[0].level == "authority"
        else f"{rows[0].name} is not an authority: only authorities are replayed."
    )
    raise InputError(msg)


def inadequate_months(name: str) -> tuple[int, ...]:
    """Return the months of a replay in which an authority was judged inadequate."""
    codes = {code for row in every_row_of(name) for code in codes_of(row)}
    months = [
        12 * one.began.year + one.began.month - 1 - FIRST_MONTH
        for one in inspections(codes)
        if one.grade == len(GRADES)
    ]
    return tuple(sorted({month for month in months if 1 <= month <= 12 * len(YEARS)}))


def date_of(month: int) -> date:
    """Return the first day of a month of a replay."""
    year, month = divmod(FIRST_MONTH + month, 12)
    return date(year, month + 1, 1)


def _asked(number: int, place: AuthorityYear, run: int, seed: int, chosen: int, months: Sequence[int]) -> Scenario:
    """Return what a life is asked: under a plausible set, at a level drawn for it, with dated judgements."""
    quiet = without_innovation(Scenario("replay")).under(plausible_sets().sets[chosen - 1])
    asked = at_lasting_level(quiet, place, _drawn(number, place, run, seed))
    for month in months:
        asked = asked.with_event(month, "inspection", result="inadequate")
    return asked


def _drawn(number: int, place: AuthorityYear, run: int, seed: int) -> dict[str, float]:
    """Return lasting figures drawn from what one row tells of them."""
    middle, (factor, spread, ends) = _middle(place), _known()
    z = factor @ np.random.default_rng((seed, number, run)).standard_normal(len(FIGURES))
    drawn = np.clip(np.array([middle[name] for name in FIGURES]) + spread * z, *ends)
    return dict(zip(FIGURES, drawn.tolist(), strict=True))


@cache
def _middle(place: AuthorityYear) -> dict[str, float]:
    with shipped_table():
        return lasting_figures(place)


@cache
def _known() -> tuple[Numbers, Numbers, tuple[Numbers, Numbers]]:
    """Return how drawn levels go together (a Cholesky factor), how far they spread, and their ends."""
    figures = official_panel().figures
    together = np.array([[correlated(figures[a], figures[b]) for b in FIGURES] for a in FIGURES])
    of = [components(figures[name]) for name in FIGURES]
    spread = np.array([math.sqrt(b * w / (b + w)) for b, w in of])
    low, high = np.array([np.nanquantile(figures[name], BELIEVABLE) for name in FIGURES]).T
    return np.linalg.cholesky(together), spread, (np.maximum(low, LEAST), high)


# ---- Every authority -------------------------------------------------------------------------------------------------


def study(executor: Executor | None = None, runs: int = RUNS, names: Sequence[str] | None = None) -> Study:
    """Replay every authority, or some, without and with their judgements of inadequate. Takes some minutes."""
    plain, judged = {}, {}
    for name in names or [place.name for place in places()]:
        plain[name] = replay(name, runs=runs, executor=executor)
        with shipped_table():
            months = inadequate_months(name)
        if months:
            judged[name] = replay(name, judgements=True, runs=runs, executor=executor)
    return Study(plain, judged)


def _told(replays: Mapping[str, Replay]) -> dict[str, Any]:
    """Return replays as plain values: of each figure the low end, the middle and the high end by year."""
    return {
        name: {
            "judged": one.judged,
            **{figure: [fan.low.tolist(), fan.middle.tolist(), fan.high.tolist()] for figure, fan in one.fans.items()},
        }
        for name, one in replays.items()
    }


def _heard(told: Mapping[str, Any], runs: int, seed: int) -> dict[str, Replay]:
    """Return the replays that `_told` told of, beside the official figures."""
    panel, found = official_panel(), {}
    for name, one in told.items():
        row = panel.names.index(name)
        fans = {}
        for figure in FIGURES:
            low, middle, high = map(np.array, one[figure])
            fans[figure] = Fan(low, middle, high, panel.figures[figure][row][1:].round(DIGITS))
        found[name] = Replay(name, fans, None if one["judged"] is None else tuple(one["judged"]), runs, seed)
    return found


def made_with() -> dict[str, str]:
    """Return what a study was made with: the rules, the sets, and the figures of 2017."""
    with shipped_table():
        figures = figures_key([place.name for place in places()], YEARS[0])
    return {"model version": model_version(), "sets": sets_key(), "figures": figures}


@cache
def stored_study(path: Path = STORED) -> Study:
    """Return the stored study. Raises InputError where it was made for other rules or sets, or cannot be read."""

    def heard(found: dict[str, Any]) -> Study:
        return Study(*(_heard(found[part], found["runs"], found["seed"]) for part in ("plain", "judged")))

    return stored_if(path, made_with(), heard, "a study of replays", "rules, sets or figures", AGAIN)


def main(arguments: Iterable[str]) -> None:
    """Replay every authority and write how each fared into the folder named."""
    (folder,) = arguments
    made = study()
    sys.stdout.write(f"{made.text()}\n")
    found = {"runs": RUNS, "seed": 0, "plain": _told(made.plain), "judged": _told(made.judged)}
    write(Path(folder) / FILE, {**made_with(), **found})


if __name__ == "__main__":
    main(sys.argv[1:])
