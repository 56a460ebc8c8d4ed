"""Pieces that pages share: answers while somebody waits, files that are made, elements, what surrounds a page."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import solara
from ipyvuetify.Html import Html

from conducive.dashboards.app import PAGES, Layout
from conducive.dashboards.widgets.chart import Chart
from conducive.dashboards.widgets.download import Download
from conducive.dashboards.widgets.html import Note, Press, Trouble, tag
from conducive.dashboards.widgets.progress import Answer, use_answers, when_changed
from conducive.dashboards.work import CancelledError, Job
from conducive.scenarios.errors import InputError

PATIENCE = 30.0
"""Seconds to wait for what another thread does: the machine may be busy."""


def wait(until: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


class Asking:
    """A page that asks one question after the other, and what it sees."""

    def __init__(self, ask: Callable[[str, Job], Iterator[Any]]) -> None:
        self.seen: list[Answer[Any]] = []
        self.question, self.set_question = "first", lambda _: None
        self.stop: Callable[[], None] = lambda: None
        self.again: Callable[[], None] = lambda: None

        @solara.component
        def page() -> None:
            question, self.set_question = solara.use_state("first")
            answer, self.stop, self.again = use_answers(lambda job: ask(question, job), question)
            self.seen.append(answer)
            tag("p", str(answer.value))

        self.box, self.context = solara.render(page(), handle_error=False)

    @property
    def last(self) -> Answer[Any]:
        return self.seen[-1]


def values(answers: list[Answer[Any]]) -> list[Any]:
    return list(dict.fromkeys(a.value for a in answers))


class Watching:
    """A page that looks at a store every few moments, and what it shows."""

    def __init__(self, look: Callable[[], str]) -> None:
        self.seen: list[str | None] = []

        @solara.component
        def page() -> None:
            seen, self.set_at_once = when_changed(look, "at first", "key", every=0.01)
            self.seen.append(seen)
            tag("p", str(seen))

        _, self.context = solara.render(page(), handle_error=False)


def test_what_others_do_is_seen_and_what_is_gone_as_well() -> None:
    kept = ["at first"]

    def look() -> str:
        if not kept:
            msg = "it is gone"
            raise InputError(msg)
        return kept[0]

    page = Watching(look)
    kept[0] = "changed"
    wait(lambda: page.seen[-1] == "changed")
    kept.clear()

    wait(lambda: page.seen[-1] is None)

    page.context.close()


def test_a_look_that_began_before_a_change_is_not_put_over_it() -> None:
    began, go_on = threading.Event(), threading.Event()
    looks: list[str] = []

    def look() -> str:
        looks.append("")
        if len(looks) == 1:
            began.set()
            go_on.wait(PATIENCE)
            return "older"
        return "newer"

    page = Watching(look)
    assert began.wait(PATIENCE)
    page.set_at_once("newer")
    go_on.set()

    wait(lambda: len(looks) > 2)

    assert "older" not in page.seen
    assert page.seen[-1] == "newer"
    page.context.close()


def test_an_answer_is_shown_as_it_grows_and_says_when_it_is_done() -> None:
    go_on = threading.Event()

    def ask(_: str, job: Job) -> Iterator[int]:
        yield 1
        go_on.wait(PATIENCE)
        yield 2

    page = Asking(ask)
    assert (page.seen[0].value, page.seen[0].working) == (None, True)
    wait(lambda: page.last.value == 1)
    assert (page.last.working, page.last.fresh) == (True, True)
    go_on.set()

    wait(lambda: not page.last.working)

    assert (page.last.value, page.last.fresh, page.last.cancelled, page.last.trouble) == (2, True, False, "")
    page.context.close()


def test_the_answer_before_stands_until_there_is_another_and_is_not_called_fresh() -> None:
    go_on = threading.Event()

    def ask(question: str, job: Job) -> Iterator[str]:
        if question == "second":
            go_on.wait(PATIENCE)
        yield question

    page = Asking(ask)
    wait(lambda: not page.last.working)

    page.set_question("second")  # type: ignore[no-untyped-call]

    assert (page.last.value, page.last.working, page.last.fresh) == ("first", True, False)
    go_on.set()
    wait(lambda: page.last.fresh and not page.last.working)
    assert page.last.value == "second"
    page.context.close()


def test_an_answer_that_comes_late_does_not_replace_that_of_the_next_question() -> None:
    late = threading.Event()
    gone = threading.Event()

    def ask(question: str, job: Job) -> Iterator[str]:
        if question == "first":
            late.wait(PATIENCE)
            gone.set()
        yield question

    page = Asking(ask)
    page.set_question("second")  # type: ignore[no-untyped-call]
    wait(lambda: page.last.value == "second" and not page.last.working)

    late.set()
    gone.wait(PATIENCE)
    time.sleep(0.1)

    assert values(page.seen) == [None, "second"]
    page.context.close()


def test_an_answer_can_be_stopped_and_asked_for_again() -> None:
    asked: list[str] = []

    def ask(question: str, job: Job) -> Iterator[int]:
        asked.append(question)
        yield len(asked)
        while len(asked) == 1:
            job.advance(0)
            time.sleep(0.01)

    page = Asking(ask)
    wait(lambda: page.last.value == 1)
    page.stop()
    wait(lambda: page.last.cancelled)
    assert (page.last.value, page.last.working, page.last.fresh) == (1, False, True)

    page.again()

    wait(lambda: page.last.value == 2 and not page.last.working)
    assert not page.last.cancelled
    page.context.close()


def test_who_leaves_the_page_stops_what_it_asked_for() -> None:
    jobs: list[Job] = []

    def ask(_: str, job: Job) -> Iterator[int]:
        jobs.append(job)
        yield 1
        while True:
            job.advance(0)
            time.sleep(0.01)

    page = Asking(ask)
    wait(lambda: page.last.value == 1)

    page.context.close()

    wait(lambda: jobs[0].stopped)


@pytest.mark.parametrize(
    ("error", "said"),
    [(InputError("horizon must be short."), "Horizon must be short."), (ValueError("x"), "Something went wrong here.")],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_goes_wrong_is_said_in_words_and_what_was_there_stays(error: Exception, said: str) -> None:
    def ask(_: str, job: Job) -> Iterator[int]:
        yield 1
        raise error

    page = Asking(ask)

    wait(lambda: page.last.trouble)

    assert page.last.trouble.startswith(said)
    assert (page.last.value, page.last.working) == (1, False)
    page.context.close()


def test_what_cannot_be_asked_leaves_the_answer_before_as_what_it_is() -> None:
    def ask(question: str, job: Job) -> Iterator[str]:
        if question == "second":
            msg = "no."
            raise InputError(msg)
        yield question

    page = Asking(ask)
    wait(lambda: not page.last.working)

    page.set_question("second")  # type: ignore[no-untyped-call]

    wait(lambda: page.last.trouble)
    assert (page.last.value, page.last.fresh, page.last.trouble) == ("first", False, "No.")
    page.context.close()


# ---- Files ---------------------------------------------------------------------------------------------------------


def saver(make: Callable[..., tuple[str, str, bytes]], of: int = 0) -> tuple[Any, Any]:
    """Return the button of a file, and what closes it."""
    _, context = solara.render(Download("Data", make, of), handle_error=False)
    (button,) = [w for w in every(context.container) if hasattr(w, "label") and hasattr(w, "trouble")]
    return button, context


def every(widget: Any) -> Iterator[Any]:
    yield widget
    for child in getattr(widget, "children", ()):
        if not isinstance(child, str):
            yield from every(child)


def press(button: Any, event: str) -> None:
    button._handle_event(None, {"event": event, "data": None}, None)


def told(widget: Any, name: str) -> Any:
    """Return what a browser is told of a part of a widget."""
    return widget.get_state(name)[name]


def test_a_file_is_made_when_it_is_asked_for() -> None:
    button, context = saver(lambda: ("data.csv", "text/csv", b"a,b"))
    assert (button.state, told(button, "file")) == ("", {})

    press(button, "ask")

    wait(lambda: told(button, "file") and not button.state)
    assert told(button, "file") == {"name": "data.csv", "kind": "text/csv", "content": "YSxi"}
    press(button, "saved")
    assert told(button, "file") == {}
    context.close()


def test_a_file_that_takes_long_says_how_far_it_is_and_can_be_stopped() -> None:
    stopped = threading.Event()

    def make(job: Job) -> tuple[str, str, bytes]:
        try:
            while True:
                job.advance(3)
                time.sleep(0.01)
        except CancelledError:
            stopped.set()
            raise

    button, context = saver(make, of=7)
    press(button, "ask")
    wait(lambda: button.done == 7)
    assert (button.state, button.of) == ("working", 7)

    press(button, "stop")

    wait(lambda: not button.state)
    assert stopped.is_set()
    assert (told(button, "file"), button.trouble) == ({}, "")
    context.close()


def test_who_leaves_the_page_stops_a_file_that_is_being_made() -> None:
    jobs: list[Job] = []

    def make(job: Job) -> tuple[str, str, bytes]:
        jobs.append(job)
        while True:
            job.advance()
            time.sleep(0.01)

    button, context = saver(make, of=10)
    press(button, "ask")
    wait(lambda: jobs)

    context.close()

    wait(lambda: jobs[0].stopped)


@pytest.mark.parametrize(
    ("error", "said"), [(InputError("no room."), "No room."), (ValueError("x"), "This file could not be made.")]
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_file_that_cannot_be_made_says_so_and_can_be_asked_for_again(error: Exception, said: str) -> None:
    wrong = [error]

    def make() -> tuple[str, str, bytes]:
        if wrong:
            raise wrong.pop()
        return "a", "b", b"c"

    button, context = saver(make)
    press(button, "ask")
    wait(lambda: button.trouble and not button.state)
    assert button.trouble.startswith(said)

    press(button, "ask")

    wait(lambda: told(button, "file"))
    assert button.trouble == ""
    context.close()


# ---- Elements and the frame ----------------------------------------------------------------------------------------


def test_an_element_that_turns_into_another_kind_is_made_anew() -> None:
    turn: list[Callable[[str], None]] = []

    @solara.component
    def page() -> None:
        kind, set_kind = solara.use_state("progress")
        turn.append(set_kind)
        with tag("div"):
            tag(kind, "text")

    _, context = solara.render(page(), handle_error=False)
    (before,) = [w for w in every(context.container) if getattr(w, "tag", "") == "progress"]

    turn[-1]("span")

    (after,) = [w for w in every(context.container) if getattr(w, "tag", "") == "span"]
    assert isinstance(after, Html)
    assert after is not before
    context.close()


def test_messages_are_shown_only_where_there_are_any() -> None:
    for message, role in ((Trouble, "alert"), (Note, "status")):
        for text, shown in (("", 0), ("is wrong", 1)):
            _, context = solara.render(message(text), handle_error=False)
            roles = [getattr(w, "attributes", {}).get("role") for w in every(context.container)]
            assert roles.count(role) == shown
            context.close()


class Visitor:
    """What surrounds the pages, for one visitor: where they are, and what the menu holds."""

    def __init__(self, path: str = "/") -> None:
        self.pushed: list[str] = []
        self.go_to: Callable[[str], None] = lambda _: None

        @solara.component
        def around() -> None:
            at, self.go_to = solara.use_state(path)

            def push(new: str) -> None:
                self.pushed.append(new)
                self.go_to(new)

            routes = [solara.Route(path=name) for name, _, _ in PAGES]
            solara.routing.router_context.provide(solara.routing.Router(at, routes, push))
            Layout(children=[Press("page", lambda: None)])

        _, self.context = solara.render(around(), handle_error=False)

    @property
    def menu(self) -> Any:
        (found,) = [w for w in every(self.context.container) if hasattr(w, "pages")]
        return found

    @property
    def hrefs(self) -> dict[str, str]:
        return {page["label"]: page["href"] for page in told(self.menu, "pages")}


def test_the_menu_leads_back_to_a_page_as_it_was_left() -> None:
    visitor, other = Visitor("/?s=1abc"), Visitor("/")
    visitor.go_to("/?s=1def")
    visitor.go_to("/sweep?s=1xyz")

    visitor.menu._handle_event(None, {"event": "go", "data": "/"}, None)

    assert visitor.pushed == ["/?s=1def"]
    assert visitor.hrefs["What if?"] == "/?s=1def"
    assert visitor.hrefs["Sweep"] == "/sweep?s=1xyz"
    assert visitor.hrefs["About"] == "/about"
    assert other.hrefs["What if?"] == "/"
    assert other.hrefs["Sweep"] == "/sweep"


@pytest.mark.parametrize("sent", [None, 3, "/nowhere", "https://example.org", ["/"], "/?s=1abc"])
def test_the_menu_leads_nowhere_else(sent: object) -> None:
    visitor = Visitor("/about")

    visitor.menu._handle_event(None, {"event": "go", "data": sent}, None)

    assert visitor.pushed == []


def test_a_browser_gets_lists_as_they_are_and_nothing_where_they_are_the_same_again() -> None:
    series = [{"key": "a", "label": "A", "low": [0.1, None], "mean": [0.2, None], "high": [0.3, None]}]
    turn: list[Callable[[int], None]] = []

    @solara.component
    def page() -> None:
        count, set_count = solara.use_state(0)
        turn.append(set_count)
        Chart(
            title="Use", x=[1, 2 + count // 2], series=copy.deepcopy(series), bands=[], marks=[], unit="percent",
            xlabel="Months", xname="Month", least_top=0.1,
        )  # fmt: skip

    _, context = solara.render(page(), handle_error=False)
    (chart,) = [w for w in every(context.container) if hasattr(w, "series")]
    state, changes = chart.get_state(), []
    chart.observe(lambda change: changes.append(change["name"]))

    assert state["series"] == series
    assert state["x"] == [1, 2]
    turn[-1](1)
    assert changes == []
    turn[-1](2)
    assert changes == ["x"]
    assert told(chart, "x") == [1, 3]
    context.close()


def test_a_page_that_fails_says_so_and_can_be_tried_again() -> None:
    fails = [True]

    @solara.component
    def broken() -> None:
        if fails:
            msg = "secret detail"
            raise ValueError(msg)
        tag("p", "All is well")

    @solara.component
    def around() -> None:
        routes = [solara.Route(path=name) for name, _, _ in PAGES]
        solara.routing.router_context.provide(solara.routing.Router("/", routes, lambda _: None))
        Layout(children=[broken()])

    _, context = solara.render(around(), handle_error=False)
    texts = "".join(str(getattr(w, "children", "")) for w in every(context.container))
    assert "This page could not be shown" in texts
    assert "secret detail" not in texts.lower()
    fails.clear()
    context.close()
