"""Compiled rules kept between sessions: in a folder of our own, checked when read, and never needed.

Numba keeps compiled code of one function in two files. Here each carries its checksum, so that a file which was cut
short or garbled counts as absent and is compiled anew; and where no file can be written the program does without.
Numba's own settings, which other libraries share, are left alone.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs
from numba.core import caching, config

SETTING = "NUMBA_CACHE_DIR"
CHECKSUM = hashlib.sha256().digest_size


def folder_for(key: str) -> Path:
    """Return where compiled code of some rules is kept: as set, or with the user's caches, or for a while.

    A folder that holds them need not be writable. Where none can be made the name of one that could not is returned.
    """
    chosen = config.CACHE_DIR or platformdirs.user_cache_dir("conducive", appauthor=False)
    usual = Path(chosen) / f"rules-{key}"
    for_now = Path(tempfile.gettempdir()) / f"conducive-{_user()}" / f"rules-{key}"
    if any(usual.rglob("*.nbi")) or _writable(usual):
        return usual
    if _writable(for_now) and _ours(for_now.parent):
        _say_once(f"compiled rules cannot be kept in {chosen}, and are kept in {for_now.parent} for now")
        return for_now
    return usual


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "user"


def _writable(folder: Path) -> bool:
    """Whether a folder is there, or could be made, and takes a file."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _ours(folder: Path) -> bool:
    """Whether a folder in a place that all may write to belongs to this user: compiled code is run."""
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()


_SAID: set[str] = set()


def _say_once(what: str) -> None:
    if what not in _SAID:
        _SAID.add(what)
        sys.stderr.write(f"conducive: {what}. {SETTING} names another folder to keep them in.\n")


class _Files(caching.IndexDataCacheFile):  # type: ignore[misc]
    """Index and data of a function, each behind its checksum."""

    def _load_index(self) -> dict[Any, str]:
        try:
            version, stamp, overloads = pickle.loads(_checked(Path(self._index_path)))
        except Exception:
            return {}
        return overloads if (version, stamp) == (self._version, self._source_stamp) else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._write(self._index_path, pickle.dumps((self._version, self._source_stamp, overloads)))

    def _load_data(self, name: str) -> Any:
        return pickle.loads(_checked(Path(self._data_path(name))))

    def _save_data(self, name: str, data: object) -> None:
        self._write(self._data_path(name), self._dump(data))

    def _write(self, path: str, content: bytes) -> None:
        with self._open_for_write(path) as file:
            file.write(hashlib.sha256(content).digest() + content)


def _checked(path: Path) -> bytes:
    """Return what was written to a file. Raises OSError for one that holds anything else."""
    content = path.read_bytes()
    checksum, content = content[:CHECKSUM], content[CHECKSUM:]
    if hashlib.sha256(content).digest() != checksum:
        msg = f"{path} is damaged"
        raise OSError(msg)
    return content


def kept_in(folder: Path) -> Callable[[Callable[..., object]], caching.Cache]:
    """Return what makes the cache of a function, in a folder whose name stands for all that it is made of."""

    class Place(caching._CacheLocator):  # type: ignore[misc]
        def __init__(self, function: Callable[..., object]) -> None:
            self.line = function.__code__.co_firstlineno

        def get_cache_path(self) -> str:
            return str(folder)

        def get_source_stamp(self) -> str:
            return folder.name

        def get_disambiguator(self) -> str:
            return str(self.line)

        @classmethod
        def from_function(cls, function: Callable[..., object], _: str) -> Place:
            return cls(function)

    class Implementation(caching.CompileResultCacheImpl):  # type: ignore[misc]
        _locator_classes = (Place,)

    class Kept(caching.FunctionCache):  # type: ignore[misc]
        _impl_class = Implementation

        def __init__(self, function: Callable[..., object]) -> None:
            super().__init__(function)
            self._cache_file = _Files(self._cache_path, self._impl.filename_base, folder.name)

        def load_overload(self, signature: object, target: object) -> Any:
            try:
                return super().load_overload(signature, target)
            except Exception:
                return None

        def save_overload(self, signature: object, data: object) -> None:
            try:
                super().save_overload(signature, data)
            except OSError as error:
                _say_once(f"compiled rules cannot be kept in {folder.parent} ({error.strerror}), and are compiled anew")

    return Kept
