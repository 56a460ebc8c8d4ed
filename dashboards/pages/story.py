"""Story: three minutes with one practitioner - what they did, the cliff, a choice made otherwise, and what came of it.

Every line is read from recorded lives of one service. They are the same until the month of the choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import solara
import solara.lab

from conducive.agents.practitioner import ROUTINE, TRYING
from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking.asked import Asked
from conducive.dashboards.widgets.chart import Chart
from conducive.dashboards.widgets.html import Loading, Press, Trouble, heading, tag
from conducive.experiments.lives.recording import Recording, record
from conducive.experiments.words import several
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import Scenario

SCENARIO, HORIZON, SEED = "two-year-funding", 96, 1
PERSON = 49
"""A post whose story is a clear one, as a test holds: whoever sits there makes it routine, and the cliff takes it."""
REWOUND, GRANT_ENDS, LATER = 18, 24, 48
"""Months: of the choice, of the end of the grant, and two years after it."""


@dataclass(frozen=True)
class Choice:
    """What could be done otherwise: by whom, what it costs, when, and the event or the changes that it is."""

    label: str
    whose: str
    month: int
    what: str | tuple[tuple[str, float], ...]


CHOICES = (
    Choice(
        "Have the council bind itself to pay most of the running cost",
        "The director and the council decide. It costs the council that money, year after year.",
        GRANT_ENDS,
        "council_decides",
    ),
    Choice(
        "Coach four times as much while there is a grant",
        "The team managers decide. It takes hours from cases, and the same grant pays.",
        REWOUND,
        (("knowledge_and_skills.coaching", 2.0),),
    ),
    Choice(
        "Write down as much as you can of what has been learned",
        "The practitioners do it. It takes their time, and no money.",
        REWOUND,
        (("learning_and_evaluation.codification", 0.9),),
    ),
)


def scenario(choice: int | None = None) -> Scenario:
    """Return what happens in the story, or what does with one of the choices."""
    found = load_scenario(SCENARIO).change({"horizon": HORIZON})
    if choice is None:
        return found
    chosen = CHOICES[choice]
    return found.with_event(chosen.month, chosen.what if isinstance(chosen.what, str) else dict(chosen.what))


@cache
def life(choice: int | None = None) -> Recording:
    """Live through the story, or through it with one of the choices, and keep every month."""
    return record(scenario(choice), SEED)


def users(recording: Recording, month: int) -> int:
    """How many people use it at the end of a month."""
    return int(np.isin(recording.staff["stage"][month], (TRYING, ROUTINE)).sum())


def diary(recording: Recording, first: int, last: int) -> list[tuple[int, str]]:
    """What happened to the person of the story from one month to another: month and text."""
    return [(entry.month, entry.text) for entry in recording.diary(PERSON) if first <= entry.month <= last]


def ways_on(choice: int) -> tuple[str, str]:
    """Return addresses: of both lives under What if?, and of the one with the choice under Watch."""
    without, chosen = scenario(), scenario(choice)
    both = addresses.address(Asked(without, chosen, seed=SEED))
    return f"/?s={both}", f"/watch?s={addresses.address(Asked(chosen, chosen, seed=SEED))}"


@solara.component
def Page() -> None:
    """A story that grows as the visitor reads on."""
    step, set_step = solara.use_state(0)
    choice, set_choice = solara.use_state(-1)
    task = solara.lab.use_task(life, dependencies=[])
    solara.Title("Story - Conducive")
    heading(
        "A story of three minutes",
        "One practitioner, one service, one decision. All of it is read from one simulated life; nobody in it is real.",
    )
    if task.error:
        Trouble("this story could not be lived through. Open the page anew in a moment.")
    elif not task.finished or task.value is None:
        Loading("A service lives through its months. The first time this takes some seconds ...")
    else:
        _Meet(task.value)
        if step == 0:
            Press("Read on: the grant ends", lambda: set_step(1), css="main")
        else:
            _Cliff(task.value)
            if step == 1:
                Press(f"Rewind to month {REWOUND}, and choose otherwise", lambda: set_step(2), css="main")
            else:
                _Rewind(choice, set_choice)
                if choice >= 0:
                    _Otherwise(task.value, choice).key(f"otherwise-{choice}")


@solara.component
def _Meet(told: Recording) -> None:
    with tag("section", css="panel prose"):
        tag("h2", f"Post {PERSON + 1}")
        tag(
            "p",
            "A children's service has won a grant for two years to work in a new way. This is the diary of whoever "
            f"sits in post {PERSON + 1}, one of {told.scenario['organisation.posts']:.0f}, up to the end of the grant.",
        )
        _Diary(diary(told, 0, GRANT_ENDS))
        tag(
            "p",
            f"At the end of month {GRANT_ENDS}, {users(told, GRANT_ENDS)} people in this service use it. This person "
            "is one of them.",
        )


@solara.component
def _Cliff(told: Recording) -> None:
    then, later = users(told, GRANT_ENDS), users(told, LATER)
    with tag("section", css="panel prose"):
        tag("h2", "The cliff")
        tag("p", f"Then the grant ends, and the council pays nothing. In the diary of post {PERSON + 1}:")
        _Diary(diary(told, GRANT_ENDS + 1, LATER))
        tag(
            "p",
            f"It is not this person alone. {then} people used it when the grant ended, and two years later {later} do. "
            "Nobody decided that the new way was wrong; what had carried it was gone.",
        )
        _Use([("a", "As it was", told)])


@solara.component
def _Rewind(choice: int, choose: Callable[[int], None]) -> None:
    with tag("section", css="panel prose"):
        tag("h2", f"Back in month {REWOUND}")
        tag("p", "Half a year of grant is left, and nothing is lost yet. Everybody will meet the same luck as before. ",
            "What would you do?")  # fmt: skip
        with tag("ul", css="choices"):
            for n, one in enumerate(CHOICES):
                with tag("li"):
                    Press(
                        one.label,
                        lambda n=n: choose(n),
                        css="main" if n == choice else "",
                        aria_pressed="true" if n == choice else "false",
                    )
                    tag("p", one.whose, css="quiet")


@solara.component
def _Otherwise(told: Recording, choice: int) -> None:
    task = solara.lab.use_task(lambda: life(choice), dependencies=[])
    with tag("section", css="panel prose"):
        tag("h2", "The same months, otherwise")
        if task.error:
            Trouble("this life could not be lived through. Choose again in a moment.")
            return
        if not task.finished or task.value is None:
            Loading("The service lives through the same months again ...")
            return
        other: Recording = task.value
        before, after = users(told, HORIZON), users(other, HORIZON)
        tag("p", f"The diary of post {PERSON + 1} from month {REWOUND} on:")
        _Diary(diary(other, REWOUND + 1, HORIZON))
        tag(
            "p",
            f"Up to month {REWOUND} both lives are the same. Eight years after launch "
            f"{several(after, 'person uses', 'people use')} it, where there were {before} as it was.",
        )
        _Use([("a", "As it was", told), ("b", "With your choice", other)])
        what_if, watch = ways_on(choice)
        tag("h3", "One life is an anecdote")
        tag(
            "p",
            "We chose a person whose story is a clear one; others in the same service fared otherwise. What the choice "
            "does as a rule takes hundreds of lives, with other luck and other plausible coefficients.",
        )
        with tag("div", css="buttons"):
            tag("a", "See it over hundreds of lives under What if?", href=what_if, css="button main")
            tag("a", "Watch everybody in this life", href=watch, css="button")
        tag("p", "Or choose otherwise once more, above.", css="quiet")


def _Diary(entries: list[tuple[int, str]]) -> None:
    """Lines of a diary, each with its month."""
    lines: list[Any] = [
        tag("li", tag("b", f"Month {month}" if month else "Launch"), " ", text) for month, text in entries
    ]
    tag("ul", *(lines or [tag("li", "Nothing new: they go on as before.")]), css="diary-lines")


def _Use(lives: list[tuple[str, str, Recording]]) -> None:
    """How many use it over time, in one life or in two."""
    series = []
    for key, label, recording in lives:
        values = [round(float(v), 4) for v in recording.monthly["use"]]
        series.append({"key": key, "label": label, "short": label, "low": values, "mean": values, "high": values})
    Chart(
        title="Practitioners using it, in this one life", x=list(range(1, HORIZON + 1)), series=series,
        bands=[{"key": "a", "row": 0, "from": 0, "to": GRANT_ENDS, "first": False}],
        marks=[{"month": REWOUND, "label": "the choice", "arm": ""}] if len(lives) > 1 else [],
        unit="percent", xlabel="Months after launch", xname="Month", least_top=0.1, tall=260,
    )  # fmt: skip
