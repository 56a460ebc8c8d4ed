"""What is no such thing at all: every public function refuses it by name, in a few plain words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

import conducive as cz
from conducive.experiments.compare.brief import brief
from conducive.scenarios.errors import InputError

SMALL = cz.load_scenario("classroom").change({"horizon": 12, "warm_up": 0, "organisation.posts": 12})
SWEEP = {"scenario": "classroom", "replicates": 1, "factors": {"leadership": [0.1, 0.5]}}
NOWHERE = cz.load_programme("no-programme", placed=False)
LONG = "x" * 5000
ARRAY, FRAME = np.array(["a", "b"]), pd.DataFrame({"a": [1, 2]})


@pytest.fixture(scope="module")
def comparison() -> cz.Comparison:
    """A comparison of two runs each."""
    return cz.compare(SMALL, SMALL.change({"finance": 0.9}), 2, plausible=False)


@pytest.mark.parametrize("changes", [None, 5, "abc", [1], ARRAY, FRAME])
def test_a_programme_changes_by_a_dict_alone(changes: Any) -> None:
    with pytest.raises(InputError, match="what changes must be a dict, of names and their values"):
        NOWHERE.change(changes)


@pytest.mark.parametrize("out", [None, 5, "a\0b", ""])
def test_results_go_to_a_path(out: Any, comparison: cz.Comparison) -> None:
    with pytest.raises(InputError, match=r"out must be the path of a folder.* Did you mean 'results'\?"):
        cz.sweep(SWEEP, out)
    with pytest.raises(InputError, match=r"out must be the path of a file.* Did you mean 'results.png'\?"):
        cz.export(comparison, out)


def test_a_file_without_a_name_is_refused_with_one(comparison: cz.Comparison) -> None:
    with pytest.raises(InputError, match=r"must end in .* Did you mean 'results.png'\?"):
        cz.export(comparison, ".")


def test_a_briefing_takes_a_dependence(comparison: cz.Comparison) -> None:
    with pytest.raises(InputError, match=r"depends must be what dependence\(comparison\) returned, or None. Got 'a'"):
        brief(comparison, "a")  # type: ignore[arg-type]


@pytest.mark.parametrize("levels", ["abc", [0.1, "0,5"], 2.5, "", [], None, {"a": 1}])
def test_levels_are_a_count_or_values(levels: Any) -> None:
    with pytest.raises(InputError, match=r"levels must be a whole number, 2 to 41, or a list of values of leadership"):
        cz.tipping.plan("finance", SMALL, target=0.5, against="leadership", levels=levels)


def test_levels_are_taken_from_an_array() -> None:
    plan = cz.tipping.plan("finance", SMALL, target=0.5, against="leadership", levels=np.array([0.2, 0.8]))  # type: ignore[arg-type]

    assert plan.levels == (0.2, 0.8)


@pytest.mark.parametrize("ask", [cz.programme, cz.Sector])
def test_a_programme_without_authorities_asks_for_some(ask: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match="no-programme has no authorities: give authorities='England', a list of"):
        ask(NOWHERE)


@pytest.mark.parametrize("wrong", [ARRAY, FRAME])
@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda wrong: cz.sensitivity.plan(SMALL, method=wrong), "method must be morris, sobol or both"),
        (lambda wrong: cz.sensitivity.plan(SMALL, wrong), "'a' cannot be varied"),
        (lambda wrong: cz.sensitivity.plan(SMALL, indicator=wrong), "is not an indicator"),
        (lambda wrong: cz.Sector("no-programme", wrong), "authorities must be 'England', a list of names"),
        (lambda wrong: SMALL.at("Bradford", wrong), "year must be 20"),
        (lambda wrong: SMALL.with_event(3, wrong), "an event must be a name and its detail, or values that change"),
        (lambda wrong: SMALL.with_wave(3, "", wrong), "what changes must be a dict"),
    ],
    ids=["method", "over", "indicator", "authorities", "year", "event", "wave"],
)
def test_an_array_or_a_table_is_refused_in_plain_words(wrong: Any, ask: Callable[[Any], Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        ask(wrong)


@pytest.mark.parametrize(
    "ask",
    [
        cz.load_programme,
        cz.programme,
        cz.Sector,
        cz.discover,
        partial(cz.run, SMALL),
        partial(cz.Organisation, SMALL),
        SMALL.with_wave,
        lambda long: cz.compare(SMALL, SMALL, precision=long),
        lambda long: cz.levers(SMALL, budget=long),
        lambda long: cz.sensitivity.plan(SMALL, method=long),
        lambda long: SMALL.at("Bradford", long),
        lambda long: SMALL.change({"finance": long}),
        lambda long: SMALL.change({"finance.grant": long}),
        lambda long: cz.sensitivity.plan(SMALL, month=long),
        lambda long: cz.tipping.plan("finance", SMALL, target=0.5, precision=long),
    ],
)
def test_a_very_long_text_is_refused_in_short(ask: Callable[[str], Any]) -> None:
    with pytest.raises(InputError) as refused:
        ask(LONG)

    assert len(str(refused.value)) < 600
