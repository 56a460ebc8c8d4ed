"""The map of the conducive zone: lines, the edge and its uncertainty, where a place stands, and what moves it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import QuadMesh
from typer.testing import CliRunner, Result

import conducive as cz
from conducive.experiments.cli import app as cli
from conducive.experiments.lives import readings
from conducive.experiments.lives.living import ends
from conducive.experiments.lives.readings import SHOWN, Reading, Shown, chance_of, drawn_anew, read, sets_of
from conducive.experiments.search.zone import map as moving
from conducive.experiments.search.zone.figures import zone_figure
from conducive.experiments.search.zone.map import COLUMNS, Move, ZoneMap
from conducive.experiments.search.zone.plan import ZonePlan, axis, services, zone_map
from conducive.scenarios.workforce import authorities, latest

SHORT = {"horizon": 30, "warm_up": 12}
TURNOVER, TERM = "workforce_capacity.turnover", "finance.funding_term"


def small() -> cz.Scenario:
    return cz.load_scenario("classroom").change(SHORT)


@cache
def mapped() -> ZoneMap:
    """A small map that was run."""
    return zone_map(small(), TURNOVER, "culture", 3, 0, steps=4, month=18, plausible=False)


def made(uptake: np.ndarray, own: tuple[int, int] = (1, 1), spread: float = 0.0) -> ZoneMap:
    """A map whose R is given at 4 x 4 points, positions 0 to 1; replicates spread around it."""
    plan = zone_map.plan(small(), "macro", "culture", 5, 0, steps=4, month=18, plausible=False)
    lines = (0.0, 0.25, 0.75, 1.0)
    x, y = (replace(a, values=lines, own=lines[n]) for a, n in ((plan.x, own[1]), (plan.y, own[0])))
    values = np.zeros((4, 4, 5, len(COLUMNS)))
    values[..., 0] = uptake[..., None] + spread * np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    return ZoneMap(replace(plan, x=x, y=y), values)


RISING = np.add.outer(np.array([0.0, 0.25, 0.75, 1.0]), np.array([0.0, 0.25, 0.75, 1.0]))
"""R is x + y: the edge is the line from (0, 1) to (1, 0)."""


# ---- Axes ----------------------------------------------------------------------------------------------------------


def test_an_axis_has_a_line_where_the_scenario_stands() -> None:
    found = axis(TURNOVER, small(), 5)

    assert found.own == small()[TURNOVER]
    assert found.own in found.values
    assert len(found.values) == 5
    assert (found.values[0], found.values[-1]) == (0.08, 0.25)


def test_an_axis_is_widened_to_hold_an_unusual_place_but_ends_that_are_given_stay() -> None:
    unusual = small().change({TURNOVER: 0.4})

    assert axis(TURNOVER, unusual, 5).values[-1] == 0.4
    given = axis(f"{TURNOVER}=0.1:0.2", unusual, 5)
    assert given.own is None
    assert (given.values[0], given.values[-1]) == (0.1, 0.2)


def test_whole_numbers_in_steps_of_unequal_length_are_said_before_the_map_with_equal_ones() -> None:
    posts = small().change({"organisation.posts": 62})
    plans = {steps: zone_map.plan(posts, "organisation.posts=60:67", "culture", 1, 0, steps=steps) for steps in (4, 8)}
    primes = zone_map.plan(posts, "organisation.posts=60:127", "culture", 1, 0, steps=4)

    assert plans[4].x.values == (60, 62, 65, 67)
    assert plans[4].notes == plans[4].held().notes == (
        "organisation.posts has steps of unequal length: 60, 62, 65, 67. "
        "Equal ones: steps = 2 (every 7) or 8 (every 1).",
    )  # fmt: skip
    assert not plans[8].notes
    assert primes.notes[0].endswith("Equal ones: steps = 2 (every 67).")  # 68 are more than a map has


def test_a_line_that_is_moved_to_where_the_scenario_stands_makes_no_steps_of_unequal_length() -> None:
    found = axis("organisation.posts=60:68", small().change({"organisation.posts": 63}), 5)

    assert 63 in found.values
    assert not found.note


def test_a_cluster_stands_at_the_mean_position_of_its_inputs_between_barrier_and_facilitator() -> None:
    at = {c.name: 0.2 for c in cz.conditions() if c.cluster == "macro"}
    found = axis("macro", small().change(at), 5)

    assert found.own == pytest.approx(0.2)
    assert found.spread == pytest.approx((0.2, 0.2))
    beyond = axis("macro", small().change({**at, "public_perceptions.incident_rate": 200.0}), 5)
    assert beyond.spread is not None
    assert beyond.spread[0] == 0.0


def test_where_an_authority_stands_follows_from_its_published_figures() -> None:
    leeds = small().at("Leeds")

    assert axis(TURNOVER, leeds, 5).own == leeds[TURNOVER] != small()[TURNOVER]
    assert axis("workforce_capacity", leeds, 5).own != axis("workforce_capacity", small(), 5).own


def test_the_cloud_is_where_services_of_the_declared_population_stand_whatever_the_scenario_sets() -> None:
    plan = zone_map.plan(small(), TURNOVER, "culture", 2, 0, steps=3, month=18)
    trusting = small().change({"trust_emotions_relationships": 0.9})
    moved = zone_map.plan(trusting, TURNOVER, "culture", 2, 0, steps=3, month=18)

    cloud = plan.cloud()
    turnover = [each[TURNOVER] for each in services() if 0.08 <= each[TURNOVER] <= 0.25]

    assert len(services()) == len(authorities(latest()))
    assert sorted(cloud[:, 0]) == sorted(turnover)
    assert cloud[:, 0].min() >= plan.x.values[0]
    assert 0.3 < cloud[:, 1].mean() < 0.7
    assert 0.05 < cloud[:, 1].std() < 0.2
    np.testing.assert_array_equal(moved.cloud(), cloud)


def test_a_point_of_the_map_has_every_condition_of_a_cluster_at_its_position() -> None:
    plan = zone_map.plan(small(), TERM, "culture", 2, 0, steps=3, plausible=False)

    point = plan.at(36.0, 0.9)

    assert point[TERM] == 36
    for condition in cz.conditions():
        for i in condition.inputs:
            if condition.cluster == "culture":
                assert point[i.address] == pytest.approx(i.at_position(0.9))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"x": "cultur"}, ("'cultur'", "Did you mean culture")),
        ({"x": "horizon"}, ("'horizon' cannot be an axis",)),
        ({"x": "culture", "y": "attitudes"}, ("must differ", "attitudes.openness")),
        ({"x": "culture", "y": "culture"}, ("must differ",)),
        ({"x": "culture=0.8:0.2", "y": "macro"}, ("culture", "Did you mean 0.2:0.8")),
        ({"x": "culture=0:2", "y": "macro"}, ("culture", "between 0 (barrier) and 1 (facilitator)")),
        ({"x": f"{TERM}=0:500"}, (TERM, "0 to 240 months")),
        ({"x": f"{TERM}=long"}, ("LOW:HIGH",)),
        ({"month": 31}, ("month must be a whole number, 1 to 30", "Did you mean 30")),
        ({"steps": 1}, ("steps must be a whole number, 2 to 41",)),
        ({"replicates": 0}, ("replicates must be",)),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_is_refused_with_what_could(options: dict[str, object], words: tuple[str, ...]) -> None:
    with pytest.raises(cz.InputError) as refused:
        zone_map(small(), **options)  # type: ignore[arg-type]

    for word in words:
        assert word in str(refused.value)


# ---- Filling in ----------------------------------------------------------------------------------------------------


def test_points_come_coarse_to_fine_and_each_once() -> None:
    plan = zone_map.plan(small(), "macro", "culture", 1, 0, steps=5, plausible=False)
    last_row, last_column = plan.shape[0] - 1, plan.shape[1] - 1

    order = plan.order()

    assert set(order[:4]) == {(0, 0), (0, last_column), (last_row, 0), (last_row, last_column)}
    assert sorted(order) == [(r, c) for r in range(plan.shape[0]) for c in range(plan.shape[1])]
    assert set(order[:9]) == {(r, c) for r in (0, 2, 4) for c in (0, 2, 4)}


def test_a_map_is_the_same_point_by_point_as_whole_and_as_single_runs_to_the_bit() -> None:
    plan = mapped().plan
    values = plan.empty()

    for row, column, found in plan.points():
        values[row, column] = found

    np.testing.assert_array_equal(values, mapped().values)
    row, column = 2, 3
    alone = ends(plan.at(plan.x.values[column], plan.y.values[row]), range(3), 0)
    np.testing.assert_array_equal(values[row, column, :, COLUMNS.index("use_at_fidelity")], alone["use_at_fidelity"])
    life = cz.run(plan.at(plan.x.values[column], plan.y.values[row]), 3, 0, agents=False).values("use_at_fidelity")
    np.testing.assert_array_equal(values[row, column, :, COLUMNS.index("use_on_average")], life.mean(axis=1))
    table = mapped().table.set_index(["x", "y"]).loc[(plan.x.values[column], plan.y.values[row])]
    assert table["average"] == pytest.approx(life.mean())
    assert table["average_low"] <= table["average"] <= table["average_high"]
    assert (mapped().table[["average_low", "uptake_low", "sustained_low"]].fillna(0) >= 0).all(axis=None)
    assert (mapped().table["average_high"] <= 1).all()


def test_r_is_read_in_its_month_and_spending_summed() -> None:
    life = cz.run(small(), 2, 0, agents=False)

    asked = [Reading("uptake_number", 18), Reading("spend", "sum"), Reading("use", "mean"), Reading("strain", 7)]
    found = read(small(), asked, range(2), 0)

    np.testing.assert_array_equal(found[:, 0], life.values("uptake_number")[:, 17])
    np.testing.assert_allclose(found[:, 1], life.values("spend").sum(axis=1))
    np.testing.assert_allclose(found[:, 2], life.values("use").mean(axis=1))
    np.testing.assert_array_equal(found[:, 3], life.values("strain")[:, 6])


def test_the_month_is_the_last_of_the_grant_unless_another_is_named() -> None:
    assert zone_map.plan(small(), "macro", "culture", 1, 0, plausible=False).month == 24
    longer = small().change({TERM: 200})
    assert zone_map.plan(longer, "macro", "culture", 1, 0, plausible=False).month == longer.horizon


def test_a_map_that_is_filling_in_can_be_drawn_and_told() -> None:
    whole = mapped()
    values = whole.plan.empty()
    for row, column in whole.plan.order()[:5]:
        values[row, column] = whole.values[row, column]

    partial = ZoneMap(whole.plan, values)

    assert partial.interrupted
    assert len(partial.table) == 5
    assert partial.band is None
    assert "Interrupted: 5 of 16 points" in partial.text()
    meshes = [m for axes in zone_figure(partial).axes for m in axes.collections if isinstance(m, QuadMesh)]
    assert np.ma.getmaskarray(meshes[0].get_array()).sum() >= 11


def test_an_interrupt_keeps_what_is_finished() -> None:
    done = []

    def stop(count: int) -> None:
        done.append(count)
        if len(done) == 3:
            raise KeyboardInterrupt

    found = zone_map(small(), TURNOVER, "culture", 2, 0, steps=3, plausible=False, progress=stop)

    assert found.interrupted
    assert found.done.sum() == 3
    assert found.moves == ()


# ---- The edge ------------------------------------------------------------------------------------------------------


def test_the_contour_lies_where_mean_r_is_one() -> None:
    (line,) = made(RISING).contour()

    np.testing.assert_allclose(line.sum(axis=1), 1.0)


def test_one_lucky_run_of_five_counts_in_the_mean_and_as_one_of_five_in_the_share() -> None:
    found = made(np.zeros((4, 4)))
    found.values[2, 2, 4, 0] = 6.0

    point = found.table.set_index(["x", "y"]).loc[0.75, 0.75]

    assert found.uptake[2, 2] == pytest.approx(1.2)
    assert point["uptake"] == pytest.approx(1.2)
    assert point["open"] == pytest.approx(0.2)
    assert point["open_low"] < 0.2 < point["open_high"]


def test_the_edge_along_each_line_is_where_r_crosses_one() -> None:
    edge = made(RISING).edge
    along_x = edge[edge["along"] == "x"].set_index("at")

    assert along_x.loc[0.25, "edge"] == pytest.approx(0.75)
    assert along_x.loc[0.75, "edge"] == pytest.approx(0.25)
    assert along_x["rising"].all()


def test_the_edge_is_certain_without_spread_and_its_band_widens_with_it() -> None:
    def unclear(spread: float) -> float:
        band = made(RISING, spread=spread).band
        assert band is not None
        share = band[2]
        return float(((share > 0.025) & (share < 0.975)).mean())

    assert unclear(0.0) < 0.001
    assert 0.001 < unclear(0.05) < unclear(0.2)


def test_the_interval_of_the_edge_holds_it_and_runs_to_the_end_where_that_is_not_clear() -> None:
    edge = made(RISING, spread=0.2).edge
    assert (edge["low"] < edge["edge"]).any()
    assert ((edge["low"] <= edge["edge"]) & (edge["edge"] <= edge["high"])).all()

    nearly = made(np.full((4, 4), 0.95) + 0.06 * RISING, spread=1.0).edge
    assert nearly["high"].max() == 1.0


def test_replicates_are_drawn_anew_together_and_within_plausible_sets() -> None:
    sets = np.repeat([1, 2, 3], 4)

    drawn = drawn_anew(12, sets, 200)

    assert drawn is not None
    by_set = np.stack([drawn[:, sets == n].sum(axis=1) for n in (1, 2, 3)], axis=1)
    assert set(np.unique(by_set)) <= {0, 4, 8, 12}
    assert (drawn.sum(axis=1) == 12).all()
    assert drawn_anew(1, None, 10) is None
    np.testing.assert_array_equal(drawn, drawn_anew(12, sets, 200))


def test_a_chance_has_wilsons_interval_and_a_wider_one_where_sets_disagree() -> None:
    runs = np.repeat([0.0, 1.0], 8)

    alone, sets = chance_of(runs), chance_of(runs, np.repeat([1, 2, 3, 4], 4))

    assert 0 < alone.low < 0.5 == alone.mean < alone.high < 1
    assert sets.low < alone.low
    assert sets.high > alone.high
    assert np.isnan(chance_of(np.full(3, np.nan)).mean)


def test_plausible_replicates_live_under_their_set() -> None:
    sets = sets_of(8, plausible=True)
    assert sets is not None
    assert sets.tolist() == [1] * 4 + [2] * 4
    from conducive.experiments.lives.plausible import plausible_sets

    both = read(small(), [Reading("strain")], range(8), 0, sets)

    second = small().under(plausible_sets().sets[1])
    np.testing.assert_array_equal(both[4:], read(second, [Reading("strain")], range(4, 8), 0))


# ---- Moves ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def as_the_map_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a simulated point have R = x + y, as the made-up map has."""

    def simulated(plan: object, x: float, y: float) -> np.ndarray:
        values = np.zeros((5, len(COLUMNS)))
        values[:, 0] = x + y
        values[:, COLUMNS.index("spend")] = 30_000 * (4 * x + y)
        return values

    monkeypatch.setattr(moving, "_read", simulated)


@pytest.mark.usefixtures("as_the_map_says")
def test_the_shortest_move_along_each_axis_reaches_the_edge_and_no_further() -> None:
    moves = {move.along: move for move in moving.moves(made(RISING, own=(1, 2)))}

    # From x = 0.75, y = 0.25 the edge is where it stands: inside, and a step back along either axis leads out.
    assert set(moves) == {("macro",), ("culture",)}
    outside = {move.along: move for move in moving.moves(made(RISING, own=(1, 1)))}
    assert outside["macro",].to == pytest.approx((0.75, 0.25))
    assert outside["culture",].to == pytest.approx((0.25, 0.75))
    assert outside["macro",].share == pytest.approx(0.5)


@pytest.mark.usefixtures("as_the_map_says")
def test_the_end_of_a_move_is_narrowed_down_where_the_map_is_coarse() -> None:
    (move, *_) = moving.moves(made(RISING - 0.1, own=(1, 1)))

    # Between lines the map puts the edge at 0.85; simulated, it is at 0.75.
    assert 0.75 <= move.to[0] < 0.8


@pytest.mark.usefixtures("as_the_map_says")
def test_a_move_that_needs_both_axes_is_found_where_neither_alone_is_enough() -> None:
    steep = np.minimum(RISING, 0.99) + (np.minimum.outer([0.0, 0.25, 0.75, 1.0], [0.0, 0.25, 0.75, 1.0]) >= 0.75)

    (move,) = moving.moves(made(steep, own=(0, 0)))

    assert move.along == ("macro", "culture")
    assert sum(move.to) >= 1
    assert max(move.to) < 1


@pytest.mark.usefixtures("as_the_map_says")
def test_the_cheapest_move_is_named_apart_from_the_shortest() -> None:
    start = made(RISING - 0.1, own=(1, 1))
    values = start.values.copy()
    values[1, 1, :, COLUMNS.index("spend")] = 30_000 * 1.25

    zoned = replace(ZoneMap(start.plan, values), moves=moving.moves(ZoneMap(start.plan, values)))

    cost = {move.along[0]: zoned.money(move).mean for move in zoned.moves}
    assert cost["macro"] > cost["culture"] > 0
    text = " ".join(zoned.text().split())
    assert "What would move it into the zone?" in text
    assert "changing culture costs the least" in text
    assert "no price in the model" in text


@pytest.mark.parametrize(
    ("dearer", "said"),
    [
        (1.0, "changing culture costs the least"),
        (-1.0, "Changing macro is both the shortest move and the least costly"),
        (0.0, "Which of the two costs less is not clear (changing"),
    ],
)
def test_a_move_is_called_the_least_costly_only_where_the_same_luck_shows_it(dearer: float, said: str) -> None:
    found = made(RISING, own=(1, 1))
    spends = 30_000 * (10 + np.array([-3.0, 3.0, -2.0, 2.0, 0.0]))
    ends = {"macro": (0.75, 0.25), "culture": (0.25, 0.8)}
    values = {name: found.values[1, 1].copy() for name in ends}
    for name, moved in values.items():
        moved[:, COLUMNS.index("spend")] = spends + (30_000 * dearer if name == "macro" else 0.0)
    if not dearer:
        values["macro"][:, COLUMNS.index("spend")] = spends[::-1] + 3_000

    moves = tuple(Move((name,), ends[name], 0.5 + n / 10, values[name]) for n, name in enumerate(ends))
    text = " ".join(replace(found, moves=moves).text().split())

    low, mean, high = replace(found, moves=moves).money(moves[0], moves[1])
    assert (low > 0, high < 0) == (dearer > 0, dearer < 0)
    assert mean == pytest.approx((30_000 * dearer or 3_000) / (found.plan.scenario.horizon / 12))
    assert said in text
    assert ("not clear" in text) == (not dearer)


def test_the_uncertainty_of_r_at_the_end_of_a_move_is_told() -> None:
    found = made(RISING, spread=0.1)
    there = found.values[1, 2]

    text = " ".join(replace(found, moves=(Move(("macro",), (0.75, 0.25), 0.5, there),)).text().split())

    low, mean, high = readings.mean_of(there[:, 0])
    assert f"R is {mean:.2f} there (95% interval {low:.2f} to {high:.2f})" in text


def test_nothing_moves_a_place_where_r_is_on_one_side_all_over() -> None:
    found = made(np.full((4, 4), 0.3))

    assert moving.moves(found) == ()
    assert found.edge.empty
    assert found.contour() == []
    assert "R is below 1 all over the map." in found.text()
    assert "all of the map lies outside the zone" in " ".join(found.text().split())


def test_money_is_paired_and_a_year() -> None:
    found = made(RISING)
    there = found.values[1, 1].copy()
    there[:, COLUMNS.index("spend")] += 30_000 * np.array([1.0, 1.0, 1.0, 1.0, 1.0])

    low, mean, high = found.money(Move(("macro",), (0.75, 0.25), 0.5, there))

    assert (low, mean, high) == pytest.approx((12_000, 12_000, 12_000))


def test_a_move_that_was_run_truly_crosses_the_edge() -> None:
    base = small().change({"trust_emotions_relationships": 0.6})
    found = zone_map(base, TURNOVER, "culture", 6, 0, steps=4, month=18, plausible=False)

    assert found.moves
    for move in found.moves:
        there = moving._read(found.plan, *move.to)
        np.testing.assert_array_equal(there, move.values)
        assert (there[:, 0].mean() >= readings.EDGE) != found.inside


# ---- Words, figures, files -----------------------------------------------------------------------------------------


def test_where_it_cannot_be_judged_there_is_no_chance_of_sustained_use() -> None:
    found = zone_map(small(), f"{TERM}=2:24", "culture", 2, 0, steps=2, month=6, plausible=False)

    longest = found.table[found.table["x"] == 24]
    assert (longest["judged"] == 0).all()
    assert longest["sustained"].isna().all()
    assert "sustained use cannot be judged" in " ".join(found.text().split())


def test_a_map_is_written_as_data_and_as_a_figure(tmp_path: Path) -> None:
    mapped().write(tmp_path)

    points = pd.read_parquet(tmp_path / "points.parquet")
    assert len(points) == 16
    assert list(points.columns) == list(pd.read_csv(tmp_path / "points.csv").columns)
    assert {"uptake", "uptake_low", "open", "open_high", "sustained", "sustained_low"} <= set(points.columns)
    for name in ("chart.png", "chart.svg", "contour.csv", "edge.parquet", "summary.txt"):
        assert (tmp_path / name).stat().st_size > 0


def test_the_figure_marks_the_place_and_labels_the_edge() -> None:
    found = made(RISING, spread=0.1)
    moves = (Move(("macro",), (0.75, 0.25), 0.5, found.values[1, 2]),)

    axes, *_ = zone_figure(replace(found, moves=moves)).axes

    star = next(line for line in axes.lines if line.get_marker() == "*")
    dots = next(line for line in axes.lines if line.get_marker() == "o")
    assert len(dots.get_xdata()) == len(found.plan.cloud()) > 0  # type: ignore[arg-type]
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (0.25, 0.25)  # type: ignore[index]
    assert "R = 1" in {text.get_text() for text in axes.texts}


@pytest.mark.parametrize("one", SHOWN, ids=lambda one: one.column)
def test_the_figure_shows_what_is_asked_for_and_else_both_chances(one: Shown) -> None:
    found = made(RISING, spread=0.1)

    axes, bar = zone_figure(found, one).axes

    (mesh,) = (m for m in axes.collections if isinstance(m, QuadMesh))
    assert axes.get_title(loc="left") == one.label
    np.testing.assert_array_equal(np.ma.filled(mesh.get_array(), np.nan).ravel(), found.grid(one.column).ravel())
    assert mesh.get_clim() == (0, 1 if one.share else 2)
    assert ("%" in bar.yaxis.get_major_formatter()(0.5)) == one.share
    assert "R = 1" in {text.get_text() for text in axes.texts}
    shown = [one.label for one in SHOWN if one.column in {"sustained", "open"}]
    assert [a.get_title(loc="left") for a in zone_figure(found).axes[:2]] == shown


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def conducive(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["zone", "classroom", *arguments], prog_name="conducive")


QUICK = ("--x", TURNOVER, "--steps", "3", "--replicates", "2", "--month", "12", "--default-set",
         "--set", "horizon=14", "--set", "warm_up=0")  # fmt: skip


@pytest.mark.usefixtures("empty_folder")
def test_the_command_maps_once_and_shows_a_stored_map_again() -> None:
    first = conducive(*QUICK, "--out", "here")
    again = conducive(*QUICK, "--out", "here")
    other = conducive(*QUICK, "--seed", "1", "--out", "here")

    assert first.exit_code == 0, first.output
    assert "The conducive zone" in first.stdout
    assert "nothing was run again" in again.stdout
    assert other.exit_code == 2
    assert "seed 0, not 1" in other.stderr
    identity = json.loads(Path("here/provenance.json").read_text("utf-8"))["identity"]
    assert identity["kind"] == "zone map"
    assert identity["x"]["name"] == TURNOVER


@pytest.mark.usefixtures("empty_folder")
def test_an_interrupted_map_is_kept_and_finished_by_the_same_command(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ZonePlan.points

    def interrupted(self: ZonePlan, executor: object = None) -> Iterator[tuple[int, int, np.ndarray]]:
        for n, point in enumerate(whole(self)):
            if n == 2:
                raise KeyboardInterrupt
            yield point

    with monkeypatch.context() as patch:
        patch.setattr(ZonePlan, "points", interrupted)
        stopped = conducive(*QUICK, "--out", "here")
    kept = pd.read_parquet("here/points.parquet")
    again = conducive(*QUICK, "--out", "here")

    assert stopped.exit_code == 130
    assert len(kept) == 2
    assert again.exit_code == 0, again.output
    assert len(pd.read_parquet("here/points.parquet")) == 9


@pytest.mark.usefixtures("empty_folder")
def test_the_command_says_before_it_begins_what_is_to_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: ZonePlan, means: object) -> ZoneMap:
        raise KeyboardInterrupt

    monkeypatch.setattr(ZonePlan, "carry_out", never)
    result = conducive(*QUICK, "--x", "organisation.posts=60:69", "--out", "here")

    assert "organisation.posts has steps of unequal length" in result.stderr
    assert not Path("here").exists()


@pytest.mark.usefixtures("empty_folder")
def test_bad_input_is_one_line_and_nothing_is_written() -> None:
    result = conducive("--x", "cultur")

    assert result.exit_code == 2
    assert result.stderr.startswith("conducive: 'cultur' cannot be an axis")
    assert result.stderr.count("\n") == 1
    assert list(Path().iterdir()) == []
