"""The validation report: Markdown for a sceptical reviewer, and a small picture for each pattern.

`python -m conducive.experiments.report docs` writes it anew from the stored results.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from conducive.experiments import official, studies
from conducive.experiments.patterns import CONTROLS, PATTERNS, Pattern
from conducive.experiments.plausible import DATA
from conducive.experiments.reference import table
from conducive.experiments.validation import ALL, Results, stored_results
from conducive.scenarios.scenario import declared

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CALIBRATION = DATA / "calibration.json"
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

Which plausible set is the default was settled late as well: it is the one under which every scenario of the library
goes most as it goes under the others, and that definition took the place of an earlier one after P11 had been seen not
to show under the set it gave. The set it gives now is by far the most like all others in everything that is looked at
together, but lies low in use as meant: at the end of a two-year grant nine in ten plausible sets have more of it, so
that runs without `--plausible` are on the low side. Chosen by use alone the default would be another set, farther off
in the level of turnover, under which P04 and P06 do not show either. Central sets differ in their verdicts; shares of
plausible sets hardly depend on which of them is the default, and say more."""


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
    "P12": "learning needs time, and where people are few and leave there is none. With few people hardly any "
    "reflection takes place, so that little is written down, and a newcomer's first lessons wear off before there is a "
    "chance to use them. What the paper says of repositories, that they hold what leavers would take along, is in the "
    "rules, but is no match for that.",
    "P18": "under this set, where less is in use than under most plausible ones, few organisations keep it up without "
    "a push: they part ways, but too few of them upwards.",
    "P19": "vacancies rise by as much as they should, but the share of them that is covered hardly rises; services "
    "under intervention also bring in whole teams beyond their posts.",
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
        f"History matching over {len(calibration['coefficients'])} free coefficients, with `conducive calibrate` "
        f"(seed {calibration['seed']}). A draw is ruled out when any constraint is missed by more than 3 standard "
        "errors, of replicates and stated discrepancy together."
    )
    stages = ((name, str(n["tried"]), str(n["left"])) for name, n in calibration["stages"].items())
    yield table(("Stage", "Tried", "Not ruled out"), stages)
    shares = calibration["ruled out by"]
    rows = [
        (constraint, *(f"{shares[stage].get(constraint, float('nan')):.1%}".replace("nan%", "-") for stage in shares))
        for constraint in list(shares.values())[-1]
    ]
    yield table(("Constraint", *(f"rules out, {stage}" for stage in shares)), rows)
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
    write_report(Path(folder), stored_results(), json.loads(CALIBRATION.read_text("utf-8")))


if __name__ == "__main__":
    main(sys.argv[1:])
