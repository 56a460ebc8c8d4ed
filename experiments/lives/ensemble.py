"""One scenario lived many times: replicates over threads, tidy tables, intervals.

With plausible sets, replicates are nested: a few in each of several sets of coefficients that the evidence does not
rule out, so that what is luck and what is not knowing the coefficients can be told apart.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.lives.intervals import ANYWHERE, FEWEST_IN_A_SET, Uncertainty, uncertainty
from conducive.experiments.lives.plausible import plausible_sets
from conducive.model.measures import INDICATORS
from conducive.model.month import live
from conducive.model.state import new_world
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.files import load_scenario
from conducive.scenarios.short import InShort, Several
from conducive.scenarios.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from conducive.scenarios.scenario import Scenario

AGENTS = ("practitioners", "leaders", "families", "funders")


class WorkersError(RuntimeError):
    """Workers could not go on: one was killed, say, or has another version of the program."""


@dataclass(frozen=True, slots=True, repr=False)
class Life(InShort):
    """What is kept of one replicate: months, ledger, and agents in the last month (empty when not asked for).

    `set` is the number of its plausible set, from 1 (the default coefficients); None outside plausible runs.
    """

    replicate: int
    monthly: npt.NDArray[Any]
    ledger: npt.NDArray[Any]
    agents: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    set: int | None = None

    @property
    def name(self) -> str:
        """What it is called among others."""
        return f"replicate {self.replicate}"

    def in_short(self) -> dict[str, str]:
        """Return which replicate it is, and how much is kept of it."""
        return {
            "replicate": f"{self.replicate}",
            **({} if self.set is None else {"plausible set": f"{self.set}"}),
            "months": f"{len(self.monthly):,}",
            "changes in the number of users": f"{len(self.ledger):,}",
            "agents kept": f"{sum(map(len, self.agents.values())):,}",
        }


def one_life(
    rows: npt.NDArray[Any], seed: int, replicate: int, *, agents: bool = False, number: int | None = None
) -> Life:
    """Live through a timeline once; `number` is that of its plausible set."""
    world = new_world(rows, seed, replicate)
    live(world, 0, len(rows))
    entries = int(world.organisation["ledger_rows"][0])
    last = {table: np.asarray(getattr(world, table)).copy() for table in AGENTS} if agents else {}
    return Life(replicate, np.asarray(world.monthly), np.asarray(world.ledger)[:entries].copy(), last, number)


@dataclass(frozen=True, repr=False)
class Ensemble(InShort):
    """Replicates of one scenario.

    Attributes:
        scenario: what was asked.
        seed: the seed; replicate r of a seed meets the same luck whatever the scenario.
        asked: replicates asked for; `lives` holds fewer where the run was interrupted.
        lives: the replicates, in order.

    """

    scenario: Scenario
    seed: int
    asked: int
    lives: tuple[Life, ...]

    def __post_init__(self) -> None:
        """Let the replicates show themselves in short."""
        object.__setattr__(self, "lives", Several(self.lives))

    def in_short(self) -> dict[str, str]:
        """Return what was run, how often, and the use that came of it."""
        use = f"{float(self.values('use_at_fidelity').mean()):.1%}" if self.lives else "-"
        return {
            "scenario": self.scenario.title or self.scenario.name,
            "runs": f"{len(self.lives):,}",
            "months": f"{self.scenario.horizon}",
            "use it as it is meant in an average month": use,
            "more": "print(ensemble.text())",
        }

    @property
    def interrupted(self) -> bool:
        """Whether fewer replicates were finished than asked for."""
        return len(self.lives) < self.asked

    @cached_property
    def sets(self) -> npt.NDArray[np.int64] | None:
        """Number of the plausible set of each replicate, from 1 (the default coefficients); None if not plausible."""
        numbers = [life.set for life in self.lives if life.set is not None]
        return np.array(numbers, np.int64) if numbers else None

    def values(self, indicator: str) -> npt.NDArray[np.float64]:
        """An indicator as an array of shape (replicates, months)."""
        return np.stack([life.monthly[indicator] for life in self.lives])

    def uncertainty(self, values: npt.NDArray[np.float64], within: tuple[float, float] = ANYWHERE) -> Uncertainty:
        """Mean of values by replicate, with its 95% interval, luck and ignorance: `intervals.uncertainty`."""
        return uncertainty(values, self.sets, within)

    @cached_property
    def monthly(self) -> pd.DataFrame:
        """Tidy table: replicate, month (1 to the horizon, values at month end), then a column for each indicator.

        Plausible runs have a last column: set.
        """
        import pandas as pd

        months = self.scenario.horizon
        frame = pd.DataFrame.from_records(np.concatenate([life.monthly for life in self.lives]))
        for i in INDICATORS:
            if i.unit == "count":
                frame[i.name] = frame[i.name].astype(np.int64)
        frame.insert(0, "replicate", np.repeat([life.replicate for life in self.lives], months))
        frame.insert(1, "month", np.tile(np.arange(1, months + 1), len(self.lives)))
        return frame if self.sets is None else frame.assign(set=np.repeat(self.sets, months))

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Every change in the number of users: replicate, month, post, from, to, cause."""
        import pandas as pd

        from conducive.agents.practitioner import CAUSES, STAGES

        entries = np.concatenate([life.ledger for life in self.lives])
        stages = pd.Index([*STAGES, "not in post"])
        return pd.DataFrame(
            {
                "replicate": np.repeat(
                    [life.replicate for life in self.lives], [len(life.ledger) for life in self.lives]
                ),
                "month": entries["month"],
                "post": entries["post"],
                "from": pd.Categorical.from_codes(entries["from_stage"] % len(stages), stages),
                "to": pd.Categorical.from_codes(entries["to_stage"] % len(stages), stages),
                "cause": pd.Categorical.from_codes(entries["cause"] - 1, pd.Index(CAUSES[1:])),
            }
        )

    def causes(self, months: int | None = None) -> pd.DataFrame:
        """Lapses and losses up to a month (default: the last): a row for each replicate, a column for each cause."""
        import pandas as pd

        from conducive.agents.practitioner import BEGAN, CAUSES

        rows = []
        for life in self.lives:
            entries = life.ledger if months is None else life.ledger[life.ledger["month"] <= months]
            rows.append(np.bincount(entries["cause"], minlength=len(CAUSES))[1:BEGAN])
        return pd.DataFrame(rows, index=[life.replicate for life in self.lives], columns=list(CAUSES[1:BEGAN]))

    @cached_property
    def agents(self) -> pd.DataFrame:
        """Every agent in the last month: replicate, agent (type), row, then fields; empty where a type has none."""
        import pandas as pd

        frames = []
        for life in self.lives:
            for table, rows in life.agents.items():
                frame = pd.DataFrame.from_records(rows)
                frame.insert(0, "replicate", life.replicate)
                frame.insert(1, "agent", {"families": "family"}.get(table, table[:-1]))
                frame.insert(2, "row", np.arange(len(rows)))
                frames.append(frame)
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["replicate", "agent", "row"])

    def summary(self) -> pd.DataFrame:
        """Mean of each indicator by month, 95% interval (low, high), and spread of replicates (p10, p50, p90).

        Plausible runs have two more columns: luck (standard deviation between replicates of a set) and ignorance
        (between sets); `intervals.uncertainty` says how they make the interval.
        """
        import pandas as pd

        frames = []
        for i in INDICATORS:
            if i.name in {"wave"}:
                continue
            values = self.values(i.name)
            found = self.uncertainty(values, i.within)
            known = ~np.isnan(values).all(axis=0)
            spread = np.full((3, values.shape[1]), np.nan)
            spread[:, known] = np.nanquantile(values[:, known], [0.1, 0.5, 0.9], axis=0)
            frames.append(
                pd.DataFrame(
                    {
                        "month": np.arange(1, values.shape[1] + 1),
                        "indicator": i.name,
                        "mean": found.mean,
                        "low": found.low,
                        "high": found.high,
                        "p10": spread[0],
                        "p50": spread[1],
                        "p90": spread[2],
                        **({} if self.sets is None else {"luck": found.luck, "ignorance": found.ignorance}),
                    }
                )
            )
        return pd.concat(frames, ignore_index=True)

    def text(self) -> str:
        """Say what happened in plain English, with numbers and intervals."""
        from conducive.experiments.lives.text import say_run

        return say_run(self)


def run(
    scenario: str | Path | Mapping[str, object] | Scenario,
    replicates: int = 100,
    seed: int = 0,
    *,
    plausible: bool = False,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
    agents: bool = True,
) -> Ensemble:
    """Live through a scenario many times and return the replicates.

    Args:
        scenario: a library name, a path to a TOML file, a mapping, or a `Scenario`.
        replicates: how many.
        seed: whole number, 0 or more; the same seed gives the same result to the bit, however it is run.
        plausible: nest the replicates, at least 4 in each of as many plausible sets of coefficients as there are;
            with fewer than 8 replicates there is one set, the default.
        executor: any `concurrent.futures` executor; a thread for each core by default.
        progress: called with 1 each time a replicate is done.
        agents: keep every agent of the last month (`.agents`).

    A keyboard interrupt keeps what is finished (`.interrupted` is then True), or is raised again when nothing is.
    Raises InputError for anything that cannot be used, and WorkersError where workers of an executor that was given
    could not go on.

    """
    return run_each(
        (scenario,), replicates, seed, plausible=plausible, executor=executor, progress=progress, agents=agents
    )[0]


def run_each(
    scenarios: Sequence[str | Path | Mapping[str, object] | Scenario],
    replicates: int,
    seed: int,
    *,
    plausible: bool = False,
    executor: Executor | None = None,
    progress: Callable[[int], object] | None = None,
    agents: bool = True,
    earlier: Sequence[Ensemble] = (),
) -> list[Ensemble]:
    """Live through several scenarios many times; an ensemble for each.

    Each replicate has the same luck, and the same plausible set, in all. Arguments are those of `run`. A keyboard
    interrupt keeps the replicates that are finished in every scenario. `earlier` are ensembles of the same scenarios,
    seed and sort, whose replicates need not be lived again where their sets are the same.
    """
    asked = [load_scenario(scenario) for scenario in scenarios]
    check_counts(replicates, seed)
    numbers = set_numbers(replicates, len(plausible_sets().sets)) if plausible else [None] * replicates
    rows = {number: [timeline(under_set(scenario, number)) for scenario in asked] for number in dict.fromkeys(numbers)}
    known = [{(life.replicate, life.set): life for life in each.lives} for each in earlier] or [{}] * len(asked)
    futures: list[Future[Life]] = []
    with pool_of(executor, replicates) as pool, _kept_on_interrupt(futures):
        with working(executor):
            futures.extend(
                _finished(done[r, number])
                if (r, number) in done
                else pool.submit(one_life, each, seed, r, agents=agents, number=number)
                for r, number in enumerate(numbers)
                for each, done in zip(rows[number], known, strict=True)
            )
        for future in futures:
            with working(executor):
                future.result()
            if progress:
                progress(1)
    done = [[_life(future) for future in futures[n :: len(asked)]] for n in range(len(asked))]
    # Not strict: an interrupt may come while they are submitted.
    together = [lives for lives in zip(*done, strict=False) if None not in lives]
    if not together:
        raise KeyboardInterrupt
    return [
        Ensemble(scenario, seed, replicates, tuple(life for life in lives if life))
        for scenario, lives in zip(asked, zip(*together, strict=True), strict=True)
    ]


def set_numbers(replicates: int, available: int) -> list[int]:
    """Return the number of the plausible set of each replicate, from 1: sets as even as can be, one after the other."""
    sets = max(1, min(available, replicates // FEWEST_IN_A_SET))
    return [1 + replicate * sets // replicates for replicate in range(replicates)]


def under_set(scenario: Scenario, number: int | None) -> Scenario:
    """Return a scenario under a plausible set. Raises InputError for one that has coefficients of its own already."""
    if number is None:
        return scenario
    if scenario.coefficients:
        msg = f"{scenario.name} has coefficients of its own, from Scenario.under. Run it under them: plausible=False."
        raise InputError(msg)
    return scenario.under(plausible_sets().sets[number - 1])


def check_counts(replicates: object, seed: object) -> None:
    """Raise InputError unless replicates and seed can be used."""
    check_whole("replicates", replicates, 1, 1_000_000)
    check_whole("seed", seed, 0, 2**63 - 1)


def check_whole(name: str, value: object, least: int, most: int) -> None:
    """Raise InputError unless a value is a whole number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        nearest = (
            f" Did you mean {min(max(math.floor(value), least), most)}?"
            if isinstance(value, int | float) and math.isfinite(value)
            else ""
        )
        msg = f"{name} must be a whole number, {least:,} to {most:,}. Got {glimpse(value)}.{nearest}"
        raise InputError(msg)


WORKERS = "CONDUCIVE_WORKERS"
"""Environment variable that limits how many threads or processes are used."""
LIMITS = (WORKERS, "SLURM_CPUS_PER_TASK")
QUOTA, QUOTA_1, PERIOD_1 = (
    Path("/sys/fs/cgroup") / name for name in ("cpu.max", "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")
)
"""Where a container is told its share of processor time: in version 2 of control groups, and in version 1."""


def cores() -> int:
    """Processors to use: those at hand, as far as a container's quota, a batch job or the user limits them.

    Raises InputError where the user's limit is no whole number from 1.
    """
    asked = os.environ.get(WORKERS, "").strip()
    if asked and not (asked.isdecimal() and int(asked)):
        msg = f"{WORKERS} must be a whole number, 1 or more. Got {glimpse(asked)}. Leave it empty for all at hand."
        raise InputError(msg)
    at_hand = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limits = [int(text) for name in LIMITS if (text := os.environ.get(name, "")).isdecimal() and int(text)]
    return max(1, min([at_hand, *limits, *_quota()]))


def _quota() -> Iterator[int]:
    """Yield how many processors a container's quota amounts to, rounded up; nothing where there is none."""
    for files in ((QUOTA,), (QUOTA_1, PERIOD_1)):
        with suppress(OSError, ValueError, ZeroDivisionError):
            quota, period = " ".join(file.read_text("ascii") for file in files).split()
            if int(quota) > 0:
                yield math.ceil(int(quota) / int(period))


@contextmanager
def working(executor: Executor | None) -> Iterator[None]:
    """Raise WorkersError for what an executor that was given fails with, whether it takes a task or gives a result."""
    try:
        yield
    except (InputError, WorkersError):
        raise
    except Exception as error:  # executors have errors of their own
        if executor is None:
            raise
        msg = f"workers could not go on, {type(error).__name__}: {error}."
        if isinstance(error, BrokenExecutor):
            msg = "a worker stopped before it was done: it was killed from outside, or memory ran out"
            guard = 'if __name__ == "__main__":'
            msg += f", or the program that starts processes does so without `{guard}` around what it does."
        raise WorkersError(msg) from error


@contextmanager
def pool_of(executor: Executor | None, most: int | None = None) -> Iterator[Executor]:
    """Give an executor that was asked for, or else a thread for each core, at most `most`.

    Raises InputError for what is no executor.
    """
    if executor is not None:
        if not hasattr(executor, "submit"):
            msg = (
                "executor must be an executor of `concurrent.futures`, or None for a thread for each core. "
                f"Got {glimpse(executor)}. Did you mean None, and {WORKERS} for how many workers?"
            )
            raise InputError(msg)
        yield executor
        return
    with ThreadPoolExecutor(min(cores(), most or cores())) as pool:
        yield pool


@contextmanager
def _kept_on_interrupt(futures: list[Future[Life]]) -> Iterator[None]:
    """On an interrupt, cancel replicates not begun, wait for the others, and go on; on an error cancel and raise it."""
    try:
        yield
    except BaseException as error:
        for future in futures:
            future.cancel()
        if not isinstance(error, KeyboardInterrupt):
            raise
        wait(futures)


def _finished(life: Life) -> Future[Life]:
    future: Future[Life] = Future()
    future.set_result(life)
    return future


def _life(future: Future[Life]) -> Life | None:
    """Return a finished replicate, or None for one that was cancelled or that an interrupt ended."""
    return None if future.cancelled() or future.exception() else future.result()
