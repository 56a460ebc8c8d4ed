"""Calibration by history matching: draw coefficients over their plausible ranges, rule out what the evidence excludes.

Each constraint is a margin with the variance of its replicates and a stated discrepancy of the model; a draw is ruled
out where its implausibility, |margin missed| / sqrt(variance + discrepancy^2), exceeds 3 (Craig et al. 1997; Vernon,
Goldstein & Bower 2010). First a small organisation and few replicates for every draw, then full size for survivors.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from conducive.experiments.plausible import DERIVED, free
from conducive.model.month import live
from conducive.model.state import new_world
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

type Numbers = npt.NDArray[np.float64]


def prior(draws: int, seed: int) -> Numbers:
    """Draw free coefficients evenly over their plausible ranges (scrambled Sobol): shape (draws, coefficients)."""
    from scipy.stats import qmc

    ranges = np.array([(i.low, i.high) for i in free()])
    unit = qmc.Sobol(len(ranges), rng=np.random.default_rng(seed)).random(draws)
    return np.asarray(qmc.scale(unit, *ranges.T))


def settled(base: Scenario, draw: Numbers, lives: int = 4) -> dict[str, float]:
    """A draw by address, with the strain and wellbeing that it gives under default conditions and no innovation."""
    values: dict[str, float] = {i.address: float(x) for i, x in zip(free(), draw, strict=True)}
    for _ in range(2):
        rows = timeline(base.under(values).change({"horizon": 1, "warm_up": 48}))
        levels = []
        for replicate in range(lives):
            world = new_world(rows, 0, replicate)
            live(world, 0, 24)
            for month in range(24, 48):
                live(world, month, month + 1)
                levels.append((world.organisation[0].strain, world.organisation[0].wellbeing))
        values |= dict(zip(DERIVED, np.mean(levels, axis=0).tolist(), strict=True))
    return values
_: Mapping[str, float] = {}
