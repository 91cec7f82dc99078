"""Probabilities corrected by what came out for customers whom the model had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from crm_ai.modeling.problem import Problem, SplitKind
from crm_ai.modeling.scores import fold_scores

if TYPE_CHECKING:
    from crm_ai.modeling.fitting import Fitted

SIGMOID, ISOTONIC = "sigmoid", "isotonic"
METHODS = (SIGMOID, ISOTONIC)
NEWTON_STEPS = 50
STILL = 1e-10


class Recalibrator(BaseEstimator):
    """A rising curve from what a model says to what came true.

    Parameters
    ----------
    method : {"sigmoid", "isotonic"}, default "sigmoid"
        A straight line on the log-odds scale, two numbers that a hundred customers can tell; or any rising curve,
        which wants a thousand.

    Attributes
    ----------
    knots_ : numpy.ndarray of float64, shape (knots,)
        Scores that the curve is given at, ascending; for a sigmoid their log-odds are multiplied by ``slope_`` and
        ``shift_`` is added, and there is but one knot: the smallest score that is told from 0.
    values_ : numpy.ndarray of float64, shape (knots,)
        Probabilities there; straight lines lie between them.
    slope_, shift_ : float
        Of a sigmoid.

    References
    ----------
    Platt (1999), Advances in Large Margin Classifiers, "Probabilistic outputs for support vector machines"; Zadrozny
    and Elkan (2002), KDD, "Transforming classifier scores into accurate multiclass probability estimates".

    Examples
    --------
    >>> scores = np.repeat([0.2, 0.8], 100)
    >>> happened = np.array([1] * 40 + [0] * 60 + [1] * 60 + [0] * 40)
    >>> Recalibrator("isotonic").fit(scores, happened).probabilities(np.array([0.2, 0.5, 0.8])).round(3).tolist()
    [0.4, 0.5, 0.6]
    >>> Recalibrator("sigmoid").fit(scores, happened).probabilities(np.array([0.2, 0.5, 0.8])).round(2).tolist()
    [0.4, 0.5, 0.6]
    """

    def __init__(self, method: str = SIGMOID) -> None:
        self.method = method

    def fit(self, scores: np.ndarray, happened: np.ndarray) -> Recalibrator:
        """Learn the curve.

        Parameters
        ----------
        scores : numpy.ndarray of shape (n,)
            What models that had not seen these customers said, in [0, 1].
        happened : numpy.ndarray of int, shape (n,)
            0 or 1.

        Returns
        -------
        Recalibrator
            This object.
        """
        self.knots_, self.values_ = np.array([0.5 / (len(scores) + 1)]), np.array([np.nan])
        self.slope_, self.shift_ = 1.0, 0.0
        if self.method == ISOTONIC:
            self._rising(scores, happened)
        else:
            self._line(log_odds(scores, float(self.knots_[0])), happened)
        return self

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Correct what the model says.

        Parameters
        ----------
        scores : numpy.ndarray of shape (n,)
            In [0, 1].

        Returns
        -------
        numpy.ndarray of float64, shape (n,)
            In [0, 1]; never in another order than the scores.
        """
        if self.method == ISOTONIC:
            return np.interp(scores, self.knots_, self.values_)
        return inverse_log_odds(self.slope_ * log_odds(scores, float(self.knots_[0])) + self.shift_)

    def _rising(self, scores: np.ndarray, happened: np.ndarray) -> None:
        from sklearn.isotonic import IsotonicRegression

        curve = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(scores, happened)
        self.knots_, self.values_ = curve.X_thresholds_.astype(np.float64), curve.y_thresholds_.astype(np.float64)

    def _line(self, odds: np.ndarray, happened: np.ndarray) -> None:
        """Newton's method; Platt's targets keep a short way from 0 and 1, so that the line stays finite."""
        having = float(happened.sum())
        without = len(happened) - having
        target = np.where(happened == 1, (having + 1) / (having + 2), 1 / (without + 2))
        design = np.column_stack([odds, np.ones(len(odds))])
        found = np.array([1.0, 0.0])
        best = _loss(design @ found, target)
        for _step in range(NEWTON_STEPS):
            said = inverse_log_odds(design @ found)
            slope = design.T @ (said - target)
            curvature = (design * (said * (1 - said))[:, None]).T @ design
            step = np.linalg.lstsq(curvature, slope, rcond=None)[0]
            while (tried := _loss(design @ (found - step), target)) > best + STILL * abs(best):
                step = step / 2
            found, best = found - step, tried
            if np.abs(step).max() < STILL:
                break
        # A line that falls would turn the ranking round; then the model knows nothing, and all get the same.
        self.slope_ = max(float(found[0]), 0.0)
        self.shift_ = float(found[1]) if found[0] > 0 else float(np.log(target.mean() / (1 - target.mean())))


class Recalibrated(BaseEstimator):
    """A fitted yes/no model whose probabilities are corrected.

    Parameters
    ----------
    estimator : estimator
        Fitted; gives probabilities, or numbers to be cut at 0 and 1.
    recalibrator : Recalibrator
        Fitted to what was said out of fold.
    """

    classes_ = np.array([0, 1])

    def __init__(self, estimator: BaseEstimator, recalibrator: Recalibrator) -> None:
        self.estimator = estimator
        self.recalibrator = recalibrator

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Predict corrected probabilities.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded customers.

        Returns
        -------
        numpy.ndarray of float64, shape (n, 2)
            Of the negative and of the positive answer.
        """
        said = self.recalibrator.probabilities(raw_scores(self.estimator, X))
        return np.column_stack([1 - said, said])


def raw_scores(estimator: BaseEstimator, X: np.ndarray) -> np.ndarray:
    """What a yes/no estimator says of customers, in [0, 1].

    Parameters
    ----------
    estimator : estimator
        Fitted.
    X : numpy.ndarray of shape (n, columns)
        Encoded customers.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Probability of the positive answer; of the linear probability model the line, cut at 0 and 1.
    """
    if hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.predict_proba(X)[:, 1], dtype=np.float64)
    return np.clip(np.asarray(estimator.predict(X), dtype=np.float64), 0.0, 1.0)


def across_folds(
    scores: np.ndarray, happened: np.ndarray, folds: Sequence[np.ndarray], method: str, *, forward: bool = False
) -> list[np.ndarray]:
    """Correct each fold by a curve learned from the others, so that nobody is corrected by their own answer.

    Parameters
    ----------
    scores, happened : numpy.ndarray of shape (n,)
        What was said of training customers out of fold, and what came true.
    folds : sequence of numpy.ndarray of int
        Positions of each fold's customers, without overlap.
    method : {"sigmoid", "isotonic"}
        See ``Recalibrator``.
    forward : bool, default False
        Whether folds follow each other in time: then only earlier ones may teach, and the first stays as it is.

    Returns
    -------
    list of numpy.ndarray
        Corrected scores by fold.
    """
    corrected = []
    for number, fold in enumerate(folds):
        others = [other for place, other in enumerate(folds) if place != number and (place < number or not forward)]
        if not others:
            corrected.append(scores[fold])
            continue
        known = np.concatenate(others)
        curve = Recalibrator(method).fit(scores[known], happened[known])
        corrected.append(curve.probabilities(scores[fold]))
    return corrected


def recalibrated(fitted: Fitted, problem: Problem, target: np.ndarray) -> Fitted:
    """Correct a model, and what was said of each fold's customers, as the question asks.

    Parameters
    ----------
    fitted : Fitted
        A model and its folds.
    problem : Problem
        A yes/no question with a way to recalibrate.
    target : numpy.ndarray of int, shape (n,)
        The training customers' answers.

    Returns
    -------
    Fitted
        The pipeline's last step corrected by a curve learned from all folds of the first round; each fold by a curve
        learned from its round's others.
    """
    method, forward = problem.recalibration, problem.split.kind is SplitKind.TIME
    rounds = 1 if forward else problem.repeats
    size = len(fitted.folds) // rounds
    folds = []
    for start in range(0, len(fitted.folds), size):
        judged = [place for place, _said, _scores in fitted.folds[start : start + size]]
        scores = np.full(len(target), np.nan)
        for place, said, _scores in fitted.folds[start : start + size]:
            scores[place] = said
        corrected = across_folds(scores, target, judged, method, forward=forward)
        folds += [
            (p, said, fold_scores(problem.task, target[p], said)) for p, said in zip(judged, corrected, strict=True)
        ]
    known = np.concatenate([place for place, _said, _scores in fitted.folds[:size]])
    said = np.concatenate([said for _place, said, _scores in fitted.folds[:size]])
    curve = Recalibrator(method).fit(said, target[known])
    *steps, (name, estimator) = fitted.pipeline.steps
    return replace(fitted, pipeline=Pipeline([*steps, (name, Recalibrated(estimator, curve))]), folds=folds)


def log_odds(probabilities: np.ndarray, smallest: float) -> np.ndarray:
    """Take probabilities to the log-odds scale.

    Parameters
    ----------
    probabilities : numpy.ndarray
        In [0, 1].
    smallest : float
        What 0 is taken as; 1 is taken as 1 less this.

    Returns
    -------
    numpy.ndarray of float64
        Finite.
    """
    inside = np.clip(np.asarray(probabilities, dtype=np.float64), smallest, 1 - smallest)
    return np.asarray(np.log(inside / (1 - inside)))


def inverse_log_odds(odds: np.ndarray) -> np.ndarray:
    """Take log-odds back to probabilities.

    Parameters
    ----------
    odds : numpy.ndarray
        Any numbers.

    Returns
    -------
    numpy.ndarray of float64
        In [0, 1].
    """
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -700, 700))))


def _loss(odds: np.ndarray, target: np.ndarray) -> float:
    return float(np.logaddexp(0, odds).sum() - target @ odds)
