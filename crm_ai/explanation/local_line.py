"""The straight line that LIME draws around one customer: the lime package's own, to the last digits, but faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

RIDGE = 1.0  # the lime package's penalty


@dataclass(frozen=True, slots=True, eq=False)
class LocalLine:
    """A line fitted to perturbed customers, the near ones counting most.

    Parameters
    ----------
    weights : numpy.ndarray of shape (columns,)
        How much the output differs where a column is as the customer's.
    intercept : float
        The output where no column is.
    prediction : float
        What the line says of the customer.
    fit : float
        Weighted R² among the perturbed customers.
    """

    weights: np.ndarray
    intercept: float
    prediction: float
    fit: float


def local_line(
    surrogate: Any,
    customer: np.ndarray,
    predict: Callable[[np.ndarray], np.ndarray],
    *,
    samples: int,
    seed: int,
) -> LocalLine:
    """Perturb a customer and fit a line to what is said of the perturbed ones.

    Parameters
    ----------
    surrogate : lime.lime_tabular.LimeTabularExplainer
        Knows frequencies and bins of training customers; numbers are cut into bins.
    customer : numpy.ndarray of shape (columns,)
        Codes of the customer, without gaps.
    predict : callable
        Takes codes of shape (samples, columns); returns outputs of shape (samples,).
    samples : int
        Perturbed customers.
    seed : int
        Draws them, in the order of the lime package.

    Returns
    -------
    LocalLine
        As ``surrogate.explain_instance`` finds it with all columns, but for rounding.

    References
    ----------
    Ribeiro, Singh, Guestrin (2016), KDD, "Why should I trust you? Explaining the predictions of any classifier".
    """
    same, codes = _perturbed(surrogate, customer, samples, np.random.RandomState(seed))
    scaled = (same - surrogate.scaler.mean_) / surrogate.scaler.scale_
    gaps = scaled - scaled[0]
    nearness = surrogate.base.kernel_fn(np.sqrt(np.einsum("ij,ij->i", gaps, gaps)))
    return _line(scaled, predict(codes), nearness)


def _perturbed(
    surrogate: Any, customer: np.ndarray, samples: int, random: np.random.RandomState
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each perturbed customer is as this one, column by column; and their codes. The first is this one."""
    own = surrogate.discretizer.discretize(customer)
    same, codes = (np.empty((samples, len(customer)), order="F") for _each in range(2))
    for column in range(len(customer)):
        drawn = random.choice(
            surrogate.feature_values[column], size=samples, replace=True, p=surrogate.feature_frequencies[column]
        )
        same[:, column], codes[:, column] = drawn == own[column], drawn
    for column in surrogate.discretizer.means:
        codes[1:, column] = _within_bins(surrogate.discretizer, column, codes[1:, column].astype(np.intp), random)
    same[0], codes[0] = 1.0, customer
    return same, codes


def _within_bins(discretizer: Any, column: int, bins: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """Numbers of some bins, from a normal distribution that ends where the bin does."""
    from scipy.special import ndtr, ndtri

    mean, spread, low, high = (
        np.asarray(of_bins[column], dtype=np.float64)
        for of_bins in (discretizer.means, discretizer.stds, discretizer.mins, discretizer.maxs)
    )
    from_, to = (low - mean) / spread, (high - mean) / spread
    below, above = ndtr(from_), ndtr(to)
    found = from_[bins]  # where a bin holds one number only, as the package does
    open_ = (from_ != to)[bins]
    its = bins[open_]
    drawn = ndtri(below[its] + random.uniform(size=len(its)) * (above - below)[its])
    found[open_] = np.clip(drawn, from_[its], to[its]) * spread[its] + mean[its]
    return found


def _line(same: np.ndarray, said: np.ndarray, nearness: np.ndarray) -> LocalLine:
    """Ridge regression with weights."""
    center, level = np.average(same, axis=0, weights=nearness), float(np.average(said, weights=nearness))
    apart, height = same - center, said - level
    weighted = apart * nearness[:, None]
    slopes = np.linalg.solve(weighted.T @ apart + RIDGE * np.eye(same.shape[1]), weighted.T @ height)
    left = nearness @ (height - apart @ slopes) ** 2
    spread = nearness @ height**2
    intercept = float(level - center @ slopes)
    fit = 1.0 - left / spread if spread > 0 else float(left == 0)
    return LocalLine(slopes, intercept, float(intercept + same[0] @ slopes), float(fit))
