"""What a run and a comparison say, in plain English: numbers, intervals, and no claim that they do not carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from conducive.experiments.intervals import interval, interval_of_ratio, interval_of_share
from conducive.experiments.moments import LATER, Moment, money_ends, moments
from conducive.experiments.words import (
    bullet,
    dated,
    difference,
    differences,
    heading,
    listed,
    paragraph,
    percent,
    plain,
    points,
    pounds,
    several,
    table,
)
from conducive.scenarios.coefficients import COEFFICIENTS
from conducive.scenarios.scenario import Scenario, declared

if TYPE_CHECKING:
    from conducive.experiments.comparison import Comparison
    from conducive.experiments.ensemble import Ensemble

type Numbers = npt.NDArray[np.float64]
type Say = Callable[[float], str]

MOST_INPUTS = 8  # named one by one; the rest are counted
SPREAD_FROM = 10  # replicates from which a tenth can be left out at either end
NOT_A_FORECAST = "This compares scenarios. It is not a forecast of what will happen in any real service."


# ---- A run ---------------------------------------------------------------------------------------------------------


def say_run(ensemble: Ensemble) -> str:
    """Return what happened in a run, for a reader who was not there: use, sustainment, causes, people, money, zone."""
    sections = [
        _title(ensemble.scenario),
        _asked(ensemble),
        _use(ensemble),
        _sustained(ensemble),
        _losses(ensemble),
        _people(ensemble),
        _money(ensemble),
        _zone(ensemble),
        _reading(ensemble),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def name_of(scenario: Scenario) -> str:
    """Return what to call a scenario on a page."""
    return scenario.title or scenario.name


def _title(scenario: Scenario) -> str:
    return heading(name_of(scenario) + (f" - {scenario.place}" if scenario.place else ""), "=")


def _asked(ensemble: Ensemble) -> str:
    scenario = ensemble.scenario
    inputs = [difference(a, declared()[a].default, value) for a, value in scenario.values.items() if value != declared()[a].default]
    rest = [f"{len(inputs) - MOST_INPUTS} more; scenario.toml has every input."] if len(inputs) > MOST_INPUTS else []
    lines = [
        *([paragraph(scenario.question)] if scenario.question else []),
        paragraph(
            f"{_runs(ensemble)} of {several(scenario.horizon, 'month')} after launch, seed {ensemble.seed}, "
            f"in a service of {several(int(scenario['organisation.posts']), 'case-holding post')}."
        ),
        *(["What differs from an average authority:"] if inputs else ["Every input is that of an average authority."]),
        *(bullet(line) for line in (*inputs[:MOST_INPUTS], *rest)),
        *(["What happens and when:"] if dated(scenario) else []),
        *(bullet(line) for line in dated(scenario)),
    ]
    return "\n".join(lines)


def _runs(ensemble: Ensemble) -> str:
    """Return how many runs there are, and how many there should have been."""
    done = several(len(ensemble.lives), "run")
    return f"Interrupted: {done} of the {ensemble.asked:,} asked for," if ensemble.interrupted else done


def _use(ensemble: Ensemble) -> str:
    values = ensemble.values("use_at_fidelity")
    head, spread = _columns(len(values))
    rows = [(_label(m), *spread(m.reading(values), percent, (0, 1))) for m in moments(ensemble)]
    peak = values.mean(axis=0)
    highest = int(peak.argmax())
    lines = [
        heading("Practitioners using it as it is meant"),
        table(("", *head), rows),
        paragraph(
            (f"The mean is highest in month {highest + 1}, at {percent(peak[highest])}. " if peak[highest] > 0 else "Nobody ever did. ")
            + f"Counting any use, as meant or not, {percent(float(ensemble.values('use')[:, -1].mean()))} use it at the horizon."
        ),
        *_some_do_not_get_there(ensemble),
    ]
    return "\n".join(lines)


def _columns(runs: int) -> tuple[tuple[str, ...], Callable[[Numbers, Say, tuple[float, float]], tuple[str, ...]]]:
    """Return the heads of columns that a number of runs can fill, and what fills them."""
    heads = ("mean", "95% interval", "8 of 10 runs" if runs >= SPREAD_FROM else "all runs") if runs > 1 else ("the one run",)

    def spread(values: Numbers, say: Say, within: tuple[float, float] = (-np.inf, np.inf)) -> tuple[str, ...]:
        values = values[~np.isnan(values)]
        if runs == 1 or not len(values):
            return (say(float(values[0])) if len(values) else "-", *["-"] * (len(heads) - 1))
        ends = np.quantile(values, [0.1, 0.9] if runs >= SPREAD_FROM else [0, 1])
        mean, between = _mean_and_interval(values, say, within)
        return mean, between, _between(float(ends[0]), float(ends[1]), say)

    return heads, spread


def _mean_and_interval(values: Numbers, say: Say, within: tuple[float, float] = (-np.inf, np.inf)) -> tuple[str, str]:
    low, mean, high = (float(np.clip(bound, *within)) for bound in interval(values))
    return say(mean), _between(low, high, say)


def _between(low: float, high: float, say: Say) -> str:
    return "-" if np.isnan(low) else f"{say(low)} to {say(high)}"


def _label(moment: Moment) -> str:
    return f"{moment.label} ({moment.when})"


def _some_do_not_get_there(ensemble: Ensemble) -> Iterator[str]:
    """Yield how many runs end before a moment, where some but not all do."""
    for moment in moments(ensemble)[:-1]:
        reached = int((moment.months <= ensemble.scenario.horizon).sum())
        if reached < len(ensemble.lives):
            yield paragraph(f"{moment.label}: {reached} of {several(len(ensemble.lives), 'run')} get there before the horizon.")


def _sustained(ensemble: Ensemble) -> str:
    judged = _judged(ensemble)
    share = percent(ensemble.scenario["organisation.sustained_share"])
    rule = (
        f"Sustained means that at least {share} of filled posts use it as meant, on average over the last three months of the two "
        f"years after external money ended{_of_latest(ensemble)}."
    )
    missing = len(ensemble.lives) - len(judged)
    why = "because fewer than 24 months lie between the end of external money and the horizon: neither a success nor a failure."
    if not len(judged):
        said = f"Not evaluable, {why} A longer horizon would tell."
    else:
        said = f"It was sustained in {_share_of_runs(judged)}."
        said += f" {several(missing, 'run')} could not be judged, {why}" if missing else ""
    stopped = int(ensemble.values("stopped_by_funder")[:, -1].sum())
    said += f" The funder stopped it early in {stopped} of {several(len(ensemble.lives), 'run')}." if stopped else ""
    return "\n".join([heading("Is it sustained?"), paragraph(said), paragraph(rule)])


def _of_latest(ensemble: Ensemble) -> str:
    """Return which of several innovations columns describe."""
    return " for the latest innovation" if len(ensemble.scenario.waves) > 1 else ""


def _judged(ensemble: Ensemble) -> Numbers:
    """Return 1 or 0 for each run in which it can be said whether use was sustained."""
    last = ensemble.values("sustained")[:, -1]
    return last[~np.isnan(last)]


def _share_of_runs(judged: Numbers) -> str:
    """Return `12 of 100 runs (12.0%, 95% interval 7.0% to 19.8%)`."""
    count, of = int(judged.sum()), len(judged)
    low, high = interval_of_share(count, of)
    return f"{count} of {several(of, 'run')}" + (f" ({percent(count / of)}, 95% interval {_between(low, high, percent)})" if of > 1 else "")


def _losses(ensemble: Ensemble) -> str:
    causes = ensemble.causes().mean().sort_values(ascending=False)
    total = float(causes.sum())
    began = float(ensemble.values("new_users").sum(axis=1).mean())
    said = f"In an average run people begin to use it {plain(began)} times and stop {plain(total)} times (who begins again counts again)."
    rows = [(str(cause), plain(float(n)), percent(float(n) / total)) for cause, n in causes.items() if n > 0]
    lines = [heading("Why use was lost"), paragraph(said), *([table(("cause", "times a run", "share"), rows)] if rows else [])]
    return "\n".join(lines)


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
        mean, between = _mean_and_interval(values[:, -1], percent, (0, 1))
        rows.append((label, percent(float(values[:, 0].mean())), mean, between))
    return "\n".join([heading("People"), table(("", "month 1", f"month {last}", "95% interval"), rows)])


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
            rows.append((label, *_mean_and_interval(total, pounds, (0, np.inf))))
    return "\n".join([heading("Money"), table(("", "mean", "95% interval"), rows)])


def _zone(ensemble: Ensemble) -> str:
    r, without, is_open = (ensemble.values(n) for n in ("uptake_number", "uptake_number_without_grant", "zone_open"))
    rows = []
    for moment in moments(ensemble):
        known = moment.reading(is_open)
        known = known[~np.isnan(known)]
        means = (plain(float(np.nanmean(moment.reading(values)))) for values in (r, without))
        rows.append((_label(moment), *means, f"{int(known.sum())} of {len(known)} runs"))
    said = (
        "The uptake number is how many colleagues one person using it brings into use before lapsing or leaving, nobody else using it. "
        "The zone is open when use can grow by itself from some level on."
    )
    head = ("", "uptake number", "without grant", "zone open")
    return "\n".join([heading("The conducive zone"), table(head, rows), paragraph(said)])


def _reading(ensemble: Ensemble) -> str:
    other = ensemble.scenario.compare_with
    best = f" Best compared with: conducive compare {other} {ensemble.scenario.name}." if other else ""
    return "\n".join([heading("How to read this"), paragraph(NOT_A_FORECAST + " " + _caution(len(ensemble.lives)) + best)])


def _caution(runs: int) -> str:
    """Return what intervals hold, and what stands behind the coefficients."""
    assumed = sum(c.grade == "assumed" for c in COEFFICIENTS)
    intervals = (
        "A 95% interval is for the mean over runs: more runs narrow it. It holds luck, not doubt about the model."
        if runs > 1
        else "One run is one of many ways things could go: it has no interval."
    )
    return f"The coefficients of the model are assumptions: {assumed} of {len(COEFFICIENTS)} rest on judgement alone. {intervals}"


# ---- A comparison --------------------------------------------------------------------------------------------------


def say_comparison(comparison: Comparison) -> str:
    """Return what differs between two scenarios and why, or that no difference is clear."""
    sections = [
        _contest(comparison),
        _verdict(comparison),
        _levels(comparison),
        _both_sustained(comparison),
        _causes(comparison),
        _people_and_money(comparison),
        _pairing(comparison),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def clear(low: float, high: float) -> bool:
    """Whether an interval leaves out 0; one that is not known does not."""
    return bool(low > 0 or high < 0)


def _contest(comparison: Comparison) -> str:
    base, alternative = comparison.base, comparison.alternative
    inputs = differences(base.scenario, alternative.scenario)
    rest = [f"{len(inputs) - MOST_INPUTS} more; the two files scenario.toml have every input."] if len(inputs) > MOST_INPUTS else []
    happenings = [f"{letter}: {line}" for letter, e in (("A", base), ("B", alternative)) for line in dated(e.scenario)]
    lines = [
        heading("A and B compared", "="),
        bullet(f"A: {name_of(base.scenario)}{_place(base.scenario)}"),
        bullet(f"B: {name_of(alternative.scenario)}{_place(alternative.scenario)}"),
        "",
        paragraph(
            f"{several(comparison.pairs, 'pair')} of runs{_of_pairs_asked(comparison)} over {several(comparison.months, 'month')} after "
            f"launch, seed {base.seed}. Both runs of a pair meet the same luck. Differences are B minus A."
        ),
        *(["Inputs that differ (A -> B):"] if inputs else ["No input differs."]),
        *(bullet(line) for line in (*inputs[:MOST_INPUTS], *rest)),
        *(["What happens and when:"] if happenings else []),
        *(bullet(line) for line in happenings),
    ]
    return "\n".join(lines)


def _place(scenario: Scenario) -> str:
    return f" - {scenario.place}" if scenario.place else ""


def _of_pairs_asked(comparison: Comparison) -> str:
    return f" (interrupted; {comparison.base.asked:,} were asked for)" if comparison.pairs < comparison.base.asked else ""


def _verdict(comparison: Comparison) -> str:
    gap = comparison.difference("use_at_fidelity")[:, -1]
    low, mean, high = (float(bound) for bound in interval(gap))
    month = f"In month {comparison.months}"
    between = f"95% interval {_between(low, high, points)}"
    if not gap.any():
        said = f"No difference. {month} the two are alike in every pair."
    elif comparison.pairs == 1:
        said = f"{month} the difference in use as meant is {points(mean)} percentage points in the one pair: too little to tell."
    elif clear(low, high):
        more = "more" if mean > 0 else "fewer"
        size = points(abs(mean)).lstrip("+")
        said = f"{month} B has {size} percentage points {more} practitioners using it as meant than A ({between})."
    else:
        said = f"No clear difference. {month} use as meant differs by {points(mean)} percentage points ({between}, which includes 0)."
    if comparison.pairs > 1 and gap.any():
        said += f" B does better in {percent(float(np.mean(gap > 0)))} of the pairs, worse in {percent(float(np.mean(gap < 0)))}."
    return "\n".join([heading("In short"), paragraph(said)])


def _levels(comparison: Comparison) -> str:
    a, b = (e.values("use_at_fidelity")[: comparison.pairs] for e in (comparison.base, comparison.alternative))
    rows = []
    for label, month in _dates(comparison):
        gap = b[:, month - 1] - a[:, month - 1]
        mean, between = _mean_and_interval(gap, points)
        rows.append((label, percent(float(a[:, month - 1].mean())), percent(float(b[:, month - 1].mean())), mean, between))
    head = ("", "A", "B", "B - A, points", "95% interval")
    return "\n".join([heading("Practitioners using it as it is meant"), table(head, rows)])


def _dates(comparison: Comparison) -> list[tuple[str, int]]:
    """Return labelled months at which both are read off: money ends in each, a year and two years after both, the horizon."""
    ends = {letter: money_ends(e) for letter, e in (("A", comparison.base), ("B", comparison.alternative))}
    usual = {letter: int(np.median(months)) for letter, months in ends.items()}
    about = {letter: "about " if months.min() < months.max() else "" for letter, months in ends.items()}
    found = [(f"External money ends in {letter}", usual[letter], about[letter]) for letter in sorted(usual, key=lambda x: usual[x])]
    if usual["A"] == usual["B"]:
        found = [("External money ends", usual["A"], max(about.values()))]
    found += [(f"{later} months after both", max(usual.values()) + later, max(about.values())) for later in LATER]
    rows = [(f"{label} ({sure}month {month})", month) for label, month, sure in found if 0 < month < comparison.months]
    return [*rows, (f"Horizon (month {comparison.months})", comparison.months)]


def _both_sustained(comparison: Comparison) -> str:
    judged = [_judged(e) for e in (comparison.base, comparison.alternative)]
    said = [
        f"{letter}: sustained in {_share_of_runs(each)}."
        if len(each)
        else f"{letter}: not evaluable, because external money lasts until less than 24 months before the horizon."
        for letter, each in zip("AB", judged, strict=True)
    ]
    return "\n".join([heading("Is it sustained two years after external money?"), *(bullet(line) for line in said)])


def _causes(comparison: Comparison) -> str:
    causes = comparison.causes
    rows = [
        (str(row.cause), plain(row.base), plain(row.alternative), f"{row.mean:+.2f}", _between(row.low, row.high, "{:+.2f}".format))
        for row in causes.sort_values("mean", key=abs, ascending=False).itertuples()
        if row.base or row.alternative
    ]
    if not rows:
        return "\n".join([heading("Why use was lost"), paragraph("Nobody began to use it, so nobody stopped.")])
    sure = causes[[clear(row.low, row.high) for row in causes.itertuples()]].sort_values("mean", key=abs, ascending=False)
    fewer, more = ([str(c) for c in sure.loc[which, "cause"]] for which in (sure["mean"] < 0, sure["mean"] > 0))
    said = [f"B loses clearly {word} to {listed(names)}." for word, names in (("fewer", fewer), ("more", more)) if names]
    begins = comparison.difference("new_users").sum(axis=1)
    began, between = _mean_and_interval(begins, "{:+.1f}".format)
    said.append(
        f"{'' if said else 'No cause differs clearly. '}People begin to use it {began} times a run more or less often in B ({between}); "
        "more use also leaves more to lose. With eight causes compared, one may stand out by luck."
    )
    head = ("times a run", "A", "B", "B - A", "95% interval")
    return "\n".join([heading("Why use was lost"), table(head, rows), paragraph(" ".join(said))])


def _people_and_money(comparison: Comparison) -> str:
    rows = []
    for name, label in PEOPLE.items():
        levels = [float(e.values(name)[: comparison.pairs, comparison.months - 1].mean()) for e in (comparison.base, comparison.alternative)]
        change = _mean_and_interval(comparison.difference(name)[:, -1], points)
        rows.append((label, *(percent(level) for level in levels), *change))
    spent = [e.values("spend")[: comparison.pairs, : comparison.months].sum(axis=1) for e in (comparison.base, comparison.alternative)]
    cost = spent[1] - spent[0]
    rows.append(("Spent on it", *(pounds(float(each.mean())) for each in spent), *_mean_and_interval(cost, pounds)))
    head = (f"in month {comparison.months}", "A", "B", "B - A", "95% interval")
    return "\n".join([heading("People and money"), table(head, rows), paragraph(_worth(comparison, cost))])


def _worth(comparison: Comparison, cost: Numbers) -> str:
    """Return what one more person using it as meant costs, where that can be said."""
    faithful = [
        (e.values("use_at_fidelity") * e.values("filled_posts"))[: comparison.pairs, comparison.months - 1]
        for e in (comparison.base, comparison.alternative)
    ]
    users = faithful[1] - faithful[0]
    low, mean, high = (float(bound) for bound in interval(users))
    dearer_low, dearer, dearer_high = (float(bound) for bound in interval(cost))
    if not clear(low, high):
        return "No cost per additional person is given, because no difference in use at the horizon is clear."
    if not clear(dearer_low, dearer_high) or (dearer > 0) != (mean > 0):
        cheaper = "costs less" if dearer_high < 0 else "costs more" if dearer_low > 0 else "does not clearly differ in cost"
        return f"B has clearly {'more' if mean > 0 else 'fewer'} people using it as meant at the horizon ({mean:+.1f}) and {cheaper}."
    ratio = _between(*interval_of_ratio(cost, users), pounds)
    more, costs = ("additional", "costs") if mean > 0 else ("fewer", "saves")
    return (
        f"Each {more} person using it as meant at the horizon ({abs(mean):.1f} of them) {costs} {pounds(dearer / mean)} over the "
        f"{several(comparison.months, 'month')} (95% interval {ratio}, by resampling pairs)."
    )


def _pairing(comparison: Comparison) -> str:
    gain = comparison.variance_reduction()
    if not np.isfinite(gain):
        said = ""
    elif gain > 1:
        said = f" Same luck in both runs of a pair helped: unpaired runs would need {gain:.1f} times as many for as narrow an interval."
    else:
        said = " Same luck in both runs of a pair did not narrow the interval here."
    return "\n".join([heading("How to read this"), paragraph(f"{NOT_A_FORECAST} {_caution(comparison.pairs)}{said}")])
