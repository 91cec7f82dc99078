"""Text files with separators: CSV and its relatives."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from crm_ai.errors import ReadError
from crm_ai.table.assembly import MOST_COLUMNS, assemble, check_width, placed
from crm_ai.table.cells import Cells, cells_of_array
from crm_ai.table.decoding import Decoded, decode
from crm_ai.table.grid import drop_below, drop_empty_nameless, drop_empty_rows
from crm_ai.table.instructions import AS_FOUND, BLANK, Instructions
from crm_ai.table.layout import Layout, find_layout
from crm_ai.table.lines import Rows, long_cells, read_lines, unparsable
from crm_ai.table.separators import SAMPLE_ROWS, blanks_to_tabs, find_separator, sample
from crm_ai.table.side_by_side import side_by_side
from crm_ai.table.spelled_numbers import decimal_votes
from crm_ai.table.table import Reading, Table
from crm_ai.words import _, count

SAMPLE_BYTES = 1 << 18
SAMPLE_BYTES_FAR_HEADER = 1 << 26
LONGEST_FIRST_LINE = 1 << 22


def read_delimited(content: list[bytes], *, source: str, instructions: Instructions = AS_FOUND) -> Table:
    """Read a text file with separators.

    Parameters
    ----------
    content : list of one bytes
        The file. It is taken out of the list, so that its memory can be used again.
    source : str
        Its name.
    instructions : Instructions, optional
        What the user knows.

    Returns
    -------
    Table
        The table.

    Raises
    ------
    ReadError
        If it is no text, or there is no table in it.
    """
    instructions.tell(0.02, _("Finding out how the letters are encoded"))
    decoded = decode(content.pop(), source=source, encoding=instructions.encoding, separator=instructions.separator)
    encoding, notes = decoded.encoding, encoding_notes(decoded)
    text = decoded.data
    del decoded
    found = lay_out(text, source=source, instructions=instructions)
    text, layout, separator = found.text(text), found.layout, found.separator
    instructions.tell(0.08, _("Cutting the lines into cells"))
    rows = _read(text, found.start, layout, found.character, source)
    rows_before = int(found.hinted)
    del text, found
    rows, layout = _cleared(rows, layout)
    decimal = instructions.decimal or (decimal_mark(rows.table) if separator != "," else None)
    unused = instructions.unused(text=True, grid=True, workbook=False)
    reading = Reading(
        "csv", encoding=encoding, separator=separator, notes=(*notes, *layout.notes, *rows.notes, *unused),
        header=layout.header + rows_before if layout.header else 0, decimal=decimal or ".",
    )  # fmt: skip
    n, names, arrays = rows.table.num_rows, rows.table.column_names, rows.table.columns
    del rows
    pa.default_memory_pool().release_unused()
    columns = _columns(names, arrays, decimal, instructions)
    return assemble(columns, n, source=source, reading=reading, decimal=decimal, instructions=instructions)


@dataclass(frozen=True, slots=True)
class LaidOut:
    """Where the cells of a text file are.

    Parameters
    ----------
    layout : Layout
        Names of the columns.
    separator : str
        What separates the cells; ``"blank"`` for runs of spaces.
    start : int
        Byte of the prepared text at which the first customer begins.
    hinted : bool
        Whether the file begins with a line that tells the separator.
    old_mac : bool
        Whether lines end as on old Macs.
    """

    layout: Layout
    separator: str
    start: int
    hinted: bool
    old_mac: bool

    @property
    def character(self) -> str:
        """The one character that separates the cells of the prepared text."""
        return "\t" if self.separator == BLANK else self.separator

    def text(self, text: bytes, *, first: bool = True) -> bytes:
        """Prepare some whole rows of the file.

        Parameters
        ----------
        text : bytes
            In UTF-8.
        first : bool, default True
            Whether the file begins here.

        Returns
        -------
        bytes
            With usual line ends, separated by one character, without the line that tells it.
        """
        text = text.replace(b"\r", b"\n") if self.old_mac else text
        text = _hinted(text)[0] if first and self.hinted else text
        return blanks_to_tabs(text) if self.separator == BLANK else text


def lay_out(data: bytes, *, source: str, instructions: Instructions = AS_FOUND) -> LaidOut:
    """Find separator and header in the first rows of a text file.

    Parameters
    ----------
    data : bytes
        The file in UTF-8, or its beginning.
    source : str
        Its name, for messages.
    instructions : Instructions, optional
        What the user knows.

    Returns
    -------
    LaidOut
        Where the cells are.

    Raises
    ------
    ReadError
        If there is no table in it.
    """
    old_mac = b"\r" in data and b"\n" not in data
    text, hint = _hinted(data)
    if _is_blank(text, 0):
        advice = _("Export it again, with at least one customer.")
        raise ReadError(_("The file is empty."), where=source, next_step=advice)
    header = instructions.header
    if header and hint:
        header = max(1, header - 1)
    _check_first_line(text, source)
    head = _head(text, header)
    separator = instructions.separator or hint or find_separator(head)
    if separator == BLANK:
        text = blanks_to_tabs(text)
        head = _head(text, header)
    character = "\t" if separator == BLANK else separator
    sampled = list(_rows_with_ends(head, character, source, header))
    rows_of_sample = [row for row, _end in sampled]
    layout = placed(partial(find_layout, rows_of_sample, header=header), source)
    check_width(len(layout.names), source)
    start = sampled[layout.first - 1][1] if layout.first else 0
    return LaidOut(layout, separator, start, bool(hint), old_mac)


def _cleared(rows: Rows, layout: Layout) -> tuple[Rows, Layout]:
    """Leave out what is no customer."""
    table, below = drop_below(rows.table)
    table, empty = drop_empty_rows(table)
    table, emptied = drop_empty_nameless(table, layout)
    return Rows(table, (*rows.notes, *below, *empty, *emptied)), layout


def _columns(names: list[str], arrays: list[Any], decimal: str | None, instructions: Instructions) -> dict[str, Cells]:
    """Take up each column, letting go of its texts."""

    def take(place: int) -> Callable[[], Cells]:
        def work() -> Cells:
            array, arrays[place] = arrays[place], None
            return cells_of_array(array, plain=decimal != ",")

        return work

    columns: dict[str, Cells] = {}
    made = side_by_side([take(place) for place in range(len(names))])
    with closing(made):
        for place, name in enumerate(names):
            instructions.tell(0.2 + 0.3 * place / len(names), _("Reading column “{name}”").format(name=name))
            columns[name] = next(made)
    return columns


def _hinted(text: bytes) -> tuple[bytes, str]:
    """Take off the line by which Excel announces the separator; mend the line ends of old Macs."""
    if b"\r" in text and b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    if text[:4].lower() == b"sep=" and text[5:6] in (b"\n", b"\r"):
        end = 7 if text[5:7] == b"\r\n" else 6
        return text[end:], text[4:5].decode("ascii", "replace")
    return text, ""


def _is_blank(text: bytes, start: int) -> bool:
    return not text[start : start + 1000].strip() and not text[start:].strip()


def _check_first_line(text: bytes, source: str) -> None:
    if len(text) > LONGEST_FIRST_LINE and b"\n" not in text[:LONGEST_FIRST_LINE]:
        raise ReadError(
            _("The first line is far too long to hold the names of columns; at most {most} can be read.").format(
                most=count(MOST_COLUMNS)
            ),
            where=source,
            next_step=_("Check that the file is a table with one customer a line, and export it again."),
        )


def _head(text: bytes, header: int | None) -> str:
    size = SAMPLE_BYTES_FAR_HEADER if header and header > SAMPLE_ROWS // 2 else SAMPLE_BYTES
    head = text[: size if b"\n" in text[:size] else LONGEST_FIRST_LINE]
    if len(text) > len(head):
        head = head[: head.rindex(b"\n") + 1]
    return head.decode("utf-8", "ignore")


def _rows_with_ends(head: str, separator: str, source: str, header: int | None) -> Iterator[tuple[list[str], int]]:
    """Rows of the sample, each with the byte where it ends."""
    end, rows = 0, 0

    def lines() -> Iterator[str]:
        nonlocal end
        for line in io.StringIO(head, newline=""):
            end += len(line.encode("utf-8"))
            yield line

    try:
        with long_cells():
            for row in sample(csv.reader(lines(), delimiter=separator), max(SAMPLE_ROWS, (header or 0) + 50)):
                rows += 1
                yield row, end
    except (csv.Error, TypeError) as error:
        if not rows:
            raise unparsable(source) from error


def _read(text: bytes, start: int, layout: Layout, separator: str, source: str) -> Rows:
    if _is_blank(text, start):
        return Rows(pa.table({name: pa.array([], pa.string()) for name in layout.names}))
    return read_lines(pa.py_buffer(text)[start:], layout.names, separator, source)


def decimal_mark(table: pa.Table) -> str | None:
    """Decimal mark of the whole file, where some numbers are certain and none contradicts.

    Parameters
    ----------
    table : pyarrow.Table
        Cells as texts, or the first of them.

    Returns
    -------
    str or None
        A comma; None if it may be a point.
    """
    if not table.num_rows:
        return None
    votes = [decimal_votes(column.slice(0, 10 * SAMPLE_ROWS).combine_chunks()) for column in table.columns]
    point, comma = any(vote[0] for vote in votes), any(vote[1] for vote in votes)
    return "," if comma and not point else None


def encoding_notes(decoded: Decoded) -> tuple[str, ...]:
    """Say what had to be guessed, and what is damaged.

    Parameters
    ----------
    decoded : Decoded
        How a file is encoded.

    Returns
    -------
    tuple of str
        Sentences.
    """
    notes = []
    if decoded.guessed:
        sentence = _("The file does not say how its letters are encoded; it was read as {name}.")
        notes.append(sentence.format(name=decoded.encoding.upper()))
    if decoded.damaged:
        sentence = _("{n} letters are damaged and were replaced by a question mark (�).")
        notes.append(sentence.format(n=count(decoded.damaged)))
    return tuple(notes)
