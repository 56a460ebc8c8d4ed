"""Mesa agents: each a thin view of one row of an array, made when somebody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import mesa
import numpy as np

from conducive.agents.family import FAMILY
from conducive.agents.funder import FUNDER, FUNDERS
from conducive.agents.leader import LEADER, LEVELS
from conducive.agents.practitioner import POSTS, PRACTITIONER, STAGES

if TYPE_CHECKING:
    from collections.abc import Callable


class _Field:
    """A field of the row an agent stands for, in plain words where the array holds a code."""

    def __init__(self, name: str, words: tuple[str, ...] = ()) -> None:
        self.name, self.words = name, words

    def __get__(self, agent: RowAgent | None, owner: type[RowAgent]) -> Any:
        if agent is None:
            return self
        value = agent.row[self.name]
        if not self.words:
            return value.item()
        return self.words[int(value)] if value >= 0 else None

    def __set__(self, agent: RowAgent, value: object) -> None:
        msg = f"{self.name} is a view of the model's arrays and cannot be set here"
        raise AttributeError(msg)


class RowAgent(mesa.Agent):
    """An agent that is one row of an array of its model's world; reading a field reads the array, now."""

    table: ClassVar[str]

    def __init__(self, model: Any, index: int) -> None:
        """View row `index` of the model's agents of this kind."""
        super().__init__(model)
        self.index = index

    @property
    def row(self) -> Any:
        """The row itself, a NumPy record."""
        return getattr(self.model.world, self.table)[self.index]

    def __repr__(self) -> str:
        """Name the agent by kind and row."""
        return f"{type(self).__name__}({self.index})"


def _fields(dtype: np.dtype[Any], **words: tuple[str, ...]) -> Callable[[type[RowAgent]], type[RowAgent]]:
    """Give a class one property for each field of its array."""

    def add(cls: type[RowAgent]) -> type[RowAgent]:
        for name in dtype.names or ():
            setattr(cls, name, _Field(name, words.get(name, ())))
        return cls

    return add


@_fields(PRACTITIONER, post=POSTS, stage=STAGES)
class Practitioner(RowAgent):
    """A case-holding post and whoever is in it; `stage` is None when the post is vacant.

    Fields: `agents.practitioner.PRACTITIONER`.
    """

    table = "practitioners"

    @property
    def in_post(self) -> bool:
        """Whether somebody is in the post."""
        return bool(self.row["stage"] >= 0)


@_fields(LEADER, level=LEVELS)
class Leader(RowAgent):
    """A team manager, service head or director. Fields: `agents.leader.LEADER`."""

    table = "leaders"


@_fields(FAMILY)
class Family(RowAgent):
    """A family with an open case; `worker` is the row of its practitioner. Fields: `agents.family.FAMILY`."""

    table = "families"


@_fields(FUNDER, source=FUNDERS)
class Funder(RowAgent):
    """The external funder or the council. Fields: `agents.funder.FUNDER`."""

    table = "funders"
