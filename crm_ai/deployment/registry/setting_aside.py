"""Batches that shall not count: a wrong file, customers scored twice. They stay, and can be counted again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from crm_ai.deployment.registry.audit_log import add_entry, reason
from crm_ai.deployment.registry.roles import LOCAL_USER, Act, Person, require
from crm_ai.deployment.registry.tables import batches, models, set_aside_batches, versions
from crm_ai.deployment.registry.versions import by_number, row_of
from crm_ai.errors import RegistryError
from crm_ai.words import _, shorten

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crm_ai.deployment.registry.registry import Registry
    from crm_ai.deployment.registry.versions import Version


@dataclass(frozen=True, slots=True)
class SetAside:
    """A batch that does not count.

    Parameters
    ----------
    batch : str
        Its name.
    day : str
        When it was scored, as YYYY-MM-DD.
    by, at, why : str
        Who set it aside, when (in UTC) and in which words.
    """

    batch: str
    day: str
    by: str
    at: str
    why: str


def set_aside(registry: Registry, version: Version, batch: str, *, by: Person = LOCAL_USER, why: str) -> None:
    """Let a batch count no more: neither for alerts and advice, nor for outcomes.

    Parameters
    ----------
    registry : Registry
        The registry.
    version : Version
        Which version has scored it.
    batch : str
        Its name.
    by : Person, default LOCAL_USER
        Who decides.
    why : str
        In this person's words.

    Raises
    ------
    RegistryError
        If there is no such batch, it is set aside already, or this person may not.
    """
    require(by, Act.SET_ASIDE)
    why = reason(why)
    with registry.writing() as connection:
        batch_id = _id_of(connection, version, batch)
        if _is_aside(connection, batch_id):
            raise RegistryError(_("“{batch}” is set aside already.").format(batch=shorten(batch)))
        row = {"batch_id": batch_id, "by": by.name, "at": registry.moment(), "why": why}
        connection.execute(insert(set_aside_batches).values(**row))
        _note(connection, registry, Act.SET_ASIDE, version, batch, by, why)


def count_again(registry: Registry, version: Version, batch: str, *, by: Person = LOCAL_USER, why: str) -> None:
    """Let a batch that was set aside count again.

    Parameters
    ----------
    registry : Registry
        The registry.
    version : Version
        Which version has scored it.
    batch : str
        Its name.
    by : Person, default LOCAL_USER
        Who decides.
    why : str
        In this person's words.

    Raises
    ------
    RegistryError
        If there is no such batch, it counts, or this person may not.
    """
    require(by, Act.COUNT_AGAIN)
    why = reason(why)
    with registry.writing() as connection:
        batch_id = _id_of(connection, version, batch)
        if not _is_aside(connection, batch_id):
            raise RegistryError(_("“{batch}” counts; it is not set aside.").format(batch=shorten(batch)))
        connection.execute(delete(set_aside_batches).where(set_aside_batches.c.batch_id == batch_id))
        _note(connection, registry, Act.COUNT_AGAIN, version, batch, by, why)


def list_set_aside(registry: Registry, version: Version) -> tuple[SetAside, ...]:
    """Find the batches of a version that do not count.

    Parameters
    ----------
    registry : Registry
        The registry.
    version : Version
        Which version.

    Returns
    -------
    tuple of SetAside
        By the day of the batch, the earliest first.
    """
    aside = set_aside_batches.c
    asked = select(batches.c.name, batches.c.day, aside.by, aside.at, aside.why)
    with registry.reading() as connection:
        version_id = row_of(connection, by_number(connection, version.name, version.number))
        asked = asked.join(set_aside_batches, aside.batch_id == batches.c.id)
        rows = connection.execute(asked.where(batches.c.version_id == version_id)).all()
    return tuple(sorted((SetAside(*row) for row in rows), key=lambda one: (one.day, one.batch)))


def names_set_aside(connection: Connection) -> set[tuple[str, int, str]]:
    """Find all batches that do not count.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Open.

    Returns
    -------
    set of tuple
        Name and number of the version, and name of the batch.
    """
    asked = (
        select(models.c.name, versions.c.number, batches.c.name)
        .join(set_aside_batches, set_aside_batches.c.batch_id == batches.c.id)
        .join(versions, versions.c.id == batches.c.version_id)
        .join(models, models.c.id == versions.c.model_id)
    )
    return {(name, number, batch) for name, number, batch in connection.execute(asked)}


def _id_of(connection: Connection, version: Version, batch: str) -> int:
    version_id = row_of(connection, by_number(connection, version.name, version.number))
    asked = select(batches.c.id).where(batches.c.version_id == version_id, batches.c.name == batch.strip())
    found = connection.execute(asked).scalar_one_or_none()
    if found is None:
        raise RegistryError(
            _("There is no batch “{name}” of this model.").format(name=shorten(batch)),
            where=version.label,
            next_step=_("Look at the weeks of this version for the names of its batches."),
        )
    return int(found)


def _is_aside(connection: Connection, batch_id: int) -> bool:
    asked = select(set_aside_batches.c.batch_id).where(set_aside_batches.c.batch_id == batch_id)
    return connection.execute(asked).first() is not None


def _note(
    connection: Connection, registry: Registry, act: Act, version: Version, batch: str, by: Person, why: str
) -> None:
    add_entry(
        connection, registry, act, by=by, model=version.name, version=version.number, why=why, after=batch.strip()
    )
