"""Games kept beside classes, in the same file: teams, players, roles, choices and rounds.

A game is a class whose lesson is the game, and a player is one of its groups. What a browser may do follows from who it
is, and not from an address: its session, or the keys that it holds. A round closes once everybody has chosen, or when
whoever opened the game closes it; each closing is on disk before anybody sees it, so that a killed server goes on in
the same round.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from conducive.dashboards.store.classes import Store
from conducive.dashboards.store.codes import CLASS_CODE, GROUP_KEY, TEACHER_KEY, mark, new_code, typed
from conducive.experiments.game.deck import BY_ROLE, MONTHS, ROUNDS, SEED, offered
from conducive.experiments.game.files import NAME
from conducive.experiments.game.rounds import Game, checked
from conducive.experiments.words import listed, several
from conducive.scenarios.errors import InputError

LESSON = NAME
"""Lesson of a class that is a game."""
TITLE = "Keep it alive"
LEAD = (
    "A service of forty posts begins something new, with a grant of two years. You are its director, a team manager, "
    f"its funder, its practitioners, its families. In {ROUNDS} rounds of {MONTHS} months: will anybody still do it, as "
    "it is meant, when the money has gone?"
)
MOST_TEAMS = 6
TABLES = """
CREATE TABLE IF NOT EXISTS game (
    code TEXT PRIMARY KEY REFERENCES class ON DELETE CASCADE, seed INTEGER NOT NULL, teams INTEGER NOT NULL,
    vote INTEGER NOT NULL, round INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS player (
    key TEXT PRIMARY KEY REFERENCES seat ON DELETE CASCADE, code TEXT NOT NULL, team INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS playing (
    code TEXT NOT NULL REFERENCES game ON DELETE CASCADE, visitor TEXT NOT NULL, host INTEGER NOT NULL,
    key TEXT REFERENCES seat ON DELETE SET NULL, PRIMARY KEY (code, visitor)
) STRICT;
CREATE TABLE IF NOT EXISTS role (
    code TEXT NOT NULL, team INTEGER NOT NULL, role TEXT NOT NULL,
    key TEXT NOT NULL REFERENCES player ON DELETE CASCADE, PRIMARY KEY (code, team, role)
) STRICT;
CREATE TABLE IF NOT EXISTS choice (
    code TEXT NOT NULL REFERENCES game ON DELETE CASCADE, round INTEGER NOT NULL, team INTEGER NOT NULL,
    decision TEXT NOT NULL, voter TEXT NOT NULL, option TEXT NOT NULL,
    PRIMARY KEY (code, round, team, decision, voter)
) STRICT;
CREATE TABLE IF NOT EXISTS played (
    code TEXT NOT NULL REFERENCES game ON DELETE CASCADE, round INTEGER NOT NULL, team INTEGER NOT NULL,
    choices TEXT NOT NULL, PRIMARY KEY (code, round, team)
) STRICT;
"""


@dataclass(frozen=True)
class Player:
    """Somebody in a game, with a team (from 1) and the roles that they hold in it."""

    key: str
    name: str
    team: int
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A game as a browser may see it.

    Attributes:
        code: what others join with.
        vote: whether all vote on everything, as one team.
        round: what is being played, 1 to 8; 9 once it is over.
        host: whether this browser may close rounds.
        me: the player on this browser, if any.
        players: everybody, in the order in which they joined.
        games: each team's game so far.
        alone: whether somebody plays it by themselves.
        chosen: what is chosen in this round, by team and decision: of one's own team, or of all where one opened the
            game; in a vote, by this player alone.
        voted: players who have voted on everything.

    """

    code: str
    vote: bool
    round: int
    host: bool
    me: Player | None
    players: tuple[Player, ...]
    games: tuple[Game, ...]
    alone: bool
    chosen: tuple[Mapping[str, str], ...]
    voted: frozenset[str] = frozenset()

    @property
    def over(self) -> bool:
        """Whether all rounds have been played."""
        return self.round > ROUNDS

    def team(self, number: int) -> tuple[Player, ...]:
        """Return the players of a team."""
        return tuple(player for player in self.players if player.team == number)

    def holder(self, team: int, role: str) -> Player | None:
        """Return who holds a role in a team, if anybody; else it is for all of the team."""
        return next((player for player in self.team(team) if role in player.roles), None)


class Games(Store):
    """Games kept in a folder, beside its classes. Raises InputError for whatever people get wrong."""

    def _set_up(self, db: sqlite3.Connection) -> None:
        super()._set_up(db)
        for statement in TABLES.split(";"):
            db.execute(statement)

    # ---- Coming and going ------------------------------------------------------------------------------------------

    def open_game(
        self, visitor: str, *, teams: int = 1, vote: bool = False, seed: int = SEED, solo: bool = False, code: str = ""
    ) -> str:
        """Open a game, and return its code, as `open_class` does; whoever opens it closes its rounds."""
        if isinstance(teams, bool) or not isinstance(teams, int) or not 1 <= teams <= MOST_TEAMS:
            msg = f"a game has 1 to {MOST_TEAMS} teams. Got {teams!r}."
            raise InputError(msg)
        Game(seed)
        code, _ = self.open_class(LESSON, visitor=visitor, solo=solo, code=code)
        with self._writing() as db:
            db.execute("INSERT INTO game VALUES (?, ?, ?, ?, 1)", (code, seed, 1 if vote else teams, vote))
            db.execute("INSERT INTO playing VALUES (?, ?, 1, NULL)", (code, mark(visitor)))
        return code

    def enter(self, code: str, name: str, visitor: str) -> str:
        """Come into a game as a player with a name, in the smallest team; return the game's code."""
        code = typed(code, 4 * CLASS_CODE)
        with self._reading() as db:
            held = db.execute(
                "SELECT key FROM playing WHERE code = ? AND visitor = ?", (code, mark(visitor))
            ).fetchone()
            known = db.execute("SELECT 1 FROM game WHERE code = ?", (code,)).fetchone()
            other = db.execute("SELECT 1 FROM class WHERE code = ?", (code,)).fetchone()
        if held and held["key"]:
            return code
        if other and not known:
            msg = "this code is of a lesson, and not of a game. Join it on the Classroom page."
            raise InputError(msg)
        key = self.join(code, name, visitor=visitor)
        self.seat_player(code, key, visitor)
        return code

    def come_back(self, key: str, visitor: str) -> str:
        """Come back to a game with a key: a player's, or that of whoever opened it; return the game's code."""
        key = typed(key, TEACHER_KEY)
        if len(key) <= GROUP_KEY:
            code = self.seat(key, visitor=visitor).code
            self.seat_player(code, key, visitor)
            return code
        code = self.classroom(key, visitor=visitor).code
        with self._writing() as db:
            self._game(db, code)
            db.execute(
                "INSERT INTO playing VALUES (?, ?, 1, NULL) ON CONFLICT (code, visitor) DO UPDATE SET host = 1",
                (code, mark(visitor)),
            )
        return code

    def recognise(self, code: str, visitor: str, keys: Sequence[str]) -> None:
        """Let a browser in that holds keys of a game's class, as those keys say; others open nothing."""
        with self._reading() as db:
            known = db.execute(
                "SELECT host, key FROM playing WHERE code = ? AND visitor = ?", (code, mark(visitor))
            ).fetchone()
            seats = {row["key"] for row in db.execute("SELECT key FROM seat WHERE code = ?", (code,))}
            teacher = db.execute("SELECT teacher FROM class WHERE code = ?", (code,)).fetchone()
        for key in keys:
            if key in seats and not (known and known["key"]):
                self.seat_player(code, key, visitor)
            elif teacher and teacher["teacher"] == mark(key) and not (known and known["host"]):
                self.come_back(key, visitor)

    def new_key(self, code: str, visitor: str) -> str:
        """Return a new key with which whoever opened a game can come back to it; an older one opens nothing more."""
        key = new_code(TEACHER_KEY)
        with self._writing() as db:
            self._check_host(db, code, visitor)
            db.execute("UPDATE class SET teacher = ? WHERE code = ?", (mark(key), code))
        return key

    def seat_player(self, code: str, key: str, visitor: str) -> None:
        """Seat whoever has joined the class of a game in its smallest team; nothing where they are seated already."""
        with self._writing() as db:
            game = self._game(db, code)
            counts = Counter(dict.fromkeys(range(1, game["teams"] + 1), 0))
            counts.update(team for (team,) in db.execute("SELECT team FROM player WHERE code = ?", (code,)))
            team = min(counts, key=lambda each: (counts[each], each))
            db.execute("INSERT OR IGNORE INTO player VALUES (?, ?, ?)", (key, code, team))
            db.execute(
                "INSERT INTO playing VALUES (?, ?, 0, ?) ON CONFLICT (code, visitor) DO UPDATE SET key = excluded.key",
                (code, mark(visitor), key),
            )

    def leave(self, code: str, visitor: str) -> None:
        """Leave a game: roles fall to the team, and what was chosen stands."""
        with self._writing() as db:
            db.execute("DELETE FROM seat WHERE key = ?", (self._me(db, code, visitor)["key"],))
            self._close_if_done(db, self._game(db, code))

    def take_out(self, code: str, key: str, visitor: str) -> None:
        """Take a player out of a game that one opened."""
        with self._writing() as db:
            self._check_host(db, code, visitor)
            db.execute("DELETE FROM seat WHERE key = ? AND code = ?", (key, code))
            self._close_if_done(db, self._game(db, code))

    def end_game(self, code: str, visitor: str) -> None:
        """End a game that one opened, with all that was kept of it."""
        with self._writing() as db:
            self._check_host(db, code, visitor)
            db.execute("DELETE FROM class WHERE code = ?", (code,))

    # ---- Teams and roles -------------------------------------------------------------------------------------------

    def move(self, code: str, team: int, visitor: str) -> None:
        """Go to another team; roles held in the old one fall to it."""
        with self._writing() as db:
            game, me = self._game(db, code), self._me(db, code, visitor)
            if isinstance(team, bool) or not isinstance(team, int) or not 1 <= team <= game["teams"]:
                msg = f"this game has {several(game['teams'], 'team')}. Got {str(team)[:20]!r}."
                raise InputError(msg)
            if team != me["team"]:
                db.execute("DELETE FROM role WHERE key = ?", (me["key"],))
                db.execute("UPDATE player SET team = ? WHERE key = ?", (team, me["key"]))

    def take(self, code: str, role: str, visitor: str) -> None:
        """Take a role in one's team. Raises InputError where somebody has it."""
        with self._writing() as db:
            game, me = self._game(db, code), self._me(db, code, visitor)
            if role not in BY_ROLE or game["vote"]:
                msg = f"there is no role {str(role)[:40]!r} to take here."
                raise InputError(msg)
            holder = self._holder(db, code, me["team"], role)
            if holder is not None and holder["key"] != me["key"]:
                msg = f"{holder['name']} is the {BY_ROLE[role].title.lower()} of your team already. Take another role."
                raise InputError(msg)
            db.execute("INSERT OR IGNORE INTO role VALUES (?, ?, ?, ?)", (code, me["team"], role, me["key"]))

    def give_back(self, code: str, role: str, visitor: str) -> None:
        """Give a role back to one's team."""
        with self._writing() as db:
            me = self._me(db, code, visitor)
            db.execute("DELETE FROM role WHERE role = ? AND key = ?", (role, me["key"]))

    # ---- Choices ---------------------------------------------------------------------------------------------------

    def choose(self, code: str, round_: int, choices: Mapping[str, str], visitor: str) -> str:
        """Keep choices of a round, in place of earlier ones; return what became of them, in a sentence.

        Raises InputError where the round has closed, for what it does not offer, and for the choices of a role that
        somebody else holds.
        """
        with self._writing() as db:
            game, me = self._game(db, code), self._me(db, code, visitor)
            if round_ != game["round"]:
                now = "the game is over" if game["round"] > ROUNDS else f"round {game['round']} is open now"
                msg = f"round {str(round_)[:10]} has closed, and your choice came too late: {now}."
                raise InputError(msg)
            checked(round_, choices)
            self._check_mine(db, game, me, choices)
            voter = me["key"] if game["vote"] else ""
            where = (code, round_, me["team"], voter)
            before = dict(
                db.execute(
                    "SELECT decision, option FROM choice WHERE code = ? AND round = ? AND team = ? AND voter = ?", where
                ).fetchall()
            )
            if all(before.get(name) == given for name, given in choices.items()):
                return "That is kept already."
            for name, given in choices.items():
                db.execute(
                    "INSERT OR REPLACE INTO choice VALUES (?, ?, ?, ?, ?, ?)",
                    (code, round_, me["team"], name, voter, given),
                )
            closed = self._close_if_done(db, game)
        if closed:
            return f"Kept. All have chosen: round {round_} has closed."
        again = before.keys() & choices.keys()
        return "Changed and kept." if again else "Kept. You may change it until the round closes."

    def _check_mine(
        self, db: sqlite3.Connection, game: sqlite3.Row, me: sqlite3.Row, choices: Mapping[str, str]
    ) -> None:
        """Raise InputError where choices are those of a role that somebody else of the team holds."""
        if game["vote"]:
            return
        for decision in offered(game["round"]):
            holder = self._holder(db, game["code"], me["team"], decision.role)
            if decision.name in choices and holder is not None and holder["key"] != me["key"]:
                msg = f"this choice is that of the {BY_ROLE[decision.role].title.lower()}, {holder['name']}."
                raise InputError(msg)

    def close_round(self, code: str, round_: int, visitor: str) -> None:
        """Close a round in a game that one opened: what nobody has chosen carries on. Once: twice does nothing."""
        with self._writing() as db:
            self._check_host(db, code, visitor)
            game = self._game(db, code)
            if game["round"] == round_ and round_ <= ROUNDS:
                self._close(db, game)

    def _close_if_done(self, db: sqlite3.Connection, game: sqlite3.Row) -> bool:
        """Close the round once everybody has chosen; return whether it was closed."""
        if game["round"] > ROUNDS:
            return False
        players = db.execute("SELECT key, team FROM player WHERE code = ?", (game["code"],)).fetchall()
        counts: Counter[tuple[int, str]] = Counter()
        for row in self._choices(db, game):
            counts[row["team"], row["voter"]] += 1
        asked = len(offered(game["round"]))
        wanted = {(team, key if game["vote"] else "") for key, team in players}
        if not wanted or any(counts[each] < asked for each in wanted):
            return False
        self._close(db, game)
        return True

    def _close(self, db: sqlite3.Connection, game: sqlite3.Row) -> None:
        votes: dict[int, dict[str, Counter[str]]] = {team: {} for team in range(1, game["teams"] + 1)}
        for row in self._choices(db, game):
            votes[row["team"]].setdefault(row["decision"], Counter())[row["option"]] += 1
        for team, cast in votes.items():
            found = checked(game["round"], {name: _most(name, count, game["round"]) for name, count in cast.items()})
            db.execute(
                "INSERT INTO played VALUES (?, ?, ?, ?)", (game["code"], game["round"], team, json.dumps(dict(found)))
            )
        db.execute("UPDATE game SET round = round + 1 WHERE code = ?", (game["code"],))

    # ---- Looking ---------------------------------------------------------------------------------------------------

    def table(self, code: str, visitor: str) -> Table:
        """Return a game as a browser may see it."""
        code = typed(code, 4 * CLASS_CODE)
        with self._reading() as db:
            game = self._game(db, code)
            players = self._players(db, code)
            solo = db.execute("SELECT solo FROM class WHERE code = ?", (code,)).fetchone()["solo"]
            row = db.execute(
                "SELECT host, key FROM playing WHERE code = ? AND visitor = ?", (code, mark(visitor))
            ).fetchone()
            me = next((player for player in players if row and player.key == row["key"]), None)
            played: dict[int, list[Mapping[str, str]]] = {team: [] for team in range(1, game["teams"] + 1)}
            for each in db.execute("SELECT team, choices FROM played WHERE code = ? ORDER BY round", (code,)):
                played[each["team"]].append(json.loads(each["choices"]))
            chosen: list[dict[str, str]] = [{} for _ in range(game["teams"])]
            votes: Counter[str] = Counter()
            for each in self._choices(db, game):
                votes[each["voter"]] += 1
                own = me is not None and each["team"] == me.team
                if each["voter"] in {"", me.key if me else ""} and (own or (row and row["host"])):
                    chosen[each["team"] - 1][each["decision"]] = each["option"]
        asked = len(offered(game["round"]))
        return Table(
            code,
            bool(game["vote"]),
            game["round"],
            bool(row and row["host"]),
            me,
            players,
            tuple(Game(game["seed"], tuple(rounds)) for rounds in played.values()),
            bool(solo),
            tuple(chosen),
            frozenset(key for key, count in votes.items() if key and count >= asked),
        )

    def games_of(self, visitor: str) -> list[str]:
        """Return the codes of the games that a browser is in, newest first."""
        with self._reading() as db:
            found = db.execute(
                "SELECT code FROM playing WHERE visitor = ? AND (host OR key IS NOT NULL) ORDER BY rowid DESC",
                (mark(visitor),),
            )
            return [row["code"] for row in found]

    def _game(self, db: sqlite3.Connection, code: str) -> sqlite3.Row:
        found: sqlite3.Row | None = db.execute("SELECT * FROM game WHERE code = ?", (code,)).fetchone()
        if found is None:
            msg = "there is no game with this code: it is mistyped, or the game has been ended."
            raise InputError(msg)
        return found

    def _players(self, db: sqlite3.Connection, code: str) -> tuple[Player, ...]:
        roles: dict[str, list[str]] = {}
        for row in db.execute("SELECT key, role FROM role WHERE code = ?", (code,)):
            roles.setdefault(row["key"], []).append(row["role"])
        found = db.execute(
            "SELECT player.key, name, team FROM player JOIN seat USING (key) WHERE player.code = ? ORDER BY seat.rowid",
            (code,),
        )
        return tuple(
            Player(r["key"], r["name"], r["team"], tuple(n for n in BY_ROLE if n in roles.get(r["key"], ())))
            for r in found
        )

    def _choices(self, db: sqlite3.Connection, game: sqlite3.Row) -> list[sqlite3.Row]:
        """Return what is chosen in the round that is open, in the order in which it was first kept."""
        return db.execute(
            "SELECT * FROM choice WHERE code = ? AND round = ? ORDER BY rowid", (game["code"], game["round"])
        ).fetchall()

    def _me(self, db: sqlite3.Connection, code: str, visitor: str) -> sqlite3.Row:
        found: sqlite3.Row | None = db.execute(
            "SELECT player.* FROM player JOIN playing USING (key) WHERE playing.code = ? AND visitor = ?",
            (code, mark(visitor)),
        ).fetchone()
        if found is None:
            msg = "you are not in this game, or no longer: you left it, or were taken out. Join it again with its code."
            raise InputError(msg)
        return found

    def _holder(self, db: sqlite3.Connection, code: str, team: int, role: str) -> sqlite3.Row | None:
        found: sqlite3.Row | None = db.execute(
            "SELECT role.key, name FROM role JOIN seat USING (key) WHERE role.code = ? AND team = ? AND role = ?",
            (code, team, role),
        ).fetchone()
        return found

    def _check_host(self, db: sqlite3.Connection, code: str, visitor: str) -> None:
        self._game(db, code)
        found = db.execute(
            "SELECT 1 FROM playing WHERE code = ? AND visitor = ? AND host", (code, mark(visitor))
        ).fetchone()
        if found is None:
            msg = "only whoever opened this game can do that."
            raise InputError(msg)


def _most(decision: str, count: Counter[str], round_: int) -> str:
    """Return what most have voted for; of equals the one that the deck names first, carrying on last."""
    names = next(d.names for d in offered(round_) if d.name == decision)
    return max(names, key=lambda name: (count[name], -names.index(name)))


def waiting_for(table: Table, team: int) -> str:
    """Return whom a team waits for in this round, in a sentence; empty where it waits for nobody."""
    if table.vote:
        late = [player.name for player in table.players if player.key not in table.voted]
        return f"Still to vote: {listed(late)}." if late else ""
    left = [d for d in offered(table.round) if d.name not in table.chosen[team - 1]]
    holders = {role: table.holder(team, role) for role in dict.fromkeys(d.role for d in left)}
    held = [f"{BY_ROLE[role].title.lower()} ({who.name})" for role, who in holders.items() if who]
    free = listed([BY_ROLE[role].title.lower() for role, who in holders.items() if not who])
    told = [*([listed(held)] if held else []), *([free if table.alone else f"{free}: for anybody"] if free else [])]
    return f"Still to choose: {'; '.join(told)}." if told else ""


def place(code: str) -> tuple[str, str, str]:
    """Return what a game is, as a title and a question, and the address at which it is played."""
    return TITLE, LEAD, f"/game?game={code}"


@cache
def games(folder: Path) -> Games:
    """Return the games of a folder, the same for every visitor."""
    return Games(folder)
