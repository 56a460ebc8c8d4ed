"""Programme files: what they hold, the library, and a clear message for what cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conducive.scenarios.errors import InputError
from conducive.scenarios.geography import likeness, steps
from conducive.scenarios.links import CRITERIA, LINKS, link_inputs
from conducive.scenarios.programme import FUNDING, chosen, load_programme, programme_names
from conducive.scenarios.workforce import authorities

LIBRARY = {
    "innovation-programme-2014", "fewer-for-longer", "embed-first", "publish-failures", "learning-network",
    "standing-coaches", "by-need", "by-readiness", "no-programme",
}  # fmt: skip


def test_the_library_has_the_nine_programmes_and_each_names_one_to_compare_with() -> None:
    assert set(programme_names()) == LIBRARY
    for name in LIBRARY:
        one = load_programme(name)
        assert one.name == name
        assert one.title
        assert one.question
        assert one.source
        assert one.compare_with in LIBRARY
        assert {claim["against"] for claim in one.claims} <= LIBRARY


def test_programmes_that_give_grants_spend_the_same_budget() -> None:
    for name in LIBRARY - {"no-programme"}:
        one = load_programme(name)
        assert one.grant * one.grants + one.support == pytest.approx(212.8e6)


def test_the_programme_of_2014_gives_grants_of_the_size_that_was_reported() -> None:
    one = load_programme("innovation-programme-2014")

    assert one.grants == 94
    assert 1.9e6 < one.grant < 2.3e6
    assert len(one.places) == 148


@pytest.mark.parametrize("one", [*link_inputs().values(), *FUNDING], ids=lambda i: i.address)
def test_every_number_says_what_it_means_where_it_is_from_and_how_sure_that_is(one: Any) -> None:
    assert one.meaning.endswith(".")
    assert one.source
    assert one.grade in {"measured", "literature", "paper", "assumed"}
    assert one.minimum <= one.low <= one.default <= one.high <= one.maximum


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"funding": {"budget": 1e6, "grant": 1e6}, "round": [{"month": 0, "grants": 2}]}, "more than its budget"),
        ({"funding": {"budget": 1e6, "coaches": 2e5}}, "more than its budget"),
        ({"authorities": ["Leeds", "Kent"], "funding": {"budget": 1e6}, "round": [{"month": 0, "grants": 3}]},
         "more grants than there are authorities to bid: 3, and 2 may bid"),
        ({"criteria": {"need": 0.5, "sped": 0.5}}, "Did you mean speed"),
        ({"criteria": {"need": 0.5, "speed": 0.2}}, "must add up to 1. Got 0.7. Did you mean"),
        ({"criteria": {"need": 2}}, "weight from 0 to 1"),
        ({"authorities": ["Leds", "Kent"]}, "Leeds"),
        ({"authorities": ["Leeds"]}, "a sector has 2 authorities or more"),
        ({"authorities": 1}, "2 to 2000"),
        ({"authorities": 3.5}, "how many to invent"),
        ({"authorities": [383, "Kent"]}, "Did you mean .'383', 'Kent'."),
        ({"eligible": {"regions": ["South Wset"]}}, "is the region of no authority here. Did you mean South West"),
        ({"eligible": {"grades": ["poor"]}}, "must be one of outstanding"),
        ({"funding": {"budget": 1e6}, "round": [{"month": 400, "grants": 2}]}, "0 to 119"),
        ({"funding": {"budget": 1e6}, "round": [{"month": 9, "grants": 2}, {"month": 3, "grants": 2}]}, "in order"),
        ({"funding": {"budget": 1e6}, "round": [{"month": 9}]}, "round 1: grants must be a whole number"),
        ({"round": [{"month": 0, "grants": 2}]}, "no money for them"),
        ({"links": {"choice": False}, "funding": {"budget": 1e6}, "round": [{"month": 0, "grants": 2}]},
         "needs links.choice"),
        ({"links": {"peple": True}}, "Did you mean people"),
        ({"links": {"people": 1}}, "must be true or false"),
        ({"people": {"moves": 3}}, "people.moves must be 0 to 1"),
        ({"innovation": [{"name": "x", "potental": 0.2}]}, "Did you mean potential"),
        ({"innovation": [{"name": "x", "potential": 2}]}, "innovation 1: innovation.potential must be 0 to 1"),
        ({"innovation": [{"name": "x", "set": {"finance.grant": 5}}]}, "finance.grant is not for an innovation to set"),
        ({"innovation": [{"name": "x"}, {"name": "x"}]}, "Got 'x' twice"),
        ({"claim": [{"says": "a", "source": "b", "indicator": "use", "against": "c", "above": "0"}]}, "be a number"),
        ({"fundng": {}}, "Did you mean funding"),
        ({"criteria": {"need": "0,5"}}, "did you mean 0.5"),
        ({"innovation": [{"name": "x", "claim": "0,5"}]}, "did you mean 0.5"),
        ({"title": "a\0"}, "title must have no control characters"),
        ({"innovation": [{"name": "x", "meaning": "\x1b"}]}, "meaning must have no control characters"),
        ({"claim": [{"says": "\x1b", "source": "b", "indicator": "use", "against": "c"}]},
         "claim 1: says must have no control characters"),
        ({"claim": [{"says": "a", "source": "b", "indicator": "use", "against": "c"}]}, "one bound"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_one_message(document: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said.replace("(", r"\(")):
        load_programme(document)


def test_a_title_that_cannot_be_shown_is_refused_in_python_too() -> None:
    with pytest.raises(InputError, match="title must have no control characters"):
        replace(load_programme("fewer-for-longer"), title="\x1b")


def test_an_error_in_a_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[people]\nmoves = 7\n", encoding="utf-8")

    with pytest.raises(InputError, match=r"mine\.toml: people\.moves"):
        load_programme(tmp_path / "mine.toml")
    with pytest.raises(InputError, match="Did you mean fewer-for-longer"):
        load_programme("fewer-for-long")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_the_encoding_that_its_mark_names(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "mine.toml").write_text('title = "Zoë: £5m for 東京"\n', encoding=encoding)

    assert load_programme(tmp_path / "mine.toml").title == "Zoë: £5m for 東京"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('title = "Zoë"'.encode("latin-1"), "not a text file in UTF-8"),
        (b"title = ", "not valid TOML"),
        (None, "no such"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_cause(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "mine.toml").write_bytes(content)

    with pytest.raises(InputError, match=rf"mine\.toml: .*{said}"):
        load_programme(tmp_path / "mine.toml")


def test_a_programme_is_changed_by_address_and_leaves_the_first_as_it_was() -> None:
    one = load_programme("innovation-programme-2014")
    other = one.change({"funding.length": 36, "people.moves": 0.1, "links.word": False, "leadership.push": 0.9})

    assert (other["funding.length"], other["people.moves"], other.on("word")) == (36, 0.1, False)
    assert other.scenario["leadership.push"] == 0.9
    assert one["funding.length"] == 24
    with pytest.raises(InputError, match="must add up to 1"):
        one.change({"criteria.need": 0.9})


def test_places_are_in_the_order_of_their_names_and_regions_stand_for_their_authorities() -> None:
    one = load_programme({"authorities": ["Leeds", "North East", "Bury"]})

    names = [place.name for place in one.places]
    assert names == sorted(names)
    assert {"Leeds", "Bury", "Durham" if "Durham" in names else "County Durham"} <= set(names)


@pytest.mark.parametrize(
    ("written", "regions"),
    [
        ("south east", ["South East"]),
        ("Yorkshire & the Humber", ["Yorkshire and The Humber"]),
        ("London", ["Inner London", "Outer London"]),
        ("inner-london", ["Inner London"]),
    ],
)
def test_a_region_in_any_spelling_is_all_its_authorities(written: str, regions: list[str]) -> None:
    one = load_programme({"authorities": [written, "E08000035"]})

    inside = {row.name for row in authorities(2025) if row.region in regions}
    assert {place.name for place in one.places} == {"Leeds"} | inside


def test_an_authority_is_not_the_region_that_its_short_name_is_and_england_is_all_in_any_spelling() -> None:
    assert [p.name for p in chosen(["City of London", "Leeds"], 2022)] == ["City of London", "Leeds"]
    assert chosen(" ENGLAND") == chosen("England")


def test_regions_lie_one_step_from_those_they_border_and_neighbours_are_the_official_ten() -> None:
    apart = steps(["North East", "North East", "North West", "South West"])

    assert apart[0].tolist() == [0, 0, 1, 2]
    assert (apart == apart.T).all()
    codes = [place.code for place in load_programme("no-programme").places]
    alike = likeness(codes)
    assert np.diag(alike).sum() == 0
    assert 8 < np.median(alike.sum(axis=1)) <= 12


def test_every_link_and_criterion_says_what_it_stands_for() -> None:
    assert [link.name for link in LINKS] == ["people", "directors", "word", "weather", "choice", "funders"]
    assert all(link.meaning and link.paper and link.inputs for link in LINKS)
    assert list(CRITERIA) == ["need", "readiness", "speed", "evidence", "equity"]


def test_dotted_names_under_set_need_no_quotes(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("authorities = 4\n[set]\norganisation.posts = 12\nhorizon = 30\n")

    programme = load_programme(path)

    assert programme.scenario["organisation.posts"] == 12
    assert programme.horizon == 30
