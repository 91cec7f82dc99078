"""Addresses of databases: which ones are understood, and how to name them without a password."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crm_ai.errors import DatabaseError
from crm_ai.words import _

if TYPE_CHECKING:
    from sqlalchemy import URL

PREFIX = "CRM_AI_DATABASE_"
POSTGRESQL, MYSQL, SQLITE = "postgresql", "mysql", "sqlite"
DRIVERS = {
    "postgresql": (POSTGRESQL, "postgresql+psycopg", "psycopg"),
    "postgresql+psycopg": (POSTGRESQL, "postgresql+psycopg", "psycopg"),
    "postgres": (POSTGRESQL, "postgresql+psycopg", "psycopg"),
    "mysql": (MYSQL, "mysql+pymysql", "pymysql"),
    "mysql+pymysql": (MYSQL, "mysql+pymysql", "pymysql"),
    "mariadb": (MYSQL, "mariadb+pymysql", "pymysql"),
    "mariadb+pymysql": (MYSQL, "mariadb+pymysql", "pymysql"),
    "sqlite": (SQLITE, "sqlite", "sqlite3"),
}
PACKAGES = {"psycopg": "psycopg[binary]", "pymysql": "pymysql[rsa]", "sqlalchemy": "sqlalchemy"}
# Anything else could run commands, read local files or lift the protection against writing.
OPTIONS = {
    POSTGRESQL: {"host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding", "application_name"},
    MYSQL: {"charset", "unix_socket", "ssl_ca", "ssl_cert", "ssl_key", "ssl_check_hostname"},
    SQLITE: set(),
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is.

    Parameters
    ----------
    system : str
        postgresql, mysql (MariaDB too) or sqlite.
    place : str
        Host and database, or the file, as people may see it: without user and password.
    url : sqlalchemy.URL
        Everything, the password included.
    """

    system: str
    place: str
    url: URL = field(repr=False)


def connections(environ: Mapping[str, str]) -> dict[str, str]:
    """Databases that environment variables name.

    Parameters
    ----------
    environ : mapping of str to str
        Environment variables; those that begin with ``CRM_AI_DATABASE_`` hold addresses.

    Returns
    -------
    dict of str to str
        Addresses by name, the name in small letters. They may hold passwords: show the names only.

    Examples
    --------
    >>> connections({"CRM_AI_DATABASE_SHOP": "sqlite:///shop.db", "HOME": "/home/ann"})
    {'shop': 'sqlite:///shop.db'}
    """
    named = {key[len(PREFIX) :].lower(): environ[key].strip() for key in sorted(environ) if key.startswith(PREFIX)}
    return {name: url for name, url in named.items() if name and url}


def check_url(url: str) -> Address:
    """Understand the address of a database, without connecting to it.

    Parameters
    ----------
    url : str
        ``postgresql://user:password@host:5432/database``, the same with ``mysql`` or ``mariadb``,
        or ``sqlite:///folder/file.db``.

    Returns
    -------
    Address
        Its parts.

    Raises
    ------
    DatabaseError
        If it cannot be used; the message never repeats what might be a password.

    Examples
    --------
    >>> check_url("postgres://ann:secret@db.example.com/shop").place
    'db.example.com/shop'
    >>> check_url("oracle://db.example.com/shop")
    Traceback (most recent call last):
    ...
    crm_ai.errors.DatabaseError: address of the database: Databases of the kind “oracle” cannot be read. ...
    """
    scheme, found, rest = url.strip().partition("://")
    if not found:
        raise _malformed(_("It has no “://”."))
    if scheme.lower() not in DRIVERS:
        raise _unknown(scheme)
    system, driver, module = DRIVERS[scheme.lower()]
    _require("sqlalchemy")
    _require(module)
    parsed = _parsed(system, f"{driver}://{rest}")
    unknown = sorted(set(parsed.query) - OPTIONS[system])
    if unknown:
        told = _("The option “{option}” at the end of the address is not allowed.").format(option=_harmless(unknown[0]))
        allowed = _(", ").join(sorted(OPTIONS[system])) or _("none")
        raise _unusable(told, _("Take it away. Allowed are: {options}.").format(options=allowed))
    return Address(system, _place(system, parsed), parsed)


def _parsed(system: str, url: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    problem = ""
    if system != SQLITE and url.count("@") > 1:
        # What stands behind the first @ would be taken for the host, and shown.
        problem = _("It has more than one @.")
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _malformed(problem or _("Perhaps the port is no number.")) from None
    if problem:
        raise _malformed(problem)
    if not parsed.database:
        raise _malformed(_("It names no file.") if system == SQLITE else _("It names no database."))
    if system == SQLITE and (parsed.host or parsed.database == ":memory:" or parsed.database.startswith("file:")):
        raise _malformed(_("It does not name the file as sqlite:///folder/file.db does."))
    return parsed


def _place(system: str, url: URL) -> str:
    if system == SQLITE:
        return str(url.database)
    host = url.host or url.query.get("host") or url.query.get("unix_socket") or "localhost"
    listed = host if isinstance(host, str) else ",".join(host)
    port = f":{url.port}" if url.port else ""
    return f"{listed}{port}/{url.database}"


def _require(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        package = PACKAGES.get(module, module)
        told = _("The Python package {package} is needed to read this database, and is not installed.")
        raise _unusable(told.format(package=module), _('Install it: pip install "{package}"').format(package=package))


def _unknown(scheme: str) -> DatabaseError:
    told = _("Databases of the kind “{kind}” cannot be read.").format(kind=_harmless(scheme))
    return _unusable(told, _("Begin the address with postgresql://, mysql://, mariadb:// or sqlite:///."))


def _malformed(why: str) -> DatabaseError:
    told = _("This is no complete address of a database.") + f" {why}"
    advice = _(
        "Write it as postgresql://user:password@host:5432/database; in the password write @ as %40, / as %2F, "
        ": as %3A, ? as %3F, # as %23 and % as %25."
    )
    return _unusable(told, advice)


def _unusable(what: str, advice: str) -> DatabaseError:
    return DatabaseError(what, where=_("address of the database"), next_step=advice)


def _harmless(text: str) -> str:
    """Repeat only what looks like a word, because parts of a password may stand anywhere in a broken address."""
    return text if len(text) <= 24 and text.replace("+", "").replace("_", "").isalnum() else "…"
