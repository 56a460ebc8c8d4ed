"""Lists to choose from, one kind of them on every page: scenarios, places, years, kinds of innovation, names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conducive.dashboards.asking.choice import (
    AVERAGE,
    ITSELF,
    LONGEST_NAME,
    NAMES,
    OWN,
    SAME,
    Choice,
    called_by,
    stands,
    whole_kind,
)
from conducive.dashboards.asking.places import place_names, years_of
from conducive.dashboards.widgets.html import sentence, template
from conducive.experiments.evidence.claim_text import notes, stored_claims
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.kinds import KINDS
from conducive.scenarios.scenario import Scenario


@template("choose.vue")
def Choose(fields: list[dict[str, Any]], event_pick: Callable[[Any], None]) -> None:
    """Lists to choose from."""


def fields(choice: Choice) -> list[dict[str, Any]]:
    """Return the lists to choose from."""
    base, other = choice.base, choice.other
    base_known, other_known = _known(base), other is None or _known(other)
    named = [{"value": s.name, "label": s.title or s.name} for s in library()]
    own = [] if base_known else [{"value": OWN, "label": f"Your own: {_short(base)}"}]
    other_own = [] if other is None or other_known else [{"value": OWN, "label": f"Your own: {_short(other)}"}]
    at = stands(choice)
    return [
        _find("place", "Authority (type a name or a code)", choice.place or at, at),
        *_years("year", "Figures of", choice.place, choice.year),
        {
            "name": "base",
            "label": "A: how things stand",
            "value": base.name if base_known else OWN,
            "hint": base.question,
            "claims": notes(base, stored_claims()) if base_known else [],
            "groups": [{"label": "", "options": [*own, *named]}],
        },
        {
            "name": "other",
            "label": "B: what it is compared with",
            "value": ITSELF if other is None else other.name if other_known else OWN,
            "hint": "" if other is None else other.question,
            "claims": notes(other, stored_claims()) if other is not None and other_known else [],
            "groups": [
                {"label": "", "options": [{"value": ITSELF, "label": "A with the changes below"}, *other_own]},
                {"label": "Another scenario", "options": named},
            ],
        },
        _kind_field(choice),
    ]


def of_both(choice: Choice) -> list[dict[str, Any]]:
    """Return what can be said of A and of B by themselves: a place of its own for B, and what each is called."""
    there, year = choice.elsewhere or (SAME, choice.year)
    called = called_by(choice)
    return [
        _find("there", "B: another authority", there or AVERAGE, SAME, AVERAGE),
        *_years("there_year", "B: figures of", "" if choice.elsewhere is None else there, year),
        *(
            {
                "name": name,
                "label": f"What to call {'AB'[which]}",
                "value": called[which],
                "most": LONGEST_NAME,
                "hint": "" if choice.names[which] or not which else "Named by what is changed. Type another name.",
            }
            for name, which in NAMES.items()
        ),
    ]


def _find(name: str, label: str, value: str, *first: str) -> dict[str, Any]:
    return {"name": name, "label": label, "value": value, "hint": "", "find": [*first, *place_names()], "groups": []}


def _years(name: str, label: str, place: str, year: int) -> list[dict[str, Any]]:
    """Return the list of years of a place; none where there is no place."""
    if not place:
        return []
    options = [{"value": str(one), "label": str(one)} for one in years_of(place)]
    hint = "Published workforce figures of 30 September."
    groups = [{"label": "", "options": options}]
    return [{"name": name, "label": label, "value": str(year), "hint": hint, "groups": groups}]


def _known(scenario: Scenario) -> bool:
    """Whether a scenario is one of the library, as it is there."""
    return scenario.name in {s.name for s in library()} and scenario == load_scenario(scenario.name)


def _kind_field(choice: Choice) -> dict[str, Any]:
    """Return the list of kinds of innovation, with the one that B is."""
    now = {a: choice.changes.get(a, choice.origin[a]) for a in whole_kind(next(iter(KINDS)))}
    known = next((name for name in KINDS if whole_kind(name) == now), OWN)
    own = [{"value": OWN, "label": "As the inputs below have it"}] if known == OWN else []
    named = [{"value": name, "label": sentence(name)} for name in KINDS]
    return {
        "name": "kind",
        "label": "B: the kind of innovation",
        "value": known,
        "hint": KINDS[known].meaning if known in KINDS else "",
        "groups": [{"label": "", "options": [*own, *named]}],
    }


def _short(scenario: Scenario) -> str:
    return (scenario.title or scenario.name)[:60]
