"""Intervals by resampling, to check the closed forms that an audit uses.

Which customers came is imagined anew a thousand times. A customer matters only by group and cell, so drawing customers
with replacement is drawing counts from a multinomial distribution: exactly the bootstrap of rows, at no cost in rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from crm_ai.evaluation import RATES, Tally, percentile_interval, resample
from crm_ai.evaluation.intervals import REPLICATES
from crm_ai.fairness.audit import FAIRNESS_METRICS
from crm_ai.fairness.verdict import FEWEST

if TYPE_CHECKING:
    import pandas as pd


def bootstrap_intervals(
    tally: Tally,
    threshold: float,
    metrics: Sequence[str] = FAIRNESS_METRICS,
    *,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> pd.DataFrame:
    """Resample customers, and with them every figure of an audit.

    Parameters
    ----------
    tally : Tally
        Counts by group.
    threshold : float
        Score from which a customer is selected.
    metrics : sequence of str, optional
        Metrics of ``RATES``; by default all that an audit shows.
    replicates : int, default 1000
        How often.
    seed : int, default 0
        Makes the draw reproducible.

    Returns
    -------
    pandas.DataFrame
        Columns kind (group, overall, difference, ratio), group, metric, value, low, high: percentile intervals. Unlike
        those of an audit, the interval of a difference of equal groups never reaches 0, and has no width where nobody
        is selected. Differences and ratios leave out groups with fewer than 30 customers.

    References
    ----------
    Efron, Tibshirani (1993), "An Introduction to the Bootstrap", chapter 13.

    Examples
    --------
    >>> from crm_ai.evaluation import tally_scores
    >>> frame = bootstrap_intervals(tally_scores([0, 1] * 100, [0.3, 0.8] * 100), 0.5, ["selection_rate"])
    >>> [round(float(end), 1) for end in frame.loc[0, ["value", "low", "high"]]]
    [0.5, 0.4, 0.6]
    """
    import pandas as pd

    cells = tally.cells(threshold)
    drawn = resample(cells.ravel(), replicates, seed).reshape(replicates, *cells.shape)
    enough = cells.sum(axis=1) >= FEWEST
    rows = []
    for name in metrics:
        seen, again = (_figures(name, counts, enough) for counts in (cells[None], drawn))
        low, high = percentile_interval(again)
        kinds = [("group", group) for group in tally.groups] + [("overall", ""), ("difference", ""), ("ratio", "")]
        rows += [(*kind, name, *numbers) for kind, *numbers in zip(kinds, seen[0], low, high, strict=True)]
    return pd.DataFrame(rows, columns=["kind", "group", "metric", "value", "low", "high"])


def _figures(name: str, cells: np.ndarray, enough: np.ndarray) -> np.ndarray:
    """Each group, everybody, difference and ratio, for each draw."""
    by_group = RATES[name].value(cells)
    overall = RATES[name].value(cells.sum(axis=1))
    compared = by_group[:, enough]
    if compared.shape[1] < 2:
        return np.column_stack([by_group, overall, np.full((len(cells), 2), np.nan)])
    unknown = np.isnan(compared).all(axis=1)
    filled = np.where(unknown[:, None], 0.0, compared)
    top, bottom = np.nanmax(filled, axis=1), np.nanmin(filled, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.column_stack([top - bottom, bottom / top])
    return np.column_stack([by_group, overall, np.where(unknown[:, None], np.nan, ends)])
