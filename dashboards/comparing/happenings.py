"""The timeline: what happens in B, and when; put there, moved, edited and taken off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara

from conducive.dashboards.asking.asked import Asked
from conducive.dashboards.asking.choice import Choice, Choosing, text_in
from conducive.dashboards.widgets.html import sentence, template
from conducive.experiments.compare.glance import marks
from conducive.experiments.words import happening
from conducive.scenarios.declaration import number
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import EVENTS, GRADES, Event
from conducive.scenarios.scenario import Scenario, declared

STEPS_OF = {"funding_ends": "Funding ends", "coaching_starts": "Coaching starts"}
ADDED, PART = "e", "o"
"""What the names of events begin with that were put into B, and of those that are part of its scenario."""


@template("happenings.vue")
def _Happenings(
    horizon: int, happens: list[dict[str, Any]], gone: list[dict[str, Any]], fixed: list[dict[str, Any]],
    kinds: list[dict[str, Any]], trouble: dict[str, Any],
    event_add: Callable[[Any], None], event_edit: Callable[[Any], None], event_remove: Callable[[Any], None],
    event_restore: Callable[[Any], None],
) -> None:  # fmt: skip
    """A timeline on which something can be put, moved, edited and taken off."""


@solara.component
def Timeline(choice: Choice, asked: Asked, choose: Choosing) -> None:
    """What happens in B, and when."""
    trouble, set_trouble = solara.use_state({"text": "", "n": 0})

    def becomes(make: Callable[[Choice, object], Choice]) -> Callable[[Any], None]:
        def act(sent: object) -> None:
            try:
                choose(lambda now: make(now, sent))
            except InputError as error:
                set_trouble({"text": sentence(str(error)), "n": trouble["n"] + 1})
                return
            set_trouble({"text": "", "n": trouble["n"]})

        return act

    _Happenings(
        horizon=asked.alternative.horizon, **shown(choice, asked), kinds=kinds(), trouble=trouble,
        event_add=becomes(added), event_edit=becomes(edited), event_remove=becomes(removed),
        event_restore=becomes(restored),
    )  # fmt: skip


def shown(choice: Choice, asked: Asked) -> dict[str, list[dict[str, Any]]]:
    """Return what happens in B by month, what of its scenario does not, and the rest: launches, and A alone."""
    part = {f"{PART}{n}": event for n, event in enumerate(choice.origin.events)}
    gone = {f"{PART}{n}" for n in choice.dropped}
    happen = {i: e for i, e in part.items() if i not in gone} | {f"{ADDED}{n}": e for n, e in enumerate(choice.events)}
    both = {(event.month, event_label(event)) for event in happen.values()}
    rest = marks(asked.base, replace(choice.origin, events=()), asked.base.horizon)
    rest = [{**mark, "label": by_name(mark["label"])} for mark in rest]
    return {
        "happens": sorted((_shown(i, e) for i, e in happen.items()), key=lambda one: (one["month"], one["id"])),
        "gone": [_shown(i, part[i]) for i in sorted(gone)],
        "fixed": [mark for mark in rest if (mark["month"], mark["label"]) not in both],
    }


def _shown(name: str, event: Event) -> dict[str, Any]:
    kind = event.name or next((k for k in STEPS_OF if _step_changes(k) == dict(event.changes)), "")
    part = name.startswith(PART)
    return {"id": name, "month": event.month, "label": event_label(event), "kind": kind, "detail": event.detail,
            "part": part}  # fmt: skip


# ---- What becomes of a choice --------------------------------------------------------------------------------------


def added(choice: Choice, sent: object) -> Choice:
    """Return the choice with one more event in B. Raises InputError for what cannot happen, or happens already."""
    alternative = choice.asked.alternative
    event = event_of(sent, alternative)
    if event in alternative.events:
        msg = f"{event_label(event)} in month {event.month} is there already."
        raise InputError(msg)
    return replace(choice, events=tuple(sorted((*choice.events, event), key=lambda one: one.month)))


def edited(choice: Choice, sent: object) -> Choice:
    """Return the choice with an event in B moved to another month, or made another; it is never there twice.

    Raises InputError as `added`.
    """
    name = text_in(sent, "id")
    if not _named(choice, name):
        return choice
    (event,), rest = _named(choice, name), removed(choice, name)
    if text_in(sent, "kind"):
        return added(rest, sent)
    month = _month(sent, choice.asked.alternative)
    moved = replace(event, month=month)
    if moved in rest.asked.alternative.events:
        msg = f"{event_label(event)} in month {month} is there already."
        raise InputError(msg)
    return replace(rest, events=tuple(sorted((*rest.events, moved), key=lambda one: one.month)))


def removed(choice: Choice, name: object) -> Choice:
    """Return the choice without an event in B, by its name on the page; as it is where there is no such event."""
    if not _named(choice, name):
        return choice
    number = int(str(name)[1:])
    if str(name).startswith(PART):
        return replace(choice, dropped=tuple(sorted({*choice.dropped, number})))
    return replace(choice, events=choice.events[:number] + choice.events[number + 1 :])


def restored(choice: Choice, name: object) -> Choice:
    """Return the choice in which an event of the scenario that was taken off happens again."""
    return replace(choice, dropped=tuple(n for n in choice.dropped if f"{PART}{n}" != name))


def _named(choice: Choice, name: object) -> list[Event]:
    """Return the event of a name on the page, if there is one."""
    part = {f"{PART}{n}": e for n, e in enumerate(choice.origin.events) if n not in choice.dropped}
    every = part | {f"{ADDED}{n}": e for n, e in enumerate(choice.events)}
    return [every[name]] if isinstance(name, str) and name in every else []


def _month(sent: object, scenario: Scenario) -> int:
    """Return the month that a browser sends. Raises InputError for one that is none."""
    month = sent.get("month") if isinstance(sent, dict) else None
    if isinstance(month, bool) or not isinstance(month, int) or not 1 <= month <= scenario.horizon:
        msg = f"Month: 1 to {scenario.horizon}. You typed {str(month)[:40] if month not in {None, ''} else 'nothing'}."
        raise InputError(msg)
    return month


# ---- Events and their kinds ----------------------------------------------------------------------------------------


def event_label(event: Event) -> str:
    """Return what to call an event."""
    return by_name(happening(event).partition(": ")[2])


def by_name(label: str) -> str:
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
    kind, month = text_in(given, "kind"), _month(sent, scenario)
    if kind in STEPS_OF:
        return scenario.with_event(month, _step_changes(kind)).events[-1]
    detail, takes = given.get("detail"), EVENTS[kind].detail if kind in EVENTS else ""
    percent = bool(takes) and isinstance(EVENTS[kind].default, float)
    if percent and (isinstance(detail, bool) or not isinstance(detail, int | float) or not 0 <= detail <= 1):
        typed = f"{number(100 * detail)}" if isinstance(detail, int | float) else "nothing"
        msg = f"{takes.capitalize()}: 0 to 100%. You typed {typed}."
        raise InputError(msg)
    return scenario.with_event(month, kind, **({takes: detail} if takes else {})).events[-1]
