"""A chart of a programme: use over time, and what authorities run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from conducive.experiments.programmes.text import named

if TYPE_CHECKING:
    from conducive.experiments.programmes.runs import ProgrammeRuns

COLOURS = ("#0b6e99", "#c2571a")
LINES, HATCHES = ("-", "--"), ("", "///")
"""What tells A and B apart without colour."""


def programme_figure(found: ProgrammeRuns) -> Any:
    """Return a figure: use as meant by month with its interval, and authorities by what they run in the last month."""
    from conducive.experiments.compare.chart import Chart

    figure = Chart(figsize=(10, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    months = np.arange(1, found.programmes[0].horizon + 1)
    names = named(found)
    for n, name in enumerate(names):
        use = found.found("use_at_fidelity", n)
        left.plot(months, 100 * use.mean, color=COLOURS[n], linestyle=LINES[n], label=name)
        left.fill_between(months, 100 * use.low, 100 * use.high, color=COLOURS[n], alpha=0.2, linewidth=0)
    left.set(xlabel="months after launch", ylabel="% of practitioners", title="Use as it is meant, all authorities")
    left.set_ylim(bottom=0)
    left.legend(frameon=False)
    last = found.diffusion[found.diffusion["month"] == months[-1]]
    shares = last.groupby(["programme", "innovation"], sort=False)["authorities"].mean().unstack("programme")
    place, height = np.arange(len(shares)), 0.8 / len(names)
    for n, side in enumerate("AB"[: len(names)]):
        at = place + (n - (len(names) - 1) / 2) * height
        right.barh(at, 100 * shares[side], height, color=COLOURS[n], hatch=HATCHES[n], edgecolor="white", linewidth=0)
    right.set_yticks(place, shares.index)
    right.invert_yaxis()
    right.set(xlabel="% of authorities", title=f"What runs in month {months[-1]}")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    return figure
