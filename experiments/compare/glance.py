"""A comparison at a glance, as plain data for a page; and a comparison that grows while somebody waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from conducive.experiments.compare.answer import Measure, both, headline, measures, sureness
from conducive.experiments.compare.brief import alternative_text, states_in_words
from conducive.experiments.compare.comparison import Comparison
from conducive.experiments.compare.ladder import MATTERS
from conducive.experiments.compare.names import names
from conducive.experiments.compare.text import (
    causes_in_words,
    compared_causes,
    cost_in_words,
    pairing_in_words,
    sustained_in_words,
)
from conducive.experiments.lives.ensemble import Ensemble, run_each
from conducive.experiments.lives.intervals import A_DIFFERENCE, A_SHARE, ANYWHERE, Uncertainty, along
from conducive.experiments.lives.moments import MAIN
from conducive.experiments.lives.text import NOT_A_FORECAST, caution, sets_in_words
from conducive.experiments.words import happening, launch, percent, points, pounds, signed
from conducive.scenarios.scenario import Scenario

type Numbers = npt.NDArray[np.float64]

DIGITS = 4
FIRST, FIRM = 20, 200
"""Pairs of a first answer and of a firm one."""
STEPS = (FIRST, 60, 120, FIRM)
"""Pairs after which a growing comparison says what it has; each fills plausible sets of coefficients evenly."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the numbers that people ask for first: indicator, what to call it, what it means, how to read and say it.

    It is read over all months (`average` or `total`) or in the `last`. `share` is in percentage points.
    """

    indicator: str
    label: str
    meaning: str
    over: Literal["average", "total", "last"] = "average"
    share: bool = True


HEADLINES = (
    Headline(
        MAIN,
        "Use it as it is meant",
        "Share of practitioners who use the innovation as it is meant, in an average month.",
    ),
    Headline(
        "sustained",
        "Chance that use lasts",
        "Share of runs in which two years after external money it has not ended, and at least half of those who used "
        "it as meant then still do.",
        "last",
    ),
    Headline("wellbeing", "Families' wellbeing", "Wellbeing of families in an average month, from 0% to 100%."),
    Headline("spend", "Spent on it", "Spent on the innovation over all months, by grant and council.", "total", False),
)


def growing(
    base: Scenario,
    alternative: Scenario,
    seed: int = 0,
    *,
    steps: Sequence[int] = STEPS,
    executor: Callable[[int], Executor | None] = lambda _: None,
    progress: Callable[[int], object] | None = None,
    earlier: Sequence[Ensemble] = (),
) -> Iterator[Comparison]:
    """Compare two scenarios over plausible sets with more and more pairs, and yield the comparison after each step.

    That of n pairs is to the bit what `compare` gives for n. `executor` gives the executor for a step, from 0. Lives
    in `earlier`, an ensemble for each scenario and the same seed, are not lived again. Raises InputError as `compare`.
    """
    for step, pairs in enumerate(steps):
        found = run_each(
            (base, alternative), pairs, seed, plausible=True, executor=executor(step), progress=progress, agents=False,
            earlier=earlier,
        )  # fmt: skip
        yield Comparison(found[0], found[1])
        earlier = [max(pair, key=lambda e: len(e.lives)) for pair in zip(found, earlier or found, strict=True)]


def glance(comparison: Comparison) -> dict[str, Any]:
    """Return what a page shows of a comparison, in plain data that JSON can hold.

    pairs, sets, months: how many;
    names: what to call the two scenarios;
    use, gap: low, mean and high by month of use as it is meant, for both and for the difference;
    money: for both, stretches of months with external money;
    marks: what happens in which month, and in which of the two ("A", "B" or "AB");
    headlines: the numbers of HEADLINES for both, and their difference with its interval, in words;
    measures: how much use, how high, how long, for both, and the difference, in words;
    causes: stops per 100 user-years by cause, for both, and the difference in words;
    words: the answer, how sure it is, and the rest, in sentences.
    """
    gap = comparison.uncertainty(comparison.difference(MAIN), A_DIFFERENCE)
    causes = compared_causes(comparison)
    ensembles = (comparison.base, comparison.alternative)
    return {
        "pairs": comparison.pairs,
        "sets": 1 if comparison.sets is None else len(np.unique(comparison.sets)),
        "months": comparison.months,
        "names": list(names(comparison)),
        "use": [bounds(along(comparison, values, A_SHARE)) for values in both(comparison, MAIN)],
        "gap": bounds(gap),
        "money": [_funded(values) for values in both(comparison, "external_money")],
        "marks": marks(ensembles[0].scenario, ensembles[1].scenario, comparison.months),
        "headlines": [_headline(comparison, asked) for asked in HEADLINES],
        "measures": [_measure(m) for m in measures(comparison)],
        "causes": [
            {
                "cause": c.name,
                "a": _rate(c.base),
                "b": _rate(c.alternative),
                "difference": signed(c.mean),
                "between": _between(c.low, c.high, signed),
                "clear": c.rung == "clearly",
            }
            for c in causes
        ],
        "words": {
            "headline": headline(comparison),
            "sureness": sureness(comparison),
            "sustained": sustained_in_words(comparison),
            "causes": causes_in_words(comparison, causes),
            "states": states_in_words(comparison),
            "cost": cost_in_words(comparison),
            "sets": sets_in_words(comparison, "pair", *(e.scenario for e in ensembles)).strip(),
            "caution": f"{NOT_A_FORECAST} {caution(comparison, comparison.pairs)}",
            "pairing": pairing_in_words(comparison),
            "chart": alternative_text(comparison).partition(" Bars below")[0],
        },
    }


def _measure(m: Measure) -> dict[str, Any]:
    """Return a measure that lives, in words."""
    a, b, difference, between = m.said
    return {
        "label": m.label,
        "meaning": m.meaning,
        "a": a,
        "b": b,
        "difference": difference,
        "between": between,
        "way": m.judged.way,
        "clear": m.judged.tells,
    }


def _headline(comparison: Comparison, asked: Headline) -> dict[str, Any]:
    """Return a headline number for both and its difference, in words."""
    read = [_read(values, asked.over) for values in both(comparison, asked.indicator)]
    within, matters = (A_DIFFERENCE, MATTERS) if asked.share else (ANYWHERE, 0.0)
    found = comparison.judge(read[1] - read[0], within, matters)
    means = [float(np.nanmean(values)) if not np.isnan(values).all() else float("nan") for values in read]
    say, by = (percent, points) if asked.share else (_money, _money_by)
    return {
        "name": asked.indicator,
        "label": asked.label,
        "meaning": asked.meaning,
        "a": _known(means[0], say),
        "b": _known(means[1], say),
        "difference": _known(found.mean, by, "not known"),
        "unit": "points" if asked.share and not np.isnan(found.mean) else "",
        "between": _between(found.low, found.high, by),
        "clear": found.tells,
        "rung": found.rung if not np.isnan(found.mean) else "",
        "more": bool(found.mean > 0),
    }


def _read(values: Numbers, over: str) -> Numbers:
    return values[:, -1] if over == "last" else values.sum(axis=1) if over == "total" else values.mean(axis=1)


def _rate(value: float) -> float:
    """A rate to one decimal; 0 where nobody ever uses it."""
    return round(float(np.nan_to_num(value)), 1)


def _known(value: float, say: Callable[[float], str], otherwise: str = "cannot be judged") -> str:
    return otherwise if np.isnan(value) else say(value)


def _money(value: float) -> str:
    return pounds(value).replace("GBP ", "£")


def _money_by(value: float) -> str:
    return ("+" if value > 0 else "") + _money(value)


def _between(low: float, high: float, say: Callable[[float], str]) -> str:
    return "" if np.isnan(low) else f"{say(low)} to {say(high)}"


def bounds(found: Uncertainty) -> dict[str, list[float]]:
    """Low, mean and high by month, rounded; where there is no interval all three are the mean."""
    mean = np.asarray(found.mean)
    three = [np.where(np.isnan(x), mean, x) for x in (found.low, mean, found.high)]
    rounded = [np.round(x, DIGITS).tolist() for x in three]
    return dict(zip(("low", "mean", "high"), rounded, strict=True))


def _funded(money: Numbers) -> list[list[int]]:
    """Return stretches of months with external money in any run, each from the month before the first to the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], (money > 0).any(axis=0), [False]]).astype(int)))
    stretches: list[list[int]] = edges.reshape(-1, 2).tolist()
    return stretches


def marks(base: Scenario, alternative: Scenario, months: int) -> list[dict[str, Any]]:
    """Return later launches and dated events of two scenarios: month, words, and in which of the two they happen."""
    found: dict[tuple[int, str], str] = {}
    for letter, scenario in (("A", base), ("B", alternative)):
        launches = [(w.month, launch(n, w)) for n, w in enumerate(scenario.waves, 1) if w.month]
        for month, words in [*launches, *((e.month, happening(e)) for e in scenario.events)]:
            key = (month, words.partition(": ")[2])
            if 1 <= month <= months and letter not in found.get(key, ""):
                found[key] = found.get(key, "") + letter
    return [{"month": month, "label": words, "arm": arm} for (month, words), arm in sorted(found.items())]
