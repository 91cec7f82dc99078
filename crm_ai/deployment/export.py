"""Tables that leave the app, with cells that no spreadsheet program will run."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.files import write_atomically
from crm_ai.words import _

FORMATS = (".csv", ".parquet", ".xlsx")
MOST_EXCEL_ROWS = 1_048_575

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


def excel_bytes(frame: pd.DataFrame) -> bytes:
    """Write a table as an Excel workbook.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table.

    Returns
    -------
    bytes
        One sheet, formulas neutralised.

    Raises
    ------
    CrmAiError
        If there are more rows than a sheet can hold.
    """
    if len(frame) > MOST_EXCEL_ROWS:
        raise CrmAiError(
            _("An Excel sheet holds at most 1,048,575 customers."), next_step=_("Write CSV or Parquet instead.")
        )
    file = io.BytesIO()
    neutralised(frame).to_excel(file, index=False)
    return file.getvalue()


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Write a table as Parquet, which keeps every kind as it is.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table.

    Returns
    -------
    bytes
        The file.
    """
    file = io.BytesIO()
    frame.to_parquet(file, index=False)
    return file.getvalue()


def check_format(path: str | Path) -> Path:
    """Refuse the name of an output whose ending says nothing, before any work is done.

    Parameters
    ----------
    path : str or Path
        Where a table shall be written.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    CrmAiError
        If it ends neither with .csv nor with .parquet nor with .xlsx.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise CrmAiError(
            _("Cannot tell the format of the output."),
            where=str(path),
            next_step=_("End its name with one of: {formats}.").format(formats=_(", ").join(FORMATS)),
        )
    return path


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table into a file of the format that its name asks for, whole or not at all.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table.
    path : str or Path
        Ends with .csv, .parquet or .xlsx. Texts of CSV and Excel files that begin like formulas are neutralised.

    Raises
    ------
    CrmAiError
        If the ending is another one, or the file cannot be written.
    """
    path = check_format(path)
    content = {".csv": csv_bytes, ".parquet": parquet_bytes, ".xlsx": excel_bytes}[path.suffix.lower()](frame)
    write_atomically(path, lambda file: file.write(content))
