"""Emulators: places in plausible ranges, what is explained of draws left out, and draws from a known posterior."""

from __future__ import annotations

import numpy as np
import pytest

from conducive.experiments.evidence.fit import emulator
from conducive.experiments.evidence.fit.constraints import Constraint
from conducive.experiments.evidence.fit.emulator import check_installed, fit, log_density, posterior, unit_of, values_of
from conducive.scenarios.coefficients import free_coefficients
from conducive.scenarios.errors import InputError

RNG = np.random.default_rng(0)
NOISE = 0.01


def quadratic(unit: np.ndarray) -> np.ndarray:
    x, y = unit[:, 0], unit[:, 1]
    return np.stack([x + 2.0 * y, 3.0 * (x - 0.4) ** 2 - x * y], axis=1)


def fitted(function: object = quadratic, inputs: int = 4) -> tuple[emulator.Emulators, np.ndarray]:
    unit = RNG.random((400, inputs))
    outputs = function(unit)  # type: ignore[operator]
    outputs = outputs + NOISE * RNG.standard_normal(outputs.shape)
    return fit(unit, outputs, np.full(outputs.shape, NOISE**2)), unit


def test_values_and_places_in_the_range_are_inverse() -> None:
    inputs = free_coefficients()
    unit = RNG.random((50, len(inputs)))

    values = values_of(unit, inputs)

    np.testing.assert_allclose(unit_of(values, inputs), unit, atol=1e-9)
    ends = values_of(np.array([[0.0] * len(inputs), [1.0] * len(inputs)]), inputs)
    np.testing.assert_allclose(ends, [[i.low for i in inputs], [i.high for i in inputs]])


def test_a_range_of_a_factor_of_three_is_halved_at_the_geometric_mean() -> None:
    for one in free_coefficients():
        middle = values_of(np.array([[0.5]]), [one])[0, 0]
        wide = one.low > 0 and one.high / one.low >= 3
        assert middle == pytest.approx(np.sqrt(one.low * one.high) if wide else (one.low + one.high) / 2)


def test_an_emulator_explains_a_quadratic() -> None:
    emulators, _ = fitted()
    fresh = 0.05 + 0.9 * RNG.random((200, 4))

    assert (emulators.explained > 0.95).all()
    np.testing.assert_allclose(emulators.predict(fresh), quadratic(fresh), atol=0.12)


def test_an_emulator_explains_nothing_of_noise() -> None:
    emulators, _ = fitted(lambda unit: RNG.standard_normal((len(unit), 1)))

    assert abs(emulators.explained[0]) < 0.1


def test_what_an_emulator_gets_wrong_is_its_variance() -> None:
    emulators, _ = fitted(lambda unit: np.sin(9.0 * unit[:, :1]))
    fresh = RNG.random((500, 4))

    wrong = ((emulators.predict(fresh) - np.sin(9.0 * fresh[:, :1])) ** 2).mean()

    assert emulators.variance[0] == pytest.approx(wrong, rel=0.35)


def test_outside_of_the_ranges_nothing_is_likely() -> None:
    emulators, _ = fitted()
    aims = [Constraint("a", 1.5, 1.5, 0.1, 0.1), Constraint("b", 0.0, 0.0, 1.0, 1.0)]

    density = log_density(np.array([[0.5] * 4, [0.5, 0.5, 0.5, 1.01]]), emulators, aims, np.zeros(2))

    assert np.isfinite(density[0])
    assert density[1] == -np.inf


def test_the_posterior_of_a_gaussian_target_has_the_right_mean_and_spread() -> None:
    emulators, _ = fitted(lambda unit: 2.0 * unit[:, :1], inputs=3)
    aim = Constraint("a", 1.0, 1.0, 0.1, 0.1)

    found = posterior(emulators, [aim], np.array([0.0]), RNG.random((24, 3)), 4000, 0)

    told = 2.0 * found[:, 0]
    assert ((found >= 0.0) & (found <= 1.0)).all()
    assert told.mean() == pytest.approx(1.0, abs=0.02)
    assert told.std() == pytest.approx(np.hypot(0.1, np.sqrt(emulators.variance[0])), rel=0.12)
    assert found[:, 1].mean() == pytest.approx(0.5, abs=0.06)  # what no target reads stays even
    assert found[:, 1].std() == pytest.approx(1 / np.sqrt(12), rel=0.12)


def test_the_same_seed_draws_the_same() -> None:
    emulators, _ = fitted(lambda unit: unit[:, :1], inputs=2)
    aim, start = [Constraint("a", 0.5, 0.5, 0.1, 0.1)], RNG.random((8, 2))

    one, same, other = (posterior(emulators, aim, np.zeros(1), start, 50, seed, 100) for seed in (0, 0, 1))

    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(("library", "title"), [("sklearn", "scikit-learn"), ("emcee", "emcee")])
def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch, library: str, title: str) -> None:
    monkeypatch.setattr(emulator, "find_spec", lambda name: None if name == library else object())

    with pytest.raises(InputError, match=rf"needs {title}, which.*pip install 'conducive\[calibrate\]'"):
        check_installed()
