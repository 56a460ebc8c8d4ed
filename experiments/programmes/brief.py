"""A briefing on a programme, or on two: one self-contained page, without script, for somebody who has to decide."""

from __future__ import annotations

import math
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conducive import __version__
from conducive.experiments.compare.brief import TEMPLATE, svg_element
from conducive.experiments.folders.identity import rules, sets_key
from conducive.experiments.programmes.chart import programme_figure
from conducive.experiments.programmes.text import claims_held, how_to_read, last_month, money_in_words
from conducive.experiments.words import percent, points, several
from conducive.model.sector.ground import offers_of

if TYPE_CHECKING:
    from conducive.experiments.lives.intervals import Uncertainty
    from conducive.experiments.programmes.runs import ProgrammeRuns

PAGE = "programme_brief.html"
YEARLY = 12


def programme_brief(found: ProgrammeRuns) -> str:
    """Return a briefing on a programme, or on two, as an HTML page: self-contained, made to be read and printed."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    page = Environment(
        loader=FileSystemLoader(Path(TEMPLATE).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    names = [each.title or each.name for each in found.programmes]
    head, rows = last_month(found)
    return page.get_template(PAGE).render(
        version=__version__,
        title=names[0] if len(names) == 1 else f"{names[0]}, or {names[1][:1].lower()}{names[1][1:]}?",
        authorities=len(found.programmes[0].places),
        months=found.programmes[0].horizon,
        sides=[
            {"letter": side, "name": name, "question": each.question, "money": money_in_words(each)}
            for side, name, each in zip("AB", names, found.programmes, strict=False)
        ],
        headline=headline(found),
        head=head[1:],
        rows=rows,
        claims=list(claims_held(found)),
        picture=Markup(svg_element(programme_figure(found))),
        alt=_alternative_text(found),
        regions=by_region(found),
        offers=[
            {"name": each.name, "meaning": each.meaning, "claim": percent(each.claim)}
            for each in offers_of(found.programmes[0])
        ],
        caution=how_to_read(found),
        again=_again(found),
    )


def headline(found: ProgrammeRuns) -> str:
    """Say what is left in the last month, and whether the two differ in it."""
    month = found.programmes[0].horizon
    first = found.found("use_at_fidelity")
    what = "of practitioners use as it is meant what their authority runs"
    if len(found.programmes) == 1:
        height = int(first.mean.argmax())
        return (
            f"After {month} months {percent(first.mean[-1])}{_interval(first, percent)} {what}; at its height, in "
            f"month {height + 1}, it is {percent(first.mean[height])}."
        )
    second, gap = found.found("use_at_fidelity", 1), found.difference("use_at_fidelity")
    said = (
        f"After {month} months {percent(first.mean[-1])} {what} under A and {percent(second.mean[-1])} under B: B less "
        f"A is {points(gap.mean[-1])} percentage points{_interval(gap, points)}."
    )
    if not math.isfinite(gap.low[-1]):
        return said
    if gap.low[-1] <= 0 <= gap.high[-1]:
        return f"{said} These runs do not show which leaves more."
    return f"{said} {'B' if gap.low[-1] > 0 else 'A'} leaves more."


def _interval(found: Uncertainty, say: Any) -> str:
    low, high = float(found.low[-1]), float(found.high[-1])
    return f" (95% interval {say(low)} to {say(high)})" if math.isfinite(low) and math.isfinite(high) else ""


def by_region(found: ProgrammeRuns) -> list[tuple[str, ...]]:
    """Return by region the share of practitioner-years with use as meant under each programme, in all replicates."""
    sums = found.authorities.groupby(["region", "programme"])[["faithful_years", "practitioner_years"]].sum()
    shares = (sums["faithful_years"] / sums["practitioner_years"]).unstack("programme")
    rows = zip(shares.index, shares.to_numpy(), strict=True)
    return [(str(region), *(percent(float(share)) for share in row)) for region, row in rows]


def _alternative_text(found: ProgrammeRuns) -> str:
    """Return what the chart shows, for those who do not see it."""
    several_names = len(found.programmes) > 1
    lines = []
    for n in range(len(found.programmes)):
        use = found.found("use_at_fidelity", n).mean
        read = [f"month {m}: {percent(use[m - 1])}" for m in range(2 * YEARLY, len(use) + 1, 2 * YEARLY)]
        lines.append(f"{f'{"AB"[n]}, ' if several_names else ''}{'; '.join(read)}")
    return (
        "Left: share of practitioners who use it as it is meant, by month after launch, with 95% intervals. "
        f"{'. '.join(lines)}. Right: share of authorities that run each innovation in the last month."
    )


def _again(found: ProgrammeRuns) -> dict[str, Any]:
    """Return how to make the page again: command, versions and seed."""
    against = ["--against", found.programmes[1].name] if len(found.programmes) > 1 else []
    plausible = ["--plausible"] if found.sets is not None else []
    options = [*against, "--replicates", str(found.asked), "--seed", str(found.seed), *plausible]
    return {
        "command": shlex.join(["conducive", "programme", found.programmes[0].name, *options]),
        "rules": rules(),
        "sets": sets_key() if plausible else "none: the default coefficients alone",
        "runs": several(len(found.runs), "replicate"),
        "interrupted": found.interrupted,
        "seed": found.seed,
    }
