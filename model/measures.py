"""What is measured each month: the table of the indicators, and the ledger of every change in the number of users."""

from __future__ import annotations

import numpy as np

from conducive.scenarios.indicators import AFTERMATH, INDICATORS, Indicator

__all__ = ["AFTERMATH", "INDICATORS", "LEDGER", "MONTHLY", "NULLABLE", "Indicator"]

NULLABLE = frozenset({"sustained", *AFTERMATH})
MONTHLY = np.dtype([(i.name, np.float64) for i in INDICATORS])
LEDGER = np.dtype(
    [("month", np.int32), ("post", np.int32), ("from_stage", np.int32), ("to_stage", np.int32), ("cause", np.int32)]
)
"""A change in the number of users: month, post, stage before and after (-1: not in post), and cause."""
