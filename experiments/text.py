"""What a run and a comparison say, in plain English: numbers, intervals, and no claim that they do not carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.experiments.intervals import ENOUGH, FEWEST_IN_A_SET, Uncertainty, interval_of_share
from conducive.experiments.moments import LATER, MAIN, Moment, launched, moments, money_ends
from conducive.experiments.words import (
    bullet,
    dated,
    difference,
    differences,
    heading,
    listed,
    page,
    paragraph,
    percent,
    plain,
    points,
    pounds,
    section,
    several,
    signed,
    signed_thousands,
    table,
    thousands,
)
from conducive.scenarios.coefficients import COEFFICIENTS, free_coefficients
from conducive.scenarios.scenario import PER_POST, Scenario, declared

if TYPE_CHECKING:
    from conducive.experiments.comparison import Comparison
    from conducive.experiments.ensemble import Ensemble

type Numbers = npt.NDArray[np.float64]
type Say = Callable[[float], str]

MOST_INPUTS = 12  # named one by one; the rest are counted
TENTH_OF_A_POINT = 0.001
SMALL = 0.01  # share of practitioners: below, a difference is called small
PAIRING = 1.05  # times as many unpaired runs: below, pairing is said not to help
FEWEST_ALIKE = 6
"""Pairs from which it is no luck that all differ by the same: a sign test at 5%."""
SAME = 1e-9  # share of practitioners: differences closer than that differ by rounding alone
SPREAD_FROM = 10  # replicates from which a tenth can be left out at either end
NOT_A_FORECAST = "This compares scenarios. It is not a forecast of what will happen in any real service."


# ---- A run ---------------------------------------------------------------------------------------------------------


def say_run(ensemble: Ensemble) -> str:
    """Return what happened in a run, for a reader who was not there: use, sustainment, causes, people, money, zone."""
    parts = (_asked, _use, _sustained, _losses, _people, _money, _zone, _reading)
    return page(_title(ensemble.scenario), *(part(ensemble) for part in parts))


def name_of(scenario: Scenario) -> str:
    """Return what to call a scenario on a page."""
    return scenario.title or scenario.name


def _title(scenario: Scenario) -> str:
    return heading(f"{name_of(scenario)}{_place(scenario)}", "=")


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
        *_first(inputs, "scenario.toml has every input."),
        *_happenings(dated(scenario)),
    ]
    return "\n".join(lines)


def _first(inputs: Sequence[str], where: str) -> list[str]:
    """Return the first inputs as items of a list, and how many more there are, and where."""
    more = [f"{len(inputs) - MOST_INPUTS} more; {where}"] if len(inputs) > MOST_INPUTS else []
    return [bullet(line) for line in (*inputs[:MOST_INPUTS], *more)]


def _happenings(happenings: Sequence[str]) -> list[str]:
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


def sets_in_words(of: Ensemble | Comparison, one: str, *scenarios: Scenario) -> str:
    """Return which sets of coefficients were used, with how many runs or pairs in each; nothing if not plausible."""
    if of.sets is None:
        return ""
    each = np.unique(of.sets, return_counts=True)[1]
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


def several_sets(of: Ensemble | Comparison) -> bool:
    """Whether there are several plausible sets, so that luck and ignorance can be told apart."""
    return of.sets is not None and len(np.unique(of.sets)) > 1


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
        mean, between = _mean_and_interval(ensemble, values, say, within)
        return mean, between, _between(float(ends[0]), float(ends[1]), say)

    return heads, spread


def _mean_and_interval(
    of: Ensemble | Comparison, values: Numbers, say: Say, within: tuple[float, float] = (-np.inf, np.inf)
) -> tuple[str, str]:
    """Return a mean and its interval, a dash where one replicate has none."""
    low, mean, high = (float(np.clip(bound, *within)) for bound in bounds(of, values))
    return say(mean), _between(low, high, say)


def bounds(of: Ensemble | Comparison, values: Numbers) -> tuple[float, float, float]:
    """Return low, mean and high of the interval of a mean over runs or pairs."""
    low, mean, high, *_ = of.uncertainty(values)
    return float(low), float(mean), float(high)


def _between(low: float, high: float, say: Say) -> str:
    return "-" if np.isnan(low) else f"{say(low)} to {say(high)}"


def span(low: float, high: float) -> str:
    """Return an interval of a difference of shares, in points; it says so where an end is not 0 but looks like it."""
    if np.isnan(low):
        return "-"
    ends = [points(low), points(high)]
    if low > 0 and ends[0] == points(0):
        ends[0] = "just above 0"
    if high < 0 and ends[1] == points(0):
        ends[1] = "just below 0"
    return " to ".join(ends)


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
    judged = _judged(ensemble)
    known = judged[~np.isnan(judged)]
    share = f"{ensemble.scenario['organisation.sustained_share']:.0%}"
    latest = " for the latest innovation" if len(ensemble.scenario.waves) > 1 else ""
    rule = (
        f"Sustained means that at least {share} of filled posts use it as meant, on average over the last three "
        f"months of the two years after external money ended{latest}."
    )
    missing = len(judged) - len(known)
    why = (
        "because fewer than 24 months lie between the end of external money and the horizon: neither a success nor a "
        "failure."
    )
    if not len(known):
        said = f"Not evaluable, {why} A longer horizon would tell."
    else:
        said = f"It was sustained in {_share_of_runs(ensemble)}."
        said += f" {several(missing, 'run')} could not be judged, {why}" if missing else ""
    stopped = int(ensemble.values("stopped_by_funder")[:, -1].sum())
    said += f" The funder stopped it early in {stopped} of {several(len(ensemble.lives), 'run')}." if stopped else ""
    return section("Is it sustained?", paragraph(said), paragraph(rule))


def _judged(ensemble: Ensemble) -> Numbers:
    """Return 1 or 0 for each run in which it can be said whether use was sustained, empty for others."""
    return ensemble.values("sustained")[:, -1]


def _share_of_runs(ensemble: Ensemble) -> str:
    """Return `12 of 100 runs (12.0%, 95% interval 7.0% to 19.8%)`: with several sets, the wider of two intervals."""
    judged = _judged(ensemble)
    count, of = int(np.nansum(judged)), int((~np.isnan(judged)).sum())
    low, high = interval_of_share(count, of)
    found = ensemble.uncertainty(judged)
    if not np.isnan(found.ignorance):
        low, high = max(0.0, min(low, float(found.low))), min(1.0, max(high, float(found.high)))
    return f"{count} of {several(of, 'run')}" + (
        f" ({percent(count / of)}, 95% interval {_between(low, high, percent)})" if of > 1 else ""
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
        mean, between = _mean_and_interval(ensemble, values[:, -1], percent, (0, 1))
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
            rows.append((label, *_mean_and_interval(ensemble, total, thousands, (0, np.inf))))
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


def caution(of: Ensemble | Comparison, runs: int) -> str:
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


# ---- A comparison --------------------------------------------------------------------------------------------------


def say_comparison(comparison: Comparison) -> str:
    """Return what differs between two scenarios and why, or that no difference is clear."""
    parts = (
        _contest, _verdict, _sureness, _more_pairs, _levels, _both_sustained, _causes, _people_and_money, _pairing
    )  # fmt: skip
    return page(*(part(comparison) for part in parts))


def clear(low: float, high: float, pairs: int = FEWEST_ALIKE) -> bool:
    """Whether an interval leaves out 0; one that is not known does not, nor that of a few pairs which are all alike."""
    return bool((low > 0 or high < 0) and (pairs >= FEWEST_ALIKE or high - low > SAME))


def too_few(gap: Numbers) -> bool:
    """Whether all pairs differ by the same, and are so few that this may be luck: then their interval says nothing."""
    return bool(len(gap) < FEWEST_ALIKE and gap.any() and np.ptp(gap) < SAME)


def _contest(comparison: Comparison) -> str:
    base, alternative = comparison.base, comparison.alternative
    inputs = differences(base.scenario, alternative.scenario)
    happenings = [f"{letter}: {line}" for letter, e in (("A", base), ("B", alternative)) for line in dated(e.scenario)]
    lines = [
        heading("A and B compared", "="),
        bullet(f"A: {name_of(base.scenario)}{_place(base.scenario)}"),
        bullet(f"B: {name_of(alternative.scenario)}{_place(alternative.scenario)}"),
        "",
        paragraph(
            f"{several(comparison.pairs, 'pair')} of runs{_of_pairs_asked(comparison)} over "
            f"{several(comparison.months, 'month')} after launch, seed {base.seed}. "
            "Both runs of a pair meet the same luck. Differences are B minus A."
            f"{sets_in_words(comparison, 'pair', base.scenario, alternative.scenario)}"
        ),
        "Inputs that differ (A -> B):" if inputs else "No input differs.",
        *_first(inputs, "the two files scenario.toml have every input."),
        *_happenings(happenings),
    ]
    return "\n".join(lines)


def _place(scenario: Scenario) -> str:
    return f" - {scenario.place}" if scenario.place else ""


def _of_pairs_asked(comparison: Comparison) -> str:
    asked = comparison.base.asked
    return f" (interrupted; {asked:,} were asked for)" if comparison.pairs < asked else ""


def _verdict(comparison: Comparison) -> str:
    gap = comparison.difference("use_at_fidelity")
    said = [
        _gap_in_words(comparison, label, gap[:, month - 1])
        for label, month in dates(comparison)
        if not label.startswith("Money")
    ]
    if gap.any():
        peak = widest(comparison)
        mean, robust = points(float(gap[:, peak - 1].mean())), robustness_in_words(comparison, gap[:, peak - 1])
        said.append(f"The gap is widest in month {peak}, at {mean} percentage points on average.{robust}")
    return section("In short: use as it is meant, B against A", *map(bullet, said))


def _gap_in_words(comparison: Comparison, label: str, gap: Numbers) -> str:
    """Return what the difference in use at one date amounts to."""
    low, mean, high = np.clip(bounds(comparison, gap), -1, 1).tolist()
    between = f"95% interval {span(low, high)}"
    if not gap.any():
        return f"{label}: no difference in any pair."
    if len(gap) == 1:
        return f"{label}: {points(mean)} percentage points in the one pair, too little to tell."
    if too_few(gap):
        return f"{label}: {points(mean)} percentage points in each of {len(gap)} pairs, too few to tell."
    better = f" Higher in {np.mean(gap > 0):.0%} of the pairs, lower in {np.mean(gap < 0):.0%}."
    better += robustness_in_words(comparison, gap)
    if clear(low, high):
        more, size = "more" if mean > 0 else "fewer", points(abs(mean)).lstrip("+")
        small = " a clear but small difference," if abs(mean) < SMALL else ""
        return f"{label}:{small} {size} percentage points {more} practitioners ({between}).{better}"
    return f"{label}: no clear difference. {points(mean)} percentage points ({between}, which includes 0).{better}"


def robustness_in_words(comparison: Comparison, gap: Numbers) -> str:
    """Return in how many plausible sets B has more or fewer on average, as it has overall; nothing if not known."""
    if comparison.sets is None or not several_sets(comparison):
        return ""
    means = np.array([gap[comparison.sets == number].mean() for number in np.unique(comparison.sets)])
    counts = {"more": int((means > 0).sum()), "fewer": int((means < 0).sum()), "as many": int((means == 0).sum())}
    overall = "more" if gap.mean() > 0 else "fewer" if gap.mean() < 0 else "as many"
    rest = "".join(f", in {count} {word}" for word, count in counts.items() if count and word != overall)
    return f" In {counts[overall]} of {len(means)} plausible sets of coefficients B has {overall}{rest}."


def _sureness(comparison: Comparison) -> str:
    """Return luck and ignorance in the difference in use at each date, where they can be told apart."""
    if not several_sets(comparison):
        return ""
    gap = comparison.difference("use_at_fidelity")
    found = comparison.uncertainty(gap)
    rows = [
        (label, *(points(float(x[month - 1])).lstrip("+") for x in (found.luck, found.ignorance)), _share(found, month))
        for label, month in dates(comparison)
    ]
    said = (
        "Luck is how far pairs with the same coefficients differ from each other, ignorance how far the mean differs "
        "between plausible sets (standard deviations, in percentage points). More runs narrow luck's share of an "
        "interval (as variance); only evidence about the coefficients narrows the rest."
    )
    head = ("", "luck", "ignorance", "luck's share")
    return section("Luck or ignorance?", table(head, rows), paragraph(said))


def _more_pairs(comparison: Comparison) -> str:
    """Return whether there are pairs enough, and about how many more are needed; nothing where there is no telling."""
    said = enough_in_words(comparison)
    return section("Are there runs enough?", paragraph(said)) if said else ""


def enough_in_words(comparison: Comparison) -> str:
    """Return how precisely the difference at the horizon is known, and how many pairs it takes to know it better."""
    gap = comparison.difference(MAIN)[:, -1]
    if len(gap) == 1 or not gap.any():
        return ""
    if too_few(gap):
        return "All these pairs show the same difference. So few may do so by chance: more are needed."
    low, mean, high = bounds(comparison, gap)
    half = comparison.half_width()
    known = f"The difference at the horizon is known to within {width(half)} (half its 95% interval)."
    if comparison.precision is not None:
        rest = _precision_in_words(comparison, half)
    elif clear(low, high):
        rest = f"These pairs are enough to tell {'more' if mean > 0 else 'fewer'} from none."
    elif half < TENTH_OF_A_POINT:
        rest = ""
    elif not comparison.enough_to_reckon:
        rest = "More pairs are needed, and these are too few to say how many."
    elif np.isfinite(needed := comparison.pairs_needed(abs(mean)) if mean else float("inf")):
        rest = f"About {_about(needed)} pairs would be needed to tell a difference of this size from none."
    else:
        rest = _no_number_of_pairs(comparison)
    return f"{known} {rest}".rstrip()


def _precision_in_words(comparison: Comparison, half: float) -> str:
    """Return whether the precision that was asked for is reached, and what stands in the way."""
    asked = f"Asked for was {width(comparison.precision or 0)}"
    if half <= (comparison.precision or 0):
        return f"{asked}: {comparison.pairs:,} pairs are enough."
    needed = comparison.pairs_needed(comparison.precision or 0)
    if comparison.base.interrupted:
        return f"{asked}, but it was interrupted before."
    if np.isinf(needed):
        return f"{asked}. {_no_number_of_pairs(comparison)}"
    return (
        f"{asked}. That takes about {_about(needed)} pairs, more than are run for a precision: ask for them with "
        "--replicates."
    )


def _no_number_of_pairs(comparison: Comparison) -> str:
    if not several_sets(comparison):
        return "The difference is so near none that no number of pairs within reach would tell them apart."
    return (
        f"More pairs would hardly help: not knowing the coefficients alone keeps it at about "
        f"{width(comparison.narrowest())}, which only evidence would narrow."
    )


def _about(count: float) -> str:
    """Return a count to two digits."""
    digits = 1 - int(np.floor(np.log10(count)))
    return f"{round(count, digits):,.0f}"


def width(share: float) -> str:
    """Return a width in percentage points."""
    if share < TENTH_OF_A_POINT:
        return "less than a tenth of a percentage point"
    return f"{100 * share:.1f} percentage points"


def _share(found: Uncertainty, month: int) -> str:
    share = float(found.luck_share[month - 1])
    return "-" if np.isnan(share) else f"{share:.0%}"


def widest(comparison: Comparison) -> int:
    """Return the month in which mean use as meant differs most."""
    return int(np.abs(comparison.difference("use_at_fidelity").mean(axis=0)).argmax()) + 1


def _levels(comparison: Comparison) -> str:
    a, b = both(comparison, "use_at_fidelity")
    rows = []
    for label, month in dates(comparison):
        gap = b[:, month - 1] - a[:, month - 1]
        mean, between = _mean_and_interval(comparison, gap, points, (-1, 1))
        levels = (percent(float(each[:, month - 1].mean())) for each in (a, b))
        rows.append((label, *levels, mean, between))
    head = ("", "A", "B", "B - A, points", "95% interval")
    return section("Practitioners using it as it is meant", table(head, rows))


def dates(comparison: Comparison) -> list[tuple[str, int]]:
    """Return labelled months to read both off: money ends in each, a year and two years after both, the horizon."""
    ends = {letter: money_ends(e) for letter, e in (("A", comparison.base), ("B", comparison.alternative))}
    usual = {letter: int(np.median(months)) for letter, months in ends.items()}
    about = {letter: "about " if months.min() < months.max() else "" for letter, months in ends.items()}
    found = [
        (f"Money ends in {letter}", usual[letter], about[letter]) for letter in sorted(usual, key=lambda x: usual[x])
    ]
    if usual["A"] == usual["B"]:
        found = [("Money ends", usual["A"], max(about.values()))]
    found += [(f"{later} months after both", max(usual.values()) + later, max(about.values())) for later in LATER]
    rows = [(f"{label} ({sure}month {month})", month) for label, month, sure in found if 0 < month < comparison.months]
    return [*rows, (f"Horizon (month {comparison.months})", comparison.months)]


def _both_sustained(comparison: Comparison) -> str:
    said = sustained_in_words(comparison)
    return section("Is it sustained two years after its external money ended?", *map(bullet, said))


def sustained_in_words(comparison: Comparison) -> list[str]:
    """Return in how many runs use was sustained, for each, and how far that differs."""
    said = [
        f"{letter}: not evaluable, because external money lasts until less than 24 months before the horizon."
        if np.isnan(_judged(each)).all()
        else f"{letter}: sustained in {_share_of_runs(each)}."
        for letter, each in (("A", comparison.base), ("B", comparison.alternative))
    ]
    gap = comparison.difference("sustained")[:, -1]
    known = int((~np.isnan(gap)).sum())
    if np.nansum(np.abs(gap)) and known > 1:
        mean, between = _mean_and_interval(comparison, gap, points, (-1, 1))
        said.append(f"B - A: {mean} percentage points ({between}) in the {known:,} pairs where both can be judged.")
    return said


def _causes(comparison: Comparison) -> str:
    causes = [cause for cause in compared_causes(comparison) if cause.base or cause.alternative]
    rows = [
        (c.name, f"{c.base:,.1f}", f"{c.alternative:,.1f}", signed(c.mean), _between(c.low, c.high, signed))
        for c in causes
    ]
    if not rows:
        return section("Why use was lost", paragraph("Nobody began to use it, so nobody stopped."))
    head = ("times a run", "A", "B", "B - A", "95% interval")
    return section("Why use was lost", table(head, rows), paragraph(causes_in_words(comparison, causes)))


class _Cause(NamedTuple):
    """How often a cause struck in a run of A and of B, and the difference with its interval."""

    name: str
    base: float
    alternative: float
    mean: float
    low: float
    high: float


def compared_causes(comparison: Comparison) -> list[_Cause]:
    """Return causes, those that differ most first."""
    table = comparison.causes
    numbers = table[list(_Cause._fields[1:])].to_numpy(float)
    return sorted(
        (_Cause(str(n), *row) for n, row in zip(table["cause"], numbers.tolist(), strict=True)),
        key=lambda c: -abs(c.mean),
    )


def causes_in_words(comparison: Comparison, causes: list[_Cause]) -> str:
    """Return which causes differ clearly, and how many people there were to lose."""
    sure = [cause for cause in causes if clear(cause.low, cause.high, comparison.pairs)]
    fewer, more = ([c.name for c in sure if (c.mean > 0) == up] for up in (False, True))
    said = [
        f"Clearly {word} in B: {listed(names)}."
        for word, names in (("less often", fewer), ("more often", more))
        if names
    ]
    said = said or ["No cause differs clearly."]
    began, between = _mean_and_interval(comparison, comparison.difference("new_users").sum(axis=1), signed)
    sure_of = f" ({between})" if between != "-" else ""
    said.append(f"Beginnings of use a run, B - A: {began}{sure_of}; more use leaves more to lose.")
    if sure:
        said.append(f"With {len(causes)} causes compared, one may stand out by chance.")
    return " ".join(said)


def _people_and_money(comparison: Comparison) -> str:
    rows = []
    for name, label in PEOPLE.items():
        levels = [float(values[:, -1].mean()) for values in both(comparison, name)]
        gap = _mean_and_interval(comparison, comparison.difference(name)[:, -1], points, (-1, 1))
        rows.append((label, *map(percent, levels), *gap))
    spent = [values.sum(axis=1) for values in both(comparison, "spend")]
    levels = [float(each.mean()) for each in spent]
    spent_more = _mean_and_interval(comparison, spent[1] - spent[0], signed_thousands)
    rows.append(("Spent on it (GBP thousand)", *map(thousands, levels), *spent_more))
    head = (f"month {comparison.months}", "A", "B", "B - A", "95% interval")
    return section("People and money", table(head, rows), paragraph(cost_in_words(comparison)))


def both(comparison: Comparison, indicator: str) -> tuple[Numbers, Numbers]:
    """Return an indicator in A and in B, by pair and month."""
    pairs, months = comparison.pairs, comparison.months
    return comparison.base.values(indicator)[:pairs, :months], comparison.alternative.values(indicator)[:pairs, :months]


def cost_in_words(comparison: Comparison) -> str:
    """Return what one more person in sustained use costs, or why that cannot be told."""
    cost = comparison.cost_per_person
    rule = "in sustained use (using it as meant at the horizon, two years or more after external money ended)"
    if not cost.pairs:
        return (
            f"Cost per additional person {rule}: it cannot be told, because external money lasts until less than "
            f"{several(LATER[-1], 'month')} before the horizon."
        )
    low, mean, high = cost.people
    of = f", in the {several(cost.pairs, 'pair')} where it ended so early" if cost.pairs < comparison.pairs else ""
    people = f"{mean:+.1f} people{of}"
    if np.isnan(low):
        return f"Cost per additional person {rule}: it cannot be told from one pair."
    if not clear(low, high, cost.pairs):
        none = "there is none" if low == high == 0 else "it may be zero"
        return (
            f"Cost per additional person {rule}: it cannot be told, because no difference in people is clear and "
            f"{none} ({people}, 95% interval {_between(low, high, signed)})."
        )
    dearer_low, dearer, dearer_high = cost.spent
    if not clear(dearer_low, dearer_high) or (dearer > 0) != (mean > 0):
        cheaper = (
            "costs less" if dearer_high < 0 else "costs more" if dearer_low > 0 else "does not clearly differ in cost"
        )
        more = "more" if mean > 0 else "fewer"
        return f"B has clearly {more} people {rule}: {people}. It {cheaper}."
    ratio = _between(cost.low, cost.high, pounds)
    more, costs = ("additional", "costs") if mean > 0 else ("fewer", "saves")
    return (
        f"Each {more} person {rule} {costs} {pounds(cost.each)} over the {several(comparison.months, 'month')} "
        f"(95% interval {ratio}{'' if several_sets(comparison) else ', by resampling pairs'}; {people})."
    )


def _pairing(comparison: Comparison) -> str:
    said = f"{NOT_A_FORECAST} {caution(comparison, comparison.pairs)} {pairing_in_words(comparison)}"
    return section("How to read this", paragraph(said))


def pairing_in_words(comparison: Comparison) -> str:
    """Return how many times as many unpaired runs the same luck saved, at each date; nothing where there are few."""
    if comparison.pairs < ENOUGH:
        return ""
    gains = [(month, comparison.variance_reduction(month=month)) for _, month in dates(comparison)]
    helped = [f"{gain:.1f} in month {month}" for month, gain in gains if PAIRING <= gain < np.inf]
    rest = [str(month) for month, gain in gains if gain < PAIRING]
    said = []
    if helped:
        said.append(f"For use as meant the same luck does the work of so many times as many runs: {listed(helped)}.")
    if rest:
        said.append(
            f"In {'month' if len(rest) == 1 else 'months'} {listed(rest)} it does not help: by then what happens in "
            "one run of a pair hardly follows what happens in the other, or does not vary at all."
        )
    return " ".join(said)
