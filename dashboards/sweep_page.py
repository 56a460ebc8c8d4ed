"""Sweep: one condition as a line, or two as a map of the conducive zone, filling in while somebody watches."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import solara

from conducive.dashboards import address as addresses
from conducive.dashboards import levers
from conducive.dashboards.address import Asked
from conducive.dashboards.parts import (
    Download,
    Empty,
    Loading,
    Press,
    Trouble,
    heading,
    sentence,
    tag,
    use_answers,
)
from conducive.dashboards.what_if import AS_IT_IS, DEFAULT, Chart, Choose, places, text_in
from conducive.dashboards.work import POOL, Job
from conducive.experiments.filling import SHOWN, Shown, filling, is_line, line_figure, picture_data, sweep_plan
from conducive.experiments.words import several
from conducive.experiments.zone import ZoneMap, ZonePlan
from conducive.scenarios.conditions import CLUSTERS, conditions, inputs
from conducive.scenarios.declaration import number
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.scenario import FIXED, Scenario

EVERY = 0.3
"""Seconds between pictures of a sweep that fills in."""
START: dict[str, Any] = {
    "x": {"name": "finance.funding_term", "low": 12, "high": 72},
    "y": {"name": "trust_emotions_relationships", "low": 0, "high": 1},
    "steps": 5,
    "replicates": 20,
}
R_TOP = 2.0
"""Uptake number at which a map is darkest."""


@dataclass(frozen=True)
class _Picture:
    """A sweep so far: its map, and what is shown of it."""

    zone: ZoneMap
    data: dict[str, Any]


@solara.component_vue("axes.vue")
def _Axes(options: list[dict[str, Any]], start: dict[str, Any], event_ask: Callable[[Any], None]) -> None:
    """What varies, and how far."""


@solara.component_vue("zonemap.vue")
def _Map(
    title: str, x: list[float], y: list[float], xlabel: str, ylabel: str, cells: list[dict[str, Any]],
    contour: list[list[list[float]]], own: list[int] | None, keylow: str, keyhigh: str,
    event_open: Callable[[Any], None],
) -> None:  # fmt: skip
    """A map of which each cell can be opened."""


@solara.component
def Page() -> None:
    """Choose a scenario and what varies; watch it fill in; open a point, or take it away."""
    solara.Title("Sweep - Conducive")
    name, set_name = solara.use_state(DEFAULT)
    place, set_place = solara.use_state(AS_IT_IS)
    plan, set_plan = solara.use_state(None)
    trouble, set_trouble = solara.use_state("")

    def pick(sent: object) -> None:
        which, value = text_in(sent, "name"), text_in(sent, "value")
        if which == "base" and value in {s.name for s in library()}:
            set_name(value)
        if which == "place" and value in {AS_IT_IS, *places()}:
            set_place(value)

    def ask(sent: object) -> None:
        try:
            scenario = load_scenario(name)
            set_plan(asked_plan(scenario.at(place) if place else scenario, sent))
            set_trouble("")
        except InputError as error:
            set_trouble(sentence(str(error)))

    heading(
        "Sweep",
        "Vary one condition and see a line with its interval, or two and see where the conducive zone begins: the "
        "conditions under which use of an innovation can grow by itself.",
    )
    with tag("section", css="panel", aria_label="What is swept"):
        Choose(fields=chosen_from(name, place), event_pick=pick)
        _Axes(options=options(), start=START, event_ask=ask)
        Trouble(trouble)
    if plan is None:
        Empty("Nothing is run yet. Choose what varies, then press Run.")
    else:
        _Sweep(plan)


def chosen_from(name: str, place: str) -> list[dict[str, Any]]:
    """Return the lists of scenarios and of authorities."""
    scenarios = [{"value": s.name, "label": s.title or s.name} for s in library()]
    found = [{"value": AS_IT_IS, "label": "An average English authority"}]
    towns = [{"value": name, "label": name} for name in places()]
    return [
        {"name": "base", "label": "Scenario", "value": name, "hint": load_scenario(name).question,
         "groups": [{"label": "", "options": scenarios}]},
        {"name": "place", "label": "Authority", "value": place, "hint": "",
         "groups": [{"label": "", "options": found}, {"label": "Start from published figures of", "options": towns}]},
    ]  # fmt: skip


@cache
def options() -> list[dict[str, Any]]:
    """Return everything that can vary: clusters, conditions and inputs, with their usual ends."""
    ends = "From 0, the barrier, to 1, the facilitator."
    all_of = f"All its conditions. {ends}"
    clusters = [
        {"name": name, "label": levers.cluster_title(name), "low": 0, "high": 1, "meaning": all_of} for name in CLUSTERS
    ]
    whole = [
        {"name": c.name, "label": c.title, "low": 0, "high": 1, "meaning": f"{c.meaning} {ends}"} for c in conditions()
    ]
    single = [
        {
            "name": i.address,
            "label": f"{levers.label(i)} ({i.unit})",
            "low": i.low,
            "high": i.high,
            "meaning": f"{i.meaning} {number(i.minimum)} to {number(i.maximum)} {i.unit}; usual: {number(i.default)}.",
        }
        for i in inputs()
        if i.address not in FIXED
    ]
    return [
        {"label": "Whole conditions", "options": whole},
        {"label": "Clusters of conditions", "options": clusters},
        {"label": "Single inputs", "options": sorted(single, key=lambda one: str(one["label"]))},
    ]


def asked_plan(scenario: Scenario, sent: object) -> ZonePlan:
    """Return the sweep that a browser asks for. Raises InputError for what cannot be swept."""
    given = sent if isinstance(sent, dict) else {}
    x, y = (_axis(given.get(axis)) for axis in ("x", "y"))
    if not x:
        msg = "please choose what varies."
        raise InputError(msg)
    steps, replicates = (given.get(key) for key in ("steps", "replicates"))
    return sweep_plan(addresses.bounded(scenario), x, y, replicates, 0, steps=steps)  # type: ignore[arg-type]


def _axis(given: object) -> str:
    """Return an axis as `NAME=LOW:HIGH`, or nothing where none is chosen."""
    if not isinstance(given, dict) or not given.get("name"):
        return ""
    ends = [given.get("low"), given.get("high")]
    if not all(isinstance(e, int | float) and not isinstance(e, bool) and math.isfinite(e) for e in ends):
        msg = "a range needs two numbers, from and to."
        raise InputError(msg)
    return f"{str(given['name'])[:80]}={ends[0]}:{ends[1]}"


@solara.component
def _Sweep(plan: ZonePlan) -> None:
    visitor = solara.get_session_id()
    shown, set_shown = solara.use_state("sustained")
    answer, stop, again = use_answers(lambda job: pictures(plan, visitor, job), id(plan))
    Trouble(answer.trouble)
    picture: _Picture | None = answer.value
    current = picture is not None and picture.zone.plan is plan
    of = plan.shape[0] * plan.shape[1]
    done = picture.data["done"] if picture is not None and current else 0
    one = next(s for s in SHOWN if s.column == shown)
    with tag("section", css="panel", aria_label="What comes of it"):
        with tag("div", css="status", role="status"):
            if answer.working:
                tag("progress", value=str(done), max=str(of), aria_label=f"{done} of {of} points")
                tag("span", f"{done} of {several(of, 'point')}")
                Press("Cancel", stop, css="small")
            elif answer.cancelled:
                tag("span", f"Cancelled after {done} of {several(of, 'point')}; what is finished is kept.")
                Press("Run it again", again, css="small")
            else:
                tag("span", f"Done: {several(of, 'point')}.")
        if picture is None or not current:
            if answer.working:
                Loading("Running the corners first ...")
            return
        with tag("div", css="buttons", role="group", aria_label="What is shown"):
            for each in SHOWN:
                _pick_shown(each, each is one, set_shown)
        tag("p", one.meaning, css="quiet")
        _Drawn(picture, one)
        tag("p", picture.data["words"], css="quiet")
        with tag("div", css="buttons"):
            for label, make in files(picture.zone, one):
                Download(label, make)


def _pick_shown(one: Shown, chosen: bool, pick: Callable[[str], None]) -> None:
    pressed = "true" if chosen else "false"
    Press(one.label, lambda: pick(one.column), css="small main" if chosen else "small", aria_pressed=pressed)


def pictures(plan: ZonePlan, visitor: str, job: Job) -> Iterator[_Picture]:
    """Yield a sweep as it fills in, not faster than anybody can watch."""
    told = 0.0
    for zone in filling(plan, POOL.share(visitor), job.advance):
        if not zone.interrupted or time.monotonic() - told > EVERY:
            told = time.monotonic()
            yield _Picture(zone, picture_data(zone))


@solara.component
def _Drawn(picture: _Picture, one: Shown) -> None:
    router = solara.use_router()
    data, plan = picture.data, picture.zone.plan
    trouble, set_trouble = solara.use_state("")

    def open_point(sent: object) -> None:
        try:
            router.push(f"/?s={addresses.address(point(plan, sent))}")
        except InputError as error:
            set_trouble(sentence(str(error)))

    Trouble(trouble)
    if is_line(plan):
        points = sorted(data["points"], key=lambda p: p["column"])
        x = [plan.x.values[p["column"]] for p in points]
        ends = {key: [p[one.column][key] for p in points] for key in ("low", "high")}
        series = {"key": "a", "label": one.label, "mean": [p[one.column]["value"] for p in points], **ends}
        Chart(
            title=one.label, x=x, series=[series], bands=[], marks=[],
            unit="percent" if one.share else "", xlabel=data["x"]["label"], xname=data["x"]["title"],
            least_top=0.1 if one.share else 1.2, months=False,
        )  # fmt: skip
        tag("p", "Open a point in What if?:", css="quiet")
        with tag("div", css="buttons"):
            for p in points:
                Press(p["x"], partial(open_point, [0, p["column"]]), css="small")
        return
    _Map(
        title=one.label, x=data["x"]["values"], y=data["y"]["values"],
        xlabel=data["x"]["label"], ylabel=data["y"]["label"],
        cells=[_cell(p, one, data) for p in data["points"]], contour=data["contour"], own=data["own"],
        keylow="0%" if one.share else "0", keyhigh="100%" if one.share else f"{R_TOP:g} or more",
        event_open=open_point,
    )  # fmt: skip
    tag("p", "Click a cell, or press Enter on it, to open it under What if?", css="quiet")


def _cell(p: dict[str, Any], one: Shown, data: dict[str, Any]) -> dict[str, Any]:
    """Return what a cell of a map shows."""
    value = p[one.column]["value"]
    words = f"{data['x']['title']} {p['x']}, {data['y']['title']} {p['y']}: {one.label} {p[one.column]['words']}"
    return {
        "row": p["row"],
        "column": p["column"],
        "share": None if value is None else value if one.share else value / R_TOP,
        "short": "-" if value is None else f"{value:.0%}" if one.share else f"{value:.1f}",
        "words": words + p[one.column]["between"],
    }


def point(plan: ZonePlan, sent: object) -> Asked:
    """Return the comparison of a scenario with a point of a sweep. Raises InputError for a point that is none."""
    if isinstance(sent, list) and len(sent) == 2 and all(type(n) is int for n in sent):  # noqa: PLR2004 row, column
        row, column = sent
        if 0 <= row < len(plan.y.values) and 0 <= column < len(plan.x.values):
            return Asked(plan.scenario, plan.at(plan.x.values[column], plan.y.values[row]))
    msg = "there is no such point."
    raise InputError(msg)


def files(zone: ZoneMap, one: Shown) -> list[tuple[str, Callable[[], tuple[str, str, bytes]]]]:
    """Return what can be taken away: a label, and what makes the file."""

    def drawn(kind: str, mime: str) -> Callable[[], tuple[str, str, bytes]]:
        def make() -> tuple[str, str, bytes]:
            from conducive.experiments.figures import zone_figure

            figure = line_figure(zone, one.column) if is_line(zone.plan) else zone_figure(zone)
            out = io.BytesIO()
            figure.savefig(out, format=kind)
            return f"sweep.{kind}", mime, out.getvalue()

        return make

    def csv() -> tuple[str, str, bytes]:
        return "sweep.csv", "text/csv", _table(zone).to_csv(index=False, lineterminator="\n").encode()

    def parquet() -> tuple[str, str, bytes]:
        out = io.BytesIO()
        _table(zone).to_parquet(out, index=False)
        return "sweep.parquet", "application/vnd.apache.parquet", out.getvalue()

    return [
        ("Data (CSV)", csv),
        ("Data (Parquet)", parquet),
        ("Picture (SVG)", drawn("svg", "image/svg+xml")),
        ("Picture (PNG)", drawn("png", "image/png")),
    ]


def _table(zone: ZoneMap) -> Any:
    """Return the table of a sweep with its axes under their own names."""
    plan = zone.plan
    table = zone.table.drop(columns=["y"] if is_line(plan) else [])
    return table.rename(columns={"x": plan.x.name, "y": plan.y.name})
