"""How far two sets of counts lie apart, and how often chance alone would put them as far."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

REPLICATES = 999
MOST_DRAWN = 900_000_000  # numpy draws from no more
EMPTY_CELL = 0.5


def population_stability_index(then: ArrayLike, now: ArrayLike) -> float:
    """Population stability index: how far shares have moved, weighed by how far they have moved.

    Parameters
    ----------
    then, now : array of int, shape (cells,)
        Customers by cell. A cell that is empty on one side counts as half a customer; one that is empty on both sides
        is left out.

    Returns
    -------
    float
        0 if shares are the same, by custom little below 0.1 and much from 0.25 on; NaN if nobody was counted.

    References
    ----------
    Siddiqi (2006), "Credit risk scorecards"; Yurdakul and Naranjo (2020), Journal of Risk Model Validation 14,
    "Statistical properties of the population stability index" (its expectation under no change).

    Examples
    --------
    >>> round(population_stability_index([50, 50], [60, 40]), 4)
    0.0405
    """
    a, b = _both(then, now)
    if not (a.sum() and b.sum()):
        return math.nan
    a, b = (np.where(side == 0, EMPTY_CELL, side) for side in (a, b))
    p, q = a / a.sum(), b / b.sum()
    return float(((q - p) * np.log(q / p)).sum())


def jensen_shannon(then: ArrayLike, now: ArrayLike) -> float:
    """Jensen–Shannon distance between two distributions, to base 2.

    Parameters
    ----------
    then, now : array of int, shape (cells,)
        Customers by cell.

    Returns
    -------
    float
        0 if shares are the same, 1 if no cell holds customers of both; NaN if nobody was counted.

    References
    ----------
    Endres and Schindelin (2003), IEEE Transactions on Information Theory 49, "A new metric for probability
    distributions".

    Examples
    --------
    >>> jensen_shannon([10, 0], [0, 10]), jensen_shannon([3, 6], [10, 20])
    (1.0, 0.0)
    """
    a, b = _both(then, now)
    if not (a.sum() and b.sum()):
        return math.nan
    p, q = a / a.sum(), b / b.sum()
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(side > 0, side * np.log2(side / middle), 0.0).sum() for side in (p, q)]
    return math.sqrt(max(float(sum(parts)) / 2, 0.0))


def kolmogorov_smirnov_of_counts(then: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Largest distance between two cumulated distributions, seen at the cells' edges.

    Parameters
    ----------
    then, now : numpy.ndarray of shape (…, cells)
        Customers by cell, in order.

    Returns
    -------
    numpy.ndarray of shape (…)
        In [0, 1]; what the two-sample statistic is of customers who are told apart by cell only.
    """
    first, second = (side.cumsum(axis=-1) / np.maximum(side.sum(axis=-1, keepdims=True), 1) for side in (then, now))
    return np.asarray(np.abs(first - second).max(axis=-1))


def chi_square_of_counts(then: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Pearson's chi-square that two sets of counts come from the same shares.

    Parameters
    ----------
    then, now : numpy.ndarray of shape (…, cells)
        Customers by cell.

    Returns
    -------
    numpy.ndarray of shape (…)
        Not negative.
    """
    a, b = np.asarray(then, dtype=np.float64), np.asarray(now, dtype=np.float64)
    n, m = a.sum(axis=-1, keepdims=True), b.sum(axis=-1, keepdims=True)
    pooled = a + b
    expected = pooled * m / np.maximum(n + m, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Both rows of the table are off by the same; what is expected of them stands as m to n.
        parts = np.where(pooled > 0, (b - expected) ** 2 / expected, 0.0) * (1 + m / np.maximum(n, 1))
    return np.asarray(parts.sum(axis=-1))


def chance_of_difference(
    then: ArrayLike, now: ArrayLike, *, ordered: bool, replicates: int = REPLICATES, seed: int = 0
) -> tuple[float, float]:
    """Test whether two sets of counts may come from the same customers.

    All customers of both sides are dealt out anew, which is exact however few they are, however they are binned, and
    though the first side is a sample too. Where no deal comes near, the tail is that of the limiting distribution.

    Parameters
    ----------
    then, now : array of int, shape (cells,)
        Customers by cell.
    ordered : bool
        Whether cells are in order: Kolmogorov–Smirnov; else chi-square.
    replicates : int, default 999
        Deals.
    seed : int, default 0
        Makes them reproducible.

    Returns
    -------
    statistic, p : float
        NaN if nobody was counted on one side.

    References
    ----------
    Noether (1963), Biometrika 50, "Note on the Kolmogorov statistic in the discrete case" (the limit is too careful
    there); Phipson and Smyth (2010), SAGMB 9, "Permutation p-values should never be zero".

    Examples
    --------
    >>> statistic, p = chance_of_difference([500, 500], [60, 40], ordered=False)
    >>> round(statistic, 2), 0.03 < p < 0.1
    (3.64, True)
    """
    a, b = (side.astype(np.int64) for side in _both(then, now))
    if not (a.sum() and b.sum()):
        return math.nan, math.nan
    if len(a) == 1:
        return 0.0, 1.0
    statistic_of = kolmogorov_smirnov_of_counts if ordered else chi_square_of_counts
    seen = float(statistic_of(a, b))
    tail = _tail(seen, int(a.sum()), int(b.sum()), len(a), ordered=ordered)
    pooled = a + b
    if pooled.sum() > MOST_DRAWN:
        return seen, tail
    smaller = int(min(a.sum(), b.sum()))
    drawn = np.random.default_rng(seed).multivariate_hypergeometric(pooled, smaller, size=replicates)
    # Both statistics are the same with the sides exchanged.
    reached = int((statistic_of(pooled - drawn, drawn) >= seen * (1 - 1e-12)).sum())
    p = (1 + reached) / (1 + replicates)
    return seen, p if reached else min(p, tail)


def _tail(seen: float, n: int, m: int, cells: int, *, ordered: bool) -> float:
    from scipy.special import chdtrc, kolmogorov

    return float(kolmogorov(seen * math.sqrt(n * m / (n + m))) if ordered else chdtrc(cells - 1, seen))


def _both(then: ArrayLike, now: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Counts of both sides, without cells that are empty on both."""
    a, b = np.asarray(then, dtype=np.float64), np.asarray(now, dtype=np.float64)
    kept = (a > 0) | (b > 0)
    return a[kept], b[kept]
