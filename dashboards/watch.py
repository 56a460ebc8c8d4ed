"""Watch: one organisation, month by month: who trusts whom, who is where with the innovation, and their diaries."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import solara
import solara.lab

from conducive.agents.practitioner import CLOSED, STAGES
from conducive.dashboards import address as addresses
from conducive.dashboards.address import Asked
from conducive.dashboards.fields import field, numbers
from conducive.dashboards.parts import Loading, Note, Trouble, heading, tag
from conducive.experiments.life import Recording, record, seating
from conducive.model.measures import INDICATORS
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.workforce import authorities

NOBODY, NO_POST = len(STAGES), 255
"""Codes of a vacant and of a closed post, beside those of stages."""
ASPECTS = (1.5, 0.8)
"""Width over height of the picture on a wide and on a narrow screen."""
LOOK = {
    "unaware": ("#6f6f6f", "#a8a8a8", "ring"),
    "aware": ("#2b7fb8", "#56b4e9", "circle"),
    "willing": ("#9a6a00", "#f0b429", "triangle"),
    "trained": ("#a34a82", "#de9ac4", "square"),
    "trying": ("#007a59", "#2fc79c", "diamond"),
    "routine": ("#004a86", "#8ecbff", "star"),
    "lapsed": ("#b84300", "#ff8a4c", "cross"),
}
"""Colour of each stage on light and on dark, and its shape."""
SIGNS = {
    "use_at_fidelity": "Use as it is meant",
    "strain": "Emotional strain",
    "safety": "Psychological safety",
    "peer_trust": "Trust among colleagues",
    "vertical_trust": "Trust in managers",
    "turnover_12m": "Yearly turnover",
    "vacancy_rate": "Posts to fill",
    "codified_memory": "Memory written down",
    "leader_commitment": "Leaders' commitment",
    "spend": "Spent, a month",
}
"""Indicators beside the network, and what to call them."""
DEFAULT = "two-year-funding"
HERE = "As in the scenario"


def pictured(recording: Recording) -> dict[str, Any]:
    """Return what the browser needs to show a whole life by itself, packed small."""
    staff = recording.staff
    codes = np.where(staff["stage"] >= 0, staff["stage"], np.where(staff["post"] == CLOSED, NO_POST, NOBODY))
    trust = recording.trust
    tied = trust[trust > 0]
    low, high = (float(tied.min()), float(tied.max())) if tied.size else (0.0, 1.0)
    widths = np.where(trust > 0, 1 + np.round(254 * (trust - low) / max(high - low, 1e-9)), 0)
    seats = [seating(recording.team, aspect) for aspect in ASPECTS]
    return {
        "packed": {"stage": _packed(codes), "ties": _packed(widths)},
        "pairs": recording.ties.ravel().tolist(),
        "team": recording.team.tolist(),
        "seats": [np.round(places.ravel(), 4).tolist() for places, _ in seats],
        "middles": [np.round(middles.ravel(), 4).tolist() for _, middles in seats],
        "radii": [round(0.3 * _closest(places), 4) for places, _ in seats],
        "aspects": list(ASPECTS),
        "trust": [low, high],
        "months": recording.months,
        "happened": [entry._asdict() for entry in recording.events()],
        "paid": _spans(recording.monthly["external_money"] > 0),
        "signs": [_sign(recording, name, label) for name, label in SIGNS.items()],
        "stages": [
            {
                "name": name,
                "label": name.capitalize(),
                "meaning": next(i.meaning for i in INDICATORS if i.name == name),
                "light": light,
                "dark": dark,
                "shape": shape,
                "hollow": shape == "ring",
            }
            for name, (light, dark, shape) in ((name, LOOK[name]) for name in STAGES)
        ],
    }


def _packed(values: npt.NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, np.uint8).tobytes()).decode()


def _closest(places: npt.NDArray[np.float64]) -> float:
    """Smallest distance between neighbours in the order of posts."""
    return float(np.hypot(*np.diff(places, axis=0).T).min()) if len(places) > 1 else 0.2


def _spans(so: npt.NDArray[np.bool_]) -> list[list[int]]:
    """Return stretches of months in which something is so, from the end of the month before to the end of the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], so, [False]]).astype(int)))
    return edges.reshape(-1, 2).tolist()


def _sign(recording: Recording, name: str, label: str) -> dict[str, Any]:
    """An indicator over a life: its values, and a line through them in a box of 120 by 30."""
    values = recording.monthly[name]
    declared = next(i for i in INDICATORS if i.name == name)
    top = max(float(np.nanmax(values)), 1e-9 if declared.unit == "GBP" else 0.2)
    x = 120 * np.arange(1, len(values) + 1) / len(values)
    y = 29 - 28 * np.nan_to_num(values) / top
    return {
        "label": label,
        "meaning": declared.meaning,
        "unit": "share" if declared.unit == "ratio" else declared.unit,
        "values": [None if np.isnan(v) else round(float(v), 4) for v in values],
        "line": " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)),
    }


@dataclass(frozen=True)
class Brought:
    """What an address brings: scenarios, the seed, what has changed since it was made, and what is wrong with it."""

    scenarios: tuple[Scenario, ...] = ()
    seed: int = 0
    news: tuple[str, ...] = ()
    trouble: str = ""


def brought(search: str | None) -> Brought:
    """Return what an address brings; nothing where it asks for nothing."""
    text = addresses.in_search(search)
    if not text:
        return Brought()
    try:
        asked, news = addresses.read(text)
    except InputError as error:
        return Brought(trouble=str(error))
    same = asked.base == asked.alternative
    return Brought((asked.base,) if same else (asked.base, asked.alternative), asked.seed, tuple(news))


def chosen(scenario: Scenario, place: str) -> Scenario:
    """Return a scenario at a place, small enough to be watched. Raises InputError for what cannot be."""
    return addresses.bounded(scenario if place == HERE else scenario.at(place))


def python(asked: Asked) -> str:
    """Return Python that lives the same life."""
    scenario = addresses.python(asked).partition("alternative = ")[0].replace("base = ", "scenario = ", 1)
    return (
        f"{scenario}organisation = cz.Organisation(scenario, rng={asked.seed})\n"
        f"organisation.run_for({asked.base.horizon})\nprint(organisation.monthly)\n"
    )


@solara.component_vue(str(Path(__file__).with_name("watch.vue")))
def Network(
    packed: dict[str, str],
    pairs: list[int],
    team: list[int],
    seats: list[list[float]],
    middles: list[list[float]],
    radii: list[float],
    aspects: list[float],
    trust: list[float],
    months: int,
    happened: list[dict[str, Any]],
    paid: list[list[int]],
    signs: list[dict[str, Any]],
    stages: list[dict[str, Any]],
    diary: dict[str, Any],
    address: str,
    python: str,
    event_pick: Callable[[int], None],
) -> None:
    """A life in the browser: plays, steps and scrubs by itself, and asks for a diary when a person is picked."""


@solara.component
def Page() -> None:
    """Choose an organisation and watch it."""
    router = solara.use_router()
    carried = solara.use_memo(lambda: brought(router.search), [])
    scenarios = solara.use_memo(lambda: [*carried.scenarios, *library()], [])
    places = solara.use_memo(lambda: [HERE, *(a.name for a in authorities())], [])
    first = 0 if carried.scenarios else [s.name for s in scenarios].index(DEFAULT)
    at, set_at = solara.use_state(first)
    place, set_place = solara.use_state(HERE)
    seed, set_seed = solara.use_state(carried.seed)
    solara.Title("Watch - Conducive")
    heading(
        "Watch",
        "One organisation lives through its months. Each mark is a post, in its team; lines are ties between "
        "colleagues. Press Play, drag to any month, or click a person to read their diary. This is one run of many "
        "that could happen under these conditions: with other luck it would go differently.",
    )
    Trouble(carried.trouble)
    Note(" ".join(carried.news))
    with tag("div", css="fields watching"):
        field(
            "select",
            "Scenario",
            at,
            lambda n: set_at(min(numbers(n)[0], len(scenarios) - 1)),
            options=[_called(s, n < len(carried.scenarios)) for n, s in enumerate(scenarios)],
        )
        field("find", "Authority (type to find)", place, lambda new: set_place(str(new)), options=places)
        solara.Button("Same conditions, other luck", on_click=lambda: set_seed(seed + 1), outlined=True)
    _Life(scenarios[at], place, seed)


def _called(scenario: Scenario, carried: bool) -> str:
    title = (scenario.title or scenario.name) + (f" - {scenario.place}" if scenario.place else "")
    return f"From the address: {title}" if carried else title


@solara.component
def _Life(scenario: Scenario, place: str, seed: int) -> None:
    """One recorded life, or why there is none."""
    picked, set_picked = solara.use_state(-1)

    def recorded() -> tuple[Recording | None, dict[str, Any], str]:
        try:
            recording = record(chosen(scenario, place), seed)
            held = Asked(recording.scenario, recording.scenario, seed=seed)
            shared = {"address": addresses.address(held), "python": python(held)}
        except InputError as error:
            return None, {}, str(error)
        return recording, pictured(recording) | shared, ""

    task = solara.lab.use_task(recorded, dependencies=[scenario, place, seed])
    solara.use_effect(lambda: set_picked(-1), [scenario, place, seed])
    if task.error:
        Trouble("this organisation could not be lived through. Choose another, or try again in a moment.")
        return
    found = task.value if task.finished else task.latest
    if found is None:
        Loading("An organisation lives through its months. The first time this takes some seconds ...")
        return
    recording, picture, trouble = found
    if recording is None:
        Trouble(trouble)
        return
    known = 0 <= picked < recording.posts
    diary = {"post": picked, "entries": [e._asdict() for e in recording.diary(picked)] if known else []}
    Network(**picture, diary=diary, event_pick=lambda post: set_picked(_whole(post)))


def _whole(value: object) -> int:
    """Return a post that a browser names, or -1 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
