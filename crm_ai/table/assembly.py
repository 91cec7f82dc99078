"""Put cells together to a table, and tell what was lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_ai.errors import ReadError
from crm_ai.table.cell_texts import has_halves
from crm_ai.table.cells import Cells, Dates, Texts, cells_of_series
from crm_ai.table.coercion import Shaped, schema_digest, shape
from crm_ai.table.digest import content_digest
from crm_ai.table.inference import schema_of_cells
from crm_ai.table.instructions import AS_FOUND, Instructions
from crm_ai.table.schema import LABELLED, Column, Schema
from crm_ai.table.settling import settle_dates
from crm_ai.table.side_by_side import side_by_side
from crm_ai.table.table import Reading, Table
from crm_ai.words import _, count, ngettext

MOST_COLUMNS = 2000
MOST_TEXT = 3 << 30

Made = TypeVar("Made")


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
    columns: Mapping[str, Cells],
    rows: int,
    *,
    source: str,
    reading: Reading,
    decimal: str | None = None,
    instructions: Instructions = AS_FOUND,
) -> Table:
    """Guess the schema of cells and give them its form.

    Parameters
    ----------
    columns : mapping of str to Texts, Numbers or Dates
        Cells by unique column name. A dictionary is emptied, so that its memory can be used again.
    rows : int
        Rows of the table.
    source : str
        Name of the file.
    reading : Reading
        How the file was understood so far.
    decimal : str, optional
        Decimal mark of the file, if it is known.
    instructions : Instructions, optional
        What the user knows.

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
    pa.default_memory_pool().release_unused()
    instructions.tell(0.5, _("Reading dates"))
    settled = settle_dates(columns, day_first=instructions.day_first, decimal=decimal)
    if isinstance(columns, dict):
        columns.clear()
    schema = schema_of_cells(
        settled.columns, rows, decimal=decimal, before=_telling(instructions, len(settled.columns))
    )
    _check_length(settled.columns, schema, source)
    reading = replace(
        reading,
        notes=(*reading.notes, *settled.notes),
        day_first=settled.day_first,
        ambiguous=settled.ambiguous,
    )
    frame, reading = _shaped(settled.columns, schema, rows, reading, decimal, instructions)
    instructions.tell(0.97, _("Finishing"))
    return Table(frame, schema, source, schema_digest(content_digest(frame), schema), reading)


def _telling(instructions: Instructions, columns: int) -> Callable[[int, str], None]:
    def tell(place: int, name: str) -> None:
        what = _("Finding out what “{name}” is").format(name=name)
        instructions.tell(0.55 + 0.2 * place / columns, what)

    return tell


def _shaped(
    columns: dict[str, Cells],
    schema: Schema,
    rows: int,
    reading: Reading,
    decimal: str | None,
    instructions: Instructions,
) -> tuple[pd.DataFrame, Reading]:
    """Give each column its form, letting go of its cells, and tell what was lost."""
    arrays: dict[str, Any] = {}
    unreadable, blanked = {}, {}
    made = side_by_side([_shaping(columns, column, decimal) for column in schema])
    with closing(made):
        for place, column in enumerate(schema):
            what = _("Converting column “{name}”").format(name=column.name)
            instructions.tell(0.75 + 0.2 * place / len(schema), what)
            shaped = next(made)
            arrays[column.name] = shaped.array
            if shaped.unreadable:
                unreadable[column.name] = shaped.unreadable
            if shaped.blanked:
                blanked[column.name] = shaped.blanked
    frame = pd.DataFrame(arrays, index=pd.RangeIndex(rows), copy=False)
    notes = (
        *reading.notes,
        *_note(blanked, _("{n} cells hold only blanks or a word for missing such as N/A: {columns}.")),
        *_note(unreadable, _("{n} cells could not be read and count as missing: {columns}.")),
    )
    return frame, replace(reading, unreadable=unreadable, blanked=blanked, notes=notes)


def _shaping(columns: dict[str, Cells], column: Column, decimal: str | None) -> Callable[[], Shaped]:
    def work() -> Shaped:
        cells = columns.pop(column.name)
        shaped = shape(cells, column.kind, decimal=decimal)
        if isinstance(cells, Dates):
            lost, blanked = shaped.unreadable + cells.unreadable, shaped.blanked + cells.blanked
            return replace(shaped, unreadable=lost, blanked=blanked)
        return shaped

    return work


def _check_length(columns: Mapping[str, Cells], schema: Schema, source: str) -> None:
    """Refuse texts that would fill the memory when each row gets its own copy: a small file may repeat a long one."""
    size = 0
    for column in schema:
        cells = columns[column.name]
        if isinstance(cells, Texts) and column.kind not in LABELLED and len(cells.distinct):
            size += int(np.dot(np.asarray(pc.binary_length(cells.distinct)).astype(np.int64), cells.counts))
    if size > MOST_TEXT:
        raise ReadError(
            _("The texts of this table are too long to be held in memory."),
            where=source,
            next_step=_("Leave out the columns with long texts, or split the file."),
        )


def placed(make: Callable[[], Made], source: str) -> Made:
    """Do something, and say in which file it went wrong if it does.

    Parameters
    ----------
    make : callable
        What to do.
    source : str
        Name of the file.

    Returns
    -------
    object
        What was made.

    Raises
    ------
    ReadError
        As it was raised, with the file's name.
    """
    try:
        return make()
    except ReadError as error:
        raise ReadError(error.what, where=error.where or source, next_step=error.next_step) from error


def _note(cells: Mapping[str, int], sentence: str) -> tuple[str, ...]:
    if not cells:
        return ()
    listed = _(", ").join(f"{name} ({count(n)})" for name, n in sorted(cells.items(), key=lambda item: -item[1])[:12])
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
    whole = [name.encode("utf-8", "replace").decode("utf-8") if has_halves(name) else name for name in names]
    wanted = [name.strip() or f"column {place}" for place, name in enumerate(whole, start=1)]
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
    return [sentence.format(n=count(len(names)), names=_(", ").join(names[:8]))] if names else []


def _nameless(names: list[str]) -> list[str]:
    sentence = ngettext("{n} column has no name: {names}.", "{n} columns have no name: {names}.", len(names))
    return [sentence.format(n=count(len(names)), names=_(", ").join(names[:8]))] if names else []
