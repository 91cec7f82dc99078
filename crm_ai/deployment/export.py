"""Tables that leave the app, with cells that no spreadsheet program will run."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from crm_ai.errors import CrmAiError
from crm_ai.files import write_atomically
from crm_ai.words import _

FORMATS = (".csv", ".parquet", ".xlsx")
MOST_EXCEL_ROWS = 1_048_575

# What makes a spreadsheet program read a cell as a formula.
NEGATIVE = re.compile(r"-\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)  # begins like a formula, and is none
WIDE_STARTS = ("\uff1d", "\uff0b", "\uff0d", "\uff20")  # = + - @ as wide letters
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", *WIDE_STARTS)


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
        were, those written as texts too.

    Examples
    --------
    >>> neutralised(pd.DataFrame({"name": ["=1+1", "Ann"], "value": [-1, 2]})).values.tolist()
    [["'=1+1", -1], ['Ann', 2]]
    >>> neutralised(pd.DataFrame({"text": ["-1.5", "-1+1"]}))["text"].tolist()
    ['-1.5', "'-1+1"]
    """
    columns = []
    for position in range(frame.shape[1]):
        column = frame.iloc[:, position]
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = _safe_labels(column)
        elif not (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype)):
            texts = column.astype("str")
            risky = texts.str.startswith(FORMULA_STARTS).fillna(False).to_numpy(dtype=bool, copy=True)
            risky[risky] = [NEGATIVE.fullmatch(text) is None for text in texts[risky]]
            if risky.any():
                column = column.astype(object)
                column[risky] = "'" + column[risky].astype(str)
        columns.append(column)
    # By position: names may repeat, or come to be the same.
    safe = pd.DataFrame(dict(enumerate(columns)), index=frame.index)
    return safe.set_axis([safe_cell(name) for name in frame.columns], axis=1)


def _safe_labels(column: pd.Series) -> pd.Series:
    labels = list(column.cat.categories)
    safe = [safe_cell(label) for label in labels]
    if safe == labels:
        return column
    if len(set(safe)) == len(safe):
        return column.cat.rename_categories(safe)
    return column.astype(object).map(safe_cell)  # "=a" and "'=a" are one label now


def safe_cell(cell: object) -> object:
    """Return a cell that no spreadsheet program will run as a formula.

    Parameters
    ----------
    cell : object
        Any cell.

    Returns
    -------
    object
        The same, with an apostrophe before a text that begins like a formula.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("-1.5"), safe_cell(3)
    ("'=1+1", '-1.5', 3)
    """
    risky = isinstance(cell, str) and cell.startswith(FORMULA_STARTS) and NEGATIVE.fullmatch(cell) is None
    return f"'{cell}" if risky else cell


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
        raise _too_long()
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


def check_format(path: str | Path, *, more: tuple[str, ...] = ()) -> Path:
    """Refuse the name of an output whose ending says nothing, before any work is done.

    Parameters
    ----------
    path : str or Path
        Where a table shall be written.
    more : tuple of str, default ()
        Endings that are allowed besides.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    CrmAiError
        If it ends with none of them.
    """
    path = Path(path)
    if path.suffix.lower() not in (*FORMATS, *more):
        raise CrmAiError(
            _("Cannot tell the format of the output."),
            where=str(path),
            next_step=_("End its name with one of: {formats}.").format(formats=_(", ").join((*FORMATS, *more))),
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


def write_parts(parts: Iterable[pd.DataFrame], path: str | Path) -> int:
    """Write a table that comes in parts into one file, never holding more than one of them.

    Parameters
    ----------
    parts : iterable of pandas.DataFrame
        At least one; all with the same columns.
    path : str or Path
        As in ``write_table``. A workbook is put together in memory, as it can hold no more than a million rows.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    CrmAiError
        As ``write_table``.
    """
    path = check_format(path)
    write = {".csv": _csv_parts, ".parquet": _parquet_parts, ".xlsx": _excel_parts}[path.suffix.lower()]
    written = 0

    def counted() -> Iterator[pd.DataFrame]:
        nonlocal written
        for part in parts:
            written += len(part)
            yield part

    write_atomically(path, lambda file: write(counted(), file))
    return written


def _csv_parts(parts: Iterator[pd.DataFrame], file: BinaryIO) -> None:
    file.write("\ufeff".encode())
    for place, part in enumerate(parts):
        file.write(neutralised(part).to_csv(index=False, header=place == 0).encode())


def _parquet_parts(parts: Iterator[pd.DataFrame], file: BinaryIO) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    first = next(parts)
    schema = pa.Schema.from_pandas(first, preserve_index=False)
    with pq.ParquetWriter(file, schema) as writer:
        for part in chain([first], parts):
            writer.write_table(pa.Table.from_pandas(part, schema=schema, preserve_index=False))


def _excel_parts(parts: Iterator[pd.DataFrame], file: BinaryIO) -> None:
    kept, rows = [], 0
    for part in parts:
        rows += len(part)
        if rows > MOST_EXCEL_ROWS:
            raise _too_long()
        kept.append(part)
    file.write(excel_bytes(pd.concat(kept, ignore_index=True)))


def _too_long() -> CrmAiError:
    return CrmAiError(_("An Excel sheet holds at most 1,048,575 rows."), next_step=_("Write CSV or Parquet instead."))
