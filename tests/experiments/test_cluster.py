"""Studies on a real Dask cluster of separate worker processes: the same bits, and no run lost with a worker."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import distributed
import pytest
from distributed import LocalCluster
from typer.testing import CliRunner

import conducive as cz
from conducive.experiments.cli import app as cli
from conducive.experiments.lives import executors
from conducive.experiments.sweep.folder import SweepError
from conducive.experiments.sweep.sweep import read, sweep

SMALL = {"horizon": 30, "warm_up": 0, "organisation.posts": 12, "organisation.families": 60}
ASKED: dict[str, Any] = {
    "scenario": "classroom",
    "set": SMALL,
    "design": "sobol",
    "points": 64,
    "replicates": 40,
    "authorities": ["Rutland"],
    "factors": {"finance.funding_term": {"low": 6, "high": 24}, "workforce_capacity": {}},
}
DOCS = Path(__file__).resolve().parents[2] / "docs" / "sweeps.md"


def cluster(workers: int) -> Any:
    return LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0")


@pytest.fixture(scope="module")
def two() -> Iterator[Any]:
    """A scheduler with two workers, each a process of its own."""
    with cluster(2) as workers:
        yield workers


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def content(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(Path(folder).glob("part-*.parquet"))}


def test_a_cluster_gives_the_same_files_to_the_bit_though_a_worker_is_killed_in_the_middle(two: Any) -> None:
    pids: dict[str, int] = {}

    def kill_one(count: int) -> None:
        if count and not pids:
            with two.get_client() as client:
                pids.update(client.run(os.getpid))
            os.kill(next(iter(pids.values())), signal.SIGKILL)

    with executors.dask(two.scheduler_address) as (pool, threads):
        sweep(ASKED, "cluster", executor=pool, progress=kill_one)
    sweep(ASKED, "threads")

    assert threads == 2
    assert len(set(pids.values()) - {os.getpid()}) == 2
    assert len(content("threads")) == 3
    assert content("cluster") == content("threads")


def test_the_command_runs_on_a_cluster(two: Any) -> None:
    Path("sweep.toml").write_text(
        'scenario = "classroom"\nreplicates = 5\n[factors]\nleadership = [0.2, 0.8]\n[set]\nhorizon = 12\n'
        "warm_up = 0\n",
        encoding="utf-8",
    )

    result = CliRunner().invoke(
        cli.app, ["sweep", "sweep.toml", "--out", "here", "--cluster", two.scheduler_address], prog_name="conducive"
    )

    assert result.exit_code == 0, result.output
    assert re.search(r"10 runs .* on \d cores?", result.stderr)
    expected = cz.run(cz.load_scenario("classroom").change({"horizon": 12, "warm_up": 0, "leadership": 0.8}), 5, 0)
    assert list(read("here")["use"])[5:] == list(expected.values("use")[:, -1])


@pytest.mark.parametrize(
    "asked",
    [
        "tipping attitudes small.toml --indicator use --target 0.05 --runs 96 --default-set",
        "sensitivity small.toml --over attitudes --over leadership --method morris --trajectories 6",
    ],
)
def test_other_studies_give_the_same_bits_on_a_cluster(two: Any, asked: str) -> None:
    Path("small.toml").write_text(
        'name = "small"\nhorizon = 12\nwarm_up = 0\n[organisation]\nposts = 12\nfamilies = 60\n', encoding="utf-8"
    )

    here = CliRunner().invoke(cli.app, [*asked.split(), "--out", "here"])
    there = CliRunner().invoke(cli.app, [*asked.split(), "--out", "there", "--cluster", two.scheduler_address])

    assert here.exit_code == there.exit_code == 0, there.output
    assert Path("there/runs.parquet").read_bytes() == Path("here/runs.parquet").read_bytes()


@pytest.mark.parametrize("command", ["tipping attitudes", "sensitivity classroom", "sweep sweep.toml"])
def test_every_study_says_when_no_scheduler_answers(command: str) -> None:
    Path("sweep.toml").write_text('scenario = "classroom"\n[factors]\nleadership = [0.2, 0.8]\n', encoding="utf-8")

    result = CliRunner().invoke(
        cli.app, [*command.split(), "--out", "here", "--cluster", "tcp://127.0.0.1:9", "--cluster-timeout", "1"]
    )

    assert result.exit_code == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9 within 1 s" in result.stderr
    assert not Path("here").exists()


def test_a_cluster_that_is_lost_in_the_middle_is_said_and_what_is_finished_is_kept() -> None:
    with cluster(1) as workers, executors.dask(workers.scheduler_address) as (pool, _):

        def close(_: int) -> None:
            if list(Path("here").glob("part-*")):
                workers.close(timeout=5)

        with pytest.raises(SweepError, match=r"What was finished is kept"):
            sweep(ASKED, "here", executor=pool, progress=close)

    assert 1 <= len(content("here")) < 3
    sweep(ASKED, "here")
    assert len(content("here")) == 3


def test_nobody_waits_for_ever_when_the_scheduler_is_lost() -> None:
    """Neither for tasks that were handed over before, nor for those that come later."""
    with cluster(1) as workers, executors.dask(workers.scheduler_address) as (pool, _):
        first = pool.submit(abs, -1).result()
        handed = [pool.submit(abs, -n) for n in range(300)]
        workers.close(timeout=5)
        _, waiting = wait(handed, timeout=60)

        assert not waiting
        with pytest.raises(ConnectionError, match="the Dask scheduler does not answer any more"):
            pool.submit(abs, -1)

    assert first == 1
    assert any(each.exception() for each in handed)


def test_a_task_that_is_cancelled_is_not_done_and_one_that_fails_says_how(two: Any) -> None:
    with executors.dask(two.scheduler_address) as (pool, _):
        failing, slow = pool.submit(int, "none"), [pool.submit(time.sleep, 0.2) for _ in range(20)]
        last = slow[-1]

        assert last.cancel()
        with pytest.raises(ValueError, match="invalid literal for int"):
            failing.result()
        wait(slow, timeout=60)

    assert last.cancelled()
    assert [each.result() for each in slow[:-1]] == [None] * 19


def test_a_scheduler_that_does_not_answer_is_said_at_once() -> None:
    began = time.monotonic()

    with pytest.raises(cz.InputError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9 within 1 s"):
        executors.dask("tcp://127.0.0.1:9", 1).__enter__()

    assert time.monotonic() - began < 10


@pytest.mark.parametrize("address", ["nowhere://at all", "nonsense", "tcp://host", "tcp://host:port", ""])
def test_what_is_no_address_is_refused_before_anything_is_begun(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributed, "Client", None)

    with pytest.raises(cz.InputError, match=r"is not the address of a Dask scheduler, such as tcp://host:8786"):
        executors.dask(address, 1).__enter__()


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(cz.InputError, match=r"pip install 'conducive\[cluster\]'"):
        executors.dask("tcp://127.0.0.1:9", 1).__enter__()


def test_the_recipe_for_slurm_asks_for_what_the_page_says() -> None:
    (recipe,) = re.findall(r"```python\n(from dask_jobqueue.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    making, _, _ = recipe.partition("cluster.scale")
    names: dict[str, Any] = {}

    exec(making, names)

    with names["cluster"] as cluster:
        script = cluster.job_script()
    assert "#SBATCH" in script
    assert "distributed.cli.dask_worker" in script
