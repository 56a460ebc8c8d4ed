"""What a classroom leaves behind: classes, groups, predictions and explanations."""

from __future__ import annotations

import json
import sqlite3
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from conducive.dashboards.store.codes import (
    CLASS_CODE,
    GROUP_KEY,
    LONGEST_CODE,
    PASS,
    TEACHER_KEY,
    mark,
    new_code,
    typed,
)
from conducive.dashboards.store.file import File, check_size
from conducive.dashboards.store.tries import Tries
from conducive.scenarios.errors import InputError

LONGEST_NAME = 40
MOST_CLASSES, MOST_GROUPS = 500, 60
IDLE_DAYS = 400
"""Days after which a class that nobody has touched makes room for others."""
HOUR = 3600.0
OPENED = 60
"""Classes a visitor may open in a minute."""
MOST_DEVICES = 50
"""On which one group is told apart."""
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


class Store(File):
    """Classes kept in a folder; safe to use from any number of threads and processes at once.

    A `visitor` is who asks, as far as the server can tell; one who enters many wrong codes has to wait. Pages that look
    again with a code known to be right name none.

    Raises InputError for whatever people get wrong, and where the folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        """Open the file of a folder, or begin one."""
        super().__init__(folder)
        self.tries = Tries()

    # ---- The teacher -----------------------------------------------------------------------------------------------

    def open_class(self, lesson: str, *, visitor: str = "", solo: bool = False, code: str = "") -> tuple[str, str]:
        """Open a class for a lesson; return the code for its groups and the key of its teacher.

        The code is the one asked for, unless another class has it: then, or where none is asked for, one is made up.
        """
        self.tries.note("opened", visitor, OPENED, "You have opened many classes in a minute. Wait a little.")
        teacher, now = new_code(TEACHER_KEY), time.time()
        with self._writing() as db:
            if db.execute("SELECT count(*) FROM class").fetchone()[0] >= MOST_CLASSES:
                self._make_room(db)
            taken = db.execute("SELECT 1 FROM class WHERE code = ?", (code,)).fetchone()
            if taken or not code:
                code = new_code(PASS if solo else CLASS_CODE)  # nobody else is to come in where somebody learns alone
            db.execute(
                "INSERT INTO class VALUES (?, ?, ?, ?, ?, ?, ?)",
                (code, mark(teacher), lesson, not solo, solo, now, new_code(PASS)),
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
        self.tries.check(visitor)
        found: sqlite3.Row | None = db.execute(
            "SELECT * FROM class WHERE teacher = ?", (mark(typed(teacher, TEACHER_KEY)),)
        ).fetchone()
        return found or self.tries.wrong(
            visitor, "No class has this teacher's key: it is mistyped, or the class has ended."
        )

    # ---- Coming in -------------------------------------------------------------------------------------------------

    def room(self, code: str, *, visitor: str = "") -> Room:
        """Return the class of a code, as everybody in it may see it."""
        self.tries.check(visitor)
        with self._reading() as db:
            found = self._class_with(db, code, visitor)
            rows = db.execute("SELECT name FROM seat WHERE code = ? AND NOT removed ORDER BY rowid", (found["code"],))
            return Room(found["code"], found["lesson"], tuple(name for (name,) in rows), found["pass"])

    def _class_with(self, db: sqlite3.Connection, code: str, visitor: str) -> sqlite3.Row:
        found: sqlite3.Row | None = db.execute(
            "SELECT * FROM class WHERE code = ?", (typed(code, LONGEST_CODE),)
        ).fetchone()
        return found or self.tries.wrong(
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
                    (key, mark(key)),
                ).fetchone()
                found += [Held(key, *row)] if row else []
        return found

    # ---- The groups ------------------------------------------------------------------------------------------------

    def join(self, code: str, name: str, *, visitor: str = "") -> str:
        """Join a class as a group with a name; return the group's key to come back with."""
        self.tries.check(visitor)
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
        self.tries.check(visitor)
        with self._reading() as db:
            found: Seat = self._seat(db, typed(key, GROUP_KEY)) or self.tries.wrong(
                visitor, "No group has this key: it is mistyped, or the class has ended."
            )
        return found

    def device(self, key: str, visitor: str) -> int:
        """Return the number, from 1, of the device on which somebody works for a group."""
        who = (key, mark(visitor))
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
        check_size(text)
        db.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?)", (key, part, text))
        db.execute(
            "UPDATE class SET touched = ? WHERE code = (SELECT code FROM seat WHERE key = ?)", (time.time(), key)
        )

    def _changed(self, db: sqlite3.Connection, key: str, what: str, device: int) -> None:
        db.execute("UPDATE seat SET what = ?, device = ?, at = ? WHERE key = ?", (what, device, time.time(), key))


@cache
def store(folder: Path) -> Store:
    """Return the store of a folder, the same for every visitor."""
    return Store(folder)


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
