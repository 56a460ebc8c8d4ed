"""Each of the 18 conditions leaves a fingerprint of its own: no two act so alike that a user could not tell them apart.

A fingerprint is how states differ, month by month, between the condition near its barrier end and near its facilitator
end, all else as usual and with the same luck: mean differences over replicates, each in units of the spread between
single replicates.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from conducive.experiments.lives.ensemble import run
from conducive.scenarios.conditions import conditions
from conducive.scenarios.scenario import Scenario

LOW, HIGH = 0.2, 0.8
STATES = (
    "strain", "safety", "belief", "fatigue", "skill", "reinforcement", "fidelity", "codified_memory", "peer_trust",
    "vertical_trust",
    "family_trust", "funder_confidence", "fit", "evidence", "paid", "budget", "continuation", "leader_commitment",
    "voice", "burden",
    "wellbeing", "vacancy_rate", "turnover_12m", "caseload", "scar", "trials", "aware", "willing", "trained", "use",
    "lapsed",
)  # fmt: skip
MONTHS = np.array([3, 6, 12, 18, 24, 30, 36, 48, 60]) - 1
REPLICATES = 60
ALIKE = 0.95
SMALL = Scenario("fingerprint").change(
    {"organisation.posts": 48, "organisation.families": 200, "warm_up": 24, "horizon": 60, "finance.grant": 200_000,
     "innovation.start_up_cost": 33_000, "innovation.running_cost": 40_000}
)  # fmt: skip

Fingerprint = npt.NDArray[np.float64]


def states(scenario: Scenario) -> npt.NDArray[np.float64]:
    """States in the chosen months: shape (replicates, states, months)."""
    lives = run(scenario, REPLICATES, seed=0, agents=False)
    return np.stack([lives.values(state)[:, MONTHS] for state in STATES], axis=1)


@pytest.fixture(scope="module")
def fingerprints() -> dict[str, Fingerprint]:
    """Standardised mean differences between the two positions, by condition: states by months, flattened."""
    spread = states(SMALL).std(axis=0, ddof=1)
    # A state that hardly varies between replicates at all must not blow a trifle up.
    floor = 0.05 * np.abs(states(SMALL).mean(axis=0)).max(axis=1, keepdims=True) + 1e-6
    scale = np.maximum(spread, floor)
    return {
        c.name: (
            (states(SMALL.change({c.name: HIGH})) - states(SMALL.change({c.name: LOW}))).mean(axis=0) / scale
        ).ravel()
        for c in conditions()
    }


def cosine(one: Fingerprint, other: Fingerprint) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize("name", [c.name for c in conditions()])
def test_a_condition_leaves_a_mark(name: str, fingerprints: dict[str, Fingerprint]) -> None:
    # Half a spread between replicates, in some state and some month; the standard error of a mean difference is 0.18 at
    # most.
    assert np.abs(fingerprints[name]).max() > 0.5


def test_no_two_conditions_have_the_same_fingerprint(fingerprints: dict[str, Fingerprint]) -> None:
    likeness = {(a, b): cosine(fingerprints[a], fingerprints[b]) for a, b in combinations(fingerprints, 2)}
    alike = {pair: round(value, 3) for pair, value in likeness.items() if abs(value) > ALIKE}

    assert not alike
