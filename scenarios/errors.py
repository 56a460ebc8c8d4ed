"""The one error for everything a user can get wrong."""

import re
import reprlib
from dataclasses import fields
from typing import Any

LONGEST = 200
"""Characters of a value that an error shows."""


class InputError(ValueError):
    """Something the user gave cannot be used.

    The message is plain English and complete on its own: the field or file, what was got, what is allowed, and the
    nearest right answer where there is one. Nothing has been written when it is raised.
    """


def glimpse(value: object) -> str:
    """Return a value as an error shows it: short, however large or deep it is."""
    text = reprlib.repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


CANNOT_BE_SHOWN = re.compile("[^\\t\\n\\r -~\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]+")
"""Control characters but tabs and line breaks: no picture, page or terminal can show them."""


def check_shown(where: str, text: str) -> None:
    """Raise InputError for a text that holds control characters other than tabs and line breaks."""
    if CANNOT_BE_SHOWN.search(text):
        msg = f"{where} must have no control characters but tabs and line breaks. Got {glimpse(text)}. Leave them out."
        raise InputError(msg)


def check_texts(told: Any) -> None:
    """Raise InputError where a text of a dataclass holds control characters."""
    for each in fields(told):
        if isinstance(text := getattr(told, each.name), str):
            check_shown(each.name, text)


def quoted(value: object) -> str:
    """Return ` Did you mean '383'?` for a whole number, or a list with some, where text is wanted; else nothing."""
    if isinstance(value, list) and any(type(each) is int for each in value):
        return f" Did you mean {glimpse([str(each) if type(each) is int else each for each in value])}?"
    return f" Did you mean {str(value)!r}?" if type(value) is int else ""
