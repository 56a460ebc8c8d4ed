"""Dated events: what can happen in a month, and what each needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError, glimpse

GRADES = ("outstanding", "good", "requires improvement", "inadequate")


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event: its meaning, and the one detail it takes, with what is allowed and its default."""

    name: str
    meaning: str
    detail: str = ""
    allowed: tuple[str, ...] | tuple[float, float] | type[bool] | None = None
    default: str | float | bool = 0.0


EVENTS: Mapping[str, EventKind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            EventKind("incident", "A serious incident becomes public."),
            EventKind("inspection", "The inspectorate judges the service.", "result", GRADES, "inadequate"),
            EventKind("budget_cut", "The council's budget falls by a share, from then on.", "size", (0.0, 1.0), 0.15),
            EventKind("turnover_spike", "A share of permanent staff leave in that month, beside the usual leavers.",
                      "size", (0.0, 1.0), 0.15),
            EventKind("leader_leaves", "The director leaves; known: people have known the date from the start.",
                      "known", bool, False),
            EventKind("broken_promise", "Leaders break a promise to staff."),
            EventKind("push_withdrawn", "Management stops pushing the innovation."),
            EventKind("council_decides",
                      "The council binds itself: once external money has ended it pays this share of the running cost, "
                      "as far as its budget allows, and decides no more; 0 is nothing.", "share", (0.0, 1.0), 0.9),
        )
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """What happens in `month` (1 is the first after launch): a named event, or inputs that change from then on."""

    month: int
    name: str = ""
    detail: str | float | bool = 0.0
    changes: Mapping[str, float] = field(default_factory=dict)

    @staticmethod
    def named(month: int, name: str, details: Mapping[str, object]) -> Event:
        """Make a named event, or raise InputError saying which names and details there are."""
        if not isinstance(name, str) or name not in EVENTS:
            given = str(name)[:80]
            msg = f"{given!r} is not an event.{nearest_names(given, list(EVENTS))} Events are {', '.join(EVENTS)}."
            raise InputError(msg)
        kind = EVENTS[name]
        for given in details:
            if given != kind.detail:
                takes = f"It takes only {kind.detail!r}." if kind.detail else "It takes no details."
                msg = f"event {name} has no detail {given!r}. {takes}"
                raise InputError(msg)
        detail = details.get(kind.detail, kind.default)
        return Event(month, name, _checked_detail(kind, detail))


def _checked_detail(kind: EventKind, detail: object) -> str | float | bool:
    """Return the detail of an event, or raise InputError saying what is allowed."""
    where = f"event {kind.name}: {kind.detail}"
    if kind.allowed is bool:
        if not isinstance(detail, bool):
            msg = f"{where} must be true or false. Got {glimpse(detail)}."
            raise InputError(msg)
        return detail
    if kind.allowed == GRADES:
        if not isinstance(detail, str) or detail not in GRADES:
            hint = nearest_names(str(detail)[:80], list(GRADES))
            msg = f"{where} must be one of {', '.join(GRADES)}. Got {glimpse(detail)}.{hint}"
            raise InputError(msg)
        return detail
    if kind.detail and (isinstance(detail, bool) or not isinstance(detail, int | float) or not 0 <= detail <= 1):
        msg = f"{where} must be a share, 0 to 1. Got {glimpse(detail)}."
        raise InputError(msg)
    return float(detail) if isinstance(detail, int | float) else 0.0
