"""Sweep: one condition as a line, or two as a map of the conducive zone, filling in while somebody watches."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import solara

from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking import documents, scripts
from conducive.dashboards.asking.answers import key_of
from conducive.dashboards.asking.asked import Asked, Swept
from conducive.dashboards.asking.choice import DEFAULT, Choice, chosen, picked, text_in
from conducive.dashboards.asking.sweeping import (
    NOTHING,
    QUESTIONS,
    AxisError,
    asked_sweep,
    axes_of,
    options,
    plan_of,
    question,
)
from conducive.dashboards.comparing.choosing import Choose, fields
from conducive.dashboards.comparing.take_away import offered, shared
from conducive.dashboards.pages.sweep_drawn import Drawn, Picture
from conducive.dashboards.widgets.address_bar import use_address
from conducive.dashboards.widgets.glossary import prose
from conducive.dashboards.widgets.html import (
    Empty,
    Loading,
    Note,
    Press,
    Trouble,
    heading,
    jump,
    sentence,
    tag,
    template,
)
from conducive.dashboards.widgets.progress import OFTEN, progress_of, use_answers
from conducive.dashboards.work import POOL, Cache, Job
from conducive.experiments.lives.readings import SHOWN, Shown
from conducive.experiments.search.zone.filling import filling, is_line, line_figure, picture_data
from conducive.experiments.search.zone.map import ZoneMap
from conducive.experiments.search.zone.plan import ZonePlan
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario

ROOM_FOR_MAPS = 30e6  # bytes
MAPS: Cache[ZoneMap] = Cache(ROOM_FOR_MAPS, lambda zone: float(zone.values.nbytes))
"""Sweeps that visitors ran, as far as they came."""


@template("axes.vue")
def _Axes(
    options: list[dict[str, Any]], start: dict[str, Any], nothing: str, questions: list[str], trouble: dict[str, Any],
    event_ask: Callable[[Any], None], event_question: Callable[[Any], None],
) -> None:  # fmt: skip
    """What varies, and how far; and questions that people bring."""


@solara.component
def Page() -> None:
    """Choose a scenario and what varies; watch it fill in; open a point, or take it away."""
    solara.Title("Sweep - Conducive")
    (choice, swept, news, trouble), set_state, hold, now = use_address("/sweep", start_from)
    wrong, set_wrong = solara.use_state({"axis": "", "text": ""})
    misplaced, set_misplaced = solara.use_state(("", ""))

    def pick(sent: object) -> None:
        before, of, *_ = now()
        try:
            new = picked(before, sent)
            new.asked  # noqa: B018 it may refuse
        except InputError as error:
            set_misplaced((text_in(sent, "name"), sentence(str(error))))
        else:
            set_misplaced(("", ""))
            set_state((new, of, [], ""))

    def ask(sent: object) -> None:
        before = now()[0]
        try:
            new = asked_sweep(before.asked.base, sent)
            plan_of(new)
        except InputError as error:
            set_wrong({"axis": error.axis if isinstance(error, AxisError) else "", "text": sentence(str(error))})
            return
        set_wrong({"axis": "", "text": ""})
        set_state((before, new, [], ""))
        hold(lambda: addresses.sweep_address(new))

    heading(
        "Sweep",
        "Vary one condition and see a line with its interval, or two and see where the conducive zone begins: the "
        "conditions under which use of an innovation can grow by itself.",
    )
    Note(" ".join(news))
    if swept is not None:
        jump()
    with tag("section", css="panel", aria_label="What is swept"):
        lists = [{**one, "trouble": misplaced[1] * (one["name"] == misplaced[0])} for one in chosen_from(choice)]
        Choose(fields=lists, event_pick=pick)
        _Axes(
            options=options(), start=axes_of(swept), nothing=NOTHING, questions=list(QUESTIONS), trouble=wrong,
            event_ask=ask, event_question=lambda text: ask(question(text)),
        )  # fmt: skip
        Trouble(trouble)
    if swept is None:
        Empty("Nothing is run yet. Choose a question, or what varies, then press Run.")
    else:
        _Sweep(swept)


def start_from(search: str) -> tuple[Choice, Swept | None, list[str], str]:
    """Return the scenario and the sweep of an address, what has changed since, and what is wrong with it."""
    found = addresses.in_search(search)
    usual = Choice(load_scenario(DEFAULT))
    if not found:
        return usual, None, [], ""
    try:
        swept, news = addresses.read_sweep(found)
        if swept.x:
            plan_of(swept)
    except InputError as error:
        return usual, None, [], str(error)
    return chosen(Asked(swept.scenario, swept.scenario)), swept if swept.x else None, news, ""


def chosen_from(choice: Choice) -> list[dict[str, Any]]:
    """Return the lists of scenarios and of authorities."""
    by_name = {one["name"]: one for one in fields(choice)}
    where = [by_name[name] for name in ("place", "year") if name in by_name]
    return [{**by_name["base"], "label": "Scenario"}, *where]


@solara.component
def _Sweep(swept: Swept) -> None:
    visitor = solara.get_session_id()
    shown, set_shown = solara.use_state(SHOWN[0].column)
    plan = solara.use_memo(lambda: plan_of(swept), [swept])
    key = map_key(swept)
    answer, stop, again = use_answers(lambda job: pictures(plan, key, visitor, job), key)
    Trouble(answer.trouble)
    picture: Picture | None = answer.value if answer.fresh else None
    of = plan.shape[0] * plan.shape[1]
    done = picture.data["done"] if picture is not None else 0
    one = next(s for s in SHOWN if s.column == shown)
    with tag("section", css="panel", id="answer", aria_label="What comes of it"):
        Note(" ".join(plan.notes))
        progress_of(answer.working, done, of, "point", stop, again)
        if picture is None:
            if answer.working:
                Loading("Running the corners first ...")
        else:
            with tag("div", css="buttons", role="group", aria_label="What is shown"):
                for each in SHOWN:
                    css, pressed = ("small main", "true") if each is one else ("small", "false")
                    Press(each.label, partial(set_shown, each.column), css=css, aria_pressed=pressed)
            tag("p", *prose(one.meaning), css="quiet")
            Drawn(swept, picture, one)
            tag("p", *prose(picture.data["words"]), css="quiet")
    _TakeAway(swept, picture, one)


def map_key(swept: Swept) -> str:
    """Return what tells one sweep from another."""
    return f"{key_of(swept.scenario, swept.seed)} {swept.x} {swept.y} {swept.steps} {swept.replicates}"


@solara.component
def _TakeAway(swept: Swept, picture: Picture | None, one: Shown) -> None:
    link, note = solara.use_memo(lambda: shared(addresses.sweep_address, swept), [swept])
    line = scripts.sweep_command(swept)
    told = "Where the command names files, download them below into the folder where you run it." * (".toml" in line)
    if not swept.y:
        told += " It keeps every run's last month, so that R is that of this month there; the Python reads it as here."
    those = [*(files(picture.zone, one) if picture else []), *asked_files(swept)]
    python = scripts.sweep_python(swept)
    offered("/sweep", link, note, python=python, command=line, told=told, files=those)


def pictures(plan: ZonePlan, key: str, visitor: str, job: Job) -> Iterator[Picture]:
    """Yield a sweep as it fills in, not faster than anybody can watch; points that somebody ran are not run again."""
    kept = MAPS.get(key)
    if kept is not None:
        yield Picture(kept, picture_data(kept))
    told = 0.0
    for zone in filling(plan, POOL.share(visitor), job.advance, kept):
        MAPS.put(key, zone)
        if not zone.interrupted or time.monotonic() - told > OFTEN:
            told = time.monotonic()
            yield Picture(zone, picture_data(zone))


def files(zone: ZoneMap, one: Shown) -> list[tuple[str, Callable[[], tuple[str, str, bytes]]]]:
    """Return what can be taken away: a label, and what makes the file."""

    def drawn(kind: str, mime: str) -> Callable[[], tuple[str, str, bytes]]:
        def make() -> tuple[str, str, bytes]:
            from conducive.experiments.search.zone.figures import zone_figure

            figure = (line_figure if is_line(zone.plan) else zone_figure)(zone, one)
            out = io.BytesIO()
            figure.savefig(out, format=kind)
            return f"sweep.{kind}", mime, out.getvalue()

        return make

    def csv() -> tuple[str, str, bytes]:
        return "sweep.csv", "text/csv", _table(zone).to_csv(index=False, lineterminator="\n").encode()

    def parquet() -> tuple[str, str, bytes]:
        out = io.BytesIO()
        _table(zone).to_parquet(out, index=False)
        return "sweep.parquet", "application/vnd.apache.parquet", out.getvalue()

    return [
        ("Data (CSV)", csv),
        ("Data (Parquet)", parquet),
        ("Picture (SVG)", drawn("svg", "image/svg+xml")),
        ("Picture (PNG)", drawn("png", "image/png")),
    ]


def asked_files(swept: Swept) -> list[tuple[str, Callable[[], tuple[str, str, bytes]]]]:
    """Return the files that ask for a sweep: its scenario, and for a line the sweep of it."""
    toml = "application/toml"
    found: list[tuple[str, Callable[[], tuple[str, str, bytes]]]] = [
        ("Scenario (TOML)", lambda: ("scenario.toml", toml, documents.scenario_file(swept.scenario).encode()))
    ]
    if not swept.y:
        along = plan_of(swept).x
        asked = scripts.sweep_file(swept, {along.name: along.values})
        found.append(("Sweep (TOML)", lambda: ("sweep.toml", toml, asked.encode())))
    return found


def _table(zone: ZoneMap) -> Any:
    """Return the table of a sweep with its axes under their own names."""
    plan = zone.plan
    table = zone.table.drop(columns=["y"] if is_line(plan) else [])
    return table.rename(columns={"x": plan.x.name, "y": plan.y.name})
