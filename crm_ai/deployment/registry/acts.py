"""Which version is at work: promote, roll back, step down, withdraw; each one transaction with its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from crm_ai.deployment.registry.audit_log import add_entry, reason
from crm_ai.deployment.registry.finding import find_version
from crm_ai.deployment.registry.reigns import former
from crm_ai.deployment.registry.roles import LOCAL_USER, Act, Person, require
from crm_ai.deployment.registry.tables import (
    ALIASES,
    APPROVED,
    CHALLENGER,
    CHAMPION,
    WITHDRAWN,
    aliases,
    models,
    succession,
    versions,
)
from crm_ai.deployment.registry.versions import Version, alias_number, by_number, current, model_name, row_of
from crm_ai.deployment.registry.vocabulary import alias_in_words, state_in_words
from crm_ai.errors import RegistryError
from crm_ai.words import _, shorten

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crm_ai.deployment.registry.registry import Registry


def promote(
    registry: Registry,
    version: Version,
    *,
    by: Person = LOCAL_USER,
    why: str,
    alias: str = CHAMPION,
    instead_of: int | None = None,
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
    instead_of : int, optional
        Number of the version whose place it takes, as it was looked at; 0 if there was none. By default whichever it
        is now.

    Returns
    -------
    Version
        As it is now.

    Raises
    ------
    RegistryError
        If it is not approved, or is this already, or another one has come into this place since, or this person may
        not decide.
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
        if instead_of is not None and instead_of != (before or 0):
            raise _another(alias, before)
        if alias == CHAMPION:
            _crown(connection, known)
        _point(connection, known, alias)
        _note(connection, registry, Act.PROMOTE, known, by, why, _pointer(alias, before), _pointer(alias, known.number))
    return find_version(registry, known.name, known.number)


def roll_back(
    registry: Registry,
    name: str,
    *,
    by: Person = LOCAL_USER,
    why: str,
    expected_champion: int | None = None,
    expected_former: int | None = None,
) -> Version:
    """Bring the champion before this one back; the last one, if there is none now.

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
    expected_champion, expected_former : int, optional
        Numbers of the version at work (0 if there was none) and of the one that is to come back, as they were looked
        at; by default whichever they are now.

    Returns
    -------
    Version
        The champion now. Versions that were withdrawn or refused meanwhile are passed over.

    Raises
    ------
    RegistryError
        If there was none before, it would be another one than expected, or this person may not decide.
    ModelFileError
        If its file is gone or was changed; the champion then stays.
    """
    require(by, Act.ROLL_BACK)
    name, why = model_name(name), reason(why)
    with registry.writing() as connection:
        before = alias_number(connection, name, CHAMPION)
        last = former(connection, name)
        if last is None:
            raise RegistryError(
                _("“{name}” has no champion to go back to.").format(name=shorten(name)),
                next_step=_("Promote an approved version instead."),
            )
        place, number = last
        if expected_champion is not None and expected_champion != (before or 0):
            raise _another(CHAMPION, before)
        if expected_former is not None and expected_former != number:
            raise RegistryError(
                _("Version {n} would come back now, and not version {expected}.").format(
                    n=number, expected=expected_former
                ),
                next_step=_("Load it again, look at what was decided and why, and decide then."),
            )
        known = by_number(connection, name, number)
        registry.artifacts.get(known.artifact)
        _uncrown(connection, known, above=place)
        _point(connection, known, CHAMPION)
        changed = _pointer(CHAMPION, before), _pointer(CHAMPION, number)
        _note(connection, registry, Act.ROLL_BACK, known, by, why, *changed)
    return find_version(registry, name, number)


def step_down(
    registry: Registry, version: Version, alias: str = CHAMPION, *, by: Person = LOCAL_USER, why: str
) -> Version:
    """Take a version's place away, so that nobody has it: nothing is at work then, or nothing on trial.

    Parameters
    ----------
    registry : Registry
        The registry.
    version : Version
        Which one.
    alias : str, default "champion"
        champion or challenger.
    by : Person, default LOCAL_USER
        Who decides.
    why : str
        In this person's words.

    Returns
    -------
    Version
        Still approved: it can be promoted again, and a roll-back brings the last champion back.

    Raises
    ------
    RegistryError
        If it does not have this place, or this person may not decide.
    """
    require(by, Act.STEP_DOWN)
    why = reason(why)
    with registry.writing() as connection:
        known = current(connection, version)
        if alias not in known.aliases:
            raise RegistryError(_("{version} is not {alias}.").format(
                version=known.label, alias=alias_in_words(shorten(alias))
            ))  # fmt: skip
        version_id = row_of(connection, known)
        connection.execute(delete(aliases).where(aliases.c.version_id == version_id, aliases.c.alias == alias))
        changed = _pointer(alias, known.number), _pointer(alias, None)
        _note(connection, registry, Act.STEP_DOWN, known, by, why, *changed)
    return find_version(registry, known.name, known.number)


def withdraw(
    registry: Registry,
    version: Version,
    *,
    by: Person = LOCAL_USER,
    why: str,
    expected_state: str | None = None,
) -> Version:
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
    expected_state : str, optional
        As it was looked at, such as "approved"; by default whatever it is now.

    Returns
    -------
    Version
        withdrawn; its file and what is known of it stay.

    Raises
    ------
    RegistryError
        If it is the champion, withdrawn already, or in another state than expected, or this person may not decide.
    """
    require(by, Act.WITHDRAW)
    why = reason(why)
    with registry.writing() as connection:
        known = current(connection, version)
        if CHAMPION in known.aliases:
            raise RegistryError(
                _("{version} is at work.").format(version=known.label),
                next_step=_("Put another version in its place or stop using it first."),
            )
        if known.state == WITHDRAWN:
            raise RegistryError(_("{version} is withdrawn already.").format(version=known.label))
        if expected_state is not None and known.state != expected_state:
            raise RegistryError(
                _("Somebody has decided about {version} meanwhile: it is {state} now.").format(
                    version=known.label, state=state_in_words(known.state)
                ),
                next_step=_("Load it again, look at what was decided and why, and decide then."),
            )
        version_id = row_of(connection, known)
        connection.execute(delete(aliases).where(aliases.c.version_id == version_id, aliases.c.alias == CHALLENGER))
        connection.execute(update(versions).where(versions.c.id == version_id).values(state=WITHDRAWN))
        _note(connection, registry, Act.WITHDRAW, known, by, why, known.state, WITHDRAWN)
    return find_version(registry, known.name, known.number)


def _model_id(connection: Connection, name: str) -> int:
    return int(connection.execute(select(models.c.id).where(models.c.name == name)).scalar_one())


def _another(alias: str, number: int | None) -> RegistryError:
    words = _("There is no {alias} any more.") if number is None else _("Meanwhile version {n} has become {alias}.")
    return RegistryError(
        words.format(alias=alias_in_words(alias), n=number),
        next_step=_("Load it again, look at what was decided and why, and decide then."),
    )


def _point(connection: Connection, version: Version, alias: str) -> None:
    """Let an alias mean a version; who becomes champion is challenger no more."""
    model_id, version_id = _model_id(connection, version.name), row_of(connection, version)
    mine = aliases.c.model_id == model_id
    connection.execute(delete(aliases).where(mine, (aliases.c.alias == alias) | (aliases.c.version_id == version_id)))
    connection.execute(insert(aliases).values(model_id=model_id, alias=alias, version_id=version_id))


def _crown(connection: Connection, version: Version) -> None:
    model_id = _model_id(connection, version.name)
    highest = select(func.coalesce(func.max(succession.c.place), 0)).where(succession.c.model_id == model_id)
    place = int(connection.execute(highest).scalar_one()) + 1
    connection.execute(
        insert(succession).values(model_id=model_id, place=place, version_id=row_of(connection, version))
    )


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
