"""The validation report: Markdown for a sceptical reviewer, and a small picture for each pattern.

`python -m conducive.experiments.pages.report docs` writes it anew from the stored results.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from conducive.experiments.evidence import official
from conducive.experiments.evidence import published as studies
from conducive.experiments.evidence.claim_text import HEADS, cells, claims_of, reading
from conducive.experiments.evidence.claims import NOT_SHOWN as CLAIMS_NOT_SHOWN
from conducive.experiments.evidence.fit.calibration import CUTOFF, EVER, OFTEN
from conducive.experiments.evidence.patterns import CONTROLS, PATTERNS, Pattern
from conducive.experiments.evidence.validation import ALL, Results, stored_results
from conducive.experiments.pages import levels
from conducive.experiments.pages.template import render, table, texts
from conducive.scenarios.declaration import Input
from conducive.scenarios.files import library
from conducive.scenarios.scenario import declared

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAGE, PICTURES = "validation.md", "validation"
WORST = 12
"""Constraints that are named, those missed by most."""
FEW, MOST = 0.2, 0.95
"""Pass rates under which a pattern is called rare, and from which it is called structural."""
FAR_OFF = 2.0
NARROWED, SURE = 0.1, 0.01
"""A coefficient counts as constrained when its spread is narrowed by a tenth, or its distribution surely uneven."""

NOT_SHOWN: Mapping[str, str] = texts("patterns.toml")["not_shown"]
"""Why a pattern does not show under the default set, as far as we can tell."""
WHY: Mapping[str, str] = {
    figure: missed["why"] for missed in texts("official.toml")["missed"] for figure in missed["figures"]
}
"""Why an official figure is missed, by group, or group and figure."""


def report(results: Results, calibration: Mapping[str, Any]) -> str:
    """Return the whole report as Markdown."""
    return render(
        f"{PAGE}.jinja",
        most_runs=results["most_runs"],
        of_a_set=results["of_a_set"],
        version=results["model version"],
        pictures=PICTURES,
        **_patterns(results),
        map=_map(results),
        claims=_claims(results),
        official=_official(results),
        **_studies(results),
        luck=results["determinism"]["text"].strip(),
        calibration=calibration_part(calibration),
    )


def _patterns(results: Results) -> dict[str, object]:
    """Return what the page says of patterns and controls."""
    return {
        "patterns": PATTERNS,
        "controls": CONTROLS,
        "summary": _summary(results),
        "shown": sum(_answer(results, p) == "shown" for p in ALL),
        "count": len(results["patterns"]),
        "structural": [p for p in PATTERNS if _rate(results, "prior draws", p) >= MOST],
        "rare": [p for p in PATTERNS if _rate(results, "plausible sets", p) < FEW],
        "names": lambda some: ", ".join(f"{p.name} ({p.title.lower()})" for p in some) or "none",
        "of": lambda p: results["patterns"][p.name],
        "clauses": lambda p: _clauses(p, results),
        "not_shown": NOT_SHOWN,
        "alt": _alt,
        "file": _file,
    }


def _answer(results: Results, pattern: Pattern) -> str:
    return str(results["patterns"][pattern.name]["answer"])


def _rate(results: Results, name: str, pattern: Pattern) -> float:
    return float(results[name][pattern.name]["all"])


def _summary(results: Results) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (
            f"[{p.name}](#{p.name.lower()})",
            p.title,
            _answer(results, p),
            f"{_rate(results, 'prior draws', p):.0%}",
            f"{_rate(results, 'plausible sets', p):.0%}",
            f"{1.0 - results['plausible sets'][p.name]['missed']:.0%}",
            "calibration" if p.calibrates else "out of sample",
        )
        for p in PATTERNS
    ]
    return rows + [(p.name, p.title, _answer(results, p), "", "", "", "out of sample") for p in CONTROLS]


def _clauses(p: Pattern, results: Results) -> list[tuple[str, ...]]:
    """Return a row for each clause of a pattern: value, interval, bound, verdict, and how often it holds."""
    rates = [results[name][p.name]["clauses"] if p in PATTERNS else None for name in ("prior draws", "plausible sets")]
    return [
        (
            f["says"],
            f"{f['value']:.3g}",
            f"{f['low']:.3g} to {f['high']:.3g}",
            _bound(f),
            f["answer"],
            f"{f['power']:.0%}",
            *(f"{rate[n]:.0%}" if rate else "" for rate in rates),
        )
        for n, f in enumerate(results["patterns"][p.name]["findings"])
    ]


def _bound(f: Mapping[str, Any]) -> str:
    above, most = f["above"], f["most"]
    unit = f" {f['unit']}" if f["unit"] else ""
    parts = [f"over {above:.3g}"] if above is not None else []
    parts += [f"at most {most:.3g}"] if most is not None else []
    return " and ".join(parts) + unit


def _alt(p: Pattern) -> str:
    what = p.chart.label or "Use at fidelity"
    along = f"by {p.chart.along}" if p.chart.axis else "by month after launch, a line for each arm"
    return f"{what}, {along}: {p.title.lower()}."


def _file(p: Pattern) -> str:
    return f"{p.name.lower().replace(' ', '-')}.png"


def _map(results: Results) -> str:
    found = results["map"]
    rows = [
        (f"{culture:.1f}", *(f"{share:.0%}" for share in row))
        for culture, row in zip(found["positions"], found["share"], strict=True)
    ]
    return table(("Culture \\ macro", *(f"{m:.1f}" for m in found["positions"])), rows)


def _claims(results: Results) -> dict[str, object] | None:
    """Return what came of the claims of the library; nothing for results of a validation that held none."""
    if "claims" not in results:
        return None
    found = results["claims"]
    held = claims_of(library(), found["held"])
    return {
        "replicates": found["replicates"],
        "sets": found["sets"],
        "heads": (HEADS[0], "Claim", "Read", *HEADS[1:]),
        "rows": [(c[0], claim.says, reading(claim), *c[1:]) for claim, row in held for c in [cells(claim, row)]],
        "reached": sum(row["reached"] for _, row in held),
        "not_shown": [
            (row["scenario"], claim.says, CLAIMS_NOT_SHOWN.get((row["scenario"], claim.says), "We do not know."))
            for claim, row in held
            if not row["reached"]
        ],
    }


def _official(results: Results) -> dict[str, object]:
    """Return what came of the official figures, and why those far off may be."""
    figures = [official.Figure(**row) for row in results["official"]]
    far = [f for f in figures if abs(f.distance) >= FAR_OFF]
    return {
        "says": (official.__doc__ or "").split("\n\n", 1)[1].strip(),
        "table": official.table(figures),
        "near": len(figures) - len(far),
        "count": len(figures),
        "far": [(f.group.replace("_", " "), f.what, f"{f.simulated:.3g}", f"{f.official:.3g}", _why(f)) for f in far],
    }


def _why(f: official.Figure) -> str:
    return WHY.get(f"{f.group}: {f.what}") or WHY.get(f.group) or "We do not know."


def _studies(results: Results) -> dict[str, str]:
    checks = [studies.Check(**row) for row in results["studies"]]
    return {"studies": studies.table(checks).strip(), "differences": studies.differences(checks).strip()}


def calibration_part(calibration: Mapping[str, Any]) -> str:
    """Return what the page says of a calibration: stages, levels, constraints missed, coefficients constrained."""
    found = calibration["coefficients"]
    tight = sorted((c for c in found if _is_constrained(found[c])), key=lambda c: -found[c]["narrowed"])
    worst = sorted(calibration["missed"].items(), key=lambda item: -item[1])[:WORST]
    (heads,) = levels.short([levels.HEADS])
    return render(
        "calibration.md.jinja",
        coefficients=len(found),
        seed=calibration["seed"],
        often=OFTEN,
        cutoff=f"{CUTOFF:g}",
        ever=f"{EVER:g}",
        stages=[(name, str(n["tried"]), str(n["left"])) for name, n in calibration["stages"].items()],
        levels=table(heads, levels.short(levels.cells(calibration))),
        worst=[(name, f"{far:.1f}") for name, far in worst],
        truths=levels.truths_in_words(calibration),
        tight=[_constrained(declared()[c], found[c]) for c in tight],
        loose=[declared()[c].name for c in found if c not in tight],
    )


def _constrained(one: Input, c: Mapping[str, float]) -> tuple[str, ...]:
    """Return the row of a coefficient: range, mean of plausible sets, and how far they narrow it."""
    mean = one.low + c["mean"] * (one.high - one.low)
    return f"`{one.address}`", f"{one.low:g} to {one.high:g}", f"{mean:.3g}", f"{c['narrowed']:.0%}", f"{c['p']:.2g}"


def _is_constrained(c: Mapping[str, float]) -> bool:
    return c["narrowed"] >= NARROWED or c["p"] < SURE


# ---- Pictures ------------------------------------------------------------------------------------------------------

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#7F7F7F")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (5, 5)))


def draw(results: Results, folder: Path) -> None:
    """Draw the picture of each pattern, and the map of the zone, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for p in ALL:
        _picture(p, results["patterns"][p.name]["drawn"], folder / _file(p))
    _picture_of_map(results["map"], folder / "map.png")


def _figure(width: float, height: float) -> tuple[Any, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _picture(p: Pattern, drawn: Mapping[str, Any], path: Path) -> None:
    figure, axes = _figure(5.6, 2.6)
    if "x" in drawn:
        means, halves = zip(*drawn["points"], strict=True)
        axes.errorbar(drawn["x"], means, yerr=halves, color=COLOURS[0], marker="o", capsize=3)
        axes.set_xlabel(p.chart.along)
    else:
        for (name, points), colour, dash in zip(drawn["lines"].items(), COLOURS, DASHES, strict=False):
            mean, half = np.array(points).T
            axes.plot(drawn["months"], mean, color=colour, linestyle=dash, label=name, linewidth=1.5)
            axes.fill_between(drawn["months"], mean - half, mean + half, color=colour, alpha=0.15, linewidth=0)
        axes.set_xlabel("months after launch")
        figure.legend(loc="outside right upper", fontsize=7, frameon=False)
    axes.set_ylabel(p.chart.label or "Use at fidelity", fontsize=8)
    axes.set_ylim(bottom=0)
    axes.set_title(f"{p.name} {p.title}", fontsize=9, loc="left")
    figure.savefig(path, dpi=90)


def _picture_of_map(found: Mapping[str, Any], path: Path) -> None:
    figure, axes = _figure(4.6, 3.6)
    at = found["positions"]
    mesh = axes.pcolormesh(at, at, found["share"], cmap="viridis", vmin=0, vmax=1, shading="nearest")
    lines = axes.contour(at, at, found["share"], levels=[0.5], colors="white", linewidths=2)
    axes.clabel(lines, fmt="half of runs", fontsize=7)
    axes.set_xlabel("macro context: barrier 0, facilitator 1")
    axes.set_ylabel("culture: barrier 0, facilitator 1")
    figure.colorbar(mesh, label="share of runs with R of at least 1")
    figure.savefig(path, dpi=100)


def write_report(folder: Path, results: Results, calibration: Mapping[str, Any]) -> None:
    """Write the report and its pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PAGE).write_text(report(results, calibration), encoding="utf-8", newline="\n")
    draw(results, folder / PICTURES)


def main(arguments: Iterable[str]) -> None:
    """Write the report of the stored results into the folder named."""
    (folder,) = arguments
    write_report(Path(folder), stored_results(), levels.stored_calibration())


if __name__ == "__main__":
    main(sys.argv[1:])
