"""How figures and tables of a study are kept: PNG and SVG, Parquet and CSV; and what figures have in common.

Everything can be read without colour: contours and lines carry labels, areas differ in hatching and lightness.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib import rc_context
from matplotlib.figure import Figure

from conducive import __version__
from conducive.experiments.compare.chart import GREY

if TYPE_CHECKING:
    import pandas as pd


def save_figure(figure: Figure, folder: Path, name: str) -> None:
    """Write a figure as PNG and as SVG, the same figure to the same bytes."""
    figure.savefig(folder / f"{name}.png")
    with rc_context({"svg.hashsalt": name}):
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})


def save_table(frame: pd.DataFrame, folder: Path, name: str) -> None:
    """Write a table as Parquet and as CSV."""
    frame.to_parquet(folder / f"{name}.parquet", index=False)
    frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def plain(text: str) -> str:
    """Return a text in which a dollar sign is no mathematics."""
    return text.replace("$", r"\$")


def as_percent(share: float, _: object = None) -> str:
    """Return the label of a tick."""
    return f"{100 * share:.4g}%"


def note(figure: Figure, text: str) -> None:
    """Write under a figure what it shows, and with which version it was made."""
    figure.supxlabel(f"{text} Conducive {__version__}.", fontsize=7.5, color=GREY, x=0.01, ha="left")
