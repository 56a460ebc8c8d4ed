"""A folder of results: written all at once, never over a different one, complete enough to run again."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conducive import __version__
from conducive.agents.own import own_rules
from conducive.experiments.folders.identity import Identity, document_of
from conducive.experiments.lives.plausible import plausible_sets
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.tables import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

PROVENANCE, RUNS = "provenance.json", "runs.parquet"
RUN_FILES = ("monthly.parquet", "ledger.parquet", "scenario.toml", "summary.txt", "chart.png", PROVENANCE)
COMPARISON_FILES = ("differences.parquet", "causes.parquet", "summary.txt", "chart.png", PROVENANCE)
FILES = {"run": RUN_FILES, "comparison": COMPARISON_FILES}
"""Files by kind; any other study lists its own in its provenance."""
LIBRARIES = ("numpy", "numba", "mesa", "scipy", "pandas", "pyarrow")
ASIDE = ".part"
"""Ending of what is being written."""
OF_THE_SYSTEM = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".directory"})
"""Files that file managers leave behind, which are nobody's results."""
MOST_NAMED = 3  # differences named in a refusal


def path_of(out: object, what: str, example: str) -> Path:
    """Return where results go, `what` it is, as a path. Raises InputError for what is none."""
    if not isinstance(out, str | os.PathLike) or not os.fspath(out) or "\0" in str(out):
        msg = f"out must be the path of {what}, as text or a Path. Got {glimpse(out)}. Did you mean {example!r}?"
        raise InputError(msg)
    return Path(out)


def check_out(
    out: Path, identity: Identity, record: str = PROVENANCE, scenarios: Mapping[str, Scenario] | None = None
) -> bool:
    """Whether a folder holds this very run, finished; False when it is free to be written to.

    `record` is the file that says what it holds. With `scenarios`, by the name they have in it, one whose words (title,
    question and the like) are others now is not finished: the same numbers are to be written with the new words.

    Free is a folder that is not there, an empty one, and one with this run interrupted or incomplete. Raises InputError
    for anything else: a file in the way, other content, a different run, a place that cannot be written to.
    """
    try:
        if out.exists() and not out.is_dir():
            msg = f"{out} is a file. --out must be a folder."
            raise InputError(msg)
        if not _content(out):
            _check_writable(out)
            return False
    except OSError as error:
        raise _refusal(out, error) from None
    there = _provenance(out, record)
    if there is None:
        msg = f"{out} is not empty and holds no run. Name an empty or a new folder with --out."
        raise InputError(msg)
    if there["identity"] != json.loads(json.dumps(identity)):
        msg = (
            f"{out} holds a different run{_how_different(there['identity'], identity)}. Name another folder with --out."
        )
        raise InputError(msg)
    names = FILES.get(identity["kind"], there.get("files", ()))
    finished = not there.get("interrupted") and all((out / name).is_file() for name in names)
    finished = finished and not other_words(there, scenarios or {})
    if not finished:
        _check_writable(out)
    return finished


def other_words(there: Mapping[str, Any], scenarios: Mapping[str, Scenario]) -> bool:
    """Whether scenarios have other words now than in what was kept of them."""
    return any(
        there[name].get(key, "") != getattr(scenario, key)
        for name, scenario in scenarios.items()
        if isinstance(there.get(name), dict)
        for key in TEXTS
    )


def _content(out: Path) -> list[Path]:
    """Return what is in a folder, without what an earlier attempt may have left unfinished."""
    if not out.exists():
        return []
    return [path for path in out.iterdir() if path.suffix != ASIDE and path.name.casefold() not in OF_THE_SYSTEM]


def _provenance(out: Path, record: str) -> dict[str, Any] | None:
    """Return the provenance in a folder, or None where there is none of ours."""
    try:
        found = json.loads((out / record).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("identity"), dict) else None


def _check_writable(out: Path) -> None:
    """Raise InputError unless a folder can be made where the run would be written."""
    nearest = next(path for path in (out, *out.absolute().parents) if path.exists())
    probe = nearest / f".conducive.{os.getpid()}{ASIDE}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise _refusal(out, error) from None


def _refusal(out: Path, error: OSError) -> InputError:
    return InputError(f"{out} cannot be written: {error.strerror}. Name another folder with --out.")


def _how_different(there: Identity, here: Identity) -> str:
    """Return the first things that differ, in brackets; nothing where they cannot be named."""
    if there.get("kind") != here["kind"]:
        return f" (a {there.get('kind')}, not a {here['kind']})"
    before, now = dict(_flat(there)), dict(_flat(here))
    names = [
        name for name in (*now, *(name for name in before if name not in now)) if before.get(name) != now.get(name)
    ]
    if names == ["official_table"]:
        return ": the official table differs, and with it the figures that authorities start from"
    named = ", ".join(
        f"{name} {before.get(name, 'not given')}, not {now.get(name, 'given')}" for name in names[:MOST_NAMED]
    )
    rest = f", and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f" ({named}{rest})" if named else ""


def _flat(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Yield every plain value by its place: `finance.grant`, `event.2.month`; of a first programme `funding.match`."""
    inside = dict(enumerate(value, 1)) if isinstance(value, list | tuple) else value
    if not isinstance(inside, Mapping):
        yield name.removeprefix("scenario.").removeprefix("programmes.1."), value
        return
    for inner, each in inside.items():
        yield from _flat(each, f"{name}.{inner}" if name else str(inner))


def save_study(
    out: Path,
    identity: Identity,
    finished: int,
    write: Callable[[Path], None],
    scenarios: Mapping[str, Scenario] | None = None,
    command: str = "",
) -> None:
    """Write any other study to a folder, as `save` does: what `write` puts into a folder, and its provenance.

    `finished` is the number of replicates that are done; `scenarios` are those asked about, by name.
    """

    def whole(folder: Path) -> None:
        write(folder)
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        plausible = identity["plausible_sets"] != "none"
        documents = {name: document_of(scenario, plausible) for name, scenario in (scenarios or {}).items()}
        write_provenance(folder, identity, finished, command, {"files": files, **documents})

    at_once(out, whole)


def kept_runs(folder: Path, columns: Sequence[str]) -> pd.DataFrame | None:
    """Return columns of the runs that a study which was stopped left in its folder; None where there are none."""
    import pandas as pd

    try:
        return pd.read_parquet(folder / RUNS, columns=list(columns))
    except (OSError, ValueError, KeyError):
        return None


def write_provenance(
    folder: Path, identity: Identity, finished: int, command: str, scenarios: Mapping[str, object]
) -> None:
    """Write what made a run: enough to make it again and to know it again."""
    content = {
        **made_by(identity, command),
        "replicates_asked": identity["replicates"],
        "replicates_finished": finished,
        "interrupted": finished < identity["replicates"],
        **scenarios,
        "identity": identity,
    }
    write_text(folder / PROVENANCE, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def made_by(identity: Identity, command: str) -> dict[str, Any]:
    """Return what made something: program, version, rules, command, date, platform and libraries."""
    return {
        "program": "conducive",
        "kind": identity["kind"],
        "version": __version__,
        "rules": identity["rules"],
        "plausible_sets": identity["plausible_sets"],
        **({"own_rules": {"file": str(own.path), "source": own.source}} if (own := own_rules()) else {}),
        **_warned(identity),
        "seed": identity["seed"],
        "command": command,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "platform": platform.platform(),
        "python": platform.python_version(),
        **{library: _version(library) for library in LIBRARIES},
    }


def _warned(identity: Identity) -> dict[str, str]:
    """Return a warning where plausible sets were used that were fitted to other rules."""
    warning = plausible_sets().warning if identity["plausible_sets"] != "none" else ""
    return {"warning": warning} if warning else {}


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # a library without its metadata, as in some frozen bundles
        return "unknown"


def write_text(path: Path, text: str) -> None:
    """Write a text, with the same bytes on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def aside_of(path: Path) -> Iterator[Path]:
    """Give a place beside a file to write to, which takes the file's own when all is written, or else is gone."""
    aside = path.with_name(f".{path.name}.{os.getpid()}{ASIDE}")
    try:
        yield aside
        aside.replace(path)
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def at_once(out: Path, write: Callable[[Path], None]) -> None:
    """Write a folder aside, then put it in place; in a folder that is there already, file by file, provenance last."""
    beside = out if out.exists() else out.parent
    aside = beside / f".{out.name or 'run'}.{os.getpid()}{ASIDE}"
    try:
        beside.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        write(aside)
        if beside is out:
            _move_into(out, aside)
        else:
            _take_place(out, aside)
    except OSError as error:
        raise _refusal(out, error) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _take_place(out: Path, aside: Path) -> None:
    """Put a folder in place where there was none; if another has been put there since, lose neither.

    The same results are there already. Raises InputError for others, and says where these are kept.
    """
    try:
        aside.rename(out)
    except OSError:
        theirs, ours = _provenance(out, PROVENANCE), _provenance(aside, PROVENANCE)
        if theirs is None or ours is None:
            raise
        if theirs["identity"] == ours["identity"]:
            return
        kept = next(p for n in count(2) if not (p := out.with_name(f"{out.name}-{n}")).exists())
        aside.rename(kept)
        msg = f"{out} was taken by a different run while this one went on. These results are in {kept}."
        raise InputError(msg) from None


def _move_into(out: Path, aside: Path) -> None:
    for part in sorted(aside.iterdir(), key=lambda path: path.name == PROVENANCE):
        if (out / part.name).is_dir():
            shutil.rmtree(out / part.name)
        part.replace(out / part.name)
