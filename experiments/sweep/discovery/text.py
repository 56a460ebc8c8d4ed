"""What boxes in a sweep say, in plain English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from conducive.experiments.lives.readings import Estimate
from conducive.experiments.sweep.discovery.cases import AUTHORITY, DIGITS, FEWEST_TO_SPLIT, SURE
from conducive.experiments.words import factor_words, heading, in_unit, listed, paragraph, percent, several, table

if TYPE_CHECKING:
    from conducive.experiments.sweep.discovery.boxes import Box, Discovery, Limit


def say_discovery(found: Discovery) -> str:
    """Return where the outcome is likely, in sentences."""
    return "\n\n".join([_title(found), _asked(found), _found(found), _reading(found)]) + "\n"


def sentence(found: Discovery, box: Box) -> str:
    """Return a box as one sentence, with density and coverage."""
    limits = listed(_said(box.limits))
    of = "successes" if found.outcome == "sustained" else "such cases"
    rest = " and no earlier box holds" if box is not found.boxes[0] else ""
    return (
        f"{found.outcome} in {box.density.mean:.0%} of cases when {limits}{rest} "
        f"(covers {box.coverage.mean:.0%} of all {of})"
    )


def _said(limits: Sequence[Limit]) -> list[str]:
    """Return limits in words, two of the same factor as one."""
    said = {}
    for limit in limits:
        both = [other for other in limits if other.factor == limit.factor]
        if len(both) == 1:
            said[limit.factor] = limit.text()
        else:
            name, unit = factor_words(limit.factor)
            low, high = max(each.low for each in both), min(each.high for each in both)
            said[limit.factor] = f"{name} is between {in_unit(low, unit, DIGITS)} and {in_unit(high, unit, DIGITS)}"
    return list(said.values())


def _title(found: Discovery) -> str:
    return heading(f"When is it {found.outcome}?" if found.outcome == "sustained" else f"When is {found.outcome}?", "=")


def _asked(found: Discovery) -> str:
    cases, judged = found.cases, found.judged
    factors = listed([factor_words(name)[0].replace(" (0 barrier, 1 facilitator)", "") for name in found.factors])
    of = " at their authorities" if AUTHORITY in found.factors else ""
    lines = [
        f"{several(len(cases), 'design point')}{of}, {several(int(cases['runs'].sum()), 'run')}, over {factors}. "
        f"{found.outcome.capitalize()} in {percent(float(np.average(cases['chance'], weights=cases['runs'])))} of the "
        "runs."
    ]
    if found.unknown:
        lines.append(f"{several(found.unknown, 'run')} are left out, because in them the outcome is not known.")
    if found.failed:
        lines.append(
            f"{several(found.failed, 'design point')} failed and {'is' if found.failed == 1 else 'are'} missing."
        )
    lines.append(
        f"Boxes were found on {len(cases) - len(judged)} points, and figures come from the {len(judged)} that were "
        "held out."
        if len(judged) < len(cases)
        else f"With fewer than {FEWEST_TO_SPLIT} points none were held out: figures come from the points that found "
        "the boxes, and flatter them."
    )
    return paragraph(" ".join(lines))


def _found(found: Discovery) -> str:
    if not found.boxes:
        said = (
            "No box was found whose limits are more than luck. More design points would tell, and more replicates "
            "where luck decides much."
        )
        return paragraph(said)
    lines = []
    for n, box in enumerate(found.boxes, 1):
        said = sentence(found, box)
        lines += [heading(f"Box {n}"), paragraph(f"{said[0].upper()}{said[1:]}.")]
        rows = [
            ("share of cases in it (density)", *_interval(box.density), percent(box.found[0])),
            ("share of all that it covers (coverage)", *_interval(box.coverage), percent(box.found[1])),
        ]
        held = bool(found.cases["held_out"].any())
        head = ("", "held out" if held else "found", "95% interval", "when found")
        lines.append(table(head[: 4 if held else 3], [row[: 4 if held else 3] for row in rows]))
        chances = [f"{limit.text()} ({_chance(limit.held_out if held else limit.chance)})" for limit in box.limits]
        lines.append(
            paragraph(
                f"{several(box.points, 'design point')} in it. Chance that a limit helps by luck: {listed(chances)}."
            )
        )
        lines.append("")
    short = [f"box {n}" for n, box in enumerate(found.boxes, 1) if box.found[0] < (found.density or 0)]
    if short:
        said = f"Asked for was a density of {percent(found.density or 0)}, of which {listed(short)} "
        lines += [paragraph(f"{said}{'falls' if len(short) == 1 else 'fall'} short where it was found."), ""]
    together = np.logical_or.reduce([box.holds(found.judged) for box in found.boxes])
    chance = found.judged["chance"].to_numpy(float)
    if len(found.boxes) > 1:
        outside = f"{percent(float(chance[~together].mean()))}" if (~together).any() else "none"
        lines.append(
            paragraph(
                f"All boxes together cover {percent(float(chance[together].sum() / chance.sum()))} of it all; "
                f"outside of them the chance is {outside}."
            )
        )
    else:
        outside = percent(float(chance[~together].mean())) if (~together).any() else "-"
        lines.append(paragraph(f"Outside of the box the chance is {outside}."))
    return "\n".join(lines).rstrip()


def _interval(estimate: Estimate) -> tuple[str, str]:
    return percent(estimate.mean), f"{percent(estimate.low).removesuffix('%')} to {percent(estimate.high)}"


def _chance(chance: float) -> str:
    return "under 0.1%" if chance < 0.001 else percent(chance)  # noqa: PLR2004


def _reading(found: Discovery) -> str:
    said = (
        "A case is a design point, and its outcome the share of its runs that have it. A box says where in the swept "
        "ranges the outcome is likely, not why, and nothing about values that were not swept. Limits that may be luck "
        f"(chance over {SURE:.0%}) were dropped. Intervals count each design point as one trial, which is on the safe "
        "side. It compares scenarios; it does not forecast."
    )
    return "\n".join([heading("How to read this"), paragraph(said)])
