"""Contributions of all customers at a glance, counted instead of drawn one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.explanation.explanation import Explanation

MOST_COLUMNS = 12
BINS = 40


def swarm(reasons: Explanation) -> pd.DataFrame:
    """Count customers by contribution, column by column.

    Parameters
    ----------
    reasons : Explanation
        Of any number of customers.

    Returns
    -------
    pandas.DataFrame
        Columns column, contribution (middle of a bin), n, level: for numbers and dates the mean rank of the customers'
        values in the bin, from 0 (lowest) to 1 (highest); NaN for labels. common: the most frequent value there, as
        text, with its share in share. At most the twelve strongest columns, each with at most forty bins; all columns
        share the bins' edges.
    """
    ranked = reasons.importance()["column"].tolist()[:MOST_COLUMNS]
    low, high = (float(reasons.values.min(initial=0.0)), float(reasons.values.max(initial=0.0)))
    edges = np.linspace(low, high, BINS + 1) if high > low else np.array([low - 0.5, low + 0.5])
    parts = [_column(reasons, name, edges) for name in ranked]
    columns = ["column", "contribution", "n", "level", "common", "share"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _column(reasons: Explanation, name: str, edges: np.ndarray) -> pd.DataFrame:
    contribution = reasons.values[:, reasons.columns.index(name)]
    bins = np.clip(np.searchsorted(edges, contribution, side="right") - 1, 0, len(edges) - 2)
    series = reasons.data[name]
    ordered = pd.api.types.is_numeric_dtype(series.dtype) or pd.api.types.is_datetime64_any_dtype(series.dtype)
    level = series.rank(pct=True).to_numpy(dtype=np.float64, na_value=np.nan) if ordered else np.nan
    cells = pd.DataFrame({"bin": bins, "level": level, "contribution": contribution})
    told = cells.groupby("bin", sort=True).agg(
        contribution=("contribution", "mean"), n=("contribution", "size"), level=("level", "mean")
    )
    common, share = _most_common(series, bins, ordered=ordered)
    told.insert(0, "column", name)
    return told.assign(common=common.reindex(told.index), share=share.reindex(told.index)).reset_index(drop=True)


def _most_common(series: pd.Series, bins: np.ndarray, *, ordered: bool) -> tuple[pd.Series, pd.Series]:
    """The label that most customers of a bin have, and the share of them who do; empty for numbers."""
    if ordered:
        empty = pd.Series(dtype=object)
        return empty, empty.astype(float)
    labels = series.astype("str").where(series.notna(), "").to_numpy()
    counts = pd.DataFrame({"bin": bins, "label": labels}).value_counts(sort=True).reset_index()
    first = counts.drop_duplicates("bin").set_index("bin")
    n = pd.Series(bins).value_counts()
    return first["label"], first["count"] / n.reindex(first.index)
