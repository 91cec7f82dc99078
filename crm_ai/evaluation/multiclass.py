"""How well a model tells several answers apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crm_ai.errors import ProblemError
from crm_ai.evaluation.confusion import ConfusionTally, tally_confusion
from crm_ai.evaluation.estimate import Estimate
from crm_ai.evaluation.intervals import logit_interval, wilson
from crm_ai.evaluation.metrics import rate_estimates
from crm_ai.evaluation.ranking import counts_by_score, placements
from crm_ai.evaluation.tally import Tally, tally_scores
from crm_ai.words import _

CLASS_METRICS = ("precision", "recall", "f1")


def multiclass_metrics(actual: ArrayLike, probabilities: ArrayLike, labels: Sequence[str]) -> dict[str, Estimate]:
    """Judge a model of several answers.

    Parameters
    ----------
    actual : array of int, shape (n,)
        Positions in `labels`.
    probabilities : array of shape (n, k)
        What the model said of each answer.
    labels : sequence of str
        The answers.

    Returns
    -------
    dict of str to Estimate
        accuracy, balanced_accuracy, macro_f1, macro_roc_auc. Answers that do not occur are left out of the means.

    Examples
    --------
    >>> said = [[0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.2, 0.5, 0.3]]
    >>> round(multiclass_metrics([0, 1, 2], said, ["a", "b", "c"])["accuracy"].value, 4)
    0.6667
    """
    chances = np.asarray(probabilities, dtype=np.float64)
    if chances.ndim != 2 or chances.shape[1] != len(labels):
        raise ProblemError(_("There must be one column of probabilities for each answer."))
    said = chances.argmax(axis=1) if len(chances) else np.zeros(0, dtype=np.intp)
    return confusion_metrics(tally_confusion(actual, said, labels)) | {"macro_roc_auc": macro_roc_auc(actual, chances)}


def confusion_metrics(tally: ConfusionTally) -> dict[str, Estimate]:
    """Judge chosen answers.

    Parameters
    ----------
    tally : ConfusionTally
        Counts of the holdout; groups are taken together.

    Returns
    -------
    dict of str to Estimate
        accuracy, balanced_accuracy, macro_f1.
    """
    counts = tally.counts.sum(axis=0)
    n, right = int(counts.sum()), int(np.trace(counts))
    if not n:
        return {name: Estimate(name, math.nan) for name in ("accuracy", "balanced_accuracy", "macro_f1")}
    low, high = wilson(right, n)
    accuracy = Estimate("accuracy", right / n, float(low), float(high), n)
    return {e.name: e for e in (accuracy, _balanced_accuracy(counts, n), _macro_f1(counts, n))}


def class_metrics(tally: ConfusionTally) -> pd.DataFrame:
    """Judge each answer apart.

    Parameters
    ----------
    tally : ConfusionTally
        Counts of the holdout; groups are taken together.

    Returns
    -------
    pandas.DataFrame
        Columns label, metric (precision, recall, f1), value, low, high, n (customers that it is a share of).
    """
    cells = tally.total().cells()[0]
    rows = [
        (label, e.name, e.value, e.low, e.high, e.n)
        for name in CLASS_METRICS
        for label, e in zip(tally.labels, rate_estimates(name, cells), strict=True)
    ]
    return pd.DataFrame(rows, columns=["label", "metric", "value", "low", "high", "n"])


def one_against_rest(actual: ArrayLike, probabilities: ArrayLike, k: int) -> Tally:
    """Set one answer against all others.

    Parameters
    ----------
    actual : array of int, shape (n,)
        Positions of the true answers.
    probabilities : array of shape (n, answers)
        What the model said of each answer.
    k : int
        Position of the answer in question.

    Returns
    -------
    Tally
        As of a yes/no question.
    """
    return tally_scores(np.asarray(actual) == k, np.asarray(probabilities, dtype=np.float64)[:, k])


def macro_roc_auc(actual: ArrayLike, probabilities: ArrayLike) -> Estimate:
    """How well each answer is ranked against all others, averaged over the answers.

    Parameters
    ----------
    actual : array of int, shape (n,)
        Positions of the true answers.
    probabilities : array of shape (n, k)
        What the model said of each answer.

    Returns
    -------
    Estimate
        Exact, with DeLong's interval of the mean; answers that nobody or everybody has are left out.
    """
    truth, chances = np.asarray(actual), np.asarray(probabilities, dtype=np.float64)
    values, influence, fewest = [], np.zeros(len(truth)), len(truth)
    for k in range(chances.shape[1]):
        happened = (truth == k).astype(np.intp)
        having = int(happened.sum())
        if 0 < having < len(truth):
            value, change = _ranking_influence(happened, chances[:, k], having)
            values.append(value)
            influence += change
            fewest = min(fewest, having, len(truth) - having)
    if not values:
        return Estimate("macro_roc_auc", math.nan, n=len(truth))
    error = math.sqrt(float(influence @ influence)) / len(values)
    value = float(np.mean(values))
    return Estimate("macro_roc_auc", value, *logit_interval(value, error, fewest), len(truth))


def _ranking_influence(happened: np.ndarray, scores: np.ndarray, having: int) -> tuple[float, np.ndarray]:
    """ROC AUC of one answer, and by how much each customer moves it."""
    of_having, of_without = placements(*counts_by_score(happened, scores))
    _distinct, place = np.unique(scores, return_inverse=True)
    yes = happened == 1
    value = float(of_having[place[yes]].mean())
    change = np.where(yes, of_having[place] - value, of_without[place] - value)
    return value, change / np.where(yes, having, len(happened) - having)


def _balanced_accuracy(counts: np.ndarray, n: int) -> Estimate:
    size, hits = counts.sum(axis=1), np.diagonal(counts)
    size, hits = size[size > 0], hits[size > 0]
    recalls, (low, high) = hits / size, wilson(hits, size)
    value = float(recalls.mean())
    below, above = (math.hypot(*gap) / len(size) for gap in (recalls - low, high - recalls))
    return Estimate("balanced_accuracy", value, max(value - below, 0.0), min(value + above, 1.0), n)


def _macro_f1(counts: np.ndarray, n: int) -> Estimate:
    hits, whole = np.diagonal(counts), counts.sum(axis=0) + counts.sum(axis=1)
    there = whole > 0
    share = np.where(there, 1 / np.maximum(whole, 1), 0.0)
    scores = 2 * hits * share
    value = float(scores[there].mean())
    # What one more customer in each cell would change; the changes sum to 0.
    change = np.diag(2 * share) - (scores * share)[:, None] - (scores * share)[None, :]
    error = math.sqrt(float((counts * change**2).sum())) / int(there.sum())
    return Estimate("macro_f1", value, *logit_interval(value, error, n), n)
