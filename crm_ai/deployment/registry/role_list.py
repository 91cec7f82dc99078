"""Which role is whose: the list that whoever runs the app writes down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from crm_ai.deployment.registry.roles import Role
from crm_ai.errors import CrmAiError
from crm_ai.words import _, shorten

SECTION = "[roles]"
NOBODY = "nobody"
HOURS = 12.0
MOST_HOURS = 24.0 * 30
NAME_WIDTH = 40
EMAIL = re.compile(r"[\w.!$%&'+=?^`{|}~-]+@[A-Za-z0-9.-]+", re.ASCII)  # so that none looks like an issuer
_DOMAIN = re.compile(r"\*@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+")
_SUBJECT = re.compile(r"https?://[^\s#]+#\S.*")
_SETTINGS = ("default", "claim", "groups", "again_after_hours", "trust_email_of")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleList:
    """Whose role is which.

    Parameters
    ----------
    people : mapping of str to Role
        By e-mail address in small letters, or by issuer and subject (``https://id.example.com#2482``).
    domains : mapping of str to Role
        Of everybody whose e-mail address ends so; never approver.
    claim : str, default ""
        What the identity provider tells somebody's groups in.
    groups : mapping of str to Role
        By the group's name.
    default : Role or None, default Role.VIEWER
        Of everybody else; None if nobody else is let in.
    hours : float, default 12
        How long a sign-in holds.
    issuers : frozenset of str, default empty
        Whose word about e-mail addresses counts though they do not say that an address is verified.
    """

    people: Mapping[str, Role] = field(default_factory=dict)
    domains: Mapping[str, Role] = field(default_factory=dict)
    claim: str = ""
    groups: Mapping[str, Role] = field(default_factory=dict)
    default: Role | None = Role.VIEWER
    hours: float = HOURS
    issuers: frozenset[str] = frozenset()


def read_role_list(section: object) -> RoleList:
    """Read the list, as it stands in the section ``[roles]``.

    Parameters
    ----------
    section : object
        As the TOML file has it: ``viewer``, ``analyst`` and ``approver`` are lists of people, ``default`` is the role
        of everybody else, ``claim`` and ``groups`` name the identity provider's groups, ``again_after_hours`` says how
        long a sign-in holds, ``trust_email_of`` lists issuers that never say whether an address is verified.

    Returns
    -------
    RoleList
        The list.

    Raises
    ------
    CrmAiError
        If it cannot be understood, or says two things about one person. What it says of people is never quoted: the
        message may be seen by anybody.

    Examples
    --------
    >>> read_role_list({"approver": ["Ann@example.com"]}).people
    {'ann@example.com': <Role.APPROVER: 'approver'>}
    >>> read_role_list({"aprover": ["ann@example.com"]})
    Traceback (most recent call last):
    ...
    crm_ai.errors.CrmAiError: [roles]: “aprover” is no role and no setting. Write viewer, analyst, approver, default,
    claim, groups, again_after_hours or trust_email_of.
    """
    if not isinstance(section, Mapping):
        raise _wrong(_("This is no section."), _("Write {section} on a line of its own.").format(section=SECTION))
    _refuse_unknown(section)
    people: dict[str, Role] = {}
    domains: dict[str, Role] = {}
    for role in Role:
        for place, entry in _entries(section, role):
            known, name = (domains, entry[2:].lower()) if entry.startswith("*") else (people, _listed(entry))
            if known.setdefault(name, role) is not role:
                raise _wrong(
                    _("{place} also stands under “{role}”.").format(place=place, role=known[name].value),
                    _("Give everybody one role."),
                )
    claim, groups = _groups(section)
    return RoleList(
        people=people,
        domains=domains,
        claim=claim,
        groups=groups,
        default=_default(section),
        hours=_hours(section),
        issuers=_issuers(section),
    )


def _refuse_unknown(section: Mapping[str, object]) -> None:
    known = [*(role.value for role in Role), *_SETTINGS]
    for name in section:
        if name not in known:
            raise _wrong(
                _("“{name}” is no role and no setting.").format(name=shorten(str(name), NAME_WIDTH)),
                _("Write {names} or {last}.").format(names=_(", ").join(known[:-1]), last=known[-1]),
            )


def _entries(section: Mapping[str, object], role: Role) -> Iterator[tuple[str, str]]:
    said = section.get(role.value, ())
    if not isinstance(said, list | tuple):
        raise _wrong(
            _("“{name}” is no list.").format(name=role.value),
            _('Write {role} = ["ann@example.com"].').format(role=role.value),
        )
    for number, entry in enumerate(said, start=1):
        place = _("Entry {number} of “{role}”").format(number=number, role=role.value)
        if not isinstance(entry, str) or not any(form.fullmatch(entry) for form in (EMAIL, _DOMAIN, _SUBJECT)):
            raise _wrong(
                _("{place} is nobody's name.").format(place=place),
                _("Write an e-mail address, *@example.com, or the name by which the app calls this person."),
            )
        if entry.startswith("*") and role is Role.APPROVER:
            raise _wrong(
                _("{place} names more than one person.").format(place=place),
                _("Name approvers one by one; for others, *@example.com is everybody with such an e-mail address."),
            )
        yield place, entry


def _listed(entry: str) -> str:
    return entry.lower() if EMAIL.fullmatch(entry) else entry


def _groups(section: Mapping[str, object]) -> tuple[str, dict[str, Role]]:
    claim, said = section.get("claim", ""), section.get("groups", {})
    if not isinstance(claim, str) or not isinstance(said, Mapping) or bool(claim) != bool(said):
        raise _wrong(
            _("“claim” and “groups” belong together."),
            _('Write claim = "groups", and below [roles.groups] a line such as "sales" = "analyst".'),
        )
    return claim, {str(group): _role(role, "groups") for group, role in said.items()}


def _default(section: Mapping[str, object]) -> Role | None:
    said = section.get("default", Role.VIEWER.value)
    if said == NOBODY:
        return None
    role = _role(said, "default")
    if role is Role.APPROVER:
        raise _wrong(_("Not everybody can be an approver."), _("Write viewer, analyst or nobody as default."))
    return role


def _hours(section: Mapping[str, object]) -> float:
    said = section.get("again_after_hours", HOURS)
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said <= MOST_HOURS:
        raise _wrong(
            _("“again_after_hours” is no number of hours."),
            _("Write a number up to {most}.").format(most=int(MOST_HOURS)),
        )
    return float(said)


def _issuers(section: Mapping[str, object]) -> frozenset[str]:
    said = section.get("trust_email_of", ())
    if not isinstance(said, list | tuple) or not all(
        isinstance(one, str) and one.startswith("https://") for one in said
    ):
        raise _wrong(
            _("“trust_email_of” is no list of issuers."),
            _('Write trust_email_of = ["https://login.example.com/tenant"].'),
        )
    return frozenset(str(one) for one in said)


def _role(said: object, where: str) -> Role:
    if said not in list(Role):
        raise _wrong(
            _("“{name}” names a role that there is not.").format(name=where),
            _("Roles are viewer, analyst and approver."),
        )
    return Role(str(said))


def _wrong(what: str, next_step: str) -> CrmAiError:
    return CrmAiError(what, where=SECTION, next_step=next_step)
