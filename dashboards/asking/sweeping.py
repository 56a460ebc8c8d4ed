"""What a sweep is asked: what can vary, how far, in the units that people read, and questions to begin with."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any, cast

from conducive.dashboards.asking import sliders
from conducive.dashboards.asking.asked import Swept
from conducive.dashboards.asking.documents import bounded
from conducive.experiments.search.zone.filling import sweep_plan
from conducive.experiments.search.zone.plan import Axis, ZonePlan
from conducive.scenarios.conditions import CLUSTERS, conditions, inputs
from conducive.scenarios.declaration import number
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import FIXED, Scenario, declared

NOTHING = "Nothing: a line over one condition"
START: dict[str, Any] = {
    "x": {"name": "finance.funding_term", "low": 12, "high": 72},
    "y": {"name": "trust_emotions_relationships", "low": 0, "high": 100},
    "steps": 7,
    "replicates": 20,
}
QUESTIONS: dict[str, dict[str, Any]] = {
    "How long must a grant be?": {"x": {"name": "finance.funding_term", "low": 6, "high": 96}},
    "How much must the council pay?": {"x": {"name": "finance.mainstreaming", "low": 0, "high": 100}},
    "What turnover can we stand?": {"x": {"name": "workforce_capacity.turnover", "low": 4, "high": 40}},
    "How much coaching is enough?": {"x": {"name": "knowledge_and_skills.coaching", "low": 0, "high": 4}},
    "Does trust make up for a short grant?": {"x": START["x"], "y": START["y"]},
}
"""Questions that people bring, and what is varied to answer them."""
POSITION = (100.0, "%")
"""How positions of whole conditions are read, from 0% for the barrier to 100% for the facilitator."""


class AxisError(InputError):
    """What is wrong with one of the axes; `axis` says which, x or y."""

    def __init__(self, text: str, axis: str) -> None:
        """Keep which axis it is."""
        super().__init__(text)
        self.axis = axis


def question(text: object) -> dict[str, Any] | None:
    """Return what the form holds for a question that people bring; None where there is no such question."""
    if not isinstance(text, str) or text not in QUESTIONS:
        return None
    return {"y": {"name": ""}, "steps": START["steps"], "replicates": START["replicates"]} | QUESTIONS[text]


def scale(name: str) -> tuple[float, str]:
    """Return by how much values of what varies are multiplied to be read, and the unit then."""
    return sliders.scale(declared()[name]) if name in declared() else POSITION


def said(axis: Axis, value: float) -> str:
    """Return a value of an axis as people read it."""
    return sliders.written(declared()[axis.name], value) if axis.name in declared() else f"{100 * value:.3g}%"


def named(axis: Axis) -> str:
    """Return what to write beside an axis: what varies, and its unit."""
    unit = scale(axis.name)[1] if axis.name in declared() else "0% barrier, 100% facilitator"
    return f"{axis.title} ({unit})"


def axes_of(swept: Swept | None) -> dict[str, Any]:
    """Return what a sweep varies as the form shows it; what is usual where there is none."""
    if swept is None:
        return START
    found: dict[str, Any] = {"steps": swept.steps, "replicates": swept.replicates}
    for key, asked in (("x", swept.x), ("y", swept.y)):
        name, _, ends = asked.partition("=")
        low, high = (round(float(end) * scale(name)[0], 9) for end in ends.split(":")) if name else (0.0, 0.0)
        found[key] = {"name": name, "low": low, "high": high} if name else {"name": ""}
    return found


@cache
def options() -> list[dict[str, Any]]:
    """Return everything that can vary: conditions, clusters and inputs, with their usual ends as people read them."""
    ends = "From 0%, the barrier, to 100%, the facilitator."
    whole = [(c.name, c.title, f"{c.meaning} {ends}") for c in conditions()]
    clusters = [(name, sliders.cluster_title(name), f"All its conditions. {ends}") for name in CLUSTERS]
    single = [
        {
            "name": i.address,
            "label": f"{sliders.label(i)}, {sliders.scale(i)[1]}",
            "low": sliders.read(i, i.low),
            "high": sliders.read(i, i.high),
            "meaning": f"{i.meaning} {sliders.span(i)}; usual: {sliders.written(i, i.default)}.",
        }
        for i in inputs()
        if i.address not in FIXED
    ]
    found = [
        *({"name": n, "label": f"{t} (a whole condition)", "low": 0, "high": 100, "meaning": m} for n, t, m in whole),
        *({"name": n, "label": f"{t} (a cluster)", "low": 0, "high": 100, "meaning": m} for n, t, m in clusters),
        *sorted(single, key=lambda one: str(one["label"])),
    ]
    labels = [one["label"] for one in found]
    for one in found:
        if labels.count(one["label"]) > 1:
            one["label"] = f"{one['label']}: {one['name']}"
    return found


def asked_sweep(scenario: Scenario, sent: object) -> Swept:
    """Return the sweep that a browser asks for. Raises InputError for axes that are none."""
    given = sent if isinstance(sent, dict) else {}
    x, y = (_axis(given.get(axis), axis) for axis in ("x", "y"))
    if not x:
        msg = "please choose what varies."
        raise AxisError(msg, "x")
    steps, replicates = (cast("int", given.get(key)) for key in ("steps", "replicates"))
    return Swept(scenario, x, y, steps, replicates)


def plan_of(swept: Swept) -> ZonePlan:
    """Return the plan of a sweep. Raises InputError for what cannot be swept."""
    scenario = bounded(swept.scenario)
    for asked in (swept.x, swept.y):
        if asked and not re.fullmatch(r"[^=]{1,80}=[^=:]{1,40}:[^=:]{1,40}", asked):
            msg = "a range needs two numbers, from and to."
            raise InputError(msg)
    return sweep_plan(scenario, swept.x, swept.y, swept.replicates, swept.seed, steps=swept.steps)


def _axis(given: object, axis: str) -> str:
    """Return an axis as `NAME=LOW:HIGH` in the units of the model, or nothing where none is chosen."""
    if not isinstance(given, dict) or not given.get("name"):
        return ""
    name = str(given["name"])[:80]
    ends = [given.get("low"), given.get("high")]
    if not all(isinstance(e, int | float) and not isinstance(e, bool) and math.isfinite(e) for e in ends):
        msg = "a range needs two numbers, from and to."
        raise AxisError(msg, axis)
    by = scale(name)[0]
    low, high = (round(float(cast("float", end)) / by, 9) for end in ends)
    declaration = declared().get(name)
    least, most = (declaration.minimum, declaration.maximum) if declaration else (0.0, 1.0)
    for end, typed in zip((low, high), ends, strict=True):
        if not least <= end <= most:
            label, span = (
                (sliders.label(declaration), sliders.span(declaration)) if declaration else (name, "0 to 100%")
            )
            msg = f"{label.replace('_', ' ')}: {span}. You typed {number(cast('float', typed))}."
            raise AxisError(msg, axis)
    return f"{name}={low:.10g}:{high:.10g}"
