"""Scenario discovery on a finished sweep: in which part of the space of its factors is an outcome likely?"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from conducive.experiments.folders.identity import Identity, study_identity
from conducive.experiments.lives.ensemble import check_whole
from conducive.experiments.search.study import ALONE, Held, Means, Study, front_door
from conducive.experiments.sweep.discovery.boxes import Discovery, boxes_of
from conducive.experiments.sweep.discovery.cases import SPLIT_SEED, cases_of, check_folder, check_number, table_of
from conducive.experiments.sweep.folder import opened
from conducive.scenarios.errors import InputError, glimpse

if TYPE_CHECKING:
    import pandas as pd

    from conducive.experiments.sweep.sweep import Sweep

MOST_BOXES = 3
MOST_ASKED = 10
"""Boxes that can be asked for."""


@dataclass(frozen=True, eq=False)
class DiscoveryPlan(Study[Discovery]):
    """What is asked of a sweep: make one with `discover.plan`, where it is said what this means.

    `sweep` is its folder, or its table, which cannot be told from another.
    """

    sweep: Path | pd.DataFrame
    indicator: str
    over: float | None
    under: float | None
    density: float | None
    boxes: int

    def held(self) -> Held:
        """Return what it is called: nothing is run, and the sweep has its own scenario."""
        return Held(f"discover-{self._folder.name}", f"boxes in {self._folder.name}", {}, 0)

    @property
    def _folder(self) -> Path:
        if not isinstance(self.sweep, Path):
            msg = "a table of a sweep has no folder. Name the folder of the sweep."
            raise InputError(msg)
        return self.sweep

    def identity(self) -> Identity:
        """Return what decides the numbers: what the sweep was asked, its parts, and what is asked of it."""
        sizes = [f"{part.name} {part.stat().st_size}" for part in sorted(self._folder.glob("part-*.parquet"))]
        content = "\n".join([json.dumps(opened(self._folder).manifest.get("identity")), *sizes]).encode()
        return study_identity(
            "discovery", {}, 1, SPLIT_SEED, sweep=hashlib.sha256(content).hexdigest()[:12], indicator=self.indicator,
            over=self.over, under=self.under, density=self.density, boxes=self.boxes,
        )  # fmt: skip

    def carry_out(self, means: Means = ALONE) -> Discovery:
        """Find boxes: see `Study`. Nothing is run."""
        frame, where, failed = table_of(self.sweep)
        cases, varying, says, unknown = cases_of(frame, self.indicator, self.over, self.under)
        found, trajectory = boxes_of(cases, varying, self.density, self.boxes)
        return Discovery(cases, varying, says, found, trajectory, unknown, failed, where, self.density)


@front_door(Discovery)
def discover(
    sweep: str | Path | pd.DataFrame | Sweep,
    indicator: str = "sustained",
    *,
    over: float | None = None,
    under: float | None = None,
    density: float | None = None,
    boxes: int = MOST_BOXES,
) -> DiscoveryPlan:
    """Find in which part of the space of a sweep's factors an outcome is likely.

    Args:
        sweep: the folder of a finished sweep, its table, or the sweep itself.
        indicator: an indicator in the last month; `sustained` is an outcome as it is.
        over: the outcome is that the indicator is more than this.
        under: the outcome is that it is less than this.
        density: how likely the outcome must be in a box: the one that covers most is chosen. By default the one in
            which its share of all outcomes exceeds its share of all else by most (Youden's index).
        boxes: at most how many, each in what former ones leave.

    A case is a design point (at an authority, if several were asked for), and its outcome is a chance: the share of its
    replicates that have it. A density is the mean chance of the cases in a box, which is the share of its runs.
    Raises InputError for a table or an outcome that cannot be used, and where EMA Workbench is not installed.

    """
    asked = _of_a_sweep(sweep)
    if isinstance(asked, Path):
        check_folder(asked)
    check_number("--density", density, 0.0, 1.0)
    check_whole("boxes", boxes, 1, MOST_ASKED)
    return DiscoveryPlan(asked, indicator, over, under, density, boxes)


def _of_a_sweep(asked: object) -> Path | pd.DataFrame:
    """Return the folder or the table that was given, or that of a sweep. Raises InputError for anything else."""
    import pandas as pd

    if isinstance(asked, str | Path):
        return Path(asked)
    if isinstance(asked, pd.DataFrame):
        return asked
    folder = getattr(getattr(asked, "folder", None), "path", None)
    if isinstance(folder, Path):
        return folder
    msg = f"discover takes the folder of a finished sweep, its table, or the sweep itself. Got {glimpse(asked)}."
    raise InputError(msg)
