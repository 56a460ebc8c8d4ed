"""How fast it is on the machine at hand, measured in one run: ratios to trust, and times to compare with the aims.

These are measurements, not tests: machines are noisy, so each figure is the best of several rounds, and the ratios
are taken in the
same run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numba
import numpy as np

from conducive.agents.rule import compiled
from conducive.experiments.ensemble import run
from conducive.model import month
from conducive.model.month import CLOSES, LEAVES, MOVES, live
from conducive.model.random import uniforms
from conducive.model.state import World, new_world
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline
from conducive.scenarios.workforce import authorities

ROUNDS = 5
NS = 1e9
UNCOMPILED = """
import time
from conducive.experiments.benchmark import nanoseconds
from conducive.scenarios.files import load_scenario
print(nanoseconds(load_scenario("classroom").change({"warm_up": 0, "horizon": 6}), rounds=1))
"""
FIRST_RUN = """
import time
start = time.perf_counter()
from conducive.experiments.ensemble import run
run({"name": "first", "horizon": 12, "warm_up": 0}, 1)
print(time.perf_counter() - start)
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    measured: str
    aim: str = ""


def benchmark() -> None:
    """Measure and print the table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("What", "Measured", "Aim", title="Conducive on this machine", title_justify="left")
    console = Console()
    with console.status("measuring"):
        for figure in figures():
            table.add_row(figure.what, figure.measured, figure.aim)
    console.print(table)


def figures() -> list[Figure]:
    """Measure everything there is in the table; about two minutes."""
    first, cached = _start_times()
    baseline = load_scenario("baseline")
    largest = _largest()
    run(baseline, 2)
    default = nanoseconds(baseline)
    floor = _floor_nanoseconds(baseline)
    small = load_scenario("classroom").change({"warm_up": 0, "horizon": 6})
    uncompiled = float(_python(UNCOMPILED, NUMBA_DISABLE_JIT="1"))
    return [
        Figure("one core, default authority", f"{default:.0f} ns an agent-month", "40"),
        Figure(f"one core, largest ({largest.place})", f"{nanoseconds(largest):.0f} ns an agent-month", "40"),
        Figure("same rules uncompiled, classroom", f"{uncompiled / nanoseconds(small):,.0f} times as long"),
        Figure("floor: drawing and touching", f"{floor:.0f} ns; the month takes {default / floor:.1f} times that"),
        Figure("where the time goes", _profile(baseline)),
        Figure("100 replicates x 120 months", f"{_best(lambda: run(baseline, 100, agents=False)):.2f} s", "2 s"),
        Figure(f"all {len(authorities(2025))} authorities once, ten years", f"{_best(_england, 2):.2f} s", "4 s"),
        Figure("peak memory so far", _peak_memory()),
        Figure("first use: compile and run", f"{first:.1f} s", "30 s"),
        Figure("start when cached", f"{cached:.1f} s"),
        Figure("conducive --help", f"{_best(_help):.2f} s", "0.5 s"),
    ]


def agents_in(world: World) -> int:
    """Number of agents: practitioners, leaders, families and funders."""
    return len(world.practitioners) + len(world.leaders) + len(world.families) + len(world.funders)


def nanoseconds(scenario: Scenario, rounds: int = ROUNDS) -> float:
    """Nanoseconds an agent-month on one core, warm-up included: the best of several rounds."""
    rows = timeline(scenario)
    best = np.inf
    for r in range(rounds):
        world = new_world(rows, 0, r)
        best = min(best, _time(partial(live, world, 0, len(rows))) * NS / len(rows) / agents_in(world))
    return float(best)


@compiled
def _floor(world: World, months: int) -> float:
    """Draw a month's random numbers and touch each array once, for a number of months."""
    staff, leaders, families, trust, seed = (
        world.practitioners,
        world.leaders,
        world.families,
        world.tie_trust,
        world.seed,
    )
    total = 0.0
    for now in range(months):
        for i in range(len(staff)):
            a, b, _, _ = uniforms(seed, MOVES, now, i)
            c, d, _, _ = uniforms(seed, LEAVES, now, i)
            staff[i].strain += (a + b + c + d) * 1e-9
        for k in range(len(leaders)):
            a, _, _, _ = uniforms(seed, LEAVES, now, k)
            leaders[k].energy += a * 1e-9
        for four in range(len(families) // 4):
            luck = uniforms(seed, CLOSES, now, four)
            for f in range(4):
                families[4 * four + f].wellbeing += luck[f] * 1e-9
        for e in range(len(trust)):
            total += trust[e]
    return total


def _floor_nanoseconds(scenario: Scenario) -> float:
    rows = timeline(scenario)
    world = new_world(rows, 0)
    _floor(world, 1)
    return _best(lambda: _floor(world, len(rows)), ROUNDS) * NS / len(rows) / agents_in(world)


def _profile(scenario: Scenario) -> str:
    """Share of a month that each process takes, two years after launch; the rest are below a hundredth."""
    rows = timeline(scenario)
    world = new_world(rows, 0)
    at = scenario.warm_up + 24
    live(world, 0, at)
    seconds = {}
    for name in ("leadership", "workforce", "families", "learning", "adoption", "trust", "measure"):
        process = getattr(month, name)

        def repeat(world: World, row: int, times: int, process: Any = process) -> None:
            for _ in range(times):
                process(world, world.timeline[row], world.organisation[0])

        timed = numba.njit(error_model="numpy")(repeat)
        # The uptake number, in measure, is taken in one month of three.
        months = (at, at + 1, at + 2) if name == "measure" else (at,)
        timed(world, at, 1)
        seconds[name] = sum(_best(partial(timed, world, row, 20), ROUNDS) for row in months) / len(months)
    total = sum(seconds.values())
    return ", ".join(f"{n} {s / total:.0%}" for n, s in sorted(seconds.items(), key=lambda item: -item[1]))


def _largest() -> Scenario:
    name = max(authorities(2025), key=lambda a: a.case_holders or 0.0).name
    return load_scenario("baseline").at(name)


def _england() -> None:
    """Every usable authority once, ten years."""
    baseline = load_scenario("baseline")

    def once(name: str) -> None:
        rows = timeline(baseline.at(name))
        live(new_world(rows, 0), 0, len(rows))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(once, [a.name for a in authorities(2025)]))


def _start_times() -> tuple[float, float]:
    """Seconds to a first small run with nothing compiled, and with everything cached."""
    with tempfile.TemporaryDirectory() as cache:
        return tuple(float(_python(FIRST_RUN, NUMBA_CACHE_DIR=cache)) for _ in range(2))  # type: ignore[return-value]


def _peak_memory() -> str:
    try:
        import resource
    except ImportError:  # Windows has no such account
        return "not known here"
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"


def _help() -> None:
    subprocess.run([sys.executable, "-m", "conducive", "--help"], check=True, capture_output=True)


def _python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={**os.environ, **environment}
    )
    return done.stdout.strip()


def _best(what: Callable[[], Any], rounds: int = 3) -> float:
    return min(_time(what) for _ in range(rounds))


def _time(what: Callable[[], Any]) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start
