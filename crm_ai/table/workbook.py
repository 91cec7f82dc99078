"""Excel workbooks, new (.xlsx) and old (.xls)."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from crm_ai.errors import ReadError
from crm_ai.table.assembly import assemble, check_width
from crm_ai.table.cells import Cells, cells_of_values, text_of
from crm_ai.table.grid import note_left_out
from crm_ai.table.layout import Layout, find_layout, is_total
from crm_ai.table.table import Reading, Table
from crm_ai.words import _

LARGEST_UNPACKED = 4 << 30
MOST_ROWS = 1_048_576
HEAD_ROWS = 200

Grid = list[tuple[Any, ...]]


def read_workbook(data: bytes, *, source: str, sheet: str | None = None) -> Table:
    """Read the table of an Excel workbook.

    Parameters
    ----------
    data : bytes
        The file.
    source : str
        Its name.
    sheet : str, optional
        Which sheet; by default the one with the most cells.

    Returns
    -------
    Table
        The table.

    Raises
    ------
    ReadError
        If it is no workbook, is protected, or there is no such sheet.
    """
    open_sheets = _sheets_of_xlsx if data[:2] == b"PK" else _sheets_of_xls
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names, grids = open_sheets(data, sheet)
    except ReadError:
        raise
    except Exception as error:  # the libraries raise whatever a damaged file trips over
        raise ReadError(
            _("This Excel file cannot be opened: it is damaged, or protected by a password."),
            where=source,
            next_step=_("Open it in Excel, save it without a password, and try again."),
        ) from error
    if sheet is not None and sheet not in names:
        raise ReadError(
            _("There is no sheet “{sheet}”.").format(sheet=sheet),
            where=source,
            next_step=_("Choose one of: {names}.").format(names=", ".join(names)),
        )
    chosen = sheet if sheet is not None else max(grids, key=lambda name: _cells_in_table(grids[name]))
    columns, rows, notes = _columns(grids[chosen], source)
    if len(names) > 1 and sheet is None:
        others = ", ".join(name for name in names if name != chosen)
        note = _("Read from sheet “{sheet}”; the workbook also has: {others}.")
        notes = (note.format(sheet=chosen, others=others), *notes)
    reading = Reading("excel", sheet=chosen, sheets=tuple(names), notes=notes)
    return assemble(columns, rows, source=source, reading=reading)


def _sheets_of_xlsx(data: bytes, only: str | None) -> tuple[list[str], dict[str, Grid]]:
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
            raise ReadError(_("The workbook is too large when unpacked."), next_step=_("Export the sheet as CSV."))
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    grids = {}
    for sheet in book.worksheets:
        if only in (None, sheet.title):
            sheet.reset_dimensions()
            grids[sheet.title] = _trimmed(sheet.iter_rows(values_only=True))
    return [sheet.title for sheet in book.worksheets], grids


def _sheets_of_xls(data: bytes, only: str | None) -> tuple[list[str], dict[str, Grid]]:
    import xlrd

    book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO())

    def cell(cell: xlrd.sheet.Cell) -> Any:
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

    grids = {
        sheet.name: _trimmed(tuple(map(cell, sheet.row(place))) for place in range(sheet.nrows))
        for sheet in book.sheets()
        if only in (None, sheet.name)
    }
    return book.sheet_names(), grids


def _trimmed(rows: Iterator[tuple[Any, ...]]) -> Grid:
    """Rows without the empty ones at the end, which spreadsheets keep by the thousand."""
    kept: Grid = []
    blank = 0
    for row in rows:
        if all(cell is None or cell == "" for cell in row):
            blank += 1
            if blank > MOST_ROWS:
                break
            continue
        kept.extend([()] * blank)
        kept.append(row)
        blank = 0
    return kept


def _cells_in_table(grid: Grid) -> int:
    return sum(cell is not None for row in grid for cell in row) if len(grid) > 1 else 0


def _columns(grid: Grid, source: str) -> tuple[dict[str, Cells], int, tuple[str, ...]]:
    if not grid:
        raise ReadError(
            _("The sheet is empty."), where=source, next_step=_("Choose another sheet, or export the table again.")
        )
    head = [[_header_text(cell) for cell in row] for row in grid[:HEAD_ROWS]]
    layout = find_layout([row or [""] for row in head])
    body = [row for row in grid[layout.first :] if row]
    width = max([len(layout.names), *map(len, body)])
    check_width(width, source)
    layout = _widened(layout, width)
    notes = list(layout.notes)
    if len(body) >= 3 and is_total([None if cell is None else str(cell) for cell in body[-1]]):
        body = body[:-1]
        notes.append(_("The last row is a total and was left out."))
    return _filled_columns(layout, body, notes)


def _filled_columns(layout: Layout, body: Grid, notes: list[str]) -> tuple[dict[str, Cells], int, tuple[str, ...]]:
    columns: dict[str, Cells] = {}
    left_out = 0
    for place, (name, named) in enumerate(zip(layout.names, layout.named, strict=True)):
        values = [row[place] if place < len(row) else None for row in body]
        if not named and all(value is None or value == "" for value in values):
            left_out += 1
            continue
        columns[name] = cells_of_values(values)
    if left_out:
        notes.append(note_left_out(left_out))
    return columns, len(body), tuple(notes)


def _widened(layout: Layout, width: int) -> Layout:
    missing = range(len(layout.names), width)
    names = layout.names + tuple(f"column {place + 1}" for place in missing)
    return Layout(names, layout.named + (False,) * len(missing), layout.first, layout.notes)


def _header_text(cell: Any) -> str:
    return "" if cell is None else text_of(cell)
