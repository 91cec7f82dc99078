"""Who has signed in: from what an identity provider says of somebody, and the list of roles, to a person."""

from __future__ import annotations

from collections.abc import Mapping

from crm_ai.deployment.registry.role_list import EMAIL, RoleList
from crm_ai.deployment.registry.roles import LONGEST_NAME, Person, Role
from crm_ai.errors import RegistryError
from crm_ai.words import _

Claims = Mapping[str, object]
_RANK = {role: rank for rank, role in enumerate(Role)}


def person_of(claims: Claims, roles: RoleList, *, now: float) -> Person:
    """Who somebody is, and which role is this person's.

    A name in the list decides, of two the lesser role; then the groups, of several the greatest; then the domain of the
    e-mail address; then the list's default. Nothing that people may choose about themselves, such as a display name,
    is looked at.

    Parameters
    ----------
    claims : mapping of str to object
        What the identity provider says, from a token whose signature and issuer were checked.
    roles : RoleList
        Whose role is which.
    now : float
        The time, in seconds since 1970.

    Returns
    -------
    Person
        Named by the e-mail address, in small letters, if it is verified, else by issuer and subject.

    Raises
    ------
    RegistryError
        If nobody can be told from the claims, the sign-in is too old, or the list lets nobody in who is not on it.

    Examples
    --------
    >>> from crm_ai.deployment.registry.role_list import read_role_list
    >>> roles = read_role_list({"approver": ["ann@example.com"], "analyst": ["*@example.com"]})
    >>> person_of({"email": "Ann@example.com", "email_verified": True, "iat": 1_000}, roles, now=1_060)
    Person(name='ann@example.com', role=<Role.APPROVER: 'approver'>)
    >>> unsure = {"email": "ann@example.com", "iss": "https://id.org", "sub": "7", "iat": 1_000}
    >>> person_of(unsure, roles, now=1_060)
    Person(name='https://id.org#7', role=<Role.VIEWER: 'viewer'>)
    """
    names = _names(claims, roles)
    if not names:
        raise RegistryError(
            _("Your identity provider does not say who you are in a way that can be written down."),
            next_step=_("Ask whoever runs this app."),
        )
    if not _is_fresh(claims.get("iat"), roles.hours, now):
        raise RegistryError(_("You signed in a while ago."), next_step=_("Sign in once more to go on."))
    role = _role(names, claims, roles)
    if role is None:
        raise RegistryError(
            _("You have signed in as {name}, who is not on the list of those who may come in.").format(name=names[0]),
            next_step=_("Sign in as somebody else, or ask whoever runs this app."),
        )
    return Person(names[0], role)


def _names(claims: Claims, roles: RoleList) -> tuple[str, ...]:
    return tuple(name for name in (_email(claims, roles), _subject(claims)) if name)


def _email(claims: Claims, roles: RoleList) -> str:
    email, issuer = claims.get("email"), claims.get("iss")
    verified = claims.get("email_verified", isinstance(issuer, str) and issuer in roles.issuers)
    if not isinstance(email, str) or len(email) > LONGEST_NAME or not EMAIL.fullmatch(email):
        return ""
    return email.lower() if verified is True or verified == "true" else ""


def _subject(claims: Claims) -> str:
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not isinstance(issuer, str) or not isinstance(subject, str) or "#" in issuer:
        return ""
    name = f"{issuer}#{subject}"
    sound = issuer.startswith(("https://", "http://")) and subject.strip() and name.isprintable()
    return name if sound and len(name) <= LONGEST_NAME else ""


def _is_fresh(since: object, hours: float, now: float) -> bool:
    if isinstance(since, bool) or not isinstance(since, int | float):
        return False
    return now - since <= hours * 3600


def _role(names: tuple[str, ...], claims: Claims, roles: RoleList) -> Role | None:
    named = [roles.people[name] for name in names if name in roles.people]
    if named:
        return min(named, key=_RANK.__getitem__)
    through = [roles.groups[group] for group in _groups(claims, roles.claim) if group in roles.groups]
    if through:
        return max(through, key=_RANK.__getitem__)
    return roles.domains.get(_email(claims, roles).partition("@")[2], roles.default)


def _groups(claims: Claims, claim: str) -> tuple[str, ...]:
    said = claims.get(claim) if claim else ()
    many = said if isinstance(said, list | tuple) else (said,)
    return tuple(group for group in many if isinstance(group, str))
