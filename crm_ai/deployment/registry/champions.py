"""The model that is at work, for whatever scores with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crm_ai.deployment.model_file import load_model
from crm_ai.deployment.registry.finding import find_version
from crm_ai.deployment.registry.tables import CHAMPION
from crm_ai.deployment.registry.versions import Version, alias_number, model_name
from crm_ai.deployment.registry.vocabulary import alias_in_words
from crm_ai.errors import RegistryError
from crm_ai.modeling import Model
from crm_ai.words import _, shorten

if TYPE_CHECKING:
    from crm_ai.deployment.registry.registry import Registry


class Champion(NamedTuple):
    """What is at work.

    Parameters
    ----------
    version : Version
        Which version.
    model : Model
        The model, its file checked against the digest it was registered with.
    threshold : float
        The score that was approved, from which a customer is selected.
    """

    version: Version
    model: Model
    threshold: float


def current_version(registry: Registry, name: str, *, alias: str = CHAMPION) -> int | None:
    """Number of the version that is at work: one small query, to be asked often.

    Parameters
    ----------
    registry : Registry
        The registry.
    name : str
        Name of the model.
    alias : str, default "champion"
        champion or challenger.

    Returns
    -------
    int or None
        None if there is none.
    """
    with registry.reading() as connection:
        return alias_number(connection, model_name(name), alias)


def champion(registry: Registry, name: str, *, alias: str = CHAMPION) -> Champion:
    """Open the model that is at work.

    Parameters
    ----------
    registry : Registry
        The registry.
    name : str
        Name of the model.
    alias : str, default "champion"
        champion or challenger.

    Returns
    -------
    Champion
        Version, model and threshold.

    Raises
    ------
    RegistryError
        If there is none.
    ModelFileError
        If its file is gone or was changed.
    """
    number = current_version(registry, name, alias=alias)
    if number is None:
        raise RegistryError(
            _("“{name}” has no {alias}.").format(name=shorten(model_name(name)), alias=alias_in_words(alias)),
            next_step=_("Approve a version and promote it."),
        )
    version = find_version(registry, name, number)
    return Champion(version, open_version(registry, version), version.threshold)


def open_version(registry: Registry, version: Version) -> Model:
    """Open the model of any version.

    Parameters
    ----------
    registry : Registry
        The registry.
    version : Version
        The version.

    Returns
    -------
    Model
        The model.

    Raises
    ------
    ModelFileError
        If its file is gone or was changed.
    """
    return load_model(registry.artifacts.get(version.artifact), sha256=version.artifact)
