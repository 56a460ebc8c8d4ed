"""`conducive dashboard`: light, so that the command line's help comes at once; the server waits in `server`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def dashboard(
    port: Annotated[int, typer.Option(metavar="N", help="Port to serve on.")] = 8765,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it in a browser once it is there, or do not.")
    ] = True,
    *,
    open_to_network: Annotated[
        bool,
        typer.Option("--open-to-network", help="Let others on your network in, who know the class code."),
    ] = False,
    class_code: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Class code to ask others for (made up when none is given)."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for what classes write (your own data folder).")
    ] = None,
) -> None:
    """Open the dashboard: What if?, Sweep, Watch, Classroom, Conditions, About.

    It serves this machine alone, and needs no internet. Stop it with Ctrl-C.
    """
    from conducive.dashboards.server import serve

    serve(port, browser=browser, open_to_network=open_to_network, class_code=class_code, data=data)
