"""Pieces that pages share: elements of HTML, explained terms, messages, downloads, work that shows its progress."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import solara

from conducive.dashboards.theme import css
from conducive.dashboards.work import CancelledError, Job
from conducive.scenarios.errors import InputError


def tag(name: str, *children: Any, css: str = "", **attributes: str) -> Any:
    """Put an element of HTML on the page; text in it stays text, whatever it holds."""
    given = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    return solara.v.Html(tag=name, children=list(children), class_=css, attributes=given)


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


# ---- Downloads -----------------------------------------------------------------------------------------------------


@solara.component_vue("download.vue")
def _Saver(
    label: str, state: str, trouble: str, file: dict[str, str], event_ask: Callable[[Any], None],
    event_saved: Callable[[Any], None],
) -> None:  # fmt: skip
    """A button whose file is made when it is pressed."""


@solara.component
def Download(label: str, make: Callable[[], tuple[str, str, bytes]]) -> None:
    """A button that makes a file, beside the page, and saves it: `make` returns its name, MIME type and content.

    What it raises as InputError is shown under the button.
    """
    state, set_state = solara.use_state("")
    trouble, set_trouble = solara.use_state("")
    file, set_file = solara.use_state({})

    def work() -> None:
        try:
            name, kind, content = make()
            set_file({"name": name, "kind": kind, "content": base64.b64encode(content).decode()})
            set_trouble("")
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
            threading.Thread(target=work, daemon=True).start()

    _Saver(
        label=label, state=state, trouble=trouble, file=file, event_ask=ask, event_saved=lambda _: set_file({})
    )  # fmt: skip


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


def dressed(page: str) -> str:
    """Return Solara's page in British English, with our style sheet, and free to be zoomed."""
    page = page.replace("<html>", '<html lang="en-GB">', 1)
    page = page.replace(", maximum-scale=1, user-scalable=no, minimal-ui", "", 1)
    page = page.replace("Loading resources", "Opening Conducive", 1)
    page = page.replace('"variant": "light"', '"variant": "auto"', 1)  # Solara's own setting for it shows nothing
    return page.replace("</head>", f"<style>{css()}</style></head>", 1)


def bare_page(title: str, content: str) -> str:
    """Return a small page of its own; `content` is HTML."""
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)} - Conducive</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{css()}</style></head>'
        f'<body class="bare"><main><h1>{escape(title)}</h1>{content}</main></body></html>'
    )
