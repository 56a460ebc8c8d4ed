"""Watch: one organisation month by month, or two with the same luck: who is where, who stopped and why, diaries."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import numpy.typing as npt
import solara
import solara.lab

from conducive.agents import practitioner
from conducive.agents.practitioner import CLOSED, LAPSED, LEFT_JOB, STAGES, SUPERSEDED
from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking import documents, scripts
from conducive.dashboards.asking.asked import Asked
from conducive.dashboards.asking.choice import DEFAULT, ITSELF, Choice, picked, start_from, text_in
from conducive.dashboards.comparing.causes import CAUSES
from conducive.dashboards.comparing.choosing import Choose, fields, of_both
from conducive.dashboards.widgets.address_bar import use_address
from conducive.dashboards.widgets.html import Loading, Note, Press, Trouble, heading, sentence, tag, template
from conducive.experiments.compare.names import names_of
from conducive.experiments.lives.recording import Recording, record, seating
from conducive.experiments.words import pounds
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.indicators import indicator_of
from conducive.scenarios.scenario import Scenario

NOBODY, NO_POST = len(STAGES), 255
"""Codes of a vacant and of a closed post, beside those of stages."""
ASPECTS = (1.8, 0.8)
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
ALONE = "alone"
"""Nothing beside A, in the list of what stands beside it."""
CSS = Path(__file__).with_name("watch.css")


# ---- What travels to the browser -----------------------------------------------------------------------------------


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
        "packed": {"stage": _packed(codes), "ties": _packed(widths), "why": _packed(reasons(recording))},
        "pairs": recording.ties.ravel().tolist(),
        "team": recording.team.tolist(),
        "seats": [np.round(places.ravel(), 4).tolist() for places, _ in seats],
        "middles": [np.round(middles.ravel(), 4).tolist() for _, middles in seats],
        "radii": [round(0.3 * _closest(places), 4) for places, _ in seats],
        "trust": [low, high],
        "months": recording.months,
        "happened": [entry._asdict() for entry in recording.events()],
        "paid": _spans(recording.monthly["external_money"] > 0),
        "stops": stops(recording).tolist(),
    }


def reasons(recording: Recording) -> npt.NDArray[np.uint8]:
    """Return why whoever has lapsed stopped, by month and post: the number of the cause, from 1; else 0."""
    why = np.zeros((recording.months + 1, recording.posts), np.uint8)
    for entry in _lost(recording):
        why[entry["month"] :, entry["post"]] = entry["cause"]
    why[recording.staff["stage"] != LAPSED] = 0
    return why


def stops(recording: Recording) -> npt.NDArray[np.int64]:
    """Return how many stopped in each month, from launch on, by cause: shape (causes, months + 1)."""
    found = np.zeros((len(CAUSES), recording.months + 1), np.int64)
    lost = _lost(recording)
    np.add.at(found, (lost["cause"].astype(int) - LEFT_JOB, lost["month"].astype(int)), 1)
    return found


def _lost(recording: Recording) -> npt.NDArray[Any]:
    """Return what the ledger says of users who stopped."""
    cause = recording.ledger["cause"]
    return recording.ledger[(cause >= LEFT_JOB) & (cause <= SUPERSEDED)]


def _packed(values: npt.NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, np.uint8).tobytes()).decode()


def _closest(places: npt.NDArray[np.float64]) -> float:
    """Smallest distance between neighbours in the order of posts."""
    return float(np.hypot(*np.diff(places, axis=0).T).min()) if len(places) > 1 else 0.2


def _spans(so: npt.NDArray[np.bool_]) -> list[list[int]]:
    """Return stretches of months in which something is so, from the end of the month before to the end of the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], so, [False]]).astype(int)))
    return edges.reshape(-1, 2).tolist()


def signs(recordings: Sequence[Recording]) -> list[dict[str, Any]]:
    """Return the indicators beside the network: for each life its values, and a line through them on common axes."""
    return [_sign(recordings, name, label) for name, label in SIGNS.items()]


def _sign(recordings: Sequence[Recording], name: str, label: str) -> dict[str, Any]:
    """An indicator over lives: its values, and a line through them in a box of 120 by 30, from 0 to its top."""
    declared = indicator_of(name)
    every = [recording.monthly[name].astype(float) for recording in recordings]
    months = max(len(values) for values in every)
    money = declared.unit == "GBP"
    top = max(*(float(np.nanmax(values)) for values in every), 1e-9 if money else 0.2)
    lives = []
    for values in every:
        x, y = 120 * np.arange(1, len(values) + 1) / months, 29 - 28 * np.nan_to_num(values) / top
        lives.append(
            {
                "values": [None if np.isnan(v) else round(float(v), 4) for v in values],
                "line": " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)),
            }
        )
    return {
        "label": label,
        "meaning": declared.meaning,
        "unit": "share" if declared.unit == "ratio" else declared.unit,
        "top": pounds(top).replace("GBP ", "£") if money else f"{top:.0%}",
        "lives": lives,
    }


def stages() -> list[dict[str, Any]]:
    """Return how each stage looks, and what it means."""
    return [
        {
            "name": name,
            "label": name.capitalize(),
            "meaning": indicator_of(name).meaning,
            "light": light,
            "dark": dark,
            "shape": shape,
            "hollow": shape == "ring",
        }
        for name, (light, dark, shape) in ((name, LOOK[name]) for name in STAGES)
    ]


def causes() -> list[dict[str, Any]]:
    """Return how each cause of stopping looks, and what it means, in the order of the model."""
    return [
        {"label": one.short, "meaning": one.meaning, "light": one.light, "dark": one.dark}
        for one in (CAUSES[name] for name in practitioner.CAUSES[LEFT_JOB : SUPERSEDED + 1])
    ]


# ---- What is asked -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Looking:
    """What a visitor looks at: the choice, what is to be said of it, and where in it they are.

    Attributes:
        choice: the scenarios, their places and the seed.
        news: what has changed since the address was made.
        trouble: what is wrong with what was asked.
        month: the month on show.
        who: the life and the post whose diary is open; (-1, -1) for nobody's.

    """

    choice: Choice
    news: tuple[str, ...] = ()
    trouble: str = ""
    month: int = 0
    who: tuple[int, int] = (-1, -1)


def look(search: str) -> Looking:
    """Return what an address asks to look at; what is usual where it asks for nothing."""
    usual = Choice(load_scenario(DEFAULT))
    month, life, post = (_number_in(search, key) for key in ("m", "w", "p"))
    who = (max(life, 0), post) if post >= 0 else (-1, -1)
    if not addresses.in_search(search):
        return Looking(usual, month=max(month, 0), who=who)
    choice, news, trouble = start_from(search)
    if trouble:
        return Looking(usual, trouble=trouble.removesuffix(" The page shows its usual comparison instead."))
    return Looking(choice, tuple(news), "", max(month, 0), who)


def _number_in(search: str, key: str) -> int:
    """Return a whole number that an address holds under a key; -1 where there is none."""
    with suppress(ValueError):
        text = parse_qs(search[: 2 * addresses.LONGEST], max_num_fields=5).get(key, [""])[0]
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else -1  # noqa: PLR2004 digits
    return -1


def beside(choice: Choice) -> list[dict[str, Any]]:
    """Return the lists to choose from: what is watched, what beside it, and where."""
    by_name = {one["name"]: one for one in (*fields(choice), *of_both(choice))}
    other = by_name["other"]
    plain = replace(choice, changes={}, events=(), dropped=())
    changed = choice != plain
    first, *others = other["groups"]
    own = [{"value": ALONE, "label": "Nothing"}]
    if changed and choice.other is None:
        own.append({"value": ITSELF, "label": f"A with what is changed: {names_of(*_both(choice))[1]}"[:90]})
    own += first["options"][1:]
    alone = choice.other is None and not changed
    by_name["other"] = {
        **other,
        "label": "B: beside it, with the same luck",
        "value": ALONE if alone else other["value"],
        "groups": [{"label": "", "options": own}, *others],
    }
    names = ("base", "place", "year", "other", "there", "there_year")
    return [{**by_name[name], "hint": "", "claims": []} for name in names if name in by_name]


def _both(choice: Choice) -> tuple[Scenario, Scenario]:
    return choice.asked.base, choice.asked.alternative


def pick(choice: Choice, sent: object) -> Choice:
    """Return the choice after something was picked. Raises InputError as `choice.picked`."""
    if text_in(sent, "name") == "other" and text_in(sent, "value") == ALONE:
        return Choice(choice.base, None, choice.place, choice.year, seed=choice.seed, names=(choice.names[0], ""))
    return picked(choice, sent)


def python(asked: Asked) -> str:
    """Return Python that lives the same lives."""
    made = scripts.python(asked).partition("comparison = ")[0]
    of = "base, alternative"
    if asked.base == asked.alternative:
        made, of = made.partition("alternative = ")[0], "base,"
    return (
        f"{made}for scenario in ({of}):\n    organisation = cz.Organisation(scenario, rng={asked.seed})\n"
        "    organisation.run_for(scenario.horizon)\n    print(organisation.monthly)\n"
    )


# ---- The page ------------------------------------------------------------------------------------------------------


@template("watch.vue")
def Network(
    lives: list[dict[str, Any]],
    names: list[str],
    aspects: list[float],
    months: int,
    signs: list[dict[str, Any]],
    stages: list[dict[str, Any]],
    causes: list[dict[str, Any]],
    diary: dict[str, Any],
    start: dict[str, Any],
    address: str | None,
    python: str,
    event_pick: Callable[[Any], None],
) -> None:
    """Lives in the browser: they play, step and scrub by themselves, and ask for a diary when a person is picked."""


@solara.component
def Page() -> None:
    """Choose an organisation, or two, and watch."""
    solara.Title("Watch - Conducive")
    solara.Style(CSS)
    looking, set_looking, hold, now = use_address("/watch", look)
    misplaced, set_misplaced = solara.use_state(("", ""))
    choice = looking.choice

    def choose(make: Callable[[Choice], Choice]) -> None:
        new = make(now().choice)
        asked = new.asked
        set_looking(Looking(new, month=looking.month))
        hold(lambda: addresses.address(asked))

    def change(sent: object) -> None:
        try:
            choose(lambda before: pick(before, sent))
        except InputError as error:
            set_misplaced((text_in(sent, "name"), sentence(str(error))))
        else:
            set_misplaced(("", ""))

    heading(
        "Watch",
        "One organisation lives through its months, or two beside each other with the same luck. Each mark is a post, "
        "in its team. Point at a person to see their ties, or click one to read their diary. This is one run of many "
        "that could happen: with other luck it would go differently.",
    )
    Trouble(looking.trouble)
    Note(" ".join(looking.news))
    with tag("div", css="watching"):
        lists = solara.use_memo(lambda: beside(choice), [choice])
        Choose(
            fields=[{**one, "trouble": misplaced[1] * (one["name"] == misplaced[0])} for one in lists],
            event_pick=change,
        )
        with tag("div", css="buttons"):
            Press("Same conditions, other luck", lambda: choose(lambda one: replace(one, seed=one.seed + 1)))
            _Compare(choice)
    _Lives(choice, {"month": looking.month, "who": list(looking.who)})


@solara.component
def _Compare(choice: Choice) -> None:
    """The way to a comparison over many runs."""
    router = solara.use_router()
    with suppress(InputError):
        address = addresses.address(choice.asked)
        Press("Many runs of it under What if?", lambda: router.push(f"/?s={address}"))


@solara.component
def _Lives(choice: Choice, start: dict[str, Any]) -> None:
    """One recorded life or two, or why there is none."""
    who, set_who = solara.use_state(tuple(start["who"]))

    def recorded() -> tuple[list[Recording], dict[str, Any], str]:
        try:
            asked = choice.asked
            alone = asked.base == asked.alternative
            scenarios = [asked.base] if alone else [asked.base, asked.alternative]
            lives = [record(documents.bounded(one), asked.seed) for one in scenarios]
        except InputError as error:
            return [], {}, str(error)
        return lives, shown(lives, asked), ""

    task = solara.lab.use_task(recorded, dependencies=[choice])
    solara.use_effect(lambda: set_who(tuple(start["who"])), [choice])
    if task.error:
        Trouble("this organisation could not be lived through. Choose another, or try again in a moment.")
        return
    found = task.value if task.finished else task.latest
    if found is None:
        Loading("An organisation lives through its months. The first time this takes some seconds ...")
        return
    lives, picture, trouble = found
    if not lives:
        Trouble(trouble)
        return
    life, post = who
    known = 0 <= life < len(lives) and 0 <= post < lives[life].posts
    entries = [e._asdict() for e in lives[life].diary(post)] if known else []
    diary = {"life": life, "post": post, "entries": entries}
    Network(**picture, diary=diary, start=start, event_pick=lambda sent: set_who(someone(sent)))


def shown(lives: Sequence[Recording], asked: Asked) -> dict[str, Any]:
    """Return all that the browser is told of lives."""
    address = None
    with suppress(InputError):
        address = addresses.address(asked)
    names = names_of(asked.base, asked.alternative) if len(lives) > 1 else (names_of(asked.base, asked.base)[0],)
    return {
        "lives": [pictured(life) for life in lives],
        "names": list(names),
        "aspects": list(ASPECTS),
        "months": max(life.months for life in lives),
        "signs": signs(lives),
        "stages": stages(),
        "causes": causes(),
        "address": address,
        "python": python(asked),
    }


def someone(sent: object) -> tuple[int, int]:
    """Return the life and the post that a browser names, or (-1, -1) for anything else."""
    if isinstance(sent, list) and len(sent) == 2 and all(type(n) is int for n in sent):  # noqa: PLR2004 life, post
        return sent[0], sent[1]
    return -1, -1
