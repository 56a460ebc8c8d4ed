"""What a classroom leaves behind: classes, groups, predictions and explanations, in one SQLite file.

The file is the only one read or written, under a name of our own in the data folder; what people type never becomes
part of a path. Every save is on disk before it is answered: a killed server loses nothing that it said it kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

from conducive.scenarios.errors import InputError

FILE = "classroom.sqlite3"
VERSION = 1
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and figures of a code: none that looks like another when it is read out or written on a board."""
CLASS_CODE, GROUP_KEY, TEACHER_KEY = 6, 8, 12
LONGEST_NAME = 40
MOST_CLASSES, MOST_GROUPS = 500, 60
MOST_OUTCOMES = 200
MOST_BYTES = 64 * 1024
"""Of anything that is kept."""
IDLE_DAYS = 400
"""Days after which a class that nobody has touched makes room for others."""
TRIES, MINUTE, HOUR = 12, 60.0, 3600.0
"""Wrong codes a visitor may enter in a minute."""
OPENED = 30
"""Classes a visitor may open in a minute."""
MOST_VISITORS = 10_000
BUSY = 30.0
"""Seconds to wait for another writer."""

TABLES = """
CREATE TABLE class (
    code TEXT PRIMARY KEY, teacher TEXT UNIQUE NOT NULL, lesson TEXT NOT NULL, held INTEGER NOT NULL,
    solo INTEGER NOT NULL, touched REAL NOT NULL
) STRICT;
CREATE TABLE seat (
    key TEXT PRIMARY KEY, code TEXT NOT NULL REFERENCES class ON DELETE CASCADE, name TEXT NOT NULL,
    folded TEXT NOT NULL, revealed INTEGER NOT NULL DEFAULT 0, UNIQUE (code, folded)
) STRICT;
CREATE TABLE answer (
    key TEXT NOT NULL REFERENCES seat ON DELETE CASCADE, part TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (key, part)
) STRICT;
CREATE TABLE outcome (name TEXT PRIMARY KEY, value TEXT NOT NULL, kept REAL NOT NULL) STRICT;
"""


@dataclass(frozen=True)
class Seat:
    """A group in a class: its key to come back with, and what it has answered so far."""

    key: str
    code: str
    name: str
    lesson: str
    held: bool
    """Whether the teacher still holds the results back."""
    solo: bool
    """Whether it learns by itself, without a teacher."""
    revealed: bool
    """Whether the group has seen the results; from then on its prediction stands."""
    prediction: Mapping[str, Any] | None = None
    explained: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Classroom:
    """A class as its teacher sees it: groups in the order in which they joined."""

    code: str
    lesson: str
    held: bool
    seats: tuple[Seat, ...]


class Store:
    """Classes kept in a folder; safe to use from any number of threads and processes at once.

    A `visitor` is who asks, as far as the server can tell; one who enters many wrong codes has to wait. Pages that look
    again with a code known to be right name none.

    Raises InputError for whatever people get wrong, and where the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        """Open the file of a folder, or begin one."""
        self.path = folder / FILE
        self._tries: dict[tuple[str, str], list[float]] = {}
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Held open so that closing others does not fold the journal into the file each time.
            self._open = self._connect()
            with self._open:
                self._open.execute("PRAGMA journal_mode = WAL")
                self._open.execute("BEGIN IMMEDIATE")
                self._set_up(self._open)
        except (OSError, sqlite3.Error) as error:
            msg = f"classes cannot be kept in {self.path}: {error}. Choose another folder with --data."
            raise InputError(msg) from error

    def _set_up(self, db: sqlite3.Connection) -> None:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in TABLES.split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
        elif version != VERSION:
            msg = f"{self.path} is of version {version}, and this program reads version {VERSION}. Use another --data."
            raise InputError(msg)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=BUSY, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = FULL")
        return db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose changes are on disk when the block ends, or none of them where it fails."""
        db = self._connect()
        try:
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")
        finally:
            db.close()  # which undoes whatever is not committed

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        db = self._connect()
        try:
            db.execute("BEGIN")
            yield db
        finally:
            db.close()

    # ---- The teacher -----------------------------------------------------------------------------------------------

    def open_class(self, lesson: str, *, visitor: str = "", solo: bool = False) -> tuple[str, str]:
        """Open a class for a lesson; return the code for its groups and the key of its teacher."""
        self._note("opened", visitor, OPENED, "You have opened many classes in a minute. Wait a little.")
        code, teacher = new_code(CLASS_CODE), new_code(TEACHER_KEY)
        now = time.time()
        with self._writing() as db:
            db.execute("DELETE FROM class WHERE touched < ?", (now - IDLE_DAYS * 86_400,))
            if db.execute("SELECT count(*) FROM class").fetchone()[0] >= MOST_CLASSES:
                self._make_room(db)
            db.execute(
                "INSERT INTO class VALUES (?, ?, ?, ?, ?, ?)", (code, _hash(teacher), lesson, not solo, solo, now)
            )
        return code, teacher

    def _make_room(self, db: sqlite3.Connection) -> None:
        """Let a class go that nobody has joined within an hour, or else the oldest of those who learn by themselves."""
        oldest = db.execute(
            "SELECT code FROM class WHERE solo OR (touched < ? AND code NOT IN (SELECT code FROM seat)) "
            "ORDER BY solo, touched LIMIT 1",
            (time.time() - HOUR,),
        ).fetchone()
        if oldest is None:
            msg = f"there are {MOST_CLASSES} classes already, which is as many as are kept. End one that is over."
            raise InputError(msg)
        db.execute("DELETE FROM class WHERE code = ?", (oldest["code"],))

    def classroom(self, teacher: str, *, visitor: str = "") -> Classroom:
        """Return the class of a teacher's key, with everything its groups have answered."""
        with self._reading() as db:
            found = self._class_of(db, teacher, visitor)
            keys = [
                row["key"] for row in db.execute("SELECT key FROM seat WHERE code = ? ORDER BY rowid", (found["code"],))
            ]
            seats = tuple(self._seat(db, key) for key in keys)
        return Classroom(found["code"], found["lesson"], bool(found["held"]), seats)

    def hold(self, teacher: str, *, held: bool, visitor: str = "") -> None:
        """Hold the results of a class back, or let its groups see them."""
        with self._writing() as db:
            found = self._class_of(db, teacher, visitor)
            db.execute("UPDATE class SET held = ?, touched = ? WHERE code = ?", (held, time.time(), found["code"]))

    def remove(self, teacher: str, key: str, *, visitor: str = "") -> None:
        """Take a group out of a class, with all it has answered."""
        with self._writing() as db:
            found = self._class_of(db, teacher, visitor)
            db.execute("DELETE FROM seat WHERE key = ? AND code = ?", (key, found["code"]))

    def end_class(self, teacher: str, *, visitor: str = "") -> None:
        """Delete a class, its groups and their answers for good."""
        with self._writing() as db:
            found = self._class_of(db, teacher, visitor)
            db.execute("DELETE FROM class WHERE code = ?", (found["code"],))

    def _class_of(self, db: sqlite3.Connection, teacher: str, visitor: str) -> sqlite3.Row:
        self._check_tries(visitor)
        found: sqlite3.Row | None = db.execute(
            "SELECT * FROM class WHERE teacher = ?", (_hash(typed(teacher, TEACHER_KEY)),)
        ).fetchone()
        return found or self._wrong(visitor, "No class has this teacher's key.")

    # ---- The groups ------------------------------------------------------------------------------------------------

    def join(self, code: str, name: str, *, visitor: str = "") -> str:
        """Join a class as a group with a name; return the group's key to come back with."""
        self._check_tries(visitor)
        clean = checked_name(name)
        key = new_code(GROUP_KEY)
        with self._writing() as db:
            found = db.execute("SELECT * FROM class WHERE code = ?", (typed(code, CLASS_CODE),)).fetchone()
            if found is None:
                self._wrong(
                    visitor, "No class has this code. Ask your teacher, and mind that there is no 0, 1, I or O in it."
                )
            count = db.execute("SELECT count(*) FROM seat WHERE code = ?", (found["code"],)).fetchone()[0]
            if count >= MOST_GROUPS:
                msg = f"this class has {MOST_GROUPS} groups already, which is as many as it can hold."
                raise InputError(msg)
            try:
                db.execute(
                    "INSERT INTO seat (key, code, name, folded) VALUES (?, ?, ?, ?)",
                    (key, found["code"], clean, _folded(clean)),
                )
            except sqlite3.IntegrityError:
                msg = (
                    f"a group called {clean!r} has joined already. If it is yours, come back with its own key, which "
                    "your teacher can see; else choose another name."
                )
                raise InputError(msg) from None
            db.execute("UPDATE class SET touched = ? WHERE code = ?", (time.time(), found["code"]))
        return key

    def seat(self, key: str, *, visitor: str = "") -> Seat:
        """Return the group of a key, with all it has answered."""
        self._check_tries(visitor)
        with self._reading() as db:
            found: Seat = self._seat(db, typed(key, GROUP_KEY)) or self._wrong(visitor, "No group has this key.")
        return found

    def _seat(self, db: sqlite3.Connection, key: str) -> Any:
        row = db.execute(
            "SELECT seat.*, lesson, held, solo FROM seat JOIN class USING (code) WHERE key = ?", (key,)
        ).fetchone()
        if row is None:
            return None
        answers = {
            part: json.loads(value)
            for part, value in db.execute("SELECT part, value FROM answer WHERE key = ?", (key,))
        }
        return Seat(
            key,
            row["code"],
            row["name"],
            row["lesson"],
            bool(row["held"]),
            bool(row["solo"]),
            bool(row["revealed"]),
            answers.get("prediction"),
            {int(part): text for part, text in answers.items() if part != "prediction"},
        )

    def predict(self, key: str, prediction: Mapping[str, Any]) -> None:
        """Keep a group's prediction, in place of an earlier one; once the group has seen results it stands."""
        with self._writing() as db:
            seat = self._own(db, key)
            if seat.revealed:
                msg = "you have seen the results, and your prediction stands as it was."
                raise InputError(msg)
            self._keep(db, key, "prediction", prediction)

    def explain(self, key: str, prompt: int, text: str) -> None:
        """Keep a group's answer to a prompt, in place of an earlier one."""
        with self._writing() as db:
            self._own(db, key)
            self._keep(db, key, str(int(prompt)), text)

    def reveal(self, key: str) -> Seat:
        """Let a group see the results, once it has predicted and its teacher holds them back no longer."""
        with self._writing() as db:
            seat = self._own(db, key)
            if seat.held:
                msg = "your teacher has not opened the results yet."
                raise InputError(msg)
            if seat.prediction is None:
                msg = "predict first: the results are worth more when you know what you expected."
                raise InputError(msg)
            db.execute("UPDATE seat SET revealed = 1 WHERE key = ?", (key,))
        return self.seat(key)

    def _own(self, db: sqlite3.Connection, key: str) -> Seat:
        seat: Seat | None = self._seat(db, key)
        if seat is None:
            msg = "this group is no longer in a class: its teacher has ended the class or taken it out."
            raise InputError(msg)
        return seat

    def _keep(self, db: sqlite3.Connection, key: str, part: str, value: object) -> None:
        text = json.dumps(value, allow_nan=False)
        _check_size(text)
        db.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?)", (key, part, text))
        db.execute(
            "UPDATE class SET touched = ? WHERE code = (SELECT code FROM seat WHERE key = ?)", (time.time(), key)
        )

    # ---- Results ---------------------------------------------------------------------------------------------------

    def outcome(self, name: str) -> Any:
        """Return what was kept under a name, or None."""
        with self._reading() as db:
            row = db.execute("SELECT value FROM outcome WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row["value"])

    def keep_outcome(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep results under a name; the oldest make room for the newest."""
        text = json.dumps(value, allow_nan=False)
        _check_size(text)
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO outcome VALUES (?, ?, ?)", (name, text, time.time()))
            db.execute(
                "DELETE FROM outcome WHERE name NOT IN (SELECT name FROM outcome ORDER BY kept DESC LIMIT ?)",
                (MOST_OUTCOMES,),
            )

    # ---- Wrong codes -----------------------------------------------------------------------------------------------

    def _check_tries(self, visitor: str) -> None:
        """Refuse a visitor who has entered too many wrong codes, whether or not this one is right."""
        with self._lock:
            if visitor and len(self._recent(("wrong", visitor))) >= TRIES:
                msg = "that was too many wrong codes. Wait a minute, and ask for the code again."
                raise InputError(msg)

    def _wrong(self, visitor: str, msg: str) -> Any:
        self._note("wrong", visitor, TRIES + 1, msg)
        raise InputError(msg)

    def _note(self, what: str, visitor: str, most: int, msg: str) -> None:
        """Count what a visitor does, and refuse what they do too often."""
        if not visitor:
            return
        with self._lock:
            recent = self._recent((what, visitor))
            if len(recent) >= most:
                raise InputError(msg)
            recent.append(time.monotonic())

    def _recent(self, who: tuple[str, str]) -> list[float]:
        """Return when a visitor did something within the last minute."""
        since = time.monotonic() - MINUTE
        if len(self._tries) > MOST_VISITORS:
            self._tries = {other: times for other, times in self._tries.items() if times and times[-1] > since}
        recent = self._tries.setdefault(who, [])
        recent[:] = [moment for moment in recent if moment > since]
        return recent


def data_folder() -> Path:
    """Return the folder in which classes are kept: CONDUCIVE_DATA, which `--data` sets, or the user's own."""
    chosen = os.environ.get("CONDUCIVE_DATA")
    return Path(chosen) if chosen else platformdirs.user_data_path("conducive", appauthor=False)


@cache
def store(folder: Path) -> Store:
    """Return the store of a folder, the same for every visitor."""
    return Store(folder)


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


def checked_name(name: object) -> str:
    """Return the name of a group on one line. Raises InputError where there is none, or too much of it."""
    text = unicodedata.normalize("NFC", str(name)[:1000])
    # Characters that print nothing, or turn the direction of writing, would let one group look like another.
    text = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    if not text:
        msg = "give your group a name."
        raise InputError(msg)
    if len(text) > LONGEST_NAME:
        msg = f"the name of a group must be at most {LONGEST_NAME} characters. Got {len(text)}."
        raise InputError(msg)
    return text


def _folded(name: str) -> str:
    """Return a name as it is compared with others: `Ann` and `ann` are one group."""
    return unicodedata.normalize("NFKC", name).casefold()


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _check_size(text: str) -> None:
    if len(text.encode()) > MOST_BYTES:
        msg = f"this is too long to be kept: at most {MOST_BYTES:,} bytes."
        raise InputError(msg)
