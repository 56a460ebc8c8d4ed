"""Briefings: self-contained, accessible pages whose prose says no more than the numbers carry."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import conducive as cz
from conducive.experiments.cli import app as cli
from conducive.experiments.compare import brief as briefing
from conducive.experiments.compare.answer import headline, span, sureness
from conducive.experiments.compare.brief import brief
from conducive.experiments.compare.comparison import Comparison, compare
from conducive.experiments.compare.dependence import Dependence, Moved, _moves, dependence
from conducive.experiments.compare.text import compared_causes, cost_in_words, sustained_in_words
from conducive.experiments.lives.ensemble import Ensemble
from conducive.experiments.lives.text import NOT_A_FORECAST, caution, sets_in_words
from conducive.experiments.words import points, signed
from conducive.scenarios.conditions import conditions
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario, to_toml

SMALL = load_scenario("classroom").change({"horizon": 60, "warm_up": 6, "organisation.posts": 20})
LONGER = SMALL.change({"finance.funding_term": 36, "leadership": 0.8})
NASTY = '<script>alert("x")</script> & $a$ "quoted" <b>--></b>'
QUICK = ("--set", "horizon=36", "--set", "warm_up=6", "--set", "organisation.posts=20", "--replicates", "8")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(SMALL, LONGER, 16, 0)


@pytest.fixture(scope="module")
def depends(comparison: Comparison) -> Dependence:
    return dependence(comparison, 4)


@pytest.fixture(scope="module")
def page(comparison: Comparison, depends: Dependence) -> str:
    return brief(comparison, depends)


def with_gaps(of: Comparison, gaps: list[float], base: float = 0.4) -> Comparison:
    """Return a comparison in which use as meant differs by given gaps, one for each pair, in every month."""

    def arm(ensemble: Ensemble, shares: list[float]) -> Ensemble:
        lives = []
        for life, share in zip(ensemble.lives, shares, strict=False):
            monthly = life.monthly.copy()
            monthly["use_at_fidelity"] = share
            lives.append(replace(life, monthly=monthly))
        return replace(ensemble, lives=tuple(lives), asked=len(lives))

    return Comparison(arm(of.base, [base] * len(gaps)), arm(of.alternative, [base + gap for gap in gaps]))


def prose(page: str) -> str:
    """Return what a page says, without its markup, style and picture."""
    bare = re.sub(r"<(style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


class Elements(HTMLParser):
    """Elements of a page, in order, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


# ---- The page ------------------------------------------------------------------------------------------------------


def test_a_page_answers_every_question_of_a_briefing(page: str) -> None:
    headings = re.findall(r"<h2[^>]*>(.+?)</h2>", page)

    assert headings == [
        "The question", "The answer", "The picture", "Why", "What it depends on", "What was assumed",
        "How to reproduce it",
    ]  # fmt: skip
    assert "It is not a forecast" in prose(page)
    assert "finance.funding_term 24 months 36 months what the paper says" in prose(page)
    assert f"of {len(cz.coefficients())} rest on judgement alone" in prose(page)


def test_a_page_tells_what_the_comparison_tells(comparison: Comparison, depends: Dependence, page: str) -> None:
    told = html.unescape(prose(page))

    for said in (
        headline(comparison), *sureness(comparison), *sustained_in_words(comparison),
        cost_in_words(comparison), briefing._why(comparison)["text"], briefing.states_in_words(comparison),
        briefing.depending(depends)["text"],
        caution(comparison, 16), NOT_A_FORECAST, sets_in_words(comparison, "pair", SMALL, LONGER).strip(),
    ):  # fmt: skip
        assert " ".join(said.split()) in told
    for cause in compared_causes(comparison):
        assert f"{cause.name} {cause.base:,.1f} {cause.alternative:,.1f} {signed(cause.mean)}" in told


def test_a_page_is_whole_and_asks_nothing_of_the_network(page: str) -> None:
    elements = Elements(page)

    assert elements.open == []
    assert not [tag for tag, _ in elements.found if tag in {"script", "img", "link", "iframe", "object", "image"}]
    targets = [v for _, a in elements.found for n, v in a.items() if n in {"href", "src", "xlink:href", "action"}]
    assert targets
    assert all(str(target).startswith(("#", "data:text/plain")) for target in targets)
    assert not re.search(r"url\((?!#)|@import|onload|onclick", page)
    assert len(page) < 300_000


def test_a_page_can_be_read_without_sight(page: str) -> None:
    elements = Elements(page).found

    levels = [int(tag[1]) for tag, _ in elements if re.fullmatch(r"h\d", tag)]
    ids = [a["id"] for _, a in elements if "id" in a]
    ((_, picture),) = [e for e in elements if e[0] == "svg"]
    assert dict(elements)["html"]["lang"] == "en-GB"
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    assert len(ids) == len(set(ids))
    assert picture["role"] == "img"
    assert picture["aria-labelledby"] in ids
    assert all("scope" in a for tag, a in elements if tag == "th")
    assert sum(tag == "caption" for tag, _ in elements) == sum(tag == "table" for tag, _ in elements)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_in_a_browser_fits_asks_for_nothing_and_is_accessible(
    chromium: Any, page: str, width: int, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    asked: list[str] = []

    tab = chromium.new_page(viewport={"width": width, "height": 900})
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((tmp_path / "page.html").as_uri())
    reach = tab.evaluate("document.documentElement.scrollWidth")
    found = Axe().run(tab)
    tab.close()

    assert asked == [(tmp_path / "page.html").as_uri()]
    assert reach <= width
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


def test_the_alternative_text_gives_the_numbers_of_the_picture(comparison: Comparison, page: str) -> None:
    share = comparison.alternative.values("use_at_fidelity")[:, -1].mean()

    assert f"month 60: A {comparison.base.values('use_at_fidelity')[:, -1].mean():.1%}, B {share:.1%}" in prose(page)
    assert "A has it in 24 months up to month 24 and B has it in 36 months up to month 36" in prose(page)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_every_colour_of_text_stands_out_from_white() -> None:
    style = re.search(r"<style>(.+?)</style>", briefing.TEMPLATE.read_text("utf-8"), re.DOTALL)
    assert style
    colours = re.findall(r"[{;]\s*color: (#[0-9a-f]{3,6})", style[1])

    full = ["#" + "".join(2 * c for c in each[1:]) if len(each) == 4 else each for each in colours]
    assert full
    assert all(1.05 / (luminance(each) + 0.05) >= 4.5 for each in full)


def test_markup_in_a_scenario_is_shown_and_not_obeyed() -> None:
    nasty = replace(SMALL, title=NASTY, question=NASTY, place=NASTY).with_wave(12, NASTY)

    page = brief(compare(nasty, nasty.change({"finance.funding_term": 36}), 2, 0), command=f"conducive {NASTY}")

    assert Elements(page).open == []
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(" in page


def test_a_page_can_be_made_again_from_what_it_holds(comparison: Comparison, page: str, tmp_path: Path) -> None:
    for name, content in re.findall(r'download="(\w\.toml)" href="data:[^,]+,([^"]+)"', page):
        (tmp_path / name).write_bytes(base64.b64decode(content))

    again = compare(tmp_path / "A.toml", tmp_path / "B.toml", 16, 0)

    assert "conducive brief A.toml B.toml --replicates 16 --seed 0" in prose(page)
    np.testing.assert_array_equal(again.difference("use_at_fidelity"), comparison.difference("use_at_fidelity"))
    for part in (cz.__version__, briefing.rules(), briefing.sets_key(), "16 pairs of runs, seed 0"):
        assert part in prose(page)


def test_the_command_of_a_page_is_the_one_that_was_given(comparison: Comparison) -> None:
    assert "<code>conducive brief &#39;a b&#39;</code>" in brief(comparison, command="conducive brief 'a b'")
    default = brief(compare(SMALL, LONGER, 2, 0, plausible=False))
    assert "conducive brief A.toml B.toml --replicates 2 --seed 0 --default-set" in default
    assert "none: the default coefficients alone" in default


def test_what_was_measured_at_an_authority_is_told_as_measured() -> None:
    place = [s.change({"organisation.posts": 20, "horizon": 24, "warm_up": 6}).at("Leeds") for s in (SMALL, LONGER)]

    said = prose(brief(compare(*place, 2, 0)))

    assert "starting from the published figures of Leeds, 2025" in said
    assert f"caseload {place[0]['workforce_capacity.caseload']:g} cases" in said


# ---- No claim that the numbers do not carry ------------------------------------------------------------------------


def test_a_clear_gain_is_told_with_its_size_and_interval(comparison: Comparison) -> None:
    said = headline(with_gaps(comparison, [0.09, 0.11] * 8))

    assert "B has 9.8 of 20 practitioners using it as it is meant in an average month of the 5 years, A 7.9" in said
    assert "clearly more (+10.0 percentage points, 95% interval" in said


def test_a_clear_loss_is_told_as_fewer(comparison: Comparison) -> None:
    said = headline(with_gaps(comparison, [-0.09, -0.11] * 8))

    assert "clearly fewer (-10.0 percentage points" in said
    assert "clearly more" not in said


def test_one_pair_and_no_difference_are_no_answer(comparison: Comparison) -> None:
    assert "+20.0 percentage points, but 1 pair cannot tell" in headline(with_gaps(comparison, [0.2]))
    assert "no difference in any of 4 pairs of runs" in headline(with_gaps(comparison, [0.0] * 4, 0.0))


def test_a_few_pairs_that_all_differ_by_the_same_are_no_answer(comparison: Comparison) -> None:
    few, enough = (with_gaps(comparison, [0.05] * pairs, 0.0) for pairs in (5, 6))

    assert "5 pairs cannot tell" in headline(few)
    assert sureness(few) == []
    assert "clearly more (+5.0 percentage points" in headline(enough)


def test_a_difference_that_rounds_to_none_is_told_as_less_than_a_tenth(comparison: Comparison) -> None:
    said = headline(with_gaps(comparison, [-0.0001, -0.0003] * 8))

    assert "no difference that matters (+0.0 percentage points" in said
    assert "just below 0" in said


@pytest.mark.parametrize(
    ("gaps", "chance", "robust"),
    [
        ([0.1] * 15 + [-0.1], "B has more in 15 and A in 1.", "in 4 of 4 plausible sets of coefficients B has more."),
        ([-0.1] * 12 + [0.0] * 4, "more in 0 and A in 12, and in 4 they are level.", "B has fewer, in 1 as many."),
        ([0.1, -0.1] * 8, "B has more in 8 and A in 8.", "in 4 of 4 plausible sets of coefficients B has as many."),
    ],
)
def test_chance_and_robustness_are_counted(comparison: Comparison, gaps: list[float], chance: str, robust: str) -> None:
    said = " ".join(sureness(with_gaps(comparison, gaps, 0.5)))

    assert "Chance: of 16 pairs of runs, B has more in" in said
    assert chance in said
    assert robust in said


def with_state(of: Comparison, name: str, gap: float) -> Comparison:
    """Return a comparison in which all states are level but one, which differs by about a gap in every month."""

    def arm(ensemble: Ensemble, shift: float) -> Ensemble:
        lives = []
        for n, life in enumerate(ensemble.lives):
            monthly = life.monthly.copy()
            for state in briefing.STATES:
                monthly[state] = 0.5 + (shift * (1 + 0.1 * (-1) ** n) if state == name else 0.0)
            lives.append(replace(life, monthly=monthly))
        return replace(ensemble, lives=tuple(lives))

    return Comparison(arm(of.base, 0.0), arm(of.alternative, gap))


@pytest.mark.parametrize("name", briefing.STATES)
def test_a_state_is_named_where_it_differs_with_its_direction(comparison: Comparison, name: str) -> None:
    level, up, down = (briefing.states_in_words(with_state(comparison, name, gap)) for gap in (0.0, 0.2, -0.2))

    meaning = next(i.meaning for i in briefing.INDICATORS if i.name == name).rstrip(".").lower()
    assert "none of the 15 states that lead to use clearly differs" in level
    for said, points_told in ((up, "(+20.0)"), (down, "(-20.0)")):
        assert "of 15 states that lead to use 1 clearly differs" in said
        assert f"{meaning} {points_told}" in said.lower()


@pytest.mark.parametrize("gaps", [[0.1, 0.2] * 8, [-0.1, -0.3] * 8, [0.1, -0.1] * 8, [0.0] * 16])
def test_the_table_and_the_alternative_text_follow_the_numbers(comparison: Comparison, gaps: list[float]) -> None:
    found = with_gaps(comparison, gaps, 0.4)
    told = prose(brief(found))

    mean = float(np.mean(gaps))
    judged = found.judge(np.array(gaps))
    row = f"40.0% {0.4 + mean:.1%} {points(mean)} {span(judged.low, judged.high)} {judged.way}"
    assert f"Horizon (month 60) {row}" in told
    assert f"month 60: A 40.0%, B {0.4 + mean:.1%}" in told


def test_where_nothing_was_lost_no_table_is_promised(comparison: Comparison) -> None:
    lives = [replace(life, ledger=life.ledger[:0]) for life in comparison.base.lives]
    none = replace(comparison.base, lives=tuple(lives))

    said = briefing.alternative_text(Comparison(none, none))

    assert "bars that say none was lost" in said
    assert "which the table under Why gives" in briefing.alternative_text(comparison)


def test_a_gap_that_closes_is_no_less_of_an_answer(comparison: Comparison) -> None:
    closed = with_gaps(comparison, [0.09, 0.11] * 8, 0.0)
    for life in (*closed.base.lives, *closed.alternative.lives):
        life.monthly["use_at_fidelity"][-1] = 0.0

    said = headline(closed)

    assert "in an average month of the 5 years" in said
    assert "clearly more (+9.8 percentage points" in said
    assert "Two years after its money ended (A: month 48, B: month 60)" in said


def test_sets_that_agree_while_the_interval_holds_none_are_told(comparison: Comparison) -> None:
    said = headline(with_gaps(comparison, [0.01] * 12 + [0.5] * 4))

    assert "probably more (" in said
    assert "in 4 of 4 plausible sets of coefficients B has more" in said


@settings(max_examples=40, deadline=None)
@given(
    middle=st.floats(-0.3, 0.3),
    spread=st.floats(0, 0.1),
    between=st.floats(0, 0.2),
    pairs=st.sampled_from([1, 2, 4, 16]),
    seed=st.integers(0, 99),
)
def test_whatever_the_numbers_the_answer_claims_no_more(
    comparison: Comparison, middle: float, spread: float, between: float, pairs: int, seed: int
) -> None:
    luck = np.random.default_rng(seed)
    gaps = middle + luck.normal(0, spread, 16) + np.repeat(luck.normal(0, between, 4), 4)
    found = with_gaps(comparison, np.clip(gaps, -0.4, 0.6).tolist()[:pairs])
    judged = found.judge(found.difference("use_at_fidelity").mean(axis=1))

    said = headline(found)

    claims = re.findall(r"(clearly|very likely|probably) (more|fewer) \(", said)
    assert {rung for rung, _ in claims} == ({judged.rung} if judged.tells else set())
    assert all((way == "more") == (judged.mean > 0) for _, way in claims)
    text = " ".join(sureness(found))
    assert ("enough to tell" in text) == (judged.rung == "clearly")
    assert "nan" not in text + said


@settings(max_examples=20, deadline=None)
@given(changes=st.lists(st.tuples(st.floats(-0.5, 0.5), st.booleans()), max_size=10))
def test_only_sure_moves_are_named_as_conditions_it_depends_on(changes: list[tuple[float, bool]]) -> None:
    moves = tuple(
        Moved(c, "barrier", change, (change - 0.1, change, change + 0.1), sure)
        for c, (change, sure) in zip(conditions(), changes, strict=False)
    )

    found = briefing.depending(Dependence(16, 0.1, moves))

    named = {row[0] for row in found["rows"]}
    assert named <= {m.condition.title for m in moves if m.sure}
    assert len(named) == min(sum(m.sure for m in moves), briefing.MOST_ROWS)
    assert ("None clearly changes it" in found["text"]) == (not named)


def test_a_page_without_trials_of_conditions_says_so(comparison: Comparison) -> None:
    assert "That was not tried for this page." in brief(comparison)


# ---- What it depends on --------------------------------------------------------------------------------------------


def test_a_condition_moved_to_an_end_is_the_comparison_under_it(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = [m for m in _moves(SMALL, LONGER) if (m[0].name, m[1]) == ("attitudes", "facilitator")]
    monkeypatch.setattr("conducive.experiments.compare.dependence._moves", lambda *_: only)

    depends = dependence(comparison, 4)

    moved = compare(*(s.change({"attitudes": 1.0}) for s in (SMALL, LONGER)), 16, 0).difference("use_at_fidelity")
    picked, (move,) = [0, 5, 10, 15], depends.moves
    now = comparison.difference("use_at_fidelity")[picked].mean()
    assert depends.now == pytest.approx(now)
    assert move.difference == pytest.approx(moved[picked].mean())
    assert move.change[1] == pytest.approx(moved[picked].mean() - now)


def test_what_the_scenarios_differ_in_stays_as_it_is() -> None:
    alternative = SMALL.change({"finance.funding_term": 36, "case_for_change": 0.9})

    moved = {(c.name, end): changes for c, end, changes in _moves(SMALL, alternative)}

    assert "finance.ring_fenced" in moved["finance", "facilitator"]
    assert "finance.funding_term" not in moved["finance", "facilitator"]
    assert ("case_for_change", "barrier") not in moved
    assert len(moved) == 34


def test_two_pairs_that_change_alike_do_not_make_a_condition_one_it_depends_on(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing_by(monkeypatch, comparison, [0.05] * 16)

    few, many = dependence(comparison, 2), dependence(comparison, 16)

    assert not any(move.sure for move in few.moves)
    assert all(move.sure for move in many.moves)


@pytest.mark.parametrize(("up", "sure"), [(12, False), (15, True)])
def test_a_change_that_one_of_so_many_moves_may_show_by_chance_is_not_sure(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch, up: int, sure: bool
) -> None:
    """Of 12 pairs up and 4 down a t-test alone would say p = 0.04; of 15 and 1, p < 0.0001."""
    changing_by(monkeypatch, comparison, [0.05] * up + [-0.05] * (16 - up))

    moves = dependence(comparison, 16).moves

    assert len(moves) == 34
    assert {move.sure for move in moves} == {sure}
    assert all(move.change[0] > 0 for move in moves)


def changing_by(monkeypatch: pytest.MonkeyPatch, comparison: Comparison, changes: list[float]) -> None:
    """Let every move change the difference of an average month in each pair by so much."""
    now = comparison.difference("use_at_fidelity").mean(axis=1)

    def made(tasks: list[tuple[object, int, int]]) -> list[float]:
        moves = len(list(_moves(SMALL, LONGER)))
        replicates = [replicate for _, replicate, _ in tasks[: len(tasks) // 2 // moves]]
        return [arm * (float(now[r]) + changes[r]) for _ in range(moves) for arm in (0, 1) for r in replicates]

    in_order = "conducive.experiments.compare.dependence.in_order"
    monkeypatch.setattr(in_order, lambda do, tasks, executor: made(list(tasks)))


def test_a_number_of_pairs_that_is_none_is_refused(comparison: Comparison) -> None:
    with pytest.raises(InputError, match="pairs must be a whole number"):
        dependence(comparison, 0)


# ---- The command line ----------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("conducive.experiments.compare.dependence.PAIRS", 2)
    return tmp_path


def conducive(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), prog_name="conducive")


def test_a_briefing_from_the_command_line_and_from_a_saved_comparison_say_the_same(here: Path) -> None:
    both = ("classroom", "six-year-funding", *QUICK)
    first = conducive("brief", *both, "--out", "a.html")
    conducive("compare", *both, "--out", "saved")
    second = conducive("brief", "saved", "--out", "b.html")

    assert first.exit_code == second.exit_code == 0, first.output + second.output
    pages = [(here / name).read_text("utf-8") for name in ("a.html", "b.html")]
    assert told(pages[0]) == told(pages[1])
    assert "Briefing: a.html" in first.stdout
    assert sorted(p.name for p in here.iterdir()) == ["a.html", "b.html", "saved"]


def told(page: str) -> str:
    """Return what a page says before it tells how to make it again."""
    return prose(page).split("How to reproduce it")[0]


@pytest.mark.parametrize("base", ["classroom", "mine.toml"])
def test_the_command_and_the_scenarios_of_a_page_make_it_again(
    here: Path, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    (here / "mine.toml").write_text(to_toml(SMALL.change({"leadership": 0.7})), encoding="utf-8")
    asked = ("brief", base, "six-year-funding", *QUICK, "--default-set", "--out", "page.html")
    monkeypatch.setattr("sys.argv", ["conducive", *asked])
    conducive(*asked)
    page = (here / "page.html").read_text("utf-8")
    command = shlex.split(html.unescape(re.findall(r"<code>(conducive brief .+?)</code>", page)[0]))

    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    for name, content in re.findall(r'download="(\w\.toml)" href="data:[^,]+,([^"]+)"', page):
        Path(name).write_bytes(base64.b64decode(content))
    result = conducive(*command[1:], *(() if "--out" in command else ("--out", "page.html")))

    assert result.exit_code == 0, result.output
    again = Path("page.html").read_text("utf-8")
    assert told(again) == told(page)
    assert re.findall(r"<svg.+</svg>", again, re.DOTALL) == re.findall(r"<svg.+</svg>", page, re.DOTALL)


def test_a_briefing_may_be_made_anew_but_nothing_else_is_overwritten(here: Path) -> None:
    both = ("classroom", "six-year-funding", *QUICK)
    assert conducive("brief", *both).exit_code == 0
    assert conducive("brief", *both).exit_code == 0
    assert len(list((here / "results").iterdir())) == 1

    (here / "letter.html").write_text("Dear all", encoding="utf-8")
    result = conducive("brief", *both, "--out", "letter.html")

    assert result.exit_code == 2
    assert "is no briefing" in result.stderr
    assert (here / "letter.html").read_text("utf-8") == "Dear all"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("classroom", "baselin"), ("'baselin'", "baseline")),
        (("nowhere",), ("holds no comparison",)),
        (("nowhere", "--authority", "Leeds"), ("saved comparison",)),
        (("classroom", "baseline", "--out", "page.doc"), ("must end in .html or .pdf", "page.html")),
        (("classroom", "baseline", "--precision", "2"), ("precision", "Did you mean 0.02?")),
        (("classroom", "baseline", "--replicates", "0"), ("replicates",)),
    ],
)
def test_a_briefing_that_cannot_be_made_is_refused(
    here: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    result = conducive("brief", *arguments)

    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("conducive: ")
    assert result.stderr.count("\n") == 1
    assert all(word in result.stderr for word in words)
    assert list(here.iterdir()) == []


def test_a_saved_comparison_of_other_rules_or_of_another_kind_is_refused(here: Path) -> None:
    conducive("compare", "classroom", "six-year-funding", *QUICK, "--out", "saved")
    conducive("run", "classroom", *QUICK, "--out", "alone")
    provenance = json.loads((here / "saved/provenance.json").read_text("utf-8"))
    provenance["identity"]["rules"] = "others"
    (here / "saved/provenance.json").write_text(json.dumps(provenance), encoding="utf-8")

    assert "other rules" in conducive("brief", "saved").stderr
    assert "holds a run" in conducive("brief", "alone").stderr


def test_of_a_saved_comparison_with_an_input_that_no_longer_exists_the_input_is_named(here: Path) -> None:
    conducive("compare", "classroom", "six-year-funding", *QUICK, "--out", "saved")
    provenance = json.loads((here / "saved/provenance.json").read_text("utf-8"))
    provenance["base"]["finance"]["goodwill"] = 0.3
    provenance["version"] = "0.5.0"
    (here / "saved/provenance.json").write_text(json.dumps(provenance), encoding="utf-8")

    result = conducive("brief", "saved")

    assert result.exit_code == 2
    assert "saved holds a comparison that cannot be made again: finance.goodwill is not" in result.stderr
    assert "It was made with version 0.5.0" in result.stderr


def test_an_interrupt_keeps_the_page_with_what_is_finished(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("conducive.experiments.compare.dependence.dependence", stopped)

    result = conducive("brief", "classroom", "six-year-funding", *QUICK, "--out", "page.html")

    assert result.exit_code == 130
    assert "interrupted. What was finished is kept" in result.stderr
    assert "That was not tried for this page." in (here / "page.html").read_text("utf-8")


def test_a_pdf_without_a_browser_is_refused_before_the_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(briefing.shutil, "which", lambda _: None)

    result = conducive("brief", "classroom", "baseline", "--out", "page.pdf")

    assert result.exit_code == 2
    assert "print that to PDF" in result.stderr
    assert list(here.iterdir()) == []


def test_a_briefing_on_much_that_differs_prints_on_two_sheets_too(tmp_path: Path) -> None:
    if not any(map(briefing.shutil.which, briefing.BROWSERS)):
        pytest.skip("no browser here")
    base = load_scenario("two-year-funding").at("Leeds")
    changes = {
        "finance.funding_term": 72, "workforce_capacity.turnover": 0.09, "knowledge_and_skills.coaching": 1.5,
        "trust_emotions_relationships.blame_culture": 0.3, "coproduction.coproduction_budget": 0.08,
        "leadership.leader_tenure": 48, "attitudes.silo": 0.2,
    }  # fmt: skip
    comparison = compare(base, base.change(changes).with_event(30, "incident"), 8)
    moves = tuple(Moved(c, "barrier", 0.1, (-0.3, -0.2, -0.1), True) for c in conditions())

    briefing.save_brief(briefing.brief(comparison, Dependence(8, 0.1, moves)), tmp_path / "page.pdf")

    assert len(re.findall(rb"/Type\s*/Page[^s]", (tmp_path / "page.pdf").read_bytes())) == 2


def test_a_pdf_is_printed_by_a_browser_on_two_sheets_at_most(page: str, tmp_path: Path) -> None:
    if not any(map(briefing.shutil.which, briefing.BROWSERS)):
        pytest.skip("no browser here")

    briefing.save_brief(page, tmp_path / "page.pdf")

    printed = (tmp_path / "page.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", printed)) <= 2
    assert [p.name for p in tmp_path.iterdir()] == ["page.pdf"]
