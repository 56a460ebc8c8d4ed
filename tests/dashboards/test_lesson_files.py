"""Files of lessons: what is wrong with one is said by file, field, value and the nearest right answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from conducive.dashboards.classroom.files import CURRICULUM, read_lesson
from conducive.dashboards.classroom.lessons import LESSONS, ORDER
from conducive.scenarios.errors import InputError

GOOD = (CURRICULUM / "conducive-zone.toml").read_text("utf-8")
TWICE = '[[arm]]\nname = "all"\nlabel = "Again"\nscenario = "classroom"\n\n'


def read(folder: Path, before: str, after: str) -> str:
    """Read a lesson with one text changed, and return what is wrong with it."""
    assert before in GOOD
    path = folder / "mine.toml"
    path.write_text(GOOD.replace(before, after, 1), "utf-8")
    with pytest.raises(InputError) as refused:
        read_lesson(path)
    return str(refused.value)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('title = "Find the conducive zone"\n', "", "title must be given."),
        ("minutes = 50", 'minutes = "fifty"', "minutes: input should be a valid integer"),
        ("minutes = 50", "minutes = 40", "minutes must be those of the plan. Got 40. Did you mean 50?"),
        ("minutes = 50", "minutes = 50\nmotto = 1", "motto is not a key of a lesson."),
        ('measure = "zone_open"', 'measure = "zone"', "measure 'zone' is not known. Did you mean zone_open?"),
        ("window = [61, 120]", "window = [61, 121]", "window.2: input should be less than or equal to 120. Got 121."),
        ("window = [61, 120]", "window = [120, 61]", "window must be a first and a last month. Got 120 and 61."),
        ('sketched = "three"', 'sketched = "thre"', "sketched must be the name of an arm. Got 'thre'. Did you"),
        ('scenario = "classroom"', 'scenario = "classrom"', "'classrom' is not one of the library. Did you mean"),
        ("every_condition = 0.5", "every_condition = 5", "arm.1.every_condition: input should be less than or"),
        ("every_condition = 0.5", 'set = { "finance.grant" = -1 }', "an arm cannot be made: finance.grant must be"),
        ("every_condition = 0.5", 'event = [{ month = 18, name = "incidents" }]', "Did you mean incident"),
        ("every_condition = 0.5", 'event = [{ name = "incident" }]', "an arm cannot be made"),
        ("picked = 0.9", "picked = 0.9\nrival = false", "two arms or more must be rivals. Got 1."),
        ('name = "middling"', 'name = "all"', "claim 1: against must be the name of an arm. Got 'middling'."),
        ('name = "three"', 'name = "all"', "sketched must be the name of an arm. Got 'three'."),
        ('"vision_and_values"', '"vision"', "picks.conditions.1 'vision' is not known."),
        ("count = 3", "count = 4", "picks.example must be 4 different conditions of the list. Got 3."),
        ('against = "middling"', 'against = "midling"', "claim 1: against must be the name of an arm."),
        ('arm = "three"', 'arm = "four"', "claim 1: arm must be the name of an arm. Got 'four'."),
        ("above = 0.2", "above = 'much'", "claim 1: above must be a number. Got 'much'."),
        ("when = [61, 120]", "when = [61, 130]", "claim 1: months must lie within 1 to 120. Got 130."),
        ('why = "Users', 'whi = "Users', "claim 1: why must be text. Got None."),
        ("[picks]", f"{TWICE}[picks]", "arms must have different names. Got middling, three, all, all."),
        ("[picks]", "[picks", "not valid TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_field_and_value(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    refused = read(tmp_path, before, after)

    assert refused.startswith("mine.toml: ")
    assert says in refused


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml: there is no such file"):
        read_lesson(tmp_path / "none.toml")


def test_every_file_of_the_curriculum_is_on_the_shelf() -> None:
    assert {path.stem for path in CURRICULUM.iterdir()} == set(ORDER)
    assert [of.name for of in LESSONS] == list(ORDER)


def test_claims_are_held_on_the_services_that_a_class_sees() -> None:
    for of in LESSONS:
        shown = of.scenarios(of.picks.example if of.picks else ())

        for arm, scenario, claiming in zip(of.arms, shown, of.claiming(), strict=True):
            assert claiming.name == arm.name
            assert (claiming.values, claiming.events) == (scenario.values, scenario.events)
        assert sum(len(s.claims) for s in of.claiming()) == len(of.claim)
