"""Causes of lapse: the month enters each under its own number, whatever order they are worked out in."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from conducive.agents import practitioner
from conducive.agents.practitioner import BEGAN, CAUSES, INDUCTED, LEFT_JOB, OVERLOAD, SUPERSEDED, Cause
from conducive.experiments.pages.explain import arguments
from conducive.experiments.pages.reading import functions
from conducive.model.processes.lapse import lapse

LAPSES = [cause for cause in Cause if cause.rule]


def test_every_rule_of_lapse_is_that_of_a_cause() -> None:
    rates = [name for name in functions(practitioner) if name.startswith("lapse_") and name != "lapse_shield"]

    assert [cause.rule for cause in LAPSES] == rates


def test_causes_are_numbered_by_their_place_as_the_ledger_has_them() -> None:
    assert [int(cause) for cause in Cause] == list(range(1, len(CAUSES)))
    assert [CAUSES[cause] for cause in Cause] == [cause.words for cause in Cause]
    assert [LEFT_JOB, OVERLOAD, SUPERSEDED, BEGAN, INDUCTED] == [1, 2, 9, 10, 11]


@pytest.mark.parametrize("cause", LAPSES, ids=lambda cause: cause.name)
def test_a_lapse_is_entered_under_the_cause_whose_rule_struck(cause: Cause) -> None:
    weights = {a for one in LAPSES for a in arguments(getattr(practitioner, one.rule)) if a.startswith("lapse_")}
    mine = set(arguments(getattr(practitioner, cause.rule)))
    p = SimpleNamespace(habit_shield=0.0, **{weight: float(weight in mine) for weight in weights})
    o = SimpleNamespace(fit=0.2, obstacles=0.5, scar=1.0, paid=0.0)
    q = SimpleNamespace(strain=1.0, reinforcement=0.0, habit=0.0, doubt=1.0)

    struck = lapse(p, o, q, 1.0, 1.0, 0.0, 0.5)

    assert struck == cause
