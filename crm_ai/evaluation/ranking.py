"""How well scores put customers with the answer above those without it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from crm_ai.evaluation.estimate import Estimate
from crm_ai.evaluation.intervals import logit_interval, resample, wilson
from crm_ai.evaluation.probabilities import exact_probability_errors
from crm_ai.evaluation.tally import Tally, checked_scores


def roc_auc(tally: Tally) -> Estimate:
    """How often a customer with the answer is scored above one without it, ties counting half.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together. Scores in the same bin count as ties: within 0.001 of the
        exact figure.

    Returns
    -------
    Estimate
        With DeLong's interval on the log-odds scale; NaN if all customers have the same answer.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, "Comparing the areas under two or more correlated ROC curves".

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> roc_auc(tally_scores([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).value
    0.75
    """
    return _roc_auc(*tally.counts.sum(axis=0))


def average_precision(tally: Tally) -> Estimate:
    """Mean precision over the customers with the answer, each selected together with everybody scored as high.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together. Scores in the same bin count as ties.

    Returns
    -------
    Estimate
        With an interval from its influence function on the log-odds scale; NaN if nobody has the answer.
    """
    return _average_precision(*tally.counts.sum(axis=0))


def kolmogorov_smirnov(tally: Tally, *, replicates: int = 200, seed: int = 0) -> Estimate:
    """Largest distance between the shares of those with and of those without the answer who are selected.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together.
    replicates, seed : int
        Of the resampling that tells how far the largest of many distances is flattered.

    Returns
    -------
    Estimate
        In [0, 1]; the interval is that of the distance at its threshold (Newcombe), moved down by what choosing the
        largest adds. NaN if all customers have the same answer.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, "Interval estimation for the difference between independent
    proportions".

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> kolmogorov_smirnov(tally_scores([0, 0, 1, 1] * 50, [0.1, 0.4, 0.35, 0.8] * 50)).value
    0.5
    """
    counts = tally.counts.sum(axis=0)
    without, having = (int(row.sum()) for row in counts)
    if not (without and having):
        return Estimate("kolmogorov_smirnov", math.nan, n=without + having)
    value, false, true = _furthest(counts)
    drawn = resample(counts.ravel(), replicates, seed).reshape(replicates, *counts.shape)
    distances = [_furthest(cells)[0] for cells in drawn if cells.sum(axis=1).all()]
    flattered = float(np.mean(distances)) - value if distances else 0.0
    found, low_found, high_found = true / having, *(float(end) for end in wilson(true, having))
    alarms, low_alarms, high_alarms = false / without, *(float(end) for end in wilson(false, without))
    low = value - flattered - math.hypot(found - low_found, high_alarms - alarms)
    high = value - flattered + math.hypot(high_found - found, alarms - low_alarms)
    return Estimate("kolmogorov_smirnov", value, max(low, 0.0), min(max(high, 0.0), 1.0), without + having)


def _furthest(counts: np.ndarray) -> tuple[float, int, int]:
    """The largest distance, and who is selected there of those without and of those with the answer."""
    false, true = np.cumsum(counts[:, ::-1], axis=1)
    distance = true / true[-1] - false / false[-1]
    place = int(distance.argmax())
    return float(distance[place]), int(false[place]), int(true[place])


def exact_ranking(outcome: ArrayLike, score: ArrayLike) -> dict[str, Estimate]:
    """Judge scores exactly, once, from the customers themselves.

    Parameters
    ----------
    outcome : array of shape (n,)
        1 for customers with the answer in question, 0 for the others.
    score : array of shape (n,)
        Probabilities.

    Returns
    -------
    dict of str to Estimate
        roc_auc, average_precision, brier_score, log_loss.

    Examples
    --------
    >>> found = exact_ranking([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> round(found["average_precision"].value, 4), round(found["brier_score"].value, 4)
    (0.8333, 0.1581)
    """
    happened, scores = checked_scores(outcome, score)
    without, having = counts_by_score(happened, scores)
    errors = exact_probability_errors(happened, scores)
    return {e.name: e for e in (_roc_auc(without, having), _average_precision(without, having), *errors)}


def counts_by_score(happened: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count customers without and with the answer at each distinct score, ascending.

    Parameters
    ----------
    happened : numpy.ndarray of int, shape (n,)
        0 or 1.
    scores : numpy.ndarray of shape (n,)
        The scores.

    Returns
    -------
    without, having : numpy.ndarray of int64, shape (distinct scores,)
        Numbers of customers.
    """
    order = np.argsort(scores)
    ordered = scores[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else np.zeros(0, int)
    having = np.add.reduceat(happened[order], starts) if len(starts) else np.zeros(0, int)
    return np.diff(np.append(starts, len(ordered))) - having, having


def placements(without: np.ndarray, having: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of the other customers that each customer is ranked rightly against.

    Parameters
    ----------
    without, having : numpy.ndarray of shape (bins,)
        Customers without and with the answer by ascending score.

    Returns
    -------
    of_having, of_without : numpy.ndarray of shape (bins,)
        For a customer with the answer in this bin the share of those without it that are scored below; for one
        without it the share of those with it that are scored above. Ties count half.
    """
    of_having = (np.cumsum(without) - without / 2) / max(without.sum(), 1)
    of_without = 1 - (np.cumsum(having) - having / 2) / max(having.sum(), 1)
    return of_having, of_without


def _roc_auc(without: np.ndarray, having: np.ndarray) -> Estimate:
    n, m = int(without.sum()), int(having.sum())
    if not (n and m):
        return Estimate("roc_auc", math.nan, n=n + m)
    of_having, of_without = placements(without, having)
    value = float(having @ of_having) / m
    if np.count_nonzero(without + having) == 1:
        return Estimate("roc_auc", 0.5, 0.5, 0.5, n + m)  # the same of everybody ranks nobody, whoever comes
    error = math.nan
    if n > 1 and m > 1:
        spread_having = float(having @ (of_having - value) ** 2) / (m - 1)
        spread_without = float(without @ (of_without - value) ** 2) / (n - 1)
        error = math.sqrt(spread_having / m + spread_without / n)
    return Estimate("roc_auc", value, *logit_interval(value, error, min(n, m)), n + m)


def _average_precision(without: np.ndarray, having: np.ndarray) -> Estimate:
    n, m = int(without.sum() + having.sum()), int(having.sum())
    if not m:
        return Estimate("average_precision", math.nan, n=n)
    hits = np.cumsum(having[::-1])[::-1]
    selected = np.maximum(np.cumsum((without + having)[::-1])[::-1], 1)
    precision = hits / selected
    value = float(having @ precision) / m
    # What one more customer without (with) the answer in each bin would change: it enters the precision of all bins
    # up to its own.
    of_without = -np.cumsum(having * precision / selected) / m
    of_having = of_without + (np.cumsum(having / selected) + precision - value) / m
    error = math.sqrt(float(without @ of_without**2 + having @ of_having**2))
    return Estimate("average_precision", value, *logit_interval(value, error, m), n)
