"""The second level of the ODD+D page: every field, process, rule and stream of a sector, drawn from the code."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from conducive.experiments.pages import odd_sector
from conducive.experiments.pages.explain import MODULES, stream_uses
from conducive.experiments.pages.odd import odd
from conducive.experiments.pages.odd_sector import ENTITIES, HOUSES, schedule, second_level
from conducive.experiments.pages.reading import formula, functions
from conducive.model.random import STREAMS
from conducive.model.sector import state
from conducive.model.sector.measures import SECTOR_INDICATORS
from conducive.scenarios.links import link_inputs


@pytest.fixture(scope="module")
def part() -> str:
    return second_level()


def test_the_page_ends_with_the_second_level(part: str) -> None:
    assert odd().rstrip().endswith(part)


@pytest.mark.parametrize("name", ENTITIES)
def test_every_field_of_a_sector_has_a_meaning(name: str, part: str) -> None:
    fields = ENTITIES[name][1]

    assert [f.name for f in fields if not f.meaning or f"| `{f.name}` |" not in part] == []


def test_the_month_stands_in_the_order_in_which_it_is_lived(part: str) -> None:
    names = [name for _, name in schedule()]

    assert names[0] == "lay_out"
    assert names[-1] == "count"
    places = [part.index(f"**`sector.{house}.{name}`**") for house, name in schedule()]
    assert places == sorted(places)
    assert {"weather", "people", "directors", "word", "choice", "funders"} <= {house for house, _ in schedule()}


@pytest.mark.parametrize("house", HOUSES)
def test_every_function_between_authorities_is_given_in_full(house: str, part: str) -> None:
    module = HOUSES[house]

    assert [name for name in functions(module) if formula(getattr(module, name)) not in part] == []


def test_every_stream_says_what_it_settles_and_every_number_and_indicator_is_named(part: str) -> None:
    drawn = {*stream_uses(MODULES), *odd_sector.stream_names()}

    assert set(STREAMS) == drawn
    assert [address for address in link_inputs() if f"`{address}`" not in part] == []
    assert [i.name for i in SECTOR_INDICATORS if f"| `{i.name}` | {i.unit} |" not in part] == []


def test_no_module_of_a_sector_is_left_out() -> None:
    folder = Path(inspect.getfile(state)).parent

    assert {path.stem for path in folder.glob("*.py")} == {*HOUSES, "__init__", "state", "sector"}
