"""A threshold for each group, chosen on what was said of training customers out of fold.

Scores of each group are moved on the log-odds scale so that its own threshold comes to lie where everybody's was: the
result is a score like any other, in the same order within each group, and one threshold for all decides as the groups'
own would. As many customers are selected as before. Nothing is left to chance: unlike a randomised post-processing, the
same customer always gets the same decision; so rates are equal up to what steps of single customers allow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator

from crm_ai.evaluation import RATES
from crm_ai.fairness.group_reader import GroupReader
from crm_ai.modeling.recalibration import inverse_log_odds, log_odds, raw_scores

SMALLEST = 1e-9
STEPS = 41
FEWEST_TO_LEARN = 10


class GroupThresholds(BaseEstimator):
    """A fitted yes/no model whose scores are moved by group.

    Parameters
    ----------
    estimator : BaseEstimator
        Fitted; sees the first `width` encoded columns.
    reader : GroupReader
        Fitted; tells groups.
    shifts : numpy.ndarray of float64, shape (groups + 1,)
        Added to the log-odds of each group; the last for customers whose group was not there in training.
    width : int
        Encoded columns that the estimator was fitted on.
    """

    classes_ = np.array([0, 1])

    def __init__(self, estimator: BaseEstimator, reader: GroupReader, shifts: np.ndarray, width: int) -> None:
        self.estimator = estimator
        self.reader = reader
        self.shifts = shifts
        self.width = width

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Score customers.

        Parameters
        ----------
        X : numpy.ndarray of shape (n, columns)
            Encoded customers.

        Returns
        -------
        numpy.ndarray of float64, shape (n, 2)
            Of the negative and of the positive answer; no true probabilities any more, but for one group's.
        """
        said = moved(raw_scores(self.estimator, X[:, : self.width]), self.reader.groups(X), self.shifts)
        return np.column_stack([1 - said, said])


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What was said of training customers out of fold, and what came true.

    Parameters
    ----------
    scores : numpy.ndarray of float64, shape (n,)
        In [0, 1].
    happened : numpy.ndarray of int, shape (n,)
        0 or 1.
    groups : numpy.ndarray of int, shape (n,)
        Positions of groups.
    """

    scores: np.ndarray
    happened: np.ndarray
    groups: np.ndarray

    def of(self, rows: np.ndarray) -> Past:
        """Take some customers.

        Parameters
        ----------
        rows : numpy.ndarray
            Positions, or which.

        Returns
        -------
        Past
            Of these.
        """
        return Past(self.scores[rows], self.happened[rows], self.groups[rows])


def moved(scores: np.ndarray, groups: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Move scores by group on the log-odds scale.

    Parameters
    ----------
    scores : numpy.ndarray of shape (n,)
        In [0, 1].
    groups : numpy.ndarray of int, shape (n,)
        Positions; -1 for none.
    shifts : numpy.ndarray of shape (groups + 1,)
        By group, the last for none.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        In [0, 1], in the same order within each group.

    Examples
    --------
    >>> moved(np.array([0.3, 0.3]), np.array([0, 1]), shifts_of(np.array([0.3, 0.5]), 0.5)).round(3).tolist()
    [0.5, 0.3]
    """
    return inverse_log_odds(log_odds(scores, SMALLEST) + shifts[groups])


def shifts_of(thresholds: np.ndarray, threshold: float) -> np.ndarray:
    """Say by how much each group is moved.

    Parameters
    ----------
    thresholds : numpy.ndarray of shape (groups,)
        Each group's own.
    threshold : float
        Everybody's.

    Returns
    -------
    numpy.ndarray of shape (groups + 1,)
        Log-odds; 0 for customers without a group.
    """
    return np.append(log_odds(np.array([threshold]), SMALLEST) - log_odds(thresholds, SMALLEST), 0.0)


def choose_thresholds(past: Past, constraint: str, threshold: float, groups: int) -> np.ndarray:
    """Choose a threshold for each group.

    Parameters
    ----------
    past : Past
        Training customers.
    constraint : str
        ``demographic_parity``, ``true_positive_rate_parity``, ``false_positive_rate_parity`` or ``equalized_odds``.
    threshold : float
        Everybody's until now: as many customers are selected as it selects.
    groups : int
        How many there are.

    Returns
    -------
    numpy.ndarray of shape (groups,)
        Thresholds; the old one for groups of which too little is known.

    References
    ----------
    Hardt, Price, Srebro (2016), NeurIPS, "Equality of opportunity in supervised learning"; Corbett-Davies, Pierson,
    Feller, Goel, Huq (2017), KDD, "Algorithmic decision making and the cost of fairness".

    Examples
    --------
    >>> scores = np.array([0.1, 0.2, 0.3, 0.4] * 10 + [0.5, 0.6, 0.7, 0.8] * 10)
    >>> past = Past(scores, np.zeros(80, int), np.repeat([0, 1], 40))
    >>> choose_thresholds(past, "demographic_parity", 0.45, 2).round(2).tolist()
    [0.25, 0.65]
    """
    curves = [_Curve.of(past.of(past.groups == group), threshold) for group in range(groups)]
    known = [place for place, curve in enumerate(curves) if curve.enough(constraint)]
    wanted = int(sum(curves[place].selected[curves[place].now] for place in known))
    found = np.full(groups, threshold)
    if len(known) < 2:
        return found
    able = [curves[place] for place in known]
    chosen = _equal_odds(able, wanted) if constraint == "equalized_odds" else _equal_rate(able, constraint, wanted)
    for place, curve, step in zip(known, able, chosen, strict=True):
        found[place] = curve.cuts[step]
    return found


RATE_OF = {
    "demographic_parity": "selection_rate",
    "true_positive_rate_parity": "true_positive_rate",
    "false_positive_rate_parity": "false_positive_rate",
}


@dataclass(frozen=True, slots=True, eq=False)
class _Curve:
    """One group at every threshold that makes a difference, from selecting nobody to selecting everybody."""

    cuts: np.ndarray
    cells: np.ndarray
    now: int

    @classmethod
    def of(cls, past: Past, threshold: float) -> _Curve:
        distinct, place = np.unique(-past.scores, return_inverse=True)
        scores = -distinct
        without = np.bincount(place, weights=past.happened == 0, minlength=len(scores)).cumsum()
        having = np.bincount(place, weights=past.happened == 1, minlength=len(scores)).cumsum()
        fp, tp = np.append(0, without), np.append(0, having)
        cells = np.stack([fp[-1] - fp, fp, tp[-1] - tp, tp], axis=1)
        between = (scores[:-1] + scores[1:]) / 2 if len(scores) else scores
        ends = (min(1.0, scores[0] + SMALLEST), scores[-1] / 2) if len(scores) else (threshold,)
        cuts = np.concatenate([ends[:1], between, ends[1:]])
        return cls(cuts, cells, int((scores >= threshold).sum()))

    @property
    def selected(self) -> np.ndarray:
        return np.asarray(self.cells[:, 1] + self.cells[:, 3])

    def rate(self, name: str) -> np.ndarray:
        return RATES[name].value(self.cells)

    def enough(self, constraint: str) -> bool:
        having, without = self.cells[0, 2], self.cells[0, 0]
        needed = {
            "demographic_parity": having + without,
            "true_positive_rate_parity": having,
            "false_positive_rate_parity": without,
        }
        return bool(needed.get(constraint, min(having, without)) >= FEWEST_TO_LEARN)


def _equal_rate(curves: list[_Curve], constraint: str, wanted: int) -> list[int]:
    """The common rate at which as many are selected as are wanted, by halving."""
    rates = [curve.rate(RATE_OF[constraint]) for curve in curves]

    def steps(level: float) -> list[int]:
        return [int(np.abs(rate - level).argmin()) for rate in rates]

    low, high = 0.0, 1.0
    for _step in range(40):
        middle = (low + high) / 2
        selected = sum(curve.selected[place] for curve, place in zip(curves, steps(middle), strict=True))
        low, high = (middle, high) if selected < wanted else (low, middle)
    return steps(high)


def _equal_odds(curves: list[_Curve], wanted: int) -> list[int]:
    """The hits and false alarms that all groups come nearest to, while about as many are selected."""
    hits = [curve.rate("true_positive_rate") for curve in curves]
    alarms = [curve.rate("false_positive_rate") for curve in curves]
    everybody = sum(int(curve.cells[0].sum()) for curve in curves)
    best, least = [curve.now for curve in curves], math.inf
    grid = np.linspace(0, 1, STEPS)
    for hit in grid:
        for alarm in grid[grid <= hit]:
            chosen = [
                int(np.maximum(np.abs(h - hit), np.abs(a - alarm)).argmin()) for h, a in zip(hits, alarms, strict=True)
            ]
            selected = sum(int(curve.selected[step]) for curve, step in zip(curves, chosen, strict=True))
            gap = max(
                float(np.ptp([rate[step] for rate, step in zip(kind, chosen, strict=True)])) for kind in (hits, alarms)
            )
            loss = gap + 2 * max(abs(selected - wanted) / everybody - 0.01, 0.0)
            if loss < least:
                best, least = chosen, loss
    return best
