"""A table that can be sorted by any column, filtered, and from which rows can be ticked and opened."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from conducive.dashboards.widgets.html import template


@template("sorted_table.vue")
def _Ranked(
    caption: str, columns: list[dict[str, Any]], rows: list[dict[str, Any]], filters: list[str], filterlabel: str,
    most: int, openlabel: str, event_open: Callable[[Any], None], event_compare: Callable[[Any], None],
) -> None:  # fmt: skip
    """A table in the browser, where it is sorted and filtered."""


def sorted_table(
    caption: str,
    columns: Sequence[dict[str, Any]],
    rows: Sequence[dict[str, Any]],
    *,
    filters: Sequence[str] = (),
    filterlabel: str = "",
    most: int = 0,
    openlabel: str = "",
    opened: Callable[[Any], None] = lambda _: None,
    compared: Callable[[Any], None] = lambda _: None,
) -> None:
    """Put a table on the page: columns of `column`, rows of `row`, of which up to `most` can be ticked to compare.

    `opened` is called with the id of a row, `compared` with a list of them. Whatever a browser sends may come.
    """
    _Ranked(
        caption=caption, columns=list(columns), rows=list(rows), filters=list(filters), filterlabel=filterlabel,
        most=most, openlabel=openlabel, event_open=opened, event_compare=compared,
    )  # fmt: skip


def column(key: str, label: str, meaning: str, kind: str = "number", *, up: bool = False) -> dict[str, Any]:
    """Return a column: `text`, `number` or `bar` (a mean with its interval); `up` where it is sorted smallest first."""
    return {"key": key, "label": label, "meaning": meaning, "kind": kind, "up": up}


def cell(text: str, value: float | str | None, **more: Any) -> dict[str, Any]:
    """Return a cell: what it says, and what it is sorted by; None or not a number where that is not known."""
    return {"text": text, "value": known(value), **more}


def bar(text: str, bounds: tuple[float, float, float], between: str) -> dict[str, Any]:
    """Return a cell with a mean and its interval, drawn: low, mean and high."""
    low, mean, high = bounds
    return cell(text, mean, low=known(low), high=known(high), between=between)


def row(key: str, cells: dict[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return a row: `told` where it can be said that it makes a difference, `together` where it stands apart."""
    return {"id": key, "cells": cells, "filter": [], "told": True, "together": False, **more}


def known(value: float | str | None) -> float | str | None:
    """Return a value as JSON can hold it: None in place of what is not a number."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
