"""Options: up to five at once, one chart, one table; which is best, with its chance, and how surely."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import solara

from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking import documents, scripts
from conducive.dashboards.asking.answers import key_of, lived_on
from conducive.dashboards.asking.asked import LETTERS, Asked, Choosing
from conducive.dashboards.asking.choice import Choice, chosen, picked, text_in
from conducive.dashboards.comparing.choosing import Choose, fields
from conducive.dashboards.comparing.take_away import Files, offered, shared, taking
from conducive.dashboards.widgets.address_bar import use_address
from conducive.dashboards.widgets.chart import Chart
from conducive.dashboards.widgets.glossary import prose
from conducive.dashboards.widgets.html import Empty, Loading, Note, Press, Trouble, heading, jump, tag, template
from conducive.dashboards.widgets.progress import Answer, use_answers
from conducive.dashboards.widgets.sorted_table import bar, cell, column, row, sorted_table
from conducive.dashboards.widgets.upload import Upload
from conducive.dashboards.work import Cache, Following, Job
from conducive.experiments.compare.glance import FIRM, STEPS, bounds
from conducive.experiments.compare.names import names_of
from conducive.experiments.lives.intervals import A_SHARE, along
from conducive.experiments.lives.moments import MAIN
from conducive.experiments.lives.text import NOT_A_FORECAST, between_in_words, name_of
from conducive.experiments.options.options import (
    LONGEST_NAME,
    MOST,
    Options,
    check_number,
    checked_names,
    growing,
    names_for,
)
from conducive.experiments.options.text import behind, chance, headline, ranks
from conducive.experiments.words import percent, pounds, several, short
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import library, load_scenario

PATH = "/options"
USUAL = ("two-year-funding", "six-year-funding", "two-year-then-mainstreamed")
KEYS = ("a", "b", "c", "e", "d")
"""What the chart and the style sheet call the lines."""
ROOM_FOR_ANSWERS = 100
ANSWERS: Cache[dict[str, Any]] = Cache(ROOM_FOR_ANSWERS)
UNDER_WAY: Following[dict[str, Any]] = Following()
COLUMNS = (
    column("option", "Option", "What is compared.", "text", up=True),
    column("rank", "Rank", "In brackets the ranks that it holds in 19 of 20 plausible sets.", up=True),
    column("best", "Chance of being best", "Share of plausible sets in which it has the most practitioner-years."),
    column("years", "Practitioner-years", "Years of use as it is meant, of all practitioners together, with the 95% "
           "interval.", "bar"),
    column("behind", "Than the best", "How surely it has fewer than the best.", "text", up=True),
    column("use", "Use", "Share of practitioners who use it as it is meant in an average month."),
    column("peak", "Peak", "Highest share in any month; a mean over runs."),
    column("lasting", "Months above half of the peak", "A mean over runs."),
    column("kept", "Kept", "Share of runs in which use is kept two years after external money."),
    column("spent", "Spent", "On the innovation over all months, by grant and council."),
    column("each", "GBP each", "What is spent for each practitioner-year.", up=True),
)  # fmt: skip


@template("options.vue")
def _Choosing(
    options: list[dict[str, str]], library: list[dict[str, str]], longest: int, event_rename: Callable[[Any], None],
    event_leave: Callable[[Any], None], event_add: Callable[[Any], None],
) -> None:  # fmt: skip
    """The options, which can be named, left out and added to."""


@dataclass(frozen=True)
class _Picked:
    """What a visitor has put side by side."""

    names: tuple[str, ...]
    choices: tuple[Choice, ...]
    seed: int = 0

    def asked(self) -> Choosing:
        """Return what that asks. Raises InputError for too few, too many, or two of the same name."""
        check_number(len(self.choices))
        scenarios = tuple(choice.asked.alternative for choice in self.choices)
        return Choosing(checked_names(self.names), scenarios, seed=self.seed)

    def with_one(self, name: str, choice: Choice) -> _Picked:
        """Return these and one more."""
        return replace(self, names=(*self.names, name), choices=(*self.choices, choice))


def usual() -> _Picked:
    """Return what stands there before anybody has chosen."""
    scenarios = [load_scenario(name) for name in USUAL]
    return _Picked(tuple(names_for(scenarios)), tuple(map(Choice, scenarios)))


@solara.component
def Page() -> None:
    """Put options side by side, see which is best, take it away."""
    solara.Title("Options - Conducive")
    (those, news, trouble), set_state, hold, _ = use_address(PATH, start_from)
    visitor = solara.get_session_id()
    asked = solara.use_memo(those.asked, [those])

    def choose(make: Callable[[], _Picked]) -> None:
        try:
            new = make()
            wanted = new.asked()
        except InputError as error:
            set_state((those, [], str(error)))
            return
        set_state((new, [], ""))
        hold(lambda: addresses.options_address(wanted))

    heading(
        "Options",
        f"Up to {MOST} at once, with the same luck: how much use as it is meant each brings, which is best, and how "
        "sure that is.",
    )
    Note(" ".join(news))
    jump()
    with tag("section", css="panel", aria_label="What is compared"):
        tag("h2", "What is compared")
        Choose(fields=_place(those.choices[0]), event_pick=lambda sent: choose(lambda: placed(those, sent)))
        _Choosing(
            options=[
                {"letter": letter.upper(), "name": name, "from": _origin(choice)}
                for letter, name, choice in zip(LETTERS, those.names, those.choices, strict=False)
            ],
            library=[{"value": s.name, "label": name_of(s)} for s in library()],
            longest=LONGEST_NAME,
            event_rename=lambda sent: choose(lambda: renamed(those, sent)),
            event_leave=lambda sent: choose(lambda: without(those, sent)),
            event_add=lambda sent: choose(lambda: added(those, sent)),
        )
        Trouble(trouble)
        with tag("details"):
            tag("summary", "Add one of your own")
            tag("p", "A scenario file from here or from the command line. The server reads it and keeps nothing.",
                css="quiet")  # fmt: skip
            Upload(
                label="Scenario file (.toml)", most=documents.LARGEST_FILE, trouble="",
                event_bring=lambda sent: choose(lambda: brought(those, sent)),
            )  # fmt: skip
        if those != usual():
            Press("Start again", lambda: choose(usual), css="small")
    _Results(asked, visitor)
    _TakeAway(asked, visitor)


def start_from(search: str) -> tuple[_Picked, list[str], str]:
    """Return the options of an address, what has changed since it was made, and what is wrong with it."""
    found = addresses.in_search(search)
    if not found:
        return usual(), [], ""
    try:
        asked, news = addresses.read_options(found)
        choices = [chosen(Asked(documents.in_library(s) or s, s, seed=asked.seed)) for s in asked.scenarios]
        those = _Picked(asked.names, tuple(choices), asked.seed)
        those.asked()
    except InputError as error:
        return usual(), [], f"{error} The page shows its usual options instead."
    return those, news, ""


# ---- What a browser sends ------------------------------------------------------------------------------------------


def placed(those: _Picked, sent: object) -> _Picked:
    """Return the options at a place that was typed, or with figures of another year."""
    return replace(those, choices=tuple(picked(choice, sent) for choice in those.choices))


def renamed(those: _Picked, sent: object) -> _Picked:
    """Return the options with another name for one of them."""
    n = _number(those, sent.get("n") if isinstance(sent, dict) else None)
    return replace(those, names=(*those.names[:n], text_in(sent, "name"), *those.names[n + 1 :]))


def without(those: _Picked, sent: object) -> _Picked:
    """Return the options without one of them."""
    n = _number(those, sent)
    left = (those.names[:n] + those.names[n + 1 :], those.choices[:n] + those.choices[n + 1 :])
    return replace(those, names=left[0], choices=left[1])


def added(those: _Picked, sent: object) -> _Picked:
    """Return the options and one of the library, at their place."""
    known = {s.name: s for s in library()}
    if not isinstance(sent, str) or sent not in known:
        msg = "there is no such scenario."
        raise InputError(msg)
    first = those.choices[0]
    return those.with_one(name_of(known[sent]), Choice(known[sent], place=first.place, year=first.year))


def brought(those: _Picked, sent: object) -> _Picked:
    """Return the options and one from a file, as it is there."""
    text, name = (str(sent.get(key, "")) if isinstance(sent, dict) else "" for key in ("text", "name"))
    scenario = documents.from_file(text[: documents.LARGEST_FILE + 1], name[:200])
    return those.with_one(name_of(scenario), Choice(scenario))


def _number(those: _Picked, sent: object) -> int:
    if isinstance(sent, int) and not isinstance(sent, bool) and 0 <= sent < len(those.choices):
        return sent
    msg = "there is no such option."
    raise InputError(msg)


def _place(first: Choice) -> list[dict[str, Any]]:
    """Return the fields for where all start from."""
    found = {one["name"]: one for one in fields(first)}
    place = {**found["place"], "label": "All start from: authority (type a name or a code)"}
    return [place, *([found["year"]] if "year" in found else [])]


def _origin(choice: Choice) -> str:
    """Return what an option is made of: a scenario, what is changed in it, and where it starts."""
    scenario = choice.asked.alternative
    changed = names_of(choice.origin, scenario)[1] if scenario != choice.origin else ""
    place = scenario.place or "an average English authority"
    return f"{name_of(choice.base)}{f', with {changed[:1].lower()}{changed[1:]}' if changed else ''}; {place}"


# ---- What comes of it ----------------------------------------------------------------------------------------------


@solara.component
def _Results(asked: Choosing, visitor: str) -> None:
    router = solara.use_router()
    trouble, set_trouble = solara.use_state("")
    answer, stop, again = use_answers(lambda job: answers(asked, visitor, job), key_of_options(asked))
    found = answer.value if answer.fresh else None

    def go(sent: object) -> None:
        try:
            router.push(f"/?s={addresses.address(opened(asked, sent))}")
        except InputError as error:
            set_trouble(str(error))

    Trouble(answer.trouble or trouble)
    with tag("section", css="panel", id="answer", aria_label="What comes of it"):
        with tag("div", css="status", role="status"):
            done = found["runs"] if found else 0
            if answer.working:
                tag("progress", value=str(done), max=str(FIRM), aria_label=f"{done} of {FIRM} runs of each")
            tag("span", state_in_words(answer))
            if answer.working or answer.cancelled or answer.trouble:
                Press(*(("Cancel", stop) if answer.working else ("Go on", again)), css="small")
        if found is None:
            if answer.working:
                Loading("Running each option a few times ...")
            elif not answer.trouble:
                Empty("Cancelled before there was an answer.")
            return
        tag("p", *prose(found["headline"]), css="large")
        Chart(
            title="Practitioners using it as it is meant", x=list(range(1, found["months"] + 1)),
            series=found["series"], bands=[], marks=[], unit="percent", xlabel="Months after launch", xname="Month",
            least_top=0.1,
        )  # fmt: skip
        sorted_table("Options, the best first", COLUMNS, found["rows"], openlabel="Open", opened=go)
        with tag("details"):
            tag("summary", "How to read this")
            for line in found["reading"]:
                tag("p", *prose(line), css="prose")


def answers(asked: Choosing, visitor: str, job: Job) -> Iterator[dict[str, Any]]:
    """Yield what there is to show of options, firmer and firmer; from the cache where it is known."""
    key = key_of_options(asked)
    known = ANSWERS.get(key)
    if known:
        yield known
        return

    def produce(shared_job: Job) -> Iterator[dict[str, Any]]:
        for found in grown(asked, visitor, shared_job):
            data = shown(found)
            if found.runs == FIRM:
                ANSWERS.put(key, data)
            yield data

    yield from UNDER_WAY.follow(key, produce, job)


def grown(asked: Choosing, visitor: str, job: Job, steps: tuple[int, ...] = STEPS) -> Iterator[Options]:
    """Yield options with more and more runs."""
    grow = partial(growing, asked.names, asked.scenarios)
    return lived_on(grow, lambda found: found.ensembles, asked.scenarios, asked.seed, visitor, job, steps)


def key_of_options(asked: Choosing) -> str:
    """Return what tells some options from others."""
    each = zip(asked.names, asked.scenarios, strict=True)
    return "\n".join(f"{name} {key_of(scenario, asked.seed)}" for name, scenario in each)


def state_in_words(answer: Answer[dict[str, Any]]) -> str:
    """Return how firm the answer is."""
    found = answer.value if answer.fresh else None
    if found is None:
        return "Working on a first answer" if answer.working else "There is no answer yet."
    runs = f"{several(found['runs'], 'run')} of each"
    if answer.working:
        return f"First answer from {runs}; running up to {FIRM} for a firm one."
    if answer.cancelled or found["runs"] < FIRM:
        return f"Stopped after {runs}."
    return f"Firm: {runs} with the same luck, over {several(found['sets'], 'plausible set')} of coefficients."


def shown(found: Options) -> dict[str, Any]:
    """Return what the page shows of options, in plain data."""
    series = []
    for key, letter, name, e in zip(KEYS, "ABCDE", found.names, found.ensembles, strict=False):
        use = along(e, e.values(MAIN)[:, : found.months], A_SHARE)
        series.append({"key": key, "label": f"{letter}: {name}", "short": letter, **bounds(use)})
    return {
        "runs": found.runs,
        "sets": 1 if found.sets is None else len(set(found.sets.tolist())),
        "months": found.months,
        "headline": headline(found),
        "series": series,
        "rows": rows(found),
        "reading": [
            NOT_A_FORECAST,
            "The chance of being best is the share of plausible sets in which an option has most practitioner-years "
            "on average. With four runs in each set luck adds to it: it is rather too even than too sure.",
        ],
    }


def rows(found: Options) -> list[dict[str, Any]]:
    """Return a row of the table for each option."""
    done = []
    for each in found.ranked:
        low, mean, high = each.years
        between = between_in_words(low, high, lambda v: f"{v:,.0f}")
        cells = {
            "option": cell(each.name, each.letter, letter=each.letter),
            "rank": cell(ranks(each), float(each.rank)),
            "best": cell(chance(each), each.best),
            "years": bar(f"{mean:,.0f}", (low, mean, high), between),
            "behind": cell(behind(each), each.behind.mean if each.behind else 0.0),
            "use": cell(percent(each.use), each.use),
            "peak": cell(percent(each.peak), each.peak),
            "lasting": cell(f"{each.lasting:,.0f}", each.lasting),
            "kept": cell("not judged" if each.kept != each.kept else f"{each.kept:.0%}", each.kept),
            "spent": cell(pounds(each.spent).replace("GBP ", "£"), each.spent),
            "each": cell(short(each.each) if each.each == each.each else "-", each.each),
        }
        done.append(row(each.letter, cells))
    return done


def opened(asked: Choosing, sent: object) -> Asked:
    """Return the comparison of the first option with another."""
    n = LETTERS.upper().find(sent) if isinstance(sent, str) and len(sent) == 1 else -1
    if not 0 <= n < len(asked.scenarios):
        msg = "there is no such option."
        raise InputError(msg)
    return Asked(asked.scenarios[0], asked.scenarios[n], seed=asked.seed)


# ---- To take away --------------------------------------------------------------------------------------------------


@solara.component
def _TakeAway(asked: Choosing, visitor: str) -> None:
    link, note = solara.use_memo(lambda: shared(addresses.options_address, asked), [asked])
    line = scripts.options_command(asked)
    said = "Where the command names files, download them below into the folder where you run it." * (".toml" in line)
    python = scripts.options_python(asked)
    offered(PATH, link, note, python=python, command=line, told=said, files=files(asked, visitor))


def files(asked: Choosing, visitor: str) -> Files:
    """Return what can be taken away: a label, and what makes the file."""

    def firm() -> Options:
        *_, last = grown(asked, visitor, Job(), (FIRM,))
        return last

    def scenario(name: str, text: str) -> tuple[str, Callable[[], tuple[str, str, bytes]]]:
        return f"Option {name[0].upper()} (TOML)", lambda: (name, "application/toml", text.encode())

    return [*taking("options", firm), *(scenario(name, text) for name, text in scripts.options_files(asked).items())]
