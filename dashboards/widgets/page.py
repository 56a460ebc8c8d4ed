"""A page as it is sent: in our language, with our style sheet, under the path that a proxy shows it at. Light."""

from __future__ import annotations

import os
import re
from html import escape

from conducive.dashboards.widgets.theme import css

BASE = "SOLARA_ROOT_PATH"
"""Environment variable with the path under which a proxy shows the pages; Solara reads it too."""


def at_base(path: str) -> str:
    """Return a path of ours as a browser asks for it."""
    return os.environ.get(BASE, "") + path


LOST = (
    '<p role="alert" style="margin-top: 16px; padding: 14px 18px; border-radius: 8px; background: var(--paper); '
    'color: var(--ink)">The connection to Conducive is lost. Trying again ...<br>'
    "If this stays, see that Conducive is running, and open this page anew: its address holds what you asked.</p>"
)


def dressed(page: str) -> str:
    """Return Solara's page in British English, with our style sheet, and free to be zoomed."""
    page = page.replace("<html>", '<html lang="en-GB">', 1)
    page = page.replace(", maximum-scale=1, user-scalable=no, minimal-ui", "", 1)
    page = page.replace("{{ loading_text }}", "Opening Conducive ...", 1)
    page = re.sub(r">Server\s+disconnected\.</v-progress-circular>", f"></v-progress-circular>{LOST}", page, count=1)
    page = page.replace('"variant": "light"', '"variant": "auto"', 1)  # Solara's own setting for it shows nothing
    return page.replace("</head>", f"<style>{css()}</style></head>", 1)


def bare_page(title: str, content: str) -> str:
    """Return a small page of its own; `content` is HTML, with addresses of ours from the root."""
    content = re.sub(r'(href|action)="(?=/)', rf'\1="{at_base("")}', content)
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{escape(title)} - Conducive</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{css()}</style></head>'
        f'<body class="bare"><main><h1>{escape(title)}</h1>{content}</main></body></html>'
    )
