"""Labelled fields of forms, as the browser draws them: keyboard, screen readers and small screens know them already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from conducive.dashboards.widgets.html import template


def field(
    kind: str,
    label: str,
    value: Any,
    change: Callable[[Any], None],
    *,
    options: Sequence[str] = (),
    most: int = 0,
    entered: Callable[[], None] | None = None,
    over: Callable[[Any], None] | None = None,
) -> None:
    """Put a field on the page.

    Args:
        kind: `text`, `area` (long text), `select` (one of the options by number), `find` (one of them by name, or
            whatever else was typed), `one` (of the options, by number) or `several` (of them, by number).
        label: what it asks for.
        value: what it holds: a text, a number of an option, or several.
        change: called with what it then holds. Whatever a browser sends may come: check it before use.
        options: what there is to choose from.
        most: characters of a text, or choices of several, that are allowed.
        entered: called when Enter is pressed in a text.
        over: called in place of `change` where what the field holds was changed elsewhere while somebody typed.

    """
    _Field(
        kind=kind,
        label=label,
        value=value,
        options=list(options),
        most=most,
        event_change=change,
        event_over=over or change,
        event_entered=lambda _: entered() if entered else None,
    )


def numbers(sent: Any) -> list[int]:
    """Return whole numbers from 0 that a browser sent; 0 in place of anything else."""
    several = sent if isinstance(sent, list) else [sent]
    return [n if isinstance(n, int) and not isinstance(n, bool) and n >= 0 else 0 for n in several]


@template("field.vue")
def _Field(
    kind: str,
    label: str,
    value: Any,
    options: list[str],
    most: int,
    event_change: Callable[[Any], None],
    event_over: Callable[[Any], None],
    event_entered: Callable[[Any], None],
) -> None:
    """A field of a form."""
