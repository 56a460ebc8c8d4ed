"""Programme: one programme for many authorities, alone or beside another, as a map of tiles that changes by month."""

from __future__ import annotations

import math
import shlex
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import solara

from conducive.dashboards.asking.address import in_search
from conducive.dashboards.comparing.take_away import offered
from conducive.dashboards.widgets.address_bar import use_address
from conducive.dashboards.widgets.chart import Chart
from conducive.dashboards.widgets.fields import field, numbers
from conducive.dashboards.widgets.glossary import prose
from conducive.dashboards.widgets.html import (
    Empty,
    Loading,
    Note,
    Press,
    Trouble,
    figures,
    heading,
    jump,
    table,
    tag,
    template,
)
from conducive.dashboards.widgets.progress import OFTEN, progress_of, use_answers
from conducive.dashboards.work import POOL, Cache, Job
from conducive.experiments.lives.living import in_order
from conducive.experiments.programmes.brief import programme_brief
from conducive.experiments.programmes.places import Lived, lived
from conducive.experiments.programmes.runs import ProgrammeRuns, programmes_of
from conducive.experiments.programmes.text import claims_held, how_to_read, last_month, money_in_words, named
from conducive.experiments.version import model_version
from conducive.experiments.words import listed
from conducive.model.sector.ground import offers_of
from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.programme import Place, Programme, load_programme, programme_names

RUNS = (4, 8, 20, 40)
"""Replicates to choose from."""
FEWEST = 4
"""Replicates from which on intervals are shown: those of fewer say little, and are wide."""
ROOM = 60e6  # bytes
KEPT: Cache[tuple[Lived, ...]] = Cache(ROOM, lambda lives: sum(4.0 * one.use.nbytes for one in lives))
"""Replicates that visitors ran; their tables take about as much again as use by authority, with room to spare."""
AREAS = {
    "North West": "nw", "North East": "ne", "Yorkshire and The Humber": "yh", "West Midlands": "wm",
    "East Midlands": "em", "East of England": "ee", "London": "lo", "South West": "sw", "South East": "se",
}  # fmt: skip
"""The nine regions, and where `programme.vue` puts each."""
PARTED = {"Inner London": "London", "Outer London": "London"}
"""Regions of the official table that are part of one of the nine."""
NONE = "Nothing: A alone"


@dataclass(frozen=True)
class Asked:
    """What the page is asked: one programme of the library or two, and how many replicates of each."""

    a: str
    b: str = ""
    replicates: int = 8
    seed: int = 0

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """The programmes. Raises InputError for names that are none, and for more replicates than the page runs."""
        if self.replicates not in RUNS or self.seed != 0:
            msg = f"this page runs {listed([str(n) for n in RUNS], 'or')} replicates. Got {self.replicates}."
            raise InputError(msg)
        for name in (self.a, self.b or self.a):
            if name not in programme_names():  # a path, say: what is on the server is no visitor's to read
                near = nearest_names(name[:80], programme_names())
                msg = f"{name[:80]!r} is not a programme of the library.{near}"
                raise InputError(msg)
        return programmes_of(self.a, self.b or None)


USUAL = Asked("innovation-programme-2014", "fewer-for-longer")


@dataclass(frozen=True)
class _Picture:
    """A programme so far: its runs, and mean use as meant by programme, month and authority."""

    found: ProgrammeRuns
    use: npt.NDArray[np.float64]


@template("programme.vue")
def _Map(
    months: int, sides: list[dict[str, Any]], regions: list[dict[str, Any]], use: list[list[list[int]]],
    whole: list[list[float]], top: int, bars: list[dict[str, Any]],
) -> None:  # fmt: skip
    """Tiles by region and bars by innovation, in a month that is chosen."""


@solara.component
def Page() -> None:
    """Choose a programme, or two; watch them take hold and fade, authority by authority."""
    solara.Title("Programme - Conducive")
    (asked, news, trouble), set_state, hold, _ = use_address("/programme", start_from)

    def run(new: Asked) -> None:
        set_state((new, "", ""))
        hold(lambda: address(new))

    heading(
        "Programme",
        "One programme of grants for all of England: what authorities take up, what they keep, and what is left "
        "when the money is gone. Hold it beside another, with the same luck in the same conditions.",
    )
    Note(news)
    if asked is not None:
        jump()
    _Ask(asked or USUAL, run).key(str(asked))
    Trouble(trouble)
    if asked is None:
        Empty("Nothing is run yet. Choose a programme, or two, then press Run.")
    else:
        _Answer(asked)


# ---- What is asked -------------------------------------------------------------------------------------------------


def address(asked: Asked) -> str:
    """Return what is asked as text for an address, with the version of the rules."""
    return "~".join((asked.a, asked.b, str(asked.replicates), model_version()))


def start_from(search: str) -> tuple[Asked | None, str, str]:
    """Return what an address asks, what has changed since it was made, and what is wrong with it."""
    found = in_search(search)
    if not found:
        return None, "", ""
    a, b, count, made, *more = (*found[:300].split("~"), "", "", "")
    asked = Asked(a, b, int(count) if count.isdecimal() and len(count) < len("10000") else 0)
    try:
        asked.programmes  # noqa: B018 it may refuse
    except InputError as error:
        return None, "", f"This address cannot be read: {error}"
    old = made != model_version() or any(more)
    return asked, "This address was made with other rules of the model; numbers may differ." if old else "", ""


@solara.component
def _Ask(asked: Asked, run: Callable[[Asked], None]) -> None:
    chosen, set_chosen = solara.use_state(asked)
    names = programme_names()
    programmes = {name: load_programme(name, placed=False) for name in names}
    titles = [each.title for each in programmes.values()]

    def other(sent: object) -> None:
        n = numbers(sent)[0]
        set_chosen(replace(chosen, b=["", *names][n % (1 + len(names))]))

    with tag("section", css="panel", aria_label="What is run"):
        with tag("div", css="fields"):
            field(
                "select", "A", names.index(chosen.a),
                lambda sent: set_chosen(replace(chosen, a=names[numbers(sent)[0] % len(names)])), options=titles,
            )  # fmt: skip
            field("select", "B, beside it", ["", *names].index(chosen.b), other, options=[NONE, *titles])
            field(
                "select", "Replicates", RUNS.index(chosen.replicates),
                lambda sent: set_chosen(replace(chosen, replicates=RUNS[numbers(sent)[0] % len(RUNS)])),
                options=[str(n) for n in RUNS],
            )  # fmt: skip
            Press("Run", partial(run, chosen), css="main", data_test="start")
        with tag("dl", css="asked"):
            for letter, name in (("A", chosen.a), ("B", chosen.b)):
                if name:
                    tag("dt", letter)
                    tag("dd", f"{programmes[name].question} {money_in_words(programmes[name])}")


# ---- What comes of it ----------------------------------------------------------------------------------------------


def pictures(asked: Asked, visitor: str, job: Job) -> Iterator[_Picture]:
    """Yield a programme as replicates are done, not faster than anybody can watch; those that were run are kept."""
    programmes = asked.programmes
    key = (asked.a, asked.b, asked.seed)
    done = [*(KEPT.get(key) or ())][: asked.replicates]
    job.advance(len(done))
    if len(done) == asked.replicates:
        yield picture(asked, programmes, done)
        return
    told = 0.0
    do = partial(lived, programmes=programmes, seed=asked.seed)
    for one in in_order(do, range(len(done), asked.replicates), POOL.share(visitor)):
        done.append(one)
        if len(done) > len(KEPT.get(key) or ()):
            KEPT.put(key, tuple(done))
        job.advance()
        if time.monotonic() - told > OFTEN or len(done) == asked.replicates:
            told = time.monotonic()
            yield picture(asked, programmes, done)


def picture(asked: Asked, programmes: tuple[Programme, ...], done: Sequence[Lived]) -> _Picture:
    """Return what there is of a programme."""
    runs = tuple(one.runs for one in done)
    found = ProgrammeRuns(programmes, asked.seed, asked.replicates, None, runs)
    return _Picture(found, np.mean([one.use for one in done], axis=0, dtype=np.float64))


@solara.component
def _Answer(asked: Asked) -> None:
    visitor = solara.get_session_id()
    answer, stop, again = use_answers(lambda job: pictures(asked, visitor, job), asked)
    shown: _Picture | None = answer.value if answer.fresh else None
    done, of = len(shown.found.runs) if shown else 0, asked.replicates
    Trouble(answer.trouble)
    with tag("section", css="panel", id="answer", aria_label="What comes of it"):
        progress_of(answer.working, done, of, "replicate", stop, again)
        if shown is not None:
            _Map(**map_data(shown))
        elif answer.working:
            Loading("Running all authorities month by month. The first time on a machine takes a minute or two ...")
    if shown is not None and done >= FEWEST:
        _Numbers(shown)
    _TakeAway(asked, shown)


def map_data(shown: _Picture) -> dict[str, Any]:
    """Return what tiles and bars show, month by month; use in thousandths, regions as a map of England has them."""
    found, programmes = shown.found, shown.found.programmes
    return {
        "months": programmes[0].horizon,
        "sides": [
            {"key": key, "letter": key.upper(), "title": each.title or each.name}
            for key, each in zip("ab", programmes, strict=False)
        ],
        "regions": regions_of(programmes[0].places),
        "use": np.rint(1000 * shown.use).astype(int).tolist(),
        "whole": [[round(float(v), 4) for v in found.found("use_at_fidelity", n).mean] for n in range(len(programmes))],
        "top": scale_of(float(shown.use.max())),
        "bars": bars_of(found),
    }


def regions_of(places: Sequence[Place]) -> list[dict[str, Any]]:
    """Return the nine regions, each with its place on the map and its authorities by name and row."""
    by_region: dict[str, list[dict[str, Any]]] = {name: [] for name in AREAS}
    for row, place in enumerate(places):
        by_region[PARTED.get(place.region, place.region)].append({"name": place.name, "row": row})
    return [{"name": name, "area": AREAS[name], "places": here} for name, here in by_region.items() if here]


def scale_of(most: float) -> int:
    """Return the per cent that the darkest tile stands for: the highest there is, rounded up to a tenth of all."""
    return max(10, 10 * math.ceil(10 * most - 1e-9))


def bars_of(found: ProgrammeRuns) -> list[dict[str, Any]]:
    """Return for each innovation the share of authorities that run it, by programme and month."""
    shares = found.diffusion.groupby(["programme", "innovation", "month"], sort=False)["authorities"].mean()
    return [
        {
            "name": offer.name,
            "meaning": offer.meaning,
            "values": [
                [round(float(v), 4) for v in shares[side, offer.name]] for side in "AB"[: len(found.programmes)]
            ],
        }
        for offer in offers_of(found.programmes[0])
    ]


@solara.component
def _Numbers(shown: _Picture) -> None:
    found = shown.found
    months = list(range(1, found.programmes[0].horizon + 1))
    head, rows = last_month(found)
    with tag("section", css="panel", aria_label="Numbers"):
        Chart(
            title="Practitioners who use it as it is meant, all authorities", x=months, series=series_of(found),
            bands=[], marks=[], unit="percent", xlabel="months after launch", xname="Month", least_top=0.02,
        )  # fmt: skip
    with tag("section", css="panel", aria_label=f"After {months[-1]} months"):
        tag("h2", f"After {months[-1]} months")
        table("What came of it", ["", *figures(head[1:])], ([row[0], *figures(row[1:])] for row in rows))
        claims = list(claims_held(found))
        if claims:
            tag("h3", "What is claimed")
            with tag("ul"):
                for claim in claims:
                    tag("li", claim)
        tag("p", *prose(how_to_read(found)), css="quiet")


def series_of(found: ProgrammeRuns) -> list[dict[str, Any]]:
    """Return use as meant by month with its interval, as the chart draws it."""
    series = []
    for n, name in enumerate(named(found)):
        use = found.found("use_at_fidelity", n)
        low, high = np.clip(use.low, 0, 1).tolist(), np.clip(use.high, 0, 1).tolist()
        ends = {"mean": use.mean.tolist(), "low": low, "high": high}
        series.append({"key": "ab"[n], "label": name, "short": "AB"[n], **ends})
    return series


# ---- To take away --------------------------------------------------------------------------------------------------


@solara.component
def _TakeAway(asked: Asked, shown: _Picture | None) -> None:
    whole = shown is not None and not shown.found.interrupted
    offered(
        "/programme", address(asked), "It holds everything that is asked here. Whoever opens it sees the same.",
        python=python(asked), command=command(asked), told="", files=files(shown) if shown and whole else [],
    )  # fmt: skip


def command(asked: Asked) -> str:
    """Return the command that gives the same numbers."""
    against = ["--against", asked.b] if asked.b else []
    return shlex.join(["conducive", "programme", asked.a, *against, "--replicates", str(asked.replicates)])


def python(asked: Asked) -> str:
    """Return Python that gives the same numbers."""
    given = ", ".join([repr(name) for name in (asked.a, asked.b) if name] + [f"replicates={asked.replicates}"])
    return f"import conducive as cz\n\nfound = cz.programme({given})\nprint(found.text())\n"


def files(shown: _Picture) -> list[tuple[str, Callable[[], tuple[str, str, bytes]]]]:
    """Return what can be taken away: a label, and what makes the file."""
    found = shown.found

    def table(name: str) -> Callable[[], tuple[str, str, bytes]]:
        return lambda: (f"{name}.csv", "text/csv", getattr(found, name).to_csv(index=False).encode())

    def chart() -> tuple[str, str, bytes]:
        import io

        from conducive.experiments.programmes.chart import programme_figure

        held = io.BytesIO()
        programme_figure(found).savefig(held, format="svg")
        return "programme.svg", "image/svg+xml", held.getvalue()

    return [
        ("Briefing (HTML)", lambda: ("briefing.html", "text/html", programme_brief(found).encode())),
        ("Summary (text)", lambda: ("summary.txt", "text/plain", found.text().encode())),
        ("Sector by month (CSV)", table("monthly")),
        ("Innovations by month (CSV)", table("diffusion")),
        ("Authorities at the end (CSV)", table("authorities")),
        ("Map by month (CSV)", lambda: ("map.csv", "text/csv", by_authority(shown).encode())),
        ("Chart (SVG)", chart),
    ]


def by_authority(shown: _Picture) -> str:
    """Return the numbers behind the tiles as a CSV: programme, month, and a column for each authority."""
    import pandas as pd

    names = [place.name for place in shown.found.programmes[0].places]
    frames = [pd.DataFrame(use, columns=names) for use in shown.use]
    for side, frame in zip("AB", frames, strict=False):
        frame.insert(0, "programme", side)
        frame.insert(1, "month", np.arange(1, len(frame) + 1))
    return str(pd.concat(frames).to_csv(index=False))
