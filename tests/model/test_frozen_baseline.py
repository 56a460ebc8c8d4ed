"""A frozen run guards against altering results unawares; a change that is meant goes in the CHANGELOG."""

import json
from pathlib import Path

import pytest

import conducive as cz

FROZEN = Path(__file__).with_name("frozen_baseline.json")
MONTHS = (1, 12, 24, 36, 60, 120)
INDICATORS = (
    "use", "use_at_fidelity", "lapses", "codified_memory", "peer_trust", "strain", "vacancy_rate", "agency_rate",
    "wellbeing",
    "fit", "evidence", "cumulative_cost", "leader_commitment", "uptake_number",
)  # fmt: skip


def lived() -> dict[str, list[float]]:
    """Means over four replicates of a class-sized organisation, by indicator and month."""
    ensemble = cz.run("classroom", replicates=4, seed=0)
    return {name: [float(ensemble.values(name)[:, month - 1].mean()) for month in MONTHS] for name in INDICATORS}


def test_the_frozen_run_has_not_changed() -> None:
    """To freeze anew: python tests/model/test_frozen_baseline.py."""
    frozen = json.loads(FROZEN.read_text())

    now = lived()

    assert now == {name: pytest.approx(values, rel=1e-9, abs=1e-12) for name, values in frozen.items()}


if __name__ == "__main__":
    FROZEN.write_text(json.dumps(lived(), indent=1) + "\n")
