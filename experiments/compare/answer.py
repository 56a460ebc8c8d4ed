"""What a comparison says: what it is decided by, which side has more, how surely, and at what cost.

Text, briefing, page and lessons all say it with these words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.experiments.compare.ladder import FEWEST_ALIKE, MEANINGS, MEANINGS_BY_LUCK, SAME, Judged
from conducive.experiments.lives.intervals import ANYWHERE, ROUNDING, several_sets
from conducive.experiments.lives.lasting import kept, months_near_peak, years_of_use
from conducive.experiments.lives.lasting import peak as lasting_peak
from conducive.experiments.lives.moments import LATER, MAIN, launched, money_ends
from conducive.experiments.words import percent, points, pounds, several, signed

if TYPE_CHECKING:
    from conducive.experiments.compare.comparison import Comparison
    from conducive.experiments.lives.ensemble import Ensemble

type Numbers = npt.NDArray[np.float64]

MONTHS_A_YEAR = 12
TENTH_OF_A_POINT = 0.001
SMALL = 10  # people: below, with a decimal
PERCENT = 100


# ---- What it is decided by -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """Use as it is meant, read in A and in B, and the difference.

    Attributes:
        name: `average`, `after` (two years after each side's external money) or `horizon`.
        when: when that is, in words.
        shares: mean share of practitioners in A and in B.
        people: mean number of practitioners in A and in B.
        gap: B minus A by pair, as shares; empty where a pair does not get there.
        judged: what the difference amounts to.

    """

    name: str
    when: str
    shares: tuple[float, float]
    people: tuple[float, float]
    gap: Numbers
    judged: Judged


def readings(comparison: Comparison) -> tuple[Reading, ...]:
    """Return what a comparison is decided by, the first being the answer: the average month, later on, the horizon."""
    found = (_average(comparison), _after(comparison), _at_horizon(comparison))
    return tuple(reading for reading in found if reading)


def _average(comparison: Comparison) -> Reading:
    read = [(values.mean(axis=1), people.mean(axis=1)) for values, people in _using(comparison)]
    return _reading(comparison, "average", f"in an average month of the {later(comparison.months)}", read)


def _after(comparison: Comparison) -> Reading | None:
    """Return use two years after the end of each side's external money, where some pair gets there."""
    months = [money_ends(e)[: comparison.pairs] + LATER[-1] for e in (comparison.base, comparison.alternative)]
    reached = np.logical_and.reduce([each <= comparison.months for each in months])
    if not reached.any():
        return None
    read = []
    for (values, people), month in zip(_using(comparison), months, strict=True):
        at = np.minimum(month, comparison.months) - 1
        each = [np.where(reached, x[np.arange(len(x)), at], np.nan) for x in (values, people)]
        read.append((each[0], each[1]))
    return _reading(comparison, "after", _when_after(comparison, months), read)


def _at_horizon(comparison: Comparison) -> Reading:
    read = [(values[:, -1], people[:, -1]) for values, people in _using(comparison)]
    return _reading(comparison, "horizon", f"at the horizon (month {comparison.months})", read)


def _reading(comparison: Comparison, name: str, when: str, read: list[tuple[Numbers, Numbers]]) -> Reading:
    (a, people_a), (b, people_b) = read
    gap = b - a
    shares = (float(np.nanmean(a)), float(np.nanmean(b)))
    people = (float(np.nanmean(people_a)), float(np.nanmean(people_b)))
    return Reading(name, when, shares, people, gap, comparison.judge(gap))


def _using(comparison: Comparison) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield use as it is meant in A and in B, as shares and as people, by pair and month."""
    shares, filled = both(comparison, MAIN), both(comparison, "filled_posts")
    for share, posts in zip(shares, filled, strict=True):
        yield share, share * posts


def _when_after(comparison: Comparison, months: list[npt.NDArray[np.int64]]) -> str:
    """Return `two years after each side's money ended (A: month 48, B: month 96)`."""
    ensembles = (comparison.base, comparison.alternative)
    funded = any((money_ends(e) > launched(e)).any() for e in ensembles)
    usual = [int(np.median(each)) for each in months]
    about = "about " if any(each.min() < each.max() for each in months) else ""
    where = f"{about}month {usual[0]}" if usual[0] == usual[1] else f"A: {about}month {usual[0]}, B: month {usual[1]}"
    return f"two years after {'its money ended' if funded else 'launch'} ({where})"


def both(comparison: Comparison, indicator: str) -> tuple[Numbers, Numbers]:
    """Return an indicator in A and in B, by pair and month."""
    pairs, months = comparison.pairs, comparison.months
    return comparison.base.values(indicator)[:pairs, :months], comparison.alternative.values(indicator)[:pairs, :months]


def widest(comparison: Comparison) -> int:
    """Return the month in which mean use as meant differs most."""
    return int(np.abs(comparison.difference(MAIN).mean(axis=0)).argmax()) + 1


# ---- The answer ----------------------------------------------------------------------------------------------------


def headline(comparison: Comparison) -> str:
    """Return the answer in people and pounds, and how sure it is: an average month, and two years after the money."""
    return " ".join(f"{said}: {verdict}." for said, verdict in sentences(comparison))


def sentences(comparison: Comparison) -> list[tuple[str, str]]:
    """Return the sentences of the answer, each with how sure it is, apart from each other."""
    average, *others = readings(comparison)
    said = [(f"{_costing(comparison)}{_in_people(comparison, average)}", _verdict(comparison, average))]
    for after in (each for each in others if each.name == "after"):
        a, b = after.people
        when = after.when[0].upper() + after.when[1:]
        said.append((f"{when} there are {_count(b)} in B and {_count(a)} in A", _verdict(comparison, after)))
    return said


def _costing(comparison: Comparison) -> str:
    """Return what B costs more or less, as far as that is sure."""
    spent = comparison.judge(comparison.difference("spend").sum(axis=1), ANYWHERE, 0.0)
    if not spent.tells or abs(spent.mean) < 1.0:
        return ""
    return f"For {pounds(abs(spent.mean))} {'more' if spent.mean > 0 else 'less'} than A, "


def _in_people(comparison: Comparison, reading: Reading) -> str:
    a, b = reading.people
    posts = [round(float(e.scenario["organisation.posts"])) for e in (comparison.base, comparison.alternative)]
    of = f"{_count(b)} of {posts[1]:,}"
    than = _count(a) if posts[0] == posts[1] else f"{_count(a)} of {posts[0]:,}"
    return f"B has {of} practitioners using it as it is meant {reading.when}, A {than}"


def _count(people: float) -> str:
    """Return a number of people; small ones with a decimal."""
    return f"{people:.1f}".removesuffix(".0") if people < SMALL else f"{people:,.0f}"


def _verdict(comparison: Comparison, reading: Reading) -> str:
    """Return `clearly more (+9.3 percentage points, 95% interval +4.1 to +14.0; in 49 of 50 plausible sets)`."""
    judged = reading.judged
    if not reading.gap[~np.isnan(reading.gap)].any():
        return f"no difference in any of {several(comparison.pairs, 'pair')} of runs"
    if np.isnan(judged.low) or too_few(reading.gap):
        return f"{points(judged.mean)} percentage points, but {several(comparison.pairs, 'pair')} cannot tell"
    agree = agreement(comparison, reading.gap)
    size = f"{points(judged.mean)} percentage points, 95% interval {span(judged.low, judged.high)}"
    return f"{judged.way.replace('less', 'fewer')} ({size}{f'; {agree}' if agree else ''})"


def in_short(comparison: Comparison) -> list[str]:
    """Return a sentence for each reading, and where the gap is widest."""
    said = []
    for reading in readings(comparison):
        a, b = reading.shares
        when = reading.when[0].upper() + reading.when[1:]
        levels = f"{percent(a)} in A, {percent(b)} in B"
        said.append(f"{when}: {levels}: {_verdict(comparison, reading)}.{_pairs_with_more(reading.gap)}")
    if comparison.difference(MAIN).any():
        month = widest(comparison)
        mean = points(float(comparison.difference(MAIN)[:, month - 1].mean()))
        said.append(f"The gap is widest in month {month}, at {mean} percentage points on average.")
    return said


def _pairs_with_more(gap: Numbers) -> str:
    gap = gap[~np.isnan(gap)]
    if len(gap) == 1 or not gap.any() or too_few(gap):
        return ""
    return f" Higher in {np.mean(gap > 0):.0%} of the pairs, lower in {np.mean(gap < 0):.0%}."


def too_few(gap: Numbers) -> bool:
    """Whether all pairs differ by the same, and are so few that this may be luck: then their interval says nothing."""
    gap = gap[~np.isnan(gap)]
    return bool(len(gap) < FEWEST_ALIKE and gap.any() and np.ptp(gap) < SAME)


# ---- How much, how high, how long ----------------------------------------------------------------------------------


class Measure(NamedTuple):
    """A measure that lives: how much use there was, how high it rose, or how long it stayed.

    Attributes:
        label: what to call it.
        meaning: what it is.
        unit: `people`, `share` or `months`.
        a: mean over runs in A; not a number where it cannot be judged.
        b: the same in B.
        judged: the difference, B minus A.

    """

    label: str
    meaning: str
    unit: Literal["people", "share", "months"]
    a: float
    b: float
    judged: Judged

    @property
    def said(self) -> tuple[str, str, str, str]:
        """What it is in A, in B, the difference and its interval, in words."""
        share, judged = self.unit == "share", self.judged
        a, b = (percent(value) if share else f"{value:,.0f}" for value in (self.a, self.b))
        ends = "-" if np.isnan(judged.low) else f"{signed(judged.low)} to {signed(judged.high)}"
        difference = points(judged.mean) if share else signed(judged.mean)
        return a, b, difference, span(judged.low, judged.high) if share else ends


def measures(comparison: Comparison) -> list[Measure]:
    """Return practitioner-years, peak, months near it, and how often use is kept two and five years after the money."""
    peak = "Highest share of practitioners who use it as it is meant in any month; a mean over runs."
    near = "Months in which at least half of the peak of a run use it as it is meant; a mean over runs."
    since = "Share of runs in which use is kept {} years after external money: nearly what it was at its end."
    rows: list[tuple[str, str, Literal["people", "share", "months"], Callable[[Ensemble, int], Numbers]]] = [
        ("Practitioner-years", "Years of use as it is meant, of all practitioners together.", "people", years_of_use),
        ("Peak", peak, "share", lasting_peak),
        ("Months above half of the peak", near, "months", months_near_peak),
        ("Kept two years after", since.format("two"), "share", lambda e, _: kept(e, "two")),
        ("Kept five years after", since.format("five"), "share", lambda e, _: kept(e, "five")),
    ]
    found = []
    for label, meaning, unit, read in rows:
        a, b = (read(e, comparison.months)[: comparison.pairs] for e in (comparison.base, comparison.alternative))
        if not np.isnan(b - a).all():
            judged = comparison.judge(b - a) if unit == "share" else comparison.judge(b - a, ANYWHERE, 0.0)
            found.append(Measure(label, meaning, unit, float(np.nanmean(a)), float(np.nanmean(b)), judged))
    return found


# ---- How sure it is ------------------------------------------------------------------------------------------------


def sureness(comparison: Comparison) -> list[str]:
    """Return how sure the answer is: the rung, chance, robustness, luck or ignorance, and whether runs are enough."""
    average = readings(comparison)[0]
    gap, judged = average.gap, average.judged
    found = comparison.uncertainty(gap)
    said: list[str] = []
    if comparison.pairs == 1 or too_few(gap):
        return said
    if gap.any():
        more, fewer, level = (int(each.sum()) for each in (gap > 0, gap < 0, gap == 0))
        rest = f", and in {level:,} they are level" if level else ""
        said.append(f"{judged.rung[0].upper()}{judged.rung[1:]} means here: {meaning(comparison, judged)}.")
        said.append(f"Chance: of {comparison.pairs:,} pairs of runs, B has more in {more:,} and A in {fewer:,}{rest}.")
        said.append(f"Robustness: {agreement(comparison, gap)}." if several_sets(comparison) else "")
        if not np.isnan(found.luck_share) and comparison.half_width() > SAME:
            said.append(
                f"Luck makes up {float(found.luck_share):.0%} of the uncertainty (as variance), not knowing the "
                "coefficients of the model the rest."
            )
    return [text for text in (*said, enough_in_words(comparison)) if text]


def meaning(comparison: Comparison, judged: Judged) -> str:
    """Return what a rung means in a comparison: over one set, the chance of the direction takes the place of sets."""
    return MEANINGS[judged.rung] if several_sets(comparison) else MEANINGS_BY_LUCK[judged.rung]


def agreement(comparison: Comparison, gap: Numbers) -> str:
    """Return in how many plausible sets B has more or fewer on average, as it has overall; nothing if not known."""
    if comparison.sets is None or not several_sets(comparison):
        return ""
    known = ~np.isnan(gap)
    sets, gap = comparison.sets[known], gap[known]
    means = np.array([gap[sets == number].mean() for number in np.unique(sets)])
    means, mean = (np.where(np.abs(x) > ROUNDING, x, 0.0) for x in (means, gap.mean()))
    counts = {"more": int((means > 0).sum()), "fewer": int((means < 0).sum()), "as many": int((means == 0).sum())}
    overall = "more" if mean > 0 else "fewer" if mean < 0 else "as many"
    rest = "".join(f", in {count} {word}" for word, count in counts.items() if count and word != overall)
    return f"in {counts[overall]} of {len(means)} plausible sets of coefficients B has {overall}{rest}"


def enough_in_words(comparison: Comparison) -> str:
    """Return how precisely the difference of an average month is known, and how many pairs it takes to know better."""
    average = readings(comparison)[0]
    gap, judged = average.gap, average.judged
    if len(gap) == 1 or not gap.any():
        return ""
    if too_few(gap):
        return "All these pairs show the same difference. So few may do so by chance: more are needed."
    half = comparison.half_width()
    known = f"The difference in an average month is known to within {width(half)} (half its 95% interval)."
    if comparison.precision is not None:
        rest = _precision_in_words(comparison, half)
    elif judged.rung == "clearly":
        rest = f"These pairs are enough to tell {'more' if judged.mean > 0 else 'fewer'} from none."
    elif judged.rung == "no difference that matters":
        rest = ""
    elif not comparison.enough_to_reckon:
        rest = "More pairs are needed, and these are too few to say how many."
    elif np.isfinite(needed := comparison.pairs_needed(abs(judged.mean)) if judged.mean else float("inf")):
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
    return f"{PERCENT * share:.1f} percentage points"


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


def later(months: int) -> str:
    """Return a stretch of months in words: `10 years`."""
    years, rest = divmod(months, MONTHS_A_YEAR)
    return several(months, "month") if rest or not years else several(years, "year")
