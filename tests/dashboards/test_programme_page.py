"""The Programme page: what it shows is what `programme` gives, month by month, in a browser too."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import conducive as cz
from conducive.dashboards.pages import programme as programme_page
from conducive.dashboards.pages.programme import (
    AREAS,
    USUAL,
    Asked,
    address,
    by_authority,
    command,
    files,
    map_data,
    money_in_words,
    pictures,
    python,
    regions_of,
    scale_of,
    series_of,
    start_from,
)
from conducive.dashboards.work import CancelledError, Job
from conducive.experiments.programmes.places import lived
from conducive.scenarios.programme import chosen, load_programme, programme_names

PICTURES = Path(__file__).resolve().parents[2] / "artefacts" / "pages"
REGIONS = ["Outer London", "South West"]
BASE = {
    "authorities": REGIONS,
    "set": {"horizon": 36, "warm_up": 6},
    "funding": {"budget": 4e7, "length": 12},
    "criteria": {"need": 1.0},
    "round": [{"month": 3, "grants": 9}],
}
SMALL = (load_programme(BASE), load_programme({**BASE, "funding": {"budget": 4e7, "length": 24}}))
ASKED = Asked("by-need", "by-readiness", 4)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two small programmes in place of those of the library, and no replicate that somebody ran before."""
    monkeypatch.setattr(programme_page, "programmes_of", lambda a, b: SMALL)
    monkeypatch.setattr(programme_page, "KEPT", programme_page.Cache(programme_page.ROOM))


# ---- What is asked -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [USUAL, Asked("by-need"), Asked("no-programme", "publish-failures", 40)])
def test_what_is_asked_comes_back_from_its_address(asked: Asked) -> None:
    assert start_from(f"s={address(asked)}") == (asked, "", "")
    assert start_from("") == (None, "", "")


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("by-ned~~8~x", "Did you mean by-need?"),
        ("by-need~by-nobody~8~x", "'by-nobody' is not a programme"),
        ("~~8~x", "'' is not a programme of the library"),
        ("by-need~~9~x", "4, 8, 20 or 40 replicates. Got 9"),
        ("by-need~~²~x", "Got 0"),
        ("by-need~~" + "9" * 250, "Got 0"),
        ("../../../etc/passwd.toml~~8~x", "is not a programme of the library"),
        ("x" * 5000, "Got 0"),
    ],
)
def test_an_address_that_asks_for_nothing_there_is_says_why(search: str, said: str) -> None:
    asked, news, trouble = start_from(f"s={search}")

    assert (asked, news) == (None, "")
    assert trouble.startswith("This address cannot be read: ")
    assert said in trouble


def test_an_address_of_other_rules_says_that_numbers_may_differ() -> None:
    assert start_from("s=by-need~~8~older")[1].startswith("This address was made with other rules")


def test_what_a_programme_pays_for_is_said_in_words() -> None:
    said = {name: money_in_words(load_programme(name)) for name in programme_names()}

    assert said["no-programme"] == "It spends nothing."
    assert "grants of 24 months and GBP 2.26 million on average, 57 in month 6 and 37" in said["by-need"]
    assert "a year for coaches" in said["standing-coaches"]
    assert "GBP 3.00 million a year for a learning network" in said["learning-network"]


# ---- What comes of it ----------------------------------------------------------------------------------------------


def test_the_page_shows_what_python_gives_to_the_bit(small: None) -> None:
    job = Job()
    *_, shown = pictures(ASKED, "me", job)
    found = cz.programme(*SMALL, replicates=4)

    assert job.done == 4
    assert shown.found.text() == found.text()
    pd.testing.assert_frame_equal(shown.found.authorities, found.authorities)
    for n, side in enumerate("AB"):
        own = found.authorities[found.authorities["programme"] == side]
        last = own.groupby("authority")["faithful"].mean()
        assert shown.use[n, -1] == pytest.approx(last[[p.name for p in SMALL[n].places]].to_numpy(), abs=1e-6)


def test_the_first_answer_comes_before_the_last_and_nothing_is_run_twice(
    small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []

    def counted(replicate: int, **given: Any) -> Any:
        ran.append(replicate)
        return lived(replicate, **given)

    monkeypatch.setattr(programme_page, "lived", counted)
    monkeypatch.setattr(programme_page, "OFTEN", 0.0)
    job, seen = Job(), []
    coming = pictures(ASKED, "me", job)
    seen.append(len(next(coming).found.runs))
    job.stop()
    with pytest.raises(CancelledError):
        next(coming)
    assert seen == [1]
    kept = len(programme_page.KEPT.get((ASKED.a, ASKED.b, 0)) or ())
    ran.clear()

    more = [len(shown.found.runs) for shown in pictures(ASKED, "me", Job())]
    assert more == list(range(kept + 1, 5))
    assert min(ran) == kept
    ran.clear()
    again = [len(shown.found.runs) for shown in pictures(ASKED, "another", Job())]
    assert (again, ran) == ([4], [])


def test_tiles_and_bars_have_the_numbers_of_the_runs(small: None) -> None:
    *_, shown = pictures(ASKED, "me", Job())
    data = map_data(shown)

    assert np.array(data["use"]) / 1000 == pytest.approx(shown.use, abs=0.0006)
    assert [side["letter"] for side in data["sides"]] == ["A", "B"]
    assert data["whole"][1] == pytest.approx(shown.found.found("use_at_fidelity", 1).mean, abs=1e-4)
    month = shown.found.diffusion[shown.found.diffusion["month"] == 20]
    for bar in data["bars"]:
        own = month[(month["programme"] == "B") & (month["innovation"] == bar["name"])]
        assert bar["values"][1][19] == pytest.approx(own["authorities"].mean(), abs=1e-4)
    assert max(max(each["high"]) for each in series_of(shown.found)) <= 1
    table = pd.read_csv(io.StringIO(by_authority(shown)))
    assert table[table["programme"] == "B"].iloc[-1]["Cornwall"] == pytest.approx(
        shown.use[1, -1, [p.name for p in SMALL[0].places].index("Cornwall")]
    )
    for _, make in files(shown):
        name, kind, content = make()
        assert name
        assert kind
        assert content


def test_every_authority_of_england_has_one_tile_in_one_of_nine_regions_of_the_map() -> None:
    regions = regions_of(chosen("England"))

    assert [region["name"] for region in regions] == list(AREAS)
    assert sorted(p["row"] for region in regions for p in region["places"]) == list(range(len(chosen("England"))))
    drawn = (Path(programme_page.__file__).parent / "programme.vue").read_text("utf-8")
    rows = re.findall(r'"([a-z ]+)"', re.findall(r"grid-template-areas: ([^;]+);", drawn)[0])
    assert {area for row in rows for area in row.split()} == set(AREAS.values())
    assert len(next(region for region in regions if region["name"] == "London")["places"]) > 25


@pytest.mark.parametrize(("most", "top"), [(0.0, 10), (0.1, 10), (0.11, 20), (0.97, 100), (1.0, 100)])
def test_the_scale_ends_at_a_round_share_above_the_highest(most: float, top: int) -> None:
    assert scale_of(most) == top


def test_code_that_is_offered_asks_the_same() -> None:
    assert command(USUAL) == "conducive programme innovation-programme-2014 --against fewer-for-longer --replicates 8"
    assert "cz.programme('by-need', replicates=4)" in python(Asked("by-need", replicates=4))
    compile(python(USUAL), "offered", "exec")


# ---- In a browser --------------------------------------------------------------------------------------------------
