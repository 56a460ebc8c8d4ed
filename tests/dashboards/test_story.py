"""The story: its lives are the same until the choice, its person loses to the cliff, and its ways on open both."""

from __future__ import annotations

import numpy as np
import pytest

from conducive.dashboards.asking import address
from conducive.dashboards.pages import story
from conducive.dashboards.pages.story import (
    CHOICES,
    GRANT_ENDS,
    HORIZON,
    LATER,
    PERSON,
    REWOUND,
    life,
    scenario,
    users,
    ways_on,
)

each_choice = pytest.mark.parametrize("choice", range(len(CHOICES)))


def kinds(choice: int | None, first: int, last: int) -> set[str]:
    return {entry.kind for entry in life(choice).diary(PERSON) if first <= entry.month <= last}


def test_the_person_makes_it_routine_stays_and_loses_it_to_the_cliff() -> None:
    assert {"aware", "trying", "routine"} <= kinds(None, 0, GRANT_ENDS)
    assert "lapsed" in kinds(None, GRANT_ENDS, LATER)
    assert "left" not in kinds(None, 0, HORIZON)


def test_most_of_the_service_is_lost_two_years_after_the_grant() -> None:
    assert users(life(), LATER) < users(life(), GRANT_ENDS) / 2


def test_what_the_council_binds_itself_to_keeps_the_person_and_most_of_the_service() -> None:
    assert not kinds(0, GRANT_ENDS, HORIZON) & {"lapsed", "left"}
    assert users(life(0), HORIZON) > users(life(), GRANT_ENDS) / 2


@each_choice
def test_both_lives_are_the_same_until_the_choice_and_not_after(choice: int) -> None:
    told, other = life(), life(choice)

    assert np.array_equal(told.staff[:REWOUND], other.staff[:REWOUND])
    assert not np.array_equal(told.staff, other.staff)
    assert CHOICES[choice].month >= REWOUND


@each_choice
def test_the_ways_on_open_both_lives_under_what_if_and_the_other_under_watch(choice: int) -> None:
    what_if, watch = ways_on(choice)

    both, news = address.read(what_if.removeprefix("/?s="))
    alone, _ = address.read(watch.removeprefix("/watch?s="))
    assert news == []
    assert (both.base.values, both.alternative.events) == (scenario().values, scenario(choice).events)
    assert alone.base.events == scenario(choice).events
    assert both.seed == story.SEED
