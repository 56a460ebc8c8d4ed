"""What a page can be asked: to compare, to sweep, to rank levers, to weigh options."""

from __future__ import annotations

from dataclasses import dataclass

from conducive.experiments.compare.levers import RUNS
from conducive.experiments.options.options import REPLICATES
from conducive.scenarios.scenario import Scenario

LETTERS = "abcde"
"""Of options, in order."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is asked: two scenarios, how many pairs, and the seed."""

    base: Scenario
    alternative: Scenario
    replicates: int = 200
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep is asked: a scenario, axes as `NAME=LOW:HIGH` (empty where none), points along each, and runs."""

    scenario: Scenario
    x: str = ""
    y: str = ""
    steps: int = 7
    replicates: int = 20
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Pulling:
    """What is asked about levers: where they are pulled, what may be spent more (GBP), and whether pairs are sought."""

    scenario: Scenario
    budget: float | None = None
    pairs: bool = False
    runs: int = RUNS
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Choosing:
    """What is asked of a few options: what they are called, what they are, and the luck."""

    names: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    replicates: int = REPLICATES
    seed: int = 0
