"""Programmes beside the world: the stored measurement is of this version, and its page follows from it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conducive.experiments.evidence import programmes
from conducive.experiments.evidence.programmes import (
    FOLLOWED,
    REPLICATES,
    STORED,
    WORLD,
    Followed,
    claims,
    follow,
    lost_a_year,
    made_with,
    needed,
    sector_version,
    stored_programmes,
)
from conducive.experiments.pages.programme import MISSED, PAGE, answer, held, page
from conducive.model.sector import choice
from conducive.model.sector.ground import new_sector
from conducive.scenarios.errors import InputError
from conducive.scenarios.innovations import INNOVATIONS
from conducive.scenarios.links import link_inputs
from conducive.scenarios.programme import FUNDING, load_programme, programme_names

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_stored_measurement_is_of_these_rules_programmes_and_sets() -> None:
    """Older: make it anew with `programmes.AGAIN`, then the page."""
    found = stored_programmes()

    assert {name: found[name] for name in made_with()} == made_with()
    assert found["replicates"] == REPLICATES
    assert [row["name"] for row in found["world"]] == [one.name for one in WORLD]
    assert [row["says"] for row in found["claims"]] == [claim["says"] for _, claim in claims()]


def test_a_measurement_of_other_rules_or_one_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "programmes.json"
    other.write_text(json.dumps(json.loads(STORED.read_text("utf-8")) | {"sector version": "0" * 12}), "utf-8")

    with pytest.raises(InputError, match="made for other rules"):
        stored_programmes(other)
    other.write_text("{", "utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        stored_programmes(other)


def test_a_changed_rule_between_authorities_changes_the_version_of_a_sector(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sector_version()
    real = choice.choose

    def seldom(sector: Any, worlds: Any, t: int) -> None:
        if t % 2:
            real(sector, worlds, t)

    monkeypatch.setattr(choice, "choose", seldom)

    assert sector_version() != before


def test_the_committed_page_follows_from_the_declarations_and_the_stored_measurement() -> None:
    again = "anew: uv run python -m conducive.experiments.pages.programme docs"

    assert (DOCS / PAGE).read_text("utf-8") == page(), again


def test_the_page_names_every_number_innovation_programme_and_claim_and_says_that_it_forecasts_none() -> None:
    text = page()

    assert [i.address for i in (*link_inputs().values(), *FUNDING) if f"| `{i.address}` |" not in text] == []
    assert [o.name for o in INNOVATIONS if o.name not in text] == []
    assert [name for name in programme_names() if f"`{name}`" not in text] == []
    assert [claim["says"] for _, claim in claims() if claim["says"] not in text] == []
    assert "forecasts none" in text


def test_a_reading_is_met_in_its_range_and_missed_for_sure_only_beyond_its_interval() -> None:
    one = WORLD[0]
    row = {"mean": one.low, "low": one.low, "high": one.low}

    assert answer(one, row) == "met"
    assert answer(one, {"mean": 9.0, "low": 8.0, "high": 10.0}) == "**missed**"
    assert "within" in answer(one, {"mean": 9.0, "low": one.low, "high": 10.0})
    assert {one.name for one in WORLD if one.kind != "put in"} <= MISSED.keys()


def test_a_claim_holds_only_where_its_whole_interval_is_on_its_side() -> None:
    for bound, sign in (("above", 1.0), ("below", -1.0)):
        found = [sorted((sign * low, sign * high)) for low, high in ((1, 2), (-1, 2), (-2, -1))]
        said = [held({bound: 0.0}, {"low": low, "high": high}) for low, high in found]
        assert said == ["holds", "not decided", "does not hold"]


def test_what_is_lost_a_year_is_the_constant_hazard_of_what_ran_when_money_ended() -> None:
    months, end = FOLLOWED + 30, 24.0
    running = np.zeros((months, 50), np.int32)
    running[40:, :25] = -1  # half end during the five years
    running[:, 48:] = -1  # two never ran: they cannot be lost
    ends = np.full((months, 50), end)
    followed = Followed(None, running, running, running, ends)  # type: ignore[arg-type]

    kept = (23 + 0.5) / (48 + 1)
    assert lost_a_year(followed) == pytest.approx(1 - kept ** (1 / 5))
    assert math.isclose((1 - lost_a_year(followed)) ** 5, kept)


def test_a_sector_that_is_followed_month_by_month_is_the_one_that_is_lived_at_once() -> None:
    small = {"organisation.posts": 12, "organisation.families": 24, "warm_up": 6, "horizon": 30}
    asked = load_programme({"authorities": 4, "set": small, "choice": {"openings": 2.0}})
    at_once = new_sector(asked, 0)
    at_once.live(1000)

    followed = follow(new_sector(asked, 0))

    assert np.array_equal(followed.together.table.view(float), at_once.table.view(float), equal_nan=True)
    shares = [(row >= 0).mean() for row in followed.running]
    assert shares[-1] > 0
    assert followed.monthly("use").shape == (4, 30)


def test_every_claim_is_read_at_a_month_that_is_lived() -> None:
    assert needed()
    assert all(1 <= month <= load_programme("no-programme").horizon for _, month in needed())
    assert {claim["against"] for _, claim in claims()} <= set(programme_names())
    assert {programmes.FUNDED, programmes.ALONE} <= set(programme_names())
