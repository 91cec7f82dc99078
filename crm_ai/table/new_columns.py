"""Columns put into a frame, whatever they are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd


def with_columns(frame: pd.DataFrame, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Add columns to a frame, or put them in the place of those of the same name.

    ``DataFrame.assign`` takes names as arguments, and cannot set a column that is called ``self``.

    Parameters
    ----------
    frame : pandas.DataFrame of shape (n, …)
        Stays as it is.
    columns : mapping of str to array-like of length n
        Cells by name.

    Returns
    -------
    pandas.DataFrame of shape (n, …)
        New columns stand behind those that were there.

    Examples
    --------
    >>> with_columns(pd.DataFrame({"age": [20]}), {"self": [1], "age": [30]}).to_dict("list")
    {'age': [30], 'self': [1]}
    """
    made = frame.copy(deep=False)
    for name, cells in columns.items():
        made[name] = cells
    return made
