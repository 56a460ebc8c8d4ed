"""Which pages there are. Light: the server asks before anything of the pages is loaded."""

from __future__ import annotations

PAGES = (
    ("/", "What if?", "what_if"),
    ("story", "Story", "story"),
    ("authority", "My authority", "authority_page"),
    ("what-helps", "What would help?", "levers_page"),
    ("options", "Options", "options_page"),
    ("sweep", "Sweep", "sweep_page"),
    ("programme", "Programme", "programme_page"),
    ("watch", "Watch", "watch"),
    ("classroom", "Classroom", "classroom"),
    ("game", "Game", "game"),
    ("conditions", "Conditions", "conditions_page"),
    ("about", "About", "about"),
)
"""Path, label and module of each page, in order."""
