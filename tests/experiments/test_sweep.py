"""Sweeps: what they write, and that nothing is lost or repeated whatever happens to them."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner, Result

import conducive as cz
from conducive.experiments.cli import app as cli
from conducive.experiments.cli import holding
from conducive.experiments.lives import executors
from conducive.experiments.lives import living as outcomes
from conducive.experiments.sweep import folder as parts
from conducive.experiments.sweep import runs as batches
from conducive.experiments.sweep import sweep as sweeps
from conducive.experiments.sweep.file import sweep_plan
from conducive.experiments.sweep.folder import SweepError
from conducive.experiments.sweep.sweep import foresee, read, sweep
from conducive.model.measures import INDICATORS

TERM = "finance.funding_term"
SMALL = {"horizon": 30, "warm_up": 0, "organisation.posts": 12, "organisation.families": 60}
ASKED: dict[str, Any] = {
    "scenario": "classroom",
    "set": SMALL,
    "replicates": 5,
    "factors": {TERM: [6, 12, 18], "workforce_capacity": {"low": 0.0, "high": 1.0, "steps": 4}},
}
"""Twelve points of five runs: six parts of ten."""
IN_SMALL_PARTS = """
import sys
from conducive.experiments.cli import app
from conducive.experiments.sweep import runs
runs.IN_A_PART, runs.IN_A_TASK = 10, 5
app.main()
"""
TOML = """
scenario = "classroom"
replicates = 5
[set]
horizon = 30
warm_up = 0
organisation.posts = 12
organisation.families = 60
[factors]
finance.funding_term = [6, 12, 18]
workforce_capacity = { low = 0.0, high = 1.0, steps = 4 }
"""


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(batches, "IN_A_PART", 10)
    monkeypatch.setattr(batches, "IN_A_TASK", 5)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A sweep that nothing happened to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "IN_A_PART", 10)
        patch.setattr(batches, "IN_A_TASK", 5)
        folder = tmp_path_factory.mktemp("whole") / "sweep"
        sweep(ASKED, folder)
        yield folder


def sums(folder: Path) -> dict[str, str]:
    """Checksum of each part."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.glob("part-*.parquet"))}


def times(folder: Path) -> dict[str, int]:
    return {p.name: p.stat().st_mtime_ns for p in sorted(folder.glob("part-*.parquet"))}


def conducive(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), prog_name="conducive")


def stopping(after: int, error: BaseException) -> Callable[[int], None]:
    """Return a progress that raises an error once so many runs are done."""
    seen = 0

    def progress(count: int) -> None:
        nonlocal seen
        seen += count
        if seen >= after:
            raise error

    return progress


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


# ---- What it writes ------------------------------------------------------------------------------------------------


def test_every_run_is_that_of_its_scenario_and_replicate_to_the_bit(whole: Path) -> None:
    table = read(whole)
    base = cz.load_scenario("classroom").change(SMALL)

    assert list(table.columns) == ["point", TERM, "workforce_capacity", "replicate", *(i.name for i in INDICATORS)]
    assert len(table) == 60
    for point, term, capacity in ((0, 6, 0.0), (7, 12, 1.0)):
        rows = table[table["point"] == point]
        expected = cz.run(base.change({TERM: term, "workforce_capacity": capacity}), 5, 0).monthly
        last = expected[expected["month"] == 30].astype({i.name: float for i in INDICATORS}).reset_index(drop=True)
        assert_frame_equal(
            rows[["replicate", *(i.name for i in INDICATORS)]].reset_index(drop=True),
            last.drop(columns="month"), check_exact=True,
        )  # fmt: skip
        assert set(rows[TERM]) == {term}
        assert set(rows["workforce_capacity"]) == {capacity}


def test_factors_are_whole_numbers_where_only_these_make_sense_and_indicators_are_floats(whole: Path) -> None:
    kinds = read(whole).dtypes

    assert kinds["point"] == kinds[TERM] == kinds["replicate"] == np.int64
    assert kinds["workforce_capacity"] == np.float64
    assert {kinds[i.name] for i in INDICATORS} == {np.dtype(np.float64)}


def test_each_authority_has_a_column_and_its_own_figures() -> None:
    asked = {**ASKED, "set": {"horizon": 12, "warm_up": 0}, "replicates": 2, "factors": {"leadership": [0.2, 0.8]}}
    table = sweep({**asked, "authorities": ["Rutland", "isle of wight"]}, "here").table

    assert list(table["authority"]) == ["Rutland"] * 2 + ["Isle of Wight"] * 2 + ["Rutland"] * 2 + ["Isle of Wight"] * 2
    assert list(table.columns[:4]) == ["point", "authority", "leadership", "replicate"]
    base = cz.load_scenario("classroom").change({"horizon": 12, "warm_up": 0}).at("Rutland")
    expected = cz.run(base.change({"leadership": 0.8}), 2, 0).monthly.query("month == 12")
    assert list(table[(table["point"] == 1) & (table["authority"] == "Rutland")]["use"]) == list(expected["use"])


def test_an_authority_without_figures_of_the_newest_year_is_refused_by_what_was_asked() -> None:
    asked = {"scenario": "classroom", "authorities": ["Leeds", "Westminster"], "factors": {"culture": [0.4]}}

    with pytest.raises(cz.InputError) as caught:
        sweep_plan(asked)

    assert "Westminster has no figures of 2025 that a run can start from; its newest are of 2021" in str(caught.value)
    assert "write year = 2021, or leave Westminster out" in str(caught.value)


def test_sweeps_of_one_program_at_the_same_authority_each_have_their_own_scenario() -> None:
    asked = {**ASKED, "factors": {TERM: [12]}, "authorities": ["Rutland"]}

    sweep(asked, "one")
    sweep({**asked, "set": {**SMALL, "organisation.posts": 30}}, "two")

    assert read("one")["filled_posts"].max() <= 12 < read("two")["filled_posts"].max()


def test_a_factor_with_the_name_of_an_indicator_keeps_it_and_the_indicator_is_told_apart() -> None:
    table = sweep({**ASKED, "factors": {"fit": [0.1, 0.9]}}, "here").table

    assert set(table["fit"]) == {0.1, 0.9}
    assert table["fit_at_end"].nunique() > 1


def test_plausible_runs_are_those_of_run_and_say_their_set() -> None:
    asked = {**ASKED, "replicates": 8, "plausible": True, "factors": {TERM: [12]}}
    table = sweep(asked, "here").table
    expected = cz.run(cz.load_scenario("classroom").change({**SMALL, TERM: 12}), 8, 0, plausible=True)

    assert list(table["set"]) == list(expected.sets)
    assert list(table["strain"]) == list(expected.values("strain")[:, -1])
    assert list(table.columns).index("set") == list(table.columns).index("replicate") + 1


def test_a_point_of_more_replicates_than_a_part_holds_is_cut() -> None:
    asked = {**ASKED, "replicates": 23, "factors": {TERM: [12, 18]}}
    table = sweep(asked, "here").table

    assert len(list(Path("here").glob("part-*.parquet"))) == 5
    assert list(table["replicate"]) == [*range(23), *range(23)]
    expected = cz.run(cz.load_scenario("classroom").change({**SMALL, TERM: 18}), 23, 0)
    assert list(table["use"])[23:] == list(expected.values("use")[:, -1])


def test_the_folder_says_how_it_was_made(whole: Path) -> None:
    manifest = json.loads((whole / "_manifest.json").read_text("utf-8"))

    assert manifest["kind"] == "sweep"
    assert manifest["runs"] == 60
    assert manifest["parts"] == 6
    assert manifest["version"] == cz.__version__
    assert len(manifest["key"]) == 8
    assert manifest["scenario"]["horizon"] == 30
    assert {each["sha256"] for each in lines(whole / "_parts.jsonl")} == set(sums(whole).values())


def test_the_summary_says_what_each_factor_does_and_how_surely() -> None:
    """Made up: use is sustained under 18 months, but in the first replicate, and not otherwise."""
    import pyarrow as pa

    plan = sweep_plan(ASKED)
    points = np.repeat(plan.points(0, plan.count), 5, axis=0)
    replicate = np.tile(np.arange(5), plan.count)
    sustained = ((points[:, 0] == 18) & (replicate > 0)).astype(float)
    folder = parts.begun(Path(), {"kind": "sweep", "parts": 1})
    columns = {TERM: points[:, 0], "workforce_capacity": points[:, 1], "replicate": replicate}
    folder.write(0, 60, pa.table({**columns, "sustained": sustained, "use_at_fidelity": sustained}), [])

    text = sweeps.Sweep(folder, plan).text()

    rows = [line.split() for line in text.splitlines() if line.startswith((TERM, "workforce_capacity"))]
    assert "60 runs (12 design points x 5 replicates)" in text
    assert "Chance of sustained use" in text
    assert rows == [
        [TERM, "6", "months", "0.0%", "18", "months", "80.0%", "+80.0", "+24.5", "to", "+100.0"],
        ["workforce_capacity", "0", "26.7%", "1", "26.7%", "+0.0", "-"],
    ]


def test_pandas_opens_it_in_the_line_that_the_summary_gives(whole: Path) -> None:
    """The folder can be read as it is: what else it holds has names that readers of Parquet folders leave out."""
    text = (whole / "_summary.txt").read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("pd."))

    opened = eval(line, {"pd": pd})

    assert_frame_equal(opened.sort_values(["point", "replicate"]).reset_index(drop=True), read(whole), check_exact=True)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted as Linux shows them")
def test_reading_a_sweep_begins_no_thread_that_could_abort_the_program_at_its_end(whole: Path) -> None:
    counting = (
        "import os, sys, pathlib, pyarrow.parquet\n"
        "from conducive.experiments.sweep.folder import opened\n"
        "before = len(os.listdir('/proc/self/task'))\n"
        "rows = sum(len(table) for table in opened(pathlib.Path(sys.argv[1])).tables(['use']))\n"
        "print(rows, len(os.listdir('/proc/self/task')) - before)"
    )

    said = subprocess.run([sys.executable, "-c", counting, str(whole)], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["60", "0"]


# ---- Going on ------------------------------------------------------------------------------------------------------


def test_killed_without_warning_it_goes_on_with_nothing_lost_or_repeated(whole: Path) -> None:
    Path("sweep.toml").write_text(TOML.replace("replicates = 5", "replicates = 100"), encoding="utf-8")
    command = [sys.executable, "-c", IN_SMALL_PARTS, "sweep", "sweep.toml", "--out", "here"]
    victim = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not len(list(Path("here").glob("part-*"))) > 3 and victim.poll() is None:
        time.sleep(0.005)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    kept, recorded = times(Path("here")), {line["part"] for line in lines(Path("here/_parts.jsonl"))}
    assert 3 <= len(recorded) < 120, "it was to be killed in the middle"
    with pytest.raises(cz.InputError, match="unfinished sweep"):
        read("here")

    asked = {**ASKED, "replicates": 100}
    lived: list[int] = []
    found = sweep(asked, "here", progress=lived.append)

    after = times(Path("here"))
    assert lived[0] == 10 * len(recorded)
    assert sum(lived) == 1200
    assert all(after[f"part-{part:06}.parquet"] == kept[f"part-{part:06}.parquet"] for part in recorded)
    assert not found.table.duplicated(["point", "replicate"]).any()
    assert len(found.table) == 1200
    sweep(asked, "fresh")
    assert sums(Path("here")) == sums(Path("fresh"))


def test_the_same_sweep_again_runs_nothing(whole: Path) -> None:
    before, lived = times(whole), []

    sweep(ASKED, whole, progress=lived.append)

    assert lived == [60]
    assert times(whole) == before


def test_a_sweep_that_was_killed_before_its_summary_gets_one(whole: Path) -> None:
    shutil.copytree(whole, "here")
    Path("here/_summary.txt").unlink()

    sweep(ASKED, "here")

    new, old = ((folder / "_summary.txt").read_text("utf-8") for folder in (Path("here"), whole))
    assert new == old.replace(whole.as_posix(), "here")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 1}, r"seed 0, not 1"),
        ({"replicates": 4}, r"replicates 5, not 4"),
        (
            {"factors": {**ASKED["factors"], TERM: [6, 12, 24]}},
            r"factors.finance.funding_term 6, 12, 18, not 6, 12, 24",
        ),
        ({"set": {**SMALL, "horizon": 36}}, "horizon 30, not 36"),
        ({"authorities": ["Leeds"]}, "authorities none, not Leeds"),
    ],
)
def test_changed_inputs_are_refused_saying_what_changed(whole: Path, change: dict[str, Any], words: str) -> None:
    before = times(whole)

    with pytest.raises(cz.InputError, match=words):
        sweep({**ASKED, **change}, whole)

    assert times(whole) == before


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A sweep of eight replicates from the start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "IN_A_PART", 10)
        patch.setattr(batches, "IN_A_TASK", 5)
        folder = tmp_path_factory.mktemp("grown") / "sweep"
        sweep({**ASKED, "replicates": 8}, folder)
        yield folder


def test_replicates_are_added_to_a_finished_sweep_without_living_the_others_again(whole: Path, grown: Path) -> None:
    shutil.copytree(whole, "here")
    told: list[int] = []

    found = sweep({**ASKED, "replicates": 8}, "here", progress=told.append)

    assert (told[0], sum(told)) == (60, 96)
    assert max(told[1:]) == 3
    assert sums(Path("here")) == sums(grown)
    assert found.folder.path == Path("here")
    assert Path("here/_summary.txt").read_text("utf-8") == found.text()
    assert json.loads(Path("here/_manifest.json").read_text("utf-8"))["identity"]["replicates"] == 8
    assert not Path("here/_more").exists()
    assert len(found.table) == 96


def test_while_replicates_are_added_the_smaller_sweep_can_be_read_and_it_goes_on_when_killed(
    whole: Path, grown: Path
) -> None:
    shutil.copytree(whole, "here")
    with pytest.raises(KeyboardInterrupt):
        sweep({**ASKED, "replicates": 8}, "here", progress=stopping(80, KeyboardInterrupt()))

    assert len(read("here")) == 60
    assert 0 < foresee({**ASKED, "replicates": 8}, "here", timed=False).runs < 36
    with pytest.raises(cz.InputError, match="replicates 8, not 9"):
        sweep({**ASKED, "replicates": 9}, "here")

    sweep({**ASKED, "replicates": 8}, "here")
    assert sums(Path("here")) == sums(grown)


@pytest.mark.parametrize("after", [0, 3, 12, 14, 15])
def test_killed_while_it_takes_the_place_of_the_smaller_one_nothing_is_lost(
    whole: Path, grown: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    shutil.copytree(whole, "here")
    move, moved = Path.replace, 0

    def replace(self: Path, to: Path) -> Path:
        nonlocal moved
        if self.parent.name == "_more" and not self.name.startswith("."):
            moved += 1
            if moved > after:
                raise OSError(28, "No space left on device")
        return move(self, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(SweepError, match=r"No space left.*go on"):
            sweep({**ASKED, "replicates": 8}, "here")
    told: list[int] = []
    sweep({**ASKED, "replicates": 8}, "here", progress=told.append)

    assert told == [96]
    assert sums(Path("here")) == sums(grown)
    assert len(read("here")) == 96


def test_replicates_are_added_at_authorities_and_where_points_failed_too() -> None:
    late = cz.load_scenario("classroom").change(SMALL).with_event(20, "incident")
    asked = {"scenario": late, "factors": {"horizon": [12, 24]}, "authorities": ["Leeds", "Kent"]}

    sweep({**asked, "replicates": 12}, "fresh")
    sweep({**asked, "replicates": 3}, "here")
    sweep({**asked, "replicates": 12}, "here")

    assert sums(Path("here")) == sums(Path("fresh"))
    assert lines(Path("here/_failed.jsonl")) == lines(Path("fresh/_failed.jsonl"))


def test_replicates_over_plausible_sets_are_added_where_each_keeps_its_set() -> None:
    asked = {**ASKED, "factors": {TERM: [12]}, "plausible": True}
    sweep({**asked, "replicates": 8}, "here")

    with pytest.raises(cz.InputError, match=r"from one multiple of 4 to another, up to \d"):
        sweep({**asked, "replicates": 10}, "here")
    sweep({**asked, "replicates": 12}, "here")
    sweep({**asked, "replicates": 12}, "fresh")

    assert sums(Path("here")) == sums(Path("fresh"))


def test_another_version_of_the_model_is_refused(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conducive.experiments.folders.identity.rules", lambda: "0123")

    with pytest.raises(cz.InputError, match=r"rules .*, not 0123"):
        sweep(ASKED, whole)


def test_a_folder_with_something_else_in_it_is_refused_and_left_alone() -> None:
    Path("here").mkdir()
    Path("here/notes.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(cz.InputError, match="not empty"):
        sweep(ASKED, "here")

    assert [path.name for path in Path("here").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("harm", ["flip", "empty", "gone", "forgotten", "torn"])
def test_a_damaged_part_is_found_and_done_again(whole: Path, harm: str) -> None:
    shutil.copytree(whole, "here")
    part, record = Path("here/part-000002.parquet"), Path("here/_parts.jsonl")
    match harm:
        case "flip":
            content = bytearray(part.read_bytes())
            content[len(content) // 2] ^= 1
            part.write_bytes(content)
        case "empty":
            part.write_bytes(b"")
        case "gone":
            part.unlink()
        case "forgotten":
            record.write_text("".join(record.read_text("utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
        case "torn":
            record.write_text(record.read_text("utf-8")[:-20], encoding="utf-8")
    with pytest.raises(cz.InputError, match=r"damaged or missing|unfinished"):
        read("here")

    lived: list[int] = []
    found = sweep(ASKED, "here", progress=lived.append)

    assert lived == [50, 5, 5]
    assert sums(Path("here")) == sums(whole)
    assert found.redone == ((2,) if harm in {"flip", "empty", "gone"} else ())


def test_an_interrupted_sweep_keeps_its_parts_and_can_be_read_so_far(whole: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        sweep(ASKED, "here", progress=stopping(35, KeyboardInterrupt()))

    with pytest.raises(cz.InputError, match="unfinished sweep: 3 of 6 parts"):
        read("here")
    assert_frame_equal(read("here", unfinished=True), read(whole).iloc[:30])
    sweep(ASKED, "here")
    assert sums(Path("here")) == sums(whole)


def test_a_folder_that_is_no_sweep_cannot_be_read() -> None:
    with pytest.raises(cz.InputError, match="holds no sweep"):
        read("nowhere")


# ---- Faults --------------------------------------------------------------------------------------------------------


def test_a_design_point_that_fails_is_recorded_and_the_rest_go_on() -> None:
    late = cz.load_scenario("classroom").change(SMALL).with_event(20, "incident")
    asked = {"scenario": late, "replicates": 5, "factors": {"horizon": [12, 24, 30], "leadership": [0.2, 0.8]}}

    found = sweep(asked, "here")

    assert [(each["point"], each["factors"]) for each in found.failures] == [
        (0, {"horizon": 12, "leadership": 0.2}),
        (1, {"horizon": 12, "leadership": 0.8}),
    ]
    assert "the month of event incident" in found.failures[0]["error"]
    assert sorted(set(found.table["point"])) == [2, 3, 4, 5]
    assert "2 design points could not be run" in found.text()
    Path("here/part-000000.parquet").unlink()
    sweep(asked, "here")
    assert len(lines(Path("here/_failed.jsonl"))) == 2


def test_whatever_goes_wrong_in_a_run_is_recorded_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(rows: Any, seed: int, replicate: int) -> Any:
        if replicate == 3:
            msg = "no such luck"
            raise ZeroDivisionError(msg)
        return new_world(rows, seed, replicate)

    new_world = outcomes.new_world
    monkeypatch.setattr(outcomes, "new_world", broken)
    found = sweep({**ASKED, "replicates": 23, "factors": {TERM: [12, 18]}}, "here")

    assert {each["error"] for each in found.failures} == {"ZeroDivisionError: no such luck"}
    assert 3 not in set(found.table["replicate"])


def test_all_points_failing_is_a_finished_sweep_that_says_so() -> None:
    late = cz.load_scenario("classroom").change(SMALL).with_event(20, "incident")

    found = sweep({"scenario": late, "replicates": 2, "factors": {"horizon": [12, 13]}}, "here")

    assert len(found.table) == 0
    assert "2 design points could not be run" in found.text()


def test_a_disk_that_fills_up_in_the_middle_is_said_and_what_is_finished_is_kept(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, room = Path.write_bytes, 100_000

    def full(path: Path, content: bytes) -> int:
        nonlocal room
        room -= len(content)
        if room < 0:
            real(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(SweepError, match=r"here cannot be written to: No space left.* What was finished is kept"):
            sweep(ASKED, "here")

    kept = sums(Path("here"))
    assert 0 < len(kept) < 6
    assert not list(Path("here").glob(".part-*"))
    assert len(lines(Path("here/_parts.jsonl"))) == len(kept)
    sweep(ASKED, "here")
    assert sums(Path("here")) == sums(whole)


def test_a_design_that_the_disk_cannot_hold_is_said_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(cz.InputError, match=r"runs .*may need .*B, and here has .*B free"):
        sweep({**ASKED, "factors": {c.name: {"steps": 10} for c in cz.conditions()}}, "here")

    usage, needed = shutil.disk_usage("."), foresee(ASKED, "here", timed=False).bytes
    monkeypatch.setattr(sweeps.shutil, "disk_usage", lambda _: usage._replace(free=needed - 1))
    with pytest.raises(cz.InputError, match="kB free"):
        sweep(ASKED, "here")
    assert not Path("here").exists()
    monkeypatch.setattr(sweeps.shutil, "disk_usage", lambda _: usage._replace(free=needed))
    assert foresee(ASKED, "here", timed=False).runs == 60


def test_a_second_sweep_into_the_folder_is_refused_and_may_begin_when_the_first_is_killed(whole: Path) -> None:
    code = f"""
import time
from pathlib import Path
from conducive.experiments.sweep.folder import locked
with locked(Path({str(Path.cwd() / "here")!r})):
    print("locked", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout
        assert first.stdout.readline() == "locked\n"

        with pytest.raises(cz.InputError, match="another sweep is writing to here"):
            sweep(ASKED, "here")
        first.kill()

    sweep(ASKED, "here")
    assert sums(Path("here")) == sums(whole)


def test_two_sweeps_of_one_program_do_not_share_a_folder_either() -> None:
    with parts.locked(Path("here")), pytest.raises(cz.InputError, match="another sweep"):
        sweep(ASKED, "here")


# ---- Executors -----------------------------------------------------------------------------------------------------


class AtOnce(Executor):
    """An executor of one's own, which does a task when it is handed over and knows how many wait to be read."""

    def __init__(self) -> None:
        self.read, self.most, self.handed = 0, 0, 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.handed += 1
        self.most = max(self.most, self.handed - self.read)
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def test_any_executor_gives_the_same_files_to_the_bit(whole: Path) -> None:
    with ThreadPoolExecutor(3) as threads:
        sweep(ASKED, "threads", executor=threads)
    sweep(ASKED, "own", executor=AtOnce())

    assert sums(Path("threads")) == sums(Path("own")) == sums(whole)


def test_only_so_many_tasks_wait_so_that_memory_stays_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "AHEAD_ELSEWHERE", 3)
    own = AtOnce()

    def progress(count: int) -> None:
        own.read += count // 5

    sweep(ASKED, "here", executor=own, progress=progress)

    assert own.handed == 12
    assert own.most == 3


def test_processes_give_the_same_files_and_a_killed_one_is_said_and_loses_nothing(whole: Path) -> None:
    with executors.processes() as pool:
        sweep(ASKED, "processes", executor=pool)
        assert sums(Path("processes")) == sums(whole)

        killed: list[int] = []

        def kill(_: int) -> None:
            if not killed and len(list(Path("here").glob("part-*"))) == 2:
                killed.extend(pool._processes)  # type: ignore[attr-defined]
                for pid in killed:
                    os.kill(pid, signal.SIGKILL)

        more = {**ASKED, "replicates": 60}
        with pytest.raises(SweepError, match=r"a worker stopped .* What was finished is kept"):
            sweep(more, "here", executor=pool, progress=kill)

    assert killed
    kept = times(Path("here"))
    assert len(kept) >= 2
    sweep(more, "here")
    assert len(read("here")) == 720
    assert kept.items() <= times(Path("here")).items()


def test_a_worker_with_another_version_of_the_program_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "program", lambda: "another")

    with pytest.raises(SweepError, match="another version of conducive"):
        sweep(ASKED, "here", executor=AtOnce())


# ---- The command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def file() -> str:
    Path("sweep.toml").write_text(TOML, encoding="utf-8")
    return "sweep.toml"


def test_the_command_and_python_write_the_same_files(file: str, whole: Path) -> None:
    result = conducive("sweep", file, "--out", "here")

    assert result.exit_code == 0, result.output
    assert sums(Path("here")) == sums(whole)
    assert Path("here/_summary.txt").read_text("utf-8") in result.stdout
    assert "12 design points" in result.stderr
    again = conducive("sweep", file, "--out", "here")
    assert again.exit_code == 0
    assert "nothing was run again" in again.stdout


def test_without_a_folder_named_a_sweep_has_one_of_its_own(file: str) -> None:
    assert conducive("sweep", file).exit_code == 0

    (folder,) = Path("results").iterdir()
    assert folder.name.startswith("sweep-")
    assert len(read(folder)) == 60


def test_a_dry_run_says_how_many_how_long_and_how_big_and_writes_nothing(file: str) -> None:
    result = conducive("sweep", file, "--out", "here", "--dry-run")

    assert result.exit_code == 0, result.output
    assert "60 runs (12 design points x 5 replicates): about " in result.stdout
    assert "on disk" in result.stdout
    assert os.listdir() == ["sweep.toml"]


def test_a_dry_run_of_one_half_done_counts_what_is_left() -> None:
    with pytest.raises(KeyboardInterrupt):
        sweep(ASKED, "here", progress=stopping(35, KeyboardInterrupt()))

    foreseen = foresee(ASKED, "here")

    assert foreseen.runs == 30
    assert "30 of them done before" in foreseen.text(2)


def test_a_dry_run_counts_a_damaged_part_as_one_to_be_done_again_and_leaves_it_alone(file: str, whole: Path) -> None:
    shutil.copytree(whole, "here")
    Path("here/part-000001.parquet").write_bytes(b"damaged")
    Path("here/part-000004.parquet").unlink()
    record = Path("here/_parts.jsonl").read_bytes()

    result = conducive("sweep", file, "--out", "here", "--dry-run")

    assert "40 of them done before: about " in result.stdout
    assert result.stdout.endswith("2 parts damaged or missing: to be done again.\n")
    assert Path("here/part-000001.parquet").read_bytes() == b"damaged"
    assert Path("here/_parts.jsonl").read_bytes() == record


def test_a_forecast_is_an_upper_bound_of_what_is_written(whole: Path) -> None:
    written = sum(path.stat().st_size for path in whole.glob("part-*.parquet"))

    assert written <= foresee(ASKED, "elsewhere").bytes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TOML.replace("funding_term", "funding_trem"), "Did you mean finance.funding_term"),
        (TOML + "macro = []\n", "empty list"),
        (TOML.replace("replicates = 5", "replicates = 0"), "replicates must be"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line_and_nothing_is_written(text: str, words: str) -> None:
    Path("sweep.toml").write_text(text, encoding="utf-8")

    result = conducive("sweep", "sweep.toml", "--out", "here")

    assert result.exit_code == 2
    assert result.stderr.startswith("conducive: sweep.toml: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert os.listdir() == ["sweep.toml"]


def test_processes_and_a_cluster_at_once_are_refused(file: str) -> None:
    result = conducive("sweep", file, "--processes", "--cluster", "tcp://nowhere:1")

    assert result.exit_code == 2
    assert "both --cluster and --processes" in result.stderr


def test_a_sweep_that_cannot_go_on_exits_with_1_and_one_interrupted_with_130(
    file: str, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = parts.Folder.write
    stop: list[BaseException] = [SweepError("the disk is full.")]

    def write(folder: parts.Folder, part: int, *rest: Any) -> None:
        if part == 2 and stop:
            raise stop.pop()
        written(folder, part, *rest)

    monkeypatch.setattr(parts.Folder, "write", write)

    full = conducive("sweep", file, "--out", "here")
    assert (full.exit_code, full.stdout) == (1, "")
    assert full.stderr.endswith("conducive: the disk is full.\n")
    stop.append(KeyboardInterrupt())
    interrupted = conducive("sweep", file, "--out", "here")
    assert interrupted.exit_code == 130
    assert "20 of 60 runs are kept" in interrupted.stderr
    assert conducive("sweep", file, "--out", "here").exit_code == 0
    assert sums(Path("here")) == sums(whole)


def test_a_batch_job_is_told_now_and_then_how_long_it_will_take(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "MINUTE", 0.0)

    result = conducive("sweep", file, "--out", "here")

    assert "30 of 60 runs, about " in result.stderr
    assert "60 of 60" not in result.stderr
