"""Who was at work from when to when, and who would come back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from crm_ai.deployment.registry.audit_log import Entry, read_log
from crm_ai.deployment.registry.tables import APPROVED, CHAMPION, models, succession, versions
from crm_ai.deployment.registry.versions import Version, alias_number, by_number, model_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crm_ai.deployment.registry.registry import Registry

_CROWNED = re.compile(rf"{CHAMPION} (?:v(\d+)|–)")


@dataclass(frozen=True, slots=True)
class Reign:
    """A time during which a version was at work.

    Parameters
    ----------
    number : int
        The version's.
    since : str
        When it was put to work, in UTC.
    until : str, default ""
        When another one took its place, or it stepped down; empty if it is at work now.
    """

    number: int
    since: str
    until: str = ""


def reigns(entries: Iterable[Entry]) -> tuple[Reign, ...]:
    """Read off the log which version was at work when.

    Parameters
    ----------
    entries : iterable of Entry
        Of one model, in order, see ``read_log``.

    Returns
    -------
    tuple of Reign
        The oldest first.
    """
    found: list[Reign] = []
    for entry in entries:
        crowned = _CROWNED.fullmatch(entry.after)
        if crowned is None:
            continue
        if found and not found[-1].until:
            found[-1] = replace(found[-1], until=entry.at)
        if crowned.group(1):
            found.append(Reign(int(crowned.group(1)), entry.at))
    return tuple(found)


def at_work_since(registry: Registry, name: str) -> str:
    """Since when the champion is at work.

    Parameters
    ----------
    registry : Registry
        The registry.
    name : str
        Name of the model.

    Returns
    -------
    str
        In UTC; empty if there is none.
    """
    known = reigns(read_log(registry, name))
    return known[-1].since if known and not known[-1].until else ""


def former_champion(registry: Registry, name: str) -> Version | None:
    """Which version a roll-back would bring back.

    Parameters
    ----------
    registry : Registry
        The registry.
    name : str
        Name of the model.

    Returns
    -------
    Version or None
        The last champion before this one that is still approved; the last one, if there is none now.
    """
    name = model_name(name)
    with registry.reading() as connection:
        found = former(connection, name)
        return None if found is None else by_number(connection, name, found[1])


def former(connection: Connection, name: str) -> tuple[int, int] | None:
    """Place and number of the last champion before this one, or the last one if there is none, that is still approved.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To the registry's database.
    name : str
        Name of the model.

    Returns
    -------
    tuple of (int, int), or None
        Place in the succession, and number of the version.
    """
    asked = (
        select(succession.c.place, versions.c.number, versions.c.state)
        .join(versions, versions.c.id == succession.c.version_id)
        .join(models, models.c.id == succession.c.model_id)
        .where(models.c.name == name)
        .order_by(succession.c.place.desc())
    )
    now = alias_number(connection, name, CHAMPION)
    rows = connection.execute(asked).all()
    return next(((row.place, row.number) for row in rows if row.state == APPROVED and row.number != now), None)
