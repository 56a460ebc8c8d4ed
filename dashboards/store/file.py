"""The SQLite file in which classes and games are kept.

It is the only one read or written, under a name of our own in the data folder; what people type never becomes part of
a path. Every save is on disk before it is answered: a killed server loses nothing that it said it kept.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs

from conducive.scenarios.errors import InputError

FILE = "classroom.sqlite3"
MOST_OUTCOMES = 200
MOST_BYTES = 64 * 1024
"""Of anything that is kept."""
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


class File:
    """A file of classes and games in a folder; safe to use from any number of threads and processes at once.

    Raises InputError where the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        """Open the file of a folder, or begin one."""
        self.path = folder / FILE
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

    def outcome(self, name: str) -> Any:
        """Return what was kept under a name, or None."""
        with self._reading() as db:
            row = db.execute("SELECT value FROM outcome WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row["value"])

    def keep_outcome(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep results under a name; the oldest make room for the newest."""
        text = json.dumps(value, allow_nan=False)
        check_size(text)
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO outcome VALUES (?, ?, ?)", (name, text, time.time()))
            db.execute(
                "DELETE FROM outcome WHERE name NOT IN (SELECT name FROM outcome ORDER BY kept DESC LIMIT ?)",
                (MOST_OUTCOMES,),
            )


def data_folder() -> Path:
    """Return the folder in which classes are kept: CONDUCIVE_DATA, which `--data` sets, or the user's own."""
    chosen = os.environ.get("CONDUCIVE_DATA")
    return Path(chosen) if chosen else platformdirs.user_data_path("conducive", appauthor=False)


def check_size(text: str) -> None:
    """Raise InputError for a text that is too long to be kept."""
    if len(text.encode()) > MOST_BYTES:
        msg = f"this is too long to be kept: at most {MOST_BYTES:,} bytes."
        raise InputError(msg)
