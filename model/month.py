"""The month: ten groups of processes in schedule order, each seeing what earlier ones left.

Within a process the update is synchronous: other agents are read from a copy made at its start, so results do not
depend on the order of agents. Draws settle competing exits; a post changes stage at most once a month. `live` is the
one implementation behind `Organisation.step` and the ensemble runner; Numba compiles it once and keeps it.
"""

from __future__ import annotations

from conducive.agents.rule import compiled, inlined
from conducive.model.arrays import Record
from conducive.model.processes.adoption import adoption
from conducive.model.processes.families import families
from conducive.model.processes.launch import launch
from conducive.model.processes.leaders import leadership
from conducive.model.processes.learning import learning
from conducive.model.processes.measure import measure
from conducive.model.processes.memory import memory_and_adaptation
from conducive.model.processes.money import money
from conducive.model.processes.trust import trust
from conducive.model.processes.wider_world import wider_world
from conducive.model.processes.workforce import workforce
from conducive.model.state import World


@compiled
def live(world: World, first: int, last: int) -> None:
    """Live through rows `first` to `last` (excluded) of the timeline."""
    for t in range(first, last):
        month(world, world.timeline[t], world.organisation[0])


@inlined
def month(world: World, inputs: Record, org: Record) -> None:
    """One month, in schedule order: `inputs` is what is given for this month, `org` the organisation."""
    launch(world, inputs, org)
    wider_world(world, inputs, org)
    money(world, inputs, org)
    leadership(world, inputs, org)
    workforce(world, inputs, org)
    families(world, inputs, org)
    learning(world, inputs, org)
    adoption(world, inputs, org)
    trust(world, inputs, org)
    memory_and_adaptation(world, inputs, org)
    measure(world, inputs, org)
