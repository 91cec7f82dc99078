"""Maximum of a likelihood over positive parameters, and what its curvature says of their uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from crm_ai.evaluation.intervals import Z

Likelihood = Callable[[np.ndarray], tuple[float, np.ndarray]]

STEP = 1e-4
MOST_NEWTON_STEPS = 30
FLAT = 1e-9  # what a last step may still add to the log-likelihood
FAINTEST = 1e-3  # curvature below which a logarithm is known to ± 60 at best
RUNAWAY = 12.0  # a logarithm beyond which a parameter is taken to have left for zero or infinity


LITTLE = 0.01  # what a richer model must add to the log-likelihood to be preferred
CHANCE = 1.35  # what chance adds in 1 of 20 cases, where the richer model’s parameter is at its end (half of 2.71)


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """Where a likelihood is highest.

    Parameters
    ----------
    at : numpy.ndarray of float, shape (k,)
        Logarithms of the parameters.
    covariance : numpy.ndarray of float, shape (k, k)
        Of the logarithms: the inverse of minus the second derivatives.
    log_likelihood : float
        The height.
    found : bool
        Whether it is a true maximum; if not, a parameter runs away or cannot be told from the others.
    """

    at: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    found: bool


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """Expectations with 95 % intervals, which tell how uncertain the parameters leave them.

    Parameters
    ----------
    value, low, high : numpy.ndarray of float, shape (n,)
        One entry a customer, or a single one.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def maximise(likelihood: Likelihood, starts: Sequence[Sequence[float]]) -> Optimum:
    """Find the highest point of a likelihood.

    Parameters
    ----------
    likelihood : callable
        Takes logarithms of the parameters, returns the log-likelihood and its gradient.
    starts : sequence of sequences of float
        Where to begin: from the highest first, until a maximum is found.

    Returns
    -------
    Optimum
        Where, how high, and how curved.

    Examples
    --------
    >>> found = maximise(lambda t: (-((t[0] - 2) ** 2), -2 * (t - 2)), [[0.0]])
    >>> found.at.round(6).tolist(), found.covariance.round(6).tolist(), found.found
    ([2.0], [[0.5]], True)
    """
    from scipy.optimize import minimize

    def cost(at: np.ndarray) -> tuple[float, np.ndarray]:
        height, slope = likelihood(at)
        return (-height, -slope) if np.isfinite(height) else (1e300, np.zeros_like(at))

    bounds = [(-RUNAWAY, RUNAWAY)] * len(starts[0])
    found = []
    for start in sorted(starts, key=lambda start: cost(np.asarray(start))[0]):
        found.append(_climb(likelihood, minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x))
        if found[-1].found:
            return found[-1]
    return max(found, key=lambda optimum: optimum.log_likelihood)


def _climb(likelihood: Likelihood, at: np.ndarray) -> Optimum:
    """Newton's steps from near the highest point."""
    for _step in range(MOST_NEWTON_STEPS):
        height, slope = likelihood(at)
        curvature = _curvature(likelihood, at)
        covariance = _inverse(curvature)
        if covariance is None or np.abs(at).max() >= RUNAWAY:
            return Optimum(at, np.full((len(at), len(at)), np.nan), height, found=False)
        step = covariance @ slope
        if float(step @ slope) <= FLAT:
            return Optimum(at + step, covariance, height, found=True)
        at = _ahead(likelihood, at, step, height)
    return Optimum(at, np.full((len(at), len(at)), np.nan), likelihood(at)[0], found=False)


def richer(simple: Optimum, rich: Optimum) -> Optimum:
    """Choose between a model and one that it is the limit of.

    Parameters
    ----------
    simple : Optimum
        The limit.
    rich : Optimum
        The model with more parameters.

    Returns
    -------
    Optimum
        The richer one if it adds anything; the simpler one if the richer has no maximum and adds no more than chance.
    """
    gain = rich.log_likelihood - simple.log_likelihood
    return simple if gain <= (LITTLE if rich.found else CHANCE) else rich


def _ahead(likelihood: Likelihood, at: np.ndarray, step: np.ndarray, height: float) -> np.ndarray:
    for _halving in range(30):
        if likelihood(at + step)[0] >= height:
            return at + step
        step = step / 2
    return at


def _curvature(likelihood: Likelihood, at: np.ndarray) -> np.ndarray:
    """Minus the second derivatives, from differences of the gradient."""
    rows = [(likelihood(at - step)[1] - likelihood(at + step)[1]) / (2 * STEP) for step in STEP * np.eye(len(at))]
    matrix = np.stack(rows)
    return (matrix + matrix.T) / 2


def _inverse(curvature: np.ndarray) -> np.ndarray | None:
    """The covariance; None unless all directions curve downwards."""
    if not np.isfinite(curvature).all():
        return None
    sizes, directions = np.linalg.eigh(curvature)
    if sizes[0] <= max(FAINTEST, 1e-11 * sizes[-1]):
        return None
    return (directions / sizes) @ directions.T


def spread(function: Callable[[np.ndarray], np.ndarray], at: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Standard error of what is computed from parameters, by the delta method.

    Parameters
    ----------
    function : callable
        From logarithms of the parameters to numbers, shape (n,).
    at : numpy.ndarray of float, shape (k,)
        Where it is evaluated.
    covariance : numpy.ndarray of float, shape (k, k)
        Of the logarithms.

    Returns
    -------
    numpy.ndarray of float, shape (n,)
        Standard errors.

    Examples
    --------
    >>> spread(lambda t: 3 * t, np.array([1.0]), np.array([[4.0]])).round(6).tolist()
    [6.0]
    """
    slopes = np.stack([(function(at + step) - function(at - step)) / (2 * STEP) for step in STEP * np.eye(len(at))])
    return np.sqrt(np.maximum(np.einsum("in,ij,jn->n", slopes, covariance, slopes), 0.0))


def positive(value: np.ndarray, error_of_log: np.ndarray) -> Expected:
    """Interval of what cannot be below zero, from the standard error of its logarithm.

    Parameters
    ----------
    value, error_of_log : numpy.ndarray of float, shape (n,)
        Value, and standard error of its logarithm.

    Returns
    -------
    Expected
        Value with its interval.
    """
    factor = np.exp(Z * error_of_log)
    return Expected(value, value / factor, value * factor)
