"""Every authority: who is run and who is left out, ranks and how firm they are, and what a ranking is not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner, Result

import conducive as cz
from conducive.experiments.cli import app as cli
from conducive.experiments.lives.living import ends
from conducive.experiments.lives.readings import Reading, read
from conducive.experiments.search.national import plan as module
from conducive.experiments.search.national.figures import national_figure, national_small_figure
from conducive.experiments.search.national.plan import National, national, places_in
from conducive.experiments.sweep.design import sweep_identity
from conducive.experiments.sweep.file import sweep_plan
from conducive.scenarios import workforce
from conducive.scenarios.population import in_conditions
from conducive.scenarios.workforce import authorities, official_table

SHORT = {"horizon": 28, "warm_up": 6, "finance.funding_term": 4}
NORTH = "North East"


def short() -> cz.Scenario:
    return cz.load_scenario("two-year-funding").change(SHORT)


@cache
def found() -> National:
    """A region that was run, under two scenarios."""
    return national(short(), _better(), 4, 0, region=NORTH)


def _better() -> cz.Scenario:
    return short().change({"trust_emotions_relationships": 0.9, "finance.mainstreaming": 0.9})


def made(first: np.ndarray, use: np.ndarray) -> National:
    """Made-up readings (authorities, replicates) in place of those that were run."""
    return replace(
        found(), values=np.stack([first, use], axis=-1), other=None, against=None,
        places=found().places[: len(first)], asked=len(first), indicator="sustained",
    )  # fmt: skip


# ---- Who is run ----------------------------------------------------------------------------------------------------


def test_every_usable_authority_is_run_and_every_other_is_named_with_the_reason() -> None:
    places, left_out = places_in(2025)

    assert [p.name for p in places] == sorted(a.name for a in authorities(2025))
    every = {r.name for r in official_table() if r.year == 2025 and r.level == "authority"}
    assert {p.name for p in places} | left_out.keys() == every
    assert not {p.name for p in places} & left_out.keys()
    assert "too few" in left_out["Isles of Scilly"]


def test_a_region_holds_its_authorities_and_london_both_its_parts() -> None:
    assert {p.region for p in places_in(2025, "north  EAST")[0]} == {NORTH}
    assert {p.region for p in places_in(2025, "London")[0]} == {"Inner London", "Outer London"}
    assert {p.region for p in places_in(2025, "inner london")[0]} == {"Inner London"}
    assert len(places_in(2025, "England")[0]) == len(places_in(2025)[0])


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ({"region": NORTH}, {"region": "the north  EAST"}),
        ({}, {"region": "england"}),
        ({}, {"month": SHORT["horizon"]}),
        ({"against": short(), "month": SHORT["horizon"]}, {"against": short()}),
    ],
)
def test_the_same_places_and_month_are_one_study_however_they_are_written(
    one: dict[str, Any], same: dict[str, Any]
) -> None:
    written, otherwise = (national.plan(short(), replicates=2, **asked) for asked in (one, same))

    assert written.identity() == otherwise.identity()
    assert written.identity()["region"] == one.get("region", "")
    assert written.identity()["month"] == "last"


def test_the_last_month_of_one_of_two_lengths_is_a_month_of_its_own() -> None:
    longer = short().change({"horizon": SHORT["horizon"] + 1})

    plan = national.plan(short(), longer, 2, month=SHORT["horizon"])

    assert plan.identity()["month"] == SHORT["horizon"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"region": "North Est"}, ("'North Est' is not a region", "North East")),
        ({"region": "Atlantis"}, ("must be one of", "South West")),
        ({"year": 1999}, ("year must be",)),
        ({"indicator": "usage"}, ("'usage' is not an indicator", "use")),
        ({"month": 29}, ("month must be a whole number, 1 to 28",)),
        ({"replicates": 0}, ("replicates must be",)),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_what_could(options: dict[str, object], words: tuple[str, ...]) -> None:
    with pytest.raises(cz.InputError) as refused:
        national(short(), **options)  # type: ignore[arg-type]

    for word in words:
        assert word in str(refused.value)


def test_an_authority_starts_from_its_own_figures_and_meets_the_same_luck_as_alone() -> None:
    n = next(n for n, p in enumerate(found().places) if p.name == "Gateshead")

    alone = ends(short().at("Gateshead", 2025), range(4), 0)["sustained"]

    np.testing.assert_array_equal(found().values[n, :, 0], alone)


def test_what_nobody_publishes_varies_from_run_to_run_the_same_whoever_else_is_run() -> None:
    wide = national(short(), _better(), 3, 0, region=NORTH, vary=True)
    (n, place), number = next(enumerate(wide.places)), module._number_of(wide.places[0].name)

    assert wide.other is not None
    for r in range(3):
        for scenario, values in ((short(), wide.values), (_better(), wide.other)):
            there = in_conditions(scenario.at(place.name, 2025), number + r, 0, place.name)
            alone = read(there, (Reading("sustained"), Reading("use_at_fidelity", "mean")), range(r, r + 1), 0)
            np.testing.assert_array_equal(values[n, r], alone[0])
    assert not np.array_equal(wide.values[..., 1], found().values[:, :3, 1])


def test_a_country_that_varies_says_so_and_is_another_run() -> None:
    wide = replace(found(), vary=True)
    asked = {"year": 2025, "region": NORTH, "indicator": "use", "month": None, "plausible": False}

    assert "drawn by lot" in " ".join(wide.text().split())
    assert "Each run of an authority is in other unpublished conditions" in " ".join(wide.text().split())
    assert "drawn by lot" not in " ".join(found().text().split())
    plain, varied = (national.plan(short(), None, 4, 0, vary=vary, **asked).identity() for vary in (False, True))
    assert plain != varied


def test_an_indicator_can_be_read_in_a_month_of_its_own() -> None:
    one = national(short(), None, 2, 0, region=NORTH, indicator="use", month=5)

    life = cz.run(short().at(one.places[0].name), 2, 0, agents=False)

    np.testing.assert_array_equal(one.values[0, :, 0], life.values("use")[:, 4])
    np.testing.assert_allclose(one.values[0, :, 1], life.values("use_at_fidelity").mean(axis=1))


# ---- Ranks ---------------------------------------------------------------------------------------------------------


def test_ranks_go_by_the_chance_of_sustained_use_and_among_equals_by_mean_use() -> None:
    one = made(
        np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [np.nan, np.nan]]),
        np.array([[0.1, 0.1], [0.0, 0.0], [0.2, 0.2], [0.9, 0.9]]),
    )

    names = [p.name for p in one.places]
    assert one.table["authority"].tolist() == [names[1], names[2], names[0], names[3]]
    assert one.table["rank"].tolist() == [1, 2, 3, 4]


def test_intervals_of_ranks_overlap_where_luck_decides_and_do_not_where_it_does_not() -> None:
    random = np.random.default_rng(1)
    none = np.zeros((8, 20))
    apart = made(none, np.arange(8)[:, None] / 10 + 0.001 * random.random((8, 20)))
    alike = made(none, random.random((8, 20)))

    assert (apart.table["rank_low"] == apart.table["rank_high"]).all()
    width = alike.table["rank_high"] - alike.table["rank_low"]
    assert width.median() >= 4
    assert ((alike.table["rank_low"] <= alike.table["rank"]) & (alike.table["rank"] <= alike.table["rank_high"])).all()
    assert "In 0.0% of all pairs" in " ".join(apart.text().split())


def test_gains_are_paired_and_ranked() -> None:
    one = found()
    assert one.other is not None

    ranked = one.table.set_index("authority")

    for n, place in enumerate(one.places):
        assert ranked.loc[place.name, "gain"] == pytest.approx((one.other[n] - one.values[n])[:, 1].mean())
    assert sorted(ranked["gain_rank"]) == list(range(1, len(ranked) + 1))
    assert ranked["gain"].idxmax() == ranked["gain_rank"].idxmin()


def test_what_standing_goes_with_is_a_rank_correlation_with_its_sign() -> None:
    places = found().places
    use = np.array([[-(p.turnover or 0.0)] * 3 for p in places])

    starts = made(np.zeros_like(use), use).starts.set_index("figure")

    assert starts.loc["turnover", "correlation"] == pytest.approx(-1.0)
    assert starts.loc["turnover", "high"] <= -0.99
    assert abs(starts.loc["caseload", "correlation"]) < 1


# ---- Words, figures, files -----------------------------------------------------------------------------------------


def test_it_says_that_it_compares_starting_conditions_and_ranks_no_ones_performance() -> None:
    text = " ".join(found().text().split())

    assert "compares starting conditions" in text
    assert "ranks no one's performance" in text
    assert "A rank is not a firm place" in text
    for figure in (national_figure(found()), national_small_figure(found())):
        note = figure._supxlabel.get_text()  # type: ignore[attr-defined]
        assert "ranks no one's performance" in note


def test_where_nobody_can_be_judged_it_says_so_and_ranks_by_use() -> None:
    one = made(np.full((3, 2), np.nan), np.array([[0.1, 0.1], [0.3, 0.3], [0.2, 0.2]]))

    assert one.table["mean_use"].is_monotonic_decreasing
    assert "cannot be judged in any of them" in " ".join(one.text().split())


def test_what_a_scenario_sets_for_all_places_is_named() -> None:
    one = national(cz.load_scenario("classroom").change(SHORT), None, 1, 0, region=NORTH)

    assert "sets organisation.families and organisation.posts itself" in " ".join(one.text().split())


def test_the_chart_names_every_authority_in_order_of_rank() -> None:
    axes = national_figure(found()).axes[0]

    labels = [label.get_text().rsplit("  ", 1)[0] for label in axes.get_yticklabels()]

    assert labels == found().table["authority"].tolist()
    assert axes.yaxis_inverted()


def test_tables_and_charts_are_written(tmp_path: Path) -> None:
    found().write(tmp_path)

    assert_frame_equal(pd.read_parquet(tmp_path / "authorities.parquet"), found().table, check_dtype=False)
    assert len(pd.read_csv(tmp_path / "authorities.csv")) == len(found().places)
    for name in ("chart.png", "chart.svg", "chart-small.png", "starting_conditions.csv", "summary.txt"):
        assert (tmp_path / name).stat().st_size > 0


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def conducive(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["national", *arguments], prog_name="conducive")


QUICK = ("two-year-funding", "--region", NORTH, "--replicates", "2", "--out", "here",
         *(part for name, value in SHORT.items() for part in ("--set", f"{name}={value}")))  # fmt: skip


@pytest.mark.usefixtures("empty_folder")
def test_the_command_runs_once_shows_it_again_and_refuses_another_run_there() -> None:
    first, again, other = conducive(*QUICK), conducive(*QUICK), conducive(*QUICK, "--against", "six-year-funding")

    assert first.exit_code == 0, first.output
    assert "every authority of North East, 2025" in " ".join(first.stdout.split())
    assert "nothing was run again" in again.stdout
    assert other.exit_code == 2
    identity = json.loads(Path("here/provenance.json").read_text("utf-8"))["identity"]
    assert (identity["kind"], identity["region"], identity["year"]) == ("national", NORTH, 2025)


@pytest.mark.usefixtures("empty_folder")
def test_a_region_in_another_spelling_is_shown_from_the_same_folder() -> None:
    options = [part for part in QUICK if part not in {"--region", NORTH, "--out", "here"}]

    first, again = (conducive(*options, "--region", written) for written in (NORTH, "the north EAST"))

    assert first.exit_code == 0, first.output
    assert "nothing was run again" in again.stdout


class Killed(BaseException):
    """What nobody catches, like a kill -9."""


@pytest.mark.usefixtures("empty_folder")
@pytest.mark.parametrize(("stop", "kept"), [(KeyboardInterrupt, 3), (Killed, 2)])
@pytest.mark.parametrize("against", [(), ("--against", "six-year-funding")])
def test_stopped_it_keeps_the_authorities_that_are_finished_and_goes_on_with_the_others(
    monkeypatch: pytest.MonkeyPatch, stop: type[BaseException], kept: int, against: tuple[str, ...]
) -> None:
    """Killed, it loses at most the authorities since it last kept them."""
    both = 1 + bool(against)
    in_order, asked = module.in_order, list[int]()

    def stopped(do: Callable[[object], object], places: Iterable[object], *given: object) -> Iterator[object]:
        waiting = list(places)
        asked.append(len(waiting))
        for n, values in enumerate(in_order(do, waiting, *given)):  # type: ignore[arg-type]
            if n == 4 * both - 1 and len(asked) == 2:
                raise stop
            yield values

    monkeypatch.setattr(module, "KEPT", 2)
    monkeypatch.setattr(module, "in_order", stopped)
    conducive(*QUICK, *against, "--out", "whole")

    if stop is KeyboardInterrupt:
        first = conducive(*QUICK, *against)
        assert first.exit_code == 130
        assert "Interrupted: 3 authorities of" in first.stdout
        assert len(pd.read_parquet("here/authorities.parquet")) == kept
    else:
        with pytest.raises(stop):
            conducive(*QUICK, *against)
    there = pd.read_parquet("here/runs.parquet")
    again = conducive(*QUICK, *against)

    assert there["authority"].nunique() == kept
    assert again.exit_code == 0, again.output
    assert asked == [both * len(found().places), both * len(found().places), both * (len(found().places) - kept)]
    for name in ("authorities.parquet", "starting_conditions.parquet", "runs.parquet", "summary.txt"):
        assert Path("here", name).read_bytes() == Path("whole", name).read_bytes()


def test_every_run_is_in_the_table_of_runs(tmp_path: Path) -> None:
    one = found()
    assert one.other is not None

    one.write(tmp_path)
    runs = pd.read_parquet(tmp_path / "runs.parquet").set_index(["authority", "scenario", "replicate"])

    assert list(runs.columns) == ["sustained", "mean_use"]
    assert runs.loc[(one.places[1].name, "A", 2), "mean_use"] == one.values[1, 2, 1]
    assert runs.loc[(one.places[1].name, "B", 2), "mean_use"] == one.other[1, 2, 1]


@pytest.mark.usefixtures("empty_folder")
def test_bad_input_is_one_line_and_nothing_is_written() -> None:
    result = conducive("two-year-funding", "--region", "Atlantis")

    assert result.exit_code == 2
    assert result.stderr.startswith("conducive: 'Atlantis' is not a region")
    assert result.stderr.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_another_table_in_place_is_another_study_and_other_rows_in_it_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same figures in another order of rows go on; a figure that was revised does not."""
    asked: dict[str, Any] = {"year": 2025, "region": NORTH, "indicator": "use", "month": None, "plausible": False}
    head, *rows = workforce.TABLE.read_text("utf-8").splitlines()
    revised = [re.sub(r"^(2025,.*,Gateshead,[\d.]+),[\d.]+,", r"\1,33.3,", row) for row in rows]
    plan = {"scenario": "classroom", "authorities": ["Gateshead"], "year": 2025}
    found = []
    for name, lines in (("same", rows), ("turned", rows[::-1]), ("revised", revised)):
        (tmp_path / f"{name}.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        monkeypatch.setenv(workforce.CHOSEN, str(tmp_path / f"{name}.csv"))
        found.append((national.plan(short(), None, 2, 0, **asked).identity(), sweep_identity(sweep_plan(plan))))
        if name == "same":
            conducive(*QUICK, "--out", str(tmp_path / "kept"))
    refused = conducive(*QUICK, "--out", str(tmp_path / "kept"))

    same, turned, other = found
    assert same == turned
    assert same[0] != other[0]
    assert same[1] != other[1]
    assert "the official table differs" in " ".join(refused.output.split())
