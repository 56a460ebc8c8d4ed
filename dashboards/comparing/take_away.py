"""To share what a page asks, take it away as files, and bring a comparison back."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import solara

from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking import documents, scripts
from conducive.dashboards.asking.answers import RUNS_OF_BRIEFING, depends_on, firm
from conducive.dashboards.asking.asked import Asked
from conducive.dashboards.asking.choice import Choice, Choosing, chosen
from conducive.dashboards.widgets.download import Download
from conducive.dashboards.widgets.html import sentence, tag, template
from conducive.dashboards.widgets.upload import Upload
from conducive.dashboards.work import Job
from conducive.experiments.compare.comparison import Comparison
from conducive.experiments.compare.glance import FIRM
from conducive.scenarios.errors import InputError


@template("share.vue")
def Share(path: str, address: str | None, python: str, command: str, files: str, note: str) -> None:
    """The address, and the code that does the same."""


type File = tuple[str, str, bytes]
type Files = list[tuple[str, Callable[[], File]]]

SLIDES = (("Picture for a slide (PNG)", ".png"), ("Picture for a slide (SVG)", ".svg"))
TABLES = (("Table (CSV)", False), ("Table for Excel (CSV)", True))


def taking(name: str, find: Callable[[], Any], *, table: str = "Table") -> Files:
    """Return files to take away: a label, and what makes each; `find` gives what they are of, lived where need be."""

    def made(ending: str, *, excel: bool = False, what: str = name) -> Callable[[], File]:
        def make() -> File:
            from conducive.experiments.takeaway.export import KINDS, content

            return f"{what}{ending}", KINDS[ending], content(find(), ending, excel=excel)

        return make

    return [
        *((label, made(ending, what=f"{name}-slide")) for label, ending in SLIDES),
        *((label.replace("Table", table), made(".csv", excel=excel)) for label, excel in TABLES),
        ("Page to embed (HTML)", made(".html")),
    ]


def offered(path: str, address: str | None, note: str, *, python: str, command: str, told: str, files: Files) -> None:
    """Put a page's address, the code that does the same, and its files into a panel; `told` is said of the command."""
    with tag("section", css="panel take-away", aria_label="Share and take away"):
        tag("h2", "Share it, take it away, make it again")
        Share(path=path, address=address, python=python, command=command, files=told, note=note)
        if files:
            tag("h3", "Files")
            with tag("div", css="buttons"):
                for label, make in files:
                    Download(label, make)


@solara.component
def TakeAway(choice: Choice, asked: Asked, visitor: str, choose: Choosing) -> None:
    """The address, the code that does the same, files, and a way to bring files back."""
    trouble, set_trouble = solara.use_state("")

    def bring(sent: object) -> None:
        try:
            choose(lambda now: brought(sent, now))
        except InputError as error:
            set_trouble(sentence(str(error)))
            return
        set_trouble("")

    link, note = solara.use_memo(lambda: shared(addresses.address, asked), [asked])
    line = scripts.command(asked)
    with tag("section", css="panel take-away", aria_label="Share and take away"):
        tag("h2", "Share it, take it away, make it again")
        Share(
            path="/", address=link, python=scripts.python(asked), command=line, note=note,
            files="Where the command names a.toml or b.toml, download the scenario files below into the folder where "
            "you run it." if ".toml" in line else "",
        )  # fmt: skip
        tag("h3", "Files")
        tag(
            "p",
            "Each is made from the firm answer, which may take a few seconds. The briefing says besides what the "
            f"answer depends on, for which about {RUNS_OF_BRIEFING - 2 * FIRM:,} more runs are made.",
            css="quiet",
        )
        with tag("div", css="buttons"):
            for label, make in files(asked, visitor):
                Download(label, make, of=RUNS_OF_BRIEFING if label == BRIEFING else 0)
        tag("h3", "Bring a file back")
        tag(
            "p",
            "A pair comes back as A and B, two scenario files as A and B in the order of their names, and one by "
            "itself as A. The server reads them and does not keep them.",
            css="quiet",
        )
        Upload(label="Scenario files (.toml)", most=documents.LARGEST_FILE, trouble=trouble, event_bring=bring)


def brought(sent: object, choice: Choice) -> Choice:
    """Return the choice that files of a browser ask for. Raises InputError for files that cannot be used."""
    given = [one for one in sent if isinstance(one, dict)] if isinstance(sent, list) else []
    cut = documents.LARGEST_FILE + 1
    asked = documents.from_files([(str(one.get("name", ""))[:200], str(one.get("text", ""))[:cut]) for one in given])
    alone = len(given) == 1 and asked.base is asked.alternative
    return Choice(asked.base, seed=choice.seed) if alone else chosen(asked)


def shared[Asking](write: Callable[[Asking], str], asked: Asking) -> tuple[str | None, str]:
    """Return the text of an address, None where it would be too long, and what to say of it."""
    try:
        text = write(asked)
    except InputError as error:
        return None, sentence(str(error))
    return text, "It holds everything that is asked here. Whoever opens it sees the same; nothing is kept on a server."


BRIEFING = "Briefing (HTML)"


def files(asked: Asked, visitor: str) -> list[tuple[str, Callable[..., File]]]:
    """Return what can be taken away: a label, and what makes the file; the briefing's takes the job it counts for."""
    toml = "application/toml"

    def briefing(job: Job) -> File:
        from conducive.experiments.compare.brief import brief

        found = firm(asked, visitor, job)
        return "briefing.html", "text/html", brief(found, depends_on(asked, found, visitor, job)).encode()

    def picture(kind: str, mime: str) -> Callable[[], File]:
        def make() -> File:
            from conducive.experiments.compare.chart import comparison_chart

            drawn = io.BytesIO()
            comparison_chart(firm(asked, visitor)).savefig(drawn, format=kind)
            return f"comparison.{kind}", mime, drawn.getvalue()

        return make

    def every_run() -> File:
        return "runs.parquet", "application/vnd.apache.parquet", runs_as_parquet(firm(asked, visitor))

    return [
        (BRIEFING, briefing),
        ("Picture (SVG)", picture("svg", "image/svg+xml")),
        ("Picture (PNG)", picture("png", "image/png")),
        *taking("comparison", lambda: firm(asked, visitor), table="Results by month"),
        ("Every run by month (Parquet)", every_run),
        ("Both scenarios (TOML)", lambda: ("pair.toml", toml, documents.pair_file(asked).encode())),
        ("Scenario A (TOML)", lambda: ("a.toml", toml, documents.scenario_file(asked.base).encode())),
        ("Scenario B (TOML)", lambda: ("b.toml", toml, documents.scenario_file(asked.alternative).encode())),
    ]


def runs_as_parquet(comparison: Comparison) -> bytes:
    """Return the monthly tables of both scenarios as one Parquet file, with a first column that says which."""
    import pandas as pd

    tables = [
        e.monthly.assign(scenario=letter) for letter, e in (("A", comparison.base), ("B", comparison.alternative))
    ]
    whole = pd.concat(tables, ignore_index=True)
    whole.insert(0, "scenario", whole.pop("scenario"))
    out = io.BytesIO()
    whole.to_parquet(out, index=False)
    return out.getvalue()
