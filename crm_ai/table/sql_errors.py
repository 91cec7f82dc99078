"""Say in plain words what went wrong with a database, and never repeat a password or a cell."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, quote_plus

from crm_ai.errors import CrmAiError, DatabaseError
from crm_ai.table.sql_address import Address
from crm_ai.table.sql_troubles import Trouble, said_by, trouble_of
from crm_ai.words import _, sentences, shorten

LONGEST_QUOTE = 200
# Where the server's own words name a table or a place in the query, and no cell.
QUOTED = {
    Trouble.NO_TABLE,
    Trouble.NO_COLUMN,
    Trouble.NO_RIGHT,
    Trouble.SYNTAX,
    Trouble.WRITE,
    Trouble.ENCRYPTION,
    Trouble.OTHER,
}


@contextmanager
def translated(address: Address, *, timeout: float) -> Iterator[None]:
    """Turn whatever a database's driver raises into a ``DatabaseError``.

    Parameters
    ----------
    address : Address
        Where the database is.
    timeout : float
        Seconds that a query may take, to be told.

    Yields
    ------
    None
        For the time in which errors are turned.

    Raises
    ------
    DatabaseError
        In place of what was raised. The original is not shown with it: it may quote cells.
    """
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except CrmAiError:
        raise
    except (
        SQLAlchemyError,
        sqlite3.Error,
        sqlite3.Warning,
        OSError,
        RuntimeError,
        ValueError,
        ArithmeticError,
    ) as error:
        problem = describe(error, address, timeout=timeout)
    else:
        return
    raise problem from None


def describe(error: BaseException, address: Address, *, timeout: float) -> DatabaseError:
    """Describe an error of a database.

    Parameters
    ----------
    error : BaseException
        As it was raised by SQLAlchemy or a driver.
    address : Address
        Where the database is.
    timeout : float
        Seconds that a query may take, to be told.

    Returns
    -------
    DatabaseError
        What is wrong, where, and what to do.
    """
    trouble = trouble_of(error)
    return error_of(trouble, address, timeout=timeout, said=_quotable(error, address) if trouble in QUOTED else "")


def error_of(trouble: Trouble, address: Address, *, timeout: float = 0, said: str = "") -> DatabaseError:
    """Say what a trouble is and what to do about it.

    Parameters
    ----------
    trouble : Trouble
        The trouble.
    address : Address
        Where the database is.
    timeout : float, default 0
        Seconds that a query may take; told if that was too short.
    said : str, optional
        Words of the database that help to understand.

    Returns
    -------
    DatabaseError
        To be raised.
    """
    what, advice = _words_for_connecting(trouble) or _words_for_asking(trouble)
    told = what.format(timeout=f"{timeout:,g}")
    if said:
        quoted = said if said.endswith(".") else f"{said}."
        told = sentences([told, _("The database says: {words}").format(words=quoted)])
    return DatabaseError(told, where=address.place, next_step=advice)


def _quotable(error: BaseException, address: Address) -> str:
    """First line of the server's words, without the password in any of the forms it may take."""
    first = next(iter(said_by(error).strip().splitlines()), "")
    password = str(address.url.password or "")
    for secret in {password, quote(password, safe=""), quote_plus(password)} - {""}:
        first = first.replace(secret, "***")
    return shorten("".join(c if c.isprintable() else " " for c in first), LONGEST_QUOTE)


def _words_for_connecting(trouble: Trouble) -> tuple[str, str] | None:
    return {
        Trouble.UNKNOWN_HOST: (
            _("There is no computer of this name."),
            _("Check the host in the address, and that this computer is in the right network."),
        ),
        Trouble.REFUSED: (
            _("No database answers there."),
            _("Check host and port, and that the database is running and may be reached from here."),
        ),
        Trouble.SLOW_TO_CONNECT: (
            _("The database did not answer when it was called."),
            _("Check host and port; a firewall may stand between, or a network connection (VPN) may be needed."),
        ),
        Trouble.LOGIN: (
            _("The database does not accept this user or password."),
            _("Check both in the address; in the password write @ as %40, / as %2F, : as %3A and % as %25."),
        ),
        Trouble.NO_DATABASE: (
            _("There is no database of this name on the server."),
            _("Check the name after the last / of the address."),
        ),
        Trouble.FULL: (
            _("The database has no connection left for us."),
            _("Try again in a while, or ask its administrator."),
        ),
        Trouble.ENCRYPTION: (
            _("No protected connection to the database could be made."),
            _("Ask its administrator for the options of the address, such as sslmode; MySQL needs pymysql[rsa]."),
        ),
        Trouble.NO_SQLITE: (
            _("This file is no SQLite database, or it is damaged or encrypted."),
            _("Check the file's name, or copy it again."),
        ),
        Trouble.NO_ACCESS: (
            _("The file cannot be opened."),
            _("Check that you may read it."),
        ),
        Trouble.LOST: (
            _("The connection to the database was lost."),
            _("Try again; if it happens again, ask for fewer rows or columns."),
        ),
    }.get(trouble)


def _words_for_asking(trouble: Trouble) -> tuple[str, str]:
    return {
        Trouble.NO_TABLE: (
            _("There is no such table or view."),
            _("Check its name; list the tables to see which there are."),
        ),
        Trouble.NO_COLUMN: (
            _("There is no such column."),
            _("Check its name; a preview of the table shows its columns."),
        ),
        Trouble.NO_RIGHT: (
            _("This user may not read that."),
            _("Ask the database's administrator for the right to read it (SELECT)."),
        ),
        Trouble.SYNTAX: (
            _("The database does not understand the query."),
            _("Correct the query, or give the name of a table."),
        ),
        Trouble.SEVERAL: (
            _("The query holds more than one statement."),
            _("Ask one question only, without a semicolon in its middle."),
        ),
        Trouble.WRITE: (
            _("The query would change the database; here it can only be read, and nothing was changed."),
            _("Ask with SELECT, and call no function that writes."),
        ),
        Trouble.TIME_OUT: (
            _("The query took longer than {timeout} seconds and was stopped."),
            _("Ask for fewer rows, choose rows by a column that has an index, or allow more time."),
        ),
        Trouble.LOCKED: (
            _("Somebody else is changing the data, and the database is locked for so long."),
            _("Try again in a while."),
        ),
        Trouble.VALUE: (
            _("A value cannot be computed or read; perhaps a date beyond the years 1 to 9999, or a damaged text."),
            _("Leave out the column, or turn it into text within the query with CAST."),
        ),
    }.get(trouble) or (_("The database could not answer."), _("Check the address and the query."))
