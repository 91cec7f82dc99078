"""Least squares with or without a ridge, in one pass over the customers."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin

ROWS = 8_192


class LeastSquares(RegressorMixin, BaseEstimator):
    """Linear regression, solved from the triangle of a QR decomposition that grows chunk by chunk.

    As exact as a decomposition of the whole matrix (sums of squares would lose half of the digits), and it never holds
    more than a chunk. Columns that repeat others share their coefficient, as the shortest solution has it.

    Parameters
    ----------
    alpha : float, default 0.0
        Ridge penalty: the sum of squared errors grows by `alpha` times the sum of squared slopes.

    Attributes
    ----------
    coef_ : numpy.ndarray of shape (columns,)
        Slopes.
    intercept_ : float
        Prediction where all columns are 0.

    References
    ----------
    Demmel, Grigori, Hoemmen, Langou (2012), SIAM Journal on Scientific Computing 34, "Communication-optimal parallel
    and sequential QR and LU factorizations".

    Examples
    --------
    >>> model = LeastSquares().fit(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0]))
    >>> model.coef_.round(6).tolist(), round(model.intercept_, 6)
    ([2.0], 1.0)
    """

    def __init__(self, alpha: float = 0.0) -> None:
        self.alpha = alpha

    def fit(self, X: np.ndarray, y: np.ndarray, sample_weight: np.ndarray | None = None) -> LeastSquares:
        """Fit to customers.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded training customers.
        y : numpy.ndarray of shape (n,)
            Their answers.
        sample_weight : numpy.ndarray of shape (n,), optional
            How much each customer counts.

        Returns
        -------
        LeastSquares
            This estimator.
        """
        weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        centre = weight @ X / weight.sum()
        mean = float(weight @ y / weight.sum())
        triangle = _triangle(X, np.asarray(y, dtype=np.float64), weight, centre, mean)
        width = X.shape[1]
        left, right = triangle[:, :width], triangle[:, width]
        if self.alpha > 0:
            left = np.vstack([left, np.sqrt(self.alpha) * np.eye(width)])
            right = np.append(right, np.zeros(width))
        cut = np.finfo(np.float64).eps * max(X.shape)
        self.coef_ = np.linalg.lstsq(left, right, rcond=cut)[0]
        self.intercept_ = float(mean - centre @ self.coef_)
        self.n_features_in_ = width
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predict customers.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded customers.

        Returns
        -------
        numpy.ndarray of shape (n,)
            Numbers.
        """
        said: np.ndarray = X @ self.coef_ + self.intercept_
        return said


def _triangle(X: np.ndarray, y: np.ndarray, weight: np.ndarray, centre: np.ndarray, mean: float) -> np.ndarray:
    """R of the QR decomposition of the centred, weighted customers and answers."""
    root = np.sqrt(weight)
    triangle = np.zeros((0, X.shape[1] + 1))
    for start in range(0, len(y), ROWS):
        rows = slice(start, start + ROWS)
        chunk = np.column_stack([X[rows] - centre, y[rows] - mean]) * root[rows, None]
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, chunk]), mode="r"))
    return triangle
