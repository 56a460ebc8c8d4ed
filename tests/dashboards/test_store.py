"""What classes leave behind: nothing is lost, nothing is let in that should not be, and nothing else is touched."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conducive.dashboards.store import classes as kept
from conducive.dashboards.store import codes, file, tries
from conducive.dashboards.store.classes import Change, Held, Store, TakenOutError, checked_name
from conducive.dashboards.store.codes import shown, typed
from conducive.scenarios.errors import InputError

PREDICTION = {"points": [0.0] * 11, "choice": 0, "picks": [], "because": "it just does"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_a_group_joins_with_a_code_and_comes_back_with_its_key(store: Store) -> None:
    code, _ = store.open_class("coproduction")

    key = store.join(f" {code[:3].lower()}-{code[3:]} ", "  The   Owls ")

    seat = store.seat(key.lower())
    assert (seat.name, seat.code, seat.lesson) == ("The Owls", code, "coproduction")
    assert seat.held
    assert seat.prediction is None


def test_a_prediction_may_be_changed_until_results_are_seen(store: Store) -> None:
    code, teacher = store.open_class("coproduction")
    key = store.join(code, "Owls")
    store.predict(key, PREDICTION)
    store.predict(key, PREDICTION | {"choice": 1})
    store.hold(teacher, held=False)

    seat = store.reveal(key)

    assert seat.prediction == PREDICTION | {"choice": 1}
    with pytest.raises(InputError, match="stands as it was"):
        store.predict(key, PREDICTION)
    assert store.seat(key).prediction == PREDICTION | {"choice": 1}


def test_a_second_try_is_kept_once_results_are_seen_and_changes_nothing_else(store: Store) -> None:
    code, teacher = store.open_class("conducive-zone")
    key = store.join(code, "Owls")
    store.predict(key, PREDICTION)
    store.hold(teacher, held=False)
    with pytest.raises(InputError, match="first picks"):
        store.try_again(key, ["finance"])

    before = store.reveal(key)
    store.try_again(key, ["finance", "leadership"])
    store.try_again(key, ["coproduction", "leadership"])

    assert store.seat(key).again == ("coproduction", "leadership")
    assert store.classroom(teacher).seats[0].again == ("coproduction", "leadership")
    assert (store.seat(key).prediction, store.seat(key).explained) == (before.prediction, before.explained)


def test_results_stay_closed_until_the_teacher_opens_them_and_the_group_has_predicted(store: Store) -> None:
    code, teacher = store.open_class("coproduction")
    key = store.join(code, "Owls")
    store.predict(key, PREDICTION)

    with pytest.raises(InputError, match="has not opened"):
        store.reveal(key)

    store.hold(teacher, held=False)
    late = store.join(code, "Late")
    with pytest.raises(InputError, match="predict first"):
        store.reveal(late)
    assert store.reveal(key).revealed


def test_a_teacher_sees_every_group_in_the_order_of_joining(store: Store) -> None:
    code, teacher = store.open_class("coproduction")
    other, _ = store.open_class("coproduction")
    keys = [store.join(code, name) for name in ("Zebras", "Ants")]
    store.join(other, "Strangers")
    store.predict(keys[1], PREDICTION)
    store.explain(keys[1], 2, "because of the money")

    room = store.classroom(shown(teacher).lower())

    assert [seat.name for seat in room.seats] == ["Zebras", "Ants"]
    assert room.seats[0].prediction is None
    assert room.seats[1].prediction == PREDICTION
    assert room.seats[1].explained == {2: "because of the money"}


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    first = Store(tmp_path)
    code, teacher = first.open_class("coproduction")
    key = first.join(code, "Owls")
    first.predict(key, PREDICTION)
    first.keep_outcome("coproduction", {"best": 1})

    again = Store(tmp_path)

    assert again.classroom(teacher).seats == first.classroom(teacher).seats
    assert again.seat(key).prediction == PREDICTION
    assert again.outcome("coproduction") == {"best": 1}


WRITER = """
import sys
from pathlib import Path
from conducive.dashboards.store.classes import Store
store = Store(Path(sys.argv[1]))
code, teacher = store.open_class("coproduction")
key = store.join(code, "Owls")
print(code, teacher, key, flush=True)
for n in range(1_000_000):
    store.explain(key, 0, f"answer {n}")
    print(n, flush=True)
"""


def test_a_server_killed_while_it_writes_keeps_all_it_said_it_kept(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        _, teacher, key = server.stdout.readline().split()
        for _ in range(20):
            said = server.stdout.readline()
        server.kill()
        said = (server.stdout.read().splitlines() or [said])[-1] or said
    assert server.returncode == -signal.SIGKILL

    again = Store(tmp_path)

    (seat,) = again.classroom(teacher).seats
    assert int(seat.explained[0].removeprefix("answer ")) >= int(said)
    again.predict(key, PREDICTION)
    assert again._open.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_thirty_groups_that_write_at_once_lose_nothing(store: Store) -> None:
    code, teacher = store.open_class("coproduction")

    def take_part(n: int) -> str:
        key = store.join(code, f"Group {n}")
        for turn in range(5):
            store.predict(key, PREDICTION | {"because": f"{n}:{turn}"})
        store.explain(key, 1, f"explained by {n}")
        return key

    with ThreadPoolExecutor(30) as pool:
        keys = list(pool.map(take_part, range(30)))

    seats = {seat.key: seat for seat in store.classroom(teacher).seats}
    assert len(seats) == 30
    for n, key in enumerate(keys):
        assert seats[key].prediction is not None
        assert seats[key].prediction["because"] == f"{n}:4"  # type: ignore[index]
        assert seats[key].explained == {1: f"explained by {n}"}


@pytest.mark.parametrize("twin", ["Owls", "OWLS", " owls ", "Owls\u200b", "\u202eOwls", "\uff2f\uff57\uff4c\uff53"])
def test_two_groups_never_look_alike(store: Store, twin: str) -> None:
    code, _ = store.open_class("coproduction")
    store.join(code, "Owls")

    with pytest.raises(InputError, match="has joined already"):
        store.join(code, twin)


def test_a_name_with_markup_is_a_name_like_any_other(store: Store) -> None:
    code, teacher = store.open_class("coproduction")
    name = "<b onclick=alert(1)>x</b>'; DROP TABLE"

    store.join(code, name)

    assert store.classroom(teacher).seats[0].name == name


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "\u200b", "x" * 41, "x" * 1_000_000])
def test_names_that_say_nothing_or_too_much_are_refused(store: Store, name: str) -> None:
    code, teacher = store.open_class("coproduction")

    with pytest.raises(InputError, match=r"name"):
        store.join(code, name)

    assert not store.classroom(teacher).seats


def test_line_breaks_in_a_name_become_spaces() -> None:
    assert checked_name("a\r\n  b\tc") == "a b c"


def test_wrong_codes_are_refused_and_after_too_many_right_ones_too(store: Store) -> None:
    code, teacher = store.open_class("coproduction")
    for n in range(tries.TRIES):
        with pytest.raises(InputError, match="No class has this code"):
            store.join(f"WRONG{n}", "Owls", visitor="mallory")

    with pytest.raises(InputError, match="too many wrong codes"):
        store.join(code, "Owls", visitor="mallory")
    with pytest.raises(InputError, match="too many wrong codes"):
        store.classroom(teacher, visitor="mallory")

    assert store.seat(store.join(code, "Owls", visitor="somebody else"))


def test_a_visitor_who_waits_may_try_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _ = store.open_class("coproduction")
    for _ in range(tries.TRIES):
        with pytest.raises(InputError):
            store.seat("NOTTHERE", visitor="forgetful")

    later = kept.time.monotonic() + tries.MINUTE + 1
    monkeypatch.setattr(kept.time, "monotonic", lambda: later)

    assert store.join(code, "Owls", visitor="forgetful")


@pytest.mark.parametrize("wrong", ["", "x", "../../etc/passwd", "%00", "A" * 100_000, "'; DROP TABLE class; --", "ÄÖÜ"])
def test_no_code_reaches_further_than_a_lookup(store: Store, tmp_path: Path, wrong: str) -> None:
    before = sorted(path.name for path in tmp_path.parent.iterdir())

    for enter in (store.seat, store.classroom, lambda code: store.join(code, "Owls")):
        with pytest.raises(InputError, match="No "):
            enter(wrong)

    assert sorted(path.name for path in tmp_path.parent.iterdir()) == before
    assert {path.name.split("-")[0] for path in tmp_path.iterdir()} == {file.FILE}


def test_a_group_key_opens_no_teachers_page_and_the_other_way_round(store: Store) -> None:
    code, teacher = store.open_class("coproduction")
    key = store.join(code, "Owls")

    for wrong in (key, code):
        with pytest.raises(InputError, match="teacher's key"):
            store.classroom(wrong)
    with pytest.raises(InputError, match="No group"):
        store.seat(teacher)


def test_a_teachers_key_is_not_in_the_file(store: Store) -> None:
    _, teacher = store.open_class("coproduction")

    rows = sqlite3.connect(store.path).execute("SELECT * FROM class").fetchall()

    assert teacher not in str(rows)


def test_a_class_that_ends_takes_its_answers_with_it(store: Store) -> None:
    code, teacher = store.open_class("coproduction")
    key = store.join(code, "Owls")
    store.predict(key, PREDICTION)

    store.end_class(teacher)

    with pytest.raises(InputError, match="this class has ended"):
        store.predict(key, PREDICTION)
    assert store._open.execute("SELECT count(*) FROM answer").fetchone()[0] == 0


def test_a_teacher_may_take_out_a_group_of_their_own_class_only(store: Store) -> None:
    code, teacher = store.open_class("coproduction")
    _, stranger = store.open_class("coproduction")
    key = store.join(code, "Rude")

    store.remove(stranger, key)
    assert store.seat(key)

    store.predict(key, PREDICTION)
    store.remove(teacher, key)

    assert not store.classroom(teacher).seats
    assert not store.room(code).groups
    assert not store.held([key])
    for act in (store.seat, store.reveal, lambda key: store.predict(key, PREDICTION)):
        with pytest.raises(TakenOutError, match="taken this group out"):
            act(key)
    assert store._open.execute("SELECT count(*) FROM answer").fetchone()[0] == 0
    assert store.seat(store.join(code, "Rude")).prediction is None


def test_there_are_only_so_many_groups_and_classes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_GROUPS", 2)
    monkeypatch.setattr(kept, "MOST_CLASSES", 3)
    code, _ = store.open_class("coproduction")
    for name in ("a", "b"):
        store.join(code, name)

    with pytest.raises(InputError, match="2 groups already"):
        store.join(code, "c")

    alone, _ = store.open_class("coproduction", solo=True)
    store.open_class("coproduction")
    newest, _ = store.open_class("coproduction")
    with pytest.raises(InputError, match="No class"):
        store.join(alone, "gone to make room")
    assert store.join(newest, "here")
    with pytest.raises(InputError, match="3 classes already"):
        store.open_class("coproduction")


def test_classes_that_nobody_joins_make_room_for_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_CLASSES", 2)
    used, _ = store.open_class("coproduction")
    store.join(used, "Owls")
    idle, _ = store.open_class("coproduction")
    store._open.execute("UPDATE class SET touched = touched - 4000")

    store.open_class("coproduction")

    assert store.join(used, "Bees")
    with pytest.raises(InputError, match="No class"):
        store.join(idle, "Bees")


def test_nobody_opens_classes_without_end(store: Store) -> None:
    for _ in range(kept.OPENED):
        store.open_class("coproduction", visitor="prankster")

    with pytest.raises(InputError, match="Wait a little"):
        store.open_class("coproduction", visitor="prankster")


def test_what_is_kept_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "MOST_OUTCOMES", 2)
    code, _ = store.open_class("coproduction")
    key = store.join(code, "Owls")

    with pytest.raises(InputError, match="too long"):
        store.explain(key, 0, "x" * file.MOST_BYTES)

    for name in "abc":
        store.keep_outcome(name, {"best": name})
    assert [store.outcome(name) for name in "abc"] == [None, {"best": "b"}, {"best": "c"}]


def test_a_folder_that_cannot_be_used_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / file.FILE).write_bytes(b"not a database, and long enough to be read as one" * 50)

    for folder in ("file", "broken"):
        with pytest.raises(InputError, match="--data"):
            Store(tmp_path / folder)


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store._open.execute(f"PRAGMA user_version = {file.VERSION + 1}")

    with pytest.raises(InputError, match=f"version {file.VERSION + 1}"):
        Store(tmp_path)


def test_codes_are_easy_to_read_out() -> None:
    code = codes.new_code(codes.CLASS_CODE)

    assert typed(shown(code).lower(), codes.CLASS_CODE) == code
    assert not set(code) & set("01IO")


# ---- One code, keys in a browser, several devices --------------------------------------------------------------------


def test_a_class_has_the_code_that_is_asked_for_unless_another_has_it(store: Store) -> None:
    first, teacher = store.open_class("coproduction", code="OWLS2026")
    second, _ = store.open_class("coproduction", code="OWLS2026")
    alone, _ = store.open_class("coproduction", solo=True)

    assert first == "OWLS2026"
    assert len(second) == codes.CLASS_CODE
    assert len(alone) > codes.CLASS_CODE
    store.end_class(teacher)
    assert store.open_class("coproduction", code="OWLS2026")[0] == "OWLS2026"


def test_a_browser_is_admitted_while_the_class_whose_code_it_gave_goes_on(store: Store) -> None:
    code, teacher = store.open_class("coproduction")
    entry = store.room(code.lower()).entry

    assert store.admits(["other", entry])
    assert not store.admits(["other", code, teacher, store.join(code, "Owls")])
    assert not store.admits([])
    store.end_class(teacher)
    assert not store.admits([entry])


def test_keys_open_the_places_they_are_of_and_no_others(store: Store) -> None:
    code, teacher = store.open_class("coproduction")
    other, _ = store.open_class("blame-spiral")
    key, strange = store.join(code, "Owls"), store.join(other, "Strangers")

    assert store.held([teacher, "nothing", key]) == [
        Held(teacher, code, "coproduction", ""),
        Held(key, code, "coproduction", "Owls"),
    ]
    assert [held.code for held in store.held([strange])] == [other]
    assert not store.held([code, store.room(code).entry, ""])


def test_everybody_in_a_class_may_see_who_is_in_and_nothing_they_wrote(store: Store) -> None:
    code, teacher = store.open_class("coproduction")
    key = store.join(code, "Owls")
    store.predict(key, PREDICTION)

    room = store.room(code)

    assert room.groups == ("Owls",)
    for secret in (teacher, key, PREDICTION["because"]):
        assert str(secret) not in str(room)


def test_the_last_change_says_what_it_was_and_on_which_device(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    code, teacher = store.open_class("coproduction")
    key = store.join(code, "Owls")
    monkeypatch.setattr(kept.time, "time", lambda: 5.0)
    first, second, again = (store.device(key, who) for who in ("a", "b", "a"))
    assert (first, second, again) == (1, 2, 1)
    assert store.seat(key).last is None

    store.predict(key, PREDICTION, device=second)
    assert store.seat(key).last == Change("the prediction", 2, 5.0)
    store.explain(key, 1, "since", device=first)
    assert store.seat(key).last == Change("answer 2", 1, 5.0)
    store.hold(teacher, held=False)
    store.reveal(key, device=second)
    assert store.seat(key).last == Change("the run of the model", 2, 5.0)


def test_devices_are_told_apart_to_a_limit_and_not_by_what_others_could_use(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_DEVICES", 2)
    key = store.join(store.open_class("coproduction")[0], "Owls")

    assert [store.device(key, f"visitor-{n}") for n in range(4)] == [1, 2, 2, 2]
    assert "visitor-" not in str(store._open.execute("SELECT visitor FROM device").fetchall()[0][:])


def test_a_file_of_the_first_version_is_taken_on_with_all_it_holds(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / file.FILE) as db:
        db.executescript(file.TABLES[0])
        db.execute("PRAGMA user_version = 1")
        db.execute("INSERT INTO class VALUES ('OLDONE', ?, 'coproduction', 1, 0, 9e9)", (codes.mark("TEACHERSKEY2"),))
        db.execute("INSERT INTO seat VALUES ('GROUPKEY', 'OLDONE', 'Owls', 'owls', 0)")
        db.execute("INSERT INTO answer VALUES ('GROUPKEY', 'prediction', '{}')")
    db.close()

    store = Store(tmp_path)

    assert [seat.name for seat in store.classroom("TEACHERSKEY2").seats] == ["Owls"]
    assert store.seat("GROUPKEY").last is None
    assert store.admits([store.room("OLDONE").entry])
    assert Store(tmp_path).seat("GROUPKEY").prediction == {}


@pytest.mark.parametrize("days", [-40_000, -1, 1, 40_000])
def test_a_clock_that_jumps_loses_no_class(store: Store, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    code, teacher = store.open_class("coproduction")
    key = store.join(code, "Owls")
    store.predict(key, PREDICTION)
    then = kept.time.time() + days * 86_400
    monkeypatch.setattr(kept.time, "time", lambda: then)

    store.open_class("coproduction")

    store.explain(key, 0, "still here")
    assert store.classroom(teacher).seats[0].prediction == PREDICTION


def test_classes_that_nobody_has_touched_for_long_make_room_for_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_CLASSES", 2)
    for name in ("a", "b"):
        store.join(store.open_class("coproduction")[0], name)
    store._open.execute("UPDATE class SET touched = touched - ?", ((kept.IDLE_DAYS + 1) * 86_400,))

    code, _ = store.open_class("coproduction")

    assert store._open.execute("SELECT code FROM class").fetchall()[0][0] == code
