"""From a database to a table: SQLite, PostgreSQL, MySQL and MariaDB, always read-only."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from crm_ai.errors import DatabaseError
from crm_ai.table.assembly import assemble, check_width, unique_names
from crm_ai.table.cells import cells_of_array
from crm_ai.table.sql_address import MYSQL, POSTGRESQL, Address, check_url, connections
from crm_ai.table.sql_columns import ColumnBuilder, notes_on
from crm_ai.table.sql_connection import open_database
from crm_ai.table.sql_errors import error_of
from crm_ai.table.sql_query import ask, is_question, tables_of
from crm_ai.table.sql_troubles import Trouble
from crm_ai.table.table import Reading, Table
from crm_ai.words import _, count

if TYPE_CHECKING:
    from sqlalchemy import CursorResult

__all__ = ["check_url", "connections", "list_tables", "preview_sql", "read_sql"]

CHUNK = 10_000
JSON_TYPES = {POSTGRESQL: {114, 3802}, MYSQL: {245}}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a database gave.

    Parameters
    ----------
    names : list of str
        Unique names of the columns.
    columns : list of ColumnBuilder
        Their cells.
    rows : int
        Rows that were fetched.
    notes : tuple of str
        What the user should know of it.
    """

    names: list[str]
    columns: list[ColumnBuilder]
    rows: int
    notes: tuple[str, ...]


def read_sql(url: str, query: str, *, limit: int = 1_000_000, timeout: float = 60, name: str = "") -> Table:
    """Read customers from a database.

    The database cannot be changed this way: the connection itself refuses to write.

    Parameters
    ----------
    url : str
        Address of the database, such as ``postgresql://user:password@host/database`` or ``sqlite:///shop.db``.
    query : str
        A SELECT, or the name of a table or view; ``schema.table`` and names in double quotes are understood.
    limit : int, default 1,000,000
        Most rows to read. If there are more, ``reading.notes`` says so.
    timeout : float, default 60
        Seconds after which the query is stopped.
    name : str, optional
        What to call the table; by default the table's name, or the database.

    Returns
    -------
    Table
        The customers, with a guessed schema.

    Raises
    ------
    DatabaseError
        If the database cannot be reached, refuses, takes too long or has nothing to give.
    """
    address = check_url(url)
    answer = _fetch(address, query, limit=limit, timeout=timeout)
    kept = {n: column for n, column in zip(answer.names, answer.columns, strict=True) if not column.is_bytes}
    if not answer.rows or not kept:
        raise _nothing(address, answer)
    cells = {n: cells_of_array(column.finish()) for n, column in kept.items()}
    source = name or (address.place if is_question(query) else query.strip())
    return assemble(cells, answer.rows, source=source, reading=Reading("sql", notes=answer.notes))


def preview_sql(url: str, query: str, *, rows: int = 20, timeout: float = 60) -> pd.DataFrame:
    """Show the first rows of a query or a table, as the database holds them.

    Parameters
    ----------
    url, query : str
        As in ``read_sql``.
    rows : int, default 20
        How many.
    timeout : float, default 60
        Seconds after which the query is stopped.

    Returns
    -------
    pandas.DataFrame
        Of `rows` rows at most; possibly of none.

    Raises
    ------
    DatabaseError
        As in ``read_sql``.
    """
    answer = _fetch(check_url(url), query, limit=rows, timeout=timeout)
    cells = {n: column.finish() for n, column in zip(answer.names, answer.columns, strict=True) if not column.is_bytes}
    return pa.table(cells).to_pandas()


def list_tables(url: str, *, timeout: float = 60) -> tuple[str, ...]:
    """List the tables and views of a database.

    Parameters
    ----------
    url : str
        As in ``read_sql``.
    timeout : float, default 60
        Seconds to wait for it.

    Returns
    -------
    tuple of str
        Names; outside the default schema, ``schema.name``.

    Raises
    ------
    DatabaseError
        If the database cannot be reached.
    """
    from sqlalchemy import inspect

    address = check_url(url)
    with open_database(address, timeout=timeout) as connection:
        return tables_of(inspect(connection), address)


def _fetch(address: Address, query: str, *, limit: int, timeout: float) -> Answer:
    if limit < 1 or timeout <= 0:
        raise DatabaseError(_("The most rows and the most seconds to read must be more than zero."))
    started = time.monotonic()
    with open_database(address, timeout=timeout) as connection:
        result = ask(connection, address, query, most=limit + 1)
        described = result.cursor.description if result.returns_rows and result.cursor is not None else ()
        names, notes = unique_names([str(column[0]) for column in described or ()])
        if not names:
            raise DatabaseError(
                _("The query gives no columns."), where=address.place, next_step=_("Say after SELECT which you want.")
            )
        check_width(len(names), address.place)
        columns = [ColumnBuilder(nested=part[1] in JSON_TYPES.get(address.system, ())) for part in described]
        rows, more = _take(result, columns, limit, address, timeout=timeout, started=started)
    if more:
        told = _("Only the first {n} rows were read; there are more. Which come first is up to the query’s ORDER BY.")
        notes.append(told.format(n=count(rows)))
    return Answer(names, columns, rows, (*notes, *notes_on(zip(names, columns, strict=True))))


def _take(
    result: CursorResult[Any],
    columns: list[ColumnBuilder],
    limit: int,
    address: Address,
    *,
    timeout: float,
    started: float,
) -> tuple[int, bool]:
    """Fetch rows up to the limit, and one more to know whether there is one."""
    rows = 0
    while chunk := result.fetchmany(min(CHUNK, limit + 1 - rows)):
        more = rows + len(chunk) > limit
        fetched = chunk[:-1] if more else chunk
        if fetched:
            for column, values in zip(columns, zip(*fetched, strict=True), strict=True):
                column.take(values)
        rows += len(fetched)
        if more:
            return rows, True
        if time.monotonic() > started + timeout:
            raise error_of(Trouble.TIME_OUT, address, timeout=timeout)
    return rows, False


def _nothing(address: Address, answer: Answer) -> DatabaseError:
    if not answer.rows:
        told = _("The query found no rows.")
        return DatabaseError(told, where=address.place, next_step=_("Loosen its conditions, or choose another table."))
    told = _("All columns hold bytes, such as pictures; nothing is left to make a table of.")
    return DatabaseError(told, where=address.place, next_step=_("Choose columns of numbers, texts or dates."))
