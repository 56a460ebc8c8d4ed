"""Kinds of innovation: presets of declared inputs, asked for by one word wherever an input can be set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario, to_toml
from conducive.scenarios.kinds import KIND, KINDS, of_kind
from conducive.scenarios.scenario import Scenario, declared
from conducive.scenarios.timeline import timeline

OPTIONAL = "optional technique"
PRESET = KINDS[OPTIONAL].changes


def written(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "mine.toml"
    path.write_text(f'name = "mine"\ntitle = "Mine"\nquestion = "What if?"\n{text}\n', encoding="utf-8")
    return load_scenario(path)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_changes_declared_inputs_within_their_range(kind: object) -> None:
    for address, value in kind.changes.items():  # type: ignore[attr-defined]
        one = declared()[address]
        assert one.minimum <= value <= one.maximum
        assert value != one.default
    assert kind.meaning  # type: ignore[attr-defined]
    assert kind.source  # type: ignore[attr-defined]


def test_the_first_kind_is_what_the_defaults_describe() -> None:
    first = next(iter(KINDS))

    assert load_scenario("baseline").change({KIND: first}).complete() == load_scenario("baseline").complete()


@pytest.mark.parametrize(("wrong", "meant"), [("optional technik", OPTIONAL), ("licenced programme", "licensed")])
def test_an_unknown_kind_is_refused_by_name_with_the_nearest(wrong: str, meant: str) -> None:
    with pytest.raises(InputError, match=rf"innovation.kind must be one of .* Got .*{wrong}.*Did you mean .*{meant}"):
        of_kind(wrong)


@pytest.mark.parametrize("wrong", [None, 1, 0.5, True, [OPTIONAL], ""])
def test_what_is_no_name_of_a_kind_is_refused(wrong: object) -> None:
    with pytest.raises(InputError, match=r"innovation\.kind must be one of whole-system model"):
        Scenario("plain").change({KIND: wrong})


def test_an_exact_input_in_the_same_place_beats_the_kind_in_either_order() -> None:
    exact = {"knowledge_and_skills.coaching": 1.5}

    for changes in ({KIND: OPTIONAL, **exact}, {**exact, KIND: OPTIONAL}):
        changed = Scenario("plain").change(changes)
        assert changed["knowledge_and_skills.coaching"] == 1.5
        assert changed["leadership.push"] == PRESET["leadership.push"]


@pytest.mark.parametrize("text", [f'[innovation]\nkind = "{OPTIONAL}"', f'[set]\n"{KIND}" = "{OPTIONAL}"'])
def test_a_file_names_a_kind_among_its_inputs(tmp_path: Path, text: str) -> None:
    rows, expected = timeline(written(tmp_path, text)), timeline(Scenario("plain").change(PRESET))

    assert rows.tobytes() == expected.tobytes()


def test_an_innovation_of_a_list_has_its_kind_from_its_launch(tmp_path: Path) -> None:
    found = written(tmp_path, f'[[innovation]]\nmonth = 0\nkind = "{OPTIONAL}"')

    assert dict(found.waves[0].changes) == dict(PRESET)
    launched = timeline(found)[found.warm_up :]
    for address, value in PRESET.items():
        assert (launched[address.rsplit(".", 1)[1]] == np.float64(value)).all()


def test_a_later_innovation_has_a_kind_of_its_own(tmp_path: Path) -> None:
    found = written(tmp_path, f'[[innovation]]\nmonth = 0\n[[innovation]]\nmonth = 24\nkind = "{OPTIONAL}"')

    assert found["knowledge_and_skills.coaching"] == declared()["knowledge_and_skills.coaching"].default
    assert dict(found.waves[1].changes) == dict(PRESET)


def test_a_scenario_of_a_kind_written_as_a_file_runs_the_same(tmp_path: Path) -> None:
    one = load_scenario("baseline").change({KIND: OPTIONAL, "fit.initial_fit": 0.3})
    path = tmp_path / "same.toml"
    path.write_text(to_toml(one), encoding="utf-8")

    assert timeline(load_scenario(path)).tobytes() == timeline(one).tobytes()


def test_an_unknown_kind_in_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="optional technique"):
        written(tmp_path, '[innovation]\nkind = "optional"')
