"""Which pages are there, and what does each show?

Each is a module with a `Page`, beside the .vue that only it draws with; two have rooms of their own. The list is light:
the server asks for it before anything of a page is loaded.
"""

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
