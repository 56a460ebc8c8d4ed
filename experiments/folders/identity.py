"""What makes a run the same run: everything that decides its numbers, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from conducive import __version__
from conducive.experiments.lives.plausible import plausible_sets
from conducive.experiments.version import DERIVED, model_version
from conducive.scenarios.coefficients import free_coefficients
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.tables import TEXTS, document_from

type Identity = dict[str, Any]


def run_identity(scenario: Scenario, replicates: int, seed: int, *, plausible: bool = False) -> Identity:
    """Return what decides the numbers of a run: scenario without its notes, replicates, seed, version, rules and sets.

    Raises InputError when a plausible run is asked for and there are no plausible sets that fit the model.
    """
    return {"kind": "run", "scenario": _asked(scenario, plausible), **_with(replicates, seed, plausible)}


def comparison_identity(
    base: Scenario,
    alternative: Scenario,
    replicates: int,
    seed: int,
    *,
    plausible: bool = True,
    precision: float | None = None,
) -> Identity:
    """Return what decides the numbers of a comparison. Raises InputError as `run_identity` does."""
    both = {"A": _asked(base, plausible), "B": _asked(alternative, plausible)}
    aim = {} if precision is None else {"precision": precision}
    return {"kind": "comparison", **both, **aim, **_with(replicates, seed, plausible)}


def study_identity(
    kind: str,
    scenarios: Mapping[str, Scenario],
    replicates: int,
    seed: int,
    *,
    plausible: bool = False,
    **asked: object,
) -> Identity:
    """Return what decides the numbers of any other study: its scenarios by name, and whatever else it was asked.

    Raises InputError as `run_identity` does.
    """
    documents = {name: _asked(scenario, plausible) for name, scenario in scenarios.items()}
    return {"kind": kind, **documents, **asked, **_with(replicates, seed, plausible)}


def key(identity: Identity) -> str:
    """Return a short name for an identity, the same on every machine."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:8]


def rules() -> str:
    """Return the version of the model's behaviour."""
    return model_version()


def sets_key() -> str:
    """Return a hash of the plausible sets. Raises InputError where there are none that fit the model."""
    return hashlib.sha256(json.dumps([dict(each) for each in plausible_sets().sets]).encode()).hexdigest()[:12]


def _asked(scenario: Scenario, plausible: bool) -> Identity:
    return {name: value for name, value in document_of(scenario, plausible).items() if name not in TEXTS}


def _with(replicates: int, seed: int, plausible: bool) -> Identity:
    return {
        "replicates": int(replicates),
        "seed": int(seed),
        "version": __version__,
        "rules": rules(),
        "plausible_sets": sets_key() if plausible else "none",
    }


def document_of(scenario: Scenario, plausible: bool) -> dict[str, Any]:
    """Return a scenario as the document of a file that runs the same again.

    For a plausible run it leaves to the sets the coefficients that the scenario does not set itself, and to its
    authority the strain that staff there are used to, which follows from them.
    """
    document = document_from(scenario)
    if not plausible:
        return document
    moved = {*(i.address for i in free_coefficients()), *DERIVED} - scenario.values.keys()
    document["coefficients"] = {n: v for n, v in document["coefficients"].items() if f"coefficients.{n}" not in moved}
    if scenario.start and scenario.placed:
        del document["place"]
        document["authority"], document["year"] = scenario.placed
    return document
