"""A column before anybody has decided what it is: numbers, dates, or distinct texts and who holds which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.table.cell_texts import text_of, text_or_none
from crm_ai.table.missing_words import say_missing
from crm_ai.table.spelled_numbers import CODE

# Past this, a whole number is a card or an order number: float64 could no longer tell neighbours apart.
LARGEST_NUMBER = 10**15


@dataclass(frozen=True, slots=True)
class Texts:
    """Cells as texts, each distinct text kept once.

    Parameters
    ----------
    distinct : pyarrow.StringArray of length k
        Texts as they were written; none says "missing".
    codes : numpy.ndarray of int, shape (n,)
        Which text each row holds; -1 where there is none.
    counts : numpy.ndarray of int, shape (k,)
        Rows by text.
    blanked : int, default 0
        Rows whose text says "missing" (blanks, N/A, ?).
    declared : bool, default False
        Whether the source itself says that these are labels.
    """

    distinct: pa.Array
    codes: np.ndarray
    counts: np.ndarray
    blanked: int = 0
    declared: bool = False

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Cells that came as numbers.

    Parameters
    ----------
    array : numpy.ndarray of shape (n,)
        int64 if all are whole and none is missing, else float64 with NaN where missing.
    """

    array: np.ndarray

    def __len__(self) -> int:
        return len(self.array)


@dataclass(frozen=True, slots=True)
class Dates:
    """Cells that came as dates, or were written as dates.

    Parameters
    ----------
    array : numpy.ndarray of datetime64[us], shape (n,)
        NaT where missing.
    zoned : bool, default False
        Whether times came with a time zone, and are in UTC now.
    note : str, optional
        What had to be understood, in words.
    unreadable : int, default 0
        Cells that held something that is no date.
    blanked : int, default 0
        Cells that say "missing" in words.
    """

    array: np.ndarray
    zoned: bool = False
    note: str = ""
    unreadable: int = 0
    blanked: int = 0

    def __len__(self) -> int:
        return len(self.array)


Cells: TypeAlias = Texts | Numbers | Dates


def cells_of_series(series: pd.Series) -> Cells:
    """Take up a column of a pandas frame.

    Parameters
    ----------
    series : pandas.Series
        Of any dtype.

    Returns
    -------
    Texts, Numbers or Dates
        Its cells.
    """
    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iuf":
        return _numbers(series.to_numpy())
    if isinstance(dtype, np.dtype) and dtype.kind == "M":
        return Dates(series.to_numpy().astype("datetime64[us]"))
    if isinstance(dtype, pd.CategoricalDtype):
        labels = [None if pd.isna(label) else text_of(label) for label in dtype.categories]
        return _encoded(pa.array(labels, pa.string()), series.cat.codes.to_numpy(), declared=True)
    if isinstance(dtype, pd.PeriodDtype):
        return Dates(series.dt.to_timestamp().to_numpy().astype("datetime64[us]"))
    if dtype.kind == "O" and isinstance(dtype, np.dtype):
        return cells_of_values(series.tolist())
    try:
        return cells_of_array(pa.array(series, from_pandas=True))
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return cells_of_values(series.astype(object).tolist())


def cells_of_values(values: Iterable[Any], *, plain: bool = True) -> Cells:
    """Take up Python objects, mixed as spreadsheets mix them.

    Parameters
    ----------
    values : iterable
        Cells; None, NaN and NaT are missing.
    plain : bool, default True
        Whether texts that all are numbers with decimal points may be taken for numbers at once.

    Returns
    -------
    Texts, Numbers or Dates
        Numbers or dates if all are, else texts.
    """
    values = list(values)
    try:
        return cells_of_array(pa.array(values, from_pandas=True), plain=plain)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return cells_of_array(pa.array([text_or_none(value) for value in values], pa.string()), plain=plain)


def cells_of_array(array: pa.Array | pa.ChunkedArray, *, plain: bool = True, declared: bool = True) -> Cells:
    """Take up an Arrow column.

    Parameters
    ----------
    array : pyarrow.Array or pyarrow.ChunkedArray
        Of any type.
    plain : bool, default True
        Whether texts that all are numbers with decimal points may be taken for numbers at once.
    declared : bool, default True
        Whether an array with a dictionary holds labels; else the dictionary is only a way to store texts.

    Returns
    -------
    Texts, Numbers or Dates
        Its cells.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        whole = _one_chunk(array)
        labels = [None if label is None else text_of(label) for label in whole.dictionary.to_pylist()]
        return _encoded(pa.array(labels, pa.large_string()), _codes(whole.indices), declared=declared)
    if pa.types.is_decimal(kind):
        return cells_of_array(pc.cast(array, pa.float64()))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _arrow_numbers(array)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _arrow_dates(array)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        numbers = _plain_numbers(array) if plain else None
        return _texts(array) if numbers is None else numbers
    if pa.types.is_boolean(kind):
        written = pc.if_else(array, pa.scalar("True"), pa.scalar("False"))
        return _texts(written)
    return _texts(pa.array([text_or_none(value) for value in array.to_pylist()], pa.string()))


def _plain_numbers(array: pa.Array | pa.ChunkedArray) -> Numbers | None:
    """Read a column at once if all its texts are numbers and none of them would lose a digit."""
    if array.null_count == len(array):
        return None
    try:
        pc.cast(array.slice(0, 64), pa.float64())
        values = _to_numpy(pc.cast(array, pa.float64()))
    except pa.ArrowInvalid:
        return None
    if np.isfinite(values).sum() != len(array) - array.null_count:
        return None
    suspicious = pc.or_(pc.match_substring_regex(array, r"^[+-]?0\d"), pc.greater(pc.binary_length(array), 15))
    if pc.any(suspicious).as_py() and pc.any(pc.match_substring_regex(array.filter(suspicious), CODE)).as_py():
        return None
    return Numbers(whole_if_possible(values))


def _to_numpy(array: pa.Array | pa.ChunkedArray) -> np.ndarray:
    if isinstance(array, pa.ChunkedArray):
        return np.asarray(array.to_numpy())
    return np.asarray(array.to_numpy(zero_copy_only=False))


def _texts(array: pa.Array | pa.ChunkedArray) -> Texts:
    # One chunk before encoding: making the dictionaries of many chunks agree takes ten times as long.
    whole = pc.dictionary_encode(_one_chunk(pc.cast(array, pa.large_string())))
    return _encoded(whole.dictionary, _codes(whole.indices))


def _encoded(distinct: pa.Array, codes: np.ndarray, *, declared: bool = False) -> Texts:
    """Keep the distinct texts that occur, say something and differ."""
    distinct = distinct.cast(pa.large_string())
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    absent = np.asarray(pc.is_null(distinct).to_numpy(zero_copy_only=False), dtype=bool)
    nothing = ~absent & say_missing(pc.fill_null(distinct, "x"))
    keep = (counts > 0) & ~absent & ~nothing
    if not keep.all():
        position = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1).astype(np.int32)
        codes = position[codes]
    return Texts(distinct.filter(pa.array(keep)), codes, counts[keep], int(counts[nothing].sum()), declared)


def _one_chunk(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    if not isinstance(array, pa.ChunkedArray):
        return array
    if array.num_chunks == 1:
        return array.chunk(0)
    return array.unify_dictionaries().combine_chunks() if pa.types.is_dictionary(array.type) else array.combine_chunks()


def _codes(indices: pa.Array) -> np.ndarray:
    return np.asarray(pc.fill_null(indices.cast(pa.int32()), -1).to_numpy(zero_copy_only=False))


def _arrow_numbers(array: pa.Array | pa.ChunkedArray) -> Cells:
    if pa.types.is_integer(array.type) and array.null_count < len(array):
        ends = pc.min_max(array).as_py()
        if max(abs(ends["min"]), abs(ends["max"])) >= LARGEST_NUMBER:
            return _texts(pc.cast(array, pa.string()))
        if not array.null_count:
            return Numbers(np.asarray(array.to_numpy()).astype(np.int64))
    return _numbers(_to_numpy(pc.cast(array, pa.float64(), safe=False)))


def _numbers(values: np.ndarray) -> Cells:
    if values.dtype.kind in "iu":
        if len(values) and (values.max() >= LARGEST_NUMBER or values.min() <= -LARGEST_NUMBER):
            return _texts(pa.array(values).cast(pa.string()))
        return Numbers(values.astype(np.int64, copy=False))
    return Numbers(whole_if_possible(values.astype(np.float64, copy=False)))


def whole_if_possible(values: np.ndarray) -> np.ndarray:
    """Store numbers as int64 if all are whole and none is missing.

    Parameters
    ----------
    values : numpy.ndarray of float64, shape (n,)
        Numbers.

    Returns
    -------
    numpy.ndarray of shape (n,)
        int64 or the same float64.
    """
    head = values[:64]
    if len(values) and (head == np.floor(head)).all() and (np.abs(values) < LARGEST_NUMBER).all():
        whole = values.astype(np.int64)
        if (whole == values).all():
            return whole
    return values


def _arrow_dates(array: pa.Array | pa.ChunkedArray) -> Dates:
    zoned = pa.types.is_timestamp(array.type) and array.type.tz is not None
    moments = pc.cast(array, pa.timestamp("us", "UTC" if zoned else None), safe=False)
    return Dates(_to_numpy(pc.cast(moments, pa.timestamp("us"))).astype("datetime64[us]"), zoned)
