"""Rows that repeat an earlier one, found from one hash a row."""

from __future__ import annotations

import numpy as np
import pandas as pd


def repeated_rows(frame: pd.DataFrame) -> int:
    """Count the rows that equal an earlier row in every cell.

    Parameters
    ----------
    frame : pandas.DataFrame
        As made by ``coerce``.

    Returns
    -------
    int
        Rows, not counting the first of each kind.

    Examples
    --------
    >>> repeated_rows(pd.DataFrame({"a": [1, 2, 1], "b": [None, 3.0, None]}))
    1
    """
    if not len(frame) or not len(frame.columns):
        return 0
    rows = np.zeros(len(frame), dtype=np.uint64)
    for name in frame.columns:
        rows = (rows ^ _mixed(_bits(frame[name]))) * np.uint64(0x9E3779B97F4A7C15)
    repeated = pd.Series(rows).duplicated(keep=False).to_numpy()
    return int(frame[repeated].duplicated().sum()) if repeated.any() else 0


def _bits(column: pd.Series) -> np.ndarray:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64).view(np.uint64)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "if":
        return (column.to_numpy().astype(np.float64) + 0.0).view(np.uint64)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        return column.to_numpy().view(np.uint64)
    return pd.factorize(column)[0].astype(np.int64).view(np.uint64)


def _mixed(bits: np.ndarray) -> np.ndarray:
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
