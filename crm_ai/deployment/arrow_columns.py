"""A table's columns as Arrow holds them, and as CSV writes them, without a Python object a cell."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from crm_ai.deployment.export import FORMULA_STARTS, NEGATIVE, safe_cell

STARTS = "^[" + "".join(f"\\{start}" if start.isascii() and start > " " else start for start in FORMULA_STARTS) + "]"
NEGATIVE_NUMBER = f"(?i)^(?:{NEGATIVE.pattern})$"
MICROSECONDS_A_DAY = 86_400_000_000


def as_arrow(array: Any, *, whole: bool = False) -> pa.Array:
    """Take up one column of a table's frame.

    Parameters
    ----------
    array : array
        In the form that its kind asks for.
    whole : bool, default False
        Whether numbers are whole, so that they are written without decimals.

    Returns
    -------
    pyarrow.Array
        Numbers, times, labels (as a dictionary) or texts; null where missing. The type follows from the kind alone.
    """
    if isinstance(array, pd.Categorical):
        codes = array.codes
        indices = pa.array(codes, pa.int32(), mask=codes < 0)
        return pa.DictionaryArray.from_arrays(indices, pa.array(array.categories.tolist(), pa.large_string()))
    if isinstance(array, np.ndarray) and array.dtype.kind in "iuf":
        numbers = pa.array(array, from_pandas=True)
        return pc.cast(numbers, pa.int64() if whole else pa.float64())
    if isinstance(array, np.ndarray) and array.dtype.kind == "M":
        return pa.array(array.astype("datetime64[us]"))
    if isinstance(array, pd.arrays.DatetimeArray | pd.arrays.NumpyExtensionArray):
        return as_arrow(np.asarray(array), whole=whole)
    texts = pa.array(array, from_pandas=True)
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return pc.cast(texts, pa.large_string())


def csv_rows(table: pa.Table) -> bytes | memoryview:
    """Write rows as CSV, texts that begin like formulas neutralised.

    Parameters
    ----------
    table : pyarrow.Table
        Some rows. A first column of bytes holds beginnings of rows as they shall be written, each but the first with
        the line end before it (see ``rows_as_written``); columns beside it then hold no text that needs quotes or an
        apostrophe.

    Returns
    -------
    bytes or memoryview
        UTF-8, without a header.
    """
    if pa.types.is_large_binary(table.field(0).type):
        return _continued(table)
    plain = pa.table([_written(column) for column in table.columns], names=[str(n) for n in range(table.num_columns)])
    for style in ("none", "needed"):
        file = io.BytesIO()
        try:
            pyarrow.csv.write_csv(
                plain, file, pyarrow.csv.WriteOptions(include_header=False, quoting_style=style, batch_size=8192)
            )
        except pa.ArrowInvalid:
            continue  # some text holds a comma, a quote or a line end
        return file.getvalue()
    raise AssertionError("quoted texts can always be written")


def is_harmless(array: Any) -> bool:
    """Whether no text of a column begins like a formula.

    Parameters
    ----------
    array : array
        In the form that its kind asks for.

    Returns
    -------
    bool
        True for numbers and times too.

    Examples
    --------
    >>> is_harmless(pd.array(["-1.5", None, "a=b"], dtype="str")), is_harmless(pd.Categorical(["=1+1"]))
    (True, False)
    """
    if isinstance(array, np.ndarray | pd.arrays.DatetimeArray | pd.arrays.NumpyExtensionArray):
        return True
    texts = array.categories if isinstance(array, pd.Categorical) else array
    return _risky(pc.cast(pa.array(texts, from_pandas=True), pa.large_string())) is None


def is_plain(text: str) -> bool:
    """Whether a text is written into CSV as it is.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    bool
        False if it needs quotes or an apostrophe.

    Examples
    --------
    >>> is_plain("Yes"), is_plain("yes, often"), is_plain("=1")
    (True, False, False)
    """
    return not any(mark in text for mark in ',"\r\n') and safe_cell(text) == text


def _continued(table: pa.Table) -> memoryview:
    """Begun rows, each with the other columns after it."""
    cells = [pc.cast(column.combine_chunks(), pa.large_string()) for column in table.columns[1:]]
    last = cells[-1]
    ended = pa.array([f"{last[-1].as_py() or ''}\n"], pa.large_string())
    cells[-1] = pa.concat_arrays([last[:-1], ended])
    begun = table.column(0).combine_chunks().view(pa.large_string())
    comma = pa.scalar(",", pa.large_string())
    cells = [pc.fill_null(column, "") if column.null_count else column for column in cells]
    rows = pc.binary_join_element_wise(begun, *cells, comma)
    return memoryview(rows.buffers()[2])[: pc.sum(pc.binary_length(rows)).as_py()]


def _written(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        chunks = [
            pa.DictionaryArray.from_arrays(chunk.indices, _neutralised(chunk.dictionary)).cast(pa.large_string())
            for chunk in column.chunks
        ]
        return pa.chunked_array(chunks, pa.large_string())
    if pa.types.is_large_string(column.type):
        return _neutralised(column)
    return _times(column) if pa.types.is_timestamp(column.type) else column


def _neutralised(texts: Any) -> Any:
    texts = pc.cast(texts, pa.large_string())
    risky = _risky(texts)
    if risky is None:
        return texts
    marked = pc.binary_join_element_wise(pa.scalar("'", pa.large_string()), texts, pa.scalar("", pa.large_string()))
    return pc.if_else(risky, marked, texts)


def _risky(texts: Any) -> Any:
    """Which texts begin like formulas; None if none does."""
    risky = pc.match_substring_regex(texts, STARTS)
    if not pc.any(risky).as_py():
        return None
    risky = pc.and_(risky, pc.invert(pc.match_substring_regex(texts, NEGATIVE_NUMBER)))
    return risky if pc.any(risky).as_py() else None


def _times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    moments = pc.cast(column, pa.int64())
    days = pc.multiply(pc.divide(moments, MICROSECONDS_A_DAY), MICROSECONDS_A_DAY)
    if pc.all(pc.equal(days, moments)).as_py() in (True, None):
        return pc.cast(column, pa.date32())
    try:
        return pc.cast(column, pa.timestamp("s"))
    except pa.ArrowInvalid:
        return column
