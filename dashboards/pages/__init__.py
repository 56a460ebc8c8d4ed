"""Which pages there are. Light: the server asks before anything of the pages is loaded."""

from __future__ import annotations

PAGES = (
    ("/", "What if?", "pages.what_if"),
    ("story", "Story", "pages.story"),
    ("authority", "My authority", "pages.authority"),
    ("what-helps", "What would help?", "pages.levers"),
    ("options", "Options", "pages.options"),
    ("sweep", "Sweep", "pages.sweep"),
    ("programme", "Programme", "pages.programme"),
    ("watch", "Watch", "pages.watch"),
    ("classroom", "Classroom", "classroom.page"),
    ("game", "Game", "game.page"),
    ("conditions", "Conditions", "pages.conditions"),
    ("about", "About", "pages.about"),
)
"""Path, label and module of each page, in order."""
