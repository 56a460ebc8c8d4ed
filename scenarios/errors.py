"""The one error for everything a user can get wrong."""

import reprlib

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
