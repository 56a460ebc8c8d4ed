"""Behind a proxy or a hub: pages, sockets and addresses to share under its name and path, and under no other name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright")
PATIENCE = 100_000


def test_under_the_path_of_a_trusted_host_pages_answer_and_lead_to_one_another(
    serve: Callable[..., Any], chromium: Any, tmp_path: Path
) -> None:
    with serve(tmp_path / "classes", "--base-path", "/conducive", "--trust-host", "hub.localhost") as (address, _):
        port = address.rpartition(":")[2]
        hub = f"http://hub.localhost:{port}"
        asked: list[str] = []
        page = chromium.new_context().new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: asked.append(request.url))

        page.goto(f"{hub}/conducive/")
        page.get_by_role("heading", name="What if?").wait_for()
        links = page.locator("#pages a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
        assert {link.partition("?")[0] for link in links} >= {"/conducive/", "/conducive/watch", "/conducive/classroom"}
        page.locator("#pages a", has_text="Classroom").click()
        page.wait_for_url(f"{hub}/conducive/classroom")
        page.reload()
        page.get_by_role("button", name="Open a class").first.click()
        page.wait_for_url(f"{hub}/conducive/classroom?teach=**")
        board = page.locator("a", has_text="Show the board").get_attribute("href")
        page.goto(f"{hub}{board}")

        assert page.locator("[data-test=address]").inner_text().startswith(f"hub.localhost:{port}/conducive/j/")
        assert all(url.startswith((f"{hub}/conducive/", "data:", "blob:")) for url in asked), asked
        other = chromium.new_context().new_page()
        assert other.goto(f"http://other.localhost:{port}/conducive/").status == 403
