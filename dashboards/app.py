"""The dashboard: its pages under one heading. Each visitor has components of their own; nothing here is shared."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import solara

from conducive.dashboards.pages import PAGES
from conducive.dashboards.widgets.html import Press, Trouble, tag, template
from conducive.dashboards.widgets.page import at_base


@template("shell.vue")
def _Shell(pages: list[dict[str, str]], here: str, event_go: Callable[[str], None]) -> None:
    """The heading of every page: where to go, and light or dark."""


@solara.component
def Layout(children: list[Any]) -> None:
    """What surrounds every page, and what is shown where one fails."""
    router = solara.use_router()
    failure, forget = solara.use_exception()
    here = f"/{router.parts[0]}"
    # A page's address holds what is asked there: the menu leads back to it as this visitor left it.
    left: Any = solara.use_ref({})
    left.current[here] = f"{here}?{router.search}" if router.search else here
    paths = {path if path == "/" else f"/{path}": label for path, label, _ in PAGES}
    known = [
        {"path": path, "label": label, "href": at_base(left.current.get(path, path))} for path, label in paths.items()
    ]

    def go(path: object) -> None:
        if isinstance(path, str) and path in paths:
            forget()
            router.push(left.current.get(path, path))

    with tag("div", css="site"):
        _Shell(pages=known, here=here, event_go=go)
        with tag("main", css=f"page {here.strip('/') or 'what-if'}", id="content", tabindex="-1"):
            if failure:
                solara.Title("Something went wrong - Conducive")
                tag("h1", "Something went wrong")
                Trouble("This page could not be shown. The fault is ours; what you entered may have brought it out.")
                Press("Try again", forget)
            else:
                solara.Column(children=children, gap="0px")
        tag("footer", "Conducive compares scenarios. It does not forecast what will happen in any real service.")


def _page(module: str) -> Any:
    """Return the component of a page, whose module is imported when it is first shown."""

    @solara.component
    def Lazy() -> None:
        importlib.import_module(f"conducive.dashboards.{module}").Page()

    return Lazy


routes = [
    solara.Route(path=path, component=_page(module), label=f"{label} - Conducive", layout=None if n else Layout)
    for n, (path, label, module) in enumerate(PAGES)
]
