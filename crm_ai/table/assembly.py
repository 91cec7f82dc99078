"""Put cells together to a table, and tell what was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from crm_ai.errors import ReadError
from crm_ai.table.cells import Cells, cells_of_series
from crm_ai.table.coercion import schema_digest, shape
from crm_ai.table.digest import content_digest
from crm_ai.table.inference import schema_of_cells
from crm_ai.table.table import Reading, Table
from crm_ai.words import _, count, ngettext

MOST_COLUMNS = 2000


def table_from_frame(frame: pd.DataFrame, *, name: str = "table") -> Table:
    """Take up a pandas frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Customers, one a row. It is not changed; its index is dropped.
    name : str, default "table"
        What to call it.

    Returns
    -------
    Table
        The same customers with a guessed schema.

    Raises
    ------
    ReadError
        If there is no row or no column, or there are more than 2,000 columns.

    Examples
    --------
    >>> table = table_from_frame(pd.DataFrame({"calls": [3, 5], "Churn": ["Yes", "No"]}))
    >>> len(table), table.schema["Churn"].role.value
    (2, 'target')
    """
    names, notes = unique_names([str(column) for column in frame.columns])
    check_width(len(names), name)
    columns = {name: cells_of_series(frame.iloc[:, place]) for place, name in enumerate(names)}
    return assemble(columns, len(frame), source=name, reading=Reading("frame", notes=tuple(notes)))


def assemble(
    columns: Mapping[str, Cells], rows: int, *, source: str, reading: Reading, decimal: str | None = None
) -> Table:
    """Guess the schema of cells and give them its form.

    Parameters
    ----------
    columns : mapping of str to Texts, Numbers or Dates
        Cells by unique column name.
    rows : int
        Rows of the table.
    source : str
        Name of the file.
    reading : Reading
        How the file was understood so far.
    decimal : str, optional
        Decimal mark of the file, if it is known.

    Returns
    -------
    Table
        The table; what became missing is in its ``reading``.

    Raises
    ------
    ReadError
        If there is nothing to make a table of.
    """
    if not columns or not rows:
        raise ReadError(
            _("There are column names but no rows below them.") if columns else _("There are no columns."),
            where=source,
            next_step=_("Export the file again, with at least one customer."),
        )
    schema = schema_of_cells(columns, rows, decimal=decimal)
    shaped = {column.name: shape(columns[column.name], column.kind, decimal=decimal) for column in schema}
    frame = pd.DataFrame({name: s.array for name, s in shaped.items()}, index=pd.RangeIndex(rows), copy=False)
    unreadable = {name: s.unreadable for name, s in shaped.items() if s.unreadable}
    blanked = {name: s.blanked for name, s in shaped.items() if s.blanked}
    notes = (
        *reading.notes,
        *_note(blanked, _("{n} cells hold only blanks or a word for missing such as N/A: {columns}.")),
        *_note(unreadable, _("{n} cells could not be read and count as missing: {columns}.")),
    )
    reading = replace(reading, unreadable=unreadable, blanked=blanked, notes=notes)
    return Table(frame, schema, source, schema_digest(content_digest(frame), schema), reading)


def _note(cells: Mapping[str, int], sentence: str) -> tuple[str, ...]:
    if not cells:
        return ()
    listed = ", ".join(f"{name} ({count(n)})" for name, n in sorted(cells.items(), key=lambda item: -item[1])[:12])
    more = ", …" if len(cells) > 12 else ""
    return (sentence.format(n=count(sum(cells.values())), columns=listed + more),)


def check_width(columns: int, source: str) -> None:
    """Refuse tables that are wider than any table of customers.

    Parameters
    ----------
    columns : int
        Number of columns.
    source : str
        Name of the file.

    Raises
    ------
    ReadError
        If there are more than 2,000.
    """
    if columns > MOST_COLUMNS:
        raise ReadError(
            _("There are {n} columns; at most {most} can be read.").format(n=count(columns), most=count(MOST_COLUMNS)),
            where=source,
            next_step=_("Keep the columns that describe the customers, and try again."),
        )


def unique_names(names: list[str]) -> tuple[list[str], list[str]]:
    """Give every column a name of its own.

    Parameters
    ----------
    names : list of str
        Names as they were written.

    Returns
    -------
    names : list of str
        Blank ones are called after their place, repeated ones get a number.
    notes : list of str
        What was changed, in words.

    Examples
    --------
    >>> names, notes = unique_names(["score", "score", " "])
    >>> names
    ['score', 'score (2)', 'column 3']
    >>> notes
    ['1 column name occurs twice and got a number: score (2).', '1 column has no name: column 3.']
    """
    wanted = [name.strip() or f"column {place}" for place, name in enumerate(names, start=1)]
    unique: list[str] = []
    taken: set[str] = set()
    for name in wanted:
        number, free = 2, name
        while free in taken or (free != name and free in wanted):
            free, number = f"{name} ({number})", number + 1
        taken.add(free)
        unique.append(free)
    repeated = [new for new, name in zip(unique, wanted, strict=True) if new != name]
    nameless = [new for new, name in zip(unique, names, strict=True) if not name.strip()]
    return unique, [*_renamed(repeated), *_nameless(nameless)]


def _renamed(names: list[str]) -> list[str]:
    sentence = ngettext(
        "{n} column name occurs twice and got a number: {names}.",
        "{n} column names occur more than once and got numbers: {names}.",
        len(names),
    )
    return [sentence.format(n=count(len(names)), names=", ".join(names[:8]))] if names else []


def _nameless(names: list[str]) -> list[str]:
    sentence = ngettext("{n} column has no name: {names}.", "{n} columns have no name: {names}.", len(names))
    return [sentence.format(n=count(len(names)), names=", ".join(names[:8]))] if names else []
