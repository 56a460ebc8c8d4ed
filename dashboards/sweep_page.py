"""Sweep: one condition as a line, or two as a map of the conducive zone, filling in while somebody watches."""

from __future__ import annotations

import io
import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, cast

import solara

from conducive.dashboards import address as addresses
from conducive.dashboards import levers
from conducive.dashboards.address import Asked, Swept
from conducive.dashboards.parts import (
    OFTEN,
    Download,
    Empty,
    Loading,
    Note,
    Press,
    Trouble,
    heading,
    jump,
    prose,
    tag,
    use_answers,
)
from conducive.dashboards.theme import DARK, LIGHT, ink_on, ramp
from conducive.dashboards.what_if import (
    DEFAULT,
    Chart,
    Choice,
    Choose,
    Share,
    chosen,
    fields,
    key_of,
    picked,
    shared,
    use_address,
)
from conducive.dashboards.work import POOL, Cache, Job
from conducive.experiments.filling import filling, is_line, line_figure, picture_data, sweep_plan
from conducive.experiments.readings import EDGE, SHOWN, Shown
from conducive.experiments.words import several
from conducive.experiments.zone import ZoneMap, ZonePlan
from conducive.scenarios.conditions import CLUSTERS, conditions, inputs
from conducive.scenarios.declaration import number
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import FIXED, Scenario

START: dict[str, Any] = {
    "x": {"name": "finance.funding_term", "low": 12, "high": 72},
    "y": {"name": "trust_emotions_relationships", "low": 0, "high": 1},
    "steps": 7,
    "replicates": 20,
}
ROOM_FOR_MAPS = 30e6  # bytes
MAPS: Cache[ZoneMap] = Cache(ROOM_FOR_MAPS, lambda zone: float(zone.values.nbytes))
"""Sweeps that visitors ran, as far as they came."""


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
    contour: list[list[list[float]]], unclear: list[list[list[list[float]]]], own: list[int] | None,
    keylow: str, keyhigh: str, event_open: Callable[[Any], None],
) -> None:  # fmt: skip
    """A map of which each cell can be opened."""


@solara.component
def Page() -> None:
    """Choose a scenario and what varies; watch it fill in; open a point, or take it away."""
    solara.Title("Sweep - Conducive")
    (choice, swept, news, trouble), set_state, hold = use_address("/sweep", start_from)

    def pick(sent: object) -> None:
        try:
            new = picked(choice, sent)
            new.asked  # noqa: B018 it may refuse
        except InputError as error:
            set_state((choice, swept, [], str(error)))
        else:
            set_state((new, swept, [], ""))

    def ask(sent: object) -> None:
        try:
            new = asked_sweep(choice.asked.base, sent)
            plan_of(new)
        except InputError as error:
            set_state((choice, swept, [], str(error)))
            return
        set_state((choice, new, [], ""))
        hold(lambda: addresses.sweep_address(new))

    heading(
        "Sweep",
        "Vary one condition and see a line with its interval, or two and see where the conducive zone begins: the "
        "conditions under which use of an innovation can grow by itself.",
    )
    Note(" ".join(news))
    if swept is not None:
        jump()
    with tag("section", css="panel", aria_label="What is swept"):
        Choose(fields=chosen_from(choice), event_pick=pick)
        _Axes(options=options(), start=axes_of(swept), event_ask=ask)
        Trouble(trouble)
    if swept is None:
        Empty("Nothing is run yet. Choose what varies, then press Run.")
    else:
        _Sweep(swept)


def start_from(search: str) -> tuple[Choice, Swept | None, list[str], str]:
    """Return the scenario and the sweep of an address, what has changed since, and what is wrong with it."""
    found = addresses.in_search(search)
    usual = Choice(load_scenario(DEFAULT))
    if not found:
        return usual, None, [], ""
    try:
        swept, news = addresses.read_sweep(found)
        if swept.x:
            plan_of(swept)
    except InputError as error:
        return usual, None, [], str(error)
    return chosen(Asked(swept.scenario, swept.scenario)), swept if swept.x else None, news, ""


def chosen_from(choice: Choice) -> list[dict[str, Any]]:
    """Return the lists of scenarios and of authorities."""
    place, base, _ = fields(choice)
    return [{**base, "label": "Scenario"}, place]


def axes_of(swept: Swept | None) -> dict[str, Any]:
    """Return what a sweep varies as the form shows it; what is usual where there is none."""
    if swept is None:
        return START
    found: dict[str, Any] = {"steps": swept.steps, "replicates": swept.replicates}
    for key, asked in (("x", swept.x), ("y", swept.y)):
        name, _, ends = asked.partition("=")
        low, _, high = ends.partition(":")
        found[key] = {"name": name, "low": float(low), "high": float(high)} if name else {"name": ""}
    return found


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


def asked_sweep(scenario: Scenario, sent: object) -> Swept:
    """Return the sweep that a browser asks for. Raises InputError for axes that are none."""
    given = sent if isinstance(sent, dict) else {}
    x, y = (_axis(given.get(axis)) for axis in ("x", "y"))
    if not x:
        msg = "please choose what varies."
        raise InputError(msg)
    steps, replicates = (cast("int", given.get(key)) for key in ("steps", "replicates"))
    return Swept(scenario, x, y, steps, replicates)


def plan_of(swept: Swept) -> ZonePlan:
    """Return the plan of a sweep. Raises InputError for what cannot be swept."""
    scenario = addresses.bounded(swept.scenario)
    for asked in (swept.x, swept.y):
        if asked and not re.fullmatch(r"[^=]{1,80}=[^=:]{1,40}:[^=:]{1,40}", asked):
            msg = "a range needs two numbers, from and to."
            raise InputError(msg)
    return sweep_plan(scenario, swept.x, swept.y, swept.replicates, swept.seed, steps=swept.steps)


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
def _Sweep(swept: Swept) -> None:
    visitor = solara.get_session_id()
    shown, set_shown = solara.use_state("uptake")
    plan = solara.use_memo(lambda: plan_of(swept), [swept])
    key = map_key(swept)
    answer, stop, again = use_answers(lambda job: pictures(plan, key, visitor, job), key)
    Trouble(answer.trouble)
    picture: _Picture | None = answer.value if answer.fresh else None
    of = plan.shape[0] * plan.shape[1]
    done = picture.data["done"] if picture is not None else 0
    one = next(s for s in SHOWN if s.column == shown)
    with tag("section", css="panel", id="answer", aria_label="What comes of it"):
        with tag("div", css="status", role="status"):
            if answer.working:
                tag("progress", value=str(done), max=str(of), aria_label=f"{done} of {of} points")
                tag("span", f"{done} of {several(of, 'point')}", aria_hidden="true")
                Press("Cancel", stop, css="small")
            elif done < of:
                tag("span", f"Stopped after {done} of {several(of, 'point')}; what is finished is kept.")
                Press("Go on", again, css="small")
            else:
                tag("span", f"Done: {several(of, 'point')}.")
        if picture is None:
            if answer.working:
                Loading("Running the corners first ...")
        else:
            with tag("div", css="buttons", role="group", aria_label="What is shown"):
                for each in SHOWN:
                    css, pressed = ("small main", "true") if each is one else ("small", "false")
                    Press(each.label, partial(set_shown, each.column), css=css, aria_pressed=pressed)
            tag("p", *prose(one.meaning), css="quiet")
            _Drawn(swept, picture, one)
            tag("p", *prose(picture.data["words"]), css="quiet")
    _TakeAway(swept, picture, one)


def map_key(swept: Swept) -> str:
    """Return what tells one sweep from another."""
    return f"{key_of(swept.scenario, swept.seed)} {swept.x} {swept.y} {swept.steps} {swept.replicates}"


@solara.component
def _TakeAway(swept: Swept, picture: _Picture | None, one: Shown) -> None:
    link, note = solara.use_memo(lambda: shared(addresses.sweep_address, swept), [swept])
    line = addresses.sweep_command(swept)
    said = "Where the command names files, download them below into the folder where you run it." * (".toml" in line)
    if not swept.y:
        said += " It keeps every run's last month, so that R is that of this month there; the Python reads it as here."
    with tag("section", css="panel take-away", aria_label="Share and take away"):
        tag("h2", "Share it, take it away, make it again")
        Share(
            path="/sweep", address=link, python=addresses.sweep_python(swept), command=line, files=said, note=note
        )  # fmt: skip
        tag("h3", "Files")
        with tag("div", css="buttons"):
            for label, make in [*(files(picture.zone, one) if picture else []), *asked_files(swept)]:
                Download(label, make)


def pictures(plan: ZonePlan, key: str, visitor: str, job: Job) -> Iterator[_Picture]:
    """Yield a sweep as it fills in, not faster than anybody can watch; points that somebody ran are not run again."""
    kept = MAPS.get(key)
    if kept is not None:
        yield _Picture(kept, picture_data(kept))
    told = 0.0
    for zone in filling(plan, POOL.share(visitor), job.advance, kept):
        MAPS.put(key, zone)
        if not zone.interrupted or time.monotonic() - told > OFTEN:
            told = time.monotonic()
            yield _Picture(zone, picture_data(zone))


@solara.component
def _Drawn(swept: Swept, picture: _Picture, one: Shown) -> None:
    router = solara.use_router()
    data, plan = picture.data, picture.zone.plan
    trouble, set_trouble = solara.use_state("")

    def open_point(sent: object) -> None:
        try:
            router.push(f"/?s={addresses.address(point(swept, plan, sent))}")
        except InputError as error:
            set_trouble(str(error))

    Trouble(trouble)
    if is_line(plan):
        points = sorted(data["points"], key=lambda p: p["column"])
        x = [plan.x.values[p["column"]] for p in points]
        ends = {key: [p[one.column][key] for p in points] for key in ("low", "high")}
        series = {"key": "a", "label": one.label, "mean": [p[one.column]["value"] for p in points], **ends}
        Chart(
            title=one.label, x=x, series=[series], bands=[], marks=[],
            unit="percent" if one.share else "", xlabel=data["x"]["label"], xname=data["x"]["title"],
            least_top=0.1 if one.share else 1.2, months=False, level=None if one.share else EDGE, levelname="R = 1",
        )  # fmt: skip
        tag("p", "Open a point in What if?:", css="quiet")
        with tag("div", css="buttons"):
            for p in points:
                Press(p["x"], partial(open_point, [0, p["column"]]), css="small")
        return
    _Map(
        title=one.label, x=data["x"]["values"], y=data["y"]["values"],
        xlabel=data["x"]["label"], ylabel=data["y"]["label"],
        cells=[_cell(p, one, data) for p in data["points"]], contour=data["contour"],
        unclear=data["unclear"], own=data["own"],
        keylow="0%" if one.share else "0", keyhigh="100%" if one.share else f"{one.top:g} or more",
        event_open=open_point,
    )  # fmt: skip
    tag("p", "Click a cell, or press Enter on it, to open it under What if?", css="quiet")


def _cell(p: dict[str, Any], one: Shown, data: dict[str, Any]) -> dict[str, Any]:
    """Return what a cell of a map shows."""
    value = p[one.column]["value"]
    share = None if value is None else min(value / one.top, 1.0)
    words = f"{data['x']['title']} {p['x']}, {data['y']['title']} {p['y']}: {one.label} {p[one.column]['words']}"
    return {
        "row": p["row"],
        "column": p["column"],
        "share": share,
        "inks": [] if share is None else [ink_on(ramp(share, colours)) for colours in (LIGHT, DARK)],
        "short": "-" if value is None else f"{value:.0%}" if one.share else f"{value:.1f}",
        "words": words + p[one.column]["between"],
    }


def point(swept: Swept, plan: ZonePlan, sent: object) -> Asked:
    """Return the comparison of a scenario with a point of a sweep. Raises InputError for a point that is none."""
    if isinstance(sent, list) and len(sent) == 2 and all(type(n) is int for n in sent):  # noqa: PLR2004 row, column
        row, column = sent
        if 0 <= row < len(plan.y.values) and 0 <= column < len(plan.x.values):
            return Asked(plan.scenario, plan.at(plan.x.values[column], plan.y.values[row]), seed=swept.seed)
    msg = "there is no such point."
    raise InputError(msg)


def files(zone: ZoneMap, one: Shown) -> list[tuple[str, Callable[[], tuple[str, str, bytes]]]]:
    """Return what can be taken away: a label, and what makes the file."""

    def drawn(kind: str, mime: str) -> Callable[[], tuple[str, str, bytes]]:
        def make() -> tuple[str, str, bytes]:
            from conducive.experiments.figures import zone_figure

            figure = (line_figure if is_line(zone.plan) else zone_figure)(zone, one)
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


def asked_files(swept: Swept) -> list[tuple[str, Callable[[], tuple[str, str, bytes]]]]:
    """Return the files that ask for a sweep: its scenario, and for a line the sweep of it."""
    toml = "application/toml"
    found: list[tuple[str, Callable[[], tuple[str, str, bytes]]]] = [
        ("Scenario (TOML)", lambda: ("scenario.toml", toml, addresses.scenario_file(swept.scenario).encode()))
    ]
    if not swept.y:
        along = plan_of(swept).x
        asked = addresses.sweep_file(swept, {along.name: along.values})
        found.append(("Sweep (TOML)", lambda: ("sweep.toml", toml, asked.encode())))
    return found


def _table(zone: ZoneMap) -> Any:
    """Return the table of a sweep with its axes under their own names."""
    plan = zone.plan
    table = zone.table.drop(columns=["y"] if is_line(plan) else [])
    return table.rename(columns={"x": plan.x.name, "y": plan.y.name})
