"""Who may do what: three roles, and one local user where nobody signs in."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from crm_ai.errors import RegistryError
from crm_ai.words import _

LONGEST_NAME = 200


class Role(StrEnum):
    """What a person is to the registry."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    APPROVER = "approver"

    @property
    def in_words(self) -> str:
        """Its name in the reader's language."""
        return {
            Role.VIEWER: _("viewer"),
            Role.ANALYST: _("analyst"),
            Role.APPROVER: _("approver"),
        }[self]


class Act(StrEnum):
    """What can be done; each is an entry in the log."""

    REGISTER = "register"
    APPROVE = "approve"
    REFUSE = "refuse"
    PROMOTE = "promote"
    ROLL_BACK = "roll back"
    STEP_DOWN = "step down"
    WITHDRAW = "withdraw"
    PUBLISH = "publish"
    SET_ASIDE = "set aside"
    COUNT_AGAIN = "count again"

    @property
    def in_words(self) -> str:
        """Its name in the reader's language."""
        return {
            Act.REGISTER: _("register"),
            Act.APPROVE: _("approve"),
            Act.REFUSE: _("refuse"),
            Act.PROMOTE: _("promote"),
            Act.ROLL_BACK: _("roll back"),
            Act.STEP_DOWN: _("step down"),
            Act.WITHDRAW: _("withdraw"),
            Act.PUBLISH: _("publish"),
            Act.SET_ASIDE: _("set aside"),
            Act.COUNT_AGAIN: _("count again"),
        }[self]


MAY = {
    Role.VIEWER: frozenset[Act](),
    Role.ANALYST: frozenset({Act.REGISTER, Act.SET_ASIDE, Act.COUNT_AGAIN}),
    Role.APPROVER: frozenset(Act),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts.

    Parameters
    ----------
    name : str
        As the log shall name the person: what signing in has found out, never what a form says.
    role : Role
        What this person is to the registry.
    """

    name: str
    role: Role

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > LONGEST_NAME or not self.name.isprintable():
            raise RegistryError(
                _("Nobody can be called that."), next_step=_("Give a name of at most 200 characters, on one line.")
            )

    def is_same(self, name: str) -> bool:
        """Whether a name in the registry is this person's.

        Parameters
        ----------
        name : str
            The name.

        Returns
        -------
        bool
            True whatever the case of the letters and however they are encoded.

        Examples
        --------
        >>> Person("Ann", Role.ANALYST).is_same(" ann")
        True
        """
        return _folded(name) == _folded(self.name)


LOCAL_USER = Person("local user", Role.APPROVER)


def may(person: Person, act: Act) -> bool:
    """Whether a person's role allows something.

    Parameters
    ----------
    person : Person
        Who.
    act : Act
        What.

    Returns
    -------
    bool
        For a page that offers only what will not be refused.

    Examples
    --------
    >>> may(Person("Ann", Role.ANALYST), Act.REGISTER), may(Person("Ann", Role.ANALYST), Act.APPROVE)
    (True, False)
    """
    return act in MAY[person.role]


def may_write(person: Person) -> bool:
    """Whether a person may write what others rely on beside the registry's acts: scores into databases, batches.

    Parameters
    ----------
    person : Person
        Who.

    Returns
    -------
    bool
        True for analysts and approvers.

    Examples
    --------
    >>> may_write(Person("Ann", Role.ANALYST)), may_write(Person("Ann", Role.VIEWER))
    (True, False)
    """
    return person.role is not Role.VIEWER


def require(person: Person, act: Act) -> None:
    """Refuse what a person may not do.

    Parameters
    ----------
    person : Person
        Who.
    act : Act
        What.

    Raises
    ------
    RegistryError
        If the person's role does not allow it.

    Examples
    --------
    >>> require(LOCAL_USER, Act.APPROVE)
    >>> require(Person("Ann", Role.VIEWER), Act.REGISTER)
    Traceback (most recent call last):
    ...
    crm_ai.errors.RegistryError: A viewer may not do this: register. Ask somebody who is an analyst or an approver.
    """
    if may(person, act):
        return
    able = _(" or ").join(_("an {role}").format(role=role.in_words) for role in Role if act in MAY[role])
    raise RegistryError(
        _("A {role} may not do this: {act}.").format(role=person.role.in_words, act=act.in_words)
        if person.role is Role.VIEWER
        else _("An {role} may not do this: {act}.").format(role=person.role.in_words, act=act.in_words),
        next_step=_("Ask somebody who is {roles}.").format(roles=able),
    )


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
