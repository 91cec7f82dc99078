"""Text files with separators: CSV and its relatives."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv

from crm_ai.errors import ReadError
from crm_ai.table.assembly import assemble, check_width
from crm_ai.table.cells import cells_of_array
from crm_ai.table.decoding import decode
from crm_ai.table.grid import drop_empty_nameless, drop_total
from crm_ai.table.layout import Layout, find_layout
from crm_ai.table.spelled_numbers import decimal_votes
from crm_ai.table.table import Reading, Table
from crm_ai.words import _, count

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_BYTES = 1 << 18
SAMPLE_ROWS = 200
BLOCK = 8 << 20
MOST_BAD = 0.5


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that fit the header, and what happened to the others.

    Parameters
    ----------
    table : pyarrow.Table
        All cells as texts.
    notes : tuple of str
        What was repaired or left out.
    """

    table: pa.Table
    notes: tuple[str, ...] = ()


def read_delimited(data: bytes, *, source: str, encoding: str | None = None, separator: str | None = None) -> Table:
    """Read a text file with separators.

    Parameters
    ----------
    data : bytes
        The file.
    source : str
        Its name.
    encoding, separator : str, optional
        If the user knows them; by default they are found.

    Returns
    -------
    Table
        The table.

    Raises
    ------
    ReadError
        If it is no text, or there is no table in it.
    """
    decoded = decode(data, source=source, encoding=encoding)
    text, hint = _hinted(decoded.data)
    if _is_blank(text, 0):
        advice = _("Export it again, with at least one customer.")
        raise ReadError(_("The file is empty."), where=source, next_step=advice)
    head = _head(text)
    separator = separator or hint or find_separator(head)
    sampled = list(_rows_with_ends(head, separator, source))
    layout = find_layout([row for row, _end in sampled])
    check_width(len(layout.names), source)
    start = sampled[layout.first - 1][1] if layout.first else 0
    rows = _read(text, start, layout, separator, source)
    table, total = drop_total(rows.table)
    table, emptied = drop_empty_nameless(table, layout)
    notes = (*_encoding_note(decoded.encoding, decoded.guessed), *layout.notes, *rows.notes, *total, *emptied)
    decimal = _decimal(table) if separator != "," else None
    columns = {name: cells_of_array(table[name], plain=decimal != ",") for name in table.column_names}
    reading = Reading("csv", encoding=decoded.encoding, separator=separator, notes=notes)
    return assemble(columns, table.num_rows, source=source, reading=reading, decimal=decimal)


def find_separator(head: str) -> str:
    r"""Find the separator that cuts the most of the first lines into the same number of cells.

    Parameters
    ----------
    head : str
        The first lines.

    Returns
    -------
    str
        A comma if no separator fits.

    Examples
    --------
    >>> find_separator("name;spend\nA;1,5\nB;2,5\n")
    ';'
    """
    scores = {separator: _evenness(head, separator) for separator in SEPARATORS}
    best = max(SEPARATORS, key=lambda separator: scores[separator])
    return best if scores[best] > (0, 0) else ","


def _evenness(head: str, separator: str) -> tuple[float, int]:
    try:
        widths = [len(row) for row in _sample(csv.reader(io.StringIO(head, newline=""), delimiter=separator)) if row]
    except csv.Error:
        return 0, 0
    cut = Counter(width for width in widths if width > 1)
    if not cut:
        return 0, 0
    width, n = max(cut.items(), key=lambda item: (item[1] * item[0] ** 0.5, item[0]))
    return round(n / len(widths), 1), width


def _sample(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    for _place, row in zip(range(SAMPLE_ROWS), reader, strict=False):
        yield row


def _hinted(text: bytes) -> tuple[bytes, str]:
    """Take off the line by which Excel announces the separator; mend the line ends of old Macs."""
    if b"\n" not in text and b"\r" in text:
        text = text.replace(b"\r", b"\n")
    if text[:4].lower() == b"sep=" and text[5:6] in (b"\n", b"\r"):
        return text[5:].lstrip(b"\r\n"), text[4:5].decode("ascii", "replace")
    return text, ""


def _is_blank(text: bytes, start: int) -> bool:
    return not text[start : start + 1000].strip() and not text[start:].strip()


def _head(text: bytes) -> str:
    head = text[:SAMPLE_BYTES]
    if len(text) > SAMPLE_BYTES and b"\n" in head:
        head = head[: head.rindex(b"\n") + 1]
    return head.decode("utf-8", "ignore")


def _rows_with_ends(head: str, separator: str, source: str) -> Iterator[tuple[list[str], int]]:
    """Rows of the sample, each with the byte where it ends."""
    end = 0

    def lines() -> Iterator[str]:
        nonlocal end
        for line in io.StringIO(head, newline=""):
            end += len(line.encode("utf-8"))
            yield line

    try:
        for row in _sample(csv.reader(lines(), delimiter=separator)):
            yield row, end
    except (csv.Error, TypeError) as error:
        raise _unparsable(source) from error


def _unparsable(source: str) -> ReadError:
    return ReadError(
        _("The cells of this file cannot be told apart."),
        where=source,
        next_step=_("Export it as CSV with commas, texts in double quotes, or as Excel."),
    )


def _read(text: bytes, start: int, layout: Layout, separator: str, source: str) -> Rows:
    bad: list[int] = []

    def remember(row: pyarrow.csv.InvalidRow) -> str:
        bad.append(row.actual_columns)
        return "skip"

    names = list(layout.names)
    if _is_blank(text, start):
        return Rows(pa.table({name: pa.array([], pa.string()) for name in names}))
    options = {
        "parse_options": pyarrow.csv.ParseOptions(
            delimiter=separator, newlines_in_values=b'"' in text, invalid_row_handler=remember
        ),
        "convert_options": pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    }
    for block in (BLOCK, min(len(text) + 1, 2**31 - 1)):
        bad.clear()
        read_options = pyarrow.csv.ReadOptions(column_names=names, block_size=block)
        try:
            table = pyarrow.csv.read_csv(
                pa.BufferReader(pa.py_buffer(text)[start:]), read_options=read_options, **options
            )
        except pa.ArrowInvalid:
            continue
        return Rows(table) if not bad else _carefully(text, start, layout, separator, source)
    return _carefully(text, start, layout, separator, source)


def _carefully(text: bytes, start: int, layout: Layout, separator: str, source: str) -> Rows:
    """Read row by row: fill up short rows, leave out rows that are too long to be understood."""
    width, kept, short, skipped = len(layout.names), [], 0, 0
    try:
        for row in csv.reader(io.StringIO(text[start:].decode("utf-8", "replace"), newline=""), delimiter=separator):
            if not row:
                continue
            extra = row[width:]
            if any(cell.strip() for cell in extra):
                skipped += 1
                continue
            short += len(row) < width
            kept.append([cell or None for cell in row[:width]] + [None] * (width - len(row)))
    except csv.Error as error:
        raise _unparsable(source) from error
    if skipped > MOST_BAD * (len(kept) + skipped):
        raise _unparsable(source)
    told = (
        (short, _("{n} rows are shorter than the header; the cells that are not there count as missing.")),
        (skipped, _("{n} rows have more cells than the header and were left out.")),
    )
    notes = [sentence.format(n=count(n)) for n, sentence in told if n]
    cells = zip(*kept, strict=True) if kept else [()] * width
    arrays = [pa.array(column, pa.string()) for column in cells]
    return Rows(pa.Table.from_arrays(arrays, names=list(layout.names)), tuple(notes))


def _decimal(table: pa.Table) -> str | None:
    """Decimal mark of the whole file, where some numbers are certain and none contradicts."""
    votes = [decimal_votes(column.slice(0, 10 * SAMPLE_ROWS).combine_chunks()) for column in table.columns]
    point, comma = any(vote[0] for vote in votes), any(vote[1] for vote in votes)
    return "," if comma and not point else None


def _encoding_note(encoding: str, guessed: bool) -> tuple[str, ...]:
    if not guessed:
        return ()
    sentence = _("The file does not say how its letters are encoded; it was read as {name}.")
    return (sentence.format(name=encoding.upper()),)
