"""The ODD+D page: in step with the code, complete, and drawn from the rules themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from conducive.agents import practitioner
from conducive.agents.arguments import ARGUMENTS
from conducive.experiments.evidence.patterns import PATTERNS
from conducive.experiments.pages.curves import CURVES, curve
from conducive.experiments.pages.explain import ENTITIES, MODULES, PROCESSES, arguments, explained, schedule
from conducive.experiments.pages.odd import FOLDER, PAGE, odd, write
from conducive.experiments.pages.panels import HEADINGS, figures, picture
from conducive.experiments.pages.reading import attributes, plain
from conducive.model import month, random, state
from conducive.model.measures import INDICATORS
from conducive.model.processes.launch import launch
from conducive.model.processes.trust import trust
from conducive.scenarios import timeline
from conducive.scenarios.declaration import number
from conducive.scenarios.events import EVENTS
from conducive.scenarios.field import Field
from conducive.scenarios.scenario import declared

DOCS = Path(__file__).resolve().parents[2] / "docs"
ANEW = "write it anew: uv run python -m conducive.experiments.pages.odd docs"
FEWEST_RULES = 80
MOST_BYTES = 400_000


def rules() -> list[tuple[str, str, Callable[..., Any]]]:
    """Every rule: house, name, Python function. Found without the help of the page."""
    return [
        (house, name, plain(thing))
        for house in HEADINGS
        for name, thing in vars(MODULES[house]).items()
        if name[0] != "_"
        and inspect.isfunction(plain(thing))
        and thing.__module__ == MODULES[house].__name__
        and name not in {"rule", "inlined", "compiled"}
    ]


RULES = [pytest.param(*one, id=f"{one[0]}.{one[1]}") for one in rules()]


@pytest.fixture(scope="module")
def page() -> str:
    return odd()


def section(page: str, start: str, end: str) -> str:
    """What stands between two headings."""
    return page.partition(f"\n{start}")[2].partition(f"\n{end}")[0]


def rows(text: str) -> dict[str, list[str]]:
    """Cells of the rows of tables, by the name in their first cell."""
    lines = re.findall(r"^\| `?([^|`]+?)`? \| (.+) \|$", text, re.MULTILINE)
    return {name: rest.split(" | ") for name, rest in lines}


# ---- In step -------------------------------------------------------------------------------------------------------


def test_the_committed_page_is_in_step_with_the_code(page: str) -> None:
    assert (DOCS / PAGE).read_text("utf-8") == page, ANEW


def test_the_committed_curves_are_in_step_with_the_rules() -> None:
    drawn = {f.file: picture(f) for f in figures()}
    kept = {file.name: file.read_text("utf-8") for file in (DOCS / FOLDER).iterdir()}

    assert kept == drawn, ANEW
    assert sum(map(len, kept.values())) < MOST_BYTES


def test_the_command_writes_the_page_its_pictures_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "of-a-rule-that-is-gone.svg").write_text("")

    write(tmp_path)

    assert (tmp_path / PAGE).read_text("utf-8") == odd()
    assert {f.name for f in (tmp_path / FOLDER).iterdir()} == {f.file for f in figures()}


def test_a_changed_rule_would_be_noticed(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def attention(concurrent_initiatives: float, attention_cost: float) -> float:
        """Share of attention. A rule that somebody changed."""
        return 1.0 - attention_cost / concurrent_initiatives

    before = [picture(f) for f in figures()]

    monkeypatch.setattr(practitioner, "attention", attention)

    assert odd() != page
    assert [picture(f) for f in figures()] != before


def test_a_changed_schedule_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def otherwise(world: Any, inputs: Any, org: Any) -> None:
        trust(world, inputs, org)
        launch(world, inputs, org)

    monkeypatch.setattr(month, "month", otherwise)

    assert schedule() == ["trust", "launch"]


def test_a_field_without_a_meaning_would_be_noticed() -> None:
    with pytest.raises(ValueError, match="strain must have a meaning"):
        Field("strain", "")


# ---- Complete ------------------------------------------------------------------------------------------------------


def test_the_page_has_the_seven_elements_in_order(page: str) -> None:
    assert [int(n) for n in re.findall(r"^## (\d) ", page, re.MULTILINE)] == list(range(1, 8))


def test_every_pattern_is_listed_with_its_claim(page: str) -> None:
    listed = rows(section(page, "## 1 ", "## 2 "))

    assert [listed[p.name][:2] for p in PATTERNS] == [[p.title, p.claim] for p in PATTERNS]


@pytest.mark.parametrize("name", ENTITIES)
def test_every_state_variable_has_a_meaning(name: str, page: str) -> None:
    title, fields = ENTITIES[name]
    names = [one.name for one in fields]

    listed = rows(section(page, f"### {title}", "### "))

    assert [f for f in names if not listed.get(f, ("", ""))[1].strip()] == []
    assert set(listed) == {"Field", "---", *names}


def test_every_column_of_the_timeline_has_a_meaning(page: str) -> None:
    inputs = {i.column for i in declared().values()}

    listed = rows(section(page, "### The month as given", "### "))

    assert set(listed) - {"Field", "---"} == set(timeline.TIMELINE.names or ()) - inputs
    assert all(cells[1].strip() for cells in listed.values())


def test_every_array_of_the_state_has_a_meaning() -> None:
    assert tuple(attributes(state.World)) == state.World._fields


def test_every_process_appears_in_schedule_order_with_docstring_and_source(page: str) -> None:
    verbs = re.findall(r"^    (\w+)\(world, inputs, org\)$", inspect.getsource(plain(month.month)), re.MULTILINE)
    said = [" ".join((inspect.getdoc(plain(getattr(month, v))) or "").split()) for v in verbs]

    listed = re.findall(r"^\d+\. \*\*`(\w+)`\*\* (.+)$", section(page, "## 3 ", "## 4 "), re.MULTILINE)

    assert len(verbs) > 10
    assert [name for name, _ in listed] == verbs
    assert [text for (_, text), words in zip(listed, said, strict=True) if not (words and text.startswith(words))] == []


@pytest.mark.parametrize("house", [*PROCESSES, "state", "timeline", "random"])
def test_every_function_of_a_process_or_of_the_set_up_is_given_in_full(house: str, page: str) -> None:
    functions = [plain(f) for f in vars(MODULES[house]).values() if inspect.isfunction(plain(f))]
    own = [f for f in functions if f.__module__ == MODULES[house].__name__]

    missing = [f.__name__ for f in own if inspect.getsource(f).partition("def ")[2].rstrip() not in page]

    assert own
    assert missing == []


@pytest.mark.parametrize(("house", "name", "function"), RULES)
def test_a_rule_has_its_docstring_formula_arguments_and_curve(
    house: str, name: str, function: Callable[..., Any], page: str
) -> None:
    part = section(page, f"#### `{house}.{name}`", "#")
    body = inspect.getsource(function).rstrip().rpartition('"""\n')[2]

    words = " ".join((inspect.getdoc(function) or "").split())

    assert words in " ".join(part.split())
    assert f"def {name}(" in part
    assert body in part
    assert [a for a in arguments(function) if f"`{a}`: " not in part or not explained(name, a)] == []
    assert "\nCurve: along `" in part


def test_every_rule_has_a_panel_that_is_drawn_from_it() -> None:
    panels = [(f.house, name) for f in figures() for name in f.rules]

    assert len(panels) >= FEWEST_RULES
    assert sorted(panels) == sorted((house, name) for house, name, _ in rules())
    one = curve("practitioner", "lapse_shield")
    assert one.lines[one.usual][0] == practitioner.lapse_shield(0.0, one.usual)
    assert one.lines[one.usual][-1] == practitioner.lapse_shield(1.0, one.usual)


@pytest.mark.parametrize(("house", "name", "function"), RULES)
def test_a_curve_shows_that_its_argument_matters(house: str, name: str, function: Callable[..., Any]) -> None:
    one = curve(house, name)
    usual = one.lines[one.usual]

    assert one.along in arguments(function)
    assert max(usual) > min(usual)
    assert not one.by or len(set(one.lines.values())) > 1


def test_every_input_coefficient_and_switch_is_listed_with_meaning_unit_and_default(page: str) -> None:
    listed = rows(section(page, "## 6 ", "## 7 "))

    for address, one in declared().items():
        assert listed[address][:3] == [one.meaning, one.unit, number(one.default)], address
        assert listed[address][-1].strip(), f"nothing reads {address}"


def test_every_event_and_indicator_is_listed(page: str) -> None:
    events, indicators = rows(section(page, "## 6 ", "## 7 ")), rows(section(page, "### Indicators", "#"))

    assert [e.name for e in EVENTS.values() if events[e.name][0] != e.meaning] == []
    assert {name: indicators[name] for name in indicators if name not in {"Indicator", "---"}} == {
        i.name: [i.unit, i.meaning] for i in INDICATORS
    }


def test_every_random_stream_is_listed_with_what_it_settles_and_who_draws_from_it(page: str) -> None:
    named = {n for m in MODULES.values() for n in re.findall(r'stream\("([^"]+)"\)', inspect.getsource(m))}

    listed = rows(section(page, "### Stochasticity", "### "))

    assert named <= set(random.STREAMS)
    assert [name for name in named if not all(cell.strip() for cell in listed[name])] == []


# ---- Hand-written parts name only what exists ----------------------------------------------------------------------


def test_hand_written_words_name_only_what_exists() -> None:
    plain_names = {a for _, _, f in rules() for a in arguments(f)}
    special = {f"{name}.{a}" for _, name, f in rules() for a in arguments(f)}
    by_rule = {(house, name): set(arguments(f)) for house, name, f in rules()}
    drawn = {(house, name): set(pair) for house, pairs in CURVES.items() for name, pair in pairs.items()}

    assert set(ARGUMENTS) - plain_names - special == set()
    assert [r for r, pair in drawn.items() if not pair <= by_rule.get(r, set())] == []


def test_names_of_functions_in_the_page_exist(page: str) -> None:
    houses = "|".join(MODULES)

    named = set(re.findall(rf"`(?:agents\.|model\.)?({houses})\.(\w+)`", page))

    assert len(named) > FEWEST_RULES
    assert [f"{h}.{n}" for h, n in named if not hasattr(MODULES[h], n) and f"{h}.{n}" not in declared()] == []


def test_usual_values_lie_between_low_and_high() -> None:
    spans = {name: one.span for name, one in ARGUMENTS.items() if one.span}
    spans |= {one.name: one.span for _, fields in ENTITIES.values() for one in fields if one.span}

    assert [name for name, (low, middle, high) in spans.items() if not low <= middle <= high or low == high] == []


# ---- Accessible ----------------------------------------------------------------------------------------------------


def test_every_picture_is_shown_says_what_it_shows_and_is_well_formed(page: str) -> None:
    shown = dict(re.findall(r"^!\[(.+)\]\((.+)\)$", page, re.MULTILINE))

    assert shown == {f.alt: f"{FOLDER}/{f.file}" for f in figures()}
    for figure in figures():
        root = ElementTree.fromstring(picture(figure))
        texts = {e.text for e in root.iter("{http://www.w3.org/2000/svg}text")}
        assert root.findtext("{http://www.w3.org/2000/svg}desc") == figure.alt
        assert set(figure.rules) <= texts
