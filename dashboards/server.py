"""The web server: local, offline, without telemetry; what it tells whoever starts it, and whom it lets in."""

from __future__ import annotations

import os
import socket
import threading
import time
import warnings
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from conducive.dashboards.gate import Gate, checked_code, new_code
from conducive.scenarios.errors import InputError

if TYPE_CHECKING:
    from starlette.applications import Starlette

HERE, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # the latter only with the flag that asks for it
LARGEST_MESSAGE = 4 * 1024 * 1024
"""Bytes of one message that a browser may send."""
PAGES = ("", "sweep", "watch", "classroom", "conditions", "about")
SETTINGS = {
    "SOLARA_APP": "conducive.dashboards.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/",  # assets are on disk; one that is not is never fetched
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_THEME_TITLE": "Conducive",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_KERNEL_CULL_TIMEOUT": "20m",
    "SOLARA_SESSION_HTTP_ONLY": "True",
}
"""How Solara is set up; read when it is first imported."""
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'none'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
"""What a page may fetch: from this server alone."""


def serve(
    port: int = 8765,
    *,
    browser: bool = True,
    open_to_network: bool = False,
    class_code: str | None = None,
    data: Path | None = None,
) -> None:
    """Serve the dashboard until it is interrupted. Raises InputError where a port or a class code cannot be used."""
    code = _code(open_to_network, class_code)
    listening = _listening(EVERYWHERE if open_to_network else HERE, port)
    port = int(listening.getsockname()[1])
    address = f"http://localhost:{port}/"
    _say(f"Starting Conducive. It will be at {address} in a few seconds.")
    if code:
        _say(_who_can_reach(port, code))
    os.environ |= SETTINGS
    if data is not None:
        os.environ["CONDUCIVE_DATA"] = str(data)
    from conducive.dashboards.store import data_folder

    for name in ("SOLARA_HOME", "IPYTHONDIR", "MPLCONFIGDIR"):  # what libraries write stays with what classes write
        os.environ[name] = str(data_folder() / "server")
    from conducive.dashboards.warm import load_pages, warm_up
    from conducive.dashboards.work import POOL

    load_pages()
    POOL.start()
    gate = Gate(application(), code)
    import uvicorn

    warnings.filterwarnings("ignore", module=r"solara\.")  # about proxies and cookies, which there are none of here
    config = uvicorn.Config(
        gate, log_level="error", access_log=False, ws_max_size=LARGEST_MESSAGE, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)

    def once_serving() -> None:
        while not server.started:
            if server.should_exit:
                return
            time.sleep(0.05)
        _say(f"Ready: {address}  (stop with Ctrl-C)")
        if browser:
            webbrowser.open(address + (f"enter?code={code}" if code else ""))
        from conducive.dashboards.what_if import prepare

        warm_up(_say, prepare)

    threading.Thread(target=once_serving, daemon=True).start()
    server.run(sockets=[listening])


def application() -> Starlette:
    """Return the web application: our pages, and what Solara needs to run them."""
    from solara.server import starlette as theirs
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.gzip import GZipMiddleware
    from starlette.routing import Route

    # Theirs give a page at any other address too, without what ours adds and forbids.
    needed = [route for route in theirs.routes if getattr(route, "endpoint", None) is not theirs.root]
    return Starlette(
        routes=[*(Route(f"/{name}", _page) for name in PAGES), *needed],
        lifespan=theirs.lifespan,
        middleware=[Middleware(GZipMiddleware, minimum_size=1000)],
        exception_handlers={404: _not_found},
    )


async def _page(request: Any) -> Any:
    """Return Solara's page with our language, style sheet and zoom."""
    from solara.server.starlette import root

    from conducive.dashboards.parts import dressed

    response = await root(request)
    response.body = dressed(response.body.decode()).encode()
    response.headers["content-length"] = str(len(response.body))
    response.headers["content-security-policy"] = POLICY
    response.headers["referrer-policy"] = "no-referrer"
    response.headers["cache-control"] = "no-store"
    return response


async def _not_found(request: Any, error: Exception) -> Any:
    from starlette.responses import HTMLResponse

    from conducive.dashboards.parts import bare_page

    said = "There is no page at this address."
    return HTMLResponse(bare_page("Not found", f'<p>{said}</p><p><a href="/">Go to What if?</a></p>'), 404)


def _code(open_to_network: bool, class_code: str | None) -> str:
    """Return the class code that is asked for; empty where only this machine can reach the server."""
    if open_to_network:
        return checked_code(class_code) if class_code is not None else new_code()
    if class_code is not None:
        msg = "--class-code is for others on your network. Add --open-to-network to let them in, or leave it out."
        raise InputError(msg)
    return ""


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises InputError where that cannot be."""
    if not 0 <= port <= 65535:  # noqa: PLR2004 ports there are
        msg = f"--port must be 0 to 65535. Got {port}. Did you mean 8765?"
        raise InputError(msg)
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        msg = f"port {port} cannot be used: {error.strerror}. Is a dashboard open already? Or try --port {port + 1}."
        raise InputError(msg) from None
    return listening


def _who_can_reach(port: int, code: str) -> str:
    """Return the addresses at which others find the server, and what they need."""
    found = "\n".join(f"  http://{address}:{port}/" for address in own_addresses())
    return (
        f"Open to your network: anyone who can reach this machine can open\n{found}\n"
        f"and has to give the class code:  {code}\nTraffic is not encrypted: use it on a network you trust."
    )


def own_addresses() -> list[str]:
    """Return addresses of this machine, the one that others are likeliest to reach first."""
    found = []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way_out:
        way_out.connect(("192.0.2.1", 9))  # an address for documentation; nothing is sent
        found.append(str(way_out.getsockname()[0]))
    with suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [address for address in dict.fromkeys(found) if not address.startswith("127.")] or [socket.gethostname()]


def _say(text: str) -> None:
    typer.echo(text, err=True)
