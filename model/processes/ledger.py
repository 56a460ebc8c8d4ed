"""Who uses the innovation, and the ledger of every change in their number."""

from __future__ import annotations

from conducive.agents.practitioner import BEGAN, INDUCTED, LEFT_JOB, ROUTINE, SUPERSEDED, TRYING
from conducive.agents.rule import rule
from conducive.model.arrays import Record, Table


@rule
def uses(stage: int) -> bool:
    """Whether somebody in this stage uses the innovation."""
    return stage in (TRYING, ROUTINE)


@rule
def log(org: Record, ledger: Table, month: float, post: int, before: int, after: int, cause: int) -> None:
    """Enter a change in the number of users in the ledger."""
    row = ledger[int(org.ledger_rows)]
    row.month, row.post, row.from_stage, row.to_stage, row.cause = int(month), post, before, after, cause
    org.ledger_rows += 1.0
    if cause in (BEGAN, INDUCTED):
        org.new_users += 1.0
    elif cause in (LEFT_JOB, SUPERSEDED):
        org.losses += 1.0
    else:
        org.lapses += 1.0
