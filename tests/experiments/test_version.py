"""The version of the model's behaviour: it moves with what the model does, wherever that stands, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from conducive.experiments import version
from conducive.experiments.folders import folder
from conducive.experiments.folders import identity as identities
from conducive.experiments.folders.folder import made_by
from conducive.experiments.folders.identity import run_identity
from conducive.experiments.lives import plausible, text
from conducive.experiments.lives.plausible import PlausibleSets, check_fitted, plausible_sets
from conducive.experiments.lives.text import sets_in_words
from conducive.experiments.version import AUTHORITIES, DIGITS, _rounded, asked, behaviour, model_version, results
from conducive.scenarios import scenario as scenarios
from conducive.scenarios.errors import InputError
from conducive.scenarios.events import EVENTS
from conducive.scenarios.scenario import Scenario
from tests.model.test_determinism import copy_of_the_house

BEHAVIOUR = "import conducive.experiments.version as v; print(v.behaviour())"


def behaviour_of(house: Path, **environment: str) -> str:
    told = subprocess.run(
        [sys.executable, "-c", BEHAVIOUR],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()


def edit(path: Path, old: str, new: str) -> None:
    source = path.read_text("utf-8")
    assert old in source
    path.write_text(source.replace(old, new), "utf-8")


@pytest.mark.slow("compiles all rules anew")
def test_the_version_is_the_same_in_threads_and_in_another_process(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        found = set(pool.map(lambda _: behaviour(), range(2)))

    assert found == {model_version(), behaviour_of(tmp_path)}


@pytest.mark.slow("compiles all rules anew")
def test_names_texts_and_views_do_not_move_the_version_and_a_rule_does(tmp_path: Path) -> None:
    house = copy_of_the_house(tmp_path / "house")
    package, cache = house / "conducive", {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    edit(package / "agents" / "views.py", "def __repr__(self) -> str:", "def __repr__(self) -> str:\n        other = 1")
    edit(package / "model" / "climate.py", "Rules of the organisation and of the ", "Otherwise told")
    edit(package / "scenarios" / "scenario.py", "more_load", "extra_load")
    assert behaviour_of(house, **cache) == model_version()

    edit(package / "agents" / "rule.py", "return 1.0 - strength * (1.0 - x)", "return 1.0 - 0.9 * strength * (1.0 - x)")
    assert behaviour_of(house, **cache) != model_version()


def test_the_rule_of_what_staff_are_used_to_moves_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios.Scenario, "_used_to_its_caseload", lambda self: self)

    assert behaviour() != model_version()


def test_a_default_moves_the_version_and_that_of_a_free_coefficient_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    declared = dict(scenarios.declared())

    def with_default(address: str) -> str:
        moved = {**declared, address: replace(declared[address], default=0.9 * declared[address].default)}
        for module in (scenarios, version):
            monkeypatch.setattr(module, "declared", lambda: moved)
        return behaviour()

    assert with_default("workforce_capacity.turnover") != model_version()
    assert with_default("coefficients.try_alone") == model_version()


def test_the_runs_hold_every_event_real_authorities_and_lapses() -> None:
    runs = list(asked())
    ledgers = [list(results(each, n))[1] for n, each in enumerate(runs)]

    assert {e.name for each in runs for e in each.events} >= set(EVENTS)
    assert len({each.place for each in runs if each.place}) == len(AUTHORITIES)
    assert len(np.unique(np.concatenate(ledgers)["cause"])) > 8


def test_only_so_many_digits_count() -> None:
    def table(value: float) -> bytes:
        return _rounded(np.array([(value,)], [("x", np.float64)]))

    assert table(1.0) == table(1.0 + 1e-13)
    assert table(1.0) != table(1.0 + 10.0 ** (1 - DIGITS))
    assert table(0.0) == table(-0.0)


def test_the_version_is_kept_and_does_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "CACHE", tmp_path / "new" / "rules")
    assert model_version.__wrapped__() == behaviour()
    assert version._kept().read_text() == behaviour()

    version._kept().write_text("0123456789ab")
    assert model_version.__wrapped__() == "0123456789ab"

    (tmp_path / "file").write_text("")
    monkeypatch.setattr(version, "CACHE", tmp_path / "file" / "rules")
    assert model_version.__wrapped__() == behaviour()


def test_sets_of_other_rules_warn_in_text_and_provenance_and_are_refused_where_it_is_strict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = PlausibleSets(plausible_sets().sets, {"model version": "000000000000", "made by": "conducive calibrate"})
    for module in (plausible, identities, folder, text):
        monkeypatch.setattr(module, "plausible_sets", lambda: other)
    from conducive.experiments.lives.ensemble import run

    small = Scenario("small").change({"organisation.posts": 8, "organisation.families": 20, "horizon": 6, "warm_up": 1})
    ran = run(small, 8, 0, plausible=True)

    assert "fitted to other rules: model version 000000000000" in sets_in_words(ran, "run", small)
    assert "fitted to other rules" in " ".join(ran.text().split())
    assert "000000000000" in made_by(run_identity(small, 8, 0, plausible=True), "")["warning"]
    assert "warning" not in made_by(run_identity(small, 8, 0), "")
    with pytest.raises(InputError, match=r"fitted to other rules.*conducive calibrate"):
        check_fitted(other)
