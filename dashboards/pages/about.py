"""About: what the model is and is not, how it was held against evidence, its full description, how to cite it."""

from __future__ import annotations

import base64
from functools import cache
from html import escape
from typing import Any

import solara

from conducive import __version__
from conducive.dashboards.widgets.download import Download
from conducive.dashboards.widgets.glossary import term
from conducive.dashboards.widgets.html import heading, tag
from conducive.dashboards.widgets.page import bare_page
from conducive.experiments.evidence.patterns import CONTROLS, PATTERNS
from conducive.experiments.evidence.validation import Results, stored_results
from conducive.experiments.lives.plausible import plausible_sets
from conducive.experiments.version import model_version
from conducive.scenarios.coefficients import COEFFICIENTS, free_coefficients
from conducive.scenarios.conditions import conditions, inputs

IS = (
    "An agent-based simulation, in which people act one by one, of a children's services organisation: practitioners, "
    "leaders, families and funders, month by month, for ten years after an innovation is launched.",
    "It represents the {conditions} conditions that Lefevre, Temperley, Goldsmith and colleagues (2025) found to help "
    "or hinder innovation in children's social care, as {inputs} declared inputs with their sources.",
    "It starts from the published workforce figures of an average English authority, or of one you choose.",
    "It compares: both scenarios of a comparison are lived through with the same luck, so that what differs is due to "
    "what was changed.",
)
IS_NOT = (
    "It does not forecast. The level of use in ten years' time is not a prediction for any authority.",
    "It does not rank services or people, and holds no data about anybody.",
    "Most paces and weights of its rules (coefficients) are assumed: {assumed} of {coefficients} rest on judgement "
    "alone. Comparisons are repeated over sets of them that the evidence does not rule out; there are {sets}.",
    "It has edges: one organisation at a time, one innovation after another, no sickness absence, no partner agencies "
    "as actors.",
)
ANSWERS = {
    "shown": "The whole 95% interval is on the side that the claim says.",
    "at the bound": "The whole 95% interval lies around the bound, so close to it that there is no difference.",
    "unclear": "The 95% interval straddles the bound.",
    "not shown": "The whole 95% interval is on the other side.",
}
IN_SETS = (
    "Share of plausible sets of coefficients under which all parts of the claim show, in a small service. A plausible "
    "set fills in the coefficients that no measurement fixes, in a way that the evidence does not rule out."
)
PAPER = (
    "Lefevre, M., Temperley, J., Goldsmith, C. et al. (2025). Creating a Conducive Zone for Innovation in Children's "
    "Social Care. Health & Social Care in the Community. https://doi.org/10.1155/hsc/3599333"
)


@solara.component
def Page() -> None:
    """Say what this is."""
    solara.Title("About - Conducive")
    results = solara.use_memo(stored_results, [])
    said = counts()
    heading("About", "What this model is, what it is not, and what stands behind it.")
    with tag("div", css="two"):
        with tag("section", css="panel"):
            tag("h2", "What it is")
            tag("ul", *(tag("li", text.format(**said)) for text in IS), css="prose")
        with tag("section", css="panel"):
            tag("h2", "What it is not")
            tag("ul", *(tag("li", text.format(**said)) for text in IS_NOT), css="prose")
    _Validation(results)
    with tag("section", css="panel"):
        tag("h2", "How it works, in full")
        tag(
            "p",
            "Every rule, input and assumption is described in the ",
            term("ODD+D protocol", "Overview, Design concepts, Details and Decisions: the field's form for describing "
                 "agent-based models so that others can rebuild them."),
            f": {len(free_coefficients())} free coefficients, the schedule of the month, and the curve of each rule.",
            css="prose",
        )  # fmt: skip
        with tag("div", css="buttons"):
            Download("ODD+D description (HTML)", lambda: ("odd.html", "text/html", odd_page().encode()))
    with tag("section", css="panel"):
        tag("h2", "Data and licence")
        tag(
            "p",
            "Contains public sector information licensed under the Open Government Licence v3.0: Department for "
            "Education, Children's social work workforce, 2017 to 2025. The code is under the MIT licence.",
            css="prose",
        )
    with tag("section", css="panel"):
        tag("h2", "How to cite it")
        tag("p", "Please cite the software, with its version, and the paper that it builds on.", css="prose")
        tag("pre", citation(), tabindex="0", aria_label="Citation")


def counts() -> dict[str, int]:
    """Return how many there are of what the texts speak of."""
    return {
        "conditions": len(conditions()),
        "inputs": len(inputs()),
        "assumed": sum(c.grade == "assumed" for c in COEFFICIENTS),
        "coefficients": len(COEFFICIENTS),
        "sets": len(plausible_sets().sets),
    }


def citation() -> str:
    """Return what to cite."""
    return (
        f"The Conducive team. Conducive (version {__version__}, model {model_version()}) [software].\n"
        f"{PAPER.replace(' Health &', chr(10) + '  Health &')}"
    )


@solara.component
def _Validation(results: Results) -> None:
    answers = {p.name: str(results["patterns"][p.name]["answer"]) for p in (*PATTERNS, *CONTROLS)}
    with tag("section", css="panel"):
        tag("h2", "Does it behave as the evidence says?")
        tag("p", summary(results), css="prose")
        with tag("details"):
            tag("summary", f"All {len(answers)} claims and controls")
            with tag("div", css="scroll", tabindex="0", role="region", aria_label="Claims and verdicts"):
                heads = ("Number", "Claim", "Verdict", term("In plausible sets", IN_SETS))
                tag(
                    "table",
                    tag("thead", tag("tr", *(tag("th", text, scope="col") for text in heads))),
                    tag("tbody", *(_claim(p, answers[p.name], results) for p in (*PATTERNS, *CONTROLS))),
                )


def summary(results: Results) -> str:
    """Return how many claims the model shows, and how the figures were chosen."""
    count = len(results["patterns"])
    shown = sum(results["patterns"][p.name]["answer"] == "shown" for p in (*PATTERNS, *CONTROLS))
    alike = sum(study["answer"] == "alike" for study in results["studies"])
    return (
        f"The model was held against {len(PATTERNS)} claims, most of them from the paper, and {len(CONTROLS)} controls "
        "(what must make no difference), with bounds fixed before it was run. With the default coefficients "
        f"{shown} of {count} are shown. Of {len(results['studies'])} figures "
        f"from published studies that were not used to tune it, {alike} come out alike. What does not show is reported "
        "as it is, and is a finding about the model."
    )


def _claim(pattern: Any, answer: str, results: Results) -> Any:
    rate = results["plausible sets"].get(pattern.name)
    return tag(
        "tr",
        tag("td", pattern.name),
        tag("th", pattern.title, tag("span", f"{pattern.claim} ({pattern.source})", css="meaning"), scope="row"),
        tag("td", term(answer, ANSWERS.get(answer, ""))),
        tag("td", f"{rate['all']:.0%}" if rate else "", css="number"),
    )


@cache
def odd_page() -> str:
    """Return the ODD+D description as a page of its own, with its pictures in it."""
    import markdown

    from conducive.experiments.pages import odd, panels

    html = markdown.markdown(odd.odd(), extensions=["tables", "fenced_code", "toc"])
    for figure in panels.figures():
        picture = base64.b64encode(panels.picture(figure).encode()).decode()
        html = html.replace(f'src="{odd.FOLDER}/{figure.file}"', f'src="data:image/svg+xml;base64,{picture}"')
    style = (
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3rem .5rem;vertical-align:top}"
        "img{max-width:100%}pre{overflow:auto;background:#f5f6f4;padding:.6rem}</style>"
    )
    return bare_page(f"ODD+D, version {__version__}", f"{style}{html}").replace(
        '<body class="bare">', f"<body><!-- {escape(model_version())} -->"
    )
