"""What a lesson's results look like: charts over time, people as dots, ways on, and a second try."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import solara
import solara.lab

from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking.asked import Asked
from conducive.dashboards.classroom.feedback import PEOPLE
from conducive.dashboards.classroom.files import YEARS, Lesson
from conducive.dashboards.classroom.lessons import SEED, checked_picks, counted, in_percent, label, say
from conducive.dashboards.store.classes import Seat
from conducive.dashboards.widgets.fields import field, numbers
from conducive.dashboards.widgets.glossary import GLOSSARY
from conducive.dashboards.widgets.html import Loading, Trouble, table, tag, template
from conducive.experiments.words import listed
from conducive.scenarios.errors import InputError
from conducive.scenarios.indicators import indicator_of

type Outcome = Mapping[str, Any]


@template(str(Path(__file__).with_name("sketch.vue")))
def Sketch(
    points: list[float],
    editable: bool,
    own: str,
    lines: list[dict[str, Any]],
    others: list[dict[str, Any]],
    others_label: str,
    chosen: int,
    marks: list[dict[str, Any]],
    years: int,
    spoken: str,
    event_draw: Callable[[list[float]], None],
    interval: str = GLOSSARY["95% interval"],
    top: float = 1.0,
    unit: str = "percent",
    named: str = "",
    part: str = "",
) -> None:
    """A chart by year that can be drawn upon, with the model's lines and others' sketches in it.

    Its axis goes up to `top` where it is drawn upon, and else fits what it shows. `part` is `chart` for a small one
    without its legend, `legend` for the legend alone.
    """


@template("dots.vue")
def _Dots(rows: list[dict[str, Any]], of: int) -> None:
    """Of so many people, how many at a time: a dot for each."""


def lines_of(of: Lesson, series: Sequence[Any]) -> list[dict[str, Any]]:
    """Return what a chart draws of each arm: low, mean and high by month, and its label."""
    return [
        dict(zip(("low", "mean", "high"), ends, strict=True)) | {"label": arm.label}
        for arm, ends in zip(of.arms, series, strict=True)
    ]


# ---- Results -------------------------------------------------------------------------------------------------------


@solara.component
def Shown(of: Lesson, picks: Sequence[str], outcome: Outcome, marks: Sequence[tuple[int, str]]) -> None:
    """What the prompts ask about, over time; people as dots; and where to go on with these services."""
    tag("h3", "What the prompts ask about, over time")
    _over_time(of, lines_of(of, outcome["series"]), part="legend")
    with tag("div", css="small-charts"):
        for shown in of.chart:
            lines = lines_of(of, outcome["over_time"][shown.indicator])
            _over_time(of, lines, shown.indicator, shown.asks, marks=marks)
    tag("h3", f"Of {PEOPLE} people")
    tag("p", f"{label(of.counts or of.measure)}: so many of {PEOPLE}, on average over the runs.", css="quiet")
    _Dots(rows=dots(of, outcome), of=PEOPLE)
    tag("h3", "Go on with these services")
    tag("ul", *(tag("li", *ways) for ways in ways_on(of, picks)), css="ways")


def _over_time(
    of: Lesson,
    lines: list[dict[str, Any]],
    indicator: str = "",
    named: str = "",
    *,
    part: str = "chart",
    marks: Sequence[tuple[int, str]] = (),
) -> None:
    told = [
        f"{line['label']}, {', '.join(say(indicator, v) for v in line['mean'][11::12])}" for line in lines if indicator
    ]
    Sketch(
        points=[], editable=False, own="", lines=lines, others=[], others_label="", chosen=-1,
        marks=[{"month": month, "label": text} for month, text in marks], years=YEARS,
        spoken=f"{named} {'; '.join(told)}", event_draw=lambda _: None, named=named, part=part,
        unit="percent" if not indicator or in_percent(indicator) else indicator_of(indicator).unit,
    )  # fmt: skip


def dots(of: Lesson, outcome: Outcome) -> list[dict[str, Any]]:
    """Return, for each arm, how many of forty people there are at the months of a lesson."""
    return [
        {
            "label": arm.label,
            "counts": [{"when": f"month {m}", "count": round(PEOPLE * mean[m - 1])} for m in of.people],
        }
        for arm, (_, mean, _) in zip(of.arms, counted(of, outcome), strict=True)
    ]


def ways_on(of: Lesson, picks: Sequence[str]) -> list[list[Any]]:
    """Return links that open each arm: beside the sketched one under What if?, and by itself under Watch."""
    scenarios = of.scenarios(picks)
    base = scenarios[of.sketched]
    found = []
    for n, (arm, scenario) in enumerate(zip(of.arms, scenarios, strict=True)):
        way: list[Any] = [f"{arm.label}: "]
        if n != of.sketched:
            both = addresses.address(Asked(base, scenario, seed=SEED))
            text = f"compare it with '{of.arms[of.sketched].label}' under What if?"
            way += [_opened(f"/?s={both}", text), " or "]
        alone = addresses.address(Asked(scenario, scenario, seed=SEED))
        found.append([*way, _opened(f"/watch?s={alone}", "watch it live through ten years"), "."])
    return found


def _opened(href: str, text: str) -> Any:
    """A link beside the lesson, which stays where it is."""
    return tag("a", text, href=href, target="_blank", rel="noopener")


# ---- A second try --------------------------------------------------------------------------------------------------


@solara.component
def SecondTry(
    of: Lesson, seat: Seat, first: Outcome, run: Callable[[Sequence[str]], Outcome], keep: Callable[[list[str]], None]
) -> None:
    """Other picks after the first, and what comes of them beside those."""
    again = tuple(seat.again)
    tried = list(again or (seat.prediction or {}).get("picks", ()))
    picks, set_picks = solara.use_state(tried, key=" ".join(again))  # those of another device, once it has tried
    trouble, set_trouble = solara.use_state("")

    def go() -> None:
        try:
            keep(checked_picks(of, picks))
            set_trouble("")
        except InputError as error:
            set_trouble(str(error))

    tag("h3", "A second try")
    tag("p", "Change one condition or more. What do you expect?", css="quiet")
    picks_field(of, picks, set_picks)
    solara.Button("Run these", color="primary", on_click=go)
    Trouble(trouble)
    if again:
        _Second(of, seat, first, partial(run, again)).key(" ".join(again))


@solara.component
def _Second(of: Lesson, seat: Seat, first: Outcome, run: Callable[[], Outcome]) -> None:
    """What comes of the second picks, beside the first."""
    task = solara.lab.use_task(lambda: run(), dependencies=[])  # noqa: PLW0108 a partial has no name, which a task needs
    if task.error:
        Trouble("the model could not be run. Your picks are kept; try again in a moment.")
    elif not task.finished or task.value is None:
        Loading("Running the model: a few seconds ...")
    else:
        tried = [("First", (seat.prediction or {}).get("picks", ()), first), ("Second", seat.again, task.value)]
        _picks_table(of, "Try", tried)


def picks_field(of: Lesson, picks: Sequence[str], pick: Callable[[list[str]], None]) -> None:
    """Put the conditions on the page among which a group picks; nothing where a lesson has none."""
    if of.picks is None:
        return
    names = [c.name for c in of.pickable]
    field(
        "several",
        of.picks.ask,
        [names.index(name) for name in picks],
        lambda chosen: pick([names[n] for n in numbers(chosen) if n < len(names)]),
        options=[f"{c.title}: {c.facilitator}" for c in of.pickable],
        most=of.picks.count,
    )


def _picks_table(of: Lesson, what: str, rows: Sequence[tuple[str, Sequence[str], Outcome]]) -> None:
    heads = (what, "Put right", *(label(name) for name in of.indicators[:3]))
    body = [
        [name, picked(of, picks), *(value(of, outcome, indicator) for indicator in of.indicators[:3])]
        for name, picks, outcome in rows
    ]
    table("What picks bring", heads, body)


def value(of: Lesson, outcome: Outcome, indicator: str) -> str:
    """Return an average of the sketched arm with its interval, for a cell of a table."""
    low, mean, high = outcome["table"][indicator][of.sketched]
    return f"{say(indicator, mean)} ({say(indicator, low)} to {say(indicator, high)})"


def picked(of: Lesson, picks: Sequence[str]) -> str:
    """Return conditions as a sentence lists them."""
    return listed([c.title.lower() for c in of.pickable if c.name in picks])


@solara.component
def Ranking(of: Lesson, seats: Sequence[Seat], outcomes: Mapping[tuple[str, ...], Outcome]) -> None:
    """The picks of a class, best first, each with the groups that made them."""
    tag("h3", "Picks of the class, best first")
    _picks_table(of, "Groups", ranked(of, seats, outcomes))


def ranked(
    of: Lesson, seats: Sequence[Seat], outcomes: Mapping[tuple[str, ...], Outcome]
) -> list[tuple[str, tuple[str, ...], Outcome]]:
    """Return groups, picks and results, those with the highest measure first."""
    made: dict[tuple[str, ...], list[str]] = {}
    for seat in seats:
        first = tuple(seat.prediction["picks"]) if seat.prediction else ()
        for picks, name in ((first, seat.name), (tuple(seat.again), f"{seat.name} (second try)")):
            if picks in outcomes:
                made.setdefault(picks, []).append(name)
    rows = [(listed(names), picks, outcomes[picks]) for picks, names in made.items()]
    return sorted(rows, key=lambda row: -row[2]["table"][of.measure][of.sketched][1])
