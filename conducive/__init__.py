"""Conducive: how an innovation is taken up, dropped and remembered in a children's services organisation.

Read in this order: `scenarios` (what is asked), `agents` (who acts, and the rules they follow), `model` (the month),
`experiments`
(asked many times). `import conducive as cz` is light; each name below is fetched when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conducive.agents.views import Family, Funder, Leader, Practitioner
    from conducive.experiments.brief import brief
    from conducive.experiments.comparison import Comparison, compare
    from conducive.experiments.discovery import Discovery, discover
    from conducive.experiments.ensemble import Ensemble, run
    from conducive.experiments.national import National, national
    from conducive.experiments.sensitivity import Sensitivity, sensitivity
    from conducive.experiments.sweep import Sweep, sweep
    from conducive.experiments.tipping import Frontier, tipping
    from conducive.experiments.zone import ZoneMap, zone_map
    from conducive.model.organisation import Organisation
    from conducive.scenarios.coefficients import coefficients
    from conducive.scenarios.conditions import conditions
    from conducive.scenarios.errors import InputError
    from conducive.scenarios.files import library, load_scenario
    from conducive.scenarios.scenario import Scenario
    from conducive.scenarios.schema import scenario_schema
    from conducive.scenarios.workforce import authorities

__version__ = "0.6.0"

_HOMES = {
    "Comparison": "experiments.comparison",
    "Discovery": "experiments.discovery",
    "Ensemble": "experiments.ensemble",
    "Family": "agents.views",
    "Frontier": "experiments.tipping",
    "Funder": "agents.views",
    "InputError": "scenarios.errors",
    "Leader": "agents.views",
    "National": "experiments.national",
    "Organisation": "model.organisation",
    "Practitioner": "agents.views",
    "Scenario": "scenarios.scenario",
    "Sensitivity": "experiments.sensitivity",
    "Sweep": "experiments.sweep",
    "ZoneMap": "experiments.zone",
    "authorities": "scenarios.workforce",
    "brief": "experiments.brief",
    "coefficients": "scenarios.coefficients",
    "compare": "experiments.comparison",
    "conditions": "scenarios.conditions",
    "discover": "experiments.discovery",
    "library": "scenarios.files",
    "load_scenario": "scenarios.files",
    "national": "experiments.national",
    "run": "experiments.ensemble",
    "scenario_schema": "scenarios.schema",
    "sensitivity": "experiments.sensitivity",
    "sweep": "experiments.sweep",
    "tipping": "experiments.tipping",
    "zone_map": "experiments.zone",
}

__all__ = [
    "Comparison",
    "Discovery",
    "Ensemble",
    "Family",
    "Frontier",
    "Funder",
    "InputError",
    "Leader",
    "National",
    "Organisation",
    "Practitioner",
    "Scenario",
    "Sensitivity",
    "Sweep",
    "ZoneMap",
    "authorities",
    "brief",
    "coefficients",
    "compare",
    "conditions",
    "discover",
    "library",
    "load_scenario",
    "national",
    "run",
    "scenario_schema",
    "sensitivity",
    "sweep",
    "tipping",
    "zone_map",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'conducive' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"conducive.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
