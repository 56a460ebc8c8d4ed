"""How fast it is on the machine at hand, measured in one run: ratios to trust, and times to compare with the aims.

These are measurements, not tests: machines are noisy, so each short figure is the best of several rounds, and ratios
are taken in the same run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numba
import numpy as np

from conducive.agents.rule import compiled
from conducive.experiments.compare.comparison import compare
from conducive.experiments.lives.ensemble import cores, run
from conducive.experiments.search.national.plan import national
from conducive.experiments.search.sensitivity.plan import sensitivity
from conducive.model import month
from conducive.model.month import live
from conducive.model.processes.adoption import MOVES
from conducive.model.processes.families import CLOSES
from conducive.model.processes.workforce import LEAVES
from conducive.model.random import uniforms
from conducive.model.sector.ground import alone, new_sector, own_seed
from conducive.model.state import World, new_world
from conducive.scenarios.files import load_scenario
from conducive.scenarios.programme import load_programme
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline
from conducive.scenarios.workforce import authorities

ROUNDS = 5
NS = 1e9
UNCOMPILED = """
import time
from conducive.experiments.cli.benchmark import nanoseconds
from conducive.scenarios.files import load_scenario
print(nanoseconds(load_scenario("classroom").change({"warm_up": 0, "horizon": 6}), rounds=1))
"""
FIRST_RUN = """
import time
start = time.perf_counter()
from conducive.experiments.lives.ensemble import run
run({"name": "first", "horizon": 12, "warm_up": 0}, 1)
print(time.perf_counter() - start)
"""


TERMS, POSITIONS = range(12, 61, 2), 40
POINTS = len(TERMS) * POSITIONS
SWEEP = """
scenario = "classroom"
design = "grid"
replicates = {replicates}
seed = 0
[factors]
"finance.funding_term" = {terms}
"workforce_capacity" = {{ low = 0.0, high = 1.0, steps = {positions} }}
"""
THINNED = 8
"""Every so many values of a factor go to Mesa's own runner."""
RUNS, MANY_RUNS = 10_000, 100_000
EVERY = 2.0
"""Seconds between two looks at the memory of a sweep."""
FIRST_MINUTE = 60.0
MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    measured: str
    aim: str = ""


def benchmark(*, long: bool = False) -> None:
    """Measure and print the table; with `long` a sweep of 100,000 runs as well, which takes some minutes more."""
    from rich.console import Console
    from rich.table import Table

    table = Table("What", "Measured", "Aim", title="Conducive on this machine", title_justify="left")
    console = Console()
    with console.status("measuring"):
        for figure in (*figures(), *studies(long=long)):
            table.add_row(figure.what, figure.measured, figure.aim)
    console.print(table)


def figures() -> list[Figure]:
    """Measure runs of the model; about two minutes."""
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
        _system(),
        Figure("peak memory so far", _peak_memory()),
        Figure("first use: compile and run", f"{first:.1f} s", "30 s"),
        Figure("start when cached", f"{cached:.1f} s"),
        Figure("conducive --help", f"{_best(_help):.2f} s", "0.5 s"),
    ]


def studies(*, long: bool = False) -> list[Figure]:
    """Measure what is asked of many runs; about five minutes on two cores."""
    base, two, six = map(load_scenario, ("baseline", "two-year-funding", "six-year-funding"))
    theirs, count = _batch_run()
    ours, memory = _sweep(RUNS)
    pairing = compare(two, six, 200, 0)
    early, late = (pairing.variance_reduction(month=month) for month in (12, 24))
    found = [
        Figure("compare, 2 x 200 replicates", f"{_best(lambda: compare(base, six, 200, 0)):.1f} s", "6 s"),
        Figure(
            "same luck, two-year or six-year",
            f"does the work of {early:.1f} times as many runs in month 12, {late:.1f} in month 24",
            "4",
        ),
        Figure(f"sweep, {RUNS:,} runs of classroom", f"{ours * RUNS:.0f} s, {memory}", "60 s"),
        Figure(f"the same by mesa.batch_run, {count:,} runs", f"{theirs / ours:.1f} times as long a run"),
        Figure("all of England, 20 replicates", f"{_time(lambda: national(two)):.0f} s", "60 s"),
        Figure("Sobol, 18 conditions, 512 x 4", f"{_time(_sobol):.0f} s", "240 s"),
    ]
    if long:
        each, memory = _sweep(MANY_RUNS)
        found.append(Figure(f"sweep, {MANY_RUNS:,} runs of classroom", f"{each * MANY_RUNS:.0f} s, {memory}", "1 GiB"))
    return found


def _sobol() -> None:
    sensitivity("classroom", method="sobol", points=512, replicates=4)


def _sweep(runs: int) -> tuple[float, str]:
    """Seconds a run, of a sweep in a program of its own, and what memory it takes."""
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "sweep.toml", Path(folder) / "out"
        file.write_text(SWEEP.format(replicates=runs // POINTS, terms=list(TERMS), positions=POSITIONS), "utf-8")
        command = [sys.executable, "-m", "conducive", "sweep", str(file), "--out", str(out)]
        start = time.perf_counter()
        memory: list[tuple[float, float]] = []
        with (Path(folder) / "said").open("w+") as said:
            child = subprocess.Popen(command, stdout=said, stderr=said)
            while child.poll() is None:
                memory.append((time.perf_counter() - start, _resident(child.pid)))
                with suppress(subprocess.TimeoutExpired):
                    child.wait(EVERY)
            seconds = time.perf_counter() - start
            if child.returncode:
                said.seek(0)
                raise RuntimeError(said.read())
    peak = max(size for _, size in memory)
    settled = [size for at, size in memory if at >= FIRST_MINUTE]
    growth = f", {settled[-1] - settled[0]:+.0f} MiB after the first minute" if settled else ""
    return seconds / runs, f"peak memory {peak:.0f} MiB{growth}" if peak else "memory not known here"


def _resident(process: int) -> float:
    """Memory that a process holds, in MiB; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def _batch_run() -> tuple[float, int]:
    """Seconds a run by Mesa's own runner, with a process for each core, over the same design thinned; and the runs."""
    import mesa

    from conducive.model.organisation import Organisation

    design = {
        "scenario": "classroom",
        "finance.funding_term": list(TERMS)[::THINNED],
        "workforce_capacity": np.linspace(0, 1, POSITIONS)[::THINNED].tolist(),
    }
    start = time.perf_counter()
    rows = mesa.batch_run(
        Organisation, design, number_processes=cores(), rng=list(range(RUNS // POINTS)), data_collection_period=-1,
        display_progress=False,
    )  # fmt: skip
    return (time.perf_counter() - start) / len(rows), len(rows)


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

    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(once, [a.name for a in authorities(2025)]))


def _system() -> Figure:
    """England as one system, every link on, beside the same authorities alone, on one core in the same call."""
    programme = load_programme("innovation-programme-2014")

    def together() -> None:
        new_sector(programme, 0).live(programme.scenario.warm_up + programme.scenario.horizon)

    def apart() -> None:
        for place in programme.places:
            rows = timeline(alone(programme, place, 0))
            live(new_world(rows, own_seed(0, place.name)), 0, len(rows))

    linked, unlinked = _best(together, 2), _best(apart, 2)
    times = f"{linked:.2f} s on one core, {linked / unlinked:.2f} times the same authorities alone"
    return Figure("England as one system, ten years", times, "1.3 times")


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
