"""Where a run can start, as pages offer it: each place once, by name, and found as people type it."""

from __future__ import annotations

from conducive.scenarios.workforce import AuthorityYear, authorities, find, latest, official_table, rows_of


def place_names() -> list[str]:
    """Names to choose from: authorities that a run can start from now, in order, then regions and England."""
    year = latest()
    towns = sorted(row.name for row in authorities(year))
    wider = [row for row in official_table() if row.year == year and row.level != "authority" and not row.problem()]
    return [*towns, *sorted(row.name for row in wider if row.level == "region"), *(["England"] if wider else [])]


def place_typed(typed: str, year: int | None = None) -> AuthorityYear:
    """Figures of the place that somebody typed: a name, a short one, or a code. Raises InputError, with near names."""
    return find(" ".join(typed.split()), year)


def years_of(name: str) -> list[int]:
    """Years whose figures a run at a place can start from, newest first."""
    return [row.year for row in reversed(rows_of(name)) if not row.problem()]
