"""Columns that say the same as another one: how credit is shared between them is arbitrary."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from crm_ai.explanation.customer_space import CustomerSpace

MOST_CUSTOMERS = 5_000
ALIKE = 0.95


def twins(space: CustomerSpace, among: Collection[str] | None = None) -> pd.DataFrame:
    """Pairs of columns of which either tells the other.

    Numbers are compared by rank correlation, labels by the share of uncertainty (Theil's U) that either takes from the
    other, the smaller of both; a number beside labels by the share of its ranks' variance that the labels explain.

    Parameters
    ----------
    space : CustomerSpace
        Training customers.
    among : collection of str, optional
        Columns of which each pair has at least one; by default all.

    Returns
    -------
    pandas.DataFrame
        Columns first, second, alike in [0, 1]; pairs of at least 0.95, the most alike first.

    References
    ----------
    Theil (1970), American Journal of Sociology 76, "On the estimation of relationships involving qualitative
    variables".

    Examples
    --------
    >>> from crm_ai.explanation.twins import uncertainty_taken
    >>> uncertainty_taken(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0])).round(3).item()
    1.0
    """
    codes = space.codes[:MOST_CUSTOMERS]
    ranks = np.column_stack([_ranks(column) for column in codes.T]) if codes.size else codes
    found = []
    for first, second in combinations(range(len(space.model.columns)), 2):
        names = space.model.columns[first], space.model.columns[second]
        if among is not None and not set(names) & set(among):
            continue
        labels = bool(space.is_label[first]), bool(space.is_label[second])
        if all(labels):
            alike = float(min(uncertainty_taken(codes[:, first], codes[:, second]),
                              uncertainty_taken(codes[:, second], codes[:, first])))  # fmt: skip
        elif not any(labels):
            alike = abs(_correlation(ranks[:, first], ranks[:, second]))
        else:
            number, label = (first, second) if labels[1] else (second, first)
            alike = _explained(ranks[:, number], codes[:, label])
        if alike >= ALIKE:
            found.append((*names, alike))
    table = pd.DataFrame(found, columns=["first", "second", "alike"])
    return table.sort_values("alike", ascending=False, kind="stable", ignore_index=True)


def uncertainty_taken(known: np.ndarray, asked: np.ndarray) -> np.floating:
    """Share of the uncertainty about one column that knowing another takes away (Theil's U).

    Parameters
    ----------
    known, asked : numpy.ndarray of shape (n,)
        Codes of labels.

    Returns
    -------
    float
        In [0, 1]; 0 for a column of one label.
    """
    _names, a = np.unique(known, return_inverse=True)
    _others, b = np.unique(asked, return_inverse=True)
    joint = np.zeros((a.max(initial=0) + 1, b.max(initial=0) + 1))
    np.add.at(joint, (a, b), 1.0)
    joint /= max(len(a), 1)
    uncertainty = _entropy(joint.sum(axis=0))
    left = _entropy(joint.ravel()) - _entropy(joint.sum(axis=1))
    return np.float64(1 - left / uncertainty) if uncertainty > 0 else np.float64(0)


def _entropy(shares: np.ndarray) -> float:
    positive = shares[shares > 0]
    return float(-(positive * np.log(positive)).sum())


def _ranks(column: np.ndarray) -> np.ndarray:
    return np.asarray(rankdata(np.where(np.isnan(column), np.nanmedian(column), column)) if len(column) else column)


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    if not (np.ptp(first) > 0 and np.ptp(second) > 0):
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _explained(ranks: np.ndarray, labels: np.ndarray) -> float:
    _names, codes = np.unique(labels, return_inverse=True)
    n = np.bincount(codes)
    means = np.bincount(codes, weights=ranks) / n
    whole = float(((ranks - ranks.mean()) ** 2).sum())
    return float((n * (means - ranks.mean()) ** 2).sum() / whole) if whole > 0 else 0.0
