"""In browsers: the story from its first line to What if?, and a lesson with a second try beside its teacher's desk."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from conducive.dashboards.classroom.lessons import lesson
from conducive.dashboards.pages.story import CHOICES, GRANT_ENDS, REWOUND
from conducive.dashboards.store.codes import COOKIE


def test_a_story_is_read_rewound_and_leads_to_the_same_scenario_under_what_if(visit: Callable[..., Any]) -> None:
    page = visit("story", 390, 844)
    page.get_by_role("button", name="Read on").click()
    page.get_by_role("heading", name="The cliff").wait_for()
    page.get_by_role("button", name=f"Rewind to month {REWOUND}").click()

    page.get_by_role("button", name=CHOICES[2].label).click()
    page.get_by_text("One life is an anecdote").wait_for()
    page.get_by_role("button", name=CHOICES[0].label).click()
    expect(page.get_by_role("button", name=CHOICES[0].label)).to_have_attribute("aria-pressed", "true")
    page.get_by_text("One life is an anecdote").wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="See it over hundreds of lives").click()
    expect(page).to_have_url(re.compile(r"/\?s=1"))
    page.locator(".verdict .status", has_text="pairs of runs").wait_for()
    expect(page.locator(".marks").first).to_contain_text(f"Month {GRANT_ENDS}")


def work_on_another_device(owls: Any, visit: Callable[..., Any], prompts: Sequence[str], names: Sequence[str]) -> None:
    """See the second try of a group on another device; explain on both at once, where neither writes over the other."""
    pad = visit("classroom")
    pad.context.add_cookies([one for one in owls.context.cookies() if one["name"] == COOKIE])
    pad.goto(owls.url)
    expect(pad.get_by_role("checkbox", name=names[4]).last).to_be_checked()
    owls.get_by_role("checkbox", name=names[4]).uncheck()
    owls.get_by_role("checkbox", name=names[5]).check()
    owls.get_by_role("button", name="Run these").click()
    expect(pad.get_by_role("checkbox", name=names[5]).last).to_be_checked()
    expect(pad.get_by_role("checkbox", name=names[4]).last).not_to_be_checked()

    answer, theirs = pad.get_by_label(prompts[0]), owls.get_by_label(prompts[0])
    answer.evaluate(
        "(e) => { e.focus(); window.typing = setInterval("
        "() => { e.value += 'x'; e.dispatchEvent(new Event('input')); }, 200); }"
    )
    theirs.fill("Theirs.")
    owls.get_by_label(prompts[1]).focus()
    pad.get_by_text("Kept: 1 of").wait_for()
    pad.evaluate("clearInterval(window.typing)")
    pad.get_by_text("another answer was kept while you typed: \u201cTheirs.\u201d").wait_for()
    expect(theirs).to_have_value("Theirs.")
    pad.get_by_role("button", name="Take theirs").click()
    expect(answer).to_have_value("Theirs.")
    expect(pad.get_by_role("button", name="Take theirs")).to_have_count(0)


def keep_time(teacher: Any) -> None:
    """See that a timer goes on where it was when the clock of the machine jumps, back and forth."""
    timer = teacher.get_by_role("timer")

    def left() -> int:
        minutes, seconds = re.findall(r"\d+", timer.inner_text())
        return 60 * int(minutes) + int(seconds)

    for hours in (-1, 2):
        before = left()
        teacher.evaluate(f"{{ const now = Date.now; Date.now = () => now() + {hours} * 3600000; }}")
        teacher.wait_for_timeout(2500)
        assert 1 <= before - left() <= 20
        assert "over" not in timer.inner_text()


def test_a_group_tries_twice_and_its_teacher_sees_picks_ranked_a_timer_and_answers(visit: Callable[..., Any]) -> None:
    of = lesson("conducive-zone")
    teacher, owls = visit("classroom"), visit("classroom", 390, 844)
    teacher.locator(".lesson", has_text=of.title).get_by_role("button", name="Open a class").click()
    code = teacher.locator(".big.code")
    expect(code).not_to_be_empty()
    owls.get_by_label("Class code").fill(code.inner_text())
    owls.get_by_role("button", name="Join").click()
    owls.get_by_label("Name of your group").fill("=Owls")
    owls.get_by_role("button", name="Join").click()
    names = [c.title for c in of.pickable]
    for name in names[:3]:
        owls.get_by_role("checkbox", name=name).check()
    owls.get_by_role("radio", name=of.options[0]).check()
    owls.get_by_role("slider", name="At launch").focus()
    owls.keyboard.press("PageUp")
    owls.get_by_role("button", name="Keep our prediction").click()
    teacher.get_by_text("1 group joined, 1 predicted").wait_for()
    teacher.get_by_role("button", name="Start the timer").click()
    teacher.get_by_role("button", name="Next step").click()
    teacher.get_by_role("button", name="Open the results").click()
    owls.get_by_role("button", name="Run the model").click()

    owls.get_by_role("heading", name="A second try").wait_for()
    expect(owls.locator(".small-charts .sketch svg[data-test=sketch]")).to_have_count(len(of.chart))
    expect(owls.locator(".dots figure")).to_have_count(len(of.arms) * len(of.people))
    owls.get_by_role("checkbox", name=names[0]).uncheck()
    owls.get_by_role("button", name="Run these").click()
    owls.get_by_role("alert").get_by_text("Pick 3 different conditions").wait_for()
    owls.get_by_role("checkbox", name=names[4]).check()
    owls.get_by_role("button", name="Run these").click()

    tries = owls.get_by_role("region", name="What picks bring").locator("tbody tr")
    expect(tries).to_have_count(2)
    expect(tries.nth(1)).to_contain_text(names[4].lower())
    expect(teacher.get_by_role("region", name="What picks bring").locator("tbody tr")).to_have_count(2)
    assert owls.evaluate("document.documentElement.scrollWidth") <= 390
    for page in (owls, teacher):
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        assert not [(one["id"], one["nodes"][0]["target"]) for one in found.response["violations"]]
    work_on_another_device(owls, visit, of.prompts, names)
    keep_time(teacher)
    with teacher.expect_download() as made:
        teacher.get_by_role("button", name="Answers by group").click()
    rows = list(csv.DictReader(io.StringIO(Path(made.value.path()).read_text("utf-8-sig"))))
    assert [row["Group"] for row in rows] == ["'=Owls"]
    assert names[5].lower() in rows[0]["Second try"]

    teacher.reload()
    expect(teacher.get_by_role("timer")).to_contain_text(re.compile(rf"^{of.plan[1].minutes - 1}:|:00"))
    expect(teacher.locator(".timer li.now")).to_contain_text(of.plan[1].does[:30])
