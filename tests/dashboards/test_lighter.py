"""What is made lighter for each page: messages go together and in order, and no page lists commands of a shell."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from conducive.dashboards.server.lighter import SELDOM, keep_what_is_loaded, lighten, together

EACH = 200


class Plain:
    """A socket that keeps what it sends, until it is gone."""

    def __init__(self, lasts: int) -> None:
        self.event_loop = asyncio.get_running_loop()
        self.sent: list[str | bytes] = []
        self.lasts = lasts

    async def _send_text_exc(self, data: str | bytes) -> None:
        await asyncio.sleep(0)
        if len(self.sent) == self.lasts:
            from solara.server.websocket import WebSocketDisconnect

            raise WebSocketDisconnect
        self.sent.append(data)

    _send_bytes_exc = _send_text_exc


def messages_of_several_threads_arrive_whole_and_each_thread_s_in_order() -> None:
    async def say() -> list[tuple[str, int]]:
        socket = together(Plain)(10_000)

        def one(name: str) -> None:
            for n in range(EACH):
                text = f"{name} {n}"
                (socket.send_bytes(text.encode()) if n % 2 else socket.send_text(text))

        with ThreadPoolExecutor() as threads:
            await asyncio.gather(*(asyncio.get_running_loop().run_in_executor(threads, one, name) for name in "abcd"))
        while len(socket.sent) < 4 * EACH:
            await asyncio.sleep(0.001)
        said = (text if isinstance(text, str) else text.decode() for text in socket.sent)
        return [(text[0], int(text[2:])) for text in said]

    found = asyncio.run(asyncio.wait_for(say(), 60))

    assert len(found) == 4 * EACH
    for name in "abcd":
        assert [n for who, n in found if who == name] == [*range(EACH)]


def a_socket_that_is_gone_says_so_to_whoever_sends_next() -> None:
    from solara.server.websocket import WebSocketDisconnect

    async def say() -> list[str | bytes]:
        socket = together(Plain)(2)
        for n in range(5):
            socket.send_text(f"{n}")
        while not socket.gone:
            await asyncio.sleep(0.001)
        with pytest.raises(WebSocketDisconnect):
            socket.send_text("more")
        return list(socket.sent)

    assert asyncio.run(asyncio.wait_for(say(), 60)) == ["0", "1"]


def the_shell_of_a_page_has_no_commands() -> None:
    from solara.server.kernel import Kernel

    lighten()

    kernel = Kernel()
    assert kernel.shell.magics_manager is None
    assert kernel.shell.display_pub.session is kernel.session


@pytest.mark.parametrize(
    "what",
    [
        messages_of_several_threads_arrive_whole_and_each_thread_s_in_order,
        a_socket_that_is_gone_says_so_to_whoever_sends_next,
        the_shell_of_a_page_has_no_commands,
    ],
    ids=lambda what: what.__name__,
)
def test_in_a_server_that_is_nothing_else(what: Callable[[], None]) -> None:
    """Run in a process of its own: whoever imports Solara's server changes threads and widgets for everybody."""
    script = f"import runpy; runpy.run_path({__file__!r})[{what.__name__!r}]()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def test_what_is_loaded_is_not_looked_through_again() -> None:
    before = gc.get_threshold()
    try:
        keep_what_is_loaded()

        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == SELDOM
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
