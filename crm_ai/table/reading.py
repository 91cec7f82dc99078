"""From a file to a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from crm_ai.errors import ReadError
from crm_ai.table.archives import Unpacked, gunzip, unzip
from crm_ai.table.assembly import assemble, check_width, unique_names
from crm_ai.table.cells import cells_of_array
from crm_ai.table.delimited import read_delimited
from crm_ai.table.table import Reading, Table
from crm_ai.words import _, count

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


def read_table(
    source: str | Path | bytes | BinaryIO,
    *,
    name: str = "",
    sheet: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
) -> Table:
    r"""Read a file of customers: CSV and its relatives, Excel, Parquet or JSON, packed or not.

    What the file is follows from its content, not from its name.

    Parameters
    ----------
    source : str, Path, bytes or binary file
        Where the file is, its content, or the file opened for reading.
    name : str, optional
        What to call it; by default the file's name.
    sheet : str, optional
        Sheet of a workbook; by default the one that holds the most cells.
    encoding, separator : str, optional
        Of a text file, if they are known; by default they are found.

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
    """
    data, name = _content(source, name)
    return _read(data, name, sheet, encoding, separator, depth=0)


def _read(data: bytes, name: str, sheet: str | None, encoding: str | None, separator: str | None, depth: int) -> Table:
    if not data:
        advice = _("Export it again, with at least one customer.")
        raise ReadError(_("The file is empty."), where=name, next_step=advice)
    if len(data) > LARGEST:
        raise ReadError(_("The file is too large."), where=name, next_step=_("Split it, or keep fewer columns."))
    for start, what in STRANGERS.items():
        if data.startswith(start):
            raise ReadError(
                _("This is a {what} file, not a table.").format(what=what),
                where=name,
                next_step=_("Export the table as CSV, Excel, Parquet or JSON."),
            )
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) and b"xl/workbook" not in data:
        return _unpacked(unzip(data, name), name, sheet, encoding, separator, depth)
    if data.startswith(b"\x1f\x8b"):
        return _unpacked(gunzip(data, name), name, sheet, encoding, separator, depth)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        from crm_ai.table.workbook import read_workbook

        return read_workbook(data, source=name, sheet=sheet)
    if data.startswith(b"PAR1"):
        return _read_parquet(data, name)
    return _read_text(data, name, encoding, separator)


def _read_text(data: bytes, name: str, encoding: str | None, separator: str | None) -> Table:
    ending = Path(name).suffix.lower()
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if ending in (".json", ".jsonl", ".ndjson") or (start in (b"[", b"{") and ending not in (".csv", ".tsv")):
        from crm_ai.table.json_records import read_json

        return read_json(data, source=name, encoding=encoding)
    if data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(WEB_PAGE):
        raise ReadError(
            _("This is a web page, not a table, whatever its name says."),
            where=name,
            next_step=_("Open it in Excel and save it as a workbook or as CSV."),
        )
    if ending in (".xlsx", ".xls", ".xlsm", ".parquet"):
        raise ReadError(
            _("The name says {ending}, but the content is something else.").format(ending=ending),
            where=name,
            next_step=_("Export it again; if it is a text file, name it .csv."),
        )
    return read_delimited(data, source=name, encoding=encoding, separator=separator)


def _content(source: str | Path | bytes | BinaryIO, name: str) -> tuple[bytes, str]:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source), name or "table"
    if not isinstance(source, str | Path):
        return source.read(), name or Path(str(getattr(source, "name", "table"))).name
    path = Path(source)
    try:
        return path.read_bytes(), name or path.name
    except (OSError, ValueError) as error:
        what = _("There is no such file.") if not path.exists() else _("The file cannot be opened.")
        raise ReadError(what, where=str(source), next_step=_("Check its name and that you may read it.")) from error


def _unpacked(
    inside: Unpacked, name: str, sheet: str | None, encoding: str | None, separator: str | None, depth: int
) -> Table:
    if depth >= NESTED:
        raise ReadError(
            _("There are archives within archives."), where=name, next_step=_("Unpack it and upload the file inside.")
        )
    table = _read(inside.data, inside.name, sheet, encoding, separator, depth + 1)
    return replace(table, source=name, reading=replace(table.reading, notes=inside.notes + table.reading.notes))


def _read_parquet(data: bytes, name: str) -> Table:
    import pyarrow.parquet

    try:
        content = pyarrow.parquet.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ReadError(
            _("This Parquet file is damaged or incomplete."), where=name, next_step=_("Export or download it again.")
        ) from error
    kept = [place for place, column in enumerate(content.column_names) if not column.startswith("__index_level_")]
    names, notes = unique_names([content.column_names[place] for place in kept])
    check_width(len(names), name)
    if len(kept) < content.num_columns:
        notes.append(_("{n} index columns were left out.").format(n=count(content.num_columns - len(kept))))
    columns = {column: cells_of_array(content.column(place)) for column, place in zip(names, kept, strict=True)}
    return assemble(columns, content.num_rows, source=name, reading=Reading("parquet", notes=tuple(notes)))
