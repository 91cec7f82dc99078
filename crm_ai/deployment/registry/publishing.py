"""Publish an approved version to the organisation's own MLflow server.

Two entries in the log tell of it: that it was begun, while the version was approved, and what came of it. One without
the other is of a program that was ended in between.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from crm_ai.deployment.registry import mlflow_folder, mlflow_server
from crm_ai.deployment.registry.audit_log import Entry, add_entry, reason
from crm_ai.deployment.registry.mlflow_server import NoAnswerError, Published
from crm_ai.deployment.registry.roles import LOCAL_USER, Act, Person, require
from crm_ai.deployment.registry.tables import APPROVED
from crm_ai.deployment.registry.versions import Version, current
from crm_ai.deployment.registry.vocabulary import state_in_words
from crm_ai.errors import CrmAiError, RegistryError
from crm_ai.words import _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crm_ai.deployment.registry.registry import Registry


class PublishingStep(StrEnum):
    """What an entry says of publishing."""

    BEGUN = "begun"
    PUBLISHED = "published"
    REFUSED = "refused"
    UNKNOWN = "unknown"


def publish(
    registry: Registry,
    version: Version,
    tracking_uri: str | None = None,
    *,
    by: Person = LOCAL_USER,
    why: str,
    python: str | Path | None = None,
) -> Published:
    """Publish a version.

    Parameters
    ----------
    registry : Registry
        The registry.
    version : Version
        An approved one.
    tracking_uri : str, optional
        Address of the MLflow server; by default ``MLFLOW_TRACKING_URI``. Credentials of the environment go to that
        address only.
    by : Person, default LOCAL_USER
        Who publishes it.
    why : str
        In this person's words.
    python : str or Path, optional
        A Python that has MLflow; by default this one, else ``CRM_AI_MLFLOW_PYTHON``, else the one in ``.venv-mlflow``
        beside the project.

    Returns
    -------
    Published
        Where it is now.

    Raises
    ------
    RegistryError
        If the version is not approved, MLflow is not installed, the server does not take it or does not answer; or if
        it is published, but was withdrawn or refused meanwhile, or the log could not be told.
    ModelFileError
        If the version's file is gone or was changed.
    """
    require(by, Act.PUBLISH)
    why, uri = reason(why), mlflow_server.address(os.environ, tracking_uri)
    program = mlflow_server.find_python(os.environ, python)
    with registry.reading() as connection:
        known = _approved(connection, version)
    content = registry.artifacts.get(known.artifact)
    diary = _Diary(registry, known, by, why, mlflow_server.place_of(uri))
    with tempfile.TemporaryDirectory(prefix="crm_ai_publish_") as name:
        mlflow_folder.prepare(Path(name), known, content)
        diary.begin()
        try:
            published = mlflow_server.hand_over(program, Path(name), uri, os.environ)
        except RegistryError as error:
            step = PublishingStep.UNKNOWN if isinstance(error, NoAnswerError) else PublishingStep.REFUSED
            with suppress(CrmAiError):  # that it was begun stands there in any case
                diary.end(f"{step} {diary.place}")
            raise
    _say_if_changed(published, diary.conclude(published))
    return published


def publishing_step(entry: Entry) -> tuple[PublishingStep, str]:
    """Read an entry about publishing.

    Parameters
    ----------
    entry : Entry
        Of ``Act.PUBLISH``.

    Returns
    -------
    tuple of (PublishingStep, str)
        What it says, and of which server; of a version that was published, its address there, too.
    """
    word, _blank, place = entry.after.partition(" ")
    if word in (
        PublishingStep.BEGUN,
        PublishingStep.REFUSED,
        PublishingStep.UNKNOWN,
    ):  # an address has :// in its first word
        return PublishingStep(word), place
    return PublishingStep.PUBLISHED, entry.after


@dataclass(frozen=True, slots=True)
class _Diary:
    """What the log is told of publishing a version."""

    registry: Registry
    version: Version
    by: Person
    why: str
    place: str

    def begin(self) -> None:
        with self.registry.writing() as connection:
            _approved(connection, self.version)
            self._add(connection, "", f"{PublishingStep.BEGUN} {self.place}")

    def end(self, outcome: str) -> Version:
        with self.registry.writing() as connection:
            self._add(connection, f"{PublishingStep.BEGUN} {self.place}", outcome)
            return current(connection, self.version)

    def conclude(self, published: Published) -> Version:
        try:
            return self.end(f"{self.place} {published.address}")
        except CrmAiError as error:
            raise RegistryError(
                _("It is published as {address}, but that could not be written into the log: {reason}").format(
                    address=published.address, reason=error.what
                ),
                where=self.place,
                next_step=_("Do not publish it again. The log says that it was begun."),
            ) from error

    def _add(self, connection: Connection, before: str, after: str) -> None:
        add_entry(
            connection,
            self.registry,
            Act.PUBLISH,
            by=self.by,
            model=self.version.name,
            version=self.version.number,
            why=self.why,
            before=before,
            after=after,
        )


def _approved(connection: Connection, version: Version) -> Version:
    known = current(connection, version)
    if known.state != APPROVED:
        raise RegistryError(
            _("{version} is {state}, not approved.").format(version=known.label, state=state_in_words(known.state)),
            next_step=_("Approve it first."),
        )
    return known


def _say_if_changed(published: Published, now: Version) -> None:
    if now.state != APPROVED:
        raise RegistryError(
            _("{version} is published as {address}, but became {state} meanwhile.").format(
                version=now.label, address=published.address, state=state_in_words(now.state)
            ),
            next_step=_("Take it back on the server."),
        )
