"""The one error for everything a user can get wrong."""


class InputError(ValueError):
    """Something the user gave cannot be used.

    The message is plain English and complete on its own: the field or file, what was got, what is allowed, and the
    nearest right answer where there is one. Nothing has been written when it is raised.
    """
