"""The official panel beside a simulated one: known answers of the statistics, planted effects, the same luck."""

import json
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, replace

import numpy as np
import pytest

from conducive.experiments.evidence import official
from conducive.experiments.evidence.fit import targets
from conducive.experiments.evidence.official import (
    EVENT_STUDY,
    EVENT_YEARS,
    FIGURES,
    Figure,
    Panel,
    at_lasting_level,
    check,
    components,
    counted,
    event_study,
    growth,
    lasting_figures,
    length_of_service,
    official_panel,
    places,
    simulated_panel,
    statistics,
    statistics_errors,
    table,
    without_innovation,
)
from conducive.scenarios import workforce
from conducive.scenarios.scenario import Scenario
from conducive.scenarios.timeline import usual_staff, usual_vacancy
from conducive.scenarios.workforce import year_to_year_swing

QUIET = Scenario("quiet")
SOME = [place.name for place in places()[:4]]


def made_up(count: int, seed: int = 0, years: int = 9) -> Panel:
    rng = np.random.default_rng(seed)
    figures = {name: 50.0 + rng.normal(size=(count, years)) for name in FIGURES}
    names = tuple(f"Place {n}" for n in range(count))
    return Panel(names, figures, np.full((count, years), 200.0), np.full((count, years), 2.0), np.ones((count, 5)))


@pytest.fixture(scope="module")
def panel() -> Panel:
    return simulated_panel(QUIET, SOME)


def test_variance_components_of_a_made_up_panel_are_recovered_with_and_without_gaps() -> None:
    rng = np.random.default_rng(1)
    values = 3.0 * rng.normal(size=(4000, 1)) + 5.0 * rng.normal(size=(4000, 9)) + np.arange(9)
    gaps = np.where(rng.random(values.shape) < 0.3, np.nan, values)

    for seen in (values, gaps):
        lasting, swing = components(seen)
        assert lasting == pytest.approx(9.0, rel=0.06)
        assert swing == pytest.approx(25.0, rel=0.03)


def test_a_panel_without_swings_has_only_spread_and_one_without_spread_has_none() -> None:
    level = np.repeat(np.array([[1.0], [2.0], [3.0]]), 9, axis=1)

    assert components(level + np.arange(9)) == pytest.approx((1.0, 0.0))
    assert components(np.tile([[1.0, -1.0], [-1.0, 1.0]], (5, 1)))[0] == 0.0


def test_the_official_panel_is_the_one_the_swing_of_the_table_is_of() -> None:
    panel = official_panel()

    assert len(panel.names) >= len(places()) > 140
    for name, swing in year_to_year_swing().items():
        unit = 1.0 if name == "caseload" else 100.0
        # That one has no degrees of freedom taken off, and leaves out years a model cannot start from.
        assert components(panel.figures[name])[1] ** 0.5 == pytest.approx(unit * swing, rel=0.12)


def test_leaving_at_one_hazard_is_no_more_dispersed_than_chance() -> None:
    rng = np.random.default_rng(2)
    panel = made_up(2000)
    leaving = 100.0 * rng.binomial(200, 0.15, (2000, 9)) / 200
    found = statistics(replace(panel, figures={**panel.figures, "turnover": leaving}))

    assert found["turnover: variance over that of one hazard"] == pytest.approx(1.0, abs=0.05)
    assert found["turnover: swing from year to year"] < 0.5
    assert found["turnover: level"] == pytest.approx(15.0, abs=0.1)


def test_dispersion_beyond_chance_does_not_depend_on_how_many_are_in_post() -> None:
    rng = np.random.default_rng(3)
    hazard = np.clip(0.15 + 0.05 * rng.normal(size=(3000, 9)), 0.0, 1.0)
    found = []
    for size in (100, 400):
        panel = made_up(3000)
        figures = {**panel.figures, "turnover": 100.0 * rng.binomial(size, hazard) / size}
        found.append(statistics(replace(panel, figures=figures, in_post=np.full((3000, 9), float(size)))))

    for name in ("turnover: swing from year to year", "turnover: variance over that of one hazard"):
        assert found[0][name] == pytest.approx(found[1][name], rel=0.06)
    assert found[0]["turnover: swing from year to year"] == pytest.approx(5.0, abs=0.2)


def test_official_turnover_is_far_more_dispersed_than_chance_and_agency_goes_with_vacancy() -> None:
    found = statistics(official_panel())

    assert found["turnover: variance over that of one hazard"] > 4.0
    assert found["correlation: agency_rate and vacancy_rate"] > 0.8
    assert abs(found["correlation: turnover and caseload"]) < 0.1


def test_standard_errors_are_those_of_drawing_authorities_again() -> None:
    panel = made_up(100)
    level = panel.figures["caseload"].mean(axis=1)

    error = statistics_errors(panel, 200)["caseload: level"]

    assert error == pytest.approx(level.std() / 10.0, rel=0.2)


def test_an_authority_is_drawn_towards_the_mean_and_lives_at_that_level() -> None:
    place = places()[0]
    figures, panel = lasting_figures(place), official_panel()
    there = at_lasting_level(without_innovation(QUIET), place)
    turnover, fill = there["workforce_capacity.turnover"], there["workforce_capacity.time_to_fill"]
    vacancy = usual_vacancy(turnover, fill)
    posts, extra = there["organisation.posts"], there["workforce_capacity.agency_extra"]
    agency = posts * (vacancy * there["workforce_capacity.agency_cover"] + extra)

    apart = 100.0 * place.turnover - np.nanmean(panel.figures["turnover"][:, 0])  # type: ignore[operator]
    assert 0.0 < (figures["turnover"] + 0.14 - np.nanmean(panel.figures["turnover"])) / apart < 1.0
    assert 100.0 * turnover == pytest.approx(figures["turnover"])
    assert 100.0 * vacancy == pytest.approx(figures["vacancy_rate"])
    assert 100.0 * agency / usual_staff(there) == pytest.approx(figures["agency_rate"])
    assert there["workforce_capacity.caseload"] == pytest.approx(figures["caseload"])


def test_every_place_gets_inputs_within_their_bounds() -> None:
    quiet = without_innovation(QUIET)
    for place in places():
        there = at_lasting_level(quiet, place)
        assert 0.0 <= there["workforce_capacity.agency_cover"] <= 1.0
        assert there["workforce_capacity.agency_extra"] >= 0.0
        assert there["workforce_capacity.time_to_fill"] > 0.0


def test_no_innovation_is_launched_before_the_last_census() -> None:
    quiet = without_innovation(QUIET.with_wave(24).change({"horizon": 60}))

    assert [wave.month for wave in quiet.waves] == [108]
    assert quiet.horizon == 109


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_a_simulated_panel_is_the_same_to_the_bit_with_any_executor(panel: Panel, kind: type[Executor]) -> None:
    with kind() as executor:
        again = simulated_panel(QUIET, SOME, executor=executor)

    for name in FIGURES:
        assert np.array_equal(panel.figures[name], again.figures[name])
    assert np.array_equal(panel.grade, again.grade)
    assert np.array_equal(panel.service, again.service)


def test_an_authority_meets_the_same_luck_whoever_else_is_asked_for(panel: Panel) -> None:
    alone = simulated_panel(QUIET, SOME[2:3])

    assert alone.names == (SOME[2],)
    assert np.array_equal(alone.figures["turnover"][0], panel.figures["turnover"][2])


def test_replicates_seeds_and_coefficients_make_other_panels(panel: Panel) -> None:
    calm = QUIET.under({"coefficients.demand_swing": 0})
    others = [
        simulated_panel(QUIET, SOME[:1], replicate=1),
        simulated_panel(QUIET, SOME[:1], seed=1),
        simulated_panel(calm, SOME[:1]),
    ]

    for other in others:
        assert not np.array_equal(other.figures["caseload"][0], panel.figures["caseload"][0])


def test_a_simulated_panel_has_nine_years_of_believable_figures(panel: Panel) -> None:
    assert panel.figures["turnover"].shape == panel.grade.shape == (4, 9)
    assert 0.0 < panel.figures["turnover"].mean() < 40.0
    assert 5.0 < panel.figures["caseload"].mean() < 30.0
    assert set(np.unique(panel.grade)) <= {1.0, 2.0, 3.0, 4.0}


def test_leavers_counted_post_by_post_are_those_the_model_counts(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official, "growth", lambda: 0.0)
    unweighted = simulated_panel(QUIET, SOME[:1])
    staff, _, leavers, early, soon = unweighted.service[0]
    last = unweighted.figures["turnover"][0, -1] / 100.0 * unweighted.in_post[0, -1]

    assert staff == pytest.approx(unweighted.in_post[0, -1])
    assert leavers == pytest.approx(last)
    assert early <= soon <= leavers


def test_length_of_service_weighs_people_as_a_growing_workforce_does() -> None:
    staff = np.array([12.0, 240.0])
    old = np.exp(-growth() * 20.0) / np.exp(-growth())
    panel = replace(made_up(1), service=counted(staff, np.array([6.0, 30.0, 90.0]))[None])

    assert 0.02 < growth() < 0.06
    assert length_of_service(panel)["length of service: staff under 5 years"] == pytest.approx(100.0 / (1.0 + old))


def test_an_event_study_recovers_a_planted_effect_and_leaves_out_those_inadequate_at_first() -> None:
    panel = made_up(300)
    grade = panel.grade.copy()
    grade[:40, 0] = 4.0  # from the start: left out, whatever happens to them
    grade[40:80, 3:6], grade[80:120, 5:] = 4.0, 4.0
    panel.figures["caseload"][:40] += 100.0 * np.random.default_rng(4).normal(size=(40, 9))
    panel.figures["agency_rate"][40:80, 3:] += 10.0
    panel.figures["agency_rate"][80:120, 5:] += 10.0
    panel.figures["agency_rate"] += np.arange(9) + np.arange(300)[:, None]

    found = event_study([replace(panel, grade=grade)])

    for year, (effect, error) in zip(EVENT_YEARS, found["agency_rate"], strict=True):
        expected = 0.0 if year in {"-3 and before", "-1"} else 10.0
        assert effect == pytest.approx(expected, abs=4 * error)
        assert 0.05 < error < 0.4
    assert all(abs(effect) < 4 * error for effect, error in found["caseload"])


def test_errors_of_an_event_study_cover_chance() -> None:
    """Of 40 x 7 planted zeros about 95% are within two errors; fewer than 89% would be 4 errors off."""
    within = []
    for seed in range(40):
        panel = made_up(120, seed)
        panel.grade[:15, 4:], panel.grade[15:30, 6:] = 4.0, 4.0
        within += [abs(effect) < 2 * error for effect, error in event_study([panel])["turnover"]]

    assert np.mean(within) > 0.89


def test_an_event_study_without_events_says_so() -> None:
    with pytest.raises(ValueError, match="more panels"):
        event_study([made_up(5)])


def test_distance_is_the_difference_over_its_standard_error() -> None:
    assert Figure("turnover", "level", "points", 10.0, 3.0, 20.0, 4.0).distance == 2.0


def test_the_check_and_its_table_list_every_official_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    def few(base: Scenario, some: object, seed: int, replicate: int, executor: object) -> Panel:
        del base, some, executor
        panel = made_up(30, seed + replicate)
        panel.grade[:10, 4:] = 4.0
        return panel

    monkeypatch.setattr(official, "simulated_panel", few)
    figures = check(QUIET, panels=2)
    text = table(figures)

    asked = {*statistics(official_panel()), *length_of_service(made_up(1))}
    cells = len(EVENT_STUDY) * len(EVENT_YEARS)
    assert asked <= {f"{f.group}: {f.what}" for f in figures}
    assert len(figures) == len(asked) + cells == len(text.splitlines()) - 2
    assert all(np.isfinite(f.distance) for f in figures if f.simulated_error)
    assert json.loads(json.dumps([asdict(f) for f in figures]))[0]["group"] == "turnover"
    assert "| **" in text


def test_what_the_model_rests_on_does_not_move_with_a_table_that_was_taken_in(tmp_path, monkeypatch):
    lines = workforce.TABLE.read_text("utf-8").splitlines(keepends=True)
    newest = [line for line in lines if line[:4] not in map(str, range(2017, 2024))]
    newest = [line.replace("2025,", "2026,", 1) for line in newest]
    other = tmp_path / "newest.csv"
    other.write_text("".join(newest), "utf-8")
    known, drawn = places(), targets.authorities(QUIET, 0)
    monkeypatch.setenv(workforce.CHOSEN, str(other))

    assert {place.year for place in workforce.authorities()} == {2024, 2026}
    assert places() == known
    assert at_lasting_level(without_innovation(QUIET), known[0]).place == f"{known[0].name}, 2017"
    assert growth.__wrapped__() == growth()
    assert targets.authorities(QUIET, 0) == drawn
