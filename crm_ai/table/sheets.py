"""Sheets of a workbook as rows of cells."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from crm_ai.errors import ReadError
from crm_ai.table.archives import check_size
from crm_ai.words import _

MOST_ROWS = 1_048_576
MOST_CELLS = 60_000_000
TELL_EVERY = 5000
XML_HEAD = 1 << 16
# A workbook's parts declare nothing; what does wants to blow up the reader.
DECLARES = re.compile(rb"<\0?!\0?(D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)")

Row: TypeAlias = tuple[Any, ...]
Grid: TypeAlias = list[Row]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet.

    Parameters
    ----------
    name : str
        What the user calls it.
    rows : callable
        Gives its rows from the top, blank ones included.
    path : str
        Its part of an .xlsx file; empty for .xls.
    """

    name: str
    rows: Callable[[], Iterator[Row]]
    path: str = ""


def open_sheets(data: bytes, source: str) -> list[Sheet]:
    """Open a workbook.

    Parameters
    ----------
    data : bytes
        The file.
    source : str
        Its name.

    Returns
    -------
    list of Sheet
        Its sheets of cells, in order.

    Raises
    ------
    ReadError
        If it is damaged, protected, or would fill the memory.
    """
    try:
        if data[:2] != b"PK":
            return _sheets_of_xls(data)
        _check_parts(data, source)
        return _sheets_of_xlsx(data)
    except (ReadError, MemoryError):
        raise
    except Exception as error:  # the libraries raise whatever a damaged file trips over
        raise _damaged(source) from error


def read_grid(sheet: Sheet, source: str, tell: Callable[[], None]) -> Grid:
    """Read the rows of a sheet, without the empty ones at the end, which spreadsheets keep by the thousand.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    source : str
        Name of the file.
    tell : callable
        Called now and then.

    Returns
    -------
    list of tuple
        Rows; a blank row is an empty tuple.

    Raises
    ------
    ReadError
        If the sheet is damaged or too large.
    """
    kept: Grid = []
    blank, cells = 0, 0
    for place, row in enumerate(_guarded(sheet, source)):
        if place % TELL_EVERY == 0:
            tell()
        filled = _trimmed(row)
        if not filled:
            blank += 1
            if blank > MOST_ROWS:
                break
            continue
        cells += len(filled)
        if cells > MOST_CELLS or len(kept) + blank > MOST_ROWS:
            raise ReadError(
                _("The sheet “{sheet}” is too large.").format(sheet=sheet.name),
                where=source,
                next_step=_("Export it as CSV, or delete what stands far below or far to the right of the table."),
            )
        kept.extend([()] * blank)
        kept.append(filled)
        blank = 0
    return kept


def _guarded(sheet: Sheet, source: str) -> Iterator[Row]:
    """Rows, with whatever the library trips over turned into words; what the caller raises passes."""
    try:
        rows = sheet.rows()
    except MemoryError:
        raise
    except Exception as error:
        raise _damaged(source) from error
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except (ReadError, MemoryError):
            raise
        except Exception as error:
            raise _damaged(source) from error
        yield row


def _trimmed(row: Row) -> Row:
    end = len(row)
    while end and (row[end - 1] is None or row[end - 1] == ""):
        end -= 1
    return row[:end]


def _damaged(source: str) -> ReadError:
    return ReadError(
        _("This Excel file cannot be opened: it is damaged, or protected by a password."),
        where=source,
        next_step=_("Open it in Excel, save it without a password, and try again."),
    )


def _check_parts(data: bytes, source: str) -> None:
    """Refuse parts that are too large when unpacked, or that declare something."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        check_size(sum(part.file_size for part in parts), sum(part.compress_size for part in parts), source)
        for part in parts:
            check_size(part.file_size, part.compress_size, source)
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as opened:
                    if DECLARES.search(opened.read(XML_HEAD)):
                        raise _damaged(source)


def _sheets_of_xlsx(data: bytes) -> list[Sheet]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)

    def rows(sheet: Any) -> Callable[[], Iterator[Row]]:
        def read() -> Iterator[Row]:
            sheet.reset_dimensions()
            return iter(sheet.iter_rows(values_only=True))

        return read

    return [Sheet(sheet.title, rows(sheet), sheet._worksheet_path) for sheet in book.worksheets]


def _sheets_of_xls(data: bytes) -> list[Sheet]:
    import xlrd

    book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO())

    def plain(cell: Any) -> Any:
        if cell.ctype == xlrd.XL_CELL_DATE:
            try:
                return xlrd.xldate_as_datetime(cell.value, book.datemode)
            except (xlrd.xldate.XLDateError, ValueError, OverflowError):
                return cell.value
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(cell.value, "#N/A")
        return None if cell.value == "" else cell.value

    def rows(sheet: Any) -> Callable[[], Iterator[Row]]:
        return lambda: (tuple(map(plain, sheet.row(place))) for place in range(sheet.nrows))

    return [Sheet(sheet.name, rows(sheet)) for sheet in book.sheets()]
