"""A button that makes a file and saves it."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from typing import Any

import solara

from conducive.dashboards.widgets.html import sentence, template
from conducive.dashboards.widgets.progress import OFTEN
from conducive.dashboards.work import CancelledError, Job
from conducive.scenarios.errors import InputError


@template("download.vue")
def _Saver(
    label: str, state: str, trouble: str, file: dict[str, str], done: int, of: int, event_ask: Callable[[Any], None],
    event_saved: Callable[[Any], None], event_stop: Callable[[Any], None],
) -> None:  # fmt: skip
    """A button whose file is made when it is pressed."""


@solara.component
def Download(label: str, make: Callable[..., tuple[str, str, bytes]], of: int = 0) -> None:
    """A button that makes a file, beside the page, and saves it: `make` returns its name, MIME type and content.

    Where that takes long, `of` says after how many steps it is made. `make` then takes the job that counts them, the
    page shows how far it is, and the visitor can stop it; leaving the page stops it too. What it raises as InputError
    is shown under the button.
    """
    state, set_state = solara.use_state("")
    trouble, set_trouble = solara.use_state("")
    file, set_file = solara.use_state({})
    done, set_done = solara.use_state(0)
    job: Any = solara.use_ref(None)

    def work(mine: _Told) -> None:
        try:
            name, kind, content = make(mine) if of else make()
            set_file({"name": name, "kind": kind, "content": base64.b64encode(content).decode()})
        except CancelledError:
            pass
        except InputError as error:
            set_trouble(sentence(str(error)))
        except Exception:
            set_trouble("This file could not be made. Please try again.")
            raise
        finally:
            set_state("")

    def ask(_: object) -> None:
        if not state:
            set_state("working")
            set_trouble("")
            set_done(0)
            job.current = _Told(set_done)
            threading.Thread(target=work, args=(job.current,), daemon=True).start()

    def stop() -> None:
        if job.current is not None:
            job.current.stop()

    solara.use_effect(lambda: stop, [])
    _Saver(
        label=label, state=state, trouble=trouble, file=file, done=min(done, of), of=of, event_ask=ask,
        event_saved=lambda _: set_file({}), event_stop=lambda _: stop(),
    )  # fmt: skip


class _Told(Job):
    """A job that tells a page how far it is, now and then."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        super().__init__()
        self._tell, self._told = tell, 0.0

    def advance(self, count: int = 1) -> None:
        super().advance(count)
        if time.monotonic() - self._told > OFTEN:
            self._told = time.monotonic()
            self._tell(self.done)
