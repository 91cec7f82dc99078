"""The registry's database: opened, brought to today's form, read and written in whole transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text

from crm_ai.deployment.registry.tables import metadata
from crm_ai.errors import RegistryError
from crm_ai.table.sql_address import POSTGRESQL, SQLITE, Address, check_url
from crm_ai.table.sql_errors import translated
from crm_ai.words import _

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0003"
VERSION_TABLE = "registry_migrations"
MIGRATIONS = Path(__file__).parent / "migrations"
SECONDS_TO_WAIT = 30
WRITES = "registry_writes"
LOCK = 7_203_518_114  # any number that nobody else takes as an advisory lock in the same database


def address_of(place: str | Path) -> Address:
    """Understand where the registry's database is.

    Parameters
    ----------
    place : str or Path
        A file of SQLite, or ``sqlite:///folder/file.db`` or ``postgresql://user:password@host/database``.

    Returns
    -------
    Address
        With what people may see of it.

    Raises
    ------
    DatabaseError
        If it cannot be understood.
    """
    if isinstance(place, Path):
        return Address(SQLITE, str(place), URL.create("sqlite", database=str(place)))
    return check_url(place)


def open_engine(address: Address) -> Engine:
    """Prepare connections to the registry's database, without connecting yet.

    Parameters
    ----------
    address : Address
        Where it is.

    Returns
    -------
    sqlalchemy.Engine
        Its transactions are whole on either database, statements that make tables included.

    Raises
    ------
    RegistryError
        If it is of another kind of database.
    """
    if address.system == POSTGRESQL:
        return create_engine(
            address.url, connect_args={"connect_timeout": 10}, hide_parameters=True, pool_pre_ping=True
        )
    if address.system != SQLITE:
        raise RegistryError(
            _("The registry can only be kept in SQLite or PostgreSQL."),
            where=address.place,
            next_step=_("Set CRM_AI_REGISTRY_URL to sqlite:///file.db or postgresql://…, or leave it away."),
        )
    engine = create_engine(address.url, connect_args={"timeout": SECONDS_TO_WAIT}, hide_parameters=True)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # Python's own transactions would leave out statements that make tables
    raw.execute("PRAGMA foreign_keys = ON")


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")


@contextmanager
def reading(engine: Engine, address: Address) -> Iterator[Connection]:
    """Read from the registry.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        From ``open_engine``.
    address : Address
        Named where something goes wrong.

    Yields
    ------
    sqlalchemy.Connection
        In a transaction that sees one state of the database throughout, whatever is written meanwhile.
    """
    with translated(address, timeout=SECONDS_TO_WAIT), engine.connect() as connection:
        if address.system == POSTGRESQL:  # SQLite's transactions see one state anyway
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine, address: Address) -> Iterator[Connection]:
    """Write to the registry: one after the other, all or nothing.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        From ``open_engine``.
    address : Address
        Named where something goes wrong.

    Yields
    ------
    sqlalchemy.Connection
        In a transaction that is committed at the end, or rolled back if anything was raised; nobody else writes
        meanwhile.
    """
    with translated(address, timeout=SECONDS_TO_WAIT), engine.connect() as plain:
        connection = plain.execution_options(**{WRITES: True})
        with connection.begin():
            if address.system == POSTGRESQL:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{SECONDS_TO_WAIT}s'")
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            yield connection


def bring_up_to_date(engine: Engine, address: Address) -> None:
    """Make the tables, or bring them to the form that this version of crm_ai knows.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        From ``open_engine``.
    address : Address
        Named where something goes wrong.

    Raises
    ------
    RegistryError
        If the tables are of a newer version of crm_ai.
    DatabaseError
        If the database cannot be reached or does not allow it.
    """
    with reading(engine, address) as connection:
        form = form_of(connection)
    if form == NEWEST:
        return
    with writing(engine, address) as connection:
        form = form_of(connection)
        if form != NEWEST:
            _migrate(connection, form, address)


def form_of(connection: Connection) -> str:
    """Form of the tables that are there.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To the registry's database.

    Returns
    -------
    str
        Name of the last step that was carried out; empty if there are no tables.
    """
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none() or "")


def migration_settings() -> Config:
    """Where Alembic finds the steps.

    Returns
    -------
    alembic.config.Config
        For Alembic's commands.
    """
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return settings


def _migrate(connection: Connection, form: str, address: Address) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    settings = migration_settings()
    known = {step.revision for step in ScriptDirectory.from_config(settings).walk_revisions()}
    if form and form not in known:
        raise RegistryError(
            _("The registry was written by a newer version of crm_ai."),
            where=address.place,
            next_step=_("Update crm_ai; nothing was changed."),
        )
    foreign = set(inspect(connection).get_table_names()) & set(metadata.tables) if not form else set()
    if foreign:
        raise RegistryError(
            _("The database holds tables of the registry's names that are not the registry's: {names}.").format(
                names=", ".join(sorted(foreign))
            ),
            where=address.place,
            next_step=_("Choose another database; nothing was changed."),
        )
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
