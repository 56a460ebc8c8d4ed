"""Codes that people type, and keys that their browsers hold: none can be guessed."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Collection, Mapping, Sequence

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and figures of a code: none that looks like another when it is read out or written on a board."""
CLASS_CODE, GROUP_KEY, TEACHER_KEY, PASS = 6, 8, 12, 16
"""Characters of a made-up class code, of the keys of a group and of a teacher, and of what lets a browser in."""
SHORTEST_CODE, LONGEST_CODE = 6, 40
OWN_CODE = "CONDUCIVE_CLASS_CODE"
"""Environment variable in which the server keeps the code that lets others in, for the first class or game."""
PROXIES = "CONDUCIVE_PROXIES"
"""Environment variable in which the server keeps the names of proxies before it, parted by spaces."""
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
"""Names at which only this machine is reached."""
COOKIE = "conducive-keys"
MOST_KEYS = 24
"""That one browser holds, newest first: of groups, of teachers, and of classes whose code it has given."""
DAY = 86_400


def keys_in(cookies: Mapping[str, str]) -> list[str]:
    """Return the keys that a browser holds, newest first."""
    return [key for key in cookies.get(COOKIE, "").split(".")[:MOST_KEYS] if key.isascii() and key.isalnum()]


def cookie_of(keys: Sequence[str]) -> str:
    """Return the header that gives a browser its keys for a day; no script of a page can read it."""
    kept = ".".join(dict.fromkeys(keys[:MOST_KEYS]))
    return f"{COOKIE}={kept}; Path=/; Max-Age={DAY}; HttpOnly; SameSite=Lax"


def may_have_own_code(host: str, proxies: Collection[str]) -> bool:
    """Whether whoever opens a class or a game has the server's own code: at this machine, or by a proxy before it.

    `host` is the name by which they came.
    """
    return host.lower() in OWN_NAMES or host.lower() in proxies


def own_code(host: str) -> str:
    """Return the server's own code for who opens a game and came by name `host`; empty where it is not theirs."""
    proxies = os.environ.get(PROXIES, "").split()
    return os.environ.get(OWN_CODE, "") if may_have_own_code(host, proxies) else ""


def new_code(length: int) -> str:
    """Return a code that cannot be guessed."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def shown(code: str) -> str:
    """Return a code in groups of up to four, easier to copy."""
    step = 3 if len(code) == CLASS_CODE else 4
    return " ".join(code[start : start + step] for start in range(0, len(code), step))


def typed(code: object, length: int) -> str:
    """Return a code as it is kept, from what somebody typed: any case, spaces and dashes, and nothing too long."""
    text = str(code)[: 4 * length].upper()
    return "".join(c for c in text if c.isalnum())


def mark(secret: str) -> str:
    """Return what is kept in place of a session or a key: it opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
