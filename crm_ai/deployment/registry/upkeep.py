"""Whether the registry holds together, and sweeping up what interrupted work has left."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from crm_ai.deployment.registry.audit_log import Entry, entries_of, first_broken
from crm_ai.deployment.registry.evidence import seal
from crm_ai.deployment.registry.roles import Act
from crm_ai.deployment.registry.setting_aside import names_set_aside
from crm_ai.deployment.registry.tables import CHALLENGER, CHAMPION, REGISTERED, WITHDRAWN, versions
from crm_ai.deployment.registry.versions import Version, versions_of
from crm_ai.deployment.registry.vocabulary import state_in_words
from crm_ai.errors import CrmAiError
from crm_ai.words import _, count, shorten

if TYPE_CHECKING:
    from crm_ai.deployment.registry.registry import Registry

GRACE = 3_600.0


def collect_orphans(registry: Registry, *, grace: float = GRACE) -> tuple[str, ...]:
    """Delete files that no version refers to: of a registration that was interrupted.

    Parameters
    ----------
    registry : Registry
        The registry.
    grace : float, default 3600
        Seconds for which a file is left alone.

    Returns
    -------
    tuple of str
        Names of the files that were deleted.
    """
    with registry.writing() as connection:  # so that nobody refers to a file while it is deleted
        rows = connection.execute(select(versions.c.facts)).scalars().all()
        kept = {digest for facts in rows for digest in json.loads(facts)["files"].values()}
        return registry.artifacts.remove_all_but(kept, grace=grace)


def find_faults(registry: Registry) -> tuple[str, ...]:
    """Check everything against everything else: log, versions, aliases and files.

    Parameters
    ----------
    registry : Registry
        The registry.

    Returns
    -------
    tuple of str
        What does not hold, in words; empty if all is well.
    """
    with registry.reading() as connection:
        entries, known, aside = entries_of(connection), versions_of(connection), names_set_aside(connection)
    broken = first_broken(entries)
    faults = [] if broken is None else [_("The log breaks at entry {n}.").format(n=count(broken))]
    said = _Replay().of(entries)
    files = {digest for version in known for digest in version.facts["files"].values()}
    broken_files = {digest: words for digest in files if (words := _fault_of_file(registry, digest))}
    for version in known:
        faults += _faults_of(version, said)
        mine = version.facts["files"].values()
        faults += [f"{version.label}: {broken_files[digest]}" for digest in mine if digest in broken_files]
    for name, number in sorted(set(said.states) - {(version.name, version.number) for version in known}):
        faults.append(_("The log tells of {name} v{n}, which is not there.").format(name=name, n=number))
    for name, number, batch in sorted(said.aside ^ aside):
        faults.append(_("“{batch}” of {name} v{n} is set aside, or counts, otherwise than the log says.").format(
            batch=shorten(batch), name=name, n=number
        ))  # fmt: skip
    return tuple(faults)


def _faults_of(version: Version, said: _Replay) -> list[str]:
    key, found = (version.name, version.number), []
    if said.digests.get(key) != version.digest or seal(version.facts, version.card, version.artifact) != version.digest:
        found.append(_("{version} is not what was registered.").format(version=version.label))
    if said.states.get(key) != version.state:
        found.append(_("{version} is {state}, which the log does not say.").format(
            version=version.label, state=state_in_words(version.state)
        ))  # fmt: skip
    if said.held_by(key) != set(version.aliases):
        found.append(_("{version} is champion or challenger otherwise than the log says.").format(
            version=version.label
        ))  # fmt: skip
    return found


def _fault_of_file(registry: Registry, digest: str) -> str:
    try:
        registry.artifacts.get(digest)
    except CrmAiError as error:
        return str(error)
    return ""


@dataclass(slots=True)
class _Replay:
    """What is so if the log is right."""

    digests: dict[tuple[str, int], str] = field(default_factory=dict)
    states: dict[tuple[str, int], str] = field(default_factory=dict)
    aliases: dict[tuple[str, str], int] = field(default_factory=dict)
    aside: set[tuple[str, int, str]] = field(default_factory=set)

    def of(self, entries: Iterable[Entry]) -> _Replay:
        for entry in entries:
            key: tuple[str, int] = (entry.model, entry.version)
            if entry.act == Act.REGISTER:
                self.digests[key], self.states[key] = entry.after, REGISTERED
            elif entry.act in (Act.APPROVE, Act.REFUSE, Act.WITHDRAW):
                self.states[key] = entry.after
            if entry.act == Act.WITHDRAW and entry.after == WITHDRAWN:
                self._let_go(key, (CHALLENGER,))
            if entry.act == Act.STEP_DOWN:
                self._let_go(key, (entry.before.partition(" ")[0],))
            if entry.act in (Act.PROMOTE, Act.ROLL_BACK):
                self._let_go(key, (CHAMPION, CHALLENGER))
                self.aliases[entry.model, entry.after.partition(" ")[0]] = entry.version
            if entry.act == Act.SET_ASIDE:
                self.aside.add((*key, entry.after))
            if entry.act == Act.COUNT_AGAIN:
                self.aside.discard((*key, entry.after))
        return self

    def held_by(self, key: tuple[str, int]) -> set[str]:
        return {alias for (name, alias), number in self.aliases.items() if (name, number) == key}

    def _let_go(self, key: tuple[str, int], names: Iterable[Any]) -> None:
        for alias in names:
            if self.aliases.get((key[0], alias)) == key[1]:
                del self.aliases[key[0], alias]
