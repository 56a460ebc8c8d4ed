"""Files from the visitor's machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara


@solara.component_vue("upload.vue")
def Upload(label: str, most: int, trouble: str, event_bring: Callable[[Any], None]) -> None:
    """A scenario file from the visitor's machine."""
