"""Columns that say nothing of their own: exact sums of others, or the same for everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm_ai.explanation.textbook.design import Moments

TOLERANCE = 1e-9  # of a column's variance: less than this left by the others is rounding
NEGLIGIBLE = 1e-6  # weight of a column, in standard deviations, in the sum that equals another

SMALLEST_SPREAD = 1e-10  # numbers have a spread of 1, a label that one customer in a million has one of 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Aliasing:
    """Which columns tell something of their own.

    Parameters
    ----------
    kept : numpy.ndarray of int
        Positions of those that do, in order; 0 is the intercept, which is always there.
    dropped : numpy.ndarray of int
        Positions of the others.
    weights : numpy.ndarray of float64, shape (kept, dropped)
        Each column that was dropped is this sum of those that were kept.
    partners : tuple of tuple of int
        For each column that was dropped, the positions of the columns that it is a sum of; empty for a column that is
        the same for everybody.
    """

    kept: np.ndarray
    dropped: np.ndarray
    weights: np.ndarray
    partners: tuple[tuple[int, ...], ...]

    def folded(self, coefficients: np.ndarray) -> np.ndarray:
        """Coefficients of the kept columns that predict the same.

        Parameters
        ----------
        coefficients : numpy.ndarray of shape (width,)
            Of all columns, the intercept first.

        Returns
        -------
        numpy.ndarray of shape (kept,)
            With what the dropped columns said added to those they are sums of.
        """
        return np.asarray(coefficients[self.kept] + self.weights @ coefficients[self.dropped])


def find_aliases(sums: Moments) -> Aliasing:
    """Find columns that are exact sums of those before them, as R's ``lm`` does: of several the first ones stay.

    Parameters
    ----------
    sums : Moments
        Of the training customers.

    Returns
    -------
    Aliasing
        What is kept, and what each dropped column is a sum of.

    References
    ----------
    Golub, Van Loan (2013), Matrix Computations, 4th edition, section 4.2: Cholesky's method, here in the columns' order
    on their correlations, passing over each column whose pivot is zero.
    """
    covariance = sums.centred
    spread = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    size = np.sqrt(np.maximum(np.diag(sums.gram)[1:], 0.0))
    constant = (spread <= 1e-7 * size) | (spread <= SMALLEST_SPREAD * np.sqrt(sums.n))
    spread = np.where(constant, 1.0, spread)
    correlation = covariance / np.outer(spread, spread)
    factor, kept = _factor(correlation, constant)
    dropped = np.setdiff1d(np.arange(len(spread)), kept)
    slopes = _combination(factor, kept, dropped, constant) * spread[dropped] / spread[kept][:, None]
    strength = np.abs(slopes) * spread[kept][:, None] / spread[dropped]
    partners = tuple(tuple(int(kept[i]) + 1 for i in np.flatnonzero(column > NEGLIGIBLE)) for column in strength.T)
    means = sums.means[1:]
    slopes = np.where(np.abs(strength) > NEGLIGIBLE, slopes, 0.0)
    weights = np.vstack([means[dropped] - means[kept] @ slopes, slopes])
    return Aliasing(np.append(0, kept + 1).astype(np.intp), dropped + 1, weights, partners)


def _factor(correlation: np.ndarray, constant: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of Cholesky's factor for the columns that have a pivot, and which these are."""
    size = len(correlation)
    factor = np.zeros((size, size))
    kept: list[int] = []
    for column in range(size):
        if constant[column]:
            continue
        above = factor[: len(kept)]
        pivot = correlation[column, column] - above[:, column] @ above[:, column]
        if pivot <= TOLERANCE:
            continue
        factor[len(kept)] = (correlation[column] - above[:, column] @ above) / np.sqrt(pivot)
        kept.append(column)
    return factor[: len(kept)], np.asarray(kept, dtype=np.intp)


def _combination(factor: np.ndarray, kept: np.ndarray, dropped: np.ndarray, constant: np.ndarray) -> np.ndarray:
    from scipy.linalg import solve_triangular

    if not len(kept) or not len(dropped):
        return np.zeros((len(kept), len(dropped)))
    weights: np.ndarray = solve_triangular(factor[:, kept], factor[:, dropped])
    return np.where(constant[dropped], 0.0, weights)
