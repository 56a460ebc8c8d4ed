"""Games in the file of classes: rounds close once, roles are held once, nothing is lost and nobody else is let in."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from conducive.dashboards.game.table import checked_choices
from conducive.dashboards.store.classes import Store
from conducive.dashboards.store.file import FILE
from conducive.dashboards.store.games import Games, waiting_for
from conducive.experiments.game.deck import CARRY_ON, ROLES, ROUNDS, SEED, offered
from conducive.experiments.game.rounds import Game
from conducive.scenarios.errors import InputError

HOST = "the browser of whoever opened it"


@pytest.fixture
def kept(tmp_path: Path) -> Games:
    return Games(tmp_path)


def joined(kept: Games, code: str, *names: str) -> None:
    for name in names:
        kept.enter(code, name, name)


def everything(round_: int, role: str = "", nth: int = 0) -> dict[str, str]:
    return {d.name: d.options[nth].name for d in offered(round_, role)}


def refused(words: str, act: Callable[..., Any], *arguments: Any, **more: Any) -> None:
    with pytest.raises(InputError, match=words):
        act(*arguments, **more)


# ---- Rounds --------------------------------------------------------------------------------------------------------


def test_a_round_closes_once_every_team_has_chosen_everything(kept: Games) -> None:
    code = kept.open_game(HOST, teams=2)
    joined(kept, code, "Ann", "Bob")

    said = kept.choose(code, 1, everything(1), "Ann")
    waits = kept.table(code, HOST)
    closed = kept.choose(code, 1, everything(1, nth=1), "Bob")

    assert said == "Kept. You may change it until the round closes."
    assert (waits.round, waiting_for(waits, 1)) == (1, "")
    assert waiting_for(waits, 2).endswith("practitioners and families: for anybody.")
    assert closed == "Kept. All have chosen: round 1 has closed."
    table = kept.table(code, "Ann")
    assert table.round == 2
    assert table.games == (Game(SEED, (everything(1),)), Game(SEED, (everything(1, nth=1),)))


def test_whoever_opened_a_game_can_close_a_round_once_and_what_nobody_chose_carries_on(kept: Games) -> None:
    code = kept.open_game(HOST)
    joined(kept, code, "Ann")
    kept.choose(code, 1, {"skills": "coach"}, "Ann")

    kept.close_round(code, 1, HOST)
    kept.close_round(code, 1, HOST)

    table = kept.table(code, HOST)
    assert table.round == 2
    assert table.games == (Game(SEED, ({"skills": "coach"},)),)


def test_a_game_ends_after_eight_rounds_and_is_the_game_that_was_chosen(kept: Games) -> None:
    code = kept.open_game(HOST, solo=True, seed=7)
    joined(kept, code, "Ann")
    for n in range(1, ROUNDS + 1):
        kept.choose(code, n, everything(n, nth=n % 2), "Ann")

    table = kept.table(code, "Ann")

    assert table.over
    assert table.games == (Game(7, tuple(everything(n, nth=n % 2) for n in range(1, ROUNDS + 1))),)
    refused("came too late: the game is over", kept.choose, code, 8, everything(8), "Ann")


def test_a_choice_that_is_late_twice_or_not_offered_gets_a_clear_word(kept: Games) -> None:
    code = kept.open_game(HOST, teams=2)
    joined(kept, code, "Ann", "Bob")
    kept.choose(code, 1, {"skills": "coach"}, "Ann")

    assert kept.choose(code, 1, {"skills": "coach"}, "Ann") == "That is kept already."
    assert kept.choose(code, 1, {"skills": "train"}, "Ann") == "Changed and kept."
    refused("It is asked in rounds 4", kept.choose, code, 1, {"future": "bid"}, "Ann")
    refused("skills offers coach, train, carry-on", kept.choose, code, 1, {"skills": "pray"}, "Ann")
    refused("round 3 has closed, and your choice came too late: round 1", kept.choose, code, 3, {}, "Ann")
    kept.close_round(code, 1, HOST)
    refused("round 1 has closed, and your choice came too late: round 2 is open now", kept.choose, code, 1,
            {"skills": "coach"}, "Ann")  # fmt: skip
    assert kept.table(code, "Ann").games[0] == Game(SEED, ({"skills": "train"},))


@pytest.mark.parametrize(
    "sent",
    [None, 3, {}, {"round": 1}, {"round": True, "choices": {"a": "b"}}, {"round": 1, "choices": {"a": 3}},
     {"round": 1, "choices": []}, {"round": 1, "choices": {}}],
)  # fmt: skip
def test_what_a_browser_sends_is_a_choice_or_is_refused(sent: object) -> None:
    refused("that is no choice", checked_choices, sent)


def test_many_who_choose_at_once_close_each_round_once_and_lose_nothing(kept: Games) -> None:
    code = kept.open_game(HOST)
    names = [role.title for role in ROLES]
    joined(kept, code, *names)
    for role in ROLES:
        kept.take(code, role.name, role.title)
    with ThreadPoolExecutor(10) as pool:
        for n in range(1, ROUNDS + 1):
            list(pool.map(lambda role, n=n: kept.choose(code, n, everything(n, role.name), role.title), ROLES))

    table = kept.table(code, HOST)
    assert table.over
    assert table.games == (Game(SEED, tuple(everything(n) for n in range(1, ROUNDS + 1))),)


def test_a_team_does_not_see_what_another_chooses(kept: Games) -> None:
    code = kept.open_game(HOST, teams=2)
    joined(kept, code, "Ann", "Bob")

    kept.choose(code, 1, {"skills": "coach"}, "Ann")

    assert kept.table(code, "Bob").chosen == ({}, {})
    assert kept.table(code, "Ann").chosen == kept.table(code, HOST).chosen == ({"skills": "coach"}, {})


# ---- A vote --------------------------------------------------------------------------------------------------------


def test_in_a_vote_the_most_decide_and_of_equals_the_one_named_first(kept: Games) -> None:
    code = kept.open_game(HOST, vote=True)
    joined(kept, code, "Ann", "Bob", "Cat", "Dan")
    votes = {
        "Ann": {"skills": "coach", "part": "comment", "asks": CARRY_ON},
        "Bob": {"skills": "coach", "part": "create", "asks": "stories"},
        "Cat": {"skills": "train", "part": "comment", "asks": CARRY_ON},
        "Dan": {"skills": CARRY_ON, "part": "create", "asks": "stories"},
    }
    for name, cast in votes.items():
        kept.choose(code, 1, {"families-pay": CARRY_ON, "craft": "manual", **cast}, name)

    table = kept.table(code, HOST)

    assert table.round == 2
    assert table.games[0].rounds == ({"skills": "coach", "craft": "manual", "part": "create", "asks": "stories"},)


def test_a_vote_is_seen_by_its_voter_alone_and_waits_for_those_who_have_not_voted(kept: Games) -> None:
    code = kept.open_game(HOST, vote=True)
    joined(kept, code, "Ann", "Bob")
    kept.choose(code, 1, everything(1), "Ann")

    assert kept.table(code, "Ann").chosen == (everything(1),)
    assert kept.table(code, "Bob").chosen == ({},)
    assert waiting_for(kept.table(code, HOST), 1) == "Still to vote: Bob."
    refused("no role", kept.take, code, "director", "Ann")


# ---- Roles and teams -----------------------------------------------------------------------------------------------


def test_a_role_is_held_by_one_and_its_choices_are_theirs(kept: Games) -> None:
    code = kept.open_game(HOST)
    joined(kept, code, "Ann", "Bob")
    kept.take(code, "director", "Ann")

    refused("Ann is the director of your team already", kept.take, code, "director", "Bob")
    refused("this choice is that of the director, Ann", kept.choose, code, 1, {"families-pay": "pay"}, "Bob")
    refused("no role 'king'", kept.take, code, "king", "Bob")
    kept.take(code, "director", "Ann")
    kept.choose(code, 1, {"skills": "coach"}, "Bob")
    kept.give_back(code, "director", "Bob")

    table = kept.table(code, "Bob")
    assert table.holder(1, "director").name == "Ann"  # type: ignore[union-attr]
    assert table.chosen == ({"skills": "coach"},)


def test_the_role_of_a_player_who_leaves_falls_to_the_team_and_what_they_chose_stands(kept: Games) -> None:
    code = kept.open_game(HOST)
    joined(kept, code, "Ann", "Bob")
    kept.take(code, "director", "Ann")
    kept.choose(code, 1, {"families-pay": "pay"}, "Ann")

    kept.leave(code, "Ann")

    table = kept.table(code, "Bob")
    assert table.holder(1, "director") is None
    assert table.chosen == ({"families-pay": "pay"},)
    assert kept.choose(code, 1, {"families-pay": "ask-only"}, "Bob") == "Changed and kept."
    assert kept.table(code, "Ann").me is None
    refused("you are not in this game, or no longer", kept.choose, code, 1, {"skills": "coach"}, "Ann")


def test_when_the_last_one_awaited_leaves_the_round_closes(kept: Games) -> None:
    code = kept.open_game(HOST, vote=True)
    joined(kept, code, "Ann", "Bob")
    kept.choose(code, 1, everything(1), "Ann")

    kept.take_out(code, kept.table(code, "Bob").me.key, HOST)  # type: ignore[union-attr]

    assert kept.table(code, "Ann").round == 2


def test_players_go_to_the_smallest_team_and_roles_stay_where_they_were_held(kept: Games) -> None:
    code = kept.open_game(HOST, teams=3)
    joined(kept, code, "Ann", "Bob", "Cat", "Dan")
    kept.take(code, "funder", "Bob")

    kept.move(code, 1, "Bob")

    table = kept.table(code, "Bob")
    assert [player.team for player in table.players] == [1, 1, 3, 1]
    assert table.holder(1, "funder") is table.holder(2, "funder") is None
    refused("3 teams. Got .4.", kept.move, code, 4, "Bob")
    refused("1 to 6 teams", kept.open_game, HOST, teams=7)
    refused("seed", kept.open_game, HOST, seed=-1)


# ---- Who is let in -------------------------------------------------------------------------------------------------


def test_wrong_codes_names_and_keys_get_a_clear_word(kept: Games) -> None:
    lesson, _ = kept.open_class("coproduction")
    code = kept.open_game(HOST)
    joined(kept, code, "Ann")

    refused("No class has this code", kept.enter, "ZZZZZZ", "Ann", "x")
    refused("is of a lesson, and not of a game", kept.enter, lesson, "Ann", "x")
    refused("'ann' has joined already", kept.enter, code, "ann", "x")
    refused("at most 40 characters", kept.enter, code, "A" * 500, "x")
    refused("give your group a name", kept.enter, code, "\u200b \u202e", "x")
    refused("No group has this key", kept.come_back, "ZZZZZZZZ", "x")
    refused("there is no game with this code", kept.table, "ZZZZZZ", "x")
    refused("there is no game with this code", kept.table, lesson, HOST)
    kept.enter(code.lower(), "<b>Bob</b>", "x")
    assert [player.name for player in kept.table(code, HOST).players] == ["Ann", "<b>Bob</b>"]


def test_only_whoever_opened_a_game_can_close_take_out_and_end(kept: Games) -> None:
    code, other = kept.open_game(HOST), kept.open_game("another")
    joined(kept, code, "Ann")
    key = kept.table(code, "Ann").me.key  # type: ignore[union-attr]

    for act in (
        lambda who: kept.close_round(code, 1, who),
        lambda who: kept.take_out(code, key, who),
        lambda who: kept.end_game(code, who),
        lambda who: kept.new_key(code, who),
    ):
        for who in ("Ann", "another", ""):
            refused("only whoever opened this game", act, who)
    assert not kept.table(code, "another").host
    kept.end_game(code, HOST)
    refused("no game with this code", kept.table, code, "Ann")
    assert kept.table(other, "another").host


def test_two_who_opened_it_and_a_player_on_two_devices_see_one_game(kept: Games) -> None:
    code = kept.open_game(HOST)
    joined(kept, code, "Ann")
    teachers, players = kept.new_key(code, HOST), kept.table(code, "Ann").me.key  # type: ignore[union-attr]

    assert kept.come_back(teachers, "second") == kept.come_back(players.lower(), "Ann's phone") == code

    assert kept.table(code, "second").host
    assert kept.table(code, "Ann's phone") == kept.table(code, "Ann")
    newer = kept.new_key(code, "second")
    refused("No class has this teacher's key", kept.come_back, teachers, "third")
    assert kept.come_back(newer, "third") == code


def test_a_browser_that_joined_the_class_of_a_game_elsewhere_is_seated_by_its_keys(kept: Games) -> None:
    code, other = kept.open_game(HOST), kept.open_game(HOST)
    key = kept.join(code, "Ann")

    kept.recognise(code, "phone", ["", "NONSENSE", key])
    kept.recognise(code, "phone", [key])
    kept.recognise(other, "phone", [key])

    assert kept.table(code, "phone").me.name == "Ann"  # type: ignore[union-attr]
    assert kept.table(other, "phone").me is None
    assert kept.games_of("phone") == [code]


def test_entering_twice_from_one_browser_is_entering_once(kept: Games) -> None:
    code = kept.open_game(HOST)

    assert kept.enter(code, "Ann", "x") == kept.enter(code, "Bob", "x") == code

    assert [player.name for player in kept.table(code, "x").players] == ["Ann"]


# ---- The file ------------------------------------------------------------------------------------------------------


def test_sessions_and_keys_of_whoever_opened_it_are_not_in_the_file(kept: Games, tmp_path: Path) -> None:
    code = kept.open_game(HOST)
    key = kept.new_key(code, HOST)

    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert HOST.encode() not in content
    assert key.encode() not in content


def test_games_come_into_a_file_of_classes_that_is_there_already(tmp_path: Path) -> None:
    classes = Store(tmp_path)
    code, teacher = classes.open_class("coproduction")

    kept = Games(tmp_path)

    kept.open_game(HOST)
    assert classes.classroom(teacher).code == kept.classroom(teacher).code == code


def test_a_server_killed_in_a_round_goes_on_in_the_same_round(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from conducive.dashboards.store.games import Games\n"
        "kept = Games(Path(sys.argv[1])); code = kept.open_game('host'); kept.enter(code, 'Ann', 'Ann')\n"
        "kept.choose(code, 1, {'skills': 'coach'}, 'Ann'); kept.close_round(code, 1, 'host')\n"
        "kept.choose(code, 2, {'drive': 'push'}, 'Ann'); print(code, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        code = server.stdout.readline().strip()
        server.send_signal(signal.SIGKILL)

    table = Games(tmp_path).table(code, "Ann")

    assert (table.round, table.chosen) == (2, ({"drive": "push"},))
    assert table.games == (Game(SEED, ({"skills": "coach"},)),)
    with sqlite3.connect(tmp_path / FILE) as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
