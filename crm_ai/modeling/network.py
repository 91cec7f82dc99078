"""A small neural network that stops when customers held back are no longer better predicted."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

HELD_BACK = 0.15
PATIENCE = 8  # epochs without a gain
FEWEST_HELD_BACK = 10


class _Stopped:
    """What both kinds share: an epoch at a time, judged by the loss of customers held back; the best is kept.

    scikit-learn's own early stopping judges by accuracy, which says nothing where an answer is rare.

    Attributes
    ----------
    epochs_ : int
        Passes until the best.
    """

    epochs_: int

    def fit(self, X: np.ndarray, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Any:
        """Fit the network.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded training customers, standardised.
        y : numpy.ndarray of shape (n,)
            Their answers.
        sample_weight : numpy.ndarray of shape (n,), optional
            How much each customer counts.

        Returns
        -------
        estimator
            Fitted.
        """
        for name in ("coefs_", "intercepts_", "_random_state", "_optimizer", "_label_binarizer", "classes_"):
            if hasattr(self, name):
                delattr(self, name)  # a second fit begins anew
        fit, back = self._held_back(y)
        weight = np.ones(len(y)) if sample_weight is None else sample_weight
        lowest, best, since = np.inf, None, 0
        for epoch in range(self.max_iter):  # type: ignore[attr-defined]
            self._epoch(X[fit], y[fit], weight[fit], y)
            loss = float(np.average(self._losses(X[back], y[back]), weights=weight[back]))
            since += 1
            if loss < lowest - 1e-5:
                lowest, since = loss, 0
                best = [layer.copy() for layer in (*self.coefs_, *self.intercepts_)]  # type: ignore[has-type]
                self.epochs_ = epoch + 1
            if since >= PATIENCE:
                break
        if best is not None:
            layers = len(self.coefs_)  # type: ignore[has-type]
            self.coefs_, self.intercepts_ = best[:layers], best[layers:]
        return self

    def _held_back(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        order = np.random.default_rng(self.random_state).permutation(len(y))  # type: ignore[attr-defined]
        if hasattr(self, "predict_proba"):  # each answer in its share
            order = order[np.argsort(y[order], kind="stable")]
            every = max(round(1 / HELD_BACK), 2)
            back = order[every // 2 :: every]
        else:
            back = order[: round(HELD_BACK * len(y))]
        if len(back) < FEWEST_HELD_BACK:
            return order, order
        return np.setdiff1d(order, back), np.sort(back)

    def _epoch(self, X: np.ndarray, y: np.ndarray, weight: np.ndarray, _everybody: np.ndarray) -> None:
        self.partial_fit(X, y, sample_weight=weight)  # type: ignore[attr-defined]

    def _losses(self, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (self.predict(X) - y) ** 2  # type: ignore[attr-defined]


class NetworkRegressor(_Stopped, MLPRegressor):
    """Neural network for numbers, see ``_Stopped``."""


class NetworkClassifier(_Stopped, MLPClassifier):
    """Neural network for answers, see ``_Stopped``."""

    def _epoch(self, X: np.ndarray, y: np.ndarray, weight: np.ndarray, everybody: np.ndarray) -> None:
        self.partial_fit(X, y, classes=np.unique(everybody), sample_weight=weight)

    def _losses(self, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        said = self.predict_proba(X)[np.arange(len(y)), np.searchsorted(self.classes_, y)]
        return -np.log(np.maximum(said, 1e-12))
