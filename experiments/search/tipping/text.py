"""What tipping points say: sentences that carry no more than the numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from conducive.experiments.lives.text import NOT_A_FORECAST, name_of
from conducive.experiments.search.factors import Factor
from conducive.experiments.search.tipping.crossing import Crossing
from conducive.experiments.search.tipping.ways import CONFIRMED, TRIED, Way, other_ends
from conducive.experiments.words import bullet, heading, listed, page, paragraph, section, several, table

if TYPE_CHECKING:
    from conducive.experiments.search.tipping.frontier import Frontier, Tipping
    from conducive.experiments.search.tipping.plan import TippingPlan


def say_frontier(found: Frontier) -> str:
    """Return what was asked and found, for a reader who was not there."""
    plan = found.plan
    by = "" if plan.against is None else f", by {plan.against.title.lower()}"
    crosses = f"where the {plan.question.what} crosses {plan.question.say(plan.target)}"
    return page(
        heading(f"{plan.moved.title}{by}: {crosses}", "="),
        _asked(found),
        _one(found.points[0]) if plan.against is None else _by_level(found),
        "" if found.ways is None else _ways(found, found.ways),
        _reading(found),
    )


def answer(point: Tipping) -> str:
    """Return the answer in a sentence or two: where it tips, or that it does not."""
    plan, moved = point.plan, point.plan.moved
    what, target = plan.question.what, plan.question.say(plan.target)
    span = f"between {moved.say(moved.low)} and {moved.say(moved.high)}"
    match point.status:
        case "crosses":
            return f"The {what} {_crosses(point.crossings[0], moved, target)}."
        case "several":
            parts = [_crosses(c, moved, target) for c in point.crossings]
            return f"The {what} crosses {target} {len(parts)} times: it {listed(parts)}."
        case "always above" | "always below":
            side = "above" if point.search.side > 0 else "below"
            return f"No crossing in range: the {what} is {side} {target} all the way {span}. {_ends(point)}"
        case "near an end":
            where = moved.say(moved.high if point.possible[0].open_high else moved.low)
            return (
                f"The {what} comes up to {target} only at the end of the range, about {where}; whether it crosses "
                f"there or beyond is not clear. A wider range would tell: {moved.name}=LOW:HIGH. {_ends(point)}"
            )
    return (
        f"It is not clear whether the {what} crosses {target} {span}: it comes too near the target for "
        f"{several(len(point.search.outcome), 'run')} to tell. {_ends(point)}"
    )


def _crosses(c: Crossing, moved: Factor, target: str) -> str:
    verb = "rises to" if c.rising else "falls to"
    low, high = (f"{moved.say(x)}{' or beyond' * beyond}" for x, beyond in ((c.low, c.open_low), (c.high, c.open_high)))
    where = f"{moved.title.lower()} of" if moved.unit else f"{moved.title} at position"
    article = "an " if moved.unit and where[0] in "aeiou" else "a " if moved.unit else ""
    return f"{verb} {target} at {article}{where} {moved.say(c.value)} (95% interval {low} to {high})"


def _ends(point: Tipping) -> str:
    both = _said_at_ends(point.plan, [point.search.at_end(end) for end in (0, -1)])
    return f"{both[:1].upper()}{both[1:]}." if both else ""


def _said_at_ends(plan: TippingPlan, ends: Sequence[tuple[float, float, float]]) -> str:
    """Return the outcome at both ends of the range, each with its interval."""
    moved, question = plan.moved, plan.question
    return listed(
        [
            f"at {moved.say(value)} it is {question.say(mean)} ({question.say(low)} to {question.say(high)})"
            for value, (low, mean, high) in zip((moved.low, moved.high), ends, strict=True)
            if not math.isnan(mean)
        ]
    )


def _asked(found: Frontier) -> str:
    plan = found.plan
    scenario, moved = plan.question.scenario, plan.moved
    place = f" ({scenario.place})" if scenario.place else ""
    runs = ("Interrupted: " if found.interrupted else "") + several(found.runs, "run")
    lines = [
        paragraph(
            f"Scenario: {name_of(scenario)}{place}. {moved.title} is moved from {moved.say(moved.low)} to "
            f"{moved.say(moved.high)}"
            + ("" if plan.against is None else f", at {len(plan.levels)} levels of {plan.against.title.lower()}")
            + f"; everything else stays. {runs}, seed {plan.seed}, placed where they tell most about the crossing."
        ),
        *(paragraph(note) for note in plan.notes),
    ]
    if unjudged := sum(p.search.unjudged for p in found.points):
        lines.append(
            paragraph(
                f"In {several(unjudged, 'run')} the outcome is not known by the horizon; these are left out, and would "
                "bias the answer if they differ from the others. A longer --set horizon=... would tell."
            )
        )
    return "\n".join(lines)


def _one(point: Tipping) -> str:
    lines = [heading("The tipping point"), paragraph(answer(point))]
    if point.crossings:
        lines.append(paragraph(_ends(point)))
        wide = max(c.half_width for c in point.search.crossings)
        if wide > 1.05 * point.plan.precision:
            lines.append(
                paragraph(
                    f"The interval is wider than was asked for (half of it {point.plan.moved.say(wide)}, not "
                    f"{point.plan.moved.say(point.plan.precision)}): more --runs would narrow it."
                )
            )
    lines += [paragraph(warning) for warning in _warnings(point)]
    return "\n".join([*lines, "", heading("How far it hangs on the coefficients"), paragraph(_sets(point))])


def _warnings(point: Tipping) -> list[str]:
    moved = point.plan.moved
    said = []
    if point.search.turn and len(point.crossings) < 2:  # noqa: PLR2004
        first, last = (moved.say(x) for x in point.search.turn)
        said.append(
            f"It does not go one way all along: between {first} and {last} it clearly goes the other way than from end "
            "to end."
        )
    if point.crossings:
        said += [
            f"It may also cross between {moved.say(c.low)} and {moved.say(c.high)}: there it cannot be told from the "
            "target."
            for c in point.possible
        ]
    return said


def _sets(point: Tipping) -> str:
    """Say over which values the tipping point ranges under plausible sets, or that this was not asked."""
    moved, places = point.plan.moved, point.by_set
    if not point.others:
        return (
            "The interval of the crossing holds luck alone, under the scenario's own coefficients. Not asked: how far "
            "the answer hangs on coefficients that no measurement fixes (--plausible)."
        )
    of = len(point.others) + 1
    own = (
        "The interval of the crossing holds luck alone, which more runs narrow; only evidence narrows the rest."
        if point.crossings
        else "What is said above holds for the scenario's own coefficients."
    )
    said = f"{own} Under {of} plausible sets of coefficients, its own among them, "
    if places:
        apart = places[0] < places[-1]
        spread = f"from {moved.say(places[0])} to {moved.say(places[-1])}" if apart else f"at {moved.say(places[0])}"
        said += f"it crosses {spread}" + (f" (middle one {moved.say(places[len(places) // 2])})" if apart else "")
        said += "" if len(places) == of else f" in {len(places)} of them"
    else:
        said += "it clearly crosses nowhere in the range"
    below, above = point.sets_at(-1), point.sets_at(1)
    rest = of - len(places) - below - above
    counts = {
        "is below the target all over the range": below,
        "is above it all over the range": above,
        "is not clear from the runs made": rest,
    }
    others = [f"in {n} it {what}" for what, n in counts.items() if n]
    return f"{said}; {listed(others)}." if others else f"{said}."


def _by_level(found: Frontier) -> str:
    plan, moved, against = found.plan, found.plan.moved, found.plan.against
    assert against is not None
    rows = [(against.say(p.level or 0.0), *_cells(p), *(_set_cell(p) if plan.sets > 1 else ())) for p in found.points]
    sets = (f"{plan.sets} plausible sets",) if plan.sets > 1 else ()
    return section(
        f"The tipping point by {against.title.lower()}",
        table((against.title, moved.title, "95% interval (luck)", *sets), rows),
        "",
        *(bullet(_at_level(p)) for p in found.points),
        *(bullet(f"At {_level(p)}: {w}") for p in found.points for w in _warnings(p)),
        "",
        paragraph(_trend(found)),
        *(["", paragraph(_sets(found.points[0]))] if plan.sets == 1 else []),
    )


def _at_level(point: Tipping) -> str:
    said = answer(point)
    return f"At {_level(point)}: {said[:1].lower()}{said[1:]}"


def _level(point: Tipping) -> str:
    against = point.plan.against
    assert against is not None
    assert point.level is not None
    return f"{against.title.lower()} {against.say(point.level)}"


def _cells(point: Tipping) -> tuple[str, str]:
    moved = point.plan.moved
    if point.crossings:
        c = point.crossings[0]
        more = f" (first of {len(point.crossings)})" if len(point.crossings) > 1 else ""
        return moved.say(c.value) + more, f"{moved.say(c.low)} to {moved.say(c.high)}"
    return {"always above": "always above", "always below": "never reached", "near an end": "about the end"}.get(
        point.status, "not clear"
    ), "-"


def _set_cell(point: Tipping) -> tuple[str]:
    moved, places, of = point.plan.moved, point.by_set, len(point.others) + 1
    if not point.others:
        return ("-",)
    if not places:
        return ("none crosses",)
    rest = "" if len(places) == of else f" ({len(places)} of {of})"
    return (f"{moved.say(places[0])} to {moved.say(places[-1])}{rest}",)


def _trend(found: Frontier) -> str:
    """Say how the tipping point moves from the first level to the last, where both have one for certain."""
    plan, against, moved = found.plan, found.plan.against, found.plan.moved
    assert against is not None
    known = [p for p in found.points if p.status == "crosses"]
    if len(known) < 2:  # noqa: PLR2004
        return "It crosses once at fewer than two levels: nothing can be said about how the tipping point moves."
    first, last = known[0], known[-1]
    a, b = first.crossings[0], last.crossings[0]
    between = f"between {against.title.lower()} {against.say(first.level or 0.0)} and {against.say(last.level or 0.0)}"
    if a.high < b.low or b.high < a.low:
        way = "up" if b.value > a.value else "down"
        return (
            f"The tipping point clearly moves {way} {between}: from {moved.say(a.value)} to {moved.say(b.value)} "
            "(the intervals of luck lie apart)."
        )
    return f"Whether the tipping point moves {between} is not clear: the intervals overlap. " + (
        f"More --runs or a smaller --precision (now {moved.say(plan.precision)}) would tell."
    )


def _ways(found: Frontier, ways: Sequence[Way]) -> str:
    """Say with which other values it does reach the target, and how to go on from there; or that none was found."""
    plan, moved, question = found.plan, found.plan.moved, found.plan.question
    target, way = question.say(plan.target), -found.side
    end = "facilitator" if way > 0 else "barrier"
    reach = f"to lie clearly {'above' if way > 0 else 'below'} {target}"
    alone = bool(ways) and len(ways[0].changes) == 1
    tried = (
        f"Each of {len(other_ends(question, way))} other conditions and inputs was moved to its {end} end, by itself"
        + ("" if alone else " and then the best of them with each other one")
        + f", with {moved.title.lower()} at either end of its range ({TRIED} runs each)."
    )
    lines = [heading("What else would have to change")]
    if not ways:
        none = f"Nothing of this was found {reach} at an end. More than two would have to change, or another end."
        return "\n".join([*lines, paragraph(f"{tried} {none}")])
    lines.append(paragraph(f"{tried} What {CONFIRMED} further runs each found {reach} at an end:"))
    without = "" if plan.against is None else " and without --against"
    for each in ways:
        settings = " ".join(f"--set {name}={value:.15g}" for name, value in each.changes.items())
        both = _said_at_ends(plan, (each.at_low_end, each.at_high_end))
        rest = (
            f"It crosses: the same command with this{without} says where."
            if each.crosses
            else "Whether it crosses in between is not clear."
        )
        lines.append(bullet(f"{settings}: {both}. {rest}"))
    return "\n".join(lines)


def _reading(found: Frontier) -> str:
    said = (
        f"{NOT_A_FORECAST} A tipping point is where the mean over many runs crosses; single runs fall on both sides of "
        "it. Of whole numbers it is the first that is past the crossing."
    )
    if found.plan.question.notes:
        said += " What was set so that the outcome can be judged is said above."
    return section("How to read this", paragraph(said))
