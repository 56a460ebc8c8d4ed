"""Results show themselves in a line or a small table, whatever they hold; faults that users of like programs report."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from itertools import repeat
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import conducive as cz
from conducive.__main__ import cli
from conducive.dashboards.asking import scripts
from conducive.dashboards.asking.asked import Asked
from conducive.experiments.cli import app
from conducive.experiments.compare.saving import save
from conducive.experiments.folders.folder import check_out
from conducive.experiments.folders.identity import run_identity
from conducive.experiments.lives import ensemble
from conducive.experiments.lives.ensemble import LIMITS, cores
from conducive.experiments.sweep.discovery.plan import DiscoveryPlan
from conducive.experiments.sweep.file import sweep_plan
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import to_toml

SMALL = cz.load_scenario("classroom").change({"horizon": 12, "warm_up": 0, "organisation.posts": 12})
FEW = "authorities = 2\n[set]\nhorizon = 12\nwarm_up = 0\n"
"""The rest of a programme that is soon lived."""
NASTY = "<b>Zoë</b>: £5m for 東京 😀"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """One of each public result, of small runs."""
    folder = tmp_path_factory.mktemp("sweep")
    told = replace(SMALL, title=NASTY)
    asked = {"scenario": "classroom", "set": {"horizon": 12, "warm_up": 0}, "replicates": 20,
             "factors": {"culture": [0.1, 0.5, 0.9], "finance.funding_term": [3, 6, 12]}}  # fmt: skip
    swept = cz.sweep(asked, folder / "here")
    return {
        "Scenario": told,
        "Ensemble": cz.run(told, 4),
        "Comparison": cz.compare(told, told.change({"finance": 0.9}), 8),
        "ZoneMap": cz.zone_map(told, "macro", "culture", 2, steps=3, plausible=False, month=6),
        "National": cz.national(told, replicates=2, region="North East", indicator="use"),
        "Sensitivity": cz.sensitivity(told, ["finance", "leadership"], method="morris", trajectories=4, replicates=2),
        "Sweep": swept,
        "Discovery": cz.discover(swept, "use", over=0.01),
    }


class Text(HTMLParser):
    """What a table says."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said = ""
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.said += data


@pytest.mark.parametrize(
    "name", ["Scenario", "Ensemble", "Comparison", "ZoneMap", "National", "Sensitivity", "Sweep", "Discovery"]
)
def test_a_result_shows_itself_in_a_line_and_as_a_small_table(results: dict[str, object], name: str) -> None:
    result = results[name]
    html = result._repr_html_()  # type: ignore[attr-defined]

    assert repr(result).startswith(f"<{name}: ")
    assert len(repr(result)) < 1500
    assert "\n" not in repr(result)
    assert len(html) < 4000
    assert Text(html).tags == {"table", "caption", "tbody", "tr", "th", "td"}
    assert all(said in Text(html).said for said in result.in_short().values())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("listing", "says"),
    [(cz.authorities, "of: AuthorityYear"), (cz.conditions, "of: Condition"), (cz.coefficients, "gate_strength"),
     (cz.scenario_schema, "innovation")],
)  # fmt: skip
def test_a_long_listing_shows_itself_in_a_line_and_as_a_small_table(listing: Callable[[], Any], says: str) -> None:
    found = listing()

    assert says in repr(found)
    assert len(repr(found)) < 1500
    assert len(found._repr_html_()) < 4000
    assert isinstance(found, tuple | dict)
    assert list(found)


def test_whatever_a_cell_ends_with_shows_itself_in_a_line_and_as_a_small_table(results: dict[str, object]) -> None:
    told, sector = replace(SMALL, title=NASTY), cz.Sector("no-programme", 2, rng=1)
    ensemble, comparison, organisation = results["Ensemble"], results["Comparison"], cz.Organisation(told, 1)
    assert isinstance(ensemble, cz.Ensemble)
    assert isinstance(comparison, cz.Comparison)

    page = cz.brief(comparison)
    shown: list[Any] = [page, ensemble.lives, ensemble.lives[0], sector, sector.together, organisation,
                        organisation.world, cz.library()]  # fmt: skip

    assert str(page).startswith("<!")
    for each in shown:
        html = each._repr_html_()
        assert repr(each).startswith(f"<{type(each).__name__}: ")
        assert "\n" not in repr(each)
        assert len(repr(each)) < 1500
        assert len(html) < 4000
        assert Text(html).tags == {"table", "caption", "tbody", "tr", "th", "td"}


# ---- Python that a page generates ----------------------------------------------------------------------------------


@pytest.mark.parametrize("title", [NASTY, "a \u2028 line", "both \" and '", "back \\ slash"])
def test_generated_python_runs_whatever_the_title(title: str) -> None:
    told = replace(SMALL, title=title)
    names: dict[str, object] = {}

    code = scripts.python(Asked(told, told.change({"finance": 0.9}), 2, 0))
    exec(code.partition("comparison =")[0].encode("utf-8").decode("utf-8"), names)

    assert names["base"] == told


# ---- Files -------------------------------------------------------------------------------------------------------


def test_a_scenario_goes_to_a_file_and_back_in_any_script_and_from_utf_16(tmp_path: Path) -> None:
    told = replace(SMALL, title=NASTY)
    (tmp_path / "a.toml").write_text(to_toml(told), encoding="utf-16")

    done = CliRunner().invoke(app.app, ["scenarios", f"{tmp_path}/a.toml", "--out", f"{tmp_path}/b.toml"])
    again = CliRunner().invoke(app.app, ["scenarios", f"{tmp_path}/a.toml", "--out", f"{tmp_path}/b.toml"])

    assert done.exit_code == 0, done.output
    assert cz.load_scenario(tmp_path / "b.toml").title == NASTY
    assert again.exit_code == 2
    assert "is there already" in again.output


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_what_is_printed_into_a_file_is_utf_8_under_any_code_page(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.toml").write_text(to_toml(replace(SMALL, title=NASTY)), encoding="utf-8")
    command = [sys.executable, "-m", "conducive", "scenarios", str(tmp_path / "a.toml"), "--toml"]

    with (tmp_path / "b.toml").open("wb") as file:
        subprocess.run(command, stdout=file, env=os.environ | {"PYTHONIOENCODING": encoding}, check=True)

    assert cz.load_scenario(tmp_path / "b.toml").title == NASTY


def test_names_under_set_need_no_quotes_in_a_scenario_file(tmp_path: Path) -> None:
    plain = 'title = "x"\n[set]\nfinance.mainstreaming = 0.2\nleadership = 0.9\n'
    plain += "[[event]]\nmonth = 3\nset.finance.mainstreaming = 0.7\n"
    (tmp_path / "a.toml").write_text(plain, encoding="utf-8")

    found = cz.load_scenario(tmp_path / "a.toml")

    assert found["finance.mainstreaming"] == 0.2
    assert found.events[0].changes == {"finance.mainstreaming": 0.7}
    with pytest.raises(InputError, match=r"finance\.mainstreem"):
        cz.load_scenario({"set": {"finance": {"mainstreem": 0.2}}})


@pytest.mark.parametrize("name", ["finance.mainstreaming", "leadership"])
def test_a_decimal_comma_is_answered_with_a_point(name: str) -> None:
    with pytest.raises(InputError, match=r"Decimals take a point: did you mean 0\.5\?"):
        cz.load_scenario({name: "0,5"})


def test_a_scenario_beside_a_sweep_file_is_found_whatever_the_case_of_its_ending(tmp_path: Path) -> None:
    (tmp_path / "MINE.TOML").write_text(to_toml(SMALL), encoding="utf-8")
    asked = 'scenario = "MINE.TOML"\n[factors]\nfinance.grant = [1, 2]\n'
    (tmp_path / "sweep.toml").write_text(asked, encoding="utf-8")

    found = sweep_plan(tmp_path / "sweep.toml").scenario

    assert found.complete() == SMALL.complete()


NOTHING_OF_OURS: Any = object()


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (cz.discover, "discover takes the folder of a finished sweep"),
        (cz.brief, "brief takes a comparison"),
        (lambda it: cz.export(it, "a.png"), "export takes what compare, options or levers returned"),
        (cz.options, "options takes a list of scenarios"),
        (lambda it: cz.sweep(it, "out"), "a sweep must be a path to a TOML file"),
        (cz.programme, "a programme must be a library name"),
        (cz.load_programme, "a programme must be a library name"),
        (cz.run, "a scenario must be a library name"),
        (cz.tipping, "what varies must be the name of a condition or an input"),
        (partial(cz.sensitivity, SMALL), "what varies must be the name of a condition or an input"),
        (partial(cz.zone_map, SMALL), "cannot be an axis"),
        (cz.authority, "an authority must be a name or a code, as text"),
        (SMALL.at, "an authority must be a name or a code, as text"),
        (SMALL.change, "what changes must be a dict"),
        (lambda it: cz.national(SMALL, region=it), "is not a region"),
        (lambda it: cz.national(SMALL, indicator=it), "is not an indicator"),
        (lambda it: cz.tipping("finance", SMALL, indicator=it), "is not an indicator"),
    ],
)  # fmt: skip
def test_whatever_is_given_each_function_names_what_it_takes(ask: Callable[[Any], object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        ask(NOTHING_OF_OURS)


def test_a_code_that_is_a_number_is_answered_with_its_text() -> None:
    with pytest.raises(InputError, match=r"Got 383\. Did you mean '383'\?"):
        cz.authority(383)  # type: ignore[arg-type]


# ---- Folders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini"])
def test_what_a_file_manager_leaves_behind_is_in_nobodys_way(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")

    assert not check_out(tmp_path, run_identity(SMALL, 2, 0))


def beaten_to_it(monkeypatch: pytest.MonkeyPatch, out: Path, first: Callable[[], None]) -> None:
    """Let another command put its results into a folder just before these are put in place."""
    rename = Path.rename

    def late(self: Path, to: Path) -> Path:
        monkeypatch.setattr(Path, "rename", rename)
        if to == out:
            monkeypatch.setattr(os, "getpid", partial(next, repeat(os.getpid() + 1)))
            first()
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", late)


def test_of_two_commands_into_one_folder_neither_loses_its_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    same, other = cz.run(SMALL, 2, 0), cz.run(SMALL, 2, 1)
    beaten_to_it(monkeypatch, out, lambda: save(same, out))

    save(same, out)

    assert check_out(out, run_identity(SMALL, 2, 0))
    beaten_to_it(monkeypatch, tmp_path / "next", lambda: save(same, tmp_path / "next"))
    with pytest.raises(InputError, match=r"These results are in .*next-2"):
        save(other, tmp_path / "next")
    assert check_out(tmp_path / "next", run_identity(SMALL, 2, 0))
    assert check_out(tmp_path / "next-2", run_identity(SMALL, 2, 1))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_output_that_cannot_be_written_is_said_in_a_line() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "conducive", "authorities"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.strip() == "conducive: the output cannot be written: No space left on device."


# ---- Workers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def plenty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine of sixteen processors without limits; return where a quota can be put."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    for name in LIMITS:
        monkeypatch.delenv(name, raising=False)
    for name in ("QUOTA", "QUOTA_1", "PERIOD_1"):
        monkeypatch.setattr(ensemble, name, tmp_path / name)
    return tmp_path


def test_workers_are_those_at_hand_or_as_many_as_a_limit_leaves(plenty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cores() == 16
    (plenty / "QUOTA").write_text("250000 100000\n")
    assert cores() == 3
    (plenty / "QUOTA").write_text("max 100000\n")
    assert cores() == 16
    (plenty / "QUOTA_1").write_text("-1\n")
    (plenty / "PERIOD_1").write_text("100000\n")
    assert cores() == 16
    (plenty / "QUOTA_1").write_text("50000\n")
    assert cores() == 1
    (plenty / "QUOTA_1").unlink()
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "4")
    assert cores() == 4
    monkeypatch.setenv("CONDUCIVE_WORKERS", "2")
    assert cores() == 2
    monkeypatch.setenv("CONDUCIVE_WORKERS", "")
    assert cores() == 4


@pytest.mark.parametrize("workers", ["0", "-2", "abc", "1e1", "none"])
def test_a_limit_of_workers_that_is_none_is_refused(
    plenty: Path, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDUCIVE_WORKERS", workers)

    with pytest.raises(InputError, match=f"CONDUCIVE_WORKERS must be a whole number, 1 or more. Got '{workers}'."):
        cz.run(SMALL, 1)


def test_an_executor_that_is_none_is_refused_by_every_run() -> None:
    for ask in (partial(cz.run, SMALL, 1), partial(cz.replay, "Bradford", runs=20)):
        with pytest.raises(InputError, match=r"executor must be an executor of `concurrent.futures`.* Got 4\."):
            ask(executor=4)


def test_a_replay_heeds_the_limit_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDUCIVE_WORKERS", "1")
    counts: list[int | None] = []

    class Counting(ThreadPoolExecutor):
        def __init__(self, most: int | None = None) -> None:
            counts.append(most)
            super().__init__(most)

    monkeypatch.setattr(ensemble, "ThreadPoolExecutor", Counting)
    cz.replay("Bradford", runs=20)

    assert counts == [1]


def test_workers_are_limited_from_the_command_line(plenty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDUCIVE_WORKERS", "9")

    assert CliRunner().invoke(app.app, ["--workers", "3", "events"]).exit_code == 0
    assert cores() == 3
    assert CliRunner().invoke(app.app, ["--workers", "0", "events"]).exit_code == 2


# ---- Words that were corrected ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ("run",), ("compare", "classroom"), ("zone", "--x", "macro", "--steps", "3", "--month", "6", "--default-set"),
        ("national", "--region", "North East"), ("options", "classroom", "optional-technique", "--default-set"),
        ("programme",),
    ],
    ids=lambda command: command[0],
)  # fmt: skip
def test_a_title_that_was_corrected_is_shown_everywhere_with_the_same_numbers(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    name, *more = command
    asked = [name, f"{tmp_path}/a.toml", *more, "--replicates", "2", "--out", f"{tmp_path}/out"]
    asked += ["--set", "horizon=12"] if name in {"compare", "national", "options"} else []
    numbers = []
    for title in ("A tittle", "A title"):
        told = to_toml(replace(SMALL, title=title)) if name != "programme" else f'title = "{title}"\n{FEW}'
        (tmp_path / "a.toml").write_text(told, encoding="utf-8")
        done = CliRunner().invoke(cli.app, asked)
        assert done.exit_code == 0, done.output
        assert title in done.stdout
        tables = sorted((tmp_path / "out").rglob("*.parquet"))
        if name == "options":  # whose tables have their titles
            numbers.append([pd.read_parquet(path).select_dtypes("number").to_numpy().tobytes() for path in tables])
        else:
            numbers.append([path.read_bytes() for path in tables])
        assert title in (tmp_path / "out" / "summary.txt").read_text("utf-8")
        assert title in (tmp_path / "out" / "provenance.json").read_text("utf-8")
    again = CliRunner().invoke(cli.app, asked)

    assert numbers[0] == numbers[1]
    assert numbers[0]
    assert "done before" in again.stdout
    assert "tittle" not in (tmp_path / "out" / "summary.txt").read_text("utf-8")


@pytest.mark.parametrize("kind", ["scenario", "programme"])
def test_a_sweep_whose_title_was_corrected_runs_nothing_again(tmp_path: Path, kind: str) -> None:
    lived: list[list[int]] = []
    identities = []
    for title in ("A tittle", "A title"):
        lived.append([])
        few = cz.load_programme({"title": title, "authorities": 2, "set": {"horizon": 12, "warm_up": 0}})
        asked = {kind: replace(SMALL, title=title) if kind == "scenario" else few, "replicates": 2}
        found = cz.sweep(
            asked | {"factors": {"finance.grant": [1e5, 2e5]}}, tmp_path / "out", progress=lived[-1].append
        )
        identities.append(DiscoveryPlan(tmp_path / "out", "use", None, None, None, 1).identity())

    assert lived[1] == [4]
    assert identities[0] == identities[1]
    assert "A title" in found.text()
    assert "tittle" not in (tmp_path / "out" / "_summary.txt").read_text("utf-8")
    assert "tittle" not in (tmp_path / "out" / "_manifest.json").read_text("utf-8")


# ---- A place however it is given -------------------------------------------------------------------------------------


def test_an_amount_that_is_set_is_that_amount_however_a_place_is_given(tmp_path: Path) -> None:
    """A million for an average authority is a million at Leeds, and the command says so."""
    average = replace(cz.load_scenario("baseline").change({"finance.grant": 1e6}), name="mine")
    (tmp_path / "a.toml").write_text("[finance]\ngrant = 1_000_000\n", encoding="utf-8")
    (tmp_path / "leeds.toml").write_text('authority = "Leeds"\n[finance]\ngrant = 1_000_000\n', encoding="utf-8")
    (tmp_path / "sweep.toml").write_text(
        'scenario = "a.toml"\nauthorities = ["Leeds"]\n[factors]\n"culture" = [0.4]\n', encoding="utf-8"
    )

    told = CliRunner().invoke(
        app.app, ["run", f"{tmp_path}/a.toml", "--authority", "Leeds", "--replicates", "1", "--out", f"{tmp_path}/out"]
    )
    by_file = CliRunner().invoke(
        app.app, ["run", f"{tmp_path}/leeds.toml", "--replicates", "1", "--out", f"{tmp_path}/by-file"]
    )
    plan = sweep_plan(tmp_path / "sweep.toml")

    assert average.at("Leeds")["finance.grant"] == 1e6
    assert cz.load_scenario(tmp_path / "out" / "scenario.toml")["finance.grant"] == 1e6
    assert plan.scenario.at(plan.authorities[0], plan.year)["finance.grant"] == 1e6
    assert cz.load_scenario(tmp_path / "leeds.toml")["finance.grant"] == 1e6
    assert average.at("Leeds").change({"finance.grant": 1e6})["finance.grant"] == 1e6
    for said in (told, by_file):
        assert "finance.grant 1,000,000 stay as they are set" in " ".join(said.stderr.split())


@pytest.mark.parametrize("how", ["option", "file", "file and year", "year"])
def test_older_figures_that_nobody_asked_for_are_said_however_the_place_is_given(tmp_path: Path, how: str) -> None:
    text = {
        "option": "",
        "year": "",
        "file": 'authority = "Westminster"\n',
        "file and year": 'authority = "Westminster"\n',
    }
    (tmp_path / "a.toml").write_text(text[how] + ("year = 2020\n" if how == "file and year" else ""), encoding="utf-8")
    place = {"option": ["--authority", "Westminster"], "year": ["--authority", "Westminster", "--year", "2021"]}

    told = CliRunner().invoke(
        app.app,
        ["run", f"{tmp_path}/a.toml", *place.get(how, []), "--replicates", "1", "--out", f"{tmp_path}/out"],
    )

    said = "Westminster has no figures of 2025 that a run can start from; its newest are of 2021."
    assert not told.exception
    assert (said in " ".join(told.stderr.split())) == (how in {"option", "file"})


def test_a_place_that_is_a_note_of_the_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('place = "Nowhere, 2021"\n', encoding="utf-8")

    told = CliRunner().invoke(app.app, ["run", f"{tmp_path}/a.toml", "--replicates", "1", "--out", f"{tmp_path}/out"])

    assert not told.exception
    assert "no figures" not in told.stderr
