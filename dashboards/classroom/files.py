"""Lessons as data: what a lesson is, and the files of `curriculum` that hold one each.

A file is checked when it is read: an error names the file, the field, what is wrong with its value, and what is near.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from conducive.scenarios.claims import Claim, claim_from
from conducive.scenarios.conditions import CONDITIONS
from conducive.scenarios.declaration import Condition, nearest_names
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.files import library_names, load_scenario, read_toml
from conducive.scenarios.indicators import INDICATORS
from conducive.scenarios.scenario import Scenario

CURRICULUM = Path(__file__).with_name("curriculum")
YEARS = 10
HORIZON = 12 * YEARS
NO_DIFFERENCE = "No difference between them that matters, or none that can be told"
WITHDRAWN = "An answer that this version of the lesson no longer offers"

type Text = Annotated[str, Field(min_length=1)]
type Texts = Annotated[tuple[Text, ...], Field(min_length=1)]
type Position = Annotated[float, Field(ge=0, le=1)]
type Month = Annotated[int, Field(ge=1, le=HORIZON)]
type Measured = Literal[tuple(i.name for i in INDICATORS)]  # type: ignore[valid-type]
type ConditionName = Literal[tuple(c.name for c in CONDITIONS)]  # type: ignore[valid-type]
SHAPE = ConfigDict(extra="forbid", strict=False)


@dataclass(frozen=True, config=SHAPE)
class Arm:
    """One side of a lesson: a scenario of the library, and what is changed in it.

    Attributes:
        name: what the file calls it.
        label: what pages call it.
        scenario: a scenario of the library.
        set: inputs and conditions that differ, by dotted name.
        event: what happens in it, as the events of a scenario file.
        every_condition: position to which all conditions are moved, before `set`; None where they stay.
        picked: position to which the conditions that a group picked are moved; None where its picks play no part.
        rival: whether it is one of those among which the lesson asks for the best.

    """

    name: Text
    label: Text
    scenario: Text
    set: Mapping[str, float] = Field(default_factory=dict)
    event: tuple[Mapping[str, Any], ...] = ()
    every_condition: Position | None = None
    picked: Position | None = None
    rival: bool = True

    def made(self, picks: tuple[str, ...] = ()) -> Scenario:
        """Return its scenario under the picks of a group, called as it is. Raises InputError as `change` does."""
        everywhere = {} if self.every_condition is None else dict.fromkeys(_names(), self.every_condition)
        scenario = load_scenario(self.scenario).change({"horizon": HORIZON} | everywhere | dict(self.set))
        if self.picked is not None:
            scenario = scenario.change(dict.fromkeys(picks, self.picked))
        for event in self.event:
            given = {key: value for key, value in event.items() if key not in {"month", "name", "set"}}
            scenario = scenario.with_event(event["month"], event.get("set") or event.get("name", ""), **given)
        return replace(scenario, title=self.label, question="", source="", compare_with="", claims=())


@dataclass(frozen=True, config=SHAPE)
class Picks:
    """Conditions among which a group chooses, how many, and an example under which claims are held."""

    ask: Text
    conditions: tuple[ConditionName, ...]
    count: Annotated[int, Field(ge=1)]
    example: tuple[ConditionName, ...]


@dataclass(frozen=True, config=SHAPE)
class Shown:
    """A small chart over time: an indicator of all arms, and the question that it answers."""

    indicator: Measured
    asks: Text


@dataclass(frozen=True, config=SHAPE)
class Step:
    """A part of a teacher's plan."""

    minutes: Annotated[int, Field(ge=1)]
    does: Text


@dataclass(frozen=True, config=ConfigDict(arbitrary_types_allowed=True))
class Point:
    """What comes out of a lesson: a claim on one of its arms, against another or itself, and why it comes about."""

    arm: Text
    why: Text
    claim: Claim


@dataclass(frozen=True, config=SHAPE)
class Lesson:
    """A lesson. `measure` is what arms are judged by, over the months of `window`; `also` is shown beside it.

    Attributes:
        sketch: what a group draws: the measure of the arm `sketched` (its place among the arms), by year.
        top: top of the axis on which it is drawn.
        choose: the question whose answer is one of the rivals.
        people: months in which what `counts` is shown as dots, one for each of forty people.
        counts: the share of people that is shown so; the measure where None.
        chart: what is shown over time beside the measure.
        plan: what a teacher does, in minutes.
        claim: what comes out, held over plausible sets by a test.

    """

    name: Text
    title: Text
    question: Text
    source: Text
    minutes: int
    reading: Texts
    arm: Annotated[tuple[Arm, ...], Field(min_length=2)]
    measure: Measured
    window: tuple[Month, Month]
    also: tuple[Measured, ...]
    sketch: Text
    sketched: int
    choose: Text
    prompts: Texts
    notes: Texts
    chart: Annotated[tuple[Shown, ...], Field(min_length=2, max_length=3)]
    plan: Annotated[tuple[Step, ...], Field(min_length=1)]
    claim: Annotated[tuple[Point, ...], Field(min_length=1)]
    people: Annotated[tuple[Month, ...], Field(min_length=1)]
    top: Annotated[float, Field(gt=0, le=1)] = 1.0
    counts: Measured | None = None
    picks: Picks | None = None

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Its sides."""
        return self.arm

    @property
    def rivals(self) -> tuple[int, ...]:
        """Places of the arms among which the best is asked for."""
        return tuple(n for n, arm in enumerate(self.arm) if arm.rival)

    @property
    def options(self) -> tuple[str, ...]:
        """What can be chosen: a rival, or that none is clearly ahead."""
        return (*(self.arm[n].label for n in self.rivals), NO_DIFFERENCE)

    def option(self, choice: int) -> str:
        """Return what a group chose, also where it did so in a version that offered something else."""
        return self.options[choice] if 0 <= choice < len(self.options) else WITHDRAWN

    @property
    def indicators(self) -> tuple[str, ...]:
        """What is averaged over the window, the measure first."""
        return (self.measure, *self.also)

    @property
    def over_time(self) -> tuple[str, ...]:
        """What is read month by month beside the measure."""
        return tuple(dict.fromkeys((*(shown.indicator for shown in self.chart), *filter(None, [self.counts]))))

    @property
    def pickable(self) -> tuple[Condition, ...]:
        """Conditions among which a group chooses."""
        names = self.picks.conditions if self.picks else ()
        return tuple(c for c in CONDITIONS if c.name in names)

    def offers(self, picks: Sequence[str]) -> bool:
        """Whether a group can pick these here; those of another version may have gone."""
        return {*picks} <= {c.name for c in self.pickable}

    def scenarios(self, picks: Any = ()) -> list[Scenario]:
        """Return the scenario of each arm, under the picks of a group."""
        return [arm.made(tuple(picks)) for arm in self.arm]

    def claiming(self) -> list[Scenario]:
        """Return the scenario of each arm, named as the arm and with the claims on it: `claims.hold` holds them."""
        example = self.picks.example if self.picks else ()
        return [
            replace(s, name=arm.name, claims=tuple(p.claim for p in self.claim if p.arm == arm.name))
            for arm, s in zip(self.arm, self.scenarios(example), strict=True)
        ]


def read_lesson(path: Path) -> Lesson:
    """Read and check the file of a lesson. Raises InputError naming the file, the field and what is wrong."""
    try:
        found = _lesson(read_toml(path), path.stem)
        trouble = next(_troubles(found), "")
    except InputError as error:
        trouble = str(error)
    if trouble:
        msg = f"{path.name}: {trouble}"
        raise InputError(msg)
    return found


def _lesson(document: dict[str, Any], name: str) -> Lesson:
    arms = [arm.get("name") for arm in document.get("arm", ()) if isinstance(arm, dict)]
    sketched = document.get("sketched")
    if sketched not in arms:
        raise InputError(_no_arm("sketched", sketched, arms))
    points = [_point(n, row, arms) for n, row in enumerate(document.get("claim", ()), 1)]
    try:
        return TypeAdapter(Lesson).validate_python(
            document | {"name": name, "sketched": arms.index(sketched), "claim": points}
        )
    except ValidationError as error:
        raise InputError(_told(error)) from None


def _point(row: int, table: Mapping[str, Any], arms: list[Any]) -> Point:
    """Return the claim of a row, with its arm and why."""
    where = f"claim {row}: "
    for key in ("arm", "why"):
        if not isinstance(table.get(key), str) or not table[key].strip():
            msg = f"{where}{key} must be text. Got {glimpse(table.get(key))}."
            raise InputError(msg)
    for key in ("arm", "against"):
        if table.get(key, arms[0]) not in arms:
            raise InputError(_no_arm(f"{where}{key}", table[key], arms))
    try:
        claim = claim_from({key: value for key, value in table.items() if key not in {"arm", "why"}})
    except InputError as error:
        msg = f"{where}{error}"
        raise InputError(msg) from None
    if (last := max(claim.when[1], claim.against_when[1])) > HORIZON:
        msg = f"{where}months must lie within 1 to {HORIZON}. Got {last}. Did you mean {HORIZON}?"
        raise InputError(msg)
    return Point(table["arm"], table["why"], claim)


def _no_arm(where: str, got: object, arms: list[Any]) -> str:
    hint = nearest_names(str(got)[:80], [str(arm) for arm in arms])
    return f"{where} must be the name of an arm. Got {glimpse(got)}.{hint} Arms are {', '.join(map(str, arms))}."


def _told(error: ValidationError) -> str:
    """Return the first thing that does not have the shape of a lesson, in words."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"])
    if first["type"] == "missing":
        return f"{where} must be given."
    known = list(Lesson.__dataclass_fields__) if len(first["loc"]) == 1 else []
    if first["type"] == "unexpected_keyword_argument":
        return f"{where} is not a key of a lesson.{nearest_names(str(first['loc'][-1])[:80], known)}"
    if first["type"] == "literal_error":
        names = [i.name for i in INDICATORS] + _names()
        return f"{where} {glimpse(first['input'])} is not known.{nearest_names(str(first['input'])[:80], names)}"
    return f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}. Got {glimpse(first['input'])}."


def _troubles(of: Lesson) -> Iterator[str]:
    """What does not go together, in words."""
    names = [arm.name for arm in of.arm]
    if len(set(names)) < len(names):
        yield f"arms must have different names. Got {', '.join(names)}."
    for arm in of.arm:
        if arm.scenario not in library_names():
            hint = nearest_names(arm.scenario[:80], library_names())
            yield f"arm {arm.name!r}: scenario {glimpse(arm.scenario)} is not one of the library.{hint}"
            return
    if of.window[0] > of.window[1]:
        yield f"window must be a first and a last month. Got {of.window[0]} and {of.window[1]}."
    if len(of.rivals) < 2:  # noqa: PLR2004 one against another
        yield f"two arms or more must be rivals. Got {len(of.rivals)}."
    if (planned := sum(step.minutes for step in of.plan)) != of.minutes:
        yield f"minutes must be those of the plan. Got {of.minutes}. Did you mean {planned}?"
    if of.picks:
        known = set(of.picks.example) & set(of.picks.conditions)
        if not len(known) == len(of.picks.example) == of.picks.count:
            yield f"picks.example must be {of.picks.count} different conditions of the list. Got {len(known)}."
    try:
        of.claiming()
    except (InputError, KeyError) as error:
        yield f"an arm cannot be made: {error}"


def _names() -> list[str]:
    return [c.name for c in CONDITIONS]
