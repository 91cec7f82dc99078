"""Where batches and their outcomes are kept: written once, never changed."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from crm_ai.deployment.watching.batch import Batch, batch_from_json
from crm_ai.deployment.watching.keys import KeyedScores, keyed_bytes, keyed_from_bytes
from crm_ai.deployment.watching.performance import Performance, performance_from_json
from crm_ai.errors import CrmAiError
from crm_ai.files import write_atomically
from crm_ai.words import _, shorten


class Store(Protocol):
    """What a place for batches can do."""

    def add(self, batch: Batch, keyed: KeyedScores | None = None, performance: Performance | None = None) -> None:
        """Keep a batch, and if asked for the codes of its customers and what outcomes say; all of it or nothing."""

    def batches(self, model: str | None = None) -> tuple[Batch, ...]:
        """Batches of one model or of all, the earliest first."""

    def keyed(self, batch: Batch) -> KeyedScores | None:
        """Codes of a batch's customers; None if they were not kept."""

    def add_outcomes(self, performance: Performance) -> None:
        """Keep what outcomes said of a batch."""

    def add_all_outcomes(self, performances: Sequence[Performance]) -> None:
        """Keep what outcomes said of several batches: of all or of none."""

    def outcomes(self, model: str | None = None) -> tuple[Performance, ...]:
        """The latest outcomes of each batch, the earliest batch first."""


class FolderStore:
    """Batches as small JSON files in a folder.

    Parameters
    ----------
    folder : str or Path
        Made, for its owner only, when something is first kept in it.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def add(self, batch: Batch, keyed: KeyedScores | None = None, performance: Performance | None = None) -> None:
        """Keep a batch.

        Parameters
        ----------
        batch : Batch
            Its name must be new among those of its model.
        keyed : KeyedScores, optional
            Codes and scores of its customers.
        performance : Performance, optional
            What outcomes say of it that are known already.

        Raises
        ------
        CrmAiError
            If there is such a batch already, or the folder cannot be written to.
        """
        path = self._path(batch.model, batch.name)
        if path.exists():
            raise batch_twice(batch.name)
        said = batch.as_json() | {"remembered": time.time_ns()}
        if keyed is not None:
            # Codes first: a batch that says it has codes has them. Its own file makes it count.
            name = f"{path.stem}.{secrets.token_hex(6)}.npz"
            content = keyed_bytes(keyed)
            self._write(path.with_name(name), content)
            said["keyed"] = name
        if performance is not None:
            said["outcomes"] = performance.as_json()
        if not self._write(path, json.dumps(said).encode()):
            raise batch_twice(batch.name)

    def batches(self, model: str | None = None) -> tuple[Batch, ...]:
        """Find batches.

        Parameters
        ----------
        model : str, optional
            Only those that this one scored.

        Returns
        -------
        tuple of Batch
            The earliest first.
        """
        found = [replace(batch_from_json(said), turn=_turn(said)) for said in self._read("batches")]
        return tuple(sorted(_of(model, found), key=lambda batch: batch.order))

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
        """
        path = self._path(batch.model, batch.name)
        name = _read(path).get("keyed") if path.exists() else None
        return keyed_from_bytes(path.with_name(Path(str(name)).name).read_bytes()) if name else None

    def add_outcomes(self, performance: Performance) -> None:
        """Keep what outcomes said of a batch; what they said before is kept, too.

        Parameters
        ----------
        performance : Performance
            By the outcomes known on a day.
        """
        self._write_outcomes(performance.as_json())

    def add_all_outcomes(self, performances: Sequence[Performance]) -> None:
        """Keep what outcomes said of several batches, in one file: of all or of none.

        Parameters
        ----------
        performances : sequence of Performance
            By the outcomes known on a day.
        """
        if performances:
            self._write_outcomes({"several": [one.as_json() for one in performances]})

    def _write_outcomes(self, said: dict[str, Any]) -> None:
        folder = self.folder / "outcomes"
        number = len(list(folder.glob("*.json")))
        content = json.dumps(said).encode()
        while not self._write(folder / f"{number:08d}.json", content):
            number += 1

    def outcomes(self, model: str | None = None) -> tuple[Performance, ...]:
        """Find what outcomes said.

        Parameters
        ----------
        model : str, optional
            Only of batches that this one scored.

        Returns
        -------
        tuple of Performance
            The last that was kept of each batch, the earliest batch first.
        """
        at_once = [said["outcomes"] for said in self._read("batches") if "outcomes" in said]
        later = (said for file in self._read("outcomes") for said in file.get("several", [file]))
        found = _of(model, [performance_from_json(said) for said in (*at_once, *later)])
        latest = {(one.model, one.batch): one for one in found}
        return by_batch(latest.values(), self.batches(model))

    def _path(self, model: str, name: str) -> Path:
        """A file named so that neither a hostile name nor a long one leads elsewhere."""
        pair = json.dumps([model, name]).encode()
        return self.folder / "batches" / f"{hashlib.sha256(pair).hexdigest()[:32]}.json"

    def _read(self, kind: str) -> list[dict[str, Any]]:
        return [_read(path) for path in sorted((self.folder / kind).glob("*.json")) if not path.name.startswith(".")]

    def _write(self, path: Path, content: bytes) -> bool:
        """Write a new file, whole; False if there is one already, however close the race."""
        draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(draft, lambda file: file.write(content), mode=0o600)
            try:
                os.link(draft, path)
            finally:
                draft.unlink(missing_ok=True)
        except FileExistsError:
            return False
        except OSError as error:
            raise CrmAiError(
                _("The file cannot be written: {reason}.").format(reason=error.strerror or error),
                where=str(path),
                next_step=_("Choose a folder that exists and that you may write to."),
            ) from error
        return True


def by_batch(performances: Iterable[Performance], batches: Iterable[Batch]) -> tuple[Performance, ...]:
    """Put what outcomes said into the order of the batches that they are of.

    Parameters
    ----------
    performances : iterable of Performance
        What outcomes said.
    batches : iterable of Batch
        The batches; of others the day is known alone.

    Returns
    -------
    tuple of Performance
        The earliest batch first.
    """
    orders = {(batch.model, batch.name): batch.order for batch in batches}
    return tuple(sorted(performances, key=lambda one: orders.get((one.model, one.batch), (one.day, 0, one.batch))))


def by_week(batches: Iterable[Batch]) -> dict[str, tuple[Batch, ...]]:
    """Batches by week.

    Parameters
    ----------
    batches : iterable of Batch
        Any batches.

    Returns
    -------
    dict of str to tuple of Batch
        By ISO week, the earliest first.
    """
    ordered = sorted(batches, key=lambda batch: batch.order)
    weeks: dict[str, tuple[Batch, ...]] = {}
    for batch in ordered:
        weeks[batch.week] = (*weeks.get(batch.week, ()), batch)
    return weeks


def _of(model: str | None, found: list[Any]) -> list[Any]:
    return [one for one in found if model is None or one.model == model]


def _read(path: Path) -> dict[str, Any]:
    try:
        said, written = json.loads(path.read_bytes()), path.stat().st_mtime_ns
    except (OSError, ValueError) as error:
        raise CrmAiError(_("A batch cannot be read; the file is damaged."), where=str(path)) from error
    # Older batches do not say when they were remembered; their files were never changed since.
    return {"remembered": written} | said if isinstance(said, dict) else {}


def _turn(said: dict[str, Any]) -> int:
    try:
        return int(said["remembered"])
    except (TypeError, ValueError) as error:
        raise CrmAiError(_("A batch cannot be read; the file is damaged.")) from error


def batch_twice(name: str) -> CrmAiError:
    """What is raised where a batch is added twice.

    Parameters
    ----------
    name : str
        Of the second one.

    Returns
    -------
    CrmAiError
        To be raised.
    """
    return CrmAiError(
        _("There is a batch “{name}” of this model already.").format(name=shorten(name)),
        next_step=_("Batches are never changed. Give the new one another name."),
    )


def codes_of(store: Store, batch: Batch, *, next_step: str = "") -> KeyedScores:
    """Codes of a batch's customers, which must be there.

    Parameters
    ----------
    store : Store
        Where it is kept.
    batch : Batch
        The batch.
    next_step : str, optional
        What to do if they are not there.

    Returns
    -------
    KeyedScores
        The codes.

    Raises
    ------
    CrmAiError
        If they were not kept.
    """
    keyed = store.keyed(batch)
    if keyed is None:
        raise CrmAiError(
            _("No codes were kept of the customers of “{name}”, so outcomes cannot join.").format(
                name=shorten(batch.name)
            ),
            next_step=next_step or _("Choose the column of the identifiers when you remember the next batch."),
        )
    return keyed
