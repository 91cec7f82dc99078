"""Logistic regression of a yes/no question by Newton's method, chunk by chunk."""

from __future__ import annotations

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin

ROWS = 8_192
WARM_START_ROWS = 50_000
CHEAP_STEPS = 12
SHORTEST_STEP = 1e-4


class NewtonLogistic(ClassifierMixin, BaseEstimator):
    """Logistic regression with a ridge penalty or none, of the answers 0 and 1.

    It minimises the same as scikit-learn's ``LogisticRegression(C=1 / alpha)``. Newton's method needs half a dozen
    passes over the customers, and never more than a chunk of them beside the matrix; a sample of very many customers
    finds where to begin. It gives no warnings and so, unlike scikit-learn's, does not depend on how other threads
    treat theirs.

    Parameters
    ----------
    alpha : float, default 1.0
        The log loss, summed over customers, grows by half of `alpha` times the sum of squared slopes.
    tol : float, default 1e-8
        Stop when no entry of the mean gradient is larger.
    max_iter : int, default 60
        Passes at most; without a penalty and with answers that a column tells apart there is no end.

    Attributes
    ----------
    coef_ : numpy.ndarray of shape (1, columns)
        Slopes on the log-odds.
    intercept_ : numpy.ndarray of shape (1,)
        Log-odds where all columns are 0.
    classes_ : numpy.ndarray of shape (2,)
        0 and 1.
    n_iter_ : int
        Newton steps on all customers.

    References
    ----------
    Hastie, Tibshirani, Friedman (2009), "The Elements of Statistical Learning", section 4.4.1.

    Examples
    --------
    >>> customers, answers = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 1, 0, 1])
    >>> NewtonLogistic().fit(customers, answers).predict_proba(customers)[:, 1].round(2).tolist()
    [0.34, 0.44, 0.56, 0.66]
    """

    def __init__(self, alpha: float = 1.0, tol: float = 1e-8, max_iter: int = 60) -> None:
        self.alpha = alpha
        self.tol = tol
        self.max_iter = max_iter

    def fit(self, X: np.ndarray, y: np.ndarray, sample_weight: np.ndarray | None = None) -> NewtonLogistic:
        """Fit to customers.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded training customers.
        y : numpy.ndarray of int, shape (n,)
            0 or 1.
        sample_weight : numpy.ndarray of shape (n,), optional
            How much each customer counts.

        Returns
        -------
        NewtonLogistic
            This estimator.
        """
        weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        answer = np.asarray(y, dtype=np.float64)
        share = float(np.clip(weight @ answer / weight.sum(), 1e-9, 1 - 1e-9))
        found = np.append(np.zeros(X.shape[1]), np.log(share / (1 - share)))
        if len(y) > 4 * WARM_START_ROWS:
            found = self._from_a_sample(X, answer, weight, found)
        found = self._minimise(X, answer, weight, found, self.alpha)
        self.coef_, self.intercept_ = found[None, :-1], found[-1:]
        self.classes_ = np.array([0, 1])
        self.n_features_in_ = X.shape[1]
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """Log-odds of the answer 1.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded customers.

        Returns
        -------
        numpy.ndarray of shape (n,)
            Log-odds.
        """
        odds: np.ndarray = X @ self.coef_[0] + self.intercept_[0]
        return odds

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Probabilities of both answers.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded customers.

        Returns
        -------
        numpy.ndarray of shape (n, 2)
            Of 0 and of 1.
        """
        odds = self.decision_function(X)
        return np.column_stack([expit(-odds), expit(odds)])

    def predict(self, X: np.ndarray) -> np.ndarray:
        """The likelier answer.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded customers.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
            0 or 1.
        """
        return (self.decision_function(X) > 0).astype(np.intp)

    def _from_a_sample(self, X: np.ndarray, answer: np.ndarray, weight: np.ndarray, start: np.ndarray) -> np.ndarray:
        """Come near the minimum by gradients of all customers, bent as those of a sample are.

        The sample's Hessian is nearly that of all, so each such step gains more than a digit, at a fraction of the
        price of a Hessian of everybody.
        """
        every = len(answer) // WARM_START_ROWS
        part = slice(None, None, every)
        at = self._minimise(X[part], answer[part], weight[part], start, self.alpha / every)
        penalty = np.append(np.full(X.shape[1], self.alpha), 0.0)
        bend = every * _bent(X[part], weight[part], at, penalty / every)
        largest = np.inf
        for _turn in range(CHEAP_STEPS):
            slope = _sloped(X, answer, weight, at, penalty)[1]
            if np.abs(slope).max() >= largest / 2:
                break
            largest = np.abs(slope).max()
            if largest <= self.tol * weight.sum():
                break
            at = at - _solve(bend, slope)
        return at

    def _minimise(
        self, X: np.ndarray, answer: np.ndarray, weight: np.ndarray, start: np.ndarray, alpha: float
    ) -> np.ndarray:
        penalty = np.append(np.full(X.shape[1], alpha), 0.0)  # the intercept is free
        at = start
        loss, slope = _sloped(X, answer, weight, at, penalty)
        for turn in range(self.max_iter):
            self.n_iter_ = turn
            if np.abs(slope).max() <= self.tol * weight.sum():
                break
            step = _solve(_bent(X, weight, at, penalty), slope)
            size, gain = 1.0, float(slope @ step)
            new_loss, new_slope = _sloped(X, answer, weight, at - step, penalty)
            while new_loss > loss - 1e-4 * size * gain and size >= SHORTEST_STEP:
                size /= 2
                new_loss, new_slope = _sloped(X, answer, weight, at - size * step, penalty)
            if new_loss >= loss:
                break  # as low as numbers of 64 bits can tell
            at, loss, slope = at - size * step, new_loss, new_slope
        return at


def _sloped(
    X: np.ndarray, answer: np.ndarray, weight: np.ndarray, at: np.ndarray, penalty: np.ndarray
) -> tuple[float, np.ndarray]:
    """Loss and gradient at a point."""
    width = X.shape[1]
    loss, slope = 0.5 * float(penalty @ at**2), penalty * at
    for start in range(0, len(answer), ROWS):
        rows = slice(start, start + ROWS)
        chunk, said, counts = X[rows], answer[rows], weight[rows]
        odds = chunk @ at[:width] + at[width]
        error = counts * (expit(odds) - said)
        loss += float(counts @ (np.logaddexp(0, odds) - said * odds))
        slope[:width] += error @ chunk
        slope[width] += error.sum()
    return loss, slope


def _bent(X: np.ndarray, weight: np.ndarray, at: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    """Hessian at a point."""
    width = X.shape[1]
    bend = np.diag(penalty)
    for start in range(0, len(weight), ROWS):
        rows = slice(start, start + ROWS)
        chunk = X[rows]
        chance = expit(chunk @ at[:width] + at[width])
        curve = weight[rows] * chance * (1 - chance)
        curved = chunk * curve[:, None]
        bend[:width, :width] += curved.T @ chunk
        edge = curved.sum(axis=0)
        bend[:width, width] += edge
        bend[width, :width] += edge
        bend[width, width] += curve.sum()
    return bend


def _solve(bend: np.ndarray, slope: np.ndarray) -> np.ndarray:
    try:
        np.linalg.cholesky(bend)
        step = np.linalg.solve(bend, slope)
    except np.linalg.LinAlgError:  # columns that repeat others: the shortest of many steps
        step = np.linalg.lstsq(bend, slope, rcond=None)[0]
    return step
