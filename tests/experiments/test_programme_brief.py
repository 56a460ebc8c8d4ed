"""The briefing on a programme: its numbers are those of the runs, and it is one page that needs nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import conducive as cz
from conducive.experiments.programmes.brief import by_region, headline, programme_brief
from conducive.experiments.programmes.runs import ProgrammeRuns
from conducive.experiments.words import percent, points
from conducive.scenarios.programme import load_programme

BASE = {
    "title": "Grants <of> a year",
    "authorities": ["South West", "North East"],
    "set": {"horizon": 48, "warm_up": 6},
    "funding": {"budget": 4e7, "length": 12},
    "criteria": {"need": 1.0},
    "round": [{"month": 3, "grants": 9}],
}
CLAIM = {"says": "More lasts.", "source": "here", "indicator": "use", "against": "programme", "above": -1.0}
OTHER = {**BASE, "title": "Grants of two", "funding": {"budget": 4e7, "length": 24}, "claim": [CLAIM]}


@pytest.fixture(scope="module")
def two() -> ProgrammeRuns:
    return cz.programme(load_programme(BASE), load_programme(OTHER), replicates=4)


def test_a_briefing_says_what_the_runs_say(two: ProgrammeRuns) -> None:
    page = programme_brief(two)

    gap = two.difference("use_at_fidelity")
    assert f"{percent(two.found('use_at_fidelity', 1).mean[-1])} under B" in headline(two)
    assert f"{points(gap.low[-1])} to {points(gap.high[-1])}" in headline(two)
    assert headline(two) in page
    assert "More lasts. This holds. (here)" in page
    assert "Grants &lt;of&gt; a year, or grants of two?" in page
    assert "grants of 12 months" in page
    for offer in two.programmes[0].innovations:
        assert offer.name in page
    last = two.authorities
    own = last[(last["region"] == "North East") & (last["programme"] == "B")]
    share = own["faithful_years"].sum() / own["practitioner_years"].sum()
    assert {row[0]: row[2] for row in by_region(two)}["North East"] == percent(share)


def test_a_briefing_stands_alone_and_the_same_runs_make_the_same_page(two: ProgrammeRuns) -> None:
    page = programme_brief(two)

    assert page == programme_brief(two)
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page.replace("xlink:href", "href"))
    assert not re.findall(r"url\((?!#)", page)
    assert 'aria-labelledby="picture-alt"' in page
    assert "conducive programme programme --against programme --replicates 4 --seed 0" in page


def test_a_headline_claims_no_more_than_the_interval_carries(
    two: ProgrammeRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    gap = two.difference("use_at_fidelity")
    said = {}
    for low, high in ((-0.1, 0.1), (0.01, 0.1), (-0.1, -0.01)):
        gap.low[-1], gap.high[-1] = low, high
        monkeypatch.setattr(ProgrammeRuns, "difference", lambda *_: gap)
        said[low, high] = headline(two)

    assert said[-0.1, 0.1].endswith("These runs do not show which leaves more.")
    assert said[0.01, 0.1].endswith(" B leaves more.")
    assert said[-0.1, -0.01].endswith(" A leaves more.")


def test_one_programme_and_one_replicate_have_a_briefing_without_a_difference_or_an_interval() -> None:
    page = programme_brief(cz.programme(load_programme(BASE), replicates=1))

    assert "at its height, in month" in page
    assert "What is claimed" not in page
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL).lower().replace("finance", "")


def test_a_study_keeps_its_briefing(two: ProgrammeRuns, tmp_path: Path) -> None:
    from conducive.experiments.programmes.runs import write_programme

    write_programme(two, tmp_path)

    assert (tmp_path / "briefing.html").read_text("utf-8") == programme_brief(two)
