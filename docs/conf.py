"""How the site is built from these pages: `uv run --group site sphinx-build -W docs site`."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copytree

from sphinx.application import Sphinx

import conducive

project = "Conducive"
author = "the Conducive team"
release = version = conducive.__version__
language = "en-GB"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = f"Conducive {release}"
html_copy_source = html_show_copyright = False
html_theme_options = {"top_of_page_buttons": []}
default_role = "code"  # docstrings write names as Markdown does
exclude_patterns = ["teaching"]

# Pages are written for a reader of the repository too: headings are targets, and tables may be wide.
myst_heading_anchors = 4
nb_execution_mode = "off"  # they are run by tests
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
napoleon_google_docstring = True

HEAD = """# Python

Everything a script needs is in `import conducive as cz`: functions, what they return, and the objects of a model.
"""


def front_door() -> str:
    """Return the page on Python: every public name with its docstring, functions first."""
    parts = [HEAD]
    for title, kind, capital in (("Functions", "autofunction", False), ("What they return", "autoclass", True)):
        names = [name for name in conducive.__all__ if name[0].isupper() == capital]
        parts += [f"## {title}", *(f"```{{eval-rst}}\n.. {kind}:: conducive.{name}\n```" for name in names)]
    return "\n\n".join(parts) + "\n"


LOADED = re.compile(r"<(?:script|img|iframe|source)[^>]*src=\"https?:[^\"]*|<link[^>]*href=\"https?:[^\"]*")
HERE = Path(__file__).parent
(HERE / "python.md").write_text(front_door(), encoding="utf-8")


def finish(app: Sphinx, failed: Exception | None) -> None:
    """Put the lesson pack, which is pages already, beside the others. Raises ValueError where a page needs the web."""
    copytree(HERE / "teaching", app.outdir / "teaching", dirs_exist_ok=True)
    for page in app.outdir.rglob("*.html"):
        if elsewhere := LOADED.search(page.read_text("utf-8")):
            msg = f"{page.name} loads {elsewhere[0]}: every page must open without a network."
            raise ValueError(msg)


def setup(app: Sphinx) -> None:
    """Have the pages finished when they are built."""
    app.connect("build-finished", finish)
