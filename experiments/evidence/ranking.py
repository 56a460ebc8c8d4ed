"""Which conditions matter most: a screening of all of them in a small service, made once and stored.

`python -m conducive.experiments.evidence.ranking FOLDER` makes it anew. What is stored carries what made it, so that a
ranking older than the rules or than the coefficients is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from conducive.experiments.evidence.validation import stored_if, write
from conducive.experiments.folders.identity import key
from conducive.experiments.lives.plausible import DATA
from conducive.experiments.search.sensitivity.plan import Sensitivity, SensitivityPlan, sensitivity
from conducive.experiments.version import model_version
from conducive.scenarios.conditions import conditions

SCENARIO = "classroom"
TRAJECTORIES, REPLICATES = 100, 4
FILE = "conditions_rank.json"
STORED = DATA / FILE
DIGITS = 3
AGAIN = "uv run python -m conducive.experiments.evidence.ranking experiments/data"


@dataclass(frozen=True, slots=True)
class Ranked:
    """How strongly a condition moves use as it is meant, from its barrier end to its facilitator end.

    Attributes:
        name: of the condition.
        strength: mu star of Morris's method, the mean size of the change, in percentage points.
        low: lower end of its 95% interval.
        high: upper end of that.
        change: mu, the mean change, signed, in percentage points.
        luck: strength that luck alone would show, in percentage points.
        place: from 1, the strongest.
        first: the best place that the intervals leave open: only conditions whose interval lies wholly above are ahead.
        last: the worst place that they leave open.

    """

    name: str
    strength: float
    low: float
    high: float
    change: float
    luck: float
    place: int
    first: int
    last: int


def ranking_plan(trajectories: int = TRAJECTORIES, replicates: int = REPLICATES) -> SensitivityPlan:
    """Return what a ranking asks: all conditions, each from barrier to facilitator, in a class-sized organisation."""
    names = [c.name for c in conditions()]
    return sensitivity.plan(SCENARIO, names, method="morris", trajectories=trajectories, replicates=replicates)


def ranking(found: Sensitivity) -> tuple[Ranked, ...]:
    """Return the conditions of a screening, the strongest first."""
    screening = found.screening
    assert screening is not None
    low, strength, high, change, luck = (
        np.round(100 * values, DIGITS).tolist() for values in (*screening.strength, screening.direction, screening.luck)
    )
    order = np.argsort(-screening.strength.value, kind="stable").tolist()
    return tuple(
        Ranked(
            screening.factors[n].name,
            strength[n],
            low[n],
            high[n],
            change[n],
            luck[n],
            place,
            first=1 + sum(other > high[n] for other in low),
            last=len(order) - sum(other < low[n] for other in high),
        )
        for place, n in enumerate(order, 1)
    )


def made_with(plan: SensitivityPlan) -> dict[str, Any]:
    """Return what a stored ranking was made with: the version of the model, and a hash of all that was asked."""
    asked = {name: value for name, value in plan.identity().items() if name not in {"version", "rules"}}
    return {"model version": model_version(), "asked": key(asked)}


def stored_ranking(path: Path = STORED) -> tuple[Ranked, ...]:
    """Return the stored ranking, the strongest condition first.

    Raises InputError where it was made for other rules or other coefficients, or cannot be read.
    """

    def rows(found: dict[str, Any]) -> tuple[Ranked, ...]:
        return tuple(Ranked(**row) for row in found["ranked"])

    return stored_if(
        path, made_with(ranking_plan()), rows, "a ranking of the conditions", "rules or coefficients", AGAIN
    )


def main(arguments: Iterable[str]) -> None:
    """Make the ranking anew and write it into the folder named."""
    (folder,) = arguments
    plan = ranking_plan()
    ranked = ranking(plan.carry_out())
    write(Path(folder) / FILE, {**made_with(plan), "runs": plan.runs, "ranked": [asdict(one) for one in ranked]})


if __name__ == "__main__":
    main(sys.argv[1:])
