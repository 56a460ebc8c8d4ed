"""The folder of a sweep: parts written one by one, each whole or not there at all, and a record to go on from.

It holds `_manifest.json` (what was asked), `part-*.parquet` (runs), `_parts.jsonl` (a line with the checksum of each
finished part), `_failed.jsonl` (a line for each design point that could not be run) and, at the end, `_summary.txt`.
Readers of Parquet folders, such as pandas, leave out what begins with `_` or a dot.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from conducive.experiments.folders.folder import ASIDE, aside_of
from conducive.scenarios.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST, PARTS, FAILED, SUMMARY = "_manifest.json", "_parts.jsonl", "_failed.jsonl", "_summary.txt"
LOCK = f".lock{ASIDE}"

type Line = dict[str, Any]


class SweepError(RuntimeError):
    """A sweep could not go on: the disk is full, say, or a worker was lost. What is finished is kept."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a sweep, with what it was asked (`manifest`)."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def parts(self) -> int:
        """Parts that there will be."""
        return int(self.manifest["parts"])

    @property
    def recorded(self) -> list[Line]:
        """Parts that were written, in order: part, runs, rows (runs that did not fail), failed (points) and sha256."""
        return sorted(_lines(self.path / PARTS), key=lambda line: int(line["part"]))

    @property
    def failures(self) -> list[Line]:
        """Design points that could not be run: point, authority (if asked for), factors and error."""
        return _lines(self.path / FAILED)

    def whole(self) -> dict[int, Line]:
        """Return what is recorded of parts that are whole, by number.

        Others are those whose checksum does not fit, and those that were being written when a sweep was killed.
        """
        counts = Counter(line["part"] for line in self.failures)
        return {
            line["part"]: line
            for line in self.recorded
            if counts[line["part"]] == line["failed"] and self._bytes(line) is not None
        }

    def recover(self) -> dict[int, Line]:
        """Return `whole`, and forget the other parts."""
        whole = self.whole()
        with _room(self.path):
            _replace(self.path / FAILED, _text([line for line in self.failures if line["part"] in whole]))
            _replace(self.path / PARTS, _text([whole[part] for part in sorted(whole)]))
        return whole

    def write(self, part: int, runs: int, table: pa.Table, failures: Sequence[Line]) -> None:
        """Write a part of so many runs, whole, and record it.

        Raises SweepError where that cannot be done: the disk is full, say.
        """
        import pyarrow.parquet as pq

        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        content = buffer.getvalue()
        line = {"part": part, "runs": runs, "rows": len(table), "failed": len(failures), "sha256": _checksum(content)}
        with _room(self.path):
            _replace(self.path / _name(part), content)
            _append(self.path / FAILED, _text([{"part": part, **failure} for failure in failures]))
            _append(self.path / PARTS, _text([line]))

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Give the runs of each finished part, in order. Raises InputError for a part that is damaged or missing."""
        return (self._table(line, columns) for line in self.recorded)

    def table(self, part: int) -> pa.Table:
        """Return the runs of a finished part. Raises InputError where it is damaged or missing."""
        return self._table(next(line for line in self.recorded if line["part"] == part), None)

    def _table(self, line: Line, columns: Sequence[str] | None) -> pa.Table:
        import pyarrow as pa
        import pyarrow.parquet as pq

        content = self._bytes(line)
        if content is None:
            msg = f"{self.path / _name(line['part'])} is damaged or missing. Run the sweep again to redo it."
            raise InputError(msg)
        # In one thread, from memory, and not as a data set, which reads ahead with threads: Arrow's own threads may
        # outlive the interpreter and abort it at exit.
        return pq.ParquetFile(pa.BufferReader(content)).read(columns=columns, use_threads=False)

    def told_anew(self, manifest: Mapping[str, Any]) -> Folder:
        """Write a manifest with other words over that of the same sweep."""
        with _room(self.path):
            _replace(self.path / MANIFEST, (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())
        return opened(self.path)

    def finish(self, summary: str) -> None:
        """Write the summary, last of all."""
        with _room(self.path):
            _replace(self.path / SUMMARY, summary.encode())

    def _bytes(self, line: Line) -> bytes | None:
        """Return the content of a recorded part, or None where it is not what was written."""
        try:
            content = (self.path / _name(line["part"])).read_bytes()
        except OSError:
            return None
        return content if _checksum(content) == line["sha256"] else None


def opened(path: Path) -> Folder:
    """Return the folder of a sweep. Raises InputError for one that holds none."""
    try:
        manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        manifest = {}
    if not isinstance(manifest, dict) or manifest.get("kind") != "sweep":
        msg = f"{path} holds no sweep. Make one with conducive sweep FILE.toml --out {path}."
        raise InputError(msg)
    return Folder(path, manifest)


def begun(path: Path, manifest: Mapping[str, Any]) -> Folder:
    """Return the folder of a sweep that begins, or goes on: an earlier manifest stays."""
    if not (path / MANIFEST).is_file():
        with _room(path):
            path.mkdir(exist_ok=True)
            _replace(path / MANIFEST, (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())
    return opened(path)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other sweeps out of a folder, which is made, as long as this process lives.

    Raises InputError where another sweep is writing to it.
    """
    with _room(path):
        path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path / LOCK)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            msg = f"another sweep is writing to {path}. Wait, or name another --out."
            raise InputError(msg) from None
    try:
        yield
    finally:
        lock.release()


def _name(part: int) -> str:
    return f"part-{part:06}.parquet"


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _room(path: Path) -> Iterator[None]:
    """Say what happened, and what to do, where a folder cannot be written to."""
    try:
        yield
    except OSError as error:
        msg = (
            f"{path} cannot be written to: {error.strerror or error}. What was finished is kept: make room, then run "
            "the same again to go on."
        )
        raise SweepError(msg) from None


def _replace(path: Path, content: bytes) -> None:
    """Write a file aside, then put it in place."""
    with aside_of(path) as aside:
        aside.write_bytes(content)


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def _lines(path: Path) -> list[Line]:
    """Return the lines of a record, without one that was not written to its end."""
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines(keepends=True)
    except OSError:
        return []
    found = []
    for line in lines:
        with suppress(ValueError):
            found.append(json.loads(line))
    return found


def _text(lines: Iterable[Line]) -> bytes:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
