"""What a field of an array is: one place for its name, its meaning and the kind of number it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Field:
    """One number that each row of an array holds.

    Attributes:
        name: short name; a rule reads it as `row.<name>`.
        meaning: one sentence in plain English.
        whole: True where it is a whole number: a row, a count, a yes or no.
        words: what the whole numbers 0, 1, 2, ... stand for, where it holds a code.
        size: how many numbers it holds.
        span: low, usual and high value, where it is not a share; rules that read it are drawn over them.

    """

    name: str
    meaning: str
    whole: bool = False
    words: tuple[str, ...] = ()
    size: int = 1
    span: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse a field that nobody could understand. Raises ValueError."""
        if not self.meaning:
            msg = f"The field {self.name} must have a meaning. Got ''."
            raise ValueError(msg)

    @property
    def is_whole(self) -> bool:
        """Whether it holds whole numbers; codes are."""
        return self.whole or bool(self.words)


def layout(fields: Iterable[Field]) -> np.dtype[Any]:
    """Return the dtype of an array with these fields, in their order."""
    columns: list[Any] = [
        (one.name, np.int32 if one.is_whole else np.float64, *([(one.size,)] if one.size > 1 else ())) for one in fields
    ]
    return np.dtype(columns, align=True)
