"""From a file to a table."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from crm_ai.errors import ReadError
from crm_ai.table.archives import Unpacked, gunzip, names_in_zip, unzip
from crm_ai.table.delimited import read_delimited
from crm_ai.table.instructions import Instructions
from crm_ai.table.table import Table
from crm_ai.words import _

LARGEST = 4 << 30
NESTED = 2  # a gzip inside a zip, no deeper
WEB_PAGE = (b"<!doctype", b"<html", b"<?xml", b"<table")
STRANGERS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"SQLite format 3": "SQLite",
    b"\x7fELF": "ELF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
}
STRANGERS_IN_ZIP = {
    "xl/workbook.bin": "Excel (.xlsb)",
    "word/document.xml": "Word",
    "ppt/presentation.xml": "PowerPoint",
    "content.xml": "OpenDocument",
}


def read_table(
    source: str | Path | bytes | BinaryIO,
    *,
    name: str = "",
    sheet: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    header: int | None = None,
    decimal: str | None = None,
    day_first: bool | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Table:
    r"""Read a file of customers: CSV and its relatives, Excel, Parquet or JSON, packed or not.

    What the file is follows from its content, not from its name. How it was understood is told in ``reading``, and can
    be overruled.

    Parameters
    ----------
    source : str, Path, bytes or binary file
        Where the file is, its content, or the file opened for reading.
    name : str, optional
        What to call it; by default the file's name.
    sheet : str, optional
        Sheet of a workbook; by default the one that holds the most cells.
    encoding : str, optional
        Encoding of a text file; by default it is found.
    separator : str, optional
        Character between the cells of a text file, or ``"blank"`` for runs of spaces; by default it is found.
    header : int, optional
        Row that holds the column names, the first row of the file being 1; 0 if there are no names. By default it is
        found.
    decimal : str, optional
        Decimal mark of numbers that are written as texts, ``"."`` or ``","``; by default it is found.
    day_first : bool, optional
        Whether 1/2/2024 is in February, in columns that do not tell; by default the rest of the file decides.
    progress : callable, optional
        Called now and then, in this thread, with a share between 0 and 1 and with what is being done, in words. What
        it raises ends the reading.

    Returns
    -------
    Table
        The customers, with a guessed schema. What the reader had to decide is told in ``reading.notes``.

    Raises
    ------
    ReadError
        If no table can be read; the message says why and what to do.

    Examples
    --------
    >>> table = read_table(b"name;spend\nAnn;1.234,50\nBob;88,00\n", name="june.csv")
    >>> table.frame["spend"].tolist()
    [1234.5, 88.0]
    >>> read_table(b"Ann;3\nBob;5\n", header=0).schema.names
    ('column 1', 'column 2')
    """
    _give_memory_back()
    data, name = _content(source, name)
    del source
    instructions = Instructions(sheet, encoding, separator, header, decimal, day_first, progress).checked(name)
    instructions.tell(0.0, _("Opening the file"))
    content = [data]
    del data
    try:
        table = _read(content, name, instructions, depth=0)
    except MemoryError as error:
        raise ReadError(
            _("This computer has not enough memory for the file."),
            where=name,
            next_step=_("Keep fewer columns or rows, or read it on a larger computer."),
        ) from error
    instructions.tell(1.0, _("Done"))
    return table


def _read(content: list[bytes], name: str, instructions: Instructions, depth: int) -> Table:
    """Find out what the file is; it is taken out of `content` by whoever reads it."""
    data = content[0]
    _check(data, name)
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        inside = names_in_zip(data)
        if "xl/workbook.xml" not in inside:
            _check_strangers(inside, name)
            _check_depth(depth, name)
            return _unpacked(unzip(data, name), name, instructions, depth)
    if data.startswith(b"\x1f\x8b"):
        _check_depth(depth, name)
        return _unpacked(gunzip(data, name), name, instructions, depth)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        from crm_ai.table.workbook import read_workbook

        return read_workbook(content.pop(), source=name, instructions=instructions)
    if data.startswith(b"PAR1"):
        from crm_ai.table.parquet_file import read_parquet

        del data
        return read_parquet(content, source=name, instructions=instructions)
    is_json = _is_json(data, name, instructions)
    del data
    if is_json:
        from crm_ai.table.json_records import read_json

        return read_json(content, source=name, instructions=instructions)
    return _read_text(content, name, instructions)


def _check(data: bytes, name: str) -> None:
    if not data:
        advice = _("Export it again, with at least one customer.")
        raise ReadError(_("The file is empty."), where=name, next_step=advice)
    if len(data) > LARGEST:
        raise ReadError(_("The file is too large."), where=name, next_step=_("Split it, or keep fewer columns."))
    for start, what in STRANGERS.items():
        if data.startswith(start):
            raise _stranger(what, name)


def _check_strangers(inside: tuple[str, ...], name: str) -> None:
    for part, what in STRANGERS_IN_ZIP.items():
        if part in inside:
            raise _stranger(what, name)


def _stranger(what: str, name: str) -> ReadError:
    return ReadError(
        _("This is a {what} file, not a table.").format(what=what),
        where=name,
        next_step=_("Export the table as CSV, Excel, Parquet or JSON."),
    )


def _start(data: bytes) -> bytes:
    return data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")


def _is_json(data: bytes, name: str, instructions: Instructions) -> bool:
    ending = Path(name).suffix.lower()
    if ending in (".json", ".jsonl", ".ndjson"):
        return True
    is_grid = instructions.separator is not None or instructions.header is not None or ending in (".csv", ".tsv")
    return _start(data)[:1] in (b"[", b"{") and not is_grid


def is_plain_text(head: bytes, name: str, instructions: Instructions) -> bool:
    """Whether a file is likely a text with separators, as far as its beginning tells.

    Parameters
    ----------
    head : bytes
        Its first bytes.
    name : str
        Its name.
    instructions : Instructions
        What the user knows.

    Returns
    -------
    bool
        False for workbooks, Parquet, JSON, web pages, packed files, and what is no table at all.
    """
    packed = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"PAR1", *STRANGERS)
    if not head or head.startswith(packed) or _start(head).lower().startswith(WEB_PAGE):
        return False
    if Path(name).suffix.lower() in (".xlsx", ".xls", ".xlsm", ".parquet"):
        return False
    return not _is_json(head, name, instructions)


def _read_text(content: list[bytes], name: str, instructions: Instructions) -> Table:
    if _start(content[0]).lower().startswith(WEB_PAGE):
        raise ReadError(
            _("This is a web page, not a table, whatever its name says."),
            where=name,
            next_step=_("Open it in Excel and save it as a workbook or as CSV."),
        )
    ending = Path(name).suffix.lower()
    if ending in (".xlsx", ".xls", ".xlsm", ".parquet"):
        raise ReadError(
            _("The name says {ending}, but the content is something else.").format(ending=ending),
            where=name,
            next_step=_("Export it again; if it is a text file, name it .csv."),
        )
    return read_delimited(content, source=name, instructions=instructions)


def _give_memory_back() -> None:
    """Let Arrow take its memory from where it is given back soonest, unless somebody has chosen otherwise.

    With the pool that Arrow takes by itself, reading a million rows of 19 columns needs a quarter more.
    """
    if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ and "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())


def _content(source: str | Path | bytes | BinaryIO, name: str) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, name or "table"
    if isinstance(source, bytearray | memoryview):
        return bytes(source), name or "table"
    if not isinstance(source, str | Path):
        return source.read(), name or Path(str(getattr(source, "name", "table"))).name
    path = Path(source)
    try:
        return path.read_bytes(), name or path.name
    except (OSError, ValueError) as error:
        what = _("There is no such file.") if not _exists(path) else _("The file cannot be opened.")
        raise ReadError(what, where=str(source), next_step=_("Check its name and that you may read it.")) from error


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _check_depth(depth: int, name: str) -> None:
    if depth >= NESTED:
        raise ReadError(
            _("There are archives within archives."), where=name, next_step=_("Unpack it and upload the file inside.")
        )


def _unpacked(inside: Unpacked, name: str, instructions: Instructions, depth: int) -> Table:
    told, tables, content, within = inside.notes, inside.tables, [inside.data], inside.name
    del inside
    table = _read(content, within, instructions, depth + 1)
    notes = (*told, *table.reading.notes)
    return replace(
        table, source=name, reading=replace(table.reading, notes=notes, tables=tables or table.reading.tables)
    )
