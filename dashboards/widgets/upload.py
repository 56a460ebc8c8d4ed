"""Files from the visitor's machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conducive.dashboards.widgets.html import template


@template("upload.vue")
def Upload(label: str, most: int, trouble: str, event_bring: Callable[[Any], None]) -> None:
    """A scenario file from the visitor's machine."""
