"""A briefing: a comparison as one self-contained page for somebody who has to decide.

Its prose is made from results by templates, and says no more than they carry. The page needs no network and no script,
reads well without colour, and prints on two sheets or so.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from conducive import __version__
from conducive.experiments.compare.answer import both, headline, later, measures, span, sureness, widest
from conducive.experiments.compare.chart import comparison_chart
from conducive.experiments.compare.comparison import Comparison
from conducive.experiments.compare.dependence import Dependence
from conducive.experiments.compare.names import names
from conducive.experiments.compare.text import (
    causes_in_words,
    compared_causes,
    cost_in_words,
    dates,
    sustained_in_words,
)
from conducive.experiments.folders.folder import PROVENANCE, aside_of
from conducive.experiments.folders.identity import comparison_identity, document_of, rules, sets_key
from conducive.experiments.lives.moments import MAIN
from conducive.experiments.lives.text import NOT_A_FORECAST, caution, sets_in_words
from conducive.experiments.words import dated, in_unit, listed, percent, points, several, signed, with_unit
from conducive.model.measures import INDICATORS
from conducive.scenarios.coefficients import COEFFICIENTS
from conducive.scenarios.declaration import Input
from conducive.scenarios.errors import InputError, glimpse
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import PER_POST, Scenario, declared
from conducive.scenarios.short import InShort

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEMPLATE = Path(__file__).parents[1] / "data" / "brief.html"
MOST_ROWS = 6
MOST_STATES = 4
GRADES = {
    "measured": "official figures",
    "literature": "published studies",
    "paper": "what the paper says",
    "assumed": "our judgement",
}
"""Where a value comes from, by grade of evidence."""
STATES = (
    "belief", "skill", "living_memory", "codified_memory", "fit", "fidelity", "reinforcement", "continuation",
    "leader_commitment", "funder_confidence", "peer_trust", "vertical_trust", "safety", "strain", "fatigue",
)  # fmt: skip
"""States through which conditions act on use, as shares."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")
HEAD = 4096  # bytes of a page that hold its mark
MARK = '<meta name="generator" content="Conducive'

type Numbers = npt.NDArray[np.float64]


# ---- The page ------------------------------------------------------------------------------------------------------


class Page(InShort, str):
    """A page of HTML: text, which shows itself in a notebook by what it is and how to keep it."""

    __slots__ = ()

    def in_short(self) -> dict[str, str]:
        """Return how long it is, and how to keep it."""
        return {
            "page": f"{len(self):,} characters of HTML",
            "to keep it": "pathlib.Path('briefing.html').write_text(page, 'utf-8')",
        }


def brief(
    comparison: Comparison,
    depends: Dependence | None = None,
    *,
    command: str = "",
) -> Page:
    """Return a briefing on a comparison as an HTML page: self-contained, without script, made to be read and printed.

    Args:
        comparison: what it is about, from `compare`.
        depends: what the answer depends on, from `dependence`; without it the page does not say.
        command: the command that makes the page again; without it that of the comparison.

    Raises InputError for what is no comparison, or no dependence.

    """
    if not isinstance(comparison, Comparison):
        msg = f"brief takes a comparison, which compare returns. Got {glimpse(comparison)}."
        raise InputError(msg)
    if depends is not None and not isinstance(depends, Dependence):
        msg = f"depends must be what dependence(comparison) returned, or None. Got {glimpse(depends)}. Leave it out?"
        raise InputError(msg)
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(TEMPLATE.read_text("utf-8")).render(
        version=__version__,
        title=_title(comparison),
        arms=[
            _arm(letter, name, e.scenario)
            for (letter, e), name in zip(_lettered(comparison), names(comparison), strict=True)
        ],
        question=_question(comparison),
        inputs=_inputs(comparison),
        happenings=[f"{letter}: {line}" for letter, e in _lettered(comparison) for line in dated(e.scenario)],
        headline=headline(comparison),
        sureness=sureness(comparison),
        levels=_levels(comparison),
        living=_living(comparison),
        sustained=sustained_in_words(comparison),
        cost=cost_in_words(comparison),
        picture=Markup(picture(comparison)),
        alt=alternative_text(comparison),
        why=_why(comparison),
        depends=None if depends is None else depending(depends),
        assumed=_assumed(comparison),
        caution=f"{NOT_A_FORECAST} {caution(comparison, comparison.pairs)}",
        again=_again(comparison, command),
    )
    return Page(page)


def _lettered(comparison: Comparison) -> Sequence[tuple[str, Any]]:
    return (("A", comparison.base), ("B", comparison.alternative))


def _title(comparison: Comparison) -> str:
    a, b = names(comparison)
    return f"{a}, or {b}?" if a != b else f"{a}: A or B?"


def _arm(letter: str, name: str, scenario: Scenario) -> dict[str, str]:
    place = scenario.place or "an average English authority"
    return {"letter": letter, "name": name, "place": place, "question": scenario.question}


def _question(comparison: Comparison) -> str:
    places = {e.scenario.place for _, e in _lettered(comparison)}
    place = next(iter(places)) if len(places) == 1 else ""
    start = f", starting from the published figures of {place}" if place else ""
    return (
        f"An innovation in practice is launched{start}. What differs {later(comparison.months)} on if things go as in "
        "B rather than as in A: is it still used as it is meant, at what cost, and why?"
    )


def _inputs(comparison: Comparison) -> dict[str, Any]:
    """Return the inputs in which the two differ, with both values."""
    a, b = (e.scenario for _, e in _lettered(comparison))
    different = [i for i in declared().values() if a[i.address] != b[i.address]]
    rows = [
        {
            "address": i.address,
            "meaning": i.meaning.rstrip("."),
            "values": [with_unit(i, s[i.address]) for s in (a, b)],
            "grade": GRADES[i.grade],
        }
        for i in different[:MOST_ROWS]
    ]
    return {"rows": rows, "more": len(different) - len(rows)}


def _levels(comparison: Comparison) -> list[tuple[str, ...]]:
    """Return rows of date, A, B, difference and interval."""
    a, b = both(comparison, MAIN)
    rows = []
    for label, month in dates(comparison):
        judged = comparison.judge(b[:, month - 1] - a[:, month - 1])
        levels = (percent(float(x[:, month - 1].mean())) for x in (a, b))
        rows.append((label, *levels, points(judged.mean), span(judged.low, judged.high), judged.way))
    return rows


def _living(comparison: Comparison) -> str:
    """Return how much, how high and how long, in a sentence."""
    said = [f"{m.label.lower()} {m.said[0]} and {m.said[1]} ({m.judged.way})" for m in measures(comparison)]
    return f"How high and how long, in A and in B, as means over runs: {'; '.join(said)}."


def _why(comparison: Comparison) -> dict[str, Any]:
    """Return the difference in rates of loss by cause, and what else differed in the month of the widest gap."""
    causes = compared_causes(comparison)
    rows = [
        (
            c.name,
            f"{c.base:,.1f}",
            f"{c.alternative:,.1f}",
            signed(c.mean),
            "-" if np.isnan(c.low) else f"{signed(c.low)} to {signed(c.high)}",
            c.rung,
        )
        for c in causes
    ]
    return {"rows": rows, "text": causes_in_words(comparison, causes), "states": states_in_words(comparison)}


def states_in_words(comparison: Comparison) -> str:
    """Return which states differ clearly in the month in which the gap in use is widest, largest first."""
    gap = comparison.difference(MAIN)
    if not gap.any() or comparison.pairs == 1:
        return ""
    month = widest(comparison)
    meanings = {i.name: i.meaning[:1].lower() + i.meaning[1:].rstrip(".") for i in INDICATORS}
    found = []
    for name in STATES:
        judged = comparison.judge(comparison.difference(name)[:, month - 1], matters=0.0)
        if judged.rung == "clearly":
            found.append((abs(judged.mean), f"{meanings[name]} ({points(judged.mean)})"))
    said = [text for _, text in sorted(found, reverse=True)[:MOST_STATES]]
    head = f"In month {month}, when the gap in use is widest,"
    if not said:
        return f"{head} none of the {len(STATES)} states that lead to use clearly differs."
    differ, most = "differs" if len(found) == 1 else "differ", "most of all " if len(found) > len(said) else ""
    return (
        f"{head} of {len(STATES)} states that lead to use {len(found)} clearly {differ}, B against A in percentage "
        f"points: {most}{listed(said)}."
    )


def depending(found: Dependence) -> dict[str, Any]:
    """Return the moves that clearly change the difference, those that change it most first, and a sentence."""
    sure = sorted((m for m in found.moves if m.sure), key=lambda m: -abs(m.change[1]))
    rows = [
        (
            m.condition.title,
            f"{m.end}: {m.condition.barrier if m.end == 'barrier' else m.condition.facilitator}",
            points(m.difference),
            f"{points(m.change[1])} ({span(m.change[0], m.change[2])})",
        )
        for m in sure[:MOST_ROWS]
    ]
    tried = len({m.condition.name for m in found.moves})
    moving = len({m.condition.name for m in sure})
    text = (
        f"Each of {tried} conditions was moved to its barrier end and to its facilitator end, in A and in B alike, "
        f"with {several(found.pairs, 'pair')} of runs; inputs in which A and B differ stayed as they are. As things "
        f"are, the difference in an average month, in these pairs, is {points(found.now)} percentage points. "
    )
    if found.pairs == 1:
        text += "One pair is too little to tell what it depends on."
    elif moving:
        text += f"{several(moving, 'condition')} clearly {'changes' if moving == 1 else 'change'} it"
        text += f" (the {len(rows)} largest of {len(sure)} moves are shown)." if len(sure) > len(rows) else "."
    else:
        text += "None clearly changes it: either it does not depend on them much, or so few pairs cannot show it."
    return {"rows": rows, "text": text}


def _assumed(comparison: Comparison) -> dict[str, Any]:
    """Return what both scenarios set alike, what was measured where they start, and what everything else rests on."""
    a, b = (e.scenario for _, e in _lettered(comparison))
    chosen = [
        i
        for i in declared().values()
        if a[i.address] == b[i.address] != i.default and i.address in a.values and i.address not in PER_POST
    ]
    measured = [i for i in declared().values() if i.address in a.start and i.grade == "measured"]
    return {
        "chosen": [
            f"{_valued(i, a[i.address])} (its usual value is from {GRADES[i.grade]})" for i in chosen[:MOST_ROWS]
        ],
        "more": max(0, len(chosen) - MOST_ROWS),
        "start": [
            _valued(i, a[i.address])
            for i in measured
            if i.address not in PER_POST and not i.address.startswith("coefficients.")
        ],
        "place": a.place if a.place == b.place else "",
        "inputs": _by_grade([i for i in declared().values() if not i.address.startswith(("coefficients.", "mech"))]),
        "coefficients": _by_grade(COEFFICIENTS),
        "sets": sets_in_words(comparison, "pair", a, b).strip(),
    }


def _valued(declaration: Input, value: float) -> str:
    """Return an input and its value as people say them: `turnover 7.4% a year`, `298 posts`."""
    name = declaration.name.replace("_", " ")
    said = with_unit(declaration, value) if declaration.group == "mechanisms" else in_unit(value, declaration.unit)
    return said if said.endswith(f" {name}") else f"{name} {said}"


def _by_grade(inputs: Sequence[Input]) -> str:
    counts = Counter(i.grade for i in inputs)
    return listed([f"{counts[grade]} from {words}" for grade, words in GRADES.items() if counts[grade]])  # type: ignore[index]


def _again(comparison: Comparison, command: str) -> dict[str, Any]:
    """Return how to make the page again: command, versions, seed, date, and both scenarios as files to keep."""
    import tomli_w

    plausible = comparison.sets is not None
    files = [
        (f"{letter}.toml", tomli_w.dumps(document_of(e.scenario, plausible))) for letter, e in _lettered(comparison)
    ]
    pairs = comparison.base.asked if comparison.begun_with is None else comparison.begun_with
    options = ["--replicates", str(pairs), "--seed", str(comparison.base.seed)]
    options += [] if comparison.precision is None else ["--precision", f"{comparison.precision:g}"]
    options += [] if plausible else ["--default-set"]
    return {
        "command": command or shlex.join(["conducive", "brief", *(name for name, _ in files), *options]),
        "files": [
            (name, f"data:text/plain;charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}")
            for name, text in files
        ],
        "pairs": several(comparison.pairs, "pair"),
        "interrupted": comparison.base.interrupted,
        "seed": comparison.base.seed,
        "rules": rules(),
        "sets": sets_key() if plausible else "none: the default coefficients alone",
        "date": datetime.now(UTC).date().isoformat(),
    }


# ---- The picture ---------------------------------------------------------------------------------------------------


def picture(comparison: Comparison) -> str:
    """Return the chart of a comparison as an SVG element to put into a page."""
    return svg_element(comparison_chart(comparison))


def svg_element(figure: Figure) -> str:
    """Return a figure as an SVG element to put into a page that describes it, with letters as shapes."""
    drawn = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(drawn, format="svg", metadata=nothing)
    svg = drawn.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r'\s(?:width|height)="[\d.]+pt"', "", svg, count=2)
    return steady(svg).replace("<svg", '<svg role="img" aria-labelledby="picture-alt"', 1)


def steady(svg: str) -> str:
    """Return an SVG with names in place of those that Matplotlib draws by lot: the same numbers make the same text."""
    names: dict[str, str] = {}
    return re.sub(r"\b[a-z][0-9a-f]{10}\b", lambda found: names.setdefault(found[0], f"n{len(names)}"), svg)


def alternative_text(comparison: Comparison) -> str:
    """Return what the chart shows, for those who do not see it."""
    a, b = both(comparison, MAIN)
    read = [
        f"month {month}: A {percent(float(a[:, month - 1].mean()))}, B {percent(float(b[:, month - 1].mean()))}"
        for _, month in dates(comparison)
    ]
    money = listed(
        [
            f"{letter} has it in {_funded(e.values('external_money')[:, : comparison.months])}"
            for letter, e in _lettered(comparison)
        ]
    )
    lost = comparison.causes[["base", "alternative"]].to_numpy(float).any()
    bars = "for how often use was lost by cause, which the table under Why gives" if lost else "that say none was lost"
    return (
        f"Share of practitioners using it as it is meant, by month after launch, A a solid and B a dashed line with "
        f"95% intervals. {'; '.join(read)}. Bars below show external money: {money}. Under these lines the difference, "
        f"B minus A, with its interval; beside them, bars {bars}."
    )


def _funded(money: Numbers) -> str:
    months = np.flatnonzero(money.any(axis=0)) + 1
    return f"{several(len(months), 'month')} up to month {months[-1]}" if len(months) else "no month"


# ---- Files ---------------------------------------------------------------------------------------------------------


def asked_again(folder: Path) -> dict[str, Any]:
    """Return what a saved comparison asked, as arguments of `compare`.

    Raises InputError for a folder that holds none, or one that this version would not run to the same numbers.
    """
    try:
        there = json.loads((folder / PROVENANCE).read_text("utf-8"))
        identity, kind = there["identity"], there["identity"]["kind"]
        arguments = {
            **{name: identity[name] for name in ("replicates", "seed")},
            "precision": identity.get("precision"),
            "plausible": identity["plausible_sets"] != "none",
        }
        if kind == "comparison":
            arguments |= {name: load_scenario(there[name]) for name in ("base", "alternative")}
    except InputError as error:
        made = f" It was made with version {there.get('version')}; this is {__version__}."
        msg = f"{folder} holds a comparison that cannot be made again: {error}{made}"
        raise InputError(msg) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        msg = f"{folder} holds no comparison. Name two scenarios, or a folder that conducive compare has written."
        raise InputError(msg) from None
    if kind != "comparison":
        msg = f"{folder} holds a {kind}. A briefing needs a comparison, from conducive compare."
        raise InputError(msg)
    if json.loads(json.dumps(comparison_identity(**arguments))) != identity:
        msg = (
            f"{folder} was made with version {there.get('version')} and other rules or coefficients than these "
            f"({__version__}): they would not give its numbers. Compare the two scenarios anew."
        )
        raise InputError(msg)
    return arguments


def check_page(out: Path) -> None:
    """Raise InputError unless a briefing can be written to a file: one that is not there, or an earlier briefing."""
    if out.suffix.lower() not in {".html", ".htm", ".pdf"}:
        msg = f"--out must end in .html or .pdf. Got {out.name!r}. Did you mean {out.with_suffix('.html').name!r}?"
        raise InputError(msg)
    if out.suffix.lower() == ".pdf":
        _browser()
    try:
        if out.is_dir() or (out.exists() and not _is_briefing(out)):
            msg = f"{out} is there already and is no briefing. Name another file with --out."
            raise InputError(msg)
        nearest = next(path for path in out.absolute().parents if path.exists())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK):
            msg = f"{out} cannot be written: {nearest} is no folder that can be written to. Name another with --out."
            raise InputError(msg)
    except OSError as error:
        msg = f"{out} cannot be written: {error.strerror}. Name another file with --out."
        raise InputError(msg) from None


def _is_briefing(path: Path) -> bool:
    with path.open("rb") as file:
        return MARK.encode() in file.read(HEAD)


def save_brief(page: str, out: Path) -> None:
    """Write a briefing to an .html file, or print it to a .pdf file with a browser that is on this machine.

    It is written aside and renamed. Raises InputError when it cannot be written.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with aside_of(out) as aside:
            if out.suffix.lower() == ".pdf":
                _print(page, aside)
            else:
                aside.write_text(page, "utf-8", newline="\n")
    except OSError as error:
        msg = f"{out} cannot be written: {error.strerror or error}. Name another file with --out."
        raise InputError(msg) from None


def _browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        msg = (
            f"a PDF needs a browser to print it, and none of {listed(BROWSERS, 'or')} is on the path. "
            "Write an .html file and print that to PDF."
        )
        raise InputError(msg)
    return found


def _print(page: str, out: Path) -> None:
    """Print a page to a PDF file with a browser. Raises InputError when the browser fails."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # Chromium has no sandbox for the administrator
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "brief.html"
        source.write_text(page, "utf-8")
        command = [_browser(), "--headless", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={folder}/user", *(["--no-sandbox"] if root else [])]
        try:
            done = subprocess.run(
                [*command, f"--print-to-pdf={out.absolute()}", source.as_uri()],
                capture_output=True, text=True, check=False, timeout=120,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            done = None
    if done is None or done.returncode or not out.is_file():
        msg = f"{command[0]} could not print the page. Write an .html file and print that to PDF."
        raise InputError(msg)
