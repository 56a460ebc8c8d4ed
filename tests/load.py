"""A class and games at once: `python tests/load.py [--phones 30] [--visitors 15] [--games 5] [--minutes 5]`.

Each visitor is a browser without a screen, which speaks to the server as a page does. Some open What if?, change a
lever now and then, and wait for answers. Phones are a class: a teacher opens one lesson after another, and each phone
joins with the code at once, predicts, sees the results, and explains. At the end whatever phones were told is kept must
be in the file of classes, once, as they sent it. `tests/load_games.py` says what games do meanwhile. The exit status is
1 where an aim is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import itertools
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

import websockets

from conducive.dashboards.classroom.files import Lesson
from conducive.dashboards.classroom.lessons import LESSONS, POINTS
from conducive.dashboards.store.codes import COOKIE, GROUP_KEY, keys_in
from conducive.dashboards.store.file import FILE
from conducive.experiments.words import several

LEVERS = {
    "finance.funding_term": (12, 72),
    "finance.mainstreaming": (0, 95),
    "workforce_capacity.turnover": (8, 28),
    "leadership.leader_tenure": (18, 72),
    "trust_emotions_relationships.blame_culture": (0, 100),
    "coproduction.coproduction_budget": (0, 15),
    "knowledge_and_skills.coaching": (0, 4),
}
"""What visitors change, and between which values, as sliders read them."""
THINKING = (20.0, 40.0)
"""Seconds that a visitor looks at an answer before changing something."""
NOTICING = 1.0
"""Seconds until somebody presses a button that has just come; a page listens to it a moment after it shows it."""
READING, WRITING = (15.0, 60.0), (5.0, 20.0)
"""Seconds that a group takes before it predicts, and for each explanation: several times as fast as a class."""
FIRST, FIRM = 20, 200
PATIENCE = 120.0
"""Seconds that a visitor waits for anything before the server counts as broken."""
KEPT = "Kept. You may change it until you see the results."
LESSON = 120.0
"""Seconds that must be left for another lesson to begin."""
GRACE = 90.0
"""Seconds that visitors have at the end to see their last answer, and a class to finish its lesson."""
MEDIAN, SLOWEST, MEMORY = 4.0, 12.0, 2048.0
"""What is asked of first answers, in seconds (median and 95th percentile), and of memory, in MiB."""
USUAL, LATE = 2.0, 6.0
"""What is asked of whatever a phone does in a lesson, joining and *Run the model* included, in seconds (median and 95th
percentile)."""
ROUND, CHOICE = 3.0, 6.0
"""What is asked of games, in seconds: how long a round takes (median), and a choice (95th percentile)."""

type Seen = dict[str, list[tuple[int, float]]]
"""What was waited for: by whom, and how long in seconds."""


class Visitor:
    """A page without a screen: the widgets that the server sends, and what can be done with them."""

    def __init__(self, port: int, number: int) -> None:
        self.port, self.number = port, number
        self.models: dict[str, dict[str, Any]] = {}
        self.changed = asyncio.Event()
        self.errors: list[str] = []
        self.asked = 0
        self.cookies = {"solara-session-id": f"{uuid.uuid4()}"}

    async def send(self, path: str, **form: str) -> str:
        """Send a form, as a browser does; return where it leads."""
        return await asyncio.to_thread(self._post, path, urlencode(form))

    def _post(self, path: str, body: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", path, body, {"Cookie": self._cookie})
            answer = connection.getresponse()
            if answer.status != http.HTTPStatus.SEE_OTHER:
                msg = f"visitor {self.number} was told {answer.status} at {path}"
                raise ConnectionError(msg)
            self.cookies[COOKIE] = answer.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
            return answer.headers["Location"]
        finally:
            connection.close()

    @property
    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def visit(self, path: str) -> None:
        """Open a page, and listen to it until the visitor goes."""
        page = f"{uuid.uuid4()}"
        where = f"127.0.0.1:{self.port}"
        self.socket = await websockets.connect(
            f"ws://{where}/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id={page}",
            additional_headers={"Cookie": self._cookie},
            origin=f"http://{where}",  # type: ignore[arg-type]
            max_size=None,
            open_timeout=60,
        )
        self.listening = asyncio.create_task(self._listen())
        control = uuid.uuid4().hex
        await self._send("comm_open", {"comm_id": control, "target_name": "solara.control", "data": {}})
        run = {"method": "run", "args": {"path": path, "appName": "__default__", "themes": None, "dark": False}}
        await self._send("comm_msg", {"comm_id": control, "data": run})

    async def leave(self) -> None:
        """Close the page."""
        self.listening.cancel()
        await self.socket.close()

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "load", "username": "", "version": "5.3"}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "buffers": []}
        await self.socket.send(json.dumps(message | {"channel": "shell", "msg_type": kind}))

    async def _listen(self) -> None:
        try:
            async for text in self.socket:
                if isinstance(text, str):
                    self._take(json.loads(text))
        except Exception as error:  # whatever it is, whoever waits is told
            self.errors.append(f"listening ended: {error!r}")
            self.changed.set()

    def _take(self, message: dict[str, Any]) -> None:
        content = message["content"]
        kind = message["header"]["msg_type"]
        if kind == "comm_open":
            self.models[content["comm_id"]] = dict(content["data"].get("state", {}))
        elif kind == "comm_msg" and content["data"].get("method") == "update":
            self.models.setdefault(content["comm_id"], {}).update(content["data"]["state"])
            self.asked += content["data"]["state"].get("fresh") is False
        elif kind == "comm_close":
            self.models.pop(content["comm_id"], None)
        elif kind in {"error", "stream"}:
            self.errors.append(str(content)[:300])
        self.changed.set()

    def find(self, **has: Any) -> tuple[str, dict[str, Any]] | None:
        """Return a widget by what it has; None stands for any value."""
        for name, state in reversed(self.models.items()):
            if all(key in state and (value is None or state[key] == value) for key, value in has.items()):
                return name, state
        return None

    async def until[Found](self, there: Callable[[], Found], waiting_for: str = "") -> Found:
        """Wait for something to be there, and return it. Raises TimeoutError where it does not come in time."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not (found := there()):
                    if self.errors:
                        raise ConnectionError(self.errors[0])
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            msg = f"visitor {self.number} waited {PATIENCE:.0f} s for {waiting_for}; the page says {self.says()}"
            raise TimeoutError(msg) from None
        return found

    def says(self) -> list[str]:
        """Return the buttons and the short texts of the page, the latest last."""
        first = ((state.get("children") or [""])[0] for state in self.models.values())
        return [text[:60] for text in first if isinstance(text, str) and text.strip()][-15:]

    async def event(self, widget: str, event: str, data: Any) -> None:
        """Let something happen to a widget, as a browser would tell it."""
        content = {"event": event, "data": data}
        await self._send("comm_msg", {"comm_id": widget, "data": {"method": "custom", "content": content}})

    async def on(self, event: str, data: Any = None, **has: Any) -> None:
        """Wait for a widget that has something, and let something happen to it."""
        name, _ = await self.until(lambda: self.find(**has), f"{event} on {has}")
        await self.event(name, event, data)

    async def press(self, label: str) -> None:
        """Press a button, once it is there and somebody has seen it."""
        await self.until(lambda: self.find(children=[label]), label)
        await asyncio.sleep(NOTICING)
        await self.on("click", {}, children=[label])

    async def fill(self, label: str, value: Any) -> None:
        """Fill in a field, once it is there."""
        await self.on("change", value, label=label, kind=None)

    async def text(self, begins: str, css: str | None = None) -> str:
        """Wait for an element of a class whose text begins as given, and return the text."""

        def there() -> str:
            for state in self.models.values():
                (text, *_) = state.get("children") or [""]
                if isinstance(text, str) and text.startswith(begins) and css in {None, state.get("class_")}:
                    return text
            return ""

        return await self.until(there, f"{begins!r} {css or ''}")

    # ---- What if? ---------------------------------------------------------------------------------------------------

    def answered(self, pairs: int) -> bool:
        """Whether there is an answer, to what was asked last, from so many pairs."""
        found = self.find(pairs=None, headline=None)
        return found is not None and found[1]["fresh"] and found[1]["pairs"] >= pairs

    async def change(self, draw: random.Random) -> None:
        """Move a slider to somewhere else, and wait until the page works on it."""
        address = draw.choice(list(LEVERS))
        widget, now = next(
            (name, one["value"])
            for name, state in self.models.items()
            for group in state.get("groups", [])
            for one in group.get("levers", [])
            if one["address"] == address
        )
        value = now
        while value == now:
            value = round(draw.uniform(*LEVERS[address]), 1 if address.endswith("ing") else 0)
        before = self.asked
        await self.event(widget, "change", {"address": address, "shown": value})
        await self.until(lambda: self.asked > before, f"{address} to move from {now} to {value}")


async def use(visitor: Visitor, until: float, seen: Seen) -> None:
    """Open What if?, and change a lever now and then until it is time to go."""
    draw = random.Random(visitor.number)
    await asyncio.sleep(draw.uniform(0, THINKING[1] / 2))

    async def answer(pairs: int, what: str, began: float) -> None:
        await visitor.until(lambda: visitor.answered(pairs), f"a {what} answer")
        seen[what].append((visitor.number, time.monotonic() - began))

    began = time.monotonic()
    await visitor.visit("/")
    await answer(FIRST, "opened", began)
    while time.monotonic() < until:
        await asyncio.sleep(draw.uniform(*THINKING))
        began = time.monotonic()
        await visitor.change(draw)
        await answer(FIRST, "first", began)
        if draw.random() < 0.3:
            await answer(FIRM, "firm", began)
    await visitor.leave()


class Class:
    """A teacher and groups who take one lesson after another, and what each group was told is kept."""

    def __init__(self, port: int, groups: int, until: float, seen: Seen) -> None:
        self.port, self.groups, self.until, self.seen = port, groups, until, seen
        self.sent: dict[tuple[str, str], list[Any]] = defaultdict(list)
        """What may be kept, by the key of the group and the part: what it was told is kept, and what it sent since."""
        self.told: set[tuple[str, str]] = set()
        self.joined: set[str] = set()
        self.lessons = 0
        self.codes: dict[int, asyncio.Future[str]] = defaultdict(asyncio.Future)
        self.predicted = 0.0

    async def teach(self) -> None:
        """Open a class for each lesson until it is time to go."""
        while not self.lessons or time.monotonic() < self.until - LESSON:
            await self._teach(LESSONS[-1 - self.lessons % len(LESSONS)])
            self.lessons += 1
        self.codes[self.lessons].set_result("")

    async def _teach(self, of: Lesson) -> None:
        """Open a class, and its results once everybody has predicted; wait for the last explanation of each group."""
        page = Visitor(self.port, -1)
        to = await page.send("/classroom/open", lesson=of.name)
        await page.visit(to)
        await page.text("", "big code")
        self.codes[self.lessons].set_result(to.partition("?teach=")[2])
        await page.text(f"{several(self.groups, 'group')} joined, {self.groups} predicted.")
        self.seen["teacher"].append((-1, time.monotonic() - self.predicted))
        await page.press("Open the results")
        if not of.picks:  # otherwise there is a result for each group, and none for all
            await page.text("", "verdict")
        done = [f"explained {len(of.prompts)} of {len(of.prompts)}"]
        await page.until(
            lambda: sum(state.get("children") == done for state in page.models.values()) == self.groups,
            "all explanations",
        )
        await page.leave()

    async def learn(self, number: int) -> None:
        """Take part as a group in each lesson that there is."""
        draw = random.Random(number)
        for turn in itertools.count():
            code = await asyncio.shield(self.codes[turn])
            if not code:
                return
            await self._take_part(number, LESSONS[-1 - turn % len(LESSONS)], code, draw)

    async def _take_part(self, number: int, of: Lesson, code: str, draw: random.Random) -> None:
        page = Visitor(self.port, number)
        began = time.monotonic()
        to = await page.send(f"/j/{code}", name=f"Group {number}")
        key = next(key for key in keys_in(page.cookies) if len(key) == GROUP_KEY)
        self.joined.add(key)
        await page.visit(to)
        await page.until(lambda: page.find(label=of.choose), "the lesson")
        self.seen["joined"].append((number, time.monotonic() - began))
        await self._predict(page, of, key, draw)
        await page.press("Run the model")
        began = time.monotonic()
        await page.text("", "verdict")
        self.seen["results"].append((number, time.monotonic() - began))
        for n, prompt in enumerate(of.prompts):
            await asyncio.sleep(draw.uniform(*WRITING))
            text = f"Because {number}. {draw.random()}"
            self.sent[key, str(n)].append(text)
            began = time.monotonic()
            await page.fill(f"{n + 1}. {prompt}", text)
            await page.text(f"Kept: {n + 1} of")
            self._note(page, (key, str(n)), began)
        await page.leave()

    async def _predict(self, page: Visitor, of: Lesson, key: str, draw: random.Random) -> None:
        """Predict, and sometimes change one's mind."""
        picks = []
        if of.picks:
            picks = sorted(draw.sample(range(len(of.pickable)), of.picks.count))
            await page.fill(of.picks.ask, picks)
        for _ in range(draw.choice((1, 1, 2))):
            await asyncio.sleep(draw.uniform(*READING))
            prediction = {
                "points": [round(draw.random(), 3) for _ in range(POINTS)],
                "choice": draw.randrange(len(of.options)),
                "picks": [of.pickable[n].name for n in picks],
                "because": f"Group {page.number} thinks {draw.random()}",
            }
            await page.fill(of.choose, prediction["choice"])
            await page.on("draw", prediction["points"], editable=True)
            await page.fill("We think so because (if you like)", prediction["because"])
            await page.until(lambda: not page.find(children=[KEPT]), "the draft to differ")
            self.sent[key, "prediction"].append(prediction)
            await page.press("Keep our prediction")
            began = time.monotonic()
            await page.text(KEPT)
            self._note(page, (key, "prediction"), began)
            self.predicted = time.monotonic()

    def _note(self, page: Visitor, what: tuple[str, str], began: float) -> None:
        """Note that a group was told that the last it sent is kept."""
        self.seen["kept"].append((page.number, time.monotonic() - began))
        self.sent[what] = self.sent[what][-1:]
        self.told.add(what)

    def missing(self, folder: Path) -> list[str]:
        """Return what the file of classes does not hold as groups were told, or holds besides."""
        with sqlite3.connect(folder / FILE) as db:
            playing = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'player'").fetchone()
            others = " WHERE key NOT IN (SELECT key FROM player)" if playing else ""
            seats = {key for (key,) in db.execute(f"SELECT key FROM seat{others}")}
            rows = [((key, part), json.loads(value)) for key, part, value in db.execute("SELECT * FROM answer")]
        found = [f"lost: {what}" for what in self.told - dict(rows).keys()]
        found += [f"not as sent: {what}" for what, value in rows if value not in self.sent[what]]
        return found + [f"lost or never joined: {key}" for key in seats ^ self.joined]


def used_by(process: int) -> tuple[float, float]:
    """Memory that a process holds, in MiB, and processor time that it has used, in seconds."""
    text = Path(f"/proc/{process}/status").read_text("utf-8")
    ticks = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[11:13]
    return int(text.split("VmRSS:")[1].split()[0]) / 1024, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


async def load(port: int, process: int, folder: Path, phones: int, alone: int, games: int, seconds: float) -> int:
    """Let visitors loose on a server; say what they saw. Returns how many things were wrong."""
    seen: Seen = defaultdict(list)
    warm = Visitor(port, -1)
    await warm.visit("/")
    await warm.until(lambda: warm.answered(FIRM), "the first page")
    await warm.leave()
    until = time.monotonic() + seconds
    class_of = Class(port, phones, until, seen)
    from load_games import Playing

    playing = Playing(port, games, until, seen)
    most, before = used_by(process)

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, used_by(process)[0])
            await asyncio.sleep(1)

    watching = asyncio.create_task(watch())
    people = [
        *(asyncio.create_task(use(Visitor(port, n), until, seen)) for n in range(alone)),
        asyncio.create_task(class_of.teach()),
        *(asyncio.create_task(class_of.learn(n)) for n in range(class_of.groups)),
        *(asyncio.create_task(game) for game in playing.everybody()),
    ]
    done, late = await asyncio.wait(people, timeout=seconds + GRACE)
    for task in (watching, *late):
        task.cancel()
    busy = used_by(process)[1] - before
    errors = [f"{len(late)} visitors were not done {GRACE:.0f} s after the end"] if late else []
    errors += [str(task.exception()) for task in done if task.exception() is not None]
    missing = class_of.missing(folder) + (playing.missing(folder) if games else [])

    print(f"{alone} visitors of What if?; a teacher and {phones} phones who took {class_of.lessons} lessons")
    print(f"machine: {os.cpu_count()} processors, load {os.getloadavg()[1]:.1f}; ", end="")
    print(f"the server used {busy:,.0f} s of them, visitors {time.process_time():,.0f} s")
    print(f"{'seconds from ... to ...':50}{'times':>6}{'median':>8}{'95th':>8}{'longest':>8}")
    for what, means in WHAT.items():
        times = [value for _, value in seen[what]]
        if times:
            print(f"{means:50}{len(times):6}{median(times):8.2f}{_late(times):8.2f}{max(times):8.2f}")
    by_visitor = [[value for m, value in seen["first"] if m == n] for n in range(alone)]
    own = [median(times) for times in by_visitor if times]
    if own:
        print(f"fair: visitors' own medians {min(own):.2f} to {max(own):.2f} s, ", end="")
        print(f"{min(map(len, by_visitor))} to {max(map(len, by_visitor))} first answers each")
    print(f"games: {games} at once, {playing.over} played to their end, {len(playing.sent)} rounds of teams")
    print(f"kept: {len(class_of.told)} predictions and explanations; {len(missing)} of all amiss {missing[:3] or ''}")
    print(f"errors: {len(errors)} {errors[:3] or ''}")
    answers = [value for what in ("joined", "kept", "results") for _, value in seen[what]] or [PATIENCE]
    first = [value for _, value in seen["first"]]
    aims = {
        "no error": not errors,
        "nothing lost": bool(class_of.told) and not missing,
        "every visitor answered": all(by_visitor) and len(seen["results"]) >= phones,
        f"median answer to a phone under {USUAL:.0f} s": median(answers) < USUAL,
        f"95 in 100 answers to a phone under {LATE:.0f} s": _late(answers) < LATE,
        f"median first answer under {MEDIAN:.0f} s": not alone or (bool(first) and median(first) < MEDIAN),
        f"95 in 100 first answers under {SLOWEST:.0f} s": not alone or (bool(first) and _late(first) < SLOWEST),
        f"no visitor's own median over {SLOWEST:.0f} s": not alone or (bool(own) and max(own) < SLOWEST),
        f"median round under {ROUND:.0f} s": not games or median(v for _, v in seen["round"]) < ROUND,
        f"95 in 100 choices kept under {CHOICE:.0f} s": not games or _late([v for _, v in seen["chosen"]]) < CHOICE,
        f"memory under {MEMORY:,.0f} MiB (at most {most:,.0f})": most < MEMORY,
    }
    for aim, met in aims.items():
        print(f"{'met' if met else 'MISSED':>8}  {aim}")
    return list(aims.values()).count(False)


WHAT = {
    "opened": "opening What if? to its first answer",
    "first": "moving a slider to a first answer (20 pairs)",
    "firm": "moving a slider to a firm answer (200 pairs)",
    "joined": "a phone's press of 'Join' to its lesson",
    "kept": "a phone's press of a button to its words kept",
    "teacher": "the last prediction to the teacher's page",
    "results": "a phone's 'Run the model' to the results",
    "chosen": "a player's press of a button to their choices kept",
    "round": "a round's last choice to the next round's news",
    "ending": "the last round's news to how the game ended",
}


def _late(times: list[float]) -> float:
    """The 95th percentile."""
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def main() -> None:
    """Start a server, load it, stop it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--phones", type=int, default=30)
    asked.add_argument("--visitors", type=int, default=15)
    asked.add_argument("--games", type=int, default=5)
    asked.add_argument("--minutes", type=float, default=5.0)
    given = asked.parse_args()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "conducive", "dashboard", "--no-browser", "--port", str(port), "--data", data]
        with subprocess.Popen(command) as server:
            try:
                while True:
                    try:
                        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30).close()
                        break
                    except OSError:
                        time.sleep(0.3)
                sizes = (given.phones, given.visitors, given.games)
                wrong = asyncio.run(load(port, server.pid, Path(data), *sizes, 60 * given.minutes))
            finally:
                server.terminate()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
