"""How numbers are written: no power of ten, no lost digit that matters, switches as what they are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conducive.experiments.sweep.discovery.boxes import Limit
from conducive.experiments.words import in_unit, short
from conducive.scenarios.declaration import exact, number
from conducive.scenarios.scenario import declared

ANY = st.floats(-1e15, 1e15, allow_nan=False)
UNITS = sorted({i.unit for i in declared().values()})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"), (0.1, "0.1"), (1000.0, "1,000"), (1234.5, "1,234.5"), (25859.9, "25,859.9"),
        (3.61111e6, "3,611,110"), (1234567.891, "1,234,568"), (1e-7, "0.0000001"), (-2500.0, "-2,500"),
        (math.inf, "inf"), (1e21, "1,000,000,000,000,000,000,000"),
    ],
)  # fmt: skip
def test_numbers_are_written_out(value: float, said: str) -> None:
    assert number(value) == said


@given(ANY)
def test_whatever_the_number_it_is_written_out_near_enough_and_exactly_where_asked(value: float) -> None:
    assert "e" not in number(value) + exact(value) + short(value)
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=1e-5)
    assert float(exact(value).replace(",", "")) == value
    assert float(short(value).replace(",", "")) == pytest.approx(value, rel=6e-3)


@given(ANY, st.sampled_from(UNITS), st.integers(1, 4))
def test_in_every_unit_it_is_written_without_powers_of_ten(value: float, unit: str, digits: int) -> None:
    said = in_unit(value, unit, digits)

    assert "e+" not in said
    assert "e-" not in said
    assert said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1.0, "share", "100%"), (3.5, "share", "350%"), (0.0004, "share", "0.04%"), (0.123, "per year", "12% a year"),
        (3_611_110.0, "GBP a year", "3,611,110 GBP a year"), (1.0, "on or off", "on"), (0.0, "on or off", "off"),
    ],
)  # fmt: skip
def test_amounts_shares_and_switches_are_written_as_people_say_them(value: float, unit: str, said: str) -> None:
    assert in_unit(value, unit, 2) == said


def test_a_box_says_that_a_switch_is_off_and_not_that_it_is_under_a_half() -> None:
    assert Limit("mechanisms.turnover", high=0.5).text() == "the mechanism turnover is switched off"
    assert Limit("mechanisms.turnover", low=0.5).text() == "the mechanism turnover is switched on"
    assert Limit("authority", among=("Leeds", "Kent")).text() == "the authority is Leeds or Kent"
