"""Columns without what tells the group: correlation with the segment is taken out before a model is fitted."""

from __future__ import annotations

import copy

import numpy as np
from sklearn.base import BaseEstimator

from crm_ai.modeling.recalibration import raw_scores


class Decorrelated(BaseEstimator):
    """A fitted yes/no model that sees customers without what is linearly told by their group.

    Parameters
    ----------
    estimator : BaseEstimator
        Fitted on decorrelated customers.
    sensitive : numpy.ndarray of bool, shape (columns,)
        Encoded columns of the segment; the estimator sees 0 there.
    means : numpy.ndarray of shape (sensitive columns,)
        Of training customers.
    slopes : numpy.ndarray of shape (sensitive columns, other columns)
        How the others go with them.
    """

    classes_ = np.array([0, 1])

    def __init__(self, estimator: BaseEstimator, sensitive: np.ndarray, means: np.ndarray, slopes: np.ndarray) -> None:
        self.estimator = estimator
        self.sensitive = sensitive
        self.means = means
        self.slopes = slopes

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Score customers.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded customers.

        Returns
        -------
        numpy.ndarray of float64, shape (n, 2)
            Of the negative and of the positive answer.
        """
        said = raw_scores(self.estimator, self.without(X))
        return np.column_stack([1 - said, said])

    def without(self, X: np.ndarray) -> np.ndarray:
        """Take out what the segment tells.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded customers.

        Returns
        -------
        numpy.ndarray of shape (n, columns)
            0 in the segment's columns.
        """
        cleaned = np.zeros_like(X)
        told = (X[:, self.sensitive] - self.means) @ self.slopes
        cleaned[:, ~self.sensitive] = X[:, ~self.sensitive] - told
        return cleaned


def fit_decorrelated(
    estimator: BaseEstimator, X: np.ndarray, y: np.ndarray, sensitive: np.ndarray, weights: np.ndarray | None
) -> BaseEstimator:
    """Fit an estimator to customers without what their group tells.

    Parameters
    ----------
    estimator : BaseEstimator
        Unfitted.
    X : numpy.ndarray of shape (n, columns)
        Encoded training customers.
    y : numpy.ndarray of int, shape (n,)
        Their answers.
    sensitive : numpy.ndarray of bool, shape (columns,)
        Encoded columns of the segment.
    weights : numpy.ndarray of shape (n,) or None
        How much each customer counts.

    Returns
    -------
    BaseEstimator
        A linear estimator stays one (and can be explained exactly): taking out is linear itself, and goes into its
        coefficients. Any other becomes ``Decorrelated``.

    References
    ----------
    fairlearn's ``CorrelationRemover``, which learns what is taken out.
    """
    from fairlearn.preprocessing import CorrelationRemover

    remover = CorrelationRemover(sensitive_feature_ids=np.flatnonzero(sensitive).tolist()).fit(X.astype(np.float64))
    slopes = np.atleast_2d(remover.beta_).reshape(int(sensitive.sum()), -1).astype(X.dtype)
    means = np.asarray(remover.sensitive_mean_, dtype=X.dtype).reshape(-1)
    whole = Decorrelated(estimator, sensitive, means, slopes)
    whole.estimator = estimator.fit(whole.without(X), y, **({} if weights is None else {"sample_weight": weights}))
    return _as_linear(whole) if hasattr(whole.estimator, "coef_") else whole


def _as_linear(whole: Decorrelated) -> BaseEstimator:
    linear = copy.deepcopy(whole.estimator)
    flat = np.ndim(linear.coef_) == 1
    weights = np.atleast_2d(np.array(linear.coef_, dtype=np.float64))
    others = weights[:, ~whole.sensitive]
    weights[:, whole.sensitive] = -others @ whole.slopes.T
    shift = others @ (whole.means @ whole.slopes)
    linear.coef_ = weights[0] if flat else weights
    linear.intercept_ = linear.intercept_ + (float(shift[0]) if np.ndim(linear.intercept_) == 0 else shift)
    return linear
