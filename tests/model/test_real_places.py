"""Started from published figures, the warm-up reproduces them within the swing seen from year to year."""

import numpy as np
import pytest

import conducive as cz
from conducive.scenarios.workforce import authorities, find, year_to_year_swing

PLACES = [
    ("England", 2025),
    ("North East", 2022),
    ("Leeds", 2025),
    ("Birmingham", 2025),
    ("Slough", 2025),
    ("Isle of Wight", 2019),
]
FIGURES = {
    "turnover": "turnover_12m",
    "vacancy_rate": "vacancy_rate",
    "agency_rate": "agency_rate",
    "caseload": "caseload",
}


def simulated(name: str, year: int, replicates: int) -> dict[str, float]:
    """Mean figures in the first year after the warm-up."""
    ensemble = cz.run(cz.load_scenario("baseline").change({"horizon": 12}).at(name, year), replicates, agents=False)
    return {figure: float(ensemble.values(column)[:, 11].mean()) for figure, column in FIGURES.items()}


@pytest.mark.parametrize(("name", "year"), PLACES)
def test_a_place_keeps_its_published_figures(name: str, year: int) -> None:
    """With 16 replicates the mean is known to about a quarter of a swing, so one swing is a fair bound."""
    official, swing = find(name, year), year_to_year_swing()

    figures = simulated(name, year, 16)

    for figure, value in figures.items():
        assert abs(value - getattr(official, figure)) < swing[figure], figure


def test_nine_in_ten_authorities_keep_their_published_figures() -> None:
    """A sample of twenty; one year of one run swings as authorities do, so ten runs are averaged for each."""
    names = [a.name for a in authorities(2025)]
    sample = np.random.default_rng(1).choice(names, 20, replace=False)
    swing = year_to_year_swing()
    near: dict[str, list[bool]] = {figure: [] for figure in FIGURES}

    for name in sample:
        official, figures = find(str(name), 2025), simulated(str(name), 2025, 10)
        for figure, value in figures.items():
            near[figure].append(abs(value - getattr(official, figure)) < swing[figure])

    assert {figure: bool(np.mean(hits) >= 0.9) for figure, hits in near.items()} == dict.fromkeys(FIGURES, True)
