"""Whether lessons hold what they teach: their claims over plausible sets, as those of the library's scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor

from conducive.dashboards.classroom.files import Lesson
from conducive.experiments.evidence.claim_text import HEADS, cells
from conducive.experiments.evidence.claims import Held, hold, told
from conducive.experiments.words import table

OF_A_CLAIM = 8
"""Replicates of each arm under each set, as in the validation of the library's claims."""


def held_by(
    lessons: Iterable[Lesson],
    sets: Sequence[Mapping[str, float]],
    replicates: int = OF_A_CLAIM,
    executor: Executor | None = None,
) -> list[tuple[Lesson, Held]]:
    """Return what comes of each claim of lessons over plausible sets."""
    return [(of, held) for of in lessons for held in hold(of.claiming(), sets, replicates, 0, executor)]


def claims_table(found: Iterable[tuple[Lesson, Held]]) -> str:
    """Return what came of claims as a table, a row for each."""
    rows = []
    for of, held in found:
        claim = next(p.claim for p in of.claim if (p.arm, p.claim.says) == (held.scenario, held.says))
        (row,) = told([held])
        rows.append((of.name, *cells(claim, row)))
    return table(("Lesson", "Arm", *HEADS[1:]), rows)
