"""How far predicted numbers are from what was true."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crm_ai.evaluation.error_tally import ERROR_METRICS, ErrorTally, checked_numbers, tally_errors
from crm_ai.evaluation.estimate import Estimate
from crm_ai.evaluation.intervals import student
from crm_ai.evaluation.moments import Moments

SMALLEST = 100  # of the middle number: what is smaller makes percentages meaningless


def regression_metrics(actual: ArrayLike, predicted: ArrayLike) -> dict[str, Estimate]:
    """Judge predicted numbers.

    Parameters
    ----------
    actual, predicted : array of shape (n,)
        What was true, and what the model said.

    Returns
    -------
    dict of str to Estimate
        r2 (NaN if all customers are alike), rmse, mae, mean_error (predicted minus actual), and where numbers are such
        that it makes sense, mape. Intervals are those of means of errors, with the lean of errors that cannot be
        negative taken into account.

    Examples
    --------
    >>> found = regression_metrics([3, -0.5, 2, 7], [2.5, 0.0, 2, 8])
    >>> round(found["r2"].value, 4), found["mae"].value
    (0.9486, 0.5)
    """
    tally = tally_errors(actual, predicted, edges=[-np.inf, np.inf])
    truth, said = checked_numbers(actual, predicted)
    found = {"r2": _explained(truth, said)}
    found |= {metric: next(iter(tally.estimates(metric).values())) for metric in ERROR_METRICS}
    if has_percentages(truth):
        share = tally_errors(np.ones(len(truth)), said / truth, edges=[-np.inf, np.inf]).estimates("mae")["all"]
        found["mape"] = Estimate("mape", share.value, share.low, share.high, share.n)
    return found


def has_percentages(actual: ArrayLike) -> bool:
    """Whether errors can be told in per cent of what was true.

    Parameters
    ----------
    actual : array of shape (n,)
        What was true.

    Returns
    -------
    bool
        True if all numbers are above 0 and the smallest is no less than a hundredth of the middle one: near 0 a small
        error is many times the number, and the mean says nothing but that.

    Examples
    --------
    >>> has_percentages([80, 100, 250]), has_percentages([0, 100, 250]), has_percentages([-80, 100, 250])
    (True, False, False)
    """
    truth = np.asarray(actual, dtype=np.float64)
    return bool(len(truth) and truth.min() > 0 and truth.min() >= np.median(truth) / SMALLEST)


def residual_curve(actual: ArrayLike, predicted: ArrayLike, *, bins: int = 10) -> pd.DataFrame:
    """Compare predicted and actual numbers, in bins of about equally many customers by what was predicted.

    Parameters
    ----------
    actual, predicted : array of shape (n,)
        What was true, and what the model said.
    bins : int, default 10
        At most so many bins; customers with the same prediction stay together.

    Returns
    -------
    pandas.DataFrame
        Columns predicted (mean), actual (mean), low, high (of the mean actual), spread (standard deviation of the
        errors), n; ascending.
    """
    truth, said = checked_numbers(actual, predicted)
    if not len(said):
        return pd.DataFrame(columns=["predicted", "actual", "low", "high", "spread", "n"], dtype=np.float64)
    inner = np.unique(np.quantile(said, np.arange(1, bins) / bins, method="inverted_cdf"))
    place = np.searchsorted(inner, said, side="left")
    _present, place, n = np.unique(place, return_inverse=True, return_counts=True)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(place, weights=values) / n

    centre, lean = mean(truth), mean(truth - said)
    deviation = np.sqrt(mean((truth - centre[place]) ** 2) / np.maximum(n - 1, 1))
    half = np.array([student(int(size) - 1) for size in n]) * deviation
    spread = np.sqrt(mean((truth - said - lean[place]) ** 2))
    return pd.DataFrame(
        {
            "predicted": mean(said),
            "actual": centre,
            "low": centre - half,
            "high": centre + half,
            "spread": spread,
            "n": n,
        }
    )


def error_histogram(tally: ErrorTally) -> pd.DataFrame:
    """Tell how errors are spread.

    Parameters
    ----------
    tally : ErrorTally
        Counts of the holdout by group.

    Returns
    -------
    pandas.DataFrame
        Columns group, left, right (ends of the bin; infinite for the outer two), customers, share (of the group).
    """
    width, sizes = tally.counts.shape[1], tally.counts.sum(axis=1, keepdims=True)
    return pd.DataFrame(
        {
            "group": np.repeat(tally.groups, width),
            "left": np.tile(tally.edges[:-1], len(tally.groups)),
            "right": np.tile(tally.edges[1:], len(tally.groups)),
            "customers": tally.counts.ravel(),
            "share": (tally.counts / np.maximum(sizes, 1)).ravel(),
        }
    )


def _explained(truth: np.ndarray, said: np.ndarray) -> Estimate:
    n = len(truth)
    squares, spread = (truth - said) ** 2, (truth - truth.mean()) ** 2 if n else truth
    if not float(spread.sum()) > 0:
        return Estimate("r2", math.nan, n=n)
    left = float(squares.sum() / spread.sum())
    influence = (squares - left * spread) * n / float(spread.sum())  # sums to 0
    low, high = (max(end, 0.0) for end in replace(Moments.of(influence), mean=left).interval())
    return Estimate("r2", 1 - left, 1 - high, 1 - low, n)
