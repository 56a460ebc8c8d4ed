"""What is varied and what is read: whole conditions and inputs over a range, and an outcome that can be judged."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conducive.experiments.lives.ensemble import check_whole, under_set
from conducive.experiments.lives.intervals import Numbers
from conducive.experiments.lives.living import check_program, ends, program
from conducive.experiments.lives.readings import Reading, read
from conducive.experiments.lives.undone import notes_on
from conducive.experiments.words import in_unit, listed, short
from conducive.model.measures import INDICATORS
from conducive.model.processes.aftermath import TWO_YEARS
from conducive.scenarios.coefficients import COEFFICIENTS, MECHANISMS
from conducive.scenarios.conditions import conditions, inputs
from conducive.scenarios.declaration import SWITCH, Input, nearest_names, number
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.indicators import SHARES, indicator_of
from conducive.scenarios.scenario import Scenario

SUSTAINED = "sustained"
TERM, RENEWAL, HORIZON = "finance.funding_term", "finance.renewal", "horizon"
TIME_FIXED = frozenset({HORIZON, "warm_up"})
"""Inputs that say how long to look, not what is so."""
EITHER_OR = frozenset({SUSTAINED, "zone_open", "stopped_by_funder"})
"""Indicators that are 0 or 1 in a run, so that their mean is a chance."""
_POINTS = re.compile(r"-?[\d.]+:-?[\d.]+")
FEW = 6  # values that are shown of many
TRIED = 4  # runs timed to foresee how long many take


@dataclass(frozen=True, slots=True)
class Factor:
    """A whole condition (positions from 0, barrier, to 1, facilitator) or an input (in its unit) over a range."""

    name: str
    title: str
    unit: str
    low: float
    high: float
    whole: bool = False

    @property
    def width(self) -> float:
        """Length of the range in its unit."""
        return self.high - self.low

    def value(self, share: float) -> float:
        """Return the value at a share of the range; whole numbers are all as likely."""
        if self.whole:
            return min(math.floor(self.low + share * (self.width + 1)), self.high)
        return self.low + share * self.width

    def say(self, value: float) -> str:
        """Return a value as people write it."""
        if self.unit == SWITCH:
            return in_unit(value, self.unit)
        if self.unit.startswith("share"):
            return f"{short(100 * value)}%"
        return f"{number(round(value)) if self.whole else short(value)} {self.unit}".rstrip()

    @property
    def label(self) -> str:
        """Title and unit, for an axis."""
        return f"{self.title} ({self.unit or '0 barrier, 1 facilitator'})"


def factor(name: str, ends: tuple[float, float] | None = None, *, time: bool = False) -> Factor:
    """Return a factor over its declared plausible range (a condition: 0 to 1), or over one that is given.

    With `time` it may also be an input that says how long to look.
    Raises InputError for unknown names, with the nearest ones, and for ranges that are empty or go too far.
    """
    whole_conditions = {c.name: c for c in conditions()}
    single = {i.address: i for i in (*inputs(), *COEFFICIENTS) if time or i.address not in TIME_FIXED}
    if name in whole_conditions:
        low, high = _checked_ends(name, ends or (0.0, 1.0), None)
        return Factor(name, whole_conditions[name].title, "", low, high)
    if name not in single:
        switches = [i.address for i in MECHANISMS]
        near = nearest_names(name[:80], [*whole_conditions, *single, *switches])
        if name in switches:
            near = " A switch can be listed in a sweep: [true, false]."
        elif name.startswith("mechanisms."):
            near = f" The switches are {listed(switches)}."
        what = f"{name[:80]!r} cannot be varied: that is a condition or an input."
        msg = f"{what}{near} `conducive conditions` lists them."
        raise InputError(msg)
    return factor_of(single[name], ends)


def factor_of(declared: Input, ends: tuple[float, float] | None = None) -> Factor:
    """Return a declared number over its plausible range, or one that is given. Raises InputError as `factor` does."""
    low, high = _checked_ends(declared.address, ends or (declared.low, declared.high), declared)
    title = declared.name.replace("_", " ").capitalize()
    return Factor(declared.address, title, declared.unit, low, high, declared.whole)


def factors(asked: Iterable[str | Factor]) -> tuple[Factor, ...]:
    """Return factors, also from `NAME` or `NAME=LOW:HIGH`; all 18 conditions when none is named.

    Raises InputError as `factor` does, and for what is varied twice.
    """
    given: Iterable[Any] = asked if isinstance(asked, Iterable) and not isinstance(asked, str | Scenario) else [asked]
    found = tuple(each if isinstance(each, Factor) else parsed(each) for each in given)
    found = found or tuple(factor(c.name) for c in conditions())
    check_apart(found)
    return found


def check_apart(found: Sequence[Factor]) -> None:
    """Raise InputError where an input is moved by two factors."""
    moved: dict[str, str] = {}
    parts = {c.name: [i.address for i in c.inputs] for c in conditions()}
    for each in found:
        for address in parts.get(each.name, [each.name]):
            if address in moved:
                both = each.name if moved[address] == each.name else f"{moved[address]} and {each.name}"
                msg = f"{both} would move {address} twice. Leave one of them."
                raise InputError(msg)
            moved[address] = each.name


def parsed(text: str) -> Factor:
    """Return a factor from `NAME` or `NAME=LOW:HIGH`. Raises InputError as `factor` does, and for anything else."""
    if not isinstance(text, str):
        msg = f"what varies must be the name of a condition or an input, or NAME=LOW:HIGH. Got {glimpse(text)}."
        raise InputError(msg)
    name, equals, span = (part.strip() for part in text.partition("="))
    if not equals:
        return factor(name)
    try:
        low, high = (float(part) for part in span.split(":"))
    except ValueError:
        points = span.replace(",", ".")
        meant = f" Did you mean {name}={points}?" if _POINTS.fullmatch(points) else ""
        msg = f"a range must be NAME=LOW:HIGH, for instance {TERM}=12:72. Got {glimpse(text)}.{meant}"
        raise InputError(msg) from None
    return factor(name, (low, high))


def uneven(name: str, values: Sequence[float], steps: int, most: int, asked: str = "steps") -> str:
    """Return what is to be said of whole numbers laid out in so many steps where these are of unequal length.

    It names the nearest counts of values, at most so many, that make equal ones; `asked` is what they are asked for as.
    """
    width = round(values[-1] - values[0])
    if width % steps == 0:
        return ""
    even = sorted((n for n in range(1, most) if width % n == 0), key=lambda n: abs(n - steps))[:2]
    near = listed([f"{n + 1} (every {width // n})" for n in sorted(even)], "or")
    said = ", ".join(number(value) for value in values[:FEW]) + " ..." * (len(values) > FEW)
    return f"{name} has steps of unequal length: {said}. Equal ones: {asked} = {near}."


def _checked_ends(name: str, given: tuple[float, float], declared: Input | None) -> tuple[float, float]:
    low, high = given
    if declared:
        low, high = declared.check(low), declared.check(high)
    got = f"{number(low)}:{number(high)}"
    for end in (low, high):
        if not declared and not 0 <= end <= 1:
            msg = f"the range of {name} must lie between 0 (barrier) and 1 (facilitator). Got {got}."
            raise InputError(msg)
    if low >= high:
        meant = f" Did you mean {number(high)}:{number(low)}?" if low > high else ""
        msg = f"the range of {name} is empty: its low end must be below its high end. Got {got}.{meant}"
        raise InputError(msg)
    return low, high


def reading(indicator: str, month: int | None, scenario: Scenario) -> Reading:
    """Return what is read of each run: an indicator in a month, or in the last one.

    Raises InputError for unknown indicators, with the nearest ones, and months beyond the horizon.
    """
    check_indicator(indicator)
    if month is None:
        return Reading(indicator)
    check_whole("month", month, 1, scenario.horizon)
    return Reading(indicator, month)


def check_indicator(name: str) -> None:
    """Raise InputError, with the nearest names, for what is no indicator."""
    names = [i.name for i in INDICATORS]
    if not isinstance(name, str) or name not in names:
        near = nearest_names(str(name)[:80], names) or f" Most used: use_at_fidelity, use, {SUSTAINED}."
        msg = f"{str(name)[:80]!r} is not an indicator.{near} docs/reference.md lists them all."
        raise InputError(msg)


@dataclass(frozen=True)
class Question:
    """A scenario in which factors are varied, and what is read of each run. Make one with `question`.

    Attributes:
        scenario: what stays as it is.
        factors: what is varied.
        reading: the outcome.
        held: inputs that stay at a value whatever the factors do.
        notes: what was done so that the outcome can be judged, in words.
        program: the program that asks; workers must have the same.

    """

    scenario: Scenario
    factors: tuple[Factor, ...]
    reading: Reading
    held: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    program: str = field(default_factory=program)

    def at(self, values: Sequence[float], among: Sequence[Factor] | None = None) -> Scenario:
        """Return the scenario at values of all factors, or of those named."""
        chosen = self.factors if among is None else among
        return self.scenario.change({**{f.name: v for f, v in zip(chosen, values, strict=True)}, **self.held})

    def outcome(
        self,
        values: Sequence[float],
        replicates: Sequence[int],
        seed: int,
        *,
        among: Sequence[Factor] | None = None,
        number: int | None = None,
    ) -> Numbers:
        """Live through the scenario at values of the factors: outcome by replicate, under a plausible set if numbered.

        Not a number where the outcome cannot be judged. Raises WorkersError in a worker with another version of the
        program than the one that asks.
        """
        check_program(self.program)
        lived = under_set(self.at(values, among), number)
        return read(lived, (self.reading,), replicates, seed)[:, 0]

    @property
    def binary(self) -> bool:
        """Whether the outcome of a run is 0 or 1."""
        return self.reading.indicator in EITHER_OR

    @property
    def within(self) -> tuple[float, float]:
        """Least and most that the outcome can be."""
        return indicator_of(self.reading.indicator).within

    @property
    def what(self) -> str:
        """The outcome in words, as the mean over runs."""
        named = {
            SUSTAINED: "chance of sustained use",
            "zone_open": "chance that the zone is open",
            "stopped_by_funder": "chance that the funder stops it",
            "use_at_fidelity": "share of practitioners using it as it is meant",
            "use": "share of practitioners using it",
        }
        name = self.reading.indicator
        words = named.get(name, name.replace("_", " "))
        if name == SUSTAINED:
            return words
        return f"{words} in month {self.scenario.horizon if self.reading.when == 'last' else self.reading.when}"

    def say(self, value: float) -> str:
        """Return a value of the outcome as people write it."""
        return f"{100 * value:.0f}%" if self.reading.indicator in SHARES else short(value)


def question(
    scenario: Scenario, varied: tuple[Factor, ...], indicator: str = "use_at_fidelity", month: int | None = None
) -> Question:
    """Return a question, checked, in which the outcome can be judged in every run.

    Whether use is sustained is known two years after external money ends. For that outcome grants are not renewed, and
    the horizon is as long as the longest grant needs; neither changes what happens until then. Raises InputError for
    what cannot be used.
    """
    asked = reading(indicator, month, scenario)
    undone = notes_on(scenario, {f.name: ({f.name: f.low}, {f.name: f.high}) for f in varied})
    if indicator != SUSTAINED:
        return Question(scenario, varied, asked, notes=undone)
    if any(f.name == RENEWAL for f in varied):
        msg = (
            f"{RENEWAL} cannot be varied where the outcome is {SUSTAINED}, which is known only two years after "
            "external money ends for good. Take another outcome: --indicator use_at_fidelity."
        )
        raise InputError(msg)
    notes = [*undone]
    terms, renewals = _ends_of(TERM, scenario, varied), _ends_of(RENEWAL, scenario, varied)
    held = {RENEWAL: 0.0} if max(renewals) > 0 else {}
    if held:
        notes.append("Grants are not renewed, so that external money ends once and it can be judged what lasts.")
    months = scenario.waves[-1].month + int(max(terms) + TWO_YEARS)
    if months > scenario.horizon:
        scenario = scenario.change({HORIZON: months})
        notes.append(f"Runs go on to month {months}: use is judged two years after the longest grant ends.")
    return Question(scenario, varied, asked, held, tuple(notes))


def _ends_of(address: str, scenario: Scenario, varied: Sequence[Factor]) -> list[float]:
    """Return every value that an input may take: at either end of a factor that moves it, dated, or its own."""
    later = [*(e.changes for e in scenario.events), *(w.changes for w in scenario.waves)]
    values = [changes[address] for changes in later if address in changes]
    moved = {f.name: f for f in varied}
    condition = next(c for c in conditions() if any(i.address == address for i in c.inputs))
    if address in moved:
        return [*values, moved[address].low, moved[address].high]
    if condition.name in moved:
        over = moved[condition.name]
        return [*values, *(condition.at_position(end)[address] for end in (over.low, over.high))]
    return [*values, scenario[address]]


def seconds_for(scenario: Scenario, runs: int) -> float:
    """About how many seconds of one core so many runs of a scenario take here, from a few that are tried."""
    ends(scenario, range(1), 0)  # compiled, if it was not
    began = time.perf_counter()
    ends(scenario, range(TRIED), 0)
    return (time.perf_counter() - began) / TRIED * runs


def duration(seconds: float) -> str:
    """Return a length of time in words."""
    if seconds < 90:  # noqa: PLR2004
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 90 else f"{seconds / 3600:.1f} hours"  # noqa: PLR2004
