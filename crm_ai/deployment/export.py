"""Tables that leave the app, with cells that no spreadsheet program will run."""

from __future__ import annotations

import pandas as pd

# What makes a spreadsheet program read a cell as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "=", "+", "-", "@")


def neutralised(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts no spreadsheet program will run as formulas.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table.

    Returns
    -------
    pandas.DataFrame
        Texts, labels and column names that begin like a formula have an apostrophe before them; numbers are as they
        were.

    Examples
    --------
    >>> neutralised(pd.DataFrame({"name": ["=1+1", "Ann"], "value": [-1, 2]})).values.tolist()
    [["'=1+1", -1], ['Ann', 2]]
    """
    safe = {}
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.cat.rename_categories({c: _safe(c) for c in column.cat.categories if _safe(c) != c})
        elif not (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype)):
            risky = column.astype("str").str.startswith(FORMULA_STARTS).fillna(False).to_numpy(dtype=bool)
            if risky.any():
                column = column.astype(object)
                column[risky] = "'" + column[risky].astype(str)
        safe[_safe(name)] = column
    return pd.DataFrame(safe, index=frame.index)


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Write a table as CSV that opens well in spreadsheet programs, Chinese included.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table.

    Returns
    -------
    bytes
        UTF-8 with a byte-order mark, formulas neutralised.
    """
    return neutralised(frame).to_csv(index=False).encode("utf-8-sig")
