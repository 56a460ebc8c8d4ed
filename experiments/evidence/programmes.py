"""Programmes beside the world: what a sector gives where something was measured, and whether what is claimed holds.

`python -m conducive.experiments.evidence.programmes FOLDER` makes it anew. What is stored carries what made it, so that
a result older than the rules, the programmes or the plausible sets is refused.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from conducive.experiments import version
from conducive.experiments.evidence.validation import stored_if, write
from conducive.experiments.folders.identity import key
from conducive.experiments.lives.ensemble import under_set
from conducive.experiments.lives.intervals import A_SHARE, ANYWHERE, Numbers, interval, uncertainty
from conducive.experiments.lives.living import in_order
from conducive.experiments.lives.plausible import DATA
from conducive.experiments.lives.readings import sets_of
from conducive.experiments.programmes.runs import programme_identity
from conducive.model.sector.ground import Together, new_sector, timelines
from conducive.model.sector.state import NOTHING
from conducive.scenarios.programme import Programme, load_programme, programme_names

REPLICATES, SEED = 16, 0
FILE = "programmes.json"
STORED = DATA / FILE
AGAIN = "uv run python -m conducive.experiments.evidence.programmes experiments/data"
FUNDED, ALONE = "innovation-programme-2014", "no-programme"
"""The programme that stands for the Innovation Programme, and the same sector without one."""
MODEL_OF_PRACTICE = "whole-system practice model"
"""The innovation on offer that stands for one like Signs of Safety."""
SAID = 0.1
"""Success reported, from which a project says that quality improved."""
AFTER = slice(24, 36)
"""Months in which the effect on families is read: one to two and a half years into the grants of the first round."""
FOLLOWED = 60
"""Months for which programmes are followed beyond their grant."""

type Kind = Literal["out of sample", "put in", "follows from what is put in"]


@dataclass(frozen=True, slots=True)
class Measured:
    """Something that was measured of the world, and what is like it in a sector.

    Attributes:
        name: short name.
        title: what was measured.
        unit: of the numbers.
        low: least that counts as met.
        high: most that does.
        world: what was found, and by whom.
        like: what is read in the model, and in what it is unlike.
        kind: whether it tests the model, or was put in.

    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    world: str
    like: str
    kind: Kind = "out of sample"

    @property
    def within(self) -> tuple[float, float]:
        """Return the least and most that are possible."""
        return A_SHARE if self.unit in {"share", "share a year"} else ANYWHERE


WORLD: tuple[Measured, ...] = (
    Measured(
        "bids_funded", "Bids of the first round that were funded", "share", 0.15, 0.25,
        "Near 300 bids; 57 projects in the first round, about one in five (CYP Now, 7 July and 31 October 2014; BASW)",
        "Grants over bids of the first round. In the world charities and consortia bid as well; here each authority "
        "makes up to three bids, a number set so that near 300 are made.", "put in",
    ),
    Measured(
        "mean_grant", "Mean grant", "GBP million", 1.9, 2.3,
        "GBP 110 million to 57 projects in the first round: 1.93; 212.8 million to 94 in all: 2.26 (PAC 2022; BASW)",
        "Money given over grants given. Budget and number of grants are the programme's own.", "put in",
    ),
    Measured(
        "largest_grant", "Largest grant of the first round over the mean", "ratio", 2.0, 3.2,
        "Leeds, GBP 5.0 million, over a mean of 1.93: 2.6 (Spring Consortium, CYP Now)",
        "The same ratio. Grants here grow with the posts of an authority; in the world people asked for what they "
        "thought they would get.",
    ),
    Measured(
        "said_improved", "Projects that said quality improved", "share", 0.75, 0.97,
        "42 of 45 that reported on it, 93%; of all 56 of the first round, 75% (SCIE; NAO 2022)",
        "Authorities that report a success of a tenth or more a month before the end of a grant of the first round, of "
        "those that still run what it was for. The bound of a tenth is our judgement, fixed before the runs.",
    ),
    Measured(
        "effect", "Mean effect of a practice model on families", "standard deviations", -0.2, 0.2,
        "Signs of Safety, ten authorities, two years: on average no effect on children in need or looked after (KCL)",
        f"Family wellbeing in months {AFTER.start + 1} to {AFTER.stop} where a grant of the first round was for "
        f"the {MODEL_OF_PRACTICE}, less wellbeing in the same authorities and months, with the same luck, where there "
        "is no programme; in standard deviations between authorities. Wellbeing is no count of children in need.",
    ),
    Measured(
        "spread", "Spread of use between those authorities", "standard deviation, share", 0.07, 0.25,
        "Implementation varied widely between the ten (KCL); no figure: the range is that of target T16",
        "Standard deviation between the same authorities of use as it is meant, in month 30.",
    ),
    Measured(
        "lost", "Programmes lost a year once a grant has ended", "share a year", 0.08, 0.16,
        "49 sites, 47% still without a break at six years: 12.6% a year (Bond et al. 2014); 11% over two years (Swain "
        "et al. 2010). No census of the Innovation Programme was found",
        f"Constant hazard over {FOLLOWED // 12} years among authorities that run something in the last month "
        "of their last grant. It has ended when fewer than a tenth use it, or a director drops it. The sites "
        "of the world were mental-health teams in the United States, chosen and trained well.",
    ),
    Measured(
        "movers", "Staff who move to another authority", "% of permanent staff a year", 3.4, 4.0,
        "4.0, 3.9, 3.7 and 3.4 in 2022 to 2025 (DfE workforce, attrition)",
        "Permanent practitioners who left to move, over permanent practitioners, a year. The share of leavers who move "
        "is an input, and turnover starts from official rows.", "follows from what is put in",
    ),
    Measured(
        "movers_direction", "Change of movers' share of leavers with turnover", "share a point", -0.02, -0.005,
        "23, 25, 27 and 29% of leavers as turnover fell from 17.2 to 11.8%, 2022 to 2025: -0.010 a point (DfE; our "
        "arithmetic, four years)",
        "Slope of movers over leavers on turnover over the years of a run.",
    ),
)  # fmt: skip
"""What was measured, with the range that counts as met: fixed before the runs."""


# ---- Living --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Followed:
    """A sector that has lived, by month and authority: what ran, what was reported, money granted so far."""

    together: Together
    running: npt.NDArray[np.int32]
    reported: Numbers
    awarded: Numbers
    ends: Numbers

    def monthly(self, indicator: str) -> Numbers:
        """An indicator of every authority, shape (authorities, months)."""
        return np.stack([np.asarray(world.monthly[indicator]) for world in self.together.worlds])


def follow(together: Together) -> Followed:
    """Live a sector to its end, month by month."""
    together.live(len(together.worlds[0].timeline) - together.programme.horizon)
    kept: list[Any] = []
    names = ("innovation", "reported", "awarded", "grant_ends")
    for _ in range(together.programme.horizon):
        together.live(1)
        kept.append([np.asarray(together.between.authorities[name]).copy() for name in names])
    running, reported, awarded, ends = (np.stack(each) for each in zip(*kept, strict=True))
    return Followed(together, running, reported, awarded, ends)


def life(replicate: int, sets: list[int]) -> dict[str, dict[str, float]]:
    """Live every programme of the library once, with the same luck: what is read of the world, and for claims."""
    asked = [load_programme(name) for name in programme_names()]
    asked = [replace(each, scenario=under_set(each.scenario, sets[replicate])) for each in asked]
    rows = timelines(asked[0], SEED, replicate)
    read: dict[str, dict[str, float]] = {}
    kept: dict[str, Followed] = {}
    for each in asked:
        lived = follow(new_sector(each, SEED, replicate, rows))
        read[each.name] = {f"{name} {at}": float(lived.together.table[name][at - 1]) for name, at in needed()}
        if each.name in {FUNDED, ALONE}:
            kept[each.name] = lived
    return {**read, "world": dict(beside(kept[FUNDED], kept[ALONE]))}


def needed() -> list[tuple[str, int]]:
    """Indicators that some claim of the library reads, each with its month."""
    return sorted({(claim["indicator"], int(claim["at"])) for _, claim in claims()})


def claims() -> Iterator[tuple[Programme, Mapping[str, Any]]]:
    """Yield every claim of the library with its programme."""
    for name in programme_names():
        one = load_programme(name)
        for claim in one.claims:
            yield one, claim


def beside(funded: Followed, alone: Followed) -> Iterator[tuple[str, float]]:
    """Yield what one run gives of everything that was measured, by name."""
    first = funded.together.programme.rounds[0]
    bids = funded.together.table["bids"][first.month - 1]
    grants = funded.awarded[first.month - 1]
    yield "bids_funded", first.grants / bids if bids else np.nan
    yield "mean_grant", funded.awarded[-1].sum() / funded.together.table["grants"][-1] / 1e6
    yield "largest_grant", grants.max() / grants[grants > 0].mean()
    yield from on_families(funded, alone, grants > 0, first.month)
    yield "lost", lost_a_year(funded)
    yield from on_movers(funded)


def on_families(
    funded: Followed, alone: Followed, won: npt.NDArray[np.bool_], month: int
) -> Iterator[tuple[str, float]]:
    """Yield what funded projects say of themselves, and what one kind of them did for families."""
    launched = funded.running[month]
    last = int(month + funded.together.programme["funding.length"]) - 1
    still = won & (funded.running[last - 1] == launched) & (launched != NOTHING)
    yield "said_improved", float((funded.reported[last - 1][still] >= SAID).mean()) if still.any() else np.nan
    names = [offer.name for offer in funded.together.programme.innovations]
    those = won & (launched == names.index(MODEL_OF_PRACTICE))
    here, there = (each.monthly("wellbeing")[:, AFTER].mean(axis=1) for each in (funded, alone))
    several = those.sum() > 1
    yield "effect", float((here - there)[those].mean() / there.std(ddof=1)) if several else np.nan
    use = funded.monthly("use_at_fidelity")[:, last]
    yield "spread", float(use[those].std(ddof=1)) if several else np.nan


def lost_a_year(funded: Followed) -> float:
    """Share of programmes lost a year once their last grant has ended, as a constant hazard."""
    ends = funded.ends[-1].astype(int)
    had = np.flatnonzero((ends > 0) & (ends + FOLLOWED <= len(funded.running)))
    at_end = [a for a in had if funded.running[ends[a] - 1, a] != NOTHING]
    lived = [
        bool((funded.running[ends[a] - 1 : ends[a] + FOLLOWED, a] == funded.running[ends[a] - 1, a]).all())
        for a in at_end
    ]
    kept = (sum(lived) + 0.5) / (len(lived) + 1.0)
    return float(1.0 - kept ** (12.0 / FOLLOWED))


def on_movers(funded: Followed) -> Iterator[tuple[str, float]]:
    """Yield how many move, and how their share of leavers changes as turnover does."""
    years = len(funded.running) // 12
    left = funded.monthly("leavers").sum(axis=0).reshape(years, 12).sum(axis=1)
    staff = (funded.monthly("filled_posts") * (1.0 - funded.monthly("agency_rate"))).sum(axis=0)
    staff = staff.reshape(years, 12).mean(axis=1)
    moved = np.diff(funded.together.table["movers"][11::12])
    yield "movers", 100.0 * float((moved / staff[1:]).mean())
    yield "movers_direction", float(np.polyfit(100.0 * (left / staff)[1:], moved / left[1:], 1)[0])


# ---- What is stored ------------------------------------------------------------------------------------------------


def made_with() -> dict[str, Any]:
    """Return what a stored result was made with: versions of an organisation and of a sector, a hash of all asked."""
    asked = {
        one.name: {name: value for name, value in programme_identity((one,), REPLICATES, SEED, plausible=True).items()
                   if name not in {"version", "rules"}}
        for one in map(load_programme, programme_names())
    }  # fmt: skip
    return {"model version": version.model_version(), "sector version": sector_version(), "asked": key(asked)}


def sector_version() -> str:
    """Return the version of a sector's behaviour: a hash of the months of a small one with every link on."""
    small = {"organisation.posts": 16, "organisation.families": 32, "warm_up": 6, "horizon": 48,
             "public_perceptions.incident_rate": 5.0}  # fmt: skip
    support = {"learning_network": 2e4, "coaches": 2e4, "support_years": 4, "match": 0.2, "publish_failures": 0.5}
    short = load_programme({
        "name": "version", "authorities": 12, "set": small, "funding": {"budget": 6e5, "length": 24, **support},
        "round": [{"month": 3, "grants": 3}, {"month": 24, "grants": 2}],
        "criteria": dict.fromkeys(("need", "readiness", "speed", "evidence", "equity"), 0.2),
        "choice": {"openings": 0.5, "contact": 1.5, "settle": 12}, "weather": {"national_case": 0.5},
    })  # fmt: skip
    digest = hashlib.sha256()
    for seed in range(2):
        together = new_sector(short, seed)
        together.live(len(together.worlds[0].timeline))
        digest.update(version._rounded(np.asarray(together.table)))
    return digest.hexdigest()[: version.LENGTH]


def judged(
    name: str, values: Numbers, sets: npt.NDArray[np.int64], within: tuple[float, float] = ANYWHERE
) -> dict[str, Any]:
    """Return the mean of a reading with its 95% interval over sets; replicates in which there was none are left out."""
    there = np.isfinite(values)
    found = uncertainty(values, sets, within) if there.all() else None
    low, mean, high = interval(values[there], within) if found is None else (found.low, found.mean, found.high)
    return {"name": name, "mean": float(mean), "low": float(low), "high": float(high), "in": int(there.sum())}


def measure() -> dict[str, Any]:
    """Live every programme of the library over plausible sets, and return all that is stored."""
    sets = sets_of(REPLICATES, plausible=True)
    assert sets is not None
    lives = list(in_order(partial(life, sets=sets.tolist()), range(REPLICATES)))
    world = [judged(one.name, np.array([each["world"][one.name] for each in lives]), sets, one.within) for one in WORLD]
    held = []
    for one, claim in claims():
        read = f"{claim['indicator']} {int(claim['at'])}"
        gaps = np.array([each[one.name][read] - each[claim["against"]][read] for each in lives])
        found, means = judged(read, gaps, sets), [gaps[sets == n].mean() for n in np.unique(sets)]
        right = [mean > claim["above"] if "above" in claim else mean < claim["below"] for mean in means]
        level = float(np.mean([each[claim["against"]][read] for each in lives]))
        agree = {"level": level, "agree": sum(map(bool, right))}
        held.append({"programme": one.name, "says": claim["says"], **found, **agree})
    return {**made_with(), "replicates": REPLICATES, "sets": len(np.unique(sets)), "world": world, "claims": held}


def stored_programmes(path: Path = STORED) -> dict[str, Any]:
    """Return the stored result. Raises InputError where it was made for other rules or programmes, or is unreadable."""
    of = "rules, programmes or plausible sets"
    return stored_if(path, made_with(), dict, "a measurement of programmes", of, AGAIN)


if __name__ == "__main__":
    write(Path(sys.argv[1]) / FILE, measure())
