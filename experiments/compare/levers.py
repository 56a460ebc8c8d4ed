"""What would help most? Every lever that somebody can pull, moved by a realistic step with the same luck, and ranked.

Then the best pair and, with a budget, the best bundle that it buys: levers are added one at a time, each time the one
that adds most practitioner-years, or most for its money where there is a budget (a greedy search), among those that did
best alone. What is found is lived again with fresh luck, because the best of many looks better than it is.

Runs go where they tell most: all begin with a few, and only those that lead are lived as often as was asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.compare.ladder import Judged, judge
from conducive.experiments.lives.ensemble import check_counts
from conducive.experiments.lives.intervals import ANYWHERE, FEWEST_IN_A_SET, Numbers
from conducive.experiments.lives.living import in_order, lives
from conducive.experiments.lives.moments import MAIN
from conducive.experiments.lives.readings import sets_of
from conducive.experiments.lives.text import NOT_A_FORECAST, name_of
from conducive.experiments.words import (
    bullet,
    heading,
    in_unit,
    listed,
    page,
    paragraph,
    pounds,
    section,
    several,
    signed,
    table,
)
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.files import load_scenario
from conducive.scenarios.levers import Lever, levers_for
from conducive.scenarios.short import InShort

if TYPE_CHECKING:
    import pandas as pd

    from conducive.scenarios.scenario import Scenario

RUNS = 80
"""Runs of each lever: four under each of twenty plausible sets."""
STEPS = (8, 24, 48)
"""Runs after which a ranking that refines says what it has; each fills plausible sets evenly."""
SCREEN = 24
"""Runs after which only those that lead go on."""
LEADING, FINALISTS = 12, 3
"""How many lead of levers alone, and of pairs or of what may be added to a bundle."""
AT_ONCE = 8
"""Runs of a lever that are one task."""
PAIRED = 6
"""Levers that did best alone, from which pairs and bundles are made."""
LONGEST = 4
"""Levers in a bundle, at most."""
FRESH = 1_000_003
"""What is added to the seed for the luck under which the best is lived again."""
SHOWN = 12
"""Levers that the text names; the table has all."""
LARGEST_BUDGET = 1e9


@dataclass(frozen=True, slots=True)
class Pull:
    """One or more levers pulled at once, against none.

    Attributes:
        levers: which.
        years: practitioner-years of use as it is meant that they add over all months, judged.
        spent: what more is spent on the innovation over all months, judged; in GBP.
        runs: runs on which these figures rest.

    """

    levers: tuple[Lever, ...]
    years: Judged
    spent: Judged
    runs: int

    @property
    def costed(self) -> bool:
        """Whether the model holds all that pulling them costs."""
        return all(lever.costing == "in the model" for lever in self.levers)

    @property
    def each(self) -> float:
        """GBP for each practitioner-year added; not a number where that is not known or nothing is surely added."""
        return self.spent.mean / self.years.mean if self.costed and self.years.low > 0 else float("nan")


@dataclass(frozen=True, repr=False)
class Levers(InShort):
    """A ranking of levers.

    Attributes:
        scenario: what they were pulled in.
        usual: practitioner-years without any.
        pulls: each lever alone, that which adds most first.
        pair: the best two together, with fresh luck; None where that was not asked for.
        bundle: the best that a budget buys, with fresh luck; None without a budget, or where nothing is worth its cost.
        budget: what it may cost over all months, in GBP.
        runs: runs of each of those that lead; the others may have fewer.
        sets: how many plausible sets.
        seed: the luck.

    """

    scenario: Scenario
    usual: float
    pulls: tuple[Pull, ...]
    pair: Pull | None
    bundle: Pull | None
    budget: float | None
    runs: int
    sets: int
    seed: int

    def in_short(self) -> dict[str, str]:
        """Return what was tried, and what helped most."""
        best = self.pulls[0] if self.pulls else None
        return {
            "scenario": name_of(self.scenario),
            "levers tried": f"{len(self.pulls)}",
            **({"helps most": step_in_words(self.scenario, best.levers)} if best and best.years.tells else {}),
            "more": "print(levers.text()), or levers.table",
        }

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each lever, that which adds most first.

        Columns: rank, lever (address), before, after, whose, practitioner_years with its 95% interval (low, high),
        agree (share of plausible sets), rung; spent and gbp_each, not a number where what it costs is not known; runs.
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "rank": n,
                "lever": lever.address,
                "before": self.scenario[lever.address],
                "after": lever.moved(self.scenario),
                "whose": lever.owner,
                "practitioner_years": pull.years.mean,
                "low": pull.years.low,
                "high": pull.years.high,
                "agree": pull.years.agree,
                "rung": pull.years.rung,
                "spent": pull.spent.mean if pull.costed else float("nan"),
                "gbp_each": pull.each,
                "runs": pull.runs,
            }
            for n, pull in enumerate(self.pulls, 1)
            for lever in pull.levers
        )

    def text(self) -> str:
        """Say what would help most, how surely, whose it is and at what cost."""
        return page(*(part(self) for part in (_title, _ranked, _together, _reading)))


def levers(
    scenario: str | Path | Mapping[str, object] | Scenario = "baseline",
    *,
    authority: str | None = None,
    budget: float | None = None,
    pairs: bool = False,
    runs: int = RUNS,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> Levers:
    """Pull every lever that a scenario leaves to be pulled, and rank them by what they add.

    Args:
        scenario: a library name, a path to a TOML file, a mapping, or a `Scenario`.
        authority: start from its published figures.
        budget: GBP that may be spent more on the innovation over all months; then the best bundle is looked for.
        pairs: look for the best two together.
        runs: runs of each lever that leads, spread over plausible sets, at least 4 with each; others have SCREEN.
        seed: the luck, the same for all.
        executor: any `concurrent.futures` executor; a thread for each core by default.
        progress: called with the number of runs each time some are done.

    Raises InputError for what cannot be used.

    """
    asked = load_scenario(scenario)
    asked = asked if authority is None else asked.at(authority)
    *_, found = refining(
        asked, budget=budget, pairs=pairs, runs=runs, seed=seed, steps=(), executor=executor, progress=progress
    )
    return found


def refining(
    scenario: Scenario,
    *,
    budget: float | None = None,
    pairs: bool = False,
    runs: int = RUNS,
    seed: int = 0,
    steps: Sequence[int] = STEPS,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
) -> Iterator[Levers]:
    """Yield a ranking that grows firmer: after each step of runs, with the best two, and with what a budget buys.

    The last is to the bit what `levers`, which has the other arguments, returns. Raises InputError as it does.
    """
    check_asked(runs, seed, budget)
    sets = sets_of(runs, plausible=True)
    assert sets is not None
    tried = _Tried(scenario, sets, seed, executor, progress)
    alone = [(lever,) for lever in levers_for(scenario)]
    for now in (*(n for n in steps if n < runs), runs):
        pulls = tuple(tried.race(alone, now, LEADING))
        count = len(np.unique(sets[:now]))
        found = Levers(scenario, float(tried.usual(now)[:, 0].mean()), pulls, None, None, budget, now, count, seed)
        yield found
    fresh = _Tried(scenario, sets, seed + FRESH, executor, progress)
    best = [pull.levers[0] for pull in pulls[:PAIRED] if pull.years.tells and pull.years.mean > 0]
    if pairs and len(best) > 1:
        both = tried.race([(one, other) for n, one in enumerate(best) for other in best[n + 1 :]], runs, FINALISTS)
        (two,) = fresh.pull([both[0].levers], runs)
        found = replace(found, pair=two)
        yield found
    if budget is not None and (bought := _bundle(tried, pulls, budget, runs)):
        (bundle,) = fresh.pull([bought], runs)
        yield replace(found, bundle=bundle)


def check_asked(runs: object, seed: object, budget: object) -> None:
    """Raise InputError for counts or a budget that cannot be used."""
    check_counts(runs, seed)
    if not isinstance(runs, int) or runs < FEWEST_IN_A_SET:
        msg = f"runs must be at least {FEWEST_IN_A_SET}, for one plausible set. Got {runs}."
        raise InputError(msg)
    if budget is None:
        return
    fits = isinstance(budget, int | float) and not isinstance(budget, bool) and 0 < budget < LARGEST_BUDGET
    if not fits:
        msg = f"a budget must be an amount in GBP above 0 and under {LARGEST_BUDGET:,.0f}. Got {glimpse(budget)}."
        raise InputError(msg)


def _added(pull: Pull) -> float:
    return pull.years.mean


@dataclass
class _Tried:
    """What was lived: levers against none, under the same sets and luck. Asked for more runs, only these are lived."""

    scenario: Scenario
    sets: npt.NDArray[np.int64]
    seed: int
    executor: Executor | None
    progress: Callable[[int], object] | None
    lived: dict[tuple[Lever, ...], Numbers] = field(default_factory=dict)

    def usual(self, runs: int) -> Numbers:
        """Readings without any lever, by run."""
        self._live([()], runs)
        return self.lived[()][:runs]

    def pull(self, what: Sequence[tuple[Lever, ...]], runs: int) -> list[Pull]:
        """Return what comes of pulling levers, those of each entry at once."""
        self._live([(), *what], runs)
        found = []
        for pulled in what:
            gap = self.lived[pulled][:runs] - self.usual(runs)
            years, spent = (judge(gap[:, n], self.sets[:runs], ANYWHERE, 0.0) for n in (0, 1))
            found.append(Pull(pulled, years, spent, runs))
        return found

    def race(
        self, what: Sequence[tuple[Lever, ...]], runs: int, leading: int, by: Callable[[Pull], float] = _added
    ) -> list[Pull]:
        """Return what comes of pulling levers, best first: as many as lead with all runs, the others with a few.

        One that would come to lead, as others fall back with more runs, is lived as often before it does.
        """
        pulls = self.pull(what, min(runs, SCREEN))
        while True:
            pulls.sort(key=by, reverse=True)
            fewer = [n for n, pull in enumerate(pulls[:leading]) if pull.runs < runs]
            if not fewer:
                return pulls
            for n, pull in zip(fewer, self.pull([pulls[n].levers for n in fewer], runs), strict=True):
                pulls[n] = pull

    def _live(self, what: Sequence[tuple[Lever, ...]], runs: int) -> None:
        """Live what was not lived yet, a few runs at a time."""
        parts = []
        for pulled in what:
            before = len(self.lived.setdefault(pulled, np.empty((0, 2))))
            parts += [(pulled, range(n, min(n + AT_ONCE, runs))) for n in range(before, runs, AT_ONCE)]
        tasks = ((moved(self.scenario, pulled), part, self.sets[part.start : part.stop]) for pulled, part in parts)
        found = in_order(partial(_read, self.seed), tasks, self.executor)
        for (pulled, part), values in zip(parts, found, strict=True):
            self.lived[pulled] = np.concatenate([self.lived[pulled], values])
            if self.progress:
                self.progress(len(part))


def moved(scenario: Scenario, pulled: Iterable[Lever]) -> Scenario:
    """Return a scenario with levers pulled."""
    return scenario.change({lever.address: lever.moved(scenario) for lever in pulled})


def _read(seed: int, task: tuple[Scenario, range, npt.NDArray[np.int64]]) -> Numbers:
    """Return practitioner-years of use as it is meant and what was spent, by run: shape (runs, 2)."""
    scenario, runs, sets = task
    read = [
        ((months[MAIN] * months["filled_posts"]).sum() / 12, months["spend"].sum())
        for months in lives(scenario, runs, seed, sets.tolist())
    ]
    return np.array(read, np.float64)


def _bundle(tried: _Tried, pulls: Sequence[Pull], budget: float, runs: int) -> tuple[Lever, ...]:
    """Return the levers that a budget buys, by adding the one that adds most for its money as long as one does."""
    worth = [p for p in pulls if p.costed and p.years.tells and p.years.mean > 0][: 2 * PAIRED]
    chosen: Pull | None = None
    while chosen is None or len(chosen.levers) < LONGEST:
        held = chosen.levers if chosen else ()
        left = [(*held, pull.levers[0]) for pull in worth if pull.levers[0] not in held]
        years, spent = (chosen.years.mean, chosen.spent.mean) if chosen else (0.0, 0.0)

        def gained(pull: Pull, years: float = years, spent: float = spent) -> float:
            fits = pull.spent.mean <= budget and pull.years.mean > years
            return (pull.years.mean - years) / max(pull.spent.mean - spent, 1000.0) if fits else -math.inf

        best = next(iter(tried.race(left, runs, FINALISTS, gained)), None)
        if best is None or gained(best) < 0:
            break
        chosen = best
    return chosen.levers if chosen else ()


# ---- In words ------------------------------------------------------------------------------------------------------


def step_in_words(scenario: Scenario, pulled: Iterable[Lever]) -> str:
    """Return `funding term 24 -> 36 months`, or several of them."""
    return listed([_one_step(scenario, lever) for lever in pulled])


def _one_step(scenario: Scenario, lever: Lever) -> str:
    i, then = lever.declaration, lever.moved(scenario)
    assert then is not None
    before, after = (in_unit(value, i.unit).split(" ") for value in (scenario[lever.address], then))
    name = i.name.replace("_", " ")
    said = after[:1] if name.endswith(after[-1]) else after[: 3 if i.unit == "per year" else 2]
    return f"{name} {before[0]} -> {' '.join(said)}"


def _title(found: Levers) -> str:
    place = f" - {found.scenario.place}" if found.scenario.place else ""
    said = (
        f"{several(len(found.pulls), 'lever')}, each moved by a step that a service could take, "
        f"{runs_in_words(found)} over {several(found.sets, 'plausible set')} of coefficients, seed "
        f"{found.seed}, the same luck for all. "
        f"Without any there are {found.usual:,.0f} practitioner-years of use as it is meant in "
        f"{several(found.scenario.horizon, 'month')}."
    )
    return "\n".join([heading(f"What would help most? {name_of(found.scenario)}{place}", "="), paragraph(said)])


def runs_in_words(found: Levers) -> str:
    """Return how many runs there are of each lever."""
    few = sum(pull.runs < found.runs for pull in found.pulls)
    if not few:
        return f"{several(found.runs, 'run')} of each"
    return f"{several(SCREEN, 'run')} of each and {found.runs} of {len(found.pulls) - few} that led"


def _ranked(found: Levers) -> str:
    rows = [
        (
            step_in_words(found.scenario, pull.levers),
            pull.levers[0].owner,
            signed(pull.years.mean),
            "-" if np.isnan(pull.years.low) else f"{signed(pull.years.low)} to {signed(pull.years.high)}",
            pull.years.rung,
            cost_in_short(pull),
        )
        for pull in found.pulls[:SHOWN]
    ]
    more = len(found.pulls) - len(rows)
    said = "Years are practitioner-years of use as it is meant that the step adds; GBP is what each of them costs." + (
        f" {more} more add less; the table has all." if more else ""
    )
    head = ("step", "whose", "years", "95% interval", "how sure", "GBP each")
    return section("Ranked by what they add", table(head, rows), paragraph(said))


def cost_in_short(pull: Pull) -> str:
    """Return GBP for each practitioner-year added, or why there is no figure."""
    if not pull.costed:
        return "not known"
    return "-" if np.isnan(pull.each) else pounds(pull.each).removeprefix("GBP ")


def _together(found: Levers) -> str:
    lines = together_in_words(found)
    if not lines:
        return ""
    said = "Found under the luck above, and lived again with other luck: these figures are of that."
    return section("Together", *map(bullet, lines), paragraph(said))


def together_in_words(found: Levers) -> list[str]:
    """Return what the best two add, and the best that a budget buys; nothing of what was not looked for."""
    said = []
    if found.pair:
        said.append(f"The best two: {_pulled_in_words(found, found.pair)}")
    if found.budget is not None and found.bundle is None:
        said.append(f"For {pounds(found.budget)} no lever whose cost is known adds anything that can be told.")
    if found.bundle:
        said.append(f"For up to {pounds(found.budget or 0)}: {_pulled_in_words(found, found.bundle)}")
    return said


def _pulled_in_words(found: Levers, pull: Pull) -> str:
    years = pull.years
    cost = f", for {pounds(pull.spent.mean)} more" if pull.costed else "; what it costs is not known"
    return (
        f"{step_in_words(found.scenario, pull.levers)}: {signed(years.mean)} practitioner-years (95% interval "
        f"{signed(years.low)} to {signed(years.high)}, {years.way}){cost}."
    )


HOW_TO_READ = (
    f"{NOT_A_FORECAST} How far each is moved is our judgement of what is realistic, not what is likely. Where the "
    "cost is not known it lies outside the innovation's own money: nobody has published what it takes to lower "
    "turnover or to mend a culture. The best of many looks better than it is: differences between neighbours in "
    "the list are mostly luck."
)


def _reading(_: Levers) -> str:
    return section("How to read this", paragraph(HOW_TO_READ))
