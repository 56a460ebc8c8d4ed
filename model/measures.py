"""What is measured each month: the table of the indicators, and the ledger of every change in the number of users."""

from __future__ import annotations

import numpy as np

from conducive.agents.practitioner import CAUSES
from conducive.scenarios.field import Field, layout
from conducive.scenarios.indicators import AFTERMATH, INDICATORS, Indicator

__all__ = ["AFTERMATH", "INDICATORS", "LEDGER", "LEDGER_FIELDS", "MONTHLY", "NULLABLE", "Indicator"]

NULLABLE = frozenset({"sustained", *AFTERMATH})
MONTHLY = np.dtype([(i.name, np.float64) for i in INDICATORS])
LEDGER_FIELDS = (
    Field("month", "Month of the change.", whole=True),
    Field("post", "Row of the post.", whole=True),
    Field("from_stage", "Stage before it; -1: not in post.", whole=True),
    Field("to_stage", "Stage after it; -1: not in post.", whole=True),
    Field("cause", "Why.", words=CAUSES),
)
LEDGER = layout(LEDGER_FIELDS)
"""A change in the number of users."""
