"""Connections that cannot write: each database is asked in its own way to refuse changes and to stop in time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_ai.errors import DatabaseError
from crm_ai.table.sql_address import POSTGRESQL, SQLITE, Address
from crm_ai.table.sql_errors import translated
from crm_ai.words import _

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

SECONDS_TO_CONNECT = 10
SECONDS_TO_WAIT_FOR_A_LOCK = 5
STEPS_BETWEEN_LOOKS = 20_000  # at the clock, counted in SQLite's own instructions: some tenths of a millisecond
MYSQL_UNKNOWN_VARIABLE = 1193
READING_ACTIONS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,
}
READING_PRAGMAS = {"table_info", "table_xinfo", "table_list", "database_list", "read_uncommitted"}


@contextmanager
def open_database(address: Address, *, timeout: float) -> Iterator[Connection]:
    """Open a connection that can only read, and close it without a trace.

    Parameters
    ----------
    address : Address
        Where the database is.
    timeout : float
        Seconds that one statement may take.

    Yields
    ------
    sqlalchemy.Connection
        In a transaction that is read-only and will be rolled back.

    Raises
    ------
    DatabaseError
        If connecting, or anything done with the connection, fails.
    """
    with translated(address, timeout=timeout), _engine(address, timeout).connect() as connection:
        if address.system == POSTGRESQL:
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_milliseconds(timeout)}")
        yield connection


def _engine(address: Address, timeout: float) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    options: dict[str, Any] = {"poolclass": NullPool, "hide_parameters": True}
    if address.system == SQLITE:
        return create_engine("sqlite://", creator=lambda: _open_file(address, timeout), **options)
    if address.system == POSTGRESQL:
        engine = create_engine(address.url, connect_args=_patience(), **options)
        event.listen(engine, "connect", _protect_postgresql)
        return engine
    # The wait for an answer outlives the server's own limit, so that the server gets to say why it stopped.
    patience = {"connect_timeout": SECONDS_TO_CONNECT, "read_timeout": int(timeout) + 10}
    engine = create_engine(address.url, connect_args=patience, **options)
    event.listen(engine, "connect", lambda raw, _record: protect_mysql(raw, timeout))
    return engine


def _milliseconds(seconds: float) -> int:
    return max(1, round(1000 * seconds))


def _patience() -> dict[str, Any]:
    """Notice within about a minute that a PostgreSQL server has vanished."""
    signs_of_life = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    return {"connect_timeout": SECONDS_TO_CONNECT, **signs_of_life}


def _protect_postgresql(raw: Any, _record: Any) -> None:
    from psycopg.types.string import TextLoader

    raw.read_only = True
    for kind in ("json", "jsonb"):
        raw.adapters.register_loader(kind, TextLoader)


def protect_mysql(raw: Any, timeout: float) -> None:
    """Ask MySQL or MariaDB to refuse changes and to stop in time, from here to the end of the connection.

    Parameters
    ----------
    raw : pymysql.Connection
        A fresh connection.
    timeout : float
        Seconds that one statement may take.
    """
    with raw.cursor() as cursor:
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        try:
            cursor.execute(f"SET SESSION max_execution_time = {_milliseconds(timeout)}")
        except Exception as error:
            if not error.args or error.args[0] != MYSQL_UNKNOWN_VARIABLE:
                raise
            cursor.execute(f"SET SESSION max_statement_time = {timeout:.3f}")  # as MariaDB calls it, in seconds


def _open_file(address: Address, timeout: float) -> sqlite3.Connection:
    path = Path(address.place)
    if not path.is_file():
        raise DatabaseError(
            _("There is no such file."), where=address.place, next_step=_("Check the file's name and folder.")
        )
    raw = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", timeout=min(timeout, SECONDS_TO_WAIT_FOR_A_LOCK), uri=True
    )
    raw.execute("PRAGMA query_only = ON")
    raw.set_authorizer(_may_read)
    deadline = time.monotonic() + timeout
    raw.set_progress_handler(lambda: int(time.monotonic() > deadline), STEPS_BETWEEN_LOOKS)
    return raw


def _may_read(action: int, subject: str | None, *_rest: str | None) -> int:
    allowed = action in READING_ACTIONS or (action == sqlite3.SQLITE_PRAGMA and subject in READING_PRAGMAS)
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
