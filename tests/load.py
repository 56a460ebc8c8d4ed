"""Thirty visitors at once: `python tests/load.py [--visitors 30] [--minutes 5]` starts a server and says how it fares.

Each visitor is a browser without a screen: it opens What if?, changes a lever now and then, and waits for answers. What
is measured is the time from the change to a first answer and to a firm one, and the memory of the server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections import Counter
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import websockets

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
FIRST, FIRM = 20, 200
GRACE = 60.0
"""Seconds that visitors have at the end to see their last answer."""
MEDIAN, SLOWEST, MEMORY = 4.0, 12.0, 2048.0
"""What is asked of first answers, in seconds (median and 95th percentile), and of memory, in MiB."""


class Visitor:
    """A page without a screen: the widgets that the server sends, and what can be done with them."""

    def __init__(self, port: int, number: int) -> None:
        self.port, self.number = port, number
        self.models: dict[str, dict[str, Any]] = {}
        self.changed = asyncio.Event()
        self.errors: list[str] = []
        self.asked = 0
        self.values = {"finance.funding_term": 72.0}

    async def visit(self, path: str) -> None:
        """Open a page, and listen to it until the visitor goes."""
        page = f"{uuid.uuid4()}"
        where = f"127.0.0.1:{self.port}"
        self.socket = await websockets.connect(
            f"ws://{where}/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id={page}",
            additional_headers={"Cookie": f"solara-session-id={uuid.uuid4()}"},
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
        except websockets.ConnectionClosed as error:
            self.errors.append(f"connection closed: {error}")
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

    async def until(self, holds: Any, patience: float = 120.0) -> None:
        """Wait until something holds. Raises TimeoutError where it does not in time."""
        async with asyncio.timeout(patience):
            while not holds():
                if self.errors:
                    raise ConnectionError(self.errors[0])
                self.changed.clear()
                await self.changed.wait()

    def answered(self, pairs: int) -> bool:
        """Whether there is an answer, to what was asked last, from so many pairs."""
        found = self.find(pairs=None, headline=None)
        return found is not None and found[1]["fresh"] and found[1]["pairs"] >= pairs

    async def change(self, address: str, value: float) -> None:
        """Move a slider, and wait until the page works on it."""
        before = self.asked
        found = next(
            name
            for name, state in self.models.items()
            if "groups" in state
            and any(one["address"] == address for g in state["groups"] for one in g.get("levers", []))
        )
        event = {"event": "change", "data": {"address": address, "shown": value}}
        await self._send("comm_msg", {"comm_id": found, "data": {"method": "custom", "content": event}})
        await self.until(lambda: self.asked > before)


async def use(visitor: Visitor, until: float, seen: dict[str, list[tuple[int, float]]]) -> None:
    """Open What if?, and change a lever now and then until it is time to go."""
    draw = random.Random(visitor.number)
    await asyncio.sleep(draw.uniform(0, THINKING[1] / 2))
    began = time.monotonic()
    await visitor.visit("/")
    await visitor.until(lambda: visitor.answered(FIRST))
    seen["opened"].append((visitor.number, time.monotonic() - began))
    while time.monotonic() < until:
        await asyncio.sleep(draw.uniform(*THINKING))
        address = draw.choice(list(LEVERS))
        began = time.monotonic()
        value = round(draw.uniform(*LEVERS[address]), 1 if address.endswith("ing") else 0)
        if value == visitor.values.get(address):
            continue  # nothing would change
        visitor.values[address] = value
        await visitor.change(address, value)
        await visitor.until(lambda: visitor.answered(FIRST))
        seen["first"].append((visitor.number, time.monotonic() - began))
        if draw.random() < 0.3:
            await visitor.until(lambda: visitor.answered(FIRM), 300)
            seen["firm"].append((visitor.number, time.monotonic() - began))
    await visitor.leave()


def memory_of(process: int) -> float:
    """Memory that a process holds, in MiB."""
    text = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


async def load(port: int, process: int, visitors: int, seconds: float) -> int:
    """Let visitors loose on a server; say what they saw. Returns how many things were wrong."""
    seen: dict[str, list[tuple[int, float]]] = {"opened": [], "first": [], "firm": []}
    warm = Visitor(port, -1)
    await warm.visit("/")
    await warm.until(lambda: warm.answered(FIRM), 300)
    await warm.leave()
    until = time.monotonic() + seconds
    everybody = [Visitor(port, n) for n in range(visitors)]
    most = 0.0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, memory_of(process))
            await asyncio.sleep(1)

    watching = asyncio.create_task(watch())
    using = [asyncio.create_task(use(one, until, seen)) for one in everybody]
    done, late = await asyncio.wait(using, timeout=seconds + GRACE)
    for task in (watching, *late):
        task.cancel()
    errors = [f"{len(late)} visitors waited longer than {GRACE:.0f} s for an answer"] if late else []
    errors += [repr(task.exception()) for task in done if task.exception() is not None]
    errors += [text for one in everybody for text in one.errors]
    for what, times in seen.items():
        values = [value for _, value in times]
        if len(values) > 1:
            last = quantiles(values, n=20)[-1]
            print(f"{what:>7}: {len(values):4} times, median {median(values):5.2f} s, 95th percentile {last:5.2f} s")
    by_visitor = {n: median([v for m, v in seen["first"] if m == n]) for n, _ in seen["first"]}
    answers = Counter(n for n, _ in seen["first"])
    if by_visitor:
        print(
            f"  fair: medians of visitors {min(by_visitor.values()):.2f} to {max(by_visitor.values()):.2f} s;", end=" "
        )
        print(f"{min(answers.values())} to {max(answers.values())} answers each")
    print(f"memory: at most {most:,.0f} MiB")
    print(f"errors: {len(errors)} {errors[:3] or ''}")
    first = [value for _, value in seen["first"]]
    return (
        len(errors)
        + (len(first) < 2 or median(first) > MEDIAN)
        + (len(first) < 2 or quantiles(first, n=20)[-1] > SLOWEST)
        + (most > MEMORY)
    )


def main() -> None:
    """Start a server, load it, stop it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--visitors", type=int, default=30)
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
                wrong = asyncio.run(load(port, server.pid, given.visitors, 60 * given.minutes))
            finally:
                server.terminate()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
