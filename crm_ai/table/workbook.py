"""Excel workbooks, new (.xlsx) and old (.xls)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from crm_ai.errors import ReadError
from crm_ai.table.assembly import assemble, check_width, placed
from crm_ai.table.cells import Cells, cells_of_values, text_of
from crm_ai.table.grid import MOST_FOOTERS, note_empty_rows, note_left_out, rows_below
from crm_ai.table.instructions import AS_FOUND, Instructions
from crm_ai.table.layout import Layout, find_layout
from crm_ai.table.merged_cells import filled_right, merged_in_xls, merged_in_xlsx
from crm_ai.table.sheets import Grid, Sheet, open_sheets, read_grid
from crm_ai.table.table import Reading, Table
from crm_ai.words import _

HEAD_ROWS = 200


def read_workbook(data: bytes, *, source: str, instructions: Instructions = AS_FOUND) -> Table:
    """Read the table of an Excel workbook.

    Parameters
    ----------
    data : bytes
        The file.
    source : str
        Its name.
    instructions : Instructions, optional
        What the user knows; the sheet is by default the one with the most cells.

    Returns
    -------
    Table
        The table.

    Raises
    ------
    ReadError
        If it is no workbook, is protected, or there is no such sheet.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheets = open_sheets(data, source)
        wanted = _wanted(sheets, instructions.sheet, source)
        grids = {}
        for place, sheet in enumerate(wanted):
            share = 0.02 + 0.4 * place / len(wanted)
            grids[sheet.name] = read_grid(sheet, source, _telling(instructions, share, sheet.name))
    sizes = {name: _cells_in_table(grid) for name, grid in grids.items()}
    chosen = max(wanted, key=lambda sheet: sizes[sheet.name])
    grid = grids.pop(chosen.name)
    grids.clear()
    columns, rows, layout, notes = _columns(grid, source, instructions, lambda: _merged(data, chosen))
    del grid
    names = tuple(sheet.name for sheet in sheets)
    if len(names) > 1 and instructions.sheet is None:
        others = _(", ").join(name for name in names if name != chosen.name)
        note = _("Read from sheet “{sheet}”; the workbook also has: {others}.")
        notes = (note.format(sheet=chosen.name, others=others), *notes)
    notes = (*notes, *instructions.unused(text=False, grid=True, workbook=True))
    reading = Reading("excel", sheet=chosen.name, sheets=names, notes=notes, header=layout.header)
    return assemble(
        columns, rows, source=source, reading=reading, decimal=instructions.decimal, instructions=instructions
    )


def _wanted(sheets: Sequence[Sheet], name: str | None, source: str) -> list[Sheet]:
    wanted = [sheet for sheet in sheets if name in (None, sheet.name)]
    if wanted:
        return wanted
    if not sheets:
        raise ReadError(
            _("There is no sheet of cells in this workbook."),
            where=source,
            next_step=_("Put the table into a sheet, and save it again."),
        )
    raise ReadError(
        _("There is no sheet “{sheet}”.").format(sheet=name),
        where=source,
        next_step=_("Choose one of: {names}.").format(names=_(", ").join(sheet.name for sheet in sheets)),
    )


def _telling(instructions: Instructions, share: float, name: str) -> Callable[[], None]:
    what = _("Reading sheet “{sheet}”").format(sheet=name)
    return lambda: instructions.tell(share, what)


def _merged(data: bytes, sheet: Sheet) -> list[tuple[int, int, int]]:
    return merged_in_xlsx(data, sheet.path) if sheet.path else merged_in_xls(data, sheet.name)


def _cells_in_table(grid: Grid) -> int:
    return sum(cell is not None for row in grid for cell in row) if len(grid) > 1 else 0


def _columns(
    grid: Grid, source: str, instructions: Instructions, merged: Callable[[], list[tuple[int, int, int]]]
) -> tuple[dict[str, Cells], int, Layout, tuple[str, ...]]:
    if not grid:
        raise ReadError(
            _("The sheet is empty."), where=source, next_step=_("Choose another sheet, or export the table again.")
        )
    known = instructions.header
    head = [[_text(cell) for cell in row] or [""] for row in grid[: max(HEAD_ROWS, (known or 0) + 50)]]
    layout = placed(
        lambda: find_layout(head, header=known, merged=lambda row: filled_right(head[row], row, merged)), source
    )
    body = [row for row in grid[layout.first :] if row]
    blank = len(grid) - layout.first - len(body)
    check_width(max([len(layout.names), *map(len, body)]), source)
    layout = _widened(layout, max([len(layout.names), *map(len, body)]))
    width = len(layout.names)
    tail = [[_text(cell) for cell in row] + [""] * (width - len(row)) for row in body[-MOST_FOOTERS:]]
    below, told = rows_below(tail, len(body))
    body = body[: len(body) - below]
    notes = [*layout.notes, *told, *([note_empty_rows(blank)] if blank and not below else [])]
    columns = _filled_columns(layout, body, notes, instructions)
    return columns, len(body), layout, tuple(notes)


def _filled_columns(layout: Layout, body: Grid, notes: list[str], instructions: Instructions) -> dict[str, Cells]:
    columns: dict[str, Cells] = {}
    left_out = 0
    for place, (name, named) in enumerate(zip(layout.names, layout.named, strict=True)):
        what = _("Reading column “{name}”").format(name=name)
        instructions.tell(0.42 + 0.08 * place / len(layout.names), what)
        values = [row[place] if place < len(row) else None for row in body]
        if not named and all(value is None or value == "" for value in values):
            left_out += 1
            continue
        columns[name] = cells_of_values(values, plain=instructions.decimal != ",")
    if left_out:
        notes.append(note_left_out(left_out))
    return columns


def _widened(layout: Layout, width: int) -> Layout:
    missing = range(len(layout.names), width)
    names = layout.names + tuple(f"column {place + 1}" for place in missing)
    return Layout(names, layout.named + (False,) * len(missing), layout.first, layout.notes, layout.header)


def _text(cell: Any) -> str:
    return "" if cell is None else text_of(cell)
