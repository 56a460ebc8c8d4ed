"""Conditions: the 18 conditional parameters of the paper, what stands behind each, and which of them matter most."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import solara

from conducive.dashboards.asking import sliders
from conducive.dashboards.widgets.glossary import interval, prose, term
from conducive.dashboards.widgets.html import Trouble, heading, tag, template
from conducive.experiments.evidence.ranking import SCENARIO, Ranked, ranking_plan, stored_ranking
from conducive.experiments.pages.curves import read_by, rule_curves
from conducive.experiments.search.sensitivity.plan import SensitivityPlan
from conducive.experiments.words import listed, signed
from conducive.scenarios.conditions import CLUSTERS, conditions
from conducive.scenarios.declaration import Condition
from conducive.scenarios.errors import InputError

SCREENING = "Morris's method: one condition after another is moved, each time from other starting points."
INTERVAL = interval("other starting points and other luck")
POINTS = "Percentage points of practitioners who use it as it is meant."
PLACE = "By how strongly a condition moves use as it is meant. In brackets: the ranks that the intervals leave open."


@template("conditions.vue")
def _Conditions(
    clusters: list[dict[str, Any]],
    place: str,
    curves: dict[str, Any],
    others: dict[str, str],
    event_draw: Callable[[Any], None],
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
    ranked, trouble = solara.use_memo(ranks, [])

    def draw(name: object) -> None:
        known = {c.name: c for c in conditions()}
        if isinstance(name, str) and name in known:
            set_curves(lambda drawn: {**drawn, name: curves_of(known[name])})

    _Ranking(ranked, trouble)
    others = {c.name: _others(c) for c in conditions() if c.name in curves}
    _Conditions(clusters=clusters(ranked), place=PLACE, curves=curves, others=others, event_draw=draw)


def ranks() -> tuple[tuple[Ranked, ...], str]:
    """Return the stored ranking, and what is wrong with it; no ranking where something is."""
    try:
        return stored_ranking(), ""
    except InputError as error:
        return (), str(error)


def clusters(ranked: tuple[Ranked, ...] = ()) -> list[dict[str, Any]]:
    """Return the conditions by cluster as the page shows them."""
    rank = {one.name: f"number {placed(one)} of {len(ranked)}" for one in ranked}
    moves = {one.name: f"it moves use as it is meant by {strength(one)} points" for one in ranked}
    return [
        {
            "name": cluster,
            "title": sliders.cluster_title(cluster),
            "conditions": [
                _shown(c) | {"rank": rank.get(c.name, ""), "moves": moves.get(c.name, "")}
                for c in conditions()
                if c.cluster == cluster
            ],
        }
        for cluster in CLUSTERS
    ]


def _shown(c: Condition) -> dict[str, Any]:
    rows = [sliders.lever(i, i.default, i.default, c) for i in c.inputs]
    kept = ("address", "label", "meaning", "usual", "range", "grade", "gradetext", "source")
    inputs = [
        {key: row[key] for key in kept}
        | {"barrier": sliders.written(i, i.barrier or 0.0), "facilitator": sliders.written(i, i.facilitator or 0.0)}
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
        "searched": " ".join([*searched, *(f"{i.address} {i.meaning} {i.source}" for i in c.inputs)]),
    }


@cache
def curves_of(condition: Condition) -> list[dict[str, Any]]:
    """Return the curves of the rules that read a condition's inputs, as the page shows them."""
    found = []
    for i in condition.inputs:
        for curve in rule_curves(i):
            top, bottom = max(curve.y), min(curve.y)
            shown = bottom if bottom > top / 2 or bottom < 0 else 0.0
            ends = [sliders.written(i, x) for x in (curve.x[0], curve.x[-1])]
            found.append(
                {
                    "input": sliders.label(i),
                    "rule": curve.rule,
                    "says": curve.says,
                    "x": list(curve.x),
                    "y": list(curve.y),
                    "top": f"{top:.2g}",
                    "bottom": f"{shown:.2g}",
                    "from": ends[0],
                    "to": ends[1],
                    "spoken": f"{curve.says} Along {sliders.label(i).lower()} from {ends[0]} to {ends[1]} it goes from "
                    f"{curve.y[0]:.3g} to {curve.y[-1]:.3g}.",
                }
            )
    return found


def _others(c: Condition) -> str:
    """Return which rules and processes read the inputs of a condition, by their names in the code."""
    return "In the code: " + "; ".join(f"{sliders.label(i)} is read by {listed(read_by(i))}" for i in c.inputs) + "."


# ---- Which matter most ---------------------------------------------------------------------------------------------


@solara.component
def _Ranking(ranked: tuple[Ranked, ...], trouble: str) -> None:
    with tag("section", css="panel", aria_label="Which conditions matter most"):
        tag("h2", "Which matter most?")
        Trouble(trouble)
        if not ranked:
            return
        plan = ranking_plan()
        tag(
            "p",
            "A ",
            term("screening", SCREENING),
            *prose(
                f" of all {len(ranked)} conditions, each from barrier to facilitator, in the class-sized default "
                f"organisation of {plan.question.scenario['organisation.posts']:.0f} posts with the default "
                f"coefficients: {plan.runs:,} runs. It says how far use as it is meant, in the last month, moves with "
                "each."
            ),
            css="prose",
        )
        most = max(one.high for one in ranked) or 1.0
        titles = {c.name: c.title for c in conditions()}
        heads = [
            [term("Rank", PLACE)],
            ["Condition"],
            ["Strength in ", term("points", POINTS), " (", term("95% interval", INTERVAL), ")"],
            [],
            ["On average"],
        ]
        with tag("details"):
            tag("summary", f"All {len(ranked)} by strength")
            with tag("div", css="scroll", tabindex="0", role="region", aria_label="Conditions by strength"):
                tag(
                    "table",
                    tag("thead", tag("tr", *(tag("th", *head, scope="col") if head else tag("td") for head in heads))),
                    tag("tbody", *(_row(one, titles[one.name], most) for one in ranked)),
                    css="ranking",
                )
            tag(
                "p",
                "Strength is the mean size of the change whichever way it goes (Morris's mu*); the last column has its "
                "sign (mu). An asterisk marks a condition where luck alone might show as much. Ranks depend on where "
                "one starts from: other organisations and other coefficients give others.",
                css="quiet",
            )
            tag("pre", command(plan), tabindex="0", aria_label="Command line that makes this ranking")


def command(plan: SensitivityPlan) -> str:
    """Return the command line that makes the ranking."""
    return (
        f"conducive sensitivity {SCENARIO} --method {plan.method} --trajectories {plan.trajectories} "
        f"--replicates {plan.replicates} --seed {plan.seed}"
    )


def placed(one: Ranked) -> str:
    """Return a rank with the ranks that the intervals leave open."""
    return f"{one.place}" if one.first == one.last else f"{one.place} ({one.first} to {one.last})"


def strength(one: Ranked) -> str:
    """Return how strongly a condition moves use, in percentage points, with its interval."""
    return f"{one.strength:.1f} ({one.low:.1f} to {one.high:.1f})"


def _row(one: Ranked, title: str, most: float) -> Any:
    mark = "" if one.low > one.luck else " *"
    return tag(
        "tr",
        tag("td", placed(one), css="number"),
        tag("th", title + mark, scope="row"),
        tag("td", strength(one)),
        tag(
            "td",
            tag("span", css="bar a", style=f"width:{100 * one.strength / most:.0f}%"),
            css="bars",
            aria_hidden="true",
        ),
        tag("td", signed(one.change), css="number"),
    )
