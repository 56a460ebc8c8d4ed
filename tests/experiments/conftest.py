"""Processes of their own, shared by the tests that show that where runs are lived changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor

import pytest

from conducive.experiments.lives import executors


@pytest.fixture(scope="session")
def processes() -> Iterator[Executor]:
    """A process for each core, begun once, for each takes seconds to import what it needs; they end with this one."""
    with executors.processes() as pool:
        yield pool
