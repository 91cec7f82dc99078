"""Whether a version may go to work: decided by the checklist, anew as often as need be, each time with its entry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from crm_ai.deployment.registry.audit_log import add_entry, reason
from crm_ai.deployment.registry.checklist import Answer, Item, checked, in_short
from crm_ai.deployment.registry.finding import find_version
from crm_ai.deployment.registry.roles import LOCAL_USER, Act, Person, require
from crm_ai.deployment.registry.tables import APPROVED, REFUSED, WITHDRAWN, approvals, versions
from crm_ai.deployment.registry.versions import Version, current, row_of
from crm_ai.deployment.registry.vocabulary import alias_in_words, state_in_words
from crm_ai.errors import RegistryError
from crm_ai.words import _

if TYPE_CHECKING:
    from crm_ai.deployment.registry.registry import Registry


def approve(
    registry: Registry,
    version: Version,
    *,
    by: Person = LOCAL_USER,
    why: str,
    checklist: Mapping[Item, Answer],
) -> Version:
    """Decide whether a version may go to work.

    Parameters
    ----------
    registry : Registry
        The registry.
    version : Version
        Which one, as it was looked at.
    by : Person, default LOCAL_USER
        Who decides.
    why : str
        In this person's words.
    checklist : mapping of Item to Answer
        All five items: ticked, or refused with a word.

    Returns
    -------
    Version
        approved if everything is ticked, else refused; both can be decided anew.

    Raises
    ------
    RegistryError
        If an item is not answered, the version is withdrawn or at work, somebody has decided about it since it was
        looked at, or this person may not decide.
    """
    require(by, Act.APPROVE)
    why, answers = reason(why), checked(checklist)
    granted = all(answer.ticked for answer in answers.values())
    act, state = (Act.APPROVE, APPROVED) if granted else (Act.REFUSE, REFUSED)
    said = json.dumps({item.value: [a.ticked, a.word] for item, a in answers.items()}, ensure_ascii=True)
    with registry.writing() as connection:
        known = current(connection, version)
        _may_be_decided(registry, known, by, granted=granted)
        _is_as_it_was(known, version)
        version_id = row_of(connection, known)
        decision = {"granted": int(granted), "by": by.name, "at": registry.moment(), "why": why, "checklist": said}
        connection.execute(insert(approvals).values(version_id=version_id, **decision))
        connection.execute(update(versions).where(versions.c.id == version_id).values(state=state))
        add_entry(
            connection,
            registry,
            act,
            by=by,
            model=known.name,
            version=known.number,
            why=f"{why} {in_short(answers)}".strip(),
            before=known.state,
            after=state,
        )
    return find_version(registry, known.name, known.number)


def decisions(registry: Registry, version: Version) -> list[dict[str, Any]]:
    """What was decided about a version.

    Parameters
    ----------
    registry : Registry
        The registry.
    version : Version
        Which one.

    Returns
    -------
    list of dict
        With granted, by, at, why and checklist (by item: whether it was ticked, and the word); the oldest first.
    """
    with registry.reading() as connection:
        version_id = row_of(connection, current(connection, version))
        asked = select(approvals).where(approvals.c.version_id == version_id).order_by(approvals.c.id)
        rows = connection.execute(asked).mappings().all()
    return [
        {"granted": bool(row["granted"]), "checklist": json.loads(row["checklist"])}
        | {key: row[key] for key in ("by", "at", "why")}
        for row in rows
    ]


def _is_as_it_was(known: Version, looked_at: Version) -> None:
    if (known.state, known.decided) != (looked_at.state, looked_at.decided):
        raise RegistryError(
            _("Somebody has decided about {version} meanwhile: it is {state} now.").format(
                version=known.label, state=state_in_words(known.state)
            ),
            next_step=_("Load it again, look at what was decided and why, and decide then."),
        )


def _may_be_decided(registry: Registry, version: Version, by: Person, *, granted: bool) -> None:
    if version.state == WITHDRAWN:
        raise RegistryError(_("{version} is withdrawn.").format(version=version.label))
    if version.aliases and not granted:
        raise RegistryError(
            _("{version} is {alias}.").format(
                version=version.label, alias=_(" and ").join(map(alias_in_words, version.aliases))
            ),
            next_step=_("Put another version in its place or stop using it first."),
        )
    if granted and registry.four_eyes and by.is_same(version.registered_by):
        raise RegistryError(
            _("Who has registered a version may not approve it: two people must have looked at it."),
            next_step=_("Ask somebody else to approve it."),
        )
