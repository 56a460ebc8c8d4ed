"""What all tests share: slow ones are left out unless all are asked for, and property tests draw what CI can repeat.

Property tests draw the same cases in every run where CI is set, and new ones elsewhere.
"""

import atexit
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from conducive.scenarios import workforce

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

# Modules that Python has read are kept as bytecode whatever is set elsewhere: tests start it a hundred times, and each
# would read anew all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Tables that are taken in go to a folder of the tests, not of whoever runs them: tests are collected from it already,
# and processes that tests start look there too.
_DATA = tempfile.mkdtemp(prefix="conducive-tests-")
atexit.register(shutil.rmtree, _DATA, ignore_errors=True)
os.environ["XDG_DATA_HOME"] = _DATA
os.environ.pop(workforce.CHOSEN, None)


def _imported() -> Path:
    return Path(_DATA) / "conducive" / "workforce.csv"


workforce.imported_table = _imported


# ---- Slow tests ----------------------------------------------------------------------------------------------------

LEFT_OUT = "left out, for it "
"""How the reason begins why a slow test is skipped; what it does follows."""
SERVED, SERVES = {"serve", "server", "visit", "chromium"}, "starts a server, a browser or both"
"""What a test asks for that is slow without being marked."""

LONGEST = (
    "test_browser.py", "test_joining.py", "test_validation.py", "test_notebooks.py", "test_cluster.py",
    "test_tipping.py", "test_browser_options.py", "test_calibration.py", "test_version.py", "test_conservation.py",
    "test_classroom.py", "test_sweep.py", "test_cli.py", "test_determinism.py", "test_own.py", "test_game.py",
    "test_lessons_browser.py", "test_brief.py", "test_packaging.py", "test_in_short.py", "test_programme_page.py",
)  # fmt: skip
"""Files to begin with, so that neither process is left with one at the end while the other has nothing to do."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the option that runs everything."""
    parser.addoption("--all", action="store_true", help="slow tests too, half as long again")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first. Skip what is marked `slow`, unless all were asked for or it was named itself."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
    named = any("::" in one for one in config.args)
    if config.getoption("all") or named:
        return
    for item in items:
        slow = item.get_closest_marker("slow")
        why = slow.args[0] if slow else SERVES if SERVED.intersection(getattr(item, "fixturenames", ())) else ""
        if why:
            item.add_marker(pytest.mark.skip(reason=LEFT_OUT + why))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were left out, and why: for speed, or for want of something on this machine."""
    why = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", []))
    for reason, count in sorted(why.items()):
        terminalreporter.write_line(f"{count} not run: {reason}")
    if any(reason.startswith(LEFT_OUT) for reason in why):
        terminalreporter.write_line("`uv run pytest --all` runs what was left out.")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser: one for a process, which can hold no second."""
    from playwright.sync_api import sync_playwright

    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as play:
        shown = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        yield shown
        shown.close()
