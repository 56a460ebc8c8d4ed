"""A programme: which authorities, what money and by what rule, which innovations, and what flows between places.

A file is a TOML document, checked key by key; `load_programme` reads one, or one of the library by name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from conducive.scenarios.declaration import SWITCH, Grade, Input, meant_number, nearest_names, number
from conducive.scenarios.errors import InputError, check_texts, glimpse, quoted
from conducive.scenarios.events import GRADES
from conducive.scenarios.files import load_scenario, read_toml
from conducive.scenarios.innovations import INNOVATIONS, Innovation
from conducive.scenarios.links import CRITERIA, LINKS, link_inputs
from conducive.scenarios.scenario import Scenario, checked, declared, named_values
from conducive.scenarios.shape import known, names_in, table_in, tables_in, typed
from conducive.scenarios.short import InShort
from conducive.scenarios.tables import flat_names
from conducive.scenarios.workforce import AuthorityYear, authorities, find, latest, regions_named

PROGRAMMES = Path(__file__).with_name("programmes")
ENGLAND = "England"
FEWEST, MOST = 2, 2000
TOLERANCE = 1e-6
OURS = "Programme design"
PAC = "PAC 2022: GBP 212.8m to 94 projects, most for about two years"
TEXTS = ("name", "title", "question", "source", "compare_with")


def _money(
    name: str, meaning: str, unit: str, default: float, most: float, source: str, *, whole: bool = False
) -> Input:
    grade: Grade = "measured" if source == PAC else "assumed"
    return Input(name, meaning, unit, default, 0.0, most, None, None, 0.0, most, source, grade, whole, "funding")


FUNDING: tuple[Input, ...] = (
    _money("budget", "Money of the programme.", "GBP", 0.0, 1e11, PAC),
    _money("grant", "Money of a grant over its whole length, on average; authorities get the same for each post. "
           "0 is what the budget allows.", "GBP", 0.0, 1e10, PAC),
    _money("length", "How long a grant runs.", "months", 24.0, 240.0, PAC, whole=True),
    _money("embedding_share", "Share of a grant that may be spent on embedding rather than start-up.",
           "share of the grant", 0.3, 1.0, "Direction: paper 4.3; share is our judgement"),
    _money("match", "Money the council must put beside each pound of a grant.", "GBP", 0.0, 10.0, OURS),
    _money("publish_failures", "Failures of funded innovations whose evaluation is published.", "share", 0.0, 1.0,
           "Paper 4.1: failures disappear almost without trace"),
    _money("learning_network", "Money for passing on what was learned, for the whole sector.", "GBP a year", 0.0, 1e9,
           OURS),
    _money("coaches", "Money for coaches who stand by wherever an innovation runs.", "GBP a year", 0.0, 1e9,
           OURS),
    _money("support_years", "Years for which network and coaches are paid.", "years", 10.0, 50.0, OURS),
)  # fmt: skip
"""What a programme pays for."""

GRANTS = Input("grants", "Grants in all, shared out over the rounds as the programme has them.", "grants", 1.0, 1.0,
               1e5, None, None, 1.0, 1e5, OURS, "assumed", whole=True, group="rounds")  # fmt: skip
"""Grants over all rounds: what `change` takes beside the numbers of funding, criteria and links."""


@dataclass(frozen=True, slots=True)
class Round:
    """A round of a programme: bids are judged at the end of a month (0 is launch), and so many grants given."""

    month: int
    grants: int


@dataclass(frozen=True, slots=True)
class Place:
    """One authority of a sector: its name, its region and its three-digit code, where the official table has one."""

    name: str
    region: str
    code: str = ""
    invented: bool = False
    """Whether it starts from an average authority, and not from published figures."""


@dataclass(frozen=True, repr=False)
class Programme(InShort):
    """A programme for a sector of authorities. Make one with `load_programme`; derive others with `change`."""

    name: str
    title: str = ""
    question: str = ""
    source: str = ""
    compare_with: str = ""
    scenario: Scenario = field(default_factory=lambda: load_scenario("baseline"))
    places: tuple[Place, ...] = ()
    year: int | None = None
    vary: bool = True
    funding: Mapping[str, float] = field(default_factory=dict)
    rounds: tuple[Round, ...] = ()
    criteria: Mapping[str, float] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    links: Mapping[str, bool] = field(default_factory=dict)
    settings: Mapping[str, float] = field(default_factory=dict)
    innovations: tuple[Innovation, ...] = INNOVATIONS
    claims: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        """Check that its texts can be shown."""
        check_texts(self)

    def __getitem__(self, address: str) -> float:
        """Value of a number of the funding or of a link, by address such as `funding.length` or `people.moves`."""
        group, _, name = address.partition(".")
        if group == "funding":
            return self.funding.get(name, next(i.default for i in FUNDING if i.name == name))
        return self.settings.get(address, link_inputs()[address].default)

    def on(self, link: str) -> bool:
        """Whether a link acts."""
        return self.links.get(link, True)

    @property
    def horizon(self) -> int:
        """Months simulated after launch."""
        return self.scenario.horizon

    @property
    def told(self) -> Scenario:
        """What an authority lives, in the words of the programme."""
        return replace(self.scenario, **{key: getattr(self, key) for key in TEXTS})

    @property
    def grants(self) -> int:
        """Grants over all rounds."""
        return sum(r.grants for r in self.rounds)

    @property
    def support(self) -> float:
        """Money for network and coaches together, GBP."""
        return (self["funding.learning_network"] + self["funding.coaches"]) * self["funding.support_years"]

    @property
    def grant(self) -> float:
        """Money of a grant over its whole length, on average, GBP."""
        return self["funding.grant"] or (self["funding.budget"] - self.support) / max(1, self.grants)

    def without_links(self) -> Programme:
        """Return the programme with every link off: each authority on its own."""
        return replace(self, links=MappingProxyType({link.name: False for link in LINKS}))

    def change(self, changes: Mapping[str, object]) -> Programme:
        """Return a programme with other numbers, by address: `funding.length`, `people.moves`, `links.word`, inputs.

        Raises InputError for what is unknown or out of range.
        """
        document: dict[str, Any] = {}
        inputs: dict[str, object] = {}
        for address, value in named_values(changes).items():
            group, _, name = address.partition(".")
            if name and (group in OWN or group in {link.name for link in LINKS}):
                document.setdefault(group, {})[name] = value
            else:
                inputs[address] = value
        rounds = document.pop("rounds", {})
        known("rounds", rounds, [GRANTS.name])
        changed = _numbers(self, document)
        if rounds:
            changed = replace(changed, rounds=_shared_out(self.rounds, int(GRANTS.check(rounds[GRANTS.name]))))
        return _consistent(replace(changed, scenario=self.scenario.change(inputs)))

    def at(self, places: object) -> Programme:
        """Return the programme for other authorities: `England`, a list of names, or how many to invent."""
        return _consistent(replace(self, places=chosen(places, self.year)))

    def in_short(self) -> dict[str, str]:
        """Return what it is called, for how many authorities, and its money."""
        return {
            "programme": self.title or self.name,
            "authorities": f"{len(self.places)}",
            "grants": f"{self.grants} of {number(self['funding.length'])} months",
            "budget": f"GBP {number(self['funding.budget'])}",
            "links": ", ".join(link.name for link in LINKS if self.on(link.name)) or "none",
        }


OWN = frozenset({"funding", "links", "criteria", "rounds"})
"""Tables of a programme itself, apart from those of links."""
NOT_ITS_OWN = ("finance", "funder", "organisation", "coefficients", "mechanisms")
"""Groups of inputs that an innovation cannot set."""


def load_programme(source: str | Path | Mapping[str, Any] | Programme, *, placed: bool = True) -> Programme:
    """Return the programme of a library name, a path to a TOML file, a dict shaped like one, or a programme itself.

    One that is not `placed` has no authorities until `Programme.at` gives it some: those of its file are not read.
    Raises InputError for unknown names and keys, wrong types, values out of range, and what does not go together.
    """
    if isinstance(source, Programme):
        return source
    if isinstance(source, Mapping):
        return programme_from(source, "programme", placed=placed)
    if not isinstance(source, str | os.PathLike):
        msg = (
            f"a programme must be a library name, a path to a TOML file, a dict or a Programme. Got {glimpse(source)}."
        )
        raise InputError(msg)
    path = Path(source)
    if isinstance(source, str) and not re.search(r"[/\\]|\.toml$", source, re.IGNORECASE):
        name = source.strip().casefold().replace(" ", "-").replace("_", "-")
        path = PROGRAMMES / f"{name}.toml"
        if name not in programme_names():
            near = nearest_names(source[:80], programme_names())
            msg = f"{source[:80]!r} is not a programme of the library.{near} They are {', '.join(programme_names())}."
            raise InputError(msg)
    try:
        return programme_from(read_toml(path), path.stem, placed=placed)
    except InputError as error:
        msg = f"{path}: {error}"
        raise InputError(msg) from None


def check_placed(programme: Programme) -> None:
    """Raise InputError for a programme without authorities."""
    if not programme.places:
        msg = (
            f"{programme.name} has no authorities: give authorities={ENGLAND!r}, a list of names, or how many to "
            "invent."
        )
        raise InputError(msg)


@cache
def programme_inputs() -> Mapping[str, Input]:
    """Every number of a programme by address, apart from those of its scenario: what a sweep of programmes may vary."""
    weights = [Input(n, meaning, "weight", 0.0, 0.0, 1.0, None, None, 0.0, 1.0, OURS, "assumed", group="criteria")
               for n, meaning in CRITERIA.items()]  # fmt: skip
    switches = [Input(link.name, link.meaning, SWITCH, 1.0, 0.0, 1.0, None, None, 0.0, 1.0, OURS, "assumed", whole=True,
                      group="links") for link in LINKS]  # fmt: skip
    own = {i.address: i for i in (*FUNDING, GRANTS, *weights, *switches)}
    return MappingProxyType({**own, **link_inputs()})


@cache
def programme_names() -> list[str]:
    """Names of the programmes that come with the package."""
    return sorted(path.stem for path in PROGRAMMES.glob("*.toml"))


KEYS = (
    *TEXTS, "scenario", "authorities", "year", "vary", "funding", "round", "criteria", "eligible", "links", "set",
    "innovation", "claim", *(link.name for link in LINKS),
)  # fmt: skip


def programme_from(document: Mapping[str, Any], name: str, *, placed: bool = True) -> Programme:
    """Make the programme of a document. Raises InputError as `load_programme` does."""
    known("", document, KEYS)
    for key in TEXTS:
        typed(key, document.get(key, ""), str, "text")
    scenario = load_scenario(document.get("scenario", "baseline")).change(
        flat_names(table_in("set", document.get("set", {})))
    )
    year = document.get("year")
    typed("year", year if year is not None else latest(), int, "a census year")
    eligible = table_in("eligible", document.get("eligible", {}))
    known("eligible", eligible, ("regions", "grades"))
    texts = {"name": name, **{key: document[key] for key in TEXTS if document.get(key)}}
    programme = Programme(
        **texts,
        scenario=scenario,
        places=chosen(document.get("authorities", ENGLAND), year) if placed else (),
        year=year,
        vary=typed("vary", document.get("vary", True), bool, "true or false"),
        rounds=tuple(_round(n, each) for n, each in enumerate(tables_in("round", document.get("round", ())), 1)),
        regions=tuple(names_in("eligible.regions", eligible.get("regions", ()), None)),
        grades=tuple(names_in("eligible.grades", eligible.get("grades", ()), GRADES)),
        innovations=tuple(
            _innovation(n, each) for n, each in enumerate(tables_in("innovation", document.get("innovation", ())), 1)
        )
        or INNOVATIONS,
        claims=tuple(_claim(n, each) for n, each in enumerate(tables_in("claim", document.get("claim", ())), 1)),
    )
    return _consistent(_numbers(programme, document))


def chosen(asked: object, year: int | None = None) -> tuple[Place, ...]:
    """Return the authorities asked for: `England`, names of authorities or regions, or a number of invented ones."""
    if isinstance(asked, int) and not isinstance(asked, bool):
        if not FEWEST <= asked <= MOST:
            msg = f"authorities must be {FEWEST} to {MOST} where they are invented. Got {asked}."
            raise InputError(msg)
        each = range(1, asked + 1)
        return tuple(Place(f"Authority {n:04d}", f"Region {1 + (n - 1) * 9 // asked}", invented=True) for n in each)
    names = [asked] if isinstance(asked, str) else asked
    if not isinstance(names, Sequence) or not all(isinstance(each, str) for each in names):
        msg = f"authorities must be {ENGLAND!r}, a list of names, or how many to invent. Got {glimpse(asked)}."
        raise InputError(msg + quoted(asked))
    usable = authorities(year if year is not None else latest())
    found: list[AuthorityYear] = []
    for each in names:
        area, regions = regions_named(each)
        found += [row for row in usable if row.region in regions] if area else [find(each, year)]
    places = {row.name: Place(row.name, row.region, row.old_code) for row in found}
    if len(places) < FEWEST:
        one = next(iter(places), "none")
        msg = f"a sector has {FEWEST} authorities or more. Got {one}. For one alone, `conducive run --authority` is it."
        raise InputError(msg)
    return tuple(places[each] for each in sorted(places))


def _numbers(programme: Programme, document: Mapping[str, Any]) -> Programme:
    """Return a programme with the numbers of some tables: funding, criteria, links and what they act by."""
    amounts = {i.name: i for i in FUNDING}
    funding = table_in("funding", document.get("funding", {}))
    known("funding", funding, amounts)
    switches = table_in("links", document.get("links", {}))
    known("links", switches, [link.name for link in LINKS])
    weights = table_in("criteria", document.get("criteria", {}))
    known("criteria", weights, CRITERIA)
    settings: dict[str, float] = {}
    for link in LINKS:
        table = table_in(link.name, document.get(link.name, {}))
        known(link.name, table, [i.name for i in link.inputs])
        settings |= {f"{link.name}.{k}": link_inputs()[f"{link.name}.{k}"].check(v) for k, v in table.items()}
    for key, value in weights.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            msg = f"criteria.{key} must be a weight from 0 to 1. Got {glimpse(value)}.{meant_number(value)}"
            raise InputError(msg)
    for key, value in switches.items():
        typed(f"links.{key}", value, bool, "true or false")
    return replace(
        programme,
        funding=MappingProxyType({**programme.funding, **{k: amounts[k].check(v) for k, v in funding.items()}}),
        criteria=MappingProxyType({**programme.criteria, **{k: float(v) for k, v in weights.items()}}),
        links=MappingProxyType({**programme.links, **switches}),
        settings=MappingProxyType({**programme.settings, **settings}),
    )


def _consistent(programme: Programme) -> Programme:
    """Return a programme whose parts go together. Raises InputError saying which do not."""
    _check_money(programme)
    if programme.on("funders") and programme.rounds and not programme.on("choice"):
        msg = "links.funders needs links.choice: a grant is for an innovation that was chosen. Turn both off."
        raise InputError(msg)
    names = [each.name for each in programme.innovations]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        msg = f"every innovation must have a name of its own. Got {twice!r} twice."
        raise InputError(msg)
    total = sum(programme.criteria.values())
    if programme.criteria and abs(total - 1.0) > TOLERANCE:
        scaled = {k: round(v / total, 3) for k, v in programme.criteria.items()} if total else {"need": 1.0}
        msg = f"the weights of criteria must add up to 1. Got {number(total)}. Did you mean {scaled}?"
        raise InputError(msg)
    if programme.places:
        _check_places(programme)
    for each in programme.rounds:
        if each.month >= programme.horizon:
            last = programme.horizon - 1
            msg = f"the month of a round must be 0 to {last}. Got {each.month}. Did you mean {last}?"
            raise InputError(msg)
    months = [each.month for each in programme.rounds]
    if months != sorted(set(months)):
        msg = f"rounds must stand in order, one a month. Got months {months}. Did you mean {sorted(set(months))}?"
        raise InputError(msg)
    return programme


def _shared_out(rounds: Sequence[Round], grants: int) -> tuple[Round, ...]:
    """Return rounds that give so many grants in all, each its share of them; a round that would give none is left out.

    Raises InputError where there are no rounds.
    """
    if not rounds:
        msg = "rounds.grants needs a programme with rounds: this one gives no grants."
        raise InputError(msg)
    total, so_far, given, found = sum(each.grants for each in rounds), 0, 0, []
    for each in rounds:
        so_far += each.grants
        upto = round(grants * so_far / total)
        if upto > given:
            found.append(Round(each.month, upto - given))
        given = upto
    return tuple(found)


def _check_places(programme: Programme) -> None:
    """Raise InputError for regions without authorities, and for rounds with more grants than authorities may bid."""
    regions = {place.region for place in programme.places}
    for region in programme.regions:
        if region not in regions:
            hint = nearest_names(region, sorted(regions))
            msg = f"eligible.regions: {region!r} is the region of no authority here.{hint}"
            raise InputError(msg)
    most = len([p for p in programme.places if not programme.regions or p.region in programme.regions])
    for each in programme.rounds:
        if each.grants > most:
            msg = f"a round gives more grants than there are authorities to bid: {each.grants}, and {most} may bid."
            raise InputError(msg)


def _check_money(programme: Programme) -> None:
    """Raise InputError for a programme that spends more than it has, or has nothing to give."""
    budget, support = programme["funding.budget"], programme.support
    spent = support + programme.grants * programme["funding.grant"]
    if spent > budget * (1 + TOLERANCE):
        parts = f"{programme.grants} grants of {number(programme['funding.grant'])} and {number(support)} for support"
        msg = f"the programme spends GBP {number(spent)} ({parts}), more than its budget of {number(budget)}."
        raise InputError(msg)
    if programme.grants and programme.grant <= 0:
        msg = "the programme has grants to give and no money for them. Give funding.budget, or no rounds."
        raise InputError(msg)
    if programme.grants and programme["funding.length"] < 1:
        msg = "funding.length must be 1 to 240 months where grants are given. Got 0. Did you mean 24?"
        raise InputError(msg)


def _round(position: int, table: Mapping[str, Any]) -> Round:
    known(f"round {position}", table, ("month", "grants"))
    for key, least in (("month", 0), ("grants", 1)):
        value = table.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            msg = f"round {position}: {key} must be a whole number, {least} or more. Got {glimpse(value)}."
            raise InputError(msg)
    return Round(table["month"], table["grants"])


def _innovation(position: int, table: Mapping[str, Any]) -> Innovation:
    where = f"innovation {position}"
    own = {i.name: i.address for i in declared().values() if i.group in {"innovation", "innovation_design"}}
    known(where, table, ("name", "claim", "meaning", "set", *own))
    typed(f"{where}: name", table.get("name"), str, "text")
    claim = table.get("claim", 0.5)
    if isinstance(claim, bool) or not isinstance(claim, int | float) or not 0 <= claim <= 1:
        msg = f"{where}: claim must be a share, 0 to 1. Got {glimpse(claim)}.{meant_number(claim)}"
        raise InputError(msg)
    changes = {own[key]: value for key, value in table.items() if key in own}
    try:
        values = checked({**changes, **flat_names(table_in("set", table.get("set", {})))})
    except InputError as error:
        msg = f"{where}: {error}"
        raise InputError(msg) from None
    for address in values:
        if address.partition(".")[0] in NOT_ITS_OWN or "." not in address:
            msg = f"{where}: {address} is not for an innovation to set: it belongs to the programme or the scenario."
            raise InputError(msg)
    return Innovation(table["name"], float(claim), table.get("meaning", ""), MappingProxyType(values))


def _claim(position: int, table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a claim: what it says and where from, an indicator of the sector, and a bound of its difference."""
    where = f"claim {position}"
    known(where, table, ("says", "source", "indicator", "at", "against", "above", "below"))
    for key in ("says", "source", "indicator", "against"):
        typed(f"{where}: {key}", table.get(key), str, "text")
    for key in ("at", "above", "below"):
        if key in table and (isinstance(table[key], bool) or not isinstance(table[key], int | float)):
            msg = f"{where}: {key} must be a number. Got {glimpse(table[key])}."
            raise InputError(msg)
    if ("above" in table) == ("below" in table):
        msg = f"{where} must have one bound, above or below. Got {'both' if 'above' in table else 'neither'}."
        raise InputError(msg)
    return MappingProxyType(dict(table))
