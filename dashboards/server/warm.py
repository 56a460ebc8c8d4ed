"""What is done once, before the first visitor asks: compile the rules, and run what the first page shows."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable

from conducive.dashboards.server.lighter import keep_what_is_loaded
from conducive.dashboards.work import READY

SILENCE = 3.0
"""Seconds of preparing after which whoever started the server is told why it takes so long."""
COMPILING = "Still preparing: on first use on a machine the rules are compiled, about half a minute, once only."


def load_pages() -> None:
    """Import what pages need, in one thread: libraries that two visitors import at once can be seen half made."""
    for name in ("pandas", "matplotlib.figure", "pyarrow.parquet", "conducive.dashboards.pages.what_if"):
        importlib.import_module(name)


def warm_up(say: Callable[[str], object], prepare: Callable[[], object]) -> None:
    """Compile the rules, saying so where that takes long, then `prepare` the first page and keep what is loaded."""
    from conducive.experiments.lives.ensemble import run

    # What is compiled already cannot be told from what is in the cache: an earlier start may have been cut short.
    late = threading.Timer(SILENCE, say, [COMPILING])
    late.daemon = True
    late.start()
    run("classroom", 1, 0, agents=False)
    late.cancel()
    READY.set()
    prepare()
    keep_what_is_loaded()
