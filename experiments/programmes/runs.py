"""A programme lived many times by a sector, alone or beside another with the same luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.experiments.folders.identity import Identity, key, study_identity
from conducive.experiments.lives.ensemble import check_counts, under_set
from conducive.experiments.lives.intervals import Numbers, Uncertainty, uncertainty
from conducive.experiments.lives.living import in_order
from conducive.experiments.lives.readings import Sets, sets_of
from conducive.experiments.programmes.text import COST, say_programme
from conducive.model.sector.ground import Together, new_sector, offers_of, timelines
from conducive.model.sector.measures import SECTOR_INDICATORS
from conducive.model.sector.sector import authority_table
from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.geography import likeness
from conducive.scenarios.indicators import Indicator
from conducive.scenarios.links import LINKS, link_inputs
from conducive.scenarios.programme import FUNDING, Programme, check_placed, load_programme
from conducive.scenarios.short import InShort
from conducive.scenarios.workforce import figures_key

if TYPE_CHECKING:
    import pandas as pd

MONTHLY, DIFFUSION, AUTHORITIES = TABLES = ("monthly", "diffusion", "authorities")
"""Tables of a study, each a Parquet file in its folder."""
SPENT = ("awarded", "supported", "council_money")
"""All money, in indicators of a sector."""
READINGS = {
    i.name: i for i in (*SECTOR_INDICATORS, Indicator(COST, "GBP", "All money for each practitioner-year as meant."))
}
"""What can be read of a sector: its indicators, and what a year of use cost."""
ENDS = np.dtype([(name, np.float64) for name in READINGS])
"""What is read of a run in its last month."""
KEPT = 4
"""Replicates that are lost at most where it is killed."""


class Run(NamedTuple):
    """One replicate of one programme: its tables, each with columns `programme` and `replicate` first."""

    monthly: pd.DataFrame
    diffusion: pd.DataFrame
    authorities: pd.DataFrame


@dataclass(frozen=True, repr=False)
class ProgrammeRuns(InShort):
    """A programme lived many times, or two with the same luck.

    Attributes:
        programmes: the programme, or the two, A first.
        seed: replicate r of a seed meets the same luck, in the same conditions, under every programme.
        asked: replicates asked for; fewer were run where it was interrupted.
        sets: plausible set of each replicate; None under the default coefficients.
        runs: replicates in order, each with a run for each programme.

    """

    programmes: tuple[Programme, ...]
    seed: int
    asked: int
    sets: Sets
    runs: tuple[tuple[Run, ...], ...]

    def in_short(self) -> dict[str, str]:
        """Return what was run, and how often."""
        return {
            "programme": " or ".join(each.title or each.name for each in self.programmes),
            "authorities": f"{len(self.programmes[0].places)}",
            "replicates": f"{len(self.runs)}",
            "more": "print(runs.text()), or runs.monthly",
        }

    @property
    def interrupted(self) -> bool:
        """Whether fewer replicates were finished than asked for."""
        return len(self.runs) < self.asked

    def _together(self, table: str) -> pd.DataFrame:
        import pandas as pd

        frames: list[pd.DataFrame] = [getattr(run, table) for both in self.runs for run in both]
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """The sector by programme (A, B), replicate and month: a column for each indicator of a sector."""
        return self._together(MONTHLY)

    @cached_property
    def diffusion(self) -> pd.DataFrame:
        """By programme, replicate, month and innovation: share of authorities that run it, of practitioners using."""
        return self._together(DIFFUSION)

    @cached_property
    def authorities(self) -> pd.DataFrame:
        """By programme, replicate and authority: what it runs in the last month, and its counts and sums so far."""
        return self._together(AUTHORITIES)

    def values(self, indicator: str, programme: int = 0) -> Numbers:
        """An indicator (or `cost`) of a programme as an array of shape (replicates, months)."""
        frames = [both[programme].monthly for both in self.runs]
        if indicator != COST:
            return np.stack([frame[indicator].to_numpy(float) for frame in frames])
        return cost_of({name: self.values(name, programme) for name in (*SPENT, "faithful_years")})

    def found(self, indicator: str, programme: int = 0) -> Uncertainty:
        """Mean of an indicator by month with its 95% interval, as `intervals.uncertainty` has it."""
        return uncertainty(self.values(indicator, programme), self._sets, READINGS[indicator].within)

    def difference(self, indicator: str) -> Uncertainty:
        """B less A by month, paired by luck, with its 95% interval. Raises InputError where there is no B."""
        if len(self.programmes) == 1:
            msg = "there is one programme and nothing to hold it against. Give a second one with against."
            raise InputError(msg)
        with np.errstate(invalid="ignore"):
            gap = self.values(indicator, 1) - self.values(indicator, 0)
            return uncertainty(gap, self._sets, READINGS[indicator].apart)

    @property
    def _sets(self) -> Sets:
        return None if self.sets is None else self.sets[: len(self.runs)]

    @cached_property
    def differences(self) -> pd.DataFrame:
        """B less A by month and indicator: mean and 95% interval (low, high)."""
        import pandas as pd

        months = np.arange(1, self.programmes[0].horizon + 1)
        found = {name: self.difference(name) for name in READINGS}
        return pd.concat(
            [pd.DataFrame({"month": months, "indicator": name, "mean": u.mean, "low": u.low, "high": u.high})
             for name, u in found.items()],
            ignore_index=True,
        )  # fmt: skip

    def text(self) -> str:
        """Say what came of it, how sure that is, and what it is not, in plain English."""
        return say_programme(self)


def programme(
    asked: str | Path | Mapping[str, Any] | Programme,
    against: str | Path | Mapping[str, Any] | Programme | None = None,
    replicates: int = 20,
    seed: int = 0,
    *,
    authorities: object = None,
    plausible: bool = False,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
    earlier: tuple[tuple[Run, ...], ...] = (),
    keep: Callable[[ProgrammeRuns], object] | None = None,
) -> ProgrammeRuns:
    """Live through a programme many times in a sector of authorities.

    Args:
        asked: a programme of the library, a path to a file, a mapping or a `Programme`.
        against: a second programme, with the same luck in the same conditions.
        replicates: how many runs of each.
        seed: whole number, 0 or more; the same seed gives the same result to the bit, however it is run.
        authorities: other authorities than the programme's: `England`, names, or how many to invent.
        plausible: spread the replicates over plausible sets of coefficients, at least 4 with each.
        executor: any `concurrent.futures` executor; a thread for each core by default.
        progress: called with the number of runs each time a replicate is done.
        earlier: replicates that `earlier_runs` has found of the same, which are not run again.
        keep: called with what there is each time KEPT more replicates are done.

    A keyboard interrupt keeps the replicates that are finished, or is raised again when there are none.
    Raises InputError for anything that cannot be used.

    """
    both = programmes_of(asked, against, authorities)
    check_counts(replicates, seed)
    sets = sets_of(replicates, plausible)
    runs = list(earlier[:replicates])
    if progress and runs:
        progress(len(runs) * len(both))
    do = partial(_one, programmes=both, seed=seed, sets=None if sets is None else sets.tolist())
    with suppress(KeyboardInterrupt):
        for each in in_order(do, range(len(runs), replicates), executor):
            runs.append(each)
            if progress:
                progress(len(both))
            if keep and len(runs) % KEPT == 0:
                keep(ProgrammeRuns(both, seed, replicates, sets, tuple(runs)))
    if not runs:
        raise KeyboardInterrupt
    return ProgrammeRuns(both, seed, replicates, sets, tuple(runs))


def programmes_of(
    asked: Any, against: Any = None, authorities: object = None, changes: Mapping[str, object] | None = None
) -> tuple[Programme, ...]:
    """Return the programme, or the two to be compared, changed and at other authorities where these are given.

    Raises InputError where they are not for the same sector.
    """
    placed, named = authorities is None, [asked] if against is None else [asked, against]
    both = tuple(load_programme(each, placed=placed).change(changes or {}) for each in named)
    if not placed:
        both = tuple(each.at(authorities) for each in both)
    for each in both:
        check_placed(each)
        for claim in each.claims:
            if claim["indicator"] not in READINGS:
                hint = nearest_names(claim["indicator"], [*READINGS])
                msg = f"a claim of {each.name} reads {claim['indicator']!r}, which is not counted of a sector.{hint}"
                raise InputError(msg)
    if len({each.places for each in both}) > 1:
        msg = "the two programmes are for different authorities. Name those of both with authorities."
        raise InputError(msg)
    if len({each.horizon for each in both}) > 1:
        msg = f"the two programmes run for {' and '.join(str(each.horizon) for each in both)} months. Give one horizon."
        raise InputError(msg)
    return both


def cost_of(counted: Mapping[str, Any]) -> Numbers:
    """Return GBP of all money for each practitioner-year of use as it is meant; not a number where there was none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = np.asarray(sum(counted[name] for name in SPENT) / counted["faithful_years"])
    return np.where(np.isfinite(cost), cost, np.nan)


def ends(one: Programme, replicates: Sequence[int], seed: int, sets: Sequence[int] | None) -> npt.NDArray[np.void]:
    """Live through a programme and return the last month of each replicate: dtype ENDS."""
    last = np.empty(len(replicates), ENDS)
    for n, replicate in enumerate(replicates):
        (together,) = sectors(replicate, (one,), seed, None if sets is None else sets[n])
        counted = together.table[-1]
        last[n] = (*counted.tolist(), cost_of({name: counted[name] for name in (*SPENT, "faithful_years")}))
    return last


def _one(replicate: int, programmes: tuple[Programme, ...], seed: int, sets: list[int] | None) -> tuple[Run, ...]:
    """Live through each programme once and return its tables."""
    number = None if sets is None else sets[replicate]
    return tuple(run_of(n, replicate, each) for n, each in enumerate(sectors(replicate, programmes, seed, number)))


def sectors(
    replicate: int, programmes: tuple[Programme, ...], seed: int, number: int | None = None
) -> Iterator[Together]:
    """Live through each programme once, with the same luck in the same conditions; give each sector as it ends.

    With a `number`, under the plausible set of that number.
    """
    asked = [replace(each, scenario=under_set(each.scenario, number)) for each in programmes]
    rows = timelines(asked[0], seed, replicate)
    for n, each in enumerate(asked):
        same = n == 0 or (each.scenario == asked[0].scenario and each.vary == asked[0].vary)
        together = new_sector(each, seed, replicate, rows if same else None)
        together.live(len(rows[0]))
        yield together


def run_of(programme: int, replicate: int, together: Together) -> Run:
    """Return the tables of a sector that has lived; `programme` is 0 for A, 1 for B."""
    import pandas as pd

    months = np.arange(1, len(together.table) + 1)
    monthly = pd.DataFrame.from_records(together.table)
    monthly.insert(0, "month", months)
    diffusion = pd.concat(
        [pd.DataFrame({"month": months, "innovation": offer.name, "authorities": together.running[:, j],
                       "practitioners": together.users[:, j]})
         for j, offer in enumerate(offers_of(together.programme))],
        ignore_index=True,
    )  # fmt: skip
    frames = monthly, diffusion, authority_table(together)
    for frame in frames:
        frame.insert(0, "programme", "AB"[programme])
        frame.insert(1, "replicate", replicate)
    return Run(*frames)


# ---- Kept in a folder ----------------------------------------------------------------------------------------------


def programme_identity(both: tuple[Programme, ...], replicates: int, seed: int, *, plausible: bool) -> Identity:
    """Return what decides the numbers of a study. Raises InputError where plausible sets do not fit the model."""
    return study_identity(
        "programme", {name: each.scenario for name, each in zip("AB", both, strict=False)}, replicates, seed,
        plausible=plausible, programmes=[document(each) for each in both], **figures_of(both[0]),
    )  # fmt: skip


def figures_of(one: Programme) -> Identity:
    """Return what of official tables decides the numbers of a programme; nothing where authorities are invented.

    That is a hash of the figures that they start from, and who is whose statistical neighbour among them.
    """
    names = [place.name for place in one.places if not place.invented]
    if not names:
        return {}
    near = np.argwhere(likeness([place.code for place in one.places]))
    return {"official_table": figures_key(names, one.year), "neighbours": key({"near": near.tolist()})}


def document(one: Programme) -> dict[str, Any]:
    """Return everything of a programme that decides its numbers, apart from its scenario."""
    return {
        "authorities": [[place.name, place.region] for place in one.places],
        "vary": one.vary,
        "funding": {i.name: one[i.address] for i in FUNDING},
        "rounds": [[each.month, each.grants] for each in one.rounds],
        "criteria": dict(sorted(one.criteria.items())),
        "eligible": [list(one.regions), list(one.grades)],
        "links": {link.name: one.on(link.name) for link in LINKS},
        "settings": {address: one[address] for address in link_inputs()},
        "innovations": [[o.name, o.claim, dict(sorted(o.changes.items()))] for o in one.innovations],
    }


def write_tables(found: ProgrammeRuns, folder: Path) -> None:
    """Write the tables of a study into a folder: what is needed to go on with it."""
    for name in TABLES:
        getattr(found, name).to_parquet(folder / f"{name}.parquet", index=False)


def write_programme(found: ProgrammeRuns, folder: Path) -> None:
    """Write tables, chart, summary and briefing into a folder."""
    from conducive.experiments.programmes.brief import programme_brief
    from conducive.experiments.programmes.chart import programme_figure
    from conducive.experiments.search.figures import save_figure

    write_tables(found, folder)
    if len(found.programmes) > 1:
        found.differences.to_parquet(folder / "differences.parquet", index=False)
    (folder / "summary.txt").write_text(found.text(), encoding="utf-8", newline="\n")
    (folder / "briefing.html").write_text(programme_brief(found), encoding="utf-8", newline="\n")
    save_figure(programme_figure(found), folder, "chart")


def earlier_runs(folder: Path, both: tuple[Programme, ...]) -> tuple[tuple[Run, ...], ...]:
    """Return the replicates that a study of the same which was stopped left in a folder; none where there are none."""
    import pandas as pd

    try:
        frames = [pd.read_parquet(folder / f"{name}.parquet") for name in TABLES]
    except (OSError, ValueError):
        return ()
    whole = [dict(list(frame.groupby(["replicate", "programme"]))) for frame in frames]

    def each() -> Iterator[tuple[Run, ...]]:
        for replicate in range(1 + int(frames[0]["replicate"].max())):
            keys = [(replicate, side) for side in "AB"[: len(both)]]
            if not all(key in table for key in keys for table in whole):
                return
            yield tuple(Run(*(table[key].reset_index(drop=True) for table in whole)) for key in keys)

    return tuple(each())
