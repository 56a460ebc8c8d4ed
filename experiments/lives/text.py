"""What a run says, in plain English: numbers, intervals, and no claim that they do not carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.lives.intervals import (
    A_SHARE,
    ANYWHERE,
    FEWEST_IN_A_SET,
    Sampled,
    interval_of_share,
    several_sets,
)
from conducive.experiments.lives.moments import LATER, Moment, launched, moments, money_ends
from conducive.experiments.lives.plausible import plausible_sets
from conducive.experiments.words import (
    bullet,
    dated,
    difference,
    heading,
    listed,
    page,
    paragraph,
    percent,
    plain,
    section,
    several,
    table,
    thousands,
)
from conducive.scenarios.coefficients import COEFFICIENTS, free_coefficients
from conducive.scenarios.scenario import PER_POST, Scenario, declared

if TYPE_CHECKING:
    from conducive.experiments.lives.ensemble import Ensemble

type Numbers = npt.NDArray[np.float64]
type Say = Callable[[float], str]
MOST_INPUTS = 12  # named one by one; the rest are counted
FATES = ("ended", "reduced", "kept")
SPREAD_FROM = 10  # replicates from which a tenth can be left out at either end
NOT_A_FORECAST = "This compares scenarios. It is not a forecast of what will happen in any real service."


def say_run(ensemble: Ensemble) -> str:
    """Return what happened in a run, for a reader who was not there: use, sustainment, causes, people, money, zone."""
    parts = (_asked, _use, _sustained, _losses, _people, _money, _zone, _reading)
    return page(_title(ensemble.scenario), *(part(ensemble) for part in parts))


def name_of(scenario: Scenario) -> str:
    """Return what to call a scenario on a page."""
    return scenario.title or scenario.name


def _title(scenario: Scenario) -> str:
    return heading(f"{name_of(scenario)}{place_in_words(scenario)}", "=")


def _asked(ensemble: Ensemble) -> str:
    scenario = ensemble.scenario
    inputs = _inputs(scenario)
    lines = [
        *([paragraph(scenario.question)] if scenario.question else []),
        paragraph(
            f"{_runs(ensemble)} of {several(scenario.horizon, 'month')} after launch, seed {ensemble.seed}, "
            f"in a service of {several(int(scenario['organisation.posts']), 'case-holding post')}."
            f"{sets_in_words(ensemble, 'run', scenario)}"
        ),
        "What differs from an average authority:" if inputs else "Every input is that of an average authority.",
        *first_of(inputs, "scenario.toml has every input."),
        *happenings_in_words(dated(scenario)),
    ]
    return "\n".join(lines)


def first_of(inputs: Sequence[str], where: str) -> list[str]:
    """Return the first inputs as items of a list, and how many more there are, and where."""
    more = [f"{len(inputs) - MOST_INPUTS} more; {where}"] if len(inputs) > MOST_INPUTS else []
    return [bullet(line) for line in (*inputs[:MOST_INPUTS], *more)]


def happenings_in_words(happenings: Sequence[str]) -> list[str]:
    """Return what happens and when, as a list with its heading; nothing where nothing does."""
    return ["What happens and when:", *map(bullet, happenings)] if happenings else []


def _inputs(scenario: Scenario) -> list[str]:
    """Return what differs from the average authority; what a real authority brings comes last."""
    theirs = (*PER_POST, "organisation.", "workforce_capacity.") if scenario.place else ()
    changed = [address for address, value in scenario.values.items() if value != declared()[address].default]
    return [
        difference(a, declared()[a].default, scenario[a]) for a in sorted(changed, key=lambda a: a.startswith(theirs))
    ]


def _runs(ensemble: Ensemble) -> str:
    """Return how many runs there are, and how many there should have been."""
    done = several(len(ensemble.lives), "run")
    return f"Interrupted: {done} of the {ensemble.asked:,} asked for," if ensemble.interrupted else done


def sets_in_words(of: Sampled, one: str, *scenarios: Scenario) -> str:
    """Return which sets of coefficients were used, with how many runs or pairs in each; nothing if not plausible."""
    if of.sets is None:
        return ""
    warning = plausible_sets().warning
    return _how_many_sets(of.sets, one, *scenarios) + (f" {warning}" if warning else "")


def _how_many_sets(sets: npt.NDArray[np.int64], one: str, *scenarios: Scenario) -> str:
    each = np.unique(sets, return_counts=True)[1]
    if len(each) == 1:
        return (
            " Coefficients: the default set alone, so how far results depend on them is not known. "
            f"From {several(2 * FEWEST_IN_A_SET, one)} on there are several sets."
        )
    many = f"{each.min()} to {each.max()}" if each.min() < each.max() else f"{each.min()}"
    moved = {i.address for i in free_coefficients()}
    fixed = max(len(moved & scenario.values.keys()) for scenario in scenarios)
    are, vary = ("is", "does") if fixed == 1 else ("are", "do")
    return (
        f" Coefficients: {len(each)} plausible sets, {many} {one}s with each. A plausible set fills in the "
        f"{len(moved)} coefficients that no measurement fixes, in a way that the evidence does not rule out."
    ) + (f" But {fixed} of them {are} set by a scenario itself and {vary} not vary." if fixed else "")


def _use(ensemble: Ensemble) -> str:
    values = ensemble.values("use_at_fidelity")
    head, spread = _columns(ensemble)
    rows = [(_label(m), *spread(m.reading(values), percent, (0, 1))) for m in moments(ensemble)]
    peak = values.mean(axis=0)
    highest = int(peak.argmax())
    most = f"Highest in month {highest + 1}, at {percent(peak[highest])}." if peak[highest] > 0 else "Nobody ever does."
    any_use = percent(float(ensemble.values("use")[:, -1].mean()))
    return section(
        "Practitioners using it as it is meant",
        table(("", *head), rows),
        paragraph(f"{most} Counting any use, as meant or not, {any_use} use it at the horizon."),
        *_some_do_not_get_there(ensemble),
        *_parts_at_horizon(ensemble, values[:, -1]),
    )


def _parts_at_horizon(ensemble: Ensemble, values: Numbers) -> Iterator[str]:
    """Yield how much of the interval at the horizon is luck and how much ignorance, where that is known."""
    share = float(ensemble.uncertainty(values).luck_share)
    if not np.isnan(share):
        yield paragraph(
            f"Luck makes up {share:.0%} of the uncertainty about the mean at the horizon (as variance), which more "
            f"runs would reduce; not knowing the coefficients makes up {1 - share:.0%}, which only evidence would "
            "reduce."
        )


def _columns(
    ensemble: Ensemble,
) -> tuple[tuple[str, ...], Callable[[Numbers, Say, tuple[float, float]], tuple[str, ...]]]:
    """Return the heads of columns that a number of runs can fill, and what fills them."""
    runs = len(ensemble.lives)
    several_runs = ("mean", "95% interval", "8 of 10 runs" if runs >= SPREAD_FROM else "all runs")
    heads = several_runs if runs > 1 else ("the one run",)

    def spread(values: Numbers, say: Say, within: tuple[float, float] = (-np.inf, np.inf)) -> tuple[str, ...]:
        known = values[~np.isnan(values)]
        if runs == 1 or not len(known):
            return (say(float(known[0])) if len(known) else "-", *["-"] * (len(heads) - 1))
        ends = np.quantile(known, [0.1, 0.9] if runs >= SPREAD_FROM else [0, 1])
        mean, between = mean_and_interval(ensemble, values, say, within)
        return mean, between, between_in_words(float(ends[0]), float(ends[1]), say)

    return heads, spread


def mean_and_interval(
    of: Sampled, values: Numbers, say: Say, within: tuple[float, float] = ANYWHERE
) -> tuple[str, str]:
    """Return a mean and its interval, a dash where one replicate has none."""
    low, mean, high = bounds(of, values, within)
    return say(mean), between_in_words(low, high, say)


def bounds(of: Sampled, values: Numbers, within: tuple[float, float] = ANYWHERE) -> tuple[float, float, float]:
    """Return low, mean and high of the interval of a mean over runs or pairs."""
    low, mean, high, *_ = of.uncertainty(values, within)
    return float(low), float(mean), float(high)


def between_in_words(low: float, high: float, say: Say) -> str:
    """Return an interval in words; a dash where it is not known."""
    return "-" if np.isnan(low) else f"{say(low)} to {say(high)}"


def _label(moment: Moment) -> str:
    return f"{moment.label} ({moment.when})"


def _some_do_not_get_there(ensemble: Ensemble) -> Iterator[str]:
    """Yield how many runs end before a moment, where some but not all do."""
    for moment in moments(ensemble)[:-1]:
        reached = int((moment.months <= ensemble.scenario.horizon).sum())
        if reached < len(ensemble.lives):
            yield paragraph(
                f"{moment.label}: {reached} of {several(len(ensemble.lives), 'run')} get there before the horizon."
            )


def _sustained(ensemble: Ensemble) -> str:
    judged = judged_sustained(ensemble)
    known = judged[~np.isnan(judged)]
    missing = len(judged) - len(known)
    why = (
        "because fewer than 24 months lie between the end of external money and the horizon: neither a success nor a "
        "failure."
    )
    if not len(known):
        said = f"Not evaluable, {why} A longer horizon would tell."
    else:
        said = f"It was sustained in {share_of_runs(ensemble)}."
        said += f" {several(missing, 'run')} could not be judged, {why}" if missing else ""
    stopped = int(ensemble.values("stopped_by_funder")[:, -1].sum())
    said += f" The funder stopped it early in {stopped} of {several(len(ensemble.lives), 'run')}." if stopped else ""
    fates = [paragraph(aftermath_in_words(ensemble))] if len(known) else []
    return section("Is it sustained?", paragraph(said), *fates, paragraph(sustained_means(ensemble.scenario)))


def sustained_means(scenario: Scenario) -> str:
    """Return what sustained, ended and kept mean in a scenario."""
    ended, half, kept = (
        f"{scenario[f'organisation.{name}']:.0%}" for name in ("ended_below", "sustained_share", "kept_from")
    )
    latest = " for the latest innovation" if len(scenario.waves) > 1 else ""
    return (
        f"It has ended where fewer than {ended} of filled posts use it, is kept where use is at least {kept} of what "
        "it was in the last three months of external money, and is reduced in between. Sustained means that two years "
        f"after that money{latest} it has not ended and at least {half} of those who used it as meant then still do."
    )


def aftermath_in_words(ensemble: Ensemble) -> str:
    """Return in what share of runs it has ended, is reduced and is kept, two and five years after external money."""
    shares = {}
    for when in ("two", "five"):
        values = [ensemble.values(f"{what}_{when}_years")[:, -1] for what in FATES]
        if not np.isnan(values[0]).all():
            shares[when] = [f"{float(np.nanmean(each)):.0%}" for each in values]
    if not shares:
        return ""
    said = "Two years after external money it has ended in {} of runs, is reduced in {} and kept in {}".format(
        *shares["two"]
    )
    later_on = f"; five years after in {listed(shares['five'])}" if "five" in shares else ""
    return f"{said}{later_on}."


def judged_sustained(ensemble: Ensemble) -> Numbers:
    """Return 1 or 0 for each run in which it can be said whether use was sustained, empty for others."""
    return ensemble.values("sustained")[:, -1]


def share_of_runs(ensemble: Ensemble) -> str:
    """Return `12 of 100 runs (12.0%, 95% interval 7.0% to 19.8%)`: with several sets, the wider of two intervals."""
    judged = judged_sustained(ensemble)
    count, of = int(np.nansum(judged)), int((~np.isnan(judged)).sum())
    low, high = interval_of_share(count, of)
    found = ensemble.uncertainty(judged, A_SHARE)
    if not np.isnan(found.ignorance):
        low, high = max(0.0, min(low, float(found.low))), min(1.0, max(high, float(found.high)))
    return f"{count} of {several(of, 'run')}" + (
        f" ({percent(count / of)}, 95% interval {between_in_words(low, high, percent)})" if of > 1 else ""
    )


def _losses(ensemble: Ensemble) -> str:
    causes = ensemble.causes().mean().sort_values(ascending=False)
    total = float(causes.sum())
    began = float(ensemble.values("new_users").sum(axis=1).mean())
    run = "an average" if len(ensemble.lives) > 1 else "this"
    said = (
        f"In {run} run people begin to use it {began:,.1f} times and stop {total:,.1f} times (who begins again counts "
        "again)."
    )
    rows = [(str(cause), f"{n:,.1f}", percent(float(n) / total)) for cause, n in causes.items() if n > 0]
    causes_table = [table(("cause", "times a run", "share"), rows)] if rows else []
    return section("Why use was lost", paragraph(said), *causes_table)


PEOPLE = {
    "turnover_12m": "Turnover, last 12 months",
    "vacancy_rate": "Posts without a permanent holder",
    "strain": "Emotional strain (0 to 100%)",
    "safety": "Psychological safety (0 to 100%)",
    "fatigue": "Change fatigue (0 to 100%)",
}


def _people(ensemble: Ensemble) -> str:
    last = ensemble.scenario.horizon
    rows = []
    for name, label in PEOPLE.items():
        values = ensemble.values(name)
        mean, between = mean_and_interval(ensemble, values[:, -1], percent, (0, 1))
        rows.append((label, percent(float(values[:, 0].mean())), mean, between))
    return section("People", table(("", "month 1", f"month {last}", "95% interval"), rows))


def _money(ensemble: Ensemble) -> str:
    received = {
        "Spent on it by the horizon": "spend",
        "External money received": "external_money",
        "Council money for it": "council_money",
        "External money drawn off to other calls": "diverted",
        "External money handed back unspent": "returned",
    }
    rows = []
    for label, name in received.items():
        total = ensemble.values(name).sum(axis=1)
        if total.any() or name == "spend":
            rows.append((label, *mean_and_interval(ensemble, total, thousands, (0, np.inf))))
    return section("Money", table(("GBP thousand", "mean", "95% interval"), rows))


def _zone(ensemble: Ensemble) -> str:
    r, without, is_open = (ensemble.values(n) for n in ("uptake_number", "uptake_number_without_grant", "zone_open"))
    rows = []
    first = Moment(f"{LATER[0]} months after launch", np.full(len(ensemble.lives), launched(ensemble) + LATER[0]))
    early = [first] if first.months[0] < money_ends(ensemble).min() else []
    for moment in (*early, *moments(ensemble)):
        known = moment.reading(is_open)
        known = known[~np.isnan(known)]
        means = (plain(float(np.nanmean(moment.reading(values)))) for values in (r, without))
        rows.append((_label(moment), *means, f"{int(known.sum())} of {several(len(known), 'run')}"))
    said = (
        "The uptake number is how many colleagues one person using it brings into use before lapsing or leaving, "
        "nobody else using it. The zone is open when use can grow by itself from some level on."
    )
    head = ("", "uptake number", "without grant", "zone open")
    return section("The conducive zone", table(head, rows), paragraph(said))


def _reading(ensemble: Ensemble) -> str:
    other = ensemble.scenario.compare_with
    best = f" Best compared with: conducive compare {other} {ensemble.scenario.name}." if other else ""
    return section("How to read this", paragraph(f"{NOT_A_FORECAST} {caution(ensemble, len(ensemble.lives))}{best}"))


def caution(of: Sampled, runs: int) -> str:
    """Return what intervals hold, and what stands behind the coefficients."""
    assumed = sum(c.grade == "assumed" for c in COEFFICIENTS)
    if runs == 1:
        intervals = "One run is one of many ways things could go: it has no interval."
    elif several_sets(of):
        intervals = (
            "A 95% interval is for the mean under any one plausible set of coefficients: it holds luck and ignorance "
            "of the coefficients, not doubt about the rules of the model or the evidence that the sets must fit."
        )
    else:
        intervals = (
            "A 95% interval is for the mean over runs: more runs narrow it. "
            "It reflects chance within the model, not doubt about its assumptions."
        )
    coefficients = f"{assumed} of {len(COEFFICIENTS)} rest on judgement alone"
    return f"The coefficients of the model are assumptions: {coefficients}. {intervals}"


def place_in_words(scenario: Scenario) -> str:
    """Return the place of a scenario, to follow its name; nothing where it has none."""
    return f" - {scenario.place}" if scenario.place else ""
