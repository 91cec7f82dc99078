"""Positive amounts modelled by their logarithm, for estimators that know nothing of it."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin


class LogTarget(RegressorMixin, BaseEstimator):
    """Fit a regressor to log(1 + y), and predict means of y.

    The mean of an amount is larger than what the mean of its logarithm says. Predictions are therefore raised by the
    factor that makes them add up to what was true of the training customers.

    Parameters
    ----------
    estimator : estimator
        The regressor; it is fitted in place.

    Attributes
    ----------
    factor_ : float
        Total of 1 + y, divided by what the regressor alone would say.

    References
    ----------
    Snowdon (1991), Canadian Journal of Forest Research 21, "A ratio estimator for bias correction in logarithmic
    regressions".
    """

    def __init__(self, estimator: BaseEstimator | None = None) -> None:
        self.estimator = estimator

    def fit(self, X: np.ndarray, y: np.ndarray, sample_weight: np.ndarray | None = None) -> LogTarget:
        """Fit the regressor to the logarithm.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded training customers.
        y : numpy.ndarray of shape (n,)
            Amounts above -1.
        sample_weight : numpy.ndarray of shape (n,), optional
            How much each customer counts.

        Returns
        -------
        LogTarget
            This estimator.
        """
        assert self.estimator is not None
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.estimator.fit(X, np.log1p(y), **weights)
        raw = np.exp(np.asarray(self.estimator.predict(X), dtype=np.float64))
        self.factor_ = float(np.average(1 + y, weights=sample_weight) / np.average(raw, weights=sample_weight))
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predict means of y.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded customers.

        Returns
        -------
        numpy.ndarray of shape (n,)
            Amounts above -1.
        """
        assert self.estimator is not None
        return self.amounts(np.asarray(self.estimator.predict(X), dtype=np.float64))

    def amounts(self, logarithms: np.ndarray) -> np.ndarray:
        """Turn what the regressor says into amounts.

        Parameters
        ----------
        logarithms : numpy.ndarray of float64
            Of 1 + y.

        Returns
        -------
        numpy.ndarray of float64
            Amounts above -1, of the same shape.
        """
        said: np.ndarray = np.exp(np.minimum(logarithms, 700.0)) * self.factor_ - 1
        return said
