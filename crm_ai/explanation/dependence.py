"""How a column's contribution goes with its value, and what else it depends on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_ai.explanation.explanation import MISSING, Explanation
from crm_ai.words import _, number

MOST_GROUPS = 4
FEWEST = 5


def dependence_by(reasons: Explanation, column: str, partner: str) -> pd.DataFrame:
    """How a column's contribution goes with its value, apart for groups of another column.

    Parameters
    ----------
    reasons : Explanation
        Of any customers.
    column, partner : str
        Two original columns.

    Returns
    -------
    pandas.DataFrame
        As ``Explanation.dependence``, with a column group before: the partner's most frequent labels, four at most, or
        the lower, middle and upper third of its numbers. Points of fewer than five customers are left out.
    """
    parts = []
    for name, members in _groups(reasons.data[partner]):
        part = Explanation(
            values=reasons.values[members],
            base=reasons.base,
            columns=reasons.columns,
            data=reasons.data[members].reset_index(drop=True),
            rows=reasons.rows[members],
            scale=reasons.scale,
            model_type=reasons.model_type,
            label=reasons.label,
        ).dependence(column)
        part = part[part["n"] >= FEWEST]
        part.insert(0, "group", name)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _groups(series: pd.Series) -> list[tuple[str, np.ndarray]]:
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        return [(str(year), (series.dt.year == year).to_numpy()) for year in _frequent(series.dt.year)]
    if pd.api.types.is_numeric_dtype(series.dtype) and series.nunique() > MOST_GROUPS:
        low, high = series.quantile([1 / 3, 2 / 3])
        words = number(float(low)), number(float(high))
        numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
        return [
            (_("≤ {low}").format(low=words[0]), numbers <= low),
            (_("{low} – {high}").format(low=words[0], high=words[1]), (numbers > low) & (numbers <= high)),
            (_("> {high}").format(high=words[1]), numbers > high),
        ]
    labels = series.astype("str").where(series.notna(), MISSING)
    return [(str(label), (labels == label).to_numpy()) for label in _frequent(labels)]


def _frequent(labels: pd.Series) -> list[object]:
    return list(labels.value_counts().index[:MOST_GROUPS])
