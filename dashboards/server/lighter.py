"""What the server does for each page that opens, made lighter: thirty telephones open theirs in the same moment.

It acts on classes of Solara and IPython, whose versions are pinned.
"""

from __future__ import annotations

import asyncio
import gc
from collections import deque
from typing import Any

SELDOM = (100_000, 20, 100)
"""How many new objects there are before those that refer to each other are looked for, in each generation."""


def lighten() -> None:
    """Let a page open without the commands of IPython, and let what it says be sent together."""
    from solara.server import starlette
    from solara.server.shell import SolaraInteractiveShell as Shell

    # Nobody can reach the shell that a page has; to list its commands is two thirds of the work of making one.
    Shell.magics_manager = None
    Shell.init_magics = Shell.init_alias = lambda _: None
    starlette.WebsocketWrapper = together(starlette.WebsocketWrapper)


def keep_what_is_loaded() -> None:
    """Look for what can be thrown away among what pages make, not in all that was loaded before the first of them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


def together(socket: Any) -> Any:
    """Return a kind of socket to which messages are handed, and which sends all that there are in their order.

    Of Solara's own, whoever draws a page waits at each message for the thread that sends, and that for them.
    """
    from solara.server.websocket import WebSocketDisconnect

    class Together(socket):  # type: ignore[misc]
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            self.waiting: deque[str | bytes] = deque()
            self.task: asyncio.Task[None] | None = None
            self.gone = False

        def send_text(self, data: str | bytes) -> None:
            if self.gone:
                raise WebSocketDisconnect
            self.waiting.append(data)
            self.event_loop.call_soon_threadsafe(self._begin)

        send_bytes = send_text

        def _begin(self) -> None:
            if self.task is None and self.waiting:
                self.task = self.event_loop.create_task(self._send())

        async def _send(self) -> None:
            try:
                while self.waiting:
                    data = self.waiting.popleft()
                    await (self._send_text_exc(data) if isinstance(data, str) else self._send_bytes_exc(data))
                    await asyncio.sleep(0)  # so that it is noticed where nobody is there any more
            except WebSocketDisconnect:
                self.gone = True
                self.waiting.clear()
            finally:
                self.task = None

    return Together
