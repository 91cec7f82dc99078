"""Models fitted under a constraint, by fairlearn's reductions, without leaving decisions to chance.

Exponentiated gradient ends with several models, one of which would be drawn for each customer. A customer who asks
twice must not hear two answers, so what they say is averaged with their weights instead, and that average is the score.
Grid search ends with one model. Both are fitted to mistakes weighed so that everybody's threshold is the right one, and
their scores are moved on the log-odds scale so that it stays there.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
from sklearn.base import BaseEstimator

from crm_ai.modeling.recalibration import inverse_log_odds, log_odds, raw_scores

SMALLEST = 1e-9
ROUNDS, BOUND = 30, 0.01
GRID = {1: 15, 2: 64, 3: 64}  # models tried, by dimensions of the constraint
LEAST_WEIGHT = 1e-3
FEWEST_TO_LEARN = 30
MOST_CUSTOMERS = 20_000


class Mixture(BaseEstimator):
    """Several fitted yes/no models whose answers are averaged.

    Parameters
    ----------
    parts : list of BaseEstimator
        Fitted.
    weights : numpy.ndarray of shape (parts,)
        Add up to 1.
    shift : float
        Added to the log-odds of the average.
    """

    classes_ = np.array([0, 1])

    def __init__(self, parts: list[BaseEstimator], weights: np.ndarray, shift: float) -> None:
        self.parts = parts
        self.weights = weights
        self.shift = shift

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
        mean = np.zeros(len(X))
        for part, weight in zip(self.parts, self.weights, strict=True):
            mean += weight * _scores(part, X)
        said = inverse_log_odds(log_odds(mean, SMALLEST) + self.shift)
        return np.column_stack([1 - said, said])


def fit_exponentiated_gradient(
    estimator: BaseEstimator,
    X: np.ndarray,
    y: np.ndarray,
    groups: np.ndarray,
    *,
    constraint: str,
    threshold: float,
    costs: tuple[float, float] = (1.0, 1.0),
    seed: int = 0,
) -> BaseEstimator:
    """Fit a mixture of models that together keep to a constraint.

    Parameters
    ----------
    estimator : BaseEstimator
        Unfitted; gives probabilities and takes weights.
    X : numpy.ndarray of shape (n, columns)
        Encoded training customers; past 20,000 a draw of them is fitted on.
    y, groups : numpy.ndarray of int, shape (n,)
        Their answers and groups.
    constraint : str
        See ``mitigation.CONSTRAINTS``.
    threshold : float
        Score from which a customer is selected.
    costs : tuple of float, default (1, 1)
        How much customers without and with the answer count.
    seed : int, default 0
        Draws.

    Returns
    -------
    BaseEstimator
        A ``Mixture``.

    References
    ----------
    Agarwal, Beygelzimer, Dudík, Langford, Wallach (2018), ICML, "A reductions approach to fair classification".
    """
    from fairlearn.reductions import ErrorRate, ExponentiatedGradient

    rows = _drawn(len(y), seed)
    kept_groups = large_groups(groups[rows], y[rows])
    if len(np.unique(kept_groups)) < 2:
        return _unconstrained(estimator, X[rows], y[rows], threshold, costs)
    objective = ErrorRate(costs=_costs(threshold, costs))
    way = ExponentiatedGradient(
        estimator, _constraint(constraint), objective=objective, eps=BOUND, max_iter=ROUNDS, nu=1e-4
    )
    way.fit(X[rows], y[rows], sensitive_features=kept_groups)
    weights = way.weights_.reindex(range(len(way.predictors_))).fillna(0.0).to_numpy()
    kept = np.flatnonzero(weights > LEAST_WEIGHT)
    parts = [way.predictors_[place] for place in kept]
    return Mixture(parts, weights[kept] / weights[kept].sum(), _shift(threshold))


def fit_grid_search(
    estimator: BaseEstimator,
    X: np.ndarray,
    y: np.ndarray,
    groups: np.ndarray,
    *,
    constraint: str,
    threshold: float,
    costs: tuple[float, float] = (1.0, 1.0),
    seed: int = 0,
) -> BaseEstimator:
    """Fit models for many weights of a constraint and take the one that balances mistakes and gap best.

    Parameters
    ----------
    estimator : BaseEstimator
        Unfitted; gives probabilities and takes weights.
    X : numpy.ndarray of shape (n, columns)
        Encoded training customers; past 20,000 a draw of them is fitted on.
    y, groups : numpy.ndarray of int, shape (n,)
        Their answers and groups.
    constraint : str
        See ``mitigation.CONSTRAINTS``.
    threshold : float
        Score from which a customer is selected.
    costs : tuple of float, default (1, 1)
        How much customers without and with the answer count.
    seed : int, default 0
        Draws.

    Returns
    -------
    BaseEstimator
        A linear model stays one; any other becomes a ``Mixture`` of one.
    """
    from fairlearn.reductions import ErrorRate, GridSearch

    rows = _drawn(len(y), seed)
    kept_groups = large_groups(groups[rows], y[rows])
    size = GRID.get(dimensions(kept_groups, constraint))
    if size is None:
        return _unconstrained(estimator, X[rows], y[rows], threshold, costs)
    moment = _constraint(constraint)
    moment.default_objective = lambda: ErrorRate(costs=_costs(threshold, costs))
    way = GridSearch(estimator, moment, grid_size=size, constraint_weight=0.5)
    way.fit(X[rows], y[rows], sensitive_features=kept_groups)
    return _moved(way.predictors_[way.best_idx_], threshold)


def dimensions(groups: np.ndarray, constraint: str) -> int:
    """How many rates a constraint holds equal beside the first.

    Parameters
    ----------
    groups : numpy.ndarray of int, shape (n,)
        Groups that are held equal.
    constraint : str
        See ``mitigation.CONSTRAINTS``.

    Returns
    -------
    int
        One a group but the first, twice as many for equalized odds; a grid suits up to three.
    """
    return (len(np.unique(groups)) - 1) * (2 if constraint == "equalized_odds" else 1)


def _unconstrained(
    estimator: BaseEstimator, X: np.ndarray, y: np.ndarray, threshold: float, costs: Sequence[float]
) -> BaseEstimator:
    """Fit with the same costs where a fold has no two groups large enough to be held equal."""
    by_answer = _costs(threshold, costs)
    weights = np.where(y == 1, by_answer["fn"], by_answer["fp"])
    return _moved(copy.deepcopy(estimator).fit(X, y, sample_weight=weights), threshold)


def _moved(best: BaseEstimator, threshold: float) -> BaseEstimator:
    shift = _shift(threshold)
    if hasattr(best, "coef_") and hasattr(best, "predict_proba"):
        linear = copy.deepcopy(best)
        linear.intercept_ = linear.intercept_ + shift
        return linear
    return Mixture([best], np.ones(1), shift)


def large_groups(groups: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Put groups too small to be held equal together with the largest.

    Parameters
    ----------
    groups, y : numpy.ndarray of int, shape (n,)
        Groups and answers.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Groups with at least 30 customers and both answers, and the largest.
    """
    sizes = np.bincount(groups)
    having = np.bincount(groups, weights=y, minlength=len(sizes))
    enough = (sizes >= FEWEST_TO_LEARN) & (having > 0) & (having < sizes)
    return np.where(enough[groups], groups, sizes.argmax())


def _constraint(name: str):  # type: ignore[no-untyped-def]
    from fairlearn import reductions

    kinds = {
        "demographic_parity": reductions.DemographicParity,
        "equalized_odds": reductions.EqualizedOdds,
        "true_positive_rate_parity": reductions.TruePositiveRateParity,
        "false_positive_rate_parity": reductions.FalsePositiveRateParity,
    }
    return kinds[name](difference_bound=BOUND)


def _costs(threshold: float, costs: Sequence[float]) -> dict[str, float]:
    """Costs of mistakes at which it is right to select from the threshold upwards."""
    return {"fp": 2 * threshold * costs[0], "fn": 2 * (1 - threshold) * costs[1]}


def _shift(threshold: float) -> float:
    return float(log_odds(np.array([threshold]), SMALLEST)[0])


def _scores(part: BaseEstimator, X: np.ndarray) -> np.ndarray:
    if len(getattr(part, "classes_", (0, 1))) == 1:  # a part that says the same of everybody
        return np.full(len(X), float(part.classes_[0]))
    return raw_scores(part, X)


def _drawn(n: int, seed: int) -> np.ndarray:
    if n <= MOST_CUSTOMERS:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, MOST_CUSTOMERS, replace=False))
