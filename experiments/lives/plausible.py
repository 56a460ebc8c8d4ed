"""Plausible parameter sets: coefficients that the evidence does not rule out, and the version of the model they fit.

`data/plausible.csv` is made by `conducive calibrate`; its first lines say with which command, and for which rules. The
first set is the medoid, whose values are the defaults of the coefficients.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from conducive.experiments.version import DERIVED, model_version
from conducive.scenarios.coefficients import free_coefficients
from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.official_csv import decoded
from conducive.scenarios.scenario import declared

DATA = Path(__file__).parents[1] / "data"
PLAUSIBLE = DATA / "plausible.csv"


@dataclass(frozen=True, slots=True)
class PlausibleSets:
    """Plausible sets of coefficients.

    Attributes:
        sets: values by address, a mapping for each set; the medoid first.
        made_with: what the head of the file says: command, seed, rules, number of draws.

    """

    sets: tuple[Mapping[str, float], ...]
    made_with: Mapping[str, str]

    @property
    def warning(self) -> str:
        """What to say where the sets were fitted to a model that behaves otherwise; nothing where they fit."""
        version = self.made_with.get("model version", model_version())
        if version == model_version():
            return ""
        return f"These plausible sets were fitted to other rules: model version {version}; this is {model_version()}."


def read_sets(path: Path = PLAUSIBLE) -> PlausibleSets:
    """Read and check a file of plausible sets.

    Sets made for another version of the model are read, and their `warning` says so. Raises InputError, naming what is
    wrong: a file that cannot be read or names no version, with coefficients missing, unknown or out of their range, or
    with no set.
    """
    try:
        text = decoded(path.read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read as a file of plausible sets: {error}."
        raise InputError(msg) from None
    lines = text.splitlines()
    head = dict(line[1:].strip().split(": ", 1) for line in lines if line.startswith("#") and ": " in line)
    if "model version" not in head:
        msg = f"{path} names no model version. Expected a line `# model version: ...`. Make it anew: {_again(head)}."
        raise InputError(msg)
    reader = csv.DictReader(io.StringIO("\n".join(line for line in lines if not line.startswith("#"))))
    names = reader.fieldnames or ()
    _check_names(path, names)
    sets = tuple(_checked(path, number, row) for number, row in enumerate(reader, 1))
    if not sets:
        msg = f"{path} holds no set. Expected a row for each. Make it anew: {_again(head)}."
        raise InputError(msg)
    return PlausibleSets(sets, head)


def _again(head: Mapping[str, str]) -> str:
    return head.get("made by", "conducive calibrate")


def _check_names(path: Path, names: Sequence[str]) -> None:
    expected = [*(i.address for i in free_coefficients()), *DERIVED]
    for name in names:
        if name not in expected:
            near = nearest_names(name, expected)
            msg = f"{path} has {name!r}, which is not a coefficient that calibration moves.{near}"
            raise InputError(msg)
        if list(names).count(name) > 1:
            msg = f"{path} has {name} twice. Expected one column."
            raise InputError(msg)
    for name in expected:
        if name not in names:
            msg = f"{path} lacks {name}. Expected a column for each coefficient that calibration moves."
            raise InputError(msg)


def _checked(path: Path, number: int, row: Mapping[str, str]) -> Mapping[str, float]:
    """Values of a row by address, in their plausible range."""
    values = {}
    for address, text in row.items():
        i = declared().get(address or "")
        try:
            value = float(text)
        except (TypeError, ValueError):
            value = float("nan")
        low, high = (i.minimum, i.maximum) if i and address in DERIVED else (i.low, i.high) if i else (0.0, 0.0)
        if not low <= value <= high:
            msg = f"{path}, set {number}: {address} must be {low:g} to {high:g}. Got {text!r}."
            raise InputError(msg)
        values[address] = value
    return values


@cache
def plausible_sets() -> PlausibleSets:
    """The plausible sets that come with the program, checked. Raises InputError as `read_sets` does."""
    return read_sets()


def check_fitted(sets: PlausibleSets) -> None:
    """Raise InputError for sets that were fitted to a model that behaves otherwise."""
    if sets.warning:
        msg = f"{sets.warning} Make them anew: {_again(sets.made_with)}."
        raise InputError(msg)
