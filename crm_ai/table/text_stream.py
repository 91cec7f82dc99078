"""CSV and its relatives, read block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from crm_ai.table.decoding import Decoded
from crm_ai.table.delimited import LaidOut, decimal_mark, encoding_notes, lay_out
from crm_ai.table.grid import drop_below, drop_empty_rows
from crm_ai.table.instructions import AS_FOUND, Instructions
from crm_ai.table.lines import LARGEST_BLOCK, Rows, read_lines
from crm_ai.table.missing_words import say_missing
from crm_ai.table.schema import LABELLED, Column, Kind, Role, Schema
from crm_ai.table.separators import SAMPLE_ROWS
from crm_ai.table.settlement import Settled, UnsettledError, settle
from crm_ai.table.spelled_numbers import CODE
from crm_ai.table.streams import Part, no_rows
from crm_ai.table.text_blocks import BLOCK, find_encoding, utf8_pieces, whole_rows
from crm_ai.table.written_rows import rows_as_written

FAR_HEADER = 1 << 26


@dataclass(frozen=True, slots=True)
class Piece:
    """Some whole rows of a text file.

    Parameters
    ----------
    data : bytes
        In UTF-8.
    first, last : bool
        Whether the file begins, or ends, with them.
    """

    data: bytes
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class TextStream:
    """A text file with separators, read block by block.

    Parameters
    ----------
    path : Path
        The file.
    found : Decoded
        How it is encoded.
    laid_out : LaidOut
        Where its cells are.
    settled : Settled
        How they are read, as the first block says.
    block : int
        Bytes that are read at a time.
    """

    path: Path
    found: Decoded
    laid_out: LaidOut
    settled: Settled
    block: int

    @property
    def source(self) -> str:
        """Name of the file."""
        return self.path.name

    @property
    def schema(self) -> Schema:
        """What each column of the file is."""
        return self.settled.schema

    @property
    def whole(self) -> frozenset[str]:
        """Columns of whole numbers."""
        return self.settled.whole

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be decided before the first row was read, in words."""
        return (*encoding_notes(self.found), *self.laid_out.layout.notes)

    def pieces(self) -> Iterator[tuple[Piece, float]]:
        """Go through the file from its beginning.

        Yields
        ------
        piece : Piece
            Whole rows.
        share : float
            How much of the file has been read with them.
        """
        done, size = 0, max(self.path.stat().st_size, 1)
        for piece in _pieces(self.path, self.found, self.laid_out, self.block):
            done += len(piece.data)
            yield piece, 1.0 if piece.last else min(done / size, 0.99)

    def part(self, piece: Piece) -> Part:
        """Read some rows.

        Parameters
        ----------
        piece : Piece
            The rows.

        Returns
        -------
        Part
            Their cells.
        """
        text = _prepared(self.laid_out, piece)
        # What stands below a table is looked for in texts.
        quoted = b'"' in piece.data
        typed = None if piece.last else self._typed(text, quoted=quoted)
        rows = typed or _rows(self.laid_out, text, self.source)
        table, below = drop_below(rows.table) if piece.last else (rows.table, ())
        whole = table.num_rows
        table, _note = drop_empty_rows(table)
        self._check_dropped(table)
        arrays: dict[str, Any] = {}
        unreadable: dict[str, int] = {}
        written: dict[str, Any] = {}
        for column in self.settled.schema:
            name, cells = column.name, table.column(column.name)
            numbers = self._plain_numbers(column, cells)
            if numbers is not None:
                arrays[name] = numbers
                if not self._loses_spelling(name, cells):
                    written[name] = cells
                continue
            arrays[name], lost = self._column(column, cells)
            if lost:
                unreadable[name] = lost
        left_out = rows.table.num_rows - whole if below else 0
        empty = whole - table.num_rows
        as_written = no_rows
        if typed is not None and self.laid_out.character == "," and not quoted and b"\r" not in piece.data:
            as_written = partial(rows_as_written, text, table, arrays, written, self.settled.schema)
        return Part(arrays, table.num_rows, unreadable, rows.short, rows.skipped, empty, left_out, written, as_written)

    def resettled(self, settled: Settled) -> TextStream:
        """Read the same file otherwise.

        Parameters
        ----------
        settled : Settled
            From an ``UnsettledError``.

        Returns
        -------
        TextStream
            To be read from its beginning.
        """
        return replace(self, settled=settled)

    def _typed(self, text: pa.Buffer, *, quoted: bool) -> Rows | None:
        """Read cells straight into the form they need, if all rows and cells are as the first ones were."""
        if not self.laid_out.character.isascii() or not text.size:
            return None
        names = self.laid_out.layout.names
        types = {column.name: self._type(column) for column in self.settled.schema}
        try:
            table = pyarrow.csv.read_csv(
                pa.BufferReader(text),
                read_options=pyarrow.csv.ReadOptions(
                    column_names=list(names), block_size=min(text.size + 1, LARGEST_BLOCK), use_threads=False
                ),
                parse_options=pyarrow.csv.ParseOptions(delimiter=self.laid_out.character, newlines_in_values=quoted),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types={name: types.get(name, pa.string()) for name in names},
                    strings_can_be_null=True,
                    null_values=[""],
                ),
            )
        except pa.ArrowInvalid:
            return None
        return Rows(table)

    def _type(self, column: Column) -> pa.DataType:
        return pa.dictionary(pa.int32(), pa.string()) if column.kind in LABELLED else pa.string()

    def _plain_numbers(self, column: Column, cells: pa.ChunkedArray) -> np.ndarray | None:
        """Numbers, if all cells are plainly spelled ones: with a decimal point, without signs of money."""
        name, settled = column.name, self.settled
        is_plain = settled.decimal_of_file != "," and settled.decimal.get(name) in (None, ".", "")
        if column.kind is not Kind.NUMBER or not is_plain or settled.measures.get(name):
            return None
        try:
            values = np.asarray(pc.cast(cells, pa.float64()).to_numpy())
        except pa.ArrowInvalid:
            return None
        if np.isfinite(values).sum() != len(values) - cells.null_count:
            return None
        if name in settled.whole:
            settled.check_whole(name, values)
            if _are_codes(cells):
                raise UnsettledError(settled.as_text(name))
        return values

    def _loses_spelling(self, name: str, cells: pa.ChunkedArray) -> bool:
        """Whether whole numbers are written with decimals, as they shall not be."""
        return name in self.settled.whole and bool(pc.any(pc.match_substring(cells, ".")).as_py())

    def _column(self, column: Column, cells: pa.ChunkedArray) -> tuple[Any, int]:
        name, kind = column.name, column.kind
        if kind in (Kind.TEXT, Kind.IDENTIFIER):
            return _texts(cells), 0
        return self.settled.shape(name, self.settled.cells(name, cells, declared=False))

    def _check_dropped(self, table: pa.Table) -> None:
        """Columns without a name that were empty in the first rows were left out; they may turn out to have cells."""
        if len(self.settled.schema) == len(self.laid_out.layout.names):
            return
        for name in self.laid_out.layout.names:
            if name not in self.settled.schema and table.column(name).null_count < table.num_rows:
                known = {column.name: column for column in self.settled.schema}
                known[name] = Column(name, Kind.TEXT, Role.IGNORED)
                columns = tuple(known[other] for other in self.laid_out.layout.names if other in known)
                raise UnsettledError(replace(self.settled, schema=Schema(columns)))


def open_text(path: Path, instructions: Instructions = AS_FOUND, *, block: int = BLOCK) -> TextStream | None:
    """Open a text file with separators.

    Parameters
    ----------
    path : Path
        The file.
    instructions : Instructions, optional
        What the user knows.
    block : int
        Bytes that are read at a time.

    Returns
    -------
    TextStream or None
        None if the first block holds no customer.

    Raises
    ------
    ReadError
        If this is no text, or there is no table in it.
    """
    source = path.name

    def opened() -> BinaryIO:
        return path.open("rb")

    found = find_encoding(opened, source=source, encoding=instructions.encoding, separator=instructions.separator)
    far = instructions.header is not None and instructions.header > SAMPLE_ROWS // 2
    head, least = b"", FAR_HEADER if far else block
    for piece in utf8_pieces(opened, found, source=source, size=block):
        head += piece
        if len(head) >= least:
            break
    laid_out = lay_out(head, source=source, instructions=instructions)
    first = next(_pieces(path, found, laid_out, max(block, least)), None)
    if first is None:
        return None
    rows = _rows(laid_out, _prepared(laid_out, first), source)
    table = drop_below(rows.table)[0] if first.last else rows.table
    table, _note = drop_empty_rows(table)
    if not table.num_rows:
        return None
    decimal = instructions.decimal or (decimal_mark(table) if laid_out.separator != "," else None)
    layout = laid_out.layout
    kept = [
        name
        for name, named in zip(layout.names, layout.named, strict=True)
        if named or table.column(name).null_count < table.num_rows
    ]
    columns = {name: table.column(name) for name in kept}
    settled = settle(columns, table.num_rows, decimal=decimal, day_first=instructions.day_first)
    return TextStream(path, found, laid_out, settled, max(block, least))


def _pieces(path: Path, found: Decoded, laid_out: LaidOut, block: int) -> Iterator[Piece]:
    pieces = utf8_pieces(lambda: path.open("rb"), found, source=path.name, size=block)
    if laid_out.old_mac:
        pieces = (piece.replace(b"\r", b"\n") for piece in pieces)
    separator = " " if laid_out.separator == "blank" else laid_out.separator
    waiting: Piece | None = None
    for rows in whole_rows(pieces, separator, source=path.name):
        if waiting is not None:
            yield waiting
        waiting = Piece(rows, waiting is None, last=False)
    if waiting is not None:
        yield replace(waiting, last=True)


def _prepared(laid_out: LaidOut, piece: Piece) -> pa.Buffer:
    text = pa.py_buffer(laid_out.text(piece.data, first=piece.first))
    return text[laid_out.start :] if piece.first else text


def _rows(laid_out: LaidOut, text: pa.Buffer, source: str) -> Rows:
    if not memoryview(text).tobytes().strip():
        return Rows(pa.table({name: pa.array([], pa.string()) for name in laid_out.layout.names}))
    return read_lines(text, laid_out.layout.names, laid_out.character, source)


def _are_codes(cells: pa.ChunkedArray) -> bool:
    """Whether some begin with a zero that a number would lose."""
    zero = pc.and_(pc.starts_with(cells, "0"), pc.greater(pc.binary_length(cells), 1))
    if not pc.any(zero).as_py():
        return False
    return bool(pc.any(pc.match_substring_regex(cells, CODE)).as_py())


def _texts(cells: pa.ChunkedArray) -> Any:
    """Texts as they are written, without those that say "missing"."""
    whole = cells.combine_chunks() if cells.num_chunks != 1 else cells.chunk(0)
    nothing = say_missing(pc.fill_null(whole, "x"))
    if nothing.any():
        whole = pc.if_else(pa.array(nothing), pa.scalar(None, whole.type), whole)
    return pd.array(pa.chunked_array([whole]), dtype="str")
