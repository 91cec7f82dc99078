"""How far groups lie apart: largest difference and smallest ratio between groups, with intervals.

The interval of one difference follows from the groups' own intervals by "square and add" (Newcombe; Zou and Donner),
which keeps its coverage for small groups and shares near 0 and 1 where resampling does not. The largest of many
differences is biased upwards: even equal groups differ somewhere. So its lower end holds for all pairs at once
(Šidák), and reaches 0 unless some pair really differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from crm_ai.evaluation.intervals import Z, quantile_for

Limits = Callable[[float], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, slots=True)
class GroupValues:
    """One metric of several groups.

    Parameters
    ----------
    values : numpy.ndarray of shape (groups,)
        NaN where undefined; such groups are left out.
    limits : callable
        Takes a normal quantile and returns the lower and upper ends of the groups' intervals.
    """

    values: np.ndarray
    limits: Limits

    @property
    def pairs(self) -> int:
        """Number of pairs of groups that can be compared."""
        known = int(np.isfinite(self.values).sum())
        return known * (known - 1) // 2

    def margins(self, z: float) -> tuple[np.ndarray, np.ndarray]:
        """How far each group's interval reaches below and above its value.

        Parameters
        ----------
        z : float
            Normal quantile.

        Returns
        -------
        below, above : numpy.ndarray of shape (groups,)
            Distances, not negative.
        """
        low, high = self.limits(z)
        return np.maximum(self.values - low, 0), np.maximum(high - self.values, 0)


def largest_difference(metrics: Iterable[GroupValues]) -> tuple[float, float, float]:
    """Largest difference between two groups, over one metric or several.

    Parameters
    ----------
    metrics : iterable of GroupValues
        Usually one; two for equalized odds.

    Returns
    -------
    value, low, high : float
        NaN if no two groups can be compared.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17, "Interval estimation for the difference between independent
    proportions".

    Examples
    --------
    >>> import numpy as np
    >>> from crm_ai.evaluation.intervals import wilson
    >>> hits, n = np.array([56, 48]), np.array([70, 80])
    >>> [round(x, 4) for x in largest_difference([GroupValues(hits / n, lambda z: wilson(hits, n, z))])]
    [0.2, 0.0524, 0.3339]
    """
    known = [metric for metric in metrics if metric.pairs]
    if not known:
        return np.nan, np.nan, np.nan
    strict = quantile_for(sum(metric.pairs for metric in known))
    value = max(float(np.nanmax(_differences(metric))) for metric in known)
    low = max(float(np.nanmax(_differences(metric) - _spread(metric, strict, lower=True))) for metric in known)
    high = max(float(np.nanmax(_differences(metric) + _spread(metric, Z, lower=False))) for metric in known)
    return value, max(low, 0.0), high


def smallest_ratio(metrics: Iterable[GroupValues]) -> tuple[float, float, float]:
    """Smallest ratio between two groups, over one metric or several; 1 means that groups are alike.

    Parameters
    ----------
    metrics : iterable of GroupValues
        Values must not be negative.

    Returns
    -------
    value, low, high : float
        In [0, 1]; NaN if no two groups can be compared or all values are 0.

    References
    ----------
    Donner, Zou (2012), Statistical Methods in Medical Research 21, "Closed-form confidence intervals for functions of
    the normal mean and standard deviation".
    """
    known = [metric for metric in metrics if metric.pairs and np.nanmax(metric.values) > 0]
    if not known:
        return np.nan, np.nan, np.nan
    strict = quantile_for(sum(metric.pairs for metric in known))
    value = min(float(np.nanmin(metric.values) / np.nanmax(metric.values)) for metric in known)
    low = min(_lowest_ratio(metric) for metric in known)
    high = min(_highest_ratio(metric, strict) for metric in known)
    return value, low, min(high, 1.0)


def difference_of_pair(metric: GroupValues, high: int, low: int) -> tuple[float, float, float]:
    """Difference of two of several groups.

    Parameters
    ----------
    metric : GroupValues
        All groups.
    high, low : int
        Positions of the two.

    Returns
    -------
    value, low, high : float
        First minus second. The lower end holds for all pairs at once, as that of ``largest_difference``.
    """
    value = float(metric.values[high] - metric.values[low])
    lower = _spread(metric, quantile_for(max(metric.pairs, 1)), lower=True)[high, low]
    return value, max(value - float(lower), 0.0), value + float(_spread(metric, Z, lower=False)[high, low])


def _differences(metric: GroupValues) -> np.ndarray:
    return metric.values[:, None] - metric.values[None, :]


def _spread(metric: GroupValues, z: float, *, lower: bool) -> np.ndarray:
    below, above = metric.margins(z)
    first, second = (below, above) if lower else (above, below)
    together = np.hypot(first[:, None], second[None, :])
    np.fill_diagonal(together, 0.0)  # nobody differs from himself
    return together


def _lowest_ratio(metric: GroupValues) -> float:
    """Lower end of the pair a / b that has the lowest."""
    limits = metric.limits(Z)
    a, b, low, high = metric.values[:, None], metric.values[None, :], limits[0][:, None], limits[1][None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(np.maximum((a * b) ** 2 - low * high * (2 * a - low) * (2 * b - high), 0))
        ends = low * (2 * a - low) / (a * b + root)
    ends = np.where((low <= 0) & np.isfinite(a * b), 0.0, ends)
    return float(np.nanmin(_off_diagonal(ends)))


def _highest_ratio(metric: GroupValues, z: float) -> float:
    """Upper end of the pair a / b that has the lowest; without bound where b may be 0."""
    limits = metric.limits(z)
    a, b, high, low = metric.values[:, None], metric.values[None, :], limits[1][:, None], limits[0][None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(np.maximum((a * b) ** 2 - high * low * (2 * a - high) * (2 * b - low), 0))
        ends = (a * b + root) / (low * (2 * b - low))
    ends = np.where((low <= 0) & np.isfinite(a * b), np.inf, ends)
    return float(np.nanmin(_off_diagonal(ends)))


def _off_diagonal(matrix: np.ndarray) -> np.ndarray:
    return np.where(np.eye(len(matrix), dtype=bool), np.nan, matrix)
