"""The registry: where it is, and what it demands of those who use it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crm_ai.deployment.registry import database
from crm_ai.deployment.registry.artifacts import Artifacts, open_artifacts
from crm_ai.files import workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from crm_ai.table.sql_address import Address

URL = "CRM_AI_REGISTRY_URL"
ARTIFACTS = "CRM_AI_REGISTRY_ARTIFACTS"
FOUR_EYES = "CRM_AI_FOUR_EYES"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Registry:
    """An open registry.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Connections to its database.
    address : Address
        Where that is, as people may see it.
    artifacts : Artifacts
        Its files.
    four_eyes : bool, default False
        Whether who has registered a version may not approve it.
    clock : callable, optional
        Tells the time, with its zone.
    """

    engine: Engine
    address: Address
    artifacts: Artifacts
    four_eyes: bool = False
    clock: Callable[[], datetime] = _now

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read from its database.

        Yields
        ------
        sqlalchemy.Connection
            In a transaction that sees one state throughout.
        """
        with database.reading(self.engine, self.address) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write to its database, all or nothing, while nobody else does.

        Yields
        ------
        sqlalchemy.Connection
            In a transaction.
        """
        with database.writing(self.engine, self.address) as connection:
            yield connection

    def moment(self) -> str:
        """The time, as it is written down.

        Returns
        -------
        str
            In UTC, to the second.
        """
        return self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def open_registry(
    url: str | Path | None = None, artifacts: str | Path | None = None, *, four_eyes: bool | None = None
) -> Registry:
    """Open the registry; its tables are made or brought up to date first.

    Parameters
    ----------
    url : str or Path, optional
        A file of SQLite, or the address of a database; by default ``CRM_AI_REGISTRY_URL``, else a file in the
        workspace.
    artifacts : str or Path, optional
        Folder of its files, or an address that fsspec understands; by default ``CRM_AI_REGISTRY_ARTIFACTS``, else a
        folder in the workspace.
    four_eyes : bool, optional
        Whether who has registered a version may not approve it; by default whether ``CRM_AI_FOUR_EYES`` is 1.

    Returns
    -------
    Registry
        Ready to use.

    Raises
    ------
    RegistryError
        If it is of a newer version of crm_ai, or the folder cannot be used.
    DatabaseError
        If the database cannot be reached.
    """
    environ: Mapping[str, str] = os.environ
    address = database.address_of(url or environ.get(URL) or _folder() / "registry.db")
    engine = database.open_engine(address)
    database.bring_up_to_date(engine, address)
    files = open_artifacts(str(artifacts or environ.get(ARTIFACTS) or _folder() / "artifacts"))
    demanded = environ.get(FOUR_EYES, "") == "1" if four_eyes is None else four_eyes
    return Registry(engine, address, files, demanded)


def _folder() -> Path:
    folder = workspace() / "registry"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
