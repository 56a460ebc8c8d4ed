"""One organisation as a Mesa model, for notebooks, the live view, `DataCollector` and `mesa.batch_run`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from conducive.agents.views import Family, Funder, Leader, Practitioner, RowAgent
from conducive.model.measures import INDICATORS
from conducive.model.month import live
from conducive.model.network import trust_graph
from conducive.model.state import new_world
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.files import load_scenario
from conducive.scenarios.short import InShort
from conducive.scenarios.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import networkx as nx
    import pandas as pd

    from conducive.scenarios.scenario import Scenario

VIEWS: tuple[tuple[type[RowAgent], str], ...] = (
    (Practitioner, "practitioners"),
    (Leader, "leaders"),
    (Family, "families"),
    (Funder, "funders"),
)


class Organisation(InShort, mesa.Model):
    """A children's services organisation that lives through a scenario, a month a step.

    Args:
        scenario: a library name, a path to a scenario file, a mapping, or a `Scenario`.
        rng: seed, 0 or any other whole number; None draws one and records it as `seed`. The organisation of a seed
        is replicate 0 of
            `run(scenario, seed=seed)`, to the bit.
        **changes: inputs by dotted name, or whole conditions, as in `Scenario.change`.

    The constructor runs the warm-up; `time` 0 is launch, and `running` turns False at the horizon, after which a
    step does nothing.

    Raises InputError for scenarios, changes or seeds that cannot be used.

    """

    def __init__(
        self, scenario: str | Path | Mapping[str, object] | Scenario = "baseline", rng: Any = None, **changes: object
    ) -> None:
        """Set the organisation up and live through its warm-up."""
        self.seed = as_seed(rng)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            super().__init__(rng=self.seed)
        self.scenario = load_scenario(scenario).change(changes)
        rows = timeline(self.scenario)
        self.world = new_world(rows, self.seed)
        self.running: bool = True
        self._lived = 0
        self._looked = False
        self.datacollector = mesa.DataCollector(model_reporters={i.name: _reporter(i.name) for i in INDICATORS})
        self._live_until(self.scenario.warm_up)

    def in_short(self) -> dict[str, str]:
        """Return what it lives through, and how far it is."""
        return {
            "scenario": self.scenario.title or self.scenario.name,
            "seed": f"{self.seed}",
            "practitioners' posts": f"{len(self.world.practitioners):,}",
            "families": f"{len(self.world.families):,}",
            "months lived since launch": f"{self._lived - self.scenario.warm_up} of {self.scenario.horizon}",
            "more": "organisation.monthly, organisation.agents",
        }

    @property
    def scenario(self) -> Scenario:
        """The scenario being lived."""
        return self._asked

    @scenario.setter
    def scenario(self, scenario: Scenario) -> None:
        # Mesa sets a scenario of its own first, with a link back to the model; ours is plain data.
        self._asked = scenario

    @property
    def month_row(self) -> Any:
        """The row of the timeline last lived: every input, coefficient and event of that month."""
        return self.world.timeline[max(self._lived - 1, 0)]

    def step(self) -> None:
        """Live through one month and collect its indicators; do nothing once the horizon is reached."""
        if not self.running:
            return
        self._live_until(self._lived + 1)
        self.datacollector.collect(self)
        self.running = self._lived < len(self.world.timeline)

    def _live_until(self, row: int) -> None:
        live(self.world, self._lived, row)
        self._lived = row

    @property
    def monthly(self) -> pd.DataFrame:
        """The indicators of every month lived since launch, `month` first."""
        import pandas as pd

        done = self.world.monthly[: max(0, self._lived - self.scenario.warm_up)]
        frame = pd.DataFrame.from_records(done)
        frame.insert(0, "month", np.arange(1, len(frame) + 1))
        return frame

    @property
    def agents(self) -> Any:
        """All agents, as a Mesa AgentSet; views of the arrays, made on first access."""
        self._look()
        return super().agents

    @agents.setter
    def agents(self, agents: Any) -> None:
        msg = "the agents of an organisation are made by the organisation"
        raise AttributeError(msg)

    @property
    def agents_by_type(self) -> Any:
        """AgentSets by type: Practitioner, Leader, Family, Funder."""
        self._look()
        return super().agents_by_type

    @property
    def agent_types(self) -> list[type]:
        """The types of agents there are."""
        self._look()
        types: list[type] = super().agent_types
        return types

    def _look(self) -> None:
        if not self._looked:
            self._looked = True
            for view, table in VIEWS:
                for index in range(len(getattr(self.world, table))):
                    view(self, index)

    def trust_network(self) -> nx.DiGraph[Any]:
        """Return who trusts whom, now, as a NetworkX graph.

        Nodes are named `practitioner 3`, `leader 0`, `family 12`, `funder 1`, with `kind` and, for staff, `team`,
        `stage` or `level`. Edges run from who trusts to whom, with `trust` (0-1) and `kind`: team, across teams, line
        management, worker-family, leader-funder. Write it with `networkx.write_graphml(model.trust_network(), path)`.
        """
        graph: nx.DiGraph[Any] = trust_graph(self)
        return graph


def as_seed(rng: Any) -> int:
    """Return a whole number to seed with; None draws one."""
    if rng is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint32)[0])
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**32))
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        msg = f"rng must be a whole number, 0 or more, or None. Got {glimpse(rng)}. Did you mean 0?"
        raise InputError(msg)
    return int(rng)


def _reporter(name: str) -> Any:
    def report(model: Organisation) -> float:
        return float(model.world.monthly[name][int(model.month_row["month"]) - 1])

    return report
