"""Levels of use: what has been measured, the like experiment in the model, what it gives, and what it misses.

`python -m conducive.experiments.pages.levels docs` writes `docs/levels.md` from the stored calibration.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from conducive.experiments.evidence.fit.targets import TARGETS, Target
from conducive.experiments.lives.ensemble import Ensemble, run
from conducive.experiments.lives.plausible import DATA
from conducive.experiments.pages.template import render, table, texts

CALIBRATION = DATA / "calibration.json"

PAGE = "levels.md"
BEFORE_AND_AFTER = "## The library before and after"
APART = 0.05
"""Use under the default set should not be further than this from the median over plausible sets."""

WORDS: Mapping[str, Mapping[str, str]] = texts("fit/targets.toml")
EXPERIMENTS = WORDS["experiments"]
"""The experiment in the model that is like the source's, in words."""
MEASURED = {target.name: WORDS[target.name]["measured"] for target in TARGETS}
"""What was measured and by whom."""
MISSED = {name: said["missed"] for name, said in WORDS.items() if "missed" in said}
"""Why a target is missed at the median over plausible sets: every one that is, and no other."""

BEFORE: Mapping[str, tuple[str, ...]] = {
    "two-year-funding": (".27 / .11", ".02 / .01", ".00 / .00", ".00 / .00", "0"),
    "six-year-funding": (".38 / .16", ".36 / .20", ".27 / .16", ".01 / .00", "0"),
    "learning-culture": (".41 / .20", ".10 / .04", ".04 / .01", ".03 / .00", "0"),
    "good-culture-hard-times": (".15 / .03", ".06 / .01", ".02 / .00", ".02 / .00", "0"),
    "poor-culture-good-times": (".16 / .04", ".15 / .04", ".10 / .03", ".07 / .02", "0"),
    "two-year-then-mainstreamed": (".37 / .16", ".34 / .18", ".28 / .16", ".22 / .12", ".18"),
}
"""Version 0.6.0: use in any form / as meant in the months below, and share sustained by its rule of that time."""
MONTHS = (24, 36, 60, 96)
RUNS = 200
"""Runs over plausible sets that the table before and after is made of, then as now."""

HEADS = ("Target", "Measured", "Tolerance", "Prior draws", "Plausible sets", "Within", "Pinned", "Verdict")
SHORT = (0, 1, 2, 4, 5, 7)
"""Columns of the table of targets that are shown in short."""


def stored_calibration(path: Path = CALIBRATION) -> dict[str, Any]:
    """Return what the stored calibration found."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def met(target: Target, found: Mapping[str, Any]) -> bool:
    """Whether the median over plausible sets lies within the tolerance."""
    return target.within(found["plausible"][1])


def missed(calibration: Mapping[str, Any]) -> list[Target]:
    """Targets that the median over plausible sets misses."""
    return [target for target in TARGETS if not met(target, calibration["targets"][target.name])]


def cells(calibration: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Return a row of the table of targets for each."""
    for target in TARGETS:
        found = calibration["targets"][target.name]
        judged = " (judgement)" if target.basis == "judgement" else ""
        pinned = ", ".join(f"`{name.split('.')[1]}` {goes:+.2f}" for name, goes in found["pinned"].items())
        yield (
            f"{target.name} {target.title}{judged}",
            figure(target, target.value),
            f"{figure(target, target.low)} to {figure(target, target.high)}",
            _interval(target, found["prior"]),
            _interval(target, found["plausible"]),
            f"{found['within']:.0%}",
            pinned,
            "within" if met(target, found) else "**missed**",
        )


def figure(target: Target, x: float) -> str:
    """Return a number to as many digits as its target needs: two after the point, four where all is below a tenth."""
    return f"{x:.{4 if target.high < 0.1 else 2}f}"  # noqa: PLR2004


def _interval(target: Target, quantiles: list[float]) -> str:
    low, middle, high = (figure(target, x) for x in quantiles)
    return f"{middle} ({low} to {high})"


def short(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Leave out columns of the table of targets that only its own page shows."""
    return (tuple(row[n] for n in SHORT) for row in rows)


def truths_in_words(calibration: Mapping[str, Any]) -> str:
    """Say how often calibrating to a known truth finds it."""
    truth = calibration["truths"]
    held = zip(truth["contrasts"], truth["held"], strict=True)
    return render("truths.md.jinja", of=truth["of"], contrasts=held)


def page(calibration: Mapping[str, Any], now: Mapping[str, tuple[str, ...]]) -> str:
    """Return the whole page as Markdown; `now` is what the library gives, as `library_now` returns it."""
    targets, default = calibration["targets"], calibration["default"]
    compared = [(name, month, *both) for name, months in default.items() for month, both in months.items()]
    return render(
        f"{PAGE}.jinja",
        version=calibration["model version"],
        heads=HEADS,
        cells=cells(calibration),
        met=sum(all(met(t, targets[t.name]) for t in TARGETS if whole(t) == n) for n in wholes()),
        wholes=len(wholes()),
        measured=[
            (t.name, MEASURED[t.name], EXPERIMENTS[t.experiment], t.basis + " (counts half)" * (t.basis == "judgement"))
            for t in TARGETS
        ],
        missed=[(t, targets[t.name]["plausible"][1], MISSED[t.name]) for t in missed(calibration)],
        figure=figure,
        truths=truths_in_words(calibration),
        before_and_after=BEFORE_AND_AFTER,
        runs=RUNS,
        library=library_table(now),
        default=[(n, m, f"{a:.2f}", f"{b:.2f}", f"{100 * (a - b):+.1f}") for n, m, a, b in compared],
        gaps=[abs(a - b) for *_, a, b in compared],
        bound=APART,
    )


# ---- Before and after ----------------------------------------------------------------------------------------------


def library_now(runs: int = RUNS) -> dict[str, tuple[str, ...]]:
    """Live through the scenarios of `BEFORE` over plausible sets, and return the same cells for each."""
    return {name: _cells_now(run(name, runs, 0, plausible=True, agents=False)) for name in BEFORE}


def _cells_now(lived: Ensemble) -> tuple[str, ...]:
    """Use in any form / as meant by month, and the share sustained among runs in which that is known."""
    use, faithful = (lived.values(name).mean(axis=0) for name in ("use", "use_at_fidelity"))
    known = [x for x in lived.values("sustained")[:, -1] if not np.isnan(x)]
    kept = f"{np.mean(known):.2f}".lstrip("0") if known else "-"
    return *(f"{use[m - 1]:.2f} / {faithful[m - 1]:.2f}".replace("0.", ".") for m in MONTHS), kept


def library_table(now: Mapping[str, tuple[str, ...]]) -> str:
    """Return the table of use before and after."""
    heads = ("Scenario", "Version", *(f"month {m}" for m in MONTHS), "sustained")
    both = ((name, ("0.6.0", BEFORE[name]), ("now", now[name])) for name in BEFORE)
    return table(heads, ((name, version, *found) for name, *sides in both for version, found in sides))


def whole(target: Target) -> str:
    """Name of a target without the letter of its part."""
    return target.name.rstrip("abc")


def wholes() -> tuple[str, ...]:
    """Names of targets, parts together."""
    return tuple(dict.fromkeys(whole(target) for target in TARGETS))


if __name__ == "__main__":
    written = page(stored_calibration(), library_now())
    (Path(sys.argv[1]) / PAGE).write_text(written, encoding="utf-8", newline="\n")
