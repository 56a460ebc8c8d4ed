"""The command line: `conducive COMMAND`. Heavy imports wait inside the commands, so that help comes at once."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from conducive.experiments.cli import looking_up, running, searching, upkeep
from conducive.experiments.cli.holding import BAD_INPUT, FAILED, INTERRUPTED, say
from conducive.experiments.cli.options import given, given_whole
from conducive.scenarios.errors import InputError

LONG_WORD = re.compile(r"\S{301,}")
"""What no terminal should be filled with, such as a path of thousands of characters."""


def _shortened(word: re.Match[str]) -> str:
    return f"{word[0][:200]}...{word[0][-60:]}"


class _Commands(TyperGroup):
    """Commands that say what was wrong with their input in one line, and stop quietly when interrupted."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            typer.echo(f"conducive: {LONG_WORD.sub(_shortened, str(error))}", err=True)
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            kept = "Nothing was written but what a study keeps on its way: the same again goes on from there."
            typer.echo(f"conducive: interrupted before there was a result. {kept}", err=True)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=_Commands,
    name="conducive",
    help="How an innovation is taken up, dropped and remembered in a children's services organisation. "
    "It compares scenarios; it does not forecast.",
    epilog="Begin with: conducive scenarios, then conducive run two-year-funding.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that lacks a character shows a question mark instead of failing.
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="conducive")
    except SystemExit:
        _flush()
        raise
    except OSError as error:
        _cannot_be_written(error)


def _flush() -> None:
    """Write what is still to be written. Stops with the status of a failure where that cannot be done."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _cannot_be_written(error)


def _cannot_be_written(error: OSError) -> NoReturn:
    """Say in a line that what was printed did not get where it was to go, and stop."""
    with suppress(OSError):
        sys.stderr.write(f"conducive: the output cannot be written: {error.strerror}.\n")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more when it ends
    raise SystemExit(FAILED)


def _version(wanted: bool) -> None:
    if wanted:
        upkeep.version()
        raise typer.Exit


@app.callback()
def options(
    *,
    wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    workers: Annotated[
        int | None, given_whole("N", "Use at most so many threads or processes (the processors at hand).")
    ] = None,
    rules: Annotated[
        Path | None, given("FILE.py", "Put the functions of a file in place of rules of the same name.")
    ] = None,
) -> None:
    """Take options that stand before a command."""
    if rules is not None:
        from conducive.agents.own import use_rules

        own = use_rules(rules)
        say(f"Rules of your own, from {rules}: {', '.join(name.rpartition('.')[2] for name in own.functions)}.")
    if workers is not None:
        if workers < 1:
            msg = f"it must be 1 or more. Got {workers}. Did you mean 1?"
            raise typer.BadParameter(msg, param_hint="'--workers'")
        from conducive.experiments.lives.ensemble import WORKERS

        os.environ[WORKERS] = str(workers)


for command in (
    running.run, running.compare, running.brief, running.levers, running.options, running.export,
    searching.sensitivity, searching.tipping, searching.sweep, searching.zone, searching.national, searching.discover,
    looking_up.scenarios, looking_up.conditions, looking_up.authorities, looking_up.authority, looking_up.events,
    upkeep.import_workforce, looking_up.play, upkeep.import_official,
    upkeep.validate, upkeep.calibrate, upkeep.benchmark, upkeep.version,
):  # fmt: skip
    app.command()(command)
