"""Plausible parameter sets: coefficients that the evidence does not rule out, and the version of the model they fit.

`data/plausible.csv` is made by `conducive calibrate`; its first lines say with which command, and for which rules. The
first set is the medoid, whose values are the defaults of the coefficients.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from conducive.scenarios.coefficients import free_coefficients
from conducive.scenarios.declaration import nearest_names
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import declared

HOUSE = Path(__file__).resolve().parents[1]
DATA = Path(__file__).with_name("data")
PLAUSIBLE = DATA / "plausible.csv"
DERIVED = ("coefficients.usual_strain", "coefficients.usual_wellbeing")
"""What a set works out from its own coefficients: the model's level under default conditions."""


@dataclass(frozen=True, slots=True)
class PlausibleSets:
    """Plausible sets of coefficients.

    Attributes:
        sets: values by address, a mapping for each set; the medoid first.
        made_with: what the head of the file says: command, seed, rules, number of draws.

    """

    sets: tuple[Mapping[str, float], ...]
    made_with: Mapping[str, str]


@cache
def model_version() -> str:
    """A hash of what decides results: rules and declarations, but for free coefficients their ranges, not defaults.

    Comments and docstrings do not count, so that a text can be mended without running a study again.
    """
    digest = hashlib.sha256()
    for path in [*sorted(p for room in ("agents", "model") for p in (HOUSE / room).glob("*.py")), *_DECLARING]:
        digest.update(_code(path.read_text("utf-8")).encode())
    calibrated = {i.address for i in free_coefficients()}
    for i in declared().values():
        bounds = (i.address, i.minimum, i.maximum, i.barrier, i.facilitator, i.whole)
        decides = (i.low, i.high) if i.address in calibrated else () if i.address in DERIVED else (i.default,)
        digest.update(repr((*bounds, *decides)).encode())
    return digest.hexdigest()[:12]


_DECLARING = tuple(HOUSE / "scenarios" / name for name in ("timeline.py", "workforce.py", "events.py"))


def _code(source: str) -> str:
    """Source without comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            node.body = [part for part in node.body if not _is_text(part)] or [ast.Pass()]
    return ast.unparse(tree)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def read_sets(path: Path = PLAUSIBLE) -> PlausibleSets:
    """Read and check a file of plausible sets.

    Raises InputError, naming what is wrong: a file that cannot be read, made for another version of the model, with
    coefficients missing, unknown or out of their range, or with no set.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read as a file of plausible sets: {error}."
        raise InputError(msg) from None
    lines = text.splitlines()
    head = dict(line[1:].strip().split(": ", 1) for line in lines if line.startswith("#") and ": " in line)
    version = head.get("model version", "none given")
    if version != model_version():
        msg = f"{path} was made for model version {version}. This is {model_version()}. Make it anew: {_again(head)}."
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
