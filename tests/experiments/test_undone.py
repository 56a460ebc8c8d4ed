"""Changes that an event or a later launch undoes are said, or refused, wherever something is varied."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import conducive as cz
from conducive.experiments.cli import app
from conducive.experiments.lives.undone import undone
from conducive.experiments.search.factors import factors, question
from conducive.experiments.search.zone.plan import zone_map
from conducive.experiments.sweep.file import sweep_plan
from conducive.experiments.sweep.sweep import foresee
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import to_toml

PAID = "finance.mainstreaming"
SMALL = cz.load_scenario("classroom").change({"horizon": 24, "warm_up": 6, "organisation.posts": 12})
BOUND = SMALL.with_event(1, {PAID: 1.0})
LATER = SMALL.with_event(13, {PAID: 1.0})
AT_ONCE = SMALL.change({"warm_up": 0}).with_event(1, {PAID: 1.0})
SAYS = "finance.mainstreaming makes a difference before launch only: month 1: finance.mainstreaming = 1 from then on."


def test_a_change_that_lasts_is_not_undone() -> None:
    assert undone(PAID, SMALL, {PAID: 0.0}, {PAID: 1.0}) is None
    assert undone(PAID, BOUND, {PAID: 0.5}, {PAID: 0.5}) is None
    assert undone("horizon", BOUND, {"horizon": 24}, {"horizon": 36}) is None


def test_it_is_said_until_when_a_change_makes_a_difference_and_what_undoes_it() -> None:
    before, later = (undone(PAID, s, {PAID: 0.0}, {PAID: 0.5}) for s in (BOUND, LATER))

    assert before
    assert before.text() == SAYS
    assert later
    assert later.until == 12
    assert later.text().startswith("finance.mainstreaming makes a difference up to month 12 only: month 13:")


def test_a_launch_and_a_push_that_is_withdrawn_are_named() -> None:
    again = SMALL.with_wave(6, "second", {"leadership.push": 0.5})
    withdrawn = SMALL.with_event(4, "push_withdrawn")

    wave, push = (undone("push", s, {"leadership.push": 0.0}, {"leadership.push": 1.0}) for s in (again, withdrawn))

    assert wave
    assert "launch of second" in wave.text()
    assert push
    assert push.until == 3
    assert "push withdrawn" in push.text()


def test_a_whole_condition_of_which_a_part_lasts_is_not_undone() -> None:
    assert undone("finance", BOUND, {"finance": 0.0}, {"finance": 1.0}) is None


@pytest.mark.parametrize("ask", ["sweep", "question", "zone"])
def test_what_makes_no_difference_at_all_is_refused_before_it_is_run(ask: str) -> None:
    asks = {
        "sweep": lambda: sweep_plan({"scenario": AT_ONCE, "factors": {PAID: [0.0, 1.0]}}),
        "question": lambda: question(AT_ONCE, factors([PAID]), "use"),
        "zone": lambda: zone_map.plan(AT_ONCE, PAID, "culture", 2, 0, plausible=False),
    }

    with pytest.raises(InputError, match=re.escape("makes no difference: month 1: finance.mainstreaming = 1")):
        asks[ask]()


def test_what_makes_a_difference_for_some_months_is_said_before_it_is_run() -> None:
    plan = sweep_plan({"scenario": BOUND, "factors": {PAID: [0.0, 1.0]}, "replicates": 2})

    assert SAYS in foresee(plan, "nowhere", timed=False).text(1)
    assert question(BOUND, factors([PAID]), "use").notes == (SAYS,)
    assert zone_map.plan(BOUND, PAID, "culture", 2, 0, plausible=False).notes == (SAYS,)


def test_a_sweep_says_in_its_summary_too_what_makes_a_difference_for_some_months(tmp_path: Path) -> None:
    found = cz.sweep({"scenario": BOUND, "factors": {PAID: [0.0, 1.0]}, "replicates": 2}, tmp_path / "here")

    assert SAYS in " ".join(found.text().split())


def test_a_setting_that_is_undone_is_said_on_the_command_line(tmp_path: Path) -> None:
    told = CliRunner().invoke(
        app.app,
        ["run", "classroom", "--set", "leadership.push=0.1", "--replicates", "1", "--out", f"{tmp_path}/a"],
    )

    assert told.exit_code == 0
    assert "Note:" not in told.stderr


def test_a_setting_over_an_event_is_said_with_the_event(tmp_path: Path) -> None:
    (tmp_path / "bound.toml").write_text(to_toml(BOUND), encoding="utf-8")

    asked = ["run", f"{tmp_path}/bound.toml", "--set", f"{PAID}=0.2", "--replicates", "1", "--out", f"{tmp_path}/b"]

    told = CliRunner().invoke(app.app, asked)

    assert told.exit_code == 0
    assert SAYS in " ".join(told.stderr.split())
