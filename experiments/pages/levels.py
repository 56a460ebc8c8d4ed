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
from conducive.experiments.pages.template import table

CALIBRATION = DATA / "calibration.json"

BEFORE_AND_AFTER = "## The library before and after"
APART = 0.05
"""Use under the default set should not be further than this from the median over plausible sets."""

BASIS: Mapping[str, str] = {"observed": "observed", "synthesis": "synthesis", "judgement": "judgement (counts half)"}

EXPERIMENTS: Mapping[str, str] = {
    "service": "`baseline`, the whole authority, month by month",
    "good service": "all conditions at 0.8, a grant of 36 months",
    "baseline": "`baseline`; everybody trained in the first year is followed, leavers included",
    "optional": "`baseline` with `innovation.kind` an optional technique; those trained are followed",
    "strong support": "coaching, feedback, interactive training and data at 0.8; those trained are followed",
    "workshop only": "two days of training, no coaching, no feedback; those trained are followed",
    "coaching stops": "strong support, a grant of 48 months, coaching and feedback gone after month 24",
    "coaching goes on": "the same, and they go on",
    "trained leaders": "leadership at 0.8 less leadership at 0.5; those trained are followed",
    "authorities": "48 organisations of the declared population, once each, five years beyond a grant of 24 months",
}
"""The experiment in the model that is like the source's, in words."""

MEASURED: Mapping[str, str] = {
    "T1": "More than 1,800 people trained by December 2018 of 2,800 planned, some 18 months into the national roll-out "
    "of Signs of Safety in Ireland: 64% (Irish Examiner, 3 December 2018; Oireachtas committee, 21 June 2017). Rounded "
    "down, as not all who are trained stay.",
    "T2": "Triple P in South Carolina, 611 people of several professions asked six months on: 67.6% of those who "
    "completed the training and 37.8% of those who did not went on to deliver it; with 83.7% completing, 63% of all "
    "who began (Seng, Prinz & Sanders 2006; Sanders 2009; our arithmetic). A summary of "
    "follow-up studies has a third who never do.",
    "T3a": "SafeCare across a state's child welfare: about 25% of 295 people trained in 50 agencies put it to use "
    "(Whitaker et al. 2012). Short of referrals, so perhaps a floor.",
    "T3b": "A randomised trial with 54 child-welfare case managers and therapists: after training alone 0.21 uses per "
    "child and month at the peak, none at 15 months (Leathers 2013). Two years into three programmes of Hawaii's child "
    "welfare use was far below what was expected (Agner 2020, no share given).",
    "T4": "Addiction treatment A-CRA in 82 organisations with grants of their own: of all trained 72% had some "
    "certificate, 62% that of the first level and 29% the full one when a grant of 3.45 years ended (Dopp et al. "
    "2023); 57% of 121 trained became competent within 12 months (Garner et al. 2012; our arithmetic); 52% of 124 met "
    "all criteria in a year's learning collaborative on TF-CBT (North Carolina).",
    "T5": "The same treatment with looser support through the state: 36% had a certificate (Dopp et al. 2023). "
    "Motivational interviewing in one English authority, four days of training and 15 supervision sessions: mean 2.91 "
    "on a scale on which 3.5 is skill, about 24% beyond it if scores are normal (Forrester et al. 2018; our "
    "arithmetic).",
    "T6": "Forty English child and family social workers three months after a two-day workshop had in general not "
    "reached a skilful level, and few took up supervision (Forrester et al. 2008, no share given); a tool taught in a "
    "day was in fairly limited use after 8 to 10 months (Graded Care Profile 2, NSPCC 2018).",
    "T7": "Nobody has counted it. Share trained (0.65) times share of those who ever use it (0.63) is 0.41, before "
    "lapse and before use by people untrained. For comparison: 56% in 14 American children's agencies without, 81% "
    "with a three-year programme for their culture (Williams et al. 2017).",
    "T8": "Nobody has counted it. 24 to 36% of those trained are at skill (T5), times 0.65 trained: 0.16 to 0.23, less "
    "those who stop and leave.",
    "T9": "T8 over T7. Wherever both were measured in one service, use in any form was two to four times use as meant.",
    "T10a": "81% in agencies with a three-year programme for their culture (Williams et al. 2017); what a share was of "
    "is not said there.",
    "T10b": "No English service seen is above a third at skill, licensed family nurses apart (over 70% of recorded "
    "visits, BMC Nursing 2016); small American agencies that certify reach 50 to 60% of those trained.",
    "T11a": "None of 53 sites of a national project at high fidelity at first, 55% after 24 months, with the rise over "
    "by month 12 (McHugo et al. 2007).",
    "T11b": "33 weeks on average to a first certificate, 61 to a full one, with grants of their own; 50 to the first "
    "through the state (Dopp et al. 2023).",
    "T12a": "21 papers on motivational interviewing: six months after a workshop skill had fallen by 0.30 standard "
    "deviations without feedback or coaching (Schwalbe et al. 2014).",
    "T12b": "The same review: +0.03 with three or four sessions of either.",
    "T13": "777 American therapists over 33 months: of those with a given practice 76% or more had stopped it, which "
    "is 4.4% a month, and 3.7% a month stopped all of them, of which 1.1% beyond leaving (Brookman-Frazee et al. 2018, "
    "2024; our arithmetic).",
    "T14a": "Prevention programmes in Pennsylvania's schools and communities, five years after their grant: 33% not "
    "operating (Tibbits et al. 2010). Per year this is near what addiction services (Guerrero 2020) and mental health "
    "teams (Bond et al. 2014) lose.",
    "T14b": "In the same study 22% operated at a lower level.",
    "T14c": "And 45% at the same level or a higher one.",
    "T15": "Twelve months of a programme for leaders of first line and the climate they make (LOCI, 21 clinics, about "
    "248 clinicians): fidelity 20 points above training alone, 70% of it by way of climate.",
    "T16": "Share certified differs between A-CRA organisations by a standard deviation of 20 to 33 points; less what "
    "chance makes of five to seven people, 8 to 18 points with grants of their own and 25 to 26 through the state "
    "(Dopp et al. 2023; our arithmetic).",
}
"""What was measured and by whom, in our words; with how it was made into the target where it had to be."""

MISSED: Mapping[str, str] = {
    "T3b": "From a quarter who try it by month 6 to next to none at month 15 would take a fifth of users stopping each "
    "month. T13, which paces of lapse are held to, allows one in twenty-five: in the model most who begin go on for "
    "years.",
    "T4": "Strong support adds less to loose support (T5) in the model than was measured, because helps overlap: "
    "where supervision and colleagues hold practice in place already, coaching has less to add. Certificates are given "
    "session by session in small clinics; fidelity here is that of all practice in a whole service.",
    "T10a": "Where every condition is good nearly everybody in post begins within two years: only newcomers and the "
    "queue for courses hold it back. The number is a judgement, and counts half.",
    "T10b": "The same: where support is good those who begin practise it well. The number is a judgement, and counts "
    "half.",
    "T13": "At the bound. Organisations part ways after the grant: where the council takes it on fewer stop than this, "
    "where nobody pays more do, and patterns of a cliff (P01, P02, P04) pull it up.",
    "T15": "Leaders act on fidelity through supervision alone, one of several helps that overlap. Most of the effect "
    "in the trial came by way of the climate for the innovation, which its programme worked on directly and which is "
    "no condition of its own here.",
}
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
    held = [f"{says} in {n}" for says, n in zip(truth["contrasts"], truth["held"], strict=True)]
    return (
        f"Does such a calibration find the truth? {truth['of']} draws that had been lived were in turn taken as the "
        "truth, and emulators without them calibrated to the levels they give, with the tolerances above. The 90% "
        f"interval held the true contrast of {'; '.join(held)} of {truth['of']} cases (18 would be right; more means "
        "that tolerances are wider than a known truth needs)."
    )


def page(calibration: Mapping[str, Any], now: Mapping[str, tuple[str, ...]]) -> str:
    """Return the whole page as Markdown; `now` is what the library gives, as `library_now` returns it."""
    return "\n\n".join(_parts(calibration, now)) + "\n"


def _parts(calibration: Mapping[str, Any], now: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    yield "# Levels of use: measured, and in the model"
    yield (
        "How much use there is decides what any comparison can show. This page sets every figure that was found beside "
        "the experiment in the model that is like it. It is written by "
        "`python -m conducive.experiments.pages.levels docs` "
        f"from the calibration that comes with the program (model version `{calibration['model version']}`)."
    )
    yield (
        "Three denominators are kept apart, because the literature mixes them: of those *trained*, who ever uses it or "
        "is competent; of those *in post*, who uses it now (the model's `use` and `use_at_fidelity`); of "
        "*organisations*, which still run it. Published success of 50 to 90% is nearly always of the first or third "
        "kind."
    )
    yield (
        "Two innovations are kept apart too. `baseline` is a practice model for the whole service with training for "
        "every post, as the Innovation Programme mostly paid for; `optional-technique` is taught to ordinary "
        "caseworkers who may use it or not. A third kind, a licensed programme, is certified and coached "
        "(`innovation.kind`)."
    )
    yield "## Targets"
    yield (
        "A target is met where the median over plausible sets lies within its tolerance; *within* is the share of sets "
        "that do. Intervals hold 90% of draws or sets. *Pinned* are the coefficients that go most with it (rank "
        "correlation over all draws lived). Figures of other countries and services are carried over: the tolerance "
        "says how far they may be off here. Where the number itself is our judgement it counts half. Rules, plausible "
        "ranges and defaults (coaching, feedback, what a council could pay) were mended with these levels in sight: "
        "that a target is met is a fit, not a prediction that came true."
    )
    yield table(HEADS, cells(calibration))
    met_ones = sum(all(met(t, calibration["targets"][t.name]) for t in TARGETS if whole(t) == n) for n in wholes())
    yield f"{met_ones} of {len(wholes())} targets are met in all their parts."
    yield "## What was measured, and the experiment like it"
    yield (
        "Basis: *observed* is one observation carried over, *synthesis* a product or blend of several, *judgement* our "
        "number where evidence gives the direction only; it counts half, its tolerance taken as twice as wide. Mostly "
        "abstracts and tables of these sources could be read, not the findings chapters of long reports."
    )
    yield table(
        ("Target", "What was measured", "Experiment in the model", "Basis"),
        ((t.name, MEASURED[t.name], EXPERIMENTS[t.experiment], BASIS[t.basis]) for t in TARGETS),
    )
    yield "## What is missed, and why"
    for target in missed(calibration):
        middle = figure(target, calibration["targets"][target.name]["plausible"][1])
        low, high = figure(target, target.low), figure(target, target.high)
        yield f"- **{target.name}, {target.title}:** {middle}, outside {low} to {high}. {MISSED[target.name]}"
    yield "## Does calibration find a known truth?"
    yield truths_in_words(calibration)
    yield BEFORE_AND_AFTER
    yield (
        f"Use in any form / as meant, the mean of {RUNS} runs over plausible sets, in 0.6.0 and now; and the share of "
        "runs in which it was sustained. Sustained asked for 30% of posts in 0.6.0, and now for half of the level at "
        "the end of external money; the share is of runs in which that money came to an end two years before."
    )
    yield library_table(now)
    yield "## The default set beside the others"
    yield (
        "Runs without `--plausible` use the default set. Use in any form under it and at the median over plausible "
        "sets, from few runs with the same luck under every set: the two may be compared with each other, less well "
        "with the table above."
    )
    rows = [
        (name, month, f"{default:.2f}", f"{median:.2f}", f"{100 * (default - median):+.1f}")
        for name, months in calibration["default"].items()
        for month, (default, median) in months.items()
    ]
    yield table(("Scenario", "Month", "Default set", "Median of sets", "Apart (points)"), rows)
    yield _apart(calibration)
    yield "## What nobody knows"
    yield (
        "The share of English social workers in post who use any funded practice model, at any month: T7 and T8 are "
        "products of other figures. What became of Innovation Programme projects after their money. How fast a worker "
        "in child welfare stops. What newcomers do after the training wave. What a whole-system model as meant is: "
        "there is no agreed measure. Effects of participation, psychological safety, a change of leader, and caseload "
        "on use: directions only. Whether authorities fall into two camps or spread out."
    )


def _apart(calibration: Mapping[str, Any]) -> str:
    """Say how far the default set is from the others in use."""
    gaps = [abs(a - b) for months in calibration["default"].values() for a, b in months.values()]
    wide = sum(gap > APART for gap in gaps)
    return f"{wide} of {len(gaps)} are more than {APART * 100:.0f} points apart; the widest is {max(gaps) * 100:.1f}."


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
    (Path(sys.argv[1]) / "levels.md").write_text(written, encoding="utf-8", newline="\n")
