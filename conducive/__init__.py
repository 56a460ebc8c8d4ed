"""Conducive: how an innovation is taken up, dropped and remembered in a children's services organisation.

Read in this order: `scenarios` (what is asked), `agents` (who acts, and the rules they follow), `model` (the month),
`experiments` (asked many times). `import conducive as cz` is light; each name below is fetched when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conducive.agents.own import use_rules
    from conducive.agents.views import Family, Funder, Leader, Practitioner
    from conducive.experiments.compare.brief import brief
    from conducive.experiments.compare.comparison import Comparison, compare
    from conducive.experiments.compare.levers import Levers, levers
    from conducive.experiments.evidence.replay import Replay, replay
    from conducive.experiments.lives.ensemble import Ensemble, run
    from conducive.experiments.options.options import Options, options
    from conducive.experiments.programmes.runs import ProgrammeRuns, programme
    from conducive.experiments.search.national.plan import National, national
    from conducive.experiments.search.sensitivity.plan import Sensitivity, sensitivity
    from conducive.experiments.search.tipping.frontier import Frontier
    from conducive.experiments.search.tipping.plan import tipping
    from conducive.experiments.search.zone.map import ZoneMap
    from conducive.experiments.search.zone.plan import zone_map
    from conducive.experiments.sweep.discovery.boxes import Discovery
    from conducive.experiments.sweep.discovery.plan import discover
    from conducive.experiments.sweep.sweep import Sweep, sweep
    from conducive.experiments.takeaway.export import export
    from conducive.model.organisation import Organisation
    from conducive.model.sector.sector import Sector
    from conducive.scenarios.authority import Authority, authority
    from conducive.scenarios.coefficients import coefficients
    from conducive.scenarios.conditions import conditions
    from conducive.scenarios.errors import InputError
    from conducive.scenarios.files import library, load_scenario
    from conducive.scenarios.programme import Programme, load_programme
    from conducive.scenarios.scenario import Scenario
    from conducive.scenarios.schema import scenario_schema
    from conducive.scenarios.workforce import authorities

__version__ = "0.7.0"

_HOMES = {
    "Authority": "scenarios.authority",
    "Comparison": "experiments.compare.comparison",
    "Discovery": "experiments.sweep.discovery.boxes",
    "Ensemble": "experiments.lives.ensemble",
    "Family": "agents.views",
    "Frontier": "experiments.search.tipping.frontier",
    "Funder": "agents.views",
    "InputError": "scenarios.errors",
    "Leader": "agents.views",
    "Levers": "experiments.compare.levers",
    "National": "experiments.search.national.plan",
    "Options": "experiments.options.options",
    "Organisation": "model.organisation",
    "Programme": "scenarios.programme",
    "ProgrammeRuns": "experiments.programmes.runs",
    "Practitioner": "agents.views",
    "Replay": "experiments.evidence.replay",
    "Scenario": "scenarios.scenario",
    "Sector": "model.sector.sector",
    "Sensitivity": "experiments.search.sensitivity.plan",
    "Sweep": "experiments.sweep.sweep",
    "ZoneMap": "experiments.search.zone.map",
    "authorities": "scenarios.workforce",
    "authority": "scenarios.authority",
    "brief": "experiments.compare.brief",
    "coefficients": "scenarios.coefficients",
    "compare": "experiments.compare.comparison",
    "conditions": "scenarios.conditions",
    "discover": "experiments.sweep.discovery.plan",
    "export": "experiments.takeaway.export",
    "levers": "experiments.compare.levers",
    "library": "scenarios.files",
    "load_programme": "scenarios.programme",
    "load_scenario": "scenarios.files",
    "national": "experiments.search.national.plan",
    "replay": "experiments.evidence.replay",
    "programme": "experiments.programmes.runs",
    "options": "experiments.options.options",
    "run": "experiments.lives.ensemble",
    "scenario_schema": "scenarios.schema",
    "sensitivity": "experiments.search.sensitivity.plan",
    "sweep": "experiments.sweep.sweep",
    "tipping": "experiments.search.tipping.plan",
    "use_rules": "agents.own",
    "zone_map": "experiments.search.zone.plan",
}

__all__ = [
    "Authority",
    "Comparison",
    "Discovery",
    "Ensemble",
    "Family",
    "Frontier",
    "Funder",
    "InputError",
    "Leader",
    "Levers",
    "National",
    "Options",
    "Organisation",
    "Practitioner",
    "Programme",
    "ProgrammeRuns",
    "Replay",
    "Scenario",
    "Sector",
    "Sensitivity",
    "Sweep",
    "ZoneMap",
    "authorities",
    "authority",
    "brief",
    "coefficients",
    "compare",
    "conditions",
    "discover",
    "export",
    "levers",
    "library",
    "load_programme",
    "load_scenario",
    "national",
    "options",
    "programme",
    "replay",
    "run",
    "scenario_schema",
    "sensitivity",
    "sweep",
    "tipping",
    "use_rules",
    "zone_map",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'conducive' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"conducive.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
