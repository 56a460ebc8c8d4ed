"""The game: what was chosen is what the model lives, and nothing else; its news, its ending, its file."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from conducive.experiments.cli import app as cli
from conducive.experiments.cli import play as in_terminal
from conducive.experiments.game import ending as looking_back
from conducive.experiments.game import files
from conducive.experiments.game.deck import (
    BY_DECISION,
    BY_ROLE,
    CARRY_ON,
    DECISIONS,
    HAPPENINGS,
    ROLES,
    ROUNDS,
    SEED,
    offered,
    warnings,
)
from conducive.experiments.game.ending import TITLES, ending, road_words, verdict
from conducive.experiments.game.news import diarist, report_of
from conducive.experiments.game.rounds import LAST, Game, life, months_of, scenario, service, standing
from conducive.scenarios.conditions import CONDITIONS
from conducive.scenarios.errors import InputError
from conducive.scenarios.scenario import declared
from conducive.scenarios.timeline import timeline

WIDE = 80
EVERY = [(decision, option) for decision in DECISIONS for option in decision.options]
FULL = Game(SEED, tuple({d.name: d.options[n % 2].name for d in offered(n)} for n in range(1, ROUNDS + 1)))


def months(game: Game, last: int | None = None) -> np.ndarray:
    return months_of(game, [0], last)[0]


def until(round_: int, **choices: str) -> Game:
    """Return a game in which all carried on until a round, and then chose."""
    return Game(SEED, (*({},) * (round_ - 1), {name.replace("_", "-"): value for name, value in choices.items()}))


# ---- The deck ------------------------------------------------------------------------------------------------------


def test_every_role_has_one_or_two_choices_in_every_round() -> None:
    for n in range(1, ROUNDS + 1):
        for role in ROLES:
            assert 1 <= len(offered(n, role.name)) <= 2, (n, role.name)


@pytest.mark.parametrize(("decision", "option"), EVERY, ids=lambda each: each.name)
def test_an_option_changes_inputs_that_the_engine_has_and_says_its_price_and_where_it_comes_from(
    decision: object, option: object
) -> None:
    assert {*option.sets, *option.adds} <= set(declared())  # type: ignore[attr-defined]
    assert option.price  # type: ignore[attr-defined]
    assert option.name != CARRY_ON  # type: ignore[attr-defined]
    known = {condition.paper for condition in CONDITIONS} | {"5"}
    assert set(decision.section.split(", ")) <= known  # type: ignore[attr-defined]


@pytest.mark.parametrize(("decision", "option"), EVERY, ids=lambda each: each.name)
def test_every_option_makes_another_life_from_its_month_on_and_none_before(decision: object, option: object) -> None:
    first = decision.rounds[0]  # type: ignore[attr-defined]
    game = until(first, **{decision.name: option.name})  # type: ignore[attr-defined]
    chose, alone = months(game, LAST), months(game.left_alone(), LAST)

    before = 6 * (first - 1)
    assert chose[:before].tobytes() == alone[:before].tobytes()
    assert chose.tobytes() != alone.tobytes()


# ---- Rounds --------------------------------------------------------------------------------------------------------


def test_a_round_that_is_over_is_lived_again_as_it_was() -> None:
    rows = [months(Game(SEED, FULL.rounds[:n])) for n in range(1, ROUNDS + 1)]

    for shorter, longer in itertools.pairwise(rows):
        assert longer[: len(shorter)].tobytes() == shorter.tobytes()


def test_without_choices_a_game_is_its_scenario_with_what_comes_to_everybody() -> None:
    expected = service().change({"horizon": LAST})
    for happening in HAPPENINGS:
        expected = expected.with_event(happening.month, happening.event)

    assert timeline(scenario(FULL.left_alone())).tobytes() == timeline(expected).tobytes()


def test_what_is_chosen_holds_from_the_first_month_of_its_round_until_the_same_is_answered_otherwise() -> None:
    game = until(1, skills="coach").play({}).play({}).play({"skills": "train"}).play({})
    rows = timeline(scenario(game))
    coaching = dict(zip(rows["month"], rows["coaching"], strict=True))

    assert [coaching[m] for m in (0, 1, 18, 19, 30)] == [0.5, 3.0, 3.0, 0.1, 0.1]


def test_what_an_option_set_alone_goes_back_when_another_takes_its_place() -> None:
    game = until(2, memory="write").play({}).play({}).play({"memory": "sit-with"})
    rows = timeline(scenario(game))
    at = {m: rows[rows["month"] == m][0] for m in (7, 25)}

    assert at[7]["codification"] == 0.85
    assert at[25]["codification"] == service()["learning_and_evaluation.codification"]
    assert at[25]["on_day_job"] == service()["implementation_process.on_day_job"]


def test_what_options_add_comes_on_top_of_what_others_set_and_stays_within_bounds() -> None:
    game = until(1, part="create").play({"voice": "councillors"})
    rows = timeline(scenario(game))

    assert rows[rows["month"] == 7]["participation_depth"][0] == pytest.approx(1.0)
    assert rows[rows["month"] == 7]["mainstreaming"][0] == pytest.approx(0.7)


def test_an_event_of_the_engine_comes_with_its_choice() -> None:
    rows = timeline(scenario(until(4, future="bind")))

    assert rows[rows["month"] == 19]["council_bound"][0] == 0.4
    assert rows[rows["month"] == 18]["council_bound"][0] == -1


def test_everybody_meets_the_same_luck_and_another_seed_is_another() -> None:
    one, other = months(Game(3, ({},))), months(Game(4, ({},)))

    assert one.tobytes() == months(Game(3, ({"skills": CARRY_ON},))).tobytes()
    assert one.tobytes() != other.tobytes()


@pytest.mark.parametrize(
    ("round_", "choices", "words"),
    [
        (1, {"skils": "coach"}, "Did you mean skills or asks?"),
        (1, {"future": "bid"}, "It is asked in rounds 4."),
        (1, {"skills": "pray"}, "skills offers coach, train, carry-on. Got 'pray'."),
        (1, {"skills": ["coach"]}, "skills offers coach, train, carry-on."),
        (1, "coach", "choices must be decisions with an option each"),
    ],
)
def test_what_a_round_does_not_offer_is_refused_in_words(round_: int, choices: object, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        Game(SEED, (*({},) * (round_ - 1), choices))  # type: ignore[arg-type]


def test_a_ninth_round_and_a_bad_seed_are_refused() -> None:
    with pytest.raises(InputError, match="this game is over"):
        FULL.play({})
    with pytest.raises(InputError, match=r"a game has 8 rounds\. Got 9"):
        Game(SEED, ({},) * 9)
    with pytest.raises(InputError, match="seed"):
        Game(-1)


# ---- News ----------------------------------------------------------------------------------------------------------


def test_the_news_of_a_round_are_what_the_life_shows() -> None:
    game = Game(SEED, FULL.rounds[:4])
    told, lived = report_of(game), life(game)
    last, before = lived.monthly[-1], lived.monthly[-7]
    using = round(last["use"] * last["filled_posts"])

    assert told.using[-1] == using
    assert f"{using} of {int(last['filled_posts'])} people use it now" in told.changed[0]
    signs = {role: {sign.label: sign for sign in news.signs} for role, news in told.news.items()}
    assert signs["families"]["Families' wellbeing"].now == f"{last['wellbeing']:.0%}"
    assert signs["families"]["Families' wellbeing"].before == f"{before['wellbeing']:.0%}"
    assert signs["director"]["Grant"].now == "over"
    diary = [f"Month {e.month}: {e.text}" for e in lived.diary(diarist(lived)) if e.month > 18]
    assert list(told.news["practitioners"].lines) == diary[-6:]


def test_each_role_sees_something_of_its_own_and_nobody_sees_the_truth_behind_reports() -> None:
    told = report_of(Game(SEED, FULL.rounds[:2]))

    seen = {role: {sign.label for sign in news.signs} for role, news in told.news.items()}
    assert set(seen) == set(BY_ROLE)
    for role, labels in seen.items():
        others = set().union(*(seen[other] for other in seen if other != role))
        assert labels - others, role
    assert not any("Strain" in label or "use" in label.lower() for label in seen["funder"])


def test_what_a_choice_did_is_told_against_the_same_life_without_it() -> None:
    game = until(2, supervision="contain")
    strain = months(game)[-1]["strain"] - months(game.left_alone())[-1]["strain"]

    told = next(line for line in report_of(game).why if "keep them awake" in line)

    assert strain < -0.02
    assert f"strain {100 * strain:+.1f} points" in told


def test_before_the_first_round_there_is_news_but_nothing_has_changed() -> None:
    told = report_of(Game())

    assert told.month == 0
    assert told.changed == told.why == told.using == ()
    assert all(news.signs or news.lines for news in told.news.values())


# ---- The ending ----------------------------------------------------------------------------------------------------


def test_a_game_that_is_not_over_has_no_ending() -> None:
    with pytest.raises(InputError, match="round 2 is to be played"):
        next(ending(until(1)))


def test_the_ending_holds_a_game_against_the_same_luck_and_its_roads_against_other_luck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looking_back, "TRIED", 2)
    monkeypatch.setattr(looking_back, "WEIGHED", 4)

    first, found = ending(FULL)

    own, alone = (months(game, 60) for game in (FULL, FULL.left_alone()))
    people = own["use_at_fidelity"] * own["filled_posts"]
    assert found.using == tuple(people.tolist())
    assert found.outcomes[0][0] == pytest.approx(people[42:48].mean())
    assert found.outcomes[-1] == (own["cumulative_cost"][47], alone["cumulative_cost"][47])
    assert first == replace(found, roads=None)
    assert found.roads is not None
    for road in found.roads:
        other = months(FULL.without(road.round, road.decision, road.instead), LAST)
        without = (other["use_at_fidelity"] * other["filled_posts"])[42:48].mean()
        assert road.own == pytest.approx(people[42:48].mean() - without)
        assert (road.weighed[1] > 0) == (road.title == TITLES[0])
        assert FULL.rounds[road.round - 1].get(road.decision, CARRY_ON) == road.made
        assert str(road.round) in road_words(road)[0]
    assert "without your choices" in verdict(found)[0]


def test_where_the_choice_that_seemed_best_only_seemed_so_the_next_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = looking_back._turns(FULL)
    seemed, held = [turn for turn in turns if turn.made != CARRY_ON and turn.instead == CARRY_ON][:2]

    def outcome(game: Game, replicates: range) -> np.ndarray:
        """Let two choices gain in the lives that are tried, the better one of them in no others."""
        gain = 1.0 if game == held.game else 0.0
        if game == seemed.game:
            gain = 2.0 if replicates.start == 0 else -1.0
        return np.full(len(replicates), -gain)

    monkeypatch.setattr(looking_back, "_outcome", outcome)

    *_, found = ending(FULL)

    assert found.roads is not None
    assert [(road.title, road.round, road.decision) for road in found.roads] == [(TITLES[0], held.round, held.decision)]


def test_a_game_in_which_all_carried_on_is_itself_without_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_back, "TRIED", 2)
    monkeypatch.setattr(looking_back, "WEIGHED", 2)

    *_, found = ending(Game(SEED, ({},) * ROUNDS))

    assert found.using == found.alone
    assert found.weighed == (0, 0, 0)
    assert {road.title for road in found.roads or ()} <= {"The road not taken"}


# ---- Files ---------------------------------------------------------------------------------------------------------


def test_a_finished_game_replays_to_the_bit_from_its_file(tmp_path: Path) -> None:
    files.keep(FULL, tmp_path / "game.toml")

    game, note = files.load(tmp_path / "game.toml")

    assert game == FULL
    assert note == ""
    assert months(game, 60).tobytes() == months(FULL, 60).tobytes()
    assert [path.name for path in tmp_path.iterdir()] == ["game.toml"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_game_that_an_editor_saved_in_another_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "game.toml").write_text(files.to_text(FULL), encoding)

    assert files.load(tmp_path / "game.toml") == (FULL, "")


def test_a_file_whose_choices_were_changed_is_played_and_said_to_be_another() -> None:
    text = files.to_text(FULL).replace('skills = "coach"', 'skills = "train"', 1)

    game, note = files.from_text(text)

    assert game != FULL
    assert "does not lead to the life that it names" in note


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not = [toml", "is no game"),
        ("", "it must say game"),
        ('game = "chess"', "Got 'chess'"),
        ('game = "keep-it-alive"\nlives = 9', "'lives', which is nothing that a game has"),
        ('game = "keep-it-alive"\nround = 3', "must each stand under [[round]]"),
        ('game = "keep-it-alive"\nseed = "x"', "seed"),
        ('game = "keep-it-alive"\n[[round]]\nskills = 3', "Got '3'"),
    ],
)
def test_a_file_that_is_no_game_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        files.from_text(text)


def test_a_file_too_large_to_be_a_game_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "large.toml").write_text("#" * (files.LARGEST + 1), "utf-8")

    with pytest.raises(InputError, match="larger than any"):
        files.load(tmp_path / "large.toml")


# ---- In the terminal -----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(looking_back, "TRIED", 2)
    monkeypatch.setattr(looking_back, "WEIGHED", 2)
    return tmp_path


def play(*arguments: str, answers: str = "") -> Result:
    return CliRunner().invoke(cli.app, ["play", *arguments], input=answers, prog_name="conducive")


def test_a_game_can_be_played_in_the_terminal_alone_and_fits_eighty_columns(folder: Path) -> None:
    answers = "".join(f"{n % 3 + 1}\n" for n in range(sum(len(offered(n)) for n in range(1, ROUNDS + 1))))

    done = play(answers=answers)

    assert done.exit_code == 0, done.output
    assert max(len(line) for line in done.stdout.splitlines()) <= WIDE
    for words in ("Round 8 of 8", warnings(3)[0][:40], "How it ended", "What the paper says", "section 4.3"):
        assert words in done.stdout
    game, note = files.load(folder / "keep-it-alive.toml")
    assert (game.over, note) == (True, "")
    again = play()
    assert again.exit_code == 0
    assert again.stdout.endswith(done.stdout[done.stdout.index("How it ended") :])


def test_a_role_alone_is_asked_its_own_and_the_others_carry_on(folder: Path) -> None:
    done = play("--role", "families", answers="1\n" * ROUNDS)

    assert done.exit_code == 0, done.output
    game, _ = files.load(folder / "keep-it-alive.toml")
    assert {name for choices in game.rounds for name in choices} == {"part", "voice"}


def test_answers_that_end_early_are_said_and_the_game_goes_on_from_its_file(folder: Path) -> None:
    done = play("mine.toml", "--role", "funder", answers="2\n1\n")

    assert done.exit_code == 2
    assert "the answers ended in round 3 of 8. Rounds that were played are kept in mine.toml" in done.stderr
    assert len(files.load(folder / "mine.toml")[0].rounds) == 2
    more = play("mine.toml", "--role", "funder", answers="1\n" * 7)
    assert more.exit_code == 0, more.output
    assert "Round 3 of 8" in more.stdout
    assert "Round 2 of 8" not in more.stdout


def test_a_player_who_stops_is_told_how_to_go_on(folder: Path) -> None:
    done = play("--role", "funder", answers="1\nq\n")

    assert done.exit_code == 130
    assert "stopped in round 2 of 8" in done.stderr
    assert "conducive play keep-it-alive.toml" in done.stderr


def test_an_answer_that_is_not_offered_is_asked_again(folder: Path) -> None:
    done = play("--role", "funder", answers="7\nnone\n\nreturns\n")

    assert done.stdout.count("Please answer with a number, 1 to 3.") == 3
    assert "Got 'returns'" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--role", "directer"), "Did you mean director?"),
        (("--seed", "-1"), "seed"),
        (("missing/game.toml",), "cannot be kept in missing/game.toml"),
    ],
)
def test_bad_input_is_refused_in_a_line_and_nothing_is_written(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = play(*arguments)

    assert done.exit_code == 2
    assert done.stderr.startswith("conducive: ")
    assert words in done.stderr
    assert list(folder.rglob("*.toml")) == []


def test_another_seed_than_the_files_is_refused(folder: Path) -> None:
    files.keep(Game(5), folder / "keep-it-alive.toml")

    done = play("--seed", "6")

    assert done.exit_code == 2
    assert "is a game with seed 5. Got 6." in done.stderr


def test_options_that_stand_are_shown_where_it_is_asked_again() -> None:
    game = until(1, skills="coach").play({}).play({})

    shown = in_terminal.text.decision_text(BY_DECISION["skills"], standing(game, 4)["skills"])

    assert "What stands: A short course" in shown
