"""A study: what it asks, carrying it out, and what it found, said, drawn and kept.

Sensitivity, tipping points, maps, authorities and boxes in a sweep are all asked and held in this way. What a study
takes stands in one place, the function marked with `front_door`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from conducive.experiments.folders.folder import RUNS, kept_runs, write_text
from conducive.experiments.folders.identity import Identity
from conducive.scenarios.short import InShort

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from conducive.scenarios.scenario import Scenario

type Progress = Callable[[int], object]
"""Is told the number of runs each time some are done."""


class Found(InShort, ABC):
    """What a study found, as plain data: put into words, tables and charts, and with these into a folder."""

    @property
    def interrupted(self) -> bool:
        """Whether some of what was asked is missing."""
        return False

    @property
    def every_run(self) -> pd.DataFrame | None:
        """A row for each run, from which the same study can go on; None where runs are not kept."""
        return None

    @abstractmethod
    def text(self) -> str:
        """Say what was found, in plain English."""

    @abstractmethod
    def parts(self) -> dict[str, pd.DataFrame | Figure]:
        """Return tables and charts, by the names of their files."""

    def write(self, folder: Path) -> None:
        """Write tables, charts, runs and summary into a folder."""
        import pandas as pd

        from conducive.experiments.search.figures import save_figure, save_table

        for name, part in self.parts().items():
            if isinstance(part, pd.DataFrame):
                save_table(part, folder, name)
            else:
                save_figure(part, folder, name)
        if self.every_run is not None:
            self.every_run.to_parquet(folder / RUNS, index=False)
        write_text(folder / "summary.txt", self.text())


class Held(NamedTuple):
    """What whoever holds a study must know of it.

    Attributes:
        name: of its folder, where none is named.
        title: what is going on, in words.
        scenarios: those asked about, by what they are in it.
        runs: in all, at most.
        further: runs at most beside these, and where they are made; then nobody knows beforehand how many it takes.
        columns: of the runs of one that was stopped, with which it goes on; none where it begins anew.
        notes: what is to be said before it begins.
        afterwards: what takes its time after the last run, in words.

    """

    name: str
    title: str
    scenarios: Mapping[str, Scenario]
    runs: int
    further: tuple[int, str] = (0, "")
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    afterwards: str = ""


def _silent(_: object) -> None:
    """Take what nobody wants to know."""


@dataclass(frozen=True)
class Means:
    """How a study is carried out.

    Attributes:
        executor: any `concurrent.futures` executor; a thread for each core by default.
        progress: called with the number of runs each time some are done.
        earlier: what `earlier_runs` has found of the same study, which is not run again.
        keep: called now and then with what there is so far.

    """

    executor: Executor | None = None
    progress: Progress = _silent
    earlier: pd.DataFrame | None = None
    keep: Callable[[Any], object] = _silent


ALONE = Means()


class Study[F: Found](ABC):
    """What a study asks: frozen, and checked when it was made."""

    @abstractmethod
    def held(self) -> Held:
        """Return what it is called, what it is about, and how much it is."""

    @abstractmethod
    def identity(self) -> Identity:
        """Return what decides the numbers. Raises InputError where there are no plausible sets that fit the model."""

    @abstractmethod
    def carry_out(self, means: Means = ALONE) -> F:
        """Make the runs, and return what was found.

        A keyboard interrupt keeps what is finished, or is raised again when that is nothing.
        Raises WorkersError where the workers of an executor cannot go on.
        """

    def earlier_runs(self, folder: Path) -> pd.DataFrame | None:
        """Return the runs that this study, stopped before its end, left in a folder; None where there are none."""
        columns = self.held().columns
        return kept_runs(folder, columns) if columns else None


class FrontDoor[**P, S, F](Protocol):
    """A function that asks and carries out; its `plan` only asks."""

    plan: Callable[P, S]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> F:
        """Carry out what is asked."""


def front_door[**P, S: Study[Any], F: Found](found: type[F]) -> Callable[[Callable[P, S]], FrontDoor[P, S, F]]:
    """Turn a function that checks what is asked and returns its plan into one that carries it out and returns `found`.

    Of its arguments `executor` and `progress` are for carrying it out. The function itself stays as `plan`.
    """

    def opened(plan: Callable[P, S]) -> FrontDoor[P, S, F]:
        @wraps(plan)
        def carried_out(*args: P.args, **kwargs: P.kwargs) -> F:
            progress: Any = kwargs.get("progress") or _silent
            executor: Any = kwargs.get("executor")
            return cast("F", plan(*args, **kwargs).carry_out(Means(executor, progress)))

        seen = signature(plan).replace(return_annotation=found.__name__)
        vars(carried_out).update(plan=plan, __signature__=seen)
        return cast("FrontDoor[P, S, F]", carried_out)

    return opened
