"""How numbers, paragraphs and tables are written: plain text that reads well at 80 columns."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from conducive.scenarios.conditions import conditions
from conducive.scenarios.declaration import SWITCH, Input, number
from conducive.scenarios.events import EVENTS, Event
from conducive.scenarios.programme import programme_inputs
from conducive.scenarios.scenario import Scenario, Wave, declared

WIDTH = 79
MILLION = 1_000_000
SMALL = 10.0  # below, numbers have two decimals
HALF = 0.5
"""What divides the two values of a switch."""


def percent(share: float) -> str:
    """Return a share (0-1) as a percentage; a dash where it is not known."""
    return "-" if math.isnan(share) else f"{100 * share:.1f}%"


def points(share: float) -> str:
    """Return a difference of shares in percentage points, signed."""
    return signed(100 * share)


def signed(value: float) -> str:
    """Return a difference with one decimal and its sign."""
    return "-" if math.isnan(value) else f"{round(value, 1) + 0.0:+,.1f}"


def plain(value: float) -> str:
    """Return a number with two decimals when small, one when larger."""
    if math.isnan(value):
        return "-"
    return f"{value:.2f}" if abs(value) < SMALL else f"{value:,.1f}"


def pounds(value: float) -> str:
    """Return an amount of money to three digits."""
    sign, size = "-" if value < 0 else "", abs(value)
    if size >= MILLION:
        return f"{sign}GBP {size / MILLION:,.2f} million"
    rounded = round(size, 2 - math.floor(math.log10(size))) if size >= 1 else 0
    return f"{sign if rounded else ''}GBP {rounded:,.0f}"


def thousands(value: float) -> str:
    """Return an amount of money in thousands."""
    return "-" if math.isnan(value) else f"{round(value / 1000) + 0:,}"


def signed_thousands(value: float) -> str:
    """Return a difference of amounts in thousands, with its sign."""
    return "-" if math.isnan(value) else f"{round(value / 1000) + 0:+,}"


def several(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """Return parts as `a, b and c`."""
    return f" {last} ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def paragraph(text: str, indent: str = "") -> str:
    """Return a text wrapped to the width of a page."""
    return _filled(text, indent, indent)


def bullet(text: str) -> str:
    """Return a text as an item of a list."""
    return _filled(text, "- ", "  ")


def _filled(text: str, first: str, rest: str) -> str:
    words = " ".join(text.split())
    return textwrap.fill(words, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def fact(label: str, text: str, column: int = 22) -> str:
    """Return a label and a text beside it."""
    whole = f"{label:<{column}}{' '.join(text.split())}"
    return textwrap.fill(whole, WIDTH, subsequent_indent=" " * column, break_on_hyphens=False)


def heading(text: str, line: str = "-") -> str:
    """Return a heading, underlined."""
    lines = textwrap.wrap(text, WIDTH) or [""]
    return "\n".join([*lines, line * max(len(each) for each in lines)])


def section(title: str, *parts: str) -> str:
    """Return a heading with what stands under it."""
    return "\n".join([heading(title), *parts])


def page(*sections: str) -> str:
    """Return sections with a line between them, without those that are empty."""
    return "\n\n".join(each for each in sections if each) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table: the first column to the left, the others to the right."""
    cells = [list(head), *(list(row) for row in rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(head))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in cells
    )


def with_unit(declaration: Input, value: float) -> str:
    """Return a value as people write it, with its unit."""
    if declaration.group == "mechanisms":
        return "on" if value else "off"
    return number(value) if declaration.unit == "share" else f"{number(value)} {declaration.unit}"


def in_unit(value: float, unit: str, digits: int = 3) -> str:
    """Return a value to some digits as people say it: shares and yearly rates in percent, switches as on or off."""
    if unit == SWITCH:
        return "on" if value >= HALF else "off"
    if unit.startswith("share"):
        return f"{short(100 * value, digits)}%"
    if unit == "per year":
        return f"{short(100 * value, digits)}% a year"
    return f"{short(value, digits)} {unit}".rstrip()


def short(value: float, digits: int = 3) -> str:
    """Return a number to some digits, large ones to the whole number."""
    if not math.isfinite(value):
        return number(value)
    return number(round(value) if abs(value) >= 10**digits else float(f"{value:.{digits}g}"))


def factor_words(name: str) -> tuple[str, str]:
    """Return what to call an input or a whole condition, and its unit (empty for the position of a condition)."""
    if known := declared().get(name) or programme_inputs().get(name):
        return known.name.replace("_", " "), known.unit
    titles = {c.name: f"{c.title.lower()} (0 barrier, 1 facilitator)" for c in conditions()}
    return titles.get(name, name), ""


def difference(address: str, before: float, after: float) -> str:
    """Return what became of an input."""
    declaration = declared()[address]
    if declaration.group == "mechanisms":
        return f"{address}: {with_unit(declaration, before)} -> {with_unit(declaration, after)}"
    return f"{address}: {number(before)} -> {with_unit(declaration, after)}"


def differences(base: Scenario, alternative: Scenario) -> list[str]:
    """Inputs whose values differ between two scenarios, each with both values."""
    return [difference(a, base[a], alternative[a]) for a in declared() if base[a] != alternative[a]]


def happening(event: Event) -> str:
    """Return a dated event in words."""
    if not event.name:
        return f"month {event.month}: {changed(event.changes)} from then on"
    kind = EVENTS[event.name]
    detail = f" ({kind.detail}: {str(event.detail).lower()})" if kind.detail else ""
    return f"month {event.month}: {event.name.replace('_', ' ')}{detail}"


def launch(count: int, wave: Wave) -> str:
    """Return the launch of an innovation in words."""
    name = wave.name or f"innovation {count}"
    return f"month {wave.month}: launch of {name}" + (f" with {changed(wave.changes)}" if wave.changes else "")


def dated(scenario: Scenario) -> list[str]:
    """What happens in a scenario, by month: later launches and events."""
    waves = [(w.month, launch(n, w)) for n, w in enumerate(scenario.waves, 1) if len(scenario.waves) > 1]
    return [words for _, words in sorted([*waves, *((e.month, happening(e)) for e in scenario.events)])]


def changed(changes: Mapping[str, float]) -> str:
    """Return values that change as `a = 1 and b = 2`."""
    return listed([f"{address} = {with_unit(declared()[address], value)}" for address, value in changes.items()])
