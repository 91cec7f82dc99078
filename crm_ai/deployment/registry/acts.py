"""What is decided about versions: approve, promote, roll back, withdraw; each one transaction with its entry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from crm_ai.deployment.registry.audit_log import add_entry, reason
from crm_ai.deployment.registry.checklist import Answer, Item, checked, in_short
from crm_ai.deployment.registry.reigns import former
from crm_ai.deployment.registry.roles import LOCAL_USER, Act, Person, require
from crm_ai.deployment.registry.tables import (
    ALIASES,
    APPROVED,
    CHALLENGER,
    CHAMPION,
    REFUSED,
    WITHDRAWN,
    aliases,
    approvals,
    models,
    succession,
    versions,
)
from crm_ai.deployment.registry.versions import Version, alias_number, by_number, current, find_version, model_name
from crm_ai.deployment.registry.vocabulary import alias_in_words, state_in_words
from crm_ai.errors import RegistryError
from crm_ai.words import _, shorten

if TYPE_CHECKING:
    from sqlalchemy import Connection

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
        Which one.
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
        If an item is not answered, the version is withdrawn or at work, or this person may not decide.
    """
    require(by, Act.APPROVE)
    why, answers = reason(why), checked(checklist)
    granted = all(answer.ticked for answer in answers.values())
    act, state = (Act.APPROVE, APPROVED) if granted else (Act.REFUSE, REFUSED)
    said = json.dumps({item.value: [a.ticked, a.word] for item, a in answers.items()}, ensure_ascii=True)
    with registry.writing() as connection:
        known = current(connection, version)
        _may_be_decided(registry, known, by, granted=granted)
        version_id = _id(connection, known)
        decision = {"granted": int(granted), "by": by.name, "at": registry.moment(), "why": why, "checklist": said}
        connection.execute(insert(approvals).values(version_id=version_id, **decision))
        connection.execute(update(versions).where(versions.c.id == version_id).values(state=state))
        _note(connection, registry, act, known, by, f"{why} {in_short(answers)}".strip(), known.state, state)
    return find_version(registry, known.name, known.number)


def promote(
    registry: Registry, version: Version, *, by: Person = LOCAL_USER, why: str, alias: str = CHAMPION
) -> Version:
    """Make an approved version champion or challenger.

    Parameters
    ----------
    registry : Registry
        The registry.
    version : Version
        Which one.
    by : Person, default LOCAL_USER
        Who decides.
    why : str
        In this person's words.
    alias : str, default "champion"
        champion, the one at work; or challenger, the one that is tried beside it.

    Returns
    -------
    Version
        As it is now.

    Raises
    ------
    RegistryError
        If it is not approved, or is this already, or this person may not decide.
    ModelFileError
        If its file is gone or was changed.
    """
    require(by, Act.PROMOTE)
    why = reason(why)
    if alias not in ALIASES:
        raise RegistryError(
            _("A version can be champion or challenger, not “{alias}”.").format(alias=shorten(alias)),
        )
    registry.artifacts.get(version.artifact)  # whole and unchanged, or it does not go to work
    with registry.writing() as connection:
        known = current(connection, version)
        if known.state != APPROVED:
            raise RegistryError(
                _("{version} is {state}, not approved.").format(version=known.label, state=state_in_words(known.state)),
                next_step=_("Approve it first."),
            )
        if alias in known.aliases:
            raise RegistryError(
                _("{version} is {alias} already.").format(version=known.label, alias=alias_in_words(alias))
            )
        before = alias_number(connection, known.name, alias)
        if alias == CHAMPION:
            _crown(connection, known)
        _point(connection, known, alias)
        _note(connection, registry, Act.PROMOTE, known, by, why, _pointer(alias, before), _pointer(alias, known.number))
    return find_version(registry, known.name, known.number)


def roll_back(registry: Registry, name: str, *, by: Person = LOCAL_USER, why: str) -> Version:
    """Bring the champion before this one back.

    Parameters
    ----------
    registry : Registry
        The registry.
    name : str
        Name of the model.
    by : Person, default LOCAL_USER
        Who decides.
    why : str
        In this person's words.

    Returns
    -------
    Version
        The champion now. Versions that were withdrawn or refused meanwhile are passed over.

    Raises
    ------
    RegistryError
        If there was none before, or this person may not decide.
    ModelFileError
        If its file is gone or was changed; the champion then stays.
    """
    require(by, Act.ROLL_BACK)
    name, why = model_name(name), reason(why)
    with registry.writing() as connection:
        before = alias_number(connection, name, CHAMPION)
        last = former(connection, name)
        if before is None or last is None:
            raise RegistryError(
                _("“{name}” has no champion to go back to.").format(name=shorten(name)),
                next_step=_("Promote an approved version instead."),
            )
        place, number = last
        known = by_number(connection, name, number)
        registry.artifacts.get(known.artifact)
        _uncrown(connection, known, above=place)
        _point(connection, known, CHAMPION)
        changed = _pointer(CHAMPION, before), _pointer(CHAMPION, number)
        _note(connection, registry, Act.ROLL_BACK, known, by, why, *changed)
    return find_version(registry, name, number)


def withdraw(registry: Registry, version: Version, *, by: Person = LOCAL_USER, why: str) -> Version:
    """Take a version out for good.

    Parameters
    ----------
    registry : Registry
        The registry.
    version : Version
        Which one; if it is the challenger there is none afterwards.
    by : Person, default LOCAL_USER
        Who decides.
    why : str
        In this person's words.

    Returns
    -------
    Version
        withdrawn; its file and what is known of it stay.

    Raises
    ------
    RegistryError
        If it is the champion, or withdrawn already, or this person may not decide.
    """
    require(by, Act.WITHDRAW)
    why = reason(why)
    with registry.writing() as connection:
        known = current(connection, version)
        if CHAMPION in known.aliases:
            raise RegistryError(
                _("{version} is at work.").format(version=known.label),
                next_step=_("Promote another version or roll back first."),
            )
        if known.state == WITHDRAWN:
            raise RegistryError(_("{version} is withdrawn already.").format(version=known.label))
        version_id = _id(connection, known)
        connection.execute(delete(aliases).where(aliases.c.version_id == version_id, aliases.c.alias == CHALLENGER))
        connection.execute(update(versions).where(versions.c.id == version_id).values(state=WITHDRAWN))
        _note(connection, registry, Act.WITHDRAW, known, by, why, known.state, WITHDRAWN)
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
        version_id = _id(connection, current(connection, version))
        asked = select(approvals).where(approvals.c.version_id == version_id).order_by(approvals.c.id)
        rows = connection.execute(asked).mappings().all()
    return [
        {"granted": bool(row["granted"]), "checklist": json.loads(row["checklist"])}
        | {key: row[key] for key in ("by", "at", "why")}
        for row in rows
    ]


def _may_be_decided(registry: Registry, version: Version, by: Person, *, granted: bool) -> None:
    if version.state == WITHDRAWN:
        raise RegistryError(_("{version} is withdrawn.").format(version=version.label))
    if version.aliases and not granted:
        raise RegistryError(
            _("{version} is {alias}.").format(
                version=version.label, alias=_(" and ").join(map(alias_in_words, version.aliases))
            ),
            next_step=_("Promote another version or roll back first."),
        )
    if granted and registry.four_eyes and by.is_same(version.registered_by):
        raise RegistryError(
            _("Who has registered a version may not approve it: two people must have looked at it."),
            next_step=_("Ask somebody else to approve it."),
        )


def _id(connection: Connection, version: Version) -> int:
    asked = (
        select(versions.c.id)
        .join(models, models.c.id == versions.c.model_id)
        .where(models.c.name == version.name, versions.c.number == version.number)
    )
    return int(connection.execute(asked).scalar_one())


def _model_id(connection: Connection, name: str) -> int:
    return int(connection.execute(select(models.c.id).where(models.c.name == name)).scalar_one())


def _point(connection: Connection, version: Version, alias: str) -> None:
    """Let an alias mean a version; who becomes champion is challenger no more."""
    model_id, version_id = _model_id(connection, version.name), _id(connection, version)
    mine = aliases.c.model_id == model_id
    connection.execute(delete(aliases).where(mine, (aliases.c.alias == alias) | (aliases.c.version_id == version_id)))
    connection.execute(insert(aliases).values(model_id=model_id, alias=alias, version_id=version_id))


def _crown(connection: Connection, version: Version) -> None:
    model_id = _model_id(connection, version.name)
    highest = select(func.coalesce(func.max(succession.c.place), 0)).where(succession.c.model_id == model_id)
    place = int(connection.execute(highest).scalar_one()) + 1
    connection.execute(insert(succession).values(model_id=model_id, place=place, version_id=_id(connection, version)))


def _uncrown(connection: Connection, version: Version, *, above: int) -> None:
    mine = succession.c.model_id == _model_id(connection, version.name)
    connection.execute(delete(succession).where(mine, succession.c.place > above))


def _note(
    connection: Connection,
    registry: Registry,
    act: Act,
    version: Version,
    by: Person,
    why: str,
    before: str,
    after: str,
) -> None:
    add_entry(
        connection,
        registry,
        act,
        by=by,
        model=version.name,
        version=version.number,
        why=why,
        before=before,
        after=after,
    )


def _pointer(alias: str, number: int | None) -> str:
    return f"{alias} –" if number is None else f"{alias} v{number}"
