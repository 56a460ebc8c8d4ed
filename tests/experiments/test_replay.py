"""Replay: the stored study, one authority lived again, its judgements put in, and what cannot be replayed."""

from __future__ import annotations

import math
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from conducive.experiments.evidence import replay as module
from conducive.experiments.evidence.official import FIGURES, official_panel, places
from conducive.experiments.evidence.replay import (
    AIM,
    REPLAYED,
    Fan,
    Replay,
    Study,
    date_of,
    inadequate_months,
    misfit,
    replay,
    share_inside,
    stored_study,
)
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import declared
from conducive.scenarios.timeline import timeline

SMALLEST = min(places(), key=lambda place: place.in_post or 0.0).name
JUDGED = min((p for p in places() if inadequate_months(p.name)), key=lambda place: place.in_post or 0.0).name


def same(one: Replay, other: Replay) -> bool:
    return one.marks == other.marks and all(
        np.array_equal(getattr(one.fans[figure], end), getattr(other.fans[figure], end))
        for figure in FIGURES
        for end in ("low", "middle", "high")
    )


def test_the_stored_study_has_every_authority_and_what_the_model_says_of_it_today() -> None:
    stored = stored_study()

    assert set(stored.plain) == {place.name for place in places()}
    assert set(stored.judged) == {place.name for place in places() if inadequate_months(place.name)}
    assert same(stored.plain[SMALLEST], replay(SMALLEST))
    assert same(stored.judged[JUDGED], replay(JUDGED, judgements=True))


def test_over_all_authorities_about_four_fifths_lie_within_the_80_percent_band() -> None:
    stored = stored_study()
    inside, known = share_inside(mark for one in stored.plain.values() for mark in one.marks.values())

    assert AIM[0] <= stored.share == inside / known <= AIM[1]
    assert known > 4000
    assert f"{100 * inside / known:.0f}% of published figures lie within" in stored.text()


def test_the_misfit_that_is_named_is_the_figure_with_the_least_within_the_band() -> None:
    stored = stored_study()
    shares = {}
    for figure in FIGURES:
        inside, known = share_inside(one.marks[figure] for one in stored.plain.values())
        shares[figure] = inside / known

    assert min(shares, key=lambda figure: shares[figure]) == "agency_rate"
    assert "Agency staff fit worst" in stored.misfit()
    assert misfit({"turnover": "==+=====", "caseload": "--======"}) == (
        "Outside lie caseload below it in 2018 and 2019; turnover above it in 2020."
    )
    assert misfit({"turnover": "....===="}) == "Nothing lies outside."


def test_a_fan_marks_what_lies_within_above_below_and_what_was_not_published() -> None:
    fan = Fan(np.zeros(4), np.ones(4), np.full(4, 2.0), np.array([2.0, 2.1, -0.1, math.nan]))

    assert fan.marks == "=+-."
    assert share_inside([fan.marks]) == (1, 3)


def test_the_official_line_is_the_published_one() -> None:
    panel, found = official_panel(), stored_study().of("Leeds")
    row = panel.names.index("Leeds")

    for figure, fan in found.fans.items():
        assert fan.official == pytest.approx(panel.figures[figure][row][1:], nan_ok=True)
        assert (fan.low <= fan.middle).all()
        assert (fan.middle <= fan.high).all()
        assert len(fan.low) == len(REPLAYED) == 8


def test_a_replay_is_the_same_to_the_bit_with_processes_and_another_with_another_seed(processes: Executor) -> None:
    one = replay(SMALLEST, runs=20)
    assert same(one, replay(SMALLEST, runs=20, executor=processes))
    assert not same(one, replay(SMALLEST, runs=20, seed=1))


def test_levels_are_drawn_around_the_lasting_figures_within_what_was_published() -> None:
    number, place = next((n, p) for n, p in enumerate(places()) if p.name == "Leeds")
    middle = module._middle(place)
    drawn = [module._drawn(number, place, run, 0) for run in range(400)]
    _, spread, (low, high) = module._known()

    for n, figure in enumerate(FIGURES):
        values = np.array([one[figure] for one in drawn])
        assert (values >= low[n]).all()
        assert (values <= high[n]).all()
        free = max(middle[figure], low[n] + 2 * spread[n])
        assert abs(np.median(values) - middle[figure]) < 0.2 * spread[n] + (free - middle[figure])
    agency, vacancy = ([one[name] for one in drawn] for name in ("agency_rate", "vacancy_rate"))
    assert np.corrcoef(agency, vacancy)[0, 1] > 0.5
    assert drawn[0] == module._drawn(number, place, 0, 0) != module._drawn(number, place, 0, 1)


def test_judgements_of_inadequate_are_put_in_in_their_months() -> None:
    number, place = next((n, p) for n, p in enumerate(places()) if p.name == "Bradford")
    months = inadequate_months("Bradford")
    rows = timeline(module._asked(number, place, 0, 0, 1, months))

    assert [date_of(month) for month in months] == [date(2018, 9, 1), date(2022, 11, 1)]
    assert rows["month"][rows["inspection_result"] == 4].tolist() == list(months)
    assert date_of(12) == date(2017, 9, 1)  # the first census
    plain, judged = stored_study().of("Bradford"), stored_study().of("Bradford", judgements=True)
    assert plain.judged is None
    assert judged.judged == months
    assert judged.fans["agency_rate"].high.mean() > plain.fans["agency_rate"].high.mean()
    assert "put in: September 2018 and November 2022" in judged.text()
    assert "never judged inadequate" in stored_study().of("Leeds", judgements=True).text()


def test_lives_are_spread_over_plausible_sets() -> None:
    number, place = 0, places()[0]
    one, other = (module._asked(number, place, 0, 0, chosen, ()) for chosen in (1, 2))

    assert one.coefficients != other.coefficients
    assert one.start.keys() <= declared().keys()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("City of London", "City of London cannot be replayed: with up to 30 social workers"),
        ("Isles of Scilly", "cannot be used for 2017"),
        ("Cumberland", "no figures were returned under that name that year"),
        ("Suffolk", ""),
        ("England", "England is not an authority: only authorities are replayed."),
        ("Middlesborough", "Did you mean Middlesbrough?"),
    ],
)
def test_what_cannot_be_replayed_is_refused_with_the_reason(name: str, said: str) -> None:
    if not said:
        assert stored_study().of(name).name == name
        return
    for ask in (stored_study().of, replay):
        with pytest.raises(InputError) as caught:
            ask(name)
        assert said in str(caught.value)


@pytest.mark.parametrize("runs", [19, 1001, True, 60.0])
def test_runs_that_make_no_band_are_refused(runs: int) -> None:
    with pytest.raises(InputError, match="runs must be a whole number, 20 to 1,000"):
        replay(SMALLEST, runs=runs)


def test_a_study_of_other_rules_or_one_that_was_spoilt_is_refused(tmp_path, monkeypatch) -> None:
    (tmp_path / "replay.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="cannot be read as a study of replays"):
        stored_study(tmp_path / "replay.json")
    monkeypatch.setattr(module, "model_version", lambda: "another")
    with pytest.raises(InputError, match="was made for other rules, sets or figures than these"):
        stored_study.__wrapped__()


def test_a_study_is_written_and_read_as_it_was_made(tmp_path, monkeypatch) -> None:
    few = Study({SMALLEST: replay(SMALLEST, runs=20)}, {})
    monkeypatch.setattr(module, "study", lambda *_: few)

    module.main([str(tmp_path)])

    again = stored_study(tmp_path / "replay.json")
    assert same(again.plain[SMALLEST], few.plain[SMALLEST])
    assert again.plain[SMALLEST].judged is None
    assert replace(again.plain[SMALLEST], runs=20).in_short() == few.plain[SMALLEST].in_short()
