"""The version of the model's behaviour: a hash of the results of a few short runs, and of what runs cannot show.

Renaming a variable or mending a text leaves it as it is, wherever that stands; a change of a rule moves it, wherever
the rule stands. Free coefficients are put at places in their ranges, so that their defaults, which a calibration
sets, are no part of it: a run names those by its scenario.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from conducive.agents.own import own_rules
from conducive.agents.rule import CACHE
from conducive.model.month import live
from conducive.model.state import new_world
from conducive.scenarios.coefficients import MECHANISMS, free_coefficients
from conducive.scenarios.conditions import CONDITIONS
from conducive.scenarios.events import EVENTS
from conducive.scenarios.scenario import Scenario, declared
from conducive.scenarios.timeline import timeline
from conducive.scenarios.workforce import shipped_table

HOUSE = Path(__file__).resolve().parents[1]
DERIVED = ("coefficients.usual_strain", "coefficients.usual_wellbeing")
"""What a set works out from its own coefficients: the model's level under default conditions."""
DIGITS = 9
"""Significant digits that count: libraries differ in the last of 16. A change smaller than that is not seen."""
GOLDEN = 0.6180339887498949
"""Multiples of it, modulo 1, spread evenly over a range."""
AUTHORITIES, YEAR = ("Leeds", "Kent", "Camden", "England"), 2025
SMALL = {"organisation.posts": 16, "organisation.families": 48, "warm_up": 12, "horizon": 84}


@cache
def model_version() -> str:
    """Return the version of the model's behaviour: 12 characters, the same in every process and thread."""
    try:
        known = _kept().read_text("ascii")
    except (OSError, UnicodeDecodeError):
        known = ""
    if len(known) == LENGTH and set(known) <= set("0123456789abcdef"):
        return known
    found = behaviour()
    with suppress(OSError):  # without a cache it is worked out each time
        _kept().parent.mkdir(parents=True, exist_ok=True)
        aside = _kept().with_suffix(f".{os.getpid()}.part")
        aside.write_text(found, "ascii")
        aside.replace(_kept())
    return found


LENGTH = 12


def behaviour() -> str:
    """Work the version out: the results of every run, and the declarations."""
    digest = hashlib.sha256()
    with shipped_table():
        runs = list(asked())
    for number, scenario in enumerate(runs):
        for table in results(scenario, number):
            digest.update(_rounded(table))
    for line in declarations():
        digest.update(line.encode())
    return digest.hexdigest()[:LENGTH]


def declarations() -> Iterator[str]:
    """Yield what is declared of each input and decides what may be asked, and what is drawn, beside results."""
    calibrated = {i.address for i in free_coefficients()}
    for i in declared().values():
        bounds = (i.address, i.minimum, i.maximum, i.barrier, i.facilitator, i.whole, i.low, i.high)
        decides = () if i.address in calibrated or i.address in DERIVED else (i.default,)
        yield repr((*bounds, *decides))


def asked() -> Iterator[Scenario]:
    """Yield the scenarios of the runs."""
    plain = Scenario("version").change(SMALL)
    for number in range(4):
        yield plain.under(_coefficients(number))
    for number, name in enumerate(AUTHORITIES):
        yield plain.at(name, YEAR).under(_coefficients(number))
    for n, condition in enumerate(CONDITIONS):
        for position in (0.1, 0.9):
            yield plain.under(_coefficients(n)).change({condition.name: position})
    for n, name in enumerate(EVENTS):
        yield plain.under(_coefficients(n)).with_event(18, name)
    for n, switch in enumerate(MECHANISMS):
        yield plain.under(_coefficients(n)).change({switch.address: False})
    for number in range(4):  # all at once, over a longer time
        busy = plain.change({"horizon": 120, "finance.mainstreaming": 0.25 * number}).under(_coefficients(number))
        busy = busy.with_event(40, {"workforce_capacity.turnover": 0.3}).with_wave(30, "second")
        for n, name in enumerate(EVENTS):
            busy = busy.with_event(12 + 7 * n, name)
        yield busy


def _coefficients(number: int) -> dict[str, float]:
    """Return a made-up set of coefficients: spread over the middle half of their ranges."""
    values = {
        i.address: i.low + (i.high - i.low) * (0.25 + 0.5 * ((n + 1) * (number + 1) * GOLDEN % 1.0))
        for n, i in enumerate(free_coefficients())
    }
    return values | dict(zip(DERIVED, (0.3, 0.6), strict=True))


def results(scenario: Scenario, seed: int) -> Iterator[npt.NDArray[Any]]:
    """Yield the months of a run, what it enters in the ledger, and its agents in the last month."""
    rows = timeline(scenario)
    world = new_world(rows, seed)
    live(world, 0, len(rows))
    yield np.asarray(world.monthly)
    yield np.asarray(world.ledger)[: int(world.organisation["ledger_rows"][0])]
    for name in ("practitioners", "leaders", "families", "funders"):
        yield np.asarray(getattr(world, name))


def _rounded(table: npt.NDArray[Any]) -> bytes:
    """Return the numbers of a table as bytes, to so many significant digits, without the names of its columns."""
    told = []
    for name in table.dtype.names or ():
        values = np.asarray(table[name], np.float64).ravel()
        sized = np.where(np.isfinite(values) & (values != 0.0), np.abs(values), 1.0)
        scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(sized)))
        # Adding 0 makes one zero of two; every NaN has the same bits.
        told.append(np.where(np.isnan(values), np.nan, np.round(values * scale) / scale + 0.0).tobytes())
    return b"".join(told)


def _kept() -> Path:
    """Return where the version is kept: a file for each state of the sources, the libraries and the platform."""
    files = [p for room in ("scenarios", "agents", "model") for p in sorted((HOUSE / room).rglob("*")) if p.is_file()]
    content = [p for p in files if p.suffix in {".py", ".csv", ".toml", ".json"}]
    digest = hashlib.sha256(repr((numba.__version__, np.__version__, platform.machine(), platform.system())).encode())
    for path in (*content, Path(__file__)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    digest.update(own.source.encode() if (own := own_rules()) else b"")
    return CACHE.parent / f"behaviour-{digest.hexdigest()[:16]}"
