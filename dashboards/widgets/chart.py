"""Lines over time or along what varies, with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from conducive.dashboards.widgets.glossary import GLOSSARY
from conducive.dashboards.widgets.html import template


@template("chart.vue")
def Chart(
    title: str, x: Sequence[float], series: list[dict[str, Any]], bands: list[dict[str, Any]],
    marks: list[dict[str, Any]], unit: str, xlabel: str, xname: str, least_top: float, months: bool = True,
    xunit: str = "", tall: int = 340, level: float | None = None, levelname: str = "",
    interval: str = GLOSSARY["95% interval"], star: int = -1, draggable: bool = False,
    event_place: Callable[[Any], None] = lambda _: None,
) -> None:  # fmt: skip
    """Lines with their intervals, which can be read off by pointer, by keyboard and as a table."""
