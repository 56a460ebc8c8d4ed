"""Programmes lived many times: tables, pairs with the same luck, any executor, and going on where it was stopped."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from conducive.__main__ import cli
from conducive.experiments.cli import programme as command
from conducive.experiments.folders.folder import check_out, save_study
from conducive.experiments.programmes import runs
from conducive.experiments.programmes.runs import COST, ProgrammeRuns, programme
from conducive.model.sector.ground import alone
from conducive.model.sector.sector import Sector
from conducive.scenarios import workforce
from conducive.scenarios.errors import InputError
from conducive.scenarios.programme import chosen, load_programme

app = cli.app
SMALL = {"organisation.posts": 12, "organisation.families": 24, "warm_up": 6, "horizon": 40}
ASKED: dict[str, Any] = {
    "name": "short", "authorities": 8, "set": SMALL, "funding": {"budget": 4e5, "length": 12},
    "round": [{"month": 2, "grants": 3}], "choice": {"openings": 0.5, "contact": 1.0, "settle": 12},
    "claim": [{"says": "More is left.", "source": "Made up", "indicator": "use", "against": "long", "above": 9.0}],
}  # fmt: skip
LONG = {**ASKED, "name": "long", "funding": {"budget": 4e5, "length": 36}, "claim": []}


@pytest.fixture(scope="module")
def both() -> ProgrammeRuns:
    return programme(LONG, ASKED, replicates=3, seed=1)


def test_tables_hold_every_programme_replicate_month_innovation_and_authority(both: ProgrammeRuns) -> None:
    assert len(both.monthly) == 2 * 3 * 40
    assert len(both.diffusion) == 2 * 3 * 40 * 5
    assert len(both.authorities) == 2 * 3 * 8
    assert both.values(COST).shape == (3, 40)
    shares = both.diffusion.groupby(["programme", "replicate", "month"])["authorities"].sum()
    assert np.allclose(shares, both.monthly.set_index(["programme", "replicate", "month"])["running"].sort_index())
    assert np.allclose(both.authorities.groupby(["programme", "replicate"])["awarded"].sum(), 4e5)


def test_a_programme_beside_itself_differs_in_nothing() -> None:
    twice = programme(ASKED, ASKED, replicates=2)

    assert not twice.differences[["mean", "low", "high"]].fillna(0).to_numpy().any()


def test_no_interval_holds_what_cannot_be(both: ProgrammeRuns) -> None:
    for name, one in runs.READINGS.items():
        of_a, gap = both.found(name), both.difference(name)
        known = ~np.isnan(of_a.low)
        assert (of_a.low[known] >= 0).all()
        assert not one.share or (of_a.high[known] <= 1).all()
        assert not one.share or (np.abs(gap.low[~np.isnan(gap.low)]) <= 1).all()


def test_the_words_give_both_programmes_the_difference_and_what_became_of_the_claim(both: ProgrammeRuns) -> None:
    text = both.text()

    assert "B less A" in text
    assert "More is left. This does not hold." in " ".join(text.split())
    assert "forecast" in text


def test_processes_and_threads_give_the_same_to_the_bit(both: ProgrammeRuns, processes: Executor) -> None:
    elsewhere = programme(LONG, ASKED, replicates=3, seed=1, executor=processes)

    pd.testing.assert_frame_equal(elsewhere.monthly, both.monthly, check_exact=True)
    pd.testing.assert_frame_equal(elsewhere.authorities, both.authorities, check_exact=True)


def test_what_was_stopped_goes_on_to_the_same_result_and_runs_nothing_twice(
    both: ProgrammeRuns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = ProgrammeRuns(both.programmes, 1, 3, None, both.runs[:2])
    runs.write_tables(part, tmp_path)
    lived: list[int] = []
    one = runs._one
    monkeypatch.setattr(runs, "_one", lambda r, **asked: lived.append(r) or one(r, **asked))

    earlier = runs.earlier_runs(tmp_path, both.programmes)
    again = programme(LONG, ASKED, replicates=3, seed=1, earlier=earlier)

    assert lived == [2]
    pd.testing.assert_frame_equal(again.monthly, both.monthly, check_exact=True)
    pd.testing.assert_frame_equal(again.diffusion, both.diffusion, check_exact=True)
    pd.testing.assert_frame_equal(again.authorities, both.authorities, check_exact=True)


def test_replicates_of_a_plausible_study_are_spread_over_sets() -> None:
    found = programme(ASKED, replicates=8, plausible=True)

    assert len(set(found.sets.tolist())) == 2  # type: ignore[union-attr]
    assert "2 plausible sets" in found.text()


def test_programmes_for_different_authorities_or_times_are_refused() -> None:
    with pytest.raises(InputError, match="different authorities"):
        programme(ASKED, {**LONG, "authorities": 9})
    with pytest.raises(InputError, match="40 and 30 months"):
        programme(ASKED, {**LONG, "set": {**SMALL, "horizon": 30}})
    with pytest.raises(InputError, match=r"reads 'usse'.*Did you mean use"):
        programme({**ASKED, "claim": [ASKED["claim"][0] | {"indicator": "usse"}]})
    with pytest.raises(InputError, match="nothing to hold it against"):
        programme(ASKED, replicates=1).difference("use")


def write(path: Path, body: str = "") -> Path:
    sizes = "".join(f'"{name}" = {value}\n' for name, value in SMALL.items())
    path.write_text(f'name = "{path.stem}"\nauthorities = 6\n{body}\n[set]\n{sizes}', encoding="utf-8")
    return path


def test_the_command_writes_a_folder_once_and_shows_it_the_second_time(tmp_path: Path) -> None:
    asked = ["programme", str(write(tmp_path / "a.toml")), "--replicates", "2", "--out", str(tmp_path / "out")]

    first, second = (CliRunner().invoke(app, asked) for _ in range(2))

    assert first.exit_code == second.exit_code == 0, first.output
    assert "was done before" in second.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= {"monthly.parquet", "diffusion.parquet", "authorities.parquet", "summary.txt", "chart.png",
                     "provenance.json"}  # fmt: skip


def test_another_programme_in_the_folder_is_refused_by_what_differs(tmp_path: Path) -> None:
    one = load_programme({**ASKED, "authorities": ["North East"]})
    identity = runs.programme_identity((one, one), 2, 0, plausible=False)
    save_study(tmp_path, identity, 2, lambda to: None)
    matched, elsewhere = one.change({"funding.match": 0.1000000001}), one.at(["North East", "Leeds"])

    assert check_out(tmp_path, identity)
    with pytest.raises(InputError, match=r"\(funding\.match 0\.0, not 0\.1000000001\)"):
        check_out(tmp_path, runs.programme_identity((matched, one), 2, 0, plausible=False))
    with pytest.raises(InputError, match=r"\(programmes\.2\.funding\.match 0"):
        check_out(tmp_path, runs.programme_identity((one, matched), 2, 0, plausible=False))
    with pytest.raises(InputError, match=r"\(authorities\.\d+\.1 .*, and \d+ more\)") as refused:
        check_out(tmp_path, runs.programme_identity((elsewhere, elsewhere), 2, 0, plausible=False))
    assert len(str(refused.value)) < 400


def test_bad_input_is_one_line_and_writes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "a.toml", "[criteria]\nneed = 0.4\n")

    done = CliRunner().invoke(app, ["programme", str(file), "--out", str(tmp_path / "out")])

    assert done.exit_code == 2
    assert "must add up to 1" in done.output
    assert not (tmp_path / "out").exists()


def test_programmes_are_listed_with_their_questions() -> None:
    done = CliRunner().invoke(app, ["programmes"])

    assert done.exit_code == 0
    assert "fewer-for-longer" in done.output


def test_authorities_of_a_table_without_codes_start_from_its_figures_and_are_another_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.read_csv(workforce.TABLE).drop(columns=["old_la_code", "new_la_code"])
    table.to_csv(tmp_path / "bare.csv", index=False)
    coded = load_programme({"authorities": ["Leeds", "Sheffield"]})
    of_coded = runs.figures_of(coded)
    monkeypatch.setenv(workforce.CHOSEN, str(tmp_path / "bare.csv"))
    workforce.forget_tables()

    try:
        bare = load_programme({"authorities": ["Leeds", "Sheffield"]})

        assert [place.code for place in bare.places] == ["", ""]
        assert (
            alone(bare, bare.places[1], 0)["organisation.posts"]
            == alone(coded, coded.places[1], 0)["organisation.posts"]
        )
        # Sheffield is a statistical neighbour of Leeds, whose word counts for more: but not without codes.
        assert runs.figures_of(bare)["official_table"] == of_coded["official_table"]
        assert runs.figures_of(bare)["neighbours"] != of_coded["neighbours"]
    finally:
        monkeypatch.undo()
        workforce.forget_tables()
    assert not runs.figures_of(load_programme({"authorities": 4}))


@pytest.fixture
def table_of_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workforce table in use that has two authorities, fewer than programmes of the library give grants."""
    table = pd.read_csv(workforce.TABLE)
    table[table["la_name"].isin(["Leeds", "Kent"])].to_csv(tmp_path / "two.csv", index=False)
    monkeypatch.setenv(workforce.CHOSEN, str(tmp_path / "two.csv"))


@pytest.mark.usefixtures("table_of_two")
def test_authorities_that_are_asked_for_are_there_before_anything_is_refused() -> None:
    with pytest.raises(InputError, match="40, and 2 may bid"):
        runs.programmes_of("fewer-for-longer")

    both = runs.programmes_of("fewer-for-longer", "by-need", 60)
    (changed,) = runs.programmes_of("fewer-for-longer", authorities=4, changes={"rounds.grants": 2})

    assert [len(each.places) for each in both] == [60, 60]
    assert (len(changed.places), changed.grants) == (4, 2)
    with pytest.raises(InputError, match="40, and 39 may bid"):
        runs.programmes_of("fewer-for-longer", authorities=39)
    assert len(Sector("fewer-for-longer", 60).programme.places) == 60


@pytest.mark.usefixtures("table_of_two")
def test_programmes_are_listed_and_run_elsewhere_whatever_table_is_in_use(tmp_path: Path) -> None:
    asked = ["programme", "fewer-for-longer", "--authorities", "4", "--set", "rounds.grants=2", "--replicates", "1"]
    sizes = [part for name, value in SMALL.items() for part in ("--set", f"{name}={value}")]

    listed = CliRunner().invoke(app, ["programmes"])
    done = CliRunner().invoke(app, [*asked, *sizes, "--out", str(tmp_path / "out")])

    assert "fewer-for-longer" in listed.output
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("asked", "meant", "said"),
    [
        (["383", "E08000032"], ["383", "E08000032"], ""),
        (["4"], 4, ""),
        (["383"], 383, "Note: 383 authorities are invented: one number alone is how many. Leeds, whose code is 383,"),
    ],
)
def test_codes_are_authorities_and_one_number_alone_is_how_many_and_says_so(
    asked: list[str], meant: object, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command._places(asked) == meant
    assert " ".join(capsys.readouterr().err.split())[: len(said) or None] == said
    assert {p.name for p in chosen(["383", "E08000032"])} == {"Leeds", "Bradford"}


def test_older_figures_that_nobody_asked_for_are_said(tmp_path: Path) -> None:
    file = tmp_path / "three.toml"
    sizes = "".join(f'"{name}" = {value}\n' for name, value in SMALL.items() if "organisation" not in name)
    file.write_text(f'authorities = ["Leeds", "Westminster"]\n[set]\n{sizes}', encoding="utf-8")

    done = CliRunner().invoke(app, ["programme", str(file), "--replicates", "1", "--out", str(tmp_path / "out")])

    assert done.exit_code == 0, done.output
    said = " ".join(done.stderr.split())
    assert "Westminster has no figures of 2025 that a run can start from; its newest are of 2021." in said
    assert "Leeds has no figures" not in said
