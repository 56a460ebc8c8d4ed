"""Where runs are done when threads are not asked for: processes of this machine, or a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from conducive.experiments.lives.ensemble import cores
from conducive.scenarios.errors import InputError, glimpse

PATIENCE = 10.0
"""Seconds that a scheduler has to answer."""


@contextmanager
def processes() -> Iterator[Executor]:
    """Give a process for each core. They end with this one, however it ends."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores(), context, _begin_worker) as pool:
        yield pool


def _begin_worker() -> None:
    """Leave Ctrl-C to the process that asks, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def dask(address: str, patience: float = PATIENCE) -> Iterator[tuple[Executor, int]]:
    """Give the executor of a Dask cluster and how many threads its workers have, none where they are yet to come.

    Raises InputError for an address that is none, a scheduler that does not answer in time, and where Dask is not
    installed.
    """
    try:
        import distributed
    except ImportError:
        msg = "--cluster needs Dask: pip install 'conducive[cluster]', here and on every worker."
        raise InputError(msg) from None
    try:
        distributed.comm.addressing.get_address_host_port(address)  # a client that never began takes long to end
        client: Any = distributed.Client(address, timeout=patience, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError):
        msg = (
            f"no Dask scheduler answers at {address} within {patience:g} s. Is it running, and is this its address? "
            "(--cluster-timeout waits longer.)"
        )
        raise InputError(msg) from None
    except ValueError as error:
        msg = f"{glimpse(address)} is not the address of a Dask scheduler, such as tcp://host:8786: {error}."
        raise InputError(msg) from None
    with client:
        yield _Connected(client), sum(client.nthreads().values())


class _Connected(Executor):
    """Hands tasks to a Dask client, and fails where its scheduler is lost: Dask's executor may then wait for ever."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand over a task. Raises ConnectionError where there is nobody to take it."""
        if self._client.status != "running":
            msg = "the Dask scheduler does not answer any more"
            raise ConnectionError(msg)
        asked, found = self._client.submit(fn, *args, pure=False, **kwargs), Future[Any]()

        def hand_on(_: object) -> None:
            if found.set_running_or_notify_cancel():
                try:
                    found.set_result(asked.result())
                except BaseException as error:  # whatever it is, who waits is told
                    found.set_exception(error)

        asked.add_done_callback(hand_on)
        found.add_done_callback(lambda one: asked.cancel() if one.cancelled() else None)
        return found
