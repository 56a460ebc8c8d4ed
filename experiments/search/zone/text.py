"""What a map of the conducive zone says, in plain English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from conducive.experiments.lives.intervals import AN_AMOUNT
from conducive.experiments.lives.readings import EDGE, mean_of
from conducive.experiments.lives.text import NOT_A_FORECAST, name_of
from conducive.experiments.words import bullet, heading, listed, paragraph, percent, plain, pounds, several, table

if TYPE_CHECKING:
    from conducive.experiments.lives.intervals import Numbers
    from conducive.experiments.search.zone.map import Move, ZoneMap
    from conducive.experiments.search.zone.plan import Axis

MOST_COLUMNS = 12
"""Columns of a map that a page has room for."""


def say_zone(zone: ZoneMap) -> str:
    """Return where the zone is, where the scenario stands and what would move it across the edge."""
    parts = (_title, _asked, _standing, _moving, _edge, _grid, _reading)
    return "\n\n".join(section for part in parts if (section := part(zone))) + "\n"


def _title(zone: ZoneMap) -> str:
    plan = zone.plan
    place = f" - {plan.scenario.place}" if plan.scenario.place else ""
    return heading(f"The conducive zone: {name_of(plan.scenario)}{place}", "=")


def _asked(zone: ZoneMap) -> str:
    plan = zone.plan
    sets = 1 if plan.sets is None else len(np.unique(plan.sets))
    coefficients = f"over {sets} plausible sets of coefficients" if sets > 1 else "under the default coefficients"
    done = int(zone.done.sum())
    counted = f"Interrupted: {done} of {zone.done.size} points" if zone.interrupted else several(done, "point")
    lines = [
        bullet(f"along (x): {_ends(plan.x)}"),
        bullet(f"up (y): {_ends(plan.y)}"),
        "",
        paragraph(
            f"{counted}, {several(plan.replicates, 'run')} of {several(plan.scenario.horizon, 'month')} at each "
            f"{coefficients}, seed {plan.seed}, the same luck everywhere. R is read in month {plan.month}: how many "
            "colleagues one person using the innovation brings into use before lapsing or leaving, nobody else using "
            "it. The edge of the zone is where R is 1 on average."
        ),
        *(paragraph(note) for note in plan.notes),
    ]
    return "\n".join(lines)


def _ends(a: Axis) -> str:
    return f"{a.title} ({a.name}), {a.say(a.values[0])} to {a.say(a.values[-1])}" + (
        "" if a.unit else " (0 barrier, 1 facilitator)"
    )


def _standing(zone: ZoneMap) -> str:
    plan = zone.plan
    head = ("", "R", "95% interval", "R at least 1", "sustained", "95% interval")
    rows = []
    if len(zone.itself):
        rows.append(("as it stands", *_numbers(zone, zone.itself)))
    said = []
    for a in (plan.x, plan.y):
        if a.own is None:
            said.append(f"By {a.title.lower()} it stands off the map.")
        elif a.spread is not None and not math.isclose(*a.spread, abs_tol=0.005):
            low, high = a.spread
            said.append(
                f"{a.title}: its inputs stand at {low:.2f} to {high:.2f} between barrier and facilitator, {a.own:.2f} "
                "on average; on the map all of them stand there."
            )
    if zone.own is not None and zone.done[zone.own]:
        row, column = zone.own
        where = f"{plan.x.title.lower()} {plan.x.say(plan.x.values[column])}, {plan.y.title.lower()} "
        where += plan.y.say(plan.y.values[row])
        rows.append(("on the map", *_numbers(zone, zone.values[zone.own])))
        side = "inside" if zone.inside else "outside"
        low, _, high = mean_of(zone.values[zone.own][:, 0], plan.sets, AN_AMOUNT)
        sure = "" if math.isnan(low) or high < EDGE or low >= EDGE else ", though the interval holds both sides"
        said.append(f"On the map ({where}) it stands {side} the zone{sure}.")
    if not rows:
        return paragraph(" ".join(said)) if said else ""
    return "\n".join([heading("Where it stands"), table(head, rows), paragraph(" ".join(said))])


def _numbers(zone: ZoneMap, values: Numbers) -> tuple[str, ...]:
    found = zone.summary(values)
    interval = f"{plain(found['uptake_low'])} to {plain(found['uptake_high'])}"
    sustained = f"{percent(found['sustained_low']).removesuffix('%')} to {percent(found['sustained_high'])}"
    unknown = math.isnan(found["sustained"])
    return (
        plain(found["uptake"]),
        "-" if math.isnan(found["uptake_low"]) else interval,
        percent(found["open"]),
        percent(found["sustained"]),
        "-" if unknown else sustained,
    )


def _moving(zone: ZoneMap) -> str:
    if zone.inside is None or zone.interrupted:
        return ""
    plan, inside = zone.plan, zone.inside
    title = heading("What would take it out of the zone?" if inside else "What would move it into the zone?")
    if not zone.moves:
        side = "inside" if inside else "outside"
        reach = "All of the map lies" if _one_sided(zone) else "No move found on the map leads anywhere but"
        return "\n".join(
            [title, paragraph(f"Nothing on the map would: {reach[0].lower()}{reach[1:]} {side} the zone.")]
        )
    lines = []
    for move in zone.moves:
        low, mean, high = zone.money(move)
        between = "" if math.isnan(low) else f" (95% interval {pounds(low)} to {pounds(high)})"
        of = "of the range" if len(move.along) == 1 else "of both ranges, as the crow flies"
        lowest, r, highest = mean_of(move.values[:, 0], plan.sets, AN_AMOUNT)
        there = "" if math.isnan(lowest) else f" (95% interval {plain(lowest)} to {plain(highest)})"
        lines.append(
            bullet(
                f"{_path(zone, move)}: {move.share:.0%} {of}; R is {plain(r)} there{there}. Spent on it a year: "
                f"{'+' if mean >= 0 else ''}{pounds(mean)}{between}."
            )
        )
    said = _cheapest(zone)
    return "\n".join([title, *lines, paragraph(said)])


def _one_sided(zone: ZoneMap) -> bool:
    above = zone.uptake >= EDGE
    return bool(above.all() or not above.any())


def _path(zone: ZoneMap, move: Move) -> str:
    assert zone.own is not None
    row, column = zone.own
    parts = [
        f"{a.title.lower()} from {a.say(a.values[start])} to {a.say(end)}"
        for a, start, end in zip((zone.plan.x, zone.plan.y), (column, row), move.to, strict=True)
        if a.name in move.along
    ]
    return listed(parts)


def _cheapest(zone: ZoneMap) -> str:
    """Return which move is the shortest and which costs the least, and what that leaves out."""
    moves = zone.moves
    lacking = [a.title.lower() for a in (zone.plan.x, zone.plan.y) if (a.name,) not in {m.along for m in moves}]
    said = []
    if len(moves[0].along) > 1:
        said.append("Neither alone is enough within its range; this is the shortest way along both.")
    elif lacking:
        said.append(f"Changing {lacking[0]} alone is not enough within its range.")
    if len(moves) > 1:
        cheapest, dearest = sorted(moves, key=lambda move: zone.money(move).mean)
        shortest = moves[0]
        titles = {a.name: a.title.lower() for a in (zone.plan.x, zone.plan.y)}
        low, gap, high = zone.money(dearest, cheapest)
        if not low > 0:
            between = "" if math.isnan(low) else f", 95% interval {pounds(low)} to {pounds(high)}"
            said.append(
                f"Changing {titles[shortest.along[0]]} is the shortest move as a share of its range. Which of the two "
                f"costs less is not clear (changing {titles[cheapest.along[0]]}, by {pounds(gap)} a year on "
                f"average{between})."
            )
        elif shortest is cheapest:
            said.append(f"Changing {titles[shortest.along[0]]} is both the shortest move and the least costly.")
        else:
            said.append(
                f"Changing {titles[shortest.along[0]]} is the shortest move as a share of its range; changing "
                f"{titles[cheapest.along[0]]} costs the least."
            )
    said.append(
        "Money is what is spent on the innovation, a year on average over the horizon, less what is spent where it "
        "stands on the map. What it takes elsewhere to bring a change about, such as pay that keeps staff, has no "
        "price in the model and is not in it."
    )
    return " ".join(said)


def _edge(zone: ZoneMap) -> str:
    if zone.interrupted:
        return ""
    title = heading("The edge of the zone")
    if _one_sided(zone):
        side = "1 or more" if zone.uptake.min() >= EDGE else "below 1"
        return "\n".join([title, paragraph(f"R is {side} all over the map.")])
    # Read along the axis on which more lines cross the edge.
    along = str(zone.edge["along"].mode()[0])
    across, other = (zone.plan.x, zone.plan.y) if along == "x" else (zone.plan.y, zone.plan.x)
    columns = zone.edge.loc[zone.edge["along"] == along, ["at", "edge", "low", "high", "rising"]]
    edge = {at: rest for at, *rest in columns.to_numpy(float).tolist()}
    rows = []
    for n, at in reversed(list(enumerate(other.values))):
        if at not in edge:
            first = (zone.uptake if along == "x" else zone.uptake.T)[n, 0]
            rows.append((other.say(at), "throughout" if first >= EDGE else "nowhere", ""))
            continue
        crossing, low, high, rising = edge[at]
        between = "-" if math.isnan(low) else f"{across.say(low)} to {across.say(high)}"
        rows.append((other.say(at), f"{'from' if rising else 'up to'} {across.say(crossing)}", between))
    return "\n".join([title, table((other.title, f"zone open by {across.title.lower()}", "95% interval"), rows)])


def _grid(zone: ZoneMap) -> str:
    plan, share = zone.plan, zone.grid("open")
    rows = [
        (plan.y.say(y), *("" if math.isnan(one) else f"{100 * one:.0f}" for one in share[n].tolist()))
        for n, y in reversed(list(enumerate(plan.y.values)))
    ]
    if plan.shape[1] > MOST_COLUMNS:
        return ""
    head = ("%", *(plan.x.say(x).split(" ")[0] for x in plan.x.values))
    title = heading("Runs with R of at least 1, in % (x along, y up)")
    return "\n".join([title, table(head, rows)])


def _reading(zone: ZoneMap) -> str:
    sets = zone.plan.sets
    interval = (
        "Intervals hold luck and ignorance of the coefficients; the interval of the edge comes from drawing plausible "
        "sets anew."
        if sets is not None and sets[0] != sets[-1]
        else "Intervals hold luck alone, not doubt about the coefficients; the interval of the edge comes from drawing "
        "runs anew."
    )
    unknown = np.isnan(zone.grid("sustained"))[zone.done].sum()
    unjudged = (
        f" At {several(int(unknown), 'point')} sustained use cannot be judged, because external money ends less than "
        "24 months before the horizon."
        if unknown
        else ""
    )
    return "\n".join([heading("How to read this"), paragraph(f"{NOT_A_FORECAST} {interval}{unjudged}")])
