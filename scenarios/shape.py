"""The shape of a document, checked key by key: tables, lists and plain values, each refused in plain words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError, check_shown, glimpse


def known(where: str, table: Mapping[str, Any], keys: Any) -> None:
    """Raise InputError for a key that a table does not have."""
    for key in table:
        if key not in keys:
            name = f"{where}.{key}" if where else str(key)
            hint = nearest_names(str(key)[:80], list(keys))
            msg = f"{name[:80]} is not something a programme has.{hint} It takes {', '.join(keys)}."
            raise InputError(msg)


def table_in(where: str, value: object) -> Mapping[str, Any]:
    """Return a table. Raises InputError for anything else."""
    if not isinstance(value, Mapping):
        msg = f"{where} must be a table. Got {glimpse(value)}."
        raise InputError(msg)
    return value


def tables_in(where: str, value: object) -> list[Mapping[str, Any]]:
    """Return a list of tables. Raises InputError for anything else."""
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence):
        msg = f"{where} must be a list of tables, each under [[{where}]]. Got {glimpse(value)}."
        raise InputError(msg)
    return [table_in(f"{where} {n}", each) for n, each in enumerate(value, 1)]


def names_in(where: str, value: object, allowed: Sequence[str] | None) -> list[str]:
    """Return a list of names, each an allowed one. Raises InputError for anything else."""
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(v, str) for v in value):
        msg = f"{where} must be a list of names. Got {glimpse(value)}."
        raise InputError(msg)
    for each in value:
        if allowed is not None and each not in allowed:
            msg = f"{where}: {each!r} must be one of {', '.join(allowed)}.{nearest_names(each, list(allowed))}"
            raise InputError(msg)
    return list(value)


def typed[T](where: str, value: object, kind: type[T], meant: str) -> T:
    """Return a value of a kind. Raises InputError, with what is meant, for anything else, and as `check_shown`."""
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        msg = f"{where} must be {meant}. Got {glimpse(value)}."
        raise InputError(msg)
    if isinstance(value, float) and not math.isfinite(value):
        msg = f"{where} must be a number. Got {value}."
        raise InputError(msg)
    if isinstance(value, str):
        check_shown(where, value)
    return value
