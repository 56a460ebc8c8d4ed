"""Compiled rules are kept where they can be, and never needed: no folder, a full disk and damaged files do no harm."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numba
import pytest

from conducive.agents import cache
from conducive.agents.cache import CHECKSUM, SETTING, folder_for, kept_in


def twice(x: float) -> float:
    return 2.0 * x


def made(folder: Path) -> numba.core.registry.CPUDispatcher:
    """Return a compiled function whose code is kept in a folder."""
    function = numba.njit(twice)
    if not isinstance(function, numba.core.registry.CPUDispatcher):
        pytest.skip("nothing is compiled")
    function._cache = kept_in(folder)(twice)
    return function


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_SAID", set())


def test_code_is_kept_and_not_compiled_again(tmp_path: Path) -> None:
    first, again = made(tmp_path / "rules-a"), made(tmp_path / "rules-a")

    assert first(2.0) == again(2.0) == 4.0
    assert sum(first.stats.cache_hits.values()) == 0
    assert sum(again.stats.cache_hits.values()) == 1


def test_code_of_other_rules_is_other_code(tmp_path: Path) -> None:
    made(tmp_path / "rules-a")(2.0)
    other = made(tmp_path / "rules-b")

    assert other(2.0) == 4.0
    assert sum(other.stats.cache_hits.values()) == 0


@pytest.mark.parametrize("pattern", ["*.nbi", "*.nbc"])
@pytest.mark.parametrize(
    "damage",
    [lambda content: content[:20], lambda _: b"", lambda content: b"x" * len(content),
     lambda content: content[:-1] + bytes([content[-1] ^ 1])],
    ids=["cut", "empty", "garbled", "a bit"],
)  # fmt: skip
def test_a_damaged_file_counts_as_absent_and_is_replaced(tmp_path: Path, pattern: str, damage: object) -> None:
    folder = tmp_path / "rules-a"
    made(folder)(2.0)
    (path,) = folder.glob(pattern)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))  # type: ignore[operator]

    again, once_more = made(folder), made(folder)

    assert again(2.0) == 4.0
    assert sum(again.stats.cache_hits.values()) == 0
    assert once_more(2.0) == 4.0
    assert sum(once_more.stats.cache_hits.values()) == 1
    assert len(path.read_bytes()) > CHECKSUM


def test_a_disk_that_is_full_is_said_once_and_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache._Files, "_write", full)

    assert made(tmp_path / "rules-a")(2.0) == 4.0
    assert made(tmp_path / "rules-a")(3.0) == 6.0
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "No space left on device" in said
    assert SETTING in said


def test_without_a_folder_that_can_be_made_there_is_one_for_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(cache.config, "CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setattr(cache.tempfile, "gettempdir", lambda: str(tmp_path / "for now"))

    found = folder_for("0123")

    assert found.parent.parent == tmp_path / "for now"
    assert capsys.readouterr().err.count(SETTING) == 1
    assert made(found)(2.0) == 4.0


def test_where_nothing_can_be_written_code_is_compiled_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(cache.config, "CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setattr(cache, "_writable", lambda _: False)

    assert made(folder_for("0123"))(2.0) == 4.0
    assert capsys.readouterr().err.count(SETTING) == 1


def test_a_warm_folder_need_not_be_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache.config, "CACHE_DIR", str(tmp_path))
    made(tmp_path / "rules-0123")(2.0)
    monkeypatch.setattr(cache, "_writable", lambda _: False)

    again = made(folder_for("0123"))

    assert again(2.0) == 4.0
    assert sum(again.stats.cache_hits.values()) == 1


def test_caches_of_other_libraries_stay_where_they_are() -> None:
    code = (
        "import numba; before = numba.config.CACHE_DIR; import conducive.model.month; "
        "print(before == numba.config.CACHE_DIR)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "True"
