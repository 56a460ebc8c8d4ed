"""What a class is entered, found again and left by: requests of a kind that can leave a key in a cookie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conducive.dashboards.store.codes import LONGEST_CODE, TEACHER_KEY
from conducive.dashboards.widgets.html import tag
from conducive.scenarios.errors import InputError


def CodeForm(code: str) -> None:
    """What a class code is typed into."""
    with form("/enter"):
        _input("Class code", "code", most=LONGEST_CODE + 10, value=code)
        tag("button", "Join", type="submit", css="button main")


def KeyForm(label: str, *, secret: bool = False) -> None:
    """What a key is typed into; one that others in the room should not read stays hidden."""
    with form("/classroom/back"):
        _input(label, "key", most=TEACHER_KEY + 6, kind="password" if secret else "text")
        tag("button", "Come back", type="submit", css="button")


def form(action: str, **hidden: str) -> Any:
    """Put a form on the page that leads to another; a request of this kind can leave a key in a cookie."""
    inputs = (tag("input", type="hidden", name_=name, value=value) for name, value in hidden.items())
    return tag("form", *inputs, action=action, method="post", css="fields")


def _input(label: str, name: str, *, most: int, value: str = "", kind: str = "text") -> None:
    entry = tag("input", type=kind, name_=name, value=value, maxlength=f"{most}", required="", autocomplete="off")
    tag("label", label, entry, css="field")


def tried(act: Callable[[], None], set_trouble: Callable[[str], None]) -> None:
    """Do something, and say what is wrong where it cannot be done."""
    set_trouble("")
    try:
        act()
    except InputError as error:
        set_trouble(str(error))


def Leave(code: str) -> None:
    """A button with which this browser forgets its keys of a class."""
    with form("/classroom/leave", code=code):
        says = "This browser forgets the key; the class goes on."
        tag("button", "Leave", type="submit", css="button small", title=says)
