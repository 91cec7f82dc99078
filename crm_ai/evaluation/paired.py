"""Two models judged on the same customers, and whether one is really better.

Both see the same easy and difficult customers, so their figures rise and fall together; the difference is known far
better than either figure. Each metric is written as a mean of what every customer contributes to it, and the difference
of two such contributions has a mean and a standard error like any other number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from crm_ai.evaluation.estimate import Estimate
from crm_ai.evaluation.intervals import student
from crm_ai.evaluation.ranking import counts_by_score, placements


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better one model is than another.

    Parameters
    ----------
    estimate : Estimate
        First minus second, with a 95 % interval; above 0 the first is better.
    p : float
        How often two equal models would differ as much, in [0, 1]; NaN if it cannot be told.
    """

    estimate: Estimate
    p: float


def roc_auc_difference(outcome: ArrayLike, first: ArrayLike, second: ArrayLike) -> Difference:
    """Difference of two areas under the ROC curve.

    Parameters
    ----------
    outcome : array of shape (n,)
        1 for customers with the answer in question, 0 for the others.
    first, second : array of shape (n,)
        Scores of the two models.

    Returns
    -------
    Difference
        By DeLong's method.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, "Comparing the areas under two or more correlated ROC curves".

    Examples
    --------
    >>> found = roc_auc_difference([0, 0, 1, 1, 1, 0], [0.1, 0.2, 0.7, 0.8, 0.9, 0.3], [0.4, 0.2, 0.1, 0.8, 0.9, 0.3])
    >>> round(found.estimate.value, 4)
    0.3333
    """
    happened = np.asarray(outcome).astype(np.intp)
    parts = _placements(happened, np.asarray(first)) - _placements(happened, np.asarray(second))
    return _by_classes("roc_auc", parts, happened, weights=(0.5, 0.5), loads=(1.0, 1.0))


def mean_difference(name: str, first: ArrayLike, second: ArrayLike, *, smaller_is_better: bool = False) -> Difference:
    """Difference of two means over customers, such as accuracies or losses.

    Parameters
    ----------
    name : str
        The field's term.
    first, second : array of shape (n,)
        What each customer contributes for either model.
    smaller_is_better : bool, default False
        Whether the sign is turned, so that above 0 the first is better.

    Returns
    -------
    Difference
        With Student's interval.
    """
    gap = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    gap = -gap if smaller_is_better else gap
    n = len(gap)
    error = float(gap.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return _difference(name, float(gap.mean()) if n else math.nan, error, n)


def balanced_accuracy_difference(actual: ArrayLike, first: ArrayLike, second: ArrayLike) -> Difference:
    """Difference of two balanced accuracies.

    Parameters
    ----------
    actual : array of int, shape (n,)
        True answers.
    first, second : array of int, shape (n,)
        Answers chosen by the two models.

    Returns
    -------
    Difference
        Mean over the answers of the difference in recall.
    """
    true = np.asarray(actual)
    gap = (np.asarray(first) == true).astype(np.float64) - (np.asarray(second) == true)
    _answers, codes = np.unique(true, return_inverse=True)
    k = int(codes.max(initial=-1)) + 1
    return _by_classes("balanced_accuracy", gap, codes, weights=(1 / max(k, 1),) * k)


def r2_difference(actual: ArrayLike, first: ArrayLike, second: ArrayLike) -> Difference:
    """Difference of two coefficients of determination.

    Parameters
    ----------
    actual : array of shape (n,)
        True numbers.
    first, second : array of shape (n,)
        What the two models predict.

    Returns
    -------
    Difference
        A ratio of means, by the delta method.
    """
    truth = np.asarray(actual, dtype=np.float64)
    n = len(truth)
    gain = (truth - np.asarray(second)) ** 2 - (truth - np.asarray(first)) ** 2
    spread = (truth - truth.mean()) ** 2 if n else truth
    if n < 3 or not spread.sum() > 0:
        return Difference(Estimate("r2", math.nan, n=n), math.nan)
    value = float(gain.sum() / spread.sum())
    influence = (gain - value * spread) / spread.mean()
    return _difference("r2", value, float(influence.std(ddof=1)) / math.sqrt(n), n)


def corrected_resampled_t(name: str, differences: ArrayLike, test_share: float) -> Difference:
    """Mean over folds of a cross-validation, usually of differences, corrected for their sharing customers.

    Parameters
    ----------
    name : str
        The field's term.
    differences : array of shape (folds,)
        First minus second on each fold.
    test_share : float
        Customers judged on, divided by customers fitted on: 0.25 for five folds.

    Returns
    -------
    Difference
        With the variance of the mean taken as (1 / folds + test share) times that of the differences.

    References
    ----------
    Nadeau, Bengio (2003), Machine Learning 52, "Inference for the generalization error".

    Examples
    --------
    >>> found = corrected_resampled_t("roc_auc", [0.01, 0.02, 0.015, 0.005, 0.02], 0.25)
    >>> round(found.estimate.value, 3), round(found.p, 3)
    (0.014, 0.033)
    """
    gaps = np.asarray(differences, dtype=np.float64)
    gaps = gaps[np.isfinite(gaps)]
    n = len(gaps)
    if n < 2:
        return Difference(Estimate(name, float(gaps.mean()) if n else math.nan, n=n), math.nan)
    error = float(gaps.std(ddof=1)) * math.sqrt(1 / n + test_share)
    return _difference(name, float(gaps.mean()), error, n)


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct several p-values, so that one false alarm among all of them stays as rare as asked.

    Parameters
    ----------
    p_values : sequence of float
        NaN where one cannot be told.

    Returns
    -------
    list of float
        In the same order, each at least as large.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, "A simple sequentially rejective multiple test procedure".

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    known = [place for place, p in enumerate(p_values) if math.isfinite(p)]
    found, largest = [math.nan] * len(p_values), 0.0
    for rank, place in enumerate(sorted(known, key=lambda place: p_values[place])):
        largest = max(largest, min(1.0, p_values[place] * (len(known) - rank)))
        found[place] = largest
    return found


def _placements(happened: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """For each customer the share of the other kind that it is ranked rightly against."""
    of_having, of_without = placements(*counts_by_score(happened, scores))
    place = np.unique(scores, return_inverse=True)[1]
    return np.where(happened == 1, of_having[place], of_without[place])


def _by_classes(
    name: str,
    parts: np.ndarray,
    codes: np.ndarray,
    *,
    weights: Sequence[float],
    loads: Sequence[float] | None = None,
) -> Difference:
    """A weighted sum of means over classes; `loads` are their weights in its error, where they are others.

    Both halves of an area under the curve estimate the same number: it is their mean, but its variance is the sum of
    theirs.
    """
    sizes = np.bincount(codes, minlength=len(weights))
    if not len(weights) or sizes.min() < 2:
        return Difference(Estimate(name, math.nan, n=len(parts)), math.nan)
    means = np.bincount(codes, weights=parts, minlength=len(weights)) / sizes
    spread = np.bincount(codes, weights=(parts - means[codes]) ** 2, minlength=len(weights)) / (sizes - 1)
    error = math.sqrt(float((np.asarray(loads or weights) ** 2 * spread / sizes).sum()))
    return _difference(name, float(np.asarray(weights) @ means), error, len(parts), int(sizes.min()))


def _difference(name: str, value: float, error: float, n: int, freedom: int | None = None) -> Difference:
    if not math.isfinite(value):
        return Difference(Estimate(name, math.nan, n=n), math.nan)
    if not error > 0:
        same = value == 0
        ends = (value, value) if same else (math.nan, math.nan)
        return Difference(Estimate(name, value, *ends, n), 1.0 if same else math.nan)
    degrees = max((freedom or n) - 1, 1)
    half = student(degrees) * error
    return Difference(Estimate(name, value, value - half, value + half, n), _two_sided(abs(value) / error, degrees))


def _two_sided(statistic: float, degrees: int) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(degrees, -statistic))
