"""Elements of HTML that every page is made of: buttons, headings, messages. Text in them stays text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from inspect import signature
from typing import Any

import reacton.core
import solara
from ipyvuetify.Html import Html

from conducive.dashboards.widgets.page import at_base


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


@dataclass(frozen=True, slots=True)
class _Whole:
    """Data for the browser that holds no element of a page, so that none need be looked for in it, number by number."""

    data: Any


def template[**P](path: str) -> Callable[[Callable[P, None]], Callable[P, Any]]:
    """Make a component of a Vue template beside its module, as `solara.component_vue`; lists go to it as they are."""

    def component(declared: Callable[P, None]) -> Callable[P, Any]:
        names = dict.fromkeys(signature(declared).parameters, _unwrapped)
        made = solara.component_vue(path, to_json=names)(declared)

        @wraps(declared)
        def element(*args: P.args, **kwargs: P.kwargs) -> Any:
            return made(*map(_whole, args), **{name: _whole(value) for name, value in kwargs.items()})

        return element

    return component


def _whole(value: Any) -> Any:
    return _Whole(value) if isinstance(value, list | dict) else value


def _unwrapped(value: Any, _: Any) -> Any:
    return value.data if isinstance(value, _Whole) else value


type Cell = str | dict[str, str]
"""A cell of a table: its text, or what `cell` makes of it."""


def cell(text: str, *, bold: str = "", title: str = "", css: str = "") -> dict[str, str]:
    """Return a cell of a table: `bold` words before its text, and what it means under `title`."""
    return {"text": text, "bold": bold, "title": title, "css": css}


def figures(texts: Iterable[str]) -> list[Cell]:
    """Return cells of numbers, or the heads above them."""
    return [cell(text, css="number") for text in texts]


def table(label: str, heads: Iterable[Cell], rows: Iterable[Sequence[Cell]]) -> None:
    """Put a table on the page, as one element: what it is, a head for each column, rows that begin with theirs."""
    _Table(label=label, heads=_cells(heads), rows=[_cells(row) for row in rows])


def _cells(texts: Iterable[Cell]) -> list[dict[str, str]]:
    return [cell(text) if isinstance(text, str) else text for text in texts]


@template("table.vue")
def _Table(label: str, heads: list[dict[str, str]], rows: list[list[dict[str, str]]]) -> None:
    """A table that can be scrolled where it is wider than the page."""


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
