"""Versions as people look for them: all of a model, or one by its number, its place or its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from crm_ai.deployment.registry.tables import ALIASES, models, versions
from crm_ai.deployment.registry.versions import Version, alias_number, by_number, model_name, unknown, versions_of
from crm_ai.errors import RegistryError
from crm_ai.words import _, shorten

if TYPE_CHECKING:
    from crm_ai.deployment.registry.registry import Registry

FEWEST_DIGITS = 6
NEWEST = "newest"


def list_names(registry: Registry) -> tuple[str, ...]:
    """List the models of which a version is registered; what is known of the versions is not read.

    Parameters
    ----------
    registry : Registry
        The registry.

    Returns
    -------
    tuple of str
        In order.
    """
    with registry.reading() as connection:
        return tuple(connection.execute(select(models.c.name).order_by(models.c.name)).scalars())


def list_versions(registry: Registry, name: str | None = None) -> tuple[Version, ...]:
    """List what was registered.

    Parameters
    ----------
    registry : Registry
        The registry.
    name : str, optional
        Only versions of this model.

    Returns
    -------
    tuple of Version
        By name, the newest first.

    Raises
    ------
    RegistryError
        If there is no model of this name.
    """
    with registry.reading() as connection:
        found = versions_of(connection, name)
    if name is not None and not found:
        raise unknown(name)
    return found


def find_version(registry: Registry, name: str, which: str | int) -> Version:
    """Find a version as people call it.

    Parameters
    ----------
    registry : Registry
        The registry.
    name : str
        Name of the model.
    which : str or int
        Its number (``3`` or ``v3``), ``champion``, ``challenger``, ``newest``, or at least six digits of its digest.

    Returns
    -------
    Version
        The version.

    Raises
    ------
    RegistryError
        If there is none, or several begin so.
    """
    name, said = model_name(name), str(which).strip().lower()
    with registry.reading() as connection:
        asked = select(versions.c.number, versions.c.digest).join(models, models.c.id == versions.c.model_id)
        known = connection.execute(asked.where(models.c.name == name).order_by(versions.c.number.desc())).all()
        if not known:
            raise unknown(name)
        if said == NEWEST:
            return by_number(connection, name, known[0].number)
        held = alias_number(connection, name, said) if said in ALIASES else None
        found = [v.number for v in known if said in (str(v.number), f"v{v.number}") or v.number == held]
        if not found and len(said) >= FEWEST_DIGITS:
            found = [v.number for v in known if v.digest.startswith(said)]
        if len(found) == 1:
            return by_number(connection, name, found[0])
    raise RegistryError(
        _("“{name}” has no version “{which}”.").format(name=shorten(name), which=shorten(said)),
        next_step=_("Choose one of: {numbers}.").format(numbers=", ".join(f"v{v.number}" for v in known[:20])),
    )
