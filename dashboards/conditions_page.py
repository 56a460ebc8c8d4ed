"""Conditions: the 18 conditional parameters of the paper, what stands behind each, and which of them matter most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import solara

from conducive.dashboards import levers
from conducive.dashboards.parts import Press, Trouble, heading, tag, term, use_answers
from conducive.dashboards.work import POOL, Cache, Job
from conducive.experiments.curves import processes, rule_curves
from conducive.experiments.sensitivity import Sensitivity, SensitivityPlan, analyse, sensitivity_plan
from conducive.experiments.words import listed, signed
from conducive.scenarios.conditions import CLUSTERS, conditions
from conducive.scenarios.declaration import Condition

TRAJECTORIES, REPLICATES = 16, 6
SCENARIO = "classroom"


@dataclass(frozen=True, slots=True)
class Ranked:
    """How strongly a condition moves use as it is meant, from its barrier end to its facilitator end.

    Attributes:
        name: of the condition.
        strength: mean size of the change, in percentage points, with its 95% interval (low, high).
        low: lower end of that.
        high: upper end of that.
        change: mean change, signed.
        luck: size that luck alone would show.

    """

    name: str
    strength: float
    low: float
    high: float
    change: float
    luck: float


RANKINGS: Cache[tuple[Ranked, ...]] = Cache(4)


@solara.component_vue("conditions.vue")
def _Conditions(
    clusters: list[dict[str, Any]], curves: dict[str, Any], others: dict[str, str], event_draw: Callable[[Any], None]
) -> None:
    """Conditions by cluster, which can be searched and opened."""


@solara.component
def Page() -> None:
    """Search, open, and rank."""
    solara.Title("Conditions - Conducive")
    heading(
        "Conditions",
        "The 18 conditions that the paper found to help or hinder innovation in children's social care, in five "
        "clusters; what the model makes of each, and what stands behind its numbers.",
    )
    curves, set_curves = solara.use_state({})
    ranked, set_ranked = solara.use_state(())

    def draw(name: object) -> None:
        known = {c.name: c for c in conditions()}
        if isinstance(name, str) and name in known:
            set_curves(lambda drawn: {**drawn, name: curves_of(known[name])})

    _Ranking(ranked, set_ranked)
    others = {c.name: _others(c) for c in conditions() if c.name in curves}
    _Conditions(clusters=clusters(ranked), curves=curves, others=others, event_draw=draw)


def clusters(ranked: tuple[Ranked, ...] = ()) -> list[dict[str, Any]]:
    """Return the conditions by cluster as the page shows them."""
    place = {one.name: n for n, one in enumerate(ranked, 1)}
    return [
        {
            "name": cluster,
            "title": levers.cluster_title(cluster),
            "conditions": [_shown(c, place.get(c.name)) for c in conditions() if c.cluster == cluster],
        }
        for cluster in CLUSTERS
    ]


def _shown(c: Condition, place: int | None) -> dict[str, Any]:
    rows = [levers.lever(i, i.default, i.default, c) for i in c.inputs]
    kept = ("address", "label", "meaning", "usual", "range", "grade", "gradetext", "source")
    inputs = [
        {key: row[key] for key in kept}
        | {"barrier": levers.written(i, i.barrier or 0.0), "facilitator": levers.written(i, i.facilitator or 0.0)}
        for i, row in zip(c.inputs, rows, strict=True)
    ]
    searched = [c.name, c.title, c.meaning, c.facilitator, c.barrier, c.acts_through]
    return {
        "name": c.name,
        "title": c.title,
        "meaning": c.meaning,
        "facilitator": c.facilitator,
        "barrier": c.barrier,
        "acts": c.acts_through,
        "paper": c.paper,
        "inputs": inputs,
        "rank": f"number {place} of {len(conditions())}" if place else "",
        "searched": " ".join([*searched, *(f"{i.address} {i.meaning} {i.source}" for i in c.inputs)]),
    }


@cache
def _curves_of(name: str) -> list[dict[str, Any]]:
    condition = next(c for c in conditions() if c.name == name)
    found = []
    for i in condition.inputs:
        for curve in rule_curves(i):
            top, bottom = max(curve.y), min(curve.y)
            shown = bottom if bottom > top / 2 or bottom < 0 else 0.0
            ends = [levers.written(i, x) for x in (curve.x[0], curve.x[-1])]
            found.append(
                {
                    "input": levers.label(i),
                    "rule": curve.rule,
                    "says": curve.says,
                    "x": list(curve.x),
                    "y": list(curve.y),
                    "top": f"{top:.2g}",
                    "bottom": f"{shown:.2g}",
                    "from": ends[0],
                    "to": ends[1],
                    "spoken": f"{curve.says} Along {levers.label(i).lower()} from {ends[0]} to {ends[1]} it goes from "
                    f"{curve.y[0]:.3g} to {curve.y[-1]:.3g}.",
                }
            )
    return found


def curves_of(condition: Condition) -> list[dict[str, Any]]:
    """Return the curves of the rules that read a condition's inputs, as the page shows them."""
    return _curves_of(condition.name)


def _others(c: Condition) -> str:
    """Return what reads the inputs of a condition that have no curve."""
    without = [i for i in c.inputs if not rule_curves(i)]
    said = []
    for i in without:
        found = processes(i)
        said.append(f"{levers.label(i)} is read by the month itself ({listed(found[:3])})" if found else "")
    told = [text for text in said if text]
    return f"{'; '.join(told)}." if told else ""


# ---- Which matter most ---------------------------------------------------------------------------------------------


@solara.component
def _Ranking(ranked: tuple[Ranked, ...], set_ranked: Callable[[tuple[Ranked, ...]], None]) -> None:
    wanted, set_wanted = solara.use_state(False)
    with tag("section", css="panel", aria_label="Which conditions matter most"):
        tag("h2", "Which matter most?")
        plan = solara.use_memo(ranking_plan, [])
        tag(
            "p",
            "A ",
            term("screening", "Morris's method: one condition after another is moved, from many starting points."),
            f" of all 18 conditions in a small service of forty posts, from barrier to facilitator: "
            f"{plan.runs:,} runs. It says how far use as it is meant, in the last month, moves with each.",
            css="prose",
        )
        if wanted:
            _Ranked(plan, ranked, set_ranked)
        else:
            Press("Work it out", lambda: set_wanted(True), css="main")


def ranking_plan() -> SensitivityPlan:
    """Return what a ranking asks: all conditions, each from barrier to facilitator."""
    names = [c.name for c in conditions()]
    return sensitivity_plan(SCENARIO, names, method="morris", trajectories=TRAJECTORIES, replicates=REPLICATES)


@solara.component
def _Ranked(
    plan: SensitivityPlan, ranked: tuple[Ranked, ...], set_ranked: Callable[[tuple[Ranked, ...]], None]
) -> None:
    visitor = solara.get_session_id()
    done, set_done = solara.use_state(0)
    answer, stop, again = use_answers(lambda job: rankings(plan, visitor, job, set_done), "ranking")
    solara.use_effect(lambda: set_ranked(answer.value or ()), [answer.value])
    Trouble(answer.trouble)
    with tag("div", css="status", role="status"):
        if answer.working and not answer.value:
            tag("progress", value=str(done), max=str(plan.runs), aria_label=f"{done} of {plan.runs} runs")
            tag("span", f"{done:,} of {plan.runs:,} runs")
            Press("Cancel", stop, css="small")
        elif answer.cancelled:
            tag("span", f"Cancelled after {done:,} runs.")
            Press("Work it out", again, css="small")
    if ranked:
        most = max(one.high for one in ranked) or 1.0
        titles = {c.name: c.title for c in conditions()}
        with tag("div", css="scroll", tabindex="0", role="region", aria_label="Conditions by strength"):
            heads = ("", "Condition", "Moves use by, in points (95% interval)", "", "On average")
            tag(
                "table",
                tag("thead", tag("tr", *(tag("th", text, scope="col") for text in heads))),
                tag("tbody", *(_row(n, one, titles[one.name], most) for n, one in enumerate(ranked, 1))),
                css="ranking",
            )
        tag(
            "p",
            "Strength is the mean size of the change whichever way it goes; the last column has its sign. Where luck "
            "alone would show as much, a condition is marked with an asterisk. It depends on where one starts from.",
            css="quiet",
        )


def _row(n: int, one: Ranked, title: str, most: float) -> Any:
    mark = "" if one.low > one.luck else " *"
    return tag(
        "tr",
        tag("td", str(n), css="number"),
        tag("th", title + mark, scope="row"),
        tag("td", f"{one.strength:.1f} ({one.low:.1f} to {one.high:.1f})"),
        tag(
            "td",
            tag("span", css="bar a", style=f"width:{100 * one.strength / most:.0f}%"),
            css="bars",
            aria_hidden="true",
        ),
        tag("td", signed(one.change), css="number"),
    )


def rankings(
    plan: SensitivityPlan, visitor: str, job: Job, tell: Callable[[int], None]
) -> Iterator[tuple[Ranked, ...]]:
    """Yield the conditions, the strongest first; worked out once for all visitors."""
    known = RANKINGS.get("all")
    if known is None:
        told = 0

        def advance(count: int) -> None:
            nonlocal told
            job.advance(count)
            if job.done - told >= plan.runs // 25:
                told = job.done
                tell(told)

        known = ranking(analyse(plan, POOL.share(visitor), advance))
        RANKINGS.put("all", known)
    yield known


def ranking(found: Sensitivity) -> tuple[Ranked, ...]:
    """Return the conditions of a screening, the strongest first, in percentage points."""
    screening = found.screening
    assert screening is not None
    rows = screening.table.to_dict("records")
    ranked = [
        Ranked(
            str(row["factor"]),
            *(100 * float(row[key]) for key in ("mu_star", "mu_star_low", "mu_star_high", "mu", "luck")),
        )
        for row in rows
    ]
    return tuple(sorted(ranked, key=lambda one: -one.strength))
