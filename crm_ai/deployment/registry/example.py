"""What a model takes: its columns, and a customer who does not exist to show them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from crm_ai.modeling import Model
from crm_ai.table import Kind

# A label that fewer customers share may tell who they are.
FEWEST_WITH_A_LABEL = 5


def signature(model: Model) -> list[dict[str, str]]:
    """Columns that a model takes.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    list of dict
        Name and kind of each.
    """
    return [{"name": column.name, "kind": column.kind.value} for column in model.schema]


def input_example(model: Model, frame: pd.DataFrame) -> dict[str, Any]:
    """Make up a customer from what is usual.

    Parameters
    ----------
    model : Model
        The model.
    frame : pandas.DataFrame
        Customers with the model's columns.

    Returns
    -------
    dict of str to object
        By column: the median of numbers to three digits, the year in the middle of dates, the most frequent label if
        at least five customers share it; None where nothing can be told without telling of a person.
    """
    return {column.name: _usual(frame[column.name], column.kind) for column in model.schema}


def _usual(column: pd.Series, kind: Kind) -> Any:
    known = column.dropna()
    if known.empty:
        return None
    if kind is Kind.NUMBER:
        return _three_digits(float(known.astype("float64").median()))
    if kind is Kind.DATE:
        years = np.sort(known.dt.year.to_numpy())
        return f"{years[len(years) // 2]:04d}-01-01"
    if kind in (Kind.CATEGORY, Kind.BOOLEAN):
        counts = known.astype(str).value_counts()
        return str(counts.index[0]) if counts.iloc[0] >= FEWEST_WITH_A_LABEL else None
    return None


def _three_digits(value: float) -> float | None:
    if not math.isfinite(value):
        return None
    return float(f"{value:.3g}")
