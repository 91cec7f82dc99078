"""Rows of a text file as they are written there, for whoever writes them again beside something new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.table.schema import LABELLED, Column, Kind, Schema

NEWLINE = 10


def rows_as_written(
    text: pa.Buffer, cells: pa.Table, arrays: Mapping[str, Any], spelled: Mapping[str, Any], schema: Schema
) -> pa.LargeBinaryArray | None:
    r"""Cut a text into its rows, if spelling all of its cells anew would give the same text.

    Parameters
    ----------
    text : pyarrow.Buffer
        Rows in UTF-8, cells separated by commas, without quotes, each row ended by a line feed.
    cells : pyarrow.Table
        The same, as texts or dictionaries of texts.
    arrays : mapping of str to array
        The same in the form that each column's kind asks for.
    spelled : mapping of str to object
        Holds the columns of numbers that may stay as they are spelled.
    schema : Schema
        What the columns are.

    Returns
    -------
    pyarrow.LargeBinaryArray of length n or None
        One after the other they are the text, but for its last line end: each row but the first begins with the line
        end before it. None if some cell would be written otherwise, or if there are lines that are no rows.

    Examples
    --------
    >>> from crm_ai.table.schema import Role
    >>> rows_as_written(
    ...     pa.py_buffer(b"1.50\n2\n"), pa.table({"a": ["1.50", "2"]}), {"a": np.array([1.5, 2])}, {"a": ["1.50", "2"]},
    ...     Schema((Column("a", Kind.NUMBER, Role.FEATURE),)),
    ... ).to_pylist()
    [b'1.50', b'\n2']
    """  # fmt: skip
    if tuple(cells.column_names) != schema.names:
        return None
    letters = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(letters == NEWLINE)
    if not len(ends) or len(ends) != cells.num_rows or ends[-1] != len(letters) - 1:
        return None
    if not all(
        column.name in spelled or _is_kept(column, cells.column(column.name), arrays[column.name]) for column in schema
    ):
        return None
    bounds = pa.py_buffer(np.concatenate([[0], ends]).astype(np.int64))
    return pa.Array.from_buffers(pa.large_binary(), len(ends), [None, bounds, text])


def _is_kept(column: Column, cells: pa.ChunkedArray, array: Any) -> bool:
    """Whether cells are texts, labels or days that are written as they were read."""
    if column.kind in LABELLED:
        labels = set(array.categories)
        return all(labels.issuperset(chunk.dictionary.to_pylist()) for chunk in cells.chunks)
    if column.kind in (Kind.TEXT, Kind.IDENTIFIER):
        return int(pd.isna(array).sum()) == cells.null_count
    return column.kind is Kind.DATE and _are_days(np.asarray(array), cells)


def _are_days(moments: np.ndarray, cells: pa.ChunkedArray) -> bool:
    days = moments.astype("datetime64[D]")
    if int(np.isnat(moments).sum()) != cells.null_count or (days != moments)[~np.isnat(moments)].any():
        return False
    return bool(pc.all(pc.equal(pc.cast(pa.array(days), pa.string()), cells)).as_py() is not False)
