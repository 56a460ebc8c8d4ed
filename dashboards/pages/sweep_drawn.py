"""A sweep as it is drawn: a line or a map, with a star that can be put anywhere on it and use over time beside it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import solara

from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking.answers import asked_key, first_answers
from conducive.dashboards.asking.asked import Asked, Swept
from conducive.dashboards.asking.sweeping import named, said, scale
from conducive.dashboards.comparing.results import lines_of
from conducive.dashboards.widgets.chart import Chart
from conducive.dashboards.widgets.html import Empty, Loading, Press, Trouble, tag, template
from conducive.dashboards.widgets.progress import use_answers
from conducive.dashboards.widgets.theme import DARK, LIGHT, ink_on, ramp
from conducive.experiments.lives.readings import EDGE, Shown
from conducive.experiments.search.zone.filling import is_line
from conducive.experiments.search.zone.map import ZoneMap
from conducive.experiments.search.zone.plan import ZonePlan
from conducive.scenarios.errors import InputError


@dataclass(frozen=True)
class Picture:
    """A sweep so far: its map, and what is shown of it."""

    zone: ZoneMap
    data: dict[str, Any]


@template("zonemap.vue")
def _Map(
    title: str, x: list[float], y: list[float], xlabel: str, ylabel: str, xscale: float, yscale: float,
    cells: list[dict[str, Any]], contour: list[list[list[float]]], unclear: list[list[list[list[float]]]],
    services: list[list[float]], own: list[int] | None, star: list[int] | None,
    keylow: str, keyhigh: str, event_place: Callable[[Any], None],
) -> None:  # fmt: skip
    """A map with a star that can be put anywhere on it."""


@solara.component
def Drawn(swept: Swept, picture: Picture, one: Shown) -> None:
    """A sweep so far, with a star on it, and beside it use over time where the star is."""
    router = solara.use_router()
    data, plan = picture.data, picture.zone.plan
    placed, place = solara.use_state(data["own"])
    trouble, set_trouble = solara.use_state("")
    star = placed if placed is not None and picture.zone.done[tuple(placed)] else None

    def put(sent: object) -> None:
        try:
            point(swept, plan, sent)
        except InputError as error:
            set_trouble(str(error))
        else:
            place(sent)

    def open_point() -> None:
        with suppress(InputError):
            router.push(f"/?s={addresses.address(point(swept, plan, star))}")

    Trouble(trouble)
    with tag("div", css="drawn"):
        with tag("div"):
            if is_line(plan):
                _line(data, plan, one, star, put)
            else:
                _map(data, plan, one, star, put)
        with tag("div", css="there"):
            if star is None:
                Empty("Press a point to see use over time there.")
            else:
                Press("Open this point under What if?", open_point, css="small")
                _Curve(point(swept, plan, star), _where(plan, star))


def _line(
    data: dict[str, Any], plan: ZonePlan, one: Shown, star: list[int] | None, put: Callable[[object], None]
) -> None:
    """Put a sweep over one condition on the page, with a star that can be drawn along it."""
    points = sorted(data["points"], key=lambda p: p["column"])
    columns = [p["column"] for p in points]
    ends = {key: [p[one.column][key] for p in points] for key in ("low", "high")}
    series = {"key": "a", "label": one.label, "mean": [p[one.column]["value"] for p in points], **ends}
    by, unit = scale(plan.x.name)
    Chart(
        title=one.label, x=[plan.x.values[n] * by for n in columns], series=[series], bands=[], marks=[],
        unit="percent" if one.share else "", xlabel=named(plan.x), xname=data["x"]["title"], xunit=unit,
        least_top=0.1 if one.share else 1.2, months=False, level=None if one.share else EDGE, levelname="R = 1",
        star=columns.index(star[1]) if star is not None and star[1] in columns else -1, draggable=True,
        event_place=lambda n: put([0, columns[n]] if type(n) is int and 0 <= n < len(columns) else n),
    )  # fmt: skip
    tag("p", "Press a point, or drag the star: beside it stands use over time there.", css="quiet")


def _map(
    data: dict[str, Any], plan: ZonePlan, one: Shown, star: list[int] | None, put: Callable[[object], None]
) -> None:
    """Put a sweep over two conditions on the page, with a star that can be put anywhere on it."""
    _Map(
        title=one.label, x=data["x"]["values"], y=data["y"]["values"], xlabel=named(plan.x), ylabel=named(plan.y),
        xscale=scale(plan.x.name)[0], yscale=scale(plan.y.name)[0],
        cells=[cell(p, one, plan) for p in data["points"]], contour=data["contour"],
        unclear=data["unclear"], services=data["services"], own=data["own"], star=star,
        keylow="0%" if one.share else "0", keyhigh="100%" if one.share else f"{one.top:g} or more",
        event_place=put,
    )  # fmt: skip
    tag(
        "p",
        "Click a cell, press Enter on it, or drag the star there: beside it stands use over time at that point.",
        css="quiet",
    )


@solara.component
def _Curve(asked: Asked, where: str) -> None:
    """Use over time where the star is, beside the scenario as it stands."""
    visitor = solara.get_session_id()
    answer, *_ = use_answers(lambda job: first_answers(asked, visitor, job), asked_key(asked))
    Trouble(answer.trouble)
    found = answer.value
    if found is None:
        if not answer.trouble:
            Loading("Running this point ...")
        return
    lines = [{**one, "label": f"{one['short']}: {words}"} for one, words in
             zip(lines_of(found), ("as the scenario stands", where), strict=True)]  # fmt: skip
    with tag("div", css="" if answer.fresh else "stale"):
        Chart(
            title="Practitioners using it as it is meant", x=list(range(1, found["months"] + 1)), series=lines,
            bands=[], marks=[], unit="percent", xlabel="Months after launch", xname="Month", least_top=0.1, tall=300,
        )  # fmt: skip


def _where(plan: ZonePlan, star: list[int]) -> str:
    """Return where the star is, in words."""
    row, column = star
    x = f"{plan.x.title} {said(plan.x, plan.x.values[column])}"
    return x if is_line(plan) else f"{x}, {plan.y.title} {said(plan.y, plan.y.values[row])}"


def cell(p: dict[str, Any], one: Shown, plan: ZonePlan) -> dict[str, Any]:
    """Return what a cell of a map shows."""
    value = p[one.column]["value"]
    share = None if value is None else min(value / one.top, 1.0)
    words = f"{_where(plan, [p['row'], p['column']])}: {one.label} {p[one.column]['words']}"
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
