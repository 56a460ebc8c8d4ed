"""Figures of the description: a panel for each rule, drawn from the rule itself, as SVG."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from conducive.experiments.pages.curves import PANEL_POINTS, curve
from conducive.experiments.pages.explain import MODULES
from conducive.experiments.pages.reading import rules

HEADINGS: Mapping[str, str] = {
    "rule": "Forms that rules are made of",
    "practitioner": "Rules of practitioners",
    "leader": "Rules of leaders",
    "family": "Rules of families",
    "funder": "Rules of funders",
    "climate": "Rules of the organisation and the wider world",
}
COLUMNS, WIDTH, HEIGHT = 3, 250, 170
LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 46, 30, 180, 80
STROKES = (("#0072B2", "2 3"), ("#000000", ""), ("#D55E00", "7 3"))
"""Colour and dashes of low, usual and high; Okabe and Ito's, told apart by dashes as well."""
LINE = 15
STRAIGHT = 1e-9
"""Bend of a line, as a share of its height, below which it is straight."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with a panel for each rule under one heading of a file."""

    house: str
    heading: str
    rules: tuple[str, ...]

    @property
    def title(self) -> str:
        """Title of the part of the page."""
        return HEADINGS[self.house] + (f": {self.heading.lower().replace(':', ',')}" if self.heading else "")

    @property
    def file(self) -> str:
        """Name of the picture."""
        words = re.findall(r"[a-z]+", self.heading.lower())
        return "-".join([self.house, *words]) + ".svg"

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        return f"{self.title}. A curve for each of {', '.join(self.rules)}; each is put in words below its formula."


def figures() -> list[Picture]:
    """Every figure, in the order of the page."""
    return [
        Picture(house, heading, tuple(names)) for house in HEADINGS for heading, names in rules(MODULES[house]).items()
    ]


def picture(figure: Picture) -> str:
    """Return a figure as SVG."""
    across = min(COLUMNS, len(figure.rules))
    down = -(-len(figure.rules) // COLUMNS)
    width, height = across * WIDTH, down * HEIGHT
    panels = "\n".join(
        f'<g transform="translate({k % COLUMNS * WIDTH} {k // COLUMNS * HEIGHT})">\n{panel(figure.house, name)}\n</g>'
        for k, name in enumerate(figure.rules)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"
  role="img" font-family="sans-serif" font-size="11" fill="none">
<title>{escape(figure.title)}</title>
<desc>{escape(figure.alt)}</desc>
<rect width="{width}" height="{height}" fill="#fff"/>
{panels}
</svg>
"""


def panel(house: str, name: str) -> str:
    """Return the panel of a rule as SVG: frame, lines, ends of both axes, and what tells lines apart."""
    one = curve(house, name)
    values = [y for line in one.lines.values() for y in line]
    least, top = min(values), max(values)
    bottom = 0.0 if 0.0 <= least <= top / 2.0 else least
    top = top if top > bottom else bottom + 1.0
    right, foot = LEFT + PLOT_WIDTH, TOP + PLOT_HEIGHT
    low, middle, high = STROKES
    strokes = {level: low if level < one.usual else high if level > one.usual else middle for level in one.lines}
    drawn = [polyline(line, bottom, top, *strokes[level]) for level, line in one.lines.items()]
    keys = [f'<tspan fill="{colour}">{level:g}</tspan>' for level, (colour, _) in strokes.items()]
    legend = f"{escape(one.by)} {', '.join(keys)}" if one.by else ""
    return "\n".join(
        [
            f'<rect x="{LEFT}" y="{TOP}" width="{PLOT_WIDTH}" height="{PLOT_HEIGHT}" stroke="#999"/>',
            *drawn,
            '<g fill="#000">',
            f'<text x="{LEFT}" y="{TOP - LINE // 2}" font-weight="bold">{name}</text>',
            f'<text x="{LEFT - 4}" y="{TOP + 9}" text-anchor="end">{top:.2g}</text>',
            f'<text x="{LEFT - 4}" y="{foot}" text-anchor="end">{bottom:.2g}</text>',
            f'<text x="{LEFT}" y="{foot + LINE}">{one.low:g}</text>',
            f'<text x="{LEFT + PLOT_WIDTH // 2}" y="{foot + LINE}" text-anchor="middle">{one.along}</text>',
            f'<text x="{right}" y="{foot + LINE}" text-anchor="end">{one.high:g}</text>',
            f'<text x="{LEFT}" y="{foot + 2 * LINE}">{legend}</text>',
            "</g>",
        ]
    )


def polyline(line: tuple[float, ...], bottom: float, top: float, colour: str, dashes: str) -> str:
    """Return a line as SVG."""
    steps = range(1, PANEL_POINTS - 1)
    bends = [k for k in steps if abs(line[k - 1] + line[k + 1] - 2.0 * line[k]) > STRAIGHT * (top - bottom)]
    points = " ".join(
        f"{LEFT + PLOT_WIDTH * k / (PANEL_POINTS - 1):.0f},{TOP + PLOT_HEIGHT * (top - line[k]) / (top - bottom):.1f}"
        for k in (0, *bends, PANEL_POINTS - 1)
    )
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline points="{points}" stroke="{colour}" stroke-width="1.5"{dashed}/>'


def draw(folder: Path) -> None:
    """Write every figure into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    for figure in figures():
        (folder / figure.file).write_text(picture(figure), "utf-8")
