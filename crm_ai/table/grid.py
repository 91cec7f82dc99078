"""What is not part of the table, though it stands in the same sheet: totals, footers, empty rows and columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.table.layout import Layout
from crm_ai.words import _, count, ngettext

TOTAL_WORDS = frozenset(["total", "totals", "grand total", "sum", "合计", "总计", "总和", "小计", "合 计", "总 计"])
TOTAL_SENTENCE = re.compile(r"(grand total|totals?|sum|合\s?计|总\s?计|总和|小计)\s*([:：(（]|\d)", re.IGNORECASE)
MOST_FOOTERS = 20

Row = Sequence[str | None]


def is_total(row: Row) -> bool:
    """Whether a row is the total below a table.

    Parameters
    ----------
    row : sequence of str or None
        A row at the end.

    Returns
    -------
    bool
        True if its first filled cell says so.

    Examples
    --------
    >>> is_total(["Total", "30"]), is_total([None, "合计"]), is_total(["Total: 3 customers", None])
    (True, True, True)
    >>> is_total(["Totalis Ltd", "3"])
    False
    """
    filled = [cell.strip() for cell in row if cell and cell.strip()]
    if not filled:
        return False
    return filled[0].casefold().rstrip(":：") in TOTAL_WORDS or bool(TOTAL_SENTENCE.match(filled[0]))


def rows_below(tail: Sequence[Row], rows: int) -> tuple[int, tuple[str, ...]]:
    """Count the rows at the end that are no customers: totals, and sentences such as "Exported by ...".

    Parameters
    ----------
    tail : sequence of sequence of str or None
        The last rows, in order.
    rows : int
        Rows of the whole table.

    Returns
    -------
    below : int
        How many to leave out.
    notes : tuple of str
        What was left out, in words.

    Examples
    --------
    >>> rows_below([["Ann", "3"], ["Bob", "5"], ["Total", "8"], ["Exported by the CRM", None]], 4)[0]
    2
    """
    below, totals = 0, 0
    while below < len(tail) and below < rows - 1:
        row, above = tail[-1 - below], tail[: len(tail) - 1 - below]
        if is_total(row) and rows >= 3:
            totals += 1
        elif any(cell and cell.strip() for cell in row) and not _is_footer(row, above):
            break
        below += 1
    while below and not any(cell and cell.strip() for cell in tail[-below]):
        below -= 1  # empty rows above a footer are told as such
    if not below:
        return 0, ()
    if below == totals == 1:
        return 1, (_("The last row is a total and was left out."),)
    sentence = ngettext(
        "{n} row below the table (a total or a footer) was left out.",
        "{n} rows below the table (totals or footers) were left out.",
        below,
    )
    return below, (sentence.format(n=count(below)),)


def _is_footer(row: Row, above: Sequence[Row]) -> bool:
    """Whether a row holds one sentence only, and none of the rows above holds the like in its first cell."""
    if len(row) < 2 or not (row[0] and row[0].strip()) or any(cell and cell.strip() for cell in row[1:]):
        return False
    others = [other[0].strip() for other in above if other[0] and other[0].strip()]
    full = [other for other in above if sum(bool(cell and cell.strip()) for cell in other) >= 2]
    text = row[0].strip()
    is_sentence = " " in text or ":" in text or "：" in text or _is_chinese(text)
    is_usual = 2 * len(full) > len(above) and len(full) >= 2  # else customers may have nothing but a name
    return is_usual and is_sentence and bool(others) and len(text) > 3 + 1.5 * max(map(len, _customers(others)))


def _customers(others: Sequence[str]) -> Sequence[str]:
    plain = [other for other in others if not is_total([other])]
    return plain or others


def _is_chinese(text: str) -> bool:
    return len(text) >= 6 and any("\u4e00" <= letter <= "\u9fff" for letter in text)


def drop_below(table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """Leave out totals and footers below the customers.

    Parameters
    ----------
    table : pyarrow.Table
        All rows, as texts.

    Returns
    -------
    table : pyarrow.Table
        Without them.
    notes : tuple of str
        What was left out, in words.
    """
    tail = table.slice(max(0, table.num_rows - MOST_FOOTERS))
    rows: list[Row] = list(zip(*(column.to_pylist() for column in tail.columns), strict=True))
    below, notes = rows_below(rows, table.num_rows)
    return table.slice(0, table.num_rows - below), notes


def drop_empty_rows(table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """Leave out rows without any cell.

    Parameters
    ----------
    table : pyarrow.Table
        All rows, as texts; blank cells are null.

    Returns
    -------
    table : pyarrow.Table
        Without them.
    notes : tuple of str
        What was left out, in words.
    """
    if table.num_columns < 2 or not all(column.null_count for column in table.columns):
        return table, ()
    empty = np.ones(table.num_rows, dtype=bool)
    for column in table.columns:
        empty &= np.asarray(pc.is_null(column).to_numpy())
        if not empty.any():
            return table, ()
    return table.filter(pa.array(~empty)), (note_empty_rows(int(empty.sum())),)


def note_empty_rows(rows: int) -> str:
    """Say that rows without a cell were left out.

    Parameters
    ----------
    rows : int
        How many.

    Returns
    -------
    str
        The note.
    """
    return ngettext("{n} empty row was left out.", "{n} empty rows were left out.", rows).format(n=count(rows))


def drop_empty_nameless(table: pa.Table, layout: Layout) -> tuple[pa.Table, tuple[str, ...]]:
    """Leave out columns that have neither a name nor a cell.

    Parameters
    ----------
    table : pyarrow.Table
        All columns.
    layout : Layout
        Which of them are named.

    Returns
    -------
    table : pyarrow.Table
        Without them.
    notes : tuple of str
        What was left out, in words.
    """
    empty = [
        name
        for name, named in zip(layout.names, layout.named, strict=True)
        if not named and table[name].null_count == table.num_rows
    ]
    if not empty or not table.num_rows:
        return table, ()
    return table.drop_columns(empty), (note_left_out(len(empty)),)


def note_left_out(columns: int) -> str:
    """Say that columns without a name or a cell were left out.

    Parameters
    ----------
    columns : int
        How many.

    Returns
    -------
    str
        The note.
    """
    return ngettext(
        "{n} column without a name or a cell was left out.",
        "{n} columns without a name or a cell were left out.",
        columns,
    ).format(n=count(columns))
