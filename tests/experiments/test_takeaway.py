"""What is taken into a meeting: pictures for a slide, tables that a sheet opens, pages that stand inside another."""

from __future__ import annotations

import io
import re
import struct
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import conducive as cz
from conducive.experiments.cli import app
from conducive.experiments.compare import levers as study
from conducive.experiments.takeaway import embed, export, slide
from conducive.scenarios.errors import InputError
from conducive.scenarios.levers import levers_for

SMALL = cz.load_scenario("classroom").change({"horizon": 48, "warm_up": 6, "finance.mainstreaming": 0.0})
LONGER = SMALL.change({"finance.funding_term": 40})
WHAT = ("comparison", "options", "levers")
FEW = {"finance.funding_term", "attitudes.silo"}


@cache
def found(what: str) -> Any:
    if what == "comparison":
        return cz.compare(SMALL, LONGER, 8)
    if what == "options":
        five = {f"Grant of {n} months": SMALL.change({"finance.funding_term": n}) for n in (12, 18, 24, 36, 40)}
        return cz.options(five, 8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study, "levers_for", lambda s: [lever for lever in levers_for(s) if lever.address in FEW])
        return cz.levers(SMALL, runs=8)


@pytest.mark.parametrize("what", WHAT)
def test_a_picture_is_sixteen_to_nine_as_png_and_as_svg_and_the_same_each_time(what: str) -> None:
    png, svg = (export.content(found(what), ending) for ending in (".png", ".svg"))

    assert struct.unpack(">II", png[16:24]) == (1920, 1080)
    width, height = (float(n) for n in re.search(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())  # type: ignore[union-attr]
    assert width / height == pytest.approx(16 / 9, abs=0.001)
    assert svg == export.content(found(what), ".svg")


def test_what_is_said_on_a_picture_fits_its_width() -> None:
    long = {f"{'A very long name for an option ' * 2}{letter}": s for letter, s in (("one", SMALL), ("two", LONGER))}

    for each in (*map(found, WHAT), cz.options(long, 4)):
        figure = slide.slide(each)
        figure.canvas.draw()
        edge = figure.bbox.width
        for text in figure.texts:
            assert text.get_window_extent().x1 <= edge, text.get_text()


def test_options_that_end_alike_are_drawn_with_a_letter_each() -> None:
    alike = cz.options(dict.fromkeys(("one", "two", "three"), SMALL), 2, plausible=False)

    figure = slide.slide(alike)

    assert [text.get_text() for text in figure.axes[0].texts] == ["A", "B", "C"]


@pytest.mark.parametrize("what", WHAT)
def test_a_table_has_one_row_of_heads_and_begins_with_a_mark_only_on_request(what: str) -> None:
    usual, excel = (export.content(found(what), ".csv", excel=excel) for excel in (False, True))

    assert excel == b"\xef\xbb\xbf" + usual
    assert not usual.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(io.BytesIO(excel), encoding="utf-8-sig")
    there = found(what).differences if what == "comparison" else found(what).table
    assert table.columns.tolist() == there.columns.tolist()
    assert len(table) == len(there)
    assert usual.count(b"\n") == len(there) + 1


class Parts(HTMLParser):
    """The tags of a page and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("what", WHAT)
def test_a_page_to_embed_holds_everything_and_fetches_nothing(what: str) -> None:
    page = embed.embedded(found(what))

    parts = Parts(page)
    names = [tag for tag, _ in parts.tags]
    assert not {"script", "link", "img", "iframe"} & set(names)
    links = [v for _, attributes in parts.tags for k, v in attributes.items() if k in {"src", "href", "xlink:href"}]
    assert all(link and link.startswith("#") for link in links)
    assert "url(http" not in page
    assert "@import" not in page
    assert names.count("svg") == names.count("thead") == 1
    assert page == embed.embedded(found(what))
    assert "It is not a forecast" in page
    labelled = next(attributes for tag, attributes in parts.tags if tag == "svg")["aria-labelledby"]
    assert labelled in {attributes.get("id") for _, attributes in parts.tags}


def test_what_somebody_called_an_option_stays_text_in_a_page() -> None:
    page = embed.embedded(cz.options({"<script>alert(1)</script> $x$": SMALL, "Other": LONGER}, 4))

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_there_is_no_picture_or_page_of_anything_else() -> None:
    for make in (slide.slide, embed.embedded):
        with pytest.raises(TypeError, match="of a str"):
            make("text")


@pytest.mark.parametrize(
    ("name", "excel", "words"),
    [
        ("a.pdf", False, "must end in .png, .svg, .csv or .html. Got 'a.pdf'. Did you mean 'a.png'?"),
        ("a", False, "Got 'a'"), ("a.png", True, "--excel is for a table"), ("there.csv", False, "is there already"),
        ("there.csv/a.csv", False, "cannot be written"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_written_is_refused_and_nothing_is_left(
    name: str, excel: bool, words: str, tmp_path: Path
) -> None:
    (tmp_path / "there.csv").write_text("mine")

    with pytest.raises(InputError, match=re.escape(words)):
        cz.export(found("comparison"), tmp_path / name, excel=excel)

    assert [path.name for path in tmp_path.iterdir()] == ["there.csv"]
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_the_command_exports_what_python_does(tmp_path: Path) -> None:
    run = CliRunner()
    usual = ["--set", "horizon=36", "--replicates", "4"]
    both = ["classroom", "baseline"]

    for count, names in ((2, both), (3, [*both, "two-year-funding"])):
        out = tmp_path / f"{count}.csv"
        done = run.invoke(app.app, ["export", *names, *usual, "--out", str(out), "--excel"])

        assert done.exit_code == 0, done.output
        scenarios = [cz.load_scenario(name).change({"horizon": 36}) for name in names]
        there = cz.compare(*scenarios, 4) if count == 2 else cz.options(scenarios, 4)
        assert out.read_bytes() == export.content(there, ".csv", excel=True)
    wrong = run.invoke(app.app, ["export", *both, "--out", f"{tmp_path}/a.docx"])
    assert wrong.exit_code == app.BAD_INPUT
    assert "must end in" in wrong.stderr
