"""What surrounds a lesson: sheets and the pack, dots, ways on, picks ranked, who is stuck, answers as a table."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conducive.dashboards.asking import address
from conducive.dashboards.classroom import lessons, sheets
from conducive.dashboards.classroom.feedback import said
from conducive.dashboards.classroom.files import HORIZON, WITHDRAWN, Lesson
from conducive.dashboards.classroom.lessons import LESSONS, lesson, results, verdict
from conducive.dashboards.classroom.sheets import sheet, write_pack
from conducive.dashboards.classroom.teacher import answers, behind
from conducive.dashboards.classroom.views import dots, lines_of, ranked, ways_on
from conducive.dashboards.store.classes import Classroom, Seat, Store
from conducive.experiments.version import model_version
from conducive.scenarios.errors import InputError

PACK = Path(__file__).resolve().parents[2] / "docs" / "teaching"
SPIRAL, PICKING = lesson("blame-spiral"), lesson("conducive-zone")
CHROMIUM = shutil.which("chromium")
each_lesson = pytest.mark.parametrize("of", LESSONS, ids=lambda of: of.name)


def example(of: Lesson) -> tuple[str, ...]:
    return of.picks.example if of.picks else ()


@pytest.fixture(scope="module")
def outcomes() -> Mapping[str, Mapping[str, Any]]:
    """Results of every lesson, from few runs."""
    with pytest.MonkeyPatch.context() as few:
        few.setattr(lessons, "REPLICATES", 4)
        return {of.name: results(of, example(of)) for of in LESSONS}


def plain(page: str) -> str:
    return page.replace("&#39;", "'")


def seat(name: str, *, step: int = 0, of: Lesson = SPIRAL, **changes: Any) -> Seat:
    """A group that is so far: 0 reading, 1 predicted, 2 with results, 3 with an answer, 4 with all."""
    made = {"points": [0.5] * 11, "choice": 0, "picks": list(example(of)), "because": ""}
    explained = dict.fromkeys(range({3: 1, 4: len(of.prompts)}.get(step, 0)), "Because.")
    found = {"revealed": step > 1, "prediction": made if step else None, "explained": explained} | changes
    return Seat(name, "C", name, of.name, held=False, solo=False, **found)


# ---- Sheets --------------------------------------------------------------------------------------------------------


@each_lesson
def test_a_sheet_needs_nothing_but_itself(of: Lesson, outcomes: Mapping[str, Any]) -> None:
    for page in (sheet(of), sheet(of, notes=True), sheet(of, notes=True, outcome=outcomes[of.name])):
        assert not re.search(r"(src|href)=|@import|url\(|<script", page)
        assert of.question in plain(page)
        assert all(p in plain(page) for p in of.prompts)


@each_lesson
def test_a_sheet_has_all_that_a_group_reads_and_chooses_from(of: Lesson) -> None:
    page = plain(sheet(of))

    picks = [of.picks.ask, *(f"{c.title}: {c.facilitator}" for c in of.pickable)] if of.picks else []
    for text in (*of.reading, *of.options, *picks, of.choose, of.sketch, "for a group", "not a forecast"):
        assert text in page


@each_lesson
def test_the_teachers_sheet_alone_has_plan_claims_notes_and_curves(of: Lesson, outcomes: Mapping[str, Any]) -> None:
    page, group = plain(sheet(of, notes=True, outcome=outcomes[of.name])), plain(sheet(of))

    told = [*of.notes, *(p.claim.says for p in of.claim), *(p.why for p in of.claim), *(step.does for step in of.plan)]
    assert all(text in page for text in told)
    assert not any(text in group for text in told)
    assert page.count("<polyline") == len(of.arms) * (1 + len(of.chart))
    assert verdict(of, outcomes[of.name]) in page


def test_a_curve_on_a_sheet_lies_where_its_numbers_are() -> None:
    """A measure of 20%, between 10% and 40%: an axis to 40%, on which the mean lies half way up."""
    flat = [[0.1] * HORIZON, [0.2] * HORIZON, [0.4] * HORIZON]
    over_time = dict.fromkeys(SPIRAL.over_time, [flat] * 4)
    found = sheets._charts(SPIRAL, {"series": [flat] * 4, "over_time": over_time})[0]

    assert [text for _, text in found["ticks"]] == ["0%", "10%", "20%", "30%", "40%"]
    assert {point.split(",")[1] for point in found["arms"][0]["mean"].split()} == {"135.0"}


def test_what_a_class_found_can_be_printed(outcomes: Mapping[str, Any]) -> None:
    """Two groups, of which one has predicted and answered the second prompt; the model's curve beside theirs."""
    owls = seat("Owls", step=1, revealed=True, explained={1: "Because."})
    room = Classroom("C", SPIRAL.name, False, (owls, seat("Bees")))

    page = plain(sheet(SPIRAL, room=room, outcome=outcomes[SPIRAL.name]))

    assert verdict(SPIRAL, outcomes[SPIRAL.name]) in page
    assert page.count('<polyline class="other"') == page.count('<polyline class="mean') == 1
    assert f"Chose: {SPIRAL.options[0]}." in page
    assert '<li value="2">Because.</li>' in page
    assert page.count("No prediction.") == 1
    assert "what a class found" in page
    assert SPIRAL.reading[0] not in page


def test_markup_that_groups_write_is_printed_and_not_run() -> None:
    evil = "<img src=x onerror=alert(1)>"
    made = dict(seat("x", step=1).prediction or {}) | {"because": evil}
    group = seat(evil, step=2, prediction=made, explained={0: evil})

    page = sheet(SPIRAL, room=Classroom("C", SPIRAL.name, False, (group,)))

    assert "<img" not in page
    assert page.count("&lt;img") == 3


def test_the_pack_is_built_and_every_link_in_it_leads_somewhere(tmp_path: Path, outcomes: Mapping[str, Any]) -> None:
    written = write_pack(tmp_path / "pack", outcomes)

    assert {path.name for path in written} == {path.name for path in (tmp_path / "pack").iterdir()}
    links = re.findall(r'href="([^"]+)"', written[0].read_text("utf-8"))
    assert len(links) == 2 * len(LESSONS)
    assert {*links, "index.html"} == {path.name for path in written}


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, outcomes: Mapping[str, Any]) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(InputError, match="lesson pack cannot be written"):
        write_pack(tmp_path / "file", outcomes)


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_every_sheet_of_the_pack_prints_on_two_sides(
    tmp_path: Path, outcomes: Mapping[str, Any], chromium: Any
) -> None:
    page = chromium.new_page()
    for path in write_pack(tmp_path, outcomes):
        page.goto(path.as_uri())

        sides = len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True)))

        assert sides == (1 if path.name == "index.html" else 2), path.name
    page.close()


def test_the_pack_in_the_documentation_is_of_these_lessons_and_this_model() -> None:
    """Where this fails: `conducive lessons --pack docs/teaching`."""
    for of in LESSONS:
        group, teacher = (plain((PACK / f"{of.name}{end}.html").read_text("utf-8")) for end in ("", "-teacher"))

        assert all(text in group for text in (*of.reading, *of.prompts, *of.options, of.sketch))
        assert all(text in teacher for text in (*of.notes, *(p.claim.says for p in of.claim)))
        assert f'content="{model_version()}"' in teacher
        assert "The model's curves" in teacher


# ---- Results -------------------------------------------------------------------------------------------------------


def test_people_are_drawn_as_dots_at_the_months_of_a_lesson() -> None:
    series = [[[0.0] * HORIZON, [0.01 * n for n in range(HORIZON)], [1.0] * HORIZON] for _ in SPIRAL.arms]

    found = dots(SPIRAL, {"series": series})

    assert [row["label"] for row in found] == [arm.label for arm in SPIRAL.arms]
    assert [(c["when"], c["count"]) for c in found[0]["counts"]] == [("month 12", 4), ("month 24", 9), ("month 48", 19)]


def test_lines_keep_their_ends_and_labels() -> None:
    lines = lines_of(PICKING, [[[0], [1], [2]]] * 3)

    assert lines[1] == {"low": [0], "mean": [1], "high": [2], "label": PICKING.arms[1].label}


@each_lesson
def test_ways_on_open_the_services_that_were_run(of: Lesson) -> None:
    scenarios = of.scenarios(example(of))

    found = ways_on(of, example(of))

    for n, (scenario, way) in enumerate(zip(scenarios, found, strict=True)):
        hrefs = [part.kwargs["attributes"]["href"] for part in way if hasattr(part, "kwargs")]
        assert len(hrefs) == (1 if n == of.sketched else 2)
        alone, news = address.read(hrefs[-1].removeprefix("/watch?s="))
        assert news == []
        assert (alone.base.complete(), alone.base.events) == (scenario.complete(), scenario.events)
        for href in hrefs[:-1]:
            both, _ = address.read(href.removeprefix("/?s="))
            assert both.base.complete() == scenarios[of.sketched].complete()
            assert both.alternative.complete() == scenario.complete()


def test_picks_of_a_class_are_ranked_and_those_alike_stand_together() -> None:
    good, poor = example(PICKING), ("vision_and_values", "leadership", "political_agendas")
    found = {p: {"table": {"zone_open": [[0, v, 1]] * 3}} for p, v in ((good, 0.9), (poor, 0.4))}
    first = dict(seat("x", step=2, of=PICKING).prediction or {})
    owls = seat("Owls", step=2, of=PICKING, prediction=first | {"picks": list(poor)}, again=good)
    bees, late = seat("Bees", step=2, of=PICKING), seat("Late", of=PICKING)

    assert [(names, picks) for names, picks, _ in ranked(PICKING, [owls, bees, late], found)] == [
        ("Owls (second try) and Bees", good),
        ("Owls", poor),
    ]


# ---- A teacher's desk ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ((), []),
        ((0, 0, 0), []),
        ((0, 1, 1), ["G0 (reading or predicting)."]),
        ((1, 0, 2, 2, 2), ["G1 (reading or predicting); G0 (not looked at the results yet)."]),
        ((3, 4, 2, 4, 4), ["G2 (writing their first answer); G0 (explaining)."]),
        ((4, 0, 0), []),
    ],
)
def test_who_is_not_as_far_as_half_of_the_class_is_named(steps: tuple[int, ...], says: list[str]) -> None:
    assert behind(SPIRAL, [seat(f"G{n}", step=step) for n, step in enumerate(steps)]) == says


def test_answers_are_a_table_that_a_spreadsheet_reads_and_does_not_work_out() -> None:
    made = dict(seat("x", step=1, of=PICKING).prediction or {}) | {"because": "=1+1", "choice": 1}
    owls = seat("@Owls, the", step=2, of=PICKING, prediction=made, explained={1: "Line\nbreak"}, again=example(PICKING))

    head, first, second = csv.reader(
        io.StringIO(answers(PICKING, [owls, seat("Bees", of=PICKING)]).decode("utf-8-sig"))
    )

    row = dict(zip(head, first, strict=True))
    assert row["Group"] == "'@Owls, the"
    assert row["Because"] == "'=1+1"
    assert row["Chose"] == PICKING.options[1]
    assert row["Put right"] == row["Second try"] != ""
    assert row["Year 10"] == "0.5"
    assert row[f"2. {PICKING.prompts[1]}"] == "Line\nbreak"
    assert second == ["Bees", *[""] * (len(head) - 1)]


def test_what_an_earlier_version_offered_is_kept_and_said_to_be_gone(outcomes: Mapping[str, Any]) -> None:
    old = dict(seat("x", step=1, of=PICKING).prediction or {}) | {"choice": 9, "picks": ["a_condition_of_old"]}
    owls = seat("Owls", step=2, of=PICKING, prediction=old)

    (_, first) = csv.reader(io.StringIO(answers(PICKING, [owls]).decode("utf-8-sig")))
    page = sheet(PICKING, room=Classroom("C", PICKING.name, False, (owls,)))
    *_, choice = said(PICKING, old, outcomes[PICKING.name])

    assert first[1] == WITHDRAWN
    assert WITHDRAWN in page
    assert WITHDRAWN[1:] in choice
    assert not PICKING.offers(old["picks"])
    assert PICKING.offers(example(PICKING))


@each_lesson
def test_results_of_a_lesson_are_small_enough_to_be_kept(
    of: Lesson, outcomes: Mapping[str, Any], tmp_path: Path
) -> None:
    store = Store(tmp_path)

    store.keep_outcome(of.name, outcomes[of.name])

    assert store.outcome(of.name) == outcomes[of.name]
