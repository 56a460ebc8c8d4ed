"""A scenario laid out in time: one row for each month, with every input, coefficient and event of that month."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.scenarios.events import GRADES, Event
from conducive.scenarios.field import Field
from conducive.scenarios.scenario import Scenario, Wave, declared

FAR = 1e9
"""Months until something that is not in sight."""

MONTH_FIELDS = (
    Field("month", "Month: 1 is the first after launch, 0 and below are warm-up."),
    Field("wave", "0 in warm-up, then 1, 2, ..."),
    Field("age", "Months since the launch of this wave: 1 in its first month."),
    Field("cases_per_family", "Cases that one family stands for."),
    Field("incident_happens", "1 in the month of a scheduled incident."),
    Field("inspection_result", "1 to 4 in the month of a scheduled inspection, else 0."),
    Field("budget_cut", "Share cut in this month."),
    Field("turnover_spike", "Share of permanent staff leaving in this month."),
    Field("director_leaves", "1 in the month in which the director is scheduled to leave."),
    Field("months_to_known_exit", "Months until an exit of the director that people know of; very many for none."),
    Field("promise_broken", "1 in the month in which leaders break a promise to staff."),
    Field("council_bound", "Share of running cost the council is bound to pay after external money; -1: free."),
)
"""What a month is given beside inputs and coefficients."""

TIMELINE = np.dtype(
    [(i.column, np.float64) for i in declared().values()] + [(one.name, np.float64) for one in MONTH_FIELDS]
)
"""One month of a scenario."""


def usual_vacancy(turnover: float, time_to_fill: float) -> float:
    """Share of posts without a permanent holder in the long run: turnover (a year) times time to fill (months)."""
    open_for = turnover / 12 * time_to_fill
    return open_for / (1 + open_for)


def usual_staff(scenario: Scenario) -> float:
    """Filled posts at usual staffing: permanent staff, agency cover, and agency above the establishment."""
    vacancy = usual_vacancy(scenario["workforce_capacity.turnover"], scenario["workforce_capacity.time_to_fill"])
    filled = (
        1
        - vacancy
        + vacancy * scenario["workforce_capacity.agency_cover"]
        + scenario["workforce_capacity.agency_extra"]
    )
    return scenario["organisation.posts"] * filled


def timeline(scenario: Scenario) -> npt.NDArray[Any]:  # noqa: PLR0912 - one case for each kind of event
    """Lay a scenario out: shape (warm-up + horizon,), dtype TIMELINE, events and waves applied from their month on."""
    rows = np.zeros(scenario.warm_up + scenario.horizon, TIMELINE)
    rows["month"] = np.arange(1 - scenario.warm_up, scenario.horizon + 1)
    rows["months_to_known_exit"] = FAR
    rows["council_bound"] = -1
    for address, value in scenario.complete().items():
        rows[declared()[address].column] = value
    for number, wave in enumerate(scenario.waves, 1):
        after = rows["month"] > wave.month
        rows["wave"][after] = number
        rows["age"][after] = rows["month"][after] - wave.month
    # In order of the first month they hold for; a wave launched after month m holds from m + 1 on.
    dated: list[Wave | Event] = sorted((*scenario.waves, *scenario.events), key=lambda d: d.month + isinstance(d, Wave))
    for event in dated:
        if isinstance(event, Wave):
            _set(rows, rows["month"] > event.month, event.changes)
            continue
        now, after = rows["month"] == event.month, rows["month"] >= event.month
        match event.name:
            case "incident":
                rows["incident_happens"][now] = 1
            case "inspection":
                rows["inspection_result"][now] = 1 + GRADES.index(str(event.detail))
            case "budget_cut":
                rows["budget_cut"][now] = 1 - (1 - rows["budget_cut"][now]) * (1 - float(event.detail))
            case "turnover_spike":
                rows["turnover_spike"][now] = 1 - (1 - rows["turnover_spike"][now]) * (1 - float(event.detail))
            case "leader_leaves":
                rows["director_leaves"][now] = 1
                if event.detail:
                    rows["months_to_known_exit"] = _until(rows["months_to_known_exit"], event.month - rows["month"])
            case "broken_promise":
                rows["promise_broken"][now] = 1
            case "push_withdrawn":
                rows["push"][after] = 0
            case "council_decides":
                rows["council_bound"][after] = float(event.detail)
            case _:
                _set(rows, after, event.changes)
    rows["cases_per_family"] = rows["caseload"] * usual_staff(scenario) / scenario["organisation.families"]
    return rows


def _set(rows: npt.NDArray[Any], when: npt.NDArray[np.bool_], changes: Any) -> None:
    for address, value in changes.items():
        rows[declared()[address].column][when] = value


def _until(known: npt.NDArray[np.float64], months: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Months until the next exit that people know of."""
    return np.minimum(known, np.where(months >= 0, months, FAR))
