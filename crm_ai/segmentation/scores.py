"""Scores from 1 to 5 by fifths of the customers."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

FIFTHS = 5


def scores(values: ArrayLike, *, ties: Literal["low", "middle", "high"] = "low") -> np.ndarray:
    """Score each customer from 1 to 5 by the share of customers with less.

    Equal customers get equal scores, so fifths are of equal size only where values differ. Which of several scores a
    large group of equal customers gets is said by `ties`: that of its lowest, middle or highest place. Scores depend on
    the order of values only.

    Parameters
    ----------
    values : array of float, shape (n,)
        More is better.
    ties : {"low", "middle", "high"}, default "low"
        With ``"low"`` the smallest value always scores 1, with ``"high"`` the largest always scores 5, and with
        ``"middle"`` customers who are all alike score 3.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        1 to 5.

    Examples
    --------
    >>> scores([10, 20, 30, 40, 50]).tolist(), scores([1, 1, 1, 1, 9]).tolist()
    ([1, 2, 3, 4, 5], [1, 1, 1, 1, 5])
    >>> [scores([7, 7, 7], ties=ties).tolist() for ties in ("low", "middle", "high")]
    [[1, 1, 1], [3, 3, 3], [5, 5, 5]]
    """
    cells = np.asarray(values, dtype=np.float64)
    if not len(cells):
        return np.zeros(0, dtype=np.int64)
    _distinct, where, sizes = np.unique(cells, return_inverse=True, return_counts=True)
    up_to = np.cumsum(sizes)
    below, n = up_to - sizes, len(cells)
    if ties == "low":
        fifth = FIFTHS * below // n
    elif ties == "high":
        fifth = (FIFTHS * up_to - 1) // n
    else:
        fifth = FIFTHS * (below + up_to) // (2 * n)
    return (1 + np.clip(fifth, 0, FIFTHS - 1))[where]
