"""Colours that colour-blind people tell apart, for light and dark screens; and the style sheet.

Text and lines reach a contrast of 4.5 to 1 on their background (WCAG 2.2, level AA). Fonts are those of the device, so
that nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

LIGHT: Mapping[str, str] = {
    "ink": "#1b1f23",
    "quiet": "#50575e",
    "paper": "#ffffff",
    "card": "#f5f6f4",
    "edge": "#c9ccc8",
    "grid": "#e2e4e0",
    "accent": "#0059a0",
    "on-accent": "#ffffff",
    "a": "#00609f",
    "b": "#b84300",
    "fourth": "#7a3d9e",
    "money": "#e6c229",
    "good": "#006b4f",
    "trouble": "#a8321e",
    "low": "#f4f1e8",
    "high": "#004a86",
}
"""Colours by use on a light screen. A and B are the two of a comparison; options go on with good, fourth and ink."""
DARK: Mapping[str, str] = {
    "ink": "#eceeec",
    "quiet": "#b3b9b5",
    "paper": "#14171a",
    "card": "#1f2327",
    "edge": "#4a5056",
    "grid": "#343a40",
    "accent": "#8ecbff",
    "on-accent": "#10202e",
    "a": "#8ecbff",
    "b": "#ff9a63",
    "fourth": "#d3a6f5",
    "money": "#d9b310",
    "good": "#4fd1a5",
    "trouble": "#ff9d8a",
    "low": "#262b30",
    "high": "#8ecbff",
}
DARKEST = 0.04045  # shares of light below which sRGB is straight
STYLE = Path(__file__).with_name("style.css")


def css() -> str:
    """Return the style sheet of every page: colours as variables, on paper those of light, then the rules."""
    paper = f"@media print {{ {_variables('.theme--dark', LIGHT)} }}\n"
    return f"{_variables(':root', LIGHT)}{_variables('.theme--dark', DARK)}{paper}{STYLE.read_text('utf-8')}"


def dark_where_preferred() -> str:
    """Return the colours of a page of its own, which has no button for them, on a device that is set to dark."""
    return f"@media (prefers-color-scheme: dark) {{ {_variables(':root', DARK)} }}"


def _variables(selector: str, colours: Mapping[str, str]) -> str:
    return f"{selector} {{ {' '.join(f'--{name}: {colour};' for name, colour in colours.items())} }}\n"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours such as `#1b1f23`, from 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def ramp(share: float, colours: Mapping[str, str]) -> str:
    """Return the colour of a share of 0 to 1 between `low` and `high`, as browsers mix them."""
    ends = [[int(colours[end][at : at + 2], 16) for at in (1, 3, 5)] for end in ("low", "high")]
    return "#" + "".join(f"{round(low + share * (high - low)):02x}" for low, high in zip(*ends, strict=True))


def ink_on(ground: str) -> str:
    """Return black or white, whichever can be read better on a ground."""
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, ground))


def _luminance(colour: str) -> float:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [share / 12.92 if share <= DARKEST else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
