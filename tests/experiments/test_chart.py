"""Charts: what is drawn is what was measured, no text covers another, and no global plotting state is used."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from conducive import __version__
from conducive.experiments.compare.chart import comparison_chart, drawable, run_chart
from conducive.experiments.compare.comparison import Comparison
from conducive.experiments.lives.ensemble import Ensemble, run
from conducive.experiments.search.figures import save_figure
from conducive.scenarios.files import load_scenario

ROOT = Path(__file__).resolve().parents[2]
SMALL = load_scenario("classroom").change({"horizon": 36, "warm_up": 12})


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return run(SMALL.with_event(6, "incident").with_event(7, "leader_leaves"), 3, 0)


def test_the_same_figure_is_written_to_the_same_bytes(ensemble: Ensemble, tmp_path: Path) -> None:
    written = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        save_figure(run_chart(ensemble), tmp_path / name, "chart")
        written.append([(tmp_path / name / f"chart.{kind}").read_bytes() for kind in ("png", "svg")])

    assert written[0] == written[1]


def rectangles(axes: Axes) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def shown(artist: Artist) -> bool:
    return isinstance(artist, Text) and artist.get_visible() and any(c.isalpha() for c in artist.get_text())


def words(figure: Figure) -> str:
    figure.draw_without_rendering()
    texts = [t.get_text() for axes in figure.axes for t in axes.texts]
    titles = [axes.get_title("left") for axes in figure.axes]
    return "\n".join([figure.get_suptitle(), figure.get_supxlabel(), *titles, *texts])


def test_the_line_is_the_mean_over_replicates(ensemble: Ensemble) -> None:
    line = run_chart(ensemble).axes[0].lines[0]

    np.testing.assert_array_equal(np.asarray(line.get_xdata()), np.arange(1, 37))
    np.testing.assert_allclose(np.asarray(line.get_ydata(), float), ensemble.values("use_at_fidelity").mean(axis=0))


def test_the_band_has_no_width_where_runs_are_alike(ensemble: Ensemble) -> None:
    """Before the first course nobody uses it in any run: an interval there would look like use."""
    values = ensemble.values("use_at_fidelity")
    first = 1 + int(np.argmax((values != values[0]).any(axis=0)))
    assert first > 2

    (band,) = (one for one in run_chart(ensemble).axes[0].collections if one.get_alpha() == 0.35)

    (path,) = band.get_paths()
    early = path.vertices[:, 0] < first
    assert path.vertices[early, 1].max() == 0
    assert path.vertices[~early, 1].max() > 0


def test_bars_are_mean_numbers_of_losses(ensemble: Ensemble) -> None:
    bars = rectangles(run_chart(ensemble).axes[1])

    means = ensemble.causes().mean()
    np.testing.assert_allclose(sorted(bar.get_width() for bar in bars), sorted(means[means > 0]))


def test_title_axes_and_footnote_say_what_is_shown(ensemble: Ensemble) -> None:
    figure = run_chart(replace(ensemble, scenario=replace(ensemble.scenario, place="Leeds, 2025")))

    said = words(figure)
    assert "A small service for the classroom - Leeds, 2025" in said
    assert f"3 runs, seed 0. Conducive {__version__}. Compares scenarios, not a forecast." in said
    assert "1 incident (month 6), 2 leader leaves (month 7)" in said
    assert figure.axes[0].get_xlabel() == "Months after launch"
    assert figure.axes[0].get_ylabel() == "Practitioners"


def test_external_money_is_shaded_for_the_months_it_is_there(ensemble: Ensemble) -> None:
    shade = rectangles(run_chart(ensemble).axes[0])[0]

    assert (shade.get_x(), shade.get_x() + shade.get_width()) == (0, 24)


def test_no_text_lies_over_another(ensemble: Ensemble) -> None:
    for figure in (run_chart(ensemble), comparison_chart(Comparison(ensemble, ensemble))):
        figure.savefig(BytesIO(), format="png")
        boxes = [t.get_window_extent() for t in figure.findobj(shown) if isinstance(t, Text)]
        pairs = [(a, b) for n, a in enumerate(boxes) for b in boxes[:n]]
        assert not any(a.overlaps(b) for a, b in pairs)


def test_lines_of_a_comparison_differ_in_style_as_well_as_colour(ensemble: Ensemble) -> None:
    figure = comparison_chart(Comparison(ensemble, ensemble))

    styles = [(line.get_linestyle(), line.get_color()) for line in figure.axes[0].lines[:2]]
    assert styles[0][0] != styles[1][0]
    assert styles[0][1] != styles[1][1]


def test_a_run_of_one_replicate_without_use_or_money_can_be_drawn() -> None:
    quiet = run(SMALL.change({"finance.grant": 0, "finance.funding_term": 0, "horizon": 2}), 1, 0)

    for figure in (run_chart(quiet), comparison_chart(Comparison(quiet, quiet))):
        figure.savefig(BytesIO(), format="png")
        assert "None was lost" in words(figure)


def test_a_dollar_in_a_title_is_no_mathematics(ensemble: Ensemble) -> None:
    figure = run_chart(replace(ensemble, scenario=replace(ensemble.scenario, title="From $1 to $\\frac")))

    figure.savefig(BytesIO(), format="png")


def test_charts_are_drawn_without_the_global_plotting_state() -> None:
    code = "import conducive.experiments.compare.chart, sys; sys.exit('matplotlib.pyplot' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Zoë - £5m", "Zoë - £5m"),
        ("Ωмега €½²", "Ωмега €½²"),
        ("東京", "DongJing"),
        ("שלום", "slvm"),
        ("हिन्दी", "hindi"),
        ("costs \N{FULLWIDTH DOLLAR SIGN}5", r"costs \$5"),
        ("", ""),
    ],
)
def test_letters_that_the_font_has_stay_and_the_rest_is_spelt(text: str, seen: str) -> None:
    assert drawable(text).lower() == seen.lower()


def test_a_chart_with_a_title_in_other_scripts_has_no_empty_boxes() -> None:
    asked = load_scenario({"name": "mine", "title": "Zoë - £5m for 東京 🚀", "horizon": 24})
    figure = run_chart(run(asked, 2))
    drawn = BytesIO()

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Matplotlib warns of a glyph that is missing
        figure.savefig(drawn, format="svg", metadata={"Date": None})

    assert "Zoë - £5m for DongJing" in figure.get_suptitle()


def test_every_figure_spells() -> None:
    for file in (ROOT / "experiments").rglob("*.py"):
        assert not re.search(r"= Figure\(\(|= Figure\(SIZE", file.read_text("utf-8")), file
