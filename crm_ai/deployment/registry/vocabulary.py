"""What people call the states of a version and the places it can have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_ai.deployment.registry.roles import LOCAL_USER
from crm_ai.deployment.registry.tables import APPROVED, CHALLENGER, CHAMPION, REFUSED, REGISTERED, WITHDRAWN
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.deployment.registry.versions import Version


def state_in_words(state: str) -> str:
    """Name a state.

    Parameters
    ----------
    state : str
        registered, approved, refused or withdrawn.

    Returns
    -------
    str
        In the reader's language.

    Examples
    --------
    >>> state_in_words("approved")
    'approved'
    """
    return {
        REGISTERED: _("registered"),
        APPROVED: _("approved"),
        REFUSED: _("refused"),
        WITHDRAWN: _("withdrawn"),
    }[state]


def alias_in_words(alias: str) -> str:
    """Name a place that a version can have.

    Parameters
    ----------
    alias : str
        champion or challenger; anything else stays as it is.

    Returns
    -------
    str
        In the reader's language.

    Examples
    --------
    >>> alias_in_words("champion")
    'champion'
    """
    return {CHAMPION: _("champion"), CHALLENGER: _("challenger")}.get(alias, alias)


def standing_in_words(version: Version) -> str:
    """Say where a version stands: at work, beside it, waiting, or out.

    Parameters
    ----------
    version : Version
        The version.

    Returns
    -------
    str
        A few words.
    """
    if CHAMPION in version.aliases:
        return _("at work (champion)")
    if CHALLENGER in version.aliases:
        return _("on trial (challenger)")
    return {
        REGISTERED: _("waits to be decided"),
        APPROVED: _("approved, not at work"),
        REFUSED: _("refused"),
        WITHDRAWN: _("withdrawn"),
    }[version.state]


def person_in_words(name: str) -> str:
    """Name who did something.

    Parameters
    ----------
    name : str
        As the log has it.

    Returns
    -------
    str
        The same; of the one local user in the reader's language.

    Examples
    --------
    >>> person_in_words("Ann"), person_in_words("local user")
    ('Ann', 'local user')
    """
    return _("local user") if name == LOCAL_USER.name else name
