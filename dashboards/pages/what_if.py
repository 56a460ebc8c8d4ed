"""What if?: a baseline and an alternative side by side, which anybody can change, share, take away and make again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import solara

from conducive.dashboards.asking import address as addresses
from conducive.dashboards.asking import sliders
from conducive.dashboards.asking.answers import answers, asked_key, dependences
from conducive.dashboards.asking.asked import Asked, Swept
from conducive.dashboards.asking.choice import Choice, Choosing, default, picked, start_from, text_in
from conducive.dashboards.comparing.choosing import Choose, fields, of_both
from conducive.dashboards.comparing.happenings import Timeline
from conducive.dashboards.comparing.results import Results, Why
from conducive.dashboards.comparing.take_away import TakeAway
from conducive.dashboards.comparing.why import DependsOn, HowLong
from conducive.dashboards.widgets.address_bar import use_address
from conducive.dashboards.widgets.html import Note, Press, Trouble, heading, jump, sentence, tag, template
from conducive.dashboards.widgets.progress import use_answers
from conducive.experiments.lives.undone import undone
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import declared


@template("sliders.vue")
def _Levers(
    groups: list[dict[str, Any]], said: dict[str, Any], event_change: Callable[[Any], None],
    event_back: Callable[[Any], None],
) -> None:  # fmt: skip
    """Sliders with what stands behind them; `said` is what there is to say of the one that was moved last."""


@solara.component
def Page() -> None:
    """Choose, change, compare, and take away."""
    solara.Title("What if? - Conducive")
    (choice, news, trouble), set_state, hold, now = use_address("/", start_from)
    visitor = solara.get_session_id()

    def choose(make: Callable[[Choice], Choice]) -> None:
        new = make(now()[0])
        asked = new.asked
        set_state((new, [], ""))
        hold(lambda: addresses.address(asked))

    asked = solara.use_memo(lambda: choice.asked, [choice])
    answer, stop, again = use_answers(lambda job: answers(asked, visitor, job), asked_key(asked))
    heading(
        "What if?",
        "Change the conditions of an innovation in children's social care, and see what becomes of its use. "
        "A is how things stand; B is what you change.",
    )
    Note(" ".join(news))
    Trouble(trouble)
    jump()
    with tag("div", css="what-if-grid"):
        with tag("section", css="controls", aria_label="What is compared"):
            _Controls(choice, asked, choose)
        with tag("section", css="results", id="answer", aria_label="What comes of it"):
            Results(answer, stop, again)
    if answer.value is not None:
        with tag("section", css="because", aria_label="Why, how lasting and how sure"):
            HowLong(answer.value)
            Why(answer.value)
            DependsOn(lambda job: dependences(asked, visitor, job), asked_key(asked))
    TakeAway(choice, asked, visitor, choose)


@solara.component
def _Controls(choice: Choice, asked: Asked, choose: Choosing) -> None:
    said, set_said = solara.use_state({"address": "", "text": "", "wrong": False, "n": 0})
    misplaced, set_misplaced = solara.use_state(("", ""))

    def pick(sent: object) -> None:
        try:
            choose(lambda now: picked(now, sent))
        except InputError as error:
            set_misplaced((text_in(sent, "name"), sentence(str(error))))
        else:
            set_misplaced(("", ""))

    def say(address: object, text: str, wrong: bool = False) -> None:
        set_said({"address": address, "text": text, "wrong": wrong, "n": said["n"] + 1})

    def change(sent: object) -> None:
        address, shown = (sent.get(key) if isinstance(sent, dict) else None for key in ("address", "shown"))
        try:
            choose(lambda now: changed(now, address, shown))
            say(address, undoing(choice, address, shown))
        except InputError as error:
            say(address, sentence(str(error)), wrong=True)

    def back(address: object) -> None:
        say("", "")
        choose(lambda now: replace(now, changes={a: v for a, v in now.changes.items() if a != address}))

    def with_trouble(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**one, "trouble": misplaced[1] if one["name"] == misplaced[0] else ""} for one in found]

    first, rest = solara.use_memo(lambda: sliders.groups(asked.base, asked.alternative), [asked])
    with tag("div", css="panel"):
        tag("h2", "What is compared")
        Choose(fields=with_trouble(fields(choice)), event_pick=pick)
        opened = {"open": "open"} if choice.elsewhere or any(choice.names) else {}
        with tag("details", css="more", **opened):
            tag("summary", "Names, and another place for B")
            Choose(fields=with_trouble(of_both(choice)), event_pick=pick)
        if choice != default():
            Press("Start again", lambda: choose(lambda _: default()), css="small")
    with tag("div", css="panel"):
        tag("h2", "What is different in B?")
        _Levers(groups=first, said=said, event_change=change, event_back=back)
        with tag("details", css="more"):
            tag("summary", f"All other inputs ({sum(len(g['levers']) for g in rest)})")
            _Levers(groups=rest, said=said, event_change=change, event_back=back)
    with tag("div", css="panel"):
        tag("h2", "What happens, and when?")
        Timeline(choice, asked, choose)
    with suppress(InputError):  # too long for an address, as the page says
        _Further(addresses.address(asked), addresses.sweep_address(Swept(asked.alternative, seed=asked.seed)))


@solara.component
def _Further(both: str, alternative: str) -> None:
    """Where a comparison leads."""
    router = solara.use_router()
    with tag("div", css="panel further"):
        tag("h2", "Look closer")
        with tag("div", css="buttons"):
            Press("Watch A beside B", lambda: router.push(f"/watch?s={both}"), css="small")
            Press("Vary a condition of B under Sweep", lambda: router.push(f"/sweep?s={alternative}"), css="small")


def changed(choice: Choice, address: object, shown: object) -> Choice:
    """Return the choice with an input of B as a slider shows it. Raises InputError for what no slider could show."""
    at, value = sliders.value_of(address, shown)
    changes = {a: v for a, v in choice.changes.items() if a != at}
    return replace(choice, changes=changes | ({} if value == choice.origin[at] else {at: value}))


def undoing(choice: Choice, address: object, shown: object) -> str:
    """Return what undoes a change of an input of B, if anything, in a sentence. Raises InputError as `changed`."""
    at, value = sliders.value_of(address, shown)
    alternative = changed(choice, address, shown).asked.alternative
    found = undone(sliders.label(declared()[at]), alternative, {at: choice.origin[at]}, {at: value})
    return found.text() if found else ""
