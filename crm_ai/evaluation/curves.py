"""Curves over all thresholds, thinned to what a screen can show."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.evaluation.intervals import wilson
from crm_ai.evaluation.tally import Tally

MOST_POINTS = 400


def roc_curve(tally: Tally) -> pd.DataFrame:
    """Trace found customers against false alarms.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together.

    Returns
    -------
    pandas.DataFrame
        Columns threshold, false_positive_rate, true_positive_rate, low, high (of the true positive rate), n
        (customers with the answer); from nobody selected to everybody, at most 400 points.
    """
    threshold, false, true = from_the_top(tally)
    alarms, found = share_of(false, false[-1]), share_of(true, true[-1])
    low, high = wilson(true, true[-1])
    frame = pd.DataFrame(
        {
            "threshold": threshold,
            "false_positive_rate": alarms,
            "true_positive_rate": found,
            "low": low,
            "high": high,
            "n": int(true[-1]),
        }
    )
    return _thinned(frame, alarms, found)


def precision_recall_curve(tally: Tally) -> pd.DataFrame:
    """Trace the share of hits among selected customers against the share found.

    Parameters
    ----------
    tally : Tally
        Counts of the holdout; groups are taken together.

    Returns
    -------
    pandas.DataFrame
        Columns threshold, recall, precision, low, high (of the precision), n (customers selected); from few selected
        to everybody, at most 400 points.
    """
    threshold, false, true = (column[1:] for column in from_the_top(tally))
    selected, having = false + true, int(tally.counts[:, 1].sum())
    low, high = wilson(true, selected)
    frame = pd.DataFrame(
        {
            "threshold": threshold,
            "recall": share_of(true, having),
            "precision": share_of(true, selected),
            "low": low,
            "high": high,
            "n": selected,
        }
    )[selected > 0]
    return _thinned(frame, frame["recall"].to_numpy(), share_of(selected, tally.n)[selected > 0])


def from_the_top(tally: Tally) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count who is selected at each threshold, from above everybody downwards.

    Parameters
    ----------
    tally : Tally
        Counts of a yes/no question; groups are taken together.

    Returns
    -------
    thresholds : numpy.ndarray of float64, shape (thresholds,)
        Descending; nobody is at the first.
    without, having : numpy.ndarray of int64, shape (thresholds,)
        Customers without and with the answer who are selected.
    """
    counts = tally.counts.sum(axis=0)[:, ::-1]
    taken = counts.any(axis=0)
    without, having = (np.concatenate([[0], np.cumsum(row[taken])]) for row in counts)
    return np.append(tally.edges[-1], tally.edges[:-1][::-1][taken]), without, having


def share_of(part: np.ndarray, whole: np.ndarray | int) -> np.ndarray:
    """Divide customers by customers.

    Parameters
    ----------
    part, whole : numpy.ndarray
        Numbers of customers.

    Returns
    -------
    numpy.ndarray of float64
        Shares; NaN where there is nobody.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(part / np.asarray(whole, dtype=np.float64))


def _thinned(frame: pd.DataFrame, x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    """Keep points that are evenly spaced along the curve, its ends among them."""
    if len(frame) > MOST_POINTS:
        way = np.nan_to_num(x) + np.nan_to_num(y)
        kept = np.unique(np.searchsorted(way, np.linspace(way[0], way[-1], MOST_POINTS - 1)).clip(max=len(way) - 1))
        frame = frame.iloc[np.union1d(kept, [0, len(way) - 1])]
    return frame.reset_index(drop=True)
