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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

from conducive.scenarios.errors import InputError

FILE = "classroom.sqlite3"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and figures of a code: none that looks like another when it is read out or written on a board."""
CLASS_CODE, GROUP_KEY, TEACHER_KEY, PASS = 6, 8, 12, 16
"""Characters of a made-up class code, of the keys of a group and of a teacher, and of what lets a browser in."""
SHORTEST_CODE, LONGEST_CODE = 6, 40
LONGEST_NAME = 40
MOST_CLASSES, MOST_GROUPS = 500, 60
MOST_OUTCOMES = 200
MOST_BYTES = 64 * 1024
"""Of anything that is kept."""
IDLE_DAYS = 400
"""Days after which a class that nobody has touched makes room for others."""
TRIES, MINUTE, HOUR = 60, 60.0, 3600.0
"""Wrong codes a visitor may enter in a minute: a class that mistypes behind one address, and far too few to guess."""
OPENED = 60
"""Classes a visitor may open in a minute."""
MOST_DEVICES = 50
"""On which one group is told apart."""
MOST_VISITORS = 10_000
BUSY = 30.0
"""Seconds to wait for another writer."""

TABLES = (
    """
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
""",
    """
ALTER TABLE class ADD COLUMN pass TEXT;
UPDATE class SET pass = hex(randomblob(8));
ALTER TABLE seat ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE seat ADD COLUMN what TEXT;
ALTER TABLE seat ADD COLUMN device INTEGER;
ALTER TABLE seat ADD COLUMN at REAL;
CREATE TABLE device (
    key TEXT NOT NULL REFERENCES seat ON DELETE CASCADE, visitor TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (key, visitor)
) STRICT;
""",
)
"""What each version of the file adds to the one before."""
VERSION = len(TABLES)
ENDED = "this class has ended: it and what its groups wrote are no longer kept."
TAKEN_OUT = "your teacher has taken this group out of the class, and what it wrote is no longer kept."


class TakenOutError(InputError):
    """A group whose teacher has taken it out of a class that goes on."""


@dataclass(frozen=True)
class Change:
    """The last thing that a group changed: what, on which of its devices (from 1), and when (seconds since 1970)."""

    what: str
    device: int
    at: float


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
    devices: int = 0
    """On which the group has worked."""
    last: Change | None = None
    again: tuple[str, ...] = ()
    """Conditions that it picked for a second try, where a lesson has one."""


@dataclass(frozen=True)
class Classroom:
    """A class as its teacher sees it: groups in the order in which they joined."""

    code: str
    lesson: str
    held: bool
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Room:
    """A class as everybody in it may see it: groups by name, in the order in which they joined."""

    code: str
    lesson: str
    groups: tuple[str, ...]
    entry: str
    """What a browser holds that has given the code."""


@dataclass(frozen=True)
class Held:
    """A place in a class whose key somebody holds: of a group, by name, or of the teacher, who has none."""

    key: str
    code: str
    lesson: str
    group: str


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
        if not 0 <= version <= VERSION:
            msg = f"{self.path} is of version {version}, and this program reads version {VERSION}. Use another --data."
            raise InputError(msg)
        for statement in ";".join(TABLES[version:]).split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")

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

    def open_class(self, lesson: str, *, visitor: str = "", solo: bool = False, code: str = "") -> tuple[str, str]:
        """Open a class for a lesson; return the code for its groups and the key of its teacher.

        The code is the one asked for, unless another class has it: then, or where none is asked for, one is made up.
        """
        self._note("opened", visitor, OPENED, "You have opened many classes in a minute. Wait a little.")
        teacher, now = new_code(TEACHER_KEY), time.time()
        with self._writing() as db:
            if db.execute("SELECT count(*) FROM class").fetchone()[0] >= MOST_CLASSES:
                self._make_room(db)
            taken = db.execute("SELECT 1 FROM class WHERE code = ?", (code,)).fetchone()
            if taken or not code:
                code = new_code(PASS if solo else CLASS_CODE)  # nobody else is to come in where somebody learns alone
            db.execute(
                "INSERT INTO class VALUES (?, ?, ?, ?, ?, ?, ?)",
                (code, _hash(teacher), lesson, not solo, solo, now, new_code(PASS)),
            )
        return code, teacher

    def _make_room(self, db: sqlite3.Connection) -> None:
        """Let classes go that nobody has touched for long; else one that nobody joined, or of one who learns alone."""
        if db.execute("DELETE FROM class WHERE touched < ?", (time.time() - IDLE_DAYS * 86_400,)).rowcount:
            return
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
            rows = db.execute("SELECT key FROM seat WHERE code = ? AND NOT removed ORDER BY rowid", (found["code"],))
            seats = tuple(self._seat(db, key) for (key,) in rows.fetchall())
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
            # The row stays, for the group to be told; its name is free for others.
            gone = db.execute(
                "UPDATE seat SET removed = 1, folded = key WHERE key = ? AND code = ?", (key, found["code"])
            )
            if gone.rowcount:
                db.execute("DELETE FROM answer WHERE key = ?", (key,))

    def end_class(self, teacher: str, *, visitor: str = "") -> None:
        """Delete a class, its groups and their answers for good."""
        with self._writing() as db:
            found = self._class_of(db, teacher, visitor)
            db.execute("DELETE FROM class WHERE code = ?", (found["code"],))

    def _class_of(self, db: sqlite3.Connection, teacher: str, visitor: str) -> sqlite3.Row:
        self.check_tries(visitor)
        found: sqlite3.Row | None = db.execute(
            "SELECT * FROM class WHERE teacher = ?", (_hash(typed(teacher, TEACHER_KEY)),)
        ).fetchone()
        return found or self._wrong(visitor, "No class has this teacher's key: it is mistyped, or the class has ended.")

    # ---- Coming in -------------------------------------------------------------------------------------------------

    def room(self, code: str, *, visitor: str = "") -> Room:
        """Return the class of a code, as everybody in it may see it."""
        self.check_tries(visitor)
        with self._reading() as db:
            found = self._class_with(db, code, visitor)
            rows = db.execute("SELECT name FROM seat WHERE code = ? AND NOT removed ORDER BY rowid", (found["code"],))
            return Room(found["code"], found["lesson"], tuple(name for (name,) in rows), found["pass"])

    def _class_with(self, db: sqlite3.Connection, code: str, visitor: str) -> sqlite3.Row:
        found: sqlite3.Row | None = db.execute(
            "SELECT * FROM class WHERE code = ?", (typed(code, LONGEST_CODE),)
        ).fetchone()
        return found or self._wrong(
            visitor, "No class has this code: it is mistyped, or the class has ended. Ask your teacher for it."
        )

    def admits(self, keys: Iterable[str]) -> bool:
        """Whether a browser with these keys has given the code of a class that has not ended."""
        with self._reading() as db:
            return any(db.execute("SELECT 1 FROM class WHERE pass = ?", (key,)).fetchone() for key in keys)

    def held(self, keys: Iterable[str]) -> list[Held]:
        """Return the places of those keys, in their order; none for a key that opens nothing any more."""
        found = []
        with self._reading() as db:
            for key in keys:
                row = db.execute(
                    "SELECT code, lesson, name FROM seat JOIN class USING (code) WHERE key = ? AND NOT removed "
                    "UNION ALL SELECT code, lesson, '' FROM class WHERE teacher = ?",
                    (key, _hash(key)),
                ).fetchone()
                found += [Held(key, *row)] if row else []
        return found

    # ---- The groups ------------------------------------------------------------------------------------------------

    def join(self, code: str, name: str, *, visitor: str = "") -> str:
        """Join a class as a group with a name; return the group's key to come back with."""
        self.check_tries(visitor)
        clean = checked_name(name)
        key = new_code(GROUP_KEY)
        with self._writing() as db:
            found = self._class_with(db, code, visitor)
            joined = db.execute("SELECT count(*) FROM seat WHERE code = ? AND NOT removed", (found["code"],))
            count = joined.fetchone()[0]
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
        self.check_tries(visitor)
        with self._reading() as db:
            found: Seat = self._seat(db, typed(key, GROUP_KEY)) or self._wrong(
                visitor, "No group has this key: it is mistyped, or the class has ended."
            )
        return found

    def device(self, key: str, visitor: str) -> int:
        """Return the number, from 1, of the device on which somebody works for a group."""
        who = (key, _hash(visitor))
        with self._writing() as db:
            self._own(db, key)
            db.execute(
                "INSERT OR IGNORE INTO device SELECT ?, ?, count(*) + 1 FROM device WHERE key = ? HAVING count(*) < ?",
                (*who, key, MOST_DEVICES),
            )
            row = db.execute("SELECT number FROM device WHERE key = ? AND visitor = ?", who).fetchone()
        return int(row["number"]) if row else MOST_DEVICES

    def _seat(self, db: sqlite3.Connection, key: str) -> Any:
        row = db.execute(
            "SELECT seat.*, lesson, held, solo, (SELECT count(*) FROM device WHERE device.key = seat.key) AS devices "
            "FROM seat JOIN class USING (code) WHERE key = ?",
            (key,),
        ).fetchone()
        if row is None:
            return None
        if row["removed"]:
            raise TakenOutError(TAKEN_OUT)
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
            {int(part): text for part, text in answers.items() if part.isdigit()},
            row["devices"],
            Change(row["what"], row["device"], row["at"]) if row["what"] else None,
            tuple(answers.get("again", ())),
        )

    def predict(self, key: str, prediction: Mapping[str, Any], *, device: int = 1) -> None:
        """Keep a group's prediction, in place of an earlier one; once the group has seen results it stands."""
        with self._writing() as db:
            seat = self._own(db, key)
            if seat.revealed:
                msg = "you have seen the results, and your prediction stands as it was."
                raise InputError(msg)
            self._keep(db, key, "prediction", prediction)
            self._changed(db, key, "the prediction", device)

    def explain(self, key: str, prompt: int, text: str, *, device: int = 1) -> None:
        """Keep a group's answer to a prompt, in place of an earlier one."""
        with self._writing() as db:
            self._own(db, key)
            self._keep(db, key, str(int(prompt)), text)
            self._changed(db, key, f"answer {int(prompt) + 1}", device)

    def try_again(self, key: str, picks: Sequence[str], *, device: int = 1) -> None:
        """Keep what a group that has seen the results picks for a second try, in place of an earlier one."""
        with self._writing() as db:
            if not self._own(db, key).revealed:
                msg = "see what your first picks do before you try others."
                raise InputError(msg)
            self._keep(db, key, "again", list(picks))
            self._changed(db, key, "the second try", device)

    def reveal(self, key: str, *, device: int = 1) -> Seat:
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
            self._changed(db, key, "the run of the model", device)
        return self.seat(key)

    def _own(self, db: sqlite3.Connection, key: str) -> Seat:
        seat: Seat | None = self._seat(db, key)
        if seat is None:
            raise InputError(ENDED)
        return seat

    def _keep(self, db: sqlite3.Connection, key: str, part: str, value: object) -> None:
        text = json.dumps(value, allow_nan=False)
        _check_size(text)
        db.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?)", (key, part, text))
        db.execute(
            "UPDATE class SET touched = ? WHERE code = (SELECT code FROM seat WHERE key = ?)", (time.time(), key)
        )

    def _changed(self, db: sqlite3.Connection, key: str, what: str, device: int) -> None:
        db.execute("UPDATE seat SET what = ?, device = ?, at = ? WHERE key = ?", (what, device, time.time(), key))

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

    def check_tries(self, visitor: str) -> None:
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
