"""A server of the pages and a browser to visit them with, shared by the browser tests of this folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from conducive.agents.rule import CACHE

CHROMIUM = shutil.which("chromium")
PATIENCE = 180.0
"""Seconds to wait for anything: the machine may be busy."""


@pytest.fixture(scope="session")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the server."""
    return tmp_path_factory.mktemp("classes")


@contextmanager
def serving(
    folder: Path, *options: str, port: int = 0, says: Any = subprocess.DEVNULL
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Give the address and the process of a server of the pages; `says` is a file for what it tells its terminal.

    It works in a home of its own beside its data folder; only compiled rules are those of everybody.
    """
    if not port:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    command = [sys.executable, "-m", "conducive", "dashboard", "--no-browser", "--port", str(port)]
    command += ["--data", str(folder), *options]
    address = f"http://127.0.0.1:{port}"
    home = folder.with_name(f"{folder.name}-home")
    home.mkdir(exist_ok=True)
    own = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(home))
    env = os.environ | own | {"NUMBA_CACHE_DIR": str(CACHE.parent)}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=says, cwd=home, env=env) as process:
        try:
            until = time.monotonic() + PATIENCE
            while True:
                try:
                    urllib.request.urlopen(f"{address}/classroom", timeout=5).close()
                    break
                except urllib.error.HTTPError:
                    break  # it asks for the class code
                except OSError:
                    assert process.poll() is None, "the server did not start"
                    assert time.monotonic() < until, "the server does not answer"
                    time.sleep(0.2)
            yield address, process
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[tuple[str, subprocess.Popen[bytes]]]]:
    """What starts a server of one's own: `with serve(folder) as (address, process)`."""
    return serving


@pytest.fixture(scope="session")
def server(class_folder: Path) -> Iterator[str]:
    """The address of a server of the pages."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with serving(class_folder) as (address, _):
        yield address


@pytest.fixture(scope="session")
def chromium(chromium: Any) -> Any:
    """A browser, with patience."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE * 1000)
    return chromium


@pytest.fixture
def visit(server: str, chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open a page of the server, or an address, as a new visitor; at the end, no other was asked and nothing broke."""
    contexts, asked, broken, own = [], [], [], {""}

    def open_page(path: str, width: int = 1280, height: int = 900, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: broken.append(str(error)))
        address = urljoin(f"{server}/", path)
        own.add(urlsplit(address).netloc)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [url for url in asked if urlsplit(url).netloc not in own]
    assert not broken
