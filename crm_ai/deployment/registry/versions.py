"""Versions of models: what is known of each, read within a transaction."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from crm_ai.deployment.registry.tables import aliases, approvals, models, versions
from crm_ai.errors import RegistryError
from crm_ai.evaluation import Estimate
from crm_ai.words import _, shorten

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A model that was registered.

    Parameters
    ----------
    name : str
        Name of the model.
    number : int
        Its place among the model's versions, from 1.
    digest : str
        SHA-256 of all that was registered: of the facts, the card and the model file.
    state : str
        registered, approved, refused or withdrawn.
    decided : int
        How often it was approved or refused so far: a decision that rests on fewer is refused.
    aliases : tuple of str
        Of champion and challenger, those that it is.
    artifact : str
        SHA-256 of the model file, by which it is found.
    facts : mapping
        Parameters, figures with intervals, audits, data, signature, input example, versions of packages and more; as
        JSON keeps them.
    card : str
        The model card, in Markdown.
    registered_by, registered_at : str
        Who, and when in UTC.
    note : str
        In this person's words.
    """

    name: str
    number: int
    digest: str
    state: str
    decided: int
    aliases: tuple[str, ...]
    artifact: str
    registered_by: str
    registered_at: str
    note: str
    facts: Mapping[str, Any] = field(repr=False)
    card: str = field(repr=False)

    @property
    def threshold(self) -> float:
        """Score from which a customer is selected, for a yes/no question."""
        return float(self.facts["threshold"])

    @property
    def model_type(self) -> str:
        """Identifier of its model type."""
        return str(self.facts["model_type"])

    @property
    def metrics(self) -> dict[str, Estimate]:
        """Figures that it was registered with, by metric."""
        return {name: estimate_from_json(name, said) for name, said in self.facts["metrics"].items()}

    @property
    def label(self) -> str:
        """Name and number, as people call it."""
        return f"{shorten(self.name)} v{self.number}"


def estimate_from_json(name: str, said: Mapping[str, Any]) -> Estimate:
    """Read a figure that ``Estimate.as_dict`` wrote.

    Parameters
    ----------
    name : str
        The field's term.
    said : mapping
        Value, low, high and n; None for what is undefined.

    Returns
    -------
    Estimate
        The same.

    Examples
    --------
    >>> estimate_from_json("accuracy", Estimate("accuracy", 0.5, n=8).as_dict()).n
    8
    """
    value, low, high = (float("nan") if said[key] is None else float(said[key]) for key in ("value", "low", "high"))
    return Estimate(name, value, low, high, int(said["n"]))


def model_name(text: str) -> str:
    """Insist on a name that a model can have.

    Parameters
    ----------
    text : str
        Any text; names are never used as paths or as SQL.

    Returns
    -------
    str
        The name, in Unicode's composed form.

    Raises
    ------
    RegistryError
        If it is empty, too long, or holds what cannot be seen.

    Examples
    --------
    >>> model_name(" churn ")
    'churn'
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise RegistryError(
            _("A model cannot be called that."),
            next_step=_("Give it a name of at most {n} characters, on one line.").format(n=LONGEST_NAME),
        )
    return name


def versions_of(connection: Connection, name: str | None = None) -> tuple[Version, ...]:
    """List what was registered, within a transaction.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        The transaction's.
    name : str, optional
        Only versions of this model.

    Returns
    -------
    tuple of Version
        By name, the newest first.
    """
    asked = _all().order_by(models.c.name, versions.c.number.desc())
    return _read(connection, asked if name is None else asked.where(models.c.name == model_name(name)))


def current(connection: Connection, version: Version) -> Version:
    """Read a version anew, for a decision that must not rest on what was true a moment ago.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In the decision's transaction.
    version : Version
        As it was.

    Returns
    -------
    Version
        As it is.

    Raises
    ------
    RegistryError
        If it is not in this registry.
    """
    known = by_number(connection, version.name, version.number)
    if known.digest != version.digest:
        raise unknown(version.label)
    return known


def by_number(connection: Connection, name: str, number: int) -> Version:
    """Find a version by its number, within a transaction.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        The transaction's.
    name : str
        Name of the model.
    number : int
        Its number.

    Returns
    -------
    Version
        As it is now.

    Raises
    ------
    RegistryError
        If there is none.
    """
    found = _read(connection, _all().where(models.c.name == name, versions.c.number == number))
    if not found:
        raise unknown(f"{name} v{number}")
    return found[0]


def row_of(connection: Connection, version: Version) -> int:
    """Where a version stands in its table.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        The transaction's.
    version : Version
        One that is there.

    Returns
    -------
    int
        Its row's identifier.
    """
    asked = (
        select(versions.c.id)
        .join(models, models.c.id == versions.c.model_id)
        .where(models.c.name == version.name, versions.c.number == version.number)
    )
    return int(connection.execute(asked).scalar_one())


def alias_number(connection: Connection, name: str, alias: str) -> int | None:
    """Number of the version that is champion or challenger.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To the registry's database.
    name : str
        Name of the model.
    alias : str
        champion or challenger.

    Returns
    -------
    int or None
        None if there is none.
    """
    asked = (
        select(versions.c.number)
        .join(aliases, aliases.c.version_id == versions.c.id)
        .join(models, models.c.id == aliases.c.model_id)
        .where(models.c.name == name, aliases.c.alias == alias)
    )
    return connection.execute(asked).scalar_one_or_none()


def _all() -> Any:
    decided = select(func.count()).where(approvals.c.version_id == versions.c.id).scalar_subquery().label("decided")
    return select(versions, models.c.name, decided).join(models, models.c.id == versions.c.model_id)


def _read(connection: Connection, asked: Any) -> tuple[Version, ...]:
    rows = connection.execute(asked).all()
    held: dict[int, list[str]] = {}
    for alias in connection.execute(select(aliases).order_by(aliases.c.alias)):
        held.setdefault(alias.version_id, []).append(alias.alias)
    return tuple(_version(row, tuple(held.get(row.id, ()))) for row in rows)


def _version(row: Row[Any], held: tuple[str, ...]) -> Version:
    return Version(
        name=row.name,
        number=row.number,
        digest=row.digest,
        state=row.state,
        decided=row.decided,
        aliases=held,
        artifact=row.artifact,
        facts=json.loads(row.facts),
        card=row.card,
        registered_by=row.registered_by,
        registered_at=row.registered_at,
        note=row.note,
    )


def unknown(name: str) -> RegistryError:
    """What is said of a name that nothing was registered by.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    RegistryError
        To be raised.
    """
    return RegistryError(
        _("There is no “{name}” in the registry.").format(name=shorten(name)),
        next_step=_("Register a model of this name first, or look at the list of versions."),
    )
