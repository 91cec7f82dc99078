"""From lines of text to rows that fit the header."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from crm_ai.errors import ReadError
from crm_ai.words import _, count

BLOCK = 8 << 20
LARGEST_BLOCK = 2**31 - 1
MOST_BAD = 0.5
MOST_REPAIRED = 0.1
ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that fit the header, and what happened to the others.

    Parameters
    ----------
    table : pyarrow.Table
        All cells as texts.
    notes : tuple of str
        What was repaired or left out.
    short, skipped : int, default 0
        Rows that were filled up, and rows that were left out.
    """

    table: pa.Table
    notes: tuple[str, ...] = ()
    short: int = 0
    skipped: int = 0


@dataclass(slots=True)
class Repair:
    """Makes rows fit the header, and counts how often it had to.

    Parameters
    ----------
    width : int
        Columns of the table.
    short, skipped : int
        Rows that were filled up, and rows that were left out.
    """

    width: int
    short: int = 0
    skipped: int = 0

    def fit(self, row: list[str]) -> list[str | None] | None:
        """Fill up a row that is too short; refuse one that is too long.

        Parameters
        ----------
        row : list of str
            Its cells.

        Returns
        -------
        list of str or None, or None
            As many cells as there are columns; None if the row has more that are filled.
        """
        if any(cell.strip() for cell in row[self.width :]):
            self.skipped += 1
            return None
        self.short += len(row) < self.width
        return [cell or None for cell in row[: self.width]] + [None] * (self.width - len(row))

    def notes(self) -> tuple[str, ...]:
        """Say what was done.

        Returns
        -------
        tuple of str
            One sentence a kind of repair.
        """
        told = (
            (self.short, _("{n} rows are shorter than the header; the cells that are not there count as missing.")),
            (self.skipped, _("{n} rows have more cells than the header and were left out.")),
        )
        return tuple(sentence.format(n=count(n)) for n, sentence in told if n)


def read_lines(text: pa.Buffer, names: Sequence[str], separator: str, source: str) -> Rows:
    """Cut lines into cells.

    Parameters
    ----------
    text : pyarrow.Buffer
        Lines in UTF-8 without the header.
    names : sequence of str
        Unique names of the columns.
    separator : str
        One character.
    source : str
        Name of the file, for messages.

    Returns
    -------
    Rows
        All cells as texts.

    Raises
    ------
    ReadError
        If most rows do not fit the header.
    """
    if not separator.isascii():
        return _carefully(text, names, separator, source)
    bad = [0]

    def skip(row: pyarrow.csv.InvalidRow) -> str:
        bad[0] += 1
        return "skip"

    table = _parse(text, names, separator, skip)
    if table is not None and not bad[0]:
        return Rows(table)
    if table is None or bad[0] > MOST_REPAIRED * (table.num_rows + bad[0]):
        return _carefully(text, names, separator, source)
    return _repaired(text, names, separator) or _carefully(text, names, separator, source)


def _parse(text: pa.Buffer, names: Sequence[str], separator: str, handler: Any, threads: bool = True) -> Any:
    parse = pyarrow.csv.ParseOptions(
        delimiter=separator, newlines_in_values=_holds_quotes(text), invalid_row_handler=handler
    )
    convert = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    for block in (BLOCK, min(text.size + 1, LARGEST_BLOCK)):
        read = pyarrow.csv.ReadOptions(column_names=list(names), block_size=block, use_threads=threads)
        try:
            return pyarrow.csv.read_csv(
                pa.BufferReader(text), read_options=read, parse_options=parse, convert_options=convert
            )
        except pa.ArrowInvalid:
            continue  # a row longer than a block, or quotes that never end
    return None


def _holds_quotes(text: pa.Buffer) -> bool:
    step, view = 1 << 24, memoryview(text)
    return any(b'"' in bytes(view[start : start + step]) for start in range(0, text.size, step))


def _repaired(text: pa.Buffer, names: Sequence[str], separator: str) -> Rows | None:
    """Read again in one thread, which tells the numbers of the rows that do not fit; repair only those."""
    bad: list[tuple[int, str]] = []

    def remember(row: pyarrow.csv.InvalidRow) -> str:
        bad.append((row.number, row.text))
        return "skip"

    table = _parse(text, names, separator, remember, threads=False)
    if table is None or len({number for number, _text in bad}) < len(bad):
        return None
    repair = Repair(len(names))
    fitted: list[list[str | None]] = []
    places: list[int] = []
    with long_cells():
        for earlier, (number, line) in enumerate(bad):
            cells = repair.fit(_cells_of(line, separator))
            if cells is not None:
                fitted.append(cells)
                places.append(number - 1 - earlier)
    return Rows(_inserted(table, fitted, places), repair.notes(), repair.short, repair.skipped)


def _cells_of(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(line, newline=""), delimiter=separator), [])
    except csv.Error:
        return line.split(separator)


def _inserted(table: pa.Table, rows: list[list[str | None]], places: list[int]) -> pa.Table:
    """Put each row before the row of the table that has its place."""
    if not rows:
        return table
    more = _table_of(rows, table.column_names)
    order = np.insert(np.arange(table.num_rows), places, table.num_rows + np.arange(len(rows)))
    return pa.concat_tables([table, more]).take(pa.array(order))


def _carefully(text: pa.Buffer, names: Sequence[str], separator: str, source: str) -> Rows:
    """Read row by row: fill up short rows, leave out rows that are too long to be understood."""
    repair, kept, parts = Repair(len(names)), [], []
    lines = io.TextIOWrapper(io.BytesIO(memoryview(text)), encoding="utf-8", errors="replace", newline="")
    try:
        with long_cells():
            for row in csv.reader(lines, delimiter=separator):
                cells = repair.fit(row) if row else None
                if cells is not None:
                    kept.append(cells)
                if len(kept) == ROWS_AT_ONCE:
                    parts.append(_table_of(kept, names))
                    kept = []
    except csv.Error as error:
        raise unparsable(source) from error
    table = pa.concat_tables([*parts, _table_of(kept, names)])
    if repair.skipped > MOST_BAD * (table.num_rows + repair.skipped):
        raise unparsable(source)
    return Rows(table, repair.notes(), repair.short, repair.skipped)


def _table_of(rows: list[list[str | None]], names: Sequence[str]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return pa.Table.from_arrays([pa.array(column, pa.string()) for column in columns], names=list(names))


@contextmanager
def long_cells() -> Iterator[None]:
    """Let Python's csv module read cells of any length, as long as this lasts.

    Yields
    ------
    None
        Nothing.
    """
    before = csv.field_size_limit(min(sys.maxsize, LARGEST_BLOCK))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def unparsable(source: str) -> ReadError:
    """Say that cells cannot be told apart.

    Parameters
    ----------
    source : str
        Name of the file.

    Returns
    -------
    ReadError
        To be raised.
    """
    return ReadError(
        _("The cells of this file cannot be told apart."),
        where=source,
        next_step=_("Export it as CSV with commas, texts in double quotes, or as Excel."),
    )
