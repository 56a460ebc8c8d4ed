"""Trust between colleagues and up the line."""

from __future__ import annotations

from conducive.agents import leader as lead
from conducive.agents.practitioner import NONE
from conducive.agents.rule import either, rule, stock
from conducive.model.arrays import Record
from conducive.model.state import World


@rule
def trust(world: World, inputs: Record, org: Record) -> None:
    """Trust grows slowly with supportive leaders and shared work, and falls fast with blame and broken promises."""
    staff, leaders = world.practitioners, world.leaders
    tie_start, tie_to, tie_trust, tie_width = world.tie_start, world.tie_to, world.tie_trust, world.tie_width
    blamed = inputs.breach * inputs.blame_culture * org.incidents
    broken = either(blamed, inputs.breach * inputs.promise_broken)
    wear = either(inputs.trust_wear, blamed)
    total, ties = 0.0, 0
    for i in range(len(staff)):
        worker = staff[i]
        if worker.stage == NONE:
            continue
        manager = leaders[worker.manager]
        gain = lead.trust_gain(manager.support, inputs.trust_growth) if manager.acting <= 0.0 else 0.0
        worker.trust_up = lead.trust_after_breach(stock(worker.trust_up, gain, inputs.trust_wear), broken)
        for e in range(tie_start[i], tie_start[i + 1]):
            other = staff[tie_to[e]]
            if other.stage != NONE:
                shared = either(1.0 - other.strain, worker.fidelity * other.fidelity)
                tie_trust[e] = stock(tie_trust[e], inputs.trust_growth * shared, wear)
                if tie_width[e] >= inputs.silo:
                    total += tie_trust[e]
                    ties += 1
    org.peer_trust = total / max(1, ties)
