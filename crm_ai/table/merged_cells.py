"""Merged cells of a header: a group's name stands only in the leftmost of its columns."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import IO

MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
END_OF_CELLS = re.compile(rb"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>")
STEP = 1 << 20
MOST = 8 << 20

# Row, first and last column, all counted from 0.
Span = tuple[int, int, int]


def filled_right(row: Sequence[str], place: int, merged: Callable[[], list[Span]]) -> list[str]:
    """Write the text of merged cells into each of their columns.

    Parameters
    ----------
    row : sequence of str
        A row of the header.
    place : int
        Its place in the sheet, from 0.
    merged : callable
        Finds the merged cells of the sheet; asked only if the row has blank cells beside filled ones.

    Returns
    -------
    list of str
        The row, perhaps longer.

    Examples
    --------
    >>> filled_right(["", "2024", "", "2023"], 0, lambda: [(0, 1, 2), (0, 3, 4)])
    ['', '2024', '2024', '2023', '2023']
    """
    filled = list(row)
    if not any(cell.strip() for cell in row):
        return filled
    for top, left, right in merged():
        if top != place or left >= len(row) or not row[left].strip():
            continue
        filled += [""] * (right + 1 - len(filled))
        for column in range(left + 1, right + 1):
            filled[column] = filled[column] if filled[column].strip() else row[left]
    return filled


def merged_in_xlsx(data: bytes, path: str) -> list[Span]:
    """Find the merged cells of a sheet; they stand behind its cells.

    Parameters
    ----------
    data : bytes
        The workbook.
    path : str
        The sheet's part.

    Returns
    -------
    list of (row, first column, last column)
        The upper rows of merged cells that are wider than one column.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(path.lstrip("/")) as part:
            found = MERGED.findall(_behind_cells(part))
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError):
        return []
    spans = ((int(top) - 1, _column(left), _column(right)) for left, top, right, _bottom in found)
    return [span for span in spans if span[1] < span[2]]


def merged_in_xls(data: bytes, sheet: str) -> list[Span]:
    """Find the merged cells of a sheet of an old workbook.

    Parameters
    ----------
    data : bytes
        The workbook.
    sheet : str
        The sheet's name.

    Returns
    -------
    list of (row, first column, last column)
        The upper rows of merged cells that are wider than one column.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=True, on_demand=True)
        merged = book.sheet_by_name(sheet).merged_cells
    except Exception:  # formats that cannot be read: the header stays as it is
        return []
    return [(top, left, end - 1) for top, _bottom, left, end in merged if left < end - 1]


def _behind_cells(part: IO[bytes]) -> bytes:
    rest, before = bytearray(), b""
    while step := part.read(STEP):
        if rest:
            rest += step
        else:
            found = END_OF_CELLS.search(before + step)
            if found:
                rest += (before + step)[found.start() :]
            before = step[-64:]
        if len(rest) > MOST:
            break
    return bytes(rest)


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + letter - 64
    return place - 1
