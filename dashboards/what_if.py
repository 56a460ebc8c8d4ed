"""What if?: a baseline and an alternative side by side, which anybody can change, share, take away and make again."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast

import solara

from conducive.dashboards import address as addresses
from conducive.dashboards import levers
from conducive.dashboards.address import Asked, Swept
from conducive.dashboards.parts import (
    GLOSSARY,
    Answer,
    Download,
    Empty,
    Loading,
    Note,
    Press,
    Trouble,
    explained,
    heading,
    jump,
    prose,
    sentence,
    tag,
    term,
    use_answers,
)
from conducive.dashboards.warm import READY
from conducive.dashboards.work import POOL, Cache, Following, Job
from conducive.experiments.comparison import Comparison
from conducive.experiments.dependence import PAIRS, Dependence, dependence
from conducive.experiments.ensemble import Ensemble
from conducive.experiments.glance import FIRM, STEPS, glance, growing, marks
from conducive.experiments.words import happening, several
from conducive.scenarios.conditions import conditions
from conducive.scenarios.declaration import number
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import EVENTS, GRADES, Event
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.scenario import Scenario, declared
from conducive.scenarios.workforce import LATEST, authorities

DEFAULT = "two-year-funding"
ITSELF = "itself"
OWN = "own"
"""A scenario that came by an address or from a file, in the list of scenarios."""
AS_IT_IS = ""
ROOM_FOR_LIVES = 150e6  # bytes
ROOM_FOR_ANSWERS = 300
RUNS_OF_BRIEFING = 2 * FIRM + 4 * len(conditions()) * PAIRS
"""Runs that a briefing takes, about: the comparison's, and those that show what it depends on."""
STEPS_OF = {"funding_ends": "Funding ends", "coaching_starts": "Coaching starts"}


def _bytes(ensemble: Ensemble) -> float:
    return float(sum(life.monthly.nbytes + life.ledger.nbytes for life in ensemble.lives))


LIVES: Cache[Ensemble] = Cache(ROOM_FOR_LIVES, _bytes)
ANSWERS: Cache[dict[str, Any]] = Cache(ROOM_FOR_ANSWERS)
DEPENDS: Cache[Dependence] = Cache(ROOM_FOR_ANSWERS)
UNDER_WAY: Following[dict[str, Any]] = Following()


# ---- What is asked -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """What a visitor has chosen: two scenarios to start from, a place, and what is changed in the alternative.

    Attributes:
        base: the baseline, before it is moved to a place.
        other: what the alternative starts from; None for the baseline itself.
        place: authority whose figures both start from; empty for those of the scenarios.
        year: census year of these.
        changes: values of the alternative by address.
        events: what happens in the alternative besides.
        seed: the seed.

    """

    base: Scenario
    other: Scenario | None = None
    place: str = AS_IT_IS
    year: int = LATEST
    changes: dict[str, float] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    seed: int = 0

    def at(self, scenario: Scenario) -> Scenario:
        """Return a scenario at the chosen place."""
        return scenario.at(self.place, self.year) if self.place else scenario

    @property
    def origin(self) -> Scenario:
        """What the alternative is before anything is changed in it."""
        return self.at(self.base if self.other is None else self.other)

    @property
    def asked(self) -> Asked:
        """The comparison that is asked for. Raises InputError where changes and events do not go together."""
        origin = self.origin
        alternative = origin.change(self.changes) if self.changes else origin
        alternative = replace(alternative, events=(*alternative.events, *self.events))
        return Asked(addresses.bounded(self.at(self.base)), addresses.bounded(alternative), FIRM, self.seed)


def chosen(asked: Asked) -> Choice:
    """Return the choice that asks for a comparison.

    Scenarios of the library are found again, with the place they were moved to and what was changed in the
    alternative; others stay as they are.
    """
    found = addresses.in_library(asked.base)
    base, place, year = asked.base, AS_IT_IS, LATEST
    if found is not None and (found.values, found.events) == (asked.base.values, asked.base.events):
        base = load_scenario(asked.base.name)
        if asked.base.place:
            place, _, last = asked.base.place.rpartition(", ")
            year = int(last)
    start = Choice(base, None, place, year, seed=asked.seed)
    for other in (None, *(s for s in library() if s.name == asked.alternative.name)):
        origin = replace(start, other=other).origin
        if addresses.leads_to(origin, asked.alternative):
            changes = levers.changes_between(origin.values, asked.alternative.values)
            return replace(start, other=other, changes=changes, events=asked.alternative.events[len(origin.events) :])
    return Choice(asked.base, asked.alternative, seed=asked.seed)


@cache
def default() -> Choice:
    """Return what is asked before anybody has chosen: two years of funding, or six."""
    base = load_scenario(DEFAULT)
    return Choice(base, changes={"finance.funding_term": 72.0})


# ---- Answers -------------------------------------------------------------------------------------------------------


def key_of(scenario: Scenario, seed: int) -> str:
    """Return what tells one scenario and seed from another."""
    return f"{seed} {json.dumps(addresses.document(scenario), sort_keys=True)}"


def answers(asked: Asked, visitor: str, job: Job) -> Iterator[dict[str, Any]]:
    """Yield what there is to say of a comparison, firmer and firmer; from the cache where it is known."""
    key = asked_key(asked)
    known = ANSWERS.get(key)
    if known:
        yield known
        return
    yield from UNDER_WAY.follow(key, lambda shared: _answers(asked, visitor, shared), job)


def _answers(asked: Asked, visitor: str, job: Job) -> Iterator[dict[str, Any]]:
    for comparison in _comparisons(asked, visitor, job):
        found = glance(comparison)
        if comparison.pairs == FIRM:
            ANSWERS.put(asked_key(asked), found)
        yield found


def _comparisons(asked: Asked, visitor: str, job: Job, steps: Sequence[int] = STEPS) -> Iterator[Comparison]:
    """Yield growing comparisons; lives that somebody has waited for already are not lived again."""
    hurry = steps[0] < FIRM
    both = (asked.base, asked.alternative)
    keys = [key_of(scenario, asked.seed) for scenario in both]
    kept = [LIVES.get(key) or Ensemble(s, asked.seed, 0, ()) for key, s in zip(keys, both, strict=True)]
    steps = [n for n in steps if n == FIRM or any(len(e.lives) < n for e in kept)]
    for comparison in growing(
        *both, asked.seed, steps=steps, executor=lambda step: POOL.share(visitor, urgent=hurry and step == 0),
        progress=job.advance, earlier=kept,
    ):  # fmt: skip
        for key, before, now in zip(keys, kept, (comparison.base, comparison.alternative), strict=True):
            if len(now.lives) > len(before.lives):
                LIVES.put(key, now)
        yield comparison


def firm(asked: Asked, visitor: str, job: Job | None = None) -> Comparison:
    """Return the firm comparison, for a file to take away."""
    *_, last = _comparisons(asked, visitor, job or Job(), (FIRM,))
    return last


def depends_on(asked: Asked, comparison: Comparison, visitor: str, job: Job) -> Dependence:
    """Return what a firm answer depends on; from the cache where it is known."""
    key = asked_key(asked)
    found = DEPENDS.get(key)
    if found is None:
        found = dependence(comparison, executor=POOL.share(f"{visitor} briefing"), progress=job.advance)
        DEPENDS.put(key, found)
    return found


def prepare() -> None:
    """Have the answer ready that a first visitor sees."""
    for _ in answers(default().asked, "", Job()):
        pass


# ---- Widgets -------------------------------------------------------------------------------------------------------


@solara.component_vue("choose.vue")
def Choose(fields: list[dict[str, Any]], event_pick: Callable[[Any], None]) -> None:
    """Lists to choose from."""


@solara.component_vue("levers.vue")
def _Levers(
    groups: list[dict[str, Any]], event_change: Callable[[Any], None], event_back: Callable[[Any], None]
) -> None:
    """Sliders with what stands behind them."""


@solara.component_vue("happenings.vue")
def _Happenings(
    horizon: int, added: list[dict[str, Any]], fixed: list[dict[str, Any]], kinds: list[dict[str, Any]], trouble: str,
    event_add: Callable[[Any], None], event_remove: Callable[[Any], None],
) -> None:  # fmt: skip
    """A timeline on which something can be put."""


@solara.component_vue("verdict.vue")
def _Verdict(
    working: bool, fresh: bool, pairs: int, of: int, said: list[dict[str, str]], again: str,
    headline: list[dict[str, str]], numbers: list[dict[str, Any]],
    event_stop: Callable[[Any], None], event_go_on: Callable[[Any], None],
) -> None:  # fmt: skip
    """The answer in a sentence and four numbers, and how firm it is yet."""


@solara.component_vue("chart.vue")
def Chart(
    title: str, x: list[float], series: list[dict[str, Any]], bands: list[dict[str, Any]], marks: list[dict[str, Any]],
    unit: str, xlabel: str, xname: str, least_top: float, months: bool = True, xunit: str = "", tall: int = 340,
    level: float | None = None, levelname: str = "", interval: str = GLOSSARY["95% interval"],
) -> None:  # fmt: skip
    """Lines with their intervals, which can be read off by pointer, by keyboard and as a table."""


@solara.component_vue("share.vue")
def Share(path: str, address: str | None, python: str, command: str, files: str, note: str) -> None:
    """The address, and the code that does the same."""


@solara.component_vue("upload.vue")
def _Upload(label: str, most: int, trouble: str, event_bring: Callable[[Any], None]) -> None:
    """A scenario file from the visitor's machine."""


# ---- The page ------------------------------------------------------------------------------------------------------


@solara.component
def Page() -> None:
    """Choose, change, compare, and take away."""
    solara.Title("What if? - Conducive")
    (choice, news, trouble), set_state, hold = use_address("/", start_from)
    visitor = solara.get_session_id()

    def choose(new: Choice) -> None:
        try:
            asked = new.asked
        except InputError as error:
            set_state((choice, [], str(error)))
            return
        set_state((new, [], ""))
        hold(lambda: addresses.address(asked))

    asked = solara.use_memo(lambda: choice.asked, [choice])
    heading(
        "What if?",
        "Change the conditions of an innovation in children's social care, and see what becomes of its use. "
        "A is how things stand; B is what you change.",
    )
    Note(" ".join(news))
    Trouble(trouble)
    jump()
    with tag("div", css="what-if-grid"):
        with tag("section", css="controls", aria_label="What is compared"):
            _Controls(choice, asked, choose)
        with tag("section", css="results", id="answer", aria_label="What comes of it"):
            _Results(asked, visitor)
    _TakeAway(choice, asked, visitor, choose)


def use_address[State](
    path: str, read: Callable[[str], State]
) -> tuple[State, Callable[[State], None], Callable[[Callable[[], str]], None]]:
    """Return what a page asks, what sets it, and what writes it into the address of the page.

    `read` makes it of an address; it is read again when the visitor comes to another address of the page, back or by
    the menu. What is too long for an address is held by nothing but the page, as the page says.
    """
    router = solara.use_router()
    search = router.search or ""
    state, set_state = solara.use_state(solara.use_memo(lambda: read(search), []))
    followed: Any = solara.use_ref(search)

    def follow() -> None:
        if search != followed.current:
            followed.current = search
            set_state(read(search))

    def hold(write: Callable[[], str]) -> None:
        with suppress(InputError):
            followed.current = f"s={write()}"
            router.push(f"{path}?{followed.current}")

    solara.use_effect(follow, [search])
    return state, set_state, hold


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


@solara.component
def _Controls(choice: Choice, asked: Asked, choose: Callable[[Choice], None]) -> None:
    clash, set_clash = solara.use_state("")

    def pick(sent: object) -> None:
        choose(picked(choice, sent))

    def change(sent: object) -> None:
        given = sent if isinstance(sent, dict) else {}
        try:
            address, value = levers.value_of(given.get("address"), given.get("shown"))
            changes = {a: v for a, v in choice.changes.items() if a != address}
            if value != choice.origin[address]:
                changes[address] = value
            new = replace(choice, changes=changes)
            new.asked  # noqa: B018 it may refuse
        except InputError as error:
            set_clash(str(error))
            return
        set_clash("")
        choose(new)

    def back(address: object) -> None:
        set_clash("")
        choose(replace(choice, changes={a: v for a, v in choice.changes.items() if a != address}))

    first, rest = solara.use_memo(lambda: levers.groups(asked.base, asked.alternative), [asked])
    with tag("div", css="panel"):
        tag("h2", "What is compared")
        Choose(fields=fields(choice), event_pick=pick)
        if choice != default():
            Press("Start again", lambda: choose(default()), css="small")
    with tag("div", css="panel"):
        tag("h2", "What is different in B?")
        Trouble(clash)
        _Levers(groups=first, event_change=change, event_back=back)
        with tag("details", css="more"):
            tag("summary", f"All other inputs ({sum(len(g['levers']) for g in rest)})")
            _Levers(groups=rest, event_change=change, event_back=back)
        with suppress(InputError):  # too long for an address, as the page says
            _OverARange(addresses.sweep_address(Swept(asked.alternative, seed=asked.seed)))
    with tag("div", css="panel"):
        tag("h2", "What happens, and when?")
        _Timeline(choice, asked, choose)


@solara.component
def _OverARange(address: str) -> None:
    router = solara.use_router()
    Press("Vary a condition of B under Sweep", lambda: router.push(f"/sweep?s={address}"), css="small")


def picked(choice: Choice, sent: object) -> Choice:
    """Return the choice after something was picked from a list; nothing changes where it is not on it."""
    name, value = text_in(sent, "name"), text_in(sent, "value")
    scenarios = {s.name: s for s in library()}
    if name == "place" and (value == AS_IT_IS or value in places()):
        return replace(choice, place=value, year=LATEST)
    if name == "base" and value in scenarios:
        return replace(choice, base=scenarios[value])
    if name == "other" and value == ITSELF:
        return replace(choice, other=None)
    if name == "other" and value in scenarios:
        return replace(choice, other=scenarios[value], changes={}, events=())
    return choice


def text_in(sent: object, key: str) -> str:
    """Return a text that a browser sends under a key, short; empty where there is none."""
    found = sent.get(key) if isinstance(sent, dict) else None
    return found[:200] if isinstance(found, str) else ""


@cache
def places() -> tuple[str, ...]:
    """Names of authorities to start from."""
    return tuple(row.name for row in authorities() if row.level == "authority")


def fields(choice: Choice) -> list[dict[str, Any]]:
    """Return the lists to choose from."""
    named = [{"value": s.name, "label": s.title or s.name} for s in library()]
    names = {one["value"] for one in named}
    base_known = choice.base.name in names and choice.base == load_scenario(choice.base.name)
    other = choice.other
    other_known = other is None or (other.name in names and other == load_scenario(other.name))
    own = [] if base_known else [{"value": OWN, "label": f"Your own: {_short(choice.base)}"}]
    other_own = [] if other is None or other_known else [{"value": OWN, "label": f"Your own: {_short(other)}"}]
    stands = choice.base.place or "an average English authority"
    towns = [{"value": name, "label": name} for name in places()]
    if choice.place and choice.place not in places():
        towns.insert(0, {"value": choice.place, "label": choice.place})
    return [
        {
            "name": "place",
            "label": "Authority",
            "value": choice.place,
            "hint": f"Published workforce figures of {choice.year}." if choice.place else "",
            "groups": [
                {"label": "", "options": [{"value": AS_IT_IS, "label": sentence(stands)}]},
                {"label": "Start from published figures of", "options": towns},
            ],
        },
        {
            "name": "base",
            "label": "A: how things stand",
            "value": choice.base.name if base_known else OWN,
            "hint": choice.base.question,
            "groups": [{"label": "", "options": [*own, *named]}],
        },
        {
            "name": "other",
            "label": "B: what it is compared with",
            "value": ITSELF if choice.other is None else choice.other.name if other_known else OWN,
            "hint": "" if choice.other is None else choice.other.question,
            "groups": [
                {"label": "", "options": [{"value": ITSELF, "label": "A with the changes below"}, *other_own]},
                {"label": "Another scenario", "options": named},
            ],
        },
    ]


def _short(scenario: Scenario) -> str:
    return (scenario.title or scenario.name)[:60]


# ---- The timeline --------------------------------------------------------------------------------------------------


@solara.component
def _Timeline(choice: Choice, asked: Asked, choose: Callable[[Choice], None]) -> None:
    trouble, set_trouble = solara.use_state("")

    def add(sent: object) -> None:
        try:
            events = sorted((*choice.events, event_of(sent, asked.alternative)), key=lambda event: event.month)
            new = replace(choice, events=tuple(events))
            new.asked  # noqa: B018 it may refuse
        except InputError as error:
            set_trouble(sentence(str(error)))
            return
        set_trouble("")
        choose(new)

    def remove(which: object) -> None:
        if isinstance(which, int) and not isinstance(which, bool) and 0 <= which < len(choice.events):
            set_trouble("")
            choose(replace(choice, events=choice.events[:which] + choice.events[which + 1 :]))

    fixed = [{**m, "label": _by_name(m["label"])} for m in marks(asked.base, choice.origin, asked.base.horizon)]
    _Happenings(
        horizon=asked.alternative.horizon,
        added=[{"month": e.month, "label": _event_label(e)} for e in choice.events],
        fixed=fixed,
        kinds=kinds(),
        trouble=trouble,
        event_add=add,
        event_remove=remove,
    )


def _event_label(event: Event) -> str:
    return _by_name(happening(event).partition(": ")[2])


def _by_name(label: str) -> str:
    """Return what to call an event: by its name on the list where it is there."""
    for kind, name in STEPS_OF.items():
        if happening(Event(1, changes=_step_changes(kind))).endswith(f": {label}"):
            return name.lower()
    return label


def _step_changes(kind: str) -> dict[str, float]:
    """Return the values that change from a month on."""
    coaching = declared()["knowledge_and_skills.coaching"].facilitator
    assert coaching is not None
    return {"finance.grant": 0.0} if kind == "funding_ends" else {"knowledge_and_skills.coaching": coaching}


def kinds() -> list[dict[str, Any]]:
    """Return what can be put on the timeline, with its meaning and the detail it takes."""
    coaching = declared()["knowledge_and_skills.coaching"]
    meanings = {
        "funding_ends": "The external grant stops, from that month on.",
        "coaching_starts": (
            f"From then on each person trained has {number(coaching.facilitator or 0)} hours of coaching a month."
        ),
    }
    found = [
        {"name": name, "label": label, "meaning": meanings[name], "detail": "", "options": [], "percent": False}
        for name, label in STEPS_OF.items()
    ]
    for kind in EVENTS.values():
        options: list[dict[str, Any]] = []
        if kind.allowed == GRADES:
            options = [{"label": grade.capitalize(), "value": grade} for grade in GRADES]
        elif kind.allowed is bool:
            options = [{"label": "No", "value": False}, {"label": "Yes", "value": True}]
        found.append(
            {
                "name": kind.name,
                "label": kind.name.replace("_", " ").capitalize(),
                "meaning": kind.meaning,
                "detail": kind.detail.capitalize(),
                "options": options,
                "percent": bool(kind.detail) and not options,
            }
        )
    order = ["funding_ends", "incident", "leader_leaves", "coaching_starts"]
    return sorted(found, key=lambda one: order.index(str(one["name"])) if one["name"] in order else len(order))


def event_of(sent: object, scenario: Scenario) -> Event:
    """Return the event that a browser asks for. Raises InputError for what cannot happen in a scenario."""
    given: dict[str, Any] = sent if isinstance(sent, dict) else {}
    kind, month = text_in(given, "kind"), cast("int", given.get("month"))
    if kind in STEPS_OF:
        moved = scenario.with_event(month, _step_changes(kind))
    else:
        detail = EVENTS[kind].detail if kind in EVENTS else ""
        moved = scenario.with_event(month, kind, **({detail: given.get("detail")} if detail else {}))
    return moved.events[-1]


# ---- Results -------------------------------------------------------------------------------------------------------


@solara.component
def _Results(asked: Asked, visitor: str) -> None:
    answer, stop, again = use_answers(lambda job: answers(asked, visitor, job), asked_key(asked))
    Trouble(answer.trouble)
    found = answer.value
    if found is None:
        with tag("div", css="panel"):
            if answer.cancelled:
                Empty("Cancelled before there was an answer. Change something, or ask again.")
                Press("Ask again", again)
            elif not answer.trouble:
                Loading(
                    "Running the first pairs of organisations ..."
                    if READY.is_set()
                    else "Preparing the model for its first use. On a new machine this takes about half a minute, once."
                )
        return
    with tag("div", css="panel"):
        _Verdict(
            working=answer.working,
            fresh=answer.fresh,
            pairs=found["pairs"] if answer.fresh else 0,
            of=FIRM,
            said=explained(_state(answer, found)),
            again="Go on" if answer.cancelled or answer.trouble else "",
            headline=explained(found["words"]["headline"]),
            numbers=found["headlines"],
            event_stop=lambda _: stop(),
            event_go_on=lambda _: again(),
        )
    _Charts(found)
    _Why(found)


def asked_key(asked: Asked) -> str:
    """Return what tells one comparison from another."""
    return "\n".join(key_of(scenario, asked.seed) for scenario in (asked.base, asked.alternative))


def _state(answer: Answer[dict[str, Any]], found: dict[str, Any]) -> str:
    """Return how firm the answer is, in words."""
    if not answer.fresh:
        now = "Working on a first answer" if answer.working else "There is no answer yet"
        return f"{now}; what stands below is for what you asked before."
    pairs = several(found["pairs"], "pair") + " of runs"
    if answer.working:
        return f"First answer from {pairs}; running up to {FIRM} for a firm one."
    if answer.cancelled or found["pairs"] < FIRM:
        return f"Stopped after {pairs}."
    return f"Firm: {pairs} with the same luck, over {several(found['sets'], 'plausible set')} of coefficients."


@solara.component
def _Charts(found: dict[str, Any]) -> None:
    x = list(range(1, found["months"] + 1))
    apart = found["names"][0] != found["names"][1]
    series = [
        {"key": letter.lower(), "label": f"{letter}: {name}" if apart else letter, "short": letter, **use}
        for letter, name, use in zip("AB", found["names"], found["use"], strict=True)
    ]
    bands = [
        {"key": "ab"[n], "row": n, "from": first, "to": last, "first": k == 0}
        for n, spans in enumerate(found["money"])
        for k, (first, last) in enumerate(spans)
    ]
    with tag("div", css="panel"):
        Chart(
            title="Practitioners using it as it is meant", x=x, series=series, bands=bands,
            marks=[{**mark, "label": _by_name(mark["label"])} for mark in found["marks"]],
            unit="percent", xlabel="Months after launch", xname="Month", least_top=0.1,
        )  # fmt: skip
        tag("p", found["words"]["chart"], css="visually-hidden")
        with tag("details"):
            tag("summary", "The difference, B minus A")
            Chart(
                title="Difference in use as it is meant, percentage points", x=x,
                series=[{"key": "d", "label": "B minus A", **found["gap"]}], bands=[], marks=[], unit="points",
                xlabel="Months after launch", xname="Month", least_top=0.02, tall=240,
            )  # fmt: skip


CAUSE_HEADS = ("Times in an average run", "A and B", "A", "B", "B - A")
CAUSES = {
    "left the job": "A user left the organisation.",
    "overload": "A user stopped because there was too much work or strain.",
    "no reinforcement": "A user stopped because nothing kept the practice going: no coaching, feedback or reminder.",
    "poor fit": "A user stopped because it did not fit the place or the people.",
    "incident and blame": "A user stopped after an incident, out of fear of blame.",
    "leader departed": "A user stopped after a leader who stood for it had left.",
    "money ended": "A user stopped once the external money had ended.",
    "sceptical peers": "A user stopped because colleagues did not believe in it.",
    "superseded by the next wave": "Another innovation took its place.",
}


@solara.component
def _Why(found: dict[str, Any]) -> None:
    words = found["words"]
    known: set[str] = set()
    with tag("div", css="panel prose-panel"):
        tag("h2", "Why: how use was lost")
        tag("p", *prose(words["causes"], known), css="prose")
        if found["causes"]:
            most = max(max(c["a"], c["b"]) for c in found["causes"]) or 1.0
            with tag("div", css="scroll", tabindex="0", role="region", aria_label="Causes of loss"):
                head = tag("tr", *(tag("th", text, scope="col") for text in CAUSE_HEADS))
                rows = [_cause(c, most) for c in found["causes"]]
                tag("table", tag("thead", head), tag("tbody", *rows), css="causes")
    with tag("div", css="panel prose-panel"):
        tag("h2", "How sure is this?")
        tag("ul", *(tag("li", *prose(text, known)) for text in words["sureness"]), css="prose")
        tag("p", *prose(words["sets"], known), css="prose quiet")
        with tag("details"):
            tag("summary", "How to read this")
            tag("p", *prose(words["caution"], known), css="prose")
            tag("p", *prose(words["pairing"], known), css="prose")
    with tag("div", css="panel prose-panel"):
        tag("h2", "Does it last, and what does it cost?")
        tag("ul", *(tag("li", *prose(text, known)) for text in words["sustained"]), css="prose")
        tag("p", *prose(words["cost"], known), css="prose")


def _cause(cause: dict[str, Any], most: float) -> Any:
    bars = [
        tag("span", css=f"bar {key}", style=f"width:{max(1.0, 100 * cause[key] / most):.0f}%") for key in ("a", "b")
    ]
    return tag(
        "tr",
        tag("th", term(cause["cause"].capitalize(), CAUSES.get(cause["cause"], "")), scope="row"),
        tag("td", *bars, css="bars", aria_hidden="true"),
        tag("td", f"{cause['a']:,.1f}", css="number"),
        tag("td", f"{cause['b']:,.1f}", css="number"),
        tag("td", tag("b", cause["difference"]) if cause["clear"] else cause["difference"], f" ({cause['between']})"),
    )


# ---- To take away --------------------------------------------------------------------------------------------------


@solara.component
def _TakeAway(choice: Choice, asked: Asked, visitor: str, choose: Callable[[Choice], None]) -> None:
    trouble, set_trouble = solara.use_state("")

    def bring(sent: object) -> None:
        given = sent if isinstance(sent, dict) else {}
        try:
            text, name = (str(given.get(key, ""))[: addresses.LARGEST_FILE + 1] for key in ("text", "name"))
            scenario = addresses.from_file(text, name)
            new = Choice(scenario, seed=choice.seed)
            new.asked  # noqa: B018 it may refuse
        except InputError as error:
            set_trouble(sentence(str(error)))
            return
        set_trouble("")
        choose(new)

    link, note = solara.use_memo(lambda: shared(addresses.address, asked), [asked])
    line = addresses.command(asked)
    with tag("section", css="panel take-away", aria_label="Share and take away"):
        tag("h2", "Share it, take it away, make it again")
        Share(
            path="/", address=link, python=addresses.python(asked), command=line, note=note,
            files="Where the command names a.toml or b.toml, download the scenario files below into the folder where "
            "you run it." if ".toml" in line else "",
        )  # fmt: skip
        tag("h3", "Files")
        tag(
            "p",
            "Each is made from the firm answer, which may take a few seconds. The briefing says besides what the "
            f"answer depends on, for which about {RUNS_OF_BRIEFING - 2 * FIRM:,} more runs are made.",
            css="quiet",
        )
        with tag("div", css="buttons"):
            for label, make in files(asked, visitor):
                Download(label, make, of=RUNS_OF_BRIEFING if label == BRIEFING else 0)
        tag("h3", "Bring a scenario file")
        tag(
            "p",
            "A file from here or from the command line becomes A. The server reads it and does not keep it.",
            css="quiet",
        )
        _Upload(label="Scenario file (.toml)", most=addresses.LARGEST_FILE, trouble=trouble, event_bring=bring)


def shared[Asking](write: Callable[[Asking], str], asked: Asking) -> tuple[str | None, str]:
    """Return the text of an address, None where it would be too long, and what to say of it."""
    try:
        text = write(asked)
    except InputError as error:
        return None, sentence(str(error))
    return text, "It holds everything that is asked here. Whoever opens it sees the same; nothing is kept on a server."


type File = tuple[str, str, bytes]


BRIEFING = "Briefing (HTML)"


def files(asked: Asked, visitor: str) -> list[tuple[str, Callable[..., File]]]:
    """Return what can be taken away: a label, and what makes the file; the briefing's takes the job it counts for."""
    toml = "application/toml"

    def briefing(job: Job) -> File:
        from conducive.experiments.brief import brief

        found = firm(asked, visitor, job)
        return "briefing.html", "text/html", brief(found, depends_on(asked, found, visitor, job)).encode()

    def picture(kind: str, mime: str) -> Callable[[], File]:
        def make() -> File:
            from conducive.experiments.chart import comparison_chart

            drawn = io.BytesIO()
            comparison_chart(firm(asked, visitor)).savefig(drawn, format=kind)
            return f"comparison.{kind}", mime, drawn.getvalue()

        return make

    def differences() -> File:
        table = firm(asked, visitor).differences
        return "comparison.csv", "text/csv", table.to_csv(index=False, lineterminator="\n").encode()

    def every_run() -> File:
        return "runs.parquet", "application/vnd.apache.parquet", runs_as_parquet(firm(asked, visitor))

    return [
        (BRIEFING, briefing),
        ("Picture (SVG)", picture("svg", "image/svg+xml")),
        ("Picture (PNG)", picture("png", "image/png")),
        ("Results by month (CSV)", differences),
        ("Every run by month (Parquet)", every_run),
        ("Scenario A (TOML)", lambda: ("a.toml", toml, addresses.scenario_file(asked.base).encode())),
        ("Scenario B (TOML)", lambda: ("b.toml", toml, addresses.scenario_file(asked.alternative).encode())),
    ]


def runs_as_parquet(comparison: Comparison) -> bytes:
    """Return the monthly tables of both scenarios as one Parquet file, with a first column that says which."""
    import pandas as pd

    tables = [
        e.monthly.assign(scenario=letter) for letter, e in (("A", comparison.base), ("B", comparison.alternative))
    ]
    whole = pd.concat(tables, ignore_index=True)
    whole.insert(0, "scenario", whole.pop("scenario"))
    out = io.BytesIO()
    whole.to_parquet(out, index=False)
    return out.getvalue()
