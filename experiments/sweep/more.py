"""More replicates for a finished sweep: those lived before are taken over, and only the others are lived.

Replicate r is the same run however many there are. So a sweep of 40 into the folder of a finished one of 20 becomes, to
the bit, what it would have been from the start. It grows in a folder of its own inside, `_more`, and takes the place of
the smaller one when it is finished; until then that can be read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.lives.intervals import FEWEST_IN_A_SET
from conducive.experiments.lives.plausible import plausible_sets
from conducive.experiments.sweep.design import Plan, sweep_identity
from conducive.experiments.sweep.folder import FAILED, MANIFEST, PARTS, SUMMARY, Folder, SweepError, opened
from conducive.experiments.sweep.runs import Runs
from conducive.scenarios.errors import InputError

MORE = "_more"
"""Folder in that of a sweep where one of more replicates grows."""


@dataclass(frozen=True)
class Earlier:
    """A finished sweep that is the same but for having fewer replicates."""

    folder: Folder
    plan: Plan

    @cached_property
    def runs(self) -> Runs:
        """How its runs were cut into parts."""
        return Runs(self.plan)

    @cached_property
    def failures(self) -> dict[int, str]:
        """What went wrong, by case."""
        authorities = self.plan.authorities or (None,)
        return {
            line["point"] * self.plan.places + authorities.index(line.get("authority")): line["error"]
            for line in self.folder.failures
        }

    def ends(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        """Return the last months of runs, by their numbers in this sweep; NaN where one failed."""
        stride = len(self.runs.part(0))
        parts = np.unique(numbers // stride).tolist()
        lived = [self._part(n)[numbers[numbers // stride == n] - n * stride] for n in parts]
        return np.concatenate([np.empty(0, self.plan.row), *lived])

    @cached_property
    def _part(self) -> Any:
        return lru_cache(maxsize=2)(self._read)

    def _read(self, part: int) -> npt.NDArray[Any]:
        try:
            return self.runs.ends(part, self.folder.table(part))
        except InputError as error:
            raise SweepError(str(error)) from None


def earlier(plan: Plan, out: Path) -> Earlier | None:
    """Return the finished sweep in a folder to which a plan adds replicates; None where it does no such thing.

    Raises InputError where it would, but plausible sets fall to other replicates.
    """
    try:
        there = opened(out)
    except InputError:
        return None
    before = there.manifest.get("identity", {})
    replicates = before.get("replicates")
    if not isinstance(replicates, int) or not 0 < replicates < plan.replicates:
        return None
    fewer = replace(plan, replicates=replicates)
    if before != json.loads(json.dumps(sweep_identity(fewer))) or not (out / SUMMARY).is_file():
        return None
    if plan.plausible and Runs(plan).sets[:replicates] != Runs(fewer).sets:
        most = FEWEST_IN_A_SET * len(plausible_sets().sets)
        msg = (
            f"{out} has {replicates:,} replicates over plausible sets of coefficients, which would fall to other sets "
            f"among {plan.replicates:,}. Replicates can be added from one multiple of {FEWEST_IN_A_SET} to another, up "
            f"to {most:,}. Name another folder with --out."
        )
        raise InputError(msg)
    return Earlier(there, fewer)


def take_over(out: Path) -> Folder:
    """Put a sweep that grew inside a folder in place of the smaller one; what was moved before it was killed, stays."""
    grown = out / MORE
    last = {FAILED: 1, PARTS: 2, MANIFEST: 3, SUMMARY: 4}
    try:
        for file in sorted(grown.iterdir(), key=lambda file: last.get(file.name, 0)):
            file.replace(out / file.name)
        grown.rmdir()
    except OSError as error:
        msg = f"{out} cannot be written to: {error.strerror or error}. Nothing is lost: run the same again to go on."
        raise SweepError(msg) from None
    return opened(out)
