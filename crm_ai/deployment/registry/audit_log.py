"""The log of what was done: only ever added to, each entry sealed by the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from crm_ai.deployment.registry.roles import Act, Person
from crm_ai.deployment.registry.tables import log
from crm_ai.deployment.registry.versions import model_name
from crm_ai.errors import RegistryError
from crm_ai.words import _, count

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crm_ai.deployment.registry.registry import Registry

BEGINNING = "0" * 64
LONGEST_WHY = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that was done.

    Parameters
    ----------
    number : int
        Its place in the log, from 1.
    at : str
        When, in UTC.
    by : str
        Who.
    role : str
        What this person was to the registry.
    act : str
        What was done.
    model : str
        To which model.
    version : int
        To which of its versions.
    why : str
        In this person's words.
    before, after : str
        What it changed, from and to.
    former : str
        Digest of the entry before; zeros for the first.
    digest : str
        SHA-256 of everything else in this entry.
    """

    number: int
    at: str
    by: str
    role: str
    act: str
    model: str
    version: int
    why: str
    before: str
    after: str
    former: str
    digest: str = ""

    def sealed(self) -> str:
        """Digest that this entry must have.

        Returns
        -------
        str
            64 hexadecimal digits.
        """
        content = {name: value for name, value in asdict(self).items() if name != "digest"}
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def add_entry(
    connection: Connection,
    registry: Registry,
    act: Act,
    *,
    by: Person,
    model: str,
    version: int,
    why: str,
    before: str = "",
    after: str = "",
) -> None:
    """Add to the log, in the transaction of what is done.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        From ``Registry.writing``.
    registry : Registry
        Tells the time.
    act : Act
        What is done.
    by : Person
        Who does it.
    model : str
        To which model.
    version : int
        To which of its versions.
    why : str
        In this person's words.
    before, after : str, optional
        What it changes, from and to.
    """
    last = connection.execute(select(log.c.number, log.c.digest).order_by(log.c.number.desc()).limit(1)).first()
    entry = Entry(
        number=last.number + 1 if last else 1,
        at=registry.moment(),
        by=by.name,
        role=by.role.value,
        act=act.value,
        model=model,
        version=version,
        why=why,
        before=before,
        after=after,
        former=last.digest if last else BEGINNING,
    )
    connection.execute(insert(log).values(**asdict(entry) | {"digest": entry.sealed()}))


def read_log(registry: Registry, name: str | None = None) -> tuple[Entry, ...]:
    """Read what was done.

    Parameters
    ----------
    registry : Registry
        The registry.
    name : str, optional
        Only to this model.

    Returns
    -------
    tuple of Entry
        The oldest first.
    """
    with registry.reading() as connection:
        return entries_of(connection, name)


def entries_of(connection: Connection, name: str | None = None) -> tuple[Entry, ...]:
    """Read what was done, within a transaction.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        The transaction's.
    name : str, optional
        Only to this model.

    Returns
    -------
    tuple of Entry
        The oldest first.
    """
    asked = select(log).order_by(log.c.number)
    asked = asked if name is None else asked.where(log.c.model == model_name(name))
    return tuple(Entry(**row) for row in connection.execute(asked).mappings())


def verify_log(registry: Registry, *, last: str | None = None) -> int:
    """Make sure that nobody has changed, moved or taken away an entry.

    Parameters
    ----------
    registry : Registry
        The registry.
    last : str, optional
        Digest of an entry that was noted down elsewhere: with it, a log that was cut off at its end, or written anew
        as a whole, is found out too.

    Returns
    -------
    int
        Entries in the log.

    Raises
    ------
    RegistryError
        If the chain is broken, or `last` is not in it.
    """
    entries = read_log(registry)
    broken = first_broken(entries)
    if broken is not None:
        raise RegistryError(
            _("The log was changed: entry {n} does not follow from the one before.").format(n=count(broken)),
            where=registry.address.place,
            next_step=_("Do not rely on what comes after it. Compare with a backup of the database."),
        )
    if last is not None and last not in {BEGINNING, *(entry.digest for entry in entries)}:
        raise RegistryError(
            _("The log does not hold the entry that was noted down."),
            where=registry.address.place,
            next_step=_("Entries were taken away or written anew. Compare with a backup of the database."),
        )
    return len(entries)


def first_broken(entries: Iterable[Entry]) -> int | None:
    """Find where a chain breaks.

    Parameters
    ----------
    entries : iterable of Entry
        All of them, in order.

    Returns
    -------
    int or None
        Place of the first entry that does not follow; None if the chain is whole.
    """
    former = BEGINNING
    for place, entry in enumerate(entries, start=1):
        if entry.number != place or entry.former != former or entry.digest != entry.sealed():
            return place
        former = entry.digest
    return None


def reason(why: str) -> str:
    """Insist on a reason.

    Parameters
    ----------
    why : str
        In somebody's words.

    Returns
    -------
    str
        The words, without blanks around them.

    Raises
    ------
    RegistryError
        If there are none, or far too many.
    """
    said = readable(why).strip()
    if not said:
        raise RegistryError(_("There is no reason given."), next_step=_("Say why, in a few words."))
    if len(said) > LONGEST_WHY:
        raise RegistryError(
            _("The reason is too long."),
            next_step=_("Say it in at most {n} characters.").format(n=count(LONGEST_WHY)),
        )
    return said


def readable(words: str) -> str:
    r"""Take out of somebody's words what cannot be seen, or would move a terminal's cursor.

    Parameters
    ----------
    words : str
        Any text.

    Returns
    -------
    str
        The words; lines stay.

    Examples
    --------
    >>> readable("red\x1b[31m\n\u202eok")
    'red[31m\nok'
    """
    known = words.encode("utf-8", "replace").decode()
    return "".join(letter for letter in known if letter.isprintable() or letter == "\n")
