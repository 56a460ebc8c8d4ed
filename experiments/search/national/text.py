"""What a ranking of authorities says, and what it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from conducive.experiments.lives.text import NOT_A_FORECAST, name_of
from conducive.experiments.words import (
    bullet,
    heading,
    listed,
    page,
    paragraph,
    percent,
    plain,
    points,
    section,
    several,
    table,
)
from conducive.scenarios.indicators import SHARES
from conducive.scenarios.scenario import PER_POST, Scenario
from conducive.scenarios.workforce import starting_point

if TYPE_CHECKING:
    import pandas as pd

    from conducive.experiments.search.national.plan import National

FIGURES = {
    "posts": "establishment of case-holding posts",
    "turnover": "turnover",
    "vacancy_rate": "vacancy rate",
    "agency_rate": "agency rate",
    "caseload": "caseload",
}
"""What a place starts from, as columns of the table and in words."""
ENDS = 10
"""Authorities at either end of the ranking that the summary names; tables have all."""
NAME = 22
"""Characters of a name that a line of the summary has room for; tables have all."""
NOT_PERFORMANCE = (
    "This compares starting conditions, as published workforce figures have them. It ranks no one's performance: "
    "nothing about an authority's leaders, staff or practice is in it, and all authorities are given the same of "
    "everything that is not published."
)
NOT_PERFORMANCE_VARIED = (
    "This compares starting conditions, as published workforce figures and inspection grades have them. It ranks no "
    "one's performance: what is not published about an authority's leaders, staff or practice was drawn by lot."
)
VARIED = (
    "Each run of an authority is in other unpublished conditions, drawn around the average and the same under both "
    "scenarios; intervals hold that ignorance too."
)


def say_national(found: National) -> str:
    """Return who comes where, how surely, and what it is not."""
    parts = (_title, _asked, _ranking, _sure, _gains, _starts, _reading)
    return page(*(part(found) for part in parts))


def say_value(found: National, value: float) -> str:
    """Return a value of the indicator as people write it."""
    return percent(value) if found.indicator in SHARES else plain(value)


def ranked_by(found: National) -> str:
    """Return in words what authorities are ranked by."""
    if found.indicator == "sustained":
        return "the chance of sustained use"
    when = f"month {found.month or found.scenario.horizon}"
    return f"{found.indicator.replace('_', ' ')} in {when}"


def _title(found: National) -> str:
    where = found.region or "England"
    against = f", or {name_of(found.against)}" if found.against is not None else ""
    return heading(f"{name_of(found.scenario)}{against}: every authority of {where}, {found.year}", "=")


def _money(scenario: Scenario) -> str:
    """Return how much money each authority gets, and that all meet the same luck."""
    fixed = [address for address in PER_POST if address in scenario.values]
    own = f" ({listed(fixed)}: the amount that is set, everywhere)" if fixed else ""
    return f"Money is the same for each post{own}, and luck the same everywhere."


def _asked(found: National) -> str:
    sets = 1 if found.sets is None else len(np.unique(found.sets))
    coefficients = f"over {sets} plausible sets of coefficients" if sets > 1 else "under the default coefficients"
    done = several(len(found.places), "authority", "authorities")
    held = sorted(starting_point(found.places[0].name, found.year).keys() & found.scenario.values.keys())
    lines = [
        paragraph(NOT_PERFORMANCE_VARIED if found.vary else NOT_PERFORMANCE),
        "",
        paragraph(
            (f"Interrupted: {done} of {found.asked}" if found.interrupted else done)
            + f", each from its own published figures of {found.year}, "
            f"{several(found.replicates, 'run')} of {several(found.scenario.horizon, 'month')} {coefficients}, "
            f"seed {found.seed}. {_money(found.scenario)}"
            + (f" {VARIED}" if found.vary else "")
            + (f" The scenario sets {listed(held)} itself: these are the same everywhere." if held else "")
        ),
    ]
    if found.left_out:
        lines += [f"Left out ({len(found.left_out)}):", *(bullet(f"{n}: {why}") for n, why in found.left_out.items())]
    return "\n".join(lines)


def _ranking(found: National) -> str:
    ranked = found.table

    def row(one: pd.Series[Any]) -> tuple[str, ...]:
        return (
            str(one["authority"])[:NAME],
            f"{one['rank']} ({one['rank_low']}-{one['rank_high']})",
            say_value(found, one[found.indicator]),
            _between(one["low"], one["high"], lambda value: say_value(found, value)),
            percent(one["mean_use"]),
            _between(one["mean_use_low"], one["mean_use_high"], percent),
        )

    head = ("", "rank (95%)", "value", "95% interval", "use", "95% interval")
    rows = _ends(ranked, row)
    said = (
        f"Ranked by {ranked_by(found)} (value), and where that is equal by mean use (use): the share of practitioners "
        "who use it as it is meant, on average over all months."
        + ("" if len(rows) == len(ranked) else " All are in authorities.csv.")
        + _tied(found)
    )
    return section(f"Ranked by {ranked_by(found)}", table(head, rows), paragraph(said))


def _ends(ranked: pd.DataFrame, row: Callable[[pd.Series[Any]], tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return a row for each authority, or for those at either end with a gap between."""
    if len(ranked) <= 2 * ENDS + 5:
        return [row(one) for _, one in ranked.iterrows()]
    first, last = ([row(one) for _, one in part.iterrows()] for part in (ranked[:ENDS], ranked[-ENDS:]))
    return [*first, ("...", *[""] * (len(first[0]) - 1)), *last]


def _tied(found: National) -> str:
    """Return a warning where the indicator does not tell authorities apart."""
    values = found.table[found.indicator].to_numpy(float)
    if np.isnan(values).all():
        return (
            " Sustained use cannot be judged in any of them, because external money ends less than 24 months before "
            "the horizon: all are ranked by mean use."
        )
    if np.nanmax(values) == np.nanmin(values) and len(values) > 1:
        return f" It is {say_value(found, float(values[0]))} in all of them, so all are ranked by mean use."
    return ""


def _sure(found: National) -> str:
    ranked = found.table
    if len(ranked) == 1 or found.replicates == 1:
        return ""
    low, high = ranked["rank_low"].to_numpy(), ranked["rank_high"].to_numpy()
    width = float(np.median(high - low + 1))
    pairs = len(ranked) * (len(ranked) - 1)
    overlap = 1 - sum(((low > last) | (high < first)).sum() for first, last in zip(low, high, strict=True)) / pairs
    said = (
        f"A rank is not a firm place: half of the authorities could come on any of {width:.0f} or more of the "
        f"{len(ranked)} ranks (95% interval, by drawing runs anew). In {percent(overlap)} of all pairs of authorities "
        "the intervals of their ranks overlap, so read the two ends, not the order between them."
    )
    return section("How firm are the ranks?", paragraph(said))


def _gains(found: National) -> str:
    if found.against is None:
        return ""
    ranked = found.table.sort_values("gain_rank", ignore_index=True)

    def row(one: pd.Series[Any]) -> tuple[str, ...]:
        return (
            str(one["authority"])[:NAME],
            percent(one["mean_use"]),
            percent(one["against_use"]),
            points(one["gain"]),
            _between(one["gain_low"], one["gain_high"], points),
        )

    more = int((ranked["gain_low"] > 0).sum())
    less = int((ranked["gain_high"] < 0).sum())
    said = (
        f"B is {name_of(found.against)}. Mean use is clearly higher under B in {more} of "
        f"{several(len(ranked), 'authority', 'authorities')} and clearly lower in {less}, runs paired by luck. With so "
        "many compared, one in twenty would seem clear by chance."
    )
    head = ("", "A", "B", "B - A, points", "95% interval")
    return section("Who gains most in mean use?", table(head, _ends(ranked, row)), paragraph(said))


def _starts(found: National) -> str:
    if len(found.places) < ENDS:
        return ""
    found_numbers = found.starts[["correlation", "low", "high"]].to_numpy(float).tolist()
    rows = [
        (what, f"{r:+.2f}", f"{low:+.2f} to {high:+.2f}")
        for what, (r, low, high) in zip(FIGURES.values(), found_numbers, strict=True)
        if not np.isnan(r)
    ]
    if not rows:
        return ""
    said = (
        "Rank correlation of mean use with the published figures that places start from (-1 to 1): what goes with a "
        "place's standing, one figure at a time."
    )
    return section("What a place's standing goes with", table(("", "r", "95% interval"), rows), paragraph(said))


def _reading(found: National) -> str:
    interval = (
        "Intervals hold luck and ignorance of the coefficients."
        if found.sets is not None and found.sets[0] != found.sets[-1]
        else "Intervals hold luck alone: more runs narrow them, and --plausible adds ignorance of the coefficients."
    )
    return section("How to read this", paragraph(f"{NOT_A_FORECAST} {interval}"))


def _between(low: float, high: float, say: Callable[[float], str]) -> str:
    return "-" if np.isnan(low) else f"{say(low).removesuffix('%')} to {say(high)}"
