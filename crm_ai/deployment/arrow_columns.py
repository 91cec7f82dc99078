"""A table's columns as Arrow holds them, and as CSV writes them, without a Python object a cell."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from crm_ai.deployment.export import FORMULA_STARTS, NEGATIVE

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


def csv_rows(table: pa.Table) -> bytes:
    """Write rows as CSV, texts that begin like formulas neutralised.

    Parameters
    ----------
    table : pyarrow.Table
        Some rows.

    Returns
    -------
    bytes
        UTF-8, without a header.
    """
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
    risky = pc.match_substring_regex(texts, STARTS)
    if not pc.any(risky).as_py():
        return texts
    risky = pc.and_(risky, pc.invert(pc.match_substring_regex(texts, NEGATIVE_NUMBER)))
    marked = pc.binary_join_element_wise(pa.scalar("'", pa.large_string()), texts, pa.scalar("", pa.large_string()))
    return pc.if_else(risky, marked, texts)


def _times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    moments = pc.cast(column, pa.int64())
    days = pc.multiply(pc.divide(moments, MICROSECONDS_A_DAY), MICROSECONDS_A_DAY)
    if pc.all(pc.equal(days, moments)).as_py() in (True, None):
        return pc.cast(column, pa.date32())
    try:
        return pc.cast(column, pa.timestamp("s"))
    except pa.ArrowInvalid:
        return column
