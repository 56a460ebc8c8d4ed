"""Property tests draw the same cases in every run where CI is set, and new ones elsewhere."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings

from conducive.scenarios import workforce

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

# Tables that are taken in go to a folder of the tests, not of whoever runs them: tests are collected from it already,
# and processes that tests start look there too.
_DATA = tempfile.mkdtemp(prefix="conducive-tests-")
atexit.register(shutil.rmtree, _DATA, ignore_errors=True)
os.environ["XDG_DATA_HOME"] = _DATA
os.environ.pop(workforce.CHOSEN, None)


def _imported() -> Path:
    return Path(_DATA) / "conducive" / "workforce.csv"


workforce.imported_table = _imported
