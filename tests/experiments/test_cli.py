"""The command line: exit status, what is written and what is not, and the same bits as from Python."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner, Result

import conducive as cz
from conducive.dashboards.asking.asked import Asked
from conducive.dashboards.asking.documents import pair_file
from conducive.experiments.cli import app as cli
from conducive.experiments.lives import ensemble
from conducive.scenarios import workforce

SHORT = ("--set", "horizon=36", "--set", "warm_up=12")
QUICK = (*SHORT, "--replicates", "3")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def conducive(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), prog_name="conducive")


def in_a_shell(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "conducive", *arguments],
        capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, env={**os.environ, **environment},
    )  # fmt: skip


def refused(result: Result, *words: str) -> None:
    """Check that a command refused its input in one line and wrote nothing."""
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("conducive: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr
    assert list(Path().rglob("*")) == []


UNGUARDED = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
import conducive as cz
with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
    cz.{what}
"""


@pytest.mark.parametrize(
    "what",
    ["run('classroom', 2, executor=pool)", "national('classroom', replicates=1, region='London', executor=pool)"],
)
def test_a_program_without_a_guard_is_told_so(what: str, empty_folder: Path) -> None:
    (empty_folder / "program.py").write_text(UNGUARDED.format(what=what), "utf-8")

    ended = subprocess.run(
        [sys.executable, "program.py"], capture_output=True, text=True, timeout=120, check=False, cwd=empty_folder
    )

    assert ended.returncode == 1
    assert 'does so without `if __name__ == "__main__":` around what it does' in ended.stderr


# ---- Running -------------------------------------------------------------------------------------------------------


def test_a_run_from_the_command_line_and_from_python_are_the_same_to_the_bit() -> None:
    result = conducive("run", "classroom", *QUICK, "--seed", "0", "--out", "here")

    assert result.exit_code == 0, result.output
    expected = cz.run(cz.load_scenario("classroom").change({"horizon": 36, "warm_up": 12}), 3, 0)
    assert_frame_equal(pd.read_parquet("here/monthly.parquet"), expected.monthly, check_exact=True)
    assert expected.text() in result.stdout
    assert "here" in result.stdout.splitlines()[-1]


def test_an_authority_a_change_and_a_condition_reach_the_run() -> None:
    result = conducive("run", "two-year-funding", "--authority", "Rutland", "--year", "2024", *QUICK,
                       "--set", "finance.funding_term=12", "--set", "leadership=0.25", "--out", "here")  # fmt: skip

    assert result.exit_code == 0, result.output
    written = cz.load_scenario("here/scenario.toml")
    asked = cz.load_scenario("two-year-funding").at("Rutland", 2024)
    asked = asked.change({"horizon": 36, "warm_up": 12, "finance.funding_term": 12, "leadership": 0.25})
    assert written.complete() == asked.complete()
    assert written.place == "Rutland, 2024"


def test_without_a_folder_named_different_runs_go_to_different_folders_of_their_own() -> None:
    for seed in ("0", "1"):
        assert conducive("run", "classroom", *QUICK, "--seed", seed).exit_code == 0

    folders = sorted(Path("results").iterdir())
    assert len(folders) == 2
    assert all(folder.name.startswith("classroom-") for folder in folders)


def test_the_same_run_again_is_not_run_but_shown() -> None:
    first = conducive("run", "classroom", *QUICK, "--out", "here")
    before = {path: path.stat().st_mtime_ns for path in Path("here").iterdir()}

    again = conducive("run", "classroom", *QUICK, "--out", "here")

    assert again.exit_code == 0
    assert "done before" in again.stdout
    assert first.stdout.split("Use as meant")[0].strip() in again.stdout
    assert {path: path.stat().st_mtime_ns for path in Path("here").iterdir()} == before


def test_a_different_run_in_the_folder_is_refused_and_left_alone() -> None:
    conducive("run", "classroom", *QUICK, "--out", "here")
    before = Path("here/provenance.json").read_bytes()

    result = conducive("run", "classroom", *QUICK, "--seed", "5", "--out", "here")

    assert result.exit_code == 2
    assert "different run (seed 0, not 5)" in result.stderr
    assert Path("here/provenance.json").read_bytes() == before


def test_a_comparison_from_the_command_line_and_from_python_are_the_same_to_the_bit() -> None:
    result = conducive("compare", "classroom", "baseline", *QUICK, "--set", "organisation.posts=30", "--out", "both")

    assert result.exit_code == 0, result.output
    changes = {"horizon": 36, "warm_up": 12, "organisation.posts": 30}
    base, alternative = (cz.load_scenario(name).change(changes) for name in ("classroom", "baseline"))
    expected = cz.compare(base, alternative, 3, 0)
    assert_frame_equal(pd.read_parquet("both/differences.parquet"), expected.differences, check_exact=True)
    assert expected.text(full=False) in result.stdout
    again = conducive("compare", "classroom", "baseline", *QUICK, "--set", "organisation.posts=30", "--out", "both")
    assert "done before" in again.stdout


def test_the_file_of_a_pair_is_compared_as_its_two_scenarios_are() -> None:
    changes = {"horizon": 36, "warm_up": 12}
    base = cz.load_scenario("classroom").change(changes)
    alternative = base.change({"finance.funding_term": 36})
    Path("pair.toml").write_text(pair_file(Asked(base, alternative, seed=7)), "utf-8")

    result = conducive("compare", "pair.toml", "--replicates", "3", "--out", "both")

    assert result.exit_code == 0, result.output
    expected = cz.compare(base, alternative, 3, 7)
    assert_frame_equal(pd.read_parquet("both/differences.parquet"), expected.differences, check_exact=True)
    other = conducive("compare", "pair.toml", "--replicates", "3", "--seed", "0", "--out", "other")
    assert other.exit_code == 0, other.output
    differences = pd.read_parquet("other/differences.parquet")
    assert_frame_equal(differences, cz.compare(base, alternative, 3, 0).differences, check_exact=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[a]\n", ("pair.toml: a file of a pair holds [a], [b] and seed", "Got a.")),
        ("title = 'One'\n", ("Got title.",)),
        ("seed = -1\n[a]\n[b]\n", ("seed of a pair", "Got -1")),
        ("[a]\n[b.set]\n'finance.funding_trem' = 5\n", ("pair.toml", "finance.funding_term")),
        ("[a\n", ("pair.toml", "TOML")),
    ],
)
def test_a_file_that_is_no_pair_is_refused(text: str, words: tuple[str, ...]) -> None:
    Path("pair.toml").write_text(text, "utf-8")

    result = conducive("compare", "pair.toml")

    assert result.exit_code == 2
    assert all(word in result.stderr for word in words), result.stderr
    assert [path.name for path in Path().iterdir()] == ["pair.toml"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "clasroom"), ("'clasroom'", "Did you mean classroom?")),
        (("run", "missing.toml"), ("missing.toml", "no such file")),
        (("run", "classroom", "--set", "finance.funding_trem=60"), ("finance.funding_trem", "finance.funding_term")),
        (("run", "classroom", "--set", "finance.funding_term=two years"), ("0 to 240 months", "Did you mean 24?")),
        (("run", "classroom", "--set", "finance.funding_term=900"), ("0 to 240 months", "nearest allowed is 240")),
        (("run", "classroom", "--set", "finance.funding_term=nan"), ("finance.funding_term",)),
        (("run", "classroom", "--set", "finance.funding_term=true"), ("must be a number",)),
        (("run", "classroom", "--set", "mechanisms.turnover=on"), ("Did you mean true?",)),
        (("run", "classroom", "--set", "finance=1.5"), ("0 (barrier) to 1 (facilitator)",)),
        (("run", "classroom", "--set", "finance.funding_term"), ("NAME=VALUE", "'finance.funding_term'")),
        (("run", "classroom", "--set", "=60"), ("NAME=VALUE",)),
        (("run", "classroom", "--set", "horizon=36", "--set", "horizon=48"), ("horizon twice",)),
        (("run", "classroom", "--set", "organisation.posts=0"), ("organisation.posts", "1 to 5,000")),
        (("run", "classroom", "--set", "horizon=0"), ("horizon",)),
        (("run", "three-short-waves", "--set", "horizon=36"), ("month of an innovation",)),
        (("run", "classroom", "--authority", "Leds"), ("'Leds'", "Did you mean Leeds?")),
        (("run", "classroom", "--authority", "Leeds", "--year", "1999"), ("2017 to 2025",)),
        (("run", "classroom", "--year", "2024"), ("--authority",)),
        (("run", "classroom", "--replicates", "0"), ("replicates", "1 to 1,000,000")),
        (("run", "classroom", "--seed", "-1"), ("seed", "Did you mean 0?")),
        (("compare", "classroom", "baselin"), ("'baselin'", "baseline")),
        (("compare", "classroom"), ("two scenarios, A and B, or the file of a pair", "'classroom' alone")),
        (("compare", "pair.toml"), ("pair.toml: there is no such file",)),
        (("scenarios", "basline"), ("baseline",)),
        (("scenarios", "--toml"), ("needs the name",)),
        (("conditions", "finanse"), ("'finanse'", "finance")),
        (("conditions", "cultur"), ("'cultur'", "Did you mean culture?")),
        (("authorities", "Leds"), ("Leeds",)),
        (("authorities", "--year", "1999"), ("2017 to 2025",)),
        (("import-workforce", "missing.csv"), ("missing.csv is not a file",)),
    ],
)  # fmt: skip
def test_input_that_cannot_be_used_is_refused_and_nothing_written(
    arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    refused(conducive(*arguments), *words)


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", "classroom", "baseline", "--precision"), ("tipping", "finance.grant", "--target"),
        ("tipping", "finance.grant", "--precision"), ("levers", "classroom", "--budget"),
        ("discover", "results", "--over"), ("discover", "results", "--under"), ("discover", "results", "--density"),
    ],
)  # fmt: skip
def test_an_option_with_a_decimal_comma_is_answered_with_a_point(arguments: tuple[str, ...]) -> None:
    result = conducive(*arguments, "0,5")

    assert result.exit_code == 2
    assert (
        f"'{arguments[-1]}': it must be a number. Got '0,5'. Decimals take a point: did you mean 0.5?" in result.stderr
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("1,000", "'--replicates': it must be a whole number. Got '1,000'. Did you mean 1000?"),
        ("2.5", "'--replicates': it must be a whole number. Got '2.5'. Did you mean 2 or 3?"),
        ("3.0", "'--replicates': it must be a whole number. Got '3.0'. Did you mean 3?"),
        ("many", "'--replicates': it must be a whole number. Got 'many'."),
    ],
)
def test_an_option_that_takes_a_whole_number_says_which_was_probably_meant(given: str, said: str) -> None:
    result = conducive("run", "classroom", "--replicates", given)

    assert result.exit_code == 2
    assert result.stderr.strip().endswith(said)


def test_a_very_long_path_does_not_fill_the_terminal() -> None:
    result = conducive("run", f"{'far/' * 1000}mine.toml")

    assert result.exit_code == 2
    assert len(result.stderr) < 600
    assert "mine.toml" in result.stderr


def test_a_file_that_is_no_scenario_is_refused(empty_folder: Path) -> None:
    for content in (b"[finance\n", b"finance = 3\n", b"\xff\xfd", b"#" * (2 * 1024 * 1024)):
        (empty_folder / "mine.toml").write_bytes(content)

        result = conducive("run", "mine.toml")

        assert result.exit_code == 2
        assert result.stderr.startswith("conducive: mine.toml")
        assert [p.name for p in empty_folder.iterdir()] == ["mine.toml"]


def test_a_file_in_the_way_of_the_results_is_refused_before_the_run(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_folder / "file").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(ensemble, "run", lambda *_, **__: pytest.fail("it was run"))

    for out in ("file", "file/below"):
        result = conducive("run", "classroom", *QUICK, "--out", out)

        assert result.exit_code == 2
        assert result.stderr.startswith("conducive: file")
    assert (empty_folder / "file").read_text(encoding="utf-8") == "mine"


def test_an_interrupt_keeps_what_is_finished_and_the_same_run_may_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    run_each: Callable[..., object] = ensemble.run_each

    def interrupted(*args: object, progress: object = None, **kwargs: object) -> object:
        def stop(_: int) -> None:
            raise KeyboardInterrupt

        return run_each(*args, progress=stop, **kwargs)

    arguments = ("run", "classroom", *SHORT, "--replicates", "60", "--out", "here")
    with monkeypatch.context() as patch:
        patch.setattr(ensemble, "run_each", interrupted)
        result = conducive(*arguments)

    assert result.exit_code == 130
    assert "What was finished is kept" in result.stderr
    said = json.loads(Path("here/provenance.json").read_text(encoding="utf-8"))
    assert said["interrupted"] is True
    assert 1 <= said["replicates_finished"] < 60
    assert pd.read_parquet("here/monthly.parquet")["replicate"].nunique() == said["replicates_finished"]
    assert conducive(*arguments).exit_code == 0
    assert json.loads(Path("here/provenance.json").read_text(encoding="utf-8"))["replicates_finished"] == 60


def test_an_interrupt_before_anything_is_finished_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ensemble, "run", interrupted)

    result = conducive("run", "classroom", *QUICK, "--out", "here")

    assert result.exit_code == 130
    assert "Nothing was written" in result.stderr
    assert list(Path().iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="another kind of interrupt")
def test_an_interrupt_from_the_keyboard_keeps_what_is_finished() -> None:
    asked = ["--workers", "1", "run", "baseline", "--replicates", "20000", "--out", "here"]
    # Shells that run tests in the background make programs ignore an interrupt: this one shall not.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "conducive", *asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=180)

    assert process.returncode == 130
    assert "Traceback" not in errors
    if Path("here").exists():  # not on a machine too slow to finish one replicate in time
        assert json.loads(Path("here/provenance.json").read_text(encoding="utf-8"))["interrupted"] is True


# ---- Looking things up ---------------------------------------------------------------------------------------------


def test_every_scenario_is_listed_and_shown_in_full() -> None:
    listing = conducive("scenarios").stdout

    for scenario in cz.library():
        assert scenario.name in listing
        shown = " ".join(conducive("scenarios", scenario.name).stdout.split())
        assert " ".join(scenario.question.split()) in shown


def test_a_scenario_printed_as_a_file_is_that_scenario(empty_folder: Path) -> None:
    (empty_folder / "mine.toml").write_text(
        conducive("scenarios", "critical-incident", "--toml").stdout, encoding="utf-8"
    )

    mine, theirs = cz.load_scenario("mine.toml"), cz.load_scenario("critical-incident")

    assert (mine.complete(), mine.events) == (theirs.complete(), theirs.events)


def test_the_schema_is_printed_as_json() -> None:
    assert json.loads(conducive("scenarios", "--schema").stdout)["$schema"]


def test_every_condition_is_listed_with_its_inputs() -> None:
    listing = conducive("conditions").stdout

    for condition in cz.conditions():
        assert condition.name in listing
        assert all(i.name in listing for i in condition.inputs)


@pytest.mark.parametrize(
    "name", ["finance.funding_term", "funding_term", "coefficients.breach", "mechanisms.turnover", "horizon"]
)
def test_an_input_has_a_card_of_evidence(name: str) -> None:
    result = conducive("conditions", name)

    assert result.exit_code == 0, result.output
    for label in ("Unit", "Default", "Allowed", "Plausible", "Source", "Grade", "--set"):
        assert label in result.stdout


def test_the_card_of_an_input_says_what_stands_behind_it() -> None:
    card = " ".join(conducive("conditions", "finance.funding_term").stdout.split())

    condition = next(c for c in cz.conditions() if c.name == "finance")
    term = next(i for i in condition.inputs if i.name == "funding_term")
    for words in (term.meaning, term.source, condition.facilitator, condition.barrier, condition.acts_through):
        assert " ".join(words.split()) in card


def test_a_cluster_is_shown_with_its_conditions() -> None:
    result = conducive("conditions", "culture")

    names = [c.name for c in cz.conditions() if c.cluster == "culture"]
    assert [name for name in names if name in result.stdout] == names
    assert "funding_term" not in result.stdout


@pytest.mark.parametrize(
    "name", ["finance", "innovation", "costs", "organisation", "coefficients", "mechanisms", "funder"]
)
def test_a_condition_or_group_is_shown_with_its_inputs(name: str) -> None:
    result = conducive("conditions", name)

    assert result.exit_code == 0, result.output
    assert result.stdout.count("\n") > 2


def test_coefficients_are_listed_with_their_grades() -> None:
    listing = conducive("conditions", "--coefficients").stdout

    assert all(c.name in listing and c.grade in listing for c in cz.coefficients())


def test_authorities_are_listed_and_shown_year_by_year() -> None:
    listing = conducive("authorities").stdout
    assert all(part in listing for row in cz.authorities(workforce.latest()) for part in row.name.split(" / "))

    leeds = conducive("authorities", "leeds").stdout
    assert all(str(year) in leeds for year in range(2017, 2026))


def test_a_year_that_cannot_be_used_says_why() -> None:
    row = next(row for row in workforce.official_table() if row.level == "authority" and row.problem())

    result = conducive("authorities", row.name)

    assert row.problem() in " ".join(result.output.split())


def test_importing_the_official_table_reports_and_writes_only_when_asked(empty_folder: Path) -> None:
    checked = conducive("import-workforce", str(workforce.TABLE), "--check")
    assert checked.exit_code == 0, checked.output
    assert "Nothing was written" in checked.stdout
    assert list(empty_folder.iterdir()) == []

    written = conducive("import-workforce", str(workforce.TABLE), "--to", "mine.csv")
    assert written.exit_code == 0, written.output
    assert Path("mine.csv").read_bytes() == workforce.TABLE.read_bytes()


def test_events_are_listed() -> None:
    assert "leader_leaves" in conducive("events").stdout


def test_the_version_is_printed() -> None:
    assert conducive("version").stdout == conducive("--version").stdout == f"conducive {cz.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [("scenarios",), ("scenarios", "three-short-waves"), ("conditions",), ("conditions", "finance"),
     ("conditions", "costs"), ("conditions", "finance.grant"), ("authorities",), ("authorities", "Leeds"), ("events",)],
)  # fmt: skip
def test_pages_fit_into_80_columns(arguments: tuple[str, ...]) -> None:
    page = conducive(*arguments).stdout

    assert max(len(line) for line in page.splitlines()) <= 80


# ---- In a shell ----------------------------------------------------------------------------------------------------


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    heavy = ["numba", "numpy", "pandas", "mesa", "matplotlib", "scipy", "pydantic", "rich"]
    code = "import sys; from conducive.experiments.cli.app import app\ntry: app(['--help'])\nexcept SystemExit: pass\n"
    code += f"assert not set({heavy}) & set(sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "run" in done.stdout


def test_a_wrong_command_or_option_ends_with_status_2() -> None:
    assert conducive("rnu").exit_code == 2
    assert conducive("run", "classroom", "--relicates", "3").exit_code == 2
    assert conducive("run").exit_code == 2


def test_a_refusal_in_a_shell_is_one_line_without_a_traceback(empty_folder: Path) -> None:
    done = in_a_shell("run", "classroom", "--set", "finance.funding_term=-5")

    assert done.returncode == 2
    assert done.stderr.splitlines() == ["conducive: " + done.stderr.strip().removeprefix("conducive: ")]
    assert list(empty_folder.iterdir()) == []


def test_a_run_in_a_shell_shows_no_bar_and_survives_a_terminal_without_utf_8() -> None:
    done = in_a_shell("run", "classroom", *QUICK, PYTHONIOENCODING="ascii", NO_COLOR="1")

    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr == ""
    assert done.stdout.isascii()
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell with head")
def test_a_reader_who_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m conducive conditions --coefficients | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)

    assert done.stderr == ""


def test_what_the_benchmark_asks_another_python_can_be_asked() -> None:
    from conducive.experiments.cli.benchmark import FIRST_RUN, UNCOMPILED

    for code in (FIRST_RUN, UNCOMPILED):
        imports = [line for line in code.splitlines() if line.startswith(("import", "from"))]
        exec("\n".join(imports), {})
