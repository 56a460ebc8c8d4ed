"""A run or a comparison as a folder: written all at once, never over a different one, complete enough to run again."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conducive import __version__
from conducive.experiments.plausible import DERIVED, plausible_sets
from conducive.scenarios.coefficients import free_coefficients
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.tables import TEXTS, document_from

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from conducive.experiments.comparison import Comparison
    from conducive.experiments.ensemble import Ensemble

PROVENANCE, RUNS = "provenance.json", "runs.parquet"
RUN_FILES = ("monthly.parquet", "ledger.parquet", "scenario.toml", "summary.txt", "chart.png", PROVENANCE)
COMPARISON_FILES = ("differences.parquet", "causes.parquet", "summary.txt", "chart.png", PROVENANCE)
FILES = {"run": RUN_FILES, "comparison": COMPARISON_FILES}
"""Files by kind; any other study lists its own in its provenance."""
LIBRARIES = ("numpy", "numba", "mesa", "scipy", "pandas", "pyarrow")
ASIDE = ".part"
"""Ending of what is being written."""
MOST_NAMED = 3  # differences named in a refusal

type Identity = dict[str, Any]


# ---- What makes a run the same run ---------------------------------------------------------------------------------


def run_identity(scenario: Scenario, replicates: int, seed: int, *, plausible: bool = False) -> Identity:
    """Return what decides the numbers of a run: scenario without its notes, replicates, seed, version, rules and sets.

    Raises InputError when a plausible run is asked for and there are no plausible sets that fit the model.
    """
    return {"kind": "run", "scenario": _asked(scenario, plausible), **_with(replicates, seed, plausible)}


def comparison_identity(
    base: Scenario,
    alternative: Scenario,
    replicates: int,
    seed: int,
    *,
    plausible: bool = True,
    precision: float | None = None,
) -> Identity:
    """Return what decides the numbers of a comparison. Raises InputError as `run_identity` does."""
    both = {"A": _asked(base, plausible), "B": _asked(alternative, plausible)}
    aim = {} if precision is None else {"precision": precision}
    return {"kind": "comparison", **both, **aim, **_with(replicates, seed, plausible)}


def study_identity(
    kind: str,
    scenarios: Mapping[str, Scenario],
    replicates: int,
    seed: int,
    *,
    plausible: bool = False,
    **asked: object,
) -> Identity:
    """Return what decides the numbers of any other study: its scenarios by name, and whatever else it was asked.

    Raises InputError as `run_identity` does.
    """
    documents = {name: _asked(scenario, plausible) for name, scenario in scenarios.items()}
    return {"kind": kind, **documents, **asked, **_with(replicates, seed, plausible)}


def identity_of(comparison: Comparison) -> Identity:
    """Return what decided the numbers of a comparison."""
    base = comparison.base
    return comparison_identity(
        base.scenario,
        comparison.alternative.scenario,
        base.asked if comparison.begun_with is None else comparison.begun_with,
        base.seed,
        plausible=comparison.sets is not None,
        precision=comparison.precision,
    )


def key(identity: Identity) -> str:
    """Return a short name for an identity, the same on every machine."""
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:8]


def rules() -> str:
    """Return the hash of the rules that are in use."""
    from conducive.agents.rule import CACHE

    return CACHE.name.removeprefix("rules-")


def sets_key() -> str:
    """Return a hash of the plausible sets. Raises InputError where there are none that fit the model."""
    return hashlib.sha256(json.dumps([dict(each) for each in plausible_sets().sets]).encode()).hexdigest()[:12]


def _asked(scenario: Scenario, plausible: bool) -> Identity:
    return {name: value for name, value in document_of(scenario, plausible).items() if name not in TEXTS}


def _with(replicates: int, seed: int, plausible: bool) -> Identity:
    return {
        "replicates": int(replicates),
        "seed": int(seed),
        "version": __version__,
        "rules": rules(),
        "plausible_sets": sets_key() if plausible else "none",
    }


def document_of(scenario: Scenario, plausible: bool) -> dict[str, Any]:
    """Return a scenario as the document of a file that runs the same again.

    For a plausible run it leaves to the sets the coefficients that the scenario does not set itself, and to its
    authority the strain that staff there are used to, which follows from them.
    """
    document = document_from(scenario)
    if not plausible:
        return document
    moved = {*(i.address for i in free_coefficients()), *DERIVED} - scenario.values.keys()
    document["coefficients"] = {n: v for n, v in document["coefficients"].items() if f"coefficients.{n}" not in moved}
    if scenario.start:
        document["authority"], _, year = document.pop("place").rpartition(", ")
        document["year"] = int(year)
    return document


# ---- Before a run --------------------------------------------------------------------------------------------------


def check_out(out: Path, identity: Identity, record: str = PROVENANCE) -> bool:
    """Whether a folder holds this very run, finished; False when it is free to be written to.

    `record` is the file that says what it holds.

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
    if not finished:
        _check_writable(out)
    return finished


def _content(out: Path) -> list[Path]:
    """Return what is in a folder, without what an earlier attempt may have left unfinished."""
    return [path for path in out.iterdir() if path.suffix != ASIDE] if out.exists() else []


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
    named = ", ".join(
        f"{name} {before.get(name, 'not given')}, not {now.get(name, 'given')}" for name in names[:MOST_NAMED]
    )
    rest = f", and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f" ({named}{rest})" if named else ""


def _flat(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    if not isinstance(value, Mapping):
        yield name.removeprefix("scenario."), value
        return
    for inner, each in value.items():
        yield from _flat(each, f"{name}.{inner}" if name else str(inner))


# ---- After a run ---------------------------------------------------------------------------------------------------


def save(ensemble: Ensemble, out: Path, command: str = "") -> None:
    """Write a run to a folder, all at once or not at all; one that is checked with `check_out` first.

    Raises InputError when it cannot be written.
    """
    _at_once(out, lambda folder: _write_run(ensemble, folder, command))


def save_comparison(comparison: Comparison, out: Path, command: str = "") -> None:
    """Write a comparison to a folder: both runs in `base` and `alternative`, and what differs; as `save` does."""
    _at_once(out, lambda folder: _write_comparison(comparison, folder, command))


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
        _write_provenance(folder, identity, finished, command, {"files": files, **documents})

    _at_once(out, whole)


def kept_runs(folder: Path, columns: Sequence[str]) -> pd.DataFrame | None:
    """Return columns of the runs that a study which was stopped left in its folder; None where there are none."""
    import pandas as pd

    try:
        return pd.read_parquet(folder / RUNS, columns=list(columns))
    except (OSError, ValueError, KeyError):
        return None


def _write_run(ensemble: Ensemble, folder: Path, command: str) -> None:
    import tomli_w

    from conducive.experiments.chart import run_chart

    plausible = ensemble.sets is not None
    identity = run_identity(ensemble.scenario, ensemble.asked, ensemble.seed, plausible=plausible)
    document = document_of(ensemble.scenario, plausible)
    ensemble.monthly.to_parquet(folder / "monthly.parquet", index=False)
    ensemble.ledger.to_parquet(folder / "ledger.parquet", index=False)
    _write_text(folder / "scenario.toml", tomli_w.dumps(document))
    _write_text(folder / "summary.txt", ensemble.text())
    run_chart(ensemble).savefig(folder / "chart.png")
    _write_provenance(folder, identity, len(ensemble.lives), command, {"scenario": document})


def _write_comparison(comparison: Comparison, folder: Path, command: str) -> None:
    from conducive.experiments.chart import comparison_chart

    base, alternative = comparison.base, comparison.alternative
    for name, ensemble in (("base", base), ("alternative", alternative)):
        (folder / name).mkdir()
        _write_run(ensemble, folder / name, command)
    comparison.differences.to_parquet(folder / "differences.parquet", index=False)
    comparison.causes.to_parquet(folder / "causes.parquet", index=False)
    _write_text(folder / "summary.txt", comparison.text())
    comparison_chart(comparison).savefig(folder / "chart.png")
    plausible = comparison.sets is not None
    identity = identity_of(comparison)
    scenarios = {
        name: document_of(each.scenario, plausible) for name, each in (("base", base), ("alternative", alternative))
    }
    # With a precision more pairs are asked for than to begin with.
    asked = {"replicates_asked": base.asked, "interrupted": base.interrupted}
    _write_provenance(folder, identity, comparison.pairs, command, {**scenarios, **asked})


def _write_provenance(
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
    _write_text(folder / PROVENANCE, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def made_by(identity: Identity, command: str) -> dict[str, Any]:
    """Return what made something: program, version, rules, command, date, platform and libraries."""
    return {
        "program": "conducive",
        "kind": identity["kind"],
        "version": __version__,
        "rules": identity["rules"],
        "plausible_sets": identity["plausible_sets"],
        "seed": identity["seed"],
        "command": command,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "platform": platform.platform(),
        "python": platform.python_version(),
        **{library: _version(library) for library in LIBRARIES},
    }


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # a library without its metadata, as in some frozen bundles
        return "unknown"


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _at_once(out: Path, write: Callable[[Path], None]) -> None:
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
            aside.rename(out)
    except OSError as error:
        raise _refusal(out, error) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _move_into(out: Path, aside: Path) -> None:
    for part in sorted(aside.iterdir(), key=lambda path: path.name == PROVENANCE):
        if (out / part.name).is_dir():
            shutil.rmtree(out / part.name)
        part.replace(out / part.name)
