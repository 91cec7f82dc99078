"""What may be asked of a database: one question that reads, or the plain name of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crm_ai.errors import DatabaseError
from crm_ai.table.sql_address import MYSQL, POSTGRESQL, Address
from crm_ai.table.sql_errors import error_of
from crm_ai.table.sql_troubles import Trouble
from crm_ai.words import _, shorten

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, Inspector, Select

READS = re.compile(r"(?:select|with|values)(?=[\s(*\"'`\[/-])|\(", re.IGNORECASE)
COMMENTS = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*(?!!|M!).*?\*/)*", re.DOTALL)
CHANGES = re.compile(
    r"(?:insert|update|delete|merge|replace|upsert|drop|create|alter|truncate|rename|grant|revoke|comment|copy|call|do"
    r"|exec|execute|set|reset|pragma|attach|detach|vacuum|analyze|reindex|cluster|refresh|load|lock|begin|start|commit"
    r"|rollback|savepoint|import|handler)\s+\S",
    re.IGNORECASE,
)
OTHER_STATEMENTS = re.compile(
    r"(?:explain|show|describe|desc|table|use|declare|fetch|listen|notify|prepare)\s+\S", re.IGNORECASE
)
FILE_WRITERS = re.compile(r"\b(?:outfile|dumpfile)\b", re.IGNORECASE)
PART = re.compile(r'"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|([^."`]+)')
HIDDEN = {"information_schema", "pg_catalog"}
SHOWN = 8
LONGEST_NAME = 200


def ask(connection: Connection, address: Address, query: str, *, most: int) -> CursorResult[Any]:
    """Send a query, or select everything of a table.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Read-only.
    address : Address
        Where it leads, for messages.
    query : str
        A SELECT, WITH … SELECT or VALUES, or the name of a table or view.
    most : int
        Rows that will be fetched at most; a server that knows it can stop there.

    Returns
    -------
    sqlalchemy.CursorResult
        Its rows, none of them fetched yet.

    Raises
    ------
    DatabaseError
        If it is no question, or there is no such table.
    """
    text = query.strip().rstrip(";").rstrip()
    if not text or "\x00" in text:
        raise _no_question(address, _("There is no query."))
    if address.system == MYSQL:
        # Closing an answer fetches the rest of it there, so the rest must not exist.
        connection.exec_driver_sql(f"SET SESSION sql_select_limit = {most}")
    if not is_question(text):
        return _everything_of(connection, address, text, most)
    if address.system == MYSQL and FILE_WRITERS.search(text):
        raise error_of(Trouble.WRITE, address)
    return connection.execution_options(stream_results=True, no_parameters=True).exec_driver_sql(text)


def is_question(text: str) -> bool:
    """Whether a text is a query that reads; else it may be the name of a table.

    Parameters
    ----------
    text : str
        As the user wrote it.

    Returns
    -------
    bool
        Whether it begins as such queries do, comments apart.

    Examples
    --------
    >>> is_question("/* all */ SELECT * FROM customers"), is_question("customers"), is_question("DROP TABLE customers")
    (True, False, False)
    """
    return READS.match(_without_comments(text)) is not None


def _without_comments(text: str) -> str:
    beginning = COMMENTS.match(text)
    return text[beginning.end() :] if beginning else text


def _everything_of(connection: Connection, address: Address, text: str, most: int) -> CursorResult[Any]:
    from sqlalchemy import inspect, literal_column, select, table
    from sqlalchemy.sql.elements import quoted_name

    inspector = inspect(connection)
    readings = _readings(text) if len(text) <= LONGEST_NAME else iter(())
    found = next((parts for parts in readings if inspector.has_table(parts[1], schema=parts[0])), None)
    if found is None:
        raise _not_found(inspector, address, text)
    schema = None if found[0] is None else quoted_name(found[0], quote=True)
    everything: Select[Any] = select(literal_column("*")).select_from(
        table(quoted_name(found[1], quote=True), schema=schema)
    )
    return connection.execution_options(stream_results=True).execute(everything.limit(most))


def _readings(text: str) -> Iterator[tuple[str | None, str]]:
    """Ways to understand a name, as schema and table: the whole first, then split at a dot, then unquoted."""
    yield None, text
    for dot in (place for place, character in enumerate(text) if character == "." and 0 < place < len(text) - 1):
        yield text[:dot], text[dot + 1 :]
    parts = [match.group(0) for match in PART.finditer(text)]
    if 1 <= len(parts) <= 2 and ".".join(parts) == text:
        plain = [_unquoted(part) for part in parts]
        yield (plain[0] if len(plain) == 2 else None), plain[-1]
        if plain == parts:
            yield (plain[0].lower() if len(plain) == 2 else None), plain[-1].lower()


def _unquoted(part: str) -> str:
    mark = part[0]
    return part[1:-1].replace(mark * 2, mark) if len(part) > 2 and mark in '"`' and part[-1] == mark else part


def _not_found(inspector: Inspector, address: Address, text: str) -> DatabaseError:
    statement = _without_comments(text)
    if CHANGES.match(statement):
        return error_of(Trouble.WRITE, address)
    if OTHER_STATEMENTS.match(statement) or "\n" in text or len(text) > LONGEST_NAME:
        return _no_question(address, _("This is neither a SELECT nor the name of a table."))
    there = tables_of(inspector, address)
    told = _("There is no table or view called “{name}”.").format(name=shorten(text, 80))
    if not there:
        return DatabaseError(told, where=address.place, next_step=_("This user sees no table at all."))
    listed = _(", ").join(there[:SHOWN]) + (", …" if len(there) > SHOWN else "")
    return DatabaseError(told, where=address.place, next_step=_("There are: {tables}.").format(tables=listed))


def _no_question(address: Address, told: str) -> DatabaseError:
    advice = _("Write a query that begins with SELECT, or the name of a table or view.")
    return DatabaseError(told, where=address.place, next_step=advice)


def tables_of(inspector: Inspector, address: Address) -> tuple[str, ...]:
    """List tables and views.

    Parameters
    ----------
    inspector : sqlalchemy.Inspector
        Of a connection.
    address : Address
        Where it leads.

    Returns
    -------
    tuple of str
        Those of the default schema by name, then the others as ``schema.name``.
    """
    here = {*inspector.get_table_names(), *inspector.get_view_names()}
    if address.system != POSTGRESQL:
        return tuple(sorted(here))
    here |= set(inspector.get_materialized_view_names())
    elsewhere = []
    for schema in sorted({*inspector.get_schema_names()} - HIDDEN - {str(inspector.default_schema_name)}):
        names = {*inspector.get_table_names(schema), *inspector.get_view_names(schema)}
        elsewhere += [f"{schema}.{name}" for name in sorted({*names, *inspector.get_materialized_view_names(schema)})]
    return (*sorted(here), *elsewhere)
