"""From rows to columns, some thousands at a time, so that a large answer is never held as Python objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.table.cells import LARGEST_NUMBER, text_of
from crm_ai.words import _, count

NUMBERS = {int, float, Decimal}
BYTES = {bytes, bytearray, memoryview}
NESTED = {dict, list, tuple, set}
MOST_PRECISE_WHOLE = 1 << 53


@dataclass(slots=True)
class ColumnBuilder:
    """Collects the cells of one column.

    Parameters
    ----------
    chunks : list of pyarrow.Array
        What was taken so far.
    rows : int, default 0
        Cells taken.
    bytes_seen : int, default 0
        Cells that hold bytes, which no table of customers can use.
    zoned, nested : bool, default False
        Whether there were times with a zone, or lists and records.
    """

    chunks: list[pa.Array] = field(default_factory=list)
    rows: int = 0
    bytes_seen: int = 0
    zoned: bool = False
    nested: bool = False

    def take(self, values: Sequence[Any]) -> None:
        """Take the next cells.

        Parameters
        ----------
        values : sequence
            As the driver gave them; None is missing.
        """
        kinds = set(map(type, values)) - {type(None)}
        if kinds & BYTES:
            self.bytes_seen += sum(type(value) in BYTES for value in values)
            values = [None if type(value) in BYTES else value for value in values]
            kinds -= BYTES
        self.nested |= bool(kinds & NESTED)
        self.rows += len(values)
        array = _array(values, kinds)
        self.zoned |= pa.types.is_timestamp(array.type) and array.type.tz is not None
        self.chunks.append(array)

    @property
    def is_bytes(self) -> bool:
        """Whether bytes are all there is."""
        return self.bytes_seen > 0 and all(pa.types.is_null(chunk.type) for chunk in self.chunks)

    def finish(self) -> pa.ChunkedArray:
        """Make one column of what was taken.

        Returns
        -------
        pyarrow.ChunkedArray
            Of one type: texts if the cells were of several that do not mix.
        """
        kinds = {chunk.type for chunk in self.chunks if not pa.types.is_null(chunk.type)}
        if kinds == {pa.int64(), pa.float64()} and not any(map(_loses_digits, self.chunks)):
            kinds = {pa.float64()}
        if len(kinds) > 1:
            return pa.chunked_array([_as_texts(chunk) for chunk in self.chunks], pa.large_string())
        kind = kinds.pop() if kinds else pa.large_string()
        return pa.chunked_array([chunk.cast(kind) for chunk in self.chunks], kind)


def notes_on(columns: Iterable[tuple[str, ColumnBuilder]]) -> tuple[str, ...]:
    """Tell what taking the columns changed.

    Parameters
    ----------
    columns : iterable of (str, ColumnBuilder)
        All columns by name.

    Returns
    -------
    tuple of str
        One sentence for each kind of change.
    """
    columns = list(columns)
    told = {
        _("Columns that hold bytes, such as pictures, were left out: {columns}."): [
            name for name, column in columns if column.is_bytes
        ],
        _("Times with a zone are given in UTC: {columns}."): [name for name, column in columns if column.zoned],
        _("Lists and records are kept as text: {columns}."): [name for name, column in columns if column.nested],
    }
    notes = [sentence.format(columns=_(", ").join(names)) for sentence, names in told.items() if names]
    mixed = {name: column.bytes_seen for name, column in columns if column.bytes_seen and not column.is_bytes}
    if mixed:
        sentence = _("{n} cells hold bytes and count as missing: {columns}.")
        notes.append(sentence.format(n=count(sum(mixed.values())), columns=_(", ").join(mixed)))
    return tuple(notes)


def _array(values: Sequence[Any], kinds: set[type]) -> pa.Array:
    if not kinds:
        return pa.nulls(len(values))
    if kinds <= NUMBERS:
        return _numbers(values, kinds)
    if kinds == {str}:
        return _texts(values)
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds == {date}:
        return pa.array(values, pa.date32()).cast(pa.timestamp("us"))
    if kinds == {datetime}:
        zones = {value.tzinfo is not None for value in values if value is not None}
        if len(zones) == 1:
            return pa.array(values, pa.timestamp("us", "UTC" if zones.pop() else None))
    return _texts([None if value is None or value != value else _written(value) for value in values])


def _numbers(values: Sequence[Any], kinds: set[type]) -> pa.Array:
    if kinds == {int}:
        try:
            return pa.array(values, pa.int64())
        except (pa.ArrowInvalid, OverflowError):
            return _texts([None if value is None else str(value) for value in values])
    floats = np.array(values, dtype=np.float64)
    known = floats[np.isfinite(floats)]
    large = known[np.abs(known) >= LARGEST_NUMBER]
    if kinds != {float} and len(large) and (known == np.floor(known)).all():
        # Whole numbers of so many digits are card or order numbers, and each digit counts.
        return _texts([None if value is None or value != value else _digits(value) for value in values])
    return pa.array(floats, from_pandas=True)


def _digits(value: Any) -> str:
    return f"{value.to_integral_value():f}" if isinstance(value, Decimal) and value.is_finite() else text_of(value)


def _texts(values: Sequence[str | None]) -> pa.Array:
    try:
        return pa.array(values, pa.large_string())
    except UnicodeEncodeError:  # half a character pair, as some programs leave behind when they cut texts
        mended = [None if value is None else value.encode("utf-8", "replace").decode() for value in values]
        return pa.array(mended, pa.large_string())


def _written(value: Any) -> str:
    if type(value) in NESTED:
        plain = list(value) if isinstance(value, set) else value
        return json.dumps(plain, ensure_ascii=False, default=text_of)
    return text_of(value)


def _as_texts(chunk: pa.Array) -> pa.Array:
    kind = chunk.type
    if pa.types.is_floating(kind) or pa.types.is_timestamp(kind) or pa.types.is_boolean(kind):
        return _texts([None if value is None else text_of(value) for value in chunk.to_pylist()])
    return chunk.cast(pa.large_string())


def _loses_digits(chunk: pa.Array) -> bool:
    if not pa.types.is_integer(chunk.type) or chunk.null_count == len(chunk):
        return False
    ends = pc.min_max(chunk).as_py()
    return max(abs(ends["min"]), abs(ends["max"])) > MOST_PRECISE_WHOLE
