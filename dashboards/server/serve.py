"""The web server: local, offline, without telemetry; what it tells whoever starts it, and whom it lets in."""

from __future__ import annotations

import os
import socket
import threading
import time
import warnings
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from conducive.dashboards import pages
from conducive.dashboards.server.gate import SAFE, Gate
from conducive.dashboards.server.machine import checked_base, checked_hosts, own_addresses
from conducive.dashboards.store.codes import OWN_CODE, PROXIES
from conducive.dashboards.store.file import data_folder
from conducive.dashboards.widgets.page import BASE, at_base, bare_page, dressed
from conducive.scenarios.errors import InputError

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette

    from conducive.dashboards.server.joining import Joining

HERE, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # the latter only with the flag that asks for it
LARGEST_MESSAGE = 4 * 1024 * 1024
"""Bytes of one message that a browser may send."""
PAGES = tuple(path.strip("/") for path, _, _ in pages.PAGES)
SETTINGS = {
    "SOLARA_APP": "conducive.dashboards.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_ASSETS_CDN": "http://127.0.0.1:9/",  # assets are on disk; one that is not is never fetched
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_THEME_TITLE": "Conducive",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_FORCE_REFRESH": "True",  # a page that a restarted server does not know opens itself anew
    "SOLARA_KERNEL_CULL_TIMEOUT": "20m",
    "SOLARA_SESSION_HTTP_ONLY": "True",
    "REACTON_FAST": "1",  # of a page only what changed is drawn again, a sixth of the work
}
"""How Solara is set up, read when it is first imported; and Reacton, which draws its pages."""


def serve(
    port: int = 8765,
    *,
    browser: bool = True,
    open_to_network: bool = False,
    class_code: str | None = None,
    data: Path | None = None,
    base_path: str = "",
    trust_host: Sequence[str] = (),
) -> None:
    """Serve the dashboard until it is interrupted.

    Raises InputError where a port, a class code, a path before ours or the name of a host cannot be used.
    """
    base, hosts = checked_base(base_path), checked_hosts([*trust_host])
    code = _code(open_to_network, class_code)
    listening = _listening(EVERYWHERE if open_to_network else HERE, port)
    port = int(listening.getsockname()[1])
    address = f"http://localhost:{port}{base}/"
    _say(f"Starting Conducive. It will be at {address} in a few seconds.")
    if code:
        _say(_who_can_reach(port, code))
    _set_up(base, data, code, hosts)
    server = _server(port, code, hosts, base)
    first = address + (f"enter?code={code}" if code else "")
    threading.Thread(target=_once_serving, args=(server, address, first if browser else ""), daemon=True).start()
    server.run(sockets=[listening])


def _set_up(base: str, data: Path | None, code: str, hosts: Sequence[str]) -> None:
    """Put into the environment what libraries read when they are first imported."""
    os.environ |= SETTINGS | {BASE: base, OWN_CODE: code, PROXIES: " ".join(hosts)}
    if data is not None:
        os.environ["CONDUCIVE_DATA"] = str(data)
    for name in ("SOLARA_HOME", "IPYTHONDIR", "MPLCONFIGDIR"):  # what libraries write stays with what classes write
        os.environ[name] = str(data_folder() / "server")


def _server(port: int, code: str, hosts: Sequence[str], base: str) -> uvicorn.Server:
    """Return the server of our pages, once what they need is loaded."""
    from conducive.dashboards.server.warm import load_pages
    from conducive.dashboards.work import POOL

    load_pages()
    POOL.start()
    import uvicorn

    from conducive.dashboards.server.joining import Joining

    joining = Joining(port, code, hosts)
    gate = Gate(application(joining), joining.admits if code else None, hosts, base)
    warnings.filterwarnings("ignore", module=r"solara\.")  # about proxies and cookies, which there are none of here
    config = uvicorn.Config(
        gate, log_level="error", access_log=False, ws_max_size=LARGEST_MESSAGE, timeout_graceful_shutdown=2
    )
    return uvicorn.Server(config)


def _once_serving(server: uvicorn.Server, address: str, first: str) -> None:
    """Say that the server is there, open the `first` page in a browser where there is one, and prepare answers."""
    from conducive.dashboards.asking.answers import prepare
    from conducive.dashboards.server.warm import warm_up

    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.05)
    _say(f"Ready: {address}  (stop with Ctrl-C)")
    if first:
        webbrowser.open(first)
    warm_up(_say, prepare)


def application(joining: Joining) -> Starlette:
    """Return the web application: our pages, how people join them, and what Solara needs to run them."""
    from solara.server import starlette as theirs
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.gzip import GZipMiddleware
    from starlette.routing import Route

    from conducive.dashboards.server.lighter import lighten

    lighten()
    # Theirs give a page at any other address too, without what ours adds and forbids.
    needed = [route for route in theirs.routes if getattr(route, "endpoint", None) is not theirs.root]
    return Starlette(
        routes=[*(Route(f"/{name}", _page) for name in PAGES), *joining.routes(), *needed],
        lifespan=theirs.lifespan,
        middleware=[Middleware(GZipMiddleware, minimum_size=1000)],
        exception_handlers={404: _not_found},
    )


async def _page(request: Any) -> Any:
    """Return Solara's page with our language, style sheet and zoom, which comes back after the server was away."""
    from solara.server.starlette import root

    from conducive.dashboards.server.joining import BACK

    response = await root(request)
    response.body = dressed(response.body.decode()).replace("</html>", f"{BACK}{_under_base()}</html>", 1).encode()
    response.headers["content-length"] = str(len(response.body))
    response.headers.update(SAFE)
    return response


def _under_base() -> str:
    """Return what keeps the path that a proxy shows the pages under, which Solara's menu of pages leaves out."""
    base = at_base("")
    if not base:
        return ""
    return (
        "<script>{ const push = history.pushState; history.pushState = (state, title, url) => "
        f"push.call(history, state, title, (url + '/').startsWith('{base}/') ? url : '{base}' + url); }}</script>"
    )


async def _not_found(request: Any, error: Exception) -> Any:
    from starlette.responses import HTMLResponse

    said = "There is no page at this address."
    return HTMLResponse(bare_page("Not found", f'<p>{said}</p><p><a href="/">Go to What if?</a></p>'), 404)


def _code(open_to_network: bool, class_code: str | None) -> str:
    """Return the class code that is asked for; empty where only this machine can reach the server."""
    from conducive.dashboards.store.codes import CLASS_CODE, LONGEST_CODE, SHORTEST_CODE, new_code, typed

    if open_to_network and class_code is None:
        return new_code(CLASS_CODE)
    if class_code is None:
        return ""
    if not open_to_network:
        msg = "--class-code is for others on your network. Add --open-to-network to let them in, or leave it out."
        raise InputError(msg)
    code = typed(class_code, LONGEST_CODE)
    if not (code.isascii() and SHORTEST_CODE <= len(code) <= LONGEST_CODE and class_code.replace("-", "").isalnum()):
        msg = (
            f"--class-code must be {SHORTEST_CODE} to {LONGEST_CODE} letters and digits, with dashes between them if "
            f"you like. Got {len(code)} of them."
        )
        raise InputError(msg)
    return code


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
    found = "\n".join(f"  http://{address}:{port}/j/{code}" for address in own_addresses())
    return (
        f"Open to your network: anyone who can reach this machine can open\n{found}\n"
        f"or the address up to /j/, and give the class code:  {code}\n"
        "The first class or game that you open at this machine has this code; any other has its own.\n"
        "Its board shows it, to scan or to type.\n"
        "Traffic is not encrypted: use it on a network you trust."
    )


def _say(text: str) -> None:
    typer.echo(text, err=True)
