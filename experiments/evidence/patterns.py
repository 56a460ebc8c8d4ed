"""What the model must show: claims of the paper, and one of official statistics, as comparisons of scenarios.

Each pattern is one entry: arms (scenarios lived with the same luck), clauses (a statistic of these arms and the bound
it must keep), a source. Thresholds are choices of analysis, fixed before the model was run; a clause is never moved to
let a pattern pass. `PATTERNS` lists P01 to P19, `CONTROLS` what must show no effect.

*U* is the share of practitioners using the innovation at fidelity; *S12* is U twelve months after the grant ends over U
at its end; *buy-in* is the strength of the theory of change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt

from conducive.scenarios.conditions import CLUSTERS, conditions, positions
from conducive.scenarios.scenario import Scenario

type Numbers = npt.NDArray[np.float64]
type View = Callable[[str, str], Numbers]
"""Values of an arm's indicator, by arm and indicator: shape (replicates, months)."""
type Arms = Mapping[str, Scenario]

USE, NOMINAL, TRIALS = "use_at_fidelity", "use", "trials"
FAR = math.inf


@dataclass(frozen=True, slots=True)
class Clause:
    """A statistic of the arms and what it must be: above `above` and at most `most`."""

    says: str
    statistic: Callable[[View], float]
    above: float = 0.0
    most: float = FAR
    unit: str = "points"

    def holds(self, value: float) -> bool:
        """Whether a value keeps the bounds."""
        return self.above < value <= self.most

    def margin(self, value: float) -> float:
        """How far a value is inside the bounds (negative: outside)."""
        return min(value - self.above, self.most - value)


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: an indicator over months by arm, or a statistic of it over the arms along an axis."""

    indicator: str = USE
    arms: tuple[str, ...] = ()
    axis: str = ""
    month: int = 0
    label: str = ""
    along: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A claim as a test.

    Attributes:
        name: `P01` to `P19`, or `control a` to `control d`.
        title: what the claim is called.
        claim: the claim in our words.
        source: where it comes from: sections of the paper, then other studies.
        arms: makes the scenarios by name from a base scenario.
        clauses: all must hold.
        chart: what to draw.
        notes: how the claim was read where it leaves a choice.
        calibrates: whether calibration uses it; all others are out of sample.
        shuffled: arms in which people change places with each other at launch.
        until: last month that its clauses look at.

    """

    name: str
    title: str
    claim: str
    source: str
    arms: Callable[[Scenario], Arms]
    clauses: tuple[Clause, ...]
    chart: Chart = field(default_factory=Chart)
    notes: str = ""
    calibrates: bool = False
    shuffled: tuple[str, ...] = ()
    until: int = 120

    def short(self, base: Scenario) -> Scenario:
        """Return a base scenario that is lived no longer than the clauses look at."""
        return base.change({"horizon": self.until})


# ---- Statistics ----------------------------------------------------------------------------------------------------


def at(v: View, arm: str, month: int, indicator: str = USE) -> float:
    """Mean over replicates in a month."""
    return float(v(arm, indicator)[:, month - 1].mean())


def over(v: View, arm: str, first: int, last: int, indicator: str = USE) -> float:
    """Mean over replicates and months `first` to `last`."""
    return float(v(arm, indicator)[:, first - 1 : last].mean())


def share(v: View, arm: str, month: int, indicator: str, least: float = 1.0) -> float:
    """Share of replicates in which an indicator is at least `least` in a month."""
    return float((v(arm, indicator)[:, month - 1] >= least).mean())


def kept(v: View, arm: str, end: int) -> float:
    """S12: U twelve months after a grant that ended in month `end`, over U at its end (a ratio of means)."""
    return at(v, arm, end + 12) / max(at(v, arm, end), 1e-9)


ENOUGH = 0.05
"""U at the end of a grant below which what is left is compared in points: a ratio of next to nothing says nothing."""


def kept_longer(v: View, one: tuple[str, int], other: tuple[str, int]) -> float:
    """How much more of U the first arm keeps than the second, each given with the month its grant ends."""
    if min(at(v, *one), at(v, *other)) < ENOUGH:
        return at(v, one[0], one[1] + 12) - at(v, other[0], other[1] + 12)
    return kept(v, *one) - kept(v, *other)


def fall(v: View, arm: str, before: int, indicator: str = USE) -> float:
    """Share by which mean use falls within twelve months of its peak; the peak is sought up to month `before`."""
    mean = v(arm, indicator).mean(axis=0)
    peak = int(mean[:before].argmax())
    return 1.0 - float(mean[peak : peak + 13].min()) / max(float(mean[peak]), 1e-9)


def interaction(v: View, month: int, arms: tuple[str, str, str, str] = ("ll", "lh", "hl", "hh")) -> float:
    """Difference of differences in U: how much more the second helps when the first is high than when it is low."""
    ll, lh, hl, hh = (at(v, arm, month) for arm in arms)
    return (hh - hl) - (lh - ll)


def months_to(v: View, arm: str, level: float) -> float:
    """Mean month in which U first reaches a level; runs that never do count the horizon."""
    values = v(arm, USE) >= level
    first = np.where(values.any(axis=1), values.argmax(axis=1) + 1, values.shape[1])
    return float(first.mean())


# ---- Scenarios -----------------------------------------------------------------------------------------------------


LONG = {"finance.funding_term": 72}
"""A grant long enough for money not to be what is tested."""


def low_high(base: Scenario, first: str, second: str, low: float = 0.2, high: float = 0.8) -> Arms:
    """Four arms: two whole conditions or clusters, each low or high."""

    def moved(name: str, position: float) -> dict[str, object]:
        return positions(name, position) if name in CLUSTERS else {name: position}

    ends = {"l": low, "h": high}
    return {a + b: base.change({**moved(first, ends[a]), **moved(second, ends[b])}) for a, b in product("lh", "lh")}


def named(prefix: str, arms: Arms) -> dict[str, Scenario]:
    """Arms with a prefix to their names."""
    return {f"{prefix} {name}": scenario for name, scenario in arms.items()}


def council_pays(scenario: Scenario, share: float) -> Scenario:
    """Return a scenario in which the council is bound to a share of running cost, and everybody knows it."""
    return scenario.change({"finance.mainstreaming": share}).with_event(1, "council_decides", share=share)


def grid(name: str, values: Iterable[float], make: Callable[[float], Scenario]) -> dict[str, Scenario]:
    """An arm for each value."""
    return {f"{name} {value:g}": make(value) for value in values}


# ---- P01 to P19 ----------------------------------------------------------------------------------------------------


def _p01(base: Scenario) -> Arms:
    def funded(months: int, council: float) -> Scenario:
        return council_pays(base.change({"finance.funding_term": months}), council)

    return {"24 months": funded(24, 0.0), "60 months": funded(60, 0.0), "24 months, mainstreamed": funded(24, 0.9)}


def _p02(base: Scenario) -> Arms:
    willing = base.change({**positions("mobilisers", 1.0), "finance.funding_term": 48})

    def arm(culture: float, council: float) -> Scenario:
        return council_pays(willing.change(positions("culture", culture)), council)

    return {
        "strong culture, no money": arm(1.0, 0.0),
        "strong culture, money": arm(1.0, 0.95),
        "weak culture, no money": arm(0.2, 0.0),
        "weak culture, money": arm(0.2, 0.95),
    }


def _p03(base: Scenario) -> Arms:
    well = {"knowledge_and_skills": 0.9, "implementation_process": 0.9, "innovation.potential": 0.9}
    effective = base.change({**well, "finance.funding_term": 60, "finance.review_month": 24})
    return {
        f"lag {lag}, {name}": effective.change({"innovation.effect_lag": lag, "political_agendas.budget_trend": trend})
        for lag, (name, trend) in product((12, 36), (("ample", 1.0), ("tight", -4.0)))
    }


def _more_stopped(v: View, resources: str) -> float:
    slow, quick = (share(v, f"lag {lag}, {resources}", 60, "stopped_by_funder") for lag in (36, 12))
    return slow - quick


def _p04(base: Scenario) -> Arms:
    bare = {"knowledge_and_skills.coaching": 0.0, "knowledge_and_skills.refresher_interval": 240.0}
    funded = base.change({**LONG, **bare, "finance.grant": 3.0 * base["finance.grant"]})

    def trained(interactive: float, feedback: float = 0.0, **more: float) -> Scenario:
        learnt = {"interactive_training": interactive, "feedback": feedback, **more}
        return funded.change({f"knowledge_and_skills.{name}": value for name, value in learnt.items()})

    return {
        "didactic": trained(0.1),
        "training only": trained(0.5),
        "interactive": trained(0.9),
        "with feedback": trained(0.9, 0.8),
        "reinforced": trained(0.9, 0.8, coaching=4.0, refresher_interval=6.0),
    }


P05_TURNOVER = (0.1, 0.2, 0.3)


def _p05(base: Scenario) -> Arms:
    def arms(induction: float, rates: Iterable[float]) -> dict[str, Scenario]:
        inducted = base.change({**LONG, "knowledge_and_skills.induction": induction})
        return grid("turnover", rates, lambda rate: inducted.change({"workforce_capacity.turnover": rate}))

    usual = arms(base["knowledge_and_skills.induction"], P05_TURNOVER)
    return {**usual, **named("inducted", arms(1.0, (P05_TURNOVER[0], P05_TURNOVER[-1])))}


def _training_share(v: View, arm: str) -> float:
    spent = v(arm, "spend")[:, 24:60].sum()
    return float(v(arm, "training_spend")[:, 24:60].sum() / max(spent, 1e-9))


def _p06(base: Scenario) -> Arms:
    funded = base.change(LONG)

    def arms(scenario: Scenario, tenures: Iterable[int]) -> dict[str, Scenario]:
        return grid("tenure", tenures, lambda months: scenario.change({"leadership.leader_tenure": months}))

    return {
        **arms(funded, (18, 36, 60)),
        **named("low buy-in", arms(funded.change({"case_for_change": 0.2}), (18, 60))),
        **named("high buy-in", arms(funded.change({"case_for_change": 0.8}), (18, 60))),
    }


def _p06_loss(v: View, buy_in: str) -> float:
    return at(v, f"{buy_in} tenure 60", 60) - at(v, f"{buy_in} tenure 18", 60)


def _p07(base: Scenario) -> Arms:
    funded = base.change(LONG)
    return {
        name: funded.with_event(18, "leader_leaves", known=known)
        for name, known in (("known", True), ("not known", False))
    }


SHOCKS: Mapping[str, Mapping[str, object]] = {
    "turnover_spike": {"size": 0.4},
    "budget_cut": {"size": 0.4},
    "inspection": {"result": "inadequate"},
}


def _p08(base: Scenario) -> Arms:
    arms: dict[str, Scenario] = {}
    for name, position in (("low buy-in", 0.1), ("high buy-in", 0.9)):
        begun = {"knowledge_and_skills": 0.9, "implementation_process": 0.9, "finance.mainstreaming": 0.9}
        funded = base.change({**begun, "case_for_change": position, "finance.grant": 2.0 * base["finance.grant"]})
        arms[name] = funded
        arms |= {f"{name}, {shock}": funded.with_event(18, shock, **detail) for shock, detail in SHOCKS.items()}
    return arms


def _collapse(v: View, buy_in: str, shock: str) -> float:
    """Chance that U is under half its level before the shock 24 months on, less that chance without the shock."""

    def chance(arm: str) -> float:
        values = v(arm, USE)
        return float((values[:, 41] < 0.5 * values[:, 16]).mean())

    return chance(f"{buy_in}, {shock}") - chance(buy_in)


def _p09(base: Scenario) -> Arms:
    cultures = {"blame": 0.1, "safe": 0.9}
    base = base.change({"public_perceptions.incident_rate": 0.0})
    arms: dict[str, Scenario] = {}
    for name, position in cultures.items():
        culture = base.change({"trust_emotions_relationships": position, "learning_and_evaluation": position})
        arms |= {f"{name}, no incident": culture, f"{name}, incident": culture.with_event(18, "incident")}
    return arms


def _trials_left(v: View, culture: str, first: int, last: int) -> Numbers:
    """Trials after the incident over trials without it, in spans of three months from `first` to `last` months on."""
    spans = np.arange(18 + first, 18 + last, 3)
    with_it, without = (v(f"{culture}, {arm}", TRIALS) for arm in ("incident", "no incident"))
    ratios = [
        float(with_it[:, m - 1 : m + 2].mean()) / max(float(without[:, m - 1 : m + 2].mean()), 1e-9) for m in spans
    ]
    return np.array(ratios)


def _p10(base: Scenario) -> Arms:
    funded = base.change(LONG)
    return {"kept": funded, "broken": funded.with_event(24, "broken_promise")}


def _trust_path(v: View) -> tuple[Numbers, float]:
    """Trust lost in each month from the breach on, and the loss at its worst."""
    lost = (v("kept", "vertical_trust") - v("broken", "vertical_trust")).mean(axis=0)[23:]
    return lost, float(lost.max())


def _months_to_regain(v: View) -> float:
    """Months until nine tenths of what was lost is back, over months until it was lost."""
    lost, worst = _trust_path(v)
    down = int(lost.argmax()) + 1
    back = np.flatnonzero(lost[down:] <= 0.1 * worst)
    return float(back[0] + 1 if len(back) else len(lost)) / down


def _loop_area(v: View) -> float:
    """Area between the way down and the way up of trust: months of lost trust, less those of an equally quick way."""
    lost, worst = _trust_path(v)
    down = int(lost.argmax()) + 1
    return float(lost[down:].sum() - lost[:down].sum()) / max(worst, 1e-9)


FROZEN: Mapping[str, Mapping[str, float]] = {
    "safety": {"trust_emotions_relationships.blame_culture": 0.45},
    "strain": {"mechanisms.strain": False},
    "reinforcement": {"coefficients.reinforce_supervision": 0.0, "coefficients.reinforce_peers": 0.0},
    "trust": {"coefficients.trust_growth": 0.0, "trust_emotions_relationships.initial_trust": 0.5},
}
"""What holds a pathway of culture still: the same in all arms."""
ZONE_AT = 24


def _p11(base: Scenario) -> Arms:
    arms = dict(low_high(base, "culture", "macro", 0.15, 0.85))
    for pathway, held in FROZEN.items():
        arms |= named(f"{pathway} held,", {name: arms[name].change(held) for name in ("hl", "lh")})
    return arms


def _zone(v: View, arm: str) -> float:
    """Share of runs in which one user brings in at least one more when the grant is about to end."""
    return share(v, arm, ZONE_AT, "uptake_number")


def _log_uptake(v: View, arm: str) -> float:
    return float(np.log(np.maximum(v(arm, "uptake_number")[:, ZONE_AT - 1], 0.01)).mean())


FACTORIAL = tuple("".join(levels) for levels in product("lh", repeat=len(CLUSTERS)))
PAIRS = {
    "culture, workforce": ("culture", "workforce_capacity", 1.0),
    "culture, finance": ("culture", "finance", 1.0),
    "learning, workforce": ("learning_and_evaluation", "workforce_capacity", -1.0),
    "case, leadership": ("case_for_change", "leadership", -1.0),
}


def _p12(base: Scenario) -> Arms:
    ends = {"l": 0.2, "h": 0.8}
    arms: dict[str, Scenario] = {}
    for levels in FACTORIAL:
        moved: dict[str, object] = {}
        for cluster, level in zip(CLUSTERS, levels, strict=True):
            moved |= positions(cluster, ends[level])
        arms[levels] = base.change(moved)
    for pair, (first, second, _) in PAIRS.items():
        arms |= named(pair, low_high(base if second == "finance" else base.change(LONG), first, second))
    return arms


def _interaction_share(v: View) -> float:
    """Share of the variance of mean U between the 32 corners that main effects of clusters do not explain."""
    corners = np.array([at(v, levels, 60) for levels in FACTORIAL])
    signs = np.array([[1.0 if level == "h" else -1.0 for level in levels] for levels in FACTORIAL])
    main = float(((signs.T @ corners / len(corners)) ** 2).sum())
    return 1.0 - main / max(float(corners.var()), 1e-12)


LEVELS = tuple(n / 10 for n in range(11))


def _p13(base: Scenario) -> Arms:
    def everywhere(level: float) -> Scenario:
        return base.change({c.name: level for c in conditions()})

    nothing = everywhere(0.0)
    return {
        **grid("level", LEVELS, everywhere),
        **{f"only {cluster}": nothing.change(positions(cluster, 1.0)) for cluster in CLUSTERS},
    }


def _steepest(v: View) -> float:
    """Steepest rise of the share of open zones between steps of 0.1, over the mean rise."""
    opened = [_zone(v, f"level {level:g}") for level in LEVELS]
    mean = (opened[-1] - opened[0]) / (len(LEVELS) - 1)
    return max(b - a for a, b in pairwise(opened)) / mean if mean > 0 else 0.0


def _median_single(v: View) -> float:
    return float(np.median([_zone(v, f"only {cluster}") for cluster in CLUSTERS]))


INITIATIVES = (1, 2, 4, 8)


def _p14(base: Scenario) -> Arms:
    funded = base.change(LONG)
    count = "attitudes.concurrent_initiatives"
    later = funded.with_wave(36, "later")
    return {
        **grid("n", INITIATIVES, lambda n: funded.change({count: n})),
        "no burst": later,
        "burst": later.with_event(1, {count: 8.0}).with_event(37, {count: base[count]}),
    }


def _total(v: View, n: int) -> float:
    return n * at(v, f"n {n}", 48)


def _p15(base: Scenario) -> Arms:
    good = base.change(
        {
            **LONG,
            **{c.name: 0.75 for c in conditions() if c.name not in {"implementation_process", "finance"}},
            "finance.grant": 2.0 * base["finance.grant"],
            "implementation_process.implementation_staff": 3.0,
        }
    )
    return {
        name: good.change({"implementation_process.on_day_job": day_job})
        for name, day_job in (("dedicated", 0.0), ("day job", 1.0))
    }


ADAPTATION = (0.0, 0.25, 0.5, 0.75, 1.0)


def _p16(base: Scenario) -> Arms:
    free = base.change({**LONG, "regulatory_conditions.permissiveness": 0.9, "innovation_design.manualised": 0.1})
    return {
        f"{name} {a:g}": free.change({"innovation.context_distance": distance, "innovation.adaptation": a})
        for (name, distance), a in product((("near", 0.3), ("far", 0.9)), ADAPTATION)
    }


def _benefit(v: View, place: str) -> list[float]:
    return [over(v, f"{place} {a:g}", 55, 60, "benefit") for a in ADAPTATION]


def _hump(v: View, place: str) -> float:
    """Best inner value over the better end, less 1."""
    values = _benefit(v, place)
    return max(values[1:-1]) / max(values[0], values[-1], 1e-9) - 1.0


def _optimum(v: View, place: str) -> float:
    """Best adaptation: the top of the parabola through the best point and its neighbours."""
    values = _benefit(v, place)
    best = min(max(int(np.argmax(values)), 1), len(values) - 2)
    a, b, c = np.polyfit(ADAPTATION[best - 1 : best + 2], values[best - 1 : best + 2], 2)
    del c
    return float(np.clip(-b / (2 * a), 0.0, 1.0)) if a < 0 else ADAPTATION[int(np.argmax(values))]


def _p17(base: Scenario) -> Arms:
    funded = base.change(LONG)

    def families(depth: float, budget: float, acted_on: float) -> Scenario:
        values = {"participation_depth": depth, "coproduction_budget": budget, "acted_on": acted_on}
        return funded.change({f"coproduction.{name}": value for name, value in values.items()})

    return {
        "none": families(0.0, 0.0, 0.9),
        "resourced": families(0.9, 0.12, 0.9),
        "not resourced": families(0.9, 0.0, 0.9),
        "not acted on": families(0.9, 0.12, 0.0),
    }


NO_GAIN = 0.02
"""Largest gain in U that still counts as none."""

PUSHES = (0.02, 0.3, 0.9)


def _p18(base: Scenario) -> Arms:
    near = positions("culture", 0.65)
    council = council_pays(base.change({**near, "finance.funding_term": 36}), 0.95)
    return grid("push", PUSHES, lambda push: council.change({"leadership.push": push}).with_event(13, "push_withdrawn"))


GONE, HOLDS = 0.1, 0.3
"""U in month 119 under which use has gone, and from which it holds: the share that counts as sustained."""


def _modes(v: View, arm: str) -> tuple[float, float]:
    """Shares of runs in which U has gone (under a tenth) and in which it holds (sustained share) at month 119."""
    values = v(arm, USE)[:, 118]
    return float((values < GONE).mean()), float((values >= HOLDS).mean())


def _early_success(v: View) -> float:
    """Chance of lasting use after an early success (benefit of the first year above the median) less after none."""
    arm = f"push {PUSHES[1]:g}"
    early = v(arm, "benefit")[:, :12].mean(axis=1)
    lasts = v(arm, USE)[:, 118] >= HOLDS
    above = early > np.median(early)
    return float(lasts[above].mean() - lasts[~above].mean()) if above.any() and not above.all() else 0.0


def _p19(base: Scenario) -> Arms:
    return {result: base.with_event(24, "inspection", result=result) for result in ("good", "inadequate")}


def _mark(v: View, indicator: str, first: int, last: int) -> float:
    """Difference an inadequate judgement makes, on average over months after it, in points or cases."""
    gap = over(v, "inadequate", 24 + first, 24 + last, indicator) - over(v, "good", 24 + first, 24 + last, indicator)
    return gap if indicator == "caseload" else 100.0 * gap


def _lasting(v: View, indicator: str) -> float:
    """Mark four years on over the mark within two years."""
    return _mark(v, indicator, 45, 51) / max(_mark(v, indicator, 9, 24), 1e-9)


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "P01",
        "Funding cliff",
        "A short grant without money from the council afterwards collapses; a longer one, or one taken on, does not.",
        "Paper 4.3; Bond et al. 2014",
        _p01,
        (
            Clause(
                "S12 after 60 months less S12 after 24",
                lambda v: kept_longer(v, ("60 months", 60), ("24 months", 24)),
                unit="",
            ),
            Clause("U at month 72, 60 months less 24", lambda v: at(v, "60 months", 72) - at(v, "24 months", 72)),
            Clause(
                "S12 mainstreamed less not",
                lambda v: kept_longer(v, ("24 months, mainstreamed", 24), ("24 months", 24)),
                unit="",
            ),
        ),
        calibrates=True,
        until=72,
    ),
    Pattern(
        "P02",
        "Will is not money",
        "The strongest will and culture cannot carry an innovation whose upkeep nobody pays for.",
        "Paper 4.3",
        _p02,
        (
            Clause(
                "half of S12 with money less S12 without",
                lambda v: 0.5 * kept(v, "strong culture, money", 48) - kept(v, "strong culture, no money", 48),
                unit="",
            ),
            Clause(
                "effect of culture on S12 with money less without",
                lambda v: (
                    (kept(v, "strong culture, money", 48) - kept(v, "weak culture, money", 48))
                    - (kept(v, "strong culture, no money", 48) - kept(v, "weak culture, no money", 48))
                ),
                unit="",
            ),
        ),
        notes="Mobilisers at their facilitator end throughout; culture at its facilitator end or at 0.2; a grant of 48 "
        "months, so that take-up is over when upkeep falls to the council (0.95 of it, or nothing).",
        until=60,
    ),
    Pattern(
        "P03",
        "Evidence comes after the money",
        "An innovation that works, but shows it late, is stopped at a review that comes before the evidence.",
        "Paper 4.3; Public Accounts Committee 2022",
        _p03,
        (
            Clause("chance of being stopped, lag 36 less 12", lambda v: _more_stopped(v, "ample")),
            Clause(
                "the same where resources are tight, less ample",
                lambda v: _more_stopped(v, "tight") - _more_stopped(v, "ample"),
            ),
        ),
        chart=Chart("stopped_by_funder", label="Stopped by the funder"),
        until=60,
    ),
    Pattern(
        "P04",
        "Training without reinforcement drops off",
        "Use falls after training alone and holds when coaching, supervision and refreshers follow; practice, feedback "
        "and reinforcement each add.",
        "Paper 4.3; Joyce & Showers 2002; Tatel & Ackerman; Whitaker et al.",
        _p04,
        (
            Clause("fall within 12 months of the peak, training only", lambda v: fall(v, "training only", 60), 0.3),
            Clause(
                "half of that fall less the fall when reinforced",
                lambda v: 0.5 * fall(v, "training only", 60) - fall(v, "reinforced", 60),
            ),
            Clause("U, months 13-36: interactive less didactic", lambda v: _step(v, "interactive", "didactic")),
            Clause("with feedback less interactive", lambda v: _step(v, "with feedback", "interactive")),
            Clause("reinforced less with feedback", lambda v: _step(v, "reinforced", "with feedback")),
        ),
        calibrates=True,
        until=72,
    ),
    Pattern(
        "P05",
        "Turnover wears memory away",
        "The more people leave, the less use there is after four years and the more goes on training again; not so "
        "where newcomers are fully inducted.",
        "Paper 4.3; Woltmann et al. 2008; Brookman-Frazee et al. 2018",
        _p05,
        (
            Clause("U at month 48, turnover 10% less 20%", lambda v: _p05_step(v, 0, 1)),
            Clause("U at month 48, turnover 20% less 30%", lambda v: _p05_step(v, 1, 2)),
            Clause(
                "share of spending that goes on training, 30% less 10%",
                lambda v: _training_share(v, "turnover 0.3") - _training_share(v, "turnover 0.1"),
            ),
            Clause(
                "0.3 of the effect less the effect with full induction",
                lambda v: 0.3 * _p05_effect(v, "turnover") - abs(_p05_effect(v, "inducted turnover")),
            ),
        ),
        calibrates=True,
        until=60,
    ),
    Pattern(
        "P06",
        "Leaders who come and go",
        "The shorter senior leaders stay, the less is in use after five years; more so where buy-in is low.",
        "Paper 4.1, 4.3; Peterson et al. 2014",
        _p06,
        (
            Clause("U at month 60, tenure 36 less 18", lambda v: at(v, "tenure 36", 60) - at(v, "tenure 18", 60)),
            Clause("U at month 60, tenure 60 less 36", lambda v: at(v, "tenure 60", 60) - at(v, "tenure 36", 60)),
            Clause(
                "loss from short tenure, low buy-in less high",
                lambda v: _p06_loss(v, "low buy-in") - _p06_loss(v, "high buy-in"),
            ),
        ),
        chart=Chart(arms=("tenure 18", "tenure 36", "tenure 60")),
        until=60,
    ),
    Pattern(
        "P07",
        "An exit foreseen",
        "People commit less when they know that the leader will go, though the leader goes in the same month.",
        "Paper 4.3",
        _p07,
        (Clause("U at month 24, not known less known", lambda v: at(v, "not known", 24) - at(v, "known", 24)),),
        until=24,
    ),
    Pattern(
        "P08",
        "Shocks where buy-in is weak",
        "A wave of leavers, a budget cut or a critical inspection brings an innovation down where leaders never bought "
        "into it.",
        "Paper 4.1",
        _p08,
        tuple(
            Clause(
                f"chance of collapse after {shock.replace('_', ' ')}, low buy-in less high",
                lambda v, shock=shock: _collapse(v, "low buy-in", shock) - _collapse(v, "high buy-in", shock),  # type: ignore[misc]
            )
            for shock in SHOCKS
        ),
        notes="Well begun (training and implementation at 0.9, twice the usual grant), paid for 24 months, then 90% of "
        "running cost from the council. In month 18 40% of permanent staff leave, or 40% of the council's budget goes, "
        "or the service is judged inadequate. Collapse: U under half its level before the shock 24 months on, as a "
        "difference from the same organisation without the shock.",
        until=42,
    ),
    Pattern(
        "P09",
        "Blame and an incident",
        "After an incident in a culture of blame people dare less for years; where failure is borne together they "
        "recover within eighteen months.",
        "Paper 4.4, 4.5; Cafcass care applications 2008-2013",
        _p09,
        (
            Clause(
                "0.8 less trials under blame, at most in 36 months, as a share of those without the incident",
                lambda v: 0.8 - float(_trials_left(v, "blame", 1, 36).max()),
                unit="",
            ),
            Clause(
                "trials where it is safe, at least from 12 to 18 months on",
                lambda v: float(_trials_left(v, "safe", 13, 19).min()),
                0.8,
                unit="",
            ),
            Clause(
                "what the incident takes, blame less safe",
                lambda v: float(_trials_left(v, "safe", 1, 36).mean() - _trials_left(v, "blame", 1, 36).mean()),
                unit="",
            ),
        ),
        chart=Chart(TRIALS, label="Trials per practitioner and month"),
        calibrates=True,
        until=54,
    ),
    Pattern(
        "P10",
        "Trust is slow to come and quick to go",
        "What one broken promise takes in a month takes many months of steady behaviour to come back.",
        "Paper 4.4; Slovic 1993",
        _p10,
        (
            Clause("months to regain nine tenths over months to lose", _months_to_regain, 3.0, unit=""),
            Clause("area of the loop, in months of the whole loss", _loop_area, unit="months"),
        ),
        chart=Chart("vertical_trust", label="Trust in managers"),
    ),
    Pattern(
        "P11",
        "Culture opens the zone in hard times",
        "A strong culture opens the zone more often under a poor macro context than a good context does under a weak "
        "culture.",
        "Paper abstract, 5",
        _p11,
        (
            Clause("share of open zones: culture alone less context alone", lambda v: _zone(v, "hl") - _zone(v, "lh")),
            Clause("share of open zones: culture alone less neither", lambda v: _zone(v, "hl") - _zone(v, "ll"), 0.2),
            Clause(
                "effect of context on log R, weak culture less strong",
                lambda v: (_log_uptake(v, "lh") - _log_uptake(v, "ll")) - (_log_uptake(v, "hh") - _log_uptake(v, "hl")),
                unit="log R",
            ),
            *(
                Clause(
                    f"log R of culture alone less context alone, {pathway} held still",
                    lambda v, pathway=pathway: (  # type: ignore[misc]
                        _log_uptake(v, f"{pathway} held, hl") - _log_uptake(v, f"{pathway} held, lh")
                    ),
                    unit="log R",
                )
                for pathway in FROZEN
            ),
        ),
        chart=Chart("uptake_number", arms=("ll", "lh", "hl", "hh"), label="Uptake number R"),
        notes="Low is 0.15 and high 0.85; the first letter is culture, the second the macro context. R is taken in the "
        "last month of the grant. By a wide margin: 20 points.",
        until=24,
    ),
    Pattern(
        "P12",
        "Conditions work together",
        "Conditions act on each other: their effects do not add up.",
        "Paper 5; Williams & Glisson 2014; Glisson et al. 2010",
        _p12,
        (
            Clause("share of variance between 32 corners that is interaction", _interaction_share, 0.1),
            *(
                Clause(
                    f"{pair}: interaction in U at month 60, {'helping' if sign > 0 else 'standing in for'} each other",
                    lambda v, pair=pair, sign=sign: (  # type: ignore[misc]
                        sign * interaction(v, 60, (f"{pair} ll", f"{pair} lh", f"{pair} hl", f"{pair} hh"))
                    ),
                )
                for pair, (_, _, sign) in PAIRS.items()
            ),
        ),
        chart=Chart(arms=("lllll", "hllll", "lhlll", "llhll", "lllhl", "llllh", "hhhhh")),
        until=60,
    ),
    Pattern(
        "P13",
        "All conditions together",
        "The zone opens abruptly as conditions improve together; one cluster alone seldom opens it.",
        "Paper 5; Repenning 2002",
        _p13,
        (
            Clause("steepest rise of open zones over the mean rise", _steepest, 3.0 - 1e-9, unit=""),
            Clause("0.2 less the median share opened by one cluster", lambda v: 0.2 - _median_single(v)),
        ),
        chart=Chart(
            "zone",
            axis="level",
            month=ZONE_AT,
            along="position of all 18 conditions",
            label="Share of runs with R of at least 1",
        ),
        until=24,
    ),
    Pattern(
        "P14",
        "Too much at once",
        "The more initiatives run at once, the worse each does; the total peaks in between, and a burst leaves fatigue "
        "to the next.",
        "Paper 4.3, 4.4; Bernerth 2011",
        _p14,
        (
            *(
                Clause(
                    f"U of each at month 48, {few} initiatives less {many}",
                    lambda v, few=few, many=many: at(v, f"n {few}", 48) - at(v, f"n {many}", 48),  # type: ignore[misc]
                )
                for few, many in pairwise(INITIATIVES)
            ),
            Clause(
                "total of 2 or 4 less that of 1 or 8",
                lambda v: max(_total(v, 2), _total(v, 4)) - max(_total(v, 1), _total(v, 8)),
            ),
            Clause(
                "U of a later wave, no burst before less burst", lambda v: at(v, "no burst", 72) - at(v, "burst", 72)
            ),
        ),
        chart=Chart(axis="n", month=48, along="number of initiatives at once", label="U of each initiative"),
        notes="The burst is eight initiatives at once from month 1 to 36; the later wave starts in month 37.",
        until=72,
    ),
    Pattern(
        "P15",
        "Dedicated implementation staff",
        "The same hours of implementation work carry further in the hands of dedicated staff than on top of day jobs.",
        "Paper 4.2; McHugo et al. 2007",
        _p15,
        (
            Clause(
                "months to U of 0.5, day job less dedicated",
                lambda v: months_to(v, "day job", 0.5) - months_to(v, "dedicated", 0.5),
                unit="months",
            ),
        ),
        notes="Other conditions at 0.75, so that U of 0.5 is within reach; runs that never reach it count 120 months.",
    ),
    Pattern(
        "P16",
        "Flexible but faithful",
        "Some tailoring does more for families than none or everything, and the further from home the more of it.",
        "Paper 4.2",
        _p16,
        (
            Clause("best inner benefit over the better end less 1, near", lambda v: _hump(v, "near"), unit=""),
            Clause("the same, far", lambda v: _hump(v, "far"), unit=""),
            Clause("best adaptation, far less near", lambda v: _optimum(v, "far") - _optimum(v, "near"), unit=""),
        ),
        chart=Chart(
            "benefit", axis="near", month=60, along="share that may be tailored, near home", label="Benefit to families"
        ),
        until=60,
    ),
    Pattern(
        "P17",
        "Coproduction costs now and pays later",
        "Coproduction that is paid for and acted on slows the start and gains later; asking without paying or acting "
        "gains nothing.",
        "Paper 4.2, 7",
        _p17,
        (
            Clause("U at month 12, none less resourced", lambda v: at(v, "none", 12) - at(v, "resourced", 12), -1e-9),
            Clause("U at month 48, resourced less none", lambda v: at(v, "resourced", 48) - at(v, "none", 48)),
            Clause(
                "gain at month 48 without money",
                lambda v: at(v, "not resourced", 48) - at(v, "none", 48),
                -FAR,
                NO_GAIN,
            ),
            Clause(
                "gain at month 48 without action",
                lambda v: at(v, "not acted on", 48) - at(v, "none", 48),
                -FAR,
                NO_GAIN,
            ),
        ),
        notes="No gain: at most two points.",
        until=48,
    ),
    Pattern(
        "P18",
        "Visible benefit and tipping",
        "Once enough people see it work, use carries on when managers stop pushing; short of that it reverts, so that "
        "like organisations part ways.",
        "Paper 4.4; Repenning 2002",
        _p18,
        (
            Clause(
                "U at month 119 after strong push less weak",
                lambda v: at(v, "push 0.9", 119) - at(v, "push 0.02", 119),
            ),
            Clause("runs at middling push in which use has gone", lambda v: _modes(v, "push 0.3")[0], 0.15),
            Clause("runs at middling push in which use holds", lambda v: _modes(v, "push 0.3")[1], 0.15),
            Clause("chance of lasting use, early success less none", _early_success),
        ),
        notes="Culture a little above the middle (0.65), a grant of 36 months and then 95% of running cost from the "
        "council, so that R is near 1; push withdrawn after month 12. Gone: U under a tenth; holds: the share that "
        "counts as sustained (30%).",
    ),
    Pattern(
        "P19",
        "The mark of a critical inspection",
        "After an inadequate judgement agency staff and vacancies jump and stay up for years; recorded leaving hardly "
        "moves, and caseloads do not rise.",
        "DfE census and Ofsted judgements 2017-2025; Hood & Goldacre 2021",
        _p19,
        (
            Clause("agency share, year 1-2", lambda v: _mark(v, "agency_rate", 9, 24), 9.0, 15.0, "% points"),
            Clause("vacancies, year 1-2", lambda v: _mark(v, "vacancy_rate", 9, 24), 7.0, 12.0, "% points"),
            Clause("agency share four years on, of that", lambda v: _lasting(v, "agency_rate"), 0.5, unit=""),
            Clause("vacancies four years on, of that", lambda v: _lasting(v, "vacancy_rate"), 0.5, unit=""),
            Clause("turnover, year 1-2", lambda v: _mark(v, "turnover_12m", 12, 24), -FAR, 4.0, "% points"),
            Clause("caseload, year 2-3", lambda v: _mark(v, "caseload", 24, 36), -3.0, 0.0, "cases"),
        ),
        chart=Chart("agency_rate", label="Agency share"),
        calibrates=True,
        until=75,
    ),
)
"""Every pattern, in order."""


def _step(v: View, more: str, less: str) -> float:
    return over(v, more, 13, 36) - over(v, less, 13, 36)


def _p05_step(v: View, few: int, many: int) -> float:
    return at(v, f"turnover {P05_TURNOVER[few]:g}", 48) - at(v, f"turnover {P05_TURNOVER[many]:g}", 48)


def _p05_effect(v: View, arms: str) -> float:
    return at(v, f"{arms} 0.1", 48) - at(v, f"{arms} 0.3", 48)


# ---- What must show no effect --------------------------------------------------------------------------------------


def _control_b(base: Scenario) -> Arms:
    blind = base.change({"innovation.potential": 0.0, "mechanisms.contagion": False})
    return {
        name: blind.change({"coefficients.belief_benefit": weight, "coefficients.commitment_evidence": weight})
        for name, weight in (("loop on", 0.6), ("loop off", 0.0))
    }


def _control_c(base: Scenario) -> Arms:
    unblamed = base.change({"trust_emotions_relationships.blame_culture": 0.0})
    return {
        name: unblamed.with_event(18, {"public_perceptions.media_hostility": hostility})
        for name, hostility in (("kind", 0.1), ("hostile", 0.95))
    }


def _control_d(base: Scenario) -> Arms:
    deaf = base.change({"coefficients.voice_weight": 0.0, "coproduction.coproduction_budget": 0.12, **LONG})
    return {name: deaf.change({"coproduction.acted_on": share}) for name, share in (("heard", 0.9), ("unheard", 0.1))}


def _no_effect(says: str, gap: Callable[[View], float]) -> tuple[Clause, ...]:
    return (Clause(says, gap, -NO_GAIN, NO_GAIN),)


CONTROLS: tuple[Pattern, ...] = (
    Pattern(
        "control a",
        "Who sits where",
        "Letting people change places at launch leaves use unchanged.",
        "Negative control",
        lambda base: {"as they sit": base.change(LONG), "shuffled": base.change(LONG)},
        _no_effect(
            "U, months 1-72, shuffled less not", lambda v: over(v, "shuffled", 1, 72) - over(v, "as they sit", 1, 72)
        ),
        shuffled=("shuffled",),
        until=72,
    ),
    Pattern(
        "control b",
        "Nothing to see",
        "With an innovation that does nothing and no social influence, the loop of visible benefit does nothing.",
        "Negative control",
        _control_b,
        _no_effect(
            "U, months 1-72, loop on less off", lambda v: over(v, "loop on", 1, 72) - over(v, "loop off", 1, 72)
        ),
        until=72,
    ),
    Pattern(
        "control c",
        "Hostile media, no blame",
        "Where nobody is blamed, hostile media leave trials unchanged.",
        "Negative control",
        _control_c,
        _no_effect(
            "trials, months 19-60, hostile less kind",
            lambda v: over(v, "hostile", 19, 60, TRIALS) - over(v, "kind", 19, 60, TRIALS),
        ),
        chart=Chart(TRIALS, label="Trials per practitioner and month"),
        until=60,
    ),
    Pattern(
        "control d",
        "Voices without weight",
        "Where families' voice carries no weight, acting on it leaves use unchanged.",
        "Negative control",
        _control_d,
        _no_effect("U, months 1-72, heard less unheard", lambda v: over(v, "heard", 1, 72) - over(v, "unheard", 1, 72)),
        until=72,
    ),
)
"""What must show no effect: differences within two points."""
