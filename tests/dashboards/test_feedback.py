"""What a group hears of its curve: its shape against the model's, with known answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from conducive.dashboards.classroom.feedback import by_month, said, shape, told
from conducive.dashboards.classroom.files import HORIZON
from conducive.dashboards.classroom.lessons import lesson

OF = lesson("two-year-funding")


def hears(drawn: Sequence[float], model: Sequence[float], sure: str = "clearly", choice: int = 0) -> list[str]:
    """What is said of a sketch by year, where the model's mean by year is `model` and its interval one point wide."""
    mean = list(by_month(model))
    ends = [[v - 0.005 for v in mean], mean, [v + 0.005 for v in mean]]
    outcome = {"series": [ends] * 3, "best": 1, "sure": sure}
    return said(OF, {"points": list(drawn), "choice": choice}, outcome)


CLIFF = [0, 0.1, 0.2, 0.05, 0, 0, 0, 0, 0, 0, 0]
LATER_CLIFF = [0, 0.1, 0.2, 0.2, 0.05, 0, 0, 0, 0, 0, 0]
LASTS = [0, 0.1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]
LEVEL = [0.3] * 11


def test_the_shape_of_a_curve_is_its_peak_and_when_it_rises_and_falls_to_half_of_it() -> None:
    found = shape([0.0, 0.1, 0.3, 0.6, 0.4, 0.29, 0.1])

    assert (found.peak, found.risen, found.fallen, found.high, found.low) == (4, 3, 6, 0.6, 0.0)
    assert shape([0.1, 0.2, 0.2]).fallen is None
    assert shape([0.0, 0.0]).level(1.0)


def test_a_sketch_is_read_month_by_month_between_its_years() -> None:
    found = by_month([0.0, 0.12, *[0.12] * 9])

    assert len(found) == HORIZON
    assert found[0] == pytest.approx(0.01)
    assert found[[11, -1]] == pytest.approx(0.12)


def test_who_saw_the_cliff_hears_that_and_how_much_earlier_it_came() -> None:
    _, height, risen, fall, _, _ = hears(LATER_CLIFF, CLIFF)

    assert "about right" in height
    assert "20% (8 of 40 people), and yours 20% (8 of 40 people)" in height
    assert risen.endswith("after 1 year, about when you drew it.")
    assert fall == "You saw the fall. In the model half of the peak is gone after 2 years and 8 months, " + (
        "1 year earlier than you drew it."
    )


@pytest.mark.parametrize(
    ("drawn", "model", "says"),
    [
        (CLIFF, LATER_CLIFF, "1 year later than you drew it"),
        (CLIFF, CLIFF, "about when you drew it"),
        (LASTS, CLIFF, "The fall is what you did not draw: half of the peak is gone after 2 years and 8 months"),
        (CLIFF, LASTS, "You drew a fall, to half of the peak after 2 years and 8 months; in the model more than half"),
        (LASTS, LASTS, "You saw that it lasts"),
        (LEVEL, CLIFF, "You drew it level; in the model it moves between 0% and 20%"),
        (LEVEL, LEVEL, "You saw that it hardly moves: in the model it stays between 30% and 30%"),
        (CLIFF, LEVEL, "In the model it hardly moves (between 30% and 30%); you drew it between 0% and 20%"),
    ],
)
def test_a_fall_that_was_seen_missed_or_imagined_is_called_so(
    drawn: list[float], model: list[float], says: str
) -> None:
    assert says in " ".join(hears(drawn, model))


@pytest.mark.parametrize(("times", "says"), [(3, "lower than you thought"), (0.5, "higher than you thought")])
def test_a_height_that_is_far_off_is_told_with_its_direction(times: float, says: str) -> None:
    drawn = [times * v for v in CLIFF]

    assert says in hears(drawn, CLIFF)[1]


@pytest.mark.parametrize(("end", "where"), [(0.2, "within"), (0.1, "below"), (0.3, "above")])
def test_the_interval_is_spoken_of_once_at_the_end(end: float, where: str) -> None:
    heard = hears([*LASTS[:-1], end], LASTS)

    assert sum("interval" in sentence for sentence in heard) == 1
    assert f"Yours is {where} its 95% interval, " in heard[-2]


def test_an_empty_sketch_is_answered_like_any_other() -> None:
    assert "You drew it level" in hears([0.0] * 11, CLIFF)[1]


def test_people_are_counted_only_where_a_share_is_one_of_people() -> None:
    assert told(OF, 0.5) == "50% (20 of 40 people)"
    assert told(replace(OF, counts="use"), 0.5) == "50%"


def test_a_choice_is_answered_among_the_rivals() -> None:
    spiral = lesson("blame-spiral")
    ends = [[0.1] * HORIZON] * 3
    outcome = {"series": [ends] * 4, "best": 3, "sure": "clearly"}
    made = {"points": [0.1] * 11, "choice": 1}

    assert said(spiral, made, outcome)[-1].endswith("so does the model.")
    assert said(spiral, made, outcome | {"best": 0})[-1].endswith("the model says: people are blamed, no incident.")
    assert "none that can be told" in said(spiral, made, outcome | {"sure": "cannot tell"})[-1]
