"""How much use has been measured: targets T1 to T16, each with the experiment in the model that is like the source's.

Three denominators are kept apart: of those *trained* (a cohort followed person by person, leavers included), of those
*in post*, and of *organisations*. A target is a value with a tolerance: how far a figure of another service, another
country or another year may be off here. Calibration takes half the tolerance as the standard deviation of that
discrepancy, so that the tolerance is about its 95% interval; where the number itself is a judgement it counts half.
Sources are told in `docs/levels.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from conducive.agents.practitioner import NONE, ROUTINE, TRAINED, TRYING
from conducive.experiments.evidence.patterns import Arms, View, at
from conducive.experiments.lives.living import life
from conducive.model.month import live
from conducive.scenarios.conditions import conditions
from conducive.scenarios.population import population
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline
from conducive.scenarios.workforce import shipped_table

type Numbers = npt.NDArray[np.float64]
Basis = Literal["observed", "synthesis", "judgement"]
"""One observation carried over; a product or blend of observations; direction from evidence, number our judgement."""


@dataclass(frozen=True, slots=True)
class Target:
    """A measured level and what it is compared with.

    Attributes:
        name: `T1` to `T16`; a letter follows where a target has parts.
        title: what was measured.
        value: the figure carried over.
        low: lower end of the tolerance.
        high: upper end.
        basis: how the figure was come by.
        experiment: which of the lived experiments it reads.
        statistic: how it is read from that experiment.
        source: who measured it.

    """

    name: str
    title: str
    value: float
    low: float
    high: float
    basis: Basis
    experiment: str
    statistic: Callable[[View], float]
    source: str

    def discrepancy(self, found: float) -> float:
        """Standard deviation of what the model may be off by on the side where `found` lies."""
        reach = self.high - self.value if found > self.value else self.value - self.low
        return reach / 2.0 * (2.0 if self.basis == "judgement" else 1.0)

    def implausibility(self, found: float, error: float) -> float:
        """How many standard deviations what was found is from the target, replicate noise included."""
        noise = 0.0 if np.isnan(error) else error
        return float(abs(found - self.value) / np.hypot(self.discrepancy(found), noise))

    def within(self, found: float) -> bool:
        """Whether what was found is inside the tolerance."""
        return self.low <= found <= self.high


# ---- Cohorts of those trained --------------------------------------------------------------------------------------

ENTERS = 12
"""Months after launch in which people enter the cohort."""
FOLLOWED = 24
"""Months for which each person is followed."""
PRACTISED = 24
"""Month in which coaching stops in the experiment on coaching: those trained in the first year have practised it."""
SOON, LATE = 6, 15
"""Months after training by which somebody has tried it soon, and in which it is asked whether use has lasted."""
COHORT = ("tried in 6", "using at 15", "faithful in 6", "faithful in 12", "trained", "months to fidelity", "got there",
          "fidelity at 12", "fidelity at 24", "users at 12", "users at 24", "skill change", "skill spread")  # fmt: skip
"""What following a cohort gives: counts of people, sums over people, and the change of skill when coaching stops."""


def followed(rows: npt.NDArray[Any], seed: int, replicate: int) -> dict[str, float]:
    """Live through a timeline and follow everybody trained in the first year, leavers included, by `COHORT`."""
    warm_up = int(rows["warm_up"][0])
    world = life(rows, seed, replicate, warm_up)
    staff, months = world.practitioners, ENTERS + FOLLOWED
    faithful_at = float(rows["faithful_at"][0])
    count = len(staff)
    since = np.full(count, -1)  # months since this person was trained; -1: not in the cohort
    tried, got_there = np.zeros(count, bool), np.zeros(count, bool)
    found = dict.fromkeys(COHORT, 0.0)
    skill_then = np.full(count, np.nan)
    before = staff["stage"].copy()
    for month in range(1, months + 1):
        live(world, warm_up + month - 1, warm_up + month)
        stage, new = staff["stage"], (staff["stage"] == NONE) | (staff["tenure"] == 0.0)
        since[new], tried[new], got_there[new] = -1, False, False
        since[since >= 0] += 1
        if month <= ENTERS:
            enters = (stage == TRAINED) & (before != TRAINED) & ~new & (since < 0)
            since[enters] = 0
            found["trained"] += float(enters.sum())
        using = (stage == TRYING) | (stage == ROUTINE)
        inside = since >= 0
        first = inside & using & ~tried
        tried |= first
        found["tried in 6"] += float((first & (since <= SOON)).sum())
        found["using at 15"] += float((using & (since == LATE)).sum())
        there = inside & using & (staff["fidelity"] >= faithful_at) & ~got_there
        got_there |= there
        found["faithful in 6"] += float((there & (since <= SOON)).sum())
        found["faithful in 12"] += float((there & (since <= ENTERS)).sum())
        within = there & (since <= FOLLOWED)
        found["months to fidelity"] += float(since[within].sum())
        found["got there"] += float(within.sum())
        for when in (12, 24):
            seen = using & (since == when)
            found[f"fidelity at {when}"] += float(staff["fidelity"][seen].sum())
            found[f"users at {when}"] += float(seen.sum())
        if month == PRACTISED:
            skill_then = np.where(inside & using, staff["fidelity"], np.nan)
        skill_then[new] = np.nan
        if month == PRACTISED + 6:
            then = skill_then[~np.isnan(skill_then)]
            now = staff["fidelity"][~np.isnan(skill_then)]
            if len(then) > 1:
                found["skill change"], found["skill spread"] = float((now - then).mean()), float(then.std())
        before = stage.copy()
    return found


# ---- Experiments ---------------------------------------------------------------------------------------------------

AUTHORITIES = 48
"""Organisations of the declared population that are lived through, once each."""


def good(base: Scenario, position: float = 0.8) -> Scenario:
    """Return a scenario with all conditions at a position."""
    return base.change({c.name: position for c in conditions()})


def cohorts(base: Scenario) -> Arms:
    """Experiments in which a cohort of those trained is followed."""
    learning = "knowledge_and_skills"
    leaders = {"leadership": 0.5}
    supported = base.change(
        {f"{learning}.coaching": 3.2, f"{learning}.feedback": 0.72, f"{learning}.interactive_training": 0.74,
         "implementation_process.data_capability": 0.74}
    )  # fmt: skip
    lasting = supported.change({"finance.funding_term": 48})
    alone = {f"{learning}.coaching": 0.0, f"{learning}.feedback": 0.0}
    return {
        "baseline": base,
        "optional": base.change({"innovation.kind": "optional technique"}),
        "strong support": supported,
        "workshop only": base.change({**alone, f"{learning}.training_days": 2.0}),
        "coaching goes on": lasting,
        "coaching stops": lasting.with_event(PRACTISED + 1, alone),
        "usual leaders": base.change(leaders),
        "trained leaders": base.change({"leadership": 0.8}),
    }


def services(base: Scenario) -> Arms:
    """Experiments in which a whole service is looked at month by month."""
    return {
        "service": base.change({"horizon": 48}),
        "good service": good(base).change({"finance.funding_term": 36, "horizon": 24}),
    }


@shipped_table()
def authorities(base: Scenario, seed: int) -> list[Scenario]:
    """Organisations of the declared population with a baseline innovation, up to five years after the grant."""
    longest = int(base["finance.funding_term"]) + 60
    return population(base.change({"horizon": longest}), AUTHORITIES, seed)


READ = ("use", "use_at_fidelity", "trained", "trying", "routine", "lapsed", "lapses", "filled_posts",
        "ended_five_years", "reduced_five_years", "kept_five_years")  # fmt: skip


def lived(rows: npt.NDArray[Any], seed: int, replicate: int) -> dict[str, Numbers]:
    """Live through a timeline once and return the indicators in `READ` by month."""
    world = life(rows, seed, replicate)
    return {name: np.asarray(world.monthly[name]).copy() for name in READ}


type Experiments = dict[str, dict[str, Numbers]]
"""By experiment and indicator: shape (replicates, months), or (replicates, 1) for what a cohort gives."""


def experiments(base: Scenario, replicates: int, seed: int, executor: Executor | None = None) -> Experiments:
    """Live through everything that the targets read, each experiment with the same luck."""
    apply = executor.map if executor else map
    found: Experiments = {}
    for name, scenario in cohorts(base).items():
        rows = timeline(scenario.change({"horizon": ENTERS + FOLLOWED}))
        lives = list(apply(lambda r, rows=rows: followed(rows, seed, r), range(replicates)))  # type: ignore[misc]
        found[name] = {what: np.array([[life[what]] for life in lives]) for what in COHORT}
    for name, scenario in services(base).items():
        rows = timeline(scenario)
        runs = list(apply(lambda r, rows=rows: lived(rows, seed, r), range(replicates)))  # type: ignore[misc]
        found[name] = {what: np.array([run[what] for run in runs]) for what in READ}
    drawn = [timeline(one) for one in authorities(base, 0)]
    runs = list(apply(lambda n: lived(drawn[n], seed, n), range(len(drawn))))
    found["authorities"] = {what: np.array([run[what] for run in runs]) for what in READ}
    return found


# ---- Statistics ----------------------------------------------------------------------------------------------------


def ratio(v: View, experiment: str, part: str, whole: str = "trained") -> float:
    """Sum of one count over that of another, all replicates together."""
    return float(v(experiment, part).sum() / max(float(v(experiment, whole).sum()), 1e-9))


def reach(v: View) -> float:
    """Share trained, of those in post, in month 18 of the baseline: trained, using, or lapsed after use."""
    return sum(at(v, "service", 18, stage) for stage in ("trained", "trying", "routine", "lapsed"))


def stopping(v: View) -> float:
    """Monthly hazard that a user in post stops in months 25 to 48: lapses over users at the start of each month."""
    users = v("service", "use")[:, 23:47] * v("service", "filled_posts")[:, 23:47]
    return float(v("service", "lapses")[:, 24:48].sum() / max(float(users.sum()), 1e-9))


def plateau(v: View) -> float:
    """Mean fidelity of users of a cohort 12 months after training over that 24 months after."""
    late = ratio(v, "strong support", "fidelity at 24", "users at 24")
    return ratio(v, "strong support", "fidelity at 12", "users at 12") / max(late, 1e-9)


def skill_lost(v: View, experiment: str) -> float:
    """Change from month 24 to 30 in the skill that raters see, of those using it in month 24, in standard deviations.

    Raters see practice, which is what the model calls fidelity; who has stopped by then shows none.
    """
    return float(v(experiment, "skill change").mean() / max(float(v(experiment, "skill spread").mean()), 1e-9))


def after_five_years(v: View, what: str) -> float:
    """Share of organisations in which an innovation has ended, is reduced or kept five years after its money."""
    return float(np.nanmean(v("authorities", f"{what}_five_years")[:, -1]))


def spread(v: View) -> float:
    """Standard deviation between organisations of use at fidelity in month 24."""
    return float(v("authorities", "use_at_fidelity")[:, 23].std())


TARGETS: tuple[Target, ...] = (
    Target("T1", "Trained, of those in post, month 18", 0.60, 0.45, 0.80, "observed", "service", reach,
           "Irish national roll-out of Signs of Safety, 2018: 1,800 of 2,800 planned"),
    Target("T2", "Of those trained, tried it within 6 months", 0.60, 0.45, 0.70, "observed", "baseline",
           lambda v: ratio(v, "baseline", "tried in 6"), "Seng, Prinz & Sanders 2006: 63%"),
    Target("T3a", "The same of an optional technique without support", 0.25, 0.12, 0.40, "observed", "optional",
           lambda v: ratio(v, "optional", "tried in 6"), "Whitaker et al. 2012: 25%"),
    Target("T3b", "Of those trained in an optional technique, still using it at 15 months", 0.03, 0.0, 0.10, "observed",
           "optional", lambda v: ratio(v, "optional", "using at 15"), "Leathers 2013: none at 15 months"),
    Target("T4", "Of those trained, ever at fidelity within 12 months, strong support", 0.55, 0.45, 0.70, "synthesis",
           "strong support", lambda v: ratio(v, "strong support", "faithful in 12"),
           "Dopp et al. 2023: 62 to 72% certified; Garner 2012: 57%; TF-CBT collaborative: 52%"),
    Target("T5", "The same with loose support", 0.30, 0.18, 0.42, "synthesis", "baseline",
           lambda v: ratio(v, "baseline", "faithful in 12"), "Dopp et al. 2023: 36%; Forrester et al. 2018: 24%"),
    Target("T6", "The same within 6 months of a workshop only", 0.10, 0.03, 0.22, "judgement", "workshop only",
           lambda v: ratio(v, "workshop only", "faithful in 6"), "Forrester et al. 2008; Joyce & Showers 2002"),
    Target("T7", "Use in any form, of those in post, month 24", 0.45, 0.33, 0.60, "synthesis", "service",
           lambda v: at(v, "service", 24, "use"), "Reach 65% times conversion 63%; Williams et al. 2017: 56%"),
    Target("T8", "Use at fidelity, of those in post, month 24", 0.16, 0.09, 0.27, "synthesis", "service",
           lambda v: at(v, "service", 24), "24 to 36% at skill of those trained, times 65% trained"),
    Target("T9", "Use at fidelity over use in any form, month 24", 0.36, 0.25, 0.50, "synthesis", "service",
           lambda v: at(v, "service", 24) / max(at(v, "service", 24, "use"), 1e-9), "T8 over T7"),
    Target("T10a", "Use in any form, month 24, good conditions", 0.72, 0.58, 0.85, "judgement", "good service",
           lambda v: at(v, "good service", 24, "use"), "Williams et al. 2017: 81% with organisational support"),
    Target("T10b", "Use at fidelity, month 24, good conditions", 0.42, 0.32, 0.57, "judgement", "good service",
           lambda v: at(v, "good service", 24), "No English service seen above a third; small agencies 50 to 60%"),
    Target("T11a", "Fidelity 12 months after training over that after 24", 0.85, 0.70, 1.0, "observed",
           "strong support", plateau, "McHugo et al. 2007: rises for 12 months, then flat"),
    Target("T11b", "Months from training to fidelity, of those who get there", 8.0, 6.0, 12.0, "observed",
           "strong support", lambda v: ratio(v, "strong support", "months to fidelity", "got there"),
           "Dopp et al. 2023: 33 to 61 weeks to certificates"),
    Target("T12a", "Skill lost in 6 months when coaching stops (standard deviations)", -0.30, -0.50, -0.15, "observed",
           "coaching stops", lambda v: skill_lost(v, "coaching stops"), "Schwalbe et al. 2014: -.30"),
    Target("T12b", "The same when coaching goes on", 0.0, -0.10, 0.15, "observed", "coaching goes on",
           lambda v: skill_lost(v, "coaching goes on"), "Schwalbe et al. 2014: +.03"),
    Target("T13", "Monthly hazard that a user in post stops, support having ended", 0.02, 0.01, 0.04, "synthesis",
           "service", stopping, "Brookman-Frazee et al. 2018, 2024: 1 to 4% a month"),
    Target("T14a", "Organisations in which it has ended five years after the grant", 0.33, 0.18, 0.48, "observed",
           "authorities", lambda v: after_five_years(v, "ended"), "Tibbits et al. 2010: 33%"),
    Target("T14b", "In which it is reduced", 0.22, 0.07, 0.37, "observed", "authorities",
           lambda v: after_five_years(v, "reduced"), "Tibbits et al. 2010: 22%"),
    Target("T14c", "In which it is kept", 0.45, 0.30, 0.60, "observed", "authorities",
           lambda v: after_five_years(v, "kept"), "Tibbits et al. 2010: 45%"),
    Target("T15", "Points of fidelity that better leadership and climate add in 12 months", 0.20, 0.08, 0.30,
           "observed", "trained leaders",
           lambda v: ratio(v, "trained leaders", "faithful in 12") - ratio(v, "usual leaders", "faithful in 12"),
           "LOCI trial: +20 points over training alone"),
    Target("T16", "Standard deviation between authorities of use at fidelity, month 24", 0.14, 0.07, 0.25, "judgement",
           "authorities", spread, "Dopp et al. 2023: 8 to 26 points net of chance"),
)  # fmt: skip
"""Every target, in order."""


def by_name() -> Mapping[str, Target]:
    """Targets by name."""
    return {target.name: target for target in TARGETS}


def view(found: Experiments, which: npt.NDArray[np.intp] | None = None) -> View:
    """Return what statistics read: an indicator of an experiment, in all replicates or, of many, in some."""

    def values(experiment: str, indicator: str) -> Numbers:
        one = found[experiment][indicator]
        return one if which is None else one[which[which < len(one)]]

    return values


def measured(found: Experiments, blocks: int = 12) -> dict[str, tuple[float, float]]:
    """Value and standard error of every target, by leaving out blocks of replicates (or of authorities) in turn."""
    told = {}
    for target in TARGETS:
        size = len(next(iter(found[target.experiment].values())))
        parts = np.array_split(np.arange(size), min(blocks, size))
        left = [target.statistic(view(found, np.delete(np.arange(size), part))) for part in parts]
        error = float(np.sqrt((len(parts) - 1) * np.var(left))) if len(parts) > 1 else float("nan")
        told[target.name] = (target.statistic(view(found)), error)
    return told
