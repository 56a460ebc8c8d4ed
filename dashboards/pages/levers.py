"""What would help?: every lever that somebody can pull, ranked while one watches; and what does best together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import solara

from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking import documents, scripts
from conducive.dashboards.asking.answers import key_of
from conducive.dashboards.asking.asked import Asked, Choosing, Pulling
from conducive.dashboards.asking.choice import DEFAULT, Choice, chosen, picked
from conducive.dashboards.comparing.choosing import Choose
from conducive.dashboards.comparing.take_away import Files, offered, shared, taking
from conducive.dashboards.pages.sweep import chosen_from
from conducive.dashboards.widgets.address_bar import use_address
from conducive.dashboards.widgets.fields import field, numbers
from conducive.dashboards.widgets.glossary import prose
from conducive.dashboards.widgets.html import Empty, Loading, Note, Press, Trouble, heading, jump, tag
from conducive.dashboards.widgets.progress import Answer, use_answers
from conducive.dashboards.widgets.sorted_table import bar, cell, column, row, sorted_table
from conducive.dashboards.work import POOL, Cache, Following, Job
from conducive.experiments.compare.levers import (
    HOW_TO_READ,
    RUNS,
    Levers,
    Pull,
    check_asked,
    cost_in_short,
    moved,
    refining,
    runs_in_words,
    step_in_words,
    together_in_words,
)
from conducive.experiments.lives.text import between_in_words
from conducive.experiments.options.options import LONGEST_NAME, MOST
from conducive.experiments.words import pounds, several, signed
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.levers import LEVERS, OWNERS, Lever
from conducive.scenarios.scenario import Scenario

PATH = "/what-helps"
ROOM_FOR_RANKINGS = 60
RANKINGS: Cache[Levers] = Cache(ROOM_FOR_RANKINGS)
UNDER_WAY: Following[Levers] = Following()
AS_IT_IS = "As it is"
ARROW = "\N{RIGHTWARDS ARROW}"
COLUMNS = (
    column("step", "Step", "What is moved, from what to what.", "text", up=True),
    column("whose", "Whose", "Who can do it: team, director, council, funder or government.", "text", up=True),
    column("years", "Years it adds", "Practitioner-years of use as it is meant over all months, with the 95% interval.",
           "bar"),
    column("sure", "How sure", "How surely it adds or takes away, in words that About explains.", "text", up=True),
    column("each", "GBP for each", "What each of these years costs, where the model pays for the step.", up=True),
)  # fmt: skip
SURE = ("clearly", "very likely", "probably", "cannot tell", "no difference that matters")


@dataclass(frozen=True)
class _Form:
    """What a visitor has chosen but not asked yet: scenario and place, budget as typed, whether pairs are sought."""

    choice: Choice
    budget: str = ""
    pairs: bool = True

    def asked(self) -> Pulling:
        """Return what that asks. Raises InputError for a budget that is none."""
        return Pulling(self.choice.asked.base, budget_of(self.budget), self.pairs)


@solara.component
def Page() -> None:
    """Choose, rank, look, compare the best, take away."""
    solara.Title("What would help? - Conducive")
    (form, asked, news, trouble), set_state, hold, _ = use_address(PATH, start_from)

    def pick(sent: object) -> None:
        try:
            new = replace(form, choice=picked(form.choice, sent))
            new.choice.asked  # noqa: B018 it may refuse
        except InputError as error:
            set_state((form, asked, [], str(error)))
        else:
            set_state((new, asked, [], ""))

    def rank() -> None:
        try:
            new = form.asked()
        except InputError as error:
            set_state((form, asked, [], str(error)))
            return
        set_state((form, new, [], ""))
        hold(lambda: addresses.levers_address(new))

    heading(
        "What would help most?",
        "Every lever that somebody in or around a service can pull, each moved by a step that could be taken within "
        "a year or two: how much use as it is meant it adds, whose it is, and what it costs.",
    )
    Note(" ".join(news))
    if asked is not None:
        jump()
    with tag("section", css="panel asked", aria_label="What is ranked"):
        Choose(fields=chosen_from(form.choice), event_pick=pick)
        with tag("div", css="fields"):
            field(
                "text", "Budget: GBP more over all months (may be empty)", form.budget,
                lambda sent: set_state((replace(form, budget=str(sent)[:40]), asked, news, trouble)), most=40,
            )  # fmt: skip
            field(
                "several", "Besides", [0] if form.pairs else [],
                lambda sent: set_state((replace(form, pairs=0 in numbers(sent)), asked, news, trouble)),
                options=["Look for the best two together"], most=1,
            )  # fmt: skip
        Trouble(trouble)
        Press("Rank the levers", rank, css="main")
    if asked is None:
        Empty(f"Nothing is run yet. {several(len(LEVERS), 'lever')} wait to be tried.")
    else:
        _Ranking(asked)


def budget_of(typed: str) -> float | None:
    """Return a budget as typed: GBP, or None where nothing is. Raises InputError for one that cannot be used."""
    plain = re.sub(r"(?i)^(GBP|£)|[\s,_]", "", typed.strip()).lower()
    if not plain:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(k|m|million)?", plain)
    if found is None:
        msg = f"a budget must be an amount in GBP, such as 500,000. You typed {typed.strip()!r}."
        raise InputError(msg)
    budget = float(found[1]) * {"k": 1e3, "m": 1e6, "million": 1e6}.get(found[2] or "", 1.0)
    budget = int(budget) if budget.is_integer() else budget
    check_asked(RUNS, 0, budget)
    return budget


type _State = tuple[_Form, Pulling | None, list[str], str]


def start_from(search: str) -> _State:
    """Return the form and the ranking of an address, what has changed since, and what is wrong with it."""
    found = addresses.in_search(search)
    usual = _Form(Choice(load_scenario(DEFAULT)))
    if not found:
        return usual, None, [], ""
    try:
        asked, news = addresses.read_levers(found)
        form = _Form(
            chosen(Asked(asked.scenario, asked.scenario)),
            "" if asked.budget is None else f"{asked.budget:,}",
            asked.pairs,
        )
    except InputError as error:
        return usual, None, [], str(error)
    return form, asked, news, ""


# ---- What comes of it ----------------------------------------------------------------------------------------------


@solara.component
def _Ranking(asked: Pulling) -> None:
    router = solara.use_router()
    visitor = solara.get_session_id()
    trouble, set_trouble = solara.use_state("")
    answer, stop, again = use_answers(lambda job: rankings(asked, visitor, job), key_of_levers(asked))
    found: Levers | None = answer.value if answer.fresh else None

    def go(where: Callable[[], str]) -> None:
        try:
            router.push(where())
        except InputError as error:
            set_trouble(str(error))

    Trouble(answer.trouble or trouble)
    with tag("section", css="panel", id="answer", aria_label="What would help most"):
        with tag("div", css="status", role="status"):
            done = found.runs if found else 0
            if answer.working:
                tag("progress", value=str(done), max=str(asked.runs), aria_label=f"{done} of {asked.runs} runs of each")
            tag("span", state_in_words(answer, asked))
            if answer.working or answer.cancelled or answer.trouble:
                Press(*(("Cancel", stop) if answer.working else ("Go on", again)), css="small")
        if found is None:
            if answer.working:
                Loading("Trying every lever a few times ...")
        else:
            for line in in_words(found, asked):
                tag("p", *prose(line), css="prose")
            sorted_table(
                "Levers, those that add most first", COLUMNS, rows(found), filters=OWNERS, filterlabel="Whose lever",
                most=MOST - 1, openlabel="Open",
                opened=lambda sent: go(lambda: f"/?s={addresses.address(opened(asked, sent))}"),
                compared=lambda sent: go(lambda: f"/options?s={addresses.options_address(compared(asked, sent))}"),
            )  # fmt: skip
            with tag("details"):
                tag("summary", "How to read this")
                tag("p", *prose(HOW_TO_READ), css="prose")
    _TakeAway(asked, visitor)


def rankings(asked: Pulling, visitor: str, job: Job) -> Iterator[Levers]:
    """Yield a ranking that grows firmer; from the cache where it is known."""
    key = key_of_levers(asked)
    known = RANKINGS.get(key)
    if known:
        yield known
        return

    def produce(shared_job: Job) -> Iterator[Levers]:
        last = None
        for last in refining(
            asked.scenario, budget=asked.budget, pairs=asked.pairs, runs=asked.runs, seed=asked.seed,
            executor=POOL.share(visitor), progress=shared_job.advance,
        ):  # fmt: skip
            yield last
        if last is not None:
            RANKINGS.put(key, last)

    yield from UNDER_WAY.follow(key, produce, job)


def key_of_levers(asked: Pulling) -> str:
    """Return what tells one ranking from another."""
    return f"{key_of(asked.scenario, asked.seed)} {asked.budget} {asked.pairs} {asked.runs}"


def state_in_words(answer: Answer[Levers], asked: Pulling) -> str:
    """Return how firm a ranking is."""
    found = answer.value if answer.fresh else None
    if found is None:
        return "Working on a first ranking" if answer.working else "There is no ranking yet."
    runs = runs_in_words(found)
    if answer.working and found.runs < asked.runs:
        return f"First ranking from {runs}; running up to {asked.runs} for a firm one."
    if answer.working:
        sought = [*(["the best two"] if asked.pairs else []), *(["what the budget buys"] if asked.budget else [])]
        return f"Ranked, from {runs}. Looking for {' and '.join(sought)} ..." if sought else f"Ranked, from {runs}."
    if answer.cancelled or answer.trouble:
        return f"Stopped after {runs}."
    return f"Firm: {runs} with the same luck, over {several(found.sets, 'plausible set')} of coefficients."


def in_words(found: Levers, asked: Pulling) -> list[str]:
    """Return what helps most, and what is found together."""
    said = [
        f"Without any there are {found.usual:,.0f} practitioner-years of use as it is meant over "
        f"{several(found.scenario.horizon, 'month')}."
    ]
    best = next((pull for pull in found.pulls if pull.years.tells and pull.years.mean > 0), None)
    if best is None:
        yet = " yet" if found.runs < asked.runs else ""
        said.append(f"No single step can be told to add any{yet}.")
    else:
        said.append(
            f"{named(found.scenario, best)} helps most: {signed(best.years.mean)} ({best.years.way}); whose it is: "
            f"{best.levers[0].owner}."
        )
    together = together_in_words(found) if found.pair or found.bundle else []
    return [" ".join(said), *(line.replace("->", ARROW) for line in together)]


def named(scenario: Scenario, pull: Pull) -> str:
    """Return a step as pages write it: `Funding term 24 -> 36 months`, with a real arrow."""
    said = step_in_words(scenario, pull.levers).replace("->", ARROW)
    return f"{said[:1].upper()}{said[1:]}"


def rows(found: Levers) -> list[dict[str, Any]]:
    """Return what the table shows: the best two and the best bundle first, then each lever."""
    together = [
        _row(found, pull, f"{what}: {named(found.scenario, pull)}", together=True)
        for what, pull in (("Best two", found.pair), (_budget(found), found.bundle))
        if pull is not None
    ]
    return [*together, *(_row(found, pull, named(found.scenario, pull)) for pull in found.pulls)]


def _budget(found: Levers) -> str:
    return f"For up to {pounds(found.budget or 0)}"


def _row(found: Levers, pull: Pull, said: str, *, together: bool = False) -> dict[str, Any]:
    years = pull.years
    owners = list(dict.fromkeys(lever.owner for lever in pull.levers))
    between = between_in_words(years.low, years.high, signed)
    cells = {
        "step": cell(said, said),
        "whose": cell(", ".join(owners), owners[0]),
        "years": bar(signed(years.mean), (years.low, years.mean, years.high), between),
        "sure": cell(years.way, float(SURE.index(years.rung))),
        "each": cell(cost_in_short(pull), pull.each),
    }
    return row(_key(pull.levers), cells, filter=owners, told=years.tells, together=together)


def _key(pulled: Sequence[Lever]) -> str:
    return "+".join(lever.address for lever in pulled)


def pulled_by(scenario: Scenario, sent: object) -> tuple[Lever, ...]:
    """Return the levers that a row stands for. Raises InputError for what is none, or cannot be moved any more."""
    known = {lever.address: lever for lever in LEVERS if lever.moved(scenario) is not None}
    names = sent.split("+") if isinstance(sent, str) else []
    if not names or any(name not in known for name in names) or len(set(names)) < len(names):
        msg = "there is no such lever."
        raise InputError(msg)
    return tuple(known[name] for name in names)


def opened(asked: Pulling, sent: object) -> Asked:
    """Return the comparison of things as they are with levers pulled."""
    return Asked(asked.scenario, moved(asked.scenario, pulled_by(asked.scenario, sent)), seed=asked.seed)


def compared(asked: Pulling, sent: object) -> Choosing:
    """Return the options that were ticked, beside things as they are. Raises InputError for none, or too many."""
    sent = sent if isinstance(sent, list) else []
    if not 0 < len(sent) < MOST:
        msg = f"please tick 1 to {MOST - 1} steps to compare."
        raise InputError(msg)
    several_pulled = [pulled_by(asked.scenario, one) for one in sent]
    said = [step_in_words(asked.scenario, levers).replace("->", ARROW) for levers in several_pulled]
    names = (AS_IT_IS, *(_fitting(f"{one[:1].upper()}{one[1:]}") for one in said))
    return Choosing(names, (asked.scenario, *(moved(asked.scenario, levers) for levers in several_pulled)))


def _fitting(name: str) -> str:
    """Return a name no longer than options may have."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 4].rstrip()} ..."


# ---- To take away --------------------------------------------------------------------------------------------------


@solara.component
def _TakeAway(asked: Pulling, visitor: str) -> None:
    link, note = solara.use_memo(lambda: shared(addresses.levers_address, asked), [asked])
    line = scripts.levers_command(asked)
    said = "Where the command names a file, download it below into the folder where you run it." * (".toml" in line)
    python = scripts.levers_python(asked)
    offered(PATH, link, note, python=python, command=line, told=said, files=files(asked, visitor))


def files(asked: Pulling, visitor: str) -> Files:
    """Return what can be taken away: a label, and what makes the file."""

    def firm() -> Levers:
        *_, last = rankings(asked, visitor, Job())
        return last

    toml = documents.scenario_file(asked.scenario).encode()
    return [*taking("levers", firm), ("Scenario (TOML)", lambda: ("scenario.toml", "application/toml", toml))]
