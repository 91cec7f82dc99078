"""What is not part of the table, though it stands in the same sheet."""

from __future__ import annotations

import pyarrow as pa

from crm_ai.table.layout import Layout, is_total
from crm_ai.words import _, ngettext


def drop_total(table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """Leave out a total below the customers.

    Parameters
    ----------
    table : pyarrow.Table
        All rows.

    Returns
    -------
    table : pyarrow.Table
        Without the total.
    notes : tuple of str
        What was left out, in words.
    """
    if table.num_rows < 3:
        return table, ()
    last = [None if cell is None else str(cell) for cell in table.slice(table.num_rows - 1).to_pylist()[0].values()]
    if not is_total(last):
        return table, ()
    return table.slice(0, table.num_rows - 1), (_("The last row is a total and was left out."),)


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
    ).format(n=columns)
