"""Determinism: variance falls into its parts, and positions are worded by the numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np
import pytest

from conducive.experiments.evidence import determinism
from conducive.experiments.evidence.determinism import (
    FEWEST,
    LOCAL,
    SPREADS,
    LocalEffect,
    March,
    Spread,
    components,
    drawn,
    effect,
    lasting,
    predicted,
    shares,
    split,
)
from conducive.experiments.evidence.tensions import Result, check, markdown, say_local, say_march, say_splits
from conducive.scenarios.conditions import conditions
from conducive.scenarios.errors import InputError
from conducive.scenarios.files import load_scenario

SMALL = load_scenario("classroom").change({"warm_up": 6, "organisation.posts": 8, "organisation.families": 20})
NAMES = [c.name for c in conditions()]


def planted(
    luck: float, alone: float, together: float, organisations: int = 3000, replicates: int = 4, seed: int = 2
) -> tuple:
    """Positions, and an outcome with these variances: luck, a line and a bend, a product of two conditions."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(organisations, 18))
    unit = (x - 0.5) * np.sqrt(12.0)
    line, bend = unit[:, 0], (unit[:, 1] ** 2 - 1.0) / np.sqrt(0.8)
    truth = np.sqrt(alone / 2) * (line + bend) + np.sqrt(together) * unit[:, 2] * unit[:, 3]
    return x, truth[:, None] + np.sqrt(luck) * rng.normal(size=(organisations, replicates))


@pytest.mark.parametrize("parts", [(0.5, 0.3, 0.2), (0.1, 0.1, 0.8), (1.0, 0.0, 0.0), (0.05, 0.9, 0.05)])
def test_planted_components_are_found(parts: tuple[float, float, float]) -> None:
    assert components(*planted(*parts)) == pytest.approx(parts, abs=0.1)


def test_luck_in_means_of_few_lives_is_not_taken_for_interactions() -> None:
    luck, alone, together = shares(*planted(1.0, 0.0, 0.0, replicates=2))

    assert luck == pytest.approx(1.0, abs=0.1)
    assert abs(alone) < 0.1
    assert abs(together) < 0.1


def test_terms_fitted_to_few_organisations_explain_no_more_for_it() -> None:
    found = [components(*planted(0.2, 0.0, 1.0, 60, 3, seed)) for seed in range(60)]

    assert np.mean(found, axis=0) == pytest.approx([0.2, 0.0, 1.0], abs=0.15)


def test_where_nothing_varies_nothing_is_shared_out() -> None:
    x, _ = planted(0.5, 0.3, 0.2, 60, 3)

    assert shares(x, np.zeros((60, 3))).tolist() == [0.0, 0.0, 0.0]


def test_standard_errors_are_how_far_shares_stray() -> None:
    found = []
    for seed in range(30):
        x, y = planted(0.5, 0.3, 0.2, 200, 3, seed)
        found.append(split("whole range", "use", dict(zip(NAMES, x.T, strict=True)), y))

    assert all(s.luck + s.alone + s.together == pytest.approx(1.0) for s in found)
    assert all(s.explained == pytest.approx(1.0 - s.luck) for s in found)
    strayed = np.std([s.luck for s in found])
    assert 0.6 * strayed < np.mean([s.errors[0] for s in found]) < 1.7 * strayed


def test_only_conditions_that_matter_predict() -> None:
    x, _ = planted(0.0, 0.5, 0.5, 490)
    at = dict(zip(NAMES, x.T, strict=True))
    by_one = np.repeat((x[:, 0] > 0.5)[:, None].astype(float), 4, axis=1)
    by_none = np.random.default_rng(3).integers(0, 2, (490, 40)).astype(float)

    assert 1.0 <= predicted("whole range", at, by_one).found < 3.0
    assert predicted("whole range", at, by_none).found == pytest.approx(18 * 0.05, abs=0.3)
    assert predicted("whole range", at, np.ones((490, 2))).found == 0.0


@pytest.mark.parametrize("name", SPREADS)
def test_positions_keep_their_ends_and_their_correlation(name: str) -> None:
    spread = SPREADS[name]

    at = np.array(list(drawn(NAMES, 400, 0, spread).values()))

    assert spread.low <= at.min() < at.max() <= spread.high
    assert at.mean() == pytest.approx((spread.low + spread.high) / 2, abs=0.02)
    others = np.corrcoef(at)[np.triu_indices(len(NAMES), 1)]
    assert others.mean() == pytest.approx(spread.correlation, abs=0.05)


def test_use_is_read_two_years_after_the_money(monkeypatch: pytest.MonkeyPatch) -> None:
    def life(rows: object, seed: int, replicate: int) -> object:
        monthly = np.zeros(60, [("external_money", float), ("use_at_fidelity", float)])
        monthly["external_money"][:12] = 1.0
        monthly["use_at_fidelity"] = np.arange(1, 61) / 100
        return type("Life", (), {"monthly": monthly})()

    monkeypatch.setattr(determinism, "one_life", life)
    rows = np.zeros(1, [("sustained_share", float)])
    rows["sustained_share"] = 0.3

    use, sustained = determinism._two_years_on(rows, 0, 0)

    assert use == pytest.approx(0.36)
    assert sustained == 1.0


def test_lives_of_an_organisation_differ_and_come_back_the_same() -> None:
    at = drawn(NAMES, 3, 0, Spread(0.5, 1.0))

    once, again = (lasting(SMALL, at, 4, 7) for _ in range(2))

    assert once["use"].shape == (3, 4)
    same = lasting(SMALL, {name: np.full(2, 0.75) for name in NAMES}, 4, 7)["use"]
    assert not np.array_equal(same[0], same[1])
    assert np.array_equal(once["use"], again["use"])
    assert not np.array_equal(once["use"], lasting(SMALL, at, 4, 8)["use"])
    assert set(np.unique(once["sustained"])) <= {0.0, 1.0}


def test_a_local_effect_is_told_from_luck() -> None:
    rng = np.random.default_rng(4)
    support = rng.uniform(size=300)
    truth = 0.1 * (support - 0.5)

    noisy = effect("x", truth[:, None] + 0.2 * rng.normal(size=(300, 8)), support)
    none = effect("x", 0.2 * rng.normal(size=(300, 8)), support)

    assert noisy.spread == pytest.approx(truth.std(), abs=0.02)
    assert none.spread < 0.02
    assert noisy.low < noisy.mean < noisy.high
    assert noisy.best > noisy.worst


# ---- Positions -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def result() -> Result:
    return check(SMALL, organisations=FEWEST, replicates=2, seed=1)


def said(result: Result, explained: Mapping[str, float]) -> str:
    splits = [
        replace(s, mean=0.5, luck=1.0 - explained[s.spread], alone=explained[s.spread], together=0.0)
        for s in result.splits
    ]
    return say_splits(splits, result.predictors)


def test_the_position_on_determinism_follows_the_numbers(result: Result) -> None:
    low, high = dict.fromkeys(SPREADS, 0.4), dict.fromkeys(SPREADS, 0.95)
    one = {**low, "fairly good, closely linked": 0.9}

    assert "do not decide" in said(result, low)
    assert "Too deterministic" in said(result, high)
    assert "90% where they are fairly good, closely linked" in said(result, one)
    assert "40% at most" in said(result, one)


def test_the_position_on_turnover_follows_the_numbers() -> None:
    def march(code: float, individuals: float) -> list[March]:
        def change(size: float) -> tuple[float, float, float]:
            return (size - 0.01, size, size + 0.01)

        sizes = {"code": code, "individuals": individuals}
        return [March(pace, what, change(s), change(s)) for pace in ("fast", "slow") for what, s in sizes.items()]

    assert "Both of March's signs show" in say_march(march(0.1, -0.1))
    assert "March's gain of the code does not" in say_march(march(-0.1, -0.1))
    assert "Individuals do not lose" in say_march(march(0.1, 0.1))
    assert "raises what is codified (+10.0 points)" in say_march(march(0.1, -0.1))
    assert "does not clearly move what is codified" in say_march(march(0.0, -0.1))


def test_the_position_on_averages_follows_the_numbers() -> None:
    wide = LocalEffect("wide", 0.0, -0.01, 0.01, 0.05, 0.5, 0.06, -0.06)
    even = LocalEffect("even", 0.05, 0.04, 0.06, 0.01, 0.0, 0.06, 0.04)

    assert "can hide local effects larger than itself (an innovation wide)" in say_local([wide, even])
    assert "does not show an average of nothing" in say_local([even])


def test_the_check_is_plain_data_and_the_same_again(result: Result) -> None:
    plain = json.loads(json.dumps(asdict(result), allow_nan=False))

    assert set(plain["positions"]) == {"turnover", "determinism", "average and local"}
    assert {s["spread"] for s in plain["splits"]} == set(SPREADS)
    assert check(SMALL, organisations=FEWEST, replicates=2, seed=1) == result


def test_the_page_shows_every_number_and_position(result: Result) -> None:
    page = markdown(result)

    for text in result.positions.values():
        assert text in page
        assert "Position:" in text
    rows = len(result.splits) + len(result.predictors) + len(result.memories) + len(result.local)
    assert page.count("\n| ") == rows + 4
    assert "nan" not in page.casefold().split()


def test_turnover_is_told_for_code_and_individuals_at_both_paces(result: Result) -> None:
    assert {(m.pace, m.what) for m in result.march} == {
        (pace, what) for pace in ("fast", "slow") for what in ("code", "individuals")
    }
    assert min(m.turnover for m in result.memories) == pytest.approx(0.05)
    assert max(m.turnover for m in result.memories) == pytest.approx(0.5)


def test_alignment_and_leadership_are_conditions() -> None:
    assert set(LOCAL) < set(NAMES)


def test_too_few_organisations_or_lives_are_refused() -> None:
    with pytest.raises(InputError, match="organisations"):
        check(SMALL, organisations=FEWEST - 1)
    with pytest.raises(InputError, match="replicates"):
        check(SMALL, replicates=1)
