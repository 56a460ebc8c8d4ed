"""Pieces that pages share: elements of HTML, explained terms, messages, downloads, work that shows its progress."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from typing import Any

import reacton.core
import solara
from ipyvuetify.Html import Html

from conducive.dashboards.server.machine import at_base
from conducive.dashboards.widgets.theme import css
from conducive.dashboards.work import CancelledError, Job
from conducive.experiments.words import several
from conducive.scenarios.errors import InputError

OFTEN = 0.3
"""Seconds between two looks at how far work is: not more often than anybody can watch."""


def tag(name: str, *children: Any, css: str = "", **attributes: str) -> Any:
    """Put an element of HTML on the page; text in it stays text, whatever it holds."""
    given = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    for leads in {"href", "action"} & given.keys():
        given[leads] = at_base(given[leads]) if given[leads].startswith("/") else given[leads]
    kwargs = {"tag": name, "children": list(children), "class_": css, "attributes": given}
    return reacton.core.Element(_element(name), kwargs=kwargs)  # type: ignore[no-untyped-call]


@cache
def _element(name: str) -> Any:
    """Return the component of a kind of element: one of its own, for a browser does not turn one kind into another."""
    return reacton.core.ComponentWidget(widget=type(f"Html_{name}", (Html,), {}))


def interval(drawn: str = "other luck and other plausible coefficients") -> str:
    """Return what a 95% interval is, in words, where `drawn` is what might have been otherwise."""
    return f"With {drawn}, an interval made like this would hold the mean of the model about 19 times in 20."


GLOSSARY = {
    "95% interval": interval(),
    "plausible set": "Values for those numbers of the model that nobody has measured, which together fit the evidence "
    "there is.",
    "coefficient": "A number inside a rule of the model, such as how fast strain follows workload.",
    "percentage point": "The difference between two percentages: from 10% to 15% is 5 percentage points.",
    "pairs of runs": "In a pair one organisation is run under A and one under B, and both meet the same luck.",
    "same luck": "The same chance events, such as who leaves and when: only what is compared makes a difference.",
    "variance": "A measure of how widely results are spread, on which parts of a spread can be added up.",
    "horizon": "The last month that is run.",
    "sustained": "Still used as it is meant two years after external money ended.",
    "seed": "The number from which all luck is drawn: the same seed gives the same results.",
    "R": "The uptake number: how many colleagues one person using it brings into use before lapsing or leaving.",
}
"""Terms that not everybody knows, and what they mean."""
_TERMS = re.compile(rf"\b({'|'.join(GLOSSARY)})(s?)\b")


def explained(text: str, known: set[str] | None = None) -> list[dict[str, str]]:
    """Return a text in parts: each term of the glossary, where it stands first, with what it means under `title`.

    Terms in `known` were explained before; those that are now join them.
    """
    known = set() if known is None else known
    found, at = [], 0
    for match in _TERMS.finditer(text):
        if match[1] not in known:
            known.add(match[1])
            found += [{"text": text[at : match.start()], "title": ""}, {"text": match[0], "title": GLOSSARY[match[1]]}]
            at = match.end()
    return [part for part in (*found, {"text": text[at:], "title": ""}) if part["text"]]


def prose(text: str, known: set[str] | None = None) -> list[Any]:
    """Return a text for the page in which terms of the glossary are explained; `known` as for `explained`."""
    return [term(p["text"], p["title"]) if p["title"] else p["text"] for p in explained(text, known)]


def term(text: str, explained: str) -> Any:
    """Put a term on the page that says what it means when hovered over or reached by keyboard."""
    return tag("abbr", text, title=explained, tabindex="0")


@solara.component
def Press(label: str, on_click: Callable[[], None], css: str = "", **attributes: str) -> None:
    """A button."""
    button = tag("button", label, css=f"button {css}".rstrip(), type="button", **attributes)
    solara.v.use_event(button, "click", lambda *_: on_click())


def sentence(text: str) -> str:
    """Return a message with a capital letter, unless it begins with the name of an input."""
    first = text.partition(" ")[0]
    return text if "." in first.rstrip(".") or "_" in first else text[:1].upper() + text[1:]


def heading(text: str, lead: str = "") -> None:
    """Put the heading of a page, and a sentence on what it is for."""
    tag("h1", text, id="top")
    if lead:
        tag("p", lead, css="lead")


def jump() -> None:
    """Put a link to the answer on the page, where a narrow screen has it below what is asked."""
    tag("a", "Jump to the answer", href="#answer", css="button jump")


@solara.component
def Trouble(text: str) -> None:
    """An error, read out at once; nothing where there is none."""
    if text:
        tag("p", sentence(text), css="trouble", role="alert")


@solara.component
def Note(text: str) -> None:
    """Something to know, read out when there is time; nothing where there is none."""
    if text:
        tag("p", text, css="note", role="status")


@solara.component
def Empty(text: str) -> None:
    """Where something will be, once it is asked for."""
    tag("p", text, css="empty")


@solara.component
def Loading(text: str) -> None:
    """Where something will be soon."""
    tag("p", tag("span", css="spinner", aria_hidden="true"), text, css="loading", role="status")


def use_address[State](
    path: str, read: Callable[[str], State]
) -> tuple[State, Callable[[State], None], Callable[[Callable[[], str]], None], Callable[[], State]]:
    """Return what a page asks, what sets it, what writes it into the address of the page, and what it asks by now.

    The last is for handlers: of two events that come close together, the second must know what the first one did.

    `read` makes it of an address; it is read again when the visitor comes to another address of the page, back or by
    the menu. What is too long for an address is held by nothing but the page, as the page says.
    """
    router = solara.use_router()
    search = router.search or ""
    state, set_state = solara.use_state(solara.use_memo(lambda: read(search), []))
    latest: Any = solara.use_ref(state)
    followed: Any = solara.use_ref(search)

    def put(new: State) -> None:
        latest.current = new
        set_state(new)

    def follow() -> None:
        if search != followed.current:
            followed.current = search
            put(read(search))

    def hold(write: Callable[[], str]) -> None:
        with suppress(InputError):
            followed.current = f"s={write()}"
            router.push(f"{path}?{followed.current}")

    solara.use_effect(follow, [search])
    return state, put, hold, lambda: latest.current


def progress_of(
    working: bool, done: int, of: int, one: str, stop: Callable[[], None], again: Callable[[], None]
) -> None:
    """Say how far something is that fills in bit by bit, with a way to cancel it and to go on."""
    with tag("div", css="status", role="status"):
        if working:
            tag("progress", value=str(done), max=str(of), aria_label=f"{done} of {of} {one}s")
            tag("span", f"{done} of {several(of, one)}", aria_hidden="true")
            Press("Cancel", stop, css="small")
        elif done < of:
            tag("span", f"Stopped after {done} of {several(of, one)}; what is finished is kept.")
            Press("Go on", again, css="small")
        else:
            tag("span", f"Done: {several(of, one)}.")


# ---- Downloads -----------------------------------------------------------------------------------------------------


@solara.component_vue("download.vue")
def _Saver(
    label: str, state: str, trouble: str, file: dict[str, str], done: int, of: int, event_ask: Callable[[Any], None],
    event_saved: Callable[[Any], None], event_stop: Callable[[Any], None],
) -> None:  # fmt: skip
    """A button whose file is made when it is pressed."""


@solara.component
def Download(label: str, make: Callable[..., tuple[str, str, bytes]], of: int = 0) -> None:
    """A button that makes a file, beside the page, and saves it: `make` returns its name, MIME type and content.

    Where that takes long, `of` says after how many steps it is made. `make` then takes the job that counts them, the
    page shows how far it is, and the visitor can stop it; leaving the page stops it too. What it raises as InputError
    is shown under the button.
    """
    state, set_state = solara.use_state("")
    trouble, set_trouble = solara.use_state("")
    file, set_file = solara.use_state({})
    done, set_done = solara.use_state(0)
    job: Any = solara.use_ref(None)

    def work(mine: _Told) -> None:
        try:
            name, kind, content = make(mine) if of else make()
            set_file({"name": name, "kind": kind, "content": base64.b64encode(content).decode()})
        except CancelledError:
            pass
        except InputError as error:
            set_trouble(sentence(str(error)))
        except Exception:
            set_trouble("This file could not be made. Please try again.")
            raise
        finally:
            set_state("")

    def ask(_: object) -> None:
        if not state:
            set_state("working")
            set_trouble("")
            set_done(0)
            job.current = _Told(set_done)
            threading.Thread(target=work, args=(job.current,), daemon=True).start()

    def stop() -> None:
        if job.current is not None:
            job.current.stop()

    solara.use_effect(lambda: stop, [])
    _Saver(
        label=label, state=state, trouble=trouble, file=file, done=min(done, of), of=of, event_ask=ask,
        event_saved=lambda _: set_file({}), event_stop=lambda _: stop(),
    )  # fmt: skip


class _Told(Job):
    """A job that tells a page how far it is, now and then."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._tell, self._told = tell, 0.0

    def advance(self, count: int = 1) -> None:
        super().advance(count)
        if time.monotonic() - self._told > OFTEN:
            self._told = time.monotonic()
            self._tell(self.done)


# ---- Work with progress --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer[Value]:
    """What there is of an answer: the latest value, if any, and whether more is on its way.

    Attributes:
        value: the latest; of the question before this one until there is one of this.
        working: whether more is on its way.
        trouble: what went wrong, in words for the visitor.
        fresh: whether the value is of this question.
        cancelled: whether the visitor stopped it.
        question: key of the question it answers.

    """

    value: Value | None = None
    working: bool = False
    trouble: str = ""
    fresh: bool = False
    cancelled: bool = False
    question: Hashable = None


def use_answers[Value](
    ask: Callable[[Job], Iterator[Value]], key: Hashable
) -> tuple[Answer[Value], Callable[[], None], Callable[[], None]]:
    """Ask a question beside the page, anew whenever its key changes; show each value as it comes.

    Returns the answer so far, what stops it, and what asks again.
    """
    nothing: Answer[Value] = Answer()
    answer, set_answer = solara.use_state(nothing)
    again, set_again = solara.use_state(0)
    latest: Any = solara.use_ref(None)
    job: Any = solara.use_ref(None)

    question = (key, again)

    def tell(mine: Job, new: Answer[Value]) -> None:
        if job.current is mine:
            latest.current = new.value
            set_answer(replace(new, question=question))

    def begin() -> Callable[[], None]:
        mine = Job()
        job.current = mine

        def work() -> None:
            value, fresh = latest.current, False
            try:
                for found in ask(mine):
                    value, fresh = found, True
                    tell(mine, Answer(value, working=True, fresh=True))
                tell(mine, Answer(value, fresh=fresh))
            except CancelledError:
                tell(mine, Answer(value, fresh=fresh, cancelled=True))
            except InputError as error:
                tell(mine, Answer(value, trouble=sentence(str(error)), fresh=fresh))
            except Exception:
                tell(mine, Answer(value, trouble="Something went wrong here. Please try again.", fresh=fresh))
                raise

        threading.Thread(target=work, daemon=True).start()
        return mine.stop

    solara.use_effect(begin, [key, again])

    def stop() -> None:
        if job.current is not None:
            job.current.stop()

    if answer.question != question:
        answer = Answer(answer.value, working=True)
    return answer, stop, lambda: set_again(again + 1)


# ---- Pages as HTML -------------------------------------------------------------------------------------------------


LOST = (
    '<p role="alert" style="margin-top: 16px; padding: 14px 18px; border-radius: 8px; background: var(--paper); '
    'color: var(--ink)">The connection to Conducive is lost. Trying again ...<br>'
    "If this stays, see that Conducive is running, and open this page anew: its address holds what you asked.</p>"
)


def dressed(page: str) -> str:
    """Return Solara's page in British English, with our style sheet, and free to be zoomed."""
    page = page.replace("<html>", '<html lang="en-GB">', 1)
    page = page.replace(", maximum-scale=1, user-scalable=no, minimal-ui", "", 1)
    page = page.replace("{{ loading_text }}", "Opening Conducive ...", 1)
    page = re.sub(r">Server\s+disconnected\.</v-progress-circular>", f"></v-progress-circular>{LOST}", page, count=1)
    page = page.replace('"variant": "light"', '"variant": "auto"', 1)  # Solara's own setting for it shows nothing
    return page.replace("</head>", f"<style>{css()}</style></head>", 1)


def bare_page(title: str, content: str) -> str:
    """Return a small page of its own; `content` is HTML, with addresses of ours from the root."""
    content = re.sub(r'(href|action)="(?=/)', rf'\1="{at_base("")}', content)
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)} - Conducive</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{css()}</style></head>'
        f'<body class="bare"><main><h1>{escape(title)}</h1>{content}</main></body></html>'
    )
