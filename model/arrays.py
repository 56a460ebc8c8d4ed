"""What processes are handed: rows and columns of the arrays that hold the state."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

type Record = Any
"""A row of a structured array: what is given for the month, the organisation, one agent."""
type Table = Any
"""A structured array, one row for each agent."""
type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int32]
