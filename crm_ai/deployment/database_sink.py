"""A table of a database as the place where scored customers go, in one transaction."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from crm_ai.errors import DatabaseError
from crm_ai.table.sql_address import MYSQL, SQLITE, Address, check_url
from crm_ai.table.sql_connection import SECONDS_TO_CONNECT
from crm_ai.table.sql_errors import translated
from crm_ai.words import _

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy import Table as SqlTable

LONGEST_NAME = 63  # letters of a name in PostgreSQL; MySQL allows one more
LONGEST_LABEL = 255
ROWS_AT_ONCE = 10_000
SECONDS = 3600.0
REGISTRY = "registry_"  # what all tables of the registry of models begin with; it may share the database


class IfThere(StrEnum):
    """What to do if the table is there already."""

    REFUSE = "refuse"
    APPEND = "append"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class DatabaseSink:
    """A table of a database; either all customers are in it in the end, or nothing has changed.

    PostgreSQL and SQLite do everything in one transaction. MySQL ends a transaction whenever a table is made; there the
    rows go into a table of another name first, which takes its own in the end, at one stroke.

    Parameters
    ----------
    url : str
        Address of the database.
    name : str
        Name of the table; anything in it that is SQL stays a name.
    if_there : IfThere, default IfThere.REFUSE
        What to do if the table is there already.

    Attributes
    ----------
    notes : list of str
        What is to be said though the table was written.
    """

    url: str = field(repr=False)
    name: str
    if_there: IfThere = IfThere.REFUSE
    notes: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def as_texts(self) -> bool:
        """Numbers go into columns of numbers."""
        return False

    def check(self) -> None:
        """Refuse a table that is there, or a name that cannot be one, before any work is done.

        Raises
        ------
        DatabaseError
            If the table cannot be written.
        """
        check_table_name(self.name)
        with writing(check_url(self.url)) as connection:
            self._check(connection)

    def encode(self, table: pa.Table) -> list[tuple[Any, ...]]:
        """Turn rows into Python objects, as databases take them.

        Parameters
        ----------
        table : pyarrow.Table
            Some rows.

        Returns
        -------
        list of tuple
            One entry a row. The first list is preceded by the types of the columns.
        """
        rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
        return [tuple(table.schema.types), *rows]

    def write(self, names: Sequence[str], parts: Iterator[Any]) -> None:
        """Write the table.

        Parameters
        ----------
        names : sequence of str
            Names of the columns.
        parts : iterator
            From ``encode``, in order, at least one.

        Raises
        ------
        DatabaseError
            If the database refuses.
        """
        address = check_url(self.url)
        check_table_name(self.name)
        for name in names:
            check_name(name)
        with writing(address) as connection:
            there = self._check(connection)
            first = next(parts)
            _put(
                connection,
                address,
                self,
                _sql_table(self.name, names, first[0]),
                there,
                itertools.chain([first], parts),
            )

    def _check(self, connection: Connection) -> bool:
        from sqlalchemy import inspect

        there: bool = inspect(connection).has_table(self.name)
        if there and self.if_there is IfThere.REFUSE:
            raise DatabaseError(
                _("The table is there already."),
                where=self.name,
                next_step=_("Give another name, or ask to add to the table (append) or to replace it (replace)."),
            )
        return there


def check_name(name: str) -> None:
    """Refuse names that no database takes.

    Parameters
    ----------
    name : str
        Of a table or a column.

    Raises
    ------
    DatabaseError
        If it is empty, too long or holds control characters.
    """
    if not name.strip() or len(name.encode("utf-8", "replace")) > LONGEST_NAME or not name.isprintable():
        raise DatabaseError(
            _("This cannot be the name of a table or a column in a database."),
            where=name[:LONGEST_NAME] or _("(empty)"),
            next_step=_("Names have 1 to {most} bytes and no control characters.").format(most=LONGEST_NAME),
        )


def check_table_name(name: str) -> None:
    """Refuse names that no table can have, and those of the registry of models.

    Parameters
    ----------
    name : str
        Of a table.

    Raises
    ------
    DatabaseError
        If it cannot be a name, or begins like the tables of the registry, whatever its letters, marks and schema.
    """
    check_name(name)
    parts = (part.strip(" \"`'[]") for part in name.casefold().split("."))
    if any(part.startswith(REGISTRY) for part in parts):
        raise DatabaseError(
            _("Tables whose names begin with “registry_” are those of the registry of models."),
            where=name,
            next_step=_("Give the table another name."),
        )


@contextmanager
def writing(address: Address) -> Iterator[Connection]:
    """Open a database for writing, in a transaction that is undone if anything goes wrong.

    Parameters
    ----------
    address : Address
        Where it is.

    Yields
    ------
    sqlalchemy.Connection
        Within the transaction.

    Raises
    ------
    DatabaseError
        If connecting, or anything done with the connection, fails.
    """
    with translated(address, timeout=SECONDS):
        engine = _engine(address)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()


def _engine(address: Address) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    if address.system == SQLITE and not Path(address.place).absolute().parent.is_dir():
        raise DatabaseError(_("There is no such folder."), where=address.place, next_step=_("Check the file's name."))
    engine = create_engine(address.url, poolclass=NullPool, hide_parameters=True, connect_args=_patience(address))
    if address.system == SQLITE:

        @event.listens_for(engine, "connect")
        def by_hand(raw: Any, _record: Any) -> None:
            raw.isolation_level = None  # else Python would begin a transaction only after the table is made

        @event.listens_for(engine, "begin")
        def begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _patience(address: Address) -> dict[str, int]:
    if address.system == SQLITE:
        return {}
    if address.system == MYSQL:
        return {"connect_timeout": SECONDS_TO_CONNECT, "read_timeout": int(SECONDS)}
    return {"connect_timeout": SECONDS_TO_CONNECT}


def _sql_table(name: str, columns: Sequence[str], types: Sequence[pa.DataType]) -> SqlTable:
    from sqlalchemy import BigInteger, Column, DateTime, Double, MetaData, String, Table, Text
    from sqlalchemy.sql import quoted_name

    def kind(arrow: pa.DataType) -> Any:
        if pa.types.is_integer(arrow):
            return BigInteger()
        if pa.types.is_floating(arrow):
            return Double()
        if pa.types.is_timestamp(arrow):
            return DateTime()
        return String(LONGEST_LABEL) if pa.types.is_dictionary(arrow) else Text()

    made = [
        Column(quoted_name(column, quote=True), kind(arrow), key=f"c{place}")
        for place, (column, arrow) in enumerate(zip(columns, types, strict=True))
    ]
    return Table(quoted_name(name, quote=True), MetaData(), *made)


def _put(
    connection: Connection, address: Address, sink: DatabaseSink, table: SqlTable, there: bool, parts: Iterator[Any]
) -> None:
    if sink.if_there is IfThere.APPEND and there:
        _insert(connection, table, parts)
        return
    if address.system == MYSQL:
        sink.notes.extend(_put_aside(connection, table, there, parts))
        return
    if there:
        table.drop(connection)
    table.create(connection)
    _insert(connection, table, parts)


def _put_aside(connection: Connection, table: SqlTable, there: bool, parts: Iterator[Any]) -> tuple[str, ...]:
    """Write beside the table, then exchange them; MySQL commits with each statement about tables."""
    from sqlalchemy import MetaData
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.sql import quoted_name

    number = os.urandom(6).hex()
    aside = table.to_metadata(MetaData(), name=quoted_name(f"crm_ai_part_{number}", quote=True))
    old = quoted_name(f"crm_ai_old_{number}", quote=True)
    quote = connection.dialect.identifier_preparer.quote
    aside.create(connection)
    try:
        _insert(connection, aside, parts)
        moves = [f"{quote(table.name)} TO {quote(old)}"] if there else []
        moves.append(f"{quote(aside.name)} TO {quote(table.name)}")
        connection.exec_driver_sql("RENAME TABLE " + ", ".join(moves).replace("%", "%%"))
    except BaseException:
        with suppress(SQLAlchemyError):  # what went wrong before is what is to be told
            aside.drop(connection, checkfirst=True)
        raise
    try:
        if there:
            connection.exec_driver_sql(f"DROP TABLE {quote(old)}")
    except SQLAlchemyError:
        said = _("All is written, but the table that was there before could not be deleted; it is called {name} now.")
        return (said.format(name=old),)
    return ()


def _insert(connection: Connection, table: SqlTable, parts: Iterator[Any]) -> None:
    keys = [column.key for column in table.columns]
    statement = table.insert()
    for part in parts:
        for start in range(1, len(part), ROWS_AT_ONCE):
            rows = [dict(zip(keys, row, strict=True)) for row in part[start : start + ROWS_AT_ONCE]]
            connection.execute(statement, rows)
