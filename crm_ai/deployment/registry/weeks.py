"""Batches that registered versions have scored, and their outcomes: in the registry's database, the secret apart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from crm_ai.deployment.registry.tables import batch_keys, batches, models, outcomes, set_aside_batches, versions
from crm_ai.deployment.registry.versions import by_number, row_of
from crm_ai.deployment.watching.batch import Batch, batch_from_json
from crm_ai.deployment.watching.keys import (
    KeyedScores,
    keyed_bytes,
    keyed_from_bytes,
    secret_mark,
    workspace_secret,
)
from crm_ai.deployment.watching.performance import Performance, performance_from_json
from crm_ai.deployment.watching.store import batch_twice, by_batch
from crm_ai.errors import CrmAiError, RegistryError
from crm_ai.files import workspace
from crm_ai.words import _, shorten

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crm_ai.deployment.registry.registry import Registry
    from crm_ai.deployment.registry.versions import Version

FOLDER = "watching"


def batches_of(version: Version) -> str:
    """What a version's batches call their model.

    Parameters
    ----------
    version : Version
        A registered version.

    Returns
    -------
    str
        Name and number, such as ``"churn 3"``.
    """
    return f"{version.name} {version.number}"


def registered_on(version: Version) -> date:
    """Day on which a version was registered, from which its age is counted.

    Parameters
    ----------
    version : Version
        A registered version.

    Returns
    -------
    date
        In UTC.
    """
    return date.fromisoformat(version.registered_at[:10])


class RegistryStore:
    """Batches in the registry's database; each belongs to a registered version. A ``watching.Store``.

    Parameters
    ----------
    registry : Registry
        Open.
    folder : str or Path, optional
        Where the secret of the codes is, apart from the database; by default a folder in the workspace.
    """

    def __init__(self, registry: Registry, folder: str | Path | None = None) -> None:
        self.registry = registry
        self.folder = Path(folder) if folder is not None else workspace() / FOLDER

    def secret(self) -> bytes:
        """Secret that codes of identifiers are made with: read, or made the first time.

        Returns
        -------
        bytes
            32 random bytes.
        """
        return workspace_secret(self.folder)

    def add(self, batch: Batch, keyed: KeyedScores | None = None, performance: Performance | None = None) -> None:
        """Keep a batch, with the codes of its customers and what outcomes say or not at all.

        Parameters
        ----------
        batch : Batch
            Its model is a registered version, see ``batches_of``; its name must be new among those of the version.
        keyed : KeyedScores, optional
            Codes and scores of its customers.
        performance : Performance, optional
            What outcomes say of it that are known already.

        Raises
        ------
        CrmAiError
            If there is such a batch already.
        RegistryError
            If there is no such version.
        """
        said = json.dumps(batch.as_json())
        codes = None if keyed is None else {"secret": secret_mark(self.secret()), "content": keyed_bytes(keyed)}
        with self.registry.writing() as connection:
            version_id = row_of(connection, by_number(connection, *_name_and_number(batch.model)))
            same = select(batches.c.id).where(batches.c.version_id == version_id, batches.c.name == batch.name)
            if connection.execute(same).first() is not None:
                raise batch_twice(batch.name)
            row = {"version_id": version_id, "name": batch.name, "day": batch.day.isoformat(), "document": said}
            made = connection.execute(insert(batches).values(**row)).inserted_primary_key
            if codes is not None and made is not None:
                connection.execute(insert(batch_keys).values(batch_id=made[0], **codes))
            if performance is not None:
                _add_outcomes(connection, performance)

    def batches(self, model: str | None = None) -> tuple[Batch, ...]:
        """Find the batches that count.

        Parameters
        ----------
        model : str, optional
            Only those of this version, see ``batches_of``.

        Returns
        -------
        tuple of Batch
            The earliest first, without those that were set aside.
        """
        asked = _counted(_of(model, select(batches.c.id, batches.c.document).select_from(_batches())))
        with self.registry.reading() as connection:
            rows = connection.execute(asked).all()
        found = (replace(batch_from_json(_read(row.document)), turn=row.id) for row in rows)
        return tuple(sorted(found, key=lambda batch: batch.order))

    def names(self, model: str) -> frozenset[str]:
        """Find the names that are taken.

        Parameters
        ----------
        model : str
            The version, see ``batches_of``.

        Returns
        -------
        frozenset of str
            Of all its batches, of those that were set aside, too.
        """
        with self.registry.reading() as connection:
            found = connection.execute(_of(model, select(batches.c.name).select_from(_batches())))
            return frozenset(found.scalars())

    def joinable(self, model: str) -> frozenset[str]:
        """Find batches that outcomes can join.

        Parameters
        ----------
        model : str
            The version, see ``batches_of``.

        Returns
        -------
        frozenset of str
            Names of those that count and whose customers' codes were kept.
        """
        places = _batches().join(batch_keys, batch_keys.c.batch_id == batches.c.id)
        with self.registry.reading() as connection:
            found = connection.execute(_counted(_of(model, select(batches.c.name).select_from(places))))
            return frozenset(found.scalars())

    def keyed(self, batch: Batch) -> KeyedScores | None:
        """Find the codes of a batch's customers.

        Parameters
        ----------
        batch : Batch
            A batch that was kept.

        Returns
        -------
        KeyedScores or None
            None if they were not kept.

        Raises
        ------
        CrmAiError
            If they were made with another secret than the one that is here: no outcome could join.
        """
        places = _batches().join(batch_keys, batch_keys.c.batch_id == batches.c.id)
        asked = _of(batch.model, select(batch_keys).select_from(places)).where(batches.c.name == batch.name)
        with self.registry.reading() as connection:
            row = connection.execute(asked).first()
        if row is None:
            return None
        if row.secret != secret_mark(self.secret()):
            raise CrmAiError(
                _("The codes of “{name}” were made with another secret.").format(name=shorten(batch.name)),
                where=str(self.folder),
                next_step=_("Join outcomes where the batch was scored, or bring the file secret.key from there."),
            )
        return keyed_from_bytes(row.content)

    def add_outcomes(self, performance: Performance) -> None:
        """Keep what outcomes said of a batch; what they said before is kept, too.

        Parameters
        ----------
        performance : Performance
            By the outcomes known on a day.

        Raises
        ------
        RegistryError
            If there is no such batch.
        """
        self.add_all_outcomes((performance,))

    def add_all_outcomes(self, performances: Sequence[Performance]) -> None:
        """Keep what outcomes said of several batches: of all or of none.

        Parameters
        ----------
        performances : sequence of Performance
            By the outcomes known on a day.

        Raises
        ------
        RegistryError
            If there is no such batch.
        """
        with self.registry.writing() as connection:
            for performance in performances:
                _add_outcomes(connection, performance)

    def outcomes(self, model: str | None = None) -> tuple[Performance, ...]:
        """Find what outcomes said.

        Parameters
        ----------
        model : str, optional
            Only of batches of this version, see ``batches_of``.

        Returns
        -------
        tuple of Performance
            The last that was kept of each batch that counts, the earliest batch first.
        """
        places = _batches().join(outcomes, outcomes.c.batch_id == batches.c.id)
        asked = _counted(_of(model, select(outcomes.c.document).select_from(places))).order_by(outcomes.c.id)
        with self.registry.reading() as connection:
            said = connection.execute(asked).scalars().all()
        found = (performance_from_json(_read(one)) for one in said)
        latest = {(one.model, one.batch): one for one in found}
        return by_batch(latest.values(), self.batches(model))


def _batches() -> Any:
    return batches.join(versions, versions.c.id == batches.c.version_id).join(
        models, models.c.id == versions.c.model_id
    )


def _of(model: str | None, asked: Any) -> Any:
    if model is None:
        return asked
    name, number = _name_and_number(model)
    return asked.where(models.c.name == name, versions.c.number == number)


def _counted(asked: Any) -> Any:
    return asked.where(batches.c.id.not_in(select(set_aside_batches.c.batch_id)))


def _name_and_number(model: str) -> tuple[str, int]:
    name, _blank, number = model.rpartition(" ")
    return (name, int(number)) if number.isascii() and number.isdigit() and len(number) < 9 else (model, 0)


def _add_outcomes(connection: Connection, performance: Performance) -> None:
    asked = _of(performance.model, select(batches.c.id).select_from(_batches()))
    found = connection.execute(asked.where(batches.c.name == performance.batch)).scalar_one_or_none()
    if found is None:
        raise RegistryError(_("There is no batch “{name}” of this model.").format(name=shorten(performance.batch)))
    row = {"known": performance.known.isoformat(), "document": json.dumps(performance.as_json())}
    connection.execute(insert(outcomes).values(batch_id=found, **row))


def _read(document: str) -> dict[str, Any]:
    try:
        said = json.loads(document)
    except ValueError as error:
        raise CrmAiError(_("A batch cannot be read; the file is damaged.")) from error
    return said if isinstance(said, dict) else {}
