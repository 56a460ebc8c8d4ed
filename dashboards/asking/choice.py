"""What a visitor chooses to compare: scenarios, places, what is changed in B and what happens there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking import sliders
from conducive.dashboards.asking.asked import Asked
from conducive.dashboards.asking.documents import bounded, in_library, leads_to
from conducive.dashboards.asking.places import place_typed
from conducive.dashboards.widgets.html import sentence
from conducive.experiments.compare.glance import FIRM
from conducive.experiments.compare.names import names_of
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import Event
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.kinds import KINDS
from conducive.scenarios.scenario import Scenario, declared
from conducive.scenarios.workforce import latest

DEFAULT = "two-year-funding"
ITSELF = "itself"
OWN = "own"
"""A scenario that came by an address or from a file, in the list of scenarios."""
AS_IT_IS = ""
AVERAGE = "An average English authority"
SAME = "The same as A"
LONGEST_NAME = 80
NAMES = {"name_a": 0, "name_b": 1}


@dataclass(frozen=True)
class Choice:
    """What a visitor has chosen: two scenarios to start from, places, and what is changed in the alternative.

    Attributes:
        base: the baseline, before it is moved to a place.
        other: what the alternative starts from; None for the baseline itself.
        place: authority whose figures A starts from, and B as well unless it is `elsewhere`; empty for those of the
            scenarios.
        year: census year of these.
        changes: values of the alternative by address.
        events: what happens in the alternative besides.
        seed: the seed.
        elsewhere: another place and year for B; None for where A is.
        dropped: which events of the scenario that the alternative starts from do not happen in it, by number.
        names: what the visitor calls A and B; empty for what they are called anyway.

    """

    base: Scenario
    other: Scenario | None = None
    place: str = AS_IT_IS
    year: int = field(default_factory=latest)
    changes: dict[str, float] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    seed: int = 0
    elsewhere: tuple[str, int] | None = None
    dropped: tuple[int, ...] = ()
    names: tuple[str, str] = ("", "")

    @property
    def origin(self) -> Scenario:
        """What the alternative is before anything is changed in it."""
        return _at(self.base if self.other is None else self.other, *(self.elsewhere or (self.place, self.year)))

    @property
    def asked(self) -> Asked:
        """The comparison that is asked for. Raises InputError where changes, events or names do not go together."""
        origin, base = self.origin, _at(self.base, self.place, self.year)
        base = replace(base, title=self.names[0] or base.title)
        title = self.names[1] or (base.title if self.other is None else origin.title)
        if self.names[1] and title == base.title:
            msg = f"A and B need different names. Got {title!r} for both."
            raise InputError(msg)
        alternative = origin.change(self.changes) if self.changes else origin
        kept = tuple(event for n, event in enumerate(origin.events) if n not in self.dropped)
        alternative = replace(alternative, title=title, events=(*kept, *self.events))
        return Asked(bounded(base), bounded(alternative), FIRM, self.seed)


type Choosing = Callable[[Callable[[Choice], Choice]], None]
"""Makes the next choice of the present one, and asks it. It raises InputError for a choice that cannot be."""


def _at(scenario: Scenario, place: str, year: int) -> Scenario:
    return scenario.at(place, year) if place else scenario


def chosen(asked: Asked) -> Choice:
    """Return the choice that asks for a comparison.

    Scenarios of the library are found again, with the places they were moved to, their names and what was changed in
    the alternative; others stay as they are.
    """
    found, own = in_library(asked.base), Choice(asked.base, asked.alternative, seed=asked.seed)
    start = replace(own, other=None)
    if found is not None and (found.values, found.events) == (asked.base.values, asked.base.events):
        place, year = _placed_at(asked.base)
        name = "" if asked.base.title == found.title else asked.base.title
        start = replace(start, base=load_scenario(asked.base.name), place=place, year=year, names=(name, ""))
    if asked.alternative.place != asked.base.place:
        start = replace(start, elsewhere=_placed_at(asked.alternative))
    try:
        starts = (replace(start, other=o) for o in (None, *(s for s in library() if s.name == asked.alternative.name)))
        return next(filter(None, (_changed(one, asked) for one in starts)), own)
    except InputError:  # a place that is a note, and none of the table
        return own


def _placed_at(scenario: Scenario) -> tuple[str, int]:
    """Return the place and year whose figures a scenario starts from; nowhere where it was not moved."""
    return scenario.placed or (AS_IT_IS, latest())


def _changed(start: Choice, asked: Asked) -> Choice | None:
    """Return a choice with what leads from its start to the alternative that is asked; None where nothing does."""
    origin, there = start.origin, asked.alternative
    dropped = tuple(n for n, event in enumerate(origin.events) if event not in there.events)
    kept = tuple(event for n, event in enumerate(origin.events) if n not in dropped)
    if not leads_to(replace(origin, events=kept), there):
        return None
    usual = asked.base.title if start.other is None else origin.title
    return replace(
        start,
        changes=sliders.changes_between(origin.values, there.values),
        events=there.events[len(kept) :],
        dropped=dropped,
        names=(start.names[0], "" if there.title == usual else there.title),
    )


@cache
def default() -> Choice:
    """Return what is asked before anybody has chosen: two years of funding, or six."""
    base = load_scenario(DEFAULT)
    return Choice(base, changes={"finance.funding_term": 72.0})


def start_from(search: str) -> tuple[Choice, list[str], str]:
    """Return the choice that an address asks for, what has changed since it was made, and what is wrong with it."""
    found = addresses.in_search(search)
    if not found:
        return default(), [], ""
    try:
        asked, news = addresses.read(found)
        choice = chosen(asked)
        choice.asked  # noqa: B018 it may refuse
    except InputError as error:
        return default(), [], f"{error} The page shows its usual comparison instead."
    return choice, news, ""


def picked(choice: Choice, sent: object) -> Choice:
    """Return the choice after something was picked; nothing changes where it is on no list.

    Raises InputError for a place that is none, with those that are near, and for names that cannot be.
    """
    name, value = text_in(sent, "name"), text_in(sent, "value")
    return _PICKS[name](choice, name, value) if name in _PICKS else choice


def _from(choice: Choice, name: str, value: str) -> Choice:
    """Return the choice that starts from another scenario, in A or in B."""
    scenarios = {s.name: s for s in library()}
    if name == "other" and value == ITSELF:
        return replace(choice, other=None, dropped=())
    if value not in scenarios:
        return choice
    if name == "base":
        return replace(choice, base=scenarios[value], dropped=() if choice.other is None else choice.dropped)
    return replace(choice, other=scenarios[value], changes={}, events=(), dropped=())


def _placed(choice: Choice, name: str, value: str) -> Choice:
    """Return the choice at a place that was typed, or with figures of another year."""
    if name == "year":
        return replace(choice, year=place_typed(choice.place, int(value)).year) if value.isdecimal() else choice
    if value.strip() in {AS_IT_IS, stands(choice)}:
        return replace(choice, place=AS_IT_IS, year=latest())
    found = place_typed(value)
    return replace(choice, place=found.name, year=found.year)


def _placed_elsewhere(choice: Choice, name: str, value: str) -> Choice:
    """Return the choice with B at a place of its own, or with figures of another year there."""
    if name == "there_year":
        if choice.elsewhere is None or not value.isdecimal():
            return choice
        return replace(choice, elsewhere=(choice.elsewhere[0], place_typed(choice.elsewhere[0], int(value)).year))
    if value.strip() in {"", SAME}:
        return replace(choice, elsewhere=None)
    if value.strip() == AVERAGE:
        return replace(choice, elsewhere=(AS_IT_IS, latest()) if choice.place else None)
    found = place_typed(value)
    there = (found.name, found.year)
    return replace(choice, elsewhere=None if there == (choice.place, choice.year) else there)


def _named(choice: Choice, field: str, value: str) -> Choice:
    """Return the choice with A or B called otherwise; as usual where the name is empty or the usual one."""
    which, name = NAMES[field], " ".join(value.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        msg = f"a name has {LONGEST_NAME} characters at most. You typed {len(name)}."
        raise InputError(msg)
    called = list(choice.names)
    called[which] = ""
    usual = called_by(replace(choice, names=(called[0], called[1])))[which]
    called[which] = "" if name == usual else name
    return replace(choice, names=(called[0], called[1]))


def called_by(choice: Choice) -> tuple[str, str]:
    """Return what A and B are called, without the places that tell them apart."""
    asked = choice.asked
    return names_of(asked.base, replace(asked.alternative, place=asked.base.place))


def stands(choice: Choice) -> str:
    """Return what to call the place of a scenario that is not moved."""
    return sentence(choice.base.place) if choice.base.place else AVERAGE


def _of_kind(choice: Choice, _: str, kind: str) -> Choice:
    """Return the choice in which B is of a kind of innovation, all else as it was changed."""
    if kind not in KINDS:
        return choice
    rest = {a: v for a, v in choice.changes.items() if a not in whole_kind(kind)}
    moved = {a: v for a, v in whole_kind(kind).items() if v != choice.origin[a]}
    return replace(choice, changes={**rest, **moved})


_PICKS: dict[str, Callable[[Choice, str, str], Choice]] = {
    "place": _placed,
    "year": _placed,
    "there": _placed_elsewhere,
    "there_year": _placed_elsewhere,
    "base": _from,
    "other": _from,
    "kind": _of_kind,
    **dict.fromkeys(NAMES, _named),
}
"""What becomes of a choice where something is picked from a list, by the list's name."""


def whole_kind(name: str) -> dict[str, float]:
    """Return every input that some kind of innovation sets, as a kind has it: what it leaves alone is the default."""
    addresses = sorted({address for kind in KINDS.values() for address in kind.changes})
    return {a: KINDS[name].changes.get(a, declared()[a].default) for a in addresses}


def text_in(sent: object, key: str) -> str:
    """Return a text that a browser sends under a key, short; empty where there is none."""
    found = sent.get(key) if isinstance(sent, dict) else None
    return found[:200] if isinstance(found, str) else ""
