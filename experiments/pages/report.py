"""The validation report: Markdown for a sceptical reviewer, and a small picture for each pattern.

`python -m conducive.experiments.pages.report docs` writes it anew from the stored results.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
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
from conducive.experiments.pages.template import table
from conducive.scenarios.files import library
from conducive.scenarios.scenario import declared

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURES = "validation"
FEW, MOST = 0.2, 0.95
"""Pass rates under which a pattern is called rare, and from which it is called structural."""
FAR_OFF = 2.0
NARROWED, SURE = 0.1, 0.01
"""A coefficient counts as constrained when its spread is narrowed by a tenth, or its distribution surely uneven."""

INTRODUCTION = """# Validation

Does the model show what the paper says, does its workforce look like the official figures, and what remains
unknown? Every number here was computed by the program; nothing in this page was written by hand but the
explanations. The model compares scenarios: none of this makes it a forecast.

How to read a verdict. A pattern is a claim turned into clauses, each a statistic of scenarios lived with the same
luck and a bound that was fixed before the model was run. *Shown*: the whole 95% interval is on the right side; *not
shown*: it is on the wrong side; *at the bound*: it straddles the bound and lies within two points (0.02) of it, which
is no difference; *unclear*: it straddles and is wider. *Power* is the chance of a clear answer with as many
replicates, were the value found the true one. A verdict that straddled was given four times the replicates, and
again, until it was clear or {most_runs:,} runs of all arms were spent. *Prior*: share of draws of all free
coefficients over their plausible ranges, before calibration, in which all clauses hold at their value; near 100%
means that the structure of the model gives the pattern, near 0% that it takes tuning. *Plausible*: the same share of
the sets that calibration leaves. These shares come from a class-sized organisation and {of_a_set} replicates, so that
luck flips a clause near its bound: they understate. *Not missed*: share of the same sets in which no clause is
clearly missed, its whole 95% interval on the wrong side; so few replicates make few things clear, so that this
overstates. The truth lies between the two.

Bounds were fixed beforehand; settings were not. In which organisation a claim is tried (grant, culture, other
conditions of the arms) was chosen for P02, P03, P04, P08, P09, P12, P16 and P18 while their results under an earlier
default set could be seen, and rules and ranges were mended in the same sitting (see the changelog). Rules of leaders,
of evidence and of fidelity were mended again because P03, P06 and P16 did not show. Read all of these as consistent
with the claim, not as predictions that came true. Calibration was made stricter, and *at the bound* told apart from
*unclear*, with verdicts in sight as well: P04, P09 and P19, which calibrate, had been missed by little, and P18 lay on
a bound.

Since version 0.7 levels of use are calibrated to what has been measured ([levels](levels.md)), and some patterns pull
the other way: where a user stops at the measured 1 to 4% a month, little can fall by half in a year (P02), nor by a
third (P04). Measured figures were given precedence: bounds of patterns count half beside them. How much must be
missed to rule a set out was settled after the first calibrations had been seen, in which figures that this model cannot
meet (T3b, T4, T15) would have ruled out every set, or nearly every one. The default is the plausible set whose measured
levels and use in the library's scenarios lie nearest to the medians over all sets."""


def report(results: Results, calibration: Mapping[str, Any]) -> str:
    """Return the whole report as Markdown."""
    parts = [
        INTRODUCTION.format(**results),
        f"Model version `{results['model version']}`. To repeat: `conducive validate --out results/validation`.",
        "## Summary",
        _summary(results),
        "\n\n".join(_findings(results)),
        "## Patterns",
        *(_pattern(p, results) for p in PATTERNS),
        "## Where the headline lives",
        f"![Share of runs with an uptake number of at least 1, by position of culture and of the macro context; the "
        f"share rises far more with culture than with context.]({PICTURES}/map.png)",
        _map(results),
        "## What must show no effect",
        *(_pattern(p, results) for p in CONTROLS),
        *_claims(results),
        "## Official figures",
        _official(results),
        "## Published studies",
        "None of these was used to tune the model.",
        *_studies(results),
        "## How much is luck, and three tensions",
        results["determinism"]["text"].strip(),
        "## Calibration",
        *_calibration(calibration),
    ]
    return "\n\n".join(parts) + "\n"


def _answer(results: Results, pattern: Pattern) -> str:
    return str(results["patterns"][pattern.name]["answer"])


def _rate(results: Results, name: str, pattern: Pattern) -> float:
    return float(results[name][pattern.name]["all"])


def _summary(results: Results) -> str:
    rows = [
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
    rows += [(p.name, p.title, _answer(results, p), "", "", "", "out of sample") for p in CONTROLS]
    return table(("", "Pattern", "Default set", "Prior", "Plausible", "Not missed", "Used for"), rows)


def _findings(results: Results) -> Iterator[str]:
    """Yield what the pass rates say of the model."""
    count = len(results["patterns"])
    shown = sum(_answer(results, p) == "shown" for p in ALL)
    yield f"With the default set {shown} of {count} patterns and controls are shown."
    groups = {
        "Structural (nearly every prior draw shows them)": [
            p for p in PATTERNS if _rate(results, "prior draws", p) >= MOST
        ],
        "Rare among plausible sets, a finding about the model": [
            p for p in PATTERNS if _rate(results, "plausible sets", p) < FEW
        ],
    }
    for what, patterns in groups.items():
        names = ", ".join(f"{p.name} ({p.title.lower()})" for p in patterns) or "none"
        yield f"{what}: {names}."


def _pattern(p: Pattern, results: Results) -> str:
    found = results["patterns"][p.name]
    rates = {
        name: results[name][p.name]["clauses"] if p in PATTERNS else None for name in ("prior draws", "plausible sets")
    }
    rows = [
        (
            f["says"],
            f"{f['value']:.3g}",
            f"{f['low']:.3g} to {f['high']:.3g}",
            _bound(f),
            f["answer"],
            f"{f['power']:.0%}",
            *(f"{rate[n]:.0%}" if rate else "" for rate in rates.values()),
        )
        for n, f in enumerate(found["findings"])
    ]
    heads = ("Clause", "Value", "95% interval", "Must be", "Verdict", "Power", "Prior", "Plausible")
    lines = [
        f"### {p.name}",
        f"**{p.title}.** {p.claim} *{p.source}.* Verdict: **{found['answer']}** ({found['replicates']} replicates).",
        *([p.notes] if p.notes else []),
        table(heads, rows),
        *([] if found["answer"] == "shown" else [f"Why not: {NOT_SHOWN.get(p.name, 'we do not know.')}"]),
        f"![{_alt(p)}]({PICTURES}/{_file(p)})",
    ]
    return "\n\n".join(lines)


NOT_SHOWN: Mapping[str, str] = {
    "P01": "use after the longer grant is far higher, but keeps a slightly smaller share of itself in the year after. "
    "Perhaps because many have just begun at the end of two years and still grow into it; this was not traced.",
    "P02": "the claim asks that half of faithful use be gone within a year of the last payment, 6% a month; measured, "
    "a user without support stops at 1 to 4% a month, to which the model is calibrated. Culture shields from "
    "everything but the lack of money, and so matters as much without it.",
    "P04": "the claim asks for a fall by 30% within a year of the peak; at measured rates of stopping, and with "
    "newcomers trained as long as the grant runs, use after training alone is low throughout and does not fall.",
    "P06": "short stays cost use in every case, but nearly as much where buy-in is high as where it is low.",
    "P12": "learning needs time, and where people are few and leave there is none, so that little is written down. "
    "Codified memory buffers turnover, but hardly more where turnover is high.",
    "P18": "at measured rates of stopping, and with most of the running cost met, hardly any organisation at middling "
    "push loses it altogether: they part ways, but too few of them downwards.",
    "P19": "agency use and vacancies rise less after an inadequate judgement than official figures say. The default "
    "set lies low in agency use among plausible ones; which of its coefficients is at fault was not traced.",
}
"""Why a pattern does not show under the default set, as far as we can tell."""


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


def _claims(results: Results) -> Iterator[str]:
    """Yield what came of the claims of the library; nothing for results of a validation that held none."""
    if "claims" not in results:
        return
    found = results["claims"]
    held = claims_of(library(), found["held"])
    yield "## What the library's scenarios claim"
    yield (
        "Each scenario of the library says in its file what it must show, with bounds fixed before these "
        f"results were seen. Each was lived {found['replicates']} times under each of {found['sets']} plausible "
        "sets, with the same luck in all; a set shows a claim at its mean. So few replicates leave luck in, "
        "which turns sets near a bound. *Close to call*: so few sets leave open whether the share asked for, or "
        "the median, is reached."
    )
    heads = (HEADS[0], "Claim", "Read", *HEADS[1:])
    rows = [(c[0], claim.says, reading(claim), *c[1:]) for claim, row in held for c in [cells(claim, row)]]
    yield table(heads, rows)
    yield f"{sum(row['reached'] for _, row in held)} of {len(held)} reach what is asked."
    for claim, row in held:
        if not row["reached"]:
            why = CLAIMS_NOT_SHOWN.get((row["scenario"], claim.says), "We do not know.")
            yield f"- {row['scenario']}: {claim.says} Not shown: {why}"


def _official(results: Results) -> str:
    figures = [official.Figure(**row) for row in results["official"]]
    far = [f for f in figures if abs(f.distance) >= FAR_OFF]
    lines = [
        (official.__doc__ or "").split("\n\n", 1)[1].strip(),
        official.table(figures),
        f"{len(figures) - len(far)} of {len(figures)} distances are below 2.",
    ]
    if far:
        lines.append("Not below 2, and why as far as we can tell:")
        lines.append("\n".join(f"- {f.group.replace('_', ' ')}, {f.what}: {_why(f)}" for f in far))
    return "\n\n".join(lines)


_NO_PRETREND = (
    "Inspectors in the model see empty posts, not how far a service leans on agency staff; in reality agency use runs "
    "up in the year before a bad judgement, vacancies less so."
)
_TOO_LONG = (
    "A regime and its echo keep recruitment down for longer than in reality, and nothing else turns a service round."
)
_REGIMES = "Regimes last too long in the model and add to the level that was put in."
WHY: Mapping[str, str] = {
    "turnover": "Leaving swings with the pull of other jobs, strain and colleagues lost. Whatever else makes a bad "
    "year in one place is missing.",
    "turnover: spread between authorities": "Each authority keeps the lasting level that its first row suggests; other "
    "lasting differences between authorities are missing.",
    "turnover: swing from year to year": "Leaving feeds on itself through strain and colleagues lost, and under this "
    "set a little too much.",
    "turnover: level": "Demand and regimes put staff under more strain than they are used to, on average.",
    "vacancy_rate": _REGIMES,
    "agency_rate": _REGIMES,
    "agency_rate: swing from year to year": "A fixed share of vacancies is covered, so that agency use swings with "
    "vacancies alone; real authorities also change how much they cover.",
    "vacancy_rate: swing from year to year": "Posts are made and closed by an improvement regime only: recruitment "
    "drives and frozen posts are missing.",
    "caseload": "Demand swings alike everywhere, and the number of posts stays.",
    "length of service": "Simulated posts hold cases; official figures are of all social workers, managers included, "
    "who stay longer.",
    "correlation: agency_rate and vacancy_rate": "A fixed share of vacancies is covered in the model, so that agency "
    "use follows vacancies closely; in reality it is looser.",
    "correlation: turnover and caseload": "Load strains people and strain drives them away in the model; in the panel "
    "busy authorities lose no more people than others.",
    "agency_rate around an inadequate judgement": _TOO_LONG,
    "agency_rate around an inadequate judgement: -3 and before": _NO_PRETREND,
    "agency_rate around an inadequate judgement: -1": _NO_PRETREND,
    "agency_rate around an inadequate judgement: 0": _NO_PRETREND,
    "vacancy_rate around an inadequate judgement": _TOO_LONG,
    "vacancy_rate around an inadequate judgement: -3 and before": _NO_PRETREND,
    "vacancy_rate around an inadequate judgement: -1": _NO_PRETREND,
    "turnover around an inadequate judgement": "Posts that a regime turns over are counted as leaving.",
    "caseload around an inadequate judgement": "Posts added under an improvement regime open at once and are as many "
    "as one coefficient says: where there are many, caseload falls a year too early, where there are few, too little.",
}
"""Why an official figure is missed, by group, or group and figure."""


def _studies(results: Results) -> tuple[str, str]:
    checks = [studies.Check(**row) for row in results["studies"]]
    return studies.table(checks).strip(), studies.differences(checks).strip()


def _why(f: official.Figure) -> str:
    gap = f"simulated {f.simulated:.3g}, official {f.official:.3g}."
    return f"{gap} {WHY.get(f'{f.group}: {f.what}') or WHY.get(f.group) or 'We do not know.'}"


def _calibration(calibration: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"Waves of history matching over {len(calibration['coefficients'])} free coefficients, with `conducive "
        f"calibrate` (seed {calibration['seed']}). A draw is ruled out where {OFTEN} constraints or more are missed by "
        f"over {CUTOFF:g} standard deviations, of replicates and stated discrepancy together, or any by over {EVER:g}. "
        "Constraints are "
        "the [measured levels](levels.md), the clauses of patterns marked *calibration*, the claims of the library, "
        "and official figures. Bounds of patterns are an analyst's choice, and claims and judgements are nobody's "
        "measurement: these count half."
    )
    stages = ((name, str(n["tried"]), str(n["left"])) for name, n in calibration["stages"].items())
    yield table(("Stage", "Tried", "Not ruled out"), stages)
    yield "Measured levels, in short; [levels](levels.md) says what was measured by whom, and why some are missed."
    (heads,) = levels.short([levels.HEADS])
    yield table(heads, levels.short(levels.cells(calibration)))
    worst = sorted(calibration["missed"].items(), key=lambda item: -item[1])[:12]
    yield "The constraints missed by most, on average over plausible sets:"
    yield table(("Constraint", "Standard deviations"), ((name, f"{far:.1f}") for name, far in worst))
    yield levels.truths_in_words(calibration)
    found = calibration["coefficients"]
    tight = sorted((c for c in found if _is_constrained(found[c])), key=lambda c: -found[c]["narrowed"])
    yield (
        f"The evidence constrains {len(tight)} of {len(found)} coefficients: the spread of plausible sets is at least "
        "a tenth narrower than the range, or their distribution is surely not even (p < 0.01). It says next to nothing "
        "of the others, alone: they stay as uncertain as our judgement left them, and that is carried into every "
        "comparison."
    )
    yield table(
        ("Coefficient", "Range", "Mean of plausible sets", "Spread narrowed by", "p"),
        (
            (
                f"`{c}`",
                f"{declared()[c].low:g} to {declared()[c].high:g}",
                f"{declared()[c].low + found[c]['mean'] * (declared()[c].high - declared()[c].low):.3g}",
                f"{found[c]['narrowed']:.0%}",
                f"{found[c]['p']:.2g}",
            )
            for c in tight
        ),
    )
    yield "Not constrained alone: " + ", ".join(f"`{c.split('.')[1]}`" for c in found if c not in tight) + "."


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
    (folder / "validation.md").write_text(report(results, calibration), encoding="utf-8", newline="\n")
    draw(results, folder / PICTURES)


def main(arguments: Iterable[str]) -> None:
    """Write the report of the stored results into the folder named."""
    (folder,) = arguments
    write_report(Path(folder), stored_results(), levels.stored_calibration())


if __name__ == "__main__":
    main(sys.argv[1:])
