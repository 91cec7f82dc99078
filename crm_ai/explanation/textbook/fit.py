"""A regression fitted anew to the training customers, without penalty, together with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm_ai.explanation.textbook.aliasing import Aliasing
from crm_ai.explanation.textbook.design import Moments


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Coefficients of the columns that tell something of their own, as the model sees these columns.

    Parameters
    ----------
    sums : Moments
        Of the training customers.
    aliasing : Aliasing
        Which columns are kept.
    coefficients : numpy.ndarray of shape (kept,)
        The intercept first.
    covariance : numpy.ndarray of shape (kept, kept)
        Of the coefficients.
    diverging : numpy.ndarray of shape (kept,)
        1 or −1 for a coefficient that grows or falls without end, because it separates the answers; else 0.
    objective : float
        The residuals' sum of squares, or the log-likelihood.
    converged : bool, default True
        Whether the best coefficients were found.
    """

    sums: Moments
    aliasing: Aliasing
    coefficients: np.ndarray
    covariance: np.ndarray
    diverging: np.ndarray
    objective: float
    converged: bool = True

    @property
    def residual_degrees(self) -> int:
        """Customers more than coefficients."""
        return self.sums.n - len(self.coefficients)


def inverse(matrix: np.ndarray) -> np.ndarray:
    """Invert a matrix of sums of products.

    Parameters
    ----------
    matrix : numpy.ndarray of shape (k, k)
        Symmetric, positive definite.

    Returns
    -------
    numpy.ndarray of shape (k, k)
        Its inverse; NaN where it has none.

    Examples
    --------
    >>> inverse(np.array([[4.0, 0.0], [0.0, 1e-12]])).tolist()
    [[0.25, 0.0], [0.0, 1000000000000.0]]
    >>> bool(np.isnan(inverse(np.ones((2, 2)))).all())
    True
    """
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    # Columns that few customers have are as small as others are large; on one scale none of them is lost.
    size = np.sqrt(np.diag(matrix))
    try:
        with np.errstate(all="ignore"):
            factor = cho_factor(matrix / np.outer(size, size), lower=True)
            inverted: np.ndarray = cho_solve(factor, np.eye(len(matrix)))
    except (LinAlgError, ValueError):
        return np.full_like(matrix, np.nan)
    return np.asarray(inverted / np.outer(size, size))
