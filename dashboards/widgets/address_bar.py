"""What a page asks, held by the address that its browser shows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import solara

from conducive.scenarios.errors import InputError


def use_address[State](
    path: str, read: Callable[[str], State]
) -> tuple[State, Callable[[State], None], Callable[[Callable[[], str]], None], Callable[[], State]]:
    """Return what a page asks, what sets it, what writes it into the address of the page, and what it asks by now.

    The last is for handlers: of two events that come close together, the second must know what the first one did.

    `read` makes it of an address; it is read again when the visitor comes to another address of the page, back or by
    the menu. What is too long for an address is held by nothing but the page, as the page says.
    """
    router = solara.use_router()
    search = router.search or ""
    state, set_state = solara.use_state(solara.use_memo(lambda: read(search), []))
    latest: Any = solara.use_ref(state)
    followed: Any = solara.use_ref(search)

    def put(new: State) -> None:
        latest.current = new
        set_state(new)

    def follow() -> None:
        if search != followed.current:
            followed.current = search
            put(read(search))

    def hold(write: Callable[[], str]) -> None:
        with suppress(InputError):
            followed.current = f"s={write()}"
            router.push(f"{path}?{followed.current}")

    solara.use_effect(follow, [search])
    return state, put, hold, lambda: latest.current
