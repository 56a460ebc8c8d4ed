"""Results that show themselves in a line, or as a small table in a notebook, however much they hold."""

from __future__ import annotations

from html import escape


def as_line(name: str, facts: dict[str, str]) -> str:
    """Return facts about a thing of a name in a line."""
    return f"<{name}: {'; '.join(f'{what}: {said}' for what, said in facts.items())}>"


def as_table(name: str, facts: dict[str, str]) -> str:
    """Return facts about a thing of a name as a table, for a notebook."""
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(what)}</th>'
        f'<td style="text-align:left">{escape(said)}</td></tr>'
        for what, said in facts.items()
    )
    return f"<table><caption>{name}</caption><tbody>{rows}</tbody></table>"


class InShort:
    """What has more in it than a screen: `in_short` gives what it is, how much of it there is, and what it says."""

    __slots__ = ()

    def in_short(self) -> dict[str, str]:
        """Return a few facts by what to call them."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Return the facts in a line."""
        return as_line(type(self).__name__, self.in_short())

    def _repr_html_(self) -> str:
        """Return the facts as a table, for a notebook."""
        return as_table(type(self).__name__, self.in_short())


class Several[T](InShort, tuple[T, ...]):
    """Things of one kind, which show themselves by how many they are and the names of the first."""

    __slots__ = ()

    def in_short(self) -> dict[str, str]:
        """Return how many there are, of what, and the first by name."""
        names = dict.fromkeys(str(getattr(one, "name", one)) for one in self)
        kinds = {type(one).__name__ for one in self}
        return {"how many": f"{len(self):,}", "of": ", ".join(sorted(kinds)), "first": ", ".join(list(names)[:5])}
