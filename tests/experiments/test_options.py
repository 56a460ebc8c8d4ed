"""A few options at once: ranks with their chance of being best, and what cannot be compared."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import conducive as cz
from conducive.experiments.cli import app
from conducive.experiments.compare.comparison import compare
from conducive.experiments.lives import lasting
from conducive.experiments.options import options as study
from conducive.experiments.options.options import Options, growing, options
from conducive.experiments.options.text import headline
from conducive.scenarios.errors import InputError

SMALL = cz.load_scenario("classroom").change({"horizon": 48, "warm_up": 6, "finance.mainstreaming": 0.0})
LONGER = SMALL.change({"finance.funding_term": 40})
KEPT = SMALL.change({"finance.mainstreaming": 1.0})
THREE = {"As it is": SMALL, "A longer grant": LONGER, "The council carries it on": KEPT}


@cache
def found() -> Options:
    return options(THREE, 16)


def made_up(years: list[list[float]], sets: list[int]) -> tuple[list[tuple[int, int]], list[float]]:
    return study._in_sets(np.array(years, np.float64), np.array(sets, np.int64))


# ---- Ranked --------------------------------------------------------------------------------------------------------


def test_what_an_option_brings_is_what_a_comparison_of_two_says() -> None:
    there = compare(SMALL, LONGER, 16)

    table = found().table.set_index("option")

    years = [lasting.years_of_use(e, 48) for e in (there.base, there.alternative)]
    assert table.loc["As it is", "practitioner_years"] == years[0].mean()
    assert table.loc["A longer grant", "practitioner_years"] == years[1].mean()
    assert (years[1] - years[0]).tolist() == there.practitioner_years().tolist()
    assert table.loc["A longer grant", "spent"] == there.alternative.values("spend").sum(axis=1).mean()
    assert table.loc["As it is", "use"] == there.base.values("use_at_fidelity").mean()


def test_options_are_ranked_by_practitioner_years_with_one_best_and_chances_that_sum_to_one() -> None:
    table = found().table

    assert table["rank"].tolist() == [1, 2, 3]
    assert (np.diff(table["practitioner_years"]) <= 0).all()
    assert table["best"].sum() == pytest.approx(1)
    assert table["behind"].tolist()[0] == 0
    assert (table["low"] >= 0).all()
    assert table["rung"].tolist()[0] == ""
    assert (table["behind"].iloc[1:] >= 0).all()
    assert (table["rank_low"] <= table["rank_high"]).all()
    each = table["spent"] / table["practitioner_years"]
    assert table["gbp_each"].tolist() == pytest.approx(each.tolist())


def test_the_chance_of_being_best_is_the_share_of_sets_in_which_an_option_leads() -> None:
    ranks, best = made_up([[5, 5, 1, 1, 4, 4, 9, 9], [3, 3, 2, 2, 1, 1, 0, 0]], [1, 1, 2, 2, 3, 3, 4, 4])

    assert best == [0.75, 0.25]
    assert ranks == [(1, 2), (1, 2)]


def test_options_that_lead_together_share_the_chance() -> None:
    ranks, best = made_up([[2, 2, 2, 2], [2, 2, 2, 2], [1, 1, 1, 1]], [1, 1, 2, 2])

    assert best == [0.5, 0.5, 0.0]
    assert ranks == [(1, 1), (1, 1), (3, 3)]


def test_over_one_set_runs_take_the_place_of_sets() -> None:
    assert made_up([[2, 0, 2, 2], [1, 1, 1, 1]], [1, 1, 1, 1])[1] == [0.75, 0.25]
    assert options(THREE, 4, plausible=False).ranked[0].rank == 1


def test_alike_options_are_told_apart_by_nothing() -> None:
    same = options({"One": SMALL, "The same again": SMALL}, 8)

    assert [each.best for each in same.ranked] == [0.5, 0.5]
    assert [each.name for each in same.ranked] == ["One", "The same again"]
    assert "cannot be told" in headline(same)


def test_options_of_different_length_are_read_over_the_months_that_all_have() -> None:
    both = options({"Four years": SMALL, "Three years": SMALL.change({"horizon": 36})}, 4)

    assert both.months == 36
    assert both.ranked[0].years[1] == both.ranked[1].years[1]


def test_growing_ends_with_the_numbers_of_asking_at_once() -> None:
    steps = list(growing(tuple(THREE), tuple(THREE.values()), steps=(4, 16)))

    assert [each.runs for each in steps] == [4, 16]
    assert steps[-1].table.equals(found().table)


def test_months_near_the_peak_count_from_half_of_a_runs_own_highest() -> None:
    e = found().ensembles[0]
    use = e.values("use_at_fidelity")

    near = lasting.months_near_peak(e, 48)

    for run, values in enumerate(use):
        assert near[run] == (0 if values.max() == 0 else sum(v >= values.max() / 2 for v in values))
    assert lasting.peak(e, 48).tolist() == use.max(axis=1).tolist()
    assert lasting.peak(e, 10).tolist() == use[:, :10].max(axis=1).tolist()


# ---- Said ----------------------------------------------------------------------------------------------------------


def test_the_text_says_which_is_best_how_surely_and_that_it_is_no_forecast() -> None:
    said = " ".join(found().text().split())

    best = found().ranked[0]
    assert f"{best.name} ({best.letter}) has the most: {best.years[1]:,.0f} practitioner-years" in said
    assert "its chance of being best is" in said
    assert "16 runs of each over 48 months after launch, seed 0, the same luck for all." in said
    assert "It is not a forecast" in said
    assert all(len(line) < 100 for line in found().text().splitlines())
    assert len(repr(found())) < 800


def test_without_names_options_are_called_by_title_or_by_what_was_changed() -> None:
    other = cz.load_scenario("baseline").change({"horizon": 48, "warm_up": 6})

    three = options([SMALL, LONGER, other], 1, plausible=False)

    assert three.names == (SMALL.title, "Funding term 40 months", other.title)


# ---- Refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenarios", "words"),
    [
        ([SMALL], r"options must be 2 to 5 scenarios, to be compared at once. Got 1. Add another."),
        ([SMALL] * 6, "Got 6. Leave out 1."), ([], "Got 0. Add another."),
        ([SMALL, SMALL], "options A and B are both called"),
        ({"One": SMALL, " One ": LONGER}, "options A and B are both called 'One'"),
        ({"One": SMALL, "\x1b": LONGER}, "the name of option B must have no control characters"),
        ({"One": SMALL, "": LONGER}, "option B must have a name of 1 to 80 characters. Got none."),
        ({"One": SMALL, "x" * 81: LONGER}, "Got 81 characters"), (["nowhere", SMALL], "nowhere"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(scenarios: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        options(scenarios)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "words"), [({"replicates": 0}, "replicates must be"), ({"authority": "Atlantis"}, "Atlantis")]
)
def test_counts_and_places_are_checked_as_elsewhere(more: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        options(THREE, **more)  # type: ignore[arg-type]


# ---- The command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    names = []
    for name, years in (("one", 12), ("two", 24), ("three", 36)):
        file = tmp_path / f"{name}.toml"
        values = f'horizon = 36\nwarm_up = 0\n"finance.funding_term" = {years}\n'
        file.write_text(f'title = "Grant of {years}"\n[set]\n{values}')
        names.append(str(file))
    return names


def test_the_command_compares_files_keeps_and_shows_it_again(files: list[str], tmp_path: Path) -> None:
    asked = ["options", *files, "--set", "organisation.posts=40", "--replicates", "8", "--out", f"{tmp_path}/out"]

    first, again = (CliRunner().invoke(app.app, asked) for _ in range(2))

    assert first.exit_code == again.exit_code == 0, first.output
    assert "Grant of 24" in first.stdout
    assert "done before" in again.stdout
    kept = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"options.csv", "options.png", "options.svg", "options.html", "summary.txt", "provenance.json"} <= kept
    there = json.loads((tmp_path / "out" / "provenance.json").read_text("utf-8"))
    assert there["kind"] == "options"
    scenarios = [cz.load_scenario(each).change({"organisation.posts": 40}) for each in files]
    told = cz.options(scenarios, 8).table.to_csv(index=False, lineterminator="\n")
    assert (tmp_path / "out" / "options.csv").read_text("utf-8") == told


@pytest.mark.parametrize(("count", "words"), [(1, "Got 1. Add another."), (6, "Got 6. Leave out 1.")])
def test_the_command_refuses_one_and_six_before_it_runs(count: int, words: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app.app, ["options", *["classroom"] * count, "--out", f"{tmp_path}/out"])

    assert done.exit_code == app.BAD_INPUT
    assert words in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_command_refuses_two_files_of_the_same_title(files: list[str], tmp_path: Path) -> None:
    Path(files[2]).write_text(Path(files[1]).read_text("utf-8").replace("= 24\n", "= 30\n"))

    done = CliRunner().invoke(app.app, ["options", *files, "--out", f"{tmp_path}/out"])

    assert done.exit_code == app.BAD_INPUT
    assert "options B and C are both called 'Grant of 24'" in done.stderr
