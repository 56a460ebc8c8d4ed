"""The same question and seed give the same bits, however it is run; an edited rule is never answered from a cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import conducive
from conducive.agents.practitioner import LAPSED, ROUTINE, TRAINED, TRYING
from conducive.experiments.lives.ensemble import Ensemble, run
from conducive.model.month import live
from conducive.model.organisation import Organisation
from conducive.model.state import World, new_world
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline

HOUSE = Path(conducive.__file__).resolve().parents[1]
SMALL = (
    Scenario("small")
    .change({"organisation.posts": 28, "organisation.families": 90, "warm_up": 12, "horizon": 48, "leadership": 0.8})
    .with_event(10, "incident")
    .with_wave(30, "second")
)


def same(one: Ensemble, other: Ensemble) -> bool:
    """Whether months, ledgers and agents of two ensembles are the same to the bit."""
    return all(
        a.monthly.tobytes() == b.monthly.tobytes()
        and a.ledger.tobytes() == b.ledger.tobytes()
        and all(a.agents[table].tobytes() == b.agents[table].tobytes() for table in a.agents)
        for a, b in zip(one.lives, other.lives, strict=True)
    )


def test_the_same_seed_gives_the_same_bits() -> None:
    assert same(run(SMALL, 4, 5), run(SMALL, 4, 5))


def test_threads_change_nothing() -> None:
    with ThreadPoolExecutor(1) as alone, ThreadPoolExecutor(8) as many:
        assert same(run(SMALL, 12, 5, executor=alone), run(SMALL, 12, 5, executor=many))


def test_stepping_an_organisation_is_living_replicate_0() -> None:
    model = Organisation(SMALL, rng=7)
    while model.running:
        model.step()
    life = run(SMALL, 1, 7).lives[0]

    assert np.asarray(model.world.monthly).tobytes() == life.monthly.tobytes()
    assert np.asarray(model.world.practitioners).tobytes() == life.agents["practitioners"].tobytes()


def test_stopping_for_a_while_changes_nothing() -> None:
    rows = timeline(SMALL)
    at_once, piecemeal = new_world(rows, 3), new_world(rows, 3)
    live(at_once, 0, len(rows))
    for first, last in ((0, 1), (1, 13), (13, 13), (13, 40), (40, len(rows))):
        live(piecemeal, first, last)

    assert np.asarray(at_once.monthly).tobytes() == np.asarray(piecemeal.monthly).tobytes()


def test_looking_changes_nothing() -> None:
    watched, alone = Organisation(SMALL, rng=2), Organisation(SMALL, rng=2)
    for _ in range(20):
        watched.step()
        list(watched.agents)
        watched.trust_network()
        alone.step()

    assert watched.monthly.equals(alone.monthly)


# ---- In another process --------------------------------------------------------------------------------------------

TINY = """
import json, sys
import conducive
from conducive.experiments.lives.ensemble import run
scenario = conducive.load_scenario("baseline").change(json.loads(sys.argv[1]))
life = run(scenario, 1, 3, agents=True).lives[0]
print(json.dumps({
    "house": conducive.__file__,
    "monthly": {name: life.monthly[name].tolist() for name in life.monthly.dtype.names},
    "staff": {name: life.agents["practitioners"][name].tolist() for name in life.agents["practitioners"].dtype.names},
}))
"""
CHANGES = {
    "organisation.posts": 14, "organisation.families": 30, "warm_up": 6, "horizon": 12, "leadership": 0.9, "fit": 0.9,
    "coefficients.try_alone": 2.0, "public_perceptions.incident_rate": 100,
}  # fmt: skip


def elsewhere(house: Path, cache: Path, program: str = TINY, **environment: str) -> Mapping[str, Any]:
    """Run a program in its own process, the package in `house`, compiled code in `cache`; return what it prints."""
    settings = {
        **os.environ,
        "PYTHONPATH": str(house),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": str(cache),
        **environment,
    }
    command = [sys.executable, "-c", program, json.dumps(CHANGES)]
    done = subprocess.run(
        command, env=settings, cwd=cache.parent, capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: Mapping[str, Any] = json.loads(done.stdout)
    assert Path(str(found["house"])).resolve().is_relative_to(house.resolve())
    return found


def test_plain_python_agrees_with_the_compiled_rules(tmp_path: Path) -> None:
    plain = elsewhere(HOUSE, tmp_path / "cache", NUMBA_DISABLE_JIT="1")
    compiled = run(Scenario("baseline").change(CHANGES), 1, 3).lives[0]

    for name, values in plain["monthly"].items():
        np.testing.assert_allclose(values, compiled.monthly[name], rtol=1e-9, atol=1e-9, err_msg=name)
    for name, values in plain["staff"].items():
        np.testing.assert_allclose(values, compiled.agents["practitioners"][name], rtol=1e-9, atol=1e-9, err_msg=name)
    assert max(plain["monthly"]["use"]) > 0, "the test means to see some use"


def copy_of_the_house(to: Path) -> Path:
    """Copy the sources of the package, without the links, to where they may be edited."""
    for room in ("scenarios", "agents", "model", "experiments"):
        target = to / "conducive" / room
        for source in (HOUSE / room).rglob("*"):
            if source.is_file() and "__pycache__" not in source.parts:
                copy = target / source.relative_to(HOUSE / room)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(source.read_bytes())
    (to / "conducive" / "__init__.py").write_bytes((HOUSE / "conducive" / "__init__.py").read_bytes())
    return to


NEEDS = """
import json
import conducive
from conducive.model.state import new_world
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import timeline
small = Scenario("small").change({"organisation.posts": 8, "organisation.families": 20})
print(json.dumps({"house": conducive.__file__, "need": new_world(timeline(small), 3).families["need"].tolist()}))
"""


def test_an_edited_rule_is_compiled_anew(tmp_path: Path) -> None:
    house, cache = copy_of_the_house(tmp_path / "house"), tmp_path / "cache"
    cache.mkdir()
    before = elsewhere(house, cache, NEEDS)
    once_more = elsewhere(house, cache, NEEDS)
    folders = set(cache.iterdir())
    # A rule that code in another module calls: Numba by itself would go on answering with the old one.
    rules = house / "conducive" / "agents" / "rule.py"
    old, new = "return 1.0 - (1.0 - x) * (1.0 - y)", "return max(x, y)"
    text = rules.read_text(encoding="utf-8")
    assert text.count(old) == 1
    rules.write_text(text.replace(old, new), encoding="utf-8")
    after = elsewhere(house, cache, NEEDS)

    assert before == once_more
    assert len(folders) == 1
    assert set(cache.iterdir()) > folders
    assert all(a < b for a, b in zip(after["need"], before["need"], strict=True))


# ---- Order of agents -----------------------------------------------------------------------------------------------


def with_ties_listed_backwards(world: World) -> World:
    """List every post's ties the other way round: whom one looks at first must not matter."""
    backwards = np.concatenate([np.arange(first, last)[::-1] for first, last in pairwise(world.tie_start)])
    for ties in (world.tie_to, world.tie_trust, world.tie_width, world.tie_reverse):
        ties[:] = ties[backwards]
    world.tie_reverse[:] = backwards[world.tie_reverse]
    return world


def test_the_order_in_which_ties_are_listed_changes_nothing_but_rounding() -> None:
    rows = timeline(SMALL)
    one, other = new_world(rows, 8), with_ties_listed_backwards(new_world(rows, 8))
    live(one, 0, len(rows))
    live(other, 0, len(rows))

    np.testing.assert_array_equal(one.practitioners["stage"], other.practitioners["stage"])
    np.testing.assert_allclose(one.monthly["peer_trust"], other.monthly["peer_trust"], rtol=1e-9)
    np.testing.assert_allclose(one.monthly["use"], other.monthly["use"], rtol=1e-9)


def test_a_month_carries_influence_one_step_whichever_way_posts_are_numbered() -> None:
    # Everybody is trained and certain to begin once one trusted colleague uses it, and trusts only those numbered next
    # to them. One month must then carry it one step, up and down alike. Were others seen as already changed, it would
    # run on through higher numbers.
    contagious = {
        "organisation.posts": 7, "organisation.families": 7, "warm_up": 0, "horizon": 30,
        "coefficients.cross_team_ties": 0,
        "coefficients.gate_strength": 0, "coefficients.step_pace": 100, "coefficients.willing_threshold": -100,
        "coefficients.contagion_threshold": 0.01, "coefficients.contagion_steepness": 50, "coefficients.try_peers": 100,
        "coefficients.try_alone": 0, "leadership.push": 1, "mechanisms.turnover": 0, "mechanisms.money": 0,
        "mechanisms.incidents": 0, "mechanisms.leaders": 0, "workforce_capacity.agency_extra": 0,
        "coproduction.participation_depth": 0,
        "coefficients.improvement_posts": 0, "implementation_process.implementation_staff": 20,
        "implementation_process.on_day_job": 0, "coefficients.training_capacity": 4000,
        "workforce_capacity.turnover": 0, "collaboration.staff_participation": 1,
    }  # fmt: skip
    rows = timeline(Scenario("ring").change(contagious))
    for first in (0, 3, 6):
        world = new_world(rows, 4)
        live(world, 0, 20)
        assert (world.practitioners["stage"] == TRAINED).all()
        world.practitioners["stage"][first] = TRYING
        for i in range(7):
            for e in range(world.tie_start[i], world.tie_start[i + 1]):
                world.tie_trust[e] *= abs(int(world.tie_to[e]) - i) == 1
        live(world, 20, 21)
        reached = set(np.flatnonzero(np.isin(world.practitioners["stage"], (TRYING, ROUTINE, LAPSED))).tolist())

        assert reached == {first - 1, first, first + 1} & set(range(7))
