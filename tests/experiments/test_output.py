"""The folder of a run: what is in it, what it refuses to replace, and that it runs again to the same bits."""

from __future__ import annotations

import json
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from conducive import __version__
from conducive.experiments.compare import saving
from conducive.experiments.compare.comparison import Comparison, compare
from conducive.experiments.folders import folder
from conducive.experiments.folders import identity as identities
from conducive.experiments.lives.ensemble import Ensemble, run
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario
from conducive.scenarios.scenario import Scenario

SMALL = load_scenario("classroom").change({"horizon": 36, "warm_up": 12})
RUN = identities.run_identity(SMALL, 3, 0)


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return run(SMALL, 3, 0)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(SMALL, SMALL.change({"finance.funding_term": 36}), 3, 0)


def refusal(out: Path, identity: identities.Identity = RUN) -> str:
    with pytest.raises(InputError) as caught:
        folder.check_out(out, identity)
    return str(caught.value)


def interrupted(ensemble: Ensemble) -> Ensemble:
    return replace(ensemble, lives=ensemble.lives[:2])


def test_a_run_folder_holds_every_file_and_nothing_else(ensemble: Ensemble, tmp_path: Path) -> None:
    saving.save(ensemble, tmp_path / "deep" / "run")

    assert sorted(p.name for p in (tmp_path / "deep" / "run").iterdir()) == sorted(folder.RUN_FILES)
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["run"]


def test_tables_come_back_from_the_folder_as_they_were(ensemble: Ensemble, tmp_path: Path) -> None:
    saving.save(ensemble, tmp_path / "run")

    assert_frame_equal(pd.read_parquet(tmp_path / "run" / "monthly.parquet"), ensemble.monthly, check_exact=True)
    assert_frame_equal(pd.read_parquet(tmp_path / "run" / "ledger.parquet"), ensemble.ledger)


def test_the_scenario_in_the_folder_runs_again_to_the_same_bits(ensemble: Ensemble, tmp_path: Path) -> None:
    saving.save(ensemble, tmp_path / "run")

    again = run(tmp_path / "run" / "scenario.toml", 3, 0)

    assert_frame_equal(again.monthly, ensemble.monthly, check_exact=True)


def test_provenance_says_what_was_run_with_what(ensemble: Ensemble, tmp_path: Path) -> None:
    saving.save(ensemble, tmp_path / "run", "conducive run classroom")

    said = json.loads((tmp_path / "run" / "provenance.json").read_text(encoding="utf-8"))

    assert (said["version"], said["seed"], said["replicates_asked"], said["replicates_finished"]) == (
        __version__,
        0,
        3,
        3,
    )
    assert said["interrupted"] is False
    assert said["command"] == "conducive run classroom"
    assert said["scenario"]["horizon"] == 36
    assert said["scenario"]["coefficients"]
    assert {"numpy", "numba", "mesa", "python", "platform", "date", "rules"} <= said.keys()


def test_the_chart_in_the_folder_is_a_picture(ensemble: Ensemble, tmp_path: Path) -> None:
    saving.save(ensemble, tmp_path / "run")

    assert (tmp_path / "run" / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_a_comparison_folder_holds_both_runs_and_what_differs(comparison: Comparison, tmp_path: Path) -> None:
    saving.save_comparison(comparison, tmp_path / "both")

    inside = {p.name for p in (tmp_path / "both").iterdir()}
    assert inside == {"base", "alternative", *folder.COMPARISON_FILES}
    assert (tmp_path / "both" / "alternative" / "monthly.parquet").is_file()
    stored = pd.read_parquet(tmp_path / "both" / "differences.parquet")
    assert_frame_equal(stored, comparison.differences, check_exact=True)


def test_a_new_or_empty_folder_is_free_and_stays_untouched(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert not folder.check_out(tmp_path / "new", RUN)
    assert not folder.check_out(tmp_path / "empty", RUN)
    assert [p.name for p in tmp_path.rglob("*")] == ["empty"]


def test_an_empty_folder_that_is_there_is_filled(ensemble: Ensemble, tmp_path: Path) -> None:
    saving.save(ensemble, tmp_path)

    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(folder.RUN_FILES)


def test_the_same_run_finished_is_known_again(ensemble: Ensemble, tmp_path: Path) -> None:
    saving.save(ensemble, tmp_path / "run")

    assert folder.check_out(tmp_path / "run", RUN)


def test_notes_do_not_make_a_run_a_different_one(ensemble: Ensemble, tmp_path: Path) -> None:
    saving.save(ensemble, tmp_path / "run")

    assert folder.check_out(tmp_path / "run", identities.run_identity(replace(SMALL, title="Another title"), 3, 0))


@pytest.mark.parametrize(
    ("scenario", "replicates", "seed", "named"),
    [
        (SMALL, 3, 1, "seed 0, not 1"),
        (SMALL, 4, 0, "replicates 3, not 4"),
        (SMALL.change({"finance.funding_term": 12}), 3, 0, "finance.funding_term 24, not 12"),
        (SMALL.with_event(3, "incident"), 3, 0, "event"),
        (SMALL.with_wave(12), 3, 0, "innovation"),
    ],
)
def test_a_different_run_is_refused_by_what_differs(
    ensemble: Ensemble, tmp_path: Path, scenario: Scenario, replicates: int, seed: int, named: str
) -> None:
    saving.save(ensemble, tmp_path / "run")

    message = refusal(tmp_path / "run", identities.run_identity(scenario, replicates, seed))

    assert "different run" in message
    assert named in message


def test_a_run_of_other_rules_is_a_different_one(
    ensemble: Ensemble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saving.save(ensemble, tmp_path / "run")
    monkeypatch.setattr(identities, "rules", lambda: "others")

    assert "not others" in refusal(tmp_path / "run", identities.run_identity(SMALL, 3, 0))


def test_a_comparison_does_not_pass_for_a_run(comparison: Comparison, tmp_path: Path) -> None:
    saving.save_comparison(comparison, tmp_path / "both")

    assert "a comparison, not a run" in refusal(tmp_path / "both")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all", encoding="utf-8")
    assert "holds no run" in refusal(tmp_path)

    (tmp_path / "provenance.json").write_text('{"of": "a cheese"}', encoding="utf-8")
    assert "holds no run" in refusal(tmp_path)


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    assert "is a file" in refusal(tmp_path / "file")
    assert "cannot be written" in refusal(tmp_path / "file" / "below")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system that nobody can write to")
def test_a_place_nobody_can_write_to_is_refused_before_the_run() -> None:
    assert "cannot be written" in refusal(Path("/proc/run"))


def test_an_interrupted_run_says_so_and_may_be_replaced(ensemble: Ensemble, tmp_path: Path) -> None:
    saving.save(interrupted(ensemble), tmp_path / "run")
    said = json.loads((tmp_path / "run" / "provenance.json").read_text(encoding="utf-8"))
    assert (said["interrupted"], said["replicates_finished"], said["replicates_asked"]) == (True, 2, 3)

    assert not folder.check_out(tmp_path / "run", RUN)
    saving.save(ensemble, tmp_path / "run")

    assert folder.check_out(tmp_path / "run", RUN)
    assert pd.read_parquet(tmp_path / "run" / "monthly.parquet")["replicate"].nunique() == 3
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == sorted(folder.RUN_FILES)


def test_an_interrupted_comparison_may_be_replaced(comparison: Comparison, tmp_path: Path) -> None:
    part = Comparison(interrupted(comparison.base), interrupted(comparison.alternative))
    saving.save_comparison(part, tmp_path / "both")
    saving.save_comparison(comparison, tmp_path / "both")

    alternative = comparison.alternative.scenario
    assert folder.check_out(tmp_path / "both", identities.comparison_identity(SMALL, alternative, 3, 0))
    assert pd.read_parquet(tmp_path / "both" / "base" / "monthly.parquet")["replicate"].nunique() == 3


def test_a_run_with_a_file_missing_may_be_made_again(ensemble: Ensemble, tmp_path: Path) -> None:
    saving.save(ensemble, tmp_path / "run")
    (tmp_path / "run" / "chart.png").unlink()

    assert not folder.check_out(tmp_path / "run", RUN)


def test_what_fails_half_way_leaves_nothing_behind(
    ensemble: Ensemble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving, "write_text", full)

    with pytest.raises(InputError, match="No space left"):
        saving.save(ensemble, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_the_same_for_the_same_run_and_differs_for_another() -> None:
    assert identities.key(RUN) == identities.key(identities.run_identity(SMALL, 3, 0))
    assert identities.key(RUN) != identities.key(identities.run_identity(SMALL, 3, 1))


def test_threads_and_processes_give_the_same_bits(ensemble: Ensemble, processes: Executor) -> None:
    with ThreadPoolExecutor(1) as one:
        alone = run(SMALL, 3, 0, executor=one)
    apart = run(SMALL, 3, 0, executor=processes)

    assert_frame_equal(alone.monthly, ensemble.monthly, check_exact=True)
    assert_frame_equal(apart.monthly, ensemble.monthly, check_exact=True)


def test_an_interrupt_keeps_each_finished_replicate_once() -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as one:
        part = run(SMALL, 40, 0, executor=one, progress=stop)

    numbers = [life.replicate for life in part.lives]
    assert part.interrupted
    assert numbers == sorted(set(numbers))
    assert_frame_equal(part.monthly, run(SMALL, len(numbers), 0).monthly, check_exact=True)


def test_an_interrupted_comparison_keeps_whole_pairs() -> None:
    done = []

    def stop(_: int) -> None:
        done.append(1)
        if len(done) == 3:
            raise KeyboardInterrupt

    part = compare(SMALL, SMALL.change({"finance.funding_term": 12}), 40, 0, progress=stop)

    both = [[life.replicate for life in e.lives] for e in (part.base, part.alternative)]
    assert both[0] == both[1]
    assert 1 <= part.pairs < 40
