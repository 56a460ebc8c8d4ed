"""Rules of the user's own take the place of rules of the same name: among their names, in every process, on record."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from conducive.agents import practitioner
from conducive.agents.own import SETTING, read_rules, use_rules
from conducive.scenarios.errors import InputError

MINE = '''
"""Simple contagion."""
import math
from conducive.agents.practitioner import CERTAIN
from conducive.agents.rule import rule

ONE = math.exp(0.0)

@rule
def pull(exposure: float, threshold: float, steepness: float) -> float:
    """Each user counts the same."""
    return min(CERTAIN, ONE * exposure / threshold) if exposure > 0.0 else 0.0
'''
ASK = """
import json, sys
import conducive as cz
from conducive.agents import practitioner
from conducive.agents.rule import CACHE
from conducive.experiments.folders.folder import made_by
from conducive.experiments.folders.identity import run_identity
asked = cz.load_scenario("classroom").change({"horizon": 40, "warm_up": 6, "organisation.posts": 24})
record = made_by({"kind": "run", "rules": "", "plausible_sets": "none", "seed": 0}, "")
found = cz.run(asked, 1, agents=False)
print(json.dumps([practitioner.pull(0.2, 0.4, 3.0), CACHE.name, record.get("own_rules"), found.values("use").tolist()]))
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(MINE, "utf-8")
    return tmp_path / "mine.py"


def asked(rules: Path | None) -> list[object]:
    """Return what a fresh Python, with rules of its own or without, says; uncompiled, which is the same source."""
    chosen = {SETTING: str(rules)} if rules else {}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, **chosen, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[object] = json.loads(done.stdout)
    return found


@cache
def asked_of_the_model() -> list[object]:
    return asked(None)


def test_a_rule_of_ones_own_takes_the_place_of_the_models_and_stands_in_every_record(mine: Path) -> None:
    pull, cache, record, use = asked(mine)
    theirs = asked_of_the_model()

    assert pull == 0.5
    assert theirs[0] == practitioner.pull(0.2, 0.4, 3.0) == pytest.approx(0.125)
    assert cache != theirs[1]
    assert record == {"file": str(mine), "source": MINE}
    assert theirs[2] is None
    assert use != theirs[3]


def test_only_what_is_replaced_changes(mine: Path) -> None:
    text = MINE.split("def pull", maxsplit=1)[0] + "def pull(exposure, threshold, steepness):\n"
    text += "    if exposure <= 0.0:\n        return 0.0\n    if threshold <= 0.0:\n        return CERTAIN\n"
    mine.write_text(text + "    return min(CERTAIN, (exposure / threshold) ** steepness)\n", "utf-8")

    assert asked(mine)[3] == asked_of_the_model()[3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MINE.replace("def pull", "def pul"), r"mine\.py, line 10: pul is no rule of the model\. Did you mean pull"),
        (MINE.replace("steepness: float", "slope: float"), r"pull must take \(exposure, threshold, steepness\)\. Got"),
        (MINE.replace("steepness: float", "steepness: float, *more"), r"pull must take \(exposure, threshold, steep"),
        ("def clip(x):\n    return x\n", "clip is a form that all rules are made of"),
        ("def leaving_chance(rate):\n    return rate\n", r"leaving_chance must take \(leader_tenure, .+\) or \("),
        ("X = 1\n", "has no function, so it replaces no rule"),
        ("def pull(:\n", r"is not valid Python \(line 1"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_is_wrong_in_it(mine: Path, text: str | bytes | None, words: str) -> None:
    if text is None:
        mine.unlink()
    else:
        mine.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(InputError, match=words):
        read_rules(mine)


def test_rules_cannot_be_changed_when_the_model_is_loaded(mine: Path) -> None:
    with pytest.raises(InputError, match="before the model is first used"):
        use_rules(mine)


def test_the_command_says_which_rules_are_not_the_models_and_refuses_what_it_cannot_use(mine: Path) -> None:
    def conducive(*arguments: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "conducive", *arguments]
        return subprocess.run(line, capture_output=True, text=True, check=False)

    assert f"Rules of your own, from {mine}: pull." in conducive("--rules", str(mine), "version").stderr
    mine.write_text("def pul():\n    return 1\n", "utf-8")
    refused = conducive("--rules", str(mine), "version")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "Did you mean pull?" in refused.stderr
