"""Processes of their own, shared by the tests that show that where runs are lived changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from conducive.experiments.lives import executors


@pytest.fixture(scope="session")
def processes() -> Iterator[Executor]:
    """Two processes, begun once, for each takes seconds to import what it needs; they end with this one."""
    with ProcessPoolExecutor(2, get_context("spawn"), executors._begin_worker) as pool:
        yield pool
