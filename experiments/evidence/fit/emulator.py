"""Emulators of what the model gives under a draw, and draws from the posterior that they make cheap.

Living one draw takes seconds, an emulator a microsecond. Each output is a ridge regression on all coefficients, their
squares and products (scikit-learn: one solve for all outputs, each with its own penalty by leave-one-out), and its
error is that of leaving draws out, replicate noise excepted. Response surfaces of this kind are the usual first step of
history matching (Craig et al. 1997; Vernon, Goldstein & Bower 2010). Gaussian processes, the usual second, were not
tried. Draws from the posterior come from an ensemble sampler (emcee, differential-evolution moves: ter Braak & Vrugt
2008), which needs no gradients. Sequential Monte Carlo without emulators (pyABC) was not tried either: it lives every
draw that it weighs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from conducive.experiments.evidence.fit.constraints import Constraint
from conducive.scenarios.declaration import Input
from conducive.scenarios.errors import InputError

type Numbers = npt.NDArray[np.float64]

ON_LOG_SCALE = 3.0
"""A coefficient whose plausible range spans this factor is drawn evenly on the log scale."""
PENALTIES = np.logspace(0.5, 4.5, 9)
TAILS = 0.01
"""Outputs beyond this quantile at either end are drawn in before fitting: a few wild ratios would bend all."""


def check_installed() -> None:
    """Raise InputError where the libraries of the extra are missing."""
    missing = [title for title, library in (("scikit-learn", "sklearn"), ("emcee", "emcee")) if not find_spec(library)]
    if missing:
        msg = (
            f"conducive calibrate needs {' and '.join(missing)}, which come with an extra. "
            "Install it: pip install 'conducive[calibrate]'."
        )
        raise InputError(msg)


def unit_of(values: Numbers, inputs: Sequence[Input]) -> Numbers:
    """Place of values in their plausible ranges, 0 to 1; shape (draws, inputs)."""
    columns = [_forward(values[:, n], i) for n, i in enumerate(inputs)]
    return np.stack(columns, axis=1)


def values_of(unit: Numbers, inputs: Sequence[Input]) -> Numbers:
    """Values at places in their plausible ranges, the inverse of `unit_of`."""
    columns = []
    for n, i in enumerate(inputs):
        low, high = _ends(i)
        at = low + unit[:, n] * (high - low)
        columns.append(np.clip(np.exp(at) if _is_log(i) else at, i.low, i.high))
    return np.stack(columns, axis=1)


def _is_log(one: Input) -> bool:
    return one.low > 0.0 and one.high / one.low >= ON_LOG_SCALE


def _ends(one: Input) -> tuple[float, float]:
    return (float(np.log(one.low)), float(np.log(one.high))) if _is_log(one) else (one.low, one.high)


def _forward(values: Numbers, one: Input) -> Numbers:
    low, high = _ends(one)
    return ((np.log(values) if _is_log(one) else values) - low) / (high - low)


@dataclass(frozen=True)
class Emulators:
    """Emulators of many outputs at once.

    Attributes:
        model: the fitted regression.
        middle: mean of each output, and `scale` its spread, in which it was fitted.
        scale: see `middle`.
        variance: variance of what an emulator gets wrong, by output, without the noise of replicates.
        explained: share of each output's variance between draws that is explained on draws left out.

    """

    model: Any
    middle: Numbers
    scale: Numbers
    variance: Numbers
    explained: Numbers

    def predict(self, unit: Numbers) -> Numbers:
        """Outputs at places in the plausible ranges: shape (draws, outputs)."""
        found: Numbers = self.middle + self.scale * self.model.predict(2.0 * unit - 1.0).reshape(len(unit), -1)
        return found


def fit(unit: Numbers, outputs: Numbers, noise: Numbers) -> Emulators:
    """Fit emulators to outputs of lived draws, `noise` being the variance of their replicates."""
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures

    low, high = np.quantile(outputs, [TAILS, 1.0 - TAILS], axis=0)
    drawn_in = np.clip(outputs, low, high)
    middle, scale = drawn_in.mean(axis=0), np.maximum(drawn_in.std(axis=0), 1e-9)
    ridge = RidgeCV(alphas=PENALTIES, alpha_per_target=True, store_cv_results=True)
    model = make_pipeline(PolynomialFeatures(2, include_bias=False), ridge)
    model.fit(2.0 * unit - 1.0, (drawn_in - middle) / scale)
    left_out = ridge.cv_results_.mean(axis=0).min(axis=-1) * scale**2
    variance = np.maximum(left_out - noise.mean(axis=0), 0.1 * left_out)
    return Emulators(model, middle, scale, variance, 1.0 - left_out / scale**2)


def log_density(unit: Numbers, emulators: Emulators, what: Sequence[Constraint], noise: Numbers) -> Numbers:
    """Log of exp(-1/2 sum of implausibility squared) at places in the ranges; minus infinity outside of them."""
    inside = ((unit >= 0.0) & (unit <= 1.0)).all(axis=1)
    found = emulators.predict(np.clip(unit, 0.0, 1.0))
    missed = [c.implausibility(found[:, n], emulators.variance[n] + noise[n]) for n, c in enumerate(what)]
    return np.where(inside, -0.5 * (np.stack(missed) ** 2).sum(axis=0), -np.inf)


def posterior(
    emulators: Emulators,
    what: Sequence[Constraint],
    noise: Numbers,
    start: Numbers,
    count: int,
    seed: int,
    steps: int = 1500,
) -> Numbers:
    """Draw places in the ranges from the emulated posterior: shape (count, coefficients).

    `start` are the walkers, at least twice as many as coefficients; `noise` is the variance that replicates of a life
    of the next wave will have. The last half of the chain is thinned.
    """
    import emcee

    sampler = emcee.EnsembleSampler(
        len(start),
        start.shape[1],
        log_density,
        args=(emulators, what, noise),
        vectorize=True,
        moves=[(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)],
    )
    sampler.random_state = np.random.RandomState(seed).get_state()
    sampler.run_mcmc(start, steps, skip_initial_state_check=True)
    chain: Numbers = sampler.get_chain(discard=steps // 2, flat=True)
    return chain[np.random.default_rng(seed).choice(len(chain), count, replace=False)]
