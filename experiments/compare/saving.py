"""A run or a comparison written to a folder: tables, chart, text, and what made them."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from conducive.experiments.compare.chart import comparison_chart, run_chart
from conducive.experiments.compare.comparison import Comparison
from conducive.experiments.folders.folder import at_once, write_provenance, write_text
from conducive.experiments.folders.identity import Identity, comparison_identity, document_of, run_identity
from conducive.experiments.lives.ensemble import Ensemble


def save(ensemble: Ensemble, out: Path, command: str = "") -> None:
    """Write a run to a folder, all at once or not at all; one that is checked with `check_out` first.

    Raises InputError when it cannot be written.
    """
    at_once(out, lambda folder: _write_run(ensemble, folder, command))


def save_comparison(comparison: Comparison, out: Path, command: str = "") -> None:
    """Write a comparison to a folder: both runs in `base` and `alternative`, and what differs; as `save` does."""
    at_once(out, lambda folder: _write_comparison(comparison, folder, command))


def _write_run(ensemble: Ensemble, folder: Path, command: str) -> None:
    plausible = ensemble.sets is not None
    identity = run_identity(ensemble.scenario, ensemble.asked, ensemble.seed, plausible=plausible)
    document = document_of(ensemble.scenario, plausible)
    ensemble.monthly.to_parquet(folder / "monthly.parquet", index=False)
    ensemble.ledger.to_parquet(folder / "ledger.parquet", index=False)
    write_text(folder / "scenario.toml", tomli_w.dumps(document))
    write_text(folder / "summary.txt", ensemble.text())
    run_chart(ensemble).savefig(folder / "chart.png")
    write_provenance(folder, identity, len(ensemble.lives), command, {"scenario": document})


def _write_comparison(comparison: Comparison, folder: Path, command: str) -> None:
    base, alternative = comparison.base, comparison.alternative
    for name, ensemble in (("base", base), ("alternative", alternative)):
        (folder / name).mkdir()
        _write_run(ensemble, folder / name, command)
    comparison.differences.to_parquet(folder / "differences.parquet", index=False)
    comparison.causes.to_parquet(folder / "causes.parquet", index=False)
    write_text(folder / "summary.txt", comparison.text())
    comparison_chart(comparison).savefig(folder / "chart.png")
    plausible = comparison.sets is not None
    identity = identity_of(comparison)
    scenarios = {
        name: document_of(each.scenario, plausible) for name, each in (("base", base), ("alternative", alternative))
    }
    # With a precision more pairs are asked for than to begin with.
    asked = {"replicates_asked": base.asked, "interrupted": base.interrupted}
    write_provenance(folder, identity, comparison.pairs, command, {**scenarios, **asked})


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
