"""Published studies as checks out of sample: what each reports, what the model gives, how like is compared with like.

Settings, cohorts and readings were chosen to fit each study's own before the model was run, and nothing is tuned to
what it reports. A study says of its sites what a scenario can say of simulated ones: what they were given (training,
coaching, money and its end), how many left, and when they were asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import product, repeat
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from conducive.agents.practitioner import NONE, ROUTINE, TRAINED, TRYING, WILLING
from conducive.experiments.lives.ensemble import check_counts, one_life
from conducive.experiments.lives.intervals import LEVEL, interval_of_share
from conducive.experiments.lives.living import life, month_by_month
from conducive.scenarios.scenario import PER_POST, Scenario
from conducive.scenarios.timeline import timeline

type Numbers = npt.NDArray[np.float64]
type Table = npt.NDArray[Any]
type Read = Callable[[Table, int, int], Table]
"""What is kept of one life of a timeline (rows, seed, replicate): an array."""
type Lives = Mapping[str, Table]
"""One replicate: what is kept of its life in each arm."""
type Statistic = Callable[[Sequence[Lives]], float]

RESAMPLES = 400

type Answer = Literal["alike", "unclear", "model lower", "model higher", "not compared"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number that a study reports (None where it gives a direction only) and how the model answers it."""

    what: str
    statistic: Statistic
    reported: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """A published study.

    Attributes:
        name: authors and year.
        source: where it was published.
        reports: what it reports.
        like: what is compared, and how like with like.
        arms: makes the scenarios by name from a base scenario.
        read: what is kept of each life.
        quantities: what is compared, number by number.

    """

    name: str
    source: str
    reports: str
    like: str
    arms: Callable[[Scenario], Mapping[str, Scenario]]
    read: Read
    quantities: tuple[Quantity, ...]
    paired: bool = True
    """Whether arms share their luck: arms that are the same sites do, arms that are different sites do not."""


@dataclass(frozen=True, slots=True)
class Check:
    """What came of one number of a study: reported and modelled, each with its interval; how like is compared."""

    study: str
    what: str
    reported: float | None
    reported_low: float | None
    reported_high: float | None
    model: float | None
    low: float | None
    high: float | None
    says: str
    answer: Answer


def answer(
    model: tuple[float | None, float | None, float | None], reported: tuple[float | None, float | None, float | None]
) -> Answer:
    """Compare the model with what is reported, each as value, low and high.

    Alike: the model's value lies in the interval reported, or its interval covers a number reported without one.
    Unclear: the value lies outside, and yet the intervals meet.
    """
    (value, low, high), (number, floor, roof) = model, reported
    if value is None or low is None or high is None or reported == (None, None, None):
        return "not compared"
    exact = floor is None and roof is None
    least = number if exact else floor
    most = number if exact else roof
    if least is not None and high < least:
        return "model lower"
    if most is not None and low > most:
        return "model higher"
    within = (least is None or value >= least) and (most is None or value <= most)
    return "alike" if exact or within else "unclear"


# ---- Lives and people ----------------------------------------------------------------------------------------------


def lives(
    scenarios: Mapping[str, Scenario],
    replicates: int,
    seed: int,
    read: Read,
    executor: Executor | None = None,
    *,
    paired: bool = True,
) -> list[dict[str, Table]]:
    """Live through scenarios and keep what `read` keeps: for each replicate, by name of scenario.

    Paired: a replicate meets the same luck in every scenario; otherwise in none.
    """
    check_counts(replicates, seed)
    rows = [timeline(scenario) for scenario in scenarios.values()]
    tasks = [(number, replicate) for replicate in range(replicates) for number in range(len(rows))]
    luck = [replicate if paired else number * replicates + replicate for number, replicate in tasks]
    done = iter((executor.map if executor else map)(read, [rows[number] for number, _ in tasks], repeat(seed), luck))
    return [{name: next(done) for name in scenarios} for _ in range(replicates)]


@dataclass(frozen=True, slots=True)
class History:
    """Who sat where: stage (-1: nobody), tenure and fidelity of posts at each month's end, shape (months, posts)."""

    stage: Table
    tenure: Table
    fidelity: Table

    @property
    def using(self) -> npt.NDArray[np.bool_]:
        """Whether the post's holder uses the innovation."""
        return np.isin(self.stage, (TRYING, ROUTINE))


def histories(rows: Table, seed: int, replicate: int = 0) -> History:
    """Live through a timeline once and keep every post's holder, month by month from the launch on."""
    warm_up = int(rows["warm_up"][0])
    world = life(rows, seed, replicate, warm_up)
    kept: dict[str, list[Table]] = {"stage": [], "tenure": [], "fidelity": []}
    for _ in month_by_month(world, warm_up, len(rows)):
        for name, months in kept.items():
            months.append(np.array(world.practitioners[name]))
    return History(**{name: np.stack(months) for name, months in kept.items()})


def spells(history: History) -> Iterator[tuple[int, int, int]]:
    """Yield each person's post, first month, and the month after their last; tenure starts afresh with a new person."""
    there = history.stage != NONE
    stays = np.zeros_like(there)
    stays[1:] = there[1:] & there[:-1] & (history.tenure[1:] > history.tenure[:-1])
    for post in range(there.shape[1]):
        for first in np.flatnonzero(there[:, post] & ~stays[:, post]):
            gone = np.flatnonzero(~stays[first + 1 :, post])
            yield post, int(first), int(first + 1 + gone[0]) if len(gone) else len(there)


# ---- Cohorts -------------------------------------------------------------------------------------------------------

HALF = 0.5
STATES = ("employed, competent", "left, not competent", "left, competent", "employed, not yet competent")


def transitions(
    history: History, faithful_at: float, trained_until: int = 24, later: int = 12
) -> npt.NDArray[np.int64]:
    """Count those trained in the first `trained_until` months by where they are `later` months on, as in `STATES`.

    Trained: they took the course, or shadowed, and were not inducted into it by a leaver. Competent: they used it at
    fidelity in at least one month.
    """
    counts = np.zeros(len(STATES), np.int64)
    faithful = history.using & (history.fidelity >= faithful_at)
    for post, first, end in spells(history):
        stage = history.stage[first:end, post]
        courses = np.flatnonzero((stage[1:] == TRAINED) & (stage[:-1] == WILLING))
        if not len(courses):
            continue
        trained = first + 1 + int(courses[0])
        asked = trained + later
        if trained >= trained_until or asked >= len(history.stage):
            continue
        competent, left = faithful[trained : min(end, asked + 1), post].any(), end <= asked
        counts[(0 if competent else 3) if not left else (2 if competent else 1)] += 1
    return counts


def times_in_use(history: History) -> Table:
    """Return months from first to last use of each person who used it, and whether they still did at the end.

    Shape (people, 2).
    """
    using, months = history.using, len(history.stage)
    found = []
    for post, first, end in spells(history):
        used = np.flatnonzero(using[first:end, post])
        if len(used):
            found.append((used[-1] - used[0] + 1, end == months and used[-1] == end - first - 1))
    return np.array(found, np.float64).reshape(-1, 2)


def survival(times: Table) -> tuple[float, float]:
    """Mean within the time observed, and median, of times some of which had not ended (Kaplan & Meier 1958)."""
    from scipy.stats import CensoredData, ecdf

    if not len(times):
        return float("nan"), float("nan")
    curve = ecdf(CensoredData.right_censored(times[:, 0], times[:, 1] > 0)).sf
    steps = np.diff(np.concatenate([[0.0], curve.quantiles]))
    mean = float((steps * np.concatenate([[1.0], curve.probabilities[:-1]])).sum())
    half = int((curve.probabilities > HALF).sum())
    return mean, float(curve.quantiles[min(half, len(curve.quantiles) - 1)])


STOPPED_UNDER, RUNS_AT = 0.1, 0.2
"""Share of a site's practitioners using at fidelity under which it has stopped, and from which it is running."""
OPENED = 24
"""Months until a site counts as fully implementing."""
SITE = np.dtype(
    [
        ("turnover", np.float64),  # leavers of the first 24 months, % of the staff
        ("council", np.float64),  # share of running cost met after the project
        ("fidelity_12", np.float64),  # on the studies' scale of 1 to 5
        ("fidelity_24", np.float64),
        ("of_users_12", np.float64),  # the same among those using it; empty where nobody is
        ("of_users_24", np.float64),
        ("opened", np.bool_),  # running at 24 months
        ("years", np.float64),  # observed from then until it stopped
        ("stopped", np.bool_),
        ("restarted", np.bool_),
    ]
)


def scale(fidelity: Numbers) -> Numbers:
    """Fidelity of 0 to 1 on a scale of 1 to 5."""
    return 1.0 + 4.0 * fidelity


def fate(share: Numbers) -> tuple[bool, float, bool, bool]:
    """Whether a site was running at 24 months, years until it stopped, whether it stopped, whether it restarted.

    `share` is the share using at fidelity by month, read as the mean of three months.
    """
    quarters = np.convolve(share, np.full(3, 1 / 3), "valid")[OPENED - 3 :]
    if quarters[0] < RUNS_AT:
        return False, 0.0, False, False
    low = np.flatnonzero(quarters < STOPPED_UNDER)
    if not len(low):
        return True, (len(quarters) - 1) / 12, False, False
    return True, low[0] / 12, True, bool((quarters[low[0] :] >= RUNS_AT).any())


def site(history: History, faithful_at: float, council: float) -> Table:
    """Return a site's turnover, fidelity and fate, as one row of dtype `SITE`."""
    there = history.stage != NONE
    staff = there.sum(axis=1)
    total, users = np.where(history.using, history.fidelity, 0.0).sum(axis=1), history.using.sum(axis=1)
    fidelity = scale(total / staff)
    of_users = scale(total / np.where(users > 0, users, np.nan))
    faithful = (history.using & (history.fidelity >= faithful_at)).sum(axis=1) / staff
    left = sum(1 for _, _, end in spells(history) if end < OPENED)
    turnover = 100.0 * left / float(staff[:OPENED].mean())
    rated = (values[month - 1] for values in (fidelity, of_users) for month in (12, OPENED))
    return np.array([(turnover, council, *rated, *fate(faithful))], SITE)


# ---- Settings ------------------------------------------------------------------------------------------------------


def sized(base: Scenario, posts: int) -> Scenario:
    """Return a scenario with other posts, and as many families and as much money for each."""
    ratio = posts / base["organisation.posts"]
    families = max(1, round(base["organisation.families"] * ratio))
    money = {address: base[address] * ratio for address in PER_POST}
    return base.change({"organisation.posts": posts, "organisation.families": families, **money})


LEAVE_US = 0.318
"""Leavers a year among therapists of US community agencies: 58.3% in 33 months (Brookman-Frazee 2024)."""


def programme(base: Scenario) -> Scenario:
    """A US programme: a packaged practice, a workshop with practice, observed and coached, by paid trainers, funded."""
    return base.change(
        {
            "workforce_capacity.turnover": LEAVE_US,
            "workforce_capacity.time_to_fill": 3.0,
            "workforce_capacity.agency_cover": 0.0,
            "workforce_capacity.agency_extra": 0.0,
            "innovation_design.manualised": 0.7,
            "knowledge_and_skills.interactive_training": 0.9,
            "knowledge_and_skills.feedback": 0.9,
            "knowledge_and_skills.coaching": 2.0,
            "implementation_process.implementation_staff": 3.0,
            "implementation_process.on_day_job": 0.0,
            "finance.grant": 3.0 * base["finance.grant"],
            "finance.ring_fenced": 1.0,
            "finance.review_month": 0.0,
        }
    )


def _garner_arms(base: Scenario) -> dict[str, Scenario]:
    return {"programme": programme(base).change({"finance.funding_term": 36, "horizon": 37})}


def _claims_arms(base: Scenario) -> dict[str, Scenario]:
    return {"mandate": programme(base).change({"finance.funding_term": 72, "horizon": 57})}


LEAVERS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
COUNCILS = (0.5, 0.75, 0.95)
PROJECT_POSTS = 12


def _project_arms(base: Scenario) -> dict[str, Scenario]:
    """Sites of a two-year project, that differ in turnover and in how much of running cost is met afterwards."""
    project = programme(sized(base, PROJECT_POSTS)).change(
        {"finance.funding_term": OPENED, "finance.renewal": 0.0, "horizon": OPENED + 72}
    )
    return {
        f"turnover {turnover:g}, {council:g} met": project.change(
            {"workforce_capacity.turnover": turnover, "finance.mainstreaming": council}
        )
        for turnover, council in product(LEAVERS, COUNCILS)
    }


PROFICIENT = ("motivations", "knowledge_and_skills", "learning_and_evaluation")
"""Conditions that make a culture proficient: families first, and staff expected and helped to know their work."""
CULTURE = {"proficient": 0.8, "not proficient": 0.2}
TURNOVER = {"low": 0.15, "high": 0.45}


def _culture_arms(base: Scenario) -> dict[str, Scenario]:
    funded = base.change({"finance.funding_term": 72, "workforce_capacity.time_to_fill": 3.0, "horizon": 60})
    return {
        f"{culture}, {turnover}": funded.change(
            {**dict.fromkeys(PROFICIENT, CULTURE[culture]), "workforce_capacity.turnover": TURNOVER[turnover]}
        )
        for culture, turnover in product(CULTURE, TURNOVER)
    }


def _faithful_at(rows: Table) -> float:
    return float(rows["faithful_at"][0])


def _read_transitions(rows: Table, seed: int, replicate: int) -> Table:
    return transitions(histories(rows, seed, replicate), _faithful_at(rows))


def _read_times(rows: Table, seed: int, replicate: int) -> Table:
    return times_in_use(histories(rows, seed, replicate))


def _read_site(rows: Table, seed: int, replicate: int) -> Table:
    return site(histories(rows, seed, replicate), _faithful_at(rows), float(rows["mainstreaming"][0]))


def _read_wellbeing(rows: Table, seed: int, replicate: int) -> Table:
    monthly = one_life(rows, seed, replicate).monthly[36:60]
    return np.array([monthly["wellbeing"].mean(), monthly["benefit"].mean()])


# ---- Statistics ----------------------------------------------------------------------------------------------------


def all_of(samples: Sequence[Lives]) -> Table:
    """Everything kept, of all replicates and arms in one array."""
    return np.concatenate([kept for sample in samples for kept in sample.values()])


def _state(which: int) -> Statistic:
    def share(samples: Sequence[Lives]) -> float:
        counts = all_of(samples).reshape(-1, len(STATES)).sum(axis=0)
        return float(counts[which] / counts.sum())

    return share


def _slope(samples: Sequence[Lives]) -> float:
    sites = all_of(samples)
    return float(np.polyfit(sites["turnover"], sites["fidelity_24"], 1)[0])


def hazard(sites: Table) -> float:
    """Sites that stopped per site and year at risk, among those running at 24 months."""
    years = sites["years"][sites["opened"]].sum()
    return float(sites["stopped"][sites["opened"]].sum() / years) if years else float("nan")


def _hazard_where(council: float) -> Statistic:
    return lambda samples: hazard((sites := all_of(samples))[sites["council"] == council])


def _opened(samples: Sequence[Lives]) -> Table:
    sites = all_of(samples)
    found: Table = sites[sites["opened"]]
    return found


def _restarted(samples: Sequence[Lives]) -> float:
    stopped = (sites := all_of(samples))[sites["stopped"]]
    return float(stopped["restarted"].mean()) if len(stopped) else float("nan")


WELLBEING, BENEFIT = 0, 1


def _fewer_leave(samples: Sequence[Lives], culture: str, outcome: int = WELLBEING) -> float:
    """How much better off families are where fewer leave."""
    gaps = [sample[f"{culture}, low"][outcome] - sample[f"{culture}, high"][outcome] for sample in samples]
    return float(np.mean(gaps))


def _only_where_proficient(outcome: int) -> Statistic:
    return lambda samples: (
        _fewer_leave(samples, "proficient", outcome) - _fewer_leave(samples, "not proficient", outcome)
    )


def _change(samples: Sequence[Lives], rated: str) -> float:
    sites = all_of(samples)
    return float(np.nanmean(sites[f"{rated}_24"] - sites[f"{rated}_12"]))


def _high(samples: Sequence[Lives], rated: str) -> float:
    return float((all_of(samples)[f"{rated}_24"] >= HIGH).mean())


HIGH = 4.0
"""Fidelity on the scale of 1 to 5 from which the study calls it high."""
FLAT = 0.25
"""Change of fidelity, in points of five, that still counts as flat."""
NO_EFFECT = 0.01
"""Change of families' wellbeing that still counts as none."""


def _counted(what: str, statistic: Statistic, count: int, of: int) -> Quantity:
    low, high = interval_of_share(count, of)
    return Quantity(what, statistic, count / of, low, high)


def _yearly(still: float) -> float:
    """Yearly hazard that leaves this share after six years."""
    return float(-np.log(still) / 6.0)


SURVIVED = interval_of_share(23, 49)

STUDIES: tuple[Study, ...] = (
    Study(
        "Garner et al. 2012",
        "Journal of Substance Abuse Treatment 42(2), doi 10.1016/j.jsat.2011.10.016",
        "Twelve months after training in an evidence-based practice 52.3% were employed and competent, 26.6% had left "
        "without becoming competent, 4.6% had left competent, 16.5% were employed and not competent "
        "(121 trained; the shares are those of 109).",
        "People trained in the first two years of a three-year grant, followed one by one for twelve months. "
        "Competent: used it at fidelity in at least one month, where the study certified rated recordings. Turnover is "
        "that of other US agencies, not fitted to these.",
        _garner_arms,
        _read_transitions,
        tuple(
            _counted(state, _state(which), count, 109)
            for which, (state, count) in enumerate(zip(STATES, (57, 29, 5, 18), strict=True))
        ),
    ),
    Study(
        "Brookman-Frazee et al. 2018",
        "Frontiers in Public Health 6:54, doi 10.3389/fpubh.2018.00054",
        "6,873 therapists under a fiscal mandate went on claiming for at least one of six practices for a mean of "
        "21.73 months (median 18.70), over 57 months.",
        "Months from first to last use of each person who ever used it, over 57 months after launch with money running "
        "throughout; those still using at the end count as not ended (Kaplan-Meier). The study has six practices, so a "
        "therapist may swap one for another; the model has one.",
        _claims_arms,
        _read_times,
        (
            Quantity("mean months in use", lambda samples: survival(all_of(samples))[0], 21.73),
            Quantity("median months in use", lambda samples: survival(all_of(samples))[1], 18.70),
        ),
    ),
    Study(
        "McHugo et al. 2007",
        "Psychiatric Services 58(10), doi 10.1176/ps.2007.58.10.1279",
        "In 53 sites of a two-year project fidelity rose until month 12 and levelled off between 12 and 24; 29 (55%) "
        "were at high fidelity at 24 months.",
        "Sites of twelve posts with paid trainers and a packaged practice, that differ in turnover. A site's fidelity "
        "is the mean over everybody in post, those not using it at 0, as 1 + 4 x fidelity; high is 4 or more. The "
        "study rated programmes, often of staff hired for them, on scales that also score structures a site has at "
        "once. Among those using it: the same ratings of users alone. Flat: within a quarter of a point.",
        _project_arms,
        _read_site,
        (
            Quantity(
                "rise of fidelity to month 12 (1-5)",
                lambda samples: float(all_of(samples)["fidelity_12"].mean() - 1.0),
                low=FLAT,
            ),
            Quantity(
                "change of fidelity from month 12 to 24",
                lambda samples: _change(samples, "fidelity"),
                0.0,
                -FLAT,
                FLAT,
            ),
            Quantity("the same, among those using it", lambda samples: _change(samples, "of_users"), 0.0, -FLAT, FLAT),
            _counted(
                "sites at high fidelity at month 24",
                lambda samples: _high(samples, "fidelity"),
                29,
                53,
            ),
            _counted("the same, among those using it", lambda samples: _high(samples, "of_users"), 29, 53),
        ),
        paired=False,
    ),
    Study(
        "Woltmann et al. 2008",
        "Psychiatric Services 59(7), doi 10.1176/ps.2008.59.7.732",
        "Each point of 24-month turnover (mean 81%, SD 46%) went with 0.005 points less fidelity on a scale of 1 to 5 "
        "(p = .01, 40 teams).",
        "The same sites and scale; turnover is everybody who left in 24 months over the mean number in post, with "
        "sites' yearly rates spread from 10% to 60%. Intervals reported are worked out from p, the SD and 40 teams.",
        _project_arms,
        _read_site,
        (
            Quantity(
                "24-month turnover, mean (%)",
                lambda samples: float(all_of(samples)["turnover"].mean()),
                81.0,
                66.3,
                95.7,
            ),
            Quantity(
                "24-month turnover, SD (%)", lambda samples: float(all_of(samples)["turnover"].std()), 46.0, 37.7, 59.1
            ),
            Quantity("fidelity points (1-5) for each point of turnover", _slope, -0.005, -0.0087, -0.0013),
        ),
        paired=False,
    ),
    Study(
        "Bond et al. 2014",
        "Administration and Policy in Mental Health 41(2), doi 10.1007/s10488-012-0461-5",
        "Six years after full implementation 47% of 49 sites had never stopped, 16% had stopped and restarted, 37% had "
        "ended: about 12% stop each year, and about a third of them restart.",
        "The same sites from month 24, when the project's money ends, for six years, with half to nearly all of "
        "running cost met by others. Running: a fifth of those in post use it at fidelity; stopped: under a tenth "
        "(means of three months); restarted: a fifth again. Sites not running at month 24 are left out, as in the "
        "study. Leaders there said whether the practice went on, not how many used it. How much of the cost was met is "
        "our assumption, and decides the rate: the last two rows.",
        _project_arms,
        _read_site,
        (
            Quantity(
                "stop each year",
                lambda samples: hazard(all_of(samples)),
                _yearly(23 / 49),
                _yearly(SURVIVED[1]),
                _yearly(SURVIVED[0]),
            ),
            _counted(
                "never stopped in six years", lambda samples: float((~_opened(samples)["stopped"]).mean()), 23, 49
            ),
            _counted("restarted, of those that stopped", _restarted, 8, 26),
            Quantity("running at month 24", lambda samples: float(all_of(samples)["opened"].mean())),
            Quantity("stop each year, half of running cost met", _hazard_where(COUNCILS[0])),
            Quantity("stop each year, 95% of it met", _hazard_where(COUNCILS[-1])),
        ),
        paired=False,
    ),
    Study(
        "Williams & Glisson 2014",
        "Children and Youth Services Review 35(11), doi 10.1016/j.childyouth.2013.09.002",
        "In 73 child welfare agencies lower turnover went with better outcomes for young people only where the culture "
        "was proficient.",
        "Families' wellbeing in years four and five under 15% or 45% turnover a year, with motivations, skills and "
        "learning all high or all low. The study asks carers twice, 18 months apart, and its agencies differ in much "
        "else; it gives directions here, so signs are compared. No effect: within one point in a hundred.",
        _culture_arms,
        _read_wellbeing,
        (
            Quantity(
                "gain of wellbeing from lower turnover, proficient",
                lambda samples: _fewer_leave(samples, "proficient"),
                low=NO_EFFECT,
            ),
            Quantity(
                "gain of wellbeing from lower turnover, not proficient",
                lambda samples: _fewer_leave(samples, "not proficient"),
                0.0,
                -NO_EFFECT,
                NO_EFFECT,
            ),
            Quantity("difference of these gains", _only_where_proficient(WELLBEING), low=0.0),
            Quantity("the same, of what the innovation does for a family", _only_where_proficient(BENEFIT), low=0.0),
        ),
    ),
)
"""Every study; none is used for calibration."""


# ---- Checks --------------------------------------------------------------------------------------------------------


def check(base: Scenario, executor: Executor | None = None, replicates: int = 40, seed: int = 0) -> list[Check]:
    """Live through each study's setting and compare; studies with the same sites share their lives.

    `dataclasses.asdict` gives plain data; numbers that cannot be had (nobody was trained) are None.
    """
    known: dict[tuple[object, object], list[dict[str, Table]]] = {}
    found = []
    for study in STUDIES:
        key = (study.arms, study.read)
        if key not in known:
            samples = lives(study.arms(base), replicates, seed, study.read, executor, paired=study.paired)
            known[key] = samples if study.paired else [{"sites": all_of([sample])} for sample in samples]
        found += [_compared(study, quantity, known[key]) for quantity in study.quantities]
    return found


def resampled(statistic: Statistic, samples: Sequence[Lives]) -> tuple[float, float, float]:
    """Value of a statistic and its 95% interval, by resampling replicates with a fixed seed."""
    draws = np.random.default_rng(0).integers(0, len(samples), (RESAMPLES, len(samples)))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = statistic(samples)
        again = np.array([statistic([samples[r] for r in draw]) for draw in draws])
    known = again[np.isfinite(again)]
    if not len(known):
        return value, float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return value, float(low), float(high)


def _compared(study: Study, quantity: Quantity, samples: Sequence[Lives]) -> Check:
    model, low, high = (x if np.isfinite(x) else None for x in resampled(quantity.statistic, samples))
    reported = (quantity.reported, quantity.low, quantity.high)
    return Check(
        study.name, quantity.what, *reported, model, low, high, study.like, answer((model, low, high), reported)
    )


def table(checks: Sequence[Check]) -> str:
    """Return checks as Markdown: a table, then what each study reports and how like is compared with like."""
    lines = ["| Study | What | Reported | Model | |", "|---|---|---|---|---|"]
    for one in checks:
        reported = _span(one.reported, one.reported_low, one.reported_high)
        model = _span(one.model, one.low, one.high)
        lines.append(f"| {one.study} | {one.what} | {reported} | {model} | {one.answer} |")
    named = {one.study for one in checks}
    notes = [f"**{s.name}** ({s.source}). {s.reports} *Compared:* {s.like}" for s in STUDIES if s.name in named]
    return "\n\n".join(["\n".join(lines), differences(checks), *notes]) + "\n"


def differences(checks: Sequence[Check]) -> str:
    """Say plainly where the model differs from what is reported, and where it cannot be told."""

    def named(answers: Collection[str]) -> str:
        return "; ".join(f"{c.study}, {c.what} ({c.answer})" for c in checks if c.answer in answers) or "nowhere"

    return (
        f"The model differs: {named({'model lower', 'model higher'})}. It may differ (its value is outside what is "
        f"reported, and the intervals meet): {named({'unclear'})}. Nothing was tuned to any of these."
    )


def _span(value: float | None, low: float | None, high: float | None) -> str:
    """Write a value with its interval, or what is known of it."""
    if value is None and low is None and high is None:
        return "not given"
    if value is None:
        return f"above {low:.3g}" if high is None else f"{low:.3g} to {high:.3g}"
    return f"{value:.3g}" if low is None or high is None else f"{value:.3g} ({low:.3g} to {high:.3g})"
