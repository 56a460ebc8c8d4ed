"""My authority: what official tables say of one council, where a model of it starts, and what to ask first.

Source: the tables of `data/ATTRIBUTION.md`. Nothing here is a forecast, and no authority is ranked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Literal

from conducive.scenarios.conditions import conditions
from conducive.scenarios.declaration import Input, number
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import GRADES
from conducive.scenarios.files import load_scenario
from conducive.scenarios.official_tables import ENGLAND, Inspection, inspections, neighbours, spending, yearly
from conducive.scenarios.scenario import Scenario, declared
from conducive.scenarios.short import InShort
from conducive.scenarios.workforce import (
    SWING_STAFF,
    AuthorityYear,
    codes_of,
    every_row_of,
    find,
    latest,
    official_table,
    starting_point,
    successors,
)

GRADE = "organisation.inspection_grade"
FIGURES: Mapping[str, tuple[str, str, float]] = {
    "turnover": ("Turnover", "% a year", 100.0),
    "vacancy_rate": ("Vacancies", "% of posts", 100.0),
    "agency_rate": ("Agency staff", "% of staff", 100.0),
    "caseload": ("Caseload", "cases each", 1.0),
}
"""Published figures: what to call each, its unit, and by how much a value is multiplied to have it."""
CENSUS_MONTH = 9
MOST = 0.75
"""Share of neighbours that a place must be better, or worse, than to be ahead or behind."""
NAMES = {
    "workforce_capacity.turnover": "turnover",
    "workforce_capacity.time_to_fill": "months to fill a post",
    "workforce_capacity.agency_cover": "vacancies that agency staff cover",
    "workforce_capacity.agency_extra": "agency staff above the establishment",
    "workforce_capacity.caseload": "caseload",
    GRADE: "judgement (1 is best)",
}
"""What to call the inputs that a place starts with."""
ASKED_MONTH = 12
"""Month of the inspection that is asked about."""

type Side = Literal["ahead", "behind", "level"]


@dataclass(frozen=True, slots=True)
class Series:
    """A published figure by year, each tuple in order of `Authority.years`; None where nothing was published.

    Shares for rates, cases for caseload. `neighbours` is the median of the neighbours that published it.
    """

    figure: str
    own: tuple[float | None, ...]
    england: tuple[float | None, ...]
    neighbours: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """An input of the model where a run of this place starts, beside England's and the median neighbour's start.

    Attributes:
        address: the input.
        own: its value here, in the unit of the input.
        england: its value in England's average authority.
        neighbours: the median of its values in the neighbours.
        better_than: neighbours whose value is worse, those with the same value counting half.
        of: neighbours that a run could start from.
        side: `ahead` where it is better than three quarters of them, `behind` where worse than three quarters.

    """

    address: str
    own: float
    england: float
    neighbours: float
    better_than: float
    of: int

    @property
    def declaration(self) -> Input:
        """The declaration of its input."""
        return declared()[self.address]

    @property
    def condition(self) -> str:
        """Title of the condition that it belongs to; empty for none."""
        return next((c.title for c in conditions() if c.name == self.declaration.group), "")

    @property
    def side(self) -> Side:
        """Where it stands among its neighbours."""
        if self.better_than >= MOST * self.of:
            return "ahead"
        return "behind" if self.better_than <= (1 - MOST) * self.of else "level"


@dataclass(frozen=True, slots=True)
class Context:
    """Something official that no input of the model stands for: what, its unit and year, here, in England, nearby."""

    what: str
    unit: str
    year: int
    own: float | None
    england: float | None
    neighbours: float | None


@dataclass(frozen=True, slots=True)
class Question:
    """A question to try: in words, why it is asked of this place, and the two scenarios that answer it."""

    title: str
    why: str
    base: Scenario
    alternative: Scenario


@dataclass(frozen=True, slots=True)
class Near:
    """A statistical neighbour: its name in the workforce table, and how close it is, in the publisher's words."""

    name: str
    closeness: str


@dataclass(frozen=True, repr=False, slots=True)
class Authority(InShort):
    """What official tables say of an authority, and what a model makes of it.

    Attributes:
        name: official name; councils that report together share one, `A / B`.
        region: the region it lies in.
        years: census years of the workforce table.
        start_year: year of the figures that a run starts from; None where there is none.
        problem: why no run can start from its newest figures; empty where one can.
        series: turnover, vacancies, agency staff and caseload over the years.
        neighbours: its statistical neighbours, the nearest first.
        inspections: judgements of its children's services since 2018, the first one first.
        standings: what it starts ahead and behind in.
        context: what else is published and helps to read the rest.
        notes: what is missing or to be read with care.
        no_neighbours: why there are no neighbours; empty where there are.
        no_judgement: why there are no inspections; empty where there are.

    """

    name: str
    region: str
    years: tuple[int, ...]
    start_year: int | None
    problem: str
    series: tuple[Series, ...]
    neighbours: tuple[Near, ...]
    inspections: tuple[Inspection, ...]
    standings: tuple[Standing, ...]
    context: tuple[Context, ...]
    notes: tuple[str, ...]
    no_neighbours: str = ""
    no_judgement: str = ""

    def in_short(self) -> dict[str, str]:
        """Return where it is, what it starts from, and what it is ahead and behind in."""
        sides = {s: [named(one.address) for one in self.standings if one.side == s] for s in ("ahead", "behind")}
        return {
            "name": self.name,
            "region": self.region,
            "starts from": str(self.start_year or self.problem),
            **{side: ", ".join(names) or "nothing" for side, names in sides.items()},
            "judgement": str(self.inspections[-1].judgement) if self.inspections else "none",
        }

    def start(self, scenario: Scenario) -> Scenario:
        """Return a scenario at this place: its figures, and its actual judgement in the month it was inspected.

        Launch follows the census, 30 September of `start_year`. An inspection within the warm-up is dated there, after
        the judgement before it; one of longer ago is the grade that the warm-up begins with. `Scenario.at` alone leaves
        the usual grade, good. A grade that the scenario sets itself stays. Raises InputError where no run can start
        here, saying why.
        """
        moved = scenario.at(self.name, self.start_year)
        year = self.start_year or 0
        seen = [i for i in self.inspections if i.began <= date(year, CENSUS_MONTH, 30)]
        if not seen or GRADE in scenario.values:
            return moved
        month = 12 * (seen[-1].began.year - year) + seen[-1].began.month - CENSUS_MONTH
        grade = grade_of(seen)
        if month < 1 - scenario.warm_up:
            return moved.change({GRADE: grade})
        before = moved.change({GRADE: grade_of(seen[:-1]) if seen[:-1] else grade})
        return before.with_event(month, "inspection", result=GRADES[grade - 1])

    @property
    def questions(self) -> tuple[Question, ...]:
        """Three questions to try, each two scenarios that start here; none where no run can start."""
        if self.problem:
            return ()
        grant, paid = (self.start(load_scenario(name)) for name in ("two-year-funding", "two-year-then-mainstreamed"))
        money = Question(
            "What is left when a two-year grant ends, and what if the council then pays?",
            "What follows a grant is for the council to decide.",
            grant,
            paid,
        )
        return (money, *self._of_standing(grant), self._of_inspection(paid))

    def question(self, count: int) -> Question:
        """Return a question by its number, from 1. Raises InputError where there is none."""
        if not self.questions:
            msg = f"no question can be asked of {self.name}: {self.problem}."
            raise InputError(msg)
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= len(self.questions):
            msg = f"questions are numbered 1 to {len(self.questions)}. Got {count!r}."
            raise InputError(msg)
        return self.questions[count - 1]

    def _of_standing(self, base: Scenario) -> tuple[Question, ...]:
        """Return the question of the input furthest behind its neighbours, or where none is, of that furthest ahead."""
        apart = [s for s in self.standings if s.address != GRADE and s.neighbours != s.own]
        if not apart:
            return ()
        worst = min(apart, key=lambda s: s.better_than)
        one = worst if worst.side == "behind" else max(apart, key=lambda s: s.better_than)
        if one.side == "level":
            one = worst
        label = named(one.address)
        asked = f"What if {label} were as in its neighbours?"
        if one.side == "ahead":
            asked = f"What if it lost its lead in {label}?"
        why = f"Here it is better than in {of_neighbours(one)} statistical neighbours."
        return (Question(asked, why, base, base.change({one.address: one.neighbours})),)

    def _of_inspection(self, base: Scenario) -> Question:
        poor = bool(self.inspections) and self.inspections[-1].grade > GRADES.index("good") + 1
        result = "good" if poor else "inadequate"
        last = self.inspections[-1] if self.inspections else None
        why = f"It was judged {last.judgement} in {last.began:%B %Y}." if last else self.no_judgement
        return Question(
            f"What if an inspection in the first year found it {result}?",
            why,
            base,
            base.with_event(ASKED_MONTH, "inspection", result=result),
        )


def named(address: str) -> str:
    """Return what to call an input that a place starts with."""
    return NAMES[address]


def of_neighbours(one: Standing) -> str:
    """Return how many neighbours it is better than, as `3 of 10`."""
    return f"{number(one.better_than)} of {one.of}"


def grade_of(seen: list[Inspection]) -> int:
    """Return the grade in force after some inspections; of councils that report together the mean, to the worse."""
    last = {i.council: i.grade for i in seen}
    return math.ceil(sum(last.values()) / len(last))


def authority(name: str) -> Authority:
    """Return what official tables say of an authority.

    `name` is an official or a short name, or a code. Raises InputError for an unknown name, with near ones, for an
    abolished authority, with what it became, and for regions and England. One that no run can start from is shown all
    the same, with the reason.
    """
    rows = every_row_of(name)
    row = rows[-1]
    if row.level != "authority":
        msg = f"{row.name} is not an authority. `conducive authorities {row.name!r}` shows its figures."
        raise InputError(msg)
    if row.year < latest():
        find(row.name)  # says what it became
    codes = {code for each in rows for code in codes_of(each)}
    names = {code: each.name for each in official_table() if each.level == "authority" for code in codes_of(each)}
    published = neighbours(codes)
    near = [Near(names[one.code], one.closeness) for one in published if one.code in names]
    near = list({one.name: one for one in reversed(near) if one.name != row.name}.values())[::-1][:10]
    usable = [each for each in rows if not each.problem()]
    years = tuple(sorted({each.year for each in official_table()}))
    start_year = usable[-1].year if usable else None
    judged = inspections(codes)
    no_neighbours = "" if near else _no_neighbours(rows, published=bool(published))
    no_judgement = "" if judged else _no_judgement(rows)
    return Authority(
        row.name,
        row.region,
        years,
        start_year,
        "" if usable else row.problem(),
        tuple(_series(figure, years, row.name, near) for figure in FIGURES),
        tuple(near),
        judged,
        tuple(_standings(row.name, start_year, near, judged)) if start_year else (),
        tuple(_context(codes, near)),
        (*_notes(rows, start_year, near), *(why for why in (no_neighbours, no_judgement) if why)),
        no_neighbours,
        no_judgement,
    )


def _no_neighbours(rows: list[AuthorityYear], *, published: bool) -> str:
    if not any(row.old_code for row in rows):
        return "Its statistical neighbours are not known: the workforce table in use has no old_la_code for it."
    if published:
        return "The workforce table in use has none of its statistical neighbours, by their old_la_code."
    return "No statistical neighbours of it are published."


def _no_judgement(rows: list[AuthorityYear]) -> str:
    if not any(row.code for row in rows):
        return "Its judgements are not known: the workforce table in use has no new_la_code for it."
    return "No judgement of it since 2018 is published."


def _by_year(name: str) -> dict[int, AuthorityYear]:
    return {row.year: row for row in every_row_of(name)}


def _series(figure: str, years: tuple[int, ...], name: str, near: list[Near]) -> Series:
    own, others = _by_year(name), [_by_year(one.name) for one in near]
    england = {row.year: row for row in official_table() if row.level == "england"}

    def at(rows: dict[int, AuthorityYear], year: int) -> float | None:
        return getattr(rows[year], figure) if year in rows else None

    return Series(
        figure,
        tuple(at(own, year) for year in years),
        tuple(at(england, year) for year in years),
        tuple(_middle([at(rows, year) for rows in others]) for year in years),
    )


def _middle(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _standings(name: str, year: int, near: list[Near], judged: tuple[Inspection, ...]) -> list[Standing]:
    """Return where a run starts beside England and the neighbours of the same year, where these are known."""
    own = starting_point(name, year)
    held = any(row.level == "england" and row.year == year and not row.problem() for row in official_table())
    england = starting_point("England", year) if held else {address: declared()[address].default for address in own}
    others = [starting_point(one.name, year) for one in near if _usable(one.name, year)]
    found = [
        _standing(address, own[address], england[address], [other[address] for other in others])
        for address in own
        if others and address.startswith("workforce_capacity.")
    ]
    grades = [float(_grade_at(one.name)) for one in near if _grade_at(one.name)]
    if judged and grades:
        found.append(_standing(GRADE, float(grade_of(list(judged))), declared()[GRADE].default, grades))
    return found


def _usable(name: str, year: int) -> bool:
    row = _by_year(name).get(year)
    return row is not None and not row.problem()


def _grade_at(name: str) -> int:
    """Return the grade in force at a place, 0 where no judgement of it is published."""
    judged = inspections({code for row in every_row_of(name) for code in codes_of(row)})
    return grade_of(list(judged)) if judged else 0


def _standing(address: str, own: float, england: float, others: list[float]) -> Standing:
    i = declared()[address]
    up = i.facilitator is not None and i.barrier is not None and i.facilitator > i.barrier
    better = sum((own > other) if up else (own < other) for other in others) + 0.5 * others.count(own)
    middle = round(median(others), 4)
    return Standing(address, own, england, float(round(middle)) if i.whole else middle, better, len(others))


def _context(codes: set[str], near: list[Near]) -> list[Context]:
    """Return children in need and spending, for each child who lives there."""
    places = [codes, {ENGLAND}, *({code for row in every_row_of(n.name) for code in codes_of(row)} for n in near)]
    children = [yearly("children", "population_estimate", its) for its in places]
    need = [yearly("children_in_need", "at31_episodes", its) for its in places]
    counted = max((year for its in children for year in its), default=0)

    def each(values: list[float | None], per: float) -> tuple[float | None, float | None, float | None]:
        found = [
            value / its[counted] * per if value is not None and its.get(counted) else None
            for value, its in zip(values, children, strict=True)
        ]
        return found[0], found[1], _middle(found[2:])

    rate = each([its.get(counted + 1) for its in need], 10_000.0)
    spent = each([spending(its) for its in places], 1.0)
    return [
        Context("Children in need at 31 March", "of 10,000 children", counted + 1, *rate),
        Context("Spent on children's social care", "GBP for each child", counted + 1, *spent),
    ]


def _notes(rows: list[AuthorityYear], start: int | None, near: list[Near]) -> list[str]:
    """Return what is missing or to be read with care."""
    name, notes = rows[-1].name, []
    if rows[0].year > min(row.year for row in official_table()):
        before = [old for old, now in successors().items() if any(part in now for part in (name, *name.split(" / ")))]
        was = f": its area was that of {' and '.join(before)}" if before else ""
        notes.append(f"It has figures from {rows[0].year} on{was}.")
    if start is None:
        notes.append(f"No run can start here: {rows[-1].problem()}.")
    elif start < latest():
        notes.append(f"A run starts from its figures of {start}: of {latest()}, {rows[-1].problem()}.")
    if near and all(one.closeness == "Not close" for one in near):
        notes.append("None of its statistical neighbours is close, in the publisher's own words.")
    if " / " in name:
        notes.append("These councils report their workforce together: figures are of both, and judgements of each.")
    if max(row.in_post or 0.0 for row in rows) <= SWING_STAFF:
        notes.append("It is so small that single people move its rates from year to year.")
    return notes
