"""A programme by authority and month: in each, the share of practitioners who use as meant what it runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from conducive.experiments.programmes.runs import Run, run_of, sectors
from conducive.scenarios.programme import Programme


class Lived(NamedTuple):
    """One replicate of each programme: its tables, and use as meant by programme, month and authority (0-1)."""

    runs: tuple[Run, ...]
    use: npt.NDArray[np.float32]


def lived(replicate: int, programmes: tuple[Programme, ...], seed: int) -> Lived:
    """Live through each programme once, as `programme` does, and keep every month of every authority too."""
    runs, use = [], []
    for n, together in enumerate(sectors(replicate, programmes, seed)):
        runs.append(run_of(n, replicate, together))
        use.append(np.stack([world.monthly["use_at_fidelity"] for world in together.worlds], axis=1))
    return Lived(tuple(runs), np.asarray(use, np.float32))
