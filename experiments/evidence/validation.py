"""Validation: every pattern and control, prior and plausible sets, official figures, published studies, determinism.

`validate` works through the parts in order and keeps each as soon as it is known, so that an interrupted validation
goes on where it stopped; `report` writes what a reviewer can follow. Stored results carry the version of the model that
made them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from conducive.experiments.evidence import official, tensions
from conducive.experiments.evidence import published as studies
from conducive.experiments.evidence.claim_text import HEADS, cells, claims_of
from conducive.experiments.evidence.claims import Held, hold, told
from conducive.experiments.evidence.fit.calibration import Record, prior, settled
from conducive.experiments.evidence.patterns import CONTROLS, PATTERNS, ZONE_AT, Pattern
from conducive.experiments.evidence.verdicts import Verdict, judge, lived, verdict_on, view
from conducive.experiments.folders.folder import aside_of
from conducive.experiments.lives.plausible import DATA, check_fitted, plausible_sets
from conducive.experiments.version import model_version
from conducive.experiments.words import table
from conducive.scenarios.conditions import positions
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library, load_scenario
from conducive.scenarios.scenario import Scenario

type Results = dict[str, Any]
type Progress = Callable[[str], object]

STORED = DATA / "validation.json"
ALL = (*PATTERNS, *CONTROLS)
MAP = tuple(n / 10 for n in range(11))
"""Positions of culture and of the macro context on the map of the zone."""


@dataclass(frozen=True, slots=True)
class Power:
    """How much is run: replicates of each pattern, draws and sets with replicates each, cells of the map, panels."""

    replicates: int = 160
    most_runs: int = 10_240
    """Runs of all arms at which a pattern whose verdict is unclear is left; replicates are multiplied until then."""
    prior: int = 16
    sets: int = 60
    of_a_set: int = 16
    map: int = 40
    panels: int = 6
    of_a_claim: int = 8
    """Replicates of each scenario of the library under each set."""


def smoke(executor: Executor, progress: Progress = print) -> tuple[dict[str, Verdict], list[str]]:
    """Test patterns, controls and claims at reduced power; return verdicts, and the names that now clearly do not show.

    A pattern fails when the stored validation has it shown and it is now clearly not. Where none of so few runs differ
    from the others (a standard error of 0) that is not clear. Claims of the library come last, as a table, and fail
    likewise.
    """
    stored = stored_results()
    base = load_scenario("baseline")
    found, failed = {}, []
    for pattern in ALL:
        verdict = found[pattern.name] = verdict_on(pattern, pattern.short(base), SMOKE_REPLICATES, 0, executor)
        before = stored["patterns"][pattern.name]["answer"]
        progress(f"{pattern.name} {pattern.title}: {verdict.answer} (stored: {before})")
        clearly_not = any(f.answer == "not shown" and f.error > 0 for f in verdict.findings)
        if clearly_not and before == "shown":
            failed.append(pattern.name)
    sets = plausible_sets().sets
    some = sets[:: max(1, len(sets) // SMOKE_SETS)][:SMOKE_SETS]
    held = hold(library(), some, SMOKE_OF_A_CLAIM, 0, executor)
    progress(claims_table(held))
    return found, failed + no_longer_held(held, stored)


def no_longer_held(held: Iterable[Held], stored: Results) -> list[str]:
    """Return the claims that reach what is asked in the stored validation and now clearly do not."""
    before = {(row["scenario"], row["says"]) for row in stored.get("claims", {}).get("held", ()) if row["reached"]}
    now = [h for h in held if h.answer == "not held" and (h.scenario, h.says) in before]
    return [f"{h.scenario} ({h.says.rstrip('.')})" for h in now]


def claims_table(held: Iterable[Held]) -> str:
    """Return what came of the claims of the library as a table."""
    return table(HEADS, [cells(claim, row) for claim, row in claims_of(library(), told(list(held)))])


SMOKE_REPLICATES, SMOKE_SETS, SMOKE_OF_A_CLAIM = 24, 12, 4


def validate(
    out: Path, power: Power, threads: Executor, processes: Executor, progress: Progress = lambda _: None
) -> Results:
    """Run the whole validation, or what is left of it; write `validation.json` and the report. Return the results.

    Raises InputError for a folder of another validation, and for plausible sets that do not fit the model.
    """
    check_fitted(plausible_sets())
    sets = plausible_sets().sets
    base = load_scenario("baseline")
    identity = {"model version": model_version(), "known sets": len(sets), **asdict(power)}
    with closing(Record(out / "parts.sqlite", identity)) as record:

        def part(name: str, make: Callable[[], Any]) -> Any:
            done = record.done(name)
            if 0 not in done:
                progress(name)
                record.keep(name, 0, {"is": make()})
            return record.done(name)[0]["is"]

        results: Results = {**identity, "patterns": {}}
        for pattern in ALL:
            results["patterns"][pattern.name] = part(pattern.name, partial(_verdict, pattern, base, power, threads))
        results["map"] = part("map", lambda: zone_map(base, power.map, threads))
        results["official"] = part("official figures", lambda: _rows(official.check(base, threads, power.panels)))
        results["studies"] = part("published studies", lambda: _rows(studies.check(base, threads)))
        results["determinism"] = part("determinism", lambda: _told(tensions.check(load_scenario("classroom"), threads)))
        results["claims"] = part("claims of the library", lambda: _claims(sets[: power.sets], power, threads))
        progress(table(HEADS, [cells(*one) for one in claims_of(library(), results["claims"].get("held", ()))]))
        draws = prior(power.prior, 1).tolist()
        asked: list[tuple[str, list[Any]]] = [("prior draws", draws), ("plausible sets", list(sets[: power.sets]))]
        for name, given in asked:
            progress(name)
            results[name] = pass_rates(record, name, given, power.of_a_set, processes, progress)
    write(out / "validation.json", results)
    return results


def _rows(found: Iterable[Any]) -> list[dict[str, Any]]:
    return [asdict(one) for one in found]


def _claims(sets: Sequence[Mapping[str, float]], power: Power, executor: Executor) -> dict[str, Any]:
    held = hold(library(), sets, power.of_a_claim, 0, executor)
    return {"sets": len(sets), "replicates": power.of_a_claim, "held": told(held)}


def _told(found: tensions.Result) -> dict[str, Any]:
    return {"numbers": asdict(found), "text": tensions.markdown(found)}


def _verdict(pattern: Pattern, base: Scenario, power: Power, executor: Executor) -> dict[str, Any]:
    verdict = verdict_on(pattern, base, power.replicates, 0, executor)
    most = power.most_runs // len(pattern.arms(base))
    while verdict.answer in ("at the bound", "unclear") and verdict.replicates < most:
        more = verdict_on(pattern, pattern.short(base), min(4 * verdict.replicates, most), 0, executor)
        verdict = replace(more, drawn=verdict.drawn)
    told = {**asdict(verdict), "answer": verdict.answer}
    for finding, bound in product(told["findings"], ("above", "most")):
        finding[bound] = finding[bound] if math.isfinite(finding[bound]) else None
    return told


def write(path: Path, results: Results) -> None:
    """Write results all at once."""
    text = json.dumps(results, separators=(",", ":"), default=float, allow_nan=False)
    with aside_of(path) as aside:
        aside.write_text(text + "\n", encoding="utf-8")


def stored_results(path: Path = STORED) -> Results:
    """The stored results of the last whole validation."""
    found: Results = json.loads(path.read_text("utf-8"))
    return found


def stored_if[Made](
    path: Path, made_with: Mapping[str, Any], make: Callable[[Results], Made], what: str, other: str, again: str
) -> Made:
    """Return what is made of stored results that were made with the same as would be used now.

    Raises InputError where they cannot be read as `what`, or were made for `other` things; `again` makes them anew.
    """
    try:
        found = stored_results(path)
        current = {name: found[name] for name in made_with} == made_with
        made = make(found)
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path.name} cannot be read as {what}: {error}. Make it anew: {again}"
        raise InputError(msg) from None
    if not current:
        msg = f"{path.name} was made for other {other} than these. Make it anew: {again}"
        raise InputError(msg)
    return made


# ---- Over draws and sets -------------------------------------------------------------------------------------------


def clauses_judged(given: list[float] | Mapping[str, float], replicates: int) -> dict[str, list[tuple[bool, bool]]]:
    """Whether each clause holds at its value, and is clearly missed, in a class-sized organisation under a draw or set.

    Clearly missed: where runs differ at all, the whole 95% interval is on the wrong side.
    """
    small = load_scenario("classroom")
    base = small.under(given if isinstance(given, Mapping) else settled(small, np.array(given)))
    judged = {}
    for pattern in PATTERNS:
        arms = lived(pattern.arms(pattern.short(base)), replicates, 0, None, pattern.shuffled)
        found = [(clause, judge(clause, arms)) for clause in pattern.clauses]
        judged[pattern.name] = [(c.holds(f.value), f.answer == "not shown" and f.error > 0) for c, f in found]
    return judged


def pass_rates(
    record: Record, name: str, given: list[Any], replicates: int, executor: Executor, progress: Progress
) -> dict[str, Any]:
    """Share of draws or sets that show each pattern, that clearly miss a clause of it, and that show each clause."""
    done = record.done(name)
    left = [n for n in range(len(given)) if n not in done]
    for start in range(0, len(left), CHUNK):
        some = left[start : start + CHUNK]
        found = executor.map(clauses_judged, [given[n] for n in some], [replicates] * len(some))
        for n, one in zip(some, found, strict=True):
            record.keep(name, n, one)
        progress(f"{name}: {len(given) - len(left) + start + len(some)} of {len(given)}")
    judged = list(record.done(name).values())
    rates = {}
    for p in PATTERNS:
        held, missed = np.moveaxis(np.array([one[p.name] for one in judged], bool), -1, 0)
        rates[p.name] = {
            "of": len(judged),
            "all": float(held.all(axis=1).mean()),
            "missed": float(missed.any(axis=1).mean()),
            "clauses": held.mean(axis=0).tolist(),
        }
    return rates


CHUNK = 8


def zone_map(base: Scenario, replicates: int, executor: Executor) -> dict[str, Any]:
    """Share of runs with R of at least 1 at the end of the grant, by position of culture (rows) and macro context."""
    cells = {
        f"{culture} {macro}": base.change({**positions("culture", culture), **positions("macro", macro)}).change(
            {"horizon": ZONE_AT}
        )
        for culture in MAP
        for macro in MAP
    }
    v = view(lived(cells, replicates, 0, executor))
    share = [
        [float((v(f"{culture} {macro}", "uptake_number")[:, -1] >= 1.0).mean()) for macro in MAP] for culture in MAP
    ]
    return {"positions": list(MAP), "replicates": replicates, "share": share}
